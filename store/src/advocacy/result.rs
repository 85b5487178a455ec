//! What publications came to: entered by hand or read from a file, and summed up. A task that is public everywhere is
//! measured once every publication of it has its figures.
//!
//! Locks: the tasks, then their publications, ids ascending.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::advocacy::publication::State as PublicationState;
use domain::advocacy::result::{Counted, Named, Outcome, ResultRefusal, Row, Totals, TypedResult};
use domain::refusal::Refusal;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set, Value,
};

use crate::advocacy::amplification as tasks;
use crate::entity::{publication, publication_result};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql;
use crate::{Db, Fault, Halt};

/// What keeping figures came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// Whose publication it is; `None` for one without a task.
    pub task: Option<i64>,
    /// Everything of the task that is public has its figures now.
    pub measured: bool,
}

/// Keeps the figures of a publication, in place of earlier ones. The same again is the same.
///
/// # Errors
/// A field, or it is not public.
pub async fn save(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, typed: &TypedResult<'_>) -> Result<Saved, Halt<ResultRefusal>> {
    let counted = Counted::parse(typed, now.date_naive()).map_err(|wrong| Halt::Refused(ResultRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let Some(found) = publication::Entity::find_by_id(id).one(&*txn).await? else { return refuse(ResultRefusal::Unknown) };
    // Which task it belongs to, never changes.
    let task = found.amplification_id;
    if let Some(task) = task {
        tasks::lock(&*txn, task).await?;
    }
    let Some(row) = publication::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(ResultRefusal::Unknown) };
    fits(&row, &counted).map_err(Halt::Refused)?;
    keep(&*txn, now, actor, &row, &counted).await?;
    let measured = match task {
        Some(task) => tasks::measure_in(&*txn, now, actor, task).await?,
        None => false,
    };
    txn.commit().await?;
    Ok(Saved { task, measured })
}

/// The task a publication belongs to.
///
/// # Errors
/// The database.
pub async fn task_of(db: &Db, publication: i64) -> Result<Option<i64>, DbErr> {
    Ok(publication::Entity::find_by_id(publication).one(db.read()).await?.and_then(|row| row.amplification_id))
}

/// Whether figures can be of this publication.
fn fits(row: &publication::Model, counted: &Counted) -> Result<(), ResultRefusal> {
    match row.published_at.filter(|_| row.state == PublicationState::Live.as_str()) {
        None => Err(ResultRefusal::NotLive),
        Some(at) if counted.counted_on < at.date_naive() => Err(ResultRefusal::TooEarly { public_on: at.date_naive() }),
        Some(_) => Ok(()),
    }
}

/// Writes figures where others or none stand. Answers whether that changed anything.
async fn keep(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: &publication::Model,
    counted: &Counted,
) -> Result<bool, DbErr> {
    let stands = publication_result::Entity::find_by_id(row.id).one(txn).await?;
    let before = stands.as_ref().map(read);
    if before.as_ref() == Some(counted) {
        return Ok(false);
    }
    let change = publication_result::ActiveModel {
        publication_id: Set(row.id),
        impressions: Set(counted.impressions),
        clicks: Set(counted.clicks),
        reactions: Set(counted.reactions),
        comments: Set(counted.comments),
        note: Set(counted.note.clone()),
        value: Set(counted.value),
        counted_on: Set(counted.counted_on),
        recorded_by: Set(actor.staff()),
        recorded_at: Set(now),
    };
    if stands.is_some() {
        change.update(txn).await?
    } else {
        change.insert(txn).await?
    };
    let entry = Entry {
        actor,
        act: "count",
        object: "publication",
        object_id: row.id,
        cohort: None,
        before: before.as_ref().map_or_else(String::new, in_short),
        after: in_short(counted),
    };
    history::record(txn, now, entry).await?;
    Ok(true)
}

fn read(row: &publication_result::Model) -> Counted {
    Counted {
        impressions: row.impressions,
        clicks: row.clicks,
        reactions: row.reactions,
        comments: row.comments,
        value: row.value,
        note: row.note.clone(),
        counted_on: row.counted_on,
    }
}

/// As the history keeps it.
fn in_short(counted: &Counted) -> String {
    let Counted { impressions, clicks, reactions, comments, value, counted_on, .. } = counted;
    format!("{counted_on}: impressions {impressions}, clicks {clicks}, reactions {reactions}, comments {comments}, value {value}")
}

// ---- a file ----------------------------------------------------------------------------------------------------------

/// What one row of a file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    pub line: u64,
    /// The publication's title, or what the file calls it.
    pub what: String,
    pub outcome: Outcome,
    /// The figures that stand, and those of the file.
    pub stands: Option<Counted>,
    pub counted: Option<Counted>,
}

