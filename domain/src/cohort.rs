//! One run of a program: its states, and the arithmetic of its seats.

use chrono::NaiveDate;

use crate::refusal::Refusal;
use crate::time::words;

pub mod allotment;
pub mod company_import;

crate::text_enum! {
    /// `draft → inviting → closed → running → completed`; `cancelled` from any before completed.
    pub enum State {
        Draft = "draft",
        Inviting = "inviting",
        Closed = "closed",
        Running = "running",
        Completed = "completed",
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// What moves a cohort from one state to the next.
    pub enum Step {
        OpenInvitations = "open-invitations",
        CloseInvitations = "close-invitations",
        Start = "start",
        Complete = "complete",
        Cancel = "cancel",
    }
}

/// What opening invitations needs.
#[derive(Debug, Clone)]
pub struct Readiness {
    pub sponsor_named: bool,
    /// At the venue.
    pub today: NaiveDate,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub capacity: u32,
    pub rule_version: Option<u32>,
    /// The last release's number; 0 before the first.
    pub release: u32,
}

impl Readiness {
    /// Everything that is still missing, in the order people do it.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        let mut lacks = |lacking: bool, what| {
            if lacking {
                missing.push(what)
            }
        };
        lacks(!self.sponsor_named, Missing::Sponsor);
        lacks(self.last_day < self.first_day, Missing::Dates);
        lacks(self.capacity == 0, Missing::Capacity);
        lacks(self.rule_version.is_none(), Missing::Rule);
        lacks(self.release == 0, Missing::Release);
        missing
    }
}

/// One thing a cohort lacks before it may invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Sponsor,
    Dates,
    Capacity,
    Rule,
    Release,
}

impl Missing {
    /// What to do about it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Sponsor => "Name the program's executive sponsor",
            Self::Dates => "Set the cohort's first and last day",
            Self::Capacity => "Set how many people it takes",
            Self::Rule => "Choose a version of the conversation rule",
            Self::Release => "Release the agenda once",
        }
    }
}

/// The state after a step. A step already taken is not taken twice, and is no error.
///
/// # Errors
/// What is missing, or which state the cohort is in instead.
pub fn after(state: State, step: Step, readiness: &Readiness) -> Result<State, StepRefusal> {
    use State::{Cancelled, Closed, Completed, Draft, Inviting, Running};
    Ok(match (state, step) {
        (Draft | Closed, Step::OpenInvitations) => {
            let missing = readiness.missing();
            if !missing.is_empty() {
                return Err(StepRefusal::NotReady(missing));
            }
            Inviting
        }
        (Inviting, Step::OpenInvitations) => Inviting,
        (Inviting | Closed, Step::CloseInvitations) => Closed,
        (Inviting | Closed, Step::Start) if readiness.today < readiness.first_day => {
            return Err(StepRefusal::TooEarly(readiness.first_day));
        }
        (Inviting | Closed | Running, Step::Start) => Running,
        (Running | Completed, Step::Complete) => Completed,
        (Draft | Inviting | Closed | Running | Cancelled, Step::Cancel) => Cancelled,
        (state, step) => return Err(StepRefusal::OutOfOrder { state, step }),
    })
}

/// Why a cohort stays in its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepRefusal {
    NotReady(Vec<Missing>),
    OutOfOrder {
        state: State,
        step: Step,
    },
    /// It begins on that day.
    TooEarly(NaiveDate),
}

impl Refusal for StepRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotReady(_) => "not-ready",
            Self::OutOfOrder { .. } => "out-of-order",
            Self::TooEarly(_) => "too-early",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotReady(missing) => {
                let list: Vec<_> = missing.iter().map(|what| what.sentence()).collect();
                format!("Something is still to do before anybody is invited. {}.", list.join(". "))
            }
            Self::TooEarly(first_day) => format!("It begins on {}. Start it then.", words::day(*first_day)),
            Self::OutOfOrder { state, step } => {
                let doing = match step {
                    Step::OpenInvitations => "open invitations",
                    Step::CloseInvitations => "close invitations",
                    Step::Start => "start",
                    Step::Complete => "complete",
                    Step::Cancel => "cancel",
                };
                format!("This cohort's state is “{state}”, so it cannot {doing}. Reload the page to see where it stands.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Readiness {
        Readiness {
            sponsor_named: true,
            today: "2027-03-27".parse().unwrap(),
            first_day: "2027-03-27".parse().unwrap(),
            last_day: "2027-03-31".parse().unwrap(),
            capacity: 120,
            rule_version: Some(1),
            release: 1,
        }
    }

    #[test]
    fn the_whole_table_of_states_and_steps() {
        let table = "
            state     open-invitations close-invitations start   complete  cancel
            draft     inviting         .                 .       .         cancelled
            inviting  inviting         closed            running .         cancelled
            closed    inviting         closed            running .         cancelled
            running   .                .                 running completed cancelled
            completed .                .                 .       completed .
            cancelled .                .                 .       .         cancelled";
        let mut rows = table.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let steps: Vec<Step> = rows.next().unwrap()[1..].iter().map(|word| Step::parse(word).unwrap()).collect();
        let mut seen = 0;
        for row in rows {
            let state = State::parse(row[0]).unwrap();
            for (step, expect) in steps.iter().zip(&row[1..]) {
                assert_eq!(after(state, *step, &ready()).map_or(".", State::as_str), *expect, "{state} + {step}");
                seen += 1;
            }
        }
        assert_eq!(seen, State::ALL.len() * Step::ALL.len());
    }

    #[test]
    fn opening_lists_everything_that_is_missing() {
        let bare = Readiness {
            sponsor_named: false,
            last_day: "2027-03-26".parse().unwrap(),
            capacity: 0,
            rule_version: None,
            release: 0,
            ..ready()
        };
        let refusal = after(State::Draft, Step::OpenInvitations, &bare).unwrap_err();
        assert_eq!(
            refusal,
            StepRefusal::NotReady(vec![Missing::Sponsor, Missing::Dates, Missing::Capacity, Missing::Rule, Missing::Release])
        );
        assert!(
            refusal
                .sentence()
                .starts_with("Something is still to do before anybody is invited. Name the program's executive sponsor. Set ")
        );
    }

    #[test]
    fn a_cohort_starts_on_its_first_day() {
        let early = Readiness { today: "2027-03-26".parse().unwrap(), ..ready() };
        assert_eq!(after(State::Inviting, Step::Start, &early), Err(StepRefusal::TooEarly(ready().first_day)));
        assert_eq!(after(State::Running, Step::Start, &early), Ok(State::Running));
    }
}
