//! Quiet periods, from current rows: the seats that keep asks from people, and what owners set aside. The rule is
//! `domain::conduct::quiet_period`; who asks it is `advocacy::ask`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::conduct::quiet_period::{self, MOST_DAYS, QuietRefusal, SettingAside, Stay};
use domain::time::Zone;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QuerySelect, Set};

use crate::entity::{cohort, person, quiet_override};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, numbers, values};
use crate::{Db, Fault, Halt};

/// Somebody who would be asked, and the company they are at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub person: i64,
    pub company: i64,
}

/// The stays that keep asks from each of these people: their own, and those of colleagues whose cohort keeps the whole
/// company quiet. Two queries, however many people.
pub(crate) async fn stays(db: &impl ConnectionTrait, now: DateTime<Utc>, people: &[Asked]) -> Result<BTreeMap<i64, Vec<Stay>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        cohort: i64,
        title: String,
        owner: i64,
        person: i64,
        company: i64,
        name: String,
        accepted_at: DateTime<Utc>,
        state: String,
        answered_at: Option<DateTime<Utc>>,
        cohort_state: String,
        last_day: NaiveDate,
        quiet_days: i32,
        quiet_company: bool,
        zone: String,
    }
    #[derive(FromQueryResult)]
    struct SetAside {
        cohort_id: i64,
        person_id: i64,
    }
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (persons, companies) = (numbers(people.iter().map(|asked| asked.person)), numbers(people.iter().map(|asked| asked.company)));
    // No period lasts longer: what is older than that is not read.
    let since = (now - TimeDelta::days(i64::from(MOST_DAYS) + 2)).date_naive();
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT c.id AS cohort, c.title, g.owner_id AS owner, p.id AS person, p.company_id AS company, p.name, r.accepted_at, r.state, i.answered_at, \
             c.state AS cohort_state, c.last_day, c.quiet_days, c.quiet_company, c.zone FROM person p JOIN invitation i ON i.person_id = p.id \
             JOIN registration r ON r.invitation_id = i.id JOIN cohort c ON c.id = r.cohort_id JOIN program g ON g.id = c.program_id \
             WHERE (p.id IN ({persons}) OR p.company_id IN ({companies})) AND (p.id IN ({persons}) OR c.quiet_company) AND c.last_day >= $1 \
             ORDER BY c.last_day, c.id, p.name, p.id"
        ),
        values![since],
    )
    .await?;
    let set_aside: Vec<SetAside> =
        sql::all(db, &format!("SELECT cohort_id, person_id FROM quiet_override WHERE person_id IN ({persons})"), values![]).await?;
    let mut found: BTreeMap<i64, Vec<Stay>> = BTreeMap::new();
    for row in &rows {
        let zone = word(Zone::parse(&row.zone).ok(), &row.zone)?;
        let keeps_from = |asked: &&Asked| row.person == asked.person || (row.quiet_company && row.company == asked.company);
        for asked in people.iter().filter(keeps_from) {
            found.entry(asked.person).or_default().push(Stay {
                cohort: row.cohort,
                title: row.title.clone(),
                owner: row.owner,
                person: row.person,
                name: row.name.clone(),
                accepted_at: row.accepted_at,
                withdrawn_at: (row.state == "withdrawn").then(|| row.answered_at.unwrap_or(row.accepted_at)),
                cancelled: row.cohort_state == domain::cohort::State::Cancelled.as_str(),
                last_day: row.last_day,
                days: row.quiet_days as u32,
                zone: zone.clone(),
                set_aside: set_aside.iter().any(|made| made.cohort_id == row.cohort && made.person_id == asked.person),
            });
        }
    }
    Ok(found)
}

/// The stays that keep asks from one person. `None` when there is no such person.
pub(crate) async fn stays_of(db: &impl ConnectionTrait, now: DateTime<Utc>, person: i64) -> Result<Option<Vec<Stay>>, Fault> {
    let Some(row) = person::Entity::find_by_id(person).one(db).await? else { return Ok(None) };
    let mut found = stays(db, now, &[Asked { person, company: row.company_id }]).await?;
    Ok(Some(found.remove(&person).unwrap_or_default()))
}

/// Everything that keeps asks from somebody, and kept them away: for their page.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, now: DateTime<Utc>, person: i64) -> Result<Vec<Stay>, Fault> {
    Ok(stays_of(db.read(), now, person).await?.unwrap_or_default())
}

/// Sets a cohort's quiet period aside for one person, in the name of the program's owner. Doing it again is the same, and
/// the first reason stands.
///
/// # Errors
/// The reason says too little, or nothing is quiet.
pub async fn set_aside(
    db: &Db,
    now: DateTime<Utc>,
    owner: i64,
    cohort: i64,
    person: i64,
    reason: &str,
) -> Result<SettingAside, Halt<QuietRefusal>> {
    let reason = quiet_period::parse_reason(reason).map_err(|why| Halt::Refused(QuietRefusal::Field(why)))?;
    let txn = db.write().await?;
    if cohort::Entity::find_by_id(cohort).lock_exclusive().one(&*txn).await?.is_none() {
        return refuse(QuietRefusal::NotQuiet);
    }
    let stays = stays_of(&*txn, now, person).await?.unwrap_or_default();
    let setting = quiet_period::set_aside(&stays, cohort, now).map_err(Halt::Refused)?;
    if setting == SettingAside::SetAside {
        quiet_override::ActiveModel {
            cohort_id: Set(cohort),
            person_id: Set(person),
            reason: Set(reason.clone()),
            made_by: Set(owner),
            made_at: Set(now),
            ..Default::default()
        }
        .insert(&*txn)
        .await?;
        let entry = Entry {
            actor: Actor::Staff(owner),
            act: "override",
            object: "quiet period",
            object_id: person,
            cohort: Some(cohort),
            before: String::new(),
            after: reason,
        };
        history::record(&*txn, now, entry).await?;
        txn.commit().await?;
    }
    Ok(setting)
}

/// A quiet period set aside: who did it, and why.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct SetAsideLine {
    pub cohort: i64,
    pub title: String,
    pub owner: i64,
    pub reason: String,
    pub by: String,
    pub made_at: DateTime<Utc>,
}

/// Every quiet period that was set aside for somebody, the newest first.
///
/// # Errors
/// The database.
pub async fn set_aside_for(db: &Db, person: i64) -> Result<Vec<SetAsideLine>, DbErr> {
    sql::all(
        db.read(),
        "SELECT q.cohort_id AS cohort, c.title, g.owner_id AS owner, q.reason, s.name AS by, q.made_at FROM quiet_override q JOIN cohort c ON c.id = q.cohort_id \
         JOIN program g ON g.id = c.program_id JOIN staff s ON s.id = q.made_by WHERE q.person_id = $1 ORDER BY q.id DESC",
        values![person],
    )
    .await
}
