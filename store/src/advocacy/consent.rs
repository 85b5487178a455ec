//! The consent ledger: events are appended, never changed. A withdrawal cancels what is planned with it and opens a
//! take-down for what is live, in its own transaction.
//!
//! Locks: the invitation, then the person (or the company, then its signatory), then tasks, then publications, in ascending
//! order. A
//! publication is decided on behind the same lock on its people and companies, so that no consent is withdrawn under it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::amplification::had_happened;
use domain::advocacy::consent::{
    self as rules, Act, Channel, ConsentRefusal, Event, Giving, Scope, Standing, Stopping, Subject, TEXT_VERSION, Wish, announced_until,
    channel_words, is_announced, resolve,
};
use domain::advocacy::publication::{self, State, take_down_due};
use domain::time::words;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Set,
};

use crate::advocacy::amplification;
use crate::advocacy::forgetting::leaves;
use crate::advocacy::signatory::{holder, renew_link};
use crate::entity::{self, company, consent_event, consent_notice, invitation, person, take_down};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// Who gives or withdraws: a person by their invitation, or a company's signatory by their link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Giver<'a> {
    Invitation(i64),
    Link(&'a str),
}

/// What giving came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// It is given until that day, and what was left out is taken back.
    Given { until: NaiveDate, stopped: Stopped },
    /// Nothing is given anew: what was left out is taken back, which is all of it when nothing was chosen.
    Stopped(Stopped),
    /// It stood exactly so.
    AlreadySo,
}

/// What a withdrawal set in motion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stopped {
    /// Publications that were planned and are cancelled.
    pub cancelled: u32,
    /// Publications that are live and are to be taken down.
    pub take_downs: u32,
    /// The day by which they are.
    pub due: Option<NaiveDate>,
}

impl Stopped {
    fn and(self, other: Self) -> Self {
        Self { cancelled: self.cancelled + other.cancelled, take_downs: self.take_downs + other.take_downs, due: self.due.or(other.due) }
    }
}

/// Gives a consent. What stands exactly so already is not given twice.
///
/// # Errors
/// It is not theirs to give, nothing was chosen, or the link is over.
pub async fn give(db: &Db, now: DateTime<Utc>, giver: Giver<'_>, wish: &Wish) -> Result<Given, Halt<ConsentRefusal>> {
    let today = now.date_naive();
    let txn = db.write().await?;
    let Some(party) = lock(&*txn, giver).await? else { return refuse(ConsentRefusal::LinkOver) };
    let consents = resolve(&ledger_in(&*txn, party.subject).await?, today);
    let giving = rules::give(party.subject, wish, &consents).map_err(Halt::Refused)?;
    let Giving::Changes { grant, stop } = giving else { return Ok(Given::AlreadySo) };
    let mut stopped = Stopped::default();
    if !stop.is_empty() {
        stopped = take_back(&*txn, now, &party, wish.scope, stop).await?;
    }
    let given = match grant {
        Some(channels) => {
            append(&*txn, now, &party, Act::Grant, wish.scope, channels, wish.until).await?;
            Given::Given { until: wish.until, stopped }
        }
        None => Given::Stopped(stopped),
    };
    txn.commit().await?;
    Ok(given)
}

/// Takes a consent back, on some channels or (when none is named) on all. `None` when there was nothing to take back.
///
/// # Errors
/// It is not theirs, or the link is over.
pub async fn withdraw(
    db: &Db,
    now: DateTime<Utc>,
    giver: Giver<'_>,
    scope: Scope,
    channels: &[Channel],
) -> Result<Option<Stopped>, Halt<ConsentRefusal>> {
    let txn = db.write().await?;
    let Some(party) = lock(&*txn, giver).await? else { return refuse(ConsentRefusal::LinkOver) };
    let consents = resolve(&ledger_in(&*txn, party.subject).await?, now.date_naive());
    match rules::stop(party.subject, scope, channels, &consents).map_err(Halt::Refused)? {
        Stopping::AlreadySo => Ok(None),
        Stopping::Stops => {
            let stopped = take_back(&*txn, now, &party, scope, channels.to_vec()).await?;
            txn.commit().await?;
            Ok(Some(stopped))
        }
    }
}

/// Who gives, locked.
struct Party {
    subject: Subject,
    invitation: Option<i64>,
    signatory: Option<i64>,
    actor: Actor,
}

