//! Publications: planned and made public only by a permit of the one decision, cancelled, taken down with proof.
//!
//! The decision is asked behind the lock on everybody shown (people, then companies, ids ascending), and every answer is
//! logged with its reasons, a refusal too. What belongs to a task is planned and published by the task, behind its lock.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::advocacy::amplification::ApprovedTask;
use domain::advocacy::consent::{Channel, Event, Scope, Standing, Subject, resolve};
use domain::advocacy::publication::{
    self as rules, Act, Decision, Facts, Permit, Plan, PublicationRefusal, Shown, State, TypedPlan, Use, in_lines, may_publish,
};
use domain::cohort::company_import::name_key;
use domain::refusal::FieldRefusal;
use domain::time::is_second_press;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::advocacy::advocate::by_address;
use crate::advocacy::amplification;
use crate::advocacy::ask::to_be_forgotten;
use crate::advocacy::consent::{self, ledgers, ledgers_at};
use crate::entity::{company, person, publication, publication_use, publish_decision, signatory, take_down};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

/// Plans a publication; answers its number. A second press of the button is the same publication.
///
/// # Errors
/// Every field that needs another look, or every reason why it may not be published.
pub async fn plan(db: &Db, now: DateTime<Utc>, actor: Actor, typed: &TypedPlan<'_>) -> Result<i64, Halt<PublicationRefusal>> {
    let plan = Plan::parse(typed, now.date_naive()).map_err(Halt::Refused)?;
    let by = actor.staff();
    let txn = db.write().await?;
    let wanted = find(&*txn, &plan).await?;
    lock_shown(&*txn, &wanted).await?;
    if let Some(stands) = pressed_twice(&*txn, now, &plan, by, &wanted).await? {
        return Ok(stands);
    }
    let decision = decide(&*txn, plan.channel, plan.day, false, &wanted).await?;
    let asked = Asked { title: &plan.title, channel: plan.channel, by };
    match decision {
        Decision::Refused(reasons) => {
            note_decision(&*txn, now, None, &asked, false, in_lines(&reasons)).await?;
            txn.commit().await?;
            refuse(PublicationRefusal::NotAllowed(reasons))
        }
        Decision::Allowed(permit) => {
            let id = store_planned(&*txn, now, &plan, by, &permit, None).await?;
            note_decision(&*txn, now, Some(id), &asked, true, permit.evidence()).await?;
            note(&*txn, now, actor, "plan", id, "", State::Planned.as_str()).await?;
            txn.commit().await?;
            Ok(id)
        }
    }
}

/// Marks a publication as public, where it can be seen. The decision is asked again, for today. Repeating it is the same.
///
/// # Errors
/// A field, a state it cannot go public from, a day that has not come, or every reason why it may not any more.
pub async fn publish(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, revision: i32, url: &str) -> Result<(), Halt<PublicationRefusal>> {
    let url = rules::public_url(url).map_err(|why| Halt::Refused(PublicationRefusal::Fields(vec![why])))?;
    let txn = db.write().await?;
    let wanted = shown_by(&*txn, id).await?;
    lock_shown(&*txn, &wanted).await?;
    let Some((row, next)) = stepped(&*txn, id, revision, Act::Publish).await? else { return Ok(()) };
    rules::in_time(row.planned_for, now.date_naive()).map_err(Halt::Refused)?;
    let Some(channel) = Channel::parse(&row.channel) else { return Err(Fault::Unreadable(row.channel).into()) };
    let decision = decide(&*txn, channel, now.date_naive(), false, &wanted).await?;
    let asked = Asked { title: &row.title, channel, by: actor.staff() };
    match decision {
        Decision::Refused(reasons) => {
            note_decision(&*txn, now, Some(id), &asked, false, in_lines(&reasons)).await?;
            txn.commit().await?;
            refuse(PublicationRefusal::NotAllowed(reasons))
        }
        Decision::Allowed(permit) => {
            note_decision(&*txn, now, Some(id), &asked, true, permit.evidence()).await?;
            store_live(&*txn, &row, Public { url, at: now }, permit).await?;
            note(&*txn, now, actor, "publish", id, &row.state, next.as_str()).await?;
            txn.commit().await?;
            Ok(())
        }
    }
}

