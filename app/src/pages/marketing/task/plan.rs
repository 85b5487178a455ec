//! The plan of a task: who has it, when it is due and seen, who approves it, what it shows.

use std::collections::BTreeSet;

use domain::advocacy::amplification::State;
use domain::advocacy::consent::{Scope, Subject};
use domain::time::words::{date, day};
use leptos::prelude::*;
use store::advocacy::amplification::{Task, UseLine};

use super::Opened;
use super::wordings::{may_edit, standing_approval};
use crate::components::form::{self, Choice, Input};

pub(super) fn facts(task: &Task) -> AnyView {
    let mut lines = vec![("Happened on", date(task.happened_on).into_any())];
    let to = format!("/achievements/{}", task.achievement);
    lines.push(("Achievement", view! { <a href=to>"How it was reported"</a> }.into_any()));
    if !task.outlet.is_empty() {
        lines.push(("Where", task.outlet.clone().into_any()));
    }
    if let Some(url) = task.url.clone() {
        lines.push(("Source", view! { <a href=url.clone() rel="noopener noreferrer nofollow">{url.clone()}</a> }.into_any()));
    }
    if let (Some(person), Some(name)) = (task.person, task.person_name.clone()) {
        lines.push(("Person", view! { <a href=format!("/advocates/{person}")>{name}</a> }.into_any()));
    }
    lines.push(("Company", view! { <a href=format!("/companies/{}", task.company)>{task.company_name.clone()}</a> }.into_any()));
    if let Some(at) = task.approved_at {
        lines.push(("Approved by the customer", day(at.date_naive()).into_any()));
    }
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd>{text}</dd> }).collect_view();
    view! { <section class="stack close"><h2>"In short"</h2><dl class="facts">{lines}</dl></section> }.into_any()
}

pub(super) fn plan_form(at: &Opened<'_>, colleagues: &[(i64, String)]) -> AnyView {
    let (task, draft) = (at.task, at.plan);
    if !may_edit(task) && !matches!(task.state, State::Published | State::Measured) {
        return ().into_any();
    }
    let owner = task.owner.map(|owner| owner.to_string()).unwrap_or_default();
    let mut owners: Vec<(String, String)> = vec![(String::new(), "Nobody yet".to_owned())];
    owners.extend(colleagues.iter().map(|(id, name)| (id.to_string(), name.clone())));
    // Whoever has it in hand stays on the list, wherever they are now.
    if let (Some(id), Some(name), false) = (task.owner, task.owner_name.clone(), owners.iter().any(|(id, _)| *id == owner)) {
        owners.push((id.to_string(), name));
    }
    let planned = task.planned_for.map(|planned| planned.to_string()).unwrap_or_default();
    let mut fields = vec![
        form::select(draft, Input { name: "owner", label: "In whose hands", value: owner, ..Input::default() }, owners),
        form::input(draft, Input { name: "due_day", label: "Due", kind: "date", value: task.due_day.to_string(), ..Input::default() }),
    ];
    let day_hint = "Counted in UTC. The customer approves this day, and no other.";
    fields.push(form::input(
        draft,
        Input { name: "planned_for", label: "Day it is to be seen", hint: day_hint, kind: "date", value: planned, ..Input::default() },
    ));
    fields.push(form::input(
        draft,
        Input {
            name: "approver_name",
            label: "Who approves it for the customer",
            value: task.approver_name.clone(),
            autocomplete: "off",
            ..Input::default()
        },
    ));
    let email_hint = "They get a private link to exactly this. They need no account.";
    fields.push(form::input(
        draft,
        Input {
            name: "approver_email",
            label: "Their e-mail address",
            hint: email_hint,
            kind: "email",
            value: task.approver_email.clone(),
            autocomplete: "off",
            ..Input::default()
        },
    ));
    fields.push(form::choices(draft, "shows", "What of whom it shows", "checkbox", ticks(task)));
    view! {
        <section id="plan" class="stack" aria-labelledby="plan-h">
            <h2 id="plan-h">"The plan"</h2>
            {meanwhile(at)}
            {standing_approval(task)}
            <form class="stack" method="post" action="/api/advocacy/amplification/plan">
                {form::hidden("task", task.id)}
                {form::hidden("revision", task.revision)}
                {fields}
                <p class="small soft">"Another owner or due day changes nothing for the customer. Another day or approver, or something else shown, does."</p>
                <p><button class="button">"Keep the plan"</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// What somebody else saved while the plan was typed.
fn meanwhile(at: &Opened<'_>) -> AnyView {
    let task = at.task;
    let Some(typed) = at.plan.typed().filter(|typed| typed.revision() != task.revision) else { return ().into_any() };
    let stands = [
        ("Due", "due_day", task.due_day.to_string()),
        ("Day it is to be seen", "planned_for", task.planned_for.map(|planned| planned.to_string()).unwrap_or_default()),
        ("Who approves it", "approver_name", task.approver_name.clone()),
        ("Their e-mail address", "approver_email", task.approver_email.clone()),
    ];
    let mut rows: Vec<AnyView> = stands
        .into_iter()
        .filter(|(_, field, stands)| typed.get(field).trim() != stands)
        .map(|(label, _, stands)| {
            let stands = if stands.is_empty() { "empty".to_owned() } else { stands };
            view! { <dt>{label}</dt><dd>{stands}</dd> }.into_any()
        })
        .collect();
    if typed.id("owner") != task.owner.unwrap_or(0) {
        let owner = task.owner_name.clone().unwrap_or_else(|| "nobody".to_owned());
        rows.push(view! { <dt>"In whose hands"</dt><dd>{owner}</dd> }.into_any());
    }
    let ticked: BTreeSet<String> = typed.chosen("show").map(str::to_owned).collect();
    let stood: BTreeSet<String> = task.uses.iter().map(word).collect();
    if ticked != stood {
        let shown: Vec<String> = task.uses.iter().map(|one| format!("{}: {}", one.who, one.scope)).collect();
        let shown = if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") };
        rows.push(view! { <dt>"What it shows"</dt><dd>{shown}</dd> }.into_any());
    }
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card stack" aria-labelledby="stands">
            <h3 id="stands">"What it says now"</h3>
            <p class="soft small">"Where it differs from what you typed. Keeping the plan again keeps yours."</p>
            <dl class="facts">{rows}</dl>
        </section>
    }
    .into_any()
}

/// `person:name`
fn word(one: &UseLine) -> String {
    let whose = if matches!(one.subject, Subject::Person(_)) { "person" } else { "company" };
    format!("{whose}:{}", one.scope)
}

/// Everything that could be shown of the person and of the company.
fn ticks(task: &Task) -> Vec<Choice> {
    let chosen: Vec<String> = task.uses.iter().map(word).collect();
    let choice = |whose: &'static str, who: &str, scope: Scope| {
        let word = format!("{whose}:{scope}");
        let ticked = chosen.contains(&word);
        Choice { name: format!("show:{word}"), value: "yes".to_owned(), label: format!("{who}: {scope}"), hint: String::new(), ticked }
    };
    let of = |company: bool| Scope::ALL.iter().copied().filter(move |scope| scope.has_channels() && scope.of_company() == company);
    let person = task.person_name.as_deref().into_iter().flat_map(|name| of(false).map(move |scope| (name, scope)));
    let person: Vec<Choice> = person.map(|(name, scope)| choice("person", name, scope)).collect();
    person.into_iter().chain(of(true).map(|scope| choice("company", &task.company_name, scope))).collect()
}
