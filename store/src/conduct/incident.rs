//! Concerns: reported, reviewed, answered, settled. What is written in one stays in its own two tables: history keeps the
//! state, mails say that something waits, and who reported without a name is never handed in here.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::access::Role;
use domain::cohort::State as CohortState;
use domain::conduct::incident::{self as rules, Act, Facts, IncidentRefusal, Report, Severity, State, TypedReport};
use domain::refusal::FieldRefusal;
use domain::time::is_second_press;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::cohort::company::Named;
use crate::entity::{attempt, cohort, incident, incident_message, staff};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page, link};

/// Whose report it is. An executive who wants no name in it is nobody, from the request on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporter {
    Nobody,
    Executive { invitation: i64 },
    Staff(i64),
}

/// The kind prefix of the private address of a report.
const PREFIX: &str = "con_";

/// A token for a report that is about to be written: its form carries it, so that pressing twice reports once.
#[must_use]
pub fn new_token() -> String {
    link::random_token(PREFIX)
}

fn is_token(typed: &str) -> bool {
    typed
        .strip_prefix(PREFIX)
        .is_some_and(|rest| rest.len() == 43 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
}

// ---- reporting -------------------------------------------------------------------------------------------------------

/// A session one may name in a report.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Held {
    pub id: i64,
    pub title: String,
    pub starts: NaiveDateTime,
}

/// The released sessions of a cohort, as they come.
///
/// # Errors
/// The database.
pub async fn sessions(db: &Db, cohort: i64) -> Result<Vec<Held>, DbErr> {
    sql::all(
        db.read(),
        "SELECT session_id AS id, title, starts FROM released_session WHERE cohort_id = $1 AND NOT cancelled ORDER BY starts_at, session_id",
        values![cohort],
    )
    .await
}

/// The host's people a guest of this cohort may have met, by name: its owner, its facilitators, those who observe it and
/// those who look after its companies.
///
/// # Errors
/// The database.
pub async fn hosts(db: &Db, cohort: i64) -> Result<Vec<Named>, DbErr> {
    hosts_in(db.read(), cohort).await
}

async fn hosts_in(db: &impl ConnectionTrait, cohort: i64) -> Result<Vec<Named>, DbErr> {
    sql::all(
        db,
        "SELECT s.id, s.name FROM staff s WHERE s.id IN (SELECT p.owner_id FROM cohort c JOIN program p ON p.id = c.program_id WHERE c.id = $1) \
         OR s.id IN (SELECT f.staff_id FROM session_facilitator f JOIN session n ON n.id = f.session_id WHERE n.cohort_id = $1) \
         OR s.id IN (SELECT o.staff_id FROM observer o WHERE o.cohort_id = $1) \
         OR s.id IN (SELECT m.staff_id FROM account_manager m JOIN allotment a ON a.company_id = m.company_id WHERE a.cohort_id = $1) ORDER BY s.name, s.id",
        values![cohort],
    )
    .await
}

/// Everybody on the staff, by name: whom a colleague may name.
///
/// # Errors
/// The database.
pub async fn colleagues(db: &Db) -> Result<Vec<Named>, DbErr> {
    sql::all(db.read(), "SELECT id, name FROM staff ORDER BY name, id", values![]).await
}

/// A cohort one may report about.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Cohort {
    pub id: i64,
    pub title: String,
    pub program: String,
    pub first_day: NaiveDate,
}

/// The cohorts that have invited people, the latest hundred.
///
/// # Errors
/// The database.
pub async fn cohorts(db: &Db) -> Result<Vec<Cohort>, DbErr> {
    sql::all(
        db.read(),
        "SELECT c.id, c.title, p.title AS program, c.first_day FROM cohort c JOIN program p ON p.id = c.program_id WHERE c.state <> 'draft' \
         ORDER BY c.first_day DESC, c.id DESC LIMIT 100",
        values![],
    )
    .await
}

