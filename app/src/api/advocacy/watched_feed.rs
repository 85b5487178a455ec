//! Feeds that are watched, names that are looked for in them, and what was found.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Watches one more feed.
#[server(prefix = "/api", endpoint = "advocacy/watched-feed/add")]
pub async fn add_watched_feed(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::advocacy::watched_feed::{Adding, add};

    let desk = Desk::at(Door::AddWatchedFeed).await?;
    let done = add(desk.db(), desk.now, desk.actor(), form.get("url")).await;
    match settle(&desk, done)? {
        Ok(Adding::Added(_)) => {
            desk.done("/feeds#feeds", "The feed is watched. It is fetched within a minute; what came of it then stands beside it.")
        }
        Ok(Adding::Already(_)) => desk.done("/feeds#feeds", "This feed is watched already."),
        Err(why) => again(&desk, "/feeds#add-feed", "add-watched-feed", &form, &why).await,
    }
}

/// Pauses, resumes, fetches or removes a feed.
#[server(prefix = "/api", endpoint = "advocacy/watched-feed/step")]
pub async fn step_watched_feed(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, Stop, settle};
    use domain::access::Door;
    use domain::advocacy::watched_feed::Act;

    let desk = Desk::at(Door::StepWatchedFeed).await?;
    let act = desk.or_stop(Act::parse(form.get("act")).ok_or(Stop::Hidden))?;
    let done = store::advocacy::watched_feed::step(desk.db(), desk.now, desk.actor(), form.id("feed"), act).await;
    let sentence = match act {
        Act::Pause => "The feed is paused: nothing is fetched until you resume it.",
        Act::Resume => "The feed is watched again. It is fetched within a minute.",
        Act::Fetch => "The feed is fetched within a minute. Reload the page then.",
        Act::Remove => "The feed is no longer watched. Achievements made of what it said stay.",
    };
    match settle(&desk, done)? {
        Ok(_) => desk.done("/feeds#feeds", sentence),
        Err(why) => desk.declined("/feeds#feeds", &why),
    }
}

/// Looks for one more name.
#[server(prefix = "/api", endpoint = "advocacy/watched-feed/watch-name")]
pub async fn watch_name(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::advocacy::watched_feed::{Watching, watch};

    let desk = Desk::at(Door::WatchName).await?;
    let (name, email, company) = (form.get("name"), form.get("email"), form.get("company"));
    let done = watch(desk.db(), desk.now, desk.actor(), name, email, company).await;
    match settle(&desk, done)? {
        Ok(Watching::Watched) => desk.done("/feeds#names", "The name is looked for, in what the feeds say now as well."),
        Ok(Watching::Already) => desk.done("/feeds#names", "This name is looked for already."),
        Err(why) => again(&desk, "/feeds#watch-name", "watch-name", &form, &why).await,
    }
}

/// No longer looks for a name.
#[server(prefix = "/api", endpoint = "advocacy/watched-feed/unwatch-name")]
pub async fn unwatch_name(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;

    let desk = Desk::at(Door::UnwatchName).await?;
    desk.or_stop(store::advocacy::watched_feed::unwatch(desk.db(), desk.now, desk.actor(), form.id("watched")).await)?;
    desk.done("/feeds#names", "The name is no longer looked for. Achievements made of what was found stay.")
}

/// Makes a reported achievement of something found.
#[server(prefix = "/api", endpoint = "advocacy/watched-feed/take")]
pub async fn take_feed_item(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use store::advocacy::watched_feed::{Taking, take};

    let desk = Desk::at(Door::TakeFeedItem).await?;
    let done = take(desk.db(), desk.now, desk.actor(), form.id("item")).await;
    match settle(&desk, done)? {
        Ok(Taking::Taken(achievement)) => {
            let sentence = "It is reported, as the feed says it. Put right what is not, then verify it.";
            desk.done(format!("/achievements/{achievement}"), sentence)
        }
        Ok(Taking::Stands(achievement)) => {
            desk.done(format!("/achievements/{achievement}"), "Its address is reported already: this is the one that stands.")
        }
        Err(why) => desk.declined("/feeds", &why),
    }
}

/// Dismisses something found.
#[server(prefix = "/api", endpoint = "advocacy/watched-feed/dismiss")]
pub async fn dismiss_feed_item(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::DismissFeedItem).await?;
    let done = store::advocacy::watched_feed::dismiss(desk.db(), desk.now, desk.actor(), form.id("item")).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done("/feeds", "It is dismissed, and not found again."),
        Err(why) => desk.declined("/feeds", &why),
    }
}

/// The form again, with every reason.
#[cfg(feature = "ssr")]
async fn again(
    desk: &crate::desk::Desk,
    back: &str,
    name: &str,
    form: &Form,
    why: &domain::advocacy::watched_feed::FeedRefusal,
) -> Result<Answer, ServerFnError> {
    use domain::advocacy::watched_feed::FeedRefusal;

    match why {
        FeedRefusal::Fields(fields) => desk.refused(back, name, form, why, fields).await,
        FeedRefusal::Paused | FeedRefusal::Taken | FeedRefusal::Unknown => desk.declined(back, why),
    }
}
