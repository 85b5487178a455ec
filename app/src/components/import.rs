//! Importing a file: the form that takes it, and what every row of it would do. What these give stands inside a page's
//! `<main>`, below its crumbs or tabs; what the rows mean is the page's own.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use domain::cohort::company_import::workbook;
use domain::contact::one_line;
use domain::refusal::Refusal;
use leptos::prelude::*;

use crate::components::form;
use crate::components::table::{Column, listing, tag};
use crate::desk::{Desk, Stop};
use crate::words::{count, thousands};

/// The largest file taken.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
const TOO_LARGE: &str = "The file is larger than 10 MB. Split it and upload the parts one after the other.";

/// What a file is chosen for.
#[derive(Debug, Clone)]
pub struct Choosing {
    /// The page's heading: `Import advocates`.
    pub heading: &'static str,
    /// How a row is recognised, and what it never does.
    pub explains: &'static str,
    /// The columns that are read, and what each holds.
    pub columns: Vec<(&'static str, &'static str)>,
    /// Where the form sends the file, as its field `file`.
    pub upload_to: &'static str,
}

/// Choosing a file.
pub fn choose(_: &Desk, what: &Choosing) -> AnyView {
    choosing(what, None)
}

/// Choosing again, with the reason why the last file was not taken.
pub fn choose_again(_: &Desk, what: &Choosing, why: String) -> AnyView {
    choosing(what, Some(why))
}

fn choosing(what: &Choosing, error: Option<String>) -> AnyView {
    let wrong = error.is_some();
    let summary = error.clone().map(|error| {
        view! {
            <div class="errors" role="alert" tabindex="-1" id="errors" autofocus=true>
                <h2>"One thing needs another look"</h2><ul><li><a href="#file">{error}</a></li></ul>
            </div>
        }
    });
    let line = error.map(|error| view! { <p class="error" id="file-e">{error}</p> });
    let by = if wrong { "file-h file-e" } else { "file-h" };
    let columns = what.columns.iter().map(|(title, holds)| view! { <dt>{*title}</dt><dd>{*holds}</dd> }).collect_view();
    view! {
        {summary}
        <div class="stack tight"><h1>{what.heading}</h1><p class="soft">"You see what every row would do before anything is kept. The same file twice changes nothing."</p></div>
        {steps(1)}
        <form method="post" action=what.upload_to enctype="multipart/form-data" class="stack">
            <div class="field">
                <label for="file">"CSV or Excel file"</label>
                <p class="hint" id="file-h">"One line of column titles, one row each below it. CSV in UTF-8, or the first sheet of an .xlsx workbook."</p>
                <input id="file" name="file" type="file" accept=".csv,.txt,.tsv,.xlsx,text/csv,text/plain" aria-describedby=by aria-invalid=wrong.then_some("true") aria-required="true"/>
                {line}
            </div>
            <p class="row"><button class="button primary">"Check the file"</button></p>
        </form>
        <section class="stack close">
            <h2>"What is read"</h2>
            <p>{what.explains}</p>
            <dl class="facts">{columns}</dl>
        </section>
    }
    .into_any()
}

/// What a file would do.
#[derive(Debug, Clone)]
pub struct Planned {
    pub import: i64,
    /// Where the button sends the import's number, as the field `import`.
    pub apply_to: &'static str,
    pub rows: Vec<PlannedRow>,
    /// What importing it came to, once it is imported.
    pub applied: Option<String>,
    /// The list it is imported into.
    pub back: &'static str,
}

/// One row of a file.
#[derive(Debug, Clone)]
pub struct PlannedRow {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Whom or what it speaks of.
    pub what: String,
    /// Of the outcome's tag: `good`, `warn`, `stop` or nothing.
    pub tone: &'static str,
    /// `new`, `changed`, `the same` or `refused`.
    pub outcome: &'static str,
    /// What it would change, or why it is refused: a sentence each.
    pub why: Vec<String>,
}

impl PlannedRow {
    fn is_kept(&self) -> bool {
        ["new", "changed"].contains(&self.outcome)
    }
}

