//! Releasing the agenda: what changes for whom, what to think of first, and what was released before.

use domain::agenda::release::{Change, Severity, Warning};
use domain::conduct::agenda_check::Part;
use domain::time::{Zone, words as dates};
use leptos::prelude::*;
use store::agenda::release::{ChangeLine, Past, Preview, sentences};

use crate::components::finding::{DISMISSING, On, dismissing, quote};
use crate::components::form::{self, Input};
use crate::components::table::{empty, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame, number};
use crate::words;

/// What the next release would do.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let preview = store::agenda::release::preview(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let past = store::agenda::release::past(desk.db(), id).await?;
    let draft = desk.draft("release").await?;
    let reasons = desk.draft(DISMISSING).await?;
    frame::staff(&desk, Section::Cohorts, "Release", move || {
        let body = if preview.changes.is_empty() && preview.sessions == 0 {
            empty(
                "There is nothing to release yet",
                "Add a session, or import an agenda. You release it once it is ready to be seen.",
                Some((format!("/cohorts/{id}/agenda"), "Open the agenda")),
            )
        } else if preview.changes.is_empty() {
            let sentence = format!("The working copy says what release {} says, so there is nothing to tell anybody.", preview.number - 1);
            view! { <section class="empty"><h2>"Nothing has changed"</h2><p>{sentence}</p></section> }.into_any()
        } else {
            next(id, cohort.program_id, preview, &draft, &reasons)
        };
        let zone = cohort.zone.clone();
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Release, heading: "Release", through: vec![], acts: ().into_any() })}
                {form::errors(&draft)}
                {form::errors(&reasons)}
                {body}
                {earlier(&zone, past)}
            </main>
        }
    })
}

fn next(cohort: i64, program: i64, preview: Preview, draft: &Draft, reasons: &Draft) -> AnyView {
    let release = preview.number;
    let people = match preview.people {
        0 => "nobody is written to".to_owned(),
        1 => "1 person is told, of their own changes only".to_owned(),
        many => format!("{} people are told, each of their own changes only", words::thousands(u64::from(many))),
    };
    let says = format!("Release {release} changes {}: {people}.", words::count(number(preview.changes.len()), "session", "sessions"));
    let held = preview.warnings.iter().any(|warning| warning.severity == Severity::Block);
    let label = match preview.people {
        0 => format!("Release {release}"),
        1 => format!("Release {release} and tell 1 person"),
        many => format!("Release {release} and tell {} people", words::thousands(u64::from(many))),
    };
    let act = if held {
        view! { <p class="notice stop">"What is marked below holds this release back. Put it right, then come back."</p> }.into_any()
    } else {
        view! {
            <form method="post" action="/api/agenda/release/publish" class="card stack">
                {form::hidden("cohort", cohort)}
                {form::hidden("number", release)}
                {form::input(draft, Input { name: "note", label: "Note for your team", hint: "Why this release. People who are told do not see it.", optional: true, autocomplete: "off", ..Input::default() })}
                <p class="row"><button class="button primary">{label}</button></p>
            </form>
        }
        .into_any()
    };
    let changes = preview.changes.into_iter().map(|change| change_line(cohort, change)).collect_view();
    view! {
        <p>{says}</p>
        {act}
        {warnings(cohort, program, preview.warnings, reasons)}
        {unannounced(cohort, preview.unannounced)}
        <section class="stack close" aria-labelledby="changes">
            <h2 id="changes">"What changes for whom"</h2>
            <ul class="attention">{changes}</ul>
        </section>
    }
    .into_any()
}

fn change_line(cohort: i64, line: ChangeLine) -> AnyView {
    let mut said = sentences(&line.changes);
    if line.changes.contains(&Change::Reworded) {
        said.push("Its words, people or seats change.".to_owned());
    }
    let told = match line.told {
        0 if line.changes.contains(&Change::New) => "opens in the agenda".to_owned(),
        0 => "nobody is told".to_owned(),
        1 => "1 person is told".to_owned(),
        many => format!("{} people are told", words::thousands(u64::from(many))),
    };
    let when = format!("{}, {}", dates::day_month(line.starts.date()), dates::clock(line.starts));
    view! {
        <li>
            <span><a href=format!("/cohorts/{cohort}/agenda/{}", line.session)><strong>{line.title}</strong></a>" "<span class="soft small">{when}</span><br/>{said.join(" ")}</span>
            <span class="soft small num">{told}</span>
        </li>
    }
    .into_any()
}

