//! Publications: what is to be taken down first, everything planned and public, the form for the next, and one of them.

use chrono::{DateTime, Utc};
use domain::advocacy::consent::{Channel, Scope, Standing};
use domain::advocacy::publication::State;
use domain::time::Zone;
use domain::time::words::{day, moment};
use leptos::prelude::*;
use store::advocacy::consent::Offered;
use store::advocacy::publication::{Cancelled, DecisionLine, Due, Line, Publication, TakeDownLine, UseLine};

use crate::api::advocacy::publication::{COMPANIES, PEOPLE};
use crate::components::form::{self, Input};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Celebrating, celebrating};
use crate::words::{self, capital, thousands};

/// Every publication, those to be taken down first, and the form for the next one.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let state = State::parse(desk.query("state"));
    let today = desk.now.date_naive();
    let found = store::advocacy::publication::list(desk.db(), state, desk.page()).await?;
    let due = store::advocacy::publication::due(desk.db()).await?;
    let cancelled = store::advocacy::publication::cancelled_lately(desk.db(), desk.now).await?;
    let offered = store::advocacy::consent::offered(desk.db(), today).await?;
    let draft = desk.draft("plan-publication").await?;
    let eyebrow = match found.total {
        1 => "1 publication".to_owned(),
        total => format!("{} publications", thousands(total)),
    };
    let pages = pager(&desk, &found);
    let options = State::ALL
        .iter()
        .map(|one| {
            let selected = Some(*one) == state;
            view! { <option value=one.as_str() selected=selected>{capital(one.as_str())}</option> }
        })
        .collect_view();
    let body = if found.rows.is_empty() {
        if state.is_some() {
            empty("None in this state", "Choose another state, or all of them.", Some(("/publications".to_owned(), "Show all")))
        } else {
            empty("Nothing is planned yet", "Plan the first below: every consent it needs is asked before anything is kept.", None)
        }
    } else {
        table(found.rows)
    };
    frame::staff(&desk, Section::Celebrate, "Publications", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="stack tight">
                    <p class="eyebrow">{eyebrow}</p>
                    <h1>"Publications"</h1>
                    <p class="soft">"Whatever shows a customer’s name outside their cohort. Nothing is planned or made public without their consent, for that channel and on that day."</p>
                </div>
                {celebrating(Celebrating::Publications, true)}
                {needs_you(due, cancelled)}
                <form class="filters" method="get" action="/publications" role="search">
                    <div class="field"><label for="state">"State"</label><select id="state" name="state"><option value="">"Every state"</option>{options}</select></div>
                    <button class="button">"Show"</button>
                </form>
                {body}
                {pages}
                {plan_form(&draft, offered, &today.to_string())}
            </main>
        }
    })
}

fn needs_you(due: Vec<Due>, cancelled: Vec<Cancelled>) -> AnyView {
    if due.is_empty() && cancelled.is_empty() {
        return ().into_any();
    }
    let cancelled = cancelled
        .into_iter()
        .map(|one| {
            let to = format!("/publications/{}", one.publication);
            let sentence = format!(
                ", planned {} for {}, is cancelled: a consent it needed was taken back on {}. Take it out of your scheduler.",
                place(&one.channel),
                day(one.planned_for),
                day(one.cancelled_at.date_naive())
            );
            view! { <li><span><strong>{one.title}</strong>{sentence}</span><a class="button small" href=to>"See what it showed"</a></li> }
        })
        .collect_view();
    let lines = due
        .into_iter()
        .map(|task| {
            let to = format!("/publications/{}#take-downs", task.publication);
            let sentence = format!(" is to be taken down {} by {}.", place(&task.channel), day(task.due_day));
            view! { <li><span><strong>{task.title}</strong>{sentence}</span><a class="button small" href=to>"Take it down"</a></li> }
        })
        .collect_view();
    view! { <section class="stack close" aria-labelledby="needs-you"><h2 id="needs-you">"Needs you"</h2><ul class="attention">{lines}{cancelled}</ul></section> }
        .into_any()
}

