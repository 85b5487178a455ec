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
        Cohort = "cohort's title",
        Program = "program's title",
        Theme = "program's theme",
        Audience = "program's audience",
        Description = "program's description",
    }
}

/// Sales language in a text of a cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `None`: of what invites to the cohort, which `part` tells.
    pub session: Option<i64>,
    pub part: Part,
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

/// What guests read before they come: of the cohort, and of the program it is a run of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inviting<'a> {
    pub letter: &'a str,
    pub title: &'a str,
    pub program: &'a str,
    pub theme: &'a str,
    pub audience: &'a str,
    pub description: &'a str,
}

/// Sales language in what invites to a cohort, the letter first.
#[must_use]
pub fn check_inviting(texts: &Inviting<'_>, lists: &[TermList]) -> Vec<Found> {
    let texts = [
        (Part::Letter, texts.letter),
        (Part::Cohort, texts.title),
        (Part::Program, texts.program),
        (Part::Theme, texts.theme),
        (Part::Audience, texts.audience),
        (Part::Description, texts.description),
    ];
    texts.into_iter().flat_map(|(part, text)| check(None, part, &format!("the {part}"), text, lists)).collect()
}

/// The text a dismissal is about, by its key: `The letter`. Of a session, its part is meant.
#[must_use]
pub fn place_of(key: &str) -> String {
    let part = key.split_once(": ").and_then(|(part, _)| Part::parse(part)).unwrap_or(Part::Letter);
    format!("The {part}")
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
        found.push(Found { session, part, place: place.to_owned(), severity: finding.severity, before, phrase, after, key });
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
            part: Part::parse(part).unwrap(),
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
    fn everything_that_invites_is_checked_and_each_text_is_a_place_of_its_own() {
        let price = "The price";
        let texts =
            Inviting { letter: "Come, and buy now.", title: price, program: price, theme: price, audience: price, description: price };
        let found = check_inviting(&texts, &lists());
        let said: Vec<_> = found.iter().map(|found| (found.session, found.part, found.place.as_str(), found.key.as_str())).collect();
        assert_eq!(
            said,
            [
                (None, Part::Letter, "the letter", "letter: buy now"),
                (None, Part::Cohort, "the cohort's title", "cohort's title: price"),
                (None, Part::Program, "the program's title", "program's title: price"),
                (None, Part::Theme, "the program's theme", "program's theme: price"),
                (None, Part::Audience, "the program's audience", "program's audience: price"),
                (None, Part::Description, "the program's description", "program's description: price"),
            ]
        );
        for one in &found {
            assert_eq!(place_of(&one.key), one.place.replacen('t', "T", 1), "{}", one.key);
        }
        assert_eq!(place_of("kept before there were places"), "The letter");
        assert_eq!(check_inviting(&Inviting::default(), &lists()), []);
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
