//! A concern through plain forms: told with a name or without, read on its page and behind its address only, reviewed by
//! those who have nothing to do with it.

use axum::body::Body;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Door, Role};
use domain::conduct::incident::{coarse, draft_ends, next_hour};
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};
use store::conduct::incident::{counts, tell_due};
use store::entity::{attempt, draft, history, incident, incident_about, incident_message, outbox, sign_in};
use store::{Actor, Db};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{Plan, World, app_on, now, staff};

const BASE: &str = "http://127.0.0.1:3000";
const AS_GUEST: &str = "/api/conduct/incident/report-as-guest";
/// Said in a concern: for its reviewers and whoever reported it.
const CANARY: &str = "CANARY-renewal-5520";

/// An open cohort with two guests who have accepted, and the tokens of their links.
async fn opened(db: &Db) -> (World, [String; 2]) {
    let world = World::new(db, 1, 3).await;
    world.session(&Plan::capped("Workshop", "2027-03-29", "10:00", "11:00", 5)).await;
    world.release().await;
    world.open().await;
    for invitation in world.name(0, 2).await {
        world.accept(invitation).await;
    }
    let mails = store::outbox::unsent(db, world.cohort).await.unwrap();
    let link = |to: &str| {
        let mail = mails.iter().rfind(|mail| mail.kind == "accepted" && mail.to_email == to).expect("a mail");
        mail.secret.clone().and_then(|secret| secret.link).expect("a link")
    };
    let tokens = [link("p0@company0.example"), link("p1@company0.example")];
    (world, tokens)
}

async fn signed_in(app: &std::sync::Arc<app::desk::App>, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in(email).await;
    browser
}

#[track_caller]
fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

/// The clock strikes the next full hour.
async fn tell(db: &Db) {
    tell_due(db, next_hour(now())).await.unwrap();
}

/// The value of a hidden field.
fn hidden(got: &Got, name: &str) -> String {
    let wanted = format!("name=\"{name}\"");
    let tag = got
        .body
        .split('<')
        .find(|tag| tag.starts_with("input") && tag.contains(&wanted))
        .unwrap_or_else(|| panic!("no {name} in {}", got.body));
    let from = tag.find("value=\"").expect("a value") + 7;
    tag[from..].split('"').next().expect("its end").to_owned()
}

/// Every row outside the case itself, as text.
async fn elsewhere(db: &Db) -> String {
    let db = db.read();
    format!(
        "{:?} {:?} {:?} {:?}",
        outbox::Entity::find().all(db).await.unwrap(),
        history::Entity::find().all(db).await.unwrap(),
        draft::Entity::find().all(db).await.unwrap(),
        attempt::Entity::find().all(db).await.unwrap(),
    )
}

/// The doors behind which somebody reads the canary, of all that there are. No token is known to them.
async fn shown(browser: &Browser, world: &World, incident: i64) -> Vec<Door> {
    let mut browser = browser.clone();
    let ids = [("cohort", world.cohort), ("program", world.program), ("allotment", world.allotments[0]), ("incident", incident)];
    let mut found = Vec::new();
    for door in Door::ALL.iter().filter(|door| door.method() == "GET") {
        let mut path = door.path().to_owned();
        for (name, id) in ids {
            path = path.replace(&format!("{{{name}}}"), &id.to_string());
        }
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            path.replace_range(from..=to, "1");
        }
        if browser.send("GET", &path, &[], Body::empty()).await.body.contains(CANARY) {
            found.push(*door);
        }
    }
    found
}

