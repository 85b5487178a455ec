//! Taking a seat, giving it up, swapping it. The rule is `domain::agenda::seat`; here are its lock and its facts.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::agenda::seat::{self, Facts, HeldSeat, Place, SeatRefusal, Taking};
use domain::agenda::session::SeatMode;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set};

use crate::agenda::waitlist;
use crate::entity::{self, cohort, registration, session};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// What a seat act came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatTaken {
    pub taking: Taking,
    /// Sessions whose seats were given up for it.
    pub gave_up: Vec<i64>,
}

/// Takes a seat for a registration, or the one offered to it. Doing it again is the same seat.
///
/// # Errors
/// See [`SeatRefusal`].
pub async fn take_seat(db: &Db, now: DateTime<Utc>, registration: i64, session: i64) -> Result<SeatTaken, Halt<SeatRefusal>> {
    let txn = db.write().await?;
    let known = lock(&*txn, registration, &[session]).await?;
    let known = known.facts(&*txn, session).await?;
    let taking = seat::take(&known.as_of(now)).map_err(Halt::Refused)?;
    if let Taking::Taken(place) = taking {
        occupy(&*txn, now, &known, place).await?;
        txn.commit().await?;
    }
    Ok(SeatTaken { taking, gave_up: Vec::new() })
}

/// Takes a seat in exchange for those at the same time: all of it, or nothing.
///
/// # Errors
/// See [`SeatRefusal`]; a clash is none.
pub async fn swap_seat(db: &Db, now: DateTime<Utc>, registration: i64, session: i64) -> Result<SeatTaken, Halt<SeatRefusal>> {
    let txn = db.write().await?;
    let mine = held(&*txn, registration).await?;
    let sessions: Vec<i64> = mine.iter().map(|seat| seat.session).chain([session]).collect();
    let known = lock(&*txn, registration, &sessions).await?.facts(&*txn, session).await?;
    let (taking, gave_up) = seat::swap(&known.as_of(now)).map_err(Halt::Refused)?;
    if let Taking::Taken(place) = taking {
        for other in &gave_up {
            vacate(&*txn, now, &known.registration, *other, "swap away").await?;
        }
        occupy(&*txn, now, &known, place).await?;
        txn.commit().await?;
    }
    Ok(SeatTaken { taking, gave_up })
}

/// Gives up a seat, or passes on an offered one; the next person waiting is offered it. Answers whether there was one.
///
/// # Errors
/// Faults only.
pub async fn give_up_seat(db: &Db, now: DateTime<Utc>, registration: i64, session: i64) -> Result<bool, Fault> {
    let txn = db.write().await?;
    let Some(row) = registration::Entity::find_by_id(registration).lock_exclusive().one(&*txn).await? else { return Ok(false) };
    lock_sessions(&*txn, &[session]).await?;
    let had = vacate(&*txn, now, &row, session, "give up").await?;
    if had {
        txn.commit().await?;
    }
    Ok(had)
}

/// Frees every seat and waitlist place of a registration that ends. Within a transaction.
pub(crate) async fn free_all(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    cohort: &cohort::Model,
    registration: i64,
) -> Result<(), Fault> {
    let Some(row) = registration::Entity::find_by_id(registration).lock_exclusive().one(txn).await? else { return Ok(()) };
    debug_assert_eq!(row.cohort_id, cohort.id);
    entity::waitlist::Entity::delete_many().filter(entity::waitlist::Column::RegistrationId.eq(registration)).exec(txn).await?;
    let seats = entity::seat::Entity::find().filter(entity::seat::Column::RegistrationId.eq(registration)).all(txn).await?;
    let mut sessions: Vec<i64> = seats.iter().map(|seat| seat.session_id).collect();
    sessions.sort_unstable();
    lock_sessions(txn, &sessions).await?;
    for session in sessions {
        vacate(txn, now, &row, session, "give up").await?;
    }
    Ok(())
}

/// What stands in a session, once it is locked.
pub struct Known {
    registration: registration::Model,
    session: i64,
    mode: SeatMode,
    cancelled: bool,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    capacity: Option<u32>,
    taken: Vec<u32>,
    mine: Option<Place>,
    /// A place held for this person until they answer.
    offered: Option<Place>,
    held: Vec<HeldSeat>,
}

impl Known {
    /// The rule's facts.
    #[must_use]
    pub fn as_of(&self, now: DateTime<Utc>) -> Facts<'_> {
        Facts {
            now,
            registered: self.registration.state == "confirmed",
            mode: self.mode,
            cancelled: self.cancelled,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            capacity: self.capacity,
            taken: &self.taken,
            mine: self.mine,
            held: &self.held,
        }
    }
}

struct Locked(Option<registration::Model>);

/// The registration, then the sessions in ascending order.
async fn lock(txn: &impl ConnectionTrait, registration: i64, sessions: &[i64]) -> Result<Locked, DbErr> {
    let row = registration::Entity::find_by_id(registration).lock_exclusive().one(txn).await?;
    lock_sessions(txn, sessions).await?;
    Ok(Locked(row))
}

