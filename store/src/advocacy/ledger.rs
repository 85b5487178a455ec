//! The ledger: entries are appended, never changed, and each source is entered once. What makes an entry by itself calls
//! [`enter`] and [`take_back`] in its own transaction; people record the rest by hand.
//!
//! Seats tell that somebody attended. [`gives_of`] counts them, for the decision whether something may be asked; what staff
//! are shown goes by [`Seats`]. Locks: the cohort, the person, their company, the registration, then the entry.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::access::Principal;
use domain::advocacy::consent::{Channel, Scope, Subject, resolve};
use domain::advocacy::ledger::{
    self as rules, Correcting, Done, Entry as Counted, Give, GiveKind, LedgerRefusal, Side, Source, Totals, TypedAct, TypedGive,
};
use domain::cohort::State as CohortState;
use domain::refusal::FieldRefusal;
use domain::time::{Zone, end_of_day, is_second_press};
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QuerySelect};

use crate::advocacy::consent::ledgers;
use crate::advocacy::{advocate, setting};
use crate::entity::{cohort, company, ledger_entry, person, registration};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

/// An entry stands until another one is against it. For the `WHERE` of a query on `ledger_entry e`.
const LIVE: &str = "e.against IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry x WHERE x.against = e.id)";

// ---- entering --------------------------------------------------------------------------------------------------------

/// An entry to be. Its weight follows from its kind.
pub(crate) struct NewEntry<'a> {
    /// `None`: the company's as a whole.
    pub person: Option<i64>,
    pub company: i64,
    pub side: Side,
    pub kind: &'a str,
    /// See [`Source`].
    pub source: String,
    pub happened_on: NaiveDate,
    /// What it was; the customer reads it.
    pub note: &'a str,
    /// Of a gift.
    pub value: i32,
    pub by: Option<i64>,
}

/// Enters something, once; answers its number. `None` when it stands already, or when a person corrected it: that stays. What
/// [`take_back`] took back is entered anew.
pub(crate) async fn enter(txn: &impl ConnectionTrait, now: DateTime<Utc>, entry: NewEntry<'_>) -> Result<Option<i64>, DbErr> {
    let known = of_source(txn, &entry.source).await?;
    if known.iter().any(|one| !one.against.as_deref().is_some_and(Source::lets_enter_again)) {
        return Ok(None);
    }
    let source = Source::again(&entry.source, known.len() + 1);
    let weight = rules::weight(entry.side, entry.kind);
    append(txn, now, &entry, &source, weight, None).await
}

/// Takes an entry back, with a reason, because what it stands for is no more: one against it. Answers whether there was one
/// that stood. The caller has locked whose entry it is.
pub(crate) async fn take_back(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    source: &str,
    why: &str,
    by: Option<i64>,
) -> Result<bool, DbErr> {
    let known = of_source(txn, source).await?;
    let Some(stands) = known.into_iter().find(|one| one.against.is_none()) else { return Ok(false) };
    let Some(row) = ledger_entry::Entity::find_by_id(stands.id).lock_exclusive().one(txn).await? else { return Ok(false) };
    Ok(write_against(txn, now, &row, Source::undone(row.id), why, by).await?.is_some())
}

#[derive(FromQueryResult)]
struct OfSource {
    id: i64,
    /// The source of the entry against it.
    against: Option<String>,
}

/// Every entry of one source: the first, and those made after it was taken back. They are numbered without a gap, and each is
/// found by the unique index: a pattern or a range would not be, wherever words are sorted by a language.
async fn of_source(txn: &impl ConnectionTrait, source: &str) -> Result<Vec<OfSource>, DbErr> {
    let mut known = Vec::new();
    loop {
        let next: Option<OfSource> = sql::one(
            txn,
            "SELECT e.id, x.source AS against FROM ledger_entry e LEFT JOIN ledger_entry x ON x.against = e.id WHERE e.source = $1",
            values![Source::again(source, known.len() + 1)],
        )
        .await?;
        let Some(next) = next else { return Ok(known) };
        known.push(next);
    }
}

