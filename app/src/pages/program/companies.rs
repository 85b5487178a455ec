//! The companies of a cohort: choosing whom to invite, and one company's seats, lead and people.

use chrono::{DateTime, Utc};
use domain::cohort::State;
use domain::time::{self, words as dates};
use leptos::prelude::*;
use store::cohort::allotment::{Allotment, Candidate};

use crate::components::form::{self, Input};
use crate::components::table::{empty, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame, day_at, standing_tag, what_stands};
use crate::pages::program::people::pending_acts;
use crate::words;

/// How many people a manager names at once.
const NAMING_ROWS: u32 = 3;

/// Companies that could come, to be ticked and given seats.
///
/// # Errors
/// Not theirs, or faults.
pub async fn invite(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let seen = store::cohort::dashboard(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let (term, sector) = (desk.query("q").to_owned(), desk.query("sector").to_owned());
    let list = store::cohort::allotment::candidates(desk.db(), id, &term, &sector, desk.page()).await?;
    let sectors = store::cohort::company::sectors(desk.db()).await?;
    let draft = desk.draft("allot").await?;
    let (pages, path) = (pager(&desk, &list), desk.path().to_owned());
    let page = desk.page();
    frame::staff(&desk, Section::Cohorts, "Invite companies", move || {
        let cohort = &seen.cohort;
        let inviting = cohort.state == State::Inviting;
        let open =
            if seen.open == 1 { "1 seat is open".to_owned() } else { format!("{} seats are open", words::thousands(u64::from(seen.open))) };
        let says = if inviting {
            format!("{open} in this cohort. Delegation leads are written to at once, each with their own link.")
        } else {
            format!("{open} in this cohort. Nobody is written to until you open invitations.")
        };
        let act = if inviting { "Invite the ticked companies and write to their leads" } else { "Add the ticked companies" };
        let filtered = !term.is_empty() || !sector.is_empty();
        let body = if list.rows.is_empty() && filtered {
            empty(
                "No company fits",
                "Shorten the name, or choose every sector. Companies that have seats here already are left out.",
                Some((path.clone(), "Show every company")),
            )
        } else if list.rows.is_empty() {
            empty(
                "No company to invite",
                "Companies that have seats here already are left out. Bring in others first.",
                Some(("/companies".to_owned(), "Open the companies")),
            )
        } else {
            let rows = list.rows.into_iter().map(|company| candidate(&draft, company)).collect_view();
            view! {
                <form method="post" action="/api/cohort/allotment/allot" class="stack">
                    {form::hidden("cohort", id)}
                    {form::hidden("q", &term)}
                    {form::hidden("sector", &sector)}
                    {form::hidden("page", page)}
                    <div class="table-wrap"><table class="cards-on-phone" role="table">
                        <thead role="rowgroup"><tr role="row">
                            <th scope="col" role="columnheader">"Company"</th>
                            <th scope="col" role="columnheader">"Sector"</th>
                            <th scope="col" role="columnheader">"Delegation lead"</th>
                            <th scope="col" role="columnheader">"Their address"</th>
                        </tr></thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table></div>
                    <div class="answer row between">
                        {form::input(&draft, Input { name: "seats", label: "Seats for each", kind: "number", value: "10".to_owned(), short: true, ..Input::default() })}
                        <button class="button primary">{act}</button>
                    </div>
                </form>
            }
            .into_any()
        };
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(cohort, Here { tab: Tab::Overview, heading: "Invite companies", through: vec![], acts: ().into_any() })}
                {form::errors(&draft)}
                <p>{says}</p>
                {filters(path, term, sector, sectors)}
                {body}
                {pages}
            </main>
        }
    })
}

