//! Table `consent_event`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub person_id: Option<i64>,
    pub company_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    #[sea_orm(column_type = "Text")]
    pub channels: String,
    #[sea_orm(column_type = "Text")]
    pub act: String,
    pub from_day: Date,
    pub until_day: Date,
    pub text_version: i32,
    #[sea_orm(column_type = "Text")]
    pub text_hash: String,
    #[sea_orm(column_type = "Text")]
    pub text_shown: String,
    pub invitation_id: Option<i64>,
    pub signatory_id: Option<i64>,
    pub recorded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
