//! Asks: what waits for whom, every one of them, the form for the next with its decision before anything is typed, and one
//! of them with its life so far. Program managers see those of people in their own programs.

use chrono::NaiveDate;
use domain::access::{Belongs, Door, Principal, Role, Ruling, ruling};
use domain::advocacy::ask::{Act, AskKind, Kept, NotNow, State, Waits, acts, in_time, may_know};
use domain::time::Zone;
use domain::time::words::{date, day, moment};
use leptos::prelude::*;
use store::advocacy::ask::{Filter, Line, Listed, Shown, WaitsFor};
use store::sign_in::Staff;

use crate::components::form::{self, Input};
use crate::components::may_ask::{decision, state_tag};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop, encode};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Asking, asking};
use crate::words::{capital, thousands};

/// The owner whose people alone somebody sees; `None` for those who see everybody.
pub(super) fn narrowed(staff: &Staff) -> Option<i64> {
    (!staff.is(Role::Admin) && !staff.is(Role::Marketing)).then_some(staff.id)
}

/// Whether this door is open to them.
pub(super) fn may(door: Door, who: &Principal, belongs: Option<&Belongs>) -> bool {
    ruling(door, who, belongs) == Ruling::Enter
}

/// The kinds to choose from, after a line of its own.
pub(super) fn kinds(first: &str) -> Vec<(String, String)> {
    let kinds = AskKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), capital(kind.as_str())));
    std::iter::once((String::new(), first.to_owned())).chain(kinds).collect()
}

/// Options of a filter.
pub(super) fn options(choices: Vec<(String, String)>, chosen: &str) -> AnyView {
    choices
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view()
        .into_any()
}

// ---- the list --------------------------------------------------------------------------------------------------------

/// Every ask, and what waits.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let who = desk.principal();
    let owner = narrowed(&staff);
    let (state, kind) = (State::parse(desk.query("state")), AskKind::parse(desk.query("kind")));
    let (term, mine) = (desk.query("q").trim().to_owned(), !desk.query("mine").is_empty());
    let waits = Waits::parse(desk.query("waits"));
    let for_them = waits.map(|what| WaitsFor { what, staff: staff.id, today: desk.now.date_naive() });
    let filter = Filter { state, kind, term: &term, mine: mine.then_some(staff.id), owner, waits: for_them };
    let found = store::advocacy::ask::list(desk.db(), &filter, desk.page()).await?;
    let asks = may(Door::NewAskPage, &who, None);
    let waiting = if asks { store::advocacy::ask::waiting(desk.db(), desk.now, staff.id, owner).await? } else { vec![] };
    let eyebrow = match found.total {
        1 => "1 ask".to_owned(),
        total => format!("{} asks", thousands(total)),
    };
    let pages = pager(&desk, &found);
    let filtered = state.is_some() || kind.is_some() || !term.is_empty() || mine || waits.is_some();
    let body = if !found.rows.is_empty() {
        let rows = found.rows.into_iter().map(row).collect_view();
        let columns =
            [Column::of("What for"), Column::of("Who"), Column::of("How it stands"), Column::of("Submitted by"), Column::of("On")];
        listing("Asks, the newest first", &columns, rows)
    } else if filtered {
        empty("No ask fits", "Choose another state or kind, or fewer letters.", Some(("/asks".to_owned(), "Show all but the refused")))
    } else {
        let act = asks.then(|| ("/asks/match".to_owned(), "See who could do it"));
        empty("Nothing was asked yet", "Give first. When something is needed, look who fits and may be asked.", act)
    };
    let states = State::ALL.iter().map(|state| (state.as_str().to_owned(), capital(state.as_str())));
    let states = std::iter::once((String::new(), "All but the refused".to_owned())).chain(states).collect();
    let states = options(states, state.map_or("", State::as_str));
    let kinds = options(kinds("Every kind"), kind.map_or("", AskKind::as_str));
    let shown = waits.map(|what| {
        let says = what.sentence(u32::try_from(found.total).unwrap_or(u32::MAX));
        view! { <p class="row"><span>{says}</span><a href="/asks">"Show all but the refused"</a></p> }
    });
    let waits = waits.map(|what| form::hidden("waits", what));
    let new = asks.then(|| view! { <div class="row"><a class="button primary" href="/asks/new">"Ask somebody"</a></div> });
    frame::staff(&desk, Section::Asks, "Asks", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head">
                    <div class="stack tight">
                        <p class="eyebrow">{eyebrow}</p>
                        <h1>"Asks"</h1>
                        <p class="soft">"What we would like customers to do for us. Each is decided when it is submitted and again when it goes out, and two people look at it."</p>
                    </div>
                    {new}
                </div>
                {asking(Asking::Asks, true)}
                {needs_you(waiting)}
                <form class="filters" method="get" action="/asks" role="search">
                    {waits}
                    <div class="field grow"><label for="q">"Name, address or company"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
                    <div class="field"><label for="state">"State"</label><select id="state" name="state">{states}</select></div>
                    <div class="field"><label for="kind">"What for"</label><select id="kind" name="kind">{kinds}</select></div>
                    <label class="choice"><input type="checkbox" name="mine" value="yes" checked=mine/><span>"Mine only"</span></label>
                    <button class="button">"Show"</button>
                </form>
                {shown}
                {body}
                {pages}
            </main>
        }
    })
}

