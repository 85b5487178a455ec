//! The cohort that is over: those who came are the people a firm knows best, and may ask once their quiet period has passed.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use domain::cohort::Step;
use store::cohort::allotment::NewAllotment;
use store::{Actor, Db};

use super::{AGENDA, Done, accept, at, name_people, new_cohort, new_session, person, person_of, planned, text};
use crate::cli::halted;

/// Somebody whose record is kept.
pub(super) struct Known {
    pub person: i64,
    pub name: String,
    pub email: String,
    /// The place of their company in the list.
    pub company: usize,
    /// What they allow, they allow by it. `None`: they were never invited.
    pub invitation: Option<i64>,
}

/// Who came: the place of their company in the list, and the number they are generated from. Each brings a colleague. The
/// last of them comes again in spring.
const CAME: [(usize, usize); 9] = [(0, 641), (1, 645), (2, 609), (3, 654), (5, 647), (6, 616), (8, 635), (10, 638), (11, 222)];

/// The Monday it began on, some four months ago: its quiet period has been over for three.
pub(super) fn first_day(now: DateTime<Utc>) -> NaiveDate {
    let day = now.date_naive() - Days::new(128);
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

/// Prepares, fills and holds it, and enters its seats. Answers one of each company that came.
pub(super) async fn hold(db: &Db, manager: Actor, program: i64, companies: &[(i64, String)], first: NaiveDate) -> Done<Vec<Known>> {
    let last = first + Days::new(4);
    let (prepared, invited, accepted) = (at(first - Days::new(70), 9), at(first - Days::new(60), 9), at(first - Days::new(50), 9));
    let cohort = new_cohort(db, prepared, manager, program, "Pilot cohort", first, last, 30).await?;
    // Nobody from outside taught in it.
    for row in AGENDA.iter().filter(|row| row.7.is_empty()) {
        new_session(db, prepared, manager, cohort, &planned(first, row), &[]).await?;
    }
    store::agenda::release::publish(db, prepared, manager, cohort, 1, "First release").await.map_err(halted)?;
    let mut allotments = Vec::new();
    for (index, _) in CAME {
        let (company, name) = companies.get(index).ok_or("a company is gone")?;
        let (lead_name, lead_email) = person(900 + index, name);
        allotments.push(NewAllotment { company: *company, lead_name, lead_email });
    }
    store::cohort::allotment::allot(db, prepared, manager, cohort, 3, &allotments).await.map_err(halted)?;
    store::cohort::step(db, prepared, manager, cohort, Step::OpenInvitations).await.map_err(halted)?;

    let dashboard = store::cohort::dashboard(db, cohort).await.map_err(text)?.ok_or("the cohort is gone")?;
    let mut came = Vec::new();
    for (index, number) in CAME {
        let (_, company) = companies.get(index).ok_or("a company is gone")?;
        let fill = dashboard.companies.iter().find(|fill| &fill.company == company).ok_or("a company is gone")?;
        for (turn, (invitation, email)) in name_people(db, invited, fill.allotment, company, number, 2).await?.into_iter().enumerate() {
            accept(db, accepted, invitation, index).await?;
            if turn == 0 {
                let (person, name) = (person_of(db, accepted, &email).await?, person(number, company).0);
                came.push(Known { person, name, email, company: index, invitation: Some(invitation) });
            }
        }
    }
    store::cohort::step(db, at(first, 9), manager, cohort, Step::Start).await.map_err(halted)?;
    store::cohort::step(db, at(last, 18), manager, cohort, Step::Complete).await.map_err(halted)?;
    store::advocacy::ledger::credit_seats(db, at(last + Days::new(1), 9)).await.map_err(text)?;
    Ok(came)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_on_a_monday_and_has_not_been_quiet_for_three_months() {
        for now in ["2026-11-21T10:00:00Z", "2027-03-01T00:00:00Z", "2027-01-10T23:59:59Z"] {
            let now: DateTime<Utc> = now.parse().unwrap();
            let first = first_day(now);
            assert_eq!(first.weekday(), chrono::Weekday::Mon);
            // Five days, and thirty that are quiet.
            let quiet = first + Days::new(4 + 30);
            assert!((now.date_naive() - quiet).num_days() >= 90, "{now}");
        }
    }
}
