//! The agenda check on current rows: the term lists of this installation, what they find in a cohort, and what was dismissed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use domain::agenda::release::{Severity, Version};
use domain::conduct::agenda_check::{Found, Inviting, Language, TermList, check_inviting, check_session, reason_to_dismiss};
use domain::contact;
use domain::refusal::{FieldRefusal, Refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::agenda::session::{Working, list};
use crate::entity::{cohort, finding_dismissal, program, term_list};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

// ---- term lists ------------------------------------------------------------------------------------------------------

/// The lists that were edited here, in order of their languages.
type Edited = Vec<(Language, String)>;
type Lists = Arc<Vec<TermList>>;

/// Lists that were read lately, by their words: reading one takes longer than checking a week with it. More than one,
/// since one process may serve several databases.
static READ: Mutex<Vec<(Edited, Lists)>> = Mutex::new(Vec::new());
const READ_KEPT: usize = 4;

/// The term list of every language: as it was edited here, else the one in the program.
///
/// # Errors
/// The database.
pub async fn term_lists(db: &Db) -> Result<Arc<Vec<TermList>>, Fault> {
    lists(db.read()).await
}

async fn lists(db: &impl ConnectionTrait) -> Result<Lists, Fault> {
    let rows = term_list::Entity::find().filter(term_list::Column::Body.ne("")).order_by_asc(term_list::Column::Language).all(db).await?;
    let mut edited: Edited = Vec::new();
    for row in rows {
        edited.push((word(Language::parse(&row.language), &row.language)?, row.body));
    }
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, lists)) = read.iter().find(|(known, _)| *known == edited) {
        return Ok(Arc::clone(lists));
    }
    let lists = Language::ALL
        .iter()
        .map(|language| match edited.iter().find(|(edited, _)| edited == language) {
            Some((_, body)) => TermList::parse(*language, body).map_err(|why| Fault::Unreadable(why.sentence)),
            None => Ok(TermList::house(*language)),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let lists = Arc::new(lists);
    read.insert(0, (edited, Arc::clone(&lists)));
    read.truncate(READ_KEPT);
    Ok(lists)
}

/// The term list of one language, to be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub language: Language,
    pub body: String,
    /// 0 before it is first saved.
    pub revision: i32,
    /// How many terms look for something.
    pub count: usize,
    /// When it was last saved, and by whom; `None` while it is the list in the program.
    pub saved: Option<(DateTime<Utc>, Option<String>)>,
}

/// One language's list.
///
/// # Errors
/// The database.
pub async fn terms(db: &Db, language: Language) -> Result<Terms, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        body: String,
        revision: i32,
        saved_at: DateTime<Utc>,
        by: Option<String>,
    }
    let row: Option<Row> = sql::one(
        db.read(),
        "SELECT t.body, t.revision, t.saved_at, s.name AS by FROM term_list t LEFT JOIN staff s ON s.id = t.saved_by WHERE t.language = $1",
        values![language.as_str()],
    )
    .await?;
    let lists = term_lists(db).await?;
    let count = lists.iter().find(|list| list.language() == language).map_or(0, TermList::count);
    let revision = row.as_ref().map_or(0, |row| row.revision);
    Ok(match row.filter(|row| !row.body.is_empty()) {
        Some(row) => Terms { language, body: row.body, revision, count, saved: Some((row.saved_at, row.by)) },
        None => Terms { language, body: TermList::house_text(language).to_owned(), revision, count, saved: None },
    })
}

/// Why a term list was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermsRefusal {
    /// The first line that cannot be read.
    Field(FieldRefusal),
    /// Somebody saved it meanwhile.
    Stale,
}

impl Refusal for TermsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Field(_) => "field",
            Self::Stale => "stale",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Field(why) => why.sentence.clone(),
            Self::Stale => {
                "Somebody saved this list while you were typing. Your text is in the form, theirs is below it. Save again to keep yours."
                    .into()
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Field(why) => Some(why.field),
            Self::Stale => None,
        }
    }
}

/// What saving a term list came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// With so many terms.
    Edited(usize),
    /// It is the list in the program again, and follows it when the program changes.
    House,
    /// It says what it said.
    Unchanged,
}

/// Longer than any list that can be read.
const LONGEST: usize = 400_000;

