//! Pages for the customer's side, each behind its private address.

pub mod approval;
pub mod concern;
pub mod delegation;
pub mod educator;
pub mod signatory;
pub mod statement;
