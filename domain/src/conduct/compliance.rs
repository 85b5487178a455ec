//! The compliance report of a cohort: its numbers, what they come to in words, and the fingerprint by which somebody else
//! can find the same ones.
//!
//! The page and the file are both drawn from [`Report::sections`], so they cannot say different numbers. Of concerns it
//! counts how they ended and holds no word of any: what is not here cannot be shown. Left out: the counting
//! (`store::conduct::compliance`) and the drawing.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;

use crate::conduct::conversation_rule::{Language, content_hash};
use crate::time::{Zone, end_of_day};

/// Everything the report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub head: Head,
    pub acknowledgements: Acknowledgements,
    pub concerns: Concerns,
    pub openings: Openings,
    pub asks: Asks,
    /// Oldest first.
    pub let_stand: Vec<LetStand>,
    pub consents: Vec<Consent>,
    pub publications: Publications,
}

/// Which cohort, and which words were to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub cohort: i64,
    pub program: String,
    pub title: String,
    pub venue: String,
    pub place: String,
    pub zone: Zone,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// `None`: the cohort names no version.
    pub rule: Option<NamedRule>,
}

/// The version of the conversation rule a cohort names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRule {
    pub version: u32,
    /// Its language and the SHA-256 of its words, English first.
    pub texts: Vec<(Language, String)>,
}

/// How many have to acknowledge, and how many acknowledged the version the cohort names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    pub required: u32,
    pub acknowledged: u32,
}

impl Asked {
    /// How many are missing.
    #[must_use]
    pub const fn missing(self) -> u32 {
        self.required.saturating_sub(self.acknowledged)
    }

    const fn and(self, other: Self) -> Self {
        Self { required: self.required + other.required, acknowledged: self.acknowledged + other.acknowledged }
    }
}

/// Everybody with a duty, by duty: one person with two duties is counted in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Acknowledgements {
    pub participants: Asked,
    pub facilitators: Asked,
    pub owner: Asked,
    pub observers: Asked,
    pub educators: Asked,
    /// Everybody, each once.
    pub people: Asked,
}

impl Acknowledgements {
    /// Everybody but the participants.
    #[must_use]
    pub const fn others(&self) -> Asked {
        self.facilitators.and(self.owner).and(self.observers).and(self.educators)
    }
}

/// Reported breaches. The three outcomes also count the cases that were remedied since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Concerns {
    pub reported: u32,
    pub waiting: u32,
    pub reviewing: u32,
    pub upheld: u32,
    pub dismissed: u32,
    pub customer_initiated: u32,
    pub remedied: u32,
    /// Upheld, and the remedy is still to come.
    pub unremedied: u32,
}

/// Topics that customers opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Openings {
    pub opened: u32,
    pub closed: u32,
    pub expired: u32,
    pub follow_ups: u32,
}

impl Openings {
    /// Neither closed nor past their day.
    #[must_use]
    pub const fn open(self) -> u32 {
        self.opened.saturating_sub(self.closed + self.expired)
    }
}

/// What was asked of participants in the cohort's quiet period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asks {
    pub refused: u32,
    /// Went through because the period was overridden for that person.
    pub allowed: u32,
    pub overrides: u32,
}

/// A phrase of sales language that was looked at and let stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetStand {
    pub phrase: String,
    /// The session's title, or which text that invites: `The letter`.
    pub place: String,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// Uses of a name that participants, or their companies, allowed or took back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub scope: String,
    pub of_company: bool,
    /// How many people (companies) allowed it at least once.
    pub given: u32,
    pub withdrawn: u32,
}

/// What shows a participant outside the cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Publications {
    pub live: u32,
    /// Of the live ones: those whose consents were found sufficient and which nobody asked to take down since.
    pub decided: u32,
    pub taken_down: u32,
    pub to_take_down: u32,
}

/// The first instant after a cohort's quiet period: so many whole days, at the venue, after the last one.
#[must_use]
pub fn quiet_ends(zone: &Zone, last_day: NaiveDate, quiet_days: u32) -> DateTime<Utc> {
    end_of_day(zone, last_day.checked_add_days(Days::new(u64::from(quiet_days))).unwrap_or(last_day))
}

// ---- what is shown ----------------------------------------------------------------------------------------------------

/// A part of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// A name for addresses and for the canonical text.
    pub key: &'static str,
    pub heading: &'static str,
    pub lead: String,
    pub figures: Vec<Figure>,
}

/// One number with what it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    pub label: String,
    /// `3`, or `12 of 14`.
    pub value: String,
}

