//! Table `cohort`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cohort")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub program_id: i64,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub venue: String,
    #[sea_orm(column_type = "Text")]
    pub place: String,
    #[sea_orm(column_type = "Text")]
    pub zone: String,
    pub first_day: Date,
    pub last_day: Date,
    pub capacity: i32,
    pub overbooked: i32,
    pub reply_by: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub letter: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub rule_version_id: Option<i64>,
    pub release_number: i32,
    pub revision: i32,
    pub created_at: DateTimeUtc,
    pub quiet_days: i32,
    pub quiet_company: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
