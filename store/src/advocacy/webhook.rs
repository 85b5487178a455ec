//! Outgoing webhooks: where deliveries of each channel go, what is to be delivered, and what came back.
//!
//! A delivery is queued once per publication, on the day the customer approved. Whoever sends it leases it first: behind
//! that lock the approval and the consents are asked again, and without them nothing is sent. What ends while a delivery is
//! under way may be public all the same: then it is live here too, and to be taken down. Sending itself, and what is reached
//! where, is the server's.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::advocacy::amplification::{AmplificationRefusal, State as TaskState};
use domain::advocacy::consent::Channel;
use domain::advocacy::publication::State as PublicationState;
use domain::advocacy::webhook::{
    Answered, PUBLICATION_DUE, Payload, Picture, State, TypedWebhook, Webhook, WebhookRefusal, retry_in, secret, without_bytes,
};
use domain::refusal::Refusal;
use domain::time::words;
use rand::RngCore as _;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set, TryInsertResult,
};

use crate::advocacy::amplification as tasks;
use crate::advocacy::consent::open_take_down;
use crate::entity::{amplification, amplification_image, publication, take_down, webhook, webhook_delivery};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

/// Where deliveries of a channel go. The secret is shown by nothing that reads.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    pub channel: String,
    pub url: String,
    pub active: bool,
    pub created_at: DateTime<Utc>,
}

/// Every webhook, by channel.
///
/// # Errors
/// The database.
pub async fn list(db: &Db) -> Result<Vec<Line>, DbErr> {
    sql::all(db.read(), "SELECT w.channel, w.url, w.active, w.created_at FROM webhook w ORDER BY w.channel", values![]).await
}

/// What saving came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    pub channel: Channel,
    /// The new secret, for the one who saved it: it is shown once.
    pub secret: Option<String>,
}

