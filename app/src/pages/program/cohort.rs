//! Cohorts: the list, a new one, the page that says what needs the manager, and the settings.

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::cohort::{Missing, State};
use domain::conduct::acknowledgement::is_asked;
use domain::conduct::quiet_period::DEFAULT_DAYS;
use domain::time::{self, words as dates};
use leptos::prelude::*;
use store::cohort::{Cohort, CompanyFill, Dashboard, Line, SessionFill};
use store::conduct::acknowledgement::Unacknowledged;
use store::conduct::conversation_rule::Version;

use crate::components::finding::{self, DISMISSING, On};
use crate::components::form::{self, Choice, Input};
use crate::components::table::{bar, empty, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame, day_at, days_until, number, state_tag, what_stands};
use crate::words;

/// A reply date is near from so many days on.
const NEAR_DAYS: i64 = 7;

/// Every cohort an admin may see; a manager's own.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?;
    let owner = (!staff.is(Role::Admin)).then_some(staff.id);
    let lines = store::cohort::list(desk.db(), owner, None).await?;
    frame::staff(&desk, Section::Cohorts, "Cohorts", move || {
        let body = if lines.is_empty() {
            empty(
                "No cohort yet",
                "A cohort is one run of a program: a week, a place, and the companies you ask to come. Open a program to plan its first one.",
                Some(("/programs".to_owned(), "Open the programs")),
            )
        } else {
            cohort_table(lines)
        };
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head"><h1>"Cohorts"</h1><div class="row"><a class="button" href="/programs">"Plan another from a program"</a></div></div>
                {body}
            </main>
        }
    })
}

