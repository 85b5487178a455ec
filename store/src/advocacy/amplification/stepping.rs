//! The host's steps: from draft to the customer and on to what is planned; and what a withdrawn consent does to a task.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::amplification::{
    Act, AmplificationRefusal, ApprovedTask, Ready, State, approved, four_eyes, hold_after, needs_comment,
};
use domain::advocacy::consent::{Channel, Event, Scope, Subject};
use domain::advocacy::publication::{Decision, Permit, Plan, Reason, in_lines, working_days_after};
use domain::contact::{self, Email};
use domain::time::is_second_press;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Set};

use super::celebrated::celebrated;
use super::publishing::take_down_live;
use super::{Content, Step, TaskRow, content, link_until, lock, newest_step, note, record, same_shown, shown};
use crate::advocacy::ask::to_be_forgotten;
use crate::advocacy::consent::{column, told};
use crate::advocacy::forgetting::leaves;
use crate::advocacy::publication::{self, Asked, OfTask, Wanted};
use crate::advocacy::setting;
use crate::entity::{achievement, amplification, person, publication as published};
use crate::halt::refuse;
use crate::history::Actor;
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, link};

/// Opens the task of an achievement, as a draft; the one there is, stays. Its owner is the colleague who verified it, and
/// the person themselves approves it until somebody else is named.
pub(crate) async fn open_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    achievement: &achievement::Model,
) -> Result<i64, Fault> {
    let stands = amplification::Entity::find().filter(amplification::Column::AchievementId.eq(achievement.id)).one(txn).await?;
    if let Some(stands) = stands {
        return Ok(stands.id);
    }
    let settings = setting::get_in(txn).await?;
    let approver = match achievement.person_id {
        Some(id) => person::Entity::find_by_id(id).one(txn).await?.filter(|person| person.forgotten_at.is_none()),
        None => None,
    };
    let (name, email) = approver.map_or_else(Default::default, |person| (person.name, person.email));
    let row = amplification::ActiveModel {
        achievement_id: Set(achievement.id),
        owner_id: Set(actor.staff()),
        due_day: Set(working_days_after(now.date_naive(), settings.recognition_days)),
        state: Set(State::Draft.as_str().to_owned()),
        held_from: Set(String::new()),
        held_by: Set(String::new()),
        approver_name: Set(name),
        approver_email: Set(email),
        sent_hash: Set(String::new()),
        approved_hash: Set(String::new()),
        waits_since: Set(now),
        reminders: Set(0),
        uid: Set(uuid::Uuid::new_v4().to_string()),
        sequence: Set(0),
        created_at: Set(now),
        modified_at: Set(now),
        revision: Set(1),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    let task = TaskRow::read(row)?;
    record(txn, now, actor, "open", &task, State::Draft).await?;
    Ok(task.row.id)
}

/// One step of the host's. Repeating it is the same; sending once more makes a new link, and the old one is dead.
///
/// # Errors
/// It does not fit the state, something is missing that it needs, or somebody changed the task meanwhile.
pub async fn step(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    task: i64,
    revision: i32,
    act: Act,
    comment: &str,
) -> Result<State, Halt<AmplificationRefusal>> {
    let comment = contact::paragraphs("comment", comment, 2_000).map_err(|why| Halt::Refused(AmplificationRefusal::Fields(vec![why])))?;
    let txn = db.write().await?;
    let wanted = shown(&*txn, task).await?;
    if act == Act::Schedule {
        publication::lock_shown(&*txn, &wanted).await?;
    }
    let Some(stands) = lock(&*txn, task).await? else { return refuse(AmplificationRefusal::Unknown) };
    if !act.is_hosts_step() {
        return refuse(AmplificationRefusal::NotNow { state: stands.state, act });
    }
    let mut next = stands.after(act)?;
    let repeats = next == stands.state
        && match act {
            Act::Send => just_sent(&*txn, now, actor, task).await?,
            // A hold beside the customer's is another one, and so is what a second colleague says.
            Act::Hold if hold_after(stands.state, stands.hold, act) != stands.hold => false,
            _ => comment.is_empty() || just_said(&*txn, actor, task, act, &comment).await?,
        };
    if repeats {
        return Ok(next);
    }
    if stands.row.revision != revision || !same_shown(&wanted, &shown(&*txn, task).await?) {
        return refuse(AmplificationRefusal::Stale);
    }
    if needs_comment(act) && comment.is_empty() {
        return refuse(AmplificationRefusal::CommentNeeded);
    }
    let holds = content(&*txn, task).await?;
    let current = holds.hash(stands.row.planned_for);
    let mut change = stands.moved(now, act, next);
    match act {
        Act::Submit => ready(&*txn, &stands, &holds, now.date_naive()).await?,
        Act::Approve => {
            let by = actor.staff().ok_or(Halt::Refused(AmplificationRefusal::FourEyes))?;
            four_eyes(by, &holds.writers()).map_err(Halt::Refused)?;
        }
        // They hold it: a link by which they let it go on, and nothing of what they were sent or said is touched.
        Act::Send if next == State::OnHold => {
            if stands.row.approver_email.is_empty() {
                return refuse(AmplificationRefusal::NoApprover);
            }
            nobody_leaves(&*txn, &stands).await?;
            let today = now.date_naive();
            let token = new_link(&mut change, stands.row.planned_for.map_or(today, |day| day.max(today)));
            ask(&*txn, now, &stands, token).await?;
        }
        Act::Send => {
            ready(&*txn, &stands, &holds, now.date_naive()).await?;
            nobody_leaves(&*txn, &stands).await?;
            change.sent_hash = Set(current.clone().unwrap_or_default());
            change.approved_hash = Set(String::new());
            change.approved_at = Set(None);
            let token = new_link(&mut change, stands.row.planned_for.unwrap_or_else(|| now.date_naive()));
            ask(&*txn, now, &stands, token).await?;
        }
        Act::Schedule => {
            let done = schedule(&*txn, now, actor, &stands, &holds, &wanted).await;
            match done {
                // Everything of it is public already: what was not has been taken off.
                Ok(0) => {
                    next = State::Published;
                    change = stands.moved(now, Act::Publish, next);
                }
                Ok(_) => {}
                // The refusal of a consent is logged, and so kept.
                Err(halt @ Halt::Refused(AmplificationRefusal::ConsentMissing(_))) => {
                    txn.commit().await?;
                    return Err(halt);
                }
                Err(halt) => return Err(halt),
            }
        }
        Act::Reject | Act::Withdraw => {
            if act == Act::Withdraw {
                take_down_live(&*txn, now, task).await?;
            }
            publication::cancel_of_task(&*txn, now, actor, task).await?;
        }
        _ => {}
    }
    change.update(&*txn).await?;
    let hash = current.unwrap_or_default();
    note(&*txn, now, actor, &stands, Step { act, to: next, by_name: "", comment: &comment, hash: &hash }).await?;
    txn.commit().await?;
    Ok(next)
}

/// Whether the newest that happened is this act, by the same colleague and in the same words.
async fn just_said(txn: &impl ConnectionTrait, actor: Actor, task: i64, act: Act, comment: &str) -> Result<bool, DbErr> {
    let newest = newest_step(txn, task).await?;
    Ok(newest.is_some_and(|step| step.act == act.as_str() && step.staff_id == actor.staff() && step.comment == comment))
}

/// A link for the approver that opens until thirty days after that day; those before are dead. Answers its key.
fn new_link(change: &mut amplification::ActiveModel, day: NaiveDate) -> String {
    let token = link::random_token("apv_");
    change.token_hash = Set(Some(link::hash(&token)));
    change.token_until = Set(Some(link_until(day)));
    change.previous_token_hash = Set(None);
    token
}

/// Neither whom it celebrates nor who approves it asked to be forgotten.
async fn nobody_leaves(txn: &impl ConnectionTrait, task: &TaskRow) -> Result<(), Halt<AmplificationRefusal>> {
    let of = achievement::Entity::find_by_id(task.row.achievement_id).one(txn).await?;
    if let Some(person) = of.and_then(|of| of.person_id)
        && !to_be_forgotten(txn, &[person]).await?.is_empty()
    {
        return refuse(AmplificationRefusal::ToBeForgotten);
    }
    if leaves(txn, &task.row.approver_email).await? {
        return refuse(AmplificationRefusal::ApproverToBeForgotten);
    }
    Ok(())
}

/// Whether the same press of the button sent it a moment ago.
async fn just_sent(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, task: i64) -> Result<bool, DbErr> {
    let newest = newest_step(txn, task).await?;
    Ok(newest.is_some_and(|step| step.act == Act::Send.as_str() && step.staff_id == actor.staff() && is_second_press(step.at, now)))
}

async fn ready(
    txn: &impl ConnectionTrait,
    stands: &TaskRow,
    content: &Content,
    today: NaiveDate,
) -> Result<(), Halt<AmplificationRefusal>> {
    let of = achievement::Entity::find_by_id(stands.row.achievement_id).one(txn).await?;
    let ready = Ready {
        written: !content.wordings.is_empty(),
        day: stands.row.planned_for,
        shown: !content.uses.is_empty(),
        named: of.is_none_or(|of| shows_whose(&of, content)),
        approver: !stands.row.approver_email.is_empty(),
    };
    ready.check(today).map_err(Halt::Refused)?;
    let Some(of) = celebrated(txn, stands.row.achievement_id).await? else { return refuse(AmplificationRefusal::Unknown) };
    of.check_names(content).map_err(Halt::Refused)?;
    // Asked again: a signatory may have been ended since, or a colleague have come.
    match Email::parse(&stands.row.approver_email) {
        Ok(email) => of.check_approver(txn, &email, "").await,
        Err(_) => refuse(AmplificationRefusal::NoApprover),
    }
}

/// Whether the name of whose achievement it is, is among what is shown. A company's alone names nobody.
fn shows_whose(of: &achievement::Model, content: &Content) -> bool {
    of.person_id.is_none_or(|person| content.uses.contains(&(Subject::Person(person), Scope::Name)))
}

/// Asks the approver, by a link of their own. The subject names neither them nor what is said.
async fn ask(txn: &impl ConnectionTrait, now: DateTime<Utc>, stands: &TaskRow, token: String) -> Result<(), Fault> {
    let row = &stands.row;
    let held = stands.state == State::OnHold;
    let letter = Letter {
        event: format!("approval-asked:{}:{}", row.id, link::hash(&token)),
        cohort: None,
        invitation: None,
        to_name: &row.approver_name,
        to_email: &row.approver_email,
        subject: if held { "Something about you that you hold" } else { "Something about you, for your approval" }.to_owned(),
        message: Message::ApprovalAsked { name: row.approver_name.clone(), again: held || stands.state == State::WithCustomer, held },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await
}

/// Plans one publication of each wording that is not public yet: only what the customer approved, only with every consent.
/// Answers how many wait for their day.
async fn schedule(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    stands: &TaskRow,
    content: &Content,
    wanted: &[Wanted],
) -> Result<usize, Halt<AmplificationRefusal>> {
    let Some(day) = stands.row.planned_for else { return refuse(AmplificationRefusal::NoDay) };
    let current = content.hash(Some(day)).unwrap_or_default();
    let approved = approved(&current, &stands.row.approved_hash, stands.state).map_err(Halt::Refused)?;
    if day < now.date_naive() {
        return refuse(AmplificationRefusal::NotTheDay { approved: day });
    }
    let Some(of) = achievement::Entity::find_by_id(stands.row.achievement_id).one(txn).await? else {
        return refuse(AmplificationRefusal::Unknown);
    };
    if !shows_whose(&of, content) {
        return refuse(AmplificationRefusal::NameNotShown);
    }
    let Some(named) = celebrated(txn, of.id).await? else { return refuse(AmplificationRefusal::Unknown) };
    named.check_names(content).map_err(Halt::Refused)?;
    let standing = published::Entity::find()
        .filter(published::Column::AmplificationId.eq(stands.row.id))
        .filter(published::Column::State.is_in(["planned", "live"]))
        .order_by_asc(published::Column::Id)
        .all(txn)
        .await?;
    let stands_as = |wording: i64| standing.iter().find(|row| row.wording_id == Some(wording)).map(|row| row.state.as_str());
    let open: Vec<(i64, Channel, bool)> = content
        .wordings
        .iter()
        .filter(|one| stands_as(one.row.id) != Some("live"))
        .map(|one| (one.row.id, one.channel, stands_as(one.row.id).is_some()))
        .collect();
    let asked = Permits { title: &of.title, day, by: actor.staff() };
    let permits = asked.ask(txn, now, open.iter().map(|(_, channel, _)| *channel), wanted).await?;
    let permits = permits.map_err(|reasons| Halt::Refused(AmplificationRefusal::ConsentMissing(reasons)))?;
    plan_all(txn, now, actor, (stands.row.id, &of.title, day), &open, &permits, &approved).await?;
    Ok(open.len())
}

/// What the consents are asked for.
struct Permits<'a> {
    title: &'a str,
    day: NaiveDate,
    by: Option<i64>,
}

impl Permits<'_> {
    /// A permit for each channel, or every reason of every channel; what is refused is logged.
    async fn ask(
        &self,
        txn: &impl ConnectionTrait,
        now: DateTime<Utc>,
        channels: impl Iterator<Item = Channel>,
        wanted: &[Wanted],
    ) -> Result<Result<BTreeMap<Channel, Permit>, Vec<Reason>>, Fault> {
        let (mut permits, mut missing) = (BTreeMap::new(), Vec::new());
        let channels: BTreeSet<Channel> = channels.collect();
        for channel in channels {
            match publication::decide(txn, channel, self.day, true, wanted).await? {
                Decision::Allowed(permit) => {
                    permits.insert(channel, permit);
                }
                Decision::Refused(reasons) => {
                    let asked = Asked { title: self.title, channel, by: self.by };
                    publication::note_decision(txn, now, None, &asked, false, in_lines(&reasons)).await?;
                    missing.extend(reasons);
                }
            }
        }
        Ok(if missing.is_empty() { Ok(permits) } else { Err(missing) })
    }
}

