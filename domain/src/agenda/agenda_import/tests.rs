use serde_json::{Value, json};

use super::*;
use crate::refusal::Refusal;

const DEMOCON: &[u8] = include_bytes!("../../../../tests/data/agenda-democon.json");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn paris() -> Zone {
    Zone::parse("Europe/Paris").unwrap()
}

/// A session that needs no remark, with `fields` in place of its own.
fn session(fields: Value) -> Value {
    let mut session = json!({
        "id": 1, "guid": "8079583e-8321-506c-95af-fd2903a5f075", "date": "2026-05-04T09:00:00+02:00", "start": "09:00",
        "duration": "01:00", "title": "One", "type": "workshop", "persons": [{ "public_name": "Ida Lund" }],
    });
    for (key, value) in fields.as_object().unwrap() {
        session[key] = value.clone();
    }
    session
}

/// A file with these sessions in the Hall (for 80) on 4 May 2026.
fn file(sessions: &[Value]) -> Value {
    json!({ "schedule": { "conference": {
        "acronym": "five", "title": "Five days", "rooms": [{ "name": "Hall", "capacity": 80 }],
        "days": [{ "index": 1, "date": "2026-05-04", "rooms": { "Hall": sessions } }],
    } } })
}

fn reading(file: &Value) -> Reading {
    read(file.to_string().as_bytes()).unwrap()
}

fn told(quirks: &[Quirk]) -> Vec<String> {
    quirks.iter().map(Quirk::sentence).collect()
}

/// The plan's sessions as the store would answer them afterwards.
fn kept(plan: &Plan) -> Vec<KnownSession> {
    let sessions = plan.rows.iter().filter_map(|row| match &row.outcome {
        Outcome::Create(session) => Some(session.clone()),
        _ => None,
    });
    (1..).zip(sessions).map(|(id, session)| known(id, session)).collect()
}

fn known(id: i64, session: PlannedSession) -> KnownSession {
    let PlannedSession { uid, title, abstract_text, kind, starts, ends, room, track, educators, .. } = session;
    let room = Some(room).filter(|room| !room.is_empty());
    KnownSession { id, uid, title, abstract_text, kind: kind.to_owned(), starts, ends, room, track, educators, cancelled: false }
}

/// Every session on the day of the file it belongs to.
fn as_printed(reading: &Reading, known: &[KnownSession]) -> Plan {
    let days = DayMap::new(reading.days.iter().map(|source| (source.date, Some(source.date))).collect());
    plan(reading, &days, &paris(), known, day("2026-05-01"), day("2026-05-31"))
}

#[test]
fn the_real_file_as_it_is() {
    let reading = read(DEMOCON).unwrap();
    assert_eq!(reading.title, "DemoCon");
    let days: Vec<_> = reading.days.iter().map(|source| (source.date, source.sessions)).collect();
    assert_eq!(days, [(day("2020-12-14"), 12), (day("2020-12-15"), 12), (day("2020-12-16"), 12)]);
    let rooms: Vec<_> = reading.rooms.iter().map(|room| (room.name.as_str(), room.capacity)).collect();
    assert_eq!(rooms, [("Gray Room", None), ("Tan Room", None)]);
    assert_eq!(reading.items.len(), 36);
    assert_eq!(
        told(&reading.quirks),
        [
            "The file says its zone is UTC, but its dates carry +01:00. The times are taken as printed.",
            "Two rooms share one identifier (b379c473-93b9-4eae-9a09-d482e86cede3). They are told apart by name: Gray Room, Tan Room.",
            "2 rooms come without a capacity. Until you set one, sessions there have no limit.",
            "“Talk” is read as “keynote” (27 sessions). Change any of them afterwards.",
        ]
    );
    let first = reading.items[0].clone();
    assert!(first.abstract_text.starts_with("Brand back-end models!\n\nStation provide certain mean."));
    assert_eq!(
        first,
        SourceItem {
            uid: "8079583e-8321-506c-95af-fd2903a5f075".parse().unwrap(),
            guid: "8079583e-8321-506c-95af-fd2903a5f075".into(),
            day: day("2020-12-14"),
            starts: at("2020-12-14 09:00"),
            minutes: 30,
            room: "Gray Room".into(),
            title: "Focused 5thgeneration hardware".into(),
            abstract_text: first.abstract_text.clone(),
            kind: Kind::Keynote,
            source_type: "Talk".into(),
            track: Some("Phased".into()),
            educators: vec!["Brian Robinson".into()],
            language: "en".into(),
            fault: None,
        }
    );
}

