//! One amplification task: what it waits for, with the act beside it; its words as they will look; whom it shows and
//! whether they allow it; its plan, its images, and everything that happened to it.

use std::collections::BTreeSet;

use axum::extract::Multipart;
use axum::http::StatusCode;
use chrono::NaiveDate;
use domain::access::Role;
use domain::advocacy::achievement::days_to_recognition;
use domain::advocacy::amplification::{Act, State, acts, needs_comment};
use domain::advocacy::board::act_label;
use domain::advocacy::consent::{Scope, Standing, Subject};
use domain::advocacy::publication::{Reason, State as PublicationState, Why};
use domain::advocacy::wording::{MOST_IMAGE_BYTES, language_name};
use domain::refusal::Refusal;
use domain::time::Zone;
use domain::time::words::{date, day, moment};
use leptos::prelude::*;
use store::Halt;
use store::advocacy::amplification::{PublicationLine, StepLine, Task, UseLine, VersionLine, WordingLine};

use super::frame::{Celebrating, celebrating};
use super::share_kit::is_ready;
use crate::components::channel_preview::{Looks, channel_preview};
use crate::components::form::{self, Choice, Input};
use crate::components::table::{Column, listing, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::words::{self, capital, thousands};

/// One task.
///
/// # Errors
/// There is none, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("task")?;
    page(&desk, id, None).await
}

/// Takes an image for a task. One that is refused is the task's page again, with the reason.
///
/// # Errors
/// There is no such task, or faults; a good image leads on to the task.
pub async fn add_image(desk: Desk, multipart: Multipart) -> Reply {
    let ((task, revision), file) = received(multipart).await;
    let bytes = match file {
        Ok(bytes) => bytes,
        Err(why) => return page(&desk, task, Some(why)).await,
    };
    match store::advocacy::amplification::add_image(desk.db(), desk.now, desk.actor(), task, revision, bytes).await {
        Ok(_) => Err(Stop::To(format!("/celebrate/{task}#images"))),
        Err(Halt::Refused(why)) => {
            let sentence = why.fields().first().map_or_else(|| why.sentence(), |field| field.sentence.clone());
            page(&desk, task, Some(sentence)).await
        }
        Err(Halt::Fault(fault)) => Err(fault.into()),
    }
}

/// The task and its revision, and the file or what is wrong with it.
async fn received(mut multipart: Multipart) -> ((i64, i32), Result<Vec<u8>, String>) {
    const BROKEN: &str = "The image did not arrive whole. Choose it again.";
    const TOO_LARGE: &str = "This image is larger than 5 MB. Save it smaller, then add it again.";

    let (mut task, mut revision) = (0, 0);
    loop {
        let mut field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return ((task, revision), Err("Choose an image first: PNG, JPEG or WebP.".to_owned())),
            Err(_) => return ((task, revision), Err(BROKEN.to_owned())),
        };
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "task" => task = field.text().await.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0),
            "revision" => revision = field.text().await.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0),
            "file" => {
                let mut bytes = Vec::new();
                loop {
                    match field.chunk().await {
                        Ok(Some(part)) if bytes.len() + part.len() > MOST_IMAGE_BYTES => {
                            return ((task, revision), Err(TOO_LARGE.to_owned()));
                        }
                        Ok(Some(part)) => bytes.extend_from_slice(&part),
                        Ok(None) => return ((task, revision), Ok(bytes)),
                        Err(_) => return ((task, revision), Err(BROKEN.to_owned())),
                    }
                }
            }
            _ => {}
        }
    }
}

/// What the parts of the page are made from.
struct Opened<'a> {
    task: &'a Task,
    /// Who looks at it.
    me: i64,
    today: NaiveDate,
    host: &'a str,
    /// The step somebody came here for, as the board's cards lead to it: `?act=hold`.
    wanted: &'a str,
    /// What was typed into its forms.
    step: &'a Draft,
    plan: &'a Draft,
    publish: &'a Draft,
    result: &'a Draft,
}

async fn page(desk: &Desk, id: i64, image_error: Option<String>) -> Reply {
    let task = store::advocacy::amplification::task(desk.db(), desk.now, id).await?.ok_or(Stop::Hidden)?;
    let goal = store::advocacy::setting::get(desk.db()).await?.recognition_days;
    let colleagues: Vec<(i64, String)> = store::staff::list(desk.db())
        .await?
        .into_iter()
        .filter(|line| line.active && (line.roles.contains(&Role::Marketing) || line.roles.contains(&Role::Admin)))
        .map(|line| (line.id, line.name))
        .collect();
    let (step, plan) = (desk.draft("task-step").await?, desk.draft("task-plan").await?);
    let (publish, result) = (desk.draft("task-publish").await?, desk.draft("save-result").await?);
    let (me, today, host) = (desk.staff()?.id, desk.now.date_naive(), desk.app.host.name.clone());
    let at = Opened {
        task: &task,
        me,
        today,
        host: &host,
        wanted: desk.query("act"),
        step: &step,
        plan: &plan,
        publish: &publish,
        result: &result,
    };
    let wrong = image_error.is_some();
    let title = task.title.clone();
    let mut response = frame::staff(desk, Section::Celebrate, &title, || {
        let (here, heading) = (title.clone(), title.clone());
        let eyebrow = format!("{} · {}", capital(task.kind.as_str()), task.company_name);
        let recognition = days_to_recognition(task.happened_on, task.recognised_at, today);
        let kit = is_ready(&task).then(|| view! { <a class="button" href=format!("/celebrate/{id}/share")>"Share kit"</a> });
        let errors = [&step, &plan, &publish, &result].map(form::errors);
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/celebrate">"Celebrate"</a></li><li aria-current="page">{here}</li></ol></nav>
                {errors.into_iter().collect_view()}
                {image_error.as_deref().map(image_errors)}
                <div class="head">
                    <div class="stack tight">
                        <p class="eyebrow">{eyebrow}</p>
                        <h1>{heading}</h1>
                        <p class="row">{state_tag(&task)} {due_tag(&task, today)} {tag(recognition.tone(goal), recognition.words())}</p>
                    </div>
                    <div class="row">{kit}</div>
                </div>
                {celebrating(Celebrating::Board, false)}
                {waits(&at)}
                <div class="two">
                    <div class="stack loose">
                        {wordings(&at)}
                        {shown(&at)}
                        {images(&task, image_error.as_deref())}
                        {history(&task)}
                    </div>
                    <div class="side">{facts(&task)}{plan_form(&at, &colleagues)}</div>
                </div>
            </main>
        }
    })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

