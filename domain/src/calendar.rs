//! Calendar texts: what leaves Cohortium as `text/calendar`, and a linter for it.
//!
//! Sources: RFC 5545 (iCalendar), RFC 5546 (iTIP: what REQUEST and CANCEL must hold), RFC 7986 (NAME, COLOR,
//! REFRESH-INTERVAL) and MS-OXCICAL (the VTIMEZONE that Outlook takes). The same state always renders the same bytes:
//! properties stand in a fixed order, events are sorted by start and UID, and the only times written are those handed in.
//!
//! The content lines are written here by a small serializer of our own. The `icalendar` crate keeps properties in a map
//! (so their order is its own), stamps each rendering with a fresh DTSTAMP, lets line breaks and quotes in parameters
//! and URIs through, folds at 76 octets and has no VTIMEZONE. It reads calendars, here in the tests and on import.
//!
//! Deliberately absent: recurrence, replies, a clock, and anything personal besides the one recipient of a mail:
//! people share calendar files, so no file holds a token, a join secret or a list of participants.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::time::{Zone, words};

use lines::Lines;
use text::{CalAddress, CalendarName, CommonName, Product, Text, Uri};
use zones::Plan;

mod lines;
pub mod lint;
#[cfg(test)]
mod sample;
mod text;
mod zones;

pub use text::as_read;

/// Who publishes the files; both end up in PRODID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// The host people reach the application at, without scheme: `cohortium.example.org`.
    pub host: String,
    /// The version of the application: `1.4.0`.
    pub version: String,
}

/// STATUS of an event (RFC 5545 §3.8.1.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It takes place.
    Confirmed,
    /// Planned and not released yet (the working copy, for staff).
    Tentative,
    /// It does not take place. Written TRANSPARENT, and with "Cancelled: " before the title outside of mails.
    Cancelled,
}

/// One session as a calendar shows it. Plain facts; whatever text they hold is cleaned on writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Stored with the session and the same in every output.
    pub uid: Uuid,
    /// Raised whenever start, end, status or place change (RFC 5545 §3.8.7.4).
    pub sequence: u32,
    /// Whether it takes place.
    pub status: Status,
    /// Start, to the second.
    pub starts_at: DateTime<Utc>,
    /// End, to the second. An end that is not after the start is left out of the file.
    pub ends_at: DateTime<Utc>,
    /// The zone the session is held in: its wall time is what the calendar shows.
    pub zone: Zone,
    /// SUMMARY.
    pub title: String,
    /// DESCRIPTION, plain text; more than 8 kB is cut and continued "… more at" the URL.
    pub description: String,
    /// LOCATION.
    pub location: Option<String>,
    /// URL, http or https; anything else is left out. Must not be a personal or secret link.
    pub url: Option<String>,
    /// CATEGORIES.
    pub categories: Vec<String>,
    /// CREATED.
    pub created: DateTime<Utc>,
    /// LAST-MODIFIED, and DTSTAMP of downloads and feeds.
    pub modified: DateTime<Utc>,
}

/// Something that is due on a day. Plain facts, cleaned on writing as those of an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Stored with what is due and the same in every output.
    pub uid: Uuid,
    /// Raised whenever the day changes.
    pub sequence: u32,
    /// The whole day.
    pub day: NaiveDate,
    /// SUMMARY.
    pub title: String,
    /// DESCRIPTION, plain text.
    pub description: String,
    /// URL, http or https. Must not be a personal or secret link.
    pub url: Option<String>,
    /// CREATED.
    pub created: DateTime<Utc>,
    /// LAST-MODIFIED and DTSTAMP.
    pub modified: DateTime<Utc>,
}

/// How what is due is written: Google and Apple show no to-dos, so events are the usual way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueAs {
    /// VEVENT: a whole day that takes no time.
    Event,
    /// VTODO.
    Todo,
}

/// A name and an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// As people write it; cleaned for CN.
    pub name: String,
    /// `ada@example.org`
    pub address: String,
}

/// What a cancellation takes out of the recipient's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Removal {
    /// The session is cancelled for everyone: STATUS:CANCELLED.
    Session,
    /// The session goes on without this person: no STATUS (RFC 5546 §3.2.5).
    Person,
}

/// One session or a whole agenda as a file to keep: no METHOD, ORGANIZER or ATTENDEE, since an ORGANIZER in a download
/// makes clients mail "accepted". `alarm` adds a reminder 15 minutes before each session that takes place.
pub fn download(publisher: &Publisher, events: &[Event], alarm: bool) -> String {
    render(publisher, &Output::Download { alarm }, events)
}

