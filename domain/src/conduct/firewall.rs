//! The sales firewall: somebody who sells may observe a cohort for a company they look after. They see the names of its
//! people and who attends, and nothing else anywhere.
//!
//! Left out: the doors (`access`), and what a page reads (each read holds no more than that).

use crate::access::Role;
use crate::refusal::Refusal;

/// Whether one account may hold these roles together: whoever sells does nothing else here.
///
/// # Errors
/// [`FirewallRefusal::RolesMixed`].
pub fn may_hold(roles: &[Role]) -> Result<(), FirewallRefusal> {
    let sells = roles.contains(&Role::AccountManager);
    if sells && roles.iter().any(|role| *role != Role::AccountManager) { Err(FirewallRefusal::RolesMixed) } else { Ok(()) }
}

/// Whether somebody may facilitate a session: an active account that leads sessions or programs. Who sells never does.
#[must_use]
pub fn facilitates(active: bool, roles: &[Role]) -> bool {
    active && roles.iter().any(|role| matches!(role, Role::Facilitator | Role::ProgramManager))
}

/// Whether an account may hold these roles while it owns a program, here by its title: whoever sells owns none.
///
/// # Errors
/// [`FirewallRefusal::OwnsProgram`].
pub fn may_sell(name: &str, roles: &[Role], owned: Option<&str>) -> Result<(), FirewallRefusal> {
    match owned {
        Some(program) if roles.contains(&Role::AccountManager) => {
            Err(FirewallRefusal::OwnsProgram { name: name.to_owned(), program: program.to_owned() })
        }
        _ => Ok(()),
    }
}

/// What is true of an account manager, a company and a cohort when the one is to be attached.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub name: &'a str,
    pub company: &'a str,
    /// Their account is active, and is an account manager's.
    pub sells: bool,
    pub looks_after: bool,
    /// The company has an allotment in the cohort.
    pub invited: bool,
    /// They acknowledged the version of the conversation rule the cohort names.
    pub acknowledged: bool,
    /// That version; `None` while the cohort names none.
    pub version: Option<u32>,
    pub attached: bool,
}

/// What attaching came to. Attaching again is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attaching {
    Attached,
    AlreadyAttached,
}

/// Attaches an account manager to a cohort as the observer of one company.
///
/// # Errors
/// The first reason that stands in the way.
pub fn attach(facts: &Facts<'_>) -> Result<Attaching, FirewallRefusal> {
    let (name, company) = (facts.name.to_owned(), facts.company.to_owned());
    if !facts.sells {
        return Err(FirewallRefusal::NoAccountManager { name });
    }
    if !facts.looks_after {
        return Err(FirewallRefusal::NotTheirCustomer { name, company });
    }
    if !facts.invited {
        return Err(FirewallRefusal::NotInvited { company });
    }
    if facts.attached {
        return Ok(Attaching::AlreadyAttached);
    }
    match facts.version {
        Some(version) if !facts.acknowledged => Err(FirewallRefusal::RuleNotAcknowledged { name, version }),
        _ => Ok(Attaching::Attached),
    }
}

/// Why an account or an attachment is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirewallRefusal {
    /// Account manager and something else.
    RolesMixed,
    /// An account manager would own a program.
    OwnsProgram {
        name: String,
        program: String,
    },
    /// Not active, or without a role that facilitates.
    MayNotFacilitate {
        name: String,
    },
    NoAccountManager {
        name: String,
    },
    NotTheirCustomer {
        name: String,
        company: String,
    },
    /// The company has no seats in the cohort.
    NotInvited {
        company: String,
    },
    RuleNotAcknowledged {
        name: String,
        version: u32,
    },
    /// The account or the company is gone.
    Unknown,
}

