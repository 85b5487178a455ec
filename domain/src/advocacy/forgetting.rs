//! Being forgotten: a wish of the person's own, proved by a code in their mail, done by an admin within thirty days.
//!
//! What is counted stays: seats, gives and asks, each without a name; and the proof of what was allowed and taken back.
//! Left out: which rows are blanked (`store::advocacy::forgetting`).

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::cohort::company_import::name_key;
use crate::refusal::Refusal;

/// A code holds so many minutes, for so many tries; so many are sent in an hour. OWASP ASVS 5.0, 6.5 and 6.6.
pub const CODE_MINUTES: i64 = 10;
pub const CODE_TRIES: i32 = 5;
pub const CODES_AN_HOUR: usize = 3;
/// The law gives a month (GDPR, article 12 (3)).
pub const DAYS: i64 = 30;

/// Stands in the place of a name.
pub const FORGOTTEN: &str = "Forgotten person";

/// The day by which a wish of this day is done.
#[must_use]
pub fn due(asked: NaiveDate) -> NaiveDate {
    asked.checked_add_signed(TimeDelta::days(DAYS)).unwrap_or(asked)
}

/// Until when a code sent now holds.
#[must_use]
pub fn code_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::minutes(CODE_MINUTES)
}

/// Six digits, as they were typed or pasted: spaces and hyphens between them are passed over.
///
/// # Errors
/// They are not six digits.
pub fn parse_code(typed: &str) -> Result<String, ForgettingRefusal> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { Ok(code) } else { Err(ForgettingRefusal::NoCode) }
}

/// Whether one more code may be sent, with the moments at which the others of the last hour were.
///
/// # Errors
/// Enough were.
pub fn may_send(sent: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<(), ForgettingRefusal> {
    let mut lately: Vec<DateTime<Utc>> = sent.iter().copied().filter(|at| now - *at < TimeDelta::hours(1)).collect();
    lately.sort_unstable();
    let Some(frees) = lately.len().checked_sub(CODES_AN_HOUR).and_then(|index| lately.get(index)) else { return Ok(()) };
    let seconds = (*frees + TimeDelta::hours(1) - now).num_seconds();
    Err(ForgettingRefusal::TooManyCodes { minutes: (seconds + 59) / 60 })
}

/// The newest code that was sent to a person from one browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentCode {
    pub until: DateTime<Utc>,
    /// Wrong ones so far.
    pub tries: i32,
    pub used: bool,
}

/// Whether what was typed proves who they are; `right` says whether it is the code.
///
/// # Errors
/// It is wrong, or no code holds in this browser.
pub fn prove(code: Option<SentCode>, right: bool, now: DateTime<Utc>) -> Result<(), ForgettingRefusal> {
    let Some(code) = code.filter(|code| !code.used && now < code.until && code.tries < CODE_TRIES) else {
        return Err(ForgettingRefusal::CodeOver);
    };
    if right { Ok(()) } else { Err(ForgettingRefusal::WrongCode { left: CODE_TRIES - code.tries - 1 }) }
}

/// Why nobody is forgotten, or no code was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForgettingRefusal {
    /// There is nobody of that number any more.
    Unknown,
    /// They never asked for it.
    NotAsked,
    /// A seat in a cohort that is not over.
    SeatHeld {
        cohort: String,
    },
    /// What was typed are not six digits.
    NoCode,
    WrongCode {
        left: i32,
    },
    /// None was sent from this browser, or its time or its tries are over.
    CodeOver,
    /// Minutes until one more may be sent.
    TooManyCodes {
        minutes: i64,
    },
}

impl Refusal for ForgettingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotAsked => "not-asked",
            Self::SeatHeld { .. } => "seat-held",
            Self::NoCode => "no-code",
            Self::WrongCode { .. } => "wrong-code",
            Self::CodeOver => "code-over",
            Self::TooManyCodes { .. } => "too-many-codes",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Unknown => "This person is no longer in the list. Reload the page.".into(),
            Self::NotAsked => "They did not ask to be forgotten. Only who asks for it is.".into(),
            Self::SeatHeld { cohort } => {
                format!(
                    "There is still a seat in “{cohort}” in this name. It has to be given back first; after that everything can be forgotten."
                )
            }
            Self::NoCode => "Enter the six digits from the mail.".into(),
            Self::WrongCode { left: 0 } => "That is not the code, and it no longer holds. Ask for a new one.".into(),
            Self::WrongCode { left: 1 } => "That is not the code. Check the newest mail; one try is left.".into(),
            Self::WrongCode { left } => format!("That is not the code. Check the newest mail; {left} tries are left."),
            Self::CodeOver => "No code holds in this browser any more. Ask for a new one, and enter it here within ten minutes.".into(),
            Self::TooManyCodes { minutes: 1 } => "Three codes were sent within an hour. Ask for another one in a minute.".into(),
            Self::TooManyCodes { minutes } => format!("Three codes were sent within an hour. Ask for another one in {minutes} minutes."),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::NoCode | Self::WrongCode { .. }).then_some("code")
    }
}

