//! Attaching account managers to a cohort as observers, and detaching them.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Attaches an account manager as the observer of one company.
#[server(prefix = "/api", endpoint = "conduct/observer/attach")]
pub async fn attach_observer(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::firewall::Attaching;

    let desk = Desk::at(Door::AttachObserver).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let (staff, company) = pair(&form);
    let place = format!("/cohorts/{cohort}/observers");
    let attached = store::conduct::observer::attach(desk.db(), desk.now, desk.actor(), cohort, staff, company).await;
    match settle(&desk, attached)? {
        Ok((Attaching::Attached, name)) => desk.done(place, format!("{name} is attached, and sees names and attendance of this company.")),
        Ok((Attaching::AlreadyAttached, name)) => desk.done(place, format!("{name} is attached already.")),
        Err(why) => desk.refused(&place, "attach-observer", &form, &why, &[]).await,
    }
}

/// Detaches an account manager.
#[server(prefix = "/api", endpoint = "conduct/observer/detach")]
pub async fn detach_observer(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::DetachObserver).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let (staff, company) = pair(&form);
    let place = format!("/cohorts/{cohort}/observers");
    let detached = store::conduct::observer::detach(desk.db(), desk.now, desk.actor(), cohort, staff, company).await;
    match desk.or_stop(detached)? {
        Some(name) => desk.done(place, format!("{name} is detached, and sees nothing of this company's people any more.")),
        None => desk.done(place, "They are not attached, so there was nothing to take away."),
    }
}

/// The account manager and the company: one choice of the page's list (`7-12`), or two numbers.
#[cfg(feature = "ssr")]
fn pair(form: &Form) -> (i64, i64) {
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    form.get("pair")
        .split_once('-')
        .map_or_else(|| (form.id("staff"), form.id("company")), |(staff, company)| (number(staff), number(company)))
}
