//! The pages of the host's people: accounts, companies, programs, the rule, mail, and each role's own view.

pub mod account;
pub mod agenda_check;
pub mod companies;
pub mod company_consents;
pub mod company_import;
pub mod forgetting;
pub mod incidents;
pub mod openings;
pub mod outbox;
pub mod own_views;
pub mod people;
pub mod programs;
pub mod rules;
pub mod setup;
pub mod sign_in;
pub mod staff;
