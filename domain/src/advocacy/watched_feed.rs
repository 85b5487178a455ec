//! Feeds that are watched, and the names that are looked for in them.
//!
//! An entry that names somebody is shown to a person, who makes an achievement of it or not: nothing is verified by being in a
//! feed. Which addresses of the internet may be reached at all is decided here ([`may_reach`]), for feeds and for everything
//! else this program opens because somebody typed it. Left out: fetching (the server's), and keeping what was found.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aho_corasick::{AhoCorasick, BuildError, MatchKind};
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::advocacy::achievement::{Kind, folded};
use crate::contact::{self, Email};
use crate::refusal::{FieldRefusal, Refusal};

crate::text_enum! {
    /// Whether a feed is fetched.
    pub enum State {
        Watching = "watching",
        Paused = "paused",
    }
}

crate::text_enum! {
    /// What can be done with a feed.
    pub enum Act {
        Pause = "pause",
        Resume = "resume",
        /// Fetch it now, not when its time comes.
        Fetch = "fetch",
        Remove = "remove",
    }
}

/// The state after an act; `None` is no longer watched at all. Repeating an act is the same.
///
/// # Errors
/// A paused feed is not fetched.
pub const fn after(state: State, act: Act) -> Result<Option<State>, FeedRefusal> {
    match (state, act) {
        (State::Watching | State::Paused, Act::Pause) => Ok(Some(State::Paused)),
        (State::Watching | State::Paused, Act::Resume) | (State::Watching, Act::Fetch) => Ok(Some(State::Watching)),
        (State::Watching | State::Paused, Act::Remove) => Ok(None),
        (State::Paused, Act::Fetch) => Err(FeedRefusal::Paused),
    }
}

crate::text_enum! {
    /// What became of something found.
    pub enum ItemState {
        Found = "found",
        /// An achievement was made of it.
        Taken = "taken",
        Dismissed = "dismissed",
    }
}

crate::text_enum! {
    /// What a person does with something found.
    pub enum ItemAct {
        Take = "take",
        Dismiss = "dismiss",
    }
}

/// What becomes of something found. Repeating an act is the same; what was dismissed may still be taken.
///
/// # Errors
/// It was taken already.
pub const fn item_after(state: ItemState, act: ItemAct) -> Result<ItemState, FeedRefusal> {
    match (state, act) {
        (ItemState::Found | ItemState::Taken | ItemState::Dismissed, ItemAct::Take) => Ok(ItemState::Taken),
        (ItemState::Found | ItemState::Dismissed, ItemAct::Dismiss) => Ok(ItemState::Dismissed),
        (ItemState::Taken, ItemAct::Dismiss) => Err(FeedRefusal::Taken),
    }
}

/// Why something was not done with feeds, names or what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedRefusal {
    Fields(Vec<FieldRefusal>),
    Paused,
    Taken,
    Unknown,
}

impl Refusal for FeedRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Paused => "paused",
            Self::Taken => "taken",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.",
            Self::Paused => "This feed is paused, so it is not fetched. Resume it first.",
            Self::Taken => "An achievement was made of it already. Reject that one instead.",
            Self::Unknown => "This is no longer here. Somebody may have removed it meanwhile.",
        }
        .to_owned()
    }
}

/// Reads the address of a feed.
///
/// # Errors
/// A sentence for `url`.
pub fn feed_url(typed: &str) -> Result<String, FieldRefusal> {
    let refused = || FieldRefusal::new("url", "Enter the whole address of the feed, like https://news.example/feed.xml.");
    let typed = contact::required("url", typed, 2_000, "Enter the address of an RSS, Atom or JSON feed.")?;
    let mut url = Url::parse(&typed).map_err(|_| refused())?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !web || !url.username().is_empty() || url.password().is_some() {
        return Err(refused());
    }
    url.set_fragment(None);
    Ok(url.into())
}

// ---- names -------------------------------------------------------------------------------------------------------------

