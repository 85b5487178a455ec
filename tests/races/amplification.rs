//! Tasks that several people press at once: a customer and a colleague, two who say it is public, a withdrawal in between.

use std::sync::Arc;

use domain::access::Role;
use domain::advocacy::achievement::Typed;
use domain::advocacy::amplification::{Act, AmplificationRefusal, State};
use domain::advocacy::consent::{Group, Scope, Wish, usual_end};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::advocacy::amplification::{Task, TypedTask, TypedWording, answer, for_approval, publish, save_plan, save_wording, step, task};
use store::advocacy::consent::{self, Giver};
use store::advocacy::publication::close_take_down;
use store::entity::{invitation, ledger_entry, publication, take_down};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::world::{Plan, World, now, proved, staff};
use tokio::sync::Barrier;

use super::ROUNDS;

/// Where everything is said to be public.
const URL: &str = "https://halden.example/news";

/// Who writes a task, and who looks at it; one person comes, and allows their name.
struct Stage {
    db: Db,
    writer: Actor,
    reviewer: Actor,
}

/// The name, on our own channels.
fn name() -> Wish {
    Wish { scope: Scope::Name, channels: Group::Ours.channels().to_vec(), until: usual_end(now().date_naive()), exactly: false }
}

impl Stage {
    async fn new(db: &Db) -> Self {
        let world = World::new(db, 1, 2).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let guest = world.name(0, 1).await[0];
        world.accept(guest).await;
        consent::give(db, now(), Giver::Invitation(guest), &name()).await.expect("given");
        let writer = Actor::Staff(staff(db, "priya@halden.example", Role::Marketing).await);
        let reviewer = Actor::Staff(staff(db, "otto@halden.example", Role::Marketing).await);
        Self { db: db.clone(), writer, reviewer }
    }

    /// Something verified; answers its task.
    async fn verified(&self, title: &str) -> i64 {
        let typed = Typed { kind: "award", email: "p0@company0.example", title, day: "2027-01-12", ..Typed::default() };
        let id = store::advocacy::achievement::report(&self.db, now(), self.writer, &typed).await.expect("reported").id();
        store::advocacy::achievement::verify(&self.db, now(), self.writer, id, 1).await.expect("verified").task
    }

    async fn task(&self, id: i64) -> Task {
        task(&self.db, now(), id).await.expect("the task").expect("a task")
    }

    async fn step(&self, by: Actor, id: i64, act: Act) {
        let revision = self.task(id).await.revision;
        step(&self.db, now(), by, id, revision, act, "").await.expect("a step");
    }

    /// Written, planned for today, looked at and sent; answers the key of the link and the hash behind it.
    async fn sent(&self, id: i64, channels: &[&str], body: &str) -> (String, String) {
        for channel in channels {
            let typed = TypedWording { channel, language: "en", body, ..TypedWording::default() };
            save_wording(&self.db, now(), self.writer, id, self.task(id).await.revision, &typed).await.expect("written");
        }
        let plan = TypedTask {
            owner: "",
            due_day: "2027-01-22",
            planned_for: "2027-01-15",
            approver_name: "Person 0 of 0",
            approver_email: "p0@company0.example",
            shows: vec!["person:name"],
            ..TypedTask::default()
        };
        save_plan(&self.db, now(), self.writer, id, self.task(id).await.revision, &plan).await.expect("planned");
        self.step(self.writer, id, Act::Submit).await;
        self.step(self.reviewer, id, Act::Approve).await;
        self.step(self.writer, id, Act::Send).await;
        let mails = store::outbox::unsent_to(&self.db, "p0@company0.example").await.expect("the mails");
        let key = mails.into_iter().rfind(|mail| mail.kind == "approval-asked").and_then(|mail| mail.secret?.link).expect("a link");
        let hash = for_approval(&self.db, now(), &key).await.expect("the page").expect("a page").hash;
        (key, hash)
    }

    /// Sent, approved and scheduled; answers its publications.
    async fn scheduled(&self, id: i64, channels: &[&str]) -> Vec<i64> {
        let (key, hash) = self.sent(id, channels, "Well done.").await;
        answer(&self.db, now(), &key, &hash, Act::CustomerApprove, "", proved()).await.expect("approved");
        self.step(self.writer, id, Act::Schedule).await;
        self.task(id).await.wordings.iter().map(|one| one.publication.as_ref().expect("planned").id).collect()
    }
}

