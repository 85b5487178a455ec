//! Sending a mail again, and discarding one.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Puts a mail that did not leave back in the queue.
#[server(prefix = "/api", endpoint = "outbox/retry")]
pub async fn retry_mail(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::RetryMail).await?;
    let id = form.id("mail");
    desk.or_stop(desk.owns(desk.or_stop(store::access::mail(desk.db(), id).await)?))?;
    let queued = store::outbox::retry(desk.db(), desk.now, desk.actor(), id).await;
    let said = if desk.or_stop(queued)? {
        "The mail is in the queue and leaves in a moment."
    } else {
        "The mail is on its way, sent or discarded already."
    };
    desk.done(format!("/outbox/{id}"), said)
}

/// Discards a mail that has not left.
#[server(prefix = "/api", endpoint = "outbox/discard")]
pub async fn discard_mail(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::DiscardMail).await?;
    let id = form.id("mail");
    desk.or_stop(desk.owns(desk.or_stop(store::access::mail(desk.db(), id).await)?))?;
    let discarded = store::outbox::discard(desk.db(), desk.now, desk.actor(), id).await;
    let said = if desk.or_stop(discarded)? {
        "The mail is discarded. It is never sent."
    } else {
        "The mail is on its way, sent or discarded already."
    };
    desk.done(format!("/outbox/{id}"), said)
}
