//! Advocates from a file: what each row says of whom, and what it comes to beside what is known.
//!
//! People are recognised by their address, companies by their name or their domain; a company that is not known is refused, so
//! that nothing is made by a misspelling. What a file does not say is never erased: lists grow, a note is added to, an empty
//! cell leaves everything as it is. Consents are not read: an import never grants.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::advocacy::advocate::{Advocate, Change, HandleKind, NOTE, Stage, TypedAdvocate, changes, united};
use crate::cohort::company_import::workbook::LINE_BREAK;
use crate::cohort::company_import::{FileRefusal, Row, Table, domain_key, name_key, read as read_table};
use crate::contact::{self, Email};
use crate::refusal::Refusal;

/// The most rows of one file: each is shown before it is imported.
pub const MOST_ROWS: usize = 2_000;

crate::text_enum! {
    /// What a column can hold.
    pub enum Field {
        Email = "email",
        Name = "name",
        Company = "company",
        Title = "title",
        Stage = "stage",
        Topics = "topics",
        Interests = "interests",
        Languages = "languages",
        LinkedIn = "linkedin",
        X = "x",
        Bluesky = "bluesky",
        Website = "website",
        Events = "events",
        Note = "note",
    }
}

impl Field {
    /// What else people call the column, in lower case, with spaces for every other mark.
    const fn others(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["e mail", "email address", "e mail address", "mail"],
            Self::Name => &["full name", "person", "advocate", "contact"],
            Self::Company => &["company name", "organisation", "organization", "account", "customer", "employer"],
            Self::Title => &["job title", "role", "position"],
            Self::Stage => &["status", "advocate stage"],
            Self::Topics => &["topic", "expertise", "themes"],
            Self::Interests => &["interest", "hobbies"],
            Self::Languages => &["language", "speaks"],
            Self::LinkedIn => &["linkedin url", "linkedin profile"],
            Self::X => &["twitter", "x twitter", "twitter handle"],
            Self::Bluesky => &["bsky"],
            Self::Website => &["web site", "homepage", "web", "url"],
            Self::Events => &["event", "conferences", "events they follow"],
            Self::Note => &["notes", "comment", "remarks"],
        }
    }

    fn of_title(title: &str) -> Option<Self> {
        let key = folded(title);
        Self::ALL.iter().copied().find(|field| field.as_str() == key || field.others().contains(&key.as_str()))
    }

    /// What the column holds, in words.
    #[must_use]
    pub const fn holds(self) -> &'static str {
        match self {
            Self::Email => "Needed: it is how people are recognised.",
            Self::Name => "Needed for somebody new.",
            Self::Company => "Needed for somebody new: the name or the web domain of a company that is here.",
            Self::Title => "Their job title. It fills an empty one.",
            Self::Stage => "identified, cultivated, active, resting or alumni. Somebody new without one is identified.",
            Self::Topics => "What they know about, with semicolons between. Added to what is here.",
            Self::Interests => "What they care about, likewise.",
            Self::Languages => "English names or codes, likewise.",
            Self::LinkedIn => "Address or name of their profile.",
            Self::X => "@name, or the address.",
            Self::Bluesky => "@name.bsky.social, or the address.",
            Self::Website => "The whole address.",
            Self::Events => "Events they follow, with semicolons between.",
            Self::Note => "Added below what is noted here.",
        }
    }
}

/// `E-mail address` is `e mail address`.
fn folded(title: &str) -> String {
    let words: String = title.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A file, read: its rows, and the columns nobody reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub rows: Vec<Said>,
    /// What is not read, a sentence each.
    pub notes: Vec<String>,
}

/// What one row says, cell by cell; empty cells are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub line: u64,
    cells: BTreeMap<Field, String>,
    /// Cells stand where no title is, or are missing.
    misshapen: bool,
}

impl Said {
    fn get(&self, field: Field) -> &str {
        self.cells.get(&field).map_or("", String::as_str)
    }

    /// Their address as the file has it.
    #[must_use]
    pub fn email(&self) -> &str {
        self.get(Field::Email)
    }

