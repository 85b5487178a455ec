//! Peer introductions: suggested from what people know and want to learn, offered to two at once, made when both said yes.
//! Until then nothing of either is given out; after a no, neither the other nor their mail is told whose it was.
//!
//! Locks: both people, their companies (ids ascending), then the introduction. A consent is withdrawn behind the same lock
//! on its person, and companies become competitors behind the one on them, so that neither passes an answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::advocacy::ask::AskKind;
use domain::advocacy::consent::{Scope, Subject, resolve};
use domain::advocacy::introduction::{
    self as rules, Answered, Facts, IntroductionRefusal, Offer, Party, Peer, Somebody, State, ordered, wishes_in,
};
use domain::advocacy::ledger::{GiveKind, Side};
use domain::registration::proof::YesNo;
use domain::time::{earliest_day, is_second_press};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Set,
};

use crate::advocacy::advocate::current;
use crate::advocacy::ask::to_be_forgotten;
use crate::advocacy::consent::ledgers;
use crate::advocacy::ledger::{self, NewEntry};
use crate::advocacy::{own_limit, own_page, setting};
use crate::entity::{advocate, company, competitor, introduction, person};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

// ---- offering --------------------------------------------------------------------------------------------------------

/// What offering came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offering {
    /// Both are asked.
    Offered(i64),
    /// A second press of the button: both were asked a moment ago.
    AlreadyOffered(i64),
}

/// Offers an introduction to both: to one who knows about a topic, and to one who wants to learn about it.
///
/// # Errors
/// Everything that keeps the two from being introduced.
pub async fn offer(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    knows: i64,
    learns: i64,
    topic: &str,
) -> Result<Offering, Halt<IntroductionRefusal>> {
    let topic = rules::topic(topic).map_err(|why| Halt::Refused(IntroductionRefusal::Fields(vec![why])))?;
    let by = actor.staff();
    let txn = db.write().await?;
    let (knows, learns) = (current(&*txn, knows).await?, current(&*txn, learns).await?);
    let Some(two) = lock_two(&*txn, knows, learns).await?.filter(|two| !two.anybody_is_gone()) else {
        return refuse(IntroductionRefusal::Nobody);
    };
    let before = introduction::Entity::find()
        .filter(introduction::Column::APersonId.eq(two.a.id))
        .filter(introduction::Column::BPersonId.eq(two.b.id))
        .lock_exclusive()
        .one(&*txn)
        .await?;
    let state = before.as_ref().map(|row| word(State::parse(&row.state), &row.state)).transpose()?;
    if let Some(row) = before.as_ref().filter(|row| row.offered_by == by && row.topic == topic && is_second_press(row.offered_at, now))
        && state == Some(State::Offered)
    {
        return Ok(Offering::AlreadyOffered(row.id));
    }
    let hindrances = rules::hindrances(&gathered(&*txn, now, &two).await?.facts(state));
    if !hindrances.is_empty() {
        return refuse(IntroductionRefusal::NotPossible(hindrances));
    }
    let today = now.date_naive();
    let days = setting::get_in(&*txn).await?.answer_days;
    let answer_by = today.checked_add_days(Days::new(u64::from(days))).unwrap_or(today);
    let offered = introduction::ActiveModel {
        topic: Set(topic.clone()),
        state: Set(State::Offered.as_str().to_owned()),
        a_says: Set(None),
        b_says: Set(None),
        answer_by: Set(answer_by),
        offered_by: Set(by),
        offered_at: Set(now),
        ended_at: Set(None),
        ..Default::default()
    };
    let row = match &before {
        // It was taken back: one pair stays one row.
        Some(before) => introduction::ActiveModel { id: Set(before.id), ..offered }.update(&*txn).await?,
        None => introduction::ActiveModel { a_person_id: Set(two.a.id), b_person_id: Set(two.b.id), ..offered }.insert(&*txn).await?,
    };
    for person in [&two.a, &two.b] {
        // Each mail carries its reader's own link, and nothing of the other.
        let token = own_page::mint_in(&*txn, now, person.id).await?;
        let (name, topic, knows) = (person.name.clone(), topic.clone(), person.id == knows);
        let letter = Letter {
            event: format!("introduction-offered:{}:{}:{}", row.id, row.offered_at.timestamp_millis(), person.id),
            cohort: None,
            invitation: None,
            to_name: &person.name,
            to_email: &person.email,
            subject: "Would you like to be introduced to a peer?".to_owned(),
            message: Message::IntroductionOffered { name, topic, knows, answer_by },
            secret: Secret { link: Some(token), feed: None },
        };
        outbox::enqueue(&*txn, now, letter).await?;
    }
    note(&*txn, now, actor, "offer", row.id, before.as_ref().map_or("", |before| before.state.as_str()), State::Offered).await?;
    txn.commit().await?;
    Ok(Offering::Offered(row.id))
}

