//! Achievements: reported, put right, verified or rejected. Verifying opens the task that celebrates it, in one transaction.
//!
//! Locks: the person, then the company (rows that name them may still be added), then the achievement. Whoever reports for
//! one customer waits for whoever else does, so that nothing comes in twice.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::advocacy::achievement::{
    self as rules, AchievementRefusal, Act, Kind, NEAR_DAYS, Pace, Rejection, Report, Seen, Source, State, Typed, Who, is_near, title_key,
};
use domain::advocacy::amplification::State as TaskState;
use domain::advocacy::figures::quarter_of;
use domain::cohort::company_import::name_key;
use domain::refusal::FieldRefusal;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set, SqlErr,
    TryInsertResult,
};

use crate::advocacy::{advocate, amplification, setting};
use crate::entity::{self, achievement, company, person};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

/// What reporting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reporting {
    Reported(i64),
    /// Just this was reported before, by the same colleague.
    Already(i64),
    /// It had been rejected, for this reason, and waits for a decision once more.
    Again {
        id: i64,
        reason: String,
    },
}

impl Reporting {
    /// The achievement.
    #[must_use]
    pub const fn id(&self) -> i64 {
        match self {
            Self::Reported(id) | Self::Already(id) | Self::Again { id, .. } => *id,
        }
    }
}

/// Reports an achievement. The same form again is the same achievement.
///
/// # Errors
/// A field, or its address is another one's.
pub async fn report(db: &Db, now: DateTime<Utc>, actor: Actor, typed: &Typed<'_>) -> Result<Reporting, Halt<AchievementRefusal>> {
    let report = parse(typed, now)?;
    let txn = db.write().await?;
    let customer = customer_of(&*txn, &report.who).await?;
    let done = report_in(&*txn, now, actor, Source::Form, &report, customer).await?;
    txn.commit().await?;
    Ok(done)
}

fn parse(typed: &Typed<'_>, now: DateTime<Utc>) -> Result<Report, Halt<AchievementRefusal>> {
    Report::parse(typed, now.date_naive()).map_err(|wrong| Halt::Refused(AchievementRefusal::Fields(wrong)))
}

/// Whose an achievement is: a person's company is kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Customer {
    pub person: Option<i64>,
    pub company: i64,
}

/// Who is meant, locked: the person, then the company.
async fn customer_of(txn: &impl ConnectionTrait, who: &Who) -> Result<Customer, Halt<AchievementRefusal>> {
    let field = |field, sentence: String| refuse(AchievementRefusal::Fields(vec![FieldRefusal::new(field, sentence)]));
    let (email, named) = match who {
        Who::Person(email) => (Some(email), None),
        Who::Company(name) => (None, Some(name)),
        Who::Both(email, name) => (Some(email), Some(name)),
    };
    let mut known = None;
    if let Some(email) = email {
        let found = person::Entity::find().filter(person::Column::Email.eq(email.as_str())).one(txn).await?;
        let Some(found) = found else { return field("email", UNKNOWN_PERSON.to_owned()) };
        known = advocate::held(txn, found.id, LockType::NoKeyUpdate).await?;
        if known.is_none() {
            return field("email", UNKNOWN_PERSON.to_owned());
        }
    }
    let company = match named {
        Some(name) => company::Entity::find().filter(company::Column::NameKey.eq(name_key(name))).one(txn).await?,
        None => None,
    };
    match (known, named, company) {
        (_, Some(name), None) => field("company", unknown_company(name)),
        (Some(person), _, Some(company)) if person.company_id != company.id => field("company", other_company(&person.name)),
        (Some(person), _, _) => {
            lock_company(txn, person.company_id).await?;
            Ok(Customer { person: Some(person.id), company: person.company_id })
        }
        (None, _, Some(company)) => {
            lock_company(txn, company.id).await?;
            Ok(Customer { person: None, company: company.id })
        }
        (None, None, None) => refuse(AchievementRefusal::Unknown),
    }
}

pub(crate) const UNKNOWN_PERSON: &str = "Nobody with this address is known here. Check it, or name the company alone.";

pub(crate) fn unknown_company(name: &str) -> String {
    format!("There is no company named “{name}” here. Check how the list of companies writes it.")
}

