//! The conversation rule, as I agreed to it; and, when another version holds, to read and agree to it again.

use domain::conduct::conversation_rule::{Language, language_in_english};
use domain::time::words::day;
use leptos::prelude::*;
use store::conduct::acknowledgement::Mine as MyRule;

use crate::components::form;
use crate::components::rule_text;
use crate::components::table::empty;
use crate::desk::{Desk, Reply};
use crate::frame::{self, Islands, Mine};

/// The rule of my week.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let mine = store::conduct::acknowledgement::mine(desk.db(), executive.cohort, executive.person).await?;
    let draft = desk.draft("acknowledge").await?;
    let (program, wanted) = (executive.program.clone(), desk.query("lang").to_owned());
    frame::executive(&desk, Mine::Rule, Islands::None, "The conversation rule", move || {
        let body = match &mine {
            None => empty("No rule yet", "The program team is still writing it. We ask you when it is here.", None),
            Some(rule) => the_rule(rule, &wanted, &draft),
        };
        view! {
            <main id="main" class="narrow page stack loose">
                {form::errors(&draft)}
                <div class="stack tight"><p class="eyebrow">{program}</p><h1>"The conversation rule"</h1></div>
                {body}
            </main>
        }
    })
}

fn the_rule(rule: &MyRule, wanted: &str, draft: &crate::desk::Draft) -> AnyView {
    let number = rule.version;
    // What was read and agreed to is shown first, in the language it was read in.
    let agreed = rule.given.as_ref().map(|given| given.language.as_str());
    let wanted = if wanted.is_empty() { agreed.unwrap_or("") } else { wanted };
    let Some(text) = rule_text::in_language(&rule.texts, wanted) else { return ().into_any() };
    let at = |language: Language| format!("/my/rule?lang={language}");
    let opening = match (&rule.given, rule.other) {
        (Some(given), _) => {
            format!("You agreed to version {number} on {}, in {}.", day(given.at.date_naive()), language_in_english(given.language))
        }
        (None, Some(other)) => {
            format!("You agreed to version {other}. Version {number} holds now: please read it and say that you keep it.")
        }
        (None, None) => format!("Version {number} holds for your week: please read it and say that you keep it."),
    };
    let act = match &rule.given {
        Some(given) => view! {
            <section class="stack close">
                <h2>"What is written down"</h2>
                <p class="soft">"That you agreed, when, and the fingerprint of the words you read. The text of a version never changes."</p>
                <p class="small"><code>{given.content_hash.clone()}</code></p>
            </section>
        }
        .into_any(),
        None => view! {
            <form method="post" action="/api/conduct/acknowledgement/again" class="stack">
                {rule_text::tick(draft, number, text)}
                <p class="row"><button class="button primary">"I will keep it"</button><a class="button quiet" href="/my/week">"Back to my week"</a></p>
            </form>
        }
        .into_any(),
    };
    view! {
        <p>{opening}</p>
        {rule_text::languages(&rule.texts, text.language, at)}
        <section class="rule">{rule_text::prose(text)}</section>
        {act}
    }
    .into_any()
}
