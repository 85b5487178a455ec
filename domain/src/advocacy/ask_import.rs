//! Asks from a spreadsheet with the columns `email`, `kind` and `wording`. What a file says is read here; whether it may be
//! asked is decided row by row as for everybody else ([`super::ask::may_ask`]).

use std::collections::BTreeMap;

use crate::advocacy::ask::Ask;
use crate::cohort::company_import::{self, FileRefusal};
use crate::contact::Email;
use crate::refusal::{FieldRefusal, Refusal};

/// The columns a file must have, in any order and case.
pub const COLUMNS: [&str; 3] = ["email", "kind", "wording"];

/// One row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The address as it stands in the file.
    pub email: String,
    /// Who would be asked what; or everything that is wrong with the row.
    pub said: Result<(Email, Ask), Vec<FieldRefusal>>,
}

/// Reads a file. A row that says too little is answered for itself, beside the others.
///
/// # Errors
/// Why the file as a whole cannot be read.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, ReadRefusal> {
    let table = company_import::read(bytes).map_err(ReadRefusal::File)?;
    let titles: BTreeMap<String, usize> = table.columns.iter().enumerate().map(|(at, title)| (title.to_lowercase(), at)).collect();
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = *titles.get(column).ok_or(ReadRefusal::NoColumn(column))?;
    }
    let rows = table.rows.into_iter().map(|row| {
        let [email, kind, wording] = places.map(|place| row.cells.get(place).map_or("", String::as_str));
        let said = match (Email::parse(email), Ask::parse(kind, wording)) {
            (Ok(email), Ok(ask)) => Ok((email, ask)),
            (email, ask) => Err(email.err().into_iter().chain(ask.err().into_iter().flatten()).collect()),
        };
        Row { line: row.line, email: email.trim().to_owned(), said }
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
        let needs = format!("A file of asks has the columns {}, and one ask a line.", COLUMNS.join(", "));
        match self {
            Self::File(FileRefusal::Empty | FileRefusal::NoRows) => format!("There is no ask in this file. {needs}"),
            Self::File(why) => why.sentence(),
            Self::NoColumn(column) => format!("The file has no column “{column}”. {needs}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advocacy::ask::AskKind;

    #[test]
    fn rows_are_read_in_any_order_of_columns_and_each_answers_for_itself() {
        let csv =
            "Wording;EMAIL;note;Kind\nWould you speak?;Amara@Meridian.example;x;Speaking for us\n\nShort;nobody;;money\n;b@c.example\n";
        let rows = read(csv.as_bytes()).unwrap();
        let ask = Ask { kind: AskKind::SpeakingForUs, wording: "Would you speak?".into() };
        assert_eq!(
            rows[0],
            Row { line: 2, email: "Amara@Meridian.example".into(), said: Ok((Email::parse("amara@meridian.example").unwrap(), ask)) }
        );
        let wrong = |row: &Row| row.said.clone().unwrap_err().into_iter().map(|why| why.field).collect::<Vec<_>>();
        assert_eq!((rows[1].line, wrong(&rows[1])), (4, vec!["email", "kind"]));
        assert_eq!((rows[2].line, wrong(&rows[2])), (5, vec!["kind", "wording"]), "cells that are not there are empty");
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn a_file_that_is_none_says_what_to_do() {
        for (bytes, expect) in [
            (&b""[..], "There is no ask in this file. A file of asks has the columns email, kind, wording, and one ask a line."),
            (
                &b"email,kind,wording\n"[..],
                "There is no ask in this file. A file of asks has the columns email, kind, wording, and one ask a line.",
            ),
            (
                &b"email,kind\na@b.example,review\n"[..],
                "The file has no column “wording”. A file of asks has the columns email, kind, wording, and one ask a line.",
            ),
        ] {
            assert_eq!(read(bytes).unwrap_err().sentence(), expect);
        }
    }
}
