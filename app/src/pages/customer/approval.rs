//! The customer's approval, behind a private link: exactly what would be published, where and when, and their answers to
//! it. Reading changes nothing: mail scanners follow links.
//!
//! What the host says among themselves about it is not read here, so that it cannot be shown. While it is being written
//! anew the words are not shown either: what was not sent is nobody's to read.

use chrono::NaiveDate;
use domain::advocacy::amplification::{Act, Hashes, State, answer};
use domain::advocacy::board::act_label;
use domain::advocacy::consent::Channel;
use domain::advocacy::wording::language_name;
use domain::time::words::day;
use leptos::prelude::*;
use store::advocacy::amplification::Approval;

use crate::api::advocacy::amplification::is_words;
use crate::components::channel_preview::{Looks, channel_preview};
use crate::components::form::{self, Input};
use crate::components::proof::code_field;
use crate::desk::{Desk, Draft, Reply};
use crate::frame;
use crate::pages::executive::invitation::link_over_with;
use crate::words;

/// What somebody is asked to approve.
///
/// # Errors
/// Faults.
pub async fn by_link(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let draft = desk.draft("approval").await?;
    let Some(approval) = store::advocacy::amplification::for_approval(desk.db(), desk.now, &token).await? else {
        return link_over_with(&desk, kept_words(&draft));
    };
    let (host, sender) = (desk.app.host.name.clone(), desk.app.host.sender.clone());
    frame::letter(&desk, "For your approval", move || {
        let stands = Stands::of(&approval, desk.now.date_naive());
        let (heading, says) = (stands.heading(&approval), stands.says(&approval, &host));
        let for_whom = format!("For {}, on behalf of {}", approval.approver_name, approval.company);
        let said = if stands == Stands::Asked {
            view! { <p>{says}</p> }.into_any()
        } else {
            let class = if matches!(stands, Stands::Approved | Stands::Public) { "notice good" } else { "notice" };
            view! { <p class=class>{says}</p> }.into_any()
        };
        let public = public_already(&approval);
        let words = (stands.shows_words() && approval.stands()).then(|| the_words(&approval, &token, &host));
        let answers = answers(&approval, stands, &token, &draft);
        let brand = host.clone();
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{brand}</p>
                {form::errors(&draft)}
                <div class="stack tight">
                    <p class="eyebrow">{for_whom}</p>
                    <h1>{heading}</h1>
                </div>
                {said}
                {public}
                {words}
                {answers}
                <p class="small soft">"Whoever has this link can hold or decline; approving, or letting it go on, takes a code we mail you. Is it not you who decides on this? Write to " <a href=format!("mailto:{sender}")>{sender.clone()}</a> "."</p>
            </main>
        }
    })
}

/// How it stands, for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// It waits for their answer.
    Asked,
    /// Their answer did not come by its day.
    Late,
    /// They approved exactly what it is.
    Approved,
    HeldByThem {
        /// What they hold is what they have before them.
        same: bool,
    },
    HeldByHost,
    /// It is being written anew: whatever was sent does not stand.
    Anew,
    Public,
    /// Its day passed without it.
    Missed,
    Closed,
}

impl Stands {
    fn of(approval: &Approval, today: NaiveDate) -> Self {
        let same = approval.stands();
        match approval.state {
            State::WithCustomer if same && approval.day.is_some_and(|planned| planned < today) => Self::Late,
            State::WithCustomer if same => Self::Asked,
            State::Approved | State::Scheduled if same => Self::Approved,
            State::OnHold if approval.hold.is_some_and(|hold| hold.by.is_customers()) => Self::HeldByThem { same },
            State::OnHold => Self::HeldByHost,
            State::Published | State::Measured => Self::Public,
            State::Failed => Self::Missed,
            State::Rejected | State::Withdrawn => Self::Closed,
            State::Draft
            | State::InReview
            | State::ApprovedInternally
            | State::ChangesRequested
            | State::WithCustomer
            | State::Approved
            | State::Scheduled => Self::Anew,
        }
    }

    const fn shows_words(self) -> bool {
        matches!(self, Self::Asked | Self::Late | Self::Approved | Self::HeldByThem { same: true } | Self::Public)
    }

