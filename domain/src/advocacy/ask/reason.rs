//! Every reason not to ask now, each with its sentence and the first day on which it no longer stands; and what is kept of
//! an answer.

use chrono::NaiveDate;

use super::{Allowed, AskKind, NotNow, State};
use crate::advocacy::consent::Scope;
use crate::conduct::quiet_period::no_asks_until;
use crate::time::words;

/// One reason not to ask now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// They take part in a cohort.
    Quiet(Quiet),
    /// A colleague takes part in a cohort that keeps the whole company quiet.
    QuietCompany(Quiet),
    /// An ask of them is on its way, and stands so.
    OneOpen(State),
    /// Something is to be put right with them.
    Problem,
    /// Something is to be put right with their company.
    CompanyProblem,
    /// They asked to be forgotten, and it is not done yet.
    ToBeForgotten,
    /// They want to be left alone until that day is over.
    Paused { until: NaiveDate },
    /// They never want to be asked for this.
    Never(AskKind),
    /// Their own most a quarter is reached.
    OwnCap(Cap),
    /// Nobody of this kind is asked without a consent that they have not given.
    Consent { kind: AskKind, scope: Scope },
    /// The host's most a quarter is reached, for them.
    PersonCap(Cap),
    /// The host's most a quarter is reached, for their company.
    CompanyCap(Cap),
    /// They were asked for the same not long ago.
    Interval { kind: AskKind, last: NaiveDate, earliest: NaiveDate },
    /// Nothing was given to them yet.
    NothingGiven,
    /// They were asked more often than they were given something. How often they were given is not said: a seat counts, and
    /// whether somebody had one is confidential.
    GiveFirst { asked: u32 },
}

/// What a quiet period says for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    pub cohort: i64,
    /// The staff who own its program.
    pub owner: i64,
    /// The last quiet day.
    pub until: NaiveDate,
    /// The first day after it.
    pub earliest: NaiveDate,
    /// Who takes part in what; `None` for a reader who may not know.
    pub because: Option<String>,
}

/// The most asks in a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    pub most: u32,
    /// The first day of the next quarter.
    pub next: NaiveDate,
}

impl Cap {
    /// A cap of nothing is not over with the quarter.
    fn earliest(self) -> Option<NaiveDate> {
        (self.most > 0).then_some(self.next)
    }
}

impl Reason {
    /// What a quiet period says, where it is one.
    #[must_use]
    pub const fn quiet(&self) -> Option<&Quiet> {
        match self {
            Self::Quiet(quiet) | Self::QuietCompany(quiet) => Some(quiet),
            _ => None,
        }
    }

    /// The first day on which this reason no longer stands; `None` when no day ends it, but an act.
    #[must_use]
    pub fn earliest(&self) -> Option<NaiveDate> {
        match self {
            Self::Quiet(quiet) | Self::QuietCompany(quiet) => Some(quiet.earliest),
            Self::Paused { until } => Some(until.succ_opt().unwrap_or(*until)),
            Self::OwnCap(cap) | Self::PersonCap(cap) | Self::CompanyCap(cap) => cap.earliest(),
            Self::Interval { earliest, .. } => Some(*earliest),
            Self::OneOpen(_)
            | Self::Problem
            | Self::CompanyProblem
            | Self::ToBeForgotten
            | Self::Never(_)
            | Self::Consent { .. }
            | Self::NothingGiven
            | Self::GiveFirst { .. } => None,
        }
    }

