//! The compliance report of a cohort, as it is read on screen and on paper. The file to hand on is `server::web::report`.

use chrono::{DateTime, Utc};
use domain::conduct::compliance::{Difference, Figure, Head, LetStand, Report, Section as Part, Standing, counted_again, differences};
use domain::conduct::conversation_rule::language_in_english;
use domain::time::{self, Zone, words as dates};
use leptos::prelude::*;

use crate::components::table::tag;
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame};

/// What the cohort came to.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let report = store::conduct::compliance::of(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    let history = store::conduct::compliance::from_history(desk.db(), id).await?;
    let (host, now) = (desk.app.host.name.clone(), desk.now);
    frame::staff(&desk, Section::Cohorts, "Report", move || {
        let file = view! { <a class="button primary" href=format!("/cohorts/{id}/report.pdf")>"Download as PDF"</a> }.into_any();
        let differ = differences(&report.tally(), &history);
        let fingerprint = report.fingerprint();
        let canonical = report.canonical();
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Report, heading: "Report", through: vec![], acts: file })}
                {in_short(&report)}
                {facts(&host, &report.head, now)}
                {report.sections().into_iter().map(|part| figures(&report, part)).collect_view()}
                <section class="stack close" aria-labelledby="checked">
                    <h2 id="checked">"How these numbers are known"</h2>
                    {checked(differ)}
                    <p>"Whoever counts the same numbers comes to the same fingerprint."</p>
                    <dl class="facts"><dt>"Fingerprint"</dt><dd><code>{fingerprint}</code></dd></dl>
                    <details>
                        <summary>"What the fingerprint is made of"</summary>
                        <p class="soft small">"It is the SHA-256 of this text in UTF-8; each line ends with a line feed."</p>
                        <pre class="mail">{canonical}</pre>
                    </details>
                </section>
            </main>
        }
    })
}

fn in_short(report: &Report) -> AnyView {
    let verdict = report.verdict();
    let mark = match verdict.standing {
        Standing::Kept => tag("good", verdict.standing.words()),
        Standing::Unfinished => tag("warn", verdict.standing.words()),
        Standing::Broken => tag("stop", verdict.standing.words()),
    };
    view! {
        <section class="stack close" aria-labelledby="short">
            <h2 id="short">"In short"</h2>
            <p>{mark}</p>
            <p>{verdict.sentences.join(" ")}</p>
        </section>
    }
    .into_any()
}

fn facts(host: &str, head: &Head, now: DateTime<Utc>) -> AnyView {
    let place = if head.place.is_empty() { head.venue.clone() } else { format!("{}, {}", head.venue, head.place) };
    let rule = match &head.rule {
        None => "No version named".to_owned(),
        Some(rule) => format!("Version {}", rule.version),
    };
    let texts = head.rule.iter().flat_map(|rule| rule.texts.clone()).map(|(language, hash)| {
        let label = format!("Its words in {}", language_in_english(language));
        view! { <dt>{label}</dt><dd><code>{hash}</code></dd> }
    });
    view! {
        <dl class="facts">
            <dt>"Host"</dt><dd>{host.to_owned()}</dd>
            <dt>"Program"</dt><dd>{head.program.clone()}</dd>
            <dt>"Days"</dt><dd>{dates::date_range(head.first_day, head.last_day)}</dd>
            <dt>"Venue"</dt><dd>{place}</dd>
            <dt>"Conversation rule"</dt><dd>{rule}</dd>
            {texts.collect_view()}
            <dt>"As of"</dt><dd><time datetime=now.to_rfc3339()>{dates::moment(&head.zone, now)}</time></dd>
        </dl>
    }
    .into_any()
}

fn figures(report: &Report, part: Part) -> AnyView {
    let Part { key, heading, lead, figures } = part;
    let rows = figures
        .into_iter()
        .map(|Figure { label, value }| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{label}</th>
                    <td role="cell" data-label="Number" class="num">{value}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let table = (!rows.is_empty()).then(|| {
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table" aria-labelledby=key>
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"What is counted"</th>
                    <th scope="col" role="columnheader" class="num">"Number"</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table></div>
        }
    });
    let list = (key == "findings" && !report.let_stand.is_empty()).then(|| let_stand(&report.head.zone, &report.let_stand));
    view! {
        <section class="stack close" aria-labelledby=key>
            <h2 id=key>{heading}</h2>
            <p class="soft">{lead}</p>
            {table}
            {list}
        </section>
    }
    .into_any()
}

fn let_stand(zone: &Zone, found: &[LetStand]) -> AnyView {
    let rows = found
        .iter()
        .map(|one| {
            let day = dates::day(time::to_local(zone, one.at).date());
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{format!("“{}”", one.phrase)}</th>
                    <td role="cell" data-label="Where">{one.place.clone()}</td>
                    <td role="cell" data-label="Why it may stand">{one.reason.clone()}</td>
                    <td role="cell" data-label="When"><time datetime=one.at.to_rfc3339()>{day}</time></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap"><table class="cards-on-phone" role="table" aria-label="Findings let stand">
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader">"Phrase"</th>
                <th scope="col" role="columnheader">"Where"</th>
                <th scope="col" role="columnheader">"Why it may stand"</th>
                <th scope="col" role="columnheader">"When"</th>
            </tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn checked(differ: Vec<Difference>) -> AnyView {
    if differ.is_empty() {
        return view! { <p>{tag("good", "the same")}" "{counted_again()}</p> }.into_any();
    }
    let lines = differ.into_iter().map(|one| view! { <li><span>{tag("stop", "differs")}" "{one.sentence()}</span></li> }).collect_view();
    view! {
        <p>"Checked against the history of every change: not the same. Ask an admin to find out why before you hand this on."</p>
        <ul class="attention">{lines}</ul>
    }
    .into_any()
}
