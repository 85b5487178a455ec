//! Asking an educator to acknowledge the conversation rule: their address, and a private link to it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Keeps an educator's address and mails them a private link.
#[server(prefix = "/api", endpoint = "conduct/educator/save")]
pub async fn save_educator(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::refusal::Refusal;
    use store::conduct::educator::{Saved, save};

    let desk = Desk::at(Door::SaveEducator).await?;
    let id = form.id("educator");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::educator(desk.db(), id).await)?))?;
    // Each row of the page has a field of its own.
    let field = format!("email.{id}");
    let email = form.0.get(&field).map_or_else(|| form.get("email"), String::as_str);
    let place = format!("/cohorts/{cohort}/rule");
    let saved = save(desk.db(), desk.now, desk.actor(), id, email).await;
    match settle(&desk, saved)? {
        Ok(Saved::Asked(name)) => {
            desk.done(place, format!("{name} is being asked, with a private link. A link sent before no longer opens."))
        }
        Ok(Saved::Kept(name)) => {
            desk.done(place, format!("The address of {name} is kept. They have acknowledged already, so nothing is sent."))
        }
        Err(why) if why.field().is_some() => {
            let said = vec![(field, why.sentence())];
            desk.refused_with(&format!("{place}#educators"), "save-educator", &form, why.code(), String::new(), said).await
        }
        Err(why) => desk.declined(place, &why),
    }
}
