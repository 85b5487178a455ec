//! The shape of the database, one file per change. A change that has been released is frozen: expand, move, contract.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

mod m20261121_000001_foundation;
mod m20261122_000002_conduct;
mod m20261122_000003_advocacy;
mod m20261122_000004_proof;
mod m20261122_000005_advocacy_indices;

/// Every change, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_foundation::Migration),
            Box::new(m20261122_000002_conduct::Migration),
            Box::new(m20261122_000003_advocacy::Migration),
            Box::new(m20261122_000004_proof::Migration),
            Box::new(m20261122_000005_advocacy_indices::Migration),
        ]
    }
}

/// Writes `{id}`, `{instant}`, `{wall}`, `{date}` and `{bytes}` in the words of the database. SQLite keeps times as ISO 8601 text of
/// one fixed width (whole seconds), so that comparing text compares time.
fn dialect(sql: &str, backend: DbBackend) -> String {
    let (id, instant, wall, date, bytes) = match backend {
        DbBackend::Postgres => ("BIGSERIAL PRIMARY KEY", "TIMESTAMPTZ", "TIMESTAMP", "DATE", "BYTEA"),
        _ => ("INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT", "TEXT", "TEXT", "BLOB"),
    };
    sql.replace("{id}", id).replace("{instant}", instant).replace("{wall}", wall).replace("{date}", date).replace("{bytes}", bytes)
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(&dialect(sql, connection.get_database_backend())).await.map(|_| ())
}
