//! Sales openings: only the customer's own act opens one, and only the person it names sees it.

use std::sync::Arc;

use app::desk::App;
use axum::http::StatusCode;
use domain::access::{Audience, Door, Grant, Role, Standing};
use sea_orm::{ConnectionTrait, EntityTrait};
use store::entity::{registration, sales_opening};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::database::Scratch;
use tests::world::{Plan, World, app_on, now, staff};

/// The topic: for the customer and the one person it is for.
const TOPIC: &str = "CANARY-storage-for-two-plants-4471";
/// What followed: for the same two.
const NOTE: &str = "CANARY-sent-the-paper-on-storage-8812";

struct Stage {
    world: World,
    app: Arc<App>,
    people: Vec<i64>,
    /// The account manager of the customer's company, and of another.
    nora: i64,
    stranger: i64,
}

impl Stage {
    async fn new(scratch: &Scratch) -> Self {
        let world = World::new(&scratch.db, 2, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(2).await;
        let nora = staff(&world.db, "nora@halden.example", Role::AccountManager).await;
        let stranger = staff(&world.db, "stranger@halden.example", Role::AccountManager).await;
        for (staff, allotment) in [(nora, world.allotments[0]), (stranger, world.allotments[1])] {
            let sql = format!(
                "INSERT INTO account_manager (staff_id, company_id) SELECT {staff}, a.company_id FROM allotment a WHERE a.id = {allotment}"
            );
            world.db.read().execute_unprepared(&sql).await.expect("the change");
        }
        let app = app_on(&world.db, "http://127.0.0.1:3000");
        Self { world, app, people, nora, stranger }
    }

    async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = Browser::new(&self.app);
        browser.sign_in(email).await;
        browser
    }

    /// An executive, by the link of the mail that confirmed their seat.
    async fn executive(&self, email: &str) -> Browser {
        let mails = store::outbox::unsent(&self.world.db, self.world.cohort).await.expect("mails");
        let mail = mails.into_iter().rfind(|mail| mail.kind == "accepted" && mail.to_email == email).expect("a confirmation");
        let mut browser = Browser::new(&self.app);
        browser.hold_invitation(&mail.secret.expect("a secret").link.expect("a link")).await;
        browser
    }

    async fn openings(&self) -> Vec<sales_opening::Model> {
        sales_opening::Entity::find().all(self.world.db.read()).await.expect("the openings")
    }
}

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn keeps_quiet(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(!got.body.contains(words), "{} says “{words}”: {}", got.path, got.body);
}

#[test]
fn the_door_is_the_customers() {
    assert_eq!(Door::OpenTopic.audience(), Audience::Executives);
    assert_eq!(Door::OpenTopic.grants(), [Grant::Executive(Standing::Accepted)]);
    let for_staff: Vec<Door> = Door::ALL
        .iter()
        .copied()
        .filter(|door| door.path().starts_with("/api/conduct/sales-opening/") && door.audience() != Audience::Executives)
        .collect();
    assert_eq!(for_staff, [Door::AddFollowUp]);
}