/// Saves where deliveries of a channel go. The first time, and whenever it is asked for, it gets a new secret; the old one
/// signs nothing any more.
///
/// # Errors
/// A field.
pub async fn save(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    typed: &TypedWebhook<'_>,
    rotate: bool,
) -> Result<Saved, Halt<WebhookRefusal>> {
    let wanted = Webhook::parse(typed).map_err(|wrong| Halt::Refused(WebhookRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let new = webhook::ActiveModel {
        channel: Set(wanted.channel.as_str().to_owned()),
        url: Set(wanted.url.clone()),
        secret: Set(String::new()),
        active: Set(wanted.active),
        created_by: Set(actor.staff()),
        created_at: Set(now),
        ..Default::default()
    };
    // Two who save the first one at once meet here: one of them finds it saved.
    let inserting = webhook::Entity::insert(new).on_conflict_do_nothing_on([webhook::Column::Channel]);
    let made = matches!(inserting.exec(&*txn).await?, TryInsertResult::Inserted(_));
    let stands = webhook::Entity::find().filter(webhook::Column::Channel.eq(wanted.channel.as_str())).lock_exclusive().one(&*txn).await?;
    let stands = stands.ok_or(DbErr::RecordNotInserted)?;
    if !made && !rotate && stands.url == wanted.url && stands.active == wanted.active {
        return Ok(Saved { channel: wanted.channel, secret: None });
    }
    let fresh = (made || rotate).then(new_secret);
    let mut change =
        webhook::ActiveModel { id: Set(stands.id), url: Set(wanted.url.clone()), active: Set(wanted.active), ..Default::default() };
    if let Some(secret) = &fresh {
        change.secret = Set(secret.clone());
    }
    change.update(&*txn).await?;
    let before = if made { String::new() } else { in_short(&stands.url, stands.active) };
    let after = in_short(&wanted.url, wanted.active);
    let act = if fresh.is_some() { "save with a new secret" } else { "save" };
    history::record(&*txn, now, Entry { actor, act, object: "webhook", object_id: stands.id, cohort: None, before, after }).await?;
    txn.commit().await?;
    Ok(Saved { channel: wanted.channel, secret: fresh })
}

fn new_secret() -> String {
    let mut key = [0_u8; 32];
    rand::rng().fill_bytes(&mut key);
    secret(&key)
}

/// As the history keeps it: without what an address may carry behind its host.
fn in_short(url: &str, active: bool) -> String {
    let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
    format!("{host}; {}", if active { "active" } else { "paused" })
}

// ---- what is due -----------------------------------------------------------------------------------------------------

#[derive(FromQueryResult)]
struct DueRow {
    publication: i64,
    webhook: i64,
    task: i64,
    channel: String,
    language: String,
    body: String,
    link: String,
    image: Option<i64>,
    image_alt: String,
    day: NaiveDate,
}

/// Queues what is due today on a channel with an active webhook: each publication once. Answers how many.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn queue_due(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    let due: Vec<DueRow> = sql::all(
        db.read(),
        "SELECT p.id AS publication, k.id AS webhook, a.id AS task, p.channel, w.language, w.body, w.link, w.image_id AS image, w.image_alt, p.planned_for AS day \
         FROM publication p JOIN amplification a ON a.id = p.amplification_id JOIN wording w ON w.id = p.wording_id \
         JOIN webhook k ON k.channel = p.channel AND k.active = TRUE \
         WHERE a.state = 'scheduled' AND p.state = 'planned' AND p.planned_for = $1 \
         AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.publication_id = p.id) ORDER BY p.id LIMIT 100",
        values![now.date_naive()],
    )
    .await?;
    let mut queued = 0;
    for row in due {
        let message_id = format!("msg_{}", uuid::Uuid::new_v4().simple());
        let image = match row.image {
            Some(image) => amplification_image::Entity::find_by_id(image).one(db.read()).await?,
            None => None,
        };
        let image = image.map(|image| Picture::new(image.media_type, image.sha256, &image.content, row.image_alt));
        let payload = Payload {
            kind: PUBLICATION_DUE,
            id: message_id.clone(),
            task: row.task,
            channel: word(Channel::parse(&row.channel), &row.channel)?,
            language: row.language,
            body: row.body,
            link: row.link,
            image,
            day: row.day,
        };
        let body = serde_json::to_string(&payload).map_err(|why| Fault::Unreadable(why.to_string()))?;
        let txn = db.write().await?;
        // Two servers may look at once: the publication's row is the turnstile.
        publication::Entity::find_by_id(row.publication).lock_exclusive().one(&*txn).await?;
        let stands =
            webhook_delivery::Entity::find().filter(webhook_delivery::Column::PublicationId.eq(row.publication)).one(&*txn).await?;
        if stands.is_some() {
            continue;
        }
        webhook_delivery::ActiveModel {
            webhook_id: Set(row.webhook),
            publication_id: Set(row.publication),
            message_id: Set(message_id),
            body: Set(body),
            state: Set(State::Queued.as_str().to_owned()),
            attempts: Set(0),
            not_before: Set(now),
            last_answer: Set(String::new()),
            created_at: Set(now),
            done_at: Set(None),
            ..Default::default()
        }
        .insert(&*txn)
        .await?;
        txn.commit().await?;
        queued += 1;
    }
    Ok(queued)
}

