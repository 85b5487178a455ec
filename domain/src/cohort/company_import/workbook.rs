//! An XLSX workbook as CSV text, so that whatever reads files reads one kind of them: its first sheet, each row on its own
//! line with the number the workbook gives it.
//!
//! A workbook is a zip archive, and a small one can hold much more than it weighs: what it unpacks to is counted before
//! anything is read, and cells are read one by one, since a sheet may name its last cell and hold nothing else.

use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use zip::ZipArchive;

use super::ROW_LIMIT;
use crate::refusal::Refusal;

/// What the parts of a workbook may unpack to, in octets.
const MOST_UNPACKED: u64 = 32 * 1024 * 1024;
/// The most parts an archive may have.
const MOST_PARTS: usize = 500;
/// The most columns that are read; what stands further to the right is refused.
const MOST_COLUMNS: usize = 200;

/// Stands for a line break within a cell, so that each row stays on its own line.
pub const LINE_BREAK: char = '\u{2028}';

/// Why a workbook was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkbookRefusal {
    /// It unpacks to more than is read, or has parts without end.
    TooLarge,
    TooManyRows,
    TooManyColumns,
    NoSheet,
    /// No workbook, a damaged or a protected one.
    Unreadable,
}

impl Refusal for WorkbookRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "workbook-too-large",
            Self::TooManyRows => "workbook-too-long",
            Self::TooManyColumns => "workbook-too-wide",
            Self::NoSheet => "workbook-without-sheet",
            Self::Unreadable => "workbook-unreadable",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::TooLarge => "The workbook holds too much to be read here. Save the one sheet as CSV UTF-8 and upload that file.".into(),
            Self::TooManyRows => "The sheet has more than 20,000 rows. Split it and upload the parts one after the other.".into(),
            Self::TooManyColumns => {
                format!("The sheet has more than {MOST_COLUMNS} columns. Keep those that are read and upload it again.")
            }
            Self::NoSheet => "The workbook has no sheet. Choose another file.".into(),
            Self::Unreadable => "The workbook could not be read. In Excel choose Save As, CSV UTF-8, and upload that file.".into(),
        }
    }
}

/// Whether a file begins as a workbook does.
#[must_use]
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The first sheet as CSV text in UTF-8, every cell quoted. Days are written `2027-03-27`; a line break within a cell is
/// [`LINE_BREAK`].
///
/// # Errors
/// Why it cannot be read.
pub fn to_csv(bytes: &[u8]) -> Result<Vec<u8>, WorkbookRefusal> {
    weigh(bytes)?;
    let mut book: Xlsx<Cursor<&[u8]>> = Xlsx::new(Cursor::new(bytes)).map_err(|_| WorkbookRefusal::Unreadable)?;
    let sheet = book.sheet_names().first().cloned().ok_or(WorkbookRefusal::NoSheet)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| WorkbookRefusal::Unreadable)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| WorkbookRefusal::Unreadable)? {
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let (row, column) = (usize::try_from(row).unwrap_or(usize::MAX), usize::try_from(column).unwrap_or(usize::MAX));
        // Titles, and as many rows as a file may have.
        if row > ROW_LIMIT {
            return Err(WorkbookRefusal::TooManyRows);
        }
        if column >= MOST_COLUMNS {
            return Err(WorkbookRefusal::TooManyColumns);
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        let Some(line) = rows.get_mut(row) else { continue };
        if line.len() <= column {
            line.resize_with(column + 1, String::new);
        }
        if let Some(place) = line.get_mut(column) {
            *place = text;
        }
    }
    Ok(in_csv(&rows))
}

/// Unpacks every part, counting: what an archive says of its own size is not believed.
fn weigh(bytes: &[u8]) -> Result<(), WorkbookRefusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| WorkbookRefusal::Unreadable)?;
    if archive.len() > MOST_PARTS {
        return Err(WorkbookRefusal::TooLarge);
    }
    let mut left = MOST_UNPACKED;
    for part in 0..archive.len() {
        let file = archive.by_index(part).map_err(|_| WorkbookRefusal::Unreadable)?;
        let holds_strings = file.name_raw().to_ascii_lowercase().ends_with(b"sharedstrings.xml");
        let mut strings = Vec::new();
        let mut counted = file.take(left + 1);
        let unpacked = if holds_strings {
            counted.read_to_end(&mut strings).map(|octets| octets as u64)
        } else {
            std::io::copy(&mut counted, &mut std::io::sink())
        };
        left = left.checked_sub(unpacked.map_err(|_| WorkbookRefusal::Unreadable)?).ok_or(WorkbookRefusal::TooLarge)?;
        if strings.contains(&0) {
            return Err(WorkbookRefusal::Unreadable);
        }
        if promises_too_much(&strings) {
            return Err(WorkbookRefusal::TooLarge);
        }
    }
    Ok(())
}

