//! Publications: what shows a name outside its cohort, and the one decision that lets it.
//!
//! [`may_publish`] is asked when something is planned and again at the moment it goes public. Only its yes makes a
//! [`Permit`], and only a permit can be stored, so that nothing is planned or live without one.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use url::{Host, Url};

use crate::advocacy::consent::{Channel, Event, Scope, Standing, Subject, resolve};
use crate::contact::{self, Email};
use crate::refusal::{FieldRefusal, Refusal};
use crate::time::{self, words};

crate::text_enum! {
    /// Where a publication stands.
    pub enum State {
        Planned = "planned",
        Live = "live",
        Cancelled = "cancelled",
        TakenDown = "taken down",
    }
}

crate::text_enum! {
    /// What can happen to it.
    pub enum Act {
        Publish = "publish",
        Cancel = "cancel",
        TakeDown = "take-down",
    }
}

/// The state after an act. Repeating one is the same state; an act that does not fit says why.
///
/// # Errors
/// What it is instead, and what to do.
pub fn after(state: State, act: Act) -> Result<State, PublicationRefusal> {
    match (state, act) {
        (State::Planned | State::Live, Act::Publish) => Ok(State::Live),
        (State::Planned | State::Cancelled, Act::Cancel) => Ok(State::Cancelled),
        (State::Live | State::TakenDown, Act::TakeDown) => Ok(State::TakenDown),
        (State::Planned, Act::TakeDown) => Err(PublicationRefusal::NotLive),
        (State::Live, Act::Cancel) => Err(PublicationRefusal::Live),
        (State::Cancelled, Act::Publish | Act::TakeDown) => Err(PublicationRefusal::Cancelled),
        (State::TakenDown, Act::Publish | Act::Cancel) => Err(PublicationRefusal::TakenDown),
    }
}

/// What is planned goes public on its day or later: the consents were asked for that day.
///
/// # Errors
/// Its day has not come.
pub fn in_time(planned: NaiveDate, today: NaiveDate) -> Result<(), PublicationRefusal> {
    if today < planned { Err(PublicationRefusal::NotYet { planned }) } else { Ok(()) }
}

/// What a withdrawal does to a publication that shows what was withdrawn.
#[must_use]
pub const fn on_withdrawal(state: State) -> Option<Act> {
    match state {
        State::Planned => Some(Act::Cancel),
        State::Live => Some(Act::TakeDown),
        State::Cancelled | State::TakenDown => None,
    }
}

/// Working days within which something is taken down.
pub const TAKE_DOWN_DAYS: u32 = 3;

/// The day by which a take-down asked for on this day is done: Saturdays and Sundays do not count.
#[must_use]
pub fn take_down_due(asked: NaiveDate) -> NaiveDate {
    working_days_after(asked, TAKE_DOWN_DAYS)
}

/// The last of so many working days after a day: Saturdays and Sundays do not count. None is the day itself.
#[must_use]
pub fn working_days_after(from: NaiveDate, days: u32) -> NaiveDate {
    let working = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    from.iter_days().skip(1).filter(working).take(days as usize).last().unwrap_or(from)
}

/// One thing a publication shows, of one person or company, with their ledger.
#[derive(Debug, Clone)]
pub struct Use<'a> {
    /// As whoever asks named them.
    pub who: String,
    /// `None` where nobody is known by that address: read like somebody who has allowed nothing.
    pub subject: Option<Subject>,
    pub scope: Scope,
    pub events: &'a [Event],
    /// A company has somebody who may give its consents. Not asked of people.
    pub signatory: bool,
    /// They asked to be forgotten, and are not yet. Not asked of companies.
    pub leaving: bool,
}

/// What is to be published, where and when.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub channel: Channel,
    /// The day it is to be seen on: consents must be live that day.
    pub day: NaiveDate,
    /// It belongs to a task: the customer approves its words and its image.
    pub of_task: bool,
    pub uses: &'a [Use<'a>],
}

/// One use that is allowed, by the event that allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permitted {
    pub subject: Subject,
    pub scope: Scope,
    pub event: i64,
}

/// The yes of [`may_publish`], which makes the only ones there are.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    channel: Channel,
    uses: Vec<Permitted>,
}

