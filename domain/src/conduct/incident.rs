//! A reported breach of the conversation rule, from the report to its remedy. People read "concern"; the code says
//! incident. Who may review is decided here. Who reported is kept out of here: no rule asks.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};

/// The most characters of anything written in a case, and the fewest of a report.
const LONGEST: usize = 5_000;
const SHORTEST: usize = 10;
/// Reports taken in one hour: from one person who gives a name, and for one cohort from all who give none.
pub const MOST_REPORTS: i64 = 20;
/// Messages a reporter may add to one case on one day.
pub const MOST_MESSAGES: i64 = 20;

crate::text_enum! {
    /// `reported → reviewing → upheld | dismissed | customer-initiated → remedied`.
    pub enum State {
        Reported = "reported",
        Reviewing = "reviewing",
        Upheld = "upheld",
        Dismissed = "dismissed",
        CustomerInitiated = "customer-initiated",
        Remedied = "remedied",
    }
}

impl State {
    /// Whether somebody still has to find out what happened.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Reported | Self::Reviewing)
    }

    /// Whether it is what a review came to.
    #[must_use]
    pub const fn is_outcome(self) -> bool {
        matches!(self, Self::Upheld | Self::Dismissed | Self::CustomerInitiated)
    }

    /// As reviewers read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Reviewing => "under review",
            Self::Upheld => "upheld",
            Self::Dismissed => "no breach",
            Self::CustomerInitiated => "started by the customer",
            Self::Remedied => "settled",
        }
    }

    /// As whoever reported reads it.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::Reported => "It is with the reviewers. Nobody has taken it up yet.",
            Self::Reviewing => "A reviewer is looking into it.",
            Self::Upheld => "The reviewers agree that the rule was broken. What follows from it is being settled.",
            Self::Dismissed => "The reviewers looked into it, and found no breach of the rule.",
            Self::CustomerInitiated => "The reviewers found that a guest had opened this conversation, which the rule allows.",
            Self::Remedied => "It is settled: what was to be done about it has been done.",
        }
    }
}

crate::text_enum! {
    /// How much it weighed, as whoever reports it sees it.
    pub enum Severity {
        Slight = "slight",
        Serious = "serious",
        Grave = "grave",
    }
}

impl Severity {
    /// What choosing it means.
    #[must_use]
    pub const fn means(self) -> &'static str {
        match self {
            Self::Slight => "Somebody forgot the rule for a moment.",
            Self::Serious => "It went on, or made somebody uncomfortable.",
            Self::Grave => "It was deliberate, or it harms trust in the whole week.",
        }
    }
}

crate::text_enum! {
    /// What moves a case.
    pub enum Act {
        Take = "take",
        Uphold = "uphold",
        Dismiss = "dismiss",
        CustomerInitiated = "customer-initiated",
        Remedy = "remedy",
    }
}

impl Act {
    /// What a review may come to.
    pub const OUTCOMES: [Self; 3] = [Self::Uphold, Self::Dismiss, Self::CustomerInitiated];

    /// What a reviewer reads beside it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Take => "Taken up",
            Self::Uphold => "The rule was broken",
            Self::Dismiss => "There was no breach",
            Self::CustomerInitiated => "The customer started it",
            Self::Remedy => "Settled",
        }
    }
}

/// The state after an act; an act that does not fit says why.
///
/// # Errors
/// What has to come first, or what stands already.
pub fn after(state: State, act: Act) -> Result<State, IncidentRefusal> {
    use State::{CustomerInitiated, Dismissed, Remedied, Reported, Reviewing, Upheld};
    Ok(match (state, act) {
        (Reported | Reviewing, Act::Take) => Reviewing,
        (Reviewing | Upheld, Act::Uphold) => Upheld,
        (Reviewing | Dismissed, Act::Dismiss) => Dismissed,
        (Reviewing | CustomerInitiated, Act::CustomerInitiated) => CustomerInitiated,
        (Upheld | Dismissed | CustomerInitiated | Remedied, Act::Remedy) => Remedied,
        (Reported, Act::Uphold | Act::Dismiss | Act::CustomerInitiated) => return Err(IncidentRefusal::NotTaken),
        (Reported | Reviewing, Act::Remedy) => return Err(IncidentRefusal::NotDecided),
        (Upheld | Dismissed | CustomerInitiated, _) => return Err(IncidentRefusal::Decided),
        (Remedied, _) => return Err(IncidentRefusal::Settled),
    })
}

