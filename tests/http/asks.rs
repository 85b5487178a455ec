//! The life of an ask through plain forms: from the decision before anything is typed, over four eyes and the person's own
//! page, to the ledger; and who could do what is needed.

use std::sync::Arc;

use app::desk::App;
use axum::http::StatusCode;
use domain::access::Role;
use sea_orm::{ActiveModelTrait, Set};
use store::entity;
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::database::Scratch;
use tests::world::{Plan, World, app_on, now, staff};

struct Stage {
    world: World,
    app: Arc<App>,
    /// Somebody who was invited, and their colleague, who accepted.
    free: i64,
    quiet: i64,
}

impl Stage {
    async fn build(scratch: &Scratch) -> Self {
        let world = World::new(&scratch.db, 2, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let people = world.name(0, 2).await;
        world.accept(people[1]).await;
        for (email, role) in
            [("admin", Role::Admin), ("marketing", Role::Marketing), ("other", Role::ProgramManager), ("facilitator", Role::Facilitator)]
        {
            staff(&world.db, &format!("{email}@halden.example"), role).await;
        }
        let (free, quiet) = (world.person("p0@company0.example").await, world.person("p1@company0.example").await);
        let app = app_on(&world.db, "http://127.0.0.1:3000");
        Self { world, app, free, quiet }
    }

    async fn signed_in(&self, who: &str) -> Browser {
        let mut browser = Browser::new(&self.app);
        browser.sign_in(&format!("{who}@halden.example")).await;
        browser
    }

    /// The newest ask that is one: its number and its revision.
    async fn newest(&self) -> (i64, String, String) {
        let listed = store::advocacy::ask::list(&self.world.db, &Default::default(), 1).await.expect("the list").rows;
        let shown = store::advocacy::ask::get(&self.world.db, listed[0].id).await.expect("a read").expect("an ask");
        (shown.id, shown.id.to_string(), shown.revision.to_string())
    }

    async fn step(&self, browser: &mut Browser, act: &str, comment: &str, day: &str) -> Got {
        let (_, ask, revision) = self.newest().await;
        let fields = [("ask", ask.as_str()), ("revision", revision.as_str()), ("act", act), ("comment", comment), ("day", day)];
        browser.submit(STEP, &fields).await
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

const SUBMIT: &str = "/api/advocacy/ask/submit";
const DRAFT: &str = "/api/advocacy/ask/draft";
const STEP: &str = "/api/advocacy/ask/step";
const GIVE_FIRST: &str = "Nothing was given to them yet: give before you ask.";
const WORDING: &str = "canary-7714: would you write two lines?";

both_databases! {
    async fn an_ask_goes_from_the_first_words_to_the_ledger(scratch) {
        let stage = Stage::build(&scratch).await;
        let person = stage.free.to_string();
        let (mut manager, mut marketing) = (stage.signed_in("manager").await, stage.signed_in("marketing").await);

        // The decision is there before anything is typed, and a draft may be kept whatever it says.
        says(&manager.open("/asks").await, &["Nothing was asked yet", "/asks/match", "Ask somebody"]);
        says(&manager.open("/asks/new").await, &["Person 0 of 0", &format!("/asks/new?person={person}")]);
        let page = manager.open(&format!("/asks/new?person={person}&kind=quote")).await;
        says(&page, &[GIVE_FIRST, "needs their consent to be quoted", "The next useful give", "Keep it as a draft"]);
        let fields = [("person", person.as_str()), ("from", "new"), ("kind", "review"), ("wording", WORDING)];
        says(&manager.submit(DRAFT, &fields).await, &["The draft is kept.", WORDING, GIVE_FIRST]);

        // Refused: what was typed stays, the answer is kept beside the draft, and the draft is what it was.
        let (_, ask, revision) = stage.newest().await;
        let other_words = "canary-7714: or only one line?";
        let with = |wording: &'static str| [("ask", ask.clone()), ("revision", revision.clone()), ("kind", "review".into()), ("wording", wording.into())];
        let fields = with(other_words);
        let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
        says(&manager.submit(SUBMIT, &fields).await, &[GIVE_FIRST, other_words, "Refused before", "nothing had been given yet"]);
        says(&manager.open(&format!("/asks/{ask}")).await, &[WORDING]);

        stage.world.give(stage.free).await;
        says(&manager.open(&format!("/asks/{ask}")).await, &["Nothing stands against an ask today."]);
        let fields = with(WORDING);
        let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
        says(&manager.submit(SUBMIT, &fields).await, &["The ask is submitted.", "You submitted this yourself."]);

        // Four eyes, and a comment where one is needed.
        says(&stage.step(&mut manager, "take-up", "", "").await, &["You submitted this ask yourself."]);
        says(&marketing.open("/asks").await, &["1 ask waits for another pair of eyes."]);
        says(&stage.step(&mut marketing, "take-up", "", "").await, &["It is in your hands.", "Let it be asked"]);
        says(&stage.step(&mut marketing, "send-back", "", "").await, &["Say why, in a sentence"]);
        says(&stage.step(&mut marketing, "approve", "", "").await, &["It has gone out", "29 January 2027"]);

        // The person reads it by the link of their mail, and answers; asking twice is the same.
        let mails = store::outbox::unsent_to(&stage.world.db, "p0@company0.example").await.unwrap();
        let mail = mails.iter().find(|mail| mail.kind == "ask-made").expect("the mail");
        let letter = server::mail::templates::for_reading(&stage.app, mail);
        assert!(letter.text.contains("No is a fine answer") && !letter.text.contains("canary-7714"), "{}", letter.text);
        let token = mail.secret.clone().unwrap().link.unwrap();
        let mut guest = Browser::new(&stage.app);
        says(&guest.open(&format!("/me/{token}")).await, &[WORDING, "Not this time"]);
        let answer = [("token", token.as_str()), ("ask", ask.as_str()), ("note", "Gladly, in February."), ("answer", "yes")];
        let by_link = "/api/advocacy/ask/answer-by-link";
        let thanks = ["Thank you. We write to you about the day."];
        says(&guest.submit_proved(&stage.world.db, "p0@company0.example", by_link, &answer).await, &thanks);
        says(&guest.submit(by_link, &answer).await, &thanks);
        let mut stranger = Browser::new(&stage.app);
        let wrong = [("token", "own_nobody"), ("ask", ask.as_str()), ("answer", "no")];
        keeps_silent(&stranger.submit("/api/advocacy/ask/answer-by-link", &wrong).await, &["canary-7714", "Person 0 of 0"]);

        says(&manager.open("/asks").await, &["1 ask has a yes: agree on a day."]);
        says(&manager.open(&format!("/asks/{ask}")).await, &["Gladly, in February.", "accepted"]);
        says(&stage.step(&mut manager, "schedule", "", "2027-01-01").await, &["This day is past."]);
        says(&stage.step(&mut manager, "schedule", "", "2027-01-15").await, &["The day is kept.", "Friday 15 January 2027"]);
        says(&manager.open("/asks").await, &["1 ask was set for a day that has come."]);
        says(&stage.step(&mut manager, "complete", "", "").await, &["stands in the ledger", "completed"]);
        let totals = store::advocacy::ledger::of_person(&stage.world.db, stage.free).await.unwrap();
        assert_eq!(totals.iter().filter(|line| line.kind == "review").count(), 1);
        says(&guest.open(&format!("/me/{token}")).await, &[WORDING]);
    }
}

both_databases! {
    async fn nobody_reads_more_than_is_theirs(scratch) {
        let stage = Stage::build(&scratch).await;
        stage.world.give(stage.quiet).await;
        let quiet = stage.quiet.to_string();
        let mut manager = stage.signed_in("manager").await;
        says(&manager.submit(DRAFT, &[("person", &quiet), ("kind", "review"), ("wording", WORDING)]).await, &["Spring cohort", WORDING]);
        let (_, ask, revision) = stage.newest().await;
        let page = format!("/asks/{ask}");

        let mut marketing = stage.signed_in("marketing").await;
        let new = format!("/asks/new?person={quiet}&kind=review");
        for path in [page.as_str(), new.as_str(), "/asks/match?kind=review", "/asks"] {
            let got = marketing.open(path).await;
            says(&got, &[]);
            keeps_silent(&got, &["Spring cohort"]);
        }
        says(&marketing.open(&page).await, &["No asks until 30 April 2027: they are in a quiet period."]);
        let fields = [("ask", ask.as_str()), ("revision", revision.as_str()), ("kind", "review"), ("wording", WORDING)];
        let refused = marketing.submit(SUBMIT, &fields).await;
        says(&refused, &["they are in a quiet period."]);
        keeps_silent(&refused, &["Spring cohort"]);

        // An admin reads; asking is for those who look after people.
        let mut admin = stage.signed_in("admin").await;
        let got = admin.open(&page).await;
        says(&got, &[WORDING, "Spring cohort"]);
        keeps_silent(&got, &["What next", "Submit the ask"]);
        let cancel = [("ask", ask.as_str()), ("revision", revision.as_str()), ("act", "cancel"), ("comment", "No.")];
        assert_eq!(admin.submit(STEP, &cancel).await.status, StatusCode::FORBIDDEN);

        let mut other = stage.signed_in("other").await;
        assert_eq!(other.open(&page).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.open(&format!("/asks/new?person={quiet}")).await.status, StatusCode::NOT_FOUND);
        for (act, fields) in [
            (SUBMIT, vec![("ask", ask.as_str()), ("revision", "1"), ("kind", "review"), ("wording", "x")]),
            (DRAFT, vec![("person", quiet.as_str()), ("kind", "review"), ("wording", "x")]),
            (STEP, vec![("ask", ask.as_str()), ("revision", "1"), ("act", "cancel"), ("comment", "No.")]),
        ] {
            assert_eq!(other.submit(act, &fields).await.status, StatusCode::NOT_FOUND, "{act}");
        }
        for path in ["/asks", "/asks/new", "/asks/match?kind=review"] {
            let got = other.open(path).await;
            says(&got, &[]);
            keeps_silent(&got, &["Person 1 of 0", "canary-7714"]);
        }
        let mut facilitator = stage.signed_in("facilitator").await;
        for path in ["/asks", "/asks/new", "/asks/match", page.as_str()] {
            let got = facilitator.open(path).await;
            assert!([StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&got.status), "{path}: {}", got.status);
        }
        assert_eq!(stage.newest().await.2, revision, "nothing was changed");
    }
}

both_databases! {
    async fn who_could_do_it_is_shown_with_why(scratch) {
        let stage = Stage::build(&scratch).await;
        stage.world.name(1, 1).await;
        let elsewhere = stage.world.person("p0@company1.example").await;
        for (person, topics) in [(stage.free, "Grids\nHeat storage"), (stage.quiet, "Heat storage"), (elsewhere, "Cheese")] {
            let row = entity::advocate::ActiveModel {
                person_id: Set(person), stage: Set("active".into()), interests: Set(String::new()), topics: Set(topics.into()),
                handles: Set(String::new()), events: Set(String::new()), languages: Set("en".into()), note: Set(String::new()),
                created_by: Set(None), created_at: Set(now()), revision: Set(1),
            };
            row.insert(stage.world.db.read()).await.unwrap();
            stage.world.give(person).await;
        }
        let mut marketing = stage.signed_in("marketing").await;
        says(&marketing.open("/asks/match").await, &["What is needed?"]);
        let got = marketing.open("/asks/match?kind=review&topic=heat").await;
        says(&got, &["knows about Heat storage", "never asked", "One advocate fits none of it and is left out.", "Not to be asked now", "they are in a quiet period"]);
        keeps_silent(&got, &["Spring cohort", "Person 0 of 1"]);
        let ask = |person: i64| format!("href=\"/asks/new?person={person}&amp;kind=review\"");
        assert!(got.body.contains(&ask(stage.free)), "{}", got.body);
        assert!(!got.body.contains(&ask(stage.quiet)), "whoever may not be asked is not offered");
        says(&marketing.open("/asks/match?kind=review&topic=gold").await, &["Nobody fits", "3 advocates fit none of it"]);

        // An admin sees who could, and has no way to ask.
        let got = stage.signed_in("admin").await.open("/asks/match?kind=review&topic=heat").await;
        says(&got, &["Spring cohort"]);
        keeps_silent(&got, &["/asks/new?"]);
    }
}

both_databases! {
    async fn what_was_sent_back_needs_whoever_submitted_it(scratch) {
        let stage = Stage::build(&scratch).await;
        stage.world.give(stage.free).await;
        let person = stage.free.to_string();
        let (mut manager, mut marketing) = (stage.signed_in("manager").await, stage.signed_in("marketing").await);
        let fields = [("person", person.as_str()), ("from", "new"), ("kind", "review"), ("wording", WORDING)];
        says(&manager.submit(SUBMIT, &fields).await, &["The ask is submitted."]);

        // One's own waits for somebody else's eyes.
        keeps_silent(&manager.open("/asks").await, &["another pair of eyes"]);
        says(&marketing.open("/asks").await, &["1 ask waits for another pair of eyes.", "href=\"/asks?waits=eyes\""]);
        says(&marketing.open("/asks?waits=eyes").await, &["Person 0 of 0", "Show all but the refused"]);
        says(&manager.open("/asks?waits=eyes").await, &["No ask fits"]);
        stage.step(&mut marketing, "take-up", "", "").await;
        says(&marketing.open("/asks?waits=hands").await, &["1 ask is in your hands.", "Person 0 of 0"]);

        // Sent back, it is whoever submitted it who sees to it.
        says(&stage.step(&mut marketing, "send-back", "Say why it is them.", "").await, &["It is a draft again"]);
        says(&manager.open("/asks").await, &["1 ask was sent back to you.", "href=\"/asks?waits=sent-back\""]);
        let listed = manager.open("/asks?waits=sent-back").await;
        says(&listed, &["1 ask was sent back to you.", "Person 0 of 0"]);
        let (_, ask, revision) = stage.newest().await;
        assert!(listed.body.contains(&format!("href=\"/asks/{ask}\"")), "{}", listed.body);
        keeps_silent(&marketing.open("/asks").await, &["sent back to you"]);
        let again = [("ask", ask.as_str()), ("revision", revision.as_str()), ("kind", "review"), ("wording", WORDING)];
        says(&manager.submit(SUBMIT, &again).await, &["The ask is submitted."]);
        keeps_silent(&manager.open("/asks").await, &["sent back to you"]);
    }
}

both_databases! {
    async fn that_it_took_place_is_said_with_its_day(scratch) {
        let stage = Stage::build(&scratch).await;
        stage.world.give(stage.free).await;
        let person = stage.free.to_string();
        let (mut manager, mut marketing) = (stage.signed_in("manager").await, stage.signed_in("marketing").await);
        let fields = [("person", person.as_str()), ("from", "new"), ("kind", "review"), ("wording", WORDING)];
        manager.submit(SUBMIT, &fields).await;
        stage.step(&mut marketing, "take-up", "", "").await;
        stage.step(&mut marketing, "approve", "", "").await;
        let (id, ask, _) = stage.newest().await;
        store::advocacy::ask::answer(&stage.world.db, now(), store::Actor::Person(stage.free), stage.free, id, tests::world::yes_no(true), "").await.unwrap();

        // They said yes, and it may be done already: on which day is asked.
        let page = manager.open(&format!("/asks/{ask}")).await;
        says(&page, &["Keep the day", "It took place", "name=\"took_place\""]);
        let scheduled = stage.step(&mut manager, "schedule", "", "2027-02-01").await;
        says(&scheduled, &["The day is kept.", "If they have agreed on another day with you", "name=\"took_place\""]);
        keeps_silent(&scheduled, &["They have agreed on another day", "It did not take place"]);
        let complete = async |browser: &mut Browser, took_place: &'static str| {
            let (_, ask, revision) = stage.newest().await;
            let fields = [("ask", ask.as_str()), ("revision", revision.as_str()), ("act", "complete"), ("took_place", took_place)];
            browser.submit(STEP, &fields).await
        };
        says(&complete(&mut manager, "2027-01-16").await, &["This day is to come. Say so once it has taken place."]);
        says(&complete(&mut manager, "2027-01-14").await, &["They were asked on 15 January 2027."]);
        says(&complete(&mut manager, "2027-01-15").await, &["stands in the ledger", "completed", "Friday 15 January 2027"]);
    }
}