pub(crate) fn other_company(name: &str) -> String {
    format!("{name} is at another company now. Leave the company empty, or name it alone.")
}

async fn lock_company(txn: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    company::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(txn).await.map(|_| ())
}

/// As [`report`], inside the transaction of another act and behind its locks on the customer. What a file brings back after
/// it was rejected stays rejected.
pub(crate) async fn report_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    source: Source,
    report: &Report,
    customer: Customer,
) -> Result<Reporting, Halt<AchievementRefusal>> {
    let by = actor.staff();
    if let Some(stands) = standing(txn, report, customer).await? {
        let state = word(State::parse(&stands.state), &stands.state)?;
        let the_same = is_same(&stands, report, customer);
        if state == State::Rejected && source != Source::Import {
            let next = rules::after(state, Act::Report).map_err(Halt::Refused)?;
            let (id, reason, revision) = (stands.id, stands.reason, stands.revision);
            let row = achievement::ActiveModel {
                id: Set(id),
                source: Set(source.as_str().to_owned()),
                state: Set(next.as_str().to_owned()),
                reason: Set(String::new()),
                same_as: Set(None),
                reported_by: Set(by),
                reported_at: Set(now),
                decided_by: Set(None),
                decided_at: Set(None),
                revision: Set(revision + 1),
                ..fill(report, customer)
            };
            row.update(txn).await?;
            note(txn, now, actor, Act::Report, id, format!("{state}: {reason}"), next.to_string()).await?;
            return Ok(Reporting::Again { id, reason });
        }
        if the_same && (stands.reported_by == by || source == Source::Import) {
            return Ok(Reporting::Already(stands.id));
        }
        if report.url.is_some() {
            return refuse(AchievementRefusal::Stands(stands.id));
        }
    }
    let row = achievement::ActiveModel {
        source: Set(source.as_str().to_owned()),
        state: Set(State::Reported.as_str().to_owned()),
        reason: Set(String::new()),
        reported_by: Set(by),
        reported_at: Set(now),
        revision: Set(1),
        ..fill(report, customer)
    };
    let inserting = achievement::Entity::insert(row).on_conflict_do_nothing_on([achievement::Column::Url]);
    let TryInsertResult::Inserted(done) = inserting.exec(txn).await? else {
        // Somebody reported it for another customer in this very moment.
        let stands = standing(txn, report, customer).await?.ok_or(DbErr::RecordNotInserted)?;
        return refuse(AchievementRefusal::Stands(stands.id));
    };
    let id = done.last_insert_id;
    note(txn, now, actor, Act::Report, id, String::new(), format!("{}: {}", report.kind, report.title)).await?;
    Ok(Reporting::Reported(id))
}

/// The one that stands at the address; without an address, one that says the same.
async fn standing(txn: &impl ConnectionTrait, report: &Report, customer: Customer) -> Result<Option<achievement::Model>, DbErr> {
    let find = achievement::Entity::find().order_by_asc(achievement::Column::Id);
    if let Some(url) = &report.url {
        return find.filter(achievement::Column::Url.eq(url.as_str())).lock_exclusive().one(txn).await;
    }
    let rows = find
        .filter(achievement::Column::CompanyId.eq(customer.company))
        .filter(achievement::Column::HappenedOn.eq(report.happened_on))
        .filter(achievement::Column::TitleKey.eq(title_key(&report.title)))
        .lock_exclusive()
        .all(txn)
        .await?;
    Ok(rows.into_iter().find(|row| row.person_id == customer.person))
}

fn is_same(row: &achievement::Model, report: &Report, customer: Customer) -> bool {
    let who = Customer { person: row.person_id, company: row.company_id };
    who == customer
        && row.kind == report.kind.as_str()
        && row.happened_on == report.happened_on
        && row.title_key == title_key(&report.title)
}

fn fill(report: &Report, customer: Customer) -> achievement::ActiveModel {
    achievement::ActiveModel {
        kind: Set(report.kind.as_str().to_owned()),
        person_id: Set(customer.person),
        company_id: Set(customer.company),
        title: Set(report.title.clone()),
        title_key: Set(title_key(&report.title)),
        outlet: Set(report.outlet.clone()),
        url: Set(report.url.clone()),
        happened_on: Set(report.happened_on),
        language: Set(report.language.clone()),
        evidence: Set(report.evidence.clone()),
        ..Default::default()
    }
}

