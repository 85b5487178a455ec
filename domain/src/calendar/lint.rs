//! A linter for calendar texts: what we promise about our own files, checked without trusting the code that writes them.
//!
//! It knows RFC 5545 as far as our files use it, the methods of RFC 5546 we send, and the VTIMEZONE that Outlook takes. It
//! is stricter than the standards where we are (no tabs, no floating times, CLASS:PRIVATE everywhere), and it is not a
//! validator of other people's calendars.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDateTime;

use super::lines::OCTETS;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The text starts with a byte order mark.
    ByteOrderMark,
    /// A line does not end with CRLF, or is empty.
    LineEnd,
    /// A physical line is longer than 75 octets.
    LineLength,
    /// A physical line is not UTF-8 by itself: the fold went through a character.
    Utf8,
    /// A control character.
    Control,
    /// A line that is no `NAME;PARAM=value:value`.
    ContentLine,
    /// BEGIN and END do not match, or a component is where it has no place.
    Nesting,
    /// A required property or component is absent.
    Missing,
    /// A property, component or UID occurs more often than it may.
    Repeated,
    /// A value is not of its type, or not one we promise.
    Value,
    /// A TEXT value with an unescaped `,` or `;`, or a backslash that escapes nothing.
    Escape,
    /// A time without zone, a zone without definition, or a definition that Outlook does not take.
    TimeZone,
    /// Something that the METHOD (or its absence) does not allow or does demand.
    Method,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The physical line it is on or begins at, from 1; 0 speaks of the whole text.
    pub line: usize,
    /// What it is about.
    pub rule: Rule,
    /// What was found, in words.
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {:?}: {}", self.line, self.rule, self.detail)
    }
}

/// Everything that is wrong with a calendar text, by line; empty if nothing is.
pub fn findings(text: &str) -> Vec<Finding> {
    findings_in(text.as_bytes())
}

/// As [`findings`], for octets that may not be UTF-8.
pub fn findings_in(octets: &[u8]) -> Vec<Finding> {
    let mut lint = Lint { findings: Vec::new() };
    let lines = lint.physical_lines(octets);
    let properties = lint.properties(lines);
    if let Some(calendar) = lint.tree(properties) {
        lint.calendar(&calendar);
    }
    lint.findings.sort_by_key(|finding| finding.line);
    lint.findings
}

struct Property {
    line: usize,
    name: String,
    params: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

struct Component {
    line: usize,
    name: String,
    properties: Vec<Property>,
    components: Vec<Component>,
}

impl Component {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    fn first(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.first(name).map(|property| property.value.as_str())
    }

    fn parts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Component> {
        self.components.iter().filter(move |component| component.name == name)
    }
}

/// A DATE-TIME or DATE as written.
enum Moment<'a> {
    Utc(NaiveDateTime),
    Wall { zone: &'a str, at: NaiveDateTime },
    Floating,
    Day,
}

struct Lint {
    findings: Vec<Finding>,
}

impl Lint {
    fn find(&mut self, line: usize, rule: Rule, detail: impl Into<String>) {
        self.findings.push(Finding { line, rule, detail: detail.into() });
    }

    /// Checks the physical lines and gives back the unfolded ones, each with the number of its first.
    fn physical_lines(&mut self, octets: &[u8]) -> Vec<(usize, Vec<u8>)> {
        if octets.starts_with(b"\xef\xbb\xbf") {
            self.find(1, Rule::ByteOrderMark, "starts with a byte order mark");
        }
        let mut unfolded: Vec<(usize, Vec<u8>)> = Vec::new();
        for (number, piece) in (1..).zip(octets.split_inclusive(|octet| *octet == b'\n')) {
            let line = match piece {
                [line @ .., b'\r', b'\n'] => line,
                _ => {
                    self.find(number, Rule::LineEnd, "does not end with CRLF");
                    piece.strip_suffix(b"\n").unwrap_or(piece)
                }
            };
            if line.is_empty() {
                self.find(number, Rule::LineEnd, "is empty");
            }
            if line.len() > OCTETS {
                self.find(number, Rule::LineLength, format!("{} octets", line.len()));
            }
            match std::str::from_utf8(line) {
                Ok(text) => {
                    if let Some(control) = text.chars().find(|c| c.is_control()) {
                        self.find(number, Rule::Control, format!("holds {control:?}"));
                    }
                }
                Err(_) => self.find(number, Rule::Utf8, "is not UTF-8 by itself"),
            }
            match (line, unfolded.last_mut()) {
                ([b' ' | b'\t', rest @ ..], Some((_, whole))) => whole.extend_from_slice(rest),
                _ => unfolded.push((number, line.to_vec())),
            }
        }
        unfolded
    }

