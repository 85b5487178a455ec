//! What the host would like a guest to do, and the one decision whether it may be asked now.
//!
//! Pages, scripts and files all come to [`may_ask`], when an ask is submitted and once more when it goes out. It answers with
//! every reason at once, the first day on which none of them stands, and the next useful give. Each reason is one variant of
//! [`Reason`].
//!
//! That somebody attends a cohort is confidential. A reason says which cohort it is only to those who may know: see
//! [`NotNow::as_seen_by`]. The reciprocity guard counts a seat as a give, so that an ask which is allowed may hint at one; it
//! never says so. Left out: keeping the answer (`store::advocacy::ask`).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

use crate::access::{Principal, Role};
use crate::advocacy::consent::{Consents, Scope};
use crate::advocacy::own_limit::Limits;
use crate::advocacy::setting::Settings;
use crate::conduct::quiet_period::{QuietPeriod, Stay};
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};
use crate::time::words;

mod life;
mod next_give;
mod reason;

pub use life::{Act, AskRefusal, State, Waits, acts, after, in_time, parse_comment, parse_day, parse_note, took_place_on};
pub use next_give::{NextGive, OpenForThem};
pub use reason::{Cap, Kept, KeptWord, Quiet, Reason};

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

impl AskKind {
    /// The consent without which nobody is asked for this; it is enough on any channel. Everything else needs none: their
    /// answer is their consent.
    #[must_use]
    pub const fn needs(self) -> Option<Scope> {
        match self {
            Self::ReferenceCall => Some(Scope::ReferenceCall),
            Self::Quote | Self::Testimonial | Self::CaseStudy => Some(Scope::Quote),
            Self::SpeakingForUs => Some(Scope::Name),
            Self::Introduction
            | Self::Referral
            | Self::Review
            | Self::AdvisoryBoard
            | Self::Beta
            | Self::Feedback
            | Self::Content
            | Self::Hosting => None,
        }
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
        Self::read(kind, wording, true)
    }

    /// As [`Ask::parse`], for a draft: its words may come later.
    ///
    /// # Errors
    /// A sentence for `kind`, for `wording`, or for both.
    pub fn parse_draft(kind: &str, wording: &str) -> Result<Self, Vec<FieldRefusal>> {
        Self::read(kind, wording, false)
    }

