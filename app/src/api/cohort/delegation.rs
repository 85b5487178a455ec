//! What a delegation lead does: opens their link, names colleagues, gives seats back.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Exchanges the link of a mail for a cookie.
#[server(prefix = "/api", endpoint = "cohort/allotment/open")]
pub async fn open_delegation(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;
    use crate::desk::{Desk, LEAD_COOKIE};
    use domain::access::Door;

    let desk = Desk::at(Door::OpenDelegation).await?;
    let opened = store::sign_in::open_delegation(desk.db(), desk.now, form.get("token")).await;
    let Some(opened) = desk.or_stop(opened)? else { return desk.declined("/d/over", &LinkOver) };
    desk.give_cookie(LEAD_COOKIE, opened.cookie);
    desk.done("/delegation", "")
}

/// Names colleagues: each gets a personal invitation. All of them, or none.
#[server(prefix = "/api", endpoint = "cohort/allotment/name")]
pub async fn name_executives(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use crate::naming::{beside_rows, named};
    use crate::words::count;
    use domain::access::Door;
    use store::cohort::allotment::NamingRefusal;

    let desk = Desk::at(Door::NameExecutives).await?;
    let allotment = desk.or_stop(desk.lead())?.allotment;
    let named = match named(&form) {
        Ok(named) => named,
        Err(wrong) => return desk.refused_with("/delegation", "name-executives", &form, "rows", String::new(), wrong).await,
    };
    let invited = store::cohort::allotment::name(desk.db(), desk.now, desk.actor(), allotment, &named).await;
    match settle(&desk, invited)? {
        Ok(1) => desk.done("/delegation", "One invitation is on its way."),
        Ok(invited) => desk.done("/delegation", format!("{} are on their way.", count(invited, "invitation", "invitations"))),
        Err(NamingRefusal::Rows(wrong)) => {
            desk.refused_with("/delegation", "name-executives", &form, "rows", String::new(), beside_rows(wrong)).await
        }
        Err(why) => desk.refused("/delegation", "name-executives", &form, &why, &[]).await,
    }
}

/// Gives unused seats back to the cohort.
#[server(prefix = "/api", endpoint = "cohort/allotment/give-back")]
pub async fn give_back_seats(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use crate::words::count;
    use domain::access::Door;
    use store::cohort::allotment::NamingRefusal;

    let desk = Desk::at(Door::GiveBackSeats).await?;
    let allotment = desk.or_stop(desk.lead())?.allotment;
    let seats: u32 = form.get("count").trim().parse().unwrap_or(0);
    let kept = store::cohort::allotment::give_back(desk.db(), desk.now, desk.actor(), allotment, seats).await;
    match settle(&desk, kept)? {
        Ok(keeps) => {
            let are = if seats == 1 { "is" } else { "are" };
            desk.done("/delegation", format!("{} {are} given back. You keep {keeps}.", count(seats, "seat", "seats")))
        }
        Err(why) => {
            let fields = match &why {
                NamingRefusal::Fields(fields) => fields.clone(),
                _ => Vec::new(),
            };
            desk.refused("/delegation", "give-back-seats", &form, &why, &fields).await
        }
    }
}
