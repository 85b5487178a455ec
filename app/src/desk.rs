//! The desk every page and act comes to: who is asking, may they, and what is handed back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use chrono::{DateTime, Utc};
use domain::access::{Audience, Belongs, Door, Principal, Ruling, ruling};
use domain::refusal::{FieldRefusal, Refusal};
use leptos::prelude::{ServerFnError, use_context};
use serde::{Deserialize, Serialize};
use store::outbox::Mail;
use store::sign_in::{Executive, Lead, Staff};
use store::{Actor, Db, Fault, Halt};

use crate::answer::{Answer, Form};
use crate::frame;

/// What every request works with. Made once, at start.
pub struct App {
    pub db: Db,
    pub host: Host,
    /// The one clock, in whole seconds.
    pub clock: fn() -> DateTime<Utc>,
    pub assets: Assets,
    /// How a mail reads: the templates live with the worker that sends them.
    pub render_mail: fn(&App, &Mail) -> Rendered,
}

/// The firm that runs this installation.
#[derive(Debug, Clone)]
pub struct Host {
    pub name: String,
    /// `#rrggbb`.
    pub accent: String,
    /// Where links lead, without a slash at the end. Never taken from a request.
    pub base_url: String,
    /// The address mails come from.
    pub sender: String,
}

impl Host {
    /// Whether the site is on TLS, as its own address says.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

/// Where the stylesheet and the browser bundle are, by the hash of what they hold.
#[derive(Debug, Clone)]
pub struct Assets {
    pub stylesheet: String,
    pub icon: String,
    pub font: String,
    /// `None` in a build without the browser bundles: pages work, islands stay plain.
    pub staff_bundle: Option<Bundle>,
    pub guest_bundle: Option<Bundle>,
}

/// The two files of a browser bundle.
#[derive(Debug, Clone)]
pub struct Bundle {
    pub js: String,
    pub wasm: String,
}

/// A mail as it is read.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The calendar part, when there is one: its method and its text.
    pub calendar: Option<(Option<String>, String)>,
}

/// Who is at the desk.
#[derive(Debug, Clone)]
pub enum Who {
    Nobody,
    Staff(Staff),
    Executive(Box<Executive>),
    Lead(Lead),
}

/// Why a page or an act stops before its own answer.
#[derive(Debug)]
pub enum Stop {
    SignIn,
    Forbidden,
    /// An executive whose invitation no longer (or not yet) leads here: its own page says how things stand.
    SeeInvitation,
    Hidden,
    Fault(Fault),
    /// Somewhere else is the place to go.
    To(String),
}

