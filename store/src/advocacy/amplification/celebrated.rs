//! What a task celebrates, as far as it decides what becomes of the task: whether it is still news, whom the words name, and
//! who may approve it for the customer.

use std::collections::BTreeSet;

use domain::advocacy::achievement;
use domain::advocacy::amplification::{self as rules, AmplificationRefusal, ApproverFacts, is_news, is_ours, may_approve, names_shown};
use domain::contact::Email;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::Content;
use crate::Halt;
use crate::sql::{self, values};

/// An achievement, with whose it is.
#[derive(FromQueryResult)]
pub(super) struct Celebrated {
    state: String,
    title: String,
    person_id: Option<i64>,
    person_name: Option<String>,
    person_email: Option<String>,
    company_id: i64,
    company_name: String,
    company_domain: Option<String>,
}

/// Reads it.
pub(super) async fn celebrated(db: &impl ConnectionTrait, achievement: i64) -> Result<Option<Celebrated>, DbErr> {
    sql::one(
        db,
        "SELECT h.state, h.title, h.person_id, p.name AS person_name, p.email AS person_email, h.company_id, c.name AS company_name, \
         c.domain AS company_domain FROM achievement h JOIN company c ON c.id = h.company_id LEFT JOIN person p ON p.id = h.person_id \
         WHERE h.id = $1",
        values![achievement],
    )
    .await
}

impl Celebrated {
    /// Whether there is still something to celebrate.
    pub(super) fn is_news(&self) -> bool {
        achievement::State::parse(&self.state).is_some_and(|state| is_news(state, self.person_id, &self.title))
    }

    /// Whether every name in the words is among what is shown.
    pub(super) fn check_names(&self, content: &Content) -> Result<(), AmplificationRefusal> {
        let celebrated = rules::Celebrated {
            person: self.person_id.zip(self.person_name.as_deref()),
            company: (self.company_id, self.company_name.as_str()),
        };
        let texts = content.wordings.iter().flat_map(|one| [one.row.body.as_str(), one.row.image_alt.as_str()]);
        names_shown(&celebrated, texts, &content.uses)
    }

    /// Whether somebody with this address may approve it for the customer. `sender` is the address our own mails come from.
    pub(super) async fn check_approver(
        &self,
        txn: &impl ConnectionTrait,
        email: &Email,
        sender: &str,
    ) -> Result<(), Halt<AmplificationRefusal>> {
        let facts = self.approver_facts(txn, sender).await?;
        may_approve(email, &facts).map_err(|why| Halt::Refused(AmplificationRefusal::Fields(vec![why])))
    }

    async fn approver_facts(&self, txn: &impl ConnectionTrait, sender: &str) -> Result<ApproverFacts, DbErr> {
        let people = "SELECT p.email FROM person p WHERE p.company_id = $1 AND p.forgotten_at IS NULL";
        let people = addresses(txn, people, self.company_id).await?;
        let signatories = "SELECT s.email FROM signatory s WHERE s.company_id = $1 AND s.ended_at IS NULL";
        let signatories = addresses(txn, signatories, self.company_id).await?;
        let mut elsewhere = BTreeSet::new();
        for domain in people.iter().filter_map(|one| domain_of(one)).collect::<BTreeSet<String>>() {
            let others = "SELECT count(*) AS n FROM person p WHERE p.company_id <> $1 AND p.forgotten_at IS NULL AND p.email LIKE $2";
            if sql::number(txn, others, values![self.company_id, format!("%@{domain}")]).await? > 0 {
                elsewhere.insert(domain);
            }
        }
        Ok(ApproverFacts {
            person: self.person_email.clone(),
            signatories,
            people,
            elsewhere,
            ..ours(txn, self.company_domain.as_deref(), sender).await?
        })
    }
}

/// What tells the host's own addresses from those at a company of this domain.
async fn ours(txn: &impl ConnectionTrait, company_domain: Option<&str>, sender: &str) -> Result<ApproverFacts, DbErr> {
    #[derive(FromQueryResult)]
    struct Colleague {
        email: String,
        active: bool,
    }
    let colleagues: Vec<Colleague> = sql::all(txn, "SELECT s.email, s.active FROM staff s", values![]).await?;
    let active = colleagues.iter().filter(|one| one.active).map(|one| one.email.as_str());
    Ok(ApproverFacts {
        domain: company_domain.filter(|domain| !domain.is_empty()).map(str::to_owned),
        house: active.chain([sender]).filter_map(domain_of).collect(),
        staff: colleagues.into_iter().map(|one| one.email).collect(),
        ..ApproverFacts::default()
    })
}

/// Whether an address is one of the host's own: nobody signs or approves there for a company. Also of somebody who has left:
/// they still know the house from inside.
pub(crate) async fn is_of_the_host(txn: &impl ConnectionTrait, email: &Email, company_domain: Option<&str>) -> Result<bool, DbErr> {
    Ok(is_ours(email.as_str(), &ours(txn, company_domain, "").await?))
}

async fn addresses(txn: &impl ConnectionTrait, of_company: &str, company: i64) -> Result<BTreeSet<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        email: String,
    }
    let rows: Vec<Row> = sql::all(txn, of_company, values![company]).await?;
    Ok(rows.into_iter().map(|row| row.email).collect())
}

fn domain_of(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
}
