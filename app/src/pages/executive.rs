//! The invited executive's pages.

pub mod calendar;
pub mod concern;
pub mod details;
pub mod invitation;
pub mod openings;
pub mod people;
pub mod rule;
pub mod statement;
pub mod terms;
pub mod week;