both_databases! {
    async fn what_is_said_is_read_on_its_page_and_behind_its_address_only(scratch) {
        let db = &scratch.db;
        let (world, tokens) = opened(db).await;
        let app = app_on(db, BASE);
        let mut others = vec![("nobody", Browser::new(&app)), ("the owner", signed_in(&app, "manager@halden.example").await)];
        for role in Role::ALL.iter().filter(|role| **role != Role::IncidentReviewer) {
            let email = format!("{}@halden.example", role.as_str().replace(' ', "."));
            staff(db, &email, *role).await;
            others.push((role.as_str(), signed_in(&app, &email).await));
        }
        staff(db, "noor@halden.example", Role::IncidentReviewer).await;
        let mut fellow = Browser::new(&app);
        fellow.hold_invitation(&tokens[1]).await;
        others.push(("another guest", fellow));

        // Refused first: what was typed is kept for the form, and the address it would have is not.
        let mut guest = Browser::new(&app);
        guest.hold_invitation(&tokens[0]).await;
        let page = guest.open("/my/concern").await;
        says(&page, "Leave my name out");
        let first = hidden(&page, "token");
        let refused = guest.submit(AS_GUEST, &[("token", &first), ("anonymous", "yes"), ("said", CANARY), ("severity", "")]).await;
        says(&refused, "Choose how serious it was.");
        says(&refused, CANARY);
        assert!(elsewhere(db).await.contains(CANARY), "the draft keeps it until it is sent");
        assert!(!elsewhere(db).await.contains(&first), "no draft holds an address");

        // It stands apart from what the same guest typed elsewhere, and its minute is nowhere.
        let other = guest.clone().post("/api/conduct/sales-opening/open", &[("topic", ""), ("staff", ""), ("until", "")]).await;
        assert!(other.location().contains("draft="), "{}", other.location());
        let drafts = draft::Entity::find().all(db.read()).await.unwrap();
        let (concern, others_draft): (Vec<_>, Vec<_>) = drafts.iter().partition(|draft| draft.body.contains(CANARY));
        assert_eq!((concern.len(), others_draft.len()), (1, 1));
        assert_ne!(concern[0].owner_hash, others_draft[0].owner_hash);
        assert_eq!(concern[0].expires_at, draft_ends(now()));

        // Sent: it has an address, once, and nothing of it is left anywhere else.
        let token = hidden(&refused, "token");
        let said = format!("He asked when we would renew: {CANARY}.");
        let fields = [("token", token.as_str()), ("anonymous", "yes"), ("said", said.as_str()), ("severity", "serious")];
        let told = guest.submit(AS_GUEST, &fields).await;
        assert_eq!(told.path, format!("/c/{token}"));
        says(&told, "Keep this address: answers appear here.");
        says(&told, CANARY);
        assert_eq!(guest.submit(AS_GUEST, &fields).await.path, told.path, "pressed twice");
        let rows = incident::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(rows.len(), 1);
        let id = rows[0].id;
        assert!(!elsewhere(db).await.contains(CANARY));
        others.push(("the guest", guest));

        // Until the full hour nobody else finds it.
        let mut reviewer = signed_in(&app, "noor@halden.example").await;
        assert_eq!(shown(&reviewer, &world, id).await, []);
        let at = format!("/incidents/{id}");
        says(&reviewer.open("/incidents").await, "No concern is here");
        assert_eq!(reviewer.open(&at).await.status, StatusCode::NOT_FOUND);
        tell(db).await;
        for (who, browser) in &others {
            assert_eq!(shown(browser, &world, id).await, [], "{who} reads it");
        }

        // A reviewer reads it on its page, not in the list.
        assert_eq!(shown(&reviewer, &world, id).await, [Door::IncidentPage]);
        says(&reviewer.open("/incidents").await, "Concern of 15 January");
        says(&reviewer.open("/incidents?state=reported").await, &at);
        assert!(!reviewer.open("/incidents?state=upheld").await.body.contains(&at));
        says(&reviewer.open(&at).await, "somebody who left their name out");

        // They write to each other; whoever has the address needs no cookie.
        let (step, number) = ("/api/conduct/incident/step", id.to_string());
        says(&reviewer.submit(step, &[("incident", &number), ("revision", "1"), ("act", "take")]).await, "yours to review");
        reviewer.submit("/api/conduct/incident/answer", &[("incident", &number), ("body", "Thank you. Which day was it?")]).await;
        let mut reader = Browser::new(&app);
        let address = format!("/c/{token}");
        let stands = reader.open(&address).await;
        says(&stands, "A reviewer is looking into it.");
        says(&stands, "Which day was it?");
        assert!(!stands.body.contains("noor@halden.example"));
        says(&reader.submit("/api/conduct/incident/reply", &[("token", &token), ("body", "")]).await, "Write your message first.");
        let reply = format!("It was on Monday. {CANARY}");
        says(&reader.submit("/api/conduct/incident/reply", &[("token", &token), ("body", &reply)]).await, "It was on Monday.");
        assert!(!reviewer.open(&at).await.body.contains("It was on Monday."), "not before the full hour");
        tell(db).await;
        says(&reviewer.open(&at).await, "It was on Monday.");
        assert_eq!(reader.open("/c/con_unknown").await.status, StatusCode::NOT_FOUND);
        let unknown = reader.post("/api/conduct/incident/reply", &[("token", "con_unknown"), ("body", "x")]).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);

        // The review: its grounds are asked for, somebody else's step is not overwritten, and it is settled.
        let without = reviewer.submit(step, &[("incident", &number), ("revision", "2"), ("act", "uphold"), ("text", "")]).await;
        says(&without, "Write what you found");
        reviewer.submit(step, &[("incident", &number), ("revision", "2"), ("act", "uphold"), ("text", CANARY)]).await;
        let stale = reviewer.submit(step, &[("incident", &number), ("revision", "2"), ("act", "dismiss"), ("text", &said)]).await;
        says(&stale, "Somebody else worked on this concern");
        says(&reader.open(&address).await, "The reviewers agree that the rule was broken.");
        let settled = reviewer.submit(step, &[("incident", &number), ("revision", "3"), ("act", "remedy"), ("text", CANARY)]).await;
        says(&settled, "This concern is settled.");
        says(&reader.open(&address).await, "It is settled");
        assert!(!elsewhere(db).await.contains(CANARY), "what was refused and sent since is forgotten");
        for (who, browser) in &others {
            assert_eq!(shown(browser, &world, id).await, [], "{who} reads it");
        }
    }
}

