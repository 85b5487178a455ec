//! What the host would like a guest to do, and the one decision whether it may be asked now.
//!
//! Pages, scripts and files all come to [`may_ask`]. It answers with every reason at once and with the first day on which
//! none of them stands. Each reason is one variant of [`Reason`]: consent, caps and limits will be others.
//!
//! That somebody attends a cohort is confidential. A reason says which cohort it is only to those who may know: see
//! [`NotNow::as_seen_by`]. Left out: keeping the answer (`store::advocacy::ask`), and what becomes of an ask that may be made.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::{Principal, Role};
use crate::conduct::quiet_period::{QuietPeriod, Stay, no_asks_until};
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};
use crate::time::words;

crate::text_enum! {
    /// What a customer can do for the host.
    pub enum AskKind {
        Introduction = "introduction",
        Referral = "referral",
        Review = "review",
        CaseStudy = "case study",
        Testimonial = "testimonial",
        Quote = "quote",
        ReferenceCall = "reference call",
        SpeakingForUs = "speaking for us",
        AdvisoryBoard = "advisory board",
        Beta = "beta",
        Feedback = "feedback",
        Content = "content",
        Hosting = "hosting",
    }
}

crate::text_enum! {
    /// The way an ask came in. The decision is the same.
    pub enum Source {
        Page = "page",
        Api = "api",
        Import = "import",
    }
}

crate::text_enum! {
    /// Where an ask stands.
    pub enum State {
        Refused = "refused",
        Submitted = "submitted",
    }
}

/// An ask as somebody worded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub kind: AskKind,
    pub wording: String,
}

impl Ask {
    /// # Errors
    /// A sentence for `kind`, for `wording`, or for both.
    pub fn parse(kind: &str, wording: &str) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let kind = AskKind::parse(contact::one_line(kind).to_lowercase().as_str());
        if kind.is_none() {
            wrong.refuse("kind", "Choose what you would ask for.");
        }
        let wording = wrong.keep(contact::paragraphs("wording", wording, 1_000).and_then(|text| {
            if text.is_empty() {
                Err(FieldRefusal::new("wording", "Write what you would ask, in the words they would read."))
            } else {
                Ok(text)
            }
        }));
        match kind {
            Some(kind) => wrong.finish().map(|()| Self { kind, wording }),
            None => Err(wrong.into()),
        }
    }
}

/// What is true of somebody at the moment they would be asked.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub person: i64,
    /// Their own seats, and those of colleagues whose cohort keeps the whole company quiet.
    pub stays: &'a [Stay],
}

/// The answer that lets an ask be made. Only [`may_ask`] gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    set_aside: Vec<i64>,
}

impl Allowed {
    /// The cohorts whose quiet period would have refused, had their owners not set it aside.
    #[must_use]
    pub fn set_aside(&self) -> &[i64] {
        &self.set_aside
    }
}

/// Decides whether something may be asked of somebody now.
///
/// # Errors
/// Every reason why not.
pub fn may_ask(facts: &Facts<'_>, now: DateTime<Utc>) -> Result<Allowed, NotNow> {
    let mut reasons = Vec::new();
    let mut set_aside = Vec::new();
    for stay in facts.stays {
        let Some(period) = QuietPeriod::of(stay).filter(|period| period.holds(now)) else { continue };
        if stay.set_aside {
            set_aside.push(stay.cohort);
            continue;
        }
        let own = stay.person == facts.person;
        let because = if own { stay.because() } else { format!("{}, for everybody at the company", stay.because()) };
        let quiet =
            Quiet { cohort: stay.cohort, owner: stay.owner, until: period.until, earliest: period.over_on(), because: Some(because) };
        reasons.push(if own { Reason::Quiet(quiet) } else { Reason::QuietCompany(quiet) });
    }
    set_aside.sort_unstable();
    set_aside.dedup();
    if reasons.is_empty() { Ok(Allowed { set_aside }) } else { Err(NotNow { reasons }) }
}

/// Whether somebody may know who attends a cohort of a program with this owner: the owner, and admins.
#[must_use]
pub fn may_know(who: &Principal, owner: i64) -> bool {
    who.is(Role::Admin) || (who.is(Role::ProgramManager) && who.staff() == Some(owner))
}

/// One reason not to ask now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// They take part in a cohort.
    Quiet(Quiet),
    /// A colleague takes part in a cohort that keeps the whole company quiet.
    QuietCompany(Quiet),
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

