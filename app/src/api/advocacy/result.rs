//! What publications came to: entered for one, or imported from a file.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Keeps the figures of a publication.
#[server(prefix = "/api", endpoint = "advocacy/result/save")]
pub async fn save_result(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::result::{ResultRefusal, TypedResult};

    let desk = Desk::at(Door::SaveResult).await?;
    let publication = form.id("publication");
    let typed = TypedResult {
        impressions: form.get("impressions"),
        clicks: form.get("clicks"),
        reactions: form.get("reactions"),
        comments: form.get("comments"),
        value: form.get("value"),
        note: form.get("note"),
        counted_on: form.get("counted_on"),
    };
    // The form stands on the task's page; a publication without a task has a page of its own.
    let task = desk.or_stop(store::advocacy::result::task_of(desk.db(), publication).await)?;
    let back = task.map_or_else(|| format!("/publications/{publication}"), |task| format!("/celebrate/{task}#public-{publication}"));
    let done = store::advocacy::result::save(desk.db(), desk.now, desk.actor(), publication, &typed).await;
    match settle(&desk, done)? {
        Ok(saved) => {
            let sentence = if saved.measured {
                "The figures are kept. All of it is counted now, so the task is done."
            } else {
                "The figures are kept."
            };
            desk.done(back, sentence)
        }
        Err(why @ ResultRefusal::Unknown) => desk.declined("/celebrate", &why),
        Err(ref why @ ResultRefusal::Fields(ref fields)) => desk.refused(&back, "save-result", &form, why, fields).await,
        Err(why) => desk.refused(&back, "save-result", &form, &why, &[]).await,
    }
}

/// Imports figures; refused rows are left out. Doing it twice changes nothing.
#[server(prefix = "/api", endpoint = "advocacy/result-import/apply")]
pub async fn result_import_apply(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop};
    use crate::words::count;
    use domain::access::Door;
    use domain::advocacy::result::rows;
    use domain::cohort::company_import;
    use store::Fault;

    let desk = Desk::at(Door::ResultImportApply).await?;
    let id = form.id("import");
    let upload = desk.or_stop(store::import::get(desk.db(), id).await)?.filter(|upload| upload.kind == "results");
    let upload = desk.or_stop(upload.ok_or(Stop::Hidden))?;
    let back = format!("/celebrate/results/{}", upload.id);
    if upload.applied.is_some() {
        return desk.done(back, "");
    }
    let table = company_import::read(upload.content.as_bytes());
    let table = desk.or_stop(table.map_err(|why| Fault::Unreadable(format!("import {id}: {why:?}"))))?;
    let read = rows(&table, desk.now.date_naive());
    let read = desk.or_stop(read.map_err(|why| Fault::Unreadable(format!("import {id}: {why:?}"))))?;
    let counts = desk.or_stop(store::advocacy::result::apply(desk.db(), desk.now, desk.actor(), &read).await)?;
    let outcome = format!(
        "{} new, {} changed, {} the same, {} refused. {} now.",
        counts.new,
        counts.changed,
        counts.same,
        counts.refused,
        count(counts.measured, "task is measured", "tasks are measured")
    );
    desk.or_stop(store::import::mark_applied(desk.db(), upload.id, outcome.clone()).await)?;
    // The page itself says what it came to.
    desk.done(back, "").map(|answer| Answer { sentence: outcome, ..answer })
}
