//! Peer introductions: two people of different companies, one of whom knows what the other wants to learn. Both say yes
//! before either learns who the other is; a no is never passed on as anybody's; no seller takes part; it counts as a give
//! to both.
//!
//! Only people who allow it are proposed, never of one company or of competitors, and each pair once, unless the
//! offer was taken back before anybody said no. What somebody wants to
//! learn they may have said on accepting an invitation: a suggestion shows the topic alone, not where it was said. Left out:
//! storing (`store::advocacy::introduction`).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::contact;
use crate::refusal::{FieldRefusal, Refusal};
use crate::registration::proof::PROOF_NEEDED;
use crate::time::end_of_day_everywhere;

crate::text_enum! {
    /// Where an introduction stands.
    pub enum State {
        Offered = "offered",
        /// Both said yes, and know each other.
        Introduced = "introduced",
        Declined = "declined",
        Expired = "expired",
        Cancelled = "cancelled",
    }
}

impl State {
    /// Whether the same two are not offered to each other again: all but what was taken back, to which nobody said no.
    #[must_use]
    pub const fn bars_another(self) -> bool {
        !matches!(self, Self::Cancelled)
    }
}

/// One of the two; `A` is the lower number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    A,
    B,
}

impl Party {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// An introduction as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    pub state: State,
    /// `None`: not answered.
    pub a_says: Option<bool>,
    pub b_says: Option<bool>,
    /// The last day to answer.
    pub answer_by: NaiveDate,
}

impl Offer {
    /// What one of them said.
    #[must_use]
    pub const fn says(&self, party: Party) -> Option<bool> {
        match party {
            Party::A => self.a_says,
            Party::B => self.b_says,
        }
    }
}

/// What an answer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// It is a yes, and the other one has not answered.
    Waiting,
    /// It is the second yes.
    Introduced,
    /// It is a no.
    Declined,
    /// It is a yes, and something stands in the way since it was offered.
    NotPossible,
    /// It was answered so before.
    AlreadySo,
}

impl Answered {
    /// The state it leads to; `None` when nothing changes.
    #[must_use]
    pub const fn state(self) -> Option<State> {
        match self {
            Self::Waiting => Some(State::Offered),
            Self::Introduced => Some(State::Introduced),
            Self::Declined => Some(State::Declined),
            Self::NotPossible => Some(State::Cancelled),
            Self::AlreadySo => None,
        }
    }
}

/// One of the two answers. A yes may become a no until the other has said yes too. `possible` says whether the two could be
/// introduced today: see [`hindrances`]. The last day to answer is theirs until it is over everywhere.
///
/// # Errors
/// It is over, whatever the reason; or they know each other already.
pub fn answer(offer: &Offer, party: Party, yes: bool, possible: bool, now: DateTime<Utc>) -> Result<Answered, IntroductionRefusal> {
    let (mine, theirs) = (offer.says(party), offer.says(party.other()));
    match offer.state {
        State::Offered if now >= end_of_day_everywhere(offer.answer_by) => Err(IntroductionRefusal::Over),
        State::Offered if !yes => Ok(Answered::Declined),
        State::Offered if !possible => Ok(Answered::NotPossible),
        State::Offered if theirs == Some(true) => Ok(Answered::Introduced),
        State::Offered if mine == Some(true) => Ok(Answered::AlreadySo),
        State::Offered => Ok(Answered::Waiting),
        State::Introduced if yes => Ok(Answered::AlreadySo),
        State::Introduced => Err(IntroductionRefusal::KnowEachOther),
        State::Declined if !yes && mine == Some(false) => Ok(Answered::AlreadySo),
        State::Declined | State::Expired | State::Cancelled => Err(IntroductionRefusal::Over),
    }
}

