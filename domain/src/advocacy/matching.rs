//! Who could do it: how well an advocate fits what is needed, and in which order they are shown.
//!
//! Fit is what somebody can be found by: their industry, what they know about, the languages they speak, and whether they did
//! the like before. Rest comes after it: who was asked longest ago, or never, stands first among equals. Whether they may be
//! asked is [`super::ask::may_ask`]'s to say, and comes before both: nobody who may not be asked stands above somebody who
//! may.

use chrono::NaiveDate;

use crate::advocacy::ask::AskKind;
use crate::contact;
use crate::time::words;

/// What is needed. What is left empty is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub kind: AskKind,
    /// An industry as companies have it.
    pub sector: String,
    /// In lower case.
    pub topic: String,
    /// A code: `de`.
    pub language: String,
}

impl Need {
    /// Reads what was typed; `None` until a kind is chosen.
    #[must_use]
    pub fn parse(kind: &str, sector: &str, topic: &str, language: &str) -> Option<Self> {
        let short = |typed: &str| contact::one_line(typed).chars().take(100).collect::<String>();
        let kind = AskKind::parse(&contact::one_line(kind).to_lowercase())?;
        Some(Self { kind, sector: short(sector), topic: short(topic).to_lowercase(), language: short(language).to_lowercase() })
    }

    /// Whether it says more than what kind: then whoever fits none of it is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        !self.sector.is_empty() || !self.topic.is_empty() || !self.language.is_empty()
    }
}

/// An advocate, as far as fit and rest read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Of their company.
    pub sector: String,
    pub topics: Vec<String>,
    pub interests: Vec<String>,
    /// Codes.
    pub languages: Vec<String>,
    /// How often they did this kind of thing for us.
    pub done: u32,
    /// The last day on which anything was asked of them.
    pub last_asked: Option<NaiveDate>,
    /// Their record says that they rest.
    pub resting: bool,
}

/// What each kind of fit weighs.
pub const SECTOR: u32 = 4;
pub const TOPIC: u32 = 4;
pub const INTEREST: u32 = 2;
pub const LANGUAGE: u32 = 2;
pub const DONE: u32 = 1;

/// How well somebody fits, and by what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    pub score: u32,
    /// In words, the weightiest first.
    pub because: Vec<String>,
}

/// How well somebody fits what is needed.
#[must_use]
pub fn fit(need: &Need, candidate: &Candidate) -> Fit {
    let mut fit = Fit::default();
    let mut by = |weight: u32, because: String| {
        fit.score += weight;
        fit.because.push(because);
    };
    if !need.sector.is_empty() && need.sector == candidate.sector {
        by(SECTOR, format!("in {}", candidate.sector));
    }
    if !need.topic.is_empty() {
        let speaks_of = |entry: &&String| entry.to_lowercase().contains(&need.topic);
        if let Some(topic) = candidate.topics.iter().find(speaks_of) {
            by(TOPIC, format!("knows about {topic}"));
        } else if let Some(interest) = candidate.interests.iter().find(speaks_of) {
            by(INTEREST, format!("is interested in {interest}"));
        }
    }
    if !need.language.is_empty() && candidate.languages.iter().any(|code| code.eq_ignore_ascii_case(&need.language)) {
        by(LANGUAGE, "speaks the language".to_owned());
    }
    if candidate.done > 0 {
        by(DONE, if candidate.done == 1 { "did this once before".to_owned() } else { format!("did this {} times before", candidate.done) });
    }
    fit
}

/// Since when somebody has been left in peace, in words.
#[must_use]
pub fn rest(last_asked: Option<NaiveDate>, today: NaiveDate) -> String {
    match last_asked {
        None => "never asked".to_owned(),
        Some(last) => match (today - last).num_days() {
            ..=0 => "asked today".to_owned(),
            1 => "asked yesterday".to_owned(),
            days if days < 60 => format!("asked {days} days ago"),
            _ => format!("last asked on {}", words::date(last)),
        },
    }
}

/// Where somebody stands in the list: the smaller, the higher. The order of the fields is the order of what counts; the
/// last makes it the same every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    may_not_be_asked: bool,
    missing: u32,
    resting: bool,
    /// Never comes before every day.
    last_asked: Option<NaiveDate>,
    person: i64,
}

impl Place {
    /// The place of a person.
    #[must_use]
    pub const fn of(person: i64, may_be_asked: bool, fit: &Fit, candidate: &Candidate) -> Self {
        Self {
            may_not_be_asked: !may_be_asked,
            missing: u32::MAX - fit.score,
            resting: candidate.resting,
            last_asked: candidate.last_asked,
            person,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need() -> Need {
        Need::parse("Speaking for us", "Utilities", " Heat  storage ", "DE").unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_need_has_a_kind_at_least() {
        let expect = Need { kind: AskKind::SpeakingForUs, sector: "Utilities".into(), topic: "heat storage".into(), language: "de".into() };
        assert_eq!(need(), expect);
        assert!(need().narrows());
        assert_eq!(Need::parse("", "Utilities", "", ""), None);
        assert!(!Need::parse("quote", "", " ", "").unwrap().narrows());
    }

    #[test]
    fn fit_is_told_by_what_it_rests_on() {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let all = Candidate {
            sector: "Utilities".into(),
            topics: words(&["Grids", "Seasonal heat storage"]),
            interests: words(&["heat storage"]),
            languages: words(&["en", "de"]),
            done: 2,
            ..Candidate::default()
        };
        for (candidate, score, because) in [
            (
                all.clone(),
                11,
                words(&["in Utilities", "knows about Seasonal heat storage", "speaks the language", "did this 2 times before"]),
            ),
            (
                Candidate { topics: vec![], done: 1, ..all.clone() },
                9,
                words(&["in Utilities", "is interested in heat storage", "speaks the language", "did this once before"]),
            ),
            (Candidate { sector: "Energy".into(), ..Candidate::default() }, 0, vec![]),
            (Candidate::default(), 0, vec![]),
        ] {
            assert_eq!(fit(&need(), &candidate), Fit { score, because }, "{candidate:?}");
        }
        let only_kind = Need::parse("quote", "", "", "").unwrap();
        assert_eq!(fit(&only_kind, &all).score, DONE, "what is not asked for does not count");
    }

    #[test]
    fn who_may_be_asked_stands_first_then_fit_then_rest() {
        let at = |person, may, score, resting, last: Option<&str>| {
            let candidate = Candidate { resting, last_asked: last.map(day), ..Candidate::default() };
            (Place::of(person, may, &Fit { score, because: vec![] }, &candidate), person)
        };
        let mut places = [
            at(1, false, 11, false, None),
            at(2, true, 4, false, Some("2026-12-01")),
            at(3, true, 4, false, Some("2026-06-01")),
            at(4, true, 4, true, None),
            at(5, true, 4, false, None),
            at(6, true, 9, true, Some("2027-01-14")),
            at(7, false, 4, false, None),
            at(8, true, 4, false, None),
        ];
        places.sort();
        assert_eq!(places.map(|(_, person)| person), [6, 5, 8, 3, 2, 4, 1, 7]);
    }

    #[test]
    fn rest_in_words() {
        let today = day("2027-03-29");
        for (last, expect) in [
            (None, "never asked"),
            (Some("2027-03-29"), "asked today"),
            (Some("2027-03-28"), "asked yesterday"),
            (Some("2027-01-29"), "asked 59 days ago"),
            (Some("2027-01-28"), "last asked on 28 January 2027"),
        ] {
            assert_eq!(rest(last.map(day), today), expect);
        }
    }
}
