//! Being forgotten: a wish of the person's own, proved by a code in their mail, done by an admin within thirty days.
//!
//! What is counted stays: seats, gives and asks, each without a name; and the proof of what was allowed and taken back.
//! Left out: which rows are blanked (`store::advocacy::forgetting`).

use chrono::{NaiveDate, TimeDelta};

use crate::cohort::company_import::name_key;
use crate::refusal::Refusal;
use crate::registration::proof::ProofRefusal;

/// The law gives a month (GDPR, article 12 (3)).
pub const DAYS: i64 = 30;

/// Stands in the place of a name.
pub const FORGOTTEN: &str = "Forgotten person";

/// Stands in the place of what they achieved: news of nobody, which nobody celebrates.
pub const FORGOTTEN_NEWS: &str = "Forgotten";

/// The day by which a wish of this day is done.
#[must_use]
pub fn due(asked: NaiveDate) -> NaiveDate {
    asked.checked_add_signed(TimeDelta::days(DAYS)).unwrap_or(asked)
}

/// Why nobody is forgotten, or no code was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForgettingRefusal {
    /// There is nobody of that number any more.
    Unknown,
    /// They never asked for it.
    NotAsked,
    /// A seat in a cohort that is not over.
    SeatHeld { cohort: String },
    /// The code is missing or wrong.
    Proof(ProofRefusal),
}

impl Refusal for ForgettingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotAsked => "not-asked",
            Self::SeatHeld { .. } => "seat-held",
            Self::Proof(why) => why.code(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Unknown => "This person is no longer in the list. Reload the page.".into(),
            Self::NotAsked => "They did not ask to be forgotten. Only who asks for it is.".into(),
            Self::SeatHeld { cohort } => {
                format!(
                    "There is still a seat in “{cohort}” in this name. It has to be given back first; after that everything can be forgotten."
                )
            }
            Self::Proof(why) => why.sentence(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        if let Self::Proof(why) = self { why.field() } else { None }
    }
}

// ---- what is left in texts -------------------------------------------------------------------------------------------

/// What somebody is found by in texts that others wrote: each address, and each name of more than one word. A name of one
/// word would be found in the names of others, so it is not looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces(Vec<Trace>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    /// Letter by letter, in lower case.
    sought: Vec<char>,
    email: bool,
    instead: String,
}

impl Traces {
    /// Of a person of this number, with every name and address they were kept under.
    #[must_use]
    pub fn of(person: i64, names: &[String], emails: &[String]) -> Self {
        let mut traces: Vec<Trace> = Vec::new();
        let mut add = |sought: &str, email: bool, instead: &str| {
            let sought: Vec<char> = sought.chars().map(lower).collect();
            if !sought.is_empty() && traces.iter().all(|known| known.sought != sought) {
                traces.push(Trace { sought, email, instead: instead.to_owned() });
            }
        };
        for email in emails {
            add(email, true, &address(person));
        }
        // Numbered: two who are forgotten stay two, where a name has to be one of a kind.
        let instead = format!("{FORGOTTEN} {person}");
        for name in names.iter().filter(|name| name.split_whitespace().nth(1).is_some()) {
            add(name, false, &instead);
            // As it stands where names are compared, and inside JSON.
            add(&name_key(name), false, &instead);
            add(&in_json(name), false, &instead);
        }
        Self(traces)
    }

    /// Patterns for SQL's `lower(column) LIKE … ESCAPE '\'` that miss nothing and may find too much: a letter outside ASCII
    /// stands for any, since databases disagree on its lower case.
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        self.0.iter().map(|trace| format!("%{}%", trace.sought.iter().map(|c| in_pattern(*c)).collect::<String>())).collect()
    }

    /// The text without them. `None` when they are not in it.
    #[must_use]
    pub fn removed_from(&self, text: &str) -> Option<String> {
        let letters: Vec<char> = text.chars().collect();
        let folded: Vec<char> = letters.iter().copied().map(lower).collect();
        let (mut out, mut found, mut at) = (String::with_capacity(text.len()), false, 0);
        while at < letters.len() {
            if let Some(trace) = self.0.iter().find(|trace| trace.stands_at(&folded, at)) {
                out.push_str(&trace.instead);
                found = true;
                at += trace.sought.len();
            } else {
                out.push(letters[at]);
                at += 1;
            }
        }
        found.then_some(out)
    }
}

