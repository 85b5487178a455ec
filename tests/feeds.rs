//! Reaching out: feeds from servers that mean harm, on this machine. The client may reach one port of it and no other.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{NaiveDate, TimeDelta};
use domain::access::Role;
use domain::advocacy::watched_feed::{Act, State};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, Set};
use server::feeds::{fetch, fetch_due};
use server::web_client::{Client, Failure, Limits};
use store::advocacy::watched_feed::{self, Adding, Due, Entry, Fetched, Outcome, Taking};
use store::{Actor, entity};
use tests::both_databases;
use tests::world::{Plan, World, app_on, now, staff};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a path answers with.
#[derive(Clone)]
enum Says {
    /// These octets, whole.
    Octets(Vec<u8>),
    /// Parts, so long apart.
    Drip(Vec<Vec<u8>>, Duration),
    /// Nothing, for good.
    Nothing,
    /// 304 to whoever knows this ETag, else the octets.
    Unless(&'static str, Vec<u8>),
}

/// A server on this machine.
struct Served {
    /// `127.0.0.1:PORT`
    at: String,
    hits: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Served {
    async fn new(says: impl FnOnce(&str) -> BTreeMap<&'static str, Says>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = listener.local_addr().expect("its address").to_string();
        let (says, hits, requests) = (Arc::new(says(&at)), Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (counted, heard) = (Arc::clone(&hits), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let (says, heard) = (Arc::clone(&says), Arc::clone(&heard));
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    let mut part = [0_u8; 4096];
                    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                        match stream.read(&mut part).await {
                            Ok(0) | Err(_) => return,
                            Ok(count) => request.extend_from_slice(&part[..count]),
                        }
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
                    heard.lock().expect("the list").push(request.clone());
                    match says.get(path.as_str()).cloned() {
                        Some(Says::Octets(octets)) => {
                            let _ = stream.write_all(&octets).await;
                        }
                        Some(Says::Drip(parts, apart)) => {
                            for part in parts {
                                if stream.write_all(&part).await.is_err() {
                                    return;
                                }
                                tokio::time::sleep(apart).await;
                            }
                        }
                        Some(Says::Nothing) => tokio::time::sleep(Duration::from_secs(60)).await,
                        Some(Says::Unless(etag, octets)) => {
                            let known = request.to_lowercase().contains(&format!("if-none-match: {etag}"));
                            let octets = if known { b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec() } else { octets };
                            let _ = stream.write_all(&octets).await;
                        }
                        None => {
                            let _ = stream.write_all(&answer("404 Not Found", &[], b"")).await;
                        }
                    }
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { at, hits, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// A client that may reach this server and nothing else here.
    fn client(&self) -> Client {
        Client::new(vec![self.at.clone()])
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut octets = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, text) in headers {
        octets.push_str(&format!("{name}: {text}\r\n"));
    }
    octets.push_str("\r\n");
    [octets.as_bytes(), body].concat()
}

const RSS: (&str, &str) = ("Content-Type", "application/rss+xml");

fn feed(items: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>The Trade</title>{items}</channel></rss>").into_bytes()
}

fn item(guid: &str, title: &str) -> String {
    format!(
        "<item><guid>{guid}</guid><title>{title}</title><link>https://trade.example/{guid}</link><pubDate>Tue, 12 Jan 2027 08:00:00 GMT</pubDate></item>"
    )
}

fn sends_on(to: &str) -> Says {
    Says::Octets(answer("302 Found", &[("Location", to)], b""))
}

fn due(url: String) -> Due {
    Due { id: 1, url, etag: String::new(), last_modified: String::new(), until: now() }
}

fn today() -> NaiveDate {
    now().date_naive()
}

/// Short enough for a check, long enough for a busy machine.
const SHORT: Limits = Limits { connect: Duration::from_secs(2), total: Duration::from_secs(3), most_bytes: 2 * 1024 * 1024 };

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_answers_end_in_a_sentence() {
    let bomb = {
        let lines: String = (1..10).map(|level| format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10))).collect();
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY l0 \"ha\">{lines}]><rss version=\"2.0\"><channel><title>&l9;</title></channel></rss>"
        )
    };
    let served = Served::new(|_| {
        let large = vec![b' '; 10 * 1024 * 1024];
        let endless = std::iter::once(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<rss>".to_vec())
            .chain(std::iter::repeat_n(vec![b' '; 256 * 1024], 40));
        let drip = std::iter::once(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<rss>".to_vec())
            .chain(std::iter::repeat_n(b" ".to_vec(), 600));
        let cut = answer("200 OK", &[RSS], &feed(&item("1", "Cut")))[..120].to_vec();
        let deep = format!("<rss version=\"2.0\"><channel>{}", "<a>".repeat(200_000));
        BTreeMap::from([
            ("/large", Says::Octets(answer("200 OK", &[RSS], &large))),
            ("/endless", Says::Drip(endless.collect(), Duration::ZERO)),
            ("/gzip", Says::Octets(answer("200 OK", &[RSS, ("Content-Encoding", "gzip")], &gzip(&vec![b' '; 50 * 1024 * 1024])))),
            ("/not-gzip", Says::Octets(answer("200 OK", &[RSS, ("Content-Encoding", "gzip")], b"hello"))),
            ("/bomb", Says::Octets(answer("200 OK", &[RSS], bomb.as_bytes()))),
            ("/deep", Says::Octets(answer("200 OK", &[RSS], deep.as_bytes()))),
            ("/html", Says::Octets(answer("200 OK", &[("Content-Type", "text/html; charset=utf-8")], &feed("")))),
            ("/image", Says::Octets(answer("200 OK", &[("Content-Type", "image/png")], &feed("")))),
            ("/unsaid", Says::Octets(answer("200 OK", &[], &feed("")))),
            ("/words", Says::Octets(answer("200 OK", &[RSS], b"just words"))),
            ("/forbidden", Says::Octets(answer("403 Forbidden", &[], b""))),
            ("/broken", Says::Octets(answer("503 Service Unavailable", &[], b""))),
            ("/drip", Says::Drip(drip.collect(), Duration::from_millis(100))),
            ("/silent", Says::Nothing),
            ("/cut", Says::Octets(cut)),
            ("/noise", Says::Octets(b"\x00\xff\x00 no HTTP at all\r\n\r\n".to_vec())),
            ("/headers", Says::Octets([b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".repeat(100_000)].concat())),
        ])
    })
    .await;
    let client = served.client();
    for (path, expect) in [
        ("/large", "larger than 2048 KB"),
        ("/endless", "larger than 2048 KB"),
        ("/gzip", "larger than 2048 KB"),
        ("/not-gzip", "broke off"),
        ("/bomb", "XML entities"),
        ("/deep", "cannot be read"),
        ("/html", "web page, not a feed"),
        ("/image", "sent as image/png"),
        ("/unsaid", "does not say what it is"),
        ("/words", "cannot be read"),
        ("/forbidden", "does not let us read it (403)"),
        ("/broken", "problem of its own (503)"),
        ("/missing", "nothing at this address (404)"),
        ("/drip", "took too long"),
        ("/silent", "took too long"),
        ("/cut", "broke off"),
        ("/noise", "broke off"),
        ("/headers", "broke off"),
    ] {
        let begun = Instant::now();
        let outcome = fetch(&client, &due(served.url(path)), today(), SHORT).await;
        let Outcome::Failed(why) = outcome else { panic!("{path}: {outcome:?}") };
        assert!(why.contains(expect), "{path}: {why}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{path} took {:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_private_is_reached_by_any_way_round() {
    let secret = Served::new(|_| BTreeMap::from([("/", Says::Octets(answer("200 OK", &[RSS], &feed(&item("1", "The canary")))))])).await;
    let port = secret.at.rsplit_once(':').expect("a port").1.to_owned();
    let places = [
        ("/to-port", format!("http://127.0.0.1:{port}/")),
        ("/to-name", format!("http://localhost:{port}/")),
        ("/to-decimal", format!("http://2130706433:{port}/")),
        ("/to-hex", format!("http://0x7f000001:{port}/")),
        ("/to-octal", format!("http://0177.0.0.1:{port}/")),
        ("/to-short", format!("http://127.1:{port}/")),
        ("/to-zero", format!("http://0.0.0.0:{port}/")),
        ("/to-v6", format!("http://[::1]:{port}/")),
        ("/to-mapped", format!("http://[::ffff:127.0.0.1]:{port}/")),
        ("/to-metadata", "http://169.254.169.254/latest/meta-data/".to_owned()),
        ("/to-carrier", "http://100.100.100.200/".to_owned()),
        ("/to-scheme-relative", format!("//127.0.0.1:{port}/")),
    ];
    let named = places.clone();
    let served = Served::new(move |_| named.into_iter().map(|(path, to)| (path, sends_on(&to))).collect()).await;
    let client = served.client();
    for (path, to) in &places {
        let through = client.get(&served.url(path), &[], SHORT).await;
        assert!(matches!(through, Err(Failure::Private(_))), "{path} to {to}: {through:?}");
        if to.starts_with("http") {
            let direct = client.get(to, &[], SHORT).await;
            assert!(matches!(direct, Err(Failure::Private(_))), "{to}: {direct:?}");
        }
    }
    let nobody = Client::new(vec![]);
    assert!(
        matches!(nobody.get(&served.url("/to-port"), &[], SHORT).await, Err(Failure::Private(_))),
        "nothing is listed, nothing is reached"
    );
    // Both are listed: each is reached where it is typed, and never because the other one sends there.
    let both = Client::new(vec![served.at.clone(), secret.at.clone()]);
    let through = both.get(&served.url("/to-port"), &[], SHORT).await;
    assert!(matches!(through, Err(Failure::Private(_))), "{through:?}");
    assert_eq!(secret.hits(), 0, "the canary was never asked");
    assert_eq!(both.get(&secret.url("/"), &[], SHORT).await.expect("it is listed").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_followed_three_times_and_never_to_another_scheme() {
    let served = Served::new(|at| {
        let mut says = BTreeMap::from([
            ("/feed", Says::Octets(answer("200 OK", &[RSS, ("ETag", "\"7\"")], &feed(&item("1", "Found"))))),
            ("/1", sends_on("/feed")),
            ("/2", sends_on("1")),
            ("/circle", sends_on("/circle")),
            ("/file", sends_on("file:///etc/passwd")),
            ("/script", sends_on("javascript:alert(1)")),
            ("/nowhere", Says::Octets(answer("302 Found", &[], b""))),
        ]);
        says.insert("/3", sends_on(&format!("http://{at}/2")));
        says.insert("/4", sends_on("/3"));
        says.insert("/login", sends_on(&format!("http://ada:secret@{at}/feed")));
        says
    })
    .await;
    let client = served.client();
    let found = client.get(&served.url("/3"), &[], SHORT).await.expect("three redirects");
    assert_eq!((found.status, found.url.as_str(), found.header("etag")), (200, served.url("/feed").as_str(), "\"7\""));
    for (path, expect) in [
        ("/4", Failure::TooManyRedirects),
        ("/circle", Failure::TooManyRedirects),
        ("/file", Failure::Address),
        ("/script", Failure::Address),
        ("/nowhere", Failure::Address),
        ("/login", Failure::Address),
    ] {
        assert_eq!(client.get(&served.url(path), &[], SHORT).await.expect_err(path), expect, "{path}");
    }
    // What is sent is not sent on, and arrives whole.
    let headers = [("content-type", "application/json".to_owned()), ("x-signature", "abc".to_owned())];
    let told = client.post(&served.url("/1"), &headers, "{\"a\":1}".to_owned(), SHORT).await.expect("an answer");
    assert_eq!(told.status, 302);
    let heard = served.requests.lock().expect("the list").last().cloned().expect("a request");
    assert!(heard.starts_with("POST /1 HTTP/1.1") && heard.to_lowercase().contains("x-signature: abc"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_but_honest_feeds_are_read() {
    let served = Served::new(|_| {
        let latin =
            b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><rss version=\"2.0\"><channel><title>Caf\xe9</title></channel></rss>".to_vec();
        let broken = b"<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>\xff\xfe\x00</title></channel></rss>".to_vec();
        BTreeMap::from([
            ("/gzip", Says::Octets(answer("200 OK", &[RSS, ("Content-Encoding", "gzip")], &gzip(&feed(&item("1", "Small")))))),
            ("/latin", Says::Octets(answer("200 OK", &[RSS], &latin))),
            ("/broken", Says::Octets(answer("200 OK", &[RSS], &broken))),
            ("/known", Says::Unless("\"7\"", answer("200 OK", &[RSS, ("ETag", "\"7\"")], &feed("")))),
        ])
    })
    .await;
    let client = served.client();
    let Outcome::Fetched(read) = fetch(&client, &due(served.url("/gzip")), today(), SHORT).await else { panic!("not read") };
    assert_eq!((read.title.as_str(), read.entries.len()), ("The Trade", 1));
    let Outcome::Fetched(read) = fetch(&client, &due(served.url("/latin")), today(), SHORT).await else { panic!("not read") };
    assert_eq!(read.title, "Café");
    // Octets that are no text are refused, and never kept as they are.
    let Outcome::Failed(why) = fetch(&client, &due(served.url("/broken")), today(), SHORT).await else { panic!("read") };
    assert_eq!(why, "What is there cannot be read as RSS, Atom or JSON Feed.");
    let Outcome::Fetched(first) = fetch(&client, &due(served.url("/known")), today(), SHORT).await else { panic!("not read") };
    let again = Due { etag: first.etag, last_modified: "Fri, 15 Jan 2027 09:00:00 GMT".into(), ..due(served.url("/known")) };
    assert_eq!(fetch(&client, &again, today(), SHORT).await, Outcome::Unchanged);
    let heard = served.requests.lock().expect("the list").last().cloned().expect("a request").to_lowercase();
    assert!(heard.contains("if-modified-since: fri, 15 jan 2027 09:00:00 gmt"), "{heard}");
}

both_databases! {
    async fn from_a_feed_to_an_achievement(scratch) {
        let world = World::new(&scratch.db, 2, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        world.name(0, 1).await;
        let db = &scratch.db;
        let priya = Actor::Staff(staff(db, "priya@halden.example", Role::Marketing).await);
        // The first entry twice under one number, and one that names nobody.
        let items = [item("1", "Amara Okafor’s view of boards"), item("1", "Amara Okafor again"), item("2", "Somebody else"), item("3", "Délta-Timber wins a prize")].concat();
        let served = Served::new(|_| BTreeMap::from([
            ("/feed", Says::Unless("\"7\"", answer("200 OK", &[RSS, ("ETag", "\"7\"")], &feed(&items)))),
            ("/gone", Says::Octets(answer("410 Gone", &[], b""))),
        ])).await;
        let client = Arc::new(served.client());

        let Adding::Added(id) = watched_feed::add(db, now(), priya, &served.url("/feed")).await.unwrap() else { panic!("not added") };
        assert_eq!(watched_feed::add(db, now(), priya, &served.url("/feed")).await.unwrap(), Adding::Already(id));
        watched_feed::add(db, now(), priya, &served.url("/gone")).await.unwrap();
        watched_feed::watch(db, now(), priya, "Amara Okafor", "p0@company0.example", "").await.unwrap();
        watched_feed::watch(db, now(), priya, "Delta Timber", "", "Company 1").await.unwrap();

        assert_eq!(fetch_due(db, &client, now()).await.unwrap(), 2);
        assert_eq!(fetch_due(db, &client, now()).await.unwrap(), 0, "not due any more");
        let feeds = watched_feed::feeds(db).await.unwrap();
        assert_eq!(
            feeds.iter().map(|feed| (feed.title.as_str(), feed.failures, feed.next_at - now(), feed.fetched_at.is_some())).collect::<Vec<_>>(),
            [("", 1, TimeDelta::minutes(5), false), ("The Trade", 0, TimeDelta::hours(1), true)]
        );
        assert_eq!(feeds[0].last_error, "There is nothing at this address (410). Check it, or remove the feed.");
        let found = watched_feed::found(db, 1).await.unwrap();
        assert_eq!(
            found.rows.iter().map(|one| (one.title.as_str(), one.name.as_str(), one.whose.as_str())).collect::<Vec<_>>(),
            [("Délta-Timber wins a prize", "Delta Timber", "Company 1"), ("Amara Okafor’s view of boards", "Amara Okafor", "Person 0 of 0")]
        );

        // An hour later it says that nothing is new; the other one is tried for the second time.
        let later = now() + TimeDelta::hours(1);
        assert_eq!(fetch_due(db, &client, later).await.unwrap(), 2);
        let feeds = watched_feed::feeds(db).await.unwrap();
        assert_eq!(feeds.iter().map(|feed| (feed.failures, feed.next_at - later)).collect::<Vec<_>>(), [(2, TimeDelta::minutes(10)), (0, TimeDelta::hours(1))]);
        assert_eq!(watched_feed::found(db, 1).await.unwrap().total, 2);

        // Taken twice is taken once; what its feed said stays when the feed goes.
        let (prize, quote) = (found.rows[0].id, found.rows[1].id);
        let Taking::Taken(achievement) = watched_feed::take(db, now(), priya, quote).await.unwrap() else { panic!("not taken") };
        assert_eq!(watched_feed::take(db, now(), priya, quote).await.unwrap(), Taking::Taken(achievement));
        let one = store::advocacy::achievement::get(db, achievement).await.unwrap().unwrap();
        assert_eq!(
            (one.kind.as_str(), one.source.as_str(), one.state.as_str(), one.url.as_deref(), one.outlet.as_str()),
            ("media quote", "feed", "reported", Some("https://trade.example/1"), "The Trade")
        );
        assert!(watched_feed::dismiss(db, now(), priya, quote).await.is_err(), "it is an achievement");
        watched_feed::dismiss(db, now(), priya, prize).await.unwrap();
        watched_feed::dismiss(db, now(), priya, prize).await.unwrap();
        assert_eq!(watched_feed::found(db, 1).await.unwrap().total, 0);

        // A new spelling is looked for in what the feed said before.
        watched_feed::watch(db, later, priya, "Somebody else", "", "Company 0").await.unwrap();
        assert_eq!(fetch_due(db, &client, later).await.unwrap(), 1);
        assert_eq!(watched_feed::found(db, 1).await.unwrap().rows.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["Somebody else"]);

        assert_eq!(watched_feed::step(db, now(), priya, id, Act::Pause).await.unwrap(), Some(State::Paused));
        assert!(watched_feed::step(db, now(), priya, id, Act::Fetch).await.is_err());
        assert_eq!(watched_feed::step(db, now(), priya, id, Act::Remove).await.unwrap(), None);
        assert_eq!(watched_feed::step(db, now(), priya, id, Act::Remove).await.unwrap(), None);
        assert_eq!((watched_feed::feeds(db).await.unwrap().len(), watched_feed::found(db, 1).await.unwrap().total), (1, 0));
        assert!(store::advocacy::achievement::get(db, achievement).await.unwrap().is_some());

        // An address may carry a key behind its host: the history keeps the host.
        let noted = entity::history::Entity::find().filter(entity::history::Column::Object.eq("watched feed")).all(db.read()).await.unwrap();
        let host = format!("http://{}", served.at);
        assert!(noted.iter().any(|line| line.after == host) && noted.iter().any(|line| line.before == format!("watching: {host}")), "{noted:?}");
        assert!(noted.iter().all(|line| !line.before.contains("/feed") && !line.after.contains("/feed")), "{noted:?}");
    }
}

both_databases! {
    async fn a_name_that_is_new_while_a_feed_is_fetched_misses_nothing(scratch) {
        let world = World::new(&scratch.db, 2, 3).await;
        let db = &scratch.db;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        let priya = Actor::Staff(staff(db, "priya@halden.example", Role::Marketing).await);
        let url = "https://trade.example/feed.xml";
        watched_feed::add(db, now(), priya, url).await.unwrap();
        watched_feed::watch(db, now(), priya, "Delta Timber", "", "Company 0").await.unwrap();
        let entry = |guid: &str, title: &str| Entry {
            guid: guid.into(),
            url: format!("https://trade.example/{guid}"),
            title: title.into(),
            summary: String::new(),
            published_on: today(),
        };
        let says = || Outcome::Fetched(Fetched {
            title: "The Trade".into(),
            etag: "\"7\"".into(),
            last_modified: String::new(),
            entries: vec![entry("1", "Delta Timber wins"), entry("2", "Fjord Shipping wins")],
        });

        // While it is fetched, one name goes and another one comes.
        let claimed = watched_feed::claim_due(db, now(), 5).await.unwrap();
        assert_eq!(claimed.len(), 1);
        let old = watched_feed::names(db).await.unwrap()[0].id;
        watched_feed::unwatch(db, now(), priya, old).await.unwrap();
        let later = now() + TimeDelta::minutes(1);
        watched_feed::watch(db, later, priya, "Fjord Shipping", "", "Company 1").await.unwrap();
        assert_eq!(watched_feed::keep_claimed(db, later, &claimed[0], says()).await.unwrap(), 1);
        let found = watched_feed::found(db, 1).await.unwrap();
        assert_eq!(found.rows.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["Fjord Shipping wins"]);

        // Whoever wanted it read anew is not overruled: it is due, and asked for everything.
        let again = watched_feed::claim_due(db, later, 5).await.unwrap();
        let until = later + TimeDelta::minutes(5);
        assert_eq!(again, [Due { id: claimed[0].id, url: url.into(), etag: String::new(), last_modified: String::new(), until }]);
        assert_eq!(watched_feed::keep_claimed(db, later, &again[0], says()).await.unwrap(), 0);
        assert_eq!(watched_feed::claim_due(db, later, 5).await.unwrap(), []);
        let next = watched_feed::claim_due(db, later + TimeDelta::hours(1), 5).await.unwrap();
        assert_eq!(next.iter().map(|due| due.etag.as_str()).collect::<Vec<_>>(), ["\"7\""]);
    }
}

both_databases! {
    async fn what_faults_stops_nothing_that_comes_after_it(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        world.name(0, 1).await;
        let db = &scratch.db;
        let priya = Actor::Staff(staff(db, "priya@halden.example", Role::Marketing).await);
        let app = app_on(db, "https://cohorts.halden.example");
        let old = entity::proof_code::ActiveModel {
            mailbox_hash: Set("c".to_owned()),
            step: Set("forget".to_owned()),
            code_hash: Set("a".to_owned()),
            browser_hash: Set("b".to_owned()),
            tries: Set(0),
            until_at: Set(now() - TimeDelta::days(2)),
            made_at: Set(now() - TimeDelta::days(2)),
            ..Default::default()
        };
        old.insert(db.read()).await.unwrap();
        let served = Served::new(|_| BTreeMap::from([("/feed", Says::Octets(answer("200 OK", &[RSS], &feed(""))))])).await;
        watched_feed::add(db, now(), priya, &served.url("/feed")).await.unwrap();

        for gone in ["draft", "webhook_delivery"] {
            db.read().execute_unprepared(&format!("ALTER TABLE {gone} RENAME TO {gone}_away")).await.unwrap();
        }
        assert!(server::jobs::once(&app).await.is_err(), "drafts are not to be found");
        assert_eq!(entity::proof_code::Entity::find().all(db.read()).await.unwrap(), [], "what comes after them had its turn");
        assert!(server::jobs::outward(&app, &Arc::new(served.client())).await.is_err(), "deliveries are not to be found");
        assert_eq!(watched_feed::feeds(db).await.unwrap()[0].title, "The Trade");
    }
}

both_databases! {
    async fn presses_that_arrive_together_watch_one_feed(scratch) {
        let presses = (0..8).map(|_| {
            let db = scratch.db.clone();
            tokio::spawn(async move { watched_feed::add(&db, now(), Actor::System, "https://trade.example/feed.xml").await.expect("watched") })
        });
        let (mut added, mut known) = (Vec::new(), Vec::new());
        for press in presses.collect::<Vec<_>>() {
            match press.await.unwrap() {
                Adding::Added(id) => added.push(id),
                Adding::Already(id) => known.push(id),
            }
        }
        assert_eq!(added.len(), 1);
        assert_eq!(known, [added[0]; 7]);
        assert_eq!(watched_feed::feeds(&scratch.db).await.unwrap().len(), 1);
    }
}
