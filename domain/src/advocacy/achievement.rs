//! Achievements: something a customer accomplished, reported by somebody, verified or rejected by a person.
//!
//! One address on the web is one achievement ([`canonical`]); what merely looks like another ([`is_near`]) is shown beside it,
//! and a person decides. How long a customer waits for their recognition is counted from the day it happened
//! ([`days_to_recognition`]). Left out: what is made of it (`amplification`), and who is meant by an address or a name (the
//! store's).

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use url::Url;

use crate::advocacy::publication::working_days_after;
use crate::contact::{self, Email};
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};
use crate::time;

crate::text_enum! {
    /// What was accomplished.
    pub enum Kind {
        MediaQuote = "media quote",
        Speaking = "speaking",
        Award = "award",
        Publication = "publication",
        Promotion = "promotion",
        Milestone = "milestone",
    }
}

crate::text_enum! {
    /// The way it came in.
    pub enum Source {
        Form = "form",
        Import = "import",
        Feed = "feed",
    }
}

crate::text_enum! {
    /// Where it stands.
    pub enum State {
        Reported = "reported",
        Verified = "verified",
        Rejected = "rejected",
    }
}

crate::text_enum! {
    /// What can be done with it. To report one that was rejected is to say that this was wrong.
    pub enum Act {
        Report = "report",
        Edit = "edit",
        Verify = "verify",
        Reject = "reject",
    }
}

/// The state after an act. Repeating a decision is the same state; an act that does not fit says why.
///
/// # Errors
/// What it is instead, and what to do.
pub fn after(state: State, act: Act) -> Result<State, AchievementRefusal> {
    match (state, act) {
        (State::Reported, Act::Report | Act::Edit) | (State::Rejected, Act::Report) => Ok(State::Reported),
        (State::Reported | State::Verified, Act::Verify) => Ok(State::Verified),
        (State::Reported | State::Rejected, Act::Reject) => Ok(State::Rejected),
        (State::Verified, Act::Report | Act::Edit | Act::Reject) | (State::Rejected, Act::Edit | Act::Verify) => {
            Err(AchievementRefusal::NotNow { state, act })
        }
    }
}

/// Whose it is, as far as the form says. A person's company is the one they are at now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Person(Email),
    /// As typed, on one line.
    Company(String),
    /// The company must be the person's.
    Both(Email, String),
}

/// An achievement as it was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    pub kind: &'a str,
    pub email: &'a str,
    pub company: &'a str,
    pub title: &'a str,
    pub outlet: &'a str,
    pub url: &'a str,
    pub day: &'a str,
    /// A code such as `en`, or nothing.
    pub language: &'a str,
    pub evidence: &'a str,
}

/// An achievement somebody reports, found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub kind: Kind,
    pub who: Who,
    pub title: String,
    pub outlet: String,
    /// Canonical.
    pub url: Option<String>,
    pub happened_on: NaiveDate,
    /// A code such as `en`; empty where nobody said.
    pub language: String,
    pub evidence: String,
}

impl Report {
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(typed: &Typed<'_>, today: NaiveDate) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let kind = Kind::parse(contact::one_line(typed.kind).to_lowercase().as_str());
        if kind.is_none() {
            let kinds = Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
            wrong.refuse("kind", format!("Choose what it is: {kinds}."));
        }
        let who = who(typed.email, typed.company).map_err(|why| wrong.refuse(why.field, why.sentence));
        let title = wrong.keep(contact::required("title", typed.title, 300, "Enter what it is, as a headline would say it."));
        let outlet = wrong.keep(contact::optional("outlet", typed.outlet, 200));
        let url = wrong.keep(if typed.url.trim().is_empty() { Ok(None) } else { canonical(typed.url).map(Some) });
        let happened_on = wrong.keep(happened_on(typed.day, today));
        let language = wrong.keep(language(typed.language));
        let evidence = wrong.keep(contact::paragraphs("evidence", typed.evidence, 2_000));
        match (kind, who) {
            (Some(kind), Ok(who)) => wrong.finish().map(|()| Self { kind, who, title, outlet, url, happened_on, language, evidence }),
            _ => Err(wrong.into()),
        }
    }
}

