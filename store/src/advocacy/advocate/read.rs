//! Advocates as pages show them: the list, the figures above it, and one record with what belongs to it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::advocate::{Advocate, Health, HealthFacts, IN_A_ROW, Stage, cap, from_lines, health};
use domain::advocacy::amplification::State as TaskState;
use domain::advocacy::ask::{quarter_began, quiet_until};
use sea_orm::{DbErr, EntityTrait, FromQueryResult};

use super::read_row;
use crate::advocacy::figures::Sight;
use crate::advocacy::setting;
use crate::conduct::quiet_period;
use crate::entity::advocate;
use crate::halt::word;
use crate::sql::{self, values};
use crate::{Db, Fault, PAGE_ROWS, Page};

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Name,
    Company,
    /// Never asked first, then those asked longest ago.
    Asked,
}

/// Which advocates are listed. What is empty is not looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// In names and addresses.
    pub term: &'a str,
    pub company: &'a str,
    pub stage: Option<Stage>,
    pub topic: &'a str,
    /// A language's code.
    pub language: &'a str,
    /// Only those who need a rest.
    pub rest: bool,
    pub sort: Sort,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub company: String,
    pub stage: Stage,
    pub topics: Vec<String>,
    /// As far as the reader is shown them.
    pub gives: i64,
    pub acts: i64,
    pub last_asked: Option<DateTime<Utc>>,
    pub health: Health,
}

/// What somebody's health follows from, beside the settings.
const HEALTH: &str = "(SELECT max(k.asked_at) FROM ask k WHERE k.person_id = p.id) AS last_asked, \
    (SELECT count(*) FROM ask k WHERE k.person_id = p.id AND k.asked_at >= $1) AS lately, \
    (SELECT count(*) FROM ask k WHERE k.person_id = p.id AND k.state IN ('declined', 'expired') AND k.id > (SELECT coalesce(max(y.id), 0) FROM ask y \
      WHERE y.person_id = p.id AND y.state IN ('accepted', 'scheduled', 'completed', 'missed'))) AS noes, \
    (SELECT count(*) FROM problem b WHERE b.closed_at IS NULL AND (b.person_id = p.id OR b.company_id = p.company_id)) AS problems, \
    ol.most_per_quarter AS own_most";

fn facts(stage: Option<Stage>, lately: i64, noes: i64, problems: i64, own_most: Option<i32>, host: u32) -> HealthFacts {
    let count = |number: i64| u32::try_from(number).unwrap_or(0);
    HealthFacts {
        stage,
        asked_lately: count(lately),
        cap: cap(host, own_most.and_then(|most| u32::try_from(most).ok())),
        noes_in_a_row: count(noes),
        open_problem: problems > 0,
    }
}

/// The rule of `health` as SQL says it of the rows `x`.
fn needs_rest(host: u32) -> String {
    format!(
        "(x.stage = 'resting' OR x.problems > 0 OR x.noes >= {IN_A_ROW} \
         OR (x.lately > 0 AND x.lately >= CASE WHEN x.own_most IS NOT NULL AND x.own_most < {host} THEN x.own_most ELSE {host} END))"
    )
}

/// Whom the term and the topic find, as SQL reads a list of them; `None` when neither is looked for. What is written in lower
/// case is read here: of letters with accents, the databases know different things.
async fn meant(db: &Db, filter: &Filter<'_>) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        by_address: bool,
        topics: String,
        interests: String,
    }
    let (term, topic) = (filter.term.trim().to_lowercase(), filter.topic.trim().to_lowercase());
    if term.is_empty() && topic.is_empty() {
        return Ok(None);
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT p.id, p.name, (p.email LIKE $1 ESCAPE '\\' \
           OR EXISTS (SELECT 1 FROM person m WHERE m.merged_into = p.id AND m.email LIKE $1 ESCAPE '\\')) AS by_address, a.topics, a.interests \
         FROM advocate a JOIN person p ON p.id = a.person_id WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL",
        values![sql::like(&term)],
    )
    .await?;
    let has = |text: &str, wanted: &str| text.to_lowercase().contains(wanted);
    let fits = |row: &&Row| (row.by_address || has(&row.name, &term)) && (has(&row.topics, &topic) || has(&row.interests, &topic));
    Ok(Some(sql::numbers(rows.iter().filter(fits).map(|row| row.id))))
}

