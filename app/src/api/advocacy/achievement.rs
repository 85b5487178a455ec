//! Reporting an achievement, putting it right, verifying and rejecting it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Reports an achievement.
#[server(prefix = "/api", endpoint = "advocacy/achievement/report")]
pub async fn report_achievement(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::{Door, Role};
    use store::advocacy::achievement::{Reporting, report};

    let desk = Desk::at(Door::ReportAchievement).await?;
    let staff = desk.or_stop(desk.staff())?;
    // Whoever decides on it goes on to its page; the others are done here.
    let decides = staff.is(Role::Admin) || staff.is(Role::Marketing);
    let done = report(desk.db(), desk.now, desk.actor(), &typed(&form)).await;
    match settle(&desk, done)? {
        Ok(reporting) => {
            let sentence = match &reporting {
                Reporting::Reported(_) if decides => "It is reported. Check it, and verify it when it is true.".to_owned(),
                Reporting::Reported(_) => "It is reported. Marketing looks at it, and celebrates it when it is true.".to_owned(),
                Reporting::Already(_) => "It is reported already: nothing is kept twice.".to_owned(),
                Reporting::Again { reason, .. } if decides && !reason.is_empty() => {
                    format!("It is reported again. It was rejected before, because: {reason}")
                }
                Reporting::Again { .. } => "It is reported again, after it was rejected before.".to_owned(),
            };
            let to = if decides { format!("/achievements/{}", reporting.id()) } else { "/achievements/new".to_owned() };
            desk.done(to, sentence)
        }
        Err(why) => again(&desk, "/achievements/new", "report-achievement", &form, &why).await,
    }
}

/// Puts right what was reported.
#[server(prefix = "/api", endpoint = "advocacy/achievement/edit")]
pub async fn edit_achievement(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::EditAchievement).await?;
    let id = form.id("achievement");
    let done = store::advocacy::achievement::edit(desk.db(), desk.now, desk.actor(), id, form.revision(), &typed(&form)).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done(format!("/achievements/{id}"), "It is saved."),
        Err(why) => again(&desk, &format!("/achievements/{id}#edit"), "edit-achievement", &form, &why).await,
    }
}

/// Verifies an achievement, and so opens the task that celebrates it.
#[server(prefix = "/api", endpoint = "advocacy/achievement/verify")]
pub async fn verify_achievement(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::achievement::AchievementRefusal;
    use domain::time::words;

    let desk = Desk::at(Door::VerifyAchievement).await?;
    let id = form.id("achievement");
    let done = store::advocacy::achievement::verify(desk.db(), desk.now, desk.actor(), id, form.revision()).await;
    match settle(&desk, done)? {
        Ok(verified) => {
            let sentence = format!("It is verified. The task that celebrates it is open, due {}.", words::day(verified.due));
            desk.done(format!("/achievements/{id}"), sentence)
        }
        Err(why @ AchievementRefusal::Unknown) => desk.declined("/achievements", &why),
        Err(why) => desk.declined(format!("/achievements/{id}"), &why),
    }
}

/// Rejects an achievement, for a reason or as the same as another one.
#[server(prefix = "/api", endpoint = "advocacy/achievement/reject")]
pub async fn reject_achievement(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::achievement::AchievementRefusal;

    let desk = Desk::at(Door::RejectAchievement).await?;
    let id = form.id("achievement");
    let (reason, same_as) = (form.get("reason"), form.get("same_as"));
    let done = store::advocacy::achievement::reject(desk.db(), desk.now, desk.actor(), id, form.revision(), reason, same_as).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done(format!("/achievements/{id}"), "It is rejected. Nothing is published of it."),
        Err(why @ AchievementRefusal::Fields(_)) => {
            again(&desk, &format!("/achievements/{id}#reject"), "reject-achievement", &form, &why).await
        }
        Err(why @ AchievementRefusal::Unknown) => desk.declined("/achievements", &why),
        Err(why) => desk.declined(format!("/achievements/{id}"), &why),
    }
}

/// What the form says.
#[cfg(feature = "ssr")]
fn typed(form: &Form) -> domain::advocacy::achievement::Typed<'_> {
    domain::advocacy::achievement::Typed {
        kind: form.get("kind"),
        email: form.get("email"),
        company: form.get("company"),
        title: form.get("title"),
        outlet: form.get("outlet"),
        url: form.get("url"),
        day: form.get("day"),
        language: form.get("language"),
        evidence: form.get("evidence"),
    }
}

/// The form again, with every reason; one that is gone leads to the list.
#[cfg(feature = "ssr")]
async fn again(
    desk: &crate::desk::Desk,
    back: &str,
    name: &str,
    form: &Form,
    why: &domain::advocacy::achievement::AchievementRefusal,
) -> Result<Answer, ServerFnError> {
    use domain::advocacy::achievement::AchievementRefusal;

    match why {
        AchievementRefusal::Fields(fields) => desk.refused(back, name, form, why, fields).await,
        AchievementRefusal::Unknown => desk.declined("/achievements", why),
        AchievementRefusal::Stands(_) | AchievementRefusal::Stale => desk.refused(back, name, form, why, &[]).await,
        AchievementRefusal::NotNow { .. } => desk.declined(back, why),
    }
}
