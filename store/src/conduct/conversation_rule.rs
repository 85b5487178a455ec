//! Versions of the conversation rule: drafted, published once in every language, never changed; and the cohorts that
//! are moved to a new one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::conduct::acknowledgement::educator_key;
use domain::conduct::conversation_rule::{Language, RuleText, RuleTexts};
use domain::refusal::{FieldRefusal, Refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::conduct::acknowledgement;
use crate::entity::{cohort, rule_draft, rule_translation, rule_version};
use crate::halt::{refuse, word};
use crate::history::{self, Actor, Entry};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// One version, with how many people acknowledged it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Version {
    pub number: i32,
    pub body: String,
    pub content_hash: String,
    pub published_at: DateTime<Utc>,
    pub by: Option<String>,
    pub acknowledged: i64,
    pub cohorts: i64,
}

const SELECT: &str = "SELECT v.number, v.body, v.content_hash, v.published_at, s.name AS by, \
    (SELECT count(*) FROM acknowledgement k WHERE k.rule_version_id = v.id) AS acknowledged, (SELECT count(*) FROM cohort c WHERE c.rule_version_id = v.id) AS cohorts \
    FROM rule_version v LEFT JOIN staff s ON s.id = v.published_by";

/// Newest first.
///
/// # Errors
/// The database.
pub async fn list(db: &Db) -> Result<Vec<Version>, DbErr> {
    sql::all(db.read(), &format!("{SELECT} ORDER BY v.number DESC"), values![]).await
}

/// One version by its number.
///
/// # Errors
/// The database.
pub async fn get(db: &Db, number: i32) -> Result<Option<Version>, DbErr> {
    sql::one(db.read(), &format!("{SELECT} WHERE v.number = $1"), values![number]).await
}

/// One version in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub language: Language,
    pub body: String,
    pub content_hash: String,
}

/// A version in every language it has, English first; empty when there is no such version.
///
/// # Errors
/// The database.
pub async fn texts(db: &Db, number: i32) -> Result<Vec<Text>, Fault> {
    texts_in(db.read(), number).await
}

pub(crate) async fn texts_in(db: &impl ConnectionTrait, number: i32) -> Result<Vec<Text>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        language: String,
        body: String,
        content_hash: String,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT 'en' AS language, v.body, v.content_hash FROM rule_version v WHERE v.number = $1 UNION ALL \
         SELECT t.language, t.body, t.content_hash FROM rule_translation t JOIN rule_version v ON v.id = t.rule_version_id WHERE v.number = $1",
        values![number],
    )
    .await?;
    let mut texts = rows
        .into_iter()
        .map(|row| {
            Ok(Text { language: word(Language::parse(&row.language), &row.language)?, body: row.body, content_hash: row.content_hash })
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    texts.sort_by_key(|text| text.language);
    Ok(texts)
}

/// The hash of each language, as the rules compare them.
pub(crate) fn hashes(texts: &[Text]) -> Vec<(Language, String)> {
    texts.iter().map(|text| (text.language, text.content_hash.clone())).collect()
}

/// Why a version was not saved or published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleRefusal {
    Fields(Vec<FieldRefusal>),
    /// Somebody saved the draft meanwhile.
    Stale,
    /// The draft is not the one that was previewed.
    Changed,
    /// Nobody has written a draft, or it was published.
    NoDraft,
    /// Every language of it reads as in this version, which stands.
    NothingNew(i32),
    /// A version stands: the next one is written from all its languages.
    NotWhole(i32),
}

