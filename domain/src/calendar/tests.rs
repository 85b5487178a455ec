//! Calendar texts as a whole: the hard cases, read back by the `icalendar` crate's parser.

use icalendar::parser::{Component, read_calendar, unfold};
use proptest::prelude::*;

use super::sample::{attendee, due, event, event_at, organizer, publisher, utc, zone};
use super::*;

/// The value of a property as another program reads it.
fn value(component: &Component<'_>, name: &str) -> Option<String> {
    component.find_prop(name).map(|property| property.val.as_str().to_owned())
}

/// The VEVENTs of a text, each handed to `look`.
fn each_event<T>(text: &str, look: impl Fn(&Component<'_>) -> T) -> Vec<T> {
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).expect("another parser reads it");
    calendar.components.iter().filter(|component| component.name == "VEVENT").map(look).collect()
}

fn the_event<T>(text: &str, look: impl Fn(&Component<'_>) -> T) -> T {
    let mut found = each_event(text, look);
    assert_eq!(found.len(), 1, "{text}");
    found.remove(0)
}

/// Lines without folds, for looking at a few of them.
fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

fn assert_clean(text: &str) {
    let findings = lint::findings(text);
    assert!(findings.is_empty(), "{findings:#?}\n{text}");
}

#[test]
fn one_session_as_a_file_is_exactly_this() {
    let text = download(&publisher(), &[event()], true);
    assert_eq!(
        text.split("\r\n").collect::<Vec<_>>(),
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//cohortium.example//Cohortium 0.1.0//EN",
            "CALSCALE:GREGORIAN",
            "BEGIN:VTIMEZONE",
            "TZID:Europe/Paris",
            "BEGIN:STANDARD",
            "DTSTART:19701025T030000",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
            "TZOFFSETFROM:+0200",
            "TZOFFSETTO:+0100",
            "END:STANDARD",
            "BEGIN:DAYLIGHT",
            "DTSTART:19700329T020000",
            "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "END:DAYLIGHT",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            "UID:2f0c1f6e-8a4b-4c1d-9e55-0123456789ab",
            "DTSTAMP:20270201T123000Z",
            "DTSTART;TZID=Europe/Paris:20270327T090000",
            "DTEND;TZID=Europe/Paris:20270327T101500",
            "SEQUENCE:2",
            "STATUS:CONFIRMED",
            "SUMMARY:Opening",
            "DESCRIPTION:Welcome\\, and why we are here.",
            "LOCATION:Salle 3\\; ground floor",
            "URL:https://cohortium.example/s/1",
            "CATEGORIES:Keynote",
            "CLASS:PRIVATE",
            "TRANSP:OPAQUE",
            "CREATED:20270105T100000Z",
            "LAST-MODIFIED:20270201T123000Z",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "DESCRIPTION:Opening",
            "TRIGGER:-PT15M",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    );
    assert_clean(&text);
}

#[test]
fn wall_times_are_those_of_the_sessions_zone() {
    for (case, zone_name, starts_at, ends_at, dtstart, dtend) in [
        ("before the change", "Europe/Paris", "2027-03-27 08:00", "2027-03-27 09:00", "20270327T090000", "20270327T100000"),
        ("after it", "Europe/Paris", "2027-03-29 07:00", "2027-03-29 08:00", "20270329T090000", "20270329T100000"),
        ("over midnight and the gap", "Europe/Paris", "2027-03-27 21:00", "2027-03-28 01:30", "20270327T220000", "20270328T033000"),
        ("over midnight", "Europe/Paris", "2027-03-29 20:00", "2027-03-29 23:30", "20270329T220000", "20270330T013000"),
        ("across the autumn fold", "Europe/Paris", "2027-10-30 22:00", "2027-10-31 03:00", "20271031T000000", "20271031T040000"),
        ("current rules", "America/Vancouver", "2026-12-01 16:00", "2026-12-01 17:00", "20261201T090000", "20261201T100000"),
        ("current rules", "Africa/Casablanca", "2026-09-25 09:00", "2026-09-25 10:00", "20260925T090000", "20260925T100000"),
        ("half hours", "Asia/Kolkata", "2027-03-27 03:30", "2027-03-27 04:30", "20270327T090000", "20270327T100000"),
    ] {
        let text = download(&publisher(), &[event_at(1, zone_name, starts_at, ends_at)], false);
        let times = the_event(&text, |event| (value(event, "DTSTART"), value(event, "DTEND")));
        assert_eq!(times, (Some(dtstart.to_owned()), Some(dtend.to_owned())), "{case}");
        assert!(text.contains(&format!("DTSTART;TZID={zone_name}:{dtstart}\r\n")), "{case}");
        assert_clean(&text);
    }
}

#[test]
fn utc_zones_are_written_with_z_and_need_no_definition() {
    let text = download(&publisher(), &[event_at(1, "Etc/UTC", "2027-03-27 08:00", "2027-03-27 09:00")], false);
    assert!(text.contains("DTSTART:20270327T080000Z\r\nDTEND:20270327T090000Z\r\n"), "{text}");
    assert!(!text.contains("VTIMEZONE") && !text.contains("Local time"), "{text}");
    assert_clean(&text);
}

#[test]
fn what_a_zone_cannot_say_is_written_in_utc_with_the_wall_time_in_the_description() {
    let second_pass = event_at(1, "Europe/Paris", "2027-10-30 22:30", "2027-10-31 01:30");
    let before_the_last_change = event_at(2, "America/Vancouver", "2026-02-03 17:00", "2026-02-03 18:00");
    let after_it = event_at(3, "America/Vancouver", "2026-12-01 16:00", "2026-12-01 17:00");
    for (events, dtstart, note) in [
        (vec![second_pass], "20271030T223000Z", "Local time: Sunday 31 October 2027, 00:30–02:30 Paris time (Europe/Paris)"),
        (
            vec![before_the_last_change, after_it],
            "20260203T170000Z",
            "Local time: Tuesday 3 February 2026, 09:00–10:00 Vancouver time (America/Vancouver)",
        ),
    ] {
        let text = download(&publisher(), &events, false);
        let (starts, description) = each_event(&text, |event| (value(event, "DTSTART"), value(event, "DESCRIPTION"))).remove(0);
        assert_eq!(starts.as_deref(), Some(dtstart));
        assert_eq!(description, Some(format!("{note}\n\nWelcome, and why we are here.")));
        assert!(!text.contains("VTIMEZONE"), "{text}");
        assert_clean(&text);
    }
}

#[test]
fn an_agenda_defines_each_zone_once_and_does_not_depend_on_the_order_given() {
    let events = [
        event_at(1, "Europe/Paris", "2027-03-29 07:00", "2027-03-29 08:00"),
        event_at(2, "Europe/Paris", "2027-03-27 08:00", "2027-03-27 09:00"),
        event_at(3, "America/New_York", "2027-03-27 15:00", "2027-03-27 16:00"),
    ];
    let mut reversed = events.clone();
    reversed.reverse();
    let text = download(&publisher(), &events, false);
    assert_eq!(text, download(&publisher(), &reversed, false));
    let zones: Vec<String> = lines(&text).into_iter().filter(|line| line.starts_with("TZID:")).collect();
    assert_eq!(zones, ["TZID:America/New_York", "TZID:Europe/Paris"]);
    assert_clean(&text);
}

#[test]
fn a_feed_names_itself_and_shows_what_was_cancelled() {
    let cancelled = Event { status: Status::Cancelled, sequence: 3, ..event() };
    let text = feed(&publisher(), "Ada, Paris; 2027", &zone("Europe/Paris"), &[cancelled]);
    let lines = lines(&text);
    assert_eq!(
        lines[4..10],
        [
            "NAME:Ada Paris 2027",
            "X-WR-CALNAME:Ada Paris 2027",
            "X-WR-TIMEZONE:Europe/Paris",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
            "COLOR:teal",
        ]
    );
    for line in ["SUMMARY:Cancelled: Opening", "STATUS:CANCELLED", "TRANSP:TRANSPARENT", "SEQUENCE:3", "DTSTAMP:20270201T123000Z"] {
        assert!(lines.iter().any(|written| written == line), "{line} in {text}");
    }
    assert_clean(&text);
}

#[test]
fn a_calendar_without_events_still_holds_a_component() {
    for zone_name in ["Europe/Paris", "UTC", "Asia/Kolkata"] {
        assert_clean(&feed(&publisher(), "Ada", &zone(zone_name), &[]));
    }
    assert_clean(&download(&publisher(), &[], true));
}

#[test]
fn an_invitation_is_for_one_person_and_already_accepted() {
    let text = request(&publisher(), &organizer(), &attendee(), &event(), utc("2027-02-02 09:00"));
    let lines = lines(&text);
    for line in [
        "METHOD:REQUEST",
        "DTSTAMP:20270202T090000Z",
        "STATUS:CONFIRMED",
        "ORGANIZER;CN=\"Executive Program\":mailto:program@cohortium.example",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE;CN=\"Ada Lovelace\":mailto:ada@analytical.example",
    ] {
        assert_eq!(lines.iter().filter(|written| *written == line).count(), 1, "{line} in {text}");
    }
    assert_clean(&text);
}

#[test]
fn a_cancellation_says_status_only_when_the_session_is_gone() {
    for (removal, status) in [(Removal::Session, Some("CANCELLED")), (Removal::Person, None)] {
        let raised = Event { sequence: 3, ..event() };
        let text = cancel(&publisher(), &organizer(), &attendee(), &raised, removal, utc("2027-02-02 09:00"));
        let read = the_event(&text, |event| ["UID", "SEQUENCE", "STATUS", "SUMMARY", "DTSTART", "TRANSP"].map(|name| value(event, name)));
        let expected = [
            Some("2f0c1f6e-8a4b-4c1d-9e55-0123456789ab"),
            Some("3"),
            status,
            Some("Opening"),
            Some("20270327T090000"),
            Some("TRANSPARENT"),
        ];
        assert_eq!(read, expected.map(|value| value.map(str::to_owned)), "{removal:?}");
        assert!(text.contains("METHOD:CANCEL\r\n") && !text.contains("VALARM") && !text.contains("PARTSTAT"), "{text}");
        assert_clean(&text);
    }
}

#[test]
fn a_session_moved_to_another_zone_keeps_its_uid_and_leaves_the_old_zone() {
    let moved = Event {
        zone: zone("America/New_York"),
        sequence: 3,
        starts_at: utc("2027-03-27 13:00"),
        ends_at: utc("2027-03-27 14:15"),
        ..event()
    };
    let text = request(&publisher(), &organizer(), &attendee(), &moved, utc("2027-02-02 09:00"));
    assert!(text.contains("UID:2f0c1f6e-8a4b-4c1d-9e55-0123456789ab\r\n"), "{text}");
    assert!(text.contains("DTSTART;TZID=America/New_York:20270327T090000\r\n"), "{text}");
    assert!(!text.contains("Europe/Paris"), "{text}");
    assert_clean(&text);
}

#[test]
fn awkward_text_is_read_back_as_it_was_meant() {
    for title in [
        "👩‍💻 Lab",
        "שלום עולם",
        "مرحبا بالعالم",
        "back\\slash",
        "trailing\\",
        "literal \\n and \\, and \\;",
        "real\nbreak",
        "a, b; c: d \"e\" ^f",
        "END:VEVENT\nBEGIN:VEVENT",
        &format!("{}é at octets 75 and 76", "x".repeat(66)),
        &format!("{}👩‍💻 a cluster on the fold", "x".repeat(64)),
    ] {
        let wordy = Event { title: title.to_owned(), description: title.to_owned(), location: Some(title.to_owned()), ..event() };
        let text = request(&publisher(), &organizer(), &attendee(), &wordy, utc("2027-02-02 09:00"));
        let read = the_event(&text, |event| ["SUMMARY", "DESCRIPTION", "LOCATION"].map(|name| value(event, name)));
        assert_eq!(read, [title; 3].map(|value| Some(value.to_owned())));
        assert_clean(&text);
    }
}

#[test]
fn nothing_a_person_types_starts_a_line() {
    let evil = "x\r\nATTENDEE:mailto:eve@evil.example\r\n\"; ,\\^\0\u{85}\u{2028}\u{feff}";
    let typed = Event {
        title: evil.to_owned(),
        description: evil.to_owned(),
        location: Some(evil.to_owned()),
        url: Some(format!("https://x.example/{evil}")),
        categories: vec![evil.to_owned()],
        ..event()
    };
    let eve = Mailbox { name: format!("Doe, \"JD\": x;y\n{evil}"), address: format!("eve@x.example{evil}") };
    let host = Publisher { host: format!("host{evil}"), version: evil.to_owned() };
    for text in [
        download(&host, std::slice::from_ref(&typed), true),
        feed(&host, evil, &zone("Europe/Paris"), std::slice::from_ref(&typed)),
        request(&host, &eve, &eve, &typed, utc("2027-02-02 09:00")),
        cancel(&host, &eve, &eve, &typed, Removal::Session, utc("2027-02-02 09:00")),
    ] {
        let attendees = lines(&text).iter().filter(|line| line.starts_with("ATTENDEE")).count();
        assert_eq!(attendees, usize::from(text.contains("METHOD:")), "{text}");
        assert_clean(&text);
    }
}

#[test]
fn file_names_are_short_plain_ascii() {
    for (title, name) in [
        ("Opening", "opening.ics"),
        ("Où allons-nous ? L’été à Zürich", "ou-allons-nous-lete-a-zurich.ics"),
        ("Straße / Ærø & Łódź", "strasse-aero-lodz.ics"),
        ("שלום", "session.ics"),
        ("👩‍💻", "session.ics"),
        ("../../etc/passwd\r\nX: 1", "etc-passwd-x-1.ics"),
        ("NUL", "session-nul.ics"),
        ("", "session.ics"),
    ] {
        assert_eq!(file_name(title), name, "{title:?}");
    }
    assert_eq!(file_name(&"long title ".repeat(20)).len(), "long-title-".len() * 5 + "long".len() + ".ics".len());
}

proptest! {
    #[test]
    fn whatever_is_typed_the_text_is_clean_and_reads_back(
        title in any::<String>(),
        description in any::<String>(),
        location in proptest::option::of(any::<String>()),
        name in any::<String>(),
    ) {
        let typed = Event { title, description, location, ..event() };
        let ada = Mailbox { name, ..attendee() };
        let text = request(&publisher(), &organizer(), &ada, &typed, utc("2027-02-02 09:00"));
        assert_clean(&text);
        let read = the_event(&text, |event| value(event, "SUMMARY"));
        prop_assert_eq!(read, Some(as_read(&typed.title)));
    }

    #[test]
    fn at_every_hour_of_four_years_the_wall_time_written_names_the_instant(
        hour in 0_i64..4 * 365 * 24,
        minutes in 1_i64..600,
        zone_index in 0_usize..12,
    ) {
        const ZONES: [&str; 12] = [
            "Europe/Paris", "Europe/London", "America/New_York", "America/Santiago", "America/Vancouver", "America/St_Johns",
            "Africa/Cairo", "Africa/Casablanca", "Asia/Jerusalem", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham",
        ];
        let starts_at = utc("2026-01-01 00:00") + chrono::TimeDelta::hours(hour);
        let ends_at = starts_at + chrono::TimeDelta::minutes(minutes);
        let held = Event { zone: zone(ZONES[zone_index]), starts_at, ends_at, ..event() };
        let text = download(&publisher(), std::slice::from_ref(&held), false);
        assert_clean(&text);
        let (dtstart, dtend) = the_event(&text, |event| (value(event, "DTSTART"), value(event, "DTEND")));
        let instant = |written: Option<String>| {
            let written = written.expect("a time");
            match written.strip_suffix('Z') {
                Some(utc) => chrono::NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").expect("a stamp").and_utc(),
                None => {
                    let local = chrono::NaiveDateTime::parse_from_str(&written, "%Y%m%dT%H%M%S").expect("a stamp");
                    crate::time::to_utc(&held.zone, local, None).expect("one instant")
                }
            }
        };
        prop_assert_eq!((instant(dtstart), instant(dtend)), (starts_at, ends_at));
    }
}

#[test]
fn what_is_due_is_a_whole_day_and_exactly_this() {
    let text = due_feed(&publisher(), "Due, at Halden", &[due()], DueAs::Event);
    assert_eq!(
        lines(&text),
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//cohortium.example//Cohortium 0.1.0//EN",
            "CALSCALE:GREGORIAN",
            "NAME:Due at Halden",
            "X-WR-CALNAME:Due at Halden",
            "X-WR-TIMEZONE:UTC",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
            "COLOR:teal",
            "BEGIN:VEVENT",
            "UID:7c1d1f6e-8a4b-4c1d-9e55-0123456789ab",
            "DTSTAMP:20270323T123000Z",
            "DTSTART;VALUE=DATE:20270329",
            "DTEND;VALUE=DATE:20270330",
            "SEQUENCE:1",
            "STATUS:CONFIRMED",
            "SUMMARY:Due: Forest Stewardship Prize",
            "DESCRIPTION:Delta Timber. To be written.",
            "URL:https://cohortium.example/celebrate/7",
            "CATEGORIES:Task",
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "CREATED:20270322T100000Z",
            "LAST-MODIFIED:20270323T123000Z",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    );
    assert_clean(&text);
}

#[test]
fn what_is_due_may_be_a_to_do_and_an_empty_feed_is_still_a_calendar() {
    let last_of_year = Due { day: NaiveDate::from_ymd_opt(2027, 12, 31).expect("a day"), ..due() };
    let event = due_feed(&publisher(), "Due", std::slice::from_ref(&last_of_year), DueAs::Event);
    assert!(event.contains("DTEND;VALUE=DATE:20280101\r\n"), "{event}");
    let todo = due_feed(&publisher(), "Due", &[last_of_year], DueAs::Todo);
    assert!(todo.contains("BEGIN:VTODO\r\n") && todo.contains("DUE;VALUE=DATE:20271231\r\n"), "{todo}");
    assert!(todo.contains("STATUS:NEEDS-ACTION\r\n") && !todo.contains("DTSTART;") && !todo.contains("TRANSP"), "{todo}");
    for text in [event, todo, due_feed(&publisher(), "Due", &[], DueAs::Event), due_feed(&publisher(), "Due", &[], DueAs::Todo)] {
        assert_clean(&text);
    }
    let hostile = Due { title: "END:VEVENT\r\nATTENDEE:mailto:x@y.zz".to_owned(), description: "a;b,c\\\nd".to_owned(), ..due() };
    assert_clean(&due_feed(&publisher(), "a\r\nMETHOD:PUBLISH", &[hostile], DueAs::Event));
}
