//! Recording by hand what was given and what was done unasked, and taking an entry back.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Records a give.
#[server(prefix = "/api", endpoint = "advocacy/ledger/give")]
pub async fn record_give(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ledger::TypedGive;

    let desk = Desk::at(Door::RecordGive).await?;
    let typed = TypedGive {
        person: form.id("person"),
        company: form.id("company"),
        kind: form.get("kind"),
        on: form.get("on"),
        note: form.get("note"),
        value: form.get("value"),
    };
    let done = store::advocacy::ledger::record_give(desk.db(), desk.now, desk.actor(), &typed).await;
    match settle(&desk, done)? {
        Ok(_) => desk.done(place(&form), "It is in the ledger, and they see it on their own page."),
        Err(why) => refused(&desk, &format!("{}#record", place(&form)), "record-give", &form, &why).await,
    }
}

/// Records something they did without being asked.
#[server(prefix = "/api", endpoint = "advocacy/ledger/act")]
pub async fn record_act(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ledger::TypedAct;

    let desk = Desk::at(Door::RecordAct).await?;
    let typed = TypedAct {
        person: form.id("person"),
        company: form.id("company"),
        kind: form.get("kind"),
        on: form.get("on"),
        note: form.get("note"),
    };
    let done = store::advocacy::ledger::record_act(desk.db(), desk.now, desk.actor(), &typed).await;
    match settle(&desk, done)? {
        Ok(_) => desk.done(place(&form), "It is in the ledger, and they see it on their own page."),
        Err(why) => {
            let place = place(&form);
            let back = if place.starts_with("/reciprocity/") { format!("{place}?record=act#record") } else { format!("{place}#record") };
            refused(&desk, &back, "record-act", &form, &why).await
        }
    }
}

/// Takes an entry back by another one.
#[server(prefix = "/api", endpoint = "advocacy/ledger/correct")]
pub async fn correct_entry(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ledger::LedgerRefusal;

    let desk = Desk::at(Door::CorrectEntry).await?;
    let done = store::advocacy::ledger::correct(desk.db(), desk.now, &desk.principal(), form.id("entry"), form.get("reason")).await;
    match settle(&desk, done)? {
        Ok(corrected) => {
            let words =
                if corrected.already { "It was taken back before." } else { "It is taken back. Both entries stay, and count nothing." };
            desk.done(format!("/reciprocity/{}#entries", corrected.company), words)
        }
        Err(why @ LedgerRefusal::Unknown) if form.id("company") == 0 => desk.declined("/reciprocity", &why),
        Err(why) => refused(&desk, &format!("{}#entries", place(&form)), "correct-entry", &form, &why).await,
    }
}

/// The page the form stood on: a company’s ledger, or an advocate’s page.
#[cfg(feature = "ssr")]
fn place(form: &Form) -> String {
    match (form.get("from"), form.id("company"), form.id("person")) {
        ("advocate", _, person) | (_, 0, person) if person != 0 => format!("/advocates/{person}"),
        (_, 0, _) => "/reciprocity".to_owned(),
        (_, company, _) => format!("/reciprocity/{company}"),
    }
}

/// The form again, with what was typed; what there is no field for is said above the page.
#[cfg(feature = "ssr")]
async fn refused(
    desk: &crate::desk::Desk,
    back: &str,
    name: &str,
    form: &Form,
    why: &domain::advocacy::ledger::LedgerRefusal,
) -> Result<Answer, ServerFnError> {
    use domain::advocacy::ledger::LedgerRefusal;

    match why {
        LedgerRefusal::Fields(fields) => desk.refused(back, name, form, why, fields).await,
        _ => desk.declined(back, why),
    }
}
