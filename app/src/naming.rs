//! The rows in which people are named, `name.0`, `email.0`, `title.0` …: read alike wherever somebody names them.

use domain::cohort::allotment::Named;
use domain::refusal::FieldRefusal;

use crate::answer::Form;
use crate::desk::Said;

/// A person, with the row they stand in.
pub type NamedRow = (usize, Named);

/// Everybody typed; empty rows are nobody.
///
/// # Errors
/// What is wrong, beside the fields of its rows.
pub fn named(form: &Form) -> Result<Vec<NamedRow>, Said> {
    let mut rows: Vec<usize> = form.0.keys().filter_map(|field| field.split_once('.')?.1.parse().ok()).collect();
    rows.sort_unstable();
    rows.dedup();
    let (mut named, mut wrong) = (Vec::new(), Vec::new());
    for row in rows {
        let typed = |field: &str| form.get(&format!("{field}.{row}"));
        match Named::parse(typed("name"), typed("email"), typed("title")) {
            Ok(Some(one)) => named.push((row, one)),
            Ok(None) => {}
            Err(why) => wrong.extend(why.into_iter().map(|why| (row, why))),
        }
    }
    if wrong.is_empty() { Ok(named) } else { Err(beside_rows(wrong)) }
}

/// Refusals of rows, beside the rows' own fields.
#[must_use]
pub fn beside_rows(wrong: Vec<(usize, FieldRefusal)>) -> Said {
    wrong.into_iter().map(|(row, why)| (format!("{}.{row}", why.field), why.sentence)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers_and_empty_ones_are_nobody() {
        let form = Form::default().with("name.0", "").with("email.0", " ").with("name.4", "Ida Lund").with("email.4", "ida@lund.example");
        let rows: Vec<(usize, String)> = named(&form).unwrap().into_iter().map(|(row, one)| (row, one.name)).collect();
        assert_eq!(rows, [(4, "Ida Lund".to_owned())]);
        let wrong = named(&form.with("email.11", "x@y.example")).unwrap_err();
        assert_eq!(wrong, [("name.11".to_owned(), "Enter their name.".to_owned())]);
    }
}
