//! Adding advocates, saving their records, and making two records of one person one.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Adds somebody (no `person`), makes a record of somebody who is known, or saves one.
#[server(prefix = "/api", endpoint = "advocacy/advocate/save")]
pub async fn save_advocate(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::advocate::{AdvocateRefusal, TypedAdvocate};
    use store::advocacy::advocate::{Saved, save};

    let desk = Desk::at(Door::SaveAdvocate).await?;
    let person = form.id("person");
    if person == 0 {
        return add(&desk, &form).await;
    }
    let typed = TypedAdvocate {
        stage: form.get("stage"),
        interests: form.get("interests"),
        topics: form.get("topics"),
        linkedin: form.get("linkedin"),
        x: form.get("x"),
        bluesky: form.get("bluesky"),
        website: form.get("website"),
        events: form.get("events"),
        languages: form.get("languages"),
        note: form.get("note"),
    };
    let done = save(desk.db(), desk.now, desk.actor(), person, form.revision(), &typed).await;
    let place = format!("/advocates/{person}");
    match settle(&desk, done)? {
        Ok(Saved::Made) => desk.done(place, "Their record is made."),
        Ok(Saved::Changed) => desk.done(place, "Their record is saved."),
        Ok(Saved::AlreadySo) => desk.done(place, "Nothing was different, so nothing was changed."),
        Err(why @ AdvocateRefusal::Unknown) => desk.declined("/advocates", &why),
        Err(why) => {
            let fields = match &why {
                AdvocateRefusal::Fields(fields) => fields.clone(),
                _ => vec![],
            };
            desk.refused(&format!("{place}?do=edit#edit"), "save-advocate", &form, &why, &fields).await
        }
    }
}

/// Adds somebody: whoever is known by the address, else somebody new.
#[cfg(feature = "ssr")]
async fn add(desk: &crate::desk::Desk, form: &Form) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::advocacy::advocate::{AdvocateRefusal, NewPerson};
    use store::Halt;
    use store::advocacy::advocate::Added;

    let done: Result<Added, Halt<AdvocateRefusal>> =
        match NewPerson::parse(form.get("name"), form.get("email"), form.get("company"), form.get("title")) {
            Ok(new) => store::advocacy::advocate::add(desk.db(), desk.now, desk.actor(), &new).await,
            Err(wrong) => Err(Halt::Refused(AdvocateRefusal::Fields(wrong))),
        };
    match settle(desk, done)? {
        Ok(Added { person, known: true }) => desk.done(
            format!("/advocates/{person}"),
            "They are known here by this address: this is their record. What you typed changed nothing of it.",
        ),
        Ok(Added { person, known: false }) => {
            desk.done(format!("/advocates/{person}"), "They are added. Write down what you know of them.")
        }
        Err(why) => {
            let fields = match &why {
                AdvocateRefusal::Fields(fields) => fields.clone(),
                _ => vec![],
            };
            desk.refused("/advocates?add=yes#add", "add-advocate", form, &why, &fields).await
        }
    }
}

/// Makes two records of one person one. It is not undone.
#[server(prefix = "/api", endpoint = "advocacy/advocate/merge")]
pub async fn merge_persons(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ledger::shows_every_seat;
    use store::advocacy::advocate::{Merged, merge};

    let desk = Desk::at(Door::MergePersons).await?;
    let (keep, gone) = (form.id("keep"), form.id("gone"));
    let done = merge(desk.db(), desk.now, desk.actor(), keep, gone).await;
    match settle(&desk, done)? {
        Ok(Merged::Merged) => desk.done(
            format!("/advocates/{keep}"),
            "The two are one now. Everything of the other stands here, and links sent to the other open nothing.",
        ),
        Ok(Merged::AlreadyMerged) => desk.done(format!("/advocates/{keep}"), "The two are one already."),
        Err(why) => {
            let why = why.as_seen_by(shows_every_seat(&desk.principal()));
            desk.declined(format!("/advocates/{keep}/merge?with={gone}"), &why)
        }
    }
}