/// Puts right what was reported, while nobody decided on it. Saving the same again changes nothing.
///
/// # Errors
/// A field, its address is another one's, it was decided on, or somebody changed it meanwhile.
pub async fn edit(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    id: i64,
    revision: i32,
    typed: &Typed<'_>,
) -> Result<(), Halt<AchievementRefusal>> {
    let report = parse(typed, now)?;
    let txn = db.write().await?;
    let customer = customer_of(&*txn, &report.who).await?;
    let (row, state) = locked(&*txn, id).await?;
    rules::after(state, Act::Edit).map_err(Halt::Refused)?;
    let the_same = is_same(&row, &report, customer)
        && (row.title.as_str(), row.outlet.as_str(), row.url.as_ref())
            == (report.title.as_str(), report.outlet.as_str(), report.url.as_ref())
        && (row.language.as_str(), row.evidence.as_str()) == (report.language.as_str(), report.evidence.as_str());
    if the_same {
        return Ok(());
    }
    if row.revision != revision {
        return refuse(AchievementRefusal::Stale);
    }
    if let Some(url) = &report.url {
        let other = achievement::Entity::find()
            .filter(achievement::Column::Url.eq(url.as_str()))
            .filter(achievement::Column::Id.ne(id))
            .one(&*txn)
            .await?;
        if let Some(other) = other {
            return refuse(AchievementRefusal::Stands(other.id));
        }
    }
    let changed = achievement::ActiveModel { id: Set(id), revision: Set(revision + 1), ..fill(&report, customer) };
    let done = changed.update(&*txn).await;
    if let Err(fault) = done {
        drop(txn);
        // Somebody reported the new address in this very moment.
        let other = match (&report.url, fault.sql_err()) {
            (Some(url), Some(SqlErr::UniqueConstraintViolation(_))) => standing_at(db, url).await?,
            _ => None,
        };
        return match other {
            Some((other, _)) => refuse(AchievementRefusal::Stands(other)),
            None => Err(fault.into()),
        };
    }
    let words = |kind: &str, title: &str, day: NaiveDate| format!("{kind}: {title}; {day}");
    let before = words(&row.kind, &row.title, row.happened_on);
    let after = words(report.kind.as_str(), &report.title, report.happened_on);
    note(&*txn, now, actor, Act::Edit, id, before, after).await?;
    txn.commit().await?;
    Ok(())
}

/// The task that celebrates something verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    pub task: i64,
    pub due: NaiveDate,
}

/// Verifies what was reported, and opens its task. Repeating it is the same task.
///
/// # Errors
/// It was rejected, or somebody changed it meanwhile.
pub async fn verify(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, revision: i32) -> Result<Verified, Halt<AchievementRefusal>> {
    let txn = db.write().await?;
    let Some(seen) = achievement::Entity::find_by_id(id).one(&*txn).await? else { return refuse(AchievementRefusal::Unknown) };
    if let Some(person) = seen.person_id {
        person::Entity::find_by_id(person).lock(LockType::NoKeyUpdate).one(&*txn).await?;
    }
    let (row, state) = locked(&*txn, id).await?;
    let next = rules::after(state, Act::Verify).map_err(Halt::Refused)?;
    if next == state {
        return Ok(task_of(&*txn, id).await?);
    }
    if row.revision != revision {
        return refuse(AchievementRefusal::Stale);
    }
    let row = decide(&*txn, now, actor, &row, next, None).await?;
    if let Some(person) = row.person_id {
        advocate::note_in(&*txn, now, actor, person).await?;
    }
    amplification::open_in(&*txn, now, actor, &row).await?;
    note(&*txn, now, actor, Act::Verify, id, state.to_string(), next.to_string()).await?;
    let verified = task_of(&*txn, id).await?;
    txn.commit().await?;
    Ok(verified)
}

async fn task_of(txn: &impl ConnectionTrait, achievement: i64) -> Result<Verified, Fault> {
    let row = entity::amplification::Entity::find().filter(entity::amplification::Column::AchievementId.eq(achievement)).one(txn).await?;
    let row = row.ok_or_else(|| Fault::Unreadable(format!("achievement {achievement} is verified and has no task")))?;
    Ok(Verified { task: row.id, due: row.due_day })
}

