//! The working copy of the agenda: sessions and rooms as the program team edits them, before a release.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::access::Role;
use domain::agenda::session::{SeatMode, SessionText, Slot, TypedSession};
use domain::conduct::firewall::{FirewallRefusal, facilitates};
use domain::refusal::{FieldRefusal, Refusal};
use domain::time::{Fold, Zone, is_second_press};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::conduct::{acknowledgement, educator};
use crate::entity::{cohort, room, session, session_facilitator, staff, staff_role};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

pub use crate::cohort::company::Named;

/// Why a session was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionRefusal {
    Fields(Vec<FieldRefusal>),
    /// Somebody else saved it meanwhile; this is what it says now.
    Stale,
    Unknown,
}

impl Refusal for SessionRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stale => "Somebody changed this session while you were typing. Your text is in the form, theirs is beside it. Save again to keep yours.".into(),
            Self::Unknown => "This session is gone. Reload the agenda.".into(),
        }
    }
}

/// What somebody typed of a session.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    pub text: TypedSession<'a>,
    pub day: &'a str,
    pub starts: &'a str,
    pub ends: &'a str,
    /// `earlier` or `later`, when the clock reads the same twice.
    pub fold: &'a str,
    /// Staff ids.
    pub facilitators: &'a [i64],
}

struct Parsed {
    text: SessionText,
    slot: Slot,
}

fn parse(typed: &Typed<'_>, zone: &Zone) -> Result<Parsed, Vec<FieldRefusal>> {
    let text = SessionText::parse(&typed.text);
    let slot = parse_slot(typed, zone);
    match (text, slot) {
        (Ok(text), Ok(slot)) => Ok(Parsed { text, slot }),
        (text, slot) => Err(text.err().into_iter().flatten().chain(slot.err().into_iter().flatten()).collect()),
    }
}

fn parse_slot(typed: &Typed<'_>, zone: &Zone) -> Result<Slot, Vec<FieldRefusal>> {
    let mut wrong = Vec::new();
    let day = typed.day.trim().parse::<NaiveDate>().map_err(|_| wrong.push(FieldRefusal::new("day", "Choose the day.")));
    let mut clock = |field: &'static str, text: &str| {
        let text = text.trim();
        let clock = NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"));
        clock.map_err(|_| wrong.push(FieldRefusal::new(field, "Enter a time, like 09:00.")))
    };
    let (starts, ends) = (clock("starts", typed.starts), clock("ends", typed.ends));
    let fold = match typed.fold {
        "earlier" => Some(Fold::Earlier),
        "later" => Some(Fold::Later),
        _ => None,
    };
    match (day, starts, ends) {
        (Ok(day), Ok(starts), Ok(ends)) => Slot::on_day(zone, day, starts, ends, fold).map_err(|why| vec![why]),
        _ => Err(wrong),
    }
}

/// Creates a session in the working copy; answers its id.
///
/// # Errors
/// Every field that is wrong.
pub async fn create(db: &Db, now: DateTime<Utc>, actor: Actor, cohort_id: i64, typed: &Typed<'_>) -> Result<i64, Halt<SessionRefusal>> {
    let txn = db.write().await?;
    cohort::Entity::find_by_id(cohort_id).lock_exclusive().one(&*txn).await?;
    let Some(zone) = zone_of(&*txn, cohort_id).await? else { return refuse(SessionRefusal::Unknown) };
    let parsed = parse(typed, &zone).map_err(|wrong| Halt::Refused(SessionRefusal::Fields(wrong)))?;
    let newest = session::Entity::find()
        .filter(session::Column::CohortId.eq(cohort_id))
        .filter(session::Column::Title.eq(&parsed.text.title))
        .filter(session::Column::StartsAt.eq(parsed.slot.starts_at))
        .order_by_desc(session::Column::CreatedAt)
        .one(&*txn)
        .await?;
    if let Some(made) = newest.filter(|made| is_second_press(made.created_at, now)) {
        return Ok(made.id);
    }
    may_facilitate(&*txn, cohort_id, None, typed.facilitators).await?;
    let after = described(&parsed);
    let row = session::ActiveModel {
        cohort_id: Set(cohort_id),
        uid: Set(uuid::Uuid::new_v4().to_string()),
        source: Set(String::new()),
        cancelled: Set(false),
        revision: Set(1),
        created_at: Set(now),
        ..fill(&*txn, now, cohort_id, parsed).await?
    }
    .insert(&*txn)
    .await?;
    set_facilitators(&*txn, row.id, typed.facilitators).await?;
    educator::sync(&*txn, now, cohort_id).await?;
    history::record(
        &*txn,
        now,
        Entry { actor, act: "create", object: "session", object_id: row.id, cohort: Some(cohort_id), before: String::new(), after },
    )
    .await?;
    txn.commit().await?;
    Ok(row.id)
}