/// Why an act on a case was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentRefusal {
    Fields(Vec<FieldRefusal>),
    NotTaken,
    NotDecided,
    Decided,
    Settled,
    Stale,
    TooManyReports,
    TooManyMessages,
    /// No such case, or not for whoever asks: both read alike.
    Unknown,
}

impl Refusal for IncidentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NotTaken => "not-taken",
            Self::NotDecided => "not-decided",
            Self::Decided => "decided",
            Self::Settled => "settled",
            Self::Stale => "stale",
            Self::TooManyReports => "too-many-reports",
            Self::TooManyMessages => "too-many-messages",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.",
            Self::NotTaken => "Nobody has taken this concern up. Take it up first, then say what the review came to.",
            Self::NotDecided => "The review is not over. Say what it came to first, then what was done about it.",
            Self::Decided => "The review of this concern is over: its outcome is above. Say what was done about it.",
            Self::Settled => "This concern is settled. If something new happened, report it as a new concern.",
            Self::Stale => {
                "Somebody else worked on this concern while you were typing. Read what stands now; your text is kept below. Send it again to keep yours."
            }
            Self::TooManyReports => {
                "Many concerns were sent within the hour, so yours was not taken. Your text is kept here: send it again in an hour."
            }
            Self::TooManyMessages => "You have written many messages today. Put what is left into one, and send it tomorrow.",
            Self::Unknown => "This concern is not open to you any more. Go back to the list.",
        }
        .into()
    }
}

/// What was typed into a report, field by field.
#[derive(Debug, Clone, Default)]
pub struct TypedReport<'a> {
    pub said: &'a str,
    pub severity: &'a str,
    /// The id of a session; empty for none.
    pub session: &'a str,
    /// Who started it, in the reporter's words.
    pub started_by: &'a str,
    /// The id of a member of staff; empty for nobody.
    pub started_by_staff: &'a str,
}

/// A report, checked. Whether the session and the person are the cohort's is the store's to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub said: String,
    pub severity: Severity,
    pub session: Option<i64>,
    pub started_by: String,
    pub started_by_staff: Option<i64>,
}

impl Report {
    /// # Errors
    /// Every field that is wrong, in the order of the form.
    pub fn parse(typed: &TypedReport<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let said = wrong.keep(contact::paragraphs("said", typed.said, LONGEST).and_then(|said| {
            if said.chars().count() < SHORTEST {
                return Err(FieldRefusal::new("said", "Write what happened, in a sentence or two. Without it nobody can look into it."));
            }
            Ok(said)
        }));
        let severity = Severity::parse(typed.severity);
        if severity.is_none() {
            wrong.refuse("severity", "Choose how serious it was.");
        }
        let session = wrong.keep(chosen("session", typed.session, NO_SESSION));
        let started_by_staff = wrong.keep(chosen("started_by_staff", typed.started_by_staff, NO_PERSON));
        let started_by = wrong.keep(contact::optional("started_by", typed.started_by, 200));
        let Some(severity) = severity else { return Err(wrong.into()) };
        wrong.finish()?;
        Ok(Self { said, severity, session, started_by, started_by_staff })
    }
}

/// Said beside a session or a person that is not in the list.
pub const NO_SESSION: &str = "Choose the session from the list, or none.";
pub const NO_PERSON: &str = "Choose the person from the list, or nobody.";

