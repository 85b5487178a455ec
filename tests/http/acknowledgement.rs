//! The conversation rule from its second version to the last acknowledgement, as plain forms.

use std::sync::Arc;

use app::desk::App;
use axum::http::StatusCode;
use domain::access::Role;
use domain::conduct::conversation_rule::{STARTING_TEXT, content_hash};
use sea_orm::EntityTrait;
use store::entity::{acknowledgement, released_session};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{Plan, World, app_on, staff};

const ENGLISH: &str = "We meet to learn from each other. Nothing is for sale here, not even at dinner.";
const GERMAN: &str = "Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft, auch nicht beim Essen.";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn keeps_quiet(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(!got.body.contains(words), "{} says “{words}”: {}", got.path, got.body);
}

/// The first hidden field of this name in a page.
fn field(got: &Got, name: &str) -> String {
    let wanted = format!("name=\"{name}\"");
    let tag = got.body.split('<').find(|tag| tag.starts_with("input") && tag.contains(&wanted));
    let tag = tag.unwrap_or_else(|| panic!("no field {name} in {}", got.body));
    let from = tag.find("value=\"").expect("a value") + 7;
    tag[from..].split('"').next().expect("a value").to_owned()
}

/// The newest private link mailed to somebody.
async fn link(world: &World, kind: &str, email: &str) -> String {
    let mails = store::outbox::unsent(&world.db, world.cohort).await.expect("mails");
    let mail = mails.into_iter().rfind(|mail| mail.kind == kind && mail.to_email == email).expect("a mail");
    mail.secret.expect("a secret").link.expect("a link")
}

async fn asked(world: &World) -> usize {
    let mails = store::outbox::unsent(&world.db, world.cohort).await.expect("mails");
    mails.iter().filter(|mail| mail.kind == "rule-renewed").count()
}

async fn signed_in(app: &Arc<App>, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in(email).await;
    browser
}

