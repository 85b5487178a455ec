//! The personal invitation: shown, accepted with what the week needs, declined, passed on, given back.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::cohort::State as CohortState;
use domain::cohort::allotment::{Movement, Named};
use domain::conduct::acknowledgement::{Holder, language_of};
use domain::refusal::{FieldRefusal, Refusal};
use domain::registration::invitation::{self as rules, AcceptFacts, Acceptance, Act, InvitationRefusal, Needs, State};
use domain::time::Zone;
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set};

use crate::advocacy::advocate::by_address_held;
use crate::cohort::allotment::{invite, journal};
use crate::cohort::{Cohort, get as cohort_of};
use crate::conduct::acknowledgement::{New, write_down};
use crate::conduct::conversation_rule::{hashes, texts_in};
use crate::entity::{self, cohort, invitation, person, registration, rule_version};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// Mails a personal link: the first time, as a reminder, or because a colleague passed the seat on.
pub(crate) async fn send(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    cohort: &cohort::Model,
    row: &invitation::Model,
    person: &person::Model,
    reminder: bool,
    from_colleague: Option<&str>,
) -> Result<(), Fault> {
    let token = link::reissue(txn, now, Opens::Invitation(row.id), None).await?;
    let facts = crate::cohort::facts(txn, cohort).await?;
    let company = entity::company::Entity::find_by_id(person.company_id).one(txn).await?.map_or_else(String::new, |company| company.name);
    let subject =
        if reminder { format!("Your seat is still held: {}", facts.program) } else { format!("A personal invitation: {}", facts.program) };
    let letter = Letter {
        event: format!("invitation:{}:{}", row.id, link::hash(&token)),
        cohort: Some(cohort.id),
        invitation: Some(row.id),
        to_name: &person.name,
        to_email: &person.email,
        subject,
        message: Message::Invitation {
            name: person.name.clone(),
            company,
            cohort: facts,
            letter: cohort.letter.clone(),
            held_until: row.held_until,
            zone: person.zone.clone().unwrap_or_else(|| cohort.zone.clone()),
            reminder,
            from_colleague: from_colleague.map(str::to_owned),
        },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await
}

/// What the letter says: one page, six queries.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub id: i64,
    pub state: State,
    pub name: String,
    pub email: String,
    pub company: String,
    pub zone: Option<Zone>,
    pub held_until: DateTime<Utc>,
    pub reason: String,
    pub cohort: Cohort,
    pub rule: Option<Rule>,
    /// Companies that come, by name; never people.
    pub companies: Vec<String>,
    /// The released week: each day with its titles in order.
    pub days: Vec<(NaiveDate, Vec<String>)>,
    /// Seats of the company, for "you and nine colleagues".
    pub seats: u32,
}

/// The version of the conversation rule a cohort names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub number: u32,
    pub body: String,
    pub content_hash: String,
}