/// An id out of a list; nothing chosen is none.
///
/// # Errors
/// `ask`, beside `field`: it is no id.
pub fn chosen(field: &'static str, typed: &str, ask: &str) -> Result<Option<i64>, FieldRefusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    match typed.parse::<i64>() {
        Ok(id) if id > 0 => Ok(Some(id)),
        _ => Err(FieldRefusal::new(field, ask)),
    }
}

/// What an act of the review says: taking a concern up says nothing, everything else gives its grounds.
///
/// # Errors
/// A sentence for `text`.
pub fn grounds(act: Act, typed: &str) -> Result<String, FieldRefusal> {
    let ask = match act {
        Act::Take => return Ok(String::new()),
        Act::Uphold => "Write what you found, so that what follows can be judged by it.",
        Act::Dismiss => "Write why this was no breach of the rule.",
        Act::CustomerInitiated => "Write how the customer started the conversation.",
        Act::Remedy => "Write what was done about it.",
    };
    words("text", typed, ask)
}

/// A message of a case, from either side.
///
/// # Errors
/// A sentence for `body`.
pub fn message(typed: &str) -> Result<String, FieldRefusal> {
    words("body", typed, "Write your message first.")
}

fn words(field: &'static str, typed: &str, ask: &str) -> Result<String, FieldRefusal> {
    let text = contact::paragraphs(field, typed, LONGEST)?;
    if text.is_empty() { Err(FieldRefusal::new(field, ask)) } else { Ok(text) }
}

/// Who is in a case, of the host's people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Everybody it was ever said to be about.
    pub reported: Vec<i64>,
    /// Who leads them now.
    pub managers: Vec<i64>,
    pub reporter: Option<i64>,
}

impl Facts {
    /// Everybody a conflict keeps from the case.
    #[must_use]
    pub fn apart_from(&self) -> Vec<i64> {
        self.reported.iter().chain(&self.managers).chain(&self.reporter).copied().collect()
    }
}

/// What keeps somebody from reviewing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The report is about them.
    IsReported,
    /// The report is about somebody they manage.
    ManagesReported,
    /// The report is theirs.
    IsReporter,
}

/// Whether something keeps a reviewer from this case. Whoever was ever named in it, their managers and the reporter never
/// review.
#[must_use]
pub fn conflict(reviewer: i64, facts: &Facts) -> Option<Conflict> {
    if facts.reported.contains(&reviewer) {
        Some(Conflict::IsReported)
    } else if facts.managers.contains(&reviewer) {
        Some(Conflict::ManagesReported)
    } else if facts.reporter == Some(reviewer) {
        Some(Conflict::IsReporter)
    } else {
        None
    }
}

/// Whether `manager` may be entered as the manager of `person`: neither themselves nor anybody who reports to them.
/// `managers` are everybody's, as (person, manager).
#[must_use]
pub fn may_manage(person: i64, manager: i64, managers: &[(i64, i64)]) -> bool {
    let mut above = manager;
    // Each step goes one up, so that a line without an end is longer than there are people.
    for _ in 0..=managers.len() {
        if above == person {
            return false;
        }
        match managers.iter().find(|(of, _)| *of == above) {
            Some((_, next)) => above = *next,
            None => return true,
        }
    }
    false
}

/// The instant kept of what somebody did without a name: the day, and nothing of its hours.
#[must_use]
pub fn coarse(now: DateTime<Utc>) -> DateTime<Utc> {
    now.date_naive().and_time(NaiveTime::MIN).and_utc()
}

/// The full hour an instant is in.
#[must_use]
pub fn hour(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::seconds(now.timestamp().rem_euclid(3_600))
}

/// When reviewers are told of what arrives in this hour, whoever it came from: the minute would point at somebody.
#[must_use]
pub fn next_hour(now: DateTime<Utc>) -> DateTime<Utc> {
    hour(now) + TimeDelta::hours(1)
}

