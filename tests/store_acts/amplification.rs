//! Amplification tasks: nothing is public but what the customer approved, on its day, with every consent.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::achievement::Typed;
use domain::advocacy::amplification::{Act, AmplificationRefusal, HeldBy, Hold, State};
use domain::advocacy::consent::{Channel, Group, Scope, Wish, usual_end};
use domain::advocacy::publication::{PublicationRefusal, State as PublicationState, Why, take_down_due};
use domain::advocacy::result::TypedResult;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use store::advocacy::amplification::{
    self, Task, TypedTask, TypedWording, add_image, answer, end_wording, for_approval, image_by_token, image_of_task, publish, save_plan,
    save_wording,
};
use store::advocacy::consent::{self, Giver, Stopped};
use store::advocacy::publication::{cancel, close_take_down};
use store::advocacy::reminder::remind_due;
use store::entity::{amplification_step, ledger_entry, publication, publish_decision, take_down};
use store::outbox::{Mail, Message};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::world::{Plan, World, now, proved, staff};

const URL: &str = "https://halden.example/news/the-prize";
const PROOF: &str = "Checked on Monday: the page answers 404.";
/// The day everything is planned for.
const DAY: &str = "2027-01-20";

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn fields<T: std::fmt::Debug>(result: Result<T, Halt<AmplificationRefusal>>) -> Vec<&'static str> {
    match refusal(result) {
        AmplificationRefusal::Fields(fields) => fields.into_iter().map(|why| why.field).collect(),
        other => panic!("{other:?}"),
    }
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Ten in the morning of the day everything is planned for.
fn on_its_day() -> DateTime<Utc> {
    at("2027-01-20T10:00:00Z")
}

/// A verified achievement of somebody who comes; who writes and who looks at it.
struct Stage {
    db: Db,
    guest: i64,
    priya: i64,
    otto: i64,
    id: i64,
}

impl Stage {
    async fn new(db: &Db) -> Self {
        let world = World::new(db, 1, 4).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let guest = world.name(0, 1).await[0];
        world.accept(guest).await;
        let priya = staff(db, "priya@halden.example", Role::Marketing).await;
        let otto = staff(db, "otto@halden.example", Role::Marketing).await;
        let typed =
            Typed { kind: "award", email: "p0@company0.example", title: "Innovator of the Year", day: "2027-01-12", ..Typed::default() };
        let id = store::advocacy::achievement::report(db, now(), Actor::Staff(priya), &typed).await.unwrap().id();
        let task = store::advocacy::achievement::verify(db, now(), Actor::Staff(priya), id, 1).await.unwrap().task;
        mails(db, "").await;
        Self { db: db.clone(), guest, priya, otto, id: task }
    }

    fn priya(&self) -> Actor {
        Actor::Staff(self.priya)
    }

    fn otto(&self) -> Actor {
        Actor::Staff(self.otto)
    }

    async fn task(&self) -> Task {
        amplification::task(&self.db, now(), self.id).await.unwrap().unwrap()
    }

    async fn allow(&self, scope: Scope) {
        let today = now().date_naive();
        let wish = Wish { scope, channels: Channel::ALL.to_vec(), until: usual_end(today), exactly: true };
        consent::give(&self.db, now(), Giver::Invitation(self.guest), &wish).await.unwrap();
    }

    async fn withdraw(&self, scope: Scope, channels: &[Channel]) -> Option<Stopped> {
        consent::withdraw(&self.db, now(), Giver::Invitation(self.guest), scope, channels).await.unwrap()
    }

    async fn write(&self, channel: &str, body: &str) -> Result<(), Halt<AmplificationRefusal>> {
        let revision = self.task().await.revision;
        save_wording(&self.db, now(), self.priya(), self.id, revision, &words(channel, body)).await
    }

    async fn plan(&self, day: &str, shows: &[&str]) -> Result<(), Halt<AmplificationRefusal>> {
        let (owner, revision) = (self.priya.to_string(), self.task().await.revision);
        let typed = TypedTask { shows: shows.to_vec(), ..typed(&owner, day) };
        save_plan(&self.db, now(), self.priya(), self.id, revision, &typed).await
    }

    async fn step(&self, by: Actor, act: Act, comment: &str) -> Result<State, Halt<AmplificationRefusal>> {
        let revision = self.task().await.revision;
        amplification::step(&self.db, now(), by, self.id, revision, act, comment).await
    }

    /// Written for these channels, planned, looked at, sent; answers the key of the customer's link.
    async fn send(&self, channels: &[&str]) -> String {
        for channel in channels {
            self.write(channel, &format!("Well done, {channel}.")).await.unwrap();
        }
        self.plan(DAY, &["person:name"]).await.unwrap();
        self.send_again().await
    }

    /// Through review to the customer, as it is.
    async fn send_again(&self) -> String {
        self.step(self.priya(), Act::Submit, "").await.unwrap();
        self.step(self.otto(), Act::Approve, "").await.unwrap();
        assert_eq!(self.step(self.priya(), Act::Send, "").await.unwrap(), State::WithCustomer);
        self.link().await
    }

    /// The key that was mailed last.
    async fn link(&self) -> String {
        mails(&self.db, "approval-asked").await.pop().expect("a mail").secret.unwrap().link.unwrap()
    }

    /// Sent, approved by the customer, and scheduled; answers the key and the hash.
    async fn schedule(&self, channels: &[&str]) -> (String, String) {
        let key = self.send(channels).await;
        let hash = self.hash(&key).await;
        assert_eq!(self.answer(&key, &hash, Act::CustomerApprove, "").await.unwrap(), State::Approved);
        assert_eq!(self.step(self.priya(), Act::Schedule, "").await.unwrap(), State::Scheduled);
        (key, hash)
    }

    async fn hash(&self, key: &str) -> String {
        for_approval(&self.db, now(), key).await.unwrap().expect("a page").hash
    }

    async fn answer(&self, key: &str, hash: &str, act: Act, comment: &str) -> Result<State, Halt<AmplificationRefusal>> {
        answer(&self.db, now(), key, hash, act, comment, proved()).await
    }

    /// The publication of a wording that stands.
    async fn publication(&self, channel: Channel) -> i64 {
        let task = self.task().await;
        let wording = task.wordings.iter().find(|one| one.channel == channel).expect("a wording");
        wording.publication.as_ref().expect("a publication").id
    }

    async fn publish(&self, channel: Channel) -> Result<State, Halt<AmplificationRefusal>> {
        publish(&self.db, on_its_day(), self.priya(), self.publication(channel).await, URL, on_its_day()).await
    }

    /// The states of its publications, in the order they were planned.
    async fn publications(&self) -> Vec<String> {
        let rows = publication::Entity::find()
            .filter(publication::Column::AmplificationId.eq(self.id))
            .order_by_asc(publication::Column::Id)
            .all(self.db.read())
            .await
            .unwrap();
        rows.into_iter().map(|row| row.state).collect()
    }

    /// What the ledger's entries about it come to, and how many they are.
    async fn give(&self) -> (i32, usize) {
        let rows = ledger_entry::Entity::find().all(self.db.read()).await.unwrap();
        (rows.iter().map(|row| row.weight.signum()).sum(), rows.len())
    }

    /// What happened, in order.
    async fn steps(&self) -> Vec<Act> {
        let mut steps: Vec<Act> = self.task().await.steps.iter().map(|step| step.act).collect();
        steps.reverse();
        steps
    }
}

fn words<'a>(channel: &'a str, body: &'a str) -> TypedWording<'a> {
    TypedWording { channel, language: "en", body, ..TypedWording::default() }
}

fn typed<'a>(owner: &'a str, day: &'a str) -> TypedTask<'a> {
    TypedTask {
        owner,
        due_day: "2027-01-22",
        planned_for: day,
        approver_name: "Person 0 of 0",
        approver_email: "p0@company0.example",
        shows: vec!["person:name"],
        ..TypedTask::default()
    }
}