/// A spelling to look for, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    pub name: String,
    pub name_key: String,
    pub of: Of,
}

/// Whose a spelling is: one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Person(Email),
    /// As typed, on one line.
    Company(String),
}

/// A name has at least so many letters: shorter ones are in every other word.
pub const LEAST_LETTERS: usize = 4;
/// Words of which no name alone is made: half of all news would be found by them.
const COMMON: [&str; 38] = [
    "bank",
    "best",
    "board",
    "business",
    "capital",
    "chief",
    "company",
    "corporation",
    "customer",
    "data",
    "digital",
    "energy",
    "europe",
    "executive",
    "finance",
    "first",
    "general",
    "global",
    "group",
    "health",
    "holding",
    "holdings",
    "industries",
    "international",
    "limited",
    "news",
    "officer",
    "partner",
    "partners",
    "president",
    "service",
    "services",
    "solutions",
    "system",
    "systems",
    "technology",
    "united",
    "world",
];

impl Spelling {
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(name: &str, email: &str, company: &str) -> Result<Self, FeedRefusal> {
        let mut wrong = Vec::new();
        let name = spelling(name).map_err(|why| wrong.push(why));
        let of = of(email, company).map_err(|why| wrong.push(why));
        match (name, of) {
            (Ok((name, name_key)), Ok(of)) => Ok(Self { name, name_key, of }),
            _ => Err(FeedRefusal::Fields(wrong)),
        }
    }
}

fn spelling(typed: &str) -> Result<(String, String), FieldRefusal> {
    let name = contact::required("name", typed, 120, "Enter the name as news write it.")?;
    let key = folded(&name);
    if key.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_LETTERS {
        let sentence = format!("This is too short to be found by: a name has at least {LEAST_LETTERS} letters. Add another part of it.");
        return Err(FieldRefusal::new("name", sentence));
    }
    if key.split(' ').all(|word| COMMON.contains(&word) || word.len() < 2) {
        let sentence = "This is in too much of the news to be found by. Add a word that only they have.";
        return Err(FieldRefusal::new("name", sentence));
    }
    Ok((name, key))
}

fn of(email: &str, company: &str) -> Result<Of, FieldRefusal> {
    let company = contact::optional("company", company, 200)?;
    match (email.trim().is_empty(), company.is_empty()) {
        (false, true) => Email::parse(email).map(Of::Person),
        (true, false) => Ok(Of::Company(company)),
        (true, true) => Err(FieldRefusal::new("email", "Enter whose name it is: a person’s e-mail address, or a company’s name.")),
        (false, false) => Err(FieldRefusal::new("company", "A name is a person’s or a company’s. Leave one of the two empty.")),
    }
}

/// Finds names in texts: whole words, whatever their case and their accents.
#[derive(Debug)]
pub struct Names {
    words: AhoCorasick,
}

impl Names {
    /// For these keys, as [`folded`] makes them.
    ///
    /// # Errors
    /// There are too many of them for one look.
    pub fn new<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> Result<Self, BuildError> {
        let keys: Vec<String> = keys.into_iter().map(|key| key.as_ref().to_owned()).collect();
        AhoCorasick::builder().match_kind(MatchKind::Standard).build(keys).map(|words| Self { words })
    }

