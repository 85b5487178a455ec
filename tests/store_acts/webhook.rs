//! Webhooks, to a receiver on this machine: signed, once, on the day, and only while everything that lets it be public
//! still does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{DateTime, TimeDelta, Utc};
use domain::advocacy::amplification::{Act, State as TaskState};
use domain::advocacy::consent::{Channel, Scope, Subject};
use domain::advocacy::publication::State as PublicationState;
use domain::advocacy::webhook::{Answered, State, TypedWebhook, WebhookRefusal, sign};
use domain::advocacy::wording::TypedWording;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use server::web_client::Client;
use server::webhooks::deliver_due;
use store::advocacy::amplification::{add_image, save_wording};
use store::advocacy::consent::{self, Giver};
use store::advocacy::publication;
use store::advocacy::webhook::{DeliveryLine, deliveries, failed_today, lease, list, queue_due, retry, save, settle};
use store::entity::{amplification, invitation, webhook};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::celebration::{Celebration, DAY, URL, at, mails};

const BASE: &str = "https://cohorts.halden.example";
const SEEN_AT: &str = "https://halden.example/news/by-program";

/// What came, and what is answered.
#[derive(Default)]
struct Receiver {
    got: Vec<(HeaderMap, String)>,
    answers: Vec<(StatusCode, String)>,
}

type Kept = Arc<Mutex<Receiver>>;

async fn take(Shared(kept): Shared<Kept>, headers: HeaderMap, body: String) -> (StatusCode, String) {
    let mut kept = kept.lock().unwrap();
    kept.got.push((headers, body));
    if kept.answers.is_empty() { (StatusCode::NO_CONTENT, String::new()) } else { kept.answers.remove(0) }
}

/// A program of the host's, and the client that may reach it.
async fn receiver() -> (Kept, String, Client) {
    let kept = Kept::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let router = Router::new().route("/hook", post(take)).with_state(Arc::clone(&kept));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (kept, format!("http://{place}/hook"), Client::new(vec![place]))
}

fn then(kept: &Kept, status: u16, body: &str) {
    kept.lock().unwrap().answers.push((StatusCode::from_u16(status).unwrap(), body.to_owned()));
}

fn count(kept: &Kept) -> usize {
    kept.lock().unwrap().got.len()
}

async fn hook(db: &Db, actor: Actor, channel: &str, url: &str) -> String {
    let typed = TypedWebhook { channel, url, active: true };
    save(db, tests::world::now(), actor, &typed, false).await.unwrap().secret.expect("a secret, once")
}

/// The newest delivery.
async fn last(db: &Db, now: DateTime<Utc>) -> DeliveryLine {
    deliveries(db, now, None, 1).await.unwrap().rows.remove(0)
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Halt<WebhookRefusal>>) -> WebhookRefusal {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn noon() -> DateTime<Utc> {
    at("2027-01-20T12:00:00Z")
}

both_databases! {
    async fn a_secret_is_made_once_and_replaced_on_purpose(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let now = tests::world::now();
        let typed = TypedWebhook { channel: "blog", url: "https://publish.example.com/a", active: true };
        let first = save(db, now, priya, &typed, false).await.unwrap().secret.unwrap();
        assert_eq!(save(db, now, priya, &typed, false).await.unwrap().secret, None, "again is the same");
        let paused = TypedWebhook { active: false, ..typed };
        assert_eq!(save(db, now, priya, &paused, false).await.unwrap().secret, None);
        let rows = webhook::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.channel.as_str(), row.secret.as_str(), row.active)).collect::<Vec<_>>(), [("blog", first.as_str(), false)]);
        let second = save(db, now, priya, &paused, true).await.unwrap().secret.unwrap();
        assert_ne!(first, second);
        assert_eq!(list(db).await.unwrap().len(), 1, "a channel has one");
        let why = refusal(save(db, now, priya, &TypedWebhook { url: "http://publish.example.com/a", ..typed }, false).await);
        assert!(matches!(why, WebhookRefusal::Fields(fields) if fields[0].field == "url"));
    }
}

