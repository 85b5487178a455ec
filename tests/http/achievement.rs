//! Achievements through plain forms: reported, found twice, put right by two at once, verified, imported, found in a feed.

use std::sync::Arc;

use app::desk::App;
use axum::http::StatusCode;
use domain::access::Role;
use store::advocacy::watched_feed::{Entry, Fetched, Outcome};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::database::Scratch;
use tests::world::{Plan, World, app_on, now, staff};

struct Stage {
    world: World,
    app: Arc<App>,
}

impl Stage {
    async fn build(scratch: &Scratch) -> Self {
        let world = World::new(&scratch.db, 2, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        world.name(0, 1).await;
        for (email, role) in [
            ("admin", Role::Admin),
            ("marketing", Role::Marketing),
            ("priya", Role::Marketing),
            ("seller", Role::AccountManager),
            ("facilitator", Role::Facilitator),
        ] {
            staff(&world.db, &format!("{email}@halden.example"), role).await;
        }
        let app = app_on(&world.db, "http://127.0.0.1:3000");
        Self { world, app }
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

const REPORT: &str = "/api/advocacy/achievement/report";
const EDIT: &str = "/api/advocacy/achievement/edit";
const VERIFY: &str = "/api/advocacy/achievement/verify";
const REJECT: &str = "/api/advocacy/achievement/reject";

fn form<'a>(title: &'a str, url: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("kind", "award"),
        ("email", "p0@company0.example"),
        ("company", ""),
        ("title", title),
        ("outlet", "Health Weekly"),
        ("url", url),
        ("day", "2027-01-12"),
        ("language", "en"),
        ("evidence", "A clipping."),
    ]
}

both_databases! {
    async fn from_a_report_to_its_task(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut marketing = stage.signed_in("marketing").await;
        says(&marketing.open("/achievements").await, &["Nothing is reported yet", "Nothing was recognised yet this quarter; the goal is 5 working days"]);
        says(&marketing.open("/achievements/new").await, &["Add an achievement", "value=\"2027-01-15\"", "Company 1"]);

        // What is wrong is said at its field, and nothing typed is lost.
        let wrong = marketing.submit(REPORT, &[("title", "Kept as typed"), ("kind", ""), ("day", "2027-02-01"), ("url", "example")]).await;
        says(&wrong, &["Choose what it is", "Enter whose it is", "This day is still to come.", "Enter the whole address of a page", "Kept as typed"]);

        let done = marketing.submit(REPORT, &form("Hospital Innovator of the Year", "https://health.example/prize?utm_source=x")).await;
        says(&done, &["It is reported. Check it, and verify it when it is true.", "Hospital Innovator of the Year", "waiting 3 days", "https://health.example/prize\""]);
        let page = done.path.clone();
        let id = page.rsplit('/').next().expect("a number").to_owned();

        // A colleague brings its address again, and is led to the one that stands; and then another address.
        let mut priya = stage.signed_in("priya").await;
        let again = priya.submit(REPORT, &form("Another headline", "http://www.health.example/prize/")).await;
        says(&again, &["This address is reported already.", "Another headline", &format!("href=\"{page}\"")]);
        let twin = priya.submit(REPORT, &form("Person named Hospital Innovator of the Year", "https://other.example/prize")).await;
        says(&twin, &["May be the same", &format!("No. {id}"), "Reject it"]);
        let twin_id = twin.path.rsplit('/').next().expect("a number").to_owned();

        // Two put it right at once: the second sees both, and saves once more to keep theirs.
        let with = |title: &'static str, revision: &'static str| {
            let mut fields = form(title, "https://health.example/prize");
            fields.extend([("achievement", id.as_str()), ("revision", revision)]);
            fields
        };
        says(&marketing.submit(EDIT, &with("Hospital Innovator of 2026", "1")).await, &["It is saved.", "Hospital Innovator of 2026"]);
        let stale = priya.submit(EDIT, &with("Innovator, as Priya has it", "1")).await;
        says(&stale, &["Somebody changed this meanwhile.", "Innovator, as Priya has it", "Hospital Innovator of 2026", "name=\"revision\" value=\"2\""]);
        says(&priya.submit(EDIT, &with("Innovator, as Priya has it", "2")).await, &["It is saved.", "Innovator, as Priya has it"]);
        let late = [("achievement", id.as_str()), ("revision", "1")];
        says(&marketing.submit(VERIFY, &late).await, &["Somebody changed this meanwhile."]);

        let decide = [("achievement", id.as_str()), ("revision", "3")];
        says(&marketing.submit(VERIFY, &decide).await, &["It is verified. The task that celebrates it is open, due Friday 22 January 2027.", "Go to its task"]);
        says(&priya.submit(VERIFY, &decide).await, &["It is verified. The task that celebrates it is open, due Friday 22 January 2027."]);

        let nothing = [("achievement", twin_id.as_str()), ("revision", "1"), ("reason", ""), ("same_as", "")];
        says(&marketing.submit(REJECT, &nothing).await, &["Say why, or choose the one it is the same as"]);
        let same = [("achievement", twin_id.as_str()), ("revision", "1"), ("reason", ""), ("same_as", id.as_str())];
        says(&marketing.submit(REJECT, &same).await, &["It is rejected.", "It is the same as", "Innovator, as Priya has it"]);

        let list = marketing.open("/achievements?recognised=no").await;
        says(&list, &["1 achievement", "Innovator, as Priya has it", "waiting 3 days", "Person 0 of 0, Company 0"]);
        says(&marketing.open("/achievements?state=rejected").await, &["not counted", "Person named Hospital Innovator of the Year"]);
        says(&marketing.open("/achievements?q=nobody").await, &["None like this"]);
        // A page beyond the last leads to the last.
        let beyond = marketing.open("/achievements?recognised=no&page=999").await;
        says(&beyond, &["1 achievement", "Innovator, as Priya has it"]);
        assert_eq!(beyond.path, "/achievements?recognised=no&page=1");
        says(&marketing.open("/achievements?q=nobody&page=999").await, &["None like this"]);
    }
}

both_databases! {
    async fn managers_report_and_see_no_more(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut marketing = stage.signed_in("marketing").await;
        let kept = marketing.submit(REPORT, &form("The canary prize", "https://health.example/canary")).await;
        let mut manager = stage.signed_in("manager").await;
        let page = manager.open("/achievements/new").await;
        says(&page, &["Add an achievement", "Company 1"]);
        keeps_silent(&page, &["canary", "/feeds", "Person 0 of 0"]);
        let again = manager.submit(REPORT, &form("Mine", "https://health.example/canary")).await;
        says(&again, &["This address is reported already."]);
        keeps_silent(&again, &["The canary prize", &kept.path]);
        let done = manager.submit(REPORT, &form("Mine", "https://health.example/mine")).await;
        says(&done, &["It is reported. Marketing looks at it"]);
        assert_eq!(done.path, "/achievements/new");
        for path in ["/achievements", kept.path.as_str(), "/achievements/import", "/feeds"] {
            assert_eq!(manager.open(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        for who in ["seller", "facilitator"] {
            let mut other = stage.signed_in(who).await;
            for path in ["/achievements", "/achievements/new", kept.path.as_str(), "/feeds"] {
                let got = other.open(path).await;
                assert_eq!(got.status, StatusCode::FORBIDDEN, "{who} {path}");
                keeps_silent(&got, &["canary"]);
            }
            assert_eq!(other.post(REPORT, &form("Theirs", "")).await.status, StatusCode::FORBIDDEN, "{who}");
        }
        assert_eq!(marketing.open("/achievements/4711").await.status, StatusCode::NOT_FOUND);

        // Where a manager meets somebody, there is a way to report what they did, with whose it is filled in.
        let known = stage.world.person("p0@company0.example").await;
        let way = format!("/achievements/new?person={known}");
        says(&manager.open(&format!("/people/{known}")).await, &["Report an achievement", &way]);
        says(&manager.open(&way).await, &["value=\"p0@company0.example\""]);
        staff(&stage.world.db, "elsewhere@halden.example", Role::ProgramManager).await;
        let page = stage.signed_in("elsewhere").await.open(&way).await;
        says(&page, &["Add an achievement"]);
        keeps_silent(&page, &["p0@company0.example"]);
    }
}

both_databases! {
    async fn a_file_is_checked_and_then_reported(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut marketing = stage.signed_in("marketing").await;
        says(&marketing.open("/achievements/import").await, &["Import achievements", "One address is one achievement."]);
        let upload = "/api/advocacy/achievement-import/upload";
        let no_date = marketing.upload(upload, &[], "a.csv", b"kind,company,title\naward,Company 1,Prize\n").await;
        assert_eq!(no_date.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(no_date.body.contains("The file has no column “date”."), "{}", no_date.body);
        let csv = b"kind,company,title,date\naward,Company 1,Forest Prize,2027-01-10\naward,Nowhere,Other,2027-01-10\n";
        let plan = marketing.upload(upload, &[], "a.csv", csv).await;
        says(&plan, &["Check the rows", "Forest Prize", "There is no company named “Nowhere” here.", "Import 1 row"]);
        let import = plan.path.rsplit('/').next().expect("a number").to_owned();
        let applied = marketing.submit("/api/advocacy/achievement-import/apply", &[("import", &import)]).await;
        says(&applied, &["The file is imported", "1 achievement reported, 0 here already, 1 refused."]);
        says(&marketing.submit("/api/advocacy/achievement-import/apply", &[("import", &import)]).await, &["1 achievement reported, 0 here already, 1 refused."]);
        says(&marketing.open("/achievements").await, &["1 achievement", "Forest Prize", "waiting 5 days"]);
    }
}

both_databases! {
    async fn what_a_feed_says_is_looked_at_by_a_person(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut marketing = stage.signed_in("marketing").await;
        says(&marketing.open("/feeds").await, &["Nothing was found yet", "Say below which names to look for"]);
        let (add, watch, step) = ("/api/advocacy/watched-feed/add", "/api/advocacy/watched-feed/watch-name", "/api/advocacy/watched-feed/step");
        says(&marketing.submit(add, &[("url", "trade.example")]).await, &["Enter the whole address of the feed", "trade.example"]);
        says(&marketing.submit(add, &[("url", "https://trade.example/feed")]).await, &["It is fetched within a minute", "not fetched yet"]);
        says(&marketing.submit(watch, &[("name", "GE"), ("company", "Company 1")]).await, &["This is too short to be found by"]);
        says(&marketing.submit(watch, &[("name", "Delta Timber"), ("company", "Company 1")]).await, &["The name is looked for", "Delta Timber"]);

        let db = &stage.world.db;
        let due = store::advocacy::watched_feed::claim_due(db, now(), 5).await.unwrap();
        let entry = |guid: &str, title: &str| Entry {
            guid: guid.into(),
            url: format!("https://trade.example/{guid}"),
            title: title.into(),
            summary: "<script>alert(1)</script>".into(),
            published_on: "2027-01-12".parse().unwrap(),
        };
        let entries = vec![entry("1", "Delta Timber wins the Forest Prize"), entry("2", "Nobody we know"), entry("3", "Delta Timber opens a mill")];
        let fetched = Fetched { title: "The Trade".into(), entries, ..Fetched::default() };
        assert_eq!(store::advocacy::watched_feed::keep(db, now(), due[0].id, Outcome::Fetched(fetched)).await.unwrap(), 2);
        let page = marketing.open("/feeds").await;
        says(&page, &["2 wait for a look", "Delta Timber wins the Forest Prize", "The Trade", "Report it", "&lt;script&gt;"]);
        keeps_silent(&page, &["Nobody we know", "<script>alert"]);

        let found = store::advocacy::watched_feed::found(db, 1).await.unwrap().rows;
        let (mill, prize) = (found[0].id.to_string(), found[1].id.to_string());
        let taken = marketing.submit("/api/advocacy/watched-feed/take", &[("item", &prize)]).await;
        says(&taken, &["It is reported, as the feed says it.", "Delta Timber wins the Forest Prize", "a watched feed", "Verify it and open its task"]);
        says(&marketing.submit("/api/advocacy/watched-feed/dismiss", &[("item", &mill)]).await, &["It is dismissed, and not found again.", "Nothing was found yet"]);
        says(&marketing.submit("/api/advocacy/watched-feed/dismiss", &[("item", &prize)]).await, &["An achievement was made of it already."]);

        let feed = due[0].id.to_string();
        says(&marketing.submit(step, &[("feed", &feed), ("act", "pause")]).await, &["The feed is paused", "Resume"]);
        says(&marketing.submit(step, &[("feed", &feed), ("act", "fetch")]).await, &["This feed is paused, so it is not fetched."]);
        says(&marketing.submit(step, &[("feed", &feed), ("act", "resume")]).await, &["It is fetched within a minute."]);
        store::advocacy::watched_feed::keep(db, now(), due[0].id, Outcome::Failed("The site has a problem of its own (503).".into())).await.unwrap();
        says(&marketing.open("/feeds").await, &["cannot be read", "The site has a problem of its own (503).", "Tried again Fri 15 Jan, 09:05 UTC."]);
        let name = store::advocacy::watched_feed::names(db).await.unwrap()[0].id.to_string();
        says(&marketing.submit("/api/advocacy/watched-feed/unwatch-name", &[("watched", &name)]).await, &["The name is no longer looked for.", "No name is looked for yet."]);
        says(&marketing.submit(step, &[("feed", &feed), ("act", "remove")]).await, &["The feed is no longer watched.", "No feed is watched yet."]);
    }
}
