//! The compliance report as a file to hand on: A4, tagged, the same numbers as the page.
//!
//! How it is set, and that nothing in it is read as markup, is `sheet`'s.

use std::sync::LazyLock;

use app::desk::{Desk, Host, Reply, Stop};
use app::words::capital;
use chrono::{DateTime, Datelike, Utc};
use domain::calendar::slug;
use domain::conduct::compliance::{Difference, Report, counted_again, differences};
use domain::conduct::conversation_rule::language_in_english;
use domain::time::{self, words};
use serde_json::{Value, json};
use typst::syntax::Source;

use crate::web::sheet;

static TEMPLATE: LazyLock<Source> = LazyLock::new(|| Source::detached(include_str!("report.typ")));

/// The report of a cohort.
///
/// # Errors
/// Not theirs, or faults.
pub async fn pdf(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let report = store::conduct::compliance::of(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    let history = store::conduct::compliance::from_history(desk.db(), id).await?;
    let title = Some(slug(&report.head.title)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| id.to_string());
    let data = said(&desk.app.host, &report, &differences(&report.tally(), &history), desk.now);
    sheet::pdf(&TEMPLATE, data, &format!("compliance-{title}.pdf")).await
}

/// What the template prints: words and numbers, ready to read.
fn said(host: &Host, report: &Report, differ: &[Difference], now: DateTime<Utc>) -> Value {
    let head = &report.head;
    let day = |at: DateTime<Utc>| time::to_local(&head.zone, at).date();
    let made = day(now);
    let place = if head.place.is_empty() { head.venue.clone() } else { format!("{}, {}", head.venue, head.place) };
    let mut facts = vec![
        fact("Host", &host.name),
        fact("Program", &head.program),
        fact("Days", &words::date_range(head.first_day, head.last_day)),
        fact("Venue", &place),
    ];
    match &head.rule {
        None => facts.push(fact("Conversation rule", "No version named")),
        Some(rule) => facts.push(fact("Conversation rule", &format!("Version {}", rule.version))),
    }
    facts.push(fact("As of", &words::moment(&head.zone, now)));
    let texts = head.rule.iter().flat_map(|rule| &rule.texts).map(|(language, hash)| fact(language_in_english(*language), hash));
    let texts: Vec<Value> = texts.collect();
    let let_stand: Vec<Value> =
        report.let_stand.iter().map(|one| json!([format!("“{}”", one.phrase), one.place, one.reason, words::day(day(one.at))])).collect();
    let checked: Vec<String> = if differ.is_empty() {
        vec![counted_again()]
    } else {
        let first = "Checked against the history of every change: not the same.".to_owned();
        std::iter::once(first).chain(differ.iter().map(Difference::sentence)).collect()
    };
    let verdict = report.verdict();
    json!({
        "title": head.title,
        "host": host.name,
        "accent": host.accent,
        "made": [made.year(), made.month(), made.day()],
        "facts": facts,
        "standing": capital(verdict.standing.words()),
        "verdict": verdict.sentences.join(" "),
        "sections": report.sections(),
        "let_stand": let_stand,
        "texts": texts,
        "checked": checked.join(" "),
        "fingerprint": report.fingerprint(),
        "canonical": report.canonical(),
    })
}

fn fact(label: &str, value: &str) -> Value {
    json!({ "label": label, "value": value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(said: &Value) -> Result<Vec<u8>, String> {
        sheet::set(&TEMPLATE, said)
    }

    /// What would be a panic, a formula, a label, a string's end and a comment if it were ever read as Typst.
    const HOSTILE: &str = "#panic(\"x\") $x$ \\ @nobody <label> \"quoted\" ' `raw` // = * _ [ ] { } \u{202e}";

    fn hostile() -> Value {
        let figures = json!([{ "label": HOSTILE, "value": "12 of 14" }]);
        json!({
            "title": HOSTILE,
            "host": HOSTILE,
            "accent": "#1d5c4f",
            "made": [2027, 1, 15],
            "facts": [fact(HOSTILE, HOSTILE)],
            "standing": "The rule was kept",
            "verdict": HOSTILE,
            "sections": [
                { "key": "findings", "heading": "Findings", "lead": HOSTILE, "figures": figures },
                { "key": "consents", "heading": "Consents", "lead": HOSTILE, "figures": [] },
            ],
            "let_stand": [[HOSTILE, HOSTILE, HOSTILE, "Friday 15 January 2027"]],
            "texts": [fact("en", "00ff")],
            "checked": HOSTILE,
            "fingerprint": "00ff",
            "canonical": HOSTILE,
        })
    }

    #[test]
    fn what_people_wrote_is_never_read_as_markup() {
        let file = set(&hostile()).expect("it is only text");
        assert!(file.starts_with(b"%PDF-"));
    }

    #[test]
    fn the_same_report_is_the_same_file() {
        assert!(set(&hostile()).unwrap() == set(&hostile()).unwrap());
    }

    #[test]
    fn a_template_that_cannot_be_set_says_why() {
        let why = set(&json!({})).unwrap_err();
        assert!(why.contains("title"), "{why}");
    }
}
