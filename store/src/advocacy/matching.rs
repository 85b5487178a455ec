//! Who could do it: advocates who fit what is needed, everybody with why they may be asked or not. A constant number of
//! queries, and the decision for never more people than [`MOST`]. Who fits is not asked in SQL: of letters with accents, the
//! databases know different things.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::matching::{Candidate, Fit, Need, Place, fit};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::advocacy::ask::{Decision, facts_of};
use crate::advocacy::setting;
use crate::sql::{self, values};
use crate::{Db, Fault};

/// So many advocates are looked at, those who fit best.
pub const MOST: usize = 200;

/// An advocate who could do it, and whether they may be asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub person: i64,
    pub name: String,
    pub title: String,
    pub company_id: i64,
    pub company: String,
    pub fit: Fit,
    pub last_asked: Option<NaiveDate>,
    /// Their record says that they rest.
    pub resting: bool,
    pub decision: Decision,
}

/// Who was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Those who may be asked first, then by fit and rest.
    pub rows: Vec<Match>,
    /// Advocates who fit none of what was looked for.
    pub left_out: u64,
    /// Advocates who fit too, and less well than everybody shown.
    pub beyond: u64,
}

#[derive(FromQueryResult)]
struct Row {
    person: i64,
    name: String,
    title: String,
    company_id: i64,
    company: String,
    sector: String,
    topics: String,
    interests: String,
    languages: String,
    language: String,
    stage: String,
}

/// Finds who could do it; with an owner, among people who were invited to a cohort of that owner's programs.
///
/// # Errors
/// The database.
pub async fn find(db: &Db, now: DateTime<Utc>, need: &Need, owner: Option<i64>) -> Result<Found, Fault> {
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT r.person_id AS person, p.name, p.title, co.id AS company_id, co.name AS company, co.sector, r.topics, r.interests, r.languages, \
         p.language, r.stage FROM advocate r JOIN person p ON p.id = r.person_id JOIN company co ON co.id = p.company_id \
         WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL AND ($1 = 0 OR EXISTS (SELECT 1 FROM invitation i \
           JOIN cohort c ON c.id = i.cohort_id JOIN program g ON g.id = c.program_id WHERE i.person_id = p.id AND g.owner_id = $1))",
        values![owner.unwrap_or(0)],
    )
    .await?;
    let everybody = rows.len();
    // What they did before is looked up of those who are looked at.
    let mut fitting: Vec<(u32, Row)> = rows.into_iter().map(|row| (fit(need, &candidate(&row, None, 0)).score, row)).collect();
    // Who fits nothing of it is left out, where something is looked for.
    fitting.retain(|(score, _)| *score > 0 || !need.narrows());
    fitting.sort_by_key(|(score, row)| (Reverse(*score), row.person));
    let considered = fitting.len();
    fitting.truncate(MOST);
    let (left_out, beyond) = ((everybody - considered) as u64, (considered - fitting.len()) as u64);
    let rows = fitting.into_iter().map(|(_, row)| row).collect();
    Ok(Found { rows: matched(db, now, need, rows).await?, left_out, beyond })
}

/// Each of them with the decision, in order.
async fn matched(db: &Db, now: DateTime<Utc>, need: &Need, rows: Vec<Row>) -> Result<Vec<Match>, Fault> {
    let people: Vec<i64> = rows.iter().map(|row| row.person).collect();
    let settings = setting::get(db).await?;
    let gathered = facts_of(db.read(), now, &people).await?;
    let done = done_before(db.read(), need, &people).await?;
    let mut placed: Vec<(Place, Match)> = Vec::new();
    for row in rows {
        let Some(facts) = gathered.get(&row.person) else { continue };
        let candidate = candidate(&row, facts.last_asked(), done.get(&row.person).copied().unwrap_or_default());
        let fit = fit(need, &candidate);
        let decision = facts.decide(now, &settings, Some(need.kind), 0);
        let place = Place::of(row.person, decision.is_ok(), &fit, &candidate);
        let one = Match {
            person: row.person,
            name: row.name,
            title: row.title,
            company_id: row.company_id,
            company: row.company,
            fit,
            last_asked: candidate.last_asked,
            resting: candidate.resting,
            decision,
        };
        placed.push((place, one));
    }
    placed.sort_by_key(|(place, _)| *place);
    Ok(placed.into_iter().map(|(_, one)| one).collect())
}

fn candidate(row: &Row, last_asked: Option<NaiveDate>, done: u32) -> Candidate {
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let mut languages: Vec<String> = row.languages.split(',').map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect();
    languages.push(row.language.clone());
    Candidate {
        sector: row.sector.clone(),
        topics: lines(&row.topics),
        interests: lines(&row.interests),
        languages,
        done,
        last_asked,
        resting: row.stage == "resting",
    }
}

/// How often each of them did this kind of thing, as the ledger has it.
async fn done_before(db: &impl ConnectionTrait, need: &Need, people: &[i64]) -> Result<BTreeMap<i64, u32>, DbErr> {
    #[derive(FromQueryResult)]
    struct Done {
        person_id: i64,
        times: i64,
    }
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let persons = sql::numbers(people.iter().copied());
    let rows: Vec<Done> = sql::all(
        db,
        &format!(
            "SELECT e.person_id, count(*) AS times FROM ledger_entry e WHERE e.person_id IN ({persons}) AND e.side = 'act' AND e.kind = $1 \
             AND e.against IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry x WHERE x.against = e.id) GROUP BY e.person_id"
        ),
        values![need.kind.as_str()],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.person_id, u32::try_from(row.times).unwrap_or(u32::MAX))).collect())
}
