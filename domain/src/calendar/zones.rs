//! VTIMEZONE in the form Outlook takes (MS-OXCICAL §2.1.3.1.1.19): one STANDARD, at most one DAYLIGHT, each with one
//! yearly rule (a month and one weekday of it), no list of dates.
//!
//! Real zones do not always fit that form. So rules are guessed from the changes around the file's own window, expanded
//! again, and compared with the zone data over the whole window; where no guess holds, the file carries UTC instead.
//! An event that starts or ends in the hour that happens twice carries UTC too, since a wall time cannot say which.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc, Weekday};

use super::Event;
use super::lines::Lines;
use crate::time::{OffsetChange, Zone, offset_changes, offset_seconds, to_local, to_utc};

/// Start and end on the wall of the event's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wall {
    pub(super) starts: NaiveDateTime,
    pub(super) ends: NaiveDateTime,
}

impl Wall {
    /// `None` in UTC zones (always written `Z`) and where a wall time would name two instants.
    fn of(event: &Event) -> Option<Self> {
        if event.zone.is_utc() {
            return None;
        }
        let on_wall = |at: DateTime<Utc>| {
            let local = to_local(&event.zone, at);
            (to_utc(&event.zone, local, None) == Ok(at)).then_some(local)
        };
        Some(Self { starts: on_wall(event.starts_at)?, ends: on_wall(event.ends_at)? })
    }
}

/// How the times of one file are written: the zones it defines, and for each event its wall times or `None` for UTC.
pub(super) struct Plan<'a> {
    zones: BTreeMap<&'a str, Rules>,
    /// In the order of the events.
    pub(super) walls: Vec<Option<Wall>>,
}

impl<'a> Plan<'a> {
    pub(super) fn of(events: &[&'a Event]) -> Self {
        let mut walls: Vec<Option<Wall>> = events.iter().map(|event| Wall::of(event)).collect();
        let mut windows: BTreeMap<&'a str, Window<'a>> = BTreeMap::new();
        for (event, _) in events.iter().zip(&walls).filter(|(_, wall)| wall.is_some()) {
            let (first, last) = (event.starts_at.min(event.ends_at), event.starts_at.max(event.ends_at));
            windows
                .entry(event.zone.as_str())
                .and_modify(|window| {
                    window.first = window.first.min(first);
                    window.last = window.last.max(last);
                })
                .or_insert(Window { zone: &event.zone, first, last });
        }
        let zones: BTreeMap<&'a str, Rules> = windows.iter().filter_map(|(name, window)| Some((*name, Rules::of(window)?))).collect();
        for (event, wall) in events.iter().zip(&mut walls) {
            if !zones.contains_key(event.zone.as_str()) {
                *wall = None;
            }
        }
        Self { zones, walls }
    }

    /// One VTIMEZONE per zone used, sorted by name.
    pub(super) fn write_zones(&self, lines: &mut Lines) {
        for (name, rules) in &self.zones {
            rules.write(lines, name);
        }
    }
}

/// The VTIMEZONE of a calendar without events: the rules that the zone data foresees for good.
pub(super) fn write_unused(lines: &mut Lines, zone: &Zone) {
    let new_year = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let rules = match (new_year(2040), new_year(2041)) {
        (Some(first), Some(last)) if !zone.is_utc() => Rules::of(&Window { zone, first, last }),
        _ => None,
    };
    match rules {
        Some(rules) => rules.write(lines, zone.as_str()),
        None => Rules::Constant { offset: 0 }.write(lines, "UTC"),
    }
}

/// `20270327T090000`, to which UTC adds its `Z` (RFC 5545 §3.3.5).
pub(super) fn stamp(at: NaiveDateTime) -> Stamp {
    Stamp(at)
}

/// A date and time in the basic format of ISO 8601.
pub(super) struct Stamp(NaiveDateTime);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(at) = self;
        write!(f, "{:04}{:02}{:02}T{:02}{:02}{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second())
    }
}