/// One invitation, as the person invited sees it.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Invitation>, Fault> {
    #[derive(FromQueryResult)]
    struct Head {
        state: String,
        name: String,
        email: String,
        zone: Option<String>,
        company: String,
        held_until: DateTime<Utc>,
        reason: String,
        cohort_id: i64,
        seats: i32,
        number: Option<i32>,
        body: Option<String>,
        content_hash: Option<String>,
    }
    #[derive(FromQueryResult)]
    struct Title {
        title: String,
        starts: chrono::NaiveDateTime,
    }
    #[derive(FromQueryResult)]
    struct Company {
        name: String,
    }
    let head: Option<Head> = sql::one(
        db.read(),
        "SELECT i.state, p.name, p.email, p.zone, co.name AS company, i.held_until, i.reason, i.cohort_id, a.seats, v.number, v.body, v.content_hash FROM invitation i \
         JOIN person p ON p.id = i.person_id JOIN company co ON co.id = p.company_id JOIN allotment a ON a.id = i.allotment_id JOIN cohort c ON c.id = i.cohort_id \
         LEFT JOIN rule_version v ON v.id = c.rule_version_id WHERE i.id = $1",
        values![id],
    )
    .await?;
    let Some(head) = head else { return Ok(None) };
    let Some(cohort) = cohort_of(db, head.cohort_id).await? else { return Ok(None) };
    let companies: Vec<Company> = sql::all(
        db.read(),
        "SELECT co.name FROM allotment a JOIN company co ON co.id = a.company_id WHERE a.cohort_id = $1 AND a.seats > 0 ORDER BY co.name_key",
        values![head.cohort_id],
    )
    .await?;
    let titles: Vec<Title> = sql::all(
        db.read(),
        "SELECT title, starts FROM released_session WHERE cohort_id = $1 AND NOT cancelled AND kind <> 'break' ORDER BY starts_at, session_id",
        values![head.cohort_id],
    )
    .await?;
    let mut days: Vec<(NaiveDate, Vec<String>)> =
        cohort.first_day.iter_days().take_while(|day| *day <= cohort.last_day).map(|day| (day, Vec::new())).collect();
    for title in titles {
        if let Some((_, list)) = days.iter_mut().find(|(day, _)| *day == title.starts.date()) {
            list.push(title.title);
        }
    }
    Ok(Some(Invitation {
        id,
        state: word(State::parse(&head.state), &head.state)?,
        name: head.name,
        email: head.email,
        company: head.company,
        zone: head.zone.and_then(|zone| Zone::parse(&zone).ok()),
        held_until: head.held_until,
        reason: head.reason,
        cohort,
        rule: head.number.zip(head.body).zip(head.content_hash).map(|((number, body), content_hash)| Rule {
            number: number as u32,
            body,
            content_hash,
        }),
        companies: companies.into_iter().map(|company| company.name).collect(),
        days,
        seats: head.seats as u32,
    }))
}

/// The invitation a token opens, changing nothing. `None` for unknown and revoked alike.
///
/// # Errors
/// The database.
pub async fn by_token(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<Invitation>, Fault> {
    let Some(id) = link::find(db.read(), now, "invitation", token).await?.and_then(|link| link.invitation_id) else { return Ok(None) };
    get(db, id).await
}

/// What accepting says.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub needs: Needs,
    /// The rule's version that stood on the page, when its box was ticked.
    pub acknowledged: Option<u32>,
    /// The hash of the words that stood on the page, in whichever language; `None` are the version's own, in English.
    pub shown: Option<String>,
    /// The person's own time zone.
    pub zone: Option<String>,
}

/// Why an answer was not taken, of the whole form or of several fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerRefusal {
    Whole(InvitationRefusal),
    Fields(Vec<FieldRefusal>),
}

impl Refusal for AnswerRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Whole(why) => why.code(),
            Self::Fields(_) => "fields",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Whole(why) => why.sentence(),
            Self::Fields(_) => "Some of this needs another look.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Whole(why) => why.field(),
            Self::Fields(_) => None,
        }
    }
}

fn whole<T>(why: InvitationRefusal) -> Result<T, Halt<AnswerRefusal>> {
    refuse(AnswerRefusal::Whole(why))
}