impl Report {
    /// The report as it is read: every number it has, in order.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        let Self { acknowledgements: who, concerns, openings, asks, publications, .. } = self;
        let rule = self.head.rule.as_ref().map_or_else(
            || "This cohort names no version of the conversation rule yet.".to_owned(),
            |rule| format!("Who keeps it, and how many of them have acknowledged version {}.", rule.version),
        );
        let consents = if self.consents.is_empty() {
            "Nobody has allowed a use of their name outside the cohort."
        } else {
            "Each use of a name is allowed on its own, and can be taken back at any time."
        };
        vec![
            Section {
                key: "acknowledgements",
                heading: "The conversation rule",
                lead: rule,
                figures: vec![
                    share("Participants", who.participants),
                    share("Owner of the program", who.owner),
                    share("Facilitators", who.facilitators),
                    share("Educators", who.educators),
                    share("Observers from the account teams", who.observers),
                    share("Everybody, each once", who.people),
                ],
            },
            Section {
                key: "concerns",
                heading: "Concerns",
                lead: "Everybody could report one, participants without giving their name as well. What was reported stays with its \
                       reviewers; only numbers leave them."
                    .to_owned(),
                figures: vec![
                    figure("Reported", concerns.reported),
                    figure("Waiting for a reviewer", concerns.waiting),
                    figure("Under review", concerns.reviewing),
                    figure("Upheld", concerns.upheld),
                    figure("Upheld, remedy to come", concerns.unremedied),
                    figure("Dismissed", concerns.dismissed),
                    figure("Found to be started by the customer", concerns.customer_initiated),
                    figure("Remedied", concerns.remedied),
                ],
            },
            Section {
                key: "openings",
                heading: "Topics customers opened",
                lead: "Only a participant can open a topic for a sales conversation, and close it again.".to_owned(),
                figures: vec![
                    figure("Opened", openings.opened),
                    figure("Open now", openings.open()),
                    figure("Closed by the participant", openings.closed),
                    figure("Past their day", openings.expired),
                    figure("Follow-ups made", openings.follow_ups),
                ],
            },
            Section {
                key: "asks",
                heading: "The quiet period",
                lead: "From accepting until some time after the week nothing may be asked of a participant. Only the program's owner may \
                       make an exception, with a reason."
                    .to_owned(),
                figures: vec![
                    figure("Asks refused", asks.refused),
                    figure("Exceptions made", asks.overrides),
                    figure("Asks let through by an exception", asks.allowed),
                ],
            },
            Section {
                key: "findings",
                heading: "Sales language let stand",
                lead: "Titles, abstracts and letters are checked for sales language. What was found and let stand has a reason.".to_owned(),
                figures: vec![figure("Findings let stand", self.let_stand.len())],
            },
            Section {
                key: "consents",
                heading: "Consents",
                lead: consents.to_owned(),
                figures: self.consents.iter().flat_map(Consent::figures).collect(),
            },
            Section {
                key: "publications",
                heading: "Publications",
                lead: "What shows a participant of this cohort outside it.".to_owned(),
                figures: vec![
                    figure("Live", publications.live),
                    figure("Live, allowed and not stopped since", publications.decided),
                    figure("Taken down", publications.taken_down),
                    figure("Still to be taken down", publications.to_take_down),
                ],
            },
        ]
    }

    /// The text the fingerprint is made of: a line that says which form this is, the cohort, its dates, the words of the
    /// rule by their hashes, then one line a figure, `section: what is counted = number`, in the order of
    /// [`Report::sections`]. Lines end with a line feed. Nothing in it depends on the day it is made but the numbers.
    #[must_use]
    pub fn canonical(&self) -> String {
        let head = &self.head;
        let mut text =
            format!("cohortium compliance report, form 1\ncohort = {}\ndays = {} to {}\n", head.cohort, head.first_day, head.last_day);
        if let Some(rule) = &head.rule {
            text.push_str(&format!("rule = {}\n", rule.version));
            for (language, hash) in &rule.texts {
                text.push_str(&format!("rule in {language} = {hash}\n"));
            }
        }
        for section in self.sections() {
            for Figure { label, value } in section.figures {
                text.push_str(&format!("{}: {label} = {value}\n", section.key));
            }
        }
        text
    }

    /// SHA-256 of [`Report::canonical`], in lower-case hexadecimal: the same numbers have the same one.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        content_hash(&self.canonical())
    }

    /// What the numbers come to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let (participants, others, concerns) = (self.acknowledgements.participants, self.acknowledgements.others(), self.concerns);
        let awaited = concerns.waiting + concerns.reviewing;
        let complete = self.head.rule.is_some()
            && participants.required > 0
            && participants.missing() + others.missing() + awaited + self.publications.to_take_down == 0;
        let standing = match (concerns.upheld, complete) {
            (1.., _) => Standing::Broken,
            (0, true) => Standing::Kept,
            (0, false) => Standing::Unfinished,
        };
        let mut sentences = match &self.head.rule {
            None => vec!["This cohort names no version of the conversation rule, so nobody could acknowledge one.".to_owned()],
            Some(rule) => acknowledged(rule.version, participants, others),
        };
        sentences.push(match concerns {
            Concerns { reported: 0, .. } => "No concern was reported.".to_owned(),
            Concerns { upheld: 0, .. } if awaited == 0 => "No concern was upheld.".to_owned(),
            Concerns { upheld: 0, .. } => "No concern was upheld so far.".to_owned(),
            Concerns { upheld, unremedied: 0, .. } => format!("{} upheld and remedied.", were(upheld, "concern", "concerns")),
            Concerns { upheld, .. } => format!("{} upheld; a remedy is still to come.", were(upheld, "concern", "concerns")),
        });
        if awaited > 0 {
            sentences.push(match awaited {
                1 => "1 concern is still looked into.".to_owned(),
                many => format!("{many} concerns are still looked into."),
            });
        }
        sentences.push(match self.asks.overrides {
            0 => "No exception was made from the quiet period.".to_owned(),
            1 => "One exception was made from the quiet period, with its reason on record.".to_owned(),
            many => format!("{many} exceptions were made from the quiet period, each with its reason on record."),
        });
        match self.publications.to_take_down {
            0 => {}
            1 => sentences.push("1 publication has still to be taken down.".to_owned()),
            many => sentences.push(format!("{many} publications have still to be taken down.")),
        }
        Verdict { standing, sentences }
    }

    /// The numbers that the history carries too.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            acknowledged: self.acknowledgements.people.acknowledged,
            opened: self.openings.opened,
            closed: self.openings.closed,
            follow_ups: self.openings.follow_ups,
            overrides: self.asks.overrides,
            asks_refused: self.asks.refused,
            asks_allowed: self.asks.allowed,
            consents_given: self.consents.iter().map(|consent| consent.given).sum(),
            consents_withdrawn: self.consents.iter().map(|consent| consent.withdrawn).sum(),
            live: self.publications.live,
            taken_down: self.publications.taken_down,
            let_stand: count(self.let_stand.len()),
            reported: self.concerns.reported,
            upheld: self.concerns.upheld,
            dismissed: self.concerns.dismissed,
            customer_initiated: self.concerns.customer_initiated,
            remedied: self.concerns.remedied,
        }
    }
}

