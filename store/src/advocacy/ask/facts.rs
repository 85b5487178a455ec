//! What the decision reads about people, from current rows: in the same number of queries for one as for two hundred.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::ask::{Allowed, AskKind, AskedBefore, Facts, NextGive, NotNow, OpenForThem, State, may_ask, quarter_began};
use domain::advocacy::consent::{Consents, Scope, Subject, resolve};
use domain::advocacy::own_limit::Limits;
use domain::advocacy::setting::Settings;
use domain::conduct::quiet_period::Stay;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::Fault;
use crate::advocacy::consent::ledgers;
use crate::advocacy::{ledger, own_limit};
use crate::conduct::quiet_period::{self, Asked};
use crate::halt::word;
use crate::sql::{self, numbers, values};

/// What is known of one person who would be asked.
pub(crate) struct Gathered {
    person: i64,
    stays: Vec<Stay>,
    consents: Consents,
    /// Every ask that is on its way, by its number.
    open: Vec<(i64, State)>,
    asked: AskedBefore,
    limits: Limits,
    problem: bool,
    company_problem: bool,
    to_be_forgotten: bool,
    gives: u32,
    next: NextGive,
}

impl Gathered {
    /// The decision, for one kind or in general. An ask that is kept already does not stand in its own way.
    pub(crate) fn decide(
        &self,
        now: DateTime<Utc>,
        settings: &Settings,
        kind: Option<AskKind>,
        apart_from: i64,
    ) -> Result<Allowed, NotNow> {
        let open = self.open.iter().find(|(ask, _)| *ask != apart_from).map(|(_, state)| *state);
        let asked = AskedBefore { open, ..self.asked.clone() };
        let facts = Facts {
            person: self.person,
            kind,
            stays: &self.stays,
            settings,
            consents: &self.consents,
            asked: &asked,
            limits: &self.limits,
            problem: self.problem,
            company_problem: self.company_problem,
            to_be_forgotten: self.to_be_forgotten,
            gives: self.gives,
            next: &self.next,
        };
        may_ask(&facts, now)
    }

    /// The last day on which anything was asked of them.
    pub(crate) fn last_asked(&self) -> Option<NaiveDate> {
        self.asked.last.values().max().copied()
    }

    /// An ask of a file that is only tried: what follows in the file meets it.
    pub(crate) fn note_open(&mut self) {
        self.open.push((-1, State::Submitted));
    }
}

/// What is known of each of these people. Who is merged into somebody else, forgotten or unknown is not there.
pub(crate) async fn facts_of(db: &impl ConnectionTrait, now: DateTime<Utc>, people: &[i64]) -> Result<BTreeMap<i64, Gathered>, Fault> {
    let asked = known(db, people).await?;
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let people: Vec<i64> = asked.iter().map(|one| one.person).collect();
    let (persons, companies) = (numbers(people.iter().copied()), numbers(asked.iter().map(|one| one.company)));
    let today = now.date_naive();
    let quarter_began = quarter_began(now);

    let mut stays = quiet_period::stays(db, now, &asked).await?;
    let subjects: Vec<Subject> = people.iter().map(|id| Subject::Person(*id)).collect();
    let events = ledgers(db, &subjects).await?;
    let mut before = asked_before(db, &persons, quarter_began).await?;
    let lately = companies_lately(db, &companies, quarter_began).await?;
    let mut open = open_asks(db, &persons).await?;
    let mut limits = own_limit::of_in(db, &people).await?;
    let problems = problems(db, &persons, &companies).await?;
    let leaving = to_be_forgotten(db, &people).await?;
    let gives = ledger::gives_of(db, &people).await?;
    let celebrate = to_celebrate(db, &persons, &companies).await?;
    let interests = interests(db, &persons).await?;

    let mut found = BTreeMap::new();
    for Asked { person, company } in asked {
        let consents = resolve(events.get(&Subject::Person(person)).map_or(&[][..], Vec::as_slice), today);
        let open_for_them = OpenForThem {
            task: celebrate.task(person, company),
            reported: celebrate.reported(person, company),
            interest: interests.get(&person).cloned(),
            may_introduce: consents.standing(Scope::PeerIntroduction, None).is_live(),
            to_be_forgotten: leaving.contains(&person),
        };
        let gathered = Gathered {
            person,
            stays: stays.remove(&person).unwrap_or_default(),
            consents,
            open: open.remove(&person).unwrap_or_default(),
            asked: AskedBefore {
                company_lately: lately.get(&company).copied().unwrap_or_default(),
                ..before.remove(&person).unwrap_or_default()
            },
            limits: limits.remove(&person).unwrap_or_default(),
            problem: problems.iter().any(|row| row.person_id == Some(person)),
            company_problem: problems.iter().any(|row| row.company_id == Some(company)),
            to_be_forgotten: leaving.contains(&person),
            gives: gives.get(&person).copied().unwrap_or_default(),
            next: NextGive::of(&open_for_them),
        };
        found.insert(person, gathered);
    }
    Ok(found)
}

