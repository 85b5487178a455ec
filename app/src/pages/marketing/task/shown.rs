//! Whom a task shows, and whether they allow it.

use domain::advocacy::consent::{Scope, Standing, Subject};
use domain::advocacy::publication::{Reason, Why};
use domain::time::words::date;
use leptos::prelude::*;
use store::advocacy::amplification::UseLine;

use super::Opened;
use crate::components::table::{Column, listing, tag};
use crate::words::capital;

pub(super) fn shown(at: &Opened<'_>) -> AnyView {
    let body = if at.task.uses.is_empty() {
        view! { <p class="soft">"Nothing is chosen yet. Tick it in the plan: each consent is asked for exactly that."</p> }.into_any()
    } else {
        let rows = at.task.uses.iter().map(use_row).collect_view();
        listing("Who is shown, and what they allow", &[Column::of("Who"), Column::of("What"), Column::of("Consent")], rows)
    };
    view! { <section class="stack close" aria-labelledby="shown-h"><h2 id="shown-h">"Whom it shows"</h2>{body}</section> }.into_any()
}

fn use_row(one: &UseLine) -> AnyView {
    let (live, not): (Vec<_>, Vec<_>) = one.standings.iter().partition(|(_, standing)| standing.is_live());
    let allowed: Vec<AnyView> = live
        .into_iter()
        .map(|(channel, standing)| match standing {
            Standing::Live { until, .. } => tag("good", format!("{}: until {}", channel.label(), date(until))),
            _ => ().into_any(),
        })
        .collect();
    let refused: Vec<AnyView> = not
        .into_iter()
        .map(|(channel, standing)| {
            let sentence = Reason { who: one.who.clone(), scope: one.scope, channel, why: why(one.scope, standing) }.sentence();
            view! { <p>{tag("stop", format!("{}: not allowed", channel.label()))} " " <span class="small">{sentence}</span></p> }.into_any()
        })
        .collect();
    let none = one.standings.is_empty().then(|| view! { <span class="soft">"asked for each channel, once something is written"</span> });
    let to = match one.subject {
        Subject::Person(id) => format!("/advocates/{id}"),
        Subject::Company(id) => format!("/companies/{id}"),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=to>{one.who.clone()}</a></th>
            <td role="cell" data-label="What"><span class="keep">{capital(one.scope.as_str())}</span></td>
            <td role="cell" data-label="Consent"><div class="stack tight"><div class="row">{allowed}{none}</div>{refused}</div></td>
        </tr>
    }
    .into_any()
}

/// Why it is not allowed, as the one decision would say it. Whether somebody took part is theirs to say: allowed once or
/// never reads the same.
pub(super) const fn why(scope: Scope, standing: Standing) -> Why {
    match standing {
        _ if matches!(scope, Scope::Attendance) => Why::Confidential,
        Standing::NotYet { from, .. } => Why::NotYet(from),
        Standing::Expired { on, .. } => Why::Ended(on),
        Standing::Withdrawn { on, .. } => Why::Withdrawn(on),
        Standing::Never | Standing::Live { .. } => Why::NotGiven,
    }
}