impl Consent {
    fn figures(&self) -> [Figure; 2] {
        let whose = if self.of_company { "companies" } else { "people" };
        [
            figure(format!("{}: {whose} who allowed it", capital(&self.scope)), self.given),
            figure(format!("{}: {whose} who took it back", capital(&self.scope)), self.withdrawn),
        ]
    }
}

/// Whether the rule was kept, as far as numbers tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Kept,
    /// Something is still to be acknowledged, reviewed or taken down.
    Unfinished,
    /// A concern was upheld.
    Broken,
}

impl Standing {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Kept => "the rule was kept",
            Self::Unfinished => "not complete yet",
            Self::Broken => "the rule was broken",
        }
    }
}

/// What the numbers come to, in sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub standing: Standing,
    pub sentences: Vec<String>,
}

fn acknowledged(version: u32, participants: Asked, others: Asked) -> Vec<String> {
    let first = match (participants.required, participants.missing()) {
        (0, _) => "Nobody takes part yet.".to_owned(),
        (_, 0) => format!("Every participant acknowledged version {version} of the conversation rule."),
        (required, missing) => {
            format!("{} not acknowledged version {version} of the conversation rule yet.", have(missing, required, "participants"))
        }
    };
    let second = match (others.required, others.missing()) {
        (0, _) => None,
        (_, 0) => Some("Everybody who runs the week, teaches or watches acknowledged it.".to_owned()),
        (required, missing) => {
            Some(format!("{} not acknowledged it yet.", have(missing, required, "people who run the week, teach or watch")))
        }
    };
    [Some(first), second].into_iter().flatten().collect()
}

