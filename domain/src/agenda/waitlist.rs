//! A full session's waitlist: in order, and an offer is a held seat with a deadline.

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc, Weekday};

use crate::refusal::Refusal;
use crate::time::{self, Fold, Zone};

/// How long an offered place is held, in working hours of the person it is offered to.
pub const OFFER_HOURS: i64 = 12;
/// A working day is from eight in the morning to eight in the evening, Monday to Friday.
const DAY_BEGINS: u32 = 8;
const DAY_HOURS: i64 = 12;

/// Until when a place is held: so many working hours of the person's own zone from `now`, and never past the start of
/// the session. `None` when the session has begun.
#[must_use]
pub fn offer_deadline(now: DateTime<Utc>, zone: &Zone, starts_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if now >= starts_at {
        return None;
    }
    let mut left = TimeDelta::hours(OFFER_HOURS);
    let mut day = time::to_local(zone, now).date();
    loop {
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            let opens = time::to_utc(zone, day.and_time(NaiveTime::from_hms_opt(DAY_BEGINS, 0, 0)?), Some(Fold::Earlier)).ok()?;
            let closes = opens + TimeDelta::hours(DAY_HOURS);
            let from = opens.max(now);
            if from < closes {
                if closes - from >= left {
                    return Some((from + left).min(starts_at));
                }
                left -= closes - from;
            }
            if closes >= starts_at {
                return Some(starts_at);
            }
        }
        day = day.succ_opt()?;
    }
}

/// Somebody waiting, with what decides whether the place is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub registration: i64,
    pub joined_at: DateTime<Utc>,
    pub id: i64,
    /// Still registered, and without a seat here.
    pub eligible: bool,
    /// Holds another seat at the same time.
    pub clashes: bool,
}

/// Who is offered the next free place: strictly by (joined at, id), skipping whoever clashes or is no longer eligible.
#[must_use]
pub fn next(waiting: &[Waiting]) -> Option<i64> {
    waiting.iter().filter(|one| one.eligible && !one.clashes).min_by_key(|one| (one.joined_at, one.id)).map(|one| one.registration)
}

/// What joining came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    Joined,
    AlreadyWaiting,
}

/// Why nobody joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitlistRefusal {
    NotRegistered,
    /// There is a seat: take it.
    NotFull,
    /// The person has a seat, or one is offered to them.
    HasSeat,
    Closed,
}

impl Refusal for WaitlistRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotRegistered => "not-registered",
            Self::NotFull => "not-full",
            Self::HasSeat => "has-seat",
            Self::Closed => "closed",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotRegistered => "Accept your invitation first; then you can join the waitlist.",
            Self::NotFull => "A seat is free right now. Take it instead.",
            Self::HasSeat => "You have a seat here already, so there is nothing to wait for.",
            Self::Closed => "This session has begun or is cancelled, so its waitlist is closed.",
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_lasts_twelve_working_hours_of_the_persons_own_day() {
        let zone = |name| Zone::parse(name).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let far = "2027-06-01T00:00:00Z";
        for (now, name, starts, expect) in [
            ("2027-03-10T07:00:00Z", "Europe/Paris", far, Some("2027-03-10T19:00:00Z")), // Wednesday 08:00, to 20:00
            ("2027-03-10T13:00:00Z", "Europe/Paris", far, Some("2027-03-11T13:00:00Z")), // 14:00: six hours today, six tomorrow
            ("2027-03-10T03:00:00Z", "Europe/Paris", far, Some("2027-03-10T19:00:00Z")), // at night it begins in the morning
            ("2027-03-12T18:00:00Z", "Europe/Paris", far, Some("2027-03-15T18:00:00Z")), // Friday 19:00: over the weekend
            ("2027-03-13T10:00:00Z", "Europe/Paris", far, Some("2027-03-15T19:00:00Z")), // Saturday
            ("2027-03-10T13:00:00Z", "America/New_York", far, Some("2027-03-11T01:00:00Z")), // 08:00 there (−05:00), to 20:00
            ("2027-03-10T13:00:00Z", "Europe/Paris", "2027-03-10T16:00:00Z", Some("2027-03-10T16:00:00Z")), // never past the start
            ("2027-03-10T22:00:00Z", "Europe/Paris", "2027-03-11T06:00:00Z", Some("2027-03-11T06:00:00Z")), // … nor overnight
            ("2027-03-13T10:00:00Z", "Europe/Paris", "2027-03-13T15:00:00Z", Some("2027-03-13T15:00:00Z")), // … nor on a Saturday
            ("2027-03-10T16:00:00Z", "Europe/Paris", "2027-03-10T16:00:00Z", None),
        ] {
            let found = offer_deadline(at(now), &zone(name), at(starts));
            assert_eq!(found, expect.map(at), "{now} in {name}");
        }
    }

    #[test]
    fn strictly_in_order_skipping_those_it_does_not_help() {
        let at = |minute: u32| format!("2027-03-10T10:{minute:02}:00Z").parse::<DateTime<Utc>>().unwrap();
        let waiting = |registration, minute, id, eligible, clashes| Waiting { registration, joined_at: at(minute), id, eligible, clashes };
        for (list, expect) in [
            (vec![], None),
            (vec![waiting(1, 5, 1, true, false), waiting(2, 4, 2, true, false)], Some(2)),
            (vec![waiting(1, 5, 2, true, false), waiting(2, 5, 1, true, false)], Some(2)),
            (vec![waiting(1, 1, 1, false, false), waiting(2, 2, 2, true, true), waiting(3, 3, 3, true, false)], Some(3)),
            (vec![waiting(1, 1, 1, true, true)], None),
        ] {
            assert_eq!(next(&list), expect, "{list:?}");
        }
    }
}
