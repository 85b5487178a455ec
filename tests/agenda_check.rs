//! The agenda check before phrases it has never seen, in the ten variants `data/sales_phrases/README.md` defines; and
//! before a real agenda, which it must leave in peace.

use domain::agenda::agenda_import;
use domain::conduct::agenda_check::{TermList, find};
use unicode_normalization::UnicodeNormalization as _;

const README: &str = include_str!("data/sales_phrases/README.md");
const DEMOCON: &[u8] = include_bytes!("data/agenda-democon.json");

const VARIANTS: [&str; 10] = [
    "mid_sentence",
    "all_caps",
    "title_start",
    "end_glued",
    "markdown",
    "broken_spacing",
    "joined",
    "typographic",
    "file_name",
    "inflected",
];

/// A language of the data: its phrases, its innocent surroundings, and a word that is innocent in them.
struct Tongue {
    code: &'static str,
    phrases: Vec<(&'static str, &'static str)>,
    carriers: Vec<&'static str>,
    tails: Vec<&'static str>,
    quotes: (&'static str, &'static str),
    innocent: &'static str,
}

fn tongues() -> [Tongue; 3] {
    let tongue = |code, rows: &'static str, quotes, innocent| {
        let mut lines = rows.lines();
        assert_eq!(lines.next(), Some("phrase\tinflected"));
        let phrases = lines.map(|line| line.split_once('\t').unwrap_or_else(|| panic!("two columns: {line}"))).collect();
        Tongue { code, phrases, carriers: block(&format!("carriers-{code}")), tails: block(&format!("tails-{code}")), quotes, innocent }
    };
    [
        tongue("en", include_str!("data/sales_phrases/en.tsv"), ("“", "”"), "gardening"),
        tongue("de", include_str!("data/sales_phrases/de.tsv"), ("„", "“"), "Gartenarbeit"),
        tongue("fr", include_str!("data/sales_phrases/fr.tsv"), ("«\u{a0}", "\u{a0}»"), "jardinage"),
    ]
}

/// The lines of a fenced block of the README.
fn block(name: &str) -> Vec<&'static str> {
    let from = README.find(&format!("```{name}\n")).unwrap_or_else(|| panic!("no block {name}")) + name.len() + 4;
    let to = README[from..].find("```").expect("the block ends");
    README[from..from + to].lines().collect()
}

impl Tongue {
    /// What the phrase of row `i` becomes in a variant, from 1.
    fn planted(&self, i: usize, variant: usize, phrase: &str, inflected: &str) -> String {
        let carrier = self.carriers[(i + variant) % 7];
        let put = |text: &str| carrier.replace("{P}", text);
        match variant {
            1 => put(phrase),
            2 => put(phrase).to_uppercase(),
            3 => each_word(phrase, " ", capitalised) + self.tails[i % 5],
            4 => {
                let (open, close) = self.quotes;
                let before = carrier.split("{P}").next().unwrap_or_default();
                let glued = match i % 8 {
                    0 => format!("{phrase}."),
                    1 => format!("{phrase}!"),
                    2 => format!("{phrase}?"),
                    3 => format!("\"{phrase}\"."),
                    4 => format!("({phrase})."),
                    5 => format!("{open}{phrase}{close}!"),
                    6 => format!("[{phrase}];"),
                    _ => format!("{phrase}…"),
                };
                format!("{before}{glued}")
            }
            5 => put(&emphasised(i % 6, phrase)),
            6 => {
                let space = ["\n", "  ", "\u{a0}", "\r\n", "\u{202f}", " \n    "][i % 6];
                match phrase.rsplit_once(' ') {
                    None => carrier.replace(" {P} ", &format!("{space}{phrase}{space}")),
                    Some((first, last)) if matches!(i % 6, 0 | 3 | 5) => put(&format!("{first}{space}{last}")),
                    Some(_) => put(&phrase.replace(' ', space)),
                }
            }
            7 => {
                let joint = ["-", "\u{2010}", "\u{2011}", "\u{2013}"][i % 4];
                put(&if phrase.contains([' ', '-']) {
                    phrase.replace([' ', '-'], joint)
                } else {
                    match self.code {
                        "en" => format!("{phrase}{joint}session"),
                        "de" => format!("{phrase}{joint}Runde"),
                        _ => format!("séance{joint}{phrase}"),
                    }
                })
            }
            8 => put(&typographic(i, phrase)),
            9 => {
                let plain = phrase.replace('\'', if self.code == "en" { "" } else { " " });
                let name = each_word(&plain, "_", capitalised);
                let suffix = ["", "_v2", "_final", "_2026-03"][i % 4];
                let extension = [".pptx", ".pdf", ".docx", ".xlsx", ".md"][i % 5];
                format!("{name}{suffix}{extension}")
            }
            10 => put(inflected),
            _ => panic!("there are ten variants"),
        }
    }
}

