//! Sessions, rooms, seats, waitlists, releases and the calendars they fill.

pub mod agenda_import;
pub mod feed;
pub mod release;
pub mod seat;
pub mod session;
pub mod waitlist;
pub mod week;
