//! What makes a cohort trustworthy.

pub mod conversation_rule;