#[test]
fn the_real_file_on_a_cohorts_days_and_nothing_the_second_time() {
    let reading = read(DEMOCON).unwrap();
    let (first_day, last_day) = (day("2027-03-15"), day("2027-03-19"));
    let days = DayMap::propose(&reading, first_day, last_day);
    let first = plan(&reading, &days, &paris(), &[], first_day, last_day);
    assert_eq!(first.counts(), Counts { create: 36, ..Default::default() });
    assert_eq!(first.rooms, reading.rooms);
    assert_eq!(
        told(&first.quirks),
        ["Every session (36) runs at the same time as another in a different room, so people sign up for each."]
    );
    let row = &first.rows[1];
    assert_eq!((row.title.as_str(), row.day), ("Managed stable function", day("2020-12-14")));
    let Outcome::Create(workshop) = &row.outcome else { panic!("{row:?}") };
    assert_eq!((workshop.starts, workshop.ends), (at("2027-03-16 09:00"), at("2027-03-16 10:30")));
    assert_eq!((workshop.kind, workshop.seat_mode, workshop.room.as_str()), ("workshop", "sign-up", "Tan Room"));

    let second = plan(&reading, &days, &paris(), &kept(&first), first_day, last_day);
    assert_eq!(second.counts(), Counts { unchanged: 36, ..Default::default() });
}

#[test]
fn files_that_are_not_read() {
    let many: Vec<Value> = (0..=SESSION_LIMIT).map(|id| session(json!({ "id": id }))).collect();
    for (bytes, expect) in [
        (String::new(), FileRefusal::NotJson { line: 1 }),
        ("{\n\"schedule\": <".into(), FileRefusal::NotJson { line: 2 }),
        ("[".repeat(100_000), FileRefusal::NotJson { line: 1 }),
        ("null".into(), FileRefusal::NotASchedule),
        ("[1, 2]".into(), FileRefusal::NotASchedule),
        (json!({ "schedule": { "conference": { "days": 3 } } }).to_string(), FileRefusal::NotASchedule),
        (json!({ "conference": { "days": [] } }).to_string(), FileRefusal::NoSessions),
        (json!({ "conference": { "days": [7, { "rooms": { "Hall": [null, 7, {}] } }] } }).to_string(), FileRefusal::NoSessions),
        (file(&[]).to_string(), FileRefusal::NoSessions),
        (file(&many).to_string(), FileRefusal::TooManySessions),
    ] {
        let shown: String = bytes.chars().take(60).collect();
        assert_eq!(read(bytes.as_bytes()).unwrap_err(), expect, "{shown}");
    }
    assert_eq!(read(b"\xFF\xFE{}"), Err(FileRefusal::NotJson { line: 1 }));
}

#[test]
fn a_schedule_with_or_without_its_outer_layers() {
    let whole = file(&[session(json!({}))]);
    let expect = reading(&whole);
    let conference = &whole["schedule"]["conference"];
    assert_eq!(reading(&json!({ "conference": conference })), expect);
    assert_eq!(reading(&json!({ "schedule": conference })), expect);
    assert_eq!(reading(conference), expect);
    assert_eq!(read(format!("\u{FEFF}{whole}").as_bytes()), Ok(expect));
}

