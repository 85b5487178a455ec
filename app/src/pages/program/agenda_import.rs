//! Importing an agenda in three steps: choose a file, check what it would do, bring it into the working copy.

use axum::extract::Multipart;
use axum::extract::multipart::Field;
use chrono::NaiveDate;
use domain::agenda::agenda_import::{self, Change, Counts, DayMap, Outcome, Plan, PlannedRow, PlannedSession, Quirk, Reading};
use domain::refusal::Refusal;
use domain::time::words as dates;
use leptos::prelude::*;
use store::Fault;
use store::cohort::Cohort;

use crate::components::form;
use crate::components::table::tag;
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Islands, Section};
use crate::islands::import_preview::ImportPreview;
use crate::pages::program::frame::{Here, Tab, cohort_frame, number};
use crate::words;

/// The largest file that is taken: 10 MiB.
const MOST_BYTES: usize = 10 * 1024 * 1024;
/// A changed text is shown up to so many characters.
const SHOWN_CHARS: usize = 160;

/// Choosing a file.
///
/// # Errors
/// Not theirs, or faults.
pub async fn choose(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    choosing(&desk, &cohort, None)
}

fn choosing(desk: &Desk, cohort: &Cohort, error: Option<String>) -> Reply {
    frame::staff(desk, Section::Cohorts, "Import an agenda", move || {
        let through = vec![(format!("/cohorts/{}/agenda", cohort.id), "Agenda")];
        let wrong = error.is_some();
        let described = if wrong { "file-h file-e" } else { "file-h" };
        let summary = error.clone().map(|error| {
            view! { <div class="errors" role="alert" tabindex="-1" id="errors" autofocus=true><h2>"The file was not taken"</h2><ul><li><a href="#file">{error}</a></li></ul></div> }
        });
        let error = error.map(|error| view! { <p class="error" id="file-e">{error}</p> });
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(cohort, Here { tab: Tab::Agenda, heading: "Import an agenda", through, acts: ().into_any() })}
                {steps(1)}
                {summary}
                <p>"Nothing changes yet: next you see every session the file would create or change, and choose the days. Times are taken as printed, on this cohort's own days."</p>
                <form method="post" action="/api/agenda/agenda-import/upload" enctype="multipart/form-data" class="stack">
                    {form::hidden("cohort", cohort.id)}
                    <div class="field">
                        <label for="file">"The schedule"</label>
                        <p class="hint" id="file-h">"A schedule.json, as pretalx and others export it, up to 10 MB."</p>
                        <input id="file" name="file" type="file" accept=".json,application/json" aria-required="true"
                            aria-describedby=described aria-invalid=wrong.then_some("true")/>
                        {error}
                    </div>
                    <p class="row"><button class="button primary">"Read the file"</button></p>
                </form>
            </main>
        }
    })
}

fn steps(at: usize) -> AnyView {
    let steps = ["Choose a file", "Check the sessions", "Import"]
        .into_iter()
        .enumerate()
        .map(|(index, label)| {
            let (class, current) = ((index + 1 < at).then_some("done"), (index + 1 == at).then_some("step"));
            view! { <li class=class aria-current=current>{label}</li> }
        })
        .collect_view();
    view! { <ol class="steps">{steps}</ol> }.into_any()
}

/// Takes the file. The cohort comes first in the form, so that nothing is read for somebody else's.
///
/// # Errors
/// Not theirs, or faults; a good file leads on to its plan.
pub async fn upload(desk: Desk, mut multipart: Multipart) -> Reply {
    let staff = desk.staff()?.id;
    let mut cohort = None;
    let mut file = None;
    let mut broken = false;
    loop {
        let field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => {
                broken = true;
                break;
            }
        };
        let part = field.name().unwrap_or_default().to_owned();
        match part.as_str() {
            "cohort" if cohort.is_none() => {
                let id = field.text().await.ok().and_then(|id| id.trim().parse::<i64>().ok()).unwrap_or(0);
                desk.owns(store::access::cohort(desk.db(), id).await?)?;
                cohort = Some(store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?);
            }
            "file" if cohort.is_some() && file.is_none() => {
                let name: String = field.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
                file = Some((name, bytes_of(field).await));
            }
            _ => {}
        }
    }
    let cohort = cohort.ok_or(Stop::Hidden)?;
    let refuse = |sentence: &str| choosing(&desk, &cohort, Some(sentence.to_owned()));
    let (name, bytes) = match file {
        Some((name, Taken::Whole(bytes))) if !bytes.is_empty() => (name, bytes),
        Some((_, Taken::TooLarge)) => return refuse("This file is larger than 10 MB. Export a part of the schedule and upload that."),
        Some((_, Taken::Broken)) => return refuse("The file did not arrive whole. Upload it again."),
        Some((name, Taken::Whole(_))) if !name.is_empty() => {
            return refuse("The file is empty. Export the schedule again as schedule.json and upload that file.");
        }
        _ if broken => return refuse("The file did not arrive whole. Upload it again."),
        _ => return refuse("Choose a file first."),
    };
    let reading = match agenda_import::read(&bytes) {
        Ok(reading) => reading,
        Err(why) => return refuse(&why.sentence()),
    };
    let Ok(content) = String::from_utf8(bytes) else {
        return refuse("The file is not UTF-8 text. Export the schedule again as schedule.json and upload that file.");
    };
    let days = DayMap::propose(&reading, cohort.first_day, cohort.last_day);
    let mapping = serde_json::to_string(&days).map_err(|why| Fault::Unreadable(why.to_string()))?;
    let import =
        store::import::keep(desk.db(), desk.now, staff, store::import::Into::Agenda { cohort: cohort.id }, &name, content, mapping).await?;
    Err(Stop::To(format!("/cohorts/{}/agenda-import/{import}", cohort.id)))
}