/// Seventeen minutes after everybody else's clock, in the same hour.
fn later() -> DateTime<Utc> {
    now() + TimeDelta::minutes(17)
}

both_databases! {
    async fn two_guests_who_leave_their_names_out_leave_the_same_rows(scratch) {
        let db = &scratch.db;
        let (world, tokens) = opened(db).await;
        let noor = staff(db, "noor@halden.example", Role::IncidentReviewer).await;
        let first = app_on(db, BASE);
        let second = server::assemble(db.clone(), first.host.clone(), later);
        let mut guests = Vec::new();
        for (app, link) in [(&first, &tokens[0]), (&second, &tokens[1])] {
            let mut guest = Browser::new(app);
            guest.hold_invitation(link).await;
            guests.push(guest);
        }
        for row in sign_in::Entity::find().all(db.read()).await.unwrap() {
            assert_eq!((row.created_at, row.seen_at, coarse(row.expires_at)), (coarse(now()), coarse(now()), row.expires_at), "the day, and no more");
        }

        // Not one row beside the case, and nothing a reviewer or an owner counts, before the full hour.
        let before = elsewhere(db).await;
        for mut guest in guests {
            let token = hidden(&guest.open("/my/concern").await, "token");
            let fields = [("token", token.as_str()), ("anonymous", "yes"), ("said", "He asked when we would renew."), ("severity", "slight")];
            assert_eq!(guest.submit(AS_GUEST, &fields).await.path, format!("/c/{token}"));
            guest.submit("/api/conduct/incident/reply", &[("token", &token), ("body", "It was on Monday.")]).await;
        }

        tell_due(db, later()).await.unwrap();
        assert_eq!(elsewhere(db).await, before);
        assert!(counts(db, noor).await.unwrap().iter().all(|(_, count)| *count == 0));
        let owner = store::conduct::compliance::of(db, now(), world.cohort).await.unwrap().expect("the report");
        assert_eq!(owner.concerns.reported, 0);
        tell(db).await;
        let told = elsewhere(db).await;
        tell(db).await;
        assert_eq!(elsewhere(db).await, told, "told once");

        // Numbers are drawn: none says which was first, or how many there are.
        let ids: Vec<i64> = incident::Entity::find().all(db.read()).await.unwrap().iter().map(|row| row.id).collect();
        let messages: Vec<i64> = incident_message::Entity::find().all(db.read()).await.unwrap().iter().map(|row| row.id).collect();
        assert!(ids.iter().chain(&messages).all(|id| (1_000_000_i64..1_i64 << 53).contains(id)), "{ids:?} {messages:?}");
        let cases: Vec<String> = incident::Entity::find().order_by_asc(incident::Column::Id).all(db.read()).await.unwrap().into_iter()
            .map(|row| format!("{:?}", incident::Model { id: 0, token_hash: String::new(), ..row })).collect();
        let messages: Vec<String> = incident_message::Entity::find().order_by_asc(incident_message::Column::Id).all(db.read()).await.unwrap().into_iter()
            .map(|row| format!("{:?}", incident_message::Model { id: 0, incident_id: 0, ..row })).collect();
        let past: Vec<String> = history::Entity::find().order_by_asc(history::Column::Id).all(db.read()).await.unwrap().into_iter()
            .filter(|row| row.object == "incident")
            .map(|row| format!("{:?}", history::Model { id: 0, object_id: 0, ..row })).collect();
        let mails: Vec<String> = outbox::Entity::find().order_by_asc(outbox::Column::Id).all(db.read()).await.unwrap().into_iter()
            .filter(|row| row.kind.starts_with("concern"))
            .map(|row| {
                assert!(row.cohort_id.is_none() && row.invitation_id.is_none());
                // The number of the case is the only difference there may be.
                let event: String = row.event.chars().filter(|c| !c.is_ascii_digit()).collect();
                format!("{:?}", outbox::Model { id: 0, event, message_id: String::new(), ..row })
            })
            .collect();
        let counted: Vec<String> = attempt::Entity::find().order_by_asc(attempt::Column::Id).all(db.read()).await.unwrap().into_iter()
            .filter(|row| row.bucket.starts_with("concern"))
            .map(|row| format!("{:?}", attempt::Model { id: 0, ..row })).collect();
        for (what, rows, many) in [("cases", cases, 2), ("messages", messages, 2), ("history", past, 4), ("mails", mails, 2), ("limits", counted, 0)] {
            assert_eq!(rows.len(), many, "{what}: {rows:?}");
            for trace in ["company0", "Person", "invitation", "09:17"] {
                // A case has a column of that name; it is empty.
                let text = rows.join(" ").replace("reporter_invitation_id: None", "").replace("invitation_id: None", "");
                assert!(!text.contains(trace), "{what} hold {trace}: {text}");
            }
            for pair in rows.chunks(2) {
                assert_eq!(pair[0], pair[1], "{what}");
            }
        }
    }
}