async fn write_against(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    row: &ledger_entry::Model,
    source: String,
    why: &str,
    by: Option<i64>,
) -> Result<Option<i64>, DbErr> {
    let side = side(&row.side)?;
    let entry = NewEntry {
        person: row.person_id,
        company: row.company_id,
        side,
        kind: &row.kind,
        source,
        happened_on: now.date_naive(),
        note: why,
        value: -row.value,
        by,
    };
    let source = entry.source.clone();
    append(txn, now, &entry, &source, -row.weight, Some(row.id)).await
}

/// Writes one line. Its source is unique: `None` when somebody else entered it in this very moment.
async fn append(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    entry: &NewEntry<'_>,
    source: &str,
    weight: i32,
    against: Option<i64>,
) -> Result<Option<i64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Written {
        id: i64,
    }
    let written: Option<Written> = sql::one(
        txn,
        "INSERT INTO ledger_entry (person_id, company_id, side, kind, source, weight, happened_on, note, value, against, recorded_by, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING id",
        values![
            entry.person,
            entry.company,
            entry.side.as_str(),
            entry.kind,
            source,
            weight,
            entry.happened_on,
            entry.note,
            entry.value,
            against,
            entry.by,
            now
        ],
    )
    .await?;
    let Some(Written { id }) = written else { return Ok(None) };
    let line = Entry {
        actor: entry.by.map_or(Actor::System, Actor::Staff),
        act: if against.is_some() { "correct" } else { "enter" },
        object: "ledger entry",
        object_id: id,
        cohort: None,
        before: against.map_or_else(String::new, |against| format!("entry {against}")),
        after: format!("{}: {}", entry.side, entry.kind),
    };
    history::record(txn, now, line).await?;
    Ok(Some(id))
}

fn side(stored: &str) -> Result<Side, DbErr> {
    Side::parse(stored).ok_or_else(|| DbErr::Custom(format!("no side of the ledger: {stored}")))
}

// ---- by hand ---------------------------------------------------------------------------------------------------------

