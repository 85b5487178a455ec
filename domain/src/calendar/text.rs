//! Values that are safe to write: every field a person can fill passes through one of these types. They clean, escape and
//! quote (RFC 5545 §3.3.11, §3.2); they decide nothing.

use std::fmt;

use super::Mailbox;

/// The most a text value holds, in octets before escaping.
const TEXT_OCTETS: usize = 8 * 1024;

/// What a calendar program reads back from a text we wrote: line breaks of every kind become `\n`, a tab becomes a space,
/// other control characters and byte order marks are gone. At most 8 kB.
pub fn as_read(raw: &str) -> String {
    cleaned(raw, TEXT_OCTETS).0
}

/// A TEXT value, cleaned and escaped.
pub(super) struct Text(String);

impl Text {
    pub(super) fn new(raw: &str) -> Self {
        Self(escaped(&as_read(raw)))
    }

    /// A comma-separated list of texts; `None` if nothing is left to list.
    pub(super) fn list(items: &[String]) -> Option<Self> {
        let items: Vec<String> =
            items.iter().map(|item| single_line(item)).filter(|item| !item.is_empty()).map(|item| escaped(&item)).collect();
        (!items.is_empty()).then(|| Self(items.join(",")))
    }

    /// `note`, a blank line, `raw`: at most 8 kB together, the rest replaced by "… more at" the URL. `None` if there is
    /// nothing to say.
    pub(super) fn description(note: Option<&str>, raw: &str, url: Option<&Uri>) -> Option<Self> {
        let mut text = note.unwrap_or_default().to_owned();
        if !text.is_empty() && !raw.trim().is_empty() {
            text.push_str("\n\n");
        }
        let room = TEXT_OCTETS.saturating_sub(text.len());
        let (body, cut) = cleaned(raw, room);
        if cut {
            let more = match url {
                Some(url) if url.0.len() <= 1024 => format!("… more at {}", url.0),
                _ => "…".to_owned(),
            };
            text.push_str(shortened(&body, room.saturating_sub(more.len())));
            text.push_str(&more);
        } else {
            text.push_str(&body);
        }
        (!text.trim().is_empty()).then(|| Self(escaped(&text)))
    }
}

/// An http or https URI, percent-encoded where it must be.
pub(super) struct Uri(String);

impl Uri {
    pub(super) fn web(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        let starts = |scheme: &str| raw.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        (starts("https://") || starts("http://")).then(|| Self(encoded(raw, "\"<>\\^`{|}")))
    }
}

/// `mailto:` and an address (RFC 6068). Holds no character that a URI may not hold.
pub(super) struct CalAddress(String);

impl CalAddress {
    pub(super) fn new(address: &str) -> Self {
        Self(format!("mailto:{}", encoded(address.trim(), "%?#&\"<>\\^`{|}[]()")))
    }
}

/// The CN parameter with its quotes. `"` becomes `'`, `\` becomes `/`, line breaks become spaces, `^` and controls go:
/// clients disagree about the escapes of RFC 6868, and two parsers unescape backslashes in parameters.
pub(super) struct CommonName(String);

impl CommonName {
    /// The name, or the address where no name is left.
    pub(super) fn of(mailbox: &Mailbox) -> Self {
        let clean = |raw: &str| single_line(&raw.replace('^', "").replace('"', "'").replace('\\', "/"));
        let name = clean(&mailbox.name);
        let name = if name.is_empty() { clean(&mailbox.address) } else { name };
        Self(format!("\"{name}\""))
    }
}

/// The name of a calendar. Holds no `,`, `;` or `\`: two parsers do not unescape NAME.
pub(super) struct CalendarName(String);

impl CalendarName {
    pub(super) fn new(raw: &str) -> Self {
        Self(single_line(&raw.replace([',', ';', '\\'], " ")))
    }
}

/// PRODID, a formal public identifier: `-//host//Cohortium 1.4.0//EN`.
pub(super) struct Product(String);

impl Product {
    pub(super) fn new(host: &str, version: &str) -> Self {
        let clean = |raw: &str| -> String {
            raw.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '+')).collect()
        };
        Self(format!("-//{}//Cohortium {}//EN", clean(host), clean(version)))
    }
}

macro_rules! written_as_it_is {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

written_as_it_is! { Text Uri CalAddress CommonName CalendarName Product }

/// The cleaned text up to `limit` octets, and whether something was left over. Reads no further than it must: a
/// description of a megabyte costs no more than one of 8 kB.
fn cleaned(raw: &str, limit: usize) -> (String, bool) {
    let mut text = String::with_capacity(raw.len().min(limit));
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let kept = match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                '\n'
            }
            // Whatever some parser takes for a line break.
            '\n' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => ' ',
            '\u{feff}' | '\u{fffe}' | '\u{ffff}' => continue,
            c if c.is_control() => continue,
            c => c,
        };
        if text.len() + kept.len_utf8() > limit {
            return (text, true);
        }
        text.push(kept);
    }
    (text, false)
}

/// One line, without outer or doubled spaces.
fn single_line(raw: &str) -> String {
    let text = as_read(raw);
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// At most `limit` octets of `text`, cut after a word where one ends nearby.
fn shortened(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    match text.rfind(char::is_whitespace) {
        Some(space) if text.len() - space <= 80 => text[..space].trim_end(),
        _ => text,
    }
}

fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '\\' => value.push_str("\\\\"),
            ';' => value.push_str("\\;"),
            ',' => value.push_str("\\,"),
            '\n' => value.push_str("\\n"),
            c => value.push(c),
        }
    }
    value
}