fn have(missing: u32, required: u32, whom: &str) -> String {
    format!("{missing} of {required} {whom} {}", if missing == 1 { "has" } else { "have" })
}

fn were(number: u32, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one} was") } else { format!("{number} {many} were") }
}

fn share(label: &str, asked: Asked) -> Figure {
    Figure { label: label.to_owned(), value: format!("{} of {}", asked.acknowledged, asked.required) }
}

fn figure(label: impl Into<String>, number: impl std::fmt::Display) -> Figure {
    Figure { label: label.into(), value: number.to_string() }
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

// ---- against the history ----------------------------------------------------------------------------------------------

/// The numbers that are counted twice: once in the tables as they stand, once in the history of every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// People with a duty who acknowledged the version the cohort names.
    pub acknowledged: u32,
    pub opened: u32,
    pub closed: u32,
    pub follow_ups: u32,
    pub overrides: u32,
    /// In the quiet period, as the report counts them.
    pub asks_refused: u32,
    pub asks_allowed: u32,
    /// People and companies, once for each use of a name.
    pub consents_given: u32,
    pub consents_withdrawn: u32,
    pub live: u32,
    pub taken_down: u32,
    pub let_stand: u32,
    pub reported: u32,
    pub upheld: u32,
    pub dismissed: u32,
    pub customer_initiated: u32,
    pub remedied: u32,
}

impl Tally {
    fn named(&self) -> [(&'static str, u32); 17] {
        [
            ("People who acknowledged", self.acknowledged),
            ("Topics opened", self.opened),
            ("Topics closed", self.closed),
            ("Follow-ups", self.follow_ups),
            ("Exceptions from the quiet period", self.overrides),
            ("Asks refused", self.asks_refused),
            ("Asks let through by an exception", self.asks_allowed),
            ("Consents given", self.consents_given),
            ("Consents taken back", self.consents_withdrawn),
            ("Publications live", self.live),
            ("Publications taken down", self.taken_down),
            ("Findings let stand", self.let_stand),
            ("Concerns reported", self.reported),
            ("Concerns upheld", self.upheld),
            ("Concerns dismissed", self.dismissed),
            ("Concerns started by the customer", self.customer_initiated),
            ("Concerns remedied", self.remedied),
        ]
    }
}

/// A number the tables and the history do not agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    pub what: &'static str,
    pub tables: u32,
    pub history: u32,
}

impl Difference {
    /// In words.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}: the report counts {}, the history tells of {}.", self.what, self.tables, self.history)
    }
}

/// What is said when they are the same: exactly which numbers were counted twice.
#[must_use]
pub fn counted_again() -> String {
    let names: Vec<String> = Tally::default().named().iter().map(|(name, _)| name.to_lowercase()).collect();
    format!(
        "Counted again in the history of every change, and the same: {}. Every other number was counted once, in the rows as they stand.",
        names.join(", ")
    )
}