/// The state after the host takes an offer back. Twice is the same, and so is taking back what is over.
///
/// # Errors
/// They know each other already.
pub fn cancel(state: State) -> Result<State, IntroductionRefusal> {
    match state {
        State::Offered | State::Cancelled => Ok(State::Cancelled),
        State::Declined | State::Expired => Ok(state),
        State::Introduced => Err(IntroductionRefusal::KnowEachOther),
    }
}

/// One of two people who could be introduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Somebody {
    pub person: i64,
    pub name: String,
    pub company: i64,
    /// Their consent to be introduced is live today.
    pub allows: bool,
    /// They set that no introduction is asked of them.
    pub never: bool,
    /// They asked to be forgotten.
    pub leaves: bool,
}

/// What is true of two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    pub one: &'a Somebody,
    pub other: &'a Somebody,
    /// Their companies compete.
    pub compete: bool,
    /// The introduction of these two there was before.
    pub before: Option<State>,
}

/// Something that keeps two people from being introduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    OnePerson,
    OneCompany,
    Competitors,
    /// They were introduced, or offered to be: each pair once. See [`State::bars_another`].
    Before(State),
    /// This person has not allowed it.
    NotAllowed(String),
    /// This person wants none.
    Never(String),
    /// This person asked to be forgotten.
    Leaves(String),
}

/// Everything that keeps two people from being introduced. Nothing: they may be.
#[must_use]
pub fn hindrances(facts: &Facts<'_>) -> Vec<Hindrance> {
    let (one, other) = (facts.one, facts.other);
    if one.person == other.person {
        return vec![Hindrance::OnePerson];
    }
    let mut found = Vec::new();
    if one.company == other.company {
        found.push(Hindrance::OneCompany);
    }
    if facts.compete {
        found.push(Hindrance::Competitors);
    }
    found.extend(facts.before.filter(|state| state.bars_another()).map(Hindrance::Before));
    for somebody in [one, other] {
        if !somebody.allows {
            found.push(Hindrance::NotAllowed(somebody.name.clone()));
        }
        if somebody.never {
            found.push(Hindrance::Never(somebody.name.clone()));
        }
        if somebody.leaves {
            found.push(Hindrance::Leaves(somebody.name.clone()));
        }
    }
    found
}

/// As [`hindrances`], when this one of the two says yes. Who says yes wants it, whatever they set before; what the other one
/// set counts, since it may be newer than their own yes. Who asked to be forgotten is introduced to nobody, not even by
/// their own yes.
#[must_use]
pub fn hindrances_to_yes(facts: &Facts<'_>, says_yes: i64) -> Vec<Hindrance> {
    let asked = |somebody: &Somebody| Somebody { never: somebody.never && somebody.person != says_yes, ..somebody.clone() };
    let (one, other) = (asked(facts.one), asked(facts.other));
    hindrances(&Facts { one: &one, other: &other, compete: facts.compete, before: facts.before })
}

impl Hindrance {
    /// What it is and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::OnePerson => "These are one person. Choose two.".into(),
            Self::OneCompany => "These two are at one company. Choose people of different companies.".into(),
            Self::Competitors => "Their companies compete, so they are never introduced. Choose somebody else.".into(),
            Self::Before(State::Offered) => "An introduction of these two is offered already. Wait until they have answered.".into(),
            Self::Before(State::Introduced) => "These two know each other: they were introduced before.".into(),
            Self::Before(State::Declined | State::Expired | State::Cancelled) => {
                "An introduction of these two was offered before and did not come about. It is not offered twice.".into()
            }
            Self::NotAllowed(name) => format!("{name} has not allowed introductions to peers. Wait until they allow it on their own page."),
            Self::Never(name) => format!("{name} does not want to be asked for introductions. Choose somebody else."),
            Self::Leaves(name) => format!("{name} asked to be forgotten, so nothing is offered to them any more. Choose somebody else."),
        }
    }
}

/// Reads what two people could speak about.
///
/// # Errors
/// A sentence for `topic`.
pub fn topic(typed: &str) -> Result<String, FieldRefusal> {
    contact::required("topic", typed, 160, "Say in a few words what it is about. Both read it, so name nobody in it.")
}

