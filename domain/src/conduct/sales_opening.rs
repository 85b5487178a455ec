//! A sales opening: the customer's own word that they want to be spoken to about one topic, by whom, and until when.
//!
//! There is no other way in: what is decided here starts from the executive's registration, and nothing here lets the
//! host's staff begin one. They may only write down what followed, and only while it is open.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};
use crate::time::{self, Fold, LocalTimeRefusal, Zone, words};

/// How many openings one executive may have open at a time.
pub const MOST_OPEN: usize = 5;
/// How far ahead the last day may be.
pub const MOST_DAYS: i64 = 180;
/// The shortest topic, in characters.
const SHORTEST_TOPIC: usize = 3;

crate::text_enum! {
    /// Where an opening stands.
    pub enum State {
        Open = "open",
        /// The customer closed it.
        Closed = "closed",
        /// Its last day is over.
        Expired = "expired",
    }
}

crate::text_enum! {
    /// Why somebody of the host's staff can be chosen.
    pub enum Part {
        AccountManager = "account manager",
        ProgramOwner = "program owner",
        Facilitator = "facilitator",
    }
}

impl Part {
    /// What they do, to a customer.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AccountManager => "looks after your company",
            Self::ProgramOwner => "leads the program",
            Self::Facilitator => "facilitates in your week",
        }
    }
}

/// An opening, as it was made and perhaps closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub id: i64,
    pub topic: String,
    /// The one member of the host's staff it is for.
    pub staff: i64,
    /// Its last day, on the venue's calendar.
    pub until: NaiveDate,
    /// The first instant after that day.
    pub until_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

impl Opening {
    /// Where it stands at `now`. Nothing has to happen for it to expire.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> State {
        state(self.closed_at, self.until_at, now)
    }
}

/// Where an opening stands: closed stays closed, and `until_at` itself is too late.
#[must_use]
pub fn state(closed_at: Option<DateTime<Utc>>, until_at: DateTime<Utc>, now: DateTime<Utc>) -> State {
    if closed_at.is_some() {
        State::Closed
    } else if now < until_at {
        State::Open
    } else {
        State::Expired
    }
}

/// The first instant after a day, on the venue's clock.
#[must_use]
pub fn day_ends(zone: &Zone, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN);
    let after = match time::to_utc(zone, midnight, Some(Fold::Earlier)) {
        // Clocks that go forward at midnight: the next day begins where they resume.
        Err(LocalTimeRefusal::Nonexistent { resumes, .. }) => time::to_utc(zone, resumes, Some(Fold::Earlier)),
        found => found,
    };
    after.unwrap_or_else(|_| midnight.and_utc())
}

/// What a customer typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    pub topic: &'a str,
    /// The staff id of whom it is for.
    pub staff: &'a str,
    pub until: &'a str,
}

/// What a customer wants: about what, with whom, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub topic: String,
    pub staff: i64,
    pub until: NaiveDate,
    pub until_at: DateTime<Utc>,
}

impl Wish {
    /// Days are the venue's.
    ///
    /// # Errors
    /// Every field that is missing or out of bounds.
    pub fn parse(now: DateTime<Utc>, zone: &Zone, typed: &Typed<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let topic = wrong.keep(topic(typed.topic));
        let staff = wrong.keep(typed.staff.trim().parse::<i64>().map_err(|_| FieldRefusal::new("staff", CHOOSE)));
        let until = wrong.keep(last_day(time::to_local(zone, now).date(), typed.until));
        wrong.finish()?;
        Ok(Self { topic, staff, until, until_at: day_ends(zone, until) })
    }
}

const CHOOSE: &str = "Choose whom you would like to speak with.";

fn topic(typed: &str) -> Result<String, FieldRefusal> {
    let topic = contact::required("topic", typed, 200, "Say what you would like to speak about.")?;
    if topic.chars().count() < SHORTEST_TOPIC {
        return Err(FieldRefusal::new("topic", "Say it in a word or two, so that they know what it is about."));
    }
    Ok(topic)
}

