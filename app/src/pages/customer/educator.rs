//! The page behind an educator's private link: who asks, where they teach, and the rule they are asked to keep.

use domain::conduct::conversation_rule::Language;
use domain::time::words as dates;
use leptos::prelude::*;
use store::conduct::educator::{Asked, Teaches};

use crate::components::form;
use crate::components::rule_text;
use crate::desk::{Desk, Draft, Reply, encode};
use crate::frame;
use crate::pages::executive::invitation::{link_over, place, zone_words};

/// The rule, for somebody who teaches. Reading it changes nothing.
///
/// # Errors
/// Faults.
pub async fn by_link(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let Some(asked) = store::conduct::educator::by_token(desk.db(), &token).await? else { return link_over(&desk) };
    let draft = desk.draft("acknowledge").await?;
    let (host, wanted) = (desk.app.host.name.clone(), desk.query("lang").to_owned());
    frame::letter(&desk, "The conversation rule", move || {
        let venue = format!("{} ({})", place(&asked.venue, &asked.place), zone_words(&asked.zone));
        let asks =
            format!("{} of {host} asks everybody who teaches to keep to one rule. Please read it, and say that you will.", asked.asks);
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight"><p class="eyebrow">"For those who teach"</p><h1>{asked.program.clone()}</h1></div>
                {form::errors(&draft)}
                <dl class="facts">
                    <dt>"When"</dt>
                    <dd>{dates::date_range(asked.first_day, asked.last_day)}</dd>
                    <dt>"Where"</dt>
                    <dd>{venue}</dd>
                    {sessions(&asked.sessions)}
                </dl>
                <div class="stack"><p>{format!("Dear {},", asked.name)}</p><p>{asks}</p></div>
                {the_rule(&asked, &token, &wanted, &draft)}
            </main>
        }
    })
}

fn sessions(sessions: &[Teaches]) -> AnyView {
    if sessions.is_empty() {
        return ().into_any();
    }
    let lines = sessions
        .iter()
        .map(|session| {
            let when = format!("{}, {}", dates::day_month(session.starts.date()), dates::span(session.starts, session.ends));
            view! { <li>{session.title.clone()}" "<span class="soft small">{when}</span></li> }
        })
        .collect_view();
    view! { <dt>"You teach"</dt><dd><ul class="plain stack tight">{lines}</ul></dd> }.into_any()
}

fn the_rule(asked: &Asked, token: &str, wanted: &str, draft: &Draft) -> AnyView {
    let agreed = asked.given.as_ref().map_or("", |given| given.language.as_str());
    let wanted = if wanted.is_empty() { agreed } else { wanted };
    let (Some(number), Some(text)) = (asked.version, rule_text::in_language(&asked.texts, wanted)) else {
        return view! { <p class="notice">"The rule is still being written. We write to you when it is here."</p> }.into_any();
    };
    let at = |language: Language| format!("/e/{}?lang={language}", encode(token));
    let (said, act) = match &asked.given {
        Some(given) => {
            let said = format!("You acknowledged version {number} on {}. Thank you.", dates::day(given.at.date_naive()));
            let print = view! { <p class="small soft">"Fingerprint of what you read: " <code>{given.content_hash.clone()}</code></p> };
            (Some(view! { <p class="notice good">{said}</p> }), print.into_any())
        }
        None => {
            let form = view! {
                <form method="post" action="/api/conduct/acknowledgement/educator" class="stack">
                    {form::hidden("token", token)}
                    {rule_text::tick(draft, number, text)}
                    <p class="row"><button class="button primary">"I will keep it"</button></p>
                </form>
            };
            (None, form.into_any())
        }
    };
    view! {
        {said}
        <section class="rule stack" aria-labelledby="rule-h">
            <h2 id="rule-h">{format!("The conversation rule, version {number}")}</h2>
            {rule_text::languages(&asked.texts, text.language, at)}
            {rule_text::prose(text)}
        </section>
        {act}
    }
    .into_any()
}
