//! Table `publish_decision`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publish_decision")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub publication_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    pub allowed: bool,
    #[sea_orm(column_type = "Text")]
    pub reasons: String,
    pub asked_by: Option<i64>,
    pub decided_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
