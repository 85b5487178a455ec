//! Acts on invitations and registrations.

pub mod invitation;
#[cfg(feature = "ssr")]
pub(crate) mod proof;
pub mod reminder;
