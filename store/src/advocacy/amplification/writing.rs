//! Writing: wordings, images, and the plan of a task. Each change of what somebody will see voids the approval.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::advocacy::amplification::{Act, AmplificationRefusal, OWNER, Stands, TaskPlan};
use domain::advocacy::consent::Channel;
use domain::advocacy::wording::{MOST_IMAGES, Wording, image_type, language_name};
use domain::refusal::FieldRefusal;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Set};
use sha2::{Digest, Sha256};

pub use domain::advocacy::amplification::TypedTask;
pub use domain::advocacy::wording::TypedWording;

use super::celebrated::celebrated;
use super::{Acted, Content, TaskRow, act_in, change_approver_in, content, lock, lock_celebrated, record, show};
use crate::entity::{achievement, amplification, amplification_image, wording};
use crate::halt::refuse;
use crate::history::Actor;
use crate::sql::{self, values};
use crate::{Db, Halt};

/// The fields that need another look.
fn fields(wrong: Vec<FieldRefusal>) -> Halt<AmplificationRefusal> {
    Halt::Refused(AmplificationRefusal::Fields(wrong))
}

fn refuse_field<T>(field: &'static str, sentence: &str) -> Result<T, Halt<AmplificationRefusal>> {
    Err(fields(vec![FieldRefusal::new(field, sentence)]))
}

/// Saves the words for one channel in one language, as a new version. Saving the same again changes nothing. Whatever the
/// customer approved or has before them is void, and what was planned is cancelled.
///
/// # Errors
/// A field, a state nothing is written in, or somebody changed the task meanwhile.
pub async fn save_wording(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    task: i64,
    revision: i32,
    typed: &TypedWording<'_>,
) -> Result<(), Halt<AmplificationRefusal>> {
    write(db, now, actor, task, revision, typed, false).await
}

/// [`save_wording`], for a channel and a language without words: what stands there is not replaced.
///
/// # Errors
/// Other words stand there, at `channel`; and as [`save_wording`].
pub async fn begin_wording(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    task: i64,
    revision: i32,
    typed: &TypedWording<'_>,
) -> Result<(), Halt<AmplificationRefusal>> {
    write(db, now, actor, task, revision, typed, true).await
}

