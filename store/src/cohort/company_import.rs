//! Importing companies: the plan against what is stored, and applying it. The rules are `domain::cohort::company_import`.

use chrono::{DateTime, Utc};
use domain::cohort::company_import::{Counts, Known, Mapping, MappingRefusal, NewCompany, Outcome, Plan, Table, name_key, plan};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, Set};

use crate::entity::company;
use crate::history::{self, Actor, Entry};
use crate::{Db, Halt};

/// What the file would do now.
///
/// # Errors
/// A column that is not there, or two fields on one column.
pub async fn dry_run(db: &Db, table: &Table, mapping: &Mapping) -> Result<Plan, Halt<MappingRefusal>> {
    let known = known(db.read()).await?;
    plan(table, mapping, &known).map_err(Halt::Refused)
}

/// Does it, in one transaction, against what is stored at that moment; refused rows are left out. Answers the counts.
///
/// # Errors
/// As [`dry_run`].
pub async fn apply(db: &Db, now: DateTime<Utc>, actor: Actor, table: &Table, mapping: &Mapping) -> Result<Counts, Halt<MappingRefusal>> {
    let txn = db.write().await?;
    let plan = plan(table, mapping, &known(&*txn).await?).map_err(Halt::Refused)?;
    for row in &plan.rows {
        match &row.outcome {
            Outcome::Create(new) => {
                let created = company::ActiveModel { created_at: Set(now), revision: Set(1), ..fill(new) }.insert(&*txn).await?;
                let entry = Entry {
                    actor,
                    act: "import",
                    object: "company",
                    object_id: created.id,
                    cohort: None,
                    before: String::new(),
                    after: created.name,
                };
                history::record(&*txn, now, entry).await?;
            }
            Outcome::Update { id, changes, company: new } => {
                let Some(stands) = company::Entity::find_by_id(*id).one(&*txn).await? else { continue };
                company::ActiveModel { id: Set(*id), revision: Set(stands.revision + 1), ..fill(new) }.update(&*txn).await?;
                let side = |pick: fn(&domain::cohort::company_import::Change) -> &String| {
                    changes.iter().map(|change| pick(change).as_str()).collect::<Vec<_>>().join("; ")
                };
                let entry = Entry {
                    actor,
                    act: "import",
                    object: "company",
                    object_id: *id,
                    cohort: None,
                    before: side(|change| &change.before),
                    after: side(|change| &change.after),
                };
                history::record(&*txn, now, entry).await?;
            }
            Outcome::Unchanged { .. } | Outcome::Refuse(_) => {}
        }
    }
    txn.commit().await?;
    Ok(plan.counts())
}

async fn known(db: &impl ConnectionTrait) -> Result<Vec<Known>, DbErr> {
    let some = |text: String| (!text.is_empty()).then_some(text);
    let rows = company::Entity::find().all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Known {
            id: row.id,
            name: row.name,
            domain: row.domain,
            sector: some(row.sector),
            sub_industry: some(row.sub_industry),
            headquarters: some(row.headquarters),
            country: some(row.country),
            segment: some(row.segment),
        })
        .collect())
}

fn fill(new: &NewCompany) -> company::ActiveModel {
    let text = |value: &Option<String>| Set(value.clone().unwrap_or_default());
    company::ActiveModel {
        name: Set(new.name.clone()),
        name_key: Set(name_key(&new.name)),
        domain: Set(new.domain.clone()),
        sector: text(&new.sector),
        sub_industry: text(&new.sub_industry),
        headquarters: text(&new.headquarters),
        country: text(&new.country),
        segment: text(&new.segment),
        ..Default::default()
    }
}
