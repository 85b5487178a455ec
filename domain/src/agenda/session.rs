//! One item of the agenda: what it is, when, where, and who needs a seat in it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals};
use crate::time::{self, Fold, LocalTimeRefusal, Zone};

crate::text_enum! {
    /// Who attends, and whether a seat has to be taken.
    pub enum SeatMode {
        Everyone = "everyone",
        SignUp = "sign-up",
        Assigned = "assigned",
    }
}

crate::text_enum! {
    /// What happens in it.
    pub enum Kind {
        Keynote = "keynote",
        Workshop = "workshop",
        Case = "case",
        GroupWork = "group work",
        DreamingSession = "dreaming session",
        Visit = "visit",
        Reflection = "reflection",
        Social = "social",
        Break = "break",
    }
}

/// Wall time at the venue and the instants it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl Slot {
    /// The longest a session may be, in hours: a visit with its travel, never a typing slip of a day.
    pub const LONGEST_HOURS: i64 = 16;

    /// Wall times in the venue's zone. An end at or before the start on the clock is the next morning's.
    /// `fold` says which of two equal clock readings is meant in the autumn.
    ///
    /// # Errors
    /// A sentence for `starts` or `ends`: a time that does not exist, one that happens twice, no length, too long.
    pub fn new(zone: &Zone, starts: NaiveDateTime, ends: NaiveDateTime, fold: Option<Fold>) -> Result<Self, FieldRefusal> {
        let starts_at = time::to_utc(zone, starts, fold).map_err(|why| beside("starts", &why))?;
        let ends_at = time::to_utc(zone, ends, fold).map_err(|why| beside("ends", &why))?;
        if ends_at <= starts_at {
            return Err(FieldRefusal::new("ends", "The session ends when it starts. Give it a later end."));
        }
        if (ends_at - starts_at).num_minutes() > Self::LONGEST_HOURS * 60 {
            return Err(FieldRefusal::new(
                "ends",
                format!("This is longer than {} hours. Check the start and the end.", Self::LONGEST_HOURS),
            ));
        }
        Ok(Self { starts, ends, starts_at, ends_at })
    }

    /// As [`Slot::new`], from one day and two clock readings; an end not after the start is on the next day.
    ///
    /// # Errors
    /// As [`Slot::new`].
    pub fn on_day(zone: &Zone, day: NaiveDate, starts: NaiveTime, ends: NaiveTime, fold: Option<Fold>) -> Result<Self, FieldRefusal> {
        if starts == ends {
            return Err(FieldRefusal::new("ends", "The session ends when it starts. Give it a later end."));
        }
        let last = if ends < starts { day.succ_opt().unwrap_or(day) } else { day };
        Self::new(zone, day.and_time(starts), last.and_time(ends), fold)
    }
}

fn beside(field: &'static str, why: &LocalTimeRefusal) -> FieldRefusal {
    FieldRefusal::new(field, why.sentence())
}

/// A session as somebody typed it, checked. The room is named; whether it is a known one is the store's to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionText {
    pub title: String,
    pub summary: String,
    pub kind: Kind,
    pub room: String,
    pub track: String,
    pub objective: String,
    pub educators: Vec<String>,
    pub capacity: Option<u32>,
    pub mode: SeatMode,
}

/// What was typed into a session's form, field by field.
#[derive(Debug, Clone, Default)]
pub struct TypedSession<'a> {
    pub title: &'a str,
    pub summary: &'a str,
    pub kind: &'a str,
    pub room: &'a str,
    pub track: &'a str,
    pub objective: &'a str,
    /// One educator a line.
    pub educators: &'a str,
    pub capacity: &'a str,
    pub mode: &'a str,
}

impl SessionText {
    /// # Errors
    /// Every field that is wrong, in the order of the form.
    pub fn parse(typed: &TypedSession<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let title = wrong.keep(contact::required("title", typed.title, 200, "Give the session a title."));
        let summary = wrong.keep(contact::paragraphs("summary", typed.summary, 8_000));
        let room = wrong.keep(contact::optional("room", typed.room, 100));
        let track = wrong.keep(contact::optional("track", typed.track, 100));
        let objective = wrong.keep(contact::optional("objective", typed.objective, 500));
        let educators: Vec<String> = typed.educators.lines().map(contact::one_line).filter(|name| !name.is_empty()).collect();
        if educators.iter().any(|name| name.chars().count() > 120) || educators.len() > 30 {
            wrong.refuse("educators", "One name a line, at most 30 names of 120 characters.");
        }
        let capacity = wrong.keep(seat_count("capacity", typed.capacity));
        let kind = Kind::parse(typed.kind);
        if kind.is_none() {
            wrong.refuse("kind", "Choose what kind of session this is.");
        }
        let mode = SeatMode::parse(typed.mode);
        if mode.is_none() {
            wrong.refuse("mode", "Choose who attends.");
        }
        let (Some(kind), Some(mode)) = (kind, mode) else { return Err(wrong.into()) };
        wrong.finish()?;
        Ok(Self { title, summary, kind, room, track, objective, educators, capacity, mode })
    }
}

/// A number of seats between 1 and 10,000; nothing typed is no limit of its own.
///
/// # Errors
/// A sentence for `field`.
pub fn seat_count(field: &'static str, typed: &str) -> Result<Option<u32>, FieldRefusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    match typed.parse::<u32>() {
        Ok(count @ 1..=10_000) => Ok(Some(count)),
        _ => Err(FieldRefusal::new(field, "Enter a whole number from 1 to 10,000.")),
    }
}

/// How many people a session takes: its own limit, else its room's, else no limit (PRODUCT: session capacity).
#[must_use]
pub fn capacity_of(own: Option<u32>, room: Option<u32>) -> Option<u32> {
    own.or(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> Zone {
        Zone::parse("Europe/Paris").unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn clock(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").unwrap()
    }

    #[test]
    fn wall_time_means_other_instants_after_the_clock_change() {
        for (date, starts, ends, expect) in [
            ("2027-03-27", "09:00", "10:00", Some(("2027-03-27T08:00:00Z", "2027-03-27T09:00:00Z"))),
            ("2027-03-29", "09:00", "10:00", Some(("2027-03-29T07:00:00Z", "2027-03-29T08:00:00Z"))),
            ("2027-03-27", "22:00", "01:30", Some(("2027-03-27T21:00:00Z", "2027-03-28T00:30:00Z"))),
            ("2027-03-28", "01:30", "03:30", Some(("2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z"))),
            ("2027-03-28", "02:30", "04:00", None), // does not exist
            ("2027-03-28", "09:00", "09:00", None),
            ("2027-03-29", "08:00", "07:00", None), // 23 hours
        ] {
            let slot = Slot::on_day(&paris(), day(date), clock(starts), clock(ends), None).ok();
            let found = slot.map(|slot| (slot.starts_at, slot.ends_at));
            let expect = expect.map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap()));
            assert_eq!(found, expect, "{date} {starts}–{ends}");
        }
    }

    #[test]
    fn a_form_says_everything_that_is_wrong_at_once() {
        let wrong = SessionText::parse(&TypedSession { capacity: "twenty", ..Default::default() }).unwrap_err();
        assert_eq!(wrong.iter().map(|why| why.field).collect::<Vec<_>>(), ["title", "capacity", "kind", "mode"]);
    }

    #[test]
    fn own_capacity_before_the_rooms() {
        assert_eq!([capacity_of(Some(20), Some(80)), capacity_of(None, Some(80)), capacity_of(None, None)], [Some(20), Some(80), None]);
    }
}