// ---- the head ----------------------------------------------------------------------------------------------------------

fn state_tag(task: &Task) -> AnyView {
    let tone = match task.state {
        State::Approved | State::Scheduled | State::Published | State::Measured => "good",
        State::ChangesRequested | State::OnHold | State::Failed => "warn",
        State::Rejected | State::Withdrawn => "stop",
        State::Draft | State::InReview | State::ApprovedInternally | State::WithCustomer => "",
    };
    let words = match task.hold {
        Some(hold) if hold.by.is_customers() => "held by the customer",
        Some(_) => "on hold",
        None => task.state.as_str(),
    };
    tag(tone, words)
}

/// When it is due; nothing once it is public or over.
fn due_tag(task: &Task, today: NaiveDate) -> AnyView {
    if is_over(task.state) {
        return ().into_any();
    }
    match (task.due_day - today).num_days() {
        0 => tag("warn", "due today"),
        days if days < 0 => tag("stop", format!("was due on {}", date(task.due_day))),
        _ => tag("", format!("due on {}", date(task.due_day))),
    }
}

const fn is_over(state: State) -> bool {
    matches!(state, State::Published | State::Measured | State::Rejected | State::Withdrawn)
}

// ---- what it waits for ---------------------------------------------------------------------------------------------------

/// One sentence, the act that most do next, and the others below.
fn waits(at: &Opened<'_>) -> AnyView {
    let (sentence, act) = next(at);
    let said = last_said(at.task).map(|step| {
        let who = step.by.clone();
        let comment = step.comment.clone();
        view! { <div class="quote stack tight"><p class="kept">{comment}</p><p class="small soft">{who}</p></div> }
    });
    let others = others(at);
    view! {
        <section class="card stack" aria-labelledby="waits-h">
            <h2 id="waits-h">"What it waits for"</h2>
            <p>{sentence}</p>
            {said}
            {act}
            {others}
        </section>
    }
    .into_any()
}

/// What was said with the step that led here, where it matters to whoever goes on.
fn last_said(task: &Task) -> Option<&StepLine> {
    let matters = matches!(task.state, State::ChangesRequested | State::OnHold | State::Rejected | State::Withdrawn | State::Failed);
    // The newest come first; what was said before it last came here is about something else.
    let mut since = task.steps.iter().take_while(|step| step.to_state == task.state);
    since.find(|step| matters && !step.comment.is_empty())
}