both_databases! {
    async fn what_is_due_is_signed_sent_once_and_public_where_the_answer_says(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, client) = receiver().await;
        let secret = hook(db, priya, "blog", &url).await;
        let (id, _) = stage.scheduled("A prize", &["blog", "linkedin"], DAY).await;
        let blog = stage.publication(id, Channel::Blog).await;

        // Not before its day; and only the channel that has a program.
        assert_eq!(deliver_due(db, &client, at("2027-01-19T23:59:00Z")).await.unwrap(), 0);
        then(&kept, 200, &format!("{{\"url\": \"{SEEN_AT}\", \"published_at\": \"2027-01-20T11:59:00Z\"}}"));
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 1);
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 0, "once");
        let (headers, body) = kept.lock().unwrap().got.remove(0);
        let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        let expect = serde_json::json!({
            "type": "publication.due", "id": header("webhook-id"), "task": id, "channel": "blog", "language": "en",
            "body": "Well done, blog.", "link": "", "day": DAY,
        });
        assert_eq!(sent, expect);
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("webhook-timestamp"), noon().timestamp().to_string());
        let signed = |secret: &str, body: &str| sign(secret, &header("webhook-id"), noon().timestamp(), body);
        assert_eq!(Some(header("webhook-signature")), signed(&secret, &body));
        assert_ne!(Some(header("webhook-signature")), signed(&secret, &body.replace("Well done", "Well sold")));
        assert!(!body.contains(&secret) && !body.contains("whsec_"));

        let public = stage.task(id).await;
        let line = public.wordings.iter().find(|one| one.channel == Channel::Blog).unwrap().publication.as_ref().unwrap();
        assert_eq!((line.id, line.state, line.url.as_str(), line.published_at), (blog, PublicationState::Live, SEEN_AT, Some(at("2027-01-20T11:59:00Z"))));
        assert_eq!(public.state, TaskState::Scheduled, "the other channel is a person's");
        let delivery = last(db, noon()).await;
        assert_eq!((delivery.state, delivery.attempts, delivery.last_answer), (State::Done, 1, format!("Public at {SEEN_AT}")));
        assert_eq!(refusal(retry(db, noon(), priya, delivery.id).await), WebhookRefusal::NotFailed);
    }
}

both_databases! {
    async fn two_servers_send_it_once_and_a_person_may_be_first(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, client) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let (id, _) = stage.scheduled("A prize", &["blog"], DAY).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 1);
        assert_eq!(queue_due(db, noon()).await.unwrap(), 0);
        let leased = lease(db, noon()).await.unwrap().expect("a delivery");
        assert_eq!((leased.task, leased.attempt), (id, 1));
        assert_eq!(lease(db, noon()).await.unwrap(), None, "it is another server's");
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 0);

        // That server died: after its lease it is sent, unless a person was faster.
        stage.publish(noon(), id, Channel::Blog).await;
        assert_eq!(deliver_due(db, &client, noon() + TimeDelta::minutes(5)).await.unwrap(), 0);
        assert_eq!(count(&kept), 0);
        let delivery = last(db, noon()).await;
        assert_eq!((delivery.state, delivery.last_answer.as_str()), (State::Done, "A person published it."));
    }
}

