//! What must not happen: forged origins, GET that changes, oversized forms, foreign tokens, broken input.

use axum::body::Body;
use axum::http::StatusCode;
use tests::both_databases;
use tests::browser::Browser;
use tests::world::{Plan, World, app_on, now};

both_databases! {
    async fn acts_from_elsewhere_are_refused_and_every_answer_is_guarded(scratch) {
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        tests::world::staff(&scratch.db, "ada@halden.example", domain::access::Role::Admin).await;
        let mut browser = Browser::new(&app);
        let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
        let got = browser.send("POST", "/api/staff/sign-in", &form, "email=a&password=b").await;
        assert_eq!(got.status, StatusCode::FORBIDDEN);
        let got = browser.send("POST", "/api/staff/sign-in", &[("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.example")], "email=a").await;
        assert_eq!(got.status, StatusCode::FORBIDDEN);
        for path in ["/sign-in", "/nowhere", "/healthz", "/api/staff/sign-in"] {
            let got = browser.send("GET", path, &[], Body::empty()).await;
            assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
            assert!(got.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        }
        let big = "x".repeat(1024 * 1024 + 1);
        let got = browser.send("POST", "/api/staff/sign-in", &[("content-type", "application/x-www-form-urlencoded")], format!("email={big}")).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST);
        let got = browser.send("POST", "/api/cohort/company-import/upload", &[("content-type", "multipart/form-data; boundary=")], "x").await;
        assert!(got.status.is_redirection() || got.status.is_client_error(), "{}", got.status);
    }
}

both_databases! {
    async fn reading_a_link_changes_nothing_and_a_dead_one_reads_like_none(scratch) {
        let world = World::new(&scratch.db, 1, 2).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let invitation = world.name(0, 1).await[0];
        let token = store::outbox::unsent(&world.db, world.cohort).await.unwrap().pop().unwrap().secret.unwrap().link.unwrap();
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let mut scanner = Browser::new(&app);
        for method in ["GET", "HEAD"] {
            let got = scanner.send(method, &format!("/i/{token}"), &[], Body::empty()).await;
            assert_eq!(got.status, StatusCode::OK);
            assert_eq!(got.header("set-cookie"), "", "a reader gets no cookie");
        }
        let dead = scanner.send("GET", "/i/inv_dead", &[], Body::empty()).await;
        assert_eq!(dead.status, StatusCode::NOT_FOUND);
        store::registration::invitation::remind(&world.db, now() + chrono::TimeDelta::minutes(2), world.actor(), invitation).await.unwrap();
        let replaced = scanner.send("GET", &format!("/i/{token}"), &[], Body::empty()).await;
        let strip = |got: &tests::browser::Got| got.body.clone();
        assert_eq!((replaced.status, strip(&replaced)), (dead.status, strip(&dead)), "revoked and unknown answer alike");
        let got = scanner.post("/api/registration/invitation/open", &[("token", &token), ("go", "accept")]).await;
        assert!(!got.headers.get_all("set-cookie").iter().any(|cookie| cookie.to_str().unwrap().starts_with("invitation=")));
    }
}

both_databases! {
    async fn a_scripts_answer_has_a_status_and_a_closed_code(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        let session = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", 1)).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(2).await;
        store::agenda::seat::take_seat(&world.db, now(), people[0], session).await.unwrap();
        let mails = store::outbox::unsent(&world.db, world.cohort).await.unwrap();
        let accepted = mails.iter().rfind(|mail| mail.kind == "accepted").unwrap();
        let token = accepted.secret.clone().unwrap().link.unwrap();
        let app = app_on(&scratch.db, "http://127.0.0.1:3000");
        let mut script = Browser::new(&app);
        script.hold_invitation(&token).await;
        let got = script.send("POST", "/api/agenda/seat/take", &[("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")], format!("session={session}")).await;
        assert_eq!(got.status, StatusCode::CONFLICT);
        let answer: app::answer::Answer = serde_json::from_str(&got.body).unwrap();
        assert_eq!((answer.done, answer.code.as_str()), (false, "full"));
        let got = script.send("POST", "/api/agenda/seat/take", &[("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")], "session=twelve").await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST);
    }
}
