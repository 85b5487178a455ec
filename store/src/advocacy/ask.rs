//! Asks: decided from current rows, and kept with their answer, refused ones too. The one place that makes a row of them,
//! and moves it on.
//!
//! Locks: the person, then their company, then the ask. Accepting an invitation takes the first two as well (the company
//! where the cohort keeps all of it quiet), so that an ask and an acceptance never pass each other; and two asks at one
//! company never both take the last of what its quarter allows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::advocacy::ask::{
    Act, Allowed, Ask, AskKind, Kept, NotNow, Source, State, after, in_time, parse_comment, parse_day, parse_note, took_place_on,
};
use domain::advocacy::ask_import::{self, ReadRefusal};
use domain::advocacy::ledger::Side;
use domain::registration::proof::YesNo;
use domain::time::{earliest_day, end_of_day_everywhere, is_second_press, words};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::advocacy::advocate::{by_address, current, held, note_in};
use crate::advocacy::ledger::{self, NewEntry};
use crate::advocacy::{own_page, setting};
use crate::entity::{ask, company, person, staff};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

mod facts;
mod read;

pub use domain::advocacy::ask::AskRefusal;
pub(crate) use facts::{Gathered, facts_of, to_be_forgotten};
pub use read::{AskedLine, Filter, Line, Listed, OpenAsk, Shown, WaitsFor, all_for, get, list, of, open_for, refused_before, waiting};

/// What the decision answers.
pub type Decision = Result<Allowed, NotNow>;

/// Whether something may be asked of somebody now, whatever it is. `None` when there is no such person.
///
/// # Errors
/// The database.
pub async fn decide(db: &Db, now: DateTime<Utc>, person: i64) -> Result<Option<Decision>, Fault> {
    decide_in(db.read(), now, person, None, 0).await
}

/// As [`decide`], for one kind: reasons that only this kind has are among the others.
///
/// # Errors
/// The database.
pub async fn decide_kind(db: &Db, now: DateTime<Utc>, person: i64, kind: Option<AskKind>) -> Result<Option<Decision>, Fault> {
    decide_in(db.read(), now, person, kind, 0).await
}

/// The decision for an ask that is kept already: it does not stand in its own way.
///
/// # Errors
/// The database.
pub async fn decide_kept(db: &Db, now: DateTime<Utc>, shown: &Shown) -> Result<Option<Decision>, Fault> {
    decide_in(db.read(), now, shown.person, Some(shown.kind), shown.id).await
}

async fn decide_in(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    person: i64,
    kind: Option<AskKind>,
    apart_from: i64,
) -> Result<Option<Decision>, Fault> {
    let settings = setting::get_in(db).await?;
    let gathered = facts_of(db, now, &[person]).await?.remove(&person);
    Ok(gathered.map(|gathered| gathered.decide(now, &settings, kind, apart_from)))
}

/// What submitting came to. Submitting again is the same ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submitting {
    Submitted,
    AlreadySubmitted,
}

