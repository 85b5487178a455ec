//! Every calendar output before readers nobody here wrote: libical, PyPI's icalendar and vobject, ical.js; and mails
//! before Python's `email`. The files come from the program itself, hard cases included.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use domain::calendar::{self, Event, Mailbox, Publisher, Removal, Status};
use domain::time::Zone;
use serde_json::{Value, json};
use server::mail::transport::Transport;
use tests::browser::Browser;
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, app_on, now};

fn publisher() -> Publisher {
    Publisher { host: "Halden Industries".into(), version: "1.0".into() }
}

fn event(number: u128, zone: &str, starts: &str, ends: &str, title: &str, description: &str) -> Event {
    Event {
        uid: uuid::Uuid::from_u128(0x5eed_0000_0000_4000_8000_0000_0000_0000 + number),
        sequence: 3,
        status: Status::Confirmed,
        starts_at: starts.parse().expect("an instant"),
        ends_at: ends.parse().expect("an instant"),
        zone: Zone::parse(zone).expect("a zone"),
        title: title.into(),
        description: description.into(),
        location: Some("Aula; \"Room\", 2".into()),
        url: Some("https://cohorts.example.com/my/week".into()),
        categories: vec!["workshop".into()],
        created: now(),
        modified: now(),
    }
}

/// The hard cases: clock changes, midnight, odd zones, every kind of text.
fn hard_cases() -> Vec<Event> {
    let long = "0123456789".repeat(21) + "ab";
    let wide = format!("{}é👩‍💻 שלום مرحبا", "x".repeat(61));
    vec![
        event(1, "Europe/Paris", "2027-03-27T08:00:00Z", "2027-03-27T09:00:00Z", "Saturday before the change", "plain"),
        event(2, "Europe/Paris", "2027-03-29T07:00:00Z", "2027-03-29T08:15:00Z", "Monday after the change", &long),
        event(3, "Europe/Paris", "2027-03-27T21:00:00Z", "2027-03-28T00:30:00Z", "Past midnight", "a\nb\\n literal \\ trailing\\"),
        event(4, "Europe/Paris", "2027-10-31T00:30:00Z", "2027-10-31T02:30:00Z", "Across the autumn fold", "x"),
        event(5, "America/Vancouver", "2026-12-10T17:00:00Z", "2026-12-10T18:00:00Z", "Vancouver in December", "x"),
        event(6, "Africa/Casablanca", "2026-10-05T09:00:00Z", "2026-10-05T10:00:00Z", "Casablanca in autumn", "x"),
        event(7, "Asia/Kathmandu", "2027-03-29T03:15:00Z", "2027-03-29T04:15:00Z", &wide, "quoted \"words\"; semicolons, commas"),
        event(8, "UTC", "2027-03-29T07:00:00Z", "2027-03-29T08:00:00Z", "END:VEVENT\r\nBEGIN:VEVENT", "injected\r\nATTENDEE:mailto:x@y.zz"),
        event(9, "America/New_York", "2027-03-29T13:00:00Z", "2027-03-29T14:00:00Z", "New York", &"long ".repeat(4_000)),
        event(10, "Asia/Gaza", "2027-03-29T07:00:00Z", "2027-03-29T08:00:00Z", "A zone with rules of its own", "x"),
    ]
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn judges() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let folder = target.join("judges");
    assert!(folder.join("judge_libical").exists(), "run `make judges` first: it installs the foreign readers");
    folder
}

