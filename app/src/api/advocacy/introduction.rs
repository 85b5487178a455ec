//! Peer introductions: offered and taken back by staff, answered by each of the two from their own page.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Offers an introduction to both.
#[server(prefix = "/api", endpoint = "advocacy/introduction/offer")]
pub async fn offer_introduction(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::introduction::IntroductionRefusal;
    use store::advocacy::introduction::{Offering, offer};

    let desk = Desk::at(Door::OfferIntroduction).await?;
    let done = offer(desk.db(), desk.now, desk.actor(), form.id("knows"), form.id("learns"), form.get("topic")).await;
    match settle(&desk, done)? {
        Ok(Offering::Offered(_)) => {
            desk.done("/introductions#offers", "Both are asked. Neither learns who the other is before both have said yes.")
        }
        Ok(Offering::AlreadyOffered(_)) => desk.done("/introductions#offers", "Both were asked a moment ago."),
        Err(why) => {
            let fields = match &why {
                IntroductionRefusal::Fields(fields) => fields.clone(),
                _ => vec![],
            };
            desk.refused("/introductions", "offer-introduction", &form, &why, &fields).await
        }
    }
}

/// Takes an offer back.
#[server(prefix = "/api", endpoint = "advocacy/introduction/cancel")]
pub async fn cancel_introduction(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::introduction::State;
    use store::advocacy::introduction::cancel;

    let desk = Desk::at(Door::CancelIntroduction).await?;
    let done = cancel(desk.db(), desk.now, desk.actor(), form.id("introduction")).await;
    match settle(&desk, done)? {
        Ok(State::Cancelled) => desk.done("/introductions#offers", "It is taken back. Both are told that it did not come about."),
        Ok(_) => desk.done("/introductions#offers", "It was over already."),
        Err(why) => desk.declined("/introductions#offers", &why),
    }
}

/// Answers an offer, from the page of somebody with a cookie.
#[server(prefix = "/api", endpoint = "advocacy/introduction/answer")]
pub async fn answer_introduction(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_cookie;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::AnswerIntroduction).await?;
    let owner = by_cookie(&desk).await?;
    answered(&desk, &owner, &form).await
}

/// Answers an offer, by the private link to the own page.
#[server(prefix = "/api", endpoint = "advocacy/introduction/answer-by-link")]
pub async fn link_answer_introduction(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_link;
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::LinkAnswerIntroduction).await?;
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
    use domain::advocacy::introduction::{Answered, IntroductionRefusal};
    use domain::refusal::FieldRefusal;
    use domain::registration::proof::{Step, YesNo};
    use store::Halt;
    use store::advocacy::introduction::answer;

    let page = owner.page.as_str();
    let saying = async |yes_no| answer(desk.db(), desk.now, owner.actor, owner.person, form.id("introduction"), yes_no).await;
    let Some(yes_no) = YesNo::parse(form.get("answer"), None) else {
        return desk.declined(page, &FieldRefusal::new("answer", "Say yes or no."));
    };
    let mut done = saying(yes_no).await;
    if matches!(done, Err(Halt::Refused(IntroductionRefusal::ProofNeeded))) {
        let waiting = Waiting { form, place: &format!("{page}#code"), name: "answer-introduction" };
        match owner.proved(desk, Step::Introduce, waiting).await? {
            Ok(proved) => done = saying(YesNo::Yes(Some(proved))).await,
            Err(waits) => return Ok(waits),
        }
    }
    match settle(desk, done)? {
        Ok(Answered::Waiting) => {
            desk.done(page, "Thank you. We write to you as soon as it is settled; until then nothing of you is passed on.")
        }
        Ok(Answered::Introduced) => desk.done(page, "You both said yes. You find each other’s details on this page and in your mail."),
        Ok(Answered::Declined) => {
            desk.done(page, "Noted, and quite all right. Nothing of you is passed on, and nobody is told that it was you.")
        }
        Ok(Answered::NotPossible) => desk.done(page, "Thank you. It did not come about this time; nothing of you was passed on."),
        Ok(Answered::AlreadySo) => desk.done(page, "You answered so before."),
        Err(why) => desk.declined(page, &why),
    }
}
