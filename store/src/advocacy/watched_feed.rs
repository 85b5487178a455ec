//! Watched feeds, watched names, and what was found about them, until a person looked at it.
//!
//! A feed that is due is claimed for a few minutes, fetched outside of any transaction, and its outcome kept in one of its
//! own: several servers share the work. Only entries that name somebody are kept, each once.
//! Locks: the person, then the company, then the feed, then the names, then what was found.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::advocacy::achievement::{AchievementRefusal, Report, Seen, Source, Typed, canonical, is_near};
use domain::advocacy::watched_feed::{
    self as rules, Act, FeedRefusal, ItemAct, ItemState, Names, Of, Spelling, State, feed_url, item_after, likely_kind, next_at,
};
use domain::cohort::company_import::name_key;
use domain::refusal::FieldRefusal;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
    TryInsertResult,
};

use crate::advocacy::achievement::{Customer, Near, UNKNOWN_PERSON, candidates, report_in, unknown_company};
use crate::advocacy::advocate;
use crate::entity::{company, feed_item, person, watched_feed, watched_name};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry as Noted};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page, link};

// ---- feeds -------------------------------------------------------------------------------------------------------------

/// What adding a feed came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adding {
    /// It is fetched within a minute.
    Added(i64),
    Already(i64),
}

/// Watches one more feed.
///
/// # Errors
/// Its address needs another look.
pub async fn add(db: &Db, now: DateTime<Utc>, actor: Actor, url: &str) -> Result<Adding, Halt<FeedRefusal>> {
    let url = feed_url(url).map_err(|why| Halt::Refused(FeedRefusal::Fields(vec![why])))?;
    let txn = db.write().await?;
    let row = watched_feed::ActiveModel {
        url: Set(url.clone()),
        title: Set(String::new()),
        state: Set(State::Watching.as_str().to_owned()),
        etag: Set(String::new()),
        last_modified: Set(String::new()),
        next_at: Set(now),
        failures: Set(0),
        last_error: Set(String::new()),
        created_by: Set(actor.staff()),
        created_at: Set(now),
        ..Default::default()
    };
    let inserting = watched_feed::Entity::insert(row).on_conflict_do_nothing_on([watched_feed::Column::Url]);
    let TryInsertResult::Inserted(done) = inserting.exec(&*txn).await? else {
        let stands = watched_feed::Entity::find().filter(watched_feed::Column::Url.eq(url.as_str())).one(&*txn).await?;
        return Ok(Adding::Already(stands.ok_or(DbErr::RecordNotInserted)?.id));
    };
    let id = done.last_insert_id;
    note(&*txn, now, actor, "watch", (FEED, id), String::new(), in_short(&url)).await?;
    txn.commit().await?;
    Ok(Adding::Added(id))
}

/// Pauses, resumes, fetches or removes a feed; `None` is no longer watched. With it goes what was found in it; achievements
/// made of that stay. Repeating an act is the same.
///
/// # Errors
/// There is no such feed, or a paused one would be fetched.
pub async fn step(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, act: Act) -> Result<Option<State>, Halt<FeedRefusal>> {
    let txn = db.write().await?;
    let row = watched_feed::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?;
    let row = match (row, act) {
        (Some(row), _) => row,
        (None, Act::Remove) => return Ok(None),
        (None, Act::Pause | Act::Resume | Act::Fetch) => return refuse(FeedRefusal::Unknown),
    };
    let state = word(State::parse(&row.state), &row.state)?;
    let next = rules::after(state, act).map_err(Halt::Refused)?;
    if next == Some(state) && act != Act::Fetch {
        return Ok(next);
    }
    let after = match next {
        Some(next) => {
            let mut changed = watched_feed::ActiveModel { id: Set(id), state: Set(next.as_str().to_owned()), ..Default::default() };
            if next == State::Watching {
                changed.next_at = Set(now);
            }
            changed.update(&*txn).await?;
            next.as_str()
        }
        None => {
            feed_item::Entity::delete_many().filter(feed_item::Column::WatchedFeedId.eq(id)).exec(&*txn).await?;
            watched_feed::Entity::delete_by_id(id).exec(&*txn).await?;
            ""
        }
    };
    note(&*txn, now, actor, act.as_str(), (FEED, id), format!("{state}: {}", in_short(&row.url)), after.to_owned()).await?;
    txn.commit().await?;
    Ok(next)
}

