//! What the clock does: let go of seats whose date has passed, take back offers nobody answered, forget what is no
//! longer needed, tell reviewers at the full hour. Each act locks what it changes, so that several servers may run this at once.

use std::sync::Arc;
use std::time::Duration;

use app::desk::App;
use store::Fault;
use tokio::sync::watch;

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
    // No count of these stands in the log: it would tell when something was reported.
    store::conduct::incident::tell_due(&app.db, now).await?;
    let closed = store::conduct::sales_opening::note_expired(&app.db, now).await?;
    let ending = store::advocacy::consent::announce_ends(&app.db, now).await?;
    if expired + lapsed + closed + ending > 0 || purged > 0 {
        tracing::info!(expired, lapsed, purged, closed, ending, "the clock's jobs");
    }
    Ok(())
}
