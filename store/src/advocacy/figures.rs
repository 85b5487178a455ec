//! What advocacy comes to: reciprocity by company, how evenly asks are spread, reach by channel. Sums, in one query each.
//!
//! A seat in the ledger tells of attendance, which is confidential: see [`Sight`].

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::access::Principal;
use domain::advocacy::consent::Channel;
use domain::advocacy::figures::{FEW, Fairness};
use domain::advocacy::ledger::{GiveKind, shows_every_seat};
use sea_orm::{DbErr, FromQueryResult};

use crate::advocacy::result;
use crate::sql::{self, values};
use crate::{Db, PAGE_ROWS, Page};

/// What of the ledger a reader may have summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Admins: everything.
    All,
    /// Everybody else: all but seats.
    WithoutSeats,
}

impl Sight {
    /// Somebody's.
    #[must_use]
    pub fn of(who: &Principal) -> Self {
        if shows_every_seat(who) { Self::All } else { Self::WithoutSeats }
    }

    /// The kind of give that is not summed; no kind has an empty name.
    pub(crate) const fn hidden(self) -> &'static str {
        match self {
            Self::All => "",
            Self::WithoutSeats => GiveKind::Seat.as_str(),
        }
    }
}

/// A company's line: gives and acts that count, by number and by weight.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Reciprocity {
    pub id: i64,
    pub company: String,
    pub gives: i64,
    pub acts: i64,
    pub give_weight: i64,
    pub act_weight: i64,
    pub last_give: Option<NaiveDate>,
}

const SUMMED: &str = "SELECT c.id, c.name AS company, \
    CAST(sum(CASE WHEN e.side = 'give' THEN CASE WHEN e.against IS NULL THEN 1 ELSE -1 END ELSE 0 END) AS BIGINT) AS gives, \
    CAST(sum(CASE WHEN e.side = 'act' THEN CASE WHEN e.against IS NULL THEN 1 ELSE -1 END ELSE 0 END) AS BIGINT) AS acts, \
    CAST(sum(CASE WHEN e.side = 'give' THEN e.weight ELSE 0 END) AS BIGINT) AS give_weight, \
    CAST(sum(CASE WHEN e.side = 'act' THEN e.weight ELSE 0 END) AS BIGINT) AS act_weight, \
    max(CASE WHEN e.side = 'give' AND e.against IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry t WHERE t.against = e.id) THEN e.happened_on END) AS last_give \
    FROM ledger_entry e JOIN company c ON c.id = e.company_id WHERE e.kind <> $1 AND ($2 = '%%' OR c.name_key LIKE $2 ESCAPE '\\') GROUP BY c.id, c.name";

/// Companies with something in the ledger: those we owe most first. A term is looked for in their names.
///
/// # Errors
/// The database.
pub async fn reciprocity(db: &Db, sight: Sight, term: &str, page: u64) -> Result<Page<Reciprocity>, DbErr> {
    let with = values![sight.hidden(), sql::like(term.trim())];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n FROM ({SUMMED}) s"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "{SUMMED} ORDER BY sum(CASE WHEN e.side = 'give' THEN e.weight ELSE -e.weight END), c.name, c.id LIMIT {PAGE_ROWS} OFFSET {}",
            page.saturating_sub(1) * PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// How asks are spread, and who the few are who were asked most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    pub fairness: Fairness,
    /// By name: this is no ranking.
    pub few: Vec<Asked>,
}

/// Somebody who was asked.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Asked {
    pub id: i64,
    pub name: String,
    pub company: String,
    pub asks: i64,
    pub last: NaiveDate,
}

/// Asks that reached somebody from this day on.
///
/// # Errors
/// The database.
pub async fn fairness(db: &Db, from: NaiveDate) -> Result<Spread, DbErr> {
    #[derive(FromQueryResult)]
    struct Times {
        times: i64,
        people: i64,
    }
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        company: String,
        asks: i64,
        last: DateTime<Utc>,
    }
    let from = begins(from);
    let spread: Vec<Times> = sql::all(
        db.read(),
        "SELECT t.times, count(*) AS people FROM (SELECT count(*) AS times FROM ask a WHERE a.asked_at >= $1 GROUP BY a.person_id) t GROUP BY t.times",
        values![from],
    )
    .await?;
    let few: Vec<Row> = sql::all(
        db.read(),
        &format!(
            "SELECT p.id, p.name, c.name AS company, count(*) AS asks, max(a.asked_at) AS last FROM ask a JOIN person p ON p.id = a.person_id \
             JOIN company c ON c.id = p.company_id WHERE a.asked_at >= $1 GROUP BY p.id, p.name, c.name ORDER BY count(*) DESC, p.id LIMIT {FEW}"
        ),
        values![from],
    )
    .await?;
    let count = |number: i64| u32::try_from(number).unwrap_or(0);
    let mut few: Vec<Asked> = few
        .into_iter()
        .map(|row| Asked { id: row.id, name: row.name, company: row.company, asks: row.asks, last: row.last.date_naive() })
        .collect();
    few.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    Ok(Spread { fairness: Fairness::of(spread.iter().map(|row| (count(row.times), count(row.people)))), few })
}

/// What went out on one channel, and what it came to as far as it was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    pub publications: i64,
    /// Of how many the results are known.
    pub counted: i64,
    pub impressions: i64,
    pub clicks: i64,
    pub reactions: i64,
    pub comments: i64,
    pub value: i64,
}

/// What was published from this day on and was not taken down, by channel; channels without any are there with nothing.
///
/// # Errors
/// The database.
pub async fn reach(db: &Db, from: NaiveDate) -> Result<Vec<(Channel, Reach)>, DbErr> {
    let rows = result::summed(db.read(), "p.channel", "p.published_at >= $1", values![begins(from)]).await?;
    let mut found: BTreeMap<Channel, Reach> = BTreeMap::new();
    for (channel, totals) in rows {
        let Some(channel) = Channel::parse(&channel) else { continue };
        let reach = Reach {
            publications: totals.publications.into(),
            counted: totals.counted.into(),
            impressions: totals.impressions,
            clicks: totals.clicks,
            reactions: totals.reactions,
            comments: totals.comments,
            value: totals.value,
        };
        found.insert(channel, reach);
    }
    Ok(Channel::ALL.iter().map(|channel| (*channel, found.remove(channel).unwrap_or_default())).collect())
}

/// The first instant of a day. The first day there is stands for any: as text and as an instant it is before all others.
fn begins(day: NaiveDate) -> DateTime<Utc> {
    let first = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or_default();
    day.max(first).and_time(NaiveTime::MIN).and_utc()
}
