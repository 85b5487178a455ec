//! The frame of every page below a cohort: where you are, which cohort it is, and its rooms. Also the few words and parts
//! that several of these pages share.

use chrono::{DateTime, Utc};
use domain::cohort::State;
use domain::registration::invitation::State as Standing;
use domain::time::{self, Zone, words as dates};
use leptos::prelude::*;
use store::cohort::Cohort;

use crate::components::table::tag;
use crate::desk::Draft;

/// The rooms of a cohort. Companies are on the overview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Overview,
    People,
    Agenda,
    Release,
    Needs,
    Rule,
    Observers,
    Report,
    Settings,
}

/// Which page of a cohort this is.
pub struct Here<'a> {
    pub tab: Tab,
    /// The page's heading; empty on the cohort's own page, which is headed by its title.
    pub heading: &'a str,
    /// Pages between the cohort and this one: address and label.
    pub through: Vec<(String, &'static str)>,
    /// Buttons beside the heading.
    pub acts: AnyView,
}

/// Crumbs, heading and tabs.
pub fn cohort_frame(cohort: &Cohort, here: Here<'_>) -> AnyView {
    let Here { tab, heading, through, acts } = here;
    let own = heading.is_empty();
    let at = format!("/cohorts/{}", cohort.id);
    let title = cohort.title.clone();
    let days = dates::date_range(cohort.first_day, cohort.last_day);
    let place = if cohort.place.is_empty() { cohort.venue.clone() } else { cohort.place.clone() };
    let eyebrow = if own { format!("{} · {days} · {place}", cohort.program) } else { format!("{title} · {} · {days}", cohort.program) };
    let last = if own { title.clone() } else { heading.to_owned() };
    let shown = last.clone();
    let cohort_crumb = (!own).then(|| view! { <li><a href=at.clone()>{title.clone()}</a></li> });
    let between = through.into_iter().map(|(href, label)| view! { <li><a href=href>{label}</a></li> }).collect_view();
    let tabs = [
        (Tab::Overview, "", "Overview"),
        (Tab::People, "/people", "People"),
        (Tab::Agenda, "/agenda", "Agenda"),
        (Tab::Release, "/release", "Release"),
        (Tab::Needs, "/needs", "Needs"),
        (Tab::Rule, "/rule", "The rule"),
        (Tab::Observers, "/observers", "Observers"),
        (Tab::Report, "/report", "Report"),
        (Tab::Settings, "/settings", "Settings"),
    ]
    .into_iter()
    .map(|(this, path, label)| {
        let current = (this == tab).then_some(if own || heading == label { "page" } else { "true" });
        view! { <a href=format!("{at}{path}") aria-current=current>{label}</a> }
    })
    .collect_view();
    view! {
        <nav class="crumbs" aria-label="Where you are"><ol>
            <li><a href="/cohorts">"Cohorts"</a></li>
            {cohort_crumb}
            {between}
            <li aria-current="page">{last}</li>
        </ol></nav>
        <div class="head">
            <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{shown}</h1></div>
            <div class="row">{state_tag(cohort.state)} {acts}</div>
        </div>
        <nav class="tabs" aria-label=title>{tabs}</nav>
    }
    .into_any()
}

/// Where a cohort stands.
pub fn state_tag(state: State) -> AnyView {
    let tone = match state {
        State::Inviting | State::Running => "good",
        State::Cancelled => "stop",
        State::Draft | State::Closed | State::Completed => "",
    };
    tag(tone, if state == State::Closed { "invitations closed" } else { state.as_str() })
}

/// Where an invitation stands, in the manager's words.
pub fn standing_tag(state: &str) -> AnyView {
    match Standing::parse(state) {
        Some(Standing::Accepted) => tag("good", "accepted"),
        Some(Standing::Bounced) => tag("stop", "mail came back"),
        Some(Standing::Queued) => tag("", "being written to"),
        Some(Standing::Sent) => tag("", "no answer yet"),
        Some(Standing::Expired) => tag("warn", "let the date pass"),
        Some(Standing::Revoked) => tag("", "taken back"),
        Some(Standing::Superseded) => tag("", "passed to a colleague"),
        Some(Standing::Declined) => tag("", "declined"),
        Some(Standing::Withdrawn) => tag("", "withdrew"),
        Some(Standing::Draft) | None => tag("", "not invited yet"),
    }
}

/// Days from today until an instant, both on the venue's calendar; negative when it is past.
pub fn days_until(zone: &Zone, now: DateTime<Utc>, at: DateTime<Utc>) -> i64 {
    (time::to_local(zone, at).date() - time::to_local(zone, now).date()).num_days()
}

/// The venue's day of an instant: `Fri 26 Feb`.
pub fn day_at(zone: &Zone, at: DateTime<Utc>) -> String {
    dates::day_month(time::to_local(zone, at).date())
}

/// A count from a row; what cannot be counted is none.
pub fn number(count: impl TryInto<u32>) -> u32 {
    count.try_into().unwrap_or(0)
}

/// Beside a form that was refused as stale: what stands now, where it differs from what was typed. Each field is its
/// label, its name and what stands.
pub fn what_stands(draft: &Draft, revision: i32, fields: Vec<(&'static str, &'static str, String)>) -> Option<AnyView> {
    let typed = draft.typed().filter(|typed| typed.revision() != revision)?;
    let rows: Vec<AnyView> = fields
        .into_iter()
        .filter(|(_, field, stands)| typed.get(field).replace("\r\n", "\n").trim() != stands.trim())
        .map(|(label, _, stands)| {
            let stands = if stands.is_empty() { "empty".to_owned() } else { stands };
            view! { <dt>{label}</dt><dd>{stands}</dd> }.into_any()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let card = view! {
        <section class="card stack" aria-labelledby="stands">
            <h2 id="stands">"What it says now"</h2>
            <p class="soft small">"Where it differs from what you typed. Saving again keeps yours."</p>
            <dl class="facts">{rows}</dl>
        </section>
    };
    Some(card.into_any())
}
