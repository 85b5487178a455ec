//! Importing achievements: choose a file, check what every row would do, import.

use axum::extract::Multipart;
use axum::http::StatusCode;
use domain::advocacy::achievement_import::{COLUMNS, rows};
use domain::cohort::company_import::{FileRefusal, read};
use domain::refusal::Refusal;
use leptos::prelude::*;
use store::advocacy::achievement_import::{Outcome, Planned};
use store::{Fault, Halt};

use crate::components::import::{self, Choosing};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};

/// Choosing a file.
///
/// # Errors
/// Faults.
pub async fn choose(desk: Desk) -> Reply {
    choosing(&desk, None)
}

/// Takes a file and leads to the check. Nothing is imported yet.
///
/// # Errors
/// Faults; a file that cannot be read is the page again, with the reason.
pub async fn upload(desk: Desk, multipart: Multipart) -> Reply {
    let staff = desk.staff()?.id;
    let (file_name, bytes) = match import::read_upload(&desk, multipart).await? {
        Ok(file) => file,
        Err(why) => return choosing(&desk, Some(why)),
    };
    let table = match read(&bytes) {
        Ok(table) => table,
        Err(why) => return choosing(&desk, Some(why.sentence())),
    };
    if let Err(why) = rows(&table, desk.now.date_naive()) {
        return choosing(&desk, Some(why.sentence()));
    }
    let content = String::from_utf8(bytes).ok().filter(|content| !content.contains('\0'));
    let Some(content) = content else { return choosing(&desk, Some(FileRefusal::Unreadable.sentence())) };
    let into = store::import::Into::Achievements;
    let id = store::import::keep(desk.db(), desk.now, staff, into, &file_name, content, String::new()).await?;
    Err(Stop::To(format!("/achievements/import/{id}")))
}

fn choosing(desk: &Desk, error: Option<String>) -> Reply {
    let what = Choosing {
        heading: "Import achievements",
        explains: "What is new is reported, never verified: somebody still looks at each. A row is here already when its address is, \
            or, without one, when the same customer has one of this title and day.",
        columns: COLUMNS.to_vec(),
        upload_to: "/api/advocacy/achievement-import/upload",
    };
    let wrong = error.is_some();
    let body = match error {
        Some(why) => import::choose_again(desk, &what, why),
        None => import::choose(desk, &what),
    };
    let mut response = frame::staff(desk, Section::Celebrate, "Import achievements", || {
        view! { <main id="main" class="wrap page stack loose">{crumbs()}{body}</main> }
    })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// What the file would do, row by row.
///
/// # Errors
/// There is no such file, or faults.
pub async fn plan(desk: Desk) -> Reply {
    let upload = store::import::get(desk.db(), desk.id("import")?).await?.filter(|upload| upload.kind == "achievements");
    let upload = upload.ok_or(Stop::Hidden)?;
    let table = read(upload.content.as_bytes()).map_err(|why| Fault::Unreadable(why.sentence()))?;
    let planned = match store::advocacy::achievement_import::dry_run(desk.db(), desk.now, &table).await {
        Ok(planned) => planned,
        Err(Halt::Refused(why)) => return Err(Fault::Unreadable(why.sentence()).into()),
        Err(Halt::Fault(fault)) => return Err(fault.into()),
    };
    let body = import::plan(import::Planned {
        import: upload.id,
        apply_to: "/api/advocacy/achievement-import/apply",
        rows: planned.into_iter().map(row).collect(),
        applied: upload.applied,
        back: "/achievements",
    });
    frame::staff(&desk, Section::Celebrate, "Import achievements", || {
        view! { <main id="main" class="wrap page stack loose">{crumbs()}{body}</main> }
    })
}

fn crumbs() -> AnyView {
    view! {
        <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/achievements">"Achievements"</a></li><li aria-current="page">"Import"</li></ol></nav>
    }
    .into_any()
}

fn row(planned: Planned) -> import::PlannedRow {
    let (tone, outcome, why) = match planned.outcome {
        Outcome::New(near) if near.is_empty() => ("good", "new", near),
        Outcome::New(near) => ("warn", "new", near),
        Outcome::Same(why) => ("", "the same", vec![why]),
        Outcome::Refused(why) => ("stop", "refused", why),
    };
    import::PlannedRow { line: planned.line, what: planned.what, tone, outcome, why }
}
