//! Fetching the feeds that are watched: asked politely, read with care, and never believed. What it says of somebody waits
//! for a person.
//!
//! Whatever is at the other end, a look at it ends: in time, within a size, with a sentence. Left out: where it may connect to
//! (`web_client`), whom an entry names and what is kept of it (`store::advocacy::watched_feed`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::contact::one_line;
use feed_rs::model;
use reqwest::Url;
use store::advocacy::watched_feed::{Due, Entry, Fetched, Outcome, claim_due, keep_claimed};
use store::{Db, Fault};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::web_client::{Answer, Client, Limits};

/// So many feeds are fetched at a look, side by side.
const AT_ONCE: u64 = 5;
/// So many entries of a feed are looked at: the first, which are the newest.
const MOST_ENTRIES: usize = 500;
/// Characters of a feed's title, an entry's title and its summary that are kept.
const MOST_FEED_TITLE: usize = 200;
const MOST_TITLE: usize = 300;
const MOST_SUMMARY: usize = 500;
/// So many characters are read for each one that is kept: the others are markup.
const READ_FOR_EACH: usize = 4;
/// The longest address kept.
const MOST_URL: usize = 2_000;
/// How long reading may take once all is here; and how long it waits for its turn.
const READING: Duration = Duration::from_secs(10);
/// One is read at a time. Nothing ends a reading from outside: it keeps its turn until it really ended.
static TURN: Semaphore = Semaphore::const_new(1);

const ACCEPT: &str =
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8";

/// Fetches what is due. Answers how many feeds that were, readable or not.
///
/// # Errors
/// The database.
pub async fn fetch_due(db: &Db, client: &Arc<Client>, now: DateTime<Utc>) -> Result<u32, Fault> {
    let mut at_work = JoinSet::new();
    for feed in claim_due(db, now, AT_ONCE).await? {
        let client = Arc::clone(client);
        at_work.spawn(async move {
            let outcome = fetch(&client, &feed, now.date_naive(), Limits::FEED).await;
            (feed, outcome)
        });
    }
    let (mut fetched, mut fault) = (0, None);
    while let Some(done) = at_work.join_next().await {
        // One that broke down is claimed for some minutes and then tried again.
        let Ok((feed, outcome)) = done else { continue };
        // One that cannot be kept takes none of the others with it.
        match keep_claimed(db, now, &feed, outcome).await {
            Ok(_) => fetched += 1,
            Err(why) => fault = Some(why),
        }
    }
    fault.map_or(Ok(fetched), Err)
}

/// Fetches one feed.
pub async fn fetch(client: &Client, feed: &Due, today: NaiveDate, limits: Limits) -> Outcome {
    let mut headers = vec![("accept", ACCEPT.to_owned())];
    if !feed.etag.is_empty() {
        headers.push(("if-none-match", feed.etag.clone()));
    }
    if !feed.last_modified.is_empty() {
        headers.push(("if-modified-since", feed.last_modified.clone()));
    }
    match client.get(&feed.url, &headers, limits).await {
        Ok(answer) if answer.status == 304 => Outcome::Unchanged,
        Ok(answer) if answer.status == 200 => read(answer, today).await.map_or_else(Outcome::Failed, Outcome::Fetched),
        Ok(answer) => Outcome::Failed(refused(answer.status)),
        Err(why) => Outcome::Failed(why.to_string()),
    }
}

/// What a status means for somebody who watches a feed.
fn refused(status: u16) -> String {
    match status {
        401 | 403 => format!("The site does not let us read it ({status}). Ask them for an address that is public."),
        404 | 410 => format!("There is nothing at this address ({status}). Check it, or remove the feed."),
        429 => "The site asks to be left alone for a while (429). It is tried again later.".to_owned(),
        500..=599 => format!("The site has a problem of its own ({status}). It is tried again later."),
        _ => format!("The site answered {status}, and no feed. Check the address."),
    }
}

/// Reads an answer, away from everything else: a hard one holds nobody up.
async fn read(answer: Answer, today: NaiveDate) -> Result<Fetched, String> {
    is_feed(answer.header("content-type"))?;
    let Ok(Ok(turn)) = tokio::time::timeout(READING, TURN.acquire()).await else { return Err(TOO_SLOW.to_owned()) };
    let until = Instant::now() + READING;
    let reading = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        parse(&answer, today, until)
    });
    match tokio::time::timeout(READING, reading).await {
        Ok(Ok(read)) => read,
        Ok(Err(_)) => Err(UNREADABLE.to_owned()),
        Err(_) => Err(TOO_SLOW.to_owned()),
    }
}

const UNREADABLE: &str = "What is there cannot be read as RSS, Atom or JSON Feed.";
const TOO_SLOW: &str = "Reading it took too long. It is tried again later.";

