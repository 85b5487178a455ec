//! What somebody sets for themselves about being asked: how often, never for what, and not until when. Only they write it,
//! and [`super::ask::may_ask`] keeps it like every other reason.

use std::collections::BTreeSet;

use chrono::{Months, NaiveDate};

use crate::advocacy::ask::AskKind;
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};
use crate::time::{self, words};

/// What somebody set for themselves. Nothing set is [`Limits::default`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most asks in a calendar quarter; `None` leaves it to the host's own most.
    pub most_per_quarter: Option<u32>,
    /// What they never want to be asked for.
    pub never: BTreeSet<AskKind>,
    /// Nothing is asked until this day has passed.
    pub pause_until: Option<NaiveDate>,
    /// What they want us to know, in their words.
    pub note: String,
}

/// The most that can be set: the host's own most is far below it.
pub const MOST: u32 = 20;

/// How many months a pause can last from today. It can be set again.
pub const LONGEST_PAUSE_MONTHS: u32 = 24;

/// Limits as they were typed.
#[derive(Debug, Clone, Default)]
pub struct TypedLimits<'a> {
    /// A number, or nothing.
    pub most_per_quarter: &'a str,
    /// The kinds that were ticked.
    pub never: Vec<&'a str>,
    /// A day, or nothing.
    pub pause_until: &'a str,
    pub note: &'a str,
}

impl Limits {
    /// Reads what was typed. A pause that is over counts as none.
    ///
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(typed: &TypedLimits<'_>, today: NaiveDate) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let limits = Self {
            most_per_quarter: wrong.keep(most(typed.most_per_quarter)),
            never: wrong.keep(never(&typed.never)),
            pause_until: wrong.keep(pause(typed.pause_until, today)),
            note: wrong.keep(contact::paragraphs("note", typed.note, 1_000)),
        };
        wrong.finish().map(|()| limits)
    }

    /// The kinds as a row keeps them, one a line.
    #[must_use]
    pub fn never_lines(&self) -> String {
        self.never.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The kinds of a row; a word that is none is passed over.
    #[must_use]
    pub fn read_never(lines: &str) -> BTreeSet<AskKind> {
        lines.lines().filter_map(|line| AskKind::parse(line.trim())).collect()
    }

    /// Both together: the stricter of each holds, and both notes stand.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let most_per_quarter = self.most_per_quarter.into_iter().chain(other.most_per_quarter).min();
        let note = match (self.note.as_str(), other.note.as_str()) {
            (one, "") => one.to_owned(),
            ("", other) => other.to_owned(),
            (one, other) if one == other => one.to_owned(),
            (one, other) => format!("{one}\n{other}"),
        };
        Self {
            most_per_quarter,
            never: self.never.union(&other.never).copied().collect(),
            pause_until: self.pause_until.max(other.pause_until),
            note,
        }
    }

    /// What is set, a sentence each; nothing when nothing is.
    #[must_use]
    pub fn in_words(&self, today: NaiveDate) -> Vec<String> {
        let most = self.most_per_quarter.map(|most| match most {
            0 => "Asked for nothing.".to_owned(),
            1 => "Asked once a quarter at most.".to_owned(),
            most => format!("Asked {most} times a quarter at most."),
        });
        let kinds: Vec<&str> = self.never.iter().map(|kind| kind.as_str()).collect();
        let never = (!kinds.is_empty()).then(|| format!("Never asked for: {}.", kinds.join(", ")));
        let pause = self.pause_until.filter(|until| today <= *until).map(|until| format!("Left alone until {}.", words::date(until)));
        most.into_iter().chain(never).chain(pause).collect()
    }
}

fn most(typed: &str) -> Result<Option<u32>, FieldRefusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let number = typed.parse::<u32>().ok().filter(|number| *number <= MOST);
    number.map(Some).ok_or_else(|| {
        FieldRefusal::new("most_per_quarter", format!("Enter a whole number from 0 to {MOST}, or nothing for no limit of your own."))
    })
}

