//! Who approves something for a customer: somebody known to be at the customer, and nobody of the host's.
//!
//! An address decides, since the link and its code are mailed there. What is not on the list of who may is refused: nobody
//! can tell from an address alone whose it is.

use std::collections::BTreeSet;

use crate::contact::Email;
use crate::refusal::FieldRefusal;

/// What an approver is read against; addresses and domains in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApproverFacts {
    /// The address of whoever is celebrated; none where it is a company's.
    pub person: Option<String>,
    /// Of those who sign for the company now.
    pub signatories: BTreeSet<String>,
    /// Of the company's people on the list.
    pub people: BTreeSet<String>,
    /// The company's own domain, as its page has it.
    pub domain: Option<String>,
    /// Domains that people of other companies have too, and so nobody's own.
    pub elsewhere: BTreeSet<String>,
    /// Every address of the host's people, of those who left as well.
    pub staff: BTreeSet<String>,
    /// The domains of the host: of its active staff, and of the address its mails come from.
    pub house: BTreeSet<String>,
}

impl ApproverFacts {
    /// The company's own domains: the one on its page, and those of its people that are nobody else's.
    fn domains(&self) -> BTreeSet<&str> {
        let of_people = self.people.iter().filter_map(|one| domain_of(one));
        let of_people = of_people.filter(|domain| !self.elsewhere.contains(*domain) && !is_public(domain) && !self.is_house(domain));
        self.domain.as_deref().into_iter().chain(of_people).collect()
    }

    /// Whether only the host is there. At a mail provider is everybody, and at the company's own domain the company.
    fn is_house(&self, domain: &str) -> bool {
        let of_company = self.domain.as_deref().is_some_and(|own| is_at(domain, own));
        !of_company && !is_public(domain) && self.house.iter().any(|house| is_at(domain, house))
    }

    /// Whether it is a colleague's mailbox, under whichever address.
    fn is_colleague(&self, address: &str) -> bool {
        let mailbox = mailbox(address);
        self.staff.iter().any(|one| self::mailbox(one) == mailbox)
    }

    /// Who may be named instead.
    fn allowed(&self) -> String {
        let themselves = if self.person.is_some() { "the person themselves, " } else { "" };
        let domains = self.domains();
        if domains.is_empty() {
            return format!("Name {themselves}a signatory, or somebody of the company who is on our list.");
        }
        let domains: Vec<&str> = domains.into_iter().collect();
        format!("Name {themselves}a signatory, or an address at {}.", domains.join(" or "))
    }
}

/// Whether an address leads to a colleague, under whichever variant, or to where only colleagues are.
#[must_use]
pub fn is_ours(address: &str, facts: &ApproverFacts) -> bool {
    facts.is_colleague(address) || facts.is_house(domain_of(address).unwrap_or_default())
}

/// Whether somebody with this address may approve for the customer: whoever is celebrated, a signatory, somebody of the
/// company on the list, or an address at the company's own domain. Never a colleague, nor an address where only colleagues
/// are.
///
/// # Errors
/// A sentence for `approver_email`, with who may.
pub fn may_approve(email: &Email, facts: &ApproverFacts) -> Result<(), FieldRefusal> {
    let address = email.as_str();
    let domain = domain_of(address).unwrap_or_default();
    if is_ours(address, facts) {
        let why = "This is a colleague’s address. What is said about a customer is approved by somebody at the customer.";
        return Err(FieldRefusal::new("approver_email", format!("{why} {}", facts.allowed())));
    }
    let known = facts.person.as_deref() == Some(address) || facts.signatories.contains(address) || facts.people.contains(address);
    if known || facts.domains().iter().any(|own| is_at(domain, own)) {
        return Ok(());
    }
    let why = "We do not know this address as one of the customer’s.";
    Err(FieldRefusal::new("approver_email", format!("{why} {}", facts.allowed())))
}

fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

/// The domain itself, or one beneath it.
fn is_at(domain: &str, own: &str) -> bool {
    domain == own || domain.strip_suffix(own).is_some_and(|rest| rest.ends_with('.'))
}

/// The mailbox an address leads to: what stands behind a plus is the reader's own note.
fn mailbox(address: &str) -> (&str, &str) {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    (local.split_once('+').map_or(local, |(before, _)| before), domain)
}

