//! My week: every session, what may be done about it, and the way to my calendar. And one session in full.

use chrono::NaiveDate;
use domain::time::{Zone, words};
use leptos::prelude::*;
use store::agenda::week::{Item, Standing};

use crate::components::table::{empty, tag};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Islands, Mine};
use crate::islands::agenda_picker::{AgendaPicker, Card, Day, SeatState};
use crate::words::{capital, markdown, span_elsewhere};

/// My week.
///
/// # Errors
/// Not theirs, or a fault.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let items = store::agenda::week::of(desk.db(), desk.now, executive.cohort, desk.registration()?).await?;
    let zones = Zones::of(&desk)?;
    let eyebrow = format!("{} · agenda release {}", executive.program, executive.release_number);
    let times = match &zones.own {
        Some(own) => format!("Times in {} (venue). Yours, {}, in small print.", zones.venue.city(), own.city()),
        None => format!("Times in {}.", zones.venue.city()),
    };
    let rule_missing = executive.rule_missing;
    let days = days(&desk, &zones, &items);
    let tabs = tabs(&items);
    frame::executive(&desk, Mine::Week, Islands::Guests, "My week", move || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"My week"</h1><p class="soft">{times}</p></div>
                    <div class="row">
                        <a class="button primary" href="/my/calendar">"Keep it in my calendar"</a>
                        <a class="button" href="/my/agenda.ics" download="">"Download .ics"</a>
                    </div>
                </div>
                {rule_missing.then(|| view! { <p class="notice">"The conversation rule of your week was renewed. " <a href="/my/rule">"Read it and say that you keep it"</a> "."</p> })}
                {if days.is_empty() {
                    empty("The agenda follows", "The program team is still composing the week. We write when it is here.", None)
                } else {
                    view! { <nav class="days" aria-label="Days">{tabs}</nav> <AgendaPicker days=days/> }.into_any()
                }}
            </main>
        }
    })
}

/// One session in full.
///
/// # Errors
/// Not theirs, or a fault.
pub async fn session(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let id = desk.id("session")?;
    let found = store::agenda::week::session(desk.db(), desk.now, executive.cohort, desk.registration()?, id).await?;
    let item = found.ok_or(Stop::Hidden)?;
    let zones = Zones::of(&desk)?;
    let mine = matches!(item.standing, Standing::Everyone | Standing::Yours | Standing::AssignedToYou);
    let card = card(&desk, &zones, &item);
    let when = format!("{}, {} ({} time)", words::day(item.starts.date()), words::span(item.starts, item.ends), zones.venue.city());
    let elsewhere = zones
        .own
        .as_ref()
        .and_then(|own| Some(format!("{} ({} time)", span_elsewhere(own, item.starts, item.starts_at, item.ends_at)?, own.city())));
    let day = Day { anchor: "seat".to_owned(), heading: "A seat for you".to_owned(), cards: vec![card] };
    let title = item.title.clone();
    frame::executive(&desk, Mine::Week, Islands::Guests, &title, move || {
        let facts = [
            ("When", when),
            ("On your clock", elsewhere.unwrap_or_default()),
            ("Where", item.room),
            ("Kind", capital(&item.kind)),
            ("Track", item.track),
            ("With", item.educators.join(", ")),
            ("You will learn", item.objective),
        ];
        let facts = facts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(label, text)| view! { <dt>{label}</dt><dd>{text}</dd> })
            .collect_view();
        view! {
            <main id="main" class="narrow page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol><li><a href=format!("/my/week#s{id}")>"My week"</a></li><li aria-current="page">"Session"</li></ol></nav>
                <div class="stack tight"><h1>{item.title}</h1>{matches!(item.standing, Standing::Cancelled).then(|| tag("stop", "Cancelled"))}</div>
                <dl class="facts">{facts}</dl>
                {(!item.summary.is_empty()).then(|| view! { <div class="prose" inner_html=markdown(&item.summary)></div> })}
                <div class="seat"><AgendaPicker days=vec![day]/></div>
                {mine.then(|| view! { <p><a class="button" href=format!("/my/sessions/{id}.ics") download="">"Add this session to my calendar"</a></p> })}
            </main>
        }
    })
}

/// The venue's zone, and the person's own where that is another.
struct Zones {
    venue: Zone,
    own: Option<Zone>,
}

impl Zones {
    fn of(desk: &Desk) -> Result<Self, Stop> {
        let executive = desk.executive()?;
        let venue = Zone::parse(&executive.cohort_zone).map_err(|_| store::Fault::Unreadable(executive.cohort_zone.clone()))?;
        let own = executive.zone.as_deref().and_then(|zone| Zone::parse(zone).ok()).filter(|own| *own != venue);
        Ok(Self { venue, own })
    }
}

fn days(desk: &Desk, zones: &Zones, items: &[Item]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for item in items {
        let date = item.starts.date();
        let anchor = anchor(date);
        if days.last().is_none_or(|day| day.anchor != anchor) {
            days.push(Day { anchor, heading: words::day(date), cards: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.cards.push(card(desk, zones, item));
        }
    }
    days
}

fn tabs(items: &[Item]) -> AnyView {
    let mut dates: Vec<NaiveDate> = items.iter().map(|item| item.starts.date()).collect();
    dates.dedup();
    dates.into_iter().map(|date| view! { <a href=format!("#{}", anchor(date))>{words::day_short(date)}</a> }).collect_view().into_any()
}

fn anchor(date: NaiveDate) -> String {
    format!("d{date}")
}

fn card(desk: &Desk, zones: &Zones, item: &Item) -> Card {
    let about: Vec<String> = [capital(&item.kind), item.room.clone()]
        .into_iter()
        .chain(item.educators.iter().cloned())
        .filter(|text| !text.is_empty())
        .collect();
    Card {
        session: item.session,
        title: item.title.clone(),
        about: about.join(" · "),
        span: words::span(item.starts, item.ends),
        elsewhere: zones.own.as_ref().and_then(|own| span_elsewhere(own, item.starts, item.starts_at, item.ends_at)),
        state: seat_state(desk, item),
    }
}

/// How a session stands, in the picker's words.
pub(crate) fn seat_state(desk: &Desk, item: &Item) -> SeatState {
    match &item.standing {
        Standing::Everyone => SeatState::Everyone,
        Standing::Yours => SeatState::Yours,
        Standing::AssignedToYou => SeatState::AssignedToYou,
        Standing::Assigned => SeatState::Assigned,
        Standing::Free { left } => SeatState::Free { left: *left },
        Standing::Clash { with, left } => SeatState::Clash { with: with.title.clone(), left: *left },
        Standing::Full { waiting } => SeatState::Full { waiting: *waiting },
        Standing::Waiting { position } => SeatState::Waiting { position: *position },
        Standing::Offered { until } => {
            let zone = Zones::of(desk).ok().map(|zones| zones.own.unwrap_or(zones.venue));
            SeatState::Offered { until: zone.map_or_else(String::new, |zone| words::moment(&zone, *until)) }
        }
        Standing::Closed => SeatState::Closed,
        Standing::Cancelled => SeatState::Cancelled,
    }
}