    /// A closed code. Both kinds of quiet share one: a reader who may not know of a cohort is not told whose seat it is.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Quiet(_) | Self::QuietCompany(_) => "quiet",
            other => other.word().as_str(),
        }
    }

    const fn word(&self) -> KeptWord {
        match self {
            Self::Quiet(_) => KeptWord::Quiet,
            Self::QuietCompany(_) => KeptWord::QuietCompany,
            Self::OneOpen(_) => KeptWord::OneOpen,
            Self::Problem => KeptWord::Problem,
            Self::CompanyProblem => KeptWord::CompanyProblem,
            Self::ToBeForgotten => KeptWord::ToBeForgotten,
            Self::Paused { .. } => KeptWord::Paused,
            Self::Never(_) => KeptWord::Never,
            Self::OwnCap(_) => KeptWord::OwnCap,
            Self::Consent { .. } => KeptWord::Consent,
            Self::PersonCap(_) => KeptWord::PersonCap,
            Self::CompanyCap(_) => KeptWord::CompanyCap,
            Self::Interval { .. } => KeptWord::Interval,
            Self::NothingGiven => KeptWord::NothingGiven,
            Self::GiveFirst { .. } => KeptWord::GiveFirst,
        }
    }

    /// `No asks until 3 May 2027: Amara Okafor takes part in “Spring cohort”, and the 30 days after it are quiet.`
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Quiet(quiet) | Self::QuietCompany(quiet) => {
                let because = quiet.because.as_deref().unwrap_or("they are in a quiet period");
                format!("{}: {because}.", no_asks_until(quiet.until))
            }
            Self::OneOpen(State::Asked) => "An ask waits for their answer already: one at a time.".to_owned(),
            Self::OneOpen(State::Accepted | State::Scheduled) => "They said yes to an ask that is not done yet: one at a time.".to_owned(),
            Self::OneOpen(_) => "An ask of them is being looked at already: one at a time.".to_owned(),
            Self::Problem => "Something is to be put right with them first.".to_owned(),
            Self::CompanyProblem => "Something is to be put right with their company first.".to_owned(),
            Self::ToBeForgotten => "They asked to be forgotten, so nothing is asked of them any more.".to_owned(),
            Self::Paused { until } => format!("They want to be left alone until {}.", words::date(*until)),
            Self::Never(kind) => format!("They do not want to be asked for this ever: {kind}."),
            Self::OwnCap(Cap { most: 0, .. }) => "They do not want to be asked for anything.".to_owned(),
            Self::OwnCap(cap) => format!("They want to be asked {} a quarter at most, and they were.", times(cap.most)),
            Self::Consent { kind, scope } => {
                format!(
                    "This ({kind}) needs their consent to {}, and they have not given it. It is theirs to give, on their own page.",
                    needs(*scope)
                )
            }
            Self::PersonCap(Cap { most: 0, .. }) | Self::CompanyCap(Cap { most: 0, .. }) => {
                "The settings let nobody be asked at the moment.".to_owned()
            }
            Self::PersonCap(cap) => format!("They were asked {} this quarter, which is the most.", times(cap.most)),
            Self::CompanyCap(cap) => format!("People at their company were asked {} this quarter, which is the most.", times(cap.most)),
            Self::Interval { kind, last, earliest } => {
                let days = (*earliest - *last).num_days();
                format!("They were asked for this ({kind}) on {}, and {days} days pass between two asks of one kind.", words::date(*last))
            }
            Self::NothingGiven => "Nothing was given to them yet: give before you ask.".to_owned(),
            Self::GiveFirst { asked } => format!("They were asked {} and were given less often than that: give first.", times(*asked)),
        }
    }

    pub(super) fn veiled(self) -> Self {
        match self {
            Self::Quiet(quiet) | Self::QuietCompany(quiet) => Self::Quiet(Quiet { because: None, ..quiet }),
            other => other,
        }
    }

    fn kept(&self) -> Kept {
        let (cohort, until) = match self.quiet() {
            Some(quiet) => (quiet.cohort, Some(quiet.until)),
            None => (0, self.earliest().and_then(|day| day.pred_opt())),
        };
        Kept { word: self.word(), cohort, until }
    }
}

/// What a consent is to, as a sentence about an ask says it.
const fn needs(scope: Scope) -> &'static str {
    match scope {
        Scope::Name => "be named outside their cohort",
        Scope::Quote => "be quoted",
        other => other.of_them(),
    }
}

/// `once`, `twice`, `3 times`
fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        many => format!("{many} times"),
    }
}

