//! Form parts: label above, hint under the label, error under the field, what was typed kept.

use leptos::prelude::*;

use crate::desk::Draft;

/// A one-line field. `kind` is the HTML input type.
#[derive(Debug, Clone, Default)]
pub struct Input {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub kind: &'static str,
    /// What stands, when nothing was typed.
    pub value: String,
    pub optional: bool,
    pub short: bool,
    pub autocomplete: &'static str,
    /// The id of a `<datalist>`.
    pub list: &'static str,
    /// Digits: phones show the keys for them.
    pub digits: bool,
    /// Its own id, where several forms of a page have a field of this name. Empty: its name.
    pub id: String,
}

/// An input with its label, hint and error.
pub fn input(draft: &Draft, field: Input) -> AnyView {
    row_input(draft, field.name.to_owned(), field)
}

/// As [`input`], for a row of a table of fields: `name` is the row's own (`email.3`).
pub fn row_input(draft: &Draft, name: String, field: Input) -> AnyView {
    let error = draft.error(&name).map(str::to_owned);
    let kind = if field.kind.is_empty() { "text" } else { field.kind };
    let value = (kind != "password" && kind != "file").then(|| draft.value(&name, &field.value));
    let class = field.short.then_some("short");
    let id = if field.id.is_empty() { name.clone() } else { field.id };
    let Described { by, hint, error_line } = describe(&id, field.hint, error.as_deref());
    view! {
        <div class="field">
            <label for=id.clone()>{field.label} {field.optional.then(|| view! { " " <span class="optional">"optional"</span> })}</label>
            {hint}
            <input id=id name=name type=kind value=value class=class aria-describedby=by aria-invalid=error.is_some().then_some("true")
                aria-required=(!field.optional).then_some("true") autocomplete=some(field.autocomplete) list=some(field.list) inputmode=field.digits.then_some("numeric")/>
            {error_line}
        </div>
    }
    .into_any()
}

/// Several lines of text.
pub fn textarea(draft: &Draft, field: Input, rows: u32) -> AnyView {
    let name = field.name;
    let error = draft.error(name).map(str::to_owned);
    let value = draft.value(name, &field.value);
    let id = if field.id.is_empty() { name.to_owned() } else { field.id };
    let Described { by, hint, error_line } = describe(&id, field.hint, error.as_deref());
    view! {
        <div class="field">
            <label for=id.clone()>{field.label} {field.optional.then(|| view! { " " <span class="optional">"optional"</span> })}</label>
            {hint}
            <textarea id=id name=name rows=rows.to_string() aria-describedby=by aria-invalid=error.is_some().then_some("true") aria-required=(!field.optional).then_some("true")>
                {inside(&value)}
            </textarea>
            {error_line}
        </div>
    }
    .into_any()
}

/// What stands inside a `<textarea>`: the framework writes it as it is, so what would end it or be read as a character
/// reference is escaped here. The first line break is the parser's, who drops it.
pub fn inside(value: &str) -> String {
    format!("\n{}", crate::frame::escaped(value))
}

/// One of several; `options` are (value, label).
pub fn select(draft: &Draft, field: Input, options: Vec<(String, String)>) -> AnyView {
    let name = field.name;
    let error = draft.error(name).map(str::to_owned);
    let chosen = draft.value(name, &field.value);
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    let Described { by, hint, error_line } = describe(name, field.hint, error.as_deref());
    view! {
        <div class="field">
            <label for=name>{field.label} {field.optional.then(|| view! { " " <span class="optional">"optional"</span> })}</label>
            {hint}
            <select id=name name=name aria-describedby=by aria-invalid=error.is_some().then_some("true")>{options}</select>
            {error_line}
        </div>
    }
    .into_any()
}

/// One choice of a group.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The field's name: the same for radio buttons, each its own for boxes.
    pub name: String,
    pub value: String,
    pub label: String,
    pub hint: String,
    pub ticked: bool,
}

/// A group of boxes (`checkbox`) or of buttons of which one holds (`radio`). `group` is the name errors go by.
pub fn choices(draft: &Draft, group: &'static str, legend: &'static str, kind: &'static str, options: Vec<Choice>) -> AnyView {
    let error = draft.error(group).map(str::to_owned);
    let error_line = error.map(|error| view! { <p class="error" id=format!("{group}-e")>{error}</p> });
    let rows = options
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            let ticked = if kind == "radio" {
                draft.typed().map_or(choice.ticked, |typed| typed.get(&choice.name) == choice.value)
            } else {
                draft.ticked(&choice.name, choice.ticked)
            };
            let id = if index == 0 { group.to_owned() } else { format!("{group}-{index}") };
            let hint = (!choice.hint.is_empty()).then(|| view! { <small>{choice.hint}</small> });
            view! { <label class="choice"><input id=id type=kind name=choice.name value=choice.value checked=ticked/><span>{choice.label}{hint}</span></label> }
        })
        .collect_view();
    view! { <fieldset class="choices"><legend>{legend}</legend>{rows}{error_line}</fieldset> }.into_any()
}

/// A field nobody sees.
pub fn hidden(name: &'static str, value: impl ToString) -> AnyView {
    view! { <input type="hidden" name=name value=value.to_string()/> }.into_any()
}

/// The summary above a refused form: takes focus, leads to each field.
pub fn errors(draft: &Draft) -> AnyView {
    let errors = draft.errors();
    if errors.is_empty() {
        return ().into_any();
    }
    let heading =
        if errors.len() == 1 { "One thing needs another look".to_owned() } else { format!("{} things need another look", errors.len()) };
    let lines = errors
        .into_iter()
        .map(|(field, sentence)| {
            let sentence = sentence.to_owned();
            match field {
                Some(field) => view! { <li><a href=format!("#{field}")>{sentence}</a></li> }.into_any(),
                None => view! { <li>{sentence}</li> }.into_any(),
            }
        })
        .collect_view();
    view! { <div class="errors" role="alert" tabindex="-1" id="errors" autofocus=true><h2>{heading}</h2><ul>{lines}</ul></div> }.into_any()
}

struct Described {
    by: Option<String>,
    hint: Option<AnyView>,
    error_line: Option<AnyView>,
}

fn describe(name: &str, hint: &'static str, error: Option<&str>) -> Described {
    let (hint_id, error_id) = (format!("{name}-h"), format!("{name}-e"));
    let ids = [(!hint.is_empty()).then(|| hint_id.clone()), error.map(|_| error_id.clone())];
    let by: Vec<String> = ids.into_iter().flatten().collect();
    Described {
        by: (!by.is_empty()).then(|| by.join(" ")),
        hint: (!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> }.into_any()),
        error_line: error.map(|error| view! { <p class="error" id=error_id>{error.to_owned()}</p> }.into_any()),
    }
}

fn some(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_never_ends_its_field() {
        assert_eq!(inside("a </textarea><b> &lt; c"), "\na &lt;/textarea>&lt;b> &amp;lt; c");
    }
}
