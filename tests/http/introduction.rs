//! An introduction as people press it, by cookie and by link; and a company's ledger as marketing keeps it.

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::access::Role;
use domain::advocacy::consent::{Scope, Wish, usual_end};
use domain::registration::invitation::Needs;
use sea_orm::{ConnectionTrait, EntityTrait};
use store::advocacy::consent::{self, Giver};
use store::entity::invitation as invited;
use store::outbox::Mail;
use store::registration::invitation::{self, Answer};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{Plan, World, app_on, now, staff};

const TOPIC: &str = "Grid forecasting";
/// Said on accepting an invitation.
const WISH: &str = "How do others forecast the grid? CANARY-wish-9031";
const COHORT: &str = "Spring cohort";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.replace("<!>", "").contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn is_silent(got: &Got, canaries: &[&str]) {
    for canary in canaries {
        assert!(!got.body.contains(canary), "{} tells of {canary}: {}", got.path, got.body);
    }
}

/// The mails of a kind that are due and were not looked at yet, as they read.
async fn mails(app: &app::desk::App, kind: &str) -> Vec<(Mail, String)> {
    let due = store::outbox::lease(&app.db, now(), 500).await.unwrap();
    due.into_iter()
        .filter(|mail| mail.kind == kind)
        .map(|mail| {
            let read = (app.render_mail)(app, &mail);
            let text = format!("{}\n{}\n{}", read.subject, read.text, read.html);
            (mail, text)
        })
        .collect()
}

/// Three companies with one guest each; the first knows about a topic, the second wants to learn about it. Answers the
/// links of their invitations and their numbers.
async fn stage(scratch: &tests::database::Scratch) -> (World, Vec<String>, Vec<i64>) {
    let db = &scratch.db;
    let world = World::new(db, 3, 4).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    let mut people = Vec::new();
    for company in 0..3 {
        let id = world.name(company, 1).await[0];
        let needs = Needs { wants_to_learn: if company == 1 { WISH.into() } else { String::new() }, ..Needs::default() };
        invitation::accept(db, now(), id, &Answer { needs, acknowledged: Some(1), ..Answer::default() }).await.unwrap();
        let wish = Wish { scope: Scope::PeerIntroduction, channels: vec![], until: usual_end(now().date_naive()), exactly: false };
        consent::give(db, now(), Giver::Invitation(id), &wish).await.unwrap();
        people.push(invited::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap().person_id);
    }
    let record = format!(
        "INSERT INTO advocate (person_id, stage, interests, topics, handles, events, languages, note, created_at) \
         VALUES ({}, 'identified', '', '{TOPIC}', '', '', 'en', '', '2027-01-15T09:00:00+00:00')",
        people[0]
    );
    db.read().execute_unprepared(&record).await.unwrap();
    let unsent = store::outbox::unsent(db, world.cohort).await.unwrap();
    let links = (0..3)
        .map(|company| {
            let email = format!("p0@company{company}.example");
            unsent.iter().rfind(|mail| mail.kind == "accepted" && mail.to_email == email).unwrap().secret.clone().unwrap().link.unwrap()
        })
        .collect();
    staff(db, "priya@halden.example", Role::Marketing).await;
    staff(db, "ada@halden.example", Role::Admin).await;
    staff(db, "sam@halden.example", Role::AccountManager).await;
    (world, links, people)
}