/// Every mail of a kind that is due and was not looked at yet.
async fn mails(db: &Db, kind: &str) -> Vec<Mail> {
    let due = store::outbox::lease(db, now() + TimeDelta::days(4_000), 500).await.unwrap();
    let (kept, rest): (Vec<Mail>, Vec<Mail>) = due.into_iter().partition(|mail| mail.kind == kind);
    for mail in rest.iter().chain(&kept) {
        store::outbox::mark_sent(db, now(), mail.id).await.unwrap();
    }
    kept
}

both_databases! {
    async fn from_the_first_words_to_what_is_public(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        let opened = stage.task().await;
        assert_eq!((opened.state, opened.due_day, opened.owner, opened.approver_email.as_str()), (State::Draft, day("2027-01-22"), Some(stage.priya), "p0@company0.example"));

        // What is missing is named, one after the other.
        assert_eq!(refusal(stage.step(stage.priya(), Act::Submit, "").await), AmplificationRefusal::NothingWritten);
        stage.write("blog", "Well done.").await.unwrap();
        assert_eq!(refusal(stage.step(stage.priya(), Act::Submit, "").await), AmplificationRefusal::NoDay);
        stage.plan(DAY, &[]).await.unwrap();
        assert_eq!(refusal(stage.step(stage.priya(), Act::Submit, "").await), AmplificationRefusal::NothingShown);
        // Whatever the words say, it is about a person: the firm's consents alone are not theirs.
        stage.plan(DAY, &["person:title", "company:company name"]).await.unwrap();
        assert_eq!(refusal(stage.step(stage.priya(), Act::Submit, "").await), AmplificationRefusal::NameNotShown);
        let revision = stage.task().await.revision;
        let nobody = TypedTask { approver_name: "", approver_email: "", ..typed("", DAY) };
        save_plan(db, now(), stage.priya(), stage.id, revision, &nobody).await.unwrap();
        assert_eq!(refusal(stage.step(stage.priya(), Act::Submit, "").await), AmplificationRefusal::NoApprover);
        let revision = stage.task().await.revision;
        let colleague = TypedTask { approver_email: "otto@halden.example", ..typed("", DAY) };
        assert_eq!(fields(save_plan(db, now(), stage.priya(), stage.id, revision, &colleague).await), ["approver_email"]);

        // Written, looked at, sent, approved, scheduled.
        stage.write("linkedin", "Well done indeed.").await.unwrap();
        stage.allow(Scope::Name).await;
        stage.plan(DAY, &["person:name"]).await.unwrap();
        let key = stage.send_again().await;
        let shown = for_approval(db, now(), &key).await.unwrap().unwrap();
        let texts: Vec<(Channel, &str)> = shown.wordings.iter().map(|one| (one.channel, one.body.as_str())).collect();
        assert_eq!(texts, [(Channel::Blog, "Well done."), (Channel::LinkedIn, "Well done indeed.")]);
        assert_eq!((shown.day, shown.shows.as_slice(), shown.state), (Some(day(DAY)), &[("Person 0 of 0".to_owned(), vec![Scope::Name])][..], State::WithCustomer));
        assert_eq!(shown.hash, shown.sent_hash);
        assert_eq!(refusal(stage.step(stage.priya(), Act::Schedule, "").await), AmplificationRefusal::NotNow { state: State::WithCustomer, act: Act::Schedule });
        assert_eq!(stage.answer(&key, &shown.hash, Act::CustomerApprove, "").await.unwrap(), State::Approved);
        assert_eq!(stage.answer(&key, &shown.hash, Act::CustomerApprove, "").await.unwrap(), State::Approved);
        let told = mails(db, "approval-answered").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["priya@halden.example"], "its owner, once");
        assert!(matches!(told[0].message, Message::ApprovalAnswered { answer: Act::CustomerApprove, .. }), "{:?}", told[0].message);
        stage.step(stage.priya(), Act::Schedule, "").await.unwrap();
        stage.step(stage.priya(), Act::Schedule, "").await.unwrap();
        assert_eq!(stage.publications().await, ["planned", "planned"]);

        // Public on one channel, then on both: recognised at the first, and one give.
        assert_eq!(stage.publish(Channel::Blog).await.unwrap(), State::Scheduled);
        assert_eq!(stage.publish(Channel::Blog).await.unwrap(), State::Scheduled);
        let blog = stage.publication(Channel::Blog).await;
        assert_eq!(fields(publish(db, on_its_day(), stage.priya(), blog, "https://halden.example/other", on_its_day()).await), ["url"]);
        let late = on_its_day() + TimeDelta::hours(3);
        let linkedin = stage.publication(Channel::LinkedIn).await;
        assert_eq!(publish(db, late, stage.priya(), linkedin, URL, late).await.unwrap(), State::Published);
        let public = stage.task().await;
        assert_eq!((public.state, public.recognised_at, public.approved_hash.as_str()), (State::Published, Some(on_its_day()), shown.hash.as_str()));
        assert!(public.wordings.iter().all(|one| one.publication.as_ref().is_some_and(|one| one.state == PublicationState::Live && one.url == URL)));
        assert_eq!(stage.give().await, (1, 1));
        let entry = ledger_entry::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((entry.side.as_str(), entry.source, entry.happened_on, entry.recorded_by), ("give", format!("amplification:{}", stage.id), day(DAY), Some(stage.priya)));
        let rows = publication::Entity::find().all(db.read()).await.unwrap();
        assert!(rows.iter().all(|row| row.approved_hash == shown.hash), "each rests on what was approved");
        let happened = [Act::Submit, Act::Approve, Act::Send, Act::CustomerApprove, Act::Schedule, Act::Publish, Act::Publish];
        assert_eq!(stage.steps().await, happened);
        assert_eq!(refusal(stage.write("blog", "Better.").await), AmplificationRefusal::NotNow { state: State::Published, act: Act::Edit });

        // The customer's page knows; it can no longer be held.
        let held = refusal(stage.answer(&key, &shown.hash, Act::CustomerHold, "").await);
        assert_eq!(held, AmplificationRefusal::NotNow { state: State::Published, act: Act::CustomerHold });
        // What belongs to a task is published and cancelled there only.
        assert_eq!(refusal(cancel(db, now(), stage.priya(), blog, 2).await), PublicationRefusal::OfTask);
        assert_eq!(refusal(store::advocacy::publication::publish(db, now(), stage.priya(), blog, 2, URL).await), PublicationRefusal::OfTask);

        // Once every publication has its figures, it is measured.
        let counted = TypedResult { impressions: "4120", clicks: "311", reactions: "96", comments: "11", value: "0", note: "", counted_on: "2027-01-27" };
        let week_on = at("2027-01-27T09:00:00Z");
        for (publication, state) in [(blog, State::Published), (linkedin, State::Measured)] {
            store::advocacy::result::save(db, week_on, stage.priya(), publication, &counted).await.unwrap();
            assert_eq!(stage.task().await.state, state);
        }
        let counted = stage.task().await.wordings[0].publication.as_ref().and_then(|one| one.result.as_ref()).map(|one| (one.impressions, one.counted_on));
        assert_eq!(counted, Some((4_120, day("2027-01-27"))));
    }
}

