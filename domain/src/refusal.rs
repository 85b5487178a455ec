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

/// What is wrong with a form, gathered field by field, so that it is all said at once and in the order of the form.
#[derive(Debug, Default)]
pub struct FieldRefusals(Vec<FieldRefusal>);

impl FieldRefusals {
    /// What was parsed. A refusal is kept, and a default stands in its place: [`FieldRefusals::finish`] lets none of them out.
    pub fn keep<T: Default>(&mut self, answer: Result<T, FieldRefusal>) -> T {
        answer.unwrap_or_else(|why| {
            self.0.push(why);
            T::default()
        })
    }

    /// Refuses `field`, saying `sentence`.
    pub fn refuse(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.0.push(FieldRefusal::new(field, sentence));
    }

    /// Nothing was refused.
    ///
    /// # Errors
    /// Everything that was, in the order it was met.
    pub fn finish(self) -> Result<(), Vec<FieldRefusal>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

impl From<FieldRefusals> for Vec<FieldRefusal> {
    fn from(wrong: FieldRefusals) -> Self {
        wrong.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_said_in_order() {
        let (name, seats) = (FieldRefusal::new("name", "Enter a name."), FieldRefusal::new("seats", "Enter a number."));
        for (what, first, rule, last, expect) in [
            ("nothing", Ok("Ada"), true, Ok(2), Ok(())),
            ("the last", Ok("Ada"), true, Err(seats.clone()), Err(vec![seats.clone()])),
            (
                "all of it",
                Err(name.clone()),
                false,
                Err(seats.clone()),
                Err(vec![name.clone(), FieldRefusal::new("rule", "Tick the box."), seats.clone()]),
            ),
        ] {
            let mut wrong = FieldRefusals::default();
            assert_eq!(wrong.keep(first.clone()), first.unwrap_or_default(), "{what}");
            if !rule {
                wrong.refuse("rule", "Tick the box.");
            }
            assert_eq!(wrong.keep(last.clone()), last.unwrap_or_default(), "{what}");
            assert_eq!(wrong.finish(), expect, "{what}");
        }
    }
}
