//! Achievements: everything reported and how long it waits, the form for the next one, and one of them with what it may be
//! the same as.

use chrono::NaiveDate;
use domain::access::{Door, Role, Ruling, ruling};
use domain::advocacy::achievement::{Kind, Source, State, canonical, days_to_recognition, is_late, promised_by};
use domain::advocacy::wording::{language_name, languages};
use domain::time::Zone;
use domain::time::words::{date, day, moment};
use leptos::prelude::*;
use store::advocacy::achievement::{Achievement, Filter, Line, Near, Offered};

use crate::components::form::{self, Input};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Celebrating, celebrating};
use crate::words::{capital, thousands};

/// Every achievement, those who have waited longest first.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let term = desk.query("q").trim().to_owned();
    let (state, kind) = (State::parse(desk.query("state")), Kind::parse(desk.query("kind")));
    let recognised = match desk.query("recognised") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let filter = Filter { state, kind, recognised, term: &term };
    let narrowed = state.is_some() || kind.is_some() || recognised.is_some() || !term.is_empty();
    let found = store::advocacy::achievement::list(desk.db(), &filter, desk.page()).await?;
    let pace = store::advocacy::achievement::pace(desk.db(), desk.now).await?;
    let eyebrow = match found.total {
        1 => "1 achievement".to_owned(),
        total => format!("{} achievements", thousands(total)),
    };
    let states = options(State::ALL.iter().map(|one| (one.as_str(), capital(one.as_str()))), state.map_or("", State::as_str));
    let kinds = options(Kind::ALL.iter().map(|one| (one.as_str(), capital(one.as_str()))), kind.map_or("", Kind::as_str));
    let waits = options(
        [("no", "Still waiting".to_owned()), ("yes", "Recognised".to_owned())].into_iter(),
        recognised.map_or("", |recognised| if recognised { "yes" } else { "no" }),
    );
    let pages = pager(&desk, &found);
    let body = if found.rows.is_empty() && narrowed {
        empty("None like this", "Choose another state or kind, or try fewer letters.", Some(("/achievements".to_owned(), "Show all")))
    } else if found.rows.is_empty() {
        let sentence = "Report the first: what a customer was quoted with, spoke at or won. Or watch the feeds it would be in.";
        empty("Nothing is reported yet", sentence, Some(("/achievements/new".to_owned(), "Add an achievement")))
    } else {
        table(found.rows, desk.now.date_naive(), pace.goal)
    };
    let sentence = pace.sentence();
    frame::staff(&desk, Section::Celebrate, "Achievements", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"Achievements"</h1><p class="soft">{sentence}</p></div>
                    <div class="row"><a class="button" href="/achievements/import">"Import a file"</a><a class="button primary" href="/achievements/new">"Add an achievement"</a></div>
                </div>
                {celebrating(Celebrating::Achievements, true)}
                <form class="filters" method="get" action="/achievements" role="search">
                    <div class="field grow"><label for="q">"Company, person or title"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
                    <div class="field"><label for="state">"State"</label><select id="state" name="state"><option value="">"Every state"</option>{states}</select></div>
                    <div class="field"><label for="kind">"Kind"</label><select id="kind" name="kind"><option value="">"Every kind"</option>{kinds}</select></div>
                    <div class="field"><label for="recognised">"Recognition"</label><select id="recognised" name="recognised"><option value="">"All"</option>{waits}</select></div>
                    <button class="button">"Show"</button>
                </form>
                {body}
                {pages}
            </main>
        }
    })
}

/// The options of a filter; the chosen one is selected.
fn options(options: impl Iterator<Item = (&'static str, String)>, chosen: &'static str) -> AnyView {
    options
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view()
        .into_any()
}

fn table(rows: Vec<Line>, today: NaiveDate, goal: u32) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|line| {
            let whose = line.person.map_or_else(|| line.company.clone(), |person| format!("{person}, {}", line.company));
            let outlet = (!line.outlet.is_empty()).then(|| view! { <span class="small soft">{format!(" {}", line.outlet)}</span> });
            let days = match line.state {
                State::Rejected => view! { <span class="soft">"not counted"</span> }.into_any(),
                State::Reported | State::Verified if line.given_up => view! { <span class="soft">"given up"</span> }.into_any(),
                State::Reported | State::Verified => {
                    let recognition = days_to_recognition(line.happened_on, line.recognised_at, today);
                    let late = is_late(promised_by(line.due, line.reported_at, goal), line.recognised_at, today);
                    tag(recognition.tone(late), recognition.words())
                }
            };
            let state = match line.task {
                Some(task) => view! { {state_tag(line.state)} " " <a href=format!("/celebrate/{task}")>"task"</a> }.into_any(),
                None => state_tag(line.state),
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><span><a href=format!("/achievements/{}", line.id)>{line.title}</a>{outlet}</span></th>
                    <td role="cell" data-label="Whose">{whose}</td>
                    <td role="cell" data-label="Kind">{capital(line.kind.as_str())}</td>
                    <td role="cell" data-label="Happened">{date(line.happened_on)}</td>
                    <td role="cell" data-label="Recognition">{days}</td>
                    <td role="cell" data-label="State"><span>{state}</span></td>
                </tr>
            }
        })
        .collect_view();
    let columns = [
        Column::of("Title"),
        Column::of("Whose"),
        Column::of("Kind"),
        Column::of("Happened"),
        Column::of("Recognition"),
        Column::of("State"),
    ];
    listing("Achievements, those who have waited longest first", &columns, rows)
}

