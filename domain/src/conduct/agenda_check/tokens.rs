//! A text as words with their places: what hides a word (emphasis, soft hyphens, ligatures, file names) is seen through.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Language;

/// One word, number, or sign of percent or money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Its place in the source, in bytes.
    pub start: usize,
    pub end: usize,
    /// In lower case and composed (NFKC).
    pub word: String,
    /// It begins a sentence or a paragraph after another one.
    pub opens: bool,
}

impl Token {
    pub(super) fn is_number(&self) -> bool {
        self.word.starts_with(char::is_numeric)
    }
}

/// The words of a text. `VolumeDiscounts_v2` is four words; `dis**count**` is one; `’s` and `l’` are none.
pub(super) fn read(text: &str) -> Vec<Token> {
    Reader::new(text, true).read()
}

/// The words of a term, where capitals mean nothing.
pub(super) fn read_term(text: &str) -> Vec<Token> {
    Reader::new(&text.to_lowercase(), false).read()
}

/// A word without its accents, as it may stand in a file name: `Verlängerung`, `Verlaengerung` and `Verlangerung` are one.
pub(super) fn fold(language: Language, word: &str) -> String {
    if language == Language::German { bare(&umlauts(word)) } else { bare(word) }
}

/// Words of other scripts, and endless ones, have no stem in these languages.
pub(super) fn has_stem(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() && c < '\u{250}') && word.chars().nth(60).is_none()
}

pub(super) fn bare(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let plain: String = word.nfd().filter(|&c| !is_combining_mark(c)).collect();
    plain.replace('ß', "ss").replace('œ', "oe").replace('æ', "ae")
}

/// `ae`, `oe`, `ue` as the umlauts they are often typed for; not where they are two sounds (`neue`, `Quelle`, `Frauen`).
pub(super) fn umlauts(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    let mut last = ' ';
    while let Some(letter) = letters.next() {
        let umlaut = match letter {
            _ if letters.peek() != Some(&'e') => None,
            'a' => Some('ä'),
            'o' => Some('ö'),
            'u' if !"aeqäö".contains(last) => Some('ü'),
            _ => None,
        };
        if umlaut.is_some() {
            letters.next();
        }
        last = umlaut.map_or(letter, |_| 'e');
        out.push(umlaut.unwrap_or(letter));
    }
    out
}

const APOSTROPHES: &str = "'’‘ʼ`´＇";
/// What English leaves behind an apostrophe, and French before one.
const CLITICS: [&str; 6] = ["s", "ll", "re", "ve", "d", "m"];
const ELISIONS: [&str; 9] = ["l", "d", "n", "j", "m", "t", "s", "c", "qu"];

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn is_letter(c: char) -> bool {
    !c.is_numeric() && !APOSTROPHES.contains(c) && (c.is_alphabetic() || is_combining_mark(c))
}

/// A word being read.
struct Open {
    start: usize,
    end: usize,
    raw: String,
    numeric: bool,
    opens: bool,
    after_apostrophe: bool,
    before_apostrophe: bool,
}

struct Reader {
    chars: Vec<(usize, char)>,
    camel: bool,
    /// A sentence or paragraph ended since the last word.
    ended: bool,
    current: Option<Open>,
    done: Vec<Open>,
}

impl Reader {
    fn new(text: &str, camel: bool) -> Self {
        let chars = text.char_indices().filter(|&(_, c)| !is_invisible(c)).collect();
        Self { chars, camel, ended: false, current: None, done: Vec::new() }
    }

    fn read(mut self) -> Vec<Token> {
        let mut at = 0;
        while at < self.chars.len() {
            at = self.step(at);
        }
        self.close();
        settled(self.done)
    }

