//! One's own page as people press it: by the cookie of an invitation, by a private link in a browser that knows nobody, and
//! up to being forgotten. Plain forms throughout.

use std::sync::Arc;

use app::desk::App;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::advocacy::consent::Scope;
use domain::advocacy::own_limit::Limits;
use sea_orm::{ConnectionTrait, EntityTrait};
use store::entity;
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::database::Scratch;
use tests::world::{Plan, World, app_on, staff};

/// Of the colleague: not the reader's.
const OTHERS: &str = "CANARY-colleague-5150";
/// Of the reader, but staff's own.
const KEPT: &str = "CANARY-note-5151";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.replace("<!>", "").contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn is_silent(got: &Got, words: &[&str]) {
    for words in words {
        assert!(!got.body.contains(words), "{} says “{words}”: {}", got.path, got.body);
    }
}

/// After the cohort.
fn later() -> DateTime<Utc> {
    "2027-04-10T09:00:00Z".parse().expect("an instant")
}

fn app_later(app: &Arc<App>) -> Arc<App> {
    server::assemble(app.db.clone(), app.host.clone(), later)
}

struct Stage {
    world: World,
    app: Arc<App>,
    person: i64,
    /// The key of the reader's own page, and of their invitation.
    own: String,
    seat: String,
    priya: Browser,
}

impl Stage {
    async fn build(scratch: &Scratch) -> Self {
        const AT: &str = "'2027-01-14T09:00:00+00:00'";
        let db = &scratch.db;
        let world = World::new(db, 1, 4).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let mut people = Vec::new();
        for invitation in world.name(0, 2).await {
            world.accept(invitation).await;
            people.push(entity::invitation::Entity::find_by_id(invitation).one(db.read()).await.unwrap().unwrap().person_id);
        }
        let (mine, other, company) = (people[0], people[1], world.company(0).await);
        for sql in [
            format!(
                "INSERT INTO ledger_entry (person_id, company_id, side, kind, source, weight, happened_on, note, recorded_at) VALUES \
                 ({mine}, {company}, 'give', 'gift', 'hand:1', 1, '2027-01-10', 'A book on grids', {AT}), \
                 ({mine}, {company}, 'act', 'review', 'hand:2', 1, '2027-01-11', 'Three kind lines', {AT}), \
                 ({other}, {company}, 'give', 'gift', 'hand:3', 1, '2027-01-10', '{OTHERS}', {AT})"
            ),
            format!(
                "INSERT INTO ask (person_id, kind, wording, source, state, reasons, submitted_at, asked_at, comment) VALUES \
                 ({mine}, 'review', 'A review, perhaps?', 'page', 'asked', '{KEPT}', {AT}, {AT}, '{KEPT}'), \
                 ({mine}, 'referral', '{KEPT}', 'page', 'draft', '', {AT}, NULL, ''), \
                 ({other}, 'quote', '{OTHERS}', 'page', 'asked', '', {AT}, {AT}, '')"
            ),
            format!(
                "INSERT INTO advocate (person_id, stage, interests, topics, handles, events, languages, note, created_at) \
                 VALUES ({mine}, 'active', '', '', '', '', '', '{KEPT}', {AT})"
            ),
            format!("INSERT INTO problem (person_id, what, opened_at, solution) VALUES ({mine}, '{KEPT}', {AT}, '')"),
        ] {
            db.read().execute_unprepared(&sql).await.unwrap_or_else(|why| panic!("{why}: {sql}"));
        }
        staff(db, "priya@halden.example", Role::Marketing).await;
        staff(db, "root@halden.example", Role::Admin).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = Browser::new(&app);
        priya.sign_in("priya@halden.example").await;
        let sent = priya.post("/api/advocacy/own-page/send-link", &[("person", &mine.to_string())]).await;
        assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, format!("/advocates/{mine}").as_str()));
        let stage = Self { world, app, person: mine, own: String::new(), seat: String::new(), priya };
        let (own, seat) = (stage.mailed("own-page-link").await, stage.mailed("accepted").await);
        Self { own, seat, ..stage }
    }

    /// The key in the newest mail of a kind to the reader.
    async fn mailed(&self, kind: &str) -> String {
        let mails = store::outbox::unsent_to(&self.world.db, "p0@company0.example").await.unwrap();
        mails.into_iter().rfind(|mail| mail.kind == kind).expect("a mail").secret.expect("not sent yet").link.expect("a key")
    }

    /// What reading must not change.
    async fn rows(&self) -> (usize, usize, usize) {
        let db = self.world.db.read();
        let history = entity::history::Entity::find().all(db).await.expect("the history").len();
        let links = entity::own_page_link::Entity::find().all(db).await.expect("the links").len();
        (history, links, entity::outbox::Entity::find().all(db).await.expect("the mails").len())
    }
}

