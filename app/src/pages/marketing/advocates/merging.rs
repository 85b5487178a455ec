//! Two records of one person made one: whom it could be, both side by side, and which of them stays.

use domain::advocacy::advocate::merge::MergeRefusal;
use domain::advocacy::ledger::shows_every_seat;
use leptos::prelude::*;
use store::advocacy::advocate::{Alike, Has};

use super::number;
use crate::components::form;
use crate::components::table::{Column, empty, listing};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};

/// Two records side by side, and which of them stays; until the other is chosen, whom it could be.
///
/// # Errors
/// There is nobody of this number, or faults.
pub async fn merge(desk: Desk) -> Reply {
    let id = desk.id("person")?;
    let shows = shows_every_seat(&desk.principal());
    let one = store::advocacy::advocate::has(desk.db(), id, shows).await?.ok_or(Stop::Hidden)?;
    if one.id != id {
        return Err(Stop::To(format!("/advocates/{}/merge", one.id)));
    }
    let with: i64 = desk.query("with").parse().unwrap_or(0);
    let other = if with == 0 || with == id { None } else { store::advocacy::advocate::has(desk.db(), with, shows).await? };
    let other = other.filter(|other| other.id != id);
    let body = match &other {
        Some(other) => {
            let keeps_one = store::advocacy::advocate::may_merge(desk.db(), id, other.id).await?;
            let keeps_other = store::advocacy::advocate::may_merge(desk.db(), other.id, id).await?;
            let sentences =
                |answer: Result<(), MergeRefusal>| answer.err().map(|why| why.as_seen_by(shows).sentences()).unwrap_or_default();
            side_by_side(&one, other, shows, sentences(keeps_one), sentences(keeps_other))
        }
        None => {
            let term = desk.query("q").trim().to_owned();
            let found = store::advocacy::advocate::alike(desk.db(), id, &term).await?;
            candidates(&one, term, found)
        }
    };
    let (here, record) = (one.name.clone(), format!("/advocates/{id}"));
    let title = format!("{} stands here twice", one.name);
    let heading = title.clone();
    frame::staff(&desk, Section::Advocates, &title, || {
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are">
                    <ol><li><a href="/advocates">"Advocates"</a></li><li><a href=record>{here}</a></li><li aria-current="page">"Make one of two"</li></ol>
                </nav>
                <div class="stack tight"><h1>{heading}</h1><p class="soft">"Two records of one person become one. Nothing is lost, and it is not undone."</p></div>
                {body}
            </main>
        }
    })
}

fn candidates(one: &Has, term: String, found: Vec<Alike>) -> AnyView {
    let id = one.id;
    let searched = !term.is_empty();
    let body = if found.is_empty() && searched {
        empty("Nobody fits", "Try fewer letters of the name, the address or the company.", None)
    } else if found.is_empty() {
        view! { <p class="soft">"Nobody else has this name. Look for them by another spelling, their address or their company."</p> }
            .into_any()
    } else {
        let rows = found
            .into_iter()
            .map(|one| {
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader"><a href=format!("/advocates/{id}/merge?with={}", one.id)>{one.name}</a></th>
                        <td role="cell" data-label="Title" class="soft">{one.title}</td>
                        <td role="cell" data-label="Address">{one.email}</td>
                        <td role="cell" data-label="Company">{one.company}</td>
                    </tr>
                }
            })
            .collect_view();
        let columns = [Column::of("Name"), Column::of("Title"), Column::of("Address"), Column::of("Company")];
        listing("Who it could be", &columns, rows)
    };
    view! {
        <form class="filters" method="get" action=format!("/advocates/{id}/merge") role="search">
            <div class="field grow"><label for="q">"Name, address or company of the other record"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
            <button class="button">"Look for it"</button>
        </form>
        {body}
    }
    .into_any()
}

fn side_by_side(one: &Has, other: &Has, shows: bool, keeps_one: Vec<String>, keeps_other: Vec<String>) -> AnyView {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let mut lines: Vec<(&'static str, String, String)> = vec![
        ("Address", one.email.clone(), other.email.clone()),
        ("Title", one.title.clone(), other.title.clone()),
        ("Company", one.company.clone(), other.company.clone()),
        ("Record", yes(one.record), yes(other.record)),
        ("Asks", number(one.asks), number(other.asks)),
        ("Given and done", number(one.entries), number(other.entries)),
        ("Achievements", number(one.achievements), number(other.achievements)),
        ("Introductions", number(one.introductions), number(other.introductions)),
        ("To be put right", number(one.problems), number(other.problems)),
        ("Consents, given and taken back", number(one.consents), number(other.consents)),
    ];
    if shows {
        lines.push(("Cohorts they were named for", number(one.cohorts), number(other.cohorts)));
    }
    let rows = lines
        .into_iter()
        .map(|(term, left, right)| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{term}</th>
                    <td role="cell" data-label="This record">{left}</td>
                    <td role="cell" data-label="The other">{right}</td>
                </tr>
            }
        })
        .collect_view();
    let table =
        listing("Both records side by side", &[Column::of("What there is"), Column::of("This record"), Column::of("The other")], rows);
    let first = keep_part(one, other, &keeps_one, true);
    let second = keep_part(other, one, &keeps_other, keeps_one != keeps_other);
    let another = format!("/advocates/{}/merge", one.id);
    view! {
        {table}
        <section class="stack">
            <h2>"Who stays"</h2>
            <p>"The one who stays keeps their name, address, company and stage. Lists are put together, the stricter limits hold, and the other’s note is added below. Links that were sent to the other open nothing any more: whoever still has to answer needs a new mail. Whoever writes the old address finds the one who stays."</p>
            {first}
            {second}
            <p><a class="button quiet" href=another>"It is somebody else"</a></p>
        </section>
    }
    .into_any()
}

/// Keeping one of the two: the button, or why not. `says`: the reasons were not said already.
fn keep_part(keep: &Has, gone: &Has, why_not: &[String], says: bool) -> AnyView {
    if why_not.is_empty() {
        let act = format!("Keep {} ({}), and bring {} over", keep.name, keep.email, gone.email);
        return view! {
            <form method="post" action="/api/advocacy/advocate/merge">
                {form::hidden("keep", keep.id)}
                {form::hidden("gone", gone.id)}
                <button class="button stop">{act}</button>
            </form>
        }
        .into_any();
    }
    if !says {
        return ().into_any();
    }
    let reasons = why_not.iter().map(|why| view! { <li>{why.clone()}</li> }).collect_view();
    let heading = format!("{} ({}) cannot be the one who stays:", keep.name, keep.email);
    view! { <div class="notice warn"><p>{heading}</p><ul>{reasons}</ul></div> }.into_any()
}
