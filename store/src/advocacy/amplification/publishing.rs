//! Publishing: a publication of a task goes live only as the customer approved it, on the day they approved, with every
//! consent; and what comes of it when it is taken down.

use chrono::{DateTime, TimeDelta, Utc};
use domain::advocacy::amplification::{Act, AmplificationRefusal, ApprovedTask, State, after_approval, approved};
use domain::advocacy::consent::Channel;
use domain::advocacy::ledger::{GiveKind, Side};
use domain::advocacy::publication::{Decision, Permit, State as PublicationState, in_lines, public_url};
use domain::refusal::FieldRefusal;
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::celebrated::celebrated;
use super::{Content, Step, TaskRow, content, lock, lock_celebrated, note, same_shown, shown};
use crate::advocacy::achievement::recognised_in;
use crate::advocacy::consent::open_take_down;
use crate::advocacy::ledger::{self, NewEntry};
use crate::advocacy::publication::{self, Asked, Public, Wanted};
use crate::entity::{achievement, publication as published};
use crate::halt::{refuse, word};
use crate::history::Actor;
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// Records that a publication of a task is public: where, and since when. With the last one the task is published.
/// Recording it again at the same place is the same.
///
/// # Errors
/// A field, something the customer did not approve, another day, a consent that is missing, or a publication that is over.
pub async fn publish(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    publication: i64,
    url: &str,
    published_at: DateTime<Utc>,
) -> Result<State, Halt<AmplificationRefusal>> {
    let txn = db.write().await?;
    let done = publish_in(&*txn, now, actor, publication, url, published_at).await;
    // The refusal of a consent is logged, and so kept.
    if matches!(done, Ok(_) | Err(Halt::Refused(AmplificationRefusal::ConsentMissing(_)))) {
        txn.commit().await?;
    }
    done
}

/// [`publish`] in a transaction of the caller's, who commits it also when a consent is missing: that answer is logged.
pub(crate) async fn publish_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    publication: i64,
    url: &str,
    published_at: DateTime<Utc>,
) -> Result<State, Halt<AmplificationRefusal>> {
    let url = public_url(url).map_err(|why| Halt::Refused(AmplificationRefusal::Fields(vec![why])))?;
    // Rows keep whole seconds.
    let at = DateTime::from_timestamp(published_at.timestamp(), 0).unwrap_or(published_at);
    let Some(found) = find(txn, publication).await? else { return refuse(AmplificationRefusal::Unknown) };
    if PublicationState::parse(&found.row.state) == Some(PublicationState::Live) {
        return if found.row.url == url { Ok(found.task.state) } else { refuse_field("url", ANOTHER_PLACE) };
    }
    // The clock of another machine may be a little ahead.
    if at > now + TimeDelta::minutes(1) {
        return refuse_field("published_at", "This moment has not come yet. Enter when it was published, in UTC.");
    }
    let (approved, permit) = match ready(txn, now, actor, &found, at).await? {
        Ok(ready) => ready,
        Err(why) => return refuse(why),
    };
    let public = Public { url, at };
    publication::publish_of_task(txn, now, actor, &found.row, public, permit, &approved).await?;
    let task = &found.task;
    let next = if all_live(txn, task.row.id, &found.content).await? { task.after(Act::Publish)? } else { task.state };
    task.moved(now, Act::Publish, next).update(txn).await?;
    note(txn, now, actor, task, Step { act: Act::Publish, to: next, by_name: "", comment: "", hash: approved.hash() }).await?;
    credit(txn, now, actor, task, at).await?;
    Ok(next)
}

const ANOTHER_PLACE: &str = "This is recorded as public at another address already. Its publication’s page shows it.";

fn refuse_field<T>(field: &'static str, sentence: &str) -> Result<T, Halt<AmplificationRefusal>> {
    refuse(AmplificationRefusal::Fields(vec![FieldRefusal::new(field, sentence)]))
}

/// A publication of a task with all that it rests on, locked.
struct Found {
    row: published::Model,
    task: TaskRow,
    content: Content,
    wanted: Vec<Wanted>,
}

