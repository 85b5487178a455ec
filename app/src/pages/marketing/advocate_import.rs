//! Importing advocates: choose a file, check what every row would do, import.

use axum::extract::Multipart;
use axum::http::StatusCode;
use domain::advocacy::advocate_import::{Field, Outcome, PlannedRow as Row, Reading, read};
use domain::refusal::Refusal;
use leptos::prelude::*;
use store::Fault;

use crate::components::import::{self, Choosing, Planned, PlannedRow};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Advocacy, advocacy};

const TITLE: &str = "Import advocates";

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
    if let Err(why) = read(&bytes) {
        return choosing(&desk, Some(why.sentence()));
    }
    let content = String::from_utf8(bytes).ok().filter(|content| !content.contains('\0'));
    let Some(content) = content else { return choosing(&desk, Some("The file could not be read. Save it again as CSV UTF-8.".to_owned())) };
    let id = store::import::keep(desk.db(), desk.now, staff, store::import::Into::Advocates, &file_name, content, String::new()).await?;
    Err(Stop::To(format!("/advocates/import/{id}")))
}

fn choosing(desk: &Desk, why: Option<String>) -> Reply {
    let wrong = why.is_some();
    let what = Choosing {
        heading: TITLE,
        explains: "People are recognised by their address, companies by their name or web domain. The columns may stand in any order. An empty cell erases nothing, and no consent is read: people give those themselves.",
        columns: Field::ALL.iter().map(|field| (field.as_str(), field.holds())).collect(),
        upload_to: "/api/advocacy/advocate-import/upload",
    };
    let body = match why {
        Some(why) => import::choose_again(desk, &what, why),
        None => import::choose(desk, &what),
    };
    let mut response = frame::staff(desk, Section::Advocates, TITLE, || {
        view! { <main id="main" class="wrap page stack loose">{crumbs()}{advocacy(Advocacy::Advocates, false)}{body}</main> }
    })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// What every row would do.
///
/// # Errors
/// No such upload, or faults.
pub async fn plan(desk: Desk) -> Reply {
    let upload = store::import::get(desk.db(), desk.id("import")?).await?;
    let upload = upload.filter(|upload| upload.kind == store::import::Into::Advocates.kind()).ok_or(Stop::Hidden)?;
    let reading: Reading = read(upload.content.as_bytes()).map_err(|why| Fault::Unreadable(why.sentence()))?;
    let rows = store::advocacy::advocate_import::dry_run(desk.db(), &reading).await?;
    let notes = reading.notes.into_iter().map(|note| view! { <li>{note}</li> }).collect::<Vec<_>>();
    let notes = (!notes.is_empty()).then(|| view! { <div class="notice warn"><ul>{notes}</ul></div> });
    let body = import::plan(Planned {
        import: upload.id,
        apply_to: "/api/advocacy/advocate-import/apply",
        rows: rows.into_iter().map(row).collect(),
        applied: upload.applied,
        back: "/advocates",
    });
    frame::staff(&desk, Section::Advocates, TITLE, || {
        view! { <main id="main" class="wrap page stack loose">{crumbs()}{body}{notes}</main> }
    })
}

fn row(row: Row) -> PlannedRow {
    let (tone, outcome, mut why) = match row.outcome {
        Outcome::New { advocate, .. } => ("good", "new", vec![format!("Somebody new, {}.", advocate.stage)]),
        Outcome::Changed { changes, .. } => ("warn", "changed", changes),
        Outcome::Same => ("", "the same", vec!["Here already, just like this.".to_owned()]),
        Outcome::Refused(why) => ("stop", "refused", why),
    };
    why.extend(row.notes);
    PlannedRow { line: row.line, what: row.who, tone, outcome, why }
}

fn crumbs() -> AnyView {
    view! {
        <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/advocates">"Advocates"</a></li><li aria-current="page">"Import"</li></ol></nav>
    }
    .into_any()
}