/// Records a give by hand; answers its number. A second press of the button is the same entry.
///
/// # Errors
/// Every field that needs another look: a kind that is entered by itself, a day to come, more gifts than a year allows.
pub async fn record_give(db: &Db, now: DateTime<Utc>, actor: Actor, typed: &TypedGive<'_>) -> Result<i64, Halt<LedgerRefusal>> {
    let give = Give::parse(typed, now.date_naive()).map_err(Halt::Refused)?;
    let txn = db.write().await?;
    let whom = whom(&*txn, typed.person, typed.company).await?;
    let value = i32::try_from(give.value).unwrap_or(i32::MAX);
    let entry = NewEntry {
        person: whom.person,
        company: whom.company,
        side: Side::Give,
        kind: give.kind.as_str(),
        source: by_hand(),
        happened_on: give.on,
        note: &give.note,
        value,
        by: actor.staff(),
    };
    if let Some(stands) = pressed_twice(&*txn, now, &entry).await? {
        return Ok(stands);
    }
    if let (GiveKind::Gift, Some(person)) = (give.kind, whom.person) {
        let limit = setting::get_in(&*txn).await?.gift_limit;
        let given = gifts_of(&*txn, person, give.on.year()).await?;
        rules::gift(limit, given, give.value, give.on.year()).map_err(|why| Halt::Refused(LedgerRefusal::Fields(vec![why])))?;
    }
    let id = entered(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(id)
}

/// Records something they did without being asked; answers its number. A second press of the button is the same entry.
///
/// # Errors
/// Every field that needs another look.
pub async fn record_act(db: &Db, now: DateTime<Utc>, actor: Actor, typed: &TypedAct<'_>) -> Result<i64, Halt<LedgerRefusal>> {
    let done = Done::parse(typed, now.date_naive()).map_err(Halt::Refused)?;
    let txn = db.write().await?;
    let whom = whom(&*txn, typed.person, typed.company).await?;
    let entry = NewEntry {
        person: whom.person,
        company: whom.company,
        side: Side::Act,
        kind: done.kind.as_str(),
        source: by_hand(),
        happened_on: done.on,
        note: &done.note,
        value: 0,
        by: actor.staff(),
    };
    if let Some(stands) = pressed_twice(&*txn, now, &entry).await? {
        return Ok(stands);
    }
    let id = entered(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(id)
}

/// What correcting came to, and whose page it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrected {
    pub company: i64,
    pub person: Option<i64>,
    /// It was corrected before.
    pub already: bool,
}

/// Takes an entry back by another one, with a reason. Twice is the same. An entry that `who` is not shown is none to them.
///
/// # Errors
/// There is none, it is a correction itself, or no reason is given.
pub async fn correct(db: &Db, now: DateTime<Utc>, who: &Principal, id: i64, reason: &str) -> Result<Corrected, Halt<LedgerRefusal>> {
    let txn = db.write().await?;
    let Some(seen) = ledger_entry::Entity::find_by_id(id).one(&*txn).await? else { return refuse(LedgerRefusal::Unknown) };
    // What corrects it names them: they are locked before it, as by whoever merges or forgets them.
    if let Some(person) = seen.person_id {
        person::Entity::find_by_id(person).lock(LockType::NoKeyUpdate).one(&*txn).await?;
    }
    company::Entity::find_by_id(seen.company_id).lock(LockType::NoKeyUpdate).one(&*txn).await?;
    let Some(row) = ledger_entry::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(LedgerRefusal::Unknown) };
    if !seats_in(&*txn, now, row.company_id, who).await?.show(&row.kind, row.person_id) {
        return refuse(LedgerRefusal::Unknown);
    }
    let corrected = sql::number(&*txn, "SELECT count(*) AS n FROM ledger_entry WHERE against = $1", values![id]).await? > 0;
    let counted = Counted { id, side: side(&row.side)?, weight: row.weight, against: row.against };
    let came_to = Corrected { company: row.company_id, person: row.person_id, already: corrected };
    match rules::correct(&counted, corrected).map_err(Halt::Refused)? {
        Correcting::AlreadySo => Ok(came_to),
        Correcting::Corrects { .. } => {
            let reason = rules::reason(reason).map_err(|why| Halt::Refused(LedgerRefusal::Fields(vec![why])))?;
            write_against(&*txn, now, &row, Source::against(id), &reason, who.staff()).await?;
            txn.commit().await?;
            Ok(came_to)
        }
    }
}

/// Nothing but the entry itself says what it stands for.
fn by_hand() -> String {
    format!("hand:{}", uuid::Uuid::new_v4())
}

async fn entered(txn: &impl ConnectionTrait, now: DateTime<Utc>, entry: NewEntry<'_>) -> Result<i64, Fault> {
    let source = entry.source.clone();
    enter(txn, now, entry).await?.ok_or(Fault::Unreadable(source))
}

/// Whose entry it is.
struct Whom {
    person: Option<i64>,
    company: i64,
}

/// The person, locked, with the company they are at; or the company as a whole.
async fn whom(txn: &impl ConnectionTrait, person: i64, company: i64) -> Result<Whom, Halt<LedgerRefusal>> {
    let (mut found, mut at) = (None, company);
    if person != 0 {
        let Some(row) = advocate::held(txn, person, LockType::Update).await? else { return refuse(LedgerRefusal::Nobody) };
        if company != 0 && row.company_id != company {
            let sentence =
                format!("{} is not at this company. Choose somebody who is, or record it on their own company’s page.", row.name);
            return refuse(LedgerRefusal::Fields(vec![FieldRefusal::new("person", sentence)]));
        }
        (found, at) = (Some(row.id), row.company_id);
    }
    // Rows that name the company may still be added meanwhile.
    match company::Entity::find_by_id(at).lock(LockType::NoKeyUpdate).one(txn).await? {
        Some(row) => Ok(Whom { person: found, company: row.id }),
        None => refuse(LedgerRefusal::Nobody),
    }
}