/// Whether this is sent as a feed. Pages are not: their addresses are what people copy by mistake.
fn is_feed(content_type: &str) -> Result<(), String> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    match kind.as_str() {
        "application/rss+xml"
        | "application/atom+xml"
        | "application/rdf+xml"
        | "application/xml"
        | "text/xml"
        | "application/feed+json"
        | "application/json" => Ok(()),
        "text/html" | "application/xhtml+xml" => {
            Err("This is a web page, not a feed. Look on it for the address of its RSS or Atom feed, and watch that.".to_owned())
        }
        "" => Err("It does not say what it is, so it is not read as a feed.".to_owned()),
        kind => {
            let kind: String = one_line(kind).chars().take(60).collect();
            Err(format!("It is sent as {kind}, not as a feed. Check the address."))
        }
    }
}

/// Reads a body, until this moment.
fn parse(answer: &Answer, today: NaiveDate, until: Instant) -> Result<Fetched, String> {
    if declares_entities(&answer.body) {
        return Err("It declares abbreviations of its own (XML entities), which no feed needs. It is not read.".to_owned());
    }
    let parser = feed_rs::parser::Builder::new().base_uri(Some(answer.url.as_str())).build();
    let feed = parser.parse(answer.body.as_slice()).map_err(|_| UNREADABLE.to_owned())?;
    let words = Words::new();
    let mut entries = Vec::new();
    for entry in feed.entries.into_iter().take(MOST_ENTRIES) {
        if Instant::now() >= until {
            return Err(TOO_SLOW.to_owned());
        }
        entries.extend(words.entry(entry, today));
    }
    Ok(Fetched {
        title: feed.title.map(|title| words.plain(&title.content, MOST_FEED_TITLE)).unwrap_or_default(),
        etag: answer.header("etag").to_owned(),
        last_modified: answer.header("last-modified").to_owned(),
        entries,
    })
}

/// Whether entities are declared, in whatever encoding that writes ASCII as itself or with zeros between.
fn declares_entities(body: &[u8]) -> bool {
    let letters: Vec<u8> = body.iter().filter(|octet| **octet != 0).map(u8::to_ascii_uppercase).collect();
    letters.windows(b"<!ENTITY".len()).any(|window| window == b"<!ENTITY")
}

