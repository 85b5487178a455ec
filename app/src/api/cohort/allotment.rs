//! What the manager does with a company's seats: gives them, changes them, writes to its lead, names people for it.
//! What the lead does with them is not here.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Gives seats to every ticked company.
#[server(prefix = "/api", endpoint = "cohort/allotment/allot")]
pub async fn allot(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, encode, settle};
    use crate::words::count;
    use domain::access::Door;
    use domain::cohort::State;
    use domain::cohort::allotment::AllotmentRefusal;
    use domain::refusal::Refusal;
    use store::cohort::allotment::{NamingRefusal, NewAllotment};

    let desk = Desk::at(Door::Allot).await?;
    let cohort = form.id("cohort");
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    let back = format!(
        "/cohorts/{cohort}/invite?q={}&sector={}&page={}",
        encode(form.get("q")),
        encode(form.get("sector")),
        form.id("page").max(1)
    );

    let ticked: Vec<i64> = form.chosen("company").filter_map(|id| id.parse().ok()).collect();
    let mut wrong = forgotten(&form, &ticked);
    let seats = form.get("seats").trim().parse::<u32>().ok().filter(|seats| (1..=1_000).contains(seats));
    if seats.is_none() {
        wrong.push(("seats".to_owned(), "Enter how many seats each company gets, from 1 to 1,000.".to_owned()));
    }
    let (Some(seats), true) = (seats, wrong.is_empty()) else {
        return desk.refused_with(&back, "allot", &form, "fields", String::new(), wrong).await;
    };
    if ticked.is_empty() {
        let sentence = "Tick at least one company.".to_owned();
        return desk.refused_with(&back, "allot", &form, AllotmentRefusal::Nobody.code(), sentence, Vec::new()).await;
    }
    let companies: Vec<NewAllotment> = ticked
        .iter()
        .map(|id| NewAllotment {
            company: *id,
            lead_name: form.get(&format!("lead_name.{id}")).to_owned(),
            lead_email: form.get(&format!("lead_email.{id}")).to_owned(),
        })
        .collect();
    let allotted = store::cohort::allotment::allot(desk.db(), desk.now, desk.actor(), cohort, seats, &companies).await;
    match settle(&desk, allotted)? {
        Ok(0) => desk.done(format!("/cohorts/{cohort}#companies"), "These companies have seats here already. Nothing changed."),
        Ok(added) => {
            let inviting = desk.or_stop(store::cohort::get(desk.db(), cohort).await)?.is_some_and(|cohort| cohort.state == State::Inviting);
            let known = companies.iter().filter(|company| !company.lead_email.trim().is_empty()).count() as u32;
            let given = format!("{} {} now.", count(added, "company", "companies"), if added == 1 { "has seats" } else { "have seats" });
            let sentence = match (inviting, known) {
                (false, _) => format!("{given} Nobody is written to until you open invitations."),
                (true, 0) => format!("{given} Nobody was written to: enter the leads' addresses next."),
                (true, known) if added as usize == companies.len() => {
                    format!(
                        "{given} {} being written to.",
                        if known == 1 { "1 delegation lead is".to_owned() } else { format!("{known} delegation leads are") }
                    )
                }
                (true, _) => format!("{given} Their delegation leads are being written to where you gave an address."),
            };
            desk.done(format!("/cohorts/{cohort}#companies"), sentence)
        }
        Err(NamingRefusal::Rows(rows)) => {
            let said = rows
                .into_iter()
                .filter_map(|(row, why)| Some((format!("{}.{}", why.field, companies.get(row)?.company), why.sentence)))
                .collect();
            desk.refused_with(&back, "allot", &form, "rows", String::new(), said).await
        }
        Err(why) => desk.refused(&back, "allot", &form, &why, &fields(&why)).await,
    }
}

