//! Marketing's home: what needs somebody, how fast customers are recognised, and every task as a board, a list and a month.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use domain::advocacy::achievement::{days_to_recognition, is_late};
use domain::advocacy::amplification::{Act, State, needs_comment};
use domain::advocacy::board::{Column as Stage, First, Waits as For, act_label, column, first, moves, toward, waits_for, waits_words};
use domain::advocacy::consent::{Channel, Scope};
use domain::advocacy::result::Totals;
use domain::advocacy::wording::language_name;
use domain::time::Zone;
use domain::time::words::{date, day, day_month, moment};
use leptos::prelude::*;
use store::advocacy::board::{Board, Card, Filter, MOST_CARDS, Mark, Marked, Needs, Sort, Waits};
use store::advocacy::publication::Due;
use store::advocacy::webhook::DeliveryLine;

use super::frame::{Celebrating, celebrating};
use crate::components::form;
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Reply, encode};
use crate::frame::{self, Islands, Section};
use crate::islands::board::TaskBoard;
use crate::words::{self, capital, count, figure, thousands};

/// The board, with what needs somebody above it.
///
/// # Errors
/// Faults.
pub async fn board(desk: Desk) -> Reply {
    let me = desk.staff()?.id;
    let filter = filter(&desk, me);
    let settings = store::advocacy::setting::get(desk.db()).await?;
    let pace = store::advocacy::achievement::pace(desk.db(), desk.now).await?;
    let needs = store::advocacy::board::needs(desk.db(), desk.now, &settings).await?;
    let failed = store::advocacy::webhook::failed_today(desk.db(), desk.now).await?;
    let take_downs = store::advocacy::publication::due(desk.db()).await?;
    let owners = store::advocacy::board::owners(desk.db()).await?;
    let found = store::advocacy::board::board(desk.db(), desk.now, &filter).await?;
    let back = desk.with_query("page", "");
    let at = Seen { me, today: desk.now.date_naive(), back: &back };
    let filtered = filter != Filter::default();
    let nothing = found.open.is_empty() && found.published.is_empty();
    let filters = filters(&desk, "/celebrate", &owners, &[], None);
    let body = if nothing && !filtered {
        let sentence = "Add an achievement and verify it: the task to celebrate it opens by itself, with its deadline.";
        empty("Nothing to celebrate yet", sentence, Some(("/achievements/new".to_owned(), "Add an achievement")))
    } else {
        columns(&at, found)
    };
    frame::staff_with(&desk, Section::Celebrate, Islands::Staff, "Celebrate", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head">
                    <div class="stack tight"><h1>"Celebrate"</h1><p class="soft">{pace.sentence()}</p></div>
                    <div class="row"><a class="button" href="/celebrate/month">"Calendar"</a><a class="button primary" href="/achievements/new">"Add an achievement"</a></div>
                </div>
                {celebrating(Celebrating::Board, true)}
                {needs_you(&at, needs, failed, take_downs)}
                {filters}
                <TaskBoard>{body}</TaskBoard>
            </main>
        }
    })
}

/// Who looks, and what days are measured by.
#[derive(Clone, Copy)]
struct Seen<'a> {
    me: i64,
    today: NaiveDate,
    /// This very page, filtered as it is: a step leads back to it.
    back: &'a str,
}

fn filter(desk: &Desk, me: i64) -> Filter {
    Filter {
        owner: if desk.query("owner") == "mine" { Some(me) } else { desk.query("owner").parse().ok() },
        channel: Channel::parse(desk.query("channel")),
        company: desk.query("company").trim().to_owned(),
        state: None,
        due_before: None,
    }
}

