//! The customer's answer, by their private link. Opening it changes nothing; an approval is of exactly what was sent.

use chrono::{DateTime, Utc};
use domain::advocacy::amplification::{self as rules, Act, AmplificationRefusal, Hashes, State, needs_comment};
use domain::contact;
use domain::registration::proof::Proved;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};

use super::publishing::take_down_live;
use super::{Step, TaskRow, content, link_until, lock, newest_step, note};
use crate::advocacy::consent::{Told, told};
use crate::advocacy::publication;
use crate::entity::{achievement, amplification, staff};
use crate::halt::refuse;
use crate::history::Actor;
use crate::outbox::{self, Letter, Message, Secret};
use crate::{Db, Fault, Halt, link};

/// The most characters of what a customer says: it may hold the wording as they would have it.
const MOST_SAID: usize = 30_000;

/// Answers a task by its link; `hash` is of what stood on the page. Repeating an answer is the same.
///
/// # Errors
/// The link is over, it was changed meanwhile, it is not theirs to answer now, or nothing but the code is missing.
pub async fn answer(
    db: &Db,
    now: DateTime<Utc>,
    token: &str,
    hash: &str,
    act: Act,
    comment: &str,
    proof: Option<Proved>,
) -> Result<State, Halt<AmplificationRefusal>> {
    let comment =
        contact::paragraphs("comment", comment, MOST_SAID).map_err(|why| Halt::Refused(AmplificationRefusal::Fields(vec![why])))?;
    let txn = db.write().await?;
    let Some(found) = by_token(&*txn, now, token).await? else { return refuse(AmplificationRefusal::LinkOver) };
    // Asked again behind the lock: the link may have been replaced.
    let stands = lock(&*txn, found.id).await?.filter(|task| opens(&task.row, token));
    let Some(stands) = stands else { return refuse(AmplificationRefusal::LinkOver) };
    let current = content(&*txn, found.id).await?.hash(stands.row.planned_for).unwrap_or_default();
    let hashes = Hashes { current: &current, sent: &stands.row.sent_hash, answered: hash };
    let next = rules::answer(stands.state, stands.hold, act, &hashes).map_err(Halt::Refused)?;
    if said_already(&*txn, &stands, act, next, &comment).await? {
        return Ok(next);
    }
    rules::in_time(act, stands.row.planned_for, now.date_naive()).map_err(Halt::Refused)?;
    if needs_comment(act) && comment.is_empty() {
        return refuse(AmplificationRefusal::NothingSuggested);
    }
    if act.needs_proof() && proof.is_none() {
        return refuse(AmplificationRefusal::ProofNeeded);
    }
    let mut change = stands.moved(now, act, next);
    if act == Act::CustomerApprove {
        let approved = rules::approve(stands.state, stands.hold, &hashes).map_err(Halt::Refused)?;
        change.approved_hash = Set(approved.hash().to_owned());
        change.approved_at = Set(Some(now));
    }
    let sent = stands.row.sent_hash.clone();
    let actor = Actor::Approver(found.id);
    change.update(&*txn).await?;
    if act == Act::CustomerDecline {
        take_down_live(&*txn, now, found.id).await?;
    }
    if rules::voids_approval(act) {
        publication::cancel_of_task(&*txn, now, actor, found.id).await?;
    }
    let by_name = stands.row.approver_name.clone();
    let step = note(&*txn, now, actor, &stands, Step { act, to: next, by_name: &by_name, comment: &comment, hash: &sent }).await?;
    tell(&*txn, now, &stands, act, step).await?;
    txn.commit().await?;
    Ok(next)
}

/// Whether it stands so already. A second suggestion in other words is another one, and so is a hold beside the host's, or
/// its end.
async fn said_already(txn: &impl ConnectionTrait, stands: &TaskRow, act: Act, next: State, comment: &str) -> Result<bool, DbErr> {
    if next != stands.state {
        return Ok(false);
    }
    match act {
        Act::CustomerSuggest => {
            let newest = newest_step(txn, stands.row.id).await?;
            Ok(newest.is_some_and(|step| step.act == act.as_str() && step.comment == comment))
        }
        Act::CustomerHold | Act::CustomerResume => Ok(rules::hold_after(stands.state, stands.hold, act) == stands.hold),
        _ => Ok(true),
    }
}

/// Whether a token opens the task: the one of the newest link, or the one of the link that a reminder followed.
fn opens(row: &amplification::Model, token: &str) -> bool {
    let key = link::hash(token);
    [&row.token_hash, &row.previous_token_hash].into_iter().any(|kept| kept.as_deref() == Some(key.as_str()))
}

/// The task of a token whose link still opens. Unknown, replaced and ended answer alike.
pub(super) async fn by_token(db: &impl ConnectionTrait, now: DateTime<Utc>, token: &str) -> Result<Option<amplification::Model>, DbErr> {
    let key = link::hash(token);
    let either = Condition::any()
        .add(amplification::Column::TokenHash.eq(key.as_str()))
        .add(amplification::Column::PreviousTokenHash.eq(key.as_str()));
    let found = amplification::Entity::find().filter(either).one(db).await?;
    Ok(found.filter(|row| row.token_until.is_some_and(|until| now < until)))
}

/// Another link for the approver, for a mail the caller writes. The one before it goes on opening, since the approver may be
/// writing under it; older ones are dead. The caller has locked the task.
pub(crate) async fn remint_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, task: i64) -> Result<String, DbErr> {
    let stands = amplification::Entity::find_by_id(task).one(txn).await?;
    let (planned_for, before) = stands.map_or((None, None), |row| (row.planned_for, row.token_hash));
    let token = link::random_token("apv_");
    amplification::ActiveModel {
        id: Set(task),
        token_hash: Set(Some(link::hash(&token))),
        token_until: Set(Some(link_until(planned_for.unwrap_or_else(|| now.date_naive())))),
        previous_token_hash: Set(before),
        ..Default::default()
    }
    .update(txn)
    .await?;
    Ok(token)
}

/// Tells the task's owner what the customer said; without one who is here, marketing.
async fn tell(txn: &impl ConnectionTrait, now: DateTime<Utc>, stands: &TaskRow, act: Act, step: i64) -> Result<(), Fault> {
    let row = &stands.row;
    let Some(of) = achievement::Entity::find_by_id(row.achievement_id).one(txn).await? else { return Ok(()) };
    let owner = match row.owner_id {
        Some(id) => staff::Entity::find_by_id(id).one(txn).await?.filter(|owner| owner.active),
        None => None,
    };
    let readers = match owner {
        Some(owner) => vec![Told { id: owner.id, name: owner.name, email: owner.email }],
        None => told(txn, None).await?,
    };
    for one in readers {
        let letter = Letter {
            event: format!("approval-answered:{step}:{}", one.id),
            cohort: None,
            invitation: None,
            to_name: &one.name,
            to_email: &one.email,
            subject: "A customer has answered".to_owned(),
            message: Message::ApprovalAnswered { name: one.name.clone(), task: row.id, title: of.title.clone(), answer: act },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(())
}