/// Accepts: the held seat becomes a registration, the rule's version and hash are recorded, and one mail carries the
/// agenda and the private feed. Accepting again is the same acceptance.
///
/// # Errors
/// The first reason that stands in the way, or every field that is wrong.
pub async fn accept(db: &Db, now: DateTime<Utc>, id: i64, answer: &Answer) -> Result<Acceptance, Halt<AnswerRefusal>> {
    let (needs, zone) = parse_details(&answer.needs, answer.zone.as_deref(), answer.acknowledged.is_none())?;
    let txn = db.write().await?;
    let Some((cohort, allotment, row)) = locked(&*txn, id).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    let rule = match cohort.rule_version_id {
        Some(rule) => rule_version::Entity::find_by_id(rule).one(&*txn).await?,
        None => None,
    };
    let language = match &rule {
        Some(rule) => language_of(&hashes(&texts_in(&*txn, rule.number).await?), answer.shown.as_deref().unwrap_or(&rule.content_hash)),
        None => None,
    };
    let facts = AcceptFacts {
        now,
        state: word(State::parse(&row.state), &row.state)?,
        cohort: word(CohortState::parse(&cohort.state), &cohort.state)?,
        held_until: row.held_until,
        rule_version: rule.as_ref().map_or(0, |rule| rule.number as u32),
        acknowledged: answer.acknowledged,
        words_known: rule.is_none() || language.is_some(),
    };
    let acceptance = rules::accept(&facts).map_err(|why| Halt::Refused(AnswerRefusal::Whole(why)))?;
    if acceptance == Acceptance::AlreadyAccepted {
        return Ok(acceptance);
    }
    // From here on nothing is asked of them, nor of their colleagues where the cohort says so: see `advocacy::ask`.
    let Some(person) = person::Entity::find_by_id(row.person_id).lock_exclusive().one(&*txn).await? else {
        return whole(InvitationRefusal::NoLongerOpen);
    };
    if cohort.quiet_company {
        entity::company::Entity::find_by_id(person.company_id).lock(LockType::NoKeyUpdate).one(&*txn).await?;
    }

    let earlier = registration::Entity::find().filter(registration::Column::InvitationId.eq(id)).one(&*txn).await?;
    let filled = registration::ActiveModel {
        cohort_id: Set(cohort.id),
        invitation_id: Set(id),
        person_id: Set(person.id),
        state: Set("confirmed".to_owned()),
        accepted_at: Set(now),
        ..fill(needs)
    };
    let registered = match earlier {
        Some(earlier) => registration::ActiveModel { id: Set(earlier.id), ..filled }.update(&*txn).await?,
        None => registration::ActiveModel { revision: Set(1), ..filled }.insert(&*txn).await?,
    };
    if let (Some(rule), Some(language)) = (&rule, language) {
        let hash = answer.shown.as_deref().unwrap_or(&rule.content_hash);
        let new = New {
            holder: Holder::Person(person.id),
            cohort: Some(cohort.id),
            actor: Actor::Executive(id),
            recorded_by: None,
            evidence: String::new(),
        };
        write_down(&*txn, now, rule, language, hash, new).await?;
    }
    let (to_name, to_email) = (person.name.clone(), person.email.clone());
    keep_zone(&*txn, person, zone).await?;
    set_state(&*txn, now, &row, State::Accepted, String::new()).await?;
    journal(&*txn, now, &allotment, Some(id), Movement::Confirmed, 1, false).await?;
    note(&*txn, now, Actor::Executive(id), "accept", &row, State::Accepted).await?;

    let facts = crate::cohort::facts(&*txn, &cohort).await?;
    let link = link::mint(&*txn, now, Opens::Invitation(id), None).await?;
    let feed = link::reissue(&*txn, now, Opens::Feed(registered.id), None).await?;
    let letter = Letter {
        event: format!("accepted:{id}:{}", now.timestamp()),
        cohort: Some(cohort.id),
        invitation: Some(id),
        to_name: &to_name,
        to_email: &to_email,
        subject: format!("Your seat is confirmed: {}", facts.program),
        message: Message::Accepted { name: to_name.clone(), cohort: facts, registration: registered.id },
        secret: Secret { link: Some(link), feed: Some(feed) },
    };
    outbox::enqueue(&*txn, now, letter).await?;
    txn.commit().await?;
    Ok(acceptance)
}

/// Everything typed, checked at once: nobody is sent back twice. `unticked` says that the rule's box was not, which is
/// told beside the rest; alone it is the rule's own refusal.
fn parse_details(needs: &Needs, zone: Option<&str>, unticked: bool) -> Result<(Needs, Option<Zone>), Halt<AnswerRefusal>> {
    let mut wrong = Vec::new();
    let needs = Needs::parse(needs).unwrap_or_else(|why| {
        wrong.extend(why);
        Needs::default()
    });
    let zone = zone.map(str::trim).filter(|zone| !zone.is_empty()).and_then(|typed| {
        let found = Zone::parse(typed).ok().or_else(|| domain::time::zone_of_city(typed));
        if found.is_none() {
            wrong.push(FieldRefusal::new(
                "zone",
                "Choose your time zone from the list, such as America/New_York, or type a large city in it.",
            ));
        }
        found
    });
    if wrong.is_empty() {
        return Ok((needs, zone));
    }
    if unticked {
        wrong.push(FieldRefusal::new("rule", InvitationRefusal::RuleNotAcknowledged.sentence()));
    }
    refuse(AnswerRefusal::Fields(wrong))
}

