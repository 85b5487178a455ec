//! The conversation rule: a versioned, immutable text, known by the hash of what it says.

use sha2::{Digest, Sha256};

use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals};

/// A language the rule is read in. English is every version's own; the others stand beside it.
pub use crate::conduct::agenda_check::Language;

/// What its readers call a language.
#[must_use]
pub const fn language_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::German => "Deutsch",
        Language::French => "Français",
    }
}

/// What the pages, which are in English, call a language.
#[must_use]
pub const fn language_in_english(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::German => "German",
        Language::French => "French",
    }
}

/// The form field in which the rule is written in a language.
#[must_use]
pub const fn field_of(language: Language) -> &'static str {
    match language {
        Language::English => "body",
        Language::German => "body_de",
        Language::French => "body_fr",
    }
}

/// The text a manager starts from: short enough to be read on a phone.
pub const STARTING_TEXT: &str = "\
We meet to learn from each other. Nothing is for sale here.

- Nobody from the host, and no educator, starts a conversation about buying, prices, contracts or renewals, in sessions, at meals or on the way.
- You may start one at any time. You say about what, with whom and until when, and you may close it whenever you like.
- What you share stays in the room unless you say otherwise.
- If somebody forgets, tell us. Guests may do so without giving their name.";

/// One version's text in one language, ready to publish.
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
        Self::parse_in(Language::English, typed)
    }

    fn parse_in(language: Language, typed: &str) -> Result<Self, FieldRefusal> {
        let field = field_of(language);
        let body = contact::paragraphs(field, typed, 10_000)?;
        if body.chars().count() < 40 {
            return Err(FieldRefusal::new(field, "Write the rule in at least one full sentence: people are asked to keep it."));
        }
        let hash = content_hash(&body);
        Ok(Self { body, hash })
    }
}

/// A whole version: its English, and the same in other languages, in the order of [`Language::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTexts {
    pub english: RuleText,
    pub translations: Vec<(Language, RuleText)>,
}

impl RuleTexts {
    /// Nothing typed in another language than English is no text in it.
    ///
    /// # Errors
    /// Every text that is too short or too long, beside its own field.
    pub fn parse(typed: &[(Language, &str)]) -> Result<Self, Vec<FieldRefusal>> {
        let text = |language: Language| typed.iter().find(|(one, _)| *one == language).map_or("", |(_, text)| *text);
        let mut wrong = FieldRefusals::default();
        let english = wrong.keep(RuleText::parse(text(Language::English)).map(Some));
        let translations: Vec<(Language, RuleText)> = Language::ALL
            .iter()
            .filter(|language| **language != Language::English && !text(**language).trim().is_empty())
            .filter_map(|language| Some((*language, wrong.keep(RuleText::parse_in(*language, text(*language)).map(Some))?)))
            .collect();
        match english {
            Some(english) => {
                wrong.finish()?;
                Ok(Self { english, translations })
            }
            None => Err(wrong.into()),
        }
    }

    /// The text in a language, when the version has it.
    #[must_use]
    pub fn get(&self, language: Language) -> Option<&RuleText> {
        if language == Language::English {
            return Some(&self.english);
        }
        self.translations.iter().find(|(one, _)| *one == language).map(|(_, text)| text)
    }

    /// Each language with its text, English first.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &RuleText)> {
        std::iter::once((Language::English, &self.english)).chain(self.translations.iter().map(|(language, text)| (*language, text)))
    }

    /// Whether every language of it reads as in the version that stands (its hash in each language): then there is nothing
    /// to acknowledge anew. To leave a language out is nothing new either.
    #[must_use]
    pub fn says_nothing_new(&self, standing: &[(Language, String)]) -> bool {
        self.iter().all(|(language, text)| standing.iter().any(|(one, hash)| *one == language && *hash == text.hash))
    }

    /// One hash of all of it: what was previewed is what is published.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        content_hash(&self.iter().map(|(language, text)| format!("{language} {}\n", text.hash)).collect::<String>())
    }
}

/// A line of the rule between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Kept(String),
    Gone(String),
    New(String),
}

/// Beyond so many pairs of lines two texts are no longer compared line by line.
const MOST_PAIRS: usize = 1_000_000;

