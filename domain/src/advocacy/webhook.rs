//! Outgoing webhooks: a program of the host's is told, signed, that something is due on its channel, and answers where it
//! can be seen.
//!
//! Signed as Standard Webhooks say (<https://www.standardwebhooks.com>): `webhook-signature: v1,` and the base64 of
//! HMAC-SHA256 over `id.timestamp.body`, with the key behind the `whsec_` of the secret. Left out: sending, and whether
//! anything may be published at all, which is asked again right before it is sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

use crate::advocacy::consent::Channel;
use crate::advocacy::publication::public_url;
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};

/// The headers of a delivery.
pub const ID_HEADER: &str = "webhook-id";
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// What a secret begins with; base64 of the key follows.
pub const SECRET_PREFIX: &str = "whsec_";

/// The secret of a key.
#[must_use]
pub fn secret(key: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(key))
}

/// The signature of a delivery, as its header carries it. `None` when the secret is none.
#[must_use]
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    let mut mac = Hmac::<sha2_for_hmac::Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payload {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: String,
    pub task: i64,
    pub channel: Channel,
    pub language: String,
    pub body: String,
    pub link: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Picture>,
    pub day: NaiveDate,
}

/// The picture as the customer approved it, whole: it is public nowhere yet, so there is no address to fetch it from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    pub media_type: String,
    /// Of its bytes, as the approval covers it.
    pub sha256: String,
    /// Its bytes, in base64.
    pub content: String,
    pub alt: String,
}

impl Picture {
    /// The picture of these bytes.
    #[must_use]
    pub fn new(media_type: String, sha256: String, bytes: &[u8], alt: String) -> Self {
        Self { media_type, sha256, content: STANDARD.encode(bytes), alt }
    }
}

/// What was sent, as it is kept once it was taken: without the bytes of the picture, whose fingerprint stays.
#[must_use]
pub fn without_bytes(body: &str) -> String {
    let Ok(mut sent) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    if let Some(content) = sent.pointer_mut("/image/content") {
        *content = "".into();
    }
    sent.to_string()
}

/// The one kind of delivery there is.
pub const PUBLICATION_DUE: &str = "publication.due";

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It is public.
    Published { url: String, at: DateTime<Utc> },
    /// It was taken; a person says where it can be seen. What it answered and could not be read, for them; empty when there
    /// was nothing.
    Accepted { note: String },
    /// It was not taken; why, in words for the log.
    Failed(String),
}

#[derive(Deserialize)]
struct Said {
    url: Option<Value>,
    published_at: Option<Value>,
}

/// Reads an answer. Any success was taken, and is never sent again: where it does not say in a way that can be read that it
/// is public, and since when, a person does.
#[must_use]
pub fn read_answer(status: u16, body: &str, now: DateTime<Utc>) -> Answered {
    if let Some(failed) = not_taken(status) {
        return failed;
    }
    let accepted = |note: String| Answered::Accepted { note };
    let Ok(Said { url: Some(url), published_at }) = serde_json::from_str(body) else { return accepted(String::new()) };
    let Some(public) = url.as_str().and_then(|url| public_url(url).ok()) else {
        return accepted(format!("It answered with “{}”, which is no whole address that everybody can open.", shortened(&url)));
    };
    let Some(said) = published_at else { return Answered::Published { url: public, at: now } };
    match said.as_str().map(DateTime::parse_from_rfc3339) {
        // Its clock may be ahead of ours.
        Some(Ok(at)) => Answered::Published { url: public, at: at.to_utc().min(now) },
        _ => accepted(format!("It answered with {public} and “{}”, which is no time that can be read.", shortened(&said))),
    }
}

/// Reads an answer whose status came, and whose body did not, for the reason given.
#[must_use]
pub fn answer_without_body(status: u16, why: String) -> Answered {
    not_taken(status).unwrap_or(Answered::Accepted { note: why })
}

fn not_taken(status: u16) -> Option<Answered> {
    (!(200..300).contains(&status)).then(|| Answered::Failed(format!("It answered with the status {status}.")))
}

/// So much of what cannot be read is kept, in characters.
const SHORTENED: usize = 200;

fn shortened(said: &Value) -> String {
    let line = contact::one_line(&said.as_str().map_or_else(|| said.to_string(), str::to_owned));
    if line.chars().count() > SHORTENED { line.chars().take(SHORTENED).chain(['…']).collect() } else { line }
}

/// How long after each attempt the next is made, in minutes.
const RETRY_MINUTES: [i64; 5] = [1, 5, 30, 120, 360];

/// When it is tried again after so many attempts; `None` when that was the last.
#[must_use]
pub fn retry_in(attempts: u32) -> Option<TimeDelta> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    RETRY_MINUTES.get(index).map(|minutes| TimeDelta::minutes(*minutes))
}

crate::text_enum! {
    /// Where a delivery stands.
    pub enum State {
        Queued = "queued",
        Done = "done",
        Failed = "failed",
    }
}