fn state_tag(state: State) -> AnyView {
    let tone = match state {
        State::Reported => "warn",
        State::Verified => "good",
        State::Rejected => "",
    };
    tag(tone, state.as_str())
}

/// The form for the next one.
///
/// # Errors
/// Faults.
pub async fn new(desk: Desk) -> Reply {
    let staff = desk.staff()?;
    let decides = staff.is(Role::Admin) || staff.is(Role::Marketing);
    let draft = desk.draft("report-achievement").await?;
    let offered = store::advocacy::achievement::offered(desk.db(), decides).await?;
    let stands = if decides { standing(&desk, &draft).await? } else { None };
    let today = desk.now.date_naive();
    let values = Values { day: today.to_string(), email: came_from(&desk, staff.id).await?, ..Values::default() };
    let crumbs = decides.then(|| {
        view! {
            <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/achievements">"Achievements"</a></li><li aria-current="page">"Add one"</li></ol></nav>
        }
    });
    let tabs = decides.then(|| celebrating(Celebrating::Achievements, false));
    frame::staff(&desk, Section::Celebrate, "Add an achievement", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs}
                {form::errors(&draft)}
                {stands}
                <div class="stack tight">
                    <h1>"Add an achievement"</h1>
                    <p class="soft">"Something a customer accomplished. Marketing verifies it, and celebrates it with them."</p>
                </div>
                {tabs}
                <form class="stack" method="post" action="/api/advocacy/achievement/report">
                    {fields(&draft, values)}
                    {lists(offered)}
                    <p class="row"><button class="button primary">"Report it"</button></p>
                </form>
            </main>
        }
    })
}

/// The address of the person whose page led here, when they may see that page.
async fn came_from(desk: &Desk, staff: i64) -> Result<String, Stop> {
    let Ok(person) = desk.query("person").parse::<i64>() else { return Ok(String::new()) };
    let belongs = store::access::person(desk.db(), person, staff).await?;
    let theirs = belongs.is_some_and(|belongs| ruling(Door::PersonPage, &desk.principal(), Some(&belongs)) == Ruling::Enter);
    if !theirs {
        return Ok(String::new());
    }
    Ok(store::cohort::person::email(desk.db(), person).await?.unwrap_or_default())
}

/// The way to the achievement whose address was typed, when that is what was refused.
async fn standing(desk: &Desk, draft: &Draft) -> Result<Option<AnyView>, Stop> {
    if draft.error("url").is_none() {
        return Ok(None);
    }
    let Ok(url) = canonical(&draft.value("url", "")) else { return Ok(None) };
    let found = store::advocacy::achievement::standing_at(desk.db(), &url).await?;
    Ok(found.map(|(id, title)| {
        view! { <p class="notice warn">"The one that stands: " <a href=format!("/achievements/{id}")>{title}</a></p> }.into_any()
    }))
}

/// What stands in the fields of the form.
#[derive(Debug, Clone, Default)]
struct Values {
    kind: String,
    email: String,
    company: String,
    title: String,
    outlet: String,
    url: String,
    day: String,
    language: String,
    evidence: String,
}

impl Values {
    fn of(one: &Achievement) -> Self {
        // The company of a person goes without saying.
        let company = if one.person.is_some() { String::new() } else { one.company.name.clone() };
        Self {
            kind: one.kind.as_str().to_owned(),
            email: one.person.as_ref().map(|person| person.email.clone()).unwrap_or_default(),
            company,
            title: one.title.clone(),
            outlet: one.outlet.clone(),
            url: one.url.clone().unwrap_or_default(),
            day: one.happened_on.to_string(),
            language: one.language.clone(),
            evidence: one.evidence.clone(),
        }
    }

