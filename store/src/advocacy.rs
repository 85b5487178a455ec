//! Consent, achievements and their amplification, publications, asks, the ledger.

pub mod achievement;
pub mod achievement_import;
pub mod advocate;
pub mod advocate_import;
pub mod amplification;
pub mod ask;
pub mod board;
pub mod consent;
pub mod due_feed;
pub mod figures;
pub mod forgetting;
pub mod introduction;
pub mod ledger;
pub mod matching;
pub mod own_limit;
pub mod own_page;
pub mod problem;
pub mod publication;
pub mod reminder;
pub mod result;
pub mod setting;
pub mod signatory;
pub mod statement;
pub mod watched_feed;
pub mod webhook;
