//! The database, and the one way to write to it.
//!
//! A write is `BEGIN IMMEDIATE` on SQLite, so that two writers queue instead of failing half way, and READ COMMITTED with
//! row locks on PostgreSQL. Writers of one process queue at a gate first, in the order they came: SQLite's own waiting
//! polls and is not fair, and on PostgreSQL a crowd at one row must not hold every connection while it waits.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: DatabaseConnection,
    gate: Arc<Semaphore>,
}

/// Connections to PostgreSQL, and how many of them may be writing at once: the rest are for reads.
const POSTGRES_CONNECTIONS: u32 = 24;
const POSTGRES_WRITERS: usize = 12;
/// SQLite has one writer, and readers beside it.
const SQLITE_CONNECTIONS: u32 = 8;

impl Db {
    /// Opens `sqlite://FILE` (made when missing) or `postgres://…`. Nothing is migrated.
    ///
    /// # Errors
    /// The database cannot be reached or opened.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        let sqlite = url.starts_with("sqlite:");
        let url = if sqlite && !url.contains('?') { format!("{url}?mode=rwc") } else { url.to_owned() };
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(if sqlite { SQLITE_CONNECTIONS } else { POSTGRES_CONNECTIONS })
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(if sqlite { 10 } else { 2 }))
            .connect_timeout(Duration::from_secs(2))
            .test_before_acquire(!sqlite)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    // A page's rows wait for it in one piece: handing them over in small ones costs more than reading them.
                    .row_buffer_size(1_000)
                    .busy_timeout(Duration::from_secs(10))
            });
        let pool = Database::connect(options).await?;
        Ok(Self { pool, gate: Arc::new(Semaphore::new(if sqlite { 1 } else { POSTGRES_WRITERS })) })
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// A change failed; the ones before it stand.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        migrations::Migrator::up(&self.pool, None).await
    }

    /// Changes not yet made, by name.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, DbErr> {
        let pending = migrations::Migrator::get_pending_migrations(&self.pool).await?;
        Ok(pending.iter().map(|change| change.name().to_owned()).collect())
    }

    /// Asks the database for nothing, to see that it answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.pool.execute_unprepared("SELECT 1").await.map(|_| ())
    }

    /// The pool, for reads.
    #[must_use]
    pub const fn read(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.pool.get_database_backend() == DbBackend::Postgres
    }

    /// Begins a write. Dropped before [`Write::commit`], nothing of it happened.
    ///
    /// # Errors
    /// No connection or no lock in time.
    pub async fn write(&self) -> Result<Write, DbErr> {
        let turn = Arc::clone(&self.gate).acquire_owned().await.map_err(|closed| DbErr::Custom(closed.to_string()))?;
        let options = if self.is_postgres() {
            TransactionOptions { isolation_level: Some(IsolationLevel::ReadCommitted), ..Default::default() }
        } else {
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() }
        };
        let txn = self.pool.begin_with_options(options).await?;
        Ok(Write { txn, _turn: turn })
    }
}

/// One write transaction.
pub struct Write {
    // The transaction is dropped, and so rolled back, before the turn is given on.
    txn: DatabaseTransaction,
    _turn: OwnedSemaphorePermit,
}

impl Write {
    /// Makes everything written in it so.
    ///
    /// # Errors
    /// The database could not; nothing happened.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.txn.commit().await
    }
}

impl Deref for Write {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.txn
    }
}
