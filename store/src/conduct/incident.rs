//! Concerns: reported, reviewed, answered, settled. What is written in one stays in its own two tables: history keeps the
//! state, mails say that something waits, and who reported without a name is never handed in here.
//!
//! What a reporter writes is one row, and nothing beside it: numbers and instants of rows elsewhere, written in the same
//! moment, would point at them. The rest happens at the next full hour, in [`tell_due`].

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::access::Role;
use domain::cohort::State as CohortState;
use domain::conduct::incident::{self as rules, Act, Facts, IncidentRefusal, Report, Severity, State, TypedReport};
use domain::refusal::FieldRefusal;
use domain::time::is_second_press;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Set,
};

use crate::cohort::company::Named;
use crate::entity::{attempt, cohort, incident, incident_about, incident_message, staff};
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

/// The cohorts that have invited people, the latest hundred; only those one observes, for an account manager.
///
/// # Errors
/// The database.
pub async fn cohorts(db: &Db, observer: Option<i64>) -> Result<Vec<Cohort>, DbErr> {
    sql::all(
        db.read(),
        "SELECT c.id, c.title, p.title AS program, c.first_day FROM cohort c JOIN program p ON p.id = c.program_id WHERE c.state <> 'draft' \
         AND ($1 = 0 OR EXISTS (SELECT 1 FROM observer o WHERE o.cohort_id = c.id AND o.staff_id = $1)) ORDER BY c.first_day DESC, c.id DESC LIMIT 100",
        values![observer.unwrap_or(0)],
    )
    .await
}

/// Writes a report down, for the reviewers to be told of at the next full hour; answers the token of its private address.
/// The form's own token with the same words is the same report.
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
    if let Reporter::Staff(id) = reporter
        && sells(&*txn, id).await?
    {
        let observes = "SELECT count(*) AS n FROM observer WHERE staff_id = $1 AND cohort_id = $2";
        if sql::number(&*txn, observes, values![id, cohort_id]).await? == 0 {
            return wrong("cohort", "Choose the cohort it happened in.");
        }
        if report.session.is_some() {
            return wrong("session", rules::NO_SESSION);
        }
    }
    let stands = incident::Entity::find().filter(opened_by(&link::hash(token))).one(&*txn).await?;
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
    count_one_more(&*txn, now, cohort_id, reporter).await?;

    let (reporter_staff, reporter_invitation) = match reporter {
        Reporter::Nobody => (None, None),
        Reporter::Executive { invitation } => (None, Some(invitation)),
        Reporter::Staff(id) => (Some(id), None),
    };
    let at = if reporter == Reporter::Nobody { rules::coarse(now) } else { now };
    let row = incident::ActiveModel {
        id: Set(link::random_id()),
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
        former_token_hash: Set(None),
        reported_at: Set(at),
        seen_from: Set(rules::next_hour(now)),
        told: Set(false),
        revision: Set(1),
    }
    .insert(&*txn)
    .await?;
    if let Some(person) = row.started_by_staff_id {
        name_in(&*txn, row.id, person).await?;
    }
    if let Some(to) = reporter_of(&*txn, &row).await? {
        let message = Message::ConcernReceived { name: to.name.clone() };
        mail_link(&*txn, now, format!("concern-received:{}", row.id), &to, "Your concern is with the reviewers", message, &token).await?;
    }
    txn.commit().await?;
    Ok(token)
}

