//! My terms: what I allow with my name, what is public with it, and the ways to the rest of what was agreed.

use domain::access::Standing;
use domain::advocacy::consent::{Act, Scope, Subject, in_short, resolve};
use leptos::prelude::*;

use crate::components::consent::{Asked, offer, seen, shown_list};
use crate::components::form;
use crate::desk::{Desk, Reply};
use crate::frame::{self, Islands, Mine};

/// My terms. They are the person's: they hold beyond one cohort, and for those who gave their seat back.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let subject = Subject::Person(executive.person);
    let over = executive.standing() == Standing::Over;
    let host = desk.app.host.name.clone();
    let ledger = store::advocacy::consent::ledger(desk.db(), subject).await?;
    let shown = store::advocacy::consent::shown(desk.db(), subject).await?;
    let draft = desk.draft("consent").await?;
    let today = desk.now.date_naive();
    let body = move || {
        let consents = resolve(&ledger, today);
        let asked = Asked {
            consents: &consents,
            today,
            seen: seen(&shown),
            give: "/api/advocacy/consent/give",
            withdraw: "/api/advocacy/consent/withdraw",
            token: None,
            draft: &draft,
        };
        // Once something was given, what never was waits behind a line of its own.
        let begun = ledger.iter().any(|event| event.act == Act::Grant);
        let (first, others): (Vec<Scope>, Vec<Scope>) = Scope::ALL
            .iter()
            .copied()
            .filter(|scope| !scope.of_company())
            .partition(|scope| !begun || ledger.iter().any(|event| event.scope == *scope));
        let refused = draft.typed().is_some_and(|typed| others.iter().any(|scope| typed.get("scope") == scope.as_str()));
        let offers = first.into_iter().map(|scope| offer(&asked, scope)).collect_view();
        let others = (!others.is_empty()).then(|| {
            let others = others.into_iter().map(|scope| offer(&asked, scope)).collect_view();
            view! { <details open=refused><summary>"Other things you could allow…"</summary><div class="stack">{others}</div></details> }
        });
        let summary = in_short(&consents);
        let anything = !shown.is_empty();
        let public = view! {
            <section class="stack" id="shown">
                <h2>"What is public with your name"</h2>
                {shown_list(shown)}
            </section>
        }
        .into_any();
        let (above, below) = if anything { (Some(public), None) } else { (None, Some(public)) };
        let rule = (!over).then(|| view! { <a class="button" href="/my/rule">"The conversation rule"</a> });
        let intro = format!(
            "Whether you took part, and everything you said, stays in the cohort. Beyond it, {host} shows nothing of you unless you allow it here."
        );
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight">
                    <h1>"My terms"</h1>
                    <p class="soft">{intro}</p>
                </div>
                <nav class="row" aria-label="What else was agreed">
                    {rule}
                    <a class="button" href="/my/openings">"Sales openings"</a>
                    <a class="button" href="/my/concern">"Tell us a concern"</a>
                </nav>
                {form::errors(&draft)}
                {above}
                <section class="stack loose" id="allow">
                    <div class="stack">
                        <h2>"What you allow"</h2>
                        <p>"Nothing is allowed until you allow it. It lasts twelve months unless you choose another day, and we write to you two weeks before it ends. After that day nothing new is published with it; what is public stays until you stop it."</p>
                        <p>"Stop whenever you like. What is planned is cancelled at once, and what is public is taken down within three working days."</p>
                        <p><strong>{summary}</strong></p>
                    </div>
                    {offers}
                    {others}
                </section>
                {below}
            </main>
        }
    };
    // Without a seat there is no week to go back to.
    if over { frame::guest_letter(&desk, "My terms", body) } else { frame::executive(&desk, Mine::Terms, Islands::None, "My terms", body) }
}
