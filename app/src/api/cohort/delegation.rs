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
    use crate::words::count;
    use domain::access::Door;
    use store::cohort::allotment::NamingRefusal;

    let desk = Desk::at(Door::NameExecutives).await?;
    let allotment = desk.or_stop(desk.lead())?.allotment;
    let named = match rows(&form) {
        Ok(named) => named,
        Err(wrong) => return rows_refused(&desk, &form, wrong).await,
    };
    let invited = store::cohort::allotment::name(desk.db(), desk.now, desk.actor(), allotment, &named).await;
    match settle(&desk, invited)? {
        Ok(1) => desk.done("/delegation", "One invitation is on its way."),
        Ok(invited) => desk.done("/delegation", format!("{} are on their way.", count(invited, "invitation", "invitations"))),
        Err(NamingRefusal::Rows(wrong)) => rows_refused(&desk, &form, wrong).await,
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

/// Something wrong in one row, counted from 0.
#[cfg(feature = "ssr")]
type WrongRow = (usize, domain::refusal::FieldRefusal);

/// Everybody typed, with the row they stand in; empty rows are nobody.
#[cfg(feature = "ssr")]
fn rows(form: &Form) -> Result<Vec<(usize, domain::cohort::allotment::Named)>, Vec<WrongRow>> {
    let (mut named, mut wrong) = (Vec::new(), Vec::new());
    for row in 0..10 {
        let typed = |field: &str| form.get(&format!("{field}.{row}"));
        match domain::cohort::allotment::Named::parse(typed("name"), typed("email"), typed("title")) {
            Ok(Some(one)) => named.push((row, one)),
            Ok(None) => {}
            Err(fields) => wrong.extend(fields.into_iter().map(|field| (row, field))),
        }
    }
    if wrong.is_empty() { Ok(named) } else { Err(wrong) }
}

#[cfg(feature = "ssr")]
async fn rows_refused(desk: &crate::desk::Desk, form: &Form, wrong: Vec<WrongRow>) -> Result<Answer, ServerFnError> {
    let fields = wrong.into_iter().map(|(row, why)| (format!("{}.{row}", why.field), why.sentence)).collect();
    desk.refused_with("/delegation", "name-executives", form, "rows", String::new(), fields).await
}
