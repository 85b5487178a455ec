//! Signatories of companies: named by staff, reached by a private link, ended by staff. Their link lives on their row.

use chrono::{DateTime, Utc};
use domain::advocacy::signatory::{self as rules, SignatoryRefusal};
use domain::time::is_second_press;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::advocacy::amplification::is_of_the_host;
use crate::advocacy::forgetting::leaves;
use crate::entity::{company, signatory};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Halt, link};

/// What naming came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A link is on its way; an older one is dead.
    LinkSent,
    /// A second press of the button: the link of a moment ago is on its way.
    JustSent,
}

/// Names a signatory, or sends the one with this address a new link.
///
/// # Errors
/// There is no such company, or the address is a colleague's, since nobody of the host signs for a customer, or that of
/// somebody who asked to be forgotten.
pub async fn save(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    company: i64,
    named: &rules::Signatory,
) -> Result<Asked, Halt<SignatoryRefusal>> {
    let txn = db.write().await?;
    let Some(company) = company::Entity::find_by_id(company).lock_exclusive().one(&*txn).await? else {
        return refuse(SignatoryRefusal::Unknown);
    };
    if is_of_the_host(&*txn, &named.email, company.domain.as_deref()).await? {
        return refuse(SignatoryRefusal::of_colleague());
    }
    if leaves(&*txn, named.email.as_str()).await? {
        return refuse(SignatoryRefusal::of_whoever_leaves());
    }
    let stands = signatory::Entity::find()
        .filter(signatory::Column::CompanyId.eq(company.id))
        .filter(signatory::Column::Email.eq(named.email.as_str()))
        .filter(signatory::Column::EndedAt.is_null())
        .lock_exclusive()
        .one(&*txn)
        .await?;
    let just_asked = stands.as_ref().and_then(|row| row.asked_at).is_some_and(|asked| is_second_press(asked, now));
    if let Some(row) = &stands
        && just_asked
        && (row.name.as_str(), row.title.as_str()) == (named.name.as_str(), named.title.as_str())
    {
        return Ok(Asked::JustSent);
    }
    let act = if stands.is_some() { "ask again" } else { "name" };
    let filled = signatory::ActiveModel { name: Set(named.name.clone()), title: Set(named.title.clone()), ..Default::default() };
    let row = match stands {
        Some(row) => signatory::ActiveModel { id: Set(row.id), ..filled }.update(&*txn).await?,
        None => {
            signatory::ActiveModel {
                company_id: Set(company.id),
                email: Set(named.email.as_str().to_owned()),
                created_at: Set(now),
                ..filled
            }
            .insert(&*txn)
            .await?
        }
    };
    let token = renew_link(&*txn, now, row.id).await?;
    let letter = Letter {
        event: format!("signatory:{}:{}", row.id, link::hash(&token)),
        cohort: None,
        invitation: None,
        to_name: &row.name,
        to_email: &row.email,
        subject: format!("What we may show of {}", company.name),
        message: Message::SignatoryAsked { name: row.name.clone(), company: company.name },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(&*txn, now, letter).await?;
    let entry = Entry { actor, act, object: "signatory", object_id: row.id, cohort: None, before: String::new(), after: String::new() };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Asked::LinkSent)
}

/// Makes a new link; the older one is dead. The row is locked by the caller.
pub(crate) async fn renew_link(txn: &impl ConnectionTrait, now: DateTime<Utc>, id: i64) -> Result<String, DbErr> {
    let token = link::random_token("sig_");
    signatory::ActiveModel { id: Set(id), token_hash: Set(Some(link::hash(&token))), asked_at: Set(Some(now)), ..Default::default() }
        .update(txn)
        .await?;
    Ok(token)
}

/// Ends somebody's part; their link is dead, and what they gave stands until it is withdrawn or ends. Ending it twice is
/// the same. Answers their name.
///
/// # Errors
/// There is no such signatory.
pub async fn end(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<String, Halt<SignatoryRefusal>> {
    let txn = db.write().await?;
    let Some(company) = company_of(&*txn, id).await? else { return refuse(SignatoryRefusal::Unknown) };
    company::Entity::find_by_id(company).lock_exclusive().one(&*txn).await?;
    let Some(row) = signatory::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else {
        return refuse(SignatoryRefusal::Unknown);
    };
    if row.ended_at.is_some() {
        return Ok(row.name);
    }
    signatory::ActiveModel { id: Set(id), token_hash: Set(None), ended_at: Set(Some(now)), ..Default::default() }.update(&*txn).await?;
    let entry = Entry { actor, act: "end", object: "signatory", object_id: id, cohort: None, before: String::new(), after: String::new() };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(row.name)
}

async fn company_of(db: &impl ConnectionTrait, id: i64) -> Result<Option<i64>, DbErr> {
    Ok(signatory::Entity::find_by_id(id).one(db).await?.map(|row| row.company_id))
}

/// The company of a signatory. `None` when there is no such signatory.
///
/// # Errors
/// The database.
pub async fn company(db: &Db, id: i64) -> Result<Option<i64>, DbErr> {
    company_of(db.read(), id).await
}

/// Somebody who signs for a company now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub email: String,
    /// Their newest link was sent then.
    pub asked_at: Option<DateTime<Utc>>,
}

/// Everybody who signs for a company now, in the order they were named.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, company: i64) -> Result<Vec<Line>, DbErr> {
    let rows = signatory::Entity::find()
        .filter(signatory::Column::CompanyId.eq(company))
        .filter(signatory::Column::EndedAt.is_null())
        .order_by_asc(signatory::Column::Id)
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Line { id: row.id, name: row.name, title: row.title, email: row.email, asked_at: row.asked_at })
        .collect())
}

/// Whose link it is.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Holder {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub company_id: i64,
    pub company: String,
}

/// Whose link a token is, changing nothing. `None` for unknown, replaced and ended alike.
///
/// # Errors
/// The database.
pub async fn by_token(db: &Db, token: &str) -> Result<Option<Holder>, DbErr> {
    holder(db.read(), token).await
}

pub(crate) async fn holder(db: &impl ConnectionTrait, token: &str) -> Result<Option<Holder>, DbErr> {
    sql::one(
        db,
        "SELECT s.id, s.name, s.title, s.company_id, c.name AS company FROM signatory s JOIN company c ON c.id = s.company_id \
         WHERE s.token_hash = $1 AND s.ended_at IS NULL",
        values![link::hash(token)],
    )
    .await
}
