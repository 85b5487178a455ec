//! The plan of a task: who has it in hand, when it is due and seen, who approves it, and what it shows.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::advocacy::consent::{Scope, Subject};
use crate::contact::{self, Email};
use crate::refusal::{FieldRefusal, FieldRefusals};
use crate::time;

/// The plan of a task as it was typed.
#[derive(Debug, Clone, Default)]
pub struct TypedTask<'a> {
    /// The number of a member of staff, or nothing.
    pub owner: &'a str,
    pub due_day: &'a str,
    /// The day it is to be seen; may be left for later.
    pub planned_for: &'a str,
    pub approver_name: &'a str,
    pub approver_email: &'a str,
    /// The address our own mails come from, which nobody types: nobody there approves for a customer.
    pub sender: &'a str,
    /// What is shown of the person and of the company: `person:name`, `company:logo`.
    pub shows: Vec<&'a str>,
}

/// What a plan is read against.
#[derive(Debug, Clone, Copy)]
pub struct Stands {
    pub today: NaiveDate,
    /// The day it is due now: it may have passed meanwhile.
    pub due_day: NaiveDate,
    /// The day that is planned now: it may have passed meanwhile.
    pub planned_for: Option<NaiveDate>,
    /// Whose achievement it is.
    pub person: Option<i64>,
    pub company: i64,
}

/// The plan of a task, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlan {
    pub owner: Option<i64>,
    pub due_day: NaiveDate,
    pub planned_for: Option<NaiveDate>,
    pub approver: Option<(String, Email)>,
    pub uses: BTreeSet<(Subject, Scope)>,
}

impl TaskPlan {
    /// # Errors
    /// A sentence for every field that needs another look.
    pub fn parse(typed: &TypedTask<'_>, stands: &Stands) -> Result<Self, Vec<FieldRefusal>> {
        let mut wrong = FieldRefusals::default();
        let owner = wrong.keep(owner(typed.owner));
        let due_day = wrong.keep(due_day(typed.due_day, stands));
        let planned_for = wrong.keep(planned_for(typed.planned_for, stands));
        let approver = wrong.keep(approver(typed.approver_name, typed.approver_email));
        let mut uses = BTreeSet::new();
        for word in &typed.shows {
            match shown(word, stands) {
                Some(one) => {
                    uses.insert(one);
                }
                None => wrong.refuse("shows", "Something that was ticked cannot be shown of them. Reload the page and tick again."),
            }
        }
        wrong.finish().map(|()| Self { owner, due_day, planned_for, approver, uses })
    }
}

fn owner(typed: &str) -> Result<Option<i64>, FieldRefusal> {
    match typed.trim() {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| FieldRefusal::new("owner", OWNER)),
    }
}

/// What is said beside the owner's field when nobody is found.
pub const OWNER: &str = "Choose a colleague from the list, or nobody.";

fn due_day(typed: &str, stands: &Stands) -> Result<NaiveDate, FieldRefusal> {
    match time::parse_date(typed) {
        Ok(day) if day < stands.today && day != stands.due_day => {
            Err(FieldRefusal::new("due_day", "This day is past. Choose today or a later day."))
        }
        Ok(day) => Ok(day),
        Err(why) => Err(FieldRefusal::new("due_day", why.sentence())),
    }
}

fn planned_for(typed: &str, stands: &Stands) -> Result<Option<NaiveDate>, FieldRefusal> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let day = time::parse_date(typed).map_err(|why| FieldRefusal::new("planned_for", why.sentence()))?;
    if day < stands.today && stands.planned_for != Some(day) {
        return Err(FieldRefusal::new("planned_for", "This day is past. Choose today or a later day."));
    }
    Ok(Some(day))
}

fn approver(name: &str, email: &str) -> Result<Option<(String, Email)>, FieldRefusal> {
    let name = contact::optional("approver_name", name, 120)?;
    match (name.is_empty(), email.trim().is_empty()) {
        (true, true) => Ok(None),
        (true, false) => Err(FieldRefusal::new("approver_name", "Enter the name of who approves it.")),
        (false, _) => {
            let email = Email::parse(email).map_err(|why| FieldRefusal::new("approver_email", why.sentence))?;
            Ok(Some((name, email)))
        }
    }
}

fn shown(word: &str, stands: &Stands) -> Option<(Subject, Scope)> {
    let (whose, scope) = word.split_once(':')?;
    let subject = match whose {
        "person" => Subject::Person(stands.person?),
        "company" => Subject::Company(stands.company),
        _ => return None,
    };
    let scope = Scope::parse(scope).filter(|scope| scope.has_channels() && subject.may_give(*scope))?;
    Some((subject, scope))
}
