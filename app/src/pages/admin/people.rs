//! People at companies: who they are, and whether something may be asked of them. Which cohorts they attend is said only to
//! those who may know.

use domain::access::{Belongs, Door, Principal, Role, Ruling, ruling};
use domain::advocacy::ask::{AskKind, Kept, KeptWord, NotNow, Source, State, may_know};
use domain::conduct::quiet_period::{QuietPeriod, Stay, no_asks_until};
use domain::time::Zone;
use domain::time::words::{date, moment};
use leptos::prelude::*;
use store::advocacy::ask::Line as AskLine;
use store::cohort::person::Line;
use store::conduct::quiet_period::SetAsideLine;

use crate::components::form::{self, Input};
use crate::components::may_ask::{self, state_tag};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::words::{capital, thousands};

/// Everybody known; a program manager finds those who were invited to cohorts of their own programs.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let sees_all = staff.is(Role::Admin) || staff.is(Role::Marketing);
    // Who is quiet has a seat, and attendance is confidential: marketing learns it of the person they are about to ask.
    let sees_quiet = staff.is(Role::Admin) || staff.is(Role::ProgramManager);
    let term = desk.query("q").trim().to_owned();
    let found = store::cohort::person::list(desk.db(), desk.now, (!sees_all).then_some(staff.id), &term, desk.page()).await?;
    let eyebrow = match found.total {
        1 => "1 person".to_owned(),
        total => format!("{} people", thousands(total)),
    };
    let pages = pager(&desk, &found);
    let body = if found.rows.is_empty() && !term.is_empty() {
        empty("Nobody fits", "Try fewer letters of the name, the address or the company.", Some(("/people".to_owned(), "Show everybody")))
    } else if found.rows.is_empty() {
        empty("Nobody is known yet", "People stand here once they are named for a seat of a cohort.", None)
    } else {
        let rows = found.rows.into_iter().map(|line| row(line, sees_quiet)).collect_view();
        let mut columns = vec![Column::of("Name"), Column::of("Title"), Column::of("Company")];
        columns.extend(sees_quiet.then(|| Column::of("Quiet until")));
        listing("People by name", &columns, rows)
    };
    frame::staff(&desk, Section::People, "People", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head"><div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"People"</h1></div></div>
                <form class="filters" method="get" action="/people" role="search">
                    <div class="field grow"><label for="q">"Name, address or company"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
                    <button class="button">"Show"</button>
                </form>
                {body}
                {pages}
            </main>
        }
    })
}

