//! Educators: outside people who teach in a cohort, known by the name its sessions carry. They get a row when a session
//! names them, an address when the manager has one, and a private link to read and acknowledge the rule.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::cohort::State as CohortState;
use domain::conduct::acknowledgement::{self as rules, RemindRefusal, educator_key};
use domain::conduct::conversation_rule::Language;
use domain::contact::{Email, one_line};
use domain::refusal::{FieldRefusal, Refusal};
use domain::time::{Zone, is_second_press};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set};

use crate::conduct::acknowledgement::{Asking, Given};
use crate::conduct::conversation_rule::{Text, texts_in};
use crate::entity::{acknowledgement, cohort, educator};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::link;
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// Why an educator was not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EducatorRefusal {
    Address(FieldRefusal),
    NotAsked(RemindRefusal),
    Unknown,
}

impl Refusal for EducatorRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Address(why) => why.code(),
            Self::NotAsked(why) => why.code(),
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Address(why) => why.sentence(),
            Self::NotAsked(why) => why.sentence(),
            Self::Unknown => "This educator is gone. Reload the page.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Address(why) => why.field(),
            _ => None,
        }
    }
}

/// What saving an educator's address came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// A private link is on its way.
    Asked(String),
    /// They have acknowledged already: nothing is asked of them.
    Kept(String),
}

/// Keeps an educator's address and mails them a private link; an older link is dead. The same address within a minute is
/// the same press.
///
/// # Errors
/// The address is none or a guest's, or the cohort names no version or is over.
pub async fn save(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, email: &str) -> Result<Saved, Halt<EducatorRefusal>> {
    let email = Email::parse(email).map_err(|why| Halt::Refused(EducatorRefusal::Address(why)))?;
    let txn = db.write().await?;
    let Some(found) = educator::Entity::find_by_id(id).one(&*txn).await? else { return refuse(EducatorRefusal::Unknown) };
    let Some(row) = cohort::Entity::find_by_id(found.cohort_id).lock_exclusive().one(&*txn).await? else {
        return refuse(EducatorRefusal::Unknown);
    };
    if !rules::is_asked(word(CohortState::parse(&row.state), &row.state)?) {
        return refuse(EducatorRefusal::NotAsked(RemindRefusal::Over));
    }
    let Some(asking) = Asking::prepare(&*txn, now, &row).await? else {
        return refuse(EducatorRefusal::NotAsked(RemindRefusal::NothingNamed));
    };
    let Some(found) = educator::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(EducatorRefusal::Unknown) };
    if is_guest(&*txn, row.id, &email).await? {
        let sentence = "This is the address of a guest who is invited to this cohort. Enter the educator’s own.";
        return refuse(EducatorRefusal::Address(FieldRefusal::new("email", sentence)));
    }
    let same = found.email.as_deref() == Some(email.as_str());
    if same && found.asked_at.is_some_and(|at| is_second_press(at, now)) {
        return Ok(Saved::Asked(found.name));
    }
    let saved =
        educator::ActiveModel { id: Set(id), email: Set(Some(email.as_str().to_owned())), ..Default::default() }.update(&*txn).await?;
    let given = acknowledgement::Entity::find()
        .filter(acknowledgement::Column::EducatorId.eq(id))
        .filter(acknowledgement::Column::RuleVersionId.eq(row.rule_version_id.unwrap_or_default()))
        .one(&*txn)
        .await?;
    if given.is_none() {
        asking.write_to_educator(&*txn, now, &saved).await?;
    }
    let entry = Entry {
        actor,
        act: if given.is_some() { "keep an address" } else { "ask" },
        object: "educator",
        object_id: id,
        cohort: Some(row.id),
        before: String::new(),
        after: String::new(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(if given.is_some() { Saved::Kept(saved.name) } else { Saved::Asked(saved.name) })
}

/// Whether somebody with this address was invited to a cohort, however they answered.
async fn is_guest(txn: &impl ConnectionTrait, cohort: i64, email: &Email) -> Result<bool, DbErr> {
    let guests = sql::number(
        txn,
        "SELECT count(*) AS n FROM invitation i JOIN person p ON p.id = i.person_id WHERE i.cohort_id = $1 \
         AND (p.email = $2 OR EXISTS (SELECT 1 FROM person m WHERE m.merged_into = p.id AND m.email = $2))",
        values![cohort, email.as_str()],
    )
    .await?;
    Ok(guests > 0)
}

/// Gives an educator a new private link; the older one is dead. Answers its token.
pub(crate) async fn new_link(txn: &impl ConnectionTrait, now: DateTime<Utc>, id: i64) -> Result<String, DbErr> {
    let token = link::random_token("edu_");
    educator::ActiveModel { id: Set(id), token_hash: Set(Some(link::hash(&token))), asked_at: Set(Some(now)), ..Default::default() }
        .update(txn)
        .await?;
    Ok(token)
}

/// Who teaches in the sessions that take place: by key, the name as it is written.
pub(crate) async fn teaching(db: &impl ConnectionTrait, cohort: i64) -> Result<BTreeMap<String, String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        educators: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT educators FROM session WHERE cohort_id = $1 AND NOT cancelled AND educators <> '' ORDER BY starts_at, id",
        values![cohort],
    )
    .await?;
    let mut names = BTreeMap::new();
    for name in rows.iter().flat_map(|row| row.educators.lines()).map(one_line).filter(|name| !name.is_empty()) {
        names.entry(educator_key(&name)).or_insert(name);
    }
    Ok(names)
}

