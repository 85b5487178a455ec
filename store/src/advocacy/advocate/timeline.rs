//! Everything that happened with somebody, on one line of time: one query over all the tables that know of it.

use chrono::NaiveDate;
use domain::advocacy::consent::Scope;
use domain::advocacy::ledger::GiveKind;
use sea_orm::FromQueryResult;

use crate::sql::{self, values};
use crate::{Db, Fault, PAGE_ROWS, Page};

/// What a reader is shown of cohorts, which are confidential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Admins: seats, and every cohort they were named for.
    Everything,
    /// The cohorts they took part in, and the seats in the ledger.
    Attendance,
    Nothing,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// In UTC.
    pub day: NaiveDate,
    /// `ask`, `give`, `act`, `achievement`, `recognised`, `introduction`, `problem`, `solved`, `consent`, `published`, `record`,
    /// `cohort`, `named`.
    pub sort: String,
    /// The row's own number.
    pub id: i64,
    /// What it was: a kind, a title, a scope.
    pub what: String,
    /// More of it; may be empty.
    pub detail: String,
    /// Where it stands now; may be empty.
    pub state: String,
}

/// When something happened, as both databases write it: an instant in UTC to the second, or a day.
fn when(column: &str) -> String {
    format!("substr(CAST({column} AS TEXT), 1, 19) AS at")
}

/// The newest first.
///
/// # Errors
/// The database.
pub async fn timeline(db: &Db, person: i64, shows: Shows, page: u64) -> Result<Page<Moment>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        sort: String,
        id: i64,
        at: String,
        what: String,
        detail: String,
        state: String,
    }
    let everything = everything(shows);
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n FROM ({everything}) t"), values![person]).await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT t.* FROM ({everything}) t ORDER BY t.at DESC, t.sort, t.id DESC LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        values![person],
    )
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let day = row.at.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
            let day = day.ok_or_else(|| Fault::Unreadable(row.at.clone()))?;
            Ok(Moment { day, sort: row.sort, id: row.id, what: row.what, detail: row.detail, state: row.state })
        })
        .collect::<Result<Vec<Moment>, Fault>>()?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// The query of everything the reader is shown, of the person `$1`.
fn everything(shows: Shows) -> String {
    let (seats, attendance) = match shows {
        Shows::Everything | Shows::Attendance => (String::new(), String::new()),
        Shows::Nothing => (format!(" AND e.kind <> '{}'", GiveKind::Seat), format!(" AND e.scope <> '{}'", Scope::Attendance)),
    };
    let none = "CAST('' AS TEXT)";
    let mut parts = vec![
        format!(
            "SELECT CAST('ask' AS TEXT) AS sort, k.id AS id, {}, k.kind AS what, {none} AS detail, k.state AS state \
             FROM ask k WHERE k.person_id = $1 AND k.state <> 'refused'",
            when("coalesce(k.asked_at, k.submitted_at)")
        ),
        format!(
            "SELECT e.side, e.id, {}, e.kind, e.note, CASE WHEN e.against IS NULL THEN '' ELSE 'taken back' END \
             FROM ledger_entry e WHERE e.person_id = $1{seats}",
            when("e.happened_on")
        ),
        format!(
            "SELECT 'achievement', t.id, {}, t.kind, t.title, t.state FROM achievement t WHERE t.person_id = $1",
            when("t.happened_on")
        ),
        format!(
            "SELECT 'recognised', t.id, {}, t.kind, t.title, {none} FROM achievement t WHERE t.person_id = $1 AND t.recognised_at IS NOT NULL",
            when("t.recognised_at")
        ),
        format!(
            "SELECT 'introduction', i.id, {}, i.topic, {none}, i.state FROM introduction i WHERE i.a_person_id = $1 OR i.b_person_id = $1",
            when("i.offered_at")
        ),
        format!(
            "SELECT 'problem', b.id, {}, b.what, {none}, CASE WHEN b.closed_at IS NULL THEN 'open' ELSE 'put right' END \
             FROM problem b WHERE b.person_id = $1",
            when("b.opened_at")
        ),
        format!(
            "SELECT 'solved', b.id, {}, b.what, b.solution, {none} FROM problem b WHERE b.person_id = $1 AND b.closed_at IS NOT NULL",
            when("b.closed_at")
        ),
        format!(
            "SELECT 'consent', e.id, {}, e.scope, e.channels, e.act FROM consent_event e WHERE e.person_id = $1{attendance}",
            when("e.recorded_at")
        ),
        format!(
            "SELECT 'published', p.id, {}, p.title, p.channel, p.state FROM publication p WHERE p.published_at IS NOT NULL \
             AND EXISTS (SELECT 1 FROM publication_use u WHERE u.publication_id = p.id AND u.person_id = $1)",
            when("p.published_at")
        ),
        format!(
            "SELECT 'record', h.id, {}, h.act, h.before, h.after FROM history h WHERE h.object = 'advocate' \
             AND (h.object_id = $1 OR h.object_id IN (SELECT m.id FROM person m WHERE m.merged_into = $1))",
            when("h.at")
        ),
    ];
    if shows != Shows::Nothing {
        parts.push(format!(
            "SELECT 'cohort', r.id, {}, c.title, {none}, r.state FROM registration r JOIN cohort c ON c.id = r.cohort_id WHERE r.person_id = $1",
            when("r.accepted_at")
        ));
    }
    if shows == Shows::Everything {
        parts.push(format!(
            "SELECT 'named', i.id, {}, c.title, {none}, i.state FROM invitation i JOIN cohort c ON c.id = i.cohort_id WHERE i.person_id = $1",
            when("i.created_at")
        ));
    }
    parts.join(" UNION ALL ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cohorts_stand_in_it_only_where_they_are_shown() {
        let [all, attended, nothing] = [Shows::Everything, Shows::Attendance, Shows::Nothing].map(everything);
        assert!(all.contains("FROM invitation") && all.contains("FROM registration"));
        assert!(!attended.contains("FROM invitation") && attended.contains("FROM registration"));
        assert!(!nothing.contains("FROM invitation") && !nothing.contains("FROM registration"));
        assert!(nothing.contains("e.kind <> 'seat'") && nothing.contains("e.scope <> 'attendance'"));
    }
}