async fn keep_zone(txn: &impl ConnectionTrait, person: person::Model, zone: Option<Zone>) -> Result<(), DbErr> {
    if let Some(zone) = zone.filter(|zone| person.zone.as_deref() != Some(zone.as_str())) {
        person::ActiveModel { id: Set(person.id), zone: Set(Some(zone.as_str().to_owned())), ..Default::default() }.update(txn).await?;
    }
    Ok(())
}

fn fill(needs: Needs) -> registration::ActiveModel {
    registration::ActiveModel {
        travel: Set(needs.travel),
        dietary: Set(needs.dietary),
        accessibility: Set(needs.accessibility),
        emergency_contact: Set(needs.emergency_contact),
        pronunciation: Set(needs.pronunciation),
        wants_to_learn: Set(needs.wants_to_learn),
        ..Default::default()
    }
}

/// Declines, with an optional reason; the seat goes back to the company's allotment. Declining again is the same.
///
/// # Errors
/// It was answered otherwise, or the cohort takes no more answers.
pub async fn decline(db: &Db, now: DateTime<Utc>, id: i64, reason: &str) -> Result<(), Halt<AnswerRefusal>> {
    let reason = short_reason(reason)?;
    let txn = db.write().await?;
    let Some((_, allotment, row)) = locked(&*txn, id).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    let next = step(&row, Act::Decline)?;
    if row.state == next.as_str() {
        return Ok(());
    }
    set_state(&*txn, now, &row, next, reason).await?;
    journal(&*txn, now, &allotment, Some(id), Movement::LetGo, 1, false).await?;
    note(&*txn, now, Actor::Executive(id), "decline", &row, next).await?;
    txn.commit().await?;
    Ok(())
}

/// Gives a confirmed place back: seats in sessions are freed and offered on, the calendar link dies, one mail confirms it.
///
/// # Errors
/// There is no registration to give back.
pub async fn withdraw(db: &Db, now: DateTime<Utc>, id: i64, reason: &str) -> Result<(), Halt<AnswerRefusal>> {
    let reason = short_reason(reason)?;
    let txn = db.write().await?;
    let Some((cohort, allotment, row)) = locked(&*txn, id).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    let next = step(&row, Act::Withdraw)?;
    if row.state == next.as_str() {
        return Ok(());
    }
    end_registration(&*txn, now, &cohort, id).await?;
    set_state(&*txn, now, &row, next, reason).await?;
    journal(&*txn, now, &allotment, Some(id), Movement::Withdrawn, 1, true).await?;
    note(&*txn, now, Actor::Executive(id), "withdraw", &row, next).await?;
    if let Some(person) = person::Entity::find_by_id(row.person_id).one(&*txn).await? {
        let facts = crate::cohort::facts(&*txn, &cohort).await?;
        let letter = Letter {
            event: format!("withdrawn:{id}:{}", now.timestamp()),
            cohort: Some(cohort.id),
            invitation: Some(id),
            to_name: &person.name,
            to_email: &person.email,
            subject: format!("Your seat is given back: {}", facts.program),
            message: Message::Withdrawn { name: person.name.clone(), cohort: facts },
            secret: Secret::default(),
        };
        outbox::enqueue(&*txn, now, letter).await?;
    }
    txn.commit().await?;
    Ok(())
}

