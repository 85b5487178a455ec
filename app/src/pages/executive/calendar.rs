//! My calendar: the private link that keeps every calendar right, and files for those who want none.

use chrono::{DateTime, Utc};
use domain::time::Zone;
use leptos::prelude::*;

use super::invitation::{moment, zone_of};
use crate::desk::{Desk, Reply, encode};
use crate::frame::{self, Islands, Mine};

/// My calendar. The link itself is shown only on the page that follows its making: what is stored is its hash.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let status = store::agenda::feed::status(desk.db(), desk.registration()?).await?;
    let draft = desk.draft("feed").await?;
    let token = draft.typed().map(|typed| typed.get("feed_token").to_owned()).filter(|token| !token.is_empty());
    let address = token.map(|token| format!("{}/cal/{token}.ics", desk.app.host.base_url));
    let (program, zone) = (executive.program.clone(), zone_of(executive));
    frame::executive(&desk, Mine::Calendar, Islands::None, "My calendar", move || {
        let part = match address {
            Some(address) => fresh(&address, &program),
            None => standing(status, &zone),
        };
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight">
                    <p class="eyebrow">{program}</p>
                    <h1>"My calendar"</h1>
                    <p>"Add one private link to your calendar, and every session of yours is in it: the seats you take, what moves, what is cancelled. It names no other participant, and says nothing else about you."</p>
                </div>
                {part}
                <section class="stack">
                    <h2>"A file instead"</h2>
                    <p class="soft">"Your agenda as it stands now. A file does not follow later changes; we mail you those."</p>
                    <p><a class="button" href="/my/agenda.ics">"Download my agenda (.ics)"</a></p>
                </section>
            </main>
        }
    })
}

/// The link that was made a moment ago, and the ways to use it.
fn fresh(address: &str, name: &str) -> AnyView {
    let webcal = format!("webcal://{}", address.split_once("://").map_or(address, |(_, rest)| rest));
    let google = format!("https://calendar.google.com/calendar/r?cid={}", encode(&webcal));
    let outlook = format!("https://outlook.office.com/calendar/0/addfromweb?url={}&name={}", encode(address), encode(name));
    view! {
        <section class="stack">
            <h2>"Your private link is ready"</h2>
            <div class="row">
                <a class="button primary" href=webcal>"Subscribe in Apple or Outlook"</a>
                <a class="button" href=google rel="noopener noreferrer">"Add to Google Calendar"</a>
                <a class="button" href=outlook rel="noopener noreferrer">"Add to Outlook on the web"</a>
            </div>
            <div class="copy">
                <label for="feed">"Or copy the link into any calendar"</label>
                <input id="feed" readonly=true value=address.to_owned() aria-describedby="feed-h"/>
                <p class="hint" id="feed-h">"Keep it now: it is not shown again. Whoever has it can read your agenda, so share it with nobody but your assistant."</p>
            </div>
            <p class="soft small">"Calendars read it every hour or so; Google may take a day. Moves are mailed to you as well."</p>
        </section>
    }
    .into_any()
}

/// Whether there is a link, and a new one to be had.
fn standing(status: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, zone: &Zone) -> AnyView {
    let Some((made, fetched)) = status else {
        return view! {
            <section class="stack">
                <h2>"My private link"</h2>
                <p>"You have none yet."</p>
                <form method="post" action="/api/agenda/feed/renew"><button class="button primary">"Make my private calendar link"</button></form>
            </section>
        }
        .into_any();
    };
    let class = if fetched.is_some() { "button" } else { "button primary" };
    let (fetched, consequence) = match fetched {
        Some(fetched) => (
            view! { "A calendar last read it " {moment(zone, fetched)} "." }.into_any(),
            "The old link stops at once: calendars that use it stand still until you add the new one.",
        ),
        None => ("No calendar has read it yet.".into_any(), "The old link stops at once."),
    };
    view! {
        <section class="stack">
            <h2>"My private link"</h2>
            <p>"It is in the mail that confirmed your seat, unless you have replaced it since. For your safety we do not keep it, so we cannot show it again."</p>
            <p class="soft small">"Made " {moment(zone, made)} ". " {fetched}</p>
            <p>"Lost that mail, or somebody has your link who should not? Make a new one, and add it here in one press. " {consequence}</p>
            <form method="post" action="/api/agenda/feed/renew"><button class=class>"Make a new private link"</button></form>
        </section>
    }
    .into_any()
}
