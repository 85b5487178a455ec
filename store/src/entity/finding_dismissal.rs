//! Table `finding_dismissal`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding_dismissal")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub cohort_id: i64,
    pub session_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub finding_key: String,
    #[sea_orm(column_type = "Text")]
    pub phrase: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub dismissed_by: Option<i64>,
    pub dismissed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
