//! Table `registration`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub cohort_id: i64,
    pub invitation_id: i64,
    pub person_id: i64,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub accepted_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub travel: String,
    #[sea_orm(column_type = "Text")]
    pub dietary: String,
    #[sea_orm(column_type = "Text")]
    pub accessibility: String,
    #[sea_orm(column_type = "Text")]
    pub emergency_contact: String,
    #[sea_orm(column_type = "Text")]
    pub pronunciation: String,
    #[sea_orm(column_type = "Text")]
    pub wants_to_learn: String,
    pub revision: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
