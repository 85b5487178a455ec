//! Celebrating, giving and asking in Chromium: staff at their desks, customers on their phones behind nothing but the link
//! of a mail. Each journey with JavaScript on and off.

use std::time::Duration;

use domain::access::Role;
use domain::advocacy::achievement::Typed;
use domain::advocacy::advocate::TypedAdvocate;
use domain::advocacy::consent::{Scope, Wish, usual_end};
use domain::registration::invitation::Needs;
use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;
use store::advocacy::consent::{self, Giver};
use store::advocacy::{achievement, advocate};
use store::registration::invitation::{self, Answer};
use store::{Actor, Db};
use tests::celebration::{Celebration, DAY};
use tests::chromium::{Look, Site, Window};
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, now, staff};

use super::{keeps_quiet, part, signed_in};

const TITLE: &str = "Hospital Innovator of the Year";
/// The day every journey happens on.
const TODAY: &str = "2027-01-15";
const GUEST: &str = "p0@company0.example";
const PEER: &str = "p0@company1.example";

in_both_ways! {
    a_prize_is_celebrated_with_the_customer,
    a_card_moves_on_or_says_why,
    an_ask_goes_out_and_limits_hold,
    two_peers_meet_once_both_said_yes,
}

/// A phone that knows nobody here: no cookies, no account.
async fn phone(site: &Site, javascript: bool) -> Window {
    Window::open(site, Look { javascript, dark: false, width: 390 }).await
}

// ---- celebrating -----------------------------------------------------------------------------------------------------

