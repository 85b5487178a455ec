//! Saving a company, and saying who competes with whom.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Adds a company (number 0) or saves one.
#[server(prefix = "/api", endpoint = "cohort/company/save")]
pub async fn save_company(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::{Door, Role};
    use domain::contact::one_line;
    use store::cohort::company::{CompanyRefusal, Typed, save};

    let desk = Desk::at(Door::SaveCompany).await?;
    let id = form.id("company");
    if id != 0 {
        desk.or_stop(desk.owns(desk.or_stop(store::access::company(desk.db(), id).await)?))?;
    }
    let people = desk.or_stop(store::staff::list(desk.db()).await)?;
    let ticked: Vec<i64> = form.chosen("manager").filter_map(|id| id.parse().ok()).collect();
    let looks_after = people.into_iter().filter(|person| ticked.contains(&person.id) && person.roles.contains(&Role::AccountManager));
    let account_managers: Vec<i64> = looks_after.map(|person| person.id).collect();
    let typed = Typed {
        name: form.get("name"),
        domain: form.get("domain"),
        sector: form.get("sector"),
        sub_industry: form.get("sub_industry"),
        headquarters: form.get("headquarters"),
        country: form.get("country"),
        segment: form.get("segment"),
        account_managers: &account_managers,
    };
    let back = format!("/companies/{id}");
    if let Some(why) = no_domain(typed.domain) {
        return desk.refused(&back, "save-company", &form, &why, &[]).await;
    }
    let done = save(desk.db(), desk.now, desk.actor(), id, form.revision(), &typed).await;
    match settle(&desk, done)? {
        Ok(saved) => {
            let act = if id == 0 { "added" } else { "saved" };
            desk.done(format!("/companies/{saved}"), format!("{} is {act}.", one_line(typed.name)))
        }
        Err(why) => {
            let fields = match &why {
                CompanyRefusal::Fields(fields) => fields.clone(),
                _ => vec![],
            };
            desk.refused(&back, "save-company", &form, &why, &fields).await
        }
    }
}

/// Says that two companies compete, or no longer do. The other one is named by its name, or by its number.
#[server(prefix = "/api", endpoint = "cohort/company/competitor")]
pub async fn competitor_pair(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::refusal::FieldRefusal;
    use store::cohort::company::set_competitors;

    let desk = Desk::at(Door::CompetitorPair).await?;
    let (company, compete) = (form.id("company"), form.ticked("compete"));
    desk.or_stop(desk.owns(desk.or_stop(store::access::company(desk.db(), company).await)?))?;
    let back = format!("/companies/{company}#competitors");
    let other = match form.id("other") {
        0 => match desk.or_stop(named(desk.db(), form.get("competitor")).await)? {
            Some(other) => other,
            None => {
                let why = if form.get("competitor").trim().is_empty() {
                    "Enter the competitor's name."
                } else {
                    "There is no company of this name. Check how the list writes it, or add it first."
                };
                return desk.refused(&back, "competitor", &form, &FieldRefusal::new("competitor", why), &[]).await;
            }
        },
        other => other,
    };
    desk.or_stop(desk.owns(desk.or_stop(store::access::company(desk.db(), other).await)?))?;
    let done = set_competitors(desk.db(), desk.now, desk.actor(), company, other, compete).await;
    match settle(&desk, done)? {
        Ok(()) if compete => desk.done(back, "The two companies are named as competitors."),
        Ok(()) => desk.done(back, "The two companies are no longer named as competitors."),
        Err(why) => desk.refused(&back, "competitor", &form, &why, &[]).await,
    }
}

/// What is typed as a domain and is none; the store would leave it out without a word.
#[cfg(feature = "ssr")]
fn no_domain(typed: &str) -> Option<domain::refusal::FieldRefusal> {
    let missing = typed.trim().is_empty() || domain::cohort::company_import::domain_key(typed).is_some();
    (!missing)
        .then(|| domain::refusal::FieldRefusal::new("domain", "This is not a web domain. Write it like example.com, or leave it empty."))
}

/// The company of exactly this name, as names are compared.
#[cfg(feature = "ssr")]
async fn named(db: &store::Db, typed: &str) -> Result<Option<i64>, store::Fault> {
    use domain::cohort::company_import::name_key;
    use store::cohort::company::{Filter, list};

    let key = name_key(typed);
    if key.is_empty() {
        return Ok(None);
    }
    let filter = Filter { term: &key, ..Filter::default() };
    let mut page = 1;
    loop {
        let found = list(db, &filter, page).await?;
        if let Some(line) = found.rows.iter().find(|line| name_key(&line.name) == key) {
            return Ok(Some(line.id));
        }
        if page >= found.pages() {
            return Ok(None);
        }
        page += 1;
    }
}
