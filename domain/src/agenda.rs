//! Sessions, the seats in them, and the releases that make them known.

pub mod agenda_import;
pub mod release;
pub mod seat;
pub mod session;
pub mod waitlist;
