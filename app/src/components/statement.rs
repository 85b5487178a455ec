//! One person's own page: what waits for their answer, what was given and asked, what they allow, what is public, their
//! limits, and the way out. The same view behind the cookie of an invitation and behind the link of the page itself.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::advocacy::ask::{AskKind, State as AskState};
use domain::advocacy::consent::{Channel, Consents, Scope};
use domain::advocacy::own_limit::Limits;
use domain::advocacy::statement::{act_words, give_words, outcome};
use domain::registration::proof::CODE_MINUTES;
use domain::time::words::{date, day};
use leptos::prelude::*;
use store::advocacy::ask::{AskedLine, OpenAsk};
use store::advocacy::forgetting::Standing;
use store::advocacy::introduction::{MadeIntroduction, OpenIntroduction};
use store::advocacy::ledger::Line;
use store::advocacy::statement::Statement;

use super::consent::shown_list;
use super::form::{self, Choice, Input};
use super::proof::code_field;
use super::table::{Column, listing, tag};
use crate::desk::{Desk, Draft, Stop};
use crate::words::{capital, list};

/// How the reader is known.
#[derive(Debug, Clone)]
pub enum Reader {
    /// By the cookie of an invitation.
    Cookie,
    /// By the key of the page's own link.
    Link(String),
}

impl Reader {
    /// One of two acts: the one for those with a cookie, or the one for those with a link.
    const fn act(&self, by_cookie: &'static str, by_link: &'static str) -> &'static str {
        match self {
            Self::Cookie => by_cookie,
            Self::Link(_) => by_link,
        }
    }

    /// The field every form of theirs carries.
    fn key(&self) -> AnyView {
        match self {
            Self::Cookie => ().into_any(),
            Self::Link(token) => form::hidden("token", token),
        }
    }

    /// Where the page's files are.
    fn file(&self, kind: &str) -> String {
        match self {
            Self::Cookie => format!("/my/statement.{kind}"),
            Self::Link(token) => format!("/me/{token}/statement.{kind}"),
        }
    }
}

/// What was typed on this page when it was refused.
pub struct Drafts {
    pub answer: Draft,
    pub introduction: Draft,
    pub limits: Draft,
    pub forget: Draft,
    /// A code for being forgotten is on its way.
    pub code_sent: bool,
}

impl Drafts {
    /// Those of this request.
    ///
    /// # Errors
    /// The database.
    pub async fn of(desk: &Desk) -> Result<Self, Stop> {
        Ok(Self {
            answer: desk.draft("answer-ask").await?,
            introduction: desk.draft("answer-introduction").await?,
            limits: desk.draft("limits").await?,
            forget: desk.draft("forget").await?,
            code_sent: desk.query("code") == "sent",
        })
    }
}

/// The page, from its one heading on. `host` is the firm, `today` the day it is read.
#[must_use]
pub fn page(statement: Statement, reader: &Reader, drafts: &Drafts, host: &str, today: NaiveDate) -> AnyView {
    let Statement { person, open_asks, open_introductions, given, done, asked, introductions, consents, shown, limits, forgetting, .. } =
        statement;
    let eyebrow = [person.name.as_str(), person.title.as_str(), person.company.as_str()];
    let eyebrow = eyebrow.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let intro = format!(
        "What {host} did for you and asked of you, what you allow, and what is public with your name. Whatever you do not like here, you can change or stop."
    );
    let waiting = waiting(open_asks, open_introductions, drafts, reader);
    let met = (!introductions.is_empty()).then(|| met(introductions));
    let gave = entries(
        "given",
        "What we did for you",
        "What we did for you, the newest first",
        "Nothing yet. We hope to change that.",
        given,
        give_words,
    );
    let did = entries(
        "done",
        "What you did for us",
        "What you did for us, the newest first",
        "Nothing yet, and nothing has to be.",
        done,
        act_words,
    );
    view! {
        <main id="main" class="narrow page stack loose">
            <div class="stack tight">
                <p class="eyebrow">{eyebrow}</p>
                <h1>"Between you and us"</h1>
                <p class="soft">{intro}</p>
            </div>
            {form::errors(&drafts.limits)}
            {form::errors(&drafts.forget)}
            {waiting}
            {gave}
            {did}
            {asked_part(asked)}
            {met}
            {allowed_part(&consents, reader)}
            <section class="stack" id="shown">
                <h2>"What is public with your name, or is to be"</h2>
                {shown_list(shown)}
            </section>
            {limits_part(&limits, &drafts.limits, reader, today)}
            <section class="stack" id="files">
                <h2>"Take it with you"</h2>
                <p>"Everything on this page as a file: to read and print, or for a program of yours."</p>
                <p class="row">
                    <a class="button" href=reader.file("pdf")>"Download as PDF"</a>
                    <a class="button" href=reader.file("json")>"Download as JSON"</a>
                </p>
            </section>
            {forget_part(forgetting, drafts, reader, &person.email)}
        </main>
    }
    .into_any()
}

