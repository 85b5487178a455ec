//! Lists: tags, bars, pages, empty states.

use leptos::prelude::*;

use crate::desk::Desk;
use crate::words::thousands;

/// A small state: `good`, `warn`, `stop` or neutral. Never colour alone: the words say it.
pub fn tag(tone: &'static str, label: impl Into<String>) -> AnyView {
    let class = if tone.is_empty() { "tag".to_owned() } else { format!("tag {tone}") };
    let label: String = label.into();
    view! { <span class=class>{label}</span> }.into_any()
}

/// Seats of a company: confirmed, held, free.
pub fn bar(confirmed: u32, held: u32, seats: u32) -> AnyView {
    let share = |part: u32| if seats == 0 { 0.0 } else { f64::from(part) * 100.0 / f64::from(seats) };
    let label =
        if held == 0 { format!("{confirmed} confirmed of {seats}") } else { format!("{confirmed} confirmed, {held} held of {seats}") };
    view! {
        <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=label>
            <rect width=share(confirmed).to_string() height="8"></rect>
            <rect class="held" x=share(confirmed).to_string() width=share(held).to_string() height="8"></rect>
        </svg>
    }
    .into_any()
}

/// The head of a column.
#[derive(Debug, Clone, Copy, Default)]
pub struct Column {
    pub label: &'static str,
    /// Its cells are numbers.
    pub num: bool,
    /// Only heard: its cells speak for themselves.
    pub hidden: bool,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub const fn of(label: &'static str) -> Self {
        Self { label, num: false, hidden: false }
    }

    /// A column of numbers.
    #[must_use]
    pub const fn num(label: &'static str) -> Self {
        Self { label, num: true, hidden: false }
    }

    /// A column whose label is only heard.
    #[must_use]
    pub const fn hidden(label: &'static str) -> Self {
        Self { label, num: false, hidden: true }
    }
}

/// A table that becomes cards on a phone. Its caption is heard; the heading above it is seen.
pub fn listing(caption: &'static str, columns: &[Column], rows: impl IntoView + 'static) -> AnyView {
    let heads = columns
        .iter()
        .map(|column| {
            let label = if column.hidden {
                view! { <span class="visually-hidden">{column.label}</span> }.into_any()
            } else {
                column.label.into_any()
            };
            view! { <th scope="col" role="columnheader" class=column.num.then_some("num")>{label}</th> }
        })
        .collect_view();
    view! {
        <div class="table-wrap"><table class="cards-on-phone" role="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead role="rowgroup"><tr role="row">{heads}</tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// The way through a long list; nothing when it fits one page. A page beyond the last leads to the last.
pub fn pager<T>(desk: &Desk, list: &store::Page<T>) -> AnyView {
    let at = |page: u64| {
        let here = desk.with_query("page", "");
        let joint = if here.contains('?') { '&' } else { '?' };
        format!("{here}{joint}page={page}")
    };
    if list.page > list.pages() {
        desk.is_beyond(at(list.pages()));
    }
    if list.pages() <= 1 {
        return ().into_any();
    }
    let first = (list.page - 1) * store::PAGE_ROWS + 1;
    let shown =
        format!("{}–{} of {}", thousands(first), thousands((first + list.rows.len() as u64).saturating_sub(1)), thousands(list.total));
    let earlier = (list.page > 1).then(|| view! { <a class="button small" rel="prev" href=at(list.page - 1)>"Earlier"</a> });
    let later = (list.page < list.pages()).then(|| view! { <a class="button small" rel="next" href=at(list.page + 1)>"Later"</a> });
    view! { <nav class="pager" aria-label="Pages">{earlier}<span>{shown}</span>{later}</nav> }.into_any()
}

/// Nothing here yet, and what to do about it.
pub fn empty(heading: &'static str, sentence: impl Into<String>, act: Option<(String, &'static str)>) -> AnyView {
    let sentence: String = sentence.into();
    let act = act.map(|(href, label)| view! { <p class="row"><a class="button primary" href=href>{label}</a></p> });
    view! { <section class="empty"><h2>{heading}</h2><p>{sentence}</p>{act}</section> }.into_any()
}
