//! Companies, the people who look after them, and who competes with whom.

use chrono::{DateTime, Utc};
use domain::cohort::company_import::{domain_key, name_key};
use domain::contact;
use domain::refusal::{FieldRefusal, FieldRefusals, Refusal};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set};

use crate::entity::{account_manager, company, competitor};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Halt, PAGE_ROWS, Page};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    pub id: i64,
    pub name: String,
    pub sector: String,
    pub headquarters: String,
    pub country: String,
    pub cohorts: i64,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    pub term: &'a str,
    pub sector: &'a str,
}

/// By name.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, filter: &Filter<'_>, page: u64) -> Result<Page<Line>, DbErr> {
    let from = "FROM company c WHERE ($1 = '%%' OR c.name_key LIKE $1 ESCAPE '\\' OR lower(c.headquarters) LIKE $1 ESCAPE '\\') AND ($2 = '' OR c.sector = $2)";
    let with = values![sql::like(filter.term.trim()), filter.sector];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT c.id, c.name, c.sector, c.headquarters, c.country, (SELECT count(*) FROM allotment a WHERE a.company_id = c.id) AS cohorts {from} \
             ORDER BY c.name_key LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// The sectors in use, by name.
///
/// # Errors
/// The database.
pub async fn sectors(db: &Db) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        sector: String,
    }
    let rows: Vec<Row> = sql::all(db.read(), "SELECT DISTINCT sector FROM company WHERE sector <> '' ORDER BY sector", values![]).await?;
    Ok(rows.into_iter().map(|row| row.sector).collect())
}

/// A company's page.
#[derive(Debug, Clone)]
pub struct Company {
    pub id: i64,
    pub name: String,
    pub domain: String,
    pub sector: String,
    pub sub_industry: String,
    pub headquarters: String,
    pub country: String,
    pub segment: String,
    pub revision: i32,
    pub account_managers: Vec<Named>,
    pub competitors: Vec<Named>,
    pub cohorts: Vec<InCohort>,
}

/// Somebody or something with an id and a name.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Named {
    pub id: i64,
    pub name: String,
}

/// A cohort a company is in.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct InCohort {
    pub cohort: i64,
    pub title: String,
    pub owner_id: i64,
    pub state: String,
    pub seats: i32,
    pub confirmed: i64,
}

/// One company. `None` when there is none.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Company>, DbErr> {
    let Some(row) = company::Entity::find_by_id(id).one(db.read()).await? else { return Ok(None) };
    let account_managers = sql::all(
        db.read(),
        "SELECT s.id, s.name FROM account_manager m JOIN staff s ON s.id = m.staff_id WHERE m.company_id = $1 ORDER BY s.name",
        values![id],
    )
    .await?;
    let competitors = sql::all(
        db.read(),
        "SELECT c.id, c.name FROM competitor p JOIN company c ON c.id = CASE WHEN p.lower_id = $1 THEN p.upper_id ELSE p.lower_id END \
         WHERE p.lower_id = $1 OR p.upper_id = $1 ORDER BY c.name_key",
        values![id],
    )
    .await?;
    let cohorts = sql::all(
        db.read(),
        "SELECT c.id AS cohort, c.title, g.owner_id, c.state, a.seats, (SELECT count(*) FROM invitation i WHERE i.allotment_id = a.id AND i.state = 'accepted') AS confirmed \
         FROM allotment a JOIN cohort c ON c.id = a.cohort_id JOIN program g ON g.id = c.program_id WHERE a.company_id = $1 ORDER BY c.first_day DESC",
        values![id],
    )
    .await?;
    Ok(Some(Company {
        id,
        name: row.name,
        domain: row.domain.unwrap_or_default(),
        sector: row.sector,
        sub_industry: row.sub_industry,
        headquarters: row.headquarters,
        country: row.country,
        segment: row.segment,
        revision: row.revision,
        account_managers,
        competitors,
        cohorts,
    }))
}

/// What somebody typed of a company.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    pub name: &'a str,
    pub domain: &'a str,
    pub sector: &'a str,
    pub sub_industry: &'a str,
    pub headquarters: &'a str,
    pub country: &'a str,
    pub segment: &'a str,
    /// Staff ids of those who look after it.
    pub account_managers: &'a [i64],
}