enum Taken {
    Whole(Vec<u8>),
    TooLarge,
    Broken,
}

async fn bytes_of(mut field: Field<'_>) -> Taken {
    let mut bytes = Vec::new();
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > MOST_BYTES => return Taken::TooLarge,
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Taken::Whole(bytes),
            Err(_) => return Taken::Broken,
        }
    }
}

/// What the file would do.
///
/// # Errors
/// Not theirs, or faults.
pub async fn plan(desk: Desk) -> Reply {
    let (id, import_id) = (desk.id("cohort")?, desk.id("import")?);
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let import = store::import::get(desk.db(), import_id).await?.ok_or(Stop::Hidden)?;
    if import.kind != "agenda" || import.cohort_id != Some(id) {
        return Err(Stop::Hidden);
    }
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let reading = agenda_import::read(import.content.as_bytes()).map_err(|why| Fault::Unreadable(why.sentence()))?;
    let days: DayMap = serde_json::from_str(&import.mapping).map_err(|why| Fault::Unreadable(why.to_string()))?;
    let plan = store::agenda::agenda_import::dry_run(desk.db(), id, &reading, &days).await?.ok_or(Stop::Hidden)?;
    let shown = desk.query("show").to_owned();
    let here = desk.path().to_owned();
    let filters = FILTERS.map(|(word, label)| (desk.with_query("show", word), word, label));
    frame::staff_with(&desk, Section::Cohorts, Islands::Staff, "Check the sessions", move || {
        let through = vec![(format!("/cohorts/{id}/agenda"), "Agenda"), (format!("/cohorts/{id}/agenda-import"), "Import an agenda")];
        let counts = plan.counts();
        let quirks: Vec<String> = reading.quirks.iter().chain(&plan.quirks).map(Quirk::sentence).collect();
        let title =
            if reading.title.is_empty() { import.file_name.clone() } else { format!("{}, from {}", reading.title, import.file_name) };
        let applied = import.applied.clone().map(|outcome| {
            view! { <p class="notice good">{outcome}" "<a href=format!("/cohorts/{id}/agenda")>"Open the agenda"</a></p> }
        });
        let at = if import.applied.is_some() { 3 } else { 2 };
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Agenda, heading: "Check the sessions", through, acts: ().into_any() })}
                {steps(at)}
                {applied}
                <p class="soft">{title}</p>
                {day_form(&cohort, import_id, &reading, &days)}
                <div id="plan" class="stack loose" data-would=in_words(&counts)>
                    {told(quirks)}
                    {apply(import_id, counts.create + counts.update)}
                    {rows(&plan, filters, &shown, &here)}
                </div>
            </main>
        }
    })
}

fn told(quirks: Vec<String>) -> AnyView {
    if quirks.is_empty() {
        return ().into_any();
    }
    let lines = quirks.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
    view! { <section class="card stack close" aria-labelledby="told"><h2 id="told">"What to know about this file"</h2><ul>{lines}</ul></section> }.into_any()
}

fn day_form(cohort: &Cohort, import: i64, reading: &Reading, days: &DayMap) -> AnyView {
    let here: Vec<NaiveDate> = cohort.first_day.iter_days().take_while(|day| *day <= cohort.last_day).collect();
    let selects = reading
        .days
        .iter()
        .map(|source| {
            let name = format!("day.{}", source.date);
            let chosen = days.target(source.date);
            let options = here
                .iter()
                .map(|day| {
                    let selected = chosen == Some(*day);
                    view! { <option value=day.to_string() selected=selected>{dates::day(*day)}</option> }
                })
                .collect_view();
            let label = format!("{}, {}", dates::day(source.date), words::count(number(source.sessions), "session", "sessions"));
            view! {
                <div class="field">
                    <label for=name.clone()>{label}</label>
                    <select id=name.clone() name=name><option value="" selected=chosen.is_none()>"Leave this day out"</option>{options}</select>
                </div>
            }
        })
        .collect_view();
    let form = view! {
        <form method="post" action="/api/agenda/agenda-import/map" class="stack">
            {form::hidden("import", import)}
            {selects}
            <p class="row"><button class="button">"Read it with these days"</button></p>
        </form>
    }
    .into_any();
    view! { <section class="stack" aria-labelledby="days"><h2 id="days">"Which day becomes which"</h2><ImportPreview>{form}</ImportPreview></section> }
        .into_any()
}

