//! My details: what the week knows of me, mine to change.

use domain::cohort::State as CohortState;
use domain::registration::invitation::Needs;
use leptos::prelude::*;
use store::registration::invitation::Details;

use super::invitation::{needs_fields, zone_of};
use crate::components::form;
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Islands, Mine};

/// My details.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let details = store::registration::invitation::details(desk.db(), desk.registration()?).await?.ok_or(Stop::Hidden)?;
    let cohort = store::cohort::get(desk.db(), executive.cohort).await?.ok_or(Stop::Hidden)?;
    let draft = desk.draft("details").await?;
    let (name, email, company, program) =
        (executive.name.clone(), executive.email.clone(), executive.company.clone(), executive.program.clone());
    let zone = details.zone.clone().unwrap_or_else(|| zone_of(executive).as_str().to_owned());
    frame::executive(&desk, Mine::Details, Islands::None, "My details", move || {
        let rule = cohort.rule.map(|number| {
            view! { <p>"Your week keeps to the " <a href="/my/rule">{format!("conversation rule, version {number}")}</a> "."</p> }
        });
        let instead = (cohort.state == CohortState::Inviting)
            .then(|| view! { <a class="button" href="/invitation/colleague">"Send a colleague instead"</a> });
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight">
                    <p class="eyebrow">{program}</p>
                    <h1>"My details"</h1>
                    <p class="soft">{format!("{name}, {company} · {email}")}</p>
                </div>
                {form::errors(&draft)}
                {saved_meanwhile(&draft, &details, &zone)}
                <form class="stack" method="post" action="/api/registration/invitation/details">
                    {form::hidden("revision", details.revision)}
                    {needs_fields(&draft, &details.needs, &zone)}
                    <p><button class="button primary">"Save my details"</button></p>
                </form>
                {rule}
                <section class="stack">
                    <h2>"If you cannot come"</h2>
                    <p>"Tell us as early as you can: somebody else will be glad of the seat."</p>
                    <div class="row">{instead} <a class="button stop" href="/my/withdraw">"Give my seat back…"</a></div>
                </section>
            </main>
        }
    })
}

/// What another window saved while this one was typed into, beside what was typed.
fn saved_meanwhile(draft: &Draft, details: &Details, zone: &str) -> AnyView {
    let Some(typed) = draft.typed().filter(|typed| typed.revision() != details.revision) else { return ().into_any() };
    let Needs { travel, dietary, accessibility, emergency_contact, pronunciation, wants_to_learn } = &details.needs;
    let stand = [
        ("travel", "Travel", travel.as_str()),
        ("dietary", "Food", dietary.as_str()),
        ("accessibility", "Access", accessibility.as_str()),
        ("emergency_contact", "Whom to call in an emergency", emergency_contact.as_str()),
        ("pronunciation", "How to say your name", pronunciation.as_str()),
        ("wants_to_learn", "What you want to learn", wants_to_learn.as_str()),
        ("zone", "Your time zone", zone),
    ];
    let differ = stand
        .into_iter()
        .filter(|(field, _, saved)| typed.get(field).replace("\r\n", "\n").trim() != saved.trim())
        .map(|(_, label, saved)| {
            let saved = if saved.is_empty() { "(empty)".to_owned() } else { saved.to_owned() };
            view! { <dt>{label}</dt> <dd>{saved}</dd> }
        })
        .collect_view();
    view! { <section class="card stack"><h2>"What was saved in the other window"</h2><dl class="facts">{differ}</dl></section> }.into_any()
}