/// The time a file covers in one zone.
struct Window<'a> {
    zone: &'a Zone,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

/// Rules of the only shape that every client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    /// The clocks never change.
    Constant { offset: i32 },
    /// The clocks go forward once a year and back once a year.
    Yearly { standard: Onset, daylight: Onset },
}

/// One change of the clocks, every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Onset {
    month: u32,
    /// 1 to 4, or −1 for the last.
    occurrence: i8,
    weekday: Weekday,
    /// What the clocks show as the change begins.
    wall: NaiveTime,
    from: i32,
    to: i32,
}

impl Rules {
    /// Rules that hold over the window (and a day on either side), the ones that also hold longest around it; `None` where
    /// no rules of this shape do, or the window is absurd.
    fn of(window: &Window<'_>) -> Option<Self> {
        let years = FIRST_YEAR + 1..=9000;
        if !years.contains(&window.first.year()) || !years.contains(&window.last.year()) {
            return None;
        }
        let (start, end) = (window.first - TimeDelta::days(1), window.last + TimeDelta::days(1));
        if end - start > TimeDelta::days(20 * 366) {
            return None;
        }

        let (around_start, around_end) = (start - TimeDelta::days(400), end + TimeDelta::days(6 * 366));
        let real = offset_changes(window.zone, around_start, around_end);
        let near: Vec<OffsetChange> = real.iter().copied().filter(|change| change.at <= end + TimeDelta::days(400)).collect();
        let inside: Vec<OffsetChange> = real.iter().copied().filter(|change| change.at > start && change.at <= end).collect();
        let offset = offset_seconds(window.zone, start);

        Self::candidates(offset, &near)
            .into_iter()
            .filter(|rules| rules.offset_at(start) == Some(offset) && rules.changes(start, end) == inside)
            .min_by_key(|rules| differences(&real, &rules.changes(around_start, around_end)))
    }

    /// No change at all, and every pair of neighbouring changes read as a yearly rule, in a fixed order.
    fn candidates(offset: i32, near: &[OffsetChange]) -> Vec<Self> {
        let mut candidates = vec![Self::Constant { offset }];
        for pair in near.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if a.to != b.from || a.from != b.to {
                continue;
            }
            let (forward, back) = if a.to > a.from { (a, b) } else { (b, a) };
            for standard in Onset::readings(&back) {
                for daylight in Onset::readings(&forward) {
                    let rules = Self::Yearly { standard, daylight };
                    if !candidates.contains(&rules) {
                        candidates.push(rules);
                    }
                }
            }
        }
        candidates
    }

    /// The changes these rules make after `after` up to and including `until`, in order.
    fn changes(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<OffsetChange> {
        let Self::Yearly { standard, daylight } = self else {
            return Vec::new();
        };
        let mut changes: Vec<OffsetChange> = (after.year() - 1..=until.year() + 1)
            .flat_map(|year| [standard.in_year(year), daylight.in_year(year)])
            .flatten()
            .filter(|change| change.at > after && change.at <= until)
            .collect();
        changes.sort_by_key(|change| change.at);
        changes
    }

    fn offset_at(&self, at: DateTime<Utc>) -> Option<i32> {
        match self {
            Self::Constant { offset } => Some(*offset),
            Self::Yearly { .. } => self.changes(at - TimeDelta::days(2 * 366), at).last().map(|change| change.to),
        }
    }

    fn write(&self, lines: &mut Lines, name: &str) {
        lines.put(format_args!("BEGIN:VTIMEZONE"));
        lines.put(format_args!("TZID:{name}"));
        match self {
            // A rule here too: the first Thursday of January, which is what 1 January 1970 was.
            Self::Constant { offset } => {
                Onset { month: 1, occurrence: 1, weekday: Weekday::Thu, wall: NaiveTime::MIN, from: *offset, to: *offset }
                    .write(lines, "STANDARD")
            }
            Self::Yearly { standard, daylight } => {
                standard.write(lines, "STANDARD");
                daylight.write(lines, "DAYLIGHT");
            }
        }
        lines.put(format_args!("END:VTIMEZONE"));
    }
}

