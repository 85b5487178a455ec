//! The delegation lead's two pages: the letter behind the link, and the page where colleagues are named.

use chrono::{DateTime, Utc};
use domain::cohort::allotment::{self as rules, AllotmentRefusal, NameFacts};
use domain::refusal::Refusal;
use domain::registration::invitation::State;
use domain::time::words as dates;
use leptos::prelude::*;
use store::cohort::allotment::{Allotment, NamedLine};

use crate::components::form::{self, Input};
use crate::components::table;
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame;
use crate::pages::executive::invitation::{link_over, moment, place, signature, spelled, zone_words};
use crate::words;

/// Colleagues named in one go, at most; also the most the act reads.
const ROWS: u32 = 10;

/// Rows that stand open at first; the others are one press away.
const SHOWN: u32 = 3;

/// The letter behind the link: who asks, what for, how many seats, until when.
///
/// # Errors
/// Faults.
pub async fn by_link(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let Some(allotment) = store::cohort::allotment::by_token(desk.db(), desk.now, &token).await? else { return link_over(&desk) };
    let closed = closed(&allotment, desk.now);
    let host = desk.app.host.name.clone();
    frame::letter(&desk, "Seats for your colleagues", move || {
        let cohort = &allotment.cohort;
        let button = if closed.is_none() && allotment.free > 0 { "Name my colleagues" } else { "See who is named" };
        let dear = (!allotment.lead_name.is_empty()).then(|| view! { <p>{format!("Dear {},", allotment.lead_name)}</p> });
        let ask = format!(
            "{host} holds {} for senior executives from {}. You know best who should come: name them, and each gets a personal invitation from us.",
            words::count(allotment.seats, "seat", "seats"),
            allotment.company
        );
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight">
                    <p class="eyebrow">{format!("For {}", allotment.company)}</p>
                    <h1>{cohort.program.clone()}</h1>
                    <p class="soft">{length(&allotment)}</p>
                </div>
                {facts(&allotment)}
                <div class="stack">
                    {dear}
                    <p>{ask}</p>
                    <p>"No names are shared with other companies until your colleagues accept."</p>
                    {signature(&cohort.sponsor_name, &cohort.sponsor_title)}
                </div>
                {closed.map(|sentence| view! { <p class="notice">{sentence}</p> })}
                <form class="answer row" method="post" action="/api/cohort/allotment/open">
                    {form::hidden("token", token)}
                    <button class="button primary">{button}</button>
                </form>
            </main>
        }
    })
}

/// The delegation: seats, who is named and how they answered, rows for the free seats.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let allotment = store::cohort::allotment::get(desk.db(), desk.lead()?.allotment).await?.ok_or(Stop::Hidden)?;
    let (naming, giving) = (desk.draft("name-executives").await?, desk.draft("give-back-seats").await?);
    let closed = closed(&allotment, desk.now);
    let host = desk.app.host.name.clone();
    frame::letter(&desk, "Your delegation", move || {
        let cohort = &allotment.cohort;
        let occasion = format!("{} · {}", cohort.program, dates::date_range(cohort.first_day, cohort.last_day));
        let act = match closed {
            Some(sentence) => view! { <p class="notice warn">{sentence}</p> }.into_any(),
            None if allotment.free == 0 => view! { <p class="notice">{AllotmentRefusal::TooMany { free: 0 }.sentence()}</p> }.into_any(),
            None => view! { {name_colleagues(&naming, allotment.free, &host)} {give_back(&giving, allotment.free)} }.into_any(),
        };
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight">
                    <p class="eyebrow">{occasion}</p>
                    <h1>{format!("Who comes from {}", allotment.company)}</h1>
                    <p class="soft">{standing(&allotment)}</p>
                </div>
                {form::errors(&naming)}
                {form::errors(&giving)}
                {facts(&allotment)}
                {named(&allotment.people)}
                {act}
            </main>
        }
    })
}

/// Why nobody can be named any more.
fn closed(allotment: &Allotment, now: DateTime<Utc>) -> Option<String> {
    let facts = NameFacts {
        now,
        cohort: allotment.cohort.state,
        reply_by: allotment.reply_by,
        seats: allotment.seats,
        in_use: allotment.seats.saturating_sub(allotment.free),
    };
    rules::name(&facts, 0).err().map(|why| why.sentence())
}

/// `Five days of learning. Nothing is for sale.`
fn length(allotment: &Allotment) -> String {
    let days = (allotment.cohort.last_day - allotment.cohort.first_day).num_days() + 1;
    let days = if days == 1 { "one day".to_owned() } else { format!("{} days", spelled(usize::try_from(days).unwrap_or(0))) };
    format!("{} of learning. Nothing is for sale.", words::capital(&days))
}

/// `Ten seats: four named, six free.`
fn standing(allotment: &Allotment) -> String {
    let said = |number: u32| if number == 0 { "none".to_owned() } else { spelled(number as usize) };
    let seats = if allotment.seats == 1 { "one seat".to_owned() } else { format!("{} seats", spelled(allotment.seats as usize)) };
    let used = allotment.seats.saturating_sub(allotment.free);
    format!("{}: {} named, {} free.", words::capital(&seats), said(used), said(allotment.free))
}

