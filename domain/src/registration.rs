//! From a personal invitation to a place in the cohort.

pub mod invitation;
pub mod proof;