async fn lock(txn: &impl ConnectionTrait, giver: Giver<'_>) -> Result<Option<Party>, DbErr> {
    match giver {
        Giver::Invitation(id) => {
            let Some(row) = invitation::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { return Ok(None) };
            let person = person::Entity::find_by_id(row.person_id).lock_exclusive().one(txn).await?;
            Ok(person.map(|person| Party {
                subject: Subject::Person(person.id),
                invitation: Some(id),
                signatory: None,
                actor: Actor::Executive(id),
            }))
        }
        Giver::Link(token) => {
            let Some(found) = holder(txn, token).await? else { return Ok(None) };
            company::Entity::find_by_id(found.company_id).lock_exclusive().one(txn).await?;
            // Asked again behind the lock: the link may have been replaced, or its holder's part ended.
            let row = entity::signatory::Entity::find_by_id(found.id).lock_exclusive().one(txn).await?;
            let row = row.filter(|row| row.ended_at.is_none() && row.token_hash.as_deref() == Some(link::hash(token).as_str()));
            Ok(row.map(|row| Party {
                subject: Subject::Company(row.company_id),
                invitation: None,
                signatory: Some(row.id),
                actor: Actor::Signatory(row.id),
            }))
        }
    }
}

/// Writes one line of the ledger, with the words that were shown.
async fn append(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    party: &Party,
    act: Act,
    scope: Scope,
    channels: Vec<Channel>,
    until: NaiveDate,
) -> Result<Event, DbErr> {
    let (person, company) = match party.subject {
        Subject::Person(id) => (Some(id), None),
        Subject::Company(id) => (None, Some(id)),
    };
    let from = now.date_naive();
    let row = consent_event::ActiveModel {
        person_id: Set(person),
        company_id: Set(company),
        scope: Set(scope.as_str().to_owned()),
        channels: Set(channel_words(&channels)),
        act: Set(act.as_str().to_owned()),
        from_day: Set(from),
        until_day: Set(until),
        text_version: Set(TEXT_VERSION),
        text_hash: Set(scope.text_hash()),
        text_shown: Set(scope.text().to_owned()),
        invitation_id: Set(party.invitation),
        signatory_id: Set(party.signatory),
        recorded_at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    let entry = Entry {
        actor: party.actor,
        act: act.as_str(),
        object: "consent",
        object_id: row.id,
        cohort: None,
        before: String::new(),
        after: if row.channels.is_empty() { row.scope } else { format!("{}: {}", row.scope, row.channels) },
    };
    history::record(txn, now, entry).await?;
    Ok(Event { id: row.id, act, scope, channels, from, until })
}

/// Writes the withdrawal, cancels what is planned with it, and opens a take-down for each publication that is live.
async fn take_back(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    party: &Party,
    scope: Scope,
    channels: Vec<Channel>,
) -> Result<Stopped, Fault> {
    #[derive(FromQueryResult)]
    struct Shows {
        id: i64,
    }
    let today = now.date_naive();
    let event = append(txn, now, party, Act::Withdraw, scope, channels, today).await?;
    // Tasks are locked before their publications; of those that stop, everything planned is cancelled.
    let tasks = amplification::consent_withdrawn_in(txn, now, party.actor, party.subject, &event).await?;
    let numbers = sql::numbers(tasks.iter().copied());
    let (column, id) = column(party.subject);
    let shows: Vec<Shows> = sql::all(
        txn,
        &format!(
            "SELECT p.id FROM publication p JOIN publication_use u ON u.publication_id = p.id \
             WHERE u.{column} = $1 AND u.scope = $2 AND p.state IN ('planned', 'live') \
             UNION SELECT p.id FROM publication p WHERE p.amplification_id IN ({numbers}) AND p.state = 'planned' ORDER BY id"
        ),
        values![id, scope.as_str()],
    )
    .await?;
    let mut stopped = Stopped::default();
    for Shows { id } in shows {
        let Some(row) = entity::publication::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { continue };
        // A channel this program no longer knows is withdrawn with everything else.
        let touched = Channel::parse(&row.channel).is_none_or(|channel| event.touches(scope, Some(channel)));
        let state = word(State::parse(&row.state), &row.state)?;
        let of_task = row.amplification_id.is_some_and(|task| tasks.contains(&task));
        if !(touched || of_task && state == State::Planned) {
            continue;
        }
        match publication::on_withdrawal(state) {
            // Whoever would publish it was told that its task stopped.
            Some(publication::Act::Cancel) if of_task => {
                cancel_quietly(txn, now, party.actor, &row, state).await?;
                stopped = stopped.and(Stopped { cancelled: 1, ..Stopped::default() });
            }
            Some(publication::Act::Cancel) => {
                cancel(txn, now, party.actor, row, state).await?;
                stopped = stopped.and(Stopped { cancelled: 1, ..Stopped::default() });
            }
            Some(publication::Act::TakeDown) => {
                let due = open_take_down(txn, now, &row, Some(event.id)).await?;
                stopped = stopped.and(Stopped { take_downs: 1, due: Some(due), ..Stopped::default() });
            }
            Some(publication::Act::Publish) | None => {}
        }
    }
    Ok(stopped)
}

/// Somebody asked to be forgotten: their tasks stop as after a withdrawal, and whatever is planned with them is cancelled. What
/// is live stays until they are forgotten. They are locked by the caller. Answers how many publications were cancelled.
pub(crate) async fn stop_planned_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, person: i64) -> Result<u32, Fault> {
    #[derive(FromQueryResult)]
    struct Planned {
        id: i64,
    }
    // Tasks are locked before their publications.
    let tasks = amplification::wish_in(txn, now, actor, person).await?;
    let planned: Vec<Planned> = sql::all(
        txn,
        &format!(
            "SELECT p.id FROM publication p WHERE p.state = 'planned' AND (p.amplification_id IN ({}) \
             OR EXISTS (SELECT 1 FROM publication_use u WHERE u.publication_id = p.id AND u.person_id = $1)) ORDER BY p.id",
            sql::numbers(tasks.iter().copied())
        ),
        values![person],
    )
    .await?;
    let mut cancelled = 0;
    for Planned { id } in planned {
        let Some(row) = entity::publication::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { continue };
        match word(State::parse(&row.state), &row.state)? {
            // Whoever would publish it was told that its task stopped.
            State::Planned if row.amplification_id.is_some_and(|task| tasks.contains(&task)) => {
                cancel_quietly(txn, now, actor, &row, State::Planned).await?;
            }
            State::Planned => cancel(txn, now, actor, row, State::Planned).await?,
            State::Live | State::Cancelled | State::TakenDown => continue,
        }
        cancelled += 1;
    }
    Ok(cancelled)
}

