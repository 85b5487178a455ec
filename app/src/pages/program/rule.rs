//! The conversation rule in a cohort: who has acknowledged the version it names, who is missing, and asking them.

use domain::conduct::acknowledgement::{Duty, Standing, is_asked};
use domain::conduct::conversation_rule::language_in_english;
use domain::time::{Zone, words as dates};
use leptos::prelude::*;
use store::conduct::acknowledgement::{Duties, Line};

use crate::components::form::{self, Input};
use crate::components::rule_text;
use crate::components::table::{empty, pager, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::pages::program::frame::{Here, Tab, cohort_frame, day_at};
use crate::words;

/// Everybody with a duty towards the rule.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("cohort")?;
    desk.owns(store::access::cohort(desk.db(), id).await?)?;
    let cohort = store::cohort::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let missing = desk.query("show") == "missing";
    let duties = store::conduct::acknowledgement::duties(desk.db(), id, missing, desk.page()).await?.ok_or(Stop::Hidden)?;
    let (saving, recording) = (desk.draft("save-educator").await?, desk.draft("record-acknowledgement").await?);
    let pages = pager(&desk, &duties.executives);
    frame::staff(&desk, Section::Cohorts, "The rule", move || {
        let asks = is_asked(cohort.state);
        let body = match duties.version {
            None => empty(
                "This cohort names no version yet",
                "Choose a version of the conversation rule in the settings. Nobody can be invited before, and nobody has anything to acknowledge.",
                Some((format!("/cohorts/{id}/settings#rule"), "Choose a version")),
            ),
            Some(version) => {
                let row = Row { cohort: id, version, zone: cohort.zone.clone(), asks };
                everybody(&row, duties, missing, pages, &saving, &recording)
            }
        };
        view! {
            <main id="main" class="wrap page stack loose">
                {cohort_frame(&cohort, Here { tab: Tab::Rule, heading: "The rule", through: vec![], acts: ().into_any() })}
                {form::errors(&saving)}
                {form::errors(&recording)}
                {body}
            </main>
        }
    })
}

/// What every row of the page needs to know.
struct Row {
    cohort: i64,
    version: u32,
    zone: Zone,
    /// The cohort is not over: people may be written to.
    asks: bool,
}

fn everybody(row: &Row, duties: Duties, missing: bool, pages: AnyView, saving: &Draft, recording: &Draft) -> AnyView {
    let (cohort, version) = (row.cohort, row.version);
    let left = duties.people - duties.acknowledged;
    let figure = |number: u32, says: &'static str, to: String| {
        view! { <p><a href=to><b class="num">{words::thousands(u64::from(number))}</b><span class="soft small">{says}</span></a></p> }
    };
    let prints = duties
        .texts
        .iter()
        .map(|text| {
            let at = format!("/rules/{version}?lang={}", text.language);
            view! { <div><dt>{language_in_english(text.language)}</dt><dd><a href=at><code>{rule_text::short(&text.content_hash)}</code></a></dd></div> }
        })
        .collect_view();
    let nobody = duties.host.is_empty() && duties.educators.is_empty() && duties.executives.rows.is_empty();
    let lists = if nobody && missing {
        let sentence = format!("Everybody with a duty here has acknowledged version {version}.");
        empty("Nobody is missing", sentence, Some((format!("/cohorts/{cohort}/rule"), "Show everybody")))
    } else {
        view! {
            {list("host", "The host's people", duties.host.into_iter().map(|line| line_of(row, line, None)).collect(), ().into_any())}
            {list("educators", "Educators", duties.educators.into_iter().map(|line| line_of(row, line, Some((saving, recording)))).collect(), ().into_any())}
            {list("executives", "Executives", duties.executives.rows.into_iter().map(|line| line_of(row, line, None)).collect(), pages)}
        }
        .into_any()
    };
    view! {
        <p>{format!("This cohort keeps to version {version}. Facilitators and observers are added, and educators announced, once they have acknowledged it; executives acknowledge it when they accept.")}</p>
        <div class="figures">
            {figure(duties.acknowledged, "acknowledged", format!("/cohorts/{cohort}/rule"))}
            {figure(left, "missing", format!("/cohorts/{cohort}/rule?show=missing"))}
        </div>
        {remind_all(row, left, duties.unreachable)}
        <dl class="meta">{prints}</dl>
        {filter(cohort, missing)}
        {lists}
    }
    .into_any()
}