/// As the history keeps it: without what an address may carry behind its host.
fn in_short(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// A feed that is to be fetched, with what its last answer said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub id: i64,
    pub url: String,
    pub etag: String,
    pub last_modified: String,
    /// It is theirs who claimed it until then.
    pub until: DateTime<Utc>,
}

/// For so long a feed is whoever's claimed it: then somebody else may try.
const CLAIMED: TimeDelta = TimeDelta::minutes(5);

/// Claims feeds whose time has come, the longest due first.
///
/// # Errors
/// The database.
pub async fn claim_due(db: &Db, now: DateTime<Utc>, most: u64) -> Result<Vec<Due>, DbErr> {
    let due = watched_feed::Entity::find()
        .filter(watched_feed::Column::State.eq(State::Watching.as_str()))
        .filter(watched_feed::Column::NextAt.lte(now))
        .order_by_asc(watched_feed::Column::NextAt)
        .order_by_asc(watched_feed::Column::Id)
        .limit(most);
    if due.clone().one(db.read()).await?.is_none() {
        return Ok(Vec::new());
    }
    let txn = db.write().await?;
    // What somebody else holds is left for the next look: whoever claims several waits for none.
    let rows = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).all(&*txn).await?;
    for row in &rows {
        watched_feed::ActiveModel { id: Set(row.id), next_at: Set(now + CLAIMED), ..Default::default() }.update(&*txn).await?;
    }
    txn.commit().await?;
    let until = now + CLAIMED;
    Ok(rows.into_iter().map(|row| Due { id: row.id, url: row.url, etag: row.etag, last_modified: row.last_modified, until }).collect())
}

/// What fetching a feed came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Fetched(Fetched),
    /// It is as it was.
    Unchanged,
    /// Why it could not be read, in words.
    Failed(String),
}

/// What a feed said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    pub title: String,
    pub etag: String,
    pub last_modified: String,
    pub entries: Vec<Entry>,
}

/// One entry of a feed: plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the feed knows it by.
    pub guid: String,
    pub url: String,
    pub title: String,
    pub summary: String,
    pub published_on: NaiveDate,
}

/// Longer texts of headers are not kept; longer identifiers are kept by their hash.
const MOST_KEPT: usize = 200;

/// Keeps what fetching came to, and every entry that names somebody and was not kept before. Answers how many are new.
///
/// # Errors
/// The database.
pub async fn keep(db: &Db, now: DateTime<Utc>, feed: i64, outcome: Outcome) -> Result<u32, Fault> {
    keep_of(db, now, feed, None, outcome).await
}

/// As [`keep`], of a feed that was claimed. Whoever wanted it read anew while it was fetched is not overruled: it is read
/// once more.
///
/// # Errors
/// The database.
pub async fn keep_claimed(db: &Db, now: DateTime<Utc>, claimed: &Due, outcome: Outcome) -> Result<u32, Fault> {
    keep_of(db, now, claimed.id, Some(claimed), outcome).await
}

async fn keep_of(db: &Db, now: DateTime<Utc>, feed: i64, claimed: Option<&Due>, outcome: Outcome) -> Result<u32, Fault> {
    let txn = db.write().await?;
    let Some(row) = watched_feed::Entity::find_by_id(feed).lock_exclusive().one(&*txn).await? else { return Ok(0) };
    let as_claimed = claimed.is_none_or(|due| {
        (row.next_at, row.etag.as_str(), row.last_modified.as_str()) == (due.until, due.etag.as_str(), due.last_modified.as_str())
    });
    let mut changed = watched_feed::ActiveModel { id: Set(feed), failures: Set(0), last_error: Set(String::new()), ..Default::default() };
    let mut new = 0;
    let failures = match outcome {
        Outcome::Failed(why) => {
            changed.failures = Set(row.failures.saturating_add(1));
            changed.last_error = Set(why);
            u32::try_from(row.failures).unwrap_or(0).saturating_add(1)
        }
        Outcome::Unchanged => {
            changed.fetched_at = Set(Some(now));
            0
        }
        Outcome::Fetched(fetched) => {
            changed.fetched_at = Set(Some(now));
            if as_claimed {
                changed.etag = Set(if fetched.etag.len() > MOST_KEPT { String::new() } else { fetched.etag });
                changed.last_modified = Set(if fetched.last_modified.len() > MOST_KEPT { String::new() } else { fetched.last_modified });
            }
            if !fetched.title.is_empty() {
                changed.title = Set(fetched.title);
            }
            let found = about_somebody(&*txn, &fetched.entries).await?;
            new = keep_found(&*txn, now, feed, found).await?;
            0
        }
    };
    if as_claimed {
        changed.next_at = Set(next_at(now, failures));
    }
    changed.update(&*txn).await?;
    txn.commit().await?;
    Ok(new)
}

