//! Acknowledgements of the conversation rule: written down with the words that were shown, asked for again when a cohort
//! names another version, and listed with whoever is missing.
//!
//! Absent on purpose: changing or removing one. An acknowledgement stands for the version it was given for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::cohort::State as CohortState;
use domain::conduct::acknowledgement::{
    self as rules, AcknowledgeRefusal, AssignRefusal, Duty, Facts, Holder, RemindRefusal, Standing, educator_key,
};
use domain::conduct::conversation_rule::Language;
use domain::refusal::Refusal;
use domain::time::is_second_press;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Set,
};

use crate::conduct::conversation_rule::{Text, hashes, texts_in};
use crate::conduct::educator;
use crate::entity::{self, cohort, registration, rule_version, staff};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::{self, CohortFacts, Letter, Message, Secret};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt, PAGE_ROWS, Page};

/// What acknowledging came to. Acknowledging again is the same acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledging {
    Acknowledged,
    AlreadyAcknowledged,
}

/// The words somebody acknowledges: the version that was on the page, and the hash of what it showed.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub version: u32,
    pub hash: &'a str,
    pub ticked: bool,
}

/// A member of staff acknowledges a version; it holds for every cohort that names it.
///
/// # Errors
/// There is no such version, or the page showed other words.
pub async fn by_staff(db: &Db, now: DateTime<Utc>, id: i64, shown: &Shown<'_>) -> Result<Acknowledging, Halt<AcknowledgeRefusal>> {
    let txn = db.write().await?;
    if staff::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?.is_none() {
        return refuse(AcknowledgeRefusal::Unknown);
    }
    let version = version_numbered(&*txn, shown.version).await?;
    let new = New { holder: Holder::Staff(id), cohort: None, actor: Actor::Staff(id), recorded_by: None, evidence: String::new() };
    let done = acknowledge(&*txn, now, version, shown, new).await?;
    txn.commit().await?;
    Ok(done)
}

/// A registered executive acknowledges the version their cohort names now.
///
/// # Errors
/// Their registration does not stand, another version does, or the page showed other words.
pub async fn by_executive(
    db: &Db,
    now: DateTime<Utc>,
    registration: i64,
    shown: &Shown<'_>,
) -> Result<Acknowledging, Halt<AcknowledgeRefusal>> {
    let txn = db.write().await?;
    let found = registration::Entity::find_by_id(registration).lock_exclusive().one(&*txn).await?;
    let Some(row) = found.filter(|row| row.state == "confirmed") else { return refuse(AcknowledgeRefusal::Unknown) };
    let version = version_named_by(&*txn, row.cohort_id).await?;
    let new = New {
        holder: Holder::Person(row.person_id),
        cohort: Some(row.cohort_id),
        actor: Actor::Executive(row.invitation_id),
        recorded_by: None,
        evidence: String::new(),
    };
    let done = acknowledge(&*txn, now, version, shown, new).await?;
    txn.commit().await?;
    Ok(done)
}

/// An educator acknowledges, by their private link, the version their cohort names now.
///
/// # Errors
/// The link was replaced, another version stands, or the page showed other words.
pub async fn by_educator(db: &Db, now: DateTime<Utc>, token: &str, shown: &Shown<'_>) -> Result<Acknowledging, Halt<AcknowledgeRefusal>> {
    let txn = db.write().await?;
    let found = entity::educator::Entity::find()
        .filter(entity::educator::Column::TokenHash.eq(link::hash(token)))
        .lock_exclusive()
        .one(&*txn)
        .await?;
    let Some(row) = found else { return refuse(AcknowledgeRefusal::LinkOver) };
    let version = version_named_by(&*txn, row.cohort_id).await?;
    let new = New {
        holder: Holder::Educator(row.id),
        cohort: Some(row.cohort_id),
        actor: Actor::Educator(row.id),
        recorded_by: None,
        evidence: String::new(),
    };
    let done = acknowledge(&*txn, now, version, shown, new).await?;
    txn.commit().await?;
    Ok(done)
}

