//! Tasks as marketing sees them: the board, the list, the month, and what needs somebody. Reads only, each in a constant
//! number of queries.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::advocacy::amplification::{Act, HeldBy, Hold, State};
use domain::advocacy::consent::{Channel, Event, Scope, Standing, Subject, resolve};
use domain::advocacy::result::Totals;
use domain::advocacy::setting::Settings;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::advocacy::consent::ledgers;
use crate::advocacy::result;
use crate::halt::word;
use crate::sql::{self, values};
use crate::{Db, Fault, PAGE_ROWS, Page};

/// What of the tasks is asked for. The empty filter is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The staff who have them in hand.
    pub owner: Option<i64>,
    /// With a wording for this channel.
    pub channel: Option<Channel>,
    /// Looked for in the companies' names.
    pub company: String,
    /// Only on the list.
    pub state: Option<State>,
    /// Only on the list: due on this day or earlier.
    pub due_before: Option<NaiveDate>,
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// What is due first.
    #[default]
    Due,
    /// What waits longest where it is.
    Waiting,
    Company,
    /// What was opened last.
    Newest,
}

impl Sort {
    /// Every way, with its word in addresses.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Due, "due"), (Self::Waiting, "waiting"), (Self::Company, "company"), (Self::Newest, "newest")];

    /// The way of this word; the first of them for any other.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == word).map_or(Self::Due, |(sort, _)| *sort)
    }

    const fn order(self) -> &'static str {
        match self {
            // What is over waits for nobody, and stands below.
            Self::Due => "CASE WHEN a.state IN ('published', 'measured', 'rejected', 'withdrawn') THEN 1 ELSE 0 END, a.due_day, a.id",
            Self::Waiting => {
                "CASE WHEN a.state IN ('published', 'measured', 'rejected', 'withdrawn') THEN 1 ELSE 0 END, a.waits_since, a.id"
            }
            Self::Company => "c.name, a.due_day, a.id",
            Self::Newest => "a.id DESC",
        }
    }
}

/// A task, as a card or a line shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub id: i64,
    pub kind: String,
    pub title: String,
    pub company: String,
    pub state: State,
    pub hold: Option<Hold>,
    pub owner: Option<String>,
    pub due_day: NaiveDate,
    pub planned_for: Option<NaiveDate>,
    pub happened_on: NaiveDate,
    pub recognised_at: Option<DateTime<Utc>>,
    pub waits_since: DateTime<Utc>,
    /// How often whoever it waits for was reminded.
    pub reminders: u32,
    /// Who approves it for the customer; empty while nobody is named.
    pub approver: String,
    pub revision: i32,
    /// Its channels, each with the languages it is written in.
    pub channels: BTreeMap<Channel, Vec<String>>,
    /// Who wrote what stands.
    pub writers: BTreeMap<i64, String>,
    /// What is shown and allowed on each of its channels on its day.
    pub allowed: BTreeSet<Scope>,
    /// What is shown and not allowed on one of them.
    pub missing: BTreeSet<Scope>,
    /// What its publications came to.
    pub totals: Totals,
    /// Something of it can be seen and is to be taken down: the first day by which.
    pub down_by: Option<NaiveDate>,
    /// The changes that were asked for last are the customer's, not a colleague's.
    pub suggested: bool,
}

/// The most cards that are drawn of what is under way, and of what is public.
pub const MOST_CARDS: usize = 300;
pub const MOST_PUBLISHED: usize = 20;

/// A board: what is under way, the most urgent first, and what became public last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    pub open: Vec<Card>,
    pub published: Vec<Card>,
    /// There is more under way than is drawn.
    pub more_open: bool,
    pub more_published: bool,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    kind: String,
    title: String,
    company: String,
    state: String,
    held_from: String,
    held_by: String,
    owner: Option<String>,
    due_day: NaiveDate,
    planned_for: Option<NaiveDate>,
    happened_on: NaiveDate,
    recognised_at: Option<DateTime<Utc>>,
    waits_since: DateTime<Utc>,
    reminders: i32,
    approver_name: String,
    revision: i32,
    down_by: Option<NaiveDate>,
    asked: Option<String>,
}