impl Refusal for RuleRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Stale => "stale",
            Self::Changed => "changed",
            Self::NoDraft => "no-draft",
            Self::NothingNew(_) => "nothing-new",
            Self::NotWhole(_) => "not-whole",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stale => {
                "Somebody saved this draft while you were typing. Your text is in the form, theirs is beside it. Save again to keep yours."
                    .into()
            }
            Self::Changed => "The draft was changed while you looked at it. This is how it reads now: look once more, then publish.".into(),
            Self::NoDraft => "There is no draft any more: it was published already, or nobody has written one.".into(),
            Self::NothingNew(number) => format!(
                "Nothing was published: every language reads as in version {number}. To let a cohort keep to it, choose it in the cohort’s settings."
            ),
            Self::NotWhole(number) => format!(
                "Nothing was published: version {number} stands. Write the next one here, in each of its languages, and look at it first."
            ),
        }
    }
}

/// A saved part of the next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftText {
    pub language: Language,
    /// Empty when the next version does without this language.
    pub body: String,
    pub revision: i32,
    pub saved_at: DateTime<Utc>,
    pub by: Option<String>,
}

/// The next version while it is written, beside the one that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// The number it will have.
    pub next: i32,
    /// The newest version's words; empty before the first.
    pub standing: Vec<Text>,
    /// What is saved of the next; empty until somebody has.
    pub drafts: Vec<DraftText>,
}

impl Writing {
    /// What the draft says in a language, and its revision (0 before it is saved). Before there is a draft, the words of
    /// the version that stands are what one begins from.
    #[must_use]
    pub fn field(&self, language: Language) -> (&str, i32) {
        if let Some(draft) = self.drafts.iter().find(|draft| draft.language == language) {
            return (&draft.body, draft.revision);
        }
        let stands = self.standing.iter().find(|text| text.language == language).filter(|_| self.drafts.is_empty());
        (stands.map_or("", |text| &text.body), 0)
    }

    /// Whether every language of a text reads as in the version that stands.
    #[must_use]
    pub fn says_nothing_new(&self, texts: &RuleTexts) -> bool {
        texts.says_nothing_new(&hashes(&self.standing))
    }

    /// The draft as it would be published; `None` while there is none.
    #[must_use]
    pub fn texts(&self) -> Option<RuleTexts> {
        let bodies: Vec<(Language, &str)> = self.drafts.iter().map(|draft| (draft.language, draft.body.as_str())).collect();
        if bodies.is_empty() { None } else { RuleTexts::parse(&bodies).ok() }
    }
}

/// The next version as it stands now.
///
/// # Errors
/// The database.
pub async fn writing(db: &Db) -> Result<Writing, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        language: String,
        body: String,
        revision: i32,
        saved_at: DateTime<Utc>,
        by: Option<String>,
    }
    let newest = sql::number(db.read(), "SELECT coalesce(CAST(max(number) AS BIGINT), 0) AS n FROM rule_version", values![]).await? as i32;
    let standing = texts(db, newest).await?;
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT d.language, d.body, d.revision, d.saved_at, s.name AS by FROM rule_draft d LEFT JOIN staff s ON s.id = d.saved_by",
        values![],
    )
    .await?;
    let mut drafts = rows
        .into_iter()
        .map(|row| {
            let language = word(Language::parse(&row.language), &row.language)?;
            Ok(DraftText { language, body: row.body, revision: row.revision, saved_at: row.saved_at, by: row.by })
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    drafts.sort_by_key(|draft| draft.language);
    Ok(Writing { next: newest + 1, standing, drafts })
}

/// What somebody typed of the next version, in one language.
#[derive(Debug, Clone, Copy)]
pub struct TypedText<'a> {
    pub language: Language,
    pub body: &'a str,
    /// The revision that was on the page; 0 when nothing was saved yet.
    pub revision: i32,
}