/// Sends a colleague of the same company instead: the seat moves in one transaction, even in a full cohort; the
/// colleague has an invitation of their own, and nothing personal is inherited.
///
/// # Errors
/// It is over, or the colleague is invited already or known at another company.
pub async fn send_colleague(db: &Db, now: DateTime<Utc>, id: i64, colleague: &Named, reason: &str) -> Result<(), Halt<AnswerRefusal>> {
    let reason = short_reason(reason)?;
    let txn = db.write().await?;
    let Some((cohort, allotment, row)) = locked(&*txn, id).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    let next = step(&row, Act::Supersede)?;
    if row.state == next.as_str() {
        return Ok(());
    }
    let state = word(CohortState::parse(&cohort.state), &cohort.state)?;
    rules::still_open(now, state, if row.state == State::Accepted.as_str() { now } else { row.held_until })
        .map_err(|why| Halt::Refused(AnswerRefusal::Whole(why)))?;
    let beside = |sentence: &str| refuse(AnswerRefusal::Fields(vec![FieldRefusal::new("email", sentence)]));
    if let Some(known) = by_address_held(&*txn, colleague.email.as_str()).await? {
        if known.id == row.person_id {
            return beside("This is your own address. Enter your colleague's.");
        }
        if known.company_id != allotment.company_id {
            return beside("This address is not known at your company. A seat passes on within the company only.");
        }
        let theirs = invitation::Entity::find()
            .filter(invitation::Column::CohortId.eq(cohort.id))
            .filter(invitation::Column::PersonId.eq(known.id))
            .one(&*txn)
            .await?;
        if let Some(theirs) = theirs
            && word(State::parse(&theirs.state), &theirs.state)?.holds_a_seat()
        {
            return beside("This colleague has an invitation of their own. Name another, or decline.");
        }
    }
    let Some(person) = person::Entity::find_by_id(row.person_id).one(&*txn).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    if row.state == State::Accepted.as_str() {
        end_registration(&*txn, now, &cohort, id).await?;
    }
    set_state(&*txn, now, &row, next, reason).await?;
    let colleagues = invite(&*txn, now, Actor::Executive(id), &cohort, &allotment, colleague, Some((&row, &person.name))).await?;
    invitation::ActiveModel { id: Set(id), superseded_by: Set(Some(colleagues)), ..Default::default() }.update(&*txn).await?;
    note(&*txn, now, Actor::Executive(id), "send a colleague", &row, next).await?;
    txn.commit().await?;
    Ok(())
}

