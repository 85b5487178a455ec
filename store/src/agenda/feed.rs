//! What goes into calendars: the sessions that are this person's, as the last release left them.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect};

use crate::agenda::release::event_of;
use crate::entity::{link as link_row, registration, released_session};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::CalendarEvent;
use crate::sql::{self, values};
use crate::{Db, Fault};

/// A cancelled session stays in a feed for so many days (CALENDAR, "my private feed").
pub const CANCELLED_KEPT_DAYS: i64 = 30;

/// Whose calendar it is.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Owner {
    pub registration: i64,
    pub cohort: i64,
    pub program: String,
    pub zone: String,
    /// Changes with everything the feed shows: release, cohort's state, seats. Empty where nobody asks for it.
    pub version: String,
}

/// The owner of a feed token, and the note that it was used. Unknown, revoked and withdrawn answer alike.
///
/// # Errors
/// The database.
pub async fn owner(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<Owner>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        link: i64,
        used_at: Option<DateTime<Utc>>,
        registration: i64,
        cohort: i64,
        program: String,
        zone: String,
        release_number: i32,
        cohort_state: String,
        seats: i64,
        seat_ids: i64,
        last_taken: Option<DateTime<Utc>>,
    }
    // A seat's id is higher than every earlier one's: with the time of the last one taken, count and sum name the set.
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT l.id AS link, l.used_at, r.id AS registration, c.id AS cohort, g.title AS program, c.zone, \
         c.release_number, c.state AS cohort_state, (SELECT count(*) FROM seat t WHERE t.registration_id = r.id AND t.offered_until IS NULL) AS seats, \
         (SELECT CAST(coalesce(sum(t.id), 0) AS BIGINT) FROM seat t WHERE t.registration_id = r.id AND t.offered_until IS NULL) AS seat_ids, \
         (SELECT max(t.taken_at) FROM seat t WHERE t.registration_id = r.id AND t.offered_until IS NULL) AS last_taken FROM link l \
         JOIN registration r ON r.id = l.registration_id AND r.state = 'confirmed' JOIN cohort c ON c.id = r.cohort_id JOIN program g ON g.id = c.program_id \
         WHERE l.token_hash = $1 AND l.kind = 'feed' AND l.revoked_at IS NULL",
        values![link::hash(token)],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.used_at.is_none_or(|used| now - used > TimeDelta::minutes(15)) {
        sql::run(db.read(), "UPDATE link SET used_at = $1 WHERE id = $2", values![now, row.link]).await?;
    }
    Ok(Some(Owner {
        registration: row.registration,
        cohort: row.cohort,
        program: row.program,
        zone: row.zone,
        version: format!("{} {} {} {} {:?}", row.release_number, row.cohort_state, row.seats, row.seat_ids, row.last_taken),
    }))
}

/// The owner behind a registration, for the mail that carries the agenda.
///
/// # Errors
/// The database.
pub async fn owner_of(db: &Db, registration: i64) -> Result<Option<Owner>, DbErr> {
    sql::one(
        db.read(),
        "SELECT r.id AS registration, c.id AS cohort, g.title AS program, c.zone, '' AS version FROM registration r JOIN cohort c ON c.id = r.cohort_id \
         JOIN program g ON g.id = c.program_id WHERE r.id = $1 AND r.state = 'confirmed'",
        values![registration],
    )
    .await
}

/// The sessions in somebody's calendar: for everyone, or with a seat of theirs. With `cancelled`, those cancelled in
/// the last thirty days too, as a feed must show them.
///
/// # Errors
/// The database, or a stored identifier that is none.
pub async fn events(db: &Db, now: DateTime<Utc>, owner: &Owner, cancelled: bool) -> Result<Vec<CalendarEvent>, Fault> {
    let since = now - TimeDelta::days(CANCELLED_KEPT_DAYS);
    let seats = sea_orm::sea_query::Query::select()
        .column(crate::entity::seat::Column::SessionId)
        .from(crate::entity::seat::Entity)
        .and_where(crate::entity::seat::Column::RegistrationId.eq(owner.registration))
        .and_where(crate::entity::seat::Column::OfferedUntil.is_null())
        .to_owned();
    let mine = released_session::Column::Mode.eq("everyone").or(released_session::Column::SessionId.in_subquery(seats));
    let stands = released_session::Column::Cancelled.eq(false);
    let shown = if cancelled { stands.or(released_session::Column::CancelledAt.gt(since)) } else { stands };
    let rows = released_session::Entity::find()
        .filter(released_session::Column::CohortId.eq(owner.cohort))
        .filter(mine)
        .filter(shown)
        .all(db.read())
        .await?;
    let mut events = rows.iter().map(|row| event_of(row, &owner.zone)).collect::<Result<Vec<_>, _>>()?;
    events.sort_by_key(|event| (event.starts_at, event.uid));
    Ok(events)
}

/// One session, if it is in this person's calendar.
///
/// # Errors
/// As [`events`].
pub async fn event(db: &Db, now: DateTime<Utc>, owner: &Owner, session: i64) -> Result<Option<CalendarEvent>, Fault> {
    let row =
        released_session::Entity::find_by_id(session).filter(released_session::Column::CohortId.eq(owner.cohort)).one(db.read()).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(events(db, now, owner, true).await?.into_iter().find(|event| event.uid.to_string() == row.uid))
}

/// A new private link for a calendar; the older one is dead. Answers its token, once.
///
/// # Errors
/// The database.
pub async fn renew(db: &Db, now: DateTime<Utc>, registration: i64) -> Result<Option<String>, Fault> {
    let txn = db.write().await?;
    let Some(row) =
        registration::Entity::find_by_id(registration).lock_exclusive().one(&*txn).await?.filter(|row| row.state == "confirmed")
    else {
        return Ok(None);
    };
    let token = link::reissue(&*txn, now, Opens::Feed(registration), None).await?;
    let entry = Entry {
        actor: Actor::Executive(row.invitation_id),
        act: "renew calendar link",
        object: "registration",
        object_id: registration,
        cohort: Some(row.cohort_id),
        before: String::new(),
        after: String::new(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Some(token))
}

/// When a registration's calendar link was made and last fetched; `None` without one.
///
/// # Errors
/// The database.
pub async fn status(db: &Db, registration: i64) -> Result<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, DbErr> {
    let row = link_row::Entity::find()
        .filter(link_row::Column::RegistrationId.eq(registration))
        .filter(link_row::Column::Kind.eq("feed"))
        .filter(link_row::Column::RevokedAt.is_null())
        .one(db.read())
        .await?;
    Ok(row.map(|row| (row.created_at, row.used_at)))
}
