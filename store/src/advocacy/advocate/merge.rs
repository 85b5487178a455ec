//! Two records of one person made one: everything that names the one who goes names the other from then on.
//!
//! Locks: the invitations of both, then both people with whoever the one who goes was to be introduced to, ids ascending,
//! then whatever names them: achievements, tasks, introductions. What only one person can have (a pair that was introduced, a
//! quiet period set aside) stays with the one who goes where the other has it already: the row is kept, and nobody is found
//! by it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::advocacy::advocate::merge::{self as rules, MergeFacts, MergeRefusal, Party};
use domain::advocacy::amplification::Act;
use domain::advocacy::introduction::State as Introduced;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Set,
};

use super::{current, read_row};
use crate::advocacy::{amplification as tasks, own_limit};
use crate::entity::{achievement, advocate, amplification, introduction, invitation, person, registration};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::registration::proof;
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// What merging came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    Merged,
    AlreadyMerged,
}

/// Rows that name a person and are no one else's: each names the one who stays from then on.
const MOVED: [&str; 11] = [
    "invitation",
    "registration",
    "acknowledgement",
    "sales_opening",
    "ask",
    "problem",
    "watched_name",
    "achievement",
    "amplification_use",
    "ledger_entry",
    "own_page_link",
];

/// Makes `gone` one with `keep`. It is not undone; doing it again is the same.
///
/// # Errors
/// Every reason why not.
pub async fn merge(db: &Db, now: DateTime<Utc>, actor: Actor, keep: i64, gone: i64) -> Result<Merged, Halt<MergeRefusal>> {
    let txn = db.write().await?;
    let invitations = lock(&*txn, keep, gone).await?;
    let left = person::Entity::find_by_id(gone).one(&*txn).await?;
    if left.as_ref().is_some_and(|row| row.merged_into == Some(keep)) {
        return Ok(Merged::AlreadyMerged);
    }
    rules::may_merge(&facts(&*txn, keep, gone).await?).map_err(Halt::Refused)?;
    let (Some(stays), Some(goes)) = (person::Entity::find_by_id(keep).one(&*txn).await?, left) else {
        return Err(Fault::Unreadable(format!("person {keep} or {gone} while both are locked")).into());
    };
    end_links(&*txn, now, &goes, &invitations).await?;
    move_tasks(&*txn, now, actor, &stays, &goes).await?;
    unite_records(&*txn, now, actor, &stays, &goes).await?;
    unite_limits(&*txn, keep, gone).await?;
    move_introductions(&*txn, now, &stays, &goes).await?;
    for table in MOVED {
        sql::run(&*txn, &format!("UPDATE {table} SET person_id = $1 WHERE person_id = $2"), values![keep, gone]).await?;
    }
    sql::run(
        &*txn,
        "UPDATE quiet_override SET person_id = $1 WHERE person_id = $2 AND cohort_id NOT IN (SELECT q.cohort_id FROM quiet_override q WHERE q.person_id = $1)",
        values![keep, gone],
    )
    .await?;
    sql::run(&*txn, "UPDATE person SET merged_into = $1 WHERE id = $2 OR merged_into = $2", values![keep, gone]).await?;
    let filled = |stands: &str, other: &str| if stands.is_empty() { other.to_owned() } else { stands.to_owned() };
    person::ActiveModel {
        id: Set(keep),
        title: Set(filled(&stays.title, &goes.title)),
        language: Set(filled(&stays.language, &goes.language)),
        zone: Set(stays.zone.or(goes.zone)),
        ..Default::default()
    }
    .update(&*txn)
    .await?;
    let entry = Entry {
        actor,
        act: "merge",
        object: "person",
        object_id: keep,
        cohort: None,
        before: format!("person {gone}"),
        after: format!("person {keep}"),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Merged::Merged)
}

