//! The list of terms a program manager edits: one term per line, read into an index by first word.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use super::tokens::{self, Token};
use super::{Language, Match, forms};
use crate::agenda::release::Severity;
use crate::refusal::FieldRefusal;

/// The term language, for the page beside the text area.
pub const HELP: &str = "\
One term per line; “#” begins a comment. A word finds all its forms (price, prices, priced); =word or \"word\" finds only this form.
a|b|c is one word or another, word? may be missing, *word* stands inside longer words, 9 is any number.
~ lets up to two words stand between, ~5 up to five. @name = a|b|c names a set of words, which @name then stands for.
A line may end with ! warn or ! block; without either it warns.
“not …” is an innocent context: it silences what it touches, unless that is longer.";

/// The longest match in words; one bit each, and one for its end.
const SPAN: usize = 62;
const LONGEST_LIST: usize = 400_000;
const MOST_POSITIONS: usize = 16;
const WIDEST_GAP: usize = 8;

/// The terms of one language, ready to be looked for.
#[derive(Debug, Clone)]
pub struct TermList {
    language: Language,
    words: Words,
    terms: Vec<Term>,
    /// The terms a word may begin.
    by_first: HashMap<usize, Vec<usize>>,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub line: String,
    pub severity: Severity,
    /// A `not …` line.
    pub innocent: bool,
    positions: Vec<Position>,
}

#[derive(Debug, Clone)]
enum Position {
    /// Up to so many words of any kind.
    Gap(usize),
    Words {
        /// The choices of one word, ascending.
        single: Vec<usize>,
        /// The choices of several words.
        rows: Vec<Choice>,
        optional: bool,
    },
}

/// Words in a row, each by its number in the list.
type Choice = Vec<usize>;

/// A word of the list, and what of a text it finds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Word {
    Exact(String),
    Stem(String),
    Begins(String),
    Ends(String),
    Within(String),
    Number,
}

/// Every word of a list, numbered once.
#[derive(Debug, Clone, Default)]
struct Words {
    numbers: HashMap<Word, usize>,
    /// Words with a rest behind them, by their first three letters.
    begins: HashMap<String, Vec<(String, usize)>>,
    ends: Vec<(String, usize)>,
    within: Vec<(String, usize)>,
}

static HOUSE: LazyLock<Vec<TermList>> = LazyLock::new(|| {
    let read =
        |&language: &Language| TermList::parse(language, TermList::house_text(language)).expect("the shipped lists are read in a test");
    Language::ALL.iter().map(read).collect()
});

impl TermList {
    /// Reads a list as it was typed.
    ///
    /// # Errors
    /// A sentence for `terms`: the first line that cannot be read, and what to do about it.
    pub fn parse(language: Language, typed: &str) -> Result<Self, FieldRefusal> {
        if typed.len() > LONGEST_LIST {
            return Err(FieldRefusal::new("terms", format!("This list is {} bytes long. Shorten it to {LONGEST_LIST}.", typed.len())));
        }
        let mut reading = Reading { language, stemmer: stemmer(language), words: Words::default(), sets: HashMap::new() };
        let mut terms = Vec::new();
        for (number, line) in (1..).zip(typed.lines()) {
            let line = line.trim().replace(['“', '”', '„'], "\"");
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let term = reading.line(&line).map_err(|why| FieldRefusal::new("terms", format!("Line {number} ({line}): {why}")))?;
            terms.extend(term);
        }
        Ok(Self { language, words: reading.words, by_first: by_first(&terms), terms })
    }

    /// The list shipped for a language.
    #[must_use]
    pub fn house(language: Language) -> Self {
        let shipped = HOUSE.iter().find(|list| list.language == language);
        shipped.cloned().expect("every language has a shipped list")
    }

