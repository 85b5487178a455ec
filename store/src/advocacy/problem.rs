//! Problems: opened and closed by staff, of a person or of a whole company. While one stands open nothing is asked.
//!
//! Locks: the person or the company, as an ask does, so that none goes out while a problem of theirs is opened.

use chrono::{DateTime, Utc};
use domain::advocacy::consent::Subject;
use domain::advocacy::problem::{self as rules, ProblemRefusal};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::advocacy::consent::column;
use crate::entity::{company, person, problem};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Halt};

/// Opens a problem; answers its number. The same words once more, while it stands open, are the same problem.
///
/// # Errors
/// The words say too little, or there is nobody of that number.
pub async fn open(db: &Db, now: DateTime<Utc>, actor: Actor, on: Subject, what: &str) -> Result<i64, Halt<ProblemRefusal>> {
    let what = rules::parse_what(what).map_err(|why| Halt::Refused(ProblemRefusal::Fields(vec![why])))?;
    let txn = db.write().await?;
    if !lock(&*txn, on).await? {
        return refuse(ProblemRefusal::Unknown);
    }
    let stands = match on {
        Subject::Person(id) => problem::Entity::find().filter(problem::Column::PersonId.eq(id)),
        Subject::Company(id) => problem::Entity::find().filter(problem::Column::CompanyId.eq(id)),
    };
    let stands = stands
        .filter(problem::Column::ClosedAt.is_null())
        .filter(problem::Column::What.eq(what.as_str()))
        .order_by_asc(problem::Column::Id)
        .one(&*txn)
        .await?;
    if let Some(row) = stands {
        return Ok(row.id);
    }
    let (person_id, company_id) = match on {
        Subject::Person(id) => (Some(id), None),
        Subject::Company(id) => (None, Some(id)),
    };
    let row = problem::ActiveModel {
        person_id: Set(person_id),
        company_id: Set(company_id),
        what: Set(what),
        opened_by: Set(actor.staff()),
        opened_at: Set(now),
        solution: Set(String::new()),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    note(&*txn, now, actor, "open", row.id).await?;
    txn.commit().await?;
    Ok(row.id)
}

/// Closes a problem with how it was put right; answers whose it is. What is closed stays closed, with its first words.
///
/// # Errors
/// The words say too little, or there is no such problem.
pub async fn close(db: &Db, now: DateTime<Utc>, actor: Actor, problem: i64, solution: &str) -> Result<Subject, Halt<ProblemRefusal>> {
    let txn = db.write().await?;
    let Some(row) = problem::Entity::find_by_id(problem).lock_exclusive().one(&*txn).await? else {
        return refuse(ProblemRefusal::Unknown);
    };
    let Some(on) = row.person_id.map(Subject::Person).or(row.company_id.map(Subject::Company)) else {
        return refuse(ProblemRefusal::Unknown);
    };
    if row.closed_at.is_some() {
        return Ok(on);
    }
    let solution = rules::parse_solution(solution).map_err(|why| Halt::Refused(ProblemRefusal::Fields(vec![why])))?;
    problem::ActiveModel {
        id: Set(row.id),
        solution: Set(solution),
        closed_by: Set(actor.staff()),
        closed_at: Set(Some(now)),
        ..Default::default()
    }
    .update(&*txn)
    .await?;
    note(&*txn, now, actor, "close", row.id).await?;
    txn.commit().await?;
    Ok(on)
}

/// Locks whoever it is about; answers whether they are here.
async fn lock(txn: &impl ConnectionTrait, on: Subject) -> Result<bool, DbErr> {
    match on {
        Subject::Person(id) => {
            let row = person::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
            Ok(row.is_some_and(|row| row.merged_into.is_none() && row.forgotten_at.is_none()))
        }
        // Rows that name the company may still be added meanwhile.
        Subject::Company(id) => Ok(company::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(txn).await?.is_some()),
    }
}

/// The words stay in the problem's own row.
async fn note(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, act: &str, id: i64) -> Result<(), DbErr> {
    let entry = Entry { actor, act, object: "problem", object_id: id, cohort: None, before: String::new(), after: String::new() };
    history::record(txn, now, entry).await
}

/// A problem as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ProblemLine {
    pub id: i64,
    /// It is their company's, not theirs alone.
    pub of_company: bool,
    pub what: String,
    pub opened_by: Option<String>,
    pub opened_at: DateTime<Utc>,
    pub solution: String,
    pub closed_by: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
}

impl ProblemLine {
    /// Whether it is still to be put right.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

const LINES: &str = "SELECT b.id, (b.company_id IS NOT NULL) AS of_company, b.what, o.name AS opened_by, b.opened_at, b.solution, c.name AS closed_by, b.closed_at \
    FROM problem b LEFT JOIN staff o ON o.id = b.opened_by LEFT JOIN staff c ON c.id = b.closed_by";

/// A person's problems and their company's: open ones first, the newest of them first.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, person: i64) -> Result<Vec<ProblemLine>, DbErr> {
    sql::all(
        db.read(),
        &format!(
            "{LINES} WHERE b.person_id = $1 OR b.company_id = (SELECT p.company_id FROM person p WHERE p.id = $1) \
             ORDER BY CASE WHEN b.closed_at IS NULL THEN 0 ELSE 1 END, b.id DESC"
        ),
        values![person],
    )
    .await
}

/// A company's own problems or a person's own, ordered likewise.
///
/// # Errors
/// The database.
pub async fn own(db: &Db, of: Subject) -> Result<Vec<ProblemLine>, DbErr> {
    let (column, id) = column(of);
    sql::all(
        db.read(),
        &format!("{LINES} WHERE b.{column} = $1 ORDER BY CASE WHEN b.closed_at IS NULL THEN 0 ELSE 1 END, b.id DESC"),
        values![id],
    )
    .await
}