/// Saves a session of the working copy: its text, its time, its people.
///
/// # Errors
/// Every field that is wrong, or a stale revision.
pub async fn edit(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    id: i64,
    revision: i32,
    typed: &Typed<'_>,
) -> Result<(), Halt<SessionRefusal>> {
    let txn = db.write().await?;
    let Some(found) = session::Entity::find_by_id(id).one(&*txn).await? else { return refuse(SessionRefusal::Unknown) };
    // The version of the rule the cohort names stays what it is until this is saved.
    cohort::Entity::find_by_id(found.cohort_id).lock_exclusive().one(&*txn).await?;
    let Some(row) = session::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(SessionRefusal::Unknown) };
    let Some(zone) = zone_of(&*txn, row.cohort_id).await? else { return refuse(SessionRefusal::Unknown) };
    let parsed = parse(typed, &zone).map_err(|wrong| Halt::Refused(SessionRefusal::Fields(wrong)))?;
    if row.revision != revision {
        return refuse(SessionRefusal::Stale);
    }
    may_facilitate(&*txn, row.cohort_id, Some(id), typed.facilitators).await?;
    let (before, after) = (format!("{}; {} – {}", row.title, row.starts, row.ends), described(&parsed));
    let cohort_id = row.cohort_id;
    session::ActiveModel { id: Set(id), revision: Set(revision + 1), ..fill(&*txn, now, cohort_id, parsed).await? }.update(&*txn).await?;
    set_facilitators(&*txn, id, typed.facilitators).await?;
    educator::sync(&*txn, now, cohort_id).await?;
    history::record(&*txn, now, Entry { actor, act: "edit", object: "session", object_id: id, cohort: Some(cohort_id), before, after })
        .await?;
    txn.commit().await?;
    Ok(())
}

/// Cancels a session in the working copy, or takes that back; the next release tells people. Answers its cohort.
///
/// # Errors
/// It is gone.
pub async fn set_cancelled(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, cancelled: bool) -> Result<i64, Halt<SessionRefusal>> {
    let txn = db.write().await?;
    let Some(row) = session::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(SessionRefusal::Unknown) };
    let cohort_id = row.cohort_id;
    if row.cancelled != cancelled {
        let revision = row.revision + 1;
        session::ActiveModel {
            id: Set(id),
            cancelled: Set(cancelled),
            revision: Set(revision),
            updated_at: Set(now),
            ..Default::default()
        }
        .update(&*txn)
        .await?;
        let act = if cancelled { "cancel" } else { "restore" };
        history::record(
            &*txn,
            now,
            Entry { actor, act, object: "session", object_id: id, cohort: Some(cohort_id), before: String::new(), after: row.title },
        )
        .await?;
        txn.commit().await?;
    }
    Ok(cohort_id)
}

async fn zone_of(db: &impl ConnectionTrait, cohort_id: i64) -> Result<Option<Zone>, Fault> {
    let Some(row) = cohort::Entity::find_by_id(cohort_id).one(db).await? else { return Ok(None) };
    Ok(Some(word(Zone::parse(&row.zone).ok(), &row.zone)?))
}

fn described(parsed: &Parsed) -> String {
    format!("{}; {} – {}", parsed.text.title, parsed.slot.starts, parsed.slot.ends)
}

async fn fill(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort_id: i64, parsed: Parsed) -> Result<session::ActiveModel, DbErr> {
    let Parsed { text, slot } = parsed;
    Ok(session::ActiveModel {
        title: Set(text.title),
        summary: Set(text.summary),
        kind: Set(text.kind.as_str().to_owned()),
        starts: Set(slot.starts),
        ends: Set(slot.ends),
        starts_at: Set(slot.starts_at),
        ends_at: Set(slot.ends_at),
        room_id: Set(room_named(txn, cohort_id, &text.room, None).await?),
        track: Set(text.track),
        objective: Set(text.objective),
        educators: Set(text.educators.join("\n")),
        capacity: Set(text.capacity.map(|capacity| capacity as i32)),
        mode: Set(text.mode.as_str().to_owned()),
        updated_at: Set(now),
        ..Default::default()
    })
}

/// The room of this name, made when it is new; no name is no room.
pub(crate) async fn room_named(
    txn: &impl ConnectionTrait,
    cohort_id: i64,
    name: &str,
    capacity: Option<i32>,
) -> Result<Option<i64>, DbErr> {
    if name.is_empty() {
        return Ok(None);
    }
    let found = room::Entity::find().filter(room::Column::CohortId.eq(cohort_id)).filter(room::Column::Name.eq(name)).one(txn).await?;
    let row = match found {
        Some(row) => row,
        None => {
            room::ActiveModel { cohort_id: Set(cohort_id), name: Set(name.to_owned()), capacity: Set(capacity), ..Default::default() }
                .insert(txn)
                .await?
        }
    };
    Ok(Some(row.id))
}

