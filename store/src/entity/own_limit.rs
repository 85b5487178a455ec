//! Table `own_limit`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "own_limit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: i64,
    pub most_per_quarter: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub never: String,
    pub pause_until: Option<Date>,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub set_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
