//! In front of every request: where it comes from, and what every answer carries. Behind it: acts that finish even when
//! the caller hangs up.

use std::sync::Arc;
use std::time::Instant;

use app::desk::{App, Stop, wants_page};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::Door;

/// Unsafe methods come from our own pages: `Sec-Fetch-Site` says so, else `Origin` must be ours. A caller that sends
/// neither is no browser, and has no cookie a browser would add.
pub async fn own_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || is_ours(request.headers(), &app.host.base_url) {
        return next.run(request).await;
    }
    let page = wants_page(request.headers());
    tracing::warn!("an act from another site was refused");
    Stop::Forbidden.response(&app, page)
}

fn is_ours(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => origin == base_url,
        (None, None) => true,
    }
}

/// The headers of every answer. What a handler set itself stays.
pub async fn headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    if app.host.is_secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    response
}

/// A file or form over its limit is refused by the layer that counts; this puts it in words.
pub async fn too_large(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let page = wants_page(request.headers());
    let response = next.run(request).await;
    if response.status() != StatusCode::PAYLOAD_TOO_LARGE || !page {
        return response;
    }
    app::frame::bare(
        &app,
        StatusCode::PAYLOAD_TOO_LARGE,
        "This is too large",
        "A file may hold 10 MiB, a form 1 MiB. Go back and choose a smaller one: nothing was changed.",
    )
}

/// Runs an act to its end on its own task: a caller that hangs up does not leave it half done.
pub async fn finish(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        // The panic goes on to the layer that shows the calm page.
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

/// Where a guest reports a concern, and where they follow it. These leave no line: its moment, beside the lines before
/// and after it, could tell who reported without a name.
const UNTOLD: [Door; 4] = [Door::MyConcernPage, Door::MyConcern, Door::ConcernLink, Door::ConcernReply];

/// One line a request: its route, never its path, since paths hold tokens.
pub async fn log(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    if UNTOLD.iter().any(|door| door.path() == route) {
        return next.run(request).await;
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    tracing::info!(request = %id, %method, route, status, micros = began.elapsed().as_micros() as u64, "answered");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// The page of a panic: calm, with a reference that is in the log as well.
pub fn panicked(app: &Arc<App>, panic: &(dyn std::any::Any + Send)) -> Response<Body> {
    let what = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
    Stop::Fault(store::Fault::Unreadable(what.to_owned())).response(app, true)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use axum::Router;
    use axum::routing::any;
    use tower::ServiceExt as _;

    use super::*;

    /// What a subscriber writes, kept.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Every door of a guest's concern is come to, and one other: only the other is in the log.
    #[tokio::test]
    async fn a_guests_concern_leaves_no_line() {
        let lines = Lines::default();
        let kept = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || kept.clone()).finish();
        let _here = tracing::subscriber::set_default(subscriber);
        let mut router: Router = Router::new();
        for door in UNTOLD.into_iter().chain([Door::RulePage]) {
            router = router.route(door.path(), any(|| async { StatusCode::NO_CONTENT }));
        }
        let router: Router = router.layer(axum::middleware::from_fn(log));
        for door in UNTOLD.into_iter().chain([Door::RulePage]) {
            let path = door.path().replace("{token}", "con_secret").replace("{number}", "1");
            let request = axum::http::Request::builder().method(door.method()).uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::NO_CONTENT, "{door:?}");
        }
        let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written.lines().count(), 1, "{written}");
        assert!(written.contains("/rules/{number}"), "{written}");
    }

    #[test]
    fn whose_requests_are_ours() {
        for (site, origin, ours) in [
            (Some("same-origin"), None, true),
            (Some("none"), None, true),
            (Some("same-site"), Some("http://127.0.0.1:3000"), false),
            (Some("cross-site"), None, false),
            (None, Some("http://127.0.0.1:3000"), true),
            (None, Some("http://evil.example"), false),
            (None, Some("null"), false),
            (None, None, true),
        ] {
            let mut headers = HeaderMap::new();
            let mut set =
                |name: &'static str, value: Option<&'static str>| value.map(|value| headers.insert(name, HeaderValue::from_static(value)));
            set("sec-fetch-site", site);
            set("origin", origin);
            assert_eq!(is_ours(&headers, "http://127.0.0.1:3000"), ours, "{site:?} {origin:?}");
        }
    }
}
