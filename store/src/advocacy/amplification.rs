//! Amplification tasks: written, looked at by four eyes, approved by the customer exactly as they are, published.
//!
//! Whatever changes a task locks its row, and so everything that belongs to it: wordings, what it shows, its publications.
//! Locks: who is shown (people, then companies) where a consent is asked, the achievement, the task, its publications. Left
//! out: what results come to (`advocacy::result`), and whom the clock reminds (`advocacy::reminder`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::advocacy::amplification::{
    self as rules, Act, AmplificationRefusal, HeldBy, Hold, Package, Piece, State, package_hash, voids_approval,
};
use domain::advocacy::consent::{Channel, Scope, Subject};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::advocacy::publication::{self, Wanted};
use crate::entity::{achievement, amplification, amplification_step, amplification_use, wording};
use crate::halt::word;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Fault, Halt};

mod answering;
mod celebrated;
mod publishing;
mod reading;
mod stepping;
mod writing;

pub use answering::answer;
pub(crate) use answering::remint_in;
pub(crate) use celebrated::is_of_the_host;
pub use publishing::publish;
pub(crate) use publishing::{may_send_now_in, measure_in, publish_in, taken_down_in};
pub use reading::{
    Approval, ApprovalWording, ImageLine, LiveLine, PublicationLine, ResultLine, StepLine, Task, ToTakeDown, UseLine, VersionLine,
    WordingLine, for_approval, image_by_token, image_of_task, task,
};
pub use stepping::step;
pub(crate) use stepping::{consent_withdrawn_in, fail_in, open_in, wish_in};
pub use writing::{TypedTask, TypedWording, add_image, begin_wording, end_wording, save_plan, save_wording};

/// A task's row, read.
pub(crate) struct TaskRow {
    row: amplification::Model,
    state: State,
    hold: Option<Hold>,
    /// What it celebrates is verified, and of nobody who was forgotten.
    is_news: bool,
}

impl TaskRow {
    fn read(row: amplification::Model) -> Result<Self, Fault> {
        let state = word(State::parse(&row.state), &row.state)?;
        let hold = match state {
            State::OnHold => Some(Hold {
                from: word(State::parse(&row.held_from), &row.held_from)?,
                by: word(HeldBy::parse(&row.held_by), &row.held_by)?,
            }),
            _ => None,
        };
        Ok(Self { row, state, hold, is_news: true })
    }

    /// The state after an act. Once there is nothing to celebrate any more, nothing leads on.
    fn after(&self, act: Act) -> Result<State, Halt<AmplificationRefusal>> {
        rules::goes_on(act, self.is_news).map_err(Halt::Refused)?;
        rules::after(self.state, self.hold, act).map_err(Halt::Refused)
    }

    /// An act as the table of states has it, to be kept by [`act_in`].
    pub(crate) fn acted(&self, now: DateTime<Utc>, act: Act) -> Result<Acted, Halt<AmplificationRefusal>> {
        let to = self.after(act)?;
        Ok(Acted { act, to, change: self.moved(now, act, to) })
    }

    /// Whether it waits for the customer's answer, or will once it is let go on.
    pub(crate) fn waits_for_customer(&self) -> bool {
        self.state == State::WithCustomer || self.hold.is_some_and(|hold| hold.from == State::WithCustomer)
    }

    /// One version on, where it stands.
    fn untouched(&self, now: DateTime<Utc>) -> amplification::ActiveModel {
        amplification::ActiveModel {
            id: Set(self.row.id),
            sequence: Set(self.row.sequence + 1),
            modified_at: Set(now),
            revision: Set(self.row.revision + 1),
            ..Default::default()
        }
    }

    /// One version on, in the state an act leads to. Elsewhere, what waits begins to wait anew; an act that ends the
    /// approval leaves none.
    fn moved(&self, now: DateTime<Utc>, act: Act, next: State) -> amplification::ActiveModel {
        let hold = if next == State::OnHold { rules::hold_after(self.state, self.hold, act) } else { None };
        let mut change = amplification::ActiveModel {
            id: Set(self.row.id),
            state: Set(next.as_str().to_owned()),
            held_from: Set(hold.map_or("", |hold| hold.from.as_str()).to_owned()),
            held_by: Set(hold.map_or("", |hold| hold.by.as_str()).to_owned()),
            sequence: Set(self.row.sequence + 1),
            modified_at: Set(now),
            revision: Set(self.row.revision + 1),
            ..Default::default()
        };
        // Sent once more, the customer has all of their time again.
        if next != self.state || (act == Act::Send && next == State::WithCustomer) {
            change.waits_since = Set(now);
            change.reminders = Set(0);
            change.reminded_at = Set(None);
            change.escalated_at = Set(None);
        }
        if voids_approval(act) {
            change.approved_hash = Set(String::new());
            change.approved_at = Set(None);
            // What a customer suggests an edit of, or declines, is still what they have before them.
            if !act.is_customers() {
                change.sent_hash = Set(String::new());
            }
        }
        change
    }
}

