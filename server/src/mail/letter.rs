//! The one look of every mail: a letter of 600 px, and the same words as plain text.
//!
//! Text in, text out. What a mail says belongs to the templates; what may stand in a header (the subject,
//! names, addresses) is cleaned where the message is built. Clients drop what they do not know, so styles
//! are inline, layout is a table, and the dark colours are an extra nobody depends on.

/// The accent of a host that has not chosen one, or whose setting is not `#rrggbb`.
const ACCENT: &str = "#1d5c4f";
/// Columns of the plain text.
const COLUMNS: usize = 72;

// No `font` shorthand: Outlook draws mails with Word, which reads the long names more reliably.
const SANS: &str = "font-family:'Segoe UI',-apple-system,BlinkMacSystemFont,Roboto,Arial,sans-serif";
const HEAD: &str = "font-family:Georgia,'Times New Roman',serif;font-weight:600;line-height:1.25;color:#1c2422";
const BODY: &str = "font-size:16px;line-height:1.55;color:#1c2422";

const STYLE: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.act{width:100%!important}.act a{display:block!important}}
@media (prefers-color-scheme:dark){
.paper{background:#14181a!important}
.ink,.ink a{color:#ece9e2!important}
.soft{color:#a9b0ad!important}
.rule{background:#1b2124!important}
.line{border-color:#2d3538!important}
}";

/// One mail. Every field is plain text; nothing in it is taken for HTML.
pub struct Letter<'a> {
    /// The host's name, as the letterhead.
    pub host: &'a str,
    /// `#rrggbb`; anything else falls back to the house colour.
    pub accent: &'a str,
    /// Also the heading of the letter.
    pub subject: &'a str,
    /// The grey words beside the subject in an inbox; empty for none.
    pub preheader: &'a str,
    /// "Dear Amara Okafor,"
    pub greeting: &'a str,
    pub paragraphs: Vec<Block>,
    /// Label and absolute address of the one act.
    pub button: Option<(String, String)>,
    pub after: Vec<Block>,
    pub signature: Option<String>,
    /// Why this person gets this mail; stands below the line.
    pub why: &'a str,
}

/// A piece of a letter.
pub enum Block {
    /// A paragraph; a line break in it stays one.
    Text(String),
    /// Name and value, in two columns.
    Facts(Vec<(String, String)>),
    /// Words that stand apart, such as the conversation rule.
    Quote {
        title: String,
        body: String,
    },
    List(Vec<String>),
    /// A lesser act: an address with words for it.
    Link {
        label: String,
        url: String,
    },
}

impl Letter<'_> {
    /// The `text/html` part.
    pub fn html(&self) -> String {
        let accent = Colour::parse(self.accent);
        let blocks = |blocks: &[Block]| blocks.iter().map(|block| block.html(&accent)).collect::<String>();
        let (host, subject, why) = (line(self.host), line(self.subject), line(self.why));
        let greeting = paragraph(self.greeting);
        let paragraphs = blocks(&self.paragraphs);
        let button = self.button.as_ref().map(|(label, url)| button(label, url, &accent)).unwrap_or_default();
        let after = blocks(&self.after);
        let signature = self.signature.as_deref().map(paragraph).unwrap_or_default();
        let preview = preview(self.preheader);
        format!(
            r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>{subject}</title>
<style>
{STYLE}
</style>
</head>
<body class="paper" style="margin:0;padding:0;background:#fbfaf7">
{preview}<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#fbfaf7">
<tr><td align="center" style="padding:32px 20px 40px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
<tr><td align="left" style="{SANS}">
<p class="ink" style="margin:0 0 28px;{HEAD};font-size:17px">{host}</p>
<h1 class="ink" style="margin:0 0 24px;{HEAD};font-size:28px">{subject}</h1>
{greeting}{paragraphs}{button}{after}{signature}<p class="soft line" style="margin:32px 0 0;padding-top:16px;border-top:1px solid #e2ded5;font-size:13px;line-height:1.5;color:#55605c">{why}</p>
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</body>
</html>
"##
        )
    }

    /// The `text/plain` part: lines of at most 72 columns, ended by `\n`. The address of the button or of a
    /// link has a line to itself and is never broken.
    pub fn text(&self) -> String {
        let mut parts = vec![flow(&clean(self.host)), flow(&clean(self.subject)), flow(self.greeting)];
        parts.extend(self.paragraphs.iter().map(Block::text));
        parts.extend(self.button.iter().map(|(label, url)| link_text(label, url)));
        parts.extend(self.after.iter().map(Block::text));
        parts.extend(self.signature.as_deref().map(flow));
        parts.push(format!("--\n{}", flow(&clean(self.why))));
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n") + "\n"
    }
}

impl Block {
    fn html(&self, accent: &Colour) -> String {
        match self {
            Block::Text(text) => paragraph(text),
            Block::Facts(facts) => {
                let row = |(name, value): &(String, String)| {
                    let (name, value) = (line(name), lines(value));
                    format!(
                        r##"<tr><td class="soft" valign="top" style="padding:3px 20px 3px 0;white-space:nowrap;{SANS};{BODY};color:#55605c">{name}</td><td class="ink" valign="top" style="padding:3px 0;{SANS};{BODY}">{value}</td></tr>
"##
                    )
                };
                let rows: String = facts.iter().map(row).collect();
                format!(
                    r##"<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px">
{rows}</table>
"##
                )
            }
            Block::Quote { title, body } => {
                let (edge, ground, title, body) = (accent.hex(), accent.soft(), line(title), lines(body));
                format!(
                    r##"<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:4px 0 24px">
<tr><td class="rule" style="padding:16px 22px;border-left:3px solid {edge};background:{ground};{SANS}">
<h2 class="ink" style="margin:0 0 6px;{HEAD};font-size:18px">{title}</h2>
<p class="ink" style="margin:0;{BODY}">{body}</p>
</td></tr>
</table>
"##
                )
            }
            Block::List(items) => {
                let item = |item: &String| format!("<li style=\"margin:0 0 6px\">{}</li>\n", lines(item));
                let items: String = items.iter().map(item).collect();
                format!("<ul class=\"ink\" style=\"margin:0 0 20px;padding:0 0 0 22px;{BODY}\">\n{items}</ul>\n")
            }
            Block::Link { label, url } => {
                let (label, url, colour) = (line(label), escape(&address(url)), accent.hex());
                format!(
                    r##"<p class="ink" style="margin:0 0 18px;{BODY}"><a href="{url}" style="color:{colour}">{label}</a></p>
"##
                )
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Block::Text(text) => flow(text),
            Block::Facts(facts) => facts_text(facts),
            Block::Quote { title, body } => format!("{}\n{}", wrap(&clean(title), "| ", "| "), wrap(body, "| ", "| ")),
            Block::List(items) => items.iter().map(|item| wrap(item, "- ", "  ")).collect::<Vec<_>>().join("\n"),
            Block::Link { label, url } => link_text(label, url),
        }
    }
}

/// Makes text harmless between tags and inside a quoted attribute. Control characters but line breaks vanish.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Word pads a cell but not a link, every other client the link: both carry the padding, and each sees its own.
fn button(label: &str, url: &str, accent: &Colour) -> String {
    let (label, url, fill, words) = (line(label), escape(&address(url)), accent.hex(), accent.readable());
    format!(
        r##"<table role="presentation" class="act" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 28px">
<tr><td align="center" bgcolor="{fill}" style="background:{fill};border-radius:8px;mso-padding-alt:14px 26px">
<a href="{url}" style="display:inline-block;padding:14px 26px;{SANS};font-size:16px;line-height:1.25;font-weight:600;color:{words};text-decoration:none;border-radius:8px">{label}</a>
</td></tr>
</table>
"##
    )
}

/// The invisible run after the words keeps an inbox from filling its preview with the letterhead.
fn preview(words: &str) -> String {
    let (words, filler) = (line(words), "&#847;&#8199;".repeat(60));
    if words.is_empty() {
        return words;
    }
    format!("<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">{words}{filler}</div>\n")
}

fn paragraph(text: &str) -> String {
    let lines = lines(text);
    if lines.is_empty() {
        return lines;
    }
    format!("<p class=\"ink\" style=\"margin:0 0 18px;{BODY}\">{lines}</p>\n")
}

fn lines(text: &str) -> String {
    text.trim().lines().map(line).collect::<Vec<_>>().join("<br>\n")
}

fn line(text: &str) -> String {
    escape(&clean(text))
}

/// One line: every run of blanks, line breaks and control characters becomes one space.
fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// An address without blanks; a scheme that could run something leads nowhere.
fn address(url: &str) -> String {
    let url: String = url.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("https" | "http" | "mailto" | "webcal") => url,
        _ => "#".into(),
    }
}

fn link_text(label: &str, url: &str) -> String {
    format!("{}\n{}", flow(&format!("{}:", clean(label))), address(url))
}

/// Values in a column beside their names; a long name gets a line of its own.
fn facts_text(facts: &[(String, String)]) -> String {
    let longest = facts.iter().map(|(name, _)| clean(name).chars().count()).max().unwrap_or(0);
    let width = longest.min(20);
    let pad = " ".repeat(width + 2);
    let row = |(name, value): &(String, String)| match clean(name) {
        name if name.chars().count() > width => format!("{}\n{}", flow(&name), wrap(value, &pad, &pad)),
        name => wrap(value, &format!("{name:width$}  "), &pad),
    };
    facts.iter().map(row).collect::<Vec<_>>().join("\n")
}

fn flow(text: &str) -> String {
    wrap(text, "", "")
}

/// Breaks at blanks; `first` opens the first line, `rest` every other. A word too long for a line is cut, an address never.
fn wrap(text: &str, first: &str, rest: &str) -> String {
    let wide = |row: &str, word: &str| row.chars().count() + word.chars().count() > COLUMNS;
    let mut rows: Vec<String> = Vec::new();
    for source in text.trim().split('\n') {
        let start = if rows.is_empty() { first } else { rest };
        let (mut row, mut fresh) = (start.to_string(), true);
        for mut word in clean(source).split(' ') {
            if !fresh && wide(&row, &format!(" {word}")) {
                rows.push(row);
                (row, fresh) = (rest.to_string(), true);
            }
            while fresh && wide(&row, word) && !word.contains("://") {
                let room = COLUMNS.saturating_sub(row.chars().count()).max(1);
                let at = word.char_indices().nth(room).map_or(word.len(), |(at, _)| at);
                rows.push(row + &word[..at]);
                (row, word) = (rest.to_string(), &word[at..]);
            }
            if !fresh {
                row.push(' ');
            }
            row.push_str(word);
            fresh = false;
        }
        rows.push(row);
    }
    rows.iter().map(|row| row.trim_end()).collect::<Vec<_>>().join("\n")
}

/// The accent, as far as a letter needs it.
struct Colour([u8; 3]);

impl Colour {
    fn parse(text: &str) -> Self {
        let six = |hex: &&str| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hex = text.strip_prefix('#').filter(six).unwrap_or(&ACCENT[1..]);
        Colour([0, 2, 4].map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap_or_default()))
    }

    fn hex(&self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// A ground of the same hue for words that stand apart.
    fn soft(&self) -> String {
        Colour(self.0.map(|part| 255 - (255 - part) / 9)).hex()
    }

    /// White or black, whichever has 4.5 : 1 on this colour (WCAG 2.2, relative luminance).
    fn readable(&self) -> &'static str {
        let [red, green, blue] = self.0.map(|part| match f64::from(part) / 255.0 {
            part if part <= 0.04045 => part / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        });
        if 0.2126 * red + 0.7152 * green + 0.0722 * blue <= 0.183 { "#ffffff" } else { "#000000" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://learn.halden.example/i/inv_5d8c1f0b7e2a4c9d8e6f1a2b3c4d5e6f7a8b9c0d1e2f";

    fn letter() -> Letter<'static> {
        Letter {
            host: "Halden Industries",
            accent: ACCENT,
            subject: "Leading through the energy shift",
            preheader: "Your seat is held until Friday 26 February.",
            greeting: "Dear Amara Okafor,",
            paragraphs: vec![
                Block::Text("you and nine colleagues from Meridian Rail are invited to a week on one question: how large organisations change course while they keep running.".into()),
                Block::Facts(vec![
                    ("When".into(), "Saturday 27 – Wednesday 31 March 2027".into()),
                    ("Your seat".into(), "Held for you until Friday 26 February, 18:00 New York time (midnight in Paris)".into()),
                ]),
                Block::Quote {
                    title: "No sales conversations, unless you start one".into(),
                    body: "Everyone from Halden and every educator has agreed to this.".into(),
                },
                Block::List(vec!["Bring photo identification".into()]),
            ],
            button: Some(("Read and answer".into(), URL.into())),
            after: vec![],
            signature: Some("Ingrid Solheim\nexecutive sponsor".into()),
            why: "You get this because Meridian Rail named you.",
        }
    }

    #[test]
    fn the_plain_text_reads_as_a_letter() {
        let expected = format!(
            "Halden Industries\n\nLeading through the energy shift\n\nDear Amara Okafor,\n\n\
             you and nine colleagues from Meridian Rail are invited to a week on one\n\
             question: how large organisations change course while they keep running.\n\n\
             When       Saturday 27 – Wednesday 31 March 2027\n\
             Your seat  Held for you until Friday 26 February, 18:00 New York time\n\
             \x20          (midnight in Paris)\n\n\
             | No sales conversations, unless you start one\n\
             | Everyone from Halden and every educator has agreed to this.\n\n\
             - Bring photo identification\n\nRead and answer:\n{URL}\n\n\
             Ingrid Solheim\nexecutive sponsor\n\n--\nYou get this because Meridian Rail named you.\n"
        );
        assert_eq!(letter().text(), expected);
    }

    #[test]
    fn the_address_stands_once_in_each_part() {
        assert_eq!(letter().html().matches(URL).count(), 1);
        assert_eq!(letter().text().lines().filter(|row| *row == URL).count(), 1);
        assert_eq!(letter().text().matches(URL).count(), 1);
    }

    #[test]
    fn no_line_is_wider_than_72_unless_it_holds_an_address() {
        let long = format!("{} see {URL} for the rest {}", "Ærlighed og åbenhed ".repeat(20), "x".repeat(200));
        let mut letter = letter();
        letter.after = vec![
            Block::Text(long.clone()),
            Block::List(vec![long.clone()]),
            Block::Facts(vec![("n".repeat(90), long.clone())]),
            Block::Quote { title: long.clone(), body: long },
        ];
        let text = letter.text();
        assert_eq!(text.lines().filter(|row| row.chars().count() > COLUMNS && !row.contains("://")).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(text.matches(URL).count(), 6);
    }

    #[test]
    fn what_people_typed_is_never_markup() {
        let typed = r#"<b onclick="x('y')">Tom & Ann</b>"#;
        let safe = "&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;Tom &amp; Ann&lt;/b&gt;";
        assert_eq!(escape(typed), safe);
        let owned = || typed.to_string();
        let html = Letter {
            host: typed,
            accent: typed,
            subject: typed,
            preheader: typed,
            greeting: typed,
            paragraphs: vec![Block::Text(owned()), Block::Facts(vec![(owned(), owned())]), Block::List(vec![owned()])],
            button: Some((owned(), format!("https://halden.example/?q={typed}"))),
            after: vec![Block::Quote { title: owned(), body: owned() }, Block::Link { label: owned(), url: owned() }],
            signature: Some(owned()),
            why: typed,
        }
        .html();
        assert!(!html.contains("<b ") && !html.contains("onclick=\""));
        assert_eq!(html.matches(safe).count(), 15);
        assert!(html.contains(r#"href="https://halden.example/?q=&lt;bonclick=&quot;x(&#39;y&#39;)&quot;&gt;Tom&amp;Ann&lt;/b&gt;""#));
    }

    #[test]
    fn only_addresses_that_cannot_run_anything_are_links() {
        let cases = [
            ("HTTPS://a.example/x", "HTTPS://a.example/x"),
            ("mailto:a@b.example", "mailto:a@b.example"),
            ("https://a.example/\r\nx", "https://a.example/x"),
            ("java\nscript:alert(1)", "#"),
            ("data:text/html,x", "#"),
            ("/relative", "#"),
        ];
        for (typed, expected) in cases {
            assert_eq!(address(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn line_breaks_do_not_leave_their_field() {
        let typed = "A seat\r\nBcc: all@example.org\0";
        let letter = Letter { subject: typed, preheader: typed, host: typed, why: typed, ..letter() };
        assert!(letter.html().contains("<title>A seat Bcc: all@example.org</title>"));
        let (html, text) = (letter.html(), letter.text());
        assert!(!html.lines().chain(text.lines()).any(|row| row.starts_with("Bcc:")));
        assert!(!html.contains(['\r', '\0']) && !text.contains(['\r', '\0']));
    }

    #[test]
    fn the_button_is_readable_on_any_accent() {
        let cases = [(ACCENT, "#ffffff"), ("#FFDD00", "#000000"), ("#777777", "#000000"), ("#000000", "#ffffff")];
        for (accent, words) in cases {
            assert_eq!(Colour::parse(accent).readable(), words, "{accent}");
        }
        assert_eq!(Colour::parse("red;background:url(x)").hex(), ACCENT);
        assert_eq!(Colour::parse(ACCENT).soft(), "#e6edec");
    }
}