both_databases! {
    async fn a_program_that_does_not_take_it_is_asked_again_and_then_the_task_has_failed(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, client) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let (id, _) = stage.scheduled("A prize", &["blog"], DAY).await;
        let mut now = at("2027-01-20T01:00:00Z");
        for (attempt, minutes) in [(1, 1), (2, 5), (3, 30), (4, 120), (5, 360)] {
            then(&kept, 503, "");
            assert_eq!(deliver_due(db, &client, now).await.unwrap(), 1, "{attempt}");
            let delivery = last(db, now).await;
            assert_eq!((delivery.state, delivery.attempts, delivery.last_answer.as_str()), (State::Queued, attempt, "It answered with the status 503."));
            assert_eq!(deliver_due(db, &client, now + TimeDelta::minutes(minutes) - TimeDelta::seconds(1)).await.unwrap(), 0, "{attempt}: not yet");
            now += TimeDelta::minutes(minutes);
        }
        let ids: Vec<String> = kept.lock().unwrap().got.iter().map(|(headers, _)| headers["webhook-id"].to_str().unwrap().to_owned()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "the same delivery each time: {ids:?}");
        assert_eq!(stage.task(id).await.state, TaskState::Scheduled);
        then(&kept, 503, "");
        assert_eq!(deliver_due(db, &client, now).await.unwrap(), 1);
        assert_eq!((last(db, now).await.state, stage.task(id).await.state), (State::Failed, TaskState::Failed));
        assert_eq!(stage.task(id).await.steps[0].comment, "The program that publishes did not take it. It answered with the status 503.");
        assert_eq!(failed_today(db, now).await.unwrap().len(), 1);

        // While the task has failed it is not sent; scheduled again, a person has it tried again.
        let failed = last(db, now).await.id;
        assert_eq!(refusal(retry(db, now, priya, failed).await), WebhookRefusal::NotDue);
        stage.step(now, id, stage.priya, Act::Schedule).await;
        assert!(last(db, now).await.due);
        retry(db, now, priya, failed).await.unwrap();
        retry(db, now, priya, failed).await.unwrap();
        then(&kept, 202, "");
        assert_eq!(deliver_due(db, &client, now).await.unwrap(), 1);
        let delivery = last(db, now).await;
        assert_eq!((delivery.state, delivery.last_answer.as_str()), (State::Done, "It was taken. Say on the task where it can be seen."));
        assert_eq!(stage.task(id).await.state, TaskState::Scheduled, "a person says where it can be seen");
    }
}

both_databases! {
    async fn nothing_is_sent_that_may_not_be_public_any_more(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, client) = receiver().await;
        hook(db, priya, "blog", &url).await;

        // Held by the customer: it waits. Let go on: it is sent.
        let (held, key) = stage.scheduled("Held", &["blog"], DAY).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 1);
        stage.answer(noon(), &key, Act::CustomerHold).await;
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 0);
        assert_eq!(last(db, noon()).await.state, State::Queued);
        stage.answer(noon(), &key, Act::CustomerResume).await;
        then(&kept, 200, "");
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 1);
        assert_eq!((count(&kept), stage.task(held).await.state), (1, TaskState::Scheduled));

        // Edited after it was queued: what was approved is not what stands, and nothing is sent.
        let (edited, _) = stage.scheduled("Edited", &["blog"], DAY).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 1);
        stage.write(edited, "blog", "Very well done.").await;
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 0);
        assert_eq!(last(db, noon()).await.state, State::Failed);

        // The name taken back: nothing of it leaves, queued or not.
        let (taken, _) = stage.scheduled("Taken back", &["blog"], DAY).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 1);
        consent::withdraw(db, noon(), Giver::Invitation(stage.guest), Scope::Name, &[]).await.unwrap();
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 0);
        assert_eq!(stage.task(taken).await.state, TaskState::Withdrawn);
        let delivery = last(db, noon()).await;
        assert_eq!((delivery.state, delivery.attempts, delivery.last_answer.as_str()), (State::Failed, 0, "Not sent: it is no longer planned for this day."));
        assert_eq!(refusal(retry(db, noon(), priya, delivery.id).await), WebhookRefusal::NotDue);
        assert_eq!(count(&kept), 1, "nothing but the first");
    }
}

both_databases! {
    async fn a_private_address_is_refused_and_one_that_is_gone_fails(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, _) = receiver().await;
        hook(db, priya, "blog", &url).await;
        stage.scheduled("A prize", &["blog"], DAY).await;
        let nobody = Client::new(Vec::new());
        assert_eq!(deliver_due(db, &nobody, noon()).await.unwrap(), 1);
        let delivery = last(db, noon()).await;
        assert!(delivery.last_answer.contains("private network"), "{}", delivery.last_answer);
        assert_eq!((delivery.state, count(&kept)), (State::Queued, 0));
    }
}

