//! The statement: everything one person was given, was asked, allows and is shown with, for their own eyes. The page, the
//! JSON file and the PDF say the same.
//!
//! Left out: what staff keep for themselves about somebody (stages, topics, notes, whether something may be asked today),
//! and everything of other people but those who were introduced to them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::advocacy::consent::{Channel, Consents, Scope};
use crate::advocacy::own_limit::Limits;
use crate::refusal::Refusal;
use crate::time::words;

/// Raised when a field of the JSON file goes or changes what it means; new ones come without that.
pub const FORMAT: &str = "cohortium-statement-1";

/// The statement as a file holds it. The names of the fields are the format: programs of others read them. Days are
/// `2027-01-15`, in UTC; lists run from the newest to the oldest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The firm that says all this.
    pub host: String,
    pub made_on: NaiveDate,
    pub person: Person,
    /// What was done for them.
    pub given: Vec<Entry>,
    /// What they did.
    pub done: Vec<Entry>,
    /// What was asked of them, as far as it reached them.
    pub asked: Vec<Asked>,
    /// Peers they were introduced to.
    pub introductions: Vec<Introduced>,
    /// What they allow today.
    pub allowed: Vec<Allowed>,
    /// Everything they ever allowed or stopped.
    pub consents: Vec<ConsentLine>,
    /// Where they are shown, or were, or are to be.
    pub publications: Vec<PublicationLine>,
    /// What they set for themselves.
    pub limits: LimitsLine,
    /// The last day on which everything about them is forgotten, once they asked for that.
    pub forgotten_by: Option<NaiveDate>,
}

/// Who the statement is about, as they are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    pub name: String,
    pub title: String,
    pub company: String,
    pub email: String,
    /// A language's code; empty when none is known.
    pub language: String,
    /// An IANA name; empty when none is known.
    pub zone: String,
}

/// One give or one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub on: NaiveDate,
    /// The ledger's word.
    pub kind: String,
    /// The same for its reader: [`give_words`] or [`act_words`].
    pub what: String,
    pub note: String,
}

/// One ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    pub on: NaiveDate,
    pub kind: String,
    pub wording: String,
    /// The word of its state.
    pub state: String,
    pub answered_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

/// Somebody they were introduced to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Introduced {
    pub on: NaiveDate,
    pub topic: String,
    pub with: String,
    pub title: String,
    pub company: String,
    pub email: String,
}

/// Something that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    pub scope: &'static str,
    /// Where; empty for what is shown nowhere.
    pub channels: Vec<&'static str>,
    /// The last day.
    pub until: NaiveDate,
}

/// One line of the record of consents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentLine {
    pub act: &'static str,
    pub scope: &'static str,
    /// A grant's are those it gives; a withdrawal without any takes back all of them.
    pub channels: Vec<&'static str>,
    pub from: NaiveDate,
    pub until: NaiveDate,
    /// The sentence they agreed to, as it reads today.
    pub text: &'static str,
}

/// One publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicationLine {
    pub title: String,
    pub channel: String,
    pub state: String,
    /// When it became public, or is to.
    pub on: NaiveDate,
    pub url: String,
    /// What of them it shows.
    pub shows: Vec<String>,
    /// The day by which it is taken down, where that was asked for.
    pub taken_down_by: Option<NaiveDate>,
}

/// What they set for themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LimitsLine {
    /// Asks in a quarter; none of their own when missing.
    pub most_per_quarter: Option<u32>,
    /// Kinds that are never asked.
    pub never: Vec<&'static str>,
    /// Nothing is asked until this day has passed.
    pub pause_until: Option<NaiveDate>,
    pub note: String,
}

impl From<&Limits> for LimitsLine {
    fn from(limits: &Limits) -> Self {
        Self {
            most_per_quarter: limits.most_per_quarter,
            never: limits.never.iter().map(|kind| kind.as_str()).collect(),
            pause_until: limits.pause_until,
            note: limits.note.clone(),
        }
    }
}

