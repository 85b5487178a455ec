//! Amplification tasks: from the first wording to what is public, and the customer's approval of exactly that.
//!
//! An approval is bound to a hash of everything somebody will see: words, image, link, channel, language, day and what is
//! shown of whom ([`package_hash`]). Any edit makes another hash, and the approval is void. Only [`approve`] and
//! [`approved`] make an [`ApprovedTask`], and only with one is anything scheduled or published. Left out: the consents,
//! which are asked beside it (`advocacy::publication`).

mod approval;
mod approver;
mod naming;
mod plan;
mod refusal;

use chrono::NaiveDate;

use crate::advocacy::achievement;
use crate::advocacy::forgetting::FORGOTTEN_NEWS;

pub use approval::{ApprovedTask, Hashes, Package, Piece, after_approval, answer, approve, approved, had_happened, in_time, package_hash};
pub use approver::{ApproverFacts, is_ours, may_approve};
pub use naming::{Celebrated, names_shown};
pub use plan::{OWNER, Stands, TaskPlan, TypedTask};
pub use refusal::AmplificationRefusal;

crate::text_enum! {
    /// Where a task stands.
    pub enum State {
        Draft = "draft",
        InReview = "in review",
        ApprovedInternally = "approved internally",
        WithCustomer = "with customer",
        Approved = "approved",
        Scheduled = "scheduled",
        Published = "published",
        Measured = "measured",
        ChangesRequested = "changes requested",
        OnHold = "on hold",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Failed = "failed",
    }
}

impl State {
    /// Whether nothing is celebrated by it any more: its achievement waits for nobody.
    #[must_use]
    pub const fn is_given_up(self) -> bool {
        matches!(self, Self::Rejected | Self::Withdrawn)
    }
}

crate::text_enum! {
    /// What can happen to it.
    pub enum Act {
        /// The words, the image, the day, or what is shown.
        Edit = "edit",
        Submit = "submit",
        Approve = "approve",
        RequestChanges = "request-changes",
        Reject = "reject",
        Send = "send",
        CustomerApprove = "customer-approve",
        CustomerSuggest = "customer-suggest",
        CustomerDecline = "customer-decline",
        Hold = "hold",
        CustomerHold = "customer-hold",
        Resume = "resume",
        CustomerResume = "customer-resume",
        Schedule = "schedule",
        /// One of its publications goes live.
        Publish = "publish",
        Fail = "fail",
        Measure = "measure",
        Withdraw = "withdraw",
        ConsentWithdrawn = "consent-withdrawn",
        TakenDown = "taken-down",
        Reopen = "reopen",
    }
}

impl Act {
    /// Whether it reaches further than the cohort, so that a link is not enough: the customer enters the code of a mail.
    #[must_use]
    pub const fn needs_proof(self) -> bool {
        matches!(self, Self::CustomerApprove | Self::CustomerResume)
    }

    /// Whether it leads towards what is public. Once there is nothing to celebrate any more, nothing does.
    #[must_use]
    pub const fn leads_on(self) -> bool {
        matches!(
            self,
            Self::Edit
                | Self::Submit
                | Self::Approve
                | Self::Send
                | Self::CustomerApprove
                | Self::CustomerResume
                | Self::Resume
                | Self::Schedule
                | Self::Publish
                | Self::Reopen
        )
    }

    /// Whether the customer does it, by their link.
    #[must_use]
    pub const fn is_customers(self) -> bool {
        matches!(self, Self::CustomerApprove | Self::CustomerSuggest | Self::CustomerDecline | Self::CustomerHold | Self::CustomerResume)
    }

    /// Whether it is a button of the host's, on the task itself.
    #[must_use]
    pub fn is_hosts_step(self) -> bool {
        HOSTS.contains(&self)
    }
}

/// What the host does by a button: first what most do next.
const HOSTS: [Act; 11] = [
    Act::Submit,
    Act::Approve,
    Act::Send,
    Act::Schedule,
    Act::Resume,
    Act::Reopen,
    Act::RequestChanges,
    Act::Hold,
    Act::Reject,
    Act::Fail,
    Act::Withdraw,
];

crate::text_enum! {
    /// Who holds it: only they let it go on.
    pub enum HeldBy {
        Host = "host",
        Customer = "customer",
        /// The customer, over a hold of the host's: once they let go, the host's still stands.
        Both = "both",
    }
}

impl HeldBy {
    /// Whether it goes on only once the customer says so.
    #[must_use]
    pub const fn is_customers(self) -> bool {
        matches!(self, Self::Customer | Self::Both)
    }
}

/// A hold: where it goes back to, and who holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub from: State,
    pub by: HeldBy,
}