/// Saves a language's terms. The shipped list, and nothing at all, bring back the list in the program. `revision` is the
/// one that was on the page.
///
/// # Errors
/// A line that cannot be read, or somebody saved meanwhile.
pub async fn save_terms(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    language: Language,
    revision: i32,
    typed: &str,
) -> Result<Saved, Halt<TermsRefusal>> {
    let field = |why| Halt::Refused(TermsRefusal::Field(why));
    let body = contact::paragraphs("terms", typed, LONGEST).map_err(field)?;
    let count = TermList::parse(language, &body).map_err(field)?.count();
    let house = TermList::house_text(language).trim();
    let body = if body == house { String::new() } else { body };
    let by = actor.staff();

    let txn = db.write().await?;
    let stands = term_list::Entity::find_by_id(language.as_str().to_owned()).lock_exclusive().one(&*txn).await?;
    if stands.as_ref().map_or("", |row| row.body.as_str()) == body {
        return Ok(Saved::Unchanged);
    }
    if stands.as_ref().map_or(0, |row| row.revision) != revision {
        return refuse(TermsRefusal::Stale);
    }
    let back = body.is_empty();
    match stands {
        Some(row) => {
            term_list::ActiveModel {
                language: Set(row.language),
                body: Set(body),
                revision: Set(row.revision + 1),
                saved_at: Set(now),
                saved_by: Set(by),
            }
            .update(&*txn)
            .await?;
        }
        None => {
            // Of two who begin at once, one is told of the other.
            let made = sql::run(
                &*txn,
                "INSERT INTO term_list (language, body, revision, saved_at, saved_by) VALUES ($1, $2, 1, $3, $4) ON CONFLICT (language) DO NOTHING",
                values![language.as_str(), body, now, by],
            )
            .await?;
            if made.rows_affected() == 0 {
                return refuse(TermsRefusal::Stale);
            }
        }
    }
    let after = if back { "the list in the program".to_owned() } else { format!("terms: {count}") };
    let entry = Entry {
        actor,
        act: "save",
        object: "term list",
        object_id: 0,
        cohort: None,
        before: format!("{language}, revision {revision}"),
        after,
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(if back { Saved::House } else { Saved::Edited(count) })
}

// ---- findings --------------------------------------------------------------------------------------------------------

/// A finding, and what somebody said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub found: Found,
    pub dismissed: Option<Dismissed>,
}

/// Why a finding stands, and who said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissed {
    pub reason: String,
    /// `None`: the console.
    pub by: Option<String>,
    pub at: DateTime<Utc>,
}

/// Everything found in a cohort: in what invites to it, then in its sessions in working order. The same number of queries for any cohort.
///
/// # Errors
/// The database.
pub async fn findings(db: &Db, cohort_id: i64) -> Result<Vec<Checked>, Fault> {
    let Some(row) = cohort::Entity::find_by_id(cohort_id).one(db.read()).await? else { return Ok(Vec::new()) };
    let sessions = list(db.read(), cohort_id).await?.iter().map(Working::version).collect::<Result<Vec<_>, _>>()?;
    checked(db.read(), &row, &sessions).await
}

/// What is found in one session.
///
/// # Errors
/// The database.
pub async fn of_session(db: &Db, session: &Working) -> Result<Vec<Checked>, Fault> {
    let found = check_session(&session.version()?, &lists(db.read()).await?);
    with_dismissals(db.read(), session.cohort_id, found).await
}

/// What is found in what invites to a cohort: its letter and title, and the words of its program.
///
/// # Errors
/// The database.
pub async fn of_inviting(db: &Db, cohort_id: i64) -> Result<Vec<Checked>, Fault> {
    let Some(row) = cohort::Entity::find_by_id(cohort_id).one(db.read()).await? else { return Ok(Vec::new()) };
    let found = inviting(db.read(), &row, &lists(db.read()).await?).await?;
    with_dismissals(db.read(), cohort_id, found).await
}

/// Whether what invites to a cohort holds its invitations back: something there sells, and nobody let it stand.
pub(crate) async fn holds_invitations(db: &impl ConnectionTrait, row: &cohort::Model) -> Result<bool, Fault> {
    let found = inviting(db, row, &lists(db).await?).await?;
    let checked = with_dismissals(db, row.id, found).await?;
    Ok(checked.iter().any(|checked| checked.dismissed.is_none() && checked.found.severity == Severity::Block))
}

async fn inviting(db: &impl ConnectionTrait, row: &cohort::Model, lists: &[TermList]) -> Result<Vec<Found>, DbErr> {
    let program = program::Entity::find_by_id(row.program_id).one(db).await?;
    let mut texts = Inviting { letter: &row.letter, title: &row.title, ..Inviting::default() };
    if let Some(program) = &program {
        texts = Inviting {
            program: &program.title,
            theme: &program.theme,
            audience: &program.audience,
            description: &program.description,
            ..texts
        };
    }
    Ok(check_inviting(&texts, lists))
}

/// What is found and nobody has dismissed: what a release is held against.
pub(crate) async fn standing(db: &impl ConnectionTrait, row: &cohort::Model, sessions: &[Version]) -> Result<Vec<Found>, Fault> {
    let checked = checked(db, row, sessions).await?;
    Ok(checked.into_iter().filter(|checked| checked.dismissed.is_none()).map(|checked| checked.found).collect())
}

