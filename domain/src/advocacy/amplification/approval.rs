//! What a customer approves: everything somebody will see, as one hash, and the answers that are about exactly it.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Act, AmplificationRefusal, Hold, State, after};
use crate::advocacy::consent::{Channel, Scope, Subject};
use crate::conduct::conversation_rule::content_hash;

/// Everything somebody will see, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package<'a> {
    pub day: NaiveDate,
    pub wordings: Vec<Piece<'a>>,
    /// What is shown of whom.
    pub uses: Vec<(Subject, Scope)>,
}

/// One wording of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece<'a> {
    pub channel: Channel,
    pub language: &'a str,
    pub body: &'a str,
    pub link: &'a str,
    /// The SHA-256 of the image.
    pub image: Option<&'a str>,
    pub image_alt: &'a str,
}

/// The hash of exactly this: 64 hexadecimal digits. The order of the pieces does not matter, everything else does. Every
/// part stands with its length before it, so that no two packages are written alike.
#[must_use]
pub fn package_hash(package: &Package<'_>) -> String {
    let (mut wordings, mut uses) = (package.wordings.clone(), package.uses.clone());
    wordings.sort_unstable();
    uses.sort_unstable();
    uses.dedup();
    let mut parts = vec!["amplification 1".to_owned(), package.day.to_string(), wordings.len().to_string(), uses.len().to_string()];
    for piece in wordings {
        let image = piece.image.map_or_else(String::new, |image| format!("image {image}"));
        parts.extend([piece.channel.as_str(), piece.language, piece.body, piece.link, &image, piece.image_alt].map(str::to_owned));
    }
    for (subject, scope) in uses {
        let whose = match subject {
            Subject::Person(id) => format!("person {id}"),
            Subject::Company(id) => format!("company {id}"),
        };
        parts.extend([whose, scope.as_str().to_owned()]);
    }
    content_hash(&parts.iter().map(|part| format!("{}:{part}", part.len())).collect::<String>())
}

/// A task of which the customer approved exactly what it is now.
#[derive(Debug, PartialEq, Eq)]
pub struct ApprovedTask {
    hash: String,
}

impl ApprovedTask {
    /// The hash that was approved.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// The hashes an answer is about; an empty one is nothing.
#[derive(Debug, Clone, Copy)]
pub struct Hashes<'a> {
    /// Of what the task is now.
    pub current: &'a str,
    /// Of what was sent.
    pub sent: &'a str,
    /// Of what stood on the page the answer came from.
    pub answered: &'a str,
}

impl Hashes<'_> {
    fn agree(&self) -> bool {
        !self.sent.is_empty() && self.current == self.sent && self.answered == self.sent
    }
}

/// The state after a customer's answer. Approving and suggesting are about exactly what they have before them; holding and
/// declining are not, once it was sent. While it is written anew nothing is theirs to answer: a new version will come.
///
/// # Errors
/// It changed meanwhile, or it is not theirs to answer now.
pub fn answer(state: State, hold: Option<Hold>, act: Act, hashes: &Hashes<'_>) -> Result<State, AmplificationRefusal> {
    if !act.is_customers() {
        return Err(AmplificationRefusal::NotNow { state, act });
    }
    let written_anew = matches!(state, State::Draft | State::InReview | State::ApprovedInternally);
    let next = after(state, hold, act).map_err(|why| if written_anew { AmplificationRefusal::WordingChanged } else { why })?;
    if matches!(act, Act::CustomerApprove | Act::CustomerSuggest) && !hashes.agree() {
        return Err(AmplificationRefusal::WordingChanged);
    }
    Ok(next)
}

/// Nobody approves for a day that has passed: another one has to be chosen first.
///
/// # Errors
/// The day has passed.
pub fn in_time(act: Act, planned_for: Option<NaiveDate>, today: NaiveDate) -> Result<(), AmplificationRefusal> {
    let passed = planned_for.is_some_and(|day| day < today);
    if act == Act::CustomerApprove && passed { Err(AmplificationRefusal::DayPassed) } else { Ok(()) }
}

/// Whether something had happened when something else went public. Both count by the minute: the form takes no seconds, and
/// within one minute nobody knows what came first.
#[must_use]
pub const fn had_happened(what: DateTime<Utc>, public_at: DateTime<Utc>) -> bool {
    what.timestamp().div_euclid(60) <= public_at.timestamp().div_euclid(60)
}

/// Nothing was public before the customer approved it.
///
/// # Errors
/// It is said to have been, or they did not approve it.
pub fn after_approval(public_at: DateTime<Utc>, approved_at: Option<DateTime<Utc>>) -> Result<(), AmplificationRefusal> {
    match approved_at {
        None => Err(AmplificationRefusal::NotApproved),
        Some(approved_at) if had_happened(approved_at, public_at) => Ok(()),
        Some(approved_at) => Err(AmplificationRefusal::BeforeApproval { approved_at }),
    }
}

/// The customer approves exactly what they have before them.
///
/// # Errors
/// It changed meanwhile, or it is not theirs to answer now.
pub fn approve(state: State, hold: Option<Hold>, hashes: &Hashes<'_>) -> Result<ApprovedTask, AmplificationRefusal> {
    answer(state, hold, Act::CustomerApprove, hashes)?;
    Ok(ApprovedTask { hash: hashes.sent.to_owned() })
}

/// That the task is what the customer approved, where it can be scheduled or published.
///
/// # Errors
/// They did not approve this.
pub fn approved(current_hash: &str, approved_hash: &str, state: State) -> Result<ApprovedTask, AmplificationRefusal> {
    let stands = matches!(state, State::Approved | State::Scheduled | State::Failed);
    if stands && !approved_hash.is_empty() && current_hash == approved_hash {
        Ok(ApprovedTask { hash: approved_hash.to_owned() })
    } else {
        Err(AmplificationRefusal::NotApproved)
    }
}
