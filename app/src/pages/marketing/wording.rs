//! Writing the words for one channel in one language, and seeing how they will look there.

use domain::advocacy::consent::Channel;
use domain::advocacy::wording::{language_name, languages, length, most};
use leptos::prelude::*;
use store::advocacy::amplification::{Task, WordingLine};

use super::frame::{Celebrating, celebrating};
use super::task::waits::{quote, suggestion};
use super::task::wordings::{looks, standing_approval, written_by};
use crate::components::form::{self, Input};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::words::thousands;

/// The form of a wording, beside how what was saved last will look. Without a channel and a language in the address it
/// begins a new one.
///
/// # Errors
/// There is no such task, or faults.
pub async fn write(desk: Desk) -> Reply {
    let id = desk.id("task")?;
    let task = store::advocacy::amplification::task(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    let draft = desk.draft("wording").await?;
    let channel = Channel::parse(desk.query("channel"));
    let stands = task.wordings.iter().find(|one| Some(one.channel) == channel && one.language == desk.query("language"));
    let heading =
        stands.map_or_else(|| "Write a wording".to_owned(), |one| format!("{}, in {}", one.channel.label(), language_name(&one.language)));
    let host = desk.app.host.name.clone();
    frame::staff(&desk, Section::Celebrate, &heading, || {
        let (to, title, here) = (format!("/celebrate/{id}"), task.title.clone(), heading.clone());
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol>
                    <li><a href="/celebrate">"Celebrate"</a></li>
                    <li><a href=to>{title.clone()}</a></li>
                    <li aria-current="page">{here}</li>
                </ol></nav>
                {form::errors(&draft)}
                <div class="stack tight"><p class="eyebrow">{format!("{} · {title}", task.company_name)}</p><h1>{heading.clone()}</h1></div>
                {celebrating(Celebrating::Board, false)}
                {standing_approval(&task)}
                {suggested(&task)}
                {meanwhile(&draft, &task, stands, &host)}
                <div class="two">
                    <div class="stack loose">{writing(&draft, &task, channel, stands)}</div>
                    <div class="side">{seen(&task, stands, &host)}</div>
                </div>
            </main>
        }
    })
}

/// What the customer would have otherwise.
fn suggested(task: &Task) -> AnyView {
    let Some(step) = suggestion(task) else { return ().into_any() };
    view! {
        <section class="card stack" aria-labelledby="suggested-h">
            <h2 id="suggested-h">"What the customer suggests"</h2>
            {quote(step)}
        </section>
    }
    .into_any()
}

/// The words that stand where new ones were to begin.
fn standing<'a>(draft: &Draft, task: &'a Task) -> Option<&'a WordingLine> {
    let typed = draft.typed().filter(|typed| typed.ticked("begins"))?;
    task.wordings.iter().find(|one| one.channel.as_str() == typed.get("channel") && one.language == typed.get("language"))
}

/// What somebody else saved while this was typed: theirs, beside what was typed. New words take the place of none: the way
/// to those that stand.
fn meanwhile(draft: &Draft, task: &Task, stands: Option<&WordingLine>, host: &str) -> AnyView {
    if let Some(one) = standing(draft, task) {
        let to = format!("/celebrate/{}/wording?channel={}&language={}", task.id, one.channel, one.language);
        let label = format!("Change the words for {}, in {}", one.channel.label(), language_name(&one.language));
        return view! {
            <section class="card stack" aria-labelledby="stands">
                <h2 id="stands">"What stands there"</h2>
                <p class="soft small">{format!("{} What you typed is in the form below, and is kept nowhere else yet.", written_by(one))}</p>
                {looks(task, one, host)}
                <p><a class="button" href=to>{label}</a></p>
            </section>
        }
        .into_any();
    }
    let Some(typed) = draft.typed().filter(|typed| typed.revision() != task.revision) else { return ().into_any() };
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    let Some(theirs) = stands.filter(|one| plain(typed.get("body")) != one.body.trim() || plain(typed.get("link")) != one.link) else {
        return view! { <p class="notice">"The task was changed meanwhile, and these words were not. Saving again keeps yours."</p> }
            .into_any();
    };
    view! {
        <section class="card stack" aria-labelledby="stands">
            <h2 id="stands">"What was saved meanwhile"</h2>
            <p class="soft small">{format!("{} Yours is in the form below. Saving again keeps yours.", written_by(theirs))}</p>
            {looks(task, theirs, host)}
        </section>
    }
    .into_any()
}

