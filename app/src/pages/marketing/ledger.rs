//! One company's ledger: what it comes to, every entry of it and its people, and the forms to record and to take back.

use domain::advocacy::ask::AskKind;
use domain::advocacy::consent::Subject;
use domain::advocacy::ledger::{GiveKind, Side, Source, Totals};
use domain::time::words::{date, day};
use leptos::prelude::*;
use store::advocacy::ledger::{Line, Seats};
use store::advocacy::problem::ProblemLine;

use crate::components::form::{self, Input};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Figures, figures};
use crate::words::{balance, capital, count};

/// A company's ledger. Seats are left out for whoever may not know of them.
///
/// # Errors
/// There is no such company, or faults.
pub async fn company(desk: Desk) -> Reply {
    let id = desk.id("company")?;
    let company = store::cohort::company::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let seats = store::advocacy::ledger::seats_shown(desk.db(), desk.now, id, &desk.principal()).await?;
    let totals = store::advocacy::ledger::totals_of_company(desk.db(), id, &seats).await?;
    let found = store::advocacy::ledger::of_company(desk.db(), id, &seats, desk.page()).await?;
    let people = store::advocacy::ledger::people_of(desk.db(), id).await?;
    let problems = store::advocacy::problem::own(desk.db(), Subject::Company(id)).await?;
    let acts = desk.query("record") == "act";
    let recording = desk.draft(if acts { "record-act" } else { "record-give" }).await?;
    let correcting = desk.draft("correct-entry").await?;
    let today = desk.now.date_naive().to_string();
    let pages = pager(&desk, &found);
    let entries = entries(id, found.rows, &correcting);
    let seats_note = (seats != Seats::All).then(|| {
        let says = "Seats in cohorts are gives too. They are shown and counted here only for those who allow their attendance to be said inside our firm. Whether we may ask goes by all of them.";
        view! { <p class="soft small">{says}</p> }
    });
    let (title, here) = (company.name.clone(), company.name.clone());
    let facts = facts(&totals);
    let sentence = totals.sentence();
    frame::staff(&desk, Section::Figures, &title, || {
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are">
                    <ol><li><a href="/reciprocity">"Reciprocity"</a></li><li aria-current="page">{here}</li></ol>
                </nav>
                {form::errors(&recording)}
                {form::errors(&correcting)}
                <div class="head">
                    <div class="stack tight"><h1>{company.name}</h1><p class="soft">{sentence}</p></div>
                    <div class="row"><a class="button" href=format!("/companies/{id}")>"The company"</a></div>
                </div>
                {figures(Figures::Reciprocity, false)}
                {facts}
                {seats_note}
                {open_problems(&problems)}
                <section id="entries" class="stack" aria-labelledby="entries-h">
                    <h2 id="entries-h">"Given and done"</h2>
                    {entries}
                    {pages}
                </section>
                {record(&recording, id, acts, people, today)}
            </main>
        }
    })
}

fn facts(totals: &Totals) -> AnyView {
    let line = |count: String, weight: i64| if weight == 0 { count } else { format!("{count}, weighing {weight}") };
    let lines = [
        ("We gave", line(count(totals.gives, "give", "gives"), totals.give_weight)),
        ("They did", line(count(totals.acts, "act", "acts"), totals.act_weight)),
        ("Balance by weight", balance(totals.give_weight, totals.act_weight)),
    ];
    let lines = lines.into_iter().map(|(term, text)| view! { <div><dt>{term}</dt><dd>{text}</dd></div> }).collect_view();
    view! { <dl class="meta">{lines}</dl> }.into_any()
}

/// What is to be put right with the whole company before anything is asked of its people.
fn open_problems(problems: &[ProblemLine]) -> AnyView {
    let lines: Vec<AnyView> = problems
        .iter()
        .filter(|problem| problem.is_open())
        .map(|problem| {
            let since = format!("{} Open since {}.", problem.what, day(problem.opened_at.date_naive()));
            view! { <li><span>{tag("warn", "to be put right")}" "{since}</span></li> }.into_any()
        })
        .collect();
    if lines.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="stack close" aria-labelledby="problems-h">
            <h2 id="problems-h">"Put this right first"</h2>
            <p class="soft">"Nothing may be asked of anybody at this company while it stands."</p>
            <ul class="attention">{lines}</ul>
        </section>
    }
    .into_any()
}

