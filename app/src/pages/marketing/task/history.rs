//! Everything that happened to a task.

use domain::advocacy::amplification::Act;
use domain::time::Zone;
use domain::time::words::moment;
use leptos::prelude::*;
use store::advocacy::amplification::Task;

use crate::components::table::{Column, listing};

pub(super) fn history(task: &Task) -> AnyView {
    if task.steps.is_empty() {
        return ().into_any();
    }
    let rows = task
        .steps
        .iter()
        .map(|step| {
            let what = done(step.act);
            let (by, then, comment) = (step.by.clone(), step.to_state.as_str(), step.comment.clone());
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><time datetime=step.at.to_rfc3339()>{moment(&Zone::utc(), step.at)}</time></th>
                    <td role="cell" data-label="What">{what}</td>
                    <td role="cell" data-label="By" class="soft">{by}</td>
                    <td role="cell" data-label="Then it was">{then}</td>
                    <td role="cell" data-label="What was said"><span class="kept">{comment}</span></td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Column::of("When"), Column::of("What"), Column::of("By"), Column::of("Then it was"), Column::of("What was said")];
    let table = listing("What happened to it", &columns, rows);
    view! { <section class="stack close" aria-labelledby="history-h"><h2 id="history-h">"What happened"</h2>{table}</section> }.into_any()
}

/// An act, once it was done.
const fn done(act: Act) -> &'static str {
    match act {
        Act::Edit => "Changed",
        Act::Submit => "Sent to review",
        Act::Approve => "Approved here",
        Act::RequestChanges => "Changes asked for",
        Act::Reject => "Rejected",
        Act::Send => "Sent to the customer",
        Act::CustomerApprove => "Approved by the customer",
        Act::CustomerSuggest => "Edit suggested by the customer",
        Act::CustomerDecline => "Declined by the customer",
        Act::Hold => "Held",
        Act::CustomerHold => "Held by the customer",
        Act::Resume => "Let go on",
        Act::CustomerResume => "Let go on by the customer",
        Act::Schedule => "Scheduled",
        Act::Publish => "Published",
        Act::Fail => "Not published",
        Act::Measure => "Counted",
        Act::Withdraw => "Withdrawn",
        Act::ConsentWithdrawn => "A consent was taken back",
        Act::TakenDown => "Taken down",
        Act::Reopen => "Opened again",
    }
}