/// Whoever is newly added may facilitate, and has acknowledged the version of the conversation rule that the cohort names.
/// Those who facilitate the session already stay: a newer version asks them again. The cohort is locked, and so is whoever
/// is added: nobody takes up selling meanwhile.
async fn may_facilitate(txn: &impl ConnectionTrait, cohort_id: i64, id: Option<i64>, staff: &[i64]) -> Result<(), Halt<SessionRefusal>> {
    let stand = session_facilitator::Entity::find().filter(session_facilitator::Column::SessionId.eq(id.unwrap_or(0))).all(txn).await?;
    let added: Vec<i64> = staff.iter().copied().filter(|staff| !stand.iter().any(|row| row.staff_id == *staff)).collect();
    if added.is_empty() {
        return Ok(());
    }
    let people = staff::Entity::find()
        .filter(staff::Column::Id.is_in(added.iter().copied()))
        .order_by_asc(staff::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let roles = staff_role::Entity::find().filter(staff_role::Column::StaffId.is_in(added.iter().copied())).all(txn).await?;
    let mut wrong = Vec::new();
    if added.iter().any(|id| !people.iter().any(|person| person.id == *id)) {
        wrong.push("Somebody you ticked is no longer here. Look through the list, then save again.".to_owned());
    }
    let (able, unable): (Vec<&staff::Model>, Vec<&staff::Model>) = people.iter().partition(|person| {
        let theirs: Vec<Role> = roles.iter().filter(|role| role.staff_id == person.id).filter_map(|role| Role::parse(&role.role)).collect();
        facilitates(person.active, &theirs)
    });
    wrong.extend(unable.iter().map(|person| FirewallRefusal::MayNotFacilitate { name: person.name.clone() }.sentence()));
    let able: Vec<i64> = able.iter().map(|person| person.id).collect();
    let unread = acknowledgement::unacknowledged(txn, cohort_id, &able).await?;
    if !unread.is_empty() {
        wrong.push(acknowledgement::sentences(&unread));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    refuse(SessionRefusal::Fields(vec![FieldRefusal::new("facilitators", wrong.join(" "))]))
}

async fn set_facilitators(txn: &impl ConnectionTrait, id: i64, staff: &[i64]) -> Result<(), DbErr> {
    session_facilitator::Entity::delete_many().filter(session_facilitator::Column::SessionId.eq(id)).exec(txn).await?;
    let mut staff = staff.to_vec();
    staff.sort_unstable();
    staff.dedup();
    for staff_id in staff {
        session_facilitator::ActiveModel { session_id: Set(id), staff_id: Set(staff_id) }.insert(txn).await?;
    }
    Ok(())
}

/// Sets how many people a room takes; 0 is no limit. A room of a new name is made.
///
/// # Errors
/// A name is missing.
pub async fn set_room(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    cohort_id: i64,
    name: &str,
    capacity: Option<u32>,
) -> Result<(), Halt<SessionRefusal>> {
    let name = domain::contact::required("room_name", name, 100, "Enter the room's name.")
        .map_err(|why| Halt::Refused(SessionRefusal::Fields(vec![why])))?;
    let txn = db.write().await?;
    let Some(id) = room_named(&*txn, cohort_id, &name, None).await? else { return refuse(SessionRefusal::Unknown) };
    room::ActiveModel { id: Set(id), capacity: Set(capacity.map(|capacity| capacity as i32)), ..Default::default() }.update(&*txn).await?;
    let entry =
        Entry { actor, act: "set room", object: "room", object_id: id, cohort: Some(cohort_id), before: String::new(), after: name };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(())
}

/// A session of the working copy as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Working {
    pub id: i64,
    pub cohort_id: i64,
    pub uid: String,
    pub title: String,
    pub summary: String,
    pub kind: String,
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub room: Option<String>,
    pub room_capacity: Option<i32>,
    pub track: String,
    pub objective: String,
    /// One a line.
    pub educators: String,
    /// The session's own limit; the room's holds when there is none.
    pub capacity: Option<i32>,
    pub mode: String,
    pub cancelled: bool,
    pub revision: i32,
    pub taken: i64,
    pub waiting: i64,
    /// The release that last changed it; `None` when it was never announced.
    pub release_number: Option<i32>,
}

impl Working {
    /// Its own limit, else its room's.
    #[must_use]
    pub fn limit(&self) -> Option<u32> {
        domain::agenda::session::capacity_of(self.capacity.map(|limit| limit as u32), self.room_capacity.map(|limit| limit as u32))
    }

    /// As a release compares it.
    pub(crate) fn version(&self) -> Result<domain::agenda::release::Version, Fault> {
        Ok(domain::agenda::release::Version {
            session: self.id,
            title: self.title.clone(),
            summary: self.summary.clone(),
            kind: self.kind.clone(),
            starts: self.starts,
            ends: self.ends,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            room: self.room.clone().unwrap_or_default(),
            track: self.track.clone(),
            objective: self.objective.clone(),
            educators: self.educators.lines().map(str::to_owned).collect(),
            capacity: self.limit(),
            mode: word(SeatMode::parse(&self.mode), &self.mode)?,
            cancelled: self.cancelled,
        })
    }
}

const SELECT: &str = "SELECT s.id, s.cohort_id, s.uid, s.title, s.summary, s.kind, s.starts, s.ends, s.starts_at, s.ends_at, r.name AS room, r.capacity AS room_capacity, \
    s.track, s.objective, s.educators, s.capacity, s.mode, s.cancelled, s.revision, (SELECT count(*) FROM seat t WHERE t.session_id = s.id) AS taken, \
    (SELECT count(*) FROM waitlist w WHERE w.session_id = s.id) AS waiting, p.release_number FROM session s LEFT JOIN room r ON r.id = s.room_id \
    LEFT JOIN released_session p ON p.session_id = s.id";

/// The working copy in order of time.
///
/// # Errors
/// The database.
pub async fn list(db: &impl ConnectionTrait, cohort_id: i64) -> Result<Vec<Working>, DbErr> {
    sql::all(db, &format!("{SELECT} WHERE s.cohort_id = $1 ORDER BY s.starts_at, s.id"), values![cohort_id]).await
}

/// A cohort's working copy.
///
/// # Errors
/// The database.
pub async fn agenda_of(db: &Db, cohort_id: i64) -> Result<Vec<Working>, DbErr> {
    list(db.read(), cohort_id).await
}

/// One session.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Working>, DbErr> {
    sql::one(db.read(), &format!("{SELECT} WHERE s.id = $1"), values![id]).await
}

