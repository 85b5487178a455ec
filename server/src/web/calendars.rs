//! Calendars as files and as feeds: who may, which sessions, one text, and the headers that keep clients polite.
//!
//! Downloads are for somebody signed in or for the holder of a private link; the feed is for the holder alone. An unknown,
//! revoked or foreign link reads as no page at all. The rules are those of RFC 5545 in `domain::calendar`; the HTTP ones
//! (RFC 9110) are here. Deliberately absent: cookies, redirects and anything that looks at `Accept`.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use app::desk::{App, Desk, Reply, Stop};
use app::words::{capital, plain};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::advocacy::board::waits_words;
use domain::calendar::{self, DueAs, Event, Publisher, Status};
use domain::time::Zone;
use sha2::{Digest, Sha256};
use store::advocacy::due_feed::{self, Due, What};
use store::agenda::feed::Owner;
use store::outbox::CalendarEvent;

/// How many feeds are kept rendered: a few cohorts' worth.
const KEPT: usize = 1_000;

/// The date of HTTP headers (RFC 9110 §5.6.7).
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// My agenda as a file.
///
/// # Errors
/// Faults; or the seat was given back.
pub async fn my_agenda(desk: Desk) -> Reply {
    agenda_file(&desk, &signed_in(&desk)?).await
}

/// One session of mine as a file: `12` or `12.ics`.
///
/// # Errors
/// Faults; or the session is not in this person's calendar.
pub async fn my_session(desk: Desk) -> Reply {
    session_file(&desk, &signed_in(&desk)?).await
}

/// The private feed, `<token>.ics`.
///
/// # Errors
/// Faults; or the link opens nothing.
pub async fn feed(desk: Desk, headers: HeaderMap) -> Reply {
    let token = desk.param("token").strip_suffix(".ics").ok_or(Stop::Hidden)?;
    let owner = store::agenda::feed::owner(desk.db(), desk.now, token).await?.ok_or(Stop::Hidden)?;
    let (key, state) = (store::link::hash(token), state(&desk.app, desk.now, &owner));
    if let Some(text) = kept(&key, state) {
        return Ok(text.answer(&headers, "inline"));
    }
    let events = store::agenda::feed::events(desk.db(), desk.now, &owner, true).await?;
    Ok(render_feed(&desk.app, desk.now, &owner, &events, key, state).answer(&headers, "inline"))
}

/// What is due for marketing behind a private link, `<token>.ics` or `<token>`: tasks until they are public, asks until
/// they are answered or done. `?tasks=vtodo` is for clients that show to-dos, `?mine=1` for what is in their own hands.
///
/// # Errors
/// Faults; or the link opens nothing.
pub async fn due_feed(desk: Desk, headers: HeaderMap) -> Reply {
    let token = desk.param("token");
    let token = token.strip_suffix(".ics").unwrap_or(token);
    let owner = due_feed::owner(desk.db(), desk.now, token).await?.ok_or(Stop::Hidden)?;
    let (mine, todo) = (desk.query("mine") == "1", desk.query("tasks") == "vtodo");
    let dues = due_feed::dues(desk.db(), owner, mine).await?;
    let dues: Vec<calendar::Due> = dues.into_iter().map(|due| due_entry(due, &desk.app.host.base_url)).collect();
    let name = format!("Due at {}", desk.app.host.name);
    let body = calendar::due_feed(&publisher(&desk.app), &name, &dues, if todo { DueAs::Todo } else { DueAs::Event });
    let key = format!("{}{}{}", store::link::hash(token), if mine { " mine" } else { "" }, if todo { " todo" } else { "" });
    let mut state = DefaultHasher::new();
    body.hash(&mut state);
    let state = state.finish();
    let text = kept(&key, state).unwrap_or_else(|| keep(key, state, body, desk.now));
    Ok(text.answer(&headers, "inline"))
}

/// What is due, as calendars show it. The address is the task's own page: whoever opens it signs in.
fn due_entry(due: Due, base_url: &str) -> calendar::Due {
    let (title, description, path) = match due.what {
        What::Task { id, title, state, hold } => {
            (format!("Due: {title}"), format!("{}. {}.", due.company, capital(waits_words(state, hold))), format!("/celebrate/{id}"))
        }
        What::Answer { ask, kind } => (format!("Answer wanted: {kind}"), format!("{}.", due.company), format!("/asks/{ask}")),
        What::Act { ask, kind } => (format!("Takes place: {kind}"), format!("{}.", due.company), format!("/asks/{ask}")),
    };
    calendar::Due {
        uid: due.uid,
        sequence: due.sequence,
        day: due.day,
        title,
        description,
        url: Some(format!("{base_url}{path}")),
        created: due.created,
        modified: due.modified,
    }
}