    /// Which of them a text names, by their place in the list; each once, in the order of the list.
    #[must_use]
    pub fn in_text(&self, text: &str) -> Vec<usize> {
        let text = folded(text);
        let apart = |at: Option<char>| at.is_none_or(|c| c == ' ');
        let mut found: Vec<usize> = self
            .words
            .find_overlapping_iter(&text)
            .filter(|hit| apart(text[..hit.start()].chars().next_back()) && apart(text[hit.end()..].chars().next()))
            .map(|hit| hit.pattern().as_usize())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whom an entry is about, by the place in the list: somebody its title names before somebody its summary names, and a
    /// person before a company, since what is a person's is their company's too.
    #[must_use]
    pub fn whose(&self, title: &str, summary: &str, is_person: impl Fn(usize) -> bool) -> Option<usize> {
        let best = |text: &str| {
            let found = self.in_text(text);
            found.iter().copied().find(|at| is_person(*at)).or_else(|| found.first().copied())
        };
        best(title).or_else(|| best(summary))
    }
}

/// What a headline is probably about. Whoever takes it sees and changes it.
#[must_use]
pub fn likely_kind(title: &str) -> Kind {
    let title = folded(title);
    let says = |words: &[&str]| title.split(' ').any(|word| words.contains(&word));
    if says(&["award", "awards", "awarded", "prize", "winner", "winners", "wins", "honoured", "honored", "medal"]) {
        Kind::Award
    } else if says(&["appointed", "appoints", "promoted", "promotes", "elected", "succeeds", "successor"]) {
        Kind::Promotion
    } else if says(&["keynote", "panel", "speaks", "speaker", "summit", "conference", "forum", "podcast"]) {
        Kind::Speaking
    } else if says(&["book", "paper", "study", "report", "essay", "column"]) {
        Kind::Publication
    } else if says(&["anniversary", "milestone", "opens", "completes", "reaches"]) {
        Kind::Milestone
    } else {
        Kind::MediaQuote
    }
}

// ---- fetching ----------------------------------------------------------------------------------------------------------

/// How long a feed rests when all is well.
const REST: TimeDelta = TimeDelta::hours(1);
/// How long after the first failure; twice as long after each further one, but never longer than a day.
const FIRST_WAIT_MINUTES: i64 = 5;
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

/// How long it is until a feed is fetched again, after so many failures in a row.
#[must_use]
pub fn rest(failures: u32) -> TimeDelta {
    match failures {
        0 => REST,
        count => TimeDelta::minutes(FIRST_WAIT_MINUTES << (count - 1).min(16)).min(LONGEST_WAIT),
    }
}

/// When a feed is fetched next.
#[must_use]
pub fn next_at(now: DateTime<Utc>, failures: u32) -> DateTime<Utc> {
    now + rest(failures)
}

/// Whether an address is on the open internet. Everything else is refused: our own machine and network, what is kept for
/// documentation and measuring, groups, and every way to write an address of the old internet inside one of the new, which
/// would be a way around.
#[must_use]
pub const fn may_reach(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => may_reach_v4(address),
        IpAddr::V6(address) => may_reach_v6(address),
    }
}

/// Everything but the special-purpose registry of IANA (RFC 6890 and what followed).
const fn may_reach_v4(address: Ipv4Addr) -> bool {
    let special = matches!(
        address.octets(),
        // This network, private, loopback, link-local.
        [0 | 10 | 127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..]
        // Shared between a provider and its customers, protocol assignments, relays, measuring.
        | [100, 64..=127, ..] | [192, 0, 0, _] | [192, 31, 196, _] | [192, 52, 193, _] | [192, 88, 99, _] | [192, 175, 48, _] | [198, 18..=19, ..]
        // Documentation.
        | [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _]
        // Groups, what is reserved, and everybody.
        | [224..=255, ..]
    );
    !special
}