/// Where deliveries of a channel go, as it was typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TypedWebhook<'a> {
    pub channel: &'a str,
    pub url: &'a str,
    pub active: bool,
}

/// Where deliveries of a channel go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub channel: Channel,
    pub url: String,
    pub active: bool,
}

impl Webhook {
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(typed: &TypedWebhook<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let channel = Channel::parse(typed.channel);
        if channel.is_none() {
            wrong.refuse("channel", "Choose a channel: each has one program.");
        }
        let url = wrong.keep(address(typed.url));
        match channel {
            Some(channel) => wrong.finish().map(|()| Self { channel, url, active: typed.active }),
            None => Err(wrong.into()),
        }
    }
}

/// Reads where deliveries go. What is not public yet crosses open networks only under TLS: `http:` is for programs inside
/// our own.
///
/// # Errors
/// A sentence for `url`.
pub fn address(typed: &str) -> Result<String, FieldRefusal> {
    let refuse = |why: &str| Err(FieldRefusal::new("url", why));
    let line = contact::required("url", typed, 2_000, "Enter the address of the program that publishes.")?;
    let Ok(mut url) = Url::parse(&line) else { return refuse("Enter the whole address, like https://publish.example.com/hooks/blog.") };
    let Some(host) = url.host() else { return refuse("Enter the whole address, like https://publish.example.com/hooks/blog.") };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("Leave name and password out of the address: the signature says who sends.");
    }
    match url.scheme() {
        "https" => {}
        "http" if is_inside(&host) => {}
        "http" => return refuse("Enter an address that begins with https://: what is sent is not public yet."),
        _ => return refuse("Enter the whole address, like https://publish.example.com/hooks/blog."),
    }
    url.set_fragment(None);
    Ok(url.into())
}

/// A name without a dot, or an address that no public network routes.
fn is_inside(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => !name.trim_end_matches('.').contains('.'),
        Host::Ipv4(ip) => ip.is_private() || ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_unique_local() || ip.is_loopback(),
    }
}

/// Why nothing was saved or tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookRefusal {
    Fields(Vec<FieldRefusal>),
    /// It is not there to be tried again: sent, queued, or gone.
    NotFailed,
    /// What it would publish is no longer due.
    NotDue,
}

