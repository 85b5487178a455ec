//! Codes by mail, for a mailbox and a browser: sent, tried, and believed for a while.
//!
//! Neither the code nor the address is kept: the code is hashed with the browser's own secret, which is kept nowhere here,
//! since six digits alone are found by trying them all.

use chrono::{DateTime, TimeDelta, Utc};
use domain::registration::proof::{
    BELIEVED_MINUTES, CODE_TRIES, ProofRefusal, Proved, SentCode, Step, believed, code_until, mail_domain, may_send, parse_code,
    prove as rule,
};
use domain::time::is_second_press;
use rand::Rng as _;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set, TryInsertResult,
};

use crate::entity::proof_code::{ActiveModel, Column, Entity, Model};
use crate::halt::refuse;
use crate::outbox::{self, Letter, Message, Secret};
use crate::{Db, Fault, Halt, link};

/// Whose mailbox it is.
#[derive(Debug, Clone, Copy)]
pub struct Mailbox<'a> {
    pub name: &'a str,
    pub email: &'a str,
}

impl Mailbox<'_> {
    fn hash(&self) -> String {
        link::hash(&self.email.to_lowercase())
    }
}

/// What asking for a code came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    Sent,
    /// A second press of the button: the code of a moment ago is on its way.
    JustSent,
}

/// Shows who is at this browser: by the code they typed, or because they entered one a moment ago. When no code holds here, or
/// `again` asks for another one, it is mailed.
///
/// # Errors
/// The code was sent just now, is wrong, or enough were sent.
pub async fn show(
    db: &Db,
    now: DateTime<Utc>,
    step: Step,
    to: Mailbox<'_>,
    browser: &str,
    typed: &str,
    again: bool,
) -> Result<Proved, Halt<ProofRefusal>> {
    let txn = db.write().await?;
    let proved = if typed.trim().is_empty() { Err(ProofRefusal::CodeOver) } else { try_in(&*txn, now, step, to, browser, typed).await? };
    let why = match proved {
        Ok(proved) => {
            txn.commit().await?;
            return Ok(proved);
        }
        Err(ProofRefusal::CodeOver) => {
            if let Some(proved) = believed_in(&*txn, now, step, to, browser).await? {
                return Ok(proved);
            }
            let waits = newest(&*txn, step, to, browser).await?.is_some_and(|code| holds(&code, now));
            if again || !waits {
                send_in(&*txn, now, step, to, browser).await?;
            }
            ProofRefusal::Sent { at: mail_domain(to.email) }
        }
        Err(why) => why,
    };
    // A wrong try counts, and a code that was sent holds.
    txn.commit().await?;
    refuse(why)
}

