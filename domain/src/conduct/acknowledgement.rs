//! Who has to acknowledge the conversation rule, what counts as having done so, and what waits for it.

use std::collections::BTreeSet;

use crate::cohort::State as CohortState;
use crate::conduct::conversation_rule::Language;
use crate::contact;
use crate::refusal::{FieldRefusal, Refusal};

crate::text_enum! {
    /// Why somebody has to acknowledge the version a cohort names.
    pub enum Duty {
        Executive = "executive",
        Facilitator = "facilitator",
        Owner = "owner",
        Observer = "observer",
        Educator = "educator",
    }
}

impl Duty {
    /// As a page says it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Executive => "executive",
            Self::Facilitator => "facilitator",
            Self::Owner => "program owner",
            Self::Observer => "observer",
            Self::Educator => "educator",
        }
    }
}

/// Somebody who has a duty: one of three kinds of people, by the id of their row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    Person(i64),
    Staff(i64),
    Educator(i64),
}

impl Holder {
    /// Reads `person-4`, `staff-4`, `educator-4`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let (kind, id) = word.split_once('-')?;
        let id = id.parse().ok()?;
        match kind {
            "person" => Some(Self::Person(id)),
            "staff" => Some(Self::Staff(id)),
            "educator" => Some(Self::Educator(id)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person-{id}"),
            Self::Staff(id) => write!(f, "staff-{id}"),
            Self::Educator(id) => write!(f, "educator-{id}"),
        }
    }
}

/// How somebody stands towards the version a cohort names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The cohort names no version: there is nothing to acknowledge.
    NothingNamed,
    Acknowledged,
    /// The newest other version they acknowledged, if any.
    Missing {
        other: Option<u32>,
    },
}

/// Only the very version the cohort names counts, not an older or a newer one.
#[must_use]
pub fn standing(named: Option<u32>, acknowledged: &[u32]) -> Standing {
    match named {
        None => Standing::NothingNamed,
        Some(version) if acknowledged.contains(&version) => Standing::Acknowledged,
        Some(_) => Standing::Missing { other: acknowledged.iter().copied().max() },
    }
}

/// Somebody is not assigned to a cohort before they have acknowledged the version it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignRefusal {
    pub name: String,
    pub version: u32,
}

impl Refusal for AssignRefusal {
    fn code(&self) -> &'static str {
        "not-acknowledged"
    }

    fn sentence(&self) -> String {
        format!("{} has not acknowledged version {} of the conversation rule. Remind them, then add them here.", self.name, self.version)
    }
}

/// Whether host staff may be assigned to a cohort that names a version.
///
/// # Errors
/// They have not acknowledged it.
pub fn may_assign(name: &str, named: Option<u32>, acknowledged: &[u32]) -> Result<(), AssignRefusal> {
    match (named, standing(named, acknowledged)) {
        (Some(version), Standing::Missing { .. }) => Err(AssignRefusal { name: name.to_owned(), version }),
        _ => Ok(()),
    }
}

/// Whether people of a cohort are still asked to acknowledge.
#[must_use]
pub const fn is_asked(cohort: CohortState) -> bool {
    !matches!(cohort, CohortState::Completed | CohortState::Cancelled)
}

/// By what an educator is known in a cohort: their name, whatever its case and spaces.
#[must_use]
pub fn educator_key(name: &str) -> String {
    contact::one_line(name).to_lowercase()
}

/// Which educators' names of a session a release announces, and which wait for an acknowledgement. `acknowledged` holds
/// the keys of those who acknowledged the version `named`, `stand` the names the last release announced there: a new
/// version asks them again, and takes nobody out of an agenda people have.
#[must_use]
pub fn announced<'a>(
    named: Option<u32>,
    acknowledged: &BTreeSet<String>,
    stand: &BTreeSet<String>,
    names: &[&'a str],
) -> (Vec<&'a str>, Vec<&'a str>) {
    names.iter().copied().partition(|name| {
        let key = educator_key(name);
        named.is_none() || acknowledged.contains(&key) || stand.contains(&key)
    })
}

/// What a release says of a name it leaves out.
#[must_use]
pub fn not_announced(name: &str, session: &str, version: u32) -> String {
    format!("{name} is not announced yet in “{session}”: no acknowledgement of version {version}. Ask them under “The rule”.")
}

