//! Importing advocates: the plan against what is known, and doing it. The rules are `domain::advocacy::advocate_import`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::advocacy::advocate::Advocate;
use domain::advocacy::advocate_import::{Counts, Known, KnownPerson, Outcome, PlannedRow, Reading, Said, counts, plan};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use crate::advocacy::advocate::{self, current, held_row, make_person, read_row};
use crate::entity::{self, company, person};
use crate::history::Actor;
use crate::{Db, Fault};

/// What every row of a file would come to now. Nothing is changed.
///
/// # Errors
/// The database.
pub async fn dry_run(db: &Db, reading: &Reading) -> Result<Vec<PlannedRow>, Fault> {
    Ok(plan(reading, &known(db.read(), reading, false).await?))
}

/// Does it, in one transaction, against what is known at that moment; refused rows are left out. Doing it again changes
/// nothing.
///
/// # Errors
/// The database.
pub async fn apply(db: &Db, now: DateTime<Utc>, actor: Actor, reading: &Reading) -> Result<Counts, Fault> {
    let txn = db.write().await?;
    let known = known(&*txn, reading, true).await?;
    let rows = plan(reading, &known);
    for row in &rows {
        match &row.outcome {
            Outcome::New { person, advocate } => {
                let (email, name, title) = (person.email.as_str(), person.name.as_str(), person.title.as_str());
                let id = make_person(&*txn, now, actor, person.company, email, name, title).await?;
                keep(&*txn, now, actor, id, advocate).await?;
            }
            Outcome::Changed { person, title, advocate, .. } => {
                if let Some(title) = title {
                    person::ActiveModel { id: Set(*person), title: Set(title.clone()), ..Default::default() }.update(&*txn).await?;
                }
                keep(&*txn, now, actor, *person, advocate).await?;
            }
            Outcome::Same | Outcome::Refused(_) => {}
        }
    }
    txn.commit().await?;
    Ok(counts(&rows))
}

/// Keeps the whole record of somebody whose row is locked, or new.
async fn keep(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, person: i64, wanted: &Advocate) -> Result<(), Fault> {
    match entity::advocate::Entity::find_by_id(person).one(txn).await? {
        None => {
            advocate::insert(txn, now, actor, person, wanted).await?;
            advocate::note_change(txn, now, actor, "import", person, &Advocate::identified(), wanted).await?;
        }
        Some(row) => {
            let before = read_row(&row)?;
            if before != *wanted {
                advocate::update(txn, person, row.revision, wanted).await?;
                advocate::note_change(txn, now, actor, "import", person, &before, wanted).await?;
            }
        }
    }
    Ok(())
}

/// Whom and what a file speaks of. `held`: the people are locked until the transaction ends, ids ascending.
async fn known(db: &impl ConnectionTrait, reading: &Reading, held: bool) -> Result<Known, Fault> {
    let addresses: Vec<String> = reading.rows.iter().filter_map(|row| row.address()).map(|email| email.as_str().to_owned()).collect();
    let (mut names, mut domains) = (Vec::new(), Vec::new());
    for (name, domain) in reading.rows.iter().filter_map(Said::company_keys) {
        names.push(name);
        domains.extend(domain);
    }
    let found = person::Entity::find().filter(person::Column::Email.is_in(addresses)).all(db).await?;
    let mut now_known: HashMap<String, i64> = HashMap::new();
    for row in found {
        let id = if row.merged_into.is_some() { current(db, row.id).await? } else { row.id };
        now_known.insert(row.email, id);
    }
    let mut people = people(db, now_known.values().copied().collect(), held).await?;
    for id in now_known.values_mut() {
        // Merged while their row was waited for.
        if people.get(id).is_some_and(|row| row.merged_into.is_some())
            && let Some(left) = held_row(db, *id, LockType::Update).await?
        {
            *id = left.id;
            people.insert(left.id, left);
        }
    }
    let of_name = Condition::any().add(company::Column::NameKey.is_in(names)).add(company::Column::Domain.is_in(domains));
    let of_person = company::Column::Id.is_in(people.values().map(|row| row.company_id));
    let companies = company::Entity::find().filter(of_name.add(of_person)).all(db).await?;
    let company_names: HashMap<i64, String> = companies.iter().map(|row| (row.id, row.name.clone())).collect();
    let records = entity::advocate::Entity::find().filter(entity::advocate::Column::PersonId.is_in(people.keys().copied())).all(db).await?;
    let records = records.iter().map(|row| Ok((row.person_id, read_row(row)?))).collect::<Result<HashMap<i64, Advocate>, Fault>>()?;
    let mut known = Known::default();
    for (email, id) in now_known {
        let Some(row) = people.get(&id) else { continue };
        let one = KnownPerson {
            id,
            name: row.name.clone(),
            title: row.title.clone(),
            company: row.company_id,
            company_name: company_names.get(&row.company_id).cloned().unwrap_or_default(),
            advocate: records.get(&id).cloned(),
            forgotten: row.forgotten_at.is_some(),
        };
        known.people.insert(email, one);
    }
    for row in companies {
        known.by_domain.extend(row.domain.map(|domain| (domain, row.id)));
        known.by_name.insert(row.name_key, row.id);
    }
    Ok(known)
}

async fn people(db: &impl ConnectionTrait, ids: Vec<i64>, held: bool) -> Result<HashMap<i64, person::Model>, DbErr> {
    let asked = person::Entity::find().filter(person::Column::Id.is_in(ids)).order_by_asc(person::Column::Id);
    let asked = if held { asked.lock_exclusive() } else { asked };
    Ok(asked.all(db).await?.into_iter().map(|row| (row.id, row)).collect())
}
