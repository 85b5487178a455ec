//! Acts on companies, programs, cohorts and their allotments.

pub mod allotment;
pub mod cohort_itself;
pub mod company;
pub mod company_import;
pub mod delegation;
pub mod program;
