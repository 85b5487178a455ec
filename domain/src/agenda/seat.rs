//! A seat in a session: who may take one, and what is said to those who may not.
//!
//! The caller loads the facts behind its lock on the session; the same decision, asked without the lock, tells a page
//! what a press would answer. Left out: storing the seat (`store::agenda::seat`), and the waitlist behind a full session.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::agenda::session::SeatMode;
use crate::refusal::Refusal;
use crate::time::words;

/// A numbered place in a session, from 1. The number keeps two people out of one chair in the database as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub u32);

/// What is true of the session, of the room in it, and of the person, at one moment.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub now: DateTime<Utc>,
    /// The person's registration in the session's cohort stands.
    pub registered: bool,
    pub mode: SeatMode,
    pub cancelled: bool,
    /// The session begins (UTC); nobody takes a seat once it has.
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The most people it takes; `None` is no limit.
    pub capacity: Option<u32>,
    /// Places already taken, ascending.
    pub taken: &'a [u32],
    /// The place this person already holds here.
    pub mine: Option<Place>,
    /// The person's other seats.
    pub held: &'a [HeldSeat],
}

/// A seat the person holds in another session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSeat {
    pub session: i64,
    pub title: String,
    /// Wall time at the venue.
    pub starts: NaiveDateTime,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// What taking a seat came to. Taking it again is the same seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    Taken(Place),
    AlreadyYours(Place),
}

/// Why no seat was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatRefusal {
    NotRegistered,
    Cancelled,
    /// Everyone attends: there is no seat to take.
    ForEveryone,
    /// The program team places people here.
    Assigned,
    /// It has begun.
    Closed,
    Clash(HeldSeat),
    Full {
        capacity: u32,
    },
}

/// Takes the lowest free place. The order of the questions is the order of the answers: what cannot be helped first,
/// then what a swap helps, then what waiting helps.
///
/// # Errors
/// The first reason that stands in the way.
pub fn take(facts: &Facts<'_>) -> Result<Taking, SeatRefusal> {
    if !facts.registered {
        return Err(SeatRefusal::NotRegistered);
    }
    if let Some(place) = facts.mine {
        return Ok(Taking::AlreadyYours(place));
    }
    if facts.cancelled {
        return Err(SeatRefusal::Cancelled);
    }
    match facts.mode {
        SeatMode::Everyone => return Err(SeatRefusal::ForEveryone),
        SeatMode::Assigned => return Err(SeatRefusal::Assigned),
        SeatMode::SignUp => {}
    }
    if facts.now >= facts.starts_at {
        return Err(SeatRefusal::Closed);
    }
    if let Some(other) = facts.held.iter().find(|seat| overlaps(facts, seat)) {
        return Err(SeatRefusal::Clash(other.clone()));
    }
    lowest_free(facts.taken, facts.capacity).map(Taking::Taken)
}

/// Takes a seat here in exchange for every seat that stands in its way: one act, so that nothing is lost when it is
/// refused. Answers the seats to give up beside the place.
///
/// # Errors
/// As [`take`], except that a clash is no longer one.
pub fn swap(facts: &Facts<'_>) -> Result<(Taking, Vec<i64>), SeatRefusal> {
    let (given_up, kept): (Vec<_>, Vec<_>) = facts.held.iter().cloned().partition(|seat| overlaps(facts, seat));
    let taking = take(&Facts { held: &kept, ..facts.clone() })?;
    Ok(match taking {
        Taking::Taken(_) => (taking, given_up.into_iter().map(|seat| seat.session).collect()),
        Taking::AlreadyYours(_) => (taking, Vec::new()),
    })
}

fn overlaps(facts: &Facts<'_>, other: &HeldSeat) -> bool {
    facts.starts_at < other.ends_at && other.starts_at < facts.ends_at
}

fn lowest_free(taken: &[u32], capacity: Option<u32>) -> Result<Place, SeatRefusal> {
    let free = (1..).zip(taken).find_map(|(number, &used)| (number != used).then_some(number));
    let place = free.unwrap_or(taken.len() as u32 + 1);
    match capacity {
        Some(capacity) if taken.len() as u32 >= capacity || place > capacity => Err(SeatRefusal::Full { capacity }),
        _ => Ok(Place(place)),
    }
}