/// Why nothing was offered, answered or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntroductionRefusal {
    Fields(Vec<FieldRefusal>),
    /// Every reason.
    NotPossible(Vec<Hindrance>),
    /// One of the two is not known here.
    Nobody,
    /// There is no such introduction, or it is not theirs.
    Unknown,
    /// It did not come about, whatever the reason.
    Over,
    KnowEachOther,
    /// A yes needs the code first.
    ProofNeeded,
}

impl Refusal for IntroductionRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NotPossible(_) => "not-possible",
            Self::Nobody => "nobody",
            Self::Unknown => "unknown",
            Self::Over => "over",
            Self::KnowEachOther => "know-each-other",
            Self::ProofNeeded => "proof-needed",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::NotPossible(hindrances) => hindrances.iter().map(Hindrance::sentence).collect::<Vec<_>>().join(" "),
            Self::Nobody => "One of these two is not known here any more. Reload the page and choose again.".into(),
            Self::Unknown => "There is no such introduction. Reload the page.".into(),
            Self::Over => "This introduction did not come about, or its time is over. Nothing of you was passed on.".into(),
            Self::ProofNeeded => PROOF_NEEDED.into(),
            Self::KnowEachOther => "You are introduced already: this cannot be taken back here. Simply do not answer each other.".into(),
        }
    }
}

// ---- suggesting ------------------------------------------------------------------------------------------------------

/// Somebody who allows to be introduced: what they know about, and what they want to learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    pub person: i64,
    pub company: i64,
    /// One a line of their advocate record.
    pub topics: Vec<String>,
    pub wishes: Vec<String>,
}

/// Two people who could speak about something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub knows: i64,
    pub learns: i64,
    /// As the one who knows about it calls it.
    pub topic: String,
}

/// How many suggestions name one person, and how many there are in all.
pub const MOST_OF_ONE: usize = 3;
pub const MOST: usize = 30;

/// Pairs of which one knows what the other wants to learn, the best fit first; each pair once. `apart` are companies that
/// compete and `met` people who were offered to each other before, the lower number first. The same peers give the same
/// answer, in whatever order they come.
#[must_use]
pub fn suggest(peers: &[Peer], apart: &BTreeSet<(i64, i64)>, met: &BTreeSet<(i64, i64)>) -> Vec<Suggestion> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut numbers = BTreeMap::new();
    let mut read: Vec<Read<'_>> = peers.iter().map(|peer| Read::of(peer, &stemmer, &mut numbers)).collect();
    read.sort_by_key(|one| one.peer.person);
    let mut best: BTreeMap<(i64, i64), (usize, Suggestion)> = BTreeMap::new();
    for knower in &read {
        for learner in &read {
            let (one, other) = (knower.peer, learner.peer);
            let pair = ordered(one.person, other.person);
            let kept_apart = one.company == other.company || apart.contains(&ordered(one.company, other.company));
            if one.person == other.person || kept_apart || met.contains(&pair) {
                continue;
            }
            let Some((shared, topic)) = knower.fit(learner) else { continue };
            if best.get(&pair).is_none_or(|(known, _)| shared > *known) {
                best.insert(pair, (shared, Suggestion { knows: one.person, learns: other.person, topic: topic.to_owned() }));
            }
        }
    }
    let mut found: Vec<((i64, i64), (usize, Suggestion))> = best.into_iter().collect();
    found.sort_by_key(|(pair, (shared, _))| (Reverse(*shared), *pair));
    let mut named: BTreeMap<i64, usize> = BTreeMap::new();
    let mut suggestions = Vec::new();
    for (pair, (_, suggestion)) in found {
        let often = |person: i64| named.get(&person).copied().unwrap_or(0);
        if suggestions.len() == MOST || often(pair.0) == MOST_OF_ONE || often(pair.1) == MOST_OF_ONE {
            continue;
        }
        for person in [pair.0, pair.1] {
            *named.entry(person).or_default() += 1;
        }
        suggestions.push(suggestion);
    }
    suggestions
}

