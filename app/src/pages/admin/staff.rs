//! The host's people.

use std::collections::BTreeMap;

use domain::access::Role;
use leptos::prelude::*;
use store::staff::Line;

use super::programs::figure;
use crate::components::form::{self, Choice, Input};
use crate::components::table::tag;
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Section};
use crate::words;

/// Everybody with an account; one of them to change, or a form to add one.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let people = store::staff::list(desk.db()).await?;
    let chosen = desk.query("person").parse::<i64>().ok().and_then(|id| people.iter().find(|line| line.id == id).cloned());
    let draft = desk.draft(if chosen.is_some() { "change-staff" } else { "add-staff" }).await?;
    let active = people.iter().filter(|line| line.active).count();
    let count = words::count(u32::try_from(active).unwrap_or(0), "active account", "active accounts");
    let (change, add) = match &chosen {
        Some(person) => (Some(change_form(&draft, person, &people)), None),
        None => (None, Some(add_form(&draft))),
    };
    let waiting = waiting(store::conduct::incident::without_reviewer(desk.db(), desk.staff()?.id).await?);
    let names: BTreeMap<i64, String> = people.iter().map(|line| (line.id, line.name.clone())).collect();
    let rows = people.into_iter().map(|line| row(line, &names)).collect_view();
    frame::staff(&desk, Section::Staff, "Staff", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{count}</p><h1>"Staff"</h1></div>
                    <div class="row"><a class="button" href="/staff#add">"Add somebody"</a></div>
                </div>
                {waiting}
                {change}
                <div class="table-wrap"><table class="cards-on-phone" role="table">
                    <caption class="visually-hidden">"Everybody with an account"</caption>
                    <thead><tr role="row">
                        <th scope="col" role="columnheader">"Name"</th>
                        <th scope="col" role="columnheader">"E-mail"</th>
                        <th scope="col" role="columnheader">"Roles"</th>
                        <th scope="col" role="columnheader">"Manager"</th>
                        <th scope="col" role="columnheader">"Account"</th>
                        <th scope="col" role="columnheader"><span class="visually-hidden">"Change"</span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
                {add}
            </main>
        }
    })
}

/// Concerns that nobody may review: how many, and nothing else of them.
fn waiting(count: i64) -> Option<AnyView> {
    let said = match count {
        ..=0 => return None,
        1 => "A concern waits for a reviewer who has nothing to do with it: give somebody the role.".to_owned(),
        count => format!("{} concerns wait for a reviewer who has nothing to do with them: give somebody the role.", figure(count)),
    };
    Some(view! { <p class="notice warn">{said}</p> }.into_any())
}

fn row(line: Line, names: &BTreeMap<i64, String>) -> AnyView {
    let manager = line.manager.and_then(|id| names.get(&id).cloned());
    let roles: Vec<String> = line.roles.iter().map(|role| role.as_str().to_owned()).collect();
    let roles = if roles.is_empty() { "none".to_owned() } else { words::list(&roles) };
    let state = match (line.active, line.has_password) {
        (false, _) => tag("", "inactive"),
        (true, false) => tag("warn", "no password yet"),
        (true, true) => tag("good", "active"),
    };
    let about = format!(" {}", line.name);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{line.name}</th>
            <td role="cell" data-label="E-mail" class="soft">{line.email}</td>
            <td role="cell" data-label="Roles">{roles}</td>
            <td role="cell" data-label="Manager" class="soft">{manager}</td>
            <td role="cell" data-label="Account">{state}</td>
            <td role="cell"><a class="button small" href=format!("/staff?person={}#change", line.id)>"Change" <span class="visually-hidden">{about}</span></a></td>
        </tr>
    }
    .into_any()
}