/// What every row would do, the button that does it, and what it came to.
pub fn plan(what: Planned) -> AnyView {
    let applied = what.applied.is_some();
    let heading = if applied { "The file is imported" } else { "Check the rows" };
    let step = if applied { 4 } else { 2 };
    let rows = what.rows.len();
    let eyebrow = count(u32::try_from(rows).unwrap_or(u32::MAX), "row", "rows");
    let act = match &what.applied {
        Some(outcome) => {
            let outcome = outcome.clone();
            view! {
                <section class="stack close">
                    <p class="notice good">{outcome}</p>
                    <p class="row"><a class="button primary" href=what.back>"Go to the list"</a></p>
                </section>
            }
            .into_any()
        }
        None => apply_part(&what),
    };
    let figures = ["new", "changed", "the same", "refused"]
        .into_iter()
        .map(|outcome| {
            let figure = what.rows.iter().filter(|row| row.outcome == outcome).count();
            view! { <p><b class="num">{thousands(figure as u64)}</b><span class="soft small">{outcome}</span></p> }
        })
        .collect_view();
    let lines = what.rows.into_iter().map(planned_row).collect_view();
    let columns = [Column::of("What"), Column::num("Line"), Column::of("Comes to"), Column::of("In detail")];
    let title = if applied { "What importing it again would do" } else { "What the file would do" };
    view! {
        <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1></div>
        {steps(step)}
        {act}
        <section class="stack" id="rows"><h2>{title}</h2><div class="figures">{figures}</div>{listing("The rows of the file and what each comes to", &columns, lines)}</section>
    }
    .into_any()
}

fn apply_part(what: &Planned) -> AnyView {
    let kept = what.rows.iter().filter(|row| row.is_kept()).count();
    if kept == 0 {
        return view! {
            <section class="stack close">
                <p class="notice">"There is nothing to import: every row is here already, or refused for the reason beside it."</p>
                <p class="row"><a class="button" href=what.back>"Go to the list"</a></p>
            </section>
        }
        .into_any();
    }
    let number = |figure: usize| u32::try_from(figure).unwrap_or(u32::MAX);
    let act = format!("Import {}", count(number(kept), "row", "rows"));
    let refused = what.rows.iter().filter(|row| row.outcome == "refused").count();
    let left_out = (refused > 0).then(|| {
        let rows = count(number(refused), "refused row is", "refused rows are");
        view! { <p class="soft">{format!("{rows} left out. Correct them in the file and import it again; what is here already stays.")}</p> }
    });
    view! {
        <form method="post" action=what.apply_to class="stack close">
            {form::hidden("import", what.import)}
            <p class="row"><button class="button primary">{act}</button></p>
            {left_out}
        </form>
    }
    .into_any()
}

fn planned_row(row: PlannedRow) -> AnyView {
    let why = row.why.into_iter().map(|why| view! { <p>{why}</p> }).collect_view();
    let what = if row.what.is_empty() { "Nothing named".to_owned() } else { row.what };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{what}</th>
            <td role="cell" data-label="Line" class="num">{thousands(row.line)}</td>
            <td role="cell" data-label="Comes to">{tag(row.tone, row.outcome)}</td>
            <td role="cell" data-label="In detail"><div class="stack tight">{why}</div></td>
        </tr>
    }
    .into_any()
}

/// The three steps; those before `at` are done.
pub fn steps(at: usize) -> AnyView {
    let steps = ["Choose a file", "Check the rows", "Import"]
        .into_iter()
        .zip(1..)
        .map(|(label, number)| view! { <li class=(number < at).then_some("done") aria-current=(number == at).then_some("step")>{label}</li> })
        .collect_view();
    view! { <ol class="steps">{steps}</ol> }.into_any()
}

/// The uploaded file: its name, and its octets as CSV whichever of the two it was. The inner error says, in a sentence, why
/// it was not taken.
///
/// # Errors
/// Nobody is signed in as staff.
pub async fn read_upload(desk: &Desk, multipart: Multipart) -> Result<Result<(String, Vec<u8>), String>, Stop> {
    desk.staff()?;
    let file = match received(multipart).await {
        Ok((name, bytes)) if workbook::is_workbook(&bytes) => workbook::to_csv(&bytes).map(|csv| (name, csv)).map_err(|why| why.sentence()),
        taken => taken,
    };
    Ok(file)
}

/// The file of an upload's field `file`: its name and its octets, as they came.
///
/// # Errors
/// A sentence: no file, a broken or a too large one.
pub async fn received(mut multipart: Multipart) -> Result<(String, Vec<u8>), String> {
    let broken = |why: MultipartError| match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE.to_owned(),
        _ => "The file did not arrive whole. Choose it again.".to_owned(),
    };
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let file_name: String = one_line(field.file_name().unwrap_or_default()).chars().take(200).collect();
        let mut bytes = Vec::new();
        while let Some(part) = field.chunk().await.map_err(broken)? {
            if bytes.len() + part.len() > MOST_BYTES {
                return Err(TOO_LARGE.to_owned());
            }
            bytes.extend_from_slice(&part);
        }
        if !file_name.is_empty() || !bytes.is_empty() {
            return Ok((file_name, bytes));
        }
    }
    Err("Choose a file first.".to_owned())
}