fn who(email: &str, company: &str) -> Result<Who, FieldRefusal> {
    let company = contact::optional("company", company, 200)?;
    match (email.trim().is_empty(), company.is_empty()) {
        (true, true) => Err(FieldRefusal::new("email", "Enter whose it is: a person’s e-mail address, a company’s name, or both.")),
        (true, false) => Ok(Who::Company(company)),
        (false, true) => Email::parse(email).map(Who::Person),
        (false, false) => Email::parse(email).map(|email| Who::Both(email, company)),
    }
}

/// The day it happened: not one that is still to come. Somewhere it is tomorrow already.
fn happened_on(typed: &str, today: NaiveDate) -> Result<NaiveDate, FieldRefusal> {
    let day = time::parse_date(typed).map_err(|why| FieldRefusal::new("day", why.sentence()))?;
    if day > today + Days::new(1) {
        return Err(FieldRefusal::new("day", "This day is still to come. Report it once it has happened."));
    }
    Ok(day)
}

fn language(typed: &str) -> Result<String, FieldRefusal> {
    let code = typed.trim().to_lowercase();
    let part = |part: &str| (2..=4).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic());
    if code.is_empty() || (code.len() <= 7 && code.split('-').all(part)) {
        Ok(code)
    } else {
        Err(FieldRefusal::new("language", "Choose a language from the list, or write its code, such as “en”."))
    }
}

/// Why it is rejected, and for which one when it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub reason: String,
    pub same_as: Option<i64>,
}

impl Rejection {
    /// Reads a reason, or the number of the one it is the same as; `""` is none.
    ///
    /// # Errors
    /// A sentence for `reason` or for `same_as`.
    pub fn parse(reason: &str, same_as: &str) -> Result<Self, FieldRefusal> {
        let reason = contact::paragraphs("reason", reason, 500)?;
        let same_as = match same_as.trim() {
            "" => None,
            id => Some(id.parse().map_err(|_| FieldRefusal::new("same_as", "Choose one from the list, or none."))?),
        };
        if reason.is_empty() && same_as.is_none() {
            return Err(FieldRefusal::new("reason", "Say why, or choose the one it is the same as: whoever reported it may ask."));
        }
        Ok(Self { reason, same_as })
    }
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AchievementRefusal {
    Fields(Vec<FieldRefusal>),
    /// The address is an achievement's already.
    Stands(i64),
    /// Somebody changed it meanwhile.
    Stale,
    Unknown,
    NotNow {
        state: State,
        act: Act,
    },
}

impl Refusal for AchievementRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Stands(_) => "stands",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::NotNow { .. } => "not-now",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stands(_) => {
                "This address is reported already. Nothing is kept twice: add what is missing to the one that stands.".into()
            }
            Self::Stale => "Somebody changed this meanwhile. What stands now is shown; look at it and decide again.".into(),
            Self::Unknown => "There is no such achievement. It may have been brought together with another one.".into(),
            Self::NotNow { state: State::Verified, act: Act::Edit } => {
                "It is verified, and what was verified does not change. Write what is to be said into its task.".into()
            }
            Self::NotNow { state: State::Verified, .. } => {
                "It is verified, and its task is open. If nothing is to be published, withdraw the task.".into()
            }
            Self::NotNow { .. } => "It was rejected. If that was wrong, report it again.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::Stands(_)).then_some("url")
    }
}

// ---- one address, one achievement --------------------------------------------------------------------------------------

/// Parts of a query that say who sent a reader, and nothing of what they read: how they begin, and what they are.
const TRACKING_BEGINS: [&str; 7] = ["utm_", "mc_", "mtm_", "pk_", "hsa_", "_hs", "vero_"];
const TRACKING: [&str; 20] = [
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "twclid",
    "ttclid",
    "yclid",
    "igshid",
    "igsh",
    "li_fat_id",
    "mkt_tok",
    "ref_src",
    "ref_url",
    "oly_enc_id",
    "oly_anon_id",
    "cmpid",
    "__twitter_impression",
];

