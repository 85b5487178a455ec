//! Programs: the list, a new one, and one with its cohorts.

use domain::access::Role;
use domain::time::words::date_range;
use leptos::prelude::*;
use store::cohort::program::{Program, Run};

use crate::components::form::{self, Input};
use crate::components::table::{bar, empty, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::words;

/// The programs: admins see all, managers their own.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let sees_all = staff.is(Role::Admin);
    let programs = store::cohort::program::list(desk.db(), (!sees_all).then_some(staff.id)).await?;
    let count = words::count(u32::try_from(programs.len()).unwrap_or(0), "program", "programs");
    let add =
        (!programs.is_empty()).then(|| view! { <div class="row"><a class="button primary" href="/programs/new">"New program"</a></div> });
    let body = if programs.is_empty() {
        let act = Some(("/programs/new".to_owned(), "Describe a program"));
        empty(
            "No program yet",
            "A program is a theme you offer again and again; each time you run it is a cohort. Describe it once, with its sponsor, and schedule the first cohort from there.",
            act,
        )
    } else {
        let rows = programs.into_iter().map(row).collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"Programs by title"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Program"</th>
                    <th scope="col" role="columnheader">"Theme"</th>
                    <th scope="col" role="columnheader">"Executive sponsor"</th>
                    <th scope="col" role="columnheader">"Owner"</th>
                    <th scope="col" role="columnheader" class="num">"Cohorts"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    frame::staff(&desk, Section::Programs, "Programs", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head"><div class="stack tight"><p class="eyebrow">{count}</p><h1>"Programs"</h1></div>{add}</div>
                {body}
            </main>
        }
    })
}

fn row(program: Program) -> AnyView {
    let to = format!("/programs/{}", program.id);
    let cohorts = format!("{to}#cohorts");
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=to>{program.title}</a></th>
            <td role="cell" data-label="Theme" class="soft">{program.theme}</td>
            <td role="cell" data-label="Executive sponsor">{program.sponsor_name}</td>
            <td role="cell" data-label="Owner">{program.owner}</td>
            <td role="cell" data-label="Cohorts" class="num"><a href=cohorts>{figure(program.cohorts)}</a></td>
        </tr>
    }
    .into_any()
}

/// Describing a new program.
///
/// # Errors
/// Faults.
pub async fn new(desk: Desk) -> Reply {
    let draft = desk.draft("create-program").await?;
    let fields = fields(&draft, None, sponsors(&desk, None).await?);
    frame::staff(&desk, Section::Programs, "New program", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs("New program".to_owned())}
                {form::errors(&draft)}
                <div class="stack tight"><h1>"New program"</h1><p class="soft">"You own it. Dates, places and people belong to its cohorts, which you schedule next."</p></div>
                <form method="post" action="/api/cohort/program/create" class="stack">
                    {fields}
                    <p class="row"><button class="button primary">"Create the program"</button></p>
                </form>
            </main>
        }
    })
}

/// One program: its facts, its cohorts, and the form to change it.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("program")?;
    desk.owns(store::access::program(desk.db(), id).await?)?;
    let program = store::cohort::program::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let runs = store::cohort::program::runs(desk.db(), id).await?;
    let draft = desk.draft("edit-program").await?;
    let fields = fields(&draft, Some(&program), sponsors(&desk, program.sponsor_id).await?);
    let open = !draft.errors().is_empty();
    let schedule = format!("/programs/{id}/new-cohort");
    let schedule_top = (!runs.is_empty())
        .then(|| view! { <div class="row"><a class="button primary" href=schedule.clone()>"Schedule a cohort"</a></div> });
    let cohorts = cohorts_part(runs, schedule.clone());
    let description = if program.description.is_empty() {
        view! { <p class="soft">"Nothing is written about it yet. Invitations are warmer with a few sentences."</p> }.into_any()
    } else {
        view! { <div class="prose" inner_html=words::markdown(&program.description)></div> }.into_any()
    };
    let sponsor = if program.sponsor_title.is_empty() {
        program.sponsor_name.clone()
    } else {
        format!("{}, {}", program.sponsor_name, program.sponsor_title)
    };
    let audience = if program.audience.is_empty() { "not said yet".to_owned() } else { program.audience.clone() };
    let account = if program.sponsor_id.is_some() { "reads the scorecard with their own account" } else { "has no account here" };
    let (title, revision) = (program.title.clone(), program.revision);
    let here = title.clone();
    frame::staff(&desk, Section::Programs, &title, || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs(here)}
                {form::errors(&draft)}
                <div class="head"><div class="stack tight"><p class="eyebrow">{program.theme}</p><h1>{program.title}</h1></div>{schedule_top}</div>
                <dl class="meta">
                    <div><dt>"Executive sponsor"</dt><dd>{sponsor}</dd><dd class="small soft">{account}</dd></div>
                    <div><dt>"For"</dt><dd>{audience}</dd></div>
                    <div><dt>"Owner"</dt><dd>{program.owner}</dd></div>
                </dl>
                {cohorts}
                <section class="stack close"><h2>"In our words"</h2>{description}</section>
                <details id="change" class="card" open=open>
                    <summary>"Change the program"</summary>
                    <form method="post" action="/api/cohort/program/edit" class="stack">
                        {form::hidden("program", id)}
                        {form::hidden("revision", revision)}
                        {fields}
                        <p class="row"><button class="button">"Save the program"</button></p>
                    </form>
                </details>
            </main>
        }
    })
}