both_databases! {
    async fn two_peers_are_introduced_once_both_said_yes(scratch) {
        let (_, links, people) = stage(&scratch).await;
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let (mut priya, mut sam, mut amara, mut mei) = (Browser::new(&app), Browser::new(&app), Browser::new(&app), Browser::new(&app));
        priya.sign_in("priya@halden.example").await;
        sam.sign_in("sam@halden.example").await;
        amara.hold_invitation(&links[0]).await;
        mei.hold_invitation(&links[2]).await;
        mails(&app, "").await;
        let (of_amara, of_tomas) = (["Person 0 of 0", "p0@company0", "Company 0"], ["Person 0 of 1", "p0@company1", "Company 1"]);

        // Marketing sees a topic and two people, and not where either said it.
        let page = priya.open("/introductions").await;
        says(&page, TOPIC);
        says(&page, "Person 0 of 0");
        says(&page, "Person 0 of 1");
        is_silent(&page, &["CANARY", "How do others", COHORT]);
        let (knows, learns) = (people[0].to_string(), people[1].to_string());
        let both = [("knows", knows.as_str()), ("learns", learns.as_str()), ("topic", TOPIC)];
        let asked = priya.submit("/api/advocacy/introduction/offer", &both).await;
        says(&asked, "Both are asked.");
        says(&asked, "both are asked");
        says(&asked, "Nobody fits at the moment");
        let strangers = [("knows", knows.as_str()), ("learns", learns.as_str()), ("topic", "Another topic")];
        says(&priya.submit("/api/advocacy/introduction/offer", &strangers).await, "is offered already");

        // No seller comes near it.
        assert_eq!(sam.open("/introductions").await.status, StatusCode::FORBIDDEN);
        assert_eq!(sam.post("/api/advocacy/introduction/offer", &both).await.status, StatusCode::FORBIDDEN);

        // Each is asked with a link of their own, and learns nothing of the other: mail, page and file.
        let told = mails(&app, "introduction-offered").await;
        let [(first, to_amara), (second, to_tomas)] = &told[..] else { panic!("{} mails", told.len()) };
        assert_eq!((first.to_email.as_str(), second.to_email.as_str()), ("p0@company0.example", "p0@company1.example"));
        assert!(to_amara.contains("would like to learn about “Grid forecasting”") && to_tomas.contains("knows about “Grid forecasting”"));
        for (text, secrets) in [(to_amara, &of_tomas), (to_tomas, &of_amara)] {
            assert!(secrets.iter().chain(&["CANARY"]).all(|secret| !text.contains(secret)), "{text}");
        }
        let key = second.secret.clone().unwrap().link.unwrap();
        let mut tomas = Browser::new(&app);
        let mine = amara.open("/my/statement").await;
        says(&mine, TOPIC);
        let theirs = tomas.open(&format!("/me/{key}")).await;
        says(&theirs, TOPIC);
        let id = mine.body.split("name=\"introduction\" value=\"").nth(1).expect("a form").split('"').next().expect("a number").to_owned();
        let files = [amara.open("/my/statement.json").await, tomas.open(&format!("/me/{key}/statement.json")).await];
        for got in [&mine, &files[0]] {
            is_silent(got, &of_tomas);
        }
        for got in [&theirs, &files[1]] {
            is_silent(got, &of_amara);
        }

        // A stranger cannot answer for them, nor a link that opens nothing; an answer is yes or no.
        let yes = [("introduction", id.as_str()), ("answer", "yes")];
        says(&mei.submit("/api/advocacy/introduction/answer", &yes).await, "There is no such introduction.");
        let forged = [("token", "own_unknown"), ("introduction", id.as_str()), ("answer", "yes")];
        assert_eq!(Browser::new(&app).submit("/api/advocacy/introduction/answer-by-link", &forged).await.status, StatusCode::NOT_FOUND);
        let unclear = [("introduction", id.as_str()), ("answer", "perhaps")];
        says(&amara.submit("/api/advocacy/introduction/answer", &unclear).await, "Say yes or no.");

        // One yes passes nothing on.
        let waits = amara.submit_proved(&scratch.db, "p0@company0.example", "/api/advocacy/introduction/answer", &yes).await;
        says(&waits, "until then nothing of you is passed on");
        is_silent(&waits, &of_tomas);
        is_silent(&tomas.open(&format!("/me/{key}")).await, &of_amara);
        says(&priya.open("/introductions").await, "one said yes");

        // The second introduces them.
        let by_link = [("token", key.as_str()), ("introduction", id.as_str()), ("answer", "yes")];
        let done = tomas.submit_proved(&scratch.db, "p0@company1.example", "/api/advocacy/introduction/answer-by-link", &by_link).await;
        says(&done, "You both said yes.");
        says(&done, "p0@company0.example");
        says(&amara.open("/my/statement").await, "p0@company1.example");
        assert!(amara.open("/my/statement.json").await.body.contains("p0@company1.example"));
        let told = mails(&app, "introduced").await;
        assert_eq!(told.len(), 2);
        for ((mail, text), secrets) in told.iter().zip([&of_tomas, &of_amara]) {
            assert!(secrets.iter().all(|detail| text.contains(detail)), "{}: {text}", mail.to_email);
        }
        says(&priya.open("/introductions?state=introduced").await, "both said yes");

        // It is a give to each, in the ledger of their companies.
        let company = store::cohort::person::get(&scratch.db, people[0]).await.unwrap().unwrap().company;
        assert_eq!(company, "Company 0");
        let row = store::entity::person::Entity::find_by_id(people[0]).one(scratch.db.read()).await.unwrap().unwrap();
        let ledger = priya.open(&format!("/reciprocity/{}", row.company_id)).await;
        says(&ledger, "Introduction made");
        says(&ledger, TOPIC);
        is_silent(&ledger, &[COHORT, "CANARY"]);
    }
}

