//! Changing the working copy of the agenda: its sessions and its rooms. Nobody is told before a release.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Adds a session.
#[server(prefix = "/api", endpoint = "agenda/session/create")]
pub async fn create_session(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::CreateSession).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let hosts = hosts(&form);
    let made = store::agenda::session::create(desk.db(), desk.now, desk.actor(), cohort, &typed(&form, &hosts)).await;
    match settle(&desk, made)? {
        Ok(id) => desk
            .done(format!("/cohorts/{cohort}/agenda#s{id}"), "The session is in the working copy. Nobody sees it before the next release."),
        Err(why) => desk.refused(&format!("/cohorts/{cohort}/agenda/new"), "create-session", &form, &why, &fields(&why)).await,
    }
}

/// Saves a session.
#[server(prefix = "/api", endpoint = "agenda/session/edit")]
pub async fn edit_session(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::EditSession).await?;
    let id = form.id("session");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::session(desk.db(), id).await)?))?;
    let hosts = hosts(&form);
    let saved = store::agenda::session::edit(desk.db(), desk.now, desk.actor(), id, form.revision(), &typed(&form, &hosts)).await;
    match settle(&desk, saved)? {
        Ok(()) => {
            desk.done(format!("/cohorts/{cohort}/agenda#s{id}"), "The session is saved in the working copy. The next release tells people.")
        }
        Err(why) => desk.refused(&format!("/cohorts/{cohort}/agenda/{id}"), "edit-session", &form, &why, &fields(&why)).await,
    }
}

/// Cancels a session, or restores it.
#[server(prefix = "/api", endpoint = "agenda/session/cancel")]
pub async fn cancel_session(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::CancelSession).await?;
    let id = form.id("session");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::session(desk.db(), id).await)?))?;
    let cancelled = form.get("cancelled") == "yes";
    let done = store::agenda::session::set_cancelled(desk.db(), desk.now, desk.actor(), id, cancelled).await;
    let place = format!("/cohorts/{cohort}/agenda/{id}");
    match settle(&desk, done)? {
        Ok(_) if cancelled => desk.done(place, "The session is cancelled in the working copy. Nobody is told before the next release."),
        Ok(_) => desk.done(place, "The session takes place after all."),
        Err(why) => desk.declined(format!("/cohorts/{cohort}/agenda"), &why),
    }
}

/// Says how many people a room takes; a new name makes a new room.
#[server(prefix = "/api", endpoint = "agenda/room/set")]
pub async fn set_room(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::agenda::session::seat_count;
    use domain::contact::one_line;

    let desk = Desk::at(Door::SetRoom).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let (name, place) = (one_line(form.get("room_name")), format!("/cohorts/{cohort}/agenda#rooms"));
    let capacity = match seat_count("room_capacity", form.get("room_capacity")) {
        Ok(capacity) => capacity,
        Err(why) => return desk.refused(&place, "set-room", &form, &why, &[]).await,
    };
    let set = store::agenda::session::set_room(desk.db(), desk.now, desk.actor(), cohort, &name, capacity).await;
    match settle(&desk, set)? {
        Ok(()) => {
            let takes = capacity.map_or_else(|| "has no limit".to_owned(), |capacity| format!("takes {capacity}"));
            desk.done(place, format!("{name} {takes} now."))
        }
        Err(why) => desk.refused(&place, "set-room", &form, &why, &fields(&why)).await,
    }
}

/// The ticked facilitators. Whether each may be one is asked of their current roles.
#[cfg(feature = "ssr")]
fn hosts(form: &Form) -> Vec<i64> {
    form.chosen("facilitator").filter_map(|id| id.parse().ok()).collect()
}

#[cfg(feature = "ssr")]
fn typed<'a>(form: &'a Form, facilitators: &'a [i64]) -> store::agenda::session::Typed<'a> {
    store::agenda::session::Typed {
        text: domain::agenda::session::TypedSession {
            title: form.get("title"),
            summary: form.get("summary"),
            kind: form.get("kind"),
            room: form.get("room"),
            track: form.get("track"),
            objective: form.get("objective"),
            educators: form.get("educators"),
            capacity: form.get("capacity"),
            mode: form.get("mode"),
        },
        day: form.get("day"),
        starts: form.get("starts"),
        ends: form.get("ends"),
        fold: form.get("fold"),
        facilitators,
    }
}

#[cfg(feature = "ssr")]
fn fields(why: &store::agenda::session::SessionRefusal) -> Vec<domain::refusal::FieldRefusal> {
    match why {
        store::agenda::session::SessionRefusal::Fields(fields) => fields.clone(),
        _ => Vec::new(),
    }
}
