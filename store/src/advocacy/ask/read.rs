//! Asks, as pages and statements show them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::ask::{AskKind, State, Waits};
use sea_orm::{DbErr, FromQueryResult};

use super::{read_kind, read_state};
use crate::sql::{self, values};
use crate::{Db, Fault, PAGE_ROWS, Page};

/// An ask as a person's own list shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    pub id: i64,
    pub kind: String,
    pub wording: String,
    pub source: String,
    pub state: String,
    /// See [`domain::advocacy::ask::Kept`].
    pub reasons: String,
    pub by: Option<String>,
    pub submitted_at: DateTime<Utc>,
}

const LINES: &str = "SELECT a.id, a.kind, a.wording, a.source, a.state, a.reasons, s.name AS by, a.submitted_at \
    FROM ask a LEFT JOIN staff s ON s.id = a.submitted_by WHERE a.person_id = $1";

/// What was asked of somebody, or would have been, the newest first.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, person: i64, page: u64) -> Result<Page<Line>, DbErr> {
    let total = sql::number(db.read(), "SELECT count(*) AS n FROM ask a WHERE a.person_id = $1", values![person]).await?;
    let skipped = page.saturating_sub(1) * PAGE_ROWS;
    let rows = sql::all(db.read(), &format!("{LINES} ORDER BY a.id DESC LIMIT {PAGE_ROWS} OFFSET {skipped}"), values![person]).await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// The last few asks of somebody that were refused, the newest first.
///
/// # Errors
/// The database.
pub async fn refused_before(db: &Db, person: i64) -> Result<Vec<Line>, DbErr> {
    sql::all(db.read(), &format!("{LINES} AND a.state = 'refused' ORDER BY a.id DESC LIMIT 10"), values![person]).await
}

/// What is looked for in the list of all asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// `None` is every state but refused ones, which are no asks.
    pub state: Option<State>,
    pub kind: Option<AskKind>,
    /// Looked for in names, addresses and companies.
    pub term: &'a str,
    /// Only what this member of staff submitted.
    pub mine: Option<i64>,
    /// Only people who were invited to a cohort of this owner's programs.
    pub owner: Option<i64>,
    /// Only what waits for somebody.
    pub waits: Option<WaitsFor>,
}

/// What waits, for whom, on which day: the same rows whether they are counted or listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitsFor {
    pub what: Waits,
    pub staff: i64,
    pub today: NaiveDate,
}

/// Whether an ask waits for a member of staff; where the query has their number, and the day.
fn waits(what: Waits, staff: &str, today: &str) -> String {
    match what {
        Waits::Eyes => format!("a.state = 'submitted' AND (a.submitted_by IS NULL OR a.submitted_by <> {staff})"),
        Waits::Hands => format!("a.state = 'approving' AND a.approving_by = {staff}"),
        Waits::SentBack => format!("a.state = 'draft' AND a.was_submitted AND a.submitted_by = {staff}"),
        Waits::Day => "a.state = 'accepted'".to_owned(),
        Waits::Due => format!("a.state = 'scheduled' AND a.scheduled_for <= {today}"),
    }
}

/// A line of the list of all asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: i64,
    pub kind: String,
    pub state: State,
    pub person: i64,
    pub name: String,
    pub company: String,
    pub by: Option<String>,
    pub submitted_at: DateTime<Utc>,
    pub answer_by: Option<NaiveDate>,
    pub scheduled_for: Option<NaiveDate>,
}

/// Whom a list may name: nobody who was merged into somebody else or forgotten, and for an owner those of their programs.
const MAY_LIST: &str = "p.merged_into IS NULL AND p.forgotten_at IS NULL AND ($1 = 0 OR EXISTS (SELECT 1 FROM invitation i \
    JOIN cohort c ON c.id = i.cohort_id JOIN program g ON g.id = c.program_id WHERE i.person_id = p.id AND g.owner_id = $1))";

