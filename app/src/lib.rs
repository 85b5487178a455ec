//! What people see of Cohortium.
//!
//! Pages are rendered by the server and work without JavaScript; the few islands are compiled to WebAssembly as well.
//! Everything behind the one gate below exists on the server only.

pub mod answer;
pub mod api;

/// The few interactive pieces. Each shows what the server rendered and works as plain forms before it is alive. Staff's are
/// in a bundle of their own, so that no guest's phone loads them.
pub mod islands {
    pub mod agenda_picker;
    #[cfg(any(feature = "ssr", feature = "hydrate"))]
    pub mod board;
    #[cfg(any(feature = "ssr", feature = "hydrate"))]
    pub mod import_preview;
}

#[cfg(feature = "ssr")]
pub use on_the_server::*;

#[cfg(feature = "ssr")]
#[path = ""]
mod on_the_server {
    pub mod components;
    pub mod desk;
    pub mod frame;
    pub mod naming;
    pub mod pages;
    pub mod words;
}

/// Brings the islands of a page to life. Called by the page's loader once the bundle has arrived.
#[cfg(feature = "guests")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
