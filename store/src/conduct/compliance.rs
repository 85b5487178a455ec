//! The numbers of a cohort's compliance report: counted in the tables as they stand, and once more in the history.
//!
//! Of concerns only states and outcomes are read: no word of a case passes through here. The rule, the sentences and the
//! fingerprint are `domain::conduct::compliance`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::conduct::acknowledgement::{Duty, educator_key};
use domain::conduct::agenda_check::place_of;
use domain::conduct::compliance::{
    Acknowledgements, Asked, Asks, Concerns, Consent, Head, LetStand, NamedRule, Openings, Publications, Report, Tally, quiet_ends,
};
use domain::conduct::incident::{Act, State};
use domain::time::Zone;
use sea_orm::{DbErr, FromQueryResult};

use crate::conduct::acknowledgement::{self, Duties, Line};
use crate::conduct::educator;
use crate::halt::word;
use crate::sql::{self, values};
use crate::{Db, Fault};

/// The report of a cohort, as of `now`. The same number of queries for any cohort.
///
/// # Errors
/// The database.
pub async fn of(db: &Db, now: DateTime<Utc>, cohort: i64) -> Result<Option<Report>, Fault> {
    let (Some(found), Some(duties)) = (head(db, cohort).await?, acknowledgement::duties(db, cohort, false, 1).await?) else {
        return Ok(None);
    };
    let zone = word(Zone::parse(&found.zone).ok(), &found.zone)?;
    let quiet_until = quiet_ends(&zone, found.last_day, whole(found.quiet_days));
    let texts = duties.texts.iter().map(|text| (text.language, text.content_hash.clone())).collect();
    let rule = duties.version.map(|version| NamedRule { version, texts });
    Ok(Some(Report {
        head: Head {
            cohort,
            program: found.program,
            title: found.title,
            venue: found.venue,
            place: found.place,
            zone,
            first_day: found.first_day,
            last_day: found.last_day,
            rule,
        },
        acknowledgements: by_duty(&duties),
        concerns: concerns(db, cohort).await?,
        openings: openings(db, now, cohort).await?,
        asks: asks(db, cohort, quiet_until).await?,
        let_stand: let_stand(db, cohort).await?,
        consents: consents(db, cohort).await?,
        publications: publications(db, cohort).await?,
    }))
}

/// What the history tells of the same numbers. Concerns stand in it without their cohort, so that nobody who reads a cohort's
/// history meets one: theirs is found by the case. Who was invited, who is at which company and whom a publication shows
/// are read from the rows. The same number of queries for any cohort.
///
/// # Errors
/// The database.
pub async fn from_history(db: &Db, cohort: i64) -> Result<Tally, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        object: String,
        act: String,
        times: i64,
        objects: i64,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT h.object, h.act, count(*) AS times, count(DISTINCT h.object_id) AS objects FROM history h \
         WHERE (h.cohort_id = $1 AND h.object IN ('sales opening', 'quiet period', 'finding')) \
         OR (h.object = 'incident' AND h.object_id IN (SELECT i.id FROM incident i WHERE i.cohort_id = $1 AND i.told)) GROUP BY h.object, h.act",
        values![cohort],
    )
    .await?;
    // What happens to a thing once is counted by things; what may happen to it often, by times.
    let found = |object: &str, act: &str| rows.iter().find(|row| row.object == object && row.act == act);
    let objects = |object: &str, act: &str| found(object, act).map_or(0, |row| whole(row.objects));
    let times = |object: &str, act: &str| found(object, act).map_or(0, |row| whole(row.times));
    let asks = told_asks(db, cohort).await?;
    let (consents_given, consents_withdrawn) = told_consents(db, cohort).await?;
    let (live, taken_down) = told_publications(db, cohort).await?;
    Ok(Tally {
        acknowledged: acknowledged(db, cohort).await?,
        opened: objects("sales opening", "open"),
        closed: objects("sales opening", "close"),
        follow_ups: times("sales opening", "follow-up"),
        overrides: times("quiet period", "override"),
        asks_refused: asks.refused,
        asks_allowed: asks.allowed,
        consents_given,
        consents_withdrawn,
        live,
        taken_down,
        let_stand: times("finding", "dismiss"),
        reported: objects("incident", "report"),
        upheld: objects("incident", Act::Uphold.as_str()),
        dismissed: objects("incident", Act::Dismiss.as_str()),
        customer_initiated: objects("incident", Act::CustomerInitiated.as_str()),
        remedied: objects("incident", Act::Remedy.as_str()),
    })
}

