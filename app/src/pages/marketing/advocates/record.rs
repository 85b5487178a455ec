//! One person's record: what is known of them, what was given, asked and done, and everything on one line of time.
//!
//! Whether somebody attends a cohort is confidential: what of it stands here goes by `domain::advocacy::advocate::shows_cohorts`.
//! Of the forms of a record one is shown at a time, by `do` in the address or because it was refused.

use chrono::NaiveDate;
use domain::advocacy::achievement::{days_to_recognition, is_late, promised_by};
use domain::advocacy::advocate::{Advocate, HandleKind, Stage, in_lines, language_words, shows_cohorts};
use domain::advocacy::ask::AskKind;
use domain::advocacy::consent::{Channel, Consents, Scope, Subject, resolve};
use domain::advocacy::ledger::{GiveKind, Side, shows_every_seat};
use domain::advocacy::own_limit::Limits;
use domain::time::words::{date, day};
use leptos::prelude::*;
use store::advocacy::advocate::{AchievementLine, AskedLine, Found, IntroductionLine, Moment, Record, Shows};
use store::advocacy::ledger::{Line as Entry, totals_of_lines};
use store::advocacy::problem::ProblemLine;

use super::health_tag;
use crate::components::form::{self, Choice, Input};
use crate::components::table::{Column, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::words::{self, capital};

/// How many ledger lines a record shows; the rest stand in the company's ledger.
const ENTRIES: usize = 10;

/// Which form of a record is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    Edit,
    Give,
    Act,
    Problem,
    Solve,
}

/// What was typed into the forms of a record.
struct Drafts {
    save: Draft,
    give: Draft,
    act: Draft,
    open: Draft,
    close: Draft,
}

impl Drafts {
    /// The refused form comes before the one that is asked for.
    fn doing(&self, asked: &str) -> Doing {
        let refused = [
            (&self.save, Doing::Edit),
            (&self.give, Doing::Give),
            (&self.act, Doing::Act),
            (&self.open, Doing::Problem),
            (&self.close, Doing::Solve),
        ];
        let refused = refused.into_iter().find(|(draft, _)| draft.typed().is_some()).map(|(_, doing)| doing);
        refused.unwrap_or(match asked {
            "edit" => Doing::Edit,
            "give" => Doing::Give,
            "act" => Doing::Act,
            "problem" => Doing::Problem,
            "solve" => Doing::Solve,
            _ => Doing::Nothing,
        })
    }
}

