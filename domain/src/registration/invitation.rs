//! The personal invitation: its states, and what answering it takes.

use chrono::{DateTime, Utc};

use crate::cohort::State as CohortState;
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};

crate::text_enum! {
    /// Where an invitation stands. `queued` and `sent` hold a seat; `accepted` has it.
    pub enum State {
        Draft = "draft",
        Queued = "queued",
        Sent = "sent",
        Accepted = "accepted",
        Declined = "declined",
        Expired = "expired",
        Revoked = "revoked",
        Bounced = "bounced",
        Superseded = "superseded",
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// An answer is still awaited.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Queued | Self::Sent | Self::Bounced)
    }

    /// The invitation keeps a seat from everybody else: an invitee never meets "full".
    #[must_use]
    pub const fn holds_a_seat(self) -> bool {
        self.is_pending() || matches!(self, Self::Accepted)
    }
}

crate::text_enum! {
    /// What can happen to an invitation.
    pub enum Act {
        Queue = "queue",
        Send = "send",
        Bounce = "bounce",
        Reissue = "reissue",
        Accept = "accept",
        Decline = "decline",
        Withdraw = "withdraw",
        Supersede = "supersede",
        Expire = "expire",
        Revoke = "revoke",
    }
}

/// The state after an act; an act that does not fit says why.
///
/// # Errors
/// What the invitation is instead, and what to do.
pub fn after(state: State, act: Act) -> Result<State, InvitationRefusal> {
    use Act::{Accept, Bounce, Decline, Expire, Queue, Reissue, Revoke, Send, Supersede, Withdraw};
    use State::{Accepted, Bounced, Declined, Draft, Expired, Queued, Revoked, Sent, Superseded, Withdrawn};
    Ok(match (state, act) {
        (Draft, Queue) | (Queued | Sent | Bounced, Reissue) => Queued,
        (Queued, Send) | (Sent, Send) => Sent,
        (Queued | Sent, Bounce) => Bounced,
        (Queued | Sent | Bounced | Accepted, Accept) => Accepted,
        (Queued | Sent | Bounced | Declined, Decline) => Declined,
        (Accepted | Withdrawn, Withdraw) => Withdrawn,
        (Queued | Sent | Bounced | Accepted | Superseded, Supersede) => Superseded,
        (Queued | Sent | Bounced | Expired, Expire) => Expired,
        (Draft | Queued | Sent | Bounced | Revoked, Revoke) => Revoked,
        (Accepted, Reissue | Send) => Accepted,
        (Declined, _) => return Err(InvitationRefusal::Declined),
        (Withdrawn, _) => return Err(InvitationRefusal::Withdrawn),
        (Superseded, _) => return Err(InvitationRefusal::GivenToAColleague),
        (Expired | Revoked, _) => return Err(InvitationRefusal::NoLongerOpen),
        (Accepted, _) => return Err(InvitationRefusal::AlreadyAccepted),
        (Draft | Queued | Sent | Bounced, _) => return Err(InvitationRefusal::NotYet),
    })
}

/// Why an answer was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationRefusal {
    AlreadyAccepted,
    Declined,
    Withdrawn,
    GivenToAColleague,
    NoLongerOpen,
    NotYet,
    /// The cohort no longer takes answers.
    CohortClosed,
    /// The seat was held until then.
    TooLate(DateTime<Utc>),
    /// The conversation rule was not acknowledged.
    RuleNotAcknowledged,
    /// A newer version of the rule stands than the one that was on the page.
    RuleChanged {
        current: u32,
    },
    /// Something typed is wrong.
    Field(FieldRefusal),
}

