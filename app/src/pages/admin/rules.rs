//! The conversation rule: its versions, and one version as everybody may read it.

use domain::access::Role;
use domain::conduct::conversation_rule::STARTING_TEXT;
use domain::time::words::day;
use leptos::prelude::*;
use store::conduct::conversation_rule::Version;

use super::programs::figure;
use crate::components::form::{self, Input};
use crate::components::table::{empty, tag};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};
use crate::words;

/// Every version, the newest first; for managers the next one to write.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let versions = store::conduct::conversation_rule::list(desk.db()).await?;
    let draft = desk.draft("publish-rule").await?;
    let may_publish = staff.is(Role::Admin) || staff.is(Role::ProgramManager);
    let newest = versions.first().map(|version| version.number);
    let stands = versions.first().map_or_else(|| STARTING_TEXT.to_owned(), |version| version.body.clone());
    let write = may_publish.then(|| {
        let hint = "Markdown is kept: paragraphs, lists, bold. Short enough to be read on a phone.";
        let (heading, act) = match newest {
            None => ("Write the first version".to_owned(), "Publish version 1".to_owned()),
            Some(number) => (format!("Write version {}", number + 1), format!("Publish version {}", number + 1)),
        };
        view! {
            <section id="write" class="stack">
                <h2>{heading}</h2>
                <p>"A published version is never changed or removed: what somebody acknowledged stays exactly what they read. Nobody is told yet. A cohort keeps its version until you choose another in its settings."</p>
                <form method="post" action="/api/conduct/conversation-rule/publish" class="stack">
                    {form::textarea(&draft, Input { name: "body", label: "The rule", hint, value: stands, ..Input::default() }, 12)}
                    <p class="row"><button class="button primary">{act}</button></p>
                </form>
            </section>
        }
    });
    let body = if versions.is_empty() {
        let sentence = if may_publish {
            "No cohort can invite without one. A text to start from is below; make it yours and publish it."
        } else {
            "A program manager writes the first version before anybody is invited."
        };
        empty("No rule yet", sentence, None)
    } else {
        let rows = versions.into_iter().map(|version| row(version, newest)).collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"Versions of the rule, the newest first"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Version"</th>
                    <th scope="col" role="columnheader">"Published"</th>
                    <th scope="col" role="columnheader">"By"</th>
                    <th scope="col" role="columnheader">"Fingerprint"</th>
                    <th scope="col" role="columnheader" class="num">"Cohorts"</th>
                    <th scope="col" role="columnheader" class="num">"Acknowledged by"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    frame::staff(&desk, Section::Rules, "Conversation rule", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="stack tight">
                    <h1>"Conversation rule"</h1>
                    <p class="soft">"No sales conversations, unless the customer starts one. Everybody acknowledges the version their cohort names before they come."</p>
                </div>
                {body}
                {write}
            </main>
        }
    })
}

fn row(version: Version, newest: Option<i32>) -> AnyView {
    let current = (newest == Some(version.number)).then(|| tag("good", "newest"));
    let short: String = version.content_hash.chars().take(12).collect();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/rules/{}", version.number)>{format!("Version {}", version.number)}</a>" "{current}</th>
            <td role="cell" data-label="Published">{day(version.published_at.date_naive())}</td>
            <td role="cell" data-label="By">{version.by.unwrap_or_else(|| "the installation".to_owned())}</td>
            <td role="cell" data-label="Fingerprint"><code>{short}</code></td>
            <td role="cell" data-label="Cohorts" class="num">{figure(version.cohorts)}</td>
            <td role="cell" data-label="Acknowledged by" class="num">{figure(version.acknowledged)}</td>
        </tr>
    }
    .into_any()
}

/// One version, for anybody who wants to read what was promised.
///
/// # Errors
/// There is no such version, or faults.
pub async fn show(desk: Desk) -> Reply {
    let number = i32::try_from(desk.id("number")?).map_err(|_| Stop::Hidden)?;
    let version = store::conduct::conversation_rule::get(desk.db(), number).await?.ok_or(Stop::Hidden)?;
    let text = words::markdown(&version.body);
    let host = desk.app.host.name.clone();
    let published = format!("Version {number}, published on {}", day(version.published_at.date_naive()));
    frame::letter(&desk, "The conversation rule", || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight"><p class="eyebrow">{published}</p><h1>"The conversation rule"</h1></div>
                <div class="rule prose" inner_html=text></div>
                <section class="stack close">
                    <h2>"This text does not change"</h2>
                    <p>"A version is published once and kept as it is. Its fingerprint (SHA-256) is written down with every acknowledgement, so that anybody can check what was agreed."</p>
                    <p class="small"><code>{version.content_hash}</code></p>
                </section>
            </main>
        }
    })
}
