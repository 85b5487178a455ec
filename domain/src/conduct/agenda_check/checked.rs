//! What of a cohort is checked, and how a finding in it reads.
//!
//! Left out: people's names, rooms, and sessions that are cancelled, of which nothing new is announced.

use super::{TermList, find, key, quoted};
use crate::agenda::release::{Severity, Version};
use crate::contact;
use crate::refusal::FieldRefusal;

crate::text_enum! {
    /// The texts that are checked. Their names stand in the keys of dismissals.
    pub enum Part {
        Title = "title",
        Summary = "summary",
        Objective = "learning objective",
        Track = "track",
        Letter = "letter",
    }
}

/// Sales language in a text of a cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `None`: of the cohort's own letter.
    pub session: Option<i64>,
    /// The text in words: `the title of “Pricing day”`.
    pub place: String,
    pub severity: Severity,
    /// What stands before the phrase, with the white space between them.
    pub before: String,
    /// On one line.
    pub phrase: String,
    pub after: String,
    /// By what a dismissal knows it, beside the session.
    pub key: String,
}

impl Found {
    /// What was found and what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("In {}: “{}” sounds like selling. Reword it, or dismiss this with a reason.", self.place, self.phrase)
    }
}

/// How many characters are quoted on each side of a phrase.
const AROUND: usize = 60;

/// Sales language in a session, in the order it is read.
#[must_use]
pub fn check_session(session: &Version, lists: &[TermList]) -> Vec<Found> {
    if session.cancelled {
        return Vec::new();
    }
    let texts = [
        (Part::Title, &session.title),
        (Part::Summary, &session.summary),
        (Part::Objective, &session.objective),
        (Part::Track, &session.track),
    ];
    let found = texts.into_iter().flat_map(|(part, text)| {
        let place = format!("the {part} of “{}”", session.title);
        check(Some(session.session), part, &place, text, lists)
    });
    found.collect()
}

/// Sales language in the letter that invites to a cohort.
#[must_use]
pub fn check_letter(letter: &str, lists: &[TermList]) -> Vec<Found> {
    check(None, Part::Letter, "the letter", letter, lists)
}

/// The same words in one text are said once.
fn check(session: Option<i64>, part: Part, place: &str, text: &str, lists: &[TermList]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for finding in find(text, lists) {
        let key = key(part.as_str(), &finding.phrase);
        if found.iter().any(|earlier| earlier.key == key) {
            continue;
        }
        let (before, phrase, after) = quoted(text, &finding, AROUND);
        let phrase = contact::one_line(&phrase);
        found.push(Found { session, place: place.to_owned(), severity: finding.severity, before, phrase, after, key });
    }
    found
}

/// Why a finding may stand: a sentence, since the report of the cohort shows it.
///
/// # Errors
/// A sentence for `reason`.
pub fn reason_to_dismiss(typed: &str) -> Result<String, FieldRefusal> {
    let ask = "Say in a sentence why this may stand.";
    let reason = contact::required("reason", typed, 300, ask)?;
    if reason.chars().count() < 3 { Err(FieldRefusal::new("reason", ask)) } else { Ok(reason) }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::super::Language;
    use super::*;
    use crate::agenda::session::SeatMode;

    fn session(title: &str, summary: &str, objective: &str, track: &str) -> Version {
        let starts: NaiveDateTime = "2027-03-29T09:00:00".parse().unwrap();
        Version {
            session: 7,
            title: title.into(),
            summary: summary.into(),
            kind: "workshop".into(),
            starts,
            ends: starts,
            starts_at: starts.and_utc(),
            ends_at: starts.and_utc(),
            room: "The price room".into(),
            track: track.into(),
            objective: objective.into(),
            educators: vec!["Ida Price".into()],
            capacity: None,
            mode: SeatMode::SignUp,
            cancelled: false,
        }
    }

    fn lists() -> Vec<TermList> {
        vec![TermList::parse(Language::English, "price\nbuy now ! block").unwrap()]
    }

    #[test]
    fn every_text_of_a_session_is_checked_and_quoted() {
        let found = check_session(&session("Prices", "First a **price**.\nThen *buy\nnow*. Prices.", "Know the price", "Price"), &lists());
        let at = |part: &str| format!("the {part} of “Prices”");
        let one = |part: &str, severity, before: &str, phrase: &str, after: &str, key: &str| Found {
            session: Some(7),
            place: at(part),
            severity,
            before: before.into(),
            phrase: phrase.into(),
            after: after.into(),
            key: key.into(),
        };
        assert_eq!(
            found,
            [
                one("title", Severity::Warn, "", "Prices", "", "title: prices"),
                one("summary", Severity::Warn, "First a **", "price", "**. Then *buy now*. Prices.", "summary: price"),
                one("summary", Severity::Block, "First a **price**. Then *", "buy now", "*. Prices.", "summary: buy now"),
                one("summary", Severity::Warn, "First a **price**. Then *buy now*. ", "Prices", ".", "summary: prices"),
                one("learning objective", Severity::Warn, "Know the ", "price", "", "learning objective: price"),
                one("track", Severity::Warn, "", "Price", "", "track: price"),
            ]
        );
        assert_eq!(
            found[2].sentence(),
            "In the summary of “Prices”: “buy now” sounds like selling. Reword it, or dismiss this with a reason."
        );
    }

    #[test]
    fn the_same_words_are_said_once_and_cancelled_sessions_say_nothing() {
        let mut twice = session("Day one", "The price, and the PRICE.", "", "");
        assert_eq!(check_session(&twice, &lists()).len(), 1);
        twice.cancelled = true;
        assert_eq!(check_session(&twice, &lists()), []);
    }

    #[test]
    fn a_letter_belongs_to_no_session() {
        let found = check_letter("Come, and buy now.", &lists());
        let said: Vec<_> = found.iter().map(|found| (found.session, found.place.as_str(), found.key.as_str())).collect();
        assert_eq!(said, [(None, "the letter", "letter: buy now")]);
    }

    #[test]
    fn a_reason_is_a_sentence() {
        for (typed, expect) in [
            ("", Err("Say in a sentence why this may stand.")),
            (" no ", Err("Say in a sentence why this may stand.")),
            (" It is the\ntitle of a book. ", Ok("It is the title of a book.")),
        ] {
            let read = reason_to_dismiss(typed);
            assert_eq!(read.as_deref().map_err(|why| why.sentence.as_str()), expect, "{typed:?}");
        }
        assert_eq!(reason_to_dismiss(&"x".repeat(301)).unwrap_err().sentence, "This is 301 characters long. Shorten it to 300.");
    }
}
