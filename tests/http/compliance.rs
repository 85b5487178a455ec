//! The compliance report as a manager reads it and hands it on: the same numbers on the page and in the file, in nobody
//! else's hands, and no word of what was reported or opened.

use std::sync::Arc;

use app::desk::App;
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::access::Role;
use domain::conduct::compliance::Report;
use domain::conduct::incident::{TypedReport, next_hour};
use domain::conduct::sales_opening::Typed;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};
use store::conduct::incident::{Reporter, new_token};
use store::conduct::{compliance, incident, sales_opening};
use store::entity::{finding_dismissal, registration};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{Plan, World, app_on, cohort_typed, now, staff};

const SAID: &str = "CANARY-said: somebody offered us a discount at lunch.";
const FOUND: &str = "CANARY-found: it was so.";
const TOPIC: &str = "CANARY-topic storage";
/// What would be a panic, a formula, a label and a reference if it were ever read as Typst.
const HOSTILE: &str = "Cohort #panic(\"x\") $x$ \\ @nobody <label> \"quoted\" *bold*";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

/// The number beside what is counted, on the page.
fn figure(got: &Got, label: &str) -> String {
    let body = got.body.replace("<!>", "");
    let from = body.find(&format!(">{label}</th>")).unwrap_or_else(|| panic!("{label} is not counted: {body}"));
    let cell = body[from..].split("<td").nth(1).and_then(|cell| cell.split_once('>')).expect("a cell");
    cell.1.split('<').next().expect("a number").to_owned()
}

