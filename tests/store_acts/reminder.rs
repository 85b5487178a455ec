//! Reminders: whoever a task waits for is told, at most so often; then somebody else; then nobody. Twice by nobody's clock.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::amplification::{Act, State};
use domain::advocacy::consent::Channel;
use domain::advocacy::setting::TypedSettings;
use sea_orm::EntityTrait;
use store::Actor;
use store::advocacy::amplification::for_approval;
use store::advocacy::reminder::{fail_overdue, remind_due};
use store::entity::amplification;
use store::outbox::Message;
use tests::both_databases;
use tests::celebration::{Celebration, DAY, at, mails};
use tests::world::{now, staff};

async fn told(stage: &Celebration, at: DateTime<Utc>, kind: &str) -> (u32, Vec<String>) {
    let count = remind_due(&stage.db, at).await.unwrap();
    let mut to: Vec<String> = mails(&stage.db, kind).await.into_iter().map(|mail| mail.to_email).collect();
    to.sort();
    (count, to)
}

fn hours(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(count)
}

both_databases! {
    async fn colleagues_are_reminded_twice_and_then_the_admins_once(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let ada = staff(db, "ada@halden.example", Role::Admin).await;
        let gone = staff(db, "gone@halden.example", Role::Marketing).await;
        store::staff::change(db, now(), Actor::Staff(ada), gone, &[Role::Marketing], false, None).await.unwrap();
        let id = stage.verified("Innovator of the Year").await;
        stage.write(id, "blog", "Well done.").await;
        stage.plan(id, DAY).await;
        stage.step(now(), id, stage.priya, Act::Submit).await;
        mails(db, "").await;

        // Whoever wrote it does not approve it, and so is not asked to; neither is somebody who left.
        assert_eq!(told(&stage, hours(23), "task-waits").await, (0, vec![]));
        assert_eq!(told(&stage, hours(24), "task-waits").await, (1, vec!["otto@halden.example".to_owned()]));
        assert_eq!(told(&stage, hours(24), "task-waits").await, (0, vec![]), "the same look again");
        assert_eq!(told(&stage, hours(47), "task-waits").await.0, 0);
        assert_eq!(told(&stage, hours(48), "task-waits").await.0, 1);
        let row = amplification::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
        assert_eq!((row.reminders, row.reminded_at, row.escalated_at), (2, Some(hours(48)), None));
        let revision = stage.task(id).await.revision;

        assert_eq!(told(&stage, hours(71), "task-escalated").await, (0, vec![]));
        assert_eq!(remind_due(db, hours(72)).await.unwrap(), 1);
        let mail = mails(db, "task-escalated").await;
        assert_eq!(mail.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["ada@halden.example"]);
        let Message::TaskEscalated { task, title, state, owner, reminders, .. } = &mail[0].message else { panic!("{:?}", mail[0].message) };
        assert_eq!((*task, title.as_str(), state.as_str(), owner.as_str(), *reminders), (id, "Innovator of the Year", "in review", "marketing", 2));
        for later in [96, 200, 2_000] {
            assert_eq!(told(&stage, hours(later), "task-waits").await, (0, vec![]), "then there is silence");
        }
        assert_eq!(stage.task(id).await.revision, revision, "nobody who edits meanwhile is stale");

        // Another state waits anew, for whoever has it in hand.
        stage.step(hours(2_000), id, stage.otto, Act::Approve).await;
        assert_eq!(told(&stage, hours(2_023), "task-waits").await, (0, vec![]));
        assert_eq!(told(&stage, hours(2_024), "task-waits").await, (1, vec!["priya@halden.example".to_owned()]));
    }
}

