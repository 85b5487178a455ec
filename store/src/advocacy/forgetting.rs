//! Being forgotten: the code by mail, the wish, and the one act that removes somebody from every table.
//!
//! What stays: that somebody was there (seats, gives, asks, each without a word of theirs), the proof of what was allowed and
//! taken back, and the address of a publication until it is taken down. A concern they reported stays with its reviewers; only
//! their name and address leave its text.
//!
//! Locks: cohorts and allotments of what is still open or led by them, their invitations, then people, achievements, tasks,
//! publications.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::amplification::Act;
use domain::advocacy::forgetting::{self as rules, FORGOTTEN, ForgettingRefusal, Traces, due};
use domain::cohort::company_import::name_key;
use domain::registration::proof::Step;
use domain::time::{Zone, to_local, words};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::advocacy::advocate::current;
use crate::entity::{achievement, allotment, amplification, cohort, forget_wish, invitation, person};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, About, Letter, Message, Secret};
use crate::registration::invitation::revoke_in;
use crate::registration::proof::{self, Mailbox};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page, advocacy};

/// What asking for a code came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    Code(proof::Sending),
    /// They asked to be forgotten already; it is done by that day.
    Asked(NaiveDate),
}

/// Mails six digits that hold in this browser only.
///
/// # Errors
/// A seat is still held, or enough codes were sent.
pub async fn send_code(db: &Db, now: DateTime<Utc>, actor: Actor, person: i64, browser: &str) -> Result<Sending, Halt<ForgettingRefusal>> {
    let txn = db.write().await?;
    let Some(row) = locked(&*txn, person).await? else { return refuse(ForgettingRefusal::Unknown) };
    if let Some(wish) = wish_of(&*txn, row.id).await? {
        return Ok(Sending::Asked(wish.due_day));
    }
    if let Some(cohort) = seat_held(&*txn, now, &[row.id]).await? {
        return refuse(ForgettingRefusal::SeatHeld { cohort });
    }
    let sending =
        proof::send_in(&*txn, now, Step::Forget, mailbox(&row), browser).await.map_err(|halt| halt.map(ForgettingRefusal::Proof))?;
    if sending == proof::Sending::JustSent {
        return Ok(Sending::Code(sending));
    }
    note(&*txn, now, actor, "send code", row.id).await?;
    txn.commit().await?;
    Ok(Sending::Code(sending))
}

fn mailbox(row: &person::Model) -> Mailbox<'_> {
    Mailbox { name: &row.name, email: &row.email }
}

/// What asking came to: the day by which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub due: NaiveDate,
    /// They had asked before.
    pub again: bool,
}

/// Notes the wish of whoever typed the code in the browser that asked for it, stops what is planned with them, and tells the
/// admins. Repeating it is the same.
///
/// # Errors
/// A seat is still held, or the code does not prove who they are.
pub async fn ask(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    person: i64,
    browser: &str,
    typed: &str,
) -> Result<Asked, Halt<ForgettingRefusal>> {
    let txn = db.write().await?;
    let Some(row) = locked(&*txn, person).await? else { return refuse(ForgettingRefusal::Unknown) };
    if let Some(wish) = wish_of(&*txn, row.id).await? {
        return Ok(Asked { due: wish.due_day, again: true });
    }
    if let Some(cohort) = seat_held(&*txn, now, &[row.id]).await? {
        return refuse(ForgettingRefusal::SeatHeld { cohort });
    }
    if let Err(why) = proof::try_in(&*txn, now, Step::Forget, mailbox(&row), browser, typed).await? {
        // A wrong try counts.
        txn.commit().await?;
        return refuse(ForgettingRefusal::Proof(why));
    }
    let due = due(now.date_naive());
    let wish = forget_wish::ActiveModel { person_id: Set(row.id), asked_at: Set(now), due_day: Set(due), ..Default::default() };
    let wish = wish.insert(&*txn).await?;
    advocacy::consent::stop_planned_in(&*txn, now, actor, row.id).await?;
    tell_admins(&*txn, now, wish.id, due).await?;
    note(&*txn, now, actor, "ask to be forgotten", row.id).await?;
    txn.commit().await?;
    Ok(Asked { due, again: false })
}

