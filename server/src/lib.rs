//! The process around the application: settings, routes, mail, the clock's jobs, the command line.

pub mod cli;
pub mod config;
pub mod demo;
pub mod feeds;
pub mod jobs;
pub mod mail;
pub mod router;
pub mod serve;
pub mod web;
pub mod web_client;
pub mod webhooks;

use std::sync::Arc;

use app::desk::{App, Assets, Bundle, Host};
use chrono::{DateTime, SubsecRound, Utc};
use store::Db;

/// Pages are made of many small allocations; this allocator is made for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The clock, in whole seconds: instants in rows have one fixed width, so that text compares as time.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0)
}

/// Puts the application together.
#[must_use]
pub fn assemble(db: Db, host: Host, clock: fn() -> DateTime<Utc>) -> Arc<App> {
    let assets = Assets {
        stylesheet: web::assets::STYLESHEET.to_owned(),
        icon: web::assets::ICON.to_owned(),
        font: web::assets::FONT.to_owned(),
        staff_bundle: web::assets::STAFF_BUNDLE.map(bundle),
        guest_bundle: web::assets::GUEST_BUNDLE.map(bundle),
    };
    Arc::new(App { db, host, clock, assets, render_mail: mail::templates::for_reading })
}

fn bundle((js, wasm): (&str, &str)) -> Bundle {
    Bundle { js: js.to_owned(), wasm: wasm.to_owned() }
}