/// The entries that name somebody, each with the spelling it is about. The spellings are held until these are kept: whoever
/// takes one away waits, or has taken it away before.
async fn about_somebody(txn: &impl ConnectionTrait, entries: &[Entry]) -> Result<Vec<(i64, Entry)>, Fault> {
    let spellings = watched_name::Entity::find().order_by_asc(watched_name::Column::Id).lock(LockType::KeyShare).all(txn).await?;
    let names = Names::new(spellings.iter().map(|row| row.name_key.as_str())).map_err(|why| Fault::Unreadable(why.to_string()))?;
    let is_person = |at: usize| spellings.get(at).is_some_and(|row| row.person_id.is_some());
    let about = |entry: &Entry| names.whose(&entry.title, &entry.summary, is_person).and_then(|at| spellings.get(at)).map(|row| row.id);
    Ok(entries.iter().filter_map(|entry| about(entry).map(|name| (name, entry.clone()))).collect())
}

async fn keep_found(txn: &impl ConnectionTrait, now: DateTime<Utc>, feed: i64, found: Vec<(i64, Entry)>) -> Result<u32, DbErr> {
    let guid = |entry: &Entry| if entry.guid.len() > MOST_KEPT { link::hash(&entry.guid) } else { entry.guid.clone() };
    let guids: Vec<String> = found.iter().map(|(_, entry)| guid(entry)).collect();
    let stands = feed_item::Entity::find()
        .filter(feed_item::Column::WatchedFeedId.eq(feed))
        .filter(feed_item::Column::Guid.is_in(guids.iter().map(String::as_str)))
        .all(txn)
        .await?;
    let mut known: BTreeSet<String> = stands.into_iter().map(|row| row.guid).collect();
    let mut new = 0;
    for ((name, entry), guid) in found.into_iter().zip(guids) {
        if !known.insert(guid.clone()) {
            continue;
        }
        feed_item::ActiveModel {
            watched_feed_id: Set(feed),
            watched_name_id: Set(name),
            guid: Set(guid),
            url: Set(entry.url),
            title: Set(entry.title),
            summary: Set(entry.summary),
            published_on: Set(entry.published_on),
            state: Set(ItemState::Found.as_str().to_owned()),
            found_at: Set(now),
            ..Default::default()
        }
        .insert(txn)
        .await?;
        new += 1;
    }
    Ok(new)
}

// ---- names -------------------------------------------------------------------------------------------------------------

/// What watching for a name came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watching {
    Watched,
    Already,
}