async fn tell_admins(txn: &impl ConnectionTrait, now: DateTime<Utc>, wish: i64, due: NaiveDate) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Admin {
        id: i64,
        name: String,
        email: String,
    }
    let admins: Vec<Admin> = sql::all(
        txn,
        "SELECT s.id, s.name, s.email FROM staff s WHERE s.active = TRUE AND EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role = 'admin') ORDER BY s.id",
        values![],
    )
    .await?;
    for admin in admins {
        let letter = Letter {
            event: format!("forget-wish:{wish}:{}", admin.id),
            cohort: None,
            invitation: None,
            to_name: &admin.name,
            to_email: &admin.email,
            subject: format!("Somebody is to be forgotten by {}", words::day(due)),
            message: Message::ForgetAsked { name: admin.name.clone(), due },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    Ok(())
}

/// The row of somebody who was neither merged nor forgotten, locked.
async fn locked(txn: &impl ConnectionTrait, id: i64) -> Result<Option<person::Model>, DbErr> {
    let row = person::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    Ok(row.filter(|row| row.merged_into.is_none() && row.forgotten_at.is_none()))
}

/// Whether this is an address of somebody who asked to be forgotten and is not yet: theirs, or one they were kept under before
/// two records of them were made one. The outbox asks it of everything the host wants of a customer.
pub(crate) async fn leaves(db: &impl ConnectionTrait, email: &str) -> Result<bool, DbErr> {
    let waiting = "SELECT count(*) AS n FROM forget_wish w JOIN person o ON o.id = w.person_id \
         JOIN person p ON p.id = coalesce(o.merged_into, o.id) OR p.merged_into = coalesce(o.merged_into, o.id) \
         WHERE w.done_at IS NULL AND p.email = $1";
    Ok(sql::number(db, waiting, values![email.to_lowercase()]).await? > 0)
}

async fn wish_of(db: &impl ConnectionTrait, person: i64) -> Result<Option<forget_wish::Model>, DbErr> {
    forget_wish::Entity::find().filter(forget_wish::Column::PersonId.eq(person)).one(db).await
}

/// The first cohort that is not over in which any of them has a seat.
async fn seat_held(db: &impl ConnectionTrait, now: DateTime<Utc>, people: &[i64]) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Held {
        title: String,
        zone: String,
        last_day: NaiveDate,
    }
    let held: Vec<Held> = sql::all(
        db,
        &format!(
            "SELECT c.title, c.zone, c.last_day FROM registration r JOIN cohort c ON c.id = r.cohort_id WHERE r.person_id IN ({}) \
             AND r.state = 'confirmed' AND c.state NOT IN ('completed', 'cancelled') ORDER BY c.first_day, c.id",
            sql::numbers(people.iter().copied())
        ),
        values![],
    )
    .await?;
    let today = |zone: &str| Zone::parse(zone).map_or_else(|_| now.date_naive(), |zone| to_local(&zone, now).date());
    Ok(held.into_iter().find(|one| today(&one.zone) <= one.last_day).map(|one| one.title))
}

async fn note(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, act: &str, person: i64) -> Result<(), DbErr> {
    let entry = Entry { actor, act, object: "person", object_id: person, cohort: None, before: String::new(), after: String::new() };
    history::record(txn, now, entry).await
}

// ---- reading ---------------------------------------------------------------------------------------------------------

/// What stands between somebody and being forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// They asked for it; it is done by that day.
    pub due: Option<NaiveDate>,
    /// The cohort in which they still have a seat.
    pub seat: Option<String>,
}