fn cohort_table(lines: Vec<Line>) -> AnyView {
    let rows = lines
        .into_iter()
        .map(|line| {
            let at = format!("/cohorts/{}", line.id);
            let (confirmed, pending, places) = (number(line.confirmed), number(line.pending), number(line.capacity));
            let state = State::parse(&line.state).map(state_tag);
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=at.clone()>{line.title}</a></th>
                    <td role="cell" data-label="Program" class="soft">{line.program}</td>
                    <td role="cell" data-label="When">{dates::date_range(line.first_day, line.last_day)}</td>
                    <td role="cell" data-label="Where" class="soft">{line.place}</td>
                    <td role="cell" data-label="Places">{bar(confirmed, pending, places)}</td>
                    <td role="cell" data-label="Confirmed" class="num"><span><a href=format!("{at}/people?state=accepted")>{words::thousands(u64::from(confirmed))}</a>" of "{words::thousands(u64::from(places))}</span></td>
                    <td role="cell" data-label="Companies" class="num"><a href=format!("{at}#companies")>{words::thousands(u64::from(number(line.companies)))}</a></td>
                    <td role="cell" data-label="State">{state}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap"><table class="cards-on-phone" role="table">
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader">"Cohort"</th>
                <th scope="col" role="columnheader">"Program"</th>
                <th scope="col" role="columnheader">"When"</th>
                <th scope="col" role="columnheader">"Where"</th>
                <th scope="col" role="columnheader">"Places"</th>
                <th scope="col" role="columnheader" class="num">"Confirmed"</th>
                <th scope="col" role="columnheader" class="num">"Companies"</th>
                <th scope="col" role="columnheader">"State"</th>
            </tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// A new cohort of a program.
///
/// # Errors
/// Not theirs, or faults.
pub async fn new(desk: Desk) -> Reply {
    let program_id = desk.id("program")?;
    desk.owns(store::access::program(desk.db(), program_id).await?)?;
    let program = store::cohort::program::get(desk.db(), program_id).await?.ok_or(Stop::Hidden)?;
    let rules = store::conduct::conversation_rule::list(desk.db()).await?;
    let draft = desk.draft("create-cohort").await?;
    let stands = Stands {
        capacity: "120".to_owned(),
        overbooked: "0".to_owned(),
        rule: rules.first().map_or_else(String::new, |rule| rule.number.to_string()),
        quiet_days: DEFAULT_DAYS.to_string(),
        ..Stands::default()
    };
    frame::staff(&desk, Section::Cohorts, "New cohort", move || {
        let at = format!("/programs/{program_id}");
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol>
                    <li><a href="/programs">"Programs"</a></li>
                    <li><a href=at>{program.title.clone()}</a></li>
                    <li aria-current="page">"New cohort"</li>
                </ol></nav>
                <div class="head"><div class="stack tight"><p class="eyebrow">{program.title}</p><h1>"New cohort"</h1></div></div>
                {form::errors(&draft)}
                <form method="post" action="/api/cohort/cohort/create" class="stack loose">
                    {form::hidden("program", program_id)}
                    {fields(&draft, stands, &rules, true)}
                    <p class="soft">"Nobody is told yet. You choose companies and release the agenda first, then open invitations."</p>
                    <p class="row"><button class="button primary">"Create the cohort"</button></p>
                </form>
            </main>
        }
    })
}

/// What stands in the fields of a cohort's form.
#[derive(Default)]
struct Stands {
    title: String,
    venue: String,
    place: String,
    zone: String,
    first_day: String,
    last_day: String,
    capacity: String,
    overbooked: String,
    reply_by: String,
    letter: String,
    rule: String,
    quiet_days: String,
    quiet_company: bool,
}

impl Stands {
    fn of(cohort: &Cohort) -> Self {
        Self {
            title: cohort.title.clone(),
            venue: cohort.venue.clone(),
            place: cohort.place.clone(),
            zone: cohort.zone.as_str().to_owned(),
            first_day: cohort.first_day.to_string(),
            last_day: cohort.last_day.to_string(),
            capacity: cohort.capacity.to_string(),
            overbooked: cohort.overbooked.to_string(),
            reply_by: time::to_local(&cohort.zone, cohort.reply_by).date().to_string(),
            letter: cohort.letter.clone(),
            rule: cohort.rule.map_or_else(String::new, |number| number.to_string()),
            quiet_days: cohort.quiet_days.to_string(),
            quiet_company: cohort.quiet_company,
        }
    }

    fn labelled(&self) -> Vec<(&'static str, &'static str, String)> {
        vec![
            ("Title", "title", self.title.clone()),
            ("Venue", "venue", self.venue.clone()),
            ("Place", "place", self.place.clone()),
            ("Time zone", "zone", self.zone.clone()),
            ("First day", "first_day", self.first_day.clone()),
            ("Last day", "last_day", self.last_day.clone()),
            ("Places", "capacity", self.capacity.clone()),
            ("Beyond the places", "overbooked", self.overbooked.clone()),
            ("Reply by", "reply_by", self.reply_by.clone()),
            ("Conversation rule", "rule", self.rule.clone()),
            ("Quiet days", "quiet_days", self.quiet_days.clone()),
            ("Quiet for the whole company", "quiet_company", if self.quiet_company { "yes" } else { "" }.to_owned()),
            ("Letter", "letter", self.letter.clone()),
        ]
    }
}

fn fields(draft: &Draft, stands: Stands, rules: &[Version], may_have_none: bool) -> AnyView {
    let none = may_have_none.then(|| (String::new(), "None yet".to_owned()));
    let versions = rules.iter().map(|rule| {
        (rule.number.to_string(), format!("Version {}, published {}", rule.number, dates::day(rule.published_at.date_naive())))
    });
    let versions = none.into_iter().chain(versions).collect();
    let company = Choice {
        name: "quiet_company".to_owned(),
        value: "yes".to_owned(),
        label: "Ask nothing of their colleagues either".to_owned(),
        hint: "While one guest is in their quiet period, it holds for everybody at the company.".to_owned(),
        ticked: stands.quiet_company,
    };
    let zones = time::zone_names().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view();
    let plain = |name, label, hint, value| form::input(draft, Input { name, label, hint, value, ..Input::default() });
    let short =
        |name, label, hint, kind, value| form::input(draft, Input { name, label, hint, kind, value, short: true, ..Input::default() });
    view! {
        {plain("title", "Title", "As people will say it, such as “Spring cohort”.", stands.title)}
        <fieldset class="stack">
            <legend><h2>"When and where"</h2></legend>
            {plain("venue", "Venue", "The house people come to.", stands.venue)}
            {form::input(draft, Input { name: "place", label: "Place", hint: "The town, as it stands in letters.", value: stands.place, optional: true, ..Input::default() })}
            {form::input(draft, Input { name: "zone", label: "Time zone of the venue", hint: "Start typing a city, such as Europe/Paris.", value: stands.zone, list: "zones", autocomplete: "off", ..Input::default() })}
            <datalist id="zones">{zones}</datalist>
            {short("first_day", "First day", "", "date", stands.first_day)}
            {short("last_day", "Last day", "", "date", stands.last_day)}
        </fieldset>
        <fieldset class="stack">
            <legend><h2>"Seats"</h2></legend>
            {short("capacity", "How many people it takes", "", "number", stands.capacity)}
            {short("overbooked", "Seats you promise beyond that", "0 unless you overbook on purpose.", "number", stands.overbooked)}
            {short("reply_by", "Seats are held until", "Six in the evening of this day, at the venue.", "date", stands.reply_by)}
        </fieldset>
        <fieldset class="stack">
            <legend><h2>"The invitation"</h2></legend>
            {form::textarea(draft, Input { name: "letter", label: "The body of the letter", hint: "Why it is worth the week. The greeting, the dates and the sponsor's name are added.", value: stands.letter, optional: true, ..Input::default() }, 8)}
            {form::select(draft, Input { name: "rule", label: "Conversation rule", hint: "The version everybody acknowledges. Choosing another asks all who have, and all who should, by mail.", value: stands.rule, ..Input::default() }, versions)}
        </fieldset>
        <fieldset class="stack">
            <legend><h2>"The quiet period"</h2></legend>
            <p class="soft">"From accepting until so many days after the last one, nothing is asked of a guest. Gives are always welcome."</p>
            {short("quiet_days", "Quiet days after the cohort", "30 unless you say otherwise. Once somebody has accepted, days can be added and not taken away.", "number", stands.quiet_days)}
            {form::choices(draft, "quiet_company", "Colleagues", "checkbox", vec![company])}
        </fieldset>
    }
    .into_any()
}

/// The cohort's own page.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let seen = store::cohort::dashboard(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let unacknowledged = store::conduct::acknowledgement::still_missing(desk.db(), id).await?;
    let (now, title) = (desk.now, seen.cohort.title.clone());
    frame::staff(&desk, Section::Cohorts, &title, move || {
        let at = format!("/cohorts/{id}");
        let opens = may_open(&seen);
        let invites = matches!(seen.cohort.state, State::Draft | State::Inviting | State::Closed);
        let class = if opens { "button" } else { "button primary" };
        let acts = invites.then(|| view! { <a class=class href=format!("{at}/invite")>"Invite a company"</a> }).into_any();
        let top = cohort_frame(&seen.cohort, Here { tab: Tab::Overview, heading: "", through: vec![], acts });
        let figures = figures(&seen);
        let needs = needs_you(&seen, unacknowledged, now);
        let companies = companies(&seen, now);
        let sessions = sessions(id, seen.sessions);
        view! { <main id="main" class="wrap page stack loose">{top} {figures} {needs} {companies} {sessions}</main> }
    })
}

/// Whether opening invitations is the next thing to do.
fn may_open(seen: &Dashboard) -> bool {
    seen.cohort.state == State::Draft && seen.missing.is_empty() && !seen.companies.is_empty()
}

fn figures(seen: &Dashboard) -> AnyView {
    let at = format!("/cohorts/{}", seen.cohort.id);
    let figure = |href: String, number: u32, label: &'static str| {
        view! { <p><a href=href><b class="num">{words::thousands(u64::from(number))}</b><span class="soft small">{label}</span></a></p> }
    };
    let unnamed: i64 = seen.companies.iter().map(|company| (i64::from(company.seats) - company.named).max(0)).sum();
    view! {
        <div class="figures">
            {figure(format!("{at}/people?state=accepted"), seen.confirmed, "confirmed")}
            {figure(format!("{at}/people?state=pending"), seen.held, "held for an answer")}
            {figure(format!("{at}#companies"), number(unnamed), "to be named")}
            {figure(format!("{at}/invite"), seen.open, "open")}
            {figure(format!("{at}/settings#capacity"), seen.cohort.capacity, "places")}
            {figure(format!("{at}#sessions"), seen.waiting, "waiting")}
        </div>
    }
    .into_any()
}

