//! Asks: decided from current rows, and kept with their answer, refused ones too. The one place that makes a row of them.
//!
//! Locks: the person, then their company. Accepting an invitation takes them too (the company where the cohort keeps all of
//! it quiet), so that an ask and an acceptance never pass each other.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::advocacy::ask::{self as rules, Allowed, Ask, Facts, Kept, NotNow, Source, State};
use domain::advocacy::ask_import::{self, ReadRefusal};
use domain::refusal::{FieldRefusal, Refusal};
use domain::time::is_second_press;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::conduct::quiet_period;
use crate::entity::{ask, company, person};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

/// Whether something may be asked of somebody now. `None` when there is no such person.
///
/// # Errors
/// The database.
pub async fn decide(db: &Db, now: DateTime<Utc>, person: i64) -> Result<Option<Result<Allowed, NotNow>>, Fault> {
    decide_in(db.read(), now, person).await
}

async fn decide_in(db: &impl ConnectionTrait, now: DateTime<Utc>, person: i64) -> Result<Option<Result<Allowed, NotNow>>, Fault> {
    let Some(stays) = quiet_period::stays_of(db, now, person).await? else { return Ok(None) };
    Ok(Some(rules::may_ask(&Facts { person, stays: &stays }, now)))
}

/// What submitting came to. Submitting again is the same ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submitting {
    Submitted,
    AlreadySubmitted,
}

/// Why an ask was not submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskRefusal {
    Fields(Vec<FieldRefusal>),
    NotNow(NotNow),
    /// There is no such person.
    Unknown,
}

impl AskRefusal {
    /// The same refusal for somebody who may know of a cohort only when `may_know` says so of its program's owner.
    #[must_use]
    pub fn as_seen_by(self, may_know: impl Fn(i64) -> bool) -> Self {
        match self {
            Self::NotNow(why) => Self::NotNow(why.as_seen_by(may_know)),
            other => other,
        }
    }
}

impl Refusal for AskRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NotNow(why) => why.code(),
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::NotNow(why) => why.sentence(),
            Self::Unknown => "Nobody of this address is known here. Check it, or leave the ask out.".into(),
        }
    }
}

