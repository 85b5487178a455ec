//! Advocates: what is known of somebody beyond their seat, at what stage we are with them, and whether they need a rest.
//!
//! A record may be made of anybody who is known. What they set for themselves is theirs to write (`own_limit`); what they
//! allow is asked of the consent ledger and never stands here. Left out: keeping it (`store::advocacy::advocate`), and
//! whether something may be asked (`advocacy::ask`): somebody who needs a rest is shown so, and asked by that decision.

use url::Url;

use crate::access::Principal;
use crate::advocacy::consent::{Channel, Consents, Scope};
use crate::advocacy::ledger;
use crate::advocacy::wording::{language_name, languages};
use crate::cohort::company_import::name_key;
use crate::cohort::company_import::workbook::LINE_BREAK;
use crate::contact::{self, Email};
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};

pub mod merge;

crate::text_enum! {
    /// Where we are with somebody.
    pub enum Stage {
        Identified = "identified",
        Cultivated = "cultivated",
        Active = "active",
        Resting = "resting",
        Alumni = "alumni",
    }
}

impl Stage {
    /// What it means, in a sentence.
    #[must_use]
    pub const fn means(self) -> &'static str {
        match self {
            Self::Identified => "Known to us, and nothing more yet.",
            Self::Cultivated => "We give, and ask for nothing yet.",
            Self::Active => "We do things for each other.",
            Self::Resting => "Nothing is asked for a while.",
            Self::Alumni => "They moved on, and we stay in touch.",
        }
    }
}

/// What setting a stage comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staging {
    Changes,
    AlreadySo,
}

/// Any stage may follow any other: people come back, and are found out of turn.
#[must_use]
pub fn after(stage: Stage, next: Stage) -> Staging {
    if stage == next { Staging::AlreadySo } else { Staging::Changes }
}

crate::text_enum! {
    /// Where somebody can be found.
    pub enum HandleKind {
        LinkedIn = "linkedin",
        X = "x",
        Bluesky = "bluesky",
        Website = "website",
    }
}

impl HandleKind {
    /// `LinkedIn`
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::LinkedIn => "LinkedIn",
            Self::X => "X",
            Self::Bluesky => "Bluesky",
            Self::Website => "Website",
        }
    }

    /// How it is written.
    #[must_use]
    pub const fn like(self) -> &'static str {
        match self {
            Self::LinkedIn => "linkedin.com/in/name",
            Self::X => "@name",
            Self::Bluesky => "@name.bsky.social",
            Self::Website => "https://name.example",
        }
    }
}

/// One place where somebody can be found: its whole address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    pub kind: HandleKind,
    pub address: String,
}

impl Handle {
    /// Reads an address or a name; nothing typed is none.
    ///
    /// # Errors
    /// A sentence for the field named as the kind is.
    pub fn parse(kind: HandleKind, typed: &str) -> Result<Option<Self>, FieldRefusal> {
        let typed = contact::optional(kind.as_str(), typed, 300)?;
        if typed.is_empty() {
            return Ok(None);
        }
        let found = match kind {
            HandleKind::LinkedIn => linkedin(&typed),
            HandleKind::X => x(&typed),
            HandleKind::Bluesky => bluesky(&typed),
            HandleKind::Website => web_address(&typed).map(|url| url.to_string().trim_end_matches('/').to_owned()),
        };
        match found {
            Some(address) => Ok(Some(Self { kind, address })),
            None => {
                let (place, like) = (kind.label(), kind.like());
                let sentence = match kind {
                    HandleKind::Website => format!("Enter the whole address, like {like}."),
                    _ => format!("This leads to nobody on {place}. Write it like {like}."),
                };
                Err(FieldRefusal::new(kind.as_str(), sentence))
            }
        }
    }
}

/// A web address with a dotted host, and nobody's name or password in it.
fn web_address(typed: &str) -> Option<Url> {
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&whole).ok()?;
    let host = url.host_str()?;
    let sound = ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.password().is_none();
    (sound && host.contains('.') && !typed.contains(' ')).then_some(url)
}

/// The parts of an address's path, when it is on one of these hosts or below it.
fn path_on(typed: &str, hosts: &[&str]) -> Option<Vec<String>> {
    let url = web_address(typed)?;
    let host = url.host_str()?;
    let there = hosts.iter().any(|known| host == *known || host.strip_suffix(*known).is_some_and(|before| before.ends_with('.')));
    let parts = url.path_segments()?.filter(|part| !part.is_empty()).map(str::to_owned).collect();
    there.then_some(parts)
}

