//! The one decision in words: whether something may be asked of somebody now, every reason why not, the first day on which
//! none stands, and the next useful give. And how an ask stands, as a tag.

use domain::access::{Principal, Role};
use domain::advocacy::ask::{NotNow, State};
use leptos::prelude::*;

use super::table::tag;

/// The answer, for a reader who has seen [`NotNow::as_seen_by`] applied to it.
#[must_use]
pub fn decision(not_now: Option<&NotNow>, who: &Principal) -> AnyView {
    match not_now {
        None => view! { <p>{tag("good", "yes")}" Nothing stands against an ask today."</p> }.into_any(),
        Some(why) => {
            let when = why.when().map(|when| format!(" {when}"));
            view! { <p>{tag("stop", "not now")}{when}</p> {reasons(why)} {instead(why, who)} }.into_any()
        }
    }
}

/// Every reason, a line each.
#[must_use]
pub fn reasons(why: &NotNow) -> AnyView {
    let lines = why.reasons().iter().map(|reason| view! { <li>{reason.sentence()}</li> }).collect_view();
    view! { <ul>{lines}</ul> }.into_any()
}

/// What to give instead; with the way there for those who celebrate.
#[must_use]
pub fn instead(why: &NotNow, who: &Principal) -> AnyView {
    let next = why.next_give();
    let celebrates = who.is(Role::Admin) || who.is(Role::Marketing);
    match next.path().filter(|_| celebrates) {
        Some(path) => view! { <p><a href=path>{next.sentence()}</a></p> }.into_any(),
        None => view! { <p>{next.sentence()}</p> }.into_any(),
    }
}

/// How an ask stands.
#[must_use]
pub fn state_tag(state: State) -> AnyView {
    let tone = match state {
        State::Accepted | State::Scheduled | State::Completed => "good",
        State::Expired | State::Missed => "warn",
        State::Refused => "stop",
        State::Draft | State::Submitted | State::Approving | State::Asked | State::Declined | State::Cancelled => "",
    };
    tag(tone, state.as_str())
}