both_databases! {
    async fn a_new_version_is_written_published_and_acknowledged_by_everybody(scratch) {
        let world = World::new(&scratch.db, 1, 5).await;
        let educator = world.taught("Reading", "Dr. Mei Tanaka").await.to_string();
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        world.crowd(2).await;
        let cohort = world.cohort.to_string();
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let mut manager = signed_in(&app, "manager@halden.example").await;
        let mut executive = Browser::new(&app);
        executive.hold_invitation(&link(&world, "accepted", "p0@company0.example").await).await;
        keeps_quiet(&executive.open("/my/week").await, "was renewed");
        says(&executive.open("/my/rule").await, "You agreed to version 1 on Friday 15 January 2027, in English.");

        // Written: what is no rule keeps what was typed; the saved draft is looked at with what it changes.
        says(&manager.open("/rules").await, "Write version 2");
        says(&manager.open("/rules/write").await, "Nothing is for sale here.");
        let typed = |german: &'static str| [("body", ENGLISH), ("revision_en", "0"), ("body_de", german), ("revision_de", "0"), ("body_fr", ""), ("revision_fr", "0")];
        let refused = manager.submit("/api/conduct/conversation-rule/draft", &typed("Nein.")).await;
        says(&refused, "Write the rule in at least one full sentence");
        says(&refused, "not even at dinner");
        let preview = manager.submit("/api/conduct/conversation-rule/draft", &typed(GERMAN)).await;
        for words in ["Version 2, as it will be read", &content_hash(ENGLISH), &content_hash(GERMAN), "What changes", "Use it in “Spring cohort” and ask 2 people again"] {
            says(&preview, words);
        }
        let stale = manager.submit("/api/conduct/conversation-rule/draft", &typed(GERMAN)).await;
        says(&stale, "Somebody saved this draft while you were typing");

        // Published, with the cohort moved to it and everybody asked; pressing again publishes nothing more.
        let fingerprint = field(&preview, "fingerprint");
        let chosen = format!("cohort:{cohort}");
        let form = [("fingerprint", fingerprint.as_str()), (chosen.as_str(), "yes")];
        let published = manager.submit("/api/conduct/conversation-rule/publish", &form).await;
        says(&published, "Version 2 is published. 1 cohort keeps to it now, and 2 people are written to.");
        says(&manager.submit("/api/conduct/conversation-rule/publish", &form).await, "There is no draft any more");
        assert_eq!(asked(&world).await, 2);
        let page = manager.open(&format!("/cohorts/{cohort}")).await;
        says(&page, "4 people have not acknowledged version 2 of the rule.");
        says(&page, &format!("/cohorts/{cohort}/rule?show=missing"));

        // The same words are no new version; a language that was not on the form stays as it stands.
        let same = manager.submit("/api/conduct/conversation-rule/draft", &[("body", ENGLISH), ("revision_en", "0")]).await;
        says(&same, "Version 2 says this already");
        says(&same, "Hier wird nichts verkauft");
        keeps_quiet(&same, "conversation-rule/publish");
        for form in [&form[..], &[("body", ENGLISH)][..]] {
            says(&manager.submit("/api/conduct/conversation-rule/publish", form).await, "every language reads as in version 2");
        }
        assert_eq!(store::conduct::conversation_rule::list(&world.db).await.unwrap().len(), 2);
        let german = Browser::new(&app).open("/rules/2?lang=de").await;
        says(&german, "Hier wird nichts verkauft");
        says(&german, &content_hash(GERMAN));
        says(&Browser::new(&app).open("/rules/1").await, "tell us. Guests may do so without giving their name.");

        // The executive sees it above their week, reads it in German and says that they keep it.
        says(&executive.open("/my/week").await, "was renewed");
        let page = executive.open("/my/rule?lang=de").await;
        says(&page, "You agreed to version 1. Version 2 holds now");
        assert_eq!(field(&page, "hash"), content_hash(GERMAN));
        let hash = field(&page, "hash");
        let shown = [("version", "2"), ("hash", hash.as_str()), ("language", "de")];
        let refused = executive.submit("/api/conduct/acknowledgement/again", &shown).await;
        says(&refused, "Tick the box");
        says(&refused, "Hier wird nichts verkauft");
        let old = content_hash(STARTING_TEXT);
        let outdated = executive.submit("/api/conduct/acknowledgement/again", &[("version", "1"), ("hash", &old), ("ack", "yes")]).await;
        says(&outdated, "The conversation rule was renewed while you read. Version 2 holds now");
        let ticked = [shown[0], shown[1], shown[2], ("ack", "yes")];
        says(&executive.submit("/api/conduct/acknowledgement/again", &ticked).await, "It is noted that you keep to version 2");
        keeps_quiet(&executive.open("/my/week").await, "was renewed");

        // The manager acknowledges their own, sees who is missing, and reminds them; a second press is the first.
        says(&manager.open("/rules").await, "Yours to acknowledge: version 2");
        let english = content_hash(ENGLISH);
        let mine = [("version", "2"), ("hash", english.as_str())];
        says(&manager.submit("/api/conduct/acknowledgement/acknowledge", &mine).await, "It is written down that you keep to version 2");
        says(&manager.submit("/api/conduct/acknowledgement/acknowledge", &mine).await, "You have acknowledged version 2 already.");
        let rule = format!("/cohorts/{cohort}/rule");
        let page = manager.open(&rule).await;
        for words in ["Remind all 2 missing", "German", "Dr. Mei Tanaka", "Person 1 of 0", "1 educator has no e-mail address yet"] {
            says(&page, words);
        }
        let missing = manager.open(&format!("{rule}?show=missing")).await;
        says(&missing, "Person 1 of 0");
        keeps_quiet(&missing, "Person 0 of 0");
        for _ in 0..2 {
            let reminded = manager.submit("/api/conduct/acknowledgement/remind", &[("cohort", &cohort), ("who", "all")]).await;
            says(&reminded, "We wrote to Person 1 of 0 a moment ago. 1 educator has no e-mail address yet");
        }
        assert_eq!(asked(&world).await, 2, "they were asked within the minute");

        // The educator gets a private link, which a newer one replaces.
        let wrong = manager.submit("/api/conduct/educator/save", &[("educator", &educator), (&format!("email.{educator}"), "mei at school")]).await;
        says(&wrong, "value=\"mei at school\"");
        says(&wrong, "An e-mail address has an @");
        let guest = manager.submit("/api/conduct/educator/save", &[("educator", &educator), (&format!("email.{educator}"), "P0@company0.example")]).await;
        says(&guest, "This is the address of a guest who is invited to this cohort.");
        manager.submit("/api/conduct/educator/save", &[("educator", &educator), (&format!("email.{educator}"), "old@school.example")]).await;
        let old_link = link(&world, "rule-renewed", "old@school.example").await;
        let sent = manager.submit("/api/conduct/educator/save", &[("educator", &educator), ("email", "mei@school.example")]).await;
        says(&sent, "Dr. Mei Tanaka is being asked");
        let token = link(&world, "rule-renewed", "mei@school.example").await;
        let mut teacher = Browser::new(&app);
        assert_eq!(teacher.open(&format!("/e/{old_link}")).await.status, StatusCode::NOT_FOUND);
        let letter = teacher.open(&format!("/e/{token}")).await;
        for words in ["Dear Dr. Mei Tanaka,", "Reading", "Leading through the energy shift", "not even at dinner"] {
            says(&letter, words);
        }
        keeps_quiet(&letter, "Person 0 of 0");
        let form = [("token", token.as_str()), ("version", "2"), ("hash", english.as_str()), ("language", "en")];
        says(&teacher.submit("/api/conduct/acknowledgement/educator", &form).await, "Tick the box");
        let drafts = store::entity::draft::Entity::find().all(world.db.read()).await.unwrap();
        assert!(drafts.iter().all(|draft| !draft.body.contains(&token)), "a link is not kept with what was typed");
        let forged = [("token", old_link.as_str()), form[1], form[2], ("ack", "yes")];
        assert_eq!(teacher.submit("/api/conduct/acknowledgement/educator", &forged).await.status, StatusCode::NOT_FOUND);
        let ticked = [form[0], form[1], form[2], form[3], ("ack", "yes")];
        says(&teacher.submit("/api/conduct/acknowledgement/educator", &ticked).await, "You acknowledged version 2 on Friday 15 January 2027.");

        // Their name waits for the next release, which announces it.
        let names = async || released_session::Entity::find().all(world.db.read()).await.unwrap().into_iter().map(|row| row.educators).collect::<String>();
        assert_eq!(names().await, "");
        let long = "x".repeat(501);
        let refused = manager.submit("/api/agenda/release/publish", &[("cohort", &cohort), ("number", "2"), ("note", &long)]).await;
        says(&refused, "This is 501 characters long. Shorten it to 500.");
        manager.submit("/api/agenda/release/publish", &[("cohort", &cohort), ("number", "2"), ("note", "")]).await;
        assert_eq!(names().await, "Dr. Mei Tanaka");
        let rows = acknowledgement::Entity::find().all(world.db.read()).await.unwrap();
        let second: Vec<_> = rows.iter().filter(|row| row.content_hash != old).map(|row| row.language.as_str()).collect();
        assert_eq!(second.len(), 3);
        assert_eq!(second.iter().filter(|language| **language == "de").count(), 1);
    }
}

