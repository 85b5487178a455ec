//! The agenda check: its term lists, and what it found that may stand.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Saves the terms of one language.
#[server(prefix = "/api", endpoint = "conduct/agenda-check/terms")]
pub async fn save_terms(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop, settle};
    use domain::access::Door;
    use domain::conduct::agenda_check::Language;
    use store::conduct::agenda_check::Saved;

    let desk = Desk::at(Door::SaveTerms).await?;
    let language = desk.or_stop(Language::parse(form.get("language")).ok_or(Stop::Hidden))?;
    let back = format!("/agenda-check?language={language}");
    let saved =
        store::conduct::agenda_check::save_terms(desk.db(), desk.now, desk.actor(), language, form.revision(), form.get("terms")).await;
    match settle(&desk, saved)? {
        Ok(Saved::Edited(1)) => desk.done(back, "The list is saved, with 1 term. Every page checks by it from now on."),
        Ok(Saved::Edited(count)) => desk.done(back, format!("The list is saved, with {count} terms. Every page checks by it from now on.")),
        Ok(Saved::House) => desk.done(back, "The list is the one we ship again, and follows it when we improve it."),
        Ok(Saved::Unchanged) => desk.done(back, "The list says this already."),
        Err(why) => desk.refused(&back, "terms", &form, &why, &[]).await,
    }
}

/// Lets a finding stand, for a reason.
#[server(prefix = "/api", endpoint = "conduct/agenda-check/dismiss")]
pub async fn dismiss_finding(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::conduct::agenda_check::{Dismissal, DismissalRefusal, TypedDismissal, dismiss};

    let desk = Desk::at(Door::DismissFinding).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let session = Some(form.id("session")).filter(|session| *session > 0);
    let back = match (form.get("on"), session) {
        ("session", Some(session)) => format!("/cohorts/{cohort}/agenda/{session}"),
        ("settings", _) => format!("/cohorts/{cohort}/settings"),
        _ => format!("/cohorts/{cohort}/release"),
    };
    let typed = TypedDismissal { session, key: form.get("key"), phrase: form.get("phrase"), reason: form.get("reason") };
    let done = dismiss(desk.db(), desk.now, desk.actor(), cohort, typed).await;
    match settle(&desk, done)? {
        Ok(Dismissal::Made) => desk.done(back, "It is dismissed, and your reason is kept with it."),
        Ok(Dismissal::Stood) => desk.done(back, "It was dismissed already, with the reason that was given then."),
        Err(why @ DismissalRefusal::Field(_)) => desk.refused(&back, "dismiss-finding", &form, &why, &[]).await,
        Err(why @ DismissalRefusal::Gone) => desk.declined(back, &why),
    }
}
