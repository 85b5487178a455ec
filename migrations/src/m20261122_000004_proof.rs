//! Codes of a mailbox. The table is in the `.sql` file beside this one.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Codes as they were: of a person.
const THEN: &str = "
DROP TABLE proof_code;
CREATE TABLE proof_code (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id),
    code_hash TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    until_at {instant} NOT NULL,
    used_at {instant},
    made_at {instant} NOT NULL
);
CREATE INDEX proof_code_by_person ON proof_code (person_id, id);";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261122_000004_proof.sql")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, THEN).await
    }
}