impl<T: Into<Fault>> From<T> for Stop {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

/// What a page hands back.
pub type Reply = Result<Response, Stop>;

/// What is said beside fields: their names and sentences.
pub type Said = Vec<(String, String)>;

/// What an act hands back.
pub type Acted = Result<Answer, ServerFnError>;

/// The cookies of the three audiences, and the two small ones.
pub const STAFF_COOKIE: &str = "staff";
pub const EXECUTIVE_COOKIE: &str = "invitation";
pub const LEAD_COOKIE: &str = "delegation";
const VISITOR_COOKIE: &str = "visitor";
/// Owns what was typed about a concern: nothing of it stands beside what the same visitor typed elsewhere.
const CONCERN_COOKIE: &str = "concern";
const NOTICE_COOKIE: &str = "notice";

/// One request, once it is known who asks.
pub struct Desk {
    pub app: Arc<App>,
    pub now: DateTime<Utc>,
    pub door: Door,
    pub who: Who,
    jar: CookieJar,
    params: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    path: String,
    tray: Tray,
    /// The last page of a list that was asked for one beyond it.
    last_page: OnceLock<String>,
}

/// What an act leaves for the answer: where to go, cookies to set, the status for callers that want no page.
#[derive(Clone, Default)]
pub struct Tray(Arc<Mutex<Left>>);

#[derive(Default)]
struct Left {
    stop: Option<Stop>,
    location: Option<String>,
    cookies: Vec<Cookie<'static>>,
    status: Option<StatusCode>,
}

impl Desk {
    /// Comes to a door with the parts of a request. The table is asked as far as it can be without an object.
    ///
    /// # Errors
    /// Not theirs, or a fault.
    pub async fn enter(app: Arc<App>, door: Door, parts: &Parts, params: BTreeMap<String, String>) -> Result<Self, Stop> {
        let jar = CookieJar::from_headers(&parts.headers);
        let now = (app.clock)();
        let cookie = |name: &str| jar.get(&cookie_name(&app.host, name)).map(|cookie| cookie.value().to_owned());
        let who = match door.audience() {
            Audience::Everyone => Who::Nobody,
            Audience::Staff => match cookie(STAFF_COOKIE) {
                Some(value) => store::sign_in::staff(&app.db, now, &value).await?.map_or(Who::Nobody, Who::Staff),
                None => Who::Nobody,
            },
            Audience::Executives => match cookie(EXECUTIVE_COOKIE) {
                Some(value) => store::sign_in::executive(&app.db, now, &value)
                    .await?
                    .map_or(Who::Nobody, |executive| Who::Executive(Box::new(executive))),
                None => Who::Nobody,
            },
            Audience::DelegationLeads => match cookie(LEAD_COOKIE) {
                Some(value) => store::sign_in::lead(&app.db, now, &value).await?.map_or(Who::Nobody, Who::Lead),
                None => Who::Nobody,
            },
        };
        let query = parts.uri.query().map(parse_query).unwrap_or_default();
        let desk = Self {
            app,
            now,
            door,
            who,
            jar,
            params,
            query,
            path: parts.uri.path().to_owned(),
            tray: Tray::default(),
            last_page: OnceLock::new(),
        };
        desk.ask(None)?;
        Ok(desk)
    }

    fn ask(&self, belongs: Option<&Belongs>) -> Result<(), Stop> {
        match ruling(self.door, &self.principal(), belongs) {
            Ruling::Enter => Ok(()),
            Ruling::SignIn => Err(Stop::SignIn),
            Ruling::Forbidden if matches!(self.who, Who::Executive(_)) => Err(Stop::SeeInvitation),
            Ruling::Forbidden => Err(Stop::Forbidden),
            Ruling::Hidden => Err(Stop::Hidden),
        }
    }

    /// Asks the table again about one object. `None`: there is no such object, and that reads like somebody else's.
    ///
    /// # Errors
    /// Not theirs.
    pub fn owns(&self, belongs: Option<Belongs>) -> Result<(), Stop> {
        self.ask(Some(&belongs.ok_or(Stop::Hidden)?))
    }

    /// As [`Desk::owns`], for a part of something; answers the id of what it is part of.
    ///
    /// # Errors
    /// Not theirs.
    pub fn owns_part(&self, found: Option<(i64, Belongs)>) -> Result<i64, Stop> {
        let (whole, belongs) = found.ok_or(Stop::Hidden)?;
        self.ask(Some(&belongs))?;
        Ok(whole)
    }

    /// Who is asking, as the access table knows them.
    #[must_use]
    pub fn principal(&self) -> Principal {
        match &self.who {
            Who::Nobody => Principal::Anonymous,
            Who::Staff(staff) => staff.principal(),
            Who::Executive(executive) => executive.principal(),
            Who::Lead(lead) => lead.principal(),
        }
    }

    /// The staff at the desk.
    ///
    /// # Errors
    /// Nobody is signed in as staff.
    pub fn staff(&self) -> Result<&Staff, Stop> {
        match &self.who {
            Who::Staff(staff) => Ok(staff),
            _ => Err(Stop::SignIn),
        }
    }

    /// The executive at the desk.
    ///
    /// # Errors
    /// No invitation's cookie.
    pub fn executive(&self) -> Result<&Executive, Stop> {
        match &self.who {
            Who::Executive(executive) => Ok(executive),
            _ => Err(Stop::SignIn),
        }
    }

    /// The executive's registration.
    ///
    /// # Errors
    /// They have none: the door was not for them.
    pub fn registration(&self) -> Result<i64, Stop> {
        self.executive()?.registration.ok_or(Stop::Forbidden)
    }

