//! What requests cost, in CPU, beside a static axum reply of the same size in the same run; how long two hundred people
//! at 120 places take; how fast the program starts and how much memory it uses. Figures to compare, not tests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::routing::get;
use cpu_time::ProcessTime;
use http_body_util::BodyExt as _;
use tests::browser::Browser;
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, app_on, now};
use tower::ServiceExt as _;

const REQUESTS: u32 = 2_000;

#[tokio::main]
async fn main() {
    pages().await;
    for kind in [Kind::Sqlite, Kind::Postgres] {
        race(kind).await;
    }
    process().await;
}

async fn pages() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let world = World::new(&scratch.db, 12, 10).await;
    let mut sessions = Vec::new();
    for day in ["2027-03-27", "2027-03-28", "2027-03-29", "2027-03-30", "2027-03-31"] {
        for number in 0..12 {
            let (starts, ends) =
                [("08:00", "09:00"), ("09:00", "10:00"), ("10:00", "11:00"), ("11:00", "12:00"), ("13:00", "14:00"), ("14:00", "15:00")]
                    [number / 2];
            let plan = Plan {
                room: format!("Room {number}"),
                ..Plan::capped(&format!("Workshop {number}: a question worth a morning"), day, starts, ends, 90)
            };
            sessions.push(world.session(&plan).await);
        }
    }
    world.release().await;
    world.open().await;
    let people = world.crowd(120).await;
    for (index, person) in people.iter().enumerate() {
        for session in sessions.iter().skip(index % 2).step_by(2) {
            let _ = store::agenda::seat::take_seat(&world.db, now(), *person, *session).await;
        }
    }
    let mails = store::outbox::unsent(&world.db, world.cohort).await.expect("mails");
    let secret = mails.iter().rfind(|mail| mail.kind == "accepted").and_then(|mail| mail.secret.clone()).expect("a secret");
    let app = app_on(&scratch.db, "http://127.0.0.1:3000");
    let mut browser = Browser::new(&app);
    browser.hold_invitation(&secret.link.expect("a link")).await;
    let feed = secret.feed.expect("a feed");
    let router = server::router::router(Arc::clone(&app));

    let page = browser.open("/my/week").await;
    let bytes = page.body.len();
    let body: &'static str = Box::leak(page.body.clone().into_boxed_str());
    let still = Router::new().route("/", get(move || async move { ([(header::CONTENT_TYPE, "text/html")], body) }));
    let etag = browser.open(&format!("/cal/{feed}.ics")).await.header("etag").to_owned();
    let cookie = browser.cookie_line();

    println!("CPU per request, {REQUESTS} requests each, 60 sessions with seat counts, 120 people ({bytes} octets a page):");
    let base = cost(&still, "/", "", "").await;
    line("a static axum reply of the same size", base, base);
    for (what, path, none_match) in [
        ("the executive's week, signed in", "/my/week".to_owned(), ""),
        ("the agenda as .ics", "/my/agenda.ics".to_owned(), ""),
        ("the feed", format!("/cal/{feed}.ics"), ""),
        ("the feed, unchanged (304)", format!("/cal/{feed}.ics"), etag.as_str()),
    ] {
        line(what, cost(&router, &path, &cookie, none_match).await, base);
    }
}

fn line(what: &str, took: Duration, base: Duration) {
    println!("  {what:<42} {:>8.3} ms {:>8.1} ×", took.as_secs_f64() * 1e3, took.as_secs_f64() / base.as_secs_f64());
}

async fn cost(router: &Router, path: &str, cookie: &str, none_match: &str) -> Duration {
    let ask = async || {
        let request = Request::get(path)
            .header(header::COOKIE, cookie)
            .header(header::IF_NONE_MATCH, none_match)
            .body(Body::empty())
            .expect("a request");
        let response = router.clone().oneshot(request).await.expect("an answer");
        assert!(response.status().as_u16() < 400, "{path}: {}", response.status());
        response.into_body().collect().await.expect("a body");
    };
    for _ in 0..50 {
        ask().await;
    }
    let began = ProcessTime::now();
    for _ in 0..REQUESTS {
        ask().await;
    }
    began.elapsed() / REQUESTS
}

async fn race(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let world = World::new(&scratch.db, 20, 10).await;
    let session = world.session(&Plan::capped("Wanted", "2027-03-29", "10:00", "11:00", 120)).await;
    world.release().await;
    world.open().await;
    world.crowd(200).await;
    let app = app_on(&scratch.db, "http://127.0.0.1:3000");
    let mails = store::outbox::unsent(&world.db, world.cohort).await.expect("mails");
    let mut browsers = Vec::new();
    for mail in mails.iter().filter(|mail| mail.kind == "accepted") {
        let mut browser = Browser::new(&app);
        browser.hold_invitation(&mail.secret.clone().expect("a secret").link.expect("a link")).await;
        browsers.push(browser);
    }
    let session = session.to_string();
    let began = Instant::now();
    let tasks: Vec<_> = browsers
        .into_iter()
        .map(|mut browser| {
            let session = session.clone();
            tokio::spawn(async move { browser.post("/api/agenda/seat/take", &[("session", &session)]).await })
        })
        .collect();
    let (mut booked, mut refused, mut errors) = (0, 0, 0);
    for task in tasks {
        let got = task.await.expect("the task");
        let notice = got
            .headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|cookie| cookie.to_str().ok())
            .find(|cookie| cookie.starts_with("notice="))
            .unwrap_or("")
            .to_owned();
        match (got.status.as_u16(), notice.contains("good.")) {
            (303, true) => booked += 1,
            (303, false) => refused += 1,
            _ => errors += 1,
        }
    }
    println!(
        "200 people at 120 places through HTTP on {kind:?}: {booked} booked, {refused} told it is full, {errors} errors, {:.2} s",
        began.elapsed().as_secs_f64()
    );
}

async fn process() {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), std::path::PathBuf::from);
    let binary = target.join("release/cohortium");
    if !binary.exists() {
        println!("start and memory: build the program first (make build)");
        return;
    }
    let scratch = Scratch::new(Kind::Sqlite).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let mut command = tokio::process::Command::new(&binary);
    command
        .arg("serve")
        .env("COHORTIUM_DATABASE_URL", &scratch.url)
        .env("COHORTIUM_ADDR", format!("127.0.0.1:{port}"))
        .env("COHORTIUM_LOG", "warn")
        .kill_on_drop(true);
    command.current_dir(std::env::temp_dir()).stdout(std::process::Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().expect("it starts");
    while fetch(port, "/readyz").await.is_err() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let start = began.elapsed();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..500 {
        ticks.tick().await;
        let _ = fetch(port, "/sign-in").await;
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().expect("running"))).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim).to_owned();
    let _ = child.kill().await;
    println!("start on a migrated database: {} ms; most memory at 100 requests a second: {peak}", start.as_millis());
}

async fn fetch(port: u16, path: &str) -> std::io::Result<()> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err(std::io::Error::other("not ready")) }
}
