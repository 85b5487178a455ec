//! The words of an amplification task for one channel in one language: how long they may be, and what else belongs to them.
//!
//! Left out: versions and who wrote them (`store::advocacy::amplification`), and who lets them be published
//! (`advocacy::amplification`).

use crate::advocacy::consent::Channel;
use crate::advocacy::publication;
use crate::contact;
use crate::refusal::{FieldRefusal, FieldRefusals};

/// The most characters of a wording on a channel, as [`length`] counts them.
#[must_use]
pub const fn most(channel: Channel) -> usize {
    match channel {
        Channel::X => 280,
        Channel::Newsletter => 2_000,
        Channel::LinkedIn => 3_000,
        Channel::Internal | Channel::Press | Channel::Awards => 10_000,
        Channel::Blog => 20_000,
    }
}

/// What X counts for every address, however long it is.
const X_LINK: usize = 23;

/// How long a wording is as its channel counts. X counts the link with the text, every address as 23, and a character
/// of most scripts that are not alphabets (and every emoji) as two. Elsewhere the link stands beside the text.
#[must_use]
pub fn length(channel: Channel, body: &str, link: &str) -> usize {
    if channel != Channel::X {
        return body.chars().count();
    }
    let of_text: usize = body.split_inclusive(char::is_whitespace).map(x_part).sum();
    match (body.is_empty(), link.is_empty()) {
        (_, true) => of_text,
        (true, false) => X_LINK,
        (false, false) => of_text + 1 + X_LINK,
    }
}

/// One word with the white space after it.
fn x_part(part: &str) -> usize {
    let word = part.trim_end_matches(char::is_whitespace);
    let space: usize = part[word.len()..].chars().map(x_weight).sum();
    let is_address = word.starts_with("https://") || word.starts_with("http://");
    space + if is_address { X_LINK } else { word.chars().map(x_weight).sum() }
}

/// The ranges are X's own (twitter-text, version 3).
const fn x_weight(c: char) -> usize {
    match c as u32 {
        0..=4_351 | 8_192..=8_205 | 8_208..=8_223 | 8_242..=8_247 => 1,
        _ => 2,
    }
}

/// The languages a wording may be in: code and English name, English first.
#[must_use]
pub const fn languages() -> &'static [(&'static str, &'static str)] {
    &[
        ("en", "English"),
        ("ar", "Arabic"),
        ("zh", "Chinese"),
        ("hr", "Croatian"),
        ("cs", "Czech"),
        ("da", "Danish"),
        ("nl", "Dutch"),
        ("fi", "Finnish"),
        ("fr", "French"),
        ("de", "German"),
        ("el", "Greek"),
        ("he", "Hebrew"),
        ("hi", "Hindi"),
        ("hu", "Hungarian"),
        ("id", "Indonesian"),
        ("it", "Italian"),
        ("ja", "Japanese"),
        ("ko", "Korean"),
        ("nb", "Norwegian"),
        ("pl", "Polish"),
        ("pt", "Portuguese"),
        ("ro", "Romanian"),
        ("ru", "Russian"),
        ("sk", "Slovak"),
        ("es", "Spanish"),
        ("sv", "Swedish"),
        ("th", "Thai"),
        ("tr", "Turkish"),
        ("uk", "Ukrainian"),
        ("vi", "Vietnamese"),
    ]
}

/// The English name of a language; a code that is not on the list is its own name.
#[must_use]
pub fn language_name(code: &str) -> &str {
    languages().iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// The code as the list has it.
fn language(typed: &str) -> Option<&'static str> {
    languages().iter().map(|(code, _)| *code).find(|code| *code == typed.trim())
}

/// A wording as it was typed. The image is its number, or nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypedWording<'a> {
    pub channel: &'a str,
    pub language: &'a str,
    pub body: &'a str,
    pub link: &'a str,
    pub image: &'a str,
    pub image_alt: &'a str,
}

/// A wording, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub channel: Channel,
    pub language: &'static str,
    pub body: String,
    /// The whole address, or nothing.
    pub link: String,
    pub image: Option<i64>,
    /// What the image shows; empty without one.
    pub image_alt: String,
}

