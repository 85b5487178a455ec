//! The images of a task: for those who work on it, and for whoever holds its approval's link. An image of another task, an
//! unknown one and a link that opens nothing all read as no page at all.
//!
//! What is served is what was uploaded, under the type its own octets said it is, and nothing is ever run from it.
//! Deliberately absent: making it smaller, and letting anybody keep a copy on the way.

use app::desk::{Desk, Reply, Stop};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use sha2::{Digest, Sha256};

/// An image of a task.
///
/// # Errors
/// There is none, or faults.
pub async fn of_task(desk: Desk) -> Reply {
    let (task, image) = (desk.id("task")?, desk.id("image")?);
    let (media_type, content) = store::advocacy::amplification::image_of_task(desk.db(), task, image).await?.ok_or(Stop::Hidden)?;
    Ok(file(&media_type, content))
}

/// An image that the customer has before them, behind their link.
///
/// # Errors
/// The link or the image opens nothing, or faults.
pub async fn of_approval(desk: Desk) -> Reply {
    let (token, image) = (desk.param("token"), desk.id("image")?);
    let found = store::advocacy::amplification::image_by_token(desk.db(), desk.now, token, image).await?;
    let (media_type, content) = found.ok_or(Stop::Hidden)?;
    Ok(file(&media_type, content))
}

fn file(media_type: &str, content: Vec<u8>) -> Response {
    let digest: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, kind(media_type));
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(HeaderName::from_static("x-robots-tag"), "noindex");
    put(header::REFERRER_POLICY, "no-referrer");
    put(header::CACHE_CONTROL, "private, no-store");
    put(header::ETAG, &format!("\"{digest}\""));
    response
}

/// One of the three types that are taken; anything else is octets and no picture.
fn kind(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        "image/webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_an_image_and_nothing_else() {
        for (stored, sent) in [
            ("image/png", "image/png"),
            ("image/jpeg", "image/jpeg"),
            ("image/webp", "image/webp"),
            ("image/svg+xml", "application/octet-stream"),
            ("text/html", "application/octet-stream"),
            ("", "application/octet-stream"),
        ] {
            let response = file(stored, b"octets".to_vec());
            let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
            assert_eq!(header("content-type"), sent, "{stored}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{stored}");
            assert_eq!(header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'", "{stored}");
            assert_eq!(header("cache-control"), "private, no-store", "{stored}");
            assert_eq!(header("referrer-policy"), "no-referrer", "{stored}");
            assert_eq!(header("etag").len(), 66, "{stored}");
        }
        let tags =
            [b"one".to_vec(), b"one".to_vec(), b"two".to_vec()].map(|content| file("image/png", content).headers()[header::ETAG].clone());
        assert!(tags[0] == tags[1] && tags[0] != tags[2], "the tag is of what it holds");
    }
}
