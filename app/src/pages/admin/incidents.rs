//! Concerns as staff meet them: the form of a colleague who reports one, and the reviewers' list and cases.

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::conduct::incident::{Act, Severity, State, reference};
use leptos::prelude::*;
use store::cohort::company::Named;
use store::conduct::incident::{Case, Cohort, Done, Line, new_token};

use super::programs::figure;
use crate::components::form::{self, Choice, Input};
use crate::components::table::{empty, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::customer::concern::{message, on, paragraphs};
use crate::pages::executive::concern::report_fields;
use crate::words;

// ---- reporting -------------------------------------------------------------------------------------------------------

/// A colleague's report: first of which cohort, then the rest.
///
/// # Errors
/// Faults.
pub async fn report(desk: Desk) -> Reply {
    let staff = desk.staff()?;
    // Whoever sells knows of the cohorts they observe, and of no session.
    let sells = staff.is(Role::AccountManager);
    let cohorts = store::conduct::incident::cohorts(desk.db(), sells.then_some(staff.id)).await?;
    let asked = desk.query("cohort").parse::<i64>().ok();
    let only = if cohorts.len() == 1 { cohorts.first() } else { None };
    let chosen = asked.and_then(|id| cohorts.iter().find(|cohort| cohort.id == id)).or(only).cloned();
    let draft = desk.draft("staff-concern").await?;
    let host = desk.app.host.name.clone();
    let rest = match &chosen {
        Some(cohort) => {
            let sessions = if sells { None } else { Some(store::conduct::incident::sessions(desk.db(), cohort.id).await?) };
            let colleagues = store::conduct::incident::colleagues(desk.db()).await?;
            let about = format!("{}, {}", cohort.title, cohort.program);
            view! {
                <form class="stack loose" method="post" action="/api/conduct/incident/report">
                    <h2>{about}</h2>
                    {form::hidden("cohort", cohort.id)}
                    {form::hidden("token", new_token())}
                    {report_fields(&draft, sessions, colleagues, &host)}
                    <p class="row"><button class="button primary">"Send it to the reviewers"</button></p>
                </form>
            }
            .into_any()
        }
        None => ().into_any(),
    };
    let which = if cohorts.is_empty() {
        let heading = if sells { "You observe no cohort" } else { "No cohort has invited anybody yet" };
        empty(heading, "As soon as that changes, a concern about it can be reported here.", None)
    } else {
        which_cohort(cohorts, chosen.as_ref())
    };
    frame::staff(&desk, Section::Incidents, "Report a concern", || {
        view! {
            <main id="main" class="narrow page stack loose">
                {form::errors(&draft)}
                <div class="stack tight">
                    <h1>"Report a concern"</h1>
                    <p class="soft">"If somebody started a sales conversation with a guest, tell the reviewers. They read your name, and nobody else does: never the person it is about, and never their manager. You get a mail with a private address where answers appear."</p>
                </div>
                {which}
                {rest}
            </main>
        }
    })
}

fn which_cohort(cohorts: Vec<Cohort>, chosen: Option<&Cohort>) -> AnyView {
    let at = chosen.map(|cohort| cohort.id);
    let class = if at.is_some() { "button" } else { "button primary" };
    let options = cohorts
        .into_iter()
        .map(|cohort| {
            let selected = Some(cohort.id) == at;
            let label = format!("{}, {}, {}", cohort.title, cohort.program, cohort.first_day.format("%B %Y"));
            view! { <option value=cohort.id.to_string() selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <form class="filters" method="get" action="/concern">
            <div class="field grow"><label for="cohort">"In which cohort"</label><select id="cohort" name="cohort">{options}</select></div>
            <button class=class>"Choose this cohort"</button>
        </form>
    }
    .into_any()
}

// ---- the list --------------------------------------------------------------------------------------------------------

/// The concerns one may see: never one's own, about oneself, or about somebody one leads.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let reviewer = desk.staff()?.id;
    let state = State::parse(desk.query("state"));
    let counts = store::conduct::incident::counts(desk.db(), reviewer).await?;
    let found = store::conduct::incident::list(desk.db(), reviewer, state, desk.page()).await?;
    let waiting: i64 = counts.iter().filter(|(state, _)| state.is_open()).map(|(_, count)| count).sum();
    let eyebrow = match waiting {
        0 => "Nothing waits".to_owned(),
        1 => "1 waits".to_owned(),
        count => format!("{} wait", figure(count)),
    };
    let figures = counts
        .iter()
        .map(|(one, count)| {
            let (href, count, label) = (desk.with_query("state", one.as_str()), figure(*count), one.label());
            let current = (Some(*one) == state).then_some("true");
            view! { <p><a href=href aria-current=current><b class="num">{count}</b><span class="soft small">{label}</span></a></p> }
        })
        .collect_view();
    let all = state.filter(|_| !found.rows.is_empty()).map(|_| view! { <p><a href="/incidents">"Show every state"</a></p> });
    let (pages, now) = (pager(&desk, &found), desk.now);
    let body = if found.rows.is_empty() {
        let act = state.map(|_| ("/incidents".to_owned(), "Show every state"));
        empty(
            "No concern is here",
            "What guests and colleagues report appears here at the next full hour. You never see one you have to do with.",
            act,
        )
    } else {
        let rows = found.rows.into_iter().map(|line| row(line, now)).collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"Concerns, those that wait first"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Concern"</th>
                    <th scope="col" role="columnheader">"Severity"</th>
                    <th scope="col" role="columnheader">"Cohort"</th>
                    <th scope="col" role="columnheader">"Session"</th>
                    <th scope="col" role="columnheader" class="num">"Age"</th>
                    <th scope="col" role="columnheader">"Reviewer"</th>
                    <th scope="col" role="columnheader">"State"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    frame::staff(&desk, Section::Incidents, "Concerns", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight">
                    <p class="eyebrow">{eyebrow}</p>
                    <h1>"Concerns"</h1>
                    <p class="soft">"What is written in one is read on its page and nowhere else. Please do not copy it into mails or notes."</p>
                </div>
                <div class="figures">{figures}</div>
                {all}
                {body}
                {pages}
            </main>
        }
    })
}

fn row(line: Line, now: DateTime<Utc>) -> AnyView {
    let age = match (now.date_naive() - line.reported_at.date_naive()).num_days() {
        ..=0 => "today".to_owned(),
        days => words::count(u32::try_from(days).unwrap_or(u32::MAX), "day", "days"),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/incidents/{}", line.id)>{reference(line.id, line.reported_at.date_naive())}</a></th>
            <td role="cell" data-label="Severity">{severity_tag(&line.severity)}</td>
            <td role="cell" data-label="Cohort"><div class="stack tight"><p>{line.cohort}</p><p class="soft small">{line.program}</p></div></td>
            <td role="cell" data-label="Session" class="soft">{line.session}</td>
            <td role="cell" data-label="Age" class="num">{age}</td>
            <td role="cell" data-label="Reviewer">{line.reviewer}</td>
            <td role="cell" data-label="State">{State::parse(&line.state).map(state_tag)}</td>
        </tr>
    }
    .into_any()
}

fn severity_tag(severity: &str) -> AnyView {
    let tone = match Severity::parse(severity) {
        Some(Severity::Grave) => "stop",
        Some(Severity::Serious) => "warn",
        Some(Severity::Slight) | None => "",
    };
    tag(tone, severity)
}

fn state_tag(state: State) -> AnyView {
    let tone = match state {
        State::Reported => "warn",
        State::Upheld => "stop",
        State::Remedied => "good",
        State::Reviewing | State::Dismissed | State::CustomerInitiated => "",
    };
    tag(tone, state.label())
}

// ---- one concern -----------------------------------------------------------------------------------------------------

/// One concern, whole.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("incident")?;
    desk.owns(store::access::incident(desk.db(), id).await?)?;
    let reviewer = desk.staff()?.id;
    let case = store::conduct::incident::case(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let colleagues = store::conduct::incident::colleagues(desk.db()).await?;
    let (stepping, naming, answering) =
        (desk.draft("step-incident").await?, desk.draft("name-reported").await?, desk.draft("answer-reporter").await?);
    let title = reference(id, case.reported_at.date_naive());
    let here = title.clone();
    frame::staff(&desk, Section::Incidents, &title, move || {
        let about = format!("{} · {} · reported on {}", case.cohort, case.program, on(case.reported_at));
        let messages = if case.messages.is_empty() {
            view! { <p class="soft">"Nobody has written yet."</p> }.into_any()
        } else {
            case.messages.iter().cloned().map(written).collect_view().into_any()
        };
        let reaches = if case.reporter.is_some() {
            "A mail tells them that there is an answer, with a new private address. What you write is not in it."
        } else {
            "They left their name out. They read your answer when they open the address they kept."
        };
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/incidents">"Concerns"</a></li><li aria-current="page">{here.clone()}</li></ol></nav>
                {form::errors(&stepping)}
                {form::errors(&naming)}
                {form::errors(&answering)}
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{about}</p><h1>{here}</h1></div>
                    <div class="row">{severity_tag(case.severity.as_str())} {state_tag(case.state)}</div>
                </div>
                <div class="two">
                    <div class="stack loose">
                        <section class="stack close"><h2>"What was reported"</h2><div class="rule stack close">{paragraphs(&case.said)}</div></section>
                        {outcome(&case)}
                        {review(&stepping, &case, reviewer)}
                        <section class="stack"><h2>"Messages"</h2>{messages}{unsent(&case)}</section>
                        <section class="stack" id="write">
                            <h2>"Answer whoever reported it"</h2>
                            <form class="stack" method="post" action="/api/conduct/incident/answer">
                                {form::hidden("incident", case.id)}
                                {form::textarea(&answering, Input { name: "body", label: "Your answer", hint: reaches, autocomplete: "off", ..Input::default() }, 4)}
                                <p><button class="button">"Send the answer"</button></p>
                            </form>
                        </section>
                    </div>
                    <div class="side">{facts(&case)}{about_whom(&naming, &case, colleagues)}{steps(case.steps.clone())}</div>
                </div>
            </main>
        }
    })
}

