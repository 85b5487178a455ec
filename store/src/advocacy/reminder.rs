//! What the clock does about tasks that wait: whoever they wait for is reminded, then somebody else is told; and what was
//! not published on its day has failed.
//!
//! Each task is decided again behind its lock, so that several servers may look at once and nobody is told twice.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::advocacy::amplification::State;
use domain::advocacy::reminder::{Due, Waiting, Who, due};
use domain::advocacy::setting::Settings;
use domain::time::words;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QuerySelect, Set};

use crate::advocacy::forgetting::leaves;
use crate::advocacy::{amplification as tasks, setting};
use crate::entity::amplification;
use crate::halt::word;
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault};

/// The most tasks one look at the clock takes on.
const AT_ONCE: u64 = 100;

#[derive(FromQueryResult)]
struct Found {
    id: i64,
}

/// Reminds whoever tasks wait for, and tells somebody else of those that still wait. Answers how many tasks that were.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn remind_due(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    let settings = setting::get(db).await?;
    let internal = now - TimeDelta::hours(i64::from(settings.internal_hours));
    let customer = now - TimeDelta::hours(i64::from(settings.customer_hours));
    let found: Vec<Found> = sql::all(
        db.read(),
        &format!(
            "SELECT a.id FROM amplification a WHERE a.escalated_at IS NULL AND ((a.state IN ('in review', 'changes requested', 'approved internally', 'approved', 'failed') \
             AND coalesce(a.reminded_at, a.waits_since) <= $1) OR (a.state = 'draft' AND a.due_day < $2 AND coalesce(a.reminded_at, a.waits_since) <= $1) \
             OR (a.state = 'with customer' AND coalesce(a.reminded_at, a.waits_since) <= $3)) ORDER BY a.id LIMIT {AT_ONCE}"
        ),
        values![internal, now.date_naive(), customer],
    )
    .await?;
    let mut told = 0;
    for one in found {
        if tell(db, now, &settings, one.id).await? {
            told += 1;
        }
    }
    Ok(told)
}