/// Rejects what was reported: for a reason, or because it is the same as another one. Repeating it is the same.
///
/// # Errors
/// Nothing was said, the other one is none to point at, it is verified, or somebody changed it meanwhile.
pub async fn reject(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    id: i64,
    revision: i32,
    reason: &str,
    same_as: &str,
) -> Result<(), Halt<AchievementRefusal>> {
    let field = |why| Halt::Refused(AchievementRefusal::Fields(vec![why]));
    let rejection = Rejection::parse(reason, same_as);
    let txn = db.write().await?;
    // It and the one it is the same as, by number: two that are rejected for each other wait and do not cross.
    let both = [Some(id), rejection.as_ref().ok().and_then(|why| why.same_as)].into_iter().flatten();
    let both = achievement::Entity::find().filter(achievement::Column::Id.is_in(both)).order_by_asc(achievement::Column::Id);
    both.lock_exclusive().all(&*txn).await?;
    let (row, state) = locked(&*txn, id).await?;
    let next = rules::after(state, Act::Reject).map_err(Halt::Refused)?;
    if next == state {
        return Ok(());
    }
    let rejection = rejection.map_err(field)?;
    if let Some(twin) = rejection.same_as {
        let found = achievement::Entity::find_by_id(twin).one(&*txn).await?;
        // One that was rejected itself leads nowhere.
        if twin == id || found.is_none_or(|found| found.state == State::Rejected.as_str()) {
            return Err(field(FieldRefusal::new("same_as", "Choose one that stands: this one was rejected itself, or is gone.")));
        }
    }
    if row.revision != revision {
        return refuse(AchievementRefusal::Stale);
    }
    let after = match rejection.same_as {
        Some(twin) => format!("{next}: the same as {twin}"),
        None => format!("{next}: {}", rejection.reason),
    };
    decide(&*txn, now, actor, &row, next, Some(rejection)).await?;
    note(&*txn, now, actor, Act::Reject, id, state.to_string(), after).await?;
    txn.commit().await?;
    Ok(())
}

/// The row, locked, and its state.
async fn locked(txn: &impl ConnectionTrait, id: i64) -> Result<(achievement::Model, State), Halt<AchievementRefusal>> {
    let row = achievement::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    let Some(row) = row else { return refuse(AchievementRefusal::Unknown) };
    let state = word(State::parse(&row.state), &row.state)?;
    Ok((row, state))
}

async fn decide(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: &achievement::Model,
    next: State,
    rejection: Option<Rejection>,
) -> Result<achievement::Model, DbErr> {
    let (reason, same_as) = rejection.map_or_else(|| (String::new(), None), |why| (why.reason, why.same_as));
    achievement::ActiveModel {
        id: Set(row.id),
        state: Set(next.as_str().to_owned()),
        reason: Set(reason),
        same_as: Set(same_as),
        decided_by: Set(actor.staff()),
        decided_at: Set(Some(now)),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(txn)
    .await
}

/// Notes that an achievement was recognised: its first publication is public. Later ones change nothing.
pub(crate) async fn recognised_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, achievement: i64) -> Result<(), DbErr> {
    entity::achievement::Entity::update_many()
        .set(achievement::ActiveModel { recognised_at: Set(Some(now)), ..Default::default() })
        .filter(achievement::Column::Id.eq(achievement))
        .filter(achievement::Column::RecognisedAt.is_null())
        .exec(txn)
        .await
        .map(|_| ())
}

async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: Act,
    id: i64,
    before: String,
    after: String,
) -> Result<(), DbErr> {
    history::record(txn, now, Entry { actor, act: act.as_str(), object: "achievement", object_id: id, cohort: None, before, after }).await
}

// ---- reading -----------------------------------------------------------------------------------------------------------

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    pub state: Option<State>,
    pub kind: Option<Kind>,
    /// Recognised, or still waiting for it.
    pub recognised: Option<bool>,
    /// In the company, the person or the title.
    pub term: &'a str,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub kind: Kind,
    pub title: String,
    pub outlet: String,
    pub person: Option<String>,
    pub company: String,
    pub state: State,
    pub happened_on: NaiveDate,
    pub reported_at: DateTime<Utc>,
    pub recognised_at: Option<DateTime<Utc>>,
    pub task: Option<i64>,
    /// The due day of its task.
    pub due: Option<NaiveDate>,
    /// Its task ended without it: it waits for nobody.
    pub given_up: bool,
}