/// The newest answer, when its mail did not leave: they may send it once more.
fn unsent(case: &Case) -> Option<AnyView> {
    let body = case.unsent.clone()?;
    let said = view! {
        <div class="notice warn stack close">
            <p>"The mail did not leave. The address they have still opens the concern, so your answer can be read there."</p>
            <form method="post" action="/api/conduct/incident/answer">
                {form::hidden("incident", case.id)}
                {form::hidden("body", body)}
                <button class="button">"Send it again"</button>
            </form>
        </div>
    };
    Some(said.into_any())
}

/// Among reviewers, each message has its writer's name.
fn written(said: store::conduct::incident::Said) -> AnyView {
    let by = said.by.clone().unwrap_or_default();
    message(said, &by, "Whoever reported it")
}

fn facts(case: &Case) -> AnyView {
    let none = || "not said".to_owned();
    let started = match (&case.started_by_staff, case.started_by.is_empty()) {
        (Some(person), true) => person.name.clone(),
        (Some(person), false) => format!("{}; {}", person.name, case.started_by),
        (None, false) => case.started_by.clone(),
        (None, true) => none(),
    };
    let lines = [
        ("Reported by", case.reporter.clone().unwrap_or_else(|| "somebody who left their name out".to_owned())),
        ("Started by", started),
        ("Session", case.session.clone().unwrap_or_else(none)),
        ("Severity", words::capital(case.severity.as_str())),
        ("Reviewer", case.reviewer.as_ref().map_or_else(|| "nobody yet".to_owned(), |reviewer| reviewer.name.clone())),
    ];
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd>{text}</dd> }).collect_view();
    view! { <section class="stack close"><h2>"The facts"</h2><dl class="facts small">{lines}</dl></section> }.into_any()
}