    fn properties(&mut self, lines: Vec<(usize, Vec<u8>)>) -> Vec<Property> {
        let mut properties = Vec::with_capacity(lines.len());
        for (line, octets) in lines {
            match read_property(line, &String::from_utf8_lossy(&octets)) {
                Ok(property) => properties.push(property),
                Err(detail) => self.find(line, Rule::ContentLine, detail),
            }
        }
        properties
    }

    /// The one VCALENDAR that the text must be.
    fn tree(&mut self, properties: Vec<Property>) -> Option<Component> {
        let mut open: Vec<Component> = Vec::new();
        let mut whole: Option<Component> = None;
        for property in properties {
            match property.name.as_str() {
                "BEGIN" => {
                    if open.is_empty() && (whole.is_some() || property.value != "VCALENDAR") {
                        self.find(property.line, Rule::Nesting, format!("BEGIN:{} outside the calendar", property.value));
                    }
                    open.push(Component { line: property.line, name: property.value, properties: Vec::new(), components: Vec::new() });
                }
                "END" => {
                    let Some(closed) = open.pop() else {
                        self.find(property.line, Rule::Nesting, format!("END:{} closes nothing", property.value));
                        continue;
                    };
                    if closed.name != property.value {
                        self.find(property.line, Rule::Nesting, format!("END:{} closes BEGIN:{}", property.value, closed.name));
                    }
                    match open.last_mut() {
                        Some(parent) => parent.components.push(closed),
                        None if whole.is_none() => whole = Some(closed),
                        None => {}
                    }
                }
                _ => match open.last_mut() {
                    Some(component) => component.properties.push(property),
                    None => self.find(property.line, Rule::Nesting, format!("{} outside the calendar", property.name)),
                },
            }
        }
        for unclosed in &open {
            self.find(unclosed.line, Rule::Nesting, format!("BEGIN:{} is never closed", unclosed.name));
        }
        if whole.is_none() {
            self.find(0, Rule::Missing, "there is no VCALENDAR");
        }
        whole
    }

    fn calendar(&mut self, calendar: &Component) {
        self.once(calendar, &["VERSION", "PRODID", "CALSCALE"]);
        self.at_most_once(calendar, &["METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE", "REFRESH-INTERVAL", "COLOR"]);
        for (name, expected) in [("VERSION", "2.0"), ("CALSCALE", "GREGORIAN")] {
            self.value_is(calendar, name, &[expected]);
        }
        for name in ["NAME", "X-WR-CALNAME"] {
            if let Some(property) = calendar.first(name)
                && property.value.contains([',', ';', '\\'])
            {
                self.find(property.line, Rule::Escape, format!("{name} holds a character that would need an escape"));
            }
        }
        if calendar.components.is_empty() {
            self.find(calendar.line, Rule::Missing, "a calendar holds at least one component");
        }
        for component in &calendar.components {
            if !matches!(component.name.as_str(), "VTIMEZONE" | "VEVENT" | "VTODO") {
                self.find(component.line, Rule::Nesting, format!("{} has no place in a calendar", component.name));
            }
        }
        for zone in calendar.parts("VTIMEZONE") {
            self.zone(zone);
        }
        self.zones_used(calendar);

        let feed = calendar.first("X-WR-CALNAME").is_some();
        let method = calendar.value("METHOD");
        let mut uids = BTreeMap::new();
        for event in calendar.parts("VEVENT") {
            self.event(event, method);
            self.method(event, method);
            self.alarms(event, feed || method == Some("CANCEL"));
            if let Some(uid) = event.value("UID")
                && uids.insert(uid, event.line).is_some()
            {
                self.find(event.line, Rule::Repeated, format!("UID {uid} occurs twice"));
            }
        }
        for todo in calendar.parts("VTODO") {
            self.todo(todo);
            if let Some(uid) = todo.value("UID")
                && uids.insert(uid, todo.line).is_some()
            {
                self.find(todo.line, Rule::Repeated, format!("UID {uid} occurs twice"));
            }
        }
        match method {
            None | Some("REQUEST" | "CANCEL") => {}
            Some(other) => self.find(calendar.line, Rule::Method, format!("METHOD:{other} is none we send")),
        }
        if method.is_some() && calendar.parts("VEVENT").count() != 1 {
            self.find(calendar.line, Rule::Method, "a message holds exactly one event");
        }
    }