async fn a_prize_is_celebrated_with_the_customer(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let stage = Celebration::new(&scratch.db).await;
    // A colleague read of it in another paper.
    let twin = Typed {
        kind: "award",
        email: GUEST,
        title: "Person named Hospital Innovator of the Year",
        outlet: "The Daily",
        url: "https://daily.example/prize",
        day: "2027-01-12",
        ..Typed::default()
    };
    let twin = achievement::report(&scratch.db, now(), Actor::Staff(stage.otto), &twin).await.expect("a report").id();
    let site = Site::serve(&scratch.db).await;
    let priya = signed_in(&site, javascript, "priya@halden.example").await;

    // Reported by the form, seen beside the other, which is rejected as the same; then verified.
    priya.go("/celebrate").await;
    priya.sees("Nothing to celebrate yet").await;
    priya.sees("1 achievement is to be verified.").await;
    priya.press("Add an achievement").await;
    priya.type_in("#title", TITLE).await;
    priya.choose("#kind", "award").await;
    priya.type_in("#email", GUEST).await;
    priya.type_in("#outlet", "Health Weekly").await;
    priya.type_in("#url", "https://health.example/prize?utm_source=x").await;
    priya.press("Report it").await;
    priya.sees("It is reported. Check it, and verify it when it is true.").await;
    priya.sees("new today").await;
    let page = priya.path().await;
    let first = page.rsplit('/').next().expect("a number");
    priya.press("Put it right").await;
    priya.type_in("#day", "2027-01-12").await;
    priya.press("Save it").await;
    priya.sees("waiting 3 days").await;
    let near = part(&priya, "#near").await;
    for words in ["May be the same", &format!("No. {twin}"), "Person named", "The Daily", "https://daily.example/prize", "Health Weekly"] {
        assert!(near.contains(words), "{words} is not side by side: {near}");
    }
    assert!(near.contains("https://health.example/prize") && !near.contains("utm_source"), "the canonical address: {near}");
    priya.press(&format!("No. {twin}")).await;
    priya.press("Reject it…").await;
    priya.choose("#same_as", first).await;
    priya.press("form[action='/api/advocacy/achievement/reject'] button").await;
    priya.sees("It is rejected. Nothing is published of it.").await;
    priya.sees("It is the same as").await;
    priya.go(&page).await;
    priya.press("Verify it and open its task").await;
    priya.sees("It is verified. The task that celebrates it is open, due Friday 22 January 2027.").await;
    priya.press("Go to its task").await;
    priya.sees("The first words, by marketing: one wording for each channel and language.").await;
    let task = priya.path().await;

    // Written, and seen as it will look; planned for today with what it shows; and left to somebody else's eyes.
    priya.press("Write the words").await;
    priya.choose("#channel", "blog").await;
    priya.type_in("#body", "A prize well earned\n\nPerson 0 of 0 and the team show how it is done.").await;
    priya.type_in("#link", "https://company0.example/prize").await;
    priya.press("Save and look").await;
    priya.sees("The wording is kept. Beside it you see how it will look.").await;
    assert_eq!(part(&priya, ".looks .headline").await, "A prize well earned");
    priya.press("Back to the task").await;
    priya.sees("Its plan: the day it is to be seen and what of whom it shows.").await;
    priya.type_in("#planned_for", TODAY).await;
    priya.press("[name='show:person:name']").await;
    priya.press("Keep the plan").await;
    priya.sees("The plan is kept.").await;
    priya.sees("Blog: until 15 January 2028").await;
    priya.press("Send to review").await;
    priya.sees("It waits for a colleague’s review.").await;
    priya.sees("You wrote what stands, so somebody else approves it").await;
    keeps_quiet(&priya, "Approve for the customer").await;
    let otto = signed_in(&site, javascript, "otto@halden.example").await;
    otto.go("/celebrate").await;
    otto.sees("written by marketing, needs another pair of eyes").await;
    pass(&otto, &task).await;

    // The customer, on a phone, reads exactly that, and would rather have it otherwise.
    let customer = phone(&site, javascript).await;
    let early = site.token(GUEST, "apv_").await;
    customer.go(&format!("/approve/{early}")).await;
    for words in ["May we publish this?", "For Person 0 of 0, on behalf of Company 0", "Friday 15 January 2027", "On the blog"] {
        customer.sees(words).await;
    }
    assert_eq!(part(&customer, ".looks .headline").await, "A prize well earned");
    assert!(!customer.overflows().await, "the approval fits a phone");
    customer.press("Suggest an edit").await;
    customer.type_in("#suggest [name='text.0']", "A prize, shared\n\nAll of us show how it is done.").await;
    customer.type_in("#suggest-comment", "It was all of us.").await;
    customer.press("Send what I suggest").await;
    customer.sees("Thank you: we have what you suggest. You get a new version, with a new link.").await;
    customer.sees("A new version will come").await;
    keeps_quiet(&customer, "A prize well earned").await;

    // Taken up, and round again: the old link opens nothing any more.
    priya.go("/celebrate").await;
    priya.sees("the customer suggested an edit today").await;
    priya.press("Read it").await;
    priya.sees("New words: changes were asked for.").await;
    let said = part(&priya, "section[aria-labelledby='waits-h'] .quote").await;
    for words in ["It was all of us.", "Blog, English:", "A prize, shared", "Person 0 of 0"] {
        assert!(said.contains(words), "{words} is not passed on: {said}");
    }
    priya.press("Change it").await;
    priya.sees("What the customer suggests").await;
    keeps_quiet(&priya, "A change voids their link").await;
    priya.type_in("#body", "A prize, shared\n\nAll of us show how it is done.").await;
    priya.press("Save and look").await;
    priya.sees("The wording is kept.").await;
    priya.press("Back to the task").await;
    priya.press("Send to review").await;
    priya.sees("It waits for a colleague’s review.").await;
    pass(&otto, &task).await;
    otto.close().await;
    let key = newer_key(&site, &early).await;
    customer.go(&format!("/approve/{early}")).await;
    customer.sees("This link is not valid any more").await;

    // Approved, held and let go: while they hold it, nobody here goes on.
    customer.go(&format!("/approve/{key}")).await;
    customer.sees("A prize, shared").await;
    customer.press("Approve exactly this").await;
    entering_the_code(&site, &customer, GUEST).await;
    customer.press("Approve exactly this").await;
    customer.sees("You approved exactly this. Until it is published you can still hold it here.").await;
    customer.press("button[value='customer-hold']").await;
    customer.sees("It is on hold. Nothing is published until you let it go on, here.").await;
    customer.sees("You hold this").await;
    priya.go(&task).await;
    priya.sees("held by the customer").await;
    priya.sees("Only they let it go on, on their own page.").await;
    for words in ["Go on with it", "Schedule it"] {
        keeps_quiet(&priya, words).await;
    }
    customer.press("Go on with it").await;
    customer.sees("It goes on. Until it is published you can hold it again here.").await;
    customer.sees("You approved this").await;

    // Scheduled; today is its day. What is not true yet is refused, with all that was typed.
    priya.go(&task).await;
    priya.sees("To be scheduled: Person 0 of 0 approved exactly this on Friday 15 January 2027.").await;
    priya.press("Schedule it").await;
    priya.sees("It is scheduled. Every consent it needs stands, and is asked again on the day.").await;
    priya.press("Share kit").await;
    priya.sees("Only exactly this may be posted, and only on Friday 15 January 2027 (UTC)").await;
    priya.holds("https://company0.example/prize?utm_source=blog").await;
    priya.go(&task).await;
    let publish = |field: &str| format!("form[action='/api/advocacy/amplification/publish'] {field}");
    priya.type_in(&publish("[name='url']"), "https://halden.example/blog/prize").await;
    priya.type_in(&publish("[name='time']"), "23:00").await;
    priya.press(&publish("button")).await;
    priya.sees("This moment has not come yet.").await;
    priya.holds("https://halden.example/blog/prize").await;
    priya.type_in(&publish("[name='time']"), "08:45").await;
    priya.press(&publish("button")).await;
    priya.sees("The customer approved this on Fri 15 Jan, 09:00 UTC, and nothing of it is public before that.").await;
    priya.holds("https://halden.example/blog/prize").await;
    priya.type_in(&publish("[name='time']"), "09:00").await;
    priya.press(&publish("button")).await;
    priya.sees("All of it is public. Enter what it came to as soon as you can count it.").await;
    priya.sees("public since Fri 15 Jan, 09:00 UTC").await;
    priya.sees("3 days to recognition").await;

    // Counted, and so done; it stands on the board, in the ledger, and before the customer.
    let count = |field: &str| format!("form[action='/api/advocacy/result/save'] {field}");
    priya.type_in(&count("[name='impressions']"), "4120").await;
    priya.type_in(&count("[name='clicks']"), "96").await;
    priya.press("Keep the results").await;
    priya.sees("The figures are kept. All of it is counted now, so the task is done.").await;
    priya.sees("4,120 seen · 96 clicks · 0 reactions · 0 comments, counted on 15 January 2027.").await;
    priya.sees("Nothing: it is public, and counted.").await;
    priya.go("/celebrate").await;
    let published = part(&priya, "section[data-column='published']").await;
    assert!(published.contains(TITLE) && published.contains("4,120 seen · 96 clicks"), "{published}");
    let number: i64 = task.rsplit('/').next().and_then(|number| number.parse().ok()).expect("a number");
    priya.go(&format!("/reciprocity/{}", stage.task(number).await.company)).await;
    assert!(part(&priya, "#entries").await.contains("Amplification published"), "it is a give");
    priya.close().await;
    customer.go(&format!("/approve/{key}")).await;
    customer.sees("This is public").await;
    assert!(customer.client.find(Locator::Css("main button")).await.is_err(), "there is nothing to answer any more");
    customer.close().await;
}

