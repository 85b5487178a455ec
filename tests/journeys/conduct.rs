//! The conversation rule and consent in Chromium, from the first press to what stands in the end: each journey with
//! JavaScript on and off.

use axum::http::StatusCode;
use domain::access::Role;
use fantoccini::Locator;
use tests::browser::Browser;
use tests::chromium::{Look, Site, Window};
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, now, staff, typed};

use super::{keeps_quiet, part, signed_in};

const ENGLISH: &str = "We meet to learn from each other. Nothing is for sale here, not even at dinner.";
const GERMAN: &str = "Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft, auch nicht beim Essen.";

in_both_ways! {
    a_name_is_allowed_published_and_stopped,
    a_customer_opens_a_topic_and_closes_it,
    a_concern_without_a_name_is_answered,
    a_new_version_asks_everybody_again,
    a_finding_is_let_stand_with_a_reason,
}

/// An open cohort with one guest who has accepted, and the token of their link.
struct Stage {
    world: World,
    site: Site,
    token: String,
    session: i64,
    javascript: bool,
}

impl Stage {
    async fn new(scratch: &Scratch, javascript: bool) -> Self {
        let world = World::new(&scratch.db, 1, 3).await;
        let session = world.session(&Plan::everyone("Workshop", "2027-03-29", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let invitation = world.name(0, 1).await[0];
        world.accept(invitation).await;
        let mails = store::outbox::unsent(&scratch.db, world.cohort).await.expect("mails");
        let accepted = mails.into_iter().rfind(|mail| mail.kind == "accepted").expect("a confirmation");
        let token = accepted.secret.expect("a secret").link.expect("a link");
        let site = Site::serve(&scratch.db).await;
        Self { world, site, token, session, javascript }
    }

    fn phone(&self) -> Look {
        Look { javascript: self.javascript, dark: false, width: 390 }
    }

    async fn guest(&self) -> Window {
        let window = Window::open(&self.site, self.phone()).await;
        window.go(&format!("/i/{}", self.token)).await;
        window.press("main form button").await;
        window.sees("My week").await;
        window
    }

    async fn signed_in(&self, email: &str) -> Window {
        signed_in(&self.site, self.javascript, email).await
    }
}

async fn a_name_is_allowed_published_and_stopped(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let stage = Stage::new(&scratch, javascript).await;
    staff(&scratch.db, "priya@halden.example", Role::Marketing).await;

    // One tap, and the page says where and until when.
    let guest = stage.guest().await;
    guest.go("/my/terms").await;
    guest.sees("Nothing is allowed until you allow it.").await;
    assert!(part(&guest, "#name").await.contains("not allowed"), "all of it is off");
    guest.press("#name form[action='/api/advocacy/consent/give'] input[value='our channels'] ~ button").await;
    guest.sees("Your name: allowed until Saturday 15 January 2028.").await;
    let name = part(&guest, "#name").await;
    assert_eq!(name.matches("allowed until Saturday 15 January 2028").count(), 1, "on one group of channels only: {name}");
    assert!(!part(&guest, "#photo").await.contains("allowed until"), "nothing else came with it");
    assert!(!guest.overflows().await, "my terms fit a phone");

    // Marketing plans what shows the name, and says when it is public.
    let marketing = stage.signed_in("priya@halden.example").await;
    marketing.go("/publications").await;
    marketing.sees("Nothing is planned yet").await;
    marketing.type_in("#title", "What a week can change").await;
    marketing.choose("#channel", "blog").await;
    marketing.type_in("#day", "2027-01-15").await;
    marketing.type_in("[name='email.0']", "p0@company0.example").await;
    marketing.press("[name='scope.0:name']").await;
    marketing.press("[name='scope.0:title']").await;
    marketing.press("form[action='/api/advocacy/publication/plan'] button").await;
    marketing.sees("p0@company0.example has not allowed their job title on the blog. Leave it out, or wait until they allow it.").await;
    marketing.press("[name='scope.0:title']").await;
    marketing.press("form[action='/api/advocacy/publication/plan'] button").await;
    marketing.sees("It is planned: every consent it needs stands.").await;
    assert!(part(&marketing, "#uses").await.contains("Person 0 of 0"), "who is shown");
    marketing.type_in("#url", "https://halden.example/news/week").await;
    marketing.press("Mark as public").await;
    marketing.sees("It is marked as public.").await;

    // The guest sees it, and stops it in one tap.
    guest.go("/my/terms").await;
    let shown = part(&guest, "#shown").await;
    assert!(shown.contains("What a week can change") && shown.contains("public"), "{shown}");
    guest.press("#name form[action='/api/advocacy/consent/withdraw'] button").await;
    guest.sees("1 publication that is live is taken down by Wednesday 20 January 2027").await;
    assert!(part(&guest, "#shown").await.contains("is taken down by Wednesday 20 January 2027"));
    assert!(part(&guest, "#name").await.contains("stopped on Friday 15 January 2027"));

    // Marketing finds it first on their list, takes it down and says how we know.
    marketing.go("/publications").await;
    marketing.sees("Needs you").await;
    marketing.press("Take it down").await;
    marketing.sees("withdrawn on Friday 15 January 2027").await;
    let proof = "Checked on Monday at noon: the page answers 404.";
    marketing.type_in("#proof", proof).await;
    marketing.press("It is gone").await;
    marketing.sees("It is taken down. Everybody shown sees that, with your proof.").await;
    marketing.go("/publications").await;
    marketing.sees("taken down").await;
    keeps_quiet(&marketing, "Needs you").await;
    marketing.close().await;
    guest.go("/my/terms").await;
    let shown = part(&guest, "#shown").await;
    assert!(shown.contains("taken down on Friday 15 January 2027") && shown.contains(proof), "{shown}");
    guest.close().await;
}

async fn a_customer_opens_a_topic_and_closes_it(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let stage = Stage::new(&scratch, javascript).await;
    let seller = staff(&scratch.db, "nora@halden.example", Role::AccountManager).await;
    stage.world.look_after(stage.world.company(0).await, &[seller]).await;

    let guest = stage.guest().await;
    guest.go("/my/terms").await;
    guest.press("Sales openings").await;
    guest.sees("No topic is open").await;
    guest.type_in("#topic", "Storage for two plants").await;
    guest.choose("#staff", &seller.to_string()).await;
    guest.press("Open this topic").await;
    guest.sees("The topic is open until Sunday 14 February 2027. We have written to account manager.").await;
    assert!(!guest.overflows().await, "my topics fit a phone");

    let nora = stage.signed_in("nora@halden.example").await;
    nora.go("/openings").await;
    nora.sees("Storage for two plants").await;
    nora.sees("Person 0 of 0, Company 0").await;
    nora.type_in("textarea[name='note']", "Sent the paper on storage.").await;
    nora.press("Write it down").await;
    nora.sees("It is written down, where the customer reads it too.").await;

    // Closed while the next note is being typed: it is refused with the reason, and nothing more follows.
    nora.type_in("textarea[name='note']", "One more thing.").await;
    guest.go("/my/openings").await;
    guest.sees("Sent the paper on storage.").await;
    guest.press("Close it").await;
    guest.sees("The topic is closed, and nothing more follows.").await;
    nora.press("Write it down").await;
    nora.sees("The customer has closed this topic, so nothing more follows. Only they can open it again.").await;
    assert!(nora.client.find(Locator::Css("textarea[name='note']")).await.is_err(), "there is nothing to write into any more");
    nora.close().await;
    guest.go("/my/openings").await;
    guest.sees("Sent the paper on storage.").await;
    keeps_quiet(&guest, "One more thing.").await;
    guest.close().await;
}

async fn a_concern_without_a_name_is_answered(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let stage = Stage::new(&scratch, javascript).await;
    staff(&scratch.db, "noor@halden.example", Role::IncidentReviewer).await;
    let said = "Somebody asked me at dinner when we would renew.";

    // Told without a name: the box is ticked already. The address is all there is to keep.
    let guest = stage.guest().await;
    guest.press("footer a[href='/my/concern']").await;
    guest.sees("Leave my name out").await;
    guest.type_in("#said", said).await;
    guest.press("Send it to the reviewers").await;
    guest.sees("Choose how serious it was.").await;
    guest.press("input[name='severity'][value='serious']").await;
    guest.press("Send it to the reviewers").await;
    guest.sees("Keep this address: answers appear here.").await;
    guest.sees("It is with the reviewers. Nobody has taken it up yet.").await;
    let address = guest.path().await;
    assert!(address.starts_with("/c/con_"), "{address}");
    assert!(!guest.overflows().await, "a concern fits a phone");
    guest.close().await;

    // The reviewers hear of it at the next full hour.
    let reviewer = stage.signed_in("noor@halden.example").await;
    reviewer.go("/incidents").await;
    reviewer.sees("No concern is here").await;
    store::conduct::incident::tell_due(&scratch.db, domain::conduct::incident::next_hour(now())).await.expect("told");
    reviewer.go("/incidents").await;
    keeps_quiet(&reviewer, "renew").await;
    reviewer.press("tbody a[href^='/incidents/']").await;
    reviewer.sees(said).await;
    reviewer.sees("somebody who left their name out").await;
    keeps_quiet(&reviewer, "Person 0 of 0").await;
    reviewer.press("Take it up").await;
    reviewer.sees("This concern is yours to review.").await;
    reviewer.type_in("#body", "Thank you. We have spoken with them.").await;
    reviewer.press("Send the answer").await;
    reviewer.sees("Your answer is kept behind the address they have.").await;
    reviewer.press("input[name='act'][value='uphold']").await;
    reviewer.press("Keep the outcome").await;
    reviewer.sees("Write what you found").await;
    reviewer.type_in("#text", "Two people heard it.").await;
    reviewer.press("Keep the outcome").await;
    reviewer.sees("The outcome is kept.").await;
    reviewer.type_in("#text", "They read the rule with us, and apologised.").await;
    reviewer.press("Settle the concern").await;
    reviewer.sees("This concern is settled.").await;
    reviewer.close().await;

    // Whoever has the address reads the answer, in another browser, and nothing of the review.
    let reader = Window::open(&stage.site, stage.phone()).await;
    reader.go(&address).await;
    reader.sees("It is settled: what was to be done about it has been done.").await;
    reader.sees("Thank you. We have spoken with them.").await;
    for words in ["Two people heard it.", "apologised", "incident reviewer"] {
        keeps_quiet(&reader, words).await;
    }
    reader.close().await;
}

async fn a_new_version_asks_everybody_again(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let stage = Stage::new(&scratch, javascript).await;
    let ida = staff(&scratch.db, "ida@halden.example", Role::Facilitator).await;
    let cohort = format!("/cohorts/{}", stage.world.cohort);

    // Written in two languages, looked at with what it changes, and published for the cohort.
    let manager = stage.signed_in("manager@halden.example").await;
    manager.go("/rules").await;
    manager.press("Write version 2").await;
    manager.type_in("#body", ENGLISH).await;
    manager.press("In German").await;
    manager.type_in("#body_de", GERMAN).await;
    manager.press("Save and preview").await;
    manager.sees("Version 2, as it will be read").await;
    manager.sees(GERMAN).await;
    manager.sees("What changes").await;
    manager.sees("Use it in “Spring cohort” and ask 1 person again").await;
    manager.press("input[name^='cohort:']").await;
    manager.press("Publish version 2").await;
    manager.sees("Version 2 is published. 1 cohort keeps to it now, and 1 person is written to.").await;

    // The guest is asked on their week, reads it in German and keeps it.
    let guest = stage.guest().await;
    guest.sees("The conversation rule of your week was renewed.").await;
    guest.press("Read it and say that you keep it").await;
    guest.sees("You agreed to version 1. Version 2 holds now").await;
    guest.press("main a[hreflang='de']").await;
    guest.sees(GERMAN).await;
    guest.press("I will keep it").await;
    guest.sees("Tick the box").await;
    guest.sees(GERMAN).await;
    guest.press("#ack").await;
    guest.press("I will keep it").await;
    guest.sees("Thank you. It is noted that you keep to version 2 of the rule.").await;
    keeps_quiet(&guest, "was renewed").await;
    guest.close().await;

    // A facilitator who has not acknowledged it cannot be added; they acknowledge it, and are.
    manager.go(&format!("{cohort}/agenda/{}", stage.session)).await;
    manager.press(&format!("input[name='facilitator:{ida}']")).await;
    manager.press("Save in the working copy").await;
    manager.sees("facilitator has not acknowledged version 2 of the conversation rule. Remind them, then add them here.").await;
    let facilitator = stage.signed_in("ida@halden.example").await;
    facilitator.go("/my-sessions").await;
    facilitator.sees("No session to come").await;
    facilitator.go("/rules").await;
    facilitator.press("I have read version 2 and will keep it").await;
    facilitator.sees("It is written down that you keep to version 2").await;
    manager.press("Save in the working copy").await;
    manager.sees("is saved in the working copy").await;
    facilitator.go("/my-sessions").await;
    facilitator.sees("Workshop").await;
    facilitator.close().await;

    manager.go(&format!("{cohort}/rule")).await;
    let guests = part(&manager, "#executives").await;
    assert!(guests.contains("Person 0 of 0") && guests.contains("German"), "{guests}");
    let hosts = part(&manager, "#host").await;
    assert!(hosts.contains("facilitator") && hosts.contains("missing"), "the owner has yet to acknowledge it: {hosts}");
    manager.close().await;
}

async fn a_finding_is_let_stand_with_a_reason(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let world = World::new(&scratch.db, 1, 3).await;
    let plan = Plan::everyone("The meter in the hall", "2027-03-29", "10:00", "11:00");
    let mut case = typed(&plan, &[]);
    case.text.summary = "What hourly pricing taught a town about its own habits.";
    store::agenda::session::create(&scratch.db, now(), world.actor(), world.cohort, &case).await.expect("a session");
    let site = Site::serve(&scratch.db).await;
    let reason = "It is the case itself, and nothing is offered.";

    let manager = signed_in(&site, javascript, "manager@halden.example").await;
    manager.go(&format!("/cohorts/{}/release", world.cohort)).await;
    manager.sees("In the summary of “The meter in the hall”").await;
    let phrase = part(&manager, "main mark").await;
    assert!(phrase.contains("pricing"), "{phrase}");
    manager.press("Dismiss…").await;
    manager.press("Dismiss with this reason").await;
    manager.sees("Say in a sentence why this may stand.").await;
    manager.type_in("input[name='reason']", reason).await;
    manager.press("Dismiss with this reason").await;
    manager.sees("It is dismissed, and your reason is kept with it.").await;
    assert!(manager.client.find(Locator::Css("main mark")).await.is_err(), "nothing is found any more");
    manager.press("form[action='/api/agenda/release/publish'] button").await;
    manager.sees("Release 1 is out.").await;

    // The report says what was let stand, and hands itself on.
    manager.go(&format!("/cohorts/{}/report", world.cohort)).await;
    manager.sees(&format!("“{phrase}”")).await;
    manager.sees(reason).await;
    manager.sees("Counted again in the history of every change, and the same: people who acknowledged,").await;
    let link = manager.client.find(Locator::LinkText("Download as PDF")).await.expect("the way to the file");
    let address = link.attr("href").await.expect("an answer").expect("an address");
    manager.close().await;
    let mut browser = Browser::new(&site.app);
    browser.sign_in("manager@halden.example").await;
    let (status, headers, file) = browser.file(&address).await;
    assert_eq!((status, headers["content-type"].to_str().expect("a type")), (StatusCode::OK, "application/pdf"));
    let text: String = pdf_extract::extract_text_from_mem(&file).expect("a file that reads").split_whitespace().collect();
    assert!(text.contains(&reason.split_whitespace().collect::<String>()), "{text}");
}