impl Document {
    /// Puts every list in its order: the newest first, and what is of one day as it came.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.given.sort_by_key(|one| std::cmp::Reverse(one.on));
        self.done.sort_by_key(|one| std::cmp::Reverse(one.on));
        self.asked.sort_by_key(|one| std::cmp::Reverse(one.on));
        self.introductions.sort_by_key(|one| std::cmp::Reverse(one.on));
        self.publications.sort_by_key(|one| std::cmp::Reverse(one.on));
        self
    }

    /// The statement as tables of words, in the order they are read.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        let entries = |list: &[Entry]| list.iter().map(|one| vec![words::date(one.on), one.what.clone(), one.note.clone()]).collect();
        let asked = |one: &Asked| vec![words::date(one.on), capital(&one.kind), one.wording.clone(), outcome(&one.state).to_owned()];
        let introduced =
            |one: &Introduced| vec![words::date(one.on), one.topic.clone(), line(&[&one.with, &one.title, &one.company, &one.email])];
        let allowed = |one: &Allowed| vec![heading(one.scope), places(&one.channels), words::date(one.until)];
        let shown = |one: &PublicationLine| {
            let state = match one.taken_down_by.filter(|_| one.state == "live") {
                Some(day) => format!("Is taken down by {}", words::date(day)),
                None => capital(if one.state == "live" { "public" } else { &one.state }),
            };
            vec![words::date(one.on), line(&[&one.title, &one.url]), channel_label(&one.channel), one.shows.join(", "), state]
        };
        vec![
            Section {
                heading: "What we did for you",
                columns: &["When", "What", "More"],
                rows: entries(&self.given),
                empty: "Nothing yet.",
            },
            Section {
                heading: "What you did for us",
                columns: &["When", "What", "More"],
                rows: entries(&self.done),
                empty: "Nothing yet.",
            },
            Section {
                heading: "What we asked of you",
                columns: &["When", "What for", "In these words", "What came of it"],
                rows: self.asked.iter().map(asked).collect(),
                empty: "Nothing yet.",
            },
            Section {
                heading: "Whom you met through us",
                columns: &["When", "About", "Who"],
                rows: self.introductions.iter().map(introduced).collect(),
                empty: "Nobody yet.",
            },
            Section {
                heading: "What you allow",
                columns: &["What", "Where", "Until"],
                rows: self.allowed.iter().map(allowed).collect(),
                empty: "Nothing.",
            },
            Section {
                heading: "What is public with your name, was, or is to be",
                columns: &["When", "What", "Where", "What it shows", "State"],
                rows: self.publications.iter().map(shown).collect(),
                empty: "Nothing.",
            },
            Section {
                heading: "The limits you set",
                columns: &["Limit", "What you said"],
                rows: self.limits.rows(),
                empty: "None: the usual ones hold.",
            },
        ]
    }
}

impl LimitsLine {
    fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        if let Some(most) = self.most_per_quarter {
            rows.push(vec!["Asks in a quarter".to_owned(), format!("At most {most}")]);
        }
        if !self.never.is_empty() {
            rows.push(vec!["Never asked".to_owned(), capital(&self.never.join(", "))]);
        }
        if let Some(day) = self.pause_until {
            rows.push(vec!["Nothing is asked until".to_owned(), format!("{} has passed", words::date(day))]);
        }
        if !self.note.is_empty() {
            rows.push(vec!["What we should know".to_owned(), self.note.clone()]);
        }
        rows
    }
}

/// One table of the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    pub heading: &'static str,
    pub columns: &'static [&'static str],
    /// As many cells each as there are columns.
    pub rows: Vec<Vec<String>>,
    /// What is said when there are no rows.
    pub empty: &'static str,
}

/// What is allowed on the day the consents were resolved for: a line for each thing and last day.
#[must_use]
pub fn allowed(consents: &Consents) -> Vec<Allowed> {
    let mut lines: BTreeMap<(Scope, NaiveDate), Vec<&'static str>> = BTreeMap::new();
    for (scope, channel, until, _) in consents.live() {
        lines.entry((scope, until)).or_default().extend(channel.map(Channel::as_str));
    }
    lines.into_iter().map(|((scope, until), channels)| Allowed { scope: scope.as_str(), channels, until }).collect()
}

/// A give of the ledger, said to whom it was given.
#[must_use]
pub fn give_words(kind: &str) -> String {
    match kind {
        "amplification published" => "We celebrated something of yours".to_owned(),
        "seat" => "A seat in a cohort".to_owned(),
        "introduction made" => "An introduction to a peer".to_owned(),
        "award nomination" => "A nomination for an award".to_owned(),
        "speaking slot" => "A stage to speak on".to_owned(),
        "content" => "Something we made for you".to_owned(),
        "gift" => "A gift".to_owned(),
        other => capital(other),
    }
}

/// An act of the ledger, said to whoever did it.
#[must_use]
pub fn act_words(kind: &str) -> String {
    capital(kind)
}

/// What came of an ask, said to whom it was asked.
#[must_use]
pub fn outcome(state: &str) -> &'static str {
    match state {
        "asked" => "It waits for your answer",
        "accepted" => "You said yes",
        "declined" => "You said: not this time",
        "expired" => "Not answered in time, which is fine",
        "scheduled" => "You said yes, and the day is set",
        "completed" => "Done: thank you",
        "missed" => "It did not come about",
        "cancelled" => "We took it back",
        _ => "",
    }
}

fn heading(scope: &str) -> String {
    Scope::parse(scope).map_or_else(|| capital(scope), |scope| scope.heading().to_owned())
}

fn places(channels: &[&str]) -> String {
    channels.iter().map(|channel| channel_label(channel)).collect::<Vec<_>>().join(", ")
}

fn channel_label(channel: &str) -> String {
    Channel::parse(channel).map_or_else(|| channel.to_owned(), |channel| channel.label().to_owned())
}

fn line(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// Why no link to somebody's own page was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnPageRefusal {
    /// There is nobody of that number, or they were merged with somebody or forgotten.
    Unknown,
}

