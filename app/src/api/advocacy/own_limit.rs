//! The limits somebody sets for themselves: by the cookie of an invitation, or by the link of their own page.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Sets the limits of the executive of the cookie.
#[server(prefix = "/api", endpoint = "advocacy/own-limit/set")]
pub async fn set_limits(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_cookie;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::SetLimits).await?;
    limited(&desk, &by_cookie(&desk).await?, &form).await
}

/// Sets the limits of whoever holds the link of their own page.
#[server(prefix = "/api", endpoint = "advocacy/own-limit/set-by-link")]
pub async fn link_set_limits(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_link;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::LinkSetLimits).await?;
    match by_link(&desk, &form).await? {
        Ok(owner) => limited(&desk, &owner, &form).await,
        Err(over) => Ok(over),
    }
}

/// Sets what the form says.
#[cfg(feature = "ssr")]
async fn limited(desk: &crate::desk::Desk, owner: &super::own_page::Owner, form: &Form) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::advocacy::own_limit::{LimitRefusal, TypedLimits};
    use store::advocacy::own_limit::set;

    let typed = TypedLimits {
        most_per_quarter: form.get("most_per_quarter"),
        never: form.chosen("never").collect(),
        pause_until: form.get("pause_until"),
        note: form.get("note"),
    };
    let place = format!("{}#limits", owner.page);
    let done = set(desk.db(), desk.now, owner.actor, owner.person, &typed).await;
    match settle(desk, done)? {
        // At its head, where the sentence stands.
        Ok(_) => desk.done(owner.page.as_str(), "Your limits are set. They hold from now on, for everybody here."),
        Err(why) => {
            let fields = match &why {
                LimitRefusal::Fields(fields) => fields.clone(),
                LimitRefusal::Unknown => vec![],
            };
            desk.refused(&place, "limits", &form.without_key(), &why, &fields).await
        }
    }
}