/// Refuses one report too many of an hour. Those with a name are counted by who reports, so that one person cannot keep the
/// others from it; those without by the cohort, in their own rows. The cohort is locked by the caller.
async fn count_one_more(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    cohort: i64,
    reporter: Reporter,
) -> Result<(), Halt<IncidentRefusal>> {
    let bucket = match reporter {
        Reporter::Nobody => {
            let made = "SELECT count(*) AS n FROM incident WHERE cohort_id = $1 AND anonymous AND seen_from = $2";
            let made = sql::number(txn, made, values![cohort, rules::next_hour(now)]).await?;
            return if made >= rules::MOST_REPORTS { refuse(IncidentRefusal::TooManyReports) } else { Ok(()) };
        }
        Reporter::Executive { invitation } => format!("concern-guest:{invitation}"),
        Reporter::Staff(id) => format!("concern-staff:{id}"),
    };
    let hour = rules::hour(now);
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

/// The concern a token opens. The newest one ends the one before it: it has arrived.
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
        arrived: bool,
    }
    let hash = link::hash(token);
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT i.id, p.title AS program, c.title AS cohort, i.anonymous, i.said, i.state, i.reported_at, \
         i.token_hash = $1 AND i.former_token_hash IS NOT NULL AS arrived FROM incident i JOIN cohort c ON c.id = i.cohort_id \
         JOIN program p ON p.id = c.program_id WHERE i.token_hash = $1 OR i.former_token_hash = $1",
        values![hash.as_str()],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.arrived {
        forget_former(db.read(), &hash).await?;
    }
    Ok(Some(Told {
        messages: messages(db, row.id, true).await?,
        program: row.program,
        cohort: row.cohort,
        anonymous: row.anonymous,
        said: row.said,
        state: word(State::parse(&row.state), &row.state)?,
        reported_at: row.reported_at,
    }))
}

/// A new token was used: it has arrived, and the one before it is dead.
async fn forget_former(db: &impl ConnectionTrait, hash: &str) -> Result<(), DbErr> {
    sql::run(db, "UPDATE incident SET former_token_hash = NULL WHERE token_hash = $1", values![hash]).await.map(|_| ())
}

/// What was written in a case, as it came to the other side; all of it for the reporter, who sees their own at once.
async fn messages(db: &Db, incident: i64, all: bool) -> Result<Vec<Said>, DbErr> {
    let which = if all { "" } else { "AND m.told" };
    sql::all(
        db.read(),
        &format!(
            "SELECT m.body, m.sent_at, s.name AS by FROM incident_message m LEFT JOIN staff s ON s.id = m.staff_id WHERE m.incident_id = $1 {which} \
             ORDER BY m.seen_from, m.nth, m.id"
        ),
        values![incident],
    )
    .await
}

/// Adds a message of the reporter's, for the reviewers to be told of at the next full hour. The same words again are the
/// same message.
///
/// # Errors
/// There is no such address, nothing is written, or too much was today.
pub async fn reply(db: &Db, now: DateTime<Utc>, token: &str, body: &str) -> Result<(), Halt<IncidentRefusal>> {
    let body = rules::message(body).map_err(beside)?;
    let txn = db.write().await?;
    let hash = link::hash(token);
    let found = incident::Entity::find().filter(opened_by(&hash)).lock_exclusive().one(&*txn).await?;
    let Some(row) = found else { return refuse(IncidentRefusal::Unknown) };
    if newest(&*txn, row.id, false).await?.is_some_and(|last| last.staff_id.is_none() && last.body == body) {
        return Ok(());
    }
    let today = "SELECT count(*) AS n FROM incident_message WHERE incident_id = $1 AND staff_id IS NULL AND sent_at >= $2";
    if sql::number(&*txn, today, values![row.id, rules::coarse(now)]).await? >= rules::MOST_MESSAGES {
        return refuse(IncidentRefusal::TooManyMessages);
    }
    let at = if row.anonymous { rules::coarse(now) } else { now };
    add_message(&*txn, at, rules::next_hour(now), row.id, None, body).await?;
    forget_former(&*txn, &hash).await?;
    txn.commit().await?;
    Ok(())
}

// ---- the full hour ---------------------------------------------------------------------------------------------------

