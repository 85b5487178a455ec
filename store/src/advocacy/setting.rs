//! The settings of advocacy: one row, made at the first change.

use chrono::{DateTime, Utc};
use domain::advocacy::setting::{Settings, TypedSettings, parse_intervals};
use domain::refusal::{FieldRefusal, Refusal};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QuerySelect, Set, TryInsertResult};

use crate::entity::{advocacy_setting, staff};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::{Db, Fault, Halt};

/// The one row's number.
const ROW: i64 = 1;

/// What holds now.
///
/// # Errors
/// The database, or a row that cannot be read.
pub async fn get(db: &Db) -> Result<Settings, Fault> {
    get_in(db.read()).await
}

pub(crate) async fn get_in(db: &impl ConnectionTrait) -> Result<Settings, Fault> {
    advocacy_setting::Entity::find_by_id(ROW).one(db).await?.map_or_else(|| Ok(Settings::default()), read)
}

fn read(row: advocacy_setting::Model) -> Result<Settings, Fault> {
    let count = |number: i32| u32::try_from(number).unwrap_or(0);
    Ok(Settings {
        internal_hours: count(row.internal_hours),
        customer_hours: count(row.customer_hours),
        most_reminders: count(row.most_reminders),
        escalate_to: row.escalate_to,
        recognition_days: count(row.recognition_days),
        person_cap: count(row.person_cap),
        company_cap: count(row.company_cap),
        interval_days: count(row.interval_days),
        intervals: parse_intervals(&row.intervals).map_err(|_| Fault::Unreadable(row.intervals.clone()))?,
        answer_days: count(row.answer_days),
        gift_limit: count(row.gift_limit),
        revision: row.revision,
    })
}

/// Why nothing was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingRefusal {
    Fields(Vec<FieldRefusal>),
    /// Somebody else saved meanwhile.
    Stale,
}

impl Refusal for SettingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Stale => "stale",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stale => "Somebody changed the settings meanwhile. Theirs are shown beside yours; save again to keep yours.".into(),
        }
    }
}

/// Saves what was typed. Saving the same again changes nothing.
///
/// # Errors
/// A field, or somebody saved meanwhile.
pub async fn save(db: &Db, now: DateTime<Utc>, actor: Actor, revision: i32, typed: &TypedSettings<'_>) -> Result<(), Halt<SettingRefusal>> {
    let wanted = Settings::parse(typed).map_err(|wrong| Halt::Refused(SettingRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    if let Some(id) = wanted.escalate_to
        && staff::Entity::find_by_id(id).one(&*txn).await?.is_none()
    {
        return refuse(SettingRefusal::Fields(vec![FieldRefusal::new("escalate_to", "Choose somebody from the list, or nobody.")]));
    }
    let row = advocacy_setting::Entity::find_by_id(ROW).lock(LockType::Update).one(&*txn).await?;
    let stands = row.map(read).transpose()?.unwrap_or_default();
    if wanted == (Settings { revision: 0, ..stands.clone() }) {
        return Ok(());
    }
    if stands.revision != revision {
        return refuse(SettingRefusal::Stale);
    }
    let number = |count: u32| Set(i32::try_from(count).unwrap_or(i32::MAX));
    let row = advocacy_setting::ActiveModel {
        id: Set(ROW),
        internal_hours: number(wanted.internal_hours),
        customer_hours: number(wanted.customer_hours),
        most_reminders: number(wanted.most_reminders),
        escalate_to: Set(wanted.escalate_to),
        recognition_days: number(wanted.recognition_days),
        person_cap: number(wanted.person_cap),
        company_cap: number(wanted.company_cap),
        interval_days: number(wanted.interval_days),
        intervals: Set(wanted.interval_lines()),
        answer_days: number(wanted.answer_days),
        gift_limit: number(wanted.gift_limit),
        revision: Set(stands.revision + 1),
    };
    if stands.revision == 0 {
        let inserting = advocacy_setting::Entity::insert(row).on_conflict_do_nothing_on([advocacy_setting::Column::Id]);
        let TryInsertResult::Inserted(_) = inserting.exec(&*txn).await? else {
            // Somebody saved the first ones in this very moment.
            let theirs = get_in(&*txn).await?;
            return if wanted == (Settings { revision: 0, ..theirs }) { Ok(()) } else { refuse(SettingRefusal::Stale) };
        };
    } else {
        row.update(&*txn).await?;
    }
    let entry = Entry {
        actor,
        act: "set",
        object: "advocacy setting",
        object_id: ROW,
        cohort: None,
        before: format!("{stands:?}"),
        after: format!("{wanted:?}"),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(())
}
