//! The main job, from the first start on an empty database to a moved workshop, as plain forms.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use server::mail::transport::Transport;
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{PASSWORD, app_on};

const COMPANIES: &[u8] = include_bytes!("../data/sp500.csv");
const AGENDA: &[u8] = include_bytes!("../data/agenda-democon.json");

type Sent = Arc<Mutex<Vec<Vec<u8>>>>;

/// Sends what is due; answers the mails that left, oldest first.
async fn deliver(app: &app::desk::App, transport: &Transport, sent: &Sent) -> Vec<String> {
    while server::mail::worker::once(app, transport).await.expect("the worker") > 0 {}
    let mut sent = sent.lock().expect("the list");
    sent.drain(..).map(|mail| String::from_utf8(mail).expect("a mail").replace("=\r\n", "").replace("=3D", "=")).collect()
}

/// The personal link of this kind in a mail.
fn token(mail: &str, prefix: &str) -> String {
    let from = mail.find(prefix).unwrap_or_else(|| panic!("no {prefix} in {mail}"));
    mail[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
}

fn to<'a>(mails: &'a [String], address: &str) -> Vec<&'a String> {
    mails.iter().filter(|mail| mail.lines().any(|line| line.starts_with("To: ") && line.contains(address))).collect()
}

/// The number after `prefix` in a page.
fn id_after(got: &Got, prefix: &str) -> String {
    let from = got.body.find(prefix).unwrap_or_else(|| panic!("no {prefix} in {}", got.body)) + prefix.len();
    got.body[from..].chars().take_while(char::is_ascii_digit).collect()
}

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

/// The field's value in a page.
fn field(got: &Got, name: &str) -> String {
    let tag = got
        .body
        .split('<')
        .find(|tag| tag.starts_with("input") && tag.contains(&format!("name=\"{name}\"")))
        .unwrap_or_else(|| panic!("no field {name} in {}", got.body));
    let from = tag.find("value=\"").expect("a value") + 7;
    tag[from..].split('"').next().expect("a value").to_owned()
}