/// What the file would do, in a sentence.
fn in_words(counts: &Counts) -> String {
    let parts = [
        (counts.create, format!("bring in {}", words::count(number(counts.create), "new session", "new sessions"))),
        (counts.update, format!("change {}", number(counts.update))),
        (counts.unchanged, format!("leave {} unchanged", number(counts.unchanged))),
        (counts.leave_out, format!("leave {} out", number(counts.leave_out))),
        (counts.refuse, format!("refuse {}", number(counts.refuse))),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(figure, _)| *figure > 0).map(|(_, part)| part).collect();
    format!("Read like this, the file would {}.", words::list(&parts))
}

fn apply(import: i64, sessions: usize) -> AnyView {
    if sessions == 0 {
        return view! { <p class="notice">"Nothing to import: every session is here already, left out, or cannot be taken as the file has it."</p> }.into_any();
    }
    let label = format!("Import {} into the working copy", words::count(number(sessions), "session", "sessions"));
    view! {
        <form method="post" action="/api/agenda/agenda-import/apply" class="row">
            {form::hidden("import", import)}
            <button class="button primary">{label}</button>
            <span class="soft small">"Nobody is told before you release."</span>
        </form>
    }
    .into_any()
}

/// What may be shown of the rows: the word in the address, and its label.
const FILTERS: [(&str, &str); 6] =
    [("", "all"), ("new", "new"), ("changed", "changed"), ("same", "unchanged"), ("left-out", "left out"), ("refused", "refused")];

fn word_of(row: &PlannedRow) -> &'static str {
    match row.outcome {
        Outcome::Create(_) => "new",
        Outcome::Update { .. } => "changed",
        Outcome::Unchanged { .. } => "same",
        Outcome::LeaveOut(_) => "left-out",
        Outcome::Refuse(_) => "refused",
    }
}

fn rows(plan: &Plan, filters: [(String, &'static str, &'static str); 6], shown: &str, here: &str) -> AnyView {
    let figures = filters
        .into_iter()
        .map(|(href, word, label)| {
            let count = plan.rows.iter().filter(|row| word.is_empty() || word_of(row) == word).count();
            let current = (word == shown).then_some("true");
            view! { <p><a href=format!("{href}#rows") aria-current=current><b class="num">{words::thousands(count as u64)}</b><span class="soft small">{label}</span></a></p> }
        })
        .collect_view();
    let lines: Vec<AnyView> = plan.rows.iter().filter(|row| shown.is_empty() || word_of(row) == shown).map(row_line).collect();
    let body = if lines.is_empty() {
        view! { <p class="soft">"No session of this kind. "<a href=here.to_owned()>"Show all"</a></p> }.into_any()
    } else {
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Session"</th>
                    <th scope="col" role="columnheader">"In the file"</th>
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"What happens"</th>
                </tr></thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="stack" id="rows" aria-labelledby="rows-h"><h2 id="rows-h">"Every session of the file"</h2><div class="figures">{figures}</div>{body}</section> }.into_any()
}

fn row_line(row: &PlannedRow) -> AnyView {
    let title = if row.title.is_empty() { "No title".to_owned() } else { row.title.clone() };
    let (mark, what) = match &row.outcome {
        Outcome::Create(session) => (tag("good", "new"), view! { <span>{placed(session)}</span> }.into_any()),
        Outcome::Update { changes, .. } => (tag("warn", "changed"), diff(changes)),
        Outcome::Unchanged { .. } => (tag("", "unchanged"), view! { <span class="soft">"As it is here"</span> }.into_any()),
        Outcome::LeaveOut(why) => (tag("", "left out"), view! { <span class="soft">{why.sentence()}</span> }.into_any()),
        Outcome::Refuse(why) => (tag("stop", "refused"), view! { <span>{why.sentence()}</span> }.into_any()),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{title}</th>
            <td role="cell" data-label="In the file" class="soft">{dates::day_month(row.day)}</td>
            <td role="cell" data-label="State">{mark}</td>
            <td role="cell" data-label="What happens">{what}</td>
        </tr>
    }
    .into_any()
}

fn placed(session: &PlannedSession) -> String {
    let when = format!("{}, {}", dates::day_month(session.starts.date()), dates::span(session.starts, session.ends));
    let parts = [when, session.room.clone(), words::capital(session.kind), words::list(&session.educators)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn diff(changes: &[Change]) -> AnyView {
    let lines = changes
        .iter()
        .map(|change| {
            let before = (!change.before.is_empty()).then(|| view! { <del>{short(&change.before)}</del> " " });
            let after = if change.after.is_empty() { "nothing".to_owned() } else { short(&change.after) };
            view! { <dt>{words::capital(change.field)}</dt><dd>{before}<ins>{after}</ins></dd> }
        })
        .collect_view();
    view! { <dl class="diff">{lines}</dl> }.into_any()
}

fn short(text: &str) -> String {
    if text.chars().count() <= SHOWN_CHARS {
        return text.to_owned();
    }
    let head: String = text.chars().take(SHOWN_CHARS).collect();
    format!("{}…", head.trim_end())
}