impl Wording {
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(typed: &TypedWording<'_>) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let (channel, language) = (Channel::parse(typed.channel), language(typed.language));
        if channel.is_none() {
            wrong.refuse("channel", "Choose where it is to be seen: each channel has its own wording.");
        }
        if language.is_none() {
            wrong.refuse("language", "Choose the language it is written in.");
        }
        let link = wrong.keep(link(typed.link));
        let body = wrong.keep(body(channel, typed.body, &link));
        let image = match typed.image.trim() {
            "" => None,
            id => id.parse().map_or_else(
                |_| {
                    wrong.refuse("image", "Choose one of the task’s images, or none.");
                    None
                },
                Some,
            ),
        };
        let mut image_alt = wrong.keep(contact::optional("image_alt", typed.image_alt, 500));
        if typed.image.trim().is_empty() {
            image_alt.clear();
        } else if image_alt.is_empty() {
            wrong.refuse("image_alt", "Say in a few words what the image shows, for those who do not see it.");
        }
        match (channel, language) {
            (Some(channel), Some(language)) => wrong.finish().map(|()| Self { channel, language, body, link, image, image_alt }),
            _ => Err(wrong.into()),
        }
    }
}

fn link(typed: &str) -> Result<String, FieldRefusal> {
    let link = contact::optional("link", typed, 2_000)?;
    if link.is_empty() {
        return Ok(link);
    }
    publication::public_url(&link).map_err(|why| FieldRefusal::new("link", why.sentence))
}

/// The text, as long as its channel takes it. Without a channel only the longest limit is asked.
fn body(channel: Option<Channel>, typed: &str, link: &str) -> Result<String, FieldRefusal> {
    let body = contact::paragraphs("body", typed, most(Channel::Blog))?;
    if body.is_empty() {
        return Err(FieldRefusal::new("body", "Write what is to be published, exactly as it will be read."));
    }
    let Some(channel) = channel else { return Ok(body) };
    let (length, most) = (length(channel, &body, link), most(channel));
    if length > most {
        let counted = if channel == Channel::X { ", as X counts (an address is 23)" } else { "" };
        let sentence = format!("This is {length} characters long{counted}. Shorten it to {most} for {}.", channel.label());
        return Err(FieldRefusal::new("body", sentence));
    }
    Ok(body)
}

/// The most an image weighs, and how many a task keeps.
pub const MOST_IMAGE_BYTES: usize = 5 * 1024 * 1024;
pub const MOST_IMAGES: usize = 20;

/// Reads what kind of image it is from its first octets.
///
/// # Errors
/// A sentence for `file`: no image we show, or too heavy.
pub fn image_type(bytes: &[u8]) -> Result<&'static str, FieldRefusal> {
    if bytes.is_empty() {
        return Err(FieldRefusal::new("file", "Choose an image: PNG, JPEG or WebP."));
    }
    if bytes.len() > MOST_IMAGE_BYTES {
        return Err(FieldRefusal::new("file", "This image is larger than 5 MB. Save it smaller, then add it again."));
    }
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok("image/png")
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Ok("image/jpeg")
    } else if webp {
        Ok("image/webp")
    } else {
        Err(FieldRefusal::new("file", "This is no PNG, JPEG or WebP image. Save it as one of these, then add it again."))
    }
}

