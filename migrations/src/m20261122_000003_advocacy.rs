//! Advocacy and amplification. The tables are in the `.sql` file beside this one.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// In an order that lets each be dropped before what it refers to.
const TABLES: [&str; 23] = [
    "forget_wish",
    "proof_code",
    "own_page_link",
    "introduction",
    "ledger_entry",
    "due_feed",
    "webhook_delivery",
    "webhook",
    "publication_result",
    "amplification_step",
    "amplification_use",
    "wording",
    "amplification_image",
    "amplification",
    "feed_item",
    "achievement",
    "watched_name",
    "watched_feed",
    "problem",
    "own_limit",
    "advocate",
    "advocacy_setting",
    "ask",
];

const COLUMNS: [(&str, &str); 5] = [
    ("publication", "approved_hash"),
    ("publication", "wording_id"),
    ("publication", "amplification_id"),
    ("person", "forgotten_at"),
    ("person", "merged_into"),
];

/// Those on tables that stay.
const INDICES: [&str; 3] = ["publication_by_amplification", "publication_by_time", "person_by_merged"];

/// Files of the two kinds there were.
const IMPORT: &str = "
CREATE TABLE import_then (
    id {id},
    kind TEXT NOT NULL CHECK (kind IN ('companies', 'agenda')),
    cohort_id BIGINT REFERENCES cohort (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    file_name TEXT NOT NULL,
    content TEXT NOT NULL,
    mapping TEXT NOT NULL,
    applied TEXT,
    created_at {instant} NOT NULL
);
INSERT INTO import_then (id, kind, cohort_id, staff_id, file_name, content, mapping, applied, created_at)
    SELECT id, kind, cohort_id, staff_id, file_name, content, mapping, applied, created_at FROM import WHERE kind IN ('companies', 'agenda') ORDER BY id;
DROP TABLE import;
ALTER TABLE import_then RENAME TO import;";

/// Asks as they were: submitted or refused, and nothing after.
const ASK: &str = "
CREATE TABLE ask_then (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    wording TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('page', 'api', 'import')),
    state TEXT NOT NULL CHECK (state IN ('refused', 'submitted')),
    reasons TEXT NOT NULL,
    submitted_by BIGINT REFERENCES staff (id),
    submitted_at {instant} NOT NULL
);
INSERT INTO ask_then (id, person_id, kind, wording, source, state, reasons, submitted_by, submitted_at)
    SELECT id, person_id, kind, wording, source, CASE WHEN state = 'refused' THEN state ELSE 'submitted' END, reasons, submitted_by, submitted_at FROM ask ORDER BY id;";

const ASK_AGAIN: &str = "
ALTER TABLE ask_then RENAME TO ask;
CREATE INDEX ask_by_person ON ask (person_id, id);";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261122_000003_advocacy.sql")).await?;
        number_on(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, IMPORT).await?;
        crate::run(manager, ASK).await?;
        for index in INDICES {
            crate::run(manager, &format!("DROP INDEX {index};")).await?;
        }
        for (table, column) in &COLUMNS[..3] {
            crate::run(manager, &format!("ALTER TABLE {table} DROP COLUMN {column};")).await?;
        }
        for table in TABLES {
            crate::run(manager, &format!("DROP TABLE {table};")).await?;
        }
        for (table, column) in &COLUMNS[3..] {
            crate::run(manager, &format!("ALTER TABLE {table} DROP COLUMN {column};")).await?;
        }
        crate::run(manager, ASK_AGAIN).await?;
        number_on(manager).await
    }
}

/// Rows of the tables made anew kept their numbers, which PostgreSQL's sequences know nothing of.
async fn number_on(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != sea_orm_migration::sea_orm::DbBackend::Postgres {
        return Ok(());
    }
    for table in ["ask", "import"] {
        let next =
            format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table}), false);");
        crate::run(manager, &next).await?;
    }
    Ok(())
}