/// Two numbers, the lower first.
#[must_use]
pub const fn ordered(one: i64, other: i64) -> (i64, i64) {
    if one < other { (one, other) } else { (other, one) }
}

/// What somebody wrote about what they want to learn, thought by thought: its sentences, and the parts between commas.
#[must_use]
pub fn wishes_in(text: &str) -> Vec<String> {
    let mut wishes = Vec::new();
    for sentence in text.split(['.', ';', '!', '?', '\n']).map(contact::one_line).filter(|sentence| !sentence.is_empty()) {
        let parts: Vec<String> = sentence.split(',').map(contact::one_line).filter(|part| !part.is_empty()).collect();
        if parts.len() > 1 {
            wishes.extend(parts);
        }
        wishes.push(sentence);
    }
    wishes
}

/// Words that say nothing of a topic.
const SMALL: [&str; 62] = [
    "a",
    "about",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "better",
    "by",
    "can",
    "could",
    "do",
    "does",
    "for",
    "from",
    "get",
    "how",
    "i",
    "in",
    "into",
    "is",
    "it",
    "its",
    "know",
    "learn",
    "like",
    "me",
    "more",
    "my",
    "new",
    "of",
    "on",
    "or",
    "our",
    "some",
    "that",
    "the",
    "their",
    "they",
    "this",
    "to",
    "understand",
    "us",
    "want",
    "wants",
    "was",
    "we",
    "what",
    "when",
    "where",
    "which",
    "who",
    "why",
    "will",
    "with",
    "would",
    "your",
];

/// The stems of a text, as numbers: the same for the same stem.
fn stems(text: &str, stemmer: &Stemmer, numbers: &mut BTreeMap<String, usize>) -> BTreeSet<usize> {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let plain = plain.to_lowercase();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().nth(1).is_some() && !SMALL.contains(word));
    words
        .map(|word| {
            let next = numbers.len();
            *numbers.entry(stemmer.stem(word).into_owned()).or_insert(next)
        })
        .collect()
}

/// A peer, read into stems.
struct Read<'a> {
    peer: &'a Peer,
    topics: Vec<(&'a str, BTreeSet<usize>)>,
    wishes: Vec<BTreeSet<usize>>,
}

impl<'a> Read<'a> {
    fn of(peer: &'a Peer, stemmer: &Stemmer, numbers: &mut BTreeMap<String, usize>) -> Self {
        let mut topics = Vec::new();
        for topic in &peer.topics {
            topics.push((topic.as_str(), stems(topic, stemmer, numbers)));
        }
        let wishes = peer.wishes.iter().map(|wish| stems(wish, stemmer, numbers)).collect();
        Self { peer, topics, wishes }
    }

