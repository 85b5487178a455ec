//! A company's consents, as staff see them: what stands, by whom, and who signs. A part of the company's page; account
//! managers never see it.

use std::collections::BTreeMap;

use domain::advocacy::consent::{Consents, Scope, Standing, Subject, resolve};
use domain::time::words::day;
use leptos::prelude::*;
use store::advocacy::signatory::Line;

use crate::components::form;
use crate::components::table::tag;
use crate::desk::{Desk, Draft, Stop};
use crate::words::capital;

/// Everything the part shows, read.
pub(super) struct CompanyConsents {
    company: i64,
    consents: Consents,
    given_by: BTreeMap<i64, String>,
    signatories: Vec<Line>,
    draft: Draft,
}

/// Reads the part.
///
/// # Errors
/// Faults.
pub(super) async fn read(desk: &Desk, company: i64) -> Result<CompanyConsents, Stop> {
    let ledger = store::advocacy::consent::ledger(desk.db(), Subject::Company(company)).await?;
    Ok(CompanyConsents {
        company,
        consents: resolve(&ledger, desk.now.date_naive()),
        given_by: store::advocacy::consent::given_by(desk.db(), company).await?,
        signatories: store::advocacy::signatory::list(desk.db(), company).await?,
        draft: desk.draft("save-signatory").await?,
    })
}

impl CompanyConsents {
    /// The section.
    pub(super) fn part(self) -> AnyView {
        let stands = self.stands();
        let signatories = if self.signatories.is_empty() {
            view! { <p class="soft">"Nobody signs for this company yet. Name somebody, and they get a private link."</p> }.into_any()
        } else {
            let lines = self.signatories.iter().map(|line| signatory(self.company, line)).collect_view();
            view! { <ul class="plain stack">{lines}</ul> }.into_any()
        };
        let draft = &self.draft;
        view! {
            <section id="consents" class="stack">
                <h2>"Consents of the company"</h2>
                <p class="soft">"Its name and its logo are the company’s to give, by somebody who may sign for it. They do so on a page of their own; nobody here can."</p>
                {stands}
                <h3>"Who signs"</h3>
                {signatories}
                {errors(draft)}
                <form class="stack" method="post" action="/api/advocacy/signatory/save">
                    {form::hidden("company", self.company)}
                    {field(draft, "name", "Name", "text")}
                    {field(draft, "title", "Role", "text")}
                    {field(draft, "email", "E-mail address", "email")}
                    <p><button class="button">"Name as signatory and send a link"</button></p>
                </form>
            </section>
        }
        .into_any()
    }

    /// What was ever given, channel by channel.
    fn stands(&self) -> AnyView {
        let scopes = Scope::ALL.iter().copied().filter(|scope| scope.of_company());
        let places = scopes.flat_map(|scope| scope.places().into_iter().map(move |place| (scope, place)));
        let rows: Vec<AnyView> = places
            .filter_map(|(scope, place)| {
                let (state, event) = match self.consents.standing(scope, place) {
                    Standing::Never => return None,
                    Standing::Live { until, event } => (tag("good", format!("allowed until {}", day(until))), event),
                    Standing::NotYet { from, event } => (tag("", format!("allowed from {}", day(from))), event),
                    Standing::Expired { on, event } => (tag("", format!("ended on {}", day(on))), event),
                    Standing::Withdrawn { on, event } => (tag("stop", format!("withdrawn on {}", day(on))), event),
                };
                let place = place.map_or("", |channel| channel.label());
                let by = self.given_by.get(&event).cloned().unwrap_or_default();
                let row = view! {
                    <tr role="row">
                        <th scope="row" role="rowheader">{capital(scope.as_str())}</th>
                        <td role="cell" data-label="Where">{place}</td>
                        <td role="cell" data-label="State">{state}</td>
                        <td role="cell" data-label="By">{by}</td>
                    </tr>
                };
                Some(row.into_any())
            })
            .collect();
        if rows.is_empty() {
            return view! { <p>"Nothing is allowed: neither its name nor its logo is shown anywhere."</p> }.into_any();
        }
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"What the company allows, channel by channel"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"What"</th>
                    <th scope="col" role="columnheader">"Where"</th>
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"By"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    }
}

fn signatory(company: i64, line: &Line) -> impl IntoView + use<> {
    let asked = line.asked_at.map_or_else(|| "no link sent".to_owned(), |at| format!("link sent on {}", day(at.date_naive())));
    let about = format!(" to {}", line.name);
    let end = format!("End the part of {}…", line.name);
    let consequence = format!("The link of {} is dead at once, and they are not told. What they allowed stands until it ends.", line.name);
    let (id, name, title, email) = (line.id, line.name.clone(), line.title.clone(), line.email.clone());
    view! {
        <li class="stack tight">
            <p><strong>{line.name.clone()}</strong> {format!(", {}", line.title)}</p>
            <p class="small soft">{format!("{} · {asked}", line.email)}</p>
            <div class="row">
                <form method="post" action="/api/advocacy/signatory/save">
                    {form::hidden("company", company)}
                    {form::hidden("name", name)}
                    {form::hidden("title", title)}
                    {form::hidden("email", email)}
                    <button class="button small">"Send link again" <span class="visually-hidden">{about}</span></button>
                </form>
                <details class="ask">
                    <summary class="button small stop">{end}</summary>
                    <div class="card stop stack">
                        <p>{consequence}</p>
                        <form method="post" action="/api/advocacy/signatory/end">
                            {form::hidden("signatory", id)}
                            <button class="button stop">"End it"</button>
                        </form>
                    </div>
                </details>
            </div>
        </li>
    }
}

/// A field whose id is its own: the company's form on the same page has a name too.
fn field(draft: &Draft, name: &'static str, label: &'static str, kind: &'static str) -> AnyView {
    let (id, error_id) = (format!("signatory-{name}"), format!("signatory-{name}-e"));
    let error = draft.error(name).map(str::to_owned);
    let described = error.is_some().then(|| error_id.clone());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input id=id name=name type=kind value=draft.value(name, "") autocomplete="off" aria-required="true" aria-describedby=described aria-invalid=invalid/>
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
    .into_any()
}

/// What is wrong, leading to this part's own fields.
fn errors(draft: &Draft) -> AnyView {
    let lines: Vec<(Option<String>, String)> = draft
        .errors()
        .into_iter()
        .map(|(field, sentence)| (field.map(|field| format!("#signatory-{field}")), sentence.to_owned()))
        .collect();
    if lines.is_empty() {
        return ().into_any();
    }
    let lines = lines
        .into_iter()
        .map(|(to, sentence)| match to {
            Some(to) => view! { <li><a href=to>{sentence}</a></li> }.into_any(),
            None => view! { <li>{sentence}</li> }.into_any(),
        })
        .collect_view();
    view! { <div class="errors" role="alert" tabindex="-1" autofocus=true><p><strong>"This needs another look"</strong></p><ul>{lines}</ul></div> }
        .into_any()
}