/// The sentence, and the one act.
fn next(at: &Opened<'_>) -> (String, AnyView) {
    let Opened { task, me, today, .. } = at;
    let nothing = || ().into_any();
    let lead = |to: &str, label: &'static str| {
        let to = if to.starts_with('#') { to.to_owned() } else { format!("/celebrate/{}{to}", task.id) };
        view! { <p><a class="button primary" href=to>{label}</a></p> }.into_any()
    };
    let approver = if task.approver_name.is_empty() { "the customer".to_owned() } else { task.approver_name.clone() };
    let planned = task.planned_for.map_or_else(|| "a day that is not chosen yet".to_owned(), day);
    match task.state {
        State::Draft | State::ChangesRequested if task.wordings.is_empty() => {
            let owner = task.owner_name.as_deref().unwrap_or("somebody");
            (format!("The first words, by {owner}: one wording for each channel and language."), lead("/wording", "Write the words"))
        }
        State::Draft => match missing(task, *today) {
            missing if missing.is_empty() => {
                ("A review by somebody who did not write it.".to_owned(), go(at, Act::Submit, "Send to review", "button primary"))
            }
            missing => (format!("Its plan: {}.", words::list(&missing)), lead("#plan", "Complete the plan")),
        },
        State::ChangesRequested => ("New words: changes were asked for.".to_owned(), lead("#wordings", "See the words to change")),
        State::InReview if wrote(task, *me) => (
            "A colleague’s review. You wrote what stands, so somebody else approves it: four eyes see more than two.".to_owned(),
            nothing(),
        ),
        State::InReview => (
            "Your review: is it true, kind, and theirs to be told? You did not write it, so you may approve it.".to_owned(),
            go(at, Act::Approve, "Approve for the customer", "button primary"),
        ),
        State::ApprovedInternally => {
            let sentence = format!("To be sent to {approver}, who gets a private link to exactly this.");
            (sentence, go(at, Act::Send, "Send to the customer", "button primary"))
        }
        State::WithCustomer if task.planned_for.is_some_and(|when| when < *today) => {
            let sentence = format!("Another day: {planned} passed before {approver} answered. A new day is sent to them anew.");
            (sentence, lead("#plan", "Choose another day"))
        }
        State::WithCustomer => {
            let reminded = match task.reminders {
                0 => String::new(),
                1 => " They were reminded once.".to_owned(),
                times => format!(" They were reminded {times} times."),
            };
            let sentence = format!("{approver}, who has had it since {}.{reminded}", day(task.waits_since.date_naive()));
            (sentence, go(at, Act::Send, "Send a new link", "button"))
        }
        State::Approved => {
            let on = task.approved_at.map_or_else(String::new, |at| format!(" on {}", day(at.date_naive())));
            let sentence = format!("To be scheduled: {approver} approved exactly this{on}. It is to be seen on {planned}.");
            (sentence, go(at, Act::Schedule, "Schedule it", "button primary"))
        }
        State::Scheduled => match task.planned_for {
            Some(when) if when > *today => {
                let sentence =
                    format!("Its day, {planned}. Publish it then exactly as it was approved, and say here where it can be seen.");
                (sentence, lead("/share", "Open the share kit"))
            }
            Some(when) if when == *today => (
                "Today: publish it exactly as it was approved, then say below where it can be seen. Each consent is asked once more."
                    .to_owned(),
                lead("#wordings", "Say where it can be seen"),
            ),
            _ => (
                "Its day has passed. What was published on it can still be entered below.".to_owned(),
                lead("#wordings", "Say where it can be seen"),
            ),
        },
        State::Published => ("Its results, once they can be counted.".to_owned(), lead("#wordings", "Enter the results")),
        State::Measured => ("Nothing: it is public, and counted.".to_owned(), nothing()),
        State::OnHold if task.hold.is_some_and(|hold| hold.by.is_customers()) => {
            (format!("{approver}, who holds it. Only they let it go on, on their own page."), nothing())
        }
        State::OnHold => {
            let from = task.hold.map_or("draft", |hold| hold.from.as_str());
            (
                format!("Somebody here to let it go on. Then it is where it was: {from}."),
                go(at, Act::Resume, "Go on with it", "button primary"),
            )
        }
        State::Rejected => ("Nothing: it was rejected, and nothing more of it is published.".to_owned(), nothing()),
        State::Withdrawn => ("Nothing: it was withdrawn. It can be opened again, and then begins as a draft.".to_owned(), nothing()),
        State::Failed if task.planned_for.is_some_and(|when| when >= *today) => (
            "Another try: it could not be published, and its day has not passed.".to_owned(),
            go(at, Act::Schedule, "Schedule it again", "button primary"),
        ),
        State::Failed => (
            "Another day: it was not published on the one that was approved. A new day is approved anew.".to_owned(),
            lead("#plan", "Choose another day"),
        ),
    }
}

/// What has to be there before anybody reviews it.
fn missing(task: &Task, today: NaiveDate) -> Vec<String> {
    let day = match task.planned_for {
        None => Some("the day it is to be seen"),
        Some(planned) if planned < today => Some("a day that is not past"),
        Some(_) => None,
    };
    let named = |person: i64| task.uses.iter().any(|one| one.subject == Subject::Person(person) && one.scope == Scope::Name);
    let shown = match task.person {
        _ if task.uses.is_empty() => Some("what of whom it shows"),
        Some(person) if !named(person) => Some("the person’s name in what it shows"),
        _ => None,
    };
    let approver = task.approver_email.is_empty().then_some("who approves it for the customer");
    [day, shown, approver].into_iter().flatten().map(str::to_owned).collect()
}

fn wrote(task: &Task, who: i64) -> bool {
    task.wordings.iter().any(|wording| wording.written_by == Some(who))
}

/// A step of one press.
fn go(at: &Opened<'_>, act: Act, label: &'static str, class: &'static str) -> AnyView {
    view! { <form method="post" action="/api/advocacy/amplification/step">{keys(at.task, act)}<button class=class>{label}</button></form> }
        .into_any()
}

fn keys(task: &Task, act: Act) -> AnyView {
    view! { {form::hidden("task", task.id)} {form::hidden("revision", task.revision)} {form::hidden("act", act)} }.into_any()
}

/// The other steps that lead somewhere from here.
fn others(at: &Opened<'_>) -> AnyView {
    let first = match at.task.state {
        State::Draft => Some(Act::Submit),
        State::InReview => Some(Act::Approve),
        State::ApprovedInternally => Some(Act::Send),
        State::Approved | State::Failed => Some(Act::Schedule),
        State::OnHold => Some(Act::Resume),
        _ => None,
    };
    let steps: Vec<AnyView> = acts(at.task.state, at.task.hold)
        .into_iter()
        .filter(|act| Some(*act) != first)
        .map(|act| if needs_comment(act) { said(at, act) } else { go(at, act, act_label(act), "button") })
        .collect();
    if steps.is_empty() { ().into_any() } else { view! { <div class="stack close">{steps}</div> }.into_any() }
}

