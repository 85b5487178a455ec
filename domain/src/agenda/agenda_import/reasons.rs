//! What is unusual about a schedule file, and why a file or a session in it is not taken, in words.

use chrono::NaiveDate;

use crate::agenda::session::{Kind, Slot};
use crate::refusal::Refusal;
use crate::time::{LocalTimeRefusal, words};

/// Why a file was not read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRefusal {
    /// The line (from 1) where it stops being JSON.
    NotJson {
        line: usize,
    },
    NotASchedule,
    NoSessions,
    /// More than [`super::SESSION_LIMIT`].
    TooManySessions,
}

impl Refusal for FileRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "schedule-not-json",
            Self::NotASchedule => "schedule-unrecognised",
            Self::NoSessions => "schedule-empty",
            Self::TooManySessions => "schedule-too-long",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotJson { line } => {
                format!("The file is not JSON (line {line}). Export the schedule again as schedule.json and upload that file.")
            }
            Self::NotASchedule => {
                "The file holds no schedule: it has no conference with days. Export it as schedule.json and upload that.".into()
            }
            Self::NoSessions => "The schedule has no sessions. Release one with sessions where it is made, then export it again.".into(),
            Self::TooManySessions => "The schedule has more than 5,000 sessions. Export a part of it and upload that.".into(),
        }
    }
}

/// Why one session cannot be taken as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemFault {
    NoTitle,
    NoStart,
    NoLength,
    /// A length of nothing.
    ZeroLength,
    UnreadableLength {
        text: String,
    },
    /// Longer than [`Slot::LONGEST_HOURS`].
    TooLong {
        minutes: u32,
    },
    /// A text longer than a session keeps, in characters.
    TextTooLong {
        what: &'static str,
        length: usize,
        limit: usize,
    },
    TooManyEducators {
        count: usize,
        limit: usize,
    },
}

impl ItemFault {
    /// The fault in words, and what to do next.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NoTitle => "This session has no title. Give it one in the file, or enter it by hand.".into(),
            Self::NoStart => "The file does not say when this session starts. Enter it by hand.".into(),
            Self::NoLength => "The file does not say how long this session is. Enter it by hand.".into(),
            Self::ZeroLength => "This session ends when it starts. Give it a length in the file, or enter it by hand.".into(),
            Self::UnreadableLength { text } => {
                format!("“{text}” is not a length such as 01:30. Correct it in the file, or enter the session by hand.")
            }
            Self::TooLong { minutes } => {
                let (hours, limit) = (minutes / 60, Slot::LONGEST_HOURS);
                format!("This session is {hours} hours long, and {limit} are the most. Divide it, or enter it by hand.")
            }
            Self::TextTooLong { what, length, limit } => {
                format!("The {what} is {length} characters long. Shorten it to {limit} in the file, or enter the session by hand.")
            }
            Self::TooManyEducators { count, limit } => {
                format!("This session names {count} educators, and {limit} are the most. Enter it by hand.")
            }
        }
    }
}

/// Why a session of the file is left aside, by somebody's choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// Its day was not given a day of the cohort.
    Day { day: NaiveDate },
    /// It was brought in before and cancelled here.
    CancelledHere,
}

impl LeftOut {
    /// The reason in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Day { day } => format!("{} is left out.", words::day(*day)),
            Self::CancelledHere => "It was cancelled here, and stays so. If it takes place after all, restore it on the agenda.".into(),
        }
    }
}

/// Why a session of the file cannot be placed in the cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionRefusal {
    Fault(ItemFault),
    OutsideCohort {
        day: NaiveDate,
        first_day: NaiveDate,
        last_day: NaiveDate,
    },
    /// It starts or ends at a wall time that the cohort's zone does not have on that day, or has twice.
    LocalTime(LocalTimeRefusal),
}

impl Refusal for SessionRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fault(_) => "session-fault",
            Self::OutsideCohort { .. } => "session-outside-cohort",
            Self::LocalTime(_) => "session-local-time",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fault(fault) => fault.sentence(),
            Self::OutsideCohort { day, first_day, last_day } => {
                let dates = words::date_range(*first_day, *last_day);
                format!("{} is outside the cohort's dates ({dates}). Choose one of its days.", words::day(*day))
            }
            Self::LocalTime(why @ LocalTimeRefusal::Nonexistent { .. }) => why.sentence(),
            Self::LocalTime(LocalTimeRefusal::Ambiguous { local, zone }) => format!(
                "{} on {} happens twice in {} time, because the clocks go back. Enter this session by hand and say which you mean.",
                words::clock(*local),
                words::day(local.date()),
                zone.city()
            ),
        }
    }
}