/// Cancels what is planned. Repeating it is the same.
///
/// # Errors
/// It is public already, or somebody changed it meanwhile.
pub async fn cancel(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, revision: i32) -> Result<(), Halt<PublicationRefusal>> {
    let txn = db.write().await?;
    let Some((row, next)) = stepped(&*txn, id, revision, Act::Cancel).await? else { return Ok(()) };
    step(&*txn, &row, next).await?;
    note(&*txn, now, actor, "cancel", id, &row.state, next.as_str()).await?;
    txn.commit().await?;
    Ok(())
}

/// Opens a take-down of something that is live, for whatever reason there is but a consent: whoever sees to what is published
/// is told, and until when. Opening it while one is open is the same. Answers the day by which it is to be gone.
///
/// # Errors
/// The reason says too little, nothing of it can be seen, or there is no such publication.
pub async fn open_take_down(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    id: i64,
    reason: &str,
) -> Result<NaiveDate, Halt<PublicationRefusal>> {
    let txn = db.write().await?;
    let Some(row) = publication::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else {
        return refuse(PublicationRefusal::Unknown);
    };
    let state = word(State::parse(&row.state), &row.state)?;
    if state == State::TakenDown {
        return refuse(PublicationRefusal::TakenDown);
    }
    rules::after(state, Act::TakeDown).map_err(Halt::Refused)?;
    if let Some(open) = open_take_down_of(&*txn, id).await? {
        return Ok(open.due_day);
    }
    let reason = rules::take_down_reason(reason).map_err(|why| Halt::Refused(PublicationRefusal::Fields(vec![why])))?;
    let due = consent::open_take_down(&*txn, now, &row, None).await?;
    let opened = open_take_down_of(&*txn, id).await?.ok_or_else(|| Fault::Unreadable(format!("no take-down of publication {id}")))?;
    let entry =
        Entry { actor, act: "ask for", object: "take-down", object_id: opened.id, cohort: None, before: String::new(), after: reason };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(due)
}

/// The first that is open.
async fn open_take_down_of(txn: &impl ConnectionTrait, publication: i64) -> Result<Option<take_down::Model>, DbErr> {
    take_down::Entity::find()
        .filter(take_down::Column::PublicationId.eq(publication))
        .filter(take_down::Column::DoneAt.is_null())
        .order_by_asc(take_down::Column::Id)
        .one(txn)
        .await
}

/// Closes a take-down with the proof that the publication is gone: every take-down of it that is open is closed by the
/// same proof. Closing it twice is the same. Answers the publication.
///
/// # Errors
/// The proof says too little, or there is no such take-down.
pub async fn close_take_down(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, proof: &str) -> Result<i64, Halt<PublicationRefusal>> {
    let txn = db.write().await?;
    let Some(task) = take_down::Entity::find_by_id(id).one(&*txn).await? else { return refuse(PublicationRefusal::Unknown) };
    // A task is locked before its publications. Which one it belongs to, never changes.
    let of_task = publication::Entity::find_by_id(task.publication_id).one(&*txn).await?.and_then(|row| row.amplification_id);
    if let Some(of_task) = of_task {
        amplification::lock_celebrated(&*txn, of_task, &[]).await?;
        amplification::lock(&*txn, of_task).await?;
    }
    let publication = publication::Entity::find_by_id(task.publication_id).lock_exclusive().one(&*txn).await?;
    let Some(row) = publication else { return refuse(PublicationRefusal::Unknown) };
    let open = take_down::Entity::find()
        .filter(take_down::Column::PublicationId.eq(row.id))
        .filter(take_down::Column::DoneAt.is_null())
        .lock_exclusive()
        .all(&*txn)
        .await?;
    if open.iter().all(|one| one.id != id) {
        return Ok(row.id);
    }
    let proof = rules::proof(proof).map_err(|why| Halt::Refused(PublicationRefusal::Fields(vec![why])))?;
    let state = word(State::parse(&row.state), &row.state)?;
    let next = rules::after(state, Act::TakeDown).map_err(Halt::Refused)?;
    for one in open {
        take_down::ActiveModel {
            id: Set(one.id),
            done_at: Set(Some(now)),
            done_by: Set(actor.staff()),
            proof: Set(proof.clone()),
            ..Default::default()
        }
        .update(&*txn)
        .await?;
    }
    step(&*txn, &row, next).await?;
    note(&*txn, now, actor, "take down", row.id, &row.state, next.as_str()).await?;
    amplification::taken_down_in(&*txn, now, actor, &row).await?;
    txn.commit().await?;
    Ok(row.id)
}

