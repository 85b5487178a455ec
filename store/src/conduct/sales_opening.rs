//! Sales openings: a customer opens a topic with somebody of the host's staff, who may then follow it up until it is
//! closed or over.
//!
//! [`open`] is the one place where a row is made, and it takes the registration of the executive who asks. Absent on
//! purpose: any way for staff, the console or an import to make one.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::cohort::State as CohortState;
use domain::conduct::sales_opening::{self as rules, Closing, Facts, Opened, Opening, OpeningRefusal, Part, State, Typed, Wish};
use domain::time::{Zone, is_second_press, words};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::entity::{cohort, company, follow_up, person, registration, sales_opening, staff};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

/// What opening a topic came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub opened: Opened,
    /// Whom it is for.
    pub with: String,
    /// Its last day: as it stands, for one that was open already.
    pub until: NaiveDate,
}

/// Opens a topic for the executive of this registration, and tells the person it is for. The same topic with the same
/// person again is the same opening.
///
/// # Errors
/// A field, days that are cancelled, a place that does not stand, somebody who was not offered, or too many open.
pub async fn open(db: &Db, now: DateTime<Utc>, registration: i64, typed: &Typed<'_>) -> Result<Made, Halt<OpeningRefusal>> {
    let txn = db.write().await?;
    let Some(found) = registration::Entity::find_by_id(registration).one(&*txn).await? else {
        return refuse(OpeningRefusal::NotRegistered);
    };
    let held = cohort::Entity::find_by_id(found.cohort_id).lock_exclusive().one(&*txn).await?;
    let registered = registration::Entity::find_by_id(registration).lock_exclusive().one(&*txn).await?;
    let (Some(held), Some(registered)) = (held, registered) else { return refuse(OpeningRefusal::NotRegistered) };
    let zone = word(Zone::parse(&held.zone).ok(), &held.zone)?;
    let wish = Wish::parse(now, &zone, typed).map_err(|wrong| Halt::Refused(OpeningRefusal::Fields(wrong)))?;
    let offered: Vec<i64> = offered_in(&*txn, registration).await?.into_iter().map(|one| one.staff).collect();
    let openings: Vec<Opening> = sales_opening::Entity::find()
        .filter(sales_opening::Column::RegistrationId.eq(registration))
        .filter(sales_opening::Column::ClosedAt.is_null())
        .all(&*txn)
        .await?
        .into_iter()
        .map(read)
        .collect();
    let cancelled = held.state == CohortState::Cancelled.as_str();
    let facts = Facts { now, cancelled, registered: registered.state == "confirmed", offered: &offered, openings: &openings };
    let opened = rules::open(&facts, &wish).map_err(Halt::Refused)?;
    let with = staff::Entity::find_by_id(wish.staff).one(&*txn).await?.map_or_else(String::new, |staff| staff.name);
    if let Opened::AlreadyOpen(id) = opened {
        let until = openings.iter().find(|opening| opening.id == id).map_or(wish.until, |opening| opening.until);
        return Ok(Made { opened, with, until });
    }
    let row = sales_opening::ActiveModel {
        cohort_id: Set(registered.cohort_id),
        registration_id: Set(registration),
        person_id: Set(registered.person_id),
        topic: Set(wish.topic),
        staff_id: Set(wish.staff),
        until_day: Set(wish.until),
        until_at: Set(wish.until_at),
        opened_at: Set(now),
        closed_at: Set(None),
        expiry_noted: Set(false),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    // The topic is the customer's own word and stays out of the history.
    let after = format!("with staff {} until {}", row.staff_id, row.until_day);
    note(&*txn, now, Actor::Executive(registered.invitation_id), "open", &row, String::new(), after).await?;
    tell(&*txn, now, &row, State::Open).await?;
    txn.commit().await?;
    Ok(Made { opened, with, until: wish.until })
}

/// Closes an opening of this registration, and tells the person it was for. Closing it again is the same.
///
/// # Errors
/// It is not theirs.
pub async fn close(db: &Db, now: DateTime<Utc>, registration: i64, id: i64) -> Result<Closing, Halt<OpeningRefusal>> {
    let txn = db.write().await?;
    let Some(theirs) = registration::Entity::find_by_id(registration).lock_exclusive().one(&*txn).await? else {
        return refuse(OpeningRefusal::Unknown);
    };
    let found = sales_opening::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?;
    let Some(row) = found.filter(|row| row.registration_id == registration) else { return refuse(OpeningRefusal::Unknown) };
    let closing = rules::close(&read(row.clone()), now);
    if closing == Closing::Closed {
        sales_opening::ActiveModel { id: Set(id), closed_at: Set(Some(now)), ..Default::default() }.update(&*txn).await?;
        let actor = Actor::Executive(theirs.invitation_id);
        note(&*txn, now, actor, "close", &row, State::Open.to_string(), State::Closed.to_string()).await?;
        tell(&*txn, now, &row, State::Closed).await?;
        txn.commit().await?;
    }
    Ok(closing)
}

/// What writing down a follow-up came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowedUp {
    Written,
    /// The same words a moment ago: the button was pressed twice.
    AlreadyWritten,
}

