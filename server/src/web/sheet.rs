//! Files for paper: A4, tagged, set by Typst.
//!
//! A template is compiled in; what a file says reaches it as data (`sys.inputs.said`), so that no title and no name is ever
//! read as markup. There are no files, no packages, no fonts but those compiled in, and no clock.

use std::sync::LazyLock;

use app::desk::Reply;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::Value;
use store::Fault;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// The PDF of a template and what it says, to be kept under that name.
///
/// # Errors
/// Faults.
pub async fn pdf(template: &'static Source, said: Value, name: &str) -> Reply {
    // Setting pages is work for a thread of its own.
    let done =
        tokio::task::spawn_blocking(move || set(template, &said)).await.map_err(|why| Fault::Unreadable(format!("a sheet: {why}")))?;
    let file = done.map_err(|why| Fault::Unreadable(format!("a sheet: {why}")))?;
    Ok(kept("application/pdf", name, file))
}

/// A file to be kept under that name, and nowhere on its way.
#[must_use]
pub fn kept(media_type: &'static str, name: &str, file: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(file));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Libertinus Serif for text, DejaVu Sans Mono for fingerprints; what they lack is taken from the rest.
static FONTS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts().flat_map(|font| Font::iter(Bytes::new(font))).collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

/// Sets a sheet; the same words and numbers make the same file.
///
/// # Errors
/// What the template misses, in Typst's words.
pub fn set(template: &'static Source, said: &Value) -> Result<Vec<u8>, String> {
    let mut inputs = Dict::new();
    inputs.insert("said".into(), said.to_string().into_value());
    let world = Sheet { template, library: LazyHash::new(Library::builder().with_inputs(inputs).build()) };
    let document = typst::compile::<PagedDocument>(&world).output;
    let file = document.and_then(|document| typst_pdf::pdf(&document, &PdfOptions::default())).map_err(|why| sentence(&why));
    // What it remembers of one sheet is of no use to the next.
    typst::comemo::evict(0);
    file
}

fn sentence(why: &[SourceDiagnostic]) -> String {
    why.iter().map(|one| one.message.to_string()).collect::<Vec<_>>().join("; ")
}

/// All that a template can reach: itself, the fonts, and the data.
struct Sheet {
    template: &'static Source,
    library: LazyHash<Library>,
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.0
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.1.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