/// As [`TaskState::is_given_up`] says.
const GIVEN_UP: &str = "(a.recognised_at IS NULL AND coalesce(t.state, '') IN ('rejected', 'withdrawn'))";

/// Those who have waited longest first, then what was recognised, what was rejected or given up last.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, filter: &Filter<'_>, page: u64) -> Result<Page<Line>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        kind: String,
        title: String,
        outlet: String,
        person: Option<String>,
        company: String,
        state: String,
        happened_on: NaiveDate,
        reported_at: DateTime<Utc>,
        recognised_at: Option<DateTime<Utc>>,
        task: Option<i64>,
        due: Option<NaiveDate>,
        task_state: Option<String>,
    }
    let from = format!(
        "FROM achievement a JOIN company c ON c.id = a.company_id LEFT JOIN person p ON p.id = a.person_id \
        LEFT JOIN amplification t ON t.achievement_id = a.id \
        WHERE ($1 = '' OR a.state = $1) AND ($2 = '' OR a.kind = $2) \
        AND ($3 = '' OR ($3 = 'recognised' AND a.recognised_at IS NOT NULL) OR ($3 = 'waiting' AND a.recognised_at IS NULL AND a.state <> 'rejected' AND NOT {GIVEN_UP})) \
        AND ($4 = '%%' OR c.name_key LIKE $4 ESCAPE '\\' OR lower(p.name) LIKE $4 ESCAPE '\\' OR lower(a.title) LIKE $4 ESCAPE '\\')"
    );
    let recognised = match filter.recognised {
        None => "",
        Some(true) => "recognised",
        Some(false) => "waiting",
    };
    let with =
        values![filter.state.map_or("", State::as_str), filter.kind.map_or("", Kind::as_str), recognised, sql::like(filter.term.trim())];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT a.id, a.kind, a.title, a.outlet, p.name AS person, c.name AS company, a.state, a.happened_on, a.reported_at, a.recognised_at, t.id AS task, t.due_day AS due, t.state AS task_state {from} \
             ORDER BY CASE WHEN a.state = 'rejected' OR {GIVEN_UP} THEN 2 WHEN a.recognised_at IS NOT NULL THEN 1 ELSE 0 END, \
             CASE WHEN a.recognised_at IS NULL THEN a.happened_on END, a.recognised_at DESC, a.id LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    let lines = rows.into_iter().map(|row| -> Result<Line, Fault> {
        let task_state = row.task_state.map(|state| word(TaskState::parse(&state), &state)).transpose()?;
        Ok(Line {
            given_up: row.recognised_at.is_none() && task_state.is_some_and(TaskState::is_given_up),
            id: row.id,
            kind: word(Kind::parse(&row.kind), &row.kind)?,
            title: row.title,
            outlet: row.outlet,
            person: row.person,
            company: row.company,
            state: word(State::parse(&row.state), &row.state)?,
            happened_on: row.happened_on,
            reported_at: row.reported_at,
            recognised_at: row.recognised_at,
            task: row.task,
            due: row.due,
        })
    });
    Ok(Page { rows: lines.collect::<Result<Vec<_>, _>>()?, total: u64::try_from(total).unwrap_or(0), page })
}