/// A colleague reads it, lets it pass, and sends it to the customer.
async fn pass(otto: &Window, task: &str) {
    otto.go(task).await;
    otto.sees("Your review: is it true, kind, and theirs to be told?").await;
    otto.press("Approve for the customer").await;
    otto.sees("It is approved here. It can be sent to the customer now.").await;
    otto.press("Send to the customer").await;
    otto.sees("It is on its way to the customer, with a private link.").await;
}

/// The key of the next link that comes by mail.
async fn newer_key(site: &Site, before: &str) -> String {
    for _ in 0..100 {
        let key = site.token(GUEST, "apv_").await;
        if key != before {
            return key;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no newer link came");
}

/// What reaches further than the cohort waits for the six digits of a mail, on the form itself.
async fn entering_the_code(site: &Site, customer: &Window, email: &str) {
    customer.sees("Six digits are on their way to your address at").await;
    assert!(!customer.overflows().await, "the code’s field fits a phone");
    customer.type_in("#digits", &site.code(email).await).await;
}

// ---- the board -------------------------------------------------------------------------------------------------------

async fn a_card_moves_on_or_says_why(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let stage = Celebration::new(&scratch.db).await;
    let (prize, empty) = (stage.verified(TITLE).await, stage.verified("Forest Prize").await);
    stage.write(prize, "blog", "Well done.").await;
    stage.plan(prize, DAY).await;
    let site = Site::serve(&scratch.db).await;
    let priya = signed_in(&site, javascript, "priya@halden.example").await;

    // What has no words yet leads to where they are written, and stays.
    priya.go("/celebrate").await;
    stands_in(&priya, prize, "to-write").await;
    priya.press(&format!("#task-{empty} a.button")).await;
    priya.sees("Each channel has words of its own").await;
    assert_eq!(priya.path().await, format!("/celebrate/{empty}/wording"));
    priya.go("/celebrate").await;
    stands_in(&priya, empty, "to-write").await;

    // What is ready moves on: by hand where a hand can take it, else by its form.
    if javascript {
        alive(&priya).await;
        drag(&priya, prize, "in-review").await;
    } else {
        priya.press(&format!("#task-{prize} form button")).await;
    }
    priya.sees("It waits for a colleague’s review.").await;
    stands_in(&priya, prize, "in-review").await;
    stands_in(&priya, empty, "to-write").await;
    if javascript {
        refused_by_hand(&priya, prize).await;
    } else {
        let card = part(&priya, &format!("#task-{prize}")).await;
        assert!(!card.contains("Approve for the customer"), "who wrote it has no such button: {card}");
    }

    // A colleague moves it on by the card's own form, whatever else they could use.
    let otto = signed_in(&site, javascript, "otto@halden.example").await;
    otto.go("/celebrate").await;
    otto.press(&format!("#task-{prize} form button")).await;
    otto.sees("It is approved here. It can be sent to the customer now.").await;
    stands_in(&otto, prize, "with-the-customer").await;
    otto.press(&format!("#task-{prize} form button")).await;
    otto.sees("It is on its way to the customer, with a private link.").await;
    stands_in(&otto, prize, "with-the-customer").await;
    assert!(part(&otto, &format!("#task-{prize}")).await.contains("sent today"), "for whom it waits");
    otto.close().await;

    // A step that needs words is not taken by a hand alone: it leads to where they are typed.
    if javascript {
        priya.go("/celebrate").await;
        alive(&priya).await;
        drag(&priya, prize, "approved").await;
        priya.sees(&format!("“{TITLE}” cannot go to “Approved” by hand.")).await;
        stands_in(&priya, prize, "with-the-customer").await;
    }
    priya.close().await;
}

/// Who wrote it drags it past a colleague, then past the customer, and is told why not, without leaving the board; what
/// needs a word leads to the task.
async fn refused_by_hand(priya: &Window, prize: i64) {
    priya.client.execute("window.stayed = true", vec![]).await.expect("a mark");
    drag(priya, prize, "with-the-customer").await;
    priya.sees("You wrote a wording of this, so somebody else approves it: four eyes see more than two.").await;
    stands_in(priya, prize, "in-review").await;
    drag(priya, prize, "published").await;
    priya.sees(&format!("“{TITLE}” cannot go to “Published” by hand. Open it to see what it waits for.")).await;
    stands_in(priya, prize, "in-review").await;
    let stayed = priya.client.execute("return window.stayed === true", vec![]).await.expect("an answer");
    assert_eq!(stayed, json!(true), "the page was not left");
    drag(priya, prize, "to-write").await;
    priya.sees("It goes back to those who write it, with what you say.").await;
    assert_eq!(priya.path().await, format!("/celebrate/{prize}"));
}

/// Waits until the island has come alive.
async fn alive(window: &Window) {
    window.client.wait().for_element(Locator::Css("html[data-alive]")).await.expect("the island comes alive");
    window.client.wait().for_element(Locator::Css("article[draggable='true']")).await.expect("a card that can be taken");
}

/// Takes a card by its first line with the mouse, and lets go of it over the heading of a column.
async fn drag(window: &Window, task: i64, column: &str) {
    let client = &window.client;
    let card = client.find(Locator::Css(&format!("#task-{task} > p"))).await.expect("the card");
    let heading = client.find(Locator::Css(&format!("section[data-column='{column}'] h2"))).await.expect("the column");
    let element = serde_json::to_value(&heading).expect("an element");
    client.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![element]).await.expect("it is there");
    let duration = Some(Duration::from_millis(50));
    let by_hand = MouseActions::new("mouse".to_owned())
        .then(PointerAction::MoveToElement { element: card, duration, x: 0.0, y: 0.0 })
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::MoveBy { duration, x: 6.0, y: 6.0 })
        .then(PointerAction::MoveToElement { element: heading.clone(), duration, x: 0.0, y: 0.0 })
        .then(PointerAction::MoveToElement { element: heading, duration, x: 4.0, y: 2.0 })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    client.perform_actions(by_hand).await.expect("the mouse moves");
}

