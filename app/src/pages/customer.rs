//! Pages for the customer's side: the delegation lead.

pub mod delegation;
