//! Sales openings: a customer's own act, and what the person it is for writes down of it.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Opens a topic, for the executive whose cookie this is.
#[server(prefix = "/api", endpoint = "conduct/sales-opening/open")]
pub async fn open_topic(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::sales_opening::{Opened, OpeningRefusal, Typed};
    use domain::time::words::day;

    let desk = Desk::at(Door::OpenTopic).await?;
    let registration = desk.or_stop(desk.registration())?;
    let typed = Typed { topic: form.get("topic"), staff: form.get("staff"), until: form.get("until") };
    let made = store::conduct::sales_opening::open(desk.db(), desk.now, registration, &typed).await;
    match settle(&desk, made)? {
        Ok(made) if made.opened == Opened::Opened => {
            desk.done("/my/openings", format!("The topic is open until {}. We have written to {}.", day(made.until), made.with))
        }
        Ok(made) => {
            let stands = format!("This topic is open with {} already, until {}.", made.with, day(made.until));
            desk.done("/my/openings", format!("{stands} To change the day, close it and open it again."))
        }
        Err(why) => {
            let fields = if let OpeningRefusal::Fields(fields) = &why { fields.clone() } else { vec![] };
            desk.refused("/my/openings", "open-topic", &form, &why, &fields).await
        }
    }
}

/// Closes an opening of the executive whose cookie this is.
#[server(prefix = "/api", endpoint = "conduct/sales-opening/close")]
pub async fn close_topic(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::sales_opening::Closing;

    let desk = Desk::at(Door::CloseTopic).await?;
    // Somebody who never accepted has none to close, and is told so.
    let registration = desk.or_stop(desk.executive())?.registration.unwrap_or(0);
    let closed = store::conduct::sales_opening::close(desk.db(), desk.now, registration, form.id("opening")).await;
    match settle(&desk, closed)? {
        Ok(Closing::Closed) => {
            desk.done("/my/openings", "The topic is closed, and nothing more follows. We have told the person it was for.")
        }
        Ok(Closing::AlreadyClosed) => desk.done("/my/openings", "This topic is closed already."),
        Ok(Closing::AlreadyExpired) => desk.done("/my/openings", "This topic was over by its date already."),
        Err(why) => desk.declined("/my/openings", &why),
    }
}

/// Writes down what followed from an opening that is for the member of staff who asks.
#[server(prefix = "/api", endpoint = "conduct/sales-opening/follow-up")]
pub async fn add_follow_up(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::conduct::sales_opening::OpeningRefusal;
    use store::conduct::sales_opening::FollowedUp;

    let desk = Desk::at(Door::AddFollowUp).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let opening = form.id("opening");
    let written = store::conduct::sales_opening::follow_up(desk.db(), desk.now, staff, opening, form.get("note")).await;
    match settle(&desk, written)? {
        Ok(FollowedUp::Written) => desk.done("/openings", "It is written down, where the customer reads it too."),
        Ok(FollowedUp::AlreadyWritten) => desk.done("/openings", "It is written down already."),
        Err(OpeningRefusal::Fields(wrong)) => {
            // Each opening on the page has a note of its own.
            let said = wrong.into_iter().map(|why| (format!("{}-{opening}", why.field), why.sentence)).collect();
            desk.refused_with("/openings", "follow-up", &form, "fields", String::new(), said).await
        }
        Err(why) => desk.declined("/openings", &why),
    }
}
