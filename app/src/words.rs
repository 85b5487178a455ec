//! Small pieces of language that pages share.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::time::{self, Zone, words};
use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

/// `1 seat`, `4 seats`.
#[must_use]
pub fn count(number: u32, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", thousands(u64::from(number))) }
}

/// As [`count`], of figures that may be larger: `1 click`, `4,120 clicks`.
#[must_use]
pub fn figure(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number.unsigned_abs()), if number == 1 { one } else { many })
}

/// `1,204`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `Granite Bank, Coral Foods and Meridian Rail`.
#[must_use]
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `2 − 4 = −2`: what one side comes to beside the other.
#[must_use]
pub fn balance(ours: i64, theirs: i64) -> String {
    let sign = match (ours - theirs).signum() {
        1 => "+",
        -1 => "−",
        _ => "",
    };
    format!("{ours} − {theirs} = {sign}{}", (ours - theirs).unsigned_abs())
}

/// The first letter large: for states and kinds at the start of a line.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// The same hours on the reader's clock, when that is another: `03:00–04:15`, with the day where it differs.
#[must_use]
pub fn span_elsewhere(zone: &Zone, venue: NaiveDateTime, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Option<String> {
    let (starts, ends) = (time::to_local(zone, starts_at), time::to_local(zone, ends_at));
    if starts == venue {
        return None;
    }
    let span = words::span(starts, ends);
    Some(if starts.date() == venue.date() { span } else { format!("{} {span}", words::day_short(starts.date())) })
}

/// User text as safe HTML: Markdown, cleaned.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut html = String::new();
    html::push_html(&mut html, Parser::new(text));
    ammonia::Builder::default().rm_tags(["img"]).link_rel(Some("noopener noreferrer nofollow")).clean(&html).to_string()
}

/// User text as plain words: paragraphs apart, list items on lines of their own, links by their text, no HTML.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut pictures = 0;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Image { .. }) => pictures += 1,
            Event::End(TagEnd::Image) => pictures -= 1,
            Event::Text(said) | Event::Code(said) if pictures == 0 => words.push_str(&said),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Item) => words.push('\n'),
            Event::Start(Tag::Item) => words.push_str("- "),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::BlockQuote(_) | TagEnd::CodeBlock | TagEnd::List(_)) => {
                words.push_str("\n\n");
            }
            _ => {}
        }
    }
    let mut lines: Vec<&str> = words.lines().map(str::trim_end).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_shows_what_it_is_made_of() {
        for (ours, theirs, said) in [(2, 4, "2 − 4 = −2"), (4, 2, "4 − 2 = +2"), (3, 3, "3 − 3 = 0"), (0, 0, "0 − 0 = 0")] {
            assert_eq!(balance(ours, theirs), said);
        }
    }

    #[test]
    fn numbers_and_lists_as_people_say_them() {
        assert_eq!([count(1, "seat", "seats"), count(1204, "seat", "seats")], ["1 seat", "1,204 seats"]);
        let names = ["A", "B", "C"].map(str::to_owned);
        assert_eq!([list(&names[..0]), list(&names[..1]), list(&names)], ["", "A", "A, B and C"]);
    }

    #[test]
    fn markdown_keeps_structure_and_drops_danger() {
        let html = markdown("**bold** <script>alert(1)</script> [x](javascript:alert(1)) ![i](https://track.example/p.png)");
        assert!(html.contains("<strong>bold</strong>"));
        for danger in ["<script", "javascript:", "<img", "track.example"] {
            assert!(!html.contains(danger), "{html}");
        }
    }

    #[test]
    fn the_readers_clock_is_shown_where_it_differs() {
        let (paris, new_york) = (Zone::parse("Europe/Paris").unwrap(), Zone::parse("America/New_York").unwrap());
        let (starts, ends): (DateTime<Utc>, DateTime<Utc>) =
            ("2027-03-29T07:00:00Z".parse().unwrap(), "2027-03-29T08:15:00Z".parse().unwrap());
        let venue = time::to_local(&paris, starts);
        assert_eq!(span_elsewhere(&paris, venue, starts, ends), None);
        assert_eq!(span_elsewhere(&new_york, venue, starts, ends).as_deref(), Some("03:00–04:15"));
        let tokyo = Zone::parse("Asia/Tokyo").unwrap();
        let late: DateTime<Utc> = "2027-03-29T18:00:00Z".parse().unwrap();
        assert_eq!(span_elsewhere(&tokyo, time::to_local(&paris, late), late, late).as_deref(), Some("Tue 30 03:00–03:00"));
    }

    #[test]
    fn markdown_reads_as_plain_words() {
        for (summary, expect) in [
            ("", ""),
            ("**Why** good plans stall.", "Why good plans stall."),
            ("One.\n\nTwo & three <four>.", "One.\n\nTwo & three ."),
            ("Bring:\n\n- a pen\n- a plan", "Bring:\n\n- a pen\n- a plan"),
            ("See [the case](https://x.example/a \"a > b\").", "See the case."),
            ("a \\< b &amp;lt; c", "a < b &lt; c"),
        ] {
            assert_eq!(plain(summary), expect, "{summary:?}");
        }
    }
}