    /// Their name as the file has it, or their address.
    #[must_use]
    pub fn who(&self) -> String {
        let (name, email) = (contact::one_line(self.get(Field::Name)), contact::one_line(self.email()));
        let who = if name.is_empty() { email } else { name };
        who.chars().take(200).collect()
    }

    /// Their address in the form people are recognised by, if it is one.
    #[must_use]
    pub fn address(&self) -> Option<Email> {
        Email::parse(self.email()).ok()
    }

    /// The company as it is compared: by name, and by domain where it is one.
    #[must_use]
    pub fn company_keys(&self) -> Option<(String, Option<String>)> {
        let company = contact::one_line(self.get(Field::Company));
        (!company.is_empty()).then(|| (name_key(&company), domain_key(&company)))
    }
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadRefusal {
    File(FileRefusal),
    NoEmail,
    TwoColumns(Field),
    TooManyRows(usize),
}

impl Refusal for ReadRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::File(why) => why.code(),
            Self::NoEmail => "no-email-column",
            Self::TwoColumns(_) => "two-columns",
            Self::TooManyRows(_) => "too-many-rows",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::File(why) => why.sentence(),
            Self::NoEmail => "The file has no column “email”, by which people are recognised. Add it and upload the file again.".into(),
            Self::TwoColumns(field) => format!("Two columns are read as “{field}”. Keep one of them and upload the file again."),
            Self::TooManyRows(rows) => format!("The file has {rows} rows. Split it into files of at most {MOST_ROWS}."),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// Why it cannot be read as a whole.
pub fn read(bytes: &[u8]) -> Result<Reading, ReadRefusal> {
    let table = read_table(bytes).map_err(ReadRefusal::File)?;
    if table.rows.len() > MOST_ROWS {
        return Err(ReadRefusal::TooManyRows(table.rows.len()));
    }
    let (places, notes) = columns(&table)?;
    let rows = table.rows.iter().map(|row| said(row, &places, table.columns.len())).collect();
    Ok(Reading { rows, notes })
}

fn columns(table: &Table) -> Result<(BTreeMap<Field, usize>, Vec<String>), ReadRefusal> {
    let (mut places, mut notes) = (BTreeMap::new(), Vec::new());
    for (at, title) in table.columns.iter().enumerate() {
        match Field::of_title(title) {
            Some(field) => {
                if places.insert(field, at).is_some() {
                    return Err(ReadRefusal::TwoColumns(field));
                }
            }
            None if title.is_empty() => {}
            None if is_consent(title) => {
                notes.push(format!("The column “{title}” is not read: an import never grants. People give their consents themselves."));
            }
            None => notes.push(format!("The column “{title}” is not read.")),
        }
    }
    if places.contains_key(&Field::Email) { Ok((places, notes)) } else { Err(ReadRefusal::NoEmail) }
}

/// Whether a title speaks of something only its giver can give.
fn is_consent(title: &str) -> bool {
    let key = folded(title);
    ["consent", "permission", "opt in", "optin", "gdpr", "agreed", "allowed", "may use"].iter().any(|word| key.contains(word))
}

fn said(row: &Row, places: &BTreeMap<Field, usize>, titles: usize) -> Said {
    let cells = places.iter().filter_map(|(field, at)| {
        let cell = row.cells.get(*at).map(|cell| cell.trim())?;
        (!cell.is_empty()).then(|| (*field, cell.to_owned()))
    });
    let spills = row.cells.iter().skip(titles).any(|cell| !cell.trim().is_empty());
    Said { line: row.line, cells: cells.collect(), misshapen: spills || row.cells.len() < titles }
}

/// Somebody who is known, by one of their addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPerson {
    pub id: i64,
    pub name: String,
    pub title: String,
    pub company: i64,
    pub company_name: String,
    /// Their record, when there is one.
    pub advocate: Option<Advocate>,
    /// Everything about them was forgotten: they are not found again.
    pub forgotten: bool,
}