const COLUMNS: &str = "a.id, h.kind, h.title, c.name AS company, a.state, a.held_from, a.held_by, o.name AS owner, a.due_day, a.planned_for, \
    h.happened_on, h.recognised_at, a.waits_since, a.reminders, a.approver_name, a.revision, d.due_day AS down_by, q.act AS asked";

const FROM: &str = "FROM amplification a JOIN achievement h ON h.id = a.achievement_id JOIN company c ON c.id = h.company_id \
    LEFT JOIN staff o ON o.id = a.owner_id";

/// With the take-down of it that is due first, and the step that asked for changes last.
const WITH: &str = "LEFT JOIN take_down d ON d.id = (SELECT t.id FROM take_down t JOIN publication p ON p.id = t.publication_id \
    WHERE p.amplification_id = a.id AND t.done_at IS NULL ORDER BY t.due_day, t.id LIMIT 1) \
    LEFT JOIN amplification_step q ON q.id = (SELECT max(l.id) FROM amplification_step l \
    WHERE l.amplification_id = a.id AND l.act IN ('customer-suggest', 'request-changes'))";

/// A wording as it stands: the newest version, unless it was ended.
const STANDS: &str = "w.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM wording n WHERE n.amplification_id = w.amplification_id \
    AND n.channel = w.channel AND n.language = w.language AND n.version > w.version)";

/// What is under way.
const OPEN: &str = "a.state IN ('draft', 'in review', 'approved internally', 'with customer', 'approved', 'scheduled', 'changes requested', 'on hold', 'failed')";

fn filtered() -> String {
    format!(
        "($1 = 0 OR a.owner_id = $1) AND ($2 = '' OR EXISTS (SELECT 1 FROM wording w WHERE w.amplification_id = a.id AND w.channel = $2 AND {STANDS})) \
         AND ($3 = '%%' OR c.name_key LIKE $3 ESCAPE '\\')"
    )
}

fn filtering(filter: &Filter) -> Vec<sea_orm::Value> {
    values![filter.owner.unwrap_or(0), filter.channel.map_or("", Channel::as_str), sql::like(filter.company.trim())].to_vec()
}

/// The board. Six queries.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn board(db: &Db, now: DateTime<Utc>, filter: &Filter) -> Result<Board, Fault> {
    let (with, filtered) = (filtering(filter), filtered());
    let open = format!("SELECT {COLUMNS} {FROM} {WITH} WHERE {OPEN} AND {filtered} ORDER BY a.due_day, a.id LIMIT {}", MOST_CARDS + 1);
    let mut open: Vec<Row> = sql::all(db.read(), &open, with.clone()).await?;
    let published = format!(
        "SELECT {COLUMNS} {FROM} {WITH} WHERE a.state IN ('published', 'measured') AND {filtered} \
         ORDER BY h.recognised_at DESC, a.id DESC LIMIT {}",
        MOST_PUBLISHED + 1
    );
    let mut published: Vec<Row> = sql::all(db.read(), &published, with).await?;
    let (more_open, more_published) = (open.len() > MOST_CARDS, published.len() > MOST_PUBLISHED);
    open.truncate(MOST_CARDS);
    published.truncate(MOST_PUBLISHED);
    let under_way = open.len();
    open.append(&mut published);
    let mut cards = cards(db.read(), now, open).await?;
    let published = cards.split_off(under_way);
    Ok(Board { open: cards, published, more_open, more_published })
}

/// Which tasks the list shows, whatever page of it.
fn wanted(filter: &Filter) -> (String, Vec<sea_orm::Value>) {
    let last_day = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    let mut with = filtering(filter);
    with.extend(values![filter.state.map_or("", State::as_str), filter.due_before.unwrap_or(last_day)]);
    (format!("WHERE {} AND ($4 = '' OR a.state = $4) AND a.due_day <= $5", filtered()), with)
}

/// What the publications of the tasks on the list came to together, over every page of it.
///
/// # Errors
/// The database.
pub async fn came_to(db: &Db, filter: &Filter) -> Result<Totals, DbErr> {
    let (wanted, with) = wanted(filter);
    // All that is live is in one state.
    let rows = result::summed(db.read(), "p.state", &format!("p.amplification_id IN (SELECT a.id {FROM} {wanted})"), with).await?;
    Ok(rows.into_iter().map(|(_, totals)| totals).next().unwrap_or_default())
}