both_databases! {
    async fn a_no_by_link_tells_nobody_whose_it_was(scratch) {
        let (_, links, people) = stage(&scratch).await;
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let (mut priya, mut amara, mut tomas) = (Browser::new(&app), Browser::new(&app), Browser::new(&app));
        priya.sign_in("priya@halden.example").await;
        amara.hold_invitation(&links[0]).await;
        mails(&app, "").await;
        let (knows, learns) = (people[0].to_string(), people[1].to_string());
        priya.submit("/api/advocacy/introduction/offer", &[("knows", &knows), ("learns", &learns), ("topic", TOPIC)]).await;
        let (mail, _) = mails(&app, "introduction-offered").await.remove(1);
        let key = mail.secret.unwrap().link.unwrap();
        let page = amara.open("/my/statement").await;
        let id = page.body.split("name=\"introduction\" value=\"").nth(1).expect("a form").split('"').next().expect("a number").to_owned();
        let yes = [("introduction", id.as_str()), ("answer", "yes")];
        amara.submit_proved(&scratch.db, "p0@company0.example", "/api/advocacy/introduction/answer", &yes).await;
        let no = [("token", key.as_str()), ("introduction", id.as_str()), ("answer", "no")];
        says(&tomas.submit("/api/advocacy/introduction/answer-by-link", &no).await, "nobody is told that it was you");
        says(&tomas.submit("/api/advocacy/introduction/answer-by-link", &no).await, "You answered so before.");
        let told = mails(&app, "introduction-ended").await;
        let [(mail, text)] = &told[..] else { panic!("{} mails", told.len()) };
        assert_eq!(mail.to_email, "p0@company0.example");
        for secret in ["Person 0 of 1", "company1", "Company 1", "declined", "said no"] {
            assert!(!text.contains(secret), "the mail tells of {secret}: {text}");
        }
        let page = amara.open("/my/statement").await;
        is_silent(&page, &["Person 0 of 1", "company1", TOPIC]);
        let list = priya.open("/introductions").await;
        says(&list, "did not come about");
        says(&list, ">declined<");
    }
}

