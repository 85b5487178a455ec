//! Making a cohort, changing its settings, stepping it from state to state.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Creates a cohort of a program.
#[server(prefix = "/api", endpoint = "cohort/cohort/create")]
pub async fn create_cohort(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::CreateCohort).await?;
    let program = form.id("program");
    desk.or_stop(desk.owns(desk.or_stop(store::access::program(desk.db(), program).await)?))?;
    let made = store::cohort::create(desk.db(), desk.now, desk.actor(), program, &typed(&form)).await;
    match settle(&desk, made)? {
        Ok(id) => desk.done(format!("/cohorts/{id}"), "The cohort is created. Nobody has been told of it yet."),
        Err(why) => desk.refused(&format!("/programs/{program}/new-cohort"), "create-cohort", &form, &why, &fields(&why)).await,
    }
}

/// Saves a cohort's settings.
#[server(prefix = "/api", endpoint = "cohort/cohort/edit")]
pub async fn edit_cohort(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::EditCohort).await?;
    let id = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), id).await)?))?;
    let saved = store::cohort::edit(desk.db(), desk.now, desk.actor(), id, form.revision(), &typed(&form)).await;
    match settle(&desk, saved)? {
        Ok(0) => desk.done(format!("/cohorts/{id}/settings"), "The settings are saved."),
        Ok(outside) => {
            let are = crate::words::count(outside, "session is", "sessions are");
            desk.done(
                format!("/cohorts/{id}/agenda"),
                format!("The settings are saved. {are} now outside the cohort's dates: move them before the next release."),
            )
        }
        Err(why) => desk.refused(&format!("/cohorts/{id}/settings"), "edit-cohort", &form, &why, &fields(&why)).await,
    }
}

/// Opens or closes invitations, starts, completes or cancels a cohort.
#[server(prefix = "/api", endpoint = "cohort/cohort/step")]
pub async fn step_cohort(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop, settle};
    use domain::access::Door;
    use domain::cohort::Step;

    let desk = Desk::at(Door::StepCohort).await?;
    let id = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), id).await)?))?;
    let step = desk.or_stop(Step::parse(form.get("step")).ok_or(Stop::Hidden))?;
    let before = desk.or_stop(store::cohort::dashboard(desk.db(), id).await)?;
    let stepped = store::cohort::step(desk.db(), desk.now, desk.actor(), id, step).await;
    let place = format!("/cohorts/{id}");
    match settle(&desk, stepped)? {
        Ok(state) => {
            let after = desk.or_stop(store::cohort::dashboard(desk.db(), id).await)?;
            let sentence = what_happened(state, desk.now, before.as_ref(), after.as_ref());
            desk.done(place, sentence)
        }
        Err(why) => desk.declined(place, &why),
    }
}

/// What a step came to, in words, with how many people were written to.
#[cfg(feature = "ssr")]
fn what_happened(
    state: domain::cohort::State,
    now: chrono::DateTime<chrono::Utc>,
    before: Option<&store::cohort::Dashboard>,
    after: Option<&store::cohort::Dashboard>,
) -> String {
    use domain::cohort::State;

    match state {
        State::Inviting => {
            let written = after.map_or(0, |seen| seen.companies.iter().filter(|company| company.link_sent_at == Some(now)).count());
            match written {
                0 => "Invitations are open.".to_owned(),
                1 => "Invitations are open. 1 delegation lead is being written to.".to_owned(),
                many => format!("Invitations are open. {many} delegation leads are being written to."),
            }
        }
        State::Closed => "Invitations are closed. Everybody who accepted keeps their seat.".to_owned(),
        State::Running => "The cohort has started.".to_owned(),
        State::Completed => "The cohort is completed.".to_owned(),
        State::Cancelled => {
            let people = before.filter(|seen| seen.cohort.state != State::Cancelled).map_or(0, |seen| seen.confirmed + seen.held);
            match people {
                0 => "The cohort is cancelled.".to_owned(),
                1 => "The cohort is cancelled. 1 person is being told.".to_owned(),
                many => format!("The cohort is cancelled. {many} people are being told."),
            }
        }
        State::Draft => "The cohort is a draft.".to_owned(),
    }
}

#[cfg(feature = "ssr")]
fn typed(form: &Form) -> store::cohort::Typed<'_> {
    store::cohort::Typed {
        title: form.get("title"),
        venue: form.get("venue"),
        place: form.get("place"),
        zone: form.get("zone"),
        first_day: form.get("first_day"),
        last_day: form.get("last_day"),
        capacity: form.get("capacity"),
        overbooked: form.get("overbooked"),
        reply_by: form.get("reply_by"),
        letter: form.get("letter"),
        rule: form.get("rule"),
        quiet_days: form.get("quiet_days"),
        quiet_company: form.ticked("quiet_company"),
    }
}

#[cfg(feature = "ssr")]
fn fields(why: &store::cohort::CohortRefusal) -> Vec<domain::refusal::FieldRefusal> {
    match why {
        store::cohort::CohortRefusal::Fields(fields) => fields.clone(),
        _ => Vec::new(),
    }
}
