//! What every check stands on: a database of its own on either kind, a small world made through the program's own
//! verbs, and a browserless browser.

pub mod browser;
pub mod celebration;
pub mod chromium;
pub mod database;
pub mod world;
