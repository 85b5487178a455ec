//! Table `problem`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "problem")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub person_id: Option<i64>,
    pub company_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub what: String,
    pub opened_by: Option<i64>,
    pub opened_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub solution: String,
    pub closed_by: Option<i64>,
    pub closed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
