//! The working copy of the agenda: the week by day, its rooms, and one session.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::access::Role;
use domain::agenda::session::{Kind, SeatMode};
use domain::time::words as dates;
use leptos::prelude::*;
use store::agenda::session::{Attendee, Named, Room, Working};
use store::cohort::Cohort;
use store::conduct::agenda_check::Checked;
use store::staff::Line as StaffLine;

use crate::components::finding::{self, DISMISSING, On};
use crate::components::form::{self, Choice, Input};
use crate::components::table::{empty, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame, number, what_stands};
use crate::words;

/// The week as it is being worked on.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let sessions = store::agenda::session::agenda_of(desk.db(), id).await?;
    let rooms = store::agenda::session::rooms(desk.db(), id).await?;
    let release = store::agenda::release::preview(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let draft = desk.draft("set-room").await?;
    frame::staff(&desk, Section::Cohorts, "Agenda", move || {
        let at = format!("/cohorts/{id}");
        let changed: BTreeSet<i64> = release.changes.iter().map(|change| change.session).collect();
        let releases = !changed.is_empty();
        let (new_class, release_class) = if releases { ("button", "button primary") } else { ("button primary", "button") };
        let acts = view! {
            <a class="button" href=format!("{at}/agenda-import")>"Import"</a>
            <a class=new_class href=format!("{at}/agenda/new")>"New session"</a>
            <a class=release_class href=format!("{at}/release")>"Release"</a>
        }
        .into_any();
        let says = match (cohort.release_number, changed.len()) {
            (0, 0) => "Nothing is released yet.".to_owned(),
            (0, _) => "This is the working copy. Nobody sees it before the first release.".to_owned(),
            (last, 0) => format!("This is the working copy. It says what release {last} says."),
            (last, 1) => format!("This is the working copy. 1 session changed since release {last}, and nobody has been told."),
            (last, count) => format!("This is the working copy. {count} sessions changed since release {last}, and nobody has been told."),
        };
        let body = if sessions.is_empty() {
            let act = Some((format!("{at}/agenda-import"), "Import an agenda"));
            empty(
                "No session yet",
                "Bring the week in from a schedule.json, or write the first session yourself. Nobody is told of anything before a release.",
                act,
            )
        } else {
            week(&cohort, sessions, &changed)
        };
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Agenda, heading: "Agenda", through: vec![], acts })}
                {form::errors(&draft)}
                <p class="soft">{says}" Times in "{cohort.zone.city()}" (venue)."</p>
                {body}
                {rooms_of(id, rooms, &draft)}
            </main>
        }
    })
}

fn week(cohort: &Cohort, sessions: Vec<Working>, changed: &BTreeSet<i64>) -> AnyView {
    let mut days: BTreeMap<NaiveDate, Vec<Working>> = BTreeMap::new();
    for session in sessions {
        days.entry(session.starts.date()).or_default().push(session);
    }
    let links = days.keys().map(|day| view! { <a href=format!("#d{day}")>{dates::day_short(*day)}</a> }).collect_view();
    let (first, last) = (cohort.first_day, cohort.last_day);
    let sections = days
        .into_iter()
        .map(|(day, sessions)| {
            let outside = (day < first || day > last).then(|| view! { <small>"outside the cohort's dates"</small> });
            let rows = sessions.into_iter().map(|session| line(session, changed)).collect_view();
            view! { <section id=format!("d{day}") aria-labelledby=format!("h{day}")><h2 class="day" id=format!("h{day}")>{dates::day(day)} {outside}</h2>{rows}</section> }
        })
        .collect_view();
    view! { <nav class="days" aria-label="Days">{links}</nav> {sections} }.into_any()
}

fn line(session: Working, changed: &BTreeSet<i64>) -> AnyView {
    let at = format!("/cohorts/{}/agenda/{}", session.cohort_id, session.id);
    let state = if session.cancelled {
        Some(tag("stop", "cancelled"))
    } else if session.release_number.is_none() {
        Some(tag("", "not announced"))
    } else {
        None
    };
    let moved = (session.release_number.is_some() && changed.contains(&session.id)).then(|| tag("warn", "changed since release"));
    let details = [
        words::capital(&session.kind),
        session.room.clone().unwrap_or_else(|| "no room yet".to_owned()),
        words::list(&session.educators.lines().map(str::to_owned).collect::<Vec<_>>()),
    ];
    let details = details.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let seats = seats_of(&session);
    let class = if session.cancelled { "session cancelled" } else { "session" };
    view! {
        <article class=class id=format!("s{}", session.id)>
            <time datetime=session.starts.format("%Y-%m-%dT%H:%M").to_string()>{dates::span(session.starts, session.ends)}</time>
            <div><h3><a href=at>{session.title}</a></h3><p class="soft small">{details}</p></div>
            <div class="acts"><p class="small soft num">{seats}</p>{state} {moved}</div>
        </article>
    }
    .into_any()
}