/// How many people with a duty the history says acknowledged the version the cohort names.
async fn acknowledged(db: &Db, cohort: i64) -> Result<u32, DbErr> {
    #[derive(FromQueryResult)]
    struct Told {
        after: String,
    }
    #[derive(FromQueryResult)]
    struct OnDuty {
        kind: String,
        id: i64,
        /// The number it was told with: their own, or of somebody who was merged into them.
        told_as: i64,
        name: String,
    }
    let version = acknowledgement::version_named_by(db.read(), cohort).await?.map_or(0, |version| version.number);
    // What staff acknowledge holds in every cohort: only theirs is read who have a duty in this one.
    let staff = "s.active AND (s.id IN (SELECT p.owner_id FROM cohort c JOIN program p ON p.id = c.program_id WHERE c.id = $1) \
         OR s.id IN (SELECT f.staff_id FROM session t JOIN session_facilitator f ON f.session_id = t.id WHERE t.cohort_id = $1 AND NOT t.cancelled) \
         OR s.id IN (SELECT o.staff_id FROM observer o WHERE o.cohort_id = $1))";
    let told: Vec<Told> = sql::all(
        db.read(),
        &format!(
            "SELECT h.after FROM history h WHERE h.object = 'acknowledgement' AND h.act = 'acknowledge' AND (h.cohort_id = $1 \
             OR (h.cohort_id IS NULL AND h.actor IN (SELECT 'staff ' || CAST(s.id AS TEXT) FROM staff s WHERE {staff})))"
        ),
        values![cohort],
    )
    .await?;
    let on_duty: Vec<OnDuty> = sql::all(
        db.read(),
        &format!(
            "SELECT 'person' AS kind, r.person_id AS id, w.id AS told_as, '' AS name FROM registration r \
               JOIN person w ON coalesce(w.merged_into, w.id) = r.person_id WHERE r.cohort_id = $1 AND r.state = 'confirmed' \
             UNION SELECT 'staff' AS kind, s.id, s.id AS told_as, '' AS name FROM staff s WHERE {staff} \
             UNION SELECT 'educator' AS kind, e.id, e.id AS told_as, e.name FROM educator e WHERE e.cohort_id = $1"
        ),
        values![cohort],
    )
    .await?;
    let teaching = educator::teaching(db.read(), cohort).await?;
    // `person-12 version 2 en …`, as the acknowledgement was written down.
    let holders: BTreeSet<&str> = told
        .iter()
        .filter_map(|told| {
            let mut words = told.after.split(' ');
            let (who, number) = (words.next()?, words.nth(1)?);
            (number.parse::<i32>().ok() == Some(version)).then_some(who)
        })
        .collect();
    let on_duty = on_duty.iter().filter(|one| one.kind != "educator" || teaching.contains_key(&educator_key(&one.name)));
    let held = on_duty.filter(|one| holders.contains(format!("{}-{}", one.kind, one.told_as).as_str()));
    Ok(whole(held.map(|one| (one.kind.as_str(), one.id)).collect::<BTreeSet<_>>().len()))
}

