//! One person's statement as files to take away: JSON for programs, a PDF for people. By the cookie of an invitation, or by
//! the link of their own page; a link that opens nothing answers as everywhere.

use std::sync::LazyLock;

use app::desk::{Desk, Host, Reply, Stop};
use app::pages::executive::invitation::link_over;
use chrono::Datelike;
use domain::advocacy::statement::Document;
use domain::time::words;
use serde_json::{Value, json};
use store::Fault;
use typst::syntax::Source;

use crate::web::sheet;

static TEMPLATE: LazyLock<Source> = LazyLock::new(|| Source::detached(include_str!("statement.typ")));

/// The executive's own, as JSON.
///
/// # Errors
/// Faults.
pub async fn my_json(desk: Desk) -> Reply {
    let person = desk.executive()?.person;
    as_json(&desk, person).await
}

/// The executive's own, as a PDF.
///
/// # Errors
/// Faults.
pub async fn my_pdf(desk: Desk) -> Reply {
    let person = desk.executive()?.person;
    as_pdf(&desk, person).await
}

/// That of whoever holds the link, as JSON.
///
/// # Errors
/// Faults.
pub async fn link_json(desk: Desk) -> Reply {
    match store::advocacy::own_page::person_of(desk.db(), desk.now, desk.param("token")).await? {
        Some(person) => as_json(&desk, person).await,
        None => link_over(&desk),
    }
}

/// That of whoever holds the link, as a PDF.
///
/// # Errors
/// Faults.
pub async fn link_pdf(desk: Desk) -> Reply {
    match store::advocacy::own_page::person_of(desk.db(), desk.now, desk.param("token")).await? {
        Some(person) => as_pdf(&desk, person).await,
        None => link_over(&desk),
    }
}

async fn as_json(desk: &Desk, person: i64) -> Reply {
    let document = document(desk, person).await?;
    let file = serde_json::to_vec_pretty(&document).map_err(|why| Fault::Unreadable(format!("a statement: {why}")))?;
    Ok(sheet::kept("application/json", &format!("statement-{}.json", document.made_on), file))
}

async fn as_pdf(desk: &Desk, person: i64) -> Reply {
    let document = document(desk, person).await?;
    sheet::pdf(&TEMPLATE, said(&desk.app.host, &document), &format!("statement-{}.pdf", document.made_on)).await
}

async fn document(desk: &Desk, person: i64) -> Result<Document, Stop> {
    let statement = store::advocacy::statement::of(desk.db(), desk.now, person).await?.ok_or(Stop::Hidden)?;
    Ok(statement.document(&desk.app.host.name, desk.now.date_naive()))
}

/// What the template prints: words, ready to read.
fn said(host: &Host, document: &Document) -> Value {
    let person = &document.person;
    let made = document.made_on;
    let day = words::date(made);
    let facts: Vec<Value> = [
        ("Title", person.title.as_str()),
        ("Company", person.company.as_str()),
        ("E-mail", person.email.as_str()),
        ("Made by", host.name.as_str()),
        ("Made on", day.as_str()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(label, value)| json!({ "label": label, "value": value }))
    .collect();
    let forgotten = document.forgotten_by.map(|day| format!(" You asked to be forgotten: it is done by {}.", words::date(day)));
    json!({
        "title": person.name,
        "host": host.name,
        "accent": host.accent,
        "made": [made.year(), made.month(), made.day()],
        "facts": facts,
        "lead": format!(
            "What {} did for you and asked of you, what you allow, and what is public with your name.{}",
            host.name,
            forgotten.unwrap_or_default()
        ),
        "sections": document.sections(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would be a panic, a formula, a label, a string's end and a comment if it were ever read as Typst.
    const HOSTILE: &str = "#panic(\"x\") $x$ \\ @nobody <label> \"quoted\" ' `raw` // = * _ [ ] { } \u{202e}";

    fn hostile(rows: Value) -> Value {
        json!({
            "title": HOSTILE,
            "host": HOSTILE,
            "accent": "#1d5c4f",
            "made": [2027, 1, 15],
            "facts": [{ "label": HOSTILE, "value": HOSTILE }],
            "lead": HOSTILE,
            "sections": [
                { "heading": HOSTILE, "columns": ["When", HOSTILE], "rows": rows, "empty": HOSTILE },
                { "heading": "Limits", "columns": ["One"], "rows": [], "empty": "None." },
            ],
        })
    }

    #[test]
    fn what_people_wrote_is_never_read_as_markup() {
        for rows in [json!([]), json!([["15 January 2027", HOSTILE], [HOSTILE, ""]])] {
            let file = sheet::set(&TEMPLATE, &hostile(rows)).expect("it is only text");
            assert!(file.starts_with(b"%PDF-"));
        }
    }
}
