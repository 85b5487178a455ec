//! Table `amplification_use`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amplification_use")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub amplification_id: i64,
    pub person_id: Option<i64>,
    pub company_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub scope: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