fn table(rows: Vec<Line>) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|line| {
            let due = line.due.map(|due| view! { " " {tag("warn", format!("take down by {}", day(due)))} });
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=format!("/publications/{}", line.id)>{line.title}</a> " " <span class="small soft">{format!("no. {}", line.id)}</span></th>
                    <td role="cell" data-label="Where">{label(&line.channel)}</td>
                    <td role="cell" data-label="When">{day(line.published_at.map_or(line.planned_for, |at| at.date_naive()))}</td>
                    <td role="cell" data-label="Shows">{words::list(&line.names)}</td>
                    <td role="cell" data-label="State"><span>{state_tag(line.state)}{due}</span></td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Column::of("Title"), Column::of("Where"), Column::of("When"), Column::of("Shows"), Column::of("State")];
    listing("Publications, the newest first", &columns, rows)
}

fn plan_form(draft: &Draft, offered: Offered, today: &str) -> AnyView {
    let nothing = (String::new(), "Choose…".to_owned());
    let channels = Channel::ALL.iter().map(|channel| (channel.as_str().to_owned(), channel.label().to_owned()));
    let channels = std::iter::once(nothing).chain(channels).collect();
    let people = offered.people.into_iter().map(|(email, name)| view! { <option value=email>{name}</option> }).collect_view();
    let companies = offered.companies.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let begun = |row: &dyn Fn(usize) -> String, rows: usize| (1..rows).any(|index| !draft.value(&row(index), "").trim().is_empty());
    let more = begun(&|row| format!("email.{row}"), PEOPLE) || begun(&|row| format!("company.{row}"), COMPANIES);
    let reasons: Vec<String> =
        draft.errors().into_iter().filter(|(field, _)| *field == Some("uses")).map(|(_, sentence)| sentence.to_owned()).collect();
    let reasons = reasons.into_iter().map(|sentence| view! { <p class="error">{sentence}</p> }).collect_view();
    view! {
        <section id="plan" class="stack" aria-labelledby="plan-heading">
            <h2 id="plan-heading">"Plan a publication"</h2>
            <p class="soft">"Every consent it needs is asked at once, and again at the moment it goes public. If one is missing, you are told which, and nothing is kept but the answer."</p>
            <p class="soft">"A quote, a photo, a video or a recording goes through a task: the customer approves exactly that. "<a href="/achievements/new">"Add what they achieved"</a>" instead."</p>
            <form method="post" action="/api/advocacy/publication/plan" class="stack loose">
                {form::input(draft, Input { name: "title", label: "What it is", hint: "As people will find it, such as the headline.", autocomplete: "off", ..Input::default() })}
                {form::select(draft, Input { name: "channel", label: "Where", ..Input::default() }, channels)}
                {form::input(draft, Input { name: "day", label: "When", kind: "date", value: today.to_owned(), ..Input::default() })}
                <div id="uses" class="stack" role="group" aria-labelledby="uses-heading" tabindex="-1">
                    <h3 id="uses-heading">"Whom it shows"</h3>
                    {reasons}
                    {person(draft, 0)}
                    {company(draft, 0)}
                    <details class="ask" open=more>
                        <summary class="button">"More people and companies…"</summary>
                        <div class="stack">
                            {(1..PEOPLE).map(|row| person(draft, row)).collect_view()}
                            {(1..COMPANIES).map(|row| company(draft, row)).collect_view()}
                        </div>
                    </details>
                </div>
                <datalist id="people">{people}</datalist>
                <datalist id="companies">{companies}</datalist>
                <p class="row"><button class="button primary">"Ask the consents and plan it"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn person(draft: &Draft, row: usize) -> AnyView {
    let plain = |scope: &Scope| scope.has_channels() && !scope.of_company() && !scope.needs_approval();
    let scopes = Scope::ALL.iter().copied().filter(plain).collect();
    let input = Input { label: "E-mail address", kind: "email", list: "people", autocomplete: "off", optional: true, ..Input::default() };
    shown_row(draft, format!("Person {}", row + 1), format!("email.{row}"), input, &format!("scope.{row}"), scopes)
}

fn company(draft: &Draft, row: usize) -> AnyView {
    let scopes = Scope::ALL.iter().copied().filter(|scope| scope.of_company()).collect();
    let input = Input { label: "Company’s name", list: "companies", autocomplete: "off", optional: true, ..Input::default() };
    shown_row(draft, format!("Company {}", row + 1), format!("company.{row}"), input, &format!("company_scope.{row}"), scopes)
}

/// One row: who it is, and what of them is shown.
fn shown_row(draft: &Draft, legend: String, name: String, input: Input, ticks: &str, scopes: Vec<Scope>) -> AnyView {
    let boxes = scopes
        .into_iter()
        .map(|scope| {
            let box_name = format!("{ticks}:{scope}");
            let ticked = draft.ticked(&box_name, false);
            let id = format!("{ticks}-{}", scope.key());
            view! { <label class="choice"><input id=id type="checkbox" name=box_name value="yes" checked=ticked/><span>{capital(scope.as_str())}</span></label> }
        })
        .collect_view();
    view! { <fieldset class="card stack close"><legend>{legend}</legend>{form::row_input(draft, name, input)}<div class="row">{boxes}</div></fieldset> }
        .into_any()
}

/// One publication: what it shows, what can be done with it, what was decided.
///
/// # Errors
/// There is none, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("publication")?;
    let one = store::advocacy::publication::get(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    let (publishing, closing) = (desk.draft("publish-publication").await?, desk.draft("close-take-down").await?);
    let opening = desk.draft("open-take-down").await?;
    let (title, early) = (one.title.clone(), desk.now.date_naive() < one.planned_for);
    frame::staff(&desk, Section::Celebrate, &title, || {
        let eyebrow = format!("{} · {}", label(&one.channel), day(one.published_at.map_or(one.planned_for, |at| at.date_naive())));
        let (here, heading) = (one.title.clone(), one.title.clone());
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/publications">"Publications"</a></li><li aria-current="page">{here}</li></ol></nav>
                {form::errors(&publishing)}
                {form::errors(&closing)}
                {form::errors(&opening)}
                <div class="head"><div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1></div><div class="row">{state_tag(one.state)}</div></div>
                {celebrating(Celebrating::Publications, false)}
                <div class="two">
                    <div class="stack loose">
                        {take_downs(&closing, &one)}
                        {uses(&one.uses)}
                        {decisions(&one.decisions, one.withdrawn_at)}
                    </div>
                    <div class="side">{facts(&one)}{acts(&publishing, &one, early)}{take_down(&opening, &one)}</div>
                </div>
            </main>
        }
    })
}

fn facts(one: &Publication) -> AnyView {
    let mut lines = vec![
        ("Number", one.id.to_string().into_any()),
        ("Where", label(&one.channel).into_any()),
        ("Planned for", day(one.planned_for).into_any()),
    ];
    if let Some(at) = one.published_at {
        lines.push(("Public since", moment(&Zone::utc(), at).into_any()));
    }
    if !one.url.is_empty() {
        let address = one.url.clone();
        lines.push(("Address", view! { <a href=one.url.clone() rel="noopener noreferrer">{address}</a> }.into_any()));
    }
    if let Some(by) = one.created_by.clone() {
        lines.push(("Planned by", by.into_any()));
    }
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd>{text}</dd> }).collect_view();
    view! { <section class="stack close"><h2>"In short"</h2><dl class="facts">{lines}</dl></section> }.into_any()
}