fn row(line: Line, sees_quiet: bool) -> AnyView {
    let quiet = sees_quiet.then(|| {
        let quiet = match line.quiet_until {
            Some(until) => tag("warn", date(until)),
            None => view! { <span class="soft">"not quiet"</span> }.into_any(),
        };
        view! { <td role="cell" data-label="Quiet until">{quiet}</td> }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/people/{}", line.id)>{line.name}</a></th>
            <td role="cell" data-label="Title" class="soft">{line.title}</td>
            <td role="cell" data-label="Company">{line.company}</td>
            {quiet}
        </tr>
    }
    .into_any()
}

/// One person: whether something may be asked of them, what was, and the form to ask.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("person")?;
    let belongs = store::access::person(desk.db(), id, desk.staff()?.id).await?;
    desk.owns(belongs.clone())?;
    let person = store::cohort::person::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let who = desk.principal();
    let answer = store::advocacy::ask::decide(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    let not_now = answer.err().map(|why| why.as_seen_by(|owner| may_know(&who, owner)));
    let stays = store::conduct::quiet_period::of(desk.db(), desk.now, id).await?;
    let set_aside = store::conduct::quiet_period::set_aside_for(desk.db(), id).await?;
    let asked = store::advocacy::ask::of(desk.db(), id, desk.page()).await?;
    let (ask_draft, quiet_draft) = (desk.draft("submit-ask").await?, desk.draft("override-quiet").await?);

    let now = desk.now;
    let holds = |stay: &&Stay| QuietPeriod::of(stay).is_some_and(|period| period.holds(now));
    let mut mine: Vec<(i64, String)> = stays
        .iter()
        .filter(holds)
        .filter(|stay| !stay.set_aside && may_set_aside(&who, stay.owner))
        .map(|stay| (stay.cohort, stay.title.clone()))
        .collect();
    mine.dedup();
    let quiet = quiet_part(not_now.as_ref(), set_aside, &who, set_aside_form(&quiet_draft, id, mine));
    let asks = ruling(Door::SubmitAsk, &who, belongs.as_ref()) == Ruling::Enter;
    let form = asks.then(|| ask_form(&ask_draft, id, not_now.is_some()));
    let decision = decision(not_now.as_ref(), &who);
    let pages = pager(&desk, &asked);
    let asked = asked_part(asked.rows);
    let eyebrow =
        [person.title.as_str(), person.company.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let report = (ruling(Door::NewAchievementPage, &who, None) == Ruling::Enter).then(|| {
        view! { <div class="row"><a class="button" href=format!("/achievements/new?person={id}")>"Report an achievement"</a></div> }
    });
    let (heading, here) = (person.name.clone(), person.name.clone());
    frame::staff(&desk, Section::People, &person.name, || {
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/people">"People"</a></li><li aria-current="page">{here}</li></ol></nav>
                {form::errors(&ask_draft)}
                {form::errors(&quiet_draft)}
                <div class="head"><div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1></div>{report}</div>
                {decision}
                {quiet}
                {form}
                {asked}
                {pages}
            </main>
        }
    })
}

/// Whether this is an owner who may set a cohort's quiet period aside, as the door to it would say.
fn may_set_aside(who: &Principal, owner: i64) -> bool {
    let belongs = Belongs { program_owner: Some(owner), ..Belongs::default() };
    ruling(Door::OverrideQuiet, who, Some(&belongs)) == Ruling::Enter
}

fn decision(not_now: Option<&NotNow>, who: &Principal) -> AnyView {
    let body = may_ask::decision(not_now, who);
    view! {
        <section class="stack close" aria-labelledby="may-h">
            <h2 id="may-h">"May we ask?"</h2>
            {body}
            <p class="soft small">"Some kinds of asks need a consent, or a while since the last one: that is said once a kind is chosen."</p>
        </section>
    }
    .into_any()
}

fn quiet_part(not_now: Option<&NotNow>, set_aside: Vec<SetAsideLine>, who: &Principal, form: Option<AnyView>) -> AnyView {
    let until = not_now.and_then(NotNow::until);
    let says = until.map_or_else(|| "No quiet period keeps asks from them today.".to_owned(), |until| format!("{}.", no_asks_until(until)));
    let lines = set_aside
        .into_iter()
        .map(|line| {
            let when = date(line.made_at.date_naive());
            if may_know(who, line.owner) {
                let what = format!("{} set the quiet period of “{}” aside on {when}: ", line.by, line.title);
                view! { <li>{what}<q>{line.reason}</q></li> }.into_any()
            } else {
                // The owner's name would tell which program, and the reason often whose week it was.
                view! { <li>{format!("A quiet period was set aside on {when}.")}</li> }.into_any()
            }
        })
        .collect::<Vec<AnyView>>();
    let lines = (!lines.is_empty()).then(|| view! { <ul>{lines}</ul> });
    view! { <section id="quiet" class="rule stack close" aria-labelledby="quiet-h"><h2 id="quiet-h">"Quiet period"</h2><p>{says}</p>{lines}{form}</section> }
        .into_any()
}

/// For the owner of a cohort that keeps asks away: setting that aside, once asked whether they mean it.
fn set_aside_form(draft: &Draft, person: i64, cohorts: Vec<(i64, String)>) -> Option<AnyView> {
    let (first, title) = cohorts.first().cloned()?;
    let which = if cohorts.len() == 1 {
        form::hidden("cohort", first)
    } else {
        let options = cohorts.into_iter().map(|(id, title)| (id.to_string(), title)).collect();
        form::select(draft, Input { name: "cohort", label: "Cohort", value: first.to_string(), ..Input::default() }, options)
    };
    let says = format!(
        "You own “{title}”. Set aside, its quiet period no longer keeps asks from this person. That is done once, kept with your reason, and counted in the report the customer gets."
    );
    let reason = Input { name: "reason", label: "Why this cannot wait", ..Input::default() };
    let view = view! {
        <details class="ask" open=draft.typed().is_some()><summary class="button">"Set it aside…"</summary>
            <div class="card stop stack">
                <p>{says}</p>
                <form method="post" action="/api/conduct/quiet-period/override" class="stack">
                    {form::hidden("person", person)}
                    {which}
                    {form::textarea(draft, reason, 2)}
                    <p class="row"><button class="button stop">"Set the quiet period aside"</button></p>
                </form>
            </div>
        </details>
    };
    Some(view.into_any())
}

fn ask_form(draft: &Draft, person: i64, not_now: bool) -> AnyView {
    let kinds = AskKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), capital(kind.as_str())));
    let kinds = [(String::new(), "Choose…".to_owned())].into_iter().chain(kinds).collect();
    let wording = Input {
        name: "wording",
        label: "In the words they would read",
        hint: "One thing, and why it is them you ask.",
        ..Input::default()
    };
    let early = not_now
        .then(|| view! { <p class="notice warn">"It is not the time: what is submitted now is refused, and counted as refused."</p> });
    view! {
        <section id="ask" class="stack" aria-labelledby="ask-h">
            <h2 id="ask-h">"Ask"</h2>
            {early}
            <form method="post" action="/api/advocacy/ask/submit" class="stack">
                {form::hidden("person", person)}
                {form::select(draft, Input { name: "kind", label: "What for", ..Input::default() }, kinds)}
                {form::textarea(draft, wording, 4)}
                <p class="row"><button class="button primary">"Submit the ask"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn asked_part(lines: Vec<AskLine>) -> AnyView {
    let body = if lines.is_empty() {
        view! { <p class="soft">"Nothing was asked of them yet."</p> }.into_any()
    } else {
        let rows = lines.into_iter().map(asked_row).collect_view();
        let columns = [Column::of("What for"), Column::of("In which words"), Column::of("By"), Column::of("When"), Column::of("Answer")];
        listing("What was asked of them, the newest first", &columns, rows)
    };
    view! { <section id="asks" class="stack" aria-labelledby="asks-h"><h2 id="asks-h">"What was asked"</h2>{body}</section> }.into_any()
}

fn asked_row(line: AskLine) -> AnyView {
    let kept = Kept::read(&line.reasons);
    let state = State::parse(&line.state).unwrap_or(State::Refused);
    let answer = state_tag(state);
    let quiet = |kept: &&Kept| matches!(kept.word, KeptWord::Quiet | KeptWord::QuietCompany);
    let until = kept.iter().filter(quiet).filter_map(|kept| kept.until).max().map(no_asks_until);
    let others: Vec<&str> = Kept::in_words(&line.reasons).into_iter().filter(|words| *words != KeptWord::Quiet.in_words()).collect();
    let note = until
        .into_iter()
        .chain(others.into_iter().map(str::to_owned))
        .map(|note| view! { <p class="soft small">{note}</p> })
        .collect_view();
    let way_in = if state == State::Refused {
        capital(&line.kind).into_any()
    } else {
        view! { <a href=format!("/asks/{}", line.id)>{capital(&line.kind)}</a> }.into_any()
    };
    let by = line.by.unwrap_or_else(|| "the console".to_owned());
    let way = (line.source != Source::Page.as_str()).then(|| {
        let way = if line.source == Source::Import.as_str() { "from a file" } else { "by a script" };
        view! { <p class="soft small">{way}</p> }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{way_in}</th>
            <td role="cell" data-label="In which words">{line.wording}</td>
            <td role="cell" data-label="By"><div class="stack tight"><p>{by}</p>{way}</div></td>
            <td role="cell" data-label="When"><time datetime=line.submitted_at.to_rfc3339()>{moment(&Zone::utc(), line.submitted_at)}</time></td>
            <td role="cell" data-label="Answer"><div class="stack tight"><p>{answer}</p>{note}</div></td>
        </tr>
    }
    .into_any()
}
