//! Other people's words for a session, in ours.

use crate::agenda::session::Kind;

/// How words in a file's `type` begin (or, with a space after, whole words), and the kind they mean; the first that fits
/// decides. `breakout` has to come before `break`.
const SIGNS: [(Kind, &[&str]); 9] = [
    (Kind::Keynote, &[" keynote", " plenary"]),
    (Kind::DreamingSession, &[" dream"]),
    (Kind::GroupWork, &[" group work", " groupwork", " working group", " breakout", " break out"]),
    (Kind::Workshop, &[" workshop", " tutorial", " training", " masterclass", " hands on", " lab ", " labs "]),
    (Kind::Case, &[" case ", " cases "]),
    (Kind::Visit, &[" visit", " tour ", " tours ", " excursion"]),
    (Kind::Reflection, &[" reflect", " debrief", " retrospective"]),
    (Kind::Break, &[" break ", " breaks ", " lunch", " coffee", " breakfast", " pause "]),
    (Kind::Social, &[" social", " party ", " dinner", " reception", " networking", " meetup", " drinks "]),
];

/// The kind a file's `type` means. Somebody speaks and everybody listens, unless a word says otherwise: a keynote.
pub(super) fn kind_of(source_type: &str) -> Kind {
    let plain: String = source_type.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let plain = format!(" {} ", plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "));
    let sign = SIGNS.iter().find(|(_, words)| words.iter().any(|word| plain.contains(word)));
    sign.map_or(Kind::Keynote, |(kind, _)| *kind)
}

/// Whether a file's `type` is one of our own words, which needs no telling.
pub(super) fn is_ours(source_type: &str) -> bool {
    Kind::parse(&source_type.to_lowercase()).is_some()
}