/// A room of a cohort.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Room {
    pub name: String,
    pub capacity: Option<i32>,
    pub sessions: i64,
}

/// By name.
///
/// # Errors
/// The database.
pub async fn rooms(db: &Db, cohort_id: i64) -> Result<Vec<Room>, DbErr> {
    sql::all(
        db.read(),
        "SELECT r.name, r.capacity, (SELECT count(*) FROM session s WHERE s.room_id = r.id) AS sessions FROM room r WHERE r.cohort_id = $1 ORDER BY r.name",
        values![cohort_id],
    )
    .await
}

/// Staff who facilitate a session.
///
/// # Errors
/// The database.
pub async fn facilitators(db: &Db, id: i64) -> Result<Vec<Named>, DbErr> {
    sql::all(
        db.read(),
        "SELECT s.id, s.name FROM session_facilitator f JOIN staff s ON s.id = f.staff_id WHERE f.session_id = $1 ORDER BY s.name",
        values![id],
    )
    .await
}

/// Who holds a seat in a session: what its facilitators and the manager see.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Attendee {
    pub name: String,
    pub company: String,
    pub place: i32,
    pub offered: bool,
}

/// By company and name.
///
/// # Errors
/// The database.
pub async fn attendees(db: &Db, id: i64) -> Result<Vec<Attendee>, DbErr> {
    sql::all(
        db.read(),
        "SELECT p.name, co.name AS company, t.place, (t.offered_until IS NOT NULL) AS offered FROM seat t JOIN registration r ON r.id = t.registration_id \
         JOIN person p ON p.id = r.person_id JOIN company co ON co.id = p.company_id WHERE t.session_id = $1 ORDER BY co.name_key, p.name",
        values![id],
    )
    .await
}

/// A session in a facilitator's own list.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Facilitated {
    pub id: i64,
    pub cohort_id: i64,
    pub cohort: String,
    pub zone: String,
    pub title: String,
    pub kind: String,
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub room: Option<String>,
    pub cancelled: bool,
    pub taken: i64,
}

/// The sessions a member of staff facilitates, in order of time.
///
/// # Errors
/// The database.
pub async fn facilitated_by(db: &Db, staff: i64) -> Result<Vec<Facilitated>, DbErr> {
    sql::all(
        db.read(),
        "SELECT s.id, s.cohort_id, c.title AS cohort, c.zone, s.title, s.kind, s.starts, s.ends, r.name AS room, s.cancelled, \
         (SELECT count(*) FROM seat t WHERE t.session_id = s.id) AS taken FROM session_facilitator f JOIN session s ON s.id = f.session_id \
         JOIN cohort c ON c.id = s.cohort_id LEFT JOIN room r ON r.id = s.room_id WHERE f.staff_id = $1 ORDER BY s.starts_at, s.id",
        values![staff],
    )
    .await
}