impl Refusal for SeatRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotRegistered => "not-registered",
            Self::Cancelled => "cancelled",
            Self::ForEveryone => "for-everyone",
            Self::Assigned => "assigned",
            Self::Closed => "closed",
            Self::Clash(_) => "clash",
            Self::Full { .. } => "full",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotRegistered => "Accept your invitation first; then this seat is yours to take.".into(),
            Self::Cancelled => "This session is cancelled. Choose another from the same day.".into(),
            Self::ForEveryone => "Everyone attends this session: it is already in your week.".into(),
            Self::Assigned => "The program team places people in this session. Write to them if you would like to be in it.".into(),
            Self::Closed => "This session has begun, so no more seats are given. Ask at the door.".into(),
            Self::Clash(other) => format!(
                "This is at the same time as “{}” ({}), where you hold a seat. Swap, and that seat is given up for this one.",
                other.title,
                words::clock(other.starts)
            ),
            Self::Full { capacity } => {
                let taken = if *capacity == 1 { "The one seat is taken".to_owned() } else { format!("All {capacity} seats are taken") };
                format!("{taken}. Join the waitlist and the next free seat is offered in order, or choose another session.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(clock: &str) -> DateTime<Utc> {
        format!("2027-03-29T{clock}:00Z").parse().unwrap()
    }

    fn held(session: i64, starts: &str, ends: &str) -> HeldSeat {
        HeldSeat { session, title: "Visit".into(), starts: at(starts).naive_utc(), starts_at: at(starts), ends_at: at(ends) }
    }

    fn facts<'a>(taken: &'a [u32], held: &'a [HeldSeat]) -> Facts<'a> {
        Facts {
            now: at("06:00"),
            registered: true,
            mode: SeatMode::SignUp,
            cancelled: false,
            starts_at: at("09:00"),
            ends_at: at("10:30"),
            capacity: Some(3),
            taken,
            mine: None,
            held,
        }
    }

    #[test]
    fn the_lowest_free_place_is_taken() {
        for (taken, capacity, expect) in [
            (&[][..], Some(3), Ok(1)),
            (&[1, 2], Some(3), Ok(3)),
            (&[1, 3], Some(3), Ok(2)),
            (&[2, 3], Some(3), Ok(1)),
            (&[1, 2, 3], Some(3), Err(3)),
            (&[1, 2, 3, 4], Some(3), Err(3)), // the room became smaller after seats were taken
            (&[1, 4, 5], Some(3), Err(3)),    // … and its numbers have gaps
            (&[1, 5], Some(3), Ok(2)),
            (&[1, 2, 3], None, Ok(4)),
        ] {
            let answer = take(&Facts { capacity, ..facts(taken, &[]) });
            let expect = expect.map(|n| Taking::Taken(Place(n))).map_err(|capacity| SeatRefusal::Full { capacity });
            assert_eq!(answer, expect, "{taken:?} of {capacity:?}");
        }
    }

    #[test]
    fn each_reason_is_said_before_the_next() {
        let clash = [held(7, "10:00", "11:00")];
        let worst = Facts { registered: false, cancelled: true, mode: SeatMode::Everyone, now: at("09:00"), ..facts(&[1, 2, 3], &clash) };
        let mut facing = worst.clone();
        assert_eq!(take(&facing), Err(SeatRefusal::NotRegistered));
        facing.registered = true;
        assert_eq!(take(&facing), Err(SeatRefusal::Cancelled));
        facing.cancelled = false;
        assert_eq!(take(&facing), Err(SeatRefusal::ForEveryone));
        facing.mode = SeatMode::Assigned;
        assert_eq!(take(&facing), Err(SeatRefusal::Assigned));
        facing.mode = SeatMode::SignUp;
        assert_eq!(take(&facing), Err(SeatRefusal::Closed));
        facing.now = at("08:59");
        assert_eq!(take(&facing), Err(SeatRefusal::Clash(clash[0].clone())));
        facing.held = &[];
        assert_eq!(take(&facing), Err(SeatRefusal::Full { capacity: 3 }));
        facing.taken = &[1, 2];
        assert_eq!(take(&facing), Ok(Taking::Taken(Place(3))));
    }

    #[test]
    fn taking_it_again_is_the_same_seat_even_when_full_or_begun() {
        let again = Facts { mine: Some(Place(2)), now: at("12:00"), ..facts(&[1, 2, 3], &[]) };
        assert_eq!(take(&again), Ok(Taking::AlreadyYours(Place(2))));
        assert_eq!(swap(&again), Ok((Taking::AlreadyYours(Place(2)), vec![])));
    }

    #[test]
    fn only_true_overlaps_clash() {
        for (starts, ends, clashes) in [
            ("08:00", "09:00", false),
            ("08:00", "09:01", true),
            ("10:29", "12:00", true),
            ("10:30", "12:00", false),
            ("09:30", "09:45", true),
        ] {
            let other = [held(7, starts, ends)];
            assert_eq!(take(&facts(&[], &other)).is_err(), clashes, "{starts}–{ends}");
        }
    }

    #[test]
    fn a_swap_gives_up_exactly_what_is_in_the_way_or_nothing_at_all() {
        let seats = [held(7, "08:30", "09:30"), held(8, "10:00", "11:00"), held(9, "14:00", "15:00")];
        assert_eq!(swap(&facts(&[1], &seats)), Ok((Taking::Taken(Place(2)), vec![7, 8])));
        assert_eq!(swap(&facts(&[1, 2, 3], &seats)), Err(SeatRefusal::Full { capacity: 3 }));
    }
}
