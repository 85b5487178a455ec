//! What is not a page: files, calendars, health, and what stands in front of every request.

pub mod assets;
pub mod calendars;
pub mod guard;
pub mod images;
pub mod process;
pub mod report;
pub mod sheet;
pub mod statement;