/// A subscription feed, read again about every hour. `name` and `zone` are the calendar's own; no reminders. The caller
/// leaves in a cancelled session for 30 days and leaves out a seat given up.
pub fn feed(publisher: &Publisher, name: &str, zone: &Zone, events: &[Event]) -> String {
    render(publisher, &Output::Feed { name, zone }, events)
}

/// A subscription feed of what is due: whole days, which are the same in every zone. What is done, the caller leaves out.
pub fn due_feed(publisher: &Publisher, name: &str, dues: &[Due], as_: DueAs) -> String {
    let mut dues: Vec<&Due> = dues.iter().collect();
    dues.sort_by_key(|due| (due.day, due.uid));
    let mut lines = Lines::with_capacity(1024 + dues.len() * 512);
    write_head(&mut lines, publisher);
    write_feed_head(&mut lines, name, &Zone::utc());
    if dues.is_empty() {
        zones::write_unused(&mut lines, &Zone::utc());
    }
    for due in dues {
        write_due(&mut lines, due, as_);
    }
    lines.put(format_args!("END:VCALENDAR"));
    lines.finish()
}

/// The invitation or update for one recipient: METHOD:REQUEST (RFC 5546 §3.2.2). They hold the seat already, hence
/// `PARTSTAT=ACCEPTED;RSVP=FALSE`. `organizer` must be the From address of the mail, and `event` must take place: a
/// cancelled one is told with [`cancel`].
pub fn request(publisher: &Publisher, organizer: &Mailbox, attendee: &Mailbox, event: &Event, now: DateTime<Utc>) -> String {
    debug_assert_ne!(event.status, Status::Cancelled, "a cancelled session is told with METHOD:CANCEL");
    render(publisher, &Output::Request { organizer, attendee, now }, std::slice::from_ref(event))
}

/// The cancellation for one recipient: METHOD:CANCEL (RFC 5546 §3.2.5). The caller has already raised
/// [`Event::sequence`]; start and end are those last sent.
pub fn cancel(
    publisher: &Publisher,
    organizer: &Mailbox,
    attendee: &Mailbox,
    event: &Event,
    removal: Removal,
    now: DateTime<Utc>,
) -> String {
    render(publisher, &Output::Cancel { organizer, attendee, removal, now }, std::slice::from_ref(event))
}

/// A file name of ASCII letters, digits and hyphens for `Content-Disposition`, at most 64 characters with its `.ics`.
pub fn file_name(title: &str) -> String {
    let slug = slug(title);
    match slug.as_str() {
        "" => "session.ics".to_owned(),
        // Names Windows keeps for devices, whatever follows the dot.
        "con" | "prn" | "aux" | "nul" => format!("session-{slug}.ics"),
        _ => format!("{slug}.ics"),
    }
}

/// A title as ASCII letters, digits and hyphens, at most 60 of them; empty when it has none.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.nfkd() {
        match c {
            'ß' => slug.push_str("ss"),
            'æ' | 'Æ' => slug.push_str("ae"),
            'œ' | 'Œ' => slug.push_str("oe"),
            'ø' | 'Ø' => slug.push('o'),
            'ł' | 'Ł' => slug.push('l'),
            'đ' | 'Đ' => slug.push('d'),
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            // What NFKD split off a letter (accents), and apostrophes, leave no gap.
            '\u{300}'..='\u{36f}' | '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() >= 60 {
            break;
        }
    }
    slug.truncate(60);
    slug.trim_end_matches('-').to_owned()
}

enum Output<'a> {
    Download { alarm: bool },
    Feed { name: &'a str, zone: &'a Zone },
    Request { organizer: &'a Mailbox, attendee: &'a Mailbox, now: DateTime<Utc> },
    Cancel { organizer: &'a Mailbox, attendee: &'a Mailbox, removal: Removal, now: DateTime<Utc> },
}

impl Output<'_> {
    fn method(&self) -> Option<&'static str> {
        match self {
            Self::Download { .. } | Self::Feed { .. } => None,
            Self::Request { .. } => Some("REQUEST"),
            Self::Cancel { .. } => Some("CANCEL"),
        }
    }

    fn stamp(&self, event: &Event) -> DateTime<Utc> {
        match self {
            Self::Download { .. } | Self::Feed { .. } => event.modified,
            Self::Request { now, .. } | Self::Cancel { now, .. } => *now,
        }
    }

    fn status(&self, event: &Event) -> Option<Status> {
        match self {
            Self::Cancel { removal: Removal::Session, .. } => Some(Status::Cancelled),
            Self::Cancel { removal: Removal::Person, .. } => None,
            _ => Some(event.status),
        }
    }

    fn takes_time(&self, event: &Event) -> bool {
        !matches!(self, Self::Cancel { .. }) && event.status != Status::Cancelled
    }
}