/// The state after an act. Repeating one leads to the same state; an act that does not fit says why.
///
/// # Errors
/// What it is instead, and what to do.
pub fn after(state: State, hold: Option<Hold>, act: Act) -> Result<State, AmplificationRefusal> {
    use Act as A;
    use State as S;

    let back = |by: HeldBy| hold.filter(|hold| hold.by == by).map(|hold| hold.from);
    let next = match (act, state) {
        (
            A::Edit,
            S::Draft | S::InReview | S::ApprovedInternally | S::WithCustomer | S::Approved | S::Scheduled | S::ChangesRequested | S::Failed,
        ) => Some(S::Draft),
        (A::Edit, S::OnHold) => Some(S::OnHold),
        (A::Submit, S::Draft | S::InReview | S::ChangesRequested) => Some(S::InReview),
        (A::Approve, S::InReview | S::ApprovedInternally) => Some(S::ApprovedInternally),
        (A::RequestChanges, S::InReview | S::ApprovedInternally | S::ChangesRequested) => Some(S::ChangesRequested),
        (A::Reject, S::InReview | S::ApprovedInternally | S::Rejected) => Some(S::Rejected),
        (A::Send, S::ApprovedInternally | S::WithCustomer) => Some(S::WithCustomer),
        // Only they let go of what they hold: they can be sent another link to do so.
        (A::Send, S::OnHold) if hold.is_some_and(|hold| hold.by.is_customers()) => Some(S::OnHold),
        (A::CustomerApprove, S::WithCustomer | S::Approved) => Some(S::Approved),
        (A::CustomerApprove, S::Scheduled) => Some(S::Scheduled),
        (A::CustomerSuggest, S::WithCustomer | S::Approved | S::Scheduled | S::ChangesRequested) => Some(S::ChangesRequested),
        (A::CustomerDecline, S::WithCustomer | S::Approved | S::Scheduled | S::ChangesRequested | S::OnHold | S::Rejected | S::Failed) => {
            Some(S::Rejected)
        }
        (
            A::Hold,
            S::Draft
            | S::InReview
            | S::ApprovedInternally
            | S::WithCustomer
            | S::Approved
            | S::Scheduled
            | S::ChangesRequested
            | S::OnHold
            | S::Failed,
        ) => Some(S::OnHold),
        (A::CustomerHold, S::WithCustomer | S::Approved | S::Scheduled | S::ChangesRequested | S::OnHold | S::Failed) => Some(S::OnHold),
        (A::Resume, S::OnHold) => back(HeldBy::Host),
        (A::CustomerResume, S::OnHold) if hold.is_some_and(|hold| hold.by == HeldBy::Both) => Some(S::OnHold),
        (A::CustomerResume, S::OnHold) => back(HeldBy::Customer),
        (A::Schedule, S::Approved | S::Scheduled | S::Failed) => Some(S::Scheduled),
        (A::Publish, S::Scheduled | S::Failed | S::Published) => Some(S::Published),
        (A::Fail, S::Scheduled | S::Failed) => Some(S::Failed),
        (A::Measure, S::Published | S::Measured) => Some(S::Measured),
        (
            A::Withdraw,
            S::Draft
            | S::InReview
            | S::ApprovedInternally
            | S::WithCustomer
            | S::Approved
            | S::Scheduled
            | S::ChangesRequested
            | S::OnHold
            | S::Withdrawn
            | S::Failed,
        ) => Some(S::Withdrawn),
        (A::ConsentWithdrawn, S::Draft | S::InReview | S::ApprovedInternally | S::ChangesRequested) => Some(S::Draft),
        (A::ConsentWithdrawn, S::WithCustomer | S::Approved | S::Scheduled | S::OnHold | S::Withdrawn | S::Failed) => Some(S::Withdrawn),
        (A::TakenDown, S::Published | S::Measured | S::Withdrawn) => Some(S::Withdrawn),
        (A::Reopen, S::Withdrawn) => Some(S::Draft),
        _ => None,
    };
    next.ok_or_else(|| {
        let by_customer = hold.is_some_and(|hold| hold.by.is_customers());
        if state == S::OnHold && by_customer && !act.is_customers() {
            AmplificationRefusal::HeldByCustomer
        } else {
            AmplificationRefusal::NotNow { state, act }
        }
    })
}

/// The hold after an act that [`after`] allows. A customer's hold stands until they let go of it, whatever the host does;
/// and the host's stands until the host lets go of it.
#[must_use]
pub fn hold_after(state: State, hold: Option<Hold>, act: Act) -> Option<Hold> {
    match (state, act) {
        // What is written anew starts anew.
        (State::OnHold, Act::Edit) => hold.map(|hold| Hold { from: State::Draft, ..hold }),
        (State::OnHold, Act::CustomerHold) => hold.map(|hold| Hold { by: with_customer(hold.by), ..hold }),
        (State::OnHold, Act::CustomerResume) => hold.filter(|hold| hold.by == HeldBy::Both).map(|hold| Hold { by: HeldBy::Host, ..hold }),
        (State::OnHold, Act::Hold) => hold.map(|hold| Hold { by: with_host(hold.by), ..hold }),
        (State::OnHold, Act::Send) => hold,
        (from, Act::Hold) => Some(Hold { from, by: HeldBy::Host }),
        (from, Act::CustomerHold) => Some(Hold { from, by: HeldBy::Customer }),
        _ => None,
    }
}

