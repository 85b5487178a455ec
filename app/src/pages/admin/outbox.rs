//! The outbox: every mail, and one of them as it reads.

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::time::Zone;
use domain::time::words::moment;
use leptos::prelude::*;
use store::outbox::{Line, Mail};

use crate::components::form;
use crate::components::table::{empty, pager, tag};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Section};
use crate::words::{capital, thousands};

/// The states a mail can be in, and what each means.
const STATES: [(&str, &str); 7] = [
    ("queued", "It leaves in a moment."),
    ("sending", "It is being handed to the mail server."),
    ("sent", "The mail server has it."),
    ("retrying", "The mail server did not take it yet; it is tried again, later each time."),
    ("failed", "The mail server would not take it. Look at the reason, then try again or discard it."),
    ("withheld", "It was held back. Send it or discard it."),
    ("discarded", "It was discarded and is never sent."),
];

/// The mails, the newest first. Managers see those of their own cohorts.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let owner = (!staff.is(Role::Admin)).then_some(staff.id);
    let state = STATES.iter().map(|(state, _)| *state).find(|state| *state == desk.query("state")).unwrap_or_default();
    let term = desk.query("q").trim().to_owned();
    let found = store::outbox::list(desk.db(), owner, state, &term, desk.page()).await?;
    let filtered = !term.is_empty() || !state.is_empty();
    let eyebrow = match found.total {
        1 => "1 mail".to_owned(),
        total => format!("{} mails", thousands(total)),
    };
    let pages = pager(&desk, &found);
    let options = STATES
        .iter()
        .map(|(word, _)| {
            let (value, selected) = (*word, *word == state);
            view! { <option value=value selected=selected>{capital(value)}</option> }
        })
        .collect_view();
    let body = if found.rows.is_empty() {
        if filtered {
            empty("No mail fits", "Try another name, address or subject, or another state.", Some(("/outbox".to_owned(), "Show all mails")))
        } else {
            empty(
                "No mail yet",
                "Every mail this site writes appears here before it leaves: invitations, answers, changes to the agenda.",
                None,
            )
        }
    } else {
        let rows = found.rows.into_iter().map(row).collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"Mails, the newest first"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Subject"</th>
                    <th scope="col" role="columnheader">"To"</th>
                    <th scope="col" role="columnheader">"Cohort"</th>
                    <th scope="col" role="columnheader">"Written"</th>
                    <th scope="col" role="columnheader">"Sent"</th>
                    <th scope="col" role="columnheader">"State"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    frame::staff(&desk, Section::Outbox, "Outbox", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"Outbox"</h1></div>
                <form class="filters" method="get" action="/outbox" role="search">
                    <div class="field grow"><label for="q">"Name, address or subject"</label><input id="q" name="q" type="search" value=term/></div>
                    <div class="field"><label for="state">"State"</label><select id="state" name="state"><option value="">"Every state"</option>{options}</select></div>
                    <button class="button">"Show"</button>
                </form>
                {body}
                {pages}
            </main>
        }
    })
}

fn row(line: Line) -> AnyView {
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/outbox/{}", line.id)>{line.subject}</a></th>
            <td role="cell" data-label="To">{line.to_name}</td>
            <td role="cell" data-label="Cohort" class="soft">{line.cohort.unwrap_or_else(|| "none".to_owned())}</td>
            <td role="cell" data-label="Written"><time>{at(line.created_at)}</time></td>
            <td role="cell" data-label="Sent">{line.sent_at.map_or_else(|| view! { <span class="soft">"not yet"</span> }.into_any(), |sent| view! { <time>{at(sent)}</time> }.into_any())}</td>
            <td role="cell" data-label="State">{state_tag(&line.state)}</td>
        </tr>
    }
    .into_any()
}