/// Plans what is not planned yet.
async fn plan_all(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    (task, title, day): (i64, &str, NaiveDate),
    open: &[(i64, Channel, bool)],
    permits: &BTreeMap<Channel, Permit>,
    approved: &ApprovedTask,
) -> Result<(), DbErr> {
    for (wording, channel, planned) in open {
        let Some(permit) = permits.get(channel).filter(|_| !planned) else { continue };
        let plan = Plan { title: title.to_owned(), channel: *channel, day, shows: Vec::new() };
        let of_task = OfTask { task, wording: *wording, approved };
        publication::plan_of_task(txn, now, actor, &plan, permit, &of_task).await?;
    }
    Ok(())
}

/// Its day has passed, or its channel did not take it. Answers whether it failed just now: elsewhere than on its way to the
/// public, nothing fails.
pub(crate) async fn fail_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, task: i64, comment: &str) -> Result<bool, Fault> {
    let Some(stands) = lock(txn, task).await? else { return Ok(false) };
    let Ok(next) = stands.after(Act::Fail) else { return Ok(false) };
    if next == stands.state {
        return Ok(false);
    }
    stands.moved(now, Act::Fail, next).update(txn).await?;
    let hash = stands.row.approved_hash.clone();
    note(txn, now, actor, &stands, Step { act: Act::Fail, to: next, by_name: "", comment, hash: &hash }).await?;
    Ok(true)
}