both_databases! {
    async fn the_page_is_the_readers_own_by_cookie_and_by_link(scratch) {
        let stage = Stage::build(&scratch).await;
        let token = stage.own.as_str();
        let page = format!("/me/{token}");
        let (mut stranger, mut guest) = (Browser::new(&stage.app), Browser::new(&stage.app));
        guest.hold_invitation(&stage.seat).await;

        // The mail carries the link, and nobody else reads it; the page is one page, however it is reached.
        let db = &stage.world.db;
        let mail = store::outbox::unsent_to(db, "p0@company0.example").await.unwrap().into_iter().rfind(|mail| mail.kind == "own-page-link").unwrap();
        let read = (stage.app.render_mail)(&stage.app, &mail);
        assert!(!read.text.contains(token) && !read.html.contains(token), "staff do not read the link: {}", read.text);
        let before = stage.rows().await;
        for (browser, path) in [(&mut stranger, page.as_str()), (&mut guest, "/my/statement")] {
            let got = browser.open(path).await;
            for words in [
                "Person 0 of 0 · COO · Company 0",
                "A review, perhaps?",
                "A book on grids",
                "Three kind lines",
                "Nothing: we show nothing of you.",
                "You have a seat in “Spring cohort”. Give it back first",
            ] {
                says(&got, words);
            }
            is_silent(&got, &[OTHERS, KEPT, "Person 1 of 0", "p1@company0.example"]);
        }
        assert_eq!(stage.rows().await, before, "reading changes nothing");

        // Whatever opens nothing answers alike, file or page.
        for path in ["/me/own_unknown", "/me/over", "/me/own_unknown/statement.json", "/me/own_unknown/statement.pdf"] {
            let got = stranger.open(path).await;
            assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
            assert!(got.body.contains("This link is not valid any more"), "{path}: {}", got.body);
        }
        for (act, field) in [
            ("own-limit/set-by-link", "note"),
            ("consent/withdraw-by-link", "scope"),
            ("forgetting/code-by-link", "x"),
            ("forgetting/ask-by-link", "code"),
            ("ask/answer-by-link", "ask"),
        ] {
            let got = stranger.submit(&format!("/api/advocacy/{act}"), &[("token", "own_unknown"), (field, "name")]).await;
            assert_eq!(got.status, StatusCode::NOT_FOUND, "{act}");
        }
        assert_eq!(stage.rows().await, before, "a key that opens nothing changes nothing");
        assert_ne!(Browser::new(&stage.app).open("/my/statement").await.path, "/my/statement", "not without a cookie");

        // An ask is answered by link; the page says what came of it.
        let ask = stranger.open(&page).await.body.split("name=\"ask\" value=\"").nth(1).expect("an ask").split('"').next().expect("a number").to_owned();
        says(&stranger.submit("/api/advocacy/ask/answer-by-link", &[("token", token), ("ask", &ask), ("answer", "no"), ("note", "Not this quarter.")]).await, "You said: not this time");

        // Limits: what is refused is kept, the key of the link is in no address of a draft; then they hold.
        let limits = |most| [("token", token), ("most_per_quarter", most), ("never:case study", "yes"), ("pause_until", "2027-02-01"), ("note", "Ask my office first.")];
        let wrong = stranger.submit("/api/advocacy/own-limit/set-by-link", &limits("99")).await;
        says(&wrong, "Enter a whole number from 0 to");
        says(&wrong, "value=\"99\"");
        says(&wrong, "Ask my office first.");
        says(&stranger.submit("/api/advocacy/own-limit/set-by-link", &limits("1")).await, "Your limits are set.");
        let set = store::advocacy::own_limit::of(db, stage.person).await.unwrap();
        assert_eq!((set.most_per_quarter, set.never.len(), set.note.as_str()), (Some(1), 1, "Ask my office first."));
        let mine = guest.open("/my/statement").await;
        says(&mine, "value=\"2027-02-01\"");
        says(&guest.submit("/api/advocacy/own-limit/set", &[("most_per_quarter", ""), ("note", "")]).await, "Your limits are set.");
        assert_eq!(store::advocacy::own_limit::of(db, stage.person).await.unwrap(), Limits::default());

        // What is allowed by the invitation is stopped by the link.
        let sentence = Scope::Name.text_hash();
        guest.submit("/api/advocacy/consent/give", &[("scope", "name"), ("group", "our channels"), ("text", &sentence)]).await;
        let got = stranger.open(&page).await;
        says(&got, "Blog, Newsletter, LinkedIn page and X account: until 15 January 2028.");
        says(&stranger.submit("/api/advocacy/consent/withdraw-by-link", &[("token", token), ("scope", "name")]).await, "Your name: stopped.");
        says(&stranger.open(&page).await, "Nothing: we show nothing of you.");

        // The same as files.
        let (status, headers, json) = stranger.file(&format!("{page}/statement.json")).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/json"));
        assert_eq!(headers["content-disposition"], "attachment; filename=\"statement-2027-01-15.json\"");
        assert_eq!(headers["cache-control"], "no-store");
        let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!((&read["format"], &read["person"]["email"]), (&"cohortium-statement-1".into(), &"p0@company0.example".into()));
        assert_eq!((&read["given"][0]["note"], &read["done"][0]["kind"]), (&"A book on grids".into(), &"review".into()));
        assert_eq!((&read["asked"][0]["state"], &read["consents"][0]["act"]), (&"declined".into(), &"withdraw".into()));
        assert_eq!(guest.file("/my/statement.json").await.2, json, "by cookie the same");
        for browser in [(&stranger, format!("{page}/statement.pdf")), (&guest, "/my/statement.pdf".to_owned())] {
            let (status, headers, file) = browser.0.file(&browser.1).await;
            assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/pdf"));
            let text = pdf_extract::extract_text_from_mem(&file).expect("a file that reads");
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for words in ["Person 0 of 0", "A book on grids", "What we asked of you", "You said: not this time"] {
                assert!(text.contains(words), "{words}: {text}");
            }
            for canary in [OTHERS, KEPT] {
                assert!(!text.contains(canary) && !String::from_utf8_lossy(&json).contains(canary), "{canary}");
            }
        }

        // A second press of the button leaves the link as it is.
        let mut priya = stage.priya.at(&stage.app);
        let again = priya.post("/api/advocacy/own-page/send-link", &[("person", &stage.person.to_string())]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        assert_eq!(stage.mailed("own-page-link").await, token);
        says(&stranger.open(&page).await, "Between you and us");
    }

    async fn who_asks_to_be_forgotten_is(scratch) {
        let stage = Stage::build(&scratch).await;
        let (db, token) = (&stage.world.db, stage.own.as_str());
        let (page, keyed) = (format!("/me/{token}"), [("token", token)]);
        let send = "/api/advocacy/forgetting/code-by-link";
        let ask = "/api/advocacy/forgetting/ask-by-link";

        // While there is a seat, not even a code is sent.
        let refused = Browser::new(&stage.app).submit(send, &keyed).await;
        says(&refused, "There is still a seat in “Spring cohort” in this name.");

        // After the cohort: a code by mail, good in this browser only.
        let app = app_later(&stage.app);
        let (mut reader, mut thief) = (Browser::new(&app), Browser::new(&app));
        says(&reader.open(&page).await, "We send six digits to p0@company0.example.");
        says(&reader.submit(send, &keyed).await, "A code is on its way to you.");
        let code = stage.mailed("proof-code").await;
        let mail = store::outbox::unsent_to(db, "p0@company0.example").await.unwrap().into_iter().rfind(|mail| mail.kind == "proof-code").unwrap();
        assert!(!(stage.app.render_mail)(&stage.app, &mail).text.contains(&code), "staff do not read the code");
        let submit = async |browser: &mut Browser, code: &str| browser.submit(ask, &[("token", token), ("code", code)]).await;
        says(&submit(&mut thief, &code).await, "No code holds in this browser any more.");
        let wrong = if code == "000000" { "111111" } else { "000000" };
        let refused = submit(&mut reader, wrong).await;
        says(&refused, "That is not the code. Check the newest mail; 4 tries are left.");
        is_silent(&refused, &[wrong]);
        says(&submit(&mut reader, &code).await, "We will forget you by Monday 10 May 2027.");
        says(&submit(&mut reader, "").await, "You asked for this already.");
        says(&reader.open(&page).await, "You asked us to forget you. It is done by Monday 10 May 2027");

        // An admin sees who, and does it; nobody else does.
        let (mut root, mut priya) = (Browser::new(&app), Browser::new(&app));
        root.sign_in("root@halden.example").await;
        priya.sign_in("priya@halden.example").await;
        let person = stage.person.to_string();
        for got in [priya.open("/forget-wishes").await, priya.submit("/api/advocacy/forgetting/forget", &[("person", &person)]).await] {
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{}", got.path);
            is_silent(&got, &["Person 0 of 0", "p0@company0.example"]);
        }
        let list = root.open("/forget-wishes").await;
        for words in ["Person 0 of 0", "p0@company0.example", "10 May 2027", "Nobody can take this back."] {
            says(&list, words);
        }
        let unasked = entity::person::Entity::find().all(db.read()).await.unwrap().into_iter().find(|row| row.email == "p1@company0.example").unwrap().id;
        says(&root.submit("/api/advocacy/forgetting/forget", &[("person", &unasked.to_string())]).await, "They did not ask to be forgotten.");
        let done = root.submit("/api/advocacy/forgetting/forget", &[("person", &person)]).await;
        says(&done, "They are forgotten.");
        says(&done, "Nobody waits");
        says(&root.submit("/api/advocacy/forgetting/forget", &[("person", &person)]).await, "They were forgotten already.");
        assert_eq!(reader.open(&page).await.status, StatusCode::NOT_FOUND);
        let row = entity::person::Entity::find_by_id(stage.person).one(db.read()).await.unwrap().unwrap();
        assert_eq!((row.name.as_str(), row.forgotten_at), ("Forgotten person", Some(later())));
    }
}