    fn event(&mut self, event: &Component, method: Option<&str>) {
        self.once(event, &["UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "CLASS", "TRANSP", "CREATED", "LAST-MODIFIED"]);
        self.at_most_once(event, &["DTEND", "STATUS", "DESCRIPTION", "LOCATION", "URL", "ORGANIZER", "CATEGORIES"]);
        if event.first("STATUS").is_none() && method != Some("CANCEL") {
            self.find(event.line, Rule::Missing, "VEVENT has no STATUS");
        }
        self.value_is(event, "CLASS", &["PRIVATE"]);
        self.value_is(event, "TRANSP", &["OPAQUE", "TRANSPARENT"]);
        self.value_is(event, "STATUS", &["CONFIRMED", "TENTATIVE", "CANCELLED"]);
        if event.value("STATUS") == Some("CANCELLED") {
            self.value_is(event, "TRANSP", &["TRANSPARENT"]);
        }
        self.number_and_address(event);
        for name in ["RRULE", "RDATE", "EXDATE", "DURATION", "RECURRENCE-ID"] {
            if let Some(property) = event.first(name) {
                self.find(property.line, Rule::Value, format!("{name} is not ours to write"));
            }
        }
        self.texts(event);
        self.moments(event);
    }

    fn todo(&mut self, todo: &Component) {
        self.once(todo, &["UID", "DTSTAMP", "DUE", "SUMMARY", "SEQUENCE", "STATUS", "CLASS", "CREATED", "LAST-MODIFIED"]);
        self.at_most_once(todo, &["DESCRIPTION", "URL", "CATEGORIES"]);
        self.value_is(todo, "CLASS", &["PRIVATE"]);
        self.value_is(todo, "STATUS", &["NEEDS-ACTION"]);
        for name in ["RRULE", "DTEND", "TRANSP", "DURATION", "ORGANIZER", "ATTENDEE"] {
            if let Some(property) = todo.first(name) {
                self.find(property.line, Rule::Value, format!("{name} has no place in a to-do of ours"));
            }
        }
        self.number_and_address(todo);
        self.texts(todo);
        self.moments(todo);
    }

    fn number_and_address(&mut self, component: &Component) {
        if let Some(sequence) = component.first("SEQUENCE")
            && (sequence.value.parse::<u32>().is_err() || sequence.value.starts_with('+'))
        {
            self.find(sequence.line, Rule::Value, format!("SEQUENCE:{} is no number", sequence.value));
        }
        if let Some(url) = component.first("URL")
            && (!url.value.starts_with("http") || !url.value.chars().all(|c| c.is_ascii_graphic()))
        {
            self.find(url.line, Rule::Value, "URL is no web address");
        }
    }

    /// TEXT values are escaped, and a description ends at 8 kB.
    fn texts(&mut self, component: &Component) {
        for property in &component.properties {
            let list = property.name == "CATEGORIES";
            if !list && !matches!(property.name.as_str(), "SUMMARY" | "DESCRIPTION" | "LOCATION") {
                continue;
            }
            if let Some(fault) = text_fault(&property.value, list) {
                self.find(property.line, Rule::Escape, format!("{}: {fault}", property.name));
            }
            // Every octet may have been escaped to two.
            if property.value.len() > 2 * 8 * 1024 {
                self.find(property.line, Rule::Value, format!("{} is longer than 8 kB", property.name));
            }
        }
    }

    /// Times are UTC or on the wall of a zone, and the end is after the start.
    fn moments(&mut self, component: &Component) {
        for name in ["DTSTAMP", "CREATED", "LAST-MODIFIED"] {
            for property in component.all(name) {
                if !matches!(moment(property), Some(Moment::Utc(_))) {
                    self.find(property.line, Rule::Value, format!("{name}:{} is not a time in UTC", property.value));
                }
            }
        }
        for name in ["DTSTART", "DTEND", "DUE"] {
            for property in component.all(name) {
                match moment(property) {
                    Some(Moment::Floating) => {
                        self.find(property.line, Rule::TimeZone, format!("{name}:{} has no zone", property.value));
                    }
                    Some(_) => {}
                    None => self.find(property.line, Rule::Value, format!("{name}:{} is no time", property.value)),
                }
            }
        }
        if let (Some(start), Some(end)) = (component.first("DTSTART"), component.first("DTEND")) {
            let ends_after = match (moment(start), moment(end)) {
                (Some(Moment::Utc(start)), Some(Moment::Utc(end))) => start < end,
                (Some(Moment::Wall { zone: a, at: start }), Some(Moment::Wall { zone: b, at: end })) => a != b || start < end,
                (Some(Moment::Day), Some(Moment::Day)) => start.value < end.value,
                (Some(_), Some(_)) => false,
                // Said above.
                _ => true,
            };
            if !ends_after {
                self.find(end.line, Rule::Value, "DTEND is not after DTSTART, or of another form");
            }
        }
    }

    fn method(&mut self, event: &Component, method: Option<&str>) {
        let (organizers, attendees) = (event.all("ORGANIZER").count(), event.all("ATTENDEE").count());
        let status = event.value("STATUS");
        match method {
            None => {
                if organizers + attendees > 0 {
                    self.find(event.line, Rule::Method, "a file without METHOD names no ORGANIZER or ATTENDEE");
                }
                return;
            }
            Some("REQUEST") => {
                if status == Some("CANCELLED") {
                    self.find(event.line, Rule::Method, "a REQUEST is for an event that takes place");
                }
                for attendee in event.all("ATTENDEE") {
                    if attendee.param("PARTSTAT").is_none() || attendee.param("RSVP").is_none() {
                        self.find(attendee.line, Rule::Method, "ATTENDEE of a REQUEST has PARTSTAT and RSVP");
                    }
                }
            }
            Some("CANCEL") => {
                if !matches!(status, None | Some("CANCELLED")) {
                    self.find(event.line, Rule::Method, "STATUS of a CANCEL is CANCELLED or absent");
                }
                if event.value("SEQUENCE") == Some("0") {
                    self.find(event.line, Rule::Method, "a CANCEL raises SEQUENCE");
                }
            }
            Some(_) => {}
        }
        if organizers != 1 || attendees != 1 {
            self.find(event.line, Rule::Method, format!("a message has one ORGANIZER and one ATTENDEE, not {organizers} and {attendees}"));
        }
        for party in event.all("ORGANIZER").chain(event.all("ATTENDEE")) {
            if !party.value.starts_with("mailto:") || !party.value.contains('@') || party.value.contains(' ') {
                self.find(party.line, Rule::Value, format!("{} is no mailto: address", party.name));
            }
            if party.param("CN").is_none_or(str::is_empty) {
                self.find(party.line, Rule::Missing, format!("{} has no CN", party.name));
            }
        }
    }

    fn alarms(&mut self, event: &Component, forbidden: bool) {
        for part in &event.components {
            if part.name != "VALARM" {
                self.find(part.line, Rule::Nesting, format!("{} has no place in an event", part.name));
                continue;
            }
            if forbidden {
                self.find(part.line, Rule::Method, "feeds and cancellations carry no VALARM");
            }
            self.once(part, &["ACTION", "DESCRIPTION", "TRIGGER"]);
            self.value_is(part, "ACTION", &["DISPLAY"]);
            self.texts(part);
        }
    }

    /// The form Outlook takes (MS-OXCICAL §2.1.3.1.1.19).
    fn zone(&mut self, zone: &Component) {
        self.once(zone, &["TZID"]);
        for (name, least) in [("STANDARD", 1), ("DAYLIGHT", 0)] {
            let count = zone.parts(name).count();
            if count < least || count > 1 {
                self.find(zone.line, Rule::TimeZone, format!("VTIMEZONE has {count} {name}"));
            }
        }
        for observance in &zone.components {
            if !matches!(observance.name.as_str(), "STANDARD" | "DAYLIGHT") {
                self.find(observance.line, Rule::Nesting, format!("{} has no place in VTIMEZONE", observance.name));
                continue;
            }
            self.once(observance, &["DTSTART", "RRULE", "TZOFFSETFROM", "TZOFFSETTO"]);
            for name in ["RDATE", "EXDATE", "EXRULE"] {
                if let Some(property) = observance.first(name) {
                    self.find(property.line, Rule::TimeZone, format!("{name} in VTIMEZONE"));
                }
            }
            if let Some(start) = observance.first("DTSTART")
                && !matches!(moment(start), Some(Moment::Floating))
            {
                self.find(start.line, Rule::TimeZone, "DTSTART of an observance is a time without zone");
            }
            for name in ["TZOFFSETFROM", "TZOFFSETTO"] {
                if let Some(offset) = observance.first(name)
                    && !is_offset(&offset.value)
                {
                    self.find(offset.line, Rule::TimeZone, format!("{name}:{} is no offset", offset.value));
                }
            }
            if let Some(rule) = observance.first("RRULE")
                && !is_yearly(&rule.value)
            {
                self.find(rule.line, Rule::TimeZone, format!("RRULE:{} is not one weekday of one month", rule.value));
            }
        }
    }

    /// Every TZID is defined, every definition is used, none is there twice.
    fn zones_used(&mut self, calendar: &Component) {
        let mut defined: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
        for zone in calendar.parts("VTIMEZONE") {
            if let Some(name) = zone.value("TZID")
                && defined.insert(name, (zone.line, false)).is_some()
            {
                self.find(zone.line, Rule::Repeated, format!("{name} is defined twice"));
            }
        }
        let mut has_times = false;
        for component in calendar.components.iter().filter(|component| component.name != "VTIMEZONE") {
            has_times = true;
            for property in &component.properties {
                let Some(name) = property.param("TZID") else { continue };
                match defined.get_mut(name) {
                    Some((_, used)) => *used = true,
                    None => self.find(property.line, Rule::TimeZone, format!("{name} has no VTIMEZONE")),
                }
            }
        }
        for (name, (line, used)) in defined {
            if has_times && !used {
                self.find(line, Rule::TimeZone, format!("{name} is defined and not used"));
            }
        }
    }

    fn once(&mut self, component: &Component, names: &[&str]) {
        for name in names {
            if component.first(name).is_none() {
                self.find(component.line, Rule::Missing, format!("{} has no {name}", component.name));
            }
        }
        self.at_most_once(component, names);
    }

    fn at_most_once(&mut self, component: &Component, names: &[&str]) {
        for name in names {
            if let Some(second) = component.all(name).nth(1) {
                self.find(second.line, Rule::Repeated, format!("{} has {name} twice", component.name));
            }
        }
    }

    fn value_is(&mut self, component: &Component, name: &str, allowed: &[&str]) {
        for property in component.all(name) {
            if !allowed.contains(&property.value.as_str()) {
                self.find(property.line, Rule::Value, format!("{name}:{}", property.value));
            }
        }
    }
}

/// `NAME;PARAM=value;PARAM="value":value` (RFC 5545 §3.1).
fn read_property(line: usize, text: &str) -> Result<Property, String> {
    let mut quoted = false;
    let mut starts = vec![0];
    let mut colon = None;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => starts.push(at + 1),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon.ok_or("has no colon outside quotes")?;
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([colon]);
    let mut pieces = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]);

