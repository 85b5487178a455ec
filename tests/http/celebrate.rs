//! Marketing's home as it is pressed: the board and its forms, the list, the month, the private calendar, results from a
//! file, the settings, and the webhooks of an admin. Plain forms all the way.

use axum::http::StatusCode;
use domain::access::Role;
use domain::advocacy::amplification::{Act, State};
use domain::advocacy::consent::Channel;
use domain::calendar::lint;
use sea_orm::EntityTrait;
use store::entity::{due_feed, webhook};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::celebration::Celebration;
use tests::world::{app_on, now, staff};

/// In a task's title: for marketing only.
const TITLE: &str = "CANARY-prize-7731 of the year";
/// The day every check happens on.
const TODAY: &str = "2027-01-15";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.replace("<!>", "").contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

/// The value of a field of the page.
fn value(got: &Got, id: &str) -> String {
    let tag = got.body.split('<').find(|tag| tag.contains(&format!("id=\"{id}\""))).unwrap_or_else(|| panic!("no {id}: {}", got.body));
    tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("no value in {tag}")).to_owned()
}

/// The card of a task.
fn card(got: &Got, id: i64) -> &str {
    let mark = format!("id=\"task-{id}\"");
    got.body
        .split("<article")
        .find(|part| part.contains(&mark))
        .and_then(|part| part.split("</article>").next())
        .unwrap_or_else(|| panic!("no card: {}", got.body))
}

/// The column a card stands in.
fn column_of(got: &Got, id: i64) -> String {
    let mark = format!("id=\"task-{id}\"");
    let section = got.body.split("data-column=\"").find(|part| part.contains(&mark)).unwrap_or_else(|| panic!("no card: {}", got.body));
    section.split('"').next().unwrap().to_owned()
}