both_databases! {
    async fn a_customer_opens_a_topic_and_one_person_follows_it_up(scratch) {
        let stage = Stage::new(&scratch).await;
        let (mut executive, mut fellow) = (stage.executive("p0@company0.example").await, stage.executive("p1@company0.example").await);
        let (mut nora, mut stranger) = (stage.signed_in("nora@halden.example").await, stage.signed_in("stranger@halden.example").await);
        let mut manager = stage.signed_in("manager@halden.example").await;
        let (open, close, follow) = ("/api/conduct/sales-opening/open", "/api/conduct/sales-opening/close", "/api/conduct/sales-opening/follow-up");

        // Empty pages say whose act it is; the form offers those who serve this customer.
        let page = executive.open("/my/openings").await;
        for words in ["No topic is open", "Nothing is for sale here unless you say so", "account manager, looks after your company", "program manager, leads the program"] {
            says(&page, words);
        }
        says(&nora.open("/openings").await, "No customer has opened a topic with you. Only they can.");

        // What is typed is kept when it is refused.
        let refused = executive.submit(open, &[("topic", "AI"), ("staff", ""), ("until", "2026-12-31")]).await;
        for words in ["value=\"AI\"", "Say it in a word or two", "Choose whom you would like to speak with.", "This day has passed."] {
            says(&refused, words);
        }
        let outsider = executive.submit(open, &[("topic", TOPIC), ("staff", &stage.stranger.to_string()), ("until", "2027-02-15")]).await;
        says(&outsider, "Choose somebody from the list");
        assert!(stage.openings().await.is_empty());

        // Opened once, however often the button is pressed; one mail, whose subject gives nothing away.
        let to_nora = stage.nora.to_string();
        let typed = [("topic", TOPIC), ("staff", to_nora.as_str()), ("until", "2027-02-15")];
        let opened = executive.submit(open, &typed).await;
        says(&opened, "The topic is open until Monday 15 February 2027.");
        says(&opened, TOPIC);
        says(&executive.submit(open, &typed).await, "This topic is open with account manager already");
        let rows = stage.openings().await;
        assert_eq!((rows.len(), rows[0].registration_id, rows[0].staff_id), (1, stage.people[0], stage.nora));
        let id = rows[0].id.to_string();
        let mails = store::outbox::unsent(&stage.world.db, stage.world.cohort).await.unwrap();
        let mails: Vec<_> = mails.iter().filter(|mail| mail.kind == "opening-opened").collect();
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].to_email.as_str(), mails[0].subject.as_str()), ("nora@halden.example", "A customer has opened a topic with you"));
        let letter = (stage.app.render_mail)(&stage.app, mails[0]);
        for words in [TOPIC, "Person 0 of 0 of Company 0", "Monday 15 February 2027 (Paris time)", "http://127.0.0.1:3000/openings", "Every follow-up refers to this opening"] {
            assert!(letter.html.contains(words), "the mail does not say “{words}”: {}", letter.html);
        }

        // It is hers, and nobody else's: neither another account manager's, nor the program owner's, nor a fellow guest's.
        let page = nora.open("/openings").await;
        for words in [TOPIC, "Person 0 of 0, Company 0", "Monday 15 February 2027 (Paris time)", "Write it down"] {
            says(&page, words);
        }
        keeps_quiet(&page, "p0@company0.example");
        for browser in [&mut stranger, &mut manager] {
            let page = browser.open("/openings").await;
            says(&page, "No customer has opened a topic with you. Only they can.");
            keeps_quiet(&page, TOPIC);
        }
        keeps_quiet(&fellow.open("/my/openings").await, TOPIC);

        // Whoever can be chosen finds the way there; marketing cannot be.
        let way = "href=\"/openings\"";
        for (email, role) in [("karl@halden.example", Role::Facilitator), ("admin@halden.example", Role::Admin), ("priya@halden.example", Role::Marketing)] {
            staff(&stage.world.db, email, role).await;
        }
        for (email, shown) in [
            ("manager@halden.example", true),
            ("karl@halden.example", true),
            ("nora@halden.example", true),
            ("admin@halden.example", true),
            ("priya@halden.example", false),
        ] {
            let page = stage.signed_in(email).await.open("/rules").await;
            assert_eq!((page.status, page.body.contains(way)), (StatusCode::OK, shown), "{email}");
        }

        // The outbox tells nobody of it: neither that there is one, nor what it says.
        let mail = mails[0].id;
        for email in ["manager@halden.example", "admin@halden.example"] {
            let mut browser = stage.signed_in(email).await;
            let list = browser.open("/outbox").await;
            keeps_quiet(&list, "opened a topic");
            keeps_quiet(&list, TOPIC);
            let got = browser.open(&format!("/outbox/{mail}")).await;
            assert_eq!(got.status, StatusCode::NOT_FOUND, "{email}: {}", got.body);
            assert!(!got.body.contains(TOPIC), "{email}: {}", got.body);
        }

        // A follow-up refers to it, and the customer reads it.
        let refused = nora.submit(follow, &[("opening", &id), ("note", " ")]).await;
        says(&refused, "Write down what followed, in a sentence.");
        says(&refused, &format!("id=\"note-{id}-e\""));
        says(&nora.submit(follow, &[("opening", &id), ("note", NOTE)]).await, NOTE);
        says(&executive.open("/my/openings").await, NOTE);
        for browser in [&mut stranger, &mut manager] {
            let page = browser.submit(follow, &[("opening", &id), ("note", "INTRUDER")]).await;
            says(&page, "This topic is not among yours.");
            keeps_quiet(&page, TOPIC);
        }
        keeps_quiet(&executive.open("/my/openings").await, "INTRUDER");

        // Nobody but the customer closes it; closed, nothing follows at once.
        says(&fellow.submit(close, &[("opening", &id)]).await, "This topic is not among yours.");
        says(&nora.open("/openings").await, "Write it down");
        let closed = executive.submit(close, &[("opening", &id)]).await;
        says(&closed, "The topic is closed, and nothing more follows.");
        keeps_quiet(&closed, "Close it");
        says(&executive.submit(close, &[("opening", &id)]).await, "This topic is closed already.");
        says(&nora.submit(follow, &[("opening", &id), ("note", "INTRUDER")]).await, "The customer has closed this topic");
        let page = nora.open("/openings").await;
        says(&page, NOTE);
        keeps_quiet(&page, "Write it down");
        keeps_quiet(&page, "INTRUDER");
        let mails = store::outbox::unsent(&stage.world.db, stage.world.cohort).await.unwrap();
        assert_eq!(mails.iter().filter(|mail| mail.kind == "opening-closed").count(), 1);
    }
}

