//! Where channels are published by programs, and what was delivered to them.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Saves where deliveries of a channel go. A new secret is left for the next page only, as a draft bound to this browser, and
/// is in neither the URL nor the answer.
#[server(prefix = "/api", endpoint = "advocacy/webhook/save")]
pub async fn save_webhook(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::webhook::{TypedWebhook, WebhookRefusal};

    let desk = Desk::at(Door::SaveWebhook).await?;
    let typed = TypedWebhook { channel: form.get("channel"), url: form.get("url"), active: form.ticked("active") };
    let done = store::advocacy::webhook::save(desk.db(), desk.now, desk.actor(), &typed, form.ticked("rotate")).await;
    match settle(&desk, done)? {
        Ok(saved) => {
            let Some(secret) = saved.secret else {
                return desk
                    .done("/webhooks", format!("Deliveries for this channel are kept as you entered them: {}.", saved.channel.label()));
            };
            let left = Form::default().with("webhook_key", secret).with("channel", saved.channel);
            desk.refused_with("/webhooks#fresh", "webhook-secret", &left, "done", String::new(), Vec::new()).await?;
            Ok(Answer { done: true, code: "done".to_owned(), sentence: "It is kept, with a new secret.".to_owned() })
        }
        Err(ref why @ WebhookRefusal::Fields(ref fields)) => desk.refused("/webhooks#add", "webhook", &form, why, fields).await,
        Err(why) => desk.declined("/webhooks", &why),
    }
}

/// Tries a failed delivery again.
#[server(prefix = "/api", endpoint = "advocacy/webhook/retry")]
pub async fn retry_delivery(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::RetryDelivery).await?;
    // The log is the admins’; marketing presses it on the board.
    let back = if form.get("from") == "board" { "/celebrate" } else { "/webhooks" };
    let done = store::advocacy::webhook::retry(desk.db(), desk.now, desk.actor(), form.id("delivery")).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done(back, "It is sent again within a minute."),
        Err(why) => desk.declined(back, &why),
    }
}