/// Submits an ask, or keeps that it was refused. The same words once more within a minute are the same ask; from a file,
/// whenever they come.
///
/// # Errors
/// A field, or every reason not to ask now.
pub async fn submit(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    source: Source,
    person: i64,
    kind: &str,
    wording: &str,
) -> Result<Submitting, Halt<AskRefusal>> {
    let ask = Ask::parse(kind, wording).map_err(|wrong| Halt::Refused(AskRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let Some(asked) = lock(&*txn, person).await? else { return refuse(AskRefusal::Unknown) };
    let again = said_again(&*txn, now, actor, source, asked.id, &ask).await?;
    if again.as_ref().is_some_and(was_let_through) {
        return Ok(Submitting::AlreadySubmitted);
    }
    let Some(answer) = decide_in(&*txn, now, asked.id, Some(ask.kind), 0).await? else { return refuse(AskRefusal::Unknown) };
    if answer.is_ok() || again.is_none() {
        keep(&*txn, now, actor, source, asked.id, &ask, &answer).await?;
        txn.commit().await?;
    }
    answer.map(|_| Submitting::Submitted).map_err(|why| Halt::Refused(AskRefusal::NotNow(why)))
}

/// Submits a draft, in these words. What is refused is kept as refused beside it; the draft stays as it was.
///
/// # Errors
/// A field, every reason not to ask now, or somebody changed it meanwhile.
pub async fn submit_draft(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    ask: i64,
    revision: i32,
    kind: &str,
    wording: &str,
) -> Result<Submitting, Halt<AskRefusal>> {
    let worded = Ask::parse(kind, wording).map_err(|wrong| Halt::Refused(AskRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let Some((asked, row)) = locked(&*txn, ask).await? else { return refuse(AskRefusal::Gone) };
    let state = read_state(&row.state)?;
    let next = after(state, Act::Submit).map_err(Halt::Refused)?;
    if next == state {
        return Ok(Submitting::AlreadySubmitted);
    }
    if row.revision != revision {
        return refuse(AskRefusal::Stale);
    }
    let Some(answer) = decide_in(&*txn, now, asked.id, Some(worded.kind), row.id).await? else { return refuse(AskRefusal::Unknown) };
    if let Err(why) = answer {
        if said_again(&*txn, now, actor, Source::Page, asked.id, &worded).await?.is_none() {
            keep(&*txn, now, actor, Source::Page, asked.id, &worded, &Err(why.clone())).await?;
            txn.commit().await?;
        }
        return refuse(AskRefusal::NotNow(why));
    }
    // What came back was submitted before: history counts it once, and it keeps the day it was first submitted on.
    let came_back = row.was_submitted;
    ask::ActiveModel {
        id: Set(row.id),
        kind: Set(worded.kind.as_str().to_owned()),
        wording: Set(worded.wording),
        state: Set(next.as_str().to_owned()),
        reasons: Set(Kept::write_again(&row.reasons, &answer)),
        submitted_by: Set(actor.staff()),
        submitted_at: Set(if came_back { row.submitted_at } else { now }),
        was_submitted: Set(true),
        approving_by: Set(None),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(&*txn)
    .await?;
    let act = if came_back { "submit again" } else { "submit" };
    note(&*txn, now, actor, act, row.id, state.to_string(), format!("{next}; person {}", asked.id)).await?;
    note_in(&*txn, now, actor, asked.id).await?;
    txn.commit().await?;
    Ok(Submitting::Submitted)
}

/// A draft as it is typed.
#[derive(Debug, Clone, Copy)]
pub struct TypedDraft<'a> {
    /// Of a new one; the person of one that is kept does not change.
    pub person: i64,
    pub kind: &'a str,
    pub wording: &'a str,
}

/// Keeps a draft, whether or not it may be asked; answers its number. `ask` is 0 for a new one. A second press of the button
/// is the same draft.
///
/// # Errors
/// A field, there is no such person or draft, or somebody changed it meanwhile.
pub async fn save_draft(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    ask: i64,
    revision: i32,
    typed: &TypedDraft<'_>,
) -> Result<i64, Halt<AskRefusal>> {
    let worded = Ask::parse_draft(typed.kind, typed.wording).map_err(|wrong| Halt::Refused(AskRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    if ask == 0 {
        let Some(asked) = lock(&*txn, typed.person).await? else { return refuse(AskRefusal::Unknown) };
        let last = ask::Entity::find()
            .filter(ask::Column::PersonId.eq(asked.id))
            .filter(ask::Column::State.eq(State::Draft.as_str()))
            .filter(ask::Column::Kind.eq(worded.kind.as_str()))
            .filter(ask::Column::Wording.eq(worded.wording.as_str()))
            .order_by_desc(ask::Column::Id)
            .one(&*txn)
            .await?;
        if let Some(same) = last.filter(|last| last.submitted_by == actor.staff() && is_second_press(last.submitted_at, now)) {
            return Ok(same.id);
        }
        let row = ask::ActiveModel {
            person_id: Set(asked.id),
            kind: Set(worded.kind.as_str().to_owned()),
            wording: Set(worded.wording),
            source: Set(Source::Page.as_str().to_owned()),
            state: Set(State::Draft.as_str().to_owned()),
            reasons: Set(String::new()),
            submitted_by: Set(actor.staff()),
            submitted_at: Set(now),
            answer: Set(String::new()),
            comment: Set(String::new()),
            revision: Set(1),
            ..Default::default()
        }
        .insert(&*txn)
        .await?;
        note(&*txn, now, actor, "draft", row.id, String::new(), State::Draft.to_string()).await?;
        txn.commit().await?;
        return Ok(row.id);
    }
    let Some((_, row)) = locked(&*txn, ask).await? else { return refuse(AskRefusal::Gone) };
    let is_draft = row.state == State::Draft.as_str();
    if is_draft && row.kind == worded.kind.as_str() && row.wording == worded.wording {
        return Ok(row.id);
    }
    // What was submitted meanwhile is no draft any more.
    if !is_draft || row.revision != revision {
        return refuse(AskRefusal::Stale);
    }
    ask::ActiveModel {
        id: Set(row.id),
        kind: Set(worded.kind.as_str().to_owned()),
        wording: Set(worded.wording),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(&*txn)
    .await?;
    note(&*txn, now, actor, "edit", row.id, State::Draft.to_string(), State::Draft.to_string()).await?;
    txn.commit().await?;
    Ok(row.id)
}

/// What is typed beside an act.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypedStep<'a> {
    pub comment: &'a str,
    /// The day it is to take place, for scheduling; the day it took place, for completing.
    pub day: &'a str,
}

/// Moves an ask on; answers how it stands. Repeating an act is the same. Letting it be asked asks the decision once more.
///
/// # Errors
/// It does not fit, four eyes are needed, a field, every reason not to ask now, or somebody changed it meanwhile.
pub async fn step(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    ask: i64,
    revision: i32,
    act: Act,
    typed: &TypedStep<'_>,
) -> Result<State, Halt<AskRefusal>> {
    if !Act::OF_STAFF.contains(&act) {
        return refuse(AskRefusal::Gone);
    }
    let txn = db.write().await?;
    let Some((asked, row)) = locked(&*txn, ask).await? else { return refuse(AskRefusal::Gone) };
    let state = read_state(&row.state)?;
    let next = after(state, act).map_err(Halt::Refused)?;
    if act.needs_other_eyes() && row.submitted_by.is_some() && row.submitted_by == actor.staff() {
        return refuse(AskRefusal::FourEyes);
    }
    let fields = |why| Halt::Refused(AskRefusal::Fields(vec![why]));
    let day = if act == Act::Schedule { Some(parse_day(typed.day, now.date_naive()).map_err(fields)?) } else { None };
    let another_hand = act == Act::TakeUp && row.approving_by != actor.staff();
    if next == state && !another_hand && (day.is_none() || day == row.scheduled_for) {
        return Ok(state);
    }
    if row.revision != revision {
        return refuse(AskRefusal::Stale);
    }
    let today = now.date_naive();
    in_time(state, act, row.scheduled_for, today).map_err(Halt::Refused)?;
    let comment = parse_comment(act, typed.comment).map_err(fields)?;
    let mut change =
        ask::ActiveModel { id: Set(row.id), state: Set(next.as_str().to_owned()), revision: Set(row.revision + 1), ..Default::default() };
    if act.needs_comment() {
        change.comment = Set(comment);
    }
    match act {
        Act::TakeUp => change.approving_by = Set(actor.staff()),
        Act::Approve => {
            let kind = read_kind(&row.kind)?;
            let Some(answer) = decide_in(&*txn, now, asked.id, Some(kind), row.id).await? else { return refuse(AskRefusal::Unknown) };
            change.reasons = Set(Kept::write_again(&row.reasons, &answer));
            if let Err(why) = answer {
                // It stays where it is, with the reasons beside it.
                let stays = ask::ActiveModel { id: Set(row.id), reasons: change.reasons, ..Default::default() };
                stays.update(&*txn).await?;
                let refused = format!("{}; person {}", State::Refused, asked.id);
                note(&*txn, now, actor, act.as_str(), row.id, state.to_string(), refused).await?;
                txn.commit().await?;
                return refuse(AskRefusal::NotNow(why));
            }
            let settings = setting::get_in(&*txn).await?;
            let answer_by = answer_day(now.date_naive(), settings.answer_days);
            change.approved_by = Set(actor.staff());
            change.asked_at = Set(Some(now));
            change.answer_by = Set(Some(answer_by));
            tell_asked(&*txn, now, &asked, &row, answer_by).await?;
        }
        Act::Schedule => change.scheduled_for = Set(day),
        Act::Complete => {
            let asked_on = row.asked_at.unwrap_or(row.submitted_at).date_naive();
            let took_place = took_place_on(typed.day, row.scheduled_for, asked_on, today).map_err(Halt::Refused)?;
            change.done_at = Set(Some(now));
            change.scheduled_for = Set(Some(took_place));
            let entry = NewEntry {
                person: Some(asked.id),
                company: asked.company_id,
                side: Side::Act,
                kind: &row.kind,
                source: format!("ask:{}", row.id),
                happened_on: took_place,
                note: "",
                value: 0,
                by: actor.staff(),
            };
            ledger::enter(&*txn, now, entry).await?;
        }
        Act::Cancel if matches!(state, State::Asked | State::Accepted | State::Scheduled) => {
            tell_taken_back(&*txn, now, &asked, &row).await?;
        }
        _ => {}
    }
    change.update(&*txn).await?;
    note(&*txn, now, actor, act.as_str(), row.id, state.to_string(), next.to_string()).await?;
    txn.commit().await?;
    Ok(next)
}

/// The last day to answer what is asked on this day.
fn answer_day(asked: NaiveDate, days: u32) -> NaiveDate {
    asked.checked_add_days(Days::new(u64::from(days))).unwrap_or(asked)
}

/// Keeps what the person says to what they were asked; answers how it stands. Repeating it is the same; until a day is
/// agreed a yes can become a no.
///
/// # Errors
/// It is not before them any more, the note is too long, or nothing but the code is missing.
pub async fn answer(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    person: i64,
    ask: i64,
    yes_no: YesNo,
    note_typed: &str,
) -> Result<State, Halt<AskRefusal>> {
    let said = parse_note(note_typed).map_err(|why| Halt::Refused(AskRefusal::Fields(vec![why])))?;
    let txn = db.write().await?;
    let person = current(&*txn, person).await?;
    // Somebody else's ask reads like one that is over.
    let found = locked(&*txn, ask).await?.filter(|(asked, _)| asked.id == person);
    let Some((_, row)) = found else { return refuse(AskRefusal::Over) };
    let state = read_state(&row.state)?;
    let act = if yes_no.is_yes() { Act::Accept } else { Act::Decline };
    let Ok(next) = after(state, act) else { return refuse(AskRefusal::Over) };
    if next == state {
        return Ok(state);
    }
    if state == State::Asked && row.answer_by.is_some_and(|last| end_of_day_everywhere(last) <= now) {
        return refuse(AskRefusal::Over);
    }
    if yes_no.needs_proof() {
        return refuse(AskRefusal::ProofNeeded);
    }
    ask::ActiveModel {
        id: Set(row.id),
        state: Set(next.as_str().to_owned()),
        answered_at: Set(Some(now)),
        answer: Set(said),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(&*txn)
    .await?;
    note(&*txn, now, actor, act.as_str(), row.id, state.to_string(), next.to_string()).await?;
    tell_answered(&*txn, now, &row).await?;
    txn.commit().await?;
    Ok(next)
}

/// Ends what nobody answered in time: the clock's act. Answers how many.
///
/// # Errors
/// The database.
pub async fn expire_due(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    #[derive(FromQueryResult)]
    struct Due {
        id: i64,
    }
    let today = earliest_day(now);
    let due: Vec<Due> =
        sql::all(db.read(), "SELECT a.id FROM ask a WHERE a.state = 'asked' AND a.answer_by < $1 ORDER BY a.id", values![today]).await?;
    let mut expired = 0;
    for Due { id } in due {
        let txn = db.write().await?;
        let row = ask::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?;
        let Some(row) = row.filter(|row| row.answer_by.is_some_and(|last| last < today)) else { continue };
        let state = read_state(&row.state)?;
        let Ok(next) = after(state, Act::Expire) else { continue };
        if next == state {
            continue;
        }
        let change =
            ask::ActiveModel { id: Set(id), state: Set(next.as_str().to_owned()), revision: Set(row.revision + 1), ..Default::default() };
        change.update(&*txn).await?;
        note(&*txn, now, Actor::System, Act::Expire.as_str(), id, state.to_string(), next.to_string()).await?;
        txn.commit().await?;
        expired += 1;
    }
    Ok(expired)
}

// ---- behind the locks ------------------------------------------------------------------------------------------------

/// The person, locked, and their company. Whoever was merged into somebody else is that other one; nobody is there who was
/// forgotten.
async fn lock(txn: &impl ConnectionTrait, person: i64) -> Result<Option<person::Model>, DbErr> {
    let Some(row) = held(txn, person, LockType::Update).await? else { return Ok(None) };
    // Rows that name the company may still be added meanwhile.
    company::Entity::find_by_id(row.company_id).lock(LockType::NoKeyUpdate).one(txn).await?;
    Ok(Some(row))
}

/// An ask with whom it is of, everything locked in order.
async fn locked(txn: &impl ConnectionTrait, ask: i64) -> Result<Option<(person::Model, ask::Model)>, DbErr> {
    let Some(found) = ask::Entity::find_by_id(ask).one(txn).await? else { return Ok(None) };
    let Some(asked) = lock(txn, found.person_id).await? else { return Ok(None) };
    let row = ask::Entity::find_by_id(ask).lock_exclusive().one(txn).await?;
    // Read again behind the lock: two people may have been merged meanwhile.
    Ok(row.filter(|row| row.person_id == asked.id).map(|row| (asked, row)))
}

/// The ask that these words are said again of: by the same staff a moment ago, or in a file what stands already.
async fn said_again(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    source: Source,
    person: i64,
    ask: &Ask,
) -> Result<Option<ask::Model>, DbErr> {
    let same = same_words(txn, person, ask).await?;
    Ok(same.filter(|last| (last.submitted_by == actor.staff() && is_second_press(last.submitted_at, now)) || is_repeated(source, last)))
}

/// The last ask of somebody for the same, in the same words. A draft is none yet.
async fn same_words(txn: &impl ConnectionTrait, person: i64, ask: &Ask) -> Result<Option<ask::Model>, DbErr> {
    ask::Entity::find()
        .filter(ask::Column::PersonId.eq(person))
        .filter(ask::Column::Kind.eq(ask.kind.as_str()))
        .filter(ask::Column::Wording.eq(ask.wording.as_str()))
        .filter(ask::Column::State.ne(State::Draft.as_str()))
        .order_by_desc(ask::Column::Id)
        .one(txn)
        .await
}

/// A file brings what was let through already, whatever became of it.
fn is_repeated(source: Source, last: &ask::Model) -> bool {
    source == Source::Import && was_let_through(last)
}

fn was_let_through(row: &ask::Model) -> bool {
    State::parse(&row.state).is_some_and(State::was_let_through)
}

async fn keep(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    source: Source,
    person: i64,
    ask: &Ask,
    answer: &Decision,
) -> Result<(), DbErr> {
    let state = if answer.is_ok() { State::Submitted } else { State::Refused };
    let row = ask::ActiveModel {
        person_id: Set(person),
        kind: Set(ask.kind.as_str().to_owned()),
        wording: Set(ask.wording.clone()),
        source: Set(source.as_str().to_owned()),
        state: Set(state.as_str().to_owned()),
        reasons: Set(Kept::write(answer)),
        submitted_by: Set(actor.staff()),
        submitted_at: Set(now),
        was_submitted: Set(answer.is_ok()),
        answer: Set(String::new()),
        comment: Set(String::new()),
        revision: Set(1),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    // Of whom, so that the asks of a cohort can be counted here again.
    note(txn, now, actor, Act::Submit.as_str(), row.id, String::new(), format!("{state}; person {person}")).await?;
    if answer.is_ok() {
        note_in(txn, now, actor, person).await?;
    }
    Ok(())
}

/// The history of an ask: states, and of whom. What was said stays in its row.
async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    ask: i64,
    before: String,
    after: String,
) -> Result<(), DbErr> {
    history::record(txn, now, Entry { actor, act, object: "ask", object_id: ask, cohort: None, before, after }).await
}

// ---- mails -----------------------------------------------------------------------------------------------------------

/// To the person: what kind of thing it is and until when; the words are on their own page.
async fn tell_asked(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    asked: &person::Model,
    row: &ask::Model,
    answer_by: NaiveDate,
) -> Result<(), Fault> {
    let token = own_page::mint_in(txn, now, asked.id).await?;
    let letter = Letter {
        event: format!("ask:{}", row.id),
        cohort: None,
        invitation: None,
        to_name: &asked.name,
        to_email: &asked.email,
        subject: format!("We would like to ask you something, until {}", words::day(answer_by)),
        message: Message::AskMade { name: asked.name.clone(), what: row.kind.clone(), answer_by },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await
}

/// To the person: they need not do it any more.
async fn tell_taken_back(txn: &impl ConnectionTrait, now: DateTime<Utc>, asked: &person::Model, row: &ask::Model) -> Result<(), Fault> {
    let token = own_page::mint_in(txn, now, asked.id).await?;
    let letter = Letter {
        event: format!("ask-taken-back:{}", row.id),
        cohort: None,
        invitation: None,
        to_name: &asked.name,
        to_email: &asked.email,
        subject: "You need not do anything: we take an ask back".to_owned(),
        message: Message::AskTakenBack { name: asked.name.clone(), what: row.kind.clone() },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await
}

/// To whoever submitted it and whoever let it be asked: there is an answer. Whose and which stands on the page.
async fn tell_answered(txn: &impl ConnectionTrait, now: DateTime<Utc>, row: &ask::Model) -> Result<(), Fault> {
    let whom: BTreeSet<i64> = row.submitted_by.into_iter().chain(row.approved_by).collect();
    for id in whom {
        let Some(one) = staff::Entity::find_by_id(id).one(txn).await?.filter(|one| one.active) else { continue };
        let letter = Letter {
            event: format!("ask-answered:{}:{}:{id}", row.id, row.revision),
            cohort: None,
            invitation: None,
            to_name: &one.name,
            to_email: &one.email,
            subject: "There is an answer to an ask".to_owned(),
            message: Message::AskAnswered { name: one.name.clone(), ask: row.id },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(())
}

// ---- files -----------------------------------------------------------------------------------------------------------

/// What one line of a file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The address as it stands in the file.
    pub email: String,
    pub outcome: Result<Submitting, AskRefusal>,
}

/// What importing a file would come to; nothing is kept. What one line would submit stands in the way of the next for the
/// same person, as it would in earnest.
///
/// # Errors
/// The file cannot be read.
pub async fn dry_run(db: &Db, now: DateTime<Utc>, csv: &[u8]) -> Result<Vec<Imported>, Halt<ReadRefusal>> {
    let mut rows = Vec::new();
    for row in ask_import::read(csv).map_err(Halt::Refused)? {
        let known = match &row.said {
            Ok((email, _)) => known(db, email.as_str()).await?,
            Err(_) => None,
        };
        rows.push((row, known));
    }
    let people: Vec<i64> = rows.iter().filter_map(|(_, known)| *known).collect();
    let settings = setting::get(db).await?;
    let mut gathered: BTreeMap<i64, Gathered> = facts_of(db.read(), now, &people).await?;
    let mut seen: BTreeSet<(i64, AskKind, String)> = BTreeSet::new();
    let mut lines = Vec::new();
    for (row, known) in rows {
        let outcome = match (row.said, known) {
            (Err(wrong), _) => Err(AskRefusal::Fields(wrong)),
            (Ok(_), None) => Err(AskRefusal::Unknown),
            (Ok((_, ask)), Some(person)) => match gathered.get_mut(&person) {
                None => Err(AskRefusal::Unknown),
                Some(facts) => {
                    let stands = same_words(db.read(), person, &ask).await?.is_some_and(|last| is_repeated(Source::Import, &last));
                    if stands || seen.contains(&(person, ask.kind, ask.wording.clone())) {
                        Ok(Submitting::AlreadySubmitted)
                    } else if let Err(why) = facts.decide(now, &settings, Some(ask.kind), 0) {
                        Err(AskRefusal::NotNow(why))
                    } else {
                        facts.note_open();
                        seen.insert((person, ask.kind, ask.wording));
                        Ok(Submitting::Submitted)
                    }
                }
            },
        };
        lines.push(Imported { line: row.line, email: row.email, outcome });
    }
    Ok(lines)
}

/// Submits every ask of a file, each by itself and through the same decision. The same file again changes nothing.
///
/// # Errors
/// The file cannot be read.
pub async fn import(db: &Db, now: DateTime<Utc>, actor: Actor, csv: &[u8]) -> Result<Vec<Imported>, Halt<ReadRefusal>> {
    let mut lines = Vec::new();
    for row in ask_import::read(csv).map_err(Halt::Refused)? {
        let outcome = match row.said {
            Err(wrong) => Err(AskRefusal::Fields(wrong)),
            Ok((email, ask)) => match known(db, email.as_str()).await? {
                None => Err(AskRefusal::Unknown),
                Some(person) => match submit(db, now, actor, Source::Import, person, ask.kind.as_str(), &ask.wording).await {
                    Ok(submitting) => Ok(submitting),
                    Err(Halt::Refused(why)) => Err(why),
                    Err(Halt::Fault(fault)) => return Err(Halt::Fault(fault)),
                },
            },
        };
        lines.push(Imported { line: row.line, email: row.email, outcome });
    }
    Ok(lines)
}

/// Whom an address leads to: whoever was merged into somebody else is that other one.
async fn known(db: &Db, email: &str) -> Result<Option<i64>, DbErr> {
    Ok(by_address(db.read(), email).await?.map(|row| row.id))
}

/// How an ask stands; one that cannot be read is a fault of ours.
fn read_state(stored: &str) -> Result<State, Fault> {
    word(State::parse(stored), stored)
}

/// As [`read_state`], for its kind.
fn read_kind(stored: &str) -> Result<AskKind, Fault> {
    word(AskKind::parse(stored), stored)
}
