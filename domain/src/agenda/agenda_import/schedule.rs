//! Reading a `schedule.json`. Real exports differ in nearly every field, so nothing is assumed of one: a value that is
//! missing or of another shape is empty, and what that means is said as a quirk or a fault.

use std::collections::{BTreeMap, HashSet};

use chrono::{Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::agenda::session::{Kind, Slot};
use crate::contact::{one_line, paragraphs};
use crate::time::{Zone, offset_seconds};

use super::kinds::{is_ours, kind_of};
use super::{FileRefusal, ItemFault, Quirk, Reading, SourceDay, SourceItem, SourceRoom};

/// The most sessions one file may hold.
pub const SESSION_LIMIT: usize = 5_000;

/// Until this hour a session belongs to the evening before, as the format has it.
const DAWN: u32 = 4;

/// What a session keeps at most: the session form's own limits, in characters.
const TITLE_LIMIT: usize = 200;
const TEXT_LIMIT: usize = 8_000;
const PLACE_LIMIT: usize = 100;
const EDUCATOR_LIMIT: usize = 30;
const EDUCATOR_NAME_LIMIT: usize = 120;

/// Reads a schedule: `{"schedule": {"conference": {"days": …}}}`, with or without the outer one or two layers.
///
/// # Errors
/// The first reason the file as a whole is not a schedule. What is wrong with one session is that item's
/// [`ItemFault`].
pub fn read(bytes: &[u8]) -> Result<Reading, FileRefusal> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let file: Value = serde_json::from_slice(bytes).map_err(|why| FileRefusal::NotJson { line: why.line().max(1) })?;
    let conference = conference_of(&file).ok_or(FileRefusal::NotASchedule)?;
    let listings = Listings::of(conference)?;

    let mut tally = Tally { not_sessions: listings.not_sessions, ..Tally::default() };
    let mut items: Vec<(SourceItem, String)> = listings.entries.iter().filter_map(|entry| read_item(entry, &mut tally)).collect();
    if items.is_empty() {
        return Err(FileRefusal::NoSessions);
    }
    let place = |item: &SourceItem| (item.day, item.starts, item.room.clone(), item.title.clone());
    items.sort_by_cached_key(|(item, _)| place(item));
    identify(&line(conference.get("acronym")), &mut items, &mut tally);
    let items: Vec<SourceItem> = items.into_iter().map(|(item, _)| item).collect();

    let mut days: BTreeMap<NaiveDate, usize> = listings.dates.iter().map(|date| (*date, 0)).collect();
    for item in &items {
        *days.entry(item.day).or_default() += 1;
    }
    let days: Vec<SourceDay> = days.into_iter().map(|(date, sessions)| SourceDay { date, sessions }).collect();
    let rooms = rooms_of(conference, &items);

    let mut quirks = Vec::new();
    quirks.extend(zone_quirk(conference, &tally.stamps));
    quirks.extend(shared_identifiers(conference));
    let open = rooms.iter().filter(|room| room.capacity.is_none()).count();
    quirks.extend((open > 0).then_some(Quirk::RoomsWithoutCapacity { rooms: open }));
    quirks.extend(days.iter().filter(|day| day.sessions == 0).map(|day| Quirk::EmptyDay { day: day.date }));
    quirks.extend(kind_quirks(&items));
    quirks.extend(tally.quirks(&items));
    Ok(Reading { title: line(conference.get("title")), days, rooms, items, quirks })
}

fn conference_of(file: &Value) -> Option<&Value> {
    let schedule = file.get("schedule");
    let places = [schedule.and_then(|schedule| schedule.get("conference")), file.get("conference"), schedule, Some(file)];
    places.into_iter().flatten().find(|place| place.get("days").is_some_and(Value::is_array))
}

/// Every entry of the file with the day and the room it is listed under.
#[derive(Default)]
struct Listings<'a> {
    dates: Vec<NaiveDate>,
    entries: Vec<Entry<'a>>,
    not_sessions: usize,
}