// ---- deciding --------------------------------------------------------------------------------------------------------

/// One thing to be shown. Nobody is known by an address that is not here, and that reads like a consent not given.
pub(crate) struct Wanted {
    pub who: String,
    pub subject: Option<Subject>,
    pub scope: Scope,
}

/// Who is meant by what was typed. People are called by the address that was typed: an answer tells nobody's name.
async fn find(txn: &impl ConnectionTrait, plan: &Plan) -> Result<Vec<Wanted>, Halt<PublicationRefusal>> {
    let (mut wanted, mut unknown) = (Vec::new(), Vec::new());
    for (shown, scopes) in &plan.shows {
        let (who, subject) = match shown {
            Shown::Person(email) => {
                let row = by_address(txn, email.as_str()).await?;
                (email.to_string(), row.map(|row| Subject::Person(row.id)))
            }
            Shown::Company(name) => match company::Entity::find().filter(company::Column::NameKey.eq(name_key(name))).one(txn).await? {
                Some(row) => (row.name, Some(Subject::Company(row.id))),
                None => {
                    let sentence = format!("There is no company named “{name}” here. Check how the list of companies writes it.");
                    unknown.push(FieldRefusal::new("uses", sentence));
                    continue;
                }
            },
        };
        wanted.extend(scopes.iter().map(|scope| Wanted { who: who.clone(), subject, scope: *scope }));
    }
    if unknown.is_empty() { Ok(wanted) } else { refuse(PublicationRefusal::Fields(unknown)) }
}

#[derive(FromQueryResult)]
struct UseRow {
    scope: String,
    person_id: Option<i64>,
    company_id: Option<i64>,
    who: String,
}

/// What a publication shows. It is written once, when it is planned.
async fn uses_of(db: &impl ConnectionTrait, id: i64) -> Result<Vec<UseRow>, DbErr> {
    sql::all(
        db,
        "SELECT u.scope, u.person_id, u.company_id, coalesce(p.name, c.name) AS who FROM publication_use u LEFT JOIN person p ON p.id = u.person_id \
         LEFT JOIN company c ON c.id = u.company_id WHERE u.publication_id = $1 ORDER BY u.id",
        values![id],
    )
    .await
}

impl UseRow {
    fn subject(&self) -> Option<Subject> {
        self.person_id.map(Subject::Person).or(self.company_id.map(Subject::Company))
    }
}

async fn shown_by(txn: &impl ConnectionTrait, id: i64) -> Result<Vec<Wanted>, Fault> {
    let rows = uses_of(txn, id).await?;
    rows.into_iter()
        .map(|row| Ok(Wanted { subject: row.subject(), scope: word(Scope::parse(&row.scope), &row.scope)?, who: row.who }))
        .collect()
}

/// Locks everybody shown: people, then companies, ids ascending.
pub(crate) async fn lock_shown(txn: &impl ConnectionTrait, wanted: &[Wanted]) -> Result<(), DbErr> {
    lock_subjects(txn, wanted.iter().filter_map(|one| one.subject).collect()).await
}