fn needs_you(waiting: Vec<(Waits, u32)>) -> AnyView {
    let lines: Vec<AnyView> = waiting
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| {
            let to = format!("/asks?waits={what}");
            view! { <li><span>{what.sentence(count)}</span><a class="button small" href=to>{what.act()}</a></li> }.into_any()
        })
        .collect();
    if lines.is_empty() {
        return ().into_any();
    }
    view! { <section class="stack close" aria-labelledby="needs-you"><h2 id="needs-you">"Needs you"</h2><ul class="attention">{lines}</ul></section> }
        .into_any()
}

fn row(line: Listed) -> AnyView {
    let note = match (line.state, line.answer_by, line.scheduled_for) {
        (State::Asked, Some(until), _) => Some(format!("answer by {}", date(until))),
        (State::Scheduled, _, Some(on)) => Some(format!("on {}", date(on))),
        _ => None,
    };
    let note = note.map(|note| view! { <p class="soft small">{note}</p> });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/asks/{}", line.id)>{capital(&line.kind)}</a></th>
            <td role="cell" data-label="Who"><div class="stack tight"><p><a href=format!("/people/{}", line.person)>{line.name}</a></p><p class="soft small">{line.company}</p></div></td>
            <td role="cell" data-label="How it stands"><div class="stack tight"><p>{state_tag(line.state)}</p>{note}</div></td>
            <td role="cell" data-label="Submitted by" class="soft">{line.by.unwrap_or_else(|| "the console".to_owned())}</td>
            <td role="cell" data-label="On">{date(line.submitted_at.date_naive())}</td>
        </tr>
    }
    .into_any()
}

// ---- a new one -------------------------------------------------------------------------------------------------------

/// A new ask: of whom, what for, and the decision, before anything is typed.
///
/// # Errors
/// Not theirs, or faults.
pub async fn new(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let Ok(id) = desk.query("person").parse::<i64>() else { return choose(desk, &staff).await };
    let belongs = store::access::person(desk.db(), id, staff.id).await?;
    desk.owns(belongs)?;
    let person = store::cohort::person::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let kind = AskKind::parse(desk.query("kind"));
    let who = desk.principal();
    let answer = store::advocacy::ask::decide_kind(desk.db(), desk.now, id, kind).await?.ok_or(Stop::Hidden)?;
    let not_now = answer.err().map(|why| why.as_seen_by(|owner| may_know(&who, owner)));
    let draft = desk.draft("submit-ask").await?;
    let title = format!("Ask {}", person.name);
    let eyebrow =
        [person.title.as_str(), person.company.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let heading = title.clone();
    let choices = options(kinds("Choose…"), kind.map_or("", AskKind::as_str));
    let decided = decision(not_now.as_ref(), &who);
    let form = kind.map(|kind| {
        let hidden = view! { {form::hidden("person", id)} {form::hidden("from", "new")} {form::hidden("kind", kind)} }.into_any();
        ask_form(&draft, hidden, kind, "", not_now.is_some())
    });
    frame::staff(&desk, Section::Asks, &title, || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs("Ask somebody")}
                {form::errors(&draft)}
                <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1></div>
                {asking(Asking::Asks, false)}
                <form class="filters" method="get" action="/asks/new">
                    {form::hidden("person", id)}
                    <div class="field grow"><label for="kind">"What for"</label><select id="kind" name="kind">{choices}</select></div>
                    <button class="button">"See whether we may"</button>
                </form>
                <section class="stack close" aria-labelledby="may-h"><h2 id="may-h">"May we ask?"</h2>{decided}</section>
                {form}
            </main>
        }
    })
}