fn filters(path: String, term: String, sector: String, sectors: Vec<String>) -> AnyView {
    let all = sector.is_empty();
    let options = sectors
        .into_iter()
        .map(|name| {
            let selected = name == sector;
            let value = name.clone();
            view! { <option value=value selected=selected>{name}</option> }
        })
        .collect_view();
    view! {
        <form class="filters" method="get" action=path role="search">
            <div class="field grow"><label for="q">"Company"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
            <div class="field"><label for="sector">"Sector"</label>
                <select id="sector" name="sector"><option value="" selected=all>"Every sector"</option>{options}</select>
            </div>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}

fn candidate(draft: &Draft, company: Candidate) -> AnyView {
    let (box_name, lead_name, lead_email) =
        (format!("company:{}", company.id), format!("lead_name.{}", company.id), format!("lead_email.{}", company.id));
    let ticked = draft.ticked(&box_name, false);
    let (name_typed, email_typed) = (draft.value(&lead_name, ""), draft.value(&lead_email, ""));
    let error = draft.error(&lead_email).map(str::to_owned);
    let (error_id, wrong) = (format!("{lead_email}-e"), error.is_some());
    let described = wrong.then(|| error_id.clone());
    let error = error.map(|error| view! { <p class="error" id=error_id>{error}</p> });
    let rivals = (company.competitors > 0).then(|| {
        let label = if company.competitors == 1 {
            "competes with a company here".to_owned()
        } else {
            format!("competes with {} companies here", company.competitors)
        };
        view! { " " {tag("warn", label)} }
    });
    let place = (!company.headquarters.is_empty()).then(|| view! { <small>{company.headquarters}</small> });
    let (name_label, email_label) =
        (format!("Name of the delegation lead of {}", company.name), format!("Address of the delegation lead of {}", company.name));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <label class="choice"><input type="checkbox" id=box_name.clone() name=box_name value="1" checked=ticked/><span>{company.name} {rivals} {place}</span></label>
            </th>
            <td role="cell" data-label="Sector" class="soft">{company.sector}</td>
            <td role="cell" data-label="Delegation lead"><input id=lead_name.clone() name=lead_name type="text" value=name_typed aria-label=name_label autocomplete="off"/></td>
            <td role="cell" data-label="Their address"><div class="field">
                <input id=lead_email.clone() name=lead_email type="email" value=email_typed aria-label=email_label autocomplete="off"
                    aria-describedby=described aria-invalid=wrong.then_some("true")/>
                {error}
            </div></td>
        </tr>
    }
    .into_any()
}

/// One company of the cohort.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let (cohort_id, id) = (desk.id("cohort")?, desk.id("allotment")?);
    if desk.owns_part(store::access::allotment(desk.db(), id).await?)? != cohort_id {
        return Err(Stop::Hidden);
    }
    let seats = store::cohort::allotment::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let (edit, naming) = (desk.draft("edit-allotment").await?, desk.draft("nominate").await?);
    let (now, title) = (desk.now, seats.company.clone());
    frame::staff(&desk, Section::Cohorts, &title, move || {
        let heading = seats.company.clone();
        let acts = view! { <a class="button" href=format!("/companies/{}", seats.company_id)>"Open the company"</a> }.into_any();
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&seats.cohort, Here { tab: Tab::Overview, heading: &heading, through: vec![], acts })}
                {form::errors(&edit)}
                {form::errors(&naming)}
                {facts(&seats)}
                {people(&seats)}
                {name_people(&seats, &naming, now)}
                {edit_seats(&seats, &edit)}
            </main>
        }
    })
}

fn facts(seats: &Allotment) -> AnyView {
    let zone = &seats.cohort.zone;
    let lead = match (seats.lead_name.is_empty(), seats.lead_email.is_empty()) {
        (_, true) => "Nobody is known yet".to_owned(),
        (true, false) => seats.lead_email.clone(),
        (false, false) => format!("{}, {}", seats.lead_name, seats.lead_email),
    };
    let sent = seats.link_sent_at.map_or_else(|| "Not yet".to_owned(), |at| dates::moment(zone, at));
    view! {
        <section class="stack" aria-labelledby="lead">
            <h2 id="lead">"Seats and lead"</h2>
            <dl class="meta">
                <div><dt>"Seats"</dt><dd class="num">{seats.seats}</dd></div>
                <div><dt>"Nobody named for"</dt><dd class="num">{seats.free}</dd></div>
                <div><dt>"Held until"</dt><dd>{dates::moment(zone, seats.reply_by)}</dd></div>
                <div><dt>"Delegation lead"</dt><dd>{lead}</dd></div>
                <div><dt>"Link last sent"</dt><dd>{sent}</dd></div>
            </dl>
            {send_link(seats)}
        </section>
    }
    .into_any()
}

fn send_link(seats: &Allotment) -> AnyView {
    if seats.cohort.state != State::Inviting {
        return view! { <p class="soft small">"The lead gets their link once invitations are open."</p> }.into_any();
    }
    if seats.lead_email.is_empty() {
        return view! { <p class="soft small">"Enter the lead's address below, then send the link."</p> }.into_any();
    }
    let label = if seats.link_sent_at.is_some() { "Send the lead a new link" } else { "Send the lead their link" };
    view! {
        <form method="post" action="/api/cohort/allotment/send-link" class="row">
            {form::hidden("allotment", seats.id)}
            <button class="button">{label}</button>
            <span class="soft small">"An earlier link stops working."</span>
        </form>
    }
    .into_any()
}