/// An address as it is compared and kept: `https`, the host in lower case and without `www.`, no port that goes without
/// saying, no fragment, nothing that only tells who sent the reader, the rest of the query in order, no slash at the end.
///
/// # Errors
/// A sentence for `url`.
pub fn canonical(typed: &str) -> Result<String, FieldRefusal> {
    let refused = || FieldRefusal::new("url", "Enter the whole address of a page, like https://news.example/a-prize.");
    let typed = contact::required("url", typed, 2_000, "Enter the address where it can be read.")?;
    let mut url = Url::parse(&typed).map_err(|_| refused())?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(refused());
    }
    let host = url.domain().map(|host| host.trim_end_matches('.').to_owned()).ok_or_else(refused)?;
    let host = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(&host);
    if !host.contains('.') || host.split('.').any(str::is_empty) {
        return Err(refused());
    }
    url.set_scheme("https").map_err(|()| refused())?;
    url.set_host(Some(host)).map_err(|_| refused())?;
    url.set_fragment(None);
    let query = url.query().map(kept_query).filter(|query| !query.is_empty());
    url.set_query(query.as_deref());
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    let address = String::from(url);
    Ok(if query.is_none() { address.trim_end_matches('/').to_owned() } else { address })
}

fn kept_query(query: &str) -> String {
    let tells_the_page = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default().to_lowercase();
        !part.is_empty() && !TRACKING.contains(&name.as_str()) && !TRACKING_BEGINS.iter().any(|begin| name.starts_with(begin))
    };
    let mut parts: Vec<&str> = query.split('&').filter(tells_the_page).collect();
    parts.sort_unstable();
    parts.join("&")
}

// ---- what looks the same -----------------------------------------------------------------------------------------------

/// Text as it is compared: lower case, without accents, words apart by one space and nothing else between them.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut apart = false;
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        let letters = match c {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'đ' => "d",
            'ł' => "l",
            'ı' => "i",
            c if c.is_alphanumeric() => {
                if std::mem::take(&mut apart) && !out.is_empty() {
                    out.push(' ');
                }
                out.push(c);
                continue;
            }
            // An accent of its own, as the lower case of some letters has, separates nothing.
            c if is_combining_mark(c) => continue,
            _ => {
                apart = true;
                continue;
            }
        };
        if std::mem::take(&mut apart) && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(letters);
    }
    out
}

/// A title as it is compared.
#[must_use]
pub fn title_key(title: &str) -> String {
    folded(title)
}

/// Two of the same customer are compared when they lie at most so many days apart.
pub const NEAR_DAYS: u64 = 60;
/// In one place, about one thing: so many days apart, whatever their titles.
const SAME_PLACE_DAYS: u64 = 3;
/// Titles with so much in common are alike.
const ALIKE: f64 = 0.85;
/// Words that tell no title from another.
const SMALL_WORDS: [&str; 26] = [
    "a", "an", "the", "of", "in", "at", "on", "for", "and", "to", "with", "by", "from", "is", "as", "s", "der", "die", "das", "und", "le",
    "la", "les", "de", "du", "et",
];

/// What is compared of an achievement.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub kind: Kind,
    pub person: Option<i64>,
    pub company: i64,
    pub title: &'a str,
    pub outlet: &'a str,
    pub happened_on: NaiveDate,
}

