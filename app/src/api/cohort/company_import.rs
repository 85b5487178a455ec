//! Importing companies: how the columns are read, and doing it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Says which column holds what. Nothing is imported yet.
#[server(prefix = "/api", endpoint = "cohort/company-import/map")]
pub async fn company_import_map(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::cohort::company_import::{Field, Mapping};
    use store::Fault;

    let desk = Desk::at(Door::CompanyImportMap).await?;
    let (upload, table) = own_upload(&desk, form.id("import")).await?;
    let back = format!("/companies/import/{}", upload.id);
    if upload.applied.is_some() {
        return desk.done(back, "This file is imported already. Upload it again to read its columns another way.");
    }
    let mut mapping = Mapping::default();
    for &field in Field::ALL {
        mapping.set(field, form.get(field.key()));
    }
    let checked = store::cohort::company_import::dry_run(desk.db(), &table, &mapping).await;
    match settle(&desk, checked)? {
        Ok(_) => {
            let mapping = desk.or_stop(serde_json::to_string(&mapping).map_err(|why| Fault::Unreadable(why.to_string())))?;
            desk.or_stop(store::import::set_mapping(desk.db(), upload.id, mapping).await)?;
            desk.done(back, "The columns are read as you chose. Check the rows below.")
        }
        Err(why) => desk.refused(&back, "company-import-map", &form, &why, &[]).await,
    }
}

/// Imports the file: creates and updates; refused rows are left out. Doing it twice changes nothing.
#[server(prefix = "/api", endpoint = "cohort/company-import/apply")]
pub async fn company_import_apply(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::cohort::company_import::Mapping;
    use store::Fault;

    let desk = Desk::at(Door::CompanyImportApply).await?;
    let (upload, table) = own_upload(&desk, form.id("import")).await?;
    let back = format!("/companies/import/{}", upload.id);
    if upload.applied.is_some() {
        return desk.done(back, "");
    }
    let mapping: Mapping = desk.or_stop(serde_json::from_str(&upload.mapping).map_err(|why| Fault::Unreadable(why.to_string())))?;
    let done = store::cohort::company_import::apply(desk.db(), desk.now, desk.actor(), &table, &mapping).await;
    match settle(&desk, done)? {
        Ok(counts) => {
            let outcome = outcome(&counts);
            desk.or_stop(store::import::mark_applied(desk.db(), upload.id, outcome.clone()).await)?;
            // The page itself says what it came to.
            desk.done(back, "").map(|answer| Answer { sentence: outcome, ..answer })
        }
        Err(why) => desk.declined(back, &why),
    }
}

/// The upload and its table, for whoever uploaded it and for admins.
#[cfg(feature = "ssr")]
async fn own_upload(
    desk: &crate::desk::Desk,
    id: i64,
) -> Result<(store::import::Upload, domain::cohort::company_import::Table), ServerFnError> {
    use crate::desk::Stop;
    use domain::access::Belongs;
    use store::Fault;

    let upload = desk.or_stop(store::import::get(desk.db(), id).await)?.filter(|upload| upload.kind == "companies");
    let belongs = upload.as_ref().map(|upload| Belongs { program_owner: Some(upload.staff_id), ..Belongs::default() });
    desk.or_stop(desk.owns(belongs))?;
    let upload = desk.or_stop(upload.ok_or(Stop::Hidden))?;
    let table = domain::cohort::company_import::read(upload.content.as_bytes());
    let table = desk.or_stop(table.map_err(|why| Fault::Unreadable(format!("import {id}: {why:?}"))))?;
    Ok((upload, table))
}

/// `503 companies created, 2 updated, 1 unchanged, 0 refused.`
#[cfg(feature = "ssr")]
fn outcome(counts: &domain::cohort::company_import::Counts) -> String {
    use crate::words::{count, thousands};

    let created = count(u32::try_from(counts.create).unwrap_or(u32::MAX), "company", "companies");
    let number = |figure: usize| thousands(figure as u64);
    format!(
        "{created} created, {} updated, {} unchanged, {} refused.",
        number(counts.update),
        number(counts.unchanged),
        number(counts.refuse)
    )
}
