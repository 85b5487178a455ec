//! The head of marketing's pages: where you are, and the rooms beside it.

use leptos::prelude::*;

/// The rooms of celebrating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Celebrating {
    Board,
    List,
    Month,
    Achievements,
    Feeds,
    Publications,
    Settings,
}

/// The rooms of advocates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advocacy {
    Advocates,
    Introductions,
}

/// The rooms of asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Asks,
    Match,
}

/// The rooms of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figures {
    Reciprocity,
    Fairness,
    Reach,
}

/// The tabs of celebrating. `whole`: this is the room itself, not a page below it.
pub fn celebrating(current: Celebrating, whole: bool) -> AnyView {
    tabs(
        "Celebrate",
        current,
        whole,
        vec![
            (Celebrating::Board, "/celebrate", "Board"),
            (Celebrating::List, "/celebrate/list", "List"),
            (Celebrating::Month, "/celebrate/month", "Month"),
            (Celebrating::Achievements, "/achievements", "Achievements"),
            (Celebrating::Feeds, "/feeds", "Feeds"),
            (Celebrating::Publications, "/publications", "Publications"),
            (Celebrating::Settings, "/celebrate/settings", "Settings"),
        ],
    )
}

/// The tabs of advocates. `whole` as for [`celebrating`].
pub fn advocacy(current: Advocacy, whole: bool) -> AnyView {
    tabs(
        "Advocates",
        current,
        whole,
        vec![(Advocacy::Advocates, "/advocates", "Advocates"), (Advocacy::Introductions, "/introductions", "Introductions")],
    )
}

/// The tabs of asks. `whole` as for [`celebrating`].
pub fn asking(current: Asking, whole: bool) -> AnyView {
    tabs("Asks", current, whole, vec![(Asking::Asks, "/asks", "Asks"), (Asking::Match, "/asks/match", "Who could do it")])
}

/// The tabs of the figures. `whole` as for [`celebrating`].
pub fn figures(current: Figures, whole: bool) -> AnyView {
    tabs(
        "Figures",
        current,
        whole,
        vec![
            (Figures::Reciprocity, "/reciprocity", "Reciprocity"),
            (Figures::Fairness, "/fairness", "Fairness"),
            (Figures::Reach, "/reach", "Reach"),
        ],
    )
}

fn tabs<T: Copy + PartialEq>(label: &'static str, current: T, whole: bool, rooms: Vec<(T, &'static str, &'static str)>) -> AnyView {
    let links = rooms
        .into_iter()
        .map(|(this, href, label)| {
            let current = (this == current).then_some(if whole { "page" } else { "true" });
            view! { <a href=href aria-current=current>{label}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label>{links}</nav> }.into_any()
}