    let name = pieces.next().unwrap_or_default();
    if !is_name(name) {
        return Err(format!("{name:?} is no property name"));
    }
    let params = pieces
        .map(|piece| {
            let (key, value) = piece.split_once('=').ok_or_else(|| format!("parameter {piece:?} has no value"))?;
            let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            if !is_name(key) || bare.contains('"') || bare.is_empty() {
                return Err(format!("{piece:?} is no parameter"));
            }
            Ok((key.to_owned(), bare.to_owned()))
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Property { line, name: name.to_owned(), params, value: text[colon + 1..].to_owned() })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
}

/// What is wrong with an escaped text (RFC 5545 §3.3.11).
fn text_fault(value: &str, list: bool) -> Option<String> {
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\\' | ';' | ',' | 'n' | 'N') => {}
                Some(other) => return Some(format!("a backslash before {other:?}")),
                None => return Some("ends with a lone backslash".to_owned()),
            },
            ',' if list => {}
            ',' | ';' => return Some(format!("{c:?} is not escaped")),
            _ => {}
        }
    }
    None
}

fn moment(property: &Property) -> Option<Moment<'_>> {
    let date_time = |text: &str| (text.len() == 15).then(|| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok()).flatten();
    if property.param("VALUE") == Some("DATE") {
        let is_day = property.value.len() == 8 && date_time(&format!("{}T000000", property.value)).is_some();
        return is_day.then_some(Moment::Day);
    }
    match (property.value.strip_suffix('Z'), property.param("TZID")) {
        (Some(utc), None) => Some(Moment::Utc(date_time(utc)?)),
        (Some(_), Some(_)) => None,
        (None, Some(zone)) => Some(Moment::Wall { zone, at: date_time(&property.value)? }),
        (None, None) => date_time(&property.value).map(|_| Moment::Floating),
    }
}

