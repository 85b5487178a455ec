//! A task as its page shows it, and as the customer sees it behind their link: only what was sent to them, as it stands.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::achievement::{self, Kind};
use domain::advocacy::amplification::{Act, Hold, State, is_news};
use domain::advocacy::consent::{Channel, Scope, Standing, Subject, resolve};
use domain::advocacy::publication::State as PublicationState;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter};

use super::answering::by_token;
use super::{Content, TaskRow, content, shown};
use crate::advocacy::consent::ledgers;
use crate::entity::{amplification, amplification_image};
use crate::halt::word;
use crate::sql::{self, values};
use crate::{Db, Fault};

/// A task's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: i64,
    /// What is celebrated, as far as `recognised_at`.
    pub achievement: i64,
    pub kind: Kind,
    pub title: String,
    pub outlet: String,
    pub url: Option<String>,
    pub happened_on: NaiveDate,
    pub person: Option<i64>,
    pub person_name: Option<String>,
    pub company: i64,
    pub company_name: String,
    pub recognised_at: Option<DateTime<Utc>>,
    /// It is verified, and of nobody who was forgotten: else nothing leads on from here.
    pub is_news: bool,
    pub state: State,
    pub hold: Option<Hold>,
    pub owner: Option<i64>,
    pub owner_name: Option<String>,
    pub due_day: NaiveDate,
    pub planned_for: Option<NaiveDate>,
    pub approver_name: String,
    pub approver_email: String,
    /// Empty: nothing was sent, or it is void.
    pub sent_hash: String,
    /// Empty: nothing is approved, or it is void.
    pub approved_hash: String,
    /// Of what it is now; `None` while there is no day, or nothing written.
    pub current_hash: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub waits_since: DateTime<Utc>,
    pub reminders: i32,
    pub revision: i32,
    /// As they stand, in the order of the channels.
    pub wordings: Vec<WordingLine>,
    /// Versions that no longer stand, the newest first.
    pub versions: Vec<VersionLine>,
    pub uses: Vec<UseLine>,
    /// The newest first.
    pub steps: Vec<StepLine>,
    pub images: Vec<ImageLine>,
    /// What of it can be seen and is to be taken down, of whichever version: the most urgent first.
    pub take_downs: Vec<ToTakeDown>,
}

/// A publication of a task that is to be taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToTakeDown {
    pub publication: i64,
    pub channel: Channel,
    /// The last day for it.
    pub by: NaiveDate,
}

/// The words for one channel in one language, as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordingLine {
    pub id: i64,
    pub channel: Channel,
    pub language: String,
    pub version: i32,
    pub body: String,
    pub link: String,
    pub image: Option<i64>,
    pub image_alt: String,
    pub written_by: Option<i64>,
    pub writer: String,
    pub written_at: DateTime<Utc>,
    /// The one that is planned or live; else the newest that was taken down.
    pub publication: Option<PublicationLine>,
}

/// A publication of a wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationLine {
    pub id: i64,
    pub state: PublicationState,
    pub url: String,
    pub published_at: Option<DateTime<Utc>>,
    pub revision: i32,
    /// By when it is to be taken down, where it is.
    pub down_by: Option<NaiveDate>,
    pub result: Option<ResultLine>,
}

/// What a publication came to, as last counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLine {
    pub impressions: i64,
    pub clicks: i64,
    pub reactions: i64,
    pub comments: i64,
    pub value: i64,
    pub note: String,
    pub counted_on: NaiveDate,
}

/// A version of a wording that no longer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionLine {
    pub id: i64,
    pub channel: Channel,
    pub language: String,
    pub version: i32,
    pub body: String,
    pub link: String,
    pub image: Option<i64>,
    pub image_alt: String,
    pub writer: String,
    pub written_at: DateTime<Utc>,
    /// The channel was taken off the task then.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Something shown of somebody, and how its consent stands on each channel of the task: on the planned day, or today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseLine {
    pub subject: Subject,
    pub who: String,
    pub scope: Scope,
    pub standings: Vec<(Channel, Standing)>,
    /// On one channel at least, whichever the task has: all that is known before a channel is written for.
    pub somewhere: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    pub id: i64,
    pub act: Act,
    pub from_state: State,
    pub to_state: State,
    /// A colleague or the approver; empty for the clock.
    pub by: String,
    pub comment: String,
    pub at: DateTime<Utc>,
}