// ---- the entries -----------------------------------------------------------------------------------------------------

fn entries(company: i64, lines: Vec<Line>, draft: &Draft) -> AnyView {
    if lines.is_empty() {
        let sentence = "What is celebrated, given and done enters by itself. Record below what nothing here knows of.";
        return empty("Nothing stands here yet", sentence, None);
    }
    let rows = lines.into_iter().map(|line| row(company, line, draft)).collect_view();
    let columns = [
        Column::of("What"),
        Column::of("Side"),
        Column::of("Who"),
        Column::of("When"),
        Column::num("Weight"),
        Column::of("From"),
        Column::hidden("What you can do"),
    ];
    listing("What was given and done, the newest first", &columns, rows)
}

fn row(company: i64, line: Line, draft: &Draft) -> AnyView {
    let side = match (line.against, line.corrected_by, line.side) {
        (Some(_), ..) => tag("", "correction"),
        (None, Some(_), _) => tag("warn", "taken back"),
        (None, None, Side::Give) => tag("good", "given"),
        (None, None, Side::Act) => tag("", "done for us"),
    };
    let from = from(&line);
    let act = line.is_live().then(|| take_back(company, &line, draft));
    let value = (line.value > 0).then(|| format!("worth {}", line.value));
    // What follows a note goes on with its sentence.
    let note = if value.is_some() { line.note.trim_end_matches('.').to_owned() } else { line.note };
    let note = [Some(note).filter(|note| !note.is_empty()), value].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let note = (!note.is_empty()).then(|| view! { <p class="soft small">{note}</p> });
    let who = match (line.person, line.person_name) {
        (Some(person), Some(name)) => view! { <a href=format!("/advocates/{person}")>{name}</a> }.into_any(),
        _ => view! { <span class="soft">"the company"</span> }.into_any(),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><div class="stack tight"><span>{capital(&line.kind)}</span>{note}</div></th>
            <td role="cell" data-label="Side">{side}</td>
            <td role="cell" data-label="Who">{who}</td>
            <td role="cell" data-label="When">{date(line.happened_on)}</td>
            <td role="cell" class="num" data-label="Weight">{line.weight}</td>
            <td role="cell" data-label="From" class="soft">{from}</td>
            <td role="cell">{act}</td>
        </tr>
    }
    .into_any()
}

/// Where an entry comes from. A seat leads nowhere: which cohort it was is confidential.
fn from(line: &Line) -> AnyView {
    let link = |href: String, label: &'static str| view! { <a href=href>{label}</a> }.into_any();
    match Source::read(&line.source) {
        Source::Amplification(task) => link(format!("/celebrate/{task}"), "its task"),
        Source::Ask(ask) => link(format!("/asks/{ask}"), "an ask"),
        Source::Introduction { .. } => link("/introductions?state=introduced".to_owned(), "an introduction"),
        Source::Registration(_) => "a cohort that is over".into_any(),
        Source::Against(_) | Source::Hand | Source::Other => {
            line.recorded_by.clone().unwrap_or_else(|| "the installation".to_owned()).into_any()
        }
    }
}

