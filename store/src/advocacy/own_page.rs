//! Somebody's private links to their own page. Each mail carries one of its own, so that an older mail still opens; a link
//! that staff send anew ends the others. Only the SHA-256 is kept.

use chrono::{DateTime, TimeDelta, Utc};
use domain::advocacy::statement::OwnPageRefusal;
use domain::time::is_second_press;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use crate::advocacy::advocate::current;
use crate::entity::{own_page_link, person};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Halt, link};

/// A link opens for so many days.
pub const LINK_DAYS: i64 = 90;

/// What sending came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// A link is on its way to this name; every older one is dead.
    LinkSent(String),
    /// A second press of the button: the link of a moment ago is on its way.
    JustSent(String),
}

/// Makes one more link and answers its token, for the mail of the same transaction.
pub(crate) async fn mint_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, person: i64) -> Result<String, DbErr> {
    let token = link::random_token("own_");
    own_page_link::ActiveModel {
        person_id: Set(person),
        token_hash: Set(link::hash(&token)),
        made_at: Set(now),
        until_at: Set(now + TimeDelta::days(LINK_DAYS)),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    Ok(token)
}

/// Whose page a token opens, changing nothing. `None` for unknown, ended and expired alike.
///
/// # Errors
/// The database.
pub async fn person_of(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<i64>, DbErr> {
    let found = own_page_link::Entity::find()
        .filter(own_page_link::Column::TokenHash.eq(link::hash(token)))
        .filter(own_page_link::Column::EndedAt.is_null())
        .one(db.read())
        .await?;
    match found.filter(|row| now < row.until_at) {
        Some(row) => Ok(Some(current(db.read(), row.person_id).await?)),
        None => Ok(None),
    }
}

/// The row that stands for somebody now: whoever was merged into somebody else is that other one.
///
/// # Errors
/// The database.
pub async fn standing_for(db: &Db, person: i64) -> Result<i64, DbErr> {
    current(db.read(), person).await
}

/// The name and the address of somebody who was neither merged nor forgotten: where a code goes.
///
/// # Errors
/// The database.
pub async fn mailbox_of(db: &Db, person: i64) -> Result<Option<(String, String)>, DbErr> {
    let row = person::Entity::find_by_id(person).one(db.read()).await?;
    Ok(row.filter(|row| row.merged_into.is_none() && row.forgotten_at.is_none()).map(|row| (row.name, row.email)))
}

/// The newest invitation of somebody: what they allow is allowed, and stopped, by an invitation. `None` when they never
/// had one.
///
/// # Errors
/// The database.
pub async fn invitation_of(db: &Db, person: i64) -> Result<Option<i64>, DbErr> {
    let newest =
        sql::number(db.read(), "SELECT coalesce(max(i.id), 0) AS n FROM invitation i WHERE i.person_id = $1", values![person]).await?;
    Ok((newest > 0).then_some(newest))
}

/// Mails somebody a new link to their own page; the others are dead.
///
/// # Errors
/// There is nobody to write to.
pub async fn send_link(db: &Db, now: DateTime<Utc>, actor: Actor, person: i64) -> Result<Sent, Halt<OwnPageRefusal>> {
    let txn = db.write().await?;
    let row = person::Entity::find_by_id(person).lock_exclusive().one(&*txn).await?;
    let Some(row) = row.filter(|row| row.merged_into.is_none() && row.forgotten_at.is_none()) else {
        return refuse(OwnPageRefusal::Unknown);
    };
    let newest = own_page_link::Entity::find()
        .filter(own_page_link::Column::PersonId.eq(row.id))
        .filter(own_page_link::Column::EndedAt.is_null())
        .order_by_desc(own_page_link::Column::Id)
        .one(&*txn)
        .await?;
    if newest.is_some_and(|made| is_second_press(made.made_at, now)) {
        return Ok(Sent::JustSent(row.name));
    }
    end_in(&*txn, now, row.id).await?;
    let token = mint_in(&*txn, now, row.id).await?;
    let letter = Letter {
        event: format!("own-page:{}:{}", row.id, link::hash(&token)),
        cohort: None,
        invitation: None,
        to_name: &row.name,
        to_email: &row.email,
        subject: "Your own page".to_owned(),
        message: Message::OwnPageLink { name: row.name.clone() },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(&*txn, now, letter).await?;
    let entry =
        Entry { actor, act: "send link", object: "own page", object_id: row.id, cohort: None, before: String::new(), after: String::new() };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Sent::LinkSent(row.name))
}

/// Ends every link of somebody. The person is locked by the caller.
async fn end_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, person: i64) -> Result<(), DbErr> {
    own_page_link::Entity::update_many()
        .set(own_page_link::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(own_page_link::Column::PersonId.eq(person))
        .filter(own_page_link::Column::EndedAt.is_null())
        .exec(txn)
        .await
        .map(|_| ())
}

/// Removes links that no longer open: the clock's act. Answers how many.
///
/// # Errors
/// The database.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let over = Condition::any().add(own_page_link::Column::EndedAt.is_not_null()).add(own_page_link::Column::UntilAt.lte(now));
    Ok(own_page_link::Entity::delete_many().filter(over).exec(db.read()).await?.rows_affected)
}
