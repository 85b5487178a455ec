//! Publishing the conversation rule.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Publishes the next version. The words of a standing version are that version.
#[server(prefix = "/api", endpoint = "conduct/conversation-rule/publish")]
pub async fn publish_rule(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::conduct::conversation_rule::{list, publish};

    let desk = Desk::at(Door::PublishRule).await?;
    let newest = desk.or_stop(list(desk.db()).await)?.first().map_or(0, |version| version.number);
    let done = publish(desk.db(), desk.now, desk.actor(), form.get("body")).await;
    match settle(&desk, done)? {
        Ok(number) if number <= newest => {
            desk.done("/rules", format!("These are the words of version {number}, so no new version was needed."))
        }
        Ok(number) => {
            desk.done("/rules", format!("Version {number} is published. Choose it in the settings of the cohorts it is meant for."))
        }
        Err(why) => desk.refused("/rules#write", "publish-rule", &form, &why, &[]).await,
    }
}