struct Entry<'a> {
    day: Option<NaiveDate>,
    room: &'a str,
    event: &'a Map<String, Value>,
}

impl<'a> Listings<'a> {
    fn of(conference: &'a Value) -> Result<Self, FileRefusal> {
        let mut listings = Self::default();
        for day in list(conference.get("days")) {
            let date = ["date", "day_start"].iter().find_map(|key| date_of(&line(day.get(*key))));
            listings.dates.extend(date);
            let rooms = day.get("rooms").and_then(Value::as_object);
            for (room, events) in rooms.into_iter().flatten() {
                for event in list(Some(events)) {
                    match event.as_object() {
                        None => listings.not_sessions += 1,
                        Some(_) if listings.entries.len() == SESSION_LIMIT => return Err(FileRefusal::TooManySessions),
                        Some(event) => listings.entries.push(Entry { day: date, room, event }),
                    }
                }
            }
        }
        Ok(listings)
    }
}

/// What is counted while the entries are read.
#[derive(Default)]
struct Tally {
    not_sessions: usize,
    start_disagrees: usize,
    after_midnight: usize,
    other_day: usize,
    unusable: usize,
    repeated: usize,
    three_parts: usize,
    /// Wall times in dates and the offsets they carry.
    stamps: Vec<(NaiveDateTime, FixedOffset)>,
}

impl Tally {
    fn quirks(&self, items: &[SourceItem]) -> Vec<Quirk> {
        let teaches = |item: &&SourceItem| !matches!(item.kind, Kind::Break | Kind::Social | Kind::Reflection);
        let alone = items.iter().filter(teaches).filter(|item| item.educators.is_empty()).count();
        let roomless = items.iter().filter(|item| item.room.is_empty()).count();
        let faulty = items.iter().filter(|item| item.fault.is_some()).count();
        let counted = [
            (self.start_disagrees, Quirk::StartDisagrees { sessions: self.start_disagrees }),
            (self.after_midnight, Quirk::AfterMidnight { sessions: self.after_midnight }),
            (self.other_day, Quirk::OtherDay { sessions: self.other_day }),
            (self.unusable, Quirk::IdentifierUnusable { sessions: self.unusable }),
            (self.repeated, Quirk::IdentifierRepeated { sessions: self.repeated }),
            (self.three_parts, Quirk::ThreePartLength { sessions: self.three_parts }),
            (alone, Quirk::NoEducators { sessions: alone }),
            (roomless, Quirk::NoRoom { sessions: roomless }),
            (faulty, Quirk::Faulty { sessions: faulty }),
            (self.not_sessions, Quirk::NotSessions { entries: self.not_sessions }),
        ];
        counted.into_iter().filter(|(count, _)| *count > 0).map(|(_, quirk)| quirk).collect()
    }
}

/// One session and its number in the file (text; may be empty). `None` when not even its day can be told. The identifier
/// is left nil for [`identify`].
fn read_item(entry: &Entry<'_>, tally: &mut Tally) -> Option<(SourceItem, String)> {
    let event = entry.event;
    let mut fault = None;
    let start = wall_start(event, entry.day, tally);
    let starts = match (start, entry.day) {
        (Some(starts), _) => starts,
        (None, Some(day)) => {
            fault = Some(ItemFault::NoStart);
            day.and_time(NaiveTime::MIN)
        }
        (None, None) => {
            tally.not_sessions += 1;
            return None;
        }
    };
    let day = day_of(starts, entry.day, tally);
    let minutes = minutes_of(event.get("duration"), tally).unwrap_or_else(|why| {
        fault.get_or_insert(why);
        0
    });

    let title = line(event.get("title"));
    let listed_room = one_line(entry.room);
    let room = if listed_room.is_empty() { line(event.get("room")) } else { listed_room };
    let source_type = line(event.get("type"));
    let track = Some(line(event.get("track"))).filter(|track| !track.is_empty());
    let abstract_text = abstract_of(event);
    let educators = educators_of(event);
    let longest_name = educators.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let texts = [
        ("title", title.chars().count(), TITLE_LIMIT),
        ("abstract", abstract_text.chars().count(), TEXT_LIMIT),
        ("room", room.chars().count(), PLACE_LIMIT),
        ("track", track.as_deref().unwrap_or_default().chars().count(), PLACE_LIMIT),
        ("educator's name", longest_name, EDUCATOR_NAME_LIMIT),
    ];
    if title.is_empty() {
        fault.get_or_insert(ItemFault::NoTitle);
    }
    if let Some((what, length, limit)) = texts.into_iter().find(|(_, length, limit)| length > limit) {
        fault.get_or_insert(ItemFault::TextTooLong { what, length, limit });
    }
    if educators.len() > EDUCATOR_LIMIT {
        fault.get_or_insert(ItemFault::TooManyEducators { count: educators.len(), limit: EDUCATOR_LIMIT });
    }
    let item = SourceItem {
        uid: Uuid::nil(),
        guid: line(event.get("guid")),
        day,
        starts,
        minutes,
        room,
        title,
        abstract_text,
        kind: kind_of(&source_type),
        source_type,
        track,
        educators,
        language: line(event.get("language")),
        fault,
    };
    Some((item, line(event.get("id"))))
}