fn crumbs(here: String) -> AnyView {
    view! {
        <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/programs">"Programs"</a></li><li aria-current="page">{here}</li></ol></nav>
    }
    .into_any()
}

/// The accounts a sponsor can have, by name.
async fn sponsors(desk: &Desk, stands: Option<i64>) -> Result<Vec<(String, String)>, Stop> {
    let people = store::staff::list(desk.db()).await?;
    let offered =
        people.into_iter().filter(|person| stands == Some(person.id) || (person.active && person.roles.contains(&Role::ExecutiveSponsor)));
    let nobody = (String::new(), "No account".to_owned());
    Ok(std::iter::once(nobody).chain(offered.map(|person| (person.id.to_string(), format!("{}, {}", person.name, person.email)))).collect())
}

fn fields(draft: &Draft, stands: Option<&Program>, sponsors: Vec<(String, String)>) -> AnyView {
    let text = |name, label, pick: fn(&Program) -> &String| Input {
        name,
        label,
        value: stands.map(|program| pick(program).clone()).unwrap_or_default(),
        ..Input::default()
    };
    let sponsor = stands.and_then(|program| program.sponsor_id).map(|id| id.to_string()).unwrap_or_default();
    let account = Input {
        name: "sponsor",
        label: "Sponsor's account",
        hint: "With one, they read the scorecard of this program. An admin makes it, with the role of executive sponsor.",
        value: sponsor,
        optional: true,
        ..Input::default()
    };
    view! {
        {form::input(draft, Input { hint: "As it stands on the invitation.", ..text("title", "Title", |program| &program.title) })}
        {form::input(draft, Input { optional: true, hint: "In a few words: the question the week is about.", ..text("theme", "Theme", |program| &program.theme) })}
        {form::input(draft, Input { optional: true, hint: "Who it is for.", ..text("audience", "Audience", |program| &program.audience) })}
        {form::textarea(draft, Input { optional: true, hint: "Why it is worth a week. Markdown is kept: **bold**, lists, links.", ..text("description", "Description", |program| &program.description) }, 8)}
        {form::input(draft, Input { hint: "Signs every invitation.", ..text("sponsor_name", "Executive sponsor", |program| &program.sponsor_name) })}
        {form::input(draft, Input { optional: true, ..text("sponsor_title", "Sponsor's title", |program| &program.sponsor_title) })}
        {form::select(draft, account, sponsors)}
    }
    .into_any()
}

fn cohorts_part(runs: Vec<Run>, schedule: String) -> AnyView {
    if runs.is_empty() {
        let sentence = "Choose dates, a place and how many people it takes. Nobody hears of it before you open invitations.";
        return view! { <div id="cohorts">{empty("No cohort yet", sentence, Some((schedule, "Schedule a cohort")))}</div> }.into_any();
    }
    let rows = runs.into_iter().map(run_row).collect_view();
    view! {
        <section id="cohorts" class="stack close">
            <h2>"Cohorts"</h2>
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"Cohorts of this program, the latest first"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Cohort"</th>
                    <th scope="col" role="columnheader">"When"</th>
                    <th scope="col" role="columnheader">"Where"</th>
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"Seats"</th>
                    <th scope="col" role="columnheader" class="num">"Confirmed"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn run_row(run: Run) -> AnyView {
    let to = format!("/cohorts/{}", run.id);
    let people = format!("{to}/people");
    let (confirmed, capacity) = (u32::try_from(run.confirmed).unwrap_or(0), u32::try_from(run.capacity).unwrap_or(0));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=to>{run.title}</a></th>
            <td role="cell" data-label="When">{date_range(run.first_day, run.last_day)}</td>
            <td role="cell" data-label="Where" class="soft">{run.place}</td>
            <td role="cell" data-label="State">{state_tag(&run.state)}</td>
            <td role="cell" data-label="Seats">{bar(confirmed, 0, capacity)}</td>
            <td role="cell" data-label="Confirmed" class="num"><a href=people>{format!("{confirmed} of {capacity}")}</a></td>
        </tr>
    }
    .into_any()
}

/// A cohort's state as a tag.
pub(super) fn state_tag(state: &str) -> AnyView {
    let tone = match state {
        "inviting" | "running" => "good",
        "cancelled" => "stop",
        _ => "",
    };
    tag(tone, state)
}

/// A count from a row, with its thousands set apart.
pub(super) fn figure(number: i64) -> String {
    words::thousands(u64::try_from(number).unwrap_or(0))
}
