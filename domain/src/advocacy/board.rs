//! The board: in which column a task stands, which act leads from there to another column, and for whom it waits.
//!
//! What an act leads to is decided in [`super::amplification`]; here it is only looked up. Left out: acts that are done
//! elsewhere, such as writing, publishing and counting.

use crate::advocacy::amplification::{Act, HeldBy, Hold, State, acts, after, needs_comment};

crate::text_enum! {
    /// A column, from the first word to the last.
    pub enum Column {
        ToWrite = "to write",
        InReview = "in review",
        WithCustomer = "with the customer",
        Approved = "approved",
        Published = "published",
    }
}

impl Column {
    /// Its heading.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ToWrite => "To write",
            Self::InReview => "In review",
            Self::WithCustomer => "With the customer",
            Self::Approved => "Approved",
            Self::Published => "Published",
        }
    }

    /// As a part of an id.
    #[must_use]
    pub fn key(self) -> String {
        self.as_str().replace(' ', "-")
    }
}

/// Where a task stands. What is held stays where it was; what was rejected or withdrawn is on no board.
#[must_use]
pub const fn column(state: State, hold: Option<Hold>) -> Option<Column> {
    match state {
        State::Draft | State::ChangesRequested => Some(Column::ToWrite),
        State::InReview => Some(Column::InReview),
        State::ApprovedInternally | State::WithCustomer => Some(Column::WithCustomer),
        State::Approved | State::Scheduled | State::Failed => Some(Column::Approved),
        State::Published | State::Measured => Some(Column::Published),
        State::OnHold => match hold {
            Some(Hold { from: State::InReview, .. }) => Some(Column::InReview),
            Some(Hold { from: State::ApprovedInternally | State::WithCustomer, .. }) => Some(Column::WithCustomer),
            Some(Hold { from: State::Approved | State::Scheduled | State::Failed, .. }) => Some(Column::Approved),
            _ => Some(Column::ToWrite),
        },
        State::Rejected | State::Withdrawn => None,
    }
}

/// What a button says.
#[must_use]
pub const fn act_label(act: Act) -> &'static str {
    match act {
        Act::Edit => "Edit",
        Act::Submit => "Send to review",
        Act::Approve => "Approve for the customer",
        Act::RequestChanges => "Ask for changes",
        Act::Reject => "Reject",
        Act::Send => "Send to the customer",
        Act::CustomerApprove => "Approve exactly this",
        Act::CustomerSuggest => "Suggest an edit",
        Act::CustomerDecline => "Decline",
        Act::Hold | Act::CustomerHold => "Hold",
        Act::Resume | Act::CustomerResume => "Go on with it",
        Act::Schedule => "Schedule it",
        Act::Publish => "It is public",
        Act::Fail => "It was not published",
        Act::Measure => "Enter the results",
        Act::Withdraw => "Withdraw",
        Act::ConsentWithdrawn => "A consent was withdrawn",
        Act::TakenDown => "It was taken down",
        Act::Reopen => "Open it again",
    }
}

/// What is done on a task's own pages before it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The words: there are none.
    Write,
    /// What should be different. Any change makes a draft of it, so that here everything stands as it was sent back.
    Read,
}

/// What comes before any step, where something does. `written`: there is a wording.
#[must_use]
pub const fn first(state: State, written: bool) -> Option<First> {
    match state {
        State::ChangesRequested => Some(First::Read),
        State::Draft if !written => Some(First::Write),
        _ => None,
    }
}

/// The steps a card offers: those that need no words, once what comes first is done.
#[must_use]
pub fn moves(state: State, hold: Option<Hold>, written: bool) -> Vec<Act> {
    if first(state, written).is_some() {
        return Vec::new();
    }
    acts(state, hold).into_iter().filter(|act| !needs_comment(*act)).collect()
}

/// The step that leads to another column, if one does; those that need no words come first.
#[must_use]
pub fn toward(state: State, hold: Option<Hold>, written: bool, to: Column) -> Option<Act> {
    if first(state, written).is_some() {
        return None;
    }
    if column(state, hold) == Some(to) {
        return None;
    }
    // Holding keeps a task where it is, and withdrawing takes it off the board.
    let leads = |act: &Act| after(state, hold, *act).is_ok_and(|next| next != State::OnHold && column(next, None) == Some(to));
    let mut leading: Vec<Act> = acts(state, hold).into_iter().filter(leads).collect();
    leading.sort_by_key(|act| needs_comment(*act));
    leading.first().copied()
}

/// For whom a task waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waits {
    /// To be written, sent, scheduled, published or counted by its owner.
    Owner,
    /// For another pair of eyes.
    Review,
    Customer,
    /// For its day.
    Day,
    /// Nobody: it is held by the host, or over.
    Nobody,
}

/// For whom a task waits.
#[must_use]
pub const fn waits_for(state: State, hold: Option<Hold>) -> Waits {
    match state {
        State::Draft | State::ChangesRequested | State::ApprovedInternally | State::Approved | State::Failed | State::Published => {
            Waits::Owner
        }
        State::InReview => Waits::Review,
        State::WithCustomer => Waits::Customer,
        State::Scheduled => Waits::Day,
        State::OnHold => match hold {
            Some(Hold { by: HeldBy::Customer | HeldBy::Both, .. }) => Waits::Customer,
            _ => Waits::Nobody,
        },
        State::Measured | State::Rejected | State::Withdrawn => Waits::Nobody,
    }
}

