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
        // Whatever faulted is in the log already.
        let _ = once(&app).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => return,
        }
    }
}

/// As [`run`], for what reaches out to other programs: a slow one holds up none of the clock's other acts.
pub async fn run_outward(app: Arc<App>, reach: Arc<Client>, mut stop: watch::Receiver<bool>) {
    loop {
        let _ = outward(&app, &reach).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => return,
        }
    }
}

/// One look at the clock: act after act, and one that faults stops none that come after it.
#[derive(Default)]
struct Look {
    fault: Option<Fault>,
}

impl Look {
    /// What an act came to; nothing, when it faulted. That is logged.
    fn at<T: Default, E: Into<Fault>>(&mut self, act: &str, done: Result<T, E>) -> T {
        match done {
            Ok(came_to) => came_to,
            Err(why) => {
                let fault: Fault = why.into();
                tracing::error!(act, %fault, "the clock's jobs");
                if self.fault.is_none() {
                    self.fault = Some(fault);
                }
                T::default()
            }
        }
    }

    /// The first fault, when every act had its turn.
    fn end(self) -> Result<(), Fault> {
        self.fault.map_or(Ok(()), Err)
    }
}

/// One look at what is to be fetched or told.
///
/// # Errors
/// The database: the first fault. Each is logged, and the other acts were done.
pub async fn outward(app: &App, reach: &Arc<Client>) -> Result<(), Fault> {
    let (now, mut look) = ((app.clock)(), Look::default());
    let delivered = look.at("webhooks", webhooks::deliver_due(&app.db, reach, now).await);
    if delivered > 0 {
        tracing::info!(delivered, "webhooks");
    }
    let fetched = look.at("feeds", feeds::fetch_due(&app.db, reach, now).await);
    if fetched > 0 {
        tracing::info!(fetched, "feeds");
    }
    look.end()
}

/// One look at the clock.
///
/// # Errors
/// The database: the first fault. Each is logged, and the other acts were done.
pub async fn once(app: &App) -> Result<(), Fault> {
    let (now, mut look) = ((app.clock)(), Look::default());
    let expired = look.at("invitations", store::registration::invitation::expire_due(&app.db, now).await);
    let lapsed = look.at("seats offered", store::agenda::waitlist::expire_offers(&app.db, now).await);
    let purged = look.at("needs", store::registration::invitation::purge_needs(&app.db, now).await);
    look.at("drafts", store::draft::purge(&app.db, now).await);
    look.at("links to own pages", store::advocacy::own_page::purge(&app.db, now).await);
    look.at("codes", store::registration::proof::purge(&app.db, now).await);
    // No count of these stands in the log: it would tell when something was reported.
    look.at("incidents", store::conduct::incident::tell_due(&app.db, now).await);
    let closed = look.at("sales openings", store::conduct::sales_opening::note_expired(&app.db, now).await);
    let unanswered = look.at("asks", store::advocacy::ask::expire_due(&app.db, now).await);
    let ending = look.at("consents", store::advocacy::consent::announce_ends(&app.db, now).await);
    // Whose seats these are is nothing for the log either.
    look.at("seats in the ledger", store::advocacy::ledger::credit_seats(&app.db, now).await);
    look.at("introductions", store::advocacy::introduction::expire_due(&app.db, now).await);
    let failed = look.at("tasks overdue", store::advocacy::reminder::fail_overdue(&app.db, now).await);
    let reminded = look.at("reminders", store::advocacy::reminder::remind_due(&app.db, now).await);
    if failed + reminded > 0 {
        tracing::info!(failed, reminded, "tasks that wait");
    }
    if expired + lapsed + closed + unanswered + ending > 0 || purged > 0 {
        tracing::info!(expired, lapsed, purged, closed, unanswered, ending, "the clock's jobs");
    }
    look.end()
}
