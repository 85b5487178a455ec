//! Sending somebody the private link to their own page.

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
    let place = format!("/advocates/{person}");
    let done = send_link(desk.db(), desk.now, desk.actor(), person).await;
    match settle(&desk, done)? {
        Ok(Sent::LinkSent(name)) => {
            desk.done(place, format!("A link to their own page is on its way to {name}. Older ones no longer open."))
        }
        Ok(Sent::JustSent(name)) => desk.done(place, format!("A link went to {name} a moment ago. Give it a minute.")),
        Err(why) => desk.declined("/advocates", &why),
    }
}
