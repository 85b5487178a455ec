//! Allotments: seats offered to companies, the lead who names people, and the journal of every seat's way.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::cohort::State as CohortState;
use domain::cohort::allotment::{self, AllotmentRefusal, Ledgered, Movement, NameFacts, Named};
use domain::cohort::reply_date;
use domain::contact::{self, Email};
use domain::refusal::{FieldRefusal, Refusal};
use domain::registration::invitation::State;
use domain::time::Zone;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::advocacy::advocate::by_address_held;
use crate::cohort::cohort_itself::{Cohort, facts, reply_deadline, sums};
use crate::entity::{self, cohort, company, invitation, person, seat_journal};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::{self, Letter, Message, Secret};
use crate::registration::invitation::send;
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// A colleague who is sent instead has at least so long to answer, also after the company's reply date.
const COLLEAGUES_DAYS: TimeDelta = TimeDelta::days(5);

/// Why nothing was allotted or named: of the whole form, or of one row of it (from 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamingRefusal {
    Whole(AllotmentRefusal),
    Rows(Vec<(usize, FieldRefusal)>),
    Fields(Vec<FieldRefusal>),
    Stale,
    Unknown,
}

impl Refusal for NamingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Whole(why) => why.code(),
            Self::Rows(_) => "rows",
            Self::Fields(_) => "fields",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Whole(why) => why.sentence(),
            Self::Rows(_) | Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stale => "Somebody changed this company's seats while you were typing. Look at what stands now, and save again.".into(),
            Self::Unknown => "This is gone. Reload the page.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Whole(why) => why.field(),
            _ => None,
        }
    }
}

fn whole<T>(why: AllotmentRefusal) -> Result<T, Halt<NamingRefusal>> {
    refuse(NamingRefusal::Whole(why))
}

/// One company to invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAllotment {
    pub company: i64,
    pub lead_name: String,
    /// Empty when nobody is known yet.
    pub lead_email: String,
}

/// Allots the same number of seats to several companies, all or none. When the cohort is inviting, their leads are
/// written to at once. Answers how many companies are new; one that has seats here already keeps them.
///
/// # Errors
/// Not enough seats open, or an address that is none.
pub async fn allot(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    cohort_id: i64,
    seats: u32,
    companies: &[NewAllotment],
) -> Result<u32, Halt<NamingRefusal>> {
    let mut wrong = Vec::new();
    for (row, new) in companies.iter().enumerate() {
        if !new.lead_email.trim().is_empty()
            && let Err(why) = Email::parse(&new.lead_email)
        {
            wrong.push((row, FieldRefusal::new("lead_email", why.sentence)));
        }
    }
    if !wrong.is_empty() {
        return refuse(NamingRefusal::Rows(wrong));
    }
    let txn = db.write().await?;
    let Some(cohort) = cohort::Entity::find_by_id(cohort_id).lock_exclusive().one(&*txn).await? else {
        return refuse(NamingRefusal::Unknown);
    };
    let mut wanted = Vec::new();
    for new in companies {
        let stands = entity::allotment::Entity::find()
            .filter(entity::allotment::Column::CohortId.eq(cohort_id))
            .filter(entity::allotment::Column::CompanyId.eq(new.company))
            .one(&*txn)
            .await?;
        if stands.is_none() && company::Entity::find_by_id(new.company).one(&*txn).await?.is_some() {
            wanted.push(new);
        }
    }
    if let Err(why) = allotment::allot(sums(&*txn, &cohort).await?, 0, 0, seats.saturating_mul(wanted.len() as u32)) {
        return whole(why);
    }
    let added = wanted.len() as u32;
    for new in wanted {
        let row = entity::allotment::ActiveModel {
            cohort_id: Set(cohort_id),
            company_id: Set(new.company),
            seats: Set(seats as i32),
            reply_by: Set(cohort.reply_by),
            lead_name: Set(contact::one_line(&new.lead_name)),
            lead_email: Set(new.lead_email.trim().to_lowercase()),
            revision: Set(1),
            created_at: Set(now),
            ..Default::default()
        }
        .insert(&*txn)
        .await?;
        journal(&*txn, now, &row, None, Movement::Allotted, i64::from(row.seats), false).await?;
        let entry = Entry {
            actor,
            act: "allot",
            object: "allotment",
            object_id: row.id,
            cohort: Some(cohort_id),
            before: String::new(),
            after: seats.to_string(),
        };
        history::record(&*txn, now, entry).await?;
        if cohort.state == CohortState::Inviting.as_str() && !row.lead_email.is_empty() {
            write_to_lead(&*txn, now, &cohort, row, false).await?;
        }
    }
    txn.commit().await?;
    Ok(added)
}

