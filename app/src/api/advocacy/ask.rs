//! Asks: drafted, submitted and moved on by staff, from a page or from a script, which gets the same decision and the same
//! words; answered by whoever is asked, from their own page.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Submits what would be asked of somebody, or a draft of it; what may not be asked now is kept as refused.
#[server(prefix = "/api", endpoint = "advocacy/ask/submit")]
pub async fn submit_ask(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Caller, Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ask::{AskRefusal, Source};
    use store::advocacy::ask::{Submitting, submit, submit_draft};

    let desk = Desk::at(Door::SubmitAsk).await?;
    let person = whom(&desk, &form).await?;
    let caller = use_context::<axum::http::request::Parts>().map_or(Caller::Page, |parts| Caller::of(&parts.headers));
    let source = if caller == Caller::Script { Source::Api } else { Source::Page };
    let (ask, kind, wording) = (form.id("ask"), form.get("kind"), form.get("wording"));
    let done = if ask == 0 {
        submit(desk.db(), desk.now, desk.actor(), source, person, kind, wording).await
    } else {
        submit_draft(desk.db(), desk.now, desk.actor(), ask, form.revision(), kind, wording).await
    };
    match settle(&desk, done)? {
        Ok(Submitting::Submitted) => desk.done(next(&form, person), "The ask is submitted."),
        Ok(Submitting::AlreadySubmitted) => desk.done(next(&form, person), "This ask is submitted already."),
        Err(AskRefusal::Gone) => desk.declined("/asks", &AskRefusal::Gone),
        Err(why) => {
            let why = seen(&desk, why);
            let fields = fields_of(&why);
            if caller == Caller::Page || !fields.is_empty() {
                desk.refused(&back(&form, person), "submit-ask", &form, &why, &fields).await
            } else {
                desk.declined(back(&form, person), &why)
            }
        }
    }
}

/// Keeps what would be asked as a draft, whether or not it may be asked.
#[server(prefix = "/api", endpoint = "advocacy/ask/draft")]
pub async fn save_ask_draft(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ask::AskRefusal;
    use store::advocacy::ask::{TypedDraft, save_draft};

    let desk = Desk::at(Door::SaveAskDraft).await?;
    let person = whom(&desk, &form).await?;
    let typed = TypedDraft { person, kind: form.get("kind"), wording: form.get("wording") };
    let done = save_draft(desk.db(), desk.now, desk.actor(), form.id("ask"), form.revision(), &typed).await;
    match settle(&desk, done)? {
        Ok(ask) => {
            desk.done(format!("/asks/{ask}"), "The draft is kept. Nothing is asked until it is submitted and a colleague lets it go out.")
        }
        Err(AskRefusal::Gone) => desk.declined("/asks", &AskRefusal::Gone),
        Err(why) => {
            let fields = fields_of(&why);
            desk.refused(&back(&form, person), "submit-ask", &form, &why, &fields).await
        }
    }
}

/// Moves an ask on.
#[server(prefix = "/api", endpoint = "advocacy/ask/step")]
pub async fn step_ask(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::ask::{Act, AskRefusal};
    use store::advocacy::ask::{TypedStep, step};

    let desk = Desk::at(Door::StepAsk).await?;
    whom(&desk, &form).await?;
    let ask = form.id("ask");
    let place = format!("/asks/{ask}");
    let Some(act) = Act::parse(form.get("act")) else { return desk.declined(place, &AskRefusal::Stale) };
    // Its page has two days: the one that is agreed, and the one on which it took place.
    let day = if act == Act::Complete { form.get("took_place") } else { form.get("day") };
    let typed = TypedStep { comment: form.get("comment"), day };
    let done = step(desk.db(), desk.now, desk.actor(), ask, form.revision(), act, &typed).await;
    match settle(&desk, done)? {
        Ok(_) => desk.done(place, done_words(act)),
        Err(AskRefusal::Gone) => desk.declined("/asks", &AskRefusal::Gone),
        Err(why @ (AskRefusal::Fields(_) | AskRefusal::NotNow(_) | AskRefusal::NotYet { .. } | AskRefusal::Stale)) => {
            let why = seen(&desk, why);
            let fields = fields_of(&why);
            desk.refused(&place, "step-ask", &form, &why, &fields).await
        }
        Err(why) => desk.declined(place, &why),
    }
}

/// Answers an ask, as the executive of the cookie.
#[server(prefix = "/api", endpoint = "advocacy/ask/answer")]
pub async fn answer_ask(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_cookie;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::AnswerAsk).await?;
    let owner = by_cookie(&desk).await?;
    answered(&desk, &owner, &form).await
}

/// Answers an ask, as whoever holds the link of their own page.
#[server(prefix = "/api", endpoint = "advocacy/ask/answer-by-link")]
pub async fn link_answer_ask(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_link;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::LinkAnswerAsk).await?;
    match by_link(&desk, &form).await? {
        Ok(owner) => answered(&desk, &owner, &form).await,
        Err(over) => Ok(over),
    }
}

