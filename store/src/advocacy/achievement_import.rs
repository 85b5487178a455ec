//! Achievements from a file: what every row would do, against what stands, and doing it. They come in as reported. A row is
//! here already when its address is; without an address, when the same customer has one of this title and day.
//!
//! However many rows, what they are compared with is read in a few queries. Locks: the people, then the companies, each by
//! number, then what is reported.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::achievement::{AchievementRefusal, Report, Seen, Source, State, Who, is_near, title_key};
use domain::advocacy::achievement_import::{ReadRefusal, rows};
use domain::cohort::company_import::{Table, name_key};
use domain::time::words;
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::advocacy::achievement::{self, Customer, Near, candidates, other_company, report_in, unknown_company};
use crate::advocacy::advocate;
use crate::entity::{self, company, person};
use crate::halt::word;
use crate::history::Actor;
use crate::{Db, Fault, Halt};

/// One row of a file and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The line it begins on, from 1.
    pub line: u64,
    pub what: String,
    pub outcome: Outcome,
}

/// What a row comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With a sentence for each one that it may be the same as.
    New(Vec<String>),
    /// It is here, or stands on an earlier line.
    Same(String),
    Refused(Vec<String>),
}

/// How many rows came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub new: usize,
    pub same: usize,
    pub refused: usize,
}

/// What the file would do now. Nothing is kept.
///
/// # Errors
/// A column is missing.
pub async fn dry_run(db: &Db, now: DateTime<Utc>, table: &Table) -> Result<Vec<Planned>, Halt<ReadRefusal>> {
    let rows = placed(db.read(), now, table).await?;
    Ok(rows.into_iter().map(|row| row.planned).collect())
}

/// Reports what is new, in one transaction, against what stands at that moment. Doing it twice changes nothing.
///
/// # Errors
/// As [`dry_run`].
pub async fn apply(db: &Db, now: DateTime<Utc>, actor: Actor, table: &Table) -> Result<Counts, Halt<ReadRefusal>> {
    let (txn, rows) = loop {
        let txn = db.write().await?;
        let held = Held::of(&placed(&*txn, now, table).await?);
        held.lock(&*txn).await?;
        // Whoever imports for the same customers was waited for, and is seen now. When people were brought together meanwhile,
        // it begins anew, so that everybody is held in the one order.
        let rows = placed(&*txn, now, table).await?;
        if held.holds(&Held::of(&rows)) {
            break (txn, rows);
        }
    };
    let mut counts = Counts::default();
    for row in rows {
        match (row.planned.outcome, row.report) {
            (Outcome::New(_), Some((report, customer))) => {
                let done = report_in(&*txn, now, actor, Source::Import, &report, customer).await;
                match done {
                    Ok(achievement::Reporting::Reported(_)) => counts.new += 1,
                    Ok(_) | Err(Halt::Refused(AchievementRefusal::Stands(_))) => counts.same += 1,
                    Err(Halt::Refused(_)) => counts.refused += 1,
                    Err(Halt::Fault(fault)) => return Err(fault.into()),
                }
            }
            (Outcome::New(_) | Outcome::Refused(_), _) => counts.refused += 1,
            (Outcome::Same(_), _) => counts.same += 1,
        }
    }
    txn.commit().await?;
    Ok(counts)
}

/// Everybody a file reports something of: the people, then the companies, by number.
struct Held {
    people: BTreeSet<i64>,
    companies: BTreeSet<i64>,
}

impl Held {
    fn of(rows: &[Placed]) -> Self {
        let customers = || rows.iter().filter_map(|row| row.report.as_ref()).map(|(_, customer)| *customer);
        Self {
            people: customers().filter_map(|customer| customer.person).collect(),
            companies: customers().map(|customer| customer.company).collect(),
        }
    }

    fn holds(&self, others: &Self) -> bool {
        others.people.is_subset(&self.people) && others.companies.is_subset(&self.companies)
    }

    /// Rows that name them may still be added.
    async fn lock(&self, txn: &impl ConnectionTrait) -> Result<(), DbErr> {
        let (people, companies): (Vec<i64>, Vec<i64>) = (self.people.iter().copied().collect(), self.companies.iter().copied().collect());
        for part in people.chunks(AT_ONCE) {
            let these = person::Column::Id.is_in(part.iter().copied());
            person::Entity::find().filter(these).order_by_asc(person::Column::Id).lock(LockType::NoKeyUpdate).all(txn).await?;
        }
        for part in companies.chunks(AT_ONCE) {
            let these = company::Column::Id.is_in(part.iter().copied());
            company::Entity::find().filter(these).order_by_asc(company::Column::Id).lock(LockType::NoKeyUpdate).all(txn).await?;
        }
        Ok(())
    }
}