    fn heading(self, approval: &Approval) -> &'static str {
        match self {
            Self::Late => "Its day has passed",
            Self::Missed if !approval.live.is_empty() => "Not all of this was published",
            Self::Asked => "May we publish this?",
            Self::Approved => "You approved this",
            Self::HeldByThem { .. } => "You hold this",
            Self::HeldByHost => "This is on hold",
            Self::Anew => "A new version will come",
            Self::Public => "This is public",
            Self::Missed => "This was not published",
            Self::Closed => "This is closed",
        }
    }

    /// Who asks for what and why; or what was recorded, and what can still be done.
    fn says(self, approval: &Approval, host: &str) -> String {
        let title = &approval.title;
        // What is public already is listed below.
        let nothing = if approval.live.is_empty() { "Nothing of it" } else { "Nothing more of it" };
        match self {
            Self::Late => {
                let planned = approval.day.map_or_else(String::new, |planned| format!(" on {}", day(planned)));
                format!(
                    "“{title}” was to be seen{planned}, and that day has passed. For another day we ask you again, with a new link: you need do nothing."
                )
            }
            Self::Asked => {
                let who = approval.asked_by.as_ref().map_or_else(|| host.to_owned(), |name| format!("{name} at {host}"));
                format!(
                    "{who} would like to celebrate “{title}” with you, in the words below. Nothing of it goes out unless you approve exactly this, and until it is out you can still stop it."
                )
            }
            Self::Approved => {
                let on = approval.approved_at.map_or_else(String::new, |at| format!(" on {}", day(at.date_naive())));
                let when = approval.day.map_or_else(String::new, |planned| format!(" It is to be seen on {}.", day(planned)));
                if approval.live.is_empty() {
                    format!("You approved exactly this{on}.{when} Until it is public you can hold it here, suggest an edit or decline.")
                } else {
                    format!(
                        "You approved exactly this{on}.{when} Part of it is public already. You can hold the rest here, suggest an edit or decline."
                    )
                }
            }
            Self::HeldByThem { same: true } => {
                format!("{nothing} is published until you let it go on, here. You can also decline it for good.")
            }
            Self::HeldByThem { same: false } => {
                format!(
                    "{nothing} is published while you hold it. It was changed meanwhile: once you let it go on, you get the new version with a new link."
                )
            }
            Self::HeldByHost => format!("{host} holds “{title}” for now. {nothing} is published meanwhile, and you need do nothing."),
            Self::Anew => format!(
                "“{title}” is being written anew since we sent it to you. You get the new version with a new link, and nothing more is published before you approve that one."
            ),
            Self::Public if !approval.live.is_empty() && approval.live.iter().all(|one| one.down_by.is_some()) => {
                "It was published exactly as you approved it, and is being taken down. You need do nothing.".to_owned()
            }
            Self::Public => {
                "It was published exactly as you approved it. To have it taken down, answer the mail you got from us.".to_owned()
            }
            Self::Missed if !approval.live.is_empty() => {
                format!(
                    "The day you approved for “{title}” passed before all of it was published. For another day we ask you again, with a new link."
                )
            }
            Self::Missed => {
                format!("The day you approved for “{title}” passed without it. For another day we ask you again, with a new link.")
            }
            Self::Closed if approval.live.iter().any(|one| one.down_by.is_some()) => {
                format!("Nothing more of “{title}” is published, and what is public already will be taken down. You need do nothing.")
            }
            Self::Closed => format!("Nothing more of “{title}” is published. You need do nothing."),
        }
    }
}

/// What of it can be seen already, and until when.
fn public_already(approval: &Approval) -> AnyView {
    if approval.live.is_empty() {
        return ().into_any();
    }
    let places = approval
        .live
        .iter()
        .map(|one| {
            let until = one.down_by.map_or_else(String::new, |by| format!(": will be taken down by {}", day(by)));
            let (url, place) = (one.url.clone(), words::capital(one.channel.place()));
            view! { <li><a href=url rel="noreferrer">{place}</a>{until}</li> }
        })
        .collect_view();
    view! {
        <section class="stack tight" aria-labelledby="public-h">
            <h2 id="public-h">"Public already"</h2>
            <ul>{places}</ul>
        </section>
    }
    .into_any()
}

