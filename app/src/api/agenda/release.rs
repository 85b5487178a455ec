//! Releasing the agenda.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Publishes the working copy and tells each person concerned.
#[server(prefix = "/api", endpoint = "agenda/release/publish")]
pub async fn release(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::Release).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let expected = u32::try_from(form.id("number")).unwrap_or(0);
    let published = store::agenda::release::publish(desk.db(), desk.now, desk.actor(), cohort, expected, form.get("note")).await;
    let place = format!("/cohorts/{cohort}/release");
    match settle(&desk, published)? {
        Ok(released) => {
            let sentence = match released.people {
                0 => format!("Release {} is out. Nobody had to be written to.", released.number),
                1 => format!("Release {} is out. 1 person is being told.", released.number),
                people => format!("Release {} is out. {people} people are being told.", released.number),
            };
            desk.done(place, sentence)
        }
        Err(why) => desk.refused(&place, "release", &form, &why, &[]).await,
    }
}