/// What a file says on each page, without white space.
fn words(file: &[u8]) -> Vec<String> {
    let pages = pdf_extract::extract_text_from_mem_by_pages(file).expect("a file that reads");
    pages.iter().map(|page| page.split_whitespace().collect()).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

struct Stage {
    world: World,
    app: Arc<App>,
    people: Vec<registration::Model>,
}

impl Stage {
    async fn new(scratch: &tests::database::Scratch) -> Self {
        let world = World::new(&scratch.db, 1, 5).await;
        world.session(&Plan::everyone("Energy markets", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        world.crowd(3).await;
        let people = registration::Entity::find().order_by_asc(registration::Column::Id).all(world.db.read()).await.unwrap();
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        Self { world, app, people }
    }

    async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = Browser::new(&self.app);
        browser.sign_in(email).await;
        browser
    }

    async fn report(&self) -> Report {
        compliance::of(&self.world.db, now(), self.world.cohort).await.unwrap().expect("the cohort")
    }

    /// One topic with the program's owner, followed up twice; two concerns, of which one is upheld.
    async fn live_through_it(&self) {
        let (db, owner) = (&self.world.db, self.world.manager);
        let typed = Typed { topic: TOPIC, staff: &owner.to_string(), until: "2027-02-10" };
        sales_opening::open(db, now(), self.people[0].id, &typed).await.expect("an opening");
        let opening = store::entity::sales_opening::Entity::find().one(db.read()).await.unwrap().expect("an opening").id;
        for (minutes, note) in [(0, "CANARY-note one."), (5, "CANARY-note two.")] {
            sales_opening::follow_up(db, now() + TimeDelta::minutes(minutes), owner, opening, note).await.expect("a follow-up");
        }
        let reviewer = staff(db, "reviewer@halden.example", Role::IncidentReviewer).await;
        for token in [new_token(), new_token()] {
            let typed = TypedReport { said: SAID, severity: "grave", session: "", started_by: "CANARY-who", started_by_staff: "" };
            incident::report(db, now(), self.world.cohort, Reporter::Nobody, &token, &typed).await.expect("a report");
        }
        incident::tell_due(db, next_hour(now())).await.expect("told");
        let case = store::entity::incident::Entity::find().one(db.read()).await.unwrap().expect("a case").id;
        for (revision, act) in [(1, "take"), (2, "uphold")] {
            incident::step(db, now(), reviewer, case, revision, act, FOUND).await.expect("a step");
        }
    }
}

both_databases! {
    async fn the_page_and_the_file_say_the_numbers(scratch) {
        let stage = Stage::new(&scratch).await;
        stage.live_through_it().await;
        let at = format!("/cohorts/{}/report", stage.world.cohort);
        let mut manager = stage.signed_in("manager@halden.example").await;

        let page = manager.open(&at).await;
        for (label, value) in [
            ("Participants", "3 of 3"), ("Owner of the program", "0 of 1"), ("Everybody, each once", "3 of 4"),
            ("Reported", "2"), ("Waiting for a reviewer", "1"), ("Upheld", "1"), ("Upheld, remedy to come", "1"), ("Remedied", "0"),
            ("Opened", "1"), ("Open now", "1"), ("Follow-ups made", "2"), ("Exceptions made", "0"), ("Findings let stand", "0"), ("Live", "0"),
        ] {
            assert_eq!(figure(&page, label), value, "{label}");
        }
        let report = stage.report().await;
        for section in report.sections() {
            says(&page, section.heading);
            for one in section.figures {
                assert_eq!(figure(&page, &one.label), one.value, "{}", one.label);
            }
        }
        for words in [
            "the rule was broken",
            "Every participant acknowledged version 1 of the conversation rule.",
            "1 concern was upheld; a remedy is still to come.",
            "1 concern is still looked into.",
            "Halden Industries",
            "Saturday 27 – Wednesday 31 March 2027",
            "Campus Fontainebleau, France",
            "Counted again in the history of every change, and the same: people who acknowledged, topics opened,",
            report.fingerprint().as_str(),
            "acknowledgements: Participants = 3 of 3\n",
            format!("href=\"{at}.pdf\"").as_str(),
        ] {
            says(&page, words);
        }

        let (status, headers, file) = manager.file(&format!("{at}.pdf")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-type"], "application/pdf");
        assert_eq!(headers["content-disposition"], "attachment; filename=\"compliance-spring-cohort.pdf\"");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(file.starts_with(b"%PDF-"));
        let pages = words(&file);
        assert!(!pages.is_empty());
        for (number, text) in pages.iter().enumerate() {
            assert!(text.contains(&format!("Page{}of{}", number + 1, pages.len())), "{text}");
            assert!(text.contains(&report.fingerprint()), "{text}");
        }
        let text = pages.concat();
        for section in report.sections() {
            assert!(text.contains(&squeezed(section.heading)), "{}: {text}", section.heading);
            for one in section.figures {
                let row = squeezed(&format!("{} {}", one.label, one.value));
                assert!(text.contains(&row), "{row}: {text}");
            }
        }
        for words in ["Spring cohort", "Halden Industries", "Every participant acknowledged version 1", "Counted again in the history of every change, and the same: people who acknowledged, topics opened,"] {
            assert!(text.contains(&squeezed(words)), "{words}: {text}");
        }
        let (_, _, again) = manager.file(&format!("{at}.pdf")).await;
        assert!(file == again, "the same numbers make the same file");

        for canary in ["CANARY", "Person 0"] {
            assert!(!page.body.contains(canary), "{canary} is on the page");
            assert!(!text.contains(&squeezed(canary)), "{canary} is in the file");
        }
    }
}

both_databases! {
    async fn what_the_history_does_not_tell_is_said_aloud(scratch) {
        let stage = Stage::new(&scratch).await;
        let at = format!("/cohorts/{}/report", stage.world.cohort);
        let row = finding_dismissal::ActiveModel {
            cohort_id: Set(stage.world.cohort),
            finding_key: Set("pricing".into()),
            phrase: Set("pricing".into()),
            reason: Set(format!("It is {HOSTILE}")),
            dismissed_at: Set(now()),
            ..Default::default()
        };
        row.insert(stage.world.db.read()).await.unwrap();
        let mut manager = stage.signed_in("manager@halden.example").await;
        let page = manager.open(&at).await;
        says(&page, "“pricing”");
        says(&page, "The letter");
        says(&page, "Findings let stand: the report counts 1, the history tells of 0.");
        assert!(!page.body.contains("the history of every change, and the same"));
        let (_, _, file) = manager.file(&format!("{at}.pdf")).await;
        let text = words(&file).concat();
        assert!(text.contains(&squeezed(&format!("It is {HOSTILE}"))), "{text}");
        assert!(text.contains("Findingsletstand:thereportcounts1,thehistorytellsof0."), "{text}");
    }
}

both_databases! {
    async fn a_title_is_only_text(scratch) {
        let stage = Stage::new(&scratch).await;
        let typed = store::cohort::Typed { title: HOSTILE, rule: "", ..cohort_typed("10") };
        let cohort = store::cohort::create(&stage.world.db, now(), stage.world.actor(), stage.world.program, &typed).await.unwrap();
        let mut manager = stage.signed_in("manager@halden.example").await;
        says(&manager.open(&format!("/cohorts/{cohort}/report")).await, "Nobody has allowed a use of their name outside the cohort.");
        let (status, headers, file) = manager.file(&format!("/cohorts/{cohort}/report.pdf")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-disposition"], "attachment; filename=\"compliance-cohort-panic-x-x-nobody-label-quoted-bold.pdf\"");
        let text = words(&file).concat();
        assert!(text.contains(&squeezed(HOSTILE)), "{text}");
        assert!(text.contains("Thiscohortnamesnoversionoftheconversationrule"), "{text}");
    }
}

both_databases! {
    async fn it_is_nobody_elses(scratch) {
        let stage = Stage::new(&scratch).await;
        stage.live_through_it().await;
        let db = &stage.world.db;
        staff(db, "other@halden.example", Role::ProgramManager).await;
        staff(db, "marketing@halden.example", Role::Marketing).await;
        staff(db, "accounts@halden.example", Role::AccountManager).await;
        staff(db, "ada@halden.example", Role::Admin).await;
        let fingerprint = stage.report().await.fingerprint();
        for path in [format!("/cohorts/{}/report", stage.world.cohort), format!("/cohorts/{}/report.pdf", stage.world.cohort)] {
            for (email, expect) in [
                ("other@halden.example", StatusCode::NOT_FOUND),
                ("marketing@halden.example", StatusCode::FORBIDDEN),
                ("accounts@halden.example", StatusCode::FORBIDDEN),
                ("reviewer@halden.example", StatusCode::FORBIDDEN),
                ("ada@halden.example", StatusCode::OK),
            ] {
                let got = stage.signed_in(email).await.open(&path).await;
                assert_eq!(got.status, expect, "{email} at {path}");
                if expect != StatusCode::OK {
                    assert!(!got.body.contains(&fingerprint) && !got.body.contains("%PDF"), "{email} at {path}: {}", got.body);
                }
            }
            assert_eq!(Browser::new(&stage.app).open(&path).await.path, "/sign-in");
        }
        assert_eq!(stage.signed_in("ada@halden.example").await.open("/cohorts/999999/report.pdf").await.status, StatusCode::NOT_FOUND);
    }
}