/// Asks of the same people in the same time as [`asks`] counts, as the history tells of them: it goes on naming who was
/// merged into somebody else.
async fn told_asks(db: &Db, cohort: i64) -> Result<Asks, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        refused: i64,
        allowed: i64,
    }
    let Some(found) = head(db, cohort).await? else { return Ok(Asks::default()) };
    let quiet_until = quiet_ends(&word(Zone::parse(&found.zone).ok(), &found.zone)?, found.last_day, whole(found.quiet_days));
    let row: Option<Row> = sql::one(
        db.read(),
        "WITH accepted AS ( \
           SELECT i.id, i.person_id AS person_id, max(h.at) AS since FROM history h JOIN invitation i ON i.id = h.object_id \
             WHERE h.object = 'invitation' AND h.act = 'accept' AND h.cohort_id = $1 GROUP BY i.id, i.person_id \
         ), seats AS ( \
           SELECT person_id, since FROM accepted \
           UNION ALL SELECT p.id, x.since FROM accepted x JOIN cohort c ON c.id = $1 JOIN person guest ON guest.id = x.person_id \
             JOIN person p ON p.company_id = guest.company_id AND p.merged_into IS NULL WHERE c.quiet_company \
         ), quiet AS (SELECT person_id, min(since) AS since FROM seats GROUP BY person_id), \
         named AS (SELECT q.person_id, q.since, w.id AS told_as FROM quiet q JOIN person w ON coalesce(w.merged_into, w.id) = q.person_id) \
         SELECT count(CASE WHEN h.after LIKE 'refused;%' THEN 1 END) AS refused, \
           count(CASE WHEN h.after LIKE 'submitted;%' AND EXISTS (SELECT 1 FROM history o JOIN person w ON w.id = o.object_id \
             WHERE o.object = 'quiet period' AND o.act = 'override' AND o.cohort_id = $1 AND coalesce(w.merged_into, w.id) = n.person_id \
             AND o.at <= h.at) THEN 1 END) AS allowed \
         FROM named n JOIN history h ON h.object = 'ask' AND h.act = 'submit' \
           AND h.after IN ('refused; person ' || CAST(n.told_as AS TEXT), 'submitted; person ' || CAST(n.told_as AS TEXT)) \
         WHERE h.at >= n.since AND h.at < $2",
        values![cohort, quiet_until],
    )
    .await?;
    Ok(row.map_or_else(Asks::default, |row| Asks { refused: whole(row.refused), allowed: whole(row.allowed), overrides: 0 }))
}

/// How many people and companies allowed a use, and took one back: by who acted, once for each use. The history begins
/// with the use, `quote: blog`.
async fn told_consents(db: &Db, cohort: i64) -> Result<(u32, u32), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        act: String,
        after: String,
        whose: String,
        id: i64,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT DISTINCT h.act, h.after, 'person' AS whose, i.person_id AS id FROM invitation i \
           JOIN history h ON h.actor = 'invitation ' || CAST(i.id AS TEXT) AND h.object = 'consent' WHERE i.cohort_id = $1 \
         UNION ALL SELECT DISTINCT h.act, h.after, 'company' AS whose, s.company_id AS id FROM allotment a JOIN signatory s ON s.company_id = a.company_id \
           JOIN history h ON h.actor = 'signatory ' || CAST(s.id AS TEXT) AND h.object = 'consent' WHERE a.cohort_id = $1",
        values![cohort],
    )
    .await?;
    let told = |act: &str| {
        let uses = rows.iter().filter(|row| row.act == act);
        uses.map(|row| (row.after.split(':').next(), row.whose.as_str(), row.id)).collect::<BTreeSet<_>>().len()
    };
    Ok((whole(told("grant")), whole(told("withdraw"))))
}

/// How many publications that show a participant are live, and how many were taken down, by the last the history tells.
async fn told_publications(db: &Db, cohort: i64) -> Result<(u32, u32), DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        live: i64,
        taken_down: i64,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "WITH shown AS (SELECT DISTINCT u.publication_id AS id FROM publication_use u JOIN registration r ON r.person_id = u.person_id WHERE r.cohort_id = $1), \
         newest AS (SELECT max(h.id) AS id FROM shown s JOIN history h ON h.object = 'publication' AND h.object_id = s.id GROUP BY s.id) \
         SELECT count(CASE WHEN h.after = 'live' THEN 1 END) AS live, count(CASE WHEN h.after = 'taken down' THEN 1 END) AS taken_down \
         FROM newest n JOIN history h ON h.id = n.id",
        values![cohort],
    )
    .await?;
    Ok(row.map_or((0, 0), |row| (whole(row.live), whole(row.taken_down))))
}

// ---- one part, one query ----------------------------------------------------------------------------------------------

#[derive(FromQueryResult)]
struct Found {
    program: String,
    title: String,
    venue: String,
    place: String,
    zone: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
    quiet_days: i32,
}

async fn head(db: &Db, cohort: i64) -> Result<Option<Found>, DbErr> {
    sql::one(
        db.read(),
        "SELECT p.title AS program, c.title, c.venue, c.place, c.zone, c.first_day, c.last_day, c.quiet_days \
         FROM cohort c JOIN program p ON p.id = c.program_id WHERE c.id = $1",
        values![cohort],
    )
    .await
}

