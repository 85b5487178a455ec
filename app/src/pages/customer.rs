//! Pages for the customer's side: the delegation lead, a concern behind its private address.

pub mod concern;
pub mod delegation;
pub mod educator;
pub mod signatory;