/// Locks these: people, then companies, ids ascending.
pub(crate) async fn lock_subjects(txn: &impl ConnectionTrait, subjects: BTreeSet<Subject>) -> Result<(), DbErr> {
    for subject in subjects {
        match subject {
            Subject::Person(id) => {
                person::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
            }
            Subject::Company(id) => {
                company::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
            }
        }
    }
    Ok(())
}

/// Asks the rule with the rows as they stand, behind the locks of [`lock_shown`].
pub(crate) async fn decide(
    txn: &impl ConnectionTrait,
    channel: Channel,
    day: NaiveDate,
    of_task: bool,
    wanted: &[Wanted],
) -> Result<Decision, DbErr> {
    let ledgers = ledgers(txn, &subjects(wanted)).await?;
    decide_by(txn, channel, day, of_task, wanted, &ledgers).await
}

/// Whether a task could show all of this on a channel at a moment that is over, by what everybody had said by then.
pub(crate) async fn was_allowed(txn: &impl ConnectionTrait, channel: Channel, at: DateTime<Utc>, wanted: &[Wanted]) -> Result<bool, DbErr> {
    let ledgers = ledgers_at(txn, &subjects(wanted), at).await?;
    let decision = decide_by(txn, channel, at.date_naive(), true, wanted, &ledgers).await?;
    Ok(matches!(decision, Decision::Allowed(_)))
}

fn subjects(wanted: &[Wanted]) -> Vec<Subject> {
    wanted.iter().filter_map(|one| one.subject).collect()
}

async fn decide_by(
    txn: &impl ConnectionTrait,
    channel: Channel,
    day: NaiveDate,
    of_task: bool,
    wanted: &[Wanted],
    ledgers: &BTreeMap<Subject, Vec<Event>>,
) -> Result<Decision, DbErr> {
    let signed = signatory::Entity::find()
        .filter(signatory::Column::EndedAt.is_null())
        .filter(signatory::Column::CompanyId.is_in(subjects(wanted).into_iter().filter_map(|subject| match subject {
            Subject::Company(id) => Some(id),
            Subject::Person(_) => None,
        })))
        .all(txn)
        .await?;
    let signed: BTreeSet<i64> = signed.into_iter().map(|row| row.company_id).collect();
    let people: Vec<i64> =
        wanted.iter().filter_map(|one| if let Some(Subject::Person(id)) = one.subject { Some(id) } else { None }).collect();
    let leaving = to_be_forgotten(txn, &people).await?;
    let none: &[Event] = &[];
    let uses: Vec<Use<'_>> = wanted
        .iter()
        .map(|one| Use {
            who: one.who.clone(),
            subject: one.subject,
            scope: one.scope,
            events: one.subject.and_then(|subject| ledgers.get(&subject)).map_or(none, Vec::as_slice),
            signatory: matches!(one.subject, Some(Subject::Company(id)) if signed.contains(&id)),
            leaving: matches!(one.subject, Some(Subject::Person(id)) if leaving.contains(&id)),
        })
        .collect();
    Ok(may_publish(&Facts { channel, day, of_task, uses: &uses }))
}

/// What was decided on.
pub(crate) struct Asked<'a> {
    pub title: &'a str,
    pub channel: Channel,
    pub by: Option<i64>,
}

