//! Why something about a task was not done, in words.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Act, State};
use crate::advocacy::consent::Scope;
use crate::advocacy::publication::{Reason, State as PublicationState};
use crate::refusal::{FieldRefusal, Refusal};
use crate::registration::proof::PROOF_NEEDED;
use crate::time::{Zone, words};

/// Why nothing was written, moved on, answered or published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmplificationRefusal {
    Fields(Vec<FieldRefusal>),
    /// Somebody else changed it meanwhile.
    Stale,
    Unknown,
    /// The act does not fit the state.
    NotNow {
        state: State,
        act: Act,
    },
    /// Who wrote it does not approve it.
    FourEyes,
    CommentNeeded,
    /// The customer sent back the words as they are, and said nothing of them.
    NothingSuggested,
    NothingWritten,
    /// No day, or one that has passed.
    NoDay,
    NoApprover,
    NothingShown,
    /// It is somebody's achievement, and their name is not among what is shown.
    NameNotShown,
    /// The words say a name that is not among what is shown.
    NamedNotShown {
        /// As it was looked for.
        name: String,
        scope: Scope,
    },
    /// What it celebrates is not verified any more, or was of somebody who is forgotten.
    NothingToCelebrate,
    /// What was answered is not what stands.
    WordingChanged,
    /// The answer of the one decision on publications.
    ConsentMissing(Vec<Reason>),
    /// The customer did not approve what stands now.
    NotApproved,
    HeldByCustomer,
    /// It was approved for this day only.
    NotTheDay {
        approved: NaiveDate,
    },
    /// It is said to have been public before the customer approved it.
    BeforeApproval {
        approved_at: DateTime<Utc>,
    },
    /// It is said to have been public before a consent it needs was given.
    BeforeConsent,
    /// The customer approves no day that has passed.
    DayPassed,
    /// Whoever is celebrated asked to be forgotten.
    ToBeForgotten,
    /// Whoever approves it asked to be forgotten.
    ApproverToBeForgotten,
    /// The publication itself is no longer one to be made.
    PublicationOver(PublicationState),
    /// The link is unknown, was replaced, or has ended.
    LinkOver,
    /// Approving needs the code first.
    ProofNeeded,
}

impl AmplificationRefusal {
    /// The fields that need another look, where there are some.
    #[must_use]
    pub fn fields(&self) -> &[FieldRefusal] {
        match self {
            Self::Fields(fields) => fields,
            _ => &[],
        }
    }
}

