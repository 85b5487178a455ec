//! Table `amplification`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amplification")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub achievement_id: i64,
    pub owner_id: Option<i64>,
    pub due_day: Date,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text")]
    pub held_from: String,
    #[sea_orm(column_type = "Text")]
    pub held_by: String,
    pub planned_for: Option<Date>,
    #[sea_orm(column_type = "Text")]
    pub approver_name: String,
    #[sea_orm(column_type = "Text")]
    pub approver_email: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub token_hash: Option<String>,
    pub token_until: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub previous_token_hash: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub sent_hash: String,
    #[sea_orm(column_type = "Text")]
    pub approved_hash: String,
    pub approved_at: Option<DateTimeUtc>,
    pub waits_since: DateTimeUtc,
    pub reminders: i32,
    pub reminded_at: Option<DateTimeUtc>,
    pub escalated_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub uid: String,
    pub sequence: i32,
    pub created_at: DateTimeUtc,
    pub modified_at: DateTimeUtc,
    pub revision: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