    /// The delegation lead at the desk.
    ///
    /// # Errors
    /// No delegation's cookie.
    pub fn lead(&self) -> Result<&Lead, Stop> {
        match &self.who {
            Who::Lead(lead) => Ok(lead),
            _ => Err(Stop::SignIn),
        }
    }

    /// Who acts, for the history.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Nobody => Actor::System,
            Who::Staff(staff) => Actor::Staff(staff.id),
            Who::Executive(executive) => Actor::Executive(executive.invitation),
            Who::Lead(lead) => Actor::DelegationLead(lead.allotment),
        }
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.app.db
    }

    /// A text of the path.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// A number of the path.
    ///
    /// # Errors
    /// It is no number: there is no such page.
    pub fn id(&self, name: &str) -> Result<i64, Stop> {
        self.param(name).parse().map_err(|_| Stop::Hidden)
    }

    /// A text of the query; empty when it is not there.
    #[must_use]
    pub fn query(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// The page of a list, from 1.
    #[must_use]
    pub fn page(&self) -> u64 {
        self.query("page").parse().unwrap_or(1).clamp(1, 1_000_000)
    }

    /// Says that a list has no such page: its last one is shown instead, whatever this page would have shown.
    pub(crate) fn is_beyond(&self, last_page: String) {
        // Of two lists the first is enough.
        let _ = self.last_page.set(last_page);
    }

    /// Where to go instead, when a list was asked for a page beyond its last.
    pub(crate) fn last_page(&self) -> Option<&str> {
        self.last_page.get().map(String::as_str)
    }

    /// The path of this page.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// This page's address with one query field changed; the page number starts over.
    #[must_use]
    pub fn with_query(&self, name: &str, text: &str) -> String {
        let mut query = self.query.clone();
        query.remove("page");
        query.remove("draft");
        query.insert(name.to_owned(), text.to_owned());
        let fields: Vec<String> =
            query.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{}={}", encode(name), encode(text))).collect();
        if fields.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, fields.join("&")) }
    }

    /// What was typed into a form of this page when it was refused, if that is why the page is shown.
    ///
    /// # Errors
    /// The database.
    pub async fn draft(&self, form: &str) -> Result<Draft, Stop> {
        let (id, owner) = (self.query("draft"), self.cookie(draft_cookie(form)));
        let (Some(owner), false) = (owner, id.is_empty()) else { return Ok(Draft::default()) };
        let body = store::draft::recall(self.db(), self.now, &owner, id).await?;
        let draft: Draft = body.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default();
        Ok(if draft.form == form { draft } else { Draft::default() })
    }

    /// The sentence the last act left for this page: its tone and its words.
    #[must_use]
    pub fn notice(&self) -> Option<(Tone, String)> {
        let value = self.jar.get(&cookie_name(&self.app.host, NOTICE_COOKIE))?.value();
        let (tone, words) = value.split_once('.')?;
        let tone = if tone == "good" { Tone::Good } else { Tone::Warn };
        Some((tone, decode(words)))
    }

    /// Takes the shown notice away.
    pub(crate) fn without_notice(&self, mut response: Response) -> Response {
        let name = cookie_name(&self.app.host, NOTICE_COOKIE);
        if self.jar.get(&name).is_some() {
            let gone = cookie(&self.app.host, NOTICE_COOKIE, String::new(), 0);
            add_cookie(response.headers_mut(), &gone);
        }
        response
    }
}

/// How a notice sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warn,
}

/// What was typed into a form that was refused, and what was said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    form: String,
    typed: Option<Form>,
    /// Of the whole form; empty when only fields are wrong.
    sentence: String,
    fields: Said,
}

impl Draft {
    /// What was typed.
    #[must_use]
    pub fn typed(&self) -> Option<&Form> {
        self.typed.as_ref()
    }

    /// What to show in a field: what was typed, else what stands.
    #[must_use]
    pub fn value(&self, field: &str, stands: &str) -> String {
        self.typed.as_ref().map_or(stands, |typed| typed.get(field)).to_owned()
    }