/// The figures of the page of the rule, by duty.
fn by_duty(duties: &Duties) -> Acknowledgements {
    let of = |lines: &[Line], duty: Duty| {
        let on_duty: Vec<&Line> = lines.iter().filter(|line| line.duties.contains(&duty)).collect();
        Asked { required: whole(on_duty.len()), acknowledged: whole(on_duty.iter().filter(|line| line.given.is_some()).count()) }
    };
    let few = duties.host.iter().chain(&duties.educators).filter(|line| line.given.is_some()).count();
    Acknowledgements {
        participants: Asked { required: whole(duties.executives.total), acknowledged: duties.acknowledged.saturating_sub(whole(few)) },
        facilitators: of(&duties.host, Duty::Facilitator),
        owner: of(&duties.host, Duty::Owner),
        observers: of(&duties.host, Duty::Observer),
        educators: of(&duties.educators, Duty::Educator),
        people: Asked { required: duties.people, acknowledged: duties.acknowledged },
    }
}

async fn concerns(db: &Db, cohort: i64) -> Result<Concerns, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        outcome: Option<String>,
        n: i64,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT i.state, i.outcome, count(*) AS n FROM incident i WHERE i.cohort_id = $1 AND i.told GROUP BY i.state, i.outcome",
        values![cohort],
    )
    .await?;
    let mut concerns = Concerns::default();
    for row in rows {
        let n = whole(row.n);
        concerns.reported += n;
        match word(State::parse(&row.state), &row.state)? {
            State::Reported => concerns.waiting += n,
            State::Reviewing => concerns.reviewing += n,
            State::Remedied => concerns.remedied += n,
            State::Upheld => concerns.unremedied += n,
            State::Dismissed | State::CustomerInitiated => {}
        }
        match row.outcome.as_deref().map(|outcome| word(State::parse(outcome), outcome)).transpose()? {
            Some(State::Upheld) => concerns.upheld += n,
            Some(State::Dismissed) => concerns.dismissed += n,
            Some(State::CustomerInitiated) => concerns.customer_initiated += n,
            Some(State::Reported | State::Reviewing | State::Remedied) | None => {}
        }
    }
    Ok(concerns)
}

async fn openings(db: &Db, now: DateTime<Utc>, cohort: i64) -> Result<Openings, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        opened: i64,
        closed: i64,
        expired: i64,
        follow_ups: i64,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT count(*) AS opened, count(o.closed_at) AS closed, count(CASE WHEN o.closed_at IS NULL AND o.until_at <= $2 THEN 1 END) AS expired, \
         (SELECT count(*) FROM follow_up f JOIN sales_opening p ON p.id = f.opening_id WHERE p.cohort_id = $1) AS follow_ups \
         FROM sales_opening o WHERE o.cohort_id = $1",
        values![cohort, now],
    )
    .await?;
    Ok(row.map_or_else(Openings::default, |row| Openings {
        opened: whole(row.opened),
        closed: whole(row.closed),
        expired: whole(row.expired),
        follow_ups: whole(row.follow_ups),
    }))
}

/// Asks of participants (and of their colleagues, where the cohort keeps those too) from their acceptance to the end of
/// the quiet period.
async fn asks(db: &Db, cohort: i64, quiet_until: DateTime<Utc>) -> Result<Asks, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        refused: i64,
        allowed: i64,
        overrides: i64,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "WITH seats AS ( \
           SELECT r.person_id AS person_id, r.accepted_at AS since FROM registration r WHERE r.cohort_id = $1 \
           UNION ALL SELECT p.id, r.accepted_at FROM registration r JOIN cohort c ON c.id = r.cohort_id JOIN person guest ON guest.id = r.person_id \
             JOIN person p ON p.company_id = guest.company_id WHERE r.cohort_id = $1 AND c.quiet_company \
         ), quiet AS (SELECT person_id, min(since) AS since FROM seats GROUP BY person_id) \
         SELECT count(CASE WHEN a.state = 'refused' THEN 1 END) AS refused, \
           count(CASE WHEN a.was_submitted AND EXISTS (SELECT 1 FROM quiet_override o JOIN person w ON w.id = o.person_id \
             WHERE o.cohort_id = $1 AND coalesce(w.merged_into, w.id) = a.person_id AND o.made_at <= a.submitted_at) THEN 1 END) AS allowed, \
           (SELECT count(*) FROM quiet_override o WHERE o.cohort_id = $1) AS overrides \
         FROM quiet q JOIN ask a ON a.person_id = q.person_id WHERE a.submitted_at >= q.since AND a.submitted_at < $2",
        values![cohort, quiet_until],
    )
    .await?;
    Ok(row.map_or_else(Asks::default, |row| Asks {
        refused: whole(row.refused),
        allowed: whole(row.allowed),
        overrides: whole(row.overrides),
    }))
}