/// One mail as its reader reads it, without their personal links.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let id = desk.id("mail")?;
    desk.owns(store::access::mail(desk.db(), id).await?)?;
    let mail = store::outbox::mail(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let read = (desk.app.render_mail)(&desk.app, &mail);
    let facts = facts(&desk, &mail, read.subject.clone());
    let means = STATES.iter().find(|(state, _)| *state == mail.state).map_or("", |(_, means)| *means);
    let acts = acts(&mail);
    let calendar = read.calendar.map(|(method, text)| {
        let method = method.map_or_else(|| "no method".to_owned(), |method| format!("method {method}"));
        view! {
            <section class="stack close">
                <h2>"The calendar part"</h2>
                <p class="soft">{format!("For the reader's calendar, {method}.")}</p>
                <pre class="mail card" tabindex="0" aria-label="The calendar part">{text}</pre>
            </section>
        }
    });
    let (subject, text) = (read.subject, read.text);
    let state = state_tag(&mail.state);
    frame::staff(&desk, Section::Outbox, &format!("Mail to {}", mail.to_name), || {
        let here = subject.clone();
        view! {
            <main id="main" class="wrap page stack loose">
                <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/outbox">"Outbox"</a></li><li aria-current="page">{here}</li></ol></nav>
                <div class="head"><div class="stack tight"><p class="eyebrow">{means}</p><h1>{subject}</h1></div><div class="row">{state}</div></div>
                <div class="two">
                    <div class="stack loose">
                        <section class="stack close">
                            <h2>"The text"</h2>
                            <p class="soft">"As its reader reads it. Personal links are never shown here."</p>
                            <pre class="mail card" tabindex="0" aria-label="The text of the mail">{text}</pre>
                        </section>
                        {calendar}
                    </div>
                    <div class="side">{facts}{acts}</div>
                </div>
            </main>
        }
    })
}

fn facts(desk: &Desk, mail: &Mail, subject: String) -> AnyView {
    let domain = desk.app.host.sender.rsplit('@').next().unwrap_or_default().trim_end_matches('>').to_owned();
    let mut lines = vec![
        ("To", format!("{} <{}>", mail.to_name, mail.to_email)),
        ("From", desk.app.host.sender.clone()),
        ("Subject", subject),
        ("Kind", capital(&mail.kind.replace('-', " "))),
        ("Written", at(mail.created_at)),
    ];
    match mail.sent_at {
        Some(sent) => lines.push(("Sent", at(sent))),
        None if ["queued", "retrying"].contains(&mail.state.as_str()) => lines.push(("Not before", at(mail.not_before))),
        None => {}
    }
    if mail.attempts > 0 {
        lines.push(("Attempts", mail.attempts.to_string()));
    }
    if !mail.last_error.is_empty() {
        lines.push(("The mail server said", mail.last_error.clone()));
    }
    lines.push(("Message-ID", format!("{}@{domain}", mail.message_id)));
    let lines = lines.into_iter().map(|(term, text)| view! { <dt>{term}</dt><dd>{text}</dd> }).collect_view();
    view! { <section class="stack close"><h2>"Its envelope"</h2><dl class="facts small">{lines}</dl></section> }.into_any()
}

/// What can still be done with a mail in this state.
fn acts(mail: &Mail) -> AnyView {
    let (id, name) = (mail.id, mail.to_name.clone());
    let may_retry = ["failed", "withheld", "retrying"].contains(&mail.state.as_str());
    let may_discard = may_retry || mail.state == "queued";
    if !may_discard {
        return ().into_any();
    }
    let send = if mail.state == "withheld" { "Send it now" } else { "Try again now" };
    let retry = may_retry.then(|| {
        view! { <form method="post" action="/api/outbox/retry">{form::hidden("mail", id)}<button class="button primary">{send}</button></form> }
    });
    let consequence = format!(
        "{name} never gets this mail and is not told. Its personal link, if it has one, is lost with it; what the mail tells of stands all the same."
    );
    view! {
        <section class="stack close">
            <h2>"What to do with it"</h2>
            {retry}
            <details class="ask">
                <summary class="button stop">"Discard the mail…"</summary>
                <div class="card stop stack">
                    <p>{consequence}</p>
                    <form method="post" action="/api/outbox/discard">{form::hidden("mail", id)}<button class="button stop primary">"Discard the mail"</button></form>
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn state_tag(state: &str) -> AnyView {
    let tone = match state {
        "sent" => "good",
        "retrying" | "withheld" => "warn",
        "failed" => "stop",
        _ => "",
    };
    tag(tone, state)
}

/// The outbox belongs to no place, so its clock is UTC, and says so.
fn at(at: DateTime<Utc>) -> String {
    moment(&Zone::utc(), at)
}
