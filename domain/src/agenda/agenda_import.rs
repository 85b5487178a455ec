//! An agenda from a `schedule.json` (the c3voc format, as pretalx and others export it): what the file says, and what
//! bringing it into one cohort would create or change.
//!
//! Times are taken as they are printed, on the cohort's own days and in its own zone. A session is recognised by its
//! identifier, so the same file twice changes nothing; one edited here since shows what the file would overwrite; one
//! cancelled here stays cancelled. Left out: keeping anything (the store's), and sessions the file no longer has.

use std::collections::{BTreeSet, HashMap};

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::agenda::session::{Kind, SeatMode};
use crate::time::{self, Zone, words};

mod kinds;
mod reasons;
mod schedule;
#[cfg(test)]
mod tests;

pub use reasons::{FileRefusal, ItemFault, LeftOut, Quirk, SessionRefusal};
pub use schedule::{SESSION_LIMIT, read};

/// What a schedule file says, before anybody decides what to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The event's title; may be empty.
    pub title: String,
    /// Its days in order, those without sessions included.
    pub days: Vec<SourceDay>,
    /// Its rooms: the listed ones in the file's order, then others that sessions name.
    pub rooms: Vec<SourceRoom>,
    /// Its sessions by day, start, room and title. At least one.
    pub items: Vec<SourceItem>,
    /// What was unusual about the file.
    pub quirks: Vec<Quirk>,
}

/// One day of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceDay {
    pub date: NaiveDate,
    pub sessions: usize,
}

/// One room of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRoom {
    pub name: String,
    /// The most people it takes; `None` where the file does not say.
    pub capacity: Option<u32>,
}

/// One session of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceItem {
    /// The file's own identifier where it is one and the only one; else made from the event and the session's number.
    /// The same file always gives the same.
    pub uid: Uuid,
    /// The identifier as the file has it; may be empty.
    pub guid: String,
    /// The day it belongs to: what starts after midnight belongs to the evening before.
    pub day: NaiveDate,
    /// Wall time as printed, to the minute.
    pub starts: NaiveDateTime,
    /// How long it is; 0 where the file does not say.
    pub minutes: u32,
    /// Empty when it has none.
    pub room: String,
    pub title: String,
    /// The abstract, an empty line, the description.
    pub abstract_text: String,
    pub kind: Kind,
    /// The kind in the file's own word; may be empty.
    pub source_type: String,
    pub track: Option<String>,
    pub educators: Vec<String>,
    /// A language code such as `en`; may be empty.
    pub language: String,
    /// Why it cannot be taken as it is.
    pub fault: Option<ItemFault>,
}

/// Which day of the cohort each day of the file becomes; `None` leaves that day out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DayMap(Vec<(NaiveDate, Option<NaiveDate>)>);

impl DayMap {
    /// The map somebody chose: pairs of the file's day and the cohort's.
    #[must_use]
    pub fn new(pairs: Vec<(NaiveDate, Option<NaiveDate>)>) -> Self {
        Self(pairs)
    }

    /// The file's days with sessions on the cohort's consecutive days: from the second one when that leaves a day for
    /// arrival and one for departure, else from the first. Days that find no place, and empty ones, are left out.
    #[must_use]
    pub fn propose(reading: &Reading, first_day: NaiveDate, last_day: NaiveDate) -> Self {
        let busy = reading.days.iter().filter(|day| day.sessions > 0).count() as u64;
        let days_here = (last_day - first_day).num_days() + 1;
        let arrival = u64::from(u64::try_from(days_here).is_ok_and(|here| here >= busy + 2));
        let mut free = (arrival..).map_while(|n| first_day.checked_add_days(Days::new(n))).take_while(|date| *date <= last_day);
        let pairs = reading.days.iter().map(|day| (day.date, if day.sessions > 0 { free.next() } else { None }));
        Self(pairs.collect())
    }

    /// Puts one day of the file on a day of the cohort, or leaves it out.
    pub fn set(&mut self, source: NaiveDate, target: Option<NaiveDate>) {
        match self.0.iter_mut().find(|(day, _)| *day == source) {
            Some(pair) => pair.1 = target,
            None => self.0.push((source, target)),
        }
    }

    /// The cohort's day for a day of the file; `None` when it is left out or not named.
    #[must_use]
    pub fn target(&self, source: NaiveDate) -> Option<NaiveDate> {
        self.0.iter().find(|(day, _)| *day == source).and_then(|(_, target)| *target)
    }

