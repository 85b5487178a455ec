//! Invitations and the registrations they become.

pub mod invitation;
pub mod proof;