/// Waits until a card stands in a column.
async fn stands_in(window: &Window, task: i64, column: &str) {
    let css = format!("section[data-column='{column}'] #task-{task}");
    let found = window.client.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css(&css)).await;
    assert!(found.is_ok(), "task {task} is not in {column}: {}", window.text().await);
}

// ---- asking ----------------------------------------------------------------------------------------------------------

async fn an_ask_goes_out_and_limits_hold(kind: Kind, javascript: bool) {
    const WORDING: &str = "Would you write two lines about the week?";
    const NEXT: &str = "Whom should we talk to at your neighbours?";
    const GIVE: &str = "A slot at our spring meeting.";

    let scratch = Scratch::new(kind).await;
    let world = opened(&scratch.db).await;
    world.name(0, 1).await;
    let (person, company) = (world.person(GUEST).await, world.company(0).await);
    staff(&scratch.db, "priya@halden.example", Role::Marketing).await;
    let site = Site::serve(&scratch.db).await;
    let priya = signed_in(&site, javascript, "priya@halden.example").await;

    // The decision is there before a word is typed: why not, and what to give first.
    priya.go("/asks").await;
    priya.sees("Nothing was asked yet").await;
    priya.press("Ask somebody").await;
    priya.press("Person 0 of 0").await;
    priya.choose("#kind", "review").await;
    priya.press("See whether we may").await;
    let decision = part(&priya, "section[aria-labelledby='may-h']").await;
    for words in [
        "not now",
        "Nothing was given to them yet: give before you ask.",
        "The next useful give: find something of theirs to celebrate, such as a talk, an award or a quote.",
    ] {
        assert!(decision.contains(words), "no “{words}”: {decision}");
    }
    priya.sees("what is submitted now is refused, and counted as refused").await;
    priya.type_in("#wording", WORDING).await;
    priya.press("Keep it as a draft").await;
    priya.sees("The draft is kept. Nothing is asked until it is submitted and a colleague lets it go out.").await;
    let ask = priya.path().await;
    priya.press("Submit the ask").await;
    priya.sees("nothing had been given yet").await;
    priya.holds(WORDING).await;

    // Given first, it may be asked; not by one pair of eyes alone.
    priya.go(&format!("/reciprocity/{company}")).await;
    priya.choose("#kind", "speaking slot").await;
    priya.choose("#person", &person.to_string()).await;
    priya.type_in("#note", GIVE).await;
    priya.press("Record the give").await;
    priya.sees("It is in the ledger, and they see it on their own page.").await;
    priya.go(&ask).await;
    priya.sees("Nothing stands against an ask today.").await;
    priya.press("Submit the ask").await;
    priya.sees("The ask is submitted.").await;
    priya.sees("You submitted this yourself.").await;
    keeps_quiet(&priya, "Take it up").await;
    let manager = signed_in(&site, javascript, "manager@halden.example").await;
    manager.go("/asks").await;
    manager.sees("1 ask waits for another pair of eyes.").await;
    manager.press("Look at it").await;
    manager.press("tbody a[href^='/asks/']").await;
    manager.sees(WORDING).await;
    manager.press("Take it up").await;
    manager.sees("It is in your hands. Let it be asked, or send it back.").await;
    manager.press("Let it be asked").await;
    manager.sees("It has gone out: they get a mail with the link to their own page.").await;

    // The executive reads it on a phone, by the link of that mail, and says yes.
    let executive = phone(&site, javascript).await;
    let own = format!("/me/{}", site.token(GUEST, "own_").await);
    executive.go(&own).await;
    for words in ["Between you and us", WORDING, GIVE, "An answer by Friday 29 January 2027 is kind"] {
        executive.sees(words).await;
    }
    assert!(!executive.overflows().await, "one’s own page fits a phone");
    executive.type_in("#waiting textarea", "Gladly, in February.").await;
    executive.press("#waiting button[value='yes']").await;
    entering_the_code(&site, &executive, GUEST).await;
    executive.holds("Gladly, in February.").await;
    executive.press("#waiting button[value='yes']").await;
    executive.sees("Thank you. We write to you about the day.").await;
    assert!(part(&executive, "#waiting").await.contains("accepted"), "the page says so");

    // A day is agreed, comes, and what took place stands in the ledger as theirs.
    manager.go("/asks").await;
    manager.sees("1 ask has a yes: agree on a day.").await;
    manager.go(&ask).await;
    manager.sees("Gladly, in February.").await;
    manager.type_in("#day", "2027-01-14").await;
    manager.press("Keep the day").await;
    manager.sees("This day is past.").await;
    manager.type_in("#day", TODAY).await;
    manager.press("Keep the day").await;
    manager.sees("The day is kept. Say afterwards whether it took place.").await;
    executive.go(&own).await;
    executive.sees("It is set for Friday 15 January 2027.").await;
    manager.go("/asks").await;
    manager.sees("1 ask was set for a day that has come.").await;
    manager.go(&ask).await;
    manager.press("It took place").await;
    manager.sees("It took place, and stands in the ledger as theirs. Now give something back.").await;
    manager.close().await;
    priya.go(&format!("/reciprocity/{company}")).await;
    let entries = part(&priya, "#entries").await;
    for words in ["Review", "done for us", "an ask", "Speaking slot", GIVE] {
        assert!(entries.contains(words), "the ledger does not say {words}: {entries}");
    }

    // They see what came of it, and set their limits: the next ask is refused by them, and never reaches its reader.
    executive.go(&own).await;
    assert!(part(&executive, "#asked").await.contains("Done: thank you"), "what came of it");
    assert!(part(&executive, "#done").await.contains("Review"), "what they did");
    executive.type_in("#most_per_quarter", "1").await;
    executive.press("[name='never:referral']").await;
    executive.press("Set my limits").await;
    executive.sees("Your limits are set. They hold from now on, for everybody here.").await;
    let reasons = ["They do not want to be asked for this ever: referral.", "They want to be asked once a quarter at most, and they were."];
    priya.go(&format!("/asks/new?person={person}&kind=referral")).await;
    let decision = part(&priya, "section[aria-labelledby='may-h']").await;
    assert!(reasons.iter().all(|reason| decision.contains(reason)), "{decision}");
    priya.type_in("#wording", NEXT).await;
    priya.press("Submit the ask").await;
    let errors = part(&priya, "#errors").await;
    assert!(reasons.iter().all(|reason| errors.contains(reason)), "{errors}");
    priya.holds(NEXT).await;
    priya.go("/asks?state=refused").await;
    assert!(part(&priya, "tbody").await.contains("Referral"), "it is counted as refused");
    priya.close().await;
    executive.go(&own).await;
    keeps_quiet(&executive, NEXT).await;
    executive.sees("Nothing waits for an answer from you.").await;
    executive.close().await;
}