    /// Each with the name of its field and its label, as far as people compare them.
    fn labelled(&self) -> [(&'static str, &'static str, &str); 9] {
        [
            ("title", "Title", &self.title),
            ("kind", "Kind", &self.kind),
            ("email", "Person", &self.email),
            ("company", "Company", &self.company),
            ("outlet", "Where", &self.outlet),
            ("url", "Address", &self.url),
            ("day", "Day", &self.day),
            ("language", "Language", &self.language),
            ("evidence", "Evidence", &self.evidence),
        ]
    }
}

fn fields(draft: &Draft, values: Values) -> AnyView {
    let choose = std::iter::once((String::new(), "Choose…".to_owned()));
    let kinds = choose.chain(Kind::ALL.iter().map(|kind| (kind.as_str().to_owned(), capital(kind.as_str())))).collect();
    let mut spoken: Vec<(String, String)> = vec![(String::new(), "Not said".to_owned())];
    spoken.extend(languages().iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())));
    let stands = draft.value("language", &values.language);
    if !spoken.iter().any(|(code, _)| *code == stands) {
        spoken.push((stands.clone(), stands));
    }
    let whose = "Their company goes with them. Leave it empty when it is the company’s own.";
    let where_hint = "The paper, the event, the prize.";
    let url = "Where it can be read. One address is one achievement.";
    let evidence = "How we know, when there is no address: a clipping, who told us.";
    view! {
        {form::input(draft, Input { name: "title", label: "What it is", hint: "As a headline would say it.", value: values.title, autocomplete: "off", ..Input::default() })}
        {form::select(draft, Input { name: "kind", label: "Kind", value: values.kind, ..Input::default() }, kinds)}
        {form::input(draft, Input { name: "email", label: "Whose it is: e-mail address", hint: whose, kind: "email", value: values.email, list: "people", autocomplete: "off", optional: true, ..Input::default() })}
        {form::input(draft, Input { name: "company", label: "Or the company’s name", value: values.company, list: "companies", autocomplete: "off", optional: true, ..Input::default() })}
        {form::input(draft, Input { name: "outlet", label: "Where", hint: where_hint, value: values.outlet, autocomplete: "off", optional: true, ..Input::default() })}
        {form::input(draft, Input { name: "url", label: "Address", hint: url, kind: "url", value: values.url, autocomplete: "off", optional: true, ..Input::default() })}
        {form::input(draft, Input { name: "day", label: "The day it happened", kind: "date", value: values.day, short: true, ..Input::default() })}
        {form::select(draft, Input { name: "language", label: "Language", value: values.language, optional: true, ..Input::default() }, spoken)}
        {form::textarea(draft, Input { name: "evidence", label: "Evidence", hint: evidence, value: values.evidence, optional: true, ..Input::default() }, 3)}
    }
    .into_any()
}

fn lists(offered: Offered) -> AnyView {
    let people = offered.people.into_iter().map(|(email, name)| view! { <option value=email>{name}</option> }).collect_view();
    let companies = offered.companies.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    view! { <datalist id="people">{people}</datalist><datalist id="companies">{companies}</datalist> }.into_any()
}

/// One achievement: what is known of it, what it may be the same as, and the decision.
///
/// # Errors
/// There is none, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("achievement")?;
    let one = store::advocacy::achievement::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let goal = store::advocacy::setting::get(desk.db()).await?.recognition_days;
    let (editing, rejecting) = (desk.draft("edit-achievement").await?, desk.draft("reject-achievement").await?);
    let stands = standing(&desk, &editing).await?;
    let offered =
        if one.state == State::Reported { store::advocacy::achievement::offered(desk.db(), true).await? } else { Offered::default() };
    let recognition = match one.state {
        State::Rejected => None,
        State::Reported | State::Verified => {
            let today = desk.now.date_naive();
            let recognition = days_to_recognition(one.happened_on, one.recognised_at, today);
            let promised = promised_by(one.task.as_ref().map(|task| task.due), one.reported_at, goal);
            Some(tag(recognition.tone(is_late(promised, one.recognised_at, today)), recognition.words()))
        }
    };
    let title = one.title.clone();
    frame::staff(&desk, Section::Celebrate, &title, || {
        let eyebrow = format!("{} · {}", capital(one.kind.as_str()), one.company.name);
        let (here, heading) = (one.title.clone(), one.title.clone());
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/achievements">"Achievements"</a></li><li aria-current="page">{here}</li></ol></nav>
                {form::errors(&editing)}
                {form::errors(&rejecting)}
                {stands}
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1></div>
                    <div class="row">{state_tag(one.state)}{recognition}</div>
                </div>
                {celebrating(Celebrating::Achievements, false)}
                {decided(&one)}
                <div class="two">
                    <div class="stack loose">
                        {near(&one)}
                        {evidence(&one)}
                        {edit(&editing, &one, offered)}
                    </div>
                    <div class="side">{facts(&one)}{decision(&rejecting, &one)}</div>
                </div>
            </main>
        }
    })
}

