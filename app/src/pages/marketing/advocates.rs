//! Advocates: everybody with a record. One record with everything that belongs to it is in `record`, two records made one in
//! `merging`.

use domain::advocacy::advocate::{Health, Stage};
use domain::advocacy::wording::languages;
use domain::time::words::date;
use leptos::prelude::*;
use store::advocacy::advocate::{Filter, Head, Line, Sort};
use store::advocacy::figures::Sight;

use crate::components::form::{self, Input};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Advocacy, advocacy};
use crate::words::{capital, count, thousands};

mod merging;
mod record;

pub use merging::merge;
pub use record::show;

/// Everybody with a record.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let sight = Sight::of(&desk.principal());
    let filter = Filter {
        term: desk.query("q"),
        company: desk.query("company"),
        stage: Stage::parse(desk.query("stage")),
        topic: desk.query("topic"),
        language: desk.query("language"),
        rest: !desk.query("rest").is_empty(),
        sort: match desk.query("sort") {
            "company" => Sort::Company,
            "asked" => Sort::Asked,
            _ => Sort::Name,
        },
    };
    let found = store::advocacy::advocate::list(desk.db(), desk.now, sight, &filter, desk.page()).await?;
    let head = store::advocacy::advocate::head(desk.db(), desk.now).await?;
    let draft = desk.draft("add-advocate").await?;
    let adding = !desk.query("add").is_empty() || draft.typed().is_some();
    let companies = if adding { store::advocacy::achievement::offered(desk.db(), false).await?.companies } else { vec![] };
    let eyebrow = count(u32::try_from(found.total).unwrap_or(u32::MAX), "advocate", "advocates");
    let narrowed = ["q", "company", "stage", "topic", "language", "rest"].iter().any(|name| !desk.query(name).trim().is_empty());
    let filters = filters(&desk, &filter);
    let figures = head_figures(&head);
    let pages = pager(&desk, &found);
    let body = if found.rows.is_empty() && narrowed {
        empty("Nobody fits", "Take one of the filters away.", Some(("/advocates".to_owned(), "Show everybody")))
    } else if found.rows.is_empty() {
        let sentence = "Add somebody who spoke well of you, or import the list you keep. Verifying an achievement adds its person too.";
        empty("Nobody yet", sentence, Some(("/advocates?add=yes#add".to_owned(), "Add an advocate")))
    } else {
        let rows = found.rows.into_iter().map(row).collect_view();
        let columns = [
            Column::of("Name"),
            Column::of("Company"),
            Column::of("Stage"),
            Column::of("Topics"),
            Column::num("We gave"),
            Column::num("They did"),
            Column::of("Last asked"),
            Column::of("Health"),
        ];
        listing("Advocates", &columns, rows)
    };
    let seats = (sight == Sight::WithoutSeats)
        .then(|| view! { <p class="soft small">"Seats in cohorts are gives too, and are left out here: whether somebody attends is confidential."</p> });
    let add = adding.then(|| add_form(&draft, companies));
    let head_act = (!adding).then(|| view! { <a class="button primary" href="/advocates?add=yes#add">"Add an advocate"</a> });
    frame::staff(&desk, Section::Advocates, "Advocates", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"Advocates"</h1></div>
                    <div class="row"><a class="button" href="/advocates/import">"Import a file"</a>{head_act}</div>
                </div>
                {advocacy(Advocacy::Advocates, true)}
                {add}
                {figures}
                {filters}
                {body}
                {pages}
                {seats}
            </main>
        }
    })
}

fn head_figures(head: &Head) -> AnyView {
    let stages = Stage::ALL
        .iter()
        .map(|stage| {
            let figure = number(head.stages.get(stage).copied().unwrap_or(0));
            view! { <p><a href=format!("/advocates?stage={stage}")><b class="num">{figure}</b><span class="soft small">{stage.as_str()}</span></a></p> }
        })
        .collect_view();
    let rest = number(head.need_rest);
    view! {
        <div class="figures">
            {stages}
            <p><a href="/advocates?rest=yes"><b class="num">{rest}</b><span class="soft small">"need a rest"</span></a></p>
        </div>
    }
    .into_any()
}

fn number(figure: i64) -> String {
    thousands(u64::try_from(figure).unwrap_or(0))
}