/// A step that needs words.
fn said(at: &Opened<'_>, act: Act) -> AnyView {
    let mine = at.step.typed().is_some_and(|typed| typed.get("act") == act.as_str());
    let open = mine || at.wanted == act.as_str();
    let none = Draft::default();
    let draft = if mine { at.step } else { &none };
    let ends = matches!(act, Act::Reject | Act::Withdraw);
    let consequence = match act {
        Act::Reject => "The task ends here, for good. Nothing more of it is published.",
        Act::Withdraw => {
            "Nothing more of it is published, what is public already is to be taken down, and the customer’s link opens no approval any more. It can be opened again as a draft."
        }
        Act::Hold => "Nothing happens to it until somebody here lets it go on.",
        Act::RequestChanges => "It goes back to those who write it, with what you say.",
        Act::Fail => "It stays approved for its day. Another day is approved anew.",
        _ => "It begins as a draft again.",
    };
    let label = match act {
        Act::RequestChanges => "What should be different",
        Act::Reopen => "What is different now",
        _ => "Why",
    };
    let id = if mine { "comment".to_owned() } else { format!("comment-{act}") };
    let (summary, class, card) =
        if ends { ("button stop", "button stop primary", "card stop stack") } else { ("button", "button", "card stack") };
    let anchor = act.to_string();
    view! {
        <details class="ask" id=anchor open=open>
            <summary class=summary>{format!("{}…", act_label(act))}</summary>
            <form class=card method="post" action="/api/advocacy/amplification/step">
                {keys(at.task, act)}
                <p>{consequence}</p>
                {form::textarea(draft, Input { name: "comment", label, hint: "Colleagues read this; the customer does not.", id, ..Input::default() }, 3)}
                <p><button class=class>{act_label(act)}</button></p>
            </form>
        </details>
    }
    .into_any()
}

// ---- the words -----------------------------------------------------------------------------------------------------------

fn wordings(at: &Opened<'_>) -> AnyView {
    let task = at.task;
    let parts = task.wordings.iter().map(|wording| wording_part(at, wording)).collect_view();
    let none = task.wordings.is_empty().then(|| view! { <p class="soft">"Nothing is written yet."</p> });
    let more = may_edit(task)
        .then(|| view! { <p><a class="button" href=format!("/celebrate/{}/wording", task.id)>"Write for another channel"</a></p> });
    let more = if task.wordings.is_empty() { None } else { more };
    view! {
        <section id="wordings" class="stack loose" aria-labelledby="wordings-h">
            <h2 id="wordings-h">"The words"</h2>
            {none}
            {parts}
            {more}
            {older(&task.versions)}
        </section>
    }
    .into_any()
}

/// Whether the words can still be changed.
fn may_edit(task: &Task) -> bool {
    domain::advocacy::amplification::after(task.state, task.hold, Act::Edit).is_ok()
}

fn wording_part(at: &Opened<'_>, wording: &WordingLine) -> AnyView {
    let task = at.task;
    let to = format!("/celebrate/{}/wording?channel={}&language={}", task.id, wording.channel, wording.language);
    let about = format!("{}, in {}", wording.channel.label(), language_name(&wording.language));
    let acts = may_edit(task).then(|| {
        let consequence = if task.sent_hash.is_empty() && task.approved_hash.is_empty() {
            "It is taken off the task. Its versions stay in the history."
        } else {
            "It is taken off the task, and the customer’s approval is void: what is left is sent to them again."
        };
        view! {
            <div class="row">
                <a class="button small" href=to>"Change it" <span class="visually-hidden">{format!(": {about}")}</span></a>
                <details class="ask">
                    <summary class="button small quiet stop">"Take it off…" <span class="visually-hidden">{format!(": {about}")}</span></summary>
                    <form class="card stop stack" method="post" action="/api/advocacy/amplification/end-wording">
                        {form::hidden("task", task.id)}
                        {form::hidden("revision", task.revision)}
                        {form::hidden("channel", wording.channel)}
                        {form::hidden("language", &wording.language)}
                        <p>{consequence}</p>
                        <p><button class="button stop primary">"Take it off the task"</button></p>
                    </form>
                </details>
            </div>
        }
    });
    let publication = wording.publication.as_ref().map(|line| publication_part(at, line));
    view! {
        <article class="stack close">
            {looks(task, wording, at.host)}
            <p class="small soft">{written_by(wording)}</p>
            {acts}
            {publication}
        </article>
    }
    .into_any()
}

/// A wording as it will look, with the task's own addresses.
pub(super) fn looks(task: &Task, wording: &WordingLine, host: &str) -> AnyView {
    let image = wording.image.map(|image| (format!("/celebrate/{}/images/{image}", task.id), wording.image_alt.as_str()));
    channel_preview(&Looks {
        host,
        channel: wording.channel,
        language: &wording.language,
        body: &wording.body,
        link: &wording.link,
        image,
        day: task.planned_for,
    })
}

/// `Version 2, by Priya, Fri 15 Jan, 09:00 UTC.`
pub(super) fn written_by(wording: &WordingLine) -> String {
    format!("Version {}, by {}, {}.", wording.version, wording.writer, moment(&Zone::utc(), wording.written_at))
}

