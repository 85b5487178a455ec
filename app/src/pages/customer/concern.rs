//! A concern behind its private address: how it stands, what was answered, and a message back. Who reads it is not asked.

use chrono::{DateTime, Utc};
use domain::time::words::day;
use leptos::prelude::*;
use store::conduct::incident::Said;

use crate::components::form::{self, Input};
use crate::desk::{Desk, Reply};
use crate::frame;
use crate::pages::executive::invitation::link_over;

/// The concern of a token.
///
/// # Errors
/// There is none, or faults.
pub async fn by_link(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let Some(told) = store::conduct::incident::by_token(desk.db(), &token).await? else { return link_over(&desk) };
    let draft = desk.draft("concern-reply").await?;
    let (host, address) = (desk.app.host.name.clone(), format!("{}/c/{token}", desk.app.host.base_url));
    frame::letter(&desk, "Your concern", move || {
        let keep = if told.anonymous {
            "Keep this address: answers appear here. We cannot send it to you, because we do not know who you are."
        } else {
            "We also mailed you this link. Each answer comes with a mail and a new address; once you open that, the older one stops working."
        };
        let messages = if told.messages.is_empty() {
            view! { <p class="soft">"Nobody has written yet."</p> }.into_any()
        } else {
            told.messages.into_iter().map(|said| message(said, "The reviewers", "You")).collect_view().into_any()
        };
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                {form::errors(&draft)}
                <div class="stack tight">
                    <p class="eyebrow">{format!("{} · {}", told.program, told.cohort)}</p>
                    <h1>"Your concern"</h1>
                    <p>{told.state.told()}</p>
                </div>
                <div class="copy">
                    <label for="address">"Its private address"</label>
                    <input id="address" readonly=true value=address aria-describedby="address-h"/>
                    <p class="hint" id="address-h">{keep}</p>
                </div>
                <section class="stack close">
                    <h2>"What you told us"</h2>
                    <p class="soft small">{format!("On {}", on(told.reported_at))}</p>
                    <div class="rule stack close">{paragraphs(&told.said)}</div>
                </section>
                <section class="stack">
                    <h2>"Messages"</h2>
                    {messages}
                </section>
                <section class="stack" id="write">
                    <h2>"Write to the reviewers"</h2>
                    <form class="stack" method="post" action="/api/conduct/incident/reply">
                        {form::hidden("token", token)}
                        {form::textarea(&draft, Input { name: "body", label: "Your message", autocomplete: "off", ..Input::default() }, 4)}
                        <p><button class="button primary">"Send the message"</button></p>
                    </form>
                </section>
            </main>
        }
    })
}

/// One message. `other` is said of the reviewers where their names are not the reader's to know, `own` of the reporter.
pub fn message(said: Said, other: &str, own: &str) -> AnyView {
    let who = if said.by.is_some() { other } else { own };
    let head = format!("{who} · {}", on(said.sent_at));
    view! { <article class="card stack close"><p class="eyebrow">{head}</p>{paragraphs(&said.body)}</article> }.into_any()
}

/// Plain text as it was typed, a paragraph a line.
pub fn paragraphs(text: &str) -> AnyView {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| view! { <p>{line.to_owned()}</p> }).collect_view().into_any()
}

/// The day, and no more: the hour would point at whoever reported without a name.
pub fn on(at: DateTime<Utc>) -> String {
    day(at.date_naive())
}