/// How far somebody is with being forgotten.
///
/// # Errors
/// The database.
pub async fn standing(db: &Db, now: DateTime<Utc>, person: i64) -> Result<Standing, DbErr> {
    let due = wish_of(db.read(), person).await?.map(|wish| wish.due_day);
    Ok(Standing { due, seat: seat_held(db.read(), now, &[person]).await? })
}

/// One wish that waits.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Wish {
    pub person: i64,
    pub name: String,
    pub email: String,
    pub company: String,
    pub asked_at: DateTime<Utc>,
    pub due_day: NaiveDate,
}

/// Everybody who is still to be forgotten, the most urgent first.
///
/// # Errors
/// The database.
pub async fn wishes(db: &Db, page: u64) -> Result<Page<Wish>, DbErr> {
    let total = sql::number(db.read(), "SELECT count(*) AS n FROM forget_wish w WHERE w.done_at IS NULL", values![]).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT p.id AS person, p.name, p.email, c.name AS company, w.asked_at, w.due_day FROM forget_wish w JOIN person o ON o.id = w.person_id \
             JOIN person p ON p.id = coalesce(o.merged_into, o.id) JOIN company c ON c.id = p.company_id WHERE w.done_at IS NULL \
             ORDER BY w.due_day, w.id LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        values![],
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

// ---- forgetting ------------------------------------------------------------------------------------------------------

/// What forgetting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    Forgotten,
    /// It was done before.
    Already,
}

/// Forgets somebody who asked for it, with everybody who was merged into them. It cannot be taken back.
///
/// # Errors
/// They did not ask for it, or a seat is still held.
pub async fn forget(db: &Db, now: DateTime<Utc>, actor: Actor, person: i64) -> Result<Forgotten, Halt<ForgettingRefusal>> {
    let txn = db.write().await?;
    let person = current(&*txn, person).await?;
    let people = everyone(&*txn, person).await?;
    let wishes = forget_wish::Entity::find().filter(forget_wish::Column::PersonId.is_in(people.clone())).all(&*txn).await?;
    if wishes.is_empty() {
        return refuse(ForgettingRefusal::NotAsked);
    }
    let mut rows = lock_theirs(&*txn, &people).await?;
    rows.retain(|row| row.forgotten_at.is_none());
    if rows.is_empty() {
        return Ok(Forgotten::Already);
    }
    revoke_open(&*txn, now, actor, &people).await?;
    if let Some(cohort) = seat_held(&*txn, now, &people).await? {
        return refuse(ForgettingRefusal::SeatHeld { cohort });
    }
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let emails: Vec<String> = rows.iter().map(|row| row.email.clone()).collect();
    let who = Who { person, numbers: sql::numbers(people.iter().copied()), emails };
    end_celebrating(&*txn, now, actor, &people, &who).await?;
    end_asking(&*txn, now, &who).await?;
    end_taking_part(&*txn, now, &who).await?;
    end_correspondence(&*txn, now, &who).await?;
    blank(&*txn, now, actor, rows, &who).await?;
    search(&*txn, &Traces::of(person, &names, &who.emails)).await?;
    note(&*txn, now, actor, "forget", person).await?;
    txn.commit().await?;
    Ok(Forgotten::Forgotten)
}

/// Somebody and everybody who was merged into them, ids ascending.
async fn everyone(db: &impl ConnectionTrait, person: i64) -> Result<Vec<i64>, DbErr> {
    let mut people = vec![person];
    loop {
        let more = person::Entity::find()
            .filter(person::Column::MergedInto.is_in(people.clone()))
            .filter(person::Column::Id.is_not_in(people.clone()))
            .all(db)
            .await?;
        if more.is_empty() {
            people.sort_unstable();
            return Ok(people);
        }
        people.extend(more.into_iter().map(|row| row.id));
    }
}

/// Who is forgotten.
struct Who {
    /// The one that is left of those who were merged.
    person: i64,
    /// All of them, as SQL writes a list.
    numbers: String,
    /// Every address they were kept under.
    emails: Vec<String>,
}

