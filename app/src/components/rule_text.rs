//! The conversation rule as people read it: its words in one language, the way to the others, and the box to tick.

use domain::conduct::conversation_rule::{Language, language_name};
use leptos::prelude::*;
use store::conduct::conversation_rule::Text;

use super::form;
use crate::desk::Draft;
use crate::words;

/// The text in the language asked for, else in English.
#[must_use]
pub fn in_language<'a>(texts: &'a [Text], wanted: &str) -> Option<&'a Text> {
    texts.iter().find(|text| text.language.as_str() == wanted).or_else(|| texts.first())
}

/// The way to the other languages, each named as its readers name it; nothing where there is only one.
pub fn languages(texts: &[Text], current: Language, at: impl Fn(Language) -> String) -> AnyView {
    if texts.len() < 2 {
        return ().into_any();
    }
    let links = texts
        .iter()
        .map(|text| {
            let (language, code) = (text.language, text.language.as_str());
            view! { <a class="button small quiet" href=at(language) lang=code hreflang=code aria-current=(language == current).then_some("true")>{language_name(language)}</a> }
        })
        .collect_view();
    view! { <nav class="row" aria-label="Languages of the rule">{links}</nav> }.into_any()
}

/// The words themselves.
pub fn prose(text: &Text) -> AnyView {
    view! { <div class="prose" lang=text.language.as_str() inner_html=words::markdown(&text.body)></div> }.into_any()
}

/// What a form sends of the words it shows: the version, their hash, their language.
pub fn shown(version: u32, text: &Text) -> AnyView {
    view! {
        {form::hidden("version", version)}
        {form::hidden("hash", &text.content_hash)}
        {form::hidden("language", text.language)}
    }
    .into_any()
}

/// The box somebody ticks, and what goes with it. A tick holds for the words it was set under, and for no others.
pub fn tick(draft: &Draft, version: u32, text: &Text) -> AnyView {
    let ticked = draft.typed().is_some_and(|typed| typed.ticked("ack") && typed.get("hash") == text.content_hash);
    let error = draft.error("ack").map(str::to_owned);
    let (invalid, described) = (error.is_some().then_some("true"), error.is_some().then_some("ack-e"));
    view! {
        {shown(version, text)}
        <div class="choices">
            <label class="choice">
                <input id="ack" type="checkbox" name="ack" value="yes" checked=ticked aria-required="true" aria-invalid=invalid aria-describedby=described/>
                <span>"I have read this rule and will keep it." <small>{format!("Version {version}. We record that you agreed, to which words, and when.")}</small></span>
            </label>
            {error.map(|error| view! { <p class="error" id="ack-e">{error}</p> })}
        </div>
    }
    .into_any()
}

/// The first letters of a fingerprint, enough to tell two apart.
#[must_use]
pub fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
