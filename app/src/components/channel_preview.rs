//! How a wording will look where it is published: its words as they are, in neutral shapes of our own.
//!
//! Nothing is added to the words: where their first line stands apart, it is set as a headline, as editors do. Deliberately
//! absent: logos of the channels, anybody's picture, and counts of likes that nobody gave.

use chrono::NaiveDate;
use domain::advocacy::consent::Channel;
use domain::advocacy::wording::language_name;
use domain::time::words::date;
use leptos::prelude::*;

/// What is looked at.
pub struct Looks<'a> {
    /// Who publishes it.
    pub host: &'a str,
    pub channel: Channel,
    /// A code: `en`.
    pub language: &'a str,
    pub body: &'a str,
    pub link: &'a str,
    /// Where its image is, and what it shows in words.
    pub image: Option<(String, &'a str)>,
    /// The day it is to be seen.
    pub day: Option<NaiveDate>,
}

/// The most a line may hold to be read as a headline.
const HEADLINE: usize = 140;

/// The wording as it will look.
#[must_use]
pub fn channel_preview(looks: &Looks<'_>) -> AnyView {
    let Looks { host, channel, language, body, link, image, day } = looks;
    let caption = format!("{}, in {}", channel.label(), language_name(language));
    let (class, from) = match channel {
        Channel::LinkedIn => ("feed", (*host).to_owned()),
        Channel::X => ("feed brief", (*host).to_owned()),
        Channel::Blog => ("article", format!("{host} · Blog")),
        Channel::Newsletter => ("block", format!("{host} · Newsletter")),
        Channel::Internal => ("note", format!("Inside {host}")),
        Channel::Press => ("release", format!("{host} · For the press")),
        Channel::Awards => ("release", format!("{host} · Award entry")),
    };
    let when = day.map(|day| view! { <span class="small soft">{date(day)}</span> });
    let (headline, rest) = if matches!(channel, Channel::LinkedIn | Channel::X) { (None, *body) } else { split(body) };
    let headline = headline.map(|line| view! { <p class="headline">{line.to_owned()}</p> });
    let paragraphs = paragraphs(rest).into_iter().map(|text| view! { <p class="lines">{text}</p> }).collect_view();
    let image = image.as_ref().map(|(address, alt)| {
        let (address, alt) = (address.clone(), (*alt).to_owned());
        view! { <img src=address alt=alt loading="lazy"/> }
    });
    let leads = (!link.is_empty()).then(|| {
        let shown = if *channel == Channel::LinkedIn { site(link).to_owned() } else { (*link).to_owned() };
        if opens(link) {
            let address = (*link).to_owned();
            view! { <p class="leads"><a href=address rel="noopener noreferrer nofollow">{shown}</a></p> }.into_any()
        } else {
            view! { <p class="leads">{shown}</p> }.into_any()
        }
    });
    // A picture stands above an article and below a post.
    let (above, below) = if *channel == Channel::Blog { (image, None) } else { (None, image) };
    let (class, spoken) = (format!("leaf {class}"), (*language).to_owned());
    view! {
        <figure class="looks">
            <figcaption>{caption}</figcaption>
            <div class=class>
                <p class="from"><strong>{from}</strong> " " {when}</p>
                {above}
                <div class="stack close" lang=spoken dir="auto">{headline}{paragraphs}</div>
                {below}
                {leads}
            </div>
        </figure>
    }
    .into_any()
}

/// A first line that stands apart, and the rest.
fn split(body: &str) -> (Option<&str>, &str) {
    let body = body.trim();
    let Some((first, rest)) = body.split_once('\n') else { return (None, body) };
    let first = first.trim();
    let apart = rest.lines().next().is_some_and(|line| line.trim().is_empty()) && !rest.trim().is_empty();
    if apart && first.chars().count() <= HEADLINE { (Some(first), rest.trim()) } else { (None, body) }
}

/// Paragraphs as they are typed: an empty line parts them, a single one stays.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines().map(str::trim_end) {
        match (line.trim().is_empty(), paragraphs.last_mut()) {
            (false, Some(last)) => last.push(line),
            (true, Some(last)) if !last.is_empty() => paragraphs.push(Vec::new()),
            _ => {}
        }
    }
    paragraphs.into_iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect()
}

/// Whether an address may be followed from our pages.
fn opens(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

/// `fjord.example`
fn site(link: &str) -> &str {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).unwrap_or(link);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_that_stands_apart_is_a_headline() {
        let long = format!("{}\n\nMore.", "word ".repeat(40));
        for (body, expect) in [
            ("One line.", (None, "One line.")),
            ("A prize\n\nWell earned.\nBy all.", (Some("A prize"), "Well earned.\nBy all.")),
            ("A prize\nWell earned.", (None, "A prize\nWell earned.")),
            ("A prize\n\n", (None, "A prize")),
            (long.as_str(), (None, long.trim())),
        ] {
            assert_eq!(split(body), expect, "{body:?}");
        }
    }

    #[test]
    fn paragraphs_and_their_lines_stay() {
        for (text, expect) in
            [("", vec![]), ("One.", vec!["One."]), ("One.\ntwo\n\n\nThree.\r\n", vec!["One.\ntwo", "Three."]), ("\n \nOne.", vec!["One."])]
        {
            assert_eq!(paragraphs(text), expect, "{text:?}");
        }
    }

    #[test]
    fn only_web_addresses_open() {
        for (link, open, at) in [
            ("https://fjord.example/a?b=c", true, "fjord.example"),
            ("http://fjord.example#a", true, "fjord.example"),
            ("javascript:alert(1)", false, "javascript:alert(1)"),
            ("//fjord.example/a", false, ""),
        ] {
            assert_eq!((opens(link), site(link)), (open, at), "{link}");
        }
    }
}
