//! The outbox: every mail is a row, written in the transaction of the act that causes it, and sent later by a worker
//! that leases what is due. Nothing is lost; a mail may leave twice only when the process dies between the server's
//! acceptance and the mark, and then with the same Message-ID.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::advocacy::amplification::Act;
use domain::conduct::acknowledgement::Duty;
use domain::registration::invitation::State as InvitationState;
use domain::registration::proof::Step;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QuerySelect, Set};
use serde::{Deserialize, Serialize};

use crate::advocacy::forgetting::leaves;
use crate::entity::{invitation, outbox};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, PAGE_ROWS, Page};

/// What a mail says, as facts; its words are the templates'. Personal links are not here but in [`Secret`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Message {
    StaffWelcome {
        name: String,
    },
    Delegation {
        lead: String,
        company: String,
        cohort: CohortFacts,
        seats: u32,
        reply_by: DateTime<Utc>,
        reminder: bool,
    },
    Invitation {
        name: String,
        company: String,
        cohort: CohortFacts,
        letter: String,
        held_until: DateTime<Utc>,
        zone: String,
        reminder: bool,
        from_colleague: Option<String>,
    },
    Accepted {
        name: String,
        cohort: CohortFacts,
        registration: i64,
    },
    Withdrawn {
        name: String,
        cohort: CohortFacts,
    },
    SessionChanged {
        name: String,
        cohort: CohortFacts,
        changes: Vec<String>,
        event: CalendarEvent,
    },
    SessionCancelled {
        name: String,
        cohort: CohortFacts,
        event: CalendarEvent,
    },
    SeatOffered {
        name: String,
        cohort: CohortFacts,
        session: String,
        when: String,
        until: DateTime<Utc>,
        zone: String,
    },
    CohortCancelled {
        name: String,
        cohort: CohortFacts,
    },
    /// To somebody who may give a company's consents: their private link.
    SignatoryAsked {
        name: String,
        company: String,
    },
    /// To a person, or (with the company) to its signatory. `linked` when the mail carries their link.
    ConsentEnding {
        name: String,
        company: Option<String>,
        until: chrono::NaiveDate,
        linked: bool,
    },
    /// To staff: where, and until when. Never why.
    TakeDownNeeded {
        name: String,
        publication: i64,
        title: String,
        url: String,
        due: chrono::NaiveDate,
    },
    /// To staff: something planned will not be published. Never why.
    PublicationCancelled {
        name: String,
        publication: i64,
        title: String,
        channel: String,
        planned_for: chrono::NaiveDate,
    },
    /// Somebody with a duty in a cohort has not acknowledged the version it names.
    RuleRenewed {
        name: String,
        cohort: CohortFacts,
        version: u32,
        duty: Duty,
        /// The newest other version they acknowledged.
        other: Option<u32>,
    },
    /// To a reviewer: something waits. What it is about is read on its page only.
    ConcernReported {
        name: String,
    },
    /// To somebody who gave their name: the private address of their concern.
    ConcernReceived {
        name: String,
    },
    /// To somebody who gave their name: an answer waits behind that address.
    ConcernAnswered {
        name: String,
    },
    /// To an admin: nobody may review what waits.
    ConcernNeedsReviewer {
        name: String,
    },
    OpeningOpened {
        name: String,
        from: String,
        company: String,
        topic: String,
        /// The last day, in words, with the venue's city.
        until: String,
    },
    OpeningClosed {
        name: String,
        from: String,
        company: String,
        topic: String,
    },
    /// To who approves for the customer: their private link. What it is about is behind it.
    ApprovalAsked {
        name: String,
        /// They got a link to it before, which is dead now.
        again: bool,
        /// They hold it, and let it go on by this one.
        #[serde(default)]
        held: bool,
    },
    /// To staff: what the customer said. In which words, stands on the task's page.
    ApprovalAnswered {
        name: String,
        task: i64,
        title: String,
        answer: Act,
    },
    /// To staff: nothing of a task may be published. Never why.
    TaskStopped {
        name: String,
        task: i64,
        title: String,
    },
    /// To staff: a task waits for them.
    TaskWaits {
        name: String,
        task: i64,
        title: String,
        company: String,
        state: String,
        since: chrono::NaiveDate,
        due: chrono::NaiveDate,
    },
    /// To whoever approves for a customer, with a new link: it still waits. Neither whom nor what it is about.
    ApprovalWaits {
        name: String,
        day: Option<chrono::NaiveDate>,
    },
    /// To staff who can see to it: a task waits, and reminders changed nothing.
    TaskEscalated {
        name: String,
        task: i64,
        title: String,
        company: String,
        state: String,
        since: chrono::NaiveDate,
        /// Empty where nobody has it in hand.
        owner: String,
        reminders: u32,
    },
    /// To a person: the private link to their own page.
    OwnPageLink {
        name: String,
    },
    /// To a person: six digits, which are in the [`Secret`], in the place of a link.
    ProofCode {
        name: String,
        /// Those queued before there was another step were for being forgotten.
        #[serde(default = "being_forgotten")]
        step: Step,
    },
    /// To an admin: somebody asked to be forgotten. Who, stands on the page only.
    ForgetAsked {
        name: String,
        due: chrono::NaiveDate,
    },
    /// To a person: something is asked of them. Its words stand on their own page only.
    AskMade {
        name: String,
        /// The kind of thing: `reference call`.
        what: String,
        answer_by: chrono::NaiveDate,
    },
    /// To a person: they need not do it any more.
    AskTakenBack {
        name: String,
        what: String,
    },
    /// To staff: there is an answer to an ask of theirs. Whose and which stands on its page only.
    AskAnswered {
        name: String,
        ask: i64,
    },
    /// To one of two who could be introduced: the topic, and nothing of the other.
    IntroductionOffered {
        name: String,
        topic: String,
        /// They know about it, and the other wants to learn; else the other way round.
        knows: bool,
        answer_by: chrono::NaiveDate,
    },
    /// To each of two who both said yes: who the other is.
    Introduced {
        name: String,
        topic: String,
        with_name: String,
        with_title: String,
        with_company: String,
        with_email: String,
    },
    /// It did not come about. Never why, nor through whom.
    IntroductionEnded {
        name: String,
        topic: String,
    },
}

