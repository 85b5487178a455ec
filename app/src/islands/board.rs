//! The board's cards, moved by hand: dropped on another column, a card takes the step that leads there.
//!
//! Before it is alive, and without JavaScript, every card has its own small form; that is also the way by keyboard and by
//! touch. Alive, a drop sends that very form's act to the same address, and the board of the page it leads to takes the
//! place of this page's: the server decides, and only the server. What it says is read out and stays in sight. A step that
//! needs words opens the task's own page.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{DragEvent, Element, Headers, HtmlTemplateElement, RequestInit, Response, UrlSearchParams};

/// The part of the page that is replaced.
const BOARD: &str = "#board";
const STEP: &str = "/api/advocacy/amplification/step";
const AWAY: &str = "This did not reach us, and nothing changed. Check your connection and move it again.";

/// Around the board.
#[island]
pub fn TaskBoard(children: Children) -> impl IntoView {
    let said = RwSignal::new(None::<Said>);
    // The number of the card that is in hand.
    let held = StoredValue::new(None::<String>);
    // Only now that a drop does something can a card be taken.
    Effect::new(|| {
        make_draggable();
    });
    let take = move |event: DragEvent| {
        let Some(card) = closest(&event, "article[data-task]") else { return };
        if let (Some(task), Some(data)) = (card.get_attribute("data-task"), event.data_transfer()) {
            data.set_effect_allowed("move");
            // A drag that carries nothing is none in some browsers.
            let _ = data.set_data("text/plain", &card.get_attribute("data-title").unwrap_or_default());
            held.set_value(Some(task));
        }
    };
    let over = move |event: DragEvent| {
        if held.with_value(Option::is_none) {
            return;
        }
        let column = closest(&event, "[data-column]");
        unmark();
        if let Some(column) = column {
            event.prevent_default();
            let _ = column.class_list().add_1("over");
        }
    };
    let end = move |_: DragEvent| {
        unmark();
        held.set_value(None);
    };
    let drop = move |event: DragEvent| {
        unmark();
        let (Some(task), Some(column)) = (held.get_value(), closest(&event, "[data-column]")) else { return };
        held.set_value(None);
        event.prevent_default();
        let card = document().query_selector(&format!("article[data-task='{task}']")).ok().flatten();
        let Some(card) = card else { return };
        let from = card.closest("[data-column]").ok().flatten();
        let (to, label) = (text(&column, "data-column"), text(&column, "data-label"));
        if from.is_some_and(|from| text(&from, "data-column") == to) {
            return;
        }
        match way(&text(&card, "data-toward"), &to) {
            None => {
                let sentence = format!("“{}” cannot go to “{label}” by hand. Open it to see what it waits for.", text(&card, "data-title"));
                said.set(Some(Said { good: false, sentence }));
            }
            // Something has to be said with it, on its own page.
            Some((act, true)) => go(&format!("/celebrate/{task}?act={act}#{act}")),
            Some((act, false)) => {
                let revision = text(&card, "data-revision");
                let _ = card.set_attribute("inert", "");
                spawn_local(async move {
                    match step(&task, &revision, &act).await {
                        Ok(answer) => said.set(answer),
                        Err(_) => {
                            let _ = card.remove_attribute("inert");
                            said.set(Some(Said { good: false, sentence: AWAY.to_owned() }));
                        }
                    }
                });
            }
        }
    };
    view! {
        <div class="drag stack" on:dragstart=take on:dragover=over on:dragend=end on:drop=drop>
            <div role="status" aria-live="polite" class="said">
                {move || said.get().map(|said| view! { <p class=if said.good { "notice good" } else { "notice warn" }>{said.sentence}</p> })}
            </div>
            {children()}
        </div>
    }
}

/// What the server said.
#[derive(Clone)]
struct Said {
    good: bool,
    sentence: String,
}

/// Sends the step, and puts the board of the page it leads to in place. Answers what that page says; nothing when it was
/// another page, which is opened then.
async fn step(task: &str, revision: &str, act: &str) -> Result<Option<Said>, JsValue> {
    let fields = UrlSearchParams::new()?;
    for (name, value) in [("task", task), ("revision", revision), ("act", act), ("from", "board")] {
        fields.append(name, value);
    }
    let headers = Headers::new()?;
    headers.set("accept", "text/html")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&fields);
    let response: Response = window().fetch_with_str_and_init(STEP, &request).await?.unchecked_into();
    let url = response.url();
    let page = read(&response).await?;
    let Some(board) = page.content().query_selector(BOARD)? else {
        go(&url);
        return Ok(None);
    };
    let said = page
        .content()
        .query_selector(".notice[role='status']")?
        .map(|notice| Said { good: notice.class_list().contains("good"), sentence: notice.text_content().unwrap_or_default() });
    // The page it leads to is unfiltered.
    let board = if window().location().search()?.is_empty() { board } else { own_board().await?.unwrap_or(board) };
    let stands = document().query_selector(BOARD)?.ok_or(JsValue::NULL)?;
    stands.replace_with_with_node_1(&board)?;
    make_draggable();
    Ok(said)
}

/// The board of this very page, as it stands now.
async fn own_board() -> Result<Option<Element>, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "text/html")?;
    let request = RequestInit::new();
    request.set_headers(&headers);
    let response: Response = window().fetch_with_str_and_init(&window().location().href()?, &request).await?.unchecked_into();
    read(&response).await?.content().query_selector(BOARD)
}

async fn read(response: &Response) -> Result<HtmlTemplateElement, JsValue> {
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let page = response.text()?.await?.as_string().unwrap_or_default();
    let arrived: HtmlTemplateElement = document().create_element("template")?.unchecked_into();
    arrived.set_inner_html(&page);
    Ok(arrived)
}

/// The act that leads to a column, and whether something has to be said with it: see the page's `data-toward`.
fn way(ways: &str, to: &str) -> Option<(String, bool)> {
    let act = ways.split(' ').find_map(|way| way.split_once('=').filter(|(column, _)| *column == to).map(|(_, act)| act))?;
    Some(act.strip_suffix('!').map_or_else(|| (act.to_owned(), false), |act| (act.to_owned(), true)))
}

/// What was dragged may also be a piece of marked text: that is no element.
fn closest(event: &DragEvent, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok().flatten()
}

fn text(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

fn make_draggable() {
    each("article[data-task]", |card| {
        let _ = card.set_attribute("draggable", "true");
    });
}

fn unmark() {
    each("[data-column].over", |column| {
        let _ = column.class_list().remove_1("over");
    });
}

fn each(selector: &str, act: impl Fn(&Element)) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for at in 0..found.length() {
        if let Some(element) = found.item(at).and_then(|node| node.dyn_into::<Element>().ok()) {
            act(&element);
        }
    }
}

fn go(url: &str) {
    let _ = window().location().set_href(url);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_one_way_or_none() {
        let ways = "in-review=submit to-write=request-changes!";
        for (to, expect) in [
            ("in-review", Some(("submit".to_owned(), false))),
            ("to-write", Some(("request-changes".to_owned(), true))),
            ("approved", None),
            ("in", None),
            ("", None),
        ] {
            assert_eq!(way(ways, to), expect, "{to}");
        }
        assert_eq!(way("", "in-review"), None);
    }
}
