//! Sign-ins: the server-side half of a cookie. The id is stored hashed; who it is is read from current rows each time.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::{Principal, Role, Standing};
use domain::conduct::incident::coarse;
use domain::registration::invitation::State;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, Set};

use crate::entity::{link as link_row, sign_in};
use crate::sql::{self, values};
use crate::{Db, Fault, link};

/// A staff sign-in ends after so many hours without a request, and after so many days whatever happens.
pub const STAFF_IDLE_HOURS: i64 = 8;
pub const STAFF_DAYS: i64 = 7;
/// A customer's cookie lasts so many days; their link opens a new one. Of when they came only the day is kept: the minute
/// beside a concern without a name could tell whose it is.
pub const CUSTOMER_DAYS: i64 = 30;

/// Whose cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    Staff(i64),
    Invitation { id: i64, link: i64 },
    Allotment { id: i64, link: i64 },
}

/// Begins a sign-in and answers the cookie's value.
pub(crate) async fn begin(txn: &impl ConnectionTrait, now: DateTime<Utc>, holder: Holder) -> Result<String, DbErr> {
    let cookie = link::random_token("");
    let (mut staff, mut invitation, mut allotment, mut by_link) = (None, None, None, None);
    let (at, days) = match holder {
        Holder::Staff(id) => {
            staff = Some(id);
            (now, STAFF_DAYS)
        }
        Holder::Invitation { id, link } => {
            (invitation, by_link) = (Some(id), Some(link));
            (coarse(now), CUSTOMER_DAYS)
        }
        Holder::Allotment { id, link } => {
            (allotment, by_link) = (Some(id), Some(link));
            (coarse(now), CUSTOMER_DAYS)
        }
    };
    sign_in::Entity::delete_many().filter(sign_in::Column::ExpiresAt.lt(now)).exec(txn).await?;
    sign_in::ActiveModel {
        id_hash: Set(link::hash(&cookie)),
        staff_id: Set(staff),
        invitation_id: Set(invitation),
        allotment_id: Set(allotment),
        link_id: Set(by_link),
        created_at: Set(at),
        seen_at: Set(at),
        expires_at: Set(at + TimeDelta::days(days)),
    }
    .insert(txn)
    .await?;
    Ok(cookie)
}

/// A member of staff, signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub roles: Vec<Role>,
}

impl Staff {
    /// As the access table knows them.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::Staff { id: self.id, roles: self.roles.clone() }
    }

    /// Whether they have the role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The staff of a cookie, if it is live: signed in, active, not idle.
///
/// # Errors
/// The database.
pub async fn staff(db: &Db, now: DateTime<Utc>, cookie: &str) -> Result<Option<Staff>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        email: String,
        role: Option<String>,
        seen_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    }
    let id_hash = link::hash(cookie);
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT s.id, s.name, s.email, r.role, i.seen_at, i.expires_at FROM sign_in i JOIN staff s ON s.id = i.staff_id \
         LEFT JOIN staff_role r ON r.staff_id = s.id WHERE i.id_hash = $1 AND s.active ORDER BY r.role",
        values![id_hash.clone()],
    )
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    if now >= first.expires_at || now - first.seen_at > TimeDelta::hours(STAFF_IDLE_HOURS) {
        return Ok(None);
    }
    if now - first.seen_at > TimeDelta::minutes(5) {
        sql::run(db.read(), "UPDATE sign_in SET seen_at = $1 WHERE id_hash = $2", values![now, id_hash]).await?;
    }
    let roles = rows.iter().filter_map(|row| row.role.as_deref().and_then(Role::parse)).collect();
    Ok(Some(Staff { id: first.id, name: first.name.clone(), email: first.email.clone(), roles }))
}

/// An executive, by their link's cookie, with what every page of theirs says of them and their cohort.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Executive {
    pub invitation: i64,
    pub state: String,
    pub registration: Option<i64>,
    pub registration_state: Option<String>,
    pub cohort: i64,
    pub person: i64,
    pub name: String,
    pub email: String,
    /// The person's own zone, once known; else the venue's holds.
    pub zone: Option<String>,
    pub company: String,
    pub cohort_title: String,
    pub cohort_state: String,
    pub cohort_zone: String,
    pub program: String,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub release_number: i32,
    /// The cohort names a version of the conversation rule that they have not acknowledged.
    pub rule_missing: bool,
    pub expires_at: DateTime<Utc>,
}

impl Executive {
    /// Where they stand, as the access table knows it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match State::parse(&self.state) {
            Some(State::Accepted) => Standing::Accepted,
            Some(state) if state.is_pending() => Standing::Invited,
            _ => Standing::Over,
        }
    }

    /// As the access table knows them.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::Executive { invitation: self.invitation, standing: self.standing() }
    }
}

