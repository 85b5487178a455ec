//! A release: the agenda as everybody is told it, numbered. What changed, for whom, and what to think of first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::agenda::session::SeatMode;
use crate::conduct::agenda_check::Found;
use crate::time::words;

/// A session as one side of the comparison holds it: the working copy, or the last release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub session: i64,
    pub title: String,
    pub summary: String,
    pub kind: String,
    /// Wall time at the venue.
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub room: String,
    pub track: String,
    pub objective: String,
    pub educators: Vec<String>,
    /// The session's capacity or its room's; `None` is no limit.
    pub capacity: Option<u32>,
    pub mode: SeatMode,
    pub cancelled: bool,
}

/// What became of one session between two releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    New,
    Cancelled,
    Restored,
    Moved {
        from: NaiveDateTime,
        to: NaiveDateTime,
    },
    RoomChanged {
        from: String,
        to: String,
    },
    /// Title, text, people or seats: nothing a calendar has to move for.
    Reworded,
}

/// One session's changes, in the order they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub session: i64,
    pub changes: Vec<Change>,
}

impl Changed {
    /// CALENDAR: SEQUENCE rises with UTC start, UTC end, status or place, and with nothing else.
    #[must_use]
    pub fn raises_sequence(&self) -> bool {
        self.changes.iter().any(|change| !matches!(change, Change::Reworded))
    }

    /// A new session is in the agenda people open; every other change that moves a calendar is mailed.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.raises_sequence()
    }
}

/// Compares the working copy with what was released. Sessions come in working order; unchanged ones are left out.
#[must_use]
pub fn changes(released: &[Version], working: &[Version]) -> Vec<Changed> {
    let before: BTreeMap<i64, &Version> = released.iter().map(|version| (version.session, version)).collect();
    working
        .iter()
        .filter_map(|now| {
            let changes = match before.get(&now.session) {
                None if now.cancelled => Vec::new(),
                None => vec![Change::New],
                Some(then) => between(then, now),
            };
            (!changes.is_empty()).then_some(Changed { session: now.session, changes })
        })
        .collect()
}

fn between(then: &Version, now: &Version) -> Vec<Change> {
    match (then.cancelled, now.cancelled) {
        (false, true) => return vec![Change::Cancelled],
        (true, true) => return Vec::new(),
        _ => {}
    }
    let mut changes = Vec::new();
    if then.cancelled {
        changes.push(Change::Restored);
    }
    if (then.starts_at, then.ends_at) != (now.starts_at, now.ends_at) {
        changes.push(Change::Moved { from: then.starts, to: now.starts });
    }
    if then.room != now.room {
        changes.push(Change::RoomChanged { from: then.room.clone(), to: now.room.clone() });
    }
    let same_text = then.title == now.title
        && then.summary == now.summary
        && then.kind == now.kind
        && then.track == now.track
        && then.objective == now.objective
        && then.educators == now.educators
        && then.capacity == now.capacity
        && then.mode == now.mode;
    if !same_text {
        changes.push(Change::Reworded);
    }
    changes
}

/// Who is told of a change: the people who hold a seat in the session, or everyone registered when it is for everyone.
/// `registered` and the holders are registration ids.
#[must_use]
pub fn concerned(version: &Version, was_mode: Option<SeatMode>, holders: &BTreeSet<i64>, registered: &BTreeSet<i64>) -> BTreeSet<i64> {
    let for_everyone = version.mode == SeatMode::Everyone || was_mode == Some(SeatMode::Everyone);
    if for_everyone { registered.clone() } else { holders.intersection(registered).copied().collect() }
}

crate::text_enum! {
    /// How loudly a warning speaks: `block` holds the release back.
    pub enum Severity {
        Note = "note",
        Warn = "warn",
        Block = "block",
    }
}

/// Something to know before releasing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub severity: Severity,
    /// `None`: about what invites to the cohort.
    pub session: Option<i64>,
    pub sentence: String,
    /// The sales language it is about, which may be dismissed with a reason.
    pub found: Option<Found>,
}