impl Reason {
    const fn quiet(&self) -> &Quiet {
        match self {
            Self::Quiet(quiet) | Self::QuietCompany(quiet) => quiet,
        }
    }

    /// The first day on which this reason no longer stands.
    #[must_use]
    pub const fn earliest(&self) -> NaiveDate {
        self.quiet().earliest
    }

    /// A closed code. Both kinds of quiet share one: a reader who may not know of a cohort is not told whose seat it is.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Quiet(_) | Self::QuietCompany(_) => "quiet",
        }
    }

    /// `No asks until 3 May 2027: Amara Okafor takes part in “Spring cohort”, and the 30 days after it are quiet.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let quiet = self.quiet();
        let because = quiet.because.as_deref().unwrap_or("they are in a quiet period");
        format!("{}: {because}.", no_asks_until(quiet.until))
    }

    fn veiled(self) -> Self {
        match self {
            Self::Quiet(quiet) | Self::QuietCompany(quiet) => Self::Quiet(Quiet { because: None, ..quiet }),
        }
    }

    fn kept(&self) -> Kept {
        let (word, quiet) = match self {
            Self::Quiet(quiet) => (KeptWord::Quiet, quiet),
            Self::QuietCompany(quiet) => (KeptWord::QuietCompany, quiet),
        };
        Kept { word, cohort: quiet.cohort, until: Some(quiet.until) }
    }
}

/// The answer that lets nothing be asked now: every reason, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotNow {
    reasons: Vec<Reason>,
}

impl NotNow {
    /// Every reason, in the order they were met.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The first day on which none of them stands.
    #[must_use]
    pub fn earliest(&self) -> Option<NaiveDate> {
        self.reasons.iter().map(Reason::earliest).max()
    }

    /// The last day on which one of them stands.
    #[must_use]
    pub fn until(&self) -> Option<NaiveDate> {
        self.reasons.iter().map(|reason| reason.quiet().until).max()
    }

    /// The same answer for somebody who may know of a cohort only when `may_know` says so of its program's owner. Of
    /// cohorts they may not know of, the last quiet day is left, and not how many there are.
    #[must_use]
    pub fn as_seen_by(self, may_know: impl Fn(i64) -> bool) -> Self {
        let (mut reasons, hidden): (Vec<Reason>, Vec<Reason>) = self.reasons.into_iter().partition(|reason| may_know(reason.quiet().owner));
        reasons.extend(hidden.into_iter().max_by_key(Reason::earliest).map(Reason::veiled));
        Self { reasons }
    }
}

impl Refusal for NotNow {
    fn code(&self) -> &'static str {
        self.reasons.first().map_or("quiet", Reason::code)
    }

    fn sentence(&self) -> String {
        let mut sentences: Vec<String> = self.reasons.iter().map(Reason::sentence).collect();
        if let Some(earliest) = self.earliest() {
            sentences.push(format!("You may ask from {} on.", words::date(earliest)));
        }
        sentences.join(" ")
    }
}

crate::text_enum! {
    /// What is kept of an answer.
    pub enum KeptWord {
        Quiet = "quiet",
        QuietCompany = "quiet-company",
        /// It was allowed because this cohort's period was set aside.
        SetAside = "set-aside",
    }
}