/// Tells the reviewers what reporters wrote before this hour, and the history; admins, where nobody may review. From then
/// on a case is in lists and counts. Told twice is told once.
///
/// # Errors
/// The database, or a row that does not read back.
pub async fn tell_due(db: &Db, now: DateTime<Utc>) -> Result<(), Fault> {
    let due = "SELECT (SELECT count(*) FROM incident WHERE NOT told AND seen_from <= $1) \
               + (SELECT count(*) FROM incident_message WHERE NOT told AND seen_from <= $1) AS n";
    if sql::number(db.read(), due, values![now]).await? == 0 {
        return Ok(());
    }
    let txn = db.write().await?;
    // Ids are random, and so is this order.
    let cases = incident::Entity::find()
        .filter(incident::Column::Told.eq(false))
        .filter(incident::Column::SeenFrom.lte(now))
        .order_by_asc(incident::Column::Id)
        .lock_exclusive()
        .all(&*txn)
        .await?;
    for row in cases {
        let mut told: incident::ActiveModel = row.into();
        told.told = Set(true);
        let row = told.update(&*txn).await?;
        note(&*txn, row.reported_at, Actor::Anonymous, "report", row.id, None, State::Reported).await?;
        let free = free_reviewers(&*txn, row.id).await?;
        if free.is_empty() {
            call_for_a_reviewer(&*txn, now, row.id).await?;
        }
        for reviewer in &free {
            tell_reviewer(&*txn, now, format!("concern-reported:{}:{}", row.id, reviewer.id), reviewer).await?;
        }
    }
    let messages = incident_message::Entity::find()
        .filter(incident_message::Column::Told.eq(false))
        .filter(incident_message::Column::SeenFrom.lte(now))
        .order_by_asc(incident_message::Column::Id)
        .lock_exclusive()
        .all(&*txn)
        .await?;
    for message in messages {
        let (sent_at, seen_from) = (message.sent_at, message.seen_from);
        let Some(row) = incident::Entity::find_by_id(message.incident_id).one(&*txn).await? else { continue };
        let mut told: incident_message::ActiveModel = message.into();
        told.told = Set(true);
        told.update(&*txn).await?;
        note(&*txn, sent_at, Actor::Anonymous, "write", row.id, None, state_of(&row)?).await?;
        if seen_from == row.seen_from {
            // Written in the hour of the report, whose mail says enough.
            continue;
        }
        let free = free_reviewers(&*txn, row.id).await?;
        let taken_by = free.iter().find(|one| Some(one.id) == row.reviewer_id).cloned();
        let hour = seen_from.timestamp();
        for reviewer in &taken_by.map_or(free, |reviewer| vec![reviewer]) {
            tell_reviewer(&*txn, now, format!("concern-reply:{}:{hour}:{}", row.id, reviewer.id), reviewer).await?;
        }
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

/// The cases `$1` may see: those reviewers were told of, and no conflict keeps from them. The rule is
/// `domain::conduct::incident::conflict`.
const OPEN_TO: &str = "FROM incident i WHERE i.told AND COALESCE(i.reporter_staff_id, 0) <> $1 AND NOT EXISTS \
    (SELECT 1 FROM incident_about a JOIN staff t ON t.id = a.staff_id WHERE a.incident_id = i.id AND (a.staff_id = $1 OR COALESCE(t.manager_id, 0) = $1))";

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
             ORDER BY CASE i.state WHEN 'reported' THEN 0 WHEN 'reviewing' THEN 1 ELSE 2 END, i.seen_from DESC, i.id LIMIT {PAGE_ROWS} OFFSET {}",
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

/// How many concerns wait that nobody may review: every active reviewer has to do with them, or there is none. Whoever looks
/// does not learn of those they have to do with themselves.
///
/// # Errors
/// The database.
pub async fn without_reviewer(db: &Db, viewer: i64) -> Result<i64, DbErr> {
    sql::number(
        db.read(),
        &format!(
            "SELECT count(*) AS n {OPEN_TO} AND i.state IN ('reported', 'reviewing') AND NOT EXISTS (SELECT 1 FROM staff s JOIN staff_role r ON r.staff_id = s.id \
             WHERE r.role = 'incident reviewer' AND s.active AND s.id <> COALESCE(i.reporter_staff_id, 0) AND NOT EXISTS \
             (SELECT 1 FROM incident_about b JOIN staff u ON u.id = b.staff_id WHERE b.incident_id = i.id AND (b.staff_id = s.id OR COALESCE(u.manager_id, 0) = s.id)))"
        ),
        values![viewer],
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
    /// The newest answer, when its mail did not leave and nobody tries it any more.
    pub unsent: Option<String>,
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
    #[derive(FromQueryResult)]
    struct Unsent {
        body: String,
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
    let unsent: Option<Unsent> = sql::one(
        db.read(),
        "SELECT m.body FROM incident_message m JOIN outbox o ON o.event = 'concern-answered:' || CAST(m.id AS TEXT) WHERE m.incident_id = $1 \
         AND o.state = 'failed' AND m.nth = (SELECT max(n.nth) FROM incident_message n WHERE n.incident_id = $1 AND n.staff_id IS NOT NULL)",
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
        messages: messages(db, id, false).await?,
        unsent: unsent.map(|answer| answer.body),
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
/// said so. Whoever was named once stays apart from it, and so does their manager. A reviewer who is named, or who manages the
/// one named, is let go of the case. When nobody is left, the admins are told that a reviewer is missing.
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
    if let Some(person) = person {
        name_in(&*txn, id, person).await?;
    }
    let facts = facts(&*txn, id).await?.unwrap_or_default();
    if row.reviewer_id.is_some_and(|one| rules::conflict(one, &facts).is_some()) {
        let mut freed: incident::ActiveModel = row.into();
        freed.reviewer_id = Set(None);
        freed.update(&*txn).await?;
    }
    note(&*txn, now, Actor::Staff(reviewer), "name", id, Some(state), state).await?;
    if state.is_open() && free_reviewers(&*txn, id).await?.is_empty() {
        call_for_a_reviewer(&*txn, now, id).await?;
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

/// Answers whoever reported. The same words within a minute are the same answer; those of an answer whose mail did not leave
/// send that mail again.
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
    if let Some(last) = newest(&*txn, id, true).await?.filter(|last| last.body == body) {
        if let Some(to) = &to
            && send_again(&*txn, now, last.id, to).await?
        {
            note(&*txn, now, Actor::Staff(reviewer), "send again", id, Some(state), state).await?;
            txn.commit().await?;
            return Ok(answered);
        }
        if last.staff_id == Some(reviewer) && is_second_press(last.sent_at, now) {
            return Ok(answered);
        }
    }
    let message = add_message(&*txn, now, now, id, Some(reviewer), body).await?;
    note(&*txn, now, Actor::Staff(reviewer), "answer", id, Some(state), state).await?;
    if let Some(to) = to {
        // Only hashes are kept, so the mail carries a new address. The one they have opens the case until the new one has: a
        // mail may never arrive.
        let token = new_token();
        let held = row.former_token_hash.clone().unwrap_or_else(|| row.token_hash.clone());
        let mut row: incident::ActiveModel = row.into();
        row.former_token_hash = Set(Some(held));
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
    match facts(txn, id).await? {
        Some(facts) if rules::conflict(reviewer, &facts).is_none() => Ok(row),
        _ => refuse(IncidentRefusal::Unknown),
    }
}

/// Who is in a case. `None` where there is no such case, or its reviewers were not told of it yet.
pub(crate) async fn facts(db: &impl ConnectionTrait, id: i64) -> Result<Option<Facts>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        reporter: Option<i64>,
        reported: Option<i64>,
        manager: Option<i64>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT i.reporter_staff_id AS reporter, a.staff_id AS reported, s.manager_id AS manager FROM incident i \
         LEFT JOIN incident_about a ON a.incident_id = i.id LEFT JOIN staff s ON s.id = a.staff_id WHERE i.id = $1 AND i.told",
        values![id],
    )
    .await?;
    Ok(rows.first().map(|first| Facts {
        reported: rows.iter().filter_map(|row| row.reported).collect(),
        managers: rows.iter().filter_map(|row| row.manager).collect(),
        reporter: first.reporter,
    }))
}

/// Keeps that somebody was named in a case, for good.
async fn name_in(txn: &impl ConnectionTrait, incident: i64, person: i64) -> Result<(), DbErr> {
    if incident_about::Entity::find_by_id((incident, person)).one(txn).await?.is_none() {
        incident_about::ActiveModel { incident_id: Set(incident), staff_id: Set(person) }.insert(txn).await?;
    }
    Ok(())
}

/// Whether somebody is an account manager.
async fn sells(txn: &impl ConnectionTrait, id: i64) -> Result<bool, DbErr> {
    let role = "SELECT count(*) AS n FROM staff_role WHERE staff_id = $1 AND role = $2";
    Ok(sql::number(txn, role, values![id, Role::AccountManager.as_str()]).await? > 0)
}

/// The case that the token of this hash opens: the newest one, or the one before until the newest was used.
fn opened_by(hash: &str) -> Condition {
    Condition::any().add(incident::Column::TokenHash.eq(hash)).add(incident::Column::FormerTokenHash.eq(hash))
}

/// The newest message of a case, or its newest answer.
async fn newest(txn: &impl ConnectionTrait, incident: i64, answers: bool) -> Result<Option<incident_message::Model>, DbErr> {
    let mut found = incident_message::Entity::find().filter(incident_message::Column::IncidentId.eq(incident));
    if answers {
        found = found.filter(incident_message::Column::StaffId.is_not_null());
    }
    found.order_by_desc(incident_message::Column::SeenFrom).order_by_desc(incident_message::Column::Nth).one(txn).await
}

/// Puts a message into a case. What a reviewer writes is seen at once; the reporter's waits to be told.
async fn add_message(
    txn: &impl ConnectionTrait,
    at: DateTime<Utc>,
    seen_from: DateTime<Utc>,
    incident: i64,
    by: Option<i64>,
    body: String,
) -> Result<i64, DbErr> {
    // Counted by side: a number among both would tell between which answers it was written.
    let side = if by.is_some() { "IS NOT NULL" } else { "IS NULL" };
    let before = format!("SELECT count(*) AS n FROM incident_message WHERE incident_id = $1 AND staff_id {side}");
    let before = sql::number(txn, &before, values![incident]).await?;
    let row = incident_message::ActiveModel {
        id: Set(link::random_id()),
        incident_id: Set(incident),
        staff_id: Set(by),
        nth: Set(i32::try_from(before + 1).unwrap_or(i32::MAX)),
        body: Set(body),
        sent_at: Set(at),
        seen_from: Set(seen_from),
        told: Set(by.is_some()),
    };
    Ok(row.insert(txn).await?.id)
}

/// Puts the mail of an answer back in the queue when it has failed, to the address that holds now; answers whether it had.
async fn send_again(txn: &impl ConnectionTrait, now: DateTime<Utc>, message: i64, to: &Recipient) -> Result<bool, DbErr> {
    let again = "UPDATE outbox SET state = 'queued', attempts = 0, not_before = $1, to_email = $2 WHERE event = $3 AND state = 'failed'";
    let event = format!("concern-answered:{message}");
    Ok(sql::run(txn, again, values![now, to.email.as_str(), event]).await?.rows_affected() > 0)
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
async fn free_reviewers(txn: &impl ConnectionTrait, incident: i64) -> Result<Vec<Recipient>, DbErr> {
    let facts = facts(txn, incident).await?.unwrap_or_default();
    let reviewers = active(txn, Role::IncidentReviewer).await?;
    Ok(reviewers.into_iter().filter(|reviewer| rules::conflict(reviewer.id, &facts).is_none()).collect())
}

async fn tell_reviewer(txn: &impl ConnectionTrait, now: DateTime<Utc>, event: String, to: &Recipient) -> Result<(), Fault> {
    let message = Message::ConcernReported { name: to.name.clone() };
    mail_once(txn, now, event, to, "A concern waits for you", message).await
}

/// Tells the admins, once a case, that somebody else has to be given the role: those who have nothing to do with it, unless
/// all have.
async fn call_for_a_reviewer(txn: &impl ConnectionTrait, now: DateTime<Utc>, incident: i64) -> Result<(), Fault> {
    let facts = facts(txn, incident).await?.unwrap_or_default();
    let admins = active(txn, Role::Admin).await?;
    let free: Vec<Recipient> = admins.iter().filter(|admin| rules::conflict(admin.id, &facts).is_none()).cloned().collect();
    let whom = if free.is_empty() { admins } else { free };
    for admin in whom {
        let message = Message::ConcernNeedsReviewer { name: admin.name.clone() };
        let event = format!("concern-needs-reviewer:{incident}:{}", admin.id);
        mail_once(txn, now, event, &admin, "A concern waits for a reviewer", message).await?;
    }
    Ok(())
}

/// A mail without a link, once an event.
async fn mail_once(
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
    outbox::enqueue(txn, now, letter(event, to, subject, message, Secret::default())).await
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