/// Where a task is once it goes on, after `It goes on where it was`.
#[must_use]
pub const fn stands(state: State) -> &'static str {
    match state {
        State::Draft => "a draft",
        State::InReview => "in review",
        State::ApprovedInternally => "approved here, and to be sent to the customer",
        State::WithCustomer => "with the customer",
        State::Approved => "approved by the customer",
        State::Scheduled => "scheduled",
        State::Published => "public",
        State::Measured => "public, and counted",
        State::ChangesRequested => "to be changed, as it was asked",
        State::OnHold => "on hold",
        State::Rejected => "rejected",
        State::Withdrawn => "withdrawn",
        State::Failed => "not published on its day",
    }
}

/// What a task waits for, as its card says it.
#[must_use]
pub const fn waits_words(state: State, hold: Option<Hold>) -> &'static str {
    match state {
        State::Draft => "to be written",
        State::InReview => "needs another pair of eyes",
        State::ApprovedInternally => "to be sent to the customer",
        State::WithCustomer => "waits for the customer",
        State::Approved => "exactly this text; to be scheduled",
        State::Scheduled => "scheduled",
        State::Published => "results to be entered",
        State::Measured => "counted",
        State::ChangesRequested => "changes wanted",
        State::OnHold => match hold {
            Some(Hold { by: HeldBy::Customer | HeldBy::Both, .. }) => "held by the customer",
            _ => "on hold",
        },
        State::Rejected => "rejected",
        State::Withdrawn => "withdrawn",
        State::Failed => "not published on its day",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn holds() -> Vec<(State, Option<Hold>)> {
        let held = State::ALL
            .iter()
            .filter(|state| **state != State::OnHold)
            .flat_map(|from| [HeldBy::Host, HeldBy::Customer, HeldBy::Both].map(|by| (State::OnHold, Some(Hold { from: *from, by }))));
        State::ALL.iter().map(|state| (*state, None)).chain(held).collect()
    }

    #[test]
    fn every_state_has_its_column() {
        let table = "
            draft | to write
            in review | in review
            approved internally | with the customer
            with customer | with the customer
            approved | approved
            scheduled | approved
            published | published
            measured | published
            changes requested | to write
            on hold | to write
            rejected | -
            withdrawn | -
            failed | approved";
        let found: Vec<String> =
            State::ALL.iter().map(|state| format!("{state} | {}", column(*state, None).map_or("-", Column::as_str))).collect();
        let expect: Vec<&str> = table.trim().lines().map(str::trim).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn what_is_held_stays_where_it_was() {
        for from in
            [State::Draft, State::InReview, State::WithCustomer, State::Approved, State::Scheduled, State::Failed, State::ChangesRequested]
        {
            for by in [HeldBy::Host, HeldBy::Customer, HeldBy::Both] {
                assert_eq!(column(State::OnHold, Some(Hold { from, by })), column(from, None), "{from}");
            }
        }
    }

    /// Whatever a column offers leads there, and no card offers what would be refused.
    #[test]
    fn a_drop_is_a_step_that_leads_to_the_column() {
        for (state, hold) in holds() {
            for act in moves(state, hold, true) {
                assert!(after(state, hold, act).is_ok(), "{state}: {act}");
            }
            for to in Column::ALL {
                let Some(act) = toward(state, hold, true, *to) else { continue };
                let next = after(state, hold, act).unwrap();
                assert_eq!(column(next, None), Some(*to), "{state} + {act} to {to}");
                assert!(act.is_hosts_step());
            }
        }
    }

    #[test]
    fn the_ways_between_columns() {
        for (state, to, expect) in [
            (State::Draft, Column::InReview, Some(Act::Submit)),
            (State::InReview, Column::WithCustomer, Some(Act::Approve)),
            (State::InReview, Column::ToWrite, Some(Act::RequestChanges)),
            (State::ApprovedInternally, Column::ToWrite, Some(Act::RequestChanges)),
            // Only the customer takes it further.
            (State::WithCustomer, Column::Approved, None),
            (State::Draft, Column::Approved, None),
            (State::Scheduled, Column::Published, None),
            (State::Draft, Column::ToWrite, None),
        ] {
            assert_eq!(toward(state, None, true, to), expect, "{state} to {to}");
        }
    }

    /// Nobody sends the same words to review that were just sent back, nor none.
    #[test]
    fn what_comes_first_is_done_first() {
        for (state, written, expect) in [
            (State::ChangesRequested, true, Some(First::Read)),
            (State::ChangesRequested, false, Some(First::Read)),
            (State::Draft, false, Some(First::Write)),
            (State::Draft, true, None),
            (State::InReview, true, None),
            (State::WithCustomer, true, None),
        ] {
            assert_eq!(first(state, written), expect, "{state}, written: {written}");
            if expect.is_some() {
                assert!(moves(state, None, written).is_empty(), "{state}");
                assert!(Column::ALL.iter().all(|to| toward(state, None, written, *to).is_none()), "{state}");
            }
        }
        assert_eq!(moves(State::Draft, None, true), [Act::Submit]);
        assert_eq!(toward(State::Draft, None, true, Column::InReview), Some(Act::Submit));
    }

    #[test]
    fn where_it_goes_on_is_said_of_every_state() {
        let said: BTreeSet<&str> = State::ALL.iter().map(|state| stands(*state)).collect();
        assert_eq!(said.len(), State::ALL.len(), "each its own: {said:?}");
        assert_eq!((stands(State::WithCustomer), stands(State::ChangesRequested)), ("with the customer", "to be changed, as it was asked"));
    }

    #[test]
    fn everything_that_is_not_over_waits_for_somebody() {
        for (state, hold) in holds() {
            let over = matches!(state, State::Measured | State::Rejected | State::Withdrawn);
            let held_here = state == State::OnHold && !matches!(hold, Some(Hold { by: HeldBy::Customer | HeldBy::Both, .. }));
            assert_eq!(waits_for(state, hold) == Waits::Nobody, over || held_here, "{state} {hold:?}");
        }
    }
}
