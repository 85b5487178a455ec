//! Advocates through plain forms: added, edited by two, imported, made one; and what of a cohort marketing never reads.

use std::sync::Arc;

use app::desk::App;
use axum::http::StatusCode;
use domain::access::Role;
use domain::advocacy::consent::{Channel, Scope, Wish, usual_end};
use sea_orm::{EntityTrait, PaginatorTrait};
use store::advocacy::consent::{Giver, give};
use store::entity::person;
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::database::Scratch;
use tests::world::{Plan, World, app_on, now, staff};

const WORKBOOK: &[u8] = include_bytes!("../data/advocates.xlsx");
const SAVE: &str = "/api/advocacy/advocate/save";
const MERGE: &str = "/api/advocacy/advocate/merge";

struct Stage {
    world: World,
    app: Arc<App>,
    invitation: i64,
    /// Who accepted it.
    guest: i64,
}

impl Stage {
    async fn build(scratch: &Scratch) -> Self {
        let world = World::new(&scratch.db, 2, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let people = world.name(0, 2).await;
        world.accept(people[0]).await;
        for (email, role) in
            [("admin", Role::Admin), ("marketing", Role::Marketing), ("colleague", Role::Marketing), ("sales", Role::AccountManager)]
        {
            staff(&world.db, &format!("{email}@halden.example"), role).await;
        }
        let guest = world.person("p0@company0.example").await;
        let app = app_on(&world.db, "http://127.0.0.1:3000");
        Self { world, app, invitation: people[0], guest }
    }

    async fn signed_in(&self, who: &str) -> Browser {
        let mut browser = Browser::new(&self.app);
        browser.sign_in(&format!("{who}@halden.example")).await;
        browser
    }
}

fn says(got: &Got, words: &[&str]) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    for words in words {
        assert!(got.body.contains(words), "{} does not say “{words}”: {}", got.path, got.body);
    }
}

fn keeps_silent(got: &Got, words: &[&str]) {
    for words in words {
        assert!(!got.body.contains(words), "{} says “{words}”: {}", got.path, got.body);
    }
}

/// The value of a hidden field.
fn hidden<'a>(got: &'a Got, name: &str) -> &'a str {
    let named = format!("name=\"{name}\"");
    let tag = got.body.split('<').find(|tag| tag.contains(&named)).unwrap_or_else(|| panic!("no {name} in {}", got.body));
    tag.split(" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value")
}

async fn send(browser: &mut Browser, fields: Vec<(&str, String)>) -> Got {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
    browser.submit(SAVE, &fields).await
}

both_databases! {
    async fn an_advocate_is_added_and_two_who_edit_lose_nothing(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut marketing = stage.signed_in("marketing").await;
        says(&marketing.open("/advocates").await, &["Nobody yet", "Add an advocate", "0 advocates"]);
        let refused = marketing.submit(SAVE, &[("email", "ida@company1.example"), ("name", "Ida Lund"), ("company", "Nowhere")]).await;
        says(&refused, &["There is no company “Nowhere” here.", "value=\"Ida Lund\""]);
        let added = marketing.submit(SAVE, &[("email", "ida@company1.example"), ("name", "Ida Lund"), ("company", "Company 1"), ("title", "COO")]).await;
        says(&added, &["They are added.", "Ida Lund", "COO · Company 1", "Known to us, and nothing more yet.", "Nothing was given yet, and nothing done for us."]);
        let page = added.path.clone();
        let person = page.rsplit('/').next().expect("a number").to_owned();

        let form = marketing.open(&format!("{page}?do=edit")).await;
        let revision = hidden(&form, "revision").to_owned();
        let typed = |stage: &'static str, note: &'static str, linkedin: &'static str| {
            vec![
                ("person", person.clone()), ("revision", revision.clone()), ("stage", stage.to_owned()), ("topics", "rail\nports".to_owned()),
                ("languages", "English, German".to_owned()), ("linkedin", linkedin.to_owned()), ("note", note.to_owned()),
            ]
        };
        let refused = send(&mut marketing, typed("active", "Likes letters.", "https://example.com/ida")).await;
        says(&refused, &["This leads to nobody on LinkedIn.", "Likes letters.", "value=\"https://example.com/ida\""]);
        let saved = send(&mut marketing, typed("active", "Likes letters.", "ida-lund")).await;
        says(&saved, &["Their record is saved.", "https://www.linkedin.com/in/ida-lund", "rail, ports", "English, German", "We do things for each other."]);

        // A colleague who had the page open since before loses neither version.
        let mut colleague = stage.signed_in("colleague").await;
        let stale = send(&mut colleague, typed("resting", "On leave until May.", "")).await;
        says(&stale, &["Somebody changed this record meanwhile.", "On leave until May.", "Likes letters."]);
        says(&marketing.open("/advocates?topic=ports&language=de&sort=asked").await, &["Ida Lund", "1 advocate", "well"]);
        says(&marketing.open("/advocates?rest=yes").await, &["Nobody fits"]);

        // Something is to be put right, and is.
        let problem = marketing.submit("/api/advocacy/problem/open", &[("person", &person), ("whose", "person"), ("what", "x")]).await;
        says(&problem, &["Say in a sentence what is to be put right.", "Write it down"]);
        let problem = marketing.submit("/api/advocacy/problem/open", &[("person", &person), ("whose", "person"), ("what", "Their badge was misspelt.")]).await;
        says(&problem, &["It is written down.", "needs a rest", "Their badge was misspelt."]);
        let way = problem.body.split("do=solve").nth(1).and_then(|rest| rest.split("problem=").nth(1)).expect("the way to solve it");
        let to: String = way.chars().take_while(char::is_ascii_digit).collect();
        says(&marketing.open(&format!("{page}?do=solve&problem={to}")).await, &["How it was put right"]);
        let solved = marketing.submit("/api/advocacy/problem/close", &[("person", &person), ("problem", &to), ("solution", "A new badge was sent.")]).await;
        says(&solved, &["It is put right, and no longer keeps asks away.", "A new badge was sent."]);
        let given = marketing
            .submit("/api/advocacy/ledger/give", &[("person", &person), ("from", "advocate"), ("kind", "content"), ("on", "2027-01-10"), ("note", "An interview.")])
            .await;
        says(&given, &["It is in the ledger", "An interview.", "We gave: content"]);

        assert_eq!(marketing.open("/advocates/0").await.status, StatusCode::NOT_FOUND);
        let mut sales = stage.signed_in("sales").await;
        for path in ["/advocates", page.as_str(), "/advocates/import"] {
            let got = sales.open(path).await;
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
            keeps_silent(&got, &["Ida Lund", "Likes letters."]);
        }
    }
}

