//! The life of an ask, from the first words to what came of it: a table of states and acts.
//!
//! Left out: whether it may be asked at all ([`super::may_ask`]), which is decided when it is submitted and once more when
//! it goes out.

use chrono::NaiveDate;

use super::NotNow;
use crate::contact;
use crate::refusal::{FieldRefusal, Refusal};
use crate::registration::proof::PROOF_NEEDED;
use crate::time::{self, words};

crate::text_enum! {
    /// Where an ask stands.
    pub enum State {
        /// Not an ask: an answer of the decision that is kept.
        Refused = "refused",
        Draft = "draft",
        Submitted = "submitted",
        /// A colleague has it in hand.
        Approving = "approving",
        /// It is before the person.
        Asked = "asked",
        Accepted = "accepted",
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
        /// A day is agreed.
        Scheduled = "scheduled",
        Completed = "completed",
        Missed = "missed",
        Cancelled = "cancelled",
    }
}

impl State {
    /// Whether it is on its way: until then nothing else is asked of the person.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Submitted | Self::Approving | Self::Asked | Self::Accepted | Self::Scheduled)
    }

    /// Whether it is an ask that was let through, whatever became of it.
    #[must_use]
    pub const fn was_let_through(self) -> bool {
        !matches!(self, Self::Refused | Self::Draft)
    }
}

crate::text_enum! {
    /// What can happen to an ask.
    pub enum Act {
        Submit = "submit",
        TakeUp = "take-up",
        /// It goes out.
        Approve = "approve",
        SendBack = "send-back",
        /// The person says yes.
        Accept = "accept",
        /// The person says no.
        Decline = "decline",
        /// The clock's.
        Expire = "expire",
        Schedule = "schedule",
        Complete = "complete",
        Miss = "miss",
        Cancel = "cancel",
    }
}

impl Act {
    /// Those of the host's staff, in the order their buttons stand. Submitting has a form of its own.
    pub const OF_STAFF: &'static [Self] =
        &[Self::TakeUp, Self::Approve, Self::Schedule, Self::Complete, Self::Miss, Self::SendBack, Self::Cancel];

    /// Whether it needs a comment: whoever reads it later wants to know why.
    #[must_use]
    pub const fn needs_comment(self) -> bool {
        matches!(self, Self::SendBack | Self::Miss | Self::Cancel)
    }

    /// Whether it is not for whoever submitted the ask: four eyes see it before it goes out.
    #[must_use]
    pub const fn needs_other_eyes(self) -> bool {
        matches!(self, Self::TakeUp | Self::Approve)
    }
}

crate::text_enum! {
    /// What of the asks waits for a member of staff, in the order it is shown.
    pub enum Waits {
        /// Submitted by somebody else: another pair of eyes is needed.
        Eyes = "eyes",
        /// In the hands of this member of staff.
        Hands = "hands",
        /// Submitted by this member of staff, and sent back.
        SentBack = "sent-back",
        /// They said yes: a day is to be agreed.
        Day = "day",
        /// The day has come: did it take place?
        Due = "due",
    }
}

impl Waits {
    /// `2 asks were sent back to you.`
    #[must_use]
    pub fn sentence(self, count: u32) -> String {
        let (one, many) = match self {
            Self::Eyes => ("ask waits for another pair of eyes", "asks wait for another pair of eyes"),
            Self::Hands => ("ask is in your hands", "asks are in your hands"),
            Self::SentBack => ("ask was sent back to you", "asks were sent back to you"),
            Self::Day => ("ask has a yes: agree on a day", "asks have a yes: agree on a day each"),
            Self::Due => ("ask was set for a day that has come", "asks were set for a day that has come"),
        };
        format!("{count} {}.", if count == 1 { one } else { many })
    }

    /// What to do about it.
    #[must_use]
    pub const fn act(self) -> &'static str {
        match self {
            Self::Eyes => "Look at it",
            Self::Hands => "Let it be asked",
            Self::SentBack => "Read why",
            Self::Day => "Agree on a day",
            Self::Due => "Say what came of it",
        }
    }
}