/// Keeps an answer.
#[cfg(feature = "ssr")]
async fn answered(desk: &crate::desk::Desk, owner: &super::own_page::Owner, form: &Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::proof::Waiting;
    use crate::desk::settle;
    use domain::advocacy::ask::{AskRefusal, State};
    use domain::registration::proof::{Step, YesNo};
    use store::Halt;
    use store::advocacy::ask::answer;

    let place = format!("{}#waiting", owner.page);
    let (ask, note) = (form.id("ask"), form.get("note"));
    let saying = async |yes_no| answer(desk.db(), desk.now, owner.actor, owner.person, ask, yes_no, note).await;
    // Neither button was pressed: nothing is said in anybody's name.
    let Some(yes_no) = YesNo::parse(form.get("answer"), None) else { return desk.declined(place, &AskRefusal::Over) };
    let mut done = saying(yes_no).await;
    if matches!(done, Err(Halt::Refused(AskRefusal::ProofNeeded))) {
        let waiting = Waiting { form, place: &format!("{}#code", owner.page), name: "answer-ask" };
        match owner.proved(desk, Step::Accept, waiting).await? {
            Ok(proved) => done = saying(YesNo::Yes(Some(proved))).await,
            Err(waits) => return Ok(waits),
        }
    }
    match settle(desk, done)? {
        Ok(State::Declined) => desk.done(place, "Thank you for saying so. Nothing more follows from it."),
        Ok(_) => desk.done(place, "Thank you. We write to you about the day."),
        Err(why @ AskRefusal::Fields(_)) => {
            let fields = fields_of(&why);
            desk.refused(&place, "answer-ask", &form.without_key(), &why, &fields).await
        }
        Err(why) => desk.declined(place, &why),
    }
}

/// Whom it is about: of an ask that is kept the person in its row, else the one the form names. A program manager reaches
/// those of their own programs.
#[cfg(feature = "ssr")]
async fn whom(desk: &crate::desk::Desk, form: &Form) -> Result<i64, ServerFnError> {
    let staff = desk.or_stop(desk.staff())?.id;
    match form.id("ask") {
        0 => {
            let person = form.id("person");
            desk.or_stop(desk.owns(desk.or_stop(store::access::person(desk.db(), person, staff).await)?))?;
            Ok(person)
        }
        ask => desk.or_stop(desk.owns_part(desk.or_stop(store::access::ask(desk.db(), ask, staff).await)?)),
    }
}

/// The refusal as whoever is at the desk may read it.
#[cfg(feature = "ssr")]
fn seen(desk: &crate::desk::Desk, why: domain::advocacy::ask::AskRefusal) -> domain::advocacy::ask::AskRefusal {
    let who = desk.principal();
    why.as_seen_by(|owner| domain::advocacy::ask::may_know(&who, owner))
}

#[cfg(feature = "ssr")]
fn fields_of(why: &domain::advocacy::ask::AskRefusal) -> Vec<domain::refusal::FieldRefusal> {
    match why {
        domain::advocacy::ask::AskRefusal::Fields(fields) => fields.clone(),
        _ => vec![],
    }
}

/// Where a refused form was sent from.
#[cfg(feature = "ssr")]
fn back(form: &Form, person: i64) -> String {
    match (form.id("ask"), form.get("from")) {
        (0, "new") => format!("/asks/new?person={person}&kind={}#ask", crate::desk::encode(form.get("kind"))),
        (0, _) => format!("/people/{person}#ask"),
        (ask, _) => format!("/asks/{ask}#ask"),
    }
}

/// Where it goes on once it is submitted.
#[cfg(feature = "ssr")]
fn next(form: &Form, person: i64) -> String {
    match (form.id("ask"), form.get("from")) {
        (0, "new") => "/asks?mine=yes".to_owned(),
        (0, _) => format!("/people/{person}#asks"),
        (ask, _) => format!("/asks/{ask}"),
    }
}

/// What is said once an act is done.
#[cfg(feature = "ssr")]
const fn done_words(act: domain::advocacy::ask::Act) -> &'static str {
    use domain::advocacy::ask::Act;

    match act {
        Act::Submit => "The ask is submitted.",
        Act::TakeUp => "It is in your hands. Let it be asked, or send it back.",
        Act::Approve => "It has gone out: they get a mail with the link to their own page.",
        Act::SendBack => "It is a draft again, with your comment.",
        Act::Schedule => "The day is kept. Say afterwards whether it took place.",
        Act::Complete => "It took place, and stands in the ledger as theirs. Now give something back.",
        Act::Miss => "It is kept that it did not take place.",
        Act::Cancel => "It is cancelled. If they knew of it, they are told.",
        Act::Accept | Act::Decline | Act::Expire => "It is kept.",
    }
}
