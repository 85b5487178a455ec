//! What makes a cohort trustworthy.

pub mod acknowledgement;
pub mod agenda_check;
pub mod compliance;
pub mod conversation_rule;
pub mod firewall;
pub mod incident;
pub mod quiet_period;
pub mod sales_opening;
