//! Acts on what makes a cohort trustworthy.

pub mod conversation_rule;