/// Who has it in hand, where, of which company; and more, as the list has it.
fn filters(desk: &Desk, action: &'static str, owners: &[(i64, String)], more: &[Choice], due_before: Option<String>) -> AnyView {
    let everybody = [(String::new(), "Everybody".to_owned()), ("mine".to_owned(), "Me".to_owned())];
    let owners = everybody.into_iter().chain(owners.iter().map(|(id, name)| (id.to_string(), name.clone()))).collect();
    let everywhere = std::iter::once((String::new(), "Every channel".to_owned()));
    let channels = everywhere.chain(Channel::ALL.iter().map(|channel| (channel.as_str().to_owned(), channel.label().to_owned()))).collect();
    let more = more.iter().map(|choice| choose(desk, choice.name, choice.label, choice.options.clone())).collect_view();
    let due_before = due_before.map(|day| {
        view! { <div class="field"><label for="due_before">"Due by"</label><input id="due_before" name="due_before" type="date" value=day/></div> }
    });
    let company = desk.query("company").trim().to_owned();
    view! {
        <form class="filters" method="get" action=action role="search">
            {choose(desk, "owner", "In hand of", owners)}
            {choose(desk, "channel", "Channel", channels)}
            {more}
            {due_before}
            <div class="field grow"><label for="company">"Company"</label><input id="company" name="company" type="search" value=company autocomplete="off"/></div>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}

/// One more thing to filter by.
struct Choice {
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
}

fn choose(desk: &Desk, name: &'static str, label: &'static str, options: Vec<(String, String)>) -> AnyView {
    let chosen = desk.query(name).to_owned();
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    view! { <div class="field"><label for=name>{label}</label><select id=name name=name>{options}</select></div> }.into_any()
}

// ---- what needs somebody ---------------------------------------------------------------------------------------------

fn needs_you(at: &Seen<'_>, needs: Needs, failed: Vec<DeliveryLine>, take_downs: Vec<Due>) -> AnyView {
    let mut lines: Vec<AnyView> = Vec::new();
    for due in take_downs {
        let sentence = format!(" is to be taken down {} by {}.", place(&due.channel), day(due.due_day));
        lines.push(attention(&due.title, sentence, format!("/publications/{}#take-downs", due.publication), "Take it down"));
    }
    lines.extend(failed.into_iter().map(undelivered));
    lines.extend(needs.tasks.into_iter().map(|task| {
        let (sentence, label) = waits(at, &task);
        attention(&task.title, sentence, format!("/celebrate/{}", task.task), label)
    }));
    if needs.more {
        lines.push(line("More tasks wait.".to_owned(), "/celebrate/list?sort=waiting".to_owned(), "See all of them"));
    }
    if needs.reported > 0 {
        let sentence = format!("{} to be verified.", count(needs.reported, "achievement is", "achievements are"));
        lines.push(line(sentence, "/achievements?state=reported".to_owned(), "Verify"));
    }
    if needs.found > 0 {
        let sentence = count(
            needs.found,
            "mention was found in the feeds and is to be looked at.",
            "mentions were found in the feeds and are to be looked at.",
        );
        lines.push(line(sentence, "/feeds".to_owned(), "Look"));
    }
    if needs.due_this_week > 0 {
        let week = at.today + Days::new(6);
        let sentence =
            format!("{} by {}.", count(needs.due_this_week, "customer is to be celebrated", "customers are to be celebrated"), day(week));
        lines.push(line(sentence, format!("/celebrate/list?due_before={week}"), "See this week"));
    }
    if lines.is_empty() {
        return ().into_any();
    }
    view! { <section class="stack close" aria-labelledby="needs-you"><h2 id="needs-you">"Needs you"</h2><ul class="attention">{lines}</ul></section> }
        .into_any()
}

fn attention(title: &str, sentence: String, to: String, label: &'static str) -> AnyView {
    let (title, named) = (title.to_owned(), format!("{label}: {title}"));
    view! { <li><span><strong>{title}</strong>{sentence}</span><a class="button small" href=to aria-label=named>{label}</a></li> }
        .into_any()
}

fn line(sentence: String, to: String, label: &'static str) -> AnyView {
    view! { <li><span>{sentence}</span><a class="button small" href=to>{label}</a></li> }.into_any()
}

/// A delivery that a channel's program did not take, and its day is today.
fn undelivered(one: DeliveryLine) -> AnyView {
    let place = Channel::parse(&one.channel).map_or_else(|| one.channel.clone(), |channel| channel.label().to_owned());
    let what = if one.stopped { "was sent to" } else { "was not taken by" };
    let sentence = format!(" {what} the program for this channel: {place}. {}", one.last_answer);
    let act = if one.due {
        let named = format!("Send again: {}", one.title);
        view! {
            <form method="post" action="/api/advocacy/webhook/retry">
                {form::hidden("delivery", one.id)}
                {form::hidden("from", "board")}
                <button class="button small" aria-label=named>"Send again"</button>
            </form>
        }
        .into_any()
    } else {
        let to = one.task.map_or_else(|| "/celebrate/list".to_owned(), |task| format!("/celebrate/{task}"));
        view! { <a class="button small" href=to>"Open the task"</a> }.into_any()
    };
    view! { <li><span><strong>{one.title}</strong>{sentence}</span>{act}</li> }.into_any()
}

/// What a task waits for, after its title; and what the button beside it says.
fn waits(at: &Seen<'_>, task: &Waits) -> (String, &'static str) {
    let company = &task.company;
    let since = since(at.today, task.since);
    let late = if task.due_day < at.today { format!(" It was due {}.", day_month(task.due_day)) } else { String::new() };
    match task.state {
        State::Failed => (format!(" ({company}) was not published on its day.{late}"), "See to it"),
        State::ChangesRequested if task.last_act == Act::CustomerSuggest.as_str() => {
            (format!(" ({company}): the customer suggested an edit {since}.{late}"), "Read it")
        }
        State::ChangesRequested => (format!(" ({company}) is to be changed, as a colleague asked {since}.{late}"), "Change it"),
        State::InReview => (format!(" ({company}) came to review {since} and needs another pair of eyes.{late}"), "Review it"),
        State::WithCustomer => {
            let who = if task.approver.is_empty() { "the customer".to_owned() } else { task.approver.clone() };
            let reminded = match task.reminders {
                0 => String::new(),
                1 => ", reminded once".to_owned(),
                times => format!(", reminded {times} times"),
            };
            (format!(" ({company}) was sent to {who} {since}{reminded}.{late}"), "Open it")
        }
        State::ApprovedInternally => {
            (format!(" ({company}) was approved here {since} and is to be sent to the customer.{late}"), "Send it")
        }
        State::Approved => (format!(" ({company}) was approved by the customer {since} and is to be scheduled.{late}"), "Schedule it"),
        _ => {
            let owner =
                task.owner.as_ref().map_or_else(|| " Nobody has it in hand.".to_owned(), |owner| format!(" It is in hand of {owner}."));
            (format!(" ({company}) was due {}.{owner}", day_month(task.due_day)), "Open it")
        }
    }
}

/// `today`, `yesterday`, `4 days ago`
fn since(today: NaiveDate, at: DateTime<Utc>) -> String {
    match (today - at.date_naive()).num_days() {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

fn place(channel: &str) -> String {
    Channel::parse(channel).map_or_else(|| format!("on {channel}"), |channel| channel.place().to_owned())
}

/// Where what is public and no longer on the board stands.
const EARLIER: &str = "/celebrate/list?sort=newest&state=published";

// ---- the board -------------------------------------------------------------------------------------------------------

fn columns(at: &Seen<'_>, board: Board) -> AnyView {
    let Board { open, published, more_open, more_published } = board;
    let mut stages: Vec<(Stage, Vec<Card>)> = Stage::ALL.iter().map(|stage| (*stage, Vec::new())).collect();
    for card in open.into_iter().chain(published) {
        let stage = column(card.state, card.hold);
        if let Some((_, cards)) = stages.iter_mut().find(|(this, _)| Some(*this) == stage) {
            cards.push(card);
        }
    }
    let columns = stages
        .into_iter()
        .map(|(stage, cards)| {
            let id = format!("column-{}", stage.key());
            let labelled = id.clone();
            let figure = cards.len();
            let nothing = cards.is_empty().then(|| view! { <p class="small soft">"Nothing here."</p> });
            let cards = cards.iter().map(|card| draw(at, card)).collect_view();
            let more = (stage == Stage::Published && more_published)
                .then(|| view! { <p class="small"><a href=EARLIER>"Earlier ones are on the list"</a></p> });
            view! {
                <section class="stack" data-column=stage.key() data-label=stage.label() aria-labelledby=labelled>
                    <h2 id=id><span>{stage.label()}</span>" "<span class="num">{figure}</span></h2>
                    {nothing}
                    {cards}
                    {more}
                </section>
            }
        })
        .collect_view();
    let more = more_open.then(|| {
        let sentence = format!("These are the {MOST_CARDS} most urgent tasks. ");
        view! { <p class="small soft">{sentence}<a href="/celebrate/list">"All of them are on the list"</a></p> }
    });
    view! { <div id="board" class="stack"><div class="board">{columns}</div>{more}</div> }.into_any()
}

fn draw(at: &Seen<'_>, card: &Card) -> AnyView {
    let (id, title) = (card.id, card.title.clone());
    let eyebrow = format!("{} · {}", capital(&card.kind), card.company);
    let places = channels(card);
    let places = (!places.is_empty()).then(|| view! { <p class="small">{places}</p> });
    let seen = (card.totals.counted > 0).then(|| view! { <p class="small num">{seen(&card.totals)}</p> });
    view! {
        <article id=format!("task-{id}") data-task=id.to_string() data-revision=card.revision.to_string() data-title=card.title.clone() data-toward=ways(card)>
            <p class="small soft">{eyebrow}</p>
            <h3><a href=format!("/celebrate/{id}")>{title}</a></h3>
            {places}
            {seen}
            <p class="row">{tags(at, card)}</p>
            {move_on(at, card)}
        </article>
    }
    .into_any()
}

/// Which act leads to which column, for the island: `in-review=submit to-write=request-changes!`. The mark says that
/// something has to be said with it.
fn ways(card: &Card) -> String {
    let ways = Stage::ALL.iter().filter_map(|to| {
        let act = toward(card.state, card.hold, is_written(card), *to)?;
        Some(format!("{}={act}{}", to.key(), if needs_comment(act) { "!" } else { "" }))
    });
    ways.collect::<Vec<_>>().join(" ")
}

/// `Blog, LinkedIn page (English and Danish)`
fn channels(card: &Card) -> String {
    let places: Vec<String> = card
        .channels
        .iter()
        .map(|(channel, languages)| {
            if languages.iter().all(|language| language == "en") {
                return channel.label().to_owned();
            }
            let names: Vec<String> = languages.iter().map(|language| language_name(language).to_owned()).collect();
            format!("{} ({})", channel.label(), words::list(&names))
        })
        .collect();
    places.join(", ")
}

/// `4,120 seen · 1 click · 96 reactions`
fn seen(totals: &Totals) -> String {
    let figures = [
        (totals.impressions, "seen", "seen"),
        (totals.clicks, "click", "clicks"),
        (totals.reactions, "reaction", "reactions"),
        (totals.comments, "comment", "comments"),
    ];
    let figures = figures.into_iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| figure(number, one, many));
    let figures: Vec<String> = figures.collect();
    if figures.is_empty() { "nothing counted yet".to_owned() } else { figures.join(" · ") }
}

fn number(figure: i64) -> String {
    thousands(figure.unsigned_abs())
}

/// When it is due, for whom it waits, what is allowed, how long it takes.
fn tags(at: &Seen<'_>, card: &Card) -> AnyView {
    let mut tags: Vec<AnyView> = Vec::new();
    let over = matches!(card.state, State::Published | State::Measured | State::Rejected | State::Withdrawn);
    if !over {
        tags.push(due_tag(at.today, card.due_day));
    }
    tags.push(waits_tag(at.today, card));
    if !over && !card.missing.is_empty() {
        tags.push(tag("stop", format!("no consent: {}", scopes(card.missing.iter()))));
    }
    if !over && !card.allowed.is_empty() {
        tags.push(tag("good", format!("allowed: {}", scopes(card.allowed.iter()))));
    }
    let recognition = days_to_recognition(card.happened_on, card.recognised_at, at.today);
    let late = is_late(card.due_day, card.recognised_at, at.today);
    tags.push(tag(recognition.tone(late), recognition.words()));
    tags.into_iter().map(|tag| view! { {tag} " " }).collect_view().into_any()
}

fn due_tag(today: NaiveDate, due: NaiveDate) -> AnyView {
    match (due - today).num_days() {
        ..0 => tag("stop", format!("was due {}", day_month(due))),
        0 => tag("warn", "due today"),
        _ => tag("", format!("due {}", day_month(due))),
    }
}

/// For whom it waits, in words.
fn waits_tag(today: NaiveDate, card: &Card) -> AnyView {
    if let Some(by) = card.down_by {
        return tag("stop", format!("to be taken down by {}", day_month(by)));
    }
    let words = waits_words(card.state, card.hold);
    let on = card.planned_for.map_or_else(String::new, |day| format!(", {}", day_month(day)));
    match (card.state, waits_for(card.state, card.hold)) {
        (State::OnHold, _) => tag("warn", words),
        (State::Failed, _) => tag("stop", words),
        (State::InReview, _) if !card.writers.is_empty() => {
            let writers: Vec<String> = card.writers.values().cloned().collect();
            tag("", format!("written by {}, {words}", words::list(&writers)))
        }
        (State::WithCustomer, For::Customer) => {
            let reminded = match card.reminders {
                0 => String::new(),
                1 => ", reminded once".to_owned(),
                times => format!(", reminded {times} times"),
            };
            tag("", format!("sent {}{reminded}", since(today, card.waits_since)))
        }
        (State::Approved | State::Scheduled, _) => tag("good", format!("{words}{on}")),
        (State::Measured, _) => tag("good", words),
        _ => tag("", words),
    }
}

fn scopes<'a>(scopes: impl Iterator<Item = &'a Scope>) -> String {
    scopes.map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}

fn is_written(card: &Card) -> bool {
    !card.channels.is_empty()
}

/// What comes first, on the task's own pages; else the steps that need no words.
fn move_on(at: &Seen<'_>, card: &Card) -> AnyView {
    let (id, title) = (card.id, &card.title);
    match first(card.state, is_written(card)) {
        Some(First::Write) => return lead(format!("/celebrate/{id}/wording"), "Write it", title),
        Some(First::Read) if card.suggested => return lead(format!("/celebrate/{id}"), "Read what they suggest", title),
        Some(First::Read) => return lead(format!("/celebrate/{id}"), "Read what to change", title),
        None => {}
    }
    // Who wrote it does not approve it.
    let wrote = card.writers.contains_key(&at.me);
    let acts: Vec<Act> =
        moves(card.state, card.hold, is_written(card)).into_iter().filter(|act| !(wrote && *act == Act::Approve)).collect();
    let choice = match acts.as_slice() {
        [] => return ().into_any(),
        [act] => {
            let named = format!("{}: {title}", act_label(*act));
            view! { {form::hidden("act", act)} <button class="button small" aria-label=named>{act_label(*act)}</button> }.into_any()
        }
        _ => {
            let (id, named) = (format!("act-{}", card.id), format!("Move on: {title}"));
            let label = format!("What next for {title}");
            let options = acts.iter().map(|act| view! { <option value=act.as_str()>{act_label(*act)}</option> }).collect_view();
            view! {
                <label class="visually-hidden" for=id.clone()>{label}</label>
                <select id=id name="act">{options}</select>
                <button class="button small" aria-label=named>"Move on"</button>
            }
            .into_any()
        }
    };
    view! {
        <form class="row" method="post" action="/api/advocacy/amplification/step">
            {form::hidden("task", card.id)}
            {form::hidden("revision", card.revision)}
            {form::hidden("from", "board")}
            {form::hidden("back", at.back)}
            {choice}
        </form>
    }
    .into_any()
}

fn lead(to: String, label: &'static str, title: &str) -> AnyView {
    let named = format!("{label}: {title}");
    view! { <p><a class="button small" href=to aria-label=named>{label}</a></p> }.into_any()
}

// ---- the list --------------------------------------------------------------------------------------------------------

/// Every task, those that are over too.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let me = desk.staff()?.id;
    let filter = Filter {
        state: State::parse(desk.query("state")),
        due_before: domain::time::parse_date(desk.query("due_before")).ok(),
        ..filter(&desk, me)
    };
    let sort = Sort::parse(desk.query("sort"));
    let owners = store::advocacy::board::owners(desk.db()).await?;
    let totals = store::advocacy::board::came_to(desk.db(), &filter).await?;
    let found = store::advocacy::board::list(desk.db(), desk.now, &filter, sort, desk.page()).await?;
    let back = desk.with_query("page", "");
    let at = Seen { me, today: desk.now.date_naive(), back: &back };
    let every = std::iter::once((String::new(), "Every state".to_owned()));
    let states = every.chain(State::ALL.iter().map(|state| (state.as_str().to_owned(), capital(state.as_str())))).collect();
    let sorts = [("due", "Due first"), ("waiting", "Waiting longest"), ("company", "By company"), ("newest", "Newest first")];
    let sorts = sorts.into_iter().map(|(word, label)| (word.to_owned(), label.to_owned())).collect();
    let before = filter.due_before.map(|day| day.to_string()).unwrap_or_default();
    let more = [Choice { name: "state", label: "State", options: states }, Choice { name: "sort", label: "Sorted", options: sorts }];
    let filters = filters(&desk, "/celebrate/list", &owners, &more, Some(before));
    let eyebrow = count(u32::try_from(found.total).unwrap_or(u32::MAX), "task", "tasks");
    let pages = pager(&desk, &found);
    let body = if found.rows.is_empty() {
        if filter == Filter::default() {
            let sentence = "A task opens when an achievement is verified.";
            empty("No task yet", sentence, Some(("/achievements".to_owned(), "See the achievements")))
        } else {
            empty("No task fits", "Choose fewer things at once, or show all.", Some(("/celebrate/list".to_owned(), "Show all")))
        }
    } else {
        let rows = found.rows.iter().map(|card| row(&at, card)).collect_view();
        let columns = [
            Column::of("Task"),
            Column::of("Company"),
            Column::of("Channels"),
            Column::of("State"),
            Column::of("In hand of"),
            Column::of("Due"),
            Column::of("To recognition"),
        ];
        listing("Tasks", &columns, rows)
    };
    frame::staff(&desk, Section::Celebrate, "Every task", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"Every task"</h1></div>
                    <div class="row"><a class="button" href="/celebrate/results">"Import results"</a></div>
                </div>
                {celebrating(Celebrating::List, true)}
                {summary(&totals)}
                {filters}
                {body}
                {pages}
            </main>
        }
    })
}