impl Onset {
    /// The one or two yearly rules that a change may be an instance of: "the fourth Sunday", "the last Sunday".
    fn readings(change: &OffsetChange) -> Vec<Self> {
        let wall = change.at.naive_utc() + TimeDelta::seconds(i64::from(change.from));
        let date = wall.date();
        let reading = |occurrence| Self {
            month: date.month(),
            occurrence,
            weekday: date.weekday(),
            wall: wall.time(),
            from: change.from,
            to: change.to,
        };
        let mut readings = Vec::with_capacity(2);
        if date.checked_add_days(Days::new(7)).is_none_or(|next| next.month() != date.month()) {
            readings.push(reading(-1));
        }
        if let Ok(occurrence @ 1..=4) = i8::try_from(date.day().div_ceil(7)) {
            readings.push(reading(occurrence));
        }
        readings
    }

    /// The wall date and time of the change in `year`.
    fn wall_in_year(&self, year: i32) -> Option<NaiveDateTime> {
        let date = match u8::try_from(self.occurrence) {
            Ok(occurrence) => NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, occurrence)?,
            Err(_) => {
                let (next_year, next_month) = if self.month == 12 { (year + 1, 1) } else { (year, self.month + 1) };
                let last_day = NaiveDate::from_ymd_opt(next_year, next_month, 1)?.pred_opt()?;
                last_day.checked_sub_days(Days::new(u64::from(last_day.weekday().days_since(self.weekday))))?
            }
        };
        Some(date.and_time(self.wall))
    }

    fn in_year(&self, year: i32) -> Option<OffsetChange> {
        let at = self.wall_in_year(year)?.checked_sub_signed(TimeDelta::seconds(i64::from(self.from)))?.and_utc();
        Some(OffsetChange { at, from: self.from, to: self.to })
    }

    fn write(&self, lines: &mut Lines, observance: &str) {
        let weekday = match self.weekday {
            Weekday::Mon => "MO",
            Weekday::Tue => "TU",
            Weekday::Wed => "WE",
            Weekday::Thu => "TH",
            Weekday::Fri => "FR",
            Weekday::Sat => "SA",
            Weekday::Sun => "SU",
        };
        lines.put(format_args!("BEGIN:{observance}"));
        if let Some(first) = self.wall_in_year(FIRST_YEAR) {
            lines.put(format_args!("DTSTART:{}", stamp(first)));
        }
        lines.put(format_args!("RRULE:FREQ=YEARLY;BYMONTH={};BYDAY={}{weekday}", self.month, self.occurrence));
        lines.put(format_args!("TZOFFSETFROM:{}", Offset(self.from)));
        lines.put(format_args!("TZOFFSETTO:{}", Offset(self.to)));
        lines.put(format_args!("END:{observance}"));
    }
}

/// The year the rules are written from; files reach back no further than the year after.
const FIRST_YEAR: i32 = 1970;

/// How many changes are in one list and not in the other.
fn differences(a: &[OffsetChange], b: &[OffsetChange]) -> usize {
    let missing = |from: &[OffsetChange], of: &[OffsetChange]| of.iter().filter(|change| !from.contains(change)).count();
    missing(a, b) + missing(b, a)
}