/// Cancels what is planned and tells those who would publish it; never why.
async fn cancel(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: entity::publication::Model,
    before: State,
) -> Result<(), Fault> {
    cancel_quietly(txn, now, actor, &row, before).await?;
    for one in told(txn, row.created_by).await? {
        let letter = Letter {
            event: format!("publication-cancelled:{}:{}", row.id, one.id),
            cohort: None,
            invitation: None,
            to_name: &one.name,
            to_email: &one.email,
            subject: format!("Not to be published: planned for {}", words::day(row.planned_for)),
            message: Message::PublicationCancelled {
                name: one.name.clone(),
                publication: row.id,
                title: row.title.clone(),
                channel: row.channel.clone(),
                planned_for: row.planned_for,
            },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(())
}

/// Cancels what is planned.
async fn cancel_quietly(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: &entity::publication::Model,
    before: State,
) -> Result<(), DbErr> {
    entity::publication::ActiveModel {
        id: Set(row.id),
        state: Set(State::Cancelled.as_str().to_owned()),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(txn)
    .await?;
    let entry = Entry {
        actor,
        act: "cancel",
        object: "publication",
        object_id: row.id,
        cohort: None,
        before: before.to_string(),
        after: State::Cancelled.to_string(),
    };
    history::record(txn, now, entry).await
}

/// Somebody who sees to what is published.
#[derive(FromQueryResult)]
pub(crate) struct Told {
    pub id: i64,
    pub name: String,
    pub email: String,
}

/// Whoever planned a publication, and marketing: those with an account that is in use.
pub(crate) async fn told(txn: &impl ConnectionTrait, created_by: Option<i64>) -> Result<Vec<Told>, DbErr> {
    sql::all(
        txn,
        "SELECT s.id, s.name, s.email FROM staff s WHERE s.active AND (s.id = $1 OR EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role = 'marketing')) ORDER BY s.id",
        values![created_by.unwrap_or(0)],
    )
    .await
}

/// Opens a take-down and tells those who are to see to it: where, and until when; never why.
pub(crate) async fn open_take_down(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    row: &entity::publication::Model,
    // The withdrawal that asks for it; none when everything about somebody is forgotten, or when it never was to be public.
    event: Option<i64>,
) -> Result<NaiveDate, Fault> {
    let due = take_down_due(now.date_naive());
    let task = take_down::ActiveModel {
        publication_id: Set(row.id),
        consent_event_id: Set(event),
        due_day: Set(due),
        opened_at: Set(now),
        proof: Set(String::new()),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    for one in told(txn, row.created_by).await? {
        let letter = Letter {
            event: format!("take-down:{}:{}", task.id, one.id),
            cohort: None,
            invitation: None,
            to_name: &one.name,
            to_email: &one.email,
            subject: format!("To be taken down by {}", words::day(due)),
            message: Message::TakeDownNeeded {
                name: one.name.clone(),
                publication: row.id,
                title: row.title.clone(),
                url: row.url.clone(),
                due,
            },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(due)
}

/// Everything of somebody who is forgotten: what they allow is taken back, what is planned with them or about something of
/// theirs is cancelled, and what is live is to be taken down. `people` is them and whoever was merged into them, locked by
/// the caller.
pub(crate) async fn forget_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, people: &[i64]) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Shows {
        id: i64,
    }
    let today = now.date_naive();
    for person in people {
        let subject = Subject::Person(*person);
        let consents = resolve(&ledger_in(txn, subject).await?, today);
        // Whoever allowed something did so by an invitation: a withdrawal refers to it too.
        let known = "SELECT coalesce(max(e.invitation_id), 0) AS n FROM consent_event e WHERE e.person_id = $1";
        let invitation = sql::number(txn, known, values![*person]).await?;
        let party = Party { subject, invitation: Some(invitation), signatory: None, actor };
        for scope in Scope::ALL.iter().copied() {
            let stands = |place| matches!(consents.standing(scope, place), Standing::Live { .. } | Standing::NotYet { .. });
            if scope.places().into_iter().any(stands) {
                append(txn, now, &party, Act::Withdraw, scope, vec![], today).await?;
            }
        }
    }
    let numbers = sql::numbers(people.iter().copied());
    let shows: Vec<Shows> = sql::all(
        txn,
        &format!(
            "SELECT p.id FROM publication p WHERE p.state IN ('planned', 'live') \
             AND (EXISTS (SELECT 1 FROM publication_use u WHERE u.publication_id = p.id AND u.person_id IN ({numbers})) \
             OR p.amplification_id IN (SELECT a.id FROM amplification a JOIN achievement t ON t.id = a.achievement_id WHERE t.person_id IN ({numbers}))) ORDER BY p.id"
        ),
        values![],
    )
    .await?;
    for Shows { id } in shows {
        let Some(row) = entity::publication::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { continue };
        match word(State::parse(&row.state), &row.state)? {
            State::Planned => cancel(txn, now, actor, row, State::Planned).await?,
            State::Live => {
                let open = "SELECT count(*) AS n FROM take_down t WHERE t.publication_id = $1 AND t.done_at IS NULL";
                if sql::number(txn, open, values![id]).await? == 0 {
                    open_take_down(txn, now, &row, None).await?;
                }
            }
            State::Cancelled | State::TakenDown => {}
        }
    }
    Ok(())
}

// ---- the ledger, read ------------------------------------------------------------------------------------------------

/// The ledger of a person or a company, in the order it was written.
///
/// # Errors
/// The database.
pub async fn ledger(db: &Db, subject: Subject) -> Result<Vec<Event>, DbErr> {
    ledger_in(db.read(), subject).await
}

async fn ledger_in(db: &impl ConnectionTrait, subject: Subject) -> Result<Vec<Event>, DbErr> {
    Ok(ledgers(db, &[subject]).await?.remove(&subject).unwrap_or_default())
}

/// The ledgers of several, in one query.
pub(crate) async fn ledgers(db: &impl ConnectionTrait, subjects: &[Subject]) -> Result<BTreeMap<Subject, Vec<Event>>, DbErr> {
    ledgers_as(db, subjects, None).await
}

/// The ledgers of several as they stood at a moment, by the minute.
pub(crate) async fn ledgers_at(
    db: &impl ConnectionTrait,
    subjects: &[Subject],
    at: DateTime<Utc>,
) -> Result<BTreeMap<Subject, Vec<Event>>, DbErr> {
    ledgers_as(db, subjects, Some(at)).await
}

async fn ledgers_as(
    db: &impl ConnectionTrait,
    subjects: &[Subject],
    at: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Subject, Vec<Event>>, DbErr> {
    let (mut people, mut companies) = (Vec::new(), Vec::new());
    for subject in subjects {
        match subject {
            Subject::Person(id) => people.push(*id),
            Subject::Company(id) => companies.push(*id),
        }
    }
    let rows = consent_event::Entity::find()
        .filter(Condition::any().add(consent_event::Column::PersonId.is_in(people)).add(consent_event::Column::CompanyId.is_in(companies)))
        .order_by_asc(consent_event::Column::Id)
        .all(db)
        .await?;
    let mut ledgers: BTreeMap<Subject, Vec<Event>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| at.is_none_or(|at| had_happened(row.recorded_at, at))) {
        let subject = row.person_id.map(Subject::Person).or(row.company_id.map(Subject::Company));
        // What is not recognised is left out, and so grants nothing.
        let event = Event::read(row.id, &row.act, &row.scope, &row.channels, row.from_day, row.until_day);
        if let (Some(subject), Some(event)) = (subject, event) {
            ledgers.entry(subject).or_default().push(event);
        }
    }
    Ok(ledgers)
}

/// The column that names a subject, and its id.
pub(crate) const fn column(subject: Subject) -> (&'static str, i64) {
    match subject {
        Subject::Person(id) => ("person_id", id),
        Subject::Company(id) => ("company_id", id),
    }
}

/// Something that shows somebody, as they themselves see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub publication: i64,
    pub title: String,
    pub channel: String,
    /// A code: `en`; empty where no words of ours are published.
    pub language: String,
    pub state: State,
    pub planned_for: NaiveDate,
    pub published_at: Option<DateTime<Utc>>,
    pub url: String,
    /// What of them it shows.
    pub scopes: Vec<String>,
    /// The newest take-down, if one was opened.
    pub take_down: Option<TakeDown>,
}

/// A take-down, as far as the person shown is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeDown {
    pub due: NaiveDate,
    pub done_at: Option<DateTime<Utc>>,
    pub proof: String,
}

/// What is planned, live or taken down with somebody in it, the newest first: everything that is planned or live, and the last
/// two hundred that were taken down.
///
/// # Errors
/// The database.
pub async fn shown(db: &Db, subject: Subject) -> Result<Vec<Shown>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        title: String,
        channel: String,
        language: Option<String>,
        state: String,
        planned_for: NaiveDate,
        published_at: Option<DateTime<Utc>>,
        url: String,
        scope: String,
        due_day: Option<NaiveDate>,
        done_at: Option<DateTime<Utc>>,
        proof: Option<String>,
    }
    let (column, id) = column(subject);
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT p.id, p.title, p.channel, w.language, p.state, p.planned_for, p.published_at, p.url, u.scope, t.due_day, t.done_at, t.proof \
             FROM publication_use u JOIN publication p ON p.id = u.publication_id LEFT JOIN wording w ON w.id = p.wording_id \
             LEFT JOIN take_down t ON t.id = (SELECT max(o.id) FROM take_down o WHERE o.publication_id = p.id) \
             WHERE u.{column} = $1 AND (p.state IN ('planned', 'live') OR p.id IN (SELECT d.id FROM publication d WHERE d.state = 'taken down' \
             AND EXISTS (SELECT 1 FROM publication_use v WHERE v.publication_id = d.id AND v.{column} = $1) ORDER BY d.id DESC LIMIT 200)) \
             ORDER BY p.id DESC, u.id"
        ),
        values![id],
    )
    .await?;
    let mut shown: Vec<Shown> = Vec::new();
    for row in rows {
        if let Some(last) = shown.last_mut().filter(|last| last.publication == row.id) {
            last.scopes.push(row.scope);
            continue;
        }
        shown.push(Shown {
            publication: row.id,
            title: row.title,
            channel: row.channel,
            language: row.language.unwrap_or_default(),
            state: word(State::parse(&row.state), &row.state)?,
            planned_for: row.planned_for,
            published_at: row.published_at,
            url: row.url,
            scopes: vec![row.scope],
            take_down: row.due_day.map(|due| TakeDown { due, done_at: row.done_at, proof: row.proof.unwrap_or_default() }),
        });
    }
    Ok(shown)
}