/// Whom to ask: found by name.
async fn choose(desk: Desk, staff: &Staff) -> Reply {
    let term = desk.query("q").trim().to_owned();
    let kind = AskKind::parse(desk.query("kind"));
    let found = store::cohort::person::list(desk.db(), desk.now, narrowed(staff), &term, desk.page()).await?;
    let pages = pager(&desk, &found);
    let of_kind = kind.map_or_else(String::new, |kind| format!("&kind={}", encode(kind.as_str())));
    let body = if found.rows.is_empty() {
        empty("Nobody fits", "Try fewer letters of the name, the address or the company.", Some(("/asks/new".to_owned(), "Show everybody")))
    } else {
        let rows = found
            .rows
            .into_iter()
            .map(|line| {
                let to = format!("/asks/new?person={}{of_kind}", line.id);
                let quiet = line.quiet_until.map(|until| tag("warn", format!("quiet until {}", date(until))));
                view! {
                    <tr role="row">
                        <th scope="row" role="rowheader"><a href=to>{line.name}</a></th>
                        <td role="cell" data-label="Title" class="soft">{line.title}</td>
                        <td role="cell" data-label="Company">{line.company}</td>
                        <td role="cell" data-label="Quiet">{quiet}</td>
                    </tr>
                }
            })
            .collect_view();
        listing("People by name", &[Column::of("Name"), Column::of("Title"), Column::of("Company"), Column::of("Quiet")], rows)
    };
    let kind = kind.map(|kind| form::hidden("kind", kind));
    frame::staff(&desk, Section::Asks, "Ask somebody", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs("Ask somebody")}
                <div class="stack tight">
                    <h1>"Ask somebody"</h1>
                    <p class="soft">"Choose whom. Whether they may be asked is said before anything is typed. If you only know what is needed, " <a href="/asks/match">"see who could do it"</a> "."</p>
                </div>
                {asking(Asking::Asks, false)}
                <form class="filters" method="get" action="/asks/new" role="search">
                    {kind}
                    <div class="field grow"><label for="q">"Name, address or company"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
                    <button class="button">"Show"</button>
                </form>
                {body}
                {pages}
            </main>
        }
    })
}

