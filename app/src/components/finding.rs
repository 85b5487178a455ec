//! Sales language the agenda check found: quoted with its phrase, and let stand with a reason.

use domain::agenda::release::Severity;
use domain::conduct::agenda_check::Found;
use domain::time::{Zone, words as dates};
use leptos::prelude::*;
use store::conduct::agenda_check::{Checked, Dismissed};

use crate::components::form;
use crate::components::table::tag;
use crate::desk::Draft;

/// The name its forms are recalled by.
pub const DISMISSING: &str = "dismiss-finding";

/// The page a list of findings stands on, where a dismissal leads back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Release,
    Session,
    Settings,
}

impl On {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Session => "session",
            Self::Settings => "settings",
        }
    }
}

/// How loudly a finding speaks.
pub fn severity_tag(severity: Severity) -> AnyView {
    match severity {
        Severity::Block => tag("stop", "holds the release back"),
        Severity::Warn => tag("warn", "look at this"),
        Severity::Note => tag("", "note"),
    }
}

/// Where it stands and how it reads, the phrase marked.
pub fn quote(found: &Found) -> AnyView {
    let (before, phrase, after) = (format!("In {}: “{}", found.place, found.before), found.phrase.clone(), format!("{}”", found.after));
    view! { {before}<mark>{phrase}</mark>{after} }.into_any()
}

/// What is found in one text or session, with what was dismissed; nothing when there is nothing.
pub fn section(cohort: i64, zone: &Zone, on: On, findings: Vec<Checked>, draft: &Draft) -> AnyView {
    if findings.is_empty() {
        return ().into_any();
    }
    let lines = findings
        .into_iter()
        .enumerate()
        .map(|(index, Checked { found, dismissed })| match dismissed {
            Some(dismissed) => view! { <li><span>{tag("", "dismissed")}" "{quote(&found)}<br/>{says(zone, dismissed)}</span></li> }.into_any(),
            None => {
                view! { <li><span>{severity_tag(found.severity)}" "{quote(&found)}</span>{dismissing(cohort, on, index, &found, draft)}</li> }
                    .into_any()
            }
        })
        .collect_view();
    view! {
        <section class="stack close" id="findings" aria-labelledby="findings-h">
            <h2 id="findings-h">"What sounds like selling"</h2>
            {form::errors(draft)}
            <ul class="attention">{lines}</ul>
        </section>
    }
    .into_any()
}

fn says(zone: &Zone, dismissed: Dismissed) -> AnyView {
    let by = dismissed.by.unwrap_or_else(|| "the installation".to_owned());
    let line = format!("“{}” {by}, {}", dismissed.reason, dates::moment(zone, dismissed.at));
    view! { <span class="soft small">{line}</span> }.into_any()
}

/// The way to let one finding stand. `index` tells the forms of a page apart; what was typed into one stays with it.
pub fn dismissing(cohort: i64, on: On, index: usize, found: &Found, draft: &Draft) -> AnyView {
    let session = found.session.map_or_else(String::new, |session| session.to_string());
    let mine = draft.typed().filter(|typed| typed.get("key") == found.key && typed.get("session") == session);
    let (open, reason) = (mine.is_some(), mine.map_or("", |typed| typed.get("reason")).to_owned());
    let error = draft.error("reason").filter(|_| open).map(str::to_owned);
    let field = if open { "reason".to_owned() } else { format!("reason-{index}") };
    let (hint_id, error_id) = (format!("{field}-h"), format!("{field}-e"));
    let by = if error.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
    let wrong = error.is_some().then_some("true");
    let error_line = error.map(|error| view! { <p class="error" id=error_id>{error}</p> });
    let about = format!(" “{}”", found.phrase);
    view! {
        <details class="ask" open=open><summary class="button small">"Dismiss…"<span class="visually-hidden">{about}</span></summary>
            <form class="card stack" method="post" action="/api/conduct/agenda-check/dismiss">
                {form::hidden("cohort", cohort)}
                {form::hidden("session", session)}
                {form::hidden("key", &found.key)}
                {form::hidden("phrase", &found.phrase)}
                {form::hidden("on", on.as_str())}
                <div class="field">
                    <label for=field.clone()>"Why it may stand"</label>
                    <p class="hint" id=hint_id>"A sentence. The report of the cohort shows it with the words."</p>
                    <input id=field name="reason" type="text" value=reason autocomplete="off" aria-describedby=by aria-invalid=wrong aria-required="true"/>
                    {error_line}
                </div>
                <p><button class="button">"Dismiss with this reason"</button></p>
            </form>
        </details>
    }
    .into_any()
}
