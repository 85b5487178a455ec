//! Somebody's own page: whose it is, by the cookie of an invitation or by their private link, and sending them that link.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Mails somebody a new link; every older one is dead.
#[server(prefix = "/api", endpoint = "advocacy/own-page/send-link")]
pub async fn send_own_page_link(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::advocacy::own_page::{Sent, send_link};

    let desk = Desk::at(Door::SendOwnPageLink).await?;
    let person = form.id("person");
    // A task asks for its consents from its own page.
    let place = match form.id("task") {
        0 => format!("/advocates/{person}"),
        task => format!("/celebrate/{task}"),
    };
    let done = send_link(desk.db(), desk.now, desk.actor(), person).await;
    match settle(&desk, done)? {
        Ok(Sent::LinkSent(name)) => {
            desk.done(place, format!("A link to their own page is on its way to {name}. Older ones no longer open."))
        }
        Ok(Sent::JustSent(name)) => desk.done(place, format!("A link went to {name} a moment ago. Give it a minute.")),
        Err(why) => desk.declined("/advocates", &why),
    }
}

/// Whoever acts from their own page.
#[cfg(feature = "ssr")]
pub(super) struct Owner {
    pub person: i64,
    pub actor: store::Actor,
    /// Where they act.
    pub page: String,
}

#[cfg(feature = "ssr")]
impl Owner {
    /// Shows that it is them, by the code in their mail; or the answer that asks for it.
    pub async fn proved(
        &self,
        desk: &crate::desk::Desk,
        step: domain::registration::proof::Step,
        waiting: crate::api::registration::proof::Waiting<'_>,
    ) -> Result<Result<domain::registration::proof::Proved, Answer>, ServerFnError> {
        use crate::api::registration::invitation::LinkOver;
        use store::registration::proof::Mailbox;

        match desk.or_stop(store::advocacy::own_page::mailbox_of(desk.db(), self.person).await)? {
            Some((name, email)) => {
                crate::api::registration::proof::proved(desk, step, Mailbox { name: &name, email: &email }, waiting).await
            }
            None => desk.declined("/me/over", &LinkOver).map(Err),
        }
    }
}

/// The executive of the cookie.
#[cfg(feature = "ssr")]
pub(super) async fn by_cookie(desk: &crate::desk::Desk) -> Result<Owner, ServerFnError> {
    let person = desk.or_stop(desk.executive())?.person;
    let person = desk.or_stop(store::advocacy::own_page::standing_for(desk.db(), person).await)?;
    Ok(Owner { person, actor: desk.actor(), page: "/my/statement".to_owned() })
}

/// Whoever holds the link whose key is in the form; or the answer that it is over, whatever it was.
#[cfg(feature = "ssr")]
pub(super) async fn by_link(desk: &crate::desk::Desk, form: &Form) -> Result<Result<Owner, Answer>, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;

    let token = form.get("token");
    match desk.or_stop(store::advocacy::own_page::person_of(desk.db(), desk.now, token).await)? {
        Some(person) => Ok(Ok(Owner { person, actor: store::Actor::Person(person), page: format!("/me/{token}") })),
        None => desk.declined("/me/over", &LinkOver).map(Err),
    }
}