/// A row with what it would report, and of whom.
struct Placed {
    planned: Planned,
    report: Option<(Report, Customer)>,
}

/// The same customer, title and day.
type Key = (Option<i64>, i64, String, NaiveDate);

/// Every row and what it comes to.
async fn placed(db: &impl ConnectionTrait, now: DateTime<Utc>, table: &Table) -> Result<Vec<Placed>, Halt<ReadRefusal>> {
    let read = rows(table, now.date_naive()).map_err(Halt::Refused)?;
    let reports: Vec<&Report> = read.iter().filter_map(|row| row.said.as_ref().ok()).collect();
    let known = Known::of(db, &reports).await?;
    let mut found = Vec::new();
    for row in read {
        let (line, what) = (row.line, row.what);
        let said = row.said.map_err(|wrong| wrong.into_iter().map(|why| why.sentence).collect::<Vec<_>>());
        let report = said.and_then(|report| known.customer(&report.who).map(|customer| (report, customer)).map_err(|why| vec![why]));
        found.push((line, what, report));
    }
    let reports: Vec<&(Report, Customer)> = found.iter().filter_map(|(.., report)| report.as_ref().ok()).collect();
    let stands = Standing::of(db, &reports).await?;
    let (mut urls, mut keys): (BTreeMap<String, u64>, BTreeMap<Key, u64>) = Default::default();
    let mut placed = Vec::new();
    for (line, what, report) in found {
        let (outcome, report) = match report {
            Err(why) => (Outcome::Refused(why), None),
            Ok((report, customer)) => {
                let key = (customer.person, customer.company, title_key(&report.title), report.happened_on);
                let earlier = match &report.url {
                    Some(url) => urls.get(url).copied(),
                    None => keys.get(&key).copied(),
                };
                let outcome = match (stands.same(&report, &key), earlier) {
                    (Some(same), _) => Outcome::Same(same),
                    (None, Some(earlier)) => Outcome::Same(format!("Just this stands on line {earlier}.")),
                    (None, None) => Outcome::New(stands.near(&report, customer)),
                };
                if let Some(url) = &report.url {
                    urls.entry(url.clone()).or_insert(line);
                }
                keys.entry(key).or_insert(line);
                (outcome, Some((report, customer)))
            }
        };
        placed.push(Placed { planned: Planned { line, what, outcome }, report });
    }
    Ok(placed)
}

/// Everybody a file names, by address and by name.
struct Known {
    people: BTreeMap<String, person::Model>,
    companies: BTreeMap<String, i64>,
}

/// So many values are asked for at once.
const AT_ONCE: usize = 500;

impl Known {
    async fn of(db: &impl ConnectionTrait, reports: &[&Report]) -> Result<Self, DbErr> {
        let (mut emails, mut names) = (BTreeSet::new(), BTreeSet::new());
        for report in reports {
            match &report.who {
                Who::Person(email) => {
                    emails.insert(email.to_string());
                }
                Who::Company(name) => {
                    names.insert(name_key(name));
                }
                Who::Both(email, name) => {
                    emails.insert(email.to_string());
                    names.insert(name_key(name));
                }
            }
        }
        let (emails, names): (Vec<String>, Vec<String>) = (emails.into_iter().collect(), names.into_iter().collect());
        let (mut people, mut companies) = (BTreeMap::new(), BTreeMap::new());
        for part in emails.chunks(AT_ONCE) {
            for row in person::Entity::find().filter(person::Column::Email.is_in(part.iter().map(String::as_str))).all(db).await? {
                people.insert(row.email.clone(), row);
            }
        }
        for part in names.chunks(AT_ONCE) {
            let rows = company::Entity::find().filter(company::Column::NameKey.is_in(part.iter().map(String::as_str))).all(db).await?;
            companies.extend(rows.into_iter().map(|row| (row.name_key, row.id)));
        }
        // Few of a file, if any: whoever was brought together with somebody else is read as who is left.
        for row in people.values_mut().filter(|row| row.merged_into.is_some()) {
            let id = advocate::current(db, row.id).await?;
            if let Some(left) = person::Entity::find_by_id(id).one(db).await? {
                *row = left;
            }
        }
        people.retain(|_, row| row.forgotten_at.is_none());
        Ok(Self { people, companies })
    }