/// Writes down what followed from an opening, by the one it is for, while it is open.
///
/// # Errors
/// It is for somebody else, closed or over; or nothing was typed.
pub async fn follow_up(db: &Db, now: DateTime<Utc>, staff: i64, opening: i64, typed: &str) -> Result<FollowedUp, Halt<OpeningRefusal>> {
    let txn = db.write().await?;
    let Some(row) = sales_opening::Entity::find_by_id(opening).lock_exclusive().one(&*txn).await? else {
        return refuse(OpeningRefusal::Unknown);
    };
    rules::follow_up(&read(row.clone()), staff, now).map_err(Halt::Refused)?;
    let written = rules::note(typed).map_err(|why| Halt::Refused(OpeningRefusal::Fields(vec![why])))?;
    let last =
        follow_up::Entity::find().filter(follow_up::Column::OpeningId.eq(opening)).order_by_desc(follow_up::Column::Id).one(&*txn).await?;
    if last.is_some_and(|last| last.note == written && is_second_press(last.made_at, now)) {
        return Ok(FollowedUp::AlreadyWritten);
    }
    follow_up::ActiveModel { opening_id: Set(opening), staff_id: Set(staff), note: Set(written), made_at: Set(now), ..Default::default() }
        .insert(&*txn)
        .await?;
    note(&*txn, now, Actor::Staff(staff), "follow-up", &row, String::new(), String::new()).await?;
    txn.commit().await?;
    Ok(FollowedUp::Written)
}

/// Writes into the history which openings ended by their date, at the instant they did: the clock's act. Nothing waits
/// for it, since an opening is over by its date alone. Answers how many.
///
/// # Errors
/// The database.
pub async fn note_expired(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    #[derive(FromQueryResult)]
    struct Over {
        id: i64,
    }
    let over: Vec<Over> = sql::all(
        db.read(),
        "SELECT o.id FROM sales_opening o WHERE o.closed_at IS NULL AND o.expiry_noted = FALSE AND o.until_at <= $1 ORDER BY o.until_at LIMIT 200",
        values![now],
    )
    .await?;
    let mut expired = 0;
    for Over { id } in over {
        let txn = db.write().await?;
        let Some(row) = sales_opening::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { continue };
        if row.expiry_noted || read(row.clone()).state(now) != State::Expired {
            continue;
        }
        sales_opening::ActiveModel { id: Set(id), expiry_noted: Set(true), ..Default::default() }.update(&*txn).await?;
        note(&*txn, row.until_at, Actor::System, "expire", &row, State::Open.to_string(), State::Expired.to_string()).await?;
        txn.commit().await?;
        expired += 1;
    }
    Ok(expired)
}

/// Somebody an executive can open a topic with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub staff: i64,
    pub name: String,
    pub part: Part,
}

/// Whom an executive can choose: those who look after their company, the program's owner, and the cohort's facilitators.
/// Everybody once, by what they do and by name.
///
/// # Errors
/// The database.
pub async fn offered(db: &Db, registration: i64) -> Result<Vec<Offered>, Fault> {
    offered_in(db.read(), registration).await
}

