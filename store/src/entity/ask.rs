//! Table `ask`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ask")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub person_id: i64,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub wording: String,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text")]
    pub reasons: String,
    pub submitted_by: Option<i64>,
    pub submitted_at: DateTimeUtc,
    pub was_submitted: bool,
    pub approving_by: Option<i64>,
    pub approved_by: Option<i64>,
    pub asked_at: Option<DateTimeUtc>,
    pub answer_by: Option<Date>,
    pub answered_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub answer: String,
    pub scheduled_for: Option<Date>,
    pub done_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub comment: String,
    pub revision: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
