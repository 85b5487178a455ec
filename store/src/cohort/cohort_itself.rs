//! One run of a program: made, edited, stepped from state to state, and seen on one page.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::cohort::allotment::{self, Sums};
use domain::cohort::{Missing, Readiness, State, Step, StepRefusal, reply_date};
use domain::conduct::acknowledgement::is_asked;
use domain::conduct::quiet_period;
use domain::contact;
use domain::refusal::{FieldRefusal, FieldRefusals, Refusal};
use domain::registration::invitation::State as InvitationState;
use domain::time::{self, Zone, is_second_press, words};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::conduct::{acknowledgement, agenda_check};
use crate::entity::{cohort, program, rule_version};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::outbox::{self, CohortFacts, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// Replies are awaited until six in the evening at the venue.
pub const REPLY_HOUR: u32 = 18;

/// What somebody typed of a cohort.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    pub title: &'a str,
    pub venue: &'a str,
    pub place: &'a str,
    pub zone: &'a str,
    pub first_day: &'a str,
    pub last_day: &'a str,
    pub capacity: &'a str,
    pub overbooked: &'a str,
    pub reply_by: &'a str,
    pub letter: &'a str,
    /// A version of the conversation rule, by number; empty for none yet.
    pub rule: &'a str,
    /// Quiet days after the last day; empty is the usual number.
    pub quiet_days: &'a str,
    /// The quiet period of one guest keeps asks from everybody at the company.
    pub quiet_company: bool,
}

/// Why a cohort was not saved or stepped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CohortRefusal {
    Fields(Vec<FieldRefusal>),
    Step(StepRefusal),
    Stale,
    Unknown,
}

impl Refusal for CohortRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Step(why) => why.code(),
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Step(why) => why.sentence(),
            Self::Stale => "Somebody changed this cohort while you were typing. Your text is below. Save again to keep yours.".into(),
            Self::Unknown => "This cohort is gone. Reload the list.".into(),
        }
    }
}

struct Parsed {
    title: String,
    venue: String,
    place: String,
    zone: Zone,
    first_day: NaiveDate,
    last_day: NaiveDate,
    capacity: u32,
    overbooked: u32,
    reply_by: DateTime<Utc>,
    letter: String,
    rule: Option<i32>,
    quiet_days: u32,
    quiet_company: bool,
}

impl Parsed {
    fn parse(typed: &Typed<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let title = wrong.keep(contact::required("title", typed.title, 160, "Give the cohort a title, such as “Spring cohort”."));
        let venue = wrong.keep(contact::required("venue", typed.venue, 160, "Say where people come together."));
        let place = wrong.keep(contact::optional("place", typed.place, 160));
        let letter = wrong.keep(contact::paragraphs("letter", typed.letter, 4_000));
        let zone = Zone::parse(typed.zone.trim()).map_err(|_| wrong.refuse("zone", "Choose the venue's time zone, such as Europe/Paris."));
        let mut day = |field: &'static str, text: &str, ask: &str| {
            let day = text.trim().parse::<NaiveDate>();
            day.map_err(|_| wrong.refuse(field, ask))
        };
        let first_day = day("first_day", typed.first_day, "Choose the first day.");
        let last_day = day("last_day", typed.last_day, "Choose the last day.");
        let reply_day = day("reply_by", typed.reply_by, "Choose the day until which seats are held.");
        let capacity = typed.capacity.trim().parse::<u32>().ok().filter(|count| (1..=10_000).contains(count));
        if capacity.is_none() {
            wrong.refuse("capacity", "Enter how many people the cohort takes, from 1 to 10,000.");
        }
        let overbooked = if typed.overbooked.trim().is_empty() {
            Some(0)
        } else {
            typed.overbooked.trim().parse::<u32>().ok().filter(|count| *count <= 1_000)
        };
        if overbooked.is_none() {
            wrong.refuse("overbooked", "Enter how many seats you promise beyond the capacity, or 0.");
        }
        let rule = typed.rule.trim();
        let rule = if rule.is_empty() { Ok(None) } else { rule.parse::<i32>().map(Some) };
        let rule = rule.map_err(|_| wrong.refuse("rule", "Choose a version of the conversation rule."));
        let quiet_days = wrong.keep(quiet_period::parse_days(typed.quiet_days));
        if let (Ok(first), Ok(last)) = (first_day, last_day) {
            if last < first {
                wrong.refuse("last_day", "The last day comes before the first. Check both.");
            } else if (last - first).num_days() > 30 {
                wrong.refuse("last_day", "This is longer than a month. Check both days.");
            }
        }
        if let (Ok(first), Ok(reply)) = (first_day, reply_day)
            && reply >= first
        {
            wrong.refuse("reply_by", "Ask for replies before the cohort begins.");
        }
        let (Ok(zone), Ok(first_day), Ok(last_day), Ok(reply_day), Some(capacity), Some(overbooked), Ok(rule)) =
            (zone, first_day, last_day, reply_day, capacity, overbooked, rule)
        else {
            return Err(wrong.into());
        };
        wrong.finish()?;
        let reply_by = reply_deadline(&zone, reply_day).map_err(|why| vec![why])?;
        let quiet_company = typed.quiet_company;
        Ok(Self { title, venue, place, zone, first_day, last_day, capacity, overbooked, reply_by, letter, rule, quiet_days, quiet_company })
    }
}