/// Who holds it once the customer does so too.
const fn with_customer(by: HeldBy) -> HeldBy {
    match by {
        HeldBy::Host | HeldBy::Both => HeldBy::Both,
        HeldBy::Customer => HeldBy::Customer,
    }
}

/// Who holds it once the host does so too.
const fn with_host(by: HeldBy) -> HeldBy {
    match by {
        HeldBy::Customer | HeldBy::Both => HeldBy::Both,
        HeldBy::Host => HeldBy::Host,
    }
}

/// The hold once nobody has the customer's link any more: nobody else could let go of theirs, so it is the host's.
#[must_use]
pub fn without_customer(hold: Option<Hold>) -> Option<Hold> {
    hold.map(|hold| Hold { by: HeldBy::Host, ..hold })
}

/// The host's acts that lead somewhere else from here, or to another hold: first what most do next.
#[must_use]
pub fn acts(state: State, hold: Option<Hold>) -> Vec<Act> {
    let leads = |act: Act| after(state, hold, act).is_ok_and(|next| next != state || hold_after(state, hold, act) != hold);
    HOSTS.iter().copied().filter(|act| leads(*act)).collect()
}

/// Whether something has to be said with it. A customer who declines may say why, and need not.
#[must_use]
pub const fn needs_comment(act: Act) -> bool {
    matches!(act, Act::RequestChanges | Act::Reject | Act::CustomerSuggest | Act::Hold | Act::Withdraw | Act::Fail | Act::Reopen)
}

/// Whether an approval does not outlive the act: what was planned with it is cancelled.
#[must_use]
pub const fn voids_approval(act: Act) -> bool {
    matches!(
        act,
        Act::Edit
            | Act::CustomerSuggest
            | Act::CustomerDecline
            | Act::Reject
            | Act::Withdraw
            | Act::ConsentWithdrawn
            | Act::TakenDown
            | Act::Reopen
    )
}

/// Whether there is still something to celebrate: news that is verified, and of nobody who was forgotten.
#[must_use]
pub fn is_news(state: achievement::State, person: Option<i64>, title: &str) -> bool {
    state == achievement::State::Verified && (person.is_some() || title != FORGOTTEN_NEWS)
}

/// Without something to celebrate nothing leads on towards the public: a task can be held, withdrawn, and taken down.
///
/// # Errors
/// There is nothing to celebrate any more.
pub fn goes_on(act: Act, is_news: bool) -> Result<(), AmplificationRefusal> {
    if act.leads_on() && !is_news { Err(AmplificationRefusal::NothingToCelebrate) } else { Ok(()) }
}

/// Nobody approves what they wrote: `writers` are those of the wordings as they stand.
///
/// # Errors
/// They wrote one of them.
pub fn four_eyes(approver: i64, writers: &[Option<i64>]) -> Result<(), AmplificationRefusal> {
    if writers.contains(&Some(approver)) { Err(AmplificationRefusal::FourEyes) } else { Ok(()) }
}

/// What has to be there before anybody else looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// There is a wording.
    pub written: bool,
    pub day: Option<NaiveDate>,
    /// Something of somebody is shown.
    pub shown: bool,
    /// Where it is somebody's achievement, their name is among what is shown: whatever the words say, it is about them.
    pub named: bool,
    /// Somebody is named who approves it for the customer.
    pub approver: bool,
}

