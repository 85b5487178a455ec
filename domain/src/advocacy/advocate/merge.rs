//! Two records of one person made one: whether that may be, and what becomes of what only one of them can have.
//!
//! Everything of the one who goes becomes the other's: nothing is lost, and it is not undone. Consents are never carried over
//! by staff, so the one who gave some is the one who stays. Two who were named for the same cohort are two people, as far as
//! that cohort's seats, calendars and report go, and stay two. Of the limits both set for themselves the stricter holds: see
//! `own_limit::Limits::and`.

use crate::advocacy::advocate::{Advocate, Handle, HandleKind, united};
use crate::refusal::Refusal;

/// One of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    pub name: String,
    /// Merged into somebody already.
    pub merged: bool,
    /// Everything about them was forgotten.
    pub forgotten: bool,
    /// They asked to be forgotten, and it is not done.
    pub wishes_to_be_forgotten: bool,
    /// They gave or withdrew a consent of their own.
    pub consents: bool,
}

/// What the decision follows from. A party is `None` when nobody of that number is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeFacts {
    pub keep: Option<Party>,
    pub gone: Option<Party>,
    /// They are one and the same row.
    pub same: bool,
    /// The titles of the cohorts both were named for.
    pub invited: Vec<String>,
    /// The titles of the cohorts for which both acknowledged the same version of the conversation rule.
    pub acknowledged: Vec<String>,
}

/// One reason why two are not made one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeReason {
    Unknown,
    Same,
    Merged {
        name: String,
    },
    Forgotten,
    WishStands {
        name: String,
    },
    BothInvited {
        cohorts: Vec<String>,
    },
    BothAcknowledged {
        cohorts: Vec<String>,
    },
    /// Only the one who would go gave consents.
    KeepTheOther {
        gone: String,
    },
    BothConsented {
        keep: String,
        gone: String,
    },
    /// What the reader may not know of.
    Confidential,
}

impl MergeReason {
    fn sentence(&self) -> String {
        match self {
            Self::Unknown => "One of the two is not known here. Go back to the list and choose again.".into(),
            Self::Same => "These are the same person already. Choose another one.".into(),
            Self::Merged { name } => format!("{name} was made one with somebody else already. Choose the one who is left."),
            Self::Forgotten => "Everything about one of the two was forgotten, so nothing is left to bring over.".into(),
            Self::WishStands { name } => format!("{name} asked to be forgotten. See to that first."),
            Self::BothInvited { cohorts } => {
                format!("Both were named for {}. Their seats there stay two, so they stay two people.", listed(cohorts))
            }
            Self::BothAcknowledged { cohorts } => {
                format!(
                    "Both acknowledged the same conversation rule for {}. That record stays as it is, so they stay two.",
                    listed(cohorts)
                )
            }
            Self::KeepTheOther { gone } => {
                format!("{gone} gave consents of their own, and staff never carry consents over. Choose {gone} as the one who stays.")
            }
            Self::BothConsented { keep, gone } => {
                format!("{keep} and {gone} each gave consents of their own, and staff never carry consents over, so they stay two.")
            }
            Self::Confidential => "Something confidential keeps them apart. Ask an admin, who can see what it is.".into(),
        }
    }

    /// Whether only those who are shown cohorts may read it.
    const fn is_confidential(&self) -> bool {
        matches!(self, Self::BothInvited { .. } | Self::BothAcknowledged { .. })
    }
}