/// Writes a report down and has the reviewers told in the next full hour; answers the token of its private address. The
/// form's own token with the same words is the same report.
///
/// # Errors
/// What is wrong with the fields, or too many reports in this hour.
pub async fn report(
    db: &Db,
    now: DateTime<Utc>,
    cohort_id: i64,
    reporter: Reporter,
    token: &str,
    typed: &TypedReport<'_>,
) -> Result<String, Halt<IncidentRefusal>> {
    let report = Report::parse(typed).map_err(|wrong| Halt::Refused(IncidentRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let cohort = cohort::Entity::find_by_id(cohort_id).lock_exclusive().one(&*txn).await?;
    if cohort.is_none_or(|cohort| cohort.state == CohortState::Draft.as_str()) {
        return wrong("cohort", "Choose the cohort it happened in.");
    }
    let stands = incident::Entity::find().filter(incident::Column::TokenHash.eq(link::hash(token))).one(&*txn).await?;
    if stands.as_ref().is_some_and(|row| row.cohort_id == cohort_id && row.said == report.said) {
        return Ok(token.to_owned());
    }
    let token = if stands.is_none() && is_token(token) { token.to_owned() } else { new_token() };
    if let Some(session) = report.session {
        let among = "SELECT count(*) AS n FROM released_session WHERE session_id = $1 AND cohort_id = $2";
        if sql::number(&*txn, among, values![session, cohort_id]).await? == 0 {
            return wrong("session", rules::NO_SESSION);
        }
    }
    if let Some(person) = report.started_by_staff {
        let known = match reporter {
            Reporter::Staff(_) => staff::Entity::find_by_id(person).one(&*txn).await?.is_some(),
            Reporter::Nobody | Reporter::Executive { .. } => hosts_in(&*txn, cohort_id).await?.iter().any(|host| host.id == person),
        };
        if !known {
            return wrong("started_by_staff", rules::NO_PERSON);
        }
    }
    count_one_more(&*txn, now, cohort_id).await?;

    let (reporter_staff, reporter_invitation) = match reporter {
        Reporter::Nobody => (None, None),
        Reporter::Executive { invitation } => (None, Some(invitation)),
        Reporter::Staff(id) => (Some(id), None),
    };
    let at = if reporter == Reporter::Nobody { rules::coarse(now) } else { now };
    let row = incident::ActiveModel {
        cohort_id: Set(cohort_id),
        session_id: Set(report.session),
        anonymous: Set(reporter == Reporter::Nobody),
        reporter_staff_id: Set(reporter_staff),
        reporter_invitation_id: Set(reporter_invitation),
        started_by: Set(report.started_by),
        started_by_staff_id: Set(report.started_by_staff),
        said: Set(report.said),
        severity: Set(report.severity.as_str().to_owned()),
        state: Set(State::Reported.as_str().to_owned()),
        outcome: Set(None),
        finding: Set(String::new()),
        remedy: Set(String::new()),
        reviewer_id: Set(None),
        token_hash: Set(link::hash(&token)),
        reported_at: Set(at),
        revision: Set(1),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    note(&*txn, at, Actor::Anonymous, "report", row.id, None, State::Reported).await?;
    if let Some(to) = reporter_of(&*txn, &row).await? {
        let message = Message::ConcernReceived { name: to.name.clone() };
        mail_link(&*txn, now, format!("concern-received:{}", row.id), &to, "Your concern is with the reviewers", message, &token).await?;
    }
    let free = free_reviewers(&*txn, &row).await?;
    if free.is_empty() {
        call_for_a_reviewer(&*txn, now, &row).await?;
    }
    for reviewer in &free {
        tell_reviewer(&*txn, now, format!("concern-reported:{}:{}", row.id, reviewer.id), reviewer).await?;
    }
    txn.commit().await?;
    Ok(token)
}

/// Counts reports by the cohort and the hour, never by who reports. The cohort is locked by the caller.
async fn count_one_more(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort: i64) -> Result<(), Halt<IncidentRefusal>> {
    let (bucket, hour) = (format!("concern:{cohort}"), rules::hour(now));
    attempt::Entity::delete_many()
        .filter(attempt::Column::Bucket.eq(bucket.as_str()))
        .filter(attempt::Column::MadeAt.lt(hour))
        .exec(txn)
        .await?;
    let made = sql::number(txn, "SELECT count(*) AS n FROM attempt WHERE bucket = $1", values![bucket.as_str()]).await?;
    if made >= rules::MOST_REPORTS {
        return refuse(IncidentRefusal::TooManyReports);
    }
    attempt::ActiveModel { bucket: Set(bucket), made_at: Set(hour), ..Default::default() }.insert(txn).await?;
    Ok(())
}

// ---- the reporter's private address ----------------------------------------------------------------------------------

/// A message of a case. `by` is a reviewer's name; the reporter's messages have none.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Said {
    pub body: String,
    pub sent_at: DateTime<Utc>,
    pub by: Option<String>,
}

/// A concern as whoever reported it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub program: String,
    pub cohort: String,
    pub anonymous: bool,
    pub said: String,
    pub state: State,
    pub reported_at: DateTime<Utc>,
    pub messages: Vec<Said>,
}

/// The concern a token opens, changing nothing.
///
/// # Errors
/// The database.
pub async fn by_token(db: &Db, token: &str) -> Result<Option<Told>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        program: String,
        cohort: String,
        anonymous: bool,
        said: String,
        state: String,
        reported_at: DateTime<Utc>,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT i.id, p.title AS program, c.title AS cohort, i.anonymous, i.said, i.state, i.reported_at FROM incident i JOIN cohort c ON c.id = i.cohort_id \
         JOIN program p ON p.id = c.program_id WHERE i.token_hash = $1",
        values![link::hash(token)],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Told {
        messages: messages(db, row.id).await?,
        program: row.program,
        cohort: row.cohort,
        anonymous: row.anonymous,
        said: row.said,
        state: word(State::parse(&row.state), &row.state)?,
        reported_at: row.reported_at,
    }))
}