/// Takes an offer back; both are told that it did not come about. Answers where it stands.
///
/// # Errors
/// There is none, or they know each other already.
pub async fn cancel(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<State, Halt<IntroductionRefusal>> {
    let txn = db.write().await?;
    let Some(row) = introduction::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else {
        return refuse(IntroductionRefusal::Unknown);
    };
    let state = word(State::parse(&row.state), &row.state)?;
    let next = rules::cancel(state).map_err(Halt::Refused)?;
    if next == state {
        return Ok(state);
    }
    end(&*txn, now, actor, "cancel", &row, next, &[row.a_person_id, row.b_person_id]).await?;
    txn.commit().await?;
    Ok(next)
}

// ---- answering -------------------------------------------------------------------------------------------------------

/// Answers for one of the two. The second yes introduces them: each gets the other's name, title, company and address by
/// mail, and it is a give to both. What keeps them apart is asked again at every yes. Repeating an answer is the same.
///
/// # Errors
/// It is not theirs, it is over, or nothing but the code is missing.
pub async fn answer(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    person: i64,
    introduction: i64,
    yes_no: YesNo,
) -> Result<Answered, Halt<IntroductionRefusal>> {
    let yes = yes_no.is_yes();
    let txn = db.write().await?;
    let found = introduction::Entity::find_by_id(introduction).one(&*txn).await?;
    let Some(found) = found.filter(|row| party_of(row, person).is_some()) else { return refuse(IntroductionRefusal::Unknown) };
    let Some(two) = lock_two(&*txn, found.a_person_id, found.b_person_id).await? else { return refuse(IntroductionRefusal::Unknown) };
    let row = introduction::Entity::find_by_id(introduction).lock_exclusive().one(&*txn).await?;
    // People may have been merged since.
    let Some(row) = row.filter(|row| (row.a_person_id, row.b_person_id) == (two.a.id, two.b.id)) else {
        return refuse(IntroductionRefusal::Unknown);
    };
    let Some(party) = party_of(&row, person) else { return refuse(IntroductionRefusal::Unknown) };
    let offer = offer_of(&row)?;
    let hindrances = rules::hindrances_to_yes(&gathered(&*txn, now, &two).await?.facts(None), person);
    let possible = hindrances.is_empty() && !two.anybody_is_gone();
    let answered = rules::answer(&offer, party, yes, possible, now).map_err(Halt::Refused)?;
    let Some(next) = answered.state() else { return Ok(answered) };
    if yes_no.needs_proof() {
        return refuse(IntroductionRefusal::ProofNeeded);
    }
    let mut change = introduction::ActiveModel { id: Set(row.id), ..Default::default() };
    match party {
        Party::A => change.a_says = Set(Some(yes)),
        Party::B => change.b_says = Set(Some(yes)),
    }
    let row = change.update(&*txn).await?;
    match answered {
        Answered::Waiting => note(&*txn, now, actor, "answer", row.id, &row.state, next).await?,
        Answered::Introduced => introduce(&*txn, now, actor, &row, &two).await?,
        Answered::Declined | Answered::NotPossible => {
            let other = if party == Party::A { row.b_person_id } else { row.a_person_id };
            end(&*txn, now, actor, "answer", &row, next, &[other]).await?;
        }
        Answered::AlreadySo => {}
    }
    txn.commit().await?;
    Ok(answered)
}

/// Both said yes: now they learn of each other.
async fn introduce(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: &introduction::Model,
    two: &Two,
) -> Result<(), Fault> {
    set_state(txn, now, row.id, State::Introduced).await?;
    let companies = company::Entity::find().filter(company::Column::Id.is_in([two.a.company_id, two.b.company_id])).all(txn).await?;
    for (to, with) in [(&two.a, &two.b), (&two.b, &two.a)] {
        let with_company = companies.iter().find(|company| company.id == with.company_id).map(|company| company.name.clone());
        let letter = Letter {
            event: format!("introduced:{}:{}", row.id, to.id),
            cohort: None,
            invitation: None,
            to_name: &to.name,
            to_email: &to.email,
            subject: "You are introduced".to_owned(),
            message: Message::Introduced {
                name: to.name.clone(),
                topic: row.topic.clone(),
                with_name: with.name.clone(),
                with_title: with.title.clone(),
                with_company: with_company.unwrap_or_default(),
                with_email: with.email.clone(),
            },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
        let give = NewEntry {
            person: Some(to.id),
            company: to.company_id,
            side: Side::Give,
            kind: GiveKind::Introduction.as_str(),
            source: format!("introduction:{}:{}", row.id, to.id),
            happened_on: now.date_naive(),
            note: &row.topic,
            value: 0,
            by: row.offered_by,
        };
        ledger::enter(txn, now, give).await?;
    }
    note(txn, now, actor, "answer", row.id, &row.state, State::Introduced).await?;
    Ok(())
}

/// Ends an introduction that does not come about, and tells these people so: never why, nor through whom.
async fn end(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    row: &introduction::Model,
    next: State,
    tell: &[i64],
) -> Result<(), Fault> {
    set_state(txn, now, row.id, next).await?;
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(tell.iter().copied()))
        .filter(person::Column::MergedInto.is_null())
        .filter(person::Column::ForgottenAt.is_null())
        .order_by_asc(person::Column::Id)
        .all(txn)
        .await?;
    for person in people {
        let letter = Letter {
            event: format!("introduction-ended:{}:{}:{}", row.id, row.offered_at.timestamp_millis(), person.id),
            cohort: None,
            invitation: None,
            to_name: &person.name,
            to_email: &person.email,
            subject: "About the introduction we offered".to_owned(),
            message: Message::IntroductionEnded { name: person.name.clone(), topic: row.topic.clone() },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    note(txn, now, actor, act, row.id, &row.state, next).await?;
    Ok(())
}

async fn set_state(txn: &impl ConnectionTrait, now: DateTime<Utc>, id: i64, state: State) -> Result<(), DbErr> {
    introduction::ActiveModel {
        id: Set(id),
        state: Set(state.as_str().to_owned()),
        ended_at: Set((state != State::Offered).then_some(now)),
        ..Default::default()
    }
    .update(txn)
    .await
    .map(|_| ())
}

async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    id: i64,
    before: &str,
    after: State,
) -> Result<(), DbErr> {
    let entry =
        Entry { actor, act, object: "introduction", object_id: id, cohort: None, before: before.to_owned(), after: after.to_string() };
    history::record(txn, now, entry).await
}

fn party_of(row: &introduction::Model, person: i64) -> Option<Party> {
    if row.a_person_id == person { Some(Party::A) } else { (row.b_person_id == person).then_some(Party::B) }
}

fn offer_of(row: &introduction::Model) -> Result<Offer, Fault> {
    let state = word(State::parse(&row.state), &row.state)?;
    Ok(Offer { state, a_says: row.a_says, b_says: row.b_says, answer_by: row.answer_by })
}

// ---- the two ---------------------------------------------------------------------------------------------------------

/// The two people, locked, with their companies. `a` has the lower number; of one person, both are the same.
struct Two {
    a: person::Model,
    b: person::Model,
}

impl Two {
    fn anybody_is_gone(&self) -> bool {
        [&self.a, &self.b].iter().any(|row| row.merged_into.is_some() || row.forgotten_at.is_some())
    }
}

async fn lock_two(txn: &impl ConnectionTrait, one: i64, other: i64) -> Result<Option<Two>, DbErr> {
    let (lower, upper) = ordered(one, other);
    let Some(a) = person::Entity::find_by_id(lower).lock_exclusive().one(txn).await? else { return Ok(None) };
    let Some(b) = person::Entity::find_by_id(upper).lock_exclusive().one(txn).await? else { return Ok(None) };
    for company in BTreeSet::from([a.company_id, b.company_id]) {
        // Rows that name the company may still be added meanwhile.
        company::Entity::find_by_id(company).lock(LockType::NoKeyUpdate).one(txn).await?;
    }
    Ok(Some(Two { a, b }))
}

/// What is known of the two, with the rows as they stand.
struct Gathered {
    a: Somebody,
    b: Somebody,
    compete: bool,
}

impl Gathered {
    const fn facts(&self, before: Option<State>) -> Facts<'_> {
        Facts { one: &self.a, other: &self.b, compete: self.compete, before }
    }
}

/// Reads what the rule asks for, behind the locks of [`lock_two`].
async fn gathered(txn: &impl ConnectionTrait, now: DateTime<Utc>, two: &Two) -> Result<Gathered, DbErr> {
    let people = [two.a.id, two.b.id];
    let (allowing, never) = (allowing(txn, now, &people).await?, wanting_none(txn, &people).await?);
    let leaving = to_be_forgotten(txn, &people).await?;
    let compete = competitor::Entity::find_by_id(ordered(two.a.company_id, two.b.company_id)).one(txn).await?.is_some();
    let somebody = |row: &person::Model| Somebody {
        person: row.id,
        name: row.name.clone(),
        company: row.company_id,
        allows: allowing.contains(&row.id),
        never: never.contains(&row.id),
        leaves: leaving.contains(&row.id),
    };
    Ok(Gathered { a: somebody(&two.a), b: somebody(&two.b), compete })
}

/// Of these people, those who allow to be introduced today.
async fn allowing(db: &impl ConnectionTrait, now: DateTime<Utc>, people: &[i64]) -> Result<BTreeSet<i64>, DbErr> {
    let subjects: Vec<Subject> = people.iter().copied().map(Subject::Person).collect();
    let ledgers = ledgers(db, &subjects).await?;
    let today = now.date_naive();
    let allows = |person: &i64| {
        let events = ledgers.get(&Subject::Person(*person)).map_or(&[][..], Vec::as_slice);
        resolve(events, today).standing(Scope::PeerIntroduction, None).is_live()
    };
    Ok(people.iter().copied().filter(allows).collect())
}

/// Of these people, those who set that they are not asked for introductions.
async fn wanting_none(db: &impl ConnectionTrait, people: &[i64]) -> Result<BTreeSet<i64>, DbErr> {
    let limits = own_limit::of_in(db, people).await?;
    Ok(limits.into_iter().filter(|(_, limits)| limits.never.contains(&AskKind::Introduction)).map(|(person, _)| person).collect())
}

// ---- the clock -------------------------------------------------------------------------------------------------------

/// An offer that nobody can answer any more: its day has passed, its two have become colleagues or their companies
/// competitors, or one of them is gone.
const STALE: &str = "FROM introduction i JOIN person a ON a.id = i.a_person_id JOIN person b ON b.id = i.b_person_id WHERE i.state = 'offered' \
     AND (i.answer_by < $1 OR a.company_id = b.company_id OR a.forgotten_at IS NOT NULL OR b.forgotten_at IS NOT NULL \
     OR a.merged_into IS NOT NULL OR b.merged_into IS NOT NULL OR EXISTS (SELECT 1 FROM competitor k \
     WHERE (k.lower_id = a.company_id AND k.upper_id = b.company_id) OR (k.lower_id = b.company_id AND k.upper_id = a.company_id)))";

/// Ends offers that nobody can answer any more: the clock's act. Who said yes is told that it did not come about; when
/// its day has not passed, both are. Answers how many.
///
/// # Errors
/// The database.
pub async fn expire_due(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    #[derive(FromQueryResult)]
    struct Stale {
        id: i64,
    }
    let today = earliest_day(now);
    let stale: Vec<Stale> = sql::all(db.read(), &format!("SELECT i.id {STALE} ORDER BY i.id LIMIT 200"), values![today]).await?;
    let mut ended = 0;
    for Stale { id } in stale {
        let txn = db.write().await?;
        let Some(row) = introduction::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { continue };
        // Asked again behind the lock.
        if sql::number(&*txn, &format!("SELECT count(*) AS n {STALE} AND i.id = $2"), values![today, id]).await? == 0 {
            continue;
        }
        let late = row.answer_by < today;
        let next = if late { State::Expired } else { State::Cancelled };
        let said = [(row.a_person_id, row.a_says), (row.b_person_id, row.b_says)];
        let tell: Vec<i64> = said.into_iter().filter(|(_, says)| !late || *says == Some(true)).map(|(person, _)| person).collect();
        end(&*txn, now, Actor::System, next_act(next), &row, next, &tell).await?;
        txn.commit().await?;
        ended += 1;
    }
    Ok(ended)
}

const fn next_act(next: State) -> &'static str {
    if matches!(next, State::Expired) { "expire" } else { "cancel" }
}