/// The agenda behind a private link as a file.
///
/// # Errors
/// As [`feed`].
pub async fn feed_agenda(desk: Desk) -> Reply {
    agenda_file(&desk, &linked(&desk).await?).await
}

/// One session behind a private link as a file.
///
/// # Errors
/// As [`feed`]; or the session is not in this person's calendar.
pub async fn feed_session(desk: Desk) -> Reply {
    session_file(&desk, &linked(&desk).await?).await
}

/// A session as calendars show it. The address is the reader's own week: nothing in it is secret.
#[must_use]
pub fn event(of: &CalendarEvent, base_url: &str) -> Event {
    Event {
        uid: of.uid,
        sequence: of.sequence,
        status: if of.cancelled { Status::Cancelled } else { Status::Confirmed },
        starts_at: of.starts_at,
        ends_at: of.ends_at,
        zone: zone(&of.zone),
        title: of.title.clone(),
        description: plain(&of.summary),
        location: (!of.place.is_empty()).then(|| of.place.clone()),
        url: Some(format!("{base_url}/my/week")),
        categories: vec![of.kind.clone()],
        created: of.created_at,
        modified: of.modified_at,
    }
}

/// Who publishes, for PRODID.
#[must_use]
pub fn publisher(app: &App) -> Publisher {
    Publisher { host: app.host.name.clone(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

// ---- whose -----------------------------------------------------------------------------------------------------------

/// Their cookie's row says all of it already.
fn signed_in(desk: &Desk) -> Result<Owner, Stop> {
    let registration = desk.registration()?;
    let executive = desk.executive()?;
    if executive.registration_state.as_deref() != Some("confirmed") {
        return Err(Stop::Hidden);
    }
    Ok(Owner {
        registration,
        cohort: executive.cohort,
        program: executive.program.clone(),
        zone: executive.cohort_zone.clone(),
        version: String::new(),
    })
}

async fn linked(desk: &Desk) -> Result<Owner, Stop> {
    let token = desk.param("token");
    let token = token.strip_suffix(".ics").unwrap_or(token);
    store::agenda::feed::owner(desk.db(), desk.now, token).await?.ok_or(Stop::Hidden)
}

// ---- files -----------------------------------------------------------------------------------------------------------

async fn agenda_file(desk: &Desk, owner: &Owner) -> Reply {
    let events = store::agenda::feed::events(desk.db(), desk.now, owner, false).await?;
    let modified = events.iter().map(|event| event.modified_at).max().unwrap_or(desk.now);
    Ok(file(desk, &owner.program, &events, modified))
}

async fn session_file(desk: &Desk, owner: &Owner) -> Reply {
    let session = desk.param("session");
    let session: i64 = session.strip_suffix(".ics").unwrap_or(session).parse().map_err(|_| Stop::Hidden)?;
    let event = store::agenda::feed::event(desk.db(), desk.now, owner, session).await?.ok_or(Stop::Hidden)?;
    let (title, modified) = (event.title.clone(), event.modified_at);
    Ok(file(desk, &title, &[event], modified))
}

fn file(desk: &Desk, title: &str, events: &[CalendarEvent], modified: DateTime<Utc>) -> Response {
    let events: Vec<Event> = events.iter().map(|of| event(of, &desk.app.host.base_url)).collect();
    let text = Text::new(calendar::download(&publisher(&desk.app), &events, true), modified);
    text.answer(&HeaderMap::new(), &format!("attachment; filename=\"{}\"", calendar::file_name(title)))
}

// ---- the feed, kept rendered ------------------------------------------------------------------------------------------

/// A feed as it was last rendered, and the state it was rendered from.
struct Kept {
    state: u64,
    text: Text,
}

/// By the hash of the feed's token.
static RENDERED: Mutex<BTreeMap<String, Kept>> = Mutex::new(BTreeMap::new());

/// The feed as it was rendered, while it still says what it said: then one query is all a calendar's question costs.
fn kept(key: &str, state: u64) -> Option<Text> {
    let kept = RENDERED.lock().unwrap_or_else(PoisonError::into_inner);
    kept.get(key).filter(|kept| kept.state == state).map(|kept| kept.text.clone())
}

/// Renders a feed and keeps it. Its date is when the present state was first seen here, not the last change of a session:
/// giving a seat up changes the feed and no session, and a client that only asks by date must see it.
fn render_feed(app: &App, now: DateTime<Utc>, owner: &Owner, events: &[CalendarEvent], key: String, state: u64) -> Text {
    let shown: Vec<Event> = events.iter().map(|of| event(of, &app.host.base_url)).collect();
    keep(key, state, calendar::feed(&publisher(app), &owner.program, &zone(&owner.zone), &shown), now)
}

/// Keeps a text as it was rendered from a state.
fn keep(key: String, state: u64, body: String, now: DateTime<Utc>) -> Text {
    let mut kept = RENDERED.lock().unwrap_or_else(PoisonError::into_inner);
    // Two states within one second still have two dates.
    let modified = kept.get(&key).map_or(now, |before| now.max(before.text.modified + TimeDelta::seconds(1)));
    let text = Text::new(body, modified);
    if kept.len() >= KEPT && !kept.contains_key(&key) {
        kept.clear();
    }
    kept.insert(key, Kept { state, text: text.clone() });
    text
}

/// Everything the text depends on. The day is part of it: cancelled sessions leave a feed after thirty.
fn state(app: &App, now: DateTime<Utc>, owner: &Owner) -> u64 {
    let mut state = DefaultHasher::new();
    (&app.host.name, &app.host.base_url, &owner.program, &owner.zone, &owner.version, now.date_naive()).hash(&mut state);
    state.finish()
}

// ---- the answer ------------------------------------------------------------------------------------------------------

/// A calendar text with its validators.
#[derive(Clone)]
struct Text {
    body: Bytes,
    /// Strong: the SHA-256 of the body, quoted.
    etag: String,
    modified: DateTime<Utc>,
}

impl Text {
    fn new(body: String, modified: DateTime<Utc>) -> Self {
        let digest: String = Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { body: Bytes::from(body), etag: format!("\"{digest}\""), modified }
    }

    /// The text, or 304 for a client that has it.
    fn answer(&self, asked: &HeaderMap, disposition: &str) -> Response {
        let has_it = self.is_known_to(asked);
        let mut response = Response::new(if has_it { Body::empty() } else { Body::from(self.body.clone()) });
        if has_it {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(header::ETAG, &self.etag);
        put(header::LAST_MODIFIED, &self.modified.format(HTTP_DATE).to_string());
        put(header::CACHE_CONTROL, "private, max-age=300");
        put(HeaderName::from_static("x-robots-tag"), "noindex");
        put(header::REFERRER_POLICY, "no-referrer");
        if !has_it {
            put(header::CONTENT_TYPE, "text/calendar; charset=utf-8");
            put(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }

    /// By tag; by date only where no tag is given (RFC 9110 §13.2.2).
    fn is_known_to(&self, asked: &HeaderMap) -> bool {
        let tags: Vec<&str> =
            asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(',')).collect();
        if asked.contains_key(header::IF_NONE_MATCH) {
            return tags.iter().map(|tag| tag.trim()).any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.etag);
        }
        let since = asked.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
        let since = since.and_then(|text| NaiveDateTime::parse_from_str(text, HTTP_DATE).ok());
        since.is_some_and(|since| self.modified.timestamp() <= since.and_utc().timestamp())
    }
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap_or_else(|_| Zone::utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Text {
        Text::new("BEGIN:VCALENDAR\r\n".to_owned(), "2027-02-01T12:30:05Z".parse().unwrap())
    }

    fn asked(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_client_that_has_it_gets_no_body() {
        let text = text();
        let etag = text.etag.clone();
        for (what, asked, expect) in [
            ("nothing asked", HeaderMap::new(), 200),
            ("the tag", asked(header::IF_NONE_MATCH, &etag), 304),
            ("the tag, weakened on the way", asked(header::IF_NONE_MATCH, &format!("W/{etag}")), 304),
            ("one of several", asked(header::IF_NONE_MATCH, &format!("\"x\", {etag}")), 304),
            ("any", asked(header::IF_NONE_MATCH, "*"), 304),
            ("another", asked(header::IF_NONE_MATCH, "\"x\""), 200),
            ("its date", asked(header::IF_MODIFIED_SINCE, "Mon, 01 Feb 2027 12:30:05 GMT"), 304),
            ("an older date", asked(header::IF_MODIFIED_SINCE, "Mon, 01 Feb 2027 12:30:04 GMT"), 200),
            ("no date", asked(header::IF_MODIFIED_SINCE, "yesterday"), 200),
        ] {
            assert_eq!(text.answer(&asked, "inline").status().as_u16(), expect, "{what}");
        }
        let mut both = asked(header::IF_NONE_MATCH, "\"x\"");
        both.insert(header::IF_MODIFIED_SINCE, HeaderValue::from_static("Mon, 01 Feb 2027 12:30:05 GMT"));
        assert_eq!(text.answer(&both, "inline").status(), StatusCode::OK, "the tag decides where both are given");
    }

    #[test]
    fn the_headers_are_complete() {
        let response = text().answer(&HeaderMap::new(), "inline");
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(header("content-type"), "text/calendar; charset=utf-8");
        assert_eq!(header("content-disposition"), "inline");
        assert_eq!(header("last-modified"), "Mon, 01 Feb 2027 12:30:05 GMT");
        assert_eq!(header("cache-control"), "private, max-age=300");
        assert_eq!(header("x-robots-tag"), "noindex");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("etag").len(), 66);
    }
}
