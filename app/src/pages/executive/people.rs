//! Who comes too: shown only to those who have accepted, and only those who have.

use domain::time::words as dates;
use leptos::prelude::*;
use store::registration::invitation::Fellow;

use super::invitation::spelled;
use crate::components::table;
use crate::desk::{Desk, Reply};
use crate::frame::{self, Islands, Mine};
use crate::words;

/// Everybody confirmed, by company.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let fellows = store::registration::invitation::fellows(desk.db(), executive.cohort).await?;
    let occasion = format!("{} · {}", executive.program, dates::date_range(executive.first_day, executive.last_day));
    frame::executive(&desk, Mine::People, Islands::None, "People", move || {
        let companies: Vec<&[Fellow]> = fellows.chunk_by(|one, next| one.company == next.company).collect();
        let so_far = format!(
            "{} from {} so far.",
            words::capital(&people(fellows.len())),
            if companies.len() == 1 { "one company".to_owned() } else { format!("{} companies", spelled(companies.len())) }
        );
        let body = if fellows.is_empty() {
            table::empty("Nobody yet", "Come back in a few days: everyone who accepts is listed here.", None)
        } else {
            view! { <div class="people">{companies.into_iter().map(company).collect_view()}</div> }.into_any()
        };
        let so_far = (!fellows.is_empty()).then(|| view! { {so_far} " " });
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight">
                    <p class="eyebrow">{occasion}</p>
                    <h1>"People"</h1>
                    <p class="soft">{so_far} "Names are shared only with those who have accepted. Please keep them to yourself."</p>
                </div>
                {body}
            </main>
        }
    })
}

fn company(people: &[Fellow]) -> AnyView {
    let name = people.first().map_or_else(String::new, |first| first.company.clone());
    let lines = people
        .iter()
        .map(|person| {
            let title = (!person.title.is_empty()).then(|| view! { ", " <span class="soft">{person.title.clone()}</span> });
            view! { <li>{person.name.clone()}{title}</li> }
        })
        .collect_view();
    view! { <section><h2>{name}</h2><ul class="plain stack tight">{lines}</ul></section> }.into_any()
}

fn people(count: usize) -> String {
    if count == 1 { "one person".to_owned() } else { format!("{} people", spelled(count)) }
}
