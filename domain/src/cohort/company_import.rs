//! Companies from a spreadsheet: what a file would create, change or refuse, row by row, before anything is kept.
//!
//! A company is recognised by its domain, then by its name ([`name_key`]), so the same file twice changes nothing. What a
//! file does not say is never erased: an unmapped column and an empty cell leave the stored value alone. Left out: keeping
//! the rows (the store's), and people. Workbooks become CSV first ([`workbook`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::contact::one_line;

mod country;
mod reasons;
mod register;
mod table;
#[cfg(test)]
mod tests;
pub mod workbook;

pub use country::country_of;
pub use reasons::{MappingRefusal, Note, RowRefusal};
pub use table::{FileRefusal, ROW_LIMIT, Row, Table, read};

use register::Register;

/// The longest name, and the longest text in any other cell, in characters.
pub const TEXT_LIMIT: usize = 200;

/// The segments a company can be in.
pub const SEGMENTS: [&str; 2] = ["B2B", "B2C"];

/// The eleven sectors of the Global Industry Classification Standard.
#[must_use]
pub const fn gics_sectors() -> [&'static str; 11] {
    [
        "Communication Services",
        "Consumer Discretionary",
        "Consumer Staples",
        "Energy",
        "Financials",
        "Health Care",
        "Industrials",
        "Information Technology",
        "Materials",
        "Real Estate",
        "Utilities",
    ]
}

crate::text_enum! {
    /// What a file can say of a company.
    pub enum Field {
        Name = "name",
        Domain = "domain",
        Sector = "sector",
        SubIndustry = "sub_industry",
        Headquarters = "headquarters",
        Country = "country",
        Segment = "segment",
    }
}

impl Field {
    /// The word in forms and exports.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.as_str()
    }

    /// The field of exactly this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::parse(key)
    }

    /// The words people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Domain => "Domain",
            Self::Sector => "Sector",
            Self::SubIndustry => "Sub-industry",
            Self::Headquarters => "Headquarters",
            Self::Country => "Country",
            Self::Segment => "Segment",
        }
    }

    /// Titles other people give this column, as [`title_key`] folds them, the surest first.
    const fn usual_titles(self) -> &'static [&'static str] {
        match self {
            Self::Name => {
                &["company name", "company", "security", "name", "organisation", "organization", "account name", "account", "customer"]
            }
            Self::Domain => &["domain", "company domain", "website", "web site", "homepage", "url"],
            Self::Sector => &["gics sector", "sector"],
            Self::SubIndustry => &["gics sub industry", "sub industry", "subindustry", "industry"],
            Self::Headquarters => &["headquarters location", "headquarters", "hq", "head office", "location"],
            Self::Country => &["country"],
            Self::Segment => &["segment", "market segment"],
        }
    }
}

/// Which column of a file holds which field, by the column's title. A field that is not here is not in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(BTreeMap<Field, String>);

impl Mapping {
    /// The likely mapping for these column titles; each column is used once.
    #[must_use]
    pub fn guess<S: AsRef<str>>(columns: &[S]) -> Self {
        let mut mapping = Self::default();
        for &field in Field::ALL {
            for title in field.usual_titles() {
                let found = columns.iter().map(|column| column.as_ref().trim()).find(|column| title_key(column) == **title);
                if let Some(column) = found
                    && !mapping.0.values().any(|used| used == column)
                {
                    mapping.set(field, column);
                    break;
                }
            }
        }
        mapping
    }

    /// Reads `field` from the column titled `column`; an empty title leaves the field out.
    pub fn set(&mut self, field: Field, column: impl Into<String>) {
        let column = column.into().trim().to_owned();
        if column.is_empty() {
            self.0.remove(&field);
        } else {
            self.0.insert(field, column);
        }
    }

    /// The title of the column `field` is read from.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }
}

/// A company already kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: i64,
    pub name: String,
    pub domain: Option<String>,
    pub sector: Option<String>,
    pub sub_industry: Option<String>,
    pub headquarters: Option<String>,
    pub country: Option<String>,
    pub segment: Option<String>,
}

/// A company as it would be kept: every text trimmed, none of them empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewCompany {
    pub name: String,
    /// In lower case, without `https://` and `www.`.
    pub domain: Option<String>,
    /// One of [`gics_sectors`] where it is recognised, else as the file writes it.
    pub sector: Option<String>,
    pub sub_industry: Option<String>,
    pub headquarters: Option<String>,
    pub country: Option<String>,
    /// One of [`SEGMENTS`].
    pub segment: Option<String>,
}

/// One value that would be replaced. `before` is empty where nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub field: Field,
    pub before: String,
    pub after: String,
}

