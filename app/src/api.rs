//! Server functions, in the rooms of the domain. Each is: who, parse, one verb, answer. Each has its door in
//! `domain::access`, which holds its path, and the tests hold the two together.

pub mod advocacy;
pub mod agenda;
pub mod cohort;
pub mod conduct;
pub mod outbox;
pub mod registration;
pub mod staff;