fn linkedin(typed: &str) -> Option<String> {
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-');
    if plain(typed) {
        return Some(format!("https://www.linkedin.com/in/{typed}"));
    }
    match path_on(typed, &["linkedin.com"])?.as_slice() {
        [room, name, ..] if ["in", "company"].contains(&room.as_str()) => Some(format!("https://www.linkedin.com/{room}/{name}")),
        _ => None,
    }
}

fn x(typed: &str) -> Option<String> {
    let is_name = |name: &str| (1..=15).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let typed_name = typed.strip_prefix('@').unwrap_or(typed);
    if is_name(typed_name) {
        return Some(format!("https://x.com/{typed_name}"));
    }
    let parts = path_on(typed, &["x.com", "twitter.com"])?;
    let name = parts.first().map(|name| name.trim_start_matches('@'))?;
    is_name(name).then(|| format!("https://x.com/{name}"))
}

fn bluesky(typed: &str) -> Option<String> {
    let is_name = |name: &str| {
        name.contains('.') && name.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    };
    let name = match path_on(typed, &["bsky.app"]) {
        Some(parts) => match parts.as_slice() {
            [room, name, ..] if room == "profile" => name.clone(),
            _ => return None,
        },
        None => typed.strip_prefix('@').unwrap_or(typed).to_owned(),
    };
    is_name(&name).then(|| format!("https://bsky.app/profile/{}", name.to_lowercase()))
}

/// What is kept of somebody as an advocate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advocate {
    pub stage: Stage,
    pub interests: Vec<String>,
    pub topics: Vec<String>,
    pub handles: Vec<Handle>,
    /// Events they follow.
    pub events: Vec<String>,
    /// Codes, as [`languages`] has them.
    pub languages: Vec<String>,
    pub note: String,
}

impl Advocate {
    /// The record that is made when there is none: nothing but the stage.
    #[must_use]
    pub const fn identified() -> Self {
        Self {
            stage: Stage::Identified,
            interests: Vec::new(),
            topics: Vec::new(),
            handles: Vec::new(),
            events: Vec::new(),
            languages: Vec::new(),
            note: String::new(),
        }
    }
}

/// A record as it was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypedAdvocate<'a> {
    pub stage: &'a str,
    pub interests: &'a str,
    pub topics: &'a str,
    pub linkedin: &'a str,
    pub x: &'a str,
    pub bluesky: &'a str,
    pub website: &'a str,
    pub events: &'a str,
    pub languages: &'a str,
    pub note: &'a str,
}

impl<'a> TypedAdvocate<'a> {
    /// What was typed for a handle.
    #[must_use]
    pub const fn handle(&self, kind: HandleKind) -> &'a str {
        match kind {
            HandleKind::LinkedIn => self.linkedin,
            HandleKind::X => self.x,
            HandleKind::Bluesky => self.bluesky,
            HandleKind::Website => self.website,
        }
    }
}

/// The longest note, in characters.
pub const NOTE: usize = 4_000;

impl Advocate {
    /// # Errors
    /// A sentence for every field that needs another look, in the order of the form.
    pub fn parse(typed: &TypedAdvocate<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let stage = Stage::parse(contact::one_line(typed.stage).to_lowercase().as_str());
        if stage.is_none() {
            wrong.refuse("stage", "Choose where you are with them.");
        }
        let topics = wrong.keep(parse_list("topics", typed.topics, &[',']));
        let interests = wrong.keep(parse_list("interests", typed.interests, &[',']));
        let events = wrong.keep(parse_list("events", typed.events, &[]));
        let languages = wrong.keep(parse_languages(typed.languages));
        let mut handles = Vec::new();
        for kind in HandleKind::ALL {
            handles.extend(wrong.keep(Handle::parse(*kind, typed.handle(*kind))));
        }
        let note = wrong.keep(contact::paragraphs("note", &typed.note.replace(LINE_BREAK, "\n"), NOTE));
        match stage {
            Some(stage) => wrong.finish().map(|()| Self { stage, interests, topics, handles, events, languages, note }),
            None => Err(wrong.into()),
        }
    }
}

/// The most entries of a list, and the longest one, in characters.
const ENTRIES: usize = 40;
const ENTRY: usize = 100;

