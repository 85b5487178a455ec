//! The embedded files: named by their hash, compressed beforehand, kept by browsers for good.

use app::desk::{Desk, Reply, Stop};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// One file in its three forms.
pub struct File {
    pub name: &'static str,
    pub kind: &'static str,
    pub plain: &'static [u8],
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Serves one.
///
/// # Errors
/// There is no such file.
pub async fn asset(desk: Desk, headers: HeaderMap) -> Reply {
    let name = desk.param("file");
    let file = FILES.iter().find(|file| file.name == name).ok_or(Stop::Hidden)?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |coding: &str| accepted.split(',').any(|one| one.trim().split(';').next() == Some(coding) && !one.contains("q=0"));
    let (bytes, coding) = match (file.brotli.filter(|_| takes("br")), file.gzip.filter(|_| takes("gzip"))) {
        (Some(bytes), _) => (bytes, Some("br")),
        (None, Some(bytes)) => (bytes, Some("gzip")),
        _ => (file.plain, None),
    };
    let mut response: Response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(response)
}

/// `robots.txt`.
///
/// # Errors
/// None.
pub async fn robots(_desk: Desk) -> Reply {
    Ok(ROBOTS.into_response())
}
