//! Answering an invitation: opening the letter, accepting, declining, passing it on, giving the seat back.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Exchanges the link of a mail for a cookie, and goes where the pressed button leads.
#[server(prefix = "/api", endpoint = "registration/invitation/open")]
pub async fn open_invitation(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, EXECUTIVE_COOKIE};
    use domain::access::Door;
    use domain::registration::invitation::State;

    let desk = Desk::at(Door::OpenInvitation).await?;
    let opened = store::sign_in::open_invitation(desk.db(), desk.now, form.get("token")).await;
    let Some(opened) = desk.or_stop(opened)? else { return desk.declined("/i/over", &LinkOver) };
    let invitation = desk.or_stop(store::registration::invitation::get(desk.db(), opened.id).await)?;
    desk.give_cookie(EXECUTIVE_COOKIE, opened.cookie);
    let to = match (invitation.map(|invitation| invitation.state), form.get("go")) {
        // A concern waits for nobody's answer.
        (_, "concern") => "/my/concern",
        (Some(state), "terms") if !state.is_pending() => "/my/terms",
        (Some(State::Accepted), _) => "/my/week",
        (Some(state), "accept") if state.is_pending() => "/invitation/accept",
        (Some(state), "colleague") if state.is_pending() => "/invitation/colleague",
        (Some(state), "decline") if state.is_pending() => "/invitation/decline",
        _ => "/invitation",
    };
    desk.done(to, "")
}

/// Accepts the seat, with the rule and what the week needs to know.
#[server(prefix = "/api", endpoint = "registration/invitation/accept")]
pub async fn accept(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::conversation_rule::Language;

    let desk = Desk::at(Door::Accept).await?;
    let id = desk.or_stop(desk.executive())?.invitation;
    let answer = store::registration::invitation::Answer {
        needs: needs(&form),
        acknowledged: form.ticked("rule_ack").then(|| form.get("rule").trim().parse().unwrap_or(0)),
        shown: form.0.get("rule_hash").cloned(),
        zone: Some(form.get("zone").to_owned()),
    };
    let accepted = store::registration::invitation::accept(desk.db(), desk.now, id, &answer).await;
    match settle(&desk, accepted)? {
        Ok(_) => desk.done("/my/week", "Your seat is confirmed. Choose your sessions below."),
        Err(why) => {
            // The rule is shown again in the language it was read in.
            let language = Language::parse(form.get("language")).filter(|language| *language != Language::English);
            let back = language.map_or_else(|| "/invitation/accept".to_owned(), |language| format!("/invitation/accept?lang={language}"));
            not_taken(&desk, &back, "accept", &form, &why).await
        }
    }
}

/// Declines the invitation.
#[server(prefix = "/api", endpoint = "registration/invitation/decline")]
pub async fn decline(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::Decline).await?;
    let id = desk.or_stop(desk.executive())?.invitation;
    let declined = store::registration::invitation::decline(desk.db(), desk.now, id, form.get("reason")).await;
    match settle(&desk, declined)? {
        Ok(()) => desk.done("/invitation", "Your answer is noted. Thank you for telling us."),
        Err(why) => not_taken(&desk, "/invitation/decline", "decline", &form, &why).await,
    }
}

/// Passes the seat on to a colleague of the same company.
#[server(prefix = "/api", endpoint = "registration/invitation/colleague")]
pub async fn send_colleague(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::cohort::allotment::Named;
    use domain::refusal::FieldRefusal;
    use store::registration::invitation::AnswerRefusal;

    let (back, name) = ("/invitation/colleague", "colleague");
    let desk = Desk::at(Door::SendColleague).await?;
    let id = desk.or_stop(desk.executive())?.invitation;
    let typed = Named::parse(form.get("name"), form.get("email"), form.get("title"));
    let nobody = || {
        vec![
            FieldRefusal::new("name", "Enter your colleague's name."),
            FieldRefusal::new("email", "Enter your colleague's e-mail address."),
        ]
    };
    let colleague = match typed.and_then(|typed| typed.ok_or_else(nobody)) {
        Ok(colleague) => colleague,
        Err(wrong) => return not_taken(&desk, back, name, &form, &AnswerRefusal::Fields(wrong)).await,
    };
    let sent = store::registration::invitation::send_colleague(desk.db(), desk.now, id, &colleague, form.get("reason")).await;
    match settle(&desk, sent)? {
        Ok(()) => desk.done("/invitation", format!("Your seat passes on. An invitation to {} is on its way.", colleague.name)),
        Err(why) => not_taken(&desk, back, name, &form, &why).await,
    }
}

/// Gives a confirmed seat back.
#[server(prefix = "/api", endpoint = "registration/invitation/withdraw")]
pub async fn withdraw(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::Withdraw).await?;
    let id = desk.or_stop(desk.executive())?.invitation;
    let withdrawn = store::registration::invitation::withdraw(desk.db(), desk.now, id, form.get("reason")).await;
    match settle(&desk, withdrawn)? {
        Ok(()) => desk.done("/invitation", "Your seat is given back. A mail confirms it."),
        Err(why) => not_taken(&desk, "/my/withdraw", "withdraw", &form, &why).await,
    }
}

/// Saves what the week needs to know.
#[server(prefix = "/api", endpoint = "registration/invitation/details")]
pub async fn save_details(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::refusal::Refusal;

    let desk = Desk::at(Door::SaveDetails).await?;
    let id = desk.or_stop(desk.executive())?.invitation;
    let saved =
        store::registration::invitation::save_details(desk.db(), desk.now, id, form.revision(), &needs(&form), Some(form.get("zone")))
            .await;
    match settle(&desk, saved)? {
        Ok(()) => desk.done("/my/details", "Your details are saved."),
        // Nobody sees the field of the revision: its sentence speaks of the whole form.
        Err(why) if why.field() == Some("revision") => {
            desk.refused_with("/my/details", "details", &form, "stale", why.sentence(), Vec::new()).await
        }
        Err(why) => not_taken(&desk, "/my/details", "details", &form, &why).await,
    }
}

/// A link that opens nothing, unknown and replaced alike.
#[cfg(feature = "ssr")]
pub(crate) struct LinkOver;

#[cfg(feature = "ssr")]
impl domain::refusal::Refusal for LinkOver {
    fn code(&self) -> &'static str {
        "link-over"
    }

    fn sentence(&self) -> String {
        "Nothing was changed: that link has been replaced.".to_owned()
    }
}

/// The form again where something typed is to be mended; else the letter, which says how things stand.
#[cfg(feature = "ssr")]
async fn not_taken(
    desk: &crate::desk::Desk,
    back: &str,
    name: &str,
    form: &Form,
    why: &store::registration::invitation::AnswerRefusal,
) -> Result<Answer, ServerFnError> {
    use domain::refusal::Refusal;
    use store::registration::invitation::AnswerRefusal;

    match why {
        AnswerRefusal::Fields(fields) => desk.refused(back, name, form, why, fields).await,
        AnswerRefusal::Whole(_) if why.field().is_some() => desk.refused(back, name, form, why, &[]).await,
        AnswerRefusal::Whole(_) => desk.declined("/invitation", why),
    }
}

#[cfg(feature = "ssr")]
fn needs(form: &Form) -> domain::registration::invitation::Needs {
    let typed = |field: &str| form.get(field).to_owned();
    domain::registration::invitation::Needs {
        travel: typed("travel"),
        dietary: typed("dietary"),
        accessibility: typed("accessibility"),
        emergency_contact: typed("emergency_contact"),
        pronunciation: typed("pronunciation"),
        wants_to_learn: typed("wants_to_learn"),
    }
}
