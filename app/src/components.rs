//! What two pages share: forms, tables, tags, findings.

pub mod consent;
pub mod finding;
pub mod form;
pub mod rule_text;
pub mod table;