/// Leads typed beside a company that is not ticked: somebody would wait for a letter that never leaves.
#[cfg(feature = "ssr")]
fn forgotten(form: &Form, ticked: &[i64]) -> Vec<(String, String)> {
    let begun = form.0.iter().filter_map(|(field, text)| {
        let id = field.strip_prefix("lead_email.")?.parse::<i64>().ok()?;
        (!text.trim().is_empty() && !ticked.contains(&id)).then(|| field.clone())
    });
    begun.map(|field| (field, "Tick this company to invite it, or empty the address.".to_owned())).collect()
}

/// Changes a company's seats, its reply date or its lead.
#[server(prefix = "/api", endpoint = "cohort/allotment/edit")]
pub async fn edit_allotment(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::cohort::allotment::{Typed, edit};

    let desk = Desk::at(Door::EditAllotment).await?;
    let id = form.id("allotment");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::allotment(desk.db(), id).await)?))?;
    let typed = Typed {
        seats: form.get("seats"),
        reply_by: form.get("reply_by"),
        lead_name: form.get("lead_name"),
        lead_email: form.get("lead_email"),
    };
    let saved = edit(desk.db(), desk.now, desk.actor(), id, form.revision(), &typed).await;
    let place = format!("/cohorts/{cohort}/companies/{id}");
    match settle(&desk, saved)? {
        Ok(()) => desk.done(place, "Seats and lead are saved."),
        Err(why) => desk.refused(&place, "edit-allotment", &form, &why, &fields(&why)).await,
    }
}

/// Mails a company's lead a new link.
#[server(prefix = "/api", endpoint = "cohort/allotment/send-link")]
pub async fn send_delegation_link(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::SendDelegationLink).await?;
    let id = form.id("allotment");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::allotment(desk.db(), id).await)?))?;
    let sent = store::cohort::allotment::send_link(desk.db(), desk.now, desk.actor(), id).await;
    let company = format!("/cohorts/{cohort}/companies/{id}");
    let place = if form.get("back") == "cohort" { format!("/cohorts/{cohort}") } else { company.clone() };
    match settle(&desk, sent)? {
        Ok(name) if name.is_empty() => desk.done(place, "The delegation lead is being written to, with a new link."),
        Ok(name) => desk.done(place, format!("{name} is being written to, with a new link.")),
        Err(why) => match fields(&why).first() {
            Some(field) => desk.declined(company, field),
            None => desk.declined(place, &why),
        },
    }
}

/// Names people for a company: each gets a personal invitation.
#[server(prefix = "/api", endpoint = "cohort/allotment/nominate")]
pub async fn nominate_for_company(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use crate::naming::{beside_rows, named};
    use domain::access::Door;
    use store::cohort::allotment::{NamingRefusal, name};

    let desk = Desk::at(Door::NominateForCompany).await?;
    let id = form.id("allotment");
    let cohort = desk.or_stop(desk.owns_part(desk.or_stop(store::access::allotment(desk.db(), id).await)?))?;
    let place = format!("/cohorts/{cohort}/companies/{id}");
    let named = match named(&form) {
        Ok(named) => named,
        Err(wrong) => return desk.refused_with(&place, "nominate", &form, "rows", String::new(), wrong).await,
    };
    let invited = name(desk.db(), desk.now, desk.actor(), id, &named).await;
    match settle(&desk, invited)? {
        Ok(1) => desk.done(place, "1 person is named, and their invitation is on its way."),
        Ok(count) => desk.done(place, format!("{count} people are named, and their invitations are on their way.")),
        Err(NamingRefusal::Rows(rows)) => desk.refused_with(&place, "nominate", &form, "rows", String::new(), beside_rows(rows)).await,
        Err(why) => desk.refused(&place, "nominate", &form, &why, &fields(&why)).await,
    }
}

#[cfg(feature = "ssr")]
fn fields(why: &store::cohort::allotment::NamingRefusal) -> Vec<domain::refusal::FieldRefusal> {
    match why {
        store::cohort::allotment::NamingRefusal::Fields(fields) => fields.clone(),
        _ => Vec::new(),
    }
}