/// When it starts on the wall. `start` is what is printed for people; `date` may be the same moment in another zone, and
/// then only tells the day.
fn wall_start(event: &Map<String, Value>, listed: Option<NaiveDate>, tally: &mut Tally) -> Option<NaiveDateTime> {
    let printed = clock_of(&line(event.get("start")));
    let stamp = stamp_of(&line(event.get("date")));
    if let Some(Stamp { date, clock: Some(clock), offset: Some(offset) }) = stamp {
        tally.stamps.push((date.and_time(clock), offset));
    }
    match (stamp, printed) {
        (Some(Stamp { date, clock: Some(clock), .. }), Some(printed)) if clock != printed => {
            tally.start_disagrees += 1;
            let near_listed = listed.map(|day| night_of(day, printed)).filter(|at| (at.date() - date).num_days().abs() <= 1);
            near_listed.or_else(|| nearest(date.and_time(clock), printed))
        }
        (Some(Stamp { date, clock: Some(clock), .. }), _) => Some(date.and_time(clock)),
        (Some(Stamp { date, clock: None, .. }), Some(printed)) if listed == Some(date) => Some(night_of(date, printed)),
        (Some(Stamp { date, clock: None, .. }), Some(printed)) => Some(date.and_time(printed)),
        (None, Some(printed)) => listed.map(|day| night_of(day, printed)),
        (_, None) => None,
    }
}

/// A clock reading on a day of the event, whose small hours are the next date's.
fn night_of(day: NaiveDate, clock: NaiveTime) -> NaiveDateTime {
    let date = if clock.hour() < DAWN { next_day(day) } else { day };
    date.and_time(clock)
}

