//! The agenda check through plain forms: a list is edited, a phrase holds a release, a reason lets it through.

use axum::http::StatusCode;
use domain::access::Role;
use sea_orm::EntityTrait;
use store::entity::term_list;
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{Plan, World, app_on, staff};

/// Why a finding may stand: for those who manage the cohort.
const REASON: &str = "CANARY it is the fruit, for breakfast";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    // Without the marks a view leaves between its parts.
    assert!(got.body.replace("<!>", "").contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn keeps_quiet(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(!got.body.contains(words), "{} says “{words}”: {}", got.path, got.body);
}

both_databases! {
    async fn a_planted_phrase_holds_the_release_until_it_may_stand(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        let session = world.session(&Plan::everyone("A morning of Kumquats", "2027-03-29", "10:00", "11:00")).await;
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let mut manager = Browser::new(&app);
        manager.sign_in("manager@halden.example").await;
        let (terms, dismiss, publish) = ("/api/conduct/agenda-check/terms", "/api/conduct/agenda-check/dismiss", "/api/agenda/release/publish");

        // The way there, and the list we ship; a line that cannot be read keeps what was typed.
        says(&manager.open("/rules").await, "href=\"/agenda-check\"");
        let page = manager.open("/agenda-check").await;
        for words in ["This is the list we ship", "Sales language in English", "What sells, in English", "Save the list", "language=fr"] {
            says(&page, words);
        }
        says(&manager.open("/agenda-check?language=de").await, "What sells, in German");
        keeps_quiet(&page, "Back to the list we ship");
        let refused = manager.submit(terms, &[("language", "en"), ("revision", "0"), ("terms", "CANARY-typed\nkumquat ! loud")]).await;
        for words in ["CANARY-typed\nkumquat ! loud</textarea>", "Line 2 (kumquat ! loud)", "id=\"terms-e\""] {
            says(&refused, words);
        }
        assert_eq!(term_list::Entity::find().all(world.db.read()).await.unwrap(), []);

        // Nothing is found yet; with a new word in the list it is, and it holds the release back.
        let release = format!("/cohorts/{}/release", world.cohort);
        keeps_quiet(&manager.open(&release).await, "<mark>");
        let saved = manager.submit(terms, &[("language", "en"), ("revision", "0"), ("terms", "kumquat ! block\nmarzipan")]).await;
        says(&saved, "The list is saved, with 2 terms.");
        says(&saved, "Back to the list we ship");
        let stale = manager.submit(terms, &[("language", "en"), ("revision", "0"), ("terms", "quince")]).await;
        for words in ["Somebody saved this list while you were typing.", "quince</textarea>", "kumquat ! block"] {
            says(&stale, words);
        }
        let page = manager.open(&release).await;
        for words in ["In the title of “A morning of Kumquats”: “A morning of ", "<mark>Kumquats</mark>", "holds it back", "Dismiss with this reason"] {
            says(&page, words);
        }
        keeps_quiet(&page, &format!("action=\"{publish}\""));
        let cohort = world.cohort.to_string();
        let session_id = session.to_string();
        let forced = manager.submit(publish, &[("cohort", &cohort), ("number", "1"), ("note", "")]).await;
        says(&forced, "Before this can be released: In the title of “A morning of Kumquats”");
        assert_eq!(store::agenda::release::past(&world.db, world.cohort).await.unwrap(), []);

        // Only who manages the cohort may let it stand.
        let typed = |reason| {
            [("cohort", cohort.as_str()), ("session", session_id.as_str()), ("key", "title: kumquats"), ("phrase", "Kumquats"), ("on", "release"), ("reason", reason)]
        };
        staff(&world.db, "other@halden.example", Role::ProgramManager).await;
        let mut other = Browser::new(&app);
        other.sign_in("other@halden.example").await;
        assert_eq!(other.post(dismiss, &typed(REASON)).await.status, StatusCode::NOT_FOUND);
        staff(&world.db, "karl@halden.example", Role::Facilitator).await;
        let mut facilitator = Browser::new(&app);
        facilitator.sign_in("karl@halden.example").await;
        for path in [dismiss, terms] {
            assert_eq!(facilitator.post(path, &typed(REASON)).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(facilitator.open("/agenda-check").await.status, StatusCode::FORBIDDEN);
        assert_eq!(store::agenda::release::preview(&world.db, world.cohort).await.unwrap().unwrap().warnings.len(), 1);

        // A reason is asked for, and what was typed stays; then it is let through.
        let refused = manager.submit(dismiss, &typed("no")).await;
        for words in ["Say in a sentence why this may stand.", "id=\"reason-e\"", "value=\"no\""] {
            says(&refused, words);
        }
        assert!(refused.path.starts_with(&release), "{}", refused.path);
        says(&manager.submit(dismiss, &typed(REASON)).await, "It is dismissed, and your reason is kept with it.");
        says(&manager.submit(dismiss, &typed("Another reason")).await, "It was dismissed already");
        let page = manager.open(&release).await;
        keeps_quiet(&page, "<mark>");
        says(&page, &format!("action=\"{publish}\""));
        let page = manager.open(&format!("/cohorts/{cohort}/agenda/{session}")).await;
        for words in ["What sounds like selling", "<mark>Kumquats</mark>", "dismissed", REASON] {
            says(&page, words);
        }
        keeps_quiet(&page, "Dismiss with this reason");
        says(&manager.submit(publish, &[("cohort", &cohort), ("number", "1"), ("note", "")]).await, "Release 1 is out.");
        says(&manager.submit(dismiss, &[("cohort", &cohort), ("session", &session_id), ("key", "track: kumquats"), ("phrase", "Kumquats"), ("on", "session"), ("reason", REASON)]).await, "These words are no longer found there");
        says(&manager.open(&format!("/cohorts/{cohort}/report")).await, REASON);
    }
}

both_databases! {
    async fn a_text_is_tried_and_the_shipped_list_comes_back(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let mut manager = Browser::new(&app);
        manager.sign_in("manager@halden.example").await;
        let save = "/api/conduct/agenda-check/terms";
        let kept = manager.submit(save, &[("language", "fr"), ("revision", "0"), ("terms", "mirabelle ! block")]).await;
        says(&kept, "The list is saved, with 1 term.");

        let tried = manager.open("/agenda-check?language=fr&text=Une%20mirabelle%20%3Cb%3E%20et%20du%20th%C3%A9").await;
        for words in ["1 phrase sounds like selling.", "Une <mark>mirabelle</mark>", "&lt;b&gt; et du thé", "holds the release back", "<code>mirabelle ! block</code>"] {
            says(&tried, words);
        }
        says(&manager.open("/agenda-check?text=Opening+drinks").await, "Nothing in it sounds like selling.");

        // Filled with the list we ship; nothing changes before it is saved.
        let filled = manager.open("/agenda-check?language=fr&house=1").await;
        for words in ["Nothing has changed yet", "name=\"revision\" value=\"1\""] {
            says(&filled, words);
        }
        says(&manager.open("/agenda-check?language=fr").await, "mirabelle ! block");
        let house = domain::conduct::agenda_check::TermList::house_text(domain::conduct::agenda_check::Language::French);
        let back = manager.submit(save, &[("language", "fr"), ("revision", "1"), ("terms", house)]).await;
        says(&back, "The list is the one we ship again");
        keeps_quiet(&back, "mirabelle");

        // Somebody may have a word in the letter: the settings say so.
        says(&manager.submit(save, &[("language", "fr"), ("revision", "2"), ("terms", "question")]).await, "with 1 term.");
        let settings = manager.open(&format!("/cohorts/{}/settings", world.cohort)).await;
        for words in ["In the letter: “You are invited to a week on one ", "<mark>question</mark>", "name=\"key\" value=\"letter: question\""] {
            says(&settings, words);
        }
    }
}