// ---- reading, for staff ----------------------------------------------------------------------------------------------

/// Somebody, as marketing knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub company: String,
}

/// Two people who could be introduced. Where the wish was said is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    pub topic: String,
    pub knows: Named,
    pub learns: Named,
}

/// So many of those who allow it are looked at, the newest first.
const MOST_PEERS: u64 = 400;

/// Who could be introduced to whom, among those who allow it. Eight queries.
///
/// # Errors
/// The database.
pub async fn suggestions(db: &Db, now: DateTime<Utc>) -> Result<Vec<Suggested>, DbErr> {
    #[derive(FromQueryResult)]
    struct Known {
        id: i64,
        name: String,
        title: String,
        company_id: i64,
        company: String,
    }
    #[derive(FromQueryResult)]
    struct Wish {
        person: i64,
        wish: String,
    }
    let db = db.read();
    let known: Vec<Known> = sql::all(
        db,
        &format!(
            "SELECT p.id, p.name, p.title, p.company_id, c.name AS company FROM person p JOIN company c ON c.id = p.company_id \
             WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL AND EXISTS (SELECT 1 FROM consent_event e WHERE e.person_id = p.id \
             AND e.scope = 'peer introduction' AND e.act = 'grant' AND e.until_day >= $1) ORDER BY p.id DESC LIMIT {MOST_PEERS}"
        ),
        values![now.date_naive()],
    )
    .await?;
    let ids: Vec<i64> = known.iter().map(|one| one.id).collect();
    let (allowing, never, leaving) = (allowing(db, now, &ids).await?, wanting_none(db, &ids).await?, to_be_forgotten(db, &ids).await?);
    let may_be = |one: &Known| allowing.contains(&one.id) && !never.contains(&one.id) && !leaving.contains(&one.id);
    let known: BTreeMap<i64, Known> = known.into_iter().filter(may_be).map(|one| (one.id, one)).collect();
    let ids: Vec<i64> = known.keys().copied().collect();
    let advocates = advocate::Entity::find().filter(advocate::Column::PersonId.is_in(ids.iter().copied())).all(db).await?;
    let said: Vec<Wish> = sql::all(
        db,
        &format!(
            "SELECT r.person_id AS person, r.wants_to_learn AS wish FROM registration r WHERE r.person_id IN ({}) AND r.state = 'confirmed' \
             AND r.wants_to_learn <> '' ORDER BY r.id",
            sql::numbers(ids.iter().copied())
        ),
        values![],
    )
    .await?;
    let companies: Vec<i64> = known.values().map(|one| one.company_id).collect();
    let apart = competitor::Entity::find()
        .filter(competitor::Column::LowerId.is_in(companies.iter().copied()))
        .filter(competitor::Column::UpperId.is_in(companies))
        .all(db)
        .await?;
    let met = introduction::Entity::find()
        .filter(introduction::Column::APersonId.is_in(ids.iter().copied()))
        .filter(introduction::Column::BPersonId.is_in(ids))
        .filter(introduction::Column::State.ne(State::Cancelled.as_str()))
        .all(db)
        .await?;
    let mut peers: BTreeMap<i64, Peer> = known
        .values()
        .map(|one| (one.id, Peer { person: one.id, company: one.company_id, topics: Vec::new(), wishes: Vec::new() }))
        .collect();
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    for row in advocates {
        if let Some(peer) = peers.get_mut(&row.person_id) {
            peer.topics.extend(lines(&row.topics));
            peer.wishes.extend(lines(&row.interests));
        }
    }
    for one in said {
        if let Some(peer) = peers.get_mut(&one.person) {
            peer.wishes.extend(wishes_in(&one.wish));
        }
    }
    let peers: Vec<Peer> = peers.into_values().collect();
    let apart = apart.into_iter().map(|row| (row.lower_id, row.upper_id)).collect();
    let met = met.into_iter().map(|row| (row.a_person_id, row.b_person_id)).collect();
    let named =
        |id: i64| known.get(&id).map(|one| Named { id, name: one.name.clone(), title: one.title.clone(), company: one.company.clone() });
    Ok(rules::suggest(&peers, &apart, &met)
        .into_iter()
        .filter_map(|one| Some(Suggested { knows: named(one.knows)?, learns: named(one.learns)?, topic: one.topic }))
        .collect())
}

