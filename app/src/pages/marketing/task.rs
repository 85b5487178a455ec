//! One amplification task: what it waits for, with the act beside it; its words as they will look; whom it shows and
//! whether they allow it; its plan, its images, and everything that happened to it.

pub(super) mod consents;
mod history;
mod images;
mod plan;
mod published;
mod shown;
pub(super) mod waits;
pub(super) mod wordings;

use axum::extract::Multipart;
use axum::http::StatusCode;
use chrono::NaiveDate;
use domain::access::Role;
use domain::advocacy::achievement::{days_to_recognition, is_late};
use domain::advocacy::amplification::State;
use domain::advocacy::wording::MOST_IMAGE_BYTES;
use domain::refusal::Refusal;
use domain::time::words::date;
use leptos::prelude::*;
use store::Halt;
use store::advocacy::amplification::Task;

use self::history::history;
use self::images::{image_errors, images};
use self::plan::{facts, plan_form};
use self::shown::shown;
use self::waits::waits;
use self::wordings::wordings;
use super::frame::{Celebrating, celebrating};
use super::share_kit::is_ready;
use crate::components::form;
use crate::components::table::tag;
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::words::capital;

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
        let late = is_late(task.due_day, task.recognised_at, today);
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
                        <p class="row">{state_tag(&task)} {due_tag(&task, today)} {tag(recognition.tone(late), recognition.words())}</p>
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