both_databases! {
    async fn marketing_never_reads_of_a_cohort_unless_it_is_allowed(scratch) {
        let stage = Stage::build(&scratch).await;
        let page = format!("/advocates/{}", stage.guest);
        let (mut admin, mut marketing) = (stage.signed_in("admin").await, stage.signed_in("marketing").await);
        let cohort = ["Spring cohort", "Took part", "Named for"];
        says(&admin.open(&page).await, &["Took part in “Spring cohort”", "Named for “Spring cohort”", "30 April 2027", "no record yet"]);
        let got = marketing.open(&page).await;
        says(&got, &["Person 0 of 0", "30 April 2027", "Make a record of them"]);
        keeps_silent(&got, &cohort);

        let wish = |channels: Vec<Channel>| Wish { scope: Scope::Attendance, channels, until: usual_end(now().date_naive()), exactly: false };
        give(&stage.world.db, now(), Giver::Invitation(stage.invitation), &wish(vec![Channel::Blog])).await.expect("allowed");
        let got = marketing.open(&page).await;
        keeps_silent(&got, &cohort);
        keeps_silent(&got, &["Attendance", "attendance on the blog"]);
        give(&stage.world.db, now(), Giver::Invitation(stage.invitation), &wish(vec![Channel::Internal])).await.expect("allowed");
        let got = marketing.open(&page).await;
        says(&got, &["Took part in “Spring cohort”", "Attendance"]);
        keeps_silent(&got, &["Named for"]);

        // Two who were named for one cohort stay two, and only an admin reads why.
        let other = stage.world.person("p1@company0.example").await.to_string();
        let guest = stage.guest.to_string();
        let fields = [("keep", guest.as_str()), ("gone", other.as_str())];
        let refused = marketing.submit(MERGE, &fields).await;
        says(&refused, &["Something confidential keeps them apart."]);
        keeps_silent(&refused, &["Spring cohort", "Cohorts they were named for"]);
        says(&admin.submit(MERGE, &fields).await, &["Both were named for “Spring cohort”.", "Cohorts they were named for"]);
    }
}

both_databases! {
    async fn a_workbook_is_checked_then_imported_and_a_duplicate_made_one(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut marketing = stage.signed_in("marketing").await;
        says(&marketing.open("/advocates/import").await, &["Import advocates", "an .xlsx workbook", "no consent is read"]);
        let broken = marketing.upload("/api/advocacy/advocate-import/upload", &[], "a.xlsx", b"PK\x03\x04nothing").await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(broken.body.contains("The workbook could not be read."), "{}", broken.body);
        let plan = marketing.upload("/api/advocacy/advocate-import/upload", &[], "advocates.xlsx", WORKBOOK).await;
        says(&plan, &["Ann Berg", "Somebody new, cultivated.", "There is no company “Nowhere” here.", "an import never grants", "Import 1 row"]);
        let known = async || person::Entity::find().count(stage.world.db.read()).await.expect("a count");
        let before = known().await;
        let import = hidden(&plan, "import").to_owned();
        let done = marketing.submit("/api/advocacy/advocate-import/apply", &[("import", &import)]).await;
        says(&done, &["1 advocate added, 0 changed, 0 the same, 1 refused.", "the same"]);
        says(&marketing.submit("/api/advocacy/advocate-import/apply", &[("import", &import)]).await, &["The file is imported"]);
        assert_eq!(known().await, before + 1);
        says(&marketing.open("/advocates?q=ann@").await, &["Ann Berg", "ports, rail"]);

        let twin = marketing.submit(SAVE, &[("email", "a.berg@company1.example"), ("name", "Ann Berg"), ("company", "Company 1")]).await;
        let twin = twin.path.rsplit('/').next().expect("a number").to_owned();
        let ann = stage.world.person("ann@company1.example").await.to_string();
        let namesakes = marketing.open(&format!("/advocates/{ann}/merge")).await;
        says(&namesakes, &["a.berg@company1.example", &format!("with={twin}")]);
        let both = marketing.open(&format!("/advocates/{ann}/merge?with={twin}")).await;
        says(&both, &["Keep Ann Berg (ann@company1.example), and bring a.berg@company1.example over", "it is not undone"]);
        says(&marketing.submit(MERGE, &[("keep", &ann), ("gone", &twin)]).await, &["The two are one now.", "Made one with another record"]);
        let old = marketing.open(&format!("/advocates/{twin}")).await;
        assert_eq!(old.path, format!("/advocates/{ann}"), "the old number leads to the one who is left");
        says(&marketing.open("/advocates").await, &["1 advocate"]);
    }
}