fn whole(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

async fn known(db: &impl ConnectionTrait, people: &[i64]) -> Result<Vec<Asked>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        company_id: i64,
    }
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let persons = numbers(people.iter().copied());
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT p.id, p.company_id FROM person p WHERE p.id IN ({persons}) AND p.merged_into IS NULL AND p.forgotten_at IS NULL ORDER BY p.id"
        ),
        values![],
    )
    .await?;
    Ok(rows.into_iter().map(|row| Asked { person: row.id, company: row.company_id }).collect())
}

/// What reached each of them: ever, in this quarter, and last of each kind.
async fn asked_before(db: &impl ConnectionTrait, persons: &str, quarter_began: DateTime<Utc>) -> Result<BTreeMap<i64, AskedBefore>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        person_id: i64,
        kind: String,
        ever: i64,
        lately: i64,
        last: DateTime<Utc>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT a.person_id, a.kind, count(*) AS ever, count(CASE WHEN a.asked_at >= $1 THEN 1 END) AS lately, max(a.asked_at) AS last \
             FROM ask a WHERE a.person_id IN ({persons}) AND a.asked_at IS NOT NULL GROUP BY a.person_id, a.kind"
        ),
        values![quarter_began],
    )
    .await?;
    let mut found: BTreeMap<i64, AskedBefore> = BTreeMap::new();
    for row in rows {
        let before = found.entry(row.person_id).or_default();
        before.ever += whole(row.ever);
        before.lately += whole(row.lately);
        if let Some(kind) = AskKind::parse(&row.kind) {
            before.last.insert(kind, row.last.date_naive());
        }
    }
    Ok(found)
}

/// How often anybody at each company was asked in this quarter.
async fn companies_lately(db: &impl ConnectionTrait, companies: &str, quarter_began: DateTime<Utc>) -> Result<BTreeMap<i64, u32>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        company_id: i64,
        lately: i64,
    }
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT p.company_id, count(*) AS lately FROM ask a JOIN person p ON p.id = a.person_id \
             WHERE a.asked_at >= $1 AND p.company_id IN ({companies}) GROUP BY p.company_id"
        ),
        values![quarter_began],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.company_id, whole(row.lately))).collect())
}

async fn open_asks(db: &impl ConnectionTrait, persons: &str) -> Result<BTreeMap<i64, Vec<(i64, State)>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        person_id: i64,
        state: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT a.id, a.person_id, a.state FROM ask a WHERE a.person_id IN ({persons}) AND a.state IN ({}) ORDER BY a.id",
            open_states()
        ),
        values![],
    )
    .await?;
    let mut found: BTreeMap<i64, Vec<(i64, State)>> = BTreeMap::new();
    for row in rows {
        let state = word(State::parse(&row.state), &row.state)?;
        found.entry(row.person_id).or_default().push((row.id, state));
    }
    Ok(found)
}

