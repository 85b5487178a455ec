//! Who could do it: advocates who fit what is needed, everybody with why they may be asked or not. A constant number of
//! queries, and never more people than [`MOST`].

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::advocacy::matching::{Candidate, Fit, INTEREST, LANGUAGE, Need, Place, SECTOR, TOPIC, fit};
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
    #[derive(FromQueryResult)]
    struct Counts {
        everybody: i64,
        fitting: i64,
    }
    let from = format!(
        "FROM (SELECT r.person_id AS person, p.name, p.title, co.id AS company_id, co.name AS company, co.sector, r.topics, r.interests, r.languages, \
           p.language, r.stage, \
           (CASE WHEN $2 <> '' AND co.sector = $2 THEN {SECTOR} ELSE 0 END \
            + CASE WHEN $3 = '%%' THEN 0 WHEN lower(r.topics) LIKE $3 ESCAPE '\\' THEN {TOPIC} WHEN lower(r.interests) LIKE $3 ESCAPE '\\' THEN {INTEREST} ELSE 0 END \
            + CASE WHEN $4 <> '' AND (lower(p.language) = $4 OR (',' || lower(r.languages) || ',') LIKE ('%,' || $4 || ',%')) THEN {LANGUAGE} ELSE 0 END) AS score \
         FROM advocate r JOIN person p ON p.id = r.person_id JOIN company co ON co.id = p.company_id \
         WHERE p.merged_into IS NULL AND p.forgotten_at IS NULL AND ($1 = 0 OR EXISTS (SELECT 1 FROM invitation i \
           JOIN cohort c ON c.id = i.cohort_id JOIN program g ON g.id = c.program_id WHERE i.person_id = p.id AND g.owner_id = $1))) m"
    );
    let with = values![owner.unwrap_or(0), need.sector.as_str(), sql::like(&need.topic), need.language.as_str()];
    let counts: Option<Counts> = sql::one(
        db.read(),
        &format!("SELECT count(*) AS everybody, count(CASE WHEN m.score > 0 THEN 1 END) AS fitting {from}"),
        with.clone(),
    )
    .await?;
    // Who fits nothing of it is left out, where something is looked for.
    let fits = if need.narrows() { "WHERE m.score > 0" } else { "" };
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT m.person, m.name, m.title, m.company_id, m.company, m.sector, m.topics, m.interests, m.languages, m.language, m.stage {from} \
             {fits} ORDER BY m.score DESC, m.person LIMIT {MOST}"
        ),
        with,
    )
    .await?;
    let (everybody, fitting) = counts.map_or((0, 0), |counts| (whole(counts.everybody), whole(counts.fitting)));
    let considered = if need.narrows() { fitting } else { everybody };
    let beyond = considered.saturating_sub(rows.len() as u64);
    Ok(Found { rows: matched(db, now, need, rows).await?, left_out: everybody.saturating_sub(considered), beyond })
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
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
    let persons = people.iter().map(|id| id.to_string()).collect::<Vec<_>>().join(", ");
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
