//! The acts of an amplification task: its wordings, its plan, its steps, what went public; and the customer's answers by
//! their private link.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Saves a wording as a new version.
#[server(prefix = "/api", endpoint = "advocacy/amplification/wording")]
pub async fn save_wording(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::amplification::AmplificationRefusal;
    use domain::advocacy::wording::TypedWording;
    use store::advocacy::amplification::begin_wording;

    let desk = Desk::at(Door::SaveWording).await?;
    let task = form.id("task");
    let typed = TypedWording {
        channel: form.get("channel"),
        language: form.get("language"),
        body: form.get("body"),
        link: form.get("link"),
        image: form.get("image"),
        image_alt: form.get("image_alt"),
    };
    // A form that was opened for a new wording says so: it replaces none.
    let begins = form.ticked("begins");
    let done = if begins {
        begin_wording(desk.db(), desk.now, desk.actor(), task, form.revision(), &typed).await
    } else {
        store::advocacy::amplification::save_wording(desk.db(), desk.now, desk.actor(), task, form.revision(), &typed).await
    };
    match settle(&desk, done)? {
        Ok(()) => desk.done(wording_page(task, &form), "The wording is kept. Beside it you see how it will look."),
        Err(why @ AmplificationRefusal::Unknown) => desk.declined("/celebrate", &why),
        Err(why) => {
            let back = if begins { format!("/celebrate/{task}/wording") } else { wording_page(task, &form) };
            desk.refused(&back, "wording", &form, &why, why.fields()).await
        }
    }
}

/// Takes a channel in one language off the task.
#[server(prefix = "/api", endpoint = "advocacy/amplification/end-wording")]
pub async fn end_wording(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::EndWording).await?;
    let task = form.id("task");
    let (channel, language) = (form.get("channel"), form.get("language"));
    let done =
        store::advocacy::amplification::end_wording(desk.db(), desk.now, desk.actor(), task, form.revision(), channel, language).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done(format!("/celebrate/{task}#wordings"), "It is taken off the task. Its versions stay in the history."),
        Err(why) => desk.declined(page_of(task, &why), &why),
    }
}

/// Saves who has the task in hand, when it is due and seen, who approves it, and what it shows.
#[server(prefix = "/api", endpoint = "advocacy/amplification/plan")]
pub async fn save_task_plan(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::amplification::{AmplificationRefusal, TypedTask};
    use store::advocacy::amplification::save_plan;

    let desk = Desk::at(Door::SaveTaskPlan).await?;
    let task = form.id("task");
    let typed = TypedTask {
        owner: form.get("owner"),
        due_day: form.get("due_day"),
        planned_for: form.get("planned_for"),
        approver_name: form.get("approver_name"),
        approver_email: form.get("approver_email"),
        sender: &desk.app.host.sender,
        shows: form.chosen("show").collect(),
    };
    let done = save_plan(desk.db(), desk.now, desk.actor(), task, form.revision(), &typed).await;
    match settle(&desk, done)? {
        Ok(()) => desk.done(format!("/celebrate/{task}"), "The plan is kept."),
        Err(why @ AmplificationRefusal::Unknown) => desk.declined("/celebrate", &why),
        Err(why) => desk.refused(&format!("/celebrate/{task}#plan"), "task-plan", &form, &why, why.fields()).await,
    }
}

/// Moves a task on, from its own page or from the board.
#[server(prefix = "/api", endpoint = "advocacy/amplification/step")]
pub async fn step_task(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::amplification::{Act, AmplificationRefusal};
    use domain::refusal::Refusal;
    use store::Halt;
    use store::advocacy::amplification::step;

    let desk = Desk::at(Door::StepTask).await?;
    let task = form.id("task");
    let act = Act::parse(form.get("act")).filter(|act| act.is_hosts_step());
    let done = match act {
        Some(act) => step(desk.db(), desk.now, desk.actor(), task, form.revision(), act, form.get("comment")).await,
        None => Err(Halt::Refused(AmplificationRefusal::Unknown)),
    };
    // From the board they go back to the board; a comment is typed on the task's own page.
    let own = format!("/celebrate/{task}");
    let back = if form.get("from") == "board" { board_of(form.get("back")) } else { &own };
    match settle(&desk, done)? {
        Ok(state) => desk.done(back, stepped(act, state)),
        Err(why @ AmplificationRefusal::Unknown) => desk.declined("/celebrate", &why),
        Err(why) if why.field().is_some() || !why.fields().is_empty() || !form.get("comment").trim().is_empty() => {
            let place = act.map_or_else(String::new, |act| format!("#{act}"));
            desk.refused(&format!("{own}{place}"), "task-step", &form, &why, why.fields()).await
        }
        Err(why) => desk.declined(back, &why),
    }
}