const fn being_forgotten() -> Step {
    Step::Forget
}

impl Message {
    /// The kind, as it stands in the row.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::StaffWelcome { .. } => "staff-welcome",
            Self::Delegation { .. } => "delegation",
            Self::Invitation { .. } => "invitation",
            Self::Accepted { .. } => "accepted",
            Self::Withdrawn { .. } => "withdrawn",
            Self::SessionChanged { .. } => "session-changed",
            Self::SessionCancelled { .. } => "session-cancelled",
            Self::SeatOffered { .. } => "seat-offered",
            Self::CohortCancelled { .. } => "cohort-cancelled",
            Self::SignatoryAsked { .. } => "signatory-asked",
            Self::ConsentEnding { .. } => "consent-ending",
            Self::TakeDownNeeded { .. } => "take-down-needed",
            Self::PublicationCancelled { .. } => "publication-cancelled",
            Self::RuleRenewed { .. } => "rule-renewed",
            Self::ConcernReported { .. } => "concern-reported",
            Self::ConcernReceived { .. } => "concern-received",
            Self::ConcernAnswered { .. } => "concern-answered",
            Self::ConcernNeedsReviewer { .. } => "concern-needs-reviewer",
            Self::OpeningOpened { .. } => "opening-opened",
            Self::OpeningClosed { .. } => "opening-closed",
            Self::ApprovalAsked { .. } => "approval-asked",
            Self::ApprovalAnswered { .. } => "approval-answered",
            Self::TaskStopped { .. } => "task-stopped",
            Self::TaskWaits { .. } => "task-waits",
            Self::ApprovalWaits { .. } => "approval-waits",
            Self::TaskEscalated { .. } => "task-escalated",
            Self::OwnPageLink { .. } => "own-page-link",
            Self::ProofCode { .. } => "proof-code",
            Self::ForgetAsked { .. } => "forget-asked",
            Self::AskMade { .. } => "ask-made",
            Self::AskTakenBack { .. } => "ask-taken-back",
            Self::AskAnswered { .. } => "ask-answered",
            Self::IntroductionOffered { .. } => "introduction-offered",
            Self::Introduced { .. } => "introduced",
            Self::IntroductionEnded { .. } => "introduction-ended",
        }
    }

    /// Whether whoever asked to be forgotten is spared it: everything the host wants of a customer, or tells them about it. The
    /// code, the way to their own page, their seat and a concern of theirs are their own.
    const fn spares_whoever_leaves(&self) -> bool {
        match self {
            Self::SignatoryAsked { .. }
            | Self::ConsentEnding { .. }
            | Self::ApprovalAsked { .. }
            | Self::ApprovalWaits { .. }
            | Self::AskMade { .. }
            | Self::AskTakenBack { .. }
            | Self::IntroductionOffered { .. }
            | Self::Introduced { .. }
            | Self::IntroductionEnded { .. } => true,
            Self::StaffWelcome { .. }
            | Self::Delegation { .. }
            | Self::Invitation { .. }
            | Self::Accepted { .. }
            | Self::Withdrawn { .. }
            | Self::SessionChanged { .. }
            | Self::SessionCancelled { .. }
            | Self::SeatOffered { .. }
            | Self::CohortCancelled { .. }
            | Self::TakeDownNeeded { .. }
            | Self::PublicationCancelled { .. }
            | Self::RuleRenewed { .. }
            | Self::ConcernReported { .. }
            | Self::ConcernReceived { .. }
            | Self::ConcernAnswered { .. }
            | Self::ConcernNeedsReviewer { .. }
            | Self::OpeningOpened { .. }
            | Self::OpeningClosed { .. }
            | Self::ApprovalAnswered { .. }
            | Self::TaskStopped { .. }
            | Self::TaskWaits { .. }
            | Self::TaskEscalated { .. }
            | Self::OwnPageLink { .. }
            | Self::ProofCode { .. }
            | Self::ForgetAsked { .. }
            | Self::AskAnswered { .. } => false,
        }
    }

    /// What a mail to colleagues is about, and the words it calls that by.
    pub(crate) fn names(&mut self) -> Option<(About, &mut String)> {
        match self {
            Self::TakeDownNeeded { publication, title, .. } | Self::PublicationCancelled { publication, title, .. } => {
                Some((About::Publication(*publication), title))
            }
            Self::ApprovalAnswered { task, title, .. }
            | Self::TaskStopped { task, title, .. }
            | Self::TaskWaits { task, title, .. }
            | Self::TaskEscalated { task, title, .. } => Some((About::Task(*task), title)),
            _ => None,
        }
    }
}