fn never(ticked: &[&str]) -> Result<BTreeSet<AskKind>, FieldRefusal> {
    let kinds: Option<BTreeSet<AskKind>> = ticked.iter().map(|word| AskKind::parse(word)).collect();
    kinds.ok_or_else(|| FieldRefusal::new("never", "Something ticked is not on the list. Reload the page and tick again."))
}

fn pause(typed: &str, today: NaiveDate) -> Result<Option<NaiveDate>, FieldRefusal> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let until = time::parse_date(typed).map_err(|why| FieldRefusal::new("pause_until", why.sentence()))?;
    let last = today.checked_add_months(Months::new(LONGEST_PAUSE_MONTHS)).unwrap_or(today);
    if until > last {
        return Err(FieldRefusal::new("pause_until", format!("Choose a day until {}. You can set it again then.", words::date(last))));
    }
    Ok((today <= until).then_some(until))
}

/// Why nothing was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitRefusal {
    Fields(Vec<FieldRefusal>),
    /// There is no such person any more.
    Unknown,
}

impl Refusal for LimitRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Unknown => "This page is no longer anybody’s. Open the newest link in your mail.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn limits_as_they_are_typed() {
        let today = day("2027-01-15");
        assert_eq!(Limits::parse(&TypedLimits::default(), today), Ok(Limits::default()));
        let typed = TypedLimits {
            most_per_quarter: " 1 ",
            never: vec!["reference call", "hosting"],
            pause_until: "2027-05-01",
            note: " Spring is busy.\r\n",
        };
        let limits = Limits {
            most_per_quarter: Some(1),
            never: [AskKind::ReferenceCall, AskKind::Hosting].into(),
            pause_until: Some(day("2027-05-01")),
            note: "Spring is busy.".into(),
        };
        assert_eq!(Limits::parse(&typed, today), Ok(limits.clone()));
        assert_eq!(Limits::read_never(&limits.never_lines()), limits.never);
        assert_eq!(
            limits.in_words(today),
            ["Asked once a quarter at most.", "Never asked for: reference call, hosting.", "Left alone until 1 May 2027."]
        );
        assert_eq!(limits.in_words(day("2027-05-02")).len(), 2, "the pause is over");
        assert_eq!(Limits::default().in_words(today), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_set_says_why() {
        let today = day("2027-01-15");
        let long = "x".repeat(1_001);
        let wrong = TypedLimits { most_per_quarter: "21", never: vec!["money"], pause_until: "2029-01-16", note: &long };
        let fields: Vec<&str> = Limits::parse(&wrong, today).unwrap_err().iter().map(|why| why.field).collect();
        assert_eq!(fields, ["most_per_quarter", "never", "pause_until", "note"]);
        for (most, pause, expect) in [
            ("0", "2029-01-15", Ok((Some(0), Some(day("2029-01-15"))))),
            ("", "2027-01-15", Ok((None, Some(today)))),
            ("", "2027-01-14", Ok((None, None))),
            ("-1", "", Err("most_per_quarter")),
            ("1.5", "", Err("most_per_quarter")),
            ("", "in May", Err("pause_until")),
        ] {
            let typed = TypedLimits { most_per_quarter: most, pause_until: pause, ..TypedLimits::default() };
            let read = Limits::parse(&typed, today).map(|limits| (limits.most_per_quarter, limits.pause_until));
            assert_eq!(read.map_err(|wrong| wrong[0].field), expect, "{most:?}, {pause:?}");
        }
    }

    #[test]
    fn of_two_the_stricter_holds() {
        let none = Limits::default();
        let one = Limits { most_per_quarter: Some(3), never: [AskKind::Quote].into(), pause_until: None, note: "One.".into() };
        let other =
            Limits { most_per_quarter: Some(1), never: [AskKind::Beta].into(), pause_until: Some(day("2027-05-01")), note: "Two.".into() };
        let both = Limits {
            most_per_quarter: Some(1),
            never: [AskKind::Quote, AskKind::Beta].into(),
            pause_until: Some(day("2027-05-01")),
            note: "One.\nTwo.".into(),
        };
        assert_eq!(one.clone().and(other), both);
        assert_eq!((one.clone().and(none.clone()), none.and(one.clone()), one.clone().and(one.clone())), (one.clone(), one.clone(), one));
    }
}