/// `“Spring cohort” and “Autumn cohort”`
fn listed(titles: &[String]) -> String {
    let quoted: Vec<String> = titles.iter().map(|title| format!("“{title}”")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Why two are not made one: every reason, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRefusal(Vec<MergeReason>);

impl MergeRefusal {
    /// Every reason, in the order they were met.
    #[must_use]
    pub fn reasons(&self) -> &[MergeReason] {
        &self.0
    }

    /// The same refusal for a reader who may not know of cohorts: that there is a reason is left, and not which.
    #[must_use]
    pub fn as_seen_by(self, shows_cohorts: bool) -> Self {
        if shows_cohorts || !self.0.iter().any(MergeReason::is_confidential) {
            return self;
        }
        let mut reasons: Vec<MergeReason> = self.0.into_iter().filter(|reason| !reason.is_confidential()).collect();
        reasons.push(MergeReason::Confidential);
        Self(reasons)
    }

    /// A sentence for each reason.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        self.0.iter().map(MergeReason::sentence).collect()
    }
}

impl Refusal for MergeRefusal {
    fn code(&self) -> &'static str {
        match self.0.first() {
            Some(MergeReason::Unknown) | None => "unknown",
            Some(MergeReason::Same) => "same",
            Some(MergeReason::Merged { .. }) => "merged",
            Some(MergeReason::Forgotten) => "forgotten",
            Some(MergeReason::WishStands { .. }) => "wish-stands",
            Some(MergeReason::BothInvited { .. } | MergeReason::BothAcknowledged { .. } | MergeReason::Confidential) => "kept-apart",
            Some(MergeReason::KeepTheOther { .. }) => "keep-the-other",
            Some(MergeReason::BothConsented { .. }) => "both-consented",
        }
    }

    fn sentence(&self) -> String {
        self.sentences().join(" ")
    }
}

/// Whether two may be made one.
///
/// # Errors
/// Every reason why not.
pub fn may_merge(facts: &MergeFacts) -> Result<(), MergeRefusal> {
    let (Some(keep), Some(gone)) = (&facts.keep, &facts.gone) else { return Err(MergeRefusal(vec![MergeReason::Unknown])) };
    if facts.same {
        return Err(MergeRefusal(vec![MergeReason::Same]));
    }
    let mut reasons = Vec::new();
    for party in [keep, gone] {
        if party.merged {
            reasons.push(MergeReason::Merged { name: party.name.clone() });
        }
    }
    if keep.forgotten || gone.forgotten {
        reasons.push(MergeReason::Forgotten);
    }
    for party in [keep, gone] {
        if party.wishes_to_be_forgotten {
            reasons.push(MergeReason::WishStands { name: party.name.clone() });
        }
    }
    if !facts.invited.is_empty() {
        reasons.push(MergeReason::BothInvited { cohorts: facts.invited.clone() });
    }
    if !facts.acknowledged.is_empty() {
        reasons.push(MergeReason::BothAcknowledged { cohorts: facts.acknowledged.clone() });
    }
    match (keep.consents, gone.consents) {
        (_, false) => {}
        (false, true) => reasons.push(MergeReason::KeepTheOther { gone: gone.name.clone() }),
        (true, true) => reasons.push(MergeReason::BothConsented { keep: keep.name.clone(), gone: gone.name.clone() }),
    }
    if reasons.is_empty() { Ok(()) } else { Err(MergeRefusal(reasons)) }
}

