//! Table `amplification_image`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amplification_image")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub amplification_id: i64,
    #[sea_orm(column_type = "Text")]
    pub media_type: String,
    pub content: Vec<u8>,
    #[sea_orm(column_type = "Text")]
    pub sha256: String,
    pub added_by: Option<i64>,
    pub added_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
