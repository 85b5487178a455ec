//! Problems: writing down what is to be put right before anything is asked, and how it was.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Opens a problem of a person, or of their whole company.
#[server(prefix = "/api", endpoint = "advocacy/problem/open")]
pub async fn open_problem(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::consent::Subject;

    let desk = Desk::at(Door::OpenProblem).await?;
    let (person, company) = (form.id("person"), form.id("company"));
    let of_company = person == 0 || (company != 0 && form.get("whose") == "company");
    let on = if of_company { Subject::Company(company) } else { Subject::Person(person) };
    let done = store::advocacy::problem::open(desk.db(), desk.now, desk.actor(), on, form.get("what")).await;
    match settle(&desk, done)? {
        Ok(_) if of_company => {
            desk.done(place(&form), "It is written down. Until it is put right, nothing is asked of anybody at this company.")
        }
        Ok(_) => desk.done(place(&form), "It is written down. Until it is put right, nothing is asked of them."),
        Err(why) => {
            let back = if person == 0 { place(&form) } else { format!("{}?do=problem#problem", place(&form)) };
            refused(&desk, &back, "open-problem", &form, &why).await
        }
    }
}

/// Closes a problem, with how it was put right.
#[server(prefix = "/api", endpoint = "advocacy/problem/close")]
pub async fn close_problem(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::CloseProblem).await?;
    let problem = form.id("problem");
    let done = store::advocacy::problem::close(desk.db(), desk.now, desk.actor(), problem, form.get("solution")).await;
    match settle(&desk, done)? {
        Ok(_) => desk.done(place(&form), "It is put right, and no longer keeps asks away."),
        Err(why) => {
            let back = if form.id("person") == 0 { place(&form) } else { format!("{}?do=solve&problem={problem}#solve", place(&form)) };
            refused(&desk, &back, "close-problem", &form, &why).await
        }
    }
}

/// The page the form stood on: somebody's record, or their company's ledger.
#[cfg(feature = "ssr")]
fn place(form: &Form) -> String {
    match (form.id("person"), form.id("company")) {
        (0, 0) => "/advocates".to_owned(),
        (0, company) => format!("/reciprocity/{company}"),
        (person, _) => format!("/advocates/{person}"),
    }
}

#[cfg(feature = "ssr")]
async fn refused(
    desk: &crate::desk::Desk,
    back: &str,
    name: &str,
    form: &Form,
    why: &domain::advocacy::problem::ProblemRefusal,
) -> Result<Answer, ServerFnError> {
    use domain::advocacy::problem::ProblemRefusal;

    match why {
        ProblemRefusal::Fields(fields) => desk.refused(back, name, form, why, fields).await,
        ProblemRefusal::Unknown => desk.declined("/advocates", why),
    }
}
