//! Whoever is named in the words is shown: the name of the person or of the company that is celebrated needs its tick, and so
//! its consent.
//!
//! Left out: other names, which nobody here knows, and addresses, which are read by machines.

use unicode_normalization::UnicodeNormalization;

use super::AmplificationRefusal;
use crate::advocacy::consent::{Scope, Subject};

/// Who is celebrated, by number and name.
#[derive(Debug, Clone, Copy)]
pub struct Celebrated<'a> {
    /// None where it is a company's achievement.
    pub person: Option<(i64, &'a str)>,
    pub company: (i64, &'a str),
}

/// Whether every name in these texts is among what is shown.
///
/// # Errors
/// The first name that is not, as it was found, and what to tick.
pub fn names_shown<'t>(
    celebrated: &Celebrated<'_>,
    texts: impl IntoIterator<Item = &'t str>,
    uses: &[(Subject, Scope)],
) -> Result<(), AmplificationRefusal> {
    let mut sought = Vec::new();
    if let Some((person, name)) = celebrated.person
        && !uses.contains(&(Subject::Person(person), Scope::Name))
    {
        sought.extend(of_person(name).into_iter().map(|form| (Scope::Name, form)));
    }
    let (company, name) = celebrated.company;
    if !uses.contains(&(Subject::Company(company), Scope::CompanyName)) {
        sought.extend(of_company(name).into_iter().map(|form| (Scope::CompanyName, form)));
    }
    if sought.is_empty() {
        return Ok(());
    }
    for text in texts {
        let text = words(text);
        if let Some((scope, form)) = sought.iter().find(|(_, form)| form.stands_in(&text)) {
            return Err(AmplificationRefusal::NamedNotShown { name: form.written.clone(), scope: *scope });
        }
    }
    Ok(())
}

/// A way to write a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    written: String,
    words: Vec<String>,
    /// As short as a word of the language: only its own letter case is the name.
    exactly: bool,
}

impl Form {
    fn of(written: &str, exactly: bool) -> Option<Self> {
        let words = words(written);
        let letters: usize = words.iter().map(|word| word.chars().count()).sum();
        (letters > 1).then(|| Self { written: written.to_owned(), words, exactly })
    }

    /// Whole words, one after the other; or all of them as one, as in a hashtag.
    fn stands_in(&self, text: &[String]) -> bool {
        let same = |one: &str, other: &str| if self.exactly { one == other } else { one.to_lowercase() == other.to_lowercase() };
        let in_row = text.windows(self.words.len()).any(|some| some.iter().zip(&self.words).all(|(one, other)| same(one, other)));
        in_row || text.iter().any(|one| same(one, &self.words.concat()))
    }
}