    fn peek(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|&(_, c)| c)
    }

    /// Reads the character at `at`; answers where to read on.
    fn step(&mut self, at: usize) -> usize {
        let (_, c) = self.chars[at];
        if "%€$£".contains(c) {
            self.close();
            self.open(at, true);
            self.close();
            return at + 1;
        }
        if is_letter(c) || c.is_numeric() {
            if !self.continues(at) {
                self.close();
                self.open(at, false);
                return at + 1;
            }
            self.push(at);
            return at + 1;
        }
        self.separate(at, c)
    }

    /// The letter or digit at `at` belongs to the current word.
    fn continues(&self, at: usize) -> bool {
        let Some(current) = &self.current else { return false };
        let c = self.chars[at].1;
        if is_combining_mark(c) {
            return true;
        }
        if current.numeric != c.is_numeric() {
            return false;
        }
        let last = current.raw.chars().next_back().unwrap_or(' ');
        let lower = |at: usize| self.peek(at).is_some_and(char::is_lowercase);
        let hump = c.is_uppercase() && (last.is_lowercase() || (last.is_uppercase() && lower(at + 1) && lower(at + 2)));
        !(self.camel && hump)
    }

    fn separate(&mut self, at: usize, c: char) -> usize {
        if let Some(current) = &self.current {
            if c == '*' && !current.numeric {
                let past = (at..self.chars.len()).find(|&i| self.chars[i].1 != '*').unwrap_or(at);
                if self.peek(past).is_some_and(is_letter) {
                    return past; // emphasis inside a word
                }
            }
            if current.numeric && (c == '.' || c == ',') && self.peek(at + 1).is_some_and(char::is_numeric) {
                self.push(at);
                return at + 1;
            }
        }
        self.close();
        let place = self.chars[at].0;
        if APOSTROPHES.contains(c)
            && let Some(word) = self.done.last_mut().filter(|word| word.end == place)
        {
            word.before_apostrophe = true;
        }
        self.ended |= self.ends_passage(at, c);
        at + 1
    }

    fn ends_passage(&self, at: usize, c: char) -> bool {
        let blank = |at: usize| self.peek(at).is_none_or(char::is_whitespace);
        match c {
            ':' => blank(at + 1),
            '.' | '!' | '?' | ';' | '。' => {
                blank(at + 1) || (self.peek(at + 1).is_some_and(|next| "\"'”’)»*_".contains(next)) && blank(at + 2))
            }
            '\n' => self.chars[at + 1..].iter().map(|&(_, c)| c).find(|c| !" \t\r".contains(*c)) == Some('\n'),
            _ => false,
        }
    }

    fn open(&mut self, at: usize, sign: bool) {
        let (start, c) = self.chars[at];
        let after_apostrophe = at > 0
            && APOSTROPHES.contains(self.chars[at - 1].1)
            && self.done.last().is_some_and(|word| word.before_apostrophe && word.end == self.chars[at - 1].0);
        self.current = Some(Open {
            start,
            end: start + c.len_utf8(),
            raw: c.to_string(),
            numeric: !sign && c.is_numeric(),
            opens: std::mem::take(&mut self.ended),
            after_apostrophe,
            before_apostrophe: false,
        });
    }

    fn push(&mut self, at: usize) {
        let (place, c) = self.chars[at];
        if let Some(current) = &mut self.current {
            current.raw.push(c);
            current.end = place + c.len_utf8();
        }
    }

    fn close(&mut self) {
        self.done.extend(self.current.take());
    }
}

/// Composed and in lower case, without clitics; what a dropped word opened, the next one opens.
fn settled(words: Vec<Open>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(words.len());
    let mut opens = false;
    for read in words {
        let word = if read.raw.is_ascii() { read.raw.to_ascii_lowercase() } else { read.raw.nfkc().collect::<String>().to_lowercase() };
        opens |= read.opens;
        let clitic = read.after_apostrophe && CLITICS.contains(&word.as_str());
        let elision = read.before_apostrophe && ELISIONS.contains(&word.as_str());
        if !clitic && !elision {
            tokens.push(Token { start: read.start, end: read.end, word, opens: std::mem::take(&mut opens) && !tokens.is_empty() });
        }
    }
    tokens
}
