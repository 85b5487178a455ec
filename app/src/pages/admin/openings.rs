//! The sales openings that are for me: customers opened them, and here I write down what followed.

use domain::conduct::sales_opening::State;
use domain::time::words as dates;
use leptos::prelude::*;
use store::conduct::sales_opening::ForMe;

use crate::components::form;
use crate::components::table::{empty, pager};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Section};
use crate::pages::executive::openings::{followed, state_tag};

/// The openings for this member of staff, and nobody else's.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let list = store::conduct::sales_opening::for_staff(desk.db(), desk.now, desk.staff()?.id, desk.page()).await?;
    let draft = desk.draft("follow-up").await?;
    let pages = pager(&desk, &list);
    frame::staff(&desk, Section::Openings, "Sales openings", move || {
        let body = if list.rows.is_empty() {
            empty("No topic is open", "No customer has opened a topic with you. Only they can.", None)
        } else {
            list.rows.into_iter().map(|one| opening(&draft, one)).collect_view().into_any()
        };
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="stack tight">
                    <h1>"Sales openings"</h1>
                    <p class="soft">"Topics that customers asked to speak with you about. Every follow-up refers to one of them; for everything else the "<a href="/rules">"conversation rule"</a>" stands."</p>
                </div>
                {body}
                {pages}
            </main>
        }
    })
}

fn opening(draft: &Draft, one: ForMe) -> AnyView {
    let ForMe { id, topic, person, company, until, zone, state, follow_ups } = one;
    let until = format!("the end of {} ({} time)", dates::day(until), zone.city());
    let write = (state == State::Open).then(|| follow_up_form(draft, id, &person));
    view! {
        <article class="card stack">
            <div class="row between"><h2>{topic}</h2>{state_tag(state)}</div>
            <dl class="facts"><dt>"From"</dt><dd>{format!("{person}, {company}")}</dd><dt>"Until"</dt><dd>{until}</dd></dl>
            {followed(follow_ups, &zone)}
            {write}
        </article>
    }
    .into_any()
}

/// A note of its own for each opening: what was typed into one stays with it.
fn follow_up_form(draft: &Draft, id: i64, person: &str) -> AnyView {
    let field = format!("note-{id}");
    let typed = draft.typed().filter(|typed| typed.id("opening") == id).map_or("", |typed| typed.get("note")).to_owned();
    let error = draft.error(&field).map(str::to_owned);
    let (hint_id, error_id) = (format!("{field}-h"), format!("{field}-e"));
    let by = if error.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
    let hint = format!("One or two sentences. {person} reads this too.");
    let wrong = error.is_some().then_some("true");
    let error_line = error.map(|error| view! { <p class="error" id=error_id>{error}</p> });
    view! {
        <form class="stack" method="post" action="/api/conduct/sales-opening/follow-up">
            {form::hidden("opening", id)}
            <div class="field">
                <label for=field.clone()>"What followed"</label>
                <p class="hint" id=hint_id>{hint}</p>
                <textarea id=field name="note" rows="2" aria-describedby=by aria-invalid=wrong aria-required="true">{form::inside(&typed)}</textarea>
                {error_line}
            </div>
            <p><button class="button">"Write it down"</button></p>
        </form>
    }
    .into_any()
}
