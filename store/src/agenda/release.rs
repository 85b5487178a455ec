//! Releasing the agenda: what changed since the last time, for whom, and telling exactly them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::agenda::release::{self, Change, Changed, Setting, Severity, Version, Warning};
use domain::agenda::session::SeatMode;
use domain::conduct::acknowledgement::not_announced;
use domain::conduct::agenda_check::Found;
use domain::refusal::{FieldRefusal, Refusal};
use domain::time::words;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set};

use crate::agenda::session::{Working, list};
use crate::agenda::waitlist;
use crate::conduct::acknowledgement::Announcing;
use crate::conduct::agenda_check;
use crate::entity::{self, cohort, released_session};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::{self, CalendarEvent, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// A note for one's team has so many characters at most.
const MOST_NOTE: usize = 500;

/// Why nothing was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseRefusal {
    /// Nothing changed since the last release.
    Nothing,
    /// There is no session yet.
    Empty,
    /// Warnings that hold it back.
    Held(Vec<String>),
    /// Somebody released meanwhile: this number now stands.
    Stale(u32),
    /// The note says too much.
    Note(FieldRefusal),
    Unknown,
}

impl Refusal for ReleaseRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Empty => "empty",
            Self::Held(_) => "held",
            Self::Stale(_) => "stale",
            Self::Note(why) => why.code(),
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Nothing => "Nothing has changed since the last release, so there is nothing to tell anybody.".into(),
            Self::Empty => "There is no session yet. Add one, or import an agenda.".into(),
            Self::Held(why) => format!("Before this can be released: {}", why.join(" ")),
            Self::Stale(number) => {
                format!("Release {number} was published while you were looking. Check what is still to be told, then release again.")
            }
            Self::Note(why) => why.sentence(),
            Self::Unknown => "This cohort is gone. Reload the list.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Note(why) => why.field(),
            _ => None,
        }
    }
}

/// One changed session, with how many people it is told to.
#[derive(Debug, Clone)]
pub struct ChangeLine {
    pub session: i64,
    pub title: String,
    pub starts: NaiveDateTime,
    pub changes: Vec<Change>,
    pub told: u32,
}

/// What a release would do now.
#[derive(Debug, Clone)]
pub struct Preview {
    pub number: u32,
    pub changes: Vec<ChangeLine>,
    pub warnings: Vec<Warning>,
    /// Names left out of sessions: educators who have not acknowledged the conversation rule.
    pub unannounced: u32,
    /// Different people told.
    pub people: u32,
    pub sessions: u32,
}

/// A release that was published.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Past {
    pub number: i32,
    pub released_at: DateTime<Utc>,
    pub by: Option<String>,
    pub note: String,
    pub told: i32,
}

/// Releases so far, newest first.
///
/// # Errors
/// The database.
pub async fn past(db: &Db, cohort_id: i64) -> Result<Vec<Past>, DbErr> {
    sql::all(
        db.read(),
        "SELECT r.number, r.released_at, s.name AS by, r.note, r.told FROM release r LEFT JOIN staff s ON s.id = r.released_by WHERE r.cohort_id = $1 ORDER BY r.number DESC LIMIT 50",
        values![cohort_id],
    )
    .await
}

/// What a release of this cohort would do now.
///
/// # Errors
/// The database.
pub async fn preview(db: &Db, cohort_id: i64) -> Result<Option<Preview>, Fault> {
    let Some(row) = cohort::Entity::find_by_id(cohort_id).one(db.read()).await? else { return Ok(None) };
    let state = Compared::load(db.read(), &row).await?;
    let told = state.told();
    Ok(Some(Preview {
        number: row.release_number as u32 + 1,
        people: told.values().flatten().collect::<BTreeSet<_>>().len() as u32,
        sessions: state.versions.iter().filter(|version| !version.cancelled).count() as u32,
        unannounced: state.unannounced.len() as u32,
        warnings: state.warnings(&row),
        changes: state
            .changed
            .iter()
            .filter_map(|changed| {
                let version = state.versions.iter().find(|version| version.session == changed.session)?;
                let told = told.get(&changed.session).map_or(0, |people| people.len() as u32);
                Some(ChangeLine {
                    session: changed.session,
                    title: version.title.clone(),
                    starts: version.starts,
                    changes: changed.changes.clone(),
                    told,
                })
            })
            .collect(),
    }))
}