/// Whom it is about, and the form to say so.
fn about_whom(draft: &Draft, case: &Case, colleagues: Vec<Named>) -> AnyView {
    let value = case.started_by_staff.as_ref().map_or_else(String::new, |person| person.id.to_string());
    let options = colleagues.into_iter().map(|person| (person.id.to_string(), person.name));
    let options = std::iter::once((String::new(), "Nobody of ours, or not known".to_owned())).chain(options).collect();
    let open = !draft.errors().is_empty();
    view! {
        <section class="stack close" id="about">
            <h2>"Whom it is about"</h2>
            <details class="ask" open=open>
                <summary class="button">"Name the person reported…"</summary>
                <form class="card stack" method="post" action="/api/conduct/incident/name-reported">
                    <p class="small">"From then on neither they nor their manager can open this concern, whoever is named later. If that is you, it closes to you at once."</p>
                    {form::hidden("incident", case.id)}
                    {form::select(draft, Input { name: "staff", label: "The person", value, ..Input::default() }, options)}
                    <p><button class="button">"Keep whom it is about"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

/// What the review came to, and what was done.
fn outcome(case: &Case) -> AnyView {
    let Some(outcome) = case.outcome else { return ().into_any() };
    let remedy = (!case.remedy.is_empty()).then(|| view! { <h3>"What was done"</h3> {paragraphs(&case.remedy)} });
    view! {
        <section class="stack close">
            <h2>"What the review came to"</h2>
            <p>{state_tag(outcome)}</p>
            {paragraphs(&case.finding)}
            {remedy}
        </section>
    }
    .into_any()
}

/// The next act of the review.
fn review(draft: &Draft, case: &Case, reviewer: i64) -> AnyView {
    let mine = case.reviewer.as_ref().is_some_and(|one| one.id == reviewer);
    let (id, revision) = (case.id, case.revision);
    let parts = match case.state {
        State::Reported => view! {
            <h2>"Take it up"</h2>
            <p>"Whoever reported it then reads that somebody is looking into it."</p>
            {take(id, revision, "Take it up", "button primary")}
        }
        .into_any(),
        State::Reviewing => {
            let over = (!mine).then(|| take(id, revision, "Take it over", "button"));
            view! { <h2>"Say what the review came to"</h2> {over} {decide(draft, id, revision)} }.into_any()
        }
        State::Upheld | State::Dismissed | State::CustomerInitiated => {
            let hint = "Read by reviewers only. If nothing had to be done, say so.";
            view! {
                <h2>"Settle it"</h2>
                <form class="stack" method="post" action="/api/conduct/incident/step">
                    {step_of(id, revision)}
                    {form::hidden("act", Act::Remedy)}
                    {form::textarea(draft, Input { name: "text", label: "What was done about it", hint, autocomplete: "off", ..Input::default() }, 4)}
                    <p><button class="button primary">"Settle the concern"</button></p>
                </form>
            }
            .into_any()
        }
        State::Remedied => return ().into_any(),
    };
    view! { <section class="stack" id="review">{parts}</section> }.into_any()
}

fn step_of(id: i64, revision: i32) -> AnyView {
    view! { {form::hidden("incident", id)} {form::hidden("revision", revision)} }.into_any()
}

fn take(id: i64, revision: i32, label: &'static str, class: &'static str) -> AnyView {
    view! {
        <form method="post" action="/api/conduct/incident/step">
            {step_of(id, revision)}
            {form::hidden("act", Act::Take)}
            <button class=class>{label}</button>
        </form>
    }
    .into_any()
}

fn decide(draft: &Draft, id: i64, revision: i32) -> AnyView {
    let outcomes = Act::OUTCOMES
        .into_iter()
        .map(|act| Choice {
            name: "act".to_owned(),
            value: act.as_str().to_owned(),
            label: act.label().to_owned(),
            hint: match act {
                Act::Uphold => "Somebody other than the customer started it.",
                Act::CustomerInitiated => "The rule allows what a guest opens themselves.",
                _ => "",
            }
            .to_owned(),
            ticked: false,
        })
        .collect();
    let hint = "What speaks for it. Read by reviewers only.";
    view! {
        <form class="stack" method="post" action="/api/conduct/incident/step">
            {step_of(id, revision)}
            {form::choices(draft, "act", "The outcome", "radio", outcomes)}
            {form::textarea(draft, Input { name: "text", label: "What you found", hint, autocomplete: "off", ..Input::default() }, 5)}
            <p><button class="button primary">"Keep the outcome"</button></p>
        </form>
    }
    .into_any()
}

fn steps(steps: Vec<Done>) -> AnyView {
    let lines = steps
        .into_iter()
        .map(|step| {
            let act = match step.act.as_str() {
                "report" => "Reported",
                "write" => "A message from whoever reported it",
                "answer" => "Answered",
                "send again" => "The mail was sent again",
                "name" => "Said whom it is about",
                other => Act::parse(other).map_or("Changed", Act::label),
            };
            let by = step.by.map(|name| format!(", {name}"));
            view! { <li>{act}{by} <span class="soft">{format!(" · {}", on(step.at))}</span></li> }
        })
        .collect_view();
    view! { <section class="stack close"><h2>"What was done"</h2><ul class="plain stack close small">{lines}</ul></section> }.into_any()
}
