//! The share kit: what was approved, ready to be taken to its channels. Nothing of it is here before the approval, and
//! nothing after a change.

use domain::advocacy::amplification::State;
use domain::advocacy::wording::{language_name, utm};
use domain::time::words::day;
use leptos::prelude::*;
use store::advocacy::amplification::{Task, WordingLine};

use super::frame::{Celebrating, celebrating};
use crate::components::form;
use crate::components::table::empty;
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};

/// The words, the link and the image of each channel.
///
/// # Errors
/// There is no such task, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("task")?;
    let task = store::advocacy::amplification::task(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    frame::staff(&desk, Section::Celebrate, "Share kit", || {
        let (to, title) = (format!("/celebrate/{id}"), task.title.clone());
        let body = if is_ready(&task) {
            kit(&task)
        } else {
            let sentence = "The share kit is here once the customer has approved exactly what stands. Any change takes it away until they approve again.";
            empty("Not approved yet", sentence, Some((to.clone(), "See what it waits for")))
        };
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol>
                    <li><a href="/celebrate">"Celebrate"</a></li>
                    <li><a href=to>{title.clone()}</a></li>
                    <li aria-current="page">"Share kit"</li>
                </ol></nav>
                <div class="stack tight"><p class="eyebrow">{format!("{} · {title}", task.company_name)}</p><h1>"Share kit"</h1></div>
                {celebrating(Celebrating::Board, false)}
                {body}
            </main>
        }
    })
}

/// Approved or later, and not changed since.
pub(super) fn is_ready(task: &Task) -> bool {
    let stands = matches!(task.state, State::Approved | State::Scheduled | State::Published | State::Measured);
    stands && !task.approved_hash.is_empty() && task.current_hash.as_deref() == Some(task.approved_hash.as_str())
}

fn kit(task: &Task) -> AnyView {
    let when = task.planned_for.map_or_else(String::new, |planned| format!(", and only on {} (UTC)", day(planned)));
    let says = format!("Only exactly this may be posted{when}: no word more, no other picture. Then say on the task where it can be seen.");
    let parts = task.wordings.iter().map(|wording| part(task, wording)).collect_view();
    view! { <p class="notice warn">{says}</p> {parts} }.into_any()
}

fn part(task: &Task, wording: &WordingLine) -> AnyView {
    let key = format!("kit-{}", wording.id);
    let heading = format!("{}, in {}", wording.channel.label(), language_name(&wording.language));
    let (text, spoken) = (form::inside(&wording.body), wording.language.clone());
    let (words_id, link_id, alt_id) = (format!("{key}-words"), format!("{key}-link"), format!("{key}-alt"));
    let link = (!wording.link.is_empty()).then(|| {
        let address = utm(&wording.link, wording.channel, task.id);
        view! {
            <div class="copy">
                <label for=link_id.clone()>"Link"</label>
                <input id=link_id readonly=true value=address/>
                <p class="hint">"It tells where readers came from, so that the results can be counted."</p>
            </div>
        }
    });
    let image = wording.image.map(|image| {
        let address = format!("/celebrate/{}/images/{image}", task.id);
        let alt = wording.image_alt.clone();
        view! {
            <div class="stack close">
                <p><img src=address.clone() alt=alt.clone() loading="lazy"/></p>
                <p><a class="button" href=address download="">"Download the image"</a></p>
                <div class="copy"><label for=alt_id.clone()>"The image in words"</label><input id=alt_id readonly=true value=alt/></div>
            </div>
        }
    });
    view! {
        <section class="card stack" aria-labelledby=key>
            <h2 id=key.clone()>{heading}</h2>
            <div class="field">
                <label for=words_id.clone()>"The words"</label>
                <textarea id=words_id readonly=true rows="6" lang=spoken dir="auto">{text}</textarea>
            </div>
            {link}
            {image}
        </section>
    }
    .into_any()
}
