//! Which consents a task still needs, and the way to ask for them.

use domain::advocacy::amplification::State;
use domain::advocacy::consent::Subject;
use domain::advocacy::publication::Reason;
use leptos::prelude::*;
use store::advocacy::amplification::{Task, UseLine};

use super::shown::why;
use crate::components::form;

/// What stands in the way of publishing it, a sentence for each consent on each channel; before a channel is written for,
/// a sentence for each that is allowed nowhere.
pub fn missing(task: &Task) -> Vec<(Subject, String)> {
    task.uses.iter().flat_map(|one| reasons(one).into_iter().map(move |sentence| (one.subject, sentence))).collect()
}

fn reasons(one: &UseLine) -> Vec<String> {
    if one.standings.is_empty() && !one.somewhere {
        return vec![format!("{} has not allowed {} on any channel yet.", one.who, one.scope.of_them())];
    }
    let not = one.standings.iter().filter(|(_, standing)| !standing.is_live());
    not.map(|(channel, standing)| {
        Reason { who: one.who.clone(), scope: one.scope, channel: *channel, why: why(one.scope, *standing) }.sentence()
    })
    .collect()
}

/// What is missing, and a link of their own for the person: on their page they allow it, or do not.
pub(super) fn missing_consents(task: &Task) -> AnyView {
    if matches!(task.state, State::Published | State::Measured | State::Rejected | State::Withdrawn) {
        return ().into_any();
    }
    let missing = missing(task);
    if missing.is_empty() {
        return ().into_any();
    }
    let asks = task.person.filter(|person| missing.iter().any(|(whose, _)| *whose == Subject::Person(*person)));
    let ask = asks.map(|person| {
        let label = format!("Send {} a link to their own page", task.person_name.clone().unwrap_or_default());
        view! {
            <p>"They allow it, or do not, on their own page."</p>
            <form method="post" action="/api/advocacy/own-page/send-link">
                {form::hidden("person", person)}
                {form::hidden("task", task.id)}
                <button class="button small">{label}</button>
            </form>
        }
    });
    let companys = missing.iter().any(|(whose, _)| *whose == Subject::Company(task.company));
    let company = companys.then(|| {
        let (to, name) = (format!("/companies/{}", task.company), task.company_name.clone());
        view! { <p>"What is the company’s, its signatory allows: " <a href=to>{name}</a></p> }
    });
    let lines = missing.into_iter().map(|(_, sentence)| view! { <li>{sentence}</li> }).collect_view();
    view! {
        <div class="notice warn stack close" id="missing-consents">
            <p>"It can be written, reviewed and sent, but not scheduled: a consent is missing."</p>
            <ul>{lines}</ul>
            {ask}
            {company}
        </div>
    }
    .into_any()
}
