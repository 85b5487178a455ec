//! Account managers beside a cohort: attached as the observer of one company, detached, listed for the program's owner.
//! The rule is `domain::conduct::firewall`. What an observer sees is read in `cohort::company`, by these rows.

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::conduct::firewall::{self, Attaching, Facts, FirewallRefusal};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set};

use crate::conduct::acknowledgement;
use crate::entity::{account_manager, allotment, cohort, company, observer, staff, staff_role};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// Somebody attached to a cohort.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Observer {
    pub staff: i64,
    pub name: String,
    pub company_id: i64,
    pub company: String,
    pub attached_at: DateTime<Utc>,
    /// They look after the company still, and their account is an active account manager's: what they are attached for
    /// is shown to them.
    pub sees: bool,
}

/// By company and name.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, cohort: i64) -> Result<Vec<Observer>, DbErr> {
    sql::all(
        db.read(),
        "SELECT o.staff_id AS staff, s.name, o.company_id, co.name AS company, o.attached_at, \
         (s.active AND EXISTS (SELECT 1 FROM account_manager m WHERE m.staff_id = o.staff_id AND m.company_id = o.company_id) \
         AND EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = o.staff_id AND r.role = 'account manager')) AS sees \
         FROM observer o JOIN staff s ON s.id = o.staff_id JOIN company co ON co.id = o.company_id WHERE o.cohort_id = $1 ORDER BY co.name_key, s.name, s.id",
        values![cohort],
    )
    .await
}

/// An account manager who may come beside a cohort for a company of its.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Candidate {
    pub staff: i64,
    pub name: String,
    pub company_id: i64,
    pub company: String,
    /// They acknowledged the version of the rule the cohort names, or it names none.
    pub acknowledged: bool,
}

/// Everybody who looks after a company of the cohort and is not attached for it, by company and name.
///
/// # Errors
/// The database.
pub async fn candidates(db: &Db, cohort: i64) -> Result<Vec<Candidate>, DbErr> {
    sql::all(
        db.read(),
        "SELECT m.staff_id AS staff, s.name, m.company_id, co.name AS company, \
         (c.rule_version_id IS NULL OR EXISTS (SELECT 1 FROM acknowledgement k WHERE k.staff_id = s.id AND k.rule_version_id = c.rule_version_id)) AS acknowledged \
         FROM cohort c JOIN allotment a ON a.cohort_id = c.id JOIN account_manager m ON m.company_id = a.company_id JOIN staff s ON s.id = m.staff_id \
         JOIN staff_role r ON r.staff_id = s.id AND r.role = 'account manager' JOIN company co ON co.id = a.company_id \
         WHERE c.id = $1 AND s.active AND NOT EXISTS (SELECT 1 FROM observer o WHERE o.cohort_id = c.id AND o.staff_id = s.id AND o.company_id = a.company_id) \
         ORDER BY co.name_key, s.name, s.id",
        values![cohort],
    )
    .await
}

/// Attaches an account manager as the observer of one company. Doing it again is the same. Answers their name beside it.
///
/// # Errors
/// See [`FirewallRefusal`].
pub async fn attach(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    cohort: i64,
    staff: i64,
    company: i64,
) -> Result<(Attaching, String), Halt<FirewallRefusal>> {
    let txn = db.write().await?;
    if cohort::Entity::find_by_id(cohort).lock_exclusive().one(&*txn).await?.is_none() {
        return refuse(FirewallRefusal::Unknown);
    }
    let (Some(person), Some(customer)) = (named(&*txn, staff).await?, company::Entity::find_by_id(company).one(&*txn).await?) else {
        return refuse(FirewallRefusal::Unknown);
    };
    let facts = Facts {
        name: &person.name,
        company: &customer.name,
        sells: person.active
            && staff_role::Entity::find_by_id((staff, Role::AccountManager.as_str().to_owned())).one(&*txn).await?.is_some(),
        looks_after: account_manager::Entity::find_by_id((staff, company)).one(&*txn).await?.is_some(),
        invited: allotment::Entity::find()
            .filter(allotment::Column::CohortId.eq(cohort))
            .filter(allotment::Column::CompanyId.eq(company))
            .one(&*txn)
            .await?
            .is_some(),
        acknowledged: acknowledgement::staff_has(&*txn, cohort, staff).await?,
        version: acknowledgement::version_named_by(&*txn, cohort).await?.map(|row| row.number as u32),
        attached: observer::Entity::find_by_id((cohort, staff, company)).one(&*txn).await?.is_some(),
    };
    let attaching = firewall::attach(&facts).map_err(Halt::Refused)?;
    if attaching == Attaching::Attached {
        observer::ActiveModel { cohort_id: Set(cohort), staff_id: Set(staff), company_id: Set(company), attached_at: Set(now) }
            .insert(&*txn)
            .await?;
        note(&*txn, now, actor, "attach", cohort, staff, company).await?;
        txn.commit().await?;
    }
    Ok((attaching, person.name))
}

/// Detaches them; from the next request on they see nothing of this cohort. Answers their name, if they were attached.
///
/// # Errors
/// Faults only.
pub async fn detach(db: &Db, now: DateTime<Utc>, actor: Actor, cohort: i64, staff: i64, company: i64) -> Result<Option<String>, Fault> {
    let txn = db.write().await?;
    if cohort::Entity::find_by_id(cohort).lock_exclusive().one(&*txn).await?.is_none() {
        return Ok(None);
    }
    let gone = observer::Entity::delete_by_id((cohort, staff, company)).exec(&*txn).await?;
    if gone.rows_affected == 0 {
        return Ok(None);
    }
    note(&*txn, now, actor, "detach", cohort, staff, company).await?;
    let name = named(&*txn, staff).await?.map(|person| person.name);
    txn.commit().await?;
    Ok(name)
}

/// Detaches everybody who no longer looks after a company, or who no longer sells: taking the task up again attaches
/// nobody. Within the transaction that took it from them.
pub(crate) async fn detach_strangers(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor) -> Result<(), DbErr> {
    let strangers: Vec<Stranger> = sql::all(
        txn,
        "SELECT o.cohort_id, o.staff_id, o.company_id FROM observer o WHERE NOT EXISTS (SELECT 1 FROM account_manager m WHERE m.staff_id = o.staff_id AND m.company_id = o.company_id) \
         OR NOT EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = o.staff_id AND r.role = 'account manager') ORDER BY o.cohort_id, o.staff_id, o.company_id",
        values![],
    )
    .await?;
    for Stranger { cohort_id, staff_id, company_id } in strangers {
        observer::Entity::delete_by_id((cohort_id, staff_id, company_id)).exec(txn).await?;
        note(txn, now, actor, "detach", cohort_id, staff_id, company_id).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Stranger {
    cohort_id: i64,
    staff_id: i64,
    company_id: i64,
}

async fn named(txn: &impl ConnectionTrait, staff: i64) -> Result<Option<staff::Model>, DbErr> {
    staff::Entity::find_by_id(staff).one(txn).await
}

async fn note(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    act: &str,
    cohort: i64,
    staff: i64,
    company: i64,
) -> Result<(), DbErr> {
    let (before, after) = if act == "attach" { (String::new(), company.to_string()) } else { (company.to_string(), String::new()) };
    history::record(txn, now, Entry { actor, act, object: "observer", object_id: staff, cohort: Some(cohort), before, after }).await
}