#[test]
fn starts_as_files_print_them() {
    let differs = "1 session prints a start that differs from the hour in the date. The printed start is taken.";
    let night = "1 session starts after midnight and stays with the evening before.";
    let elsewhere = "1 session is listed under another day than the date says. The date is taken.";
    let faulty = "1 session cannot be taken as the file has it. The list says why.";
    let empty = "Monday 4 May 2026 is listed without sessions.";
    for (date, start, belongs, starts, quirks) in [
        (json!("2026-05-04T09:00:00+02:00"), json!("09:00"), "2026-05-04", "2026-05-04 09:00", &[][..]),
        (json!("2026-05-04T09:00:00+0200"), json!("9:00"), "2026-05-04", "2026-05-04 09:00", &[]),
        (json!("2026-05-04T09:00:00.000+02:00"), json!("09:00:00"), "2026-05-04", "2026-05-04 09:00", &[]),
        (json!("2026-05-04 09:00"), json!(null), "2026-05-04", "2026-05-04 09:00", &[]),
        (json!("2026-05-04"), json!("09:00"), "2026-05-04", "2026-05-04 09:00", &[]),
        (json!(null), json!("09:00"), "2026-05-04", "2026-05-04 09:00", &[]),
        (json!("2026-05-04T07:00:00Z"), json!("09:00"), "2026-05-04", "2026-05-04 09:00", &[differs]),
        (json!("2026-05-05T06:30:00Z"), json!("23:30"), "2026-05-04", "2026-05-04 23:30", &[differs]),
        (json!("2026-05-03T22:30:00Z"), json!("00:30"), "2026-05-04", "2026-05-04 00:30", &[differs]),
        (json!("2026-05-05T00:30:00+02:00"), json!("00:30"), "2026-05-04", "2026-05-05 00:30", &[night]),
        (json!("2026-05-04"), json!("00:30"), "2026-05-04", "2026-05-05 00:30", &[night]),
        (json!(null), json!("00:30"), "2026-05-04", "2026-05-05 00:30", &[night]),
        (json!("2026-05-04T00:30:00+02:00"), json!("00:30"), "2026-05-04", "2026-05-04 00:30", &[]),
        (json!("2026-05-07T09:00:00+02:00"), json!("09:00"), "2026-05-07", "2026-05-07 09:00", &[empty, elsewhere]),
        (json!("soon"), json!("later"), "2026-05-04", "2026-05-04 00:00", &[faulty]),
        (json!("+262142-12-31T23:59:59Z"), json!(9), "2026-05-04", "2026-05-04 00:00", &[faulty]),
        (json!("9999-12-31T23:59:59Z"), json!("25:00"), "2026-05-04", "2026-05-04 00:00", &[faulty]),
    ] {
        let reading = reading(&file(&[session(json!({ "date": date, "start": start }))]));
        let item = &reading.items[0];
        assert_eq!((item.day, item.starts), (day(belongs), at(starts)), "{date} {start}");
        assert_eq!(told(&reading.quirks), quirks, "{date} {start}");
        assert_eq!(item.fault, (quirks == [faulty]).then_some(ItemFault::NoStart), "{date} {start}");
    }
}

#[test]
fn lengths_as_files_print_them() {
    for (duration, expect) in [
        (json!("00:30"), Ok(30)),
        (json!("1:30"), Ok(90)),
        (json!("1:30:00"), Ok(90)),
        (json!("00:90"), Ok(90)),
        (json!("45"), Ok(45)),
        (json!(45), Ok(45)),
        (json!(45.0), Ok(45)),
        (json!("16:00"), Ok(960)),
        (json!("16:01"), Err(ItemFault::TooLong { minutes: 961 })),
        (json!("26:00"), Err(ItemFault::TooLong { minutes: 1560 })),
        (json!("00:00"), Err(ItemFault::ZeroLength)),
        (json!(0), Err(ItemFault::ZeroLength)),
        (json!(null), Err(ItemFault::NoLength)),
        (json!(""), Err(ItemFault::NoLength)),
        (json!("long"), Err(ItemFault::UnreadableLength { text: "long".into() })),
        (json!(-5), Err(ItemFault::UnreadableLength { text: "-5".into() })),
        (json!("4294967295:59"), Err(ItemFault::UnreadableLength { text: "4294967295:59".into() })),
        (json!("1:2:3:4"), Err(ItemFault::UnreadableLength { text: "1:2:3:4".into() })),
    ] {
        let reading = reading(&file(&[session(json!({ "duration": duration }))]));
        let item = reading.items[0].clone();
        let found = item.fault.map_or(Ok(item.minutes), Err);
        assert_eq!(found, expect, "{duration}");
    }
}

#[test]
fn texts_in_whatever_shape_they_come() {
    let reading = reading(&file(&[session(json!({
        "title": { "de": "Eins", "en": " One\u{7}  more " },
        "type": { "de": "Vortrag", "fr": "Exposé" },
        "track": { "name": { "en": "Ideas" } },
        "abstract": "First.\r\n",
        "description": { "en": "Second.\nThird." },
        "persons": [{ "name": "Ida Lund" }, { "public_name": "", "name": "Ana Reis" }, "Bo Ek", { "name": "Ida Lund" }, 7, null],
        "language": null,
    }))]));
    let item = &reading.items[0];
    assert_eq!(
        *item,
        SourceItem {
            uid: item.uid,
            guid: item.guid.clone(),
            day: day("2026-05-04"),
            starts: at("2026-05-04 09:00"),
            minutes: 60,
            room: "Hall".into(),
            title: "One more".into(),
            abstract_text: "First.\n\nSecond.\nThird.".into(),
            kind: Kind::Keynote,
            source_type: "Vortrag".into(),
            track: Some("Ideas".into()),
            educators: vec!["Ida Lund".into(), "Ana Reis".into(), "Bo Ek".into(), "7".into()],
            language: String::new(),
            fault: None,
        }
    );
}