/// What became of it, and what comes next.
fn decided(one: &Achievement) -> AnyView {
    let by = one.decided_by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
    let on = one.decided_at.map_or_else(String::new, |at| format!(" on {}", date(at.date_naive())));
    match (one.state, &one.task) {
        (State::Verified, Some(task)) => {
            let sentence = format!("Verified{by}{on}. Its task is {}, due {}.", task.state, day(task.due));
            let to = format!("/celebrate/{}", task.id);
            view! { <div class="row between"><p>{sentence}</p><a class="button primary" href=to>"Go to its task"</a></div> }.into_any()
        }
        (State::Rejected, _) => {
            let twin = one.same_as.as_ref().map(|twin| {
                let (to, name) = (format!("/achievements/{}", twin.id), twin.name.clone());
                view! { <p>"It is the same as " <a href=to>{name}</a>"."</p> }
            });
            let reason = (!one.reason.is_empty()).then(|| view! { <p class="kept">{one.reason.clone()}</p> });
            view! {
                <div class="notice stack tight">
                    <p>{format!("Rejected{by}{on}.")}</p>
                    {twin}
                    {reason}
                    <p class="small soft">"If that was wrong, report it again: it waits for a decision then."</p>
                </div>
            }
            .into_any()
        }
        (State::Reported | State::Verified, _) => ().into_any(),
    }
}