/// What one row comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Create(NewCompany),
    Update {
        id: i64,
        /// At least one, in the order of [`Field::ALL`].
        changes: Vec<Change>,
        /// The whole company as it would be afterwards.
        company: NewCompany,
    },
    Unchanged {
        id: i64,
    },
    Refuse(RowRefusal),
}

/// One row of the file and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    /// The line it begins on, counted from 1.
    pub line: u64,
    /// The name as the file has it, shortened to [`TEXT_LIMIT`]; empty when it has none.
    pub name: String,
    pub outcome: Outcome,
    /// What to look at in a row that is created or updated.
    pub notes: Vec<Note>,
}

/// Every row of a file and what it comes to, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub rows: Vec<PlannedRow>,
}

/// How many rows come to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub create: usize,
    pub update: usize,
    pub unchanged: usize,
    pub refuse: usize,
}

impl Plan {
    /// How many rows come to what; together they are all the rows.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in &self.rows {
            match row.outcome {
                Outcome::Create(_) => counts.create += 1,
                Outcome::Update { .. } => counts.update += 1,
                Outcome::Unchanged { .. } => counts.unchanged += 1,
                Outcome::Refuse(_) => counts.refuse += 1,
            }
        }
        counts
    }
}

/// What every row of `table` comes to, beside the companies already kept. Nothing is changed.
///
/// # Errors
/// The first reason the mapping cannot be followed; what is wrong with one row is that row's [`RowRefusal`].
pub fn plan(table: &Table, mapping: &Mapping, known: &[Known]) -> Result<Plan, MappingRefusal> {
    let columns = places(table, mapping)?;
    let mut register = Register::of(known);
    let rows = table.rows.iter().map(|row| plan_row(row, table.columns.len(), &columns, &mut register)).collect();
    Ok(Plan { rows })
}

