//! The settings of advocacy.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Saves them.
#[server(prefix = "/api", endpoint = "advocacy/setting/save")]
pub async fn save_advocacy_settings(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::setting::TypedSettings;
    use store::advocacy::setting::SettingRefusal;

    let desk = Desk::at(Door::SaveAdvocacySettings).await?;
    let typed = TypedSettings {
        internal_hours: form.get("internal_hours"),
        customer_hours: form.get("customer_hours"),
        most_reminders: form.get("most_reminders"),
        escalate_to: form.get("escalate_to"),
        recognition_days: form.get("recognition_days"),
        person_cap: form.get("person_cap"),
        company_cap: form.get("company_cap"),
        interval_days: form.get("interval_days"),
        intervals: form.get("intervals"),
        answer_days: form.get("answer_days"),
        gift_limit: form.get("gift_limit"),
    };
    let done = store::advocacy::setting::save(desk.db(), desk.now, desk.actor(), form.revision(), &typed).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done("/celebrate/settings", "The settings are kept. They hold from now on."),
        Err(ref why @ SettingRefusal::Fields(ref fields)) => {
            desk.refused("/celebrate/settings", "advocacy-settings", &form, why, fields).await
        }
        Err(why) => desk.refused("/celebrate/settings", "advocacy-settings", &form, &why, &[]).await,
    }
}
