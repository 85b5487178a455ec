//! Importing advocates: doing what the dry run showed.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Imports the file against what is known now; refused rows are left out. Doing it twice changes nothing.
#[server(prefix = "/api", endpoint = "advocacy/advocate-import/apply")]
pub async fn advocate_import_apply(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop};
    use crate::words::{count, thousands};
    use domain::access::Door;
    use domain::advocacy::advocate_import::read;
    use store::Fault;

    let desk = Desk::at(Door::AdvocateImportApply).await?;
    let id = form.id("import");
    let upload = desk.or_stop(store::import::get(desk.db(), id).await)?;
    let upload = upload.filter(|upload| upload.kind == store::import::Into::Advocates.kind());
    let upload = desk.or_stop(upload.ok_or(Stop::Hidden))?;
    let back = format!("/advocates/import/{id}");
    if upload.applied.is_some() {
        return desk.done(back, "");
    }
    let reading = desk.or_stop(read(upload.content.as_bytes()).map_err(|why| Fault::Unreadable(format!("import {id}: {why:?}"))))?;
    let counts = desk.or_stop(store::advocacy::advocate_import::apply(desk.db(), desk.now, desk.actor(), &reading).await)?;
    let added = count(counts.new, "advocate", "advocates");
    let number = |figure: u32| thousands(u64::from(figure));
    let outcome =
        format!("{added} added, {} changed, {} the same, {} refused.", number(counts.changed), number(counts.same), number(counts.refused));
    desk.or_stop(store::import::mark_applied(desk.db(), id, outcome.clone()).await)?;
    // The page itself says what it came to.
    desk.done(back, "").map(|answer| Answer { sentence: outcome, ..answer })
}
