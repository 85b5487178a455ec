//! The waitlist of a full session: joined in order, left in one press, and offered on at once when a place is free.

use chrono::{DateTime, Utc};
use domain::agenda::seat::{self, SeatRefusal};
use domain::agenda::session::SeatMode;
use domain::agenda::waitlist::{self, Joining, Waiting, WaitlistRefusal};
use domain::time::{Zone, words};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set};

use crate::entity::{self, cohort, registration, released_session, session};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// Joins. Joining again keeps the place in the line.
///
/// # Errors
/// There is a seat to take, or one is held already.
pub async fn join(db: &Db, now: DateTime<Utc>, registration: i64, session: i64) -> Result<Joining, Halt<WaitlistRefusal>> {
    let txn = db.write().await?;
    let row = registration::Entity::find_by_id(registration).lock_exclusive().one(&*txn).await?;
    session::Entity::find_by_id(session).lock_exclusive().one(&*txn).await?;
    let Some(row) = row.filter(|row| row.state == "confirmed") else { return refuse(WaitlistRefusal::NotRegistered) };
    let (cohort, invitation) = (row.cohort_id, row.invitation_id);
    let Some(known) = super::seat::known(&*txn, row, session).await? else { return refuse(WaitlistRefusal::Closed) };
    let facts = known.as_of(now);
    if facts.mine.is_some() {
        return refuse(WaitlistRefusal::HasSeat);
    }
    // A clash does not matter yet: what is asked is whether the session is full. The other seat may be gone by then.
    match seat::take(&seat::Facts { held: &[], ..facts }) {
        Err(SeatRefusal::Full { .. }) => {}
        Ok(_) => return refuse(WaitlistRefusal::NotFull),
        Err(_) => return refuse(WaitlistRefusal::Closed),
    }
    let waits = entity::waitlist::Entity::find()
        .filter(entity::waitlist::Column::SessionId.eq(session))
        .filter(entity::waitlist::Column::RegistrationId.eq(registration))
        .one(&*txn)
        .await?;
    if waits.is_some() {
        return Ok(Joining::AlreadyWaiting);
    }
    entity::waitlist::ActiveModel {
        session_id: Set(session),
        registration_id: Set(registration),
        joined_at: Set(now),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    let entry = Entry {
        actor: Actor::Executive(invitation),
        act: "join the waitlist",
        object: "session",
        object_id: session,
        cohort: Some(cohort),
        before: String::new(),
        after: String::new(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Joining::Joined)
}

/// Leaves. Answers whether they were waiting.
///
/// # Errors
/// The database.
pub async fn leave(db: &Db, registration: i64, session: i64) -> Result<bool, DbErr> {
    leave_in(db.read(), registration, session).await
}

pub(crate) async fn leave_in(txn: &impl ConnectionTrait, registration: i64, session: i64) -> Result<bool, DbErr> {
    let gone = entity::waitlist::Entity::delete_many()
        .filter(entity::waitlist::Column::SessionId.eq(session))
        .filter(entity::waitlist::Column::RegistrationId.eq(registration))
        .exec(txn)
        .await?;
    Ok(gone.rows_affected > 0)
}

/// Offers a free place to whoever is next, holds it and mails them. Within a transaction that holds the session; called
/// whenever a place may have become free, and does nothing when none is.
pub(crate) async fn offer_next(txn: &impl ConnectionTrait, now: DateTime<Utc>, session: i64) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        registration_id: i64,
        joined_at: DateTime<Utc>,
        eligible: bool,
        clashes: bool,
    }
    #[derive(FromQueryResult)]
    struct Person {
        invitation_id: i64,
        name: String,
        email: String,
        zone: Option<String>,
    }
    #[derive(FromQueryResult)]
    struct Taken {
        place: i32,
    }
    let Some(released) = released_session::Entity::find_by_id(session).one(txn).await? else { return Ok(()) };
    if released.cancelled || word(SeatMode::parse(&released.mode), &released.mode)? != SeatMode::SignUp {
        return Ok(());
    }
    let waiting: Vec<Row> = sql::all(
        txn,
        "SELECT w.id, w.registration_id, w.joined_at, \
         (r.state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM seat t WHERE t.session_id = w.session_id AND t.registration_id = w.registration_id)) AS eligible, \
         EXISTS (SELECT 1 FROM seat t JOIN released_session o ON o.session_id = t.session_id WHERE t.registration_id = w.registration_id AND t.offered_until IS NULL \
                 AND NOT o.cancelled AND o.starts_at < $2 AND o.ends_at > $3) AS clashes \
         FROM waitlist w JOIN registration r ON r.id = w.registration_id WHERE w.session_id = $1 ORDER BY w.joined_at, w.id",
        values![session, released.ends_at, released.starts_at],
    )
    .await?;
    let list: Vec<Waiting> = waiting
        .iter()
        .map(|row| Waiting {
            registration: row.registration_id,
            joined_at: row.joined_at,
            id: row.id,
            eligible: row.eligible,
            clashes: row.clashes,
        })
        .collect();
    let Some(next) = waitlist::next(&list) else { return Ok(()) };
    let taken: Vec<Taken> = sql::all(txn, "SELECT place FROM seat WHERE session_id = $1 ORDER BY place", values![session]).await?;
    let taken: Vec<u32> = taken.iter().map(|seat| seat.place as u32).collect();
    let capacity = released.capacity.map(|capacity| capacity as u32);
    let Ok(seat::Taking::Taken(place)) = seat::take(&seat::Facts {
        now,
        registered: true,
        mode: SeatMode::SignUp,
        cancelled: false,
        starts_at: released.starts_at,
        ends_at: released.ends_at,
        capacity,
        taken: &taken,
        mine: None,
        held: &[],
    }) else {
        return Ok(());
    };
    let Some(cohort) = cohort::Entity::find_by_id(released.cohort_id).one(txn).await? else { return Ok(()) };
    let person: Option<Person> = sql::one(
        txn,
        "SELECT r.invitation_id, p.name, p.email, p.zone FROM registration r JOIN person p ON p.id = r.person_id WHERE r.id = $1",
        values![next],
    )
    .await?;
    let Some(person) = person else { return Ok(()) };
    let zone = person.zone.unwrap_or_else(|| cohort.zone.clone());
    let parsed = word(Zone::parse(&zone).ok(), &zone)?;
    let Some(until) = waitlist::offer_deadline(now, &parsed, released.starts_at) else { return Ok(()) };
    entity::seat::ActiveModel {
        session_id: Set(session),
        registration_id: Set(next),
        place: Set(place.0 as i32),
        taken_at: Set(now),
        offered_until: Set(Some(until)),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    leave_in(txn, next, session).await?;
    let entry = Entry {
        actor: Actor::System,
        act: "offer a place",
        object: "session",
        object_id: session,
        cohort: Some(cohort.id),
        before: String::new(),
        after: format!("invitation {}", person.invitation_id),
    };
    history::record(txn, now, entry).await?;
    let token = link::mint(txn, now, Opens::Invitation(person.invitation_id), None).await?;
    let facts = crate::cohort::facts(txn, &cohort).await?;
    let letter = Letter {
        event: format!("offer:{session}:{next}:{}", now.timestamp()),
        cohort: Some(cohort.id),
        invitation: Some(person.invitation_id),
        to_name: &person.name,
        to_email: &person.email,
        subject: format!("A seat is free for you: {}", released.title),
        message: Message::SeatOffered {
            name: person.name.clone(),
            cohort: facts,
            session: released.title.clone(),
            when: format!("{}, {}", words::day(released.starts.date()), words::span(released.starts, released.ends)),
            until,
            zone,
        },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await
}

/// Takes back offers whose deadline has passed and offers each place on: the clock's act. Answers how many lapsed.
///
/// # Errors
/// The database.
pub async fn expire_offers(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    let due = entity::seat::Entity::find().filter(entity::seat::Column::OfferedUntil.lt(now)).limit(200).all(db.read()).await?;
    let mut lapsed = 0;
    for seat in due {
        let txn = db.write().await?;
        session::Entity::find_by_id(seat.session_id).lock_exclusive().one(&*txn).await?;
        let gone = entity::seat::Entity::delete_many()
            .filter(entity::seat::Column::Id.eq(seat.id))
            .filter(entity::seat::Column::OfferedUntil.lt(now))
            .exec(&*txn)
            .await?;
        if gone.rows_affected == 1 {
            offer_next(&*txn, now, seat.session_id).await?;
            txn.commit().await?;
            lapsed += 1;
        }
    }
    Ok(lapsed)
}
