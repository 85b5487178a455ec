//! Content lines: the last pass over every line of a calendar (RFC 5545 §3.1). CRLF, folds, and no control characters
//! whatever a field held.

use std::fmt::{self, Write as _};

/// Octets in a physical line, its line break not counted and the fold's space counted.
pub(super) const OCTETS: usize = 75;

/// A calendar text being written, one content line at a time.
pub(super) struct Lines {
    text: String,
    line: String,
}

impl Lines {
    pub(super) fn with_capacity(octets: usize) -> Self {
        Self { text: String::with_capacity(octets), line: String::with_capacity(512) }
    }

    /// Writes one content line. Control characters that got this far are dropped: nothing in a field starts a line.
    pub(super) fn put(&mut self, line: fmt::Arguments<'_>) {
        self.line.clear();
        // Writing to a String does not fail.
        let _ = self.line.write_fmt(line);
        if self.line.bytes().any(|octet| octet < 0x20 || octet == 0x7f) {
            self.line.retain(|c| !c.is_control());
        }
        fold_into(&mut self.text, &self.line);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Appends `line`, folded between characters, and its CRLF.
fn fold_into(text: &mut String, line: &str) {
    let mut rest = line;
    let mut room = OCTETS;
    while rest.len() > room {
        let mut cut = room;
        while !rest.is_char_boundary(cut) {
            cut -= 1;
        }
        text.push_str(&rest[..cut]);
        text.push_str("\r\n ");
        rest = &rest[cut..];
        room = OCTETS - 1;
    }
    text.push_str(rest);
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(line: &str) -> String {
        let mut text = String::new();
        fold_into(&mut text, line);
        text
    }

    #[test]
    fn lines_break_at_75_octets_and_never_inside_a_character() {
        for (line, expected) in [
            ("a".repeat(75), format!("{}\r\n", "a".repeat(75))),
            ("a".repeat(76), format!("{}\r\n a\r\n", "a".repeat(75))),
            ("a".repeat(75 + 74 + 1), format!("{}\r\n {}\r\n a\r\n", "a".repeat(75), "a".repeat(74))),
            // A four-octet character at octets 72–75 fits; one octet later it moves to the next line.
            (format!("{}🦀b", "a".repeat(71)), format!("{}🦀\r\n b\r\n", "a".repeat(71))),
            (format!("{}🦀b", "a".repeat(72)), format!("{}\r\n 🦀b\r\n", "a".repeat(72))),
            (format!("{}é", "a".repeat(74)), format!("{}\r\n é\r\n", "a".repeat(74))),
            (format!("{} b", "a".repeat(75)), format!("{}\r\n  b\r\n", "a".repeat(75))),
        ] {
            assert_eq!(folded(&line), expected);
        }
    }

    #[test]
    fn a_description_of_212_ascii_characters_has_no_line_of_76_octets() {
        let line = format!("DESCRIPTION:{}", "x".repeat(212));
        let lengths: Vec<usize> = folded(&line).split_terminator("\r\n").map(str::len).collect();
        assert_eq!(lengths, [75, 75, 75, 2]);
    }

    #[test]
    fn control_characters_never_reach_the_text() {
        let mut lines = Lines::with_capacity(0);
        lines.put(format_args!("SUMMARY:a\r\nATTENDEE:b\0\u{7f}\tc"));
        assert_eq!(lines.finish(), "SUMMARY:aATTENDEE:bc\r\n");
    }

    proptest! {
        #[test]
        fn unfolding_gives_back_the_line(line in "[^\\r\\n]{0,400}") {
            let text = folded(&line);
            for physical in text.split_terminator("\r\n") {
                prop_assert!(physical.len() <= OCTETS);
            }
            let unfolded = text.replace("\r\n ", "");
            prop_assert_eq!(unfolded.strip_suffix("\r\n"), Some(line.as_str()));
        }
    }
}