/// The list as it is found, among those who are meant; its values are the start of the quarter and the company.
fn found(filter: &Filter<'_>, host: u32, meant: Option<&str>) -> String {
    let meant = meant.map_or_else(String::new, |people| format!(" AND p.id IN ({people})"));
    let stage = filter.stage.map_or_else(String::new, |stage| format!(" AND a.stage = '{stage}'"));
    // A code is asked for only when it is on the list of languages: it is no text of the reader's.
    let language = domain::advocacy::wording::languages().iter().find(|(code, _)| *code == filter.language);
    let language = language.map_or_else(String::new, |(code, _)| format!(" AND (',' || a.languages || ',') LIKE '%,{code},%'"));
    let rest = if filter.rest { needs_rest(host) } else { "1 = 1".to_owned() };
    format!(
        "FROM (SELECT p.id, p.name, p.title, co.name AS company, a.stage, a.topics, {HEALTH} \
         FROM advocate a JOIN person p ON p.id = a.person_id JOIN company co ON co.id = p.company_id LEFT JOIN own_limit ol ON ol.person_id = p.id \
         WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL{stage}{language}{meant} \
         AND ($2 = '%%' OR co.name_key LIKE $2 ESCAPE '\\')) x WHERE {rest}"
    )
}

/// Advocates, as the filter says, with what was given to and done by them as far as the reader is shown it. At most five queries.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, now: DateTime<Utc>, sight: Sight, filter: &Filter<'_>, page: u64) -> Result<Page<Line>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        title: String,
        company: String,
        stage: String,
        topics: String,
        last_asked: Option<DateTime<Utc>>,
        lately: i64,
        noes: i64,
        problems: i64,
        own_most: Option<i32>,
    }
    let host = setting::get(db).await?.person_cap;
    let from = found(filter, host, meant(db, filter).await?.as_deref());
    let with = values![quarter_began(now), sql::like(filter.company.trim())];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let order = match filter.sort {
        Sort::Name => "x.name, x.id",
        Sort::Company => "x.company, x.name, x.id",
        Sort::Asked => "CASE WHEN x.last_asked IS NULL THEN 0 ELSE 1 END, x.last_asked, x.name, x.id",
    };
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!("SELECT x.* {from} ORDER BY {order} LIMIT {PAGE_ROWS} OFFSET {}", page.saturating_sub(1) * PAGE_ROWS),
        with,
    )
    .await?;
    let balances = balances(db, sight, rows.iter().map(|row| row.id)).await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let stage = word(Stage::parse(&row.stage), &row.stage)?;
            let (gives, acts) = balances.get(&row.id).copied().unwrap_or_default();
            Ok(Line {
                id: row.id,
                name: row.name,
                title: row.title,
                company: row.company,
                stage,
                topics: from_lines(&row.topics),
                gives,
                acts,
                last_asked: row.last_asked,
                health: health(&facts(Some(stage), row.lately, row.noes, row.problems, row.own_most, host)),
            })
        })
        .collect::<Result<Vec<Line>, Fault>>()?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// Gives and acts of each that count.
async fn balances(db: &Db, sight: Sight, people: impl Iterator<Item = i64>) -> Result<BTreeMap<i64, (i64, i64)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        person: i64,
        gives: i64,
        acts: i64,
    }
    let people = sql::numbers(people);
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT e.person_id AS person, \
             CAST(sum(CASE WHEN e.side = 'give' THEN CASE WHEN e.against IS NULL THEN 1 ELSE -1 END ELSE 0 END) AS BIGINT) AS gives, \
             CAST(sum(CASE WHEN e.side = 'act' THEN CASE WHEN e.against IS NULL THEN 1 ELSE -1 END ELSE 0 END) AS BIGINT) AS acts \
             FROM ledger_entry e WHERE e.person_id IN ({people}) AND e.kind <> $1 GROUP BY e.person_id"
        ),
        values![sight.hidden()],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.person, (row.gives, row.acts))).collect())
}

/// The figures above the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// How many are at each stage; stages without anybody are not in it.
    pub stages: BTreeMap<Stage, i64>,
    pub need_rest: i64,
}

/// How many advocates there are at each stage, and how many need a rest.
///
/// # Errors
/// The database.
pub async fn head(db: &Db, now: DateTime<Utc>) -> Result<Head, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        stage: String,
        n: i64,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT a.stage, count(*) AS n FROM advocate a JOIN person p ON p.id = a.person_id WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL GROUP BY a.stage",
        values![],
    )
    .await?;
    let host = setting::get(db).await?.person_cap;
    let everybody = Filter { rest: true, ..Filter::default() };
    let with = values![quarter_began(now), sql::like("")];
    let need_rest = sql::number(db.read(), &format!("SELECT count(*) AS n {}", found(&everybody, host, None)), with).await?;
    let stages = rows.into_iter().map(|row| Ok((word(Stage::parse(&row.stage), &row.stage)?, row.n)));
    Ok(Head { stages: stages.collect::<Result<BTreeMap<Stage, i64>, Fault>>()?, need_rest })
}

/// One person, as their record's page shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub email: String,
    pub company: i64,
    pub company_name: String,
    /// `None`: nobody made a record of them.
    pub advocate: Option<Advocate>,
    /// 0 while there is no record.
    pub revision: i32,
    pub health: Health,
    pub last_asked: Option<DateTime<Utc>>,
    /// The last day on which nothing may be asked of them.
    pub quiet_until: Option<NaiveDate>,
}