both_databases! {
    async fn no_route_lets_staff_open_one(scratch) {
        let stage = Stage::new(&scratch).await;
        let row = registration::Entity::find_by_id(stage.people[0]).one(stage.world.db.read()).await.unwrap().unwrap();
        let [registered, invitation, person, cohort, nora] =
            [row.id, row.invitation_id, row.person_id, row.cohort_id, stage.nora].map(|id| id.to_string());
        let plain = [("topic", TOPIC), ("staff", nora.as_str()), ("until", "2027-02-15")];
        let mut forged = plain.to_vec();
        forged.extend([
            ("registration", registered.as_str()),
            ("invitation", invitation.as_str()),
            ("person_id", person.as_str()),
            ("cohort", cohort.as_str()),
            ("opening", "0"),
            ("note", TOPIC),
        ]);
        for role in Role::ALL {
            let email = format!("{}@halden.example", role.as_str().replace(' ', ".") + ".of.all");
            staff(&stage.world.db, &email, *role).await;
            let browser = stage.signed_in(&email).await;
            for fields in [&plain[..], &forged] {
                let got = browser.clone().post("/api/conduct/sales-opening/open", fields).await;
                assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/sign-in"), "{role} is nobody's guest");
            }
            // Nor does any other act make one, whatever it is sent. Those that end the sign-in come to no other.
            for door in Door::ALL.iter().filter(|door| door.method() == "POST" && ![Door::SignOut, Door::SignOutEverywhere].contains(*door)) {
                browser.clone().post(door.path(), &forged).await;
            }
            assert!(stage.openings().await.is_empty(), "{role}");
        }
        let mails = store::outbox::unsent(&stage.world.db, stage.world.cohort).await.unwrap();
        assert!(!mails.iter().any(|mail| mail.kind.starts_with("opening-")), "nobody was told of one");

        // The same form is the customer's own act, and theirs alone: it opens for whoever's cookie it is.
        let mut fellow = stage.executive("p1@company0.example").await;
        let got = fellow.post("/api/conduct/sales-opening/open", &forged).await;
        assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/my/openings"));
        let rows = stage.openings().await;
        assert_eq!((rows.len(), rows[0].registration_id), (1, stage.people[1]), "not for the registration that was sent");
        // … and not after they gave their seat back.
        let invitation = registration::Entity::find_by_id(stage.people[1]).one(stage.world.db.read()).await.unwrap().unwrap().invitation_id;
        store::registration::invitation::withdraw(&stage.world.db, now(), invitation, "").await.unwrap();
        let got = fellow.post("/api/conduct/sales-opening/open", &[("topic", "Another"), ("staff", &nora), ("until", "2027-02-15")]).await;
        assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/invitation"));
        assert_eq!(stage.openings().await.len(), 1);
        says(&fellow.open("/my/openings").await, "Close it");
    }
}
