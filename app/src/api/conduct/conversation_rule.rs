//! Writing the conversation rule and publishing it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Saves the draft of the next version, in every language, to be looked at before it is published.
#[server(prefix = "/api", endpoint = "conduct/conversation-rule/draft")]
pub async fn save_rule_draft(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::conversation_rule::{Language, field_of};
    use store::conduct::conversation_rule::{RuleRefusal, TypedText, save_draft, writing};

    let desk = Desk::at(Door::SaveRuleDraft).await?;
    let revision = |language: Language| form.get(&format!("revision_{language}")).trim().parse().unwrap_or(0);
    // A language that was not on the form stays as it stands.
    let stands = desk.or_stop(writing(desk.db()).await)?;
    let typed: Vec<TypedText<'_>> = Language::ALL
        .iter()
        .map(|language| match form.0.get(field_of(*language)) {
            Some(body) => TypedText { language: *language, body, revision: revision(*language) },
            None => {
                let (body, revision) = stands.field(*language);
                TypedText { language: *language, body, revision }
            }
        })
        .collect();
    let saved = save_draft(desk.db(), desk.now, desk.actor(), &typed).await;
    match settle(&desk, saved)? {
        Ok(()) => desk.done("/rules/preview", "The draft is saved. Nobody sees it before you publish it."),
        Err(why) => {
            let fields = match &why {
                RuleRefusal::Fields(fields) => fields.clone(),
                _ => Vec::new(),
            };
            desk.refused("/rules/write", "rule-draft", &form, &why, &fields).await
        }
    }
}

/// Publishes the next version: the draft, with the cohorts that are to keep it; or the first version, which is sent along.
/// The words that stand are not published again.
#[server(prefix = "/api", endpoint = "conduct/conversation-rule/publish")]
pub async fn publish_rule(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::PublishRule).await?;
    if form.0.contains_key("body") {
        return publish_text(&desk, &form).await;
    }
    let cohorts = chosen_cohorts(&desk, &form).await?;
    let done = store::conduct::conversation_rule::publish_draft(desk.db(), desk.now, desk.actor(), form.get("fingerprint"), &cohorts).await;
    match settle(&desk, done)? {
        Ok(published) => desk.done("/rules", what_happened(published)),
        Err(why @ store::conduct::conversation_rule::RuleRefusal::NoDraft) => desk.declined("/rules", &why),
        Err(why) => desk.declined("/rules/preview", &why),
    }
}

#[cfg(feature = "ssr")]
async fn publish_text(desk: &crate::desk::Desk, form: &Form) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::conduct::conversation_rule::RuleText;
    use store::conduct::conversation_rule::{RuleRefusal, list, publish};

    let versions = desk.or_stop(list(desk.db()).await)?;
    if let Some(newest) = versions.first() {
        let same = RuleText::parse(form.get("body")).is_ok_and(|text| text.hash == newest.content_hash);
        return if same {
            desk.declined("/rules", &RuleRefusal::NothingNew(newest.number))
        } else {
            desk.declined("/rules/write", &RuleRefusal::NotWhole(newest.number))
        };
    }
    let done = publish(desk.db(), desk.now, desk.actor(), form.get("body")).await;
    match settle(desk, done)? {
        Ok(number) => {
            desk.done("/rules", format!("Version {number} is published. Choose it in the settings of the cohorts it is meant for."))
        }
        Err(why) => desk.refused("/rules#write", "publish-rule", form, &why, &[]).await,
    }
}

/// The ticked cohorts: each is asked for by itself, since everybody who may publish may not move everybody's cohort.
#[cfg(feature = "ssr")]
async fn chosen_cohorts(desk: &crate::desk::Desk, form: &Form) -> Result<Vec<i64>, ServerFnError> {
    use crate::desk::Stop;
    use domain::access::Role;

    let staff = desk.or_stop(desk.staff())?;
    let mut cohorts = Vec::new();
    for id in form.chosen("cohort").filter_map(|id| id.parse().ok()) {
        let belongs = desk.or_stop(store::access::cohort(desk.db(), id).await)?;
        let theirs = belongs.is_some_and(|belongs| staff.is(Role::Admin) || belongs.program_owner == Some(staff.id));
        desk.or_stop(if theirs { Ok(()) } else { Err(Stop::Hidden) })?;
        cohorts.push(id);
    }
    Ok(cohorts)
}

#[cfg(feature = "ssr")]
fn what_happened(published: store::conduct::conversation_rule::Published) -> String {
    use crate::words::count;

    let number = published.number;
    let first = if published.made {
        format!("Version {number} is published.")
    } else {
        format!("These are the words of version {number}, so no new version was needed.")
    };
    match (published.cohorts, published.asked) {
        (0, _) => format!("{first} No cohort was moved to it: choose it in the settings of those it is meant for."),
        (cohorts, 0) => format!("{first} {} it now; nobody had to be asked.", count(cohorts, "cohort keeps to", "cohorts keep to")),
        (cohorts, asked) => format!(
            "{first} {} it now, and {} written to.",
            count(cohorts, "cohort keeps to", "cohorts keep to"),
            count(asked, "person is", "people are")
        ),
    }
}