/// What a file would do; nothing is kept.
///
/// # Errors
/// The database.
pub async fn dry_run(db: &Db, rows: &[Row]) -> Result<Vec<PlannedRow>, Fault> {
    let found = found(db.read(), rows).await?;
    Ok(plan(rows, &found).into_iter().map(|(planned, _)| planned).collect())
}

/// How many rows did what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub new: u32,
    pub changed: u32,
    pub same: u32,
    pub refused: u32,
    /// Tasks that are measured now.
    pub measured: u32,
}

/// Does it, in one transaction, against what stands at that moment; refused rows are left out. The same file again changes
/// nothing.
///
/// # Errors
/// The database.
pub async fn apply(db: &Db, now: DateTime<Utc>, actor: Actor, rows: &[Row]) -> Result<Counts, Fault> {
    let txn = db.write().await?;
    let named = found(&*txn, rows).await?;
    let of_tasks: BTreeSet<i64> = named.rows.values().filter_map(|row| row.amplification_id).collect();
    for task in &of_tasks {
        tasks::lock(&*txn, *task).await?;
    }
    let ids: Vec<i64> = named.rows.keys().copied().collect();
    for ids in ids.chunks(CHUNK) {
        publication::Entity::find()
            .filter(publication::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(publication::Column::Id)
            .lock_exclusive()
            .all(&*txn)
            .await?;
    }
    // Once more, behind the locks.
    let found = found(&*txn, rows).await?;
    let mut counts = Counts::default();
    for (planned, publication) in plan(rows, &found) {
        match planned.outcome {
            Outcome::New => counts.new += 1,
            Outcome::Changed => counts.changed += 1,
            Outcome::Same => counts.same += 1,
            Outcome::Refused(_) => counts.refused += 1,
        }
        if let (Some(row), Some(counted)) = (publication, planned.counted.as_ref()) {
            keep(&*txn, now, actor, row, counted).await?;
        }
    }
    for task in of_tasks {
        if tasks::measure_in(&*txn, now, actor, task).await? {
            counts.measured += 1;
        }
    }
    txn.commit().await?;
    Ok(counts)
}

/// So many are asked for at once.
const CHUNK: usize = 400;

/// How an address begins, as the index of publications has it: a whole one may be too long for an index.
const URL_BEGINS: &str = "substr(url, 1, 200)";

fn begins(url: &str) -> String {
    url.chars().take(200).collect()
}

/// The publications rows name, and the figures that stand.
struct Found {
    rows: BTreeMap<i64, publication::Model>,
    /// By address without a slash at its end; several at one address are told apart by number only.
    at: BTreeMap<String, Vec<i64>>,
    counted: BTreeMap<i64, Counted>,
}

async fn found(db: &impl ConnectionTrait, rows: &[Row]) -> Result<Found, DbErr> {
    let (mut numbers, mut urls) = (BTreeSet::new(), BTreeSet::new());
    for (named, _) in rows.iter().filter_map(|row| row.said.as_ref().ok()) {
        match named {
            Named::Number(id) => {
                numbers.insert(*id);
            }
            Named::Url(url) => {
                urls.insert(url.clone());
                urls.insert(format!("{url}/"));
            }
        }
    }
    let (numbers, urls): (Vec<i64>, Vec<String>) = (numbers.into_iter().collect(), urls.into_iter().collect());
    let mut found = Found { rows: BTreeMap::new(), at: BTreeMap::new(), counted: BTreeMap::new() };
    for ids in numbers.chunks(CHUNK) {
        let rows = publication::Entity::find().filter(publication::Column::Id.is_in(ids.iter().copied())).all(db).await?;
        found.rows.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    for urls in urls.chunks(CHUNK) {
        let rows = publication::Entity::find()
            // By how they begin, as they are indexed, then whole.
            .filter(sea_orm::ExprTrait::is_in(Expr::cust(URL_BEGINS), urls.iter().map(|url| begins(url))))
            .filter(publication::Column::Url.is_in(urls.iter().cloned()))
            .filter(publication::Column::State.eq(PublicationState::Live.as_str()))
            .all(db)
            .await?;
        for row in rows {
            found.at.entry(row.url.trim_end_matches('/').to_owned()).or_default().push(row.id);
            found.rows.insert(row.id, row);
        }
    }
    let ids: Vec<i64> = found.rows.keys().copied().collect();
    for ids in ids.chunks(CHUNK) {
        let rows =
            publication_result::Entity::find().filter(publication_result::Column::PublicationId.is_in(ids.iter().copied())).all(db).await?;
        found.counted.extend(rows.iter().map(|row| (row.publication_id, read(row))));
    }
    Ok(found)
}

/// Every row with what it would do, and the publication it would do it to.
fn plan<'a>(rows: &[Row], found: &'a Found) -> Vec<(PlannedRow, Option<&'a publication::Model>)> {
    let mut named: BTreeMap<i64, u64> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let refused = |why: Vec<String>| PlannedRow {
                line: row.line,
                what: row.what.clone(),
                outcome: Outcome::Refused(why),
                stands: None,
                counted: None,
            };
            let (name, counted) = match &row.said {
                Ok(said) => said,
                Err(wrong) => return (refused(wrong.iter().map(|why| why.sentence.clone()).collect()), None),
            };
            let id = match name {
                Named::Number(id) => Some(*id),
                Named::Url(url) => match found.at.get(url).map(Vec::as_slice) {
                    Some([id]) => Some(*id),
                    Some([_, _, ..]) => {
                        return (
                            refused(vec!["Several publications are at this address. Give the number of one instead.".to_owned()]),
                            None,
                        );
                    }
                    _ => None,
                },
            };
            let Some(publication) = id.and_then(|id| found.rows.get(&id)) else {
                return (refused(vec![ResultRefusal::Unknown.sentence()]), None);
            };
            if let Err(why) = fits(publication, counted) {
                return (refused(vec![why.sentence()]), None);
            }
            if let Some(line) = named.get(&publication.id) {
                return (refused(vec![format!("Line {line} is about the same publication. Leave one of them out.")]), None);
            }
            named.insert(publication.id, row.line);
            let stands = found.counted.get(&publication.id).cloned();
            let planned = PlannedRow {
                line: row.line,
                what: publication.title.clone(),
                outcome: Outcome::of(stands.as_ref(), counted),
                stands,
                counted: Some(counted.clone()),
            };
            (planned, Some(publication))
        })
        .collect()
}