/// Six in the evening of the day, at the venue.
pub(crate) fn reply_deadline(zone: &Zone, day: NaiveDate) -> Result<DateTime<Utc>, FieldRefusal> {
    let evening = NaiveTime::from_hms_opt(REPLY_HOUR, 0, 0).unwrap_or_default();
    time::to_utc(zone, day.and_time(evening), Some(time::Fold::Earlier)).map_err(|why| FieldRefusal::new("reply_by", why.sentence()))
}

/// Creates a cohort of a program; answers its id.
///
/// # Errors
/// A field.
pub async fn create(db: &Db, now: DateTime<Utc>, actor: Actor, program: i64, typed: &Typed<'_>) -> Result<i64, Halt<CohortRefusal>> {
    let parsed = Parsed::parse(typed).map_err(|wrong| Halt::Refused(CohortRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    if program::Entity::find_by_id(program).lock_exclusive().one(&*txn).await?.is_none() {
        return refuse(CohortRefusal::Unknown);
    }
    let newest = cohort::Entity::find()
        .filter(cohort::Column::ProgramId.eq(program))
        .filter(cohort::Column::Title.eq(&parsed.title))
        .order_by_desc(cohort::Column::CreatedAt)
        .one(&*txn)
        .await?;
    if let Some(made) = newest.filter(|made| is_second_press(made.created_at, now)) {
        return Ok(made.id);
    }
    reply_date(now, parsed.reply_by, None).map_err(|why| Halt::Refused(CohortRefusal::Fields(vec![why])))?;
    let rule = rule_id(&*txn, parsed.rule).await?;
    let after = described(&parsed);
    let row = cohort::ActiveModel {
        program_id: Set(program),
        state: Set(State::Draft.as_str().to_owned()),
        rule_version_id: Set(rule),
        release_number: Set(0),
        revision: Set(1),
        created_at: Set(now),
        ..fill(parsed)
    }
    .insert(&*txn)
    .await?;
    history::record(
        &*txn,
        now,
        Entry { actor, act: "create", object: "cohort", object_id: row.id, cohort: Some(row.id), before: String::new(), after },
    )
    .await?;
    txn.commit().await?;
    Ok(row.id)
}

/// Saves a cohort's settings. Sessions keep their wall time when the zone changes; a release tells people. Another version
/// of the conversation rule asks everybody with a duty again, by mail. Answers how many sessions of the working copy now
/// lie outside the dates, and hold the next release back.
///
/// # Errors
/// A field, fewer seats than promised, or a stale revision.
pub async fn edit(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    id: i64,
    revision: i32,
    typed: &Typed<'_>,
) -> Result<u32, Halt<CohortRefusal>> {
    let parsed = Parsed::parse(typed).map_err(|wrong| Halt::Refused(CohortRefusal::Fields(wrong)))?;
    let txn = db.write().await?;
    let Some(row) = cohort::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(CohortRefusal::Unknown) };
    if row.revision != revision {
        return refuse(CohortRefusal::Stale);
    }
    reply_date(now, parsed.reply_by, Some(row.reply_by)).map_err(|why| Halt::Refused(CohortRefusal::Fields(vec![why])))?;
    let field = |field, why: String| Halt::Refused(CohortRefusal::Fields(vec![FieldRefusal::new(field, why)]));
    allotment::resize(sums(&*txn, &row).await?, parsed.capacity, parsed.overbooked).map_err(|why| field("capacity", why.sentence()))?;
    let rule = rule_id(&*txn, parsed.rule).await?;
    if rule.is_none() && row.rule_version_id.is_some() {
        return Err(field("rule", "A cohort that has a rule keeps one. Choose a version.".into()));
    }
    if row.zone != parsed.zone.as_str() {
        rezone_sessions(&*txn, now, id, &parsed.zone).await?;
    }
    let accepted =
        sql::number(&*txn, "SELECT count(*) AS n FROM registration WHERE cohort_id = $1 AND state = 'confirmed'", values![id]).await?;
    let (stand, typed) = ((row.quiet_days as u32, row.quiet_company), (parsed.quiet_days, parsed.quiet_company));
    quiet_period::may_change(stand, typed, accepted > 0).map_err(|why| Halt::Refused(CohortRefusal::Fields(vec![why])))?;
    let before = format!("{}; {} – {}; {} places; {} quiet days", row.title, row.first_day, row.last_day, row.capacity, row.quiet_days);
    let (first_day, last_day) = (parsed.first_day, parsed.last_day);
    let after = described(&parsed);
    let saved =
        cohort::ActiveModel { id: Set(id), rule_version_id: Set(rule), revision: Set(revision + 1), ..fill(parsed) }.update(&*txn).await?;
    history::record(&*txn, now, Entry { actor, act: "edit", object: "cohort", object_id: id, cohort: Some(id), before, after }).await?;
    // Another version of the conversation rule asks everybody with a duty here again.
    if saved.rule_version_id != row.rule_version_id && is_asked(word(State::parse(&saved.state), &saved.state)?) {
        acknowledgement::ask_everybody(&*txn, now, actor, &saved).await?;
    }
    txn.commit().await?;
    let outside = sql::number(
        db.read(),
        "SELECT count(*) AS n FROM session WHERE cohort_id = $1 AND NOT cancelled AND (starts < $2 OR starts >= $3)",
        values![id, first_day.and_time(NaiveTime::MIN), last_day.succ_opt().unwrap_or(last_day).and_time(NaiveTime::MIN)],
    )
    .await?;
    Ok(outside as u32)
}

fn fill(parsed: Parsed) -> cohort::ActiveModel {
    cohort::ActiveModel {
        title: Set(parsed.title),
        venue: Set(parsed.venue),
        place: Set(parsed.place),
        zone: Set(parsed.zone.as_str().to_owned()),
        first_day: Set(parsed.first_day),
        last_day: Set(parsed.last_day),
        capacity: Set(parsed.capacity as i32),
        overbooked: Set(parsed.overbooked as i32),
        reply_by: Set(parsed.reply_by),
        letter: Set(parsed.letter),
        quiet_days: Set(parsed.quiet_days as i32),
        quiet_company: Set(parsed.quiet_company),
        ..Default::default()
    }
}

fn described(parsed: &Parsed) -> String {
    format!("{}; {} – {}; {} places; {} quiet days", parsed.title, parsed.first_day, parsed.last_day, parsed.capacity, parsed.quiet_days)
}

async fn rule_id(txn: &impl ConnectionTrait, number: Option<i32>) -> Result<Option<i64>, Halt<CohortRefusal>> {
    let Some(number) = number else { return Ok(None) };
    let found = rule_version::Entity::find().filter(rule_version::Column::Number.eq(number)).one(txn).await?;
    match found {
        Some(rule) => Ok(Some(rule.id)),
        None => refuse(CohortRefusal::Fields(vec![FieldRefusal::new(
            "rule",
            "There is no such version of the conversation rule. Choose another.",
        )])),
    }
}

/// The wall time of a session is the truth; its instants follow the venue's zone.
async fn rezone_sessions(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort: i64, zone: &Zone) -> Result<(), Halt<CohortRefusal>> {
    use crate::entity::session;
    for row in session::Entity::find().filter(session::Column::CohortId.eq(cohort)).all(txn).await? {
        let slot = domain::agenda::session::Slot::new(zone, row.starts, row.ends, Some(time::Fold::Earlier)).map_err(|why| {
            Halt::Refused(CohortRefusal::Fields(vec![FieldRefusal::new("zone", format!("“{}”: {}", row.title, why.sentence))]))
        })?;
        let mut row: session::ActiveModel = row.into();
        row.starts_at = Set(slot.starts_at);
        row.ends_at = Set(slot.ends_at);
        row.updated_at = Set(now);
        row.update(txn).await?;
    }
    Ok(())
}

/// How a cohort's seats stand now.
pub(crate) async fn sums(db: &impl ConnectionTrait, row: &cohort::Model) -> Result<Sums, DbErr> {
    let allotted =
        sql::number(db, "SELECT CAST(coalesce(sum(seats), 0) AS BIGINT) AS n FROM allotment WHERE cohort_id = $1", values![row.id]).await?;
    Ok(Sums { capacity: row.capacity as u32, overbooked: row.overbooked as u32, allotted: allotted as u32, outside: 0 })
}

/// Takes a step. Opening invitations writes to the delegation leads; cancelling tells everybody who holds a seat or is asked to take one, and cancels their calendar entries.
///
/// # Errors
/// What is missing, or a step out of order.
pub async fn step(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64, step: Step) -> Result<State, Halt<CohortRefusal>> {
    let txn = db.write().await?;
    let Some(row) = cohort::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(CohortRefusal::Unknown) };
    let state = word(State::parse(&row.state), &row.state)?;
    let zone = word(Zone::parse(&row.zone).ok(), &row.zone)?;
    let today = time::to_local(&zone, now).date();
    let next =
        domain::cohort::after(state, step, today, &readiness(&*txn, &row).await?).map_err(|why| Halt::Refused(CohortRefusal::Step(why)))?;
    if next == state {
        return Ok(state);
    }
    if next == State::Cancelled {
        tell_of_cancellation(&*txn, now, &row).await?;
    }
    if next == State::Inviting {
        super::allotment::write_to_leads(&*txn, now, &row).await?;
    }
    cohort::ActiveModel { id: Set(id), state: Set(next.as_str().to_owned()), ..Default::default() }.update(&*txn).await?;
    let entry = Entry {
        actor,
        act: step.as_str(),
        object: "cohort",
        object_id: id,
        cohort: Some(id),
        before: state.to_string(),
        after: next.to_string(),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(next)
}

async fn readiness(db: &impl ConnectionTrait, row: &cohort::Model) -> Result<Readiness, Fault> {
    let sponsor = program::Entity::find_by_id(row.program_id).one(db).await?.is_some_and(|program| !program.sponsor_name.is_empty());
    Ok(Readiness {
        sponsor_named: sponsor,
        first_day: row.first_day,
        last_day: row.last_day,
        capacity: row.capacity as u32,
        rule_version: row.rule_version_id.map(|id| id as u32),
        release: row.release_number as u32,
        sells: agenda_check::holds_invitations(db, row).await?,
    })
}

async fn tell_of_cancellation(txn: &impl ConnectionTrait, now: DateTime<Utc>, row: &cohort::Model) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Invited {
        id: i64,
        name: String,
        email: String,
    }
    let facts = facts(txn, row).await?;
    let invited: Vec<Invited> = sql::all(
        txn,
        "SELECT i.id, p.name, p.email FROM invitation i JOIN person p ON p.id = i.person_id WHERE i.cohort_id = $1 AND i.state IN ('sent', 'bounced', 'accepted') ORDER BY i.id",
        values![row.id],
    )
    .await?;
    for person in invited {
        let letter = Letter {
            event: format!("cohort-cancelled:{}:{}", row.id, person.id),
            cohort: Some(row.id),
            invitation: Some(person.id),
            to_name: &person.name,
            to_email: &person.email,
            subject: format!("{} is cancelled", facts.program),
            message: Message::CohortCancelled { name: person.name.clone(), cohort: facts.clone() },
            secret: Secret::default(),
        };
        outbox::enqueue(txn, now, letter).await?;
    }
    crate::agenda::release::cancel_everything(txn, now, row.id).await
}

