//! Acknowledging the conversation rule: staff, executives and educators themselves, and the manager who reminds them or
//! records what was signed on paper.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// A member of staff acknowledges a version.
#[server(prefix = "/api", endpoint = "conduct/acknowledgement/acknowledge")]
pub async fn acknowledge_rule(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::conduct::acknowledgement::{Acknowledging, Shown, by_staff};

    let desk = Desk::at(Door::AcknowledgeRule).await?;
    let id = desk.or_stop(desk.staff())?.id;
    // The button says it all: there is no box beside it.
    let shown = Shown { ticked: true, ..shown(&form) };
    let version = shown.version;
    let done = by_staff(desk.db(), desk.now, id, &shown).await;
    match settle(&desk, done)? {
        Ok(Acknowledging::Acknowledged) => {
            desk.done("/rules", format!("Thank you. It is written down that you keep to version {version}, and when you said so."))
        }
        Ok(Acknowledging::AlreadyAcknowledged) => desk.done("/rules", format!("You have acknowledged version {version} already.")),
        Err(why) => desk.declined("/rules", &why),
    }
}

/// A registered executive acknowledges the version their cohort names now.
#[server(prefix = "/api", endpoint = "conduct/acknowledgement/again")]
pub async fn acknowledge_again(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::refusal::Refusal;
    use store::conduct::acknowledgement::{Acknowledging, by_executive};

    let desk = Desk::at(Door::AcknowledgeAgain).await?;
    let registration = desk.or_stop(desk.registration())?;
    let shown = shown(&form);
    let version = shown.version;
    let done = by_executive(desk.db(), desk.now, registration, &shown).await;
    match settle(&desk, done)? {
        Ok(Acknowledging::Acknowledged) => {
            desk.done("/my/week", format!("Thank you. It is noted that you keep to version {version} of the rule."))
        }
        Ok(Acknowledging::AlreadyAcknowledged) => desk.done("/my/week", format!("You have acknowledged version {version} already.")),
        Err(why) if why.field().is_some() => desk.refused(&in_language("/my/rule", &form), "acknowledge", &form, &why, &[]).await,
        Err(why) => desk.declined("/my/rule", &why),
    }
}

/// An educator acknowledges, by their private link.
#[server(prefix = "/api", endpoint = "conduct/acknowledgement/educator")]
pub async fn educator_acknowledge(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, encode, settle};
    use domain::access::Door;
    use domain::conduct::acknowledgement::AcknowledgeRefusal;
    use domain::refusal::Refusal;
    use store::conduct::acknowledgement::by_educator;

    let desk = Desk::at(Door::EducatorAcknowledge).await?;
    let token = form.get("token");
    let place = format!("/e/{}", encode(token));
    let done = by_educator(desk.db(), desk.now, token, &shown(&form)).await;
    match settle(&desk, done)? {
        Ok(_) => desk.done(place, "Thank you. It is noted that you keep to the rule; your name joins the agenda with its next release."),
        Err(why @ AcknowledgeRefusal::LinkOver) => desk.declined("/e/over", &why),
        Err(why) if why.field().is_some() => {
            // The link is a secret: it is not kept with what was typed.
            let typed =
                Form(form.0.iter().filter(|(field, _)| *field != "token").map(|(field, text)| (field.clone(), text.clone())).collect());
            desk.refused(&in_language(&place, &form), "acknowledge", &typed, &why, &[]).await
        }
        Err(why) => desk.declined(place, &why),
    }
}

/// Mails one person, or everybody, who has not acknowledged the version the cohort names.
#[server(prefix = "/api", endpoint = "conduct/acknowledgement/remind")]
pub async fn remind_acknowledgement(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop, settle};
    use domain::access::Door;
    use domain::conduct::acknowledgement::Holder;

    let desk = Desk::at(Door::RemindAcknowledgement).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let whom = match form.get("who") {
        "all" => None,
        one => Some(desk.or_stop(Holder::parse(one).ok_or(Stop::Hidden))?),
    };
    let place = format!("/cohorts/{cohort}/rule");
    let reminded = store::conduct::acknowledgement::remind(desk.db(), desk.now, desk.actor(), cohort, whom).await;
    match settle(&desk, reminded)? {
        Ok(reminded) => desk.done(place, who_is_written_to(&reminded)),
        Err(why) => desk.declined(place, &why),
    }
}

/// Records an acknowledgement an educator gave on paper.
#[server(prefix = "/api", endpoint = "conduct/acknowledgement/record")]
pub async fn record_acknowledgement(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::refusal::Refusal;
    use store::conduct::acknowledgement::record_for_educator;

    let desk = Desk::at(Door::RecordAcknowledgement).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let id = form.id("educator");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::educator(desk.db(), id).await)?))?;
    // Each row of the page has a field of its own.
    let field = format!("evidence.{id}");
    let evidence = form.0.get(&field).map_or_else(|| form.get("evidence"), String::as_str);
    let place = format!("/cohorts/{cohort}/rule");
    let recorded = record_for_educator(desk.db(), desk.now, staff, id, evidence).await;
    match settle(&desk, recorded)? {
        Ok(name) => desk.done(place, format!("The acknowledgement of {name} is recorded, with your name beside it.")),
        Err(why) if why.field().is_some() => {
            let said = vec![(field, why.sentence())];
            desk.refused_with(&format!("{place}#educators"), "record-acknowledgement", &form, why.code(), String::new(), said).await
        }
        Err(why) => desk.declined(place, &why),
    }
}

/// The words that were on the page.
#[cfg(feature = "ssr")]
fn shown(form: &Form) -> store::conduct::acknowledgement::Shown<'_> {
    store::conduct::acknowledgement::Shown {
        version: form.get("version").trim().parse().unwrap_or(0),
        hash: form.get("hash"),
        ticked: form.ticked("ack"),
    }
}

/// The same page, in the language that was read.
#[cfg(feature = "ssr")]
fn in_language(place: &str, form: &Form) -> String {
    use domain::conduct::conversation_rule::Language;

    match Language::parse(form.get("language")) {
        None | Some(Language::English) => place.to_owned(),
        Some(language) => format!("{place}?lang={language}"),
    }
}

#[cfg(feature = "ssr")]
fn who_is_written_to(reminded: &store::conduct::acknowledgement::Reminded) -> String {
    use crate::words::{count, list};

    let people = u32::try_from(reminded.names.len()).unwrap_or(u32::MAX);
    let written = if reminded.again && people <= 3 {
        format!("We wrote to {} a moment ago.", list(&reminded.names))
    } else if reminded.again {
        format!("We wrote to {} a moment ago.", count(people, "person", "people"))
    } else if people <= 3 {
        format!("{} {} being written to.", list(&reminded.names), if people == 1 { "is" } else { "are" })
    } else {
        format!("{} being written to.", count(people, "person is", "people are"))
    };
    match reminded.unreachable {
        0 => written,
        1 => format!("{written} 1 educator has no e-mail address yet: enter it beside their name."),
        many => format!("{written} {many} educators have no e-mail address yet: enter it beside their names."),
    }
}