/// The same, recorded by the same staff a moment ago.
async fn pressed_twice(txn: &impl ConnectionTrait, now: DateTime<Utc>, entry: &NewEntry<'_>) -> Result<Option<i64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Last {
        id: i64,
        recorded_at: DateTime<Utc>,
    }
    let last: Option<Last> = sql::one(
        txn,
        &format!(
            "SELECT e.id, e.recorded_at FROM ledger_entry e WHERE e.company_id = $1 AND coalesce(e.person_id, 0) = $2 AND coalesce(e.recorded_by, 0) = $3 \
             AND e.side = $4 AND e.kind = $5 AND e.happened_on = $6 AND e.note = $7 AND e.value = $8 AND e.source LIKE 'hand:%' AND {LIVE} \
             ORDER BY e.id DESC LIMIT 1"
        ),
        values![
            entry.company,
            entry.person.unwrap_or(0),
            entry.by.unwrap_or(0),
            entry.side.as_str(),
            entry.kind,
            entry.happened_on,
            entry.note,
            entry.value
        ],
    )
    .await?;
    Ok(last.filter(|last| is_second_press(last.recorded_at, now)).map(|last| last.id))
}

/// What somebody's gifts of a calendar year come to.
async fn gifts_of(txn: &impl ConnectionTrait, person: i64, year: i32) -> Result<u32, DbErr> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
    let given = sql::number(
        txn,
        &format!(
            "SELECT CAST(coalesce(sum(e.value), 0) AS BIGINT) AS n FROM ledger_entry e \
             WHERE e.person_id = $1 AND e.side = 'give' AND e.kind = 'gift' AND e.happened_on >= $2 AND e.happened_on <= $3 AND {LIVE}"
        ),
        values![person, first, last],
    )
    .await?;
    Ok(u32::try_from(given).unwrap_or(u32::MAX))
}

// ---- the clock -------------------------------------------------------------------------------------------------------

/// How many seats are entered at one look at the clock.
const MOST_SEATS: u64 = 200;

/// Enters the seats of cohorts that are over: each confirmed registration once, also when its entry was corrected since.
/// The clock's act; answers how many.
///
/// # Errors
/// The database.
pub async fn credit_seats(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    #[derive(FromQueryResult)]
    struct Over {
        registration: i64,
        cohort: i64,
        zone: String,
        last_day: NaiveDate,
    }
    // Of today's, the venue's own clock decides.
    let over: Vec<Over> = sql::all(
        db.read(),
        &format!(
            "SELECT r.id AS registration, c.id AS cohort, c.zone, c.last_day FROM registration r JOIN cohort c ON c.id = r.cohort_id \
             WHERE r.state = 'confirmed' AND c.state <> 'cancelled' AND c.last_day <= $1 \
             AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.source = 'registration:' || CAST(r.id AS TEXT)) \
             ORDER BY c.last_day, r.id LIMIT {MOST_SEATS}"
        ),
        values![now.date_naive()],
    )
    .await?;
    let (mut credited, mut unreadable) = (0, None);
    for one in over {
        // One cohort that does not read back keeps nobody else waiting.
        let Ok(zone) = Zone::parse(&one.zone) else {
            unreadable.get_or_insert(Fault::Unreadable(one.zone));
            continue;
        };
        if end_of_day(&zone, one.last_day) <= now && credit_seat(db, now, one.cohort, one.registration, one.last_day).await? {
            credited += 1;
        }
    }
    unreadable.map_or(Ok(credited), Err)
}