impl Permit {
    /// The channel it is for.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// Everything it allows to be shown; never empty, nothing twice.
    #[must_use]
    pub fn uses(&self) -> &[Permitted] {
        &self.uses
    }

    /// The consents it rests on, in words for the log.
    #[must_use]
    pub fn evidence(&self) -> String {
        let events: BTreeSet<i64> = self.uses.iter().map(|one| one.event).collect();
        let events: Vec<String> = events.iter().map(|event| format!("no. {event}")).collect();
        if events.len() == 1 { format!("Consent {}.", events.concat()) } else { format!("Consents {}.", events.join(", ")) }
    }
}

/// What [`may_publish`] answers.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    Allowed(Permit),
    /// Every reason, in the order of what is shown.
    Refused(Vec<Reason>),
}

/// Whether something may be published: every use needs a consent that is live that day on that channel. The one decision
/// behind everything that shows a name outside its cohort.
#[must_use]
pub fn may_publish(facts: &Facts<'_>) -> Decision {
    let (mut uses, mut reasons) = (Vec::new(), Vec::new());
    for one in facts.uses {
        match permitted(facts, one) {
            Ok(use_) if uses.contains(&use_) => {}
            Ok(use_) => uses.push(use_),
            Err(why) => {
                let reason = Reason { who: one.who.clone(), scope: one.scope, channel: facts.channel, why };
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
    }
    if reasons.is_empty() && !uses.is_empty() {
        Decision::Allowed(Permit { channel: facts.channel, uses })
    } else {
        Decision::Refused(reasons)
    }
}

fn permitted(facts: &Facts<'_>, one: &Use<'_>) -> Result<Permitted, Why> {
    if !one.scope.has_channels() {
        return Err(Why::NeverShown);
    }
    if !facts.of_task && one.scope.needs_approval() {
        return Err(Why::NeedsApproval);
    }
    let Some(subject) = one.subject else { return Err(never(one.scope)) };
    match subject {
        Subject::Person(_) if one.scope.of_company() => return Err(Why::TheCompanys),
        Subject::Company(_) if !one.scope.of_company() => return Err(Why::ThePersons),
        _ => {}
    }
    match resolve(one.events, facts.day).standing(one.scope, Some(facts.channel)) {
        Standing::Live { event, .. } if !one.leaving => Ok(Permitted { subject, scope: one.scope, event }),
        // Allowed once and no longer is a cohort attended: whatever stands in the way, the answer is the same.
        _ if matches!(one.scope, Scope::Attendance) => Err(Why::Confidential),
        // Asked last: whoever allowed nothing is not known to have asked for anything.
        Standing::Live { .. } => Err(Why::ToBeForgotten),
        Standing::NotYet { from, .. } => Err(Why::NotYet(from)),
        Standing::Expired { on, .. } => Err(Why::Ended(on)),
        Standing::Withdrawn { on, .. } => Err(Why::Withdrawn(on)),
        Standing::Never if matches!(subject, Subject::Company(_)) && !one.signatory => Err(Why::NoSignatory),
        Standing::Never => Err(Why::NotGiven),
    }
}

const fn never(scope: Scope) -> Why {
    if matches!(scope, Scope::Attendance) { Why::Confidential } else { Why::NotGiven }
}

/// One reason why something may not be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub who: String,
    pub scope: Scope,
    pub channel: Channel,
    pub why: Why,
}

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody knows them, or they have not allowed it: the same to whoever asks.
    NotGiven,
    /// Whether somebody took part is theirs to say.
    Confidential,
    /// Allowed from that day on.
    NotYet(NaiveDate),
    /// Allowed until that day.
    Ended(NaiveDate),
    Withdrawn(NaiveDate),
    /// They asked to be forgotten: what is public goes, and nothing new comes.
    ToBeForgotten,
    /// A company's name or logo, named with a person.
    TheCompanys,
    /// A person's own, named with a company.
    ThePersons,
    /// The company has nobody who may give it.
    NoSignatory,
    /// It is no thing that is shown.
    NeverShown,
    /// Words and pictures are approved by the customer, exactly as they are: that is a task.
    NeedsApproval,
}

