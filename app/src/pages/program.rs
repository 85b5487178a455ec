//! The program manager's pages: cohorts, their companies and people, the agenda, and its releases.

pub mod agenda;
pub mod agenda_import;
pub mod cohort;
pub mod companies;
pub mod frame;
pub mod observers;
pub mod people;
pub mod release;
pub mod report;
pub mod rule;