fn crumbs(here: &'static str) -> AnyView {
    view! { <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/asks">"Asks"</a></li><li aria-current="page">{here}</li></ol></nav> }.into_any()
}

/// The words, and the two buttons: submit, or keep as a draft.
fn ask_form(draft: &Draft, hidden: AnyView, kind: AskKind, wording: &str, not_now: bool) -> AnyView {
    let field = Input {
        name: "wording",
        label: "In the words they would read",
        hint: "One thing, and why it is them you ask.",
        value: wording.to_owned(),
        ..Input::default()
    };
    let (submit, keep) = if not_now { ("button", "button primary") } else { ("button primary", "button") };
    let early = not_now.then(|| {
        view! { <p class="notice warn">"It is not the time: what is submitted now is refused, and counted as refused. A draft can be kept until then."</p> }
    });
    view! {
        <section id="ask" class="stack" aria-labelledby="ask-h">
            <h2 id="ask-h">{capital(kind.as_str())}</h2>
            {early}
            <form method="post" action="/api/advocacy/ask/submit" class="stack">
                {hidden}
                {form::textarea(draft, field, 5)}
                <p class="row">
                    <button class=submit>"Submit the ask"</button>
                    <button class=keep formaction="/api/advocacy/ask/draft">"Keep it as a draft"</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

// ---- one of them -----------------------------------------------------------------------------------------------------

/// One ask: its words, its life so far, and what can be done with it.
///
/// # Errors
/// There is none, not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("ask")?;
    let staff = desk.staff()?.id;
    let found = store::access::ask(desk.db(), id, staff).await?;
    let belongs = found.as_ref().map(|(_, belongs)| belongs.clone());
    desk.owns_part(found)?;
    let one = store::advocacy::ask::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let who = desk.principal();
    let acts_here = may(Door::StepAsk, &who, belongs.as_ref());
    // Once it has gone out, whether it may be asked is no question any more.
    let answer = if matches!(one.state, State::Draft | State::Submitted | State::Approving) {
        store::advocacy::ask::decide_kept(desk.db(), desk.now, &one).await?
    } else {
        None
    };
    let decided = answer.map(|answer| answer.err().map(|why| why.as_seen_by(|owner| may_know(&who, owner))));
    let refused = store::advocacy::ask::refused_before(desk.db(), one.person).await?;
    let (words_draft, step_draft) = (desk.draft("submit-ask").await?, desk.draft("step-ask").await?);
    let today = desk.now.date_naive();

    let title = format!("{} · {}", capital(one.kind.as_str()), one.name);
    let heading = capital(one.kind.as_str());
    let eyebrow = [one.name.as_str(), one.title.as_str(), one.company.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let not_now = decided.as_ref().and_then(Option::as_ref);
    let may_part = decided.as_ref().map(|not_now| {
        let body = decision(not_now.as_ref(), &who);
        view! { <section class="stack close" aria-labelledby="may-h"><h2 id="may-h">"May we ask?"</h2>{body}</section> }
    });
    let words = words(&one, &words_draft, acts_here, not_now);
    let steps = acts_here.then(|| steps(&one, staff, &step_draft, not_now.is_some(), today));
    let life = life(&one);
    let refused = refused_part(refused, one.id);
    let person = format!("/people/{}", one.person);
    let state = state_tag(one.state);
    frame::staff(&desk, Section::Asks, &title, || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs("One ask")}
                {form::errors(&words_draft)}
                {form::errors(&step_draft)}
                <div class="head"><div class="stack tight"><p class="eyebrow"><a href=person>{eyebrow}</a></p><h1>{heading}</h1></div><div class="row">{state}</div></div>
                {asking(Asking::Asks, false)}
                <div class="two">
                    <div class="stack loose">{words} {may_part} {refused}</div>
                    <div class="side">{steps} {life}</div>
                </div>
            </main>
        }
    })
}

/// The words: a form while it is a draft, else as they were sent.
fn words(one: &Shown, draft: &Draft, acts_here: bool, not_now: Option<&NotNow>) -> AnyView {
    if one.state == State::Draft && acts_here {
        // Both versions, where somebody else saved meanwhile.
        let stale = draft.typed().is_some_and(|typed| typed.revision() != one.revision);
        let theirs = stale.then(|| {
            let stands = one.wording.clone();
            view! {
                <section class="card stack close" aria-labelledby="stands-h">
                    <h2 id="stands-h">"What it says now"</h2>
                    <p class="soft small">"Somebody saved this meanwhile. Keeping the draft again keeps yours."</p>
                    <p class="kept">{stands}</p>
                </section>
            }
        });
        let hidden = view! {
            {form::hidden("ask", one.id)}
            {form::hidden("person", one.person)}
            {form::hidden("revision", one.revision)}
            {form::hidden("kind", one.kind)}
        }
        .into_any();
        let form = ask_form(draft, hidden, one.kind, &one.wording, not_now.is_some());
        return view! { {theirs} {form} }.into_any();
    }
    let wording = one.wording.clone();
    view! { <section class="stack close" aria-labelledby="words-h"><h2 id="words-h">"In these words"</h2><div class="quote"><blockquote class="kept">{wording}</blockquote></div></section> }
        .into_any()
}