impl Reason {
    /// The reason and what to do next.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (who, what, place) = (&self.who, self.scope.of_them(), self.channel.place());
        match self.why {
            Why::NotGiven => format!("{who} has not allowed {what} {place}. Leave it out, or wait until they allow it."),
            Why::Confidential => {
                format!("Whether {who} took part is confidential: they have not allowed it to be said {place}. Leave it out.")
            }
            Why::NotYet(from) => format!("{who} allows {what} {place} from {} on. Choose that day or a later one.", words::day(from)),
            Why::Ended(on) => {
                format!("{who} allowed {what} {place} until {}. Choose a day until then, or ask them to allow it again.", words::day(on))
            }
            Why::Withdrawn(on) => format!("{who} withdrew {what} {place} on {}. Leave it out.", words::day(on)),
            Why::ToBeForgotten => format!("{who} asked to be forgotten. Nothing new shows them: leave them out."),
            Why::TheCompanys => {
                format!("The {} is the company’s to give, not {who}’s. Name it with the company instead.", self.scope)
            }
            Why::ThePersons => {
                format!("{who} cannot give this ({}): it is each person’s own. Name it with the person instead.", self.scope)
            }
            Why::NoSignatory => {
                format!("{who} has nobody yet who may give {what}. Name a signatory on the company’s page, who then gets a link.")
            }
            Why::NeverShown => format!("The consent to {what} is no consent to be shown. Leave it out."),
            Why::NeedsApproval => {
                format!(
                    "To show {what}, {who} has to approve exactly that first. Add what they achieved under Celebrate: its task asks them."
                )
            }
        }
    }
}

/// Every reason, one a line: as the log keeps a refusal.
#[must_use]
pub fn in_lines(reasons: &[Reason]) -> String {
    reasons.iter().map(Reason::sentence).collect::<Vec<_>>().join("\n")
}

/// Who or what a publication shows, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'a> {
    /// A person, by their e-mail address.
    Email(&'a str),
    /// A company, by its name.
    Company(&'a str),
}

/// A publication as it was typed. Rows of which nothing is filled are nobody.
#[derive(Debug, Clone, Default)]
pub struct TypedPlan<'a> {
    pub title: &'a str,
    pub channel: &'a str,
    pub day: &'a str,
    /// Who, and which scopes were ticked.
    pub shows: Vec<(Named<'a>, Vec<&'a str>)>,
}

/// Who or what a publication shows, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Person(Email),
    /// As typed, on one line.
    Company(String),
}

/// A publication to be, before anybody decided on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub title: String,
    pub channel: Channel,
    pub day: NaiveDate,
    pub shows: Vec<(Shown, Vec<Scope>)>,
}

impl Plan {
    /// # Errors
    /// Every field that needs another look; those of the rows under `uses`.
    pub fn parse(typed: &TypedPlan<'_>, today: NaiveDate) -> Result<Self, PublicationRefusal> {
        let mut wrong = Vec::new();
        let title =
            contact::required("title", typed.title, 200, "Enter what it is, as people will find it.").map_err(|why| wrong.push(why));
        let channel = Channel::parse(typed.channel)
            .ok_or_else(|| FieldRefusal::new("channel", "Choose where it is to be seen: each channel has its own consent."))
            .map_err(|why| wrong.push(why));
        let day = match time::parse_date(typed.day) {
            Ok(day) if day < today => Err(FieldRefusal::new("day", "This day is past. Choose today or a later day.")),
            Ok(day) => Ok(day),
            Err(why) => Err(FieldRefusal::new("day", why.sentence())),
        };
        let day = day.map_err(|why| wrong.push(why));
        let mut shows = Vec::new();
        for (named, ticked) in &typed.shows {
            match row(*named, ticked) {
                Ok(row) => shows.extend(row),
                Err(why) => wrong.push(FieldRefusal::new("uses", why)),
            }
        }
        if shows.is_empty() && !wrong.iter().any(|why| why.field == "uses") {
            wrong.push(FieldRefusal::new("uses", PublicationRefusal::NotAllowed(Vec::new()).sentence()));
        }
        match (title, channel, day) {
            (Ok(title), Ok(channel), Ok(day)) if wrong.is_empty() => Ok(Self { title, channel, day, shows }),
            _ => Err(PublicationRefusal::Fields(wrong)),
        }
    }
}

