//! Mail: the words, the letter they are set in, the way out, and the worker that empties the outbox.

pub mod letter;
pub mod message;
pub mod templates;
pub mod transport;
pub mod worker;