/// Why a company was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompanyRefusal {
    Fields(Vec<FieldRefusal>),
    NameTaken,
    DomainTaken,
    /// Somebody else saved it meanwhile.
    Stale,
    Itself,
    Unknown,
}

impl Refusal for CompanyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NameTaken => "name-taken",
            Self::DomainTaken => "domain-taken",
            Self::Stale => "stale",
            Self::Itself => "itself",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::NameTaken => "A company of this name is here already. Open that one, or tell them apart by name.".into(),
            Self::DomainTaken => "Another company has this domain. Open that one, or leave the domain empty.".into(),
            Self::Stale => "Somebody changed this company while you were typing. Your text is below; their version is on the page. Save again to keep yours.".into(),
            Self::Itself => "A company does not compete with itself. Choose another.".into(),
            Self::Unknown => "This company is gone. Reload the list.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NameTaken => Some("name"),
            Self::DomainTaken => Some("domain"),
            Self::Itself => Some("competitor"),
            _ => None,
        }
    }
}

/// Adds a company (`id` 0) or saves one; answers its id.
///
/// # Errors
/// A field, a name or domain already here, or a stale revision.
pub async fn save(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    id: i64,
    revision: i32,
    typed: &Typed<'_>,
) -> Result<i64, Halt<CompanyRefusal>> {
    let mut wrong = FieldRefusals::default();
    let name = wrong.keep(contact::required("name", typed.name, 200, "Enter the company's name."));
    let domain = wrong.keep(contact::optional("domain", typed.domain, 200)).to_lowercase();
    let sector = wrong.keep(contact::optional("sector", typed.sector, 100));
    let sub_industry = wrong.keep(contact::optional("sub_industry", typed.sub_industry, 100));
    let headquarters = wrong.keep(contact::optional("headquarters", typed.headquarters, 200));
    let country = wrong.keep(contact::optional("country", typed.country, 100));
    let segment = wrong.keep(contact::optional("segment", typed.segment, 20));
    wrong.finish().map_err(|wrong| Halt::Refused(CompanyRefusal::Fields(wrong)))?;
    let key = name_key(&name);
    let txn = db.write().await?;
    if company::Entity::find().filter(company::Column::NameKey.eq(&key)).filter(company::Column::Id.ne(id)).one(&*txn).await?.is_some() {
        return refuse(CompanyRefusal::NameTaken);
    }
    let domain = domain_key(&domain);
    let has_domain = domain.is_some();
    if has_domain
        && company::Entity::find()
            .filter(company::Column::Domain.eq(domain.as_deref()))
            .filter(company::Column::Id.ne(id))
            .one(&*txn)
            .await?
            .is_some()
    {
        return refuse(CompanyRefusal::DomainTaken);
    }
    let (mut row, before, revision) = if id == 0 {
        (company::ActiveModel { created_at: Set(now), ..Default::default() }, String::new(), 1)
    } else {
        let Some(row) = company::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(CompanyRefusal::Unknown) };
        if row.revision != revision {
            return refuse(CompanyRefusal::Stale);
        }
        let before = row.name.clone();
        (row.into(), before, revision + 1)
    };
    row.name = Set(name.clone());
    row.name_key = Set(key);
    row.domain = Set(domain);
    row.sector = Set(sector);
    row.sub_industry = Set(sub_industry);
    row.headquarters = Set(headquarters);
    row.country = Set(country);
    row.segment = Set(segment);
    row.revision = Set(revision);
    let saved = row.save(&*txn).await?;
    let id = saved.id.unwrap();
    account_manager::Entity::delete_many().filter(account_manager::Column::CompanyId.eq(id)).exec(&*txn).await?;
    for staff in typed.account_managers {
        account_manager::ActiveModel { staff_id: Set(*staff), company_id: Set(id) }.insert(&*txn).await?;
    }
    crate::conduct::observer::detach_strangers(&*txn, now, actor).await?;
    history::record(&*txn, now, Entry { actor, act: "save", object: "company", object_id: id, cohort: None, before, after: name }).await?;
    txn.commit().await?;
    Ok(id)
}

