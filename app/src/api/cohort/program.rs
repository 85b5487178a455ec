//! Creating and changing programs.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Creates a program; whoever does owns it.
#[server(prefix = "/api", endpoint = "cohort/program/create")]
pub async fn create_program(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::CreateProgram).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let (back, name) = ("/programs/new", "create-program");
    let sponsor = match desk.or_stop(sponsor(desk.db(), &form, None).await)? {
        Ok(sponsor) => sponsor,
        Err(why) => return desk.refused(back, name, &form, &why, &[]).await,
    };
    let done = store::cohort::program::save(desk.db(), desk.now, staff, 0, 0, &typed(&form, sponsor)).await;
    match settle(&desk, done)? {
        Ok(id) => desk.done(format!("/programs/{id}"), "The program is created. Schedule its first cohort next."),
        Err(why) => desk.refused(back, name, &form, &why, &fields(&why)).await,
    }
}

/// Changes a program.
#[server(prefix = "/api", endpoint = "cohort/program/edit")]
pub async fn edit_program(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::EditProgram).await?;
    let (staff, id) = (desk.or_stop(desk.staff())?.id, form.id("program"));
    desk.or_stop(desk.owns(desk.or_stop(store::access::program(desk.db(), id).await)?))?;
    let (back, name) = (format!("/programs/{id}"), "edit-program");
    let stands = desk.or_stop(store::cohort::program::get(desk.db(), id).await)?.and_then(|program| program.sponsor_id);
    let sponsor = match desk.or_stop(sponsor(desk.db(), &form, stands).await)? {
        Ok(sponsor) => sponsor,
        Err(why) => return desk.refused(&back, name, &form, &why, &[]).await,
    };
    let done = store::cohort::program::save(desk.db(), desk.now, staff, id, form.revision(), &typed(&form, sponsor)).await;
    match settle(&desk, done)? {
        Ok(_) => desk.done(back, "The program is saved."),
        Err(why) => desk.refused(&back, name, &form, &why, &fields(&why)).await,
    }
}

#[cfg(feature = "ssr")]
fn typed(form: &Form, sponsor_id: Option<i64>) -> store::cohort::program::Typed<'_> {
    store::cohort::program::Typed {
        title: form.get("title"),
        theme: form.get("theme"),
        audience: form.get("audience"),
        description: form.get("description"),
        sponsor_name: form.get("sponsor_name"),
        sponsor_title: form.get("sponsor_title"),
        sponsor_id,
    }
}

/// The sponsor's account that was chosen: one with that role, or the one that stands.
#[cfg(feature = "ssr")]
async fn sponsor(
    db: &store::Db,
    form: &Form,
    stands: Option<i64>,
) -> Result<Result<Option<i64>, domain::refusal::FieldRefusal>, store::Fault> {
    use domain::access::Role;
    use domain::refusal::FieldRefusal;

    let chosen = match form.get("sponsor").trim() {
        "" => return Ok(Ok(None)),
        chosen => chosen.parse::<i64>().ok(),
    };
    if chosen.is_some() && chosen == stands {
        return Ok(Ok(chosen));
    }
    let people = store::staff::list(db).await?;
    let found = people.iter().find(|person| chosen == Some(person.id) && person.active && person.roles.contains(&Role::ExecutiveSponsor));
    Ok(match found {
        Some(person) => Ok(Some(person.id)),
        None => Err(FieldRefusal::new("sponsor", "This account is not an executive sponsor's. Choose one from the list, or none.")),
    })
}

#[cfg(feature = "ssr")]
fn fields(why: &store::cohort::program::ProgramRefusal) -> Vec<domain::refusal::FieldRefusal> {
    match why {
        store::cohort::program::ProgramRefusal::Fields(fields) => fields.clone(),
        _ => vec![],
    }
}