impl Refusal for InvitationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyAccepted => "already-accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::GivenToAColleague => "given-to-a-colleague",
            Self::NoLongerOpen => "no-longer-open",
            Self::NotYet => "not-yet",
            Self::CohortClosed => "cohort-closed",
            Self::TooLate(_) => "too-late",
            Self::RuleNotAcknowledged => "rule-not-acknowledged",
            Self::RuleChanged { .. } => "rule-changed",
            Self::Field(_) => "field",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::AlreadyAccepted => "You have accepted already. If you cannot come, withdraw from your week's page.".into(),
            Self::Declined => "You declined this invitation. Write to the program team if you would like to come after all.".into(),
            Self::Withdrawn => "You gave your seat back. Write to the program team if you would like to come after all.".into(),
            Self::GivenToAColleague => "This seat went to a colleague of yours, who has an invitation of their own.".into(),
            Self::NoLongerOpen => "This invitation is no longer open. Write to the program team: they can invite you again.".into(),
            Self::NotYet => "This invitation has not been answered yet.".into(),
            Self::CohortClosed => "This cohort no longer takes answers. Write to the program team.".into(),
            Self::TooLate(_) => {
                "The seat was held for you until the reply date, which has passed. Write to the program team: they can hold it again."
                    .into()
            }
            Self::RuleNotAcknowledged => "Tick the box to say that you have read the conversation rule and will keep it.".into(),
            Self::RuleChanged { current } => {
                format!("The conversation rule was renewed while you read. This is version {current}: read it and tick the box again.")
            }
            Self::Field(why) => why.sentence.clone(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::RuleNotAcknowledged | Self::RuleChanged { .. } => Some("rule"),
            Self::Field(why) => Some(why.field),
            _ => None,
        }
    }
}

/// What is true, behind the lock, when somebody accepts.
#[derive(Debug, Clone)]
pub struct AcceptFacts {
    pub now: DateTime<Utc>,
    pub state: State,
    pub cohort: CohortState,
    /// The seat is held until then.
    pub held_until: DateTime<Utc>,
    /// The version the cohort names now.
    pub rule_version: u32,
    /// The version the page showed, when its box was ticked.
    pub acknowledged: Option<u32>,
    /// The page showed the words of that version, in one of its languages.
    pub words_known: bool,
}

/// What accepting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    Accepted,
    AlreadyAccepted,
}

/// Accepts. A full cohort is no reason to refuse: the invitation holds its seat.
///
/// # Errors
/// The first reason that stands in the way.
pub fn accept(facts: &AcceptFacts) -> Result<Acceptance, InvitationRefusal> {
    let next = after(facts.state, Act::Accept)?;
    if facts.state == next {
        return Ok(Acceptance::AlreadyAccepted);
    }
    still_open(facts.now, facts.cohort, facts.held_until)?;
    match facts.acknowledged {
        None => Err(InvitationRefusal::RuleNotAcknowledged),
        Some(version) if version != facts.rule_version || !facts.words_known => {
            Err(InvitationRefusal::RuleChanged { current: facts.rule_version })
        }
        Some(_) => Ok(Acceptance::Accepted),
    }
}

/// Whether the cohort still takes answers to this invitation.
///
/// # Errors
/// `CohortClosed` or `TooLate`.
pub fn still_open(now: DateTime<Utc>, cohort: CohortState, held_until: DateTime<Utc>) -> Result<(), InvitationRefusal> {
    if cohort != CohortState::Inviting {
        return Err(InvitationRefusal::CohortClosed);
    }
    if now > held_until {
        return Err(InvitationRefusal::TooLate(held_until));
    }
    Ok(())
}

/// What the week needs to know of a person. Dietary and accessibility needs are seen only by those who need them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    pub travel: String,
    pub dietary: String,
    pub accessibility: String,
    pub emergency_contact: String,
    pub pronunciation: String,
    pub wants_to_learn: String,
}