/// A name as it is compared, and as the database keeps it unique: NFKC, lower case, white space folded.
#[must_use]
pub fn name_key(name: &str) -> String {
    let lower = name.nfkc().collect::<String>().to_lowercase();
    lower.nfkc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A domain as it is compared and kept: `https://www.Example.com/about` is `example.com`. `None` when it is not one.
#[must_use]
pub fn domain_key(typed: &str) -> Option<String> {
    let lower = typed.trim().to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_domain = host.len() <= 253 && host.contains('.') && host.split('.').all(is_label) && last.chars().any(char::is_alphabetic);
    is_domain.then(|| host.to_owned())
}

/// Where in a row each mapped field stands.
fn places(table: &Table, mapping: &Mapping) -> Result<BTreeMap<Field, usize>, MappingRefusal> {
    if mapping.column(Field::Name).is_none() {
        return Err(MappingRefusal::NameNotMapped);
    }
    let mut places: BTreeMap<Field, usize> = BTreeMap::new();
    for (&field, column) in &mapping.0 {
        let mut titled = table.columns.iter().enumerate().filter(|(_, title)| *title == column).map(|(at, _)| at);
        let Some(at) = titled.next() else {
            return Err(MappingRefusal::NoSuchColumn { field, column: column.clone() });
        };
        if titled.next().is_some() {
            return Err(MappingRefusal::TwoColumns { field, column: column.clone() });
        }
        if let Some((&first, _)) = places.iter().find(|(_, used)| **used == at) {
            return Err(MappingRefusal::SharedColumn { column: column.clone(), first, second: field });
        }
        places.insert(field, at);
    }
    Ok(places)
}

fn plan_row(row: &Row, titles: usize, columns: &BTreeMap<Field, usize>, register: &mut Register<'_>) -> PlannedRow {
    let named = columns.get(&Field::Name).and_then(|at| row.cells.get(*at)).map(|cell| one_line(cell)).unwrap_or_default();
    let mut notes = Vec::new();
    let outcome = match read_row(row, titles, columns, &mut notes) {
        Ok(said) => register.place(row.line, &said, &mut notes),
        Err(why) => Outcome::Refuse(why),
    };
    if matches!(outcome, Outcome::Unchanged { .. } | Outcome::Refuse(_)) {
        notes.clear();
    }
    PlannedRow { line: row.line, name: named.chars().take(TEXT_LIMIT).collect(), outcome, notes }
}

/// What a row says: the filled cells, and the country its headquarters is in when the file has no column for that.
struct Said {
    name: String,
    values: BTreeMap<Field, String>,
    derived_country: Option<String>,
}

fn read_row(row: &Row, titles: usize, columns: &BTreeMap<Field, usize>, notes: &mut Vec<Note>) -> Result<Said, RowRefusal> {
    let spills = row.cells.iter().skip(titles).any(|cell| !cell.trim().is_empty());
    if row.cells.len() < titles || spills {
        return Err(RowRefusal::WrongWidth { titles, cells: row.cells.len() });
    }
    let mut values = BTreeMap::new();
    for (&field, &at) in columns {
        let cell = row.cells.get(at).map(String::as_str).unwrap_or_default();
        if let Some(value) = read_cell(field, cell.trim(), notes)? {
            values.insert(field, value);
        }
    }
    let name = values.get(&Field::Name).cloned().ok_or(RowRefusal::NameMissing)?;
    let mut derived_country = None;
    if !columns.contains_key(&Field::Country)
        && let Some(headquarters) = values.get(&Field::Headquarters)
    {
        derived_country = country_of(headquarters);
        if derived_country.is_none() {
            notes.push(Note::CountryUnclear { headquarters: headquarters.clone() });
        }
    }
    Ok(Said { name, values, derived_country })
}

fn read_cell(field: Field, cell: &str, notes: &mut Vec<Note>) -> Result<Option<String>, RowRefusal> {
    // A line break in an address is a habit; in a name it is an open quotation mark that swallowed the next rows.
    let forgiven = |c: char| field != Field::Name && c.is_whitespace();
    if cell.chars().any(|c| unseen(c) && !forgiven(c)) {
        return Err(RowRefusal::Unprintable { field });
    }
    let line = one_line(cell);
    let text = if field == Field::Name { line.as_str() } else { without_footnote(&line) };
    if text.is_empty() {
        return Ok(None);
    }
    if field != Field::Name && stands_for_nothing(text) {
        notes.push(Note::ReadAsEmpty { field, cell: text.to_owned() });
        return Ok(None);
    }
    let length = text.chars().count();
    if length > TEXT_LIMIT {
        return Err(RowRefusal::TooLong { field, length });
    }
    Ok(Some(match field {
        Field::Name | Field::SubIndustry | Field::Headquarters => text.to_owned(),
        Field::Domain => domain_key(text).ok_or_else(|| RowRefusal::NotADomain { cell: text.to_owned() })?,
        Field::Country => country::usual_name(text),
        Field::Sector => match gics_sectors().into_iter().find(|sector| sector.eq_ignore_ascii_case(text)) {
            Some(sector) => sector.to_owned(),
            None => {
                notes.push(Note::UnknownSector { sector: text.to_owned() });
                text.to_owned()
            }
        },
        Field::Segment => match SEGMENTS.into_iter().find(|segment| segment.eq_ignore_ascii_case(text)) {
            Some(segment) => segment.to_owned(),
            None => {
                notes.push(Note::UnknownSegment { segment: text.to_owned() });
                return Ok(None);
            }
        },
    }))
}

/// Control characters, and marks that turn or hide the text around them.
fn unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn stands_for_nothing(text: &str) -> bool {
    ["none", "n/a", "null", "unknown", "tbd", "-", "–", "—"].contains(&text.to_lowercase().as_str())
}

/// `Virginia[2]` is `Virginia`: tables copied from an encyclopedia keep their footnote marks.
fn without_footnote(text: &str) -> &str {
    match text.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        Some((before, mark)) if !mark.is_empty() && mark.chars().all(|c| c.is_ascii_digit()) => before.trim_end(),
        _ => text,
    }
}

impl NewCompany {
    /// The value of `field`, if there is one.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<&str> {
        match field {
            Field::Name => Some(&self.name),
            Field::Domain => self.domain.as_deref(),
            Field::Sector => self.sector.as_deref(),
            Field::SubIndustry => self.sub_industry.as_deref(),
            Field::Headquarters => self.headquarters.as_deref(),
            Field::Country => self.country.as_deref(),
            Field::Segment => self.segment.as_deref(),
        }
    }

    fn put(&mut self, field: Field, value: String) {
        match field {
            Field::Name => self.name = value,
            Field::Domain => self.domain = Some(value),
            Field::Sector => self.sector = Some(value),
            Field::SubIndustry => self.sub_industry = Some(value),
            Field::Headquarters => self.headquarters = Some(value),
            Field::Country => self.country = Some(value),
            Field::Segment => self.segment = Some(value),
        }
    }
}

impl From<&Known> for NewCompany {
    fn from(known: &Known) -> Self {
        Self {
            name: known.name.clone(),
            domain: known.domain.clone(),
            sector: known.sector.clone(),
            sub_industry: known.sub_industry.clone(),
            headquarters: known.headquarters.clone(),
            country: known.country.clone(),
            segment: known.segment.clone(),
        }
    }
}

/// A column title as it is compared: lower case, everything but letters and digits a space.
fn title_key(title: &str) -> String {
    let plain: String = title.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
