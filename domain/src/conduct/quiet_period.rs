//! The quiet period: from accepting an invitation until some days after the cohort, nothing is asked of the guest.
//!
//! It begins at the instant of acceptance and ends with the last quiet day, on the venue's calendar. A cancelled cohort
//! ends it. So does giving the seat back, as long as the week is not over; whoever took part keeps the whole of it.
//! A seat in several cohorts is several periods, each of which keeps asks away. The owner of the program may set one of
//! them aside for one person, with a reason, once: that holds for all of that cohort's period.
//!
//! Left out: what may be asked, and of whom (`advocacy::ask`). Gives are never kept away.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use crate::contact;
use crate::refusal::{FieldRefusal, Refusal};
use crate::time::{self, Fold, LocalTimeRefusal, Zone, words};

/// Quiet days after a cohort, unless it says otherwise.
pub const DEFAULT_DAYS: u32 = 30;
/// The most a cohort may have.
pub const MOST_DAYS: u32 = 365;

/// Quiet days as somebody typed them; nothing typed is [`DEFAULT_DAYS`].
///
/// # Errors
/// A sentence for `quiet_days`.
pub fn parse_days(typed: &str) -> Result<u32, FieldRefusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(DEFAULT_DAYS);
    }
    let days = typed.parse::<u32>().ok().filter(|days| *days <= MOST_DAYS);
    days.ok_or_else(|| {
        FieldRefusal::new(
            "quiet_days",
            format!("Enter how many days stay quiet after the cohort, from 0 to {MOST_DAYS}. Empty means {DEFAULT_DAYS}."),
        )
    })
}

/// Whether a cohort's quiet days and whether they hold for whole companies may be changed. Once somebody has accepted,
/// days may be added and none taken away: it is part of what they said yes to, and an owner sets it aside with a reason.
///
/// # Errors
/// A sentence for `quiet_days` or `quiet_company`.
pub fn may_change(stand: (u32, bool), typed: (u32, bool), somebody_accepted: bool) -> Result<(), FieldRefusal> {
    if somebody_accepted && typed.0 < stand.0 {
        return Err(FieldRefusal::new(
            "quiet_days",
            format!("People accepted with {} quiet days. Keep them, or add days: fewer would break what they were promised.", stand.0),
        ));
    }
    if somebody_accepted && stand.1 && !typed.1 {
        return Err(FieldRefusal::new("quiet_company", "People accepted while their whole company was kept quiet. Leave it ticked."));
    }
    Ok(())
}

/// A seat somebody accepted, as far as it keeps asks away from one person: themselves, or a colleague.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    pub cohort: i64,
    pub title: String,
    /// The staff who own its program. They may know of it, and set it aside.
    pub owner: i64,
    /// Whose seat it is.
    pub person: i64,
    pub name: String,
    pub accepted_at: DateTime<Utc>,
    /// When they gave the seat back or passed it on.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The cohort is cancelled.
    pub cancelled: bool,
    pub last_day: NaiveDate,
    /// Quiet days after the last day.
    pub days: u32,
    /// The venue's.
    pub zone: Zone,
    /// The owner set this cohort's period aside for the person who would be asked.
    pub set_aside: bool,
}

impl Stay {
    /// Who it is that takes part, and what of it is quiet: the half of a sentence after a colon.
    #[must_use]
    pub fn because(&self) -> String {
        let takes_part = format!("{} takes part in “{}”", self.name, self.title);
        match self.days {
            0 => takes_part,
            1 => format!("{takes_part}, and the day after it is quiet"),
            days => format!("{takes_part}, and the {days} days after it are quiet"),
        }
    }
}

/// From when until when nothing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietPeriod {
    /// The instant of acceptance.
    pub from: DateTime<Utc>,
    /// The last quiet day, at the venue.
    pub until: NaiveDate,
    /// The first instant after it.
    pub ends_at: DateTime<Utc>,
}

impl QuietPeriod {
    /// The period of a stay; none when the seat was given back in time or the cohort is cancelled.
    #[must_use]
    pub fn of(stay: &Stay) -> Option<Self> {
        let took_part = stay.withdrawn_at.is_none_or(|at| at >= end_of(&stay.zone, stay.last_day));
        if stay.cancelled || !took_part {
            return None;
        }
        let until = stay.last_day.checked_add_days(Days::new(u64::from(stay.days))).unwrap_or(stay.last_day);
        Some(Self { from: stay.accepted_at, until, ends_at: end_of(&stay.zone, until) })
    }