impl Refusal for OwnPageRefusal {
    fn code(&self) -> &'static str {
        "unknown"
    }

    fn sentence(&self) -> String {
        "This person is no longer in the list. Find them again, and send the link from their page.".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::advocacy::consent::{Act, Event, resolve};

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    fn entry(on: &str, kind: &str) -> Entry {
        Entry { on: day(on), kind: kind.into(), what: give_words(kind), note: String::new() }
    }

    fn document() -> Document {
        Document {
            format: FORMAT,
            host: "Halden".into(),
            made_on: day("2027-01-15"),
            person: Person { name: "Ida Lund".into(), ..Person::default() },
            given: vec![entry("2026-11-02", "seat"), entry("2026-12-24", "gift")],
            done: vec![],
            asked: vec![Asked {
                on: day("2026-12-01"),
                kind: "quote".into(),
                wording: "One sentence about the week.".into(),
                state: "declined".into(),
                answered_on: Some(day("2026-12-02")),
                done_on: None,
            }],
            introductions: vec![],
            allowed: vec![Allowed { scope: "name", channels: vec!["blog", "x"], until: day("2027-11-02") }],
            consents: vec![],
            publications: vec![PublicationLine {
                title: "A week on energy".into(),
                channel: "blog".into(),
                state: "live".into(),
                on: day("2026-12-20"),
                url: "https://halden.example/week".into(),
                shows: vec!["name".into()],
                taken_down_by: Some(day("2027-01-20")),
            }],
            limits: LimitsLine { most_per_quarter: Some(1), pause_until: Some(day("2027-03-01")), ..LimitsLine::default() },
            forgotten_by: None,
        }
        .sorted()
    }

    #[test]
    fn the_newest_comes_first_and_every_row_fills_its_columns() {
        let sections = document().sections();
        for section in &sections {
            for row in &section.rows {
                assert_eq!(row.len(), section.columns.len(), "{}", section.heading);
            }
        }
        let rows: Vec<Vec<Vec<String>>> = sections.into_iter().map(|section| section.rows).collect();
        let expect: Vec<Vec<Vec<&str>>> = vec![
            vec![vec!["24 December 2026", "A gift", ""], vec!["2 November 2026", "A seat in a cohort", ""]],
            vec![],
            vec![vec!["1 December 2026", "Quote", "One sentence about the week.", "You said: not this time"]],
            vec![],
            vec![vec!["Your name", "Blog, X account", "2 November 2027"]],
            vec![vec![
                "20 December 2026",
                "A week on energy, https://halden.example/week",
                "Blog",
                "name",
                "Is taken down by 20 January 2027",
            ]],
            vec![vec!["Asks in a quarter", "At most 1"], vec!["Nothing is asked until", "1 March 2027 has passed"]],
        ];
        assert_eq!(rows, expect);
    }

    #[test]
    fn the_names_of_the_fields_stay() {
        let json = serde_json::to_value(document()).unwrap();
        let keys: BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let expect = BTreeSet::from([
            "format",
            "host",
            "made_on",
            "person",
            "given",
            "done",
            "asked",
            "introductions",
            "allowed",
            "consents",
            "publications",
            "limits",
            "forgotten_by",
        ]);
        assert_eq!(keys, expect);
        assert_eq!(json["given"][0], serde_json::json!({ "on": "2026-12-24", "kind": "gift", "what": "A gift", "note": "" }));
    }

    #[test]
    fn what_is_allowed_is_one_line_for_each_last_day() {
        let event = |id, act, scope, channels: &[Channel], until: &str| Event {
            id,
            act,
            scope,
            channels: channels.to_vec(),
            from: day("2026-11-02"),
            until: day(until),
        };
        let events = [
            event(1, Act::Grant, Scope::Name, &[Channel::Blog, Channel::X], "2027-11-02"),
            event(2, Act::Grant, Scope::Name, &[Channel::X], "2027-05-01"),
            event(3, Act::Grant, Scope::PeerIntroduction, &[], "2027-11-02"),
            event(4, Act::Grant, Scope::Photo, &[Channel::Blog], "2027-11-02"),
            event(5, Act::Withdraw, Scope::Photo, &[], "2026-11-02"),
        ];
        let expect = vec![
            Allowed { scope: "name", channels: vec!["x"], until: day("2027-05-01") },
            Allowed { scope: "name", channels: vec!["blog"], until: day("2027-11-02") },
            Allowed { scope: "peer introduction", channels: vec![], until: day("2027-11-02") },
        ];
        assert_eq!(allowed(&resolve(&events, day("2027-01-15"))), expect);
    }

    #[test]
    fn states_that_reach_nobody_have_no_words() {
        for (state, expect) in [
            ("draft", ""),
            ("submitted", ""),
            ("refused", ""),
            ("asked", "It waits for your answer"),
            ("accepted", "You said yes"),
            ("expired", "Not answered in time, which is fine"),
            ("cancelled", "We took it back"),
        ] {
            assert_eq!(outcome(state), expect, "{state}");
        }
    }
}