/// Mails the invitation again with a new link; the old link is dead. Answers the person's name.
///
/// # Errors
/// It no longer waits for an answer.
pub async fn remind(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<String, Halt<AnswerRefusal>> {
    let txn = db.write().await?;
    let Some((cohort, _, row)) = locked(&*txn, id).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    let next = step(&row, Act::Reissue)?;
    if next == State::Accepted {
        return whole(InvitationRefusal::AlreadyAccepted);
    }
    let Some(person) = person::Entity::find_by_id(row.person_id).one(&*txn).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    if link::is_fresh(&*txn, now, Opens::Invitation(id)).await? {
        return Ok(person.name);
    }
    let reminder = row.sent_at.is_some();
    let row = invitation::ActiveModel { id: Set(id), state: Set(next.as_str().to_owned()), ..Default::default() }.update(&*txn).await?;
    send(&*txn, now, &cohort, &row, &person, reminder, None).await?;
    note(&*txn, now, actor, "remind", &row, next).await?;
    txn.commit().await?;
    Ok(person.name)
}

/// Takes an unanswered invitation back; its link is dead and its seat the company's again.
///
/// # Errors
/// It was answered already.
pub async fn revoke(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<(), Halt<AnswerRefusal>> {
    let txn = db.write().await?;
    revoke_in(&*txn, now, actor, id).await?;
    txn.commit().await?;
    Ok(())
}

/// As [`revoke`], in the transaction of another act.
pub(crate) async fn revoke_in(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<(), Halt<AnswerRefusal>> {
    let Some((_, allotment, row)) = locked(txn, id).await? else { return whole(InvitationRefusal::NoLongerOpen) };
    let next = step(&row, Act::Revoke)?;
    if row.state == next.as_str() {
        return Ok(());
    }
    set_state(txn, now, &row, next, String::new()).await?;
    link::revoke(txn, now, Opens::Invitation(id)).await?;
    journal(txn, now, &allotment, Some(id), Movement::LetGo, 1, false).await?;
    note(txn, now, actor, "revoke", &row, next).await?;
    Ok(())
}

/// Lets go of every seat whose reply date has passed: the clock's act. Answers how many.
///
/// # Errors
/// The database.
pub async fn expire_due(db: &Db, now: DateTime<Utc>) -> Result<u32, Fault> {
    #[derive(FromQueryResult)]
    struct Due {
        id: i64,
    }
    let due: Vec<Due> = sql::all(
        db.read(),
        "SELECT id FROM invitation WHERE state IN ('queued', 'sent', 'bounced') AND held_until < $1 ORDER BY id LIMIT 200",
        values![now],
    )
    .await?;
    let mut expired = 0;
    for Due { id } in due {
        let txn = db.write().await?;
        let Some((_, allotment, row)) = locked(&*txn, id).await? else { continue };
        if row.held_until >= now || !word(State::parse(&row.state), &row.state)?.is_pending() {
            continue;
        }
        set_state(&*txn, now, &row, State::Expired, String::new()).await?;
        journal(&*txn, now, &allotment, Some(id), Movement::LetGo, 1, false).await?;
        note(&*txn, now, Actor::System, "expire", &row, State::Expired).await?;
        txn.commit().await?;
        expired += 1;
    }
    Ok(expired)
}

/// What a registered person told us, for them to change.
#[derive(Debug, Clone)]
pub struct Details {
    pub needs: Needs,
    pub zone: Option<String>,
    pub revision: i32,
}

/// The details of a registration.
///
/// # Errors
/// The database.
pub async fn details(db: &Db, registration: i64) -> Result<Option<Details>, DbErr> {
    let Some(row) = registration::Entity::find_by_id(registration).one(db.read()).await? else { return Ok(None) };
    let zone = person::Entity::find_by_id(row.person_id).one(db.read()).await?.and_then(|person| person.zone);
    let needs = Needs {
        travel: row.travel,
        dietary: row.dietary,
        accessibility: row.accessibility,
        emergency_contact: row.emergency_contact,
        pronunciation: row.pronunciation,
        wants_to_learn: row.wants_to_learn,
    };
    Ok(Some(Details { needs, zone, revision: row.revision }))
}

/// Saves them.
///
/// # Errors
/// A field, or somebody (in another tab) saved meanwhile.
pub async fn save_details(
    db: &Db,
    now: DateTime<Utc>,
    id: i64,
    revision: i32,
    needs: &Needs,
    zone: Option<&str>,
) -> Result<(), Halt<AnswerRefusal>> {
    let clears_zone = zone.is_some_and(|zone| zone.trim().is_empty());
    let (needs, zone) = parse_details(needs, zone, false)?;
    let txn = db.write().await?;
    let Some(invited) = invitation::Entity::find_by_id(id).one(&*txn).await? else { return whole(InvitationRefusal::NotYet) };
    let person = person::Entity::find_by_id(invited.person_id).lock_exclusive().one(&*txn).await?;
    let row = registration::Entity::find().filter(registration::Column::InvitationId.eq(id)).lock_exclusive().one(&*txn).await?;
    let Some(row) = row else { return whole(InvitationRefusal::NotYet) };
    if row.revision != revision {
        return whole(InvitationRefusal::Field(FieldRefusal::new(
            "revision",
            "These details were changed in another window while you were typing. What you typed is below: check it and save again.",
        )));
    }
    if let Some(person) = person {
        if clears_zone {
            person::ActiveModel { id: Set(person.id), zone: Set(None), ..Default::default() }.update(&*txn).await?;
        } else {
            keep_zone(&*txn, person, zone).await?;
        }
    }
    registration::ActiveModel { id: Set(row.id), revision: Set(revision + 1), ..fill(needs) }.update(&*txn).await?;
    // What was said stays out of the history: it is purged with the registration.
    let entry = Entry {
        actor: Actor::Executive(id),
        act: "change details",
        object: "registration",
        object_id: row.id,
        cohort: Some(row.cohort_id),
        before: String::new(),
        after: String::new(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(())
}

/// Somebody who comes too.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Fellow {
    pub name: String,
    pub title: String,
    pub company: String,
}

/// Everybody confirmed, by company and name: shown only to those who have accepted themselves.
///
/// # Errors
/// The database.
pub async fn fellows(db: &Db, cohort: i64) -> Result<Vec<Fellow>, DbErr> {
    sql::all(
        db.read(),
        "SELECT p.name, p.title, co.name AS company FROM registration r JOIN person p ON p.id = r.person_id JOIN company co ON co.id = p.company_id \
         WHERE r.cohort_id = $1 AND r.state = 'confirmed' ORDER BY co.name_key, p.name",
        values![cohort],
    )
    .await
}

/// How long after a cohort its dietary, access and emergency details are kept, in days (PRODUCT 3).
pub const NEEDS_KEPT_DAYS: i64 = 30;

/// Blanks what people told us of their needs once their cohort is long over: the clock's act. Answers how many.
///
/// # Errors
/// The database.
pub async fn purge_needs(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let before = (now - TimeDelta::days(NEEDS_KEPT_DAYS)).date_naive();
    let done = sql::run(
        db.read(),
        "UPDATE registration SET travel = '', dietary = '', accessibility = '', emergency_contact = '' WHERE (travel <> '' OR dietary <> '' OR accessibility <> '' \
         OR emergency_contact <> '') AND cohort_id IN (SELECT id FROM cohort WHERE last_day < $1)",
        values![before],
    )
    .await?;
    Ok(done.rows_affected())
}

/// Cohort, allotment, invitation: locked in the order of every act.
async fn locked(
    txn: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<(cohort::Model, entity::allotment::Model, invitation::Model)>, DbErr> {
    let Some(found) = invitation::Entity::find_by_id(id).one(txn).await? else { return Ok(None) };
    let Some((cohort, allotment)) = crate::cohort::allotment::locked(txn, found.allotment_id).await? else { return Ok(None) };
    let row = invitation::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    Ok(row.map(|row| (cohort, allotment, row)))
}

fn step(row: &invitation::Model, act: Act) -> Result<State, Halt<AnswerRefusal>> {
    let state = word(State::parse(&row.state), &row.state)?;
    rules::after(state, act).map_err(|why| Halt::Refused(AnswerRefusal::Whole(why)))
}

async fn set_state(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    row: &invitation::Model,
    state: State,
    reason: String,
) -> Result<(), DbErr> {
    invitation::ActiveModel {
        id: Set(row.id),
        state: Set(state.as_str().to_owned()),
        place: Set(row.place.filter(|_| state.holds_a_seat())),
        answered_at: Set(Some(now)),
        reason: Set(reason),
        ..Default::default()
    }
    .update(txn)
    .await
    .map(|_| ())
}

async fn end_registration(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort: &cohort::Model, invitation: i64) -> Result<(), Fault> {
    let Some(row) =
        registration::Entity::find().filter(registration::Column::InvitationId.eq(invitation)).lock_exclusive().one(txn).await?
    else {
        return Ok(());
    };
    crate::agenda::seat::free_all(txn, now, cohort, row.id).await?;
    link::revoke(txn, now, Opens::Feed(row.id)).await?;
    registration::ActiveModel { id: Set(row.id), state: Set("withdrawn".to_owned()), ..fill(Needs::default()) }.update(txn).await?;
    Ok(())
}

fn short_reason(typed: &str) -> Result<String, Halt<AnswerRefusal>> {
    domain::contact::paragraphs("reason", typed, 500).map_err(|why| Halt::Refused(AnswerRefusal::Fields(vec![why])))
}

async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    row: &invitation::Model,
    after: State,
) -> Result<(), DbErr> {
    let entry = Entry {
        actor,
        act,
        object: "invitation",
        object_id: row.id,
        cohort: Some(row.cohort_id),
        before: row.state.clone(),
        after: after.to_string(),
    };
    history::record(txn, now, entry).await
}

/// The registration an invitation became, if it did.
///
/// # Errors
/// The database.
pub async fn registration_of(db: &Db, invitation: i64) -> Result<Option<i64>, DbErr> {
    let row = registration::Entity::find().filter(registration::Column::InvitationId.eq(invitation)).one(db.read()).await?;
    Ok(row.map(|row| row.id))
}