/// Global unicast (2000::/3) and nothing of it that is special: Teredo and other assignments, 6to4, documentation.
const fn may_reach_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let global = segments[0] & 0xe000 == 0x2000;
    let assignments = segments[0] == 0x2001 && segments[1] < 0x0200;
    let documentation = (segments[0] == 0x2001 && segments[1] == 0x0db8) || (segments[0] == 0x3fff && segments[1] < 0x1000);
    let six_to_four = segments[0] == 0x2002;
    let as112 = segments[0] == 0x2620 && segments[1] == 0x004f && segments[2] == 0x8000;
    global && !assignments && !documentation && !six_to_four && !as112
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_state_and_every_act() {
        let expect = |state, act| match (state, act) {
            (State::Watching, Act::Pause) | (State::Paused, Act::Pause) => Ok(Some(State::Paused)),
            (State::Watching, Act::Resume) | (State::Paused, Act::Resume) | (State::Watching, Act::Fetch) => Ok(Some(State::Watching)),
            (State::Paused, Act::Fetch) => Err(FeedRefusal::Paused),
            (State::Watching, Act::Remove) | (State::Paused, Act::Remove) => Ok(None),
        };
        for state in State::ALL {
            for act in Act::ALL {
                assert_eq!(after(*state, *act), expect(*state, *act), "{state} {act}");
            }
        }
        for (state, act, expect) in [
            (ItemState::Found, ItemAct::Take, Ok(ItemState::Taken)),
            (ItemState::Found, ItemAct::Dismiss, Ok(ItemState::Dismissed)),
            (ItemState::Taken, ItemAct::Take, Ok(ItemState::Taken)),
            (ItemState::Taken, ItemAct::Dismiss, Err(FeedRefusal::Taken)),
            (ItemState::Dismissed, ItemAct::Take, Ok(ItemState::Taken)),
            (ItemState::Dismissed, ItemAct::Dismiss, Ok(ItemState::Dismissed)),
        ] {
            assert_eq!(item_after(state, act), expect, "{state} {act}");
        }
        assert_eq!(ItemState::ALL.len() * ItemAct::ALL.len(), 6);
    }

    #[test]
    fn only_the_open_internet_may_be_reached() {
        for (address, open) in [
            ("1.1.1.1", true),
            ("8.8.8.8", true),
            ("93.184.216.34", true),
            ("100.63.255.255", true),
            ("100.128.0.1", true),
            ("172.15.0.1", true),
            ("172.32.0.1", true),
            ("192.0.1.1", true),
            ("198.17.0.1", true),
            ("198.20.0.1", true),
            ("223.255.255.255", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("10.255.255.255", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("169.254.0.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.1", false),
            ("192.0.0.170", false),
            ("192.0.2.1", false),
            ("192.31.196.1", false),
            ("192.52.193.1", false),
            ("192.88.99.1", false),
            ("192.168.0.1", false),
            ("192.175.48.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.7", false),
            ("203.0.113.7", false),
            ("224.0.0.1", false),
            ("239.255.255.250", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450:4001:81b::200e", true),
            ("2001:200::1", true),
            ("2001:4860:4860::8888", true),
            ("3fff:1000::1", true),
            ("::", false),
            ("::1", false),
            ("::7f00:1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:8.8.8.8", false),
            ("::ffff:0:8.8.8.8", false),
            ("64:ff9b::8.8.8.8", false),
            ("64:ff9b::10.0.0.1", false),
            ("64:ff9b:1::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", false),
            ("2001:10::1", false),
            ("2001:20::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::", false),
            ("2002:808:808::1", false),
            ("2620:4f:8000::1", false),
            ("3fff::1", false),
            ("3fff:fff::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd00::1", false),
            ("fdff:ffff::1", false),
            ("fe80::1", false),
            ("febf::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
            ("ff0e::1", false),
        ] {
            assert_eq!(may_reach(address.parse().unwrap()), open, "{address}");
        }
    }

    #[test]
    fn addresses_of_feeds() {
        for (typed, expect) in [
            (" https://News.example/feed.xml#top ", "https://news.example/feed.xml"),
            ("http://10.0.0.7:8080/rss", "http://10.0.0.7:8080/rss"),
            ("http://2130706433/", "http://127.0.0.1/"),
            ("https://ada:secret@news.example/feed", ""),
            ("file:///etc/passwd", ""),
            ("feed.xml", ""),
            ("", ""),
        ] {
            assert_eq!(feed_url(typed).unwrap_or_default(), expect, "{typed}");
        }
    }

    #[test]
    fn names_that_can_be_looked_for() {
        let key = |name: &str| Spelling::parse(name, "", "Meridian Rail").map(|found| found.name_key);
        assert_eq!(key(" Amara  Okafor "), Ok("amara okafor".into()));
        assert_eq!(key("Société Générale"), Ok("societe generale".into()));
        for refused in ["", "GE", "IBM", "A. B.", "Energy", "Global Services Group", "United Bank"] {
            let Err(FeedRefusal::Fields(fields)) = key(refused) else { panic!("{refused} is looked for") };
            assert_eq!(fields.iter().map(|why| why.field).collect::<Vec<_>>(), ["name"], "{refused}");
        }
        let fields = |email: &str, company: &str| match Spelling::parse("Amara Okafor", email, company) {
            Err(FeedRefusal::Fields(fields)) => fields.iter().map(|why| why.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(fields("", ""), ["email"]);
        assert_eq!(fields("amara", ""), ["email"]);
        assert_eq!(fields("amara@meridian.example", "Meridian Rail"), ["company"]);
    }

    #[test]
    fn names_are_found_as_whole_words() {
        let keys = ["Amara Okafor", "Okafor Group", "Société Générale", "Aster Health", "Aster"].map(folded);
        let names = Names::new(&keys).unwrap();
        for (text, expect) in [
            ("AMARA OKAFOR on boards", vec![0]),
            ("Why “Amara Okafor’s” board is right", vec![0]),
            ("With Amara Okafor Group meetings", vec![0, 1]),
            ("Amara Okafors view", vec![]),
            ("Amara\nOkafor", vec![0]),
            ("Societe Generale, Aster Healthcare", vec![2, 4]),
            ("Aster-Health wins", vec![3, 4]),
            ("Disaster health", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(names.in_text(text), expect, "{text}");
        }
        let none: [&str; 0] = [];
        assert_eq!(Names::new(none).unwrap().in_text("Amara Okafor"), Vec::<usize>::new());
    }

    #[test]
    fn an_entry_is_about_one_of_those_it_names() {
        let names = Names::new(["aster health", "amara okafor", "fjord shipping"]).unwrap();
        for (title, summary, expect) in [
            ("Aster Health hears Amara Okafor", "", Some(1)),
            ("Aster Health wins", "Amara Okafor said", Some(0)),
            ("A prize", "for Fjord Shipping and Aster Health", Some(0)),
            ("A prize", "for somebody", None),
        ] {
            assert_eq!(names.whose(title, summary, |at| at == 1), expect, "{title}");
        }
    }

    #[test]
    fn what_a_headline_is_probably_about() {
        for (title, kind) in [
            ("Aster Health wins the innovation prize", Kind::Award),
            ("Meridian Rail appoints Amara Okafor", Kind::Promotion),
            ("Keynote at the Cold Chain Summit", Kind::Speaking),
            ("A new study of supply lines", Kind::Publication),
            ("Fjord Shipping reaches a million", Kind::Milestone),
            ("“Slow steaming is a design choice”", Kind::MediaQuote),
        ] {
            assert_eq!(likely_kind(title), kind, "{title}");
        }
    }

    #[test]
    fn failures_make_it_wait() {
        let minutes: Vec<i64> = (0..12).map(|failures| rest(failures).num_minutes()).collect();
        assert_eq!(minutes, [60, 5, 10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440]);
        assert_eq!(rest(u32::MAX).num_minutes(), 1_440);
    }

    proptest! {
        #[test]
        fn nothing_of_the_old_internet_is_reached_through_the_new(octets in any::<[u8; 4]>()) {
            let old = Ipv4Addr::from(octets);
            prop_assert!(!may_reach(IpAddr::V6(old.to_ipv6_mapped())));
            let [a, b, c, d] = octets.map(u16::from);
            prop_assert!(!may_reach(IpAddr::V6(Ipv6Addr::new(0x2002, (a << 8) | b, (c << 8) | d, 0, 0, 0, 0, 1))));
            prop_assert!(!may_reach(IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, (a << 8) | b, (c << 8) | d))));
        }
    }
}
