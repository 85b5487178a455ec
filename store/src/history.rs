//! The history of every change: who, for whom, when, before and after, in the transaction of the change itself.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, Set};

use crate::entity::history;

/// Who acts. Names are looked up when history is read, so that erasing a person erases them here too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    Staff(i64),
    Executive(i64),
    /// Somebody by the private link to their own page, whichever cohorts they came to.
    Person(i64),
    DelegationLead(i64),
    /// Somebody from outside who teaches.
    Educator(i64),
    /// Somebody who signs for a company.
    Signatory(i64),
    /// Who approves a task for the customer, by its link.
    Approver(i64),
    /// Somebody whose name is kept out of here: who reported a concern stands in its case, or nowhere.
    Anonymous,
    /// The clock, or somebody at the console.
    System,
}

impl Actor {
    /// The member of staff who acts; `None` for everybody else.
    #[must_use]
    pub const fn staff(self) -> Option<i64> {
        match self {
            Self::Staff(id) => Some(id),
            _ => None,
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Staff(id) => write!(f, "staff {id}"),
            Self::Executive(id) => write!(f, "invitation {id}"),
            Self::Person(id) => write!(f, "person {id}"),
            Self::DelegationLead(id) => write!(f, "allotment {id}"),
            Self::Educator(id) => write!(f, "educator {id}"),
            Self::Signatory(id) => write!(f, "signatory {id}"),
            Self::Approver(task) => write!(f, "approver of task {task}"),
            Self::Anonymous => f.write_str("anonymous"),
            Self::System => f.write_str("system"),
        }
    }
}

/// One change.
pub(crate) struct Entry<'a> {
    pub actor: Actor,
    pub act: &'a str,
    pub object: &'a str,
    pub object_id: i64,
    pub cohort: Option<i64>,
    pub before: String,
    pub after: String,
}

pub(crate) async fn record(txn: &impl ConnectionTrait, now: DateTime<Utc>, entry: Entry<'_>) -> Result<(), DbErr> {
    history::ActiveModel {
        at: Set(now),
        actor: Set(entry.actor.to_string()),
        act: Set(entry.act.to_owned()),
        object: Set(entry.object.to_owned()),
        object_id: Set(entry.object_id),
        cohort_id: Set(entry.cohort),
        before: Set(entry.before),
        after: Set(entry.after),
        ..Default::default()
    }
    .insert(txn)
    .await
    .map(|_| ())
}
