//! The compliance report as a file to hand on: A4, tagged, the same numbers as the page.
//!
//! Typst sets it. The template is compiled in; what the report says reaches it as data (`sys.inputs`), so that no title
//! and no reason is ever read as markup. There are no files, no packages, no fonts but those compiled in, and no clock.

use std::sync::LazyLock;

use app::desk::{Desk, Host, Reply, Stop};
use app::words::capital;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use chrono::{DateTime, Datelike, Utc};
use domain::calendar::slug;
use domain::conduct::compliance::{Difference, Report, counted_again, differences};
use domain::conduct::conversation_rule::language_in_english;
use domain::time::{self, words};
use serde_json::{Value, json};
use store::Fault;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// The report of a cohort.
///
/// # Errors
/// Not theirs, or faults.
pub async fn pdf(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let report = store::conduct::compliance::of(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    let history = store::conduct::compliance::from_history(desk.db(), id).await?;
    let title = Some(slug(&report.head.title)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| id.to_string());
    let name = format!("attachment; filename=\"compliance-{title}.pdf\"");
    let data = said(&desk.app.host, &report, &differences(&report.tally(), &history), desk.now);
    // Setting pages is work for a thread of its own.
    let done = tokio::task::spawn_blocking(move || set(&data)).await.map_err(|why| Fault::Unreadable(format!("a report: {why}")))?;
    let file = done.map_err(|why| Fault::Unreadable(format!("a report: {why}")))?;
    let mut response = Response::new(Body::from(file));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// What the template prints: words and numbers, ready to read.
fn said(host: &Host, report: &Report, differ: &[Difference], now: DateTime<Utc>) -> Value {
    let head = &report.head;
    let day = |at: DateTime<Utc>| time::to_local(&head.zone, at).date();
    let made = day(now);
    let place = if head.place.is_empty() { head.venue.clone() } else { format!("{}, {}", head.venue, head.place) };
    let mut facts = vec![
        fact("Host", &host.name),
        fact("Program", &head.program),
        fact("Days", &words::date_range(head.first_day, head.last_day)),
        fact("Venue", &place),
    ];
    match &head.rule {
        None => facts.push(fact("Conversation rule", "No version named")),
        Some(rule) => facts.push(fact("Conversation rule", &format!("Version {}", rule.version))),
    }
    facts.push(fact("As of", &words::moment(&head.zone, now)));
    let texts = head.rule.iter().flat_map(|rule| &rule.texts).map(|(language, hash)| fact(language_in_english(*language), hash));
    let texts: Vec<Value> = texts.collect();
    let let_stand: Vec<Value> =
        report.let_stand.iter().map(|one| json!([format!("“{}”", one.phrase), one.place, one.reason, words::day(day(one.at))])).collect();
    let checked: Vec<String> = if differ.is_empty() {
        vec![counted_again()]
    } else {
        let first = "Checked against the history of every change: not the same.".to_owned();
        std::iter::once(first).chain(differ.iter().map(Difference::sentence)).collect()
    };
    let verdict = report.verdict();
    json!({
        "title": head.title,
        "host": host.name,
        "accent": host.accent,
        "made": [made.year(), made.month(), made.day()],
        "facts": facts,
        "standing": capital(verdict.standing.words()),
        "verdict": verdict.sentences.join(" "),
        "sections": report.sections(),
        "let_stand": let_stand,
        "texts": texts,
        "checked": checked.join(" "),
        "fingerprint": report.fingerprint(),
        "canonical": report.canonical(),
    })
}

fn fact(label: &str, value: &str) -> Value {
    json!({ "label": label, "value": value })
}

// ---- setting ----------------------------------------------------------------------------------------------------------

static TEMPLATE: LazyLock<Source> = LazyLock::new(|| Source::detached(include_str!("report.typ")));

/// Libertinus Serif for text, DejaVu Sans Mono for fingerprints; what they lack is taken from the rest.
static FONTS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts().flat_map(|font| Font::iter(Bytes::new(font))).collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

/// Sets a report; the same words and numbers make the same file.
fn set(said: &Value) -> Result<Vec<u8>, String> {
    let mut inputs = Dict::new();
    inputs.insert("report".into(), said.to_string().into_value());
    let world = Sheet { library: LazyHash::new(Library::builder().with_inputs(inputs).build()) };
    let document = typst::compile::<PagedDocument>(&world).output;
    let file = document.and_then(|document| typst_pdf::pdf(&document, &PdfOptions::default())).map_err(|why| sentence(&why));
    // What it remembers of one report is of no use to the next.
    typst::comemo::evict(0);
    file
}

fn sentence(why: &[SourceDiagnostic]) -> String {
    why.iter().map(|one| one.message.to_string()).collect::<Vec<_>>().join("; ")
}

/// All that the template can reach: itself, the fonts, and the data.
struct Sheet {
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
        TEMPLATE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == TEMPLATE.id() { Ok(TEMPLATE.clone()) } else { Err(FileError::AccessDenied) }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What would be a panic, a formula, a label, a string's end and a comment if it were ever read as Typst.
    const HOSTILE: &str = "#panic(\"x\") $x$ \\ @nobody <label> \"quoted\" ' `raw` // = * _ [ ] { } \u{202e}";

    fn hostile() -> Value {
        let figures = json!([{ "label": HOSTILE, "value": "12 of 14" }]);
        json!({
            "title": HOSTILE,
            "host": HOSTILE,
            "accent": "#1d5c4f",
            "made": [2027, 1, 15],
            "facts": [fact(HOSTILE, HOSTILE)],
            "standing": "The rule was kept",
            "verdict": HOSTILE,
            "sections": [
                { "key": "findings", "heading": "Findings", "lead": HOSTILE, "figures": figures },
                { "key": "consents", "heading": "Consents", "lead": HOSTILE, "figures": [] },
            ],
            "let_stand": [[HOSTILE, HOSTILE, HOSTILE, "Friday 15 January 2027"]],
            "texts": [fact("en", "00ff")],
            "checked": HOSTILE,
            "fingerprint": "00ff",
            "canonical": HOSTILE,
        })
    }

    #[test]
    fn what_people_wrote_is_never_read_as_markup() {
        let file = set(&hostile()).expect("it is only text");
        assert!(file.starts_with(b"%PDF-"));
    }

    #[test]
    fn the_same_report_is_the_same_file() {
        assert!(set(&hostile()).unwrap() == set(&hostile()).unwrap());
    }

    #[test]
    fn a_template_that_cannot_be_set_says_why() {
        let why = set(&json!({})).unwrap_err();
        assert!(why.contains("title"), "{why}");
    }
}
