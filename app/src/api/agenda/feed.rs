//! The private calendar link.

use leptos::prelude::*;

use crate::answer::Answer;

/// Makes a new private calendar link; the older one stops. The link is left for the next page only, as a draft bound to
/// this browser, and is in neither the URL nor the answer.
#[server(prefix = "/api", endpoint = "agenda/feed/renew")]
pub async fn new_feed() -> Result<Answer, ServerFnError> {
    use crate::answer::Form;
    use crate::desk::{Desk, Stop};
    use domain::access::Door;

    let desk = Desk::at(Door::NewFeed).await?;
    let registration = desk.or_stop(desk.registration())?;
    let token = desk.or_stop(store::agenda::feed::renew(desk.db(), desk.now, registration).await)?;
    let token = desk.or_stop(token.ok_or(Stop::Hidden))?;
    let left = Form::default().with("feed_token", token);
    desk.refused_with("/my/calendar", "feed", &left, "done", String::new(), Vec::new()).await?;
    Ok(Answer { done: true, code: "done".to_owned(), sentence: "Your private calendar link is ready.".to_owned() })
}