pub(crate) async fn note_decision(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    publication: Option<i64>,
    asked: &Asked<'_>,
    allowed: bool,
    reasons: String,
) -> Result<(), DbErr> {
    publish_decision::ActiveModel {
        publication_id: Set(publication),
        title: Set(asked.title.to_owned()),
        channel: Set(asked.channel.as_str().to_owned()),
        allowed: Set(allowed),
        reasons: Set(reasons),
        asked_by: Set(asked.by),
        decided_at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await
    .map(|_| ())
}

// ---- storing ---------------------------------------------------------------------------------------------------------

/// Only what a permit allows is planned.
async fn store_planned(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    plan: &Plan,
    by: Option<i64>,
    permit: &Permit,
    of_task: Option<&OfTask<'_>>,
) -> Result<i64, DbErr> {
    let row = publication::ActiveModel {
        title: Set(plan.title.clone()),
        channel: Set(permit.channel().as_str().to_owned()),
        state: Set(State::Planned.as_str().to_owned()),
        planned_for: Set(plan.day),
        url: Set(String::new()),
        created_by: Set(by),
        created_at: Set(now),
        revision: Set(1),
        amplification_id: Set(of_task.map(|of| of.task)),
        wording_id: Set(of_task.map(|of| of.wording)),
        approved_hash: Set(of_task.map_or_else(String::new, |of| of.approved.hash().to_owned())),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    for one in permit.uses() {
        let (person, company) = match one.subject {
            Subject::Person(id) => (Some(id), None),
            Subject::Company(id) => (None, Some(id)),
        };
        publication_use::ActiveModel {
            publication_id: Set(row.id),
            person_id: Set(person),
            company_id: Set(company),
            scope: Set(one.scope.as_str().to_owned()),
            ..Default::default()
        }
        .insert(txn)
        .await?;
    }
    Ok(row.id)
}

/// Where something can be seen, and since when.
pub(crate) struct Public {
    pub url: String,
    pub at: DateTime<Utc>,
}

/// Only with a permit of its day is anything live; it is used up here.
async fn store_live(txn: &impl ConnectionTrait, row: &publication::Model, public: Public, permit: Permit) -> Result<(), Fault> {
    if permit.channel().as_str() != row.channel {
        return Err(Fault::Unreadable(format!("a permit for {} on publication {}", permit.channel(), row.id)));
    }
    publication::ActiveModel {
        id: Set(row.id),
        state: Set(State::Live.as_str().to_owned()),
        url: Set(public.url),
        published_at: Set(Some(public.at)),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(txn)
    .await?;
    Ok(())
}

/// The row, locked, and the state an act leads to. `None` when it is there already.
async fn stepped(
    txn: &impl ConnectionTrait,
    id: i64,
    revision: i32,
    act: Act,
) -> Result<Option<(publication::Model, State)>, Halt<PublicationRefusal>> {
    let Some(row) = publication::Entity::find_by_id(id).lock_exclusive().one(txn).await? else {
        return refuse(PublicationRefusal::Unknown);
    };
    if row.amplification_id.is_some() {
        return refuse(PublicationRefusal::OfTask);
    }
    let state = word(State::parse(&row.state), &row.state)?;
    let next = rules::after(state, act).map_err(Halt::Refused)?;
    if next == state {
        return Ok(None);
    }
    if row.revision != revision {
        return refuse(PublicationRefusal::Stale);
    }
    Ok(Some((row, next)))
}

async fn step(txn: &impl ConnectionTrait, row: &publication::Model, next: State) -> Result<(), DbErr> {
    publication::ActiveModel {
        id: Set(row.id),
        state: Set(next.as_str().to_owned()),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(txn)
    .await
    .map(|_| ())
}

// ---- of a task -------------------------------------------------------------------------------------------------------

/// The task a publication belongs to, the wording it shows, and that the customer approved exactly that.
pub(crate) struct OfTask<'a> {
    pub task: i64,
    pub wording: i64,
    pub approved: &'a ApprovedTask,
}

/// Plans a publication of a task, whose row the caller has locked. Its title, channel and day are the plan's.
pub(crate) async fn plan_of_task(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    plan: &Plan,
    permit: &Permit,
    of_task: &OfTask<'_>,
) -> Result<i64, DbErr> {
    let by = actor.staff();
    let id = store_planned(txn, now, plan, by, permit, Some(of_task)).await?;
    let asked = Asked { title: &plan.title, channel: permit.channel(), by };
    note_decision(txn, now, Some(id), &asked, true, permit.evidence()).await?;
    note(txn, now, actor, "plan", id, "", State::Planned.as_str()).await?;
    Ok(id)
}

/// Makes a publication of a task public, whose rows the caller has locked.
pub(crate) async fn publish_of_task(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: &publication::Model,
    public: Public,
    permit: Permit,
    approved: &ApprovedTask,
) -> Result<(), Fault> {
    if row.approved_hash != approved.hash() {
        return Err(Fault::Unreadable(format!("publication {} rests on another approval", row.id)));
    }
    let asked = Asked { title: &row.title, channel: permit.channel(), by: actor.staff() };
    note_decision(txn, now, Some(row.id), &asked, true, permit.evidence()).await?;
    store_live(txn, row, public, permit).await?;
    note(txn, now, actor, "publish", row.id, &row.state, State::Live.as_str()).await?;
    Ok(())
}

/// Cancels whatever is planned for a task, whose row the caller has locked. Answers how many.
pub(crate) async fn cancel_of_task(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, task: i64) -> Result<u32, DbErr> {
    let planned = publication::Entity::find()
        .filter(publication::Column::AmplificationId.eq(task))
        .filter(publication::Column::State.eq(State::Planned.as_str()))
        .order_by_asc(publication::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let mut cancelled = 0;
    for row in planned {
        step(txn, &row, State::Cancelled).await?;
        note(txn, now, actor, "cancel", row.id, &row.state, State::Cancelled.as_str()).await?;
        cancelled += 1;
    }
    Ok(cancelled)
}

// ---- planned twice ---------------------------------------------------------------------------------------------------

/// The same publication, planned by the same person a moment ago.
async fn pressed_twice(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    plan: &Plan,
    by: Option<i64>,
    wanted: &[Wanted],
) -> Result<Option<i64>, DbErr> {
    let rows = publication::Entity::find()
        .filter(publication::Column::Title.eq(&plan.title))
        .filter(publication::Column::Channel.eq(plan.channel.as_str()))
        .filter(publication::Column::PlannedFor.eq(plan.day))
        .filter(publication::Column::State.eq(State::Planned.as_str()))
        .filter(publication::Column::AmplificationId.is_null())
        .order_by_asc(publication::Column::Id)
        .all(txn)
        .await?;
    let shown: BTreeSet<(Option<Subject>, &str)> = wanted.iter().map(|one| (one.subject, one.scope.as_str())).collect();
    for row in rows.into_iter().filter(|row| row.created_by == by && is_second_press(row.created_at, now)) {
        let uses = uses_of(txn, row.id).await?;
        if uses.iter().map(|one| (one.subject(), one.scope.as_str())).collect::<BTreeSet<_>>() == shown {
            return Ok(Some(row.id));
        }
    }
    Ok(None)
}

async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    id: i64,
    before: &str,
    after: &str,
) -> Result<(), DbErr> {
    let entry =
        Entry { actor, act, object: "publication", object_id: id, cohort: None, before: before.to_owned(), after: after.to_owned() };
    history::record(txn, now, entry).await
}

// ---- reading ---------------------------------------------------------------------------------------------------------

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub title: String,
    pub channel: String,
    pub state: State,
    pub planned_for: NaiveDate,
    pub published_at: Option<DateTime<Utc>>,
    /// Everybody shown, each once.
    pub names: Vec<String>,
    /// The first day by which it is to be taken down.
    pub due: Option<NaiveDate>,
}

/// Newest first; only those in one state when one is given.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, state: Option<State>, page: u64) -> Result<Page<Line>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        title: String,
        channel: String,
        state: String,
        planned_for: NaiveDate,
        published_at: Option<DateTime<Utc>>,
    }
    #[derive(FromQueryResult)]
    struct Name {
        publication_id: i64,
        name: String,
    }
    let with = values![state.map_or("", State::as_str)];
    let total = sql::number(db.read(), "SELECT count(*) AS n FROM publication WHERE ($1 = '' OR state = $1)", with.clone()).await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT id, title, channel, state, planned_for, published_at FROM publication WHERE ($1 = '' OR state = $1) \
             ORDER BY id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let numbers = sql::numbers(ids.iter().copied());
    let found: Vec<Name> = sql::all(
        db.read(),
        &format!(
            "SELECT u.publication_id, coalesce(p.name, c.name) AS name FROM publication_use u LEFT JOIN person p ON p.id = u.person_id \
             LEFT JOIN company c ON c.id = u.company_id WHERE u.publication_id IN ({numbers}) ORDER BY u.id"
        ),
        values![],
    )
    .await?;
    let mut names: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for one in found {
        let known = names.entry(one.publication_id).or_default();
        if !known.contains(&one.name) {
            known.push(one.name);
        }
    }
    let tasks = take_down::Entity::find()
        .filter(take_down::Column::PublicationId.is_in(ids))
        .filter(take_down::Column::DoneAt.is_null())
        .all(db.read())
        .await?;
    let mut lines = Vec::new();
    for row in rows {
        lines.push(Line {
            names: names.remove(&row.id).unwrap_or_default(),
            due: tasks.iter().filter(|task| task.publication_id == row.id).map(|task| task.due_day).min(),
            id: row.id,
            title: row.title,
            channel: row.channel,
            state: word(State::parse(&row.state), &row.state)?,
            planned_for: row.planned_for,
            published_at: row.published_at,
        });
    }
    Ok(Page { rows: lines, total: u64::try_from(total).unwrap_or(0), page })
}