fn warnings(cohort: i64, program: i64, warnings: Vec<Warning>, reasons: &Draft) -> AnyView {
    let (notes, loud): (Vec<_>, Vec<_>) = warnings.into_iter().enumerate().partition(|(_, warning)| warning.severity == Severity::Note);
    if notes.is_empty() && loud.is_empty() {
        return view! { <p class="soft">"Nothing stands against it: no room is double-booked, nobody holds two seats at one time, nothing sounds like selling."</p> }
            .into_any();
    }
    let line = move |(index, warning): (usize, Warning)| {
        let mark = match warning.severity {
            Severity::Block => tag("stop", "holds it back"),
            Severity::Warn => tag("warn", "look at this"),
            Severity::Note => tag("", "note"),
        };
        let part = warning.found.as_ref().map(|found| found.part);
        let (href, label) = match (warning.session, part) {
            (Some(session), _) => (format!("/cohorts/{cohort}/agenda/{session}"), "Open the session"),
            (None, Some(Part::Cohort)) => (format!("/cohorts/{cohort}/settings#title"), "Open the title"),
            (None, Some(Part::Program | Part::Theme | Part::Audience | Part::Description)) => {
                (format!("/programs/{program}"), "Open the program")
            }
            (None, _) => (format!("/cohorts/{cohort}/settings#letter"), "Open the letter"),
        };
        let says = warning.found.as_ref().map_or_else(|| warning.sentence.clone().into_any(), quote);
        let dismiss = warning.found.as_ref().map(|found| dismissing(cohort, On::Release, index, found, reasons));
        view! { <li><span>{mark}" "{says}</span><a class="button small" href=href>{label}</a>{dismiss}</li> }
    };
    let quiet = (!notes.is_empty()).then(|| {
        let label = words::count(number(notes.len()), "small thing to note", "small things to note");
        view! { <details><summary>{label}</summary><ul class="attention">{notes.into_iter().map(line).collect_view()}</ul></details> }
    });
    let loud = (!loud.is_empty()).then(|| view! { <ul class="attention">{loud.into_iter().map(line).collect_view()}</ul> });
    view! { <section class="stack close" aria-labelledby="first"><h2 id="first">"Think of this first"</h2>{loud}{quiet}</section> }
        .into_any()
}

/// Educators join the agenda once they have acknowledged the conversation rule: where they are asked.
fn unannounced(cohort: i64, names: u32) -> AnyView {
    if names == 0 {
        return ().into_any();
    }
    let says = match names {
        1 => "1 educator's name is left out of a session until they acknowledge the conversation rule. ".to_owned(),
        many => format!("{many} names of educators are left out of sessions until they acknowledge the conversation rule. "),
    };
    view! { <p class="notice">{says}<a href=format!("/cohorts/{cohort}/rule#educators")>"Ask them"</a>"."</p> }.into_any()
}

fn earlier(zone: &Zone, past: Vec<Past>) -> AnyView {
    if past.is_empty() {
        return ().into_any();
    }
    let rows = past
        .into_iter()
        .map(|release| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{format!("Release {}", release.number)}</th>
                    <td role="cell" data-label="When"><time datetime=release.released_at.to_rfc3339()>{dates::moment(zone, release.released_at)}</time></td>
                    <td role="cell" data-label="By" class="soft">{release.by}</td>
                    <td role="cell" data-label="Note">{release.note}</td>
                    <td role="cell" data-label="People told" class="num">{words::thousands(u64::from(number(release.told)))}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack" aria-labelledby="earlier">
            <h2 id="earlier">"Earlier releases"</h2>
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Release"</th>
                    <th scope="col" role="columnheader">"When"</th>
                    <th scope="col" role="columnheader">"By"</th>
                    <th scope="col" role="columnheader">"Note"</th>
                    <th scope="col" role="columnheader" class="num">"People told"</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}