/// Locks who is shown and celebrated, the achievement, the task and the publication, in this order.
async fn find(txn: &impl ConnectionTrait, id: i64) -> Result<Option<Found>, Halt<AmplificationRefusal>> {
    let Some(seen) = published::Entity::find_by_id(id).one(txn).await? else { return Ok(None) };
    let Some(task) = seen.amplification_id else { return Ok(None) };
    let wanted = shown(txn, task).await?;
    let Some(achievement) = lock_celebrated(txn, task, &wanted).await? else { return Ok(None) };
    achievement::Entity::find_by_id(achievement).lock(LockType::NoKeyUpdate).one(txn).await?;
    let Some(task) = lock(txn, task).await? else { return Ok(None) };
    let Some(row) = published::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { return Ok(None) };
    if !same_shown(&wanted, &shown(txn, task.row.id).await?) {
        return refuse(AmplificationRefusal::Stale);
    }
    let content = content(txn, task.row.id).await?;
    Ok(Some(Found { row, task, content, wanted }))
}

/// Whether it may be public at that moment: approved exactly as it is, by then, for that day, and every consent live, then as now.
async fn ready(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    found: &Found,
    at: DateTime<Utc>,
) -> Result<Result<(ApprovedTask, Permit), AmplificationRefusal>, Fault> {
    let (task, row) = (&found.task, &found.row);
    if let Err(halt) = task.after(Act::Publish) {
        return match halt {
            Halt::Refused(why) => Ok(Err(why)),
            Halt::Fault(fault) => Err(fault),
        };
    }
    let state = word(PublicationState::parse(&row.state), &row.state)?;
    if state != PublicationState::Planned {
        return Ok(Err(AmplificationRefusal::PublicationOver(state)));
    }
    let current = found.content.hash(task.row.planned_for).unwrap_or_default();
    let approved = match approved(&current, &task.row.approved_hash, task.state) {
        Ok(approved) => approved,
        Err(why) => return Ok(Err(why)),
    };
    let stands = row.approved_hash == approved.hash() && found.content.wordings.iter().any(|one| Some(one.row.id) == row.wording_id);
    let Some(day) = task.row.planned_for.filter(|_| stands) else { return Ok(Err(AmplificationRefusal::NotApproved)) };
    if at.date_naive() != day {
        return Ok(Err(AmplificationRefusal::NotTheDay { approved: day }));
    }
    if let Err(why) = after_approval(at, task.row.approved_at) {
        return Ok(Err(why));
    }
    let named =
        celebrated(txn, task.row.achievement_id).await?.map_or(Err(AmplificationRefusal::Unknown), |of| of.check_names(&found.content));
    if let Err(why) = named {
        return Ok(Err(why));
    }
    let channel = word(Channel::parse(&row.channel), &row.channel)?;
    let allowed_then = publication::was_allowed(txn, channel, at, &found.wanted).await?;
    match publication::decide(txn, channel, day, true, &found.wanted).await? {
        Decision::Allowed(permit) if allowed_then => Ok(Ok((approved, permit))),
        Decision::Allowed(_) => Ok(Err(AmplificationRefusal::BeforeConsent)),
        Decision::Refused(reasons) => {
            let asked = Asked { title: &row.title, channel, by: actor.staff() };
            publication::note_decision(txn, now, Some(row.id), &asked, false, in_lines(&reasons)).await?;
            Ok(Err(AmplificationRefusal::ConsentMissing(reasons)))
        }
    }
}

/// Whether a publication may leave for its channel at this moment: asked by what sends it, right before it does.
pub(crate) async fn may_send_now_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    publication: i64,
) -> Result<Result<(), AmplificationRefusal>, Fault> {
    let found = match find(txn, publication).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(Err(AmplificationRefusal::Unknown)),
        Err(Halt::Refused(why)) => return Ok(Err(why)),
        Err(Halt::Fault(fault)) => return Err(fault),
    };
    Ok(ready(txn, now, Actor::System, &found, now).await?.map(|_| ()))
}

/// Whether every wording as it stands is public.
async fn all_live(txn: &impl ConnectionTrait, task: i64, content: &Content) -> Result<bool, DbErr> {
    let mut live = !content.wordings.is_empty();
    for one in &content.wordings {
        let sql = "SELECT count(*) AS n FROM publication p WHERE p.amplification_id = $1 AND p.wording_id = $2 AND p.state = 'live'";
        live &= sql::number(txn, sql, values![task, one.row.id]).await? > 0;
    }
    Ok(live)
}