/// Reads a list: an entry a line, or with semicolons or one of `marks` between. The same one twice is one.
///
/// # Errors
/// A sentence for `field`: an entry is too long, or there are too many.
pub fn parse_list(field: &'static str, typed: &str, marks: &[char]) -> Result<Vec<String>, FieldRefusal> {
    let mut list: Vec<String> = Vec::new();
    for entry in typed.split(|c: char| ['\n', '\r', ';', LINE_BREAK].contains(&c) || marks.contains(&c)).map(contact::one_line) {
        let length = entry.chars().count();
        if length > ENTRY {
            let begins: String = entry.chars().take(30).collect();
            return Err(FieldRefusal::new(field, format!("“{begins}…” is {length} characters long. Shorten it to {ENTRY}.")));
        }
        if !entry.is_empty() && !has(&list, &entry) {
            list.push(entry);
        }
    }
    if list.len() > ENTRIES {
        return Err(FieldRefusal::new(field, format!("These are {} entries. Keep the {ENTRIES} that matter most.", list.len())));
    }
    Ok(list)
}

fn has(list: &[String], entry: &str) -> bool {
    let key = name_key(entry);
    list.iter().any(|known| name_key(known) == key)
}

/// Both lists, the second one's entries after the first one's, nothing twice.
#[must_use]
pub fn united(one: &[String], other: &[String]) -> Vec<String> {
    let mut list = one.to_vec();
    for entry in other {
        if !has(&list, entry) {
            list.push(entry.clone());
        }
    }
    list
}

/// Reads languages, by code or English name, with commas, semicolons or line ends between; answers codes.
///
/// # Errors
/// A sentence for `languages` with the first that is not known.
pub fn parse_languages(typed: &str) -> Result<Vec<String>, FieldRefusal> {
    let mut codes: Vec<String> = Vec::new();
    for word in typed.split([',', ';', '\n', '\r', LINE_BREAK]).map(contact::one_line).filter(|word| !word.is_empty()) {
        let known = languages().iter().find(|(code, name)| code.eq_ignore_ascii_case(&word) || name.eq_ignore_ascii_case(&word));
        let Some((code, _)) = known else {
            let sentence = format!("“{word}” is not a language we know. Write its English name or its code, like German or de.");
            return Err(FieldRefusal::new("languages", sentence));
        };
        if !codes.iter().any(|known| known == code) {
            codes.push((*code).to_owned());
        }
    }
    Ok(codes)
}

/// Languages as people read them: `English, German`.
#[must_use]
pub fn language_words(codes: &[String]) -> String {
    codes.iter().map(|code| language_name(code)).collect::<Vec<_>>().join(", ")
}

/// A list as it is kept: an entry a line.
#[must_use]
pub fn in_lines(list: &[String]) -> String {
    list.join("\n")
}

/// A kept list, read back.
#[must_use]
pub fn from_lines(kept: &str) -> Vec<String> {
    kept.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Handles as they are kept: `linkedin https://www.linkedin.com/in/name`, one a line.
#[must_use]
pub fn handle_lines(handles: &[Handle]) -> String {
    handles.iter().map(|handle| format!("{} {}", handle.kind, handle.address)).collect::<Vec<_>>().join("\n")
}

/// Kept handles, read back. What is not recognised is left out.
#[must_use]
pub fn handles_from(kept: &str) -> Vec<Handle> {
    let read = |line: &str| {
        let (kind, address) = line.split_once(' ')?;
        Some(Handle { kind: HandleKind::parse(kind)?, address: address.to_owned() })
    };
    kept.lines().filter_map(read).collect()
}

/// One thing that is different. `before` is empty where nothing stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub field: &'static str,
    pub before: String,
    pub after: String,
}

impl Change {
    /// `Topics: “rail” becomes “rail, energy”.`
    #[must_use]
    pub fn sentence(&self) -> String {
        match (self.before.is_empty(), self.after.is_empty()) {
            (true, _) => format!("{}: “{}”.", self.field, self.after),
            (_, true) => format!("{}: “{}” is taken away.", self.field, self.before),
            _ => format!("{}: “{}” becomes “{}”.", self.field, self.before, self.after),
        }
    }
}