/// States of an invitation nobody answered.
const OPEN: [&str; 4] = ["draft", "queued", "sent", "bounced"];

/// Locks whatever of theirs changes, in the order of all locks: the cohorts and allotments where an invitation waits for them or
/// that they lead, every invitation of theirs, since a consent is given behind one, then the people. Answers the people.
async fn lock_theirs(txn: &impl ConnectionTrait, people: &[i64]) -> Result<Vec<person::Model>, DbErr> {
    let rows = || person::Entity::find().filter(person::Column::Id.is_in(people.iter().copied())).order_by_asc(person::Column::Id);
    let invited = || invitation::Entity::find().filter(invitation::Column::PersonId.is_in(people.iter().copied()));
    let emails: Vec<String> = rows().all(txn).await?.into_iter().map(|row| row.email).collect();
    let open = invited().filter(invitation::Column::State.is_in(OPEN)).all(txn).await?;
    let open_or_led = Condition::any()
        .add(allotment::Column::Id.is_in(open.iter().map(|row| row.allotment_id)))
        .add(allotment::Column::LeadEmail.is_in(emails));
    let allotments = allotment::Entity::find().filter(open_or_led).all(txn).await?;
    cohort::Entity::find()
        .filter(cohort::Column::Id.is_in(allotments.iter().map(|row| row.cohort_id)))
        .order_by_asc(cohort::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    allotment::Entity::find()
        .filter(allotment::Column::Id.is_in(allotments.iter().map(|row| row.id)))
        .order_by_asc(allotment::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    invited().order_by_asc(invitation::Column::Id).lock_exclusive().all(txn).await?;
    rows().lock_exclusive().all(txn).await
}

/// Invitations nobody answered are taken back: their seats are their companies' again.
async fn revoke_open(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, people: &[i64]) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Open {
        id: i64,
    }
    let open: Vec<Open> = sql::all(
        txn,
        &format!(
            "SELECT id FROM invitation WHERE person_id IN ({}) AND state IN ({}) ORDER BY cohort_id, allotment_id, id",
            sql::numbers(people.iter().copied()),
            OPEN.map(|state| format!("'{state}'")).join(", ")
        ),
        values![],
    )
    .await?;
    for Open { id } in open {
        match revoke_in(txn, now, actor, id).await {
            // Answered meanwhile: whether that left a seat is seen next.
            Ok(()) | Err(Halt::Refused(_)) => {}
            Err(Halt::Fault(fault)) => return Err(fault),
        }
    }
    Ok(())
}

/// What was celebrated, and what was going to be.
async fn end_celebrating(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, people: &[i64], who: &Who) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Found {
        id: i64,
    }
    let all = &who.numbers;
    // With what was rejected as the same as something of theirs and names nobody: it says what that says.
    let of_theirs: Vec<Found> = sql::all(
        txn,
        &format!(
            "SELECT a.id FROM achievement a WHERE a.person_id IN ({all}) OR (a.person_id IS NULL AND EXISTS (SELECT 1 FROM achievement s \
             WHERE s.id = a.same_as AND s.person_id IN ({all}))) ORDER BY a.id"
        ),
        values![],
    )
    .await?;
    let news = achievement::Entity::find()
        .filter(achievement::Column::Id.is_in(of_theirs.into_iter().map(|found| found.id)))
        .order_by_asc(achievement::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let achieved: Vec<i64> = news.iter().map(|row| row.id).collect();
    let shows = format!(
        "SELECT a.id FROM amplification a WHERE a.achievement_id IN ({}) OR EXISTS (SELECT 1 FROM amplification_use u \
         WHERE u.amplification_id = a.id AND u.person_id IN ({all})) ORDER BY a.id",
        sql::numbers(achieved.iter().copied())
    );
    let shows: Vec<Found> = sql::all(txn, &shows, values![]).await?;
    let shows: BTreeSet<i64> = shows.into_iter().map(|task| task.id).collect();
    // Those that are theirs to approve are changed as well: all are locked at once, ids ascending.
    let mut tasks = amplification::Entity::find()
        .filter(
            Condition::any()
                .add(amplification::Column::Id.is_in(shows.iter().copied()))
                .add(amplification::Column::ApproverEmail.is_in(who.emails.clone())),
        )
        .order_by_asc(amplification::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let approves: Vec<i64> = tasks.iter().filter(|task| who.emails.contains(&task.approver_email)).map(|task| task.id).collect();
    tasks.retain(|task| shows.contains(&task.id));
    // What they allow is taken back and what is live is to be taken down, while it is still known what is theirs.
    advocacy::consent::forget_in(txn, now, actor, people).await?;
    let theirs: Vec<i64> = tasks.iter().filter(|task| achieved.contains(&task.achievement_id)).map(|task| task.id).collect();
    for task in tasks.into_iter().filter(is_open) {
        withdraw(txn, now, actor, task.id).await?;
    }
    let (tasks, achieved) = (sql::numbers(theirs.iter().copied()), sql::numbers(achieved.iter().copied()));
    let published = format!("SELECT p.id FROM publication p WHERE p.amplification_id IN ({tasks})");
    let publications: Vec<Found> = sql::all(txn, &published, values![]).await?;
    unname_mails(txn, &theirs, publications.into_iter().map(|found| found.id)).await?;
    for title in news.iter().map(|row| row.title.as_str()).collect::<BTreeSet<_>>() {
        // What was refused before there was a publication: only the title says whose it was.
        let refused = "UPDATE publish_decision SET title = 'Forgotten' WHERE publication_id IS NULL AND title = $1";
        sql::run(txn, refused, values![title]).await?;
    }
    for change in [
        format!("DELETE FROM amplification_use WHERE person_id IN ({all})"),
        format!("UPDATE wording SET body = '…', link = '', image_id = NULL, image_alt = '' WHERE amplification_id IN ({tasks})"),
        format!("DELETE FROM amplification_image WHERE amplification_id IN ({tasks})"),
        format!("UPDATE amplification_step SET by_name = '', comment = '' WHERE amplification_id IN ({tasks})"),
        format!(
            "UPDATE webhook_delivery SET body = '', last_answer = '', state = CASE WHEN state = 'queued' THEN 'failed' ELSE state END \
             WHERE publication_id IN ({published})"
        ),
        format!("UPDATE publication_result SET note = '' WHERE publication_id IN ({published})"),
        format!("UPDATE publish_decision SET title = 'Forgotten' WHERE publication_id IN ({published})"),
        // Where it can be seen is needed until it cannot.
        format!(
            "UPDATE publication SET title = 'Forgotten', url = CASE WHEN state = 'live' THEN url ELSE '' END WHERE amplification_id IN ({tasks})"
        ),
        format!(
            // What nobody celebrated yet is nobody's news any more: there is nothing left to verify or to celebrate.
            "UPDATE achievement SET person_id = NULL, title = 'Forgotten', title_key = 'forgotten', outlet = '', url = NULL, evidence = '', reason = '', \
             state = CASE WHEN recognised_at IS NULL THEN 'rejected' ELSE state END, revision = revision + 1 WHERE id IN ({achieved})"
        ),
        // Of tasks and publications the history holds states and figures only.
        format!("UPDATE history SET before = '', after = '' WHERE object = 'achievement' AND object_id IN ({achieved})"),
        // Why something was to be taken down.
        format!(
            "UPDATE history SET after = '' WHERE object = 'take-down' AND object_id IN (SELECT t.id FROM take_down t WHERE t.publication_id IN ({published}))"
        ),
        format!("DELETE FROM feed_item WHERE watched_name_id IN (SELECT n.id FROM watched_name n WHERE n.person_id IN ({all}))"),
        // Found by their company's name, and theirs. By its number in the feed it is not found anew.
        format!("UPDATE feed_item SET title = 'Forgotten', summary = '', url = '' WHERE achievement_id IN ({achieved})"),
        format!("DELETE FROM watched_name WHERE person_id IN ({all})"),
    ] {
        sql::run(txn, &change, values![]).await?;
    }
    for task in approves {
        end_approving(txn, now, actor, task).await?;
    }
    Ok(())
}

/// Mails to colleagues about tasks and publications of theirs lose the title. What a colleague is to do by them stays, since
/// some may not have left yet.
async fn unname_mails(txn: &impl ConnectionTrait, tasks: &[i64], publications: impl Iterator<Item = i64>) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        subject: String,
        message: String,
    }
    let about: BTreeSet<About> = tasks.iter().copied().map(About::Task).chain(publications.map(About::Publication)).collect();
    if about.is_empty() {
        return Ok(());
    }
    // As facts are written in a message; inside of words the quotation marks are not these.
    let written = |one: &About| match one {
        About::Task(id) => format!("o.message LIKE '%\"task\":{id},%'"),
        About::Publication(id) => format!("o.message LIKE '%\"publication\":{id},%'"),
    };
    let places = about.iter().map(written).collect::<Vec<_>>().join(" OR ");
    let rows: Vec<Row> =
        sql::all(txn, &format!("SELECT o.id, o.subject, o.message FROM outbox o WHERE {places} ORDER BY o.id"), values![]).await?;
    for Row { id, subject, message } in rows {
        let unreadable = |why: serde_json::Error| Fault::Unreadable(format!("mail {id}: {why}"));
        let mut message: Message = serde_json::from_str(&message).map_err(unreadable)?;
        let Some((_, title)) = message.names().filter(|(one, _)| about.contains(one)) else { continue };
        let subject = subject.replace(title.as_str(), "Forgotten");
        "Forgotten".clone_into(title);
        let message = serde_json::to_string(&message).map_err(unreadable)?;
        sql::run(txn, "UPDATE outbox SET subject = $1, message = $2 WHERE id = $3", values![subject, message, id]).await?;
    }
    Ok(())
}

