//! The executive's week with an act at each session: pressed here, answered here, without leaving the page.
//!
//! Before it is alive, and without JavaScript, every act is a plain form. Alive, it sends the same form to the same
//! server function, then asks how every session stands, so that counts and clashes stay true for all of them.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::api::agenda::seat::{give_up_seat, join_waitlist, leave_waitlist, seat_states, swap_seat, take_seat};

/// What stands between this person and a seat. Decided by the server; words only here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum SeatState {
    Everyone,
    Yours,
    AssignedToYou,
    Assigned,
    Free {
        left: Option<u32>,
    },
    /// Free, at the time of another seat: its title.
    Clash {
        with: String,
        left: Option<u32>,
    },
    Full {
        waiting: u32,
    },
    Waiting {
        position: u32,
    },
    /// Held for this person: until when, in words.
    Offered {
        until: String,
    },
    Closed,
    Cancelled,
}

/// One session as the week shows it. Everything is already in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub session: i64,
    pub title: String,
    /// "Workshop · Room 2 · Dr. Mei Tanaka".
    pub about: String,
    /// At the venue.
    pub span: String,
    /// On the reader's own clock, where that is another.
    pub elsewhere: Option<String>,
    pub state: SeatState,
}

/// One day of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Where the tab leads: `d2027-03-29`.
    pub anchor: String,
    pub heading: String,
    pub cards: Vec<Card>,
}

/// What can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Press {
    Take,
    Swap,
    GiveUp,
    Join,
    Leave,
}

impl Press {
    const fn action(self) -> &'static str {
        match self {
            Self::Take => "/api/agenda/seat/take",
            Self::Swap => "/api/agenda/seat/swap",
            Self::GiveUp => "/api/agenda/seat/give-up",
            Self::Join => "/api/agenda/waitlist/join",
            Self::Leave => "/api/agenda/waitlist/leave",
        }
    }

    async fn send(self, session: i64) -> Result<Answer, ServerFnError> {
        match self {
            Self::Take => take_seat(session).await,
            Self::Swap => swap_seat(session).await,
            Self::GiveUp => give_up_seat(session).await,
            Self::Join => join_waitlist(session).await,
            Self::Leave => leave_waitlist(session).await,
        }
    }
}

/// Every session's state and signal.
type States = StoredValue<Vec<(i64, RwSignal<SeatState>)>>;

/// Asks how every session stands, and shows it.
async fn bring_up_to_date(states: States) {
    if let Ok(now) = seat_states().await {
        states.with_value(|states| {
            for (session, state) in now {
                if let Some((_, signal)) = states.iter().find(|(known, _)| *known == session)
                    && signal.get_untracked() != state
                {
                    signal.set(state);
                }
            }
        });
    }
}

/// How often counts are asked for anew while the page is open.
const EVERY_SECONDS: u64 = 20;

/// The week, day by day.
#[island]
pub fn AgendaPicker(days: Vec<Day>) -> impl IntoView {
    let states: Vec<(i64, RwSignal<SeatState>)> =
        days.iter().flat_map(|day| &day.cards).map(|card| (card.session, RwSignal::new(card.state.clone()))).collect();
    let states = StoredValue::new(states);
    let said = RwSignal::new(None::<Answer>);

    let refresh = Action::new(move |(): &()| bring_up_to_date(states));
    let press = Action::new(move |(press, session): &(Press, i64)| {
        let (press, session) = (*press, *session);
        async move {
            let answer = press.send(session).await.unwrap_or_else(|error| {
                let sentence = if matches!(error, ServerFnError::Request(_)) {
                    "This did not reach us. Check your connection and press again: nothing is taken twice."
                } else {
                    "This was not possible any more. Below is how things stand now."
                };
                Answer { done: false, code: "away".to_owned(), sentence: sentence.to_owned() }
            });
            said.set(Some(answer));
            bring_up_to_date(states).await;
        }
    });
    Effect::new(move || {
        let every = set_interval_with_handle(
            move || {
                if !document().hidden() {
                    refresh.dispatch(());
                }
            },
            std::time::Duration::from_secs(EVERY_SECONDS),
        );
        on_cleanup(move || {
            if let Ok(every) = every {
                every.clear();
            }
        });
    });

    let sections = days
        .into_iter()
        .map(|day| {
            let cards = day
                .cards
                .into_iter()
                .map(|card| {
                    let state =
                        states.with_value(|states| states.iter().find(|(known, _)| *known == card.session).map(|(_, signal)| *signal));
                    let state = state.unwrap_or_else(|| RwSignal::new(card.state.clone()));
                    card_view(card, state, press)
                })
                .collect_view();
            view! { <section id=day.anchor><h2 class="day">{day.heading}</h2>{cards}</section> }
        })
        .collect_view();
    view! {
        <div role="status" class="said">
            {move || said.get().map(|answer| view! { <p class=if answer.done { "notice good" } else { "notice warn" }>{answer.sentence}</p> })}
        </div>
        {sections}
    }
}

