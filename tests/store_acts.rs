//! Acts of the store, each on both databases.

mod invitation;
mod outbox;
mod release;
mod seat;
mod staff;