async fn lock_sessions(txn: &impl ConnectionTrait, sessions: &[i64]) -> Result<(), DbErr> {
    let mut sessions = sessions.to_vec();
    sessions.sort_unstable();
    sessions.dedup();
    for session in sessions {
        session::Entity::find_by_id(session).lock_exclusive().one(txn).await?;
    }
    Ok(())
}

impl Locked {
    async fn facts(self, txn: &impl ConnectionTrait, session: i64) -> Result<Known, Halt<SeatRefusal>> {
        let Some(registration) = self.0 else { return refuse(SeatRefusal::NotRegistered) };
        match known(txn, registration, session).await? {
            Some(known) => Ok(known),
            None => refuse(SeatRefusal::Cancelled),
        }
    }
}

/// Loads what the rule asks. True only as long as the caller holds the locks of [`take_seat`]; a page that only wants
/// to know what a press would answer may go without. `None` when the cohort has released no such session.
///
/// # Errors
/// The database.
pub async fn known(db: &impl ConnectionTrait, registration: registration::Model, session: i64) -> Result<Option<Known>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        mode: String,
        cancelled: bool,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        capacity: Option<i32>,
    }
    #[derive(FromQueryResult)]
    struct Taken {
        registration_id: i64,
        place: i32,
        offered_until: Option<DateTime<Utc>>,
    }
    let row: Option<Row> = sql::one(
        db,
        "SELECT mode, cancelled, starts_at, ends_at, capacity FROM released_session WHERE session_id = $1 AND cohort_id = $2",
        values![session, registration.cohort_id],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let taken: Vec<Taken> =
        sql::all(db, "SELECT registration_id, place, offered_until FROM seat WHERE session_id = $1 ORDER BY place", values![session])
            .await?;
    let own = taken
        .iter()
        .find(|seat| seat.registration_id == registration.id)
        .map(|seat| (Place(seat.place as u32), seat.offered_until.is_some()));
    let offered = own.and_then(|(place, offered)| offered.then_some(place));
    Ok(Some(Known {
        session,
        mode: word(SeatMode::parse(&row.mode), &row.mode)?,
        cancelled: row.cancelled,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        capacity: row.capacity.map(|capacity| capacity as u32),
        taken: taken.iter().map(|seat| seat.place as u32).filter(|place| Some(Place(*place)) != offered).collect(),
        mine: own.and_then(|(place, offered)| (!offered).then_some(place)),
        offered,
        held: held(db, registration.id).await?.into_iter().filter(|seat| seat.session != session).collect(),
        registration,
    }))
}

/// The seats a registration has taken, in sessions that stand. An offer is not yet a seat taken.
pub(crate) async fn held(db: &impl ConnectionTrait, registration: i64) -> Result<Vec<HeldSeat>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        session_id: i64,
        title: String,
        starts: NaiveDateTime,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT s.session_id, s.title, s.starts, s.starts_at, s.ends_at FROM seat t JOIN released_session s ON s.session_id = t.session_id \
         WHERE t.registration_id = $1 AND t.offered_until IS NULL AND NOT s.cancelled AND s.mode <> 'everyone' ORDER BY s.starts_at, s.session_id",
        values![registration],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| HeldSeat {
            session: row.session_id,
            title: row.title,
            starts: row.starts,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        })
        .collect())
}

async fn occupy(txn: &impl ConnectionTrait, now: DateTime<Utc>, known: &Known, place: Place) -> Result<(), DbErr> {
    let registration = known.registration.id;
    if known.offered.is_some() {
        sql::run(
            txn,
            "UPDATE seat SET offered_until = NULL, taken_at = $1 WHERE session_id = $2 AND registration_id = $3",
            values![now, known.session, registration],
        )
        .await?;
    } else {
        entity::seat::ActiveModel {
            session_id: Set(known.session),
            registration_id: Set(registration),
            place: Set(place.0 as i32),
            taken_at: Set(now),
            ..Default::default()
        }
        .insert(txn)
        .await?;
    }
    waitlist::leave_in(txn, registration, known.session).await?;
    note(txn, now, &known.registration, known.session, "take a seat").await
}

/// Deletes the seat and offers the place on. The session is locked by the caller.
async fn vacate(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    registration: &registration::Model,
    session: i64,
    act: &str,
) -> Result<bool, Fault> {
    let gone = entity::seat::Entity::delete_many()
        .filter(entity::seat::Column::SessionId.eq(session))
        .filter(entity::seat::Column::RegistrationId.eq(registration.id))
        .exec(txn)
        .await?;
    if gone.rows_affected == 0 {
        return Ok(false);
    }
    note(txn, now, registration, session, act).await?;
    waitlist::offer_next(txn, now, session).await?;
    Ok(true)
}

async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    registration: &registration::Model,
    session: i64,
    act: &str,
) -> Result<(), DbErr> {
    let entry = Entry {
        actor: Actor::Executive(registration.invitation_id),
        act,
        object: "session",
        object_id: session,
        cohort: Some(registration.cohort_id),
        before: String::new(),
        after: String::new(),
    };
    history::record(txn, now, entry).await
}
