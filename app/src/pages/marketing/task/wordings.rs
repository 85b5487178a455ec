//! The words of a task, as they will look, and those before them.

use domain::advocacy::amplification::{Act, State};
use domain::advocacy::wording::language_name;
use domain::time::Zone;
use domain::time::words::{date, moment};
use leptos::prelude::*;
use store::advocacy::amplification::{Task, VersionLine, WordingLine};

use super::Opened;
use super::published::publication_part;
use crate::components::channel_preview::{Looks, channel_preview};
use crate::components::form;
use crate::components::table::tag;

pub(super) fn wordings(at: &Opened<'_>) -> AnyView {
    let task = at.task;
    let parts = task.wordings.iter().map(|wording| wording_part(at, wording)).collect_view();
    let none = task.wordings.is_empty().then(|| view! { <p class="soft">"Nothing is written yet."</p> });
    let more = may_edit(task)
        .then(|| view! { <p><a class="button" href=format!("/celebrate/{}/wording", task.id)>"Write for another channel"</a></p> });
    let more = if task.wordings.is_empty() { None } else { more };
    view! {
        <section id="wordings" class="stack loose" aria-labelledby="wordings-h">
            <h2 id="wordings-h">"The words"</h2>
            {none}
            {parts}
            {more}
            {older(&task.versions)}
        </section>
    }
    .into_any()
}

/// Whether the words can still be changed.
pub(super) fn may_edit(task: &Task) -> bool {
    task.is_news && domain::advocacy::amplification::after(task.state, task.hold, Act::Edit).is_ok()
}

fn wording_part(at: &Opened<'_>, wording: &WordingLine) -> AnyView {
    let task = at.task;
    let to = format!("/celebrate/{}/wording?channel={}&language={}", task.id, wording.channel, wording.language);
    let about = format!("{}, in {}", wording.channel.label(), language_name(&wording.language));
    let acts = may_edit(task).then(|| {
        let consequence = match before_customer(task) {
            Before::Nothing => "It is taken off the task. Its versions stay in the history.",
            Before::Sent => "It is taken off the task, and the customer’s link is void: what is left is sent to them again.",
            Before::Approved => "It is taken off the task, and the customer’s approval is void: what is left is sent to them again.",
        };
        view! {
            <div class="row">
                <a class="button small" href=to>"Change it" <span class="visually-hidden">{format!(": {about}")}</span></a>
                <details class="ask">
                    <summary class="button small quiet stop">"Take it off…" <span class="visually-hidden">{format!(": {about}")}</span></summary>
                    <form class="card stop stack" method="post" action="/api/advocacy/amplification/end-wording">
                        {form::hidden("task", task.id)}
                        {form::hidden("revision", task.revision)}
                        {form::hidden("channel", wording.channel)}
                        {form::hidden("language", &wording.language)}
                        <p>{consequence}</p>
                        <p><button class="button stop primary">"Take it off the task"</button></p>
                    </form>
                </details>
            </div>
        }
    });
    let publication = wording.publication.as_ref().map(|line| publication_part(at, line));
    view! {
        <article class="stack close">
            {looks(task, wording, at.host)}
            <p class="small soft">{written_by(wording)}</p>
            {acts}
            {publication}
        </article>
    }
    .into_any()
}

/// A wording as it will look, with the task's own addresses.
pub fn looks(task: &Task, wording: &WordingLine, host: &str) -> AnyView {
    let image = wording.image.map(|image| (format!("/celebrate/{}/images/{image}", task.id), wording.image_alt.as_str()));
    channel_preview(&Looks {
        host,
        channel: wording.channel,
        language: &wording.language,
        body: &wording.body,
        link: &wording.link,
        image,
        day: task.planned_for,
    })
}

/// `Version 2, by Priya, Fri 15 Jan, 09:00 UTC.`
pub fn written_by(wording: &WordingLine) -> String {
    format!("Version {}, by {}, {}.", wording.version, wording.writer, moment(&Zone::utc(), wording.written_at))
}

/// What the customer has of exactly what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, or something else: they were sent other words, or asked for others.
    Nothing,
    /// It is theirs to answer.
    Sent,
    Approved,
}

fn before_customer(task: &Task) -> Before {
    let is = |hash: &str| !hash.is_empty() && task.current_hash.as_deref() == Some(hash);
    // What is held is where it was.
    match task.hold.map_or(task.state, |hold| hold.from) {
        State::Approved | State::Scheduled | State::Failed if is(&task.approved_hash) => Before::Approved,
        State::WithCustomer if is(&task.sent_hash) => Before::Sent,
        _ => Before::Nothing,
    }
}

/// Warns that a change voids what the customer has before them, or approved.
pub fn standing_approval(task: &Task) -> AnyView {
    if !may_edit(task) {
        return ().into_any();
    }
    let sentence = match before_customer(task) {
        Before::Approved => "The customer approved exactly what stands. A change voids that: it is reviewed here and sent to them again.",
        Before::Sent => "The customer has exactly this before them. A change voids their link: it is reviewed here and sent to them again.",
        Before::Nothing => return ().into_any(),
    };
    view! { <p class="notice warn">{sentence}</p> }.into_any()
}

fn older(versions: &[VersionLine]) -> AnyView {
    if versions.is_empty() {
        return ().into_any();
    }
    let rows = versions
        .iter()
        .map(|one| {
            let what = format!("{}, in {}, version {}", one.channel.label(), language_name(&one.language), one.version);
            let ended = one.ended_at.map(|at| view! { " " {tag("", format!("taken off on {}", date(at.date_naive())))} });
            let who = format!("{}, {}", one.writer, moment(&Zone::utc(), one.written_at));
            let (body, spoken) = (one.body.clone(), one.language.clone());
            view! { <li class="stack tight"><p><strong>{what}</strong>{ended}</p><p class="small soft">{who}</p><p class="kept" lang=spoken dir="auto">{body}</p></li> }
        })
        .collect_view();
    view! { <details><summary>"Older versions"</summary><ul class="plain stack">{rows}</ul></details> }.into_any()
}
