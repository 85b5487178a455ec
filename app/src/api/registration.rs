//! Acts on invitations and registrations.

pub mod invitation;
pub mod reminder;
