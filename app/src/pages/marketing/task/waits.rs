//! What a task waits for, and the acts that lead on from there.

use chrono::NaiveDate;
use domain::advocacy::amplification::{Act, AmplificationRefusal, Celebrated, State, acts, names_shown, needs_comment};
use domain::advocacy::board::{act_label, stands};
use domain::advocacy::consent::{Scope, Subject};
use domain::time::words::day;
use leptos::prelude::*;
use store::advocacy::amplification::{StepLine, Task};

use super::Opened;
use super::consents::missing_consents;
use crate::components::form::{self, Input};
use crate::desk::Draft;
use crate::words::{self};

/// One sentence, the act that most do next, and the others below. What is to be taken down comes before everything.
pub(super) fn waits(at: &Opened<'_>) -> AnyView {
    let task = at.task;
    let down = to_take_down(task);
    let over = matches!(task.state, State::Published | State::Measured | State::Rejected | State::Withdrawn);
    let (sentence, act) = match next(at) {
        _ if over && !task.take_downs.is_empty() => (None, ().into_any()),
        (sentence, act) => (Some(view! { <p>{sentence}</p> }), act),
    };
    let (said, suggested) = (last_said(task), suggestion(task));
    // One that is both stands once.
    let suggested = suggested.filter(|step| said.is_none_or(|said| said.id != step.id)).map(quote);
    let said = said.map(quote);
    let others = others(at);
    view! {
        <section class="card stack" aria-labelledby="waits-h">
            <h2 id="waits-h">"What it waits for"</h2>
            {down}
            {sentence}
            {said}
            {suggested}
            {missing_consents(task)}
            {act}
            {others}
        </section>
    }
    .into_any()
}

/// What can be seen and is to go, each with the way to its publication.
fn to_take_down(task: &Task) -> AnyView {
    if task.take_downs.is_empty() {
        return ().into_any();
    }
    let lines = task
        .take_downs
        .iter()
        .map(|one| {
            let sentence = format!("To be taken down {} by {}. ", one.channel.place(), day(one.by));
            let named = format!("Take it down: {}", one.channel.label());
            let to = format!("/publications/{}#take-downs", one.publication);
            view! { <li><p>{sentence}</p><p><a class="button primary" href=to aria-label=named>"Take it down"</a></p></li> }
        })
        .collect_view();
    view! { <ul class="plain stack">{lines}</ul> }.into_any()
}

/// What the customer would have otherwise, as they said it last, until it is with them again.
pub fn suggestion(task: &Task) -> Option<&StepLine> {
    let open = matches!(task.state, State::Draft | State::InReview | State::ApprovedInternally | State::ChangesRequested | State::OnHold);
    // The newest come first. A link that is sent while they hold it brings them nothing new.
    let mut since = task.steps.iter().take_while(|step| !(step.act == Act::Send && step.to_state == State::WithCustomer));
    since.find(|step| open && step.act == Act::CustomerSuggest && !step.comment.is_empty())
}

/// What somebody said with a step.
pub fn quote(step: &StepLine) -> AnyView {
    let (comment, on) = (step.comment.clone(), day(step.at.date_naive()));
    let did = if step.act == Act::CustomerSuggest { " suggested this" } else { "" };
    let who = format!("{}{did}, {on}", step.by);
    view! { <div class="quote stack tight"><p class="kept">{comment}</p><p class="small soft">{who}</p></div> }.into_any()
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
    if !task.is_news && !matches!(task.state, State::Published | State::Measured | State::Rejected) {
        let sentence =
            "Nothing: there is nothing to celebrate here any more. The news is not verified, or whoever it was about is forgotten.";
        return (sentence.to_owned(), nothing());
    }
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
        State::OnHold if task.hold.is_some_and(|hold| hold.by.is_customers()) => (
            format!("{approver}, who holds it. Only they let it go on, on their own page."),
            go(at, Act::Send, "Send a new link", "button"),
        ),
        State::OnHold => {
            let from = stands(task.hold.map_or(State::Draft, |hold| hold.from));
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
    let celebrated =
        Celebrated { person: task.person.zip(task.person_name.as_deref()), company: (task.company, task.company_name.as_str()) };
    let uses: Vec<(Subject, Scope)> = task.uses.iter().map(|one| (one.subject, one.scope)).collect();
    let texts = task.wordings.iter().flat_map(|one| [one.body.as_str(), one.image_alt.as_str()]);
    let of_company = |why: &AmplificationRefusal| matches!(why, AmplificationRefusal::NamedNotShown { scope: Scope::CompanyName, .. });
    let named = names_shown(&celebrated, texts, &uses).is_err_and(|why| of_company(&why));
    let company = named.then_some("the company’s name in what it shows, since the words say it");
    [day, shown, company, approver].into_iter().flatten().map(str::to_owned).collect()
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
        .filter(|act| Some(*act) != first && (at.task.is_news || !act.leads_on()))
        .map(|act| if needs_comment(act) { said(at, act) } else { go(at, act, act_label(act), "button") })
        .collect();
    if steps.is_empty() { ().into_any() } else { view! { <div class="row acts">{steps}</div> }.into_any() }
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