/// A consent was withdrawn: every task that shows it on a touched channel stops, or is a draft again while nobody outside
/// has seen it. Called behind the lock on whose consent it is, before any publication is locked. Answers the tasks that
/// stopped: what is planned of them is for the caller to cancel.
pub(crate) async fn consent_withdrawn_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    subject: Subject,
    event: &Event,
) -> Result<Vec<i64>, Fault> {
    #[derive(FromQueryResult)]
    struct Shows {
        id: i64,
    }
    let (column, id) = column(subject);
    let shows: Vec<Shows> = sql::all(
        txn,
        &format!(
            "SELECT DISTINCT a.id FROM amplification a JOIN amplification_use u ON u.amplification_id = a.id \
             WHERE u.{column} = $1 AND u.scope = $2 ORDER BY a.id"
        ),
        values![id, event.scope.as_str()],
    )
    .await?;
    let mut stopped = Vec::new();
    for Shows { id } in shows {
        if stop(txn, now, actor, id, Some(event)).await? {
            stopped.push(id);
        }
    }
    Ok(stopped)
}

/// Somebody asked to be forgotten: every task that shows or celebrates them stops, as [`consent_withdrawn_in`] stops one.
/// Called behind the lock on them. Answers the tasks that stopped: what is planned of them is for the caller to cancel.
pub(crate) async fn wish_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, person: i64) -> Result<Vec<i64>, Fault> {
    #[derive(FromQueryResult)]
    struct Theirs {
        id: i64,
    }
    let theirs: Vec<Theirs> = sql::all(
        txn,
        "SELECT a.id FROM amplification a JOIN achievement h ON h.id = a.achievement_id WHERE h.person_id = $1 \
         OR EXISTS (SELECT 1 FROM amplification_use u WHERE u.amplification_id = a.id AND u.person_id = $1) ORDER BY a.id",
        values![person],
    )
    .await?;
    let mut stopped = Vec::new();
    for Theirs { id } in theirs {
        if stop(txn, now, actor, id, None).await? {
            stopped.push(id);
        }
    }
    Ok(stopped)
}

