//! The demo: every link it prints opens, and what it was filled with stands on the pages.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::desk::App;
use axum::http::{StatusCode, header};
use domain::advocacy::amplification::State;
use domain::advocacy::ask::State as AskState;
use serde_json::Value;
use store::Db;
use store::advocacy::board::{Card, Filter, board};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{app_on, now};

const WRITER: &str = "marketing@host.example";
const EDITOR: &str = "elin.sandberg@host.example";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.replace("<!>", "").contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn link<'a>(links: &'a Value, key: &str) -> &'a str {
    links[key].as_str().unwrap_or_else(|| panic!("no {key} in {links}"))
}

/// The token a link ends with.
fn token<'a>(links: &'a Value, key: &str) -> &'a str {
    link(links, key).rsplit('/').next().expect("a token")
}

/// A colleague, by the password that was printed.
async fn signed_in(app: &Arc<App>, links: &Value, email: &str) -> Browser {
    let accounts = links["sign_in"].as_array().expect("accounts");
    let account = accounts.iter().find(|account| account["email"] == email).expect("an account");
    let mut browser = Browser::new(app);
    let password = account["password"].as_str().expect("a password");
    let got = browser.post("/api/staff/sign-in", &[("email", email), ("password", password)]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{email} signs in: {}", got.body);
    browser
}

async fn cards(db: &Db) -> Vec<Card> {
    let found = board(db, now(), &Filter::default()).await.expect("the board");
    found.open.into_iter().chain(found.published).collect()
}

async fn card(db: &Db, title: &str) -> Card {
    cards(db).await.into_iter().find(|card| card.title == title).unwrap_or_else(|| panic!("no card “{title}”"))
}

both_databases! {
    async fn what_it_prints_opens_and_shows_a_firm_at_work(scratch) {
        let db = &scratch.db;
        let app = app_on(db, "http://127.0.0.1:3000");
        let links = server::demo::fill(&app).await.expect("the demo is filled");
        // The first look at the clock takes nothing away.
        server::jobs::once(&app).await.expect("the clock's jobs");

        let printed = links.as_object().expect("links");
        for (key, address) in printed.iter().filter(|(key, _)| key.ends_with("_link") || key.ends_with("feed_url")) {
            let got = Browser::new(&app).open(address.as_str().expect("an address")).await;
            assert_eq!(got.status, StatusCode::OK, "{key} opens: {}", got.body);
        }

        // The customer sees exactly what would be public, with its picture.
        let mut customer = Browser::new(&app);
        let approval = customer.open(link(&links, "approval_link")).await;
        for words in ["May we publish this?", "Hospital Logistics Prize", "every label read by a person", "Shelves of a hospital store"] {
            says(&approval, words);
        }
        let picture = approval.body.split('"').find(|part| part.contains("/images/")).expect("a picture");
        let (status, headers, bytes) = customer.file(picture).await;
        assert_eq!((status, headers[header::CONTENT_TYPE].to_str().expect("a type")), (StatusCode::OK, "image/png"));
        assert!(bytes.starts_with(b"\x89PNG"), "as it was added");

        // Whoever was asked sees it on their own page; so does who came twice, signed in, with what they were given.
        says(&Browser::new(&app).open(link(&links, "own_page_link")).await, "Would you show twelve peers what your crews listen for");
        let mut executive = Browser::new(&app);
        executive.hold_invitation(token(&links, "accepted_executive_link")).await;
        let statement = executive.open("/my/statement").await;
        for words in [
            "An introduction: Safety culture",
            "Our paper on keeping promises in a call centre",
            "Would you take a call of a quarter of an hour?",
            "Whom you met through us",
            "What a promise to a million callers is worth",
        ] {
            says(&statement, words);
        }
        let feed = Browser::new(&app).open(link(&links, "due_feed_url")).await;
        assert!(feed.body.starts_with("BEGIN:VCALENDAR") && feed.body.contains("BEGIN:VEVENT"), "what is due: {}", feed.body);

        // Something stands in every state.
        let tasks: BTreeSet<State> = cards(db).await.iter().map(|card| card.state).collect();
        let not_on_it = [State::Rejected, State::Withdrawn, State::Failed];
        let under_way: BTreeSet<State> = State::ALL.iter().copied().filter(|state| !not_on_it.contains(state)).collect();
        assert_eq!(tasks, under_way);
        for state in AskState::ALL.iter().copied().filter(|state| !matches!(state, AskState::Missed | AskState::Cancelled)) {
            let filter = store::advocacy::ask::Filter { state: Some(state), ..Default::default() };
            assert!(store::advocacy::ask::list(db, &filter, 1).await.expect("asks").total > 0, "an ask is {state}");
        }

        let mut writer = signed_in(&app, &links, WRITER).await;
        assert_eq!(token(&links, "board_url"), "celebrate");
        for (page, words) in [
            ("/celebrate", "Grid Operator of the Year"),
            ("/celebrate/list", "Appointed to the Laboratory Buildings Council"),
            ("/celebrate/month", "January 2027"),
            ("/achievements", "A plant of 1,200 learned to stop the line"),
            ("/feeds", "Farah Keller on what a grid forecasts wrong"),
            ("/advocates", "Sofia Lindgren"),
            ("/introductions", "Safety culture"),
            ("/asks", "Farah Keller"),
            ("/reciprocity", "Abbott Laboratories"),
            ("/fairness", "Asked once"),
            ("/reach", "LinkedIn"),
            ("/publications", "What a week among peers can change"),
        ] {
            says(&writer.open(page).await, words);
        }

        // Four eyes: who wrote it does not approve it, and the other one of marketing does.
        let mut editor = signed_in(&app, &links, EDITOR).await;
        let written = card(db, "What trust costs, and what it saves").await;
        let (task, revision) = (written.id.to_string(), written.revision.to_string());
        let approve = [("task", task.as_str()), ("revision", revision.as_str()), ("act", "approve"), ("comment", "")];
        says(&writer.submit("/api/advocacy/amplification/step", &approve).await, "You wrote a wording of this");
        assert_eq!(card(db, &written.title).await.state, State::InReview);
        editor.submit("/api/advocacy/amplification/step", &approve).await;
        assert_eq!(card(db, &written.title).await.state, State::ApprovedInternally);
    }
}
