//! Consent as people press it, and what it lets others publish: plain forms from the first tap to the proof of removal.

use axum::http::StatusCode;
use domain::access::Role;
use domain::advocacy::consent::Scope;
use domain::cohort::allotment::Named as Colleague;
use domain::registration::invitation::Needs;
use sea_orm::ConnectionTrait;
use store::outbox::Mail;
use store::registration::invitation::{self, Answer};
use tests::both_databases;
use tests::browser::{Browser, Got};
use tests::world::{Plan, World, app_on, now, staff};

/// Said of somebody's needs: not for marketing.
const NEEDS: &str = "CANARY-shellfish-4410";
/// Where somebody took part: confidential, whatever else they allow.
const COHORT: &str = "Spring cohort";
const PROGRAM: &str = "Leading through the energy shift";

fn says(got: &Got, words: &str) {
    assert_eq!(got.status, StatusCode::OK, "{}: {}", got.path, got.body);
    assert!(got.body.replace("<!>", "").contains(words), "{} does not say “{words}”: {}", got.path, got.body);
}

fn is_silent(got: &Got, who: &str) {
    for canary in [NEEDS, COHORT, PROGRAM] {
        assert!(!got.body.contains(canary), "{} tells {who} of {canary}: {}", got.path, got.body);
    }
}

/// The mails of a kind that are due and were not looked at yet, as they read.
async fn mails(app: &app::desk::App, kind: &str) -> Vec<(Mail, String)> {
    let due = store::outbox::lease(&app.db, now(), 500).await.unwrap();
    due.into_iter()
        .filter(|mail| mail.kind == kind)
        .map(|mail| {
            let read = (app.render_mail)(app, &mail);
            (mail, read.text)
        })
        .collect()
}