impl Refusal for FirewallRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::RolesMixed => "roles-mixed",
            Self::OwnsProgram { .. } => "owns-program",
            Self::MayNotFacilitate { .. } => "may-not-facilitate",
            Self::NoAccountManager { .. } => "no-account-manager",
            Self::NotTheirCustomer { .. } => "not-their-customer",
            Self::NotInvited { .. } => "not-invited",
            Self::RuleNotAcknowledged { .. } => "rule-not-acknowledged",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::RolesMixed => {
                "An account manager holds no other role: we promise our guests that sales sees who attends, and nothing else. Choose account manager alone, or leave it out.".into()
            }
            Self::OwnsProgram { name, program } => {
                format!("{name} owns the program “{program}”, and an account manager owns none. Leave account manager out, and add another account for whoever sells.")
            }
            Self::MayNotFacilitate { name } => {
                format!("{name} may not facilitate. Ask an admin to make them a facilitator, or untick them.")
            }
            Self::NoAccountManager { name } => {
                format!("{name} is not an active account manager. Only account managers are attached as observers: choose somebody else.")
            }
            Self::NotTheirCustomer { name, company } => {
                format!("{name} does not look after {company}. Name them as its account manager on the company's page first.")
            }
            Self::NotInvited { company } => format!("{company} has no seats in this cohort. Invite the company first."),
            Self::RuleNotAcknowledged { name, version } => {
                format!("{name} has not acknowledged version {version} of the conversation rule. Ask them to, on the page “Conversation rule”, then attach them here.")
            }
            Self::Unknown => "Choose an account manager and a company from the list.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::RolesMixed | Self::OwnsProgram { .. } => "roles",
            Self::MayNotFacilitate { .. } => "facilitators",
            _ => "pair",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sells_does_nothing_else() {
        for role in Role::ALL {
            assert_eq!(may_hold(&[*role]), Ok(()), "{role} alone");
            let expect = if *role == Role::AccountManager { Ok(()) } else { Err(FirewallRefusal::RolesMixed) };
            assert_eq!(may_hold(&[*role, Role::AccountManager]), expect, "{role} and account manager");
            assert_eq!(may_hold(&[Role::AccountManager, *role]), expect, "account manager and {role}");
            assert_eq!(
                may_hold(&[*role, Role::Marketing, Role::Facilitator]).is_ok(),
                *role != Role::AccountManager,
                "{role} and two others"
            );
        }
        assert_eq!(may_hold(&[]), Ok(()));
        assert_eq!(FirewallRefusal::RolesMixed.field(), Some("roles"));
    }

    #[test]
    fn who_facilitates_leads_sessions_or_programs_and_is_here() {
        for role in Role::ALL {
            let leads = matches!(role, Role::Facilitator | Role::ProgramManager);
            assert_eq!(facilitates(true, &[*role]), leads, "{role}");
            assert!(!facilitates(false, &[*role]), "{role}, inactive");
        }
        assert!(facilitates(true, &[Role::Marketing, Role::Facilitator]));
        assert!(!facilitates(true, &[]));
        let why = FirewallRefusal::MayNotFacilitate { name: "Marco Bellini".into() };
        assert_eq!(
            (why.field(), why.sentence().as_str()),
            (Some("facilitators"), "Marco Bellini may not facilitate. Ask an admin to make them a facilitator, or untick them.")
        );
    }

    #[test]
    fn who_sells_owns_no_program() {
        for role in Role::ALL {
            assert_eq!(may_sell("Marco Bellini", &[*role], None), Ok(()), "{role} without a program");
            let owns = may_sell("Marco Bellini", &[*role], Some("Grids"));
            let refused = FirewallRefusal::OwnsProgram { name: "Marco Bellini".into(), program: "Grids".into() };
            assert_eq!(refused.field(), Some("roles"));
            assert_eq!(owns, if *role == Role::AccountManager { Err(refused) } else { Ok(()) }, "{role} with a program");
        }
    }

    #[test]
    fn each_reason_is_said_before_the_next() {
        let (name, company) = ("Marco Bellini", "Meridian Rail");
        let mut facts = Facts {
            name,
            company,
            sells: false,
            looks_after: false,
            invited: false,
            acknowledged: false,
            version: Some(2),
            attached: false,
        };
        assert_eq!(attach(&facts), Err(FirewallRefusal::NoAccountManager { name: name.into() }));
        facts.sells = true;
        assert_eq!(attach(&facts), Err(FirewallRefusal::NotTheirCustomer { name: name.into(), company: company.into() }));
        facts.looks_after = true;
        assert_eq!(attach(&facts), Err(FirewallRefusal::NotInvited { company: company.into() }));
        facts.invited = true;
        let unread = attach(&facts).unwrap_err();
        assert_eq!(unread, FirewallRefusal::RuleNotAcknowledged { name: name.into(), version: 2 });
        assert_eq!(
            (unread.field(), unread.sentence().as_str()),
            (
                Some("pair"),
                "Marco Bellini has not acknowledged version 2 of the conversation rule. Ask them to, on the page “Conversation rule”, then attach them here."
            )
        );
        assert_eq!(attach(&Facts { attached: true, ..facts.clone() }), Ok(Attaching::AlreadyAttached), "a new version detaches nobody");
        assert_eq!(attach(&Facts { version: None, ..facts.clone() }), Ok(Attaching::Attached), "no version, nothing to acknowledge");
        facts.acknowledged = true;
        assert_eq!(attach(&facts), Ok(Attaching::Attached));
    }
}