/// Whether these may be one achievement: of the same customer, at about the same time, and either their titles are alike or
/// they are the same kind of thing in the same place.
#[must_use]
pub fn is_near(a: &Seen<'_>, b: &Seen<'_>) -> bool {
    let apart = (a.happened_on - b.happened_on).num_days().unsigned_abs();
    let same_customer = a.company == b.company || (a.person.is_some() && a.person == b.person);
    if !same_customer || apart > NEAR_DAYS {
        return false;
    }
    let two_people = matches!((a.person, b.person), (Some(a), Some(b)) if a != b);
    let same_place = || {
        let outlet = folded(a.outlet);
        !outlet.is_empty() && outlet == folded(b.outlet)
    };
    (a.kind == b.kind && !two_people && apart <= SAME_PLACE_DAYS && same_place()) || alike(a.title, b.title)
}

/// Whether two titles say the same, give or take a few words or letters. Numbers that differ tell them apart.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (folded(a), folded(b));
    if a == b {
        return true;
    }
    let (a, b) = (telling(&a), telling(&b));
    let figures = |words: &BTreeSet<&str>| -> BTreeSet<String> {
        words.iter().filter(|word| word.chars().all(|c| c.is_ascii_digit())).map(|word| (*word).to_owned()).collect()
    };
    let (figures_a, figures_b) = (figures(&a), figures(&b));
    if !figures_a.is_empty() && !figures_b.is_empty() && figures_a != figures_b {
        return false;
    }
    let (fewer, shared) = (a.len().min(b.len()), a.intersection(&b).count());
    if fewer >= 2 && shared * 5 >= fewer * 4 {
        return true;
    }
    let (a, b) = (joined(&a), joined(&b));
    let (long, short) = (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    // Letters that only one of them has cannot be made up for.
    let possible = long > 0 && (short as f64) >= (long as f64) * ALIKE;
    possible && strsim::normalized_damerau_levenshtein(&a, &b) >= ALIKE
}

fn telling(folded: &str) -> BTreeSet<&str> {
    folded.split(' ').filter(|word| !word.is_empty() && !SMALL_WORDS.contains(word)).collect()
}

fn joined(words: &BTreeSet<&str>) -> String {
    words.iter().copied().collect::<Vec<_>>().join(" ")
}

// ---- how long it takes -------------------------------------------------------------------------------------------------

/// How long a customer waited for their recognition, or waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognition {
    /// So many days after it happened.
    Recognised(u32),
    /// So many days so far.
    Waiting(u32),
}

/// Days from the news to the first publication of it; or until today.
#[must_use]
pub fn days_to_recognition(happened_on: NaiveDate, recognised_at: Option<DateTime<Utc>>, today: NaiveDate) -> Recognition {
    let days = |until: NaiveDate| u32::try_from((until - happened_on).num_days()).unwrap_or(0);
    recognised_at.map_or_else(|| Recognition::Waiting(days(today)), |at| Recognition::Recognised(days(at.date_naive())))
}

/// The day by which a customer is recognised, as we promise it: the due day of the task that celebrates them; before it is
/// verified, so many working days after it was reported.
#[must_use]
pub fn promised_by(due: Option<NaiveDate>, reported_at: DateTime<Utc>, working_days: u32) -> NaiveDate {
    due.unwrap_or_else(|| working_days_after(reported_at.date_naive(), working_days))
}

/// Whether a customer waits longer than we promised, or waited so.
#[must_use]
pub fn is_late(promised_by: NaiveDate, recognised_at: Option<DateTime<Utc>>, today: NaiveDate) -> bool {
    recognised_at.map_or(today, |at| at.date_naive()) > promised_by
}

impl Recognition {
    /// The days, recognised or not.
    #[must_use]
    pub const fn days(self) -> u32 {
        match self {
            Self::Recognised(days) | Self::Waiting(days) => days,
        }
    }

    /// `2 days to recognition`, `waiting 6 days`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Recognised(0) => "recognised the same day".to_owned(),
            Self::Recognised(1) => "1 day to recognition".to_owned(),
            Self::Recognised(days) => format!("{days} days to recognition"),
            Self::Waiting(0) => "new today".to_owned(),
            Self::Waiting(1) => "waiting 1 day".to_owned(),
            Self::Waiting(days) => format!("waiting {days} days"),
        }
    }

    /// The tone of a tag: see [`is_late`].
    #[must_use]
    pub const fn tone(self, late: bool) -> &'static str {
        match (self, late) {
            (Self::Recognised(_), false) => "good",
            (Self::Waiting(_), true) => "warn",
            (Self::Recognised(_), true) | (Self::Waiting(_), false) => "",
        }
    }
}

