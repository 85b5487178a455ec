//! The main job in Chromium: from the setup code to a seat in the capped workshop.

use std::path::Path;

use fantoccini::Locator;
use tests::chromium::{Look, Site, Window};
use tests::database::{Kind, Scratch};
use tests::world::{PASSWORD, Plan, World, now};

async fn main_job(kind: Kind, javascript: bool) {
    let scratch = Scratch::new(kind).await;
    let site = Site::serve(&scratch.db).await;
    let desk = Look { javascript, dark: false, width: 1440 };
    let phone = Look { javascript, dark: false, width: 390 };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");

    // The admin sets up and adds a program manager, who chooses a password.
    let code = store::staff::setup_code(&scratch.db).await.unwrap().unwrap();
    let admin = Window::open(&site, desk).await;
    admin.go("/").await;
    admin.type_in("#code", &code).await;
    admin.type_in("#name", "Ada Lindqvist").await;
    admin.type_in("#email", "ada@halden.example").await;
    admin.type_in("#password", PASSWORD).await;
    admin.press("form[action='/api/staff/setup'] button").await;
    admin.go("/staff").await;
    admin.type_in("#name", "Jonas Brandt").await;
    admin.type_in("#email", "jonas@halden.example").await;
    admin.press("input[name='role:program-manager']").await;
    admin.press("form[action='/api/staff/add'] button").await;
    admin.sees("Jonas Brandt").await;
    admin.close().await;
    let manager = Window::open(&site, desk).await;
    manager.go(&format!("/welcome/{}", site.token("jonas@halden.example", "pwd_").await)).await;
    manager.type_in("#password", PASSWORD).await;
    manager.press("form[action='/api/staff/set-password'] button").await;

    // Companies, the rule, a program, a cohort.
    manager.go("/companies/import").await;
    manager.choose_file("input[type=file]", &data.join("sp500.csv")).await;
    manager.press("form[action='/api/cohort/company-import/upload'] button").await;
    manager.sees("503").await;
    manager.press("form[action='/api/cohort/company-import/apply'] button").await;
    manager.go("/rules").await;
    manager.press("form[action='/api/conduct/conversation-rule/publish'] button").await;
    manager.go("/programs/new").await;
    manager.type_in("#title", "Leading through the energy shift").await;
    manager.type_in("#sponsor_name", "Ingrid Solheim").await;
    manager.press("form[action='/api/cohort/program/create'] button").await;
    manager.sees("Leading through the energy shift").await;
    let program = manager.path().await;
    manager.go(&format!("{program}/new-cohort")).await;
    for (field, text) in [
        ("title", "Spring cohort"),
        ("venue", "Campus Fontainebleau"),
        ("place", "France"),
        ("zone", "Europe/Paris"),
        ("first_day", "2027-03-27"),
        ("last_day", "2027-03-31"),
        ("reply_by", "2027-02-26"),
    ] {
        manager.type_in(&format!("#{field}"), text).await;
    }
    manager.choose("#rule", "1").await;
    manager.press("form[action='/api/cohort/cohort/create'] button").await;
    manager.sees("Spring cohort").await;
    let cohort = manager.path().await;

    // Seats for two companies; the agenda from a file; a capped workshop; a release; open.
    manager.go(&format!("{cohort}/invite")).await;
    for row in 1..=2 {
        let cell = format!("tbody tr:nth-child({row})");
        manager.press(&format!("{cell} input[type=checkbox]")).await;
        manager.type_in(&format!("{cell} input[name^='lead_name']"), &format!("Lead {row}")).await;
        manager.type_in(&format!("{cell} input[name^='lead_email']"), &format!("lead{row}@c.example")).await;
    }
    manager.press("form[action='/api/cohort/allotment/allot'] button").await;
    manager.go(&format!("{cohort}/agenda-import")).await;
    manager.choose_file("input[type=file]", &data.join("agenda-democon.json")).await;
    manager.press("form[action='/api/agenda/agenda-import/upload'] button").await;
    manager.sees("+01:00").await;
    if javascript {
        leave_a_day_out_and_bring_it_back(&manager).await;
    }
    manager.press("form[action='/api/agenda/agenda-import/apply'] button").await;
    manager.go(&format!("{cohort}/agenda/new")).await;
    manager.type_in("#title", "Negotiating with your own organisation").await;
    manager.type_in("#day", "2027-03-29").await;
    manager.type_in("#starts", "16:00").await;
    manager.type_in("#ends", "17:30").await;
    manager.choose("#kind", "workshop").await;
    if manager.client.find(fantoccini::Locator::Css("select#mode")).await.is_ok() {
        manager.choose("#mode", "sign-up").await;
    } else {
        manager.press("input[name=mode][value='sign-up']").await;
    }
    manager.type_in("#capacity", "20").await;
    manager.press("form[action='/api/agenda/session/create'] button").await;
    manager.go(&format!("{cohort}/release")).await;
    manager.sees("Negotiating with your own organisation").await;
    manager.press("form[action='/api/agenda/release/publish'] button").await;
    manager.go(&cohort).await;
    manager.press("Open invitations").await;
    manager.sees("inviting").await;

    // The lead, on a phone, names a colleague.
    let lead = Window::open(&site, phone).await;
    lead.go(&format!("/d/{}", site.token("lead1@c.example", "del_").await)).await;
    lead.press("form[action='/api/cohort/allotment/open'] button").await;
    lead.type_in("[name='name.0']", "Amara Okafor").await;
    lead.type_in("[name='email.0']", "amara@c.example").await;
    lead.type_in("[name='title.0']", "COO").await;
    lead.press("form[action='/api/cohort/allotment/name'] button").await;
    lead.sees("Amara Okafor").await;
    lead.close().await;

    // The executive, on a phone, accepts and takes a seat.
    let executive = Window::open(&site, phone).await;
    executive.go(&format!("/i/{}", site.token("amara@c.example", "inv_").await)).await;
    executive.sees("No sales conversations").await;
    assert!(!executive.overflows().await, "the letter fits a phone");
    executive.press("Accept my seat").await;
    executive.type_in("#dietary", "No shellfish").await;
    executive.press("form[action='/api/registration/invitation/accept'] button").await;
    executive.sees("Tick the box").await;
    executive.press("input[name=rule_ack]").await;
    executive.press("form[action='/api/registration/invitation/accept'] button").await;
    executive.sees("My week").await;
    let seat = "//article[.//a[contains(., 'Negotiating')]]//button[contains(., 'Take a seat')]";
    if javascript {
        // Alive: the press is answered on the page, without leaving it.
        executive.client.wait().for_element(fantoccini::Locator::Css("html[data-alive]")).await.expect("the island comes alive");
        executive.client.execute("window.stayed = true", vec![]).await.expect("a mark");
    }
    executive.client.find(fantoccini::Locator::XPath(seat)).await.expect("a seat to take").click().await.expect("pressed");
    executive.sees("The seat is yours.").await;
    executive.sees("Your seat").await;
    if javascript {
        let stayed = executive.client.execute("return window.stayed === true", vec![]).await.expect("an answer");
        assert_eq!(stayed, serde_json::json!(true), "the page was not left");
    }
    executive.go("/my/calendar").await;
    executive.press("form[action='/api/agenda/feed/renew'] button").await;
    executive.holds("/cal/cal_").await;
    executive.close().await;

    manager.go(&cohort).await;
    manager.sees("1 of 10").await;
    manager.close().await;
}

