//! Each role's own view: the facilitator's sessions, the account manager's customers, the sponsor's scorecard.

use std::collections::BTreeSet;

use domain::access::Role;
use domain::time::words::{date_range, day, span};
use domain::time::{self, Zone};
use leptos::prelude::*;
use store::agenda::session::Facilitated;
use store::cohort::Line;
use store::cohort::company::Attendance;
use store::conduct::acknowledgement::Asks;

use super::programs::state_tag;
use crate::components::table::{bar, empty, pager, tag};
use crate::desk::{Desk, Reply};
use crate::frame::{self, Section};
use crate::words::{capital, count, list, thousands};

/// The sessions I lead, those to come first.
///
/// # Errors
/// Faults.
pub async fn my_sessions(desk: Desk) -> Reply {
    let sessions = store::agenda::session::facilitated_by(desk.db(), desk.staff()?.id).await?;
    let asked = store::conduct::acknowledgement::asked_of_facilitator(desk.db(), desk.staff()?.id).await?;
    let (past, coming): (Vec<_>, Vec<_>) =
        sessions.into_iter().partition(|session| session.ends <= time::to_local(&zone(&session.zone), desk.now));
    let eyebrow = match coming.iter().filter(|session| !session.cancelled).count() {
        0 => "None to come".to_owned(),
        number => format!("{} to come", count(u32::try_from(number).unwrap_or(0), "session", "sessions")),
    };
    let over = past.len();
    let body = if coming.is_empty() {
        let sentence = if over == 0 {
            "When a program manager names you as a facilitator, the session is here."
        } else {
            "Those you have led are below."
        };
        empty("No session to come", sentence, None)
    } else {
        by_day(coming)
    };
    let earlier = (over > 0).then(|| {
        let summary = format!("Earlier: {}", count(u32::try_from(over).unwrap_or(0), "session", "sessions"));
        view! { <details><summary>{summary}</summary><div class="stack">{by_day(past)}</div></details> }
    });
    frame::staff(&desk, Section::MySessions, "My sessions", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"My sessions"</h1><p class="soft">"You moderate; the educators teach. Times are the venue's."</p></div>
                {to_read(&asked)}
                {body}
                {earlier}
            </main>
        }
    })
}

/// The versions of the conversation rule that the cohorts of one's sessions keep to, and one has not acknowledged.
fn to_read(asked: &[Asks]) -> AnyView {
    let mut numbers: Vec<i32> = asked.iter().map(|asks| asks.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
        .into_iter()
        .map(|number| {
            let titles: Vec<String> =
                asked.iter().filter(|asks| asks.number == number).map(|asks| format!("“{}”", asks.title)).collect();
            let keeps = if titles.len() == 1 { "keeps" } else { "keep" };
            let says = format!("{} {keeps} to version {number} of the conversation rule. It takes a minute to read: ", list(&titles));
            view! { <p class="notice">{says}<a href=format!("/rules?version={number}#acknowledge-{number}")>{format!("read and acknowledge version {number}")}</a>"."</p> }
        })
        .collect_view()
        .into_any()
}

/// Sessions under their day and cohort, in the order they come.
fn by_day(sessions: Vec<Facilitated>) -> AnyView {
    let mut days: Vec<Vec<Facilitated>> = Vec::new();
    for session in sessions {
        let joins = days
            .last()
            .and_then(|day| day.last())
            .is_some_and(|last| last.cohort_id == session.cohort_id && last.starts.date() == session.starts.date());
        match days.last_mut() {
            Some(day) if joins => day.push(session),
            _ => days.push(vec![session]),
        }
    }
    days.into_iter()
        .map(|sessions| {
            let heading = sessions.first().map(|first| {
                let clock = zone(&first.zone);
                let clock = if clock.is_utc() { "UTC".to_owned() } else { format!("{} time", clock.city()) };
                view! { <h2 class="day">{day(first.starts.date())} " " <small>{format!("{} · {clock}", first.cohort)}</small></h2> }
            });
            let sessions = sessions.into_iter().map(session).collect_view();
            view! { <section>{heading}{sessions}</section> }
        })
        .collect_view()
        .into_any()
}

fn session(session: Facilitated) -> AnyView {
    let class = if session.cancelled { "session cancelled" } else { "session" };
    let to = format!("/cohorts/{}/agenda/{}", session.cohort_id, session.id);
    let place = [capital(&session.kind), session.room.unwrap_or_else(|| "room to be named".to_owned())].join(" · ");
    let taken = u32::try_from(session.taken).unwrap_or(0);
    let state = if session.cancelled {
        tag("stop", "cancelled")
    } else if taken > 0 {
        let seats = format!("{} taken", count(taken, "seat", "seats"));
        view! { <a class="small" href=to.clone()>{seats}</a> }.into_any()
    } else {
        ().into_any()
    };
    view! {
        <article class=class>
            <time>{span(session.starts, session.ends)}</time>
            <div class="stack tight"><h3><a href=to>{session.title}</a></h3><p class="small soft">{place}</p></div>
            <div class="acts">{state}</div>
        </article>
    }
    .into_any()
}

/// A stored zone; a name this program no longer knows reads as UTC.
fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap_or_else(|_| Zone::utc())
}

