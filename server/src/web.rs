//! What is not a page: files, calendars, health, and what stands in front of every request.

pub mod assets;
pub mod calendars;
pub mod guard;
pub mod process;
pub mod report;