    /// The lists shipped for every language, read once.
    #[must_use]
    pub fn every_house() -> &'static [Self] {
        &HOUSE
    }

    /// The shipped list as text: where a program manager starts.
    #[must_use]
    pub const fn house_text(language: Language) -> &'static str {
        match language {
            Language::English => include_str!("terms/en.txt"),
            Language::German => include_str!("terms/de.txt"),
            Language::French => include_str!("terms/fr.txt"),
        }
    }

    /// The language whose stems these terms go by.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// How many terms look for something; innocent contexts and sets are not counted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.terms.iter().filter(|term| !term.innocent).count()
    }

    /// Every place where a term fits; each term the longest way from where it begins. `passages` holds, for each token,
    /// where its passage ends.
    pub(super) fn matches(&self, tokens: &[Token], passages: &[usize]) -> Vec<Match<'_>> {
        let stemmer = stemmer(self.language);
        let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
        for token in tokens {
            known.entry(&token.word).or_insert_with(|| self.words.of(self.language, &stemmer, token));
        }
        let words: Vec<&[usize]> = tokens.iter().map(|token| known[token.word.as_str()].as_slice()).collect();

        let mut matches = Vec::new();
        for (from, first) in words.iter().enumerate() {
            let ahead = &words[from..passages[from].min(from + SPAN)];
            let candidates = first.iter().filter_map(|word| self.by_first.get(word)).flatten();
            matches.extend(candidates.filter_map(|&term| {
                let term = &self.terms[term];
                term.fit(ahead).map(|length| Match { term, from, to: from + length })
            }));
        }
        matches
    }
}

impl Term {
    /// How many of the words ahead the term covers, at most. Bit n of `reach` says that the positions so far can end
    /// before word n, so that gaps cost nothing.
    fn fit(&self, ahead: &[&[usize]]) -> Option<usize> {
        let within = (1_u64 << (ahead.len() + 1)) - 1;
        let mut reach = 1_u64;
        for position in &self.positions {
            reach = within
                & match position {
                    Position::Gap(most) => (0..=*most).fold(0, |sum, words| sum | (reach << words)),
                    Position::Words { single, rows, optional } => {
                        let stay = if *optional { reach } else { 0 };
                        let starts = (0..ahead.len()).filter(|at| (reach >> at) & 1 == 1);
                        starts.fold(stay, |sum, at| sum | (ends_of(single, rows, &ahead[at..]) << at))
                    }
                };
            if reach == 0 {
                return None;
            }
        }
        (1..=ahead.len()).rev().find(|end| (reach >> end) & 1 == 1)
    }
}

/// Bit n: one of the choices is the next n words.
fn ends_of(single: &[usize], rows: &[Choice], ahead: &[&[usize]]) -> u64 {
    let one = ahead.first().is_some_and(|here| here.iter().any(|word| single.binary_search(word).is_ok()));
    let fits = |row: &&Choice| row.len() <= ahead.len() && row.iter().zip(ahead).all(|(word, here)| here.contains(word));
    rows.iter().filter(fits).fold(u64::from(one) << 1, |sum, row| sum | (1_u64 << row.len()))
}

fn by_first(terms: &[Term]) -> HashMap<usize, Vec<usize>> {
    let mut index: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, term) in terms.iter().enumerate() {
        for position in &term.positions {
            let Position::Words { single, rows, optional } = position else { break };
            for word in single.iter().chain(rows.iter().filter_map(|row| row.first())) {
                let begun = index.entry(*word).or_default();
                if begun.last() != Some(&number) {
                    begun.push(number);
                }
            }
            if !optional {
                break;
            }
        }
    }
    index
}

impl Words {
    fn number(&mut self, word: Word) -> usize {
        let next = self.numbers.len();
        if let Some(&known) = self.numbers.get(&word) {
            return known;
        }
        match &word {
            Word::Begins(part) => self.begins.entry(head(part).to_owned()).or_default().push((part.clone(), next)),
            Word::Ends(part) => self.ends.push((part.clone(), next)),
            Word::Within(part) => self.within.push((part.clone(), next)),
            Word::Exact(_) | Word::Stem(_) | Word::Number => {}
        }
        self.numbers.insert(word, next);
        next
    }

