//! The people of a cohort: who is invited and how they answered, and what they need.

use domain::registration::invitation::State as Standing;
use domain::time::words as dates;
use leptos::prelude::*;
use store::cohort::{Member, NeedsLine};
use store::registration::invitation::NEEDS_KEPT_DAYS;

use crate::components::form;
use crate::components::table::{empty, pager};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame, day_at, standing_tag};
use crate::words;

/// The states one may look for, in the manager's words.
const STATES: &[(&str, &str)] = &[
    ("", "Every state"),
    ("pending", "No answer yet"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("bounced", "Mail came back"),
    ("expired", "Let the date pass"),
    ("withdrawn", "Withdrew"),
    ("superseded", "Passed to a colleague"),
    ("revoked", "Taken back"),
];

/// Everybody invited.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let (term, state) = (desk.query("q").to_owned(), desk.query("state").to_owned());
    let list = store::cohort::people(desk.db(), id, &term, &state, desk.page()).await?;
    let (pages, path) = (pager(&desk, &list), desk.path().to_owned());
    frame::staff(&desk, Section::Cohorts, "People", move || {
        let filtered = !term.is_empty() || !state.is_empty();
        let zone = cohort.zone.clone();
        let found = words::count(u32::try_from(list.total).unwrap_or(u32::MAX), "person", "people");
        let body = if list.rows.is_empty() && filtered {
            empty("Nobody fits", "Shorten the name, or choose every state.", Some((path.clone(), "Show everybody")))
        } else if list.rows.is_empty() {
            empty(
                "Nobody is invited yet",
                "People stand here once a delegation lead, or you, have named them for a company's seats.",
                Some((format!("/cohorts/{id}#companies"), "Open the companies")),
            )
        } else {
            let rows = list.rows.into_iter().map(|member| person(id, &zone, &state, member)).collect_view();
            view! {
                <p class="soft small" role="status">{found}</p>
                <div class="table-wrap"><table class="cards-on-phone" role="table">
                    <thead role="rowgroup"><tr role="row">
                        <th scope="col" role="columnheader">"Name"</th>
                        <th scope="col" role="columnheader">"Company"</th>
                        <th scope="col" role="columnheader">"State"</th>
                        <th scope="col" role="columnheader">"Answered"</th>
                        <th scope="col" role="columnheader" class="num">"Seats taken"</th>
                        <th scope="col" role="columnheader">"Rule read"</th>
                        <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                    </tr></thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table></div>
            }
            .into_any()
        };
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::People, heading: "People", through: vec![], acts: ().into_any() })}
                {filters(path, term, &state)}
                {body}
                {pages}
            </main>
        }
    })
}