/// How many sessions differ from what was released.
pub(crate) async fn pending_changes(db: &Db, cohort_id: i64) -> Result<usize, Fault> {
    Ok(compare(db.read(), cohort_id).await?.changed.len())
}

/// What a release came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    pub number: u32,
    /// Different people told.
    pub people: u32,
}

/// Publishes the working copy as the next release and tells each person concerned of their own changes, once.
/// `expected` is the number the page promised.
///
/// # Errors
/// The note is too long, nothing to release, warnings that hold it back, or somebody released meanwhile.
pub async fn publish(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    cohort_id: i64,
    expected: u32,
    note: &str,
) -> Result<Released, Halt<ReleaseRefusal>> {
    let note = domain::contact::optional("note", note, MOST_NOTE).map_err(|why| Halt::Refused(ReleaseRefusal::Note(why)))?;
    let txn = db.write().await?;
    let Some(row) = cohort::Entity::find_by_id(cohort_id).lock_exclusive().one(&*txn).await? else {
        return refuse(ReleaseRefusal::Unknown);
    };
    let number = row.release_number + 1;
    if number as u32 != expected {
        return refuse(ReleaseRefusal::Stale(row.release_number as u32));
    }
    let state = Compared::load(&*txn, &row).await?;
    if state.versions.is_empty() {
        return refuse(ReleaseRefusal::Empty);
    }
    if state.changed.is_empty() {
        return refuse(ReleaseRefusal::Nothing);
    }
    let held: Vec<String> =
        state.warnings(&row).into_iter().filter(|warning| warning.severity == Severity::Block).map(|warning| warning.sentence).collect();
    if !held.is_empty() {
        return refuse(ReleaseRefusal::Held(held));
    }
    let mut events = BTreeMap::new();
    for changed in &state.changed {
        let Some(working) = state.working.iter().find(|session| session.id == changed.session) else { continue };
        let saved = write_released(&*txn, now, number, working, changed).await?;
        events.insert(changed.session, event_of(&saved, &row.zone)?);
    }
    let people = tell(&*txn, now, &row, number, &state, &events).await?;
    for changed in &state.changed {
        waitlist::offer_next(&*txn, now, changed.session).await?;
    }
    cohort::ActiveModel { id: Set(cohort_id), release_number: Set(number), ..Default::default() }.update(&*txn).await?;
    let by = actor.staff();
    let changes: BTreeMap<i64, &[Change]> = state.changed.iter().map(|changed| (changed.session, changed.changes.as_slice())).collect();
    entity::release::ActiveModel {
        cohort_id: Set(cohort_id),
        number: Set(number),
        released_at: Set(now),
        released_by: Set(by),
        note: Set(note),
        changes: Set(serde_json::to_string(&changes).map_err(|why| Fault::Unreadable(why.to_string()))?),
        told: Set(people as i32),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    let entry = Entry {
        actor,
        act: "release",
        object: "cohort",
        object_id: cohort_id,
        cohort: Some(cohort_id),
        before: (number - 1).to_string(),
        after: number.to_string(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Released { number: number as u32, people })
}

/// Everything a release compares and checks.
struct Compared {
    /// As it would be announced.
    working: Vec<Working>,
    /// As the program team wrote it.
    versions: Vec<Version>,
    /// Educators' names that are not announced yet.
    unannounced: Vec<Warning>,
    changed: Vec<Changed>,
    modes: BTreeMap<i64, SeatMode>,
    holders: BTreeMap<i64, BTreeSet<i64>>,
    registered: BTreeSet<i64>,
    facilitators: BTreeMap<i64, Vec<String>>,
    /// Sales language that nobody has dismissed.
    findings: Vec<Found>,
}

impl Compared {
    async fn load(db: &impl ConnectionTrait, row: &cohort::Model) -> Result<Self, Fault> {
        #[derive(FromQueryResult)]
        struct Id {
            id: i64,
        }
        #[derive(FromQueryResult)]
        struct Holder {
            session_id: i64,
            registration_id: i64,
        }
        #[derive(FromQueryResult)]
        struct Facilitator {
            session_id: i64,
            name: String,
        }
        let Comparison { working, versions, unannounced, released, changed } = compare(db, row.id).await?;
        let registered: Vec<Id> =
            sql::all(db, "SELECT id FROM registration WHERE cohort_id = $1 AND state = 'confirmed'", values![row.id]).await?;
        let seats: Vec<Holder> = sql::all(
            db,
            "SELECT t.session_id, t.registration_id FROM seat t JOIN session s ON s.id = t.session_id WHERE s.cohort_id = $1",
            values![row.id],
        )
        .await?;
        let hosts: Vec<Facilitator> = sql::all(
            db,
            "SELECT f.session_id, st.name FROM session_facilitator f JOIN staff st ON st.id = f.staff_id JOIN session s ON s.id = f.session_id WHERE s.cohort_id = $1 ORDER BY st.name",
            values![row.id],
        )
        .await?;
        let mut holders: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for seat in seats {
            holders.entry(seat.session_id).or_default().insert(seat.registration_id);
        }
        let mut facilitators: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for host in hosts {
            facilitators.entry(host.session_id).or_default().push(host.name);
        }
        Ok(Self {
            findings: agenda_check::standing(db, row, &versions).await?,
            versions,
            working,
            unannounced,
            changed,
            modes: released.iter().map(|version| (version.session, version.mode)).collect(),
            holders,
            registered: registered.into_iter().map(|row| row.id).collect(),
            facilitators,
        })
    }

    /// For each session whose change is told: the registrations it is told to.
    fn told(&self) -> BTreeMap<i64, BTreeSet<i64>> {
        let nobody = BTreeSet::new();
        self.changed
            .iter()
            .filter(|changed| changed.is_told() && !changed.changes.contains(&Change::New))
            .filter_map(|changed| {
                let version = self.versions.iter().find(|version| version.session == changed.session)?;
                let holders = self.holders.get(&changed.session).unwrap_or(&nobody);
                let people = release::concerned(version, self.modes.get(&changed.session).copied(), holders, &self.registered);
                Some((changed.session, people))
            })
            .collect()
    }

    fn warnings(&self, row: &cohort::Model) -> Vec<Warning> {
        let seats = self.holders.iter().map(|(session, people)| (*session, people.len() as u32)).collect();
        let mut shared: BTreeMap<(i64, i64), u32> = BTreeMap::new();
        let sessions: Vec<_> = self.holders.iter().collect();
        for (index, (one, people)) in sessions.iter().enumerate() {
            for (other, others) in &sessions[index + 1..] {
                let both = people.intersection(others).count();
                if both > 0 {
                    shared.insert((**one, **other), both as u32);
                }
            }
        }
        let mut warnings = release::warnings(&Setting {
            first_day: row.first_day,
            last_day: row.last_day,
            working: &self.versions,
            seats: &seats,
            registered: self.registered.len() as u32,
            shared: &shared,
            facilitators: &self.facilitators,
            findings: &self.findings,
        });
        warnings.extend(self.unannounced.iter().cloned());
        warnings
    }
}

/// The working copy beside the last release. An educator who has not acknowledged the conversation rule is not announced:
/// `working` is without their names, `versions` is with them.
struct Comparison {
    working: Vec<Working>,
    versions: Vec<Version>,
    unannounced: Vec<Warning>,
    released: Vec<Version>,
    changed: Vec<Changed>,
}

async fn compare(db: &impl ConnectionTrait, cohort_id: i64) -> Result<Comparison, Fault> {
    let mut working = list(db, cohort_id).await?;
    let versions: Vec<Version> = working.iter().map(Working::version).collect::<Result<_, _>>()?;
    let released = released_session::Entity::find().filter(released_session::Column::CohortId.eq(cohort_id)).all(db).await?;
    let released: Vec<Version> = released.into_iter().map(version_of).collect::<Result<_, _>>()?;
    let announcing = Announcing::load(db, cohort_id).await?;
    let mut unannounced = Vec::new();
    for session in &mut working {
        let stand = released.iter().find(|version| version.session == session.id).map_or(&[][..], |version| &version.educators);
        let (announced, held) = announcing.split(&session.educators, stand);
        session.educators = announced;
        let Some(version) = announcing.version.filter(|_| !session.cancelled) else { continue };
        unannounced
            .extend(held.iter().map(|name| Warning::about(Severity::Note, session.id, not_announced(name, &session.title, version))));
    }
    let announced: Vec<Version> = working.iter().map(Working::version).collect::<Result<_, _>>()?;
    let changed = release::changes(&released, &announced);
    Ok(Comparison { working, versions, unannounced, released, changed })
}

fn version_of(row: released_session::Model) -> Result<Version, Fault> {
    Ok(Version {
        session: row.session_id,
        mode: word(SeatMode::parse(&row.mode), &row.mode)?,
        title: row.title,
        summary: row.summary,
        kind: row.kind,
        starts: row.starts,
        ends: row.ends,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        room: row.room,
        track: row.track,
        objective: row.objective,
        educators: row.educators.lines().map(str::to_owned).collect(),
        capacity: row.capacity.map(|capacity| capacity as u32),
        cancelled: row.cancelled,
    })
}

async fn write_released(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    number: i32,
    working: &Working,
    changed: &Changed,
) -> Result<released_session::Model, Fault> {
    let before = released_session::Entity::find_by_id(working.id).one(txn).await?;
    let row = released_session::ActiveModel {
        session_id: Set(working.id),
        cohort_id: Set(working.cohort_id),
        release_number: Set(number),
        title: Set(working.title.clone()),
        summary: Set(working.summary.clone()),
        kind: Set(working.kind.clone()),
        starts: Set(working.starts),
        ends: Set(working.ends),
        starts_at: Set(working.starts_at),
        ends_at: Set(working.ends_at),
        room: Set(working.room.clone().unwrap_or_default()),
        track: Set(working.track.clone()),
        objective: Set(working.objective.clone()),
        educators: Set(working.educators.clone()),
        capacity: Set(working.limit().map(|limit| limit as i32)),
        mode: Set(working.mode.clone()),
        cancelled: Set(working.cancelled),
        cancelled_at: Set(working.cancelled.then_some(now)),
        uid: Set(working.uid.clone()),
        modified_at: Set(now),
        ..Default::default()
    };
    Ok(match before {
        None => released_session::ActiveModel { sequence: Set(0), created_at: Set(now), ..row }.insert(txn).await?,
        Some(before) => {
            let sequence = before.sequence + i32::from(changed.raises_sequence());
            released_session::ActiveModel { sequence: Set(sequence), ..row }.update(txn).await?
        }
    })
}

/// A released session as calendars take it.
pub(crate) fn event_of(row: &released_session::Model, zone: &str) -> Result<CalendarEvent, Fault> {
    Ok(CalendarEvent {
        uid: word(row.uid.parse().ok(), &row.uid)?,
        sequence: row.sequence as u32,
        title: row.title.clone(),
        summary: row.summary.clone(),
        kind: row.kind.clone(),
        place: row.room.clone(),
        zone: zone.to_owned(),
        starts: row.starts,
        ends: row.ends,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        cancelled: row.cancelled,
        created_at: row.created_at,
        modified_at: row.modified_at,
    })
}

#[derive(FromQueryResult)]
struct Recipient {
    id: i64,
    invitation_id: i64,
    name: String,
    email: String,
}

/// One mail for each person and calendar entry: a client takes one UID a message (RFC 5546 3.2.2).
async fn tell(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    row: &cohort::Model,
    number: i32,
    state: &Compared,
    events: &BTreeMap<i64, CalendarEvent>,
) -> Result<u32, Fault> {
    let told = state.told();
    if told.values().all(BTreeSet::is_empty) {
        return Ok(0);
    }
    let facts = crate::cohort::facts(txn, row).await?;
    let recipients: Vec<Recipient> = sql::all(
        txn,
        "SELECT r.id, r.invitation_id, p.name, p.email FROM registration r JOIN person p ON p.id = r.person_id WHERE r.cohort_id = $1 AND r.state = 'confirmed' ORDER BY r.id",
        values![row.id],
    )
    .await?;
    let mut people = 0;
    for person in &recipients {
        let mut written = false;
        for (session, concerned) in &told {
            let (Some(event), true) = (events.get(session), concerned.contains(&person.id)) else { continue };
            let changes =
                state.changed.iter().find(|changed| changed.session == *session).map_or(&[][..], |changed| changed.changes.as_slice());
            let cancelled = changes.contains(&Change::Cancelled);
            let token = link::mint(txn, now, Opens::Invitation(person.invitation_id), None).await?;
            let message = if cancelled {
                Message::SessionCancelled { name: person.name.clone(), cohort: facts.clone(), event: event.clone() }
            } else {
                Message::SessionChanged {
                    name: person.name.clone(),
                    cohort: facts.clone(),
                    changes: sentences(changes),
                    event: event.clone(),
                }
            };
            let subject = if cancelled { format!("Cancelled: {}", event.title) } else { format!("Changed: {}", event.title) };
            let letter = Letter {
                event: format!("release:{}:{number}:{session}:{}", row.id, person.id),
                cohort: Some(row.id),
                invitation: Some(person.invitation_id),
                to_name: &person.name,
                to_email: &person.email,
                subject,
                message,
                secret: Secret { link: Some(token), feed: None },
            };
            outbox::enqueue(txn, now, letter).await?;
            written = true;
        }
        people += u32::from(written);
    }
    Ok(people)
}

/// A change in words, for a mail and for the release page.
#[must_use]
pub fn sentences(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::New => Some("It is new.".to_owned()),
            Change::Cancelled => Some("It is cancelled.".to_owned()),
            Change::Restored => Some("It takes place after all.".to_owned()),
            Change::Moved { from, to } if from == to => Some("It ends at another time.".to_owned()),
            Change::Moved { from, to } if from.date() == to.date() => {
                Some(format!("It moves from {} to {} on {}.", words::clock(*from), words::clock(*to), words::day(to.date())))
            }
            Change::Moved { from, to } => Some(format!(
                "It moves from {}, {} to {}, {}.",
                words::day(from.date()),
                words::clock(*from),
                words::day(to.date()),
                words::clock(*to)
            )),
            Change::RoomChanged { from, to } if from.is_empty() => Some(format!("It is in {to}.")),
            Change::RoomChanged { from, to } if to.is_empty() => Some(format!("It is no longer in {from}; the place follows.")),
            Change::RoomChanged { from, to } => Some(format!("It moves from {from} to {to}.")),
            Change::Reworded => None,
        })
        .collect()
}

/// Cancels every released session of a cohort that is cancelled, raising each sequence, so that feeds say so. Within
/// its transaction; the people are written to once, about the whole week.
pub(crate) async fn cancel_everything(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort_id: i64) -> Result<(), Fault> {
    sql::run(
        txn,
        "UPDATE released_session SET cancelled = TRUE, cancelled_at = $1, modified_at = $1, sequence = sequence + 1 WHERE cohort_id = $2 AND NOT cancelled",
        values![now, cohort_id],
    )
    .await?;
    sql::run(
        txn,
        "UPDATE session SET cancelled = TRUE, updated_at = $1, revision = revision + 1 WHERE cohort_id = $2 AND NOT cancelled",
        values![now, cohort_id],
    )
    .await?;
    Ok(())
}
