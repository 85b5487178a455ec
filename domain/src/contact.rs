//! The small types of people's details: parsed at the edge, trusted inside.

use crate::refusal::FieldRefusal;

/// An e-mail address as RFC 5321 allows it in practice: one `@`, a dotted domain, no white space or control
/// characters, at most 254 octets. Kept as typed, compared in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// A sentence for the field `email`.
    pub fn parse(typed: &str) -> Result<Self, FieldRefusal> {
        let address = typed.trim().to_lowercase();
        let refuse = |why: &str| Err(FieldRefusal::new("email", why));
        if address.is_empty() {
            return refuse("Enter an e-mail address.");
        }
        let Some((local, domain)) = address.split_once('@') else {
            return refuse("An e-mail address has an @, like name@company.com.");
        };
        let clean = |part: &str| !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c));
        let dotted =
            domain.contains('.') && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        let local_dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        if local.is_empty() || !clean(local) || !clean(domain) || !dotted || !local_dots || !address.is_ascii() {
            return refuse("This does not look like an e-mail address. Check it, like name@company.com.");
        }
        if address.len() > 254 || local.len() > 64 {
            return refuse("This e-mail address is too long to be delivered.");
        }
        Ok(Self(address))
    }

    /// The address in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character turns the direction of what stands around it (UAX #9, 2.1 to 2.4): with one, what somebody reads and
/// approves is not what is stored. Marks that belong to a script stay.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// One line of text a person typed: trimmed, runs of white space folded to one space, control characters dropped.
#[must_use]
pub fn one_line(typed: &str) -> String {
    let seen = typed.chars().filter(|c| !turns_direction(*c));
    seen.map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A required line of at most `most` characters.
///
/// # Errors
/// A sentence for `field`: empty (`ask` is what to type) or too long.
pub fn required(field: &'static str, typed: &str, most: usize, ask: &str) -> Result<String, FieldRefusal> {
    let line = one_line(typed);
    if line.is_empty() {
        return Err(FieldRefusal::new(field, ask));
    }
    at_most(field, line, most)
}

/// An optional line of at most `most` characters; nothing typed is an empty string.
///
/// # Errors
/// A sentence for `field` when it is too long.
pub fn optional(field: &'static str, typed: &str, most: usize) -> Result<String, FieldRefusal> {
    at_most(field, one_line(typed), most)
}

/// Several lines of text, at most `most` characters: line ends become `\n`, other control characters are dropped.
///
/// # Errors
/// A sentence for `field` when it is too long.
pub fn paragraphs(field: &'static str, typed: &str, most: usize) -> Result<String, FieldRefusal> {
    let text = typed.replace("\r\n", "\n").replace('\r', "\n");
    let kept = |c: &char| *c == '\n' || *c == '\t' || !(c.is_control() || turns_direction(*c));
    let text: String = text.chars().filter(kept).collect();
    at_most(field, text.trim().to_owned(), most)
}

fn at_most(field: &'static str, text: String, most: usize) -> Result<String, FieldRefusal> {
    let length = text.chars().count();
    if length > most {
        return Err(FieldRefusal::new(field, format!("This is {length} characters long. Shorten it to {most}.")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (typed, expect) in [
            (" Amara.Okafor@Meridian.example ", Some("amara.okafor@meridian.example")),
            ("a+b@c.de", Some("a+b@c.de")),
            ("", None),
            ("amara", None),
            ("a@b", None),
            ("a b@c.de", None),
            ("a@b@c.de", None),
            ("a@.de", None),
            ("a@-c.de", None),
            (".a@c.de", None),
            ("a@c.de\r\nBcc: x@y.zz", None),
            ("<a@c.de>", None),
        ] {
            assert_eq!(Email::parse(typed).ok().as_ref().map(Email::as_str), expect, "{typed:?}");
        }
    }

    #[test]
    fn lines_are_folded_and_bounded() {
        assert_eq!(one_line("  Ida\r\n\tLund\u{0}  "), "Ida Lund");
        assert_eq!(required("name", " ", 10, "Enter a name.").unwrap_err().sentence, "Enter a name.");
        assert_eq!(optional("name", "abcdef", 5).unwrap_err().sentence, "This is 6 characters long. Shorten it to 5.");
        assert_eq!(paragraphs("abstract", "a\r\nb\u{7}\n", 5).unwrap(), "a\nb");
    }

    #[test]
    fn what_is_read_is_what_is_stored() {
        for turned in ["\u{202E}", "\u{202D}", "\u{202A}", "\u{202C}", "\u{2066}", "\u{2067}", "\u{2069}"] {
            assert_eq!(one_line(&format!("{turned}gnp.exe")), "gnp.exe");
            assert_eq!(paragraphs("body", &format!("a{turned}b"), 5).unwrap(), "ab");
        }
        assert_eq!(
            one_line("\u{5E9}\u{5DC}\u{5D5}\u{5DD}\u{200F} a\u{200D}b"),
            "\u{5E9}\u{5DC}\u{5D5}\u{5DD}\u{200F} a\u{200D}b",
            "marks of a script stay"
        );
    }
}