/// The way to take one entry back; what was typed into it stays with it.
fn take_back(company: i64, line: &Line, draft: &Draft) -> AnyView {
    let mine = draft.typed().filter(|typed| typed.id("entry") == line.id);
    let (open, reason) = (mine.is_some(), mine.map_or("", |typed| typed.get("reason")).to_owned());
    let error = draft.error("reason").filter(|_| open).map(str::to_owned);
    let id = if open { "reason".to_owned() } else { format!("reason-{}", line.id) };
    let error_id = format!("{id}-e");
    let by = error.is_some().then(|| error_id.clone());
    let wrong = error.is_some().then_some("true");
    let error_line = error.map(|error| view! { <p class="error" id=error_id>{error}</p> });
    let about = format!(": {} of {}", line.kind, date(line.happened_on));
    view! {
        <details class="ask" open=open>
            <summary class="button small">"Take back…"<span class="visually-hidden">{about}</span></summary>
            <form class="card stop stack" method="post" action="/api/advocacy/ledger/correct">
                <p>"An entry against it is written. Both stay in the ledger and count nothing; that cannot be taken back."</p>
                {form::hidden("entry", line.id)}
                {form::hidden("company", company)}
                <div class="field">
                    <label for=id.clone()>"Why it does not stand"</label>
                    <input id=id name="reason" type="text" value=reason aria-describedby=by aria-invalid=wrong aria-required="true" autocomplete="off"/>
                    {error_line}
                </div>
                <p class="row"><button class="button stop">"Take it back"</button></p>
            </form>
        </details>
    }
    .into_any()
}

// ---- recording -------------------------------------------------------------------------------------------------------

/// One form at a time: what was given, or what they did.
fn record(draft: &Draft, company: i64, acts: bool, people: Vec<(i64, String)>, today: String) -> AnyView {
    let ways = [
        (false, format!("/reciprocity/{company}#record"), "A give"),
        (true, format!("/reciprocity/{company}?record=act#record"), "An act of theirs"),
    ];
    let ways = ways
        .into_iter()
        .map(|(this, href, label)| view! { <a href=href aria-current=(this == acts).then_some("true")>{label}</a> })
        .collect_view();
    let whole = std::iter::once((String::new(), "The company as a whole".to_owned()));
    let people = whole.chain(people.into_iter().map(|(id, name)| (id.to_string(), name))).collect();
    let choose = |kinds: Vec<&'static str>| -> Vec<(String, String)> {
        let kinds = kinds.into_iter().map(|kind| (kind.to_owned(), capital(kind)));
        std::iter::once((String::new(), "Choose…".to_owned())).chain(kinds).collect()
    };
    let (action, explains, kinds, label) = if acts {
        let kinds = choose(AskKind::ALL.iter().map(|kind| kind.as_str()).collect());
        (
            "/api/advocacy/ledger/act",
            "What they did without being asked. What was asked enters by itself once it is done.",
            kinds,
            "What they did",
        )
    } else {
        let kinds = choose(GiveKind::BY_HAND.iter().map(|kind| kind.as_str()).collect());
        (
            "/api/advocacy/ledger/give",
            "Amplifications, seats and introductions enter by themselves. What is only planned counts nothing: record it once it is given.",
            kinds,
            "What was given",
        )
    };
    let value = (!acts).then(|| {
        let hint = "Of a gift: what it cost, in whole units of our currency.";
        form::input(
            draft,
            Input { name: "value", label: "Value", hint, optional: true, short: true, autocomplete: "off", ..Input::default() },
        )
    });
    let button = if acts { "Record the act" } else { "Record the give" };
    let note =
        Input { name: "note", label: "In a few words", hint: "They read this on their own page.", autocomplete: "off", ..Input::default() };
    view! {
        <section id="record" class="stack" aria-labelledby="record-h">
            <h2 id="record-h">"Record"</h2>
            <nav class="tabs" aria-label="What to record">{ways}</nav>
            <p class="soft">{explains}</p>
            <form method="post" action=action class="stack">
                {form::hidden("company", company)}
                {form::select(draft, Input { name: "kind", label, ..Input::default() }, kinds)}
                {form::select(draft, Input { name: "person", label: "Whose", ..Input::default() }, people)}
                {form::input(draft, Input { name: "on", label: "When", kind: "date", value: today, ..Input::default() })}
                {form::input(draft, note)}
                {value}
                <p class="row"><button class="button primary">{button}</button></p>
            </form>
        </section>
    }
    .into_any()
}