/// Who gave each consent of a company, by the event.
///
/// # Errors
/// The database.
pub async fn given_by(db: &Db, company: i64) -> Result<BTreeMap<i64, String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT e.id, s.name FROM consent_event e JOIN signatory s ON s.id = e.signatory_id WHERE e.company_id = $1",
        values![company],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Who may be shown somewhere today: the only names and addresses that are offered when something is planned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offered {
    /// Address and name.
    pub people: Vec<(String, String)>,
    pub companies: Vec<String>,
}

/// Everybody who allows something that is shown.
///
/// # Errors
/// The database.
pub async fn offered(db: &Db, today: NaiveDate) -> Result<Offered, DbErr> {
    #[derive(FromQueryResult)]
    struct Known {
        id: i64,
        email: String,
        name: String,
    }
    let people: Vec<Known> = sql::all(
        db.read(),
        "SELECT p.id, p.email, p.name FROM person p WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL AND EXISTS (SELECT 1 FROM consent_event e WHERE e.person_id = p.id AND e.act = 'grant' \
         AND e.until_day >= $1) \
         ORDER BY p.name, p.id LIMIT 300",
        values![today],
    )
    .await?;
    let companies: Vec<Known> = sql::all(
        db.read(),
        "SELECT c.id, '' AS email, c.name FROM company c WHERE EXISTS (SELECT 1 FROM consent_event e WHERE e.company_id = c.id AND e.act = 'grant' AND e.until_day >= $1) \
         ORDER BY c.name_key LIMIT 300",
        values![today],
    )
    .await?;
    let subjects: Vec<Subject> =
        people.iter().map(|one| Subject::Person(one.id)).chain(companies.iter().map(|one| Subject::Company(one.id))).collect();
    let ledgers = ledgers(db.read(), &subjects).await?;
    let may_be_shown = |subject: Subject| {
        let events = ledgers.get(&subject).map_or(&[][..], Vec::as_slice);
        resolve(events, today).live().any(|(scope, ..)| scope.has_channels())
    };
    Ok(Offered {
        people: people.into_iter().filter(|one| may_be_shown(Subject::Person(one.id))).map(|one| (one.email, one.name)).collect(),
        companies: companies.into_iter().filter(|one| may_be_shown(Subject::Company(one.id))).map(|one| one.name).collect(),
    })
}