/// Mails six digits that hold in this browser only.
///
/// # Errors
/// Enough were sent.
pub(crate) async fn send_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    step: Step,
    to: Mailbox<'_>,
    browser: &str,
) -> Result<Sending, Halt<ProofRefusal>> {
    let (mailbox, here) = (to.hash(), link::hash(browser));
    let sent = Entity::find()
        .filter(Column::MailboxHash.eq(mailbox.as_str()))
        .filter(Column::MadeAt.gt(now - TimeDelta::hours(1)))
        .order_by_desc(Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let waits = newest(txn, step, to, browser).await?.filter(|code| holds(code, now));
    if waits.is_some_and(|code| is_second_press(code.made_at, now)) {
        return Ok(Sending::JustSent);
    }
    may_send(&sent.iter().map(|code| code.made_at).collect::<Vec<_>>(), now).map_err(Halt::Refused)?;
    let code = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
    let made = ActiveModel {
        mailbox_hash: Set(mailbox),
        step: Set(step.as_str().to_owned()),
        code_hash: Set(code_hash(browser, &code)),
        browser_hash: Set(here),
        tries: Set(0),
        until_at: Set(code_until(now)),
        made_at: Set(now),
        ..Default::default()
    };
    // One a second: presses that arrive together are one.
    let inserting = Entity::insert(made).on_conflict_do_nothing_on([Column::MailboxHash, Column::MadeAt]);
    if !matches!(inserting.exec(txn).await?, TryInsertResult::Inserted(_)) {
        return Ok(Sending::JustSent);
    }
    let letter = Letter {
        // Not by the number of its row, which may come again: the outbox remembers every event there was.
        event: format!("proof-code:{}", uuid::Uuid::new_v4()),
        cohort: None,
        invitation: None,
        to_name: to.name,
        to_email: to.email,
        subject: "Your code".to_owned(),
        message: Message::ProofCode { name: to.name.to_owned(), step },
        secret: Secret { link: Some(code), feed: None },
    };
    outbox::enqueue(txn, now, letter).await?;
    Ok(Sending::Sent)
}

/// Tries what was typed against the newest code of this mailbox and browser; the caller commits, since every try counts.
///
/// # Errors
/// The database.
pub(crate) async fn try_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    step: Step,
    to: Mailbox<'_>,
    browser: &str,
    typed: &str,
) -> Result<Result<Proved, ProofRefusal>, Fault> {
    let typed = match parse_code(typed) {
        Ok(typed) => typed,
        Err(why) => return Ok(Err(why)),
    };
    let newest = newest(txn, step, to, browser).await?;
    let right = newest.as_ref().is_some_and(|code| code.code_hash == code_hash(browser, &typed));
    let facts = newest.as_ref().map(|code| SentCode { until: code.until_at, tries: code.tries, used: code.used_at.is_some() });
    let proved = rule(facts, right, now);
    if let (Some(code), Ok(_) | Err(ProofRefusal::WrongCode { .. })) = (&newest, &proved) {
        let used = proved.is_ok().then_some(now);
        let counted = ActiveModel { id: Set(code.id), tries: Set(code.tries + 1), used_at: Set(used), ..Default::default() };
        counted.update(txn).await?;
    }
    Ok(proved)
}

/// Whether a code for this mailbox was entered in this browser a moment ago.
async fn believed_in(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    step: Step,
    to: Mailbox<'_>,
    browser: &str,
) -> Result<Option<Proved>, DbErr> {
    let entered = serving(step, to, browser)
        .filter(Column::UsedAt.gt(now - TimeDelta::minutes(BELIEVED_MINUTES)))
        .order_by_desc(Column::UsedAt)
        .one(txn)
        .await?;
    Ok(entered.and_then(|code| code.used_at).and_then(|entered| believed(entered, now)))
}

/// The newest code that serves a step here, locked.
async fn newest(txn: &impl ConnectionTrait, step: Step, to: Mailbox<'_>, browser: &str) -> Result<Option<Model>, DbErr> {
    serving(step, to, browser).order_by_desc(Column::Id).lock_exclusive().one(txn).await
}

/// Whether it could still be entered.
fn holds(code: &Model, now: DateTime<Utc>) -> bool {
    code.used_at.is_none() && now < code.until_at && code.tries < CODE_TRIES
}

/// The codes that serve a step, of a mailbox and a browser: being forgotten has its own.
fn serving(step: Step, to: Mailbox<'_>, browser: &str) -> Select<Entity> {
    let forget = Step::Forget.as_str();
    let mine = Entity::find().filter(Column::MailboxHash.eq(to.hash())).filter(Column::BrowserHash.eq(link::hash(browser)));
    mine.filter(if step == Step::Forget { Column::Step.eq(forget) } else { Column::Step.ne(forget) })
}

fn code_hash(browser: &str, code: &str) -> String {
    link::hash(&format!("{browser}:{code}"))
}

/// Ends every code of a mailbox: it is somebody else's by now, or nobody's.
pub(crate) async fn end_in(txn: &impl ConnectionTrait, email: &str) -> Result<(), DbErr> {
    let to = Mailbox { name: "", email };
    Entity::delete_many().filter(Column::MailboxHash.eq(to.hash())).exec(txn).await.map(|_| ())
}

/// Removes codes that no longer count for anything: the clock's act. Answers how many.
///
/// # Errors
/// The database.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let old = Column::MadeAt.lt(now - TimeDelta::days(1));
    Ok(Entity::delete_many().filter(old).exec(db.read()).await?.rows_affected)
}