/// What can be done with it: the next step first, what needs a comment behind a line of its own.
fn steps(one: &Shown, staff: i64, draft: &Draft, not_now: bool, today: NaiveDate) -> AnyView {
    // That it did not take place is said once its day has come; that it did, with its day.
    let possible: Vec<Act> = acts(one.state).into_iter().filter(|act| in_time(one.state, *act, one.scheduled_for, today).is_ok()).collect();
    let today = today.to_string();
    let today = today.as_str();
    if possible.is_empty() {
        return ().into_any();
    }
    let own = one.submitted_by == Some(staff);
    let (with_comment, plain): (Vec<Act>, Vec<Act>) = possible.into_iter().partition(|act| act.needs_comment());
    let typed_act = draft.typed().map(|typed| typed.get("act").to_owned()).unwrap_or_default();
    let forms: Vec<AnyView> = plain
        .into_iter()
        .map(|act| {
            if act.needs_other_eyes() && own {
                let says = "You submitted this yourself. A colleague looks at it before it goes out: four eyes see it.";
                view! { <p>{says}</p> }.into_any()
            } else {
                plain_step(one, act, draft, not_now, today)
            }
        })
        .collect();
    let comment = (!with_comment.is_empty()).then(|| {
        let refused = with_comment.iter().any(|act| act.as_str() == typed_act);
        comment_step(one, &with_comment, draft, refused)
    });
    view! { <section id="act" class="stack" aria-labelledby="act-h"><h2 id="act-h">"What next"</h2>{forms}{comment}</section> }.into_any()
}

fn hidden_step(one: &Shown) -> AnyView {
    view! { {form::hidden("ask", one.id)} {form::hidden("revision", one.revision)} }.into_any()
}

/// An act that needs no comment.
fn plain_step(one: &Shown, act: Act, draft: &Draft, not_now: bool, today: &str) -> AnyView {
    let another_day = act == Act::Schedule && one.state == State::Scheduled;
    let (label, says) = match act {
        Act::TakeUp => ("Take it up", "Read it as they would. Then let it be asked, or send it back.".to_owned()),
        Act::Approve if not_now => {
            ("Let it be asked", "It may not be asked now: letting it go out is refused, with the reasons beside.".to_owned())
        }
        Act::Approve => ("Let it be asked", format!("{} gets a mail with a link to their own page. No is a fine answer.", one.name)),
        Act::Schedule if another_day => ("Change the day", "If they have agreed on another day with you, keep it here.".to_owned()),
        Act::Schedule => ("Keep the day", "Agree on a day with them, and keep it here.".to_owned()),
        Act::Complete => ("It took place", "Once it is done, it stands in the ledger as something they did for us, on its day.".to_owned()),
        _ => ("Go on", String::new()),
    };
    // One step is the usual one: a day is agreed first, and what took place is said then.
    let unusual = another_day || (not_now && act == Act::Approve) || (act == Act::Complete && one.state == State::Accepted);
    let class = if unusual { "button" } else { "button primary" };
    let agreed = one.scheduled_for.map(|day| day.to_string());
    let field = match act {
        Act::Schedule => {
            let value = agreed.unwrap_or_else(|| today.to_owned());
            Some(form::input(draft, Input { name: "day", label: "Day", kind: "date", value, short: true, ..Input::default() }))
        }
        Act::Complete => {
            // Written year first, days sort as text.
            let value = agreed.filter(|day| day.as_str() <= today).unwrap_or_else(|| today.to_owned());
            let hint = "Today, or a day since they were asked.";
            Some(form::input(
                draft,
                Input { name: "took_place", label: "Took place on", hint, kind: "date", value, short: true, ..Input::default() },
            ))
        }
        _ => None,
    };
    view! {
        <form method="post" action="/api/advocacy/ask/step" class="stack close">
            {hidden_step(one)}
            <p>{says}</p>
            {field}
            <p><button class=class name="act" value=act.as_str()>{label}</button></p>
        </form>
    }
    .into_any()
}