both_databases! {
    async fn the_board_moves_a_task_on_and_says_no_in_words(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        staff(db, "sam@halden.example", Role::AccountManager).await;
        staff(db, "lena@halden.example", Role::ProgramManager).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut priya, mut otto, mut sam, mut lena) = (Browser::new(&app), Browser::new(&app), Browser::new(&app), Browser::new(&app));
        priya.sign_in("priya@halden.example").await;
        otto.sign_in("otto@halden.example").await;
        sam.sign_in("sam@halden.example").await;
        lena.sign_in("lena@halden.example").await;
        says(&priya.open("/celebrate").await, "Nothing to celebrate yet");

        let id = stage.verified(TITLE).await;
        stage.write(id, "blog", "Well done.").await;
        let board = priya.open("/celebrate").await;
        says(&board, "Nothing was recognised yet this quarter; the goal is 5 working days from verifying it.");
        assert_eq!(column_of(&board, id), "to-write");
        let drawn = card(&board, id).replace("<!>", "");
        for words in ["Award · Company 0", TITLE, "Blog", "due Fri 22 Jan", "waiting 3 days", "Send to review"] {
            assert!(drawn.contains(words), "no {words}: {drawn}");
        }
        assert!(drawn.contains("data-toward=\"in-review=submit\""), "{drawn}");
        let filtered = priya.open("/celebrate?channel=blog&owner=mine").await;
        assert!(card(&filtered, id).contains("name=\"back\" value=\"/celebrate?channel=blog&amp;owner=mine\""), "{}", card(&filtered, id));

        // Something is missing: the form is back on the task's page, with the reason.
        let number = id.to_string();
        let step = |revision: String, act: &'static str| [("task", number.clone()), ("revision", revision), ("from", "board".to_owned()), ("act", act.to_owned())];
        let press = async |browser: &mut Browser, act: &'static str| {
            let fields = step(stage.task(id).await.revision.to_string(), act);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
            browser.submit("/api/advocacy/amplification/step", &fields).await
        };
        let refused = press(&mut priya, "submit").await;
        assert!(refused.path.starts_with(&format!("/celebrate/{id}?draft=")), "{}", refused.path);
        stage.plan(id, TODAY).await;
        let moved = press(&mut priya, "submit").await;
        assert_eq!(moved.path, "/celebrate");
        assert_eq!(column_of(&moved, id), "in-review");
        says(&moved, "written by marketing, needs another pair of eyes");
        assert!(!card(&moved, id).contains("Approve for the customer"), "who wrote it does not approve it");
        let board = otto.open("/celebrate").await;
        assert!(card(&board, id).contains("Approve for the customer"));
        says(&press(&mut priya, "approve").await, "You wrote a wording of this, so somebody else approves it");
        let moved = press(&mut otto, "approve").await;
        assert_eq!(column_of(&moved, id), "with-the-customer");
        // Somebody was faster: the card stays where it is, and it says so.
        let stale = step("1".to_owned(), "send");
        let stale: Vec<(&str, &str)> = stale.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let got = priya.submit("/api/advocacy/amplification/step", &stale).await;
        says(&got, "Somebody changed this task meanwhile.");
        assert_eq!(stage.task(id).await.state, State::ApprovedInternally);
        let sent = press(&mut priya, "send").await;
        says(&sent, "sent today");

        // Filters stand in the address, and find what they say.
        for (query, found) in [("owner=mine", true), ("channel=blog", true), ("channel=x", false), ("company=company+0", true), ("company=coral", false)] {
            let board = priya.open(&format!("/celebrate?{query}")).await;
            says(&board, "id=\"board\"");
            assert_eq!(board.body.contains(&format!("id=\"task-{id}\"")), found, "{query}");
        }
        assert!(!otto.open("/celebrate?owner=mine").await.body.contains(TITLE), "it is in hand of another");

        // A step by form leads back to the board as it was filtered, and nowhere else.
        let filtered = "/celebrate?channel=blog&owner=mine";
        for (back, leads) in [
            (filtered, filtered),
            ("/celebrate", "/celebrate"),
            ("/celebrate/settings", "/celebrate"),
            ("https://elsewhere.example/celebrate?x", "/celebrate"),
            ("//elsewhere.example", "/celebrate"),
        ] {
            let mut fields = step("1".to_owned(), "hold").to_vec();
            fields.push(("back", back.to_owned()));
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let got = priya.submit("/api/advocacy/amplification/step", &fields).await;
            assert_eq!(got.path, leads, "{back}");
        }
        let list = priya.open("/celebrate/list?state=with+customer&sort=waiting").await;
        says(&list, TITLE);
        says(&list, "waiting 3 days");
        says(&priya.open("/celebrate/list?state=rejected").await, "No task fits");
        let month = priya.open("/celebrate/month").await;
        says(&month, "January 2027");
        says(&month, TITLE);
        says(&month, "planned, with the customer");
        says(&priya.open("/celebrate/month?month=2027-03").await, "Nothing is due, planned or public in this month.");
        says(&priya.open("/celebrate/month?month=nonsense").await, "January 2027");

        // The firewall: neither an account manager nor a program manager sees any of it.
        for browser in [&mut sam, &mut lena] {
            for path in ["/celebrate", "/celebrate/list", "/celebrate/month", "/celebrate/settings", "/celebrate/results", "/webhooks"] {
                let got = browser.open(path).await;
                assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
                assert!(!got.body.contains("CANARY"), "{path}: {}", got.body);
            }
        }
    }
}

