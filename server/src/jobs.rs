//! What the clock does: let go of seats whose date has passed, take back offers nobody answered, forget what is no
//! longer needed, tell reviewers at the full hour. Each act locks what it changes, so that several servers may run this at once.

use std::sync::Arc;
use std::time::Duration;

use app::desk::App;
use store::Fault;
use tokio::sync::watch;

use crate::web_client::Client;
use crate::{feeds, webhooks};

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until `stop` changes.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(fault) = once(&app).await {
            tracing::error!(%fault, "the clock's jobs");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => return,
        }
    }
}

/// As [`run`], for what reaches out to other programs: a slow one holds up none of the clock's other acts.
pub async fn run_outward(app: Arc<App>, reach: Arc<Client>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(fault) = outward(&app, &reach).await {
            tracing::error!(%fault, "reaching out");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => return,
        }
    }
}

/// One look at what is to be fetched or told.
///
/// # Errors
/// The database.
pub async fn outward(app: &App, reach: &Arc<Client>) -> Result<(), Fault> {
    let now = (app.clock)();
    let delivered = webhooks::deliver_due(&app.db, &app.host.base_url, reach, now).await?;
    if delivered > 0 {
        tracing::info!(delivered, "webhooks");
    }
    let fetched = feeds::fetch_due(&app.db, reach, now).await?;
    if fetched > 0 {
        tracing::info!(fetched, "feeds");
    }
    Ok(())
}

/// One look at the clock.
///
/// # Errors
/// The database.
pub async fn once(app: &App) -> Result<(), Fault> {
    let now = (app.clock)();
    let expired = store::registration::invitation::expire_due(&app.db, now).await?;
    let lapsed = store::agenda::waitlist::expire_offers(&app.db, now).await?;
    let purged = store::registration::invitation::purge_needs(&app.db, now).await?;
    store::draft::purge(&app.db, now).await?;
    store::advocacy::own_page::purge(&app.db, now).await?;
    store::advocacy::forgetting::purge_codes(&app.db, now).await?;
    // No count of these stands in the log: it would tell when something was reported.
    store::conduct::incident::tell_due(&app.db, now).await?;
    let closed = store::conduct::sales_opening::note_expired(&app.db, now).await?;
    let unanswered = store::advocacy::ask::expire_due(&app.db, now).await?;
    let ending = store::advocacy::consent::announce_ends(&app.db, now).await?;
    // Whose seats these are is nothing for the log either.
    store::advocacy::ledger::credit_seats(&app.db, now).await?;
    store::advocacy::introduction::expire_due(&app.db, now).await?;
    let failed = store::advocacy::reminder::fail_overdue(&app.db, now).await?;
    let reminded = store::advocacy::reminder::remind_due(&app.db, now).await?;
    if failed + reminded > 0 {
        tracing::info!(failed, reminded, "tasks that wait");
    }
    if expired + lapsed + closed + unanswered + ending > 0 || purged > 0 {
        tracing::info!(expired, lapsed, purged, closed, unanswered, ending, "the clock's jobs");
    }
    Ok(())
}
