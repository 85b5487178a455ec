//! Consent, publications, asks.

pub mod achievement;
pub mod achievement_import;
pub mod advocate;
pub mod advocate_import;
pub mod amplification;
pub mod ask;
pub mod consent;
pub mod due_feed;
pub mod forgetting;
pub mod introduction;
pub mod ledger;
pub mod own_limit;
pub mod own_page;
pub mod problem;
pub mod publication;
pub mod result;
pub mod setting;
pub mod signatory;
pub mod watched_feed;
pub mod webhook;