/// How fast customers are recognised: the headline figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The average of what was recognised this quarter, in tenths of a day; `None` when nothing was.
    pub tenths: Option<u32>,
    /// How many wait longer than we promised: see [`is_late`].
    pub waiting_longer: u32,
    /// What we promise: working days from verifying.
    pub goal: u32,
}

impl Pace {
    /// From the days each one took.
    #[must_use]
    pub fn of(days: &[u32], waiting_longer: u32, goal: u32) -> Self {
        let (sum, count) = (days.iter().map(|days| u64::from(*days)).sum::<u64>(), days.len() as u64);
        let tenths = (count > 0).then(|| u32::try_from((sum * 20 + count) / (2 * count)).unwrap_or(u32::MAX));
        Self { tenths, waiting_longer, goal }
    }

    /// `3.2 days from news to recognition this quarter; the goal is 5 working days from verifying it. Two have waited longer.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let goal = if self.goal == 1 { "1 working day".to_owned() } else { format!("{} working days", self.goal) };
        let goal = format!("the goal is {goal} from verifying it.");
        let pace = match self.tenths {
            None => format!("Nothing was recognised yet this quarter; {goal}"),
            Some(10) => format!("1 day from news to recognition this quarter; {goal}"),
            Some(tenths) if tenths.is_multiple_of(10) => format!("{} days from news to recognition this quarter; {goal}", tenths / 10),
            Some(tenths) => format!("{}.{} days from news to recognition this quarter; {goal}", tenths / 10, tenths % 10),
        };
        let waiting = match self.waiting_longer {
            0 => return pace,
            1 => "One has waited longer.".to_owned(),
            count => format!("{} have waited longer.", counted(count)),
        };
        format!("{pace} {waiting}")
    }
}