/// `+0100`, `-033030`
fn is_offset(value: &str) -> bool {
    value
        .strip_prefix(['+', '-'])
        .is_some_and(|digits| matches!(digits.len(), 4 | 6) && digits.chars().all(|c| c.is_ascii_digit()) && digits < "2400")
        && !matches!(value, "-0000" | "-000000")
}

/// `FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU`: one occurrence of one weekday, nothing else.
fn is_yearly(rule: &str) -> bool {
    let mut parts: Vec<(&str, &str)> = rule.split(';').filter_map(|part| part.split_once('=')).collect();
    parts.sort_unstable();
    let [("BYDAY", day), ("BYMONTH", month), ("FREQ", "YEARLY")] = parts[..] else {
        return false;
    };
    let weekday = day.len().checked_sub(2).and_then(|at| day.split_at_checked(at));
    let is_day = weekday.is_some_and(|(occurrence, weekday)| {
        matches!(occurrence, "1" | "2" | "3" | "4" | "-1") && matches!(weekday, "MO" | "TU" | "WE" | "TH" | "FR" | "SA" | "SU")
    });
    is_day && month.parse::<u32>().is_ok_and(|month| (1..=12).contains(&month))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::sample::{attendee, due, event, organizer, publisher, utc, zone};
    use crate::calendar::{DueAs, Event, Removal, Status, cancel, download, due_feed, feed, request};

    fn rules(text: &str) -> Vec<Rule> {
        findings(text).into_iter().map(|finding| finding.rule).collect()
    }

    /// Each mutant differs from a clean text in one place, and is found.
    fn assert_mutants(clean: &str, mutants: &[(&str, &str, Rule)]) {
        assert_eq!(rules(clean), Vec::<Rule>::new(), "{clean}");
        for (from, to, rule) in mutants {
            let mutant = clean.replacen(from, to, 1);
            assert_ne!(&mutant, clean, "{from:?} is not in the text");
            assert!(rules(&mutant).contains(rule), "{from:?} → {to:?}: {:?}", findings(&mutant));
        }
    }

    #[test]
    fn mutants_of_a_file_are_found() {
        assert_mutants(
            &download(&publisher(), &[event()], true),
            &[
                ("BEGIN:VCALENDAR", "\u{feff}BEGIN:VCALENDAR", Rule::ByteOrderMark),
                ("VERSION:2.0\r\n", "VERSION:2.0\n", Rule::LineEnd),
                ("VERSION:2.0\r\n", "VERSION:2.0\r\n\r\n", Rule::LineEnd),
                ("END:VCALENDAR\r\n", "END:VCALENDAR", Rule::LineEnd),
                ("SUMMARY:", "SUMMARY:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Rule::LineLength),
                ("SUMMARY:", "SUMMARY:\t", Rule::Control),
                ("SUMMARY:", "SUMMARY:\u{85}", Rule::Control),
                ("SUMMARY:", "SUMMARY:\0", Rule::Control),
                ("SUMMARY:Opening", "SUMMARY Opening", Rule::ContentLine),
                ("SUMMARY:Opening", "SUMMARY;X:Opening", Rule::ContentLine),
                ("SUMMARY:Opening", "SUMMARY;X=\"a:Opening", Rule::ContentLine),
                ("END:VEVENT", "END:VTODO", Rule::Nesting),
                ("END:VEVENT\r\n", "", Rule::Nesting),
                ("END:VCALENDAR\r\n", "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", Rule::Nesting),
                ("VERSION:2.0\r\n", "", Rule::Missing),
                ("CALSCALE:GREGORIAN\r\n", "", Rule::Missing),
                ("UID:2f0c1f6e-8a4b-4c1d-9e55-0123456789ab\r\n", "", Rule::Missing),
                ("DTSTAMP:20270201T123000Z\r\n", "", Rule::Missing),
                ("STATUS:CONFIRMED\r\n", "", Rule::Missing),
                ("CLASS:PRIVATE\r\n", "", Rule::Missing),
                ("TRIGGER:-PT15M\r\n", "", Rule::Missing),
                ("SEQUENCE:2\r\n", "SEQUENCE:2\r\nSEQUENCE:3\r\n", Rule::Repeated),
                ("SEQUENCE:2", "SEQUENCE:two", Rule::Value),
                ("STATUS:CONFIRMED", "STATUS:BUSY", Rule::Value),
                ("CLASS:PRIVATE", "CLASS:PUBLIC", Rule::Value),
                ("DTSTAMP:20270201T123000Z", "DTSTAMP:20270201T123000", Rule::Value),
                ("DTEND;TZID=Europe/Paris:20270327T101500", "DTEND;TZID=Europe/Paris:20270327T090000", Rule::Value),
                ("DTEND;TZID=Europe/Paris:20270327T101500", "DTEND:20270327T091500Z", Rule::Value),
                ("DTSTART;TZID=Europe/Paris:20270327T090000", "DTSTART;TZID=Europe/Paris:20270327T090000Z", Rule::Value),
                ("DTSTART;TZID=Europe/Paris:20270327T090000", "DTSTART;TZID=Europe/Paris:20270230T090000", Rule::Value),
                ("URL:https://", "URL:javascript:", Rule::Value),
                ("Welcome\\,", "Welcome,", Rule::Escape),
                ("Salle 3\\;", "Salle 3;", Rule::Escape),
                ("SUMMARY:Opening", "SUMMARY:Opening\\", Rule::Escape),
                ("SUMMARY:Opening", "SUMMARY:Open\\ing", Rule::Escape),
                ("DTSTART;TZID=Europe/Paris:", "DTSTART:", Rule::TimeZone),
                ("DTSTART;TZID=Europe/Paris:", "DTSTART;TZID=Europe/Oslo:", Rule::TimeZone),
                ("TZID:Europe/Paris", "TZID:Europe/Oslo", Rule::TimeZone),
                ("BEGIN:STANDARD", "BEGIN:DAYLIGHT", Rule::TimeZone),
                ("BYDAY=-1SU", "BYDAY=SU", Rule::TimeZone),
                ("BYDAY=-1SU", "BYDAY=-1SU,1MO", Rule::TimeZone),
                ("BYMONTH=10;", "", Rule::TimeZone),
                ("BYDAY=-1SU", "BYDAY=-1SU;UNTIL=20300101T000000Z", Rule::TimeZone),
                ("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "RDATE:20271031T030000", Rule::TimeZone),
                ("TZOFFSETTO:+0100", "TZOFFSETTO:0100", Rule::TimeZone),
                ("CALSCALE:GREGORIAN", "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH", Rule::Method),
                ("END:VEVENT", "ORGANIZER;CN=\"a\":mailto:a@x.org\r\nEND:VEVENT", Rule::Method),
            ],
        );
    }

    #[test]
    fn mutants_of_a_feed_are_found() {
        let cancelled = Event { status: Status::Cancelled, ..event() };
        assert_mutants(
            &feed(&publisher(), "Ada", &zone("Europe/Paris"), &[cancelled]),
            &[
                ("NAME:Ada", "NAME:Ada\\, Paris", Rule::Escape),
                ("TRANSP:TRANSPARENT", "TRANSP:OPAQUE", Rule::Value),
                (
                    "END:VEVENT",
                    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:a\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT",
                    Rule::Method,
                ),
            ],
        );
        assert!(rules(&feed(&publisher(), "Ada", &zone("UTC"), &[event(), event()])).contains(&Rule::Repeated));
    }

    #[test]
    fn mutants_of_what_is_due_are_found() {
        assert_mutants(
            &due_feed(&publisher(), "Due", &[due()], DueAs::Event),
            &[
                ("DTSTART;VALUE=DATE:20270329", "DTSTART;VALUE=DATE:20270330", Rule::Value),
                ("DTSTART;VALUE=DATE:20270329", "DTSTART;VALUE=DATE:20270229", Rule::Value),
                ("DTSTART;VALUE=DATE:20270329", "DTSTART:20270329T000000", Rule::TimeZone),
                ("TRANSP:TRANSPARENT\r\n", "", Rule::Missing),
            ],
        );
        assert_mutants(
            &due_feed(&publisher(), "Due", &[due()], DueAs::Todo),
            &[
                ("DUE;VALUE=DATE:20270329\r\n", "", Rule::Missing),
                ("DUE;VALUE=DATE:20270329", "DUE;VALUE=DATE:2027-03-29", Rule::Value),
                ("STATUS:NEEDS-ACTION", "STATUS:CONFIRMED", Rule::Value),
                ("SEQUENCE:1", "SEQUENCE:-1", Rule::Value),
                ("CLASS:PRIVATE\r\n", "", Rule::Missing),
                ("END:VTODO", "ATTENDEE:mailto:a@x.org\r\nEND:VTODO", Rule::Value),
            ],
        );
        assert!(rules(&due_feed(&publisher(), "Due", &[due(), due()], DueAs::Todo)).contains(&Rule::Repeated));
    }

    #[test]
    fn mutants_of_a_message_are_found() {
        let now = utc("2027-02-02 09:00");
        let invitation = request(&publisher(), &organizer(), &attendee(), &event(), now).replace("\r\n ", "");
        // Unfolded, so that a mutant may be named by whole lines; the long line is then the only thing to find.
        assert_eq!(rules(&invitation), [Rule::LineLength]);
        for (from, to, rule) in [
            (";RSVP=FALSE", "", Rule::Method),
            ("ORGANIZER;", "X-ORGANIZER;", Rule::Method),
            ("ATTENDEE;", "ATTENDEE:mailto:b@x.org\r\nATTENDEE;", Rule::Method),
            ("STATUS:CONFIRMED", "STATUS:CANCELLED", Rule::Method),
            ("mailto:ada@", "ada@", Rule::Value),
            (";CN=\"Executive Program\"", "", Rule::Missing),
        ] {
            let mutant = invitation.replacen(from, to, 1);
            assert_ne!(mutant, invitation, "{from:?} is not in the text");
            assert!(rules(&mutant).contains(&rule), "{from:?} → {to:?}: {:?}", findings(&mutant));
        }

        assert_mutants(
            &cancel(&publisher(), &organizer(), &attendee(), &event(), Removal::Session, now),
            &[("STATUS:CANCELLED", "STATUS:CONFIRMED", Rule::Method), ("SEQUENCE:2", "SEQUENCE:0", Rule::Method)],
        );
    }

    #[test]
    fn a_fold_inside_a_character_is_found_in_octets() {
        let clean = download(&publisher(), &[Event { title: "é".to_owned(), ..event() }], false);
        let octets = clean.as_bytes();
        let letter = clean.find('é').expect("the title");
        let split = [&octets[..=letter], b"\r\n ", &octets[letter + 1..]].concat();
        let found: Vec<Rule> = findings_in(&split).into_iter().map(|finding| finding.rule).collect();
        assert_eq!(found, [Rule::Utf8, Rule::Utf8]);
    }

    #[test]
    fn what_is_no_calendar_is_said_to_be_none() {
        for text in ["", "\r\n", "BEGIN:", "BEGIN:VEVENT\r\n", ":", "\"", " folded into nothing", "END:VCALENDAR\r\n"] {
            assert!(!findings(text).is_empty(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_linter_panic(octets in proptest::prelude::any::<Vec<u8>>(), text in "(BEGIN|END|VCALENDAR|[;:=\"\\r\\n ,A-Z\\\\]){0,60}") {
            let _ = findings_in(&octets);
            let _ = findings(&text);
        }
    }
}