/// An act that fits a task: where it leads, and what of the row changes with it.
pub(crate) struct Acted {
    act: Act,
    to: State,
    pub(crate) change: amplification::ActiveModel,
}

/// Keeps an act on a task that the caller has locked: the row, a step with what was said, and, where the approval ends, that
/// nothing is planned any more. An edit that ends nothing and says nothing is no step: between drafts, the versions tell.
pub(crate) async fn act_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    task: &TaskRow,
    acted: Acted,
    comment: &str,
) -> Result<(), DbErr> {
    let Acted { act, to, change } = acted;
    change.update(txn).await?;
    if voids_approval(act) {
        publication::cancel_of_task(txn, now, actor, task.row.id).await?;
    }
    let hash = if task.row.approved_hash.is_empty() { &task.row.sent_hash } else { &task.row.approved_hash };
    if act == Act::Edit && to == task.state && hash.is_empty() && comment.is_empty() {
        return record(txn, now, actor, act.as_str(), task, to).await;
    }
    note(txn, now, actor, task, Step { act, to, by_name: "", comment, hash }).await?;
    Ok(())
}

/// Names who approves it from now on, or nobody; the caller has locked it. The link of the one before opens nothing any more,
/// and what they held is the host's to let go: nobody else could. Answers the task as it is then.
pub(crate) async fn change_approver_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    task: TaskRow,
    (name, email): (&str, &str),
) -> Result<TaskRow, Fault> {
    let mut change = task.untouched(now);
    change.approver_name = Set(name.to_owned());
    change.approver_email = Set(email.to_owned());
    change.token_hash = Set(None);
    change.token_until = Set(None);
    change.previous_token_hash = Set(None);
    let held = task.hold.is_some_and(|hold| hold.by.is_customers());
    if held {
        change.held_by = Set(rules::without_customer(task.hold).map_or("", |hold| hold.by.as_str()).to_owned());
    }
    let changed = TaskRow { is_news: task.is_news, ..TaskRow::read(change.update(txn).await?)? };
    if held {
        let comment = "The customer held this, and who approves it was changed: their link has ended, so it is ours to let go on.";
        note(txn, now, actor, &task, Step { act: Act::Hold, to: State::OnHold, by_name: "", comment, hash: &task.row.sent_hash }).await?;
    }
    Ok(changed)
}

/// The task, locked. `None` when there is none.
pub(crate) async fn lock(txn: &impl ConnectionTrait, id: i64) -> Result<Option<TaskRow>, Fault> {
    let Some(row) = amplification::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { return Ok(None) };
    // Whoever is forgotten is forgotten behind the lock on their tasks: what is read here stands until the end.
    let is_news = celebrated::celebrated(txn, row.achievement_id).await?.is_some_and(|of| of.is_news());
    Ok(Some(TaskRow { is_news, ..TaskRow::read(row)? }))
}

/// Locks whose achievement a task celebrates, with whoever else is shown, before the task: rows that name them are added
/// behind it, in the ledger and among what is shown. Answers the achievement.
pub(crate) async fn lock_celebrated(txn: &impl ConnectionTrait, task: i64, wanted: &[Wanted]) -> Result<Option<i64>, DbErr> {
    let Some(row) = amplification::Entity::find_by_id(task).one(txn).await? else { return Ok(None) };
    let Some(of) = achievement::Entity::find_by_id(row.achievement_id).one(txn).await? else { return Ok(None) };
    let mut subjects: BTreeSet<Subject> = wanted.iter().filter_map(|one| one.subject).collect();
    subjects.extend(of.person_id.map(Subject::Person));
    subjects.insert(Subject::Company(of.company_id));
    publication::lock_subjects(txn, subjects).await?;
    Ok(Some(of.id))
}

/// The last instant an approver's link opens: the end of the planned day, counted in UTC, and thirty days.
fn link_until(planned_for: NaiveDate) -> DateTime<Utc> {
    (planned_for + Days::new(31)).and_time(NaiveTime::MIN).and_utc()
}

// ---- what counts of a task ---------------------------------------------------------------------------------------------

/// A wording as it stands: the newest version, not ended.
struct Current {
    row: wording::Model,
    channel: Channel,
    /// The SHA-256 of its image.
    image: Option<String>,
}

/// What somebody will see: the wordings as they stand, and what is shown of whom.
struct Content {
    wordings: Vec<Current>,
    uses: Vec<(Subject, Scope)>,
}

impl Content {
    /// The hash of exactly this on that day. `None` while there is no day, or nothing written.
    fn hash(&self, day: Option<NaiveDate>) -> Option<String> {
        let day = day.filter(|_| !self.wordings.is_empty())?;
        let wordings = self
            .wordings
            .iter()
            .map(|one| Piece {
                channel: one.channel,
                language: &one.row.language,
                body: &one.row.body,
                link: &one.row.link,
                image: one.image.as_deref(),
                image_alt: &one.row.image_alt,
            })
            .collect();
        Some(package_hash(&Package { day, wordings, uses: self.uses.clone() }))
    }

    fn writers(&self) -> Vec<Option<i64>> {
        self.wordings.iter().map(|one| one.row.written_by).collect()
    }
}