    /// Whether it is quiet at this instant.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && now < self.ends_at
    }

    /// The first day on which something may be asked again.
    #[must_use]
    pub fn over_on(&self) -> NaiveDate {
        self.until.succ_opt().unwrap_or(self.until)
    }
}

/// The first instant after a day at the venue. Where the clocks skip midnight it is the time they go on with.
fn end_of(zone: &Zone, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN);
    let found = time::to_utc(zone, midnight, Some(Fold::Earlier)).or_else(|why| match why {
        LocalTimeRefusal::Nonexistent { resumes, .. } => time::to_utc(zone, resumes, Some(Fold::Earlier)),
        why @ LocalTimeRefusal::Ambiguous { .. } => Err(why),
    });
    found.unwrap_or_else(|_| midnight.and_utc())
}

/// What setting a period aside came to. Doing it again is the same; the first reason stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingAside {
    SetAside,
    AlreadySetAside,
}

/// Sets a cohort's quiet period aside for one person. `stays` are those that keep asks from this person.
///
/// # Errors
/// It is not quiet because of this cohort.
pub fn set_aside(stays: &[Stay], cohort: i64, now: DateTime<Utc>) -> Result<SettingAside, QuietRefusal> {
    let quiet = |stay: &&Stay| stay.cohort == cohort && QuietPeriod::of(stay).is_some_and(|period| period.holds(now));
    match stays.iter().find(quiet) {
        None => Err(QuietRefusal::NotQuiet),
        Some(stay) if stay.set_aside => Ok(SettingAside::AlreadySetAside),
        Some(_) => Ok(SettingAside::SetAside),
    }
}

/// Why a period is set aside, as somebody typed it: it stands in the history and in the cohort's report.
///
/// # Errors
/// A sentence for `reason`.
pub fn parse_reason(typed: &str) -> Result<String, FieldRefusal> {
    let reason = contact::paragraphs("reason", typed, 500)?;
    if reason.chars().count() < 10 {
        return Err(FieldRefusal::new("reason", "Say why this cannot wait, in a sentence. It stands in the cohort's report."));
    }
    Ok(reason)
}

/// Why a quiet period is not set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuietRefusal {
    Field(FieldRefusal),
    NotQuiet,
}

impl Refusal for QuietRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Field(_) => "field",
            Self::NotQuiet => "not-quiet",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Field(why) => why.sentence.clone(),
            Self::NotQuiet => "This cohort keeps no quiet period for them now, so there is nothing to set aside. Reload the page.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Field(why) => Some(why.field),
            Self::NotQuiet => None,
        }
    }
}

