//! What advocacy comes to: reciprocity by company, fairness of asks, reach by channel. Each a chart and the table behind it.

use domain::advocacy::ask::AskKind;
use domain::advocacy::figures::Period;
use domain::advocacy::ledger::{GiveKind, Side, weight};
use domain::time::words as dates;
use leptos::prelude::*;
use store::advocacy::figures::{self, Reciprocity, Sight};

use crate::components::chart::{Bars, bars};
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Reply};
use crate::frame::{self, Section};
use crate::pages::marketing::frame::{Figures, figures as tabs};
use crate::words::{balance, thousands};

/// How many companies the chart shows: those the table begins with.
const DRAWN: usize = 10;

/// Gives and acts of each company.
pub async fn reciprocity(desk: Desk) -> Reply {
    let sight = Sight::of(&desk.principal());
    let term = desk.query("q").trim().to_owned();
    let list = figures::reciprocity(desk.db(), sight, &term, desk.page()).await?;
    let drawn = list.rows.iter().take(DRAWN).map(|row| (row.company.clone(), vec![row.gives, row.acts])).collect();
    let chart = bars(Bars {
        id: "reciprocity",
        title: "Gives and acts by company".into(),
        says: "The companies the table begins with: how often we gave, and how often they did something for us.".into(),
        series: vec!["We gave", "They did"],
        rows: drawn,
    });
    let columns = [
        Column::of("Company"),
        Column::num("We gave"),
        Column::num("They did"),
        Column::num("Balance by weight"),
        Column::of("Stands"),
        Column::of("Last give"),
    ];
    let rows = list.rows.iter().map(company_row).collect_view();
    let table = if list.rows.is_empty() && term.is_empty() {
        empty(
            "Nothing given or done yet",
            "Celebrate an achievement, or record what was given on a company’s page.",
            Some(("/celebrate".into(), "Celebrate")),
        )
    } else if list.rows.is_empty() {
        empty("No company of this name", "Try fewer letters.", None)
    } else {
        listing("Gives and acts by company", &columns, rows)
    };
    let pager = pager(&desk, &list);
    let seats = (sight == Sight::WithoutSeats)
        .then(|| view! { <p class="soft small">"Seats in cohorts are gives too, and are left out here: whether somebody attends is confidential."</p> });
    let act = |kind: AskKind| weight(Side::Act, kind.as_str());
    let says = format!(
        "What we gave and what they did for us, company by company. The balance is by weight: a speaking slot weighs {} and a gift {}, a case study {} and feedback {}. Those we owe most come first.",
        GiveKind::SpeakingSlot.weight(),
        GiveKind::Gift.weight(),
        act(AskKind::CaseStudy),
        act(AskKind::Feedback),
    );
    frame::staff(&desk, Section::Figures, "Reciprocity", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head"><div class="stack tight">
                    <h1>"Reciprocity"</h1>
                    <p class="soft">{says}</p>
                </div></div>
                {tabs(Figures::Reciprocity, true)}
                <form class="filters" method="get" action="/reciprocity" role="search">
                    <div class="field grow"><label for="q">"Company"</label><input id="q" name="q" type="search" value=term autocomplete="off"/></div>
                    <button class="button">"Show"</button>
                </form>
                {chart}
                {table}
                {pager}
                {seats}
            </main>
        }
    })
}

fn company_row(row: &Reciprocity) -> AnyView {
    let stands = match row.give_weight - row.act_weight {
        ..0 => tag("warn", "we owe them"),
        0 => tag("", "even"),
        _ => tag("good", "given ahead"),
    };
    let last = row.last_give.map_or_else(|| "never".to_owned(), dates::date);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/reciprocity/{}", row.id)>{row.company.clone()}</a></th>
            <td role="cell" class="num" data-label="We gave">{row.gives}</td>
            <td role="cell" class="num" data-label="They did">{row.acts}</td>
            <td role="cell" class="num" data-label="Balance by weight">{balance(row.give_weight, row.act_weight)}</td>
            <td role="cell" data-label="Stands">{stands}</td>
            <td role="cell" data-label="Last give">{last}</td>
        </tr>
    }
    .into_any()
}