/// One introduction of the list. How many said yes, and never who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub topic: String,
    pub state: State,
    pub a: Named,
    pub b: Named,
    pub yes: u32,
    pub answer_by: NaiveDate,
    pub offered_by: Option<String>,
    pub offered_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// Newest first; only those in one state when one is given.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, state: Option<State>, page: u64) -> Result<Page<Line>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        topic: String,
        state: String,
        a_id: i64,
        a_name: String,
        a_title: String,
        a_company: String,
        b_id: i64,
        b_name: String,
        b_title: String,
        b_company: String,
        yes: i64,
        answer_by: NaiveDate,
        offered_by: Option<String>,
        offered_at: DateTime<Utc>,
        ended_at: Option<DateTime<Utc>>,
    }
    let with = values![state.map_or("", State::as_str)];
    let total = sql::number(db.read(), "SELECT count(*) AS n FROM introduction WHERE ($1 = '' OR state = $1)", with.clone()).await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT i.id, i.topic, i.state, a.id AS a_id, a.name AS a_name, a.title AS a_title, ac.name AS a_company, \
             b.id AS b_id, b.name AS b_name, b.title AS b_title, bc.name AS b_company, \
             CAST(CASE WHEN i.a_says THEN 1 ELSE 0 END + CASE WHEN i.b_says THEN 1 ELSE 0 END AS BIGINT) AS yes, \
             i.answer_by, s.name AS offered_by, i.offered_at, i.ended_at FROM introduction i JOIN person a ON a.id = i.a_person_id \
             JOIN company ac ON ac.id = a.company_id JOIN person b ON b.id = i.b_person_id JOIN company bc ON bc.id = b.company_id \
             LEFT JOIN staff s ON s.id = i.offered_by WHERE ($1 = '' OR i.state = $1) ORDER BY i.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    let mut lines = Vec::new();
    for row in rows {
        lines.push(Line {
            id: row.id,
            topic: row.topic,
            state: word(State::parse(&row.state), &row.state)?,
            a: Named { id: row.a_id, name: row.a_name, title: row.a_title, company: row.a_company },
            b: Named { id: row.b_id, name: row.b_name, title: row.b_title, company: row.b_company },
            yes: u32::try_from(row.yes).unwrap_or(0),
            answer_by: row.answer_by,
            offered_by: row.offered_by,
            offered_at: row.offered_at,
            ended_at: row.ended_at,
        });
    }
    Ok(Page { rows: lines, total: u64::try_from(total).unwrap_or(0), page })
}