both_databases! {
    async fn a_name_is_given_published_and_taken_back(scratch) {
        let db = &scratch.db;
        let world = World::new(db, 1, 4).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let guest = world.name(0, 1).await[0];
        let needs = Needs { dietary: NEEDS.into(), ..Needs::default() };
        invitation::accept(db, now(), guest, &Answer { needs, acknowledged: Some(1), ..Answer::default() }).await.unwrap();
        let token = store::outbox::unsent(db, world.cohort).await.unwrap().iter().rfind(|mail| mail.kind == "accepted").unwrap().secret.clone().unwrap().link.unwrap();
        staff(db, "priya@halden.example", Role::Marketing).await;
        let seller = staff(db, "sam@halden.example", Role::AccountManager).await;
        let company = store::cohort::company::list(db, &Default::default(), 1).await.unwrap().rows[0].id;
        db.read().execute_unprepared(&format!("INSERT INTO account_manager (staff_id, company_id) VALUES ({seller}, {company})")).await.unwrap();
        let app = app_on(db, "http://127.0.0.1:3000");
        let (mut guest, mut priya, mut sam) = (Browser::new(&app), Browser::new(&app), Browser::new(&app));
        guest.hold_invitation(&token).await;
        priya.sign_in("priya@halden.example").await;
        sam.sign_in("sam@halden.example").await;

        // Nothing is allowed until it is: marketing is told every reason, and keeps what was typed.
        let terms = guest.open("/my/terms").await;
        says(&terms, Scope::Photo.text());
        says(&terms, "not allowed");
        assert!(!terms.body.contains(">allowed until"), "all of it is off: {}", terms.body);
        says(&terms, "You allow nothing at the moment.");
        assert!(!terms.body.contains("Other things you could allow"), "all of it is open at first");
        let home = priya.open("/").await;
        assert_eq!(home.path, "/celebrate");
        let register = priya.open("/publications").await;
        says(&register, "Nothing is planned yet");
        staff(db, "noor@halden.example", Role::IncidentReviewer).await;
        let mut noor = Browser::new(&app);
        noor.sign_in("noor@halden.example").await;
        assert_eq!(noor.open("/").await.path, "/incidents");
        let plan = [
            ("title", "What a week can change"), ("channel", "blog"), ("day", "2027-01-15"),
            ("email.0", "p0@company0.example"), ("scope.0:name", "yes"), ("scope.0:title", "yes"), ("scope.0:attendance", "yes"),
            ("company.0", "Company 0"), ("company_scope.0:logo", "yes"),
        ];
        let refused = priya.submit("/api/advocacy/publication/plan", &plan).await;
        for reason in [
            "4 things need another look",
            "p0@company0.example has not allowed their name on the blog.",
            "p0@company0.example has not allowed their job title on the blog.",
            "Whether p0@company0.example took part is confidential",
            "Company 0 has nobody yet who may give its logo.",
            "value=\"What a week can change\"",
            "value=\"p0@company0.example\"",
        ] {
            says(&refused, reason);
        }
        assert!(!refused.body.contains("Person 0 of 0"), "an address is not answered with a name");
        // Words and pictures are approved by the customer first: not here.
        assert!(!refused.body.contains("scope.0:quote") && !refused.body.contains("scope.0:photo"), "a task does that");
        let quoted: Vec<(&str, &str)> = plan.iter().copied().chain([("scope.0:quote", "yes")]).collect();
        let quoted = priya.submit("/api/advocacy/publication/plan", &quoted).await;
        says(&quoted, "To show a quote of theirs, p0@company0.example has to approve exactly that first.");
        is_silent(&refused, "marketing");

        // The guest allows the name in one tap, and the title on one channel until a day; a wrong day loses nothing.
        let (name, title) = (Scope::Name.text_hash(), Scope::Title.text_hash());
        let given = guest.submit("/api/advocacy/consent/give", &[("scope", "name"), ("group", "our channels"), ("text", &name)]).await;
        says(&given, "Your name: allowed until Saturday 15 January 2028.");
        says(&given, "You allow your name on our own channels; nothing else.");
        says(&given, "Other things you could allow…");
        let stale = guest.submit("/api/advocacy/consent/give", &[("scope", "photo"), ("group", "our channels"), ("text", &name)]).await;
        says(&stale, "the sentence you agree to was renewed");
        let late = [("scope", "title"), ("exactly", "yes"), ("text", title.as_str()), ("channel:blog", "yes"), ("until", "2031-01-01")];
        let refused = guest.submit("/api/advocacy/consent/give", &late).await;
        says(&refused, "after 24 months we ask you again");
        says(&refused, "value=\"2031-01-01\"");
        let exactly = [("scope", "title"), ("exactly", "yes"), ("text", title.as_str()), ("channel:blog", "yes"), ("until", "2027-01-31")];
        says(&guest.submit("/api/advocacy/consent/give", &exactly).await, "Your job title: allowed until Sunday 31 January 2027.");

        let photo = Scope::Photo.text_hash();
        let two = [("scope", "photo"), ("exactly", "yes"), ("text", photo.as_str()), ("channel:blog", "yes"), ("channel:x", "yes"), ("until", "2027-01-31")];
        says(&guest.submit("/api/advocacy/consent/give", &two).await, "A photo of you: allowed until Sunday 31 January 2027.");
        let one: Vec<(&str, &str)> = two.iter().copied().filter(|(field, _)| *field != "channel:x").collect();
        says(&guest.submit("/api/advocacy/consent/give", &one).await, "A photo of you: allowed only where it is ticked now.");
        let none: Vec<(&str, &str)> = one.iter().copied().filter(|(field, _)| *field != "channel:blog").collect();
        says(&guest.submit("/api/advocacy/consent/give", &none).await, "A photo of you: stopped.");

        // The company's logo: only by its signatory, behind a private link.
        let wrong = priya.submit("/api/advocacy/signatory/save", &[("company", &company.to_string()), ("name", "Mei Tanaka"), ("title", ""), ("email", "mei@company0.example")]).await;
        says(&wrong, "Enter their role");
        says(&wrong, "value=\"Mei Tanaka\"");
        let named = priya.submit("/api/advocacy/signatory/save", &[("company", &company.to_string()), ("name", "Mei Tanaka"), ("title", "Head of brand"), ("email", "mei@company0.example")]).await;
        says(&named, "A link is on its way to Mei Tanaka.");
        let (mail, _) = mails(&app, "signatory-asked").await.remove(0);
        let key = mail.secret.unwrap().link.unwrap();
        assert!(!named.body.contains(&key) && !priya.open("/companies").await.body.contains("sig_"), "the link is her own");
        let mut mei = Browser::new(&app);
        let page = mei.open(&format!("/s/{key}")).await;
        says(&page, "Mei Tanaka, Head of brand: you sign for Company 0.");
        is_silent(&page, "the signatory");
        assert!(!page.body.contains("Person 0"), "who comes is not told");
        assert_eq!(mei.open("/s/sig_unknown").await.status, StatusCode::NOT_FOUND);
        let logo = Scope::Logo.text_hash();
        let give = [("token", key.as_str()), ("scope", "logo"), ("group", "our channels"), ("text", logo.as_str())];
        says(&mei.submit("/api/advocacy/consent/company-give", &give).await, "Your company’s logo: allowed until");
        let forged = mei.submit("/api/advocacy/consent/company-give", &[("token", "sig_unknown"), ("scope", "logo"), ("group", "our channels"), ("text", &logo)]).await;
        assert_eq!(forged.status, StatusCode::NOT_FOUND);
        let seen = priya.open(&format!("/companies/{company}")).await;
        says(&seen, "Consents of the company");
        says(&seen, "Mei Tanaka");

        // Planned without what stays confidential, then public: at an address that is one.
        let allowed: Vec<(&str, &str)> = plan.iter().copied().filter(|(field, _)| *field != "scope.0:attendance").collect();
        let planned = priya.submit("/api/advocacy/publication/plan", &allowed).await;
        says(&planned, "every consent it needs stands");
        says(&planned, "Person 0 of 0");
        is_silent(&planned, "marketing");
        let id = planned.path.rsplit('/').next().unwrap().to_owned();
        // Another, for a later day: not before it.
        let later: Vec<(&str, &str)> = allowed.iter().map(|(field, typed)| if *field == "day" { (*field, "2027-01-18") } else { (*field, *typed) }).collect();
        let waits = priya.submit("/api/advocacy/publication/plan", &later).await;
        says(&waits, "From Monday 18 January 2027 on it can be marked as public here.");
        assert!(!waits.body.contains("Mark as public"), "there is nothing to press: {}", waits.body);
        let waiting = waits.path.rsplit('/').next().unwrap().to_owned();
        let early = [("publication", waiting.as_str()), ("revision", "1"), ("url", "https://halden.example/news/soon")];
        says(&priya.submit("/api/advocacy/publication/publish", &early).await, "This is planned for Monday 18 January 2027");
        says(&priya.submit("/api/advocacy/publication/cancel", &[("publication", &waiting), ("revision", "1")]).await, "It is cancelled.");
        let wrong = priya.submit("/api/advocacy/publication/publish", &[("publication", &id), ("revision", "1"), ("url", "javascript:alert(1)")]).await;
        says(&wrong, "Enter the whole address");
        let live = priya.submit("/api/advocacy/publication/publish", &[("publication", &id), ("revision", "1"), ("url", "https://halden.example/news/week")]).await;
        says(&live, "It is marked as public.");
        says(&live, "href=\"https://halden.example/news/week\"");
        let terms = guest.open("/my/terms").await;
        says(&terms, "What a week can change");
        says(&terms, ">public</span>");
        assert!(terms.body.find("id=\"shown\"") < terms.body.find("id=\"allow\""), "what is public comes first");

        // Taken back in one tap: the guest sees until when, marketing is told to see to it and not why.
        let stopped = guest.submit("/api/advocacy/consent/withdraw", &[("scope", "name"), ("group", "our channels")]).await;
        says(&stopped, "1 publication that is live is taken down by Wednesday 20 January 2027");
        says(&stopped, ">is taken down by Wednesday 20 January 2027</span>");
        let told = mails(&app, "take-down-needed").await;
        assert_eq!(told.len(), 1);
        let (mail, text) = &told[0];
        assert_eq!((mail.to_email.as_str(), mail.subject.as_str()), ("priya@halden.example", "To be taken down by Wednesday 20 January 2027"));
        for words in ["What a week can change", "https://halden.example/news/week", &format!("/publications/{id}")] {
            assert!(text.contains(words), "{text}");
        }
        for secret in ["Person 0", "withdr", "consent", NEEDS, COHORT] {
            assert!(!text.contains(secret), "the mail tells {secret}: {text}");
        }
        let list = priya.open("/publications").await;
        says(&list, "Needs you");
        let page = priya.open(&format!("/publications/{id}")).await;
        says(&page, "withdrawn on Friday 15 January 2027");
        let task = page.body.split("name=\"take_down\" value=\"").nth(1).expect("a take-down").split('"').next().expect("a number").to_owned();
        let close = |proof| [("take_down", task.as_str()), ("publication", id.as_str()), ("proof", proof)];
        let short = priya.submit("/api/advocacy/publication/close-take-down", &close("Gone-9")).await;
        says(&short, "Say how we know that it is gone");
        says(&short, "Gone-9");
        let proof = "Checked on Monday at noon: the page answers 404.";
        says(&priya.submit("/api/advocacy/publication/close-take-down", &close(proof)).await, "It is taken down.");
        assert!(!priya.open("/publications").await.body.contains("Needs you"));
        let terms = guest.open("/my/terms").await;
        says(&terms, "taken down on Friday 15 January 2027");
        says(&terms, proof);

        // Without the name's consent the same plan is refused again, and a cancelled one stays cancelled.
        says(&priya.submit("/api/advocacy/publication/plan", &allowed).await, "p0@company0.example withdrew their name on the blog on Friday 15 January 2027.");
        let titled: Vec<(&str, &str)> = allowed.iter().copied().filter(|(field, _)| *field != "scope.0:name").collect();
        let planned = priya.submit("/api/advocacy/publication/plan", &titled).await;
        let second = planned.path.rsplit('/').next().unwrap().to_owned();
        says(&priya.submit("/api/advocacy/publication/cancel", &[("publication", &second), ("revision", "1")]).await, "It is cancelled.");
        let again = priya.submit("/api/advocacy/publication/publish", &[("publication", &second), ("revision", "2"), ("url", "https://halden.example/x")]).await;
        says(&again, "This was cancelled");
        for path in ["/publications", &format!("/publications/{id}"), "/publications?state=cancelled"] {
            is_silent(&priya.open(path).await, "marketing");
        }

        // What is planned is cancelled with its consent: whoever would publish it is told, and not by whom.
        let planned = priya.submit("/api/advocacy/publication/plan", &titled).await;
        let third = planned.path.rsplit('/').next().unwrap().to_owned();
        guest.submit("/api/advocacy/consent/withdraw", &[("scope", "title"), ("group", "our channels")]).await;
        let told = mails(&app, "publication-cancelled").await;
        assert_eq!(told.len(), 1);
        let (mail, text) = &told[0];
        assert_eq!((mail.to_email.as_str(), mail.subject.as_str()), ("priya@halden.example", "Not to be published: planned for Friday 15 January 2027"));
        for words in ["What a week can change", "scheduler", &format!("/publications/{third}")] {
            assert!(text.contains(words), "{text}");
        }
        for secret in ["Person 0", "withdr", "consent", NEEDS, COHORT] {
            assert!(!text.contains(secret), "the mail tells {secret}: {text}");
        }
        let list = priya.open("/publications").await;
        says(&list, "is cancelled: a consent it needed was taken back on Friday 15 January 2027. Take it out of your scheduler.");
        is_silent(&list, "marketing");
        says(&priya.open(&format!("/publications/{third}")).await, "A consent it needed was taken back on Friday 15 January 2027");

        // The firewall: an account manager sees none of it.
        for path in ["/publications", &format!("/publications/{id}")] {
            let got = sam.open(path).await;
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!got.body.contains("What a week can change"));
        }
        let got = sam.open(&format!("/companies/{company}")).await;
        for words in ["Consents of the company", "Mei Tanaka", "mei@company0.example", NEEDS] {
            assert!(!got.body.contains(words), "the account manager sees {words}: {}", got.body);
        }
        let got = sam.post("/api/advocacy/signatory/save", &[("company", &company.to_string()), ("name", "Eve"), ("title", "X"), ("email", "eve@x.example")]).await;
        assert_eq!(got.status, StatusCode::FORBIDDEN);
    }
}