both_databases! {
    async fn a_customer_gets_a_new_link_and_may_go_on_under_the_old_one(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let lead = staff(db, "lena@halden.example", Role::ProgramManager).await;
        let lead = lead.to_string();
        let typed = TypedSettings {
            internal_hours: "24",
            customer_hours: "48",
            most_reminders: "1",
            escalate_to: &lead,
            recognition_days: "5",
            person_cap: "2",
            company_cap: "2",
            interval_days: "90",
            intervals: "",
            answer_days: "14",
            gift_limit: "100",
        };
        store::advocacy::setting::save(db, now(), Actor::Staff(stage.priya), 0, &typed).await.unwrap();
        let (id, old) = stage.sent("A prize", &["blog"], DAY).await;
        assert_eq!(told(&stage, hours(47), "approval-waits").await, (0, vec![]));
        assert_eq!(remind_due(db, hours(48)).await.unwrap(), 1);
        let mail = mails(db, "approval-waits").await.remove(0);
        assert_eq!((mail.to_email.as_str(), mail.subject.as_str()), ("p0@company0.example", "Still waiting for your approval"));
        let text = serde_json::to_string(&mail.message).unwrap();
        for secret in ["A prize", "Well done", "Company 0", "marketing"] {
            assert!(!text.contains(secret) && !mail.subject.contains(secret), "the mail tells {secret}: {text}");
        }
        let new = mail.secret.unwrap().link.unwrap();
        assert_ne!(new, old);
        let opened = for_approval(db, hours(48), &new).await.unwrap().expect("the new link opens");
        assert_eq!(for_approval(db, hours(48), &old).await.unwrap(), Some(opened), "and so does the one they may be writing under");
        assert_eq!(stage.answer(hours(49), &old, Act::CustomerApprove).await, State::Approved);
        assert_eq!(stage.answer(hours(49), &new, Act::CustomerApprove).await, State::Approved, "the same again");

        // One reminder at most here; then the one who is named, and nobody else.
        let (second, _) = stage.sent("Another prize", &["blog"], DAY).await;
        assert_eq!(remind_due(db, hours(48)).await.unwrap(), 1);
        mails(db, "").await;
        let (_, escalated) = told(&stage, hours(96), "task-escalated").await;
        assert_eq!(escalated, ["lena@halden.example"]);
        assert_eq!(remind_due(db, hours(500)).await.unwrap(), 1, "the one that was approved waits to be scheduled");
        assert_eq!(stage.task(second).await.state, State::WithCustomer);
        assert_eq!(stage.task(id).await.state, State::Approved);

        // Sent anew, nothing opens but what is sent then.
        let (third, first) = stage.sent("A third prize", &["blog"], "2027-02-20").await;
        assert_eq!(remind_due(db, hours(48)).await.unwrap(), 1);
        let second = mails(db, "approval-waits").await.remove(0).secret.unwrap().link.unwrap();
        stage.step(hours(49), third, stage.priya, Act::Send).await;
        for (what, key) in [("the first", &first), ("the reminder’s", &second)] {
            assert_eq!(for_approval(db, hours(49), key).await.unwrap(), None, "{what}");
        }
    }
}

both_databases! {
    async fn what_is_held_scheduled_or_not_yet_due_reminds_nobody(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        // Due on Friday 22 January: a draft may take until then.
        let draft = stage.verified("A draft").await;
        let (held, key) = stage.sent("Held", &["blog"], "2027-02-20").await;
        stage.answer(now(), &key, Act::CustomerHold).await;
        let (scheduled, _) = stage.scheduled("Scheduled", &["blog"], "2027-02-20").await;
        assert_eq!((stage.task(held).await.state, stage.task(scheduled).await.state), (State::OnHold, State::Scheduled));
        assert_eq!(remind_due(db, at("2027-01-22T23:59:00Z")).await.unwrap(), 0);
        mails(db, "").await;
        assert_eq!(remind_due(db, at("2027-01-23T00:00:00Z")).await.unwrap(), 1);
        let mail = mails(db, "task-waits").await.remove(0);
        assert_eq!((mail.to_email.as_str(), mail.subject.as_str()), ("priya@halden.example", "It waits for you: A draft"));
        assert_eq!(stage.task(draft).await.state, State::Draft);
    }
}

both_databases! {
    async fn what_was_not_published_on_its_day_has_failed(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let (id, _) = stage.scheduled("A prize", &["blog", "linkedin"], DAY).await;
        let (other, _) = stage.scheduled("Another prize", &["blog"], DAY).await;
        let noon = at("2027-01-20T12:00:00Z");
        assert_eq!(stage.publish(noon, other, Channel::Blog).await, State::Published);
        assert_eq!(stage.publish(noon, id, Channel::Blog).await, State::Scheduled, "one channel is missing");
        assert_eq!(fail_overdue(db, at("2027-01-20T23:59:59Z")).await.unwrap(), 0);
        assert_eq!(fail_overdue(db, at("2027-01-21T00:00:00Z")).await.unwrap(), 1);
        assert_eq!(fail_overdue(db, at("2027-01-21T00:00:00Z")).await.unwrap(), 0, "once");
        assert_eq!((stage.task(id).await.state, stage.task(other).await.state), (State::Failed, State::Published));
        let step = stage.task(id).await.steps.remove(0);
        assert_eq!((step.act, step.comment.as_str()), (Act::Fail, "Wednesday 20 January 2027 passed, and it was not public everywhere."));
    }
}
