//! Wall time, zones and instants: the one place that knows time-zone rules.
//!
//! A wall time with its IANA zone is what people agree on; UTC is derived from it here and nowhere
//! else. Rules come from the tz database compiled into the program (jiff's bundle), never from the
//! machine's own files, so every server gives the same answer. Types at the surface are chrono's.
//! There is no clock here: "now" is always handed in.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub mod words;

/// A time zone of the tz database, written as its IANA name (`Europe/Paris`).
///
/// Cheap to clone (two pointers): the rules of a zone are loaded once and live as long as the
/// program. Ordered, hashed and serialised by name; two links to the same rules (`Europe/Oslo`,
/// `Europe/Berlin`) are different zones.
#[derive(Clone)]
pub struct Zone {
    name: &'static str,
    rules: &'static TimeZone,
}

/// A name that the tz database does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone {
    /// What was given, at most 80 characters of it.
    pub given: String,
}

impl UnknownZone {
    /// What is wrong and what to do next, as shown to people.
    pub fn sentence(&self) -> String {
        format!("“{}” is not a time zone. Choose one from the list, for example Europe/Paris.", self.given)
    }
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl std::error::Error for UnknownZone {}

impl Zone {
    /// Reads an IANA name. Surrounding spaces and the case of ASCII letters do not matter; the zone
    /// keeps the database's own spelling.
    ///
    /// # Errors
    /// [`UnknownZone`] if the database compiled into the program has no such name.
    pub fn parse(name: &str) -> Result<Zone, UnknownZone> {
        let name = name.trim();
        ZONES
            .binary_search_by(|known| known.name.as_str().cmp(name))
            .ok()
            .or_else(|| ZONES.iter().position(|known| known.name.eq_ignore_ascii_case(name)))
            .and_then(|index| ZONES[index].zone())
            .ok_or_else(|| UnknownZone { given: name.chars().take(80).collect() })
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Zone {
        Zone { name: "UTC", rules: &UTC_RULES }
    }

    /// The IANA name: `America/New_York`.
    pub fn as_str(&self) -> &str {
        self.name
    }

    /// The place the zone is named after: `New York` for `America/New_York`, `UTC` for `UTC`.
    pub fn city(&self) -> String {
        if self.is_utc() {
            return "UTC".to_owned();
        }
        self.name.rsplit('/').next().unwrap_or(self.name).replace('_', " ")
    }

    /// Whether this is UTC under one of its names. Zones that merely happen to be at +00:00
    /// (`Atlantic/Reykjavik`, `GMT`) are not.
    pub fn is_utc(&self) -> bool {
        UTC_NAMES.contains(&self.name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Zone::parse(name)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Zone::parse(&name).map_err(serde::de::Error::custom)
    }
}

/// The zone of a city as zones name it, in any case: "new york" is America/New_York. `None` when no zone, or more than
/// one, is named after it.
#[must_use]
pub fn zone_of_city(typed: &str) -> Option<Zone> {
    let mut found =
        zone_names().into_iter().filter_map(|name| Zone::parse(name).ok()).filter(|zone| zone.city().eq_ignore_ascii_case(typed.trim()));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The names to offer in a form, sorted: one per place (`Europe/Paris`) and `UTC`. Old country-wide
/// links (`US/Eastern`), `Etc/…` and POSIX-style names are left out, though [`Zone::parse`] reads
/// them.
pub fn zone_names() -> Vec<&'static str> {
    ZONES
        .iter()
        .map(|known| known.name.as_str())
        .filter(|name| *name == "UTC" || name.split_once('/').is_some_and(|(region, _)| REGIONS.contains(&region)))
        .collect()
}

/// Which of the two instants is meant by a wall time that happens twice (clocks go back).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// The first pass, before the clocks go back.
    Earlier,
    /// The second pass, after the clocks went back.
    Later,
}

/// Why a wall time does not name one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalTimeRefusal {
    /// The clocks skip this time.
    Nonexistent {
        /// The wall time asked for.
        local: NaiveDateTime,
        /// The zone it was meant in.
        zone: Zone,
        /// The first wall time after the skipped ones.
        resumes: NaiveDateTime,
    },
    /// The clocks show this time twice and no [`Fold`] was given.
    Ambiguous {
        /// The wall time asked for.
        local: NaiveDateTime,
        /// The zone it was meant in.
        zone: Zone,
    },
}

impl LocalTimeRefusal {
    /// What is wrong and what to do next, as shown to people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Nonexistent { local, zone, resumes } => format!(
                "{} on {} does not exist in {} time: the clocks go forward and skip it. \
                 Choose {} on {} or later, or a time before the clocks change.",
                words::clock(*local),
                words::day(local.date()),
                zone.city(),
                words::clock(*resumes),
                words::day(resumes.date()),
            ),
            Self::Ambiguous { local, zone } => format!(
                "{} on {} happens twice in {} time, because the clocks go back. \
                 Say whether you mean the first or the second.",
                words::clock(*local),
                words::day(local.date()),
                zone.city(),
            ),
        }
    }
}