/// What is different between two records, in the order of the form.
#[must_use]
pub fn changes(before: &Advocate, after: &Advocate) -> Vec<Change> {
    let handles = |advocate: &Advocate| advocate.handles.iter().map(|handle| handle.address.clone()).collect::<Vec<_>>().join(", ");
    let fields = [
        ("Stage", before.stage.to_string(), after.stage.to_string()),
        ("Topics", before.topics.join(", "), after.topics.join(", ")),
        ("Interests", before.interests.join(", "), after.interests.join(", ")),
        ("Events", before.events.join(", "), after.events.join(", ")),
        ("Languages", language_words(&before.languages), language_words(&after.languages)),
        ("Handles", handles(before), handles(after)),
        ("Note", before.note.clone(), after.note.clone()),
    ];
    let changed = fields.into_iter().filter(|(_, before, after)| before != after);
    changed.map(|(field, before, after)| Change { field, before, after }).collect()
}

/// Somebody to be known, as typed and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    pub name: String,
    pub email: Email,
    /// As typed, on one line.
    pub company: String,
    pub title: String,
}

impl NewPerson {
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(name: &str, email: &str, company: &str, title: &str) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = Vec::new();
        let name = contact::required("name", name, 120, "Enter their name.").map_err(|why| wrong.push(why));
        let email = Email::parse(email).map_err(|why| wrong.push(why));
        let company = contact::required("company", company, 200, "Enter the company they are at.").map_err(|why| wrong.push(why));
        let title = contact::optional("title", title, 120).map_err(|why| wrong.push(why));
        match (name, email, company, title) {
            (Ok(name), Ok(email), Ok(company), Ok(title)) => Ok(Self { name, email, company, title }),
            _ => Err(wrong),
        }
    }
}

// ---- health ----------------------------------------------------------------------------------------------------------

/// So many answers of no, or none at all, in a row ask for a rest.
pub const IN_A_ROW: u32 = 2;

/// What somebody's health follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthFacts {
    /// `None`: nobody made a record of them.
    pub stage: Option<Stage>,
    /// Asks that reached them in this quarter, as [`may_ask`](crate::advocacy::ask::may_ask) counts them.
    pub asked_lately: u32,
    /// See [`cap`].
    pub cap: u32,
    /// How many of their last answers, the newest first, were a no or none at all, before the first yes.
    pub noes_in_a_row: u32,
    /// Something is to be put right, with them or with their company.
    pub open_problem: bool,
}

/// Whether somebody needs a rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    Well,
    /// At least one reason.
    NeedsRest(Vec<Rest>),
}

/// One reason why somebody needs a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// They are at that stage.
    Resting,
    /// As often as they may be, or more.
    AskedOften {
        times: u32,
    },
    /// So many answers of no, or none at all, in a row.
    SaidNo {
        times: u32,
    },
    Problem,
}

/// How often somebody may be asked: as the host sets it, or less where they set less themselves.
#[must_use]
pub fn cap(host: u32, own: Option<u32>) -> u32 {
    own.map_or(host, |own| own.min(host))
}

/// Whether somebody needs a rest, with every reason.
#[must_use]
pub fn health(facts: &HealthFacts) -> Health {
    let mut because = Vec::new();
    if facts.stage == Some(Stage::Resting) {
        because.push(Rest::Resting);
    }
    if facts.asked_lately > 0 && facts.asked_lately >= facts.cap {
        because.push(Rest::AskedOften { times: facts.asked_lately });
    }
    if facts.noes_in_a_row >= IN_A_ROW {
        because.push(Rest::SaidNo { times: facts.noes_in_a_row });
    }
    if facts.open_problem {
        because.push(Rest::Problem);
    }
    if because.is_empty() { Health::Well } else { Health::NeedsRest(because) }
}

impl Health {
    /// Whether they need a rest.
    #[must_use]
    pub const fn needs_rest(&self) -> bool {
        matches!(self, Self::NeedsRest(_))
    }

    /// Every reason; none when they are well.
    #[must_use]
    pub fn because(&self) -> &[Rest] {
        match self {
            Self::Well => &[],
            Self::NeedsRest(because) => because,
        }
    }
}

impl Rest {
    /// The reason in a sentence.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::Resting => "They are resting: nothing is asked for a while.".to_owned(),
            Self::AskedOften { times: 1 } => "They were asked once this quarter, as often as they may be.".to_owned(),
            Self::AskedOften { times } => format!("They were asked {times} times this quarter, as often as they may be."),
            Self::SaidNo { times } => format!("Their last {times} answers were a no, or none came."),
            Self::Problem => "Something is to be put right first.".to_owned(),
        }
    }
}

// ---- who is shown what -----------------------------------------------------------------------------------------------

