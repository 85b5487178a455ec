//! The invited executive's pages.

pub mod calendar;
pub mod details;
pub mod invitation;
pub mod people;
pub mod week;
