//! Concerns: reporting one, following it by its private address, reviewing it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// A guest reports a concern. With the box for it ticked, who they are is left behind at this door.
#[server(prefix = "/api", endpoint = "conduct/incident/report-as-guest")]
pub async fn my_concern(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;
    use store::conduct::incident::Reporter;

    let desk = Desk::at(Door::MyConcern).await?;
    let (invitation, cohort) = {
        let executive = desk.or_stop(desk.executive())?;
        (executive.invitation, executive.cohort)
    };
    let reporter = if form.ticked("anonymous") { Reporter::Nobody } else { Reporter::Executive { invitation } };
    report(&desk, cohort, reporter, &form, "/my/concern", "my-concern").await
}

/// A member of staff reports a concern.
#[server(prefix = "/api", endpoint = "conduct/incident/report")]
pub async fn staff_concern(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;
    use store::conduct::incident::Reporter;

    let desk = Desk::at(Door::StaffConcern).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let cohort = form.id("cohort");
    report(&desk, cohort, Reporter::Staff(staff), &form, &format!("/concern?cohort={cohort}"), "staff-concern").await
}

/// Whoever reported adds a message.
#[server(prefix = "/api", endpoint = "conduct/incident/reply")]
pub async fn concern_reply(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop, settle};
    use domain::access::Door;
    use store::conduct::incident::{by_token, reply};

    let desk = Desk::at(Door::ConcernReply).await?;
    let token = form.get("token");
    if desk.or_stop(by_token(desk.db(), token).await)?.is_none() {
        return desk.or_stop(Err(Stop::Hidden));
    }
    // A known token is letters, digits, hyphens and underscores.
    let back = format!("/c/{token}");
    let done = reply(desk.db(), desk.now, token, form.get("body")).await;
    match settle(&desk, done)? {
        Ok(()) => {
            desk.or_stop(desk.forget_drafts("concern-reply").await)?;
            desk.done(back, "Your message is with the reviewers.")
        }
        Err(why) => desk.refused(&format!("{back}#write"), "concern-reply", &kept(&form, &["body"]), &why, &fields(&why)).await,
    }
}

/// A reviewer takes a concern up, says what the review came to, or what was done about it.
#[server(prefix = "/api", endpoint = "conduct/incident/step")]
pub async fn step_incident(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::incident::Act;
    use store::conduct::incident::step;

    let desk = Desk::at(Door::StepIncident).await?;
    let id = form.id("incident");
    desk.or_stop(desk.owns(desk.or_stop(store::access::incident(desk.db(), id).await)?))?;
    let reviewer = desk.or_stop(desk.staff())?.id;
    let done = step(desk.db(), desk.now, reviewer, id, form.revision(), form.get("act"), form.get("text")).await;
    match settle(&desk, done)? {
        Ok(stepped) => {
            desk.or_stop(desk.forget_drafts("step-incident").await)?;
            let sentence = match stepped.act {
                _ if stepped.again => "It stood so already. Nothing was changed.",
                Act::Take => "This concern is yours to review. Whoever reported it reads that somebody is looking into it.",
                Act::Uphold | Act::Dismiss | Act::CustomerInitiated => "The outcome is kept. Say what was done about it when it is done.",
                Act::Remedy => "This concern is settled.",
            };
            desk.done(format!("/incidents/{id}"), sentence)
        }
        Err(why) => {
            let typed = kept(&form, &["revision", "act", "text"]);
            desk.refused(&format!("/incidents/{id}#review"), "step-incident", &typed, &why, &fields(&why)).await
        }
    }
}

/// A reviewer says which member of staff a concern is about.
#[server(prefix = "/api", endpoint = "conduct/incident/name-reported")]
pub async fn name_reported(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::NameReported).await?;
    let id = form.id("incident");
    desk.or_stop(desk.owns(desk.or_stop(store::access::incident(desk.db(), id).await)?))?;
    let reviewer = desk.or_stop(desk.staff())?.id;
    let done = store::conduct::incident::name_reported(desk.db(), desk.now, reviewer, id, form.get("staff")).await;
    match settle(&desk, done)? {
        Ok(true) => {
            desk.done("/incidents", "It is kept. That concern is now with reviewers who have nothing to do with it, and closed to you.")
        }
        Ok(false) => desk
            .done(format!("/incidents/{id}"), "It is kept whom this concern is about. They cannot open it, and neither can their manager."),
        Err(why) => {
            let typed = kept(&form, &["staff"]);
            desk.refused(&format!("/incidents/{id}#about"), "name-reported", &typed, &why, &fields(&why)).await
        }
    }
}

/// A reviewer answers whoever reported.
#[server(prefix = "/api", endpoint = "conduct/incident/answer")]
pub async fn answer_reporter(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::conduct::incident::{Answered, answer};

    let desk = Desk::at(Door::AnswerReporter).await?;
    let id = form.id("incident");
    desk.or_stop(desk.owns(desk.or_stop(store::access::incident(desk.db(), id).await)?))?;
    let reviewer = desk.or_stop(desk.staff())?.id;
    let done = answer(desk.db(), desk.now, reviewer, id, form.get("body")).await;
    match settle(&desk, done)? {
        Ok(answered) => {
            desk.or_stop(desk.forget_drafts("answer-reporter").await)?;
            let sentence = match answered {
                Answered::Mailed => {
                    "Your answer is kept. A mail with a new private address tells them, and says nothing of what you wrote."
                }
                Answered::Kept => "Your answer is kept behind the address they have. They read it when they look.",
            };
            desk.done(format!("/incidents/{id}"), sentence)
        }
        Err(why) => {
            let typed = kept(&form, &["body"]);
            desk.refused(&format!("/incidents/{id}#write"), "answer-reporter", &typed, &why, &fields(&why)).await
        }
    }
}

/// Writes a report down and leads to its private address.
#[cfg(feature = "ssr")]
async fn report(
    desk: &crate::desk::Desk,
    cohort: i64,
    reporter: store::conduct::incident::Reporter,
    form: &Form,
    back: &str,
    name: &str,
) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::conduct::incident::TypedReport;

    let typed = TypedReport {
        said: form.get("said"),
        severity: form.get("severity"),
        session: form.get("session"),
        started_by: form.get("started_by"),
        started_by_staff: form.get("started_by_staff"),
    };
    let done = store::conduct::incident::report(desk.db(), desk.now, cohort, reporter, form.get("token"), &typed).await;
    match settle(desk, done)? {
        Ok(token) => {
            desk.or_stop(desk.forget_drafts(name).await)?;
            desk.done(format!("/c/{token}"), "Your concern is with the reviewers. Thank you for telling us.")
        }
        Err(why) => {
            let typed = kept(form, &["anonymous", "said", "severity", "session", "started_by", "started_by_staff"]);
            desk.refused(back, name, &typed, &why, &fields(&why)).await
        }
    }
}

/// What a refused form keeps: never a private address.
#[cfg(feature = "ssr")]
fn kept(form: &Form, fields: &[&str]) -> Form {
    Form(form.0.iter().filter(|(field, _)| fields.contains(&field.as_str())).map(|(field, text)| (field.clone(), text.clone())).collect())
}

#[cfg(feature = "ssr")]
fn fields(why: &domain::conduct::incident::IncidentRefusal) -> Vec<domain::refusal::FieldRefusal> {
    use domain::conduct::incident::IncidentRefusal;

    match why {
        IncidentRefusal::Fields(fields) => fields.clone(),
        _ => Vec::new(),
    }
}