/// Looks for one more spelling, in everything the feeds say now as well.
///
/// # Errors
/// A field, or the spelling is looked for already, for somebody else.
pub async fn watch(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    name: &str,
    email: &str,
    company: &str,
) -> Result<Watching, Halt<FeedRefusal>> {
    let field = |field, sentence: String| FeedRefusal::Fields(vec![FieldRefusal::new(field, sentence)]);
    let wanted = Spelling::parse(name, email, company).map_err(Halt::Refused)?;
    let txn = db.write().await?;
    let (person, company) = match &wanted.of {
        Of::Person(email) => {
            let found = person::Entity::find().filter(person::Column::Email.eq(email.as_str())).one(&*txn).await?;
            let Some(found) = found else { return refuse(field("email", UNKNOWN_PERSON.to_owned())) };
            let Some(row) = advocate::held(&*txn, found.id, LockType::NoKeyUpdate).await? else {
                return refuse(field("email", UNKNOWN_PERSON.to_owned()));
            };
            (Some(row.id), None)
        }
        Of::Company(name) => {
            let by_name = company::Entity::find().filter(company::Column::NameKey.eq(name_key(name)));
            let Some(row) = by_name.lock(LockType::NoKeyUpdate).one(&*txn).await? else {
                return refuse(field("company", unknown_company(name)));
            };
            (None, Some(row.id))
        }
    };
    let stands = watched_name::Entity::find().filter(watched_name::Column::NameKey.eq(wanted.name_key.as_str())).one(&*txn).await?;
    if let Some(stands) = stands {
        if (stands.person_id, stands.company_id) == (person, company) {
            return Ok(Watching::Already);
        }
        return refuse(field("name", "This spelling is looked for already, for somebody else. Add a word that only they have.".to_owned()));
    }
    let row = watched_name::ActiveModel {
        name: Set(wanted.name),
        name_key: Set(wanted.name_key),
        person_id: Set(person),
        company_id: Set(company),
        created_at: Set(now),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    // What the feeds said before may name them: each is read anew, and not only when it says something new.
    watched_feed::Entity::update_many()
        .set(watched_feed::ActiveModel { etag: Set(String::new()), last_modified: Set(String::new()), ..Default::default() })
        .exec(&*txn)
        .await?;
    watched_feed::Entity::update_many()
        .set(watched_feed::ActiveModel { next_at: Set(now), ..Default::default() })
        .filter(watched_feed::Column::State.eq(State::Watching.as_str()))
        .filter(watched_feed::Column::Failures.eq(0))
        .exec(&*txn)
        .await?;
    let whose = person.map_or_else(|| format!("company {}", company.unwrap_or_default()), |person| format!("person {person}"));
    note(&*txn, now, actor, "watch", (NAME, row.id), String::new(), whose).await?;
    txn.commit().await?;
    Ok(Watching::Watched)
}

/// No longer looks for a spelling. With it goes what was found by it; achievements made of that stay. Repeating it is the
/// same.
///
/// # Errors
/// The database.
pub async fn unwatch(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<(), Fault> {
    let txn = db.write().await?;
    let Some(row) = watched_name::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return Ok(()) };
    feed_item::Entity::delete_many().filter(feed_item::Column::WatchedNameId.eq(id)).exec(&*txn).await?;
    watched_name::Entity::delete_by_id(id).exec(&*txn).await?;
    let whose =
        row.person_id.map_or_else(|| format!("company {}", row.company_id.unwrap_or_default()), |person| format!("person {person}"));
    note(&*txn, now, actor, "unwatch", (NAME, id), whose, String::new()).await?;
    txn.commit().await?;
    Ok(())
}

// ---- what was found ----------------------------------------------------------------------------------------------------

/// What taking something found came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// It is reported as this achievement, to be put right and decided on.
    Taken(i64),
    /// Its address is an achievement already: this one.
    Stands(i64),
}

