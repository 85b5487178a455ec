//! The six digits by mail that show who is at a private link: asked for before a step that reaches further than the cohort.
//!
//! A link can be passed on; the mailbox it was sent to cannot. So a yes to something others will see or act on, and being
//! forgotten, need the code. A no, a hold and a limit never do: stopping is always one press.
//! OWASP ASVS 5.0, 6.5 and 6.6. Left out: where codes are kept (`store::registration::proof`).

use chrono::{DateTime, TimeDelta, Utc};

use crate::refusal::Refusal;

/// A code holds so many minutes, for so many tries; so many are sent to one mailbox in an hour.
pub const CODE_MINUTES: i64 = 10;
pub const CODE_TRIES: i32 = 5;
pub const CODES_AN_HOUR: usize = 3;
/// Whoever entered a code is believed in that browser for so many minutes: two answers in a row need one code.
pub const BELIEVED_MINUTES: i64 = 10;

crate::text_enum! {
    /// A step that reaches further than the cohort.
    pub enum Step {
        /// To approve what is published.
        Approve = "approve",
        /// To say yes to an ask.
        Accept = "accept",
        /// To say yes to an introduction.
        Introduce = "introduce",
        /// To be forgotten: always with a code of its own.
        Forget = "forget",
    }
}

/// Until when a code sent now holds.
#[must_use]
pub fn code_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::minutes(CODE_MINUTES)
}

/// That somebody showed who they are. Only [`prove`] and [`believed`] make one, and nothing that reaches further is recorded
/// without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proved(());

/// What somebody answers who may say yes or no: a yes needs the code, a no never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YesNo {
    Yes(Option<Proved>),
    No,
}

impl YesNo {
    /// As a form says it; `None` when neither button was pressed.
    #[must_use]
    pub fn parse(word: &str, proof: Option<Proved>) -> Option<Self> {
        match word {
            "yes" => Some(Self::Yes(proof)),
            "no" => Some(Self::No),
            _ => None,
        }
    }

    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// Whether nothing but the code is missing.
    #[must_use]
    pub const fn needs_proof(self) -> bool {
        matches!(self, Self::Yes(None))
    }
}

/// Whether a code entered then still speaks for the browser.
#[must_use]
pub fn believed(entered: DateTime<Utc>, now: DateTime<Utc>) -> Option<Proved> {
    (now - entered < TimeDelta::minutes(BELIEVED_MINUTES)).then_some(Proved(()))
}

/// Where a code went, as it may be shown to whoever has the link: the part of the address behind the @.
#[must_use]
pub fn mail_domain(email: &str) -> String {
    email.rsplit('@').next().unwrap_or_default().to_owned()
}

/// Six digits, as they were typed or pasted: spaces and hyphens between them are passed over.
///
/// # Errors
/// They are not six digits.
pub fn parse_code(typed: &str) -> Result<String, ProofRefusal> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { Ok(code) } else { Err(ProofRefusal::NoCode) }
}