async fn messages(db: &Db, incident: i64) -> Result<Vec<Said>, DbErr> {
    sql::all(
        db.read(),
        "SELECT m.body, m.sent_at, s.name AS by FROM incident_message m LEFT JOIN staff s ON s.id = m.staff_id WHERE m.incident_id = $1 ORDER BY m.id",
        values![incident],
    )
    .await
}

/// Adds a message of the reporter's. The same words again are the same message.
///
/// # Errors
/// There is no such address, nothing is written, or too much was today.
pub async fn reply(db: &Db, now: DateTime<Utc>, token: &str, body: &str) -> Result<(), Halt<IncidentRefusal>> {
    let body = rules::message(body).map_err(beside)?;
    let txn = db.write().await?;
    let found = incident::Entity::find().filter(incident::Column::TokenHash.eq(link::hash(token))).lock_exclusive().one(&*txn).await?;
    let Some(row) = found else { return refuse(IncidentRefusal::Unknown) };
    if newest(&*txn, row.id).await?.is_some_and(|last| last.staff_id.is_none() && last.body == body) {
        return Ok(());
    }
    let today = "SELECT count(*) AS n FROM incident_message WHERE incident_id = $1 AND staff_id IS NULL AND sent_at >= $2";
    if sql::number(&*txn, today, values![row.id, rules::coarse(now)]).await? >= rules::MOST_MESSAGES {
        return refuse(IncidentRefusal::TooManyMessages);
    }
    let at = if row.anonymous { rules::coarse(now) } else { now };
    add_message(&*txn, at, row.id, None, body).await?;
    note(&*txn, at, Actor::Anonymous, "write", row.id, None, state_of(&row)?).await?;
    let free = free_reviewers(&*txn, &row).await?;
    let taken_by = free.iter().find(|one| Some(one.id) == row.reviewer_id).cloned();
    let whose = taken_by.map_or(free, |reviewer| vec![reviewer]);
    let hour = rules::hour(now).timestamp();
    for reviewer in &whose {
        tell_reviewer(&*txn, now, format!("concern-reply:{}:{hour}:{}", row.id, reviewer.id), reviewer).await?;
    }
    txn.commit().await?;
    Ok(())
}