#[test]
fn faults_of_a_session() {
    let people: Vec<Value> = (0..31).map(|n| json!({ "name": format!("Person {n}") })).collect();
    for (fields, expect) in [
        (json!({ "title": " " }), ItemFault::NoTitle),
        (json!({ "title": "x".repeat(201) }), ItemFault::TextTooLong { what: "title", length: 201, limit: 200 }),
        (json!({ "abstract": "x".repeat(8_001) }), ItemFault::TextTooLong { what: "abstract", length: 8_001, limit: 8_000 }),
        (json!({ "track": "x".repeat(101) }), ItemFault::TextTooLong { what: "track", length: 101, limit: 100 }),
        (json!({ "persons": ["x".repeat(121)] }), ItemFault::TextTooLong { what: "educator's name", length: 121, limit: 120 }),
        (json!({ "persons": people }), ItemFault::TooManyEducators { count: 31, limit: 30 }),
    ] {
        let reading = reading(&file(&[session(fields)]));
        assert_eq!(reading.items[0].fault, Some(expect.clone()));
        let plan = as_printed(&reading, &[]);
        assert_eq!(plan.rows[0].outcome, Outcome::Refuse(SessionRefusal::Fault(expect)));
        assert!(plan.rooms.is_empty());
    }
}

#[test]
fn kinds_in_other_words() {
    for (source, expect) in [
        ("Talk", Kind::Keynote),
        ("", Kind::Keynote),
        ("Opening keynote", Kind::Keynote),
        ("Workshops", Kind::Workshop),
        ("Hands-on", Kind::Workshop),
        ("Collaboration", Kind::Keynote),
        ("Case study", Kind::Case),
        ("Group Work", Kind::GroupWork),
        ("Breakout session", Kind::GroupWork),
        ("Dreaming session", Kind::DreamingSession),
        ("Site visit", Kind::Visit),
        ("Factory tour", Kind::Visit),
        ("Reflection", Kind::Reflection),
        ("Dinner", Kind::Social),
        ("Coffee break", Kind::Break),
        ("LUNCH", Kind::Break),
    ] {
        assert_eq!(kinds::kind_of(source), expect, "{source}");
    }
    for &kind in Kind::ALL {
        assert_eq!((kinds::kind_of(kind.as_str()), kinds::is_ours(kind.as_str())), (kind, true));
    }
}

#[test]
fn identifiers_are_unique_and_the_same_every_time() {
    let own = "8079583e-8321-506c-95af-fd2903a5f075";
    let whole = file(&[
        session(json!({ "id": 1, "title": "A" })),
        session(json!({ "id": 2, "title": "B" })), // repeats the identifier of A
        session(json!({ "id": 3, "title": "C", "guid": "" })),
        session(json!({ "id": 3, "title": "D", "guid": null })),
        session(json!({ "id": null, "title": "E", "guid": "not-one" })),
        session(json!({ "id": "4", "title": "F", "guid": "00000000-0000-0000-0000-000000000000" })),
    ]);
    let first = reading(&whole);
    let made = |number: &str| Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("schedule:five:{number}").as_bytes());
    let uids: Vec<Uuid> = first.items.iter().map(|item| item.uid).collect();
    assert_eq!(uids, [own.parse().unwrap(), made("2"), made("3"), made("3#2"), made("E"), made("4")]);
    assert_eq!(
        told(&first.quirks),
        [
            "4 sessions have no usable identifier. One is made from the event's name and the session's number.",
            "1 session repeats the identifier of an earlier one. Another is made from the event's name and the session's number.",
        ]
    );
    assert_eq!(reading(&whole), first);
}