/// Makes a reported achievement of something found. Repeating it is the same achievement.
///
/// # Errors
/// It is no longer here.
pub async fn take(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<Taking, Halt<FeedRefusal>> {
    let txn = db.write().await?;
    let Some(seen) = feed_item::Entity::find_by_id(id).one(&*txn).await? else { return refuse(FeedRefusal::Unknown) };
    let Some((customer, email, company)) = customer_of(&*txn, seen.watched_name_id).await? else { return refuse(FeedRefusal::Unknown) };
    let feed = watched_feed::Entity::find_by_id(seen.watched_feed_id).one(&*txn).await?.map(|feed| (feed.title, feed.url));
    let Some((row, state)) = locked(&*txn, id).await? else { return refuse(FeedRefusal::Unknown) };
    let next = item_after(state, ItemAct::Take).map_err(Halt::Refused)?;
    if let (ItemState::Taken, Some(achievement)) = (state, row.achievement_id) {
        return Ok(Taking::Taken(achievement));
    }
    let (outlet, found_in) = feed.unwrap_or_default();
    // An address may carry a key behind its path.
    let found_in = found_in.split(['?', '#']).next().unwrap_or_default();
    let evidence = if row.summary.is_empty() { format!("Found in {found_in}") } else { format!("{}\n\nFound in {found_in}", row.summary) };
    let day = row.published_on.to_string();
    let typed = Typed {
        kind: likely_kind(&row.title).as_str(),
        email: &email,
        company: &company,
        title: &row.title,
        outlet: &outlet,
        url: if canonical(&row.url).is_ok() { &row.url } else { "" },
        day: &day,
        language: "",
        evidence: &evidence,
    };
    let report = Report::parse(&typed, now.date_naive()).map_err(|wrong| Halt::Refused(FeedRefusal::Fields(wrong)))?;
    let taking = match report_in(&*txn, now, actor, Source::Feed, &report, customer).await {
        Ok(reporting) => Taking::Taken(reporting.id()),
        Err(Halt::Refused(AchievementRefusal::Stands(stands))) => Taking::Stands(stands),
        Err(Halt::Refused(AchievementRefusal::Fields(wrong))) => return refuse(FeedRefusal::Fields(wrong)),
        Err(Halt::Refused(_)) => return refuse(FeedRefusal::Unknown),
        Err(Halt::Fault(fault)) => return Err(fault.into()),
    };
    let (Taking::Taken(achievement) | Taking::Stands(achievement)) = taking;
    decide(&*txn, now, actor, &row, next, Some(achievement)).await?;
    txn.commit().await?;
    Ok(taking)
}

/// Dismisses something found: it is not found again. Repeating it is the same.
///
/// # Errors
/// It is no longer here, or was taken.
pub async fn dismiss(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<(), Halt<FeedRefusal>> {
    let txn = db.write().await?;
    let Some((row, state)) = locked(&*txn, id).await? else { return refuse(FeedRefusal::Unknown) };
    let next = item_after(state, ItemAct::Dismiss).map_err(Halt::Refused)?;
    if next == state {
        return Ok(());
    }
    decide(&*txn, now, actor, &row, next, None).await?;
    txn.commit().await?;
    Ok(())
}

/// Whose a spelling is, locked; with their address or the company's name, as a form would have it.
async fn customer_of(txn: &impl ConnectionTrait, name: i64) -> Result<Option<(Customer, String, String)>, DbErr> {
    let Some(name) = watched_name::Entity::find_by_id(name).one(txn).await? else { return Ok(None) };
    if let Some(person) = name.person_id {
        let Some(row) = advocate::held(txn, person, LockType::NoKeyUpdate).await? else { return Ok(None) };
        company::Entity::find_by_id(row.company_id).lock(LockType::NoKeyUpdate).one(txn).await?;
        return Ok(Some((Customer { person: Some(row.id), company: row.company_id }, row.email, String::new())));
    }
    let Some(company) = name.company_id else { return Ok(None) };
    let row = company::Entity::find_by_id(company).lock(LockType::NoKeyUpdate).one(txn).await?;
    Ok(row.map(|row| (Customer { person: None, company: row.id }, String::new(), row.name)))
}

async fn locked(txn: &impl ConnectionTrait, id: i64) -> Result<Option<(feed_item::Model, ItemState)>, Fault> {
    let Some(row) = feed_item::Entity::find_by_id(id).lock_exclusive().one(txn).await? else { return Ok(None) };
    let state = word(ItemState::parse(&row.state), &row.state)?;
    Ok(Some((row, state)))
}

async fn decide(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: &feed_item::Model,
    next: ItemState,
    achievement: Option<i64>,
) -> Result<(), DbErr> {
    feed_item::ActiveModel {
        id: Set(row.id),
        state: Set(next.as_str().to_owned()),
        achievement_id: Set(achievement),
        decided_by: Set(actor.staff()),
        decided_at: Set(Some(now)),
        ..Default::default()
    }
    .update(txn)
    .await?;
    let after = achievement.map_or_else(|| next.to_string(), |achievement| format!("{next}: achievement {achievement}"));
    note(txn, now, actor, next.as_str(), (ITEM, row.id), row.state.clone(), after).await
}

const FEED: &str = "watched feed";
const NAME: &str = "watched name";
const ITEM: &str = "feed item";

/// Writes a line of the history: of what, and its number.
async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    (object, object_id): (&str, i64),
    before: String,
    after: String,
) -> Result<(), DbErr> {
    history::record(txn, now, Noted { actor, act, object, object_id, cohort: None, before, after }).await
}

// ---- reading -----------------------------------------------------------------------------------------------------------

/// The most feeds and the most names a page shows.
const MOST_SHOWN: u64 = 500;

/// A feed as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLine {
    pub id: i64,
    pub url: String,
    pub title: String,
    pub state: State,
    pub fetched_at: Option<DateTime<Utc>>,
    pub next_at: DateTime<Utc>,
    pub failures: i32,
    /// In words; empty when all is well.
    pub last_error: String,
}