/// What mails say of a cohort.
pub(crate) async fn facts(db: &impl ConnectionTrait, row: &cohort::Model) -> Result<CohortFacts, DbErr> {
    let program = program::Entity::find_by_id(row.program_id).one(db).await?;
    let (program, sponsor, sponsor_title) =
        program.map_or_else(Default::default, |program| (program.title, program.sponsor_name, program.sponsor_title));
    Ok(CohortFacts {
        program,
        title: row.title.clone(),
        dates: words::date_range(row.first_day, row.last_day),
        venue: if row.place.is_empty() { row.venue.clone() } else { format!("{}, {}", row.venue, row.place) },
        zone: row.zone.clone(),
        sponsor,
        sponsor_title,
    })
}

/// A cohort in the list.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    pub id: i64,
    pub title: String,
    pub program: String,
    pub state: String,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub place: String,
    pub capacity: i32,
    pub confirmed: i64,
    pub pending: i64,
    pub companies: i64,
}

/// The next first; only of programs of this owner or this sponsor when one is given.
///
/// # Errors
/// The database.
pub async fn list(db: &Db, owner: Option<i64>, sponsor: Option<i64>) -> Result<Vec<Line>, DbErr> {
    sql::all(
        db.read(),
        "SELECT c.id, c.title, p.title AS program, c.state, c.first_day, c.last_day, c.place, c.capacity, \
         (SELECT count(*) FROM registration r WHERE r.cohort_id = c.id AND r.state = 'confirmed') AS confirmed, \
         (SELECT count(*) FROM invitation i WHERE i.cohort_id = c.id AND i.state IN ('queued', 'sent', 'bounced')) AS pending, \
         (SELECT count(*) FROM allotment a WHERE a.cohort_id = c.id) AS companies \
         FROM cohort c JOIN program p ON p.id = c.program_id WHERE ($1 = 0 AND $2 = 0) OR p.owner_id = $1 OR p.sponsor_id = $2 ORDER BY c.first_day DESC, c.id LIMIT 500",
        values![owner.unwrap_or(0), sponsor.unwrap_or(0)],
    )
    .await
}