#[test]
fn rooms_and_other_remarks() {
    let whole = json!({ "conference": {
        "time_zone_name": "Europe/Berlin",
        "rooms": [
            { "name": "Hall", "guid": "x", "capacity": "80" },
            { "name": "Attic", "guid": "y", "capacity": 0 },
            { "name": "Hall", "guid": "x" },
            null,
        ],
        "days": [
            { "date": "2026-05-04", "rooms": {
                "Hall": [session(json!({ "persons": null, "duration": "1:00:00" })), "nonsense"],
                "Yard": [session(json!({ "guid": "", "type": "break", "persons": [] }))],
                "": [session(json!({ "guid": "", "id": 9, "type": null }))],
            } },
            { "date": "2026-05-05", "rooms": [] },
        ],
    } });
    let reading = reading(&whole);
    let rooms: Vec<_> = reading.rooms.iter().map(|room| (room.name.as_str(), room.capacity)).collect();
    assert_eq!(rooms, [("Hall", Some(80)), ("Attic", None), ("Yard", None)]);
    assert_eq!(
        told(&reading.quirks),
        [
            "2 rooms come without a capacity. Until you set one, sessions there have no limit.",
            "Tuesday 5 May 2026 is listed without sessions.",
            "A session without a kind is read as “keynote” (1 session). Change any of them afterwards.",
            "2 sessions have no usable identifier. One is made from the event's name and the session's number.",
            "1 length has three parts, such as 1:30:00. Such a length is read as hours, minutes and seconds.",
            "1 session names nobody who teaches. Add educators afterwards where there are any.",
            "1 session comes without a room. Add one afterwards.",
            "1 entry is not a session and is passed over.",
        ]
    );
}

#[test]
fn a_zone_that_fits_its_dates_is_no_quirk() {
    for (zone, date, expect) in [
        ("Europe/Berlin", "2026-05-04T09:00:00+02:00", None),
        ("Europe/Berlin", "2026-05-04T09:00:00+01:00", Some("+01:00")),
        ("UTC", "2026-05-04T09:00:00Z", None),
        ("UTC", "2026-05-04T09:00:00", None),
        ("Nowhere/Land", "2026-05-04T09:00:00+01:00", None),
    ] {
        let mut whole = file(&[session(json!({ "date": date }))]);
        whole["schedule"]["conference"]["time_zone_name"] = json!(zone);
        let expect: Vec<_> = expect.map(|offset| Quirk::ZoneDisagrees { zone: zone.into(), offset: offset.into() }).into_iter().collect();
        assert_eq!(reading(&whole).quirks, expect, "{zone} {date}");
    }
}

#[test]
fn days_are_proposed_in_order_with_room_to_arrive_and_leave() {
    let mut reading = reading(&file(&[session(json!({}))]));
    reading.days =
        [("2026-05-04", 2), ("2026-05-05", 0), ("2026-05-06", 1)].map(|(date, sessions)| SourceDay { date: day(date), sessions }).to_vec();
    for (last, expect) in [
        ("2027-03-19", [Some("2027-03-16"), None, Some("2027-03-17")]), // 5 days
        ("2027-03-18", [Some("2027-03-16"), None, Some("2027-03-17")]), // 4
        ("2027-03-17", [Some("2027-03-15"), None, Some("2027-03-16")]), // 3
        ("2027-03-15", [Some("2027-03-15"), None, None]),
        ("2027-03-01", [None, None, None]),
    ] {
        let proposed = DayMap::propose(&reading, day("2027-03-15"), day(last));
        let targets: Vec<_> = proposed.pairs().iter().map(|(_, target)| *target).collect();
        assert_eq!(targets, expect.map(|target| target.map(day)), "{last}");
    }
    let mut chosen = DayMap::default();
    chosen.set(day("2026-05-04"), Some(day("2027-03-15")));
    chosen.set(day("2026-05-04"), None);
    chosen.set(day("2026-05-06"), Some(day("2027-03-18")));
    assert_eq!(chosen.target(day("2026-05-06")), Some(day("2027-03-18")));
    assert_eq!(chosen, DayMap::new(vec![(day("2026-05-04"), None), (day("2026-05-06"), Some(day("2027-03-18")))]));
    let json = r#"[["2026-05-04",null],["2026-05-06","2027-03-18"]]"#;
    assert_eq!(serde_json::to_string(&chosen).unwrap(), json);
}

