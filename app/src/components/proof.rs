//! The field for the six digits, where a form waits for them.

use leptos::prelude::*;

use crate::components::form::{self, Input};
use crate::desk::Draft;

/// The field, once a code was asked for with this form; before that, nothing.
pub fn code_field(draft: &Draft) -> AnyView {
    let Some(waits) = draft.typed().and_then(|typed| typed.0.get("proof")).cloned() else { return ().into_any() };
    let says = (!waits.is_empty()).then(|| view! { <p class="notice" role="status">{waits}</p> });
    let digits = Input {
        name: "digits",
        label: "The six digits",
        hint: "Nothing in your mail after a minute? Leave this empty and press again: another code follows.",
        autocomplete: "one-time-code",
        short: true,
        digits: true,
        ..Input::default()
    };
    view! { <div class="stack close" id="code">{says}{form::hidden("again", "yes")}{form::input(draft, digits)}</div> }.into_any()
}