impl Needs {
    /// # Errors
    /// Every field that is too long.
    pub fn parse(typed: &Self) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let needs = Self {
            travel: wrong.keep(contact::paragraphs("travel", &typed.travel, 1_000)),
            dietary: wrong.keep(contact::paragraphs("dietary", &typed.dietary, 500)),
            accessibility: wrong.keep(contact::paragraphs("accessibility", &typed.accessibility, 500)),
            emergency_contact: wrong.keep(contact::optional("emergency_contact", &typed.emergency_contact, 200)),
            pronunciation: wrong.keep(contact::optional("pronunciation", &typed.pronunciation, 120)),
            wants_to_learn: wrong.keep(contact::paragraphs("wants_to_learn", &typed.wants_to_learn, 1_000)),
        };
        wrong.finish()?;
        Ok(needs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state × every act: the state after it, or `.` where it is refused.
    #[test]
    fn the_whole_table_of_states_and_acts() {
        let table = "
            state      queue  send     bounce  reissue accept   decline  withdraw  supersede  expire  revoke
            draft      queued .        .       .       .        .        .         .          .       revoked
            queued     .      sent     bounced queued  accepted declined .         superseded expired revoked
            sent       .      sent     bounced queued  accepted declined .         superseded expired revoked
            accepted   .      accepted .       accepted accepted .       withdrawn superseded .       .
            declined   .      .        .       .       .        declined .         .          .       .
            expired    .      .        .       .       .        .        .         .          expired .
            revoked    .      .        .       .       .        .        .         .          .       revoked
            bounced    .      .        .       queued  accepted declined .         superseded expired revoked
            superseded .      .        .       .       .        .        .         superseded .       .
            withdrawn  .      .        .       .       .        .        withdrawn .          .       .";
        let mut rows = table.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let acts: Vec<Act> = rows.next().unwrap()[1..].iter().map(|word| Act::parse(word).unwrap()).collect();
        assert_eq!(acts.len(), Act::ALL.len());
        let mut seen = 0;
        for row in rows {
            let state = State::parse(row[0]).unwrap();
            for (act, expect) in acts.iter().zip(&row[1..]) {
                let found = after(state, *act).map_or(".", State::as_str);
                assert_eq!(found, *expect, "{state} + {act}");
                seen += 1;
            }
        }
        assert_eq!(seen, State::ALL.len() * Act::ALL.len());
    }

    fn facts() -> AcceptFacts {
        AcceptFacts {
            now: "2027-02-01T10:00:00Z".parse().unwrap(),
            state: State::Sent,
            cohort: CohortState::Inviting,
            held_until: "2027-02-26T17:00:00Z".parse().unwrap(),
            rule_version: 3,
            acknowledged: Some(3),
            words_known: true,
        }
    }

    #[test]
    fn accepting() {
        let late = "2027-02-26T17:00:01Z".parse().unwrap();
        for (what, facts, expect) in [
            ("as it should be", facts(), Ok(Acceptance::Accepted)),
            ("a mail that bounced was read after all", AcceptFacts { state: State::Bounced, ..facts() }, Ok(Acceptance::Accepted)),
            (
                "twice, too late, closed",
                AcceptFacts { state: State::Accepted, now: late, cohort: CohortState::Closed, ..facts() },
                Ok(Acceptance::AlreadyAccepted),
            ),
            ("no box ticked", AcceptFacts { acknowledged: None, ..facts() }, Err(InvitationRefusal::RuleNotAcknowledged)),
            ("an older rule", AcceptFacts { acknowledged: Some(2), ..facts() }, Err(InvitationRefusal::RuleChanged { current: 3 })),
            ("other words", AcceptFacts { words_known: false, ..facts() }, Err(InvitationRefusal::RuleChanged { current: 3 })),
            ("on the last second", AcceptFacts { now: facts().held_until, ..facts() }, Ok(Acceptance::Accepted)),
            ("too late", AcceptFacts { now: late, ..facts() }, Err(InvitationRefusal::TooLate(facts().held_until))),
            ("closed", AcceptFacts { cohort: CohortState::Closed, ..facts() }, Err(InvitationRefusal::CohortClosed)),
            ("declined before", AcceptFacts { state: State::Declined, ..facts() }, Err(InvitationRefusal::Declined)),
            ("a colleague has it", AcceptFacts { state: State::Superseded, ..facts() }, Err(InvitationRefusal::GivenToAColleague)),
        ] {
            assert_eq!(accept(&facts), expect, "{what}");
        }
    }

    #[test]
    fn needs_are_bounded() {
        let wrong = Needs::parse(&Needs { dietary: "x".repeat(501), ..Needs::default() }).unwrap_err();
        assert_eq!(wrong, [FieldRefusal::new("dietary", "This is 501 characters long. Shorten it to 500.")]);
    }
}