    fn customer(&self, who: &Who) -> Result<Customer, String> {
        let person = |email: &str| {
            self.people
                .get(email)
                .ok_or_else(|| format!("Nobody with the address {email} is known here. Check it, or name the company alone."))
        };
        let company = |name: &str| self.companies.get(&name_key(name)).copied().ok_or_else(|| unknown_company(name));
        match who {
            Who::Person(email) => person(email.as_str()).map(|row| Customer { person: Some(row.id), company: row.company_id }),
            Who::Company(name) => company(name).map(|company| Customer { person: None, company }),
            Who::Both(email, name) => {
                let (row, company) = (person(email.as_str())?, company(name)?);
                if row.company_id == company { Ok(Customer { person: Some(row.id), company }) } else { Err(other_company(&row.name)) }
            }
        }
    }
}

/// What stands already of everything a file reports.
struct Standing {
    urls: BTreeMap<String, (String, State)>,
    others: Vec<Near>,
    /// Places in `others`, by company.
    of_company: BTreeMap<i64, Vec<usize>>,
}

impl Standing {
    async fn of(db: &impl ConnectionTrait, reports: &[&(Report, Customer)]) -> Result<Self, Fault> {
        let (mut addresses, mut companies) = (BTreeSet::new(), BTreeSet::new());
        let mut days: Option<(NaiveDate, NaiveDate)> = None;
        for (report, customer) in reports {
            addresses.extend(report.url.clone());
            companies.insert(customer.company);
            let (first, last) = days.unwrap_or((report.happened_on, report.happened_on));
            days = Some((first.min(report.happened_on), last.max(report.happened_on)));
        }
        let addresses: Vec<String> = addresses.into_iter().collect();
        let mut urls = BTreeMap::new();
        for part in addresses.chunks(AT_ONCE) {
            let at_these = entity::achievement::Column::Url.is_in(part.iter().map(String::as_str));
            let rows = entity::achievement::Entity::find().filter(at_these).all(db).await?;
            for row in rows {
                let state = word(State::parse(&row.state), &row.state)?;
                urls.extend(row.url.map(|url| (url, (row.title, state))));
            }
        }
        let others = match days {
            Some((first, last)) => candidates(db, &companies, &BTreeSet::new(), first, last).await?,
            None => Vec::new(),
        };
        let mut of_company: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (at, other) in others.iter().enumerate() {
            of_company.entry(other.company_id).or_default().push(at);
        }
        Ok(Self { urls, others, of_company })
    }

    fn of_customer(&self, company: i64) -> impl Iterator<Item = &Near> {
        self.of_company.get(&company).into_iter().flatten().filter_map(move |at| self.others.get(*at))
    }

    /// The one a row would be, in words.
    fn same(&self, report: &Report, key: &Key) -> Option<String> {
        let (title, state) = match &report.url {
            Some(url) => self.urls.get(url).map(|(title, state)| (title.as_str(), *state))?,
            None => {
                let the_same = |other: &&Near| {
                    (other.person_id, other.company_id, other.happened_on) == (key.0, key.1, key.3) && title_key(&other.title) == key.2
                };
                self.of_customer(key.1).find(the_same).map(|other| (other.title.as_str(), other.state))?
            }
        };
        Some(match state {
            State::Rejected => format!("“{title}” was rejected, and stays so. To look at it again, report it by hand."),
            State::Reported | State::Verified => format!("“{title}” is here already."),
        })
    }

    /// A sentence for each that it may be the same as: three at most.
    fn near(&self, report: &Report, customer: Customer) -> Vec<String> {
        let seen = Seen {
            kind: report.kind,
            person: customer.person,
            company: customer.company,
            title: &report.title,
            outlet: &report.outlet,
            happened_on: report.happened_on,
        };
        self.of_customer(customer.company)
            .filter(|other| is_near(&seen, &other.seen()))
            .take(3)
            .map(|other| format!("May be the same as “{}” of {}.", other.title, words::date(other.happened_on)))
            .collect()
    }
}
