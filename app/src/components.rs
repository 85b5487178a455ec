//! What two pages share: forms, tables, tags.

pub mod form;
pub mod table;