/// Locks the invitations of both, then both people, with whom the one who goes was offered; answers the invitations of the one
/// who goes.
async fn lock(txn: &impl ConnectionTrait, keep: i64, gone: i64) -> Result<Vec<i64>, DbErr> {
    let both = invitation::Entity::find()
        .filter(invitation::Column::PersonId.is_in([keep, gone]))
        .order_by_asc(invitation::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    // Moving an introduction asks for the one at its other end as well: whoever answers it holds both, ids ascending.
    let theirs = introduction::Entity::find()
        .filter(Condition::any().add(introduction::Column::APersonId.eq(gone)).add(introduction::Column::BPersonId.eq(gone)))
        .all(txn)
        .await?;
    let mut people: BTreeSet<i64> = theirs.iter().flat_map(|row| [row.a_person_id, row.b_person_id]).collect();
    people.extend([keep, gone]);
    for id in people {
        let found = person::Entity::find_by_id(id);
        let found = if id == keep || id == gone { found.lock_exclusive() } else { found.lock(LockType::NoKeyUpdate) };
        found.one(txn).await?;
    }
    // One that was made before the people were locked and after the first look.
    let theirs = invitation::Entity::find().filter(invitation::Column::PersonId.eq(gone)).all(txn).await?;
    let mut ids: Vec<i64> = both.into_iter().filter(|row| row.person_id == gone).chain(theirs).map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Whether two may be made one, for the page that asks. `Ok` holds nothing that could not change until it is done.
///
/// # Errors
/// The database.
pub async fn may_merge(db: &Db, keep: i64, gone: i64) -> Result<Result<(), MergeRefusal>, Fault> {
    Ok(rules::may_merge(&facts(db.read(), keep, gone).await?))
}

async fn facts(db: &impl ConnectionTrait, keep: i64, gone: i64) -> Result<MergeFacts, Fault> {
    #[derive(FromQueryResult)]
    struct Cohort {
        title: String,
    }
    let titles = |rows: Vec<Cohort>| rows.into_iter().map(|row| row.title).collect::<Vec<_>>();
    let invited: Vec<Cohort> = sql::all(
        db,
        "SELECT c.title FROM invitation a JOIN invitation b ON b.cohort_id = a.cohort_id JOIN cohort c ON c.id = a.cohort_id \
         WHERE a.person_id = $1 AND b.person_id = $2 ORDER BY c.first_day, c.id",
        values![keep, gone],
    )
    .await?;
    let acknowledged: Vec<Cohort> = sql::all(
        db,
        "SELECT c.title FROM acknowledgement a JOIN acknowledgement b ON b.cohort_id = a.cohort_id AND b.rule_version_id = a.rule_version_id \
         JOIN cohort c ON c.id = a.cohort_id WHERE a.person_id = $1 AND b.person_id = $2 ORDER BY c.first_day, c.id",
        values![keep, gone],
    )
    .await?;
    Ok(MergeFacts {
        keep: party(db, keep).await?,
        gone: party(db, gone).await?,
        same: keep == gone,
        invited: if keep == gone { vec![] } else { titles(invited) },
        acknowledged: if keep == gone { vec![] } else { titles(acknowledged) },
    })
}

async fn party(db: &impl ConnectionTrait, id: i64) -> Result<Option<Party>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        merged: bool,
        forgotten: bool,
        wishes: bool,
        consents: bool,
    }
    let row: Option<Row> = sql::one(
        db,
        "SELECT p.name, p.merged_into IS NOT NULL AS merged, p.forgotten_at IS NOT NULL AS forgotten, \
         EXISTS (SELECT 1 FROM forget_wish w WHERE w.person_id = p.id AND w.done_at IS NULL) AS wishes, \
         EXISTS (SELECT 1 FROM consent_event e WHERE e.person_id = p.id) AS consents FROM person p WHERE p.id = $1",
        values![id],
    )
    .await?;
    Ok(row.map(|row| Party {
        name: row.name,
        merged: row.merged,
        forgotten: row.forgotten,
        wishes_to_be_forgotten: row.wishes,
        consents: row.consents,
    }))
}

/// Whatever was sent to the address of the one who goes opens nothing any more: it may be somebody else's by now.
async fn end_links(txn: &impl ConnectionTrait, now: DateTime<Utc>, goes: &person::Model, invitations: &[i64]) -> Result<(), DbErr> {
    for id in invitations {
        link::revoke(txn, now, Opens::Invitation(*id)).await?;
    }
    let registrations = registration::Entity::find().filter(registration::Column::PersonId.eq(goes.id)).all(txn).await?;
    for row in registrations {
        link::revoke(txn, now, Opens::Feed(row.id)).await?;
    }
    sql::run(txn, "UPDATE own_page_link SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL", values![goes.id, now]).await?;
    proof::end_in(txn, &goes.email).await?;
    Ok(())
}