fn role_boxes(draft: &Draft, has: &[Role]) -> AnyView {
    let boxes = Role::ALL
        .iter()
        .map(|role| Choice {
            name: format!("role:{}", role.as_str().replace(' ', "-")),
            value: "yes".to_owned(),
            label: role_label(*role),
            hint: role_means(*role).to_owned(),
            ticked: has.contains(role),
        })
        .collect();
    form::choices(draft, "roles", "Roles", "checkbox", boxes)
}

fn add_form(draft: &Draft) -> AnyView {
    view! {
        <section id="add" class="stack">
            <h2>"Add somebody"</h2>
            <p class="soft">"They get a mail with a link to choose their password. The link is good for a week."</p>
            <form method="post" action="/api/staff/add" class="stack">
                {form::input(draft, Input { name: "name", label: "Name", hint: "As colleagues and guests read it.", autocomplete: "off", ..Input::default() })}
                {form::input(draft, Input { name: "email", label: "E-mail address", kind: "email", autocomplete: "off", ..Input::default() })}
                {role_boxes(draft, &[])}
                <p class="row"><button class="button primary">"Add them and send the link"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn change_form(draft: &Draft, person: &Line, people: &[Line]) -> AnyView {
    let active = Choice {
        name: "active".to_owned(),
        value: "yes".to_owned(),
        label: "Active".to_owned(),
        hint: "Whoever is not active cannot sign in. What they did stays on record.".to_owned(),
        ticked: person.active,
    };
    let link = if person.has_password { "Send a link for a new password" } else { "Send the link again" };
    let about = format!("To {}. The link is good for a week; an older one stops working.", person.email);
    let resend = person.active.then(|| {
        view! {
            <div class="stack close">
                <h3>"A new link"</h3>
                <p class="soft">{about}</p>
                <form method="post" action="/api/staff/invite-again">{form::hidden("person", person.id)}<button class="button">{link}</button></form>
            </div>
        }
    });
    view! {
        <section id="change" class="card stack">
            <h2>{format!("Change {}", person.name)}</h2>
            <p class="soft">{format!("{}. Saving signs them out everywhere; they sign in again with the same password.", person.email)}</p>
            <form method="post" action="/api/staff/change" class="stack">
                {form::hidden("person", person.id)}
                {role_boxes(draft, &person.roles)}
                {manager_select(draft, person, people)}
                {form::choices(draft, "standing", "Account", "checkbox", vec![active])}
                <p class="row"><button class="button primary">"Save their account"</button><a class="button quiet" href="/staff">"Leave it as it is"</a></p>
            </form>
            {resend}
        </section>
    }
    .into_any()
}

/// Who leads them: asked only because a manager does not review a concern about their own people.
fn manager_select(draft: &Draft, person: &Line, people: &[Line]) -> AnyView {
    let others = people
        .iter()
        .filter(|other| other.id != person.id && (other.active || person.manager == Some(other.id)))
        .map(|other| (other.id.to_string(), other.name.clone()));
    let options = std::iter::once((String::new(), "Nobody who has an account here".to_owned())).chain(others).collect();
    let hint = "Used for one thing: a manager never reviews a concern about somebody they lead.";
    let value = person.manager.map_or_else(String::new, |manager| manager.to_string());
    form::select(draft, Input { name: "manager", label: "Manager", hint, value, optional: true, ..Input::default() }, options)
}

/// A role's name at the start of a line.
pub(super) fn role_label(role: Role) -> String {
    words::capital(role.as_str())
}

/// What somebody of this role does here.
pub(super) const fn role_means(role: Role) -> &'static str {
    match role {
        Role::Admin => "everything, and the accounts of everybody else",
        Role::ProgramManager => "their own programs and cohorts, the companies, the mail",
        Role::Facilitator => "the sessions they lead",
        Role::Marketing => "publications, what customers are asked for, the companies and people they need for it",
        Role::AccountManager => "their own customers: who attends, and nothing else; no other role goes with it",
        Role::ExecutiveSponsor => "the scorecard of the programs they stand for",
        Role::IncidentReviewer => "reported breaches of the conversation rule",
    }
}