/// How many of its publications can be seen.
async fn live_of(txn: &impl ConnectionTrait, task: i64) -> Result<i64, DbErr> {
    sql::number(txn, "SELECT count(*) AS n FROM publication p WHERE p.amplification_id = $1 AND p.state = 'live'", values![task]).await
}

/// The first time it can be seen, the achievement is recognised, and that is a give. Once: both say so themselves.
async fn credit(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    task: &TaskRow,
    at: DateTime<Utc>,
) -> Result<(), Halt<AmplificationRefusal>> {
    let Some(of) = achievement::Entity::find_by_id(task.row.achievement_id).one(txn).await? else {
        return refuse(AmplificationRefusal::Unknown);
    };
    recognised_in(txn, at, of.id).await?;
    let entry = NewEntry {
        person: of.person_id,
        company: of.company_id,
        side: Side::Give,
        kind: GiveKind::Amplification.as_str(),
        source: source(task.row.id),
        happened_on: at.date_naive(),
        note: &of.title,
        value: 0,
        by: actor.staff(),
    };
    ledger::enter(txn, now, entry).await?;
    Ok(())
}

/// What a task is called in the ledger.
fn source(task: i64) -> String {
    format!("amplification:{task}")
}

/// A publication was taken down. Once nothing of its task can be seen any more the task is withdrawn, and so is the give. The
/// caller has locked the task before the publication.
pub(crate) async fn taken_down_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: &published::Model,
) -> Result<(), Fault> {
    let Some(id) = row.amplification_id else { return Ok(()) };
    let Some(task) = lock(txn, id).await? else { return Ok(()) };
    if live_of(txn, id).await? > 0 {
        let step = Step { act: Act::TakenDown, to: task.state, by_name: "", comment: "", hash: &row.approved_hash };
        note(txn, now, actor, &task, step).await?;
        return Ok(());
    }
    if let Ok(next) = task.after(Act::TakenDown)
        && next != task.state
    {
        task.moved(now, Act::TakenDown, next).update(txn).await?;
        publication::cancel_of_task(txn, now, actor, id).await?;
        note(txn, now, actor, &task, Step { act: Act::TakenDown, to: next, by_name: "", comment: "", hash: &row.approved_hash }).await?;
    }
    ledger::take_back(txn, now, &source(id), "Taken down", actor.staff()).await?;
    Ok(())
}

/// A task ended while something of it can be seen: that is to be taken down. The caller has locked the task, and cancels
/// what is planned after this: all of it is locked here, in order.
pub(super) async fn take_down_live(txn: &impl ConnectionTrait, now: DateTime<Utc>, task: i64) -> Result<(), Fault> {
    let rows = published::Entity::find()
        .filter(published::Column::AmplificationId.eq(task))
        .filter(published::Column::State.is_in([PublicationState::Planned.as_str(), PublicationState::Live.as_str()]))
        .order_by_asc(published::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    for row in rows.iter().filter(|row| row.state == PublicationState::Live.as_str()) {
        let open = "SELECT count(*) AS n FROM take_down t WHERE t.publication_id = $1 AND t.done_at IS NULL";
        if sql::number(txn, open, values![row.id]).await? == 0 {
            open_take_down(txn, now, row, None).await?;
        }
    }
    Ok(())
}

/// Every publication that can be seen has its result: the task is measured. Answers whether it is, just now.
pub(crate) async fn measure_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, task: i64) -> Result<bool, Fault> {
    let Some(stands) = lock(txn, task).await? else { return Ok(false) };
    let Ok(next) = stands.after(Act::Measure) else { return Ok(false) };
    let open = sql::number(
        txn,
        "SELECT count(*) AS n FROM publication p LEFT JOIN publication_result r ON r.publication_id = p.id \
         WHERE p.amplification_id = $1 AND p.state = 'live' AND r.publication_id IS NULL",
        values![task],
    )
    .await?;
    if next == stands.state || open > 0 {
        return Ok(false);
    }
    stands.moved(now, Act::Measure, next).update(txn).await?;
    let hash = stands.row.approved_hash.clone();
    note(txn, now, actor, &stands, Step { act: Act::Measure, to: next, by_name: "", comment: "", hash: &hash }).await?;
    Ok(true)
}