fn writing(draft: &Draft, task: &Task, channel: Option<Channel>, stands: Option<&WordingLine>) -> AnyView {
    let was = |pick: fn(&WordingLine) -> &str| stands.map(pick).unwrap_or_default().to_owned();
    let place = match stands {
        Some(one) => {
            let (channel, language) = (one.channel, one.language.clone());
            view! { {form::hidden("channel", channel)} {form::hidden("language", language)} }.into_any()
        }
        None => view! { {form::hidden("begins", "yes")} {place(draft, channel)} }.into_any(),
    };
    let images: Vec<(String, String)> =
        task.images.iter().enumerate().map(|(index, image)| (image.id.to_string(), format!("Image {}", index + 1))).collect();
    let image = if images.is_empty() {
        let to = format!("/celebrate/{}#images", task.id);
        view! { <p class="small soft">"No image was added to the task yet. " <a href=to>"Add one there"</a>", then choose it here."</p> }
            .into_any()
    } else {
        let options = std::iter::once((String::new(), "No image".to_owned())).chain(images).collect();
        let value = stands.and_then(|one| one.image).map(|image| image.to_string()).unwrap_or_default();
        let alt_hint = "What it shows, in a sentence, for those who do not see it. It goes out with the image.";
        view! {
            {form::select(draft, Input { name: "image", label: "Image", value, ..Input::default() }, options)}
            {pictures(task)}
            {form::input(draft, Input { name: "image_alt", label: "The image in words", hint: alt_hint, value: was(|one| &one.image_alt), optional: true, autocomplete: "off", ..Input::default() })}
        }
        .into_any()
    };
    let text = Input {
        name: "body",
        label: "The words",
        hint: "Exactly as they will be read. An empty line begins a paragraph.",
        value: was(|one| &one.body),
        ..Input::default()
    };
    let link = Input {
        name: "link",
        label: "Where it leads",
        hint: "The whole address. The share kit adds what tells where readers came from.",
        kind: "url",
        value: was(|one| &one.link),
        optional: true,
        autocomplete: "off",
        ..Input::default()
    };
    view! {
        <form method="post" action="/api/advocacy/amplification/wording" class="stack loose">
            {form::hidden("task", task.id)}
            {form::hidden("revision", task.revision)}
            {place}
            <div class="stack tight">{form::textarea(draft, text, 10)}{room(draft, channel, stands)}</div>
            {form::input(draft, link)}
            {image}
            <p class="row"><button class="button primary">"Save and look"</button><a class="button quiet" href=format!("/celebrate/{}", task.id)>"Back to the task"</a></p>
        </form>
    }
    .into_any()
}

/// Which channel and which language, of a wording that is begun.
fn place(draft: &Draft, channel: Option<Channel>) -> AnyView {
    let nothing = || std::iter::once((String::new(), "Choose…".to_owned()));
    let channels = nothing().chain(Channel::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned()))).collect();
    let languages = languages().iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    let chosen = channel.map(|channel| channel.as_str().to_owned()).unwrap_or_default();
    view! {
        {form::select(draft, Input { name: "channel", label: "Where", hint: "Each channel has words of its own, and a consent of its own.", value: chosen, ..Input::default() }, channels)}
        {form::select(draft, Input { name: "language", label: "Language", value: "en".to_owned(), ..Input::default() }, languages)}
    }
    .into_any()
}

/// How much room the channel leaves, as it counts.
fn room(draft: &Draft, channel: Option<Channel>, stands: Option<&WordingLine>) -> AnyView {
    let typed = draft.typed();
    let channel = typed.and_then(|typed| Channel::parse(typed.get("channel"))).or(channel);
    let Some(channel) = channel else {
        let limits: Vec<String> = Channel::ALL.iter().map(|one| format!("{} {}", one.label(), number(most(*one)))).collect();
        return view! { <p class="hint">{format!("The most characters: {}. On X, characters are counted as X does, and a link as 23.", limits.join(", "))}</p> }.into_any();
    };
    let (body, link) = match (typed, stands) {
        (Some(typed), _) => (typed.get("body").replace("\r\n", "\n"), typed.get("link")),
        (None, Some(one)) => (one.body.clone(), one.link.as_str()),
        (None, None) => (String::new(), ""),
    };
    let (used, most) = (length(channel, body.trim(), link.trim()), most(channel));
    let counted = if channel == Channel::X { " as X counts, where a link is 23" } else { "" };
    let sentence = if used > most {
        format!("{} of {} characters{counted}: {} too many.", number(used), number(most), number(used - most))
    } else {
        format!("{} of {} characters{counted}: {} left. Counted when you save.", number(used), number(most), number(most - used))
    };
    view! { <p class="hint">{sentence}</p> }.into_any()
}

fn pictures(task: &Task) -> AnyView {
    let rows = task
        .images
        .iter()
        .enumerate()
        .map(|(index, image)| {
            let (address, name) = (format!("/celebrate/{}/images/{}", task.id, image.id), format!("Image {}", index + 1));
            view! { <li><a href=address><img src=address.clone() alt=name.clone() loading="lazy"/></a><span class="small soft" aria-hidden="true">{name}</span></li> }
        })
        .collect_view();
    view! { <ul class="pictures">{rows}</ul> }.into_any()
}

/// What is kept, as it will look.
fn seen(task: &Task, stands: Option<&WordingLine>, host: &str) -> AnyView {
    let body = match stands {
        Some(one) => view! { <p class="small soft">{written_by(one)}</p> {looks(task, one, host)} }.into_any(),
        None => view! { <p class="soft">"Save the words once, and they stand here as they will look on their channel."</p> }.into_any(),
    };
    view! { <section class="stack" aria-labelledby="looks-h"><h2 id="looks-h">"How it will look"</h2>{body}</section> }.into_any()
}

fn number(count: usize) -> String {
    thousands(count as u64)
}