/// What a mail to colleagues is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    Task(i64),
    Publication(i64),
}

/// What every mail about a cohort may say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortFacts {
    pub program: String,
    pub title: String,
    /// "Saturday 27 – Wednesday 31 March 2027".
    pub dates: String,
    pub venue: String,
    pub zone: String,
    pub sponsor: String,
    pub sponsor_title: String,
}

/// A session as a calendar message needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarEvent {
    pub uid: uuid::Uuid,
    pub sequence: u32,
    pub title: String,
    pub summary: String,
    pub kind: String,
    pub place: String,
    pub zone: String,
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub cancelled: bool,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

/// The tokens a mail carries: kept until it has left, then blanked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Of the one button.
    pub link: Option<String>,
    /// Of the private calendar feed.
    pub feed: Option<String>,
}

/// A mail to be.
pub(crate) struct Letter<'a> {
    /// What caused it: at most one mail per event and recipient.
    pub event: String,
    pub cohort: Option<i64>,
    pub invitation: Option<i64>,
    pub to_name: &'a str,
    pub to_email: &'a str,
    pub subject: String,
    pub message: Message,
    pub secret: Secret,
}

/// Nothing is queued that whoever asked to be forgotten is spared.
pub(crate) async fn enqueue(txn: &impl ConnectionTrait, now: DateTime<Utc>, letter: Letter<'_>) -> Result<(), Fault> {
    if letter.message.spares_whoever_leaves() && leaves(txn, letter.to_email).await? {
        return Ok(());
    }
    let json = |what: Result<String, serde_json::Error>| what.map_err(|why| Fault::Unreadable(why.to_string()));
    outbox::ActiveModel {
        event: Set(letter.event),
        cohort_id: Set(letter.cohort),
        invitation_id: Set(letter.invitation),
        kind: Set(letter.message.kind().to_owned()),
        to_name: Set(letter.to_name.to_owned()),
        to_email: Set(letter.to_email.to_owned()),
        subject: Set(letter.subject),
        message: Set(json(serde_json::to_string(&letter.message))?),
        secret: Set(Some(json(serde_json::to_string(&letter.secret))?)),
        message_id: Set(uuid::Uuid::new_v4().to_string()),
        state: Set("queued".to_owned()),
        attempts: Set(0),
        not_before: Set(now),
        last_error: Set(String::new()),
        created_at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    Ok(())
}

/// A mail as the worker and the outbox page hold it.
#[derive(Debug, Clone)]
pub struct Mail {
    pub id: i64,
    pub kind: String,
    pub to_name: String,
    pub to_email: String,
    pub subject: String,
    pub message: Message,
    /// `None` once it has left.
    pub secret: Option<Secret>,
    /// The part before the `@` of its Message-ID.
    pub message_id: String,
    pub state: String,
    pub attempts: i32,
    pub last_error: String,
    pub not_before: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
}

impl Mail {
    fn read(row: outbox::Model) -> Result<Self, Fault> {
        let unreadable = |why: serde_json::Error| Fault::Unreadable(format!("mail {}: {why}", row.id));
        Ok(Self {
            id: row.id,
            message: serde_json::from_str(&row.message).map_err(unreadable)?,
            secret: row.secret.as_deref().map(serde_json::from_str).transpose().map_err(unreadable)?,
            kind: row.kind,
            to_name: row.to_name,
            to_email: row.to_email,
            subject: row.subject,
            message_id: row.message_id,
            state: row.state,
            attempts: row.attempts,
            last_error: row.last_error,
            not_before: row.not_before,
            created_at: row.created_at,
            sent_at: row.sent_at,
        })
    }
}

/// Leases up to `most` due mails for a minute, oldest first. Two servers never lease the same one.
///
/// # Errors
/// The database.
pub async fn lease(db: &Db, now: DateTime<Utc>, most: u64) -> Result<Vec<Mail>, Fault> {
    #[derive(FromQueryResult)]
    struct Due {
        id: i64,
    }
    let skip = if db.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let due = format!(
        "SELECT id FROM outbox WHERE (state IN ('queued', 'retrying') AND not_before <= $1) OR (state = 'sending' AND leased_until < $1) \
         ORDER BY id LIMIT {most}{skip}"
    );
    if sql::all::<Due>(db.read(), due.trim_end_matches(skip), values![now]).await?.is_empty() {
        return Ok(Vec::new());
    }
    let txn = db.write().await?;
    let mut leased = Vec::new();
    for Due { id } in sql::all::<Due>(&*txn, &due, values![now]).await? {
        sql::run(
            &*txn,
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, leased_until = $1 WHERE id = $2",
            values![now + TimeDelta::seconds(60), id],
        )
        .await?;
        if let Some(row) = outbox::Entity::find_by_id(id).one(&*txn).await? {
            leased.push(Mail::read(row)?);
        }
    }
    txn.commit().await?;
    Ok(leased)
}

/// The mail server has it: the secret is blanked, and an invitation that was queued is now sent.
///
/// # Errors
/// The database.
pub async fn mark_sent(db: &Db, now: DateTime<Utc>, mail: i64) -> Result<(), Fault> {
    let txn = db.write().await?;
    let Some(row) = outbox::Entity::find_by_id(mail).one(&*txn).await? else { return Ok(()) };
    let (invited, kind) = (row.invitation_id, row.kind.clone());
    let mut row: outbox::ActiveModel = row.into();
    row.state = Set("sent".to_owned());
    row.secret = Set(None);
    row.sent_at = Set(Some(now));
    row.leased_until = Set(None);
    row.last_error = Set(String::new());
    row.update(&*txn).await?;
    if let Some(id) = invited.filter(|_| kind == "invitation") {
        let invitation = invitation::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?;
        if let Some(invitation) = invitation.filter(|row| row.state == InvitationState::Queued.as_str()) {
            let mut invitation: invitation::ActiveModel = invitation.into();
            invitation.state = Set(InvitationState::Sent.as_str().to_owned());
            invitation.sent_at = Set(Some(now));
            invitation.update(&*txn).await?;
        }
    }
    txn.commit().await?;
    Ok(())
}

/// How long after each failed attempt the next is made, in minutes; after the last the mail has failed.
const RETRY_MINUTES: [i64; 6] = [1, 5, 15, 60, 240, 720];

/// The attempt failed. A passing failure is tried again, later each time; a permanent one is for a person to look at.
///
/// # Errors
/// The database.
pub async fn mark_failed(db: &Db, now: DateTime<Utc>, mail: &Mail, why: &str, permanent: bool) -> Result<(), DbErr> {
    let wait = usize::try_from(mail.attempts - 1).ok().and_then(|attempt| RETRY_MINUTES.get(attempt)).filter(|_| !permanent);
    let (state, not_before) = match wait {
        Some(minutes) => ("retrying", now + TimeDelta::minutes(*minutes)),
        None => ("failed", now),
    };
    sql::run(
        db.read(),
        "UPDATE outbox SET state = $1, not_before = $2, last_error = $3, leased_until = NULL WHERE id = $4 AND state = 'sending'",
        values![state, not_before, why, mail.id],
    )
    .await
    .map(|_| ())
}

/// One line of the outbox page.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Line {
    pub id: i64,
    pub kind: String,
    pub to_name: String,
    pub to_email: String,
    pub subject: String,
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub cohort: Option<String>,
}