/// Ends deliveries that have nothing to do any more: what they would publish was published by a person, or is no longer
/// planned for today. What was sent and never answered may be public: it is not said to be unsent.
///
/// # Errors
/// The database.
pub async fn end_stale(db: &Db, now: DateTime<Utc>) -> Result<(), DbErr> {
    sql::run(
        db.read(),
        "UPDATE webhook_delivery SET state = 'done', done_at = $1, last_answer = 'A person published it.' WHERE state = 'queued' \
         AND EXISTS (SELECT 1 FROM publication p WHERE p.id = webhook_delivery.publication_id AND p.state IN ('live', 'taken down'))",
        values![now],
    )
    .await?;
    sql::run(
        db.read(),
        "UPDATE webhook_delivery SET state = 'failed', done_at = $1, last_answer = CASE WHEN attempts = 0 AND (last_answer = '' OR last_answer LIKE 'Not sent%') THEN 'Not sent: it is no longer planned for this day.' \
         ELSE 'It was sent, and is no longer planned for this day. Look whether it is public all the same, and have it taken off.' END WHERE state = 'queued' \
         AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.id = webhook_delivery.publication_id AND p.state = 'planned' AND p.planned_for = $2)",
        values![now, now.date_naive()],
    )
    .await?;
    Ok(())
}

/// A delivery that is to be sent now, with all that sending needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    pub id: i64,
    pub task: i64,
    pub publication: i64,
    pub url: String,
    pub secret: String,
    pub message_id: String,
    pub body: String,
    /// This attempt's number, from 1.
    pub attempt: u32,
}

/// A lease holds so long: longer than everything one look at the clock sends may take.
const LEASE: TimeDelta = TimeDelta::seconds(120);

/// Leases the next delivery that is due, if there is one. Right before, the approval and the consents are asked again: what
/// may not be published is not sent, and the delivery says why. Two servers never lease the same one.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn lease(db: &Db, now: DateTime<Utc>) -> Result<Option<Leased>, Fault> {
    #[derive(FromQueryResult)]
    struct Next {
        id: i64,
        publication: i64,
        task: i64,
    }
    // What is held waits: it is leased once it goes on, or ended once its day has passed.
    const NEXT: &str = "SELECT d.id, d.publication_id AS publication, a.id AS task FROM webhook_delivery d JOIN publication p ON p.id = d.publication_id \
         JOIN amplification a ON a.id = p.amplification_id JOIN webhook k ON k.id = d.webhook_id \
         WHERE d.state = 'queued' AND d.not_before <= $1 AND a.state = 'scheduled' AND p.state = 'planned' AND k.active = TRUE";
    // Held between the look and the lock: each is looked at once.
    let mut held: BTreeSet<i64> = BTreeSet::new();
    loop {
        let apart = sql::numbers(held.iter().copied());
        let next = format!("{NEXT} AND d.id NOT IN ({apart}) ORDER BY d.not_before, d.id LIMIT 1");
        let Some(next) = sql::one::<Next>(db.read(), &next, values![now]).await? else { return Ok(None) };
        let txn = db.write().await?;
        let may = tasks::may_send_now_in(&*txn, now, next.publication).await?;
        if matches!(may, Err(AmplificationRefusal::HeldByCustomer | AmplificationRefusal::NotNow { state: TaskState::OnHold, .. })) {
            held.insert(next.id);
            continue;
        }
        let row = webhook_delivery::Entity::find_by_id(next.id).lock_exclusive().one(&*txn).await?;
        let Some(row) = row.filter(|row| row.state == State::Queued.as_str() && row.not_before <= now) else { continue };
        let hook = webhook::Entity::find_by_id(row.webhook_id).one(&*txn).await?;
        let hook = hook.ok_or_else(|| Fault::Unreadable(format!("delivery {} without a webhook", row.id)))?;
        let mut change = webhook_delivery::ActiveModel { id: Set(row.id), ..Default::default() };
        if let Err(why) = may {
            change.state = Set(State::Failed.as_str().to_owned());
            change.done_at = Set(Some(now));
            // Tried again by hand, its attempts are counted anew: what came back before says that it was sent.
            let unsent = row.attempts == 0 && (row.last_answer.is_empty() || row.last_answer.starts_with("Not sent"));
            change.last_answer = Set(if unsent { format!("Not sent. {}", why.sentence()) } else { sent_before(&why) });
            change.update(&*txn).await?;
            txn.commit().await?;
            continue;
        }
        change.attempts = Set(row.attempts + 1);
        change.not_before = Set(now + LEASE);
        change.update(&*txn).await?;
        txn.commit().await?;
        return Ok(Some(Leased {
            id: row.id,
            task: next.task,
            publication: next.publication,
            url: hook.url,
            secret: hook.secret,
            message_id: row.message_id,
            body: row.body,
            attempt: u32::try_from(row.attempts + 1).unwrap_or(u32::MAX),
        }));
    }
}