/// Who attends, and how full it is.
fn seats_of(session: &Working) -> String {
    let taken = match session.limit() {
        Some(limit) => format!("{} of {limit} seats taken", session.taken),
        None => format!("{} taken, no limit", words::count(number(session.taken), "seat", "seats")),
    };
    match SeatMode::parse(&session.mode) {
        Some(SeatMode::Everyone) => "Everyone".to_owned(),
        Some(SeatMode::Assigned) => format!("Assigned · {taken}"),
        _ if session.waiting > 0 => format!("{taken} · {} waiting", session.waiting),
        _ => taken,
    }
}

fn rooms_of(cohort: i64, rooms: Vec<Room>, draft: &Draft) -> AnyView {
    let names = rooms.iter().map(|room| view! { <option value=room.name.clone()></option> }).collect_view();
    let table = (!rooms.is_empty()).then(|| {
        let rows = rooms
            .into_iter()
            .map(|room| {
                let capacity = room.capacity.map_or_else(|| "no limit".to_owned(), |capacity| capacity.to_string());
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader">{room.name}</th>
                        <td role="cell" data-label="Takes" class="num">{capacity}</td>
                        <td role="cell" data-label="Sessions" class="num">{room.sessions}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Room"</th>
                    <th scope="col" role="columnheader" class="num">"Takes"</th>
                    <th scope="col" role="columnheader" class="num">"Sessions"</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table></div>
        }
    });
    view! {
        <section class="stack" id="rooms" aria-labelledby="rooms-h">
            <h2 id="rooms-h">"Rooms"</h2>
            <p class="soft">"A session without a limit of its own takes as many people as its room."</p>
            {table}
            <form method="post" action="/api/agenda/room/set" class="stack">
                {form::hidden("cohort", cohort)}
                {form::input(draft, Input { name: "room_name", label: "Room", hint: "A new name makes a new room.", list: "room-names", autocomplete: "off", ..Input::default() })}
                <datalist id="room-names">{names}</datalist>
                {form::input(draft, Input { name: "room_capacity", label: "How many people it takes", hint: "Empty is no limit.", kind: "number", short: true, optional: true, ..Input::default() })}
                <p class="row"><button class="button">"Set the room"</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// What stands in the fields of a session's form.
#[derive(Default)]
struct Stands {
    title: String,
    kind: String,
    day: String,
    starts: String,
    ends: String,
    room: String,
    capacity: String,
    mode: String,
    track: String,
    educators: String,
    objective: String,
    summary: String,
}

impl Stands {
    fn of(session: &Working) -> Self {
        Self {
            title: session.title.clone(),
            kind: session.kind.clone(),
            day: session.starts.date().to_string(),
            starts: dates::clock(session.starts),
            ends: dates::clock(session.ends),
            room: session.room.clone().unwrap_or_default(),
            capacity: session.capacity.map_or_else(String::new, |capacity| capacity.to_string()),
            mode: session.mode.clone(),
            track: session.track.clone(),
            educators: session.educators.clone(),
            objective: session.objective.clone(),
            summary: session.summary.clone(),
        }
    }

    fn labelled(&self) -> Vec<(&'static str, &'static str, String)> {
        vec![
            ("Title", "title", self.title.clone()),
            ("Kind", "kind", self.kind.clone()),
            ("Day", "day", self.day.clone()),
            ("Starts", "starts", self.starts.clone()),
            ("Ends", "ends", self.ends.clone()),
            ("Room", "room", self.room.clone()),
            ("Seats", "capacity", self.capacity.clone()),
            ("Who attends", "mode", self.mode.clone()),
            ("Track", "track", self.track.clone()),
            ("Educators", "educators", self.educators.clone()),
            ("Learning objective", "objective", self.objective.clone()),
            ("Summary", "summary", self.summary.clone()),
        ]
    }
}

/// Staff who may facilitate, and whether they do: those who do already are never left out.
fn hosts(staff: Vec<StaffLine>, facilitating: &[Named]) -> Vec<Choice> {
    let does = |id: i64| facilitating.iter().any(|named| named.id == id);
    staff
        .into_iter()
        .filter(|line| does(line.id) || domain::conduct::firewall::facilitates(line.active, &line.roles))
        .map(|line| Choice {
            name: format!("facilitator:{}", line.id),
            value: "1".to_owned(),
            ticked: does(line.id),
            label: line.name,
            hint: String::new(),
        })
        .collect()
}

fn fields(draft: &Draft, stands: Stands, rooms: &[Room], hosts: Vec<Choice>) -> AnyView {
    let kinds = Kind::ALL.iter().map(|kind| (kind.as_str().to_owned(), words::capital(kind.as_str()))).collect();
    let modes = SeatMode::ALL.iter().map(|mode| (mode.as_str().to_owned(), mode_words(*mode).to_owned())).collect();
    let folds =
        [("", "The time happens once"), ("earlier", "The first time the clock shows it"), ("later", "The second time the clock shows it")];
    let folds = folds.into_iter().map(|(value, label)| (value.to_owned(), label.to_owned())).collect();
    let names = rooms.iter().map(|room| view! { <option value=room.name.clone()></option> }).collect_view();
    let facilitators = if hosts.is_empty() {
        view! { <p class="soft small">"Nobody on the staff may facilitate yet. An admin gives people that role."</p> }.into_any()
    } else {
        form::choices(draft, "facilitators", "Facilitators, from the host's staff", "checkbox", hosts)
    };
    let line = |name, label, hint, value| form::input(draft, Input { name, label, hint, value, optional: true, ..Input::default() });
    let short =
        |name, label, hint, kind, value| form::input(draft, Input { name, label, hint, kind, value, short: true, ..Input::default() });
    view! {
        {form::input(draft, Input { name: "title", label: "Title", value: stands.title, ..Input::default() })}
        {form::select(draft, Input { name: "kind", label: "Kind", value: stands.kind, ..Input::default() }, kinds)}
        <fieldset class="stack">
            <legend><h2>"When"</h2></legend>
            {short("day", "Day", "", "date", stands.day)}
            {short("starts", "Starts", "On the clock at the venue.", "time", stands.starts)}
            {short("ends", "Ends", "An end before the start is on the next morning.", "time", stands.ends)}
            // Asked only when it is needed: the clocks go back that night, and the hour happens twice.
            {(draft.error("starts").is_some() || draft.error("ends").is_some() || !draft.value("fold", "").is_empty())
                .then(|| form::select(draft, Input { name: "fold", label: "Which of the two", hint: "Only on the night the clocks go back.", optional: true, ..Input::default() }, folds))}
        </fieldset>
        <fieldset class="stack">
            <legend><h2>"Where, and for whom"</h2></legend>
            {form::input(draft, Input { name: "room", label: "Room", hint: "A new name makes a new room.", value: stands.room, optional: true, list: "room-names", autocomplete: "off", ..Input::default() })}
            <datalist id="room-names">{names}</datalist>
            {form::select(draft, Input { name: "mode", label: "Who attends", value: stands.mode, ..Input::default() }, modes)}
            {form::input(draft, Input { name: "capacity", label: "Seats", hint: "Empty: as many as the room takes.", kind: "number", value: stands.capacity, short: true, optional: true, ..Input::default() })}
        </fieldset>
        <fieldset class="stack">
            <legend><h2>"What, and with whom"</h2></legend>
            {line("track", "Track", "", stands.track)}
            {form::textarea(draft, Input { name: "educators", label: "Educators", hint: "One a line: the outside people who teach.", value: stands.educators, optional: true, ..Input::default() }, 3)}
            {facilitators}
            {line("objective", "Learning objective", "What people can do afterwards, in one sentence.", stands.objective)}
            {form::textarea(draft, Input { name: "summary", label: "Summary", hint: "Markdown: **bold**, lists, links.", value: stands.summary, optional: true, ..Input::default() }, 8)}
        </fieldset>
    }
    .into_any()
}

const fn mode_words(mode: SeatMode) -> &'static str {
    match mode {
        SeatMode::Everyone => "Everyone registered, no seat to take",
        SeatMode::SignUp => "Whoever takes a seat",
        SeatMode::Assigned => "Whoever is assigned a seat",
    }
}

/// A new session.
///
/// # Errors
/// Not theirs, or faults.
pub async fn new_session(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let rooms = store::agenda::session::rooms(desk.db(), id).await?;
    let staff = store::staff::list(desk.db()).await?;
    let draft = desk.draft("create-session").await?;
    frame::staff(&desk, Section::Cohorts, "New session", move || {
        let stands = Stands {
            day: cohort.first_day.to_string(),
            kind: Kind::Keynote.as_str().to_owned(),
            mode: SeatMode::Everyone.as_str().to_owned(),
            ..Stands::default()
        };
        let through = vec![(format!("/cohorts/{id}/agenda"), "Agenda")];
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Agenda, heading: "New session", through, acts: ().into_any() })}
                {form::errors(&draft)}
                <form method="post" action="/api/agenda/session/create" class="stack loose">
                    {form::hidden("cohort", id)}
                    {fields(&draft, stands, &rooms, hosts(staff, &[]))}
                    <p class="soft">"It joins the working copy. Nobody sees it before the next release."</p>
                    <p class="row"><button class="button primary">"Add the session"</button></p>
                </form>
            </main>
        }
    })
}