/// Something that is to be taken down.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Due {
    pub publication: i64,
    pub title: String,
    pub channel: String,
    pub due_day: NaiveDate,
}

/// What is to be taken down, the most urgent first: at most a hundred, each publication once.
///
/// # Errors
/// The database.
pub async fn due(db: &Db) -> Result<Vec<Due>, DbErr> {
    sql::all(
        db.read(),
        "SELECT p.id AS publication, p.title, p.channel, t.due_day FROM take_down t JOIN publication p ON p.id = t.publication_id \
         WHERE t.done_at IS NULL AND NOT EXISTS (SELECT 1 FROM take_down o WHERE o.publication_id = t.publication_id AND o.done_at IS NULL AND o.id < t.id) \
         ORDER BY t.due_day, t.id LIMIT 100",
        values![],
    )
    .await
}

/// Cancelling by somebody who took a consent back, or asked to be forgotten: by their invitation, on their own page, or as a
/// company's signatory.
const BY_WITHDRAWAL: &str = "h.object = 'publication' AND h.act = 'cancel' AND (h.actor LIKE 'invitation %' OR h.actor LIKE 'person %' OR h.actor LIKE 'signatory %')";

/// For so many days the list says what a withdrawal cancelled.
const CANCELLED_DAYS: i64 = 7;

