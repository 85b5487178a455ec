//! Acts on what makes a cohort trustworthy.

pub mod acknowledgement;
pub mod agenda_check;
pub mod conversation_rule;
pub mod educator;
pub mod incident;
pub mod observer;
pub mod quiet_period;
pub mod sales_opening;