both_databases! {
    async fn facilitators_acknowledge_first_and_other_programs_stay_closed(scratch) {
        let world = World::new(&scratch.db, 1, 5).await;
        let educator = world.taught("Reading", "CANARY-Dr-Tanaka-5512").await.to_string();
        let session = world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await.to_string();
        world.release().await;
        let ida = staff(&world.db, "ida@halden.example", Role::Facilitator).await;
        staff(&world.db, "other@halden.example", Role::ProgramManager).await;
        let cohort = world.cohort.to_string();
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let mut manager = signed_in(&app, "manager@halden.example").await;

        // Added only once they have acknowledged; the form keeps what was typed.
        let host = format!("facilitator:{ida}");
        let mut revision = 1;
        let mut add = async |title: &'static str| {
            let stands = revision.to_string();
            let form = [
                ("session", session.as_str()), ("revision", stands.as_str()), ("title", title), ("day", "2027-03-28"), ("starts", "10:00"), ("ends", "11:00"),
                ("kind", "workshop"), ("mode", "everyone"), ("room", "Aula"), ("objective", "Learn"), (host.as_str(), "1"),
            ];
            let got = manager.submit("/api/agenda/session/edit", &form).await;
            revision += i32::from(got.body.contains("is saved in the working copy"));
            got
        };
        let refused = add("Renamed meanwhile").await;
        says(&refused, "facilitator has not acknowledged version 1 of the conversation rule. Remind them, then add them here.");
        says(&refused, "Renamed meanwhile");
        let mut facilitator = signed_in(&app, "ida@halden.example").await;
        let page = facilitator.open("/rules").await;
        says(&page, "Yours to acknowledge: version 1");
        keeps_quiet(&page, "Acknowledge<span");
        let hash = field(&page, "hash");
        says(&facilitator.submit("/api/conduct/acknowledgement/acknowledge", &[("version", "1"), ("hash", &hash)]).await, "Thank you.");
        says(&add("Renamed meanwhile").await, "is saved in the working copy");

        // Another program's manager learns nothing, asks nobody, and moves nothing.
        let mut stranger = signed_in(&app, "other@halden.example").await;
        let rule = format!("/cohorts/{cohort}/rule");
        let got = stranger.open(&rule).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND);
        assert!(!got.body.contains("CANARY-Dr-Tanaka-5512"));
        for (act, form) in [
            ("/api/conduct/acknowledgement/remind", vec![("cohort", cohort.as_str()), ("who", "all")]),
            ("/api/conduct/educator/save", vec![("educator", educator.as_str()), ("email", "x@school.example")]),
            ("/api/conduct/acknowledgement/record", vec![("educator", educator.as_str()), ("evidence", "Signed copy in the folder")]),
        ] {
            assert_eq!(stranger.submit(act, &form).await.status, StatusCode::NOT_FOUND, "{act}");
        }
        let drafted = stranger.submit("/api/conduct/conversation-rule/draft", &[("body", ENGLISH)]).await;
        keeps_quiet(&drafted, "Spring cohort");
        let fingerprint = field(&drafted, "fingerprint");
        let chosen = format!("cohort:{cohort}");
        let moved = stranger.submit("/api/conduct/conversation-rule/publish", &[("fingerprint", &fingerprint), (&chosen, "yes")]).await;
        assert_eq!(moved.status, StatusCode::NOT_FOUND);
        assert_eq!(store::conduct::conversation_rule::list(&world.db).await.unwrap().len(), 1);
        assert_eq!(asked(&world).await, 0);
        assert_eq!(acknowledgement::Entity::find().all(world.db.read()).await.unwrap().len(), 1);
        says(&manager.open(&rule).await, "CANARY-Dr-Tanaka-5512");
        let record = manager.submit("/api/conduct/acknowledgement/record", &[("educator", &educator), ("evidence", "Signed copy in the folder")]).await;
        says(&record, "On paper, recorded by program manager: Signed copy in the folder");

        // A new version: whoever leads sessions there reads of it where they start, until they acknowledge it.
        keeps_quiet(&facilitator.open("/my-sessions").await, "of the conversation rule");
        let fingerprint = field(&manager.open("/rules/preview").await, "fingerprint");
        manager.submit("/api/conduct/conversation-rule/publish", &[("fingerprint", &fingerprint), (&chosen, "yes")]).await;
        let start = facilitator.open("/my-sessions").await;
        says(&start, "“Spring cohort” keeps to version 2 of the conversation rule.");
        says(&start, "/rules?version=2#acknowledge-2");
        let english = content_hash(ENGLISH);
        facilitator.submit("/api/conduct/acknowledgement/acknowledge", &[("version", "2"), ("hash", &english)]).await;
        keeps_quiet(&facilitator.open("/my-sessions").await, "of the conversation rule");
    }
}