/// Gives a row to everybody whom a session names and who has none. Doing it again changes nothing; rows stay when a name
/// goes, since acknowledgements hang on them.
pub(crate) async fn sync(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort: i64) -> Result<(), DbErr> {
    let named = teaching(txn, cohort).await?;
    if named.is_empty() {
        return Ok(());
    }
    let known = educator::Entity::find().filter(educator::Column::CohortId.eq(cohort)).all(txn).await?;
    for (key, name) in named.into_iter().filter(|(key, _)| !known.iter().any(|row| &row.name_key == key)) {
        sql::run(
            txn,
            "INSERT INTO educator (cohort_id, name, name_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (cohort_id, name_key) DO NOTHING",
            values![cohort, name, key, now],
        )
        .await?;
    }
    Ok(())
}

/// The page behind an educator's link: who asks, where they teach, the rule. Four queries.
#[derive(Debug, Clone)]
pub struct Asked {
    pub educator: i64,
    pub name: String,
    /// Who asks: the program's owner.
    pub asks: String,
    pub program: String,
    pub venue: String,
    pub place: String,
    pub zone: Zone,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub sessions: Vec<Teaches>,
    /// The version to acknowledge; `None` when the cohort names none.
    pub version: Option<u32>,
    pub texts: Vec<Text>,
    pub given: Option<Given>,
}

/// A session an educator teaches in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teaches {
    pub title: String,
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
}

/// What the link of an educator opens. `None` for unknown and replaced alike.
///
/// # Errors
/// The database.
pub async fn by_token(db: &Db, token: &str) -> Result<Option<Asked>, Fault> {
    #[derive(FromQueryResult)]
    struct Head {
        id: i64,
        cohort_id: i64,
        name: String,
        name_key: String,
        asks: String,
        program: String,
        venue: String,
        place: String,
        zone: String,
        first_day: NaiveDate,
        last_day: NaiveDate,
        number: Option<i32>,
        content_hash: Option<String>,
        language: Option<String>,
        acknowledged_at: Option<DateTime<Utc>>,
        evidence: Option<String>,
        recorded_by: Option<String>,
    }
    #[derive(FromQueryResult)]
    struct Row {
        title: String,
        starts: NaiveDateTime,
        ends: NaiveDateTime,
        educators: String,
    }
    let head: Option<Head> = sql::one(
        db.read(),
        "SELECT e.id, e.cohort_id, e.name, e.name_key, o.name AS asks, p.title AS program, c.venue, c.place, c.zone, c.first_day, c.last_day, v.number, \
         k.content_hash, k.language, k.acknowledged_at, k.evidence, r.name AS recorded_by FROM educator e JOIN cohort c ON c.id = e.cohort_id \
         JOIN program p ON p.id = c.program_id JOIN staff o ON o.id = p.owner_id LEFT JOIN rule_version v ON v.id = c.rule_version_id \
         LEFT JOIN acknowledgement k ON k.educator_id = e.id AND k.rule_version_id = v.id LEFT JOIN staff r ON r.id = k.recorded_by WHERE e.token_hash = $1",
        values![link::hash(token)],
    )
    .await?;
    let Some(head) = head else { return Ok(None) };
    let sessions: Vec<Row> = sql::all(
        db.read(),
        "SELECT title, starts, ends, educators FROM session WHERE cohort_id = $1 AND NOT cancelled AND educators <> '' ORDER BY starts_at, id",
        values![head.cohort_id],
    )
    .await?;
    let teaches = |row: &Row| row.educators.lines().any(|name| educator_key(name) == head.name_key);
    let texts = match head.number {
        Some(number) => texts_in(db.read(), number).await?,
        None => Vec::new(),
    };
    let given = match (head.content_hash, head.language, head.acknowledged_at) {
        (Some(content_hash), Some(language), Some(at)) => Some(Given {
            language: word(Language::parse(&language), &language)?,
            content_hash,
            at,
            evidence: head.evidence.unwrap_or_default(),
            recorded_by: head.recorded_by,
        }),
        _ => None,
    };
    Ok(Some(Asked {
        educator: head.id,
        sessions: sessions
            .iter()
            .filter(|row| teaches(row))
            .map(|row| Teaches { title: row.title.clone(), starts: row.starts, ends: row.ends })
            .collect(),
        name: head.name,
        asks: head.asks,
        program: head.program,
        venue: head.venue,
        place: head.place,
        zone: word(Zone::parse(&head.zone).ok(), &head.zone)?,
        first_day: head.first_day,
        last_day: head.last_day,
        version: head.number.map(|number| number as u32),
        texts,
        given,
    }))
}