    /// Whether a box is ticked: as it was sent, else as it stands.
    #[must_use]
    pub fn ticked(&self, field: &str, stands: bool) -> bool {
        self.typed.as_ref().map_or(stands, |typed| typed.ticked(field))
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// Everything that is wrong: the whole first, then each field.
    #[must_use]
    pub fn errors(&self) -> Vec<(Option<&str>, &str)> {
        let whole = (!self.sentence.is_empty()).then_some((None, self.sentence.as_str()));
        whole.into_iter().chain(self.fields.iter().map(|(field, sentence)| (Some(field.as_str()), sentence.as_str()))).collect()
    }
}

// ---- acts ------------------------------------------------------------------------------------------------------------

impl Desk {
    /// Comes to the door of an act, inside a server function.
    ///
    /// # Errors
    /// Not theirs, or a fault: already on the tray, for the answer.
    pub async fn at(door: Door) -> Result<Self, ServerFnError> {
        let (app, parts, tray) = (use_context::<Arc<App>>(), use_context::<Parts>(), use_context::<Tray>());
        let (Some(app), Some(parts), Some(tray)) = (app, parts, tray) else {
            return Err(ServerFnError::new("a server function outside a request"));
        };
        match Self::enter(app, door, &parts, BTreeMap::new()).await {
            Ok(mut desk) => {
                desk.tray = tray;
                Ok(desk)
            }
            Err(stop) => Err(tray.stop(stop)),
        }
    }

    /// Puts a stop on the tray: `desk.or_stop(desk.owns(…))?`.
    ///
    /// # Errors
    /// The stop, if it is one.
    pub fn or_stop<T, S: Into<Stop>>(&self, result: Result<T, S>) -> Result<T, ServerFnError> {
        result.map_err(|stop| self.tray.stop(stop.into()))
    }

    /// It is done: a plain form goes to `to`, where `sentence` is shown once.
    ///
    /// # Errors
    /// None; the type is the act's.
    pub fn done(&self, to: impl Into<String>, sentence: impl Into<String>) -> Acted {
        let sentence = sentence.into();
        self.leave(to.into(), Tone::Good, &sentence, None);
        Ok(Answer { done: true, code: "done".to_owned(), sentence })
    }

    /// It was refused and nothing was typed that could be lost: a plain form goes to `to`, where the reason is shown once.
    ///
    /// # Errors
    /// None; the type is the act's.
    pub fn declined(&self, to: impl Into<String>, why: &impl Refusal) -> Acted {
        self.leave(to.into(), Tone::Warn, &why.sentence(), Some(StatusCode::CONFLICT));
        Ok(Answer { done: false, code: why.code().to_owned(), sentence: why.sentence() })
    }

    /// It was refused: a plain form goes back to `back`, with everything as it was typed and each reason at its field.
    /// `name` is the form's, as the page recalls it.
    ///
    /// # Errors
    /// The draft could not be kept.
    pub async fn refused(&self, back: &str, name: &str, typed: &Form, why: &impl Refusal, fields: &[FieldRefusal]) -> Acted {
        let mut said: Said = fields.iter().map(|why| (why.field.to_owned(), why.sentence.clone())).collect();
        let mut sentence = if said.is_empty() { why.sentence() } else { String::new() };
        if let (Some(field), true) = (why.field(), said.is_empty()) {
            said.push((field.to_owned(), std::mem::take(&mut sentence)));
        }
        self.refused_with(back, name, typed, why.code(), sentence, said).await
    }