/// Records an acknowledgement an educator gave on paper, of the version their cohort names now; answers their name.
///
/// # Errors
/// Nothing is said of the paper, or the cohort names no version.
pub async fn record_for_educator(
    db: &Db,
    now: DateTime<Utc>,
    staff: i64,
    educator: i64,
    evidence: &str,
) -> Result<String, Halt<AcknowledgeRefusal>> {
    let evidence = rules::evidence(evidence).map_err(|why| Halt::Refused(AcknowledgeRefusal::Field(why)))?;
    let txn = db.write().await?;
    let Some(row) = entity::educator::Entity::find_by_id(educator).lock_exclusive().one(&*txn).await? else {
        return refuse(AcknowledgeRefusal::Unknown);
    };
    let Some(version) = version_named_by(&*txn, row.cohort_id).await? else { return refuse(AcknowledgeRefusal::NothingNamed) };
    let hash = version.content_hash.clone();
    let shown = Shown { version: version.number as u32, hash: &hash, ticked: true };
    let new = New {
        holder: Holder::Educator(row.id),
        cohort: Some(row.cohort_id),
        actor: Actor::Staff(staff),
        recorded_by: Some(staff),
        evidence,
    };
    acknowledge(&*txn, now, Some(version), &shown, new).await?;
    txn.commit().await?;
    Ok(row.name)
}

/// Whose acknowledgement it is, and how it came.
pub(crate) struct New {
    pub holder: Holder,
    /// `None` for staff: theirs holds everywhere.
    pub cohort: Option<i64>,
    pub actor: Actor,
    pub recorded_by: Option<i64>,
    pub evidence: String,
}

async fn acknowledge(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    version: Option<rule_version::Model>,
    shown: &Shown<'_>,
    new: New,
) -> Result<Acknowledging, Halt<AcknowledgeRefusal>> {
    let texts = match &version {
        Some(version) => hashes(&texts_in(txn, version.number).await?),
        None => Vec::new(),
    };
    let facts = Facts {
        ticked: shown.ticked,
        named: version.as_ref().map(|version| version.number as u32),
        shown: shown.version,
        hash: shown.hash,
        texts: &texts,
    };
    let language = rules::acknowledge(&facts).map_err(Halt::Refused)?;
    let Some(version) = version else { return refuse(AcknowledgeRefusal::NothingNamed) };
    Ok(write_down(txn, now, &version, language, shown.hash, new).await?)
}

/// Writes an acknowledgement down, once. Whoever it is of is locked.
pub(crate) async fn write_down(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    version: &rule_version::Model,
    language: Language,
    hash: &str,
    new: New,
) -> Result<Acknowledging, DbErr> {
    use crate::entity::acknowledgement::{ActiveModel, Column, Entity};

    let (mut person, mut staff, mut educator) = (None, None, None);
    let of = match new.holder {
        Holder::Person(id) => {
            person = Some(id);
            Condition::all().add(Column::PersonId.eq(id)).add(Column::CohortId.eq(new.cohort.unwrap_or_default()))
        }
        Holder::Staff(id) => {
            staff = Some(id);
            Condition::all().add(Column::StaffId.eq(id))
        }
        Holder::Educator(id) => {
            educator = Some(id);
            Condition::all().add(Column::EducatorId.eq(id))
        }
    };
    if Entity::find().filter(Column::RuleVersionId.eq(version.id)).filter(of).one(txn).await?.is_some() {
        return Ok(Acknowledging::AlreadyAcknowledged);
    }
    let row = ActiveModel {
        rule_version_id: Set(version.id),
        content_hash: Set(hash.to_owned()),
        language: Set(language.as_str().to_owned()),
        person_id: Set(person),
        staff_id: Set(staff),
        educator_id: Set(educator),
        cohort_id: Set(new.cohort),
        acknowledged_at: Set(now),
        recorded_by: Set(new.recorded_by),
        evidence: Set(new.evidence),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    let entry = Entry {
        actor: new.actor,
        act: "acknowledge",
        object: "acknowledgement",
        object_id: row.id,
        cohort: new.cohort,
        before: String::new(),
        after: format!("{} version {} {language} {hash}", new.holder, version.number),
    };
    history::record(txn, now, entry).await?;
    Ok(Acknowledging::Acknowledged)
}

async fn version_numbered(txn: &impl ConnectionTrait, number: u32) -> Result<Option<rule_version::Model>, DbErr> {
    let Ok(number) = i32::try_from(number) else { return Ok(None) };
    rule_version::Entity::find().filter(rule_version::Column::Number.eq(number)).one(txn).await
}

pub(crate) async fn version_named_by(txn: &impl ConnectionTrait, cohort: i64) -> Result<Option<rule_version::Model>, DbErr> {
    let named = cohort::Entity::find_by_id(cohort).one(txn).await?.and_then(|row| row.rule_version_id);
    match named {
        Some(id) => rule_version::Entity::find_by_id(id).one(txn).await,
        None => Ok(None),
    }
}

// ---- before somebody is assigned -------------------------------------------------------------------------------------

/// Whether a member of staff has acknowledged the version a cohort names. A cohort that names none asks nothing.
///
/// # Errors
/// The database.
pub async fn staff_has(db: &impl ConnectionTrait, cohort: i64, staff: i64) -> Result<bool, Fault> {
    Ok(unacknowledged(db, cohort, &[staff]).await?.is_empty())
}

/// Those of `staff` who have not acknowledged the version a cohort names, each as the refusal to assign them.
pub(crate) async fn unacknowledged(db: &impl ConnectionTrait, cohort: i64, staff: &[i64]) -> Result<Vec<AssignRefusal>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        number: i32,
    }
    let Some(version) = version_named_by(db, cohort).await? else { return Ok(Vec::new()) };
    let people = staff::Entity::find().filter(staff::Column::Id.is_in(staff.iter().copied())).all(db).await?;
    let known: Vec<Row> = sql::all(
        db,
        "SELECT k.staff_id AS id, v.number FROM acknowledgement k JOIN rule_version v ON v.id = k.rule_version_id WHERE k.staff_id IS NOT NULL AND v.number = $1",
        values![version.number],
    )
    .await?;
    let refused = people.iter().filter_map(|person| {
        let acknowledged: Vec<u32> = known.iter().filter(|row| row.id == person.id).map(|row| row.number as u32).collect();
        rules::may_assign(&person.name, Some(version.number as u32), &acknowledged).err()
    });
    Ok(refused.collect())
}