/// What is known of everybody and everything a file speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// By address. Whoever was merged into somebody stands here as that other one.
    pub people: HashMap<String, KnownPerson>,
    /// Companies by [`name_key`].
    pub by_name: HashMap<String, i64>,
    /// Companies by [`domain_key`].
    pub by_domain: HashMap<String, i64>,
}

impl Known {
    fn company(&self, said: &Said) -> Option<i64> {
        let (name, domain) = said.company_keys()?;
        self.by_name.get(&name).or_else(|| self.by_domain.get(&domain?)).copied()
    }
}

/// Somebody a row would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    pub name: String,
    pub email: Email,
    pub title: String,
    pub company: i64,
}

/// What one row comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody new, with a record.
    New {
        person: Fresh,
        advocate: Advocate,
    },
    /// Somebody known. `title` fills an empty one; `advocate` is the whole record as it would be.
    Changed {
        person: i64,
        title: Option<String>,
        advocate: Advocate,
        /// In words; at least one.
        changes: Vec<String>,
    },
    Same,
    /// Why, a sentence each.
    Refused(Vec<String>),
}

/// One row and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    pub line: u64,
    /// Their name, or their address.
    pub who: String,
    pub outcome: Outcome,
    /// What to look at, in a row that is not refused.
    pub notes: Vec<String>,
}

/// What every row comes to. Nothing is changed.
#[must_use]
pub fn plan(reading: &Reading, known: &Known) -> Vec<PlannedRow> {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let mut people: BTreeSet<i64> = BTreeSet::new();
    reading
        .rows
        .iter()
        .map(|said| {
            let mut notes = Vec::new();
            let outcome = place(said, known, &mut seen, &mut people, &mut notes).unwrap_or_else(Outcome::Refused);
            PlannedRow { line: said.line, who: said.who(), outcome, notes }
        })
        .collect()
}

fn place(
    said: &Said,
    known: &Known,
    seen: &mut BTreeMap<String, u64>,
    people: &mut BTreeSet<i64>,
    notes: &mut Vec<String>,
) -> Result<Outcome, Vec<String>> {
    if said.misshapen {
        return Err(vec![
            "This row has more or fewer cells than there are titles. Look for a missing comma or an open quotation mark.".into(),
        ]);
    }
    let email = Email::parse(said.email()).map_err(|why| vec![why.sentence])?;
    if let Some(line) = seen.insert(email.as_str().to_owned(), said.line) {
        return Err(vec![format!("Line {line} already speaks of {email}. Keep one of the two lines.")]);
    }
    let company = match said.company_keys() {
        None => None,
        Some(_) => {
            let named = contact::one_line(said.get(Field::Company));
            let sentence = format!("There is no company “{named}” here. Check how the list of companies writes it, or add it there first.");
            Some(known.company(said).ok_or_else(|| vec![sentence])?)
        }
    };
    match known.people.get(email.as_str()) {
        Some(person) => known_row(said, person, company, people, notes),
        None => new_row(said, email, company),
    }
}

fn known_row(
    said: &Said,
    person: &KnownPerson,
    company: Option<i64>,
    people: &mut BTreeSet<i64>,
    notes: &mut Vec<String>,
) -> Result<Outcome, Vec<String>> {
    if person.forgotten {
        return Err(vec!["This person asked to be forgotten, and is not brought back by a file.".into()]);
    }
    if !people.insert(person.id) {
        return Err(vec![format!("Another line already speaks of {}, by another address of theirs. Keep one of the two.", person.name)]);
    }
    if company.is_some_and(|company| company != person.company) {
        return Err(vec![format!("{} is known at {}. Correct the file, or leave the company out.", person.name, person.company_name)]);
    }
    let name = contact::one_line(said.get(Field::Name));
    if !name.is_empty() && name_key(&name) != name_key(&person.name) {
        notes.push(format!("They are known as {}, and stay so.", person.name));
    }
    let title = title(said)?;
    let fills = person.title.is_empty() && !title.is_empty();
    let stands = person.advocate.clone().unwrap_or_else(Advocate::identified);
    let advocate = added(said, &stands)?;
    let mut words: Vec<String> = Vec::new();
    if person.advocate.is_none() {
        words.push("A record is made of them.".to_owned());
    }
    if fills {
        words.push(format!("Title: “{title}”."));
    }
    words.extend(changes(&stands, &advocate).iter().map(Change::sentence));
    if words.is_empty() {
        return Ok(Outcome::Same);
    }
    Ok(Outcome::Changed { person: person.id, title: fills.then_some(title), advocate, changes: words })
}

