//! What two pages share: forms, tables, tags, findings.

pub mod channel_preview;
pub mod chart;
pub mod consent;
pub mod finding;
pub mod form;
pub mod import;
pub mod may_ask;
pub mod proof;
pub mod rule_text;
pub mod statement;
pub mod table;