// ---- reviewing -------------------------------------------------------------------------------------------------------

/// One line of the list: nothing of what was said.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    pub id: i64,
    pub severity: String,
    pub state: String,
    pub program: String,
    pub cohort: String,
    pub session: Option<String>,
    pub reviewer: Option<String>,
    pub reported_at: DateTime<Utc>,
}

/// The cases `$1` may see: those no conflict keeps from them. The rule is `domain::conduct::incident::conflict`.
const OPEN_TO: &str = "FROM incident i LEFT JOIN staff t ON t.id = i.started_by_staff_id \
    WHERE COALESCE(i.started_by_staff_id, 0) <> $1 AND COALESCE(t.manager_id, 0) <> $1 AND COALESCE(i.reporter_staff_id, 0) <> $1";

/// The cases a reviewer may see, those that wait first; only in one state when one is given.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, reviewer: i64, state: Option<State>, page: u64) -> Result<Page<Line>, DbErr> {
    let with = values![reviewer, state.map_or("", State::as_str)];
    let found = "($2 = '' OR i.state = $2)";
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {OPEN_TO} AND {found}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT i.id, i.severity, i.state, p.title AS program, c.title AS cohort, n.title AS session, v.name AS reviewer, i.reported_at FROM incident i \
             JOIN cohort c ON c.id = i.cohort_id JOIN program p ON p.id = c.program_id LEFT JOIN session n ON n.id = i.session_id \
             LEFT JOIN staff v ON v.id = i.reviewer_id WHERE i.id IN (SELECT i.id {OPEN_TO} AND {found}) \
             ORDER BY CASE i.state WHEN 'reported' THEN 0 WHEN 'reviewing' THEN 1 ELSE 2 END, i.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// How many cases a reviewer may see in each state, in the order of the states.
///
/// # Errors
/// The database.
pub async fn counts(db: &Db, reviewer: i64) -> Result<Vec<(State, i64)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        n: i64,
    }
    let rows: Vec<Row> =
        sql::all(db.read(), &format!("SELECT i.state, count(*) AS n {OPEN_TO} GROUP BY i.state"), values![reviewer]).await?;
    let of = |state: &State| rows.iter().find(|row| row.state == state.as_str()).map_or(0, |row| row.n);
    Ok(State::ALL.iter().map(|state| (*state, of(state))).collect())
}

/// How many concerns wait that nobody may review: every active reviewer has to do with them, or there is none.
///
/// # Errors
/// The database.
pub async fn without_reviewer(db: &Db) -> Result<i64, DbErr> {
    sql::number(
        db.read(),
        "SELECT count(*) AS n FROM incident i LEFT JOIN staff t ON t.id = i.started_by_staff_id WHERE i.state IN ('reported', 'reviewing') AND NOT EXISTS \
         (SELECT 1 FROM staff s JOIN staff_role r ON r.staff_id = s.id WHERE r.role = 'incident reviewer' AND s.active AND s.id <> COALESCE(i.started_by_staff_id, 0) \
         AND s.id <> COALESCE(t.manager_id, 0) AND s.id <> COALESCE(i.reporter_staff_id, 0))",
        values![],
    )
    .await
}

/// A case, whole: for its reviewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub id: i64,
    pub cohort_id: i64,
    pub cohort: String,
    pub program: String,
    pub session: Option<String>,
    /// `None` for a report without a name.
    pub reporter: Option<String>,
    pub started_by: String,
    pub started_by_staff: Option<Named>,
    pub said: String,
    pub severity: Severity,
    pub state: State,
    pub outcome: Option<State>,
    pub finding: String,
    pub remedy: String,
    pub reviewer: Option<Named>,
    pub reported_at: DateTime<Utc>,
    pub revision: i32,
    pub messages: Vec<Said>,
    pub steps: Vec<Done>,
}