// ---- the clock -------------------------------------------------------------------------------------------------------

/// Tells people and signatories, once, that something they allow ends: the clock's act. Answers how many mails.
///
/// # Errors
/// The database.
pub async fn announce_ends(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    #[derive(FromQueryResult)]
    struct Due {
        person_id: Option<i64>,
        company_id: Option<i64>,
        until_day: NaiveDate,
    }
    let today = now.date_naive();
    let due: Vec<Due> = sql::all(
        db.read(),
        "SELECT DISTINCT e.person_id, e.company_id, e.until_day FROM consent_event e LEFT JOIN consent_notice n ON n.consent_event_id = e.id \
         WHERE e.act = 'grant' AND e.until_day >= $1 AND e.until_day <= $2 AND n.consent_event_id IS NULL \
         AND (e.company_id IS NULL OR EXISTS (SELECT 1 FROM signatory s WHERE s.company_id = e.company_id AND s.ended_at IS NULL)) \
         ORDER BY e.until_day, e.person_id, e.company_id LIMIT 200",
        values![today, announced_until(today)],
    )
    .await?;
    let mut told = 0;
    for one in due {
        let subject = one.person_id.map(Subject::Person).or(one.company_id.map(Subject::Company));
        if let Some(subject) = subject
            && announce(db, now, subject, one.until_day).await?
        {
            told += 1;
        }
    }
    Ok(told)
}