/// The state after an act. Repeating one is the same state; an act that does not fit says why.
///
/// # Errors
/// How it stands instead, and what to do.
pub fn after(state: State, act: Act) -> Result<State, AskRefusal> {
    match (state, act) {
        (State::Draft | State::Submitted, Act::Submit) => Ok(State::Submitted),
        (State::Submitted | State::Approving, Act::TakeUp) => Ok(State::Approving),
        (State::Approving | State::Asked, Act::Approve) => Ok(State::Asked),
        (State::Draft | State::Submitted | State::Approving, Act::SendBack) => Ok(State::Draft),
        (State::Asked | State::Accepted, Act::Accept) => Ok(State::Accepted),
        // The day is agreed: their yes stands.
        (State::Scheduled, Act::Accept) => Ok(State::Scheduled),
        // Until a day is agreed, a yes can become a no.
        (State::Asked | State::Accepted | State::Declined, Act::Decline) => Ok(State::Declined),
        (State::Asked | State::Expired, Act::Expire) => Ok(State::Expired),
        (State::Accepted | State::Scheduled, Act::Schedule) => Ok(State::Scheduled),
        // What is done is done, with a day agreed or without one.
        (State::Accepted | State::Scheduled | State::Completed, Act::Complete) => Ok(State::Completed),
        (State::Scheduled | State::Missed, Act::Miss) => Ok(State::Missed),
        (
            State::Draft | State::Submitted | State::Approving | State::Asked | State::Accepted | State::Scheduled | State::Cancelled,
            Act::Cancel,
        ) => Ok(State::Cancelled),
        (state, act) => Err(AskRefusal::NotAtThisPoint { state, act }),
    }
}

/// Whether an act can be said already: that it did not take place, not before its day has come. That it did has a day of its
/// own: see [`took_place_on`].
///
/// # Errors
/// The day it waits for.
pub fn in_time(state: State, act: Act, scheduled_for: Option<NaiveDate>, today: NaiveDate) -> Result<(), AskRefusal> {
    match (state, act, scheduled_for) {
        (State::Scheduled, Act::Miss, Some(day)) if today < day => Err(AskRefusal::NotYet { day }),
        _ => Ok(()),
    }
}

/// What staff can do with an ask that stands so, in the order of the buttons; another day for what is scheduled among it.
#[must_use]
pub fn acts(state: State) -> Vec<Act> {
    let leads_on = |act: &&Act| match after(state, **act) {
        Ok(next) => next != state || matches!((state, act), (State::Scheduled, Act::Schedule)),
        Err(_) => false,
    };
    Act::OF_STAFF.iter().filter(leads_on).copied().collect()
}

/// Reads the comment of an act.
///
/// # Errors
/// A sentence for `comment`: too long, or missing where one is needed.
pub fn parse_comment(act: Act, typed: &str) -> Result<String, FieldRefusal> {
    let comment = contact::paragraphs("comment", typed, 1_000)?;
    if comment.is_empty() && act.needs_comment() {
        return Err(FieldRefusal::new("comment", "Say why, in a sentence: colleagues read it later."));
    }
    Ok(comment)
}

/// Reads the day on which it is to take place.
///
/// # Errors
/// A sentence for `day`.
pub fn parse_day(typed: &str, today: NaiveDate) -> Result<NaiveDate, FieldRefusal> {
    match time::parse_date(typed) {
        Ok(day) if day < today => {
            Err(FieldRefusal::new("day", "This day is past. Choose today or a later day; if it took place already, say so instead."))
        }
        Ok(day) => Ok(day),
        Err(why) => Err(FieldRefusal::new("day", why.sentence())),
    }
}

/// Reads the day on which it took place: not before it was asked, and none to come. Nothing typed is the agreed day, once it
/// has come.
///
/// # Errors
/// A sentence for `took_place`, or the agreed day that has not come.
pub fn took_place_on(
    typed: &str,
    scheduled_for: Option<NaiveDate>,
    asked_on: NaiveDate,
    today: NaiveDate,
) -> Result<NaiveDate, AskRefusal> {
    let wrong = |sentence: String| AskRefusal::Fields(vec![FieldRefusal::new("took_place", sentence)]);
    if typed.trim().is_empty() {
        return match scheduled_for {
            Some(day) if today < day => Err(AskRefusal::NotYet { day }),
            Some(day) => Ok(day),
            None => Err(wrong("Say on which day it took place.".to_owned())),
        };
    }
    match time::parse_date(typed) {
        Ok(day) if day > today => Err(wrong("This day is to come. Say so once it has taken place.".to_owned())),
        Ok(day) if day < asked_on => Err(wrong(format!(
            "They were asked on {}. What they did before stands in the ledger as an act of its own.",
            words::date(asked_on)
        ))),
        Ok(day) => Ok(day),
        Err(why) => Err(wrong(why.sentence())),
    }
}

