//! The sales firewall, with canaries: account managers knock at every door, search everywhere, press every button and
//! read their mail. What they find is the names of their own customer's people and who attends, where they are attached.

use std::sync::Arc;

use app::desk::App;
use axum::body::Body;
use axum::http::StatusCode;
use domain::access::{Door, Role};
use domain::advocacy::ask::Source;
use domain::cohort::allotment::Named;
use domain::registration::invitation::Needs;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use store::entity::{incident, outbox, sales_opening};
use store::registration::invitation::{self, Answer};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::database::Scratch;
use tests::world::{Plan, World, app_on, now, staff};

/// For no account manager, anywhere. Each is planted where somebody else can see it.
const SECRETS: [&str; 12] = [
    "travel-7101",
    "dietary-7102",
    "access-7103",
    "emergency-7104",
    "pronounced-7105",
    "learning-7106",
    "title-7107",
    "mail-7108",
    "topic-7109",
    "concern-7110",
    "wording-7111",
    // A session: names and attendance are all they see of a cohort.
    "session-7112",
];

/// Guests of the first company and of the second.
const NAMES: [&str; 2] = ["Finchley-7201", "Wrenfield-7202"];

/// What the account managers type into every search: parts of what they look for, and none of it whole.
const SEARCHES: [&str; 6] = ["finchley", "wrenfield", "71", "title", "company0.example", "%"];

struct Stage {
    world: World,
    app: Arc<App>,
    /// What stands in braces in a path.
    ids: Vec<(&'static str, String)>,
}

const ATTACHED: &str = "attached@halden.example";
const UNATTACHED: &str = "unattached@halden.example";
const ELSEWHERE: &str = "elsewhere@halden.example";

impl Stage {
    async fn build(scratch: &Scratch) -> Self {
        let world = World::new(&scratch.db, 2, 3).await;
        let session = world.session(&Plan::capped("session-7112", "2027-03-29", "10:00", "11:00", 5)).await;
        world.release().await;
        world.open().await;
        let db = &world.db;
        let mut invited = Vec::new();
        for (index, name) in NAMES.iter().enumerate() {
            let named = Named::parse(&format!("Ines {name}"), &format!("mail-7108@company{index}.example"), "Chief of title-7107");
            let named = named.expect("a row").expect("a person");
            store::cohort::allotment::name(db, now(), world.actor(), world.allotments[index], &[(0, named)]).await.expect("named");
            let people = store::cohort::allotment::get(db, world.allotments[index]).await.expect("read").expect("there").people;
            invited.push(people[0].invitation);
        }
        let needs = Needs {
            travel: "travel-7101".into(),
            dietary: "dietary-7102".into(),
            accessibility: "access-7103".into(),
            emergency_contact: "emergency-7104".into(),
            pronunciation: "pronounced-7105".into(),
            wants_to_learn: "learning-7106".into(),
        };
        for invitation in &invited {
            let answer = Answer { needs: needs.clone(), acknowledged: Some(1), ..Answer::default() };
            invitation::accept(db, now(), *invitation, &answer).await.expect("accepted");
        }
        let registration = invitation::registration_of(db, invited[0]).await.expect("read").expect("registered");

        // Account managers: attached, of the same company without being attached, and attached for another company.
        let (own, other) = (world.company(0).await, world.company(1).await);
        let attached = staff(db, ATTACHED, Role::AccountManager).await;
        let unattached = staff(db, UNATTACHED, Role::AccountManager).await;
        let elsewhere = staff(db, ELSEWHERE, Role::AccountManager).await;
        world.look_after(own, &[attached, unattached]).await;
        world.look_after(other, &[elsewhere]).await;
        world.observe(attached, own).await;
        world.observe(elsewhere, other).await;

        // A topic opened for the program's owner, a concern, and an ask that was refused.
        let marketing = staff(db, "marketing@halden.example", Role::Marketing).await;
        let guest = store::cohort::person::list(db, now(), None, NAMES[0], 1).await.expect("read").rows[0].id;
        let refused =
            store::advocacy::ask::submit(db, now(), store::Actor::Staff(marketing), Source::Page, guest, "review", "wording-7111");
        assert!(refused.await.is_err(), "it is quiet");
        let until = "2027-03-01".parse().expect("a day");
        let opening = sales_opening::ActiveModel {
            cohort_id: Set(world.cohort),
            registration_id: Set(registration),
            person_id: Set(guest),
            topic: Set("topic-7109".into()),
            staff_id: Set(world.manager),
            until_day: Set(until),
            until_at: Set(now() + chrono::TimeDelta::days(30)),
            opened_at: Set(now()),
            ..Default::default()
        };
        opening.insert(db.read()).await.expect("an opening");
        let concern = incident::ActiveModel {
            id: Set(store::link::random_id()),
            cohort_id: Set(world.cohort),
            anonymous: Set(false),
            reporter_invitation_id: Set(Some(invited[0])),
            started_by: Set("concern-7110".into()),
            said: Set("concern-7110".into()),
            severity: Set("grave".into()),
            state: Set("reported".into()),
            finding: Set(String::new()),
            remedy: Set(String::new()),
            token_hash: Set("0".repeat(64)),
            reported_at: Set(now()),
            seen_from: Set(now()),
            told: Set(true),
            revision: Set(1),
            ..Default::default()
        };
        let concern = concern.insert(db.read()).await.expect("a concern");

        let app = app_on(db, "http://127.0.0.1:3000");
        let mail = store::outbox::unsent(db, world.cohort).await.expect("mails")[0].id;
        let ids = vec![
            ("company", own.to_string()),
            ("other", other.to_string()),
            ("cohort", world.cohort.to_string()),
            ("program", world.program.to_string()),
            ("allotment", world.allotments[0].to_string()),
            ("session", session.to_string()),
            ("invitation", invited[0].to_string()),
            ("registration", registration.to_string()),
            ("person", guest.to_string()),
            ("staff", unattached.to_string()),
            ("incident", concern.id.to_string()),
            ("mail", mail.to_string()),
            ("opening", "1".into()),
            ("publication", "1".into()),
            ("import", "1".into()),
            ("achievement", "1".into()),
            ("task", "1".into()),
            ("image", "1".into()),
            ("ask", "1".into()),
            ("number", "1".into()),
            ("token", "none".into()),
            ("*file", app.assets.icon.trim_start_matches("/assets/").to_owned()),
        ];
        Self { world, app, ids }
    }