/// Where and when, what of them is shown, and every wording as it will look.
fn the_words(approval: &Approval, token: &str, host: &str) -> AnyView {
    let place = |channel: Channel| if channel == Channel::Internal { format!("inside {host}") } else { channel.place().to_owned() };
    let mut places: Vec<String> = approval.wordings.iter().map(|wording| place(wording.channel)).collect();
    places.sort_unstable();
    places.dedup();
    let when = approval.day.map(|planned| view! { <dt>"When"</dt><dd>{day(planned)}</dd> });
    let looks = approval
        .wordings
        .iter()
        .map(|wording| {
            let image = wording.image.map(|image| (format!("/approve/{token}/images/{image}"), wording.image_alt.as_str()));
            channel_preview(&Looks {
                host,
                channel: wording.channel,
                language: &wording.language,
                body: &wording.body,
                link: &wording.link,
                image,
                day: approval.day,
            })
        })
        .collect_view();
    let shows: Vec<String> = approval
        .shows
        .iter()
        .map(|(who, scopes)| format!("{who}: {}", words::list(&scopes.iter().map(|scope| scope.as_str().to_owned()).collect::<Vec<_>>())))
        .collect();
    let shows = shows.join("; ");
    view! {
        <dl class="facts">
            {when}
            <dt>"Where"</dt><dd>{words::capital(&words::list(&places))}</dd>
            <dt>"What it shows"</dt><dd>{shows}</dd>
        </dl>
        <section class="stack loose" aria-labelledby="looks-h">
            <h2 id="looks-h">"How it will look"</h2>
            {looks}
        </section>
    }
    .into_any()
}

/// The answers that lead somewhere from here: those of one tap within reach of a thumb, those of words below.
fn answers(approval: &Approval, stands: Stands, token: &str, draft: &Draft) -> AnyView {
    let hashes = Hashes { current: &approval.hash, sent: &approval.sent_hash, answered: &approval.hash };
    // Where a hold goes back to is not for this page: only that it does.
    let hold = approval.hold;
    let may = |act: Act| answer(approval.state, hold, act, &hashes).is_ok_and(|next| next != approval.state);
    let approve = (may(Act::CustomerApprove) && stands != Stands::Late).then(|| one_tap(Act::CustomerApprove, "button primary"));
    // Where the host holds it too, it stays on hold: theirs ends all the same.
    let resumes = answer(approval.state, hold, Act::CustomerResume, &hashes).is_ok();
    let resume = resumes.then(|| one_tap(Act::CustomerResume, "button primary"));
    let waits = [(approve.is_some(), Act::CustomerApprove), (resumes, Act::CustomerResume)]
        .into_iter()
        .find(|(offered, act)| *offered && typed_into(*act, draft).typed().is_some());
    let code = waits.map(|_| code_field(draft));
    // What the host holds, they may hold themselves as well: then it waits for both.
    let holds = may(Act::CustomerHold) || stands == Stands::HeldByHost;
    let held = holds.then(|| one_tap(Act::CustomerHold, "button"));
    let (suggests, declines) = (may(Act::CustomerSuggest), may(Act::CustomerDecline));
    let has_form = |act: Act| (act == Act::CustomerSuggest && suggests) || (act == Act::CustomerDecline && declines);
    let typed_for = draft.typed().and_then(|typed| Act::parse(typed.get("act")));
    let kept = typed_for.is_some_and(|act| !has_form(act)).then(|| kept_words(draft));
    if approve.is_none() && resume.is_none() && held.is_none() && !declines {
        return kept.into_any();
    }
    let suggest = suggests.then(|| view! { <a class="button" href="#suggest">{act_label(Act::CustomerSuggest)}</a> });
    let decline = declines.then(|| view! { <a class="button quiet" href="#decline">{act_label(Act::CustomerDecline)}</a> });
    let hint = match stands {
        Stands::Asked => "Not sure yet? Hold it: nothing happens until you come back here.",
        Stands::HeldByHost => "Hold it yourself as well, and it goes on only once you say so too.",
        _ => "",
    };
    let hint = (!hint.is_empty()).then(|| view! { <p class="small soft">{hint}</p> });
    let suggest_part = suggests.then(|| suggest_form(approval, token, draft));
    let decline_part = declines.then(|| decline_form(approval, token, draft));
    view! {
        <form class="answer row" method="post" action="/api/advocacy/amplification/answer" aria-label="Your answer">
            {keys(approval, token)}
            {code}
            {approve}{resume}{suggest}{held}{decline}
        </form>
        {hint}
        {kept}
        {suggest_part}
        {decline_part}
    }
    .into_any()
}