fn facts(allotment: &Allotment) -> AnyView {
    let cohort = &allotment.cohort;
    view! {
        <dl class="facts">
            <dt>"When"</dt>
            <dd>{dates::date_range(cohort.first_day, cohort.last_day)}</dd>
            <dt>"Where"</dt>
            <dd>{place(&cohort.venue, &cohort.place)} " " <span class="soft">{format!("({})", zone_words(&cohort.zone))}</span></dd>
            <dt>"Your seats"</dt>
            <dd>{allotment.seats.to_string()} ", held for you until " {moment(&cohort.zone, allotment.reply_by)}</dd>
        </dl>
    }
    .into_any()
}

fn named(people: &[NamedLine]) -> AnyView {
    if people.is_empty() {
        return ().into_any();
    }
    let rows = people
        .iter()
        .map(|person| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{person.name.clone()}</th>
                    <td role="cell" data-label="Role" class="soft">{person.title.clone()}</td>
                    <td role="cell" data-label="Invitation">{answer(&person.state)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>"Named so far"</h2>
            <div class="table-wrap">
                <table role="table" class="cards-on-phone">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">"Name"</th>
                            <th scope="col" role="columnheader">"Role"</th>
                            <th scope="col" role="columnheader">"Invitation"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn answer(state: &str) -> AnyView {
    let (tone, label) = match State::parse(state) {
        Some(State::Accepted) => ("good", "coming"),
        Some(State::Sent) => ("", "invited, no answer yet"),
        Some(State::Draft | State::Queued) | None => ("", "invitation on its way"),
        Some(State::Bounced) => ("warn", "the mail came back: check the address with us"),
        Some(State::Declined) => ("", "declined"),
        Some(State::Expired) => ("", "did not answer in time"),
        Some(State::Revoked) => ("", "taken back"),
        Some(State::Superseded) => ("", "sent a colleague"),
        Some(State::Withdrawn) => ("", "gave the seat back"),
    };
    table::tag(tone, label)
}

fn name_colleagues(draft: &Draft, free: u32, host: &str) -> AnyView {
    let begun = draft.typed().map_or(0, |typed| {
        let begun = |row: &u32| ["name", "email", "title"].iter().any(|field| !typed.get(&format!("{field}.{row}")).trim().is_empty());
        (0..ROWS).rev().find(begun).map_or(0, |row| row + 1)
    });
    let rows = |rows: std::ops::Range<u32>| {
        rows.map(|row| {
            view! {
                <fieldset class="stack tight">
                    <legend>{format!("Colleague {}", row + 1)}</legend>
                    <div class="meta">
                        {cell(draft, format!("name.{row}"), "Name", "text")}
                        {cell(draft, format!("email.{row}"), "E-mail", "email")}
                        {cell(draft, format!("title.{row}"), "Role", "text")}
                    </div>
                </fieldset>
            }
        })
        .collect_view()
    };
    let all = free.min(ROWS).max(begun);
    let shown = all.min(SHOWN.max(begun));
    let more = (shown < all).then(|| {
        view! {
            <details class="ask">
                <summary class="button">{format!("Name more than {}…", spelled(shown as usize))}</summary>
                <div class="stack loose">{rows(shown..all)}</div>
            </details>
        }
    });
    let rows = rows(0..shown);
    let at_once = (free > ROWS).then(|| format!(" You can name {} at a time.", spelled(ROWS as usize)));
    view! {
        <section class="stack">
            <h2>"Name colleagues"</h2>
            <p class="soft">
                {format!("Each gets a personal invitation from {host}, and answers for themselves. Leave rows empty that you do not need yet.")} {at_once}
            </p>
            <form class="stack loose" method="post" action="/api/cohort/allotment/name">
                {rows}
                {more}
                <div class="stack close">
                    <p class="soft small">"No names are shared with other companies until your colleagues accept."</p>
                    <button class="button primary">"Invite my colleagues"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// A field of a row. Not marked as required: a row may be left empty.
fn cell(draft: &Draft, name: String, label: &'static str, kind: &'static str) -> AnyView {
    let error = draft.error(&name).map(str::to_owned);
    let (error_id, value) = (format!("{name}-e"), draft.value(&name, ""));
    let described = error.is_some().then(|| error_id.clone());
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <input
                id=name.clone()
                name=name
                type=kind
                value=value
                autocomplete="off"
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            />
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
    .into_any()
}

fn give_back(draft: &Draft, free: u32) -> AnyView {
    let refused = !draft.errors().is_empty();
    view! {
        <section class="stack">
            <h2>"Seats you do not need"</h2>
            <p class="soft">"Another company will be glad of them."</p>
            <details class="ask" open=refused>
                <summary class="button stop">"Give seats back…"</summary>
                <form class="card stop stack" method="post" action="/api/cohort/allotment/give-back">
                    <p>{format!("You may give back {}. They go back to the cohort at once; only the program team can return them to you. Nobody you named is affected.", up_to(free))}</p>
                    {form::input(
                        draft,
                        Input { name: "count", label: "How many", kind: "number", value: "1".to_owned(), short: true, autocomplete: "off", ..Input::default() },
                    )}
                    <p><button class="button stop">"Give these seats back"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn up_to(free: u32) -> String {
    if free == 1 { "one seat".to_owned() } else { format!("up to {} seats", spelled(free as usize)) }
}