    /// The words of the list that find this token.
    fn of(&self, language: Language, stemmer: &Stemmer, token: &Token) -> Vec<usize> {
        let folded = tokens::fold(language, &token.word);
        let mut found: Vec<usize> = Vec::new();
        found.extend(self.numbers.get(&Word::Stem(stem(language, stemmer, &token.word))));
        if token.is_number() {
            found.extend(self.numbers.get(&Word::Number));
        }
        found.extend(self.begun(&folded));
        if language == Language::German
            && let Some(verb) = forms::without_infix(&folded)
        {
            found.extend(self.begun(&verb));
        }
        found.extend(self.ends.iter().filter(|(part, _)| folded.ends_with(part.as_str())).map(|(_, number)| *number));
        found.extend(self.within.iter().filter(|(part, _)| folded.contains(part.as_str())).map(|(_, number)| *number));
        found.extend(self.numbers.get(&Word::Exact(folded)));
        found
    }

    /// The words with a rest behind them that a word begins with.
    fn begun(&self, word: &str) -> impl Iterator<Item = usize> {
        let begun = self.begins.get(head(word)).into_iter().flatten();
        begun.filter(|(part, _)| word.starts_with(part.as_str())).map(|(_, number)| *number)
    }
}

/// The first three letters.
fn head(word: &str) -> &str {
    word.char_indices().nth(3).map_or(word, |(at, _)| &word[..at])
}

fn stemmer(language: Language) -> Stemmer {
    Stemmer::create(match language {
        Language::English => Algorithm::English,
        Language::German => Algorithm::German,
        Language::French => Algorithm::French,
    })
}

/// The stem without accents, because capitals and file names often go without.
fn stem(language: Language, stemmer: &Stemmer, word: &str) -> String {
    if !tokens::has_stem(word) {
        return tokens::bare(word);
    }
    let word = forms::verb(language, word).unwrap_or(word);
    match language {
        Language::English => match forms::american(word) {
            Some(word) => tokens::bare(&stemmer.stem(&word)),
            None => tokens::bare(&stemmer.stem(word)),
        },
        Language::German => tokens::bare(&stemmer.stem(&tokens::umlauts(word))),
        Language::French => tokens::bare(&stemmer.stem(word)),
    }
}

/// A list being read.
struct Reading {
    language: Language,
    stemmer: Stemmer,
    words: Words,
    sets: HashMap<String, Vec<Choice>>,
}

impl Reading {
    /// The term of a line; a set is no term. The error says what to do.
    fn line(&mut self, line: &str) -> Result<Option<Term>, String> {
        if let Some((name, members)) = line.strip_prefix('@').and_then(|rest| rest.split_once(" = ")) {
            self.set(name.trim(), members)?;
            return Ok(None);
        }
        let (body, severity) = match line.rsplit_once('!') {
            None => (line, None),
            Some((body, "")) => return Err(format!("write ! warn or ! block after “{}”, or no !.", body.trim())),
            Some((body, word)) => (body, Some(severity(word.trim())?)),
        };
        let innocent = body.strip_prefix("not ");
        if innocent.is_some() && severity.is_some() {
            return Err("a “not” line silences, so it has no severity; take the ! away.".to_owned());
        }
        let positions = parts(innocent.unwrap_or(body))?.iter().map(|part| self.position(part)).collect::<Result<Vec<_>, _>>()?;
        check_positions(&positions)?;
        Ok(Some(Term { line: line.to_owned(), severity: severity.unwrap_or(Severity::Warn), innocent: innocent.is_some(), positions }))
    }

    fn set(&mut self, name: &str, members: &str) -> Result<(), String> {
        if name.is_empty() || !name.chars().all(char::is_alphanumeric) {
            return Err("name a set with letters only, like @our = our|us|we.".to_owned());
        }
        if self.sets.contains_key(name) {
            return Err(format!("the set @{name} is already named above; choose another name or add to the first line."));
        }
        let choices = self.choices(members)?;
        self.sets.insert(name.to_owned(), choices);
        Ok(())
    }