impl Refusal for WebhookRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NotFailed => "not-failed",
            Self::NotDue => "not-due",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::NotFailed => "This delivery has not failed. Reload the page to see how it stands.".into(),
            Self::NotDue => "What this would publish is not due today. Schedule the task again, and it is sent on its day.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2027-01-15T09:00:00Z".parse().unwrap()
    }

    /// The vector of the Standard Webhooks libraries.
    #[test]
    fn the_signature_is_the_standards() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = "{\"test\": 2432232314}";
        let found = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(found.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        for (what, secret, id, timestamp, body) in [
            ("another secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            ("another delivery", secret, "msg_p5jXN8AQM9LWM0D4loKWxJel", 1_614_265_330, body),
            ("another time", secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_331, body),
            ("another body", secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232315}"),
        ] {
            assert_ne!(sign(secret, id, timestamp, body), found, "{what}");
        }
        assert_eq!(sign("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a", 1, ""), None, "no secret of ours");
        assert_eq!(super::secret(&[0, 1, 2]), "whsec_AAEC");
    }

    #[test]
    fn the_picture_is_not_kept_twice() {
        for (sent, kept) in [
            (
                r#"{"body":"Well done.","image":{"alt":"A prize","content":"iVBORw0KGgo=","sha256":"ab"}}"#,
                r#"{"body":"Well done.","image":{"alt":"A prize","content":"","sha256":"ab"}}"#,
            ),
            (r#"{"body":"Well done.","image":null}"#, r#"{"body":"Well done.","image":null}"#),
            ("not JSON", "not JSON"),
        ] {
            assert_eq!(without_bytes(sent), kept);
        }
    }

    #[test]
    fn answers_are_read_carefully() {
        let url = "https://halden.example/news/prize".to_owned();
        let taken = |note: &str| Answered::Accepted { note: note.to_owned() };
        let long = format!("{{\"url\": \"{}\"}}", "a".repeat(300));
        for (status, body, expect) in [
            (200, "", taken("")),
            (202, "{\"id\": 7}", taken("")),
            (204, "thank you", taken("")),
            (200, "{\"url\": null}", taken("")),
            (200, "{\"url\": \"https://halden.example/news/prize\"}", Answered::Published { url: url.clone(), at: now() }),
            (
                201,
                "{\"url\": \"https://halden.example/news/prize\", \"published_at\": \"2027-01-15T09:30:00+01:00\"}",
                Answered::Published { url: url.clone(), at: "2027-01-15T08:30:00Z".parse().unwrap() },
            ),
            (
                200,
                "{\"url\": \"https://halden.example/news/prize\", \"published_at\": \"2027-01-16T08:30:00Z\"}",
                Answered::Published { url, at: now() },
            ),
            (
                200,
                "{\"url\": \"https://halden.example/news/prize\", \"published_at\": \"noon\"}",
                taken("It answered with https://halden.example/news/prize and “noon”, which is no time that can be read."),
            ),
            (
                200,
                "{\"url\": \"https://halden.example/news/prize\", \"published_at\": 1800000000}",
                taken("It answered with https://halden.example/news/prize and “1800000000”, which is no time that can be read."),
            ),
            (200, "{\"url\": \"/posts/12\"}", taken("It answered with “/posts/12”, which is no whole address that everybody can open.")),
            (
                201,
                "{\"url\": \"http://127.0.0.1/posts/12\"}",
                taken("It answered with “http://127.0.0.1/posts/12”, which is no whole address that everybody can open."),
            ),
            (200, "{\"url\": 12}", taken("It answered with “12”, which is no whole address that everybody can open.")),
            (
                200,
                "{\"url\": \"javascript:alert(1)\"}",
                taken("It answered with “javascript:alert(1)”, which is no whole address that everybody can open."),
            ),
            (
                200,
                long.as_str(),
                taken(&format!("It answered with “{}…”, which is no whole address that everybody can open.", "a".repeat(200))),
            ),
            (301, "", Answered::Failed("It answered with the status 301.".into())),
            (404, "{\"url\": \"https://halden.example\"}", Answered::Failed("It answered with the status 404.".into())),
            (500, "", Answered::Failed("It answered with the status 500.".into())),
        ] {
            assert_eq!(read_answer(status, body, now()), expect, "{status} {body}");
        }
    }

    #[test]
    fn what_was_taken_is_not_sent_again_because_its_answer_is_cut() {
        let large = "What it sends is larger than 64 KB.";
        for (status, expect) in [
            (200, Answered::Accepted { note: large.into() }),
            (299, Answered::Accepted { note: large.into() }),
            (302, Answered::Failed("It answered with the status 302.".into())),
            (500, Answered::Failed("It answered with the status 500.".into())),
        ] {
            assert_eq!(answer_without_body(status, large.into()), expect, "{status}");
        }
    }

    #[test]
    fn it_is_tried_again_later_each_time() {
        let minutes: Vec<Option<i64>> = (0..=7).map(|attempts| retry_in(attempts).map(|wait| wait.num_minutes())).collect();
        assert_eq!(minutes, [None, Some(1), Some(5), Some(30), Some(120), Some(360), None, None]);
    }

    #[test]
    fn addresses_are_whole_and_under_tls_outside() {
        for (typed, expect) in [
            (" https://publish.example.com/hooks/blog ", Some("https://publish.example.com/hooks/blog")),
            ("HTTPS://Publish.example.com/a?b=c#d", Some("https://publish.example.com/a?b=c")),
            ("http://127.0.0.1:8080/hook", Some("http://127.0.0.1:8080/hook")),
            ("http://[::1]:8080/", Some("http://[::1]:8080/")),
            ("http://publisher:8080/hook", Some("http://publisher:8080/hook")),
            ("http://10.1.2.3/hook", Some("http://10.1.2.3/hook")),
            ("http://publish.example.com/hook", None),
            ("http://93.184.216.34/hook", None),
            ("https://ada:secret@publish.example.com/", None),
            ("ftp://publish.example.com/", None),
            ("publish.example.com", None),
            ("mailto:a@b.example", None),
            ("", None),
        ] {
            assert_eq!(address(typed).ok().as_deref(), expect, "{typed:?}");
        }
        let wrong = Webhook::parse(&TypedWebhook::default()).unwrap_err();
        assert_eq!(wrong.iter().map(|why| why.field).collect::<Vec<_>>(), ["channel", "url"]);
    }

    #[test]
    fn a_delivery_says_what_is_due() {
        let payload = Payload {
            kind: PUBLICATION_DUE,
            id: "msg_1".into(),
            task: 7,
            channel: Channel::Blog,
            language: "en".into(),
            body: "A prize.".into(),
            link: String::new(),
            image: None,
            day: NaiveDate::from_ymd_opt(2027, 1, 15).unwrap(),
        };
        assert_eq!(
            serde_json::to_string(&payload).unwrap(),
            "{\"type\":\"publication.due\",\"id\":\"msg_1\",\"task\":7,\"channel\":\"blog\",\"language\":\"en\",\"body\":\"A prize.\",\"link\":\"\",\"day\":\"2027-01-15\"}"
        );
        let picture = Picture::new("image/png".into(), "ab12".into(), &[0, 1, 2], "A cup".into());
        assert_eq!(
            serde_json::to_string(&Payload { image: Some(picture), ..payload }).unwrap(),
            "{\"type\":\"publication.due\",\"id\":\"msg_1\",\"task\":7,\"channel\":\"blog\",\"language\":\"en\",\"body\":\"A prize.\",\"link\":\"\",\"image\":{\"media_type\":\"image/png\",\"sha256\":\"ab12\",\"content\":\"AAEC\",\"alt\":\"A cup\"},\"day\":\"2027-01-15\"}"
        );
    }
}