fn is_open(task: &amplification::Model) -> bool {
    !["published", "measured", "rejected", "withdrawn"].contains(&task.state.as_str())
}

/// Withdraws a task, whatever it waits for.
async fn withdraw(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, task: i64) -> Result<(), Fault> {
    let Some(task) = advocacy::amplification::lock(txn, task).await? else { return Ok(()) };
    let Ok(mut acted) = task.acted(now, Act::Withdraw) else { return Ok(()) };
    acted.change.token_hash = Set(None);
    acted.change.token_until = Set(None);
    acted.change.previous_token_hash = Set(None);
    advocacy::amplification::act_in(txn, now, actor, &task, acted, "Somebody it showed is forgotten.").await?;
    Ok(())
}

/// Nobody approves it any more: what waits for their answer goes back to be planned anew.
async fn end_approving(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, task: i64) -> Result<(), Fault> {
    let Some(task) = advocacy::amplification::lock(txn, task).await? else { return Ok(()) };
    let task = advocacy::amplification::change_approver_in(txn, now, actor, task, ("", "")).await?;
    if task.waits_for_customer()
        && let Ok(acted) = task.acted(now, Act::Edit)
    {
        advocacy::amplification::act_in(txn, now, actor, &task, acted, "Whoever was to approve it is forgotten.").await?;
    }
    Ok(())
}

