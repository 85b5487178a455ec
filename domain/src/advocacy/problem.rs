//! Problems: what is to be put right with a person or a company before anything is asked of them. Open or closed, each with
//! its words; what stands open is a reason of [`super::ask::may_ask`], which never says what it is.

use crate::contact;
use crate::refusal::{FieldRefusal, Refusal};

/// Reads what the problem is.
///
/// # Errors
/// A sentence for `what`.
pub fn parse_what(typed: &str) -> Result<String, FieldRefusal> {
    sentence("what", typed, "Say in a sentence what is to be put right.")
}

/// Reads how it was put right.
///
/// # Errors
/// A sentence for `solution`.
pub fn parse_solution(typed: &str) -> Result<String, FieldRefusal> {
    sentence("solution", typed, "Say in a sentence how it was put right: colleagues read it before they ask again.")
}

fn sentence(field: &'static str, typed: &str, ask: &str) -> Result<String, FieldRefusal> {
    let text = contact::paragraphs(field, typed, 1_000)?;
    if text.chars().count() < 5 { Err(FieldRefusal::new(field, ask)) } else { Ok(text) }
}

/// Why no problem was opened or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemRefusal {
    Fields(Vec<FieldRefusal>),
    Unknown,
}

impl Refusal for ProblemRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Unknown => "This person, company or problem is gone. Reload the page.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_and_its_solution_are_sentences() {
        let long = "x".repeat(1_001);
        for (typed, sound) in
            [("", false), (" no \n", false), ("Late.", true), ("Their badge was misspelt.\r\nTwice.", true), (long.as_str(), false)]
        {
            assert_eq!(parse_what(typed).is_ok(), sound, "{typed}");
            assert_eq!(parse_solution(typed).is_ok(), sound, "{typed}");
        }
        assert_eq!(parse_what("").unwrap_err().field, "what");
        assert_eq!(parse_solution("").unwrap_err().field, "solution");
        assert_eq!(parse_what(" Two\r\nlines. ").as_deref(), Ok("Two\nlines."));
    }
}