/// `No asks until 3 May 2027`
#[must_use]
pub fn no_asks_until(until: NaiveDate) -> String {
    format!("No asks until {}", words::date(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn stay() -> Stay {
        Stay {
            cohort: 1,
            title: "Spring cohort".into(),
            owner: 9,
            person: 4,
            name: "Amara Okafor".into(),
            accepted_at: at("2027-01-15T09:00:00Z"),
            withdrawn_at: None,
            cancelled: false,
            last_day: day("2027-03-31"),
            days: 30,
            zone: Zone::parse("Europe/Paris").unwrap(),
            set_aside: false,
        }
    }

    #[test]
    fn it_is_quiet_from_accepting_until_the_last_quiet_day_is_over_at_the_venue() {
        let (tokyo, los_angeles) = (Zone::parse("Asia/Tokyo").unwrap(), Zone::parse("America/Los_Angeles").unwrap());
        for (what, stay, now, quiet) in [
            ("a second before accepting", stay(), "2027-01-15T08:59:59Z", false),
            ("on accepting", stay(), "2027-01-15T09:00:00Z", true),
            ("during the week", stay(), "2027-03-29T12:00:00Z", true),
            ("in the last quiet second in Paris", stay(), "2027-04-30T21:59:59Z", true),
            ("in the first second after", stay(), "2027-04-30T22:00:00Z", false),
            ("in Tokyo the day is over earlier", Stay { zone: tokyo, ..stay() }, "2027-04-30T15:00:00Z", false),
            ("in Los Angeles later", Stay { zone: los_angeles, ..stay() }, "2027-05-01T06:59:59Z", true),
            ("no quiet days: until the last day is over", Stay { days: 0, ..stay() }, "2027-03-31T21:59:59Z", true),
            ("and then no longer", Stay { days: 0, ..stay() }, "2027-03-31T22:00:00Z", false),
            ("a year", Stay { days: 365, ..stay() }, "2028-03-30T21:59:59Z", true),
            ("the cohort is cancelled", Stay { cancelled: true, ..stay() }, "2027-03-01T12:00:00Z", false),
            (
                "given back before the week",
                Stay { withdrawn_at: Some(at("2027-02-01T00:00:00Z")), ..stay() },
                "2027-02-01T00:00:00Z",
                false,
            ),
            (
                "given back on the last evening",
                Stay { withdrawn_at: Some(at("2027-03-31T21:59:59Z")), ..stay() },
                "2027-04-01T00:00:00Z",
                false,
            ),
            (
                "given back when the week was over",
                Stay { withdrawn_at: Some(at("2027-03-31T22:00:00Z")), ..stay() },
                "2027-04-01T00:00:00Z",
                true,
            ),
            ("set aside, it is a quiet period all the same", Stay { set_aside: true, ..stay() }, "2027-03-29T12:00:00Z", true),
        ] {
            assert_eq!(QuietPeriod::of(&stay).is_some_and(|period| period.holds(at(now))), quiet, "{what}");
        }
        let period = QuietPeriod::of(&stay()).unwrap();
        assert_eq!(period, QuietPeriod { from: at("2027-01-15T09:00:00Z"), until: day("2027-04-30"), ends_at: at("2027-04-30T22:00:00Z") });
        assert_eq!(period.over_on(), day("2027-05-01"));
    }

    #[test]
    fn a_midnight_the_clocks_skip_ends_the_day_where_they_go_on() {
        // Cairo's clocks went from 24:00 on 24 April 2025 to 01:00.
        let cairo = Zone::parse("Africa/Cairo").unwrap();
        assert_eq!(end_of(&cairo, day("2025-04-24")), at("2025-04-24T22:00:00Z"));
    }

    #[test]
    fn the_reason_is_worded() {
        for (days, expect) in [
            (0, "Amara Okafor takes part in “Spring cohort”"),
            (1, "Amara Okafor takes part in “Spring cohort”, and the day after it is quiet"),
            (30, "Amara Okafor takes part in “Spring cohort”, and the 30 days after it are quiet"),
        ] {
            assert_eq!(Stay { days, ..stay() }.because(), expect);
        }
        assert_eq!(no_asks_until(day("2027-05-03")), "No asks until 3 May 2027");
    }

    #[test]
    fn days_as_they_are_typed() {
        for (typed, expect) in [("", Some(30)), ("  ", Some(30)), ("0", Some(0)), (" 45 ", Some(45)), ("365", Some(365))] {
            assert_eq!(parse_days(typed).ok(), expect, "{typed:?}");
        }
        for typed in ["366", "-1", "a month", "1.5"] {
            assert_eq!(parse_days(typed).unwrap_err().field, "quiet_days", "{typed:?}");
        }
    }

    #[test]
    fn what_was_promised_may_only_grow() {
        for (stand, typed, accepted, expect) in [
            ((30, false), (0, false), false, None),
            ((30, true), (10, false), false, None),
            ((30, false), (30, false), true, None),
            ((30, false), (60, true), true, None),
            ((30, false), (29, false), true, Some("quiet_days")),
            ((30, true), (40, false), true, Some("quiet_company")),
        ] {
            assert_eq!(may_change(stand, typed, accepted).err().map(|why| why.field), expect, "{stand:?} → {typed:?}");
        }
    }

    #[test]
    fn only_what_is_quiet_is_set_aside_and_once() {
        let during = at("2027-03-29T12:00:00Z");
        let gone = Stay { cohort: 2, cancelled: true, ..stay() };
        let done = Stay { cohort: 3, set_aside: true, ..stay() };
        let stays = [stay(), gone, done];
        for (what, cohort, now, expect) in [
            ("quiet", 1, during, Ok(SettingAside::SetAside)),
            ("cancelled", 2, during, Err(QuietRefusal::NotQuiet)),
            ("again", 3, during, Ok(SettingAside::AlreadySetAside)),
            ("another cohort", 4, during, Err(QuietRefusal::NotQuiet)),
            ("too early", 1, at("2027-01-15T08:59:59Z"), Err(QuietRefusal::NotQuiet)),
            ("too late", 1, at("2027-04-30T22:00:00Z"), Err(QuietRefusal::NotQuiet)),
        ] {
            assert_eq!(set_aside(&stays, cohort, now), expect, "{what}");
        }
        assert_eq!(parse_reason(" too short ").unwrap_err().field, "reason");
        assert_eq!(parse_reason("They asked us for it themselves.").unwrap(), "They asked us for it themselves.");
        assert_eq!(parse_reason(&"x".repeat(501)).unwrap_err().sentence, "This is 501 characters long. Shorten it to 500.");
    }
}