crate::text_enum! {
    /// What is kept of an answer.
    pub enum KeptWord {
        Quiet = "quiet",
        QuietCompany = "quiet-company",
        /// It was allowed because this cohort's period was set aside.
        SetAside = "set-aside",
        OneOpen = "one-open",
        Problem = "problem",
        CompanyProblem = "company-problem",
        ToBeForgotten = "to-be-forgotten",
        Paused = "paused",
        Never = "never",
        OwnCap = "own-cap",
        Consent = "consent",
        PersonCap = "person-cap",
        CompanyCap = "company-cap",
        Interval = "interval",
        NothingGiven = "nothing-given",
        GiveFirst = "give-first",
    }
}

impl KeptWord {
    /// In a few words, for whoever reads it later.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Quiet | Self::QuietCompany => "a quiet period",
            Self::SetAside => "a quiet period was set aside",
            Self::OneOpen => "another ask was on its way",
            Self::Problem => "something was to be put right",
            Self::CompanyProblem => "something was to be put right with the company",
            Self::ToBeForgotten => "they had asked to be forgotten",
            Self::Paused => "they wanted to be left alone",
            Self::Never => "they never want to be asked for this",
            Self::OwnCap => "their own limit was reached",
            Self::Consent => "a consent was missing",
            Self::PersonCap => "they had been asked often enough",
            Self::CompanyCap => "their company had been asked often enough",
            Self::Interval => "they had been asked for the same",
            Self::NothingGiven => "nothing had been given yet",
            Self::GiveFirst => "more had been asked than given",
        }
    }
}

/// One line of what is kept of an answer with the ask: `quiet:12:2027-05-03`, `set-aside:12:`, `problem:0:`. No names and no
/// titles: who reads it later may not be somebody who may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub word: KeptWord,
    /// 0 where it is not about a cohort.
    pub cohort: i64,
    /// The last day of a reason that a day ends.
    pub until: Option<NaiveDate>,
}

impl Kept {
    /// The lines of an answer.
    #[must_use]
    pub fn write(answer: &Result<Allowed, NotNow>) -> String {
        let kept: Vec<Self> = match answer {
            Ok(allowed) => allowed.set_aside.iter().map(|cohort| Self { word: KeptWord::SetAside, cohort: *cohort, until: None }).collect(),
            Err(not_now) => not_now.reasons.iter().map(Reason::kept).collect(),
        };
        kept.iter().map(Self::line).collect::<Vec<_>>().join("\n")
    }

    /// The lines of a later answer about the same ask: that a quiet period was set aside for it stays said.
    #[must_use]
    pub fn write_again(before: &str, answer: &Result<Allowed, NotNow>) -> String {
        let now = Self::write(answer);
        let beginning = format!("{}:", KeptWord::SetAside);
        let mut lines: Vec<&str> = before.lines().filter(|line| line.starts_with(&beginning)).collect();
        for line in now.lines() {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines.join("\n")
    }

    /// The lines read back; one that cannot be read is passed over.
    #[must_use]
    pub fn read(lines: &str) -> Vec<Self> {
        lines.lines().filter_map(Self::of_line).collect()
    }

    /// How a line begins that names this cohort. The colon at its end keeps cohort 1 apart from cohort 12.
    #[must_use]
    pub fn beginning(word: KeptWord, cohort: i64) -> String {
        format!("{word}:{cohort}:")
    }

    /// Everything that is kept, in a few words, each once. How many cohorts there were is not said.
    #[must_use]
    pub fn in_words(lines: &str) -> Vec<&'static str> {
        let mut said: Vec<&'static str> = Vec::new();
        for kept in Self::read(lines) {
            let words = kept.word.in_words();
            if !said.contains(&words) {
                said.push(words);
            }
        }
        said
    }

    fn line(&self) -> String {
        let until = self.until.map(|until| until.to_string()).unwrap_or_default();
        format!("{}{until}", Self::beginning(self.word, self.cohort))
    }