/// This one and others, side by side: the same lines of each.
fn near(one: &Achievement) -> AnyView {
    if one.near.is_empty() {
        return ().into_any();
    }
    let heads = one
        .near
        .iter()
        .map(|other| {
            let (to, number) = (format!("/achievements/{}", other.id), format!("No. {}", other.id));
            view! { <th scope="col"><a href=to>{number}</a></th> }
        })
        .collect_view();
    let person = one.person.as_ref().map(|person| person.name.clone());
    let mine = [
        one.title.clone(),
        capital(one.kind.as_str()),
        person.unwrap_or_default(),
        one.company.name.clone(),
        one.outlet.clone(),
        one.url.clone().unwrap_or_default(),
        date(one.happened_on),
        one.state.to_string(),
    ];
    let theirs: Vec<[String; 8]> = one.near.iter().map(lines).collect();
    let rows = ["Title", "Kind", "Person", "Company", "Where", "Address", "Happened", "State"]
        .into_iter()
        .zip(mine)
        .enumerate()
        .map(|(at, (label, mine))| {
            let class = (label == "Address").then_some("address");
            let others =
                theirs.iter().map(|lines| view! { <td class=class>{lines.get(at).cloned().unwrap_or_default()}</td> }).collect_view();
            view! { <tr><th scope="row">{label}</th><td class=class>{mine}</td>{others}</tr> }
        })
        .collect_view();
    view! {
        <section id="near" class="stack close">
            <h2>"May be the same"</h2>
            <p class="soft">"Of the same customer, at about the same time. If this one is among them, reject it as the same."</p>
            <div class="table-wrap"><table>
                <caption class="visually-hidden">"This achievement beside those it may be the same as"</caption>
                <thead><tr><th scope="col"><span class="visually-hidden">"What"</span></th><th scope="col">"This one"</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn lines(other: &Near) -> [String; 8] {
    [
        other.title.clone(),
        capital(other.kind.as_str()),
        other.person.clone().unwrap_or_default(),
        other.company.clone(),
        other.outlet.clone(),
        other.url.clone().unwrap_or_default(),
        date(other.happened_on),
        other.state.to_string(),
    ]
}

fn evidence(one: &Achievement) -> AnyView {
    if one.evidence.is_empty() {
        return ().into_any();
    }
    let text = one.evidence.clone();
    view! { <section class="stack close"><h2>"Evidence"</h2><p class="kept">{text}</p></section> }.into_any()
}

/// The form that puts it right, while nobody decided on it.
fn edit(draft: &Draft, one: &Achievement, offered: Offered) -> AnyView {
    if one.state != State::Reported {
        return ().into_any();
    }
    let values = Values::of(one);
    let meanwhile = meanwhile(draft, &values);
    view! {
        <details id="edit" class="card" open=draft.typed().is_some()>
            <summary>"Put it right"</summary>
            {meanwhile}
            <form class="stack" method="post" action="/api/advocacy/achievement/edit">
                {form::hidden("achievement", one.id)}
                {form::hidden("revision", one.revision)}
                {fields(draft, values)}
                {lists(offered)}
                <p class="row"><button class="button">"Save it"</button></p>
            </form>
        </details>
    }
    .into_any()
}

/// What stands now beside what was typed, when somebody saved in between.
fn meanwhile(draft: &Draft, values: &Values) -> Option<AnyView> {
    let stale = draft.typed().is_some() && draft.errors().iter().any(|(field, _)| field.is_none());
    let lines = values
        .labelled()
        .into_iter()
        .filter(|(name, _, stands)| stale && draft.value(name, stands).trim() != stands.trim())
        .map(|(name, label, stands)| {
            let (typed, stands) = (draft.value(name, ""), stands.to_owned());
            view! { <dt>{label}</dt><dd><del>{stands}</del> <ins>{typed}</ins></dd> }
        })
        .collect_view();
    stale.then(|| {
        view! {
            <div class="stack close">
                <p>"What stands now, and what saving once more makes of it:"</p>
                <dl class="diff">{lines}</dl>
            </div>
        }
        .into_any()
    })
}

fn facts(one: &Achievement) -> AnyView {
    let mut lines: Vec<(&'static str, AnyView)> = Vec::new();
    if let Some(person) = &one.person {
        let (to, name) = (format!("/advocates/{}", person.id), person.name.clone());
        lines.push(("Person", view! { <a href=to>{name}</a> }.into_any()));
    }
    let (to, company) = (format!("/reciprocity/{}", one.company.id), one.company.name.clone());
    lines.push(("Company", view! { <a href=to>{company}</a> }.into_any()));
    if !one.outlet.is_empty() {
        lines.push(("Where", one.outlet.clone().into_any()));
    }
    if let Some(url) = one.url.clone() {
        let address = url.clone();
        lines.push(("Address", view! { <a href=url rel="noopener noreferrer nofollow">{address}</a> }.into_any()));
    }
    lines.push(("Happened", day(one.happened_on).into_any()));
    if let Some(at) = one.recognised_at {
        lines.push(("Recognised", day(at.date_naive()).into_any()));
    }
    if !one.language.is_empty() {
        lines.push(("Language", language_name(&one.language).to_owned().into_any()));
    }
    let came = match one.source {
        Source::Form => "a form",
        Source::Import => "a file",
        Source::Feed => "a watched feed",
    };
    let by = one.reported_by.as_ref().map_or_else(String::new, |by| format!(", {by}"));
    lines.push(("Came in by", format!("{came}{by}, {}", moment(&Zone::utc(), one.reported_at)).into_any()));
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd>{text}</dd> }).collect_view();
    view! { <section class="stack close"><h2>"In short"</h2><dl class="facts">{lines}</dl></section> }.into_any()
}

/// Verify or reject, while nobody did.
fn decision(draft: &Draft, one: &Achievement) -> AnyView {
    if one.state != State::Reported {
        return ().into_any();
    }
    let mut twins = vec![(String::new(), "None of them".to_owned())];
    let standing = one.near.iter().filter(|other| other.state != State::Rejected);
    twins.extend(standing.map(|other| (other.id.to_string(), format!("No. {}: {}", other.id, other.title))));
    let twins = (twins.len() > 1).then(|| {
        let input = Input { name: "same_as", label: "The same as", optional: true, ..Input::default() };
        form::select(draft, input, twins)
    });
    let hint = "Whoever reported it may ask.";
    view! {
        <section class="stack close">
            <h2>"Is it true?"</h2>
            <p>"Verifying it opens the task that celebrates it, with its deadline. What was verified does not change."</p>
            <form method="post" action="/api/advocacy/achievement/verify">
                {form::hidden("achievement", one.id)}
                {form::hidden("revision", one.revision)}
                <button class="button primary">"Verify it and open its task"</button>
            </form>
            <details id="reject" class="ask" open=draft.typed().is_some()>
                <summary class="button stop">"Reject it…"</summary>
                <form class="card stop stack" method="post" action="/api/advocacy/achievement/reject">
                    <p>"Nothing is published of it. It can be reported again."</p>
                    {form::hidden("achievement", one.id)}
                    {form::hidden("revision", one.revision)}
                    {twins}
                    {form::textarea(draft, Input { name: "reason", label: "Why", hint, ..Input::default() }, 3)}
                    <p><button class="button stop primary">"Reject it"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}