async fn credit_seat(db: &Db, now: DateTime<Utc>, cohort: i64, registration: i64, last_day: NaiveDate) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Holder {
        person: i64,
        company: i64,
    }
    let txn = db.write().await?;
    let row = cohort::Entity::find_by_id(cohort).lock(LockType::NoKeyUpdate).one(&*txn).await?;
    if row.is_none_or(|row| row.state == CohortState::Cancelled.as_str()) {
        return Ok(false);
    }
    let holder: Option<Holder> = sql::one(
        &*txn,
        "SELECT coalesce(p.merged_into, p.id) AS person, a.company_id AS company FROM registration r JOIN person p ON p.id = r.person_id \
         JOIN invitation i ON i.id = r.invitation_id JOIN allotment a ON a.id = i.allotment_id WHERE r.id = $1",
        values![registration],
    )
    .await?;
    let Some(holder) = holder else { return Ok(false) };
    let Some(person) = advocate::held_row(&*txn, holder.person, LockType::NoKeyUpdate).await? else { return Ok(false) };
    let row = registration::Entity::find_by_id(registration).lock_exclusive().one(&*txn).await?;
    if row.is_none_or(|row| row.state != "confirmed") {
        return Ok(false);
    }
    let source = format!("registration:{registration}");
    if !of_source(&*txn, &source).await?.is_empty() {
        return Ok(false);
    }
    let entry = NewEntry {
        person: Some(person.id),
        company: holder.company,
        side: Side::Give,
        kind: GiveKind::Seat.as_str(),
        source,
        happened_on: last_day,
        // Which cohort it was is confidential.
        note: "",
        value: 0,
        by: None,
    };
    let entered = enter(&*txn, now, entry).await?.is_some();
    txn.commit().await?;
    Ok(entered)
}

// ---- who is shown what -----------------------------------------------------------------------------------------------

/// Whose seats somebody is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seats {
    All,
    /// Only those of these people.
    Of(BTreeSet<i64>),
}

impl Seats {
    /// Whether an entry of this kind is shown.
    #[must_use]
    pub fn show(&self, kind: &str, person: Option<i64>) -> bool {
        match self {
            Self::All => true,
            Self::Of(people) => kind != GiveKind::Seat.as_str() || person.is_some_and(|person| people.contains(&person)),
        }
    }

    /// As SQL says it of `ledger_entry e`.
    pub(crate) fn condition(&self) -> String {
        match self {
            Self::All => "1 = 1".to_owned(),
            Self::Of(people) => format!("(e.kind <> 'seat' OR e.person_id IN ({}))", sql::numbers(people.iter().copied())),
        }
    }
}

/// Whose seats of a company `who` is shown today.
///
/// # Errors
/// The database.
pub async fn seats_shown(db: &Db, now: DateTime<Utc>, company: i64, who: &Principal) -> Result<Seats, DbErr> {
    seats_in(db.read(), now, company, who).await
}

async fn seats_in(db: &impl ConnectionTrait, now: DateTime<Utc>, company: i64, who: &Principal) -> Result<Seats, DbErr> {
    #[derive(FromQueryResult)]
    struct Seated {
        person: i64,
    }
    if rules::shows_every_seat(who) {
        return Ok(Seats::All);
    }
    let seated: Vec<Seated> = sql::all(
        db,
        "SELECT DISTINCT e.person_id AS person FROM ledger_entry e WHERE e.company_id = $1 AND e.kind = 'seat' AND e.person_id IS NOT NULL",
        values![company],
    )
    .await?;
    allowing(db, now, who, seated.into_iter().map(|one| one.person).collect()).await
}

/// Of these people, those whose attendance `who` may be shown.
async fn allowing(db: &impl ConnectionTrait, now: DateTime<Utc>, who: &Principal, people: Vec<i64>) -> Result<Seats, DbErr> {
    let subjects: Vec<Subject> = people.iter().copied().map(Subject::Person).collect();
    let ledgers = ledgers(db, &subjects).await?;
    let today = now.date_naive();
    let shown = |person: &i64| {
        let events = ledgers.get(&Subject::Person(*person)).map_or(&[][..], Vec::as_slice);
        rules::shows_seats(who, resolve(events, today).standing(Scope::Attendance, Some(Channel::Internal)))
    };
    Ok(Seats::Of(people.into_iter().filter(shown).collect()))
}