fn people(seats: &Allotment) -> AnyView {
    if seats.people.is_empty() {
        return view! {
            <section class="stack close" id="people" aria-labelledby="people-h"><h2 id="people-h">"People"</h2>
                <p class="soft">"Nobody is named yet. The delegation lead names people by their link, or you do below."</p>
            </section>
        }
        .into_any();
    }
    let (zone, allotment) = (seats.cohort.zone.clone(), seats.id);
    let rows = seats
        .people
        .iter()
        .map(|person| {
            let answered = person.answered_at.map(|at| view! { <time datetime=at.to_rfc3339()>{day_at(&zone, at)}</time> });
            let title = (!person.title.is_empty()).then(|| view! { <p class="soft small">{person.title.clone()}</p> });
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><div class="stack tight"><strong>{person.name.clone()}</strong>{title}</div></th>
                    <td role="cell" data-label="Address" class="soft">{person.email.clone()}</td>
                    <td role="cell" data-label="State">{standing_tag(&person.state)}</td>
                    <td role="cell" data-label="Answered">{answered}</td>
                    <td role="cell">{pending_acts(person.invitation, &person.name, &person.state, allotment, "")}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack" id="people" aria-labelledby="people-h">
            <h2 id="people-h">"People"</h2>
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Name"</th>
                    <th scope="col" role="columnheader">"Address"</th>
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"Answered"</th>
                    <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn name_people(seats: &Allotment, draft: &Draft, now: DateTime<Utc>) -> AnyView {
    let closed = if seats.cohort.state != State::Inviting {
        Some("People can be named while the cohort is inviting.")
    } else if seats.reply_by < now {
        Some("The reply date has passed. Move it below to name more people.")
    } else if seats.free == 0 {
        Some("Every seat of this company is named. Give it more seats below, or take an unanswered invitation back.")
    } else {
        None
    };
    if let Some(why) = closed {
        return view! { <section class="stack close" aria-labelledby="naming"><h2 id="naming">"Name people for them"</h2><p class="soft">{why}</p></section> }.into_any();
    }
    let rows = (0..seats.free.min(NAMING_ROWS))
        .map(|row| {
            view! {
                <fieldset class="stack close">
                    <legend>{format!("Colleague {}", row + 1)}</legend>
                    <div class="row">
                        {form::row_input(draft, format!("name.{row}"), Input { label: "Name", autocomplete: "off", optional: row > 0, ..Input::default() })}
                        {form::row_input(draft, format!("email.{row}"), Input { label: "E-mail", kind: "email", autocomplete: "off", optional: row > 0, ..Input::default() })}
                        {form::row_input(draft, format!("title.{row}"), Input { label: "Title", autocomplete: "off", optional: true, ..Input::default() })}
                    </div>
                </fieldset>
            }
        })
        .collect_view();
    let says = format!(
        "{} left. Each person you name gets their own invitation by mail at once.",
        if seats.free == 1 { "1 seat is".to_owned() } else { format!("{} seats are", seats.free) }
    );
    view! {
        <section class="stack" aria-labelledby="naming">
            <h2 id="naming">"Name people for them"</h2>
            <p class="soft">{says}</p>
            <form method="post" action="/api/cohort/allotment/nominate" class="stack">
                {form::hidden("allotment", seats.id)}
                {rows}
                <p class="row"><button class="button primary">"Name and invite them"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn edit_seats(seats: &Allotment, draft: &Draft) -> AnyView {
    let day = time::to_local(&seats.cohort.zone, seats.reply_by).date().to_string();
    let beside = what_stands(
        draft,
        seats.revision,
        vec![
            ("Seats", "seats", seats.seats.to_string()),
            ("Held until", "reply_by", day.clone()),
            ("Lead's name", "lead_name", seats.lead_name.clone()),
            ("Lead's address", "lead_email", seats.lead_email.clone()),
        ],
    );
    view! {
        <section class="stack" aria-labelledby="change">
            <h2 id="change">"Change the seats or the lead"</h2>
            {beside}
            <form method="post" action="/api/cohort/allotment/edit" class="stack">
                {form::hidden("allotment", seats.id)}
                {form::hidden("revision", seats.revision)}
                {form::input(draft, Input { name: "seats", label: "Seats", hint: "0 takes back every seat nobody is named for.", kind: "number", value: seats.seats.to_string(), short: true, ..Input::default() })}
                {form::input(draft, Input { name: "reply_by", label: "Seats are held until", hint: "Also for everybody who has not answered yet.", kind: "date", value: day, short: true, ..Input::default() })}
                {form::input(draft, Input { name: "lead_name", label: "Delegation lead", value: seats.lead_name.clone(), optional: true, autocomplete: "off", ..Input::default() })}
                {form::input(draft, Input { name: "lead_email", label: "Their e-mail", hint: "A new address ends the link that was sent to the old one.", kind: "email", value: seats.lead_email.clone(), optional: true, autocomplete: "off", ..Input::default() })}
                <p class="row"><button class="button">"Save seats and lead"</button></p>
            </form>
        </section>
    }
    .into_any()
}
