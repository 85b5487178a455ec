//! Asking somebody: through plain forms and as a script, in a quiet period and once its owner has set it aside.

use std::sync::Arc;

use app::answer::Answer;
use app::desk::App;
use axum::http::StatusCode;
use domain::access::Role;
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::database::Scratch;
use tests::world::{Plan, World, app_on, now, staff};

struct Stage {
    world: World,
    app: Arc<App>,
    /// Somebody who accepted.
    person: String,
    page: String,
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
            [("admin", Role::Admin), ("marketing", Role::Marketing), ("other", Role::ProgramManager), ("facilitator", Role::Facilitator)]
        {
            staff(&world.db, &format!("{email}@halden.example"), role).await;
        }
        let found = store::cohort::person::list(&world.db, now(), None, "p0@company0.example", 1).await.expect("read");
        world.give(found.rows[0].id).await;
        let person = found.rows[0].id.to_string();
        let app = app_on(&world.db, "http://127.0.0.1:3000");
        Self { world, app, page: format!("/people/{person}"), person }
    }

    async fn signed_in(&self, who: &str) -> Browser {
        let mut browser = Browser::new(&self.app);
        browser.sign_in(&format!("{who}@halden.example")).await;
        browser
    }

    async fn asks(&self) -> Vec<(String, String)> {
        let page = store::advocacy::ask::of(&self.world.db, self.person.parse().expect("a number"), 1).await.expect("read");
        page.rows.into_iter().map(|line| (line.wording, line.state)).collect()
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

const OPENLY: &str = "No asks until 30 April 2027: Person 0 of 0 takes part in “Spring cohort”, and the 30 days after it are quiet.";
const VEILED: &str = "No asks until 30 April 2027: they are in a quiet period.";
const GIVE: &str = "The next useful give: find something of theirs to celebrate, such as a talk, an award or a quote.";
const FORM: &str = "/api/advocacy/ask/submit";
const OVERRIDE: &str = "/api/conduct/quiet-period/override";

both_databases! {
    async fn who_may_know_reads_why_and_the_others_only_until_when(scratch) {
        let stage = Stage::build(&scratch).await;
        let mut manager = stage.signed_in("manager").await;
        let list = manager.open("/people?q=person%200").await;
        says(&list, &["1 person", "Person 0 of 0", "COO", "Company 0", "30 April 2027", &format!("href=\"{}\"", stage.page)]);
        says(&manager.open("/people").await, &["2 people", "Person 1 of 0", "not quiet"]);
        says(&manager.open("/people?q=nobody").await, &["Nobody fits"]);
        says(&manager.open(&stage.page).await, &[OPENLY, "You may ask from 1 May 2027 on.", "Set it aside", "Submit the ask"]);

        let mut admin = stage.signed_in("admin").await;
        let page = admin.open(&stage.page).await;
        says(&page, &[OPENLY]);
        keeps_silent(&page, &["Set it aside", "Submit the ask"]);

        let mut marketing = stage.signed_in("marketing").await;
        let page = marketing.open(&stage.page).await;
        says(&page, &[VEILED, "Submit the ask"]);
        keeps_silent(&page, &["Spring cohort", "Set it aside"]);
        // Of one person they learn it, to know from when on they may ask; a list of everybody would be the list of who came.
        let list = marketing.open("/people").await;
        says(&list, &["Person 0 of 0"]);
        keeps_silent(&list, &["30 April 2027", "Quiet until", "not quiet"]);

        let mut other = stage.signed_in("other").await;
        assert_eq!(other.open(&stage.page).await.status, StatusCode::NOT_FOUND);
        let list = other.open("/people").await;
        says(&list, &["Nobody is known yet"]);
        keeps_silent(&list, &["Person 0 of 0"]);
        assert_eq!(other.open("/people/0").await.status, StatusCode::NOT_FOUND);
        let mut facilitator = stage.signed_in("facilitator").await;
        assert_eq!(facilitator.open("/people").await.status, StatusCode::FORBIDDEN);
    }
}

both_databases! {
    async fn an_ask_is_refused_until_the_owner_sets_the_quiet_period_aside(scratch) {
        let stage = Stage::build(&scratch).await;
        let (person, cohort) = (stage.person.as_str(), stage.world.cohort.to_string());
        let mut marketing = stage.signed_in("marketing").await;
        let fields = [("person", person), ("kind", "feedback"), ("wording", "May we tell your story?")];
        let refused = marketing.submit(FORM, &fields).await;
        says(&refused, &[VEILED, "You may ask from 1 May 2027 on.", "May we tell your story?", "One thing needs another look"]);
        keeps_silent(&refused, &["Spring cohort"]);
        says(&marketing.submit(FORM, &[("person", person), ("kind", ""), ("wording", "Kept")]).await, &["Choose what you would ask for.", "Kept"]);
        assert_eq!(stage.asks().await, [("May we tell your story?".to_owned(), "refused".to_owned())], "the refusal is kept");

        // A script gets the same answer, with its status and its code.
        let headers = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
        let body = format!("person={person}&kind=review&wording=By+a+script");
        let got = marketing.send("POST", FORM, &headers, body.clone()).await;
        assert_eq!(got.status, StatusCode::CONFLICT);
        let answer: Answer = serde_json::from_str(&got.body).unwrap();
        let sentence = format!("{VEILED} You may ask from 1 May 2027 on. {GIVE}");
        assert_eq!(answer, Answer { done: false, code: "quiet".into(), sentence });

        // Only the owner of the program sets it aside, and says why.
        let reason = "Their press team asked us for a quote.";
        let with = [("cohort", cohort.as_str()), ("person", person), ("reason", reason)];
        for who in ["admin", "marketing", "other"] {
            let got = stage.signed_in(who).await.submit(OVERRIDE, &with).await;
            assert!([StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&got.status), "{who}: {}", got.status);
        }
        let mut manager = stage.signed_in("manager").await;
        says(&manager.submit(FORM, &[("person", person), ("kind", "beta"), ("wording", "Would you try it?")]).await, &[OPENLY]);
        let short = manager.submit(OVERRIDE, &[("cohort", &cohort), ("person", person), ("reason", "urgent")]).await;
        says(&short, &["Say why this cannot wait", "urgent"]);
        let done = manager.submit(OVERRIDE, &with).await;
        says(&done, &["is set aside for them", "Nothing stands against an ask today.", "program manager set the quiet period of “Spring cohort” aside", reason]);
        says(&manager.submit(OVERRIDE, &with).await, &["is set aside for them already"]);
        says(&manager.submit(FORM, &[("person", person), ("kind", "beta"), ("wording", "Would you try it?")]).await, &["The ask is submitted.", "a quiet period was set aside"]);
        says(&manager.submit(FORM, &[("person", person), ("kind", "beta"), ("wording", "Would you try it?")]).await, &["This ask is submitted already."]);

        // One at a time: while it is on its way nothing else is asked, and cancelled it stands in nobody's way.
        says(&marketing.open(&stage.page).await, &["An ask of them is being looked at already: one at a time."]);
        let open = store::advocacy::ask::list(&stage.world.db, &Default::default(), 1).await.unwrap().rows[0].id.to_string();
        let cancel = [("ask", open.as_str()), ("revision", "1"), ("act", "cancel"), ("comment", "They wrote that they are away.")];
        says(&manager.submit("/api/advocacy/ask/step", &cancel).await, &["It is cancelled.", "They wrote that they are away."]);

        let page = marketing.open(&stage.page).await;
        says(&page, &["Nothing stands against an ask today.", "A quiet period was set aside on 15 January 2027."]);
        keeps_silent(&page, &["Spring cohort", reason, "program manager set"]);
        let got = marketing.send("POST", FORM, &headers, body.replace("By+a+script", "Again")).await;
        assert_eq!((got.status, serde_json::from_str::<Answer>(&got.body).unwrap().code.as_str()), (StatusCode::OK, "done"));
        let asks = ["Again", "Would you try it?", "Would you try it?", "By a script", "May we tell your story?"].map(str::to_owned);
        let states = ["submitted", "cancelled", "refused", "refused", "refused"].map(str::to_owned);
        assert_eq!(stage.asks().await, asks.into_iter().zip(states).collect::<Vec<_>>());
    }
}

both_databases! {
    async fn quiet_days_are_a_setting_of_the_cohort(scratch) {
        let stage = Stage::build(&scratch).await;
        let cohort = stage.world.cohort.to_string();
        let mut manager = stage.signed_in("manager").await;
        let page = manager.open(&format!("/cohorts/{cohort}/settings")).await;
        says(&page, &["The quiet period", "value=\"30\""]);
        let revision = store::cohort::get(&stage.world.db, stage.world.cohort).await.unwrap().unwrap().revision.to_string();
        let typed = |days: &'static str| {
            [
                ("cohort", cohort.as_str()), ("revision", revision.as_str()), ("title", "Spring cohort"), ("venue", "Campus Fontainebleau"), ("place", "France"),
                ("zone", "Europe/Paris"), ("first_day", "2027-03-27"), ("last_day", "2027-03-31"), ("capacity", "6"), ("overbooked", ""),
                ("reply_by", "2027-02-26"), ("letter", "Kept as it was typed."), ("rule", "1"), ("quiet_days", days), ("quiet_company", "yes"),
            ]
        };
        let refused = manager.submit("/api/cohort/cohort/edit", &typed("soon")).await;
        says(&refused, &["Enter how many days stay quiet after the cohort", "value=\"soon\"", "Kept as it was typed."]);
        says(&manager.submit("/api/cohort/cohort/edit", &typed("20")).await, &["fewer would break what they were promised"]);
        says(&manager.submit("/api/cohort/cohort/edit", &typed("33")).await, &["The settings are saved.", "value=\"33\""]);
        says(&manager.open("/people").await, &["3 May 2027"]);
        let colleague = store::cohort::person::list(&stage.world.db, now(), None, "p1@company0.example", 1).await.unwrap().rows[0].id;
        says(&manager.open(&format!("/people/{colleague}")).await, &["for everybody at the company"]);
    }
}