/// One row of who is shown; `None` when nothing of it is filled.
fn row(named: Named<'_>, ticked: &[&str]) -> Result<Option<(Shown, Vec<Scope>)>, String> {
    let (Named::Email(typed) | Named::Company(typed)) = named;
    let typed = contact::one_line(typed);
    let scopes: Option<Vec<Scope>> = ticked.iter().map(|word| Scope::parse(word)).collect();
    match (typed.is_empty(), ticked.is_empty(), scopes) {
        (true, true, _) => Ok(None),
        (true, false, _) => Err("Enter whose it is in the row you ticked, or untick it.".to_owned()),
        (false, true, _) => Err(format!("Tick what of {typed} is shown, or empty the row.")),
        (false, false, None) => Err(format!("Something ticked for {typed} is not on the list. Reload the page and tick again.")),
        (false, false, Some(scopes)) => match named {
            Named::Company(_) => Ok(Some((Shown::Company(typed), scopes))),
            Named::Email(_) => match Email::parse(&typed) {
                Ok(email) => Ok(Some((Shown::Person(email), scopes))),
                Err(_) => Err(format!("“{typed}” is not an e-mail address. Check it, like name@company.com.")),
            },
        },
    }
}

/// Reads where something can be seen.
///
/// # Errors
/// A sentence for `url`.
pub fn public_url(typed: &str) -> Result<String, FieldRefusal> {
    let url = contact::required("url", typed, 2_000, "Enter the address where it can be seen.")?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let sound = |c: char| c.is_alphanumeric() || ".-:".contains(c);
    // Nobody else sees what stands on our own machines.
    let ours = Url::parse(&url).ok().and_then(|url| url.host().map(|host| host.to_owned())).is_some_and(|host| match host {
        Host::Ipv4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        Host::Ipv6(_) | Host::Domain(_) => false,
    });
    if host.contains('.') && host.chars().all(sound) && !url.contains([' ', '"', '<', '>', '\\']) && !ours {
        Ok(url)
    } else {
        Err(FieldRefusal::new("url", "Enter the whole address, like https://example.com/page."))
    }
}

/// Reads the proof that something is gone.
///
/// # Errors
/// A sentence for `proof`.
pub fn proof(typed: &str) -> Result<String, FieldRefusal> {
    let proof = contact::paragraphs("proof", typed, 2_000)?;
    if proof.chars().count() < 10 {
        return Err(FieldRefusal::new(
            "proof",
            "Say how we know that it is gone: what you checked and when, or a link to a picture of it.",
        ));
    }
    Ok(proof)
}

/// Reads why something is to be taken down.
///
/// # Errors
/// A sentence for `reason`.
pub fn take_down_reason(typed: &str) -> Result<String, FieldRefusal> {
    let reason = contact::paragraphs("reason", typed, 2_000)?;
    if reason.chars().count() < 10 {
        return Err(FieldRefusal::new(
            "reason",
            "Say in a sentence why it is to go, and who asked for it: whoever takes it down reads that.",
        ));
    }
    Ok(reason)
}

/// Why nothing was planned, published, cancelled, or taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicationRefusal {
    Fields(Vec<FieldRefusal>),
    /// The answer of [`may_publish`].
    NotAllowed(Vec<Reason>),
    NotLive,
    Live,
    Cancelled,
    TakenDown,
    /// It is planned for a day to come.
    NotYet {
        planned: NaiveDate,
    },
    /// Somebody else changed it meanwhile.
    Stale,
    Unknown,
    /// It belongs to a task, where it is published or cancelled.
    OfTask,
}

