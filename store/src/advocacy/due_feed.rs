//! A member of staff's private calendar of what is due: tasks until they are public, asks until they are answered or done.
//!
//! Only the SHA-256 of its token is kept, and it opens while its owner may see what it shows. Nobody's name is in it
//! beyond the company's.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::advocacy::amplification::{Hold, State};
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, FromQueryResult, QuerySelect, Set};
use uuid::Uuid;

use crate::advocacy::board::hold;
use crate::entity::{due_feed, staff};
use crate::halt::word;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, link};

/// Whose calendar it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub staff: i64,
}

/// A new private link; the older one is dead. Answers its token, once. `None` for nobody of the staff.
///
/// # Errors
/// The database.
pub async fn renew(db: &Db, now: DateTime<Utc>, staff: i64) -> Result<Option<String>, Fault> {
    let txn = db.write().await?;
    if staff::Entity::find_by_id(staff).lock_exclusive().one(&*txn).await?.is_none_or(|row| !row.active) {
        return Ok(None);
    }
    let token = link::random_token("due_");
    let row = due_feed::ActiveModel { staff_id: Set(staff), token_hash: Set(link::hash(&token)), made_at: Set(now), used_at: Set(None) };
    if due_feed::Entity::find_by_id(staff).one(&*txn).await?.is_some() {
        row.update(&*txn).await?;
    } else {
        row.insert(&*txn).await?;
    }
    let entry = Entry {
        actor: Actor::Staff(staff),
        act: "renew calendar link",
        object: "due feed",
        object_id: staff,
        cohort: None,
        before: String::new(),
        after: String::new(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Some(token))
}

/// When somebody's link was made and last fetched; `None` without one.
///
/// # Errors
/// The database.
pub async fn status(db: &Db, staff: i64) -> Result<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, DbErr> {
    Ok(due_feed::Entity::find_by_id(staff).one(db.read()).await?.map(|row| (row.made_at, row.used_at)))
}

/// The owner of a token, and the note that it was used. Unknown, replaced, and somebody who no longer sees tasks answer
/// alike.
///
/// # Errors
/// The database.
pub async fn owner(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<Owner>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        staff: i64,
        used_at: Option<DateTime<Utc>>,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT f.staff_id AS staff, f.used_at FROM due_feed f JOIN staff s ON s.id = f.staff_id \
         WHERE f.token_hash = $1 AND s.active = TRUE AND EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role IN ('admin', 'marketing'))",
        values![link::hash(token)],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.used_at.is_none_or(|used| now - used > TimeDelta::minutes(15)) {
        sql::run(db.read(), "UPDATE due_feed SET used_at = $1 WHERE staff_id = $2", values![now, row.staff]).await?;
    }
    Ok(Some(Owner { staff: row.staff }))
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub uid: Uuid,
    pub sequence: u32,
    pub day: NaiveDate,
    pub what: What,
    pub company: String,
    pub created: DateTime<Utc>,
    pub modified: DateTime<Utc>,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An achievement is to be recognised.
    Task { id: i64, title: String, state: State, hold: Option<Hold> },
    /// An answer to an ask is wanted by then.
    Answer { ask: i64, kind: String },
    /// What somebody said yes to takes place then.
    Act { ask: i64, kind: String },
}

/// The most entries of a kind in one feed.
const MOST: u64 = 1_000;

/// What is due, the next first. With `mine`, only what this member of staff has in hand.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn dues(db: &Db, owner: Owner, mine: bool) -> Result<Vec<Due>, Fault> {
    #[derive(FromQueryResult)]
    struct Task {
        id: i64,
        uid: String,
        sequence: i32,
        day: NaiveDate,
        title: String,
        company: String,
        state: String,
        held_from: String,
        held_by: String,
        created_at: DateTime<Utc>,
        modified_at: DateTime<Utc>,
    }
    #[derive(FromQueryResult)]
    struct Ask {
        id: i64,
        day: NaiveDate,
        kind: String,
        state: String,
        company: String,
        revision: i32,
        created_at: DateTime<Utc>,
        modified_at: DateTime<Utc>,
    }
    let whose = if mine { owner.staff } else { 0 };
    let tasks: Vec<Task> = sql::all(
        db.read(),
        &format!(
            "SELECT a.id, a.uid, a.sequence, a.due_day AS day, h.title, c.name AS company, a.state, a.held_from, a.held_by, a.created_at, a.modified_at \
             FROM amplification a JOIN achievement h ON h.id = a.achievement_id JOIN company c ON c.id = h.company_id \
             WHERE a.state NOT IN ('published', 'measured', 'rejected', 'withdrawn') AND ($1 = 0 OR a.owner_id = $1) ORDER BY a.due_day, a.id LIMIT {MOST}"
        ),
        values![whose],
    )
    .await?;
    let asks: Vec<Ask> = sql::all(
        db.read(),
        &format!(
            "SELECT k.id, CASE WHEN k.state = 'asked' THEN k.answer_by ELSE k.scheduled_for END AS day, k.kind, k.state, c.name AS company, k.revision, \
             k.submitted_at AS created_at, coalesce(k.answered_at, k.asked_at, k.submitted_at) AS modified_at FROM ask k JOIN person p ON p.id = k.person_id \
             JOIN company c ON c.id = p.company_id WHERE ((k.state = 'asked' AND k.answer_by IS NOT NULL) OR (k.state = 'scheduled' AND k.scheduled_for IS NOT NULL)) \
             AND p.forgotten_at IS NULL AND ($1 = 0 OR k.submitted_by = $1 OR k.approving_by = $1) ORDER BY k.id LIMIT {MOST}"
        ),
        values![whose],
    )
    .await?;
    let mut dues = Vec::new();
    for row in tasks {
        let state = word(State::parse(&row.state), &row.state)?;
        dues.push(Due {
            uid: Uuid::parse_str(&row.uid).map_err(|_| Fault::Unreadable(row.uid.clone()))?,
            sequence: u32::try_from(row.sequence).unwrap_or(0),
            day: row.day,
            what: What::Task { id: row.id, title: row.title, state, hold: hold(state, &row.held_from, &row.held_by)? },
            company: row.company,
            created: row.created_at,
            modified: row.modified_at,
        });
    }
    for row in asks {
        let asked = row.state == "asked";
        dues.push(Due {
            // An ask has no stored identifier: one that is always made the same does as well.
            uid: Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("cohortium:ask:{}", row.id).as_bytes()),
            sequence: u32::try_from(row.revision).unwrap_or(0),
            day: row.day,
            what: if asked { What::Answer { ask: row.id, kind: row.kind } } else { What::Act { ask: row.id, kind: row.kind } },
            company: row.company,
            created: row.created_at,
            modified: row.modified_at,
        });
    }
    dues.sort_by_key(|due| (due.day, due.uid));
    Ok(dues)
}