/// A cohort as its own pages show it: the frame of every page below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    pub id: i64,
    pub program_id: i64,
    pub program: String,
    pub title: String,
    pub venue: String,
    pub place: String,
    pub zone: Zone,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub capacity: u32,
    pub overbooked: u32,
    pub reply_by: DateTime<Utc>,
    pub letter: String,
    pub state: State,
    pub rule: Option<u32>,
    /// Quiet days after the last day.
    pub quiet_days: u32,
    pub quiet_company: bool,
    pub release_number: u32,
    pub revision: i32,
    pub sponsor_name: String,
    pub sponsor_title: String,
}

/// One cohort.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, id: i64) -> Result<Option<Cohort>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        program_id: i64,
        program: String,
        title: String,
        venue: String,
        place: String,
        zone: String,
        first_day: NaiveDate,
        last_day: NaiveDate,
        capacity: i32,
        overbooked: i32,
        reply_by: DateTime<Utc>,
        letter: String,
        state: String,
        rule: Option<i32>,
        quiet_days: i32,
        quiet_company: bool,
        release_number: i32,
        revision: i32,
        sponsor_name: String,
        sponsor_title: String,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT c.program_id, p.title AS program, c.title, c.venue, c.place, c.zone, c.first_day, c.last_day, c.capacity, c.overbooked, c.reply_by, c.letter, c.state, \
         v.number AS rule, c.quiet_days, c.quiet_company, c.release_number, c.revision, p.sponsor_name, p.sponsor_title FROM cohort c JOIN program p ON p.id = c.program_id \
         LEFT JOIN rule_version v ON v.id = c.rule_version_id WHERE c.id = $1",
        values![id],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Cohort {
        id,
        program_id: row.program_id,
        program: row.program,
        title: row.title,
        venue: row.venue,
        place: row.place,
        zone: word(Zone::parse(&row.zone).ok(), &row.zone)?,
        first_day: row.first_day,
        last_day: row.last_day,
        capacity: row.capacity as u32,
        overbooked: row.overbooked as u32,
        reply_by: row.reply_by,
        letter: row.letter,
        state: word(State::parse(&row.state), &row.state)?,
        rule: row.rule.map(|number| number as u32),
        quiet_days: row.quiet_days as u32,
        quiet_company: row.quiet_company,
        release_number: row.release_number as u32,
        revision: row.revision,
        sponsor_name: row.sponsor_name,
        sponsor_title: row.sponsor_title,
    }))
}