both_databases! {
    async fn with_a_seat_or_without_the_link_leads_to_the_terms_and_to_a_concern(scratch) {
        let db = &scratch.db;
        let world = World::new(db, 1, 8).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let people = world.name(0, 5).await;
        let mails = store::outbox::unsent(db, world.cohort).await.unwrap();
        let tokens: Vec<String> = (0..5)
            .map(|number| {
                let email = format!("p{number}@company0.example");
                mails.iter().rfind(|mail| mail.kind == "invitation" && mail.to_email == email).unwrap().secret.clone().unwrap().link.unwrap()
            })
            .collect();
        // The first waits, the second comes; the others declined, gave the seat back, and sent a colleague.
        for number in [1, 3, 4] {
            world.accept(people[number]).await;
        }
        invitation::decline(db, now(), people[2], "").await.unwrap();
        invitation::withdraw(db, now(), people[3], "").await.unwrap();
        let astrid = Colleague::parse("Astrid Dahl", "astrid@company0.example", "CFO").unwrap().unwrap();
        invitation::send_colleague(db, now(), people[4], &astrid, "").await.unwrap();

        let app = app_on(db, "http://127.0.0.1:3000");
        let standings = [
            ("invited", "/invitation/accept"),
            ("accepted", "/my/week"),
            ("declined", "/my/terms"),
            ("withdrawn", "/my/terms"),
            ("superseded", "/my/terms"),
        ];
        for ((who, first), token) in standings.into_iter().zip(&tokens) {
            let letter = Browser::new(&app).open(&format!("/i/{token}")).await;
            says(&letter, "name=\"go\" value=\"concern\"");
            assert_eq!(letter.body.contains("name=\"go\" value=\"terms\""), first == "/my/terms", "{who}: {}", letter.body);
            let open = async |go: &str| {
                let mut guest = Browser::new(&app);
                guest.submit("/api/registration/invitation/open", &[("token", token), ("go", go)]).await
            };
            let concern = open("concern").await;
            assert_eq!((concern.status, concern.path.as_str()), (StatusCode::OK, "/my/concern"), "{who}");
            assert_eq!(open("terms").await.path, if who == "invited" { "/invitation" } else { "/my/terms" }, "{who}");

            // A new device: whatever its first button is, the concern is one link away on every page.
            let mut guest = Browser::new(&app);
            guest.hold_invitation(token).await;
            let pages = match who {
                "invited" => vec!["/invitation", first, "/invitation/decline", "/invitation/colleague", "/my/concern"],
                "accepted" => vec!["/invitation", first, "/invitation/colleague", "/my/concern", "/my/terms"],
                _ => vec!["/invitation", first, "/my/concern"],
            };
            for path in pages {
                let page = guest.open(path).await;
                assert_eq!(page.path, path, "{who}");
                says(&page, "<a href=\"/my/concern\">Report a concern</a>");
            }
            if first == "/my/terms" {
                let sentence = Scope::Name.text_hash();
                let given = guest.submit("/api/advocacy/consent/give", &[("scope", "name"), ("group", "our channels"), ("text", &sentence)]).await;
                says(&given, "Your name: allowed until");
                says(&guest.submit("/api/advocacy/consent/withdraw", &[("scope", "name"), ("group", "our channels")]).await, "Your name: stopped.");
            }
        }
    }
}