/// Whether one more code may be sent, with the moments at which the others of the last hour were.
///
/// # Errors
/// Enough were.
pub fn may_send(sent: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<(), ProofRefusal> {
    let mut lately: Vec<DateTime<Utc>> = sent.iter().copied().filter(|at| now - *at < TimeDelta::hours(1)).collect();
    lately.sort_unstable();
    let Some(frees) = lately.len().checked_sub(CODES_AN_HOUR).and_then(|index| lately.get(index)) else { return Ok(()) };
    let seconds = (*frees + TimeDelta::hours(1) - now).num_seconds();
    Err(ProofRefusal::TooManyCodes { minutes: (seconds + 59) / 60 })
}

/// The newest code that was sent to a mailbox from one browser.
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
pub fn prove(code: Option<SentCode>, right: bool, now: DateTime<Utc>) -> Result<Proved, ProofRefusal> {
    let Some(code) = code.filter(|code| !code.used && now < code.until && code.tries < CODE_TRIES) else {
        return Err(ProofRefusal::CodeOver);
    };
    if right { Ok(Proved(())) } else { Err(ProofRefusal::WrongCode { left: CODE_TRIES - code.tries - 1 }) }
}

/// Said to whoever takes such a step without having shown who they are.
pub const PROOF_NEEDED: &str = "Nothing was recorded yet: first enter the six digits we mail you.";

/// Why a step waits for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofRefusal {
    /// A code is on its way to the mailbox at this domain.
    Sent {
        at: String,
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

impl Refusal for ProofRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "code-sent",
            Self::NoCode => "no-code",
            Self::WrongCode { .. } => "wrong-code",
            Self::CodeOver => "code-over",
            Self::TooManyCodes { .. } => "too-many-codes",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Sent { at } => {
                format!("Six digits are on their way to your address at {at}. Enter them here, in this browser, within ten minutes.")
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
            ("", Err(ProofRefusal::NoCode)),
            ("42137", Err(ProofRefusal::NoCode)),
            ("0421370", Err(ProofRefusal::NoCode)),
            ("٠٤٢١٣٧", Err(ProofRefusal::NoCode)),
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
            (vec![-59, -30, -1], Err(ProofRefusal::TooManyCodes { minutes: 1 })),
            (vec![-1, -20, -30], Err(ProofRefusal::TooManyCodes { minutes: 30 })),
            (vec![-50, -40, -30, -1], Err(ProofRefusal::TooManyCodes { minutes: 20 })),
        ] {
            let moments: Vec<DateTime<Utc>> = sent.iter().map(|minutes| at(*minutes)).collect();
            assert_eq!(may_send(&moments, at(0)), expect, "{sent:?}");
        }
    }

    #[test]
    fn a_code_proves_in_time_once_and_within_five_tries() {
        let code = |minutes, tries, used| Some(SentCode { until: at(minutes), tries, used });
        let wrong = |left| Err(ProofRefusal::WrongCode { left });
        let over = || Err(ProofRefusal::CodeOver);
        for (sent, right, expect) in [
            (None, true, over()),
            (code(10, 0, false), true, Ok(Proved(()))),
            (code(10, 4, false), true, Ok(Proved(()))),
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
    fn ten_minutes_for_a_code_and_ten_for_whoever_entered_it() {
        assert_eq!(code_until(at(0)), at(10));
        assert_eq!(believed(at(0), at(10) - TimeDelta::seconds(1)), Some(Proved(())));
        assert_eq!(believed(at(0), at(10)), None);
    }

    #[test]
    fn only_a_yes_needs_the_code() {
        for (word, proof, expect) in [
            ("yes", None, Some((true, true))),
            ("yes", Some(Proved(())), Some((true, false))),
            ("no", None, Some((false, false))),
            ("", Some(Proved(())), None),
            ("Yes", None, None),
        ] {
            assert_eq!(YesNo::parse(word, proof).map(|said| (said.is_yes(), said.needs_proof())), expect, "{word:?} {proof:?}");
        }
    }

    #[test]
    fn an_address_is_not_shown_to_whoever_has_the_link() {
        assert_eq!(mail_domain("mei.lin@acme.example"), "acme.example");
        assert!(!ProofRefusal::Sent { at: mail_domain("mei.lin@acme.example") }.sentence().contains("mei"));
    }

    #[test]
    fn refusals_say_what_to_do() {
        for why in [
            ProofRefusal::Sent { at: "acme.example".into() },
            ProofRefusal::NoCode,
            ProofRefusal::WrongCode { left: 0 },
            ProofRefusal::WrongCode { left: 1 },
            ProofRefusal::WrongCode { left: 4 },
            ProofRefusal::CodeOver,
            ProofRefusal::TooManyCodes { minutes: 1 },
            ProofRefusal::TooManyCodes { minutes: 12 },
        ] {
            let sentence = why.sentence();
            assert!(sentence.ends_with('.') && ["Enter", "Check", "Ask"].iter().any(|verb| sentence.contains(verb)), "{sentence}");
            assert_eq!(why.field().is_some(), matches!(why, ProofRefusal::NoCode | ProofRefusal::WrongCode { .. }), "{why:?}");
        }
    }
}