    fn of_line(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, ':');
        let (word, cohort) = (KeptWord::parse(parts.next()?)?, parts.next()?.parse().ok()?);
        let until = match parts.next()? {
            "" => None,
            until => Some(until.parse().ok()?),
        };
        Some(Self { word, cohort, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advocacy::ask::NextGive;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_reason_says_what_it_is_and_when_it_ends() {
        let next = day("2027-04-01");
        let cap = |most| Cap { most, next };
        for (reason, code, sentence, earliest) in [
            (Reason::OneOpen(State::Approving), "one-open", "An ask of them is being looked at already: one at a time.", None),
            (Reason::OneOpen(State::Asked), "one-open", "An ask waits for their answer already: one at a time.", None),
            (Reason::OneOpen(State::Scheduled), "one-open", "They said yes to an ask that is not done yet: one at a time.", None),
            (Reason::Problem, "problem", "Something is to be put right with them first.", None),
            (Reason::CompanyProblem, "company-problem", "Something is to be put right with their company first.", None),
            (Reason::ToBeForgotten, "to-be-forgotten", "They asked to be forgotten, so nothing is asked of them any more.", None),
            (
                Reason::Paused { until: day("2027-02-28") },
                "paused",
                "They want to be left alone until 28 February 2027.",
                Some(day("2027-03-01")),
            ),
            (Reason::Never(AskKind::Hosting), "never", "They do not want to be asked for this ever: hosting.", None),
            (Reason::OwnCap(cap(1)), "own-cap", "They want to be asked once a quarter at most, and they were.", Some(next)),
            (Reason::OwnCap(cap(0)), "own-cap", "They do not want to be asked for anything.", None),
            (
                Reason::Consent { kind: AskKind::Testimonial, scope: Scope::Quote },
                "consent",
                "This (testimonial) needs their consent to be quoted, and they have not given it. It is theirs to give, on their own page.",
                None,
            ),
            (
                Reason::Consent { kind: AskKind::ReferenceCall, scope: Scope::ReferenceCall },
                "consent",
                "This (reference call) needs their consent to reference calls, and they have not given it. It is theirs to give, on their own page.",
                None,
            ),
            (Reason::PersonCap(cap(2)), "person-cap", "They were asked twice this quarter, which is the most.", Some(next)),
            (Reason::PersonCap(cap(0)), "person-cap", "The settings let nobody be asked at the moment.", None),
            (
                Reason::CompanyCap(cap(3)),
                "company-cap",
                "People at their company were asked 3 times this quarter, which is the most.",
                Some(next),
            ),
            (
                Reason::Interval { kind: AskKind::Review, last: day("2027-01-15"), earliest: day("2027-04-15") },
                "interval",
                "They were asked for this (review) on 15 January 2027, and 90 days pass between two asks of one kind.",
                Some(day("2027-04-15")),
            ),
            (Reason::NothingGiven, "nothing-given", "Nothing was given to them yet: give before you ask.", None),
            (Reason::GiveFirst { asked: 2 }, "give-first", "They were asked twice and were given less often than that: give first.", None),
        ] {
            assert_eq!((reason.code(), reason.sentence().as_str(), reason.earliest()), (code, sentence, earliest));
        }
    }

    #[test]
    fn a_later_answer_forgets_reasons_and_not_what_was_set_aside() {
        let before = "quiet:1:2027-05-03\nset-aside:12:\nproblem:0:";
        for (answer, expect) in [
            (Ok(Allowed { set_aside: vec![] }), "set-aside:12:"),
            (Ok(Allowed { set_aside: vec![3, 12] }), "set-aside:12:\nset-aside:3:"),
            (
                Err(NotNow { reasons: vec![Reason::Problem, Reason::NothingGiven], next: NextGive::Look }),
                "set-aside:12:\nproblem:0:\nnothing-given:0:",
            ),
        ] {
            assert_eq!(Kept::write_again(before, &answer), expect);
        }
    }

    #[test]
    fn every_kept_word_reads_back() {
        for word in KeptWord::ALL {
            for until in [None, Some(day("2027-05-03"))] {
                let kept = Kept { word: *word, cohort: 12, until };
                assert_eq!(Kept::read(&kept.line()), [kept]);
            }
        }
        let lines = "quiet:1:2027-05-03\nquiet-company:12:2027-05-02\nproblem:0:\nperson-cap:0:2027-03-31";
        assert_eq!(Kept::in_words(lines), ["a quiet period", "something was to be put right", "they had been asked often enough"]);
    }
}