// ---- what waits ------------------------------------------------------------------------------------------------------

fn waiting(asks: Vec<OpenAsk>, introductions: Vec<OpenIntroduction>, drafts: &Drafts, reader: &Reader) -> AnyView {
    let body = if asks.is_empty() && introductions.is_empty() {
        view! { <p class="soft">"Nothing waits for an answer from you."</p> }.into_any()
    } else {
        let asks = asks.into_iter().enumerate().map(|(index, ask)| open_ask(ask, index == 0, &drafts.answer, reader)).collect_view();
        let introductions = introductions.into_iter().map(|one| open_introduction(one, &drafts.introduction, reader)).collect_view();
        view! { {asks} {introductions} }.into_any()
    };
    view! { <section class="stack" id="waiting"><h2>"What waits for your answer"</h2>{body}</section> }.into_any()
}

/// One ask: with its answer's form while it waits, else how it stands.
fn open_ask(ask: OpenAsk, first: bool, draft: &Draft, reader: &Reader) -> AnyView {
    let heading = capital(ask.kind.as_str());
    let body = match (ask.state, ask.scheduled_for) {
        (AskState::Asked, _) => answer_form(&ask, &heading, first, draft, reader),
        (_, Some(on)) => view! { <p>{tag("good", "accepted")} " " {format!("It is set for {}.", day(on))}</p> }.into_any(),
        (_, None) => {
            // Until a day is agreed a yes can become a no.
            let about = format!(": {heading}");
            view! {
                <p>{tag("good", "accepted")} " We write to you about the day."</p>
                <form method="post" action=reader.act(ANSWER, ANSWER_BY_LINK)>
                    {reader.key()}
                    {form::hidden("ask", ask.id)}
                    <button class="button quiet" name="answer" value="no">"Not this time after all" <span class="visually-hidden">{about}</span></button>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <article class="card stack close">
            <h3>{heading}</h3>
            <blockquote class="kept">{ask.wording}</blockquote>
            {body}
        </article>
    }
    .into_any()
}

const ANSWER: &str = "/api/advocacy/ask/answer";
const ANSWER_BY_LINK: &str = "/api/advocacy/ask/answer-by-link";

fn answer_form(ask: &OpenAsk, heading: &str, first: bool, draft: &Draft, reader: &Reader) -> AnyView {
    let (note_id, error_id, about) = (format!("ask-{}-note", ask.id), format!("ask-{}-note-e", ask.id), format!(": {heading}"));
    // What was typed belongs to the ask it was typed for.
    let typed = draft.typed().filter(|typed| typed.id("ask") == ask.id);
    let note = typed.map_or_else(String::new, |typed| typed.get("note").to_owned());
    let error = typed.and_then(|_| draft.error("note")).map(str::to_owned);
    let (described, invalid) = (error.is_some().then(|| error_id.clone()), error.is_some().then_some("true"));
    let error = error.map(|error| view! { <p class="error" id=error_id role="alert">{error}</p> });
    let until = ask.answer_by.map(|until| {
        view! { <p class="small soft">{format!("An answer by {} is kind; without one it ends by itself.", day(until))}</p> }
    });
    let code = typed.map(|_| code_field(draft));
    let class = if first { "button primary" } else { "button" };
    view! {
        <form class="stack" method="post" action=reader.act(ANSWER, ANSWER_BY_LINK)>
            {reader.key()}
            {form::hidden("ask", ask.id)}
            <div class="field">
                <label for=note_id.clone()>"A word to it " <span class="optional">"optional"</span></label>
                <textarea id=note_id name="note" rows="2" aria-describedby=described aria-invalid=invalid>{form::inside(&note)}</textarea>
                {error}
            </div>
            {until}
            {code}
            <p class="row">
                <button class=class name="answer" value="yes">"Accept" <span class="visually-hidden">{about.clone()}</span></button>
                <button class="button" name="answer" value="no">"Not this time" <span class="visually-hidden">{about}</span></button>
            </p>
        </form>
    }
    .into_any()
}

fn open_introduction(one: OpenIntroduction, draft: &Draft, reader: &Reader) -> AnyView {
    let about = format!(": {}", one.topic);
    let button = |value: &'static str, label: &'static str| {
        view! { <button class="button" name="answer" value=value>{label} <span class="visually-hidden">{about.clone()}</span></button> }
    };
    let (says, yes, no) = match one.said {
        None => (None, Some(button("yes", "Yes, introduce us")), Some(button("no", "No, thank you"))),
        Some(true) => (
            Some("You said yes. Until the other person has answered too, you can still change your mind."),
            None,
            Some(button("no", "No, thank you")),
        ),
        Some(false) => (Some("You said no."), None, None),
    };
    let says = says.map(|sentence| view! { <p>{sentence}</p> });
    let code = draft.typed().filter(|typed| typed.id("introduction") == one.id).map(|_| code_field(draft));
    let sentence = format!(
        "Somebody from another company could learn from you, or you from them, about this. Only when you have both said yes do you learn who it is. An answer by {} is kind.",
        day(one.answer_by)
    );
    view! {
        <article class="card stack close">
            <h3>{format!("An introduction: {}", one.topic)}</h3>
            <p class="soft">{sentence}</p>
            {says}
            <form method="post" action=reader.act("/api/advocacy/introduction/answer", "/api/advocacy/introduction/answer-by-link")>
                {reader.key()}
                {form::hidden("introduction", one.id)}
                {code}
                <p class="row">{yes} {no}</p>
            </form>
        </article>
    }
    .into_any()
}

// ---- what was given and asked ----------------------------------------------------------------------------------------

fn entries(
    id: &'static str,
    heading: &'static str,
    caption: &'static str,
    nothing: &'static str,
    lines: Vec<Line>,
    what: fn(&str) -> String,
) -> AnyView {
    let body = if lines.is_empty() {
        view! { <p class="soft">{nothing}</p> }.into_any()
    } else {
        let rows = lines
            .into_iter()
            .map(|line| {
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader">{what(&line.kind)}</th>
                        <td role="cell" data-label="When">{date(line.happened_on)}</td>
                        <td role="cell" data-label="More">{(!line.note.is_empty()).then_some(line.note)}</td>
                    </tr>
                }
            })
            .collect_view();
        listing(caption, &[Column::of("What"), Column::of("When"), Column::of("More")], rows)
    };
    view! { <section class="stack" id=id><h2>{heading}</h2>{body}</section> }.into_any()
}

fn asked_part(lines: Vec<AskedLine>) -> AnyView {
    let body = if lines.is_empty() {
        view! { <p class="soft">"Nothing yet."</p> }.into_any()
    } else {
        let rows = lines
            .into_iter()
            .map(|line| {
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader">{capital(line.kind.as_str())}</th>
                        <td role="cell" data-label="When">{date(line.asked_at.date_naive())}</td>
                        <td role="cell" data-label="In these words">{line.wording}</td>
                        <td role="cell" data-label="What came of it">{outcome(line.state.as_str())}</td>
                    </tr>
                }
            })
            .collect_view();
        let columns = [Column::of("What for"), Column::of("When"), Column::of("In these words"), Column::of("What came of it")];
        listing("What we asked of you, the newest first", &columns, rows)
    };
    view! { <section class="stack" id="asked"><h2>"What we asked of you"</h2>{body}</section> }.into_any()
}