/// Something unusual about a file that was read all the same. Counts are of sessions unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quirk {
    /// The zone it names does not have the offset its dates carry.
    ZoneDisagrees {
        zone: String,
        offset: String,
    },
    SharedRoomIdentifier {
        guid: String,
        rooms: Vec<String>,
    },
    RoomsWithoutCapacity {
        rooms: usize,
    },
    /// A word for the kind of session that is not ours; empty where the file has none.
    KindRead {
        source: String,
        kind: Kind,
        sessions: usize,
    },
    /// The printed start and the date name different hours.
    StartDisagrees {
        sessions: usize,
    },
    AfterMidnight {
        sessions: usize,
    },
    /// Listed under a day that is not their date.
    OtherDay {
        sessions: usize,
    },
    EmptyDay {
        day: NaiveDate,
    },
    IdentifierUnusable {
        sessions: usize,
    },
    IdentifierRepeated {
        sessions: usize,
    },
    /// Lengths such as 1:30:00.
    ThreePartLength {
        sessions: usize,
    },
    NoEducators {
        sessions: usize,
    },
    NoRoom {
        sessions: usize,
    },
    /// Sessions with an [`ItemFault`].
    Faulty {
        sessions: usize,
    },
    /// Entries where a session should be.
    NotSessions {
        entries: usize,
    },
    /// Said of a plan: they run beside another.
    SignUp {
        sessions: usize,
        of: usize,
    },
}

impl Quirk {
    /// The quirk in words, and what was done about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::ZoneDisagrees { zone, offset } => {
                format!("The file says its zone is {zone}, but its dates carry {offset}. The times are taken as printed.")
            }
            Self::SharedRoomIdentifier { guid, rooms } => {
                let how_many = if rooms.len() == 2 { "Two".to_owned() } else { rooms.len().to_string() };
                format!("{how_many} rooms share one identifier ({guid}). They are told apart by name: {}.", rooms.join(", "))
            }
            Self::RoomsWithoutCapacity { rooms } => {
                let rooms = many(*rooms, "room comes", "rooms come");
                format!("{rooms} without a capacity. Until you set one, sessions there have no limit.")
            }
            Self::KindRead { source, kind, sessions } => {
                let sessions = many(*sessions, "session", "sessions");
                if source.is_empty() {
                    format!("A session without a kind is read as “{kind}” ({sessions}). Change any of them afterwards.")
                } else {
                    format!("“{source}” is read as “{kind}” ({sessions}). Change any of them afterwards.")
                }
            }
            Self::StartDisagrees { sessions } => {
                let sessions = many(*sessions, "session prints", "sessions print");
                format!("{sessions} a start that differs from the hour in the date. The printed start is taken.")
            }
            Self::AfterMidnight { sessions } => {
                let sessions = many(*sessions, "session starts after midnight and stays", "sessions start after midnight and stay");
                format!("{sessions} with the evening before.")
            }
            Self::OtherDay { sessions } => {
                let sessions = many(*sessions, "session is", "sessions are");
                format!("{sessions} listed under another day than the date says. The date is taken.")
            }
            Self::EmptyDay { day } => format!("{} is listed without sessions.", words::day(*day)),
            Self::IdentifierUnusable { sessions } => {
                let sessions = many(*sessions, "session has", "sessions have");
                format!("{sessions} no usable identifier. One is made from the event's name and the session's number.")
            }
            Self::IdentifierRepeated { sessions } => {
                let sessions = many(*sessions, "session repeats", "sessions repeat");
                format!("{sessions} the identifier of an earlier one. Another is made from the event's name and the session's number.")
            }
            Self::ThreePartLength { sessions } => {
                let sessions = many(*sessions, "length has", "lengths have");
                format!("{sessions} three parts, such as 1:30:00. Such a length is read as hours, minutes and seconds.")
            }
            Self::NoEducators { sessions } => {
                let sessions = many(*sessions, "session names", "sessions name");
                format!("{sessions} nobody who teaches. Add educators afterwards where there are any.")
            }
            Self::NoRoom { sessions } => {
                format!("{} without a room. Add one afterwards.", many(*sessions, "session comes", "sessions come"))
            }
            Self::Faulty { sessions } => {
                let sessions = many(*sessions, "session cannot", "sessions cannot");
                format!("{sessions} be taken as the file has it. The list says why.")
            }
            Self::NotSessions { entries } => {
                let entries = many(*entries, "entry is not a session and is", "entries are not sessions and are");
                format!("{entries} passed over.")
            }
            Self::SignUp { sessions, of } if sessions == of => {
                format!("Every session ({of}) runs at the same time as another in a different room, so people sign up for each.")
            }
            Self::SignUp { sessions, .. } => {
                let sessions = many(*sessions, "session runs", "sessions run");
                format!("{sessions} at the same time as another in a different room, so people sign up there. The rest is for everyone.")
            }
        }
    }
}

/// `1 session runs`, `2 sessions run`.
fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
