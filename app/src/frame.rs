//! The frame around every page: head, top line, notice, foot. One for each audience.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::access::Role;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;

use crate::components::form;
use crate::desk::{App, Desk, Reply, Stop, Tone, Who};

/// Which entry of the staff's top line a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Cohorts,
    Companies,
    Programs,
    Rules,
    Outbox,
    Staff,
    Scorecard,
    MySessions,
    MyCustomers,
    People,
    Celebrate,
    Advocates,
    Asks,
    Figures,
    Incidents,
    Openings,
    AgendaCheck,
    Account,
}

/// Whose islands a page carries: only then does it load a browser bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Islands {
    None,
    Guests,
    Staff,
}

/// A page for staff.
///
/// # Errors
/// None; the type is the page's.
pub fn staff<V: IntoView + 'static>(desk: &Desk, section: Section, title: &str, body: impl FnOnce() -> V) -> Reply {
    staff_with(desk, section, Islands::None, title, body)
}

/// As [`staff`], for a page that may carry islands.
///
/// # Errors
/// None; the type is the page's.
pub fn staff_with<V: IntoView + 'static>(desk: &Desk, section: Section, islands: Islands, title: &str, body: impl FnOnce() -> V) -> Reply {
    let top = staff_top(desk, section);
    page(desk, StatusCode::OK, islands, title, move || view! { {top} {body()} {foot("/concern")} })
}

fn staff_top(desk: &Desk, section: Section) -> impl IntoView + use<> {
    let Who::Staff(staff) = &desk.who else { return ().into_any() };
    let manages = staff.is(Role::Admin) || staff.is(Role::ProgramManager);
    let celebrates = staff.is(Role::Admin) || staff.is(Role::Marketing);
    let entries = [
        (manages, Section::Cohorts, "/cohorts", "Cohorts"),
        (manages, Section::Programs, "/programs", "Programs"),
        (manages || staff.is(Role::Marketing) || staff.is(Role::AccountManager), Section::Companies, "/companies", "Companies"),
        (staff.is(Role::Facilitator), Section::MySessions, "/my-sessions", "My sessions"),
        (staff.is(Role::AccountManager), Section::MyCustomers, "/my-customers", "My customers"),
        // Whoever a customer can choose.
        (manages || staff.is(Role::Facilitator) || staff.is(Role::AccountManager), Section::Openings, "/openings", "Sales openings"),
        (manages || staff.is(Role::Marketing), Section::People, "/people", "People"),
        (celebrates, Section::Celebrate, "/celebrate", "Celebrate"),
        (celebrates, Section::Advocates, "/advocates", "Advocates"),
        (manages || celebrates, Section::Asks, "/asks", "Asks"),
        (celebrates, Section::Figures, "/reciprocity", "Figures"),
        (staff.is(Role::IncidentReviewer), Section::Incidents, "/incidents", "Concerns"),
        (manages || staff.is(Role::ExecutiveSponsor), Section::Scorecard, "/scorecard", "Scorecard"),
        (true, Section::Rules, "/rules", "Conversation rule"),
        (manages, Section::Outbox, "/outbox", "Outbox"),
        (staff.is(Role::Admin), Section::Staff, "/staff", "Staff"),
    ];
    let links = entries
        .into_iter()
        .filter(|(shown, ..)| *shown)
        .map(|(_, this, href, label)| {
            // The agenda check has no entry of its own: it is part of the rule.
            let current =
                if this == section { Some("page") } else { (this == Section::Rules && section == Section::AgendaCheck).then_some("true") };
            view! { <a href=href aria-current=current>{label}</a> }
        })
        .collect_view();
    let account = (section == Section::Account).then_some("page");
    view! {
        <header class="top"><div class="wrap">
            <a class="brand" href="/">{desk.app.host.name.clone()}</a>
            <nav aria-label="Main">{links}</nav>
            <a class="small soft" href="/account" aria-current=account>{staff.name.clone()}</a>
        </div></header>
    }
    .into_any()
}

/// Which entry of the executive's top line a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mine {
    Week,
    People,
    Calendar,
    Details,
    Statement,
    Terms,
    Rule,
    Openings,
    Concern,
}

/// A page for a registered executive.
///
/// # Errors
/// None; the type is the page's.
pub fn executive<V: IntoView + 'static>(desk: &Desk, current: Mine, islands: Islands, title: &str, body: impl FnOnce() -> V) -> Reply {
    let links = [
        (Mine::Week, "/my/week", "My week"),
        (Mine::Calendar, "/my/calendar", "Calendar"),
        (Mine::People, "/my/people", "People"),
        (Mine::Details, "/my/details", "Details"),
        (Mine::Terms, "/my/terms", "Terms"),
        (Mine::Statement, "/my/statement", "Statement"),
    ]
    .into_iter()
    .map(|(this, href, label)| {
        let part_of_terms = this == Mine::Terms && matches!(current, Mine::Rule | Mine::Openings | Mine::Concern);
        let current = if this == current { Some("page") } else { part_of_terms.then_some("true") };
        view! { <a href=href aria-current=current>{label}</a> }
    })
    .collect_view();
    let host = desk.app.host.name.clone();
    page(desk, StatusCode::OK, islands, title, move || {
        view! {
            <header class="top"><div class="wrap"><a class="brand" href="/my/week">{host}</a><nav aria-label="Main">{links}</nav></div></header>
            {body()}
            {foot("/my/concern")}
        }
    })
}