    fn position(&mut self, part: &str) -> Result<Position, String> {
        if let Some(most) = part.strip_prefix('~') {
            let most = if most.is_empty() { Some(2) } else { most.parse().ok().filter(|most| *most <= WIDEST_GAP) };
            return most.map(Position::Gap).ok_or_else(|| format!("write ~, or ~1 to ~{WIDEST_GAP}, for words that may stand between."));
        }
        let (part, optional) = part.strip_suffix('?').map_or((part, false), |part| (part, true));
        let (mut single, rows): (Vec<Choice>, Vec<Choice>) = self.choices(part)?.into_iter().partition(|choice| choice.len() == 1);
        single.sort_unstable();
        Ok(Position::Words { single: single.concat(), rows, optional })
    }

    fn choices(&mut self, part: &str) -> Result<Vec<Choice>, String> {
        let mut choices = Vec::new();
        for text in part.split('|').map(str::trim) {
            match text.strip_prefix('@') {
                None => choices.push(self.choice(text)?),
                Some(name) => match self.sets.get(name) {
                    Some(set) => choices.extend(set.iter().cloned()),
                    None => return Err(format!("there is no set @{name} above; add a line @{name} = first|second.")),
                },
            }
        }
        Ok(choices)
    }

    fn choice(&mut self, text: &str) -> Result<Choice, String> {
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let exact = quoted.or_else(|| text.strip_prefix('='));
        if exact.is_none() && text.contains('*') {
            let lower: String = text.nfkc().collect::<String>().to_lowercase();
            let pieces = lower.split(|c: char| !c.is_alphanumeric() && c != '*').filter(|piece| !piece.is_empty());
            return pieces.map(|piece| self.starred(piece)).collect();
        }
        let read = tokens::read_term(exact.unwrap_or(text));
        if read.is_empty() {
            return Err(format!("“{text}” holds no word; write a word, or take it away."));
        }
        if read.len() > MOST_POSITIONS {
            return Err(format!("“{text}” is too long; use at most {MOST_POSITIONS} words."));
        }
        Ok(read.into_iter().map(|token| self.word(&token.word, exact.is_some())).collect())
    }

    fn word(&mut self, word: &str, exact: bool) -> usize {
        self.words.number(if exact {
            Word::Exact(tokens::fold(self.language, word))
        } else if word == "9" {
            Word::Number
        } else {
            Word::Stem(stem(self.language, &self.stemmer, word))
        })
    }

    fn starred(&mut self, piece: &str) -> Result<usize, String> {
        let part = piece.trim_matches('*');
        if part.contains('*') {
            return Err(format!("“{piece}” has a * in its middle; put it at the beginning or the end."));
        }
        if !piece.contains('*') {
            return Ok(self.word(piece, false));
        }
        let part = tokens::fold(self.language, part);
        if part.chars().count() < 3 {
            return Err(format!("“{piece}” would find too much; write at least three letters beside a *."));
        }
        Ok(self.words.number(match (piece.starts_with('*'), piece.ends_with('*')) {
            (true, true) => Word::Within(part),
            (true, false) => Word::Ends(part),
            _ => Word::Begins(part),
        }))
    }
}

fn severity(word: &str) -> Result<Severity, String> {
    match word {
        "warn" => Ok(Severity::Warn),
        "block" => Ok(Severity::Block),
        _ => Err(format!("“! {word}” is no severity; write ! warn or ! block at the end.")),
    }
}

/// The parts between white space; what stands in quotes is one part.
fn parts(body: &str) -> Result<Vec<String>, String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in body.chars() {
        quoted ^= c == '"';
        match parts.last_mut() {
            Some(part) if quoted || !c.is_whitespace() => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    if quoted {
        return Err("a quote is opened and not closed; add the second \".".to_owned());
    }
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

fn check_positions(positions: &[Position]) -> Result<(), String> {
    let gap = |position: Option<&Position>| matches!(position, Some(Position::Gap(_)));
    if positions.len() > MOST_POSITIONS {
        return Err(format!("this is too long; use at most {MOST_POSITIONS} words and gaps."));
    }
    if gap(positions.first()) || gap(positions.last()) {
        return Err("~ stands between two words; take it away from the beginning or the end.".to_owned());
    }
    if !positions.iter().any(|position| matches!(position, Position::Words { optional: false, .. })) {
        return Err("this would find anything; write at least one word without a ?.".to_owned());
    }
    Ok(())
}
