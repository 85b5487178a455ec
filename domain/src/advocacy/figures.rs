//! What advocacy comes to: how evenly asks are spread, and over which days something is counted.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

crate::text_enum! {
    /// The days a figure is about.
    pub enum Period {
        Quarter = "quarter",
        Year = "year",
        All = "all",
    }
}

impl Period {
    /// The first of its days: this quarter's, or a year ago.
    #[must_use]
    pub fn from(self, today: NaiveDate) -> NaiveDate {
        match self {
            Self::Quarter => quarter_of(today),
            Self::Year => today.checked_sub_months(Months::new(12)).unwrap_or(today),
            Self::All => NaiveDate::MIN,
        }
    }

    /// `this quarter`
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Quarter => "this quarter",
            Self::Year => "the last twelve months",
            Self::All => "all the time",
        }
    }
}

/// The first day of the calendar quarter a day is in.
#[must_use]
pub fn quarter_of(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year(), (day.month0() / 3) * 3 + 1, 1).unwrap_or(day)
}

/// How many people count as the few.
pub const FEW: u32 = 5;

/// A share of asks above this is worth a word, in percent, once there are more people than the few.
pub const UNFAIR_PERCENT: u32 = 50;

/// How evenly asks are spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fairness {
    pub asks: u32,
    /// How many people were asked.
    pub people: u32,
    /// Asks of the five who were asked most.
    pub of_the_few: u32,
    /// How many people were asked so many times: times, people. Ascending.
    pub spread: Vec<(u32, u32)>,
}

impl Fairness {
    /// From how many people (second) were asked how many times (first); who was not asked does not count.
    #[must_use]
    pub fn of(spread: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut counted: BTreeMap<u32, u32> = BTreeMap::new();
        for (times, people) in spread.into_iter().filter(|(times, people)| *times > 0 && *people > 0) {
            *counted.entry(times).or_default() += people;
        }
        let mut left = FEW;
        let mut of_the_few = 0;
        for (times, people) in counted.iter().rev() {
            let taken = left.min(*people);
            of_the_few += taken * times;
            left -= taken;
        }
        Self {
            asks: counted.iter().map(|(times, people)| times * people).sum(),
            people: counted.values().sum(),
            of_the_few,
            spread: counted.into_iter().collect(),
        }
    }

    /// The share of asks on the five who were asked most, in whole percent. `None` when nothing was asked.
    #[must_use]
    pub fn percent(&self) -> Option<u32> {
        (self.asks > 0).then(|| (self.of_the_few * 100 + self.asks / 2) / self.asks)
    }

    /// Whether a few carry more than they should: more than half, and more than five would if everybody were asked as
    /// often. With no more people than the few there is no share to speak of.
    #[must_use]
    pub fn is_unfair(&self) -> bool {
        let uneven = u64::from(self.of_the_few) * u64::from(self.people) > u64::from(self.asks) * u64::from(FEW);
        self.people > FEW && uneven && self.percent().is_some_and(|percent| percent > UNFAIR_PERCENT)
    }

    /// What it says, in one or two sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.percent() {
            None => "Nobody was asked for anything.".to_owned(),
            Some(_) if self.people <= FEW => {
                format!("{} of {}. With so few there is no share to speak of.", asks(self.asks), people(self.people))
            }
            Some(percent) if self.is_unfair() => {
                format!("{percent} % of {} fall on five people of {}. Let them rest, and ask others first.", asks(self.asks), self.people)
            }
            Some(percent) => format!("{percent} % of {} fall on five people of {}: well spread.", asks(self.asks), self.people),
        }
    }
}

fn asks(count: u32) -> String {
    if count == 1 { "1 ask".to_owned() } else { format!("{count} asks") }
}

fn people(count: u32) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn periods_begin_where_people_expect() {
        let table = [
            (Period::Quarter, "2027-01-01", "2027-01-01"),
            (Period::Quarter, "2027-03-31", "2027-01-01"),
            (Period::Quarter, "2027-12-31", "2027-10-01"),
            (Period::Year, "2028-02-29", "2027-02-28"),
        ];
        for (period, today, expect) in table {
            assert_eq!(period.from(day(today)), day(expect), "{period} on {today}");
        }
    }

    #[test]
    fn the_share_of_the_few() {
        let table: [(&[u32], Option<u32>, bool, &str); 6] = [
            (&[], None, false, "Nobody was asked for anything."),
            (&[0, 0], None, false, "Nobody was asked for anything."),
            (&[1], Some(100), false, "1 ask of 1 person. With so few there is no share to speak of."),
            (&[4, 3, 1, 1, 1, 1], Some(91), true, "91 % of 11 asks fall on five people of 6. Let them rest, and ask others first."),
            (&[1; 7], Some(71), false, "71 % of 7 asks fall on five people of 7: well spread."),
            (&[1; 12], Some(42), false, "42 % of 12 asks fall on five people of 12: well spread."),
        ];
        for (asks, percent, unfair, sentence) in table {
            let found = Fairness::of(asks.iter().map(|times| (*times, 1)));
            assert_eq!((found.percent(), found.is_unfair(), found.sentence().as_str()), (percent, unfair, sentence), "{asks:?}");
        }
        assert_eq!(Fairness::of([2, 1, 0, 2, 3].map(|times| (times, 1))).spread, [(1, 1), (2, 2), (3, 1)]);
    }

    proptest! {
        #[test]
        fn nothing_is_counted_twice(asks in proptest::collection::vec(0_u32..9, 0..40)) {
            let found = Fairness::of(asks.iter().map(|times| (*times, 1)));
            prop_assert_eq!(found.asks, asks.iter().sum::<u32>());
            prop_assert_eq!(found.spread.iter().map(|(times, people)| times * people).sum::<u32>(), found.asks);
            prop_assert_eq!(found.spread.iter().map(|(_, people)| people).sum::<u32>(), found.people);
            prop_assert!(found.of_the_few <= found.asks);
        }
    }
}