/// Who attends from the companies I observe: names and attendance, and nothing else.
///
/// # Errors
/// Faults.
pub async fn my_customers(desk: Desk) -> Reply {
    let staff = desk.staff()?.id;
    let people = store::cohort::company::attendance(desk.db(), staff, None, desk.page()).await?;
    let attending = store::cohort::company::attending(desk.db(), staff).await?;
    let eyebrow = count(attending, "person attends", "people attend");
    let pages = pager(&desk, &people);
    let body = if people.rows.is_empty() {
        let act = Some(("/companies".to_owned(), "See your companies"));
        empty(
            "You observe no cohort with guests of yours",
            "A program manager attaches you to a cohort for a company you look after, once you have acknowledged the conversation rule. Then the names of its people are here, and whether they attend.",
            act,
        )
    } else {
        attendance(people.rows)
    };
    frame::staff(&desk, Section::MyCustomers, "My customers", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"My customers"</h1></div>
                <section class="rule stack tight">
                    <h2>"You see who attends, and nothing else"</h2>
                    <p>"Our guests speak freely because no sales conversation is started. If a customer starts one, they say so themselves."</p>
                    <a class="small" href="/rules">"Read the conversation rule"</a>
                </section>
                {body}
                {pages}
            </main>
        }
    })
}