fn card_view(card: Card, state: RwSignal<SeatState>, press: Action<(Press, i64), ()>) -> impl IntoView {
    let session = card.session;
    let class = move || match state.get() {
        SeatState::Everyone | SeatState::Yours | SeatState::AssignedToYou => "session mine",
        SeatState::Cancelled => "session cancelled",
        _ => "session",
    };
    let elsewhere = card.elsewhere.map(|span| view! { <small>{span}</small> });
    view! {
        <article class=class id=format!("s{session}")>
            <time>{card.span}{elsewhere}</time>
            <div>
                <h3><a href=format!("/my/week/{session}")>{card.title.clone()}</a></h3>
                <p class="soft small">{card.about}</p>
            </div>
            <div class="acts">{move || acts(&state.get(), session, &card.title, press)}</div>
        </article>
    }
}

/// The state in words, and the act that fits it.
fn acts(state: &SeatState, session: i64, title: &str, press: Action<(Press, i64), ()>) -> AnyView {
    let button = |what: Press, label: &'static str, quiet: bool| button(what, label, quiet, session, title, press);
    let line = |text: String| view! { <p class="small soft num">{text}</p> };
    match state {
        SeatState::Everyone => view! { <span class="tag good">"Everyone"</span> }.into_any(),
        SeatState::Yours => view! { <span class="tag good">"Your seat"</span> {button(Press::GiveUp, "Give it up", true)} }.into_any(),
        SeatState::AssignedToYou => view! { <span class="tag good">"Assigned"</span> }.into_any(),
        SeatState::Assigned => view! { <span class="tag">"By assignment"</span> }.into_any(),
        SeatState::Free { left } => {
            view! { {left.map(|left| line(seats_left(left)))} {button(Press::Take, "Take a seat", false)} }.into_any()
        }
        SeatState::Clash { with, left } => view! {
            {left.map(|left| line(seats_left(left)))}
            <p class="small"><span class="tag warn">{format!("same time as {with}")}</span></p>
            {button(Press::Swap, "Swap to this", false)}
        }
        .into_any(),
        SeatState::Full { waiting } => view! {
            {line(if *waiting == 0 { "Full".to_owned() } else { format!("Full · {waiting} waiting") })}
            {button(Press::Join, "Join the waitlist", false)}
        }
        .into_any(),
        SeatState::Waiting { position } => view! {
            <span class="tag">{format!("You are number {position} on the waitlist")}</span>
            {button(Press::Leave, "Leave the waitlist", true)}
        }
        .into_any(),
        SeatState::Offered { until } => view! {
            <p class="small"><span class="tag warn">{format!("Held for you until {until}")}</span></p>
            {button(Press::Take, "Take the seat", false)}
            {button(Press::GiveUp, "Pass it on", true)}
        }
        .into_any(),
        SeatState::Closed => view! { <span class="tag">"Begun"</span> }.into_any(),
        SeatState::Cancelled => view! { <span class="tag stop">"Cancelled"</span> }.into_any(),
    }
}

fn seats_left(left: u32) -> String {
    if left == 1 { "1 seat left".to_owned() } else { format!("{left} seats left") }
}

fn button(
    what: Press,
    label: &'static str,
    quiet: bool,
    session: i64,
    title: &str,
    press: Action<(Press, i64), ()>,
) -> impl IntoView + use<> {
    let class = if quiet { "button small quiet" } else { "button small" };
    let named = format!("{label}: {title}");
    view! {
        <form method="post" action=what.action() on:submit=move |event| {
            event.prevent_default();
            // A second press while the first is under way is the same press.
            if !press.pending().get_untracked() {
                press.dispatch((what, session));
            }
        }>
            <input type="hidden" name="session" value=session.to_string()/>
            <button class=class aria-label=named>{label}</button>
        </form>
    }
}