    /// As [`Desk::refused`], with the field names of rows (`email.3`).
    ///
    /// # Errors
    /// The draft could not be kept.
    pub async fn refused_with(&self, back: &str, name: &str, typed: &Form, code: &str, sentence: String, fields: Said) -> Acted {
        let answer = Answer {
            done: false,
            code: code.to_owned(),
            sentence: if sentence.is_empty() {
                fields.iter().map(|(_, why)| why.as_str()).collect::<Vec<_>>().join(" ")
            } else {
                sentence.clone()
            },
        };
        let secret = ["password", "old", "code", "digits"];
        let typed = Form(
            typed
                .0
                .iter()
                .filter(|(field, _)| !secret.contains(&field.as_str()))
                .map(|(field, text)| (field.clone(), text.clone()))
                .collect(),
        );
        let draft = Draft { form: name.to_owned(), typed: Some(typed), sentence, fields };
        let body = self.or_stop(serde_json::to_string(&draft).map_err(|why| Fault::Unreadable(why.to_string())))?;
        let (owner, until) = if draft_cookie(name) == CONCERN_COOKIE {
            let owner = self.cookie(CONCERN_COOKIE).unwrap_or_else(|| store::link::random_token(""));
            // As long as the draft may be, from each refusal on.
            self.set_cookie(CONCERN_COOKIE, owner.clone(), 2 * 60);
            (owner, domain::conduct::incident::draft_ends(self.now))
        } else {
            (self.browser(), self.now + chrono::TimeDelta::minutes(30))
        };
        let id = self.or_stop(store::draft::keep(self.db(), self.now, until, &owner, body).await)?;
        let (path, fragment) = back.split_once('#').map_or((back, String::new()), |(path, fragment)| (path, format!("#{fragment}")));
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut left = self.tray.open();
        left.location = Some(format!("{path}{joint}draft={id}{fragment}"));
        left.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
        drop(left);
        Ok(answer)
    }

    /// Forgets what this visitor typed into a form of this name while it was refused: it has been sent since, and is nobody's
    /// to find here.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_drafts(&self, form: &str) -> Result<(), Stop> {
        let Some(owner) = self.cookie(draft_cookie(form)) else { return Ok(()) };
        // A draft is kept as JSON, and its form's name comes first.
        store::draft::forget(self.db(), &owner, &format!("{{\"form\":\"{form}\",")).await?;
        Ok(())
    }

    /// A sign-in's cookie, for as long as the browser keeps it.
    pub fn give_cookie(&self, name: &'static str, value: String) {
        self.set_cookie(name, value, 30 * 24 * 60);
    }

    /// Takes a sign-in's cookie back.
    pub fn take_cookie(&self, name: &'static str) {
        self.set_cookie(name, String::new(), 0);
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.get(&cookie_name(&self.app.host, name)).map(|cookie| cookie.value().to_owned())
    }

    /// This browser's own secret, which it is given when it has none: for what only the same browser may finish.
    #[must_use]
    pub fn browser(&self) -> String {
        let name = cookie_name(&self.app.host, VISITOR_COOKIE);
        let given = || self.tray.open().cookies.iter().find(|given| given.name() == name).map(|given| given.value().to_owned());
        self.cookie(VISITOR_COOKIE).or_else(given).unwrap_or_else(|| {
            let secret = store::link::random_token("");
            self.set_cookie(VISITOR_COOKIE, secret.clone(), 24 * 60);
            secret
        })
    }

    fn set_cookie(&self, name: &'static str, value: String, minutes: i64) {
        self.tray.open().cookies.push(cookie(&self.app.host, name, value, minutes));
    }

    fn leave(&self, to: String, tone: Tone, sentence: &str, status: Option<StatusCode>) {
        if !sentence.is_empty() {
            let tone = if tone == Tone::Good { "good" } else { "warn" };
            self.set_cookie(NOTICE_COOKIE, format!("{tone}.{}", encode(sentence)), 5);
        }
        let mut left = self.tray.open();
        left.location = Some(to);
        left.status = status;
    }
}

/// Splits what an act came to: done, or refused for `R`. Faults go on the tray.
///
/// # Errors
/// The fault.
pub fn settle<T, R>(desk: &Desk, result: Result<T, Halt<R>>) -> Result<Result<T, R>, ServerFnError> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(Halt::Refused(why)) => Ok(Err(why)),
        Err(Halt::Fault(fault)) => Err(desk.tray.stop(Stop::Fault(fault))),
    }
}

impl Tray {
    fn open(&self) -> std::sync::MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn stop(&self, stop: Stop) -> ServerFnError {
        self.open().stop = Some(stop);
        ServerFnError::new("stopped")
    }