/// Sentences, each with the act beside it.
fn needs_you(seen: &Dashboard, unacknowledged: Option<Unacknowledged>, now: DateTime<Utc>) -> AnyView {
    let cohort = &seen.cohort;
    let at = format!("/cohorts/{}", cohort.id);
    let today = time::to_local(&cohort.zone, now).date();
    let mut lines: Vec<AnyView> = Vec::new();
    if cohort.state == State::Draft {
        for missing in &seen.missing {
            let (href, label) = match missing {
                Missing::Sponsor => (format!("/programs/{}", cohort.program_id), "Open the program"),
                Missing::Dates => (format!("{at}/settings#first_day"), "Set the days"),
                Missing::Capacity => (format!("{at}/settings#capacity"), "Set the places"),
                Missing::Rule => (format!("{at}/settings#rule"), "Choose a version"),
                Missing::Words => (format!("{at}/settings#findings"), "See what was found"),
                Missing::Release => (format!("{at}/release"), "Open the release page"),
            };
            lines.push(line_to(format!("{} before you invite anybody.", missing.sentence()), href, label));
        }
    }
    if matches!(cohort.state, State::Draft | State::Inviting) && seen.companies.is_empty() {
        let sentence = format!("No company is invited yet, and {} open.", are_open(seen.open));
        lines.push(line_to(sentence, format!("{at}/invite"), "Choose companies"));
    }
    if may_open(seen) {
        let leads =
            number(seen.companies.iter().filter(|company| company.link_sent_at.is_none() && !company.lead_email.is_empty()).count());
        let label = format!("Open invitations and write to {}", words::count(leads, "delegation lead", "delegation leads"));
        lines.push(line_step(
            "Everything is ready. A company whose lead has no address is listed here afterwards.".to_owned(),
            cohort.id,
            "open-invitations",
            label,
            true,
        ));
    }
    if matches!(cohort.state, State::Inviting | State::Closed) && today >= cohort.first_day {
        lines.push(line_step("The first day is here.".to_owned(), cohort.id, "start", "Start the cohort".to_owned(), false));
    }
    if cohort.state == State::Running && today > cohort.last_day {
        lines.push(line_step("The last day is over.".to_owned(), cohort.id, "complete", "Complete the cohort".to_owned(), false));
    }
    if cohort.state == State::Inviting {
        lines.extend(seen.companies.iter().filter_map(|company| about_company(cohort, company, now)));
        if seen.held > 0 {
            let sentence = if seen.held == 1 {
                "One person has not answered yet.".to_owned()
            } else {
                format!("{} people have not answered yet.", seen.held)
            };
            lines.push(line_to(sentence, format!("{at}/people?state=pending"), "See who"));
        }
    }
    if !matches!(cohort.state, State::Completed | State::Cancelled) {
        for session in seen.sessions.iter().filter(|session| session.waiting > 0 && is_full(session)) {
            let waiting = number(session.waiting);
            let sentence = format!(
                "“{}” is full and {} for a seat.",
                session.title,
                if waiting == 1 { "1 person waits".to_owned() } else { format!("{waiting} people wait") }
            );
            lines.push(line_to(sentence, format!("{at}/agenda/{}", session.session), "Look at the session"));
        }
        if cohort.release_number > 0 && seen.unreleased > 0 {
            let sentence = format!("{} since release {}, and nobody has been told.", changed(seen.unreleased), cohort.release_number);
            lines.push(line_to(sentence, format!("{at}/release"), "See what changes for whom"));
        }
    }
    if let Some(Unacknowledged { version, people }) = unacknowledged.filter(|missing| missing.people > 0 && is_asked(cohort.state)) {
        let who = words::count(people, "person has", "people have");
        let sentence = format!("{who} not acknowledged version {version} of the rule.");
        lines.push(line_to(sentence, format!("{at}/rule?show=missing"), "See who"));
    }
    if seen.failed_mails > 0 {
        let sentence = if seen.failed_mails == 1 {
            "One mail about this cohort did not leave.".to_owned()
        } else {
            format!("{} mails about this cohort did not leave.", seen.failed_mails)
        };
        lines.push(line_to(sentence, "/outbox?state=failed".to_owned(), "Open the outbox"));
    }
    let body = if lines.is_empty() {
        view! { <p class="soft">"Nothing at the moment."</p> }.into_any()
    } else {
        view! { <ul class="attention">{lines}</ul> }.into_any()
    };
    view! { <section class="stack close" aria-labelledby="needs-you"><h2 id="needs-you">"Needs you"</h2>{body}</section> }.into_any()
}