/// Mails that no page shows: to whom they go would tell who reported a concern, and whom it is about, or which of two said no
/// to being introduced; and a topic is for the customer and the one person they chose. As SQL writes a list.
pub(crate) const UNSHOWN: &str =
    "('concern-reported', 'concern-received', 'concern-answered', 'opening-opened', 'opening-closed', 'introduction-ended')";

/// Newest first; only mails about cohorts of this owner's programs when one is given, and only in one state when one is given.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, owner: Option<i64>, state: &str, term: &str, page: u64) -> Result<Page<Line>, DbErr> {
    let from = format!(
        "FROM outbox o LEFT JOIN cohort c ON c.id = o.cohort_id LEFT JOIN program p ON p.id = c.program_id \
        WHERE o.kind NOT IN {UNSHOWN} AND ($1 = 0 OR p.owner_id = $1) AND ($2 = '' OR o.state = $2) AND ($3 = '%%' OR lower(o.to_name) LIKE $3 ESCAPE '\\' OR lower(o.to_email) LIKE $3 ESCAPE '\\' OR lower(o.subject) LIKE $3 ESCAPE '\\')"
    );
    let with = values![owner.unwrap_or(0), state, sql::like(term)];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT o.id, o.kind, o.to_name, o.to_email, o.subject, o.state, o.created_at, o.sent_at, c.title AS cohort {from} ORDER BY o.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// One mail.