fn met(made: Vec<MadeIntroduction>) -> AnyView {
    let lines = made
        .into_iter()
        .map(|one| {
            let who = [one.with_title.as_str(), one.with_company.as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", ");
            let about = format!("About {}, since {}.", one.topic, date(one.introduced_at.date_naive()));
            view! {
                <li>
                    <span><strong>{one.with_name}</strong> {format!(", {who}. {about}")}</span>
                    <a href=format!("mailto:{}", one.with_email)>{one.with_email.clone()}</a>
                </li>
            }
        })
        .collect_view();
    view! { <section class="stack" id="met"><h2>"Whom you met through us"</h2><ul class="attention">{lines}</ul></section> }.into_any()
}

// ---- what is allowed -------------------------------------------------------------------------------------------------

/// Everything that is allowed, with the one tap that stops it.
fn allowed_part(consents: &Consents, reader: &Reader) -> AnyView {
    let mut scopes: BTreeMap<Scope, BTreeMap<NaiveDate, Vec<String>>> = BTreeMap::new();
    for (scope, channel, until, _) in consents.live() {
        scopes.entry(scope).or_default().entry(until).or_default().extend(channel.map(Channel::label).map(str::to_owned));
    }
    let body = if scopes.is_empty() {
        view! { <p class="soft">"Nothing: we show nothing of you."</p> }.into_any()
    } else {
        let lines = scopes
            .into_iter()
            .map(|(scope, ends)| {
                let where_and_when = ends.into_iter().map(|(until, places)| match places.as_slice() {
                    [] => format!("Until {}.", date(until)),
                    places => format!("{}: until {}.", list(places), date(until)),
                });
                let where_and_when = where_and_when.collect::<Vec<_>>().join(" ");
                let about = format!(": {}", scope.heading());
                view! {
                    <li id=scope.key()>
                        <span><strong>{scope.heading()}</strong> " " <span class="small soft">{where_and_when}</span></span>
                        <form method="post" action=reader.act("/api/advocacy/consent/withdraw", "/api/advocacy/consent/withdraw-by-link")>
                            {reader.key()}
                            {form::hidden("scope", scope.as_str())}
                            <button class="button stop">"Stop" <span class="visually-hidden">{about}</span></button>
                        </form>
                    </li>
                }
            })
            .collect_view();
        view! {
            <p>"Stop whenever you like. What is planned is cancelled at once, and what is public is taken down within three working days."</p>
            <ul class="attention taps">{lines}</ul>
        }
        .into_any()
    };
    let more = matches!(reader, Reader::Cookie)
        .then(|| view! { <p class="small"><a href="/my/terms">"Allow something, or choose channels and dates"</a></p> });
    view! { <section class="stack" id="allow"><h2>"What you allow"</h2>{body}{more}</section> }.into_any()
}