/// The states of asks that are on their way, as SQL writes a list.
pub(super) fn open_states() -> String {
    let open: Vec<String> = State::ALL.iter().filter(|state| state.is_open()).map(|state| format!("'{state}'")).collect();
    open.join(", ")
}

#[derive(FromQueryResult)]
struct ProblemRow {
    person_id: Option<i64>,
    company_id: Option<i64>,
}

/// What is to be put right with any of them.
async fn problems(db: &impl ConnectionTrait, persons: &str, companies: &str) -> Result<Vec<ProblemRow>, DbErr> {
    sql::all(
        db,
        &format!(
            "SELECT b.person_id, b.company_id FROM problem b WHERE b.closed_at IS NULL AND (b.person_id IN ({persons}) OR b.company_id IN ({companies}))"
        ),
        values![],
    )
    .await
}

/// Of these people, those who asked to be forgotten and are not yet.
pub(crate) async fn to_be_forgotten(db: &impl ConnectionTrait, people: &[i64]) -> Result<BTreeSet<i64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    if people.is_empty() {
        return Ok(BTreeSet::new());
    }
    let persons = numbers(people.iter().copied());
    let rows: Vec<Row> = sql::all(
        db,
        &format!("SELECT w.person_id AS id FROM forget_wish w WHERE w.done_at IS NULL AND w.person_id IN ({persons})"),
        values![],
    )
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Achievements that nobody has recognised yet, the oldest first.
struct ToCelebrate(Vec<Achieved>);

#[derive(FromQueryResult)]
struct Achieved {
    id: i64,
    person_id: Option<i64>,
    company_id: i64,
    title: String,
    state: String,
    task: Option<i64>,
}

impl ToCelebrate {
    fn of(&self, person: i64, company: i64) -> impl Iterator<Item = &Achieved> {
        let own = self.0.iter().filter(move |one| one.person_id == Some(person));
        own.chain(self.0.iter().filter(move |one| one.person_id.is_none() && one.company_id == company))
    }

    /// What is verified and waits to be celebrated: their own before their company's.
    fn task(&self, person: i64, company: i64) -> Option<(i64, String)> {
        self.of(person, company).filter(|one| one.state == "verified").find_map(|one| one.task.map(|task| (task, one.title.clone())))
    }

    /// What is reported and waits to be verified.
    fn reported(&self, person: i64, company: i64) -> Option<(i64, String)> {
        self.of(person, company).find(|one| one.state == "reported").map(|one| (one.id, one.title.clone()))
    }
}

async fn to_celebrate(db: &impl ConnectionTrait, persons: &str, companies: &str) -> Result<ToCelebrate, DbErr> {
    let rows = sql::all(
        db,
        &format!(
            "SELECT h.id, h.person_id, h.company_id, h.title, h.state, t.id AS task FROM achievement h \
             LEFT JOIN amplification t ON t.achievement_id = h.id AND t.state NOT IN ('rejected', 'withdrawn') \
             WHERE h.recognised_at IS NULL AND h.state IN ('reported', 'verified') \
             AND (h.person_id IN ({persons}) OR (h.person_id IS NULL AND h.company_id IN ({companies}))) ORDER BY h.happened_on, h.id"
        ),
        values![],
    )
    .await?;
    Ok(ToCelebrate(rows))
}

/// What stands first on each record that they want to know more about.
async fn interests(db: &impl ConnectionTrait, persons: &str) -> Result<BTreeMap<i64, String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        person_id: i64,
        interests: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        &format!("SELECT r.person_id, r.interests FROM advocate r WHERE r.person_id IN ({persons}) AND r.interests <> ''"),
        values![],
    )
    .await?;
    let first = |row: Row| {
        let interest = row.interests.lines().map(str::trim).find(|line| !line.is_empty())?.to_owned();
        Some((row.person_id, interest))
    };
    Ok(rows.into_iter().filter_map(first).collect())
}
