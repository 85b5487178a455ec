//! A CSV file as a table of text: which line each row stands on, and nothing about what it means.

use crate::refusal::Refusal;

use super::Mapping;

/// The most rows one file may hold.
pub const ROW_LIMIT: usize = 20_000;

/// The marks that may stand between cells; on equal counts the first wins.
const MARKS: [u8; 3] = [b',', b';', b'\t'];

/// Column titles and the rows beneath them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Titles as they stand in the file, trimmed; an untitled column is an empty string.
    pub columns: Vec<String>,
    /// Rows with at least one filled cell, in file order. They may be wider or narrower than the titles.
    pub rows: Vec<Row>,
}

/// One row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, counted from 1 as an editor counts.
    pub line: u64,
    /// Its cells as they stand in the file.
    pub cells: Vec<String>,
}

/// Why a file was not read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRefusal {
    /// Nothing but white space.
    Empty,
    /// A zip archive, which is what an XLSX workbook is.
    Workbook,
    /// Another encoding; the first line (from 1) that shows it.
    NotUtf8 { line: u64 },
    /// The first line holds a number and no title that is recognised.
    NoHeader { value: String },
    /// Titles with nothing beneath them.
    NoRows,
    /// More rows than [`ROW_LIMIT`].
    TooManyRows,
    /// The CSV reader gave up.
    Unreadable,
}

/// Reads CSV text: UTF-8 with or without a byte order mark; commas, semicolons or tabs, whichever the title line has most
/// of, or what a spreadsheet's `sep=` line says. Blank lines and rows of empty cells are passed over.
///
/// # Errors
/// The first reason the file as a whole cannot be read. A row of the wrong width is not one: [`super::plan`] refuses that row.
pub fn read(bytes: &[u8]) -> Result<Table, FileRefusal> {
    let text = decode(bytes)?;
    let (start, mark) = dialect(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(mark).from_reader(&text.as_bytes()[start..]);
    let mut lines = Lines { bytes: text.as_bytes(), at: 0, line: 1 };
    let mut columns: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| FileRefusal::Unreadable)?;
        let byte = record.position().map_or(0, csv::Position::byte);
        let line = lines.of_record(start.saturating_add(usize::try_from(byte).unwrap_or(usize::MAX)));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if columns.is_none() {
            columns = Some(record.iter().map(|title| title.trim().to_owned()).collect());
        } else if rows.len() == ROW_LIMIT {
            return Err(FileRefusal::TooManyRows);
        } else {
            rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        }
    }
    let columns = columns.ok_or(FileRefusal::Empty)?;
    if let Some(value) = value_among_titles(&columns) {
        return Err(FileRefusal::NoHeader { value });
    }
    if rows.is_empty() {
        return Err(FileRefusal::NoRows);
    }
    Ok(Table { columns, rows })
}

fn decode(bytes: &[u8]) -> Result<&str, FileRefusal> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(FileRefusal::Workbook);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|why| {
        let before = bytes.iter().take(why.valid_up_to()).filter(|byte| **byte == b'\n').count();
        FileRefusal::NotUtf8 { line: before as u64 + 1 }
    })
}

/// Where the table begins (in bytes) and the mark between its cells.
fn dialect(text: &str) -> (usize, u8) {
    let first = text.lines().next().unwrap_or_default();
    if let Some(said) = first.strip_prefix("sep=")
        && let Some(mark) = MARKS.into_iter().find(|mark| said.as_bytes() == [*mark])
    {
        return (first.len(), mark);
    }
    let mut counts = [0_usize; MARKS.len()];
    let mut quoted = false;
    for c in text.trim_start_matches(['\r', '\n']).chars() {
        if c == '"' {
            quoted = !quoted;
        } else if !quoted && (c == '\n' || c == '\r') {
            break;
        } else if !quoted && let Some(which) = MARKS.iter().position(|mark| char::from(*mark) == c) {
            counts[which] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let which = counts.iter().position(|count| *count == most).unwrap_or(0);
    (0, MARKS[which])
}

/// Counts lines as an editor does. The CSV reader's own count stands before any blank lines it passes over.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that begins at `byte`, or after the blank lines there. Asked in ascending order.
    fn of_record(&mut self, byte: usize) -> u64 {
        let byte = byte.min(self.bytes.len());
        let blank = self.bytes[byte..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        while self.at < byte + blank {
            let here = self.bytes[self.at];
            let next = self.bytes.get(self.at + 1);
            if here == b'\n' || (here == b'\r' && next != Some(&b'\n')) {
                self.line += 1;
            }
            self.at += 1;
        }
        self.line
    }
}

/// A number or date where a title should be, when no title is one we know: the header line is missing.
fn value_among_titles(columns: &[String]) -> Option<String> {
    if Mapping::guess(columns) != Mapping::default() {
        return None;
    }
    let figures =
        |title: &&String| title.chars().any(|c| c.is_ascii_digit()) && title.chars().all(|c| c.is_ascii_digit() || "-/.: ".contains(c));
    columns.iter().find(figures).cloned()
}

impl Refusal for FileRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::Workbook => "file-is-a-workbook",
            Self::NotUtf8 { .. } => "file-not-utf8",
            Self::NoHeader { .. } => "file-without-titles",
            Self::NoRows => "file-without-rows",
            Self::TooManyRows => "file-too-long",
            Self::Unreadable => "file-unreadable",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "The file is empty. Choose a file with a line of column titles and one row each below it.".into(),
            Self::Workbook => "This is an Excel workbook, not CSV text. In Excel choose Save As, CSV UTF-8, and upload that file.".into(),
            Self::NotUtf8 { line } => {
                format!(
                    "The file is not in UTF-8: line {line} holds characters in another encoding. In Excel choose Save As, CSV UTF-8, and upload that file."
                )
            }
            Self::NoHeader { value } => {
                format!(
                    "The first line holds values (“{value}”), not column titles. Add a line of titles above it and upload the file again."
                )
            }
            Self::NoRows => "The file has column titles and nothing beneath them. Add one row each and upload it again.".into(),
            Self::TooManyRows => "The file has more than 20,000 rows. Split it and upload the parts one after the other.".into(),
            Self::Unreadable => "The file could not be read as CSV. Save it again as CSV UTF-8 and upload that file.".into(),
        }
    }
}