fn remind_all(row: &Row, left: u32, unreachable: u32) -> AnyView {
    if left == 0 {
        return view! { <p class="notice good">{format!("Everybody has acknowledged version {}.", row.version)}</p> }.into_any();
    }
    if !row.asks {
        return view! { <p class="notice">"This cohort is over, so nobody is asked any more."</p> }.into_any();
    }
    let without = match unreachable {
        0 => None,
        1 => Some("1 educator has no e-mail address yet: enter it below.".to_owned()),
        many => Some(format!("{many} educators have no e-mail address yet: enter it below.")),
    };
    if unreachable == left {
        return view! { <p class="notice warn">{without}</p> }.into_any();
    }
    let label = match left {
        1 => "Remind the 1 who is missing".to_owned(),
        many => format!("Remind all {} missing", words::thousands(u64::from(many))),
    };
    view! {
        <form method="post" action="/api/conduct/acknowledgement/remind" class="row">
            {form::hidden("cohort", row.cohort)}
            {form::hidden("who", "all")}
            <button class="button primary">{label}</button>
            {without.map(|without| view! { <span class="soft small">{without}</span> })}
        </form>
    }
    .into_any()
}

fn filter(cohort: i64, missing: bool) -> AnyView {
    let at = format!("/cohorts/{cohort}/rule");
    let only = format!("{at}?show=missing");
    view! {
        <nav class="row" aria-label="Who is shown">
            <a class="button small" href=at aria-current=(!missing).then_some("true")>"Everybody"</a>
            <a class="button small" href=only aria-current=missing.then_some("true")>"Only who is missing"</a>
        </nav>
    }
    .into_any()
}

fn list(id: &'static str, heading: &'static str, rows: Vec<AnyView>, pages: AnyView) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="stack" id=id aria-labelledby=format!("{id}-h")>
            <h2 id=format!("{id}-h")>{heading}</h2>
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"Name"</th>
                    <th scope="col" role="columnheader">"Duty"</th>
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"Read in"</th>
                    <th scope="col" role="columnheader">"When"</th>
                    <th scope="col" role="columnheader">"Fingerprint"</th>
                    <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table></div>
            {pages}
        </section>
    }
    .into_any()
}

fn line_of(row: &Row, line: Line, drafts: Option<(&Draft, &Draft)>) -> AnyView {
    let duties: Vec<String> = line.duties.iter().map(|duty| duty.label().to_owned()).collect();
    let state = match line.standing(Some(row.version)) {
        Standing::Acknowledged => tag("good", format!("version\u{a0}{}", row.version)),
        Standing::Missing { other: Some(other) } => tag("warn", format!("version\u{a0}{other} only")),
        Standing::Missing { other: None } | Standing::NothingNamed => tag("warn", "missing"),
    };
    let given = line.given.as_ref();
    let language = given.map(|given| language_in_english(given.language));
    let when = given.map(|given| view! { <time datetime=given.at.to_rfc3339()>{dates::moment(&row.zone, given.at)}</time> });
    let paper = given.filter(|given| !given.evidence.is_empty()).map(|given| {
        let by = given.recorded_by.clone().map_or_else(String::new, |by| format!(", recorded by {by}"));
        view! { <p class="soft small">{format!("On paper{by}: {}", given.evidence)}</p> }
    });
    let print = given.map(|given| view! { <code>{rule_text::short(&given.content_hash)}</code> });
    let under = match (&line.email, line.company.as_str()) {
        (_, company) if !company.is_empty() => company.to_owned(),
        (Some(email), _) if line.duties.contains(&Duty::Educator) => email.clone(),
        _ => String::new(),
    };
    let under = (!under.is_empty()).then(|| view! { <p class="soft small">{under}</p> });
    let asked = line
        .asked_at
        .filter(|_| given.is_none())
        .map(|at| view! { <p class="soft small">{format!("asked {}", day_at(&row.zone, at))}</p> });
    let acts = acts(row, &line, drafts);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><div class="stack tight"><strong>{line.name.clone()}</strong>{under}</div></th>
            <td role="cell" data-label="Duty" class="keep">{words::list(&duties)}</td>
            <td role="cell" data-label="State"><div class="stack tight">{state}{asked}</div></td>
            <td role="cell" data-label="Read in" class="keep">{language}</td>
            <td role="cell" data-label="When">{when.map(|when| view! { <div class="stack tight">{when}{paper}</div> })}</td>
            <td role="cell" data-label="Fingerprint">{print}</td>
            <td role="cell">{acts}</td>
        </tr>
    }
    .into_any()
}