/// Warns that a change voids what the customer has before them, or approved.
pub(super) fn standing_approval(task: &Task) -> AnyView {
    if !may_edit(task) {
        return ().into_any();
    }
    let sentence = if !task.approved_hash.is_empty() {
        "The customer approved exactly what stands. A change voids that: it is reviewed here and sent to them again."
    } else if !task.sent_hash.is_empty() {
        "The customer has exactly this before them. A change voids their link: it is reviewed here and sent to them again."
    } else {
        return ().into_any();
    };
    view! { <p class="notice warn">{sentence}</p> }.into_any()
}

fn older(versions: &[VersionLine]) -> AnyView {
    if versions.is_empty() {
        return ().into_any();
    }
    let rows = versions
        .iter()
        .map(|one| {
            let what = format!("{}, in {}, version {}", one.channel.label(), language_name(&one.language), one.version);
            let ended = one.ended_at.map(|at| view! { " " {tag("", format!("taken off on {}", date(at.date_naive())))} });
            let who = format!("{}, {}", one.writer, moment(&Zone::utc(), one.written_at));
            let (body, spoken) = (one.body.clone(), one.language.clone());
            view! { <li class="stack tight"><p><strong>{what}</strong>{ended}</p><p class="small soft">{who}</p><p class="kept" lang=spoken dir="auto">{body}</p></li> }
        })
        .collect_view();
    view! { <details><summary>"Older versions"</summary><ul class="plain stack">{rows}</ul></details> }.into_any()
}

// ---- what is public ------------------------------------------------------------------------------------------------------

/// Whether somebody may say now that it is public: on its day, or after it, of that day.
fn to_record(at: &Opened<'_>, line: &PublicationLine) -> bool {
    let open = matches!(at.task.state, State::Scheduled | State::Failed) && line.state == PublicationState::Planned;
    open && at.task.planned_for.is_some_and(|planned| planned <= at.today)
}

fn publication_part(at: &Opened<'_>, line: &PublicationLine) -> AnyView {
    let anchor = format!("public-{}", line.id);
    let body = match line.state {
        PublicationState::Planned if to_record(at, line) => record_form(at, line),
        PublicationState::Planned => {
            let planned = at.task.planned_for.map_or_else(|| "its day".to_owned(), day);
            view! { <p class="small soft">{format!("From {planned} on you can say here where it can be seen.")}</p> }.into_any()
        }
        PublicationState::Live => {
            let since = line.published_at.map_or_else(String::new, |at| format!(" since {}", moment(&Zone::utc(), at)));
            let (to, url) = (line.url.clone(), line.url.clone());
            view! {
                <p>{tag("good", format!("public{since}"))} " " <a href=to rel="noopener noreferrer">{url}</a> " " <a class="small" href=format!("/publications/{}", line.id)>"Its publication"</a></p>
                {result_part(at, line)}
            }
            .into_any()
        }
        PublicationState::Cancelled | PublicationState::TakenDown => {
            view! { <p>{tag("", line.state.as_str())} " " <a class="small" href=format!("/publications/{}", line.id)>"Its publication"</a></p> }.into_any()
        }
    };
    view! { <div id=anchor class="stack close">{body}</div> }.into_any()
}

/// What was typed for this publication; nothing, where it was for another.
fn typed_for(publication: i64, draft: &Draft) -> (bool, Draft) {
    let mine = draft.typed().is_some_and(|typed| typed.id("publication") == publication);
    (mine, if mine { draft.clone() } else { Draft::default() })
}

fn record_form(at: &Opened<'_>, line: &PublicationLine) -> AnyView {
    let (mine, draft) = typed_for(line.id, at.publish);
    let id = |field: &str| if mine { String::new() } else { format!("{field}-{}", line.id) };
    let planned = at.task.planned_for.map(|planned| planned.to_string()).unwrap_or_default();
    view! {
        <form class="card stack" method="post" action="/api/advocacy/amplification/publish">
            {form::hidden("task", at.task.id)}
            {form::hidden("publication", line.id)}
            <h3>"It is public"</h3>
            <p class="small soft">"Publish it on its channel exactly as above, then say so here. The day and the time are UTC."</p>
            {form::input(&draft, Input { name: "url", label: "Where it can be seen", hint: "The whole address.", kind: "url", autocomplete: "off", id: id("url"), ..Input::default() })}
            <div class="row">
                {form::input(&draft, Input { name: "day", label: "Day", kind: "date", value: planned, id: id("day"), ..Input::default() })}
                {form::input(&draft, Input { name: "time", label: "Time, UTC", kind: "time", id: id("time"), ..Input::default() })}
            </div>
            <p><button class="button">"It is public"</button></p>
        </form>
    }
    .into_any()
}