both_databases! {
    async fn what_was_stopped_while_it_was_under_way_and_is_public_is_to_be_taken_down(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, client) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let (id, _) = stage.scheduled("A prize", &["blog"], DAY).await;
        let (other, _) = stage.scheduled("Another prize", &["blog"], DAY).await;
        let blog = stage.publication(id, Channel::Blog).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 2);
        let first = lease(db, noon()).await.unwrap().expect("a delivery");
        let second = lease(db, noon()).await.unwrap().expect("another delivery");
        assert_eq!((first.task, second.task), (id, other));
        settle(db, noon(), &second, Answered::Failed("It did not answer in time.".to_owned())).await.unwrap();
        // Both are out there, or may be; and the person takes their name back.
        consent::withdraw(db, noon(), Giver::Invitation(stage.guest), Scope::Name, &[]).await.unwrap();
        assert_eq!(publication::get(db, noon(), blog).await.unwrap().unwrap().state, PublicationState::Cancelled);
        mails(db, "").await;

        settle(db, noon(), &first, Answered::Published { url: SEEN_AT.to_owned(), at: noon() }).await.unwrap();
        let found = publication::get(db, noon(), blog).await.unwrap().unwrap();
        assert_eq!((found.state, found.url.as_str(), found.published_at), (PublicationState::Live, SEEN_AT, Some(noon())));
        assert_eq!(publication::due(db).await.unwrap().iter().map(|one| one.publication).collect::<Vec<_>>(), [blog]);
        let guest = invitation::Entity::find_by_id(stage.guest).one(db.read()).await.unwrap().unwrap();
        let shown = consent::shown(db, Subject::Person(guest.person_id)).await.unwrap();
        assert_eq!(
            shown.iter().map(|one| (one.publication, one.state, one.url.as_str(), one.take_down.is_some())).collect::<Vec<_>>(),
            [(blog, PublicationState::Live, SEEN_AT, true)],
            "the person reads that it is there, and by when it is gone"
        );
        let mut told: Vec<String> = mails(db, "take-down-needed").await.into_iter().map(|mail| mail.to_email).collect();
        told.sort();
        assert_eq!(told, ["otto@halden.example", "priya@halden.example"]);
        let delivery = deliveries(db, noon(), None, 1).await.unwrap().rows.into_iter().find(|one| one.id == first.id).unwrap();
        assert_eq!(delivery.state, State::Failed);
        assert!(delivery.last_answer.contains(SEEN_AT), "{}", delivery.last_answer);
        assert!(delivery.last_answer.ends_with("It is to be taken down by Monday 25 January 2027."), "{}", delivery.last_answer);
        assert_eq!(stage.task(id).await.state, TaskState::Withdrawn);
        // Gone, with proof.
        publication::close_take_down(db, noon(), priya, found.take_downs[0].id, "Checked at 14:00, the page answers 404.").await.unwrap();
        assert_eq!(publication::get(db, noon(), blog).await.unwrap().unwrap().state, PublicationState::TakenDown);

        // The other one left too, and nobody knows what became of it: nobody is told that it was not sent.
        assert_eq!(deliver_due(db, &client, noon() + TimeDelta::minutes(5)).await.unwrap(), 0);
        assert_eq!(count(&kept), 0);
        let stopped = failed_today(db, noon()).await.unwrap();
        assert_eq!(stopped.iter().map(|one| (one.id, one.stopped, one.attempts)).collect::<Vec<_>>(), [(second.id, true, 1)]);
        assert!(stopped[0].last_answer.starts_with("It was sent, and is no longer planned for this day."), "{}", stopped[0].last_answer);
        assert_eq!(failed_today(db, noon() + TimeDelta::days(4)).await.unwrap(), []);
    }
}