/// The link with what tells where somebody came from. What its query says already is kept, and said once; nothing stays
/// nothing.
#[must_use]
pub fn utm(link: &str, channel: Channel, task: i64) -> String {
    if link.is_empty() {
        return String::new();
    }
    let medium = match channel {
        Channel::LinkedIn | Channel::X => "social",
        Channel::Newsletter => "email",
        Channel::Internal => "internal",
        Channel::Blog | Channel::Press | Channel::Awards => "referral",
    };
    let (address, fragment) = link.split_once('#').map_or((link, None), |(address, fragment)| (address, Some(fragment)));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut parts: Vec<String> = query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let ours =
        [("utm_source", channel.as_str().to_owned()), ("utm_medium", medium.to_owned()), ("utm_campaign", format!("recognition-{task}"))];
    for (name, value) in ours {
        if !parts.iter().any(|part| part.split('=').next() == Some(name)) {
            parts.push(format!("{name}={value}"));
        }
    }
    let fragment = fragment.map_or_else(String::new, |fragment| format!("#{fragment}"));
    format!("{path}?{}{fragment}", parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_has_a_limit_and_thirty_languages_are_offered_once() {
        let limits: Vec<(Channel, usize)> = Channel::ALL.iter().map(|channel| (*channel, most(*channel))).collect();
        assert_eq!(
            limits,
            [
                (Channel::Internal, 10_000),
                (Channel::Blog, 20_000),
                (Channel::Newsletter, 2_000),
                (Channel::LinkedIn, 3_000),
                (Channel::X, 280),
                (Channel::Press, 10_000),
                (Channel::Awards, 10_000),
            ]
        );
        let mut codes: Vec<&str> = languages().iter().map(|(code, _)| *code).collect();
        assert_eq!((codes[0], language_name("da"), language_name("tlh")), ("en", "Danish", "tlh"));
        assert!(languages()[1..].is_sorted_by_key(|(_, name)| *name));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 30);
    }

    #[test]
    fn a_wording_is_as_long_as_its_channel_counts() {
        for (channel, body, link, expect) in [
            (Channel::Blog, "Grüße 🌲", "https://a.example/b", 7),
            (Channel::X, "Grüße 🌲", "", 8),
            (Channel::X, "", "https://a.example/b", 23),
            (Channel::X, "Read it:", "https://a.example/a-very-long-address-that-is-longer-than-that", 8 + 1 + 23),
            (Channel::X, "See https://a.example/a-very-long-address-indeed now", "", 4 + 23 + 4),
            (Channel::X, "日本", "", 4),
            (Channel::X, "“Quote”", "", 7),
        ] {
            assert_eq!(length(channel, body, link), expect, "{channel} {body}");
        }
    }

    fn typed() -> TypedWording<'static> {
        TypedWording { channel: "x", language: "en", body: " Well done. \r\n", ..TypedWording::default() }
    }

    #[test]
    fn a_wording_is_read_and_every_wrong_field_is_named() {
        let plain = Wording {
            channel: Channel::X,
            language: "en",
            body: "Well done.".into(),
            link: String::new(),
            image: None,
            image_alt: String::new(),
        };
        assert_eq!(Wording::parse(&typed()), Ok(plain.clone()));
        assert_eq!(Wording::parse(&TypedWording { image_alt: "A mast", ..typed() }), Ok(plain.clone()), "no image, nothing to say of it");
        let shown = TypedWording { link: " https://a.example/b ", image: "7", image_alt: "A mast", ..typed() };
        let expect = Wording { link: "https://a.example/b".into(), image: Some(7), image_alt: "A mast".into(), ..plain };
        assert_eq!(Wording::parse(&shown), Ok(expect));
        let long = "a".repeat(281);
        let fits = "a".repeat(257);
        for (what, typed, fields) in [
            ("nothing", TypedWording::default(), vec!["channel", "language", "body"]),
            ("unknown", TypedWording { channel: "tiktok", language: "tlh", ..typed() }, vec!["channel", "language"]),
            ("too long", TypedWording { body: &long, ..typed() }, vec!["body"]),
            ("fits", TypedWording { body: &fits, ..typed() }, vec![]),
            ("with its link it does not", TypedWording { body: &fits, link: "https://a.example", ..typed() }, vec!["body"]),
            ("no address", TypedWording { link: "a.example", ..typed() }, vec!["link"]),
            ("a script", TypedWording { link: "javascript:alert(1)", ..typed() }, vec!["link"]),
            ("no such image", TypedWording { image: "seven", image_alt: "A mast", ..typed() }, vec!["image"]),
            ("nobody could hear it", TypedWording { image: "7", ..typed() }, vec!["image_alt"]),
        ] {
            let found: Vec<&str> = Wording::parse(&typed).err().unwrap_or_default().iter().map(|why| why.field).collect();
            assert_eq!(found, fields, "{what}");
        }
        let long = Wording::parse(&TypedWording { body: &long, ..typed() }).unwrap_err();
        assert_eq!(long[0].sentence, "This is 281 characters long, as X counts (an address is 23). Shorten it to 280 for X account.");
    }

    #[test]
    fn images_are_known_by_what_they_begin_with() {
        for (bytes, expect) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some("image/png")),
            (&[0xFF, 0xD8, 0xFF, 0xE0, 0][..], Some("image/jpeg")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"GIF89a", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\">", None),
            (b"", None),
        ] {
            assert_eq!(image_type(bytes).ok(), expect, "{bytes:?}");
        }
        let mut heavy = b"\x89PNG\r\n\x1a\n".to_vec();
        heavy.resize(MOST_IMAGE_BYTES, 0);
        assert!(image_type(&heavy).is_ok());
        heavy.push(0);
        assert_eq!(image_type(&heavy).unwrap_err().field, "file");
    }

    #[test]
    fn a_link_says_where_somebody_came_from() {
        for (link, channel, expect) in [
            ("", Channel::Blog, ""),
            (
                "https://a.example/b",
                Channel::LinkedIn,
                "https://a.example/b?utm_source=linkedin&utm_medium=social&utm_campaign=recognition-7",
            ),
            (
                "https://a.example/b?x=1&y#part?no",
                Channel::Newsletter,
                "https://a.example/b?x=1&y&utm_source=newsletter&utm_medium=email&utm_campaign=recognition-7#part?no",
            ),
            (
                "https://a.example?utm_source=theirs",
                Channel::Press,
                "https://a.example?utm_source=theirs&utm_medium=referral&utm_campaign=recognition-7",
            ),
        ] {
            let once = utm(link, channel, 7);
            assert_eq!(once, expect);
            assert_eq!(utm(&once, channel, 7), expect, "said once");
        }
    }
}
