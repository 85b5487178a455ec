//! The check of an import, made anew at every choice: what the file would do is replaced where it stands.
//!
//! Before it is alive, and without JavaScript, the form's own button does the same with a page load. Alive, a choice sends
//! that very form, and the plan of the page it leads to takes the place of this page's: the server draws the plan and
//! says what it comes to, and only the server. Whatever goes wrong on the way, the form is sent plainly.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, FormData, Headers, HtmlFormElement, HtmlTemplateElement, RequestInit, Response, UrlSearchParams};

/// The part of the page that is replaced. Its `data-would` says in a sentence what the file would do.
const PLAN: &str = "#plan";

/// Around the form that says how a file is read.
#[island]
pub fn ImportPreview(children: Children) -> impl IntoView {
    let would = RwSignal::new(String::new());
    // Choices not answered yet. One form is under way at a time, so that the last choice is the one that is kept.
    let choices = StoredValue::new(0_u32);
    let check = move |event: web_sys::Event| {
        let Ok(Some(form)) = event_target::<Element>(&event).closest("form") else { return };
        let form: HtmlFormElement = form.unchecked_into();
        let under_way = choices.get_value();
        choices.set_value(under_way + 1);
        if under_way > 0 {
            return;
        }
        spawn_local(async move {
            loop {
                let answered = choices.get_value();
                match replace_plan(&form).await {
                    Ok(sentence) => would.set(sentence),
                    Err(_) => {
                        let _ = form.submit();
                        return;
                    }
                }
                if choices.get_value() == answered {
                    choices.set_value(0);
                    return;
                }
            }
        });
    };
    view! {
        <div class="preview stack" on:change=check>
            {children()}
            <div role="status" aria-live="polite">
                {move || Some(would.get()).filter(|sentence| !sentence.is_empty()).map(|sentence| view! { <p class="soft">{sentence}</p> })}
            </div>
        </div>
    }
}

/// Sends the form and puts the plan of the page it leads to in place; answers what the file would do.
async fn replace_plan(form: &HtmlFormElement) -> Result<String, JsValue> {
    let stands = document().query_selector(PLAN)?.ok_or(JsValue::NULL)?;
    // Nothing of it is pressed while it is no longer what the form says.
    stands.set_attribute("inert", "")?;
    let typed = FormData::new_with_form(form)?;
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&typed)?;
    let headers = Headers::new()?;
    headers.set("accept", "text/html")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&fields);
    let response: Response = window().fetch_with_str_and_init(&form.action(), &request).await?.unchecked_into();
    let page = response.text()?.await?.as_string().unwrap_or_default();
    let arrived: HtmlTemplateElement = document().create_element("template")?.unchecked_into();
    arrived.set_inner_html(&page);
    // Another page, such as the one that asks to sign in, has no plan.
    let plan = arrived.content().query_selector(PLAN)?.ok_or(JsValue::NULL)?;
    stands.replace_with_with_node_1(&plan)?;
    Ok(plan.get_attribute("data-would").unwrap_or_default())
}