/// Both records as one: the stage of the one who stays, lists together, and in the note whatever has no other place.
#[must_use]
pub fn unite(keep: &Advocate, gone: &Advocate, name: &str) -> Advocate {
    let mut handles: Vec<Handle> = keep.handles.clone();
    let mut notes: Vec<String> = Vec::new();
    if !keep.note.is_empty() {
        notes.push(keep.note.clone());
    }
    for handle in &gone.handles {
        let taken: Option<&Handle> = keep.handles.iter().find(|stands| stands.kind == handle.kind);
        match taken {
            None => handles.push(handle.clone()),
            Some(stands) if stands.address == handle.address => {}
            Some(_) => notes.push(format!("Also: {}", handle.address)),
        }
    }
    handles.sort_by_key(|handle| HandleKind::ALL.iter().position(|kind| *kind == handle.kind));
    let was = format!("Brought over from {name}, who was {}", gone.stage);
    notes.push(if gone.note.is_empty() { format!("{was}.") } else { format!("{was}: {}", gone.note) });
    Advocate {
        stage: keep.stage,
        interests: united(&keep.interests, &gone.interests),
        topics: united(&keep.topics, &gone.topics),
        handles,
        events: united(&keep.events, &gone.events),
        languages: united(&keep.languages, &gone.languages),
        note: notes.join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advocacy::advocate::Stage;

    fn party(name: &str) -> Party {
        Party { name: name.into(), ..Party::default() }
    }

    fn facts() -> MergeFacts {
        MergeFacts { keep: Some(party("Ida Lund")), gone: Some(party("I. Lund")), ..MergeFacts::default() }
    }

    #[test]
    fn two_are_made_one_unless_something_keeps_them_apart() {
        let with = |change: fn(&mut MergeFacts)| {
            let mut facts = facts();
            change(&mut facts);
            facts
        };
        fn keep(facts: &mut MergeFacts) -> &mut Party {
            facts.keep.get_or_insert_default()
        }
        fn gone(facts: &mut MergeFacts) -> &mut Party {
            facts.gone.get_or_insert_default()
        }
        for (facts, codes) in [
            (facts(), vec![]),
            (with(|facts| keep(facts).consents = true), vec![]),
            (with(|facts| facts.keep = None), vec!["unknown"]),
            (with(|facts| facts.gone = None), vec!["unknown"]),
            (with(|facts| facts.same = true), vec!["same"]),
            (with(|facts| gone(facts).merged = true), vec!["merged"]),
            (with(|facts| keep(facts).merged = true), vec!["merged"]),
            (with(|facts| keep(facts).forgotten = true), vec!["forgotten"]),
            (with(|facts| gone(facts).wishes_to_be_forgotten = true), vec!["wish-stands"]),
            (with(|facts| facts.invited = vec!["Spring".into()]), vec!["kept-apart"]),
            (with(|facts| facts.acknowledged = vec!["Spring".into()]), vec!["kept-apart"]),
            (with(|facts| gone(facts).consents = true), vec!["keep-the-other"]),
            (
                with(|facts| {
                    keep(facts).consents = true;
                    gone(facts).consents = true;
                    facts.invited = vec!["Spring".into(), "Autumn".into()];
                }),
                vec!["kept-apart", "both-consented"],
            ),
        ] {
            let found: Vec<&str> = match may_merge(&facts) {
                Ok(()) => vec![],
                Err(why) => why.reasons().iter().map(|reason| MergeRefusal(vec![reason.clone()]).code()).collect(),
            };
            assert_eq!(found, codes, "{facts:?}");
        }
    }

    #[test]
    fn no_cohort_is_told_to_those_who_may_not_know() {
        let facts = MergeFacts { invited: vec!["Spring".into()], acknowledged: vec!["Spring".into()], ..facts() };
        let why = may_merge(&facts).unwrap_err();
        assert!(why.sentence().contains("Both were named for “Spring”."), "{}", why.sentence());
        assert_eq!(why.clone().as_seen_by(true), why);
        let veiled = why.as_seen_by(false);
        assert_eq!(veiled.reasons(), [MergeReason::Confidential]);
        assert!(!veiled.sentence().contains("Spring"));
    }

    #[test]
    fn nothing_of_the_other_record_is_lost() {
        let handle = |kind, address: &str| Handle { kind, address: address.into() };
        let keep = Advocate {
            topics: vec!["rail".into()],
            handles: vec![handle(HandleKind::X, "https://x.com/ida")],
            languages: vec!["en".into()],
            note: "Likes letters.".into(),
            stage: Stage::Active,
            ..Advocate::identified()
        };
        let gone = Advocate {
            topics: vec!["Rail".into(), "ports".into()],
            handles: vec![handle(HandleKind::LinkedIn, "https://www.linkedin.com/in/ida"), handle(HandleKind::X, "https://x.com/lund")],
            languages: vec!["da".into(), "en".into()],
            note: "Met in Oslo.".into(),
            stage: Stage::Cultivated,
            ..Advocate::identified()
        };
        let expect = Advocate {
            topics: vec!["rail".into(), "ports".into()],
            handles: vec![handle(HandleKind::LinkedIn, "https://www.linkedin.com/in/ida"), handle(HandleKind::X, "https://x.com/ida")],
            languages: vec!["en".into(), "da".into()],
            note: "Likes letters.\nAlso: https://x.com/lund\nBrought over from I. Lund, who was cultivated: Met in Oslo.".into(),
            stage: Stage::Active,
            ..Advocate::identified()
        };
        assert_eq!(unite(&keep, &gone, "I. Lund"), expect);
    }
}