/// How fast customers are recognised this quarter, and how many wait longer than we promised.
///
/// # Errors
/// The database.
pub async fn pace(db: &Db, now: DateTime<Utc>) -> Result<Pace, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        happened_on: NaiveDate,
        recognised_at: DateTime<Utc>,
    }
    #[derive(FromQueryResult)]
    struct Waiting {
        reported_at: DateTime<Utc>,
        due: Option<NaiveDate>,
    }
    let goal = setting::get(db).await?.recognition_days;
    let today = now.date_naive();
    let quarter = quarter_of(today).and_time(chrono::NaiveTime::MIN).and_utc();
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT a.happened_on, a.recognised_at FROM achievement a WHERE a.state = 'verified' AND a.recognised_at >= $1",
        values![quarter],
    )
    .await?;
    let days: Vec<u32> =
        rows.iter().map(|row| rules::days_to_recognition(row.happened_on, Some(row.recognised_at), today).days()).collect();
    let waiting: Vec<Waiting> = sql::all(
        db.read(),
        &format!(
            "SELECT a.reported_at, t.due_day AS due FROM achievement a LEFT JOIN amplification t ON t.achievement_id = a.id \
             WHERE a.state IN ('reported', 'verified') AND a.recognised_at IS NULL AND NOT {GIVEN_UP}"
        ),
        values![],
    )
    .await?;
    let longer = waiting.iter().filter(|one| rules::is_late(rules::promised_by(one.due, one.reported_at, goal), None, today)).count();
    Ok(Pace::of(&days, u32::try_from(longer).unwrap_or(u32::MAX), goal))
}

/// An achievement's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Achievement {
    pub id: i64,
    pub kind: Kind,
    pub person: Option<Known>,
    pub company: Known,
    pub title: String,
    pub outlet: String,
    pub url: Option<String>,
    pub happened_on: NaiveDate,
    pub language: String,
    pub evidence: String,
    pub source: Source,
    pub state: State,
    pub reason: String,
    /// The one it is the same as.
    pub same_as: Option<Known>,
    pub reported_by: Option<String>,
    pub reported_at: DateTime<Utc>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub recognised_at: Option<DateTime<Utc>>,
    pub revision: i32,
    pub task: Option<Task>,
    /// Others that may be the same, the nearest in time first.
    pub near: Vec<Near>,
}

/// Somebody or something with its number and its name; people with their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: i64,
    pub name: String,
    pub email: String,
}

/// The task that celebrates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: i64,
    pub state: String,
    pub due: NaiveDate,
}

/// One that may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    pub id: i64,
    pub kind: Kind,
    pub person_id: Option<i64>,
    pub person: Option<String>,
    pub company_id: i64,
    pub company: String,
    pub title: String,
    pub outlet: String,
    pub url: Option<String>,
    pub happened_on: NaiveDate,
    pub state: State,
}

impl Near {
    /// What is compared of it.
    #[must_use]
    pub fn seen(&self) -> Seen<'_> {
        Seen {
            kind: self.kind,
            person: self.person_id,
            company: self.company_id,
            title: &self.title,
            outlet: &self.outlet,
            happened_on: self.happened_on,
        }
    }
}

/// One achievement. `None` when there is none.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Achievement>, Fault> {
    #[derive(FromQueryResult)]
    struct Names {
        person: Option<String>,
        email: Option<String>,
        company: String,
        reporter: Option<String>,
        decider: Option<String>,
        twin: Option<String>,
    }
    let Some(row) = achievement::Entity::find_by_id(id).one(db.read()).await? else { return Ok(None) };
    let names: Option<Names> = sql::one(
        db.read(),
        "SELECT p.name AS person, p.email, c.name AS company, r.name AS reporter, d.name AS decider, o.title AS twin \
         FROM achievement a JOIN company c ON c.id = a.company_id LEFT JOIN person p ON p.id = a.person_id LEFT JOIN staff r ON r.id = a.reported_by \
         LEFT JOIN staff d ON d.id = a.decided_by LEFT JOIN achievement o ON o.id = a.same_as WHERE a.id = $1",
        values![id],
    )
    .await?;
    let Some(names) = names else { return Ok(None) };
    let task = entity::amplification::Entity::find().filter(entity::amplification::Column::AchievementId.eq(id)).one(db.read()).await?;
    let kind = word(Kind::parse(&row.kind), &row.kind)?;
    let seen =
        Seen { kind, person: row.person_id, company: row.company_id, title: &row.title, outlet: &row.outlet, happened_on: row.happened_on };
    let mut near =
        candidates(db.read(), &BTreeSet::from([row.company_id]), &row.person_id.into_iter().collect(), row.happened_on, row.happened_on)
            .await?;
    near.retain(|other| other.id != id && is_near(&seen, &other.seen()));
    near.sort_by_key(|other| ((other.happened_on - row.happened_on).num_days().abs(), other.id));
    let known = |id: Option<i64>, name: Option<String>, email: String| id.zip(name).map(|(id, name)| Known { id, name, email });
    Ok(Some(Achievement {
        id,
        kind,
        person: known(row.person_id, names.person, names.email.unwrap_or_default()),
        company: Known { id: row.company_id, name: names.company, email: String::new() },
        same_as: known(row.same_as, names.twin, String::new()),
        task: task.map(|task| Task { id: task.id, state: task.state, due: task.due_day }),
        near,
        title: row.title,
        outlet: row.outlet,
        url: row.url,
        happened_on: row.happened_on,
        language: row.language,
        evidence: row.evidence,
        source: word(Source::parse(&row.source), &row.source)?,
        state: word(State::parse(&row.state), &row.state)?,
        reason: row.reason,
        reported_by: names.reporter,
        reported_at: row.reported_at,
        decided_by: names.decider,
        decided_at: row.decided_at,
        recognised_at: row.recognised_at,
        revision: row.revision,
    }))
}