/// Something done on a case, and by which reviewer; by the reporter when there is none.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Done {
    pub at: DateTime<Utc>,
    pub act: String,
    pub by: Option<String>,
}

/// One case. Whether the reader may read it is asked before.
///
/// # Errors
/// The database.
pub async fn case(db: &Db, id: i64) -> Result<Option<Case>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        cohort_id: i64,
        cohort: String,
        program: String,
        session: Option<String>,
        colleague: Option<String>,
        guest: Option<String>,
        company: Option<String>,
        started_by: String,
        started_by_staff_id: Option<i64>,
        started_by_name: Option<String>,
        said: String,
        severity: String,
        state: String,
        outcome: Option<String>,
        finding: String,
        remedy: String,
        reviewer_id: Option<i64>,
        reviewer: Option<String>,
        reported_at: DateTime<Utc>,
        revision: i32,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT i.cohort_id, c.title AS cohort, p.title AS program, n.title AS session, r.name AS colleague, g.name AS guest, co.name AS company, i.started_by, \
         i.started_by_staff_id, t.name AS started_by_name, i.said, i.severity, i.state, i.outcome, i.finding, i.remedy, i.reviewer_id, v.name AS reviewer, \
         i.reported_at, i.revision FROM incident i JOIN cohort c ON c.id = i.cohort_id JOIN program p ON p.id = c.program_id \
         LEFT JOIN session n ON n.id = i.session_id LEFT JOIN staff r ON r.id = i.reporter_staff_id LEFT JOIN invitation w ON w.id = i.reporter_invitation_id \
         LEFT JOIN person g ON g.id = w.person_id LEFT JOIN company co ON co.id = g.company_id LEFT JOIN staff t ON t.id = i.started_by_staff_id \
         LEFT JOIN staff v ON v.id = i.reviewer_id WHERE i.id = $1",
        values![id],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let steps: Vec<Done> = sql::all(
        db.read(),
        "SELECT h.at, h.act, s.name AS by FROM history h LEFT JOIN staff s ON h.actor = 'staff ' || CAST(s.id AS TEXT) \
         WHERE h.object = 'incident' AND h.object_id = $1 ORDER BY h.id",
        values![id],
    )
    .await?;
    let outcome = row.outcome.as_deref().map(|stored| word(State::parse(stored), stored)).transpose()?;
    let guest = row.guest.map(|name| row.company.map_or_else(|| name.clone(), |company| format!("{name}, {company}")));
    Ok(Some(Case {
        id,
        cohort_id: row.cohort_id,
        cohort: row.cohort,
        program: row.program,
        session: row.session,
        reporter: row.colleague.or(guest),
        started_by: row.started_by,
        started_by_staff: row.started_by_staff_id.zip(row.started_by_name).map(|(id, name)| Named { id, name }),
        said: row.said,
        severity: word(Severity::parse(&row.severity), &row.severity)?,
        state: word(State::parse(&row.state), &row.state)?,
        outcome,
        finding: row.finding,
        remedy: row.remedy,
        reviewer: row.reviewer_id.zip(row.reviewer).map(|(id, name)| Named { id, name }),
        reported_at: row.reported_at,
        revision: row.revision,
        messages: messages(db, id).await?,
        steps,
    }))
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stepped {
    pub act: Act,
    /// Nothing changed: it stood so already.
    pub again: bool,
}