fn last_day(today: NaiveDate, typed: &str) -> Result<NaiveDate, FieldRefusal> {
    let day = time::parse_date(typed).map_err(|why| FieldRefusal::new("until", why.sentence()))?;
    if day < today {
        return Err(FieldRefusal::new("until", "This day has passed. Choose today or a later one."));
    }
    let latest = today + TimeDelta::days(MOST_DAYS);
    if day > latest {
        let sentence = format!("Choose a day until {}. You can open the topic again after it.", words::day(latest));
        return Err(FieldRefusal::new("until", sentence));
    }
    Ok(day)
}

/// What is true of the executive, at one moment.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub now: DateTime<Utc>,
    /// The days will not take place.
    pub cancelled: bool,
    /// Their registration stands.
    pub registered: bool,
    /// The staff they may choose from.
    pub offered: &'a [i64],
    /// Their openings so far, in whatever state.
    pub openings: &'a [Opening],
}

/// What opening a topic came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    Opened,
    /// The same topic is open with the same person: this one.
    AlreadyOpen(i64),
}

/// Opens a topic. The same topic with the same person again is the same opening, which keeps its day.
///
/// # Errors
/// The first reason that stands in the way.
pub fn open(facts: &Facts<'_>, wish: &Wish) -> Result<Opened, OpeningRefusal> {
    if facts.cancelled {
        return Err(OpeningRefusal::Cancelled);
    }
    if !facts.registered {
        return Err(OpeningRefusal::NotRegistered);
    }
    let standing: Vec<&Opening> = facts.openings.iter().filter(|opening| opening.state(facts.now) == State::Open).collect();
    let topic = wish.topic.to_lowercase();
    if let Some(same) = standing.iter().find(|opening| opening.staff == wish.staff && opening.topic.to_lowercase() == topic) {
        return Ok(Opened::AlreadyOpen(same.id));
    }
    if !facts.offered.contains(&wish.staff) {
        return Err(OpeningRefusal::NotOffered);
    }
    if standing.len() >= MOST_OPEN {
        return Err(OpeningRefusal::TooMany);
    }
    Ok(Opened::Opened)
}

/// What closing an opening came to. The customer may close it at any time, so there is nothing to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    Closed,
    AlreadyClosed,
    /// Its last day was over before.
    AlreadyExpired,
}

/// Closes an opening: from then on nothing follows.
#[must_use]
pub fn close(opening: &Opening, now: DateTime<Utc>) -> Closing {
    match opening.state(now) {
        State::Open => Closing::Closed,
        State::Closed => Closing::AlreadyClosed,
        State::Expired => Closing::AlreadyExpired,
    }
}

/// Whether this member of staff may write down what followed.
///
/// # Errors
/// It is not for them, or it is over.
pub fn follow_up(opening: &Opening, staff: i64, now: DateTime<Utc>) -> Result<(), OpeningRefusal> {
    if opening.staff != staff {
        return Err(OpeningRefusal::Unknown);
    }
    match opening.state(now) {
        State::Open => Ok(()),
        State::Closed => Err(OpeningRefusal::Closed),
        State::Expired => Err(OpeningRefusal::Expired(opening.until)),
    }
}

/// What followed, in the words of whoever did it.
///
/// # Errors
/// A sentence for `note`: empty, or too long.
pub fn note(typed: &str) -> Result<String, FieldRefusal> {
    let note = contact::paragraphs("note", typed, 1_000)?;
    if note.is_empty() { Err(FieldRefusal::new("note", "Write down what followed, in a sentence.")) } else { Ok(note) }
}

/// Why an act on an opening was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpeningRefusal {
    Fields(Vec<FieldRefusal>),
    /// The days will not take place, so nobody is met there.
    Cancelled,
    /// Their place in the cohort does not stand, or no longer.
    NotRegistered,
    /// The person chosen is not among those offered.
    NotOffered,
    TooMany,
    /// There is no such opening, or it is somebody else's: both read alike.
    Unknown,
    Closed,
    /// Its last day is over.
    Expired(NaiveDate),
}

