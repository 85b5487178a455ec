//! A file somebody uploaded, kept while they map and check it, and marked once it is applied. Applying is idempotent.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, Set};

use crate::Db;
use crate::entity::import;

pub use crate::entity::import::Model as Upload;

/// Uploads are kept so many days, then forgotten.
pub const KEPT_DAYS: i64 = 30;

/// What a file is imported into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    Companies,
    Agenda { cohort: i64 },
    Advocates,
    Achievements,
    Results,
}

impl Into {
    /// The word in its row.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Companies => "companies",
            Self::Agenda { .. } => "agenda",
            Self::Advocates => "advocates",
            Self::Achievements => "achievements",
            Self::Results => "results",
        }
    }
}

/// Keeps a file; answers its id.
///
/// # Errors
/// The database.
pub async fn keep(
    db: &Db,
    now: DateTime<Utc>,
    staff: i64,
    into: Into,
    file_name: &str,
    content: String,
    mapping: String,
) -> Result<i64, DbErr> {
    import::Entity::delete_many().filter(import::Column::CreatedAt.lt(now - TimeDelta::days(KEPT_DAYS))).exec(db.read()).await?;
    let row = import::ActiveModel {
        kind: Set(into.kind().to_owned()),
        cohort_id: Set(if let Into::Agenda { cohort } = into { Some(cohort) } else { None }),
        staff_id: Set(staff),
        file_name: Set(file_name.to_owned()),
        content: Set(content),
        mapping: Set(mapping),
        applied: Set(None),
        created_at: Set(now),
        ..Default::default()
    }
    .insert(db.read())
    .await?;
    Ok(row.id)
}

/// One upload.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Upload>, DbErr> {
    import::Entity::find_by_id(id).one(db.read()).await
}

/// Changes how its columns or days are read.
///
/// # Errors
/// The database.
pub async fn set_mapping(db: &Db, id: i64, mapping: String) -> Result<(), DbErr> {
    import::ActiveModel { id: Set(id), mapping: Set(mapping), ..Default::default() }.update(db.read()).await.map(|_| ())
}

/// Remembers what applying it came to, in words.
///
/// # Errors
/// The database.
pub async fn mark_applied(db: &Db, id: i64, outcome: String) -> Result<(), DbErr> {
    import::ActiveModel { id: Set(id), applied: Set(Some(outcome)), ..Default::default() }.update(db.read()).await.map(|_| ())
}
