//! Something to celebrate, made through the program's own verbs: an achievement of somebody who comes, and its task as far
//! as a check wants it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::achievement::Typed;
use domain::advocacy::amplification::{Act, State, TypedTask};
use domain::advocacy::consent::{Channel, Scope, Wish, usual_end};
use domain::advocacy::wording::TypedWording;
use store::advocacy::amplification::{self, Task};
use store::advocacy::consent::{self, Giver};
use store::outbox::Mail;
use store::{Actor, Db};

use crate::world::{Plan, World, now, proved, staff};

/// Where everything that is public can be seen.
pub const URL: &str = "https://halden.example/news/the-prize";
/// The day everything is planned for, unless a check says otherwise.
pub const DAY: &str = "2027-01-20";

/// Somebody who comes, with a name they let be shown; one who writes and owns, and one who looks at it.
pub struct Celebration {
    pub db: Db,
    /// The person's invitation.
    pub guest: i64,
    pub priya: i64,
    pub otto: i64,
}

impl Celebration {
    /// Nothing verified yet.
    pub async fn new(db: &Db) -> Self {
        let world = World::new(db, 2, 4).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let guest = world.name(0, 1).await[0];
        world.accept(guest).await;
        let priya = staff(db, "priya@halden.example", Role::Marketing).await;
        let otto = staff(db, "otto@halden.example", Role::Marketing).await;
        let wish = Wish { scope: Scope::Name, channels: Channel::ALL.to_vec(), until: usual_end(now().date_naive()), exactly: true };
        consent::give(db, now(), Giver::Invitation(guest), &wish).await.expect("a consent");
        mails(db, "").await;
        Self { db: db.clone(), guest, priya, otto }
    }

    /// An award of the person's, verified by its owner; answers its task, a draft due on Friday 22 January 2027.
    pub async fn verified(&self, title: &str) -> i64 {
        self.reported(title, "p0@company0.example", "").await
    }

    /// As [`Celebration::verified`], of a company alone.
    pub async fn verified_of(&self, title: &str, company: &str) -> i64 {
        self.reported(title, "", company).await
    }

    async fn reported(&self, title: &str, email: &str, company: &str) -> i64 {
        let by = Actor::Staff(self.priya);
        let typed = Typed { kind: "award", email, company, title, day: "2027-01-12", ..Typed::default() };
        let id = store::advocacy::achievement::report(&self.db, now(), by, &typed).await.expect("a report").id();
        store::advocacy::achievement::verify(&self.db, now(), by, id, 1).await.expect("verified").task
    }

    /// The task's page.
    pub async fn task(&self, id: i64) -> Task {
        amplification::task(&self.db, now(), id).await.expect("the task").expect("a task")
    }

    /// Words for a channel, in English, by its owner.
    pub async fn write(&self, id: i64, channel: &str, body: &str) {
        let typed = TypedWording { channel, language: "en", body, ..TypedWording::default() };
        let revision = self.task(id).await.revision;
        amplification::save_wording(&self.db, now(), Actor::Staff(self.priya), id, revision, &typed).await.expect("a wording");
    }

    /// Planned for that day, showing the person's name.
    pub async fn plan(&self, id: i64, day: &str) {
        let (owner, task) = (self.priya.to_string(), self.task(id).await);
        let typed = TypedTask {
            owner: &owner,
            due_day: "2027-01-22",
            planned_for: day,
            approver_name: "Person 0 of 0",
            approver_email: "p0@company0.example",
            shows: vec!["person:name"],
            ..TypedTask::default()
        };
        amplification::save_plan(&self.db, now(), Actor::Staff(self.priya), id, task.revision, &typed).await.expect("a plan");
    }

    /// One step, without words.
    pub async fn step(&self, at: DateTime<Utc>, id: i64, by: i64, act: Act) -> State {
        let revision = self.task(id).await.revision;
        amplification::step(&self.db, at, Actor::Staff(by), id, revision, act, "A word of why.").await.expect("a step")
    }

    /// Written for these channels, planned, reviewed and sent at [`now`]; answers the task and the key of the link.
    pub async fn sent(&self, title: &str, channels: &[&str], day: &str) -> (i64, String) {
        let id = self.verified(title).await;
        for channel in channels {
            self.write(id, channel, &format!("Well done, {channel}.")).await;
        }
        self.plan(id, day).await;
        self.step(now(), id, self.priya, Act::Submit).await;
        self.step(now(), id, self.otto, Act::Approve).await;
        self.step(now(), id, self.priya, Act::Send).await;
        let key = mails(&self.db, "approval-asked").await.pop().expect("a mail").secret.expect("a secret").link.expect("a link");
        (id, key)
    }

    /// The customer's answer, to what they have before them.
    pub async fn answer(&self, at: DateTime<Utc>, key: &str, act: Act) -> State {
        let hash = amplification::for_approval(&self.db, at, key).await.expect("the page").expect("a page").hash;
        amplification::answer(&self.db, at, key, &hash, act, "", proved()).await.expect("an answer")
    }

    /// Sent, approved and scheduled for that day; answers the task and the key of the customer's link.
    pub async fn scheduled(&self, title: &str, channels: &[&str], day: &str) -> (i64, String) {
        let (id, key) = self.sent(title, channels, day).await;
        self.answer(now(), &key, Act::CustomerApprove).await;
        assert_eq!(self.step(now(), id, self.priya, Act::Schedule).await, State::Scheduled);
        (id, key)
    }

    /// The publication of a wording that stands.
    pub async fn publication(&self, id: i64, channel: Channel) -> i64 {
        let task = self.task(id).await;
        let wording = task.wordings.iter().find(|one| one.channel == channel).expect("a wording");
        wording.publication.as_ref().expect("a publication").id
    }

    /// Public on a channel, at [`URL`] with the channel behind it.
    pub async fn publish(&self, at: DateTime<Utc>, id: i64, channel: Channel) -> State {
        let publication = self.publication(id, channel).await;
        let url = format!("{URL}/{channel}");
        amplification::publish(&self.db, at, Actor::Staff(self.priya), publication, &url, at).await.expect("public")
    }
}

/// An instant.
#[must_use]
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A day.
#[must_use]
pub fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a day")
}

/// Every mail of a kind that was not looked at yet. All that are due have left after this.
pub async fn mails(db: &Db, kind: &str) -> Vec<Mail> {
    let due = store::outbox::lease(db, now() + TimeDelta::days(4_000), 500).await.expect("mails");
    for mail in &due {
        store::outbox::mark_sent(db, now(), mail.id).await.expect("sent");
    }
    due.into_iter().filter(|mail| mail.kind == kind).collect()
}