/// What somebody typed of one allotment.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    pub seats: &'a str,
    pub reply_by: &'a str,
    pub lead_name: &'a str,
    pub lead_email: &'a str,
}

/// Changes the seats, the reply date or the lead. A new reply date holds for invitations that wait for an answer.
///
/// # Errors
/// A field, fewer seats than in use, more than open, or a stale revision.
pub async fn edit(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, revision: i32, typed: &Typed<'_>) -> Result<(), Halt<NamingRefusal>> {
    let mut wrong = Vec::new();
    let seats = typed.seats.trim().parse::<u32>().ok().filter(|seats| *seats <= 10_000);
    if seats.is_none() {
        wrong.push(FieldRefusal::new("seats", "Enter how many seats this company has."));
    }
    let day = typed.reply_by.trim().parse::<NaiveDate>().ok();
    if day.is_none() {
        wrong.push(FieldRefusal::new("reply_by", "Choose the day until which the seats are held."));
    }
    let lead_name = contact::optional("lead_name", typed.lead_name, 120).unwrap_or_else(|why| {
        wrong.push(why);
        String::new()
    });
    let lead_email = typed.lead_email.trim().to_lowercase();
    if !lead_email.is_empty()
        && let Err(why) = Email::parse(&lead_email)
    {
        wrong.push(FieldRefusal::new("lead_email", why.sentence));
    }
    let (Some(seats), Some(day), true) = (seats, day, wrong.is_empty()) else { return refuse(NamingRefusal::Fields(wrong)) };

    let txn = db.write().await?;
    let Some((cohort, row)) = locked(&*txn, id).await? else { return refuse(NamingRefusal::Unknown) };
    if row.revision != revision {
        return refuse(NamingRefusal::Stale);
    }
    let zone = word(Zone::parse(&cohort.zone).ok(), &cohort.zone)?;
    let reply_by = reply_deadline(&zone, day).map_err(|why| Halt::Refused(NamingRefusal::Fields(vec![why])))?;
    reply_date(now, reply_by, Some(row.reply_by)).map_err(|why| Halt::Refused(NamingRefusal::Fields(vec![why])))?;
    if let Err(why) = allotment::allot(sums(&*txn, &cohort).await?, row.seats as u32, in_use(&*txn, id).await?, seats) {
        return whole(why);
    }
    compact_places(&*txn, id).await?;
    let moved = i64::from(seats) - i64::from(row.seats);
    if moved != 0 {
        journal(&*txn, now, &row, None, Movement::Allotted, moved, false).await?;
    }
    if reply_by != row.reply_by {
        sql::run(
            &*txn,
            "UPDATE invitation SET held_until = $1 WHERE allotment_id = $2 AND state IN ('draft', 'queued', 'sent', 'bounced')",
            values![reply_by, id],
        )
        .await?;
    }
    if lead_email != row.lead_email {
        link::revoke(&*txn, now, Opens::Delegation(id)).await?;
    }
    let (before, after) =
        (format!("{} seats until {}", row.seats, row.reply_by.date_naive()), format!("{seats} seats until {}", reply_by.date_naive()));
    let mut row: entity::allotment::ActiveModel = row.into();
    row.seats = Set(seats as i32);
    row.reply_by = Set(reply_by);
    row.lead_name = Set(lead_name);
    row.lead_email = Set(lead_email);
    row.revision = Set(revision + 1);
    row.update(&*txn).await?;
    history::record(&*txn, now, Entry { actor, act: "edit", object: "allotment", object_id: id, cohort: Some(cohort.id), before, after })
        .await?;
    txn.commit().await?;
    Ok(())
}