/// The executive of a cookie, while its link is not revoked.
///
/// # Errors
/// The database.
pub async fn executive(db: &Db, now: DateTime<Utc>, cookie: &str) -> Result<Option<Executive>, DbErr> {
    let found: Option<Executive> = sql::one(
        db.read(),
        "SELECT i.id AS invitation, i.state, r.id AS registration, r.state AS registration_state, i.cohort_id AS cohort, p.id AS person, p.name, p.email, p.zone, \
         co.name AS company, c.title AS cohort_title, c.state AS cohort_state, c.zone AS cohort_zone, g.title AS program, c.first_day, c.last_day, c.release_number, \
         (c.rule_version_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acknowledgement k WHERE k.rule_version_id = c.rule_version_id AND k.person_id = p.id AND k.cohort_id = c.id)) \
         AS rule_missing, s.expires_at \
         FROM sign_in s JOIN link l ON l.id = s.link_id AND l.revoked_at IS NULL JOIN invitation i ON i.id = s.invitation_id JOIN person p ON p.id = i.person_id \
         JOIN company co ON co.id = p.company_id JOIN cohort c ON c.id = i.cohort_id JOIN program g ON g.id = c.program_id \
         LEFT JOIN registration r ON r.invitation_id = i.id WHERE s.id_hash = $1",
        values![link::hash(cookie)],
    )
    .await?;
    Ok(found.filter(|executive| now < executive.expires_at))
}

/// A delegation lead, by their link's cookie.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Lead {
    pub allotment: i64,
    pub cohort: i64,
    pub name: String,
    pub company: String,
    pub expires_at: DateTime<Utc>,
}

impl Lead {
    /// As the access table knows them.
    #[must_use]
    pub const fn principal(&self) -> Principal {
        Principal::DelegationLead { allotment: self.allotment }
    }
}

/// The delegation lead of a cookie, while their link is not revoked.
///
/// # Errors
/// The database.
pub async fn lead(db: &Db, now: DateTime<Utc>, cookie: &str) -> Result<Option<Lead>, DbErr> {
    let found: Option<Lead> = sql::one(
        db.read(),
        "SELECT a.id AS allotment, a.cohort_id AS cohort, a.lead_name AS name, co.name AS company, s.expires_at FROM sign_in s \
         JOIN link l ON l.id = s.link_id AND l.revoked_at IS NULL JOIN allotment a ON a.id = s.allotment_id JOIN company co ON co.id = a.company_id WHERE s.id_hash = $1",
        values![link::hash(cookie)],
    )
    .await?;
    Ok(found.filter(|lead| now < lead.expires_at))
}

/// What exchanging a token came to: the cookie's value, and what it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub cookie: String,
    pub id: i64,
}

/// Exchanges an invitation's token for a sign-in. `None` for unknown, revoked and over alike.
///
/// # Errors
/// The database.
pub async fn open_invitation(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<Opened>, Fault> {
    exchange(db, now, "invitation", token, |row| row.invitation_id.map(|id| (id, Holder::Invitation { id, link: row.id }))).await
}

/// Exchanges a delegation lead's token for a sign-in.
///
/// # Errors
/// The database.
pub async fn open_delegation(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<Opened>, Fault> {
    exchange(db, now, "delegation", token, |row| row.allotment_id.map(|id| (id, Holder::Allotment { id, link: row.id }))).await
}

async fn exchange(
    db: &Db,
    now: DateTime<Utc>,
    kind: &str,
    token: &str,
    holder: impl FnOnce(&link_row::Model) -> Option<(i64, Holder)>,
) -> Result<Option<Opened>, Fault> {
    let Some(found) = link::find(db.read(), now, kind, token).await? else { return Ok(None) };
    let Some((id, holder)) = holder(&found) else { return Ok(None) };
    let txn = db.write().await?;
    sql::run(&*txn, "UPDATE link SET used_at = $1 WHERE id = $2", values![coarse(now), found.id]).await?;
    let cookie = begin(&*txn, now, holder).await?;
    txn.commit().await?;
    Ok(Some(Opened { cookie, id }))
}

/// Ends one sign-in. Ending it twice is the same.
///
/// # Errors
/// The database.
pub async fn end(db: &Db, cookie: &str) -> Result<(), DbErr> {
    sign_in::Entity::delete_by_id(link::hash(cookie)).exec(db.read()).await.map(|_| ())
}

/// Ends every sign-in of a member of staff; answers how many.
///
/// # Errors
/// The database.
pub async fn end_all(db: &Db, staff: i64) -> Result<u64, DbErr> {
    end_all_in(db.read(), staff).await
}

pub(crate) async fn end_all_in(txn: &impl ConnectionTrait, staff: i64) -> Result<u64, DbErr> {
    Ok(sign_in::Entity::delete_many().filter(sign_in::Column::StaffId.eq(staff)).exec(txn).await?.rows_affected)
}