/// Asks of everybody, the newest first. Two queries.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn list(db: &Db, filter: &Filter<'_>, page: u64) -> Result<Page<Listed>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        kind: String,
        state: String,
        person: i64,
        name: String,
        company: String,
        by: Option<String>,
        submitted_at: DateTime<Utc>,
        answer_by: Option<NaiveDate>,
        scheduled_for: Option<NaiveDate>,
    }
    let waiting: Vec<String> = Waits::ALL.iter().map(|what| format!("($6 = '{what}' AND {})", waits(*what, "$7", "$8"))).collect();
    let from = format!(
        "FROM ask a JOIN person p ON p.id = a.person_id JOIN company co ON co.id = p.company_id LEFT JOIN staff s ON s.id = a.submitted_by \
         WHERE {MAY_LIST} AND (a.state = $2 OR ($2 = '' AND a.state <> 'refused')) AND ($3 = '' OR a.kind = $3) \
         AND ($4 = '%%' OR lower(p.name) LIKE $4 ESCAPE '\\' OR p.email LIKE $4 ESCAPE '\\' OR co.name_key LIKE $4 ESCAPE '\\') \
         AND ($5 = 0 OR a.submitted_by = $5) AND ($6 = '' OR {})",
        waiting.join(" OR ")
    );
    let waits = filter.waits;
    let with = values![
        filter.owner.unwrap_or(0),
        filter.state.map_or("", State::as_str),
        filter.kind.map_or("", AskKind::as_str),
        sql::like(filter.term.trim()),
        filter.mine.unwrap_or(0),
        waits.map_or("", |waits| waits.what.as_str()),
        waits.map_or(0, |waits| waits.staff),
        waits.map_or_else(NaiveDate::default, |waits| waits.today),
    ];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let skipped = page.saturating_sub(1) * PAGE_ROWS;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT a.id, a.kind, a.state, p.id AS person, p.name, co.name AS company, s.name AS by, a.submitted_at, a.answer_by, a.scheduled_for \
             {from} ORDER BY a.id DESC LIMIT {PAGE_ROWS} OFFSET {skipped}"
        ),
        with,
    )
    .await?;
    let mut listed = Vec::new();
    for row in rows {
        listed.push(Listed {
            id: row.id,
            state: read_state(&row.state)?,
            kind: row.kind,
            person: row.person,
            name: row.name,
            company: row.company,
            by: row.by,
            submitted_at: row.submitted_at,
            answer_by: row.answer_by,
            scheduled_for: row.scheduled_for,
        });
    }
    Ok(Page { rows: listed, total: u64::try_from(total).unwrap_or(0), page })
}

/// What waits for this member of staff, among the asks they may see: how many of each, in the order it is shown. One query.
///
/// # Errors
/// The database.
pub async fn waiting(db: &Db, now: DateTime<Utc>, staff: i64, owner: Option<i64>) -> Result<Vec<(Waits, u32)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Counted {
        what: String,
        n: i64,
    }
    let each: Vec<String> = Waits::ALL.iter().map(|what| format!("WHEN {} THEN '{what}'", waits(*what, "$2", "$3"))).collect();
    let what = each.join(" ");
    let counted: Vec<Counted> = sql::all(
        db.read(),
        &format!(
            "SELECT w.what, count(*) AS n FROM (SELECT CASE {what} ELSE '' END AS what FROM ask a JOIN person p ON p.id = a.person_id \
             WHERE a.state IN ('draft', 'submitted', 'approving', 'accepted', 'scheduled') AND {MAY_LIST}) w WHERE w.what <> '' GROUP BY w.what"
        ),
        values![owner.unwrap_or(0), staff, now.date_naive()],
    )
    .await?;
    let of = |what: Waits| counted.iter().find(|row| row.what == what.as_str()).map_or(0, |row| u32::try_from(row.n).unwrap_or(u32::MAX));
    Ok(Waits::ALL.iter().map(|what| (*what, of(*what))).collect())
}

/// One ask with its life so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub id: i64,
    pub kind: AskKind,
    pub wording: String,
    pub source: String,
    pub state: State,
    /// See [`domain::advocacy::ask::Kept`].
    pub reasons: String,
    pub person: i64,
    pub name: String,
    pub title: String,
    pub company_id: i64,
    pub company: String,
    pub submitted_by: Option<i64>,
    pub submitter: Option<String>,
    pub submitted_at: DateTime<Utc>,
    pub approving_by: Option<i64>,
    pub in_hand_of: Option<String>,
    pub approver: Option<String>,
    pub asked_at: Option<DateTime<Utc>>,
    pub answer_by: Option<NaiveDate>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answer: String,
    pub scheduled_for: Option<NaiveDate>,
    pub done_at: Option<DateTime<Utc>>,
    pub comment: String,
    pub revision: i32,
}