async fn let_stand(db: &Db, cohort: i64) -> Result<Vec<LetStand>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        phrase: String,
        finding_key: String,
        session: Option<String>,
        reason: String,
        dismissed_at: DateTime<Utc>,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT d.phrase, d.finding_key, s.title AS session, d.reason, d.dismissed_at FROM finding_dismissal d LEFT JOIN session s ON s.id = d.session_id \
         WHERE d.cohort_id = $1 ORDER BY d.dismissed_at, d.id",
        values![cohort],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LetStand {
            phrase: row.phrase,
            place: row.session.unwrap_or_else(|| place_of(&row.finding_key)),
            reason: row.reason,
            at: row.dismissed_at,
        })
        .collect())
}

/// By what they allow: of people, those given through an invitation of this cohort; of companies, those of the companies
/// it invites.
async fn consents(db: &Db, cohort: i64) -> Result<Vec<Consent>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        scope: String,
        whose: String,
        given: i64,
        withdrawn: i64,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT e.scope, 'person' AS whose, count(DISTINCT CASE WHEN e.act = 'grant' THEN e.person_id END) AS given, \
           count(DISTINCT CASE WHEN e.act = 'withdraw' THEN e.person_id END) AS withdrawn \
           FROM consent_event e JOIN invitation i ON i.id = e.invitation_id WHERE i.cohort_id = $1 AND e.person_id IS NOT NULL GROUP BY e.scope \
         UNION ALL SELECT e.scope, 'company', count(DISTINCT CASE WHEN e.act = 'grant' THEN e.company_id END), \
           count(DISTINCT CASE WHEN e.act = 'withdraw' THEN e.company_id END) \
           FROM consent_event e JOIN allotment a ON a.company_id = e.company_id WHERE a.cohort_id = $1 GROUP BY e.scope",
        values![cohort],
    )
    .await?;
    let mut consents: Vec<Consent> = rows
        .into_iter()
        .map(|row| Consent {
            scope: row.scope,
            of_company: row.whose == "company",
            given: whole(row.given),
            withdrawn: whole(row.withdrawn),
        })
        .collect();
    consents.sort_by(|one, other| (one.of_company, &one.scope).cmp(&(other.of_company, &other.scope)));
    Ok(consents)
}

async fn publications(db: &Db, cohort: i64) -> Result<Publications, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        live: i64,
        decided: i64,
        taken_down: i64,
        to_take_down: i64,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "WITH shown AS (SELECT DISTINCT u.publication_id AS id FROM publication_use u JOIN registration r ON r.person_id = u.person_id WHERE r.cohort_id = $1) \
         SELECT count(CASE WHEN p.state = 'live' THEN 1 END) AS live, \
           count(CASE WHEN p.state = 'live' AND EXISTS (SELECT 1 FROM publish_decision d WHERE d.publication_id = p.id AND d.allowed) \
             AND NOT EXISTS (SELECT 1 FROM take_down t WHERE t.publication_id = p.id AND t.done_at IS NULL) THEN 1 END) AS decided, \
           count(CASE WHEN p.state = 'taken down' THEN 1 END) AS taken_down, \
           count(CASE WHEN EXISTS (SELECT 1 FROM take_down t WHERE t.publication_id = p.id AND t.done_at IS NULL) THEN 1 END) AS to_take_down \
         FROM shown s JOIN publication p ON p.id = s.id",
        values![cohort],
    )
    .await?;
    Ok(row.map_or_else(Publications::default, |row| Publications {
        live: whole(row.live),
        decided: whole(row.decided),
        taken_down: whole(row.taken_down),
        to_take_down: whole(row.to_take_down),
    }))
}

/// A count from a row; there are no negative ones.
fn whole(count: impl TryInto<u32>) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}
