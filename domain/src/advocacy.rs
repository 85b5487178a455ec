//! What customers allow, what is published with it, what may be asked of them.

pub mod ask;
pub mod ask_import;
pub mod consent;
pub mod publication;
pub mod signatory;