/// Names and attendance, as an account manager sees them.
pub(super) fn attendance(people: Vec<Attendance>) -> AnyView {
    let rows = people.into_iter().map(person).collect_view();
    view! {
        <div class="table-wrap"><table class="cards-on-phone" role="table">
            <caption class="visually-hidden">"People invited from companies you observe, the latest cohort first"</caption>
            <thead><tr role="row">
                <th scope="col" role="columnheader">"Name"</th>
                <th scope="col" role="columnheader">"Company"</th>
                <th scope="col" role="columnheader">"Cohort"</th>
                <th scope="col" role="columnheader">"Attends"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn person(person: Attendance) -> AnyView {
    let state = if person.attends { tag("good", "attends") } else { tag("", "not confirmed") };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{person.person}</th>
            <td role="cell" data-label="Company">{person.company}</td>
            <td role="cell" data-label="Cohort" class="soft">{person.cohort}</td>
            <td role="cell" data-label="Attends">{state}</td>
        </tr>
    }
    .into_any()
}

/// How the cohorts fill: numbers only, never names.
///
/// # Errors
/// Faults.
pub async fn scorecard(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let managed = if staff.is(Role::Admin) {
        store::cohort::list(desk.db(), None, None).await?
    } else if staff.is(Role::ProgramManager) {
        store::cohort::list(desk.db(), Some(staff.id), None).await?
    } else {
        vec![]
    };
    let own: BTreeSet<i64> = managed.iter().map(|line| line.id).collect();
    let mut cohorts = managed;
    if staff.is(Role::ExecutiveSponsor) && !staff.is(Role::Admin) {
        let sponsored = store::cohort::list(desk.db(), None, Some(staff.id)).await?;
        cohorts.extend(sponsored.into_iter().filter(|line| !own.contains(&line.id)));
        cohorts.sort_by_key(|line| (std::cmp::Reverse(line.first_day), line.id));
    }
    let live: Vec<&Line> = cohorts.iter().filter(|line| line.state != "cancelled").collect();
    let sum = |pick: fn(&Line) -> i64| thousands(live.iter().map(|line| u64::try_from(pick(line)).unwrap_or(0)).sum());
    let figures = [
        (thousands(live.len() as u64), if live.len() == 1 { "cohort" } else { "cohorts" }),
        (sum(|line| i64::from(line.capacity)), "places"),
        (sum(|line| line.confirmed), "confirmed"),
        (sum(|line| line.pending), "held for an answer"),
        (sum(|line| line.companies), "companies invited"),
    ];
    let figures = figures
        .into_iter()
        .map(|(number, label)| view! { <p><a href="#cohorts"><b class="num">{number}</b><span class="soft small">{label}</span></a></p> })
        .collect_view();
    let body = if cohorts.is_empty() {
        empty("No cohort yet", "As soon as a cohort of your programs is scheduled, it is here, with how it fills.", None)
    } else {
        let rows = cohorts
            .into_iter()
            .map(|line| {
                let opens = own.contains(&line.id);
                score(line, opens)
            })
            .collect_view();
        view! {
            <div class="figures">{figures}</div>
            <section id="cohorts" class="stack close">
                <div class="row between"><h2>"Cohorts"</h2><p class="row legend small soft"><span><i></i>"confirmed"</span><span><i class="held"></i>"held"</span><span><i class="open"></i>"free"</span></p></div>
                <div class="table-wrap"><table class="cards-on-phone" role="table">
                    <caption>"Accepted: of the people who hold a seat, how many said yes. Cancelled cohorts are not in the figures above."</caption>
                    <thead><tr role="row">
                        <th scope="col" role="columnheader">"Cohort"</th>
                        <th scope="col" role="columnheader">"When"</th>
                        <th scope="col" role="columnheader">"State"</th>
                        <th scope="col" role="columnheader">"Fill"</th>
                        <th scope="col" role="columnheader" class="num">"Confirmed"</th>
                        <th scope="col" role="columnheader" class="num">"Accepted"</th>
                        <th scope="col" role="columnheader" class="num">"Companies"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            </section>
        }
        .into_any()
    };
    frame::staff(&desk, Section::Scorecard, "Scorecard", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight"><h1>"Scorecard"</h1><p class="soft">"How your cohorts fill. Numbers only: who comes is between them and their program manager."</p></div>
                {body}
            </main>
        }
    })
}

/// One cohort's line; `opens` for those who may open the cohort itself.
fn score(line: Line, opens: bool) -> AnyView {
    let number = |figure: i64| u32::try_from(figure).unwrap_or(0);
    let (confirmed, pending, places) = (number(line.confirmed), number(line.pending), number(i64::from(line.capacity)));
    let to = format!("/cohorts/{}", line.id);
    let link = |to: String, text: String| if opens { view! { <a href=to>{text}</a> }.into_any() } else { text.into_any() };
    let asked = confirmed + pending;
    let accepted = if asked == 0 { "nobody asked yet".to_owned() } else { format!("{confirmed} of {asked}") };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><div class="stack tight">{link(to.clone(), line.title)}<p class="small soft">{line.program}</p></div></th>
            <td role="cell" data-label="When">{date_range(line.first_day, line.last_day)}</td>
            <td role="cell" data-label="State">{state_tag(&line.state)}</td>
            <td role="cell" data-label="Fill">{bar(confirmed, pending, places)}</td>
            <td role="cell" data-label="Confirmed" class="num">{link(format!("{to}/people"), format!("{confirmed} of {places}"))}</td>
            <td role="cell" data-label="Accepted" class="num">{accepted}</td>
            <td role="cell" data-label="Companies" class="num">{link(to, line.companies.to_string())}</td>
        </tr>
    }
    .into_any()
}