impl Refusal for AmplificationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::NotNow { .. } => "not-now",
            Self::FourEyes => "four-eyes",
            Self::CommentNeeded => "comment-needed",
            Self::NothingSuggested => "nothing-suggested",
            Self::NothingWritten => "nothing-written",
            Self::NoDay => "no-day",
            Self::NoApprover => "no-approver",
            Self::NothingShown => "nothing-shown",
            Self::NameNotShown => "name-not-shown",
            Self::NamedNotShown { .. } => "named-not-shown",
            Self::NothingToCelebrate => "nothing-to-celebrate",
            Self::WordingChanged => "wording-changed",
            Self::ConsentMissing(_) => "consent-missing",
            Self::NotApproved => "not-approved",
            Self::HeldByCustomer => "held-by-customer",
            Self::NotTheDay { .. } => "not-the-day",
            Self::BeforeApproval { .. } => "before-approval",
            Self::BeforeConsent => "before-consent",
            Self::DayPassed => "day-passed",
            Self::ToBeForgotten => "to-be-forgotten",
            Self::ApproverToBeForgotten => "approver-to-be-forgotten",
            Self::PublicationOver(_) => "publication-over",
            Self::LinkOver => "link-over",
            Self::ProofNeeded => "proof-needed",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stale => "Somebody changed this task meanwhile. Their version is on the page; look at it, then decide again.".into(),
            Self::Unknown => "This task is gone. Reload the list.".into(),
            Self::NotNow { state, act } if act.is_customers() => not_theirs_now(*state).into(),
            Self::NotNow { state, .. } => not_now(*state).into(),
            Self::FourEyes => "You wrote a wording of this, so somebody else approves it: four eyes see more than two.".into(),
            Self::CommentNeeded => "Say why in a sentence: whoever goes on with it reads that first.".into(),
            Self::NothingSuggested => "Change a word above, or say here what should be different.".into(),
            Self::NothingWritten => "Nothing is written yet. Write a wording for at least one channel first.".into(),
            Self::NoDay => "Choose the day it is to be seen, today or later: the customer approves exactly that day.".into(),
            Self::NoApprover => "Name who approves it for the customer, with their e-mail address.".into(),
            Self::NothingShown => "Say what of whom it shows, at least one thing: the consents are asked for exactly that.".into(),
            Self::NameNotShown => {
                "This is about a person. Tick their name in what it shows: nothing about them is published without their consent.".into()
            }
            Self::NamedNotShown { name, scope } => {
                let whose = if scope.of_company() { "the company’s name" } else { "the person’s name" };
                format!(
                    "The words say “{name}”. Tick {whose} in what it shows, or leave it out of them: no name is public without its consent."
                )
            }
            Self::NothingToCelebrate => {
                "There is nothing to celebrate here any more: the news is not verified, or whoever it was about is forgotten. Withdraw this task if it is open."
                    .into()
            }
            Self::WordingChanged => {
                "Nothing was recorded: this was changed after you opened it. Read what the page says now, then answer.".into()
            }
            Self::ConsentMissing(reasons) if reasons.is_empty() => Self::NothingShown.sentence(),
            Self::ConsentMissing(reasons) => reasons.iter().map(Reason::sentence).collect::<Vec<_>>().join(" "),
            Self::NotApproved => "The customer has not approved exactly this. Send it to them first.".into(),
            Self::HeldByCustomer => "The customer holds this. It goes on once they say so, on their own page.".into(),
            Self::NotTheDay { approved } => format!(
                "The customer approved {} only, counted in UTC. For another day, change the day and send it to them again.",
                words::day(*approved)
            ),
            Self::BeforeApproval { approved_at } => format!(
                "The customer approved this on {}, and nothing of it is public before that. Check the time, in UTC. Whatever was public earlier is taken off first, and published again.",
                words::moment(&Zone::utc(), *approved_at)
            ),
            Self::BeforeConsent => {
                "At that moment not everything this shows was allowed yet: a consent it needs was given later. Check the time, in UTC. Whatever was public earlier is taken off first, and published again."
                    .into()
            }
            Self::DayPassed => {
                "Nothing was recorded: the day this was planned for has passed. We choose another day and ask you again, with a new link."
                    .into()
            }
            Self::ToBeForgotten => "They asked to be forgotten, so nothing is sent to them any more. Withdraw this task.".into(),
            Self::ApproverToBeForgotten => {
                "Who approves this for the customer asked to be forgotten, so nothing is sent to them any more. Name somebody else.".into()
            }
            Self::PublicationOver(PublicationState::TakenDown) => {
                "This publication was taken down. Reopen the task, and the approval and the consents are asked anew.".into()
            }
            Self::PublicationOver(_) => {
                "This publication was cancelled when something about it changed. Schedule the task again once the customer has approved it."
                    .into()
            }
            Self::ProofNeeded => PROOF_NEEDED.into(),
            Self::LinkOver => "Nothing was recorded: that link has been replaced or has ended. Use the one in our newest mail.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::CommentNeeded | Self::NothingSuggested => Some("comment"),
            Self::NoDay => Some("planned_for"),
            Self::BeforeApproval { .. } | Self::BeforeConsent => Some("published_at"),
            Self::NoApprover | Self::ApproverToBeForgotten => Some("approver_email"),
            Self::NothingShown | Self::NameNotShown | Self::NamedNotShown { .. } => Some("shows"),
            _ => None,
        }
    }
}

/// Said to the host.
const fn not_now(state: State) -> &'static str {
    match state {
        State::Draft => "This is a draft: nobody has it before them yet. Send it to review first.",
        State::InReview => "This is in review: a colleague looks at it before anything else happens.",
        State::ApprovedInternally => "This is approved internally. Send it to the customer next.",
        State::WithCustomer => "This is with the customer. It goes on once they have answered.",
        State::Approved => "The customer has approved this. Schedule it next.",
        State::Scheduled => "This is scheduled for the day the customer approved.",
        State::Published | State::Measured => "This is public already. What is to go is taken down on its publication’s page.",
        State::ChangesRequested => "Changes were asked for. Edit the wording, then send it to review again.",
        State::OnHold => "This is on hold. Resume it first.",
        State::Rejected => "This was declined, and stays so. Nothing more of it is published.",
        State::Withdrawn => "This was withdrawn, and nothing more of it is published. Reopen it to begin anew.",
        State::Failed => "This was not published on its day. Choose another day, and ask for the approval anew.",
    }
}

/// Said to the customer.
const fn not_theirs_now(state: State) -> &'static str {
    match state {
        State::Published | State::Measured => {
            "Nothing was recorded: this is public already. Answer the mail you got from us, and we take it down."
        }
        State::Rejected | State::Withdrawn => "This is closed: nothing more of it will be published. You need not do anything.",
        State::OnHold => "Nothing was recorded: this is on hold. While it is, nothing is published.",
        State::ChangesRequested => "We have what you suggested. A new version will come to you; you need not do anything until then.",
        State::Failed => "Nothing was recorded: this was not published on its day. If we ask for another day, a mail will come to you.",
        State::Draft | State::InReview | State::ApprovedInternally | State::WithCustomer | State::Approved | State::Scheduled => {
            "Nothing was recorded: this is not waiting for that answer. Read what the page says now."
        }
    }
}
