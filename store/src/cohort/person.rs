//! People at companies, whatever cohorts they are in. Which those are is confidential: nothing here says so.

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::ask::quiet_until;
use sea_orm::{DbErr, FromQueryResult};

use crate::conduct::quiet_period::{self, Asked};
use crate::sql::{self, values};
use crate::{Db, Fault, PAGE_ROWS, Page};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub company: String,
    /// The last day on which nothing may be asked of them.
    pub quiet_until: Option<NaiveDate>,
}

/// By name. A term is looked for in names, addresses and companies; with an owner, only people who were invited to a
/// cohort of that owner's programs are found. Four queries.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, now: DateTime<Utc>, owner: Option<i64>, term: &str, page: u64) -> Result<Page<Line>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        title: String,
        company_id: i64,
        company: String,
    }
    let from = "FROM person p JOIN company co ON co.id = p.company_id \
        WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL AND ($1 = '%%' OR lower(p.name) LIKE $1 ESCAPE '\\' OR p.email LIKE $1 ESCAPE '\\' OR co.name_key LIKE $1 ESCAPE '\\') \
        AND ($2 = 0 OR EXISTS (SELECT 1 FROM invitation i JOIN cohort c ON c.id = i.cohort_id JOIN program g ON g.id = c.program_id WHERE i.person_id = p.id AND g.owner_id = $2))";
    let with = values![sql::like(term.trim()), owner.unwrap_or(0)];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT p.id, p.name, p.title, p.company_id, co.name AS company {from} ORDER BY p.name, p.id LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    let asked: Vec<Asked> = rows.iter().map(|row| Asked { person: row.id, company: row.company_id }).collect();
    let stays = quiet_period::stays(db.read(), now, &asked).await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let stays = stays.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let quiet_until = quiet_until(row.id, stays, now);
            Line { id: row.id, name: row.name, title: row.title, company: row.company, quiet_until }
        })
        .collect();
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// Somebody's page.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Person {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub company: String,
}

/// The address of somebody who is still known here. Who may read it is the caller's to ask.
///
/// # Errors
/// The database.
pub async fn email(db: &Db, id: i64) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        email: String,
    }
    let found = "SELECT p.email FROM person p WHERE p.id = $1 AND p.merged_into IS NULL AND p.forgotten_at IS NULL";
    Ok(sql::one::<Row>(db.read(), found, values![id]).await?.map(|row| row.email))
}

/// One person. `None` when there is none.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Person>, DbErr> {
    sql::one(
        db.read(),
        "SELECT p.id, p.name, p.title, co.name AS company FROM person p JOIN company co ON co.id = p.company_id WHERE p.id = $1",
        values![id],
    )
    .await
}