/// Where they differ; nothing when they are the same.
#[must_use]
pub fn differences(tables: &Tally, history: &Tally) -> Vec<Difference> {
    tables
        .named()
        .into_iter()
        .zip(history.named())
        .filter(|((_, tables), (_, history))| tables != history)
        .map(|((what, tables), (_, history))| Difference { what, tables, history })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// Twelve participants, a facilitator, the owner; all of them have acknowledged version 2, and nothing happened.
    fn kept() -> Report {
        let all = |number| Asked { required: number, acknowledged: number };
        Report {
            head: Head {
                cohort: 7,
                program: "Leading through the energy shift".into(),
                title: "Spring cohort".into(),
                venue: "Campus Fontainebleau".into(),
                place: "France".into(),
                zone: Zone::parse("Europe/Paris").unwrap(),
                first_day: "2027-03-27".parse().unwrap(),
                last_day: "2027-03-31".parse().unwrap(),
                rule: Some(NamedRule { version: 2, texts: vec![(Language::English, HASH.into())] }),
            },
            acknowledgements: Acknowledgements {
                participants: all(12),
                facilitators: all(1),
                owner: all(1),
                people: all(14),
                ..Acknowledgements::default()
            },
            concerns: Concerns::default(),
            openings: Openings::default(),
            asks: Asks::default(),
            let_stand: Vec::new(),
            consents: Vec::new(),
            publications: Publications::default(),
        }
    }

    fn finding() -> LetStand {
        LetStand {
            phrase: "pricing".into(),
            place: "Pricing energy".into(),
            reason: "A lecture on markets.".into(),
            at: "2027-03-01T09:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn the_verdict_follows_from_the_numbers() {
        const ACKNOWLEDGED: &str = "Every participant acknowledged version 2 of the conversation rule.";
        const OTHERS: &str = "Everybody who runs the week, teaches or watches acknowledged it.";
        const QUIET: &str = "No exception was made from the quiet period.";
        let report = |change: fn(&mut Report)| {
            let mut report = kept();
            change(&mut report);
            report
        };
        let table: Vec<(&str, Report, Standing, Vec<&str>)> = vec![
            ("nothing happened", report(|_| ()), Standing::Kept, vec![ACKNOWLEDGED, OTHERS, "No concern was reported.", QUIET]),
            (
                "no version",
                report(|report| report.head.rule = None),
                Standing::Unfinished,
                vec![
                    "This cohort names no version of the conversation rule, so nobody could acknowledge one.",
                    "No concern was reported.",
                    QUIET,
                ],
            ),
            (
                "nobody yet",
                report(|report| report.acknowledgements = Acknowledgements::default()),
                Standing::Unfinished,
                vec!["Nobody takes part yet.", "No concern was reported.", QUIET],
            ),
            (
                "one participant is missing",
                report(|report| report.acknowledgements.participants.acknowledged = 11),
                Standing::Unfinished,
                vec![
                    "1 of 12 participants has not acknowledged version 2 of the conversation rule yet.",
                    OTHERS,
                    "No concern was reported.",
                    QUIET,
                ],
            ),
            (
                "two educators are missing",
                report(|report| report.acknowledgements.educators = Asked { required: 3, acknowledged: 1 }),
                Standing::Unfinished,
                vec![
                    ACKNOWLEDGED,
                    "2 of 5 people who run the week, teach or watch have not acknowledged it yet.",
                    "No concern was reported.",
                    QUIET,
                ],
            ),
            (
                "one concern, dismissed",
                report(|report| report.concerns = Concerns { reported: 1, dismissed: 1, ..Concerns::default() }),
                Standing::Kept,
                vec![ACKNOWLEDGED, OTHERS, "No concern was upheld.", QUIET],
            ),
            (
                "one concern under review, one waiting",
                report(|report| report.concerns = Concerns { reported: 2, waiting: 1, reviewing: 1, ..Concerns::default() }),
                Standing::Unfinished,
                vec![ACKNOWLEDGED, OTHERS, "No concern was upheld so far.", "2 concerns are still looked into.", QUIET],
            ),
            (
                "one upheld",
                report(|report| report.concerns = Concerns { reported: 1, upheld: 1, unremedied: 1, ..Concerns::default() }),
                Standing::Broken,
                vec![ACKNOWLEDGED, OTHERS, "1 concern was upheld; a remedy is still to come.", QUIET],
            ),
            (
                "two upheld and remedied, one under review",
                report(|report| report.concerns = Concerns { reported: 3, reviewing: 1, upheld: 2, remedied: 2, ..Concerns::default() }),
                Standing::Broken,
                vec![ACKNOWLEDGED, OTHERS, "2 concerns were upheld and remedied.", "1 concern is still looked into.", QUIET],
            ),
            (
                "one exception",
                report(|report| report.asks.overrides = 1),
                Standing::Kept,
                vec![
                    ACKNOWLEDGED,
                    OTHERS,
                    "No concern was reported.",
                    "One exception was made from the quiet period, with its reason on record.",
                ],
            ),
            (
                "two exceptions, and a publication that has to go",
                report(|report| {
                    report.asks.overrides = 2;
                    report.publications.to_take_down = 1;
                }),
                Standing::Unfinished,
                vec![
                    ACKNOWLEDGED,
                    OTHERS,
                    "No concern was reported.",
                    "2 exceptions were made from the quiet period, each with its reason on record.",
                    "1 publication has still to be taken down.",
                ],
            ),
        ];
        for (what, report, standing, sentences) in table {
            let sentences = sentences.into_iter().map(str::to_owned).collect();
            assert_eq!(report.verdict(), Verdict { standing, sentences }, "{what}");
        }
    }

    #[test]
    fn the_canonical_text_is_one_line_a_figure() {
        let mut report = kept();
        report.consents = vec![
            Consent { scope: "quote".into(), of_company: false, given: 3, withdrawn: 1 },
            Consent { scope: "logo".into(), of_company: true, given: 1, withdrawn: 0 },
        ];
        report.openings = Openings { opened: 4, closed: 1, expired: 1, follow_ups: 5 };
        report.let_stand = vec![finding()];
        let expect = format!(
            "cohortium compliance report, form 1
cohort = 7
days = 2027-03-27 to 2027-03-31
rule = 2
rule in en = {HASH}
acknowledgements: Participants = 12 of 12
acknowledgements: Owner of the program = 1 of 1
acknowledgements: Facilitators = 1 of 1
acknowledgements: Educators = 0 of 0
acknowledgements: Observers from the account teams = 0 of 0
acknowledgements: Everybody, each once = 14 of 14
concerns: Reported = 0
concerns: Waiting for a reviewer = 0
concerns: Under review = 0
concerns: Upheld = 0
concerns: Upheld, remedy to come = 0
concerns: Dismissed = 0
concerns: Found to be started by the customer = 0
concerns: Remedied = 0
openings: Opened = 4
openings: Open now = 2
openings: Closed by the participant = 1
openings: Past their day = 1
openings: Follow-ups made = 5
asks: Asks refused = 0
asks: Exceptions made = 0
asks: Asks let through by an exception = 0
findings: Findings let stand = 1
consents: Quote: people who allowed it = 3
consents: Quote: people who took it back = 1
consents: Logo: companies who allowed it = 1
consents: Logo: companies who took it back = 0
publications: Live = 0
publications: Live, allowed and not stopped since = 0
publications: Taken down = 0
publications: Still to be taken down = 0
"
        );
        assert_eq!(report.canonical(), expect);
        assert_eq!(report.fingerprint(), content_hash(&expect));
    }

    #[test]
    fn the_same_numbers_have_the_same_fingerprint_and_any_other_number_another() {
        let mut renamed = kept();
        renamed.head.title = "Autumn cohort".into();
        renamed.head.venue = "Elsewhere".into();
        assert_eq!(renamed.fingerprint(), kept().fingerprint(), "words are no numbers");
        let changes: [fn(&mut Report); 12] = [
            |report| report.head.cohort = 8,
            |report| report.head.rule = None,
            |report| report.acknowledgements.observers.required = 1,
            |report| report.concerns.reported = 1,
            |report| report.concerns.remedied = 1,
            |report| report.openings.opened = 1,
            |report| report.openings.follow_ups = 1,
            |report| report.asks.refused = 1,
            |report| report.asks.allowed = 1,
            |report| report.let_stand.push(finding()),
            |report| report.consents.push(Consent { scope: "name".into(), of_company: false, given: 0, withdrawn: 0 }),
            |report| report.publications.decided = 1,
        ];
        let mut seen = std::collections::BTreeSet::from([kept().fingerprint()]);
        for (index, change) in changes.into_iter().enumerate() {
            let mut report = kept();
            change(&mut report);
            assert!(seen.insert(report.fingerprint()), "change {index}");
        }
    }

    #[test]
    fn what_the_history_does_not_tell_is_named() {
        let tables = Tally { opened: 3, closed: 1, ..Tally::default() };
        assert_eq!(differences(&tables, &tables), []);
        let history = Tally { opened: 2, closed: 1, upheld: 1, ..Tally::default() };
        let found = differences(&tables, &history);
        assert_eq!(
            found,
            [Difference { what: "Topics opened", tables: 3, history: 2 }, Difference { what: "Concerns upheld", tables: 0, history: 1 },]
        );
        assert_eq!(found[0].sentence(), "Topics opened: the report counts 3, the history tells of 2.");
    }

    #[test]
    fn what_was_counted_again_is_named() {
        assert_eq!(
            counted_again(),
            "Counted again in the history of every change, and the same: people who acknowledged, topics opened, topics closed, follow-ups, \
             exceptions from the quiet period, asks refused, asks let through by an exception, consents given, consents taken back, \
             publications live, publications taken down, findings let stand, concerns reported, concerns upheld, concerns dismissed, \
             concerns started by the customer, concerns remedied. Every other number was counted once, in the rows as they stand."
        );
    }

    #[test]
    fn quiet_days_end_at_the_venue() {
        let paris = Zone::parse("Europe/Paris").unwrap();
        let last_day = "2027-03-31".parse().unwrap();
        for (days, ends) in [(0, "2027-03-31T22:00:00Z"), (1, "2027-04-01T22:00:00Z"), (30, "2027-04-30T22:00:00Z")] {
            assert_eq!(quiet_ends(&paris, last_day, days), ends.parse::<DateTime<Utc>>().unwrap(), "{days} days");
        }
    }
}
