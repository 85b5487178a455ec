//! Submitting an ask: from a page, or from a script, which gets the same decision and the same words.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Submits what would be asked of somebody; what may not be asked now is kept as refused.
#[server(prefix = "/api", endpoint = "advocacy/ask/submit")]
pub async fn submit_ask(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Caller, Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ask::{Source, may_know};
    use store::advocacy::ask::{AskRefusal, Submitting, submit};

    let desk = Desk::at(Door::SubmitAsk).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let person = form.id("person");
    desk.or_stop(desk.owns(desk.or_stop(store::access::person(desk.db(), person, staff).await)?))?;
    let caller = use_context::<axum::http::request::Parts>().map_or(Caller::Page, |parts| Caller::of(&parts.headers));
    let source = if caller == Caller::Script { Source::Api } else { Source::Page };
    let (kind, wording) = (form.get("kind"), form.get("wording"));
    let done = submit(desk.db(), desk.now, desk.actor(), source, person, kind, wording).await;
    let place = format!("/people/{person}");
    match settle(&desk, done)? {
        Ok(Submitting::Submitted) => desk.done(format!("{place}#asks"), "The ask is submitted."),
        Ok(Submitting::AlreadySubmitted) => desk.done(format!("{place}#asks"), "This ask is submitted already."),
        Err(why) => {
            let who = desk.principal();
            let why = why.as_seen_by(|owner| may_know(&who, owner));
            let fields = match &why {
                AskRefusal::Fields(fields) => fields.clone(),
                _ => vec![],
            };
            if caller == Caller::Page || !fields.is_empty() {
                desk.refused(&format!("{place}#ask"), "submit-ask", &form, &why, &fields).await
            } else {
                desk.declined(place, &why)
            }
        }
    }
}