async fn offered_in(db: &impl ConnectionTrait, registration: i64) -> Result<Vec<Offered>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        staff: i64,
        name: String,
        part: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT s.id AS staff, s.name, 'account manager' AS part FROM registration r JOIN person p ON p.id = r.person_id \
         JOIN account_manager m ON m.company_id = p.company_id JOIN staff s ON s.id = m.staff_id WHERE r.id = $1 AND s.active \
         UNION ALL SELECT s.id AS staff, s.name, 'program owner' AS part FROM registration r JOIN cohort c ON c.id = r.cohort_id \
         JOIN program g ON g.id = c.program_id JOIN staff s ON s.id = g.owner_id WHERE r.id = $1 AND s.active \
         UNION ALL SELECT DISTINCT s.id AS staff, s.name, 'facilitator' AS part FROM registration r \
         JOIN session x ON x.cohort_id = r.cohort_id AND NOT x.cancelled JOIN session_facilitator f ON f.session_id = x.id \
         JOIN staff s ON s.id = f.staff_id WHERE r.id = $1 AND s.active",
        values![registration],
    )
    .await?;
    let mut offered = Vec::with_capacity(rows.len());
    for row in rows {
        offered.push(Offered { staff: row.staff, name: row.name, part: word(Part::parse(&row.part), &row.part)? });
    }
    offered.sort_by_key(|one| (one.staff, one.part));
    offered.dedup_by_key(|one| one.staff);
    offered.sort_by(|one, other| (one.part, &one.name, one.staff).cmp(&(other.part, &other.name, other.staff)));
    Ok(offered)
}

/// What followed from an opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    pub by: String,
    pub note: String,
    pub made_at: DateTime<Utc>,
}

/// An opening, as the executive who made it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    pub id: i64,
    pub topic: String,
    pub with: String,
    /// Its last day, at the venue.
    pub until: NaiveDate,
    pub state: State,
    /// Oldest first.
    pub follow_ups: Vec<FollowUp>,
}

/// The openings of a registration: those that are open first, then the newest.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, now: DateTime<Utc>, registration: i64, page: u64) -> Result<Page<Mine>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        topic: String,
        name: String,
        until_day: NaiveDate,
        until_at: DateTime<Utc>,
        closed_at: Option<DateTime<Utc>>,
    }
    let count = "SELECT count(*) AS n FROM sales_opening o WHERE o.registration_id = $1";
    let total = sql::number(db.read(), count, values![registration]).await?;
    let part = part("o.registration_id = $1", page);
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!("SELECT o.id, o.topic, s.name, o.until_day, o.until_at, o.closed_at FROM sales_opening o JOIN staff s ON s.id = o.staff_id {part}"),
        values![registration, now],
    )
    .await?;
    let mut followed = follow_ups(db, now, registration, &part).await?;
    let rows = rows
        .into_iter()
        .map(|row| Mine {
            id: row.id,
            topic: row.topic,
            with: row.name,
            until: row.until_day,
            state: rules::state(row.closed_at, row.until_at, now),
            follow_ups: followed.remove(&row.id).unwrap_or_default(),
        })
        .collect();
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// An opening, as the member of staff it is for sees it: what the customer said, and nothing else of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForMe {
    pub id: i64,
    pub topic: String,
    pub person: String,
    pub company: String,
    /// Its last day, at the venue.
    pub until: NaiveDate,
    /// The venue's zone.
    pub zone: Zone,
    pub state: State,
    /// Oldest first.
    pub follow_ups: Vec<FollowUp>,
}

