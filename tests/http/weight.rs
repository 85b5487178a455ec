//! What a first visit weighs, compressed: page, stylesheet, font, icon, and the browser bundle where there are islands.

use axum::body::Body;
use tests::browser::Browser;
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, app_on};

/// The octets of a page and of everything it names, as a browser that takes brotli gets them.
async fn first_visit(browser: &mut Browser, path: &str) -> (usize, Vec<String>) {
    let taking = [("accept-encoding", "br, gzip")];
    let page = browser.open(path).await;
    assert_eq!(page.status, 200, "{path}");
    let mut names: Vec<String> = page.body.split('"').filter(|text| text.starts_with("/assets/")).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    let mut total = weight(browser, &page.path, &taking).await;
    for name in &names {
        total += weight(browser, name, &taking).await;
    }
    (total, names)
}

async fn weight(browser: &mut Browser, path: &str, headers: &[(&str, &str)]) -> usize {
    let got = browser.octets(path, headers).await;
    assert!(got > 0, "{path}");
    got
}

#[tokio::test]
async fn a_first_visit_is_light() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let world = World::new(&scratch.db, 12, 10).await;
    for day in ["2027-03-27", "2027-03-28", "2027-03-29", "2027-03-30", "2027-03-31"] {
        for number in 0..12 {
            let plan = Plan {
                room: format!("Room {number}"),
                ..Plan::capped(&format!("Workshop {number}: a question worth a morning"), day, "10:00", "11:00", 20)
            };
            world.session(&plan).await;
        }
    }
    world.release().await;
    world.open().await;
    let invitation = world.name(0, 2).await;
    let token = store::outbox::unsent(&world.db, world.cohort).await.unwrap().pop().unwrap().secret.unwrap().link.unwrap();
    let app = app_on(&scratch.db, "http://127.0.0.1:3000");
    let mut browser = Browser::new(&app);

    let (letter, names) = first_visit(&mut browser, &format!("/i/{token}")).await;
    assert!(
        names.iter().all(|name| !name.ends_with(".wasm") && !name.ends_with(".js")),
        "a page without islands loads no bundle: {names:?}"
    );
    assert!(letter <= 40_000, "the invitation weighs {letter}");

    browser.hold_invitation(&token).await;
    world.accept(invitation[1]).await;
    let (week, names) = first_visit(&mut browser, "/my/week").await;
    assert!(names.iter().any(|name| name.ends_with(".wasm")), "this build has the browser bundle: {names:?}");
    assert!(week <= 160_000, "the week weighs {week}");
    println!("invitation {letter} octets, week with sixty sessions {week} octets");

    // What is named by its hash is kept for good.
    let got = browser.send("GET", &names[0], &[], Body::empty()).await;
    assert!(got.header("cache-control").contains("immutable"));
}