/// The discreet way to say that something went wrong: at the foot of every page of theirs.
fn foot(to: &'static str) -> impl IntoView {
    view! { <footer class="foot"><div class="wrap"><a href=to>"Report a concern"</a></div></footer> }
}

/// A page without a top line: letters, sign-in, the delegation lead's page.
///
/// # Errors
/// None; the type is the page's.
pub fn letter<V: IntoView + 'static>(desk: &Desk, title: &str, body: impl FnOnce() -> V) -> Reply {
    page(desk, StatusCode::OK, Islands::None, title, body)
}

/// As [`letter`], for an executive whose cookie says who they are: with the way to report a concern at its foot.
///
/// # Errors
/// None; the type is the page's.
pub fn guest_letter<V: IntoView + 'static>(desk: &Desk, title: &str, body: impl FnOnce() -> V) -> Reply {
    page(desk, StatusCode::OK, Islands::None, title, move || view! { {body()} {foot("/my/concern")} })
}

/// As [`guest_letter`], for the letter behind a link, whose reader has no cookie yet: the foot is a form that exchanges
/// the link's token on the way.
///
/// # Errors
/// None; the type is the page's.
pub fn link_letter<V: IntoView + 'static>(desk: &Desk, title: &str, token: String, body: impl FnOnce() -> V) -> Reply {
    page(desk, StatusCode::OK, Islands::None, title, move || {
        view! {
            {body()}
            <footer class="foot"><div class="wrap">
                <form method="post" action="/api/registration/invitation/open">
                    {form::hidden("token", token)}
                    <button class="button quiet" name="go" value="concern">"Report a concern"</button>
                </form>
            </div></footer>
        }
    })
}

/// A page without a top line, that says no: the link is over, the invitation is answered.
///
/// # Errors
/// None; the type is the page's.
pub fn letter_with_status<V: IntoView + 'static>(desk: &Desk, status: StatusCode, title: &str, body: impl FnOnce() -> V) -> Reply {
    page(desk, status, Islands::None, title, body)
}

fn page<V: IntoView + 'static>(desk: &Desk, status: StatusCode, islands: Islands, title: &str, body: impl FnOnce() -> V) -> Reply {
    if let Some(last_page) = desk.last_page() {
        return Err(Stop::To(last_page.to_owned()));
    }
    let notice = desk.notice().map(|(tone, sentence)| {
        let class = if tone == Tone::Good { "notice good" } else { "notice warn" };
        view! { <div class="wrap"><p class=class role="status">{sentence}</p></div> }
    });
    let response = render(&desk.app, status, islands, title, move || view! { {notice} {body()} });
    Ok(desk.without_notice(response))
}

/// A page that knows nobody: not found, forbidden, broken.
#[must_use]
pub fn bare(app: &App, status: StatusCode, heading: &str, sentence: &str) -> Response {
    let (host, heading, sentence) = (app.host.name.clone(), heading.to_owned(), sentence.to_owned());
    let title = heading.clone();
    render(app, status, Islands::None, &title, move || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <h1>{heading}</h1>
                <p>{sentence}</p>
                <p><a class="button" href="/">"Go to the start"</a></p>
            </main>
        }
    })
}

/// The whole document. The content security policy names this page's nonce, and nothing inline runs without it.
fn render<V: IntoView + 'static>(app: &App, status: StatusCode, islands: Islands, title: &str, body: impl FnOnce() -> V) -> Response {
    let nonce = store::link::random_token("");
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let bundle = match islands {
        Islands::None => None,
        Islands::Guests => app.assets.guest_bundle.as_ref(),
        Islands::Staff => app.assets.staff_bundle.as_ref(),
    };
    let loader = bundle.map(|bundle| {
        format!(
            "import(\"{js}\").then(async b=>{{await b.default({{module_or_path:\"{wasm}\"}});b.hydrate();\
             for(const i of document.querySelectorAll(\"leptos-island\"))b[i.dataset.component]?.(i);document.documentElement.dataset.alive=\"\"}})",
            js = bundle.js,
            wasm = bundle.wasm
        )
    });
    let html = owner.with(|| {
        // A title is text only: no markers of views may stand in it.
        let title = escaped(&format!("{title} · {}", app.host.name));
        let assets = app.assets.clone();
        view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title inner_html=title></title>
                    <link rel="preload" href=assets.font r#as="font" type="font/woff2" crossorigin="anonymous"/>
                    <link rel="stylesheet" href=assets.stylesheet/>
                    <link rel="icon" href=assets.icon type="image/svg+xml"/>
                    {loader.map(|loader| view! { <script type="module" nonce=nonce.clone() inner_html=loader></script> })}
                </head>
                <body>
                    <a class="skip" href="#main">"Skip to the page"</a>
                    {body()}
                </body>
            </html>
        }
        .to_html()
    });
    owner.cleanup();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    );
    let mut response = (status, axum::response::Html(format!("<!doctype html>{html}"))).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