/// What changed, line by line: as much as can be is kept, and what is gone stands before what is new.
#[must_use]
pub fn compare(before: &str, after: &str) -> Vec<Line> {
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(before), lines(after));
    if before.len() * after.len() > MOST_PAIRS {
        return before.into_iter().map(Line::Gone).chain(after.into_iter().map(Line::New)).collect();
    }
    // How many lines `before[old..]` and `after[new..]` share at most.
    let width = after.len() + 1;
    let mut shared = vec![0_u32; (before.len() + 1) * width];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            shared[old * width + new] = if before[old] == after[new] {
                shared[(old + 1) * width + new + 1] + 1
            } else {
                shared[(old + 1) * width + new].max(shared[old * width + new + 1])
            };
        }
    }
    let (mut old, mut new, mut found) = (0, 0, Vec::new());
    while old < before.len() || new < after.len() {
        if old < before.len() && new < after.len() && before[old] == after[new] {
            found.push(Line::Kept(before[old].clone()));
            (old, new) = (old + 1, new + 1);
        } else if old < before.len() && (new == after.len() || shared[(old + 1) * width + new] >= shared[old * width + new + 1]) {
            found.push(Line::Gone(before[old].clone()));
            old += 1;
        } else {
            found.push(Line::New(after[new].clone()));
            new += 1;
        }
    }
    found
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
    fn a_version_is_its_english_and_what_else_was_written() {
        let german = "Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft.";
        let texts = RuleTexts::parse(&[(Language::German, german), (Language::French, "  "), (Language::English, STARTING_TEXT)]).unwrap();
        assert_eq!(texts.iter().map(|(language, _)| language).collect::<Vec<_>>(), [Language::English, Language::German]);
        assert_eq!(texts.get(Language::German).unwrap().body, german);
        assert_eq!(texts.get(Language::French), None);
        let english = RuleTexts::parse(&[(Language::English, STARTING_TEXT)]).unwrap();
        assert_eq!(english.english, texts.english);
        assert_ne!(english.fingerprint(), texts.fingerprint());
    }

    #[test]
    fn only_other_words_are_a_new_version() {
        let german = "Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft.";
        let french = "Nous nous réunissons pour apprendre les uns des autres. Ici, rien n’est à vendre.";
        let standing = [(Language::English, content_hash(STARTING_TEXT)), (Language::German, content_hash(german))];
        let renewed = STARTING_TEXT.replace("Nothing", "Little");
        for (what, typed, stands, expect) in [
            ("before the first", &[(Language::English, STARTING_TEXT)][..], &[][..], false),
            ("the same words", &[(Language::English, STARTING_TEXT), (Language::German, german)], &standing, true),
            ("one language less", &[(Language::English, STARTING_TEXT)], &standing, true),
            ("one language more", &[(Language::English, STARTING_TEXT), (Language::French, french)], &standing, false),
            ("other English", &[(Language::English, renewed.as_str()), (Language::German, german)], &standing, false),
            ("other German", &[(Language::English, STARTING_TEXT), (Language::German, french)], &standing, false),
        ] {
            assert_eq!(RuleTexts::parse(typed).unwrap().says_nothing_new(stands), expect, "{what}");
        }
    }

    #[test]
    fn every_text_that_is_no_rule_is_named_at_its_field() {
        let said = |typed: &[(Language, &str)]| {
            RuleTexts::parse(typed).map(|_| Vec::new()).unwrap_or_else(|wrong| wrong.into_iter().map(|why| why.field).collect::<Vec<_>>())
        };
        let long = "x".repeat(10_001);
        for (what, typed, expect) in [
            ("nothing", &[][..], &["body"][..]),
            ("English alone", &[(Language::English, STARTING_TEXT)], &[]),
            (
                "all wrong",
                &[(Language::English, "No."), (Language::German, "Nein."), (Language::French, long.as_str())],
                &["body", "body_de", "body_fr"],
            ),
            ("one translation wrong", &[(Language::English, STARTING_TEXT), (Language::French, "Non.")], &["body_fr"]),
        ] {
            assert_eq!(said(typed), expect, "{what}");
        }
    }

    #[test]
    fn changes_are_told_line_by_line() {
        let words = |before: &str, after: &str| {
            let marked = compare(before, after).into_iter().map(|line| match line {
                Line::Kept(text) => format!(" {text}"),
                Line::Gone(text) => format!("-{text}"),
                Line::New(text) => format!("+{text}"),
            });
            marked.collect::<Vec<_>>().join("|")
        };
        for (before, after, expect) in [
            ("", "", ""),
            ("a\n\nb", "a\nb", " a| b"),
            ("a\nb\nc", "a\nx\nc", " a|-b|+x| c"),
            ("", "a", "+a"),
            ("a\nb", "b", "-a| b"),
            ("a\nb\nc\nd", "b\nd\ne", "-a| b|-c| d|+e"),
        ] {
            assert_eq!(words(before, after), expect, "{before:?} → {after:?}");
        }
        let many = |letter: &str| format!("{letter}\n").repeat(1_001);
        assert_eq!(compare(&many("a"), &many("b")).len(), 2_002);
    }

    #[test]
    fn a_word_is_no_rule() {
        assert_eq!(RuleText::parse("No sales.").unwrap_err().field, "body");
    }
}