async fn checked(db: &impl ConnectionTrait, row: &cohort::Model, sessions: &[Version]) -> Result<Vec<Checked>, Fault> {
    let lists = lists(db).await?;
    let mut found = inviting(db, row, &lists).await?;
    found.extend(sessions.iter().flat_map(|session| check_session(session, &lists)));
    with_dismissals(db, row.id, found).await
}

async fn with_dismissals(db: &impl ConnectionTrait, cohort_id: i64, found: Vec<Found>) -> Result<Vec<Checked>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        session_id: Option<i64>,
        finding_key: String,
        reason: String,
        by: Option<String>,
        dismissed_at: DateTime<Utc>,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT d.session_id, d.finding_key, d.reason, s.name AS by, d.dismissed_at FROM finding_dismissal d LEFT JOIN staff s ON s.id = d.dismissed_by \
         WHERE d.cohort_id = $1 ORDER BY d.id",
        values![cohort_id],
    )
    .await?;
    let dismissed: BTreeMap<(Option<i64>, String), Dismissed> = rows
        .into_iter()
        .map(|row| ((row.session_id, row.finding_key), Dismissed { reason: row.reason, by: row.by, at: row.dismissed_at }))
        .collect();
    let with = |found: Found| {
        let dismissed = dismissed.get(&(found.session, found.key.clone())).cloned();
        Checked { found, dismissed }
    };
    Ok(found.into_iter().map(with).collect())
}

// ---- dismissing ------------------------------------------------------------------------------------------------------

/// What somebody said of a finding, and which one it is.
#[derive(Debug, Clone, Copy)]
pub struct TypedDismissal<'a> {
    /// `None`: of what invites to the cohort; the key tells which text.
    pub session: Option<i64>,
    pub key: &'a str,
    /// As it was shown.
    pub phrase: &'a str,
    pub reason: &'a str,
}

/// Why a finding was not dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DismissalRefusal {
    Field(FieldRefusal),
    /// The words were changed meanwhile, or the term list was.
    Gone,
}

impl Refusal for DismissalRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Field(_) => "field",
            Self::Gone => "gone",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Field(why) => why.sentence.clone(),
            Self::Gone => "These words are no longer found there, so there is nothing to dismiss. This is what is found now.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Field(why) => Some(why.field),
            Self::Gone => None,
        }
    }
}

/// What dismissing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dismissal {
    Made,
    /// It was dismissed before; that reason stands.
    Stood,
}

/// Lets a finding stand, for a reason. It is kept by place and words: other words there are a new finding.
///
/// # Errors
/// There is no reason, or nothing like it is found there any more.
pub async fn dismiss(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    cohort_id: i64,
    typed: TypedDismissal<'_>,
) -> Result<Dismissal, Halt<DismissalRefusal>> {
    let reason = reason_to_dismiss(typed.reason).map_err(|why| Halt::Refused(DismissalRefusal::Field(why)))?;
    let txn = db.write().await?;
    let Some(row) = cohort::Entity::find_by_id(cohort_id).lock_exclusive().one(&*txn).await? else {
        return refuse(DismissalRefusal::Gone);
    };
    let lists = lists(&*txn).await?;
    let found = match typed.session {
        None => inviting(&*txn, &row, &lists).await?,
        Some(id) => match list(&*txn, cohort_id).await?.into_iter().find(|session| session.id == id) {
            Some(session) => check_session(&session.version()?, &lists),
            None => Vec::new(),
        },
    };
    let phrase = contact::one_line(typed.phrase);
    let Some(found) = found.into_iter().find(|found| found.key == typed.key && found.phrase == phrase) else {
        return refuse(DismissalRefusal::Gone);
    };
    let here = match found.session {
        Some(id) => finding_dismissal::Column::SessionId.eq(id),
        None => finding_dismissal::Column::SessionId.is_null(),
    };
    let stands = finding_dismissal::Entity::find()
        .filter(finding_dismissal::Column::CohortId.eq(cohort_id))
        .filter(finding_dismissal::Column::FindingKey.eq(&found.key))
        .filter(here)
        .one(&*txn)
        .await?;
    if stands.is_some() {
        return Ok(Dismissal::Stood);
    }
    let made = finding_dismissal::ActiveModel {
        cohort_id: Set(cohort_id),
        session_id: Set(found.session),
        finding_key: Set(found.key),
        phrase: Set(found.phrase.clone()),
        reason: Set(reason.clone()),
        dismissed_by: Set(actor.staff()),
        dismissed_at: Set(now),
        ..Default::default()
    }
    .insert(&*txn)
    .await?;
    let entry = Entry {
        actor,
        act: "dismiss",
        object: "finding",
        object_id: made.id,
        cohort: Some(cohort_id),
        before: format!("“{}” in {}", found.phrase, found.place),
        after: reason,
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(Dismissal::Made)
}