    /// The pairs of the file's day and the cohort's, in the order given.
    #[must_use]
    pub fn pairs(&self) -> &[(NaiveDate, Option<NaiveDate>)] {
        &self.0
    }
}

/// A session the cohort already has that came from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSession {
    pub id: i64,
    pub uid: Uuid,
    pub title: String,
    pub abstract_text: String,
    /// A word of [`Kind`].
    pub kind: String,
    /// Wall time in the cohort's zone.
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub room: Option<String>,
    pub track: Option<String>,
    pub educators: Vec<String>,
    pub cancelled: bool,
}

/// A session as it would be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSession {
    pub uid: Uuid,
    pub guid: String,
    pub title: String,
    pub abstract_text: String,
    /// A word of [`Kind`].
    pub kind: &'static str,
    /// Wall time in the cohort's zone: it exists there, and only once.
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    /// Empty when it has none.
    pub room: String,
    pub track: Option<String>,
    pub educators: Vec<String>,
    pub language: String,
    /// A word of [`SeatMode`]: `sign-up` when it meets another imported session in a different room, else `everyone`.
    pub seat_mode: &'static str,
}

/// One value that would be overwritten, in words people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub field: &'static str,
    pub before: String,
    pub after: String,
}

/// What one session of the file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Create(PlannedSession),
    Update {
        id: i64,
        /// At least one.
        changes: Vec<Change>,
        /// The whole session as it would be afterwards. Its seat mode is not among the changes and need not be written.
        session: PlannedSession,
    },
    Unchanged {
        id: i64,
    },
    LeaveOut(LeftOut),
    Refuse(SessionRefusal),
}

/// One session of the file and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    /// The title in the file; may be empty.
    pub title: String,
    /// The file's day.
    pub day: NaiveDate,
    pub outcome: Outcome,
}

/// What a file comes to in one cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The rooms the kept sessions are in.
    pub rooms: Vec<SourceRoom>,
    /// One row a session, in the order of [`Reading::items`].
    pub rows: Vec<PlannedRow>,
    /// What to know about the plan as a whole, beside [`Reading::quirks`].
    pub quirks: Vec<Quirk>,
}

/// How many sessions come to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub create: usize,
    pub update: usize,
    pub unchanged: usize,
    pub leave_out: usize,
    pub refuse: usize,
}

impl Plan {
    /// How many sessions come to what; together they are all the rows.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in &self.rows {
            match row.outcome {
                Outcome::Create(_) => counts.create += 1,
                Outcome::Update { .. } => counts.update += 1,
                Outcome::Unchanged { .. } => counts.unchanged += 1,
                Outcome::LeaveOut(_) => counts.leave_out += 1,
                Outcome::Refuse(_) => counts.refuse += 1,
            }
        }
        counts
    }
}

/// What every session of `reading` comes to in a cohort from `first_day` to `last_day` whose venue is in `zone`, beside
/// the sessions it already has. Nothing is changed.
#[must_use]
pub fn plan(reading: &Reading, days: &DayMap, zone: &Zone, known: &[KnownSession], first_day: NaiveDate, last_day: NaiveDate) -> Plan {
    let known: HashMap<Uuid, &KnownSession> = known.iter().map(|session| (session.uid, session)).collect();
    let ground = Ground { days, zone, known: &known, first_day, last_day };
    let mut placings: Vec<Result<PlannedSession, NotPlaced>> = reading.items.iter().map(|item| ground.place(item)).collect();

    let parallel: Vec<bool> =
        placings.iter().map(|placing| placing.as_ref().is_ok_and(|session| meets_another(session, &placings))).collect();
    for (placing, parallel) in placings.iter_mut().zip(&parallel) {
        if let Ok(session) = placing
            && *parallel
        {
            session.seat_mode = SeatMode::SignUp.as_str();
        }
    }
    let sign_up = parallel.iter().filter(|parallel| **parallel).count();
    let of = placings.iter().flatten().count();
    let used: BTreeSet<&str> = placings.iter().flatten().map(|session| session.room.as_str()).collect();
    let rooms = reading.rooms.iter().filter(|room| used.contains(room.name.as_str())).cloned().collect();

    let rows = reading.items.iter().zip(placings).map(|(item, placing)| PlannedRow {
        title: item.title.clone(),
        day: item.day,
        outcome: match placing {
            Err(NotPlaced::LeaveOut(why)) => Outcome::LeaveOut(why),
            Err(NotPlaced::Refuse(why)) => Outcome::Refuse(why),
            Ok(session) => beside(known.get(&session.uid).copied(), session),
        },
    });
    Plan { rooms, rows: rows.collect(), quirks: if sign_up > 0 { vec![Quirk::SignUp { sessions: sign_up, of }] } else { vec![] } }
}

