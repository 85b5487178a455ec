//! Acts on sessions, seats, waitlists and releases.

pub mod agenda_import;
pub mod feed;
pub mod release;
pub mod seat;
pub mod session;
