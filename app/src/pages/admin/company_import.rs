//! Importing companies: choose a file, check what every row would do, import.

use axum::extract::Multipart;
use axum::http::StatusCode;
use domain::access::Belongs;
use domain::cohort::company_import::{self as rules, Counts, Field, Mapping, NewCompany, Outcome, Plan, PlannedRow, Table};
use domain::contact::one_line;
use domain::refusal::Refusal;
use leptos::prelude::*;
use store::import::Upload;
use store::{Fault, Halt, PAGE_ROWS, Page};

use crate::components::form::{self, Input};
use crate::components::import::{received, steps};
use crate::components::table::{empty, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Islands, Section};
use crate::islands::import_preview::ImportPreview;
use crate::words::{self, count, thousands};

/// Choosing a file.
///
/// # Errors
/// Faults.
pub async fn choose(desk: Desk) -> Reply {
    upload_page(&desk, None)
}

/// Takes a file, guesses its columns and leads to the check. Nothing is imported yet.
///
/// # Errors
/// Faults; a file that cannot be read is the page again, with the reason.
pub async fn upload(desk: Desk, multipart: Multipart) -> Reply {
    let staff = desk.staff()?.id;
    let (file_name, bytes) = match received(multipart).await {
        Ok(file) => file,
        Err(why) => return upload_page(&desk, Some(why)),
    };
    let table = match rules::read(&bytes) {
        Ok(table) => table,
        Err(why) => return upload_page(&desk, Some(why.sentence())),
    };
    let content = String::from_utf8(bytes).ok().filter(|content| !content.contains('\0'));
    let Some(content) = content else { return upload_page(&desk, Some(rules::FileRefusal::Unreadable.sentence())) };
    let mapping = serde_json::to_string(&Mapping::guess(&table.columns)).map_err(|why| Fault::Unreadable(why.to_string()))?;
    let id = store::import::keep(desk.db(), desk.now, staff, store::import::Into::Companies, &file_name, content, mapping).await?;
    Err(Stop::To(format!("/companies/import/{id}")))
}

fn upload_page(desk: &Desk, error: Option<String>) -> Reply {
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
    let mut response = frame::staff(desk, Section::Companies, "Import companies", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs()}
                {summary}
                <div class="stack tight"><h1>"Import companies"</h1><p class="soft">"You see what every row would do before anything is kept. The same file twice changes nothing."</p></div>
                {steps(1)}
                <form method="post" action="/api/cohort/company-import/upload" enctype="multipart/form-data" class="stack">
                    <div class="field">
                        <label for="file">"CSV file"</label>
                        <p class="hint" id="file-h">"UTF-8, with one line of column titles and one company a line. From Excel: Save As, CSV UTF-8. Up to 20,000 rows."</p>
                        <input id="file" name="file" type="file" accept=".csv,.txt,.tsv,text/csv,text/plain" aria-describedby=by aria-invalid=wrong.then_some("true") aria-required="true"/>
                        {line}
                    </div>
                    <p class="row"><button class="button primary">"Check the file"</button></p>
                </form>
                <section class="stack close">
                    <h2>"What is read"</h2>
                    <p>"Name, domain, sector, sub-industry, headquarters, country and segment. The columns may have any titles; you say which is which. A company is recognised by its domain, then by its name. An empty cell erases nothing."</p>
                </section>
            </main>
        }
    })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// What the file would do, row by row.