fn new_row(said: &Said, email: Email, company: Option<i64>) -> Result<Outcome, Vec<String>> {
    let mut wrong = Vec::new();
    let name = contact::required("name", said.get(Field::Name), 120, "This address is new. Add the person’s name.")
        .map_err(|why| wrong.push(why.sentence));
    if company.is_none() {
        wrong.push("This address is new. Add the company the person is at.".to_owned());
    }
    let title = title(said).map_err(|why| wrong.extend(why));
    let advocate = added(said, &Advocate::identified()).map_err(|why| wrong.extend(why));
    match (name, company, title, advocate) {
        (Ok(name), Some(company), Ok(title), Ok(advocate)) => Ok(Outcome::New { person: Fresh { name, email, title, company }, advocate }),
        _ => Err(wrong),
    }
}

fn title(said: &Said) -> Result<String, Vec<String>> {
    contact::optional("title", said.get(Field::Title), 120).map_err(|why| vec![format!("title: {}", why.sentence)])
}

/// What stands, with what a row says added to it.
fn added(said: &Said, stands: &Advocate) -> Result<Advocate, Vec<String>> {
    let stage = said.get(Field::Stage);
    let typed = TypedAdvocate {
        stage: if stage.is_empty() { stands.stage.as_str() } else { stage },
        interests: said.get(Field::Interests),
        topics: said.get(Field::Topics),
        linkedin: said.get(Field::LinkedIn),
        x: said.get(Field::X),
        bluesky: said.get(Field::Bluesky),
        website: said.get(Field::Website),
        events: said.get(Field::Events),
        languages: said.get(Field::Languages),
        note: said.get(Field::Note),
    };
    let row = Advocate::parse(&typed).map_err(|wrong| {
        let in_words = |why: crate::refusal::FieldRefusal| {
            if why.field == "stage" {
                let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
                format!("“{}” is no stage. Write one of these: {}.", contact::one_line(stage), stages.join(", "))
            } else {
                format!("{}: {}", why.field, why.sentence)
            }
        };
        wrong.into_iter().map(in_words).collect::<Vec<_>>()
    })?;
    let mut handles = stands.handles.clone();
    for handle in row.handles {
        handles.retain(|known| known.kind != handle.kind);
        handles.push(handle);
    }
    handles.sort_by_key(|handle| HandleKind::ALL.iter().position(|kind| *kind == handle.kind));
    let whole = Advocate {
        stage: row.stage,
        interests: united(&stands.interests, &row.interests),
        topics: united(&stands.topics, &row.topics),
        handles,
        events: united(&stands.events, &row.events),
        languages: united(&stands.languages, &row.languages),
        note: noted(&stands.note, &row.note),
    };
    let length = whole.note.chars().count();
    if length > NOTE {
        return Err(vec![format!("note: Together with what is noted here it is {length} characters long. Shorten it.")]);
    }
    Ok(whole)
}

/// The note with the row's below it; one that stands there already is not added again.
fn noted(stands: &str, row: &str) -> String {
    let row = row.replace(LINE_BREAK, "\n");
    match (stands, row.as_str()) {
        (_, "") => stands.to_owned(),
        ("", _) => row,
        _ if stands.contains(row.as_str()) => stands.to_owned(),
        _ => format!("{stands}\n{row}"),
    }
}

/// How many rows come to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub new: u32,
    pub changed: u32,
    pub same: u32,
    pub refused: u32,
}

