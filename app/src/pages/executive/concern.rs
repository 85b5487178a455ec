//! A guest's report of a concern: with their name or, which is offered first, without it.

use domain::access::Standing;
use domain::conduct::incident::Severity;
use domain::time::words as dates;
use leptos::prelude::*;
use store::cohort::company::Named;
use store::conduct::incident::{Held, new_token};

use crate::components::form::{self, Choice, Input};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Islands, Mine};
use crate::words::capital;

const TITLE: &str = "Report a concern";

/// The form.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let sessions = store::conduct::incident::sessions(desk.db(), executive.cohort).await?;
    let hosts = store::conduct::incident::hosts(desk.db(), executive.cohort).await?;
    let draft = desk.draft("my-concern").await?;
    let (accepted, program) = (executive.standing() == Standing::Accepted, executive.program.clone());
    let (host, back) = (desk.app.host.name.clone(), if accepted { "/my/week" } else { "/invitation" });
    let brand = (!accepted).then(|| view! { <p class="brand">{host.clone()}</p> });
    let body = move || {
        let nameless = Choice {
            name: "anonymous".to_owned(),
            value: "yes".to_owned(),
            label: "Leave my name out".to_owned(),
            hint: "Then nothing we keep says who you are: not the report, not our records, not the mail to the reviewers. Of the time, only the day and the full hour are kept. Without your name no mail can reach you, so you get a private address where answers appear."
                .to_owned(),
            ticked: true,
        };
        view! {
            <main id="main" class="narrow page stack loose">
                {brand}
                {form::errors(&draft)}
                <div class="stack tight">
                    <p class="eyebrow">{program}</p>
                    <h1>{TITLE}</h1>
                    <p class="soft">"If somebody started a sales conversation with you, or you saw it happen, tell us. A few named reviewers read it, and nobody else: never the person it is about, and never their manager."</p>
                </div>
                <form class="stack loose" method="post" action="/api/conduct/incident/report-as-guest">
                    {form::hidden("token", new_token())}
                    {form::choices(&draft, "privacy", "Your name", "checkbox", vec![nameless])}
                    {report_fields(&draft, Some(sessions), hosts, &host)}
                    <div class="row">
                        <button class="button primary">"Send it to the reviewers"</button>
                        <a class="button quiet" href=back>"Leave without sending"</a>
                    </div>
                </form>
            </main>
        }
    };
    if accepted { frame::executive(&desk, Mine::Concern, Islands::None, TITLE, body) } else { frame::guest_letter(&desk, TITLE, body) }
}

/// What every report asks. `people` are those the reporter may name, `sessions` those they know of: none, for whoever may
/// not know them.
pub fn report_fields(draft: &Draft, sessions: Option<Vec<Held>>, people: Vec<Named>, host: &str) -> AnyView {
    let weights = Severity::ALL
        .iter()
        .map(|severity| Choice {
            name: "severity".to_owned(),
            value: severity.as_str().to_owned(),
            label: capital(severity.as_str()),
            hint: severity.means().to_owned(),
            ticked: false,
        })
        .collect();
    let sessions = sessions.map(|sessions| {
        let sessions = sessions.into_iter().map(|held| {
            (held.id.to_string(), format!("{}, {} · {}", dates::day_short(held.starts.date()), dates::clock(held.starts), held.title))
        });
        let sessions = std::iter::once((String::new(), "Not in a session".to_owned())).chain(sessions).collect();
        form::select(draft, Input { name: "session", label: "Where", optional: true, ..Input::default() }, sessions)
    });
    let people = people.into_iter().map(|person| (person.id.to_string(), person.name));
    let people = std::iter::once((String::new(), format!("Nobody from {host}, or I do not know"))).chain(people).collect();
    let (said, staff) = (
        "What was said, and about what. As much as you like to tell.",
        "Whoever you choose can never open this concern, and neither can their manager.",
    );
    view! {
        <div class="stack">
            {form::textarea(draft, Input { name: "said", label: "What happened", hint: said, autocomplete: "off", ..Input::default() }, 6)}
            {form::choices(draft, "severity", "How serious it was", "radio", weights)}
            {sessions}
            {form::select(draft, Input { name: "started_by_staff", label: "Who started it, if one of ours", hint: staff, optional: true, ..Input::default() }, people)}
            {form::input(
                draft,
                Input {
                    name: "started_by",
                    label: "Who else started it",
                    hint: "An educator, another guest, somebody whose name you do not know.",
                    optional: true,
                    autocomplete: "off",
                    ..Input::default()
                },
            )}
        </div>
    }
    .into_any()
}