// ---- what is left in texts -------------------------------------------------------------------------------------------

/// What somebody is found by in texts that others wrote: each address, and each name of more than one word. A name of one
/// word would be found in the names of others, so it is not looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces(Vec<Trace>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    /// Letter by letter, in lower case.
    sought: Vec<char>,
    email: bool,
    instead: String,
}

impl Traces {
    /// Of a person of this number, with every name and address they were kept under.
    #[must_use]
    pub fn of(person: i64, names: &[String], emails: &[String]) -> Self {
        let mut traces: Vec<Trace> = Vec::new();
        let mut add = |sought: &str, email: bool, instead: &str| {
            let sought: Vec<char> = sought.chars().map(lower).collect();
            if !sought.is_empty() && traces.iter().all(|known| known.sought != sought) {
                traces.push(Trace { sought, email, instead: instead.to_owned() });
            }
        };
        for email in emails {
            add(email, true, &address(person));
        }
        // Numbered: two who are forgotten stay two, where a name has to be one of a kind.
        let instead = format!("{FORGOTTEN} {person}");
        for name in names.iter().filter(|name| name.split_whitespace().nth(1).is_some()) {
            add(name, false, &instead);
            // As it stands where names are compared, and inside JSON.
            add(&name_key(name), false, &instead);
            add(&in_json(name), false, &instead);
        }
        Self(traces)
    }

    /// Patterns for SQL's `lower(column) LIKE … ESCAPE '\'` that miss nothing and may find too much: a letter outside ASCII
    /// stands for any, since databases disagree on its lower case.
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        self.0.iter().map(|trace| format!("%{}%", trace.sought.iter().map(|c| in_pattern(*c)).collect::<String>())).collect()
    }

    /// The text without them. `None` when they are not in it.
    #[must_use]
    pub fn removed_from(&self, text: &str) -> Option<String> {
        let letters: Vec<char> = text.chars().collect();
        let folded: Vec<char> = letters.iter().copied().map(lower).collect();
        let (mut out, mut found, mut at) = (String::with_capacity(text.len()), false, 0);
        while at < letters.len() {
            if let Some(trace) = self.0.iter().find(|trace| trace.stands_at(&folded, at)) {
                out.push_str(&trace.instead);
                found = true;
                at += trace.sought.len();
            } else {
                out.push(letters[at]);
                at += 1;
            }
        }
        found.then_some(out)
    }
}

impl Trace {
    /// Whether it stands there as a word of its own.
    fn stands_at(&self, folded: &[char], at: usize) -> bool {
        let end = at + self.sought.len();
        if folded.get(at..end) != Some(self.sought.as_slice()) {
            return false;
        }
        let before = at.checked_sub(1).and_then(|index| folded.get(index)).copied();
        let (after, next) = (folded.get(end).copied(), folded.get(end + 1).copied());
        if self.email {
            let goes_on = after == Some('.') && next.is_some_and(char::is_alphanumeric);
            !before.is_some_and(|c| c.is_alphanumeric() || "._+-".contains(c))
                && !after.is_some_and(|c| c.is_alphanumeric() || c == '-')
                && !goes_on
        } else {
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        }
    }
}

