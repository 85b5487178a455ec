//! The agenda check: what counts as sales language, language by language, and a text to try it on.

use domain::conduct::agenda_check::{Finding, HELP, Language, TermList, find};
use domain::time::words::day;
use leptos::prelude::*;
use store::conduct::agenda_check::Terms;

use crate::components::finding::severity_tag;
use crate::components::form::{self, Input};
use crate::desk::{Desk, Draft, Reply};
use crate::frame::{self, Section};
use crate::pages::program::frame::number;
use crate::words;

/// One language's terms, to be edited; and a pasted text with what all of them find in it.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let language = Language::parse(desk.query("language")).unwrap_or(Language::English);
    let terms = store::conduct::agenda_check::terms(desk.db(), language).await?;
    let lists = store::conduct::agenda_check::term_lists(desk.db()).await?;
    let draft = desk.draft("terms").await?;
    let from_house = !desk.query("house").is_empty();
    let text = desk.query("text").to_owned();
    frame::staff(&desk, Section::AgendaCheck, "Agenda check", move || {
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol>
                    <li><a href="/rules">"Conversation rule"</a></li>
                    <li aria-current="page">"Agenda check"</li>
                </ol></nav>
                {form::errors(&draft)}
                <div class="stack tight">
                    <h1>"Agenda check"</h1>
                    <p class="soft">"Titles, summaries and letters are read for words that sell before a release tells anybody. What is found is shown with its words, for you to reword or to dismiss with a reason."</p>
                </div>
                {tabs(language)}
                {to_edit(&terms, from_house, &draft)}
                {to_try(language, &text, &lists)}
            </main>
        }
    })
}

const fn name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::German => "German",
        Language::French => "French",
    }
}

fn tabs(language: Language) -> AnyView {
    let tabs = Language::ALL
        .iter()
        .map(|this| {
            let current = (*this == language).then_some("page");
            view! { <a href=format!("/agenda-check?language={this}") aria-current=current>{name(*this)}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="Languages">{tabs}</nav> }.into_any()
}

fn to_edit(terms: &Terms, from_house: bool, draft: &Draft) -> AnyView {
    let language = terms.language;
    let house = TermList::house_text(language);
    let heading = format!("What sells, in {}", name(language));
    let counted = words::count(number(terms.count), "term", "terms");
    let says = match &terms.saved {
        None => format!("{counted}. This is the list we ship; make it yours."),
        Some((at, Some(by))) => format!("{counted}. {by} saved it on {}.", day(at.date_naive())),
        Some((at, None)) => format!("{counted}. Saved on {}.", day(at.date_naive())),
    };
    let filled = from_house.then(|| {
        view! { <p class="notice">"Below is the list we ship. Nothing has changed yet: save it to go back to it."</p> }
    });
    let ship = (terms.saved.is_some() && !from_house).then(|| {
        view! { <a class="button" href=format!("/agenda-check?language={language}&house=1")>"Back to the list we ship"</a> }
    });
    let stale = draft.typed().is_some_and(|typed| typed.revision() != terms.revision);
    let theirs = stale.then(|| {
        view! {
            <section class="card stack" aria-labelledby="stands">
                <h3 id="stands">"What it says now"</h3>
                <p class="soft small">"Saving again keeps yours."</p>
                <div class="prose"><pre>{terms.body.clone()}</pre></div>
            </section>
        }
    });
    let value = if from_house { house } else { terms.body.as_str() };
    let help = HELP.lines().map(|line| view! { <li>{line}</li> }).collect_view();
    let field = Input {
        name: "terms",
        label: "Terms",
        hint: "One a line. An empty list brings back the one we ship.",
        value: value.trim_end().to_owned(),
        ..Input::default()
    };
    view! {
        <section class="stack" aria-labelledby="terms-h">
            <h2 id="terms-h">{heading}</h2>
            <p class="soft">{says}</p>
            {filled}
            <form method="post" action="/api/conduct/agenda-check/terms" class="stack">
                {form::hidden("language", language)}
                {form::hidden("revision", terms.revision)}
                <details><summary>"How terms are written"</summary><ul class="small">{help}</ul></details>
                <div class="terms">{form::textarea(draft, field, 16)}</div>
                <p class="row"><button class="button primary">"Save the list"</button>{ship}</p>
            </form>
            {theirs}
        </section>
    }
    .into_any()
}

fn to_try(language: Language, text: &str, lists: &[TermList]) -> AnyView {
    let found = find(text, lists);
    let answer = if text.trim().is_empty() {
        ().into_any()
    } else if found.is_empty() {
        view! { <p class="notice good" role="status">"Nothing in it sounds like selling."</p> }.into_any()
    } else {
        let lines = found.iter().map(line).collect_view();
        let says = format!("{} like selling.", words::count(number(found.len()), "phrase sounds", "phrases sound"));
        view! {
            <p role="status">{says}</p>
            <div class="card kept">{marked(text, &found)}</div>
            <ul class="attention">{lines}</ul>
        }
        .into_any()
    };
    let field = Input {
        name: "text",
        label: "A title, a summary or the name of a file",
        hint: "It is checked by the saved lists of every language, and not kept.",
        value: text.to_owned(),
        ..Input::default()
    };
    view! {
        <section class="stack" id="try" aria-labelledby="try-h">
            <h2 id="try-h">"Try it"</h2>
            <form method="get" action="/agenda-check#try" class="stack">
                {form::hidden("language", language)}
                {form::textarea(&Draft::default(), field, 3)}
                <p><button class="button">"Check this text"</button></p>
            </form>
            {answer}
        </section>
    }
    .into_any()
}

/// One finding, and the line of the list it is found by.
fn line(finding: &Finding) -> AnyView {
    let (phrase, term) = (finding.phrase.clone(), finding.term.clone());
    view! { <li><span>{severity_tag(finding.severity)}" "<mark>{phrase}</mark></span><span class="soft small">"found by "<code>{term}</code></span></li> }
        .into_any()
}

/// The whole text, what was found marked.
fn marked(text: &str, found: &[Finding]) -> AnyView {
    let mut parts: Vec<AnyView> = Vec::new();
    let mut from = 0;
    for finding in found {
        let before = text.get(from..finding.start).filter(|before| !before.is_empty()).map(str::to_owned);
        let phrase = finding.phrase.clone();
        parts.push(view! { {before}<mark>{phrase}</mark> }.into_any());
        from = finding.end;
    }
    let rest = text.get(from..).filter(|rest| !rest.is_empty()).map(str::to_owned);
    view! { {parts}{rest} }.into_any()
}