/// What a session is placed on: the cohort's days and zone, and what it already has.
struct Ground<'a> {
    days: &'a DayMap,
    zone: &'a Zone,
    known: &'a HashMap<Uuid, &'a KnownSession>,
    first_day: NaiveDate,
    last_day: NaiveDate,
}

enum NotPlaced {
    LeaveOut(LeftOut),
    Refuse(SessionRefusal),
}

impl Ground<'_> {
    fn place(&self, item: &SourceItem) -> Result<PlannedSession, NotPlaced> {
        let Some(day) = self.days.target(item.day) else {
            return Err(NotPlaced::LeaveOut(LeftOut::Day { day: item.day }));
        };
        if self.known.get(&item.uid).is_some_and(|session| session.cancelled) {
            return Err(NotPlaced::LeaveOut(LeftOut::CancelledHere));
        }
        let (starts, ends) = self.slot(item, day).map_err(NotPlaced::Refuse)?;
        Ok(PlannedSession {
            uid: item.uid,
            guid: item.guid.clone(),
            title: item.title.clone(),
            abstract_text: item.abstract_text.clone(),
            kind: item.kind.as_str(),
            starts,
            ends,
            room: item.room.clone(),
            track: item.track.clone(),
            educators: item.educators.clone(),
            language: item.language.clone(),
            seat_mode: SeatMode::Everyone.as_str(),
        })
    }

    /// The wall times on the cohort's day, both of which exist there and only once.
    fn slot(&self, item: &SourceItem, day: NaiveDate) -> Result<(NaiveDateTime, NaiveDateTime), SessionRefusal> {
        let (first_day, last_day) = (self.first_day, self.last_day);
        if !(first_day..=last_day).contains(&day) {
            return Err(SessionRefusal::OutsideCohort { day, first_day, last_day });
        }
        if let Some(fault) = &item.fault {
            return Err(SessionRefusal::Fault(fault.clone()));
        }
        let into_the_day = item.starts - item.day.and_time(NaiveTime::MIN);
        let starts = day.and_time(NaiveTime::MIN).checked_add_signed(into_the_day);
        let ends = starts.and_then(|starts| starts.checked_add_signed(TimeDelta::minutes(i64::from(item.minutes))));
        let (Some(starts), Some(ends)) = (starts, ends) else {
            return Err(SessionRefusal::OutsideCohort { day, first_day, last_day });
        };
        for wall in [starts, ends] {
            time::to_utc(self.zone, wall, None).map_err(SessionRefusal::LocalTime)?;
        }
        Ok((starts, ends))
    }
}

/// Whether people have to choose: another session at the same time in a different room. A break asks nobody to.
fn meets_another(session: &PlannedSession, placings: &[Result<PlannedSession, NotPlaced>]) -> bool {
    let counts = |session: &PlannedSession| session.kind != Kind::Break.as_str();
    let meets =
        |other: &PlannedSession| counts(other) && other.room != session.room && other.starts < session.ends && session.starts < other.ends;
    counts(session) && placings.iter().flatten().any(meets)
}

fn beside(known: Option<&KnownSession>, session: PlannedSession) -> Outcome {
    let Some(known) = known else {
        return Outcome::Create(session);
    };
    let changes = changes(known, &session);
    if changes.is_empty() { Outcome::Unchanged { id: known.id } } else { Outcome::Update { id: known.id, changes, session } }
}

fn changes(known: &KnownSession, session: &PlannedSession) -> Vec<Change> {
    let track = |track: &Option<String>| track.clone().unwrap_or_default();
    let values = [
        ("title", known.title.clone(), session.title.clone()),
        ("abstract", known.abstract_text.clone(), session.abstract_text.clone()),
        ("kind", known.kind.clone(), session.kind.to_owned()),
        ("starts", moment(known.starts), moment(session.starts)),
        ("ends", moment(known.ends), moment(session.ends)),
        ("room", known.room.clone().unwrap_or_default(), session.room.clone()),
        ("track", track(&known.track), track(&session.track)),
        ("educators", known.educators.join(", "), session.educators.join(", ")),
    ];
    let changed = values.into_iter().filter(|(_, before, after)| before != after);
    changed.map(|(field, before, after)| Change { field, before, after }).collect()
}

fn moment(at: NaiveDateTime) -> String {
    format!("{}, {}", words::day(at.date()), words::clock(at))
}