/// What stands when somebody acknowledges.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub ticked: bool,
    /// The version that is to be acknowledged: what the cohort names now, or, for staff, the version they read.
    pub named: Option<u32>,
    /// The version and the hash of the words that were on the page.
    pub shown: u32,
    pub hash: &'a str,
    /// The hash of the version `named` in each of its languages.
    pub texts: &'a [(Language, String)],
}

/// Acknowledges; answers in which language.
///
/// # Errors
/// The first reason that stands in the way.
pub fn acknowledge(facts: &Facts<'_>) -> Result<Language, AcknowledgeRefusal> {
    let Some(named) = facts.named else { return Err(AcknowledgeRefusal::NothingNamed) };
    if facts.shown != named {
        return Err(AcknowledgeRefusal::Renewed { current: named });
    }
    if !facts.ticked {
        return Err(AcknowledgeRefusal::NotTicked);
    }
    language_of(facts.texts, facts.hash).ok_or(AcknowledgeRefusal::OtherWords { version: named })
}

/// The language of words, by their hash; `None` when a version never had these words.
#[must_use]
pub fn language_of(texts: &[(Language, String)], hash: &str) -> Option<Language> {
    texts.iter().find(|(_, known)| known == hash).map(|(language, _)| *language)
}

/// What the manager holds when an acknowledgement was given on paper.
///
/// # Errors
/// A sentence for `evidence`.
pub fn evidence(typed: &str) -> Result<String, FieldRefusal> {
    let text = contact::paragraphs("evidence", typed, 500)?;
    if text.chars().count() < 5 {
        return Err(FieldRefusal::new(
            "evidence",
            "Say what you hold and where it is kept, such as “signed copy of 12 March, program folder”.",
        ));
    }
    Ok(text)
}

/// Why nothing was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcknowledgeRefusal {
    NotTicked,
    /// Another version stands than the one that was on the page.
    Renewed {
        current: u32,
    },
    /// The words on the page were never this version's.
    OtherWords {
        version: u32,
    },
    NothingNamed,
    /// The private link was replaced.
    LinkOver,
    /// The person or the educator is gone.
    Unknown,
    Field(FieldRefusal),
}

impl Refusal for AcknowledgeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotTicked => "not-ticked",
            Self::Renewed { .. } => "rule-renewed",
            Self::OtherWords { .. } => "other-words",
            Self::NothingNamed => "nothing-named",
            Self::LinkOver => "link-over",
            Self::Unknown => "unknown",
            Self::Field(_) => "field",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotTicked => "Tick the box to say that you have read the conversation rule and will keep it.".into(),
            Self::Renewed { current } => {
                format!("The conversation rule was renewed while you read. Version {current} holds now: read it, then acknowledge it.")
            }
            Self::OtherWords { version } => {
                format!("The page did not show the words of version {version}. Read them here, then acknowledge them.")
            }
            Self::NothingNamed => "There is no version of the conversation rule to acknowledge yet.".into(),
            Self::LinkOver => "Nothing was changed: that link has been replaced. Open the newest mail you have from us.".into(),
            Self::Unknown => "They are no longer part of this cohort. Reload the page.".into(),
            Self::Field(why) => why.sentence.clone(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotTicked => Some("ack"),
            Self::Field(why) => Some(why.field),
            _ => None,
        }
    }
}

/// Why nobody was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemindRefusal {
    NothingNamed,
    Over,
    /// Whoever was meant has acknowledged it, or has no duty here.
    Nobody {
        version: u32,
    },
    /// This educator has no e-mail address yet.
    NoAddress {
        name: String,
    },
    /// None of those who are missing has an e-mail address.
    NoAddresses,
    Unknown,
}