/// Says that two companies compete, or no longer do. Saying it twice is the same.
///
/// # Errors
/// The same company twice, or one that is gone.
pub async fn set_competitors(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    one: i64,
    other: i64,
    compete: bool,
) -> Result<(), Halt<CompanyRefusal>> {
    if one == other {
        return refuse(CompanyRefusal::Itself);
    }
    let (lower, upper) = (one.min(other), one.max(other));
    let txn = db.write().await?;
    for id in [lower, upper] {
        if company::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?.is_none() {
            return refuse(CompanyRefusal::Unknown);
        }
    }
    let stands = competitor::Entity::find_by_id((lower, upper)).one(&*txn).await?.is_some();
    if compete && !stands {
        competitor::ActiveModel { lower_id: Set(lower), upper_id: Set(upper) }.insert(&*txn).await?;
    } else if !compete && stands {
        competitor::Entity::delete_by_id((lower, upper)).exec(&*txn).await?;
    }
    if compete != stands {
        let entry = Entry {
            actor,
            act: if compete { "competes with" } else { "no longer competes with" },
            object: "company",
            object_id: one,
            cohort: None,
            before: String::new(),
            after: other.to_string(),
        };
        history::record(&*txn, now, entry).await?;
    }
    txn.commit().await?;
    Ok(())
}

/// Somebody of a company an account manager observes in a cohort: their name and whether they attend, and nothing else
/// (the sales firewall).
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Attendance {
    pub company: String,
    pub cohort: String,
    pub person: String,
    pub attends: bool,
}

/// From here on are the rows an account manager's pages are made of: those of companies they look after, in cohorts they
/// are attached to as observers of that company, while both are so.
const OBSERVED: &str = "observer o JOIN account_manager m ON m.staff_id = o.staff_id AND m.company_id = o.company_id \
    JOIN company co ON co.id = o.company_id JOIN cohort c ON c.id = o.cohort_id JOIN allotment a ON a.cohort_id = o.cohort_id AND a.company_id = o.company_id \
    JOIN invitation i ON i.allotment_id = a.id JOIN person p ON p.id = i.person_id \
    WHERE o.staff_id = $1 AND c.state <> 'cancelled' AND i.state IN ('queued', 'sent', 'bounced', 'accepted') AND ($2 = 0 OR o.company_id = $2)";

/// Who is invited from the companies this member of staff observes, and who attends; of one company when it is given.
/// The latest cohort first.
///
/// # Errors
/// The database.
pub async fn attendance(db: &Db, staff: i64, company: Option<i64>, page: u64) -> Result<Page<Attendance>, DbErr> {
    let with = values![staff, company.unwrap_or(0)];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n FROM {OBSERVED}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT co.name AS company, c.title AS cohort, p.name AS person, (i.state = 'accepted') AS attends FROM {OBSERVED} \
             ORDER BY c.first_day DESC, c.id, co.name_key, p.name, p.id LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// How many people attend from the companies this member of staff observes.
///
/// # Errors
/// The database.
pub async fn attending(db: &Db, staff: i64) -> Result<u32, DbErr> {
    let count =
        sql::number(db.read(), &format!("SELECT count(*) AS n FROM {OBSERVED} AND i.state = 'accepted'"), values![staff, 0_i64]).await?;
    Ok(u32::try_from(count).unwrap_or(0))
}

/// A company an account manager looks after.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Customer {
    pub id: i64,
    pub name: String,
    /// Who attend, in cohorts they are attached to.
    pub attending: i64,
}

/// The companies this member of staff looks after, by name.
///
/// # Errors
/// The database.
pub async fn customers(db: &Db, staff: i64, term: &str, page: u64) -> Result<Page<Customer>, DbErr> {
    let from = "FROM account_manager m JOIN company co ON co.id = m.company_id WHERE m.staff_id = $1 AND ($2 = '%%' OR co.name_key LIKE $2 ESCAPE '\\')";
    let with = values![staff, sql::like(term.trim())];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT co.id, co.name, (SELECT count(*) FROM observer o JOIN cohort c ON c.id = o.cohort_id JOIN allotment a ON a.cohort_id = o.cohort_id AND a.company_id = o.company_id \
             JOIN invitation i ON i.allotment_id = a.id WHERE o.staff_id = m.staff_id AND o.company_id = co.id AND c.state <> 'cancelled' AND i.state = 'accepted') AS attending {from} \
             ORDER BY co.name_key LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// A company's name, and nothing else of it.
///
/// # Errors
/// The database.
pub async fn name_of(db: &Db, id: i64) -> Result<Option<String>, DbErr> {
    Ok(company::Entity::find_by_id(id).one(db.read()).await?.map(|row| row.name))
}