both_databases! {
    async fn a_customer_never_approves_what_is_edited_at_that_moment(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let id = stage.verified("Innovator of the Year").await;
        let mut approved = 0;
        for round in 0..ROUNDS {
            let body = format!("Version {round}.");
            let (key, hash) = stage.sent(id, &["blog"], &body).await;
            let revision = stage.task(id).await.revision;
            let gate = Arc::new(Barrier::new(2));
            let (db, at) = (stage.db.clone(), Arc::clone(&gate));
            let answering = tokio::spawn(async move {
                at.wait().await;
                answer(&db, now(), &key, &hash, Act::CustomerApprove, "", proved()).await
            });
            let (db, by) = (stage.db.clone(), stage.writer);
            let editing = tokio::spawn(async move {
                gate.wait().await;
                let body = format!("Version {round}, better.");
                let typed = TypedWording { channel: "blog", language: "en", body: &body, ..TypedWording::default() };
                save_wording(&db, now(), by, id, revision, &typed).await
            });
            let done = (answering.await.expect("the task"), editing.await.expect("the task"));
            let task = stage.task(id).await;
            match done {
                (Ok(State::Approved), Err(Halt::Refused(AmplificationRefusal::Stale))) => {
                    approved += 1;
                    assert_eq!((task.state, task.wordings[0].body.as_str()), (State::Approved, body.as_str()), "round {round}");
                    assert_eq!(task.current_hash.as_deref(), Some(task.approved_hash.as_str()), "round {round}");
                }
                (Err(Halt::Refused(AmplificationRefusal::WordingChanged)), Ok(())) => {
                    assert_eq!((task.state, task.approved_hash.as_str()), (State::Draft, ""), "round {round}");
                }
                other => panic!("round {round}: {other:?}"),
            }
            let said = task.steps.iter().filter(|step| step.act == Act::CustomerApprove).count();
            assert_eq!(said, approved, "round {round}");
        }
    }
}

both_databases! {
    async fn what_two_say_is_public_at_once_is_public_and_given_once(scratch) {
        let stage = Stage::new(&scratch.db).await;
        for round in 0..ROUNDS {
            let id = stage.verified(&format!("Prize {round}")).await;
            let planned = stage.scheduled(id, &["blog", "linkedin"]).await;
            let gate = Arc::new(Barrier::new(4));
            let tasks: Vec<_> = planned
                .into_iter()
                .flat_map(|publication| [(publication, stage.writer), (publication, stage.reviewer)])
                .map(|(publication, by)| {
                    let (db, gate) = (stage.db.clone(), Arc::clone(&gate));
                    tokio::spawn(async move {
                        gate.wait().await;
                        publish(&db, now(), by, publication, URL, now()).await
                    })
                })
                .collect();
            for task in tasks {
                if let Err(halt) = task.await.expect("the task") {
                    panic!("round {round}: {halt:?}");
                }
            }
            let published = stage.task(id).await;
            let said = published.steps.iter().filter(|step| step.act == Act::Publish).count();
            assert_eq!((published.state, said), (State::Published, 2), "round {round}: each once");
            let of_task = publication::Entity::find().filter(publication::Column::AmplificationId.eq(id));
            let rows = of_task.all(stage.db.read()).await.expect("the publications");
            assert_eq!(rows.iter().map(|row| row.state.as_str()).collect::<Vec<_>>(), ["live", "live"], "round {round}");
            let of_task = ledger_entry::Entity::find().filter(ledger_entry::Column::Source.eq(format!("amplification:{id}")));
            assert_eq!(of_task.all(stage.db.read()).await.expect("the ledger").len(), 1, "round {round}: one give");
        }
    }
}

both_databases! {
    async fn what_goes_public_of_a_task_as_its_consent_is_withdrawn_comes_down_or_never_went(scratch) {
        let stage = Stage::new(&scratch.db).await;
        let guest = invitation::Entity::find().one(stage.db.read()).await.expect("a read").expect("an invitation").id;
        for round in 0..ROUNDS {
            consent::give(&stage.db, now(), Giver::Invitation(guest), &name()).await.expect("given");
            let id = stage.verified(&format!("Prize {round}")).await;
            let planned = stage.scheduled(id, &["blog"]).await[0];
            let gate = Arc::new(Barrier::new(2));
            let (db, at, by) = (stage.db.clone(), Arc::clone(&gate), stage.writer);
            let publishing = tokio::spawn(async move {
                at.wait().await;
                publish(&db, now(), by, planned, URL, now()).await
            });
            let db = stage.db.clone();
            let withdrawing = tokio::spawn(async move {
                gate.wait().await;
                consent::withdraw(&db, now(), Giver::Invitation(guest), Scope::Name, &[]).await
            });
            let stopped = withdrawing.await.expect("the task").expect("withdrawn").expect("something to withdraw");
            let expect = match publishing.await.expect("the task") {
                Ok(State::Published) => ("live", 0, 1),
                Err(Halt::Refused(AmplificationRefusal::NotNow { state: State::Withdrawn, .. })) => ("cancelled", 1, 0),
                other => panic!("round {round}: {other:?}"),
            };
            let row = publication::Entity::find_by_id(planned).one(stage.db.read()).await.expect("a read").expect("the publication");
            assert_eq!((row.state.as_str(), stopped.cancelled, stopped.take_downs), expect, "round {round}");
            let of_it = take_down::Entity::find().filter(take_down::Column::PublicationId.eq(planned));
            for open in of_it.all(stage.db.read()).await.expect("the take-downs") {
                close_take_down(&stage.db, now(), stage.writer, open.id, "Checked: the page answers 404.").await.expect("taken down");
            }
            assert_eq!(stage.task(id).await.state, State::Withdrawn, "round {round}");
        }
    }
}
