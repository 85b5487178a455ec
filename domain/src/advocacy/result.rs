//! What a publication came to: figures as they are typed or stand in a file, and their sums.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::cohort::company_import::{FileRefusal, Table};
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals, Refusal};
use crate::time::{self, words};

/// The figures as they were typed. Nothing typed is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TypedResult<'a> {
    pub impressions: &'a str,
    pub clicks: &'a str,
    pub reactions: &'a str,
    pub comments: &'a str,
    pub value: &'a str,
    pub note: &'a str,
    pub counted_on: &'a str,
}

/// The figures of one publication, as last counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub impressions: i64,
    pub clicks: i64,
    pub reactions: i64,
    pub comments: i64,
    /// In whole units of the host's currency: what as much attention would have cost.
    pub value: i64,
    pub note: String,
    pub counted_on: NaiveDate,
}

/// A figure no channel of ours reaches.
const MOST: i64 = 1_000_000_000_000;

impl Counted {
    /// Reads what was typed. Without a day it is counted today.
    ///
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(typed: &TypedResult<'_>, today: NaiveDate) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let figures = [typed.impressions, typed.clicks, typed.reactions, typed.comments, typed.value];
        if figures.iter().all(|figure| figure.trim().is_empty()) {
            wrong.refuse("impressions", "Enter at least one figure; those you leave empty count as none.");
        }
        let counted = Self {
            impressions: wrong.keep(figure("impressions", typed.impressions)),
            clicks: wrong.keep(figure("clicks", typed.clicks)),
            reactions: wrong.keep(figure("reactions", typed.reactions)),
            comments: wrong.keep(figure("comments", typed.comments)),
            value: wrong.keep(figure("value", typed.value)),
            note: wrong.keep(contact::paragraphs("note", typed.note, 1_000)),
            counted_on: wrong.keep(counted_on(typed.counted_on, today)),
        };
        wrong.finish().map(|()| counted)
    }
}

fn counted_on(typed: &str, today: NaiveDate) -> Result<NaiveDate, FieldRefusal> {
    if typed.trim().is_empty() {
        return Ok(today);
    }
    match time::parse_date(typed) {
        Ok(day) if day > today => Err(FieldRefusal::new("counted_on", "This day is still to come. Enter the day on which it was counted.")),
        Ok(day) => Ok(day),
        Err(why) => Err(FieldRefusal::new("counted_on", why.sentence())),
    }
}

/// A whole number, with or without commas, apostrophes or spaces between its thousands.
fn figure(field: &'static str, typed: &str) -> Result<i64, FieldRefusal> {
    let refuse = || Err(FieldRefusal::new(field, "Enter a whole number, like 4120."));
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(0);
    }
    let mut groups = typed.split([',', '\'', '’', ' ', '\u{a0}', '\u{2009}', '\u{202f}']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = rest.iter().all(|group| group.len() == 3 && digits(group)) && (rest.is_empty() || first.len() <= 3);
    if !digits(first) || !grouped {
        return refuse();
    }
    match format!("{first}{}", rest.concat()).parse::<i64>() {
        Ok(number) if number <= MOST => Ok(number),
        _ => refuse(),
    }
}

/// What several publications came to together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Publications that are public.
    pub publications: u32,
    /// Of how many the figures are known.
    pub counted: u32,
    pub impressions: i64,
    pub clicks: i64,
    pub reactions: i64,
    pub comments: i64,
    pub value: i64,
}

impl Totals {
    /// The sums of publications, each with its figures where they are known.
    pub fn of<'a>(publications: impl IntoIterator<Item = Option<&'a Counted>>) -> Self {
        publications.into_iter().fold(Self::default(), |mut sum, one| {
            sum.publications += 1;
            if let Some(one) = one {
                sum.counted += 1;
                sum.impressions += one.impressions;
                sum.clicks += one.clicks;
                sum.reactions += one.reactions;
                sum.comments += one.comments;
                sum.value += one.value;
            }
            sum
        })
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            publications: self.publications + other.publications,
            counted: self.counted + other.counted,
            impressions: self.impressions + other.impressions,
            clicks: self.clicks + other.clicks,
            reactions: self.reactions + other.reactions,
            comments: self.comments + other.comments,
            value: self.value + other.value,
        }
    }

    /// Every publication has its figures: a task that is public is measured then.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.publications > 0 && self.counted == self.publications
    }
}

/// Why no figures were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultRefusal {
    Fields(Vec<FieldRefusal>),
    /// It is planned, cancelled or taken down.
    NotLive,
    /// Counted before it was public.
    TooEarly {
        public_on: NaiveDate,
    },
    Unknown,
}