// ---- reading, for the person -----------------------------------------------------------------------------------------

/// An offer somebody can answer. Nothing in it is of the other one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntroduction {
    pub id: i64,
    pub topic: String,
    pub answer_by: NaiveDate,
    /// What they answered; it may become a no until the other has answered yes.
    pub said: Option<bool>,
}

/// What is offered to somebody, the oldest first.
///
/// # Errors
/// The database.
pub async fn open_for(db: &Db, person: i64) -> Result<Vec<OpenIntroduction>, DbErr> {
    let rows = introduction::Entity::find()
        .filter(Condition::any().add(introduction::Column::APersonId.eq(person)).add(introduction::Column::BPersonId.eq(person)))
        .filter(introduction::Column::State.eq(State::Offered.as_str()))
        .order_by_asc(introduction::Column::Id)
        .all(db.read())
        .await?;
    let open = |row: introduction::Model| {
        let said = if row.a_person_id == person { row.a_says } else { row.b_says };
        OpenIntroduction { id: row.id, topic: row.topic, answer_by: row.answer_by, said }
    };
    Ok(rows.into_iter().map(open).collect())
}

/// A peer somebody was introduced to: both said yes.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct MadeIntroduction {
    pub id: i64,
    pub topic: String,
    pub with_name: String,
    pub with_title: String,
    pub with_company: String,
    pub with_email: String,
    pub introduced_at: DateTime<Utc>,
}

/// Whom somebody was introduced to, the newest first.
///
/// # Errors
/// The database.
pub async fn made_for(db: &Db, person: i64) -> Result<Vec<MadeIntroduction>, DbErr> {
    sql::all(
        db.read(),
        "SELECT i.id, i.topic, o.name AS with_name, o.title AS with_title, c.name AS with_company, o.email AS with_email, \
         coalesce(i.ended_at, i.offered_at) AS introduced_at FROM introduction i \
         JOIN person o ON o.id = CASE WHEN i.a_person_id = $1 THEN i.b_person_id ELSE i.a_person_id END JOIN company c ON c.id = o.company_id \
         WHERE (i.a_person_id = $1 OR i.b_person_id = $1) AND i.state = 'introduced' AND o.forgotten_at IS NULL ORDER BY i.id DESC",
        values![person],
    )
    .await
}