fn render(publisher: &Publisher, output: &Output<'_>, events: &[Event]) -> String {
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by_key(|event| (event.starts_at, event.uid));
    let plan = Plan::of(&events);

    let mut lines = Lines::with_capacity(1024 + events.len() * 1024);
    write_head(&mut lines, publisher);
    if let Some(method) = output.method() {
        lines.put(format_args!("METHOD:{method}"));
    }
    if let Output::Feed { name, zone } = output {
        write_feed_head(&mut lines, name, zone);
    }
    plan.write_zones(&mut lines);
    if events.is_empty() {
        // RFC 5545 §3.4 wants at least one component, so an empty calendar defines its zone.
        match *output {
            Output::Feed { zone, .. } => zones::write_unused(&mut lines, zone),
            _ => zones::write_unused(&mut lines, &Zone::utc()),
        }
    }
    for (event, wall) in events.iter().zip(&plan.walls) {
        write_event(&mut lines, output, event, wall.as_ref());
    }
    lines.put(format_args!("END:VCALENDAR"));
    lines.finish()
}

fn write_head(lines: &mut Lines, publisher: &Publisher) {
    lines.put(format_args!("BEGIN:VCALENDAR"));
    lines.put(format_args!("VERSION:2.0"));
    lines.put(format_args!("PRODID:{}", Product::new(&publisher.host, &publisher.version)));
    lines.put(format_args!("CALSCALE:GREGORIAN"));
}

fn write_feed_head(lines: &mut Lines, name: &str, zone: &Zone) {
    let name = CalendarName::new(name);
    lines.put(format_args!("NAME:{name}"));
    lines.put(format_args!("X-WR-CALNAME:{name}"));
    lines.put(format_args!("X-WR-TIMEZONE:{zone}"));
    lines.put(format_args!("REFRESH-INTERVAL;VALUE=DURATION:PT1H"));
    lines.put(format_args!("X-PUBLISHED-TTL:PT1H"));
    lines.put(format_args!("COLOR:teal"));
}

fn write_event(lines: &mut Lines, output: &Output<'_>, event: &Event, wall: Option<&zones::Wall>) {
    lines.put(format_args!("BEGIN:VEVENT"));
    lines.put(format_args!("UID:{}", event.uid.hyphenated()));
    lines.put(format_args!("DTSTAMP:{}Z", zones::stamp(output.stamp(event).naive_utc())));
    write_times(lines, event, wall);
    lines.put(format_args!("SEQUENCE:{}", event.sequence));
    match output.status(event) {
        Some(Status::Confirmed) => lines.put(format_args!("STATUS:CONFIRMED")),
        Some(Status::Tentative) => lines.put(format_args!("STATUS:TENTATIVE")),
        Some(Status::Cancelled) => lines.put(format_args!("STATUS:CANCELLED")),
        None => {}
    }

    let mark = if output.method().is_none() && event.status == Status::Cancelled { "Cancelled: " } else { "" };
    let title = Text::new(&event.title);
    lines.put(format_args!("SUMMARY:{mark}{title}"));
    let url = event.url.as_deref().and_then(Uri::web);
    let note = (wall.is_none() && !event.zone.is_utc()).then(|| local_note(event));
    if let Some(description) = Text::description(note.as_deref(), &event.description, url.as_ref()) {
        lines.put(format_args!("DESCRIPTION:{description}"));
    }
    if let Some(location) = event.location.as_deref().filter(|location| !location.trim().is_empty()) {
        lines.put(format_args!("LOCATION:{}", Text::new(location)));
    }
    if let Some(url) = &url {
        lines.put(format_args!("URL:{url}"));
    }
    if let Some(categories) = Text::list(&event.categories) {
        lines.put(format_args!("CATEGORIES:{categories}"));
    }
    lines.put(format_args!("CLASS:PRIVATE"));
    lines.put(format_args!("TRANSP:{}", if output.takes_time(event) { "OPAQUE" } else { "TRANSPARENT" }));
    lines.put(format_args!("CREATED:{}Z", zones::stamp(event.created.naive_utc())));
    lines.put(format_args!("LAST-MODIFIED:{}Z", zones::stamp(event.modified.naive_utc())));
    write_parties(lines, output);
    if matches!(output, Output::Download { alarm: true }) && event.status != Status::Cancelled {
        lines.put(format_args!("BEGIN:VALARM"));
        lines.put(format_args!("ACTION:DISPLAY"));
        lines.put(format_args!("DESCRIPTION:{title}"));
        lines.put(format_args!("TRIGGER:-PT15M"));
        lines.put(format_args!("END:VALARM"));
    }
    lines.put(format_args!("END:VEVENT"));
}