/// What a release may announce of educators: the version the cohort names, and who has acknowledged it.
pub(crate) struct Announcing {
    pub version: Option<u32>,
    acknowledged: BTreeSet<String>,
}

impl Announcing {
    pub(crate) async fn load(db: &impl ConnectionTrait, cohort: i64) -> Result<Self, DbErr> {
        #[derive(FromQueryResult)]
        struct Row {
            number: Option<i32>,
            name_key: Option<String>,
        }
        let rows: Vec<Row> = sql::all(
            db,
            "SELECT v.number, e.name_key FROM cohort c LEFT JOIN rule_version v ON v.id = c.rule_version_id \
             LEFT JOIN acknowledgement k ON k.rule_version_id = v.id AND k.educator_id IS NOT NULL AND k.cohort_id = c.id \
             LEFT JOIN educator e ON e.id = k.educator_id WHERE c.id = $1",
            values![cohort],
        )
        .await?;
        let version = rows.first().and_then(|row| row.number).map(|number| number as u32);
        Ok(Self { version, acknowledged: rows.into_iter().filter_map(|row| row.name_key).collect() })
    }

    /// The names of a session, one a line, without those that wait for an acknowledgement; and those. `stand` are the
    /// names the last release announced there.
    pub(crate) fn split(&self, names: &str, stand: &[String]) -> (String, Vec<String>) {
        let names: Vec<&str> = names.lines().collect();
        let stand = stand.iter().map(|name| rules::educator_key(name)).collect();
        let (announced, held) = rules::announced(self.version, &self.acknowledged, &stand, &names);
        (announced.join("\n"), held.into_iter().map(str::to_owned).collect())
    }
}

// ---- who is missing --------------------------------------------------------------------------------------------------

/// An acknowledgement of the version a cohort names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub language: Language,
    pub content_hash: String,
    pub at: DateTime<Utc>,
    /// Of an acknowledgement on paper: what is held, and who recorded it.
    pub evidence: String,
    pub recorded_by: Option<String>,
}

/// Somebody with a duty in a cohort, and how they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub who: Holder,
    pub name: String,
    /// An executive's company; else empty.
    pub company: String,
    /// `None` for an educator nobody has an address of.
    pub email: Option<String>,
    pub duties: Vec<Duty>,
    pub given: Option<Given>,
    /// The newest other version they acknowledged.
    pub other: Option<u32>,
    /// When they were last written to about the version.
    pub asked_at: Option<DateTime<Utc>>,
    invitation: Option<i64>,
}

impl Line {
    /// How they stand towards the version their cohort names.
    #[must_use]
    pub fn standing(&self, named: Option<u32>) -> Standing {
        let acknowledged: Vec<u32> = self.given.as_ref().and(named).into_iter().chain(self.other).collect();
        rules::standing(named, &acknowledged)
    }
}

/// Everybody with a duty in a cohort: the page of its rule. Eight queries.
#[derive(Debug, Clone)]
pub struct Duties {
    /// The version the cohort names.
    pub version: Option<u32>,
    /// Its fingerprint in each language.
    pub texts: Vec<Text>,
    pub host: Vec<Line>,
    pub educators: Vec<Line>,
    pub executives: Page<Line>,
    /// People with a duty in all, and those who have acknowledged the version.
    pub people: u32,
    pub acknowledged: u32,
    /// Of those who are missing, how many have no address to write to.
    pub unreachable: u32,
}