/// Seconds east of UTC as UTC-OFFSET (RFC 5545 §3.3.14): `+0530`.
struct Offset(i32);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let seconds = self.0.unsigned_abs();
        write!(f, "{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60)?;
        if !seconds.is_multiple_of(60) {
            write!(f, "{:02}", seconds % 60)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::zone_names;

    fn utc(text: &str) -> DateTime<Utc> {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time").and_utc()
    }

    fn rules(name: &str, first: &str, last: &str) -> Option<Rules> {
        let zone = Zone::parse(name).expect("a known zone");
        Rules::of(&Window { zone: &zone, first: utc(first), last: utc(last) })
    }

    fn written(name: &str, first: &str, last: &str) -> Vec<String> {
        let mut lines = Lines::with_capacity(512);
        rules(name, first, last).expect("rules").write(&mut lines, name);
        lines.finish().split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn paris_in_spring_is_two_yearly_rules() {
        assert_eq!(
            written("Europe/Paris", "2027-03-27 08:00", "2027-03-31 16:00"),
            [
                "BEGIN:VTIMEZONE",
                "TZID:Europe/Paris",
                "BEGIN:STANDARD",
                "DTSTART:19701025T030000",
                "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
                "TZOFFSETFROM:+0200",
                "TZOFFSETTO:+0100",
                "END:STANDARD",
                "BEGIN:DAYLIGHT",
                "DTSTART:19700329T020000",
                "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
                "TZOFFSETFROM:+0100",
                "TZOFFSETTO:+0200",
                "END:DAYLIGHT",
                "END:VTIMEZONE",
            ]
        );
    }

    #[test]
    fn a_summer_week_carries_the_whole_rule_and_not_only_its_own_offset() {
        let lines = written("America/New_York", "2027-06-01 13:00", "2027-06-03 20:00");
        assert!(lines.contains(&"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU".to_owned()), "{lines:?}");
        assert!(lines.contains(&"RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU".to_owned()), "{lines:?}");
    }

    #[test]
    fn zones_that_stopped_changing_their_clocks_are_constant_in_the_form_outlook_takes() {
        for (name, first, last, offset) in [
            ("America/Vancouver", "2026-12-01 17:00", "2026-12-03 01:00", "-0700"),
            ("Africa/Casablanca", "2026-10-05 09:00", "2026-10-07 17:00", "+0000"),
            ("Asia/Kolkata", "2027-01-11 03:30", "2027-01-13 12:30", "+0530"),
        ] {
            assert_eq!(
                written(name, first, last)[1..],
                [
                    format!("TZID:{name}"),
                    "BEGIN:STANDARD".to_owned(),
                    "DTSTART:19700101T000000".to_owned(),
                    "RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1TH".to_owned(),
                    format!("TZOFFSETFROM:{offset}"),
                    format!("TZOFFSETTO:{offset}"),
                    "END:STANDARD".to_owned(),
                    "END:VTIMEZONE".to_owned(),
                ]
            );
        }
    }

    #[test]
    fn what_no_yearly_rule_explains_is_not_written() {
        // One change forward and none back: the year in which Vancouver stayed on summer time.
        assert_eq!(rules("America/Vancouver", "2026-02-01 17:00", "2026-12-03 01:00"), None);
        // Two rules do not describe a window before the rules begin, nor one of centuries.
        assert_eq!(rules("Europe/Paris", "1969-02-01 17:00", "1969-02-02 17:00"), None);
        assert_eq!(rules("Europe/Paris", "2027-02-01 17:00", "2199-02-02 17:00"), None);
    }

    #[test]
    fn every_zone_either_agrees_with_its_data_all_year_or_falls_back() {
        let mut fallen_back = Vec::new();
        for name in zone_names() {
            let zone = Zone::parse(name).expect("a known zone");
            let (first, last) = (utc("2027-01-10 09:00"), utc("2027-12-10 09:00"));
            let Some(rules) = Rules::of(&Window { zone: &zone, first, last }) else {
                fallen_back.push(name);
                continue;
            };
            let mut at = first;
            while at <= last {
                assert_eq!(rules.offset_at(at), Some(offset_seconds(&zone, at)), "{name} at {at}");
                at += TimeDelta::hours(71);
            }
        }
        assert!(fallen_back.len() < 20, "{fallen_back:?}");
    }

    #[test]
    fn offsets_are_written_in_hours_and_minutes() {
        for (seconds, written) in
            [(0, "+0000"), (19_800, "+0530"), (-25_200, "-0700"), (-12_600, "-0330"), (561, "+000921"), (49_500, "+1345")]
        {
            assert_eq!(Offset(seconds).to_string(), written);
        }
    }
}