both_databases! {
    async fn who_has_to_do_with_it_never_sees_it(scratch) {
        let db = &scratch.db;
        let (world, _) = opened(db).await;
        let app = app_on(db, BASE);
        let ada = staff(db, "ada@halden.example", Role::Admin).await;
        let mut people = Vec::new();
        for name in ["anna", "bert", "cleo", "dora", "emil"] {
            people.push(staff(db, &format!("{name}@halden.example"), Role::IncidentReviewer).await);
        }
        let [anna, bert, _, dora, emil] = people[..] else { panic!("five people") };
        // Bert leads Anna; Cleo reports her.
        store::staff::change(db, now(), Actor::Staff(ada), anna, &[Role::IncidentReviewer], true, Some(bert)).await.unwrap();
        let mut cleo = signed_in(&app, "cleo@halden.example").await;
        let page = cleo.open("/concern").await;
        let (token, cohort, about) = (hidden(&page, "token"), world.cohort.to_string(), anna.to_string());
        let said = format!("She offered a discount at dinner. {CANARY}");
        let fields = [("token", token.as_str()), ("cohort", &cohort), ("said", &said), ("severity", "grave"), ("started_by_staff", &about)];
        let told = cleo.submit("/api/conduct/incident/report", &fields).await;
        assert_eq!(told.path, format!("/c/{token}"));
        says(&told, "We also mailed you this link.");
        let id = incident::Entity::find().one(db.read()).await.unwrap().unwrap().id;
        tell(db).await;
        let (at, number) = (format!("/incidents/{id}"), id.to_string());

        let mut kept_out = vec![cleo];
        for email in ["anna@halden.example", "bert@halden.example"] {
            kept_out.push(signed_in(&app, email).await);
        }
        for browser in &mut kept_out {
            assert_eq!(shown(browser, &world, id).await, []);
            let list = browser.open("/incidents").await;
            says(&list, "No concern is here");
            assert!(!list.body.contains(&at));
            assert_eq!(browser.open(&at).await.status, StatusCode::NOT_FOUND);
            for (act, more) in [("step", ("act", "take")), ("name-reported", ("staff", "")), ("answer", ("body", "Hello"))] {
                let fields = [("incident", number.as_str()), ("revision", "1"), more];
                let got = browser.post(&format!("/api/conduct/incident/{act}"), &fields).await;
                assert_eq!(got.status, StatusCode::NOT_FOUND, "{act}");
            }
        }
        let row = incident::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.reviewer_id, row.revision), ("reported", None, 1));

        // Dora reads it, and then says that it is about herself: it closes to her at once.
        let mut browser = signed_in(&app, "dora@halden.example").await;
        says(&browser.open(&at).await, CANARY);
        browser.submit("/api/conduct/incident/step", &[("incident", &number), ("revision", "1"), ("act", "take")]).await;
        let named = browser.submit("/api/conduct/incident/name-reported", &[("incident", &number), ("staff", &dora.to_string())]).await;
        assert_eq!(named.path, "/incidents");
        says(&named, "closed to you");
        assert_eq!(browser.open(&at).await.status, StatusCode::NOT_FOUND);
        assert_eq!(incident::Entity::find().one(db.read()).await.unwrap().unwrap().reviewer_id, None, "nor is it hers to review");

        // Nobody who may review is left: the admin learns that, and nothing else. No page lists the other mails.
        let mut admin = signed_in(&app, "ada@halden.example").await;
        let line = "A concern waits for a reviewer who has nothing to do with it";
        assert!(!admin.open("/staff").await.body.contains(line));
        store::staff::change(db, now(), Actor::Staff(ada), emil, &[], false, None).await.unwrap();
        says(&admin.open("/staff").await, line);
        let outbox_page = admin.open("/outbox").await;
        for mail in outbox::Entity::find().all(db.read()).await.unwrap().iter().filter(|mail| mail.kind.starts_with("concern")) {
            assert!(!outbox_page.body.contains(&mail.subject), "{}", mail.subject);
            assert_eq!(admin.open(&format!("/outbox/{}", mail.id)).await.status, StatusCode::NOT_FOUND);
        }
        assert!(!elsewhere(db).await.contains(CANARY));

        // An admin it is about does not learn even that.
        incident_about::ActiveModel { incident_id: Set(id), staff_id: Set(ada) }.insert(db.read()).await.unwrap();
        assert!(!admin.open("/staff").await.body.contains(line));
    }
}