both_databases! {
    async fn from_an_empty_database_to_a_moved_workshop(scratch) {
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let sent: Sent = Arc::default();
        let transport = Transport::Memory(Arc::clone(&sent));

        // First start: the setup code makes the admin, who adds a program manager.
        let code = store::staff::setup_code(&scratch.db).await.unwrap().unwrap();
        let mut admin = Browser::new(&app);
        says(&admin.open("/").await, "Setup code");
        let wrong = admin.submit("/api/staff/setup", &[("code", "nope"), ("name", "Ada Lindqvist"), ("email", "ada@halden.example"), ("password", PASSWORD)]).await;
        says(&wrong, "This is not the setup code");
        says(&wrong, "value=\"Ada Lindqvist\"");
        assert!(!wrong.body.contains(PASSWORD), "a password is never written back");
        admin.submit("/api/staff/setup", &[("code", &code), ("name", "Ada Lindqvist"), ("email", "ada@halden.example"), ("password", PASSWORD)]).await;
        says(&admin.open("/staff").await, "Ada Lindqvist");
        admin.submit("/api/staff/add", &[("name", "Jonas Brandt"), ("email", "jonas@halden.example"), ("role:program-manager", "on")]).await;
        let mails = deliver(&app, &transport, &sent).await;
        let welcome = token(to(&mails, "jonas@halden.example")[0], "pwd_");
        let mut manager = Browser::new(&app);
        says(&manager.open(&format!("/welcome/{welcome}")).await, "Jonas Brandt");
        manager.submit("/api/staff/set-password", &[("token", &welcome), ("password", PASSWORD)]).await;

        // Companies: a dry run that lists every row, then the real one, then no change.
        let plan = manager.upload("/api/cohort/company-import/upload", &[], "sp500.csv", COMPANIES).await;
        says(&plan, "503");
        says(&plan, "GICS Sector");
        let import = plan.path.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        assert_eq!(store::cohort::company::list(&scratch.db, &Default::default(), 1).await.unwrap().total, 0, "a dry run changes nothing");
        manager.submit("/api/cohort/company-import/apply", &[("import", &import)]).await;
        assert_eq!(store::cohort::company::list(&scratch.db, &Default::default(), 1).await.unwrap().total, 503);
        let again = manager.upload("/api/cohort/company-import/upload", &[], "sp500.csv", COMPANIES).await;
        let import = again.path.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        manager.submit("/api/cohort/company-import/apply", &[("import", &import)]).await;
        assert_eq!(store::cohort::company::list(&scratch.db, &Default::default(), 1).await.unwrap().total, 503);

        // The rule, a program with its sponsor, a cohort across the clock change.
        manager.submit("/api/conduct/conversation-rule/publish", &[("body", domain::conduct::conversation_rule::STARTING_TEXT)]).await;
        let refused = manager.submit("/api/cohort/program/create", &[("title", "Leading through the energy shift")]).await;
        says(&refused, "Name the executive sponsor");
        let program = manager.submit("/api/cohort/program/create", &[("title", "Leading through the energy shift"), ("sponsor_name", "Ingrid Solheim"), ("sponsor_title", "Executive sponsor")]).await;
        let program = program.path.rsplit('/').next().unwrap().to_owned();
        let typed = [
            ("program", program.as_str()), ("title", "Spring cohort"), ("venue", "Campus Fontainebleau"), ("place", "France"), ("zone", "Europe/Paris"),
            ("first_day", "2027-03-27"), ("last_day", "2027-03-31"), ("capacity", "120"), ("overbooked", ""), ("reply_by", "2027-02-26"), ("letter", "Join us."), ("rule", "1"),
        ];
        let cohort = manager.submit("/api/cohort/cohort/create", &typed).await;
        says(&cohort, "Spring cohort");
        let cohort_id = cohort.path.rsplit('/').next().unwrap().to_owned();
        let at = format!("/cohorts/{cohort_id}");

        // Twelve companies of different sectors with ten seats each.
        let mut chosen = Vec::new();
        let sectors = store::cohort::company::sectors(&scratch.db).await.unwrap();
        for turn in 0..2 {
            for sector in &sectors {
                let filter = store::cohort::company::Filter { sector, ..Default::default() };
                let rows = store::cohort::company::list(&scratch.db, &filter, 1).await.unwrap().rows;
                if chosen.len() < 12 {
                    chosen.push(rows[turn].id);
                }
            }
        }
        let mut fields = vec![("cohort".to_owned(), cohort_id.clone()), ("seats".to_owned(), "10".to_owned())];
        for (index, company) in chosen.iter().enumerate() {
            fields.push((format!("company:{company}"), "on".to_owned()));
            fields.push((format!("lead_name.{company}"), format!("Lead {index}")));
            fields.push((format!("lead_email.{company}"), format!("lead{index}@c{index}.example")));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        manager.submit("/api/cohort/allotment/allot", &fields).await;
        let audit = store::cohort::allotment::audit(&scratch.db, cohort_id.parse().unwrap()).await.unwrap();
        assert_eq!((audit.0.allotted, audit.1.allotted), (120, 120));

        // The agenda: quirks in words, days mapped, dry run, applied, twice gives no change.
        let plan = manager.upload("/api/agenda/agenda-import/upload", &[("cohort", &cohort_id)], "schedule.json", AGENDA).await;
        says(&plan, "+01:00");
        says(&plan, "share one identifier");
        let import = plan.path.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        assert_eq!(store::agenda::session::agenda_of(&scratch.db, cohort_id.parse().unwrap()).await.unwrap().len(), 0);
        manager.submit("/api/agenda/agenda-import/apply", &[("import", &import)]).await;
        manager.submit("/api/agenda/agenda-import/apply", &[("import", &import)]).await;
        let sessions = store::agenda::session::agenda_of(&scratch.db, cohort_id.parse().unwrap()).await.unwrap();
        assert_eq!(sessions.len(), 36);

        // Edit a session; the hour that does not exist is refused and nothing typed is lost; add a capped workshop.
        let first = &sessions[0];
        let page = manager.open(&format!("{at}/agenda/{}", first.id)).await;
        let revision = field(&page, "revision");
        let session = |day, starts, ends, title| {
            vec![("title", title), ("day", day), ("starts", starts), ("ends", ends), ("kind", "workshop"), ("mode", "sign-up"), ("capacity", "20"), ("room", "Seminar room"), ("objective", "Learn"), ("track", ""), ("educators", "Mei Tanaka"), ("summary", "")]
        };
        let first_id = first.id.to_string();
        let mut edit = session("2027-03-28", "02:30", "04:00", "Renamed by hand");
        edit.extend([("session", first_id.as_str()), ("revision", revision.as_str())]);
        let refused = manager.submit("/api/agenda/session/edit", &edit).await;
        says(&refused, "value=\"Renamed by hand\"");
        says(&refused, "another look");
        let mut edit = session("2027-03-28", "07:30", "08:30", "Renamed by hand");
        edit.extend([("session", first_id.as_str()), ("revision", revision.as_str())]);
        manager.submit("/api/agenda/session/edit", &edit).await;
        let stale = manager.submit("/api/agenda/session/edit", &edit).await;
        says(&stale, "Somebody changed this session");
        let mut workshop = session("2027-03-29", "16:00", "17:30", "Negotiating with your own organisation");
        workshop.push(("cohort", &cohort_id));
        manager.submit("/api/agenda/session/create", &workshop).await;
        let mut rival = session("2027-03-29", "16:30", "18:00", "Scenario planning");
        rival.retain(|(name, _)| *name != "capacity" && *name != "room" && *name != "educators");
        rival.extend([("cohort", cohort_id.as_str()), ("capacity", "1"), ("room", "Room 4"), ("educators", "")]);
        manager.submit("/api/agenda/session/create", &rival).await;
        let mut dinner = session("2027-03-27", "19:00", "22:00", "Opening dinner");
        dinner.retain(|(name, _)| !["capacity", "room", "educators", "mode"].contains(name));
        dinner.extend([("cohort", cohort_id.as_str()), ("capacity", ""), ("room", "Orangery"), ("educators", ""), ("mode", "everyone")]);
        manager.submit("/api/agenda/session/create", &dinner).await;
        let sessions = store::agenda::session::agenda_of(&scratch.db, cohort_id.parse().unwrap()).await.unwrap();
        let of = |title: &str| sessions.iter().find(|session| session.title == title).unwrap().id.to_string();
        let (workshop_id, rival_id) = (of("Negotiating with your own organisation"), of("Scenario planning"));

        // Release and open: each lead is written to.
        says(&manager.open(&format!("{at}/release")).await, "Renamed by hand");
        manager.submit("/api/agenda/release/publish", &[("cohort", &cohort_id), ("number", "1"), ("note", "")]).await;
        manager.submit("/api/cohort/cohort/step", &[("cohort", &cohort_id), ("step", "open-invitations")]).await;
        let mails = deliver(&app, &transport, &sent).await;
        assert_eq!(mails.len(), 12);

        // A delegation lead names ten colleagues.
        let mut lead = Browser::new(&app);
        let link = token(to(&mails, "lead0@c0.example")[0], "del_");
        says(&lead.open(&format!("/d/{link}")).await, "10");
        lead.hold_delegation(&link).await;
        says(&lead.open("/delegation").await, "Colleague 10");
        let mut rows: Vec<(String, String)> = Vec::new();
        for row in 0..10 {
            rows.push((format!("name.{row}"), format!("Amara Okafor {row}")));
            rows.push((format!("email.{row}"), if row == 3 { "not an address".to_owned() } else { format!("amara{row}@c0.example") }));
            rows.push((format!("title.{row}"), "COO".to_owned()));
        }
        let as_fields = |rows: &[(String, String)]| rows.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>();
        let fields = as_fields(&rows);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let refused = lead.submit("/api/cohort/allotment/name", &fields).await;
        says(&refused, "Amara Okafor 9");
        says(&refused, "e-mail address");
        rows[10].1 = "amara3@c0.example".to_owned();
        let fields = as_fields(&rows);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        lead.submit("/api/cohort/allotment/name", &fields).await;
        let mails = deliver(&app, &transport, &sent).await;
        assert_eq!(mails.len(), 10);

        // An executive reads, accepts with the rule, and says what they need.
        let links: Vec<String> = (0..3).map(|row| token(to(&mails, &format!("amara{row}@c0.example"))[0], "inv_")).collect();
        let mut executive = Browser::new(&app);
        let letter = executive.open(&format!("/i/{}", links[0])).await;
        for words in ["Leading through the energy shift", "Saturday 27 – Wednesday 31 March 2027", "Campus Fontainebleau", "One of the ten seats for", "No sales conversations", "Renamed by hand"] {
            says(&letter, words);
        }
        assert!(!letter.body.contains("Amara Okafor 1"), "companies, not names");
        executive.hold_invitation(&links[0]).await;
        let answer = [("rule", "1"), ("dietary", "No shellfish"), ("accessibility", "Step-free"), ("zone", "America/New_York"), ("travel", ""), ("emergency_contact", ""), ("pronunciation", ""), ("wants_to_learn", "")];
        let refused = executive.submit("/api/registration/invitation/accept", &answer).await;
        says(&refused, "Tick the box");
        says(&refused, "No shellfish");
        let mut answer = answer.to_vec();
        answer.push(("rule_ack", "on"));
        let week = executive.submit("/api/registration/invitation/accept", &answer).await;
        says(&week, "My week");
        says(&week, "New York");
        let mails = deliver(&app, &transport, &sent).await;
        let confirmation = to(&mails, "amara0@c0.example")[0];
        assert!(confirmation.contains("agenda.ics"), "the agenda is attached");
        let feed = token(confirmation, "cal_");

        // Seats: one in the capped workshop; a clash and a full one are refused with what to do next.
        says(&executive.submit("/api/agenda/seat/take", &[("session", &workshop_id)]).await, "The seat is yours.");
        let clash = executive.submit("/api/agenda/seat/take", &[("session", &rival_id)]).await;
        says(&clash, "Swap, and that seat is given up for this one");
        let mut second = Browser::new(&app);
        second.hold_invitation(&links[1]).await;
        second.submit("/api/registration/invitation/accept", &[("rule", "1"), ("rule_ack", "on")]).await;
        second.submit("/api/agenda/seat/take", &[("session", &rival_id)]).await;
        let mut third = Browser::new(&app);
        third.hold_invitation(&links[2]).await;
        third.submit("/api/registration/invitation/accept", &[("rule", "1"), ("rule_ack", "on")]).await;
        says(&third.submit("/api/agenda/seat/take", &[("session", &rival_id)]).await, "Join the waitlist");
        says(&third.submit("/api/agenda/waitlist/join", &[("session", &rival_id)]).await, "number 1 on the waitlist");
        deliver(&app, &transport, &sent).await;

        // Calendars: a session, the agenda, the feed; unchanged is 304.
        let one = executive.open(&format!("/my/sessions/{workshop_id}.ics")).await;
        assert!(one.body.contains("SUMMARY:Negotiating") && !one.body.contains("METHOD"), "{}", one.body);
        assert!(executive.open("/my/agenda.ics").await.body.contains("DTSTART;TZID=Europe/Paris:20270329T160000"));
        let before = executive.open(&format!("/cal/{feed}.ics")).await;
        let etag = before.header("etag").to_owned();
        let unchanged = executive.send("GET", &format!("/cal/{feed}.ics"), &[("if-none-match", &etag)], axum::body::Body::empty()).await;
        assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
        assert_eq!(executive.open("/cal/cal_unknown.ics").await.status, StatusCode::NOT_FOUND);

        // The manager moves the workshop and releases: the same UID, a higher SEQUENCE, and only people concerned get mail.
        let page = manager.open(&format!("{at}/agenda/{workshop_id}")).await;
        let revision = field(&page, "revision");
        let mut moved = session("2027-03-30", "16:00", "17:30", "Negotiating with your own organisation");
        moved.extend([("session", workshop_id.as_str()), ("revision", revision.as_str())]);
        manager.submit("/api/agenda/session/edit", &moved).await;
        says(&manager.open(&format!("{at}/release")).await, "tell 1 person");
        manager.submit("/api/agenda/release/publish", &[("cohort", &cohort_id), ("number", "2"), ("note", "")]).await;
        let mails = deliver(&app, &transport, &sent).await;
        assert_eq!(mails.len(), 1, "one person holds a seat in it");
        assert!(mails[0].contains("amara0@c0.example") && mails[0].contains("method=REQUEST"));
        let after = executive.open(&format!("/cal/{feed}.ics")).await;
        let property = |text: &str, name: &str| text.lines().skip_while(|line| !line.starts_with("SUMMARY:Negotiating")).find(|_| true).map(|_| ()).and_then(|()| {
            let event = text.split("BEGIN:VEVENT").find(|event| event.contains("SUMMARY:Negotiating"))?;
            event.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
        });
        assert_eq!(property(&before.body, "UID:"), property(&after.body, "UID:"));
        assert_eq!((property(&before.body, "SEQUENCE:").as_deref(), property(&after.body, "SEQUENCE:").as_deref()), (Some("0"), Some("1")));
        assert!(after.body.contains("20270330T160000"));

        // The cohort page: fill by company, answers that are open, seats a session.
        let page = manager.open(&at).await;
        for words in ["7 people have not answered yet", "3 confirmed, 7 held of 10", "Scenario planning"] {
            says(&page, words);
        }
        let outbox = manager.open("/outbox").await;
        says(&outbox, "Amara Okafor 0");
        let mail = manager.open(&format!("/outbox/{}", id_after(&outbox, "href=\"/outbox/"))).await;
        assert!(!mail.body.contains("/i/inv_"), "nobody but its reader sees a personal link");
    }
}