    /// The topic of theirs that fits a wish of the other best, with how many stems it shares.
    fn fit(&self, learner: &Self) -> Option<(usize, &'a str)> {
        let mut best: Option<(usize, &'a str)> = None;
        for (topic, stems) in &self.topics {
            let shared = learner.wishes.iter().filter_map(|wish| shared(stems, wish)).max();
            if let Some(shared) = shared
                && best.is_none_or(|(known, _)| shared > known)
            {
                best = Some((shared, *topic));
            }
        }
        best
    }
}

/// How much a topic and a wish have in common: all of the one is in the other, or they do not fit.
fn shared(topic: &BTreeSet<usize>, wish: &BTreeSet<usize>) -> Option<usize> {
    if topic.is_empty() || wish.is_empty() {
        None
    } else if topic.is_subset(wish) {
        Some(topic.len())
    } else {
        wish.is_subset(topic).then_some(wish.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Every state × what both said × the answer, on the last day, where they could be introduced.
    #[test]
    fn the_whole_table_of_answers() {
        let table = "
            state       mine theirs yes         no
            offered     -    -      waiting     declined
            offered     -    yes    introduced  declined
            offered     -    no     waiting     declined
            offered     yes  -      already     declined
            offered     yes  yes    introduced  declined
            offered     yes  no     already     declined
            offered     no   -      waiting     declined
            offered     no   yes    introduced  declined
            offered     no   no     waiting     declined
            introduced  -    -      already     known
            introduced  -    yes    already     known
            introduced  -    no     already     known
            introduced  yes  -      already     known
            introduced  yes  yes    already     known
            introduced  yes  no     already     known
            introduced  no   -      already     known
            introduced  no   yes    already     known
            introduced  no   no     already     known
            declined    -    -      over        over
            declined    -    yes    over        over
            declined    -    no     over        over
            declined    yes  -      over        over
            declined    yes  yes    over        over
            declined    yes  no     over        over
            declined    no   -      over        already
            declined    no   yes    over        already
            declined    no   no     over        already
            expired     -    -      over        over
            expired     -    yes    over        over
            expired     -    no     over        over
            expired     yes  -      over        over
            expired     yes  yes    over        over
            expired     yes  no     over        over
            expired     no   -      over        over
            expired     no   yes    over        over
            expired     no   no     over        over
            cancelled   -    -      over        over
            cancelled   -    yes    over        over
            cancelled   -    no     over        over
            cancelled   yes  -      over        over
            cancelled   yes  yes    over        over
            cancelled   yes  no     over        over
            cancelled   no   -      over        over
            cancelled   no   yes    over        over
            cancelled   no   no     over        over";
        let said = |word: &str| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        let answer_by = date("2027-02-01");
        // It is still that day in the last place on earth, and no longer.
        let [in_time, too_late] = ["2027-02-02T11:59:59Z", "2027-02-02T12:00:00Z"].map(|text| text.parse::<DateTime<Utc>>().unwrap());
        let mut seen = 0;
        for line in table.trim().lines().skip(1) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let state = State::parse(cells[0]).unwrap();
            for party in [Party::A, Party::B] {
                let (mine, theirs) = (said(cells[1]), said(cells[2]));
                let (a_says, b_says) = if party == Party::A { (mine, theirs) } else { (theirs, mine) };
                let offer = Offer { state, a_says, b_says, answer_by };
                for (yes, expect) in [(true, cells[3]), (false, cells[4])] {
                    let found = match answer(&offer, party, yes, true, in_time) {
                        Ok(Answered::Waiting) => "waiting",
                        Ok(Answered::Introduced) => "introduced",
                        Ok(Answered::Declined) => "declined",
                        Ok(Answered::NotPossible) => "not possible",
                        Ok(Answered::AlreadySo) => "already",
                        Err(IntroductionRefusal::KnowEachOther) => "known",
                        Err(IntroductionRefusal::Over) => "over",
                        Err(other) => panic!("{other:?}"),
                    };
                    assert_eq!(found, expect, "{line}, {party:?}, {yes}");
                    let late = answer(&offer, party, yes, true, too_late);
                    if state == State::Offered {
                        assert_eq!(late, Err(IntroductionRefusal::Over), "{line}: the day has passed");
                        let hindered = answer(&offer, party, yes, false, in_time);
                        assert_eq!(hindered, Ok(if yes { Answered::NotPossible } else { Answered::Declined }), "{line}");
                    }
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, State::ALL.len() * 3 * 3 * 2 * 2);
    }

    #[test]
    fn the_host_takes_back_what_nobody_knows_yet() {
        for (state, expect) in [
            (State::Offered, Ok(State::Cancelled)),
            (State::Cancelled, Ok(State::Cancelled)),
            (State::Declined, Ok(State::Declined)),
            (State::Expired, Ok(State::Expired)),
            (State::Introduced, Err(IntroductionRefusal::KnowEachOther)),
        ] {
            assert_eq!(cancel(state), expect, "{state}");
        }
    }

    /// Who did not want to, and why it ended, reads the same to both.
    #[test]
    fn a_refusal_names_nobody() {
        assert_eq!(
            IntroductionRefusal::Over.sentence(),
            "This introduction did not come about, or its time is over. Nothing of you was passed on."
        );
    }

    fn somebody(person: i64, company: i64) -> Somebody {
        Somebody { person, name: format!("P{person}"), company, allows: true, never: false, leaves: false }
    }

    #[test]
    fn every_hindrance_is_named() {
        let (amara, tomas) = (somebody(1, 10), somebody(2, 20));
        let facts = |one, other| Facts { one, other, compete: false, before: None };
        assert_eq!(hindrances(&facts(&amara, &tomas)), []);
        assert_eq!(hindrances(&facts(&amara, &amara)), [Hindrance::OnePerson]);
        let shy = Somebody { allows: false, never: true, leaves: true, company: 10, ..tomas.clone() };
        let all = Facts { compete: true, before: Some(State::Expired), ..facts(&amara, &shy) };
        let expect = [
            Hindrance::OneCompany,
            Hindrance::Competitors,
            Hindrance::Before(State::Expired),
            Hindrance::NotAllowed("P2".into()),
            Hindrance::Never("P2".into()),
            Hindrance::Leaves("P2".into()),
        ];
        assert_eq!(hindrances(&all), expect);
        let sentence = IntroductionRefusal::NotPossible(hindrances(&all)).sentence();
        assert!(expect.iter().all(|one| sentence.contains(&one.sentence())), "{sentence}");
    }

    #[test]
    fn a_pair_is_offered_again_only_when_it_was_taken_back() {
        let (amara, tomas) = (somebody(1, 10), somebody(2, 20));
        for (before, expect) in [
            (State::Offered, vec![Hindrance::Before(State::Offered)]),
            (State::Introduced, vec![Hindrance::Before(State::Introduced)]),
            (State::Declined, vec![Hindrance::Before(State::Declined)]),
            (State::Expired, vec![Hindrance::Before(State::Expired)]),
            (State::Cancelled, vec![]),
        ] {
            let facts = Facts { one: &amara, other: &tomas, compete: false, before: Some(before) };
            assert_eq!(hindrances(&facts), expect, "{before}");
        }
    }

    /// What stands in the way of a yes of Amara's, by what both set since it was offered.
    #[test]
    fn only_their_own_never_gives_way_to_a_yes() {
        let (amara, tomas) = (somebody(1, 10), somebody(2, 20));
        let never = |of: &Somebody| Somebody { never: true, ..of.clone() };
        let leaves = |of: &Somebody| Somebody { leaves: true, ..of.clone() };
        for (one, other, expect) in [
            (amara.clone(), tomas.clone(), vec![]),
            (never(&amara), tomas.clone(), vec![]),
            (amara.clone(), never(&tomas), vec![Hindrance::Never("P2".into())]),
            (never(&amara), never(&tomas), vec![Hindrance::Never("P2".into())]),
            (leaves(&amara), tomas.clone(), vec![Hindrance::Leaves("P1".into())]),
            (amara.clone(), leaves(&tomas), vec![Hindrance::Leaves("P2".into())]),
            (Somebody { allows: false, ..never(&amara) }, tomas.clone(), vec![Hindrance::NotAllowed("P1".into())]),
        ] {
            for (one, other) in [(&one, &other), (&other, &one)] {
                let facts = Facts { one, other, compete: false, before: None };
                assert_eq!(hindrances_to_yes(&facts, amara.person), expect, "{facts:?}");
            }
        }
    }

    fn peer(person: i64, company: i64, topics: &[&str], wishes: &[&str]) -> Peer {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Peer { person, company, topics: own(topics), wishes: own(wishes) }
    }

    #[test]
    fn a_topic_fits_a_wish_by_its_words() {
        for (topic, wish, fits) in [
            ("Grid forecasting", "How do others forecast the grid?", true),
            ("Grid forecasting", "Forecasting", true),
            ("Machine learning", "I want to learn how machines are kept safe", false),
            ("Machine learning", "machine learning in maintenance", true),
            ("Énergie", "energie", true),
            ("AI", "AI in procurement", true),
            ("The", "the", false),
            ("Hiring engineers", "Hydrogen", false),
            ("", "anything", false),
        ] {
            let found = suggest(&[peer(1, 10, &[topic], &[]), peer(2, 20, &[], &[wish])], &BTreeSet::new(), &BTreeSet::new());
            let expect = Suggestion { knows: 1, learns: 2, topic: topic.into() };
            assert_eq!(found, if fits { vec![expect] } else { vec![] }, "{topic} / {wish}");
        }
    }

    #[test]
    fn thoughts_stand_apart() {
        let found = wishes_in(" Machine safety. Learning at work, hiring\n");
        assert_eq!(found, ["Machine safety", "Learning at work", "hiring", "Learning at work, hiring"]);
        assert_eq!(wishes_in(" \n. "), Vec::<String>::new());
    }

    #[test]
    fn colleagues_competitors_and_those_who_met_are_kept_apart() {
        let peers = [
            peer(1, 10, &["Hydrogen"], &[]),
            peer(2, 10, &[], &["hydrogen"]),
            peer(3, 20, &[], &["hydrogen"]),
            peer(4, 30, &[], &["hydrogen"]),
            peer(5, 40, &["Hydrogen storage"], &["hydrogen"]),
        ];
        let (apart, met) = (BTreeSet::from([(10, 20)]), BTreeSet::from([(1, 4)]));
        let found = suggest(&peers, &apart, &met);
        let pairs: Vec<(i64, i64, &str)> = found.iter().map(|one| (one.knows, one.learns, one.topic.as_str())).collect();
        assert_eq!(pairs, [(1, 5, "Hydrogen"), (5, 2, "Hydrogen storage"), (5, 3, "Hydrogen storage")], "nobody more than three times");
    }

    fn some_peers() -> impl Strategy<Value = Vec<Peer>> {
        let words = || proptest::collection::vec(prop_oneof!["hydrogen", "grid", "hiring", "grid safety", "safety"], 0..3);
        proptest::collection::vec((0_i64..4, words(), words()), 0..8).prop_map(|rows| {
            let peers = rows.into_iter().zip(1..);
            peers.map(|((company, topics, wishes), person)| Peer { person, company, topics, wishes }).collect()
        })
    }

    proptest! {
        #[test]
        fn nobody_is_paired_who_must_not_be(peers in some_peers(), apart in (0_i64..4, 0_i64..4), met in (1_i64..9, 1_i64..9)) {
            let (apart, met) = (BTreeSet::from([ordered(apart.0, apart.1)]), BTreeSet::from([ordered(met.0, met.1)]));
            let found = suggest(&peers, &apart, &met);
            let at = |person: i64| peers.iter().find(|peer| peer.person == person).unwrap().company;
            let mut pairs = BTreeSet::new();
            for one in &found {
                let companies = ordered(at(one.knows), at(one.learns));
                prop_assert!(companies.0 != companies.1 && !apart.contains(&companies), "{one:?}");
                prop_assert!(!met.contains(&ordered(one.knows, one.learns)), "{one:?}");
                prop_assert!(pairs.insert(ordered(one.knows, one.learns)), "{one:?} twice");
            }
            for peer in &peers {
                prop_assert!(found.iter().filter(|one| one.knows == peer.person || one.learns == peer.person).count() <= MOST_OF_ONE);
            }
            let mut turned = peers.clone();
            turned.reverse();
            prop_assert_eq!(suggest(&turned, &apart, &met), found);
        }
    }
}
