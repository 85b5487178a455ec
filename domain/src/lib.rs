//! The rules of Cohortium, as plain functions over facts.
//!
//! Nothing here waits, stores, draws or asks what time it is: `now` is an argument, facts are loaded by the caller
//! behind its lock, and every answer is either what happened or a refusal that says what to do next.

pub mod access;
pub mod advocacy;
pub mod agenda;
pub mod calendar;
pub mod cohort;
pub mod conduct;
pub mod contact;
pub mod refusal;
pub mod registration;
mod text_enum;
pub mod time;

pub use refusal::Refusal;