/// Reads what the person says beside their yes or no. Nothing is needed.
///
/// # Errors
/// A sentence for `note` when it is too long.
pub fn parse_note(typed: &str) -> Result<String, FieldRefusal> {
    contact::paragraphs("note", typed, 1_000)
}

/// Why an ask was not kept, or did not move on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskRefusal {
    Fields(Vec<FieldRefusal>),
    NotNow(NotNow),
    /// There is no such person.
    Unknown,
    /// There is no such ask.
    Gone,
    NotAtThisPoint {
        state: State,
        act: Act,
    },
    /// What came of it is said once the agreed day has come.
    NotYet {
        day: NaiveDate,
    },
    /// Whoever submitted it does not let it be asked.
    FourEyes,
    /// Somebody else changed it meanwhile.
    Stale,
    /// To the person who was asked: their answer comes too late.
    Over,
    /// To the person who was asked: a yes needs the code first.
    ProofNeeded,
}

impl AskRefusal {
    /// The same refusal for somebody who may know of a cohort only when `may_know` says so of its program's owner.
    #[must_use]
    pub fn as_seen_by(self, may_know: impl Fn(i64) -> bool) -> Self {
        match self {
            Self::NotNow(why) => Self::NotNow(why.as_seen_by(may_know)),
            other => other,
        }
    }
}

impl Refusal for AskRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NotNow(why) => why.code(),
            Self::Unknown => "unknown",
            Self::Gone => "gone",
            Self::NotAtThisPoint { .. } => "not-at-this-point",
            Self::NotYet { .. } => "not-yet",
            Self::FourEyes => "four-eyes",
            Self::Stale => "stale",
            Self::Over => "over",
            Self::ProofNeeded => "proof-needed",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::NotNow(why) => why.sentence(),
            Self::Unknown => "Nobody of this address is known here. Check it, or leave the ask out.".into(),
            Self::Gone => "This ask is gone. Look for it in the list of asks.".into(),
            Self::NotAtThisPoint { state, .. } => stands(*state).into(),
            Self::NotYet { day } => {
                format!("It is agreed for {}. Say then whether it took place; if it was earlier, say on which day.", words::date(*day))
            }
            Self::FourEyes => "You submitted this ask yourself. A colleague looks at it before it goes out: four eyes see it.".into(),
            Self::Stale => {
                "Somebody changed this ask meanwhile. Look at how it stands now, and do it again if it is still what you want.".into()
            }
            Self::ProofNeeded => PROOF_NEEDED.into(),
            Self::Over => "This is no longer open, and you need not do anything. Your page shows how it stands.".into(),
        }
    }
}