/// The tasks that show the one who goes, or that they approve. What is shown is part of what was approved, so that showing the
/// other record voids it as any edit does; and a link that was sent to the one who goes opens nothing any more: what was held by
/// it is the host's to let go.
async fn move_tasks(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    stays: &person::Model,
    goes: &person::Model,
) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Shows {
        id: i64,
    }
    achievement::Entity::find()
        .filter(achievement::Column::PersonId.eq(goes.id))
        .order_by_asc(achievement::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let shows: Vec<Shows> =
        sql::all(txn, "SELECT DISTINCT u.amplification_id AS id FROM amplification_use u WHERE u.person_id = $1", values![goes.id]).await?;
    let shows: BTreeSet<i64> = shows.into_iter().map(|task| task.id).collect();
    let named = amplification::Entity::find()
        .filter(
            Condition::any()
                .add(amplification::Column::Id.is_in(shows.iter().copied()))
                .add(amplification::Column::ApproverEmail.eq(goes.email.as_str())),
        )
        .order_by_asc(amplification::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    for row in named {
        let Some(mut task) = tasks::lock(txn, row.id).await? else { continue };
        if row.approver_email == goes.email {
            task = tasks::change_approver_in(txn, now, actor, task, (&stays.name, &stays.email)).await?;
        }
        // What is public, or over, names the one who stays from then on: nothing of it is edited any more.
        if shows.contains(&row.id)
            && let Ok(acted) = task.acted(now, Act::Edit)
        {
            tasks::act_in(txn, now, actor, &task, acted, "Two records of a person it shows were made one.").await?;
        }
    }
    Ok(())
}

/// One record of both.
async fn unite_records(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    stays: &person::Model,
    goes: &person::Model,
) -> Result<(), Fault> {
    let Some(other) = advocate::Entity::find_by_id(goes.id).lock_exclusive().one(txn).await? else { return Ok(()) };
    let other_record = read_row(&other)?;
    match advocate::Entity::find_by_id(stays.id).lock_exclusive().one(txn).await? {
        Some(stands) => {
            let before = read_row(&stands)?;
            let both = rules::unite(&before, &other_record, &goes.name);
            super::update(txn, stays.id, stands.revision, &both).await?;
            super::note_change(txn, now, actor, "merge", stays.id, &before, &both).await?;
        }
        None => {
            super::insert(txn, now, actor, stays.id, &other_record).await?;
        }
    }
    advocate::Entity::delete_by_id(goes.id).exec(txn).await?;
    Ok(())
}

/// The stricter of what both set for themselves.
async fn unite_limits(txn: &impl ConnectionTrait, keep: i64, gone: i64) -> Result<(), DbErr> {
    let mut limits = own_limit::of_in(txn, &[keep, gone]).await?;
    let Some(theirs) = limits.remove(&gone) else { return Ok(()) };
    match limits.remove(&keep) {
        None => {
            sql::run(txn, "UPDATE own_limit SET person_id = $1 WHERE person_id = $2", values![keep, gone]).await?;
        }
        Some(stands) => {
            let both = stands.and(theirs);
            let most = both.most_per_quarter.and_then(|most| i32::try_from(most).ok());
            sql::run(
                txn,
                "UPDATE own_limit SET most_per_quarter = $2, never = $3, pause_until = $4, note = $5 WHERE person_id = $1",
                values![keep, most, both.never_lines(), both.pause_until, both.note],
            )
            .await?;
            sql::run(txn, "DELETE FROM own_limit WHERE person_id = $1", values![gone]).await?;
        }
    }
    Ok(())
}

/// Introductions of the one who goes become the other's. A pair there is already, or that would be one person, stays as it
/// was, and ends if it was still offered; so does an offer that would now be between colleagues.
async fn move_introductions(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    stays: &person::Model,
    goes: &person::Model,
) -> Result<(), Fault> {
    let theirs = introduction::Entity::find()
        .filter(Condition::any().add(introduction::Column::APersonId.eq(goes.id)).add(introduction::Column::BPersonId.eq(goes.id)))
        .order_by_asc(introduction::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    for row in theirs {
        let (other, says, other_says) =
            if row.a_person_id == goes.id { (row.b_person_id, row.a_says, row.b_says) } else { (row.a_person_id, row.b_says, row.a_says) };
        let (a, b) = (stays.id.min(other), stays.id.max(other));
        let (a_says, b_says) = if stays.id < other { (says, other_says) } else { (other_says, says) };
        let taken = introduction::Entity::find()
            .filter(introduction::Column::APersonId.eq(a))
            .filter(introduction::Column::BPersonId.eq(b))
            .one(txn)
            .await?;
        let moves = other != stays.id && taken.is_none();
        let peer = person::Entity::find_by_id(other).one(txn).await?;
        let colleagues = peer.is_none_or(|peer| peer.company_id == stays.company_id);
        let mut changed = introduction::ActiveModel { id: Set(row.id), ..Default::default() };
        if moves {
            changed.a_person_id = Set(a);
            changed.b_person_id = Set(b);
            changed.a_says = Set(a_says);
            changed.b_says = Set(b_says);
        }
        let ends = row.state == Introduced::Offered.as_str() && (!moves || colleagues);
        if ends {
            changed.state = Set(Introduced::Cancelled.as_str().to_owned());
            changed.ended_at = Set(Some(now));
        }
        if moves || ends {
            changed.update(txn).await?;
        }
    }
    Ok(())
}

/// What there is of somebody, as the page shows both side by side.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Has {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub email: String,
    pub company: String,
    pub asks: i64,
    /// Gives and acts; seats are among them only where cohorts are shown.
    pub entries: i64,
    pub achievements: i64,
    pub introductions: i64,
    pub problems: i64,
    /// What they allowed and took back; their attendance is among it only where cohorts are shown.
    pub consents: i64,
    pub record: bool,
    /// Cohorts they were named for; 0 where they are not shown.
    pub cohorts: i64,
}

/// What there is of somebody. `None` when they are not known, merged or forgotten.
///
/// # Errors
/// The database.
pub async fn has(db: &Db, person: i64, shows_cohorts: bool) -> Result<Option<Has>, DbErr> {
    let seats = if shows_cohorts { "" } else { " AND e.kind <> 'seat'" };
    let attendance = if shows_cohorts { "" } else { " AND v.scope <> 'attendance'" };
    let cohorts = if shows_cohorts { "(SELECT count(*) FROM invitation i WHERE i.person_id = p.id)" } else { "CAST(0 AS BIGINT)" };
    let person = current(db.read(), person).await?;
    sql::one(
        db.read(),
        &format!(
            "SELECT p.id, p.name, p.title, p.email, co.name AS company, \
             (SELECT count(*) FROM ask k WHERE k.person_id = p.id AND k.state <> 'refused') AS asks, \
             (SELECT count(*) FROM ledger_entry e WHERE e.person_id = p.id{seats}) AS entries, \
             (SELECT count(*) FROM achievement t WHERE t.person_id = p.id) AS achievements, \
             (SELECT count(*) FROM introduction n WHERE n.a_person_id = p.id OR n.b_person_id = p.id) AS introductions, \
             (SELECT count(*) FROM problem b WHERE b.person_id = p.id) AS problems, \
             (SELECT count(*) FROM consent_event v WHERE v.person_id = p.id{attendance}) AS consents, \
             EXISTS (SELECT 1 FROM advocate a WHERE a.person_id = p.id) AS record, {cohorts} AS cohorts \
             FROM person p JOIN company co ON co.id = p.company_id WHERE p.id = $1 AND p.merged_into IS NULL AND p.forgotten_at IS NULL"
        ),
        values![person],
    )
    .await
}

/// Somebody who may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Alike {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub email: String,
    pub company: String,
}

