//! Signatories: the people who may give a company's consents. Each has a private link; its company is not theirs to change.

use crate::contact::{self, Email};
use crate::refusal::{FieldRefusal, Refusal};

/// Somebody to be named, as typed and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    pub name: String,
    pub title: String,
    pub email: Email,
}

impl Signatory {
    /// # Errors
    /// Every field that needs another look.
    pub fn parse(name: &str, title: &str, email: &str) -> Result<Self, SignatoryRefusal> {
        let mut wrong = Vec::new();
        let name =
            contact::required("name", name, 120, "Enter the name of whoever may sign for the company.").map_err(|why| wrong.push(why));
        let title = contact::required("title", title, 120, "Enter their role, so that people see why they may sign.")
            .map_err(|why| wrong.push(why));
        let email = Email::parse(email).map_err(|why| wrong.push(why));
        match (name, title, email) {
            (Ok(name), Ok(title), Ok(email)) => Ok(Self { name, title, email }),
            _ => Err(SignatoryRefusal::Fields(wrong)),
        }
    }
}

/// Why nobody was named, or nobody's part ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatoryRefusal {
    Fields(Vec<FieldRefusal>),
    Unknown,
}

impl SignatoryRefusal {
    /// The address is that of a member of the host's staff: a sentence for `email`.
    #[must_use]
    pub fn of_colleague() -> Self {
        let sentence = "This is a colleague's address. A company's consents are given by somebody at the company.";
        Self::Fields(vec![FieldRefusal::new("email", sentence)])
    }

    /// The address is that of somebody who asked to be forgotten: a sentence for `email`.
    #[must_use]
    pub fn of_whoever_leaves() -> Self {
        let sentence = "They asked to be forgotten, so nothing is sent to them any more. Name somebody else at the company.";
        Self::Fields(vec![FieldRefusal::new("email", sentence)])
    }
}

impl Refusal for SignatoryRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Fields(_) => "Some of this needs another look.".into(),
            Self::Unknown => "This company or signatory is gone. Reload the page.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_needed_and_told_at_once() {
        let SignatoryRefusal::Fields(wrong) = Signatory::parse(" ", "", "mei@").unwrap_err() else { panic!("of fields") };
        assert_eq!(wrong.iter().map(|why| why.field).collect::<Vec<_>>(), ["name", "title", "email"]);
        let mei = Signatory::parse(" Mei  Tanaka ", "Head of brand", "Mei@Granite.example").unwrap();
        assert_eq!((mei.name.as_str(), mei.title.as_str(), mei.email.as_str()), ("Mei Tanaka", "Head of brand", "mei@granite.example"));
    }
}