#[test]
fn sessions_that_meet_in_different_rooms_take_sign_ups() {
    let whole = json!({ "conference": { "days": [{ "date": "2026-05-04", "rooms": {
        "Hall": [
            session(json!({ "id": 1, "guid": "", "title": "Long", "start": "09:00", "date": null, "duration": "02:00" })),
            session(json!({ "id": 2, "guid": "", "title": "Same room", "start": "10:00", "date": null })),
            session(json!({ "id": 3, "guid": "", "title": "Next", "start": "11:00", "date": null })),
            session(json!({ "id": 4, "guid": "", "title": "Alone", "start": "14:00", "date": null })),
        ],
        "Yard": [
            session(json!({ "id": 5, "guid": "", "title": "Across", "start": "10:30", "date": null, "duration": "00:30" })),
            session(json!({ "id": 6, "guid": "", "title": "Lunch", "type": "Lunch", "start": "11:00", "date": null })),
            session(json!({ "id": 7, "guid": "", "title": "No length", "start": "14:00", "date": null, "duration": null })),
        ],
    } }] } });
    let plan = as_printed(&reading(&whole), &[]);
    let modes = plan.rows.iter().filter_map(|row| match &row.outcome {
        Outcome::Create(session) => Some((session.title.as_str(), session.seat_mode)),
        _ => None,
    });
    let modes = modes.collect::<Vec<_>>();
    assert_eq!(
        modes,
        [
            ("Long", "sign-up"),
            ("Same room", "sign-up"),
            ("Across", "sign-up"),
            ("Next", "everyone"),
            ("Lunch", "everyone"),
            ("Alone", "everyone"),
        ]
    );
    assert_eq!(plan.counts(), Counts { create: 6, refuse: 1, ..Default::default() });
    assert_eq!(
        told(&plan.quirks),
        ["3 sessions run at the same time as another in a different room, so people sign up there. The rest is for everyone."]
    );
}

#[test]
fn where_a_session_cannot_be_placed() {
    let reading = reading(&file(&[session(json!({ "start": "02:15", "date": "2026-05-05T02:15:00+02:00" }))]));
    assert_eq!(reading.items[0].day, day("2026-05-04"));
    for (target, expect) in [
        (None, "Monday 4 May 2026 is left out."),
        (Some("2027-03-26"), "created"),
        (Some("2027-03-27"), "02:15 on Sunday 28 March 2027 does not exist in Paris time"), // clocks go forward that night
        (
            Some("2027-10-30"),
            "02:15 on Sunday 31 October 2027 happens twice in Paris time, because the clocks go back. Enter this session by hand",
        ),
        (Some("2028-01-01"), "Saturday 1 January 2028 is outside the cohort's dates (Friday 1 January – Friday 31 December 2027)."),
    ] {
        let days = DayMap::new(vec![(day("2026-05-04"), target.map(day))]);
        let plan = plan(&reading, &days, &paris(), &[], day("2027-01-01"), day("2027-12-31"));
        let found = match &plan.rows[0].outcome {
            Outcome::Create(session) if session.starts == at("2027-03-27 02:15") => "created".to_owned(),
            Outcome::LeaveOut(why) => why.sentence(),
            Outcome::Refuse(why) => why.sentence(),
            other => format!("{other:?}"),
        };
        assert!(found.starts_with(expect), "{target:?}: {found}");
    }
}

#[test]
fn what_was_edited_here_is_shown_and_what_was_cancelled_stays_so() {
    let reading = reading(&file(&[session(json!({ "track": "Ideas" }))]));
    let first = as_printed(&reading, &[]);
    let stored = kept(&first).remove(0);
    assert_eq!(as_printed(&reading, std::slice::from_ref(&stored)).rows[0].outcome, Outcome::Unchanged { id: 1 });

    let edited = KnownSession {
        title: "Uno".into(),
        kind: "case".into(),
        starts: at("2026-05-05 10:00"),
        room: None,
        track: None,
        educators: vec![],
        ..stored.clone()
    };
    let Outcome::Create(session) = first.rows[0].outcome.clone() else { panic!("{first:?}") };
    let change = |field, before: &str, after: &str| Change { field, before: before.into(), after: after.into() };
    assert_eq!(
        as_printed(&reading, &[edited]).rows[0].outcome,
        Outcome::Update {
            id: 1,
            changes: vec![
                change("title", "Uno", "One"),
                change("kind", "case", "workshop"),
                change("starts", "Tuesday 5 May 2026, 10:00", "Monday 4 May 2026, 09:00"),
                change("room", "", "Hall"),
                change("track", "", "Ideas"),
                change("educators", "", "Ida Lund"),
            ],
            session,
        }
    );

    let cancelled = KnownSession { cancelled: true, ..stored };
    assert_eq!(as_printed(&reading, &[cancelled]).rows[0].outcome, Outcome::LeaveOut(LeftOut::CancelledHere));
}
