//! Every check that runs the whole program, as one program. See `lib.rs` for what they stand on.

mod agenda_check;
mod calendars;
mod feeds;
mod http;
mod journeys;
mod races;
mod store_acts;
