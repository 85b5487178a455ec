//! Feeds: what was found and waits for a look, the names that are looked for, and the feeds they are looked for in.

use domain::advocacy::watched_feed::State;
use domain::time::Zone;
use domain::time::words::{date, moment};
use leptos::prelude::*;
use store::advocacy::achievement::{Near, Offered};
use store::advocacy::watched_feed::{FeedLine, Found, NameLine};

use crate::components::form::{self, Input};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Celebrating, celebrating};
use crate::words::thousands;

/// What was found, the names, and the feeds.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let found = store::advocacy::watched_feed::found(desk.db(), desk.page()).await?;
    let names = store::advocacy::watched_feed::names(desk.db()).await?;
    let feeds = store::advocacy::watched_feed::feeds(desk.db()).await?;
    let offered = store::advocacy::achievement::offered(desk.db(), true).await?;
    let (adding, watching) = (desk.draft("add-watched-feed").await?, desk.draft("watch-name").await?);
    let eyebrow = match found.total {
        0 => "Nothing waits for a look".to_owned(),
        1 => "1 waits for a look".to_owned(),
        total => format!("{} wait for a look", thousands(total)),
    };
    let pages = pager(&desk, &found);
    let set_up = !names.is_empty() && !feeds.is_empty();
    frame::staff(&desk, Section::Celebrate, "Feeds", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&adding)}
                {form::errors(&watching)}
                <div class="head"><div class="stack tight">
                    <p class="eyebrow">{eyebrow}</p>
                    <h1>"Feeds"</h1>
                    <p class="soft">"News that name your customers. What is found is yours to look at: nothing is reported or verified by being in a feed."</p>
                </div></div>
                {celebrating(Celebrating::Feeds, true)}
                {found_part(found.rows, set_up)}
                {pages}
                {names_part(&watching, names, offered)}
                {feeds_part(&adding, feeds)}
            </main>
        }
    })
}

fn found_part(found: Vec<Found>, set_up: bool) -> AnyView {
    if found.is_empty() {
        let sentence = if set_up {
            "Feeds are looked at every hour. What names one of your customers stands here then."
        } else {
            "Say below which names to look for, and in which feeds."
        };
        return empty("Nothing was found yet", sentence, None);
    }
    let items = found.into_iter().map(item).collect_view();
    view! { <section id="found" class="stack" aria-labelledby="found-h"><h2 id="found-h">"To look at"</h2>{items}</section> }.into_any()
}

/// One thing found, beside what it may be the same as.
fn item(one: Found) -> AnyView {
    let eyebrow = format!("{} · {} · found by “{}”", one.whose, date(one.published_on), one.name);
    let heading = format!("found-{}", one.id);
    let labelled = heading.clone();
    let title = if one.url.is_empty() {
        one.title.clone().into_any()
    } else {
        let title = one.title.clone();
        view! { <a href=one.url.clone() rel="noopener noreferrer nofollow">{title}</a> }.into_any()
    };
    let summary = (!one.summary.is_empty()).then(|| view! { <p>{one.summary.clone()}</p> });
    let feed = one.feed.clone();
    let alike = !one.near.is_empty();
    let near = one.near.into_iter().map(near_line).collect_view();
    let near = alike.then(|| {
        view! { <div class="stack tight"><h4>"May be the same as"</h4><ul class="plain stack tight">{near}</ul></div> }
    });
    view! {
        <article class="card two" aria-labelledby=labelled>
            <div class="stack close">
                <p class="eyebrow">{eyebrow}</p>
                <h3 id=heading>{title}</h3>
                {summary}
                <p class="small soft">{feed}</p>
            </div>
            <div class="stack close">
                {near}
                <div class="row">
                    <form method="post" action="/api/advocacy/watched-feed/take">
                        {form::hidden("item", one.id)}
                        <button class="button">"Report it"</button>
                    </form>
                    <form method="post" action="/api/advocacy/watched-feed/dismiss">
                        {form::hidden("item", one.id)}
                        <button class="button quiet">"Dismiss it"</button>
                    </form>
                </div>
            </div>
        </article>
    }
    .into_any()
}

fn near_line(near: Near) -> AnyView {
    let words = format!("{}, {}", near.state, date(near.happened_on));
    view! { <li><a href=format!("/achievements/{}", near.id)>{near.title}</a>" "<span class="small soft">{words}</span></li> }.into_any()
}