/// The acts that need a comment, with one field for it.
fn comment_step(one: &Shown, acts: &[Act], draft: &Draft, refused: bool) -> AnyView {
    let reached = matches!(one.state, State::Asked | State::Accepted | State::Scheduled);
    let buttons = acts
        .iter()
        .map(|act| {
            let (label, class) = match act {
                Act::SendBack => ("Send it back", "button"),
                Act::Miss => ("It did not take place", "button"),
                _ => ("Cancel the ask", "button stop"),
            };
            view! { <button class=class name="act" value=act.as_str()>{label}</button> }
        })
        .collect_view();
    let says = if reached {
        "Cancelled, it is over, and they get a mail that they need not do anything."
    } else {
        "Cancelled, it is over. Nobody outside learns of it."
    };
    let field = Input { name: "comment", label: "Why", hint: "Colleagues read it.", ..Input::default() };
    view! {
        <details class="ask" open=refused>
            <summary class="button">"Something else…"</summary>
            <form method="post" action="/api/advocacy/ask/step" class="card stack">
                {hidden_step(one)}
                <p>{says}</p>
                {form::textarea(draft, field, 2)}
                <p class="row">{buttons}</p>
            </form>
        </details>
    }
    .into_any()
}

/// What happened to it so far.
fn life(one: &Shown) -> AnyView {
    let by = |name: &Option<String>| name.as_ref().map_or_else(String::new, |name| format!(" by {name}"));
    let on = |at: chrono::DateTime<chrono::Utc>| moment(&Zone::utc(), at);
    let begun = match one.state {
        State::Refused => "Refused",
        State::Draft => "Begun",
        _ => "Submitted",
    };
    let way = match one.source.as_str() {
        "import" => ", from a file",
        "api" => ", by a script",
        _ => "",
    };
    let mut lines = vec![(begun, format!("{}{}{way}", on(one.submitted_at), by(&one.submitter)))];
    let kept = Kept::in_words(&one.reasons);
    if !kept.is_empty() {
        lines.push(("The decision", kept.join("; ")));
    }
    if let Some(name) = &one.in_hand_of {
        lines.push(("In the hands of", name.clone()));
    }
    if let Some(at) = one.asked_at {
        let until = one.answer_by.map_or_else(String::new, |until| format!("; an answer by {}", day(until)));
        lines.push(("Asked", format!("{}, let out{}{until}", on(at), by(&one.approver))));
    }
    if let Some(at) = one.answered_at {
        lines.push(("Answered", on(at)));
    }
    if !one.answer.is_empty() {
        lines.push(("They said", one.answer.clone()));
    }
    if let Some(its_day) = one.scheduled_for {
        lines.push((if one.state == State::Completed { "Took place" } else { "Agreed for" }, day(its_day)));
    }
    if let Some(at) = one.done_at {
        lines.push(("Said so", on(at)));
    }
    if !one.comment.is_empty() {
        lines.push(("Comment", one.comment.clone()));
    }
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd class="kept">{text}</dd> }).collect_view();
    view! { <section class="stack close" aria-labelledby="life-h"><h2 id="life-h">"So far"</h2><dl class="facts">{lines}</dl></section> }
        .into_any()
}

/// What was refused before, of the same person.
fn refused_part(lines: Vec<Line>, this: i64) -> AnyView {
    let rows: Vec<AnyView> = lines
        .into_iter()
        .filter(|line| line.id != this)
        .map(|line| {
            let because = Kept::in_words(&line.reasons).join("; ");
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{capital(&line.kind)}</th>
                    <td role="cell" data-label="When">{date(line.submitted_at.date_naive())}</td>
                    <td role="cell" data-label="By" class="soft">{line.by.unwrap_or_else(|| "the console".to_owned())}</td>
                    <td role="cell" data-label="Because">{because}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    let columns = [Column::of("What for"), Column::of("When"), Column::of("By"), Column::of("Because")];
    let table = listing("What was refused before, the newest first", &columns, rows);
    view! { <section class="stack close" aria-labelledby="refused-h"><h2 id="refused-h">"Refused before"</h2>{table}</section> }.into_any()
}