///
/// # Errors
/// Not theirs, or faults.
pub async fn plan(desk: Desk) -> Reply {
    let upload = store::import::get(desk.db(), desk.id("import")?).await?.filter(|upload| upload.kind == "companies");
    desk.owns(upload.as_ref().map(|upload| Belongs { program_owner: Some(upload.staff_id), ..Belongs::default() }))?;
    let upload = upload.ok_or(Stop::Hidden)?;
    let table = rules::read(upload.content.as_bytes()).map_err(|why| Fault::Unreadable(why.sentence()))?;
    let mapping: Mapping = serde_json::from_str(&upload.mapping).map_err(|why| Fault::Unreadable(why.to_string()))?;
    let draft = desk.draft("company-import-map").await?;
    let refused = draft.errors().into_iter().map(|(_, sentence)| sentence).collect::<Vec<_>>().join(" ");
    let (would, refusal) = match store::cohort::company_import::dry_run(desk.db(), &table, &mapping).await {
        // The columns in the form are not those that are kept: what these would do does not stand below the others.
        Ok(_) | Err(Halt::Refused(_)) if !refused.is_empty() => (None, None),
        Ok(plan) => (Some(plan), None),
        Err(Halt::Refused(why)) => (None, Some(why.sentence())),
        Err(Halt::Fault(fault)) => return Err(fault.into()),
    };
    let applied = upload.applied.clone();
    let columns_open = refusal.is_some() || !refused.is_empty();
    let columns = applied.is_none().then(|| columns_form(&draft, &upload, &table, &mapping, columns_open));
    // A refused form stays plain, with its reasons where they are, until its button is pressed again.
    let islands = if columns.is_some() && refused.is_empty() { Islands::Staff } else { Islands::None };
    let sentence = match (&would, &refusal) {
        (Some(plan), _) => in_words(&plan.counts()),
        (None, Some(why)) => why.clone(),
        (None, None) => refused,
    };
    let refusal = refusal.map(|why| view! { <p class="notice warn">{why}</p> });
    let act = match (&applied, &would) {
        (Some(outcome), _) => applied_part(outcome),
        (None, Some(plan)) => apply_part(upload.id, plan.counts()),
        (None, None) => ().into_any(),
    };
    let rows = would.map(|plan| rows_part(&desk, plan, applied.is_some()));
    let step = if applied.is_some() { 4 } else { 2 };
    let eyebrow = format!("{} · {}", upload.file_name, count(u32::try_from(table.rows.len()).unwrap_or(u32::MAX), "row", "rows"));
    let heading = if applied.is_some() { "The file is imported" } else { "Check the rows" };
    frame::staff_with(&desk, Section::Companies, islands, heading, || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs()}
                {form::errors(&draft)}
                <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1></div>
                {steps(step)}
                {columns.map(|columns| view! { <ImportPreview>{columns}</ImportPreview> })}
                <div id="plan" class="stack loose" data-would=sentence>{refusal}{act}{rows}</div>
            </main>
        }
    })
}

fn crumbs() -> AnyView {
    view! {
        <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/companies">"Companies"</a></li><li aria-current="page">"Import"</li></ol></nav>
    }
    .into_any()
}

fn applied_part(outcome: &str) -> AnyView {
    view! {
        <section class="stack close">
            <p class="notice good">{outcome.to_owned()}</p>
            <p class="row"><a class="button primary" href="/companies">"See the companies"</a><a class="button" href="/companies/import">"Import another file"</a></p>
        </section>
    }
    .into_any()
}

fn apply_part(id: i64, counts: Counts) -> AnyView {
    if counts.create + counts.update == 0 {
        return view! {
            <section class="stack close">
                <p class="notice">"There is nothing to import: every row is here already, or refused for the reason beside it."</p>
                <p class="row"><a class="button" href="/companies/import">"Choose another file"</a></p>
            </section>
        }
        .into_any();
    }
    let companies = |figure: usize| count(u32::try_from(figure).unwrap_or(u32::MAX), "company", "companies");
    let act = match (counts.create, counts.update) {
        (create, 0) => format!("Import {}", companies(create)),
        (0, update) => format!("Update {}", companies(update)),
        (create, update) => format!("Import {} and update {}", companies(create), number(update)),
    };
    let left_out = (counts.refuse > 0).then(|| {
        let rows = count(u32::try_from(counts.refuse).unwrap_or(u32::MAX), "refused row is", "refused rows are");
        view! { <p class="soft">{format!("{rows} left out. Correct them in the file and import it again; what is here already stays.")}</p> }
    });
    view! {
        <section class="stack close">
            {left_out}
            <form method="post" action="/api/cohort/company-import/apply" class="row">
                {form::hidden("import", id)}
                <button class="button primary">{act}</button>
                <a class="button quiet" href="/companies/import">"Choose another file"</a>
            </form>
        </section>
    }
    .into_any()
}

/// What the file would do, in a sentence.
fn in_words(counts: &Counts) -> String {
    let parts = [
        (counts.create, format!("create {}", count(u32::try_from(counts.create).unwrap_or(u32::MAX), "company", "companies"))),
        (counts.update, format!("update {}", number(counts.update))),
        (counts.unchanged, format!("leave {} unchanged", number(counts.unchanged))),
        (counts.refuse, format!("refuse {}", number(counts.refuse))),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(figure, _)| *figure > 0).map(|(_, part)| part).collect();
    format!("Read like this, the file would {}.", words::list(&parts))
}

fn columns_form(draft: &Draft, upload: &Upload, table: &Table, mapping: &Mapping, open: bool) -> AnyView {
    let mut options = vec![(String::new(), "Not in the file".to_owned())];
    for (at, title) in table.columns.iter().enumerate() {
        if title.is_empty() || options.iter().any(|(value, _)| value == title) {
            continue;
        }
        let sample = table.rows.iter().filter_map(|row| row.cells.get(at)).map(|cell| one_line(cell)).find(|cell| !cell.is_empty());
        let label = match sample {
            Some(sample) => format!("{title}, for example “{}”", sample.chars().take(40).collect::<String>()),
            None => format!("{title}, empty in every row"),
        };
        options.push((title.clone(), label));
    }
    let fields = Field::ALL
        .iter()
        .map(|field| {
            let value = mapping.column(*field).unwrap_or_default().to_owned();
            let input = Input { name: field.key(), label: field.label(), value, optional: *field != Field::Name, ..Input::default() };
            form::select(draft, input, options.clone())
        })
        .collect_view();
    view! {
        <details class="card" open=open>
            <summary>"Which column holds what"</summary>
            <form method="post" action="/api/cohort/company-import/map" class="stack">
                {form::hidden("import", upload.id)}
                {fields}
                <p class="row"><button class="button">"Read the columns like this"</button></p>
            </form>
        </details>
    }
    .into_any()
}