/// How evenly asks are spread.
pub async fn fairness(desk: Desk) -> Reply {
    let period = period(&desk);
    let spread = figures::fairness(desk.db(), period.from(desk.now.date_naive())).await?;
    let fairness = &spread.fairness;
    let times = |times: u32| if times == 1 { "Asked once".to_owned() } else { format!("Asked {times} times") };
    let chart = bars(Bars {
        id: "fairness",
        title: "How often people were asked".into(),
        says: "How many people were asked once, twice, and more often.".into(),
        series: vec!["People"],
        rows: fairness.spread.iter().map(|(count, people)| (times(*count), vec![i64::from(*people)])).collect(),
    });
    let sentence = fairness.sentence();
    let tone = if fairness.is_unfair() { "warn" } else { "" };
    let spread_rows = fairness
        .spread
        .iter()
        .map(|(count, people)| {
            view! {
                <tr role="row"><th scope="row" role="rowheader">{times(*count)}</th>
                    <td role="cell" class="num" data-label="People">{*people}</td>
                    <td role="cell" class="num" data-label="Asks">{count * people}</td></tr>
            }
        })
        .collect_view();
    let few = spread
        .few
        .iter()
        .map(|one| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=format!("/advocates/{}", one.id)>{one.name.clone()}</a></th>
                    <td role="cell" data-label="Company">{one.company.clone()}</td>
                    <td role="cell" class="num" data-label="Asks">{one.asks}</td>
                    <td role="cell" data-label="Last asked">{dates::date(one.last)}</td>
                </tr>
            }
        })
        .collect_view();
    let tables = if fairness.asks == 0 {
        empty(
            "Nobody was asked",
            format!("Nothing was asked of anybody in {}.", period.label()),
            Some(("/asks/match".into(), "Find who could do it")),
        )
    } else {
        view! {
            {chart}
            {listing("How often people were asked", &[Column::of("Times"), Column::num("People"), Column::num("Asks")], spread_rows)}
            <section class="stack" aria-labelledby="few">
                <h2 id="few">"Asked most, by name"</h2>
                <p class="soft">"For planning rest. This is no ranking, and no guest sees it."</p>
                {listing("The five people asked most, by name", &[Column::of("Name"), Column::of("Company"), Column::num("Asks"), Column::of("Last asked")], few)}
            </section>
        }
        .into_any()
    };
    let filter = period_filter("/fairness", period);
    frame::staff(&desk, Section::Figures, "Fairness", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head"><div class="stack tight"><h1>"Fairness"</h1><p class="soft">"Whether asks fall on the same few."</p></div></div>
                {tabs(Figures::Fairness, true)}
                {filter}
                <p>{tag(tone, "share of the five")} " " {sentence}</p>
                {tables}
            </main>
        }
    })
}

/// What went out on each channel, and what it came to.
pub async fn reach(desk: Desk) -> Reply {
    let period = period(&desk);
    let channels = figures::reach(desk.db(), period.from(desk.now.date_naive())).await?;
    let published: i64 = channels.iter().map(|(_, reach)| reach.publications).sum();
    let counted: i64 = channels.iter().map(|(_, reach)| reach.counted).sum();
    let chart = bars(Bars {
        id: "reach",
        title: "Impressions by channel".into(),
        says: "How often what we published was seen, channel by channel.".into(),
        series: vec!["Seen"],
        rows: channels
            .iter()
            .filter(|(_, reach)| reach.counted > 0)
            .map(|(channel, reach)| (channel.label().to_owned(), vec![reach.impressions]))
            .collect(),
    });
    let columns = [
        Column::of("Channel"),
        Column::num("Published"),
        Column::num("Counted"),
        Column::num("Seen"),
        Column::num("Clicks"),
        Column::num("Reactions"),
        Column::num("Comments"),
        Column::num("Value"),
    ];
    let cell = |label: &'static str, number: i64| {
        let words = thousands(u64::try_from(number).unwrap_or(0));
        view! { <td role="cell" class="num" data-label=label>{words}</td> }
    };
    let rows = channels
        .iter()
        .map(|(channel, reach)| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{channel.label()}</th>
                    {cell("Published", reach.publications)}
                    {cell("Counted", reach.counted)}
                    {cell("Seen", reach.impressions)}
                    {cell("Clicks", reach.clicks)}
                    {cell("Reactions", reach.reactions)}
                    {cell("Comments", reach.comments)}
                    {cell("Value", reach.value)}
                </tr>
            }
        })
        .collect_view();
    let sentence = match (published, published - counted) {
        (0, _) => format!("Nothing was published in {}.", period.label()),
        (_, 0) => "The results of everything published are counted.".to_owned(),
        (_, missing) => format!("{missing} of {published} publications have no results yet. Enter them on their tasks, or import them."),
    };
    let filter = period_filter("/reach", period);
    frame::staff(&desk, Section::Figures, "Reach", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head">
                    <div class="stack tight"><h1>"Reach"</h1><p class="soft">"What customers’ achievements reached, by channel."</p></div>
                    <div class="row"><a class="button" href="/celebrate/results">"Import results"</a></div>
                </div>
                {tabs(Figures::Reach, true)}
                {filter}
                <p>{sentence}</p>
                {chart}
                {listing("Reach by channel", &columns, rows)}
                <p class="soft small">"Value is in the host’s currency: what as much attention would have cost. What was taken down is not counted."</p>
            </main>
        }
    })
}

fn period(desk: &Desk) -> Period {
    Period::parse(desk.query("period")).unwrap_or(Period::Year)
}

fn period_filter(action: &'static str, current: Period) -> AnyView {
    let options = Period::ALL
        .iter()
        .map(|period| {
            let label = match period {
                Period::Quarter => "This quarter",
                Period::Year => "Twelve months",
                Period::All => "All the time",
            };
            view! { <option value=period.as_str() selected=*period == current>{label}</option> }
        })
        .collect_view();
    view! {
        <form class="filters" method="get" action=action>
            <div class="field"><label for="period">"Counted over"</label><select id="period" name="period">{options}</select></div>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}