fn next_day(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

/// The moment nearest to `about` at which a clock shows `clock`.
fn nearest(about: NaiveDateTime, clock: NaiveTime) -> Option<NaiveDateTime> {
    let around = [about.date().pred_opt(), Some(about.date()), about.date().succ_opt()];
    around.into_iter().flatten().map(|date| date.and_time(clock)).min_by_key(|at| (*at - about).num_minutes().abs())
}

/// The day of the event it belongs to.
fn day_of(starts: NaiveDateTime, listed: Option<NaiveDate>, tally: &mut Tally) -> NaiveDate {
    match listed {
        Some(day) if starts.date() == day => day,
        Some(day) if starts.date() == next_day(day) && starts.hour() < DAWN => {
            tally.after_midnight += 1;
            day
        }
        Some(_) => {
            tally.other_day += 1;
            starts.date()
        }
        None => starts.date(),
    }
}

/// How long it is: `HH:MM`, `HH:MM:SS` (seconds dropped), or minutes.
fn minutes_of(value: Option<&Value>, tally: &mut Tally) -> Result<u32, ItemFault> {
    let text = line(value);
    if text.is_empty() {
        return Err(ItemFault::NoLength);
    }
    let parts: Option<Vec<u32>> = text.split(':').map(|part| part.trim().parse().ok()).collect();
    let whole = |hours: u32, minutes: u32| hours.checked_mul(60).and_then(|sum| sum.checked_add(minutes));
    let minutes = match parts.as_deref() {
        Some([minutes]) => Some(*minutes),
        Some([hours, minutes]) => whole(*hours, *minutes),
        Some([hours, minutes, _]) => {
            tally.three_parts += 1;
            whole(*hours, *minutes)
        }
        _ => value.and_then(Value::as_f64).filter(|number| (0.0..1e6).contains(number)).map(|number| number.round() as u32),
    };
    match minutes {
        None => Err(ItemFault::UnreadableLength { text: text.chars().take(40).collect() }),
        Some(0) => Err(ItemFault::ZeroLength),
        Some(minutes) if i64::from(minutes) > Slot::LONGEST_HOURS * 60 => Err(ItemFault::TooLong { minutes }),
        Some(minutes) => Ok(minutes),
    }
}

/// The abstract, an empty line, the description; one of them when there is only one or both are the same.
fn abstract_of(event: &Map<String, Value>) -> String {
    let part = |key: &str| paragraphs("abstract", &text(event.get(key)), usize::MAX).unwrap_or_default();
    let (opening, rest) = (part("abstract"), part("description"));
    if rest.is_empty() || rest == opening {
        opening
    } else if opening.is_empty() {
        rest
    } else {
        format!("{opening}\n\n{rest}")
    }
}

/// The people's names, each once: objects with a name under one of its usual keys, or plain text.
fn educators_of(event: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for person in list(event.get("persons")) {
        let name = match person {
            Value::Object(person) => {
                let keys = ["public_name", "full_public_name", "name"];
                keys.iter().map(|key| line(person.get(*key))).find(|name| !name.is_empty()).unwrap_or_default()
            }
            other => line(Some(other)),
        };
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Gives every session its identifier: the file's own where it is a UUID that no earlier session has, else one made
/// from the event's acronym and the session's number, the same from the same file every time.
fn identify(acronym: &str, items: &mut [(SourceItem, String)], tally: &mut Tally) {
    let mut taken: HashSet<Uuid> = HashSet::new();
    for (item, _) in items.iter_mut() {
        match Uuid::parse_str(&item.guid) {
            Ok(uid) if uid.is_nil() => tally.unusable += 1,
            Ok(uid) if taken.insert(uid) => item.uid = uid,
            Ok(_) => tally.repeated += 1,
            Err(_) => tally.unusable += 1,
        }
    }
    for (item, number) in items.iter_mut().filter(|(item, _)| item.uid.is_nil()) {
        let number: &str = if number.is_empty() { &item.title } else { number };
        let mut made = (1_u32..).map(|turn| {
            let again = if turn == 1 { String::new() } else { format!("#{turn}") };
            Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("schedule:{acronym}:{number}{again}").as_bytes())
        });
        item.uid = made.find(|uid| taken.insert(*uid)).unwrap_or_default();
    }
}

fn rooms_of(conference: &Value, items: &[SourceItem]) -> Vec<SourceRoom> {
    let mut rooms: Vec<SourceRoom> = Vec::new();
    let mut add = |name: String, capacity: Option<u32>| {
        if !name.is_empty() && !rooms.iter().any(|room| room.name == name) {
            rooms.push(SourceRoom { name, capacity });
        }
    };
    for room in list(conference.get("rooms")) {
        let capacity = line(room.get("capacity")).parse::<u32>().ok().filter(|capacity| (1..=10_000).contains(capacity));
        add(line(room.get("name")), capacity);
    }
    let mut named: Vec<&str> = items.iter().map(|item| item.room.as_str()).collect();
    named.sort_unstable();
    for name in named {
        add(name.to_owned(), None);
    }
    rooms
}

fn shared_identifiers(conference: &Value) -> Vec<Quirk> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for room in list(conference.get("rooms")) {
        let (guid, name) = (line(room.get("guid")), line(room.get("name")));
        let sharing = names.entry(guid).or_default();
        if !sharing.contains(&name) {
            sharing.push(name);
        }
    }
    let shared = names.into_iter().filter(|(guid, rooms)| !guid.is_empty() && rooms.len() > 1);
    shared.map(|(guid, rooms)| Quirk::SharedRoomIdentifier { guid, rooms }).collect()
}

fn zone_quirk(conference: &Value, stamps: &[(NaiveDateTime, FixedOffset)]) -> Option<Quirk> {
    let name = line(conference.get("time_zone_name"));
    let zone = Zone::parse(&name).ok()?;
    let (_, offset) = stamps.iter().find(|(wall, offset)| {
        let at = *wall - TimeDelta::seconds(i64::from(offset.local_minus_utc()));
        offset_seconds(&zone, at.and_utc()) != offset.local_minus_utc()
    })?;
    Some(Quirk::ZoneDisagrees { zone: name, offset: offset.to_string() })
}

fn kind_quirks(items: &[SourceItem]) -> Vec<Quirk> {
    let mut read: BTreeMap<&str, (Kind, usize)> = BTreeMap::new();
    for item in items.iter().filter(|item| !is_ours(&item.source_type)) {
        read.entry(&item.source_type).or_insert((item.kind, 0)).1 += 1;
    }
    read.into_iter().map(|(source, (kind, sessions))| Quirk::KindRead { source: source.to_owned(), kind, sessions }).collect()
}

/// A moment as a file writes it, in as many parts as it has.
#[derive(Clone, Copy)]
struct Stamp {
    date: NaiveDate,
    clock: Option<NaiveTime>,
    offset: Option<FixedOffset>,
}

/// `2020-12-14T09:00:00+01:00`, and less: without offset, without seconds, without time, with a space for the `T`.
fn stamp_of(text: &str) -> Option<Stamp> {
    let date = date_of(text)?;
    let rest = text.get(10..).unwrap_or_default().trim_start_matches(['T', 't', ' ']);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(rest.len());
    let (clock, rest) = rest.split_at(end);
    let rest = rest.trim_start_matches(|c: char| c == '.' || c == ',' || c.is_ascii_digit()).trim();
    let offset = if rest.eq_ignore_ascii_case("z") { FixedOffset::east_opt(0) } else { rest.parse().ok() };
    Some(Stamp { date, clock: clock_of(clock), offset })
}

/// A date at the beginning of `text`, in years an agenda can be in.
fn date_of(text: &str) -> Option<NaiveDate> {
    let day = text.get(..10).filter(|day| day.starts_with(|c: char| c.is_ascii_digit()))?;
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    (1970..=2200).contains(&date.year()).then_some(date)
}

/// `9:00`, `09:00` or `09:00:00`, to the minute.
fn clock_of(text: &str) -> Option<NaiveTime> {
    let parts: Vec<u32> = text.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [hour, minute] | [hour, minute, _] => NaiveTime::from_hms_opt(*hour, *minute, 0),
        _ => None,
    }
}

/// A value as one line of text; see [`text`].
fn line(value: Option<&Value>) -> String {
    one_line(&text(value))
}

/// A value as text: a number in digits; of a text in several languages the English one, else the first; of an object
/// its name, in one language or several. Anything else is empty.
fn text(value: Option<&Value>) -> String {
    let Some(Value::Object(parts)) = value else {
        return value.and_then(plain).unwrap_or_default();
    };
    let usual = ["en", "name", "title"].iter().filter_map(|key| parts.get(*key));
    let inner = |part: &Value| part.as_object().and_then(|parts| parts.get("en").or_else(|| parts.values().next())).and_then(plain);
    usual.chain(parts.values()).find_map(|part| plain(part).or_else(|| inner(part))).unwrap_or_default()
}

/// A text with ink in it, or a number in digits.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
