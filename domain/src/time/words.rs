//! Days, times and spans as English words, the same on every page and in every mail.
//!
//! Nothing here converts between zones except [`moment`]; the rest words what it is given.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::{Zone, to_local};

/// `Saturday 27 March 2027`
pub fn day(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

/// `27 March 2027`
pub fn date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// `Sat 27`
pub fn day_short(date: NaiveDate) -> String {
    date.format("%a %-d").to_string()
}

/// `Fri 26 Feb`
pub fn day_month(date: NaiveDate) -> String {
    date.format("%a %-d %b").to_string()
}

/// `09:00`
pub fn clock(at: NaiveDateTime) -> String {
    at.format("%H:%M").to_string()
}

/// `09:00–10:15`, also where it ends after midnight (`22:00–01:30`). From a whole day on, the days
/// are named too: `Sat 27, 09:00 – Mon 29, 17:00`.
pub fn span(starts: NaiveDateTime, ends: NaiveDateTime) -> String {
    let short = ends.signed_duration_since(starts) < TimeDelta::days(1);
    if starts.date() == ends.date() || (short && ends > starts) {
        return format!("{}–{}", clock(starts), clock(ends));
    }
    format!("{}, {} – {}, {}", day_short(starts.date()), clock(starts), day_short(ends.date()), clock(ends))
}

/// `Saturday 27 – Wednesday 31 March 2027`, with the month or the year said twice where it changes,
/// and as one day where both are the same.
pub fn date_range(first: NaiveDate, last: NaiveDate) -> String {
    if first == last {
        return day(first);
    }
    let opening = if first.year() != last.year() {
        "%A %-d %B %Y"
    } else if first.month() != last.month() {
        "%A %-d %B"
    } else {
        "%A %-d"
    };
    format!("{} – {}", first.format(opening), day(last))
}

/// `Fri 26 Feb, 18:00 New York time`; `Fri 26 Feb, 23:00 UTC` where the zone is UTC.
pub fn moment(zone: &Zone, at: DateTime<Utc>) -> String {
    let local = to_local(zone, at);
    format!("{}, {} {}", day_month(local.date()), clock(local), zone_words(zone))
}

/// `New York time`, `UTC`
pub(crate) fn zone_words(zone: &Zone) -> String {
    if zone.is_utc() { "UTC".to_owned() } else { format!("{} time", zone.city()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a date")
    }

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a wall time")
    }

    #[test]
    fn days_and_clocks_are_worded() {
        assert_eq!(day(date("2027-03-27")), "Saturday 27 March 2027");
        assert_eq!(day(date("2027-03-01")), "Monday 1 March 2027");
        assert_eq!(super::date(date("2027-05-03")), "3 May 2027");
        assert_eq!(day_short(date("2027-03-27")), "Sat 27");
        assert_eq!(day_month(date("2027-02-26")), "Fri 26 Feb");
        assert_eq!(clock(at("2027-03-27 09:00")), "09:00");
    }

    #[test]
    fn spans_name_the_day_only_when_midnight_does_not_explain_them() {
        for (starts, ends, words) in [
            ("2027-03-27 09:00", "2027-03-27 10:15", "09:00–10:15"),
            ("2027-03-27 22:00", "2027-03-28 01:30", "22:00–01:30"),
            ("2027-03-27 22:00", "2027-03-28 00:00", "22:00–00:00"),
            ("2027-03-27 09:00", "2027-03-28 09:00", "Sat 27, 09:00 – Sun 28, 09:00"),
            ("2027-03-27 09:00", "2027-03-29 17:00", "Sat 27, 09:00 – Mon 29, 17:00"),
        ] {
            assert_eq!(span(at(starts), at(ends)), words);
        }
    }

    #[test]
    fn date_ranges_say_month_and_year_once_where_they_can() {
        for (first, last, words) in [
            ("2027-03-27", "2027-03-27", "Saturday 27 March 2027"),
            ("2027-03-27", "2027-03-31", "Saturday 27 – Wednesday 31 March 2027"),
            ("2027-03-27", "2027-04-02", "Saturday 27 March – Friday 2 April 2027"),
            ("2026-12-30", "2027-01-02", "Wednesday 30 December 2026 – Saturday 2 January 2027"),
        ] {
            assert_eq!(date_range(date(first), date(last)), words);
        }
    }

    #[test]
    fn moments_carry_the_zones_name() {
        let instant = at("2027-02-26 23:00").and_utc();
        let new_york = Zone::parse("America/New_York").expect("a known zone");
        assert_eq!(moment(&new_york, instant), "Fri 26 Feb, 18:00 New York time");
        assert_eq!(moment(&Zone::utc(), instant), "Fri 26 Feb, 23:00 UTC");
    }
}
