//! Table `released_session`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "released_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: i64,
    pub cohort_id: i64,
    pub release_number: i32,
    pub sequence: i32,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub starts: DateTime,
    pub ends: DateTime,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub room: String,
    #[sea_orm(column_type = "Text")]
    pub track: String,
    #[sea_orm(column_type = "Text")]
    pub objective: String,
    #[sea_orm(column_type = "Text")]
    pub educators: String,
    pub capacity: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub mode: String,
    pub cancelled: bool,
    pub cancelled_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub uid: String,
    pub created_at: DateTimeUtc,
    pub modified_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