/// Something planned that a withdrawal cancelled.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Cancelled {
    pub publication: i64,
    pub title: String,
    pub channel: String,
    pub planned_for: NaiveDate,
    pub cancelled_at: DateTime<Utc>,
}

/// What withdrawals cancelled in the last days, the newest first: at most a hundred.
///
/// # Errors
/// The database.
pub async fn cancelled_lately(db: &Db, now: DateTime<Utc>) -> Result<Vec<Cancelled>, DbErr> {
    sql::all(
        db.read(),
        &format!(
            "SELECT p.id AS publication, p.title, p.channel, p.planned_for, h.at AS cancelled_at FROM publication p JOIN history h ON h.object_id = p.id \
             WHERE p.state = 'cancelled' AND {BY_WITHDRAWAL} AND h.at > $1 ORDER BY h.id DESC LIMIT 100"
        ),
        values![now - TimeDelta::days(CANCELLED_DAYS)],
    )
    .await
}

/// A publication's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub id: i64,
    pub title: String,
    pub channel: String,
    pub state: State,
    pub planned_for: NaiveDate,
    pub url: String,
    pub published_at: Option<DateTime<Utc>>,
    pub created_by: Option<String>,
    pub revision: i32,
    pub uses: Vec<UseLine>,
    pub decisions: Vec<DecisionLine>,
    pub take_downs: Vec<TakeDownLine>,
    /// When a consent it needed was taken back while it was planned.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The task it belongs to, where it is published.
    pub task: Option<i64>,
}

/// What it shows of whom, and how the consent stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseLine {
    pub who: String,
    pub scope: String,
    pub standing: Standing,
}

