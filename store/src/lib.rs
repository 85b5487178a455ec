//! Everything of Cohortium that speaks SQL. The same rooms and file names as in `domain`: an act here is one verb that
//! owns its transaction from the lock to the outbox; a read is one DTO for one view, in a constant number of queries.
//!
//! Locks are always taken in one order: cohort, allotment, invitation, person, company, registration, session, staff, then
//! achievement, amplification, publication, ask, introduction; ids ascending.

pub mod access;
pub mod advocacy;
pub mod agenda;
pub mod cohort;
pub mod conduct;
pub mod draft;
pub mod entity;
mod halt;
pub mod history;
pub mod import;
pub mod link;
pub mod outbox;
pub mod registration;
pub mod sign_in;
mod sql;
pub mod staff;
mod txn;

pub use halt::{Fault, Halt};
pub use history::Actor;
pub use txn::{Db, Write};

/// Migrations, for those who run them by hand.
pub use migrations::Migrator;

/// How many rows a list shows before it turns a page.
pub const PAGE_ROWS: u64 = 50;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Rows in all, over every page.
    pub total: u64,
    /// This page, from 1.
    pub page: u64,
}

impl<T> Page<T> {
    /// How many pages there are; at least one.
    #[must_use]
    pub const fn pages(&self) -> u64 {
        let pages = self.total.div_ceil(PAGE_ROWS);
        if pages == 0 { 1 } else { pages }
    }
}
