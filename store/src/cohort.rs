//! Programs, their cohorts, and the companies they invite.

pub mod allotment;
#[path = "cohort/cohort_itself.rs"]
mod cohort_itself;
pub mod company;
pub mod company_import;
pub mod person;
pub mod program;

pub(crate) use cohort_itself::facts;
pub use cohort_itself::*;