/// How one company fills its seats.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct CompanyFill {
    pub allotment: i64,
    pub company: String,
    pub sector: String,
    pub seats: i32,
    pub named: i64,
    pub confirmed: i64,
    pub declined: i64,
    pub reply_by: DateTime<Utc>,
    /// Empty while nobody is known.
    pub lead_email: String,
    pub link_sent_at: Option<DateTime<Utc>>,
}

/// How one session fills.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct SessionFill {
    pub session: i64,
    pub title: String,
    pub starts: chrono::NaiveDateTime,
    pub capacity: Option<i32>,
    pub taken: i64,
    pub waiting: i64,
}

/// The cohort page: figures, what needs attention, fill by company and by session. The same number of queries for any cohort.
#[derive(Debug, Clone)]
pub struct Dashboard {
    pub cohort: Cohort,
    pub confirmed: u32,
    /// Invitations that hold a seat and wait for an answer.
    pub held: u32,
    pub allotted: u32,
    pub open: u32,
    pub waiting: u32,
    pub companies: Vec<CompanyFill>,
    pub sessions: Vec<SessionFill>,
    pub missing: Vec<Missing>,
    /// Sessions whose working copy differs from what was released.
    pub unreleased: u32,
    /// Mails about this cohort that failed.
    pub failed_mails: u32,
}