/// Keeps what came back: it is public where the answer says, or a person says so later (with what of the answer could not be
/// read), or it is tried again, or the task has failed. What is public and may not be, is to be taken down.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn settle(db: &Db, now: DateTime<Utc>, of: &Leased, answered: Answered) -> Result<(), Fault> {
    let txn = db.write().await?;
    let (state, said, wait) = match answered {
        Answered::Published { url, at } => match tasks::publish_in(&*txn, now, Actor::System, of.publication, &url, at).await {
            Ok(_) => (State::Done, format!("Public at {url}"), None),
            Err(Halt::Fault(fault)) => return Err(fault),
            Err(Halt::Refused(why)) => {
                let (state, said) = refused_after(&*txn, now, of, Seen { url, at }, &why).await?;
                (state, said, None)
            }
        },
        Answered::Accepted { note } => {
            let (state, said) = taken(&*txn, now, of).await?;
            (state, [said, note].join(" ").trim_end().to_owned(), None)
        }
        Answered::Failed(why) => match retry_in(of.attempt) {
            Some(wait) => (State::Queued, why, Some(wait)),
            None => {
                let comment = format!("The program that publishes did not take it. {why}");
                tasks::fail_in(&*txn, now, Actor::System, of.task, &comment).await?;
                (State::Failed, why, None)
            }
        },
    };
    let row = webhook_delivery::Entity::find_by_id(of.id).lock_exclusive().one(&*txn).await?;
    // Ended meanwhile, by the clock or by hand: what came back is kept all the same.
    if row.is_some() {
        let mut change = webhook_delivery::ActiveModel {
            id: Set(of.id),
            state: Set(state.as_str().to_owned()),
            last_answer: Set(said),
            ..Default::default()
        };
        if state == State::Done {
            change.body = Set(without_bytes(&of.body));
        }
        match wait {
            Some(wait) => change.not_before = Set(now + wait),
            None => change.done_at = Set(Some(now)),
        }
        change.update(&*txn).await?;
    }
    txn.commit().await?;
    Ok(())
}

/// Where the program says it can be seen, and since when.
struct Seen {
    url: String,
    at: DateTime<Utc>,
}

/// It is public there, and may not be recorded as the customer approved it. Where a person recorded it first, that is all.
/// Else it was published while its approval or a consent ended: without any permit it is live, as it is out there, and is to
/// be taken down like what somebody allows no more. Whoever has the task in hand is told, with marketing; the task itself
/// stays where it is. Asking for the permit has locked the task and the publication.
async fn refused_after(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    of: &Leased,
    seen: Seen,
    why: &AmplificationRefusal,
) -> Result<(State, String), Fault> {
    let url = seen.url;
    let found = publication::Entity::find_by_id(of.publication).lock_exclusive().one(txn).await?;
    let Some(row) = found else { return Ok((State::Failed, format!("It says that it is public at {url}. Take it down there."))) };
    let live = if row.state == PublicationState::Live.as_str() {
        let open = take_down::Entity::find()
            .filter(take_down::Column::PublicationId.eq(row.id))
            .filter(take_down::Column::DoneAt.is_null())
            .one(txn)
            .await?;
        if open.is_none() {
            return Ok((State::Done, format!("A person published it: {}. The program says {url}.", row.url)));
        }
        row
    } else {
        let before = row.state;
        let live = publication::ActiveModel {
            id: Set(row.id),
            state: Set(PublicationState::Live.as_str().to_owned()),
            url: Set(url.clone()),
            // Rows keep whole seconds.
            published_at: Set(Some(DateTime::from_timestamp(seen.at.timestamp(), 0).unwrap_or(seen.at))),
            revision: Set(row.revision + 1),
            ..Default::default()
        }
        .update(txn)
        .await?;
        let entry = Entry {
            actor: Actor::System,
            act: "find public",
            object: "publication",
            object_id: live.id,
            cohort: None,
            before,
            after: live.state.clone(),
        };
        history::record(txn, now, entry).await?;
        live
    };
    let owner = amplification::Entity::find_by_id(of.task).one(txn).await?.and_then(|task| task.owner_id);
    let told = publication::Model { url: url.clone(), created_by: owner.or(live.created_by), ..live };
    let due = open_take_down(txn, now, &told, None).await?;
    Ok((State::Failed, format!("It is public at {url}, and may not be: {} It is to be taken down by {}.", why.sentence(), words::day(due))))
}

