//! Sales openings, as the customer sees them: what they said they want to be spoken to about, and the form to say so.
//! Nobody else can open one.

use chrono::TimeDelta;
use domain::access::Standing;
use domain::cohort::State as CohortState;
use domain::conduct::sales_opening::{MOST_DAYS, MOST_OPEN, State};
use domain::time::{self, Zone, words as dates};
use leptos::prelude::*;
use store::Fault;
use store::conduct::sales_opening::{FollowUp, Mine as Opening, Offered};

use super::invitation::zone_of;
use crate::components::form::{self, Input};
use crate::components::table::{empty, pager, tag};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Islands, Mine};

/// The last day the form proposes, so many days from today.
const PROPOSED_DAYS: i64 = 30;

/// My openings.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let registration = executive.registration.unwrap_or(0);
    let list = store::conduct::sales_opening::of(desk.db(), desk.now, registration, desk.page()).await?;
    let accepted = executive.standing() == Standing::Accepted;
    let may_open = accepted && executive.cohort_state != CohortState::Cancelled.as_str();
    let offered = if may_open { store::conduct::sales_opening::offered(desk.db(), registration).await? } else { vec![] };
    let draft = desk.draft("open-topic").await?;
    let venue = Zone::parse(&executive.cohort_zone).map_err(|_| Fault::Unreadable(executive.cohort_zone.clone()))?;
    let mine = zone_of(executive);
    let proposed = (time::to_local(&venue, desk.now).date() + TimeDelta::days(PROPOSED_DAYS)).to_string();
    let (pages, program, city) = (pager(&desk, &list), executive.program.clone(), venue.city());
    let host = desk.app.host.name.clone();
    frame::executive(&desk, Mine::Openings, Islands::None, "Sales openings", move || {
        let openings = if list.rows.is_empty() {
            let sentence = if may_open {
                format!("Nobody from {host} speaks with you about buying. If you would like somebody to, open a topic below.")
            } else {
                format!("Nobody from {host} speaks with you about buying.")
            };
            empty("No topic is open", sentence, None)
        } else {
            let rows = list.rows.into_iter().map(|one| opening(one, &city, &mine)).collect_view();
            view! { <section class="stack" id="mine"><h2>"Your topics"</h2>{rows}{pages}</section> }.into_any()
        };
        let ask = (!offered.is_empty()).then(|| open_form(&draft, offered, proposed, &city));
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="stack tight">
                    <p class="eyebrow">{program}</p>
                    <h1>"Sales openings"</h1>
                    <p class="soft">"Nothing is for sale here unless you say so. If you would like to speak with one of us about something, open the topic: you say about what, with whom and until when, and you close it whenever you like."</p>
                </div>
                {openings}
                {ask}
            </main>
        }
    })
}

fn opening(one: Opening, city: &str, mine: &Zone) -> AnyView {
    let Opening { id, topic, with, until, state, follow_ups } = one;
    let until = format!("the end of {} ({city} time)", dates::day(until));
    let close = (state == State::Open).then(|| {
        let which = format!(": {topic}");
        view! {
            <form method="post" action="/api/conduct/sales-opening/close">
                {form::hidden("opening", id)}
                <button class="button">"Close it"<span class="visually-hidden">{which}</span></button>
            </form>
        }
    });
    view! {
        <article class="card stack">
            <div class="row between"><h3>{topic}</h3>{state_tag(state)}</div>
            <dl class="facts"><dt>"With"</dt><dd>{with}</dd><dt>"Until"</dt><dd>{until}</dd></dl>
            {followed(follow_ups, mine)}
            {close}
        </article>
    }
    .into_any()
}

/// Where an opening stands.
pub(crate) fn state_tag(state: State) -> AnyView {
    match state {
        State::Open => tag("good", "open"),
        State::Closed => tag("", "closed"),
        State::Expired => tag("", "over by its date"),
    }
}

/// What followed from an opening, oldest first.
pub(crate) fn followed(follow_ups: Vec<FollowUp>, zone: &Zone) -> AnyView {
    if follow_ups.is_empty() {
        return view! { <p class="soft small">"Nothing has followed yet."</p> }.into_any();
    }
    let lines = follow_ups
        .into_iter()
        .map(|one| {
            let when = format!("{} · {}", dates::moment(zone, one.made_at), one.by);
            view! { <li><p>{one.note}</p><p class="soft small">{when}</p></li> }
        })
        .collect_view();
    view! { <div class="stack tight"><p class="soft small">"What followed"</p><ul class="plain stack tight">{lines}</ul></div> }.into_any()
}

fn open_form(draft: &Draft, offered: Vec<Offered>, proposed: String, city: &str) -> AnyView {
    let mut people = vec![(String::new(), "Choose a person".to_owned())];
    people.extend(offered.into_iter().map(|one| (one.staff.to_string(), format!("{}, {}", one.name, one.part.words()))));
    let bounds =
        format!("Up to {MOST_OPEN} topics may be open at a time, each for at most {MOST_DAYS} days. Days end at midnight in {city}.");
    let told = "The person you choose gets a mail with your name, the topic and the day. Nobody else is told to speak with you about it.";
    view! {
        <section class="stack" id="open">
            <h2>"Open a topic"</h2>
            <p>{told}</p>
            <form class="stack" method="post" action="/api/conduct/sales-opening/open">
                {form::input(draft, Input { name: "topic", label: "About what", hint: "In a few words, such as “storage for two plants”.", autocomplete: "off", ..Input::default() })}
                {form::select(draft, Input { name: "staff", label: "With whom", ..Input::default() }, people)}
                {form::input(draft, Input { name: "until", label: "Until, that day included", kind: "date", value: proposed, ..Input::default() })}
                <p class="hint">{bounds}</p>
                <p><button class="button primary">"Open this topic"</button></p>
            </form>
        </section>
    }
    .into_any()
}