impl Refusal for ResultRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NotLive => "not-live",
            Self::TooEarly { .. } => "too-early",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(wrong) if wrong.is_empty() => "Some of this needs another look.".into(),
            Self::Fields(wrong) => wrong.iter().map(|why| why.sentence.as_str()).collect::<Vec<_>>().join(" "),
            Self::NotLive => "This is not public, so there is nothing to count. Say first where it can be seen.".into(),
            Self::TooEarly { public_on } => {
                format!("It is public since {}. Enter a day from then on.", words::day(*public_on))
            }
            Self::Unknown => "There is no publication at this address or with this number. Check how its page writes it.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::TooEarly { .. }).then_some("counted_on")
    }
}

// ---- a file ----------------------------------------------------------------------------------------------------------

/// The columns a file may have, with what each holds. One of the first two is needed, and one figure.
pub const COLUMNS: [(&str, &str); 9] = [
    ("url", "Where it can be seen, as its page says"),
    ("publication", "Or its number, as its task and the list of publications show it"),
    ("impressions", "How often it was seen"),
    ("clicks", "How often it was opened"),
    ("reactions", "Likes and the like"),
    ("comments", "Answers to it"),
    ("value", "What as much attention would have cost, in whole units of your currency"),
    ("note", "Anything to remember"),
    ("counted_on", "The day, like 2027-03-29; empty is today"),
];

/// The most rows one file may hold.
pub const MOST_ROWS: usize = 2_000;

/// Which publication a row is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Number(i64),
    Url(String),
}

/// One row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// What the file calls it.
    pub what: String,
    /// Which publication came to what; or everything that is wrong with the row.
    pub said: Result<(Named, Counted), Vec<FieldRefusal>>,
}

/// Reads a file's rows. A row that says too little is answered for itself, beside the others.
///
/// # Errors
/// Why the file as a whole cannot be read.
pub fn rows(table: &Table, today: NaiveDate) -> Result<Vec<Row>, ReadRefusal> {
    let titles: BTreeMap<String, usize> =
        table.columns.iter().enumerate().map(|(at, title)| (contact::one_line(title).to_lowercase().replace(' ', "_"), at)).collect();
    if !titles.contains_key("url") && !titles.contains_key("publication") {
        return Err(ReadRefusal::NoName);
    }
    if !["impressions", "clicks", "reactions", "comments", "value"].iter().any(|title| titles.contains_key(*title)) {
        return Err(ReadRefusal::NoFigure);
    }
    if table.rows.len() > MOST_ROWS {
        return Err(ReadRefusal::TooLong);
    }
    let rows = table.rows.iter().map(|row| {
        let cell = |title: &str| titles.get(title).and_then(|at| row.cells.get(*at)).map_or("", String::as_str).trim();
        let typed = TypedResult {
            impressions: cell("impressions"),
            clicks: cell("clicks"),
            reactions: cell("reactions"),
            comments: cell("comments"),
            value: cell("value"),
            note: cell("note"),
            counted_on: cell("counted_on"),
        };
        let (url, number) = (cell("url"), cell("publication"));
        let said = match (named(url, number), Counted::parse(&typed, today)) {
            (Ok(named), Ok(counted)) => Ok((named, counted)),
            (named, counted) => Err(named.err().into_iter().chain(counted.err().into_iter().flatten()).collect()),
        };
        Row { line: row.line, what: if url.is_empty() { number.to_owned() } else { url.to_owned() }, said }
    });
    Ok(rows.collect())
}

/// The number holds over the address.
fn named(url: &str, number: &str) -> Result<Named, FieldRefusal> {
    match (url, number) {
        ("", "") => Err(FieldRefusal::new("url", "Say which publication this is: its address or its number.")),
        (url, "") => Ok(Named::Url(url.trim_end_matches('/').to_owned())),
        (_, number) => match number.trim_start_matches('#').parse() {
            Ok(number) => Ok(Named::Number(number)),
            Err(_) => Err(FieldRefusal::new("publication", format!("“{number}” is not the number of a publication."))),
        },
    }
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadRefusal {
    File(FileRefusal),
    /// Neither addresses nor numbers.
    NoName,
    NoFigure,
    TooLong,
}

impl Refusal for ReadRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::File(why) => why.code(),
            Self::NoName => "no-name",
            Self::NoFigure => "no-figure",
            Self::TooLong => "file-too-long",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::File(FileRefusal::Empty | FileRefusal::NoRows) => {
                "There is no figure in this file. It needs a line of column titles, and one publication a line.".into()
            }
            Self::File(why) => why.sentence(),
            Self::NoName => {
                "The file has no column “url” and none “publication”. Add one of them, so that each line names its publication.".into()
            }
            Self::NoFigure => {
                "The file has no column of figures. Add at least one of impressions, clicks, reactions, comments and value.".into()
            }
            Self::TooLong => "The file has more than 2,000 rows. Split it and upload the parts one after the other.".into(),
        }
    }
}

/// What a row would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    New,
    Changed,
    Same,
    Refused(Vec<String>),
}

