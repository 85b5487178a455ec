//! Table `advocacy_setting`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "advocacy_setting")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub internal_hours: i32,
    pub customer_hours: i32,
    pub most_reminders: i32,
    pub escalate_to: Option<i64>,
    pub recognition_days: i32,
    pub person_cap: i32,
    pub company_cap: i32,
    pub interval_days: i32,
    #[sea_orm(column_type = "Text")]
    pub intervals: String,
    pub answer_days: i32,
    pub gift_limit: i32,
    pub revision: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