// ---- sums ------------------------------------------------------------------------------------------------------------

/// What the live publications of a task came to together.
///
/// # Errors
/// The database.
pub async fn of_task(db: &Db, task: i64) -> Result<Totals, DbErr> {
    Ok(of_tasks(db.read(), &[task]).await?.remove(&task).unwrap_or_default())
}

/// As [`of_task`], of each of these that has some.
pub(crate) async fn of_tasks(db: &impl ConnectionTrait, tasks: &[i64]) -> Result<BTreeMap<i64, Totals>, DbErr> {
    let theirs = format!("p.amplification_id IN ({})", sql::numbers(tasks.iter().copied()));
    let rows = summed(db, "p.amplification_id", &theirs, []).await?;
    Ok(rows.into_iter().filter_map(|(task, totals)| Some((task.parse().ok()?, totals))).collect())
}

/// The sums of live publications, for each value of a column of `publication p`, among those of a condition. Written by us:
/// nothing that was typed stands in either.
pub(crate) async fn summed(
    db: &impl ConnectionTrait,
    by: &str,
    among: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<(String, Totals)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Sums {
        whose: String,
        publications: i64,
        counted: i64,
        impressions: i64,
        clicks: i64,
        reactions: i64,
        comments: i64,
        value: i64,
    }
    let sum = |column: &str| format!("CAST(coalesce(sum(r.{column}), 0) AS BIGINT) AS {column}");
    let sums = ["impressions", "clicks", "reactions", "comments", "value"].map(sum).join(", ");
    let rows: Vec<Sums> = sql::all(
        db,
        &format!(
            "SELECT CAST({by} AS TEXT) AS whose, count(*) AS publications, count(r.publication_id) AS counted, {sums} FROM publication p \
             LEFT JOIN publication_result r ON r.publication_id = p.id WHERE p.state = 'live' AND {among} GROUP BY {by}"
        ),
        values,
    )
    .await?;
    let count = |number: i64| u32::try_from(number).unwrap_or(0);
    let totals = rows.into_iter().map(|row| {
        let totals = Totals {
            publications: count(row.publications),
            counted: count(row.counted),
            impressions: row.impressions,
            clicks: row.clicks,
            reactions: row.reactions,
            comments: row.comments,
            value: row.value,
        };
        (row.whose, totals)
    });
    Ok(totals.collect())
}