impl Refusal for RemindRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingNamed => "nothing-named",
            Self::Over => "over",
            Self::Nobody { .. } => "nobody",
            Self::NoAddress { .. } | Self::NoAddresses => "no-address",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NothingNamed => "This cohort names no version of the conversation rule yet. Choose one in its settings.".into(),
            Self::Over => "This cohort is over, so nobody is asked any more.".into(),
            Self::Nobody { version } => format!("Nobody has to be written to: version {version} is acknowledged."),
            Self::NoAddress { name } => format!("Enter an e-mail address for {name}; asking them is the same button."),
            Self::NoAddresses => {
                "Nobody was written to: the educators who are missing have no e-mail address yet. Enter it beside their name.".into()
            }
            Self::Unknown => "This cohort is gone. Reload the list.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_version_counts() {
        for (named, acknowledged, expect, assigned) in [
            (None, &[][..], Standing::NothingNamed, true),
            (None, &[1], Standing::NothingNamed, true),
            (Some(2), &[2], Standing::Acknowledged, true),
            (Some(2), &[1, 2, 3], Standing::Acknowledged, true),
            (Some(2), &[], Standing::Missing { other: None }, false),
            (Some(2), &[1], Standing::Missing { other: Some(1) }, false),
            (Some(2), &[1, 3], Standing::Missing { other: Some(3) }, false),
        ] {
            assert_eq!(standing(named, acknowledged), expect, "{named:?} {acknowledged:?}");
            assert_eq!(may_assign("Nora Vik", named, acknowledged).is_ok(), assigned, "{named:?} {acknowledged:?}");
        }
        assert_eq!(
            may_assign("Nora Vik", Some(2), &[1]).unwrap_err().sentence(),
            "Nora Vik has not acknowledged version 2 of the conversation rule. Remind them, then add them here."
        );
    }

    #[test]
    fn holders_are_words_in_forms() {
        for holder in [Holder::Person(4), Holder::Staff(12), Holder::Educator(1)] {
            assert_eq!(Holder::parse(&holder.to_string()), Some(holder));
        }
        for word in ["", "all", "person", "person-", "person-x", "lead-4"] {
            assert_eq!(Holder::parse(word), None, "{word}");
        }
    }

    #[test]
    fn acknowledging() {
        let texts = [(Language::English, "aa".to_owned()), (Language::German, "bb".to_owned())];
        let facts = Facts { ticked: true, named: Some(2), shown: 2, hash: "aa", texts: &texts };
        for (what, facts, expect) in [
            ("as it should be", facts.clone(), Ok(Language::English)),
            ("in German", Facts { hash: "bb", ..facts.clone() }, Ok(Language::German)),
            ("no box ticked", Facts { ticked: false, ..facts.clone() }, Err(AcknowledgeRefusal::NotTicked)),
            (
                "an older version, no box",
                Facts { ticked: false, shown: 1, ..facts.clone() },
                Err(AcknowledgeRefusal::Renewed { current: 2 }),
            ),
            ("a newer version", Facts { shown: 3, ..facts.clone() }, Err(AcknowledgeRefusal::Renewed { current: 2 })),
            ("words of another", Facts { hash: "cc", ..facts.clone() }, Err(AcknowledgeRefusal::OtherWords { version: 2 })),
            ("no words", Facts { hash: "", ..facts.clone() }, Err(AcknowledgeRefusal::OtherWords { version: 2 })),
            ("nothing named", Facts { named: None, ..facts.clone() }, Err(AcknowledgeRefusal::NothingNamed)),
        ] {
            assert_eq!(acknowledge(&facts), expect, "{what}");
        }
    }

    #[test]
    fn an_educator_is_announced_once_they_have_acknowledged() {
        let acknowledged = BTreeSet::from([educator_key(" Dr.  Mei TANAKA ")]);
        let names = ["Dr. Mei Tanaka", "Prof. Kofi Mensah"];
        assert_eq!(announced(Some(2), &acknowledged, &BTreeSet::new(), &names), (vec!["Dr. Mei Tanaka"], vec!["Prof. Kofi Mensah"]));
        assert_eq!(announced(None, &BTreeSet::new(), &BTreeSet::new(), &names), (names.to_vec(), vec![]));
        assert_eq!(announced(Some(1), &BTreeSet::new(), &BTreeSet::new(), &names), (vec![], names.to_vec()));
        let stands = BTreeSet::from([educator_key("prof. kofi  Mensah")]);
        assert_eq!(announced(Some(3), &BTreeSet::new(), &stands, &names), (vec!["Prof. Kofi Mensah"], vec!["Dr. Mei Tanaka"]));
    }

    #[test]
    fn nobody_is_asked_once_a_cohort_is_over() {
        let asked: Vec<&str> = CohortState::ALL.iter().filter(|state| is_asked(**state)).map(|state| state.as_str()).collect();
        assert_eq!(asked, ["draft", "inviting", "closed", "running"]);
    }

    #[test]
    fn paper_needs_evidence() {
        assert_eq!(evidence(" ok ").unwrap_err().field, "evidence");
        assert_eq!(evidence(" Signed copy, folder 3 ").unwrap(), "Signed copy, folder 3");
    }
}
