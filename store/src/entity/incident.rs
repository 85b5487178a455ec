//! Table `incident`: see the migration for its constraints.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub cohort_id: i64,
    pub session_id: Option<i64>,
    pub anonymous: bool,
    pub reporter_staff_id: Option<i64>,
    pub reporter_invitation_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub started_by: String,
    pub started_by_staff_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub said: String,
    #[sea_orm(column_type = "Text")]
    pub severity: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub finding: String,
    #[sea_orm(column_type = "Text")]
    pub remedy: String,
    pub reviewer_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub former_token_hash: Option<String>,
    pub reported_at: DateTimeUtc,
    pub seen_from: DateTimeUtc,
    pub told: bool,
    pub revision: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