/// Takes a case up, says what the review came to, or what was done about it. `act` and `text` are as they were typed.
/// The same again is the same step.
///
/// # Errors
/// The grounds are missing, something else has to come first, or somebody else worked on it meanwhile.
pub async fn step(
    db: &Db,
    now: DateTime<Utc>,
    reviewer: i64,
    id: i64,
    revision: i32,
    act: &str,
    text: &str,
) -> Result<Stepped, Halt<IncidentRefusal>> {
    let Some(act) = Act::parse(act) else { return wrong("act", "Choose what the review came to.") };
    let text = rules::grounds(act, text).map_err(beside)?;
    let txn = db.write().await?;
    let row = open_to(&*txn, reviewer, id).await?;
    let before = state_of(&row)?;
    let next = rules::after(before, act);
    let stands = match act {
        Act::Take => row.reviewer_id == Some(reviewer),
        Act::Remedy => row.remedy == text,
        Act::Uphold | Act::Dismiss | Act::CustomerInitiated => row.finding == text,
    };
    if stands && next == Ok(before) {
        return Ok(Stepped { act, again: true });
    }
    if row.revision != revision {
        return refuse(IncidentRefusal::Stale);
    }
    let next = next.map_err(Halt::Refused)?;
    let nobody_yet = row.reviewer_id.is_none();
    let mut row: incident::ActiveModel = row.into();
    row.state = Set(next.as_str().to_owned());
    row.revision = Set(revision + 1);
    if act == Act::Take || nobody_yet {
        row.reviewer_id = Set(Some(reviewer));
    }
    match act {
        Act::Take => {}
        Act::Remedy => row.remedy = Set(text),
        Act::Uphold | Act::Dismiss | Act::CustomerInitiated => {
            row.outcome = Set(Some(next.as_str().to_owned()));
            row.finding = Set(text);
        }
    }
    row.update(&*txn).await?;
    note(&*txn, now, Actor::Staff(reviewer), act.as_str(), id, Some(before), next).await?;
    txn.commit().await?;
    Ok(Stepped { act, again: false })
}

/// Says which member of staff a case is about, or that it is about none; answers whether the case is now closed to whoever
/// said so. A reviewer who is named, or who manages the one named, is let go of the case. When nobody is left, the admins
/// are told that a reviewer is missing.
///
/// # Errors
/// There is no such person.
pub async fn name_reported(db: &Db, now: DateTime<Utc>, reviewer: i64, id: i64, typed: &str) -> Result<bool, Halt<IncidentRefusal>> {
    let person = rules::chosen("staff", typed, rules::NO_PERSON).map_err(beside)?;
    let txn = db.write().await?;
    let row = open_to(&*txn, reviewer, id).await?;
    if row.started_by_staff_id == person {
        return Ok(false);
    }
    if let Some(person) = person
        && staff::Entity::find_by_id(person).one(&*txn).await?.is_none()
    {
        return wrong("staff", rules::NO_PERSON);
    }
    let (state, revision) = (state_of(&row)?, row.revision);
    let mut named: incident::ActiveModel = row.into();
    named.started_by_staff_id = Set(person);
    named.revision = Set(revision + 1);
    let row = named.update(&*txn).await?;
    let facts = facts(&*txn, &row).await?;
    let row = if row.reviewer_id.is_some_and(|one| rules::conflict(one, &facts).is_some()) {
        let mut freed: incident::ActiveModel = row.into();
        freed.reviewer_id = Set(None);
        freed.update(&*txn).await?
    } else {
        row
    };
    note(&*txn, now, Actor::Staff(reviewer), "name", id, Some(state), state).await?;
    if state.is_open() && free_reviewers(&*txn, &row).await?.is_empty() {
        call_for_a_reviewer(&*txn, now, &row).await?;
    }
    txn.commit().await?;
    Ok(rules::conflict(reviewer, &facts).is_some())
}

/// How an answer reaches whoever reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// They gave their name: a mail with a new private address tells them.
    Mailed,
    /// They did not: it waits behind the address they kept.
    Kept,
}