/// Alive, a choice is answered on the page: what the file would do follows it there and back.
async fn leave_a_day_out_and_bring_it_back(manager: &Window) {
    let client = &manager.client;
    client.wait().for_element(Locator::Css("html[data-alive]")).await.expect("the island comes alive");
    client.execute("window.stayed = true", vec![]).await.expect("a mark");
    let day = client.find(Locator::Css("select[name^='day.']")).await.expect("a day of the file");
    let chosen = day.prop("value").await.expect("an answer").expect("a day of the cohort");
    let import = client.find(Locator::Css("form[action='/api/agenda/agenda-import/apply'] button")).await.expect("something to import");
    let whole = import.text().await.expect("its label");
    manager.choose("select[name^='day.']", "").await;
    manager.sees("Read like this, the file would").await;
    assert!(!manager.text().await.contains(&whole), "fewer sessions than “{whole}”");
    manager.choose("select[name^='day.']", &chosen).await;
    manager.sees(&whole).await;
    let stayed = client.execute("return window.stayed === true", vec![]).await.expect("an answer");
    assert_eq!(stayed, serde_json::json!(true), "the page was not left");
}

/// The last seat goes while the page is open: the press is answered with the rule's own sentence, where it was made, and
/// the way out is there to be pressed.
#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_went_meanwhile_is_refused_in_words_with_javascript() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let world = World::new(&scratch.db, 1, 4).await;
    let session = world.session(&Plan::capped("Wanted", "2027-03-29", "10:00", "11:00", 1)).await;
    world.release().await;
    world.open().await;
    let people = world.crowd(2).await;
    let mails = store::outbox::unsent(&scratch.db, world.cohort).await.unwrap();
    let link = mails.iter().rfind(|mail| mail.kind == "accepted").unwrap().secret.clone().unwrap().link.unwrap();
    let site = Site::serve(&scratch.db).await;
    let window = Window::open(&site, Look { javascript: true, dark: false, width: 390 }).await;
    window.go(&format!("/i/{link}")).await;
    window.press("main form button").await;
    window.client.wait().for_element(fantoccini::Locator::Css("html[data-alive]")).await.expect("the island comes alive");
    store::agenda::seat::take_seat(&scratch.db, now(), people[0], session).await.unwrap();
    window.press("Take a seat").await;
    window.sees("The one seat is taken.").await;
    window.press("Join the waitlist").await;
    window.sees("You are number 1 on the waitlist").await;
    window.go("/my/people").await;
    assert!(!window.text().await.contains("You are on the waitlist"), "what the island said is not said again");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_with_javascript() {
    main_job(Kind::Sqlite, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_without_javascript() {
    main_job(Kind::Postgres, false).await;
}