/// Saves the draft of the next version: every language at once, so that nobody previews half of it.
///
/// # Errors
/// Every text that is no rule, or somebody saved meanwhile.
pub async fn save_draft(db: &Db, now: DateTime<Utc>, actor: Actor, typed: &[TypedText<'_>]) -> Result<(), Halt<RuleRefusal>> {
    let bodies: Vec<(Language, &str)> = typed.iter().map(|text| (text.language, text.body)).collect();
    let texts = RuleTexts::parse(&bodies).map_err(|wrong| Halt::Refused(RuleRefusal::Fields(wrong)))?;
    let by = actor.staff();
    let txn = db.write().await?;
    let mut saved = Vec::new();
    for typed in typed {
        let body = texts.get(typed.language).map_or("", |text| text.body.as_str());
        let stands = rule_draft::Entity::find_by_id(typed.language.as_str().to_owned()).lock_exclusive().one(&*txn).await?;
        if stands.as_ref().map_or(0, |row| row.revision) != typed.revision {
            return refuse(RuleRefusal::Stale);
        }
        match stands {
            Some(row) if row.body == body => {}
            Some(row) => {
                rule_draft::ActiveModel {
                    language: Set(row.language),
                    body: Set(body.to_owned()),
                    revision: Set(row.revision + 1),
                    saved_at: Set(now),
                    saved_by: Set(by),
                }
                .update(&*txn)
                .await?;
                saved.push(typed.language.as_str());
            }
            None if body.is_empty() => {}
            None => {
                // Of two who begin at once, one is told of the other.
                let made = sql::run(
                    &*txn,
                    "INSERT INTO rule_draft (language, body, revision, saved_at, saved_by) VALUES ($1, $2, 1, $3, $4) ON CONFLICT (language) DO NOTHING",
                    values![typed.language.as_str(), body, now, by],
                )
                .await?;
                if made.rows_affected() == 0 {
                    return refuse(RuleRefusal::Stale);
                }
                saved.push(typed.language.as_str());
            }
        }
    }
    if saved.is_empty() {
        return Ok(());
    }
    let entry = Entry {
        actor,
        act: "save the draft",
        object: "conversation rule",
        object_id: 0,
        cohort: None,
        before: String::new(),
        after: saved.join(", "),
    };
    history::record(&*txn, now, entry).await?;
    txn.commit().await?;
    Ok(())
}

/// A cohort that may be moved to a new version, and how many people would be asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movable {
    pub cohort: i64,
    pub title: String,
    pub program: String,
    pub rule: Option<i32>,
    pub people: u32,
}

/// Cohorts that are not over, the next first; only of this owner's programs when one is given. `asker` is not counted:
/// they know.
///
/// # Errors
/// The database.
pub async fn movable(db: &Db, owner: Option<i64>, asker: i64) -> Result<Vec<Movable>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        title: String,
        program: String,
        rule: Option<i32>,
        people: i64,
    }
    #[derive(FromQueryResult)]
    struct Teaching {
        cohort_id: i64,
        educators: String,
    }
    #[derive(FromQueryResult)]
    struct Reachable {
        cohort_id: i64,
        name_key: String,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT c.id, c.title, p.title AS program, v.number AS rule, (SELECT count(*) FROM registration r WHERE r.cohort_id = c.id AND r.state = 'confirmed') \
         + (SELECT count(*) FROM staff s WHERE s.active AND s.id <> $2 AND (s.id = p.owner_id \
         OR EXISTS (SELECT 1 FROM session_facilitator f JOIN session t ON t.id = f.session_id WHERE t.cohort_id = c.id AND NOT t.cancelled AND f.staff_id = s.id) \
         OR EXISTS (SELECT 1 FROM observer o WHERE o.cohort_id = c.id AND o.staff_id = s.id))) AS people \
         FROM cohort c JOIN program p ON p.id = c.program_id LEFT JOIN rule_version v ON v.id = c.rule_version_id \
         WHERE c.state NOT IN ('completed', 'cancelled') AND ($1 = 0 OR p.owner_id = $1) ORDER BY c.first_day, c.id LIMIT 200",
        values![owner.unwrap_or(0), asker],
    )
    .await?;
    let live = "FROM cohort c JOIN program p ON p.id = c.program_id";
    let within = "c.state NOT IN ('completed', 'cancelled') AND ($1 = 0 OR p.owner_id = $1)";
    let teaching: Vec<Teaching> = sql::all(
        db.read(),
        &format!("SELECT t.cohort_id, t.educators {live} JOIN session t ON t.cohort_id = c.id WHERE NOT t.cancelled AND t.educators <> '' AND {within}"),
        values![owner.unwrap_or(0)],
    )
    .await?;
    let reachable: Vec<Reachable> = sql::all(
        db.read(),
        &format!("SELECT e.cohort_id, e.name_key {live} JOIN educator e ON e.cohort_id = c.id WHERE e.email IS NOT NULL AND {within}"),
        values![owner.unwrap_or(0)],
    )
    .await?;
    let teaching: BTreeSet<(i64, String)> =
        teaching.iter().flat_map(|row| row.educators.lines().map(|name| (row.cohort_id, educator_key(name)))).collect();
    let mut educators: BTreeMap<i64, u32> = BTreeMap::new();
    for row in reachable.into_iter().filter(|row| teaching.contains(&(row.cohort_id, row.name_key.clone()))) {
        *educators.entry(row.cohort_id).or_default() += 1;
    }
    let movable = rows.into_iter().map(|row| Movable {
        people: row.people as u32 + educators.get(&row.id).copied().unwrap_or(0),
        cohort: row.id,
        title: row.title,
        program: row.program,
        rule: row.rule,
    });
    Ok(movable.collect())
}