/// Until when a refused report is kept for whoever typed it: an hour from now it is still there, and its minute is not.
#[must_use]
pub fn draft_ends(now: DateTime<Utc>) -> DateTime<Utc> {
    next_hour(now) + TimeDelta::hours(1)
}

/// What reviewers call a case: its day, and four characters to tell it from another. Nothing in it counts.
#[must_use]
pub fn reference(id: i64, reported: NaiveDate) -> String {
    format!("Concern of {}, {:04X}", reported.format("%-d %B"), id & 0xFFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state × every act: the state after it, or the code of the refusal in brackets.
    #[test]
    fn the_whole_table_of_states_and_acts() {
        let table = "
            state              take        uphold      dismiss     customer-initiated  remedy
            reported           reviewing   (not-taken) (not-taken) (not-taken)         (not-decided)
            reviewing          reviewing   upheld      dismissed   customer-initiated  (not-decided)
            upheld             (decided)   upheld      (decided)   (decided)           remedied
            dismissed          (decided)   (decided)   dismissed   (decided)           remedied
            customer-initiated (decided)   (decided)   (decided)   customer-initiated  remedied
            remedied           (settled)   (settled)   (settled)   (settled)           remedied";
        let mut rows = table.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let acts: Vec<Act> = rows.next().unwrap()[1..].iter().map(|word| Act::parse(word).unwrap()).collect();
        assert_eq!(acts.len(), Act::ALL.len());
        let mut seen = 0;
        for row in rows {
            let state = State::parse(row[0]).unwrap();
            for (act, expect) in acts.iter().zip(&row[1..]) {
                let found = after(state, *act).map_or_else(|why| format!("({})", why.code()), |next| next.as_str().to_owned());
                assert_eq!(found, *expect, "{state} + {act}");
                seen += 1;
            }
        }
        assert_eq!(seen, State::ALL.len() * Act::ALL.len());
    }

    #[test]
    fn every_state_is_open_decided_or_settled() {
        let sorted: Vec<(bool, bool)> = State::ALL.iter().map(|state| (state.is_open(), state.is_outcome())).collect();
        assert_eq!(sorted, [(true, false), (true, false), (false, true), (false, true), (false, true), (false, false)]);
    }

    #[test]
    fn who_never_reviews() {
        let facts = Facts { reported: vec![1, 5], managers: vec![2, 6], reporter: Some(3) };
        for (reviewer, facts, expect) in [
            (1, facts.clone(), Some(Conflict::IsReported)),
            (5, facts.clone(), Some(Conflict::IsReported)),
            (2, facts.clone(), Some(Conflict::ManagesReported)),
            (6, facts.clone(), Some(Conflict::ManagesReported)),
            (3, facts.clone(), Some(Conflict::IsReporter)),
            (4, facts.clone(), None),
            (1, Facts { reporter: Some(1), ..facts.clone() }, Some(Conflict::IsReported)),
            (2, Facts { managers: vec![6], ..facts }, None),
            (1, Facts::default(), None),
        ] {
            assert_eq!(conflict(reviewer, &facts), expect, "{reviewer} in {facts:?}");
            assert_eq!(facts.apart_from().contains(&reviewer), expect.is_some(), "{reviewer} in {facts:?}");
        }
    }

    #[test]
    fn nobody_manages_themselves_directly_or_in_a_circle() {
        // 1 reports to 2, who reports to 3.
        let managers = [(1, 2), (2, 3)];
        for (person, manager, expect) in
            [(1, 1, false), (3, 1, false), (3, 2, false), (2, 1, false), (1, 3, true), (4, 1, true), (3, 4, true)]
        {
            assert_eq!(may_manage(person, manager, &managers), expect, "{manager} manages {person}");
        }
        assert!(!may_manage(9, 1, &[(1, 2), (2, 1)]), "a circle that stands leads nowhere");
    }

    fn typed() -> TypedReport<'static> {
        TypedReport { said: "He asked when we would renew.", severity: "serious", ..TypedReport::default() }
    }

    #[test]
    fn a_report_needs_words_and_a_weight() {
        let report =
            Report::parse(&TypedReport { session: " 7 ", started_by: "  A man\tfrom sales ", started_by_staff: "3", ..typed() }).unwrap();
        let expect = Report {
            said: "He asked when we would renew.".into(),
            severity: Severity::Serious,
            session: Some(7),
            started_by: "A man from sales".into(),
            started_by_staff: Some(3),
        };
        assert_eq!(report, expect);

        let fields = |typed: &TypedReport<'_>| -> Vec<&'static str> {
            Report::parse(typed).err().unwrap_or_default().iter().map(|why| why.field).collect()
        };
        let (long, longest) = ("x".repeat(5_001), "x".repeat(5_000));
        for (what, typed, expect) in [
            ("as it should be", typed(), vec![]),
            ("everything is missing", TypedReport::default(), vec!["said", "severity"]),
            ("nine characters", TypedReport { said: " 123456789 ", ..typed() }, vec!["said"]),
            ("ten characters", TypedReport { said: "1234567890", ..typed() }, vec![]),
            ("as long as may be", TypedReport { said: &longest, ..typed() }, vec![]),
            ("too long", TypedReport { said: &long, ..typed() }, vec!["said"]),
            ("a made-up severity", TypedReport { severity: "fatal", ..typed() }, vec!["severity"]),
            ("a made-up session", TypedReport { session: "seven", ..typed() }, vec!["session"]),
            ("no such number", TypedReport { started_by_staff: "-1", ..typed() }, vec!["started_by_staff"]),
            ("a long name", TypedReport { started_by: &long, ..typed() }, vec!["started_by"]),
        ] {
            assert_eq!(fields(&typed), expect, "{what}");
        }
    }

    #[test]
    fn acts_give_their_grounds() {
        for act in Act::ALL {
            let empty = grounds(*act, " \n ").map_err(|why| why.field);
            assert_eq!(empty, if *act == Act::Take { Ok(String::new()) } else { Err("text") }, "{act}");
            let given = grounds(*act, " It was said at dinner. ").unwrap();
            assert_eq!(given, if *act == Act::Take { "" } else { "It was said at dinner." }, "{act}");
        }
        assert_eq!(message("").unwrap_err().field, "body");
        assert_eq!(message("a\r\nb").unwrap(), "a\nb");
    }

    #[test]
    fn times_tell_the_day_or_the_hour_and_no_more() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (now, day, hour_of, told) in [
            ("2027-01-15T09:00:00Z", "2027-01-15T00:00:00Z", "2027-01-15T09:00:00Z", "2027-01-15T10:00:00Z"),
            ("2027-01-15T09:17:42Z", "2027-01-15T00:00:00Z", "2027-01-15T09:00:00Z", "2027-01-15T10:00:00Z"),
            ("2027-01-15T23:59:59Z", "2027-01-15T00:00:00Z", "2027-01-15T23:00:00Z", "2027-01-16T00:00:00Z"),
        ] {
            assert_eq!((coarse(at(now)), hour(at(now)), next_hour(at(now))), (at(day), at(hour_of), at(told)), "{now}");
            assert_eq!(draft_ends(at(now)), at(told) + TimeDelta::hours(1), "{now}");
            assert!(draft_ends(at(now)) > at(now) + TimeDelta::hours(1), "in an hour it is there");
        }
    }

    #[test]
    fn a_case_is_called_by_its_day_and_by_nothing_that_counts() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 5).unwrap();
        for (id, expect) in [(1, "0001"), (0x0012_3456_789A_BCDE, "BCDE")] {
            assert_eq!(reference(id, day), format!("Concern of 5 January, {expect}"));
        }
    }
}
