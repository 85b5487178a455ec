//! What forms send and what acts answer: the two types both sides of the wire know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A form as it was typed: field names and texts, nothing parsed. Several choices of one kind are fields of their own,
/// `role:admin`, `role:marketing`; rows of a table are `name.0`, `name.1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Form(pub BTreeMap<String, String>);

impl Form {
    /// The text of a field; empty when it was not sent.
    #[must_use]
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// A number in a hidden field; 0 when it is none.
    #[must_use]
    pub fn id(&self, field: &str) -> i64 {
        self.get(field).trim().parse().unwrap_or(0)
    }

    /// The hidden revision of what is edited.
    #[must_use]
    pub fn revision(&self) -> i32 {
        self.get("revision").trim().parse().unwrap_or(0)
    }

    /// Whether a box was ticked.
    #[must_use]
    pub fn ticked(&self, field: &str) -> bool {
        !self.get(field).is_empty()
    }

    /// What was chosen of one kind: of `role:admin` and `role:marketing`, `admin` and `marketing`.
    pub fn chosen<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(|(_, text)| !text.is_empty()).filter_map(move |(field, _)| field.strip_prefix(kind)?.strip_prefix(':'))
    }

    /// With one more field.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, text: impl ToString) -> Self {
        self.0.insert(field.into(), text.to_string());
        self
    }

    /// Without the key of a private link: what was typed is kept, the key is not.
    #[must_use]
    pub fn without_key(&self) -> Self {
        let mut kept = self.clone();
        kept.0.remove("token");
        kept
    }
}

/// What an act came to, for callers that want no page: islands and scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it was done. Repeating a done act is done as well.
    pub done: bool,
    /// A closed code: `done`, or why not.
    pub code: String,
    /// The same in words for the person who asked.
    pub sentence: String,
}