/// How many people with a duty in a cohort have not acknowledged the version it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unacknowledged {
    pub version: u32,
    pub people: u32,
}

/// Whoever has not acknowledged the version a cohort names; `None` when it names none. Six queries.
///
/// # Errors
/// The database.
pub async fn still_missing(db: &Db, cohort: i64) -> Result<Option<Unacknowledged>, Fault> {
    let Some(version) = version_named_by(db.read(), cohort).await? else { return Ok(None) };
    let mut few = host_lines(db.read(), cohort, version.id).await?;
    few.extend(educator_lines(db.read(), cohort, version.id).await?);
    let few = few.iter().filter(|line| line.given.is_none()).count() as u32;
    let (total, given) = executive_counts(db.read(), cohort, version.id).await?;
    Ok(Some(Unacknowledged { version: version.number as u32, people: few + total - given }))
}

/// Who has a duty in a cohort; `missing` leaves out everybody who has acknowledged. A page at a time for executives, who
/// are many; the figures count everybody. `None` when there is no such cohort.
///
/// # Errors
/// The database.
pub async fn duties(db: &Db, cohort: i64, missing: bool, page: u64) -> Result<Option<Duties>, Fault> {
    let Some(row) = cohort::Entity::find_by_id(cohort).one(db.read()).await? else { return Ok(None) };
    let version = match row.rule_version_id {
        Some(id) => rule_version::Entity::find_by_id(id).one(db.read()).await?,
        None => None,
    };
    let rule = version.as_ref().map_or(0, |version| version.id);
    let texts = match &version {
        Some(version) => texts_in(db.read(), version.number).await?,
        None => Vec::new(),
    };
    let asked = asked_at(db.read(), cohort, rule).await?;
    let mut host = host_lines(db.read(), cohort, rule).await?;
    let mut educators = educator_lines(db.read(), cohort, rule).await?;
    let (total, given) = executive_counts(db.read(), cohort, rule).await?;
    let shown = if missing { total - given } else { total };
    let mut executives = executive_lines(db.read(), cohort, rule, missing, Some(page)).await?;
    for line in host.iter_mut().chain(&mut educators).chain(&mut executives) {
        line.asked_at = asked.get(&line.who).copied();
    }
    let of_few = |keep: fn(&Line) -> bool| host.iter().chain(&educators).filter(|line| keep(line)).count() as u32;
    let (people, acknowledged) = (total + of_few(|_| true), given + of_few(|line| line.given.is_some()));
    let unreachable = of_few(|line| line.given.is_none() && line.email.is_none());
    if missing {
        host.retain(|line| line.given.is_none());
        educators.retain(|line| line.given.is_none());
    }
    Ok(Some(Duties {
        version: version.map(|version| version.number as u32),
        texts,
        host,
        educators,
        executives: Page { rows: executives, total: u64::from(shown), page },
        people,
        acknowledged,
        unreachable,
    }))
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    email: Option<String>,
    company: String,
    invitation: Option<i64>,
    duty: String,
    content_hash: Option<String>,
    language: Option<String>,
    acknowledged_at: Option<DateTime<Utc>>,
    evidence: Option<String>,
    recorded_by: Option<String>,
    other: Option<i32>,
}

impl Row {
    fn line(self, who: Holder) -> Result<Line, Fault> {
        let given = match (self.content_hash, self.language, self.acknowledged_at) {
            (Some(content_hash), Some(language), Some(at)) => Some(Given {
                language: word(Language::parse(&language), &language)?,
                content_hash,
                at,
                evidence: self.evidence.unwrap_or_default(),
                recorded_by: self.recorded_by,
            }),
            _ => None,
        };
        Ok(Line {
            who,
            name: self.name,
            company: self.company,
            email: self.email.filter(|email| !email.is_empty()),
            duties: vec![word(Duty::parse(&self.duty), &self.duty)?],
            given,
            other: self.other.map(|number| number as u32),
            asked_at: None,
            invitation: self.invitation,
        })
    }
}

