//! WCAG 2.2 AA by axe-core on every kind of page, at phone and desk width, light and dark. No violations, no overflow.

use domain::access::Role;
use sea_orm::ConnectionTrait;
use tests::chromium::{Look, Site, Window};
use tests::database::{Kind, Scratch};
use tests::world::{PASSWORD, Plan, World, now};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_everybody() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let world = World::new(&scratch.db, 3, 4).await;
    let workshop = world.session(&Plan::capped("Workshop", "2027-03-29", "10:00", "11:00", 1)).await;
    world.session(&Plan::capped("Rival", "2027-03-29", "10:30", "11:30", 5)).await;
    world.session(&Plan::everyone("Dinner", "2027-03-27", "18:00", "21:00")).await;
    world.release().await;
    world.open().await;
    let people = world.name(0, 3).await;
    let taker = world.accept(people[1]).await;
    store::agenda::seat::take_seat(&scratch.db, now(), taker, workshop).await.unwrap();
    let admin = tests::world::staff(&scratch.db, "admin@halden.example", Role::Admin).await;
    scratch
        .db
        .read()
        .execute_unprepared(&format!(
            "INSERT INTO staff_role (staff_id, role) VALUES ({admin}, 'program manager'), ({admin}, 'facilitator'), ({admin}, 'account manager'), ({admin}, 'executive sponsor')"
        ))
        .await
        .unwrap();
    let site = Site::serve(&scratch.db).await;
    let mails = store::outbox::unsent(&scratch.db, world.cohort).await.unwrap();
    let link = |kind: &str, to: &str| {
        mails.iter().rfind(|mail| mail.kind == kind && mail.to_email == to).unwrap().secret.clone().unwrap().link.unwrap()
    };
    let (invitation, delegation) = (link("invitation", "p0@company0.example"), link("delegation", "lead1@company1.example"));
    let accepted = link("accepted", "p1@company0.example");

    let cohort = format!("/cohorts/{}", world.cohort);
    let session = format!("{cohort}/agenda/{workshop}");
    let allotment = format!("{cohort}/companies/{}", world.allotments[0]);
    let staff_pages = [
        "/cohorts",
        &cohort,
        &format!("{cohort}/people"),
        &format!("{cohort}/needs"),
        &format!("{cohort}/observers"),
        &format!("{cohort}/agenda"),
        &format!("{cohort}/agenda/new"),
        &session,
        &format!("{cohort}/release"),
        &format!("{cohort}/report"),
        &format!("{cohort}/settings"),
        &format!("{cohort}/invite"),
        &allotment,
        &format!("{cohort}/agenda-import"),
        "/programs",
        &format!("/programs/{}", world.program),
        "/programs/new",
        &format!("/programs/{}/new-cohort", world.program),
        "/companies",
        "/companies/1",
        "/people",
        "/people/1",
        "/companies/0",
        "/companies/import",
        "/rules",
        "/rules/1",
        "/rules/write",
        &format!("{cohort}/rule"),
        "/outbox",
        "/outbox/1",
        "/staff",
        "/account",
        "/scorecard",
        "/my-sessions",
        "/my-customers",
        "/nowhere",
    ]
    .map(|page: &str| page.to_owned());

    let mut wrong = Vec::new();
    for (width, dark) in [(390, false), (1440, true)] {
        let window = Window::open(&site, Look { javascript: true, dark, width }).await;
        let look = format!("{width} px, {}", if dark { "dark" } else { "light" });
        let mut check = async |name: &str| {
            wrong.extend(window.axe().await.into_iter().map(|found| format!("{name} ({look}): {found}")));
            if window.overflows().await {
                wrong.push(format!("{name} ({look}): wider than the window"));
            }
        };
        window.go("/sign-in").await;
        check("/sign-in").await;
        window.go(&format!("/i/{invitation}")).await;
        check("the letter").await;
        window.press("Accept my seat").await;
        check("/invitation/accept").await;
        for page in ["/invitation", "/invitation/decline", "/invitation/colleague"] {
            window.go(page).await;
            check(page).await;
        }
        window.go(&format!("/i/{accepted}")).await;
        window.press("main form button").await;
        for page in ["/my/week", &format!("/my/week/{workshop}"), "/my/calendar", "/my/people", "/my/details", "/my/rule", "/my/withdraw"] {
            window.go(page).await;
            check(page).await;
        }
        window.go(&format!("/d/{delegation}")).await;
        check("the lead's letter").await;
        window.press("main form button").await;
        check("/delegation").await;
        window.go("/sign-in").await;
        window.type_in("#email", "admin@halden.example").await;
        window.type_in("#password", PASSWORD).await;
        window.press("form[action='/api/staff/sign-in'] button").await;
        for page in &staff_pages {
            window.go(page).await;
            check(page).await;
        }
        window.close().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