/// What can be done with it while it is planned: before its day, nothing but cancelling it.
fn acts(draft: &Draft, one: &Publication, early: bool) -> AnyView {
    if let Some(task) = one.task {
        let to = format!("/celebrate/{task}");
        return view! {
            <section class="stack close">
                <h2>"Its task"</h2>
                <p>"The customer approves this in a task. What becomes of it is said there."</p>
                <p><a class="button primary" href=to>"Open the task"</a></p>
            </section>
        }
        .into_any();
    }
    if one.state != State::Planned {
        return ().into_any();
    }
    let (id, revision) = (one.id, one.revision);
    let hint = "The whole address where it can be seen.";
    let publish = if early {
        let sentence = format!(
            "From {} on it can be marked as public here. To publish it earlier, cancel it and plan it for that day: the consents are asked for it.",
            day(one.planned_for)
        );
        view! { <h2>"It waits for its day"</h2><p>{sentence}</p> }.into_any()
    } else {
        view! {
            <h2>"It is public"</h2>
            <p>"Publish it on its channel, then say so here, or just before: the consents are asked once more, as they stand at that moment."</p>
            <form class="stack" method="post" action="/api/advocacy/publication/publish">
                {form::hidden("publication", id)}
                {form::hidden("revision", revision)}
                {form::input(draft, Input { name: "url", label: "Address", hint, kind: "url", autocomplete: "off", ..Input::default() })}
                <p><button class="button primary">"Mark as public"</button></p>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="stack close">
            {publish}
            <details class="ask">
                <summary class="button stop">"Cancel it…"</summary>
                <div class="card stop stack">
                    <p>"It is taken off the plan, and nobody is told. To publish it after all, plan it again."</p>
                    <form method="post" action="/api/advocacy/publication/cancel">
                        {form::hidden("publication", id)}
                        {form::hidden("revision", revision)}
                        <button class="button stop primary">"Cancel it"</button>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn uses(uses: &[UseLine]) -> AnyView {
    let rows = uses
        .iter()
        .map(|one| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{one.who.clone()}</th>
                    <td role="cell" data-label="What">{capital(&one.scope)}</td>
                    <td role="cell" data-label="Consent today">{standing(one.standing)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section id="uses" class="stack close">
            <h2>"Whom it shows"</h2>
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Who"</th>
                    <th scope="col" role="columnheader">"What"</th>
                    <th scope="col" role="columnheader">"Consent today"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn standing(standing: Standing) -> AnyView {
    match standing {
        Standing::Live { until, .. } => tag("good", format!("allowed until {}", day(until))),
        Standing::NotYet { from, .. } => tag("warn", format!("allowed from {}", day(from))),
        Standing::Expired { on, .. } => tag("warn", format!("ended on {}", day(on))),
        Standing::Withdrawn { on, .. } => tag("stop", format!("withdrawn on {}", day(on))),
        Standing::Never => tag("stop", "not allowed"),
    }
}

fn take_downs(draft: &Draft, one: &Publication) -> AnyView {
    if one.take_downs.is_empty() {
        return ().into_any();
    }
    let open = one.take_downs.iter().filter(|task| task.done_at.is_none()).min_by_key(|task| (task.due_day, task.id));
    let act = open.map(|task| {
        let hint = "What you checked and when, or the address of a picture of it. The people shown read this.";
        view! {
            <form class="card stack" method="post" action="/api/advocacy/publication/close-take-down">
                {form::hidden("take_down", task.id)}
                {form::hidden("publication", one.id)}
                <p>{format!("Remove it where it can be seen, by {}. Then say here how we know that it is gone.", day(task.due_day))}</p>
                {form::textarea(draft, Input { name: "proof", label: "Proof", hint, ..Input::default() }, 3)}
                <p><button class="button primary">"It is gone"</button></p>
            </form>
        }
    });
    let lines = one.take_downs.iter().map(task).collect_view();
    view! { <section id="take-downs" class="stack close"><h2>"To be taken down"</h2>{act}<ul class="plain stack">{lines}</ul></section> }
        .into_any()
}

/// What can be done with it while it is public: somebody it shows may ask for it without taking a consent back.
fn take_down(draft: &Draft, one: &Publication) -> AnyView {
    if one.state != State::Live || one.take_downs.iter().any(|task| task.done_at.is_none()) {
        return ().into_any();
    }
    let hint = "Who asked for it, and why. Colleagues read this; the people shown do not.";
    let open = draft.typed().is_some();
    view! {
        <section id="take-down" class="stack close">
            <h2>"It is to go"</h2>
            <p>"Whoever it shows may want it gone at any time, whatever they allow."</p>
            <details class="ask" open=open>
                <summary class="button stop">"Have it taken down…"</summary>
                <form class="card stop stack" method="post" action="/api/advocacy/publication/open-take-down">
                    {form::hidden("publication", one.id)}
                    <p>"It has to be gone within three working days. Whoever planned it is told, with all of marketing, and the people shown see until when."</p>
                    {form::textarea(draft, Input { name: "reason", label: "Why", hint, ..Input::default() }, 3)}
                    <p><button class="button stop primary">"Have it taken down"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn task(task: &TakeDownLine) -> impl IntoView + use<> {
    let asker = task.asked_by.as_ref().map_or_else(String::new, |name| format!(" by {name}"));
    let asked = format!("Asked for on {}{asker}, due by {}.", day(task.opened_at.date_naive()), day(task.due_day));
    let reason = (!task.reason.is_empty()).then(|| task.reason.clone()).map(|reason| view! { <p class="kept">{reason}</p> });
    let done = task.done_at.map(|at| {
        let by = task.by.clone().map_or_else(String::new, |by| format!(" by {by}"));
        let proof = task.proof.clone();
        view! { <p>{format!("Done on {}{by}.", day(at.date_naive()))}</p><p class="small soft">{proof}</p> }
    });
    let state = if task.done_at.is_some() { tag("good", "gone") } else { tag("warn", "open") };
    view! { <li class="stack tight"><p>{state} " " {asked}</p>{reason}{done}</li> }
}

/// Every answer of the decision, and the withdrawal that ended the plan.
fn decisions(decisions: &[DecisionLine], withdrawn_at: Option<DateTime<Utc>>) -> AnyView {
    let withdrawn = withdrawn_at.map(|at| {
        let sentence = format!("A consent it needed was taken back on {}, so it was cancelled at once.", day(at.date_naive()));
        view! { <p class="notice">{sentence}</p> }
    });
    let rows = decisions
        .iter()
        .map(|one| {
            let answer = if one.allowed { tag("good", "allowed") } else { tag("stop", "refused") };
            let reasons = one.reasons.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><time datetime=one.decided_at.to_rfc3339()>{moment(&Zone::utc(), one.decided_at)}</time></th>
                    <td role="cell" data-label="Answer">{answer}</td>
                    <td role="cell" data-label="Because"><div class="stack tight">{reasons}</div></td>
                    <td role="cell" data-label="Asked by" class="soft">{one.by.clone().unwrap_or_else(|| "nobody known".to_owned())}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack close">
            <h2>"What was decided"</h2>
            <p class="soft">"Every time the consents were asked, and every reason."</p>
            {withdrawn}
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"When"</th>
                    <th scope="col" role="columnheader">"Answer"</th>
                    <th scope="col" role="columnheader">"Because"</th>
                    <th scope="col" role="columnheader">"Asked by"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn state_tag(state: State) -> AnyView {
    tag(if state == State::Live { "good" } else { "" }, state.as_str())
}

fn label(channel: &str) -> String {
    Channel::parse(channel).map_or_else(|| channel.to_owned(), |channel| channel.label().to_owned())
}

fn place(channel: &str) -> String {
    Channel::parse(channel).map_or_else(|| format!("on {channel}"), |channel| channel.place().to_owned())
}