both_databases! {
    async fn four_eyes_look_at_it_and_say_why_not(scratch) {
        let stage = Stage::new(&scratch.db).await;
        stage.write("blog", "Well done.").await.unwrap();
        stage.plan(DAY, &["person:name"]).await.unwrap();
        stage.step(stage.priya(), Act::Submit, "").await.unwrap();
        assert_eq!(refusal(stage.step(stage.priya(), Act::Approve, "").await), AmplificationRefusal::FourEyes);
        assert_eq!(refusal(stage.step(Actor::System, Act::Approve, "").await), AmplificationRefusal::FourEyes);
        for (act, state) in [(Act::RequestChanges, State::ChangesRequested), (Act::Hold, State::OnHold), (Act::Reject, State::Rejected)] {
            assert_eq!(refusal(stage.step(stage.otto(), act, "  ").await), AmplificationRefusal::CommentNeeded, "{act}");
            assert_eq!(stage.task().await.state, State::InReview);
            assert_eq!(stage.step(stage.otto(), act, "It is too dry.").await.unwrap(), state, "{act}");
            let step = stage.task().await.steps.remove(0);
            assert_eq!((step.act, step.to_state, step.by.as_str(), step.comment.as_str()), (act, state, "marketing", "It is too dry."));
            match act {
                Act::RequestChanges => {
                    stage.step(stage.priya(), Act::Submit, "").await.unwrap();
                }
                Act::Hold => {
                    assert_eq!(stage.step(stage.priya(), Act::Resume, "").await.unwrap(), State::InReview);
                }
                _ => {}
            }
        }
        // Only the wordings as they stand count: once somebody else rewrote it, its first writer may approve.
        let other = Stage::new_task(&stage, "Another prize").await;
        other.write("blog", "Well done.").await.unwrap();
        let revision = other.task().await.revision;
        save_wording(&other.db, now(), other.otto(), other.id, revision, &words("blog", "Very well done.")).await.unwrap();
        other.plan(DAY, &["person:name"]).await.unwrap();
        other.step(other.priya(), Act::Submit, "").await.unwrap();
        assert_eq!(refusal(other.step(other.otto(), Act::Approve, "").await), AmplificationRefusal::FourEyes);
        assert_eq!(other.step(other.priya(), Act::Approve, "").await.unwrap(), State::ApprovedInternally);
        assert_eq!(other.step(other.priya(), Act::Approve, "").await.unwrap(), State::ApprovedInternally);
        let versions: Vec<(i32, String)> = other.task().await.versions.into_iter().map(|one| (one.version, one.body)).collect();
        assert_eq!(versions, [(1, "Well done.".to_owned())], "what was written before is kept");
    }
}

impl Stage {
    /// One more achievement of the same person, with its task.
    async fn new_task(stage: &Self, title: &str) -> Self {
        let typed = Typed { kind: "award", email: "p0@company0.example", title, day: "2026-06-12", ..Typed::default() };
        let id = store::advocacy::achievement::report(&stage.db, now(), stage.priya(), &typed).await.unwrap().id();
        let task = store::advocacy::achievement::verify(&stage.db, now(), stage.priya(), id, 1).await.unwrap().task;
        Self { db: stage.db.clone(), id: task, ..*stage }
    }
}

both_databases! {
    async fn any_edit_voids_the_approval_and_cancels_what_is_planned(scratch) {
        let first = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        first.allow(Scope::Name).await;
        first.allow(Scope::Title).await;
        for (number, what) in ["words", "channel", "image", "day", "shows", "address"].into_iter().enumerate() {
            let stage = Stage::new_task(&first, &format!("Prize {number}")).await;
            let (key, hash) = stage.schedule(&["blog", "linkedin"]).await;
            let (task, owner) = (stage.task().await, stage.priya.to_string());
            // Who owns it and until when voids nothing.
            let mine = TypedTask { due_day: "2027-01-25", ..typed("", DAY) };
            save_plan(db, now(), stage.priya(), stage.id, task.revision, &mine).await.unwrap();
            let stands = stage.task().await;
            assert_eq!((stands.state, stands.owner, stands.approved_hash.as_str()), (State::Scheduled, None, hash.as_str()));
            let revision = stands.revision;
            let plan = TypedTask { due_day: "2027-01-25", ..typed(&owner, DAY) };
            match what {
                "words" => save_wording(db, now(), stage.otto(), stage.id, revision, &words("blog", "Better.")).await.unwrap(),
                "channel" => end_wording(db, now(), stage.otto(), stage.id, revision, "blog", "en").await.unwrap(),
                "image" => {
                    let image = add_image(db, now(), stage.otto(), stage.id, revision, png(1)).await.unwrap();
                    assert_eq!(stage.task().await.state, State::Scheduled, "alone it voids nothing");
                    let (image, body) = (image.to_string(), "Well done, blog.");
                    let shown = TypedWording { image: &image, image_alt: "A cup", ..words("blog", body) };
                    save_wording(db, now(), stage.otto(), stage.id, revision, &shown).await.unwrap();
                }
                "day" => save_plan(db, now(), stage.otto(), stage.id, revision, &TypedTask { planned_for: "2027-01-21", ..plan }).await.unwrap(),
                "shows" => save_plan(db, now(), stage.otto(), stage.id, revision, &TypedTask { shows: vec!["person:name", "person:title"], ..plan }).await.unwrap(),
                _ => save_plan(db, now(), stage.otto(), stage.id, revision, &TypedTask { approver_email: "mei@company0.example", ..plan }).await.unwrap(),
            }
            let edited = stage.task().await;
            assert_eq!((edited.state, edited.approved_hash.as_str(), edited.sent_hash.as_str(), edited.approved_at), (State::Draft, "", "", None), "{what}");
            assert_eq!(stage.publications().await, ["cancelled", "cancelled"], "{what}");
            assert_eq!(stage.steps().await.last(), Some(&Act::Edit), "{what}");
            // What was not sent is not shown; the old approval does not hold for it, and neither does the link of somebody else.
            let page = for_approval(db, now(), &key).await.unwrap();
            let again = refusal(stage.answer(&key, &hash, Act::CustomerApprove, "").await);
            if what == "address" {
                assert_eq!((page, again), (None, AmplificationRefusal::LinkOver));
            } else {
                let page = page.expect("a page that says so");
                assert_eq!((page.wordings.len(), page.day, page.shows.len(), page.sent_hash.as_str()), (0, None, 0, ""), "{what}");
                assert_eq!(again, AmplificationRefusal::WordingChanged, "{what}");
            }
            assert_eq!(stage.task().await.state, State::Draft, "{what}");
        }
    }
}

fn showing(image: &str) -> TypedWording<'_> {
    TypedWording { image, image_alt: "A cup", ..words("blog", "Well done.") }
}

/// A picture, as far as anybody looks.
fn png(number: u8) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], &[number]].concat()
}

both_databases! {
    async fn an_approval_is_of_exactly_what_they_have_before_them(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.allow(Scope::Name).await;
        let old = stage.send(&["blog"]).await;
        let old_hash = stage.hash(&old).await;
        assert_eq!(refusal(stage.answer(&old, "another", Act::CustomerApprove, "").await), AmplificationRefusal::WordingChanged);
        stage.write("blog", "Very well done.").await.unwrap();
        let key = stage.send_again().await;
        assert_ne!(key, old);
        assert_eq!(for_approval(db, now(), &old).await.unwrap(), None, "a new link, and the old one is dead");
        assert_eq!(refusal(stage.answer(&old, &old_hash, Act::CustomerApprove, "").await), AmplificationRefusal::LinkOver);
        assert_eq!(refusal(stage.answer(&key, &old_hash, Act::CustomerApprove, "").await), AmplificationRefusal::WordingChanged);
        assert_eq!(refusal(stage.answer(&key, &old_hash, Act::CustomerSuggest, "Shorter.").await), AmplificationRefusal::WordingChanged);
        assert_eq!(stage.task().await.state, State::WithCustomer);

        // Sent once more, the same: a new link again; a second press of the button is the first.
        let hash = stage.hash(&key).await;
        assert_eq!(stage.step(stage.priya(), Act::Send, "").await.unwrap(), State::WithCustomer);
        assert!(mails(db, "approval-asked").await.is_empty(), "just sent");
        let later = now() + TimeDelta::minutes(5);
        let revision = stage.task().await.revision;
        amplification::step(db, later, stage.priya(), stage.id, revision, Act::Send, "").await.unwrap();
        let third = stage.link().await;
        assert_eq!(refusal(stage.answer(&key, &hash, Act::CustomerApprove, "").await), AmplificationRefusal::LinkOver);
        assert_eq!(stage.hash(&third).await, hash);
        let over = at("2027-02-20T00:00:00Z");
        assert_eq!(refusal(answer(db, over, &third, &hash, Act::CustomerApprove, "", proved()).await), AmplificationRefusal::LinkOver);
        assert!(for_approval(db, over - TimeDelta::seconds(1), &third).await.unwrap().is_some());
        assert_eq!(refusal(stage.answer("apv_unknown", &hash, Act::CustomerApprove, "").await), AmplificationRefusal::LinkOver);
        assert_eq!(stage.answer(&third, &hash, Act::CustomerApprove, "").await.unwrap(), State::Approved);
        let mail = refusal(stage.answer(&third, &hash, Act::Approve, "").await);
        assert_eq!(mail, AmplificationRefusal::NotNow { state: State::Approved, act: Act::Approve }, "the host's acts are not the customer's");
        assert_eq!(refusal(stage.step(stage.priya(), Act::CustomerApprove, "").await), AmplificationRefusal::NotNow { state: State::Approved, act: Act::CustomerApprove });
    }
}

