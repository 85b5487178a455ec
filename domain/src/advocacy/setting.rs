//! What an installation may set about advocacy: deadlines, reminders, caps. Each has a default that holds until somebody
//! changes it.

use std::collections::BTreeMap;

use crate::advocacy::ask::AskKind;
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals};

/// What is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Hours until colleagues are reminded of what waits for them.
    pub internal_hours: u32,
    /// Hours until a customer is reminded.
    pub customer_hours: u32,
    /// Reminders before somebody else is told.
    pub most_reminders: u32,
    /// The staff who are told then; nobody named is every admin.
    pub escalate_to: Option<i64>,
    /// Working days from verifying an achievement to recognising it.
    pub recognition_days: u32,
    /// Asks of one person in a quarter.
    pub person_cap: u32,
    /// Asks of one company in a quarter.
    pub company_cap: u32,
    /// Days between two asks of one kind, where the kind has none of its own.
    pub interval_days: u32,
    pub intervals: BTreeMap<AskKind, u32>,
    /// Days to answer an ask, or an introduction.
    pub answer_days: u32,
    /// What one person may be given in a calendar year, in whole units of the host's currency.
    pub gift_limit: u32,
    /// 0 until something was saved.
    pub revision: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            internal_hours: 24,
            customer_hours: 48,
            most_reminders: 2,
            escalate_to: None,
            recognition_days: 5,
            person_cap: 2,
            company_cap: 2,
            interval_days: 90,
            intervals: BTreeMap::new(),
            answer_days: 14,
            gift_limit: 100,
            revision: 0,
        }
    }
}

impl Settings {
    /// Days between two asks of this kind.
    #[must_use]
    pub fn interval(&self, kind: AskKind) -> u32 {
        self.intervals.get(&kind).copied().unwrap_or(self.interval_days)
    }

    /// The intervals of single kinds, a line each: `reference call=180`.
    #[must_use]
    pub fn interval_lines(&self) -> String {
        self.intervals.iter().map(|(kind, days)| format!("{kind}={days}")).collect::<Vec<_>>().join("\n")
    }
}

/// Reads intervals of single kinds as they are kept and typed, a line each. Empty lines are passed over.
///
/// # Errors
/// A sentence for `intervals`, with the line that cannot be read.
pub fn parse_intervals(lines: &str) -> Result<BTreeMap<AskKind, u32>, FieldRefusal> {
    let mut intervals = BTreeMap::new();
    for line in lines.lines().map(contact::one_line).filter(|line| !line.is_empty()) {
        let read = line.split_once('=').and_then(|(kind, days)| {
            let days: u32 = days.trim().parse().ok().filter(|days| *days <= MOST_DAYS)?;
            Some((AskKind::parse(&kind.trim().to_lowercase())?, days))
        });
        let Some((kind, days)) = read else {
            let sentence =
                format!("“{line}” cannot be read. Write a kind, an equals sign and days up to {MOST_DAYS}, like “reference call=180”.");
            return Err(FieldRefusal::new("intervals", sentence));
        };
        intervals.insert(kind, days);
    }
    Ok(intervals)
}

const MOST_DAYS: u32 = 730;

/// The settings as they were typed.
#[derive(Debug, Clone, Default)]
pub struct TypedSettings<'a> {
    pub internal_hours: &'a str,
    pub customer_hours: &'a str,
    pub most_reminders: &'a str,
    /// The number of a member of staff, or nothing.
    pub escalate_to: &'a str,
    pub recognition_days: &'a str,
    pub person_cap: &'a str,
    pub company_cap: &'a str,
    pub interval_days: &'a str,
    pub intervals: &'a str,
    pub answer_days: &'a str,
    pub gift_limit: &'a str,
}

impl Settings {
    /// Reads what was typed; the revision is left at 0.
    ///
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(typed: &TypedSettings<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let escalate_to = match typed.escalate_to.trim() {
            "" => None,
            id => id.parse().map_or_else(
                |_| {
                    wrong.refuse("escalate_to", "Choose somebody from the list, or nobody.");
                    None
                },
                Some,
            ),
        };
        let settings = Self {
            internal_hours: wrong.keep(between("internal_hours", typed.internal_hours, 1, 720)),
            customer_hours: wrong.keep(between("customer_hours", typed.customer_hours, 1, 720)),
            most_reminders: wrong.keep(between("most_reminders", typed.most_reminders, 0, 5)),
            escalate_to,
            recognition_days: wrong.keep(between("recognition_days", typed.recognition_days, 1, 60)),
            person_cap: wrong.keep(between("person_cap", typed.person_cap, 0, 20)),
            company_cap: wrong.keep(between("company_cap", typed.company_cap, 0, 100)),
            interval_days: wrong.keep(between("interval_days", typed.interval_days, 0, MOST_DAYS)),
            intervals: wrong.keep(parse_intervals(typed.intervals)),
            answer_days: wrong.keep(between("answer_days", typed.answer_days, 1, 90)),
            gift_limit: wrong.keep(between("gift_limit", typed.gift_limit, 0, 10_000)),
            revision: 0,
        };
        wrong.finish().map(|()| settings)
    }
}

fn between(field: &'static str, typed: &str, least: u32, most: u32) -> Result<u32, FieldRefusal> {
    typed
        .trim()
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| FieldRefusal::new(field, format!("Enter a whole number from {least} to {most}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> TypedSettings<'static> {
        TypedSettings {
            internal_hours: "24",
            customer_hours: "48",
            most_reminders: "2",
            escalate_to: "",
            recognition_days: "5",
            person_cap: "2",
            company_cap: "2",
            interval_days: "90",
            intervals: "",
            answer_days: "14",
            gift_limit: "100",
        }
    }

    #[test]
    fn the_defaults_are_what_the_form_would_say() {
        assert_eq!(Settings::parse(&typed()), Ok(Settings::default()));
    }

    #[test]
    fn a_kind_may_have_its_own_interval_and_reads_back() {
        let settings = Settings::parse(&TypedSettings { intervals: " Reference call = 180\r\n\nquote=0\n", ..typed() }).unwrap();
        let found = [AskKind::ReferenceCall, AskKind::Quote, AskKind::Review].map(|kind| settings.interval(kind));
        assert_eq!(found, [180, 0, 90]);
        assert_eq!(parse_intervals(&settings.interval_lines()).unwrap(), settings.intervals);
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let wrong = TypedSettings {
            internal_hours: "0",
            customer_hours: "soon",
            most_reminders: "6",
            escalate_to: "Ada",
            recognition_days: "",
            person_cap: "-1",
            company_cap: "101",
            interval_days: "731",
            intervals: "reference call: 180",
            answer_days: "0",
            gift_limit: "1.5",
        };
        let fields: Vec<&str> = Settings::parse(&wrong).unwrap_err().iter().map(|why| why.field).collect();
        let expect = [
            "escalate_to",
            "internal_hours",
            "customer_hours",
            "most_reminders",
            "recognition_days",
            "person_cap",
            "company_cap",
            "interval_days",
            "intervals",
            "answer_days",
            "gift_limit",
        ];
        assert_eq!(fields, expect);
    }
}
