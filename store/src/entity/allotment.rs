//! Table `allotment`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allotment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub cohort_id: i64,
    pub company_id: i64,
    pub seats: i32,
    pub reply_by: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub lead_name: String,
    #[sea_orm(column_type = "Text")]
    pub lead_email: String,
    pub link_sent_at: Option<DateTimeUtc>,
    pub revision: i32,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