fn names_part(draft: &Draft, names: Vec<NameLine>, offered: Offered) -> AnyView {
    let none = names.is_empty();
    let rows = names
        .into_iter()
        .map(|line| {
            let whose = match line.person {
                Some(person) => view! { <a href=format!("/advocates/{person}")>{line.whose}</a> }.into_any(),
                None => line.whose.into_any(),
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{line.name.clone()}</th>
                    <td role="cell" data-label="Whose">{whose}</td>
                    <td role="cell"><details class="ask">
                        <summary class="button small quiet stop" aria-label=format!("Stop looking for {}…", line.name)>"Stop looking…"</summary>
                        <form class="stack close" method="post" action="/api/advocacy/watched-feed/unwatch-name">
                            <p class="small">"What was found by it and not reported goes with it."</p>
                            {form::hidden("watched", line.id)}
                            <button class="button small stop">"Stop looking for it"</button>
                        </form>
                    </details></td>
                </tr>
            }
        })
        .collect_view();
    let table = if none {
        view! { <p class="soft">"No name is looked for yet."</p> }.into_any()
    } else {
        listing("Names that are looked for", &[Column::of("Name"), Column::of("Whose"), Column::hidden("What to do")], rows)
    };
    let people = offered.people.into_iter().map(|(email, name)| view! { <option value=email>{name}</option> }).collect_view();
    let companies = offered.companies.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let name = "As news write it. Whole words are looked for, whatever their case and accents.";
    view! {
        <section id="names" class="stack" aria-labelledby="names-h">
            <h2 id="names-h">"Names"</h2>
            {table}
            <details id="watch-name" class="ask" open=draft.typed().is_some()>
                <summary class="button">"Look for a name…"</summary>
                <form class="card stack" method="post" action="/api/advocacy/watched-feed/watch-name">
                    {form::input(draft, Input { name: "name", label: "Name", hint: name, autocomplete: "off", ..Input::default() })}
                    {form::input(draft, Input { name: "email", label: "Whose: e-mail address", kind: "email", list: "people", autocomplete: "off", optional: true, ..Input::default() })}
                    {form::input(draft, Input { name: "company", label: "Or the company’s name", list: "companies", autocomplete: "off", optional: true, ..Input::default() })}
                    <datalist id="people">{people}</datalist>
                    <datalist id="companies">{companies}</datalist>
                    <p class="row"><button class="button primary">"Look for it"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn feeds_part(draft: &Draft, feeds: Vec<FeedLine>) -> AnyView {
    let none = feeds.is_empty();
    let rows = feeds.into_iter().map(feed_row).collect_view();
    let table = if none {
        view! { <p class="soft">"No feed is watched yet."</p> }.into_any()
    } else {
        let columns = [Column::of("Feed"), Column::of("State"), Column::of("Last look"), Column::hidden("What to do")];
        listing("Watched feeds, those that fail first", &columns, rows)
    };
    view! {
        <section id="feeds" class="stack" aria-labelledby="feeds-h">
            <h2 id="feeds-h">"Watched feeds"</h2>
            {table}
            <details id="add-feed" class="ask" open=draft.typed().is_some()>
                <summary class="button">"Watch a feed…"</summary>
                <form class="card stack" method="post" action="/api/advocacy/watched-feed/add">
                    {form::input(draft, Input { name: "url", label: "Address", hint: "Of its RSS, Atom or JSON feed.", kind: "url", autocomplete: "off", ..Input::default() })}
                    <p class="row"><button class="button primary">"Watch it"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn feed_row(feed: FeedLine) -> AnyView {
    let name = if feed.title.is_empty() { feed.url.clone() } else { feed.title.clone() };
    let state = match feed.state {
        State::Paused => tag("", "paused"),
        State::Watching if feed.failures > 0 => tag("stop", "cannot be read"),
        State::Watching if feed.fetched_at.is_none() => tag("", "not fetched yet"),
        State::Watching => tag("good", "watched"),
    };
    let fetched = feed.fetched_at.map_or_else(|| "Never read.".to_owned(), |at| format!("Read {}.", moment(&Zone::utc(), at)));
    let error = (feed.failures > 0).then(|| {
        let next =
            if feed.state == State::Watching { format!(" Tried again {}.", moment(&Zone::utc(), feed.next_at)) } else { String::new() };
        view! { <p>{format!("{}{next}", feed.last_error)}</p> }
    });
    let acts = match feed.state {
        State::Watching => vec![("fetch", "Fetch now"), ("pause", "Pause")],
        State::Paused => vec![("resume", "Resume")],
    };
    let acts = acts
        .into_iter()
        .map(|(act, label)| {
            view! {
                <form method="post" action="/api/advocacy/watched-feed/step">
                    {form::hidden("feed", feed.id)}
                    {form::hidden("act", act)}
                    <button class="button small quiet" aria-label=format!("{label}: {name}")>{label}</button>
                </form>
            }
        })
        .collect_view();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><span>{name.clone()}<br/><span class="small soft">{feed.url}</span></span></th>
            <td role="cell" data-label="State">{state}</td>
            <td role="cell" data-label="Last look"><div class="stack tight small">{error}<p class="soft">{fetched}</p></div></td>
            <td role="cell"><div class="row">
                {acts}
                <details class="ask">
                    <summary class="button small quiet stop" aria-label=format!("Remove {name}…")>"Remove…"</summary>
                    <form class="stack close" method="post" action="/api/advocacy/watched-feed/step">
                        <p class="small">"What was found in it and not reported goes with it."</p>
                        {form::hidden("feed", feed.id)}
                        {form::hidden("act", "remove")}
                        <button class="button small stop">"Remove the feed"</button>
                    </form>
                </details>
            </div></td>
        </tr>
    }
    .into_any()
}