/// The host's people with a duty, by name; somebody with several has one line.
async fn host_lines(db: &impl ConnectionTrait, cohort: i64, rule: i64) -> Result<Vec<Line>, Fault> {
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT s.id, s.name, s.email, '' AS company, CAST(NULL AS BIGINT) AS invitation, d.duty, k.content_hash, k.language, k.acknowledged_at, \
         k.evidence, r.name AS recorded_by, \
         (SELECT max(v.number) FROM acknowledgement o JOIN rule_version v ON v.id = o.rule_version_id WHERE o.staff_id = s.id AND o.rule_version_id <> $2) AS other \
         FROM (SELECT p.owner_id AS staff_id, 'owner' AS duty FROM cohort c JOIN program p ON p.id = c.program_id WHERE c.id = $1 \
         UNION SELECT f.staff_id, 'facilitator' AS duty FROM session_facilitator f JOIN session t ON t.id = f.session_id WHERE t.cohort_id = $1 AND NOT t.cancelled \
         UNION SELECT b.staff_id, 'observer' AS duty FROM observer b WHERE b.cohort_id = $1) d JOIN staff s ON s.id = d.staff_id \
         LEFT JOIN acknowledgement k ON k.staff_id = s.id AND k.rule_version_id = $2 LEFT JOIN staff r ON r.id = k.recorded_by \
         WHERE s.active ORDER BY s.name, s.id, d.duty",
        values![cohort, rule],
    )
    .await?;
    let mut lines: Vec<Line> = Vec::new();
    for row in rows {
        let who = Holder::Staff(row.id);
        let line = row.line(who)?;
        match lines.last_mut().filter(|last| last.who == who) {
            Some(last) => last.duties.extend(line.duties),
            None => lines.push(line),
        }
    }
    Ok(lines)
}

/// The educators whose names stand in sessions that take place, by name.
async fn educator_lines(db: &impl ConnectionTrait, cohort: i64, rule: i64) -> Result<Vec<Line>, Fault> {
    let teaching = educator::teaching(db, cohort).await?;
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT e.id, e.name, e.email, '' AS company, CAST(NULL AS BIGINT) AS invitation, 'educator' AS duty, k.content_hash, k.language, k.acknowledged_at, \
         k.evidence, r.name AS recorded_by, \
         (SELECT max(v.number) FROM acknowledgement o JOIN rule_version v ON v.id = o.rule_version_id WHERE o.educator_id = e.id AND o.rule_version_id <> $2) AS other \
         FROM educator e LEFT JOIN acknowledgement k ON k.educator_id = e.id AND k.rule_version_id = $2 LEFT JOIN staff r ON r.id = k.recorded_by \
         WHERE e.cohort_id = $1 ORDER BY e.name, e.id",
        values![cohort, rule],
    )
    .await?;
    rows.into_iter()
        .filter(|row| teaching.contains_key(&educator_key(&row.name)))
        .map(|row| {
            let who = Holder::Educator(row.id);
            row.line(who)
        })
        .collect()
}

const EXECUTIVES: &str = "FROM registration g JOIN person p ON p.id = g.person_id JOIN company co ON co.id = p.company_id \
    LEFT JOIN acknowledgement k ON k.person_id = p.id AND k.cohort_id = g.cohort_id AND k.rule_version_id = $2 \
    LEFT JOIN staff r ON r.id = k.recorded_by WHERE g.cohort_id = $1 AND g.state = 'confirmed'";

/// Registered executives, and how many of them have acknowledged.
async fn executive_counts(db: &impl ConnectionTrait, cohort: i64, rule: i64) -> Result<(u32, u32), DbErr> {
    #[derive(FromQueryResult)]
    struct Counts {
        total: i64,
        given: i64,
    }
    let counts: Option<Counts> =
        sql::one(db, &format!("SELECT count(*) AS total, count(k.id) AS given {EXECUTIVES}"), values![cohort, rule]).await?;
    Ok(counts.map_or((0, 0), |counts| (counts.total as u32, counts.given as u32)))
}

/// Registered executives by company and name: one page, or all of them.
async fn executive_lines(db: &impl ConnectionTrait, cohort: i64, rule: i64, missing: bool, page: Option<u64>) -> Result<Vec<Line>, Fault> {
    let only = if missing { " AND k.id IS NULL" } else { "" };
    let part = page.map_or_else(String::new, |page| format!(" LIMIT {PAGE_ROWS} OFFSET {}", page.saturating_sub(1) * PAGE_ROWS));
    let rows: Vec<Row> = sql::all(
        db,
        &format!(
            "SELECT p.id, p.name, p.email, co.name AS company, g.invitation_id AS invitation, 'executive' AS duty, k.content_hash, k.language, k.acknowledged_at, \
             k.evidence, r.name AS recorded_by, (SELECT max(v.number) FROM acknowledgement o JOIN rule_version v ON v.id = o.rule_version_id \
             WHERE o.person_id = p.id AND o.cohort_id = g.cohort_id AND o.rule_version_id <> $2) AS other {EXECUTIVES}{only} ORDER BY co.name_key, p.name, p.id{part}"
        ),
        values![cohort, rule],
    )
    .await?;
    rows.into_iter()
        .map(|row| {
            let who = Holder::Person(row.id);
            row.line(who)
        })
        .collect()
}

