//! The settings of advocacy: deadlines, reminders, caps.

use domain::access::Role;
use domain::advocacy::setting::Settings;
use leptos::prelude::*;

use super::frame::{Celebrating, celebrating};
use crate::components::form::{self, Input};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Section};
use crate::pages::program::frame::what_stands;

/// The settings, and who saved meanwhile when somebody did.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let settings = store::advocacy::setting::get(desk.db()).await?;
    let draft = desk.draft("advocacy-settings").await?;
    let staff: Vec<(i64, String)> =
        store::staff::list(desk.db()).await?.into_iter().filter(|line| line.active).map(|line| (line.id, line.name)).collect();
    let webhooks = desk.staff()?.is(Role::Admin).then(|| {
        view! {
            <section class="stack close">
                <h2>"Programs that publish"</h2>
                <p>"A channel may be published by a program of yours, which is told what is due."</p>
                <p><a class="button" href="/webhooks">"Webhooks"</a></p>
            </section>
        }
    });
    let stands = what_stands(&draft, settings.revision, fields(&draft, &settings, &staff));
    let form = settings_form(&draft, &settings, staff);
    frame::staff(&desk, Section::Celebrate, "Settings", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="stack tight"><h1>"Settings"</h1><p class="soft">"What holds for celebrating and for asking, until somebody changes it."</p></div>
                {celebrating(Celebrating::Settings, true)}
                {stands}
                {form}
                {webhooks}
            </main>
        }
    })
}

/// What stands now, as its form would say it.
fn fields(draft: &Draft, settings: &Settings, staff: &[(i64, String)]) -> Vec<(&'static str, &'static str, String)> {
    let mut fields = vec![
        ("Working days to recognition", "recognition_days", settings.recognition_days.to_string()),
        ("Hours until colleagues are reminded", "internal_hours", settings.internal_hours.to_string()),
        ("Hours until a customer is reminded", "customer_hours", settings.customer_hours.to_string()),
        ("Reminders", "most_reminders", settings.most_reminders.to_string()),
        ("Asks of one person in a quarter", "person_cap", settings.person_cap.to_string()),
        ("Asks of one company in a quarter", "company_cap", settings.company_cap.to_string()),
        ("Days between two asks of one kind", "interval_days", settings.interval_days.to_string()),
        ("Kinds with days of their own", "intervals", settings.interval_lines()),
        ("Days to answer", "answer_days", settings.answer_days.to_string()),
        ("Gifts in a year", "gift_limit", settings.gift_limit.to_string()),
    ];
    // The form holds a number; people read a name.
    let number = settings.escalate_to.map(|id| id.to_string()).unwrap_or_default();
    if draft.value("escalate_to", &number) != number {
        let name = settings.escalate_to.and_then(|id| staff.iter().find(|(known, _)| *known == id));
        fields.push((
            "Told after the last reminder",
            "escalate_to",
            name.map_or_else(|| "Every admin".to_owned(), |(_, name)| name.clone()),
        ));
    }
    fields
}

fn settings_form(draft: &Draft, settings: &Settings, staff: Vec<(i64, String)>) -> AnyView {
    let number = |name: &'static str, label: &'static str, hint: &'static str, value: u32| {
        form::input(draft, Input { name, label, hint, kind: "number", value: value.to_string(), short: true, ..Input::default() })
    };
    let every = (String::new(), "Every admin".to_owned());
    let staff = std::iter::once(every).chain(staff.into_iter().map(|(id, name)| (id.to_string(), name))).collect();
    let to = settings.escalate_to.map(|id| id.to_string()).unwrap_or_default();
    let escalate = Input {
        name: "escalate_to",
        label: "Who is told after the last reminder",
        hint: "Once, and then nobody is told any more.",
        value: to,
        ..Input::default()
    };
    let intervals = Input {
        name: "intervals",
        label: "Kinds with days of their own",
        hint: "A line each, like “reference call=180”.",
        value: settings.interval_lines(),
        optional: true,
        ..Input::default()
    };
    view! {
        <form method="post" action="/api/advocacy/setting/save" class="stack loose">
            {form::hidden("revision", settings.revision)}
            <section class="stack">
                <h2>"Celebrating"</h2>
                {number("recognition_days", "Working days from verifying to recognition", "The deadline of every new task, and the goal on the board.", settings.recognition_days)}
                {number("internal_hours", "Hours until colleagues are reminded", "Of what waits for them, in whichever state.", settings.internal_hours)}
                {number("customer_hours", "Hours until a customer is reminded", "Of what they are to approve. Each reminder carries a new link.", settings.customer_hours)}
                {number("most_reminders", "Reminders at most", "Then somebody else is told, once.", settings.most_reminders)}
                {form::select(draft, escalate, staff)}
            </section>
            <section class="stack">
                <h2>"Asking"</h2>
                {number("person_cap", "Asks of one person in a quarter, at most", "What somebody sets for themselves holds where it is less.", settings.person_cap)}
                {number("company_cap", "Asks of one company in a quarter, at most", "", settings.company_cap)}
                {number("interval_days", "Days between two asks of one kind", "", settings.interval_days)}
                {form::textarea(draft, intervals, 4)}
                {number("answer_days", "Days to answer", "An ask, or an introduction that is offered.", settings.answer_days)}
            </section>
            <section class="stack">
                <h2>"Giving"</h2>
                {number("gift_limit", "Gifts to one person in a calendar year, at most", "In whole units of your currency.", settings.gift_limit)}
            </section>
            <p class="row"><button class="button primary">"Keep the settings"</button></p>
        </form>
    }
    .into_any()
}
