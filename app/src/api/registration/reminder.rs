//! What the manager does about an unanswered invitation: remind the person, or take it back.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Mails an invitation again, with a new link.
#[server(prefix = "/api", endpoint = "registration/invitation/remind")]
pub async fn remind(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::Remind).await?;
    let id = form.id("invitation");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::invitation(desk.db(), id).await)?))?;
    let reminded = store::registration::invitation::remind(desk.db(), desk.now, desk.actor(), id).await;
    match settle(&desk, reminded)? {
        Ok(name) => desk.done(back(&form, cohort), format!("{name} is being written to, with a new link. The seat stays held.")),
        Err(why) => desk.declined(back(&form, cohort), &NotPending(why)),
    }
}

/// Takes an unanswered invitation back.
#[server(prefix = "/api", endpoint = "registration/invitation/revoke")]
pub async fn revoke(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::Revoke).await?;
    let id = form.id("invitation");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::invitation(desk.db(), id).await)?))?;
    let revoked = store::registration::invitation::revoke(desk.db(), desk.now, desk.actor(), id).await;
    match settle(&desk, revoked)? {
        Ok(()) => desk.done(back(&form, cohort), "The invitation is taken back, and the seat is the company's again."),
        Err(why) => desk.declined(back(&form, cohort), &NotPending(why)),
    }
}

/// The company's page or the list of people, wherever the button was.
#[cfg(feature = "ssr")]
fn back(form: &Form, cohort: i64) -> String {
    let (allotment, state) = (form.id("allotment"), form.get("state"));
    if allotment > 0 {
        format!("/cohorts/{cohort}/companies/{allotment}")
    } else if state.is_empty() {
        format!("/cohorts/{cohort}/people")
    } else {
        format!("/cohorts/{cohort}/people?state={}", crate::desk::encode(state))
    }
}

/// The invitation's own reasons speak to the person invited; this says the same to the manager.
#[cfg(feature = "ssr")]
struct NotPending(store::registration::invitation::AnswerRefusal);

#[cfg(feature = "ssr")]
impl domain::refusal::Refusal for NotPending {
    fn code(&self) -> &'static str {
        domain::refusal::Refusal::code(&self.0)
    }

    fn sentence(&self) -> String {
        use domain::registration::invitation::InvitationRefusal;
        use store::registration::invitation::AnswerRefusal;

        match &self.0 {
            AnswerRefusal::Whole(InvitationRefusal::AlreadyAccepted) => {
                "They have accepted already, so nothing was sent or taken back.".to_owned()
            }
            AnswerRefusal::Whole(InvitationRefusal::Declined) => "They have declined already. Name somebody else for the seat.".to_owned(),
            AnswerRefusal::Whole(InvitationRefusal::Withdrawn) => {
                "They have given their seat back already. Name somebody else for it.".to_owned()
            }
            AnswerRefusal::Whole(InvitationRefusal::GivenToAColleague) => {
                "They have passed the seat to a colleague, who has an invitation of their own.".to_owned()
            }
            AnswerRefusal::Whole(_) | AnswerRefusal::Fields(_) => {
                "This invitation is no longer open. To invite them again, name them again on the company's page.".to_owned()
            }
        }
    }
}