/// The number of the version that says exactly this, in exactly these languages.
///
/// # Errors
/// The database.
pub async fn already_says(db: &Db, texts: &RuleTexts) -> Result<Option<i32>, DbErr> {
    Ok(same_words(db.read(), texts).await?.map(|row| row.number))
}

async fn same_words(db: &impl ConnectionTrait, texts: &RuleTexts) -> Result<Option<rule_version::Model>, DbErr> {
    let wanted: BTreeMap<&str, &str> = texts.translations.iter().map(|(language, text)| (language.as_str(), text.hash.as_str())).collect();
    let same_english = rule_version::Entity::find()
        .filter(rule_version::Column::ContentHash.eq(&texts.english.hash))
        .order_by_desc(rule_version::Column::Number)
        .all(db)
        .await?;
    for row in same_english {
        let found = rule_translation::Entity::find().filter(rule_translation::Column::RuleVersionId.eq(row.id)).all(db).await?;
        let found: BTreeMap<&str, &str> = found.iter().map(|text| (text.language.as_str(), text.content_hash.as_str())).collect();
        if found == wanted {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Publishes the next version in English alone; answers its number. The same text as a standing version is that version.
///
/// # Errors
/// The text is no rule.
pub async fn publish(db: &Db, now: DateTime<Utc>, actor: Actor, typed: &str) -> Result<i32, Halt<FieldRefusal>> {
    let english = match RuleText::parse(typed) {
        Ok(text) => text,
        Err(why) => return refuse(why),
    };
    let txn = db.write().await?;
    let (row, made) = insert(&*txn, now, actor, &RuleTexts { english, translations: Vec::new() }).await?;
    if made {
        txn.commit().await?;
    }
    Ok(row.number)
}

/// What publishing a draft came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    pub number: i32,
    /// `false` when a standing version says the same.
    pub made: bool,
    /// Cohorts that name it now and did not before.
    pub cohorts: u32,
    /// People written to.
    pub asked: u32,
}

/// Publishes the draft, in every language at once, moves `cohorts` to it, and asks everybody concerned there again.
/// `previewed` is the fingerprint of what was on the page.
///
/// # Errors
/// There is no draft, it is no longer the one that was previewed, or it says what the newest version says.
pub async fn publish_draft(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    previewed: &str,
    cohorts: &[i64],
) -> Result<Published, Halt<RuleRefusal>> {
    let txn = db.write().await?;
    let mut rows = Vec::new();
    for id in cohorts.iter().copied().collect::<BTreeSet<_>>() {
        rows.extend(cohort::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?);
    }
    let drafts = rule_draft::Entity::find().lock_exclusive().all(&*txn).await?;
    let mut bodies = Vec::new();
    for draft in &drafts {
        bodies.push((word(Language::parse(&draft.language), &draft.language)?, draft.body.as_str()));
    }
    if bodies.is_empty() {
        return refuse(RuleRefusal::NoDraft);
    }
    let texts = RuleTexts::parse(&bodies).map_err(|wrong| Halt::Refused(RuleRefusal::Fields(wrong)))?;
    if texts.fingerprint() != previewed {
        return refuse(RuleRefusal::Changed);
    }
    let newest = rule_version::Entity::find().order_by_desc(rule_version::Column::Number).one(&*txn).await?;
    if let Some(newest) = newest
        && texts.says_nothing_new(&hashes(&texts_in(&*txn, newest.number).await?))
    {
        return refuse(RuleRefusal::NothingNew(newest.number));
    }
    let (version, made) = insert(&*txn, now, actor, &texts).await?;
    rule_draft::Entity::delete_many().exec(&*txn).await?;
    let mut published = Published { number: version.number, made, cohorts: 0, asked: 0 };
    for row in rows {
        if let Some(asked) = move_cohort(&*txn, now, actor, row, &version).await? {
            published.cohorts += 1;
            published.asked += asked;
        }
    }
    txn.commit().await?;
    Ok(published)
}

/// The version with these words, made when no version has them; and whether it was made.
async fn insert(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    texts: &RuleTexts,
) -> Result<(rule_version::Model, bool), DbErr> {
    if let Some(stands) = same_words(txn, texts).await? {
        return Ok((stands, false));
    }
    let last = rule_version::Entity::find().order_by_desc(rule_version::Column::Number).one(txn).await?;
    let row = rule_version::ActiveModel {
        number: Set(last.map_or(1, |last| last.number + 1)),
        body: Set(texts.english.body.clone()),
        content_hash: Set(texts.english.hash.clone()),
        published_at: Set(now),
        published_by: Set(actor.staff()),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    for (language, text) in &texts.translations {
        rule_translation::ActiveModel {
            rule_version_id: Set(row.id),
            language: Set(language.as_str().to_owned()),
            body: Set(text.body.clone()),
            content_hash: Set(text.hash.clone()),
        }
        .insert(txn)
        .await?;
    }
    let entry = Entry {
        actor,
        act: "publish",
        object: "conversation rule",
        object_id: row.id,
        cohort: None,
        before: String::new(),
        after: texts.iter().map(|(language, text)| format!("{language} {}", text.hash)).collect::<Vec<_>>().join("; "),
    };
    history::record(txn, now, entry).await?;
    Ok((row, true))
}

/// Lets a cohort name another version and asks everybody concerned; `None` when it names it already or is over. The
/// cohort is locked.
async fn move_cohort(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    row: cohort::Model,
    version: &rule_version::Model,
) -> Result<Option<u32>, Fault> {
    let state = word(domain::cohort::State::parse(&row.state), &row.state)?;
    if row.rule_version_id == Some(version.id) || !domain::conduct::acknowledgement::is_asked(state) {
        return Ok(None);
    }
    let before = match row.rule_version_id {
        Some(id) => rule_version::Entity::find_by_id(id).one(txn).await?.map_or_else(String::new, |before| before.number.to_string()),
        None => String::new(),
    };
    let moved = cohort::ActiveModel {
        id: Set(row.id),
        rule_version_id: Set(Some(version.id)),
        revision: Set(row.revision + 1),
        ..Default::default()
    }
    .update(txn)
    .await?;
    let entry = Entry {
        actor,
        act: "name a rule version",
        object: "cohort",
        object_id: moved.id,
        cohort: Some(moved.id),
        before,
        after: version.number.to_string(),
    };
    history::record(txn, now, entry).await?;
    acknowledgement::ask_everybody(txn, now, actor, &moved).await.map(Some)
}
