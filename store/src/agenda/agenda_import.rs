//! Importing an agenda into the working copy: the plan against what stands, and applying it. Nothing is announced until
//! a release. The rules are `domain::agenda::agenda_import`.

use chrono::{DateTime, Utc};
use domain::agenda::agenda_import::{Counts, DayMap, KnownSession, Outcome, Plan, PlannedSession, Reading, plan};
use domain::agenda::session::{SeatMode, Slot};
use domain::time::Zone;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QuerySelect, Set};

use crate::agenda::session::{list, room_named};
use crate::entity::{cohort, session};
use crate::halt::word;
use crate::history::{self, Actor, Entry};
use crate::{Db, Fault};

/// What the file would do to a cohort's working copy now. `None` when there is no such cohort.
///
/// # Errors
/// The database.
pub async fn dry_run(db: &Db, cohort_id: i64, reading: &Reading, days: &DayMap) -> Result<Option<Plan>, Fault> {
    let Some(row) = cohort::Entity::find_by_id(cohort_id).one(db.read()).await? else { return Ok(None) };
    planned(db.read(), &row, reading, days).await.map(Some)
}

/// Does it, in one transaction, against what stands at that moment. Answers the counts.
///
/// # Errors
/// The database.
pub async fn apply(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    cohort_id: i64,
    reading: &Reading,
    days: &DayMap,
) -> Result<Option<Counts>, Fault> {
    let txn = db.write().await?;
    let Some(row) = cohort::Entity::find_by_id(cohort_id).lock_exclusive().one(&*txn).await? else { return Ok(None) };
    let zone = word(Zone::parse(&row.zone).ok(), &row.zone)?;
    let plan = planned(&*txn, &row, reading, days).await?;
    for room in &plan.rooms {
        room_named(&*txn, cohort_id, &room.name, room.capacity.map(|capacity| capacity as i32)).await?;
    }
    for row in &plan.rows {
        match &row.outcome {
            Outcome::Create(new) => {
                let Some(filled) = fill(&*txn, now, cohort_id, &zone, new).await? else { continue };
                let created = session::ActiveModel {
                    cohort_id: Set(cohort_id),
                    uid: Set(uid_for(&*txn, new).await?),
                    source: Set(new.uid.to_string()),
                    objective: Set(String::new()),
                    capacity: Set(None),
                    mode: Set(word(SeatMode::parse(new.seat_mode), new.seat_mode)?.as_str().to_owned()),
                    cancelled: Set(false),
                    revision: Set(1),
                    created_at: Set(now),
                    ..filled
                }
                .insert(&*txn)
                .await?;
                let entry = Entry {
                    actor,
                    act: "import",
                    object: "session",
                    object_id: created.id,
                    cohort: Some(cohort_id),
                    before: String::new(),
                    after: created.title,
                };
                history::record(&*txn, now, entry).await?;
            }
            Outcome::Update { id, changes, session: new } => {
                let Some(stands) = session::Entity::find_by_id(*id).one(&*txn).await? else { continue };
                let Some(filled) = fill(&*txn, now, cohort_id, &zone, new).await? else { continue };
                session::ActiveModel { id: Set(*id), revision: Set(stands.revision + 1), ..filled }.update(&*txn).await?;
                let side =
                    |pick: fn(&domain::agenda::agenda_import::Change) -> String| changes.iter().map(pick).collect::<Vec<_>>().join("; ");
                let entry = Entry {
                    actor,
                    act: "import",
                    object: "session",
                    object_id: *id,
                    cohort: Some(cohort_id),
                    before: side(|change| change.before.clone()),
                    after: side(|change| change.after.clone()),
                };
                history::record(&*txn, now, entry).await?;
            }
            Outcome::Unchanged { .. } | Outcome::LeaveOut(_) | Outcome::Refuse(_) => {}
        }
    }
    crate::conduct::educator::sync(&*txn, now, cohort_id).await?;
    txn.commit().await?;
    Ok(Some(plan.counts()))
}

/// The file's own identifier, unless another cohort imported the same file: a calendar UID is unique in the world.
async fn uid_for(txn: &impl ConnectionTrait, new: &PlannedSession) -> Result<String, Fault> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let taken = session::Entity::find().filter(session::Column::Uid.eq(new.uid.to_string())).one(txn).await?.is_some();
    Ok(if taken { uuid::Uuid::new_v4().to_string() } else { new.uid.to_string() })
}

async fn planned(db: &impl ConnectionTrait, row: &cohort::Model, reading: &Reading, days: &DayMap) -> Result<Plan, Fault> {
    let zone = word(Zone::parse(&row.zone).ok(), &row.zone)?;
    let sources: std::collections::BTreeMap<i64, String> = {
        use sea_orm::{ColumnTrait, QueryFilter};
        let rows = session::Entity::find().filter(session::Column::CohortId.eq(row.id)).all(db).await?;
        rows.into_iter().map(|session| (session.id, session.source)).collect()
    };
    let known: Vec<KnownSession> = list(db, row.id)
        .await?
        .into_iter()
        .filter_map(|session| {
            let uid = sources.get(&session.id)?.parse().ok()?;
            let some = |text: String| (!text.is_empty()).then_some(text);
            Some(KnownSession {
                id: session.id,
                uid,
                title: session.title,
                abstract_text: session.summary,
                kind: session.kind,
                starts: session.starts,
                ends: session.ends,
                room: session.room,
                track: some(session.track),
                educators: session.educators.lines().map(str::to_owned).collect(),
                cancelled: session.cancelled,
            })
        })
        .collect();
    Ok(plan(reading, days, &zone, &known, row.first_day, row.last_day))
}

/// `None` for a time the plan should have refused: nothing is written of it.
async fn fill(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    cohort_id: i64,
    zone: &Zone,
    new: &PlannedSession,
) -> Result<Option<session::ActiveModel>, Fault> {
    let Ok(slot) = Slot::new(zone, new.starts, new.ends, None) else { return Ok(None) };
    Ok(Some(session::ActiveModel {
        title: Set(new.title.clone()),
        summary: Set(new.abstract_text.clone()),
        kind: Set(new.kind.to_owned()),
        starts: Set(slot.starts),
        ends: Set(slot.ends),
        starts_at: Set(slot.starts_at),
        ends_at: Set(slot.ends_at),
        room_id: Set(room_named(txn, cohort_id, &new.room, None).await?),
        track: Set(new.track.clone().unwrap_or_default()),
        educators: Set(new.educators.join("\n")),
        updated_at: Set(now),
        ..Default::default()
    }))
}