    /// Turns what a server function answered into what the caller gets: a plain form is sent on with 303, everybody
    /// else gets the answer with its status. A stop is a page, or a status.
    pub fn answer(self, app: &App, caller: Caller, response: Response) -> Response {
        let wants_page = caller == Caller::Page;
        let mut left = self.open();
        if let Some(stop) = left.stop.take() {
            return stop.response(app, wants_page);
        }
        if response.headers().contains_key("serverfnerror") {
            let sentence = "Something in it is missing or too large. Go back, reload the page and send it again: nothing was changed.";
            return if wants_page {
                frame::bare(app, StatusCode::BAD_REQUEST, "This form could not be read", sentence)
            } else {
                (StatusCode::BAD_REQUEST, sentence).into_response()
            };
        }
        let mut response = match left.location.take() {
            Some(location) if wants_page => Redirect::to(&location).into_response(),
            _ => response,
        };
        // A server function that names no place would send a page back to its referrer; an answer is an answer.
        if response.status() == StatusCode::FOUND {
            *response.status_mut() = StatusCode::OK;
        }
        if let (Some(status), Caller::Script) = (left.status, caller) {
            *response.status_mut() = status;
        }
        // What an island says itself is not said again by the next page.
        let notice = cookie_name(&app.host, NOTICE_COOKIE);
        for cookie in left.cookies.iter().filter(|cookie| wants_page || cookie.name() != notice) {
            add_cookie(response.headers_mut(), cookie);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl Stop {
    /// The page of a stop, or its bare status for callers that want no page.
    #[must_use]
    pub fn response(self, app: &App, wants_page: bool) -> Response {
        let (status, heading, sentence) = match self {
            Self::To(place) => return Redirect::to(&place).into_response(),
            Self::SignIn if wants_page => return Redirect::to("/sign-in").into_response(),
            Self::SeeInvitation if wants_page => return Redirect::to("/invitation").into_response(),
            Self::SeeInvitation => (
                StatusCode::FORBIDDEN,
                "See your invitation",
                "Your invitation does not lead here at the moment. Its page says how things stand.".to_owned(),
            ),
            Self::SignIn => (StatusCode::UNAUTHORIZED, "Sign in first", "Sign in, or open the link in your mail.".to_owned()),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "This is not yours to open",
                "Somebody else looks after this page. If it should be you, ask an admin.".to_owned(),
            ),
            Self::Hidden => (
                StatusCode::NOT_FOUND,
                "There is no such page",
                "Check the address, or go back to where you came from. A link in a mail may have been replaced by a newer one.".to_owned(),
            ),
            Self::Fault(fault) => {
                let reference = &store::link::random_token("")[..8];
                tracing::error!(reference, %fault, "a fault");
                let sentence = format!(
                    "Nothing you did is lost that was confirmed. Try again in a minute; if it stays, tell the program team this reference: {reference}."
                );
                if fault.is_passing() {
                    (StatusCode::SERVICE_UNAVAILABLE, "We are away for a moment", sentence)
                } else {
                    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here", sentence)
                }
            }
        };
        if wants_page { frame::bare(app, status, heading, &sentence) } else { (status, sentence).into_response() }
    }
}

/// Who calls an act, and so what its answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A plain form: it is sent on to a page.
    Page,
    /// An island of ours: it reads the answer itself, and takes an error status for a broken line.
    Island,
    /// Anybody else: the status says what it came to.
    Script,
}

impl Caller {
    /// By the request's headers.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        if wants_page(headers) {
            return Self::Page;
        }
        match headers.get("sec-fetch-mode").and_then(|mode| mode.to_str().ok()) {
            Some("cors" | "same-origin") => Self::Island,
            _ => Self::Script,
        }
    }
}

/// Whether the caller is a browser following a link or sending a plain form.
#[must_use]
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// The cookie that owns what is typed into a form.
fn draft_cookie(form: &str) -> &'static str {
    if ["my-concern", "staff-concern", "concern-reply"].contains(&form) { CONCERN_COOKIE } else { VISITOR_COOKIE }
}

fn cookie_name(host: &Host, name: &str) -> String {
    if host.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
}

fn cookie(host: &Host, name: &str, value: String, minutes: i64) -> Cookie<'static> {
    Cookie::build((cookie_name(host, name), value))
        .path("/")
        .http_only(true)
        .secure(host.is_secure())
        .same_site(SameSite::Lax)
        .max_age(time::Duration::minutes(minutes))
        .build()
}

fn add_cookie(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

fn parse_query(query: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Percent-encodes a text for a query or a cookie.
#[must_use]
pub fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