/// One person's record, also of somebody nobody made one of.
///
/// # Errors
/// There is nobody of this number, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("person")?;
    let record = match store::advocacy::advocate::get(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)? {
        Found::Record(record) => *record,
        Found::MergedInto(other) => return Err(Stop::To(format!("/advocates/{other}"))),
    };
    let (who, today) = (desk.principal(), desk.now.date_naive());
    let consents = resolve(&store::advocacy::consent::ledger(desk.db(), Subject::Person(id)).await?, today);
    let shows = match (shows_every_seat(&who), shows_cohorts(&who, &consents)) {
        (true, _) => Shows::Everything,
        (false, true) => Shows::Attendance,
        (false, false) => Shows::Nothing,
    };
    let goal = store::advocacy::setting::get(desk.db()).await?.recognition_days;
    let entries = store::advocacy::ledger::of_person_as_seen_by(desk.db(), desk.now, &who, id).await?;
    let limits = store::advocacy::own_limit::of(desk.db(), id).await?;
    let problems = store::advocacy::problem::of(desk.db(), id).await?;
    let asks = store::advocacy::advocate::asks(desk.db(), id).await?;
    let achievements = store::advocacy::advocate::achievements(desk.db(), id).await?;
    let introductions = store::advocacy::advocate::introductions(desk.db(), id).await?;
    let moments = store::advocacy::advocate::timeline(desk.db(), id, shows, desk.page()).await?;
    let drafts = Drafts {
        save: desk.draft("save-advocate").await?,
        give: desk.draft("record-give").await?,
        act: desk.draft("record-act").await?,
        open: desk.draft("open-problem").await?,
        close: desk.draft("close-problem").await?,
    };
    let doing = drafts.doing(desk.query("do"));
    let wanted = drafts.close.typed().map_or_else(|| desk.query("problem").parse().unwrap_or(0), |typed| typed.id("problem"));
    let form = match doing {
        Doing::Nothing => None,
        Doing::Edit => Some(edit_form(&drafts.save, &record)),
        Doing::Give => Some(give_form(&drafts.give, &record, today.to_string())),
        Doing::Act => Some(act_form(&drafts.act, &record, today.to_string())),
        Doing::Problem => Some(problem_form(&drafts.open, &record)),
        Doing::Solve => {
            problems.iter().find(|line| line.id == wanted && line.is_open()).map(|line| solve_form(&drafts.close, &record, line))
        }
    };
    let errors = [&drafts.save, &drafts.give, &drafts.act, &drafts.open, &drafts.close].into_iter().map(form::errors).collect_view();
    let eyebrow =
        [record.title.as_str(), record.company_name.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let (heading, here) = (record.name.clone(), record.name.clone());
    let tags = tags(&record);
    let act = head_act(&record, doing);
    let main = view! {
        {form}
        {known_part(&record, doing)}
        {ledger_part(&record, &entries, shows)}
        {asks_part(id, &asks)}
        {achievements_part(&achievements, goal, today)}
        {introductions_part(&introductions)}
        {problems_part(id, &problems)}
    };
    let side = view! { {health_part(&record)}{limits_part(&limits, today)}{consents_part(&consents, shows)}{more_part(&record)} };
    let pages = pager(&desk, &moments);
    let timeline = timeline_part(moments.rows, pages);
    frame::staff(&desk, Section::Advocates, &record.name, || {
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are">
                    <ol><li><a href="/advocates">"Advocates"</a></li><li aria-current="page">{here}</li></ol>
                </nav>
                {errors}
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1>{tags}</div>
                    <div class="row">{act}</div>
                </div>
                <div class="two"><div class="stack loose">{main}</div><div class="side">{side}</div></div>
                {timeline}
            </main>
        }
    })
}

fn tags(record: &Record) -> AnyView {
    let stage = record.advocate.as_ref().map_or_else(|| tag("", "no record yet"), |advocate| tag("", advocate.stage.as_str()));
    view! { <p class="row">{stage}{health_tag(&record.health)}</p> }.into_any()
}

fn head_act(record: &Record, doing: Doing) -> AnyView {
    if doing == Doing::Edit {
        return ().into_any();
    }
    let label = if record.advocate.is_some() { "Edit the record" } else { "Make a record of them" };
    let class = if doing == Doing::Nothing { "button primary" } else { "button" };
    view! { <a class=class href=format!("/advocates/{}?do=edit#edit", record.id)>{label}</a> }.into_any()
}

fn edit_form(draft: &Draft, record: &Record) -> AnyView {
    let stands = record.advocate.clone().unwrap_or_else(Advocate::identified);
    let stages = Stage::ALL
        .iter()
        .map(|stage| Choice {
            name: "stage".to_owned(),
            value: stage.as_str().to_owned(),
            label: capital(stage.as_str()),
            hint: stage.means().to_owned(),
            ticked: *stage == stands.stage,
        })
        .collect();
    let handles = HandleKind::ALL
        .iter()
        .map(|kind| {
            let value = stands.handles.iter().find(|handle| handle.kind == *kind).map_or_else(String::new, |handle| handle.address.clone());
            let (name, label, hint) = (kind.as_str(), kind.label(), kind.like());
            form::input(draft, Input { name, label, hint, value, optional: true, autocomplete: "off", ..Input::default() })
        })
        .collect_view();
    let list = |name, label, hint, value: &[String]| {
        form::textarea(draft, Input { name, label, hint, value: in_lines(value), optional: true, ..Input::default() }, 3)
    };
    let tongues = Input {
        name: "languages",
        label: "Languages",
        hint: "With commas between, such as English, German.",
        value: language_words(&stands.languages),
        optional: true,
        autocomplete: "off",
        ..Input::default()
    };
    let note = Input {
        name: "note",
        label: "Note",
        hint: "For colleagues. They never read it themselves.",
        value: stands.note.clone(),
        optional: true,
        ..Input::default()
    };
    let heading = if record.advocate.is_some() { "Edit the record" } else { "Make a record of them" };
    let leave = format!("/advocates/{}", record.id);
    view! {
        <section id="edit" class="card stack" aria-labelledby="edit-h">
            <h2 id="edit-h">{heading}</h2>
            <form method="post" action="/api/advocacy/advocate/save" class="stack">
                {form::hidden("person", record.id)}
                {form::hidden("revision", record.revision)}
                {form::choices(draft, "stage", "Where we are with them", "radio", stages)}
                {list("topics", "Topics", "What they know about and could speak on, one a line.", &stands.topics)}
                {list("interests", "Interests", "What they care about, one a line.", &stands.interests)}
                {list("events", "Events they follow", "One a line.", &stands.events)}
                {form::input(draft, tongues)}
                {handles}
                {form::textarea(draft, note, 4)}
                <p class="row"><button class="button primary">"Save the record"</button><a class="button quiet" href=leave>"Leave it"</a></p>
            </form>
        </section>
    }
    .into_any()
}

