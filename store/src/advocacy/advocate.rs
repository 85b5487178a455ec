//! Advocates: records of people, made for anybody who is known, and changed by staff. Reading them is in `read`, their
//! timeline in `timeline`, and two of one person made one in `merge`.
//!
//! Somebody who was merged into somebody else stays as a row, so that their old address still finds the one who is left: see
//! [`current`], [`held`] and [`by_address`]. Locks: the person, then their company, then the record.

use chrono::{DateTime, Utc};
use domain::advocacy::advocate::{
    self as rules, Advocate, AdvocateRefusal, NewPerson, Stage, Staging, TypedAdvocate, from_lines, handle_lines, handles_from, in_lines,
};
use domain::cohort::company_import::{domain_key, name_key};
use domain::refusal::FieldRefusal;
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::entity::{advocate, company, person, staff};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

mod merge;
mod read;
mod timeline;

pub use merge::{Alike, Has, Merged, alike, has, may_merge, merge};
pub use read::{
    AchievementLine, AskedLine, Filter, Found, Head, IntroductionLine, Line, Record, Sort, achievements, asks, get, head, introductions,
    list,
};
pub use timeline::{Moment, Shows, timeline};

/// Who a person is now: whoever was merged into somebody is that other one.
pub(crate) async fn current(db: &impl ConnectionTrait, person: i64) -> Result<i64, DbErr> {
    let mut at = person;
    // A merge leads everybody to whoever is left, so that there is one step to go; a circle would be no answer.
    for _ in 0..8 {
        let next = sql::number(db, "SELECT coalesce(p.merged_into, 0) AS n FROM person p WHERE p.id = $1", values![at]).await?;
        if next == 0 {
            break;
        }
        at = next;
    }
    Ok(at)
}

/// Who a person is now, locked until the transaction ends: whoever was merged into somebody else, be it while their row was
/// waited for, is that other one. `None` when nobody is known by that number, or everything about them was forgotten.
pub(crate) async fn held(txn: &impl ConnectionTrait, person: i64, lock: LockType) -> Result<Option<person::Model>, DbErr> {
    Ok(held_row(txn, person, lock).await?.filter(|row| row.forgotten_at.is_none()))
}

/// As [`held`], of those who were forgotten too.
pub(crate) async fn held_row(txn: &impl ConnectionTrait, person: i64, lock: LockType) -> Result<Option<person::Model>, DbErr> {
    let mut at = current(txn, person).await?;
    // As in `current`: a circle would be no answer.
    for _ in 0..8 {
        let row = person::Entity::find_by_id(at).lock(lock).one(txn).await?;
        match row {
            Some(row) if row.merged_into.is_some() => at = current(txn, row.id).await?,
            row => return Ok(row),
        }
    }
    Ok(None)
}

/// Whoever is known by an address now.
pub(crate) async fn by_address(db: &impl ConnectionTrait, email: &str) -> Result<Option<person::Model>, DbErr> {
    let found = person::Entity::find().filter(person::Column::Email.eq(email)).one(db).await?;
    left(db, found).await
}

/// As [`by_address`], for a transaction that will name them: nobody is merged into somebody else meanwhile.
pub(crate) async fn by_address_held(txn: &impl ConnectionTrait, email: &str) -> Result<Option<person::Model>, DbErr> {
    let found = person::Entity::find().filter(person::Column::Email.eq(email)).lock(LockType::KeyShare).one(txn).await?;
    left(txn, found).await
}

async fn left(db: &impl ConnectionTrait, found: Option<person::Model>) -> Result<Option<person::Model>, DbErr> {
    match found {
        Some(row) if row.merged_into.is_some() => person::Entity::find_by_id(current(db, row.id).await?).one(db).await,
        found => Ok(found),
    }
}

/// Makes a record of somebody when there is none: identified, and nothing else.
pub(crate) async fn note_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, person: i64) -> Result<(), DbErr> {
    let person = current(txn, person).await?;
    let made = sql::run(
        txn,
        "INSERT INTO advocate (person_id, stage, interests, topics, handles, events, languages, note, created_by, created_at, revision) \
         SELECT p.id, $2, '', '', '', '', '', '', $3, $4, 1 FROM person p WHERE p.id = $1 AND p.forgotten_at IS NULL ON CONFLICT (person_id) DO NOTHING",
        values![person, Stage::Identified.as_str(), actor.staff(), now],
    )
    .await?;
    if made.rows_affected() > 0 {
        record(txn, now, actor, "make", person, String::new(), Stage::Identified.to_string()).await?;
    }
    Ok(())
}

/// What saving came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    Made,
    Changed,
    /// It stood exactly so.
    AlreadySo,
}