/// Marks every grant of one subject that ends on a day, and writes one mail if any of them still holds. Nothing is marked
/// while there is nobody to write to.
async fn announce(db: &Db, now: DateTime<Utc>, subject: Subject, until: NaiveDate) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Ending {
        id: i64,
        signatory_id: Option<i64>,
    }
    let txn = db.write().await?;
    let Some(reader) = lock_reader(&*txn, subject).await? else { return Ok(false) };
    let (column, id) = column(subject);
    let ending: Vec<Ending> = sql::all(
        &*txn,
        &format!(
            "SELECT e.id, e.signatory_id FROM consent_event e LEFT JOIN consent_notice n ON n.consent_event_id = e.id \
             WHERE e.{column} = $1 AND e.until_day = $2 AND e.act = 'grant' AND n.consent_event_id IS NULL ORDER BY e.id"
        ),
        values![id, until],
    )
    .await?;
    let Some(first) = ending.first().map(|one| one.id) else { return Ok(false) };
    for one in &ending {
        consent_notice::ActiveModel { consent_event_id: Set(one.id), noticed_at: Set(now) }.insert(&*txn).await?;
    }
    let events = ledger_in(&*txn, subject).await?;
    let holding: BTreeSet<i64> = resolve(&events, now.date_naive()).live().map(|(.., event)| event).collect();
    let holds = |one: &&Ending| holding.contains(&one.id) && events.iter().any(|event| event.id == one.id && is_announced(event));
    let spared = match &reader {
        // They asked to be forgotten: it ends without a word.
        Reader::Person { row, .. } => leaves(&*txn, &row.email).await?,
        Reader::Company(_) => false,
    };
    let Some(last) = ending.iter().rev().find(holds).filter(|_| !spared) else {
        txn.commit().await?;
        return Ok(false);
    };
    // A company that nobody signs for is not marked: it is told once somebody does.
    let told = write_ending(&*txn, now, reader, first, last.signatory_id, until).await?;
    if told {
        txn.commit().await?;
    }
    Ok(told)
}