/// The words of the form for one side of the ledger.
struct Entering {
    heading: &'static str,
    explains: &'static str,
    action: &'static str,
    label: &'static str,
    kinds: Vec<&'static str>,
    /// Of gifts.
    value: AnyView,
    button: &'static str,
}

fn give_form(draft: &Draft, record: &Record, today: String) -> AnyView {
    let hint = "Of a gift: what it cost, in whole units of our currency.";
    let value = Input { name: "value", label: "Value", hint, optional: true, short: true, autocomplete: "off", ..Input::default() };
    let entering = Entering {
        heading: "Record a give",
        explains: "Amplifications, seats and introductions enter by themselves. What is only planned counts nothing: record it once it is given.",
        action: "/api/advocacy/ledger/give",
        label: "What was given",
        kinds: GiveKind::BY_HAND.iter().map(|kind| kind.as_str()).collect(),
        value: form::input(draft, value),
        button: "Record the give",
    };
    entry_form(draft, record, today, entering)
}

fn act_form(draft: &Draft, record: &Record, today: String) -> AnyView {
    let entering = Entering {
        heading: "Record an act",
        explains: "What they did without being asked. What was asked enters by itself once it is done.",
        action: "/api/advocacy/ledger/act",
        label: "What they did",
        kinds: AskKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        value: ().into_any(),
        button: "Record the act",
    };
    entry_form(draft, record, today, entering)
}

fn entry_form(draft: &Draft, record: &Record, today: String, entering: Entering) -> AnyView {
    let nothing = (String::new(), "Choose…".to_owned());
    let kinds = entering.kinds.into_iter().map(|kind| (kind.to_owned(), capital(kind)));
    let kinds = std::iter::once(nothing).chain(kinds).collect();
    let note =
        Input { name: "note", label: "In a few words", hint: "They read this on their own page.", autocomplete: "off", ..Input::default() };
    let leave = format!("/advocates/{}", record.id);
    view! {
        <section id="record" class="card stack" aria-labelledby="record-h">
            <h2 id="record-h">{entering.heading}</h2>
            <p class="soft">{entering.explains}</p>
            <form method="post" action=entering.action class="stack">
                {form::hidden("person", record.id)}
                {form::hidden("company", record.company)}
                {form::hidden("from", "advocate")}
                {form::select(draft, Input { name: "kind", label: entering.label, ..Input::default() }, kinds)}
                {form::input(draft, Input { name: "on", label: "When", kind: "date", value: today, ..Input::default() })}
                {form::input(draft, note)}
                {entering.value}
                <p class="row"><button class="button primary">{entering.button}</button><a class="button quiet" href=leave>"Leave it"</a></p>
            </form>
        </section>
    }
    .into_any()
}