/// The openings for this member of staff and nobody else: those that are open first, then the newest.
///
/// # Errors
/// The database.
pub async fn for_staff(db: &Db, now: DateTime<Utc>, staff: i64, page: u64) -> Result<Page<ForMe>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        topic: String,
        person: String,
        company: String,
        zone: String,
        until_day: NaiveDate,
        until_at: DateTime<Utc>,
        closed_at: Option<DateTime<Utc>>,
    }
    let total = sql::number(db.read(), "SELECT count(*) AS n FROM sales_opening o WHERE o.staff_id = $1", values![staff]).await?;
    let part = part("o.staff_id = $1", page);
    let found: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT o.id, o.topic, p.name AS person, co.name AS company, c.zone, o.until_day, o.until_at, o.closed_at FROM sales_opening o \
             JOIN person p ON p.id = o.person_id JOIN company co ON co.id = p.company_id JOIN cohort c ON c.id = o.cohort_id {part}"
        ),
        values![staff, now],
    )
    .await?;
    let mut followed = follow_ups(db, now, staff, &part).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        rows.push(ForMe {
            id: row.id,
            topic: row.topic,
            person: row.person,
            company: row.company,
            until: row.until_day,
            zone: word(Zone::parse(&row.zone).ok(), &row.zone)?,
            state: rules::state(row.closed_at, row.until_at, now),
            follow_ups: followed.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// The end of a query for one page of openings `o`, of whoever `$1` is, as of `$2`.
fn part(whose: &str, page: u64) -> String {
    format!(
        "WHERE {whose} ORDER BY CASE WHEN o.closed_at IS NULL AND o.until_at > $2 THEN 0 ELSE 1 END, o.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
        page.saturating_sub(1) * PAGE_ROWS
    )
}

/// What followed from the openings of one page, by opening.
async fn follow_ups(db: &Db, now: DateTime<Utc>, whose: i64, part: &str) -> Result<BTreeMap<i64, Vec<FollowUp>>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        opening_id: i64,
        name: String,
        note: String,
        made_at: DateTime<Utc>,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT f.opening_id, s.name, f.note, f.made_at FROM follow_up f JOIN staff s ON s.id = f.staff_id \
             WHERE f.opening_id IN (SELECT o.id FROM sales_opening o {part}) ORDER BY f.id"
        ),
        values![whose, now],
    )
    .await?;
    let mut followed: BTreeMap<i64, Vec<FollowUp>> = BTreeMap::new();
    for row in rows {
        followed.entry(row.opening_id).or_default().push(FollowUp { by: row.name, note: row.note, made_at: row.made_at });
    }
    Ok(followed)
}

fn read(row: sales_opening::Model) -> Opening {
    Opening { id: row.id, topic: row.topic, staff: row.staff_id, until: row.until_day, until_at: row.until_at, closed_at: row.closed_at }
}

async fn zone_of(txn: &impl ConnectionTrait, cohort: i64) -> Result<Zone, Fault> {
    let stored = cohort::Entity::find_by_id(cohort).one(txn).await?.map_or_else(String::new, |cohort| cohort.zone);
    word(Zone::parse(&stored).ok(), &stored)
}

/// One mail to the person an opening is for, that it is open or closed. Its subject names neither topic nor customer.
async fn tell(txn: &impl ConnectionTrait, now: DateTime<Utc>, row: &sales_opening::Model, state: State) -> Result<(), Fault> {
    let reader = staff::Entity::find_by_id(row.staff_id).one(txn).await?.filter(|staff| staff.active);
    let (Some(reader), Some(person)) = (reader, person::Entity::find_by_id(row.person_id).one(txn).await?) else { return Ok(()) };
    let company = company::Entity::find_by_id(person.company_id).one(txn).await?.map_or_else(String::new, |company| company.name);
    let (name, from, topic) = (reader.name.clone(), person.name, row.topic.clone());
    let (subject, message) = if state == State::Open {
        let until = format!("{} ({} time)", words::day(row.until_day), zone_of(txn, row.cohort_id).await?.city());
        ("A customer has opened a topic with you", Message::OpeningOpened { name, from, company, topic, until })
    } else {
        ("A customer has closed a topic with you", Message::OpeningClosed { name, from, company, topic })
    };
    let letter = Letter {
        event: format!("{}:{}", message.kind(), row.id),
        cohort: Some(row.cohort_id),
        invitation: None,
        to_name: &reader.name,
        to_email: &reader.email,
        subject: subject.to_owned(),
        message,
        secret: Secret::default(),
    };
    outbox::enqueue(txn, now, letter).await
}

async fn note(
    txn: &impl ConnectionTrait,
    at: DateTime<Utc>,
    actor: Actor,
    act: &str,
    row: &sales_opening::Model,
    before: String,
    after: String,
) -> Result<(), DbErr> {
    let entry = Entry { actor, act, object: "sales opening", object_id: row.id, cohort: Some(row.cohort_id), before, after };
    history::record(txn, at, entry).await
}
