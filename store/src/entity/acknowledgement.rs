//! Table `acknowledgement`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "acknowledgement")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub rule_version_id: i64,
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    pub person_id: Option<i64>,
    pub staff_id: Option<i64>,
    pub educator_id: Option<i64>,
    pub cohort_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    pub recorded_by: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub evidence: String,
    pub acknowledged_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