fn are_open(seats: u32) -> String {
    if seats == 1 { "1 seat is".to_owned() } else { format!("{} seats are", words::thousands(u64::from(seats))) }
}

fn changed(sessions: u32) -> String {
    if sessions == 1 { "1 session changed".to_owned() } else { format!("{sessions} sessions changed") }
}

fn is_full(session: &SessionFill) -> bool {
    session.capacity.is_some_and(|capacity| session.taken >= i64::from(capacity))
}

fn line_to(sentence: String, href: String, label: &'static str) -> AnyView {
    view! { <li><span>{sentence}</span><a class="button small" href=href>{label}</a></li> }.into_any()
}

fn line_step(sentence: String, cohort: i64, step: &'static str, label: String, primary: bool) -> AnyView {
    let class = if primary { "button small primary" } else { "button small" };
    view! {
        <li><span>{sentence}</span>
            <form method="post" action="/api/cohort/cohort/step">{form::hidden("cohort", cohort)}{form::hidden("step", step)}<button class=class>{label}</button></form>
        </li>
    }
    .into_any()
}

/// What a company's seats ask of the manager, while the cohort invites.
fn about_company(cohort: &Cohort, company: &CompanyFill, now: DateTime<Utc>) -> Option<AnyView> {
    let at = format!("/cohorts/{}/companies/{}", cohort.id, company.allotment);
    let (named, seats) = (company.named, i64::from(company.seats));
    let left = days_until(&cohort.zone, now, company.reply_by);
    let name = company.company.clone();
    if named >= seats {
        return None;
    }
    if company.link_sent_at.is_none() {
        let line = view! { <li><span><strong>{name}</strong>" has not been written to: the delegation lead's address is missing, or the link was never sent."</span><a class="button small" href=at>"Enter the lead"</a></li> };
        return Some(line.into_any());
    }
    if company.reply_by < now {
        let free = words::count(number(seats - named), "seat", "seats");
        let line = view! { <li><span>"The reply date of "<strong>{name}</strong>{format!(" has passed with {free} unnamed.")}</span><a class="button small" href=at>"Move the date or take seats back"</a></li> };
        return Some(line.into_any());
    }
    (left <= NEAR_DAYS).then(|| {
        let rest = format!(" has named {named} of {seats} and the reply date is {}.", soon(cohort, left, company.reply_by));
        view! {
            <li><span><strong>{name}</strong>{rest}</span>
                <form method="post" action="/api/cohort/allotment/send-link">
                    {form::hidden("allotment", company.allotment)}{form::hidden("back", "cohort")}
                    <button class="button small">"Remind the delegation lead"<span class="visually-hidden">{format!(" of {}", company.company)}</span></button>
                </form>
            </li>
        }
        .into_any()
    })
}