/// Who is told that something ends, locked.
enum Reader {
    Person { row: person::Model, invitation: Option<i64> },
    Company(company::Model),
}

async fn lock_reader(txn: &impl ConnectionTrait, subject: Subject) -> Result<Option<Reader>, DbErr> {
    match subject {
        Subject::Person(id) => {
            // Their terms are behind the link of any invitation they answered; the one they hold a seat by comes first.
            let answered = sql::number(
                txn,
                "SELECT id AS n FROM invitation WHERE person_id = $1 AND state IN ('accepted', 'withdrawn', 'superseded', 'declined') \
                 ORDER BY CASE WHEN state = 'accepted' THEN 0 ELSE 1 END, id DESC LIMIT 1",
                values![id],
            )
            .await?;
            let invitation = invitation::Entity::find_by_id(answered).lock_exclusive().one(txn).await?.map(|row| row.id);
            let row = person::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
            Ok(row.map(|row| Reader::Person { row, invitation }))
        }
        Subject::Company(id) => Ok(company::Entity::find_by_id(id).lock_exclusive().one(txn).await?.map(Reader::Company)),
    }
}

/// Writes the mail: to the person, with a link to their terms; or to the signatory who gave it, else
/// to the newest one. Answers whether there was somebody to write to.
async fn write_ending(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    reader: Reader,
    event: i64,
    signatory: Option<i64>,
    until: NaiveDate,
) -> Result<bool, Fault> {
    let (name, email, company, link, invitation) = match reader {
        Reader::Person { row, invitation } => {
            let link = match invitation {
                Some(id) => Some(link::mint(txn, now, Opens::Invitation(id), None).await?),
                None => None,
            };
            (row.name, row.email, None, link, invitation)
        }
        Reader::Company(company) => {
            let signatories = entity::signatory::Entity::find()
                .filter(entity::signatory::Column::CompanyId.eq(company.id))
                .filter(entity::signatory::Column::EndedAt.is_null())
                .order_by_desc(entity::signatory::Column::Id)
                .lock_exclusive()
                .all(txn)
                .await?;
            let mut staying = Vec::new();
            for row in signatories {
                if !leaves(txn, &row.email).await? {
                    staying.push(row);
                }
            }
            let gave = staying.iter().find(|row| Some(row.id) == signatory).or(staying.first());
            let Some(row) = gave.cloned() else { return Ok(false) };
            let token = renew_link(txn, now, row.id).await?;
            (row.name, row.email, Some(company.name), Some(token), None)
        }
    };
    let letter = Letter {
        event: format!("consent-ending:{event}"),
        cohort: None,
        invitation,
        to_name: &name,
        to_email: &email,
        subject: format!("Something you allow ends on {}", words::day(until)),
        message: Message::ConsentEnding { name: name.clone(), company, until, linked: link.is_some() },
        secret: Secret { link, feed: None },
    };
    outbox::enqueue(txn, now, letter).await?;
    Ok(true)
}