/// So many of them are shown.
const MOST_ALIKE: usize = 20;

/// People who may be the same as this one: those a term finds by name, address or company; without one, namesakes. At most
/// twenty.
///
/// # Errors
/// The database.
pub async fn alike(db: &Db, person: i64, term: &str) -> Result<Vec<Alike>, DbErr> {
    #[derive(FromQueryResult)]
    struct Named {
        id: i64,
        name: String,
    }
    // What is written in lower case is read here: of letters with accents, the databases know different things.
    let everybody: Vec<Named> = sql::all(
        db.read(),
        "SELECT p.id, p.name FROM person p WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL ORDER BY p.name, p.id",
        values![],
    )
    .await?;
    let term = term.trim().to_lowercase();
    let own = everybody.iter().find(|one| one.id == person).map(|one| one.name.to_lowercase());
    let fits = |one: &&Named| {
        let name = one.name.to_lowercase();
        one.id != person && if term.is_empty() { own.as_ref() == Some(&name) } else { name.contains(&term) }
    };
    // No more of them are shown, in this order.
    let named = sql::numbers(everybody.iter().filter(fits).take(MOST_ALIKE).map(|one| one.id));
    let found = format!(
        "SELECT p.id, p.name, p.title, p.email, co.name AS company FROM person p JOIN company co ON co.id = p.company_id \
         WHERE p.id <> $1 AND p.merged_into IS NULL AND p.forgotten_at IS NULL \
         AND (p.id IN ({named}) OR p.email LIKE $2 ESCAPE '\\' OR co.name_key LIKE $2 ESCAPE '\\') ORDER BY p.name, p.id LIMIT {MOST_ALIKE}"
    );
    // Nobody has an empty address.
    let like = if term.is_empty() { String::new() } else { sql::like(&term) };
    sql::all(db.read(), &found, values![person, like]).await
}
