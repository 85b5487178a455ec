//! The executive's week: every released session with what this person may do about it, in a constant number of queries.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::agenda::seat::{self, Facts, HeldSeat, Place, SeatRefusal};
use domain::agenda::session::SeatMode;
use sea_orm::FromQueryResult;

use crate::halt::word;
use crate::sql::{self, values};
use crate::{Db, Fault};

/// What stands between this person and a seat: decided by the rule that would decide the press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Everyone,
    Yours,
    AssignedToYou,
    Assigned,
    /// Free: how many are left, where that is limited.
    Free {
        left: Option<u32>,
    },
    /// Free, at the time of a seat held elsewhere.
    Clash {
        with: HeldSeat,
        left: Option<u32>,
    },
    Full {
        waiting: u32,
    },
    Waiting {
        position: u32,
    },
    Offered {
        until: DateTime<Utc>,
    },
    Closed,
    Cancelled,
}

/// One session of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub session: i64,
    pub title: String,
    pub summary: String,
    pub kind: String,
    /// Wall time at the venue.
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub room: String,
    pub track: String,
    pub objective: String,
    pub educators: Vec<String>,
    pub capacity: Option<u32>,
    pub taken: u32,
    pub standing: Standing,
}

#[derive(FromQueryResult)]
struct Row {
    session_id: i64,
    title: String,
    summary: String,
    kind: String,
    starts: NaiveDateTime,
    ends: NaiveDateTime,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    room: String,
    track: String,
    objective: String,
    educators: String,
    capacity: Option<i32>,
    mode: String,
    cancelled: bool,
    taken: i64,
    waiting: i64,
    place: Option<i32>,
    offered_until: Option<DateTime<Utc>>,
    position: Option<i64>,
}

/// Every session of the week in order of time: one query.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, now: DateTime<Utc>, cohort: i64, registration: i64) -> Result<Vec<Item>, Fault> {
    week(db, now, cohort, registration, 0).await
}

/// One session of the week, decided beside all others.
///
/// # Errors
/// The database.
pub async fn session(db: &Db, now: DateTime<Utc>, cohort: i64, registration: i64, session: i64) -> Result<Option<Item>, Fault> {
    Ok(week(db, now, cohort, registration, session).await?.into_iter().find(|item| item.session == session))
}

async fn week(db: &Db, now: DateTime<Utc>, cohort: i64, registration: i64, with_text_of: i64) -> Result<Vec<Item>, Fault> {
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT s.session_id, s.title, CASE WHEN s.session_id = $3 THEN s.summary ELSE '' END AS summary, s.kind, s.starts, s.ends, s.starts_at, s.ends_at, s.room, s.track, \
         CASE WHEN s.session_id = $3 THEN s.objective ELSE '' END AS objective, s.educators, s.capacity, s.mode, s.cancelled, \
         CASE WHEN s.mode = 'everyone' THEN 0 ELSE (SELECT count(*) FROM seat t WHERE t.session_id = s.session_id) END AS taken, \
         CASE WHEN s.mode = 'everyone' THEN 0 ELSE (SELECT count(*) FROM waitlist w WHERE w.session_id = s.session_id) END AS waiting, \
         m.place, m.offered_until, CASE WHEN q.id IS NULL THEN NULL ELSE (SELECT count(*) FROM waitlist w WHERE w.session_id = s.session_id \
         AND (w.joined_at < q.joined_at OR (w.joined_at = q.joined_at AND w.id <= q.id))) END AS position \
         FROM released_session s LEFT JOIN seat m ON m.session_id = s.session_id AND m.registration_id = $2 \
         LEFT JOIN waitlist q ON q.session_id = s.session_id AND q.registration_id = $2 WHERE s.cohort_id = $1 ORDER BY s.starts_at, s.session_id",
        values![cohort, registration, with_text_of],
    )
    .await?;
    let held: Vec<HeldSeat> = rows
        .iter()
        .filter(|row| row.place.is_some() && row.offered_until.is_none() && !row.cancelled && row.mode != "everyone")
        .map(|row| HeldSeat {
            session: row.session_id,
            title: row.title.clone(),
            starts: row.starts,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        })
        .collect();
    rows.into_iter().map(|row| item(now, row, &held)).collect()
}

fn item(now: DateTime<Utc>, row: Row, held: &[HeldSeat]) -> Result<Item, Fault> {
    let standing = standing(now, &row, held)?;
    Ok(Item {
        session: row.session_id,
        title: row.title,
        summary: row.summary,
        kind: row.kind,
        starts: row.starts,
        ends: row.ends,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        room: row.room,
        track: row.track,
        objective: row.objective,
        educators: row.educators.lines().map(str::to_owned).collect(),
        capacity: row.capacity.map(|capacity| capacity as u32),
        taken: row.taken as u32,
        standing,
    })
}

fn standing(now: DateTime<Utc>, row: &Row, held: &[HeldSeat]) -> Result<Standing, Fault> {
    let mode = word(SeatMode::parse(&row.mode), &row.mode)?;
    let others: Vec<HeldSeat> = held.iter().filter(|seat| seat.session != row.session_id).cloned().collect();
    // Which places are taken does not matter here, only how many.
    let taken: Vec<u32> = (1..=row.taken as u32).collect();
    let capacity = row.capacity.map(|capacity| capacity as u32);
    let left = capacity.map(|capacity| capacity.saturating_sub(row.taken as u32));
    let facts = Facts {
        now,
        registered: true,
        mode,
        cancelled: row.cancelled,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        capacity,
        taken: &taken,
        mine: row.place.filter(|_| row.offered_until.is_none()).map(|place| Place(place as u32)),
        held: &others,
    };
    if row.cancelled {
        return Ok(Standing::Cancelled);
    }
    if let Some(until) = row.offered_until {
        return Ok(Standing::Offered { until });
    }
    let full =
        || row.position.map_or(Standing::Full { waiting: row.waiting as u32 }, |position| Standing::Waiting { position: position as u32 });
    Ok(match seat::take(&facts) {
        Ok(seat::Taking::AlreadyYours(_)) if mode == SeatMode::Assigned => Standing::AssignedToYou,
        Ok(seat::Taking::AlreadyYours(_)) => Standing::Yours,
        Ok(seat::Taking::Taken(_)) => Standing::Free { left },
        Err(SeatRefusal::ForEveryone) => Standing::Everyone,
        Err(SeatRefusal::Assigned) => Standing::Assigned,
        // A full session is full whatever else happens at that time; a free one can be swapped to.
        Err(SeatRefusal::Clash(with)) => match seat::swap(&facts) {
            Ok(_) => Standing::Clash { with, left },
            Err(_) => full(),
        },
        Err(SeatRefusal::Full { .. }) => full(),
        Err(SeatRefusal::Cancelled) => Standing::Cancelled,
        Err(SeatRefusal::Closed | SeatRefusal::NotRegistered) => Standing::Closed,
    })
}