/// Everything the cohort page shows.
///
/// # Errors
/// The database.
pub async fn dashboard(db: &Db, id: i64) -> Result<Option<Dashboard>, Fault> {
    let Some(cohort) = get(db, id).await? else { return Ok(None) };
    let companies: Vec<CompanyFill> = sql::all(
        db.read(),
        "SELECT a.id AS allotment, co.name AS company, co.sector, a.seats, a.reply_by, a.lead_email, a.link_sent_at, \
         count(CASE WHEN i.state IN ('queued', 'sent', 'bounced', 'accepted') THEN 1 END) AS named, \
         count(CASE WHEN i.state = 'accepted' THEN 1 END) AS confirmed, count(CASE WHEN i.state = 'declined' THEN 1 END) AS declined \
         FROM allotment a JOIN company co ON co.id = a.company_id LEFT JOIN invitation i ON i.allotment_id = a.id WHERE a.cohort_id = $1 \
         GROUP BY a.id, co.name, co.name_key, co.sector, a.seats, a.reply_by, a.lead_email, a.link_sent_at ORDER BY co.name_key",
        values![id],
    )
    .await?;
    let sessions: Vec<SessionFill> = sql::all(
        db.read(),
        "SELECT s.session_id AS session, s.title, s.starts, s.capacity, (SELECT count(*) FROM seat t WHERE t.session_id = s.session_id) AS taken, \
         (SELECT count(*) FROM waitlist w WHERE w.session_id = s.session_id) AS waiting FROM released_session s \
         WHERE s.cohort_id = $1 AND s.mode = 'sign-up' AND NOT s.cancelled ORDER BY s.starts_at, s.session_id",
        values![id],
    )
    .await?;
    let failed_mails =
        sql::number(db.read(), "SELECT count(*) AS n FROM outbox WHERE cohort_id = $1 AND state IN ('failed', 'withheld')", values![id])
            .await?;
    let unreleased = crate::agenda::release::pending_changes(db, id).await?;
    let sum = |count: fn(&CompanyFill) -> i64| companies.iter().map(count).sum::<i64>() as u32;
    let (confirmed, named, allotted) = (sum(|c| c.confirmed), sum(|c| c.named), sum(|c| i64::from(c.seats)));
    let sums = Sums { capacity: cohort.capacity, overbooked: cohort.overbooked, allotted, outside: 0 };
    let Some(row) = cohort::Entity::find_by_id(id).one(db.read()).await? else { return Ok(None) };
    let readiness = readiness(db.read(), &row).await?;
    Ok(Some(Dashboard {
        confirmed,
        held: named - confirmed,
        allotted,
        open: sums.open(),
        waiting: sessions.iter().map(|session| session.waiting).sum::<i64>() as u32,
        missing: readiness.missing(),
        unreleased: unreleased as u32,
        failed_mails: failed_mails as u32,
        companies,
        sessions,
        cohort,
    }))
}