// ---- reading ---------------------------------------------------------------------------------------------------------

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    /// `None`: the company's as a whole.
    pub person: Option<i64>,
    pub person_name: Option<String>,
    pub company: i64,
    pub company_name: String,
    pub side: Side,
    pub kind: String,
    /// See [`Source::read`].
    pub source: String,
    /// Below zero in a correction.
    pub weight: i32,
    pub happened_on: NaiveDate,
    pub note: String,
    pub value: i32,
    /// The entry it corrects.
    pub against: Option<i64>,
    /// The entry that corrects it.
    pub corrected_by: Option<i64>,
    /// `None`: it entered by itself.
    pub recorded_by: Option<String>,
    pub recorded_at: DateTime<Utc>,
}

impl Line {
    /// Whether it counts: it is no correction, and none is against it.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.against.is_none() && self.corrected_by.is_none()
    }

    /// As totals read it.
    #[must_use]
    pub const fn counted(&self) -> Counted {
        Counted { id: self.id, side: self.side, weight: self.weight, against: self.against }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    person: Option<i64>,
    person_name: Option<String>,
    company: i64,
    company_name: String,
    side: String,
    kind: String,
    source: String,
    weight: i32,
    happened_on: NaiveDate,
    note: String,
    value: i32,
    against: Option<i64>,
    corrected_by: Option<i64>,
    recorded_by: Option<String>,
    recorded_at: DateTime<Utc>,
}

impl Row {
    fn line(self) -> Result<Line, DbErr> {
        Ok(Line {
            id: self.id,
            person: self.person,
            person_name: self.person_name,
            company: self.company,
            company_name: self.company_name,
            side: side(&self.side)?,
            kind: self.kind,
            source: self.source,
            weight: self.weight,
            happened_on: self.happened_on,
            note: self.note,
            value: self.value,
            against: self.against,
            corrected_by: self.corrected_by,
            recorded_by: self.recorded_by,
            recorded_at: self.recorded_at,
        })
    }
}

const LINES: &str = "SELECT e.id, e.person_id AS person, p.name AS person_name, e.company_id AS company, c.name AS company_name, e.side, e.kind, e.source, \
     e.weight, e.happened_on, e.note, e.value, e.against, y.id AS corrected_by, s.name AS recorded_by, e.recorded_at FROM ledger_entry e \
     JOIN company c ON c.id = e.company_id LEFT JOIN person p ON p.id = e.person_id LEFT JOIN ledger_entry y ON y.against = e.id \
     LEFT JOIN staff s ON s.id = e.recorded_by";

/// How many live gives each of these people had, seats too: what the decision whether something may be asked goes by.
/// Everybody asked about is answered.
pub(crate) async fn gives_of(db: &impl ConnectionTrait, people: &[i64]) -> Result<BTreeMap<i64, u32>, DbErr> {
    #[derive(FromQueryResult)]
    struct Gives {
        person: i64,
        gives: i64,
    }
    let rows: Vec<Gives> = sql::all(
        db,
        &format!(
            "SELECT e.person_id AS person, count(*) AS gives FROM ledger_entry e WHERE e.person_id IN ({}) AND e.side = 'give' AND {LIVE} GROUP BY e.person_id",
            sql::numbers(people.iter().copied())
        ),
        values![],
    )
    .await?;
    let mut found: BTreeMap<i64, u32> = people.iter().map(|person| (*person, 0)).collect();
    found.extend(rows.into_iter().map(|row| (row.person, u32::try_from(row.gives).unwrap_or(u32::MAX))));
    Ok(found)
}

/// Everything that stands in somebody's ledger, seats too, the newest first: for themselves, and for those who may know.
///
/// # Errors
/// The database.
pub async fn of_person(db: &Db, person: i64) -> Result<Vec<Line>, DbErr> {
    let rows: Vec<Row> =
        sql::all(db.read(), &format!("{LINES} WHERE e.person_id = $1 ORDER BY e.happened_on DESC, e.id DESC"), values![person]).await?;
    rows.into_iter().map(Row::line).collect()
}

