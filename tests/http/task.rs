//! A task's own pages as marketing reads them: what it waits for, what the customer would have otherwise, which consents are
//! missing, what is to be taken down. Plain forms all the way.

use axum::http::StatusCode;
use domain::advocacy::amplification::{Act, State};
use domain::advocacy::consent::{Channel, Scope};
use store::advocacy::amplification;
use store::advocacy::consent::{Giver, withdraw};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::celebration::Celebration;
use tests::world::{app_on, now};

const TITLE: &str = "Port of the Year";
/// The day every check happens on, a Friday.
const TODAY: &str = "2027-01-15";
const STEP: &str = "/api/advocacy/amplification/step";
const WRITE: &str = "/api/advocacy/amplification/wording";

/// The page as it reads.
fn text(got: &Got) -> String {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    got.body.replace("<!>", "")
}

fn says(got: &Got, words: &str) {
    assert!(text(got).contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn keeps_quiet(got: &Got, words: &str) {
    assert!(!text(got).contains(words), "{} says “{words}”: {}", got.path, got.body);
}

/// The card of a task.
fn card(got: &Got, id: i64) -> String {
    let (mark, text) = (format!("id=\"task-{id}\""), text(got));
    let found = text.split("<article").find(|part| part.contains(&mark)).and_then(|part| part.split("</article>").next());
    found.unwrap_or_else(|| panic!("no card: {text}")).to_owned()
}

/// Signed in.
async fn at_work(app: &std::sync::Arc<app::desk::App>, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in(email).await;
    browser
}

/// The customer's suggestion, by their link.
async fn suggest(stage: &Celebration, key: &str, words: &str) {
    let hash = amplification::for_approval(&stage.db, now(), key).await.unwrap().unwrap().hash;
    let state = amplification::answer(&stage.db, now(), key, &hash, Act::CustomerSuggest, words, None).await.unwrap();
    assert_eq!(state, State::ChangesRequested);
}

both_databases! {
    async fn what_is_to_go_is_said_wherever_it_was_celebrated(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let (id, _) = stage.scheduled(TITLE, &["blog"], TODAY).await;
        stage.publish(now(), id, Channel::Blog).await;
        let publication = stage.publication(id, Channel::Blog).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = at_work(&app, "priya@halden.example").await;
        let (page, share) = (format!("/celebrate/{id}"), format!("/celebrate/{id}/share"));
        let public = priya.open(&page).await;
        let (number, kit_link, publication_link) =
            (format!("Publication {publication}"), format!("href=\"{share}\""), format!("/publications/{publication}#take-downs"));
        for words in ["Its results, once they can be counted.", number.as_str(), kit_link.as_str()] {
            says(&public, words);
        }
        keeps_quiet(&public, "id=\"images\"");
        let kit = priya.open(&share).await;
        says(&kit, "Well done, blog.");
        keeps_quiet(&kit, "readonly");
        says(&priya.open("/publications").await, &format!("no. {publication}"));

        // Taken back: to be taken down is what it waits for, and nothing of it is handed out any more.
        withdraw(db, now(), Giver::Invitation(stage.guest), Scope::Name, &[]).await.unwrap();
        let seen = priya.open(&page).await;
        for words in ["To be taken down on the blog by Wednesday 20 January 2027.", publication_link.as_str()] {
            says(&seen, words);
        }
        for words in ["Its results, once they can be counted.", kit_link.as_str()] {
            keeps_quiet(&seen, words);
        }
        let none = priya.open(&share).await;
        says(&none, "Nothing of it may be posted any more: what is public is to be taken down.");
        keeps_quiet(&none, "Well done, blog.");
        let drawn = card(&priya.open("/celebrate").await, id);
        assert!(drawn.contains("to be taken down by Wed 20 Jan"), "{drawn}");
        assert!(!drawn.contains("results to be entered"), "{drawn}");
        says(&priya.open("/celebrate/list").await, "to be taken down by Wed 20 Jan");
    }
}

both_databases! {
    async fn what_was_sent_back_is_read_before_it_goes_on(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let unwritten = stage.verified("Ten years of clean nights").await;
        let (id, key) = stage.sent(TITLE, &["blog"], TODAY).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut priya, mut otto) = (at_work(&app, "priya@halden.example").await, at_work(&app, "otto@halden.example").await);
        let (page, writing) = (format!("/celebrate/{id}"), format!("/celebrate/{id}/wording?channel=blog&language=en"));

        // While they have it: a change voids their link, and no approval, since there is none.
        let with_them = priya.open(&page).await;
        says(&with_them, "The customer has exactly this before them.");
        says(&with_them, "and the customer’s link is void");
        keeps_quiet(&with_them, "the customer’s approval is void");

        // Sent back: read first. The same words do not go to review by one press, nor do none.
        suggest(&stage, &key, "Shorter, please.").await;
        let board = priya.open("/celebrate").await;
        let (drawn, empty) = (card(&board, id), card(&board, unwritten));
        assert!(drawn.contains("Read what they suggest") && drawn.contains(&format!("href=\"{page}\"")), "{drawn}");
        assert!(empty.contains("Write it") && empty.contains(&format!("href=\"/celebrate/{unwritten}/wording\"")), "{empty}");
        for card in [&drawn, &empty] {
            assert!(!card.contains("Send to review") && !card.contains("=submit"), "{card}");
        }
        let form = priya.open(&writing).await;
        says(&form, "What the customer suggests");
        says(&form, "Shorter, please.");
        for page in [&form, &priya.open(&page).await] {
            keeps_quiet(page, "The customer has exactly this before them.");
        }

        // Whoever reviews what was written since reads it too; with the customer again, it is over.
        stage.write(id, "blog", "Shorter.").await;
        keeps_quiet(&priya.open("/celebrate").await, "Read what they suggest");
        says(&priya.open(&writing).await, "Shorter, please.");
        stage.step(now(), id, stage.priya, Act::Submit).await;
        let review = otto.open(&page).await;
        for words in ["Your review", "Shorter, please.", "Person 0 of 0 suggested this"] {
            says(&review, words);
        }
        for words in ["The customer has exactly this before them.", "approval is void", "link is void"] {
            keeps_quiet(&review, words);
        }
        stage.step(now(), id, stage.otto, Act::Approve).await;
        stage.step(now(), id, stage.priya, Act::Send).await;
        keeps_quiet(&otto.open(&page).await, "suggested this");
        keeps_quiet(&otto.open(&writing).await, "What the customer suggests");

        // What a colleague wants is no suggestion of the customer's.
        let review = stage.verified("A paper on tides").await;
        stage.write(review, "blog", "Well done.").await;
        stage.plan(review, TODAY).await;
        stage.step(now(), review, stage.priya, Act::Submit).await;
        stage.step(now(), review, stage.otto, Act::RequestChanges).await;
        let drawn = card(&priya.open("/celebrate").await, review);
        assert!(drawn.contains("Read what to change") && !drawn.contains("Read what they suggest"), "{drawn}");
    }
}

both_databases! {
    async fn going_on_says_where_it_goes_on(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let (sent, _) = stage.sent(TITLE, &["blog"], TODAY).await;
        let (changed, key) = stage.sent("A paper on tides", &["blog"], TODAY).await;
        suggest(&stage, &key, "Shorter, please.").await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = at_work(&app, "priya@halden.example").await;
        for (id, expect) in [(sent, "It goes on where it was: with the customer."), (changed, "It goes on where it was: to be changed, as it was asked.")] {
            stage.step(now(), id, stage.priya, Act::Hold).await;
            let (number, revision) = (id.to_string(), stage.task(id).await.revision.to_string());
            let fields = [("task", number.as_str()), ("revision", revision.as_str()), ("act", "resume"), ("comment", "")];
            let gone_on = priya.submit(STEP, &fields).await;
            says(&gone_on, expect);
            for words in ["It is on its way to the customer", "The changes are asked for"] {
                keeps_quiet(&gone_on, words);
            }
        }
        assert!(tests::celebration::mails(db, "approval-asked").await.is_empty(), "and nobody is written to");
    }
}

both_databases! {
    async fn a_missing_consent_is_said_from_the_first_tick_on(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        withdraw(db, now(), Giver::Invitation(stage.guest), Scope::Name, &[]).await.unwrap();
        let id = stage.verified(TITLE).await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = at_work(&app, "priya@halden.example").await;
        let page = format!("/celebrate/{id}");
        keeps_quiet(&priya.open(&page).await, "a consent is missing");
        stage.plan(id, TODAY).await;
        says(&priya.open(&page).await, "Person 0 of 0 has not allowed their name on any channel yet.");
        stage.write(id, "blog", "Well done.").await;
        says(&priya.open(&page).await, "Person 0 of 0 withdrew their name on the blog");
        stage.step(now(), id, stage.priya, Act::Submit).await;
        stage.step(now(), id, stage.otto, Act::Approve).await;
        let to_send = priya.open(&page).await;
        for words in ["Send to the customer", "a consent is missing", "Person 0 of 0 withdrew their name on the blog", "Send Person 0 of 0 a link to their own page"] {
            says(&to_send, words);
        }

        // The link is sent from here, and leads back here.
        let (person, number) = (stage.task(id).await.person.unwrap().to_string(), id.to_string());
        let sent = priya.submit("/api/advocacy/own-page/send-link", &[("person", &person), ("task", &number)]).await;
        assert_eq!(sent.path, page);
        says(&sent, "A link to their own page is on its way to Person 0 of 0.");
        assert_eq!(tests::celebration::mails(db, "own-page-link").await.len(), 1);
    }
}

both_databases! {
    async fn new_words_replace_none(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let id = stage.verified(TITLE).await;
        stage.write(id, "linkedin", "What stands.").await;
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = at_work(&app, "priya@halden.example").await;
        let writing = format!("/celebrate/{id}/wording");
        says(&priya.open(&writing).await, "name=\"begins\"");
        keeps_quiet(&priya.open(&format!("{writing}?channel=linkedin&language=en")).await, "name=\"begins\"");
        let (number, revision) = (id.to_string(), stage.task(id).await.revision.to_string());
        let typed = |channel: &'static str, begins: &'static str| {
            [
                ("task", number.clone()), ("revision", revision.clone()), ("begins", begins.to_owned()), ("channel", channel.to_owned()),
                ("language", "en".to_owned()), ("body", "What was typed anew.".to_owned()), ("link", String::new()),
            ]
        };
        let save = async |browser: &mut Browser, fields: [(&str, String); 7]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.submit(WRITE, &fields).await
        };
        let refused = save(&mut priya, typed("linkedin", "yes")).await;
        assert!(refused.path.starts_with(&format!("{writing}?draft=")), "{}", refused.path);
        for words in ["Words for this stand already", "What was typed anew.", "What stands.", "channel=linkedin&amp;language=en", "name=\"begins\""] {
            says(&refused, words);
        }
        let task = stage.task(id).await;
        assert_eq!((task.wordings[0].body.as_str(), task.versions.len()), ("What stands.", 0), "nothing is replaced");
        says(&save(&mut priya, typed("blog", "yes")).await, "The wording is kept.");
        assert_eq!(stage.task(id).await.wordings.len(), 2);
    }
}

both_databases! {
    async fn all_that_is_missing_of_what_is_public_is_said_at_once(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let (id, _) = stage.scheduled(TITLE, &["blog"], TODAY).await;
        let (number, publication) = (id.to_string(), stage.publication(id, Channel::Blog).await.to_string());
        let app = app_on(db, "http://127.0.0.1:3000");
        let mut priya = at_work(&app, "priya@halden.example").await;
        let fields = [("task", number.as_str()), ("publication", publication.as_str()), ("url", ""), ("day", TODAY), ("time", "")];
        let wrong = priya.submit("/api/advocacy/amplification/publish", &fields).await;
        for words in ["id=\"url-e\"", "id=\"time-e\"", "The time is missing."] {
            says(&wrong, words);
        }
        assert_eq!(stage.task(id).await.state, State::Scheduled);
    }
}
