//! The agenda check: finds sales language in what guests read of a cohort: of sessions the titles, abstracts, objectives and
//! tracks; the letter and the cohort's title; and the title, theme, audience and description of its program.
//!
//! What counts as sales language is a list of terms per language, which a program manager may edit; the lists shipped here
//! are a start. A finding points at the exact words in the source. Left out: what a release does about a finding
//! (`agenda::release`), and who dismissed one and why (the store's).

use std::cmp::Reverse;

use crate::agenda::release::Severity;
use crate::contact;

mod checked;
mod forms;
mod term_list;
#[cfg(test)]
mod tests;
mod tokens;

pub use checked::{Found, Inviting, Part, check_inviting, check_session, place_of, reason_to_dismiss};
pub use term_list::{HELP, TermList};
use tokens::Token;

crate::text_enum! {
    /// The languages terms are written in. Word stems differ by language; every list may be applied to every text.
    pub enum Language {
        English = "en",
        German = "de",
        French = "fr",
    }
}

/// A place in a text where a term was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line of the list, as it is written there.
    pub term: String,
    pub severity: Severity,
    /// The words exactly as they stand in the source.
    pub phrase: String,
    /// Where the phrase begins in the source, in bytes.
    pub start: usize,
    /// Where it ends, in bytes; `text[start..end]` is the phrase.
    pub end: usize,
}

/// What a term matched: tokens `from..to` of the text.
struct Match<'a> {
    term: &'a term_list::Term,
    from: usize,
    to: usize,
}

impl Match<'_> {
    fn length(&self) -> usize {
        self.to - self.from
    }
}

/// The findings of `lists` in `text`, in the order of the text, none overlapping another: the most severe stands, then the
/// longest, then the first. An innocent context (`not …`) silences what it touches, unless that is longer than itself.
#[must_use]
pub fn find(text: &str, lists: &[TermList]) -> Vec<Finding> {
    let tokens = tokens::read(text);
    let passages = passage_ends(&tokens);
    let (innocent, mut found): (Vec<_>, Vec<_>) =
        lists.iter().flat_map(|list| list.matches(&tokens, &passages)).partition(|matched| matched.term.innocent);

    let mut shield = vec![0; tokens.len()];
    for context in &innocent {
        for covered in &mut shield[context.from..context.to] {
            *covered = context.length().max(*covered);
        }
    }
    found.retain(|matched| shield[matched.from..matched.to].iter().all(|&covered| covered < matched.length()));
    found.sort_by_key(|matched| (Reverse(matched.term.severity), Reverse(matched.length()), matched.from));

    let mut taken = vec![false; tokens.len()];
    found.retain(|matched| {
        let span = &mut taken[matched.from..matched.to];
        let free = !span.contains(&true);
        if free {
            span.fill(true);
        }
        free
    });
    found.sort_by_key(|matched| matched.from);
    found.iter().map(|matched| finding(text, &tokens, matched)).collect()
}

fn finding(text: &str, tokens: &[Token], matched: &Match<'_>) -> Finding {
    let (start, end) = (tokens[matched.from].start, tokens[matched.to - 1].end);
    Finding { term: matched.term.line.clone(), severity: matched.term.severity, phrase: text[start..end].to_owned(), start, end }
}

/// For each token, where its passage ends: no term reaches beyond the end of a sentence or paragraph.
fn passage_ends(tokens: &[Token]) -> Vec<usize> {
    let mut ends = vec![tokens.len(); tokens.len()];
    for at in (0..tokens.len().saturating_sub(1)).rev() {
        ends[at] = if tokens[at + 1].opens { at + 1 } else { ends[at + 1] };
    }
    ends
}

/// The phrase in its sentence: what stands before it, the phrase, what stands after it. Each side is at most `around`
/// characters, cut between words (`…` shows a cut), with runs of white space folded.
#[must_use]
pub fn quoted(text: &str, finding: &Finding, around: usize) -> (String, String, String) {
    let before = text.get(..finding.start).unwrap_or_default();
    let after = text.get(finding.end..).unwrap_or_default();
    (last_words(before, around), finding.phrase.clone(), first_words(after, around))
}

fn last_words(text: &str, most: usize) -> String {
    let from = text.char_indices().rev().take(most).last().map_or(text.len(), |(at, _)| at);
    let whole = from == 0 || text[..from].ends_with(char::is_whitespace);
    let from = if whole { from } else { text[from..].find(char::is_whitespace).map_or(text.len(), |space| from + space) };
    let words = contact::one_line(&text[from..]);
    let cut = if from > 0 { "… " } else { "" };
    let gap = if text.ends_with(char::is_whitespace) && !words.is_empty() { " " } else { "" };
    format!("{cut}{words}{gap}")
}

fn first_words(text: &str, most: usize) -> String {
    let to = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    let whole = to == text.len() || text[to..].starts_with(char::is_whitespace);
    let to = if whole { to } else { text[..to].rfind(char::is_whitespace).unwrap_or(0) };
    let words = contact::one_line(&text[..to]);
    let cut = if to < text.len() { " …" } else { "" };
    let gap = if text.starts_with(char::is_whitespace) && !words.is_empty() { " " } else { "" };
    format!("{gap}{words}{cut}")
}

/// By what a dismissal is remembered: the place and the words, without case, punctuation or emphasis. The same phrase at the
/// same place stays dismissed; other words, or another place, are a new finding.
#[must_use]
pub fn key(where_: &str, phrase: &str) -> String {
    let words: Vec<String> = tokens::read(phrase).into_iter().map(|token| token.word).collect();
    let phrase = if words.is_empty() { contact::one_line(phrase).to_lowercase() } else { words.join(" ") };
    format!("{}: {phrase}", contact::one_line(where_).to_lowercase())
}