fn filters(desk: &Desk, filter: &Filter<'_>) -> AnyView {
    let stages = Stage::ALL
        .iter()
        .map(|stage| {
            let selected = filter.stage == Some(*stage);
            view! { <option value=stage.as_str() selected=selected>{capital(stage.as_str())}</option> }
        })
        .collect_view();
    let tongues = languages()
        .iter()
        .map(|(code, name)| {
            let (code, name) = (*code, *name);
            let selected = filter.language == code;
            view! { <option value=code selected=selected>{name}</option> }
        })
        .collect_view();
    let sorts = [("", Sort::Name, "Name"), ("company", Sort::Company, "Company"), ("asked", Sort::Asked, "Longest not asked")]
        .into_iter()
        .map(|(value, sort, label)| {
            let selected = filter.sort == sort;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    let typed = |name: &str| desk.query(name).to_owned();
    let (term, company, topic, rest) = (typed("q"), typed("company"), typed("topic"), filter.rest);
    view! {
        <form class="filters" method="get" action="/advocates" role="search">
            <div class="field grow"><label for="q">"Name or address"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
            <div class="field"><label for="f-company">"Company"</label><input id="f-company" name="company" type="search" value=company autocomplete="off"/></div>
            <div class="field"><label for="f-stage">"Stage"</label><select id="f-stage" name="stage"><option value="">"Any"</option>{stages}</select></div>
            <div class="field"><label for="f-topic">"Topic or interest"</label><input id="f-topic" name="topic" type="search" value=topic autocomplete="off"/></div>
            <div class="field"><label for="f-language">"Language"</label><select id="f-language" name="language"><option value="">"Any"</option>{tongues}</select></div>
            <div class="field"><label for="f-sort">"Sorted by"</label><select id="f-sort" name="sort">{sorts}</select></div>
            <label class="choice"><input type="checkbox" name="rest" value="yes" checked=rest/><span>"Needs a rest"</span></label>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}

fn row(line: Line) -> AnyView {
    let title = (!line.title.is_empty()).then(|| view! { <p class="soft small">{line.title}</p> });
    let asked = line.last_asked.map_or_else(|| "never".to_owned(), |at| date(at.date_naive()));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><div class="stack tight"><p><a href=format!("/advocates/{}", line.id)>{line.name}</a></p>{title}</div></th>
            <td role="cell" data-label="Company">{line.company}</td>
            <td role="cell" data-label="Stage">{tag("", line.stage.as_str())}</td>
            <td role="cell" data-label="Topics" class="soft">{line.topics.join(", ")}</td>
            <td role="cell" data-label="We gave" class="num">{number(line.gives)}</td>
            <td role="cell" data-label="They did" class="num">{number(line.acts)}</td>
            <td role="cell" data-label="Last asked">{asked}</td>
            <td role="cell" data-label="Health">{health_tag(&line.health)}</td>
        </tr>
    }
    .into_any()
}

fn health_tag(health: &Health) -> AnyView {
    if health.needs_rest() { tag("warn", "needs a rest") } else { tag("good", "well") }
}

fn add_form(draft: &Draft, companies: Vec<String>) -> AnyView {
    let companies = companies.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let email = Input {
        name: "email",
        label: "E-mail address",
        hint: "Somebody who is known by it is found, and nothing of them is changed.",
        kind: "email",
        autocomplete: "off",
        ..Input::default()
    };
    let company = Input {
        name: "company",
        label: "Company",
        hint: "One that is here already.",
        list: "companies",
        autocomplete: "off",
        ..Input::default()
    };
    view! {
        <section id="add" class="card stack" aria-labelledby="add-h">
            <h2 id="add-h">"Add an advocate"</h2>
            <form method="post" action="/api/advocacy/advocate/save" class="stack">
                {form::input(draft, email)}
                {form::input(draft, Input { name: "name", label: "Name", autocomplete: "off", ..Input::default() })}
                {form::input(draft, company)}
                {form::input(draft, Input { name: "title", label: "Job title", optional: true, autocomplete: "off", ..Input::default() })}
                <datalist id="companies">{companies}</datalist>
                <p class="row"><button class="button primary">"Add them"</button><a class="button quiet" href="/advocates">"Leave it"</a></p>
            </form>
        </section>
    }
    .into_any()
}