/// Whose link it is, and what was on the page.
fn keys(approval: &Approval, token: &str) -> AnyView {
    view! { {form::hidden("token", token)} {form::hidden("hash", &approval.hash)} }.into_any()
}

fn one_tap(act: Act, class: &'static str) -> AnyView {
    view! { <button class=class name="act" value=act.as_str()>{act_label(act)}</button> }.into_any()
}

/// What was typed into the form of one answer; nothing, where it was typed into another.
fn typed_into(act: Act, draft: &Draft) -> Draft {
    let mine = draft.typed().is_some_and(|typed| typed.get("act") == act.as_str());
    if mine { draft.clone() } else { Draft::default() }
}

/// The field's name where an error leads to it; else an id of its own.
fn id(field: &str, own: &str, draft: &Draft) -> String {
    if draft.typed().is_some() { field.to_owned() } else { format!("{own}-{field}") }
}

/// What somebody typed for a version that is no longer the one to answer: nothing they wrote is lost.
fn kept_words(draft: &Draft) -> AnyView {
    let Some(typed) = draft.typed() else { return ().into_any() };
    let words: Vec<String> =
        typed.0.iter().filter(|(field, text)| is_words(field) && !text.trim().is_empty()).map(|(_, text)| text.clone()).collect();
    if words.is_empty() {
        return ().into_any();
    }
    let words = words.into_iter().map(|text| view! { <blockquote class="kept">{text}</blockquote> }).collect_view();
    view! {
        <section class="stack" aria-labelledby="kept-h">
            <h2 id="kept-h">"What you had written"</h2>
            <p>"It was not sent. Copy what you still want to say into the new version, or into an answer to our mail."</p>
            {words}
        </section>
    }
    .into_any()
}