impl Refusal for OpeningRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Cancelled => "cancelled",
            Self::NotRegistered => "not-registered",
            Self::NotOffered => "not-offered",
            Self::TooMany => "too-many",
            Self::Unknown => "unknown",
            Self::Closed => "closed",
            Self::Expired(_) => "expired",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Cancelled => {
                "These days will not take place, so no topic is opened for them. Those you opened before are yours to close.".into()
            }
            Self::NotRegistered => "Topics are opened by those who have accepted their seat. Write to the program team.".into(),
            Self::NotOffered => "This person cannot be chosen any more. Choose somebody from the list.".into(),
            Self::TooMany => format!("You have {MOST_OPEN} topics open, which is as many as there can be. Close one first."),
            Self::Unknown => "This topic is not among yours. Your own are on this page.".into(),
            Self::Closed => "The customer has closed this topic, so nothing more follows. Only they can open it again.".into(),
            Self::Expired(until) => {
                format!("This topic was open until {}, and that day is over. Only the customer can open it again.", words::day(*until))
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotOffered => Some("staff"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn opening(id: i64, topic: &str, staff: i64) -> Opening {
        Opening { id, topic: topic.into(), staff, until: date("2027-02-15"), until_at: utc("2027-02-15T23:00:00Z"), closed_at: None }
    }

    fn wish(topic: &str, staff: i64) -> Wish {
        Wish { topic: topic.into(), staff, until: date("2027-03-01"), until_at: utc("2027-03-01T23:00:00Z") }
    }

    const BEFORE: &str = "2027-02-15T22:59:59Z";
    const AT: &str = "2027-02-15T23:00:00Z";
    const AFTER: &str = "2027-02-15T23:00:01Z";

    #[test]
    fn it_expires_at_the_exact_instant_and_closed_stays_closed() {
        let closed = Some(utc("2027-02-01T09:00:00Z"));
        for (closed_at, now, expect) in [
            (None, BEFORE, State::Open),
            (None, AT, State::Expired),
            (None, AFTER, State::Expired),
            (closed, BEFORE, State::Closed),
            (closed, AT, State::Closed),
            (closed, AFTER, State::Closed),
        ] {
            assert_eq!(state(closed_at, utc(AT), utc(now)), expect, "{closed_at:?} at {now}");
        }
    }

    /// Every state × every act: what it comes to.
    #[test]
    fn the_whole_table_of_states_and_acts() {
        let closed = Opening { closed_at: Some(utc("2027-02-01T09:00:00Z")), ..opening(1, "Storage", 7) };
        let expired = OpeningRefusal::Expired(date("2027-02-15"));
        let mut seen = Vec::new();
        for (opening, now, again, closing, following) in [
            (opening(1, "Storage", 7), BEFORE, Opened::AlreadyOpen(1), Closing::Closed, Ok(())),
            (closed, BEFORE, Opened::Opened, Closing::AlreadyClosed, Err(OpeningRefusal::Closed)),
            (opening(1, "Storage", 7), AT, Opened::Opened, Closing::AlreadyExpired, Err(expired)),
        ] {
            let now = utc(now);
            let state = opening.state(now);
            let facts = Facts { now, cancelled: false, registered: true, offered: &[7, 8], openings: std::slice::from_ref(&opening) };
            assert_eq!(open(&facts, &wish("Storage", 7)), Ok(again), "opening the same again, {state}");
            let cancelled = Facts { cancelled: true, ..facts };
            assert_eq!(open(&cancelled, &wish("Storage", 7)), Err(OpeningRefusal::Cancelled), "of days that are cancelled, {state}");
            assert_eq!(close(&opening, now), closing, "closing, {state}");
            assert_eq!(follow_up(&opening, 7, now), following, "following up, {state}");
            assert_eq!(follow_up(&opening, 8, now), Err(OpeningRefusal::Unknown), "somebody else following up, {state}");
            seen.push(state);
        }
        assert_eq!(seen, State::ALL);
    }

    #[test]
    fn opening_a_topic() {
        let none: &[Opening] = &[];
        let four: Vec<Opening> = (1..=4).map(|id| opening(id, &format!("Topic {id}"), 7)).collect();
        let five: Vec<Opening> = (1..=5).map(|id| opening(id, &format!("Topic {id}"), 7)).collect();
        let one_closed: Vec<Opening> = five
            .iter()
            .cloned()
            .map(|one| if one.id == 2 { Opening { closed_at: Some(utc("2027-02-01T09:00:00Z")), ..one } } else { one })
            .collect();
        for (what, registered, openings, wish, now, expect) in [
            ("the first", true, none, wish("Storage", 7), BEFORE, Ok(Opened::Opened)),
            ("the fifth", true, &four, wish("Storage", 7), BEFORE, Ok(Opened::Opened)),
            ("a sixth", true, &five, wish("Storage", 7), BEFORE, Err(OpeningRefusal::TooMany)),
            ("one of five again, in other letters", true, &five, wish("TOPIC 3", 7), BEFORE, Ok(Opened::AlreadyOpen(3))),
            ("the same topic with another person", true, &four, wish("Topic 3", 8), BEFORE, Ok(Opened::Opened)),
            ("after one was closed", true, &one_closed, wish("Storage", 7), BEFORE, Ok(Opened::Opened)),
            ("the closed one again", true, &one_closed, wish("Topic 2", 7), BEFORE, Ok(Opened::Opened)),
            ("when all five are over", true, &five, wish("Storage", 7), AT, Ok(Opened::Opened)),
            ("somebody not offered", true, none, wish("Storage", 9), BEFORE, Err(OpeningRefusal::NotOffered)),
            ("not registered", false, &five, wish("Topic 3", 7), BEFORE, Err(OpeningRefusal::NotRegistered)),
        ] {
            let facts = Facts { now: utc(now), cancelled: false, registered, offered: &[7, 8], openings };
            assert_eq!(open(&facts, &wish), expect, "{what}");
        }
    }

    #[test]
    fn a_day_ends_when_the_next_begins_at_the_venue() {
        for (name, day, expect) in [
            ("Europe/Paris", "2027-01-15", "2027-01-15T23:00:00Z"),
            ("Europe/Paris", "2027-03-27", "2027-03-27T23:00:00Z"),
            ("Europe/Paris", "2027-03-28", "2027-03-28T22:00:00Z"),
            ("America/New_York", "2027-01-15", "2027-01-16T05:00:00Z"),
            // Clocks that skip midnight, and a day that never was.
            ("America/Asuncion", "2023-09-30", "2023-10-01T04:00:00Z"),
            ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"),
            ("UTC", "2027-01-15", "2027-01-16T00:00:00Z"),
        ] {
            assert_eq!(day_ends(&zone(name), date(day)), utc(expect), "{name} {day}");
        }
    }

    #[test]
    fn what_is_typed_becomes_a_wish_or_is_told_field_by_field() {
        let (paris, now) = (zone("Europe/Paris"), utc("2027-01-15T23:30:00Z")); // the 16th in Paris
        let parse = |topic: &str, staff: &str, until: &str| Wish::parse(now, &paris, &Typed { topic, staff, until });
        let fields = |wish: Result<Wish, Vec<FieldRefusal>>| wish.unwrap_err().into_iter().map(|why| why.field).collect::<Vec<_>>();
        assert_eq!(
            parse("  Grid \r\n storage ", "7", "2027-01-16"),
            Ok(Wish { topic: "Grid storage".into(), staff: 7, until: date("2027-01-16"), until_at: utc("2027-01-16T23:00:00Z") })
        );
        assert_eq!(fields(parse("", "", "")), ["topic", "staff", "until"]);
        assert_eq!(fields(parse("AI", "7", "2027-01-16")), ["topic"]);
        assert!(parse("ERP", "7", "2027-07-15").is_ok());
        for (topic, until, sentence) in [
            ("ERP", "2027-01-15", "This day has passed. Choose today or a later one."),
            ("ERP", "2027-07-16", "Choose a day until Thursday 15 July 2027. You can open the topic again after it."),
            ("ERP", "soon", "“soon” is not a date we can use. Write it as year-month-day, for example 2027-03-29."),
            (&"x".repeat(201), "2027-01-16", "This is 201 characters long. Shorten it to 200."),
        ] {
            assert_eq!(parse(topic, "7", until).unwrap_err()[0].sentence, sentence);
        }
    }

    #[test]
    fn a_note_is_some_words() {
        assert_eq!(note(" Sent the paper.\r\n").unwrap(), "Sent the paper.");
        assert_eq!(note(" \n ").unwrap_err(), FieldRefusal::new("note", "Write down what followed, in a sentence."));
        assert_eq!(note(&"x".repeat(1_001)).unwrap_err().sentence, "This is 1001 characters long. Shorten it to 1000.");
    }
}