impl Refusal for PublicationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NotAllowed(_) => "not-allowed",
            Self::NotLive => "not-live",
            Self::Live => "live",
            Self::Cancelled => "cancelled",
            Self::TakenDown => "taken-down",
            Self::NotYet { .. } => "not-yet",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::OfTask => "of-task",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::NotAllowed(reasons) if reasons.is_empty() => "Name at least one person or company that this shows.".into(),
            Self::NotAllowed(reasons) => reasons.iter().map(Reason::sentence).collect::<Vec<_>>().join(" "),
            Self::NotLive => "Nothing of this is public yet, so there is nothing to take down. Cancel it instead.".into(),
            Self::Live => "This is public already, so it cannot be cancelled. Remove it on its channel first.".into(),
            Self::Cancelled => {
                "This was cancelled, by somebody here or because a consent was withdrawn. Plan it again, and the consents are asked anew."
                    .into()
            }
            Self::TakenDown => "This was taken down. Plan it again, and the consents are asked anew.".into(),
            Self::NotYet { planned } => format!(
                "This is planned for {}, and goes public then or later (days are counted in UTC). To publish it today, cancel it and plan it for today: the consents are asked for that day.",
                words::day(*planned)
            ),
            Self::Stale => {
                "Somebody changed this publication meanwhile. Their version is on the page; look at it, then decide again.".into()
            }
            Self::Unknown => "This publication is gone. Reload the list.".into(),
            Self::OfTask => {
                "This belongs to a task under Celebrate, where the customer approved it. Open the task, and say there what becomes of it."
                    .into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advocacy::consent::Act as Consenting;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    /// Every state × every act: the state after it, or `.` where it is refused.
    #[test]
    fn the_whole_table_of_states_and_acts() {
        let table = "
            state       publish cancel    take-down
            planned     live    cancelled .
            live        live    .         taken-down
            cancelled   .       cancelled .
            taken-down  .       .         taken-down";
        let mut rows = table.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let acts: Vec<Act> = rows.next().unwrap()[1..].iter().map(|word| Act::parse(word).unwrap()).collect();
        assert_eq!(acts, Act::ALL);
        let mut seen = 0;
        for row in rows {
            let state = State::parse(&row[0].replace('-', " ")).unwrap();
            for (act, expect) in acts.iter().zip(&row[1..]) {
                let found = after(state, *act).map_or_else(|_| ".".to_owned(), |state| state.as_str().replace(' ', "-"));
                assert_eq!(found, *expect, "{state} + {act}");
                seen += 1;
            }
            if let Some(act) = on_withdrawal(state) {
                assert!(after(state, act).is_ok(), "{state}: what a withdrawal does, fits");
            }
        }
        assert_eq!(seen, State::ALL.len() * Act::ALL.len());
    }

    #[test]
    fn it_goes_public_on_its_day_or_later() {
        let planned = day("2027-02-12");
        for (today, fits) in [("2027-02-11", false), ("2027-02-12", true), ("2027-02-20", true)] {
            assert_eq!(in_time(planned, day(today)).is_ok(), fits, "{today}");
        }
        let sentence = in_time(planned, day("2027-01-15")).unwrap_err().sentence();
        assert!(sentence.contains("Friday 12 February 2027") && sentence.contains("plan it for today"), "{sentence}");
    }

    /// Whatever they allow; and of somebody who allows nothing it is not told.
    #[test]
    fn whoever_asked_to_be_forgotten_is_shown_nowhere_new() {
        let events = ledger();
        for (subject, scope, leaving, expect) in [
            (Subject::Person(1), Scope::Name, false, None),
            (Subject::Person(1), Scope::Name, true, Some(Why::ToBeForgotten)),
            (Subject::Person(1), Scope::Title, true, Some(Why::NotGiven)),
            (Subject::Person(1), Scope::Attendance, true, Some(Why::Confidential)),
        ] {
            let uses = [Use { who: "W".into(), subject: Some(subject), scope, events: &events, signatory: false, leaving }];
            let found = match may_publish(&Facts { channel: Channel::Blog, day: day("2027-02-01"), of_task: false, uses: &uses }) {
                Decision::Allowed(_) => None,
                Decision::Refused(reasons) => Some(reasons[0].why),
            };
            assert_eq!(found, expect, "{scope} {leaving}");
        }
        let given = Event { scope: Scope::Attendance, ..events[0].clone() };
        let given = [given];
        let uses = [Use {
            who: "W".into(),
            subject: Some(Subject::Person(1)),
            scope: Scope::Attendance,
            events: &given,
            signatory: false,
            leaving: true,
        }];
        let Decision::Refused(reasons) =
            may_publish(&Facts { channel: Channel::Blog, day: day("2027-02-01"), of_task: false, uses: &uses })
        else {
            panic!("allowed")
        };
        assert_eq!(reasons[0].why, Why::Confidential);
    }

    #[test]
    fn a_take_down_has_three_working_days() {
        for (asked, due) in [
            ("2027-01-11", "2027-01-14"), // Monday
            ("2027-01-13", "2027-01-18"), // Wednesday
            ("2027-01-15", "2027-01-20"), // Friday
            ("2027-01-16", "2027-01-20"), // Saturday
            ("2027-01-17", "2027-01-20"), // Sunday
        ] {
            assert_eq!(take_down_due(day(asked)), day(due), "{asked}");
        }
        for (days, last) in [(0, "2027-01-15"), (1, "2027-01-18"), (5, "2027-01-22"), (6, "2027-01-25")] {
            assert_eq!(working_days_after(day("2027-01-15"), days), day(last), "{days} after a Friday");
        }
    }

    fn ledger() -> Vec<Event> {
        let event = |id, act, scope, channels: &[Channel], from: &str, until: &str| Event {
            id,
            act,
            scope,
            channels: channels.to_vec(),
            from: day(from),
            until: day(until),
        };
        vec![
            event(1, Consenting::Grant, Scope::Name, &[Channel::Blog, Channel::Press], "2027-01-15", "2028-01-15"),
            event(2, Consenting::Grant, Scope::Photo, &[Channel::Blog], "2027-03-01", "2027-03-31"),
            event(3, Consenting::Grant, Scope::Quote, &[Channel::Blog], "2027-01-15", "2027-01-20"),
            event(4, Consenting::Grant, Scope::Video, &[Channel::Blog], "2027-01-15", "2028-01-15"),
            event(5, Consenting::Withdraw, Scope::Video, &[], "2027-01-18", "2027-01-18"),
            event(6, Consenting::Grant, Scope::PeerIntroduction, &[], "2027-01-15", "2028-01-15"),
            event(7, Consenting::Grant, Scope::Logo, &[Channel::Blog], "2027-01-15", "2028-01-15"),
        ]
    }

    #[test]
    fn every_reason_is_given_and_nothing_is_allowed_by_half() {
        let events = ledger();
        let person = Some(Subject::Person(1));
        let company = Some(Subject::Company(2));
        let one = |subject, scope, signatory| Use { who: "W".into(), subject, scope, events: &events, signatory, leaving: false };
        let uses = [
            one(person, Scope::Name, false),
            one(person, Scope::Title, false),
            one(person, Scope::Photo, false),
            one(person, Scope::Quote, false),
            one(person, Scope::Video, false),
            one(person, Scope::Attendance, false),
            one(person, Scope::PeerIntroduction, false),
            one(person, Scope::Logo, false),
            one(company, Scope::Name, true),
            one(company, Scope::CompanyName, true),
            one(company, Scope::CompanyName, false),
            one(None, Scope::Name, false),
            one(None, Scope::Name, false),
            one(None, Scope::Attendance, false),
        ];
        let facts = |uses| Facts { channel: Channel::Blog, day: day("2027-02-01"), of_task: true, uses };
        let Decision::Refused(reasons) = may_publish(&facts(&uses[..])) else { panic!("allowed") };
        let found: Vec<(Scope, Why)> = reasons.iter().map(|reason| (reason.scope, reason.why)).collect();
        assert_eq!(
            found,
            [
                (Scope::Title, Why::NotGiven),
                (Scope::Photo, Why::NotYet(day("2027-03-01"))),
                (Scope::Quote, Why::Ended(day("2027-01-20"))),
                (Scope::Video, Why::Withdrawn(day("2027-01-18"))),
                (Scope::Attendance, Why::Confidential),
                (Scope::PeerIntroduction, Why::NeverShown),
                (Scope::Logo, Why::TheCompanys),
                (Scope::Name, Why::ThePersons),
                (Scope::CompanyName, Why::NotGiven),
                (Scope::CompanyName, Why::NoSignatory),
                (Scope::Name, Why::NotGiven),
            ],
            "each once; somebody unknown reads like somebody who allowed nothing"
        );
        assert_eq!(in_lines(&reasons).lines().count(), reasons.len());
        assert_eq!(reasons[0].sentence(), "W has not allowed their job title on the blog. Leave it out, or wait until they allow it.");
        assert_eq!(may_publish(&facts(&[])), Decision::Refused(vec![]));
    }

    /// What the customer has to read first is refused of everybody alike, whatever they allow.
    #[test]
    fn words_and_pictures_go_through_a_task() {
        let events = ledger();
        let needing: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| scope.needs_approval()).collect();
        assert_eq!(needing, [Scope::Photo, Scope::Quote, Scope::Video, Scope::Recording]);
        for subject in [Some(Subject::Person(1)), None] {
            let uses: Vec<Use<'_>> = needing
                .iter()
                .map(|scope| Use { who: "W".into(), subject, scope: *scope, events: &events, signatory: false, leaving: false })
                .collect();
            let facts = Facts { channel: Channel::Blog, day: day("2027-03-15"), of_task: false, uses: &uses };
            let Decision::Refused(reasons) = may_publish(&facts) else { panic!("allowed") };
            assert!(reasons.iter().all(|reason| reason.why == Why::NeedsApproval) && reasons.len() == needing.len(), "{reasons:?}");
        }
        let photo = [Use {
            who: "W".into(),
            subject: Some(Subject::Person(1)),
            scope: Scope::Photo,
            events: &events,
            signatory: false,
            leaving: false,
        }];
        let facts = Facts { channel: Channel::Blog, day: day("2027-03-15"), of_task: true, uses: &photo };
        assert!(matches!(may_publish(&facts), Decision::Allowed(_)));
    }

    /// Not yet, ended, withdrawn, never, unknown: all of them would tell that somebody took part.
    #[test]
    fn attendance_is_refused_with_one_answer() {
        let event = |id, act, from: &str, until: &str| Event {
            id,
            act,
            scope: Scope::Attendance,
            channels: vec![Channel::Blog],
            from: day(from),
            until: day(until),
        };
        let given = event(1, Consenting::Grant, "2027-01-15", "2027-01-31");
        let withdrawn = event(2, Consenting::Withdraw, "2027-01-18", "2027-01-18");
        let (known, nobody) = (Some(Subject::Person(1)), None);
        for (on, subject, events, allowed) in [
            ("2027-01-31", known, vec![given.clone()], true),
            ("2027-01-14", known, vec![given.clone()], false),
            ("2027-02-01", known, vec![given.clone()], false),
            ("2027-01-20", known, vec![given, withdrawn], false),
            ("2027-01-20", known, vec![], false),
            ("2027-01-20", nobody, vec![], false),
        ] {
            let uses = [Use { who: "W".into(), subject, scope: Scope::Attendance, events: &events, signatory: false, leaving: false }];
            match may_publish(&Facts { channel: Channel::Blog, day: day(on), of_task: false, uses: &uses }) {
                Decision::Allowed(_) => assert!(allowed, "{on} {events:?}"),
                Decision::Refused(reasons) => {
                    assert!(!allowed, "{on} {events:?}");
                    let expect = "Whether W took part is confidential: they have not allowed it to be said on the blog. Leave it out.";
                    assert_eq!(in_lines(&reasons), expect, "{on} {events:?}");
                }
            }
        }
    }

    #[test]
    fn a_permit_names_what_it_rests_on() {
        let events = ledger();
        let one =
            |subject, scope| Use { who: "W".into(), subject: Some(subject), scope, events: &events, signatory: false, leaving: false };
        let uses = [
            one(Subject::Person(1), Scope::Name),
            one(Subject::Person(1), Scope::Name),
            one(Subject::Company(2), Scope::Logo),
            one(Subject::Person(1), Scope::Photo),
        ];
        let facts = |channel, on: &str, uses| Facts { channel, day: day(on), of_task: true, uses };
        let Decision::Allowed(permit) = may_publish(&facts(Channel::Blog, "2027-03-31", &uses[..])) else { panic!("refused") };
        assert_eq!(
            permit.uses(),
            [
                Permitted { subject: Subject::Person(1), scope: Scope::Name, event: 1 },
                Permitted { subject: Subject::Company(2), scope: Scope::Logo, event: 7 },
                Permitted { subject: Subject::Person(1), scope: Scope::Photo, event: 2 },
            ]
        );
        assert_eq!((permit.channel(), permit.evidence().as_str()), (Channel::Blog, "Consents no. 1, no. 2, no. 7."));
        for (channel, on, uses, allowed) in [
            (Channel::Press, "2027-03-31", &uses[..1], true),
            (Channel::Press, "2027-03-31", &uses[..], false),
            (Channel::Newsletter, "2027-03-31", &uses[..1], false),
            (Channel::Blog, "2027-04-01", &uses[..], false),
            (Channel::Blog, "2028-01-15", &uses[..3], true),
            (Channel::Blog, "2028-01-16", &uses[..3], false),
        ] {
            assert_eq!(matches!(may_publish(&facts(channel, on, uses)), Decision::Allowed(_)), allowed, "{channel} {on}");
        }
    }

    #[test]
    fn addresses_and_proofs() {
        for (typed, sound) in [
            ("https://halden.example/news/amara", true),
            (" http://halden.example?x=1#y ", true),
            ("https://halden.example:8443/a", true),
            ("halden.example/news", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https://localhost/x", false),
            ("https://a b.example", false),
            ("https://x.example/\"onclick", false),
            ("https://user@halden.example/", false),
            ("http://127.0.0.1/x", false),
            ("http://10.0.0.7:8080/x", false),
            ("https://192.0.2.10/x", true),
            ("", false),
        ] {
            assert_eq!(public_url(typed).is_ok(), sound, "{typed}");
        }
        assert_eq!(proof(" gone ").unwrap_err().field, "proof");
        assert_eq!(proof("Checked at 14:00, the page answers 404.").as_deref(), Ok("Checked at 14:00, the page answers 404."));
        for typed in ["", "   ", " by mail "] {
            assert_eq!(take_down_reason(typed).unwrap_err().field, "reason", "{typed}");
        }
        assert_eq!(take_down_reason(" Amara asked us to, by mail. ").as_deref(), Ok("Amara asked us to, by mail."));
    }

    #[test]
    fn a_plan_is_read_row_by_row() {
        let today = day("2027-01-15");
        let typed = |shows| TypedPlan { title: " A week ", channel: "blog", day: "2027-01-15", shows };
        let sound = typed(vec![
            (Named::Email("Amara@Meridian.example"), vec!["name", "quote"]),
            (Named::Email(" "), vec![]),
            (Named::Company("Granite  Bank"), vec!["logo"]),
        ]);
        let expect = Plan {
            title: "A week".into(),
            channel: Channel::Blog,
            day: today,
            shows: vec![
                (Shown::Person(Email::parse("amara@meridian.example").unwrap()), vec![Scope::Name, Scope::Quote]),
                (Shown::Company("Granite Bank".into()), vec![Scope::Logo]),
            ],
        };
        assert_eq!(Plan::parse(&sound, today), Ok(expect));
        let fields = |typed: &TypedPlan<'_>| match Plan::parse(typed, today) {
            Err(PublicationRefusal::Fields(wrong)) => wrong.iter().map(|why| (why.field, why.sentence.clone())).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let rows = typed(vec![
            (Named::Email("amara"), vec!["name"]),
            (Named::Email(""), vec!["name"]),
            (Named::Company("Granite Bank"), vec![]),
            (Named::Company("Granite Bank"), vec!["shares"]),
        ]);
        assert_eq!(
            fields(&rows).into_iter().map(|(_, sentence)| sentence).collect::<Vec<_>>(),
            [
                "“amara” is not an e-mail address. Check it, like name@company.com.",
                "Enter whose it is in the row you ticked, or untick it.",
                "Tick what of Granite Bank is shown, or empty the row.",
                "Something ticked for Granite Bank is not on the list. Reload the page and tick again.",
            ]
        );
        let nothing = TypedPlan { day: "2027-01-14", ..TypedPlan::default() };
        assert_eq!(fields(&nothing).into_iter().map(|(field, _)| field).collect::<Vec<_>>(), ["title", "channel", "day", "uses"]);
    }
}