/// An image of a task.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ImageLine {
    pub id: i64,
    pub media_type: String,
}

/// The page of a task, in a constant number of queries. `None` when there is none.
///
/// # Errors
/// The database, or a row that does not read back.
pub async fn task(db: &Db, now: DateTime<Utc>, id: i64) -> Result<Option<Task>, Fault> {
    let Some(row) = amplification::Entity::find_by_id(id).one(db.read()).await? else { return Ok(None) };
    let TaskRow { row, state, hold, .. } = TaskRow::read(row)?;
    let Some(of) = achievement_of(db.read(), row.achievement_id).await? else { return Ok(None) };
    let holds = content(db.read(), id).await?;
    let current: BTreeSet<i64> = holds.wordings.iter().map(|one| one.row.id).collect();
    let (mut publications, take_downs) = publications_of(db.read(), id).await?;
    let (mut wordings, mut versions) = (Vec::new(), Vec::new());
    for one in versions_of(db.read(), id).await? {
        if current.contains(&one.id) {
            let publication = publications.remove(&one.id);
            wordings.push(one.into_wording(publication)?);
        } else {
            versions.push(one.into_version()?);
        }
    }
    wordings.sort_by(|one: &WordingLine, other| (one.channel, &one.language).cmp(&(other.channel, &other.language)));
    versions.sort_by_key(|one: &VersionLine| Reverse(one.id));
    let news = word(achievement::State::parse(&of.news), &of.news)?;
    Ok(Some(Task {
        id,
        is_news: is_news(news, of.person, &of.title),
        achievement: row.achievement_id,
        kind: word(Kind::parse(&of.kind), &of.kind)?,
        title: of.title,
        outlet: of.outlet,
        url: of.url,
        happened_on: of.happened_on,
        person: of.person,
        person_name: of.person_name,
        company: of.company,
        company_name: of.company_name,
        recognised_at: of.recognised_at,
        state,
        hold,
        owner: row.owner_id,
        owner_name: owner_name(db.read(), row.owner_id).await?,
        due_day: row.due_day,
        planned_for: row.planned_for,
        current_hash: holds.hash(row.planned_for),
        uses: uses_of(db.read(), id, row.planned_for.unwrap_or(now.date_naive()), &holds).await?,
        steps: steps_of(db.read(), id).await?,
        images: images_of(db.read(), id).await?,
        approver_name: row.approver_name,
        approver_email: row.approver_email,
        sent_hash: row.sent_hash,
        approved_hash: row.approved_hash,
        approved_at: row.approved_at,
        waits_since: row.waits_since,
        reminders: row.reminders,
        revision: row.revision,
        wordings,
        versions,
        take_downs,
    }))
}

/// What is celebrated.
#[derive(FromQueryResult)]
struct Celebrated {
    kind: String,
    title: String,
    outlet: String,
    url: Option<String>,
    happened_on: NaiveDate,
    person: Option<i64>,
    person_name: Option<String>,
    company: i64,
    company_name: String,
    recognised_at: Option<DateTime<Utc>>,
    news: String,
}

async fn achievement_of(db: &impl ConnectionTrait, id: i64) -> Result<Option<Celebrated>, DbErr> {
    sql::one(
        db,
        "SELECT a.kind, a.title, a.outlet, a.url, a.happened_on, a.person_id AS person, p.name AS person_name, \
         a.company_id AS company, c.name AS company_name, a.recognised_at, a.state AS news FROM achievement a JOIN company c ON c.id = a.company_id \
         LEFT JOIN person p ON p.id = a.person_id WHERE a.id = $1",
        values![id],
    )
    .await
}