impl Ready {
    /// Whether all of it is there.
    ///
    /// # Errors
    /// The first thing that is missing.
    pub fn check(&self, today: NaiveDate) -> Result<(), AmplificationRefusal> {
        if !self.written {
            Err(AmplificationRefusal::NothingWritten)
        } else if self.day.is_none_or(|day| day < today) {
            Err(AmplificationRefusal::NoDay)
        } else if !self.shown {
            Err(AmplificationRefusal::NothingShown)
        } else if !self.named {
            Err(AmplificationRefusal::NameNotShown)
        } else if !self.approver {
            Err(AmplificationRefusal::NoApprover)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, Utc};
    use proptest::prelude::*;

    use super::*;
    use crate::advocacy::consent::{Channel, Scope, Subject};
    use crate::conduct::conversation_rule::content_hash;
    use crate::contact::Email;
    use crate::refusal::Refusal;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    fn key(state: State) -> String {
        state.as_str().replace(' ', "-")
    }

    /// Every state × every act: the state after it, `.` where it is refused. A task on hold came from `scheduled`.
    const TABLE: &str = "
        act               draft      in-review           approved-internally with-customer     approved          scheduled         published measured  changes-requested on-hold:host on-hold:customer on-hold:both rejected withdrawn failed
        edit              draft      draft               draft               draft             draft             draft             .         .         draft             on-hold      on-hold          on-hold      .        .         draft
        submit            in-review  in-review           .                   .                 .                 .                 .         .         in-review         .            .                .            .        .         .
        approve           .          approved-internally approved-internally .                 .                 .                 .         .         .                 .            .                .            .        .         .
        request-changes   .          changes-requested   changes-requested   .                 .                 .                 .         .         changes-requested .            .                .            .        .         .
        reject            .          rejected            rejected            .                 .                 .                 .         .         .                 .            .                .            rejected .         .
        send              .          .                   with-customer       with-customer     .                 .                 .         .         .                 .            on-hold          on-hold      .        .         .
        customer-approve  .          .                   .                   approved          approved          scheduled         .         .         .                 .            .                .            .        .         .
        customer-suggest  .          .                   .                   changes-requested changes-requested changes-requested .         .         changes-requested .            .                .            .        .         .
        customer-decline  .          .                   .                   rejected          rejected          rejected          .         .         rejected          rejected     rejected         rejected     rejected .         rejected
        hold              on-hold    on-hold             on-hold             on-hold           on-hold           on-hold           .         .         on-hold           on-hold      on-hold          on-hold      .        .         on-hold
        customer-hold     .          .                   .                   on-hold           on-hold           on-hold           .         .         on-hold           on-hold      on-hold          on-hold      .        .         on-hold
        resume            .          .                   .                   .                 .                 .                 .         .         .                 scheduled    .                .            .        .         .
        customer-resume   .          .                   .                   .                 .                 .                 .         .         .                 .            scheduled        on-hold      .        .         .
        schedule          .          .                   .                   .                 scheduled         scheduled         .         .         .                 .            .                .            .        .         scheduled
        publish           .          .                   .                   .                 .                 published         published .         .                 .            .                .            .        .         published
        fail              .          .                   .                   .                 .                 failed            .         .         .                 .            .                .            .        .         failed
        measure           .          .                   .                   .                 .                 .                 measured  measured  .                 .            .                .            .        .         .
        withdraw          withdrawn  withdrawn           withdrawn           withdrawn         withdrawn         withdrawn         .         .         withdrawn         withdrawn    withdrawn        withdrawn    .        withdrawn withdrawn
        consent-withdrawn draft      draft               draft               withdrawn         withdrawn         withdrawn         .         .         draft             withdrawn    withdrawn        withdrawn    .        withdrawn withdrawn
        taken-down        .          .                   .                   .                 .                 .                 withdrawn withdrawn .                 .            .                .            .        withdrawn .
        reopen            .          .                   .                   .                 .                 .                 .         .         .                 .            .                .            .        draft     .";

    /// A state of the table with its hold.
    fn place(word: &str) -> (State, Option<Hold>) {
        let (state, by) = word.split_once(':').map_or((word, None), |(state, by)| (state, HeldBy::parse(by)));
        let state = State::parse(&state.replace('-', " ")).unwrap();
        (state, by.map(|by| Hold { from: State::Scheduled, by }))
    }

    #[test]
    fn the_whole_table_of_states_and_acts() {
        let mut rows = TABLE.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let places: Vec<(State, Option<Hold>)> = rows.next().unwrap()[1..].iter().map(|word| place(word)).collect();
        let states: BTreeSet<State> = places.iter().map(|(state, _)| *state).collect();
        assert_eq!(states.into_iter().collect::<Vec<_>>(), State::ALL);
        let mut acts = Vec::new();
        for row in rows {
            let act = Act::parse(row[0]).unwrap();
            acts.push(act);
            assert_eq!(row.len(), places.len() + 1, "{act}");
            for ((state, hold), expect) in places.iter().zip(&row[1..]) {
                let found = after(*state, *hold, act).map_or_else(|_| ".".to_owned(), key);
                assert_eq!(found, *expect, "{act} on {state} ({hold:?})");
            }
        }
        assert_eq!(acts, Act::ALL);
    }

    /// Once more is the same, wherever an act leads.
    #[test]
    fn repeating_an_act_is_safe() {
        let hosts = [Act::Submit, Act::Approve, Act::Reject, Act::Send, Act::Schedule, Act::Fail, Act::Withdraw, Act::Hold, Act::Edit];
        let others = [Act::CustomerApprove, Act::CustomerSuggest, Act::CustomerDecline, Act::CustomerHold, Act::Publish, Act::TakenDown];
        for state in State::ALL.iter().copied().filter(|state| *state != State::OnHold) {
            for act in hosts.into_iter().chain(others) {
                if let Ok(next) = after(state, None, act) {
                    assert_eq!(after(next, hold_after(state, None, act), act), Ok(next), "{act} on {state}");
                }
            }
        }
    }

    #[test]
    fn only_who_holds_it_lets_it_go_on() {
        let hold = |from, by| Some(Hold { from, by });
        let (host, customer, both) = (HeldBy::Host, HeldBy::Customer, HeldBy::Both);
        for (state, held, act, expect) in [
            (State::Approved, None, Act::Hold, hold(State::Approved, host)),
            (State::Approved, None, Act::CustomerHold, hold(State::Approved, customer)),
            (State::OnHold, hold(State::Approved, host), Act::CustomerHold, hold(State::Approved, both)),
            (State::OnHold, hold(State::Approved, both), Act::CustomerHold, hold(State::Approved, both)),
            (State::OnHold, hold(State::Approved, both), Act::Hold, hold(State::Approved, both)),
            (State::OnHold, hold(State::Approved, both), Act::Edit, hold(State::Draft, both)),
            (State::OnHold, hold(State::Approved, both), Act::CustomerResume, hold(State::Approved, host)),
            (State::OnHold, hold(State::Approved, both), Act::CustomerDecline, None),
            (State::OnHold, hold(State::Approved, customer), Act::Hold, hold(State::Approved, both)),
            (State::OnHold, hold(State::Approved, host), Act::Hold, hold(State::Approved, host)),
            (State::OnHold, hold(State::Approved, customer), Act::Send, hold(State::Approved, customer)),
            (State::OnHold, hold(State::Approved, both), Act::Send, hold(State::Approved, both)),
            (State::OnHold, hold(State::Approved, customer), Act::CustomerHold, hold(State::Approved, customer)),
            (State::OnHold, hold(State::Approved, customer), Act::Edit, hold(State::Draft, customer)),
            (State::OnHold, hold(State::Approved, customer), Act::CustomerResume, None),
            (State::OnHold, hold(State::Approved, host), Act::Withdraw, None),
        ] {
            assert_eq!(hold_after(state, held, act), expect, "{act} on {state} ({held:?})");
        }
        for held in [hold(State::Approved, customer), hold(State::Approved, both)] {
            for act in [Act::Resume, Act::Schedule, Act::Publish, Act::Submit] {
                assert_eq!(after(State::OnHold, held, act), Err(AmplificationRefusal::HeldByCustomer), "{act}");
            }
            assert_eq!(after(State::OnHold, held, Act::Send), Ok(State::OnHold), "another link lets nothing go on");
            assert_eq!(without_customer(held), hold(State::Approved, host), "whose link is gone lets go of nothing");
        }
        assert_eq!(without_customer(None), None);
        assert_eq!(after(State::OnHold, hold(State::Approved, both), Act::CustomerResume), Ok(State::OnHold), "the host's still stands");
        let by_host = after(State::OnHold, hold(State::Approved, host), Act::CustomerResume);
        assert_eq!(by_host, Err(AmplificationRefusal::NotNow { state: State::OnHold, act: Act::CustomerResume }));
    }

    #[test]
    fn the_buttons_of_each_state_begin_with_what_most_do_next() {
        let table = "
            draft submit hold withdraw
            in-review approve request-changes hold reject withdraw
            approved-internally send request-changes hold reject withdraw
            with-customer hold withdraw
            approved schedule hold withdraw
            scheduled hold fail withdraw
            published
            measured
            changes-requested submit hold withdraw
            on-hold:host resume withdraw
            on-hold:customer hold withdraw
            on-hold:both withdraw
            rejected
            withdrawn reopen
            failed schedule hold withdraw";
        for line in table.trim().lines() {
            let mut words = line.split_whitespace();
            let (state, hold) = place(words.next().unwrap());
            let found: Vec<&str> = acts(state, hold).into_iter().map(Act::as_str).collect();
            assert_eq!(found, words.collect::<Vec<_>>(), "{state}");
        }
    }

    #[test]
    fn what_needs_a_comment_and_what_ends_an_approval() {
        let needing: Vec<&str> = Act::ALL.iter().filter(|act| needs_comment(**act)).map(|act| act.as_str()).collect();
        assert_eq!(needing, ["request-changes", "reject", "customer-suggest", "hold", "fail", "withdraw", "reopen"]);
        let voiding: Vec<&str> = Act::ALL.iter().filter(|act| voids_approval(**act)).map(|act| act.as_str()).collect();
        let expect = ["edit", "reject", "customer-suggest", "customer-decline", "withdraw", "consent-withdrawn", "taken-down", "reopen"];
        assert_eq!(voiding, expect);
        // Whatever leaves what can be published for something else ends the approval, but a hold and its end.
        for state in [State::Approved, State::Scheduled, State::Failed] {
            for act in Act::ALL.iter().copied().filter(|act| !voids_approval(*act)) {
                if let Ok(next) = after(state, None, act) {
                    let stays = matches!(next, State::Approved | State::Scheduled | State::Failed | State::Published | State::OnHold);
                    assert!(stays, "{act} on {state}");
                }
            }
        }
    }

    #[test]
    fn without_news_nothing_leads_on() {
        use achievement::State as News;

        for (state, person, title, expect) in [
            (News::Verified, Some(7), "A prize", true),
            (News::Verified, None, "A prize", true),
            (News::Verified, None, "Forgotten", false),
            (News::Verified, Some(7), "Forgotten", true),
            (News::Reported, Some(7), "A prize", false),
            (News::Rejected, None, "A prize", false),
        ] {
            assert_eq!(is_news(state, person, title), expect, "{state} {person:?} {title}");
        }
        let stopped: Vec<&str> = Act::ALL.iter().filter(|act| goes_on(**act, false).is_err()).map(|act| act.as_str()).collect();
        let expect =
            ["edit", "submit", "approve", "send", "customer-approve", "resume", "customer-resume", "schedule", "publish", "reopen"];
        assert_eq!(stopped, expect);
        assert!(Act::ALL.iter().all(|act| goes_on(*act, true).is_ok()));
    }

    #[test]
    fn four_eyes_see_it() {
        for (writers, fits) in [(vec![], true), (vec![Some(2), None], true), (vec![Some(2), Some(1)], false), (vec![Some(1)], false)] {
            assert_eq!(four_eyes(1, &writers).is_ok(), fits, "{writers:?}");
        }
    }

    #[test]
    fn the_first_thing_that_is_missing_is_named() {
        let today = day("2027-01-15");
        let all = Ready { written: true, day: Some(today), shown: true, named: true, approver: true };
        for (ready, expect) in [
            (all, Ok(())),
            (Ready { written: false, day: None, shown: false, named: false, approver: false }, Err(AmplificationRefusal::NothingWritten)),
            (Ready { day: None, shown: false, ..all }, Err(AmplificationRefusal::NoDay)),
            (Ready { day: Some(day("2027-01-14")), ..all }, Err(AmplificationRefusal::NoDay)),
            (Ready { shown: false, named: false, approver: false, ..all }, Err(AmplificationRefusal::NothingShown)),
            (Ready { named: false, approver: false, ..all }, Err(AmplificationRefusal::NameNotShown)),
            (Ready { approver: false, ..all }, Err(AmplificationRefusal::NoApprover)),
        ] {
            assert_eq!(ready.check(today), expect, "{ready:?}");
        }
    }

    #[test]
    fn an_answer_is_about_what_they_have_before_them() {
        use AmplificationRefusal::{NotNow, WordingChanged};

        let same = Hashes { current: "a", sent: "a", answered: "a" };
        let edited = Hashes { current: "b", sent: "", answered: "a" };
        let resent = Hashes { current: "b", sent: "b", answered: "a" };
        for (state, act, hashes, expect) in [
            (State::WithCustomer, Act::CustomerApprove, same, Ok(State::Approved)),
            (State::Scheduled, Act::CustomerApprove, same, Ok(State::Scheduled)),
            (State::WithCustomer, Act::CustomerApprove, resent, Err(WordingChanged)),
            (State::WithCustomer, Act::CustomerSuggest, resent, Err(WordingChanged)),
            (State::WithCustomer, Act::CustomerHold, resent, Ok(State::OnHold)),
            (State::WithCustomer, Act::CustomerDecline, resent, Ok(State::Rejected)),
            (State::WithCustomer, Act::CustomerApprove, Hashes { sent: "", current: "", answered: "" }, Err(WordingChanged)),
            (State::Draft, Act::CustomerApprove, edited, Err(WordingChanged)),
            (State::InReview, Act::CustomerHold, edited, Err(WordingChanged)),
            (State::Withdrawn, Act::CustomerApprove, edited, Err(NotNow { state: State::Withdrawn, act: Act::CustomerApprove })),
            (State::InReview, Act::Approve, same, Err(NotNow { state: State::InReview, act: Act::Approve })),
        ] {
            assert_eq!(answer(state, None, act, &hashes), expect, "{act} on {state}: {hashes:?}");
        }
        assert_eq!(approve(State::WithCustomer, None, &same).map(|task| task.hash().to_owned()), Ok("a".to_owned()));
        assert_eq!(approve(State::WithCustomer, None, &resent), Err(WordingChanged));
        for (current, wanted, state, fits) in [
            ("a", "a", State::Approved, true),
            ("a", "a", State::Scheduled, true),
            ("a", "a", State::Failed, true),
            ("a", "a", State::OnHold, false),
            ("a", "a", State::WithCustomer, false),
            ("b", "a", State::Scheduled, false),
            ("", "", State::Scheduled, false),
        ] {
            assert_eq!(approved(current, wanted, state).is_ok(), fits, "{state} {current} {wanted}");
        }
    }

    #[test]
    fn nobody_approves_a_day_that_has_passed() {
        let today = day("2027-01-15");
        for (act, planned_for, fits) in [
            (Act::CustomerApprove, Some("2027-01-16"), true),
            (Act::CustomerApprove, Some("2027-01-15"), true),
            (Act::CustomerApprove, Some("2027-01-14"), false),
            (Act::CustomerApprove, None, true),
            (Act::CustomerSuggest, Some("2027-01-14"), true),
            (Act::CustomerHold, Some("2027-01-14"), true),
            (Act::CustomerDecline, Some("2027-01-14"), true),
        ] {
            let expect = if fits { Ok(()) } else { Err(AmplificationRefusal::DayPassed) };
            assert_eq!(in_time(act, planned_for.map(day), today), expect, "{act} {planned_for:?}");
        }
    }

    #[test]
    fn nothing_was_public_before_it_was_approved() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        for (public_at, approved_at, fits) in [
            ("2027-01-20T10:00:00Z", "2027-01-15T09:00:00Z", true),
            ("2027-01-20T09:05:00Z", "2027-01-20T09:04:59Z", true),
            // The form takes minutes: within one, nobody knows what came first.
            ("2027-01-20T09:04:00Z", "2027-01-20T09:04:59Z", true),
            ("2027-01-20T09:03:59Z", "2027-01-20T09:04:00Z", false),
            ("2027-01-20T00:01:00Z", "2027-01-20T09:04:59Z", false),
            ("2027-01-20T00:01:00Z", "2027-01-21T00:00:30Z", false),
        ] {
            let approved_at = at(approved_at);
            let expect = if fits { Ok(()) } else { Err(AmplificationRefusal::BeforeApproval { approved_at }) };
            assert_eq!(after_approval(at(public_at), Some(approved_at)), expect, "{public_at} after {approved_at}");
            assert_eq!(had_happened(approved_at, at(public_at)), fits, "{public_at} after {approved_at}");
        }
        assert_eq!(after_approval(at("2027-01-20T10:00:00Z"), None), Err(AmplificationRefusal::NotApproved));
        for refusal in
            [AmplificationRefusal::BeforeApproval { approved_at: at("2027-01-20T09:04:59Z") }, AmplificationRefusal::BeforeConsent]
        {
            assert_eq!(refusal.field(), Some("published_at"), "{refusal:?}");
        }
        let sentence = AmplificationRefusal::BeforeApproval { approved_at: at("2027-01-20T09:04:59Z") }.sentence();
        assert!(sentence.starts_with("The customer approved this on Wed 20 Jan, 09:04 UTC"), "{sentence}");
    }