/// Every task, those that were rejected or withdrawn too.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn list(db: &Db, now: DateTime<Utc>, filter: &Filter, sort: Sort, page: u64) -> Result<Page<Card>, Fault> {
    let (wanted, with) = wanted(filter);
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {FROM} {wanted}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT {COLUMNS} {FROM} {WITH} {wanted} ORDER BY {} LIMIT {PAGE_ROWS} OFFSET {}",
            sort.order(),
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(Page { rows: cards(db.read(), now, rows).await?, total: u64::try_from(total).unwrap_or(0), page })
}

async fn cards(db: &impl ConnectionTrait, now: DateTime<Utc>, rows: Vec<Row>) -> Result<Vec<Card>, Fault> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut written = written(db, &ids).await?;
    let shown = shown(db, &ids).await?;
    let subjects: Vec<Subject> = shown.values().flatten().map(|(subject, _)| *subject).collect::<BTreeSet<_>>().into_iter().collect();
    let ledgers = if subjects.is_empty() { BTreeMap::new() } else { ledgers(db, &subjects).await? };
    let mut totals = result::of_tasks(db, &ids).await?;
    let mut cards = Vec::new();
    for row in rows {
        let state = word(State::parse(&row.state), &row.state)?;
        let Written { channels, writers } = written.remove(&row.id).unwrap_or_default();
        let day = row.planned_for.unwrap_or(now.date_naive()).max(now.date_naive());
        let places: Vec<Channel> = channels.keys().copied().collect();
        let (mut allowed, mut missing) = (BTreeSet::new(), BTreeSet::new());
        for (subject, scope) in shown.get(&row.id).into_iter().flatten() {
            let events = ledgers.get(subject).map_or(&[] as &[Event], Vec::as_slice);
            if is_allowed(events, *scope, &places, day) {
                allowed.insert(*scope)
            } else {
                missing.insert(*scope)
            };
        }
        cards.push(Card {
            hold: hold(state, &row.held_from, &row.held_by)?,
            state,
            channels,
            writers,
            allowed: allowed.difference(&missing).copied().collect(),
            missing,
            totals: totals.remove(&row.id).unwrap_or_default(),
            id: row.id,
            kind: row.kind,
            title: row.title,
            company: row.company,
            owner: row.owner,
            due_day: row.due_day,
            planned_for: row.planned_for,
            happened_on: row.happened_on,
            recognised_at: row.recognised_at,
            waits_since: row.waits_since,
            reminders: u32::try_from(row.reminders).unwrap_or(0),
            approver: row.approver_name,
            revision: row.revision,
            down_by: row.down_by,
            suggested: row.asked.as_deref() == Some(Act::CustomerSuggest.as_str()),
        });
    }
    Ok(cards)
}

/// On each of the channels; before one is chosen, on any.
fn is_allowed(events: &[Event], scope: Scope, channels: &[Channel], day: NaiveDate) -> bool {
    let consents = resolve(events, day);
    let live = |channel: &Channel| matches!(consents.standing(scope, Some(*channel)), Standing::Live { .. });
    if channels.is_empty() { Channel::ALL.iter().any(live) } else { channels.iter().all(live) }
}

pub(crate) fn hold(state: State, held_from: &str, held_by: &str) -> Result<Option<Hold>, Fault> {
    if state != State::OnHold {
        return Ok(None);
    }
    Ok(Some(Hold { from: word(State::parse(held_from), held_from)?, by: word(HeldBy::parse(held_by), held_by)? }))
}

#[derive(Default)]
struct Written {
    channels: BTreeMap<Channel, Vec<String>>,
    writers: BTreeMap<i64, String>,
}