/// What everything that is on the list came to.
fn summary(totals: &Totals) -> AnyView {
    if totals.publications == 0 {
        return ().into_any();
    }
    let figures = [
        (i64::from(totals.publications), "public", "public"),
        (totals.impressions, "seen", "seen"),
        (totals.clicks, "click", "clicks"),
        (totals.reactions, "reaction", "reactions"),
        (totals.comments, "comment", "comments"),
        (totals.value, "worth, as attention that is paid for", "worth, as attention that is paid for"),
    ]
    .into_iter()
    .map(|(figure, one, many)| {
        let label = if figure == 1 { one } else { many };
        view! { <p><b class="num">{number(figure)}</b><span class="soft small">{label}</span></p> }
    })
    .collect_view();
    let open = totals.publications - totals.counted;
    let open = (open > 0).then(|| {
        let sentence = format!("{} still to be counted.", count(open, "publication is", "publications are"));
        view! { <p class="small soft">{sentence}</p> }
    });
    view! { <section class="stack close" aria-label="What it came to"><div class="figures">{figures}</div>{open}</section> }.into_any()
}

fn row(at: &Seen<'_>, card: &Card) -> AnyView {
    let recognition = days_to_recognition(card.happened_on, card.recognised_at, at.today);
    let late = is_late(card.due_day, card.recognised_at, at.today);
    let over = matches!(card.state, State::Published | State::Measured | State::Rejected | State::Withdrawn);
    let due = if over { view! { <span class="soft">{date(card.due_day)}</span> }.into_any() } else { due_tag(at.today, card.due_day) };
    let tone = match card.state {
        State::Published | State::Measured => "good",
        State::OnHold => "warn",
        State::Failed | State::Rejected | State::Withdrawn => "stop",
        _ => "",
    };
    let seen = (card.totals.counted > 0).then(|| view! { <p class="small soft num">{seen(&card.totals)}</p> });
    let down = card.down_by.map(|by| view! { <p>{tag("stop", format!("to be taken down by {}", day_month(by)))}</p> });
    let places = channels(card);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/celebrate/{}", card.id)>{card.title.clone()}</a></th>
            <td role="cell" data-label="Company">{card.company.clone()}</td>
            <td role="cell" data-label="Channels" class="soft">{if places.is_empty() { "not written yet".to_owned() } else { places }}</td>
            <td role="cell" data-label="State"><div class="stack tight"><p>{tag(tone, card.state.as_str())}</p>{down}{seen}</div></td>
            <td role="cell" data-label="In hand of">{card.owner.clone().unwrap_or_else(|| "nobody".to_owned())}</td>
            <td role="cell" data-label="Due">{due}</td>
            <td role="cell" data-label="To recognition">{tag(recognition.tone(late), recognition.words())}</td>
        </tr>
    }
    .into_any()
}