/// The most that are compared at once.
const MOST_CANDIDATES: u32 = 5_000;

/// Everything of these customers that happened near these days: what [`is_near`] is asked of.
pub(crate) async fn candidates(
    db: &impl ConnectionTrait,
    companies: &BTreeSet<i64>,
    people: &BTreeSet<i64>,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<Near>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        kind: String,
        person_id: Option<i64>,
        person: Option<String>,
        company_id: i64,
        company: String,
        title: String,
        outlet: String,
        url: Option<String>,
        happened_on: NaiveDate,
        state: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT a.id, a.kind, a.person_id, p.name AS person, a.company_id, c.name AS company, a.title, a.outlet, a.url, a.happened_on, a.state \
             FROM achievement a JOIN company c ON c.id = a.company_id LEFT JOIN person p ON p.id = a.person_id \
             WHERE (a.company_id IN ({}) OR a.person_id IN ({})) AND a.happened_on >= $1 AND a.happened_on <= $2 \
             ORDER BY a.id DESC LIMIT {MOST_CANDIDATES}",
            sql::numbers(companies.iter().copied()),
            sql::numbers(people.iter().copied())
        ),
        values![first - Days::new(NEAR_DAYS), last + Days::new(NEAR_DAYS)],
    )
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Near {
                id: row.id,
                kind: word(Kind::parse(&row.kind), &row.kind)?,
                person_id: row.person_id,
                person: row.person,
                company_id: row.company_id,
                company: row.company,
                title: row.title,
                outlet: row.outlet,
                url: row.url,
                happened_on: row.happened_on,
                state: word(State::parse(&row.state), &row.state)?,
            })
        })
        .collect()
}

/// The achievement at an address, and its title.
///
/// # Errors
/// The database.
pub async fn standing_at(db: &Db, url: &str) -> Result<Option<(i64, String)>, DbErr> {
    let row = achievement::Entity::find().filter(achievement::Column::Url.eq(url)).one(db.read()).await?;
    Ok(row.map(|row| (row.id, row.title)))
}

/// Who and what a form offers to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offered {
    /// Advocates by address, with their names.
    pub people: Vec<(String, String)>,
    pub companies: Vec<String>,
}

/// What the form offers: at most five hundred of each, by name. Advocates are shown to those who look after them only.
///
/// # Errors
/// The database.
pub async fn offered(db: &Db, with_people: bool) -> Result<Offered, DbErr> {
    #[derive(FromQueryResult)]
    struct PersonRow {
        email: String,
        name: String,
    }
    #[derive(FromQueryResult)]
    struct CompanyRow {
        name: String,
    }
    let people: Vec<PersonRow> = if with_people {
        sql::all(
            db.read(),
            "SELECT p.email, p.name FROM advocate v JOIN person p ON p.id = v.person_id \
             WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL ORDER BY p.name, p.id LIMIT 500",
            values![],
        )
        .await?
    } else {
        Vec::new()
    };
    let companies: Vec<CompanyRow> = sql::all(db.read(), "SELECT c.name FROM company c ORDER BY c.name_key LIMIT 500", values![]).await?;
    Ok(Offered {
        people: people.into_iter().map(|row| (row.email, row.name)).collect(),
        companies: companies.into_iter().map(|row| row.name).collect(),
    })
}
