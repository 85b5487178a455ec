//! A browserless browser: sends plain forms as a browser without JavaScript would, keeps cookies, follows redirects.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::desk::App;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use store::Db;
use tower::ServiceExt as _;

/// One visitor.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    base_url: String,
    cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// Where it was found after redirects.
    pub path: String,
}

impl Got {
    /// The place a redirect names.
    #[must_use]
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The text of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

impl Browser {
    /// A new visitor of a site.
    #[must_use]
    pub fn new(app: &Arc<App>) -> Self {
        Self { router: server::router::router(Arc::clone(app)), base_url: app.host.base_url.clone(), cookies: BTreeMap::new() }
    }

    /// Sends one request as it is, redirects and all.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Got {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "text/html");
        if !self.cookies.is_empty() {
            request = request.header(header::COOKIE, self.cookie_line());
        }
        for (name, value) in headers {
            if let Some(headers) = request.headers_mut() {
                headers.insert(axum::http::HeaderName::try_from(*name).expect("a header name"), value.parse().expect("a header value"));
            }
        }
        let response = self.router.clone().oneshot(request.body(body.into()).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("a cookie");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie pair");
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = body.collect().await.expect("a body").to_bytes();
        Got { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned(), path: path.to_owned() }
    }

    /// A file as it is: its status, its headers and its octets.
    pub async fn file(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = Request::builder().uri(path).header(header::ACCEPT, "text/html").header(header::COOKIE, self.cookie_line());
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.expect("a body").to_bytes().to_vec())
    }

    /// The octets of an answer as they cross the wire, compressed or not.
    pub async fn octets(&self, path: &str, headers: &[(&str, &str)]) -> usize {
        let mut request = Request::builder().uri(path).header(header::ACCEPT, "text/html");
        request = request.header(header::COOKIE, self.cookie_line());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        response.into_body().collect().await.expect("a body").to_bytes().len()
    }

    /// The cookies as a request carries them.
    #[must_use]
    pub fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Opens a page and follows redirects.
    pub async fn open(&mut self, path: &str) -> Got {
        let path = path.strip_prefix(&self.base_url).unwrap_or(path).to_owned();
        let got = self.send("GET", &path, &[], Body::empty()).await;
        self.follow(got).await
    }

    /// Sends a plain form and follows redirects.
    pub async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> Got {
        let got = self.post(action, fields).await;
        self.follow(got).await
    }

    /// Sends a plain form whose step needs the code of a mail to `email`: once without it, then with it.
    pub async fn submit_proved(&mut self, db: &Db, email: &str, action: &str, fields: &[(&str, &str)]) -> Got {
        let asked = self.submit(action, fields).await;
        assert!(asked.body.contains("Six digits are on their way to your address at"), "{}", asked.body);
        let mails = store::outbox::unsent_to(db, email).await.expect("mails");
        let code = mails.into_iter().rfind(|mail| mail.kind == "proof-code").and_then(|mail| mail.secret?.link).expect("a code");
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("digits", code.as_str())]).collect();
        self.submit(action, &fields).await
    }

    /// Sends a plain form, and stays where it is.
    pub async fn post(&mut self, action: &str, fields: &[(&str, &str)]) -> Got {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", app::desk::encode(name), app::desk::encode(value))).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.send("POST", action, &headers, body.join("&")).await
    }

    /// Uploads a file with hidden fields before it, and follows redirects.
    pub async fn upload(&mut self, action: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Got {
        let got = self.upload_once(action, fields, name, bytes).await;
        self.follow(got).await
    }

    /// Uploads a file with hidden fields before it, and stays where it is.
    pub async fn upload_once(&mut self, action: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Got {
        let edge = "edge-of-a-part-that-no-file-holds";
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend_from_slice(format!("--{edge}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes());
        }
        let head = format!(
            "--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={edge}");
        self.send("POST", action, &[("content-type", &kind), ("sec-fetch-site", "same-origin")], body).await
    }

    /// The same visitor, with the same cookies, at another application.
    #[must_use]
    pub fn at(&self, app: &Arc<App>) -> Self {
        Self { cookies: self.cookies.clone(), ..Self::new(app) }
    }

    async fn follow(&mut self, mut got: Got) -> Got {
        for _ in 0..10 {
            if !got.status.is_redirection() {
                return got;
            }
            let location = got.location().split('#').next().unwrap_or("").to_owned();
            got = self.send("GET", &location, &[], Body::empty()).await;
        }
        panic!("redirected in a circle at {}", got.path);
    }

    /// Signs in as staff.
    pub async fn sign_in(&mut self, email: &str) -> &mut Self {
        let got = self.post("/api/staff/sign-in", &[("email", email), ("password", crate::world::PASSWORD)]).await;
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{email} signs in: {}", got.body);
        assert!(self.cookies.contains_key("staff"), "{email} has a cookie");
        self
    }

    /// Exchanges an invitation's token for a cookie, by the first form that its page offers.
    pub async fn hold_invitation(&mut self, token: &str) -> &mut Self {
        let action = "/api/registration/invitation/open";
        let page = self.open(&format!("/i/{token}")).await;
        let form = page.body.split("<form").find(|form| form.contains(action)).unwrap_or_else(|| panic!("no way in: {}", page.body));
        let value = |name: &str| {
            let named = format!("name=\"{name}\"");
            let tag = form.split('<').find(|tag| tag.contains(&named)).unwrap_or_else(|| panic!("no {name} in {form}"));
            tag.split(" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value").to_owned()
        };
        self.post(action, &[("token", &value("token")), ("go", &value("go"))]).await;
        assert!(self.cookies.contains_key("invitation"), "the link opens");
        self
    }

    /// Exchanges a delegation lead's token for a cookie.
    pub async fn hold_delegation(&mut self, token: &str) -> &mut Self {
        self.post("/api/cohort/allotment/open", &[("token", token)]).await;
        assert!(self.cookies.contains_key("delegation"), "the link opens");
        self
    }
}