fn counted(count: u32) -> String {
    let words = ["Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
    let at = usize::try_from(count).unwrap_or(usize::MAX);
    at.checked_sub(2).and_then(|at| words.get(at)).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_state_and_every_act() {
        let not_now = |state, act| Err(AchievementRefusal::NotNow { state, act });
        let expect = |state, act| match (state, act) {
            (State::Reported, Act::Report) => Ok(State::Reported),
            (State::Reported, Act::Edit) => Ok(State::Reported),
            (State::Reported, Act::Verify) => Ok(State::Verified),
            (State::Reported, Act::Reject) => Ok(State::Rejected),
            (State::Verified, Act::Report) => not_now(state, act),
            (State::Verified, Act::Edit) => not_now(state, act),
            (State::Verified, Act::Verify) => Ok(State::Verified),
            (State::Verified, Act::Reject) => not_now(state, act),
            (State::Rejected, Act::Report) => Ok(State::Reported),
            (State::Rejected, Act::Edit) => not_now(state, act),
            (State::Rejected, Act::Verify) => not_now(state, act),
            (State::Rejected, Act::Reject) => Ok(State::Rejected),
        };
        for state in State::ALL {
            for act in Act::ALL {
                assert_eq!(after(*state, *act), expect(*state, *act), "{state} {act}");
            }
        }
    }

    #[test]
    fn one_address_one_achievement() {
        for (typed, expect) in [
            ("https://news.example/a-prize", "https://news.example/a-prize"),
            ("http://www.News.Example:80/a-prize/?utm_source=x&fbclid=1#top", "https://news.example/a-prize"),
            (" https://news.example/a-prize// ", "https://news.example/a-prize"),
            ("https://news.example/?b=2&a=1&mc_cid=7", "https://news.example/?a=1&b=2"),
            ("https://news.example/story?12345", "https://news.example/story?12345"),
            ("https://news.example/story?UTM_Medium=mail", "https://news.example/story"),
            ("https://news.example:8443/a", "https://news.example:8443/a"),
            ("https://news.example", "https://news.example"),
            ("https://www.example", "https://www.example"),
            ("https://news.example./a", "https://news.example/a"),
            ("HTTPS://BÜCHER.example/Ä", "https://xn--bcher-kva.example/%C3%84"),
            ("news.example/a", ""),
            ("javascript:alert(1)", ""),
            ("https://localhost/a", ""),
            ("https://127.0.0.1/a", ""),
            ("https://[::1]/a", ""),
            ("https://ada@news.example/a", ""),
            ("ftp://news.example/a", ""),
            ("", ""),
        ] {
            assert_eq!(canonical(typed).unwrap_or_default(), expect, "{typed}");
        }
    }

    #[test]
    fn text_is_folded() {
        for (text, expect) in [
            ("Amara Okafor’s keynote — “Slow steaming”", "amara okafor s keynote slow steaming"),
            ("  Crédit   Agricole S.A. ", "credit agricole s a"),
            ("STRASSE Straße Łódź Ørsted", "strasse strasse lodz orsted"),
            ("İstanbul", "istanbul"),
            ("!!!", ""),
        ] {
            assert_eq!(folded(text), expect);
        }
    }

    /// Titles as they are met: reported twice in other words, and others that only look so.
    #[test]
    fn what_may_be_the_same() {
        let seen = |kind, person, title, outlet, on| Seen { kind, person, company: 1, title, outlet, happened_on: day(on) };
        let (quote, award, speaking, publication) = (Kind::MediaQuote, Kind::Award, Kind::Speaking, Kind::Publication);
        for (a, b, near) in [
            (
                seen(award, None, "Hospital Innovator of the Year", "", "2027-01-12"),
                seen(award, None, "Aster Health named Hospital Innovator of the Year", "Health Weekly", "2027-01-14"),
                true,
            ),
            (
                seen(publication, Some(1), "Paper on stress-testing supply lines", "", "2027-01-02"),
                seen(publication, Some(1), "New paper: stress testing of supply lines", "Journal", "2027-02-20"),
                true,
            ),
            (
                seen(quote, Some(1), "“Slow steaming is a design choice”", "Lloyd’s List", "2027-01-12"),
                seen(quote, Some(1), "Slow steaming is a design choise", "Trade Winds", "2027-01-13"),
                true,
            ),
            // The same interview, with another headline.
            (
                seen(quote, Some(1), "What boards get wrong", "Financial Post", "2027-01-12"),
                seen(quote, Some(1), "A talk with Amara Okafor", "financial post", "2027-01-14"),
                true,
            ),
            (
                seen(quote, Some(1), "What boards get wrong", "Financial Post", "2027-01-12"),
                seen(quote, Some(1), "A talk with Amara Okafor", "financial post", "2027-01-16"),
                false,
            ),
            (
                seen(quote, Some(1), "What boards get wrong", "Financial Post", "2027-01-12"),
                seen(quote, Some(2), "A talk with Tomas Reyes", "Financial Post", "2027-01-12"),
                false,
            ),
            // Two people on one stage are worth a look.
            (
                seen(speaking, Some(1), "Keynote at the Cold Chain Summit", "", "2027-01-12"),
                seen(speaking, Some(2), "Keynote, Cold Chain Summit", "", "2027-01-12"),
                true,
            ),
            (
                seen(speaking, Some(1), "Keynote at the Cold Chain Summit", "", "2027-01-12"),
                seen(speaking, Some(1), "Panel at the Cold Chain Forum", "", "2027-01-13"),
                false,
            ),
            (seen(award, None, "Best Bank 2026", "", "2026-12-20"), seen(award, None, "Best Bank 2027", "", "2027-01-20"), false),
            (seen(award, None, "Best Bank", "", "2026-12-20"), seen(award, None, "Best Bank 2027", "", "2027-01-20"), true),
            (
                seen(award, None, "Forest Stewardship Prize", "", "2026-10-01"),
                seen(award, None, "Forest Stewardship Prize", "", "2027-01-20"),
                false,
            ),
            (seen(quote, Some(1), "Interview", "", "2027-01-12"), seen(quote, Some(1), "Interview on growth", "", "2027-01-12"), false),
        ] {
            assert_eq!((is_near(&a, &b), is_near(&b, &a)), (near, near), "{a:?} {b:?}");
        }
        let one = seen(award, None, "Forest Stewardship Prize", "", "2027-01-20");
        assert!(!is_near(&one, &Seen { company: 2, ..one }), "another company’s");
        assert!(is_near(&Seen { person: Some(1), ..one }, &Seen { person: Some(1), company: 2, ..one }), "they moved on");
    }

    #[test]
    fn a_report_is_read_field_by_field() {
        let today = day("2027-01-15");
        let typed = Typed {
            kind: " Media Quote ",
            email: "Amara@Meridian.example",
            title: " Slow  steaming ",
            outlet: "Lloyd’s List",
            url: "http://www.lloyds.example/slow/",
            day: "2027-01-16",
            language: "EN",
            evidence: "A clipping.\r\nPage 3.",
            ..Typed::default()
        };
        let sound = Report {
            kind: Kind::MediaQuote,
            who: Who::Person(Email::parse("amara@meridian.example").unwrap()),
            title: "Slow steaming".into(),
            outlet: "Lloyd’s List".into(),
            url: Some("https://lloyds.example/slow".into()),
            happened_on: day("2027-01-16"),
            language: "en".into(),
            evidence: "A clipping.\nPage 3.".into(),
        };
        assert_eq!(Report::parse(&typed, today), Ok(sound.clone()));
        let both = Report::parse(&Typed { company: " Meridian  Rail ", url: "", language: "pt-br", ..typed }, today).unwrap();
        let who = Who::Both(Email::parse("amara@meridian.example").unwrap(), "Meridian Rail".into());
        assert_eq!(both, Report { who, url: None, language: "pt-br".into(), ..sound });
        let fields = |typed: Typed<'_>| Report::parse(&typed, today).unwrap_err().iter().map(|why| why.field).collect::<Vec<_>>();
        let nothing = Typed { url: "lloyds", day: "2027-01-17", language: "english!", ..Typed::default() };
        assert_eq!(fields(nothing), ["kind", "email", "title", "url", "day", "language"]);
        assert_eq!(fields(Typed { email: "amara", day: "soon", kind: "gossip", ..typed }), ["kind", "email", "day"]);
    }

    #[test]
    fn a_rejection_says_why_or_names_the_other() {
        assert_eq!(Rejection::parse(" Not about them. ", ""), Ok(Rejection { reason: "Not about them.".into(), same_as: None }));
        assert_eq!(Rejection::parse("", "7"), Ok(Rejection { reason: String::new(), same_as: Some(7) }));
        assert_eq!(Rejection::parse(" \n", "").unwrap_err().field, "reason");
        assert_eq!(Rejection::parse("", "seven").unwrap_err().field, "same_as");
    }

    #[test]
    fn days_and_their_words() {
        let today = day("2027-01-15");
        let at = |text: &str| Some(format!("{text}T23:00:00Z").parse::<DateTime<Utc>>().unwrap());
        for (happened, recognised, expect, words) in [
            ("2027-01-15", None, Recognition::Waiting(0), "new today"),
            ("2027-01-16", None, Recognition::Waiting(0), "new today"),
            ("2027-01-14", None, Recognition::Waiting(1), "waiting 1 day"),
            ("2027-01-09", None, Recognition::Waiting(6), "waiting 6 days"),
            ("2027-01-09", at("2027-01-09"), Recognition::Recognised(0), "recognised the same day"),
            ("2027-01-09", at("2027-01-10"), Recognition::Recognised(1), "1 day to recognition"),
            ("2027-01-01", at("2027-01-14"), Recognition::Recognised(13), "13 days to recognition"),
        ] {
            let found = days_to_recognition(day(happened), recognised, today);
            assert_eq!((found, found.words().as_str()), (expect, words), "{happened}");
        }
    }

    #[test]
    fn late_is_what_we_promised_and_did_not_keep() {
        let at = |text: &str| format!("{text}T23:00:00Z").parse::<DateTime<Utc>>().unwrap();
        // Five working days; 9 and 10 January 2027 are a weekend.
        for (due, reported, recognised, today, promised, late, tone) in [
            (None, "2027-01-08", None, "2027-01-15", "2027-01-15", false, ""),
            (None, "2027-01-08", None, "2027-01-16", "2027-01-15", true, "warn"),
            (None, "2027-01-09", None, "2027-01-16", "2027-01-15", true, "warn"),
            (None, "2027-01-11", None, "2027-01-18", "2027-01-18", false, ""),
            (Some("2027-01-20"), "2027-01-01", None, "2027-01-20", "2027-01-20", false, ""),
            (Some("2027-01-20"), "2027-01-01", None, "2027-01-21", "2027-01-20", true, "warn"),
            (Some("2027-01-20"), "2027-01-01", Some("2027-01-20"), "2027-03-01", "2027-01-20", false, "good"),
            (Some("2027-01-20"), "2027-01-01", Some("2027-01-21"), "2027-03-01", "2027-01-20", true, ""),
        ] {
            let (recognised, today) = (recognised.map(at), day(today));
            let by = promised_by(due.map(day), at(reported), 5);
            let is = is_late(by, recognised, today);
            let found = days_to_recognition(day("2026-12-01"), recognised, today);
            assert_eq!((by, is, found.tone(is)), (day(promised), late, tone), "{due:?} {reported} {recognised:?} {today}");
        }
    }

    #[test]
    fn the_headline() {
        for (days, longer, expect) in [
            (&[][..], 0, "Nothing was recognised yet this quarter; the goal is 5 working days from verifying it."),
            (
                &[3, 3, 4, 3, 3][..],
                2,
                "3.2 days from news to recognition this quarter; the goal is 5 working days from verifying it. Two have waited longer.",
            ),
            (
                &[1][..],
                1,
                "1 day from news to recognition this quarter; the goal is 5 working days from verifying it. One has waited longer.",
            ),
            (&[0, 0][..], 0, "0 days from news to recognition this quarter; the goal is 5 working days from verifying it."),
            (
                &[2, 4][..],
                13,
                "3 days from news to recognition this quarter; the goal is 5 working days from verifying it. 13 have waited longer.",
            ),
        ] {
            assert_eq!(Pace::of(days, longer, 5).sentence(), expect);
        }
        let one = Pace::of(&[], 0, 1).sentence();
        assert_eq!(one, "Nothing was recognised yet this quarter; the goal is 1 working day from verifying it.");
    }

    proptest! {
        #[test]
        fn an_address_that_is_canonical_stays(path in "[a-zA-Z0-9/_-]{0,30}", query in "[a-z=&_0-9]{0,30}", www in any::<bool>()) {
            let typed = format!("http://{}news.example/{path}?{query}", if www { "www." } else { "" });
            let once = canonical(&typed).unwrap();
            prop_assert_eq!(canonical(&once).unwrap(), once);
        }

        #[test]
        fn nearness_takes_no_side(a in "[a-d ]{1,20}", b in "[a-d ]{1,20}", apart in 0_u64..80) {
            let one = Seen { kind: Kind::Award, person: None, company: 1, title: &a, outlet: "", happened_on: day("2027-01-15") };
            let other = Seen { title: &b, happened_on: day("2027-01-15") + Days::new(apart), ..one };
            prop_assert_eq!(is_near(&one, &other), is_near(&other, &one));
            prop_assert!(is_near(&one, &one));
        }
    }
}