/// One ask. `None` when there is none, or it is of somebody who was forgotten.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn get(db: &Db, id: i64) -> Result<Option<Shown>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        kind: String,
        wording: String,
        source: String,
        state: String,
        reasons: String,
        person: i64,
        name: String,
        title: String,
        company_id: i64,
        company: String,
        submitted_by: Option<i64>,
        submitter: Option<String>,
        submitted_at: DateTime<Utc>,
        approving_by: Option<i64>,
        in_hand_of: Option<String>,
        approver: Option<String>,
        asked_at: Option<DateTime<Utc>>,
        answer_by: Option<NaiveDate>,
        answered_at: Option<DateTime<Utc>>,
        answer: String,
        scheduled_for: Option<NaiveDate>,
        done_at: Option<DateTime<Utc>>,
        comment: String,
        revision: i32,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT a.id, a.kind, a.wording, a.source, a.state, a.reasons, p.id AS person, p.name, p.title, co.id AS company_id, co.name AS company, \
         a.submitted_by, s.name AS submitter, a.submitted_at, a.approving_by, h.name AS in_hand_of, v.name AS approver, a.asked_at, a.answer_by, \
         a.answered_at, a.answer, a.scheduled_for, a.done_at, a.comment, a.revision \
         FROM ask a JOIN person p ON p.id = a.person_id JOIN company co ON co.id = p.company_id LEFT JOIN staff s ON s.id = a.submitted_by \
         LEFT JOIN staff h ON h.id = a.approving_by LEFT JOIN staff v ON v.id = a.approved_by \
         WHERE a.id = $1 AND p.merged_into IS NULL AND p.forgotten_at IS NULL",
        values![id],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Shown {
        id: row.id,
        kind: read_kind(&row.kind)?,
        wording: row.wording,
        source: row.source,
        state: read_state(&row.state)?,
        reasons: row.reasons,
        person: row.person,
        name: row.name,
        title: row.title,
        company_id: row.company_id,
        company: row.company,
        submitted_by: row.submitted_by,
        submitter: row.submitter,
        submitted_at: row.submitted_at,
        approving_by: row.approving_by,
        in_hand_of: row.in_hand_of,
        approver: row.approver,
        asked_at: row.asked_at,
        answer_by: row.answer_by,
        answered_at: row.answered_at,
        answer: row.answer,
        scheduled_for: row.scheduled_for,
        done_at: row.done_at,
        comment: row.comment,
        revision: row.revision,
    }))
}

/// An ask that is before somebody, or that they said yes to and is not done yet, as their own page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAsk {
    pub id: i64,
    pub kind: AskKind,
    pub wording: String,
    pub asked_at: DateTime<Utc>,
    pub answer_by: Option<NaiveDate>,
    pub state: State,
    pub scheduled_for: Option<NaiveDate>,
}

/// What is open for somebody, the oldest first.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn open_for(db: &Db, person: i64) -> Result<Vec<OpenAsk>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        kind: String,
        wording: String,
        asked_at: DateTime<Utc>,
        answer_by: Option<NaiveDate>,
        state: String,
        scheduled_for: Option<NaiveDate>,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT a.id, a.kind, a.wording, a.asked_at, a.answer_by, a.state, a.scheduled_for FROM ask a \
         WHERE a.person_id = $1 AND a.asked_at IS NOT NULL AND a.state IN ('asked', 'accepted', 'scheduled') ORDER BY a.asked_at, a.id",
        values![person],
    )
    .await?;
    let open = |row: Row| {
        Ok(OpenAsk {
            id: row.id,
            kind: read_kind(&row.kind)?,
            wording: row.wording,
            asked_at: row.asked_at,
            answer_by: row.answer_by,
            state: read_state(&row.state)?,
            scheduled_for: row.scheduled_for,
        })
    };
    rows.into_iter().map(open).collect()
}

/// An ask that reached somebody, whatever became of it, as their own statement lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedLine {
    pub id: i64,
    pub kind: AskKind,
    pub wording: String,
    pub state: State,
    pub asked_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    /// When it was said that it took place.
    pub done_at: Option<DateTime<Utc>>,
    /// The day it took place.
    pub took_place: Option<NaiveDate>,
}

/// Everything that reached somebody, the newest first. What was only thought about is not theirs to read.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn all_for(db: &Db, person: i64) -> Result<Vec<AskedLine>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        kind: String,
        wording: String,
        state: String,
        asked_at: DateTime<Utc>,
        answered_at: Option<DateTime<Utc>>,
        done_at: Option<DateTime<Utc>>,
        took_place: Option<NaiveDate>,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT a.id, a.kind, a.wording, a.state, a.asked_at, a.answered_at, a.done_at, \
         CASE WHEN a.state = 'completed' THEN a.scheduled_for END AS took_place FROM ask a \
         WHERE a.person_id = $1 AND a.asked_at IS NOT NULL ORDER BY a.asked_at DESC, a.id DESC",
        values![person],
    )
    .await?;
    let line = |row: Row| {
        Ok(AskedLine {
            id: row.id,
            kind: read_kind(&row.kind)?,
            wording: row.wording,
            state: read_state(&row.state)?,
            asked_at: row.asked_at,
            answered_at: row.answered_at,
            done_at: row.done_at,
            took_place: row.took_place,
        })
    };
    rows.into_iter().map(line).collect()
}