/// The board a step was made on, filtered as it was. Nowhere else is gone to because a form says so.
#[cfg(feature = "ssr")]
fn board_of(back: &str) -> &str {
    let is_board = back.starts_with("/celebrate?") && back.chars().all(|c| c.is_ascii_graphic());
    if is_board { back } else { "/celebrate" }
}

/// Says where something of a task can be seen, and since when.
#[server(prefix = "/api", endpoint = "advocacy/amplification/publish")]
pub async fn record_publication(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::amplification::{AmplificationRefusal, State};
    use domain::advocacy::publication::public_url;
    use domain::refusal::{FieldRefusal, Refusal};
    use domain::time::{parse_clock, parse_date};
    use store::Halt;
    use store::advocacy::amplification::publish;

    let desk = Desk::at(Door::RecordPublication).await?;
    let (task, publication) = (form.id("task"), form.id("publication"));
    let day = parse_date(form.get("day")).map_err(|why| FieldRefusal::new("day", why.sentence()));
    let clock = parse_clock(form.get("time")).map_err(|why| FieldRefusal::new("time", why.sentence()));
    // All that is wrong is said at once.
    let done = match (public_url(form.get("url")), day, clock) {
        (Ok(url), Ok(day), Ok(clock)) => publish(desk.db(), desk.now, desk.actor(), publication, &url, day.and_time(clock).and_utc()).await,
        (url, day, clock) => {
            let wrong = [url.err(), day.err(), clock.err()].into_iter().flatten().collect();
            Err(Halt::Refused(AmplificationRefusal::Fields(wrong)))
        }
    };
    match settle(&desk, done)? {
        Ok(State::Published | State::Measured) => {
            desk.done(format!("/celebrate/{task}#wordings"), "All of it is public. Enter what it came to as soon as you can count it.")
        }
        Ok(_) => desk.done(format!("/celebrate/{task}#wordings"), "It is public. The task waits for the other channels."),
        Err(why @ AmplificationRefusal::Unknown) => desk.declined("/celebrate", &why),
        Err(why) => {
            let beside = |field: &'static str| if field == "published_at" { "time" } else { field };
            let mut fields: Vec<FieldRefusal> =
                why.fields().iter().map(|why| FieldRefusal::new(beside(why.field), why.sentence.clone())).collect();
            if let (Some(field), true) = (why.field(), fields.is_empty()) {
                fields.push(FieldRefusal::new(beside(field), why.sentence()));
            }
            desk.refused(&format!("/celebrate/{task}#public-{publication}"), "task-publish", &form, &why, &fields).await
        }
    }
}

/// The customer's answer, by their private link: to exactly what was on their page.
#[server(prefix = "/api", endpoint = "advocacy/amplification/answer")]
pub async fn answer_approval(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::api::registration::invitation::LinkOver;
    use crate::api::registration::proof::{Waiting, proved};
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::advocacy::amplification::{Act, AmplificationRefusal};
    use domain::refusal::Refusal;
    use domain::registration::proof::Step;
    use store::Halt;
    use store::advocacy::amplification::{answer, for_approval};
    use store::registration::proof::Mailbox;

    let desk = Desk::at(Door::AnswerApproval).await?;
    let token = form.get("token").to_owned();
    // What was typed for a version that is gone is kept: the page of a link that is over shows it.
    let over = async || match form.0.iter().any(|(field, text)| is_words(field) && !text.trim().is_empty()) {
        true => desk.refused("/approve/over", "approval", &form.without_key(), &LinkOver, &[]).await,
        false => desk.declined("/approve/over", &LinkOver),
    };
    let Some(before) = desk.or_stop(for_approval(desk.db(), desk.now, &token).await)? else { return over().await };
    let act = Act::parse(form.get("act")).filter(|act| act.is_customers());
    let said = if act == Some(Act::CustomerSuggest) { suggested(&before, &form) } else { form.get("comment").to_owned() };
    let page = format!("/approve/{token}");
    let answering = async |proof| match act {
        Some(act) => answer(desk.db(), desk.now, &token, form.get("hash"), act, &said, proof).await,
        None => Err(Halt::Refused(AmplificationRefusal::Unknown)),
    };
    let mut done = answering(None).await;
    if matches!(done, Err(Halt::Refused(AmplificationRefusal::ProofNeeded))) {
        let approver = Mailbox { name: &before.approver_name, email: &before.approver_email };
        let waiting = Waiting { form: &form, place: &format!("{page}#code"), name: "approval" };
        match proved(&desk, Step::Approve, approver, waiting).await? {
            Ok(proved) => done = answering(Some(proved)).await,
            Err(waits) => return Ok(waits),
        }
    }
    match (settle(&desk, done)?, act) {
        (Ok(state), Some(act)) => desk.done(page, answered(act, state, !before.live.is_empty())),
        (Ok(_), None) => desk.done(page, ""),
        (Err(AmplificationRefusal::LinkOver), _) => over().await,
        (Err(why), Some(act)) if why.field().is_some() || !why.fields().is_empty() || !said.trim().is_empty() => {
            let place = if act == Act::CustomerDecline { "decline" } else { "suggest" };
            desk.refused(&format!("{page}#{place}"), "approval", &form.without_key(), &why, why.fields()).await
        }
        (Err(why), _) => desk.declined(page, &why),
    }
}

