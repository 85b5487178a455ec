//! Account managers beside a cohort: who is attached for which company, and who may be.

use domain::time::{self, Zone, words as dates};
use leptos::prelude::*;
use store::conduct::observer::{Candidate, Observer};

use crate::components::form::{self, Input};
use crate::components::table::{Column, empty, listing, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame};
use crate::words;

/// The observers of a cohort.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let attached = store::conduct::observer::list(desk.db(), id).await?;
    let candidates = store::conduct::observer::candidates(desk.db(), id).await?;
    let draft = desk.draft("attach-observer").await?;
    frame::staff(&desk, Section::Cohorts, "Observers", move || {
        let body = if attached.is_empty() {
            empty(
                "Nobody from sales is attached",
                "An account manager who is attached sees the names of their own customer's people and who attends, and nothing else. Without it they see nobody.",
                None,
            )
        } else {
            let rows = attached.into_iter().map(|observer| row(id, &cohort.zone, observer)).collect_view();
            table(rows)
        };
        let attach = attach(&draft, id, candidates);
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Observers, heading: "Observers", through: vec![], acts: ().into_any() })}
                {form::errors(&draft)}
                <p class="soft">"Account managers may observe for a company they look after. No need, no feedback, no concern and no address is ever shown to them."</p>
                {body}
                {attach}
            </main>
        }
    })
}

fn table(rows: impl IntoView + 'static) -> AnyView {
    let columns = [Column::of("Name"), Column::of("Company"), Column::of("Since"), Column::of("Sees"), Column::hidden("What you can do")];
    listing("Observers by company", &columns, rows)
}

fn row(cohort: i64, zone: &Zone, observer: Observer) -> AnyView {
    let sees = if observer.sees { tag("", "names and attendance") } else { tag("warn", "nothing: no longer theirs") };
    let whom = format!(" {} from {}", observer.name, observer.company);
    let since = dates::day_month(time::to_local(zone, observer.attached_at).date());
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{observer.name}</th>
            <td role="cell" data-label="Company"><a href=format!("/companies/{}", observer.company_id)>{observer.company}</a></td>
            <td role="cell" data-label="Since"><time datetime=observer.attached_at.to_rfc3339()>{since}</time></td>
            <td role="cell" data-label="Sees">{sees}</td>
            <td role="cell">
                <form method="post" action="/api/conduct/observer/detach">
                    {form::hidden("cohort", cohort)}
                    {form::hidden("staff", observer.staff)}
                    {form::hidden("company", observer.company_id)}
                    <button class="button small quiet">"Detach"<span class="visually-hidden">{whom}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn attach(draft: &Draft, cohort: i64, candidates: Vec<Candidate>) -> AnyView {
    let (ready, waiting): (Vec<Candidate>, Vec<Candidate>) = candidates.into_iter().partition(|candidate| candidate.acknowledged);
    let pair = |candidate: &Candidate| format!("{} — {}", candidate.name, candidate.company);
    let waiting: Vec<String> = waiting.iter().map(pair).collect();
    let waiting = (!waiting.is_empty()).then(|| {
        let who = words::list(&waiting);
        view! { <p class="soft">{format!("Not yet: {who}. They acknowledge the version this cohort names first, on their page “Conversation rule”. Ask them to.")}</p> }
    });
    let body = if ready.is_empty() {
        view! {
            <p class="soft">"Nobody else can be attached. Account managers are named on a company's page, and the company needs seats in this cohort."</p>
        }
        .into_any()
    } else {
        let options = ready.iter().map(|candidate| (format!("{}-{}", candidate.staff, candidate.company_id), pair(candidate)));
        let options = [(String::new(), "Choose…".to_owned())].into_iter().chain(options).collect();
        let input = Input {
            name: "pair",
            label: "Account manager and company",
            hint: "Those who look after a company of this cohort and have acknowledged its conversation rule.",
            ..Input::default()
        };
        view! {
            <form method="post" action="/api/conduct/observer/attach" class="stack">
                {form::hidden("cohort", cohort)}
                {form::select(draft, input, options)}
                <p class="row"><button class="button primary">"Attach"</button></p>
            </form>
        }
        .into_any()
    };
    view! { <section id="attach" class="stack" aria-labelledby="attach-h"><h2 id="attach-h">"Attach an account manager"</h2>{body}{waiting}</section> }.into_any()
}