both_databases! {
    async fn what_is_due_is_in_ones_own_calendar(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let id = stage.verified(TITLE).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = Browser::new(&app);
        priya.sign_in("priya@halden.example").await;
        says(&priya.open("/celebrate/month").await, "Make my private link");
        let made = priya.submit("/api/advocacy/due-feed/new", &[]).await;
        says(&made, "Your private link is ready.");
        let address = value(&made, "due-feed");
        let path = address.strip_prefix("http://127.0.0.1:3000").expect("our own address").to_owned();
        assert!(path.starts_with("/due/due_") && path.ends_with(".ics"), "{path}");
        let token = path.strip_prefix("/due/").unwrap().strip_suffix(".ics").unwrap().to_owned();
        let kept = due_feed::Entity::find_by_id(stage.priya).one(db.read()).await.unwrap().unwrap();
        assert_eq!(kept.token_hash, store::link::hash(&token));
        let again = priya.open("/celebrate/month").await;
        assert!(!again.body.contains(&token), "it is shown once");
        says(&again, "Make a new private link");

        // No cookie, no account: the link is all a calendar has.
        let mut calendar = Browser::new(&app);
        let got = calendar.open(&path).await;
        says(&got, "SUMMARY:Due: CANARY-prize-7731 of the year");
        assert_eq!((got.header("content-type"), got.header("cache-control")), ("text/calendar; charset=utf-8", "private, max-age=300"));
        assert_eq!(lint::findings(&got.body), [], "{}", got.body);
        for line in ["DTSTART;VALUE=DATE:20270122\r\n", "DTEND;VALUE=DATE:20270123\r\n", "TRANSP:TRANSPARENT\r\n", "CATEGORIES:Task\r\n"] {
            assert!(got.body.contains(line), "{line}: {}", got.body);
        }
        assert!(got.body.contains(&format!("URL:http://127.0.0.1:3000/celebrate/{id}")));
        for secret in [token.as_str(), "Person 0", "p0@company0.example", "due_"] {
            assert!(!got.body.contains(secret), "the calendar tells {secret}: {}", got.body);
        }
        let etag = got.header("etag").to_owned();
        let same = calendar.send("GET", &path, &[("if-none-match", &etag)], "").await;
        assert_eq!((same.status, same.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        let plain = calendar.open(path.strip_suffix(".ics").unwrap()).await;
        assert_eq!(plain.header("etag"), etag, "with or without its suffix");
        let todo = calendar.open(&format!("{path}?tasks=vtodo")).await;
        says(&todo, "DUE;VALUE=DATE:20270122");
        assert_eq!(lint::findings(&todo.body), []);
        assert!(todo.body.contains("BEGIN:VTODO") && !todo.body.contains("BEGIN:VEVENT"));

        // Done, it is dropped; and a calendar that asks by its tag sees that.
        stage.step(now(), id, stage.priya, Act::Withdraw).await;
        let gone = calendar.send("GET", &path, &[("if-none-match", &etag)], "").await;
        assert_eq!(gone.status, StatusCode::OK);
        assert!(!gone.body.contains("VEVENT"), "{}", gone.body);
        assert_eq!(lint::findings(&gone.body), []);

        // A new link ends the old one: unknown and replaced read alike.
        priya.submit("/api/advocacy/due-feed/new", &[]).await;
        for path in [path.as_str(), "/due/due_unknown.ics", "/due/", "/due/x"] {
            assert_eq!(calendar.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

both_databases! {
    async fn results_are_imported_after_a_look(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let (id, _) = stage.scheduled(TITLE, &["blog", "linkedin"], TODAY).await;
        stage.publish(now(), id, Channel::Blog).await;
        stage.publish(now(), id, Channel::LinkedIn).await;
        let linkedin = stage.publication(id, Channel::LinkedIn).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = Browser::new(&app);
        priya.sign_in("priya@halden.example").await;
        says(&priya.open("/celebrate/list").await, "2 publications are still to be counted.");
        says(&priya.open("/celebrate/results").await, "Import results");
        let upload = "/api/advocacy/result-import/upload";
        let wrong = priya.upload(upload, &[], "r.csv", b"title,clicks\nA,1\n").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("The file has no column “url” and none “publication”."), "{}", wrong.body);
        let csv = format!("url,publication,impressions,reactions,comments,value\nhttps://halden.example/news/the-prize/blog,,\"4,120\",96,11,800\n,{linkedin},100,,,\nhttps://nowhere.example/,,1,,,\n");
        let plan = priya.upload(upload, &[], "results.csv", csv.as_bytes()).await;
        assert!(plan.path.starts_with("/celebrate/results/"), "{}", plan.path);
        for words in ["Check the rows", "Import 2 rows", "4,120 seen, 0 clicks, 96 reactions, 11 comments, worth 800; counted on 15 January 2027.", "There is no publication at this address"] {
            says(&plan, words);
        }
        assert_eq!(stage.task(id).await.state, State::Published, "nothing is kept yet");
        let import = plan.path.rsplit('/').next().unwrap().to_owned();
        let applied = priya.submit("/api/advocacy/result-import/apply", &[("import", &import)]).await;
        says(&applied, "2 new, 0 changed, 0 the same, 1 refused. 1 task is measured now.");
        priya.submit("/api/advocacy/result-import/apply", &[("import", &import)]).await;
        assert_eq!(stage.task(id).await.state, State::Measured);
        let board = priya.open("/celebrate").await;
        assert_eq!(column_of(&board, id), "published");
        assert!(card(&board, id).contains("4,220 seen · 96 reactions · 11 comments"), "{}", card(&board, id));
        says(&board, "3 days from news to recognition this quarter; the goal is 5 working days from verifying it.");
        let list = priya.open("/celebrate/list").await;
        says(&list, "4,220");
        assert!(!list.body.contains("still to be counted"));

        // By hand, on the task's page: a wrong figure loses nothing.
        let number = linkedin.to_string();
        let typed = [("publication", number.as_str()), ("impressions", "many"), ("note", "Counted twice"), ("counted_on", TODAY)];
        let wrong = priya.submit("/api/advocacy/result/save", &typed).await;
        assert!(wrong.path.starts_with(&format!("/celebrate/{id}?draft=")), "{}", wrong.path);
        says(&wrong, "Enter a whole number, like 4120.");
        says(&wrong, "Counted twice");
        let typed = [("publication", number.as_str()), ("impressions", "250"), ("counted_on", TODAY)];
        says(&priya.submit("/api/advocacy/result/save", &typed).await, "The figures are kept.");
        assert_eq!(store::advocacy::result::of_task(db, id).await.unwrap().impressions, 4_370);
        assert_eq!(priya.open("/celebrate/results/999").await.status, StatusCode::NOT_FOUND);
    }
}

both_databases! {
    async fn settings_are_kept_and_two_at_once_see_each_other(scratch) {
        let db = &scratch.db;
        Celebration::new(db).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut priya, mut otto) = (Browser::new(&app), Browser::new(&app));
        priya.sign_in("priya@halden.example").await;
        otto.sign_in("otto@halden.example").await;
        let page = priya.open("/celebrate/settings").await;
        says(&page, "Working days from verifying to recognition");
        assert!(!page.body.contains("href=\"/webhooks\""), "they are the admins’");
        assert_eq!(value(&page, "internal_hours"), "24");
        let typed = |revision: &'static str, hours: &'static str| {
            [
                ("revision", revision), ("internal_hours", hours), ("customer_hours", "48"), ("most_reminders", "2"), ("escalate_to", ""),
                ("recognition_days", "3"), ("person_cap", "2"), ("company_cap", "2"), ("interval_days", "90"), ("intervals", "reference call=180"),
                ("answer_days", "14"), ("gift_limit", "100"),
            ]
        };
        let save = "/api/advocacy/setting/save";
        let wrong = priya.submit(save, &typed("0", "0")).await;
        says(&wrong, "Enter a whole number from 1 to 720.");
        says(&wrong, "reference call=180");
        says(&priya.submit(save, &typed("0", "12")).await, "The settings are kept.");
        let stale = otto.submit(save, &typed("0", "36")).await;
        says(&stale, "Somebody changed the settings meanwhile.");
        says(&stale, "What it says now");
        assert_eq!(value(&stale, "internal_hours"), "36", "what was typed stays");
        assert_eq!(store::advocacy::setting::get(db).await.unwrap().internal_hours, 12);
        says(&otto.submit(save, &typed("1", "36")).await, "The settings are kept.");
        let kept = store::advocacy::setting::get(db).await.unwrap();
        assert_eq!((kept.internal_hours, kept.recognition_days, kept.revision), (36, 3, 2));
        says(&priya.open("/celebrate").await, "the goal is 3 working days from verifying it.");
    }
}

both_databases! {
    async fn an_admin_tells_a_program_and_sees_what_came_back(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        staff(db, "ada@halden.example", Role::Admin).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut ada, mut priya) = (Browser::new(&app), Browser::new(&app));
        ada.sign_in("ada@halden.example").await;
        priya.sign_in("priya@halden.example").await;
        assert_eq!(priya.open("/webhooks").await.status, StatusCode::FORBIDDEN);
        let save = "/api/advocacy/webhook/save";
        assert_eq!(priya.post(save, &[("channel", "blog"), ("url", "https://publish.example.com/"), ("active", "yes")]).await.status, StatusCode::FORBIDDEN);
        says(&ada.open("/webhooks").await, "No channel has one yet");
        let wrong = ada.submit(save, &[("channel", "blog"), ("url", "http://publish.example.com/"), ("active", "yes")]).await;
        says(&wrong, "Enter an address that begins with https://");
        assert_eq!(value(&wrong, "url"), "http://publish.example.com/");
        // A place where nobody answers.
        let url = "http://127.0.0.1:1/hook";
        let made = ada.submit(save, &[("channel", "blog"), ("url", url), ("active", "yes")]).await;
        let secret = value(&made, "secret");
        assert!(secret.starts_with("whsec_"), "{secret}");
        assert_eq!(webhook::Entity::find().one(db.read()).await.unwrap().unwrap().secret, secret);
        let page = ada.open("/webhooks").await;
        says(&page, url);
        says(&page, "A picture comes with it as “image”: its bytes in base64");
        assert!(!page.body.contains(&secret) && !page.body.contains("whsec_"), "it is shown once");

        let (id, _) = stage.scheduled(TITLE, &["blog"], TODAY).await;
        let client = server::web_client::Client::new(vec![]);
        assert_eq!(server::webhooks::deliver_due(db, &client, now()).await.unwrap(), 1);
        let log = ada.open("/webhooks").await;
        says(&log, TITLE);
        says(&log, "private network");
        says(&ada.open("/webhooks?state=done").await, "Nothing was delivered yet.");

        // Five more tries later it has failed; marketing reads it on the board.
        let mut later = now();
        for minutes in [1, 5, 30, 120, 360] {
            later += chrono::TimeDelta::minutes(minutes);
            assert_eq!(server::webhooks::deliver_due(db, &client, later).await.unwrap(), 1);
        }
        assert_eq!(stage.task(id).await.state, State::Failed);
        let board = priya.open("/celebrate").await;
        says(&board, "was not taken by the program for this channel: Blog.");
        says(&board, "was not published on its day");
        let delivery = store::advocacy::webhook::failed_today(db, now()).await.unwrap()[0].id.to_string();
        let early = priya.submit("/api/advocacy/webhook/retry", &[("delivery", &delivery), ("from", "board")]).await;
        assert_eq!(early.path, "/celebrate");
        says(&early, "What this would publish is not due today.");
        stage.step(now(), id, stage.priya, Act::Schedule).await;
        let board = priya.open("/celebrate").await;
        says(&board, "Send again");
        says(&priya.submit("/api/advocacy/webhook/retry", &[("delivery", &delivery), ("from", "board")]).await, "It is sent again within a minute.");

        // Paused, nothing is sent; and a new secret is made on purpose.
        ada.submit(save, &[("channel", "blog"), ("url", url), ("active", "")]).await;
        assert_eq!(server::webhooks::deliver_due(db, &client, now()).await.unwrap(), 0);
        let renewed = ada.submit(save, &[("channel", "blog"), ("url", url), ("active", "yes"), ("rotate", "yes")]).await;
        assert_ne!(value(&renewed, "secret"), secret);
    }
}
