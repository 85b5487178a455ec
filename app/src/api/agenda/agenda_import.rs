//! Importing an agenda: choosing which day becomes which, and doing it. Uploading the file is the page's.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Puts the file's days on the cohort's days.
#[server(prefix = "/api", endpoint = "agenda/agenda-import/map")]
pub async fn agenda_import_map(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::AgendaImportMap).await?;
    let (cohort, import) = owned(&desk, form.id("import")).await?;
    let mut days = days_of(&desk, &import)?;
    let sources: Vec<_> = days.pairs().iter().map(|(source, _)| *source).collect();
    for source in sources {
        days.set(source, form.get(&format!("day.{source}")).trim().parse().ok());
    }
    let mapping = desk.or_stop(serde_json::to_string(&days).map_err(|why| store::Fault::Unreadable(why.to_string())))?;
    desk.or_stop(store::import::set_mapping(desk.db(), import.id, mapping).await)?;
    desk.done(format!("/cohorts/{cohort}/agenda-import/{}", import.id), "The file is read with these days. Check the sessions again.")
}

/// Brings the file into the working copy. Doing it again changes nothing.
#[server(prefix = "/api", endpoint = "agenda/agenda-import/apply")]
pub async fn agenda_import_apply(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop};
    use domain::access::Door;
    use domain::agenda::agenda_import::read;
    use domain::refusal::Refusal;

    let desk = Desk::at(Door::AgendaImportApply).await?;
    let (cohort, import) = owned(&desk, form.id("import")).await?;
    let reading = desk.or_stop(read(import.content.as_bytes()).map_err(|why| store::Fault::Unreadable(why.sentence())))?;
    let days = days_of(&desk, &import)?;
    let applied = store::agenda::agenda_import::apply(desk.db(), desk.now, desk.actor(), cohort, &reading, &days).await;
    let counts = desk.or_stop(desk.or_stop(applied)?.ok_or(Stop::Hidden))?;
    let sentence = match (counts.create, counts.update) {
        (0, 0) => "Every session was here already, so nothing changed.".to_owned(),
        (new, 0) => format!("{} new in the working copy. Nobody is told before you release.", are(new)),
        (0, changed) => format!("{} changed in the working copy. Nobody is told before you release.", are(changed)),
        (new, changed) => format!("{} new and {changed} changed in the working copy. Nobody is told before you release.", are(new)),
    };
    if counts.create + counts.update > 0 {
        desk.or_stop(store::import::mark_applied(desk.db(), import.id, sentence.clone()).await)?;
    }
    if counts.refuse > 0 {
        let place = format!("/cohorts/{cohort}/agenda-import/{}?show=refused", import.id);
        return desk.done(place, format!("{sentence} {} refused; the reasons are below.", were(counts.refuse)));
    }
    desk.done(format!("/cohorts/{cohort}/agenda"), sentence)
}

#[cfg(feature = "ssr")]
fn are(sessions: usize) -> String {
    if sessions == 1 { "1 session is".to_owned() } else { format!("{sessions} sessions are") }
}

#[cfg(feature = "ssr")]
fn were(sessions: usize) -> String {
    if sessions == 1 { "1 session was".to_owned() } else { format!("{sessions} sessions were") }
}

/// The upload, and the cohort it belongs to, when it is theirs.
#[cfg(feature = "ssr")]
async fn owned(desk: &crate::desk::Desk, id: i64) -> Result<(i64, store::import::Upload), ServerFnError> {
    use crate::desk::Stop;

    let found = desk.or_stop(store::import::get(desk.db(), id).await)?.filter(|import| import.kind == "agenda");
    let (import, cohort) = desk.or_stop(found.and_then(|import| import.cohort_id.map(|cohort| (import, cohort))).ok_or(Stop::Hidden))?;
    desk.or_stop(desk.owns(desk.or_stop(store::access::cohort(desk.db(), cohort).await)?))?;
    Ok((cohort, import))
}

#[cfg(feature = "ssr")]
fn days_of(desk: &crate::desk::Desk, import: &store::import::Upload) -> Result<domain::agenda::agenda_import::DayMap, ServerFnError> {
    desk.or_stop(serde_json::from_str(&import.mapping).map_err(|why| store::Fault::Unreadable(why.to_string())))
}