fn each_word(phrase: &str, joint: &str, change: fn(&str) -> String) -> String {
    phrase.split(' ').map(change).collect::<Vec<_>>().join(joint)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// Markdown emphasis, forms 0 to 5.
fn emphasised(form: usize, phrase: &str) -> String {
    let half = |phrase: &str| {
        let at = phrase.chars().count() / 2;
        let at = phrase.char_indices().nth(at).map_or(phrase.len(), |(at, _)| at);
        let (first, last) = phrase.split_at(at);
        (first.to_owned(), last.to_owned())
    };
    match form {
        0 => format!("**{phrase}**"),
        1 => format!("*{phrase}*"),
        2 => format!("__{phrase}__"),
        3 => match phrase.split_once(' ') {
            Some((first, rest)) => format!("**{first}** {rest}"),
            None => {
                let (first, last) = half(phrase);
                format!("**{first}**{last}")
            }
        },
        4 => match phrase.rsplit_once(' ') {
            Some((rest, last)) => format!("{rest} *{last}*"),
            None => {
                let (first, last) = half(phrase);
                format!("{first}*{last}*")
            }
        },
        _ => format!("***{phrase}***"),
    }
}

/// Typographic apostrophes, ligatures, a soft hyphen; decomposed in odd rows.
fn typographic(i: usize, phrase: &str) -> String {
    let mut text = String::new();
    let apostrophes = phrase.replace('\'', "’");
    let mut rest = apostrophes.as_str();
    'letters: while let Some(letter) = rest.chars().next() {
        for (letters, ligature) in [("ffi", 'ﬃ'), ("ffl", 'ﬄ'), ("ff", 'ﬀ'), ("fi", 'ﬁ'), ("fl", 'ﬂ')] {
            if let Some(after) = rest.strip_prefix(letters) {
                text.push(ligature);
                rest = after;
                continue 'letters;
            }
        }
        text.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    let (mut longest, mut most, mut from) = (0, 0, 0);
    for piece in text.split([' ', '-']) {
        if piece.chars().count() > most {
            (longest, most) = (from, piece.chars().count());
        }
        from += piece.len() + 1;
    }
    if most >= 6 {
        let half = text[longest..].char_indices().nth(most / 2).map_or(text.len(), |(at, _)| longest + at);
        text.insert(half, '\u{ad}');
    }
    if text == phrase {
        text.insert(0, '\u{200b}');
    }
    if i % 2 == 1 { text.nfd().collect() } else { text }
}

/// The examples of the README, so that what is measured is what it defines.
#[test]
fn the_variants_are_those_the_readme_defines() {
    let tongues = tongues();
    let heads: Vec<&str> = README.lines().filter(|line| line.starts_with("### ")).collect();
    let expect: Vec<String> = (1..).zip(VARIANTS).map(|(number, name)| format!("### {number}. `{name}`")).collect();
    assert_eq!(heads, expect);
    for tongue in &tongues {
        assert_eq!((tongue.carriers.len(), tongue.tails.len()), (7, 5), "{}", tongue.code);
    }
    for (tongue, i, variant, expect) in [
        (0, 0, 1, "The second part of the morning covers volume discount in the small room on the ground floor."),
        (1, 8, 2, "BITTE EINEN LAPTOP MITBRINGEN: AM DIENSTAG VOR DEM ESSEN SEHEN WIR UNS GROSSKUNDENPREIS ZU ZWEIT AN."),
        (2, 95, 2, "ANNA ET TOM PARLERONT ENSUITE AVEC BON D'ACHAT OFFERT COMME TITRE PENDANT QUE LES AUTRES GROUPES VISITENT L'ATELIER."),
        (0, 67, 3, "Close The Deal: an introduction"),
        (2, 15, 3, "Devis Gratuit: ce que nous avons appris au printemps"),
        (0, 115, 4, "After the coffee break the group turns to \"live product demo\"."),
        (2, 38, 4, "Après la pause café, le groupe passe à [vente croisée];"),
        (0, 39, 5, "On the whiteboard somebody wrote **request** a quote next to the names of the four tables."),
        (1, 0, 5, "Zwischen dem Rundgang und dem Vortrag über Flusssensoren kommt **Mengenrabatt** für eine halbe Stunde."),
        (0, 209, 6, "Between the safety walk and the talk on river sensors comes sales \n    pipeline for about half an hour."),
        (1, 63, 6, "Anna und Tom sprechen über\r\nKaufsignal\r\nwährend die anderen Gruppen die Werkstatt besuchen."),
        (0, 248, 7, "Bring a laptop: before lunch on Tuesday we look at voucher-code-for-new-customers in pairs."),
        (1, 51, 7, "Auf der Tafel stand Testlizenz\u{2013}Runde neben den Namen der vier Tische."),
        (0, 60, 8, "Between the safety walk and the talk on river sensors comes lim\u{ad}ited-time o\u{fb00}er for about half an hour."),
        (2, 57, 8, "Au tableau, quelqu'un a écrit de\u{301}ci\u{ad}sion d’achat à côté des noms des quatre tables."),
        (0, 136, 8, "The last slide of the week says \u{200b}buy now and thanks the people who looked after the labs."),
        (0, 145, 9, "Buyers_Journey_v2.pptx"),
        (2, 26, 9, "Profitez_De_L_Offre_final.pdf"),
        (0, 41, 10, "On the whiteboard somebody wrote sent you a proposal next to the names of the four tables."),
        (1, 27, 10, "Auf der Tafel stand Kostenvoranschläge neben den Namen der vier Tische."),
    ] {
        let (phrase, inflected) = tongues[tongue].phrases[i];
        assert_eq!(tongues[tongue].planted(i, variant, phrase, inflected), expect, "{phrase} as {}", VARIANTS[variant - 1]);
    }
}

#[test]
fn at_least_95_of_100_planted_phrases_are_found_in_each_language() {
    let lists = TermList::every_house();
    let (mut every_planted, mut every_found) = (0, 0);
    let mut short = Vec::new();
    for tongue in tongues() {
        let (mut planted, mut found) = (0, 0);
        let mut missed = [0; 10];
        for (i, (phrase, inflected)) in tongue.phrases.iter().enumerate() {
            for (variant, name) in (1..).zip(VARIANTS) {
                let text = tongue.planted(i, variant, phrase, inflected);
                planted += 1;
                if find(&text, lists).is_empty() {
                    missed[variant - 1] += 1;
                    println!("missed {} {name}: {text:?}", tongue.code);
                } else {
                    found += 1;
                }
            }
        }
        println!("{}: {found} of {planted}; missed by variant {missed:?}", tongue.code);
        if found * 100 < planted * 95 {
            short.push(format!("{}: {found} of {planted}", tongue.code));
        }
        every_planted += planted;
        every_found += found;
    }
    println!("all: {every_found} of {every_planted}");
    assert_eq!(every_planted, (289 + 108 + 108) * 10, "every phrase in every variant");
    assert!(short.is_empty() && every_found * 100 >= every_planted * 95, "{short:?}, {every_found} of {every_planted} in all");
}

/// The same surroundings with an innocent word: it was the phrase that was found.
#[test]
fn the_surroundings_raise_nothing_by_themselves() {
    for tongue in tongues() {
        // As many rows as it takes for every carrier to meet every form.
        for i in 0..56 {
            for variant in 1..=10 {
                let text = tongue.planted(i, variant, tongue.innocent, tongue.innocent);
                assert_eq!(find(&text, TermList::every_house()), [], "{text:?}");
            }
        }
    }
}

#[test]
fn a_real_agenda_is_left_in_peace() {
    let reading = agenda_import::read(DEMOCON).expect("the agenda");
    let sessions = reading.items.len();
    assert_eq!(sessions, 36);
    let mut alarms = 0;
    for item in &reading.items {
        let track = item.track.as_deref().unwrap_or_default();
        for text in [item.title.as_str(), item.abstract_text.as_str(), track] {
            for finding in find(text, TermList::every_house()) {
                alarms += 1;
                println!("false alarm in “{}”: “{}” by {}", item.title, finding.phrase, finding.term);
            }
        }
    }
    assert!(alarms * 100 <= sessions, "{alarms} false alarms in {sessions} sessions");
}