fn problem_form(draft: &Draft, record: &Record) -> AnyView {
    let choice = |value: &str, label: String, hint: &str, ticked| Choice {
        name: "whose".to_owned(),
        value: value.to_owned(),
        label,
        hint: hint.to_owned(),
        ticked,
    };
    let whose = vec![
        choice("person", format!("{}’s alone", record.name), "Nothing is asked of them until it is put right.", true),
        choice("company", format!("{}’s", record.company_name), "Nothing is asked of anybody there until it is put right.", false),
    ];
    let what =
        Input { name: "what", label: "What is to be put right", hint: "In a sentence. They never read it themselves.", ..Input::default() };
    let leave = format!("/advocates/{}", record.id);
    view! {
        <section id="problem" class="card stack" aria-labelledby="problem-h">
            <h2 id="problem-h">"Something is to be put right"</h2>
            <form method="post" action="/api/advocacy/problem/open" class="stack">
                {form::hidden("person", record.id)}
                {form::hidden("company", record.company)}
                {form::choices(draft, "whose", "Whose trouble it is", "radio", whose)}
                {form::textarea(draft, what, 3)}
                <p class="row"><button class="button primary">"Write it down"</button><a class="button quiet" href=leave>"Leave it"</a></p>
            </form>
        </section>
    }
    .into_any()
}

fn solve_form(draft: &Draft, record: &Record, line: &ProblemLine) -> AnyView {
    let solution =
        Input { name: "solution", label: "How it was put right", hint: "Colleagues read it before they ask again.", ..Input::default() };
    let what = line.what.clone();
    let leave = format!("/advocates/{}", record.id);
    view! {
        <section id="solve" class="card stack" aria-labelledby="solve-h">
            <h2 id="solve-h">"It is put right"</h2>
            <p>{what}</p>
            <form method="post" action="/api/advocacy/problem/close" class="stack">
                {form::hidden("problem", line.id)}
                {form::hidden("person", record.id)}
                {form::textarea(draft, solution, 3)}
                <p class="row"><button class="button primary">"Close it"</button><a class="button quiet" href=leave>"Leave it"</a></p>
            </form>
        </section>
    }
    .into_any()
}

// ---- what is known ---------------------------------------------------------------------------------------------------

fn known_part(record: &Record, doing: Doing) -> AnyView {
    let Some(advocate) = &record.advocate else {
        return if doing == Doing::Edit {
            ().into_any()
        } else {
            view! {
                <section class="stack close"><h2>"What we know"</h2><p>"Nobody made a record of them yet. What belongs to them stands here all the same."</p></section>
            }
            .into_any()
        };
    };
    let stage = format!("{}. {}", capital(advocate.stage.as_str()), advocate.stage.means());
    let mut lines = vec![("Stage", stage.into_any())];
    for (term, list) in [("Topics", &advocate.topics), ("Interests", &advocate.interests), ("Events they follow", &advocate.events)] {
        if !list.is_empty() {
            lines.push((term, list.join(", ").into_any()));
        }
    }
    if !advocate.languages.is_empty() {
        lines.push(("Languages", language_words(&advocate.languages).into_any()));
    }
    for handle in &advocate.handles {
        let (address, text) = (handle.address.clone(), handle.address.clone());
        lines.push((handle.kind.label(), view! { <a href=address rel="noopener noreferrer">{text}</a> }.into_any()));
    }
    if !advocate.note.is_empty() {
        let note = advocate.note.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
        lines.push(("Note", view! { <div class="stack tight">{note}</div> }.into_any()));
    }
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd>{text}</dd> }).collect_view();
    view! { <section class="stack close"><h2>"What we know"</h2><dl class="facts">{lines}</dl></section> }.into_any()
}

fn ledger_part(record: &Record, entries: &[Entry], shows: Shows) -> AnyView {
    let sentence = totals_of_lines(entries).sentence();
    let rows = entries
        .iter()
        .take(ENTRIES)
        .map(|entry| {
            let side = if entry.side == Side::Give { "we gave" } else { "they did" };
            let state = if entry.is_live() { tag("", "counts") } else { tag("warn", "taken back") };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{capital(&entry.kind)}</th>
                    <td role="cell" data-label="Side">{side}</td>
                    <td role="cell" data-label="When">{date(entry.happened_on)}</td>
                    <td role="cell" class="num" data-label="Weight">{entry.weight}</td>
                    <td role="cell" data-label="Note" class="soft">{entry.note.clone()}</td>
                    <td role="cell" data-label="State">{state}</td>
                </tr>
            }
        })
        .collect_view();
    let columns =
        [Column::of("What"), Column::of("Side"), Column::of("When"), Column::num("Weight"), Column::of("Note"), Column::of("State")];
    let table = (!entries.is_empty()).then(|| listing("Gives and acts, the newest first", &columns, rows));
    let seats = (shows == Shows::Nothing)
        .then(|| view! { <p class="soft small">"Seats in cohorts are gives too, and are left out here: whether somebody attends is confidential."</p> });
    let (id, company) = (record.id, record.company);
    view! {
        <section id="ledger" class="stack close">
            <h2>"Given and done"</h2>
            <p>{sentence}</p>
            {table}
            {seats}
            <p class="row">
                <a class="button small" href=format!("/advocates/{id}?do=give#record")>"Record a give"</a>
                <a class="button small" href=format!("/advocates/{id}?do=act#record")>"Record an act"</a>
                <a class="button small quiet" href=format!("/reciprocity/{company}")>"Their company’s ledger"</a>
            </p>
        </section>
    }
    .into_any()
}