///
/// # Errors
/// The database, or a row that does not read back.
pub async fn mail(db: &Db, id: i64) -> Result<Option<Mail>, Fault> {
    outbox::Entity::find_by_id(id).one(db.read()).await?.map(Mail::read).transpose()
}

/// Puts a failed or withheld mail back in the queue. Answers whether it was there to be put back.
///
/// # Errors
/// The database.
pub async fn retry(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<bool, Fault> {
    change_state(db, now, actor, id, "retry", "queued", &["failed", "withheld", "retrying"]).await
}

/// Discards a mail that has not left. Answers whether it was there to be discarded.
///
/// # Errors
/// The database.
pub async fn discard(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<bool, Fault> {
    change_state(db, now, actor, id, "discard", "discarded", &["queued", "retrying", "failed", "withheld"]).await
}

async fn change_state(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, act: &str, to: &str, from: &[&str]) -> Result<bool, Fault> {
    let txn = db.write().await?;
    let row = outbox::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?;
    let Some(row) = row.filter(|row| from.contains(&row.state.as_str())) else { return Ok(false) };
    let (before, cohort) = (row.state.clone(), row.cohort_id);
    let mut row: outbox::ActiveModel = row.into();
    row.state = Set(to.to_owned());
    row.not_before = Set(now);
    if to == "discarded" {
        row.secret = Set(None);
    }
    row.update(&*txn).await?;
    history::record(&*txn, now, Entry { actor, act, object: "mail", object_id: id, cohort, before, after: to.to_owned() }).await?;
    txn.commit().await?;
    Ok(true)
}

/// The mails of a cohort that have not left, with their secrets, oldest first: for the demo, which prints links that
/// nobody could know otherwise. No page and no act reads this.
///
/// # Errors
/// The database.
pub async fn unsent(db: &Db, cohort: i64) -> Result<Vec<Mail>, Fault> {
    use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
    let rows = outbox::Entity::find()
        .filter(outbox::Column::CohortId.eq(cohort))
        .filter(outbox::Column::Secret.is_not_null())
        .order_by_asc(outbox::Column::Id)
        .all(db.read())
        .await?;
    rows.into_iter().map(Mail::read).collect()
}

/// The mails to one address that have not left, with their secrets, oldest first: as [`unsent`], for somebody who belongs
/// to no cohort.
///
/// # Errors
/// The database.
pub async fn unsent_to(db: &Db, email: &str) -> Result<Vec<Mail>, Fault> {
    use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
    let rows = outbox::Entity::find()
        .filter(outbox::Column::ToEmail.eq(email))
        .filter(outbox::Column::Secret.is_not_null())
        .order_by_asc(outbox::Column::Id)
        .all(db.read())
        .await?;
    rows.into_iter().map(Mail::read).collect()
}