both_databases! {
    async fn the_customer_suggests_holds_or_declines(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.allow(Scope::Name).await;
        let (key, hash) = stage.schedule(&["blog"]).await;

        // Held until publication: nobody of the host's lets it go on, and nothing goes public.
        assert_eq!(stage.answer(&key, &hash, Act::CustomerHold, "").await.unwrap(), State::OnHold);
        assert_eq!(stage.answer(&key, &hash, Act::CustomerHold, "").await.unwrap(), State::OnHold);
        assert_eq!(stage.task().await.hold, Some(Hold { from: State::Scheduled, by: HeldBy::Customer }));
        assert_eq!(refusal(stage.step(stage.priya(), Act::Resume, "").await), AmplificationRefusal::HeldByCustomer);
        assert_eq!(refusal(stage.publish(Channel::Blog).await), AmplificationRefusal::HeldByCustomer);
        assert_eq!(stage.answer(&key, &hash, Act::CustomerResume, "").await.unwrap(), State::Scheduled);
        // The host's hold is the host's to end, and the customer's theirs: it goes on once both let go.
        assert_eq!(stage.step(stage.priya(), Act::Hold, "Wait for the ceremony.").await.unwrap(), State::OnHold);
        assert_eq!(refusal(stage.answer(&key, &hash, Act::CustomerResume, "").await), AmplificationRefusal::NotNow { state: State::OnHold, act: Act::CustomerResume });
        assert_eq!(stage.answer(&key, &hash, Act::CustomerHold, "").await.unwrap(), State::OnHold);
        assert_eq!(stage.task().await.hold, Some(Hold { from: State::Scheduled, by: HeldBy::Both }));
        assert_eq!(refusal(stage.step(stage.priya(), Act::Resume, "").await), AmplificationRefusal::HeldByCustomer);
        assert_eq!(stage.answer(&key, &hash, Act::CustomerResume, "").await.unwrap(), State::OnHold);
        assert_eq!(stage.task().await.hold, Some(Hold { from: State::Scheduled, by: HeldBy::Host }));
        assert_eq!(refusal(stage.publish(Channel::Blog).await), AmplificationRefusal::NotNow { state: State::OnHold, act: Act::Publish });
        assert_eq!(stage.step(stage.priya(), Act::Resume, "").await.unwrap(), State::Scheduled);

        // A suggestion ends the approval, with what it says.
        assert_eq!(refusal(stage.answer(&key, &hash, Act::CustomerSuggest, " ").await), AmplificationRefusal::NothingSuggested);
        assert_eq!(stage.answer(&key, &hash, Act::CustomerSuggest, "Shorter, please.").await.unwrap(), State::ChangesRequested);
        assert_eq!(stage.answer(&key, &hash, Act::CustomerSuggest, "Shorter, please.").await.unwrap(), State::ChangesRequested);
        assert_eq!(stage.answer(&key, &hash, Act::CustomerSuggest, "And kinder.").await.unwrap(), State::ChangesRequested);
        let task = stage.task().await;
        assert_eq!((task.approved_hash.as_str(), task.sent_hash.as_str()), ("", hash.as_str()));
        let said: Vec<(&str, &str)> = task.steps.iter().take(2).map(|step| (step.by.as_str(), step.comment.as_str())).collect();
        assert_eq!(said, [("Person 0 of 0", "And kinder."), ("Person 0 of 0", "Shorter, please.")]);
        assert_eq!(stage.publications().await, ["cancelled"]);
        assert_eq!(refusal(stage.answer(&key, &hash, Act::CustomerApprove, "").await), AmplificationRefusal::NotNow { state: State::ChangesRequested, act: Act::CustomerApprove });

        // Written anew and sent, it is declined, without a reason; that stays so.
        stage.write("blog", "Well done.").await.unwrap();
        let key = stage.send_again().await;
        let hash = stage.hash(&key).await;
        assert_eq!(stage.answer(&key, &hash, Act::CustomerDecline, "").await.unwrap(), State::Rejected);
        assert_eq!(stage.answer(&key, "whatever", Act::CustomerDecline, "").await.unwrap(), State::Rejected);
        assert_eq!(refusal(stage.answer(&key, &hash, Act::CustomerApprove, "").await), AmplificationRefusal::NotNow { state: State::Rejected, act: Act::CustomerApprove });
        for act in [Act::Submit, Act::Send, Act::Schedule, Act::Reopen, Act::Hold] {
            assert_eq!(refusal(stage.step(stage.priya(), act, "Why").await), AmplificationRefusal::NotNow { state: State::Rejected, act });
        }
        let answers: Vec<Act> = mails(db, "approval-answered")
            .await
            .into_iter()
            .map(|mail| match mail.message {
                Message::ApprovalAnswered { answer, .. } => answer,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(answers, [Act::CustomerDecline], "those before were looked at with the new link");
    }
}

both_databases! {
    async fn without_a_consent_nothing_is_scheduled_and_every_reason_is_named(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        for channel in ["blog", "linkedin"] {
            stage.write(channel, "Well done.").await.unwrap();
        }
        stage.plan(DAY, &["person:name", "person:quote", "company:logo"]).await.unwrap();
        let key = stage.send_again().await;
        let hash = stage.hash(&key).await;
        stage.answer(&key, &hash, Act::CustomerApprove, "").await.unwrap();
        stage.allow(Scope::Name).await;
        let AmplificationRefusal::ConsentMissing(reasons) = refusal(stage.step(stage.priya(), Act::Schedule, "").await) else { panic!("scheduled") };
        let found: Vec<(Channel, Scope, Why)> = reasons.iter().map(|reason| (reason.channel, reason.scope, reason.why)).collect();
        let expect = [
            (Channel::Blog, Scope::Quote, Why::NotGiven), (Channel::Blog, Scope::Logo, Why::NoSignatory),
            (Channel::LinkedIn, Scope::Quote, Why::NotGiven), (Channel::LinkedIn, Scope::Logo, Why::NoSignatory),
        ];
        assert_eq!(found, expect);
        let log = publish_decision::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(log.iter().map(|row| (row.allowed, row.publication_id, row.channel.as_str())).collect::<Vec<_>>(), [(false, None, "blog"), (false, None, "linkedin")]);
        assert_eq!((stage.task().await.state, stage.publications().await.len()), (State::Approved, 0));
        let standings: Vec<(Scope, bool)> = stage.task().await.uses.iter().map(|one| (one.scope, one.standings.iter().all(|(_, standing)| standing.is_live()))).collect();
        assert_eq!(standings, [(Scope::Name, true), (Scope::Quote, false), (Scope::Logo, false)]);
        // Left out, it is another thing to approve.
        stage.plan(DAY, &["person:name"]).await.unwrap();
        assert_eq!(stage.task().await.state, State::Draft);
    }
}

both_databases! {
    async fn a_consent_withdrawn_before_stops_it_and_after_takes_it_down(scratch) {
        let first = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        first.allow(Scope::Name).await;
        first.allow(Scope::Title).await;
        let in_review = Stage::new_task(&first, "Looked at").await;
        in_review.write("blog", "Well done.").await.unwrap();
        in_review.plan(DAY, &["person:name"]).await.unwrap();
        in_review.step(in_review.priya(), Act::Submit, "").await.unwrap();
        let with_customer = Stage::new_task(&first, "Sent").await;
        with_customer.send(&["linkedin"]).await;
        let elsewhere = Stage::new_task(&first, "Elsewhere").await;
        elsewhere.send(&["press"]).await;
        let scheduled = Stage::new_task(&first, "Scheduled").await;
        let (key, hash) = scheduled.schedule(&["blog", "press"]).await;
        let public = Stage::new_task(&first, "Public").await;
        public.schedule(&["blog"]).await;
        assert_eq!(public.publish(Channel::Blog).await.unwrap(), State::Published);
        mails(db, "").await;

        // Another thing, or another channel, touches none of them.
        assert_eq!(first.withdraw(Scope::Title, &[]).await, Some(Stopped::default()));
        let stopped = first.withdraw(Scope::Name, Group::Ours.channels()).await.unwrap();
        assert_eq!((stopped.cancelled, stopped.take_downs), (2, 1), "what is planned of it goes with it, on every channel");
        let mut states = Vec::new();
        for stage in [&in_review, &with_customer, &elsewhere, &scheduled, &public] {
            states.push(stage.task().await.state);
        }
        assert_eq!(states, [State::Draft, State::Withdrawn, State::WithCustomer, State::Withdrawn, State::Published]);
        assert_eq!(scheduled.publications().await, ["cancelled", "cancelled"]);
        let told = mails(db, "task-stopped").await;
        let of = |email: &str| -> Vec<i64> {
            let mut tasks: Vec<i64> = told
                .iter()
                .filter(|mail| mail.to_email == email)
                .map(|mail| match mail.message {
                    Message::TaskStopped { task, .. } => task,
                    ref other => panic!("{other:?}"),
                })
                .collect();
            tasks.sort_unstable();
            tasks
        };
        let mut stopped = vec![in_review.id, with_customer.id, scheduled.id];
        stopped.sort_unstable();
        assert_eq!((of("priya@halden.example"), of("otto@halden.example")), (stopped.clone(), stopped));
        for mail in &told {
            assert!(!mail.subject.contains("Person 0") && !mail.subject.contains("onsent"), "{}", mail.subject);
        }
        let answered = refusal(scheduled.answer(&key, &hash, Act::CustomerApprove, "").await);
        assert_eq!(answered, AmplificationRefusal::NotNow { state: State::Withdrawn, act: Act::CustomerApprove });

        // What is live is taken down: its task is withdrawn, and the give is taken back.
        assert_eq!(public.give().await, (1, 1));
        let task = take_down::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(task.len(), 1);
        close_take_down(db, now(), public.priya(), task[0].id, PROOF).await.unwrap();
        close_take_down(db, now(), public.priya(), task[0].id, PROOF).await.unwrap();
        let closed = public.task().await;
        assert_eq!((closed.state, closed.approved_hash.as_str(), closed.recognised_at), (State::Withdrawn, "", Some(on_its_day())));
        assert_eq!(closed.wordings[0].publication.as_ref().map(|one| one.state), Some(PublicationState::TakenDown));
        assert_eq!(public.give().await, (0, 2));

        // Opened again and allowed again, it goes the whole way once more, and is a give once more.
        assert_eq!(refusal(public.step(public.priya(), Act::Reopen, "").await), AmplificationRefusal::CommentNeeded);
        assert_eq!(public.step(public.priya(), Act::Reopen, "They asked for it.").await.unwrap(), State::Draft);
        first.allow(Scope::Name).await;
        let key = public.send_again().await;
        let hash = public.hash(&key).await;
        public.answer(&key, &hash, Act::CustomerApprove, "").await.unwrap();
        public.step(public.priya(), Act::Schedule, "").await.unwrap();
        assert_eq!(public.publish(Channel::Blog).await.unwrap(), State::Published);
        assert_eq!((public.publications().await, public.give().await), (vec!["taken down".to_owned(), "live".to_owned()], (1, 3)));
    }
}

both_databases! {
    async fn what_is_public_already_is_taken_down_when_it_is_declined_or_withdrawn(scratch) {
        let first = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        first.allow(Scope::Name).await;
        let due = take_down_due(now().date_naive());
        for (act, ended) in [(Act::CustomerDecline, State::Rejected), (Act::Withdraw, State::Withdrawn)] {
            let stage = Stage::new_task(&first, act.as_str()).await;
            let (key, hash) = stage.schedule(&["blog", "linkedin"]).await;
            assert_eq!(stage.publish(Channel::Blog).await.unwrap(), State::Scheduled);
            let places = async || -> Vec<(Channel, String, Option<NaiveDate>)> {
                let page = for_approval(db, now(), &key).await.unwrap().expect("a page");
                page.live.into_iter().map(|one| (one.channel, one.url, one.down_by)).collect()
            };
            assert_eq!(places().await, [(Channel::Blog, URL.to_owned(), None)], "{act}");
            mails(db, "").await;
            for _ in 0..2 {
                let done = match act {
                    Act::Withdraw => stage.step(stage.priya(), act, "Not this one.").await,
                    _ => stage.answer(&key, &hash, act, "").await,
                };
                assert_eq!(done.unwrap(), ended, "{act}");
            }
            assert_eq!(stage.publications().await, ["live", "cancelled"], "{act}");
            assert_eq!(places().await, [(Channel::Blog, URL.to_owned(), Some(due))], "{act}");
            let told: Vec<String> = mails(db, "take-down-needed").await.into_iter().map(|mail| mail.to_email).collect();
            assert_eq!(told.len(), 2, "{act}: marketing, once each: {told:?}");
            let open = take_down::Entity::find().filter(take_down::Column::DoneAt.is_null()).all(db.read()).await.unwrap();
            assert_eq!(open.iter().map(|one| (one.consent_event_id, one.due_day)).collect::<Vec<_>>(), [(None, due)], "{act}");
            close_take_down(db, now(), stage.priya(), open[0].id, PROOF).await.unwrap();
            assert_eq!((stage.task().await.state, places().await), (ended, vec![]), "{act}");
            assert_eq!(stage.give().await.0, 0, "{act}: nothing can be seen any more");
        }
    }
}

both_databases! {
    async fn sent_once_more_they_have_all_of_their_time_again(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.send(&["blog"]).await;
        let hours = |count: i64| now() + TimeDelta::hours(count);
        let revision = stage.task().await.revision;
        amplification::step(db, hours(47), stage.priya(), stage.id, revision, Act::Send, "").await.unwrap();
        let key = stage.link().await;
        assert_eq!(remind_due(db, hours(48)).await.unwrap(), 0);
        assert!(for_approval(db, hours(48), &key).await.unwrap().is_some());
        assert_eq!(remind_due(db, hours(47 + 48)).await.unwrap(), 1);
    }
}

both_databases! {
    async fn nobody_approves_a_day_that_has_passed(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.allow(Scope::Name).await;
        let key = stage.send(&["blog"]).await;
        let hash = stage.hash(&key).await;
        let late = at("2027-01-21T09:00:00Z");
        let refused = refusal(answer(db, late, &key, &hash, Act::CustomerApprove, "", proved()).await);
        assert_eq!((refused, stage.task().await.state), (AmplificationRefusal::DayPassed, State::WithCustomer));
        mails(db, "").await;
        assert_eq!(remind_due(db, late).await.unwrap(), 1);
        let told: Vec<(String, String)> = mails(db, "task-waits").await.into_iter().map(|mail| (mail.kind, mail.to_email)).collect();
        assert_eq!(told, [("task-waits".to_owned(), "priya@halden.example".to_owned())], "its owner, who chooses another day");
        assert_eq!(stage.hash(&key).await, hash, "their link is the same");
        assert_eq!(answer(db, at("2027-01-20T23:59:59Z"), &key, &hash, Act::CustomerApprove, "", proved()).await.unwrap(), State::Approved);
        assert_eq!(answer(db, late, &key, &hash, Act::CustomerApprove, "", proved()).await.unwrap(), State::Approved, "said in time");
    }
}

both_databases! {
    async fn only_on_the_day_that_was_approved(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.allow(Scope::Name).await;
        stage.schedule(&["blog"]).await;
        let id = stage.publication(Channel::Blog).await;
        let approved = AmplificationRefusal::NotTheDay { approved: day(DAY) };
        for (clock, published) in [
            ("2027-01-19T23:59:59Z", "2027-01-19T23:59:59Z"),
            ("2027-01-21T00:00:00Z", "2027-01-21T00:00:00Z"),
            ("2027-01-22T09:00:00Z", "2027-01-19T12:00:00Z"),
        ] {
            assert_eq!(refusal(publish(db, at(clock), stage.priya(), id, URL, at(published)).await), approved, "{published}");
        }
        let early = publish(db, at("2027-01-20T08:00:00Z"), stage.priya(), id, URL, at("2027-01-20T09:00:00Z")).await;
        assert_eq!(fields(early), ["published_at"]);
        assert_eq!(fields(publish(db, on_its_day(), stage.priya(), id, "halden", on_its_day()).await), ["url"]);
        // It failed, and was public on its day after all: recorded later, with the moment it was.
        assert_eq!(refusal(stage.step(stage.priya(), Act::Fail, "").await), AmplificationRefusal::CommentNeeded);
        assert_eq!(stage.step(stage.priya(), Act::Fail, "The channel was away.").await.unwrap(), State::Failed);
        assert_eq!(publish(db, at("2027-01-22T09:00:00Z"), stage.priya(), id, URL, at("2027-01-20T12:00:00.750Z")).await.unwrap(), State::Published);
        let row = publication::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
        assert_eq!(row.published_at, Some(at("2027-01-20T12:00:00Z")));

        // A day that has passed is scheduled no more.
        let late = Stage::new_task(&stage, "Too late").await;
        let key = late.send(&["blog"]).await;
        let hash = late.hash(&key).await;
        late.answer(&key, &hash, Act::CustomerApprove, "").await.unwrap();
        let revision = late.task().await.revision;
        let passed = amplification::step(db, at("2027-01-21T09:00:00Z"), late.priya(), late.id, revision, Act::Schedule, "").await;
        assert_eq!(refusal(passed), approved);
    }
}

both_databases! {
    async fn two_who_write_at_once_lose_nothing(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.write("blog", "The first.").await.unwrap();
        let revision = stage.task().await.revision;
        save_wording(db, now(), stage.priya(), stage.id, revision, &words("blog", "Hers.")).await.unwrap();
        // Pressed twice, it is saved once.
        save_wording(db, now(), stage.priya(), stage.id, revision, &words("blog", "Hers.")).await.unwrap();
        let stale = AmplificationRefusal::Stale;
        assert_eq!(refusal(save_wording(db, now(), stage.otto(), stage.id, revision, &words("blog", "His.")).await), stale);
        assert_eq!(refusal(end_wording(db, now(), stage.otto(), stage.id, revision, "blog", "en").await), stale);
        assert_eq!(refusal(save_plan(db, now(), stage.otto(), stage.id, revision, &typed("", DAY)).await), stale);
        assert_eq!(refusal(add_image(db, now(), stage.otto(), stage.id, revision, png(1)).await), stale);
        assert_eq!(refusal(amplification::step(db, now(), stage.otto(), stage.id, revision, Act::Withdraw, "No.").await), stale);
        let task = stage.task().await;
        assert_eq!((task.wordings[0].body.as_str(), task.wordings[0].version, task.versions.len(), task.planned_for), ("Hers.", 2, 1, None));
        assert_eq!((task.state, task.steps.len()), (State::Draft, 0));
        // Taken off, and written again: the versions go on.
        end_wording(db, now(), stage.priya(), stage.id, task.revision, "blog", "en").await.unwrap();
        end_wording(db, now(), stage.priya(), stage.id, task.revision, "blog", "en").await.unwrap();
        assert_eq!(stage.task().await.wordings, []);
        stage.write("blog", "Hers.").await.unwrap();
        assert_eq!(stage.task().await.wordings[0].version, 3);
        assert_eq!(fields(end_wording(db, now(), stage.priya(), stage.id, stage.task().await.revision, "x", "en").await), ["channel"]);
        assert_eq!(refusal(stage_unknown(db, stage.priya()).await), AmplificationRefusal::Unknown);
    }
}

async fn stage_unknown(db: &Db, by: Actor) -> Result<State, Halt<AmplificationRefusal>> {
    amplification::step(db, now(), by, 987_654, 1, Act::Submit, "").await
}

both_databases! {
    async fn an_image_is_seen_by_whom_it_was_sent_to(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        let revision = stage.task().await.revision;
        let image = add_image(db, now(), stage.priya(), stage.id, revision, png(1)).await.unwrap();
        assert_eq!(add_image(db, now(), stage.otto(), stage.id, revision, png(1)).await.unwrap(), image, "the same again is the one that is there");
        let unused = add_image(db, now(), stage.priya(), stage.id, revision, png(2)).await.unwrap();
        assert_eq!(fields(add_image(db, now(), stage.priya(), stage.id, revision, b"<svg>".to_vec()).await), ["file"]);
        let other = Stage::new_task(&stage, "Another prize").await;
        let (number, unknown) = (image.to_string(), (image + 1_000).to_string());
        assert_eq!(fields(save_wording(db, now(), stage.priya(), stage.id, revision, &showing(&unknown)).await), ["image"]);
        let theirs = save_wording(db, now(), other.priya(), other.id, other.task().await.revision, &showing(&number)).await;
        assert_eq!(fields(theirs), ["image"], "each task has its own");
        save_wording(db, now(), stage.priya(), stage.id, revision, &showing(&number)).await.unwrap();
        stage.plan(DAY, &["person:name"]).await.unwrap();
        let key = stage.send_again().await;
        let kept = Some(("image/png".to_owned(), png(1)));
        assert_eq!(image_of_task(db, stage.id, image).await.unwrap(), kept);
        assert_eq!(image_of_task(db, other.id, image).await.unwrap(), None);
        assert_eq!(image_by_token(db, now(), &key, image).await.unwrap(), kept);
        assert_eq!(image_by_token(db, now(), &key, unused).await.unwrap(), None, "it was not sent");
        assert_eq!(image_by_token(db, now(), "apv_unknown", image).await.unwrap(), None);
        stage.write("linkedin", "Well done.").await.unwrap();
        assert_eq!(image_by_token(db, now(), &key, image).await.unwrap(), None, "a new version is being written");
        let hashes = amplification_step::Entity::find().filter(amplification_step::Column::Act.eq("send")).all(db.read()).await.unwrap();
        assert_eq!(hashes[0].hash.len(), 64);
    }
}

both_databases! {
    async fn nothing_is_sent_to_whoever_asked_to_be_forgotten(scratch) {
        use domain::advocacy::introduction::{Hindrance, IntroductionRefusal};
        use domain::advocacy::signatory::{Signatory, SignatoryRefusal};
        use sea_orm::ConnectionTrait;
        use store::advocacy::{ask, introduction, own_page, signatory};
        use store::entity::{consent_notice, person};
        use tests::celebration::Celebration;

        let scene = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(scene.priya));
        // A task of theirs waits for them, another one for Bea.
        let (_, link) = scene.sent("A prize", &["blog"], DAY).await;
        let (others, _) = scene.sent("Another prize", &["blog"], DAY).await;
        let task = scene.verified("A prize well earned").await;
        scene.write(task, "blog", "A prize, and well earned.").await;
        scene.plan(task, DAY).await;
        scene.step(now(), task, scene.priya, Act::Submit).await;
        scene.step(now(), task, scene.otto, Act::Approve).await;
        let person = scene.task(task).await.person.expect("somebody");
        // Both were asked something, and are offered to each other.
        let change = async |sql: String| db.read().execute_unprepared(&sql).await.expect("a change");
        change(format!(
            "INSERT INTO person (company_id, email, name, title, created_at) SELECT company_id, 'bea@company0.example', 'Bea Lindqvist', 'COO', created_at FROM person WHERE id = {person}"
        ))
        .await;
        let bea = person::Entity::find().filter(person::Column::Email.eq("bea@company0.example")).one(db.read()).await.unwrap().expect("Bea");
        change(format!("UPDATE amplification SET approver_name = 'Bea Lindqvist', approver_email = 'bea@company0.example' WHERE id = {others}")).await;
        for (id, of) in [(101, person), (102, bea.id)] {
            change(format!(
                "INSERT INTO ask (id, person_id, kind, wording, source, state, reasons, submitted_at, asked_at, answer_by) VALUES \
                     ({id}, {of}, 'quote', 'Would you?', 'page', 'asked', '', '2027-01-14T09:00:00+00:00', '2027-01-14T09:00:00+00:00', '2027-01-28')"
            ))
            .await;
        }
        change(format!(
            "INSERT INTO introduction (id, a_person_id, b_person_id, topic, state, answer_by, offered_at) VALUES \
                 (101, {person}, {}, 'Grids', 'offered', '2027-05-01', '2027-01-14T09:00:00+00:00')",
            bea.id
        ))
        .await;
        let wish = format!("INSERT INTO forget_wish (person_id, asked_at, due_day) VALUES ({person}, '2027-01-14T09:00:00+00:00', '2027-02-13')");
        scratch.db.read().execute_unprepared(&wish).await.expect("a wish");

        let stands = scene.task(task).await;
        let sending = amplification::step(&scratch.db, now(), Actor::Staff(scene.priya), task, stands.revision, Act::Send, "").await;
        assert_eq!(refusal(sending), AmplificationRefusal::ToBeForgotten);
        assert_eq!(scene.task(task).await, stands, "nothing was changed");
        assert!(tests::celebration::mails(&scratch.db, "approval-asked").await.is_empty());

        // Nor for somebody else: they approve nothing, and sign for nobody.
        let company = scene.verified_of("A milestone", "Company 0").await;
        scene.write(company, "blog", "A milestone.").await;
        let (owner, revision) = (scene.priya.to_string(), scene.task(company).await.revision);
        let plan = TypedTask { shows: vec!["company:company name"], ..typed(&owner, DAY) };
        save_plan(db, now(), priya, company, revision, &plan).await.unwrap();
        scene.step(now(), company, scene.priya, Act::Submit).await;
        scene.step(now(), company, scene.otto, Act::Approve).await;
        let revision = scene.task(company).await.revision;
        let sending = amplification::step(db, now(), priya, company, revision, Act::Send, "").await;
        assert_eq!(refusal(sending), AmplificationRefusal::ApproverToBeForgotten);
        let signs = Signatory::parse("Person 0 of 0", "COO", "p0@company0.example").unwrap();
        let naming = signatory::save(db, now(), priya, bea.company_id, &signs).await;
        assert_eq!(refusal(naming), SignatoryRefusal::of_whoever_leaves());

        // What others are told, they are not: that a task waits, something ends, an ask is taken back, an offer is over.
        remind_due(db, now() + TimeDelta::hours(48)).await.unwrap();
        assert!(for_approval(db, now() + TimeDelta::hours(48), &link).await.unwrap().is_some(), "the link they have goes on opening");
        assert_eq!(consent::announce_ends(db, at("2028-01-05T09:00:00Z")).await.unwrap(), 0);
        assert_eq!(consent_notice::Entity::find().all(db.read()).await.unwrap().len(), 1, "it is not looked at again");
        let why = ask::TypedStep { comment: "Not this year.", day: "" };
        for id in [101, 102] {
            ask::step(db, now(), priya, id, 1, domain::advocacy::ask::Act::Cancel, &why).await.unwrap();
        }
        introduction::cancel(db, now(), priya, 101).await.unwrap();
        let IntroductionRefusal::NotPossible(hindrances) = refusal(introduction::offer(db, now(), priya, person, bea.id, "Hiring").await) else {
            panic!("it was offered")
        };
        assert!(hindrances.contains(&Hindrance::Leaves("Person 0 of 0".into())), "{hindrances:?}");
        let kinds = async |email: &str| -> Vec<String> {
            store::outbox::unsent_to(db, email).await.unwrap().into_iter().map(|mail| mail.kind).collect()
        };
        assert_eq!(kinds("bea@company0.example").await, ["approval-waits", "ask-taken-back", "introduction-ended"]);
        assert_eq!(kinds("p0@company0.example").await, Vec::<String>::new());

        // The way to their own page is theirs until it is done.
        own_page::send_link(db, now() + TimeDelta::hours(1), priya, person).await.unwrap();
        assert_eq!(kinds("p0@company0.example").await, ["own-page-link"]);
    }
}

both_databases! {
    async fn a_hold_of_ours_over_theirs_stands_once_they_let_go(scratch) {
        let stage = Stage::new(&scratch.db).await;
        stage.allow(Scope::Name).await;
        let (key, hash) = stage.schedule(&["blog"]).await;
        let older = stage.task().await.revision;
        stage.answer(&key, &hash, Act::CustomerHold, "").await.unwrap();
        // From a page that does not know of theirs yet, nothing is confirmed that is not kept.
        let blind = amplification::step(&stage.db, now(), stage.otto(), stage.id, older, Act::Hold, "The ceremony is later.").await;
        assert_eq!(refusal(blind), AmplificationRefusal::Stale);
        for _ in 0..2 {
            assert_eq!(stage.step(stage.otto(), Act::Hold, "The ceremony is later.").await.unwrap(), State::OnHold);
        }
        let held = stage.task().await;
        assert_eq!(held.hold, Some(Hold { from: State::Scheduled, by: HeldBy::Both }));
        assert_eq!((held.steps[0].act, held.steps[0].comment.as_str()), (Act::Hold, "The ceremony is later."));
        assert_eq!(held.steps.iter().filter(|step| step.act == Act::Hold).count(), 1, "pressed twice, it is held once");
        assert_eq!(stage.answer(&key, &hash, Act::CustomerResume, "").await.unwrap(), State::OnHold);
        assert_eq!(refusal(stage.publish(Channel::Blog).await), AmplificationRefusal::NotNow { state: State::OnHold, act: Act::Publish });
        assert_eq!(stage.step(stage.otto(), Act::Resume, "").await.unwrap(), State::Scheduled);
    }
}

both_databases! {
    async fn nothing_was_public_before_it_was_approved_and_allowed(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        let key = stage.send(&["blog"]).await;
        let hash = stage.hash(&key).await;
        let (approved_at, clock) = (at("2027-01-20T09:04:59Z"), at("2027-01-20T12:00:00Z"));
        answer(db, approved_at, &key, &hash, Act::CustomerApprove, "", proved()).await.unwrap();
        let allow = async |when: &str, until: NaiveDate| {
            let wish = Wish { scope: Scope::Name, channels: Channel::ALL.to_vec(), until, exactly: true };
            consent::give(db, at(when), Giver::Invitation(stage.guest), &wish).await.unwrap();
        };
        allow("2027-01-20T09:30:10Z", day("2027-12-31")).await;
        let revision = stage.task().await.revision;
        amplification::step(db, clock, stage.priya(), stage.id, revision, Act::Schedule, "").await.unwrap();
        let id = stage.publication(Channel::Blog).await;
        let public = async |since: &str| publish(db, clock, stage.priya(), id, URL, at(since)).await;
        for (since, why) in [
            ("2027-01-20T00:01:00Z", AmplificationRefusal::BeforeApproval { approved_at }),
            ("2027-01-20T09:03:59Z", AmplificationRefusal::BeforeApproval { approved_at }),
            ("2027-01-20T09:04:00Z", AmplificationRefusal::BeforeConsent),
            ("2027-01-20T09:29:59Z", AmplificationRefusal::BeforeConsent),
        ] {
            assert_eq!(refusal(public(since).await), why, "{since}");
        }
        assert_eq!((stage.publications().await, stage.task().await.state), (vec!["planned".to_owned()], State::Scheduled));
        // Given for longer since then, it was given before as well. The form takes no seconds.
        allow("2027-01-20T11:00:00Z", day("2028-01-20")).await;
        assert_eq!(public("2027-01-20T09:30:00Z").await.unwrap(), State::Published);
    }
}

both_databases! {
    async fn what_a_customer_held_is_ours_to_let_go_once_somebody_else_approves_it(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.allow(Scope::Name).await;
        let (key, hash) = stage.schedule(&["blog"]).await;
        stage.answer(&key, &hash, Act::CustomerHold, "").await.unwrap();
        let (owner, revision) = (stage.priya.to_string(), stage.task().await.revision);
        let other = TypedTask { approver_email: "mei@company0.example", ..typed(&owner, DAY) };
        save_plan(db, now(), stage.priya(), stage.id, revision, &other).await.unwrap();
        assert_eq!(refusal(stage.answer(&key, &hash, Act::CustomerResume, "").await), AmplificationRefusal::LinkOver);
        let held = stage.task().await;
        assert_eq!((held.state, held.hold), (State::OnHold, Some(Hold { from: State::Draft, by: HeldBy::Host })));
        let told = held.steps.iter().find(|step| step.act == Act::Hold).expect("a step that says so");
        assert!(told.comment.starts_with("The customer held this"), "{}", told.comment);
        assert_eq!(stage.publications().await, ["cancelled"]);
        assert_eq!(stage.step(stage.priya(), Act::Resume, "").await.unwrap(), State::Draft);
    }
}

both_databases! {
    async fn who_holds_it_gets_another_link_to_let_it_go_on(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.allow(Scope::Name).await;
        let (key, hash) = stage.schedule(&["blog"]).await;
        let scheduled = stage.task().await;
        stage.answer(&key, &hash, Act::CustomerHold, "").await.unwrap();
        mails(db, "").await;
        // Their link is over, and theirs is the only word that counts.
        let late = at("2027-03-01T09:00:00Z");
        assert_eq!(for_approval(db, late, &key).await.unwrap(), None);
        let held = stage.task().await;
        for _ in 0..2 {
            let sent = amplification::step(db, late, stage.priya(), stage.id, held.revision, Act::Send, "").await;
            assert_eq!(sent.unwrap(), State::OnHold, "it lets nothing go on");
        }
        let sent = mails(db, "approval-asked").await;
        assert_eq!(sent.len(), 1, "pressed twice, it is sent once");
        assert!(matches!(sent[0].message, Message::ApprovalAsked { again: true, held: true, .. }), "{:?}", sent[0].message);
        let still = stage.task().await;
        assert_eq!((still.hold, &still.sent_hash, &still.approved_hash), (held.hold, &scheduled.sent_hash, &scheduled.approved_hash));
        assert_eq!((still.approved_at, stage.publications().await), (scheduled.approved_at, vec!["planned".to_owned()]));
        let fresh = sent[0].secret.clone().unwrap().link.unwrap();
        assert_eq!(refusal(answer(db, late, &key, &hash, Act::CustomerResume, "", proved()).await), AmplificationRefusal::LinkOver);
        assert_eq!(answer(db, late, &fresh, &hash, Act::CustomerResume, "", proved()).await.unwrap(), State::Scheduled);
        // What only we hold is not theirs to let go.
        stage.step(stage.priya(), Act::Hold, "Not yet.").await.unwrap();
        let ours = AmplificationRefusal::NotNow { state: State::OnHold, act: Act::Send };
        assert_eq!(refusal(stage.step(stage.priya(), Act::Send, "").await), ours);
    }
}

both_databases! {
    async fn what_is_public_goes_when_somebody_asks_for_it(scratch) {
        use store::advocacy::publication::{get, open_take_down};

        const WHY: &str = "They asked for it by mail.";
        let stage = Stage::new(&scratch.db).await;
        let db = &scratch.db;
        stage.allow(Scope::Name).await;
        stage.schedule(&["blog"]).await;
        let id = stage.publication(Channel::Blog).await;
        assert_eq!(refusal(open_take_down(db, now(), stage.otto(), id, WHY).await), PublicationRefusal::NotLive);
        assert_eq!(refusal(open_take_down(db, now(), stage.otto(), 987_654, WHY).await), PublicationRefusal::Unknown);
        assert_eq!(stage.publish(Channel::Blog).await.unwrap(), State::Published);
        mails(db, "").await;

        // Not without a reason; asked for twice, it is asked for once.
        let PublicationRefusal::Fields(fields) = refusal(open_take_down(db, now(), stage.otto(), id, " gone ").await) else { panic!("opened") };
        assert_eq!(fields.iter().map(|why| why.field).collect::<Vec<_>>(), ["reason"]);
        let due = take_down_due(now().date_naive());
        assert_eq!(open_take_down(db, now(), stage.otto(), id, WHY).await.unwrap(), due);
        assert_eq!(open_take_down(db, now() + TimeDelta::days(1), stage.priya(), id, "").await.unwrap(), due);
        let mut told: Vec<String> = mails(db, "take-down-needed").await.into_iter().map(|mail| mail.to_email).collect();
        told.sort();
        assert_eq!(told, ["otto@halden.example", "priya@halden.example"]);
        let page = get(db, now(), id).await.unwrap().unwrap();
        let asked: Vec<_> = page.take_downs.iter().map(|one| (one.due_day, one.reason.as_str(), one.asked_by.as_deref(), one.done_at)).collect();
        assert_eq!((page.state, asked), (PublicationState::Live, vec![(due, WHY, Some("marketing"), None)]));
        assert_eq!((stage.task().await.state, stage.give().await.0), (State::Published, 1), "it can still be seen");

        // Gone, with proof, as any other.
        close_take_down(db, now(), stage.priya(), page.take_downs[0].id, PROOF).await.unwrap();
        assert_eq!((stage.task().await.state, stage.give().await.0), (State::Withdrawn, 0));
        assert_eq!(refusal(open_take_down(db, now(), stage.otto(), id, WHY).await), PublicationRefusal::TakenDown);
    }
}

both_databases! {
    async fn what_waited_for_somebody_forgotten_is_planned_anew_and_mentioned_again(scratch) {
        use sea_orm::ConnectionTrait;
        use tests::celebration::Celebration;

        let scene = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let root = Actor::Staff(staff(db, "root@halden.example", Role::Admin).await);
        let id = scene.verified_of("A prize of the firm", "Company 0").await;
        scene.write(id, "blog", "Well done, all of you.").await;
        let (owner, revision) = (scene.priya.to_string(), scene.task(id).await.revision);
        let plan = TypedTask { shows: vec!["company:company name"], ..typed(&owner, DAY) };
        save_plan(db, now(), Actor::Staff(scene.priya), id, revision, &plan).await.unwrap();
        scene.step(now(), id, scene.priya, Act::Submit).await;
        scene.step(now(), id, scene.otto, Act::Approve).await;
        scene.step(now(), id, scene.priya, Act::Send).await;
        let guest = store::entity::invitation::Entity::find_by_id(scene.guest).one(db.read()).await.unwrap().unwrap();
        for sql in [
            format!("UPDATE amplification SET reminders = 2, reminded_at = '2027-01-19T09:00:00+00:00', escalated_at = '2027-01-21T09:00:00+00:00' WHERE id = {id}"),
            format!("INSERT INTO forget_wish (person_id, asked_at, due_day) VALUES ({}, '2027-03-30T09:00:00+00:00', '2027-04-29')", guest.person_id),
        ] {
            db.read().execute_unprepared(&sql).await.expect("the row");
        }
        let row = async || store::entity::amplification::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
        let (before, later) = (row().await, at("2027-04-10T09:00:00Z"));
        store::advocacy::forgetting::forget(db, later, root, guest.person_id).await.unwrap();
        let task = row().await;
        assert_eq!((task.state.as_str(), task.sent_hash.as_str(), task.approver_email.as_str(), task.token_hash.as_deref()), ("draft", "", "", None));
        assert_eq!((task.waits_since, task.reminders, task.reminded_at, task.escalated_at), (later, 0, None, None));
        assert!(task.sequence > before.sequence, "whoever follows the due days sees it change");
        let step = scene.task(id).await.steps.remove(0);
        assert_eq!((step.act, step.from_state, step.to_state), (Act::Edit, State::WithCustomer, State::Draft));
        assert_eq!(remind_due(db, later + TimeDelta::hours(24)).await.unwrap(), 1, "its owner hears of it again");
    }
}