/// The words of a text, without what stands between them.
fn words(text: &str) -> Vec<String> {
    let text: String = text.nfkc().collect();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The whole name, and the last part of it where that is no common short word.
fn of_person(name: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Form::of(name.trim(), false).into_iter().collect();
    let last = name.split_whitespace().next_back().unwrap_or_default();
    if last.chars().filter(|c| c.is_alphabetic()).count() >= 4 {
        forms.extend(Form::of(last, false));
    }
    forms
}

/// What a company is, behind its name.
const LEGAL: [&str; 31] = [
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "incorporated",
    "kg",
    "kgaa",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "nv",
    "oy",
    "oyj",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
    "se",
    "spa",
    "srl",
];

/// The longest name that may be a word of the language, in letters.
const SHORT: usize = 3;

/// The whole name, and what is left of it without the form of the company.
fn of_company(name: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Form::of(name.trim(), false).into_iter().collect();
    let mut parts: Vec<&str> = name.split_whitespace().collect();
    let all = parts.len();
    while parts.len() > 1 && parts.last().is_some_and(|last| is_legal(last)) {
        parts.pop();
    }
    if parts.len() < all {
        let left = parts.join(" ");
        let left = left.trim_end_matches(|c: char| !c.is_alphanumeric());
        let letters = left.chars().filter(|c| c.is_alphanumeric()).count();
        forms.extend(Form::of(left, letters <= SHORT));
    }
    forms
}

/// `Inc.`, `S.A.`, `(AG)`; and an `&` that is left of `& Co.`
fn is_legal(part: &str) -> bool {
    let letters: String = part.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    letters.is_empty() || LEGAL.contains(&letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(person: Option<&str>, company: &str, text: &str, uses: &[(Subject, Scope)]) -> Option<(String, Scope)> {
        let celebrated = Celebrated { person: person.map(|name| (7, name)), company: (9, company) };
        match names_shown(&celebrated, [text], uses) {
            Ok(()) => None,
            Err(AmplificationRefusal::NamedNotShown { name, scope }) => Some((name, scope)),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_company_that_is_named_is_shown() {
        for (company, text, expect) in [
            ("Abbott Laboratories", "The stores team at Abbott Laboratories.", Some("Abbott Laboratories")),
            ("Abbott Laboratories", "ABBOTT\n laboratories’ team", Some("Abbott Laboratories")),
            ("Abbott Laboratories", "Well done #AbbottLaboratories", Some("Abbott Laboratories")),
            ("Abbott Laboratories", "The laboratories of the abbott", None),
            ("Abbott Laboratories", "Well done.", None),
            ("Meridian Inc.", "Meridian’s night shift", Some("Meridian")),
            ("Meridian Inc.", "the meridian of Greenwich", Some("Meridian")),
            ("Meridian Inc.", "Meridians", None),
            ("Meridian Holding Co., Ltd.", "at meridian holding, since 1990", Some("Meridian Holding")),
            ("Fjord Bank AG", "Bei der Fjord Bank", Some("Fjord Bank")),
            ("Fjord S.A.", "chez Fjord", Some("Fjord")),
            ("Keller & Company", "Keller said so", Some("Keller")),
            ("Keller plc", "Keller said so", Some("Keller")),
            ("Tanaka Corp.", "Tanaka-made", Some("Tanaka")),
            ("Company 0", "Company 0 did it", Some("Company 0")),
            ("Company 0", "The company did it", None),
            ("HP Inc.", "a printer of HP", Some("HP")),
            ("HP Inc.", "hp sauce", None),
            ("On AG", "on the day", None),
            ("X Corp.", "Read it on X", None),
            ("AT&T Inc.", "the crews of AT&T", Some("AT&T")),
            ("Co", "a co of ours", Some("Co")),
            ("Ångström AB", "the crews of A\u{30a}ngstro\u{308}m", Some("Ångström")),
        ] {
            assert_eq!(found(None, company, text, &[]), expect.map(|name| (name.to_owned(), Scope::CompanyName)), "{company}: {text}");
            assert_eq!(found(None, company, text, &[(Subject::Company(9), Scope::CompanyName)]), None, "{company}: ticked");
            assert_eq!(
                found(None, company, text, &[(Subject::Company(8), Scope::CompanyName), (Subject::Company(9), Scope::Logo)]).is_some(),
                expect.is_some(),
                "{company}: another’s name, or the logo alone, is not the name"
            );
        }
    }

    #[test]
    fn a_person_who_is_named_is_shown() {
        for (person, text, expect) in [
            ("Amara Okafor", "Amara Okafor won it", Some("Amara Okafor")),
            ("Amara Okafor", "A prize for OKAFOR and team", Some("Okafor")),
            ("Amara Okafor", "Amara won it", None),
            ("Ida Canary-Ålund", "What Canary-Ålund said", Some("Canary-Ålund")),
            ("Jun Mori", "Mori’s crew", Some("Mori")),
            ("Bo Li", "Li won", None),
            ("Bo Li", "bo  li won", Some("Bo Li")),
            ("Person 0 of 0", "0 mistakes", None),
            ("Person 0 of 0", "Person 0 of 0 won", Some("Person 0 of 0")),
        ] {
            let expect = expect.map(|name| (name.to_owned(), Scope::Name));
            assert_eq!(found(Some(person), "Meridian", text, &[]), expect, "{person}: {text}");
            assert_eq!(found(Some(person), "Meridian", text, &[(Subject::Person(7), Scope::Name)]), None, "{person}: ticked");
        }
    }

    #[test]
    fn the_refusal_says_what_to_tick() {
        let celebrated = Celebrated { person: Some((7, "Amara Okafor")), company: (9, "Meridian AG") };
        let named = [(Subject::Person(7), Scope::Name)];
        let texts = ["Amara Okafor won it.", "A cup, at Meridian"];
        let sentence = |uses: &[(Subject, Scope)]| crate::refusal::Refusal::sentence(&names_shown(&celebrated, texts, uses).unwrap_err());
        assert_eq!(
            sentence(&named),
            "The words say “Meridian”. Tick the company’s name in what it shows, or leave it out of them: no name is public without its consent."
        );
        assert_eq!(
            sentence(&[]),
            "The words say “Amara Okafor”. Tick the person’s name in what it shows, or leave it out of them: no name is public without its consent."
        );
        let all = [named[0], (Subject::Company(9), Scope::CompanyName)];
        assert_eq!(names_shown(&celebrated, texts, &all), Ok(()));
    }
}