impl Warning {
    /// About a session, whatever language it is in.
    #[must_use]
    pub const fn about(severity: Severity, session: i64, sentence: String) -> Self {
        Self { severity, session: Some(session), sentence, found: None }
    }
}

impl From<&Found> for Warning {
    fn from(found: &Found) -> Self {
        Self { severity: found.severity, session: found.session, sentence: found.sentence(), found: Some(found.clone()) }
    }
}

/// What a release is checked against.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub working: &'a [Version],
    /// Seats held, by session.
    pub seats: &'a BTreeMap<i64, u32>,
    /// Registrations that stand, for rooms that must hold everyone.
    pub registered: u32,
    /// Pairs of sessions in which the same person holds a seat, lower id first, with how many people do.
    pub shared: &'a BTreeMap<(i64, i64), u32>,
    /// Host facilitators by session.
    pub facilitators: &'a BTreeMap<i64, Vec<String>>,
    /// Sales language that nobody has dismissed.
    pub findings: &'a [Found],
}

/// Every warning, loudest first, then in working order.
#[must_use]
pub fn warnings(setting: &Setting<'_>) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut say = |severity, session, sentence: String| found.push(Warning::about(severity, session, sentence));
    let live: Vec<&Version> = setting.working.iter().filter(|version| !version.cancelled).collect();

    for version in &live {
        let (id, title) = (version.session, &version.title);
        if version.starts.date() < setting.first_day || version.starts.date() > setting.last_day {
            say(
                Severity::Block,
                id,
                format!("“{title}” is on {}, outside the cohort's dates. Move it or change the dates.", words::day(version.starts.date())),
            );
        }
        let seats = setting.seats.get(&id).copied().unwrap_or(0);
        if let Some(capacity) = version.capacity {
            if seats > capacity {
                say(
                    Severity::Block,
                    id,
                    format!(
                        "{seats} people hold seats in “{title}”, which now takes {capacity}. Raise its capacity or speak with {}.",
                        people(seats - capacity)
                    ),
                );
            } else if version.mode == SeatMode::Everyone && setting.registered > capacity {
                say(
                    Severity::Warn,
                    id,
                    format!("“{title}” is for everyone, {} so far; its room takes {capacity}.", people(setting.registered)),
                );
            }
        }
        if version.objective.is_empty() && !matches!(version.kind.as_str(), "break" | "social") {
            say(Severity::Note, id, format!("“{title}” has no learning objective."));
        }
    }
    for version in setting.working.iter().filter(|version| version.cancelled) {
        if let Some(seats) = setting.seats.get(&version.session).filter(|seats| **seats > 0) {
            say(
                Severity::Warn,
                version.session,
                format!("“{}” is cancelled while {} a seat in it. They are told.", version.title, holds(*seats)),
            );
        }
    }
    for (index, one) in live.iter().enumerate() {
        for other in live[index + 1..].iter().filter(|other| one.starts_at < other.ends_at && other.starts_at < one.ends_at) {
            let both = format!("“{}” and “{}”", one.title, other.title);
            let when = words::clock(one.starts.max(other.starts));
            if !one.room.is_empty() && one.room == other.room {
                say(Severity::Block, other.session, format!("{both} are both in {} at {when}. Move one of them.", one.room));
            }
            for name in one.educators.iter().filter(|name| other.educators.contains(name)) {
                say(Severity::Warn, other.session, format!("{name} teaches {both}, which overlap at {when}."));
            }
            let hosts = |id: i64| setting.facilitators.get(&id).map_or(&[][..], Vec::as_slice);
            for name in hosts(one.session).iter().filter(|name| hosts(other.session).contains(name)) {
                say(Severity::Warn, other.session, format!("{name} facilitates {both}, which overlap at {when}."));
            }
            let pair = (one.session.min(other.session), one.session.max(other.session));
            if let Some(count) = setting.shared.get(&pair) {
                say(Severity::Warn, other.session, format!("{} seats in both {both}, which overlap at {when}.", holds(*count)));
            }
            if one.mode == SeatMode::Everyone && other.mode == SeatMode::Everyone {
                say(
                    Severity::Warn,
                    other.session,
                    format!("{both} are both for everyone and overlap at {when}. Make one of them sign-up."),
                );
            }
        }
    }
    found.extend(setting.findings.iter().map(Warning::from));
    found.sort_by_key(|warning| std::cmp::Reverse(warning.severity));
    found
}

