//! The foundation. The tables are in the `.sql` file beside this one.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// In an order that lets each be dropped before what it refers to.
const TABLES: [&str; 29] = [
    "history",
    "outbox",
    "import",
    "attempt",
    "draft",
    "sign_in",
    "link",
    "waitlist",
    "seat",
    "release",
    "released_session",
    "session_facilitator",
    "session",
    "room",
    "seat_journal",
    "acknowledgement",
    "registration",
    "invitation",
    "allotment",
    "cohort",
    "program",
    "rule_version",
    "person",
    "account_manager",
    "competitor",
    "company",
    "staff_role",
    "staff",
    "setting",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261121_000001_foundation.sql")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            crate::run(manager, &format!("DROP TABLE {table};")).await?;
        }
        Ok(())
    }
}