/// The reader makes room for as many strings as their part says it holds, before it has seen one.
fn promises_too_much(strings: &[u8]) -> bool {
    const SAYS: &[u8] = b"uniqueCount";
    /// Ten million strings do not fit in what may be unpacked.
    const DIGITS: usize = 7;
    let digits = |at: usize| {
        let number = strings.iter().skip(at + SAYS.len()).skip_while(|octet| b"=\"' \t\r\n+".contains(octet));
        number.take_while(|octet| octet.is_ascii_digit()).count()
    };
    strings.windows(SAYS.len()).enumerate().any(|(at, found)| found == SAYS && digits(at) > DIGITS)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(at) => day_of(at),
        _ => String::new(),
    }
}

fn day_of(at: &ExcelDateTime) -> String {
    let (year, month, day, ..) = at.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}

/// Titles and rows as wide as the titles where they are narrower: a workbook does not keep the empty cells at a row's end.
fn in_csv(rows: &[Vec<String>]) -> Vec<u8> {
    let width = rows.iter().find(|row| !row.is_empty()).map_or(0, Vec::len);
    let mut csv = String::new();
    for row in rows {
        if !row.is_empty() {
            let empty = std::iter::repeat_n("", width.saturating_sub(row.len()));
            let cells: Vec<String> = row.iter().map(String::as_str).chain(empty).map(quoted).collect();
            csv.push_str(&cells.join(","));
        }
        csv.push('\n');
    }
    csv.into_bytes()
}

fn quoted(cell: &str) -> String {
    let line = cell.replace("\r\n", "\n").replace(['\n', '\r'], &LINE_BREAK.to_string());
    format!("\"{}\"", line.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::super::{Table, read};
    use super::*;

    const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
    const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const BOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
    const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#;

    fn book(sheet: &str) -> Vec<u8> {
        let sheet = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
        );
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELS),
            ("xl/workbook.xml", BOOK),
            ("xl/_rels/workbook.xml.rels", BOOK_RELS),
            ("xl/styles.xml", STYLES),
            ("xl/worksheets/sheet1.xml", &sheet),
        ] {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn text(place: &str, words: &str) -> String {
        format!(r#"<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>"#)
    }

    #[test]
    fn a_sheet_reads_as_the_same_table() {
        let sheet = [
            format!("<row r=\"2\">{}{}{}</row>", text("A2", "Name"), text("B2", "Topics"), text("C2", "Since")),
            format!(
                "<row r=\"3\">{}{}<c r=\"C3\" s=\"1\"><v>46473</v></c></row>",
                text("A3", "Ida &quot;I&quot; Lund, COO"),
                text("B3", "rail\nenergy")
            ),
            format!("<row r=\"5\"><c r=\"A5\"><v>4500</v></c>{}</row>", text("B5", "")),
        ];
        let bytes = book(&sheet.concat());
        assert!(is_workbook(&bytes));
        let table: Table = read(&to_csv(&bytes).unwrap()).unwrap();
        assert_eq!(table.columns, ["Name", "Topics", "Since"]);
        let rows: Vec<(u64, Vec<&str>)> = table.rows.iter().map(|row| (row.line, row.cells.iter().map(String::as_str).collect())).collect();
        let broken = format!("rail{LINE_BREAK}energy");
        assert_eq!(rows, [(3, vec!["Ida \"I\" Lund, COO", broken.as_str(), "2027-03-27"]), (5, vec!["4500", "", ""])]);
    }

    #[test]
    fn what_is_too_large_or_no_workbook_is_refused() {
        let far = book(&format!("<row r=\"1\">{}</row><row r=\"1048576\">{}</row>", text("A1", "Name"), text("A1048576", "x")));
        let wide = book(&format!("<row r=\"1\">{}</row>", text("XFD1", "Name")));
        let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
        bomb.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
        let zeros = vec![0_u8; 1024 * 1024];
        for _ in 0..40 {
            bomb.write_all(&zeros).unwrap();
        }
        let bomb = bomb.finish().unwrap().into_inner();
        assert!(bomb.len() < 1024 * 1024, "it weighs little");
        let mut boast = ZipWriter::new(Cursor::new(Vec::new()));
        boast.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
        boast.write_all(b"<sst count=\"1\" uniqueCount = '999999999999'></sst>").unwrap();
        let boast = boast.finish().unwrap().into_inner();
        for (bytes, expect) in [
            (far, WorkbookRefusal::TooManyRows),
            (wide, WorkbookRefusal::TooManyColumns),
            (bomb, WorkbookRefusal::TooLarge),
            (boast, WorkbookRefusal::TooLarge),
            (b"PK\x03\x04rest".to_vec(), WorkbookRefusal::Unreadable),
            (Vec::new(), WorkbookRefusal::Unreadable),
        ] {
            assert_eq!(to_csv(&bytes), Err(expect));
        }
    }
}
