//! What every refusal can say of itself. A refusal is a fact about the request; a fault (the database is away) is not one.

/// An act that was understood and not done, for a reason that is written once.
pub trait Refusal {
    /// A closed code: safe in URLs, logs and API answers.
    fn code(&self) -> &'static str;

    /// The reason and what to do next, in words for the person who asked.
    fn sentence(&self) -> String;

    /// The form field the sentence belongs beside; `None` speaks of the whole form.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

/// A form field and the sentence that stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRefusal {
    /// The field's name in the form.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl FieldRefusal {
    /// A refusal of `field`, saying `sentence`.
    pub fn new(field: &'static str, sentence: impl Into<String>) -> Self {
        Self { field, sentence: sentence.into() }
    }
}

impl Refusal for FieldRefusal {
    fn code(&self) -> &'static str {
        "field"
    }

    fn sentence(&self) -> String {
        self.sentence.clone()
    }

    fn field(&self) -> Option<&'static str> {
        Some(self.field)
    }
}