/// One line of what is kept of an answer with the ask: `quiet:12:2027-05-03`, `set-aside:12`. No names and no titles: who
/// reads it later may not be somebody who may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub word: KeptWord,
    pub cohort: i64,
    /// The last quiet day, of a reason.
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
    use proptest::prelude::*;

    use super::*;
    use crate::time::Zone;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn stay(cohort: i64, person: i64, last_day: &str) -> Stay {
        Stay {
            cohort,
            title: format!("Cohort {cohort}"),
            owner: 90 + cohort,
            person,
            name: if person == 1 { "Amara Okafor".into() } else { "Tomas Reyes".into() },
            accepted_at: at("2027-01-15T09:00:00Z"),
            withdrawn_at: None,
            cancelled: false,
            last_day: last_day.parse().unwrap(),
            days: 33,
            zone: Zone::parse("Europe/Paris").unwrap(),
            set_aside: false,
        }
    }

    fn ask(stays: &[Stay], now: &str) -> Result<Allowed, NotNow> {
        may_ask(&Facts { person: 1, stays }, at(now))
    }

    #[test]
    fn every_reason_is_given_with_the_first_day_on_which_none_stands() {
        let during = "2027-03-29T12:00:00Z";
        assert_eq!(ask(&[], during), Ok(Allowed { set_aside: vec![] }));
        let spring = stay(1, 1, "2027-03-31");
        let one = ask(std::slice::from_ref(&spring), during).unwrap_err();
        assert_eq!(
            (one.code(), one.sentence().as_str()),
            (
                "quiet",
                "No asks until 3 May 2027: Amara Okafor takes part in “Cohort 1”, and the 33 days after it are quiet. You may ask from 4 May 2027 on."
            )
        );
        let colleague = stay(2, 7, "2027-03-30");
        let both = ask(&[spring.clone(), colleague.clone()], during).unwrap_err();
        assert_eq!(both.reasons().len(), 2);
        assert_eq!(both.earliest(), Some("2027-05-04".parse().unwrap()), "the latest of all");
        assert_eq!(both.until(), Some("2027-05-03".parse().unwrap()));
        assert_eq!(
            both.reasons()[1].sentence(),
            "No asks until 2 May 2027: Tomas Reyes takes part in “Cohort 2”, and the 33 days after it are quiet, for everybody at the company."
        );
        assert_eq!(ask(&[spring, colleague], "2027-05-03T22:00:00Z"), Ok(Allowed { set_aside: vec![] }));
    }

    #[test]
    fn what_the_owner_set_aside_allows_and_is_remembered_and_nothing_else_is() {
        let during = "2027-03-29T12:00:00Z";
        let spring = Stay { set_aside: true, ..stay(1, 1, "2027-03-31") };
        assert_eq!(ask(std::slice::from_ref(&spring), during), Ok(Allowed { set_aside: vec![1] }));
        let two = ask(&[spring.clone(), stay(2, 1, "2027-03-31")], during).unwrap_err();
        assert_eq!(
            two.reasons().iter().map(|reason| reason.quiet().cohort).collect::<Vec<_>>(),
            [2],
            "each owner speaks for their own cohort"
        );
        assert_eq!(ask(&[spring], "2027-06-01T00:00:00Z"), Ok(Allowed { set_aside: vec![] }), "over, it was not needed");
    }

    #[test]
    fn a_reader_who_may_not_know_learns_the_day_and_no_more() {
        let all = ask(&[stay(1, 1, "2027-03-31"), stay(2, 1, "2027-04-20"), stay(3, 7, "2027-04-10")], "2027-03-29T12:00:00Z").unwrap_err();
        let earliest = all.earliest();
        let marketing = all.clone().as_seen_by(|_| false);
        assert_eq!(marketing.sentence(), "No asks until 23 May 2027: they are in a quiet period. You may ask from 24 May 2027 on.");
        assert_eq!(marketing.reasons().len(), 1, "not how many cohorts there are");
        let owner = all.clone().as_seen_by(|owner| owner == 91);
        assert_eq!(
            owner.sentence(),
            "No asks until 3 May 2027: Amara Okafor takes part in “Cohort 1”, and the 33 days after it are quiet. \
             No asks until 23 May 2027: they are in a quiet period. You may ask from 24 May 2027 on."
        );
        assert_eq!((marketing.earliest(), owner.earliest()), (earliest, earliest));
        assert_eq!(all.clone().as_seen_by(|_| true), all);
    }

    #[test]
    fn the_owner_and_admins_may_know() {
        for (roles, id, expect) in [
            (vec![Role::Admin], 8, true),
            (vec![Role::ProgramManager], 9, true),
            (vec![Role::ProgramManager], 8, false),
            (vec![Role::Marketing], 9, false),
            (vec![Role::Marketing, Role::ProgramManager], 9, true),
            (vec![Role::AccountManager], 9, false),
        ] {
            assert_eq!(may_know(&Principal::Staff { id, roles: roles.clone() }, 9), expect, "{id} as {roles:?}");
        }
        assert!(!may_know(&Principal::Anonymous, 9));
    }

    #[test]
    fn what_is_kept_reads_back_and_names_nobody() {
        let during = "2027-03-29T12:00:00Z";
        let refused = ask(&[stay(1, 1, "2027-03-31"), stay(12, 7, "2027-03-30")], during);
        let lines = Kept::write(&refused);
        assert_eq!(lines, "quiet:1:2027-05-03\nquiet-company:12:2027-05-02");
        let until = |day: &str| Some(day.parse().unwrap());
        assert_eq!(
            Kept::read(&lines),
            [
                Kept { word: KeptWord::Quiet, cohort: 1, until: until("2027-05-03") },
                Kept { word: KeptWord::QuietCompany, cohort: 12, until: until("2027-05-02") },
            ]
        );
        assert!(lines.contains(&Kept::beginning(KeptWord::Quiet, 1)) && !lines.contains(&Kept::beginning(KeptWord::QuietCompany, 1)));
        let allowed = ask(&[Stay { set_aside: true, ..stay(12, 1, "2027-03-31") }], during);
        assert_eq!(Kept::write(&allowed), "set-aside:12:");
        assert_eq!(Kept::read("set-aside:12:"), [Kept { word: KeptWord::SetAside, cohort: 12, until: None }]);
        assert_eq!(Kept::read("\nsomething else\nquiet:x:\nquiet:1:soon"), []);
        assert_eq!(Kept::write(&ask(&[], during)), "");
    }

    #[test]
    fn asks_as_they_are_typed() {
        for kind in AskKind::ALL {
            let ask = Ask { kind: *kind, wording: "Would you?".into() };
            assert_eq!(Ask::parse(&format!(" {} ", kind.as_str().to_uppercase()), " Would you?\r\n"), Ok(ask));
        }
        let long = "x".repeat(1_001);
        let fields =
            |kind: &str, wording: &str| Ask::parse(kind, wording).unwrap_err().into_iter().map(|why| why.field).collect::<Vec<_>>();
        for (kind, wording, expect) in [
            ("", "", vec!["kind", "wording"]),
            ("money", "Please", vec!["kind"]),
            ("review", " \n ", vec!["wording"]),
            ("review", long.as_str(), vec!["wording"]),
        ] {
            assert_eq!(fields(kind, wording), expect, "{kind:?}");
        }
    }

    proptest! {
        /// Against arithmetic on whole days in UTC: asking is allowed exactly when no period that stands holds this hour.
        #[test]
        fn asking_is_allowed_exactly_when_nothing_that_stands_is_quiet(
            stays in proptest::collection::vec((0_i64..4, 1_i64..3, 0_i64..60, 0_u32..40, proptest::option::of(0_i64..100), any::<bool>(), any::<bool>()), 0..6),
            hour in 0_i64..3_000,
        ) {
            let begin = at("2027-01-01T00:00:00Z");
            let hours = |count: i64| begin + chrono::TimeDelta::hours(count);
            let made: Vec<Stay> = stays
                .iter()
                .map(|(cohort, person, length, days, withdrawn, cancelled, set_aside)| Stay {
                    zone: Zone::utc(),
                    accepted_at: hours(cohort * 100),
                    last_day: hours(cohort * 100 + length * 24).date_naive(),
                    days: *days,
                    withdrawn_at: withdrawn.map(|day| hours(cohort * 100 + day * 24)),
                    cancelled: *cancelled,
                    set_aside: *set_aside,
                    ..stay(*cohort, *person, "2027-03-31")
                })
                .collect();
            let now = hours(hour);
            let quiet = |stay: &Stay| {
                let over = stay.last_day.and_hms_opt(0, 0, 0).unwrap().and_utc() + chrono::TimeDelta::hours(24);
                let left = stay.withdrawn_at.is_some_and(|at| at < over);
                !stay.cancelled && !left && stay.accepted_at <= now && now < over + chrono::TimeDelta::hours(24 * i64::from(stay.days))
            };
            let answer = may_ask(&Facts { person: 1, stays: &made }, now);
            prop_assert_eq!(answer.is_ok(), !made.iter().any(|stay| quiet(stay) && !stay.set_aside));
            match answer {
                Ok(allowed) => prop_assert!(allowed.set_aside().iter().all(|cohort| made.iter().any(|stay| stay.cohort == *cohort && stay.set_aside && quiet(stay)))),
                Err(not_now) => {
                    prop_assert_eq!(not_now.reasons().len(), made.iter().filter(|stay| quiet(stay) && !stay.set_aside).count());
                    let then = not_now.earliest().unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
                    let begun_since = made.iter().any(|stay| stay.accepted_at > now);
                    prop_assert!(begun_since || may_ask(&Facts { person: 1, stays: &made }, then).is_ok(), "the day it names is one");
                }
            }
        }
    }
}