fn soon(cohort: &Cohort, days: i64, at: DateTime<Utc>) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => day_at(&cohort.zone, at),
    }
}

fn companies(seen: &Dashboard, now: DateTime<Utc>) -> AnyView {
    let cohort = &seen.cohort;
    let heading = view! {
        <div class="row between">
            <h2 id="companies-h">"Companies"</h2>
            <p class="row legend small soft"><span><i></i>"confirmed"</span><span><i class="held"></i>"held"</span><span><i class="open"></i>"free"</span></p>
        </div>
    };
    if seen.companies.is_empty() {
        return view! {
            <section class="stack" id="companies" aria-labelledby="companies-h"><h2 id="companies-h">"Companies"</h2>
                <p class="soft">"The companies you invite stand here, with the seats they have and the people they named."</p>
            </section>
        }
        .into_any();
    }
    let rows = seen
        .companies
        .iter()
        .map(|company| {
            let at = format!("/cohorts/{}/companies/{}", cohort.id, company.allotment);
            let (confirmed, named) = (number(company.confirmed), number(company.named));
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=at.clone()>{company.company.clone()}</a></th>
                    <td role="cell" data-label="Sector" class="soft">{company.sector.clone()}</td>
                    <td role="cell" data-label="Seats">{bar(confirmed, named.saturating_sub(confirmed), number(company.seats))}</td>
                    <td role="cell" data-label="Named" class="num"><span><a href=format!("{at}#people")>{named}</a>{format!(" of {}", company.seats)}</span></td>
                    <td role="cell" data-label="Confirmed" class="num">{confirmed}</td>
                    <td role="cell" data-label="Reply by"><time datetime=company.reply_by.to_rfc3339()>{day_at(&cohort.zone, company.reply_by)}</time></td>
                    <td role="cell" data-label="State">{fill_tag(cohort, company, now)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack" id="companies" aria-labelledby="companies-h">
            {heading}
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Company"</th>
                    <th scope="col" role="columnheader">"Sector"</th>
                    <th scope="col" role="columnheader">"Seats"</th>
                    <th scope="col" role="columnheader" class="num">"Named"</th>
                    <th scope="col" role="columnheader" class="num">"Confirmed"</th>
                    <th scope="col" role="columnheader">"Reply by"</th>
                    <th scope="col" role="columnheader"><span class="visually-hidden">"State"</span></th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn fill_tag(cohort: &Cohort, company: &CompanyFill, now: DateTime<Utc>) -> AnyView {
    let (named, seats) = (company.named, i64::from(company.seats));
    let left = days_until(&cohort.zone, now, company.reply_by);
    let inviting = cohort.state == State::Inviting;
    if seats == 0 {
        return tag("", "no seats");
    }
    if company.confirmed >= seats {
        return tag("good", "complete");
    }
    if named >= seats {
        return tag("", words::count(number(named - company.confirmed), "answer open", "answers open"));
    }
    let Some(sent) = company.link_sent_at else {
        return if inviting { tag("warn", "not written to") } else { tag("", "not written to yet") };
    };
    if inviting && company.reply_by < now {
        return tag("warn", "date has passed");
    }
    if inviting && left <= NEAR_DAYS {
        return tag("warn", if left <= 1 { soon(cohort, left, company.reply_by) } else { format!("in {left} days") });
    }
    if named == 0 {
        return tag("", format!("invited {}", day_at(&cohort.zone, sent)));
    }
    tag("", format!("{} to name", seats - named))
}

fn sessions(cohort: i64, sessions: Vec<SessionFill>) -> AnyView {
    if sessions.is_empty() {
        return view! {
            <section class="stack" id="sessions" aria-labelledby="sessions-h"><h2 id="sessions-h">"Sessions people sign up for"</h2>
                <p class="soft">"None is released. "<a href=format!("/cohorts/{cohort}/agenda")>"Open the agenda"</a>"."</p>
            </section>
        }
        .into_any();
    }
    // A session without a limit that nobody chose yet asks nothing of the manager: it stands behind a line of its own.
    let (told, quiet): (Vec<SessionFill>, Vec<SessionFill>) =
        sessions.into_iter().partition(|session| session.capacity.is_some() || session.taken > 0 || session.waiting > 0);
    let shown = (!told.is_empty()).then(|| session_table(cohort, told));
    let quiet = (!quiet.is_empty()).then(|| {
        let label =
            words::count(number(quiet.len()), "session without a limit, not chosen yet", "sessions without a limit, not chosen yet");
        view! { <details><summary>{label}</summary>{session_table(cohort, quiet)}</details> }
    });
    view! {
        <section class="stack" id="sessions" aria-labelledby="sessions-h">
            <h2 id="sessions-h">"Sessions people sign up for"</h2>
            {shown}
            {quiet}
        </section>
    }
    .into_any()
}

fn session_table(cohort: i64, sessions: Vec<SessionFill>) -> AnyView {
    let rows = sessions.into_iter().map(|session| session_row(cohort, session)).collect_view();
    view! {
        <div class="table-wrap"><table class="cards-on-phone" role="table">
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader">"Session"</th>
                <th scope="col" role="columnheader">"When"</th>
                <th scope="col" role="columnheader" class="num">"Seats taken"</th>
                <th scope="col" role="columnheader" class="num">"Waiting"</th>
                <th scope="col" role="columnheader"><span class="visually-hidden">"State"</span></th>
            </tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn session_row(cohort: i64, session: SessionFill) -> AnyView {
    let at = format!("/cohorts/{cohort}/agenda/{}", session.session);
    let full = is_full(&session).then(|| tag("warn", "full"));
    let taken = session.capacity.map_or_else(|| format!("{} taken", session.taken), |capacity| format!("{} of {capacity}", session.taken));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=at.clone()>{session.title}</a></th>
            <td role="cell" data-label="When"><time datetime=session.starts.format("%Y-%m-%dT%H:%M").to_string()>{format!("{}, {}", dates::day_month(session.starts.date()), dates::clock(session.starts))}</time></td>
            <td role="cell" data-label="Seats" class="num"><a href=format!("{at}#attendees")>{taken}</a></td>
            <td role="cell" data-label="Waiting" class="num">{session.waiting}</td>
            <td role="cell" data-label="State">{full}</td>
        </tr>
    }
    .into_any()
}

/// The cohort's settings, and its steps from state to state.
///
/// # Errors
/// Not theirs, or faults.
pub async fn settings(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let seen = store::cohort::dashboard(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let rules = store::conduct::conversation_rule::list(desk.db()).await?;
    let findings = store::conduct::agenda_check::of_inviting(desk.db(), id).await?;
    let draft = desk.draft("edit-cohort").await?;
    let reasons = desk.draft(DISMISSING).await?;
    let now = desk.now;
    frame::staff(&desk, Section::Cohorts, "Settings", move || {
        let cohort = &seen.cohort;
        let stands = Stands::of(cohort);
        let beside = what_stands(&draft, cohort.revision, stands.labelled());
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(cohort, Here { tab: Tab::Settings, heading: "Settings", through: vec![], acts: ().into_any() })}
                {form::errors(&draft)}
                {beside}
                <form method="post" action="/api/cohort/cohort/edit" class="stack loose">
                    {form::hidden("cohort", id)}
                    {form::hidden("revision", cohort.revision)}
                    {fields(&draft, stands, &rules, cohort.rule.is_none())}
                    <p class="soft small">"Sessions keep their time on the clock when the zone changes. The next release tells people."</p>
                    <p class="row"><button class="button primary">"Save the settings"</button></p>
                </form>
                {finding::section(id, &cohort.zone, On::Settings, findings, &reasons)}
                {steps(&seen, now)}
            </main>
        }
    })
}

/// Starting before the first day closes invitations for good: it is asked once.
fn start_early(cohort: &Cohort) -> AnyView {
    let says = format!("The first day is {}. Starting earlier closes invitations for good.", dates::day(cohort.first_day));
    view! {
        <li><span>{says}</span>
            <details class="ask"><summary class="button">"Start early…"</summary>
                <div class="card stop stack">
                    <p>"Nobody can be named or accept any more. This cannot be taken back."</p>
                    <form method="post" action="/api/cohort/cohort/step">
                        {form::hidden("cohort", cohort.id)}{form::hidden("step", "start")}
                        <button class="button stop primary">"Start the cohort now"</button>
                    </form>
                </div>
            </details>
        </li>
    }
    .into_any()
}

fn steps(seen: &Dashboard, now: DateTime<Utc>) -> AnyView {
    let (id, state) = (seen.cohort.id, seen.cohort.state);
    let people = seen.confirmed + seen.held;
    let step = |step: &'static str, label: &'static str, says: &'static str| {
        view! {
            <li><span>{says}</span>
                <form method="post" action="/api/cohort/cohort/step">{form::hidden("cohort", id)}{form::hidden("step", step)}<button class="button">{label}</button></form>
            </li>
        }
        .into_any()
    };
    let mut lines: Vec<AnyView> = Vec::new();
    if matches!(state, State::Draft | State::Closed) && seen.missing.is_empty() {
        let (label, says) = if state == State::Draft {
            ("Open invitations", "Delegation leads who have an address are written to at once, each with their own link.")
        } else {
            ("Open invitations again", "Companies can name people again. Leads who have not been written to get their link.")
        };
        lines.push(step("open-invitations", label, says));
    }
    if state == State::Inviting {
        lines.push(step(
            "close-invitations",
            "Close invitations",
            "Nobody can be named or accept any more. Those who accepted keep their seats.",
        ));
    }
    if matches!(state, State::Inviting | State::Closed) {
        let today = time::to_local(&seen.cohort.zone, now).date();
        lines.push(if today >= seen.cohort.first_day {
            step("start", "Start the cohort", "The week begins. Invitations are closed for good.")
        } else {
            start_early(&seen.cohort)
        });
    }
    if state == State::Running {
        lines.push(step("complete", "Complete the cohort", "The week is over. Nothing can be changed about who came."));
    }
    if lines.is_empty() && matches!(state, State::Completed | State::Cancelled) {
        let sentence = format!("This cohort is {state}. There is no further step.");
        return view! { <section class="stack" aria-labelledby="steps"><h2 id="steps">"Steps"</h2><p class="soft">{sentence}</p></section> }.into_any();
    }
    let lines = (!lines.is_empty()).then(|| view! { <ul class="attention">{lines}</ul> });
    let told = match people {
        0 => "Nobody holds a seat or is asked to take one, so nobody is written to.".to_owned(),
        1 => "1 person who holds a seat, or is asked to take one, is told by mail. Every entry of this cohort in their calendar is cancelled.".to_owned(),
        _ => format!("{people} people who hold a seat, or are asked to take one, are told by mail. Every entry of this cohort in their calendars is cancelled."),
    };
    let sure = match people {
        0 => "Cancel the cohort".to_owned(),
        1 => "Cancel the cohort and tell 1 person".to_owned(),
        _ => format!("Cancel the cohort and tell {people} people"),
    };
    view! {
        <section class="stack" aria-labelledby="steps">
            <h2 id="steps">"Steps"</h2>
            {lines}
            <details class="ask"><summary class="button stop">"Cancel the cohort…"</summary>
                <div class="card stop stack">
                    <p>{told}</p>
                    <p>"This cannot be taken back: a cancelled cohort stays cancelled."</p>
                    <form method="post" action="/api/cohort/cohort/step">
                        {form::hidden("cohort", id)}{form::hidden("step", "cancel")}
                        <button class="button stop primary">{sure}</button>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}