fn asks_part(person: i64, asks: &[AskedLine]) -> AnyView {
    let rows = asks
        .iter()
        .map(|line| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=format!("/asks/{}", line.id)>{capital(&line.kind)}</a></th>
                    <td role="cell" data-label="When">{date(line.at.date_naive())}</td>
                    <td role="cell" data-label="State">{tag("", line.state.clone())}</td>
                </tr>
            }
        })
        .collect_view();
    let table = if asks.is_empty() {
        view! { <p class="soft">"Nothing was asked of them yet."</p> }.into_any()
    } else {
        listing("Asks, the newest first", &[Column::of("What for"), Column::of("When"), Column::of("State")], rows)
    };
    view! {
        <section id="asks" class="stack close">
            <h2>"Asks"</h2>
            {table}
            <p class="row"><a class="button small" href=format!("/people/{person}")>"May we ask?"</a></p>
        </section>
    }
    .into_any()
}

fn achievements_part(achievements: &[AchievementLine], goal: u32, today: NaiveDate) -> AnyView {
    if achievements.is_empty() {
        return ().into_any();
    }
    let rows = achievements
        .iter()
        .map(|line| {
            let recognition = days_to_recognition(line.happened_on, line.recognised_at, today);
            let late = is_late(promised_by(line.due, line.reported_at, goal), line.recognised_at, today);
            let days = if line.is_given_up() {
                view! { <span class="soft">"given up"</span> }.into_any()
            } else {
                tag(recognition.tone(late), recognition.words())
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=format!("/achievements/{}", line.id)>{line.title.clone()}</a></th>
                    <td role="cell" data-label="Kind">{capital(&line.kind)}</td>
                    <td role="cell" data-label="When">{date(line.happened_on)}</td>
                    <td role="cell" data-label="State">{tag("", line.state.clone())}</td>
                    <td role="cell" data-label="Recognition">{days}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Column::of("What"), Column::of("Kind"), Column::of("When"), Column::of("State"), Column::of("Recognition")];
    let table = listing("Achievements, the newest first", &columns, rows);
    view! { <section class="stack close"><h2>"Achievements"</h2>{table}</section> }.into_any()
}

fn introductions_part(introductions: &[IntroductionLine]) -> AnyView {
    if introductions.is_empty() {
        return ().into_any();
    }
    let rows = introductions
        .iter()
        .map(|line| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{line.with_name.clone()}</th>
                    <td role="cell" data-label="Company">{line.with_company.clone()}</td>
                    <td role="cell" data-label="About">{line.topic.clone()}</td>
                    <td role="cell" data-label="Offered">{date(line.offered_at.date_naive())}</td>
                    <td role="cell" data-label="State">{tag("", line.state.clone())}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Column::of("With"), Column::of("Company"), Column::of("About"), Column::of("Offered"), Column::of("State")];
    let table = listing("Introductions, the newest first", &columns, rows);
    view! { <section class="stack close"><h2>"Introductions"</h2>{table}</section> }.into_any()
}

fn problems_part(person: i64, problems: &[ProblemLine]) -> AnyView {
    let lines = problems
        .iter()
        .map(|line| {
            let whose = if line.of_company { " Of their whole company." } else { "" };
            let by = line.opened_by.clone().map_or_else(String::new, |by| format!(" by {by}"));
            let opened = format!("Written down on {}{by}.{whose}", day(line.opened_at.date_naive()));
            let what = line.what.clone();
            let rest = match line.closed_at {
                Some(at) => {
                    let (when, how) = (format!("Put right on {}: ", day(at.date_naive())), line.solution.clone());
                    view! { <p class="small">{when}{how}</p> }.into_any()
                }
                None => {
                    let to = format!("/advocates/{person}?do=solve&problem={}#solve", line.id);
                    view! { <p><a class="button small" href=to>"It is put right…"</a></p> }.into_any()
                }
            };
            let state = if line.is_open() { tag("stop", "open") } else { tag("good", "put right") };
            view! { <li class="stack tight"><p>{state} " " {what}</p><p class="small soft">{opened}</p>{rest}</li> }
        })
        .collect_view();
    let body = if problems.is_empty() {
        view! { <p class="soft">"Nothing is to be put right."</p> }.into_any()
    } else {
        view! { <ul class="plain stack">{lines}</ul> }.into_any()
    };
    view! {
        <section id="problems" class="stack close">
            <h2>"To be put right"</h2>
            {body}
            <p class="row"><a class="button small" href=format!("/advocates/{person}?do=problem#problem")>"Write something down"</a></p>
        </section>
    }
    .into_any()
}

// ---- beside it -------------------------------------------------------------------------------------------------------

fn health_part(record: &Record) -> AnyView {
    let reasons = record.health.because().iter().map(|reason| view! { <li>{reason.sentence()}</li> }).collect::<Vec<_>>();
    let body =
        if reasons.is_empty() { view! { <p>"Nothing speaks for a rest."</p> }.into_any() } else { view! { <ul>{reasons}</ul> }.into_any() };
    // The exact day stands here by decision, as on the list of people: whoever asks must know from when on they may.
    let quiet = record.quiet_until.map_or_else(|| "not quiet".to_owned(), date);
    let asked = record.last_asked.map_or_else(|| "never".to_owned(), |at| date(at.date_naive()));
    view! {
        <section class="stack close">
            <h2>"Health"</h2>
            {body}
            <dl class="facts"><dt>"Last asked"</dt><dd>{asked}</dd><dt>"Quiet until"</dt><dd>{quiet}</dd></dl>
        </section>
    }
    .into_any()
}

fn limits_part(limits: &Limits, today: NaiveDate) -> AnyView {
    let mut said = limits.in_words(today);
    if !limits.note.is_empty() {
        said.push(format!("In their words: {}", limits.note));
    }
    let body = if said.is_empty() {
        view! { <p class="soft">"They set none. Only they can, on their own page."</p> }.into_any()
    } else {
        let lines = said.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! { <ul>{lines}</ul> }.into_any()
    };
    view! { <section class="stack close"><h2>"Limits they set"</h2>{body}</section> }.into_any()
}

/// What they allow today. That they allow their attendance to be said says that they attended.
fn consents_part(consents: &Consents, shows: Shows) -> AnyView {
    let shown = |scope: &Scope| *scope != Scope::Attendance || shows != Shows::Nothing;
    let lines = Scope::ALL
        .iter()
        .copied()
        .filter(shown)
        .filter_map(|scope| {
            let live: Vec<_> = consents.live().filter(|(of, ..)| *of == scope).collect();
            let until = live.iter().map(|(.., until, _)| *until).min()?;
            let places: Vec<String> = live.iter().filter_map(|(_, channel, ..)| channel.map(Channel::place)).map(str::to_owned).collect();
            let places = if places.len() == Channel::ALL.len() { "everywhere".to_owned() } else { words::list(&places) };
            let says = if places.is_empty() { format!("until {}", date(until)) } else { format!("{places}, until {}", date(until)) };
            Some(view! { <dt>{capital(scope.as_str())}</dt><dd>{says}</dd> })
        })
        .collect::<Vec<_>>();
    let body = if lines.is_empty() {
        view! { <p class="soft">"They allow nothing at the moment. Only they can, by their own link."</p> }.into_any()
    } else {
        view! { <dl class="facts">{lines}</dl> }.into_any()
    };
    view! { <section class="stack close"><h2>"What they allow"</h2>{body}</section> }.into_any()
}

fn more_part(record: &Record) -> AnyView {
    let (id, company, email) = (record.id, record.company, record.email.clone());
    let company_name = record.company_name.clone();
    view! {
        <section class="stack close">
            <h2>"More"</h2>
            <dl class="facts"><dt>"Address"</dt><dd>{email}</dd><dt>"Company"</dt><dd><a href=format!("/companies/{company}")>{company_name}</a></dd></dl>
            <form method="post" action="/api/advocacy/own-page/send-link">
                {form::hidden("person", id)}
                <button class="button small">"Send them a link to their own page"</button>
            </form>
            <p><a class="button small quiet" href=format!("/advocates/{id}/merge")>"They stand here twice…"</a></p>
        </section>
    }
    .into_any()
}

// ---- the timeline ----------------------------------------------------------------------------------------------------

fn timeline_part(moments: Vec<Moment>, pages: AnyView) -> AnyView {
    let body = if moments.is_empty() {
        view! { <p class="soft">"Nothing happened yet."</p> }.into_any()
    } else {
        let rows = moments.into_iter().map(moment).collect_view();
        listing("Everything, the newest first", &[Column::of("When"), Column::of("What"), Column::of("How it stands")], rows)
    };
    view! { <section id="timeline" class="stack"><h2>"Everything so far"</h2>{body}{pages}</section> }.into_any()
}

fn moment(moment: Moment) -> AnyView {
    let (what, link, state) = in_words(&moment);
    let what = match link {
        Some(to) => view! { <a href=to>{what}</a> }.into_any(),
        None => what.into_any(),
    };
    let state = (!state.is_empty()).then(|| tag("", state));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><time datetime=moment.day.to_string()>{date(moment.day)}</time></th>
            <td role="cell" data-label="What">{what}</td>
            <td role="cell" data-label="How it stands">{state}</td>
        </tr>
    }
    .into_any()
}

/// What happened, where it leads, and how it stands.
fn in_words(moment: &Moment) -> (String, Option<String>, String) {
    let Moment { what, detail, state, id, .. } = moment;
    let noted = |words: String| if detail.is_empty() { words } else { format!("{words}: {detail}") };
    match moment.sort.as_str() {
        "ask" => (format!("Asked for: {what}"), Some(format!("/asks/{id}")), state.clone()),
        "give" => (noted(format!("We gave: {what}")), None, state.clone()),
        "act" => (noted(format!("They did: {what}")), None, state.clone()),
        "achievement" => (format!("{}: {detail}", capital(what)), Some(format!("/achievements/{id}")), state.clone()),
        "recognised" => (format!("Recognised: {detail}"), Some(format!("/achievements/{id}")), String::new()),
        "introduction" => (format!("Introduction about {what}"), None, state.clone()),
        "problem" => (format!("To be put right: {what}"), None, state.clone()),
        "solved" => (format!("Put right: {detail}"), None, String::new()),
        "consent" => {
            let places: Vec<String> =
                detail.split(',').filter_map(|word| Channel::parse(word.trim())).map(|channel| channel.place().to_owned()).collect();
            let act = if state == "grant" { "Allowed" } else { "Took back" };
            let words = format!("{act}: {what}");
            (if places.is_empty() { words } else { format!("{words} {}", words::list(&places)) }, None, String::new())
        }
        "published" => {
            let place = Channel::parse(detail).map_or_else(String::new, |channel| format!(", {}", channel.place()));
            (format!("Published: {what}{place}"), Some(format!("/publications/{id}")), state.clone())
        }
        "record" => {
            let act = match what.as_str() {
                "make" => "Record made",
                "import" => "Record changed by a file",
                "merge" => "Made one with another record",
                _ => "Record changed",
            };
            let change = match (detail.is_empty(), state.is_empty()) {
                (_, true) => String::new(),
                (true, false) => format!(": {state}"),
                (false, false) => format!(": {detail} to {state}"),
            };
            (format!("{act}{change}"), None, String::new())
        }
        "cohort" => (format!("Took part in “{what}”"), None, state.clone()),
        "named" => (format!("Named for “{what}”"), None, state.clone()),
        other => (format!("{}: {what}", capital(other)), None, state.clone()),
    }
}
