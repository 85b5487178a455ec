//! Planning, publishing, cancelling and taking down what shows a name outside its cohort.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// How many people and how many companies a publication's form names.
pub const PEOPLE: usize = 5;
pub const COMPANIES: usize = 2;

/// Plans a publication.
#[server(prefix = "/api", endpoint = "advocacy/publication/plan")]
pub async fn plan_publication(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::publication::{Named, TypedPlan};

    let desk = Desk::at(Door::PlanPublication).await?;
    let rows = |who: &str, ticked: &str, rows: usize| -> Vec<(String, String)> {
        (0..rows).map(|row| (format!("{who}.{row}"), format!("{ticked}.{row}"))).collect()
    };
    let (people, companies) = (rows("email", "scope", PEOPLE), rows("company", "company_scope", COMPANIES));
    let mut shows = Vec::new();
    for (who, ticked) in &people {
        shows.push((Named::Email(form.get(who)), form.chosen(ticked).collect()));
    }
    for (who, ticked) in &companies {
        shows.push((Named::Company(form.get(who)), form.chosen(ticked).collect()));
    }
    let typed = TypedPlan { title: form.get("title"), channel: form.get("channel"), day: form.get("day"), shows };
    let done = store::advocacy::publication::plan(desk.db(), desk.now, desk.actor(), &typed).await;
    match settle(&desk, done)? {
        Ok(id) => desk
            .done(format!("/publications/{id}"), "It is planned: every consent it needs stands. They are asked again when it goes public."),
        Err(why) => not_allowed(&desk, "/publications#plan", "plan-publication", &form, &why).await,
    }
}

/// Marks a publication as public.
#[server(prefix = "/api", endpoint = "advocacy/publication/publish")]
pub async fn publish_publication(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::advocacy::publication::publish;

    let desk = Desk::at(Door::PublishPublication).await?;
    let id = form.id("publication");
    let back = format!("/publications/{id}");
    let done = publish(desk.db(), desk.now, desk.actor(), id, form.revision(), form.get("url")).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done(back, "It is marked as public. Everybody shown sees it on their own page."),
        Err(why) => not_allowed(&desk, &back, "publish-publication", &form, &why).await,
    }
}

/// Cancels a planned publication.
#[server(prefix = "/api", endpoint = "advocacy/publication/cancel")]
pub async fn cancel_publication(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::publication::PublicationRefusal;
    use store::advocacy::publication::cancel;

    let desk = Desk::at(Door::CancelPublication).await?;
    let id = form.id("publication");
    let done = cancel(desk.db(), desk.now, desk.actor(), id, form.revision()).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done(format!("/publications/{id}"), "It is cancelled. Nothing of it goes public."),
        Err(why @ PublicationRefusal::Unknown) => desk.declined("/publications", &why),
        Err(why) => desk.declined(format!("/publications/{id}"), &why),
    }
}

/// Has something that is live taken down, for a reason.
#[server(prefix = "/api", endpoint = "advocacy/publication/open-take-down")]
pub async fn open_take_down(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::time::words::day;

    let desk = Desk::at(Door::OpenTakeDown).await?;
    let id = form.id("publication");
    let done = store::advocacy::publication::open_take_down(desk.db(), desk.now, desk.actor(), id, form.get("reason")).await;
    match settle(&desk, done)? {
        Ok(due) => {
            let said = format!("It is to be taken down by {}. Once it is gone, say here how we know.", day(due));
            desk.done(format!("/publications/{id}#take-downs"), said)
        }
        Err(why) => not_allowed(&desk, &format!("/publications/{id}#take-down"), "open-take-down", &form, &why).await,
    }
}

/// Closes a take-down, with the proof.
#[server(prefix = "/api", endpoint = "advocacy/publication/close-take-down")]
pub async fn close_take_down(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::CloseTakeDown).await?;
    let id = form.id("take_down");
    let done = store::advocacy::publication::close_take_down(desk.db(), desk.now, desk.actor(), id, form.get("proof")).await;
    match settle(&desk, done)? {
        Ok(publication) => {
            desk.done(format!("/publications/{publication}"), "It is taken down. Everybody shown sees that, with your proof.")
        }
        Err(why) => {
            // Of which publication it was, its own page knows; a form that names another goes there with nothing.
            let publication = form.id("publication");
            not_allowed(&desk, &format!("/publications/{publication}#take-downs"), "close-take-down", &form, &why).await
        }
    }
}

/// The form again, with every reason; a publication that is gone leads to the list.
#[cfg(feature = "ssr")]
async fn not_allowed(
    desk: &crate::desk::Desk,
    back: &str,
    name: &str,
    form: &Form,
    why: &domain::advocacy::publication::PublicationRefusal,
) -> Result<Answer, ServerFnError> {
    use domain::advocacy::publication::PublicationRefusal;
    use domain::refusal::Refusal;

    match why {
        PublicationRefusal::Fields(fields) => desk.refused(back, name, form, why, fields).await,
        PublicationRefusal::NotAllowed(reasons) => {
            let said = reasons.iter().map(|reason| ("uses".to_owned(), reason.sentence())).collect();
            desk.refused_with(back, name, form, why.code(), String::new(), said).await
        }
        PublicationRefusal::Unknown => desk.declined("/publications", why),
        _ => desk.declined(back, why),
    }
}