// ---- limits ----------------------------------------------------------------------------------------------------------

fn limits_part(limits: &Limits, draft: &Draft, reader: &Reader, today: NaiveDate) -> AnyView {
    let most = Input {
        name: "most_per_quarter",
        label: "At most so many asks in a quarter",
        hint: "0 is none at all. Left empty, our own limit holds.",
        value: limits.most_per_quarter.map_or_else(String::new, |most| most.to_string()),
        optional: true,
        short: true,
        ..Input::default()
    };
    let pause = Input {
        name: "pause_until",
        label: "Ask nothing until",
        hint: "The last day on which you want to be left in peace.",
        kind: "date",
        value: limits.pause_until.filter(|until| *until >= today).map_or_else(String::new, |until| until.to_string()),
        optional: true,
        short: true,
        ..Input::default()
    };
    let note = Input {
        name: "note",
        label: "What else we should know",
        hint: "Read by those who would ask you.",
        value: limits.note.clone(),
        optional: true,
        ..Input::default()
    };
    let kinds = AskKind::ALL
        .iter()
        .map(|kind| Choice {
            name: format!("never:{kind}"),
            value: "yes".to_owned(),
            label: capital(kind.as_str()),
            hint: String::new(),
            ticked: limits.never.contains(kind),
        })
        .collect();
    view! {
        <section class="stack" id="limits">
            <h2>"Your limits"</h2>
            <p>"They hold for everybody here, from the moment you set them."</p>
            <form class="stack" method="post" action=reader.act("/api/advocacy/own-limit/set", "/api/advocacy/own-limit/set-by-link")>
                {reader.key()}
                {form::input(draft, most)}
                {form::choices(draft, "never", "Never ask me for", "checkbox", kinds)}
                {form::input(draft, pause)}
                {form::textarea(draft, note, 2)}
                <p><button class="button">"Set my limits"</button></p>
            </form>
        </section>
    }
    .into_any()
}

// ---- being forgotten -------------------------------------------------------------------------------------------------

fn forget_part(standing: Standing, drafts: &Drafts, reader: &Reader, email: &str) -> AnyView {
    let body = match standing {
        Standing { due: Some(due), .. } => {
            view! { <p class="notice">{format!("You asked us to forget you. It is done by {}, and this page ends with it.", day(due))}</p> }
                .into_any()
        }
        Standing { seat: Some(cohort), .. } => {
            view! { <p>{format!("You have a seat in “{cohort}”. Give it back first; after that we can forget you.")}</p> }.into_any()
        }
        Standing { .. } => {
            let code = Input {
                name: "code",
                label: "The six digits",
                hint: "Enter them in this browser.",
                autocomplete: "one-time-code",
                short: true,
                digits: true,
                ..Input::default()
            };
            let sent = drafts.code_sent.then(|| {
                view! { <p class="notice" role="status">"A code is on its way to you. Enter it here, in this browser."</p> }
            });
            let send = format!("We send six digits to {email}. They hold for {CODE_MINUTES} minutes.");
            view! {
                <p>"Your name, your address and everything you told us leave our records within thirty days. What is public with your name is taken down. It cannot be taken back."</p>
                <p>"What stays are numbers without a name: that somebody had a seat, that something was given. The law has us keep the proof of what you allowed and stopped, without your name."</p>
                <form class="stack close" method="post" action=reader.act("/api/advocacy/forgetting/code", "/api/advocacy/forgetting/code-by-link")>
                    {reader.key()}
                    <p>"First, show us that it is you. " {send}</p>
                    <p><button class="button">"Send me the code"</button></p>
                </form>
                <form class="stack close" method="post" action=reader.act("/api/advocacy/forgetting/ask", "/api/advocacy/forgetting/ask-by-link")>
                    {reader.key()}
                    {sent}
                    {form::input(&drafts.forget, code)}
                    <p><button class="button stop">"Forget me"</button></p>
                </form>
            }
            .into_any()
        }
    };
    view! { <section class="stack" id="forget"><h2>"Ask to be forgotten"</h2>{body}</section> }.into_any()
}