/// How many rows come to what; together they are all the rows.
#[must_use]
pub fn counts(plan: &[PlannedRow]) -> Counts {
    let mut counts = Counts::default();
    for row in plan {
        match row.outcome {
            Outcome::New { .. } => counts.new += 1,
            Outcome::Changed { .. } => counts.changed += 1,
            Outcome::Same => counts.same += 1,
            Outcome::Refused(_) => counts.refused += 1,
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advocacy::advocate::Handle;

    fn known() -> Known {
        let ida = KnownPerson {
            id: 1,
            name: "Ida Lund".into(),
            title: String::new(),
            company: 7,
            company_name: "Meridian Rail".into(),
            advocate: Some(Advocate {
                stage: Stage::Active,
                topics: vec!["rail".into()],
                note: "Likes letters.".into(),
                ..Advocate::identified()
            }),
            forgotten: false,
        };
        let gone = KnownPerson { id: 2, forgotten: true, name: "Gone".into(), advocate: None, ..ida.clone() };
        let plain = KnownPerson { id: 3, name: "Per Holm".into(), advocate: None, title: "CFO".into(), ..ida.clone() };
        Known {
            people: [
                ("ida@meridian.example", &ida),
                ("old@meridian.example", &ida),
                ("gone@meridian.example", &gone),
                ("per@meridian.example", &plain),
            ]
            .into_iter()
            .map(|(email, person)| (email.to_owned(), person.clone()))
            .collect(),
            by_name: [("meridian rail".to_owned(), 7), ("coral foods".to_owned(), 8)].into(),
            by_domain: [("coral.example".to_owned(), 8)].into(),
        }
    }

    fn outcomes(csv: &str, known: &Known) -> Vec<(u64, Outcome, Vec<String>)> {
        let reading = read(csv.as_bytes()).unwrap();
        plan(&reading, known).into_iter().map(|row| (row.line, row.outcome, row.notes)).collect()
    }

    #[test]
    fn every_row_comes_to_something() {
        let csv = "E-Mail;Full name;Company;Job title;Stage;Topics;Languages;LinkedIn;Notes\n\
                   new@coral.example;Ann Berg;https://www.coral.example;CEO;Cultivated;\"ports; rail\";English;ann-berg;Met in Oslo.\n\
                   IDA@meridian.example;I. Lund;Meridian  RAIL;COO;;\"Rail; energy\";de;;Likes letters.\n\
                   per@meridian.example;;;;;;;;\n\
                   old@meridian.example;;;;resting;;;;\n\
                   nobody;;;;;;;;\n\
                   who@else.example;Who;Nowhere Ltd;;;;;;\n\
                   solo@coral.example;;;;;;;;\n\
                   per@meridian.example;;;;;;;;\n\
                   gone@meridian.example;;;;active;;;;\n\
                   bad@coral.example;Bad;Coral Foods;;friend;;Klingon;feed/1;\n";
        let fresh = Fresh { name: "Ann Berg".into(), email: Email::parse("new@coral.example").unwrap(), title: "CEO".into(), company: 8 };
        let ann = Advocate {
            stage: Stage::Cultivated,
            topics: vec!["ports".into(), "rail".into()],
            languages: vec!["en".into()],
            handles: vec![Handle { kind: HandleKind::LinkedIn, address: "https://www.linkedin.com/in/ann-berg".into() }],
            note: "Met in Oslo.".into(),
            ..Advocate::identified()
        };
        let ida = Advocate {
            stage: Stage::Active,
            topics: vec!["rail".into(), "energy".into()],
            languages: vec!["de".into()],
            note: "Likes letters.".into(),
            ..Advocate::identified()
        };
        let refused = |sentences: &[&str]| Outcome::Refused(sentences.iter().map(|sentence| (*sentence).to_owned()).collect());
        let changed = ["Title: “COO”.", "Topics: “rail” becomes “rail, energy”.", "Languages: “German”."].map(str::to_owned).to_vec();
        let made = Outcome::Changed {
            person: 3,
            title: None,
            advocate: Advocate::identified(),
            changes: vec!["A record is made of them.".to_owned()],
        };
        let expect = [
            (2, Outcome::New { person: fresh, advocate: ann }, vec![]),
            (
                3,
                Outcome::Changed { person: 1, title: Some("COO".into()), advocate: ida, changes: changed },
                vec!["They are known as Ida Lund, and stay so.".to_owned()],
            ),
            (4, made, vec![]),
            (5, refused(&["Another line already speaks of Ida Lund, by another address of theirs. Keep one of the two."]), vec![]),
            (6, refused(&["An e-mail address has an @, like name@company.com."]), vec![]),
            (
                7,
                refused(&["There is no company “Nowhere Ltd” here. Check how the list of companies writes it, or add it there first."]),
                vec![],
            ),
            (
                8,
                refused(&["This address is new. Add the person’s name.", "This address is new. Add the company the person is at."]),
                vec![],
            ),
            (9, refused(&["Line 4 already speaks of per@meridian.example. Keep one of the two lines."]), vec![]),
            (10, refused(&["This person asked to be forgotten, and is not brought back by a file."]), vec![]),
            (
                11,
                refused(&[
                    "“friend” is no stage. Write one of these: identified, cultivated, active, resting, alumni.",
                    "languages: “Klingon” is not a language we know. Write its English name or its code, like German or de.",
                    "linkedin: This leads to nobody on LinkedIn. Write it like linkedin.com/in/name.",
                ]),
                vec![],
            ),
        ];
        assert_eq!(outcomes(csv, &known()), expect);
        let planned = plan(&read(csv.as_bytes()).unwrap(), &known());
        assert_eq!(counts(&planned), Counts { new: 1, changed: 2, same: 0, refused: 7 });
    }

    #[test]
    fn the_same_file_twice_changes_nothing() {
        let csv = "email,topics,note,x\nida@meridian.example,energy;rail,Met in Oslo.,@ida\n";
        let mut known = known();
        let first = outcomes(csv, &known);
        let Some((_, Outcome::Changed { advocate, .. }, _)) = first.first().cloned() else { panic!("{first:?}") };
        assert_eq!(advocate.note, "Likes letters.\nMet in Oslo.");
        known.people.get_mut("ida@meridian.example").unwrap().advocate = Some(advocate);
        assert_eq!(outcomes(csv, &known), [(2, Outcome::Same, vec![])]);
        // A row that says nothing says nothing of what stands.
        assert_eq!(outcomes("email,topics\nida@meridian.example,\n", &known), [(2, Outcome::Same, vec![])]);
    }

    #[test]
    fn consents_and_strange_columns_are_named_and_not_read() {
        let reading = read(b"mail,Consent to quote,GDPR opt-in,Shoe size\nida@meridian.example,yes,yes,41\n").unwrap();
        let expect = [
            "The column “Consent to quote” is not read: an import never grants. People give their consents themselves.",
            "The column “GDPR opt-in” is not read: an import never grants. People give their consents themselves.",
            "The column “Shoe size” is not read.",
        ];
        assert_eq!(reading.notes, expect);
        assert_eq!(plan(&reading, &known()).remove(0).outcome, Outcome::Same);
    }

    #[test]
    fn a_file_that_cannot_be_read_says_why() {
        let long = format!("email\n{}", "a@b.example\n".repeat(MOST_ROWS + 1));
        for (file, code) in [
            ("", "file-empty"),
            ("name,company\nIda,Meridian\n", "no-email-column"),
            ("email,E-mail\na@b.example,a@b.example\n", "two-columns"),
            (long.as_str(), "too-many-rows"),
        ] {
            let why = read(file.as_bytes()).unwrap_err();
            assert_eq!(why.code(), code);
            assert!(why.sentence().ends_with('.'), "{}", why.sentence());
        }
        let narrow = read(b"email,topics\nida@meridian.example\n").unwrap();
        assert!(matches!(plan(&narrow, &known()).remove(0).outcome, Outcome::Refused(_)));
    }
}