/// What was asked of them, introduced to them, given to them.
async fn end_asking(txn: &impl ConnectionTrait, now: DateTime<Utc>, who: &Who) -> Result<(), DbErr> {
    let all = &who.numbers;
    for change in [
        format!(
            "UPDATE ask SET wording = '…', answer = '', comment = '', revision = revision + 1, \
             done_at = CASE WHEN state IN ('draft', 'submitted', 'approving', 'asked', 'accepted', 'scheduled') THEN $1 ELSE done_at END, \
             state = CASE WHEN state IN ('draft', 'submitted', 'approving', 'asked', 'accepted', 'scheduled') THEN 'cancelled' ELSE state END \
             WHERE person_id IN ({all})"
        ),
        format!(
            "UPDATE introduction SET topic = '…', ended_at = CASE WHEN state = 'offered' THEN $1 ELSE ended_at END, \
             state = CASE WHEN state = 'offered' THEN 'cancelled' ELSE state END WHERE a_person_id IN ({all}) OR b_person_id IN ({all})"
        ),
        format!("UPDATE problem SET what = '…', solution = '', closed_at = coalesce(closed_at, $1) WHERE person_id IN ({all})"),
    ] {
        sql::run(txn, &change, values![now]).await?;
    }
    for change in [
        format!("UPDATE ledger_entry SET note = '' WHERE person_id IN ({all})"),
        format!("DELETE FROM own_limit WHERE person_id IN ({all})"),
        format!("DELETE FROM advocate WHERE person_id IN ({all})"),
    ] {
        sql::run(txn, &change, values![]).await?;
    }
    Ok(())
}