/// One session: for the manager to change, for its facilitators to know.
///
/// # Errors
/// Not theirs, or faults.
pub async fn session(desk: Desk) -> Reply {
    let (cohort_id, id) = (desk.id("cohort")?, desk.id("session")?);
    let found = store::access::session(desk.db(), id).await?;
    let owner = found.as_ref().and_then(|(_, belongs)| belongs.program_owner);
    if desk.owns_part(found)? != cohort_id {
        return Err(Stop::Hidden);
    }
    let staff = desk.staff()?;
    let manages = staff.is(Role::Admin) || (staff.is(Role::ProgramManager) && owner == Some(staff.id));
    let cohort = store::cohort::get(desk.db(), cohort_id).await?.ok_or(Stop::Hidden)?;
    let session = store::agenda::session::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let attendees = store::agenda::session::attendees(desk.db(), id).await?;
    let facilitating = store::agenda::session::facilitators(desk.db(), id).await?;
    if manages {
        let rooms = store::agenda::session::rooms(desk.db(), cohort_id).await?;
        let staff = store::staff::list(desk.db()).await?;
        let opened = Opened {
            attendees,
            rooms,
            hosts: hosts(staff, &facilitating),
            findings: store::conduct::agenda_check::of_session(desk.db(), &session).await?,
            draft: desk.draft("edit-session").await?,
            reasons: desk.draft(DISMISSING).await?,
        };
        to_change(&desk, cohort, session, opened)
    } else {
        to_know(&desk, &cohort, session, attendees, facilitating)
    }
}