/// Makes a record of somebody who is known (`revision` 0), or saves what was changed. Saving the same again changes nothing.
///
/// # Errors
/// Every field that needs another look, nobody of that number, or somebody saved meanwhile.
pub async fn save(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    person: i64,
    revision: i32,
    typed: &TypedAdvocate<'_>,
) -> Result<Saved, Halt<AdvocateRefusal>> {
    let wanted = Advocate::parse(typed).map_err(|wrong| Halt::Refused(AdvocateRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let Some(row) = held(&*txn, person, LockType::Update).await? else { return refuse(AdvocateRefusal::Unknown) };
    let person = row.id;
    let stands = advocate::Entity::find_by_id(person).lock_exclusive().one(&*txn).await?;
    let Some(stands) = stands else {
        insert(&*txn, now, actor, person, &wanted).await?;
        record(&*txn, now, actor, "make", person, String::new(), wanted.stage.to_string()).await?;
        txn.commit().await?;
        return Ok(Saved::Made);
    };
    let before = read_row(&stands)?;
    if before == wanted {
        return Ok(Saved::AlreadySo);
    }
    if stands.revision != revision {
        return refuse(AdvocateRefusal::Stale);
    }
    update(&*txn, person, stands.revision, &wanted).await?;
    note_change(&*txn, now, actor, "save", person, &before, &wanted).await?;
    txn.commit().await?;
    Ok(Saved::Changed)
}

/// Whom adding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    pub person: i64,
    /// They were known already, by this address.
    pub known: bool,
}

/// Adds somebody as an advocate: whoever is known by the address, else somebody new at a company that is here.
///
/// # Errors
/// A company that is not here, or a colleague's address.
pub async fn add(db: &Db, now: DateTime<Utc>, actor: Actor, new: &NewPerson) -> Result<Added, Halt<AdvocateRefusal>> {
    let beside = |field, sentence: String| refuse(AdvocateRefusal::Fields(vec![FieldRefusal::new(field, sentence)]));
    let txn = db.write().await?;
    if staff::Entity::find().filter(staff::Column::Email.eq(new.email.as_str())).one(&*txn).await?.is_some() {
        return beside("email", "This is a colleague’s address. Advocates are people at the companies of our customers.".into());
    }
    if let Some(known) = by_address_held(&*txn, new.email.as_str()).await? {
        note_in(&*txn, now, actor, known.id).await?;
        txn.commit().await?;
        return Ok(Added { person: known.id, known: true });
    }
    let Some(company) = company_named(&*txn, &new.company).await? else {
        let sentence = format!("There is no company “{}” here. Choose one from the list, or add it under Companies first.", new.company);
        return beside("company", sentence);
    };
    // Two who add the same person meet here.
    company::Entity::find_by_id(company).lock_exclusive().one(&*txn).await?;
    let (person, known) = match by_address(&*txn, new.email.as_str()).await? {
        Some(known) => (known.id, true),
        None => (make_person(&*txn, now, actor, company, new.email.as_str(), &new.name, &new.title).await?, false),
    };
    note_in(&*txn, now, actor, person).await?;
    txn.commit().await?;
    Ok(Added { person, known })
}

/// The company of this name, or of this web domain.
async fn company_named(txn: &impl ConnectionTrait, named: &str) -> Result<Option<i64>, DbErr> {
    if let Some(row) = company::Entity::find().filter(company::Column::NameKey.eq(name_key(named))).one(txn).await? {
        return Ok(Some(row.id));
    }
    let Some(domain) = domain_key(named) else { return Ok(None) };
    Ok(company::Entity::find().filter(company::Column::Domain.eq(domain)).one(txn).await?.map(|row| row.id))
}

pub(crate) async fn make_person(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    company: i64,
    email: &str,
    name: &str,
    title: &str,
) -> Result<i64, DbErr> {
    let row = person::ActiveModel {
        company_id: Set(company),
        email: Set(email.to_owned()),
        name: Set(name.to_owned()),
        title: Set(title.to_owned()),
        created_at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    let entry = Entry { actor, act: "add", object: "person", object_id: row.id, cohort: None, before: String::new(), after: String::new() };
    history::record(txn, now, entry).await?;
    Ok(row.id)
}

// ---- rows ------------------------------------------------------------------------------------------------------------

pub(crate) fn read_row(row: &advocate::Model) -> Result<Advocate, Fault> {
    Ok(Advocate {
        stage: word(Stage::parse(&row.stage), &row.stage)?,
        interests: from_lines(&row.interests),
        topics: from_lines(&row.topics),
        handles: handles_from(&row.handles),
        events: from_lines(&row.events),
        languages: row.languages.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        note: row.note.clone(),
    })
}

fn filled(advocate: &Advocate) -> advocate::ActiveModel {
    advocate::ActiveModel {
        stage: Set(advocate.stage.as_str().to_owned()),
        interests: Set(in_lines(&advocate.interests)),
        topics: Set(in_lines(&advocate.topics)),
        handles: Set(handle_lines(&advocate.handles)),
        events: Set(in_lines(&advocate.events)),
        languages: Set(advocate.languages.join(",")),
        note: Set(advocate.note.clone()),
        ..Default::default()
    }
}

pub(crate) async fn insert(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    person: i64,
    advocate: &Advocate,
) -> Result<(), DbErr> {
    advocate::ActiveModel {
        person_id: Set(person),
        created_by: Set(actor.staff()),
        created_at: Set(now),
        revision: Set(1),
        ..filled(advocate)
    }
    .insert(txn)
    .await
    .map(|_| ())
}

pub(crate) async fn update(txn: &impl ConnectionTrait, person: i64, revision: i32, advocate: &Advocate) -> Result<(), DbErr> {
    advocate::ActiveModel { person_id: Set(person), revision: Set(revision + 1), ..filled(advocate) }.update(txn).await.map(|_| ())
}

/// The history says which stage followed which, and what else was changed; never what it says.
pub(crate) async fn note_change(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    person: i64,
    before: &Advocate,
    after: &Advocate,
) -> Result<(), DbErr> {
    let fields: Vec<&str> = rules::changes(before, after).iter().map(|change| change.field).filter(|field| *field != "Stage").collect();
    let fields = fields.join(", ").to_lowercase();
    match rules::after(before.stage, after.stage) {
        Staging::AlreadySo => record(txn, now, actor, act, person, String::new(), fields).await,
        Staging::Changes => {
            let after = if fields.is_empty() { after.stage.to_string() } else { format!("{}; {fields}", after.stage) };
            record(txn, now, actor, act, person, before.stage.to_string(), after).await
        }
    }
}

async fn record(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    person: i64,
    before: String,
    after: String,
) -> Result<(), DbErr> {
    history::record(txn, now, Entry { actor, act, object: "advocate", object_id: person, cohort: None, before, after }).await
}