impl fmt::Display for LocalTimeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl std::error::Error for LocalTimeRefusal {}

/// The instant that `local` names in `zone`. `fold` matters only where the wall time happens twice.
///
/// # Errors
/// [`LocalTimeRefusal::Nonexistent`] where the clocks skip the time, and
/// [`LocalTimeRefusal::Ambiguous`] where they show it twice and `fold` is `None`.
pub fn to_utc(zone: &Zone, local: NaiveDateTime, fold: Option<Fold>) -> Result<DateTime<Utc>, LocalTimeRefusal> {
    let offset = match offsets_at_wall(zone, local) {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, after } => {
            let resumes = wall_after_gap(zone, local, before.seconds(), after.seconds());
            return Err(LocalTimeRefusal::Nonexistent { local, zone: zone.clone(), resumes });
        }
        AmbiguousOffset::Fold { before, after } => match fold {
            Some(Fold::Earlier) => before,
            Some(Fold::Later) => after,
            None => return Err(LocalTimeRefusal::Ambiguous { local, zone: zone.clone() }),
        },
    };
    Ok(shifted(local, -offset.seconds()).and_utc())
}

/// The first instant after a day in `zone`. Where the clocks skip midnight, it is the time they go on with.
pub fn end_of_day(zone: &Zone, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN);
    let wall = match to_utc(zone, midnight, Some(Fold::Earlier)) {
        Ok(at) => return at,
        Err(LocalTimeRefusal::Nonexistent { resumes, .. }) => resumes,
        Err(LocalTimeRefusal::Ambiguous { local, .. }) => local,
    };
    to_utc(zone, wall, Some(Fold::Earlier)).unwrap_or_else(|_| wall.and_utc())
}

/// So far behind UTC are the clocks that show a day last.
const LAST_CLOCKS: TimeDelta = TimeDelta::hours(12);

/// The first instant after a day everywhere on earth. Whoever is given a day to answer has all of it, wherever they are.
#[must_use]
pub fn end_of_day_everywhere(day: NaiveDate) -> DateTime<Utc> {
    day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN).and_utc() + LAST_CLOCKS
}

/// The earliest day that is not over everywhere, as [`end_of_day_everywhere`] says it: a day before it has passed.
#[must_use]
pub fn earliest_day(now: DateTime<Utc>) -> NaiveDate {
    (now - LAST_CLOCKS).date_naive()
}

/// What the clocks on the wall of `zone` show at `at`.
pub fn to_local(zone: &Zone, at: DateTime<Utc>) -> NaiveDateTime {
    shifted(at.naive_utc(), offset_seconds(zone, at))
}

/// Seconds east of UTC in `zone` at `at`: 3600 for Paris in winter, −25200 for Denver.
pub fn offset_seconds(zone: &Zone, at: DateTime<Utc>) -> i32 {
    Timestamp::from_second(at.timestamp()).map_or(0, |at| zone.rules.to_offset(at).seconds())
}

/// Whether the clocks of both zones show the same at `at`: then one of the two need not be shown.
pub fn same_wall_clock(a: &Zone, b: &Zone, at: DateTime<Utc>) -> bool {
    offset_seconds(a, at) == offset_seconds(b, at)
}

/// Within so long, the same act again is the same press of the button.
const SECOND_PRESS: TimeDelta = TimeDelta::seconds(60);

/// Whether an act at `now` is a second press of the button that was pressed at `previous`: it is done already.
#[must_use]
pub fn is_second_press(previous: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - previous < SECOND_PRESS
}