/// What stands around a session that is opened to be changed.
struct Opened {
    attendees: Vec<Attendee>,
    rooms: Vec<Room>,
    hosts: Vec<Choice>,
    findings: Vec<Checked>,
    /// What was typed into the session's form.
    draft: Draft,
    /// What was typed as the reason to dismiss a finding.
    reasons: Draft,
}

fn to_change(desk: &Desk, cohort: Cohort, session: Working, opened: Opened) -> Reply {
    let Opened { attendees, rooms, hosts, findings, draft, reasons } = opened;
    let title = session.title.clone();
    frame::staff(desk, Section::Cohorts, &title, move || {
        let stands = Stands::of(&session);
        let beside = what_stands(&draft, session.revision, stands.labelled());
        let state = if session.cancelled {
            Some(tag("stop", "cancelled"))
        } else {
            session.release_number.is_none().then(|| tag("", "not announced"))
        };
        let through = vec![(format!("/cohorts/{}/agenda", cohort.id), "Agenda")];
        let heading = session.title.clone();
        let when = format!("{}, {}", dates::day(session.starts.date()), dates::span(session.starts, session.ends));
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Agenda, heading: &heading, through, acts: state.into_any() })}
                {form::errors(&draft)}
                <p class="soft">{when}" in "{cohort.zone.city()}" · "{seats_of(&session)}</p>
                {beside}
                <form method="post" action="/api/agenda/session/edit" class="stack loose">
                    {form::hidden("session", session.id)}
                    {form::hidden("revision", session.revision)}
                    {fields(&draft, stands, &rooms, hosts)}
                    <p class="row"><button class="button primary">"Save in the working copy"</button><span class="soft small">"The next release tells people."</span></p>
                </form>
                {finding::section(cohort.id, &cohort.zone, On::Session, findings, &reasons)}
                {attending(&session, attendees)}
                {cancelling(&session)}
            </main>
        }
    })
}