/// Answers whoever reported. The same words within a minute are the same answer.
///
/// # Errors
/// Nothing is written.
pub async fn answer(db: &Db, now: DateTime<Utc>, reviewer: i64, id: i64, body: &str) -> Result<Answered, Halt<IncidentRefusal>> {
    let body = rules::message(body).map_err(beside)?;
    let txn = db.write().await?;
    let row = open_to(&*txn, reviewer, id).await?;
    let state = state_of(&row)?;
    let to = reporter_of(&*txn, &row).await?;
    let answered = if to.is_some() { Answered::Mailed } else { Answered::Kept };
    let last = newest(&*txn, id).await?;
    if last.is_some_and(|last| last.staff_id == Some(reviewer) && last.body == body && is_second_press(last.sent_at, now)) {
        return Ok(answered);
    }
    let message = add_message(&*txn, now, id, Some(reviewer), body).await?;
    note(&*txn, now, Actor::Staff(reviewer), "answer", id, Some(state), state).await?;
    if let Some(to) = to {
        // Only the hash of the older address is kept: the mail carries a new one, and the older is dead.
        let token = new_token();
        let mut row: incident::ActiveModel = row.into();
        row.token_hash = Set(link::hash(&token));
        row.update(&*txn).await?;
        let words = Message::ConcernAnswered { name: to.name.clone() };
        mail_link(&*txn, now, format!("concern-answered:{message}"), &to, "There is an answer to your concern", words, &token).await?;
    }
    txn.commit().await?;
    Ok(answered)
}

// ---- parts -----------------------------------------------------------------------------------------------------------

fn wrong<T>(field: &'static str, sentence: &str) -> Result<T, Halt<IncidentRefusal>> {
    refuse(IncidentRefusal::Fields(vec![FieldRefusal::new(field, sentence)]))
}

fn beside(why: FieldRefusal) -> Halt<IncidentRefusal> {
    Halt::Refused(IncidentRefusal::Fields(vec![why]))
}

fn state_of(row: &incident::Model) -> Result<State, Fault> {
    word(State::parse(&row.state), &row.state)
}

/// The case, locked, while no conflict keeps the reviewer from it: asked again, since rows may have changed.
async fn open_to(txn: &impl ConnectionTrait, reviewer: i64, id: i64) -> Result<incident::Model, Halt<IncidentRefusal>> {
    let Some(row) = incident::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { return refuse(IncidentRefusal::Unknown) };
    if rules::conflict(reviewer, &facts(txn, &row).await?).is_some() {
        return refuse(IncidentRefusal::Unknown);
    }
    Ok(row)
}

async fn facts(txn: &impl ConnectionTrait, row: &incident::Model) -> Result<Facts, DbErr> {
    let reported = match row.started_by_staff_id {
        Some(id) => staff::Entity::find_by_id(id).one(txn).await?,
        None => None,
    };
    Ok(Facts {
        reported_staff: row.started_by_staff_id,
        reported_staff_manager: reported.and_then(|person| person.manager_id),
        reporter_staff: row.reporter_staff_id,
    })
}

async fn newest(txn: &impl ConnectionTrait, incident: i64) -> Result<Option<incident_message::Model>, DbErr> {
    incident_message::Entity::find()
        .filter(incident_message::Column::IncidentId.eq(incident))
        .order_by_desc(incident_message::Column::Id)
        .one(txn)
        .await
}

async fn add_message(txn: &impl ConnectionTrait, at: DateTime<Utc>, incident: i64, by: Option<i64>, body: String) -> Result<i64, DbErr> {
    let row = incident_message::ActiveModel {
        incident_id: Set(incident),
        staff_id: Set(by),
        body: Set(body),
        sent_at: Set(at),
        ..Default::default()
    };
    Ok(row.insert(txn).await?.id)
}

/// History holds the state and nothing else of a case, and no cohort: a cohort's history has other readers.
async fn note(
    txn: &impl ConnectionTrait,
    at: DateTime<Utc>,
    actor: Actor,
    act: &str,
    incident: i64,
    before: Option<State>,
    after: State,
) -> Result<(), DbErr> {
    let entry = Entry {
        actor,
        act,
        object: "incident",
        object_id: incident,
        cohort: None,
        before: before.map_or_else(String::new, |state| state.to_string()),
        after: after.to_string(),
    };
    history::record(txn, at, entry).await
}