    fn fill(&self, path: &str) -> String {
        let filled = self.ids.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        assert!(!filled.contains('{'), "{filled} has a place nothing is known for");
        filled
    }

    async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = Browser::new(&self.app);
        browser.sign_in(email).await;
        browser
    }
}

/// Where names may be read, and whose: the first company's by who is attached for it, the second's by who is for that.
fn may_read(who: &str, path: &str, name: usize, stage: &Stage) -> bool {
    let page = path.split('?').next().unwrap_or_default();
    let company = stage.fill(if name == 0 { "/companies/{company}" } else { "/companies/{other}" });
    let attached = if name == 0 { ATTACHED } else { ELSEWHERE };
    who == attached && (page == "/my-customers" || page == company)
}

fn keeps(who: &str, path: &str, got: &Got, stage: &Stage) {
    for secret in SECRETS {
        assert!(!got.body.contains(secret), "{path} shows {secret} to {who}");
    }
    assert!(who != UNATTACHED || !got.body.contains("Spring cohort"), "{path} shows a cohort to somebody who observes none");
    for (index, name) in NAMES.iter().enumerate() {
        assert!(may_read(who, path, index, stage) || !got.body.contains(name), "{path} shows {name} to {who}");
    }
    assert!(!got.status.is_server_error(), "{path} for {who}: {}", got.status);
}