// ---- the month -------------------------------------------------------------------------------------------------------

/// A month of due days, approved days and what was published; and the private calendar of what is due.
///
/// # Errors
/// Faults.
pub async fn month(desk: Desk) -> Reply {
    let staff = desk.staff()?.id;
    let today = desk.now.date_naive();
    let first = first_of(desk.query("month")).unwrap_or_else(|| today.with_day(1).unwrap_or(today));
    let marks = store::advocacy::board::month(desk.db(), first).await?;
    let status = store::advocacy::due_feed::status(desk.db(), staff).await?;
    let draft = desk.draft("due-feed").await?;
    let token = draft.typed().map(|typed| typed.get("due_feed_token").to_owned()).filter(|token| !token.is_empty());
    let feed = match token {
        Some(token) => fresh_feed(&format!("{}/due/{token}.ics", desk.app.host.base_url), &desk.app.host.name),
        None => standing_feed(status),
    };
    let heading = first.format("%B %Y").to_string();
    let (before, after) = (first.checked_sub_months(Months::new(1)), first.checked_add_months(Months::new(1)));
    let to = |day: NaiveDate| (format!("/celebrate/month?month={}", day.format("%Y-%m")), day.format("%B %Y").to_string());
    let before = before.map(to).map(|(href, label)| view! { <a class="button" rel="prev" href=href>{label}</a> });
    let after = after.map(to).map(|(href, label)| view! { <a class="button" rel="next" href=href>{label}</a> });
    let nothing = marks.is_empty().then(|| view! { <p class="soft">"Nothing is due, planned or public in this month."</p> });
    let grid = grid(first, today, &marks);
    frame::staff(&desk, Section::Celebrate, &heading, || {
        let shown = heading.clone();
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head">
                    <div class="stack tight"><h1>{shown}</h1><p class="soft">"Days are counted in UTC."</p></div>
                    <nav class="row" aria-label="Months">{before}<a class="button" href="/celebrate/month">"This month"</a>{after}</nav>
                </div>
                {celebrating(Celebrating::Month, true)}
                {nothing}
                {grid}
                <section class="stack" id="feed" aria-labelledby="feed-heading">
                    <h2 id="feed-heading">"In my own calendar"</h2>
                    {feed}
                </section>
            </main>
        }
    })
}