const fn stands(state: State) -> &'static str {
    match state {
        State::Refused => "This was refused, and is no ask. Ask anew once nothing stands against it.",
        State::Draft => "This is a draft. Submit it first.",
        State::Submitted => "Nobody has this in hand yet. Take it up first.",
        State::Approving => "It has not gone out yet. Let it be asked, or send it back.",
        State::Asked => "They have it before them and have not answered yet. Wait for their answer, or cancel the ask.",
        State::Accepted => "They said yes. Agree on a day with them next, or say that it took place.",
        State::Declined => "They said no, and that stands. Thank them, and leave it be.",
        State::Expired => "They did not answer in time. Leave it be: you may ask anew later.",
        State::Scheduled => "A day is agreed. Say afterwards whether it took place.",
        State::Completed => "It took place, and stands in the ledger.",
        State::Missed => "It did not take place. Ask anew when the time is right.",
        State::Cancelled => "It was cancelled, and nothing more comes of it.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_meets_every_act() {
        use Act::{Accept, Approve, Cancel, Complete, Decline, Expire, Miss, Schedule, SendBack, Submit, TakeUp};
        use State::{Accepted, Approving, Asked, Cancelled, Completed, Declined, Draft, Expired, Missed, Refused, Scheduled, Submitted};

        const NO: Option<State> = None;
        let acts = [Submit, TakeUp, Approve, SendBack, Accept, Decline, Expire, Schedule, Complete, Miss, Cancel];
        assert_eq!(acts, Act::ALL, "every act has its column");
        #[rustfmt::skip]
        let table = [
            (Refused,   [NO,              NO,              NO,          NO,          NO,              NO,             NO,            NO,              NO,              NO,           NO]),
            (Draft,     [Some(Submitted), NO,              NO,          Some(Draft), NO,              NO,             NO,            NO,              NO,              NO,           Some(Cancelled)]),
            (Submitted, [Some(Submitted), Some(Approving), NO,          Some(Draft), NO,              NO,             NO,            NO,              NO,              NO,           Some(Cancelled)]),
            (Approving, [NO,              Some(Approving), Some(Asked), Some(Draft), NO,              NO,             NO,            NO,              NO,              NO,           Some(Cancelled)]),
            (Asked,     [NO,              NO,              Some(Asked), NO,          Some(Accepted),  Some(Declined), Some(Expired), NO,              NO,              NO,           Some(Cancelled)]),
            (Accepted,  [NO,              NO,              NO,          NO,          Some(Accepted),  Some(Declined), NO,            Some(Scheduled), Some(Completed), NO,           Some(Cancelled)]),
            (Declined,  [NO,              NO,              NO,          NO,          NO,              Some(Declined), NO,            NO,              NO,              NO,           NO]),
            (Expired,   [NO,              NO,              NO,          NO,          NO,              NO,             Some(Expired), NO,              NO,              NO,           NO]),
            (Scheduled, [NO,              NO,              NO,          NO,          Some(Scheduled), NO,             NO,            Some(Scheduled), Some(Completed), Some(Missed), Some(Cancelled)]),
            (Completed, [NO,              NO,              NO,          NO,          NO,              NO,             NO,            NO,              Some(Completed), NO,           NO]),
            (Missed,    [NO,              NO,              NO,          NO,          NO,              NO,             NO,            NO,              NO,              Some(Missed), NO]),
            (Cancelled, [NO,              NO,              NO,          NO,          NO,              NO,             NO,            NO,              NO,              NO,           Some(Cancelled)]),
        ];
        assert_eq!(table.map(|(state, _)| state), State::ALL, "every state has its line");
        for (state, expect) in table {
            for (act, expect) in acts.into_iter().zip(expect) {
                assert_eq!(after(state, act), expect.ok_or(AskRefusal::NotAtThisPoint { state, act }), "{state}, {act}");
            }
        }
    }

    #[test]
    fn what_came_of_it_is_said_once_the_day_has_come() {
        let day: NaiveDate = "2027-02-01".parse().unwrap();
        for (state, act, today, expect) in [
            (State::Scheduled, Act::Complete, "2027-01-31", Ok(())),
            (State::Scheduled, Act::Miss, "2027-01-31", Err(AskRefusal::NotYet { day })),
            (State::Scheduled, Act::Complete, "2027-02-01", Ok(())),
            (State::Scheduled, Act::Miss, "2027-02-02", Ok(())),
            (State::Scheduled, Act::Schedule, "2027-01-31", Ok(())),
            (State::Scheduled, Act::Cancel, "2027-01-31", Ok(())),
            (State::Completed, Act::Complete, "2027-01-31", Ok(())),
        ] {
            assert_eq!(in_time(state, act, Some(day), today.parse().unwrap()), expect, "{state}, {act}, {today}");
        }
        assert_eq!(
            AskRefusal::NotYet { day }.sentence(),
            "It is agreed for 1 February 2027. Say then whether it took place; if it was earlier, say on which day."
        );
    }

    #[test]
    fn it_took_place_on_a_day_since_it_was_asked() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let agreed = Some(day("2027-02-01"));
        let (asked, today) = (day("2027-01-10"), day("2027-01-31"));
        let field = |sentence: &str| Err(AskRefusal::Fields(vec![FieldRefusal::new("took_place", sentence)]));
        let before = "They were asked on 10 January 2027. What they did before stands in the ledger as an act of its own.";
        for (typed, scheduled, today, expect) in [
            ("", agreed, today, Err(AskRefusal::NotYet { day: day("2027-02-01") })),
            ("", agreed, day("2027-02-01"), Ok(day("2027-02-01"))),
            (" ", agreed, day("2027-02-09"), Ok(day("2027-02-01"))),
            ("", None, today, field("Say on which day it took place.")),
            ("2027-01-31", agreed, today, Ok(today)),
            ("2027-01-20", agreed, today, Ok(day("2027-01-20"))),
            ("2027-01-20", None, today, Ok(day("2027-01-20"))),
            ("2027-01-10", None, today, Ok(asked)),
            ("2027-01-09", None, today, field(before)),
            ("2027-02-01", agreed, today, field("This day is to come. Say so once it has taken place.")),
        ] {
            assert_eq!(took_place_on(typed, scheduled, asked, today), expect, "{typed:?}, {scheduled:?}, {today}");
        }
        assert!(took_place_on("soon", agreed, asked, today).is_err());
    }

    #[test]
    fn what_waits_is_said_of_one_and_of_many() {
        for (waits, one, many) in [
            (Waits::Eyes, "1 ask waits for another pair of eyes.", "2 asks wait for another pair of eyes."),
            (Waits::Hands, "1 ask is in your hands.", "2 asks are in your hands."),
            (Waits::SentBack, "1 ask was sent back to you.", "2 asks were sent back to you."),
            (Waits::Day, "1 ask has a yes: agree on a day.", "2 asks have a yes: agree on a day each."),
            (Waits::Due, "1 ask was set for a day that has come.", "2 asks were set for a day that has come."),
        ] {
            assert_eq!((waits.sentence(1).as_str(), waits.sentence(2).as_str()), (one, many));
            assert!(!waits.act().is_empty());
        }
    }

    #[test]
    fn staff_see_the_acts_that_lead_on() {
        use Act::{Approve, Cancel, Complete, Miss, Schedule, SendBack, TakeUp};

        for (state, expect) in [
            (State::Refused, vec![]),
            (State::Draft, vec![Cancel]),
            (State::Submitted, vec![TakeUp, SendBack, Cancel]),
            (State::Approving, vec![Approve, SendBack, Cancel]),
            (State::Asked, vec![Cancel]),
            (State::Accepted, vec![Schedule, Complete, Cancel]),
            (State::Declined, vec![]),
            (State::Expired, vec![]),
            (State::Scheduled, vec![Schedule, Complete, Miss, Cancel]),
            (State::Completed, vec![]),
            (State::Missed, vec![]),
            (State::Cancelled, vec![]),
        ] {
            assert_eq!(acts(state), expect, "{state}");
        }
    }

    #[test]
    fn comments_days_and_notes_as_they_are_typed() {
        for act in Act::ALL {
            assert_eq!(parse_comment(*act, " \n").is_err(), [Act::SendBack, Act::Miss, Act::Cancel].contains(act), "{act}");
            assert_eq!(parse_comment(*act, " They are away.\r\n").as_deref(), Ok("They are away."), "{act}");
        }
        let today: NaiveDate = "2027-01-15".parse().unwrap();
        for (typed, expect) in [("2027-01-15", Some(today)), ("2027-01-14", None), ("soon", None), ("", None)] {
            assert_eq!(parse_day(typed, today).ok(), expect, "{typed}");
        }
        assert_eq!(parse_note("").as_deref(), Ok(""));
        assert_eq!(parse_note(&"x".repeat(1_001)).unwrap_err().field, "note");
    }

    #[test]
    fn what_stands_in_the_way_of_another_ask_is_what_is_on_its_way() {
        let open: Vec<State> = State::ALL.iter().copied().filter(|state| state.is_open()).collect();
        assert_eq!(open, [State::Submitted, State::Approving, State::Asked, State::Accepted, State::Scheduled]);
        assert!(open.iter().all(|state| state.was_let_through()));
        assert!(!State::Draft.was_let_through() && !State::Refused.was_let_through() && State::Cancelled.was_let_through());
    }
}