/// Makes plain words of whatever a feed has in their place.
struct Words(ammonia::Builder<'static>);

impl Words {
    fn new() -> Self {
        Self(ammonia::Builder::empty())
    }

    /// One entry. Without a title there is nothing to show.
    fn entry(&self, entry: model::Entry, today: NaiveDate) -> Option<Entry> {
        let title = self.plain(&entry.title?.content, MOST_TITLE);
        if title.is_empty() {
            return None;
        }
        let body = || entry.content.as_ref().and_then(|content| content.body.as_deref());
        let summary = entry.summary.as_ref().map(|summary| summary.content.as_str()).or_else(body).unwrap_or_default();
        let summary = self.plain(summary, MOST_SUMMARY);
        let leads_there = |link: &&model::Link| link.target.is_none() && link.rel.as_deref().is_none_or(|rel| rel == "alternate");
        let mut addresses =
            entry.links.iter().filter(leads_there).chain(&entry.links).map(|link| link.href.as_str()).chain([entry.id.as_str()]);
        let url = addresses.find_map(web_address).unwrap_or_default();
        let day = entry.published.or(entry.updated).map(|at| at.date_naive()).filter(|day| day.year() >= 1971);
        Some(Entry { guid: one_line(&entry.id), url, title, summary, published_on: day.unwrap_or(today).min(today) })
    }

    /// Text without its markup, on one line, cut to `most` characters.
    fn plain(&self, text: &str, most: usize) -> String {
        let text: String = text.chars().take(most * READ_FOR_EACH).collect();
        // What stood in two elements stays two words.
        let clean = self.0.clean(&text.replace('<', " <")).to_string();
        let clean = clean.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let line = one_line(&clean);
        if line.chars().count() <= most {
            return line;
        }
        let cut: String = line.chars().take(most - 1).collect();
        format!("{}…", cut.trim_end())
    }
}

/// An address that can be opened in a browser.
fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    let text = String::from(url);
    (text.len() <= MOST_URL).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        let headers = [("etag", "\"7\""), ("last-modified", "Fri, 15 Jan 2027 09:00:00 GMT")];
        let headers = headers.into_iter().map(|(name, text)| (name.parse().unwrap(), text.parse().unwrap())).collect();
        Answer { status: 200, headers, body: body.as_bytes().to_vec(), url: "https://news.example/feed.xml".into() }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn soon() -> Instant {
        Instant::now() + READING
    }

    fn entry(guid: &str, url: &str, title: &str, summary: &str, on: &str) -> Entry {
        Entry { guid: guid.into(), url: url.into(), title: title.into(), summary: summary.into(), published_on: day(on) }
    }

    #[test]
    fn the_kinds_of_feeds_are_read_as_plain_words() {
        let today = day("2027-01-15");
        let rss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News &amp; more</title>\
            <item><guid>1</guid><title>AT&amp;T &lt;b&gt;wins&lt;/b&gt;</title><link>https://news.example/1?a=1&amp;b=2</link>\
            <description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;script&gt;bad()&lt;/script&gt;&lt;/p&gt;</description><pubDate>Tue, 12 Jan 2027 08:00:00 GMT</pubDate></item>\
            <item><guid>2</guid><title>From tomorrow</title><link>javascript:alert(1)</link><pubDate>Sat, 16 Jan 2027 08:00:00 GMT</pubDate></item>\
            <item><guid>3</guid><description>Without a title</description></item></channel></rss>";
        let expect = Fetched {
            title: "News & more".into(),
            etag: "\"7\"".into(),
            last_modified: "Fri, 15 Jan 2027 09:00:00 GMT".into(),
            entries: vec![
                entry("1", "https://news.example/1?a=1&b=2", "AT&T wins", "One Two", "2027-01-12"),
                entry("2", "", "From tomorrow", "", "2027-01-15"),
            ],
        };
        assert_eq!(parse(&answer(rss), today, soon()), Ok(expect));
        let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Atom</title><entry><id>tag:a</id><title>A prize</title>\
            <link rel=\"enclosure\" href=\"https://news.example/a.mp3\"/><link href=\"/a\"/><updated>2027-01-02T00:00:00Z</updated></entry></feed>";
        let read = parse(&answer(atom), today, soon()).unwrap();
        assert_eq!(read.entries, [entry("tag:a", "https://news.example/a", "A prize", "", "2027-01-02")]);
        let json = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"J\",\"items\":[{\"id\":\"j\",\"url\":\"https://news.example/j\",\
            \"title\":\"A prize\",\"content_text\":\"Said\",\"date_published\":\"2027-01-03T10:00:00Z\"}]}";
        let read = parse(&answer(json), today, soon()).unwrap();
        assert_eq!(read.entries, [entry("j", "https://news.example/j", "A prize", "Said", "2027-01-03")]);
    }

    #[test]
    fn what_is_no_feed_says_so() {
        let today = day("2027-01-15");
        for body in ["", "<html><body>hello</body></html>", "{\"a\":1}", "just words"] {
            assert_eq!(parse(&answer(body), today, soon()), Err(UNREADABLE.to_owned()), "{body}");
        }
        let bomb =
            "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss version=\"2.0\"><channel><title>&b;</title></channel></rss>";
        assert!(parse(&answer(bomb), today, soon()).unwrap_err().contains("XML entities"));
        let wide: Vec<u8> = bomb.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(declares_entities(&wide) && declares_entities(b"<!entity") && !declares_entities(b"<!DOCTYPE rss>"));
        for (kind, sound) in [
            ("application/rss+xml; charset=utf-8", true),
            ("Text/XML", true),
            ("application/feed+json", true),
            ("text/html; charset=utf-8", false),
            ("application/xhtml+xml", false),
            ("image/png", false),
            ("application/octet-stream", false),
            ("", false),
        ] {
            assert_eq!(is_feed(kind).is_ok(), sound, "{kind}");
        }
    }

    #[test]
    fn texts_are_cut_and_entries_counted() {
        let today = day("2027-01-15");
        let long = "word ".repeat(400);
        let items: String = (0..600).map(|at| format!("<item><guid>{at}</guid><title>{long}</title></item>")).collect();
        let read =
            parse(&answer(&format!("<rss version=\"2.0\"><channel><title>{long}</title>{items}</channel></rss>")), today, soon()).unwrap();
        assert_eq!((read.entries.len(), read.title.chars().count() <= MOST_FEED_TITLE), (MOST_ENTRIES, true));
        assert!(read.entries.iter().all(|entry| entry.title.chars().count() <= MOST_TITLE && entry.title.ends_with('…')));
    }

    #[test]
    fn reading_ends_in_time_and_reads_no_more_than_it_needs() {
        let today = day("2027-01-15");
        let body = "<rss version=\"2.0\"><channel><item><guid>1</guid><title>A prize</title></item></channel></rss>";
        assert_eq!(parse(&answer(body), today, Instant::now()), Err(TOO_SLOW.to_owned()));
        assert_eq!(parse(&answer(body), today, soon()).unwrap().entries.len(), 1);
        let words = Words::new();
        assert_eq!(words.plain(&format!("{}here", "<i></i>".repeat(50)), 100), "here");
        assert_eq!(words.plain(&format!("{}late", "<i></i>".repeat(60)), 105), "");
    }
}