async fn write(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    task: i64,
    revision: i32,
    typed: &TypedWording<'_>,
    begins: bool,
) -> Result<(), Halt<AmplificationRefusal>> {
    let typed = Wording::parse(typed).map_err(fields)?;
    let txn = db.write().await?;
    let Some(stands) = lock(&*txn, task).await? else { return refuse(AmplificationRefusal::Unknown) };
    let newest = newest_version(&*txn, task, typed.channel, typed.language).await?;
    let standing = newest.as_ref().filter(|row| row.ended_at.is_none());
    if standing.is_some_and(|row| is_same(row, &typed)) {
        return Ok(());
    }
    if begins && standing.is_some() {
        let place = format!("{}, in {}", typed.channel.label(), language_name(typed.language));
        let sentence = format!("Words for this stand already: {place}. Change those, or choose another channel or language.");
        return refuse_field("channel", &sentence);
    }
    let acted = stands.acted(now, Act::Edit)?;
    if stands.row.revision != revision {
        return refuse(AmplificationRefusal::Stale);
    }
    if let Some(image) = typed.image
        && image_of(&*txn, task, image).await?.is_none()
    {
        return refuse_field("image", "Choose one of the task’s images, or none.");
    }
    wording::ActiveModel {
        amplification_id: Set(task),
        channel: Set(typed.channel.as_str().to_owned()),
        language: Set(typed.language.to_owned()),
        version: Set(newest.map_or(0, |row| row.version) + 1),
        body: Set(typed.body),
        link: Set(typed.link),
        image_id: Set(typed.image),
        image_alt: Set(typed.image_alt),
        written_by: Set(actor.staff()),
        written_at: Set(now),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    act_in(&*txn, now, actor, &stands, acted, "").await?;
    txn.commit().await?;
    Ok(())
}

/// Takes the words for one channel in one language off the task. Ending them twice is the same.
///
/// # Errors
/// A state nothing is written in, or somebody changed the task meanwhile.
pub async fn end_wording(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    task: i64,
    revision: i32,
    channel: &str,
    language: &str,
) -> Result<(), Halt<AmplificationRefusal>> {
    let txn = db.write().await?;
    let Some(stands) = lock(&*txn, task).await? else { return refuse(AmplificationRefusal::Unknown) };
    let newest = match Channel::parse(channel) {
        Some(channel) => newest_version(&*txn, task, channel, language).await?,
        None => None,
    };
    let Some(newest) = newest else { return refuse_field("channel", "There is no such wording. Reload the page.") };
    if newest.ended_at.is_some() {
        return Ok(());
    }
    let acted = stands.acted(now, Act::Edit)?;
    if stands.row.revision != revision {
        return refuse(AmplificationRefusal::Stale);
    }
    wording::ActiveModel { id: Set(newest.id), ended_at: Set(Some(now)), ..Default::default() }.update(&*txn).await?;
    act_in(&*txn, now, actor, &stands, acted, "").await?;
    txn.commit().await?;
    Ok(())
}

async fn newest_version(
    txn: &impl ConnectionTrait,
    task: i64,
    channel: Channel,
    language: &str,
) -> Result<Option<wording::Model>, Halt<AmplificationRefusal>> {
    let newest = wording::Entity::find()
        .filter(wording::Column::AmplificationId.eq(task))
        .filter(wording::Column::Channel.eq(channel.as_str()))
        .filter(wording::Column::Language.eq(language))
        .order_by_desc(wording::Column::Version)
        .one(txn)
        .await?;
    Ok(newest)
}

fn is_same(row: &wording::Model, typed: &Wording) -> bool {
    (row.body.as_str(), row.link.as_str(), row.image_id, row.image_alt.as_str())
        == (typed.body.as_str(), typed.link.as_str(), typed.image, typed.image_alt.as_str())
}

/// Adds an image; answers its number. The same image again is the one that is there. Alone it voids nothing: a wording
/// that uses it does.
///
/// # Errors
/// No image we show, too many, a state nothing is written in, or somebody changed the task meanwhile.
pub async fn add_image(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    task: i64,
    revision: i32,
    bytes: Vec<u8>,
) -> Result<i64, Halt<AmplificationRefusal>> {
    let media_type = image_type(&bytes).map_err(|why| fields(vec![why]))?;
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let txn = db.write().await?;
    let Some(stands) = lock(&*txn, task).await? else { return refuse(AmplificationRefusal::Unknown) };
    let known = images_of(&*txn, task).await?;
    if let Some(same) = known.iter().find(|image| image.sha256 == sha256) {
        return Ok(same.id);
    }
    stands.after(Act::Edit)?;
    if stands.row.revision != revision {
        return refuse(AmplificationRefusal::Stale);
    }
    if known.len() >= MOST_IMAGES {
        return refuse_field("file", "There are twenty images already. Use one of them.");
    }
    let row = amplification_image::ActiveModel {
        amplification_id: Set(task),
        media_type: Set(media_type.to_owned()),
        content: Set(bytes),
        sha256: Set(sha256),
        added_by: Set(actor.staff()),
        added_at: Set(now),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    record(&*txn, now, actor, "add-image", &stands, stands.state).await?;
    txn.commit().await?;
    Ok(row.id)
}

/// An image, without its content.
#[derive(FromQueryResult)]
struct Kept {
    id: i64,
    sha256: String,
}

async fn images_of(txn: &impl ConnectionTrait, task: i64) -> Result<Vec<Kept>, DbErr> {
    sql::all(txn, "SELECT i.id, i.sha256 FROM amplification_image i WHERE i.amplification_id = $1", values![task]).await
}

async fn image_of(txn: &impl ConnectionTrait, task: i64, image: i64) -> Result<Option<Kept>, DbErr> {
    Ok(images_of(txn, task).await?.into_iter().find(|one| one.id == image))
}

/// Saves who owns it, by when it is due, the day it is to be seen, who approves it and what it shows. Saving the same again
/// changes nothing. Another day, or something else shown, voids the approval; so does another approver once something was
/// sent. The former one's link is dead, and what they held is the host's to let go.
///
/// # Errors
/// A field, a state nothing is written in, or somebody changed the task meanwhile.
pub async fn save_plan(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    task: i64,
    revision: i32,
    typed: &TypedTask<'_>,
) -> Result<(), Halt<AmplificationRefusal>> {
    let txn = db.write().await?;
    lock_celebrated(&*txn, task, &[]).await?;
    let Some(stands) = lock(&*txn, task).await? else { return refuse(AmplificationRefusal::Unknown) };
    let Some(of) = achievement::Entity::find_by_id(stands.row.achievement_id).one(&*txn).await? else {
        return refuse(AmplificationRefusal::Unknown);
    };
    let row = &stands.row;
    let against = Stands {
        today: now.date_naive(),
        due_day: row.due_day,
        planned_for: row.planned_for,
        person: of.person_id,
        company: of.company_id,
    };
    let plan = TaskPlan::parse(typed, &against).map_err(fields)?;
    let changes = Changes::between(&stands, &content(&*txn, task).await?, &plan);
    if changes == Changes::default() {
        return Ok(());
    }
    if changes.owner {
        check_owner(&*txn, plan.owner).await?;
    }
    if changes.address {
        check_approver(&*txn, of.id, &plan, typed.sender).await?;
    }
    let edits = changes.shown || ((changes.address || changes.name) && !row.sent_hash.is_empty());
    if edits {
        stands.after(Act::Edit)?;
    }
    if row.revision != revision {
        return refuse(AmplificationRefusal::Stale);
    }
    let (name, email) = plan.approver.as_ref().map_or(("", ""), |(name, email)| (name.as_str(), email.as_str()));
    let stands = if changes.address { change_approver_in(&*txn, now, actor, stands, (name, email)).await? } else { stands };
    let planned = |change: amplification::ActiveModel| amplification::ActiveModel {
        owner_id: Set(plan.owner),
        due_day: Set(plan.due_day),
        planned_for: Set(plan.planned_for),
        approver_name: Set(name.to_owned()),
        ..change
    };
    if edits {
        let acted = stands.acted(now, Act::Edit)?;
        show(&*txn, task, plan.uses.iter().copied()).await?;
        act_in(&*txn, now, actor, &stands, Acted { change: planned(acted.change), ..acted }, "").await?;
    } else {
        planned(stands.untouched(now)).update(&*txn).await?;
        record(&*txn, now, actor, "plan", &stands, stands.state).await?;
    }
    txn.commit().await?;
    Ok(())
}

/// What of a plan is new.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes {
    owner: bool,
    due_day: bool,
    /// The approver's name.
    name: bool,
    /// The approver's address.
    address: bool,
    /// The day, or what is shown: what somebody will see.
    shown: bool,
}

impl Changes {
    fn between(stands: &TaskRow, content: &Content, plan: &TaskPlan) -> Self {
        let row = &stands.row;
        let (name, email) = plan.approver.as_ref().map_or(("", ""), |(name, email)| (name.as_str(), email.as_str()));
        Self {
            owner: row.owner_id != plan.owner,
            due_day: row.due_day != plan.due_day,
            name: row.approver_name != name,
            address: row.approver_email != email,
            shown: row.planned_for != plan.planned_for || content.uses.iter().copied().collect::<BTreeSet<_>>() != plan.uses,
        }
    }
}

/// Whoever owns a task opens it: a colleague who is an admin or in marketing.
async fn check_owner(txn: &impl ConnectionTrait, owner: Option<i64>) -> Result<(), Halt<AmplificationRefusal>> {
    let Some(owner) = owner else { return Ok(()) };
    let found = sql::number(
        txn,
        "SELECT count(*) AS n FROM staff s WHERE s.id = $1 AND s.active \
         AND EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role IN ($2, $3))",
        values![owner, Role::Marketing.as_str(), Role::Admin.as_str()],
    )
    .await?;
    if found == 0 { refuse_field("owner", OWNER) } else { Ok(()) }
}

/// Somebody known to be at the customer approves for them, and nobody of the host's.
async fn check_approver(
    txn: &impl ConnectionTrait,
    achievement: i64,
    plan: &TaskPlan,
    sender: &str,
) -> Result<(), Halt<AmplificationRefusal>> {
    let Some((_, email)) = &plan.approver else { return Ok(()) };
    let Some(of) = celebrated(txn, achievement).await? else { return refuse(AmplificationRefusal::Unknown) };
    of.check_approver(txn, email, sender).await
}
