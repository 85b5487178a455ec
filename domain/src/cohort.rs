//! One run of a program: its states, and the arithmetic of its seats.

use chrono::{DateTime, NaiveDate, Utc};

use crate::refusal::{FieldRefusal, Refusal};
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
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub capacity: u32,
    pub rule_version: Option<u32>,
    /// The last release's number; 0 before the first.
    pub release: u32,
    /// What invites has sales language that holds it back, and nobody let it stand.
    pub sells: bool,
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
        lacks(self.sells, Missing::Words);
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
    Words,
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
            Self::Words => {
                "Reword what sounds like selling in the letter, the title or the program, or dismiss it with a reason in the settings"
            }
            Self::Release => "Release the agenda once",
        }
    }
}

/// The state after a step. A step already taken is not taken twice, and is no error. `today` is the venue's.
///
/// # Errors
/// What is missing, or which state the cohort is in instead.
pub fn after(state: State, step: Step, today: NaiveDate, readiness: &Readiness) -> Result<State, StepRefusal> {
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
        (Inviting | Closed, Step::Start) if today < readiness.first_day => {
            return Err(StepRefusal::TooEarly(readiness.first_day));
        }
        (Inviting | Closed | Running, Step::Start) => Running,
        (Running | Completed, Step::Complete) => Completed,
        (Draft | Inviting | Closed | Running | Cancelled, Step::Cancel) => Cancelled,
        (state, step) => return Err(StepRefusal::OutOfOrder { state, step }),
    })
}

/// Whether replies may be awaited until `reply_by`: nobody could keep a date that is over. One that `stands` may stay.
///
/// # Errors
/// A sentence for `reply_by`.
pub fn reply_date(now: DateTime<Utc>, reply_by: DateTime<Utc>, stands: Option<DateTime<Utc>>) -> Result<(), FieldRefusal> {
    if reply_by <= now && stands != Some(reply_by) {
        return Err(FieldRefusal::new("reply_by", "This day is over. Choose a later one, so that people can answer."));
    }
    Ok(())
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
            first_day: "2027-03-27".parse().unwrap(),
            last_day: "2027-03-31".parse().unwrap(),
            capacity: 120,
            rule_version: Some(1),
            release: 1,
            sells: false,
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
                assert_eq!(after(state, *step, ready().first_day, &ready()).map_or(".", State::as_str), *expect, "{state} + {step}");
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
            sells: true,
            ..ready()
        };
        let refusal = after(State::Draft, Step::OpenInvitations, bare.first_day, &bare).unwrap_err();
        assert_eq!(
            refusal,
            StepRefusal::NotReady(vec![
                Missing::Sponsor,
                Missing::Dates,
                Missing::Capacity,
                Missing::Rule,
                Missing::Words,
                Missing::Release
            ])
        );
        assert!(
            refusal
                .sentence()
                .starts_with("Something is still to do before anybody is invited. Name the program's executive sponsor. Set ")
        );
    }

    #[test]
    fn selling_words_hold_invitations_back_and_nothing_else() {
        let sells = Readiness { sells: true, ..ready() };
        let step = |state, step| after(state, step, ready().first_day, &sells);
        for state in [State::Draft, State::Closed] {
            assert_eq!(step(state, Step::OpenInvitations), Err(StepRefusal::NotReady(vec![Missing::Words])));
        }
        assert_eq!(step(State::Inviting, Step::CloseInvitations), Ok(State::Closed));
        assert_eq!(step(State::Closed, Step::Start), Ok(State::Running));
        assert_eq!(step(State::Draft, Step::Cancel), Ok(State::Cancelled));
    }

    #[test]
    fn a_cohort_starts_on_its_first_day() {
        let eve = "2027-03-26".parse().unwrap();
        assert_eq!(after(State::Inviting, Step::Start, eve, &ready()), Err(StepRefusal::TooEarly(ready().first_day)));
        assert_eq!(after(State::Running, Step::Start, eve, &ready()), Ok(State::Running));
    }

    #[test]
    fn replies_are_awaited_until_a_date_to_come() {
        let now: DateTime<Utc> = "2027-02-26T17:00:00Z".parse().unwrap();
        let (over, to_come) = (now - chrono::TimeDelta::seconds(1), now + chrono::TimeDelta::seconds(1));
        for (what, reply_by, stands, awaited) in [
            ("to come", to_come, None, true),
            ("this very second", now, None, false),
            ("over", over, None, false),
            ("over, and it stands", over, Some(over), true),
            ("over, and another stands", over, Some(to_come), false),
            ("to come, and another stands", to_come, Some(over), true),
        ] {
            let found = reply_date(now, reply_by, stands);
            assert_eq!(found.map_err(|why| why.field), if awaited { Ok(()) } else { Err("reply_by") }, "{what}");
        }
    }
}