/// One person of a cohort, as the manager's list shows them.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Member {
    pub invitation: i64,
    pub name: String,
    pub title: String,
    pub email: String,
    pub company: String,
    pub allotment: i64,
    pub state: String,
    pub sent_at: Option<DateTime<Utc>>,
    pub answered_at: Option<DateTime<Utc>>,
    pub seats: i64,
    pub rule: Option<i32>,
}

impl Member {
    /// The invitation's state.
    #[must_use]
    pub fn standing(&self) -> Option<InvitationState> {
        InvitationState::parse(&self.state)
    }
}

/// The people of a cohort by company and name, narrowed by a term and a state, a page at a time.
///
/// # Errors
/// The database.
pub async fn people(db: &Db, id: i64, term: &str, state: &str, page: u64) -> Result<crate::Page<Member>, DbErr> {
    let from = "FROM invitation i JOIN person p ON p.id = i.person_id JOIN company co ON co.id = p.company_id LEFT JOIN registration r ON r.invitation_id = i.id \
        WHERE i.cohort_id = $1 AND ($2 = '%%' OR lower(p.name) LIKE $2 ESCAPE '\\' OR p.email LIKE $2 ESCAPE '\\' OR co.name_key LIKE $2 ESCAPE '\\') \
        AND ($3 = '' OR i.state = $3 OR ($3 = 'pending' AND i.state IN ('queued', 'sent', 'bounced')))";
    let with = values![id, sql::like(term.trim()), state];
    let total = sql::number(db.read(), &format!("SELECT count(*) AS n {from}"), with.clone()).await?;
    let rows = sql::all(
        db.read(),
        &format!(
            "SELECT i.id AS invitation, p.name, p.title, p.email, co.name AS company, i.allotment_id AS allotment, i.state, i.sent_at, i.answered_at, \
             (SELECT count(*) FROM seat t WHERE t.registration_id = r.id) AS seats, \
             (SELECT max(v.number) FROM acknowledgement k JOIN rule_version v ON v.id = k.rule_version_id WHERE k.person_id = p.id AND k.cohort_id = i.cohort_id) AS rule \
             {from} ORDER BY co.name_key, p.name, i.id LIMIT {} OFFSET {}",
            crate::PAGE_ROWS,
            page.saturating_sub(1) * crate::PAGE_ROWS
        ),
        with,
    )
    .await?;
    Ok(crate::Page { rows, total: u64::try_from(total).unwrap_or(0), page })
}

/// Needs of the people who come, for those who cook and build ramps.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct NeedsLine {
    pub name: String,
    pub pronunciation: String,
    pub company: String,
    pub travel: String,
    pub dietary: String,
    pub accessibility: String,
    pub emergency_contact: String,
    pub wants_to_learn: String,
}

/// Everybody confirmed who stated a need, by company and name.
///
/// # Errors
/// The database.
pub async fn needs(db: &Db, id: i64) -> Result<Vec<NeedsLine>, DbErr> {
    sql::all(
        db.read(),
        "SELECT p.name, r.pronunciation, co.name AS company, r.travel, r.dietary, r.accessibility, r.emergency_contact, r.wants_to_learn FROM registration r \
         JOIN person p ON p.id = r.person_id JOIN company co ON co.id = p.company_id WHERE r.cohort_id = $1 AND r.state = 'confirmed' \
         AND (r.travel <> '' OR r.dietary <> '' OR r.accessibility <> '' OR r.emergency_contact <> '' OR r.wants_to_learn <> '') ORDER BY co.name_key, p.name",
        values![id],
    )
    .await
}