/// When each was last written to about a version, by the events of the mails.
async fn asked_at(db: &impl ConnectionTrait, cohort: i64, rule: i64) -> Result<BTreeMap<Holder, DateTime<Utc>>, DbErr> {
    #[derive(FromQueryResult)]
    struct Asked {
        event: String,
        created_at: DateTime<Utc>,
    }
    let mails: Vec<Asked> =
        sql::all(db, "SELECT event, created_at FROM outbox WHERE cohort_id = $1 AND kind = 'rule-renewed' ORDER BY id", values![cohort])
            .await?;
    let prefix = event(rule, cohort, "");
    let asked = mails.iter().filter_map(|mail| {
        let who = mail.event.strip_prefix(&prefix)?.split(':').next()?;
        Some((Holder::parse(who)?, mail.created_at))
    });
    Ok(asked.collect())
}

/// What causes a mail about a version: at most one for each version, cohort and person, unless they are reminded.
fn event(rule: i64, cohort: i64, rest: &str) -> String {
    format!("rule:{rule}:{cohort}:{rest}")
}

// ---- asking ----------------------------------------------------------------------------------------------------------

/// Mails everybody who has a duty and has not acknowledged the version the cohort names: each at most once a version.
/// The cohort is locked. Whoever acts is not written to: they know. Answers how many are.
pub(crate) async fn ask_everybody(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, row: &cohort::Model) -> Result<u32, Fault> {
    let Some(asking) = Asking::prepare(txn, now, row).await? else { return Ok(0) };
    let mut asked = 0;
    for line in asking.missing(txn).await? {
        let knows = matches!((line.who, actor), (Holder::Staff(one), Actor::Staff(other)) if one == other);
        if !knows && !asking.mails.contains_key(&line.who) && asking.write(txn, now, &line, false).await? {
            asked += 1;
        }
    }
    Ok(asked)
}

/// What reminding came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminded {
    /// The names of those who are written to.
    pub names: Vec<String>,
    /// Educators nobody has an address of.
    pub unreachable: u32,
    /// All of them were written to within the last minute, and nothing more was sent.
    pub again: bool,
}

/// Mails one person, or everybody, who has not acknowledged the version the cohort names. A second press within a minute
/// is the first.
///
/// # Errors
/// Nobody is missing, nobody can be reached, or the cohort names no version or is over.
pub async fn remind(db: &Db, now: DateTime<Utc>, actor: Actor, cohort: i64, whom: Option<Holder>) -> Result<Reminded, Halt<RemindRefusal>> {
    let txn = db.write().await?;
    let Some(row) = cohort::Entity::find_by_id(cohort).lock_exclusive().one(&*txn).await? else { return refuse(RemindRefusal::Unknown) };
    if !rules::is_asked(word(CohortState::parse(&row.state), &row.state)?) {
        return refuse(RemindRefusal::Over);
    }
    let Some(asking) = Asking::prepare(&*txn, now, &row).await? else { return refuse(RemindRefusal::NothingNamed) };
    let missing: Vec<Line> = asking.missing(&*txn).await?.into_iter().filter(|line| whom.is_none_or(|who| who == line.who)).collect();
    let Some(first) = missing.first() else { return refuse(RemindRefusal::Nobody { version: asking.version.number as u32 }) };
    let first = first.name.clone();
    let mut reminded = Reminded { names: Vec::new(), unreachable: 0, again: false };
    let mut written = 0;
    for line in missing {
        let pressed_before = asking.mails.get(&line.who).is_some_and(|at| is_second_press(*at, now));
        if pressed_before {
            reminded.names.push(line.name);
        } else if asking.write(&*txn, now, &line, true).await? {
            written += 1;
            reminded.names.push(line.name);
        } else {
            reminded.unreachable += 1;
        }
    }
    if reminded.names.is_empty() {
        return refuse(if whom.is_some() { RemindRefusal::NoAddress { name: first } } else { RemindRefusal::NoAddresses });
    }
    reminded.again = written == 0;
    if written > 0 {
        let entry = Entry {
            actor,
            act: "remind",
            object: "conversation rule",
            object_id: asking.version.id,
            cohort: Some(cohort),
            before: String::new(),
            after: format!("{written} written to"),
        };
        history::record(&*txn, now, entry).await?;
        txn.commit().await?;
    }
    Ok(reminded)
}