impl Outcome {
    /// What figures do to those that stand.
    #[must_use]
    pub fn of(stands: Option<&Counted>, counted: &Counted) -> Self {
        match stands {
            None => Self::New,
            Some(stands) if stands == counted => Self::Same,
            Some(_) => Self::Changed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::company_import;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    #[test]
    fn figures_are_read_as_people_write_them() {
        for (typed, expect) in [
            ("", Some(0)),
            ("0", Some(0)),
            (" 4120 ", Some(4_120)),
            ("4,120", Some(4_120)),
            ("1,204,120", Some(1_204_120)),
            ("4’120", Some(4_120)),
            ("4\u{a0}120", Some(4_120)),
            ("12,34", None),
            ("4.120", None),
            ("-1", None),
            ("4120.5", None),
            ("many", None),
            ("1000,000", None),
            ("9999999999999999999", None),
            ("1000000000001", None),
        ] {
            assert_eq!(figure("clicks", typed).ok(), expect, "{typed:?}");
        }
    }

    #[test]
    fn what_was_typed_is_kept_or_every_field_is_named() {
        let today = day("2027-03-29");
        let typed = TypedResult { impressions: "4,120", comments: "11", note: " Shared by the board ", ..TypedResult::default() };
        let counted = Counted {
            impressions: 4_120,
            clicks: 0,
            reactions: 0,
            comments: 11,
            value: 0,
            note: "Shared by the board".into(),
            counted_on: today,
        };
        assert_eq!(Counted::parse(&typed, today), Ok(counted.clone()));
        assert_eq!(
            Counted::parse(&TypedResult { counted_on: "2027-03-01", ..typed }, today),
            Ok(Counted { counted_on: day("2027-03-01"), ..counted })
        );
        let wrong = TypedResult { impressions: "x", clicks: "-1", counted_on: "2027-03-30", ..TypedResult::default() };
        let fields =
            |typed: &TypedResult<'_>| Counted::parse(typed, today).unwrap_err().into_iter().map(|why| why.field).collect::<Vec<_>>();
        assert_eq!(fields(&wrong), ["impressions", "clicks", "counted_on"]);
        assert_eq!(fields(&TypedResult { note: "nothing else", ..TypedResult::default() }), ["impressions"]);
    }

    #[test]
    fn sums_say_whether_all_is_counted() {
        let one = Counted {
            impressions: 10,
            clicks: 2,
            reactions: 3,
            comments: 4,
            value: 50,
            note: String::new(),
            counted_on: day("2027-03-29"),
        };
        let sum = Totals::of([Some(&one), None, Some(&one)]);
        let expect = Totals { publications: 3, counted: 2, impressions: 20, clicks: 4, reactions: 6, comments: 8, value: 100 };
        assert_eq!((sum, sum.is_complete()), (expect, false));
        assert!(Totals::of([Some(&one)]).is_complete());
        assert!(!Totals::of([]).is_complete(), "nothing public is nothing counted");
        assert_eq!(sum.and(Totals::of([Some(&one)])).impressions, 30);
    }

    #[test]
    fn rows_of_a_file_each_answer_for_themselves() {
        let today = day("2027-03-29");
        let csv = "URL;Impressions;Publication;Counted on\nhttps://halden.example/a/;4,120;;2027-03-28\n;7;#12;\n;;12;\n;5;twelve;\n;5;;\n";
        let table = company_import::read(csv.as_bytes()).unwrap();
        let rows = rows(&table, today).unwrap();
        type Found<'a> = (u64, &'a str, Result<(Named, i64), Vec<&'static str>>);
        let found: Vec<Found<'_>> = rows
            .iter()
            .map(|row| {
                let said = row.said.clone().map(|(named, counted)| (named, counted.impressions));
                (row.line, row.what.as_str(), said.map_err(|wrong| wrong.iter().map(|why| why.field).collect()))
            })
            .collect();
        let expect = vec![
            (2, "https://halden.example/a/", Ok((Named::Url("https://halden.example/a".into()), 4_120))),
            (3, "#12", Ok((Named::Number(12), 7))),
            (4, "12", Err(vec!["impressions"])),
            (5, "twelve", Err(vec!["publication"])),
            (6, "", Err(vec!["url"])),
        ];
        assert_eq!(found, expect);
    }

    #[test]
    fn a_file_without_names_or_figures_says_what_to_add() {
        let read = |csv: &str| rows(&company_import::read(csv.as_bytes()).unwrap(), day("2027-03-29")).unwrap_err();
        assert_eq!(read("title,clicks\na,b\n"), ReadRefusal::NoName);
        assert_eq!(read("url,note\na,b\n"), ReadRefusal::NoFigure);
        let many = "url,clicks\n".to_owned() + &"https://a.example,1\n".repeat(MOST_ROWS + 1);
        assert_eq!(read(&many), ReadRefusal::TooLong);
    }
}
