//! Reminders: when somebody is told that a task waits for them, and when somebody else is.
//!
//! A colleague is reminded after the internal hours, a customer after theirs; each at most as often as the settings say,
//! then somebody else is told once, and then there is silence. A change of state begins anew: whoever stores it sets the
//! counts back. What is held reminds nobody.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::advocacy::amplification::State;
use crate::advocacy::setting::Settings;

/// How long a task has waited, and what was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub state: State,
    pub since: DateTime<Utc>,
    pub due_day: NaiveDate,
    /// The day it is to be seen.
    pub planned_for: Option<NaiveDate>,
    /// How often somebody was reminded since then.
    pub reminders: u32,
    pub reminded_at: Option<DateTime<Utc>>,
    pub escalated: bool,
}

/// Whom a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Its owner, or (in review) those who did not write it.
    Colleague,
    Customer,
}

/// What the clock does about a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Remind(Who),
    /// Somebody else is told.
    Escalate,
}

/// Whom a task in this state waits for, as far as anybody is reminded. What is scheduled waits for its day.
#[must_use]
pub const fn waits_for(state: State) -> Option<Who> {
    match state {
        State::Draft | State::InReview | State::ChangesRequested | State::ApprovedInternally | State::Approved | State::Failed => {
            Some(Who::Colleague)
        }
        State::WithCustomer => Some(Who::Customer),
        State::Scheduled | State::Published | State::Measured | State::OnHold | State::Rejected | State::Withdrawn => None,
    }
}

/// The hours somebody is given.
#[must_use]
pub fn patience(who: Who, settings: &Settings) -> TimeDelta {
    TimeDelta::hours(i64::from(match who {
        Who::Colleague => settings.internal_hours,
        Who::Customer => settings.customer_hours,
    }))
}

/// What is due now. A draft may take until its due day has passed. A customer is not asked for a day that has passed: its
/// owner is, to choose another one.
#[must_use]
pub fn due(waiting: &Waiting, settings: &Settings, now: DateTime<Utc>) -> Option<Due> {
    let who = waits_for(waiting.state)?;
    if waiting.escalated || (waiting.state == State::Draft && now.date_naive() <= waiting.due_day) {
        return None;
    }
    let last = waiting.reminded_at.unwrap_or(waiting.since);
    if now < last + patience(who, settings) {
        return None;
    }
    let passed = waiting.planned_for.is_some_and(|day| day < now.date_naive());
    let who = if who == Who::Customer && passed { Who::Colleague } else { who };
    Some(if waiting.reminders < settings.most_reminders { Due::Remind(who) } else { Due::Escalate })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    fn waiting(state: State) -> Waiting {
        Waiting {
            state,
            since: at("2027-01-11T09:00"),
            due_day: NaiveDate::from_ymd_opt(2027, 1, 15).unwrap(),
            planned_for: None,
            reminders: 0,
            reminded_at: None,
            escalated: false,
        }
    }

    #[test]
    fn each_state_has_its_patience() {
        let settings = Settings::default();
        let (colleague, customer) = (Some(Due::Remind(Who::Colleague)), Some(Due::Remind(Who::Customer)));
        for (state, after_a_day, after_two, past_due) in [
            (State::Draft, None, None, colleague),
            (State::InReview, colleague, colleague, colleague),
            (State::ApprovedInternally, colleague, colleague, colleague),
            (State::WithCustomer, None, customer, customer),
            (State::Approved, colleague, colleague, colleague),
            (State::Scheduled, None, None, None),
            (State::Published, None, None, None),
            (State::Measured, None, None, None),
            (State::ChangesRequested, colleague, colleague, colleague),
            (State::OnHold, None, None, None),
            (State::Rejected, None, None, None),
            (State::Withdrawn, None, None, None),
            (State::Failed, colleague, colleague, colleague),
        ] {
            let waiting = waiting(state);
            let found = ["2027-01-12T09:00", "2027-01-13T09:00", "2027-01-16T00:00"].map(|now| due(&waiting, &settings, at(now)));
            assert_eq!(found, [after_a_day, after_two, past_due], "{state}");
            assert_eq!(due(&waiting, &settings, at("2027-01-12T08:59")), None, "{state}: no minute too early");
        }
    }

    #[test]
    fn two_reminders_one_escalation_then_silence() {
        let settings = Settings::default();
        let mut waiting = waiting(State::WithCustomer);
        let mut told = Vec::new();
        let mut now = at("2027-01-11T09:00");
        for _ in 0..500 {
            match due(&waiting, &settings, now) {
                Some(Due::Remind(who)) => {
                    told.push((now, Some(who)));
                    waiting.reminders += 1;
                    waiting.reminded_at = Some(now);
                }
                Some(Due::Escalate) => {
                    told.push((now, None));
                    waiting.escalated = true;
                }
                None => {}
            }
            now += TimeDelta::hours(1);
        }
        let expect =
            [(at("2027-01-13T09:00"), Some(Who::Customer)), (at("2027-01-15T09:00"), Some(Who::Customer)), (at("2027-01-17T09:00"), None)];
        assert_eq!(told, expect);
    }

    #[test]
    fn a_customer_is_not_asked_for_a_day_that_has_passed() {
        let settings = Settings::default();
        let waiting = Waiting { planned_for: NaiveDate::from_ymd_opt(2027, 1, 13), ..waiting(State::WithCustomer) };
        assert_eq!(due(&waiting, &settings, at("2027-01-13T23:59")), Some(Due::Remind(Who::Customer)));
        assert_eq!(due(&waiting, &settings, at("2027-01-14T00:00")), Some(Due::Remind(Who::Colleague)));
        let told = Waiting { reminders: settings.most_reminders, ..waiting };
        assert_eq!(due(&told, &settings, at("2027-01-14T00:00")), Some(Due::Escalate));
    }

    #[test]
    fn the_settings_hold() {
        let settings = Settings { internal_hours: 2, most_reminders: 0, ..Settings::default() };
        assert_eq!(due(&waiting(State::InReview), &settings, at("2027-01-11T10:59")), None);
        assert_eq!(due(&waiting(State::InReview), &settings, at("2027-01-11T11:00")), Some(Due::Escalate), "no reminders: at once");
    }
}