/// Everything that writing to the people of one cohort about its version takes.
pub(crate) struct Asking<'a> {
    cohort: &'a cohort::Model,
    version: rule_version::Model,
    facts: CohortFacts,
    mails: BTreeMap<Holder, DateTime<Utc>>,
}

impl<'a> Asking<'a> {
    /// `None` when the cohort names no version.
    pub(crate) async fn prepare(txn: &impl ConnectionTrait, now: DateTime<Utc>, cohort: &'a cohort::Model) -> Result<Option<Self>, Fault> {
        let Some(rule) = cohort.rule_version_id else { return Ok(None) };
        let Some(version) = rule_version::Entity::find_by_id(rule).one(txn).await? else { return Ok(None) };
        educator::sync(txn, now, cohort.id).await?;
        let facts = crate::cohort::facts(txn, cohort).await?;
        let mails = asked_at(txn, cohort.id, rule).await?;
        Ok(Some(Self { cohort, version, facts, mails }))
    }

    /// Whoever has a duty and has not acknowledged.
    async fn missing(&self, txn: &impl ConnectionTrait) -> Result<Vec<Line>, Fault> {
        let (cohort, rule) = (self.cohort.id, self.version.id);
        let mut lines = host_lines(txn, cohort, rule).await?;
        lines.extend(educator_lines(txn, cohort, rule).await?);
        lines.extend(executive_lines(txn, cohort, rule, true, None).await?);
        lines.retain(|line| line.given.is_none());
        Ok(lines)
    }

    /// Writes one mail; answers whether there is an address to write to.
    async fn write(&self, txn: &impl ConnectionTrait, now: DateTime<Utc>, line: &Line, again: bool) -> Result<bool, Fault> {
        let Some(email) = line.email.as_deref() else { return Ok(false) };
        let token = match (line.who, line.invitation) {
            (Holder::Educator(id), _) => Some(educator::new_link(txn, now, id).await?),
            (_, Some(invitation)) => Some(link::mint(txn, now, Opens::Invitation(invitation), None).await?),
            (_, None) => None,
        };
        let rest = match (&token, again) {
            (_, false) => line.who.to_string(),
            (Some(token), true) => format!("{}:{}", line.who, link::hash(token)),
            (None, true) => format!("{}:{}", line.who, now.timestamp()),
        };
        let version = self.version.number as u32;
        let letter = Letter {
            event: event(self.version.id, self.cohort.id, &rest),
            cohort: Some(self.cohort.id),
            invitation: line.invitation,
            to_name: &line.name,
            to_email: email,
            subject: format!("The conversation rule of {}: version {version}", self.facts.program),
            message: Message::RuleRenewed {
                name: line.name.clone(),
                cohort: self.facts.clone(),
                version,
                duty: line.duties.first().copied().unwrap_or(Duty::Executive),
                other: line.other,
            },
            secret: Secret { link: token, feed: None },
        };
        outbox::enqueue(txn, now, letter).await?;
        Ok(true)
    }

    /// Asks one educator at the address that was just entered.
    pub(crate) async fn write_to_educator(
        &self,
        txn: &impl ConnectionTrait,
        now: DateTime<Utc>,
        educator: &entity::educator::Model,
    ) -> Result<bool, Fault> {
        let line = Line {
            who: Holder::Educator(educator.id),
            name: educator.name.clone(),
            company: String::new(),
            email: educator.email.clone(),
            duties: vec![Duty::Educator],
            given: None,
            other: None,
            asked_at: None,
            invitation: None,
        };
        self.write(txn, now, &line, true).await
    }
}

// ---- one's own -------------------------------------------------------------------------------------------------------

/// A version a member of staff has not acknowledged, and the cohorts in which it is their duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    pub number: u32,
    pub texts: Vec<Text>,
    /// Titles of cohorts; empty when nobody asks it of them yet.
    pub cohorts: Vec<String>,
}

/// How a member of staff stands towards the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The versions they have acknowledged.
    pub acknowledged: BTreeSet<u32>,
    /// What is to be acknowledged: what their cohorts name, the newest version, and the one they ask for.
    pub owed: Vec<Owed>,
}