/// What it came to, and the form to count it.
fn result_part(at: &Opened<'_>, line: &PublicationLine) -> AnyView {
    let (mine, draft) = typed_for(line.id, at.result);
    let stands = line.result.as_ref();
    let id = |field: &str| if mine { String::new() } else { format!("{field}-{}", line.id) };
    let number = |pick: i64| if stands.is_some() { pick.to_string() } else { String::new() };
    let figure = |name: &'static str, label: &'static str, value: String| {
        form::input(&draft, Input { name, label, kind: "number", value, short: true, id: id(name), ..Input::default() })
    };
    let said = stands.map(|one| {
        let count = |figure: i64| thousands(figure.unsigned_abs());
        let sentence = format!(
            "{} seen · {} clicks · {} reactions · {} comments, counted on {}. As much attention would have cost {}.",
            count(one.impressions),
            count(one.clicks),
            count(one.reactions),
            count(one.comments),
            date(one.counted_on),
            count(one.value)
        );
        let note = one.note.clone();
        view! { <p>{sentence}</p><p class="small soft kept">{note}</p> }
    });
    let of = |pick: fn(&store::advocacy::amplification::ResultLine) -> i64| number(stands.map_or(0, pick));
    let counted_on = stands.map_or_else(|| at.today.to_string(), |one| one.counted_on.to_string());
    let note = stands.map(|one| one.note.clone()).unwrap_or_default();
    let open = mine || (stands.is_none() && at.task.state == State::Published);
    let summary = if stands.is_some() { "Count it again…" } else { "Enter what it came to…" };
    view! {
        {said}
        <details class="ask" open=open>
            <summary class="button small">{summary}</summary>
            <form class="card stack" method="post" action="/api/advocacy/result/save">
                {form::hidden("publication", line.id)}
                <div class="row">
                    {figure("impressions", "Seen", of(|one| one.impressions))}
                    {figure("clicks", "Clicks", of(|one| one.clicks))}
                    {figure("reactions", "Reactions", of(|one| one.reactions))}
                    {figure("comments", "Comments", of(|one| one.comments))}
                    {figure("value", "Worth, in whole units of our currency", of(|one| one.value))}
                    {form::input(&draft, Input { name: "counted_on", label: "Counted on", kind: "date", value: counted_on, id: id("counted_on"), ..Input::default() })}
                </div>
                {form::input(&draft, Input { name: "note", label: "Note", value: note, optional: true, autocomplete: "off", id: id("note"), ..Input::default() })}
                <p><button class="button">"Keep the results"</button></p>
            </form>
        </details>
    }
    .into_any()
}

// ---- whom it shows -------------------------------------------------------------------------------------------------------

fn shown(at: &Opened<'_>) -> AnyView {
    let body = if at.task.uses.is_empty() {
        view! { <p class="soft">"Nothing is chosen yet. Tick it in the plan: each consent is asked for exactly that."</p> }.into_any()
    } else {
        let rows = at.task.uses.iter().map(use_row).collect_view();
        listing("Who is shown, and what they allow", &[Column::of("Who"), Column::of("What"), Column::of("Consent")], rows)
    };
    view! { <section class="stack close" aria-labelledby="shown-h"><h2 id="shown-h">"Whom it shows"</h2>{body}</section> }.into_any()
}

fn use_row(one: &UseLine) -> AnyView {
    let (live, not): (Vec<_>, Vec<_>) = one.standings.iter().partition(|(_, standing)| standing.is_live());
    let allowed: Vec<AnyView> = live
        .into_iter()
        .map(|(channel, standing)| match standing {
            Standing::Live { until, .. } => tag("good", format!("{}: until {}", channel.label(), date(until))),
            _ => ().into_any(),
        })
        .collect();
    let refused: Vec<AnyView> = not
        .into_iter()
        .map(|(channel, standing)| {
            let sentence = Reason { who: one.who.clone(), scope: one.scope, channel, why: why(one.scope, standing) }.sentence();
            view! { <p>{tag("stop", format!("{}: not allowed", channel.label()))} " " <span class="small">{sentence}</span></p> }.into_any()
        })
        .collect();
    let none = one.standings.is_empty().then(|| view! { <span class="soft">"asked for each channel, once something is written"</span> });
    let to = match one.subject {
        Subject::Person(id) => format!("/advocates/{id}"),
        Subject::Company(id) => format!("/companies/{id}"),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=to>{one.who.clone()}</a></th>
            <td role="cell" data-label="What"><span class="keep">{capital(one.scope.as_str())}</span></td>
            <td role="cell" data-label="Consent"><div class="stack tight"><div class="row">{allowed}{none}</div>{refused}</div></td>
        </tr>
    }
    .into_any()
}

/// Why it is not allowed, as the one decision would say it. Whether somebody took part is theirs to say: allowed once or
/// never reads the same.
const fn why(scope: Scope, standing: Standing) -> Why {
    match standing {
        _ if matches!(scope, Scope::Attendance) => Why::Confidential,
        Standing::NotYet { from, .. } => Why::NotYet(from),
        Standing::Expired { on, .. } => Why::Ended(on),
        Standing::Withdrawn { on, .. } => Why::Withdrawn(on),
        Standing::Never | Standing::Live { .. } => Why::NotGiven,
    }
}

// ---- images --------------------------------------------------------------------------------------------------------------

/// What is wrong with an image that was just added.
fn image_errors(why: &str) -> AnyView {
    let why = why.to_owned();
    view! {
        <div class="errors" role="alert" tabindex="-1" id="errors" autofocus=true>
            <h2>"One thing needs another look"</h2><ul><li><a href="#file">{why}</a></li></ul>
        </div>
    }
    .into_any()
}

