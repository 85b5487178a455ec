//! The limits somebody sets for themselves: by the cookie of an invitation, or by the link of their own page.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Sets the limits of the executive of the cookie.
#[server(prefix = "/api", endpoint = "advocacy/own-limit/set")]
pub async fn set_limits(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::SetLimits).await?;
    let person = desk.or_stop(desk.executive())?.person;
    let person = desk.or_stop(store::advocacy::statement::standing_for(desk.db(), person).await)?;
    limited(&desk, person, desk.actor(), "/my/statement", &form).await
}

/// Sets the limits of whoever holds the link of their own page.
#[server(prefix = "/api", endpoint = "advocacy/own-limit/set-by-link")]
pub async fn link_set_limits(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;
    use crate::desk::Desk;
    use domain::access::Door;
    use store::Actor;

    let desk = Desk::at(Door::LinkSetLimits).await?;
    let token = form.get("token").to_owned();
    let person = desk.or_stop(store::advocacy::own_page::person_of(desk.db(), desk.now, &token).await)?;
    let Some(person) = person else { return desk.declined("/me/over", &LinkOver) };
    limited(&desk, person, Actor::Person(person), &format!("/me/{token}"), &form).await
}

/// Sets what the form says; `page` is where it was shown.
#[cfg(feature = "ssr")]
async fn limited(desk: &crate::desk::Desk, person: i64, actor: store::Actor, page: &str, form: &Form) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::advocacy::own_limit::{LimitRefusal, TypedLimits};
    use store::advocacy::own_limit::set;

    let typed = TypedLimits {
        most_per_quarter: form.get("most_per_quarter"),
        never: form.chosen("never").collect(),
        pause_until: form.get("pause_until"),
        note: form.get("note"),
    };
    let place = format!("{page}#limits");
    let done = set(desk.db(), desk.now, actor, person, &typed).await;
    match settle(desk, done)? {
        Ok(_) => desk.done(place, "Your limits are set. They hold from now on, for everybody here."),
        Err(why) => {
            let fields = match &why {
                LimitRefusal::Fields(fields) => fields.clone(),
                LimitRefusal::Unknown => vec![],
            };
            // What was typed is kept; the key of the link is not.
            let mut kept = form.clone();
            kept.0.remove("token");
            desk.refused(&place, "limits", &kept, &why, &fields).await
        }
    }
}
