//! Achievements from a spreadsheet: what each row says. They come in as reported, never as verified, and the same file twice
//! changes nothing. Whose they are and which are here already is the store's to find.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::advocacy::achievement::{Report, Typed};
use crate::cohort::company_import::{FileRefusal, Table};
use crate::contact::one_line;
use crate::refusal::{FieldRefusal, Refusal};

/// The columns a file may have, in any order and case, and what each holds.
pub const COLUMNS: [(&str, &str); 9] = [
    ("kind", "Media quote, speaking, award, publication, promotion or milestone."),
    ("email", "The address of the person whose it is."),
    ("company", "The company’s name, where it is nobody’s alone."),
    ("title", "What it is, as a headline would say it."),
    ("outlet", "Where it was said or done."),
    ("url", "Where it can be read. One address is one achievement."),
    ("date", "The day it happened, like 2027-03-29."),
    ("language", "A code such as en."),
    ("evidence", "How we know."),
];

/// Those no file goes without. A row names a person, a company or both.
const NEEDED: [&str; 3] = ["kind", "title", "date"];

/// One row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its title, or whatever else it has to be known by.
    pub what: String,
    /// What it reports, or everything that is wrong with it.
    pub said: Result<Report, Vec<FieldRefusal>>,
}

/// Reads the rows of a table. A row that says too little is answered for itself, beside the others.
///
/// # Errors
/// A column is missing.
pub fn rows(table: &Table, today: NaiveDate) -> Result<Vec<Row>, ReadRefusal> {
    let titles: BTreeMap<String, usize> =
        table.columns.iter().enumerate().map(|(at, title)| (one_line(title).to_lowercase(), at)).collect();
    if let Some(missing) = NEEDED.into_iter().find(|column| !titles.contains_key(*column)) {
        return Err(ReadRefusal::NoColumn(missing));
    }
    if !titles.contains_key("email") && !titles.contains_key("company") {
        return Err(ReadRefusal::NoColumn("email"));
    }
    let rows = table.rows.iter().map(|row| {
        let cell = |column: &str| titles.get(column).and_then(|at| row.cells.get(*at)).map_or("", String::as_str);
        let typed = Typed {
            kind: cell("kind"),
            email: cell("email"),
            company: cell("company"),
            title: cell("title"),
            outlet: cell("outlet"),
            url: cell("url"),
            day: cell("date"),
            language: cell("language"),
            evidence: cell("evidence"),
        };
        let named = [typed.title, typed.email, typed.company, typed.url].into_iter().map(one_line).find(|text| !text.is_empty());
        let what = named.unwrap_or_default().chars().take(200).collect();
        Row { line: row.line, what, said: Report::parse(&typed, today) }
    });
    Ok(rows.collect())
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadRefusal {
    File(FileRefusal),
    /// It has no column of this title.
    NoColumn(&'static str),
}

impl Refusal for ReadRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::File(why) => why.code(),
            Self::NoColumn(_) => "no-column",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::File(why) => why.sentence(),
            Self::NoColumn(column) => {
                let columns = COLUMNS.map(|(title, _)| title).join(", ");
                format!("The file has no column “{column}”. A file of achievements has the columns {columns}, and one achievement a line.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advocacy::achievement::{Kind, Who};
    use crate::cohort::company_import::read;

    #[test]
    fn rows_are_read_in_any_order_of_columns_and_each_answers_for_itself() {
        let csv = "Title;KIND;Date;Company;note\nForest Stewardship Prize;Award;2027-01-12;Delta Timber;x\n\n;gossip;soon;;\nLate;award\n";
        let rows = rows(&read(csv.as_bytes()).unwrap(), "2027-01-15".parse().unwrap()).unwrap();
        let report = Report {
            kind: Kind::Award,
            who: Who::Company("Delta Timber".into()),
            title: "Forest Stewardship Prize".into(),
            outlet: String::new(),
            url: None,
            happened_on: "2027-01-12".parse().unwrap(),
            language: String::new(),
            evidence: String::new(),
        };
        assert_eq!(rows[0], Row { line: 2, what: "Forest Stewardship Prize".into(), said: Ok(report) });
        let wrong = |row: &Row| row.said.clone().unwrap_err().into_iter().map(|why| why.field).collect::<Vec<_>>();
        assert_eq!((rows[1].line, rows[1].what.as_str(), wrong(&rows[1])), (4, "", vec!["kind", "email", "title", "day"]));
        assert_eq!(
            (rows[2].line, rows[2].what.as_str(), wrong(&rows[2])),
            (5, "Late", vec!["email", "day"]),
            "cells that are not there are empty"
        );
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn a_file_without_a_column_it_needs_says_which() {
        for (titles, missing) in
            [("email,title,date", "kind"), ("kind,email,date", "title"), ("kind,email,title", "date"), ("kind,title,date", "email")]
        {
            let table = read(format!("{titles}\na,b,c\n").as_bytes()).unwrap();
            assert_eq!(rows(&table, "2027-01-15".parse().unwrap()), Err(ReadRefusal::NoColumn(missing)), "{titles}");
        }
    }
}
