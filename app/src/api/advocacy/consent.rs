//! Giving and withdrawing consent: an executive's own, and a company's by its signatory.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Allows something: one tap on a group of channels, or exactly the boxes that are ticked.
#[server(prefix = "/api", endpoint = "advocacy/consent/give")]
pub async fn give_consent(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;
    use store::advocacy::consent::Giver;

    let desk = Desk::at(Door::GiveConsent).await?;
    let id = desk.or_stop(desk.executive())?.invitation;
    given(&desk, Giver::Invitation(id), "/my/terms", &form).await
}

/// Stops something.
#[server(prefix = "/api", endpoint = "advocacy/consent/withdraw")]
pub async fn withdraw_consent(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::Desk;
    use domain::access::Door;
    use store::advocacy::consent::Giver;

    let desk = Desk::at(Door::WithdrawConsent).await?;
    let id = desk.or_stop(desk.executive())?.invitation;
    withdrawn(&desk, Giver::Invitation(id), "/my/terms", &form).await
}

/// Allows something of a company, by its signatory's link.
#[server(prefix = "/api", endpoint = "advocacy/consent/company-give")]
pub async fn signatory_give(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;
    use crate::desk::Desk;
    use domain::access::Door;
    use store::advocacy::consent::Giver;

    let desk = Desk::at(Door::SignatoryGive).await?;
    let token = form.get("token").to_owned();
    if desk.or_stop(store::advocacy::signatory::by_token(desk.db(), &token).await)?.is_none() {
        return desk.declined("/s/over", &LinkOver);
    }
    given(&desk, Giver::Link(&token), &format!("/s/{token}"), &form).await
}

/// Stops something of a company, by its signatory's link.
#[server(prefix = "/api", endpoint = "advocacy/consent/company-withdraw")]
pub async fn signatory_withdraw(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;
    use crate::desk::Desk;
    use domain::access::Door;
    use store::advocacy::consent::Giver;

    let desk = Desk::at(Door::SignatoryWithdraw).await?;
    let token = form.get("token").to_owned();
    if desk.or_stop(store::advocacy::signatory::by_token(desk.db(), &token).await)?.is_none() {
        return desk.declined("/s/over", &LinkOver);
    }
    withdrawn(&desk, Giver::Link(&token), &format!("/s/{token}"), &form).await
}

/// Stops something, by the link of their own page. It is the same withdrawal as by the invitation they allowed it with.
#[server(prefix = "/api", endpoint = "advocacy/consent/withdraw-by-link")]
pub async fn link_withdraw_consent(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use super::own_page::by_link;
    use crate::desk::Desk;
    use domain::access::Door;
    use domain::advocacy::consent::ConsentRefusal;
    use store::advocacy::consent::Giver;

    let desk = Desk::at(Door::LinkWithdrawConsent).await?;
    let owner = match by_link(&desk, &form).await? {
        Ok(owner) => owner,
        Err(over) => return Ok(over),
    };
    // Without an invitation there is nothing they could have allowed.
    let invitation = desk.or_stop(store::advocacy::own_page::invitation_of(desk.db(), owner.person).await)?;
    let Some(invitation) = invitation else { return desk.declined(owner.page, &ConsentRefusal::LinkOver) };
    withdrawn(&desk, Giver::Invitation(invitation), &owner.page, &form).await
}

/// Gives what the form says; `page` is where it was shown.
#[cfg(feature = "ssr")]
async fn given(
    desk: &crate::desk::Desk,
    giver: store::advocacy::consent::Giver<'_>,
    page: &str,
    form: &Form,
) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::advocacy::consent::{ConsentRefusal, Typed, Wish};
    use domain::refusal::Refusal;
    use domain::time::words::day;
    use store::Halt;
    use store::advocacy::consent::{Given, give};

    let typed = Typed {
        scope: form.get("scope"),
        group: form.get("group"),
        channels: form.chosen("channel").collect(),
        until: form.get("until"),
        shown: form.get("text"),
        exactly: form.ticked("exactly"),
    };
    let done: Result<(Wish, Given), Halt<ConsentRefusal>> = match Wish::parse(&typed, desk.now.date_naive()) {
        Ok(wish) => give(desk.db(), desk.now, giver, &wish).await.map(|given| (wish, given)),
        Err(why) => Err(Halt::Refused(why)),
    };
    match settle(desk, done)? {
        Ok((wish, given)) => {
            let what = wish.scope.heading();
            let sentence = match given {
                Given::Given { until, stopped } => format!("{what}: allowed until {}.{}", day(until), follows(stopped)),
                Given::Stopped(stopped) if wish.channels.is_empty() => format!("{what}: stopped.{}", follows(stopped)),
                Given::Stopped(stopped) => format!("{what}: allowed only where it is ticked now.{}", follows(stopped)),
                Given::AlreadySo => format!("{what}: allowed already, exactly so."),
            };
            desk.done(format!("{page}#{}", wish.scope.key()), sentence)
        }
        Err(why) if why.field().is_some() => {
            let back = format!("{page}#{}", typed.scope.replace(' ', "-"));
            desk.refused(&back, "consent", &form.without_key(), &why, &[]).await
        }
        Err(why) => desk.declined(page, &why),
    }
}

/// Withdraws what the form says.
#[cfg(feature = "ssr")]
async fn withdrawn(
    desk: &crate::desk::Desk,
    giver: store::advocacy::consent::Giver<'_>,
    page: &str,
    form: &Form,
) -> Result<Answer, ServerFnError> {
    use crate::desk::settle;
    use domain::advocacy::consent::parse_stop;
    use store::advocacy::consent::withdraw;

    let (scope, channels) = match parse_stop(form.get("scope"), form.get("group")) {
        Ok(stop) => stop,
        Err(why) => return desk.declined(page, &why),
    };
    let done = withdraw(desk.db(), desk.now, giver, scope, &channels).await;
    match settle(desk, done)? {
        Ok(Some(stopped)) => desk.done(format!("{page}#{}", scope.key()), format!("{}: stopped.{}", scope.heading(), follows(stopped))),
        Ok(None) => desk.done(format!("{page}#{}", scope.key()), format!("{}: not allowed, as before.", scope.heading())),
        Err(why) => desk.declined(page, &why),
    }
}

/// What a withdrawal set in motion, as the end of a sentence.
#[cfg(feature = "ssr")]
fn follows(stopped: store::advocacy::consent::Stopped) -> String {
    use crate::words::count;

    let mut said = String::new();
    if stopped.cancelled > 0 {
        let one = count(stopped.cancelled, "planned publication is", "planned publications are");
        said.push_str(&format!(" {one} cancelled."));
    }
    if let Some(due) = stopped.due {
        let one = count(stopped.take_downs, "publication that is live is", "publications that are live are");
        said.push_str(&format!(" {one} taken down by {}; you see below when it is done.", domain::time::words::day(due)));
    }
    said
}
