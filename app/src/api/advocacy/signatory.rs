//! Naming who may give a company's consents, and ending it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Names a signatory, or sends the one of this address a new link.
#[server(prefix = "/api", endpoint = "advocacy/signatory/save")]
pub async fn save_signatory(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::signatory::{Signatory, SignatoryRefusal};
    use store::Halt;
    use store::advocacy::signatory::{Asked, save};

    let desk = Desk::at(Door::SaveSignatory).await?;
    let company = form.id("company");
    desk.or_stop(desk.owns(desk.or_stop(store::access::company(desk.db(), company).await)?))?;
    let back = format!("/companies/{company}#consents");
    let done: Result<(Signatory, Asked), Halt<SignatoryRefusal>> =
        match Signatory::parse(form.get("name"), form.get("title"), form.get("email")) {
            Ok(named) => save(desk.db(), desk.now, desk.actor(), company, &named).await.map(|asked| (named, asked)),
            Err(why) => Err(Halt::Refused(why)),
        };
    match settle(&desk, done)? {
        Ok((named, Asked::LinkSent)) => desk.done(back, format!("A link is on its way to {}. An older one no longer opens.", named.name)),
        Ok((named, Asked::JustSent)) => desk.done(back, format!("A link went to {} a moment ago. Give it a minute.", named.name)),
        Err(why) => {
            let fields = match &why {
                SignatoryRefusal::Fields(fields) => fields.clone(),
                SignatoryRefusal::Unknown => vec![],
            };
            desk.refused(&back, "save-signatory", &form, &why, &fields).await
        }
    }
}

/// Ends a signatory's part.
#[server(prefix = "/api", endpoint = "advocacy/signatory/end")]
pub async fn end_signatory(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop, settle};
    use domain::access::Door;
    use store::advocacy::signatory::{company, end};

    let desk = Desk::at(Door::EndSignatory).await?;
    let id = form.id("signatory");
    let of = desk.or_stop(company(desk.db(), id).await)?;
    let of = desk.or_stop(of.ok_or(Stop::Hidden))?;
    desk.or_stop(desk.owns(desk.or_stop(store::access::company(desk.db(), of).await)?))?;
    let back = format!("/companies/{of}#consents");
    let done = end(desk.db(), desk.now, desk.actor(), id).await;
    match settle(&desk, done)? {
        Ok(name) => {
            desk.done(back, format!("{name} no longer signs for this company; their link is dead. What they allowed stands until it ends."))
        }
        Err(why) => desk.declined(back, &why),
    }
}