async fn owner_name(db: &impl ConnectionTrait, owner: Option<i64>) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Owner {
        name: String,
    }
    let owner: Option<Owner> = sql::one(db, "SELECT s.name FROM staff s WHERE s.id = $1", values![owner.unwrap_or(0)]).await?;
    Ok(owner.map(|owner| owner.name))
}

/// A version, as it is stored.
#[derive(FromQueryResult)]
struct Version {
    id: i64,
    channel: String,
    language: String,
    version: i32,
    body: String,
    link: String,
    image_id: Option<i64>,
    image_alt: String,
    written_by: Option<i64>,
    writer: Option<String>,
    written_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

async fn versions_of(db: &impl ConnectionTrait, task: i64) -> Result<Vec<Version>, DbErr> {
    sql::all(
        db,
        "SELECT w.id, w.channel, w.language, w.version, w.body, w.link, w.image_id, w.image_alt, w.written_by, s.name AS writer, \
         w.written_at, w.ended_at FROM wording w LEFT JOIN staff s ON s.id = w.written_by WHERE w.amplification_id = $1 ORDER BY w.id",
        values![task],
    )
    .await
}

impl Version {
    fn into_wording(self, publication: Option<PublicationLine>) -> Result<WordingLine, Fault> {
        Ok(WordingLine {
            id: self.id,
            channel: word(Channel::parse(&self.channel), &self.channel)?,
            language: self.language,
            version: self.version,
            body: self.body,
            link: self.link,
            image: self.image_id,
            image_alt: self.image_alt,
            written_by: self.written_by,
            writer: self.writer.unwrap_or_default(),
            written_at: self.written_at,
            publication,
        })
    }

    fn into_version(self) -> Result<VersionLine, Fault> {
        Ok(VersionLine {
            id: self.id,
            channel: word(Channel::parse(&self.channel), &self.channel)?,
            language: self.language,
            version: self.version,
            body: self.body,
            link: self.link,
            image: self.image_id,
            image_alt: self.image_alt,
            writer: self.writer.unwrap_or_default(),
            written_at: self.written_at,
            ended_at: self.ended_at,
        })
    }
}

/// The publication of each wording that counts: planned or live before taken down, and the newest of those. Beside them,
/// what is to be taken down.
async fn publications_of(db: &impl ConnectionTrait, task: i64) -> Result<(BTreeMap<i64, PublicationLine>, Vec<ToTakeDown>), Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        wording_id: Option<i64>,
        channel: String,
        state: String,
        url: String,
        published_at: Option<DateTime<Utc>>,
        revision: i32,
        down_by: Option<NaiveDate>,
        impressions: Option<i64>,
        clicks: Option<i64>,
        reactions: Option<i64>,
        comments: Option<i64>,
        value: Option<i64>,
        note: Option<String>,
        counted_on: Option<NaiveDate>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT p.id, p.wording_id, p.channel, p.state, p.url, p.published_at, p.revision, t.due_day AS down_by, r.impressions, r.clicks, \
         r.reactions, r.comments, r.value, r.note, r.counted_on FROM publication p LEFT JOIN publication_result r ON r.publication_id = p.id \
         LEFT JOIN take_down t ON t.id = (SELECT min(o.id) FROM take_down o WHERE o.publication_id = p.id AND o.done_at IS NULL) \
         WHERE p.amplification_id = $1 AND p.state <> 'cancelled' ORDER BY CASE WHEN p.state = 'taken down' THEN 0 ELSE 1 END, p.id",
        values![task],
    )
    .await?;
    let (mut publications, mut take_downs) = (BTreeMap::new(), Vec::new());
    for row in rows {
        if let Some(by) = row.down_by {
            take_downs.push(ToTakeDown { publication: row.id, channel: word(Channel::parse(&row.channel), &row.channel)?, by });
        }
        let Some(wording) = row.wording_id else { continue };
        let result = row.counted_on.map(|counted_on| ResultLine {
            impressions: row.impressions.unwrap_or(0),
            clicks: row.clicks.unwrap_or(0),
            reactions: row.reactions.unwrap_or(0),
            comments: row.comments.unwrap_or(0),
            value: row.value.unwrap_or(0),
            note: row.note.unwrap_or_default(),
            counted_on,
        });
        let line = PublicationLine {
            id: row.id,
            state: word(PublicationState::parse(&row.state), &row.state)?,
            url: row.url,
            published_at: row.published_at,
            revision: row.revision,
            down_by: row.down_by,
            result,
        };
        // Later rows count before earlier ones.
        publications.insert(wording, line);
    }
    take_downs.sort_by_key(|one| (one.by, one.publication));
    Ok((publications, take_downs))
}