both_databases! {
    async fn account_managers_find_names_and_attendance_and_nothing_else(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut opened = 0;
        for who in [ATTACHED, UNATTACHED, ELSEWHERE] {
            let mut browser = stage.signed_in(who).await;

            // Every page and file there is, plain, turned over and searched.
            for door in Door::ALL.iter().filter(|door| door.method() == "GET") {
                let path = stage.fill(door.path());
                let mut ways = vec![path.clone(), format!("{path}?page=2"), format!("{path}?state=accepted"), format!("{path}?company=0&staff=0")];
                ways.extend(SEARCHES.iter().map(|term| format!("{path}?q={}", app::desk::encode(term))));
                for way in ways {
                    let got = browser.send("GET", &way, &[], Body::empty()).await;
                    keeps(who, &way, &got, &stage);
                    opened += u32::from(got.status == StatusCode::OK);
                }
            }
            for way in [stage.fill("/companies/{other}"), stage.fill("/companies/{company}?q=finchley")] {
                let got = browser.send("GET", &way, &[], Body::empty()).await;
                keeps(who, &way, &got, &stage);
            }

            // Every act, as a script: what it answers, and the page it would lead to.
            let fields: Vec<(&str, &str)> = stage.ids.iter().map(|(name, value)| (*name, value.as_str())).chain([("q", "finchley"), ("id", "1")]).collect();
            let leaves = ["SignOut", "SignOutEverywhere", "ChangePassword"];
            for door in Door::ALL.iter().filter(|door| door.method() == "POST" && !leaves.contains(&door.name()) && !door.name().ends_with("Upload")) {
                let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", app::desk::encode(name), app::desk::encode(value))).collect();
                let headers = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
                let got = browser.clone().send("POST", door.path(), &headers, body.join("&")).await;
                keeps(who, door.path(), &got, &stage);
                let got = browser.clone().submit(door.path(), &fields).await;
                keeps(who, door.path(), &got, &stage);
            }
        }
        assert!(opened > 100, "{opened} pages opened");

        // What they are there for is there.
        let sees = async |who: &str, path: &str| stage.signed_in(who).await.open(&stage.fill(path)).await;
        for (who, company, name) in [(ATTACHED, "/companies/{company}", NAMES[0]), (ELSEWHERE, "/companies/{other}", NAMES[1])] {
            for path in ["/my-customers", company] {
                let got = sees(who, path).await;
                assert!(got.body.contains(name) && got.body.contains("attends"), "{path} tells {who}: {}", got.body);
            }
        }
        let got = sees(UNATTACHED, "/my-customers").await;
        assert!(got.body.contains("You observe no cohort with guests of yours"), "{}", got.body);
        // They report about what they observe, and name no session.
        let got = sees(ATTACHED, "/concern").await;
        assert!(got.body.contains("Spring cohort") && got.body.contains("What happened") && !got.body.contains("name=\"session\""), "{}", got.body);
        assert!(sees(UNATTACHED, "/concern").await.body.contains("You observe no cohort"));
        let (cohort, session) = (stage.fill("{cohort}"), stage.fill("{session}"));
        for (who, session, why) in [(UNATTACHED, "", "Choose the cohort it happened in."), (ATTACHED, session.as_str(), "Choose the session from the list")] {
            let fields = [("cohort", cohort.as_str()), ("said", "Somebody asked when they would renew."), ("severity", "slight"), ("session", session)];
            let headers = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
            let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", app::desk::encode(name), app::desk::encode(value))).collect();
            let got = stage.signed_in(who).await.send("POST", "/api/conduct/incident/report", &headers, body.join("&")).await;
            assert!(got.body.contains(why), "{who}: {}", got.body);
        }
        assert_eq!(sees(ELSEWHERE, "/companies/{company}").await.status, StatusCode::NOT_FOUND, "another company does not exist for them");

        // And the canaries are where somebody else sees them.
        let needs = sees("manager@halden.example", "/cohorts/{cohort}/needs").await;
        for secret in &SECRETS[..6] {
            assert!(needs.body.contains(secret), "{secret} is planted");
        }
        let guest = sees("marketing@halden.example", "/people/{person}").await;
        assert!(guest.body.contains("title-7107") && guest.body.contains("wording-7111") && !guest.body.contains("Spring cohort"), "{}", guest.body);
    }
}

