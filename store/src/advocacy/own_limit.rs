//! What people set for themselves about being asked. Only they write it; the decision reads it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::advocacy::own_limit::{LimitRefusal, Limits, TypedLimits};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::entity::{own_limit, person};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::{Db, Halt};

/// What somebody set; nothing set is nothing.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, person: i64) -> Result<Limits, DbErr> {
    Ok(of_in(db.read(), &[person]).await?.remove(&person).unwrap_or_default())
}

/// What each of them set; whoever set nothing is not there. One query.
///
/// # Errors
/// The database.
pub async fn of_all(db: &Db, people: &[i64]) -> Result<BTreeMap<i64, Limits>, DbErr> {
    of_in(db.read(), people).await
}

pub(crate) async fn of_in(db: &impl ConnectionTrait, people: &[i64]) -> Result<BTreeMap<i64, Limits>, DbErr> {
    let rows = own_limit::Entity::find().filter(own_limit::Column::PersonId.is_in(people.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, read(row))).collect())
}

fn read(row: own_limit::Model) -> Limits {
    Limits {
        most_per_quarter: row.most_per_quarter.and_then(|most| u32::try_from(most).ok()),
        never: Limits::read_never(&row.never),
        pause_until: row.pause_until,
        note: row.note,
    }
}

/// Sets what somebody typed about themselves. Setting the same again changes nothing.
///
/// # Errors
/// A field, or there is no such person.
pub async fn set(db: &Db, now: DateTime<Utc>, actor: Actor, person: i64, typed: &TypedLimits<'_>) -> Result<(), Halt<LimitRefusal>> {
    let wanted = Limits::parse(typed, now.date_naive()).map_err(|wrong| Halt::Refused(LimitRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    // The lock an ask is decided behind.
    let found = person::Entity::find_by_id(person).lock_exclusive().one(&*txn).await?;
    if found.is_none_or(|row| row.merged_into.is_some() || row.forgotten_at.is_some()) {
        return refuse(LimitRefusal::Unknown);
    }
    let stands = own_limit::Entity::find_by_id(person).one(&*txn).await?;
    let (is_new, before) = (stands.is_none(), stands.map(read).unwrap_or_default());
    if before == wanted {
        return Ok(());
    }
    let row = own_limit::ActiveModel {
        person_id: Set(person),
        most_per_quarter: Set(wanted.most_per_quarter.and_then(|most| i32::try_from(most).ok())),
        never: Set(wanted.never_lines()),
        pause_until: Set(wanted.pause_until),
        note: Set(wanted.note.clone()),
        set_at: Set(now),
    };
    if is_new {
        row.insert(&*txn).await?
    } else {
        row.update(&*txn).await?
    };
    // The note is between them and whoever reads their record.
    let told = |limits: &Limits| limits.in_words(now.date_naive()).join(" ");
    let entry =
        Entry { actor, act: "set", object: "own limit", object_id: person, cohort: None, before: told(&before), after: told(&wanted) };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(())
}