/// Mail providers at which everybody may have an address.
const PUBLIC: [&str; 30] = [
    "126.com",
    "163.com",
    "aol.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.com",
    "icloud.com",
    "laposte.net",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "web.de",
    "yahoo.com",
    "yandex.com",
];

fn is_public(domain: &str) -> bool {
    PUBLIC.contains(&domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn facts() -> ApproverFacts {
        ApproverFacts {
            person: Some("amara@meridian.example".into()),
            signatories: set(&["brand@agency.example"]),
            people: set(&["amara@meridian.example", "tomas@meridian-group.example", "mei@shared.example", "lene@gmail.com"]),
            domain: Some("meridian.example".into()),
            elsewhere: set(&["shared.example", "other.example"]),
            staff: set(&["marketing@host.example", "left@host.example", "ravi@gmail.com"]),
            house: set(&["host.example", "mail.host.example", "gmail.com"]),
        }
    }

    fn says(typed: &str, facts: &ApproverFacts) -> String {
        may_approve(&Email::parse(typed).unwrap(), facts).map_or_else(|why| why.sentence, |()| String::new())
    }

    #[test]
    fn only_somebody_at_the_customer_approves() {
        let allowed = "Name the person themselves, a signatory, or an address at meridian-group.example or meridian.example.";
        let colleague = "This is a colleague’s address. What is said about a customer is approved by somebody at the customer.";
        let unknown = "We do not know this address as one of the customer’s.";
        for (typed, expect) in [
            ("amara@meridian.example", ""),
            ("Press@Meridian.example", ""),
            ("press@de.meridian.example", ""),
            ("press@meridian-group.example", ""),
            ("brand@agency.example", ""),
            ("mei@shared.example", ""),
            ("lene@gmail.com", ""),
            // Colleagues, under whichever address; and where only they are.
            ("marketing@host.example", colleague),
            ("marketing+me@host.example", colleague),
            ("left@host.example", colleague),
            ("press@host.example", colleague),
            ("press@mail.host.example", colleague),
            ("ravi+customer@gmail.com", colleague),
            // Anything else.
            ("priya@gmail.example", unknown),
            ("priya@gmail.com", unknown),
            ("press@agency.example", unknown),
            ("priya@shared.example", unknown),
            ("amara+two@meridian.example.org", unknown),
            ("press@notmeridian.example", unknown),
        ] {
            let expect = if expect.is_empty() { String::new() } else { format!("{expect} {allowed}") };
            assert_eq!(says(typed, &facts()), expect, "{typed}");
        }
    }

    #[test]
    fn without_a_domain_only_those_who_are_known() {
        let alone = ApproverFacts { domain: None, people: set(&["amara@shared.example", "lene@gmail.com"]), ..facts() };
        let of_company = ApproverFacts { person: None, ..alone.clone() };
        let unknown = "We do not know this address as one of the customer’s.";
        let people = "Name the person themselves, a signatory, or somebody of the company who is on our list.";
        let company = "Name a signatory, or somebody of the company who is on our list.";
        for (facts, typed, expect) in [
            (&alone, "amara@meridian.example", String::new()),
            (&alone, "lene@gmail.com", String::new()),
            (&alone, "press@shared.example", format!("{unknown} {people}")),
            (&of_company, "amara@meridian.example", format!("{unknown} {company}")),
            (&of_company, "brand@agency.example", String::new()),
        ] {
            assert_eq!(says(typed, facts), expect, "{typed}");
        }
    }

    /// A colleague who sits at the customer, or was entered as one of its people, opens no door; the customer keeps theirs.
    #[test]
    fn the_house_stays_the_house() {
        let entered = ApproverFacts { people: set(&["press@host.example"]), signatories: set(&["brand@host.example"]), ..facts() };
        for typed in ["press@host.example", "brand@host.example", "priya@host.example"] {
            assert!(says(typed, &entered).starts_with("This is a colleague’s address."), "{typed}");
        }
        let embedded =
            ApproverFacts { staff: set(&["priya@meridian.example"]), house: set(&["meridian.example", "host.example"]), ..facts() };
        assert_eq!(says("press@meridian.example", &embedded), "");
        assert!(says("priya+me@meridian.example", &embedded).starts_with("This is a colleague’s address."));
    }
}