// ---- introductions ---------------------------------------------------------------------------------------------------

async fn two_peers_meet_once_both_said_yes(kind: Kind, javascript: bool) {
    const TOPIC: &str = "Grid forecasting";
    const WISH: &str = "How do others forecast the grid?";

    let scratch = Scratch::new(kind).await;
    let db = &scratch.db;
    let world = opened(db).await;
    let by = Actor::Staff(staff(db, "priya@halden.example", Role::Marketing).await);
    for (company, wish) in [(0, ""), (1, WISH)] {
        let invited = world.name(company, 1).await[0];
        let needs = Needs { wants_to_learn: wish.to_owned(), ..Needs::default() };
        let accepting = Answer { needs, acknowledged: Some(1), ..Answer::default() };
        invitation::accept(db, now(), invited, &accepting).await.expect("the acceptance");
        let wish = Wish { scope: Scope::PeerIntroduction, channels: vec![], until: usual_end(now().date_naive()), exactly: false };
        consent::give(db, now(), Giver::Invitation(invited), &wish).await.expect("a consent");
    }
    let knows = TypedAdvocate { stage: "identified", topics: TOPIC, ..TypedAdvocate::default() };
    advocate::save(db, now(), by, world.person(GUEST).await, 0, &knows).await.expect("a record");
    let unsent = store::outbox::unsent(db, world.cohort).await.expect("mails");
    let seat = unsent.into_iter().rfind(|mail| mail.kind == "accepted" && mail.to_email == GUEST).expect("a confirmation");
    let seat = seat.secret.expect("a secret").link.expect("a link");
    let site = Site::serve(db).await;
    let (of_amara, of_tomas) = (["Person 0 of 0", "p0@company0", "Company 0"], ["Person 0 of 1", "p0@company1", "Company 1"]);

    // Marketing sees who could learn from whom, not where it was said, and asks both.
    let priya = signed_in(&site, javascript, "priya@halden.example").await;
    priya.go("/introductions").await;
    for words in [TOPIC, "Person 0 of 0", "Person 0 of 1"] {
        priya.sees(words).await;
    }
    keeps_quiet(&priya, WISH).await;
    priya.press("Ask both").await;
    priya.sees("Both are asked. Neither learns who the other is before both have said yes.").await;

    // One by the cookie of their seat, one by the link of the mail: a topic, and nothing of the other.
    let amara = phone(&site, javascript).await;
    amara.go(&format!("/i/{seat}")).await;
    amara.press("main form button").await;
    amara.sees("My week").await;
    amara.go("/my/statement").await;
    amara.sees(&format!("An introduction: {TOPIC}")).await;
    holds_nothing_of(&amara, &of_tomas).await;
    assert!(!amara.overflows().await, "my statement fits a phone");
    let tomas = phone(&site, javascript).await;
    let own = format!("/me/{}", site.token(PEER, "own_").await);
    tomas.go(&own).await;
    tomas.sees(&format!("An introduction: {TOPIC}")).await;
    holds_nothing_of(&tomas, &of_amara).await;

    // One yes passes nothing on, to either.
    amara.press("Yes, introduce us").await;
    entering_the_code(&site, &amara, GUEST).await;
    amara.press("Yes, introduce us").await;
    amara.sees("until then nothing of you is passed on").await;
    amara.sees("You said yes. Until the other person has answered too, you can still change your mind.").await;
    holds_nothing_of(&amara, &of_tomas).await;
    tomas.go(&own).await;
    tomas.sees(&format!("An introduction: {TOPIC}")).await;
    holds_nothing_of(&tomas, &of_amara).await;
    priya.go("/introductions").await;
    priya.sees("one said yes").await;

    // The second introduces them.
    tomas.press("Yes, introduce us").await;
    entering_the_code(&site, &tomas, PEER).await;
    tomas.press("Yes, introduce us").await;
    tomas.sees("You both said yes. You find each other’s details on this page and in your mail.").await;
    let met = part(&tomas, "#met").await;
    assert!(of_amara.iter().all(|detail| met.contains(detail)), "{met}");
    tomas.close().await;
    amara.go("/my/statement").await;
    let met = part(&amara, "#met").await;
    assert!(of_tomas.iter().all(|detail| met.contains(detail)), "{met}");
    amara.close().await;
    priya.go("/introductions").await;
    priya.sees("both said yes").await;
    priya.go(&format!("/reciprocity/{}", world.company(1).await)).await;
    assert!(part(&priya, "#entries").await.contains("Introduction made"), "it is a give to each");
    priya.close().await;
}

/// Two companies, invitations open.
async fn opened(db: &Db) -> World {
    let world = World::new(db, 2, 3).await;
    world.session(&Plan::everyone("Workshop", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

/// Nothing of this stands in the page, to be read or not.
async fn holds_nothing_of(window: &Window, secrets: &[&str]) {
    let source = window.client.source().await.expect("the page");
    for secret in secrets {
        assert!(!source.contains(secret), "{} holds {secret}: {source}", window.path().await);
    }
}
