//! Whose an object is, from current rows: what the access table asks before it lets anybody in. One query each.

use domain::access::Belongs;
use sea_orm::{DbErr, FromQueryResult, Value};

use crate::Db;
use crate::outbox::UNSHOWN;
use crate::sql::{self, values};

#[derive(FromQueryResult)]
struct Owners {
    owner_id: i64,
    sponsor_id: Option<i64>,
    facilitator: Option<i64>,
}

/// A program. `None` when there is none.
///
/// # Errors
/// The database.
pub async fn program(db: &Db, id: i64) -> Result<Option<Belongs>, DbErr> {
    owners(db, "SELECT p.owner_id, p.sponsor_id, NULL AS facilitator FROM program p WHERE p.id = $1", values![id]).await
}

/// A cohort.
///
/// # Errors
/// The database.
pub async fn cohort(db: &Db, id: i64) -> Result<Option<Belongs>, DbErr> {
    owners(
        db,
        "SELECT p.owner_id, p.sponsor_id, NULL AS facilitator FROM cohort c JOIN program p ON p.id = c.program_id WHERE c.id = $1",
        values![id],
    )
    .await
}

/// An allotment of a cohort, with the cohort it is part of.
///
/// # Errors
/// The database.
pub async fn allotment(db: &Db, id: i64) -> Result<Option<(i64, Belongs)>, DbErr> {
    part(db, "SELECT a.cohort_id AS n FROM allotment a WHERE a.id = $1", id).await
}

/// An invitation, with its cohort.
///
/// # Errors
/// The database.
pub async fn invitation(db: &Db, id: i64) -> Result<Option<(i64, Belongs)>, DbErr> {
    part(db, "SELECT i.cohort_id AS n FROM invitation i WHERE i.id = $1", id).await
}

/// An educator, with their cohort.
///
/// # Errors
/// The database.
pub async fn educator(db: &Db, id: i64) -> Result<Option<(i64, Belongs)>, DbErr> {
    part(db, "SELECT e.cohort_id AS n FROM educator e WHERE e.id = $1", id).await
}

/// A session, with its cohort: also its facilitators'.
///
/// # Errors
/// The database.
pub async fn session(db: &Db, id: i64) -> Result<Option<(i64, Belongs)>, DbErr> {
    let cohort = sql::number(db.read(), "SELECT s.cohort_id AS n FROM session s WHERE s.id = $1", values![id]).await?;
    let belongs = owners(
        db,
        "SELECT p.owner_id, p.sponsor_id, f.staff_id AS facilitator FROM session s JOIN cohort c ON c.id = s.cohort_id JOIN program p ON p.id = c.program_id \
         LEFT JOIN session_facilitator f ON f.session_id = s.id WHERE s.id = $1",
        values![id],
    )
    .await?;
    Ok(belongs.map(|belongs| (cohort, belongs)))
}

/// A company: its account managers'.
///
/// # Errors
/// The database.
pub async fn company(db: &Db, id: i64) -> Result<Option<Belongs>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        staff_id: Option<i64>,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT m.staff_id FROM company c LEFT JOIN account_manager m ON m.company_id = c.id WHERE c.id = $1",
        values![id],
    )
    .await?;
    let managers = rows.iter().filter_map(|row| row.staff_id).collect();
    Ok((!rows.is_empty()).then_some(Belongs { account_managers: managers, ..Belongs::default() }))
}

/// A mail: its cohort's program's. `None` for those no page shows.
///
/// # Errors
/// The database.
pub async fn mail(db: &Db, id: i64) -> Result<Option<Belongs>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        owner_id: Option<i64>,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        &format!(
            "SELECT p.owner_id FROM outbox o LEFT JOIN cohort c ON c.id = o.cohort_id LEFT JOIN program p ON p.id = c.program_id WHERE o.id = $1 AND o.kind NOT IN {UNSHOWN}"
        ),
        values![id],
    )
    .await?;
    Ok(row.map(|row| Belongs { program_owner: row.owner_id, ..Belongs::default() }))
}

/// A reported incident: the reviewers', apart from those a conflict keeps from it. `None` until they were told of it.
///
/// # Errors
/// The database.
pub async fn incident(db: &Db, id: i64) -> Result<Option<Belongs>, DbErr> {
    let facts = crate::conduct::incident::facts(db.read(), id).await?;
    Ok(facts.map(|facts| Belongs { reviewed_apart_from: Some(facts.apart_from()), ..Belongs::default() }))
}

/// A person, for this member of staff: theirs when the person was invited to a cohort of a program they own.
///
/// # Errors
/// The database.
pub async fn person(db: &Db, id: i64, staff: i64) -> Result<Option<Belongs>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        own: bool,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT EXISTS (SELECT 1 FROM invitation i JOIN cohort c ON c.id = i.cohort_id JOIN program g ON g.id = c.program_id \
         WHERE i.person_id = p.id AND g.owner_id = $2) AS own FROM person p WHERE p.id = $1",
        values![id, staff],
    )
    .await?;
    Ok(row.map(|row| Belongs { program_owner: row.own.then_some(staff), ..Belongs::default() }))
}

/// An ask, for this member of staff: as the person it is of, with their number. `None` when there is no such ask.
///
/// # Errors
/// The database.
pub async fn ask(db: &Db, id: i64, staff: i64) -> Result<Option<(i64, Belongs)>, DbErr> {
    let of = sql::number(db.read(), "SELECT a.person_id AS n FROM ask a WHERE a.id = $1", values![id]).await?;
    Ok(person(db, of, staff).await?.map(|belongs| (of, belongs)))
}

async fn part(db: &Db, sql: &str, id: i64) -> Result<Option<(i64, Belongs)>, DbErr> {
    let cohort_id = sql::number(db.read(), sql, values![id]).await?;
    Ok(cohort(db, cohort_id).await?.map(|belongs| (cohort_id, belongs)))
}

async fn owners(db: &Db, sql: &str, with: impl IntoIterator<Item = Value>) -> Result<Option<Belongs>, DbErr> {
    let rows: Vec<Owners> = sql::all(db.read(), sql, with).await?;
    Ok(rows.first().map(|first| Belongs {
        program_owner: Some(first.owner_id),
        sponsor: first.sponsor_id,
        facilitators: rows.iter().filter_map(|row| row.facilitator).collect(),
        ..Belongs::default()
    }))
}