/// What they said of themselves where they took part, and what was typed about it.
async fn end_taking_part(txn: &impl ConnectionTrait, now: DateTime<Utc>, who: &Who) -> Result<(), DbErr> {
    let all = &who.numbers;
    for change in [
        format!(
            "UPDATE registration SET travel = '', dietary = '', accessibility = '', emergency_contact = '', pronunciation = '', wants_to_learn = '' \
             WHERE person_id IN ({all})"
        ),
        format!("UPDATE invitation SET reason = '' WHERE person_id IN ({all})"),
        format!("UPDATE acknowledgement SET evidence = '' WHERE person_id IN ({all})"),
        format!("UPDATE quiet_override SET reason = '…' WHERE person_id IN ({all})"),
        format!("UPDATE follow_up SET note = '…' WHERE opening_id IN (SELECT o.id FROM sales_opening o WHERE o.person_id IN ({all}))"),
    ] {
        sql::run(txn, &change, values![]).await?;
    }
    let closed = format!("UPDATE sales_opening SET topic = '…', closed_at = coalesce(closed_at, $1) WHERE person_id IN ({all})");
    sql::run(txn, &closed, values![now]).await.map(|_| ())
}

/// Mails, links and sign-ins; and the other parts in which the same address stood.
async fn end_correspondence(txn: &impl ConnectionTrait, now: DateTime<Utc>, who: &Who) -> Result<(), DbErr> {
    let all = &who.numbers;
    let invited = format!("SELECT i.id FROM invitation i WHERE i.person_id IN ({all})");
    for change in [
        format!("DELETE FROM sign_in WHERE invitation_id IN ({invited})"),
        format!(
            "DELETE FROM link WHERE invitation_id IN ({invited}) OR registration_id IN (SELECT r.id FROM registration r WHERE r.person_id IN ({all}))"
        ),
        format!("DELETE FROM own_page_link WHERE person_id IN ({all})"),
        // Whole files of people, some of them packed: nothing in them is found one by one. They are kept for thirty days at
        // most, and whoever is at one uploads it again.
        "DELETE FROM import WHERE kind IN ('advocates', 'achievements', 'results')".to_owned(),
        format!("UPDATE history SET before = '', after = '' WHERE object IN ('person', 'advocate', 'own limit') AND object_id IN ({all})"),
    ] {
        sql::run(txn, &change, values![]).await?;
    }
    let address = rules::address(who.person);
    for email in &who.emails {
        let led = "SELECT a.id FROM allotment a WHERE a.lead_email = $1";
        proof::end_in(txn, email).await?;
        sql::run(txn, "DELETE FROM outbox WHERE lower(to_email) = $1", values![email.as_str()]).await?;
        sql::run(txn, &format!("DELETE FROM sign_in WHERE allotment_id IN ({led})"), values![email.as_str()]).await?;
        sql::run(txn, &format!("DELETE FROM link WHERE allotment_id IN ({led})"), values![email.as_str()]).await?;
        sql::run(txn, "UPDATE educator SET email = NULL, token_hash = NULL WHERE email = $1", values![email.as_str()]).await?;
        sql::run(
            txn,
            "UPDATE allotment SET lead_name = $1, lead_email = $2, revision = revision + 1 WHERE lead_email = $3",
            values![FORGOTTEN, address.as_str(), email.as_str()],
        )
        .await?;
        sql::run(
            txn,
            "UPDATE signatory SET name = $1, title = '', email = $2, token_hash = NULL, ended_at = coalesce(ended_at, $3) WHERE email = $4",
            values![FORGOTTEN, address.as_str(), now, email.as_str()],
        )
        .await?;
    }
    Ok(())
}