/// One answer of the decision.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct DecisionLine {
    pub allowed: bool,
    /// One a line.
    pub reasons: String,
    pub by: Option<String>,
    pub decided_at: DateTime<Utc>,
}

/// One take-down.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct TakeDownLine {
    pub id: i64,
    pub due_day: NaiveDate,
    pub opened_at: DateTime<Utc>,
    /// What a colleague said who asked for it; empty where somebody took back what they had allowed, or a task ended.
    pub reason: String,
    /// That colleague.
    pub asked_by: Option<String>,
    pub done_at: Option<DateTime<Utc>>,
    pub by: Option<String>,
    pub proof: String,
}

/// One publication. `None` when there is none.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, now: DateTime<Utc>, id: i64) -> Result<Option<Publication>, Fault> {
    #[derive(FromQueryResult)]
    struct Head {
        title: String,
        channel: String,
        state: String,
        planned_for: NaiveDate,
        url: String,
        published_at: Option<DateTime<Utc>>,
        by: Option<String>,
        revision: i32,
        task: Option<i64>,
    }
    #[derive(FromQueryResult)]
    struct Withdrawn {
        at: DateTime<Utc>,
    }
    let head: Option<Head> = sql::one(
        db.read(),
        "SELECT p.title, p.channel, p.state, p.planned_for, p.url, p.published_at, s.name AS by, p.revision, p.amplification_id AS task FROM publication p LEFT JOIN staff s ON s.id = p.created_by \
         WHERE p.id = $1",
        values![id],
    )
    .await?;
    let Some(head) = head else { return Ok(None) };
    let rows = uses_of(db.read(), id).await?;
    let subjects: Vec<Subject> = rows.iter().filter_map(UseRow::subject).collect();
    let ledgers = ledgers(db.read(), &subjects).await?;
    let channel = Channel::parse(&head.channel);
    let standing = |row: &UseRow| {
        let events = row.subject().and_then(|subject| ledgers.get(&subject));
        let (Some(events), Some(scope)) = (events, Scope::parse(&row.scope)) else { return Standing::Never };
        resolve(events, now.date_naive()).standing(scope, channel)
    };
    let uses = rows.iter().map(|row| UseLine { who: row.who.clone(), scope: row.scope.clone(), standing: standing(row) }).collect();
    let withdrawn: Option<Withdrawn> = sql::one(
        db.read(),
        &format!("SELECT h.at FROM history h WHERE h.object_id = $1 AND {BY_WITHDRAWAL} ORDER BY h.id DESC LIMIT 1"),
        values![id],
    )
    .await?;
    let decisions = sql::all(
        db.read(),
        "SELECT d.allowed, d.reasons, s.name AS by, d.decided_at FROM publish_decision d LEFT JOIN staff s ON s.id = d.asked_by \
         WHERE d.publication_id = $1 ORDER BY d.id DESC LIMIT 100",
        values![id],
    )
    .await?;
    let take_downs = sql::all(
        db.read(),
        "SELECT t.id, t.due_day, t.opened_at, coalesce(h.after, '') AS reason, a.name AS asked_by, t.done_at, s.name AS by, t.proof FROM take_down t \
         LEFT JOIN staff s ON s.id = t.done_by LEFT JOIN history h ON h.object = 'take-down' AND h.act = 'ask for' AND h.object_id = t.id \
         LEFT JOIN staff a ON h.actor = 'staff ' || CAST(a.id AS TEXT) WHERE t.publication_id = $1 ORDER BY t.id DESC LIMIT 100",
        values![id],
    )
    .await?;
    Ok(Some(Publication {
        id,
        title: head.title,
        channel: head.channel,
        state: word(State::parse(&head.state), &head.state)?,
        planned_for: head.planned_for,
        url: head.url,
        published_at: head.published_at,
        created_by: head.by,
        revision: head.revision,
        uses,
        decisions,
        take_downs,
        withdrawn_at: withdrawn.map(|withdrawn| withdrawn.at),
        task: head.task,
    }))
}