both_databases! {
    async fn no_mail_to_an_account_manager_carries_more(scratch) {
        let stage = Stage::build(&scratch).await;
        store::cohort::step(&stage.world.db, now(), stage.world.actor(), stage.world.cohort, domain::cohort::Step::Cancel).await.expect("cancelled");
        let admin = staff(&stage.world.db, "ada@halden.example", Role::Admin).await;
        for line in store::staff::list(&stage.world.db).await.expect("staff").iter().filter(|line| line.roles == [Role::AccountManager]) {
            store::staff::invite_again(&stage.world.db, now(), store::Actor::Staff(admin), line.id).await.expect("a new link");
        }
        let mails = outbox::Entity::find().filter(outbox::Column::ToEmail.is_in([ATTACHED, UNATTACHED, ELSEWHERE])).all(stage.world.db.read()).await.expect("mails");
        assert!(mails.len() >= 3, "they do get mail");
        for mail in mails {
            let said = format!("{} {} {} {}", mail.to_name, mail.subject, mail.message, mail.event);
            for word in SECRETS.iter().chain(&NAMES) {
                assert!(!said.contains(word), "a mail of kind {} tells {} of {word}", mail.kind, mail.to_email);
            }
        }
    }
}

both_databases! {
    async fn a_manager_attaches_and_detaches_on_the_page(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut manager = stage.signed_in("manager@halden.example").await;
        let page = stage.fill("/cohorts/{cohort}/observers");
        let got = manager.open(&page).await;
        assert!(got.body.contains("Attach an account manager") && got.body.contains("Not yet: account manager — Company 0"), "{}", got.body);
        let (cohort, company, staff) = (stage.fill("{cohort}"), stage.fill("{company}"), stage.fill("{staff}"));
        let fields = [("cohort", cohort.as_str()), ("staff", staff.as_str()), ("company", company.as_str())];
        let refused = manager.submit("/api/conduct/observer/attach", &fields).await;
        assert!(refused.body.contains("has not acknowledged version 1 of the conversation rule"), "{}", refused.body);

        let rule = store::conduct::conversation_rule::get(&stage.world.db, 1).await.unwrap().unwrap();
        let shown = store::conduct::acknowledgement::Shown { version: 1, hash: &rule.content_hash, ticked: true };
        store::conduct::acknowledgement::by_staff(&stage.world.db, now(), staff.parse().unwrap(), &shown).await.unwrap();
        let pair = format!("{staff}-{company}");
        assert!(manager.open(&page).await.body.contains(&format!("value=\"{pair}\"")), "the pair is offered now");
        let done = manager.submit("/api/conduct/observer/attach", &[("cohort", &cohort), ("pair", &pair)]).await;
        assert!(done.body.contains("is attached, and sees names and attendance of this company."), "{}", done.body);
        let again = manager.submit("/api/conduct/observer/attach", &[("cohort", &cohort), ("pair", &pair)]).await;
        assert!(again.body.contains("is attached already."), "{}", again.body);
        let seen = stage.signed_in(UNATTACHED).await.open("/my-customers").await;
        assert!(seen.body.contains(NAMES[0]), "{}", seen.body);

        let gone = manager.submit("/api/conduct/observer/detach", &fields).await;
        assert!(gone.body.contains("is detached"), "{}", gone.body);
        let seen = stage.signed_in(UNATTACHED).await.open("/my-customers").await;
        assert!(!seen.body.contains(NAMES[0]), "{}", seen.body);
        let nothing = manager.submit("/api/conduct/observer/attach", &[("cohort", &cohort), ("pair", "")]).await;
        assert!(nothing.body.contains("Choose an account manager and a company from the list."), "{}", nothing.body);
    }
}
