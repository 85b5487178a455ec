//! Being forgotten: the code, the wish, and what an admin does about it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Mails a code to the executive of the cookie.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/code")]
pub async fn send_proof_code(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::SendProofCode).await?;
    // Nothing but who they are is needed.
    drop(form);
    let person = desk.or_stop(desk.executive())?.person;
    let person = desk.or_stop(store::advocacy::statement::standing_for(desk.db(), person).await)?;
    send(&desk, person, desk.actor(), "/my/statement").await
}

/// Mails a code to whoever holds the link of their own page.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/code-by-link")]
pub async fn link_send_proof_code(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;
    use crate::desk::Desk;
    use domain::access::Door;
    use store::Actor;

    let desk = Desk::at(Door::LinkSendProofCode).await?;
    let token = form.get("token").to_owned();
    let person = desk.or_stop(store::advocacy::own_page::person_of(desk.db(), desk.now, &token).await)?;
    let Some(person) = person else { return desk.declined("/me/over", &LinkOver) };
    send(&desk, person, Actor::Person(person), &format!("/me/{token}")).await
}

/// The executive of the cookie asks to be forgotten.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/ask")]
pub async fn ask_to_be_forgotten(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::AskToBeForgotten).await?;
    let person = desk.or_stop(desk.executive())?.person;
    let person = desk.or_stop(store::advocacy::statement::standing_for(desk.db(), person).await)?;
    wish(&desk, person, desk.actor(), "/my/statement", &form).await
}

/// Whoever holds the link of their own page asks to be forgotten.
#[server(prefix = "/api", endpoint = "advocacy/forgetting/ask-by-link")]
pub async fn link_ask_to_be_forgotten(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;
    use crate::desk::Desk;
    use domain::access::Door;
    use store::Actor;

    let desk = Desk::at(Door::LinkAskToBeForgotten).await?;
    let token = form.get("token").to_owned();
    let person = desk.or_stop(store::advocacy::own_page::person_of(desk.db(), desk.now, &token).await)?;
    let Some(person) = person else { return desk.declined("/me/over", &LinkOver) };
    wish(&desk, person, Actor::Person(person), &format!("/me/{token}"), &form).await
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
async fn send(desk: &crate::desk::Desk, person: i64, actor: store::Actor, page: &str) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::time::words::day;
    use store::advocacy::forgetting::{Sending, send_code};

    let place = format!("{page}#forget");
    let done = send_code(desk.db(), desk.now, actor, person, &desk.browser()).await;
    match settle(desk, done)? {
        Ok(Sending::Sent) => desk.done(place, "A code is on its way to you. Enter it below, in this browser, within ten minutes."),
        Ok(Sending::JustSent) => desk.done(place, "A code went to you a moment ago. Give it a minute."),
        Ok(Sending::Asked(due)) => desk.done(place, format!("You asked for this already. It is done by {}.", day(due))),
        Err(why) => desk.declined(place, &why),
    }
}

/// Notes the wish, when the code proves who they are.
#[cfg(feature = "ssr")]
async fn wish(desk: &crate::desk::Desk, person: i64, actor: store::Actor, page: &str, form: &Form) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::refusal::Refusal;
    use domain::time::words::day;
    use store::advocacy::forgetting::ask;

    let place = format!("{page}#forget");
    let done = ask(desk.db(), desk.now, actor, person, &desk.browser(), form.get("code")).await;
    match settle(desk, done)? {
        Ok(asked) if asked.again => desk.done(place, format!("You asked for this already. It is done by {}.", day(asked.due))),
        Ok(asked) => desk.done(place, format!("We will forget you by {}. Thank you for the time we had.", day(asked.due))),
        // The key of the link is kept nowhere.
        Err(why) if why.field().is_some() => {
            let mut kept = form.clone();
            kept.0.remove("token");
            desk.refused(&place, "forget", &kept, &why, &[]).await
        }
        Err(why) => desk.declined(place, &why),
    }
}