fn images(task: &Task, error: Option<&str>) -> AnyView {
    let rows = task
        .images
        .iter()
        .enumerate()
        .map(|(index, image)| {
            let (address, name) = (format!("/celebrate/{}/images/{}", task.id, image.id), format!("Image {}", index + 1));
            view! { <li><a href=address><img src=address.clone() alt=name.clone() loading="lazy"/></a><span class="small soft" aria-hidden="true">{name}</span></li> }
        })
        .collect_view();
    let list = if task.images.is_empty() { ().into_any() } else { view! { <ul class="pictures">{rows}</ul> }.into_any() };
    let wrong = error.is_some();
    let by = if wrong { "file-h file-e" } else { "file-h" };
    let line = error.map(|why| view! { <p class="error" id="file-e">{why.to_owned()}</p> });
    let form = may_edit(task).then(|| {
        view! {
            <form class="stack" method="post" action="/api/advocacy/amplification/image" enctype="multipart/form-data">
                {form::hidden("task", task.id)}
                {form::hidden("revision", task.revision)}
                <div class="field">
                    <label for="file">"Add an image"</label>
                    <p class="hint" id="file-h">"PNG, JPEG or WebP, up to 5 MB. It changes nothing until a wording uses it."</p>
                    <input id="file" name="file" type="file" accept="image/png,image/jpeg,image/webp" aria-describedby=by aria-invalid=wrong.then_some("true") aria-required="true"/>
                    {line}
                </div>
                <p><button class="button">"Add the image"</button></p>
            </form>
        }
    });
    view! { <section id="images" class="stack" aria-labelledby="images-h"><h2 id="images-h">"Images"</h2>{list}{form}</section> }.into_any()
}

// ---- the plan ------------------------------------------------------------------------------------------------------------

fn facts(task: &Task) -> AnyView {
    let mut lines = vec![("Happened on", date(task.happened_on).into_any())];
    let to = format!("/achievements/{}", task.achievement);
    lines.push(("Achievement", view! { <a href=to>"How it was reported"</a> }.into_any()));
    if !task.outlet.is_empty() {
        lines.push(("Where", task.outlet.clone().into_any()));
    }
    if let Some(url) = task.url.clone() {
        lines.push(("Source", view! { <a href=url.clone() rel="noopener noreferrer nofollow">{url.clone()}</a> }.into_any()));
    }
    if let (Some(person), Some(name)) = (task.person, task.person_name.clone()) {
        lines.push(("Person", view! { <a href=format!("/advocates/{person}")>{name}</a> }.into_any()));
    }
    lines.push(("Company", view! { <a href=format!("/companies/{}", task.company)>{task.company_name.clone()}</a> }.into_any()));
    if let Some(at) = task.approved_at {
        lines.push(("Approved by the customer", day(at.date_naive()).into_any()));
    }
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd>{text}</dd> }).collect_view();
    view! { <section class="stack close"><h2>"In short"</h2><dl class="facts">{lines}</dl></section> }.into_any()
}