fn cancelling(session: &Working) -> AnyView {
    if session.cancelled {
        return view! {
            <section class="stack" aria-labelledby="cancelling">
                <h2 id="cancelling">"This session is cancelled"</h2>
                <p class="soft">"If it takes place after all, the next release says so."</p>
                <form method="post" action="/api/agenda/session/cancel">
                    {form::hidden("session", session.id)}{form::hidden("cancelled", "no")}
                    <button class="button">"Restore the session"</button>
                </form>
            </section>
        }
        .into_any();
    }
    let everyone = session.mode == SeatMode::Everyone.as_str();
    let who = match (session.release_number.is_some(), everyone, number(session.taken)) {
        (false, ..) => "It was never announced, so nobody has to be told.".to_owned(),
        (true, true, _) => "Everybody registered is told with the next release, and it is cancelled in their calendars.".to_owned(),
        (true, false, 0) => "Nobody holds a seat in it. It leaves the agenda with the next release.".to_owned(),
        (true, false, 1) => {
            "1 person holds a seat in it. They are told with the next release, and it is cancelled in their calendar.".to_owned()
        }
        (true, false, count) => {
            format!("{count} people hold seats in it. They are told with the next release, and it is cancelled in their calendars.")
        }
    };
    view! {
        <details class="ask"><summary class="button stop">"Cancel the session…"</summary>
            <div class="card stop stack">
                <p>{who}</p>
                <p>"Until then you can restore it without anybody knowing."</p>
                <form method="post" action="/api/agenda/session/cancel">
                    {form::hidden("session", session.id)}{form::hidden("cancelled", "yes")}
                    <button class="button stop primary">"Cancel the session"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

fn attending(session: &Working, attendees: Vec<Attendee>) -> AnyView {
    let body = if session.mode == SeatMode::Everyone.as_str() {
        view! { <p class="soft">"Everybody registered attends. No seat has to be taken."</p> }.into_any()
    } else if attendees.is_empty() {
        view! { <p class="soft">"Nobody holds a seat yet."</p> }.into_any()
    } else {
        let rows = attendees
            .into_iter()
            .map(|attendee| {
                let offered = attendee.offered.then(|| tag("", "offered, not answered"));
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader">{attendee.name}</th>
                        <td role="cell" data-label="Company">{attendee.company}</td>
                        <td role="cell" data-label="Seat">{offered}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Name"</th>
                    <th scope="col" role="columnheader">"Company"</th>
                    <th scope="col" role="columnheader"><span class="visually-hidden">"Seat"</span></th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    let waiting = (session.waiting > 0).then(|| {
        let waiting = words::count(number(session.waiting), "person waits", "people wait");
        view! { <p class="soft">{format!("{waiting} for a seat. A freed one is offered to the next at once.")}</p> }
    });
    view! { <section class="stack" id="attendees" aria-labelledby="attendees-h"><h2 id="attendees-h">"Who comes"</h2>{waiting}{body}</section> }.into_any()
}

fn to_know(desk: &Desk, cohort: &Cohort, session: Working, attendees: Vec<Attendee>, facilitating: Vec<Named>) -> Reply {
    let (cohort_title, program, zone) = (cohort.title.clone(), cohort.program.clone(), cohort.zone.city());
    let title = session.title.clone();
    frame::staff(desk, Section::MySessions, &title, move || {
        let state = if session.cancelled {
            Some(tag("stop", "cancelled"))
        } else {
            session.release_number.is_none().then(|| tag("", "not announced"))
        };
        let when = format!("{}, {} in {zone}", dates::day(session.starts.date()), dates::span(session.starts, session.ends));
        let room = session.room.clone().unwrap_or_else(|| "No room yet".to_owned());
        let educators = words::list(&session.educators.lines().map(str::to_owned).collect::<Vec<_>>());
        let names = words::list(&facilitating.into_iter().map(|named| named.name).collect::<Vec<_>>());
        let fact = |label: &'static str, text: String| (!text.is_empty()).then(|| view! { <div><dt>{label}</dt><dd>{text}</dd></div> });
        let summary =
            (!session.summary.is_empty()).then(|| view! { <div class="prose" inner_html=words::markdown(&session.summary)></div> });
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol>
                    <li><a href="/my-sessions">"My sessions"</a></li>
                    <li aria-current="page">{session.title.clone()}</li>
                </ol></nav>
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{format!("{cohort_title} · {program}")}</p><h1>{session.title.clone()}</h1></div>
                    <div class="row">{state}</div>
                </div>
                <dl class="meta">
                    {fact("When", when)}
                    {fact("Where", room)}
                    {fact("Kind", words::capital(&session.kind))}
                    {fact("Seats", seats_of(&session))}
                    {fact("Track", session.track.clone())}
                    {fact("Educators", educators)}
                    {fact("Facilitated by", names)}
                    {fact("Learning objective", session.objective.clone())}
                </dl>
                {summary}
                {attending(&session, attendees)}
            </main>
        }
    })
}