both_databases! {
    async fn a_companys_ledger_is_kept_and_tells_nobody_of_seats(scratch) {
        let db = &scratch.db;
        let (world, _, people) = stage(&scratch).await;
        let company = world.company(0).await;
        store::advocacy::ledger::credit_seats(db, now() + TimeDelta::days(100)).await.unwrap();
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut priya, mut ada, mut sam) = (Browser::new(&app), Browser::new(&app), Browser::new(&app));
        priya.sign_in("priya@halden.example").await;
        ada.sign_in("ada@halden.example").await;
        sam.sign_in("sam@halden.example").await;
        let path = format!("/reciprocity/{company}");

        // The admin sees the seat; marketing sees nothing, not even in the sums.
        says(&ada.open(&path).await, "1 give, weighing 5");
        let page = priya.open(&path).await;
        says(&page, "Nothing stands here yet");
        says(&page, "0 gives");
        is_silent(&page, &[COHORT, "a cohort that is over", "weighing 5"]);
        assert_eq!(sam.open(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(priya.open("/reciprocity/999").await.status, StatusCode::NOT_FOUND);

        // What is wrong keeps what was typed.
        let (of, person) = (company.to_string(), people[0].to_string());
        let gift = |value: &'static str| [("company", of.as_str()), ("person", person.as_str()), ("kind", "gift"), ("on", "2027-01-14"), ("note", "A book of maps"), ("value", value)];
        let refused = priya.submit("/api/advocacy/ledger/give", &gift("400")).await;
        says(&refused, "100 is left: choose something smaller");
        says(&refused, "value=\"A book of maps\"");
        let done = priya.submit("/api/advocacy/ledger/give", &gift("40")).await;
        says(&done, "It is in the ledger");
        says(&done, "A book of maps, worth 40");
        says(&done, "1 give, weighing 1");
        let seat = [("company", of.as_str()), ("person", person.as_str()), ("kind", "seat"), ("on", "2027-01-14"), ("note", "By hand")];
        says(&priya.submit("/api/advocacy/ledger/give", &seat).await, "A seat is entered by itself");
        let form = priya.open(&format!("{path}?record=act")).await;
        says(&form, "/api/advocacy/ledger/act");
        let act = [("company", of.as_str()), ("person", ""), ("kind", "referral"), ("on", "2027-01-14"), ("note", "")];
        let refused = priya.submit("/api/advocacy/ledger/act", &act).await;
        says(&refused, "Say in a few words what it was");
        let act: Vec<(&str, &str)> = act.iter().copied().filter(|(field, _)| *field != "note").chain([("note", "Named us")]).collect();
        let done = priya.submit("/api/advocacy/ledger/act", &act).await;
        says(&done, "They did more for us than we gave: 4 against 1, by weight.");
        // The balance says what it is made of, and asking is another rule.
        says(&done, "1 − 4 = −3");
        says(&done, "whether they may be asked goes by how many gives and asks there were, not by weight");
        let list = priya.open("/reciprocity").await;
        says(&list, "1 − 4 = −3");
        says(&list, "The balance is by weight: a speaking slot weighs 4 and a gift 1, a case study 5 and feedback 1.");

        // Taken back with a reason, by another entry.
        let entry = done.body.split("name=\"entry\" value=\"").nth(1).expect("a form").split('"').next().expect("a number").to_owned();
        let back = |reason: &'static str| [("entry", entry.clone()), ("company", of.clone()), ("reason", reason.to_owned())];
        let send = async |browser: &mut Browser, fields: [(&str, String); 3]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
            browser.submit("/api/advocacy/ledger/correct", &fields).await
        };
        says(&send(&mut priya, back("")).await, "Say why it does not stand");
        let taken = send(&mut priya, back("It was another company")).await;
        says(&taken, "It is taken back.");
        says(&taken, ">taken back<");
        says(&taken, "It was another company");
        says(&send(&mut priya, back("Once more")).await, "It was taken back before.");

        // A seat is none to whoever is not shown it.
        let rows = store::entity::ledger_entry::Entity::find().all(db.read()).await.unwrap();
        let seat = rows.iter().find(|row| row.kind == "seat" && row.company_id == company).expect("a seat").id.to_string();
        let hidden = priya.submit("/api/advocacy/ledger/correct", &[("entry", &seat), ("company", &of), ("reason", "Not so")]).await;
        says(&hidden, "There is no such entry.");
        assert_eq!(sam.post("/api/advocacy/ledger/give", &gift("1")).await.status, StatusCode::FORBIDDEN);
    }
}