    #[test]
    fn a_plan_is_read_against_what_stands() {
        let stands = Stands {
            today: day("2027-01-15"),
            due_day: day("2027-01-01"),
            planned_for: Some(day("2027-01-12")),
            person: Some(7),
            company: 9,
        };
        let typed = TypedTask {
            owner: "3",
            due_day: "2027-01-22",
            planned_for: "2027-01-20",
            approver_name: " Amara  Okafor ",
            approver_email: "Amara@Meridian.example",
            shows: vec!["person:name", "company:company name", "person:name"],
            ..TypedTask::default()
        };
        let expect = TaskPlan {
            owner: Some(3),
            due_day: day("2027-01-22"),
            planned_for: Some(day("2027-01-20")),
            approver: Some(("Amara Okafor".into(), Email::parse("amara@meridian.example").unwrap())),
            uses: BTreeSet::from([(Subject::Person(7), Scope::Name), (Subject::Company(9), Scope::CompanyName)]),
        };
        assert_eq!(TaskPlan::parse(&typed, &stands), Ok(expect));
        let least = TypedTask { due_day: "2027-01-01", planned_for: "2027-01-12", ..TypedTask::default() };
        let expect = TaskPlan {
            owner: None,
            due_day: day("2027-01-01"),
            planned_for: Some(day("2027-01-12")),
            approver: None,
            uses: BTreeSet::new(),
        };
        assert_eq!(TaskPlan::parse(&least, &stands), Ok(expect), "a day that stands may have passed");
        let wrong = TypedTask {
            owner: "Priya",
            due_day: "soon",
            planned_for: "2027-01-13",
            approver_name: "",
            approver_email: "amara@meridian.example",
            shows: vec!["person:logo"],
            ..TypedTask::default()
        };
        let fields = |typed: &TypedTask<'_>, stands: &Stands| -> Vec<&'static str> {
            TaskPlan::parse(typed, stands).unwrap_err().iter().map(|why| why.field).collect()
        };
        assert_eq!(fields(&wrong, &stands), ["owner", "due_day", "planned_for", "approver_name", "shows"]);
        for (due_day, fits) in [("2027-01-15", true), ("2027-01-01", true), ("2027-01-14", false), ("2020-01-01", false)] {
            assert_eq!(TaskPlan::parse(&TypedTask { due_day, ..least.clone() }, &stands).is_ok(), fits, "{due_day}");
        }
        for word in ["name", "person:nickname", "person:reference call", "company:name", "staff:name", ""] {
            assert_eq!(fields(&TypedTask { shows: vec![word], ..least.clone() }, &stands), ["shows"], "{word}");
        }
        let of_company = Stands { person: None, ..stands };
        assert_eq!(fields(&TypedTask { shows: vec!["person:name"], ..least }, &of_company), ["shows"]);
    }