/// Why a date and a time as typed could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalTimeUnreadable {
    /// Not a date of the form `2027-03-29`, or one outside the years 1971 to 2199.
    Date {
        /// What was given, at most 40 characters of it.
        given: String,
    },
    /// Not a time of the form `09:00`, from 00:00 to 23:59.
    Clock {
        /// What was given, at most 40 characters of it.
        given: String,
    },
}

impl LocalTimeUnreadable {
    /// What is wrong and what to do next, as shown to people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Date { given } if given.is_empty() => {
                "The date is missing. Write it as year-month-day, for example 2027-03-29.".to_owned()
            }
            Self::Date { given } => format!(
                "“{given}” is not a date we can use. Write it as year-month-day, \
                 for example 2027-03-29."
            ),
            Self::Clock { given } if given.is_empty() => {
                "The time is missing. Write it as hours and minutes, for example 09:00.".to_owned()
            }
            Self::Clock { given } => format!(
                "“{given}” is not a time of day. Write it as hours and minutes, \
                 for example 09:00 or 17:30."
            ),
        }
    }
}

impl fmt::Display for LocalTimeUnreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl std::error::Error for LocalTimeUnreadable {}

/// Reads what `<input type="date">` and `<input type="time">` send: `2027-03-29` and `09:00`.
/// Seconds (`09:00:00`) are read too; spaces around are ignored.
///
/// # Errors
/// [`LocalTimeUnreadable`], naming the part that could not be read.
pub fn parse_local(date: &str, clock: &str) -> Result<NaiveDateTime, LocalTimeUnreadable> {
    Ok(parse_date(date)?.and_time(parse_clock(clock)?))
}

/// Reads a date of the form `2027-03-29` in the years 1971 to 2199.
///
/// # Errors
/// [`LocalTimeUnreadable::Date`].
pub fn parse_date(date: &str) -> Result<NaiveDate, LocalTimeUnreadable> {
    let date = date.trim();
    NaiveDate::parse_from_str(date, "%Y-%m-%d")
        .ok()
        .filter(|read| (1971..=2199).contains(&read.year()))
        .ok_or_else(|| LocalTimeUnreadable::Date { given: date.chars().take(40).collect() })
}

/// Reads a time of day of the form `09:00` or `09:00:00`.
///
/// # Errors
/// [`LocalTimeUnreadable::Clock`].
pub fn parse_clock(clock: &str) -> Result<NaiveTime, LocalTimeUnreadable> {
    let clock = clock.trim();
    NaiveTime::parse_from_str(clock, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(clock, "%H:%M:%S"))
        .ok()
        .filter(|read| read.nanosecond() == 0)
        .ok_or_else(|| LocalTimeUnreadable::Clock { given: clock.chars().take(40).collect() })
}

/// A moment at which the clocks of a zone change against UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OffsetChange {
    /// The first instant of the new offset.
    pub at: DateTime<Utc>,
    /// Seconds east of UTC before.
    pub from: i32,
    /// Seconds east of UTC from then on.
    pub to: i32,
}

/// Every change of offset after `after` up to and including `until`, in order. Changes of name only
/// (same offset) are left out.
pub(crate) fn offset_changes(zone: &Zone, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<OffsetChange> {
    let Ok(start) = Timestamp::from_second(after.timestamp()) else {
        return Vec::new();
    };
    let mut from = offset_seconds(zone, after);
    let mut changes = Vec::new();
    for transition in zone.rules.following(start) {
        let second = transition.timestamp().as_second();
        if second > until.timestamp() {
            break;
        }
        let to = transition.offset().seconds();
        if to != from
            && let Some(at) = DateTime::from_timestamp(second, 0)
        {
            changes.push(OffsetChange { at, from, to });
        }
        from = to;
    }
    changes
}

const REGIONS: [&str; 10] = ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

const UTC_NAMES: [&str; 8] = ["UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"];

static UTC_RULES: TimeZone = TimeZone::UTC;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Every name of the database, sorted by bytes; the rules behind a name are read when first asked
/// for, and a name whose rules cannot be read is no zone.
static ZONES: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut names: Vec<String> = DATABASE.available().map(|name| name.as_str().to_owned()).filter(|name| name != "Factory").collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| Known { name, rules: OnceLock::new() }).collect()
});

struct Known {
    name: String,
    rules: OnceLock<Option<TimeZone>>,
}

