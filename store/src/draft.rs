//! What somebody typed into a form that was refused, kept for a while so that nothing is lost without JavaScript.
//! Bound to the visitor's cookie: the id in the URL is not enough to read it.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, Set};

use crate::Db;
use crate::entity::draft;
use crate::link;

/// Keeps a body until then for the holder of `owner` (a cookie's value) and answers its id.
///
/// # Errors
/// The database.
pub async fn keep(db: &Db, now: DateTime<Utc>, until: DateTime<Utc>, owner: &str, body: String) -> Result<String, DbErr> {
    let id = link::random_token("");
    draft::Entity::delete_many().filter(draft::Column::ExpiresAt.lt(now)).exec(db.read()).await?;
    draft::ActiveModel { id: Set(id.clone()), owner_hash: Set(link::hash(owner)), body: Set(body), expires_at: Set(until) }
        .insert(db.read())
        .await?;
    Ok(id)
}

/// The body, while it lasts and for its owner only.
///
/// # Errors
/// The database.
pub async fn recall(db: &Db, now: DateTime<Utc>, owner: &str, id: &str) -> Result<Option<String>, DbErr> {
    let found = draft::Entity::find_by_id(id.to_owned()).filter(draft::Column::OwnerHash.eq(link::hash(owner))).one(db.read()).await?;
    Ok(found.filter(|draft| now < draft.expires_at).map(|draft| draft.body))
}

/// Forgets the owner's bodies that begin so: what they held has been sent, and is nobody's to find here.
///
/// # Errors
/// The database.
pub async fn forget(db: &Db, owner: &str, begins: &str) -> Result<(), DbErr> {
    draft::Entity::delete_many()
        .filter(draft::Column::OwnerHash.eq(link::hash(owner)))
        .filter(draft::Column::Body.starts_with(begins))
        .exec(db.read())
        .await
        .map(|_| ())
}

/// Forgets every body whose time is over; answers how many.
///
/// # Errors
/// The database.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    Ok(draft::Entity::delete_many().filter(draft::Column::ExpiresAt.lt(now)).exec(db.read()).await?.rows_affected)
}
