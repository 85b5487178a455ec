//! The conversation rule: a versioned, immutable text, known by the hash of what it says.

use sha2::{Digest, Sha256};

use crate::contact;
use crate::refusal::FieldRefusal;

/// The text a manager starts from: short enough to be read on a phone.
pub const STARTING_TEXT: &str = "\
We meet to learn from each other. Nothing is for sale here.

- Nobody from the host, and no educator, starts a conversation about buying, prices, contracts or renewals, in sessions, at meals or on the way.
- You may start one at any time. You say about what, with whom and until when, and you may close it whenever you like.
- What you share stays in the room unless you say otherwise.
- If somebody forgets, tell us. You may do so without giving your name.";

/// One version's text, ready to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    pub body: String,
    pub hash: String,
}

impl RuleText {
    /// Line ends are made equal and the ends trimmed, so that the same words have the same hash.
    ///
    /// # Errors
    /// A sentence for `body`: too short to be a rule, or too long.
    pub fn parse(typed: &str) -> Result<Self, FieldRefusal> {
        let body = contact::paragraphs("body", typed, 10_000)?;
        if body.chars().count() < 40 {
            return Err(FieldRefusal::new("body", "Write the rule in at least one full sentence: people are asked to keep it."));
        }
        let hash = content_hash(&body);
        Ok(Self { body, hash })
    }
}

/// SHA-256 of the UTF-8 text, in lower-case hexadecimal (64 characters).
#[must_use]
pub fn content_hash(body: &str) -> String {
    Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_have_the_same_hash_and_other_words_another() {
        let unix = RuleText::parse(STARTING_TEXT).unwrap();
        let windows = RuleText::parse(&format!("  {}\r\n", STARTING_TEXT.replace('\n', "\r\n"))).unwrap();
        assert_eq!(unix, windows);
        assert_ne!(unix.hash, RuleText::parse(&STARTING_TEXT.replace("Nothing", "Little")).unwrap().hash);
        assert_eq!(content_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_word_is_no_rule() {
        assert_eq!(RuleText::parse("No sales.").unwrap_err().field, "body");
    }
}