/// As [`of_person`], without the seats that `who` is not shown. What these lines come to is what they may be told.
///
/// # Errors
/// The database.
pub async fn of_person_as_seen_by(db: &Db, now: DateTime<Utc>, who: &Principal, person: i64) -> Result<Vec<Line>, DbErr> {
    let lines = of_person(db, person).await?;
    if rules::shows_every_seat(who) {
        return Ok(lines);
    }
    let seats = allowing(db.read(), now, who, vec![person]).await?;
    Ok(lines.into_iter().filter(|line| seats.show(&line.kind, line.person)).collect())
}

/// What some lines come to.
#[must_use]
pub fn totals_of_lines(lines: &[Line]) -> Totals {
    rules::totals(&lines.iter().map(Line::counted).collect::<Vec<_>>())
}

/// One page of a company's ledger and its people's, the newest first, with the seats that are shown.
///
/// # Errors
/// The database.
pub async fn of_company(db: &Db, company: i64, seats: &Seats, page: u64) -> Result<Page<Line>, DbErr> {
    let shown = seats.condition();
    let total =
        sql::number(db.read(), &format!("SELECT count(*) AS n FROM ledger_entry e WHERE e.company_id = $1 AND {shown}"), values![company])
            .await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "{LINES} WHERE e.company_id = $1 AND {shown} ORDER BY e.happened_on DESC, e.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        values![company],
    )
    .await?;
    let rows = rows.into_iter().map(Row::line).collect::<Result<Vec<Line>, DbErr>>()?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// What somebody's ledger comes to, seats too.
///
/// # Errors
/// The database.
pub async fn totals_of_person(db: &Db, person: i64) -> Result<Totals, DbErr> {
    counted(db.read(), "e.person_id = $1", person).await
}

/// What a company's ledger and its people's come to, with the seats that are shown.
///
/// # Errors
/// The database.
pub async fn totals_of_company(db: &Db, company: i64, seats: &Seats) -> Result<Totals, DbErr> {
    counted(db.read(), &format!("e.company_id = $1 AND {}", seats.condition()), company).await
}

async fn counted(db: &impl ConnectionTrait, which: &str, id: i64) -> Result<Totals, DbErr> {
    #[derive(FromQueryResult)]
    struct Sums {
        gives: i64,
        acts: i64,
        give_weight: i64,
        act_weight: i64,
    }
    let sums: Option<Sums> = sql::one(
        db,
        &format!(
            "SELECT count(CASE WHEN e.side = 'give' THEN 1 END) AS gives, count(CASE WHEN e.side = 'act' THEN 1 END) AS acts, \
             CAST(coalesce(sum(CASE WHEN e.side = 'give' THEN e.weight END), 0) AS BIGINT) AS give_weight, \
             CAST(coalesce(sum(CASE WHEN e.side = 'act' THEN e.weight END), 0) AS BIGINT) AS act_weight FROM ledger_entry e WHERE {which} AND {LIVE}"
        ),
        values![id],
    )
    .await?;
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(sums.map_or_else(Totals::default, |sums| Totals {
        gives: count(sums.gives),
        acts: count(sums.acts),
        give_weight: sums.give_weight,
        act_weight: sums.act_weight,
    }))
}

/// The people of a company of whom something can be recorded, by name: at most five hundred.
///
/// # Errors
/// The database.
pub async fn people_of(db: &Db, company: i64) -> Result<Vec<(i64, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Known {
        id: i64,
        name: String,
    }
    let rows: Vec<Known> = sql::all(
        db.read(),
        "SELECT p.id, p.name FROM person p WHERE p.company_id = $1 AND p.merged_into IS NULL AND p.forgotten_at IS NULL ORDER BY p.name, p.id LIMIT 500",
        values![company],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
