//! Setting a quiet period aside: the program's owner, with a reason.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Sets one cohort's quiet period aside for one person.
#[server(prefix = "/api", endpoint = "conduct/quiet-period/override")]
pub async fn override_quiet(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::quiet_period::SettingAside;

    let desk = Desk::at(Door::OverrideQuiet).await?;
    let owner = desk.or_stop(desk.staff())?.id;
    let (cohort, person) = (form.id("cohort"), form.id("person"));
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    desk.or_stop(desk.owns(desk.or_stop(store::access::person(desk.db(), person, owner).await)?))?;
    let place = format!("/people/{person}");
    let done = store::conduct::quiet_period::set_aside(desk.db(), desk.now, owner, cohort, person, form.get("reason")).await;
    match settle(&desk, done)? {
        Ok(SettingAside::SetAside) => desk.done(
            place,
            "This cohort's quiet period is set aside for them. It is written down with your reason, and counted in the cohort's report.",
        ),
        Ok(SettingAside::AlreadySetAside) => desk.done(place, "This cohort's quiet period is set aside for them already."),
        Err(why) => desk.refused(&format!("{place}#quiet"), "override-quiet", &form, &why, &[]).await,
    }
}