impl Known {
    fn zone(&'static self) -> Option<Zone> {
        let rules = self.rules.get_or_init(|| DATABASE.get(&self.name).ok()).as_ref()?;
        Some(Zone { name: &self.name, rules })
    }
}

/// Outside the years −9999 to 9999 there are no rules, and UTC is assumed.
fn offsets_at_wall(zone: &Zone, local: NaiveDateTime) -> AmbiguousOffset {
    let civil = || -> Option<civil::DateTime> {
        civil::DateTime::new(
            i16::try_from(local.year()).ok()?,
            i8::try_from(local.month()).ok()?,
            i8::try_from(local.day()).ok()?,
            i8::try_from(local.hour()).ok()?,
            i8::try_from(local.minute()).ok()?,
            i8::try_from(local.second()).ok()?,
            0,
        )
        .ok()
    };
    match civil() {
        Some(wall) => zone.rules.to_ambiguous_timestamp(wall).offset(),
        None => AmbiguousOffset::Unambiguous { offset: jiff::tz::Offset::UTC },
    }
}

/// Read with the offset before the gap, a skipped wall time is an instant at or after the change;
/// the change is the last one up to there.
fn wall_after_gap(zone: &Zone, local: NaiveDateTime, before: i32, after: i32) -> NaiveDateTime {
    let as_before = shifted(local, -before).and_utc().timestamp();
    Timestamp::from_second(as_before.saturating_add(1))
        .ok()
        .and_then(|instant| zone.rules.preceding(instant).next())
        .and_then(|change| DateTime::from_timestamp(change.timestamp().as_second(), 0))
        .map_or_else(|| shifted(local, after - before), |change| shifted(change.naive_utc(), after))
}

