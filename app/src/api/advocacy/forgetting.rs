//! Being forgotten: the code, the wish, and what an admin does about it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Mails a code to the executive of the cookie.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/code")]
pub async fn send_proof_code(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_cookie;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::SendProofCode).await?;
    // Nothing but who they are is needed.
    drop(form);
    send(&desk, &by_cookie(&desk).await?).await
}

/// Mails a code to whoever holds the link of their own page.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/code-by-link")]
pub async fn link_send_proof_code(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_link;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::LinkSendProofCode).await?;
    match by_link(&desk, &form).await? {
        Ok(owner) => send(&desk, &owner).await,
        Err(over) => Ok(over),
    }
}

/// The executive of the cookie asks to be forgotten.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/ask")]
pub async fn ask_to_be_forgotten(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_cookie;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::AskToBeForgotten).await?;
    wish(&desk, &by_cookie(&desk).await?, &form).await
}

/// Whoever holds the link of their own page asks to be forgotten.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/ask-by-link")]
pub async fn link_ask_to_be_forgotten(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_link;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::LinkAskToBeForgotten).await?;
    match by_link(&desk, &form).await? {
        Ok(owner) => wish(&desk, &owner, &form).await,
        Err(over) => Ok(over),
    }
}

/// Forgets somebody who asked for it.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/forget")]
pub async fn forget_person(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::advocacy::forgetting::{Forgotten, forget};

    let desk = Desk::at(Door::ForgetPerson).await?;
    let done = forget(desk.db(), desk.now, desk.actor(), form.id("person")).await;
    match settle(&desk, done)? {
        Ok(Forgotten::Forgotten) => desk.done("/forget-wishes", "They are forgotten. What can still be seen of them is to be taken down."),
        Ok(Forgotten::Already) => desk.done("/forget-wishes", "They were forgotten already."),
        Err(why) => desk.declined("/forget-wishes", &why),
    }
}

/// Sends the code, for this browser.
#[cfg(feature = "ssr")]
async fn send(desk: &crate::desk::Desk, owner: &super::own_page::Owner) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::time::words::day;
    use store::advocacy::forgetting::{Sending, send_code};
    use store::registration::proof::Sending as Code;

    let place = format!("{}#forget", owner.page);
    // The section itself says that one is on its way.
    let sent = format!("{}?code=sent#forget", owner.page);
    let done = send_code(desk.db(), desk.now, owner.actor, owner.person, &desk.browser()).await;
    match settle(desk, done)? {
        Ok(Sending::Code(Code::Sent)) => {
            desk.done(sent, "A code is on its way to you. Enter it below, in this browser, within ten minutes.")
        }
        Ok(Sending::Code(Code::JustSent)) => desk.done(sent, "A code went to you a moment ago. Give it a minute."),
        Ok(Sending::Asked(due)) => desk.done(place, format!("You asked for this already. It is done by {}.", day(due))),
        Err(why) => desk.declined(place, &why),
    }
}

/// Notes the wish, when the code proves who they are.
#[cfg(feature = "ssr")]
async fn wish(desk: &crate::desk::Desk, owner: &super::own_page::Owner, form: &Form) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::refusal::Refusal;
    use domain::time::words::day;
    use store::advocacy::forgetting::ask;

    let place = format!("{}#forget", owner.page);
    let done = ask(desk.db(), desk.now, owner.actor, owner.person, &desk.browser(), form.get("code")).await;
    match settle(desk, done)? {
        Ok(asked) if asked.again => desk.done(place, format!("You asked for this already. It is done by {}.", day(asked.due))),
        Ok(asked) => desk.done(place, format!("We will forget you by {}. Thank you for the time we had.", day(asked.due))),
        Err(why) if why.field().is_some() => desk.refused(&place, "forget", &form.without_key(), &why, &[]).await,
        Err(why) => desk.declined(place, &why),
    }
}