/// What may be done about somebody who is missing: a reminder, and for educators an address or what they signed.
fn acts(row: &Row, line: &Line, drafts: Option<(&Draft, &Draft)>) -> AnyView {
    if line.given.is_some() {
        return ().into_any();
    }
    let (who, name) = (line.who.to_string(), format!(" {}", line.name));
    let remind = (row.asks && line.email.is_some()).then(|| {
        view! {
            <form method="post" action="/api/conduct/acknowledgement/remind">
                {form::hidden("cohort", row.cohort)}
                {form::hidden("who", &who)}
                <button class="button small">"Remind"<span class="visually-hidden">{name}</span></button>
            </form>
        }
    });
    let educator = match (drafts, line.who) {
        (Some((saving, recording)), domain::conduct::acknowledgement::Holder::Educator(id)) => {
            Some(educator_acts(row, line, id, saving, recording))
        }
        _ => None,
    };
    view! { <div class="row">{remind}{educator}</div> }.into_any()
}

fn educator_acts(row: &Row, line: &Line, id: i64, saving: &Draft, recording: &Draft) -> AnyView {
    let (email, evidence) = (format!("email.{id}"), format!("evidence.{id}"));
    let whose = format!(" for {}", line.name);
    let address = row.asks.then(|| {
        let stands = line.email.clone().unwrap_or_default();
        let (label, open) = (if line.email.is_some() { "Other address…" } else { "Ask…" }, saving.error(&email).is_some());
        let field = Input { label: "E-mail address", hint: "They get a private link to the rule, and need no account.", kind: "email", value: stands, autocomplete: "off", ..Input::default() };
        view! {
            <details class="ask" open=open><summary class="button small">{label}<span class="visually-hidden">{whose.clone()}</span></summary>
                <form method="post" action="/api/conduct/educator/save" class="card stack">
                    {form::hidden("educator", id)}
                    {form::row_input(saving, email, field)}
                    <p><button class="button small">"Ask them by mail"</button></p>
                </form>
            </details>
        }
    });
    let open = recording.error(&evidence).is_some();
    let field = Input {
        label: "What you hold, and where it is kept",
        hint: "Such as “signed copy of 12 March, program folder”.",
        autocomplete: "off",
        ..Input::default()
    };
    view! {
        {address}
        <details class="ask" open=open><summary class="button small quiet">"Record a paper acknowledgement…"<span class="visually-hidden">{whose}</span></summary>
            <form method="post" action="/api/conduct/acknowledgement/record" class="card stack">
                {form::hidden("educator", id)}
                {form::row_input(recording, evidence, field)}
                <p><button class="button small">{format!("Record it for version {}", row.version)}</button></p>
            </form>
        </details>
    }
    .into_any()
}