/// Whether a field of the customer's form holds words of theirs.
#[cfg(feature = "ssr")]
pub(crate) fn is_words(field: &str) -> bool {
    field == "comment" || field.starts_with("text.")
}

/// A suggestion in words: the note, and each wording that was changed, under the name of its channel.
#[cfg(feature = "ssr")]
fn suggested(before: &store::advocacy::amplification::Approval, form: &Form) -> String {
    use domain::advocacy::wording::language_name;

    let lines = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    let mut parts = vec![lines(form.get("comment"))];
    for (index, wording) in before.wordings.iter().enumerate() {
        let field = format!("text.{index}");
        let typed = lines(form.get(&field));
        if !typed.is_empty() && typed != lines(&wording.body) {
            parts.push(format!("{}, {}:\n{typed}", wording.channel.label(), language_name(&wording.language)));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// What a step came to, for whoever took it.
#[cfg(feature = "ssr")]
fn stepped(act: Option<domain::advocacy::amplification::Act>, state: domain::advocacy::amplification::State) -> String {
    use domain::advocacy::amplification::{Act, State};
    use domain::advocacy::board::stands;

    const SENT: &str = "It is on its way to the customer, with a private link. An older one no longer opens.";

    let said = match state {
        _ if act == Some(Act::Resume) => return format!("It goes on where it was: {}.", stands(state)),
        _ if act == Some(Act::Send) => SENT,
        State::Draft => "It is a draft again.",
        State::InReview => "It waits for a colleague’s review.",
        State::ApprovedInternally => "It is approved here. It can be sent to the customer now.",
        State::WithCustomer => "It is with the customer.",
        State::Approved => "The customer has approved exactly this.",
        State::Scheduled => "It is scheduled. Every consent it needs stands, and is asked again on the day.",
        State::Published => "It is public.",
        State::Measured => "It is public, and measured.",
        State::ChangesRequested => "The changes are asked for, with your comment.",
        State::OnHold => "It is on hold. Nothing happens to it until somebody lets it go on.",
        State::Rejected => "It is rejected. Nothing more of it is published.",
        State::Withdrawn => "It is withdrawn. Nothing more of it is published, and what is public already is to be taken down.",
        State::Failed => "It is kept that it could not be published.",
    };
    said.to_owned()
}

/// What an answer came to, for the customer: what was kept, and what they can still do.
#[cfg(feature = "ssr")]
fn answered(
    act: domain::advocacy::amplification::Act,
    state: domain::advocacy::amplification::State,
    public_already: bool,
) -> &'static str {
    use domain::advocacy::amplification::{Act, State};

    match act {
        Act::CustomerApprove => "You approved exactly this. Until it is published you can still hold it here.",
        Act::CustomerSuggest => "Thank you: we have what you suggest. You get a new version, with a new link.",
        Act::CustomerHold if public_already => "It is on hold. Nothing more is published until you let it go on, here.",
        Act::CustomerHold => "It is on hold. Nothing is published until you let it go on, here.",
        Act::CustomerResume if state == State::OnHold => {
            "You hold it no longer. We still do: nothing is published until somebody here lets it go on too."
        }
        Act::CustomerResume if matches!(state, State::WithCustomer | State::Approved | State::Scheduled) => {
            "It goes on. Until it is published you can hold it again here."
        }
        Act::CustomerResume => "It goes on: before anything is published you get a new version, with a new link.",
        _ if public_already => {
            "You declined. Nothing more of it is published, and what is public already will be taken down. You need do nothing more."
        }
        _ => "You declined. Nothing of it is published, and you need do nothing more.",
    }
}

/// The task's page; the board, where the task is gone.
#[cfg(feature = "ssr")]
fn page_of(task: i64, why: &domain::advocacy::amplification::AmplificationRefusal) -> String {
    use domain::advocacy::amplification::AmplificationRefusal;

    match why {
        AmplificationRefusal::Unknown => "/celebrate".to_owned(),
        _ => format!("/celebrate/{task}"),
    }
}

/// Where a wording is written: of this channel in this language, once both are chosen.
#[cfg(feature = "ssr")]
fn wording_page(task: i64, form: &Form) -> String {
    use crate::desk::encode;

    let (channel, language) = (form.get("channel"), form.get("language"));
    if channel.is_empty() || language.is_empty() {
        return format!("/celebrate/{task}/wording");
    }
    format!("/celebrate/{task}/wording?channel={}&language={}", encode(channel), encode(language))
}