/// The person themselves: a row without anybody in it, for everything that is counted.
async fn blank(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, rows: Vec<person::Model>, who: &Who) -> Result<(), DbErr> {
    for row in rows {
        person::ActiveModel {
            id: Set(row.id),
            email: Set(rules::address(row.id)),
            name: Set(FORGOTTEN.to_owned()),
            title: Set(String::new()),
            zone: Set(None),
            language: Set(String::new()),
            forgotten_at: Set(Some(now)),
            ..Default::default()
        }
        .update(txn)
        .await?;
    }
    sql::run(
        txn,
        &format!("UPDATE forget_wish SET done_at = $1, done_by = $2 WHERE done_at IS NULL AND person_id IN ({})", who.numbers),
        values![now, actor.staff()],
    )
    .await
    .map(|_| ())
}

/// Tables that are the host's own words, or whose words are bound by a hash: nobody's name is looked for in them. A colleague
/// may bear the same name.
const NOT_SEARCHED: [&str; 13] = [
    "company",
    "competitor",
    "consent_event",
    "link",
    "program",
    "rule_draft",
    "rule_translation",
    "rule_version",
    "setting",
    "sign_in",
    "staff",
    "staff_role",
    "term_list",
];

/// Looks for them in everything else that holds words, so that a table made after this was written is not forgotten.
async fn search(txn: &impl ConnectionTrait, traces: &Traces) -> Result<(), DbErr> {
    #[derive(FromQueryResult)]
    struct Said {
        said: String,
    }
    let patterns = traces.patterns();
    for Column { of_table, named } in text_columns(txn).await? {
        if NOT_SEARCHED.contains(&of_table.as_str()) {
            continue;
        }
        let places: Vec<String> = (1..=patterns.len()).map(|place| format!("lower(\"{named}\") LIKE ${place} ESCAPE '\\'")).collect();
        let found: Vec<Said> = sql::all(
            txn,
            &format!("SELECT DISTINCT \"{named}\" AS said FROM \"{of_table}\" WHERE {}", places.join(" OR ")),
            patterns.iter().map(|pattern| pattern.as_str().into()),
        )
        .await?;
        for Said { said } in found {
            let Some(mut left) = traces.removed_from(&said) else { continue };
            if named.ends_with("_key") {
                left = name_key(&left);
            }
            let change = format!("UPDATE \"{of_table}\" SET \"{named}\" = $1 WHERE \"{named}\" = $2");
            sql::run(txn, &change, values![left, said]).await?;
        }
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Column {
    of_table: String,
    named: String,
}

/// Every column that holds words.
async fn text_columns(txn: &impl ConnectionTrait) -> Result<Vec<Column>, DbErr> {
    let catalogue = if txn.get_database_backend() == DbBackend::Postgres {
        "SELECT CAST(c.table_name AS TEXT) AS of_table, CAST(c.column_name AS TEXT) AS named FROM information_schema.columns c \
         JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
         WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.data_type = 'text' ORDER BY 1, 2"
    } else {
        "SELECT m.name AS of_table, c.name AS named FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND upper(c.type) = 'TEXT' ORDER BY 1, 2"
    };
    sql::all(txn, catalogue, values![]).await
}