async fn written(db: &impl ConnectionTrait, tasks: &[i64]) -> Result<BTreeMap<i64, Written>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        task: i64,
        channel: String,
        language: String,
        writer_id: Option<i64>,
        writer: Option<String>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT w.amplification_id AS task, w.channel, w.language, w.written_by AS writer_id, s.name AS writer FROM wording w LEFT JOIN staff s ON s.id = w.written_by \
             WHERE w.amplification_id IN ({}) AND {STANDS} ORDER BY w.amplification_id, w.channel, w.language",
            sql::numbers(tasks.iter().copied())
        ),
        values![],
    )
    .await?;
    let mut written: BTreeMap<i64, Written> = BTreeMap::new();
    for row in rows {
        let one = written.entry(row.task).or_default();
        one.channels.entry(word(Channel::parse(&row.channel), &row.channel)?).or_default().push(row.language);
        one.writers.extend(row.writer_id.zip(row.writer));
    }
    Ok(written)
}

async fn shown(db: &impl ConnectionTrait, tasks: &[i64]) -> Result<BTreeMap<i64, Vec<(Subject, Scope)>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        task: i64,
        person_id: Option<i64>,
        company_id: Option<i64>,
        scope: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT u.amplification_id AS task, u.person_id, u.company_id, u.scope FROM amplification_use u WHERE u.amplification_id IN ({})",
            sql::numbers(tasks.iter().copied())
        ),
        values![],
    )
    .await?;
    let mut shown: BTreeMap<i64, Vec<(Subject, Scope)>> = BTreeMap::new();
    for row in rows {
        let Some(subject) = row.person_id.map(Subject::Person).or(row.company_id.map(Subject::Company)) else { continue };
        shown.entry(row.task).or_default().push((subject, word(Scope::parse(&row.scope), &row.scope)?));
    }
    Ok(shown)
}

// ---- the month -------------------------------------------------------------------------------------------------------

/// What a day of a month holds of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// To be recognised by then.
    Due,
    /// To be seen then: the day the customer approved, or is asked to.
    Planned,
    /// Seen since then.
    Published,
}

/// One entry of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    pub day: NaiveDate,
    pub mark: Mark,
    pub task: i64,
    pub title: String,
    pub company: String,
    pub state: State,
}

/// What a month holds, by day. `month` is any day of it. Three queries.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn month(db: &Db, month: NaiveDate) -> Result<Vec<Marked>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        day: NaiveDate,
        task: i64,
        title: String,
        company: String,
        state: String,
    }
    #[derive(FromQueryResult)]
    struct Live {
        at: DateTime<Utc>,
        task: i64,
        title: String,
        company: String,
        state: String,
    }
    let (first, next) = bounds(month);
    let mut marks = Vec::new();
    for (mark, column, states) in [
        (Mark::Due, "a.due_day", OPEN),
        (Mark::Planned, "a.planned_for", "a.state IN ('with customer', 'approved', 'scheduled', 'failed')"),
    ] {
        let rows: Vec<Row> = sql::all(
            db.read(),
            &format!(
                "SELECT {column} AS day, a.id AS task, h.title, c.name AS company, a.state {FROM} WHERE {states} AND {column} >= $1 AND {column} < $2 \
                 ORDER BY {column}, a.id LIMIT 1000"
            ),
            values![first, next],
        )
        .await?;
        for row in rows {
            let state = word(State::parse(&row.state), &row.state)?;
            marks.push(Marked { day: row.day, mark, task: row.task, title: row.title, company: row.company, state });
        }
    }
    let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let live: Vec<Live> = sql::all(
        db.read(),
        "SELECT p.published_at AS at, a.id AS task, h.title, c.name AS company, a.state FROM publication p \
         JOIN amplification a ON a.id = p.amplification_id JOIN achievement h ON h.id = a.achievement_id JOIN company c ON c.id = h.company_id \
         WHERE p.state = 'live' AND p.published_at >= $1 AND p.published_at < $2 ORDER BY p.published_at, p.id LIMIT 1000",
        values![begins(first), begins(next)],
    )
    .await?;
    for row in live {
        let state = word(State::parse(&row.state), &row.state)?;
        marks.push(Marked {
            day: row.at.date_naive(),
            mark: Mark::Published,
            task: row.task,
            title: row.title,
            company: row.company,
            state,
        });
    }
    marks.sort_by_key(|mark| (mark.day, mark.mark, mark.task));
    // Several channels on one day are one line.
    marks.dedup_by_key(|one| (one.day, one.mark, one.task));
    Ok(marks)
}

/// The first day of a day's month, and of the next.
fn bounds(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = day.with_day(1).unwrap_or(day);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    (first, next)
}

