//! Consent, publications, asks.

pub mod ask;
pub mod consent;
pub mod publication;
pub mod signatory;