async fn uses_of(db: &impl ConnectionTrait, task: i64, day: NaiveDate, content: &Content) -> Result<Vec<UseLine>, Fault> {
    let wanted = shown(db, task).await?;
    let subjects: Vec<Subject> = wanted.iter().filter_map(|one| one.subject).collect();
    let ledgers = ledgers(db, &subjects).await?;
    let channels: BTreeSet<Channel> = content.wordings.iter().map(|one| one.channel).collect();
    let mut uses = Vec::new();
    for one in wanted {
        let Some(subject) = one.subject else { continue };
        let consents = resolve(ledgers.get(&subject).map_or(&[][..], Vec::as_slice), day);
        let standings = channels.iter().map(|channel| (*channel, consents.standing(one.scope, Some(*channel)))).collect();
        let somewhere = Channel::ALL.iter().any(|channel| consents.standing(one.scope, Some(*channel)).is_live());
        uses.push(UseLine { subject, who: one.who, scope: one.scope, standings, somewhere });
    }
    Ok(uses)
}

async fn steps_of(db: &impl ConnectionTrait, task: i64) -> Result<Vec<StepLine>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        act: String,
        from_state: String,
        to_state: String,
        by: String,
        comment: String,
        at: DateTime<Utc>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT t.id, t.act, t.from_state, t.to_state, coalesce(s.name, t.by_name) AS by, t.comment, t.at FROM amplification_step t \
         LEFT JOIN staff s ON s.id = t.staff_id WHERE t.amplification_id = $1 ORDER BY t.id DESC LIMIT 200",
        values![task],
    )
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(StepLine {
                id: row.id,
                act: word(Act::parse(&row.act), &row.act)?,
                from_state: word(State::parse(&row.from_state), &row.from_state)?,
                to_state: word(State::parse(&row.to_state), &row.to_state)?,
                by: row.by,
                comment: row.comment,
                at: row.at,
            })
        })
        .collect()
}

async fn images_of(db: &impl ConnectionTrait, task: i64) -> Result<Vec<ImageLine>, DbErr> {
    sql::all(db, "SELECT i.id, i.media_type FROM amplification_image i WHERE i.amplification_id = $1 ORDER BY i.id", values![task]).await
}

/// An image of a task: its type and its octets. `None` when it is not this task's.
///
/// # Errors
/// The database.
pub async fn image_of_task(db: &Db, task: i64, image: i64) -> Result<Option<(String, Vec<u8>)>, DbErr> {
    let found =
        amplification_image::Entity::find_by_id(image).filter(amplification_image::Column::AmplificationId.eq(task)).one(db.read()).await?;
    Ok(found.map(|image| (image.media_type, image.content)))
}

// ---- the customer's page -----------------------------------------------------------------------------------------------

/// What the customer sees behind their link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub approver_name: String,
    /// Where their code goes; the page shows no more of it than its domain.
    pub approver_email: String,
    /// Of the achievement.
    pub title: String,
    pub company: String,
    pub state: State,
    pub hold: Option<Hold>,
    /// Where what was sent is no longer what stands, there is no day and no wording: a new version is being written.
    pub day: Option<NaiveDate>,
    /// In the order of the channels.
    pub wordings: Vec<ApprovalWording>,
    /// What is shown of whom.
    pub shows: Vec<(String, Vec<Scope>)>,
    /// Of what stands; it comes back with the answer.
    pub hash: String,
    /// Of what was sent.
    pub sent_hash: String,
    pub approved_at: Option<DateTime<Utc>>,
    /// The colleague who asks.
    pub asked_by: Option<String>,
    /// What of it can be seen at this moment, of whichever version.
    pub live: Vec<LiveLine>,
}

