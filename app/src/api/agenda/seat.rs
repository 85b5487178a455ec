//! Taking a seat, giving it up, swapping it, waiting for one.

use leptos::prelude::*;

use crate::answer::Answer;
use crate::islands::agenda_picker::SeatState;

/// Takes a free seat, or the one that is offered.
#[server(prefix = "/api", endpoint = "agenda/seat/take")]
pub async fn take_seat(session: i64) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::TakeSeat).await?;
    let registration = desk.or_stop(desk.registration())?;
    let taken = store::agenda::seat::take_seat(desk.db(), desk.now, registration, session).await;
    match settle(&desk, taken)? {
        Ok(_) => desk.done(week_at(session), "The seat is yours."),
        Err(why) => desk.declined(week_at(session), &why),
    }
}

/// Takes a seat in exchange for those at the same time.
#[server(prefix = "/api", endpoint = "agenda/seat/swap")]
pub async fn swap_seat(session: i64) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::SwapSeat).await?;
    let registration = desk.or_stop(desk.registration())?;
    let taken = store::agenda::seat::swap_seat(desk.db(), desk.now, registration, session).await;
    match settle(&desk, taken)? {
        Ok(taken) if taken.gave_up.is_empty() => desk.done(week_at(session), "The seat is yours."),
        Ok(_) => desk.done(week_at(session), "The seat is yours; the other one is given up."),
        Err(why) => desk.declined(week_at(session), &why),
    }
}

/// Gives a seat up, or passes on the one that is offered.
#[server(prefix = "/api", endpoint = "agenda/seat/give-up")]
pub async fn give_up_seat(session: i64) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::GiveUpSeat).await?;
    let registration = desk.or_stop(desk.registration())?;
    let gone = store::agenda::seat::give_up_seat(desk.db(), desk.now, registration, session).await;
    match desk.or_stop(gone)? {
        true => desk.done(week_at(session), "The seat is given up. Somebody else will be glad of it."),
        false => desk.done(week_at(session), "You hold no seat there."),
    }
}

/// Joins the waitlist of a full session.
#[server(prefix = "/api", endpoint = "agenda/waitlist/join")]
pub async fn join_waitlist(session: i64) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::JoinWaitlist).await?;
    let registration = desk.or_stop(desk.registration())?;
    let joined = store::agenda::waitlist::join(desk.db(), desk.now, registration, session).await;
    match settle(&desk, joined)? {
        Ok(_) => desk.done(week_at(session), "You are on the waitlist. We write as soon as a seat is free."),
        Err(why) => desk.declined(week_at(session), &why),
    }
}

/// Leaves a waitlist.
#[server(prefix = "/api", endpoint = "agenda/waitlist/leave")]
pub async fn leave_waitlist(session: i64) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::LeaveWaitlist).await?;
    let registration = desk.or_stop(desk.registration())?;
    let left = store::agenda::waitlist::leave(desk.db(), registration, session).await;
    desk.or_stop(left)?;
    desk.done(week_at(session), "You no longer wait for this session.")
}

/// How every session of the week stands for this person now, in the order of the page: for the picker, which asks after
/// each act and from time to time. Reads only.
#[server(prefix = "/api", endpoint = "agenda/seat/states")]
pub async fn seat_states() -> Result<Vec<(i64, SeatState)>, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::SeatStates).await?;
    let executive = desk.or_stop(desk.executive())?;
    let registration = desk.or_stop(desk.registration())?;
    let items = store::agenda::week::of(desk.db(), desk.now, executive.cohort, registration).await;
    let items = desk.or_stop(items)?;
    Ok(items.iter().map(|item| (item.session, crate::pages::executive::week::seat_state(&desk, item))).collect())
}

/// The week's page, at this session.
#[cfg(feature = "ssr")]
fn week_at(session: i64) -> String {
    format!("/my/week#s{session}")
}