/// The four things a row can come to: the word in the address, the words under the figure, the tag.
const OUTCOMES: [(&str, &str); 4] = [("create", "to create"), ("update", "to update"), ("unchanged", "unchanged"), ("refuse", "refused")];

const fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Create(_) => "create",
        Outcome::Update { .. } => "update",
        Outcome::Unchanged { .. } => "unchanged",
        Outcome::Refuse(_) => "refuse",
    }
}

fn rows_part(desk: &Desk, plan: Plan, applied: bool) -> AnyView {
    let counts = plan.counts();
    let shown = OUTCOMES.iter().find(|(word, _)| *word == desk.query("show")).map(|(word, _)| *word);
    let figures = OUTCOMES
        .iter()
        .zip([counts.create, counts.update, counts.unchanged, counts.refuse])
        .map(|((word, label), figure)| {
            let current = (shown == Some(*word)).then_some("true");
            view! { <p><a href=desk.with_query("show", word) aria-current=current><b class="num">{number(figure)}</b><span class="soft small">{*label}</span></a></p> }
        })
        .collect_view();
    let all = shown.map(|_| view! { <p><a href=desk.with_query("show", "")>"Show every row"</a></p> });
    let rows: Vec<PlannedRow> = plan.rows.into_iter().filter(|row| shown.is_none_or(|word| outcome_word(&row.outcome) == word)).collect();
    let total = rows.len() as u64;
    let page = desk.page().min(total.div_ceil(PAGE_ROWS).max(1));
    let skip = usize::try_from((page - 1) * PAGE_ROWS).unwrap_or(usize::MAX);
    let most = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let list = Page { rows: rows.into_iter().skip(skip).take(most).collect(), total, page };
    let pages = pager(desk, &list);
    let table = if list.rows.is_empty() {
        empty("No such row", "No row of the file comes to this.", None)
    } else {
        let rows = list.rows.into_iter().map(planned_row).collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"The rows of the file and what each comes to"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Company"</th>
                    <th scope="col" role="columnheader" class="num">"Line"</th>
                    <th scope="col" role="columnheader">"Comes to"</th>
                    <th scope="col" role="columnheader">"In detail"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    let heading = if applied { "What importing it again would do" } else { "What the file would do" };
    view! { <section class="stack" id="rows"><h2>{heading}</h2><div class="figures">{figures}</div>{all}{table}{pages}</section> }
        .into_any()
}

fn planned_row(row: PlannedRow) -> AnyView {
    let (state, detail) = match row.outcome {
        Outcome::Create(company) => (tag("good", "create"), view! { <span class="soft">{described(&company)}</span> }.into_any()),
        Outcome::Update { changes, .. } => {
            let changes = changes
                .into_iter()
                .map(|change| {
                    let before = (!change.before.is_empty()).then(|| view! { <del>{change.before}</del> " " });
                    view! { <dt>{change.field.label()}</dt><dd>{before}<ins>{change.after}</ins></dd> }
                })
                .collect_view();
            (tag("warn", "update"), view! { <dl class="diff">{changes}</dl> }.into_any())
        }
        Outcome::Unchanged { .. } => (tag("", "unchanged"), view! { <span class="soft">"Here already, just like this."</span> }.into_any()),
        Outcome::Refuse(why) => (tag("stop", "refused"), view! { <span>{why.sentence()}</span> }.into_any()),
    };
    let notes = row.notes.iter().map(|note| view! { <p class="small soft">{note.sentence()}</p> }).collect_view();
    let name = if row.name.is_empty() { "No name".to_owned() } else { row.name };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{name}</th>
            <td role="cell" data-label="Line" class="num">{thousands(row.line)}</td>
            <td role="cell" data-label="Comes to">{state}</td>
            <td role="cell" data-label="In detail"><div class="stack tight">{detail}{notes}</div></td>
        </tr>
    }
    .into_any()
}

/// What would be kept of a new company beside its name: "Industrials · Saint Paul, Minnesota · United States".
fn described(company: &NewCompany) -> String {
    let fields = Field::ALL.iter().filter(|field| **field != Field::Name);
    let texts: Vec<&str> = fields.filter_map(|field| company.value(*field)).collect();
    if texts.is_empty() { "Only its name.".to_owned() } else { texts.join(" · ") }
}

fn number(figure: usize) -> String {
    thousands(figure as u64)
}
