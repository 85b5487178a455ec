//! Webhooks: which channels are published by a program of ours, and every delivery to one.

use domain::advocacy::consent::Channel;
use domain::advocacy::webhook::State;
use domain::time::Zone;
use domain::time::words::moment;
use leptos::prelude::*;
use store::advocacy::webhook::{DeliveryLine, Line};

use super::frame::{Celebrating, celebrating};
use crate::components::form::{self, Choice, Input};
use crate::components::table::{Column, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Section};
use crate::words::{capital, count};

/// The webhooks and their log. A secret is shown only on the page that follows its making.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let hooks = store::advocacy::webhook::list(desk.db()).await?;
    let state = State::parse(desk.query("state"));
    let log = store::advocacy::webhook::deliveries(desk.db(), desk.now, state, desk.page()).await?;
    let (draft, made) = (desk.draft("webhook").await?, desk.draft("webhook-secret").await?);
    let fresh = made.typed().map(|typed| (typed.get("channel").to_owned(), typed.get("webhook_key").to_owned()));
    let fresh = fresh.filter(|(_, secret)| !secret.is_empty()).map(|(channel, secret)| fresh_part(&channel, secret));
    let pages = pager(&desk, &log);
    let eyebrow = count(u32::try_from(log.total).unwrap_or(u32::MAX), "delivery", "deliveries");
    let options = State::ALL
        .iter()
        .map(|one| {
            let selected = Some(*one) == state;
            view! { <option value=one.as_str() selected=selected>{capital(one.as_str())}</option> }
        })
        .collect_view();
    let deliveries = if log.rows.is_empty() {
        view! { <p class="soft">"Nothing was delivered yet. On its day, what is scheduled for a channel with a webhook is sent by itself."</p> }.into_any()
    } else {
        let rows = log.rows.into_iter().map(delivery).collect_view();
        let columns = [
            Column::of("What"),
            Column::of("Channel"),
            Column::of("State"),
            Column::num("Attempts"),
            Column::of("What came back"),
            Column::of("When"),
            Column::hidden("Act"),
        ];
        listing("Deliveries, the newest first", &columns, rows)
    };
    frame::staff(&desk, Section::Celebrate, "Webhooks", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="stack tight">
                    <p class="eyebrow">{eyebrow}</p>
                    <h1>"Webhooks"</h1>
                    <p class="soft">"A channel may be published by a program of yours. On the approved day it is told what is due, signed as Standard Webhooks say. A picture comes with it as “image”: its bytes in base64 as “content”, with “media_type”, “sha256” and “alt”. The answer may hold the address where it can be seen, as “url”, and since when, as “published_at”. The approval and the consents are asked once more right before; what became public although one of them ended meanwhile is to be taken down."</p>
                </div>
                {celebrating(Celebrating::Settings, false)}
                {fresh}
                {hooks_part(hooks)}
                {add_form(&draft)}
                <section id="log" class="stack" aria-labelledby="log-heading">
                    <h2 id="log-heading">"Deliveries"</h2>
                    <form class="filters" method="get" action="/webhooks" role="search">
                        <div class="field"><label for="state">"State"</label><select id="state" name="state"><option value="">"Every state"</option>{options}</select></div>
                        <button class="button">"Show"</button>
                    </form>
                    {deliveries}
                    {pages}
                </section>
            </main>
        }
    })
}

fn label(channel: &str) -> String {
    Channel::parse(channel).map_or_else(|| channel.to_owned(), |channel| channel.label().to_owned())
}

fn fresh_part(channel: &str, secret: String) -> AnyView {
    let says = format!("The secret for this channel is ready: {}.", label(channel));
    view! {
        <section id="fresh" class="card stack" aria-labelledby="fresh-heading">
            <h2 id="fresh-heading">"The new secret"</h2>
            <p>{says}</p>
            <div class="copy">
                <label for="secret">"Put it into the program that checks the signature"</label>
                <input id="secret" readonly=true value=secret aria-describedby="secret-h"/>
                <p class="hint" id="secret-h">"Keep it now: it is not shown again. Whoever has it can pretend to be us."</p>
            </div>
        </section>
    }
    .into_any()
}

fn hooks_part(hooks: Vec<Line>) -> AnyView {
    if hooks.is_empty() {
        return view! { <p>"No channel has one yet: every publication is recorded by a person."</p> }.into_any();
    }
    let rows = hooks.into_iter().map(hook).collect_view();
    let columns = [Column::of("Channel"), Column::of("Address"), Column::of("State"), Column::of("Since"), Column::hidden("Acts")];
    view! { <section class="stack" aria-labelledby="hooks-heading"><h2 id="hooks-heading">"Channels with a program"</h2>{listing("Webhooks", &columns, rows)}</section> }
        .into_any()
}