fn ask(command: &mut Command) {
    let out = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    assert!(out.status.success(), "{command:?}\n{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("cohortium-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Asks every calendar judge about a folder.
fn every_judge(folder: &Folder, expected: &BTreeMap<String, Value>) {
    folder.write("expected.json", serde_json::to_string(expected).expect("json"));
    let (judges, scripts) = (judges(), Path::new(env!("CARGO_MANIFEST_DIR")).join("calendars"));
    ask(Command::new(judges.join("venv/bin/python")).arg(scripts.join("judge_python.py")).arg(&folder.0));
    ask(Command::new("node").arg(scripts.join("judge_icaljs.mjs")).arg(&folder.0).env("ICALJS", scripts.join("../..")));
    ask(Command::new(judges.join("judge_libical")).arg(&folder.0));
    let read = std::fs::read_to_string(folder.0.join("instants.txt")).expect("what libical read");
    for line in read.lines() {
        let mut words = line.split(' ');
        let (file, uid, starts, ends) =
            (words.next().expect("a file"), words.next().expect("a uid"), words.next().expect("a start"), words.next().expect("an end"));
        let known = &expected[file][uid];
        // Whole days are no instants.
        if known[0].is_null() {
            continue;
        }
        assert_eq!((Some(starts), Some(ends)), (known[0].as_str(), known[1].as_str()), "libical reads {file} {uid}");
    }
    for name in expected.keys() {
        let bytes = std::fs::read(folder.0.join(name)).expect("a file");
        let found = calendar::lint::findings_in(&bytes);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn every_reader_reads_every_output_and_the_same_instants() {
    let folder = Folder::new("calendars");
    let (organizer, attendee) = (
        Mailbox { name: "Halden Industries".into(), address: "cohorts@halden.example".into() },
        Mailbox { name: "Doe, \"JD\": x;y\r\nATTENDEE:mailto:z@z.zz".into(), address: "jd@company.example".into() },
    );
    let mut expected = BTreeMap::new();
    let mut write = |name: String, text: String, events: &[Event]| {
        let instants: serde_json::Map<String, Value> =
            events.iter().map(|event| (event.uid.to_string(), json!([stamp(event.starts_at), stamp(event.ends_at)]))).collect();
        folder.write(&name, text);
        expected.insert(name, Value::Object(instants));
    };
    let all = hard_cases();
    write("agenda.ics".into(), calendar::download(&publisher(), &all, false), &all);
    let paris = Zone::parse("Europe/Paris").expect("a zone");
    let mut fed = all.clone();
    fed[1].status = Status::Cancelled;
    write("feed.ics".into(), calendar::feed(&publisher(), "Leading, through; the \\ shift", &paris, &fed), &fed);
    for (number, event) in all.iter().enumerate() {
        let one = std::slice::from_ref(event);
        write(format!("session-{number}.ics"), calendar::download(&publisher(), one, true), one);
        write(format!("request-{number}.ics"), calendar::request(&publisher(), &organizer, &attendee, event, now()), one);
        let gone = Event { sequence: event.sequence + 1, ..event.clone() };
        write(format!("cancel-{number}.ics"), calendar::cancel(&publisher(), &organizer, &attendee, &gone, Removal::Session, now()), one);
        write(format!("removed-{number}.ics"), calendar::cancel(&publisher(), &organizer, &attendee, &gone, Removal::Person, now()), one);
    }
    every_judge(&folder, &expected);
}

#[test]
fn every_reader_reads_what_is_due() {
    let folder = Folder::new("due");
    let due = |number: u128, day: &str, title: &str| calendar::Due {
        uid: uuid::Uuid::from_u128(0xd0e0_0000_0000_4000_8000_0000_0000_0000 + number),
        sequence: 1,
        day: day.parse().expect("a day"),
        title: title.into(),
        description: "Company; with, signs \\ and 👩‍💻\nTo be written.".into(),
        url: Some("https://cohorts.example.com/celebrate/7".into()),
        created: now(),
        modified: now(),
    };
    let dues =
        [due(1, "2027-03-29", "A prize"), due(2, "2027-12-31", "END:VEVENT\r\nBEGIN:VEVENT"), due(3, "2028-02-29", &"long ".repeat(60))];
    let days: serde_json::Map<String, Value> = dues.iter().map(|due| (due.uid.to_string(), json!([null, null]))).collect();
    folder.write("due.ics", calendar::due_feed(&publisher(), "Due", &dues, calendar::DueAs::Event));
    folder.write("todo.ics", calendar::due_feed(&publisher(), "Due", &dues, calendar::DueAs::Todo));
    folder.write("none.ics", calendar::due_feed(&publisher(), "Due", &[], calendar::DueAs::Event));
    let none = || Value::Object(serde_json::Map::new());
    let expected = [("due.ics", Value::Object(days)), ("todo.ics", none()), ("none.ics", none())];
    every_judge(&folder, &expected.into_iter().map(|(name, what)| (name.to_owned(), what)).collect());
}

#[tokio::test]
async fn what_the_running_program_serves_and_mails_is_read_by_others() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let world = World::new(&scratch.db, 1, 3).await;
    let plan = Plan::capped("Workshop: “why, good plans; stall” \\ 👩‍💻", "2027-03-29", "10:00", "11:00", 5);
    let session = world.session(&plan).await;
    let dinner = Plan::everyone("Dinner", "2027-03-27", "22:00", "01:30");
    let evening = world.session(&dinner).await;
    world.release().await;
    world.open().await;
    let invitation = world.name(0, 1).await[0];
    let registration = world.accept(invitation).await;
    store::agenda::seat::take_seat(&world.db, now(), registration, session).await.expect("a seat");
    let secret = store::outbox::unsent(&world.db, world.cohort).await.expect("mails").pop().expect("a mail").secret.expect("a secret");
    let feed = secret.feed.expect("a feed");
    world.edit(session, &Plan { starts: "14:00", ends: "15:00", ..plan }).await;
    store::agenda::session::set_cancelled(&world.db, now(), world.actor(), evening, true).await.expect("cancelled");
    world.release().await;

    let app = app_on(&scratch.db, "http://127.0.0.1:3000");
    let mut browser = Browser::new(&app);
    let owner = store::agenda::feed::owner_of(&world.db, registration).await.expect("read").expect("an owner");
    let events = store::agenda::feed::events(&world.db, now(), &owner, true).await.expect("events");
    let instants: serde_json::Map<String, Value> =
        events.iter().map(|event| (event.uid.to_string(), json!([stamp(event.starts_at), stamp(event.ends_at)]))).collect();
    let live: serde_json::Map<String, Value> = events
        .iter()
        .filter(|event| !event.cancelled)
        .map(|event| (event.uid.to_string(), json!([stamp(event.starts_at), stamp(event.ends_at)])))
        .collect();
    let folder = Folder::new("served");
    let mut expected = BTreeMap::new();
    for (name, path, what) in [
        ("feed.ics", format!("/cal/{feed}.ics"), &instants),
        ("agenda.ics", format!("/cal/{feed}/agenda.ics"), &live),
        ("session.ics", format!("/cal/{feed}/{session}.ics"), &live),
    ] {
        let got = browser.open(&path).await;
        assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "text/calendar; charset=utf-8"), "{path}");
        assert!(got.body.contains("CLASS:PRIVATE") && !got.body.contains("cal_"), "no token in a file");
        assert_eq!(got.header("content-disposition").starts_with("attachment"), name != "feed.ics", "{name}");
        folder.write(name, &got.body);
        expected.insert(name.to_owned(), Value::Object(what.clone()));
    }
    every_judge(&folder, &expected);

    let sent: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let transport = Transport::Memory(Arc::clone(&sent));
    while server::mail::worker::once(&app, &transport).await.expect("the worker") > 0 {}
    let mails = Folder::new("mails");
    for (number, mail) in sent.lock().expect("the list").iter().enumerate() {
        mails.write(&format!("{number}.eml"), mail);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("calendars/judge_mail.py");
    ask(Command::new(judges().join("venv/bin/python")).arg(script).arg(&mails.0));
    let all: String = sent.lock().expect("the list").iter().map(|mail| String::from_utf8_lossy(mail).into_owned()).collect();
    assert!(all.contains("method=REQUEST") && all.contains("method=CANCEL"), "both kinds of message were judged");
}

/// The words of mails and the bytes of files, as they were last looked at by a person.
#[tokio::test]
async fn mails_and_files_read_as_they_did() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let world = World::new(&scratch.db, 1, 3).await;
    let plan = Plan::capped("Workshop", "2027-03-29", "10:00", "11:00", 5);
    let session = world.session(&plan).await;
    world.release().await;
    world.open().await;
    let invitation = world.name(0, 2).await;
    let registration = world.accept(invitation[0]).await;
    store::agenda::seat::take_seat(&world.db, now(), registration, session).await.expect("a seat");
    world.edit(session, &Plan { starts: "14:00", ends: "15:00", ..plan.clone() }).await;
    world.release().await;
    store::agenda::session::set_cancelled(&world.db, now(), world.actor(), session, true).await.expect("cancelled");
    world.release().await;
    let app = app_on(&scratch.db, "https://cohorts.halden.example");
    let mut seen = std::collections::BTreeSet::new();
    for mail in store::outbox::unsent(&world.db, world.cohort).await.expect("mails") {
        if seen.insert(mail.kind.clone()) {
            let rendered = server::mail::templates::for_reading(&app, &mail);
            insta::assert_snapshot!(format!("mail-{}", mail.kind), format!("Subject: {}\n\n{}", rendered.subject, rendered.text));
        }
    }
    assert!(seen.len() >= 5, "{seen:?}");
    let file = calendar::download(&publisher(), &hard_cases()[..3], true).replace("\r\n", "\n");
    insta::assert_snapshot!("agenda-file", file);
}