fn suggest_form(approval: &Approval, token: &str, draft: &Draft) -> AnyView {
    let draft = typed_into(Act::CustomerSuggest, draft);
    let texts = approval
        .wordings
        .iter()
        .enumerate()
        .map(|(index, wording)| {
            let name = format!("text.{index}");
            let label = format!("{}, in {}", wording.channel.label(), language_name(&wording.language));
            let text = form::inside(&draft.value(&name, &wording.body));
            let (field, spoken) = (name.clone(), wording.language.clone());
            view! { <div class="field"><label for=name.clone()>{label}</label><textarea id=name name=field rows="6" lang=spoken dir="auto">{text}</textarea></div> }
        })
        .collect_view();
    let note = Input {
        name: "comment",
        label: "What should be different, and why",
        hint: "The writers read this with the words as you changed them.",
        id: id("comment", "suggest", &draft),
        ..Input::default()
    };
    view! {
        <section id="suggest" class="stack" aria-labelledby="suggest-h">
            <h2 id="suggest-h">"Suggest an edit"</h2>
            <p>"Change the words to what you would like to read. Nothing is published from here: you get a new version to approve, with a new link."</p>
            <form class="stack" method="post" action="/api/advocacy/amplification/answer">
                {keys(approval, token)}
                {form::hidden("act", Act::CustomerSuggest)}
                {texts}
                {form::textarea(&draft, Input { optional: true, ..note }, 3)}
                <p><button class="button">"Send what I suggest"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn decline_form(approval: &Approval, token: &str, draft: &Draft) -> AnyView {
    let draft = typed_into(Act::CustomerDecline, draft);
    let why = Input {
        name: "comment",
        label: "Why, if you like to say",
        hint: "You need not give a reason.",
        optional: true,
        id: id("comment", "decline", &draft),
        ..Input::default()
    };
    let consequence = if approval.live.is_empty() {
        "Nothing of it is published, now or later, and we do not ask again."
    } else {
        "Nothing more of it is published, now or later, and we do not ask again. What is public already will be taken down within three working days."
    };
    view! {
        <section id="decline" class="stack" aria-labelledby="decline-h">
            <h2 id="decline-h">"Decline"</h2>
            <p>{consequence}</p>
            <form class="stack" method="post" action="/api/advocacy/amplification/answer">
                {keys(approval, token)}
                {form::hidden("act", Act::CustomerDecline)}
                {form::textarea(&draft, why, 2)}
                <p><button class="button stop">"Decline it"</button></p>
            </form>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::advocacy::amplification::{HeldBy, Hold};
    use store::advocacy::amplification::LiveLine;

    use super::*;

    fn on(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    fn approval(state: State, held: Option<HeldBy>, stands: bool) -> Approval {
        Approval {
            asked_by: None,
            approver_name: "Ines Duarte".into(),
            approver_email: "ines@company0.example".into(),
            title: "A prize".into(),
            company: "Fjord Shipping".into(),
            day: None,
            wordings: vec![],
            shows: vec![],
            state,
            hold: held.map(|by| Hold { from: State::WithCustomer, by }),
            hash: "hash".into(),
            sent_hash: if stands { "hash" } else { "earlier" }.into(),
            approved_at: None,
            live: vec![],
        }
    }

    #[test]
    fn what_is_public_already_is_said() {
        let live = LiveLine { channel: Channel::Blog, url: "https://halden.example/prize".into(), down_by: Some(on("2027-01-20")) };
        for state in [State::Scheduled, State::Failed, State::Rejected] {
            let nothing = approval(state, None, true);
            let some = Approval { live: vec![live.clone()], ..nothing.clone() };
            let says = |one: &Approval| Stands::of(one, on("2027-01-15")).says(one, "Halden");
            assert_ne!(says(&nothing), says(&some), "{state}");
        }
        let declined = Approval { live: vec![live], ..approval(State::Rejected, None, true) };
        let says = Stands::Closed.says(&declined, "Halden");
        assert_eq!(says, "Nothing more of “A prize” is published, and what is public already will be taken down. You need do nothing.");
    }

    #[test]
    fn nobody_is_asked_about_a_day_that_has_passed() {
        let asked = Approval { day: Some(on("2027-01-15")), ..approval(State::WithCustomer, None, true) };
        let found = ["2027-01-14", "2027-01-15", "2027-01-16"].map(|today| Stands::of(&asked, on(today)));
        assert_eq!(found, [Stands::Asked, Stands::Asked, Stands::Late]);
    }

    #[test]
    fn what_was_not_sent_is_never_shown() {
        use super::Stands::{Anew, Approved, Asked, Closed, HeldByHost, HeldByThem, Missed, Public};

        for (state, by, same, anew) in [
            (State::Draft, None, Anew, Anew),
            (State::InReview, None, Anew, Anew),
            (State::ApprovedInternally, None, Anew, Anew),
            (State::WithCustomer, None, Asked, Anew),
            (State::Approved, None, Approved, Anew),
            (State::Scheduled, None, Approved, Anew),
            (State::Published, None, Public, Public),
            (State::Measured, None, Public, Public),
            (State::ChangesRequested, None, Anew, Anew),
            (State::OnHold, Some(HeldBy::Customer), HeldByThem { same: true }, HeldByThem { same: false }),
            (State::OnHold, Some(HeldBy::Both), HeldByThem { same: true }, HeldByThem { same: false }),
            (State::OnHold, Some(HeldBy::Host), HeldByHost, HeldByHost),
            (State::Rejected, None, Closed, Closed),
            (State::Withdrawn, None, Closed, Closed),
            (State::Failed, None, Missed, Missed),
        ] {
            let found = [true, false].map(|stands| Stands::of(&approval(state, by, stands), on("2027-01-15")));
            assert_eq!(found, [same, anew], "{state}");
        }
        assert!([Anew, HeldByHost, HeldByThem { same: false }, Missed, Closed].iter().all(|stands| !stands.shows_words()));
    }
}
