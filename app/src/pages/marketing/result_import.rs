//! Importing what publications came to: choose a file, check every row, import.

use axum::extract::Multipart;
use axum::http::StatusCode;
use domain::advocacy::result::{COLUMNS, Counted, Outcome, ReadRefusal, rows};
use domain::cohort::company_import;
use domain::refusal::Refusal;
use domain::time::words::date;
use leptos::prelude::*;
use store::Fault;
use store::advocacy::result::PlannedRow as Found;

use crate::components::import::{self, Choosing, Planned, PlannedRow};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};
use crate::words::{figure, thousands};

fn choosing() -> Choosing {
    Choosing {
        heading: "Import results",
        explains: "A publication is recognised by its address, or by its number, which its task and the list of publications show. Only what is public is counted, and later figures take the place of earlier ones.",
        columns: COLUMNS.to_vec(),
        upload_to: "/api/advocacy/result-import/upload",
    }
}

/// Choosing a file.
///
/// # Errors
/// Faults.
pub async fn choose(desk: Desk) -> Reply {
    let body = import::choose(&desk, &choosing());
    upload_page(&desk, body)
}

/// Takes a file and leads to the check. Nothing is imported yet.
///
/// # Errors
/// Faults; a file that cannot be read is the page again, with the reason.
pub async fn upload(desk: Desk, multipart: Multipart) -> Reply {
    let staff = desk.staff()?.id;
    let today = desk.now.date_naive();
    let again = |why: String| {
        let body = import::choose_again(&desk, &choosing(), why);
        upload_page(&desk, body).map(|mut response| {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            response
        })
    };
    let (file_name, bytes) = match import::read_upload(&desk, multipart).await? {
        Ok(file) => file,
        Err(why) => return again(why),
    };
    let table = match company_import::read(&bytes) {
        Ok(table) => table,
        Err(why) => return again(ReadRefusal::File(why).sentence()),
    };
    if let Err(why) = rows(&table, today) {
        return again(why.sentence());
    }
    let content = String::from_utf8(bytes).ok().filter(|content| !content.contains('\0'));
    let Some(content) = content else { return again(company_import::FileRefusal::Unreadable.sentence()) };
    let id = store::import::keep(desk.db(), desk.now, staff, store::import::Into::Results, &file_name, content, String::new()).await?;
    Err(Stop::To(format!("/celebrate/results/{id}")))
}

fn upload_page(desk: &Desk, body: AnyView) -> Reply {
    frame::staff(desk, Section::Celebrate, "Import results", || {
        view! { <main id="main" class="wrap page stack loose">{crumbs()}{body}</main> }
    })
}

/// What the file would do, row by row.
///
/// # Errors
/// There is none, or faults.
pub async fn plan(desk: Desk) -> Reply {
    let upload = store::import::get(desk.db(), desk.id("import")?).await?.filter(|upload| upload.kind == "results").ok_or(Stop::Hidden)?;
    let table = company_import::read(upload.content.as_bytes()).map_err(|why| Fault::Unreadable(why.sentence()))?;
    let read = rows(&table, desk.now.date_naive()).map_err(|why| Fault::Unreadable(why.sentence()))?;
    let found = store::advocacy::result::dry_run(desk.db(), &read).await?;
    let planned = Planned {
        import: upload.id,
        apply_to: "/api/advocacy/result-import/apply",
        rows: found.into_iter().map(row).collect(),
        applied: upload.applied,
        back: "/celebrate/list",
    };
    frame::staff(&desk, Section::Celebrate, "Import results", || {
        view! { <main id="main" class="wrap page stack loose">{crumbs()}{import::plan(planned)}</main> }
    })
}

fn row(found: Found) -> PlannedRow {
    let (tone, outcome, why) = match (found.outcome, &found.stands, &found.counted) {
        (Outcome::Refused(why), ..) => ("stop", "refused", why),
        (Outcome::New, _, Some(counted)) => ("good", "new", vec![figures(counted)]),
        (Outcome::Changed, Some(stands), Some(counted)) => {
            ("warn", "changed", vec![format!("Now: {}", figures(stands)), format!("Then: {}", figures(counted))])
        }
        (Outcome::New, ..) => ("good", "new", vec![]),
        (Outcome::Changed, ..) => ("warn", "changed", vec![]),
        (Outcome::Same, ..) => ("", "the same", vec![]),
    };
    PlannedRow { line: found.line, what: found.what, tone, outcome, why }
}

fn figures(counted: &Counted) -> String {
    let Counted { impressions, clicks, reactions, comments, value, .. } = counted;
    format!(
        "{} seen, {}, {}, {}, worth {}; counted on {}.",
        thousands(impressions.unsigned_abs()),
        figure(*clicks, "click", "clicks"),
        figure(*reactions, "reaction", "reactions"),
        figure(*comments, "comment", "comments"),
        thousands(value.unsigned_abs()),
        date(counted.counted_on)
    )
}

fn crumbs() -> AnyView {
    view! {
        <nav class="crumbs" aria-label="Where you are"><ol>
            <li><a href="/celebrate">"Celebrate"</a></li>
            <li><a href="/celebrate/list">"List"</a></li>
            <li aria-current="page">"Import results"</li>
        </ol></nav>
    }
    .into_any()
}