/// Submits an ask, or keeps that it was refused. The same words once more within a minute are the same ask; from a file,
/// whenever they come.
///
/// # Errors
/// A field, or every reason not to ask now.
pub async fn submit(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    source: Source,
    person: i64,
    kind: &str,
    wording: &str,
) -> Result<Submitting, Halt<AskRefusal>> {
    let ask = Ask::parse(kind, wording).map_err(|wrong| Halt::Refused(AskRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let Some(asked) = person::Entity::find_by_id(person).lock_exclusive().one(&*txn).await? else { return refuse(AskRefusal::Unknown) };
    // Rows that name the company may still be added meanwhile.
    company::Entity::find_by_id(asked.company_id).lock(LockType::NoKeyUpdate).one(&*txn).await?;
    let by = if let Actor::Staff(id) = actor { Some(id) } else { None };
    let same = same_words(&*txn, person, &ask).await?;
    let again = same.filter(|last| (last.submitted_by == by && is_second_press(last.submitted_at, now)) || is_repeated(source, last));
    if again.as_ref().is_some_and(|last| last.state == State::Submitted.as_str()) {
        return Ok(Submitting::AlreadySubmitted);
    }
    let Some(answer) = decide_in(&*txn, now, person).await? else { return refuse(AskRefusal::Unknown) };
    if answer.is_ok() || again.is_none() {
        keep(&*txn, now, actor, source, person, ask, &answer).await?;
        txn.commit().await?;
    }
    answer.map(|_| Submitting::Submitted).map_err(|why| Halt::Refused(AskRefusal::NotNow(why)))
}

/// The last ask of somebody for the same, in the same words.
async fn same_words(txn: &impl ConnectionTrait, person: i64, ask: &Ask) -> Result<Option<ask::Model>, DbErr> {
    ask::Entity::find()
        .filter(ask::Column::PersonId.eq(person))
        .filter(ask::Column::Kind.eq(ask.kind.as_str()))
        .filter(ask::Column::Wording.eq(ask.wording.as_str()))
        .order_by_desc(ask::Column::Id)
        .one(txn)
        .await
}

/// A file brings what stands already.
fn is_repeated(source: Source, last: &ask::Model) -> bool {
    source == Source::Import && last.state == State::Submitted.as_str()
}

async fn keep(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    source: Source,
    person: i64,
    ask: Ask,
    answer: &Result<Allowed, NotNow>,
) -> Result<(), DbErr> {
    let state = if answer.is_ok() { State::Submitted } else { State::Refused };
    let row = ask::ActiveModel {
        person_id: Set(person),
        kind: Set(ask.kind.as_str().to_owned()),
        wording: Set(ask.wording),
        source: Set(source.as_str().to_owned()),
        state: Set(state.as_str().to_owned()),
        reasons: Set(Kept::write(answer)),
        submitted_by: Set(if let Actor::Staff(id) = actor { Some(id) } else { None }),
        submitted_at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    let entry = Entry {
        actor,
        act: "submit",
        object: "ask",
        object_id: row.id,
        cohort: None,
        before: String::new(),
        // Of whom, so that the asks of a cohort can be counted here again.
        after: format!("{state}; person {person}"),
    };
    history::record(txn, now, entry).await
}

/// What one line of a file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The address as it stands in the file.
    pub email: String,
    pub outcome: Result<Submitting, AskRefusal>,
}

/// What importing a file would come to; nothing is kept.
///
/// # Errors
/// The file cannot be read.
pub async fn dry_run(db: &Db, now: DateTime<Utc>, csv: &[u8]) -> Result<Vec<Imported>, Halt<ReadRefusal>> {
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    for row in ask_import::read(csv).map_err(Halt::Refused)? {
        let outcome = match row.said {
            Err(wrong) => Err(AskRefusal::Fields(wrong)),
            Ok((email, ask)) => match known(db, email.as_str()).await? {
                None => Err(AskRefusal::Unknown),
                Some(person) => {
                    let stands = same_words(db.read(), person, &ask).await?.is_some_and(|last| is_repeated(Source::Import, &last));
                    if stands || seen.contains(&(person, ask.kind, ask.wording.clone())) {
                        Ok(Submitting::AlreadySubmitted)
                    } else {
                        match decide(db, now, person).await? {
                            Some(Ok(_)) => {
                                seen.insert((person, ask.kind, ask.wording));
                                Ok(Submitting::Submitted)
                            }
                            Some(Err(why)) => Err(AskRefusal::NotNow(why)),
                            None => Err(AskRefusal::Unknown),
                        }
                    }
                }
            },
        };
        lines.push(Imported { line: row.line, email: row.email, outcome });
    }
    Ok(lines)
}

/// Submits every ask of a file, each by itself and through the same decision. The same file again changes nothing.
///
/// # Errors
/// The file cannot be read.
pub async fn import(db: &Db, now: DateTime<Utc>, actor: Actor, csv: &[u8]) -> Result<Vec<Imported>, Halt<ReadRefusal>> {
    let mut lines = Vec::new();
    for row in ask_import::read(csv).map_err(Halt::Refused)? {
        let outcome = match row.said {
            Err(wrong) => Err(AskRefusal::Fields(wrong)),
            Ok((email, ask)) => match known(db, email.as_str()).await? {
                None => Err(AskRefusal::Unknown),
                Some(person) => match submit(db, now, actor, Source::Import, person, ask.kind.as_str(), &ask.wording).await {
                    Ok(submitting) => Ok(submitting),
                    Err(Halt::Refused(why)) => Err(why),
                    Err(Halt::Fault(fault)) => return Err(Halt::Fault(fault)),
                },
            },
        };
        lines.push(Imported { line: row.line, email: row.email, outcome });
    }
    Ok(lines)
}

async fn known(db: &Db, email: &str) -> Result<Option<i64>, DbErr> {
    Ok(person::Entity::find().filter(person::Column::Email.eq(email)).one(db.read()).await?.map(|row| row.id))
}

/// An ask as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    pub kind: String,
    pub wording: String,
    pub source: String,
    pub state: String,
    /// See [`Kept`].
    pub reasons: String,
    pub by: Option<String>,
    pub submitted_at: DateTime<Utc>,
}

/// What was asked of somebody, or would have been, the newest first.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, person: i64, page: u64) -> Result<Page<Line>, DbErr> {
    let total = sql::number(db.read(), "SELECT count(*) AS n FROM ask WHERE person_id = $1", values![person]).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT a.kind, a.wording, a.source, a.state, a.reasons, s.name AS by, a.submitted_at FROM ask a LEFT JOIN staff s ON s.id = a.submitted_by \
             WHERE a.person_id = $1 ORDER BY a.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        values![person],
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}