both_databases! {
    async fn what_a_person_recorded_first_is_done_wherever_the_program_says_it_is(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (_, url, _) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let (id, _) = stage.scheduled("A prize", &["blog"], DAY).await;
        let blog = stage.publication(id, Channel::Blog).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 1);
        let leased = lease(db, noon()).await.unwrap().expect("a delivery");
        assert_eq!(stage.publish(noon(), id, Channel::Blog).await, TaskState::Published);
        let recorded = format!("{URL}/blog");
        settle(db, noon(), &leased, Answered::Published { url: format!("{recorded}/"), at: noon() }).await.unwrap();
        let delivery = last(db, noon()).await;
        assert_eq!((delivery.state, delivery.last_answer), (State::Done, format!("A person published it: {recorded}. The program says {recorded}/.")));
        let found = publication::get(db, noon(), blog).await.unwrap().unwrap();
        assert_eq!((found.state, found.url, found.take_downs.len()), (PublicationState::Live, recorded, 0));
        assert_eq!(stage.task(id).await.state, TaskState::Published);
    }
}

both_databases! {
    async fn the_picture_that_was_approved_goes_with_it(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, client) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let id = stage.verified("A prize").await;
        let picture = b"\x89PNG\r\n\x1a\n\x01".to_vec();
        let image = add_image(db, tests::world::now(), priya, id, stage.task(id).await.revision, picture).await.unwrap().to_string();
        let typed =
            TypedWording { channel: "blog", language: "en", body: "Well done.", image: &image, image_alt: "A cup", ..TypedWording::default() };
        save_wording(db, tests::world::now(), priya, id, stage.task(id).await.revision, &typed).await.unwrap();
        stage.plan(id, DAY).await;
        stage.step(tests::world::now(), id, stage.priya, Act::Submit).await;
        stage.step(tests::world::now(), id, stage.otto, Act::Approve).await;
        stage.step(tests::world::now(), id, stage.priya, Act::Send).await;
        let key = mails(db, "approval-asked").await.remove(0).secret.unwrap().link.unwrap();
        stage.answer(tests::world::now(), &key, Act::CustomerApprove).await;
        stage.step(tests::world::now(), id, stage.priya, Act::Schedule).await;
        assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 1);
        let (_, body) = kept.lock().unwrap().got.remove(0);
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        let expect = serde_json::json!({
            "media_type": "image/png", "content": "iVBORw0KGgoB", "alt": "A cup",
            "sha256": "275f1bcbbb585c71e3b2184304eccfa0e37de92022ca3b6f4e9c10df32318d85",
        });
        assert_eq!(sent["image"], expect);
        assert!(!body.contains(BASE), "nothing that needs a sign-in: {body}");
    }
}

both_databases! {
    async fn what_was_taken_is_sent_once_whatever_it_answers(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (kept, url, client) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let large = format!("{{\"url\": \"{SEEN_AT}\", \"note\": \"{}\"}}", "a".repeat(70_000));
        let at_noon = format!("{{\"url\": \"{SEEN_AT}\", \"published_at\": \"noon\"}}");
        let no_time = format!("It answered with {SEEN_AT} and “noon”, which is no time that can be read.");
        for (number, (body, note)) in [
            ("{\"url\": \"/posts/12\"}", "It answered with “/posts/12”, which is no whole address that everybody can open."),
            (at_noon.as_str(), no_time.as_str()),
            (large.as_str(), "What it sends is larger than 64 KB."),
        ]
        .into_iter()
        .enumerate()
        {
            let (id, _) = stage.scheduled(&format!("Prize {number}"), &["blog"], DAY).await;
            then(&kept, 200, body);
            assert_eq!(deliver_due(db, &client, noon()).await.unwrap(), 1, "{note}");
            let delivery = last(db, noon()).await;
            assert_eq!((delivery.state, delivery.attempts), (State::Done, 1), "{note}");
            assert_eq!(delivery.last_answer, format!("It was taken. Say on the task where it can be seen. {note}"));
            assert_eq!(deliver_due(db, &client, noon() + TimeDelta::hours(8)).await.unwrap(), 0, "{note}");
            assert_eq!((count(&kept), stage.task(id).await.state), (number + 1, TaskState::Scheduled), "{note}");
        }
    }
}

