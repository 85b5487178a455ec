//! Pages of marketing: celebrating customers, advocates, asks, and what it all comes to.

pub mod achievement_import;
pub mod achievements;
pub mod advocate_import;
pub mod advocates;
pub mod asks;
pub mod celebrate;
pub mod feeds;
pub mod figures;
pub mod frame;
pub mod introductions;
pub mod ledger;
pub mod matching;
pub mod publications;
pub mod result_import;
pub mod settings;
pub mod share_kit;
pub mod task;
pub mod webhooks;
pub mod wording;
