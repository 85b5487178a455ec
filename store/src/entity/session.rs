//! Table `session`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub cohort_id: i64,
    #[sea_orm(column_type = "Text")]
    pub uid: String,
    #[sea_orm(column_type = "Text")]
    pub source: String,
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
    pub room_id: Option<i64>,
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
    pub revision: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