/// Stops one task, if it is under way and the withdrawal touches one of its channels; without one, all of it is touched.
async fn stop(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, id: i64, event: Option<&Event>) -> Result<bool, Fault> {
    let Some(stands) = lock(txn, id).await? else { return Ok(false) };
    let Ok(next) = stands.after(Act::ConsentWithdrawn) else { return Ok(false) };
    let touched = match event {
        Some(event) => content(txn, id).await?.wordings.iter().any(|one| event.touches(event.scope, Some(one.channel))),
        None => true,
    };
    if next == stands.state || !touched {
        return Ok(false);
    }
    stands.moved(now, Act::ConsentWithdrawn, next).update(txn).await?;
    let step = Step { act: Act::ConsentWithdrawn, to: next, by_name: "", comment: "", hash: &stands.row.approved_hash };
    note(txn, now, actor, &stands, step).await?;
    tell_stopped(txn, now, &stands).await?;
    Ok(true)
}

/// Tells its owner and marketing; never why.
async fn tell_stopped(txn: &impl ConnectionTrait, now: DateTime<Utc>, stands: &TaskRow) -> Result<(), Fault> {
    let row = &stands.row;
    let Some(of) = achievement::Entity::find_by_id(row.achievement_id).one(txn).await? else { return Ok(()) };
    for one in told(txn, row.owner_id).await? {
        let letter = Letter {
            event: format!("task-stopped:{}:{}:{}", row.id, row.revision, one.id),
            cohort: None,
            invitation: None,
            to_name: &one.name,
            to_email: &one.email,
            subject: "A task was stopped: publish nothing of it".to_owned(),
            message: Message::TaskStopped { name: one.name.clone(), task: row.id, title: of.title.clone() },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(())
}
