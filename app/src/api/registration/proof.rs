//! The code before a step that reaches further: asked for only when nothing else stands in its way, on the form itself.

use domain::refusal::Refusal;
use domain::registration::proof::{ProofRefusal, Proved, Step};
use leptos::prelude::ServerFnError;
use store::registration::proof::{Mailbox, show};

use crate::answer::{Answer, Form};
use crate::desk::{Desk, settle};

/// The form whose step waits for a code: where it was shown, and its name there.
pub(crate) struct Waiting<'a> {
    pub form: &'a Form,
    pub place: &'a str,
    pub name: &'a str,
}

/// Shows who is at this browser; or the answer, with the form as it was and a field for the code in it
/// ([`code_field`](crate::components::proof::code_field)).
///
/// # Errors
/// Faults.
pub(crate) async fn proved(
    desk: &Desk,
    step: Step,
    to: Mailbox<'_>,
    waiting: Waiting<'_>,
) -> Result<Result<Proved, Answer>, ServerFnError> {
    let Waiting { form, place, name } = waiting;
    let shown = show(desk.db(), desk.now, step, to, &desk.browser(), form.get("digits"), form.ticked("again")).await;
    let why = match settle(desk, shown)? {
        Ok(proved) => return Ok(Ok(proved)),
        Err(why) => why,
    };
    // That a code is on its way is nothing wrong: it is said above the field, everything else under it.
    let (waits, wrong) = match &why {
        ProofRefusal::Sent { .. } => (why.sentence(), vec![]),
        _ => (String::new(), vec![("digits".to_owned(), why.sentence())]),
    };
    let kept = form.without_key().with("proof", waits);
    let answer = desk.refused_with(place, name, &kept, why.code(), String::new(), wrong).await?;
    Ok(Err(Answer { sentence: why.sentence(), ..answer }))
}
