//! Where a task is public: recording it, and what it came to.

use domain::advocacy::amplification::State;
use domain::advocacy::publication::State as PublicationState;
use domain::time::Zone;
use domain::time::words::{date, day, moment};
use leptos::prelude::*;
use store::advocacy::amplification::PublicationLine;

use super::Opened;
use crate::components::form::{self, Input};
use crate::components::table::tag;
use crate::desk::Draft;
use crate::words::{figure, thousands};

/// Whether somebody may say now that it is public: on its day, or after it, of that day.
fn to_record(at: &Opened<'_>, line: &PublicationLine) -> bool {
    let open = matches!(at.task.state, State::Scheduled | State::Failed) && line.state == PublicationState::Planned;
    open && at.task.planned_for.is_some_and(|planned| planned <= at.today)
}

pub(super) fn publication_part(at: &Opened<'_>, line: &PublicationLine) -> AnyView {
    let anchor = format!("public-{}", line.id);
    let body = match line.state {
        PublicationState::Planned if to_record(at, line) => record_form(at, line),
        PublicationState::Planned => {
            let planned = at.task.planned_for.map_or_else(|| "its day".to_owned(), day);
            view! { <p class="small soft">{format!("From {planned} on you can say here where it can be seen.")}</p> }.into_any()
        }
        PublicationState::Live => {
            let since = line.published_at.map_or_else(String::new, |at| format!(" since {}", moment(&Zone::utc(), at)));
            let (to, url) = (line.url.clone(), line.url.clone());
            let down = line.down_by.map(|by| view! { {tag("stop", format!("to be taken down by {}", day(by)))} " " });
            view! {
                <p>{tag("good", format!("public{since}"))} " " {down} <a href=to rel="noopener noreferrer">{url}</a> " " {its_publication(line)}</p>
                {result_part(at, line)}
            }
            .into_any()
        }
        PublicationState::Cancelled | PublicationState::TakenDown => {
            view! { <p>{tag("", line.state.as_str())} " " {its_publication(line)}</p> }.into_any()
        }
    };
    view! { <div id=anchor class="stack close">{body}</div> }.into_any()
}

/// By its number, which a file of results may name it by.
fn its_publication(line: &PublicationLine) -> AnyView {
    view! { <a class="small" href=format!("/publications/{}", line.id)>{format!("Publication {}", line.id)}</a> }.into_any()
}

/// What was typed for this publication; nothing, where it was for another.
fn typed_for(publication: i64, draft: &Draft) -> (bool, Draft) {
    let mine = draft.typed().is_some_and(|typed| typed.id("publication") == publication);
    (mine, if mine { draft.clone() } else { Draft::default() })
}

fn record_form(at: &Opened<'_>, line: &PublicationLine) -> AnyView {
    let (mine, draft) = typed_for(line.id, at.publish);
    let id = |field: &str| if mine { String::new() } else { format!("{field}-{}", line.id) };
    let planned = at.task.planned_for.map(|planned| planned.to_string()).unwrap_or_default();
    view! {
        <form class="card stack" method="post" action="/api/advocacy/amplification/publish">
            {form::hidden("task", at.task.id)}
            {form::hidden("publication", line.id)}
            <h3>"It is public"</h3>
            <p class="small soft">"Publish it on its channel exactly as above, then say so here. The day and the time are UTC."</p>
            {form::input(&draft, Input { name: "url", label: "Where it can be seen", hint: "The whole address.", kind: "url", autocomplete: "off", id: id("url"), ..Input::default() })}
            <div class="row">
                {form::input(&draft, Input { name: "day", label: "Day", kind: "date", value: planned, id: id("day"), ..Input::default() })}
                {form::input(&draft, Input { name: "time", label: "Time, UTC", kind: "time", id: id("time"), ..Input::default() })}
            </div>
            <p><button class="button">"It is public"</button></p>
        </form>
    }
    .into_any()
}

/// What it came to, and the form to count it.
fn result_part(at: &Opened<'_>, line: &PublicationLine) -> AnyView {
    let (mine, draft) = typed_for(line.id, at.result);
    let stands = line.result.as_ref();
    let id = |field: &str| if mine { String::new() } else { format!("{field}-{}", line.id) };
    let number = |pick: i64| if stands.is_some() { pick.to_string() } else { String::new() };
    let field = |name: &'static str, label: &'static str, value: String| {
        form::input(&draft, Input { name, label, kind: "number", value, short: true, id: id(name), ..Input::default() })
    };
    let said = stands.map(|one| {
        let count = |figure: i64| thousands(figure.unsigned_abs());
        let sentence = format!(
            "{} seen · {} · {} · {}, counted on {}. As much attention would have cost {}.",
            count(one.impressions),
            figure(one.clicks, "click", "clicks"),
            figure(one.reactions, "reaction", "reactions"),
            figure(one.comments, "comment", "comments"),
            date(one.counted_on),
            count(one.value)
        );
        let note = one.note.clone();
        view! { <p>{sentence}</p><p class="small soft kept">{note}</p> }
    });
    let of = |pick: fn(&store::advocacy::amplification::ResultLine) -> i64| number(stands.map_or(0, pick));
    let counted_on = stands.map_or_else(|| at.today.to_string(), |one| one.counted_on.to_string());
    let note = stands.map(|one| one.note.clone()).unwrap_or_default();
    let open = mine || (stands.is_none() && line.down_by.is_none() && at.task.state == State::Published);
    let summary = if stands.is_some() { "Count it again…" } else { "Enter what it came to…" };
    view! {
        {said}
        <details class="ask" open=open>
            <summary class="button small">{summary}</summary>
            <form class="card stack" method="post" action="/api/advocacy/result/save">
                {form::hidden("publication", line.id)}
                <div class="row">
                    {field("impressions", "Seen", of(|one| one.impressions))}
                    {field("clicks", "Clicks", of(|one| one.clicks))}
                    {field("reactions", "Reactions", of(|one| one.reactions))}
                    {field("comments", "Comments", of(|one| one.comments))}
                    {field("value", "Worth, in whole units of our currency", of(|one| one.value))}
                    {form::input(&draft, Input { name: "counted_on", label: "Counted on", kind: "date", value: counted_on, id: id("counted_on"), ..Input::default() })}
                </div>
                {form::input(&draft, Input { name: "note", label: "Note", value: note, optional: true, autocomplete: "off", id: id("note"), ..Input::default() })}
                <p><button class="button">"Keep the results"</button></p>
            </form>
        </details>
    }
    .into_any()
}