both_databases! {
    async fn what_is_held_in_the_moment_it_is_leased_waits(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (_, url, _) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let (id, _) = stage.scheduled("A prize", &["blog"], DAY).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 1);
        let stands = |state: TaskState, from: &str, by: &str| amplification::ActiveModel {
            id: Set(id),
            state: Set(state.to_string()),
            held_from: Set(from.to_owned()),
            held_by: Set(by.to_owned()),
            ..Default::default()
        };
        for by in ["host", "customer"] {
            stands(TaskState::Scheduled, "", "").update(db.read()).await.unwrap();
            // Whoever looks finds it due, and waits for whoever holds it.
            let txn = db.write().await.unwrap();
            stands(TaskState::OnHold, "scheduled", by).update(&*txn).await.unwrap();
            let looking = tokio::spawn({
                let db = db.clone();
                async move { lease(&db, noon()).await }
            });
            tokio::time::sleep(Duration::from_millis(200)).await;
            txn.commit().await.unwrap();
            assert_eq!(looking.await.unwrap().unwrap(), None, "{by}");
            let delivery = last(db, noon()).await;
            assert_eq!((delivery.state, delivery.attempts, delivery.last_answer.as_str()), (State::Queued, 0, ""), "{by}");
        }
        // Once it goes on, it is sent.
        stands(TaskState::Scheduled, "", "").update(db.read()).await.unwrap();
        assert_eq!(lease(db, noon()).await.unwrap().map(|leased| leased.task), Some(id));
    }
}

both_databases! {
    async fn first_saves_that_arrive_together_make_one_secret(scratch) {
        let presses = (0..8).map(|_| {
            let db = scratch.db.clone();
            tokio::spawn(async move {
                let typed = TypedWebhook { channel: "blog", url: "https://publish.example.com/a", active: true };
                save(&db, tests::world::now(), Actor::System, &typed, false).await.expect("saved").secret
            })
        });
        let mut secrets = Vec::new();
        for press in presses.collect::<Vec<_>>() {
            secrets.extend(press.await.unwrap());
        }
        let rows = webhook::Entity::find().all(scratch.db.read()).await.unwrap();
        assert_eq!(rows.into_iter().map(|row| row.secret).collect::<Vec<_>>(), secrets, "the one that was shown");
        assert_eq!(secrets.len(), 1);
    }
}

both_databases! {
    async fn what_says_that_it_was_public_before_its_approval_is_to_be_taken_down(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (_, url, _) = receiver().await;
        hook(db, priya, "blog", &url).await;
        let (id, key) = stage.sent("A prize", &["blog"], DAY).await;
        stage.answer(at("2027-01-20T09:04:59Z"), &key, Act::CustomerApprove).await;
        stage.step(at("2027-01-20T09:10:00Z"), id, stage.priya, Act::Schedule).await;
        let blog = stage.publication(id, Channel::Blog).await;
        assert_eq!(queue_due(db, noon()).await.unwrap(), 1);
        let leased = lease(db, noon()).await.unwrap().expect("a delivery");
        settle(db, noon(), &leased, Answered::Published { url: SEEN_AT.to_owned(), at: at("2027-01-20T00:01:00Z") }).await.unwrap();
        let found = publication::get(db, noon(), blog).await.unwrap().unwrap();
        assert_eq!((found.state, found.url.as_str(), found.take_downs.len()), (PublicationState::Live, SEEN_AT, 1), "it is out there, without a permit");
        let delivery = last(db, noon()).await;
        assert_eq!(delivery.state, State::Failed);
        assert!(delivery.last_answer.contains("The customer approved this on Wed 20 Jan, 09:04 UTC"), "{}", delivery.last_answer);
        assert_eq!(stage.task(id).await.state, TaskState::Scheduled, "it was not published as it was approved");
    }
}
