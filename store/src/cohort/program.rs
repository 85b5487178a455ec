//! Programs: a recurring themed offer with an owner and a named executive sponsor.

use chrono::{DateTime, NaiveDate, Utc};
use domain::contact;
use domain::refusal::{FieldRefusal, FieldRefusals, Refusal};
use domain::time::is_second_press;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set};

use crate::entity::{program, staff};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Halt};

pub use crate::cohort::company::Named;

/// A program as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Program {
    pub id: i64,
    pub title: String,
    pub theme: String,
    pub audience: String,
    pub description: String,
    pub owner_id: i64,
    pub owner: String,
    pub sponsor_name: String,
    pub sponsor_title: String,
    pub sponsor_id: Option<i64>,
    pub revision: i32,
    pub cohorts: i64,
}

const SELECT: &str = "SELECT p.id, p.title, p.theme, p.audience, p.description, p.owner_id, s.name AS owner, p.sponsor_name, p.sponsor_title, p.sponsor_id, p.revision, \
    (SELECT count(*) FROM cohort c WHERE c.program_id = p.id) AS cohorts FROM program p JOIN staff s ON s.id = p.owner_id";

/// By title; only this owner's when one is given.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, owner: Option<i64>) -> Result<Vec<Program>, DbErr> {
    sql::all(db.read(), &format!("{SELECT} WHERE ($1 = 0 OR p.owner_id = $1) ORDER BY p.title, p.id"), values![owner.unwrap_or(0)]).await
}

/// One program.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Program>, DbErr> {
    sql::one(db.read(), &format!("{SELECT} WHERE p.id = $1"), values![id]).await
}

/// A cohort in a program's list.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Run {
    pub id: i64,
    pub title: String,
    pub state: String,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub place: String,
    pub capacity: i32,
    pub confirmed: i64,
}

/// A program's cohorts, the next first.
///
/// # Errors
/// The database.
pub async fn runs(db: &Db, id: i64) -> Result<Vec<Run>, DbErr> {
    sql::all(
        db.read(),
        "SELECT c.id, c.title, c.state, c.first_day, c.last_day, c.place, c.capacity, \
         (SELECT count(*) FROM registration r WHERE r.cohort_id = c.id AND r.state = 'confirmed') AS confirmed FROM cohort c WHERE c.program_id = $1 ORDER BY c.first_day DESC, c.id",
        values![id],
    )
    .await
}

/// What somebody typed.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    pub title: &'a str,
    pub theme: &'a str,
    pub audience: &'a str,
    pub description: &'a str,
    pub sponsor_name: &'a str,
    pub sponsor_title: &'a str,
    /// The sponsor's own account, if they have one.
    pub sponsor_id: Option<i64>,
}

/// Why a program was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramRefusal {
    Fields(Vec<FieldRefusal>),
    Stale,
    Unknown,
}

impl Refusal for ProgramRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stale => "Somebody changed this program while you were typing. Your text is below. Save again to keep yours.".into(),
            Self::Unknown => "This program is gone. Reload the list.".into(),
        }
    }
}

/// Creates (`id` 0; the actor owns it) or saves a program; answers its id.
///
/// # Errors
/// A field (the sponsor is required), or a stale revision.
pub async fn save(db: &Db, now: DateTime<Utc>, owner: i64, id: i64, revision: i32, typed: &Typed<'_>) -> Result<i64, Halt<ProgramRefusal>> {
    let mut wrong = FieldRefusals::default();
    let title = wrong.keep(contact::required("title", typed.title, 160, "Give the program a title."));
    let theme = wrong.keep(contact::optional("theme", typed.theme, 200));
    let audience = wrong.keep(contact::optional("audience", typed.audience, 200));
    let description = wrong.keep(contact::paragraphs("description", typed.description, 8_000));
    let sponsor_name = wrong.keep(contact::required(
        "sponsor_name",
        typed.sponsor_name,
        120,
        "Name the executive sponsor: every invitation is signed by one.",
    ));
    let sponsor_title = wrong.keep(contact::optional("sponsor_title", typed.sponsor_title, 120));
    wrong.finish().map_err(|wrong| Halt::Refused(ProgramRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    if id == 0 {
        // A second press of the button is the first one: the owner is locked, so that two presses do not race.
        staff::Entity::find_by_id(owner).lock_exclusive().one(&*txn).await?;
        let newest = program::Entity::find()
            .filter(program::Column::OwnerId.eq(owner))
            .filter(program::Column::Title.eq(&title))
            .order_by_desc(program::Column::CreatedAt)
            .one(&*txn)
            .await?;
        if let Some(made) = newest.filter(|made| is_second_press(made.created_at, now)) {
            return Ok(made.id);
        }
    }
    let (mut row, before, revision) = if id == 0 {
        (program::ActiveModel { created_at: Set(now), owner_id: Set(owner), ..Default::default() }, String::new(), 1)
    } else {
        let Some(row) = program::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(ProgramRefusal::Unknown) };
        if row.revision != revision {
            return refuse(ProgramRefusal::Stale);
        }
        let before = format!("{}; sponsor {}", row.title, row.sponsor_name);
        (row.into(), before, revision + 1)
    };
    let after = format!("{title}; sponsor {sponsor_name}");
    row.title = Set(title);
    row.theme = Set(theme);
    row.audience = Set(audience);
    row.description = Set(description);
    row.sponsor_name = Set(sponsor_name);
    row.sponsor_title = Set(sponsor_title);
    row.sponsor_id = Set(typed.sponsor_id);
    row.revision = Set(revision);
    let id = row.save(&*txn).await?.id.unwrap();
    history::record(
        &*txn,
        now,
        Entry { actor: Actor::Staff(owner), act: "save", object: "program", object_id: id, cohort: None, before, after },
    )
    .await?;
    txn.commit().await?;
    Ok(id)
}
