//! Empties the outbox: leases what is due, renders it, hands it to the transport, marks it.

use std::sync::Arc;
use std::time::Duration;

use app::desk::App;
use store::Fault;
use store::outbox::{self, Mail, Message};
use tokio::sync::watch;

use crate::mail::transport::{Transport, Undelivered};
use crate::mail::{message, templates};

/// How often an empty outbox is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Runs until `stop` changes; a mail under way is finished.
pub async fn run(app: Arc<App>, transport: Transport, mut stop: watch::Receiver<bool>) {
    loop {
        let sent = match once(&app, &transport).await {
            Ok(sent) => sent,
            Err(fault) => {
                tracing::error!(%fault, "the mail worker");
                tokio::time::sleep(Duration::from_secs(5)).await;
                0
            }
        };
        if *stop.borrow() {
            return;
        }
        if sent == 0 {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => return,
            }
        }
    }
}

/// Sends what is due, at most twenty; answers how many were tried.
///
/// # Errors
/// The database. A mail that cannot be delivered is marked, and is no error.
pub async fn once(app: &App, transport: &Transport) -> Result<usize, Fault> {
    let due = outbox::lease(&app.db, (app.clock)(), 20).await?;
    let tried = due.len();
    for mail in due {
        match send(app, transport, &mail).await {
            Ok(()) => outbox::mark_sent(&app.db, (app.clock)(), mail.id).await?,
            Err(Sending::Fault(fault)) => return Err(fault),
            Err(Sending::Undelivered(why)) => {
                tracing::warn!(mail = mail.id, permanent = why.permanent, why = why.why, "not delivered");
                outbox::mark_failed(&app.db, (app.clock)(), &mail, &why.why, why.permanent).await?;
            }
        }
    }
    Ok(tried)
}

enum Sending {
    Fault(Fault),
    Undelivered(Undelivered),
}

async fn send(app: &App, transport: &Transport, mail: &Mail) -> Result<(), Sending> {
    let agenda = match &mail.message {
        Message::Accepted { registration, .. } => agenda(app, *registration).await.map_err(Sending::Fault)?,
        _ => None,
    };
    let rendered = templates::for_sending(app, mail, agenda);
    let message = message::build(app, mail, &rendered).map_err(|why| Sending::Undelivered(Undelivered { why, permanent: true }))?;
    transport.send(mail.id, &mail.kind, message).await.map_err(Sending::Undelivered)
}

/// The whole week, attached to the mail that confirms a seat.
async fn agenda(app: &App, registration: i64) -> Result<Option<String>, Fault> {
    let Some(owner) = store::agenda::feed::owner_of(&app.db, registration).await? else { return Ok(None) };
    let events = store::agenda::feed::events(&app.db, (app.clock)(), &owner, false).await?;
    let events: Vec<_> = events.iter().map(|event| crate::web::calendars::event(event, &app.host.base_url)).collect();
    if events.is_empty() {
        return Ok(None);
    }
    Ok(Some(domain::calendar::download(&crate::web::calendars::publisher(app), &events, false)))
}