/// Drops controls; percent-encodes spaces, what is not ASCII, and the characters in `also`.
fn encoded(raw: &str, also: &str) -> String {
    use fmt::Write as _;

    let mut uri = String::with_capacity(raw.len());
    for c in raw.chars().filter(|c| !c.is_control()) {
        if c.is_ascii_graphic() && !also.contains(c) {
            uri.push(c);
        } else {
            for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a String does not fail.
                let _ = write!(uri, "%{octet:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_keeps_what_was_meant() {
        for (raw, written) in [
            ("plain: text", "plain: text"),
            ("a, b; c", "a\\, b\\; c"),
            ("C:\\next", "C:\\\\next"),
            ("trailing \\", "trailing \\\\"),
            ("literal \\n", "literal \\\\n"),
            ("real\nbreak", "real\\nbreak"),
            ("dos\r\nmac\rsep\u{2028}next\u{85}x", "dos\\nmac\\nsep\\nnext\\nx"),
            ("tab\there", "tab here"),
            ("nul\0 bell\u{7} bom\u{feff} del\u{7f}", "nul bell bom del"),
            ("👩‍💻 שלום مرحبا", "👩‍💻 שלום مرحبا"),
            ("\"quoted\" ^caret", "\"quoted\" ^caret"),
        ] {
            assert_eq!(Text::new(raw).to_string(), written);
        }
    }

    #[test]
    fn common_names_are_quoted_and_hold_nothing_that_ends_a_quote() {
        for (name, address, written) in [
            ("Ada Lovelace", "ada@x.org", "\"Ada Lovelace\""),
            ("Doe, \"JD\": x;y\n", "jd@x.org", "\"Doe, 'JD': x;y\""),
            ("a\r\nATTENDEE:mailto:b", "a@x.org", "\"a ATTENDEE:mailto:b\""),
            ("^n^'", "c@x.org", "\"n'\""),
            ("Ada \\n Lovelace\\", "b@x.org", "\"Ada /n Lovelace/\""),
            (" \t ", "d@x.org", "\"d@x.org\""),
        ] {
            let mailbox = Mailbox { name: name.to_owned(), address: address.to_owned() };
            assert_eq!(CommonName::of(&mailbox).to_string(), written);
        }
    }

    #[test]
    fn addresses_and_links_hold_only_what_a_uri_may() {
        for (raw, written) in [
            ("ada@example.org", "mailto:ada@example.org"),
            ("ada+cal@example.org\r\nX:1", "mailto:ada+cal@example.orgX:1"),
            ("a?b c@example.org", "mailto:a%3Fb%20c@example.org"),
        ] {
            assert_eq!(CalAddress::new(raw).to_string(), written);
        }
        for (raw, written) in [
            ("https://x.org/a?b=c;d,e#f", Some("https://x.org/a?b=c;d,e#f")),
            (" HTTP://x.org/é \"q\"\r\nY ", Some("HTTP://x.org/%C3%A9%20%22q%22Y")),
            ("javascript:alert(1)", None),
            ("", None),
        ] {
            assert_eq!(Uri::web(raw).map(|uri| uri.to_string()).as_deref(), written);
        }
    }

    #[test]
    fn calendar_and_product_names_need_no_escapes() {
        assert_eq!(CalendarName::new("Acme, Paris; a\\b\n2027").to_string(), "Acme Paris a b 2027");
        assert_eq!(Product::new("x.org\r\nA;B", "1.0//").to_string(), "-//x.orgAB//Cohortium 1.0//EN");
    }

    #[test]
    fn lists_keep_their_commas_apart() {
        let items = ["Visit, guided".to_owned(), " ".to_owned(), "Case".to_owned()];
        assert_eq!(Text::list(&items).map(|list| list.to_string()).as_deref(), Some("Visit\\, guided,Case"));
        assert!(Text::list(&[]).is_none());
    }

    #[test]
    fn a_description_ends_at_8_kb_and_says_where_the_rest_is() {
        let url = Uri::web("https://x.org/s/1").expect("a web address");
        let long = "word ".repeat(10_000);
        let text = Text::description(None, &long, Some(&url)).expect("a description").to_string();
        assert!(text.len() <= TEXT_OCTETS, "{}", text.len());
        assert!(text.ends_with("word… more at https://x.org/s/1"), "{}", &text[text.len() - 60..]);

        let exact = "é".repeat(TEXT_OCTETS / 2);
        assert_eq!(Text::description(None, &exact, Some(&url)).expect("a description").to_string(), exact);

        let noted = Text::description(Some("Local time: 09:00"), "Abstract", None).expect("a description");
        assert_eq!(noted.to_string(), "Local time: 09:00\\n\\nAbstract");
        assert!(Text::description(None, " \n", Some(&url)).is_none());
    }

    #[test]
    fn a_megabyte_without_a_single_space_is_cut_between_characters() {
        let long = "👩‍💻".repeat(100_000);
        let text = Text::description(None, &long, None).expect("a description").to_string();
        assert!(text.len() <= TEXT_OCTETS && text.ends_with('…'));
    }
}