fn people(count: u32) -> String {
    if count == 1 { "1 person".into() } else { format!("{count} people") }
}

fn holds(count: u32) -> String {
    if count == 1 { "1 person holds".into() } else { format!("{count} people hold") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conduct::agenda_check::Part;

    fn version(session: i64, starts: &str, ends: &str) -> Version {
        let local = |clock: &str| format!("2027-03-29T{clock}:00").parse::<NaiveDateTime>().unwrap();
        Version {
            session,
            title: format!("S{session}"),
            summary: String::new(),
            kind: "workshop".into(),
            starts: local(starts),
            ends: local(ends),
            starts_at: local(starts).and_utc(),
            ends_at: local(ends).and_utc(),
            room: format!("Room {session}"),
            track: String::new(),
            objective: "Learn".into(),
            educators: vec![],
            capacity: None,
            mode: SeatMode::SignUp,
            cancelled: false,
        }
    }

    #[test]
    fn each_change_is_named_and_only_what_moves_a_calendar_raises_the_sequence() {
        let then = version(1, "09:00", "10:00");
        let edit = |edit: fn(&mut Version)| {
            let mut now = then.clone();
            edit(&mut now);
            changes(std::slice::from_ref(&then), &[now]).pop().map(|changed| (changed.raises_sequence(), changed.changes))
        };
        let ten = version(1, "10:00", "11:00");
        assert_eq!(edit(|_| {}), None);
        assert_eq!(edit(|now| now.title = "New words".into()), Some((false, vec![Change::Reworded])));
        assert_eq!(edit(|now| now.cancelled = true), Some((true, vec![Change::Cancelled])));
        assert_eq!(
            edit(|now| now.room = "Aula".into()),
            Some((true, vec![Change::RoomChanged { from: "Room 1".into(), to: "Aula".into() }]))
        );
        assert_eq!(
            changes(std::slice::from_ref(&then), std::slice::from_ref(&ten)),
            [Changed { session: 1, changes: vec![Change::Moved { from: then.starts, to: ten.starts }] }]
        );
        // The same wall time in another zone is a move: the instants differ.
        assert!(edit(|now| now.starts_at += chrono::TimeDelta::hours(6)).unwrap().0);
    }

    #[test]
    fn new_sessions_are_new_and_never_announced_ones_are_not_cancelled() {
        let mut gone = version(2, "09:00", "10:00");
        gone.cancelled = true;
        assert_eq!(changes(&[], &[version(1, "09:00", "10:00"), gone.clone()]), [Changed { session: 1, changes: vec![Change::New] }]);
        assert_eq!(changes(&[gone.clone()], &[gone.clone()]), []);
        assert_eq!(changes(&[gone], &[version(2, "09:00", "10:00")])[0].changes, [Change::Restored]);
    }

    #[test]
    fn only_people_concerned_are_told() {
        let (holders, registered) = (BTreeSet::from([1, 2, 9]), BTreeSet::from([1, 2, 3]));
        let mut session = version(1, "09:00", "10:00");
        assert_eq!(concerned(&session, Some(SeatMode::SignUp), &holders, &registered), BTreeSet::from([1, 2]));
        assert_eq!(concerned(&session, Some(SeatMode::Everyone), &holders, &registered), registered);
        session.mode = SeatMode::Everyone;
        assert_eq!(concerned(&session, None, &holders, &registered), registered);
    }

    #[test]
    fn warnings_speak_in_order_of_loudness() {
        let mut one = version(1, "09:00", "10:00");
        let mut two = version(2, "09:30", "10:30");
        two.room = one.room.clone();
        one.educators = vec!["Mei Tanaka".into()];
        two.educators = one.educators.clone();
        one.capacity = Some(2);
        two.objective.clear();
        let mut three = version(3, "12:00", "13:00");
        three.cancelled = true;
        let found = warnings(&Setting {
            first_day: "2027-03-29".parse().unwrap(),
            last_day: "2027-03-29".parse().unwrap(),
            working: &[one, two, three],
            seats: &BTreeMap::from([(1, 3), (3, 1)]),
            registered: 3,
            shared: &BTreeMap::from([((1, 2), 1)]),
            facilitators: &BTreeMap::from([(1, vec!["Ida Lund".to_owned()]), (2, vec!["Ida Lund".to_owned()])]),
            findings: &[],
        });
        let said: Vec<_> = found.iter().map(|warning| (warning.severity.as_str(), warning.sentence.as_str())).collect();
        assert_eq!(
            said,
            [
                ("block", "3 people hold seats in “S1”, which now takes 2. Raise its capacity or speak with 1 person."),
                ("block", "“S1” and “S2” are both in Room 1 at 09:30. Move one of them."),
                ("warn", "“S3” is cancelled while 1 person holds a seat in it. They are told."),
                ("warn", "Mei Tanaka teaches “S1” and “S2”, which overlap at 09:30."),
                ("warn", "Ida Lund facilitates “S1” and “S2”, which overlap at 09:30."),
                ("warn", "1 person holds seats in both “S1” and “S2”, which overlap at 09:30."),
                ("note", "“S2” has no learning objective."),
            ]
        );
    }

    #[test]
    fn a_session_outside_the_dates_holds_the_release_back() {
        let found = warnings(&Setting {
            first_day: "2027-03-30".parse().unwrap(),
            last_day: "2027-03-31".parse().unwrap(),
            working: &[version(1, "09:00", "10:00")],
            seats: &BTreeMap::new(),
            registered: 0,
            shared: &BTreeMap::new(),
            facilitators: &BTreeMap::new(),
            findings: &[],
        });
        assert_eq!(found[0].severity, Severity::Block);
    }

    #[test]
    fn sales_language_speaks_as_loudly_as_its_term() {
        let mut one = version(1, "09:00", "10:00");
        one.objective.clear();
        let says = |session: Option<i64>, severity, phrase: &str| Found {
            session,
            part: if session.is_none() { Part::Letter } else { Part::Title },
            place: session.map_or_else(|| "the letter".to_owned(), |session| format!("the title of “S{session}”")),
            severity,
            before: String::new(),
            phrase: phrase.into(),
            after: String::new(),
            key: format!("title: {phrase}"),
        };
        let findings = [says(Some(1), Severity::Warn, "price list"), says(None, Severity::Block, "buy now")];
        let found = warnings(&Setting {
            first_day: "2027-03-29".parse().unwrap(),
            last_day: "2027-03-29".parse().unwrap(),
            working: &[one],
            seats: &BTreeMap::new(),
            registered: 0,
            shared: &BTreeMap::new(),
            facilitators: &BTreeMap::new(),
            findings: &findings,
        });
        let said: Vec<_> =
            found.iter().map(|warning| (warning.severity, warning.session, warning.sentence.as_str(), warning.found.as_ref())).collect();
        assert_eq!(
            said,
            [
                (
                    Severity::Block,
                    None,
                    "In the letter: “buy now” sounds like selling. Reword it, or dismiss this with a reason.",
                    Some(&findings[1])
                ),
                (
                    Severity::Warn,
                    Some(1),
                    "In the title of “S1”: “price list” sounds like selling. Reword it, or dismiss this with a reason.",
                    Some(&findings[0])
                ),
                (Severity::Note, Some(1), "“S1” has no learning objective.", None),
            ]
        );
    }
}
