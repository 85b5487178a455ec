//! The signatory's page behind their link: what their company allows, and what is public with it.

use domain::advocacy::consent::{Scope, Subject, resolve};
use leptos::prelude::*;

use crate::components::consent::{Asked, offer, seen, shown_list};
use crate::components::form;
use crate::desk::{Desk, Reply};
use crate::frame;
use crate::pages::executive::invitation::link_over;

/// What a company allows, for whoever may say so.
///
/// # Errors
/// Faults.
pub async fn by_link(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let Some(holder) = store::advocacy::signatory::by_token(desk.db(), &token).await? else { return link_over(&desk) };
    let subject = Subject::Company(holder.company_id);
    let ledger = store::advocacy::consent::ledger(desk.db(), subject).await?;
    let shown = store::advocacy::consent::shown(desk.db(), subject).await?;
    let draft = desk.draft("consent").await?;
    let (host, sender, today) = (desk.app.host.name.clone(), desk.app.host.sender.clone(), desk.now.date_naive());
    frame::letter(&desk, "What we may show of your company", move || {
        let consents = resolve(&ledger, today);
        let asked = Asked {
            consents: &consents,
            today,
            seen: seen(&shown),
            give: "/api/advocacy/consent/company-give",
            withdraw: "/api/advocacy/consent/company-withdraw",
            token: Some(token),
            draft: &draft,
        };
        let offers = Scope::ALL.iter().filter(|scope| scope.of_company()).map(|scope| offer(&asked, *scope)).collect_view();
        let you = format!("{}, {}: you sign for {}.", holder.name, holder.title, holder.company);
        let intro = format!("{host} shows neither unless you allow it here, and only where and for as long as you do.");
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight">
                    <p class="eyebrow">{you}</p>
                    <h1>{format!("The name and logo of {}", holder.company)}</h1>
                    <p class="soft">{intro}</p>
                </div>
                {form::errors(&draft)}
                <section class="stack">
                    <h2>"What you allow"</h2>
                    <p>"It lasts twelve months unless you choose another day. Stop whenever you like: what is planned is cancelled at once, and what is public is taken down within three working days."</p>
                    {offers}
                </section>
                <section class="stack">
                    <h2>"What is public with it"</h2>
                    {shown_list(shown)}
                </section>
                <p class="small soft">"Is it no longer you who decides on this? Write to " <a href=format!("mailto:{sender}")>{sender.clone()}</a> "."</p>
            </main>
        }
    })
}