impl Trace {
    /// Whether it stands there as a word of its own.
    fn stands_at(&self, folded: &[char], at: usize) -> bool {
        let end = at + self.sought.len();
        if folded.get(at..end) != Some(self.sought.as_slice()) {
            return false;
        }
        let before = at.checked_sub(1).and_then(|index| folded.get(index)).copied();
        let (after, next) = (folded.get(end).copied(), folded.get(end + 1).copied());
        if self.email {
            let goes_on = after == Some('.') && next.is_some_and(char::is_alphanumeric);
            !before.is_some_and(|c| c.is_alphanumeric() || "._+-".contains(c))
                && !after.is_some_and(|c| c.is_alphanumeric() || c == '-')
                && !goes_on
        } else {
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        }
    }
}

/// The address of somebody who is forgotten: nobody's, and one of a kind.
#[must_use]
pub fn address(person: i64) -> String {
    format!("forgotten-{person}@invalid")
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// In lower case, where that is one letter as well: positions stay.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn in_pattern(c: char) -> String {
    match c {
        '%' | '_' | '\\' => format!("\\{c}"),
        c if c.is_ascii() => c.to_string(),
        _ => "_".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_days() {
        assert_eq!(due(NaiveDate::from_ymd_opt(2027, 1, 15).unwrap()), NaiveDate::from_ymd_opt(2027, 2, 14).unwrap());
    }

    #[test]
    fn refusals_say_what_to_do() {
        for why in [
            ForgettingRefusal::Unknown,
            ForgettingRefusal::NotAsked,
            ForgettingRefusal::SeatHeld { cohort: "Spring".into() },
            ForgettingRefusal::Proof(ProofRefusal::NoCode),
        ] {
            assert!(why.sentence().ends_with('.') && !why.code().is_empty(), "{why:?}");
        }
    }

    #[test]
    fn names_and_addresses_leave_texts_and_nobody_elses_do() {
        let traces = Traces::of(7, &["Ida Élund".to_owned(), "Ida \"Bo\" Élund".to_owned()], &["ida@lund.example".to_owned()]);
        for (text, expect) in [
            ("Ida Élund spoke.", Some("Forgotten person 7 spoke.")),
            ("IDA ÉLUND’s week; ida élund again", Some("Forgotten person 7’s week; Forgotten person 7 again")),
            ("Frida Élund, Ida Élunden and Ida herself", None),
            ("{\"name\":\"Ida \\\"Bo\\\" Élund\"}", Some("{\"name\":\"Forgotten person 7\"}")),
            ("write to IDA@lund.example.", Some("write to forgotten-7@invalid.")),
            ("<ida@lund.example>", Some("<forgotten-7@invalid>")),
            ("frida@lund.example, f.ida@lund.example, ida@lund.example.com", None),
            ("", None),
        ] {
            assert_eq!(traces.removed_from(text).as_deref(), expect, "{text:?}");
        }
        assert_eq!(Traces::of(7, &["Maria".to_owned()], &[]).removed_from("Maria Lopez"), None, "one word is not looked for");
    }

    #[test]
    fn patterns_find_every_spelling_a_database_may_fold_differently() {
        let traces = Traces::of(7, &["Ida É_lund".to_owned()], &["i_d@lund.example".to_owned()]);
        assert_eq!(traces.patterns(), ["%i\\_d@lund.example%", "%ida _\\_lund%"]);
    }
}