fn filters(path: String, term: String, state: &str) -> AnyView {
    let options = STATES
        .iter()
        .map(|&(value, label)| {
            let selected = value == state;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <form class="filters" method="get" action=path role="search">
            <div class="field grow"><label for="q">"Name, address or company"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
            <div class="field"><label for="state">"State"</label><select id="state" name="state">{options}</select></div>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}

fn person(cohort: i64, zone: &domain::time::Zone, state: &str, member: Member) -> AnyView {
    let answered = member.answered_at.map(|at| view! { <time datetime=at.to_rfc3339()>{day_at(zone, at)}</time> });
    let rule = member.rule.map(|number| view! { <a href=format!("/rules/{number}")>{format!("version\u{a0}{number}")}</a> });
    let acts = pending_acts(member.invitation, &member.name, &member.state, 0, state);
    let title = (!member.title.is_empty()).then(|| view! { <p class="soft small">{member.title}</p> });
    let company_at = format!("/cohorts/{cohort}/companies/{}", member.allotment);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><div class="stack tight"><strong>{member.name}</strong>{title}</div></th>
            <td role="cell" data-label="Company"><a href=company_at>{member.company}</a></td>
            <td role="cell" data-label="State">{standing_tag(&member.state)}</td>
            <td role="cell" data-label="Answered">{answered}</td>
            <td role="cell" data-label="Seats taken" class="num">{member.seats}</td>
            <td role="cell" data-label="Rule read" class="soft">{rule}</td>
            <td role="cell">{acts}</td>
        </tr>
    }
    .into_any()
}

/// What may be done about an unanswered invitation; nothing about an answered one. `allotment` is 0 on the list of all
/// people, where `filter` is the state to come back to.
pub(super) fn pending_acts(invitation: i64, name: &str, state: &str, allotment: i64, filter: &str) -> AnyView {
    if !Standing::parse(state).is_some_and(Standing::is_pending) {
        return ().into_any();
    }
    let (who, whose) = (format!(" {name}"), format!(" the invitation of {name}"));
    let consequence = format!("{name}'s link stops working and the seat is the company's again. No mail is sent: tell them yourself.");
    let place = move || view! { {form::hidden("invitation", invitation)} {form::hidden("allotment", allotment)} };
    let (kept, again) = (filter.to_owned(), filter.to_owned());
    view! {
        <div class="row">
            <form method="post" action="/api/registration/invitation/remind">
                {place()} {form::hidden("state", kept)}
                <button class="button small">"Remind"<span class="visually-hidden">{who}</span></button>
            </form>
            <details class="ask"><summary class="button small quiet stop">"Take back…"<span class="visually-hidden">{whose}</span></summary>
                <div class="card stop stack">
                    <p>{consequence}</p>
                    <form method="post" action="/api/registration/invitation/revoke">
                        {place()} {form::hidden("state", again)}
                        <button class="button small stop primary">"Take the invitation back"</button>
                    </form>
                </div>
            </details>
        </div>
    }
    .into_any()
}

/// What people need: for those who cook, drive and build ramps.
///
/// # Errors
/// Not theirs, or faults.
pub async fn needs(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let lines = store::cohort::needs(desk.db(), id).await?;
    frame::staff(&desk, Section::Cohorts, "Needs", move || {
        let kept = format!(
            "Only the owner of this program and the admins can open this page. Travel, dietary, access and emergency details are deleted {NEEDS_KEPT_DAYS} days after the last day, which is {}. Pass on only what somebody needs to know.",
            dates::day(cohort.last_day)
        );
        let body = if lines.is_empty() {
            empty(
                "Nothing is needed yet",
                "Nobody who is coming has told us of anything. What people write when they accept stands here.",
                None,
            )
        } else {
            needs_table(lines)
        };
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Needs, heading: "Needs", through: vec![], acts: ().into_any() })}
                <p class="notice">{kept}</p>
                {body}
            </main>
        }
    })
}

fn needs_table(lines: Vec<NeedsLine>) -> AnyView {
    let rows = lines
        .into_iter()
        .map(|line| {
            let said =
                (!line.pronunciation.is_empty()).then(|| view! { <p class="soft small">{format!("say: {}", line.pronunciation)}</p> });
            let said_or_not = |text: String| (!text.is_empty()).then_some(text);
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><div class="stack tight"><strong>{line.name}</strong>{said}</div></th>
                    <td role="cell" data-label="Company">{line.company}</td>
                    <td role="cell" data-label="Diet">{said_or_not(line.dietary)}</td>
                    <td role="cell" data-label="Access">{said_or_not(line.accessibility)}</td>
                    <td role="cell" data-label="Travel">{said_or_not(line.travel)}</td>
                    <td role="cell" data-label="In an emergency">{said_or_not(line.emergency_contact)}</td>
                    <td role="cell" data-label="Wants to learn">{said_or_not(line.wants_to_learn)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap"><table class="cards-on-phone" role="table">
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader">"Name"</th>
                <th scope="col" role="columnheader">"Company"</th>
                <th scope="col" role="columnheader">"Diet"</th>
                <th scope="col" role="columnheader">"Access"</th>
                <th scope="col" role="columnheader">"Travel"</th>
                <th scope="col" role="columnheader">"In an emergency"</th>
                <th scope="col" role="columnheader">"Wants to learn"</th>
            </tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table></div>
    }
    .into_any()
}
