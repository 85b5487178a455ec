//! The few interactive pieces. Each shows what the server rendered and works as plain forms before it is alive.

pub mod agenda_picker;
pub mod import_preview;