/// It was taken; a person says where it can be seen. What ended meanwhile may be public later all the same.
async fn taken(txn: &impl ConnectionTrait, now: DateTime<Utc>, of: &Leased) -> Result<(State, String), Fault> {
    let Err(why) = tasks::may_send_now_in(txn, now, of.publication).await? else {
        return Ok((State::Done, "It was taken. Say on the task where it can be seen.".to_owned()));
    };
    let row = publication::Entity::find_by_id(of.publication).one(txn).await?;
    if row.is_some_and(|row| row.state == PublicationState::Live.as_str()) {
        return Ok((State::Done, "It was taken, and a person published it.".to_owned()));
    }
    Ok((State::Failed, sent_before(&why)))
}

/// Of what was sent, and may not be public any more.
fn sent_before(why: &AmplificationRefusal) -> String {
    let why = why.sentence();
    format!("It was sent, and may not be public any more: {why} Look whether it is public all the same, and have it taken off.")
}

/// Tries a failed delivery again, now.
///
/// # Errors
/// It has not failed, or what it would publish is no longer due.
pub async fn retry(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<(), Halt<WebhookRefusal>> {
    let txn = db.write().await?;
    let Some(found) = webhook_delivery::Entity::find_by_id(id).one(&*txn).await? else { return refuse(WebhookRefusal::NotFailed) };
    let Some(planned) = publication::Entity::find_by_id(found.publication_id).one(&*txn).await? else {
        return refuse(WebhookRefusal::NotDue);
    };
    let task = match planned.amplification_id {
        Some(task) => amplification::Entity::find_by_id(task).lock_exclusive().one(&*txn).await?,
        None => None,
    };
    let Some(row) = webhook_delivery::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else {
        return refuse(WebhookRefusal::NotFailed);
    };
    if row.state == State::Queued.as_str() {
        // A second press of the button.
        return Ok(());
    }
    if row.state != State::Failed.as_str() {
        return refuse(WebhookRefusal::NotFailed);
    }
    let due = planned.state == PublicationState::Planned.as_str()
        && planned.planned_for == now.date_naive()
        && task.is_some_and(|task| task.state == TaskState::Scheduled.as_str());
    if !due {
        return refuse(WebhookRefusal::NotDue);
    }
    webhook_delivery::ActiveModel {
        id: Set(id),
        state: Set(State::Queued.as_str().to_owned()),
        attempts: Set(0),
        not_before: Set(now),
        done_at: Set(None),
        ..Default::default()
    }
    .update(&*txn)
    .await?;
    let entry = Entry {
        actor,
        act: "retry",
        object: "webhook delivery",
        object_id: id,
        cohort: None,
        before: State::Failed.to_string(),
        after: State::Queued.to_string(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(())
}

// ---- the log ---------------------------------------------------------------------------------------------------------

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryLine {
    pub id: i64,
    pub task: Option<i64>,
    pub title: String,
    pub channel: String,
    pub state: State,
    pub attempts: u32,
    pub last_answer: String,
    pub created_at: DateTime<Utc>,
    pub not_before: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
    /// What it would publish is still due today.
    pub due: bool,
    /// It was sent, and what it publishes was stopped: it may be public all the same.
    pub stopped: bool,
}

#[derive(FromQueryResult)]
struct LogRow {
    id: i64,
    task: Option<i64>,
    title: String,
    channel: String,
    state: String,
    attempts: i32,
    last_answer: String,
    created_at: DateTime<Utc>,
    not_before: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
    publication_state: String,
    planned_for: NaiveDate,
    task_state: Option<String>,
}

impl LogRow {
    fn read(self, today: NaiveDate) -> Result<DeliveryLine, Fault> {
        let running = [TaskState::Scheduled, TaskState::Failed].iter().any(|state| self.task_state.as_deref() == Some(state.as_str()));
        Ok(DeliveryLine {
            due: self.publication_state == PublicationState::Planned.as_str()
                && self.planned_for == today
                && self.task_state.as_deref() == Some(TaskState::Scheduled.as_str()),
            stopped: self.attempts > 0 && self.state == State::Failed.as_str() && !running,
            id: self.id,
            task: self.task,
            title: self.title,
            channel: self.channel,
            state: word(State::parse(&self.state), &self.state)?,
            attempts: u32::try_from(self.attempts).unwrap_or(0),
            last_answer: self.last_answer,
            created_at: self.created_at,
            not_before: self.not_before,
            done_at: self.done_at,
        })
    }
}

const LOG: &str = "SELECT d.id, p.amplification_id AS task, p.title, p.channel, d.state, d.attempts, d.last_answer, d.created_at, d.not_before, d.done_at, \
    p.state AS publication_state, p.planned_for, a.state AS task_state FROM webhook_delivery d JOIN publication p ON p.id = d.publication_id \
    LEFT JOIN amplification a ON a.id = p.amplification_id";

/// Every delivery, the newest first; only those in one state when one is given.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn deliveries(db: &Db, now: DateTime<Utc>, state: Option<State>, page: u64) -> Result<Page<DeliveryLine>, Fault> {
    let with = values![state.map_or("", State::as_str)];
    let total =
        sql::number(db.read(), "SELECT count(*) AS n FROM webhook_delivery d WHERE ($1 = '' OR d.state = $1)", with.clone()).await?;
    let rows: Vec<LogRow> = sql::all(
        db.read(),
        &format!(
            "{LOG} WHERE ($1 = '' OR d.state = $1) ORDER BY d.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    let rows = rows.into_iter().map(|row| row.read(now.date_naive())).collect::<Result<_, _>>()?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// For so many days what was sent and then stopped is said to whoever sees to it.
const STOPPED_DAYS: i64 = 3;

/// What failed and is still to be published today, or was sent and then stopped a short while ago: at most five, the newest
/// first. What is known to be public is among the take-downs.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn failed_today(db: &Db, now: DateTime<Utc>) -> Result<Vec<DeliveryLine>, Fault> {
    let rows: Vec<LogRow> = sql::all(
        db.read(),
        &format!(
            "{LOG} WHERE d.state = 'failed' AND ((p.state = 'planned' AND p.planned_for = $1) \
             OR (p.state = 'cancelled' AND d.attempts > 0 AND d.done_at > $2)) ORDER BY d.id DESC LIMIT 5"
        ),
        values![now.date_naive(), now - TimeDelta::days(STOPPED_DAYS)],
    )
    .await?;
    rows.into_iter().map(|row| row.read(now.date_naive())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_keeps_no_secret_of_an_address() {
        assert_eq!(in_short("https://publish.example.com/hooks/SECRET?key=1", true), "https://publish.example.com; active");
        assert!(new_secret().starts_with("whsec_") && new_secret() != new_secret());
    }
}