    fn read(kind: &str, wording: &str, worded: bool) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let kind = AskKind::parse(contact::one_line(kind).to_lowercase().as_str());
        if kind.is_none() {
            wrong.refuse("kind", "Choose what you would ask for.");
        }
        let wording = wrong.keep(contact::paragraphs("wording", wording, 1_000).and_then(|text| {
            if text.is_empty() && worded {
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
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub person: i64,
    /// What they would be asked for. `None` asks about them in general: reasons that only some kinds have are left out.
    pub kind: Option<AskKind>,
    /// Their own seats, and those of colleagues whose cohort keeps the whole company quiet.
    pub stays: &'a [Stay],
    pub settings: &'a Settings,
    /// What they allow today.
    pub consents: &'a Consents,
    pub asked: &'a AskedBefore,
    /// What they set for themselves.
    pub limits: &'a Limits,
    /// Something is to be put right with them.
    pub problem: bool,
    /// Something is to be put right with their company.
    pub company_problem: bool,
    /// They asked to be forgotten, and it is not done yet.
    pub to_be_forgotten: bool,
    /// What was given to them and stands.
    pub gives: u32,
    /// What is more useful now than asking.
    pub next: &'a NextGive,
}

/// What was asked before: only what reached the person counts, and what is on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedBefore {
    /// How an ask stands that is on its way, apart from the one that is decided on.
    pub open: Option<State>,
    /// Of them, since the quarter began.
    pub lately: u32,
    /// Of everybody at their company, since the quarter began; they are among them.
    pub company_lately: u32,
    /// Of them, ever.
    pub ever: u32,
    /// The last day on which each kind was asked of them.
    pub last: BTreeMap<AskKind, NaiveDate>,
}

/// The first day of the calendar quarter of a day, and the first day of the next.
#[must_use]
pub fn quarter(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1).unwrap_or(day);
    (first, first.checked_add_months(Months::new(3)).unwrap_or(first))
}

/// The first instant of the quarter of today: asks that reached somebody from then on are held against the caps.
#[must_use]
pub fn quarter_began(now: DateTime<Utc>) -> DateTime<Utc> {
    quarter(now.date_naive()).0.and_time(NaiveTime::MIN).and_utc()
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
/// Every reason why not, and the next useful give.
pub fn may_ask(facts: &Facts<'_>, now: DateTime<Utc>) -> Result<Allowed, NotNow> {
    let (mut reasons, set_aside) = quiet(facts.person, facts.stays, now);
    reasons.extend(facts.asked.open.map(Reason::OneOpen));
    reasons.extend(facts.problem.then_some(Reason::Problem));
    reasons.extend(facts.company_problem.then_some(Reason::CompanyProblem));
    reasons.extend(facts.to_be_forgotten.then_some(Reason::ToBeForgotten));
    reasons.extend(own_limits(facts, now.date_naive()));
    reasons.extend(consent(facts));
    reasons.extend(caps(facts, now.date_naive()));
    reasons.extend(reciprocity(facts));
    if reasons.is_empty() { Ok(Allowed { set_aside }) } else { Err(NotNow { reasons, next: facts.next.clone() }) }
}

/// The quiet periods that keep asks away, and the cohorts whose owners set theirs aside.
fn quiet(person: i64, stays: &[Stay], now: DateTime<Utc>) -> (Vec<Reason>, Vec<i64>) {
    let mut reasons = Vec::new();
    let mut set_aside = Vec::new();
    for stay in stays {
        let Some(period) = QuietPeriod::of(stay).filter(|period| period.holds(now)) else { continue };
        if stay.set_aside {
            set_aside.push(stay.cohort);
            continue;
        }
        let own = stay.person == person;
        let because = if own { stay.because() } else { format!("{}, for everybody at the company", stay.because()) };
        let quiet =
            Quiet { cohort: stay.cohort, owner: stay.owner, until: period.until, earliest: period.over_on(), because: Some(because) };
        reasons.push(if own { Reason::Quiet(quiet) } else { Reason::QuietCompany(quiet) });
    }
    set_aside.sort_unstable();
    set_aside.dedup();
    (reasons, set_aside)
}

/// The last day on which a quiet period keeps asks from somebody; `None` when none does now.
#[must_use]
pub fn quiet_until(person: i64, stays: &[Stay], now: DateTime<Utc>) -> Option<NaiveDate> {
    quiet(person, stays, now).0.iter().filter_map(|reason| reason.quiet().map(|quiet| quiet.until)).max()
}

/// What they set for themselves. A pause holds until its day is over.
fn own_limits(facts: &Facts<'_>, today: NaiveDate) -> Vec<Reason> {
    let limits = facts.limits;
    let paused = limits.pause_until.filter(|until| today <= *until).map(|until| Reason::Paused { until });
    let never = facts.kind.filter(|kind| limits.never.contains(kind)).map(Reason::Never);
    let cap = limits.most_per_quarter.filter(|most| facts.asked.lately >= *most);
    let cap = cap.map(|most| Reason::OwnCap(Cap { most, next: quarter(today).1 }));
    paused.into_iter().chain(never).chain(cap).collect()
}

fn consent(facts: &Facts<'_>) -> Option<Reason> {
    let kind = facts.kind?;
    let scope = kind.needs()?;
    let given = scope.places().into_iter().any(|place| facts.consents.standing(scope, place).is_live());
    (!given).then_some(Reason::Consent { kind, scope })
}

/// What the settings allow in a quarter, and between two asks of one kind.
fn caps(facts: &Facts<'_>, today: NaiveDate) -> Vec<Reason> {
    let (settings, asked) = (facts.settings, facts.asked);
    let next = quarter(today).1;
    let person = (asked.lately >= settings.person_cap).then_some(Reason::PersonCap(Cap { most: settings.person_cap, next }));
    let company = (asked.company_lately >= settings.company_cap).then_some(Reason::CompanyCap(Cap { most: settings.company_cap, next }));
    let interval = facts.kind.and_then(|kind| {
        let last = *asked.last.get(&kind)?;
        let earliest = last.checked_add_days(Days::new(u64::from(settings.interval(kind))))?;
        (today < earliest).then_some(Reason::Interval { kind, last, earliest })
    });
    person.into_iter().chain(company).chain(interval).collect()
}

/// Give before you ask: nothing is asked while fewer gives than asks stand, or nothing was given yet.
fn reciprocity(facts: &Facts<'_>) -> Option<Reason> {
    match (facts.gives, facts.asked.ever) {
        (0, _) => Some(Reason::NothingGiven),
        (gives, asked) if gives < asked => Some(Reason::GiveFirst { asked }),
        _ => None,
    }
}

/// Whether somebody may know who attends a cohort of a program with this owner: the owner, and admins.
#[must_use]
pub fn may_know(who: &Principal, owner: i64) -> bool {
    who.is(Role::Admin) || (who.is(Role::ProgramManager) && who.staff() == Some(owner))
}

/// The answer that lets nothing be asked now: every reason, at least one, and what to give instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotNow {
    reasons: Vec<Reason>,
    next: NextGive,
}

impl NotNow {
    /// Every reason: quiet periods first, then what is on its way, theirs, the consents, the settings, the ledger.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// What is more useful now.
    #[must_use]
    pub const fn next_give(&self) -> &NextGive {
        &self.next
    }

    /// The first day on which none of them stands; `None` when one of them is ended by no day.
    #[must_use]
    pub fn earliest(&self) -> Option<NaiveDate> {
        self.reasons.iter().map(Reason::earliest).try_fold(NaiveDate::MIN, |latest, day| day.map(|day| latest.max(day)))
    }

    /// The day before which nothing may be asked whatever else is done; `None` when no day stands in the way.
    #[must_use]
    pub fn not_before(&self) -> Option<NaiveDate> {
        self.reasons.iter().filter_map(Reason::earliest).max()
    }

    /// The last quiet day.
    #[must_use]
    pub fn until(&self) -> Option<NaiveDate> {
        self.reasons.iter().filter_map(|reason| reason.quiet().map(|quiet| quiet.until)).max()
    }

    /// `You may ask from 4 May 2027 on.`, where a day is known.
    #[must_use]
    pub fn when(&self) -> Option<String> {
        match (self.earliest(), self.not_before()) {
            (Some(day), _) => Some(format!("You may ask from {} on.", words::date(day))),
            (None, Some(day)) => Some(format!("Not before {} in any case.", words::date(day))),
            (None, None) => None,
        }
    }

    /// The same answer for somebody who may know of a cohort only when `may_know` says so of its program's owner. Of
    /// cohorts they may not know of, the last quiet day is left, and not how many there are.
    #[must_use]
    pub fn as_seen_by(self, may_know: impl Fn(i64) -> bool) -> Self {
        let (quiet, others): (Vec<Reason>, Vec<Reason>) = self.reasons.into_iter().partition(|reason| reason.quiet().is_some());
        let known = |reason: &Reason| reason.quiet().is_some_and(|quiet| may_know(quiet.owner));
        let (mut reasons, hidden): (Vec<Reason>, Vec<Reason>) = quiet.into_iter().partition(known);
        reasons.extend(hidden.into_iter().max_by_key(Reason::earliest).map(Reason::veiled));
        reasons.extend(others);
        Self { reasons, next: self.next }
    }
}

impl Refusal for NotNow {
    fn code(&self) -> &'static str {
        self.reasons.first().map_or("quiet", Reason::code)
    }

    fn sentence(&self) -> String {
        let mut sentences: Vec<String> = self.reasons.iter().map(Reason::sentence).collect();
        sentences.extend(self.when());
        sentences.push(self.next.sentence());
        sentences.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::advocacy::consent::{self, Channel, Event, resolve};
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

    /// What is told of person 1, with nothing in the way.
    #[derive(Debug, Clone)]
    struct Told {
        kind: Option<AskKind>,
        settings: Settings,
        consents: Consents,
        asked: AskedBefore,
        limits: Limits,
        problem: bool,
        company_problem: bool,
        to_be_forgotten: bool,
        gives: u32,
    }

    impl Told {
        fn free() -> Self {
            Self {
                kind: Some(AskKind::Review),
                settings: Settings::default(),
                consents: Consents::default(),
                asked: AskedBefore::default(),
                limits: Limits::default(),
                problem: false,
                company_problem: false,
                to_be_forgotten: false,
                gives: 1,
            }
        }

        fn may_ask(&self, stays: &[Stay], now: DateTime<Utc>) -> Result<Allowed, NotNow> {
            let facts = Facts {
                person: 1,
                kind: self.kind,
                stays,
                settings: &self.settings,
                consents: &self.consents,
                asked: &self.asked,
                limits: &self.limits,
                problem: self.problem,
                company_problem: self.company_problem,
                to_be_forgotten: self.to_be_forgotten,
                gives: self.gives,
                next: &NextGive::Look,
            };
            may_ask(&facts, now)
        }

        /// The codes of every reason, on 29 March 2027; none when it may be asked.
        fn codes(&self) -> Vec<&'static str> {
            let codes = |why: NotNow| why.reasons.iter().map(Reason::code).collect();
            self.may_ask(&[], at("2027-03-29T12:00:00Z")).map_or_else(codes, |_| vec![])
        }
    }

    fn ask(stays: &[Stay], now: &str) -> Result<Allowed, NotNow> {
        Told::free().may_ask(stays, at(now))
    }

    /// A consent to this, everywhere, for the whole year.
    fn allows(scope: Scope) -> Consents {
        let (from, until) = ("2027-01-01".parse().unwrap(), "2027-12-31".parse().unwrap());
        let channels = if scope.has_channels() { vec![Channel::Blog] } else { vec![] };
        resolve(&[Event { id: 1, act: consent::Act::Grant, scope, channels, from, until }], "2027-03-29".parse().unwrap())
    }

    /// What every refusal here ends with.
    const GIVE: &str = "The next useful give: find something of theirs to celebrate, such as a talk, an award or a quote.";

    #[test]
    fn every_reason_is_given_with_the_first_day_on_which_none_stands() {
        let during = "2027-03-29T12:00:00Z";
        assert_eq!(ask(&[], during), Ok(Allowed { set_aside: vec![] }));
        let spring = stay(1, 1, "2027-03-31");
        let one = ask(std::slice::from_ref(&spring), during).unwrap_err();
        assert_eq!(
            (one.code(), one.sentence()),
            (
                "quiet",
                format!(
                    "No asks until 3 May 2027: Amara Okafor takes part in “Cohort 1”, and the 33 days after it are quiet. You may ask from 4 May 2027 on. {GIVE}"
                )
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
            two.reasons().iter().filter_map(|reason| reason.quiet().map(|quiet| quiet.cohort)).collect::<Vec<_>>(),
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
        let veiled = "No asks until 23 May 2027: they are in a quiet period. You may ask from 24 May 2027 on.";
        assert_eq!(marketing.sentence(), format!("{veiled} {GIVE}"));
        assert_eq!(marketing.reasons().len(), 1, "not how many cohorts there are");
        let owner = all.clone().as_seen_by(|owner| owner == 91);
        assert_eq!(
            owner.sentence(),
            format!("No asks until 3 May 2027: Amara Okafor takes part in “Cohort 1”, and the 33 days after it are quiet. {veiled} {GIVE}")
        );
        assert_eq!((marketing.earliest(), owner.earliest()), (earliest, earliest));
        assert_eq!(all.clone().as_seen_by(|_| true), all);
    }

    #[test]
    fn a_veil_hides_cohorts_and_nothing_else() {
        let told = Told { problem: true, ..Told::free() };
        let all = told.may_ask(&[stay(1, 1, "2027-03-31"), stay(2, 1, "2027-04-20")], at("2027-03-29T12:00:00Z")).unwrap_err();
        let codes = |why: &NotNow| why.reasons().iter().map(Reason::code).collect::<Vec<_>>();
        assert_eq!(codes(&all), ["quiet", "quiet", "problem"]);
        let marketing = all.as_seen_by(|_| false);
        assert_eq!(codes(&marketing), ["quiet", "problem"]);
        assert_eq!(
            marketing.sentence(),
            format!(
                "No asks until 23 May 2027: they are in a quiet period. Something is to be put right with them first. Not before 24 May 2027 in any case. {GIVE}"
            )
        );
        assert_eq!((marketing.earliest(), marketing.not_before()), (None, Some("2027-05-24".parse().unwrap())));
    }

    #[test]
    fn each_reason_stands_by_itself() {
        let free = Told::free();
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let asked = |asked: AskedBefore| Told { asked, ..Told::free() };
        let limits = |limits: Limits| Told { limits, ..Told::free() };
        let last = |text: &str| AskedBefore { last: BTreeMap::from([(AskKind::Review, day(text))]), ..AskedBefore::default() };
        assert_eq!(free.codes(), [""; 0]);
        for (what, told, expect) in [
            ("one is open", asked(AskedBefore { open: Some(State::Submitted), ..AskedBefore::default() }), vec!["one-open"]),
            ("a problem", Told { problem: true, ..free.clone() }, vec!["problem"]),
            ("one of the company's", Told { company_problem: true, ..free.clone() }, vec!["company-problem"]),
            ("a wish to be forgotten", Told { to_be_forgotten: true, ..free.clone() }, vec!["to-be-forgotten"]),
            ("a pause", limits(Limits { pause_until: Some(day("2027-03-29")), ..Limits::default() }), vec!["paused"]),
            ("a pause that is over", limits(Limits { pause_until: Some(day("2027-03-28")), ..Limits::default() }), vec![]),
            ("never this", limits(Limits { never: [AskKind::Review].into(), ..Limits::default() }), vec!["never"]),
            ("never something else", limits(Limits { never: [AskKind::Quote].into(), ..Limits::default() }), vec![]),
            ("their most is nothing", limits(Limits { most_per_quarter: Some(0), ..Limits::default() }), vec!["own-cap"]),
            (
                "asked once",
                Told { gives: 2, ..asked(AskedBefore { lately: 1, company_lately: 1, ever: 1, ..AskedBefore::default() }) },
                vec![],
            ),
            (
                "asked once, and once is their most",
                Told {
                    gives: 2,
                    limits: Limits { most_per_quarter: Some(1), ..Limits::default() },
                    ..asked(AskedBefore { lately: 1, company_lately: 1, ever: 1, ..AskedBefore::default() })
                },
                vec!["own-cap"],
            ),
            (
                "asked twice",
                Told { gives: 9, ..asked(AskedBefore { lately: 2, company_lately: 2, ever: 2, ..AskedBefore::default() }) },
                vec!["person-cap", "company-cap"],
            ),
            ("colleagues were asked twice", asked(AskedBefore { company_lately: 2, ..AskedBefore::default() }), vec!["company-cap"]),
            ("the same 89 days ago", asked(last("2026-12-30")), vec!["interval"]),
            ("the same 90 days ago", asked(last("2026-12-29")), vec![]),
            ("something else today", Told { kind: Some(AskKind::Beta), ..asked(last("2027-03-29")) }, vec![]),
            ("nothing given", Told { gives: 0, ..free.clone() }, vec!["nothing-given"]),
            ("as many given as asked", Told { gives: 3, ..asked(AskedBefore { ever: 3, ..AskedBefore::default() }) }, vec![]),
            ("fewer given than asked", Told { gives: 2, ..asked(AskedBefore { ever: 3, ..AskedBefore::default() }) }, vec!["give-first"]),
        ] {
            assert_eq!(told.codes(), expect, "{what}");
        }
    }

    #[test]
    fn some_kinds_need_a_consent() {
        for (kind, scope) in [
            (AskKind::ReferenceCall, Scope::ReferenceCall),
            (AskKind::Quote, Scope::Quote),
            (AskKind::Testimonial, Scope::Quote),
            (AskKind::CaseStudy, Scope::Quote),
            (AskKind::SpeakingForUs, Scope::Name),
        ] {
            let told = |consents: Consents| Told { kind: Some(kind), consents, ..Told::free() };
            assert_eq!(told(Consents::default()).codes(), ["consent"], "{kind}");
            assert_eq!(told(allows(scope)).codes(), [""; 0], "{kind}");
            assert_eq!(told(allows(Scope::Photo)).codes(), ["consent"], "{kind}");
        }
        let needy = AskKind::ALL.iter().filter(|kind| kind.needs().is_some()).count();
        assert_eq!(needy, 5, "everything else is asked without one");
        assert_eq!(Told { kind: None, ..Told::free() }.codes(), [""; 0], "in general, no kind is meant");
    }

    #[test]
    fn everything_that_stands_in_the_way_is_said_at_once() {
        let last = BTreeMap::from([(AskKind::Quote, "2027-02-01".parse().unwrap())]);
        let told = Told {
            kind: Some(AskKind::Quote),
            settings: Settings::default(),
            consents: Consents::default(),
            asked: AskedBefore { open: Some(State::Asked), lately: 2, company_lately: 3, ever: 5, last },
            limits: Limits {
                most_per_quarter: Some(1),
                never: [AskKind::Quote].into(),
                pause_until: Some("2027-06-30".parse().unwrap()),
                note: String::new(),
            },
            problem: true,
            company_problem: true,
            to_be_forgotten: true,
            gives: 4,
        };
        let why = told.may_ask(&[stay(1, 1, "2027-03-31"), stay(2, 7, "2027-03-30")], at("2027-03-29T12:00:00Z")).unwrap_err();
        let codes: Vec<_> = why.reasons().iter().map(Reason::code).collect();
        assert_eq!(
            codes,
            [
                "quiet",
                "quiet",
                "one-open",
                "problem",
                "company-problem",
                "to-be-forgotten",
                "paused",
                "never",
                "own-cap",
                "consent",
                "person-cap",
                "company-cap",
                "interval",
                "give-first",
            ]
        );
        assert_eq!((why.earliest(), why.not_before()), (None, Some("2027-07-01".parse().unwrap())));
        let kept = Kept::write(&Err(why));
        assert_eq!(
            kept,
            "quiet:1:2027-05-03\nquiet-company:2:2027-05-02\none-open:0:\nproblem:0:\ncompany-problem:0:\nto-be-forgotten:0:\npaused:0:2027-06-30\nnever:0:\n\
             own-cap:0:2027-03-31\nconsent:0:\nperson-cap:0:2027-03-31\ncompany-cap:0:2027-03-31\ninterval:0:2027-05-01\ngive-first:0:"
        );
        assert_eq!(Kept::read(&kept).len(), 14);
    }

    #[test]
    fn a_quarter_is_three_months_of_the_calendar() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        for (on, first, next) in [
            ("2027-01-01", "2027-01-01", "2027-04-01"),
            ("2027-03-31", "2027-01-01", "2027-04-01"),
            ("2027-04-01", "2027-04-01", "2027-07-01"),
            ("2028-02-29", "2028-01-01", "2028-04-01"),
            ("2027-12-31", "2027-10-01", "2028-01-01"),
        ] {
            assert_eq!(quarter(day(on)), (day(first), day(next)), "{on}");
        }
        // Asked twice on the last of March, they may be asked again on 1 April: the quarter is over for whoever counts.
        assert_eq!(quarter_began(at("2027-03-31T23:59:59Z")), at("2027-01-01T00:00:00Z"));
        assert_eq!(quarter_began(at("2027-04-01T00:00:00Z")), at("2027-04-01T00:00:00Z"));
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
        let draft = Ask { kind: AskKind::Review, wording: String::new() };
        assert_eq!(Ask::parse_draft("Review", " "), Ok(draft), "a draft may be worded later");
        assert!(Ask::parse_draft("", "").is_err() && Ask::parse_draft("review", &long).is_err());
    }

    /// Facts at random: what one of them says is joined with what another says by [`joined`].
    fn told() -> impl Strategy<Value = Told> {
        let open = proptest::option::of(proptest::sample::select(vec![State::Submitted, State::Asked, State::Scheduled]));
        let asked = (open, 0_u32..4, 0_u32..4, 0_u32..6, proptest::option::of(0_u64..200));
        let limits = (proptest::option::of(0_u32..4), any::<bool>(), proptest::option::of(0_u64..200));
        (asked, limits, any::<bool>(), any::<bool>(), any::<bool>(), 0_u32..6, any::<bool>()).prop_map(
            |(asked, limits, problem, company_problem, to_be_forgotten, gives, allowed)| {
                let day = |days: u64| NaiveDate::from_ymd_opt(2027, 1, 1).unwrap() + Days::new(days);
                let (open, lately, company, ever, last) = asked;
                let (most_per_quarter, never, pause) = limits;
                Told {
                    kind: Some(AskKind::Quote),
                    settings: Settings::default(),
                    consents: if allowed { allows(Scope::Quote) } else { Consents::default() },
                    asked: AskedBefore {
                        open,
                        lately,
                        company_lately: company,
                        ever,
                        last: last.map(|days| (AskKind::Quote, day(days))).into_iter().collect(),
                    },
                    limits: Limits {
                        most_per_quarter,
                        never: never.then_some(AskKind::Quote).into_iter().collect(),
                        pause_until: pause.map(day),
                        note: String::new(),
                    },
                    problem,
                    company_problem,
                    to_be_forgotten,
                    gives,
                }
            },
        )
    }

    /// Everything that speaks against asking in either.
    fn joined(one: &Told, other: &Told) -> Told {
        let least = |a: Option<u32>, b: Option<u32>| a.into_iter().chain(b).min();
        Told {
            kind: one.kind,
            settings: Settings::default(),
            consents: if other.consents == Consents::default() { Consents::default() } else { one.consents.clone() },
            asked: AskedBefore {
                open: one.asked.open.or(other.asked.open),
                lately: one.asked.lately.max(other.asked.lately),
                company_lately: one.asked.company_lately.max(other.asked.company_lately),
                ever: one.asked.ever.max(other.asked.ever),
                last: one
                    .asked
                    .last
                    .values()
                    .chain(other.asked.last.values())
                    .max()
                    .map(|day| (AskKind::Quote, *day))
                    .into_iter()
                    .collect(),
            },
            limits: Limits {
                most_per_quarter: least(one.limits.most_per_quarter, other.limits.most_per_quarter),
                never: one.limits.never.union(&other.limits.never).copied().collect(),
                pause_until: one.limits.pause_until.max(other.limits.pause_until),
                note: String::new(),
            },
            problem: one.problem || other.problem,
            company_problem: one.company_problem || other.company_problem,
            to_be_forgotten: one.to_be_forgotten || other.to_be_forgotten,
            gives: one.gives.min(other.gives),
        }
    }

    /// When it may be asked: at once, from a day on, or (as far as the calendar says) never.
    fn when(answer: &Result<Allowed, NotNow>) -> NaiveDate {
        match answer {
            Ok(_) => NaiveDate::MIN,
            Err(why) => why.earliest().unwrap_or(NaiveDate::MAX),
        }
    }

    proptest! {
        /// Whatever else becomes known that speaks against it: no refusal becomes a yes, no reason goes away, and no day
        /// comes earlier.
        #[test]
        fn more_that_stands_in_the_way_never_lets_an_ask_through(one in told(), other in told(), quiet in any::<bool>(), day in 0_u64..200) {
            let now = at("2027-01-01T12:00:00Z") + Days::new(day);
            let spring = [stay(1, 1, "2027-03-31")];
            let (few, many) = (one.may_ask(&[], now), joined(&one, &other).may_ask(if quiet { &spring[..] } else { &[] }, now));
            prop_assert!(few.is_ok() || many.is_err());
            prop_assert!(when(&few) <= when(&many));
            if let (Err(few), Err(many)) = (few, many) {
                let codes: Vec<_> = many.reasons().iter().map(Reason::code).collect();
                for reason in few.reasons() {
                    // Nothing given at all is the stronger word for too little given.
                    let said = codes.contains(&reason.code()) || (reason.code() == "give-first" && codes.contains(&"nothing-given"));
                    prop_assert!(said, "{} is said in {codes:?}", reason.code());
                }
                prop_assert!(!many.next_give().sentence().is_empty());
            }
        }

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
            let answer = Told::free().may_ask(&made, now);
            prop_assert_eq!(answer.is_ok(), !made.iter().any(|stay| quiet(stay) && !stay.set_aside));
            match answer {
                Ok(allowed) => prop_assert!(allowed.set_aside().iter().all(|cohort| made.iter().any(|stay| stay.cohort == *cohort && stay.set_aside && quiet(stay)))),
                Err(not_now) => {
                    prop_assert_eq!(not_now.reasons().len(), made.iter().filter(|stay| quiet(stay) && !stay.set_aside).count());
                    let then = not_now.earliest().unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
                    let begun_since = made.iter().any(|stay| stay.accepted_at > now);
                    prop_assert!(begun_since || Told::free().may_ask(&made, then).is_ok(), "the day it names is one");
                }
            }
        }
    }
}