fn write_due(lines: &mut Lines, due: &Due, as_: DueAs) {
    let name = match as_ {
        DueAs::Event => "VEVENT",
        DueAs::Todo => "VTODO",
    };
    lines.put(format_args!("BEGIN:{name}"));
    lines.put(format_args!("UID:{}", due.uid.hyphenated()));
    lines.put(format_args!("DTSTAMP:{}Z", zones::stamp(due.modified.naive_utc())));
    match as_ {
        DueAs::Event => {
            lines.put(format_args!("DTSTART;VALUE=DATE:{}", date(due.day)));
            lines.put(format_args!("DTEND;VALUE=DATE:{}", date(due.day.succ_opt().unwrap_or(due.day))));
        }
        DueAs::Todo => lines.put(format_args!("DUE;VALUE=DATE:{}", date(due.day))),
    }
    lines.put(format_args!("SEQUENCE:{}", due.sequence));
    lines.put(format_args!("STATUS:{}", if as_ == DueAs::Todo { "NEEDS-ACTION" } else { "CONFIRMED" }));
    lines.put(format_args!("SUMMARY:{}", Text::new(&due.title)));
    let url = due.url.as_deref().and_then(Uri::web);
    if let Some(description) = Text::description(None, &due.description, url.as_ref()) {
        lines.put(format_args!("DESCRIPTION:{description}"));
    }
    if let Some(url) = &url {
        lines.put(format_args!("URL:{url}"));
    }
    lines.put(format_args!("CATEGORIES:Task"));
    lines.put(format_args!("CLASS:PRIVATE"));
    if as_ == DueAs::Event {
        lines.put(format_args!("TRANSP:TRANSPARENT"));
    }
    lines.put(format_args!("CREATED:{}Z", zones::stamp(due.created.naive_utc())));
    lines.put(format_args!("LAST-MODIFIED:{}Z", zones::stamp(due.modified.naive_utc())));
    lines.put(format_args!("END:{name}"));
}

/// `20270329` (RFC 5545 §3.3.4).
fn date(day: NaiveDate) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

fn write_times(lines: &mut Lines, event: &Event, wall: Option<&zones::Wall>) {
    let has_end = event.ends_at.timestamp() > event.starts_at.timestamp();
    match wall {
        Some(wall) => {
            lines.put(format_args!("DTSTART;TZID={}:{}", event.zone, zones::stamp(wall.starts)));
            if has_end {
                lines.put(format_args!("DTEND;TZID={}:{}", event.zone, zones::stamp(wall.ends)));
            }
        }
        None => {
            lines.put(format_args!("DTSTART:{}Z", zones::stamp(event.starts_at.naive_utc())));
            if has_end {
                lines.put(format_args!("DTEND:{}Z", zones::stamp(event.ends_at.naive_utc())));
            }
        }
    }
}

fn write_parties(lines: &mut Lines, output: &Output<'_>) {
    let (organizer, attendee, part) = match output {
        Output::Download { .. } | Output::Feed { .. } => return,
        Output::Request { organizer, attendee, .. } => (organizer, attendee, ";PARTSTAT=ACCEPTED;RSVP=FALSE"),
        Output::Cancel { organizer, attendee, .. } => (organizer, attendee, ""),
    };
    lines.put(format_args!("ORGANIZER;CN={}:{}", CommonName::of(organizer), CalAddress::new(&organizer.address)));
    lines.put(format_args!(
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{part};CN={}:{}",
        CommonName::of(attendee),
        CalAddress::new(&attendee.address)
    ));
}

/// Where the times of a file are UTC because its zone cannot be written, people still read the wall time.
fn local_note(event: &Event) -> String {
    let starts = crate::time::to_local(&event.zone, event.starts_at);
    let ends = crate::time::to_local(&event.zone, event.ends_at);
    format!("Local time: {}, {} {} ({})", words::day(starts.date()), words::span(starts, ends), words::zone_words(&event.zone), event.zone)
}

#[cfg(test)]
mod tests;