/// A place where something of it can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveLine {
    pub channel: Channel,
    pub url: String,
    /// By when it is to be taken down, where it is.
    pub down_by: Option<NaiveDate>,
}

impl Approval {
    /// Whether what was sent is what stands.
    #[must_use]
    pub fn stands(&self) -> bool {
        !self.sent_hash.is_empty() && self.hash == self.sent_hash
    }
}

/// One wording of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalWording {
    pub channel: Channel,
    pub language: String,
    pub body: String,
    pub link: String,
    pub image: Option<i64>,
    pub image_alt: String,
}

/// What a token opens, changing nothing. `None` for unknown, replaced and ended alike. Nothing is here that was not sent.
///
/// # Errors
/// The database, or a row that does not read back.
pub async fn for_approval(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<Approval>, Fault> {
    let Some(row) = by_token(db.read(), now, token).await? else { return Ok(None) };
    let TaskRow { row, state, hold, .. } = TaskRow::read(row)?;
    let Some(of) = achievement_of(db.read(), row.achievement_id).await? else { return Ok(None) };
    let live = live_of(db.read(), row.id).await?;
    let holds = content(db.read(), row.id).await?;
    let hash = holds.hash(row.planned_for).unwrap_or_default();
    let stands = !row.sent_hash.is_empty() && hash == row.sent_hash;
    let (mut wordings, mut shows) = (Vec::new(), Vec::<(String, Vec<Scope>)>::new());
    if stands {
        wordings.extend(holds.wordings.into_iter().map(|one| ApprovalWording {
            channel: one.channel,
            language: one.row.language,
            body: one.row.body,
            link: one.row.link,
            image: one.row.image_id,
            image_alt: one.row.image_alt,
        }));
        for one in shown(db.read(), row.id).await? {
            match shows.iter_mut().find(|(who, _)| *who == one.who) {
                Some((_, scopes)) => scopes.push(one.scope),
                None => shows.push((one.who, vec![one.scope])),
            }
        }
    }
    Ok(Some(Approval {
        title: of.title,
        company: of.company_name,
        state,
        hold,
        day: row.planned_for.filter(|_| stands),
        wordings,
        shows,
        hash,
        approver_name: row.approver_name,
        approver_email: row.approver_email,
        sent_hash: row.sent_hash,
        approved_at: row.approved_at,
        asked_by: owner_name(db.read(), row.owner_id).await?,
        live,
    }))
}

/// What can be seen of a task, each with the first take-down of it that is open.
async fn live_of(db: &impl ConnectionTrait, task: i64) -> Result<Vec<LiveLine>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        channel: String,
        url: String,
        due_day: Option<NaiveDate>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT p.channel, p.url, t.due_day FROM publication p LEFT JOIN take_down t ON t.id = \
         (SELECT min(o.id) FROM take_down o WHERE o.publication_id = p.id AND o.done_at IS NULL) \
         WHERE p.amplification_id = $1 AND p.state = 'live' ORDER BY p.id",
        values![task],
    )
    .await?;
    rows.into_iter()
        .map(|row| Ok(LiveLine { channel: word(Channel::parse(&row.channel), &row.channel)?, url: row.url, down_by: row.due_day }))
        .collect()
}

/// An image behind a customer's link: of what was sent to them, as it stands, and nothing else.
///
/// # Errors
/// The database, or a row that does not read back.
pub async fn image_by_token(db: &Db, now: DateTime<Utc>, token: &str, image: i64) -> Result<Option<(String, Vec<u8>)>, Fault> {
    let Some(row) = by_token(db.read(), now, token).await? else { return Ok(None) };
    let holds = content(db.read(), row.id).await?;
    let stands = !row.sent_hash.is_empty() && holds.hash(row.planned_for).as_deref() == Some(row.sent_hash.as_str());
    if !stands || !holds.wordings.iter().any(|one| one.row.image_id == Some(image)) {
        return Ok(None);
    }
    Ok(image_of_task(db, row.id, image).await?)
}
