//! Importing achievements: doing what the dry run shows.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Reports what is new in a file; refused rows are left out. Doing it twice changes nothing.
#[server(prefix = "/api", endpoint = "advocacy/achievement-import/apply")]
pub async fn achievement_import_apply(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop, settle};
    use crate::words::{count, thousands};
    use domain::access::Door;
    use domain::cohort::company_import::read;
    use store::Fault;

    let desk = Desk::at(Door::AchievementImportApply).await?;
    let id = form.id("import");
    let upload = desk.or_stop(store::import::get(desk.db(), id).await)?.filter(|upload| upload.kind == "achievements");
    let upload = desk.or_stop(upload.ok_or(Stop::Hidden))?;
    let back = format!("/achievements/import/{id}");
    if upload.applied.is_some() {
        return desk.done(back, "");
    }
    let table = desk.or_stop(read(upload.content.as_bytes()).map_err(|why| Fault::Unreadable(format!("import {id}: {why:?}"))))?;
    let done = store::advocacy::achievement_import::apply(desk.db(), desk.now, desk.actor(), &table).await;
    match settle(&desk, done)? {
        Ok(counts) => {
            let reported = count(u32::try_from(counts.new).unwrap_or(u32::MAX), "achievement", "achievements");
            let number = |figure: usize| thousands(figure as u64);
            let outcome = format!("{reported} reported, {} here already, {} refused.", number(counts.same), number(counts.refused));
            desk.or_stop(store::import::mark_applied(desk.db(), id, outcome.clone()).await)?;
            // The page itself says what it came to.
            desk.done(back, "").map(|answer| Answer { sentence: outcome, ..answer })
        }
        Err(why) => desk.declined(back, &why),
    }
}