fn hook(line: Line) -> AnyView {
    let name = label(&line.channel);
    let state = if line.active { tag("good", "active") } else { tag("", "paused") };
    let (other, act) = if line.active { ("", "Pause") } else { ("yes", "Start again") };
    let (pausing, renewing) = (format!("{act}: {name}"), format!("Make a new secret: {name}"));
    let (channel, url) = (line.channel.clone(), line.url.clone());
    let active = if line.active { "yes" } else { "" };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{name}</th>
            <td role="cell" data-label="Address"><code>{line.url}</code></td>
            <td role="cell" data-label="State">{state}</td>
            <td role="cell" data-label="Since"><time datetime=line.created_at.to_rfc3339()>{moment(&Zone::utc(), line.created_at)}</time></td>
            <td role="cell"><div class="row">
                <form method="post" action="/api/advocacy/webhook/save">
                    {form::hidden("channel", &channel)}
                    {form::hidden("url", &url)}
                    {form::hidden("active", other)}
                    <button class="button small" aria-label=pausing>{act}</button>
                </form>
                <details class="ask">
                    <summary class="button small stop">"New secret…"</summary>
                    <form class="card stop stack" method="post" action="/api/advocacy/webhook/save">
                        {form::hidden("channel", &channel)}
                        {form::hidden("url", &url)}
                        {form::hidden("active", active)}
                        {form::hidden("rotate", "yes")}
                        <p>"The old one signs nothing any more: until the program has the new one, it takes no delivery."</p>
                        <button class="button stop primary" aria-label=renewing>"Make a new secret"</button>
                    </form>
                </details>
            </div></td>
        </tr>
    }
    .into_any()
}

fn add_form(draft: &Draft) -> AnyView {
    let nothing = (String::new(), "Choose…".to_owned());
    let channels = Channel::ALL.iter().map(|channel| (channel.as_str().to_owned(), channel.label().to_owned()));
    let channels = std::iter::once(nothing).chain(channels).collect();
    let hint = "It begins with https://. Addresses inside your own network work once they are listed in COHORTIUM_REACH.";
    let active = Choice {
        name: "active".to_owned(),
        value: "yes".to_owned(),
        label: "Active".to_owned(),
        hint: "What is scheduled for this channel is sent on its day.".to_owned(),
        ticked: true,
    };
    view! {
        <section id="add" class="stack" aria-labelledby="add-heading">
            <h2 id="add-heading">"Tell a program"</h2>
            <form method="post" action="/api/advocacy/webhook/save" class="stack">
                {form::select(draft, Input { name: "channel", label: "Channel", hint: "Each has one: another address takes the place of the one there is.", ..Input::default() }, channels)}
                {form::input(draft, Input { name: "url", label: "Address", hint, kind: "url", autocomplete: "off", ..Input::default() })}
                {form::choices(draft, "active", "Deliveries", "checkbox", vec![active])}
                <p class="row"><button class="button primary">"Keep it"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn delivery(line: DeliveryLine) -> AnyView {
    let tone = match line.state {
        State::Queued => "",
        State::Done => "good",
        State::Failed => "stop",
    };
    let what = match line.task {
        Some(task) => {
            let title = line.title.clone();
            view! { <a href=format!("/celebrate/{task}")>{title}</a> }.into_any()
        }
        None => line.title.clone().into_any(),
    };
    let came = if line.last_answer.is_empty() { "nothing yet".to_owned() } else { line.last_answer };
    let next = (line.state == State::Queued && line.attempts > 0)
        .then(|| view! { <p class="small soft">{format!("Again {}.", moment(&Zone::utc(), line.not_before))}</p> });
    let act = (line.state == State::Failed && line.due).then(|| {
        let named = format!("Send again: {}", line.title);
        view! {
            <form method="post" action="/api/advocacy/webhook/retry">
                {form::hidden("delivery", line.id)}
                <button class="button small" aria-label=named>"Send again"</button>
            </form>
        }
    });
    let at = line.done_at.unwrap_or(line.created_at);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{what}</th>
            <td role="cell" data-label="Channel">{label(&line.channel)}</td>
            <td role="cell" data-label="State">{tag(tone, line.state.as_str())}</td>
            <td role="cell" data-label="Attempts" class="num">{line.attempts}</td>
            <td role="cell" data-label="What came back"><div class="stack tight"><p>{came}</p>{next}</div></td>
            <td role="cell" data-label="When"><time datetime=at.to_rfc3339()>{moment(&Zone::utc(), at)}</time></td>
            <td role="cell">{act}</td>
        </tr>
    }
    .into_any()
}
