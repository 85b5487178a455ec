//! Every check that runs the whole program, as one program. See `lib.rs` for what they stand on.

mod races;
mod store_acts;
