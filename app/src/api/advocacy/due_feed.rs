//! The private calendar of what is due.

use leptos::prelude::*;

use crate::answer::Answer;

/// Makes a new private link to what is due; the older one stops. It is left for the next page only, as a draft bound to this
/// browser, and is in neither the URL nor the answer.
#[server(prefix = "/api", endpoint = "advocacy/due-feed/new")]
pub async fn new_due_feed() -> Result<Answer, ServerFnError> {
    use crate::answer::Form;
    use crate::desk::{Desk, Stop};
    use domain::access::Door;

    let desk = Desk::at(Door::NewDueFeed).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let token = desk.or_stop(store::advocacy::due_feed::renew(desk.db(), desk.now, staff).await)?;
    let token = desk.or_stop(token.ok_or(Stop::Hidden))?;
    let left = Form::default().with("due_feed_token", token);
    desk.refused_with("/celebrate/month#feed", "due-feed", &left, "done", String::new(), Vec::new()).await?;
    Ok(Answer { done: true, code: "done".to_owned(), sentence: "Your private link to what is due is ready.".to_owned() })
}