/// Every feed: those that fail first, then by title.
///
/// # Errors
/// The database.
pub async fn feeds(db: &Db) -> Result<Vec<FeedLine>, Fault> {
    let rows = watched_feed::Entity::find()
        .order_by_desc(watched_feed::Column::Failures)
        .order_by_asc(watched_feed::Column::Title)
        .order_by_asc(watched_feed::Column::Id)
        .limit(MOST_SHOWN)
        .all(db.read())
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(FeedLine {
                state: word(State::parse(&row.state), &row.state)?,
                id: row.id,
                url: row.url,
                title: row.title,
                fetched_at: row.fetched_at,
                next_at: row.next_at,
                failures: row.failures,
                last_error: row.last_error,
            })
        })
        .collect()
}

/// A spelling as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct NameLine {
    pub id: i64,
    pub name: String,
    /// The person's or the company's name.
    pub whose: String,
    pub person: Option<i64>,
    pub company: Option<i64>,
}

/// Every spelling that is looked for, by whose it is.
///
/// # Errors
/// The database.
pub async fn names(db: &Db) -> Result<Vec<NameLine>, DbErr> {
    sql::all(
        db.read(),
        &format!(
            "SELECT w.id, w.name, coalesce(p.name, c.name) AS whose, w.person_id AS person, w.company_id AS company FROM watched_name w \
             LEFT JOIN person p ON p.id = w.person_id LEFT JOIN company c ON c.id = w.company_id ORDER BY coalesce(p.name, c.name), w.id LIMIT {MOST_SHOWN}"
        ),
        values![],
    )
    .await
}

/// Something found, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: i64,
    pub title: String,
    pub url: String,
    pub summary: String,
    pub published_on: NaiveDate,
    pub found_at: DateTime<Utc>,
    /// The feed's title, or its address.
    pub feed: String,
    /// The spelling that was found, and whose it is.
    pub name: String,
    pub whose: String,
    /// What it may be the same as.
    pub near: Vec<Near>,
}

/// What was found and not looked at, the newest first; with what it may be the same as, in three queries.
///
/// # Errors
/// The database.
pub async fn found(db: &Db, page: u64) -> Result<Page<Found>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        title: String,
        url: String,
        summary: String,
        published_on: NaiveDate,
        found_at: DateTime<Utc>,
        feed: String,
        feed_url: String,
        name: String,
        person: Option<i64>,
        person_name: Option<String>,
        company: i64,
        company_name: String,
    }
    let total = sql::number(db.read(), "SELECT count(*) AS n FROM feed_item i WHERE i.state = 'found'", values![]).await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT i.id, i.title, i.url, i.summary, i.published_on, i.found_at, f.title AS feed, f.url AS feed_url, w.name, \
             p.id AS person, p.name AS person_name, c.id AS company, c.name AS company_name FROM feed_item i \
             JOIN watched_feed f ON f.id = i.watched_feed_id JOIN watched_name w ON w.id = i.watched_name_id LEFT JOIN person p ON p.id = w.person_id \
             JOIN company c ON c.id = coalesce(w.company_id, p.company_id) WHERE i.state = 'found' ORDER BY i.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        values![],
    )
    .await?;
    let companies: BTreeSet<i64> = rows.iter().map(|row| row.company).collect();
    let people: BTreeSet<i64> = rows.iter().filter_map(|row| row.person).collect();
    let days = rows.iter().map(|row| row.published_on);
    let others = match (days.clone().min(), days.max()) {
        (Some(first), Some(last)) => candidates(db.read(), &companies, &people, first, last).await?,
        _ => Vec::new(),
    };
    let rows = rows
        .into_iter()
        .map(|row| {
            let seen = Seen {
                kind: likely_kind(&row.title),
                person: row.person,
                company: row.company,
                title: &row.title,
                outlet: &row.feed,
                happened_on: row.published_on,
            };
            let address = canonical(&row.url).ok();
            let is_same = |other: &Near| address.is_some() && other.url == address;
            let near = others.iter().filter(|other| is_same(other) || is_near(&seen, &other.seen())).take(3).cloned().collect();
            Found {
                near,
                id: row.id,
                title: row.title,
                url: row.url,
                summary: row.summary,
                published_on: row.published_on,
                found_at: row.found_at,
                feed: if row.feed.is_empty() { row.feed_url } else { row.feed },
                name: row.name,
                whose: row.person_name.unwrap_or(row.company_name),
            }
        })
        .collect();
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}