// ---- what needs somebody ---------------------------------------------------------------------------------------------

/// What is said at the head of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// Achievements that nobody has verified.
    pub reported: u32,
    /// Found in feeds, and not looked at.
    pub found: u32,
    /// Tasks to be recognised within a week, from today on.
    pub due_this_week: u32,
    /// The tasks that wait too long, the most urgent first.
    pub tasks: Vec<Waits>,
    /// There are more of them.
    pub more: bool,
}

/// A task that waits too long, or for an answer that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    pub task: i64,
    pub title: String,
    pub company: String,
    pub state: State,
    pub due_day: NaiveDate,
    pub since: DateTime<Utc>,
    pub reminders: u32,
    pub owner: Option<String>,
    pub approver: String,
    /// What was done to it last.
    pub last_act: String,
}

/// The most tasks that are named.
const MOST_NAMED: usize = 8;

/// What needs somebody now. Two queries.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn needs(db: &Db, now: DateTime<Utc>, settings: &Settings) -> Result<Needs, Fault> {
    #[derive(FromQueryResult)]
    struct Counts {
        reported: i64,
        found: i64,
        due_this_week: i64,
    }
    #[derive(FromQueryResult)]
    struct Row {
        task: i64,
        title: String,
        company: String,
        state: String,
        due_day: NaiveDate,
        since: DateTime<Utc>,
        reminders: i32,
        owner: Option<String>,
        approver: String,
        last_act: Option<String>,
    }
    let today = now.date_naive();
    let counts: Option<Counts> = sql::one(
        db.read(),
        &format!(
            "SELECT (SELECT count(*) FROM achievement WHERE state = 'reported') AS reported, (SELECT count(*) FROM feed_item WHERE state = 'found') AS found, \
             (SELECT count(*) FROM amplification a WHERE {OPEN} AND a.due_day >= $1 AND a.due_day < $2) AS due_this_week"
        ),
        values![today, today + Days::new(7)],
    )
    .await?;
    let internal = now - TimeDelta::hours(i64::from(settings.internal_hours));
    let customer = now - TimeDelta::hours(i64::from(settings.customer_hours));
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT a.id AS task, h.title, c.name AS company, a.state, a.due_day, a.waits_since AS since, a.reminders, o.name AS owner, \
             a.approver_name AS approver, (SELECT t.act FROM amplification_step t WHERE t.id = (SELECT max(l.id) FROM amplification_step l WHERE l.amplification_id = a.id)) AS last_act \
             {FROM} WHERE {OPEN} AND a.state <> 'on hold' AND (a.due_day < $1 OR a.state IN ('failed', 'changes requested') \
             OR (a.state IN ('in review', 'approved internally', 'approved') AND a.waits_since <= $2) OR (a.state = 'with customer' AND a.waits_since <= $3)) \
             ORDER BY a.due_day, a.id LIMIT {}",
            MOST_NAMED + 1
        ),
        values![today, internal, customer],
    )
    .await?;
    let mut tasks = Vec::new();
    for row in rows {
        tasks.push(Waits {
            task: row.task,
            title: row.title,
            company: row.company,
            state: word(State::parse(&row.state), &row.state)?,
            due_day: row.due_day,
            since: row.since,
            reminders: u32::try_from(row.reminders).unwrap_or(0),
            owner: row.owner,
            approver: row.approver,
            last_act: row.last_act.unwrap_or_default(),
        });
    }
    let more = tasks.len() > MOST_NAMED;
    tasks.truncate(MOST_NAMED);
    let count = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    Ok(Needs {
        reported: count(counts.as_ref().map(|counts| counts.reported)),
        found: count(counts.as_ref().map(|counts| counts.found)),
        due_this_week: count(counts.as_ref().map(|counts| counts.due_this_week)),
        tasks,
        more,
    })
}

/// The staff who have tasks in hand, by name: for the filter.
///
/// # Errors
/// The database.
pub async fn owners(db: &Db) -> Result<Vec<(i64, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT s.id, s.name FROM staff s WHERE EXISTS (SELECT 1 FROM amplification a WHERE a.owner_id = s.id) ORDER BY s.name, s.id",
        values![],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