/// Whether a reader of somebody's record is shown the cohorts they took part in: admins are; marketing only while they
/// allow it to be said inside the host firm.
#[must_use]
pub fn shows_cohorts(who: &Principal, consents: &Consents) -> bool {
    ledger::shows_seats(who, consents.standing(Scope::Attendance, Some(Channel::Internal)))
}

/// Why a record was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdvocateRefusal {
    Fields(Vec<FieldRefusal>),
    /// Somebody else saved meanwhile.
    Stale,
    /// There is no such person, or everything about them was forgotten.
    Unknown,
}

impl Refusal for AdvocateRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Stale => "Somebody changed this record meanwhile. Theirs is shown beside yours; save again to keep yours.".into(),
            Self::Unknown => "Nobody of this number is known here. Go back to the list.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::advocacy::consent::{Act, Event, resolve};

    #[test]
    fn any_stage_may_follow_any_other() {
        for (row, stage) in Stage::ALL.iter().enumerate() {
            for (column, next) in Stage::ALL.iter().enumerate() {
                let expect = if row == column { Staging::AlreadySo } else { Staging::Changes };
                assert_eq!(after(*stage, *next), expect, "{stage} → {next}");
            }
            assert!(stage.means().ends_with('.'), "{stage}");
        }
    }

    #[test]
    fn handles_lead_to_somebody() {
        use HandleKind::{Bluesky, LinkedIn, Website, X};
        for (kind, typed, expect) in [
            (LinkedIn, "", Ok(None)),
            (LinkedIn, "amara-okafor", Ok(Some("https://www.linkedin.com/in/amara-okafor"))),
            (LinkedIn, "linkedin.com/in/amara-okafor/", Ok(Some("https://www.linkedin.com/in/amara-okafor"))),
            (LinkedIn, "https://de.linkedin.com/in/amara?trk=x", Ok(Some("https://www.linkedin.com/in/amara"))),
            (LinkedIn, "https://linkedin.com.evil.example/in/amara", Err(())),
            (LinkedIn, "https://notlinkedin.com/in/amara", Err(())),
            (LinkedIn, "https://www.linkedin.com/feed", Err(())),
            (X, "@amara_o", Ok(Some("https://x.com/amara_o"))),
            (X, "https://twitter.com/amara_o/status/1", Ok(Some("https://x.com/amara_o"))),
            (X, "this name is too long", Err(())),
            (X, "https://example.com/amara", Err(())),
            (Bluesky, "@Amara.bsky.social", Ok(Some("https://bsky.app/profile/amara.bsky.social"))),
            (Bluesky, "https://bsky.app/profile/amara.example", Ok(Some("https://bsky.app/profile/amara.example"))),
            (Bluesky, "amara", Err(())),
            (Website, "amara.example/about", Ok(Some("https://amara.example/about"))),
            (Website, "http://amara.example/", Ok(Some("http://amara.example"))),
            (Website, "javascript:alert(1)", Err(())),
            (Website, "https://name:secret@amara.example", Err(())),
            (Website, "localhost", Err(())),
            (Website, "amara example.com", Err(())),
        ] {
            let found = Handle::parse(kind, typed);
            let found = found.map(|handle| handle.map(|handle| handle.address)).map_err(|why| assert_eq!(why.field, kind.as_str()));
            assert_eq!(found, expect.map(|address| address.map(str::to_owned)), "{kind} {typed}");
        }
    }

    fn amara() -> Advocate {
        let list = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
        Advocate {
            stage: Stage::Active,
            interests: list(&["sailing"]),
            topics: list(&["Rail freight", "energy"]),
            handles: vec![Handle { kind: HandleKind::X, address: "https://x.com/amara".into() }],
            events: list(&["InnoTrans, Berlin"]),
            languages: list(&["en", "de"]),
            note: "Met in Oslo.\nLikes letters.".into(),
        }
    }

    #[test]
    fn a_record_is_read_as_it_is_typed_and_kept() {
        let typed = TypedAdvocate {
            stage: " Active ",
            interests: "sailing\r\n\r\nSailing",
            topics: "Rail freight, energy; rail  freight",
            x: "@amara",
            events: "InnoTrans, Berlin",
            languages: "English; DE, german",
            note: "Met in Oslo.\u{2028}Likes letters.",
            ..TypedAdvocate::default()
        };
        let read = Advocate::parse(&typed).unwrap();
        assert_eq!(read, amara());
        assert_eq!(from_lines(&in_lines(&read.topics)), read.topics);
        assert_eq!(handles_from(&handle_lines(&read.handles)), read.handles);
        assert!(handles_from("fax 123\nnonsense").is_empty());
        assert_eq!(language_words(&read.languages), "English, German");

        let long = "x".repeat(101);
        let wrong = TypedAdvocate { stage: "friend", topics: &long, languages: "Klingon", website: "nowhere", ..typed };
        let fields: Vec<&str> = Advocate::parse(&wrong).unwrap_err().iter().map(|why| why.field).collect();
        assert_eq!(fields, ["stage", "topics", "languages", "website"]);
        let many = (0..41).map(|entry| entry.to_string()).collect::<Vec<_>>().join("\n");
        assert_eq!(parse_list("topics", &many, &[]).unwrap_err().sentence, "These are 41 entries. Keep the 40 that matter most.");
    }

    #[test]
    fn what_is_different_is_said() {
        let before = amara();
        let after = Advocate {
            stage: Stage::Resting,
            topics: united(&before.topics, &["ENERGY".into(), "ports".into()]),
            note: String::new(),
            ..before.clone()
        };
        let said: Vec<String> = changes(&before, &after).iter().map(Change::sentence).collect();
        let expect = [
            "Stage: “active” becomes “resting”.",
            "Topics: “Rail freight, energy” becomes “Rail freight, energy, ports”.",
            "Note: “Met in Oslo.\nLikes letters.” is taken away.",
        ];
        assert_eq!(said, expect);
        assert!(changes(&before, &before).is_empty());
    }

    #[test]
    fn whoever_needs_a_rest_is_told_by_every_reason() {
        let well = HealthFacts { stage: Some(Stage::Active), asked_lately: 1, cap: 2, noes_in_a_row: 1, open_problem: false };
        for (facts, expect) in [
            (well, vec![]),
            (HealthFacts { stage: None, asked_lately: 0, cap: 0, ..well }, vec![]),
            (HealthFacts { stage: Some(Stage::Resting), ..well }, vec![Rest::Resting]),
            (HealthFacts { asked_lately: 2, ..well }, vec![Rest::AskedOften { times: 2 }]),
            (HealthFacts { cap: cap(2, Some(1)), ..well }, vec![Rest::AskedOften { times: 1 }]),
            (HealthFacts { cap: cap(2, Some(9)), ..well }, vec![]),
            (HealthFacts { noes_in_a_row: 2, ..well }, vec![Rest::SaidNo { times: 2 }]),
            (HealthFacts { open_problem: true, ..well }, vec![Rest::Problem]),
            (
                HealthFacts { stage: Some(Stage::Resting), asked_lately: 3, cap: 2, noes_in_a_row: 3, open_problem: true },
                vec![Rest::Resting, Rest::AskedOften { times: 3 }, Rest::SaidNo { times: 3 }, Rest::Problem],
            ),
        ] {
            let found = health(&facts);
            assert_eq!(found.because(), expect, "{facts:?}");
            assert_eq!(found.needs_rest(), !expect.is_empty(), "{facts:?}");
        }
        let sentences: Vec<String> =
            [Rest::Resting, Rest::AskedOften { times: 1 }, Rest::AskedOften { times: 2 }, Rest::SaidNo { times: 2 }, Rest::Problem]
                .map(Rest::sentence)
                .to_vec();
        assert!(sentences.iter().all(|sentence| sentence.ends_with('.')), "{sentences:?}");
        assert_eq!(
            sentences[1..3],
            [
                "They were asked once this quarter, as often as they may be.",
                "They were asked 2 times this quarter, as often as they may be.",
            ]
        );
    }

    #[test]
    fn cohorts_are_shown_to_admins_and_to_marketing_where_it_is_allowed() {
        let day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let event = |channel| Event {
            id: 1,
            act: Act::Grant,
            scope: Scope::Attendance,
            channels: vec![channel],
            from: day("2027-01-01"),
            until: day("2027-12-31"),
        };
        let staff = |role| Principal::Staff { id: 1, roles: vec![role] };
        let (inside, outside) =
            (resolve(&[event(Channel::Internal)], day("2027-01-15")), resolve(&[event(Channel::Blog)], day("2027-01-15")));
        let nothing = Consents::default();
        for (role, consents, expect) in [
            (Role::Admin, &nothing, true),
            (Role::Marketing, &nothing, false),
            (Role::Marketing, &outside, false),
            (Role::Marketing, &inside, true),
            (Role::AccountManager, &inside, false),
        ] {
            assert_eq!(shows_cohorts(&staff(role), consents), expect, "{role}");
        }
    }
}