fn plan_form(at: &Opened<'_>, colleagues: &[(i64, String)]) -> AnyView {
    let (task, draft) = (at.task, at.plan);
    if !may_edit(task) && !matches!(task.state, State::Published | State::Measured) {
        return ().into_any();
    }
    let owner = task.owner.map(|owner| owner.to_string()).unwrap_or_default();
    let mut owners: Vec<(String, String)> = vec![(String::new(), "Nobody yet".to_owned())];
    owners.extend(colleagues.iter().map(|(id, name)| (id.to_string(), name.clone())));
    // Whoever has it in hand stays on the list, wherever they are now.
    if let (Some(id), Some(name), false) = (task.owner, task.owner_name.clone(), owners.iter().any(|(id, _)| *id == owner)) {
        owners.push((id.to_string(), name));
    }
    let planned = task.planned_for.map(|planned| planned.to_string()).unwrap_or_default();
    let mut fields = vec![
        form::select(draft, Input { name: "owner", label: "In whose hands", value: owner, ..Input::default() }, owners),
        form::input(draft, Input { name: "due_day", label: "Due", kind: "date", value: task.due_day.to_string(), ..Input::default() }),
    ];
    let day_hint = "Counted in UTC. The customer approves this day, and no other.";
    fields.push(form::input(
        draft,
        Input { name: "planned_for", label: "Day it is to be seen", hint: day_hint, kind: "date", value: planned, ..Input::default() },
    ));
    fields.push(form::input(
        draft,
        Input {
            name: "approver_name",
            label: "Who approves it for the customer",
            value: task.approver_name.clone(),
            autocomplete: "off",
            ..Input::default()
        },
    ));
    let email_hint = "They get a private link to exactly this. They need no account.";
    fields.push(form::input(
        draft,
        Input {
            name: "approver_email",
            label: "Their e-mail address",
            hint: email_hint,
            kind: "email",
            value: task.approver_email.clone(),
            autocomplete: "off",
            ..Input::default()
        },
    ));
    fields.push(form::choices(draft, "shows", "What of whom it shows", "checkbox", ticks(task)));
    view! {
        <section id="plan" class="stack" aria-labelledby="plan-h">
            <h2 id="plan-h">"The plan"</h2>
            {meanwhile(at)}
            {standing_approval(task)}
            <form class="stack" method="post" action="/api/advocacy/amplification/plan">
                {form::hidden("task", task.id)}
                {form::hidden("revision", task.revision)}
                {fields}
                <p class="small soft">"Another owner or due day changes nothing for the customer. Another day or approver, or something else shown, does."</p>
                <p><button class="button">"Keep the plan"</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// What somebody else saved while the plan was typed.
fn meanwhile(at: &Opened<'_>) -> AnyView {
    let task = at.task;
    let Some(typed) = at.plan.typed().filter(|typed| typed.revision() != task.revision) else { return ().into_any() };
    let stands = [
        ("Due", "due_day", task.due_day.to_string()),
        ("Day it is to be seen", "planned_for", task.planned_for.map(|planned| planned.to_string()).unwrap_or_default()),
        ("Who approves it", "approver_name", task.approver_name.clone()),
        ("Their e-mail address", "approver_email", task.approver_email.clone()),
    ];
    let mut rows: Vec<AnyView> = stands
        .into_iter()
        .filter(|(_, field, stands)| typed.get(field).trim() != stands)
        .map(|(label, _, stands)| {
            let stands = if stands.is_empty() { "empty".to_owned() } else { stands };
            view! { <dt>{label}</dt><dd>{stands}</dd> }.into_any()
        })
        .collect();
    if typed.id("owner") != task.owner.unwrap_or(0) {
        let owner = task.owner_name.clone().unwrap_or_else(|| "nobody".to_owned());
        rows.push(view! { <dt>"In whose hands"</dt><dd>{owner}</dd> }.into_any());
    }
    let ticked: BTreeSet<String> = typed.chosen("show").map(str::to_owned).collect();
    let stood: BTreeSet<String> = task.uses.iter().map(word).collect();
    if ticked != stood {
        let shown: Vec<String> = task.uses.iter().map(|one| format!("{}: {}", one.who, one.scope)).collect();
        let shown = if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") };
        rows.push(view! { <dt>"What it shows"</dt><dd>{shown}</dd> }.into_any());
    }
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card stack" aria-labelledby="stands">
            <h3 id="stands">"What it says now"</h3>
            <p class="soft small">"Where it differs from what you typed. Keeping the plan again keeps yours."</p>
            <dl class="facts">{rows}</dl>
        </section>
    }
    .into_any()
}

/// `person:name`
fn word(one: &UseLine) -> String {
    let whose = if matches!(one.subject, Subject::Person(_)) { "person" } else { "company" };
    format!("{whose}:{}", one.scope)
}

/// Everything that could be shown of the person and of the company.
fn ticks(task: &Task) -> Vec<Choice> {
    let chosen: Vec<String> = task.uses.iter().map(word).collect();
    let choice = |whose: &'static str, who: &str, scope: Scope| {
        let word = format!("{whose}:{scope}");
        let ticked = chosen.contains(&word);
        Choice { name: format!("show:{word}"), value: "yes".to_owned(), label: format!("{who}: {scope}"), hint: String::new(), ticked }
    };
    let of = |company: bool| Scope::ALL.iter().copied().filter(move |scope| scope.has_channels() && scope.of_company() == company);
    let person = task.person_name.as_deref().into_iter().flat_map(|name| of(false).map(move |scope| (name, scope)));
    let person: Vec<Choice> = person.map(|(name, scope)| choice("person", name, scope)).collect();
    person.into_iter().chain(of(true).map(|scope| choice("company", &task.company_name, scope))).collect()
}

// ---- what happened ---------------------------------------------------------------------------------------------------------

fn history(task: &Task) -> AnyView {
    if task.steps.is_empty() {
        return ().into_any();
    }
    let rows = task
        .steps
        .iter()
        .map(|step| {
            let what = done(step.act);
            let (by, then, comment) = (step.by.clone(), step.to_state.as_str(), step.comment.clone());
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><time datetime=step.at.to_rfc3339()>{moment(&Zone::utc(), step.at)}</time></th>
                    <td role="cell" data-label="What">{what}</td>
                    <td role="cell" data-label="By" class="soft">{by}</td>
                    <td role="cell" data-label="Then it was">{then}</td>
                    <td role="cell" data-label="What was said"><span class="kept">{comment}</span></td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Column::of("When"), Column::of("What"), Column::of("By"), Column::of("Then it was"), Column::of("What was said")];
    let table = listing("What happened to it", &columns, rows);
    view! { <section class="stack close" aria-labelledby="history-h"><h2 id="history-h">"What happened"</h2>{table}</section> }.into_any()
}

/// An act, once it was done.
const fn done(act: Act) -> &'static str {
    match act {
        Act::Edit => "Changed",
        Act::Submit => "Sent to review",
        Act::Approve => "Approved here",
        Act::RequestChanges => "Changes asked for",
        Act::Reject => "Rejected",
        Act::Send => "Sent to the customer",
        Act::CustomerApprove => "Approved by the customer",
        Act::CustomerSuggest => "Edit suggested by the customer",
        Act::CustomerDecline => "Declined by the customer",
        Act::Hold => "Held",
        Act::CustomerHold => "Held by the customer",
        Act::Resume => "Let go on",
        Act::CustomerResume => "Let go on by the customer",
        Act::Schedule => "Scheduled",
        Act::Publish => "Published",
        Act::Fail => "Not published",
        Act::Measure => "Counted",
        Act::Withdraw => "Withdrawn",
        Act::ConsentWithdrawn => "A consent was taken back",
        Act::TakenDown => "Taken down",
        Act::Reopen => "Opened again",
    }
}
