//! Versions of the conversation rule: written once, never changed.

use chrono::{DateTime, Utc};
use domain::conduct::conversation_rule::RuleText;
use domain::refusal::FieldRefusal;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Set};

use crate::entity::rule_version;
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Halt};

/// One version, with how many people acknowledged it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Version {
    pub number: i32,
    pub body: String,
    pub content_hash: String,
    pub published_at: DateTime<Utc>,
    pub by: Option<String>,
    pub acknowledged: i64,
    pub cohorts: i64,
}

const SELECT: &str = "SELECT v.number, v.body, v.content_hash, v.published_at, s.name AS by, \
    (SELECT count(*) FROM acknowledgement k WHERE k.rule_version_id = v.id) AS acknowledged, (SELECT count(*) FROM cohort c WHERE c.rule_version_id = v.id) AS cohorts \
    FROM rule_version v LEFT JOIN staff s ON s.id = v.published_by";

/// Newest first.
///
/// # Errors
/// The database.
pub async fn list(db: &Db) -> Result<Vec<Version>, DbErr> {
    sql::all(db.read(), &format!("{SELECT} ORDER BY v.number DESC"), values![]).await
}

/// One version by its number.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, number: i32) -> Result<Option<Version>, DbErr> {
    sql::one(db.read(), &format!("{SELECT} WHERE v.number = $1"), values![number]).await
}

/// Publishes the next version; answers its number. The same text as a standing version is that version.
///
/// # Errors
/// The text is no rule.
pub async fn publish(db: &Db, now: DateTime<Utc>, actor: Actor, typed: &str) -> Result<i32, Halt<FieldRefusal>> {
    let text = match RuleText::parse(typed) {
        Ok(text) => text,
        Err(why) => return refuse(why),
    };
    let txn = db.write().await?;
    if let Some(stands) = rule_version::Entity::find().filter(rule_version::Column::ContentHash.eq(&text.hash)).one(&*txn).await? {
        return Ok(stands.number);
    }
    let last = rule_version::Entity::find().order_by_desc(rule_version::Column::Number).one(&*txn).await?;
    let number = last.map_or(1, |last| last.number + 1);
    let by = if let Actor::Staff(id) = actor { Some(id) } else { None };
    let row = rule_version::ActiveModel {
        number: Set(number),
        body: Set(text.body),
        content_hash: Set(text.hash.clone()),
        published_at: Set(now),
        published_by: Set(by),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    history::record(
        &*txn,
        now,
        Entry {
            actor,
            act: "publish",
            object: "conversation rule",
            object_id: row.id,
            cohort: None,
            before: String::new(),
            after: text.hash,
        },
    )
    .await?;
    txn.commit().await?;
    Ok(number)
}
