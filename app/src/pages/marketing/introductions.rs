//! Peer introductions: who could learn from whom, what is offered, and what came of it. Where somebody said what they want
//! to learn, and which of two said no, stands nowhere here.

use domain::advocacy::introduction::State;
use domain::time::words::{date, day};
use leptos::prelude::*;
use store::advocacy::introduction::{Line, Named, Suggested};

use crate::components::form;
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Reply};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Advocacy, advocacy};
use crate::words::{capital, thousands};

/// Suggestions, and every introduction there is.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let state = State::parse(desk.query("state"));
    let suggested = store::advocacy::introduction::suggestions(desk.db(), desk.now).await?;
    let found = store::advocacy::introduction::list(desk.db(), state, desk.page()).await?;
    let draft = desk.draft("offer-introduction").await?;
    let eyebrow = match found.total {
        1 => "1 introduction".to_owned(),
        total => format!("{} introductions", thousands(total)),
    };
    let pages = pager(&desk, &found);
    let options = State::ALL
        .iter()
        .map(|one| {
            let selected = Some(*one) == state;
            view! { <option value=one.as_str() selected=selected>{capital(one.as_str())}</option> }
        })
        .collect_view();
    let offers = if !found.rows.is_empty() {
        let rows = found.rows.into_iter().map(row).collect_view();
        let columns = [
            Column::of("About"),
            Column::of("Between"),
            Column::of("State"),
            Column::of("Answers"),
            Column::of("Until"),
            Column::of("Offered by"),
            Column::hidden("What you can do"),
        ];
        listing("Introductions, the newest first", &columns, rows)
    } else if state.is_some() {
        empty("None in this state", "Choose another state, or all of them.", Some(("/introductions".to_owned(), "Show all")))
    } else {
        empty("Nothing is offered yet", "Offer one of the suggestions above: both are asked, and both must say yes.", None)
    };
    frame::staff(&desk, Section::Advocates, "Introductions", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="head"><div class="stack tight">
                    <p class="eyebrow">{eyebrow}</p>
                    <h1>"Introductions"</h1>
                    <p class="soft">"Two people who can learn from each other. Neither learns who the other is before both have said yes, a no is passed on to nobody, and no seller takes part."</p>
                </div></div>
                {advocacy(Advocacy::Introductions, true)}
                <section class="stack" aria-labelledby="suggested-h">
                    <h2 id="suggested-h">"Who could learn from whom"</h2>
                    {suggestions(suggested)}
                </section>
                <section id="offers" class="stack" aria-labelledby="offers-h">
                    <h2 id="offers-h">"Offered and made"</h2>
                    <form class="filters" method="get" action="/introductions" role="search">
                        <div class="field"><label for="state">"State"</label><select id="state" name="state"><option value="">"Every state"</option>{options}</select></div>
                        <button class="button">"Show"</button>
                    </form>
                    {offers}
                    {pages}
                </section>
            </main>
        }
    })
}

fn suggestions(suggested: Vec<Suggested>) -> AnyView {
    if suggested.is_empty() {
        let sentence = "A suggestion needs two people of different companies who both allow introductions: one with a topic on their advocate page, and one who wants to learn about it.";
        return empty("Nobody fits at the moment", sentence, Some(("/advocates".to_owned(), "Write down what they know about")));
    }
    let rows = suggested
        .into_iter()
        .map(|one| {
            let about = format!(": {} and {}", one.knows.name, one.learns.name);
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{one.topic.clone()}</th>
                    <td role="cell" data-label="Knows about it">{named(&one.knows)}</td>
                    <td role="cell" data-label="Wants to learn">{named(&one.learns)}</td>
                    <td role="cell">
                        <form method="post" action="/api/advocacy/introduction/offer">
                            {form::hidden("knows", one.knows.id)}
                            {form::hidden("learns", one.learns.id)}
                            {form::hidden("topic", one.topic)}
                            <button class="button small">"Ask both"<span class="visually-hidden">{about}</span></button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Column::of("About"), Column::of("Knows about it"), Column::of("Wants to learn"), Column::hidden("What you can do")];
    let table = listing("Who could learn from whom, the best fit first", &columns, rows);
    view! {
        <p class="soft">"“Ask both” mails the two of them at once: what it is about, and until when they can answer. Where one says no, the two are not offered to each other again."</p>
        {table}
    }
    .into_any()
}

fn named(who: &Named) -> AnyView {
    let of = [who.title.as_str(), who.company.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
    view! { <div class="stack tight"><a href=format!("/advocates/{}", who.id)>{who.name.clone()}</a><p class="soft small">{of}</p></div> }
        .into_any()
}

fn row(line: Line) -> AnyView {
    let state = match line.state {
        State::Introduced => tag("good", "introduced"),
        State::Offered => tag("warn", "offered"),
        State::Declined | State::Expired | State::Cancelled => tag("", line.state.as_str()),
    };
    // Never whose: a no stays with whoever said it.
    let answers = match (line.state, line.yes) {
        (State::Offered, 0) => "both are asked",
        (State::Offered, _) => "one said yes",
        (State::Introduced, _) => "both said yes",
        _ => "did not come about",
    };
    let until = match line.ended_at {
        Some(at) => date(at.date_naive()),
        None => format!("by {}", day(line.answer_by)),
    };
    let act = (line.state == State::Offered).then(|| {
        let about = format!(": {} and {}", line.a.name, line.b.name);
        view! {
            <details class="ask">
                <summary class="button small">"Take back…"<span class="visually-hidden">{about}</span></summary>
                <form class="card stop stack" method="post" action="/api/advocacy/introduction/cancel">
                    <p>"Both get a mail that it did not come about, and not why. The same two can be offered to each other again later."</p>
                    {form::hidden("introduction", line.id)}
                    <p class="row"><button class="button stop">"Take it back"</button></p>
                </form>
            </details>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{line.topic}</th>
            <td role="cell" data-label="Between"><div class="stack tight">{named(&line.a)}{named(&line.b)}</div></td>
            <td role="cell" data-label="State">{state}</td>
            <td role="cell" data-label="Answers">{answers}</td>
            <td role="cell" data-label="Until">{until}</td>
            <td role="cell" data-label="Offered by" class="soft">{line.offered_by.unwrap_or_else(|| "the installation".to_owned())}</td>
            <td role="cell">{act}</td>
        </tr>
    }
    .into_any()
}