/// `2027-02`
fn first_of(typed: &str) -> Option<NaiveDate> {
    domain::time::parse_date(&format!("{}-01", typed.trim())).ok()
}

/// Weeks of a month, Monday first; days of the months beside it are empty.
fn weeks(first: NaiveDate) -> Vec<[Option<NaiveDate>; 7]> {
    let mut weeks: Vec<[Option<NaiveDate>; 7]> = Vec::new();
    for day in first.iter_days().take_while(|day| day.month() == first.month()) {
        let at = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
        if at == 0 || weeks.is_empty() {
            weeks.push([None; 7]);
        }
        if let Some(place) = weeks.last_mut().and_then(|week| week.get_mut(at)) {
            *place = Some(day);
        }
    }
    weeks
}

fn grid(first: NaiveDate, today: NaiveDate, marks: &[Marked]) -> AnyView {
    let heads = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        .into_iter()
        .map(|name| view! { <th scope="col" role="columnheader">{name}</th> })
        .collect_view();
    let rows = weeks(first)
        .into_iter()
        .map(|week| {
            let cells = week.into_iter().map(|day| cell(day, today, marks)).collect_view();
            view! { <tr role="row">{cells}</tr> }
        })
        .collect_view();
    let caption = format!("What is due, planned and public in {}", first.format("%B %Y"));
    view! {
        <table class="month" role="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead role="rowgroup"><tr role="row">{heads}</tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

fn cell(of: Option<NaiveDate>, today: NaiveDate, marks: &[Marked]) -> AnyView {
    let Some(of) = of else { return view! { <td role="cell" class="outside"></td> }.into_any() };
    let here: Vec<&Marked> = marks.iter().filter(|mark| mark.day == of).collect();
    let class = if here.is_empty() { "free" } else { "" };
    let lines = here
        .into_iter()
        .map(|one| {
            let (tone, what) = match one.mark {
                Mark::Due => (if of < today { "stop" } else { "warn" }, "due"),
                Mark::Planned => ("", if matches!(one.state, State::WithCustomer) { "planned, with the customer" } else { "planned" }),
                Mark::Published => ("good", "public"),
            };
            let (title, company) = (one.title.clone(), one.company.clone());
            view! { <li>{tag(tone, what)} " " <a href=format!("/celebrate/{}", one.task)>{title}</a> " " <span class="small soft">{company}</span></li> }
        })
        .collect_view();
    let now = (of == today).then_some("date");
    let (name, figure) = (of.format("%A ").to_string(), of.day());
    view! {
        <td role="cell" class=class aria-current=now>
            <p class="small"><time datetime=of.to_string()><span class="weekday">{name}</span>{figure}</time></p>
            <ul class="plain">{lines}</ul>
        </td>
    }
    .into_any()
}

/// The link that was made a moment ago, and the ways to use it.
fn fresh_feed(address: &str, host: &str) -> AnyView {
    let webcal = format!("webcal://{}", address.split_once("://").map_or(address, |(_, rest)| rest));
    let name = format!("Due at {host}");
    let google = format!("https://calendar.google.com/calendar/r?cid={}", encode(&webcal));
    let outlook = format!("https://outlook.office.com/calendar/0/addfromweb?url={}&name={}", encode(address), encode(&name));
    view! {
        <p>"Your private link is ready."</p>
        <div class="row">
            <a class="button primary" href=webcal>"Subscribe in Apple or Outlook"</a>
            <a class="button" href=google rel="noopener noreferrer">"Add to Google Calendar"</a>
            <a class="button" href=outlook rel="noopener noreferrer">"Add to Outlook on the web"</a>
        </div>
        <div class="copy">
            <label for="due-feed">"Or copy the link into any calendar"</label>
            <input id="due-feed" readonly=true value=address.to_owned() aria-describedby="due-feed-h"/>
            <p class="hint" id="due-feed-h">"Keep it now: it is not shown again. Add ?mine=1 for what is in your hands only, and ?tasks=vtodo for programs that show to-dos."</p>
        </div>
    }
    .into_any()
}

/// Whether there is a link, and a new one to be had.
fn standing_feed(status: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>) -> AnyView {
    let (says, label) = match status {
        None => {
            ("Every due day of a task and of an ask, in the calendar you use, and true when it moves.".to_owned(), "Make my private link")
        }
        Some((made, fetched)) => {
            let made = moment(&Zone::utc(), made);
            let fetched = fetched.map_or_else(
                || "No calendar has read it yet.".to_owned(),
                |at| format!("A calendar last read it {}.", moment(&Zone::utc(), at)),
            );
            (format!("You have a private link, made {made}. {fetched} A new one stops the old one at once."), "Make a new private link")
        }
    };
    view! {
        <p>{says}</p>
        <form method="post" action="/api/advocacy/due-feed/new"><button class="button">{label}</button></form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_laid_out_from_monday() {
        let first = first_of("2027-02").unwrap();
        let weeks = weeks(first);
        assert_eq!(weeks.len(), 4, "February 2027 begins on a Monday");
        assert_eq!((weeks[0][0], weeks[3][6]), (Some(first), NaiveDate::from_ymd_opt(2027, 2, 28)));
        let weeks = super::weeks(first_of("2027-05").unwrap());
        assert_eq!((weeks.len(), weeks[0][4], weeks[0][5]), (6, None, NaiveDate::from_ymd_opt(2027, 5, 1)), "it begins on a Saturday");
        assert_eq!(weeks.iter().flatten().flatten().count(), 31);
        for wrong in ["", "2027", "2027-13", "x", "0001-01"] {
            assert_eq!(first_of(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn one_of_a_kind_is_one() {
        let totals = Totals { impressions: 4_120, clicks: 1, reactions: 1, comments: 2, ..Totals::default() };
        assert_eq!(seen(&totals), "4,120 seen · 1 click · 1 reaction · 2 comments");
        assert_eq!(seen(&Totals::default()), "nothing counted yet");
    }

    #[test]
    fn how_long_ago_in_words() {
        let today = NaiveDate::from_ymd_opt(2027, 1, 15).unwrap();
        let at = |text: &str| format!("{text}T23:00:00Z").parse::<DateTime<Utc>>().unwrap();
        for (then, expect) in [("2027-01-15", "today"), ("2027-01-14", "yesterday"), ("2027-01-11", "4 days ago"), ("2027-01-16", "today")]
        {
            assert_eq!(since(today, at(then)), expect);
        }
    }
}
