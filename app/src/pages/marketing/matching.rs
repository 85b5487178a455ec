//! Who could do it: what is needed, and everybody who fits, those who may be asked first. Whoever may not be asked stands
//! below with every reason, and never as if they were free.

use domain::access::{Door, Principal};
use domain::advocacy::ask::may_know;
use domain::advocacy::matching::{Need, rest};
use domain::advocacy::wording::languages;
use leptos::prelude::*;
use store::advocacy::matching::{Found, Match};

use super::asks::{kinds, may, narrowed, options};
use crate::components::may_ask::{instead, reasons};
use crate::components::table::{Column, empty, listing, tag};
use crate::desk::{Desk, Reply, encode};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Asking, asking};
use crate::words::{capital, thousands};

/// The form, and who fits once a kind is chosen.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let who = desk.principal();
    let (kind, sector) = (desk.query("kind").to_owned(), desk.query("sector").to_owned());
    let (topic, language) = (desk.query("topic").to_owned(), desk.query("language").to_owned());
    let need = Need::parse(&kind, &sector, &topic, &language);
    let found = match &need {
        Some(need) => Some(store::advocacy::matching::find(desk.db(), desk.now, need, narrowed(&staff)).await?),
        None => None,
    };
    let sectors = store::cohort::company::sectors(desk.db()).await?;
    let sectors =
        std::iter::once((String::new(), "Any industry".to_owned())).chain(sectors.into_iter().map(|name| (name.clone(), name))).collect();
    let spoken = languages().iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned()));
    let spoken = std::iter::once((String::new(), "Any language".to_owned())).chain(spoken).collect();
    let (kinds, sectors, spoken) = (options(kinds("Choose…"), &kind), options(sectors, &sector), options(spoken, &language));
    let today = desk.now.date_naive();
    let asks = may(Door::NewAskPage, &who, None);
    let body = match (need, found) {
        (Some(need), Some(found)) => results(&need, found, &who, asks, today),
        _ => empty(
            "What is needed?",
            "Choose what for. Industry, topic and language narrow it down; whoever fits none of them is left out.",
            None,
        ),
    };
    frame::staff(&desk, Section::Asks, "Who could do it", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight">
                    <h1>"Who could do it"</h1>
                    <p class="soft">"Advocates who fit, and whether they may be asked today. Whoever was asked longest ago stands first among equals."</p>
                </div>
                {asking(Asking::Match, true)}
                <form class="filters" method="get" action="/asks/match" role="search">
                    <div class="field"><label for="kind">"What for"</label><select id="kind" name="kind">{kinds}</select></div>
                    <div class="field"><label for="sector">"Industry"</label><select id="sector" name="sector">{sectors}</select></div>
                    <div class="field grow"><label for="topic">"Topic"</label><input id="topic" name="topic" type="search" value=topic autocomplete="off"/></div>
                    <div class="field"><label for="language">"Language"</label><select id="language" name="language">{spoken}</select></div>
                    <button class="button primary">"See who fits"</button>
                </form>
                {body}
            </main>
        }
    })
}

fn results(need: &Need, found: Found, who: &Principal, asks: bool, today: chrono::NaiveDate) -> AnyView {
    let left_out = match found.left_out {
        0 => None,
        1 => Some("One advocate fits none of it and is left out.".to_owned()),
        many => Some(format!("{} advocates fit none of it and are left out.", thousands(many))),
    };
    let beyond =
        (found.beyond > 0).then(|| format!("{} more fit less well. Say more of what is needed to see them.", thousands(found.beyond)));
    let notes: Vec<AnyView> = left_out.into_iter().chain(beyond).map(|note| view! { <p class="soft">{note}</p> }.into_any()).collect();
    let (may_be_asked, not_now): (Vec<Match>, Vec<Match>) = found.rows.into_iter().partition(|one| one.decision.is_ok());
    if may_be_asked.is_empty() && not_now.is_empty() {
        let nobody = empty(
            "Nobody fits",
            "Leave the topic or the language out, or write down on their advocate pages what people know about.",
            Some((format!("/asks/match?kind={}", encode(need.kind.as_str())), "Look at everybody")),
        );
        return view! { {nobody} {notes} }.into_any();
    }
    let free = if may_be_asked.is_empty() {
        view! { <p>"Nobody who fits may be asked today. Below is why, and what to give instead."</p> }.into_any()
    } else {
        let rows = may_be_asked.into_iter().map(|one| free_row(need, one, asks, today)).collect_view();
        let columns = [Column::of("Who"), Column::of("Why they fit"), Column::of("Rest"), Column::hidden("What you can do")];
        listing("Who may be asked, the best fit first", &columns, rows)
    };
    let kept = (!not_now.is_empty()).then(|| {
        let rows = not_now.into_iter().map(|one| kept_row(one, who, today)).collect_view();
        let columns = [Column::of("Who"), Column::of("Why they fit"), Column::of("Rest"), Column::of("Why not now")];
        let table = listing("Who may not be asked now, and why", &columns, rows);
        view! { <section class="stack" aria-labelledby="not-now-h"><h2 id="not-now-h">"Not to be asked now"</h2>{table}</section> }
    });
    let heading = format!("{}: may be asked", capital(need.kind.as_str()));
    view! {
        <section class="stack" aria-labelledby="may-h"><h2 id="may-h">{heading}</h2>{free}</section>
        {kept}
        {notes}
    }
    .into_any()
}

fn named(one: &Match) -> AnyView {
    let of = [one.title.as_str(), one.company.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
    view! { <div class="stack tight"><a href=format!("/people/{}", one.person)>{one.name.clone()}</a><p class="soft small">{of}</p></div> }
        .into_any()
}

fn fits(one: &Match) -> String {
    if one.fit.because.is_empty() { "an advocate".to_owned() } else { one.fit.because.join("; ") }
}

fn rested(one: &Match, today: chrono::NaiveDate) -> AnyView {
    let resting = one.resting.then(|| view! { <p>{tag("warn", "resting")}</p> });
    view! { <div class="stack tight"><p>{rest(one.last_asked, today)}</p>{resting}</div> }.into_any()
}

fn free_row(need: &Need, one: Match, asks: bool, today: chrono::NaiveDate) -> AnyView {
    let act = asks.then(|| {
        let to = format!("/asks/new?person={}&kind={}", one.person, encode(need.kind.as_str()));
        let about = format!(": {}", one.name);
        view! { <a class="button small" href=to>"Ask"<span class="visually-hidden">{about}</span></a> }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{named(&one)}</th>
            <td role="cell" data-label="Why they fit">{fits(&one)}</td>
            <td role="cell" data-label="Rest">{rested(&one, today)}</td>
            <td role="cell">{act}</td>
        </tr>
    }
    .into_any()
}

fn kept_row(one: Match, who: &Principal, today: chrono::NaiveDate) -> AnyView {
    let (person, because, rested) = (named(&one), fits(&one), rested(&one, today));
    let why = one.decision.err().map(|why| why.as_seen_by(|owner| may_know(who, owner)));
    let why = why.map(|why| {
        let when = why.when().map(|when| view! { <p>{when}</p> });
        view! { <div class="stack tight">{reasons(&why)} {when} {instead(&why, who)}</div> }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{person}</th>
            <td role="cell" data-label="Why they fit">{because}</td>
            <td role="cell" data-label="Rest">{rested}</td>
            <td role="cell" data-label="Why not now">{why}</td>
        </tr>
    }
    .into_any()
}