/// What a member of staff has acknowledged and has yet to; `wanted` is a version they ask to see, or 0.
///
/// # Errors
/// The database.
pub async fn own(db: &Db, staff: i64, wanted: u32) -> Result<Own, Fault> {
    #[derive(FromQueryResult)]
    struct Number {
        number: i32,
        given: bool,
    }
    let versions: Vec<Number> = sql::all(
        db.read(),
        "SELECT v.number, EXISTS (SELECT 1 FROM acknowledgement k WHERE k.rule_version_id = v.id AND k.staff_id = $1) AS given FROM rule_version v ORDER BY v.number DESC",
        values![staff],
    )
    .await?;
    let asks: Vec<Asks> = sql::all(
        db.read(),
        "SELECT v.number, c.title FROM cohort c JOIN program p ON p.id = c.program_id JOIN rule_version v ON v.id = c.rule_version_id \
         WHERE c.state NOT IN ('completed', 'cancelled') AND (p.owner_id = $1 \
         OR EXISTS (SELECT 1 FROM session_facilitator f JOIN session t ON t.id = f.session_id WHERE t.cohort_id = c.id AND NOT t.cancelled AND f.staff_id = $1) \
         OR EXISTS (SELECT 1 FROM observer o WHERE o.cohort_id = c.id AND o.staff_id = $1)) ORDER BY c.first_day, c.id",
        values![staff],
    )
    .await?;
    let newest = versions.first().map_or(0, |version| version.number as u32);
    let mut owed = Vec::new();
    for version in versions.iter().filter(|version| !version.given) {
        let number = version.number as u32;
        let cohorts: Vec<String> = asks.iter().filter(|asks| asks.number == version.number).map(|asks| asks.title.clone()).collect();
        if !cohorts.is_empty() || number == newest || number == wanted {
            owed.push(Owed { number, texts: texts_in(db.read(), version.number).await?, cohorts });
        }
    }
    let acknowledged = versions.iter().filter(|version| version.given).map(|version| version.number as u32).collect();
    Ok(Own { acknowledged, owed })
}

/// A version that a cohort names whose sessions somebody leads, and that they have not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Asks {
    pub number: i32,
    /// The cohort's title.
    pub title: String,
}

/// What a facilitator has yet to acknowledge for the sessions they lead, the next cohort first.
///
/// # Errors
/// The database.
pub async fn asked_of_facilitator(db: &Db, staff: i64) -> Result<Vec<Asks>, DbErr> {
    sql::all(
        db.read(),
        "SELECT v.number, c.title FROM cohort c JOIN rule_version v ON v.id = c.rule_version_id WHERE c.state NOT IN ('completed', 'cancelled') \
         AND EXISTS (SELECT 1 FROM session_facilitator f JOIN session t ON t.id = f.session_id WHERE t.cohort_id = c.id AND NOT t.cancelled AND f.staff_id = $1) \
         AND NOT EXISTS (SELECT 1 FROM acknowledgement k WHERE k.rule_version_id = v.id AND k.staff_id = $1) ORDER BY c.first_day, c.id LIMIT 50",
        values![staff],
    )
    .await
}

/// How an executive stands towards the version their cohort names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    pub version: u32,
    pub texts: Vec<Text>,
    pub given: Option<Given>,
    /// The newest other version they acknowledged here.
    pub other: Option<u32>,
}

/// The rule as it holds for a person in a cohort; `None` when the cohort names no version.
///
/// # Errors
/// The database.
pub async fn mine(db: &Db, cohort: i64, person: i64) -> Result<Option<Mine>, Fault> {
    #[derive(FromQueryResult)]
    struct One {
        rule: i64,
        number: i32,
        content_hash: String,
        language: String,
        acknowledged_at: DateTime<Utc>,
    }
    let Some(version) = version_named_by(db.read(), cohort).await? else { return Ok(None) };
    let rows: Vec<One> = sql::all(
        db.read(),
        "SELECT v.id AS rule, v.number, k.content_hash, k.language, k.acknowledged_at FROM acknowledgement k JOIN rule_version v ON v.id = k.rule_version_id \
         WHERE k.person_id = $1 AND k.cohort_id = $2 ORDER BY v.number DESC",
        values![person, cohort],
    )
    .await?;
    let given = match rows.iter().find(|row| row.rule == version.id) {
        Some(row) => Some(Given {
            language: word(Language::parse(&row.language), &row.language)?,
            content_hash: row.content_hash.clone(),
            at: row.acknowledged_at,
            evidence: String::new(),
            recorded_by: None,
        }),
        None => None,
    };
    Ok(Some(Mine {
        version: version.number as u32,
        texts: texts_in(db.read(), version.number).await?,
        given,
        other: rows.iter().find(|row| row.rule != version.id).map(|row| row.number as u32),
    }))
}

/// The sentences of several refusals to assign, as one.
pub(crate) fn sentences(refused: &[AssignRefusal]) -> String {
    refused.iter().map(Refusal::sentence).collect::<Vec<_>>().join(" ")
}