/// The address of somebody who is forgotten: nobody's, and one of a kind.
#[must_use]
pub fn address(person: i64) -> String {
    format!("forgotten-{person}@invalid")
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// In lower case, where that is one letter as well: positions stay.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn in_pattern(c: char) -> String {
    match c {
        '%' | '_' | '\\' => format!("\\{c}"),
        c if c.is_ascii() => c.to_string(),
        _ => "_".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_003_600, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    #[test]
    fn codes_as_people_type_them() {
        for (typed, expect) in [
            ("042137", Ok("042137".to_owned())),
            (" 042 137\n", Ok("042137".to_owned())),
            ("042-137", Ok("042137".to_owned())),
            ("", Err(ForgettingRefusal::NoCode)),
            ("42137", Err(ForgettingRefusal::NoCode)),
            ("0421370", Err(ForgettingRefusal::NoCode)),
            ("٠٤٢١٣٧", Err(ForgettingRefusal::NoCode)),
        ] {
            assert_eq!(parse_code(typed), expect, "{typed:?}");
        }
    }

    #[test]
    fn three_codes_an_hour() {
        for (sent, expect) in [
            (vec![], Ok(())),
            (vec![-30, -1], Ok(())),
            (vec![-60, -30, -1], Ok(())),
            (vec![-59, -30, -1], Err(ForgettingRefusal::TooManyCodes { minutes: 1 })),
            (vec![-1, -20, -30], Err(ForgettingRefusal::TooManyCodes { minutes: 30 })),
            (vec![-50, -40, -30, -1], Err(ForgettingRefusal::TooManyCodes { minutes: 20 })),
        ] {
            let moments: Vec<DateTime<Utc>> = sent.iter().map(|minutes| at(*minutes)).collect();
            assert_eq!(may_send(&moments, at(0)), expect, "{sent:?}");
        }
    }

    #[test]
    fn a_code_proves_in_time_once_and_within_five_tries() {
        let code = |minutes, tries, used| Some(SentCode { until: at(minutes), tries, used });
        let wrong = |left| Err(ForgettingRefusal::WrongCode { left });
        let over = || Err(ForgettingRefusal::CodeOver);
        for (sent, right, expect) in [
            (None, true, over()),
            (code(10, 0, false), true, Ok(())),
            (code(10, 4, false), true, Ok(())),
            (code(10, 5, false), true, over()),
            (code(0, 0, false), true, over()),
            (code(10, 0, true), true, over()),
            (code(10, 0, false), false, wrong(4)),
            (code(10, 4, false), false, wrong(0)),
            (code(10, 5, false), false, over()),
        ] {
            assert_eq!(prove(sent, right, at(0)), expect, "{sent:?} {right}");
        }
    }

    #[test]
    fn thirty_days() {
        assert_eq!(due(NaiveDate::from_ymd_opt(2027, 1, 15).unwrap()), NaiveDate::from_ymd_opt(2027, 2, 14).unwrap());
        assert_eq!(code_until(at(0)), at(10));
    }

    #[test]
    fn refusals_say_what_to_do() {
        for why in [
            ForgettingRefusal::Unknown,
            ForgettingRefusal::NotAsked,
            ForgettingRefusal::SeatHeld { cohort: "Spring".into() },
            ForgettingRefusal::NoCode,
            ForgettingRefusal::WrongCode { left: 0 },
            ForgettingRefusal::WrongCode { left: 1 },
            ForgettingRefusal::WrongCode { left: 4 },
            ForgettingRefusal::CodeOver,
            ForgettingRefusal::TooManyCodes { minutes: 1 },
            ForgettingRefusal::TooManyCodes { minutes: 12 },
        ] {
            assert!(why.sentence().ends_with('.') && !why.code().is_empty(), "{why:?}");
        }
    }

    #[test]
    fn names_and_addresses_leave_texts_and_nobody_elses_do() {
        let traces = Traces::of(7, &["Ida Élund".to_owned(), "Ida \"Bo\" Élund".to_owned()], &["ida@lund.example".to_owned()]);
        for (text, expect) in [
            ("Ida Élund spoke.", Some("Forgotten person 7 spoke.")),
            ("IDA ÉLUND’s week; ida élund again", Some("Forgotten person 7’s week; Forgotten person 7 again")),
            ("Frida Élund, Ida Élunden and Ida herself", None),
            ("{\"name\":\"Ida \\\"Bo\\\" Élund\"}", Some("{\"name\":\"Forgotten person 7\"}")),
            ("write to IDA@lund.example.", Some("write to forgotten-7@invalid.")),
            ("<ida@lund.example>", Some("<forgotten-7@invalid>")),
            ("frida@lund.example, f.ida@lund.example, ida@lund.example.com", None),
            ("", None),
        ] {
            assert_eq!(traces.removed_from(text).as_deref(), expect, "{text:?}");
        }
        assert_eq!(Traces::of(7, &["Maria".to_owned()], &[]).removed_from("Maria Lopez"), None, "one word is not looked for");
    }

    #[test]
    fn patterns_find_every_spelling_a_database_may_fold_differently() {
        let traces = Traces::of(7, &["Ida É_lund".to_owned()], &["i_d@lund.example".to_owned()]);
        assert_eq!(traces.patterns(), ["%i\\_d@lund.example%", "%ida _\\_lund%"]);
    }
}
