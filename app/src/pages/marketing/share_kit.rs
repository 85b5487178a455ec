//! The share kit: what was approved, ready to be taken to its channels. Nothing of it is here before the approval, nothing
//! after a change, and nothing once a consent is missing or something of it is to be taken down.

use domain::advocacy::amplification::State;
use domain::advocacy::wording::{language_name, utm};
use domain::time::words::day;
use leptos::prelude::*;
use store::advocacy::amplification::{Task, WordingLine};

use super::frame::{Celebrating, celebrating};
use super::task::consents::missing;
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
        let body = match kit_of(&task) {
            Kit::Ready => kit(&task),
            Kit::NotApproved => {
                let sentence = "The share kit is here once the customer has approved exactly what stands. Any change takes it away until they approve again.";
                empty("Not approved yet", sentence, Some((to.clone(), "See what it waits for")))
            }
            Kit::ConsentMissing => {
                let sentence = "Nothing of it may be posted: a consent it needs is missing.";
                empty("A consent is missing", sentence, Some((to.clone(), "See which")))
            }
            Kit::TakenDown => {
                let sentence = "Nothing of it may be posted any more: what is public is to be taken down.";
                empty("To be taken down", sentence, Some((to.clone(), "See what and by when")))
            }
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

/// Whether there is a kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kit {
    Ready,
    /// Or changed since.
    NotApproved,
    ConsentMissing,
    TakenDown,
}

/// What is public was allowed on its day; a consent that is taken back since asks for a take-down.
const fn is_public(task: &Task) -> bool {
    matches!(task.state, State::Published | State::Measured)
}

/// Approved or later, not changed since, with every consent, and nothing to be taken down.
fn kit_of(task: &Task) -> Kit {
    let stands = matches!(task.state, State::Approved | State::Scheduled | State::Published | State::Measured);
    if !task.take_downs.is_empty() {
        Kit::TakenDown
    } else if !stands || task.approved_hash.is_empty() || task.current_hash.as_deref() != Some(task.approved_hash.as_str()) {
        Kit::NotApproved
    } else if is_public(task) || missing(task).is_empty() {
        Kit::Ready
    } else {
        Kit::ConsentMissing
    }
}

/// Whether there is something to take to its channels.
pub(super) fn is_ready(task: &Task) -> bool {
    kit_of(task) == Kit::Ready
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
    let (text, spoken) = (wording.body.clone(), wording.language.clone());
    let publication = wording.publication.as_ref().map(|line| {
        let (to, label) = (format!("/publications/{}", line.id), format!("Publication {}", line.id));
        view! { <p class="small"><a href=to>{label}</a></p> }
    });
    let link = (!wording.link.is_empty()).then(|| {
        let address = utm(&wording.link, wording.channel, task.id);
        view! {
            <div class="stack tight">
                <h3>"Link"</h3>
                <p class="whole">{address}</p>
                <p class="small soft">"It tells where readers came from, so that the results can be counted."</p>
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
                <div class="stack tight"><h3>"The image in words"</h3><p class="whole" lang=wording.language.clone() dir="auto">{alt}</p></div>
            </div>
        }
    });
    view! {
        <section class="card stack" aria-labelledby=key>
            <h2 id=key.clone()>{heading}</h2>
            {publication}
            <p class="small soft">"A tap or a click on words or a link selects all of them, to be copied."</p>
            <div class="stack tight"><h3>"The words"</h3><p class="whole kept" lang=spoken dir="auto">{text}</p></div>
            {link}
            {image}
        </section>
    }
    .into_any()
}