    #[test]
    fn refusals_say_what_to_do() {
        let missing = AmplificationRefusal::NotTheDay { approved: day("2027-02-12") };
        assert_eq!(
            missing.sentence(),
            "The customer approved Friday 12 February 2027 only, counted in UTC. For another day, change the day and send it to them again."
        );
        for state in State::ALL {
            for act in [Act::Publish, Act::CustomerApprove] {
                let sentence = AmplificationRefusal::NotNow { state: *state, act }.sentence();
                assert!(sentence.ends_with('.') && !sentence.contains('!'), "{sentence}");
            }
        }
    }

    // ---- the hash ------------------------------------------------------------------------------------------------------

    /// A piece that owns its words.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct Owned {
        channel: Channel,
        language: String,
        body: String,
        link: String,
        image: Option<String>,
        image_alt: String,
    }

    #[derive(Debug, Clone)]
    struct Whole {
        day: NaiveDate,
        wordings: Vec<Owned>,
        uses: Vec<(Subject, Scope)>,
    }

    impl Whole {
        fn hash(&self) -> String {
            let wordings = self
                .wordings
                .iter()
                .map(|one| Piece {
                    channel: one.channel,
                    language: &one.language,
                    body: &one.body,
                    link: &one.link,
                    image: one.image.as_deref(),
                    image_alt: &one.image_alt,
                })
                .collect();
            package_hash(&Package { day: self.day, wordings, uses: self.uses.clone() })
        }

        /// The same, whatever the order.
        fn sorted(&self) -> (NaiveDate, Vec<Owned>, BTreeSet<(Subject, Scope)>) {
            let mut wordings = self.wordings.clone();
            wordings.sort();
            (self.day, wordings, self.uses.iter().copied().collect())
        }
    }

    /// Words of few letters, among them those the hash writes itself.
    fn words() -> impl Strategy<Value = String> {
        "[ab0-3: ]{0,4}"
    }

    fn owned() -> impl Strategy<Value = Owned> {
        let image = proptest::option::of("[ab]{1,2}");
        (proptest::sample::select(Channel::ALL), words(), words(), words(), image, words())
            .prop_map(|(channel, language, body, link, image, image_alt)| Owned { channel, language, body, link, image, image_alt })
    }

    fn whole() -> impl Strategy<Value = Whole> {
        let subject = (any::<bool>(), 0_i64..12).prop_map(|(person, id)| if person { Subject::Person(id) } else { Subject::Company(id) });
        let uses = proptest::collection::vec((subject, proptest::sample::select(Scope::ALL)), 0..3);
        (0_u64..3, proptest::collection::vec(owned(), 0..3), uses).prop_map(|(after, wordings, uses)| Whole {
            day: day("2027-01-15") + chrono::Days::new(after),
            wordings,
            uses,
        })
    }

    proptest! {
        #[test]
        fn the_order_of_the_pieces_does_not_matter(whole in whole()) {
            let mut turned = whole.clone();
            turned.wordings.reverse();
            turned.uses.reverse();
            prop_assert_eq!(whole.hash(), turned.hash());
        }

        #[test]
        fn two_packages_have_one_hash_only_when_they_are_the_same(one in whole(), other in whole()) {
            prop_assert_eq!(one.hash() == other.hash(), one.sorted() == other.sorted());
        }

        #[test]
        fn any_change_of_any_part_changes_it(whole in whole(), extra in owned(), part in 0_usize..9, at in 0_usize..8) {
            let mut changed = whole.clone();
            if changed.wordings.is_empty() {
                changed.wordings.push(extra.clone());
            }
            let base = changed.clone();
            let index = at % changed.wordings.len();
            let piece = &mut changed.wordings[index];
            match part {
                0 => piece.language.push('x'),
                1 => piece.body.push('x'),
                2 => piece.link.push('x'),
                3 => piece.image = Some(piece.image.clone().map_or_else(|| "x".to_owned(), |image| image + "x")),
                4 => piece.image_alt.push('x'),
                5 => piece.channel = if piece.channel == Channel::X { Channel::Blog } else { Channel::X },
                6 => changed.day = changed.day.succ_opt().unwrap(),
                7 => changed.uses.push((Subject::Person(99), Scope::Name)),
                _ => changed.wordings.push(extra),
            }
            prop_assert_ne!(base.hash(), changed.hash());
        }
    }

    #[test]
    fn the_hash_is_written_as_it_was() {
        let piece = Piece { channel: Channel::Blog, language: "en", body: "Well done.", link: "", image: None, image_alt: "" };
        let package = |uses| Package { day: day("2027-01-20"), wordings: vec![piece.clone()], uses };
        let use_ = (Subject::Person(7), Scope::Name);
        let written = "15:amplification 110:2027-01-201:11:14:blog2:en10:Well done.0:0:0:8:person 74:name";
        assert_eq!(package_hash(&package(vec![use_])), content_hash(written));
        assert_eq!(package_hash(&package(vec![use_, use_])), content_hash(written), "shown twice is shown once");
    }
}
