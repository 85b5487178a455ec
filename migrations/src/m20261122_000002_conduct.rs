//! The conversation rule and consent. The tables are in the `.sql` file beside this one.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// In an order that lets each be dropped before what it refers to.
const TABLES: [&str; 20] = [
    "consent_notice",
    "take_down",
    "publish_decision",
    "publication_use",
    "publication",
    "consent_event",
    "signatory",
    "finding_dismissal",
    "term_list",
    "incident_message",
    "incident_about",
    "incident",
    "follow_up",
    "sales_opening",
    "quiet_override",
    "ask",
    "observer",
    "educator",
    "rule_draft",
    "rule_translation",
];

const COLUMNS: [(&str, &str); 4] = [("staff", "manager_id"), ("person", "language"), ("cohort", "quiet_days"), ("cohort", "quiet_company")];

/// Those on tables that stay.
const INDICES: [&str; 1] = ["person_by_name"];

/// Acknowledgements as they were: those of educators had no place.
const ACKNOWLEDGEMENT: &str = "
CREATE TABLE acknowledgement_then (
    id {id},
    rule_version_id BIGINT NOT NULL REFERENCES rule_version (id),
    content_hash TEXT NOT NULL,
    person_id BIGINT REFERENCES person (id),
    staff_id BIGINT REFERENCES staff (id),
    cohort_id BIGINT REFERENCES cohort (id),
    acknowledged_at {instant} NOT NULL,
    UNIQUE (rule_version_id, person_id, cohort_id),
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
INSERT INTO acknowledgement_then (rule_version_id, content_hash, person_id, staff_id, cohort_id, acknowledged_at)
    SELECT rule_version_id, content_hash, person_id, staff_id, cohort_id, acknowledged_at FROM acknowledgement WHERE educator_id IS NULL ORDER BY id;
DROP TABLE acknowledgement;
ALTER TABLE acknowledgement_then RENAME TO acknowledgement;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261122_000002_conduct.sql")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, ACKNOWLEDGEMENT).await?;
        for table in TABLES {
            crate::run(manager, &format!("DROP TABLE {table};")).await?;
        }
        for index in INDICES {
            crate::run(manager, &format!("DROP INDEX {index};")).await?;
        }
        for (table, column) in COLUMNS {
            crate::run(manager, &format!("ALTER TABLE {table} DROP COLUMN {column};")).await?;
        }
        Ok(())
    }
}