/// Does what is due about one task. Answers whether something was.
async fn tell(db: &Db, now: DateTime<Utc>, settings: &Settings, id: i64) -> Result<bool, Fault> {
    let txn = db.write().await?;
    let Some(row) = amplification::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return Ok(false) };
    let state = word(State::parse(&row.state), &row.state)?;
    let waiting = Waiting {
        state,
        since: row.waits_since,
        due_day: row.due_day,
        planned_for: row.planned_for,
        reminders: u32::try_from(row.reminders).unwrap_or(0),
        reminded_at: row.reminded_at,
        escalated: row.escalated_at.is_some(),
    };
    let Some(due) = due(&waiting, settings, now) else { return Ok(false) };
    let task = facts(&*txn, &row, state).await?;
    let act = match due {
        Due::Remind(Who::Colleague) => {
            remind_colleagues(&*txn, now, &task).await?;
            "remind"
        }
        Due::Remind(Who::Customer) => {
            remind_customer(&*txn, now, &task).await?;
            "remind"
        }
        Due::Escalate => {
            escalate(&*txn, now, settings, &task).await?;
            "escalate"
        }
    };
    // Nothing of the task changes by it: whoever edits meanwhile is not stale.
    let mut noted = amplification::ActiveModel { id: Set(id), ..Default::default() };
    if due == Due::Escalate {
        noted.escalated_at = Set(Some(now));
    } else {
        noted.reminders = Set(row.reminders + 1);
        noted.reminded_at = Set(Some(now));
    }
    noted.update(&*txn).await?;
    let entry = Entry {
        actor: Actor::System,
        act,
        object: "amplification",
        object_id: id,
        cohort: None,
        before: state.to_string(),
        after: state.to_string(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(true)
}

/// What the mails say of a task.
struct Task {
    id: i64,
    title: String,
    company: String,
    state: State,
    owner: Option<i64>,
    owner_name: String,
    since: DateTime<Utc>,
    due_day: NaiveDate,
    planned_for: Option<NaiveDate>,
    approver_name: String,
    approver_email: String,
    reminders: i32,
}

impl Task {
    /// What one mail is caused by: a wait, and how often somebody was told in it.
    fn event(&self, kind: &str, to: &str) -> String {
        format!("{kind}:{}:{}:{}:{to}", self.id, self.since.timestamp(), self.reminders)
    }
}

async fn facts(txn: &impl ConnectionTrait, row: &amplification::Model, state: State) -> Result<Task, Fault> {
    #[derive(FromQueryResult)]
    struct Of {
        title: String,
        company: String,
        owner_name: Option<String>,
    }
    let of: Option<Of> = sql::one(
        txn,
        "SELECT h.title, c.name AS company, o.name AS owner_name FROM amplification a JOIN achievement h ON h.id = a.achievement_id \
         JOIN company c ON c.id = h.company_id LEFT JOIN staff o ON o.id = a.owner_id WHERE a.id = $1",
        values![row.id],
    )
    .await?;
    let of = of.ok_or_else(|| Fault::Unreadable(format!("task {} without an achievement", row.id)))?;
    Ok(Task {
        id: row.id,
        title: of.title,
        company: of.company,
        state,
        owner: row.owner_id,
        owner_name: of.owner_name.unwrap_or_default(),
        since: row.waits_since,
        due_day: row.due_day,
        planned_for: row.planned_for,
        approver_name: row.approver_name.clone(),
        approver_email: row.approver_email.clone(),
        reminders: row.reminders,
    })
}

#[derive(FromQueryResult)]
struct Colleague {
    name: String,
    email: String,
}

/// Whom a task waits for among colleagues: in review those of marketing who did not write it, else its owner; where there
/// is nobody of either, all of marketing.
async fn colleagues(txn: &impl ConnectionTrait, task: &Task) -> Result<Vec<Colleague>, DbErr> {
    const MARKETING: &str = "SELECT s.name, s.email FROM staff s WHERE s.active = TRUE AND EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role = 'marketing')";
    let found: Vec<Colleague> = if task.state == State::InReview {
        let unwritten = "NOT EXISTS (SELECT 1 FROM wording w WHERE w.amplification_id = $1 AND w.written_by = s.id AND w.ended_at IS NULL AND NOT EXISTS \
             (SELECT 1 FROM wording n WHERE n.amplification_id = w.amplification_id AND n.channel = w.channel AND n.language = w.language AND n.version > w.version))";
        sql::all(txn, &format!("{MARKETING} AND {unwritten} ORDER BY s.id"), values![task.id]).await?
    } else {
        sql::all(txn, "SELECT s.name, s.email FROM staff s WHERE s.active = TRUE AND s.id = $1", values![task.owner.unwrap_or(0)]).await?
    };
    if found.is_empty() { sql::all(txn, &format!("{MARKETING} ORDER BY s.id"), values![]).await } else { Ok(found) }
}

async fn remind_colleagues(txn: &impl ConnectionTrait, now: DateTime<Utc>, task: &Task) -> Result<(), Fault> {
    for to in colleagues(txn, task).await? {
        let letter = Letter {
            event: task.event("task-waits", &to.email),
            cohort: None,
            invitation: None,
            to_name: &to.name,
            to_email: &to.email,
            subject: format!("It waits for you: {}", task.title),
            message: Message::TaskWaits {
                name: to.name.clone(),
                task: task.id,
                title: task.title.clone(),
                company: task.company.clone(),
                state: task.state.as_str().to_owned(),
                since: task.since.date_naive(),
                due: task.due_day,
            },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(())
}

/// The mail carries a link of its own, since only the hash of the one before is kept; that one goes on opening.
async fn remind_customer(txn: &impl ConnectionTrait, now: DateTime<Utc>, task: &Task) -> Result<(), Fault> {
    // Of whoever asked to be forgotten nothing is wanted any more: whom the settings name hears of it once it waits too long.
    if task.approver_email.is_empty() || leaves(txn, &task.approver_email).await? {
        return Ok(());
    }
    let token = tasks::remint_in(txn, now, task.id).await?;
    let letter = Letter {
        event: task.event("approval-waits", ""),
        cohort: None,
        invitation: None,
        to_name: &task.approver_name,
        to_email: &task.approver_email,
        subject: "Still waiting for your approval".to_owned(),
        message: Message::ApprovalWaits { name: task.approver_name.clone(), day: task.planned_for },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await
}

/// Whoever the settings name, or every admin.
async fn escalate(txn: &impl ConnectionTrait, now: DateTime<Utc>, settings: &Settings, task: &Task) -> Result<(), Fault> {
    let named: Vec<Colleague> = sql::all(
        txn,
        "SELECT s.name, s.email FROM staff s WHERE s.active = TRUE AND s.id = $1",
        values![settings.escalate_to.unwrap_or(0)],
    )
    .await?;
    let told: Vec<Colleague> = if named.is_empty() {
        sql::all(
            txn,
            "SELECT s.name, s.email FROM staff s WHERE s.active = TRUE AND EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role = 'admin') ORDER BY s.id",
            values![],
        )
        .await?
    } else {
        named
    };
    for to in told {
        let letter = Letter {
            event: task.event("task-escalated", &to.email),
            cohort: None,
            invitation: None,
            to_name: &to.name,
            to_email: &to.email,
            subject: format!("It waits since {}: {}", words::date(task.since.date_naive()), task.title),
            message: Message::TaskEscalated {
                name: to.name.clone(),
                task: task.id,
                title: task.title.clone(),
                company: task.company.clone(),
                state: task.state.as_str().to_owned(),
                since: task.since.date_naive(),
                owner: task.owner_name.clone(),
                reminders: u32::try_from(task.reminders).unwrap_or(0),
            },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(())
}

/// Marks what was scheduled and is not public everywhere as failed, once its day has passed. Days are counted in UTC.
/// Answers how many tasks that were.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn fail_overdue(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    let today = now.date_naive();
    let found: Vec<Found> = sql::all(
        db.read(),
        &format!("SELECT a.id FROM amplification a WHERE a.state = 'scheduled' AND a.planned_for < $1 ORDER BY a.id LIMIT {AT_ONCE}"),
        values![today],
    )
    .await?;
    let mut failed = 0;
    for one in found {
        let txn = db.write().await?;
        let row = amplification::Entity::find_by_id(one.id).lock_exclusive().one(&*txn).await?;
        let still = row.filter(|row| row.state == State::Scheduled.as_str() && row.planned_for.is_some_and(|day| day < today));
        let Some(day) = still.and_then(|row| row.planned_for) else { continue };
        let comment = format!("{} passed, and it was not public everywhere.", words::day(day));
        tasks::fail_in(&*txn, now, Actor::System, one.id, &comment).await?;
        txn.commit().await?;
        failed += 1;
    }
    Ok(failed)
}