/// Whose record a number leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Record(Box<Record>),
    /// They were merged into this one.
    MergedInto(i64),
}

/// One record. `None` when nobody of that number is known, or everything about them was forgotten.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, now: DateTime<Utc>, person: i64) -> Result<Option<Found>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        title: String,
        email: String,
        company: i64,
        company_name: String,
        last_asked: Option<DateTime<Utc>>,
        lately: i64,
        noes: i64,
        problems: i64,
        own_most: Option<i32>,
    }
    let left = super::current(db.read(), person).await?;
    if left != person {
        return Ok(Some(Found::MergedInto(left)));
    }
    let row: Option<Row> = sql::one(
        db.read(),
        &format!(
            "SELECT p.id, p.name, p.title, p.email, co.id AS company, co.name AS company_name, {HEALTH} \
             FROM person p JOIN company co ON co.id = p.company_id LEFT JOIN own_limit ol ON ol.person_id = p.id \
             WHERE p.id = $2 AND p.forgotten_at IS NULL"
        ),
        values![quarter_began(now), person],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let host = setting::get(db).await?.person_cap;
    let kept = advocate::Entity::find_by_id(person).one(db.read()).await?;
    let advocate = kept.as_ref().map(read_row).transpose()?;
    let stays = quiet_period::of(db, now, person).await?;
    let stage = advocate.as_ref().map(|advocate| advocate.stage);
    Ok(Some(Found::Record(Box::new(Record {
        id: row.id,
        name: row.name,
        title: row.title,
        email: row.email,
        company: row.company,
        company_name: row.company_name,
        advocate,
        revision: kept.map_or(0, |kept| kept.revision),
        health: health(&facts(stage, row.lately, row.noes, row.problems, row.own_most, host)),
        last_asked: row.last_asked,
        quiet_until: quiet_until(person, &stays, now),
    }))))
}

/// An ask of somebody.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct AskedLine {
    pub id: i64,
    pub kind: String,
    pub state: String,
    /// When it reached them, or else when it was submitted.
    pub at: DateTime<Utc>,
}

/// The newest asks of somebody, without those that were refused: at most twenty.
///
/// # Errors
/// The database.
pub async fn asks(db: &Db, person: i64) -> Result<Vec<AskedLine>, DbErr> {
    sql::all(
        db.read(),
        "SELECT k.id, k.kind, k.state, coalesce(k.asked_at, k.submitted_at) AS at FROM ask k WHERE k.person_id = $1 AND k.state <> 'refused' \
         ORDER BY k.id DESC LIMIT 20",
        values![person],
    )
    .await
}

/// An achievement of somebody.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct AchievementLine {
    pub id: i64,
    pub kind: String,
    pub title: String,
    pub state: String,
    pub happened_on: NaiveDate,
    pub reported_at: DateTime<Utc>,
    /// The due day of its task.
    pub due: Option<NaiveDate>,
    pub recognised_at: Option<DateTime<Utc>>,
    /// How its task stands.
    pub task_state: Option<String>,
}

impl AchievementLine {
    /// Whether its task ended without it: it waits for nobody.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.recognised_at.is_none() && self.task_state.as_deref().and_then(TaskState::parse).is_some_and(TaskState::is_given_up)
    }
}

/// The newest achievements of somebody, without those that were rejected: at most twenty.
///
/// # Errors
/// The database.
pub async fn achievements(db: &Db, person: i64) -> Result<Vec<AchievementLine>, DbErr> {
    sql::all(
        db.read(),
        "SELECT t.id, t.kind, t.title, t.state, t.happened_on, t.reported_at, k.due_day AS due, t.recognised_at, k.state AS task_state FROM achievement t \
         LEFT JOIN amplification k ON k.achievement_id = t.id WHERE t.person_id = $1 AND t.state <> 'rejected' \
         ORDER BY t.happened_on DESC, t.id DESC LIMIT 20",
        values![person],
    )
    .await
}

/// An introduction of somebody to somebody at another company.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct IntroductionLine {
    pub id: i64,
    pub topic: String,
    pub with_name: String,
    pub with_company: String,
    pub state: String,
    pub offered_at: DateTime<Utc>,
}

/// The newest introductions of somebody: at most twenty.
///
/// # Errors
/// The database.
pub async fn introductions(db: &Db, person: i64) -> Result<Vec<IntroductionLine>, DbErr> {
    sql::all(
        db.read(),
        "SELECT i.id, i.topic, p.name AS with_name, co.name AS with_company, i.state, i.offered_at FROM introduction i \
         JOIN person p ON p.id = CASE WHEN i.a_person_id = $1 THEN i.b_person_id ELSE i.a_person_id END JOIN company co ON co.id = p.company_id \
         WHERE i.a_person_id = $1 OR i.b_person_id = $1 ORDER BY i.id DESC LIMIT 20",
        values![person],
    )
    .await
}