/// Somebody a mail goes to.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
struct Recipient {
    id: i64,
    name: String,
    email: String,
}

/// Whoever gave their name.
async fn reporter_of(txn: &impl ConnectionTrait, row: &incident::Model) -> Result<Option<Recipient>, DbErr> {
    if let Some(id) = row.reporter_staff_id {
        return sql::one(txn, "SELECT id, name, email FROM staff WHERE id = $1", values![id]).await;
    }
    let Some(id) = row.reporter_invitation_id else { return Ok(None) };
    sql::one(txn, "SELECT p.id, p.name, p.email FROM invitation i JOIN person p ON p.id = i.person_id WHERE i.id = $1", values![id]).await
}

async fn active(txn: &impl ConnectionTrait, role: Role) -> Result<Vec<Recipient>, DbErr> {
    sql::all(
        txn,
        "SELECT s.id, s.name, s.email FROM staff s JOIN staff_role r ON r.staff_id = s.id WHERE s.active AND r.role = $1 ORDER BY s.id",
        values![role.as_str()],
    )
    .await
}

/// The active reviewers no conflict keeps from a case.
async fn free_reviewers(txn: &impl ConnectionTrait, row: &incident::Model) -> Result<Vec<Recipient>, DbErr> {
    let facts = facts(txn, row).await?;
    let reviewers = active(txn, Role::IncidentReviewer).await?;
    Ok(reviewers.into_iter().filter(|reviewer| rules::conflict(reviewer.id, &facts).is_none()).collect())
}

async fn tell_reviewer(txn: &impl ConnectionTrait, now: DateTime<Utc>, event: String, to: &Recipient) -> Result<(), Fault> {
    let message = Message::ConcernReported { name: to.name.clone() };
    mail_quietly(txn, now, event, to, "A concern waits for you", message).await
}

/// Tells the admins, once a case, that somebody else has to be given the role.
async fn call_for_a_reviewer(txn: &impl ConnectionTrait, now: DateTime<Utc>, row: &incident::Model) -> Result<(), Fault> {
    for admin in active(txn, Role::Admin).await? {
        let message = Message::ConcernNeedsReviewer { name: admin.name.clone() };
        let event = format!("concern-needs-reviewer:{}:{}", row.id, admin.id);
        mail_quietly(txn, now, event, &admin, "A concern waits for a reviewer", message).await?;
    }
    Ok(())
}

/// A mail that leaves at the next full hour and keeps no other time: its minute would point at who reported. One an event.
async fn mail_quietly(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    event: String,
    to: &Recipient,
    subject: &str,
    message: Message,
) -> Result<(), Fault> {
    if sql::number(txn, "SELECT count(*) AS n FROM outbox WHERE event = $1", values![event.as_str()]).await? > 0 {
        return Ok(());
    }
    let letter = letter(event, to, subject, message, Secret::default());
    outbox::enqueue_for(txn, rules::coarse(now), rules::next_hour(now), letter).await
}

/// A mail with the private address of a report, for somebody who gave their name.
async fn mail_link(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    event: String,
    to: &Recipient,
    subject: &str,
    message: Message,
    token: &str,
) -> Result<(), Fault> {
    let secret = Secret { link: Some(token.to_owned()), feed: None };
    outbox::enqueue(txn, now, letter(event, to, subject, message, secret)).await
}

/// No cohort and no invitation stand beside it: its row tells nothing.
fn letter<'a>(event: String, to: &'a Recipient, subject: &str, message: Message, secret: Secret) -> Letter<'a> {
    Letter { event, cohort: None, invitation: None, to_name: &to.name, to_email: &to.email, subject: subject.to_owned(), message, secret }
}
