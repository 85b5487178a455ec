//! Pages of marketing.

pub mod publications;