/// Mails the lead a new link; older ones are dead. Answers whom it went to.
///
/// # Errors
/// The cohort is not inviting, or no lead is known.
pub async fn send_link(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<String, Halt<NamingRefusal>> {
    let txn = db.write().await?;
    let Some((cohort, row)) = locked(&*txn, id).await? else { return refuse(NamingRefusal::Unknown) };
    if cohort.state != CohortState::Inviting.as_str() {
        return whole(AllotmentRefusal::NotInviting);
    }
    if row.lead_email.is_empty() {
        return refuse(NamingRefusal::Fields(vec![FieldRefusal::new("lead_email", "Enter the delegation lead's address first.")]));
    }
    let name = row.lead_name.clone();
    if link::is_fresh(&*txn, now, Opens::Delegation(id)).await? {
        return Ok(name);
    }
    let reminder = row.link_sent_at.is_some();
    write_to_lead(&*txn, now, &cohort, row, reminder).await?;
    let entry = Entry {
        actor,
        act: "send link",
        object: "allotment",
        object_id: id,
        cohort: Some(cohort.id),
        before: String::new(),
        after: String::new(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(name)
}

/// Writes to every lead who has not been written to: what opening invitations does.
pub(crate) async fn write_to_leads(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort: &cohort::Model) -> Result<u32, Fault> {
    let rows = entity::allotment::Entity::find()
        .filter(entity::allotment::Column::CohortId.eq(cohort.id))
        .filter(entity::allotment::Column::LinkSentAt.is_null())
        .filter(entity::allotment::Column::LeadEmail.ne(""))
        .order_by_asc(entity::allotment::Column::Id)
        .all(txn)
        .await?;
    let count = rows.len() as u32;
    for row in rows {
        write_to_lead(txn, now, cohort, row, false).await?;
    }
    Ok(count)
}

async fn write_to_lead(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    cohort: &cohort::Model,
    row: entity::allotment::Model,
    reminder: bool,
) -> Result<(), Fault> {
    let token = link::reissue(txn, now, Opens::Delegation(row.id), None).await?;
    let company = company::Entity::find_by_id(row.company_id).one(txn).await?.map_or_else(String::new, |company| company.name);
    let cohort_facts = facts(txn, cohort).await?;
    let letter = Letter {
        event: format!("delegation:{}:{}", row.id, link::hash(&token)),
        cohort: Some(cohort.id),
        invitation: None,
        to_name: &row.lead_name,
        to_email: &row.lead_email,
        subject: format!("{} seats for {company}: {}", row.seats, cohort_facts.program),
        message: Message::Delegation {
            lead: row.lead_name.clone(),
            company: company.clone(),
            cohort: cohort_facts,
            seats: row.seats as u32,
            reply_by: row.reply_by,
            reminder,
        },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await?;
    entity::allotment::ActiveModel { id: Set(row.id), link_sent_at: Set(Some(now)), ..Default::default() }.update(txn).await?;
    Ok(())
}

/// Names executives: each gets a personal invitation that holds a seat, and the mail that carries it. All or none.
/// A person named before, who declined or let the date pass, is invited again. Answers how many.
///
/// # Errors
/// Of the form, or of its rows.
pub async fn name(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, named: &[(usize, Named)]) -> Result<u32, Halt<NamingRefusal>> {
    if named.is_empty() {
        return whole(AllotmentRefusal::Nobody);
    }
    let txn = db.write().await?;
    let Some((cohort, row)) = locked(&*txn, id).await? else { return refuse(NamingRefusal::Unknown) };
    let facts = NameFacts {
        now,
        cohort: word(CohortState::parse(&cohort.state), &cohort.state)?,
        reply_by: row.reply_by,
        seats: row.seats as u32,
        in_use: in_use(&*txn, id).await?,
    };
    if let Err(why) = allotment::name(&facts, named.len() as u32) {
        return whole(why);
    }
    let (mut wrong, mut met) = (Vec::new(), BTreeSet::new());
    for (index, (at, one)) in named.iter().enumerate() {
        let known = by_address_held(&*txn, one.email.as_str()).await?;
        // Two addresses may be one person's by now.
        let met_before = known.as_ref().is_some_and(|known| !met.insert(known.id));
        if met_before || named[..index].iter().any(|(_, other)| other.email == one.email) {
            wrong.push((*at, FieldRefusal::new("email", "This address stands twice. Each colleague needs their own.")));
            continue;
        }
        let Some(known) = known else { continue };
        if known.company_id != row.company_id {
            let company = company::Entity::find_by_id(known.company_id).one(&*txn).await?.map_or_else(String::new, |company| company.name);
            let why = AllotmentRefusal::OtherCompany {
                email: one.email.to_string(),
                company: if matches!(actor, Actor::Staff(_)) { company } else { "another company".into() },
            };
            wrong.push((*at, FieldRefusal::new("email", why.sentence())));
        } else if let Some(earlier) = invited(&*txn, cohort.id, known.id).await?
            && word(State::parse(&earlier.state), &earlier.state)?.holds_a_seat()
        {
            wrong.push((*at, FieldRefusal::new("email", AllotmentRefusal::AlreadyInvited { email: one.email.to_string() }.sentence())));
        }
    }
    if !wrong.is_empty() {
        return refuse(NamingRefusal::Rows(wrong));
    }
    for (_, one) in named {
        invite(&*txn, now, actor, &cohort, &row, one, None).await?;
    }
    txn.commit().await?;
    Ok(named.len() as u32)
}

/// Makes or renews the invitation of one named person and mails it. Within a transaction that holds the allotment.
pub(crate) async fn invite(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    cohort: &cohort::Model,
    allotment: &entity::allotment::Model,
    named: &Named,
    from: Option<(&invitation::Model, &str)>,
) -> Result<i64, Fault> {
    let known = by_address_held(txn, named.email.as_str()).await?;
    let person = match known {
        Some(known) => known,
        None => {
            person::ActiveModel {
                company_id: Set(allotment.company_id),
                email: Set(named.email.as_str().to_owned()),
                name: Set(named.name.clone()),
                title: Set(named.title.clone()),
                created_at: Set(now),
                ..Default::default()
            }
            .insert(txn)
            .await?
        }
    };
    let place = free_place(txn, allotment.id).await?;
    let earlier = invited(txn, cohort.id, person.id).await?;
    let row = invitation::ActiveModel {
        cohort_id: Set(cohort.id),
        allotment_id: Set(allotment.id),
        person_id: Set(person.id),
        state: Set(State::Queued.as_str().to_owned()),
        place: Set(Some(place)),
        held_until: Set(if from.is_some() { allotment.reply_by.max(now + COLLEAGUES_DAYS) } else { allotment.reply_by }),
        sent_at: Set(None),
        answered_at: Set(None),
        reason: Set(String::new()),
        superseded_by: Set(None),
        created_at: Set(now),
        ..Default::default()
    };
    let row = match earlier {
        Some(earlier) => invitation::ActiveModel { id: Set(earlier.id), ..row }.update(txn).await?,
        None => row.insert(txn).await?,
    };
    if let Some((old, _)) = from {
        let was_confirmed = old.state == State::Accepted.as_str();
        journal(txn, now, allotment, Some(row.id), Movement::Substituted, 1, was_confirmed).await?;
    } else {
        journal(txn, now, allotment, Some(row.id), Movement::Held, 1, false).await?;
    }
    let entry = Entry {
        actor,
        act: "invite",
        object: "invitation",
        object_id: row.id,
        cohort: Some(cohort.id),
        before: String::new(),
        after: format!("person {}", person.id),
    };
    history::record(txn, now, entry).await?;
    send(txn, now, cohort, &row, &person, false, from.map(|(_, colleague)| colleague)).await?;
    Ok(row.id)
}

/// Gives `count` unused seats back to the cohort; answers how many seats the company keeps.
///
/// # Errors
/// More than are unused.
pub async fn give_back(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, count: u32) -> Result<u32, Halt<NamingRefusal>> {
    let txn = db.write().await?;
    let Some((cohort, row)) = locked(&*txn, id).await? else { return refuse(NamingRefusal::Unknown) };
    let free = (row.seats as u32).saturating_sub(in_use(&*txn, id).await?);
    if count == 0 || count > free {
        let ask = if free == 0 {
            "Every seat is named, so there is none to give back.".to_owned()
        } else {
            format!("Enter a number from 1 to {free}.")
        };
        return refuse(NamingRefusal::Fields(vec![FieldRefusal::new("count", ask)]));
    }
    compact_places(&*txn, id).await?;
    let keeps = row.seats as u32 - count;
    journal(&*txn, now, &row, None, Movement::Released, i64::from(count), false).await?;
    let entry = Entry {
        actor,
        act: "give back",
        object: "allotment",
        object_id: id,
        cohort: Some(cohort.id),
        before: row.seats.to_string(),
        after: keeps.to_string(),
    };
    history::record(&*txn, now, entry).await?;
    let mut row: entity::allotment::ActiveModel = row.into();
    row.seats = Set(keeps as i32);
    row.revision = Set(row.revision.unwrap() + 1);
    row.update(&*txn).await?;
    txn.commit().await?;
    Ok(keeps)
}

/// The cohort, then the allotment: both locked, in the order of every act.
pub(crate) async fn locked(txn: &impl ConnectionTrait, id: i64) -> Result<Option<(cohort::Model, entity::allotment::Model)>, DbErr> {
    let Some(found) = entity::allotment::Entity::find_by_id(id).one(txn).await? else { return Ok(None) };
    let cohort = cohort::Entity::find_by_id(found.cohort_id).lock_exclusive().one(txn).await?;
    let row = entity::allotment::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    Ok(cohort.zip(row))
}

async fn invited(txn: &impl ConnectionTrait, cohort: i64, person: i64) -> Result<Option<invitation::Model>, DbErr> {
    invitation::Entity::find()
        .filter(invitation::Column::CohortId.eq(cohort))
        .filter(invitation::Column::PersonId.eq(person))
        .one(txn)
        .await
}

async fn in_use(txn: &impl ConnectionTrait, id: i64) -> Result<u32, DbErr> {
    Ok(sql::number(txn, "SELECT count(*) AS n FROM invitation WHERE allotment_id = $1 AND place IS NOT NULL", values![id]).await? as u32)
}

async fn places(txn: &impl ConnectionTrait, id: i64) -> Result<Vec<invitation::Model>, DbErr> {
    invitation::Entity::find()
        .filter(invitation::Column::AllotmentId.eq(id))
        .filter(invitation::Column::Place.is_not_null())
        .order_by_asc(invitation::Column::Place)
        .all(txn)
        .await
}

/// The lowest number no live invitation of the allotment has.
async fn free_place(txn: &impl ConnectionTrait, id: i64) -> Result<i32, DbErr> {
    let taken = places(txn, id).await?;
    Ok((1..).zip(&taken).find_map(|(number, row)| (row.place != Some(number)).then_some(number)).unwrap_or(taken.len() as i32 + 1))
}

/// Renumbers from 1, so that fewer seats still hold everybody who has one.
async fn compact_places(txn: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    for (number, row) in (1..).zip(places(txn, id).await?) {
        if row.place != Some(number) {
            invitation::ActiveModel { id: Set(row.id), place: Set(Some(number)), ..Default::default() }.update(txn).await?;
        }
    }
    Ok(())
}

/// Writes one movement of a seat.
pub(crate) async fn journal(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    allotment: &entity::allotment::Model,
    invitation: Option<i64>,
    movement: Movement,
    seats: i64,
    was_confirmed: bool,
) -> Result<(), DbErr> {
    seat_journal::ActiveModel {
        cohort_id: Set(allotment.cohort_id),
        allotment_id: Set(allotment.id),
        invitation_id: Set(invitation),
        movement: Set(movement.as_str().to_owned()),
        seats: Set(seats as i32),
        was_confirmed: Set(was_confirmed),
        moved_at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await
    .map(|_| ())
}

/// What the journal of a cohort says, and what its live rows say: equal, always.
///
/// # Errors
/// The database.
pub async fn audit(db: &Db, cohort: i64) -> Result<(Ledgered, Ledgered), Fault> {
    let rows = seat_journal::Entity::find().filter(seat_journal::Column::CohortId.eq(cohort)).all(db.read()).await?;
    let movements: Option<Vec<_>> =
        rows.iter().map(|row| Some((Movement::parse(&row.movement)?, i64::from(row.seats), row.was_confirmed))).collect();
    let told = allotment::sum(word(movements, "a movement of the seat journal")?);
    let count = |sql| sql::number(db.read(), sql, values![cohort]);
    let live = Ledgered {
        allotted: count("SELECT CAST(coalesce(sum(seats), 0) AS BIGINT) AS n FROM allotment WHERE cohort_id = $1").await?,
        held: count("SELECT count(*) AS n FROM invitation WHERE cohort_id = $1 AND state IN ('queued', 'sent', 'bounced')").await?,
        confirmed: count("SELECT count(*) AS n FROM registration WHERE cohort_id = $1 AND state = 'confirmed'").await?,
    };
    Ok((told, live))
}

/// One person named for an allotment.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct NamedLine {
    pub invitation: i64,
    pub name: String,
    pub title: String,
    pub email: String,
    pub state: String,
    pub answered_at: Option<DateTime<Utc>>,
}

/// An allotment's page, for the lead and for the manager.
#[derive(Debug, Clone)]
pub struct Allotment {
    pub id: i64,
    pub company_id: i64,
    pub company: String,
    pub seats: u32,
    pub reply_by: DateTime<Utc>,
    pub lead_name: String,
    pub lead_email: String,
    pub link_sent_at: Option<DateTime<Utc>>,
    pub revision: i32,
    pub cohort: Cohort,
    /// Seats nobody is named for.
    pub free: u32,
    pub people: Vec<NamedLine>,
}

/// One allotment. `None` when there is none.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Allotment>, Fault> {
    let Some(row) = entity::allotment::Entity::find_by_id(id).one(db.read()).await? else { return Ok(None) };
    let Some(cohort) = super::get(db, row.cohort_id).await? else { return Ok(None) };
    let company = company::Entity::find_by_id(row.company_id).one(db.read()).await?.map_or_else(String::new, |company| company.name);
    let people: Vec<NamedLine> = sql::all(
        db.read(),
        "SELECT i.id AS invitation, p.name, p.title, p.email, i.state, i.answered_at FROM invitation i JOIN person p ON p.id = i.person_id WHERE i.allotment_id = $1 ORDER BY i.id",
        values![id],
    )
    .await?;
    let used = people.iter().filter(|person| State::parse(&person.state).is_some_and(State::holds_a_seat)).count() as u32;
    Ok(Some(Allotment {
        id,
        company_id: row.company_id,
        company,
        seats: row.seats as u32,
        reply_by: row.reply_by,
        lead_name: row.lead_name,
        lead_email: row.lead_email,
        link_sent_at: row.link_sent_at,
        revision: row.revision,
        free: (row.seats as u32).saturating_sub(used),
        cohort,
        people,
    }))
}

/// The allotment a delegation lead's token opens, changing nothing. `None` for unknown and revoked alike.
///
/// # Errors
/// The database.
pub async fn by_token(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<Allotment>, Fault> {
    let Some(id) = link::find(db.read(), now, "delegation", token).await?.and_then(|link| link.allotment_id) else { return Ok(None) };
    get(db, id).await
}

/// A company that may be invited to a cohort.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Candidate {
    pub id: i64,
    pub name: String,
    pub sector: String,
    pub headquarters: String,
    /// How many companies already in the cohort compete with it.
    pub competitors: i64,
}

/// Companies not yet in the cohort, by name.
///
/// # Errors
/// The database.
pub async fn candidates(db: &Db, cohort: i64, term: &str, sector: &str, page: u64) -> Result<crate::Page<Candidate>, DbErr> {
    let from = "FROM company c WHERE NOT EXISTS (SELECT 1 FROM allotment a WHERE a.company_id = c.id AND a.cohort_id = $1) \
        AND ($2 = '%%' OR c.name_key LIKE $2 ESCAPE '\\') AND ($3 = '' OR c.sector = $3)";
    let with = values![cohort, sql::like(term.trim()), sector];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT c.id, c.name, c.sector, c.headquarters, (SELECT count(*) FROM competitor p JOIN allotment a ON a.cohort_id = $1 \
             AND a.company_id = CASE WHEN p.lower_id = c.id THEN p.upper_id ELSE p.lower_id END WHERE p.lower_id = c.id OR p.upper_id = c.id) AS competitors \
             {from} ORDER BY c.name_key LIMIT {} OFFSET {}",
            crate::PAGE_ROWS,
            page.saturating_sub(1) * crate::PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(crate::Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}