/// Adds seconds; at the very ends of chrono's calendar the time stays where it is.
fn shifted(time: NaiveDateTime, seconds: i32) -> NaiveDateTime {
    time.checked_add_signed(TimeDelta::seconds(i64::from(seconds))).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_names_its_zone_when_one_does() {
        for (typed, expect) in [("new york", Some("America/New_York")), (" Paris ", Some("Europe/Paris")), ("Atlantis", None), ("", None)] {
            assert_eq!(zone_of_city(typed).as_ref().map(Zone::as_str), expect, "{typed:?}");
        }
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).expect("a known zone")
    }

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a wall time")
    }

    fn utc(text: &str) -> DateTime<Utc> {
        local(text).and_utc()
    }

    #[test]
    fn a_zone_is_read_in_the_databases_own_spelling() {
        for (given, name, city, is_utc) in [
            ("Europe/Paris", "Europe/Paris", "Paris", false),
            (" america/new_york ", "America/New_York", "New York", false),
            ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires", "Buenos Aires", false),
            ("US/Eastern", "US/Eastern", "Eastern", false),
            ("utc", "UTC", "UTC", true),
            ("Etc/UTC", "Etc/UTC", "UTC", true),
            ("Atlantic/Reykjavik", "Atlantic/Reykjavik", "Reykjavik", false),
        ] {
            let read = zone(given);
            assert_eq!((read.as_str(), read.city().as_str(), read.is_utc()), (name, city, is_utc));
        }
    }

    #[test]
    fn what_is_not_in_the_database_is_refused() {
        for given in ["", "Paris", "Europe/Atlantis", "+02:00", "Factory", "Europe/Paris\n;X=1"] {
            assert_eq!(Zone::parse(given), Err(UnknownZone { given: given.trim().to_owned() }), "{given:?}");
        }
    }

    #[test]
    fn every_name_of_the_database_has_rules() {
        for known in ZONES.iter() {
            assert!(known.zone().is_some(), "{}", known.name);
        }
    }

    #[test]
    fn the_list_to_choose_from_is_sorted_and_has_no_noise() {
        let names = zone_names();
        assert!(names.is_sorted());
        assert!(names.contains(&"UTC") && names.contains(&"America/Argentina/Ushuaia"));
        assert!(!names.iter().any(|name| name.starts_with("Etc/") || name.starts_with("US/")));
        assert!(!names.contains(&"EST5EDT") && !names.contains(&"GB"));
    }

    #[test]
    fn wall_times_and_instants_agree_with_the_current_rules() {
        for (name, wall, instant) in [
            ("Europe/Paris", "2027-03-27 09:00", "2027-03-27 08:00"),
            ("Europe/Paris", "2027-03-29 09:00", "2027-03-29 07:00"),
            ("America/New_York", "2027-03-13 09:00", "2027-03-13 14:00"),
            ("America/New_York", "2027-03-15 09:00", "2027-03-15 13:00"),
            ("Asia/Kolkata", "2027-01-01 00:00", "2026-12-31 18:30"),
            ("Pacific/Chatham", "2027-01-01 00:00", "2026-12-31 10:15"),
            // British Columbia and Morocco no longer change their clocks: older data is wrong here.
            ("America/Vancouver", "2026-12-01 09:00", "2026-12-01 16:00"),
            ("Africa/Casablanca", "2026-09-21 09:00", "2026-09-21 09:00"),
            ("Africa/Casablanca", "2026-12-01 09:00", "2026-12-01 09:00"),
            ("UTC", "2027-03-28 02:30", "2027-03-28 02:30"),
        ] {
            assert_eq!(to_utc(&zone(name), local(wall), None), Ok(utc(instant)), "{name} {wall}");
            assert_eq!(to_local(&zone(name), utc(instant)), local(wall), "{name} {instant}");
        }
    }

    #[test]
    fn a_skipped_wall_time_is_refused_and_says_when_time_resumes() {
        for (name, wall, resumes) in [
            ("Europe/Paris", "2027-03-28 02:00", "2027-03-28 03:00"),
            ("Europe/Paris", "2027-03-28 02:59", "2027-03-28 03:00"),
            ("America/New_York", "2027-03-14 02:30", "2027-03-14 03:00"),
            ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04 02:30"),
            ("Pacific/Apia", "2011-12-30 12:00", "2011-12-31 00:00"),
        ] {
            for fold in [None, Some(Fold::Earlier), Some(Fold::Later)] {
                assert_eq!(
                    to_utc(&zone(name), local(wall), fold),
                    Err(LocalTimeRefusal::Nonexistent { local: local(wall), zone: zone(name), resumes: local(resumes) }),
                    "{name} {wall}"
                );
            }
        }
    }

    #[test]
    fn a_wall_time_that_happens_twice_asks_which() {
        let paris = zone("Europe/Paris");
        let twice = local("2027-10-31 02:30");
        assert_eq!(to_utc(&paris, twice, None), Err(LocalTimeRefusal::Ambiguous { local: twice, zone: paris.clone() }));
        assert_eq!(to_utc(&paris, twice, Some(Fold::Earlier)), Ok(utc("2027-10-31 00:30")));
        assert_eq!(to_utc(&paris, twice, Some(Fold::Later)), Ok(utc("2027-10-31 01:30")));
        assert_eq!(to_utc(&paris, local("2027-10-31 03:00"), None), Ok(utc("2027-10-31 02:00")));
    }

    #[test]
    fn a_refused_wall_time_says_what_to_do_next() {
        let paris = zone("Europe/Paris");
        let skipped = to_utc(&paris, local("2027-03-28 02:30"), None).expect_err("skipped");
        assert_eq!(
            skipped.sentence(),
            "02:30 on Sunday 28 March 2027 does not exist in Paris time: the clocks go forward and \
             skip it. Choose 03:00 on Sunday 28 March 2027 or later, or a time before the clocks \
             change."
        );
        let twice = to_utc(&paris, local("2027-10-31 02:30"), None).expect_err("twice");
        assert_eq!(
            twice.sentence(),
            "02:30 on Sunday 31 October 2027 happens twice in Paris time, because the clocks go \
             back. Say whether you mean the first or the second."
        );
    }

    #[test]
    fn typed_dates_and_times_are_read_or_named() {
        let nine = local("2027-03-29 09:00");
        let unreadable_date = |given: &str| LocalTimeUnreadable::Date { given: given.to_owned() };
        let unreadable_clock = |given: &str| LocalTimeUnreadable::Clock { given: given.to_owned() };
        for (date, clock, expected) in [
            ("2027-03-29", "09:00", Ok(nine)),
            (" 2027-03-29 ", "09:00:00", Ok(nine)),
            ("2027-02-29", "09:00", Err(unreadable_date("2027-02-29"))),
            ("29/03/2027", "09:00", Err(unreadable_date("29/03/2027"))),
            ("12027-03-29", "09:00", Err(unreadable_date("12027-03-29"))),
            ("", "09:00", Err(unreadable_date(""))),
            ("2027-03-29", "24:00", Err(unreadable_clock("24:00"))),
            ("2027-03-29", "23:59:60", Err(unreadable_clock("23:59:60"))),
            ("2027-03-29", "9h", Err(unreadable_clock("9h"))),
        ] {
            assert_eq!(parse_local(date, clock), expected, "{date} {clock}");
        }
    }

    #[test]
    fn clocks_are_compared_at_an_instant() {
        let (paris, london, berlin) = (zone("Europe/Paris"), zone("Europe/London"), zone("Europe/Berlin"));
        let at = utc("2027-03-27 08:00");
        assert!(same_wall_clock(&paris, &berlin, at));
        assert!(!same_wall_clock(&paris, &london, at));
        assert!(same_wall_clock(&london, &Zone::utc(), at));
        assert_eq!(offset_seconds(&zone("America/Vancouver"), utc("2026-12-01 00:00")), -25_200);
    }

    #[test]
    fn a_second_press_comes_within_a_minute() {
        let previous: DateTime<Utc> = "2027-01-15T09:00:00Z".parse().unwrap();
        for (after, second) in [(0, true), (59, true), (60, false), (3_600, false), (-1, true)] {
            assert_eq!(is_second_press(previous, previous + TimeDelta::seconds(after)), second, "after {after} s");
        }
    }

    #[test]
    fn changes_of_offset_are_listed_within_a_window() {
        let changes = offset_changes(&zone("Europe/Paris"), utc("2027-01-01 00:00"), utc("2027-12-31 00:00"));
        assert_eq!(
            changes,
            [
                OffsetChange { at: utc("2027-03-28 01:00"), from: 3600, to: 7200 },
                OffsetChange { at: utc("2027-10-31 01:00"), from: 7200, to: 3600 },
            ]
        );
    }

    #[test]
    fn a_zone_is_a_plain_string_in_json() {
        let paris = zone("Europe/Paris");
        let written = serde_json::to_string(&paris).expect("serialises");
        assert_eq!(written, "\"Europe/Paris\"");
        assert_eq!(serde_json::from_str::<Zone>(&written).expect("reads back"), paris);
        assert!(serde_json::from_str::<Zone>("\"Europe/Atlantis\"").is_err());
    }

    #[test]
    fn times_beyond_every_calendar_do_not_panic() {
        let paris = zone("Europe/Paris");
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let wall = to_local(&paris, at);
            assert!(to_utc(&paris, wall, Some(Fold::Later)).is_ok());
        }
    }

    #[test]
    fn a_day_ends_at_midnight_or_when_the_clocks_go_on() {
        for (place, day, ends) in [
            ("Europe/Paris", "2027-03-31", "2027-03-31 22:00"),
            ("Europe/Paris", "2027-01-31", "2027-01-31 23:00"),
            ("America/New_York", "2027-03-31", "2027-04-01 04:00"),
            ("Africa/Cairo", "2025-04-24", "2025-04-24 22:00"),
            ("UTC", "2027-12-31", "2028-01-01 00:00"),
        ] {
            assert_eq!(end_of_day(&zone(place), day.parse().unwrap()), utc(ends), "{place} {day}");
        }
    }

    #[test]
    fn a_day_to_answer_is_theirs_wherever_they_are() {
        let day: NaiveDate = "2027-01-29".parse().unwrap();
        let ends = end_of_day_everywhere(day);
        assert_eq!(ends, utc("2027-01-30 12:00"));
        for (at, earliest) in [
            ("2027-01-29 00:00", "2027-01-28"),
            ("2027-01-29 12:00", "2027-01-29"),
            ("2027-01-30 00:00", "2027-01-29"),
            ("2027-01-30 11:59", "2027-01-29"),
            ("2027-01-30 12:00", "2027-01-30"),
            ("2027-03-01 06:00", "2027-02-28"),
        ] {
            assert_eq!(earliest_day(utc(at)), earliest.parse::<NaiveDate>().unwrap(), "{at}");
            assert_eq!(day < earliest_day(utc(at)), utc(at) >= ends, "{at}: both say the same");
        }
        for place in
            ["Pacific/Pago_Pago", "Pacific/Honolulu", "America/Los_Angeles", "America/St_Johns", "Europe/Paris", "Pacific/Kiritimati"]
        {
            assert!(end_of_day(&zone(place), day) <= ends, "{place}");
        }
    }
}