/// Reads it: behind the task's lock it does not change.
async fn content(db: &impl ConnectionTrait, task: i64) -> Result<Content, Fault> {
    #[derive(FromQueryResult)]
    struct Image {
        id: i64,
        sha256: String,
    }
    let rows =
        wording::Entity::find().filter(wording::Column::AmplificationId.eq(task)).order_by_asc(wording::Column::Version).all(db).await?;
    let images: Vec<Image> =
        sql::all(db, "SELECT i.id, i.sha256 FROM amplification_image i WHERE i.amplification_id = $1", values![task]).await?;
    let images: BTreeMap<i64, String> = images.into_iter().map(|image| (image.id, image.sha256)).collect();
    let mut newest: BTreeMap<(Channel, String), wording::Model> = BTreeMap::new();
    for row in rows {
        newest.insert((word(Channel::parse(&row.channel), &row.channel)?, row.language.clone()), row);
    }
    let wordings = newest
        .into_iter()
        .filter(|(_, row)| row.ended_at.is_none())
        .map(|((channel, _), row)| Current { channel, image: row.image_id.and_then(|id| images.get(&id).cloned()), row })
        .collect();
    let uses = shown(db, task).await?.into_iter().filter_map(|one| one.subject.map(|subject| (subject, one.scope))).collect();
    Ok(Content { wordings, uses })
}

/// What a task shows of whom, in the order it was chosen.
async fn shown(db: &impl ConnectionTrait, task: i64) -> Result<Vec<Wanted>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        scope: String,
        person_id: Option<i64>,
        company_id: Option<i64>,
        who: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT u.scope, u.person_id, u.company_id, coalesce(p.name, c.name) AS who FROM amplification_use u \
         LEFT JOIN person p ON p.id = u.person_id LEFT JOIN company c ON c.id = u.company_id WHERE u.amplification_id = $1 ORDER BY u.id",
        values![task],
    )
    .await?;
    rows.into_iter()
        .map(|row| {
            let subject = row.person_id.map(Subject::Person).or(row.company_id.map(Subject::Company));
            Ok(Wanted { subject, scope: word(Scope::parse(&row.scope), &row.scope)?, who: row.who })
        })
        .collect()
}

/// Whether two readings show the same of the same.
fn same_shown(one: &[Wanted], other: &[Wanted]) -> bool {
    let key = |wanted: &[Wanted]| wanted.iter().map(|one| (one.subject, one.scope)).collect::<Vec<_>>();
    key(one) == key(other)
}

/// Writes what a task shows, in place of what it showed.
async fn show(txn: &impl ConnectionTrait, task: i64, uses: impl IntoIterator<Item = (Subject, Scope)>) -> Result<(), DbErr> {
    amplification_use::Entity::delete_many().filter(amplification_use::Column::AmplificationId.eq(task)).exec(txn).await?;
    for (subject, scope) in uses {
        let (person, company) = match subject {
            Subject::Person(id) => (Some(id), None),
            Subject::Company(id) => (None, Some(id)),
        };
        amplification_use::ActiveModel {
            amplification_id: Set(task),
            person_id: Set(person),
            company_id: Set(company),
            scope: Set(scope.as_str().to_owned()),
            ..Default::default()
        }
        .insert(txn)
        .await?;
    }
    Ok(())
}

// ---- what happened to it -----------------------------------------------------------------------------------------------

/// One step: the act, where it led, what was said, and the hash it was done to.
struct Step<'a> {
    act: Act,
    to: State,
    /// Who, where it is nobody of the host's.
    by_name: &'a str,
    comment: &'a str,
    hash: &'a str,
}

/// Keeps a step, and writes it in the history; what was said stays with the task. Answers its number.
async fn note(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, task: &TaskRow, step: Step<'_>) -> Result<i64, DbErr> {
    let row = amplification_step::ActiveModel {
        amplification_id: Set(task.row.id),
        act: Set(step.act.as_str().to_owned()),
        from_state: Set(task.state.as_str().to_owned()),
        to_state: Set(step.to.as_str().to_owned()),
        staff_id: Set(actor.staff()),
        by_name: Set(step.by_name.to_owned()),
        comment: Set(step.comment.to_owned()),
        hash: Set(step.hash.to_owned()),
        at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    record(txn, now, actor, step.act.as_str(), task, step.to).await?;
    Ok(row.id)
}

async fn record(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, act: &str, task: &TaskRow, to: State) -> Result<(), DbErr> {
    let entry = Entry {
        actor,
        act,
        object: "amplification",
        object_id: task.row.id,
        cohort: None,
        before: task.state.to_string(),
        after: to.to_string(),
    };
    history::record(txn, now, entry).await
}

/// The newest step.
async fn newest_step(txn: &impl ConnectionTrait, task: i64) -> Result<Option<amplification_step::Model>, DbErr> {
    amplification_step::Entity::find()
        .filter(amplification_step::Column::AmplificationId.eq(task))
        .order_by_desc(amplification_step::Column::Id)
        .one(txn)
        .await
}
