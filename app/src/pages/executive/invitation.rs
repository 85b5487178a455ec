//! The personal invitation: the letter, and every answer to it.
//!
//! The letter behind the link in a mail and the letter behind the cookie are one letter; they differ in what an answer's
//! button does. Reading changes nothing: mail scanners follow links. Nobody's name is on it but the reader's own.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use domain::cohort::State as CohortState;
use domain::conduct::conversation_rule::Language;
use domain::refusal::Refusal;
use domain::registration::invitation::{self as rules, Act, Needs, State};
use domain::time::{self, Zone, words as dates};
use leptos::prelude::*;
use store::conduct::conversation_rule::Text;
use store::registration::invitation::{Invitation, NEEDS_KEPT_DAYS, Rule};
use store::sign_in::Executive;

use crate::components::form::{self, Input};
use crate::components::rule_text;
use crate::desk::{Desk, Draft, Reply, Stop, encode};
use crate::frame::{self, Islands, Mine};
use crate::words;

/// How many titles of a day the letter names.
const TITLES: usize = 3;

// The hints below say "30 days".
const _: () = assert!(NEEDS_KEPT_DAYS == 30);

/// The letter behind the link of a mail.
///
/// # Errors
/// Faults.
pub async fn by_link(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let Some(invitation) = store::registration::invitation::by_token(desk.db(), desk.now, &token).await? else { return link_over(&desk) };
    let (stands, host) = (Stands::of(&invitation, desk.now), desk.app.host.name.clone());
    let sender = desk.app.host.sender.clone();
    // What they allowed with their name is theirs to change, with a seat or without.
    let terms = !invitation.state.is_pending();
    frame::link_letter(&desk, "Your invitation", token.clone(), move || {
        let open = |class: &'static str, buttons: AnyView| {
            view! {
                <form class=class method="post" action="/api/registration/invitation/open">
                    {form::hidden("token", token)}
                    {buttons}
                </form>
            }
            .into_any()
        };
        let answer = match &stands {
            Stands::Open => open(
                "answer row",
                view! {
                    <button class="button primary" name="go" value="accept">"Accept my seat"</button>
                    <button class="button" name="go" value="colleague">"Send a colleague instead"</button>
                    <button class="button quiet" name="go" value="decline">"Decline"</button>
                }
                .into_any(),
            ),
            Stands::Accepted => {
                open("answer row", view! { <button class="button primary" name="go" value="week">"Open my week"</button> }.into_any())
            }
            Stands::Over(sentence) => {
                let terms = terms.then(|| {
                    let button = view! { <button class="button" name="go" value="terms">"What you allow with your name"</button> };
                    open("row", button.into_any())
                });
                view! { {no_answer(sentence, &sender)} {terms} }.into_any()
            }
        };
        letter(&invitation, &stands, &host, answer)
    })
}

/// The same letter, for the reader whose cookie says who they are.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let (invitation, stands) = mine(&desk).await?;
    let (host, sender) = (desk.app.host.name.clone(), desk.app.host.sender.clone());
    let terms = !invitation.state.is_pending();
    frame::guest_letter(&desk, "Your invitation", move || {
        let answer = match &stands {
            Stands::Open => view! {
                <nav class="answer row" aria-label="Your answer">
                    <a class="button primary" href="/invitation/accept">"Accept my seat"</a>
                    <a class="button" href="/invitation/colleague">"Send a colleague instead"</a>
                    <a class="button quiet" href="/invitation/decline">"Decline"</a>
                </nav>
            }
            .into_any(),
            Stands::Accepted => {
                view! { <nav class="answer row" aria-label="Your week"><a class="button primary" href="/my/week">"Open my week"</a></nav> }
                    .into_any()
            }
            Stands::Over(sentence) => {
                let terms = terms.then(|| view! { <p class="small"><a href="/my/terms">"What you allow with your name"</a></p> });
                view! { {no_answer(sentence, &sender)} {terms} }.into_any()
            }
        };
        letter(&invitation, &stands, &host, answer)
    })
}

/// Accepting: the rule, and what the week needs to know.
///
/// # Errors
/// Faults; or there is nothing to accept any more.
pub async fn accept(desk: Desk) -> Reply {
    let (invitation, stands) = mine(&desk).await?;
    match stands {
        Stands::Open => {}
        Stands::Accepted => return Err(Stop::To("/my/week".to_owned())),
        Stands::Over(_) => return Err(Stop::To("/invitation".to_owned())),
    }
    let draft = desk.draft("accept").await?;
    let texts = match &invitation.rule {
        Some(rule) => store::conduct::conversation_rule::texts(desk.db(), i32::try_from(rule.number).unwrap_or(0)).await?,
        None => Vec::new(),
    };
    // A change of language keeps what a refused form held.
    let (wanted, kept) = (desk.query("lang").to_owned(), desk.query("draft").to_owned());
    let zone = invitation.zone.as_ref().map_or_else(String::new, |zone| zone.as_str().to_owned());
    let host = desk.app.host.name.clone();
    frame::guest_letter(&desk, "Accept your seat", move || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight">
                    <p class="eyebrow">{occasion(&invitation)}</p>
                    <h1>"Accept your seat"</h1>
                    <p class="soft">"Only the rule needs a tick. The rest helps us prepare; leave out what you like, and change it at any time."</p>
                </div>
                {form::errors(&draft)}
                <form class="stack loose" method="post" action="/api/registration/invitation/accept">
                    {rule_to_keep(&draft, invitation.rule.as_ref(), &texts, &wanted, &kept)}
                    <section class="stack">
                        <h2>"So that we can prepare"</h2>
                        {needs_fields(&draft, &Needs::default(), &zone)}
                    </section>
                    <div class="answer row">
                        <button class="button primary">"Accept my seat"</button>
                        <a class="button quiet" href="/invitation">"Back to the letter"</a>
                    </div>
                </form>
            </main>
        }
    })
}

/// Declining.
///
/// # Errors
/// Faults; or there is nothing to decline any more.
pub async fn decline(desk: Desk) -> Reply {
    let (invitation, stands) = mine(&desk).await?;
    if stands != Stands::Open {
        return Err(Stop::To("/invitation".to_owned()));
    }
    let draft = desk.draft("decline").await?;
    let host = desk.app.host.name.clone();
    frame::guest_letter(&desk, "Decline", move || {
        let company = invitation.company.clone();
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight"><p class="eyebrow">{occasion(&invitation)}</p><h1>"Decline the invitation"</h1></div>
                <p>"Your seat goes back to " {company} ", so that somebody else may have it. To come after all, you would need to write to us."</p>
                <p>"If a colleague should come in your place, " <a href="/invitation/colleague">"send them instead"</a> "."</p>
                {form::errors(&draft)}
                <form class="stack loose" method="post" action="/api/registration/invitation/decline">
                    {reason(&draft, "Read by the program team only.")}
                    <div class="row">
                        <button class="button primary">"Decline the invitation"</button>
                        <a class="button quiet" href="/invitation">"Back to the letter"</a>
                    </div>
                </form>
            </main>
        }
    })
}

/// Sending a colleague instead.
///
/// # Errors
/// Faults; or there is no seat to pass on any more.
pub async fn colleague(desk: Desk) -> Reply {
    let (invitation, stands) = mine(&desk).await?;
    let accepted = stands == Stands::Accepted;
    if !(accepted || stands == Stands::Open) || invitation.cohort.state != CohortState::Inviting {
        return Err(Stop::To("/invitation".to_owned()));
    }
    let draft = desk.draft("colleague").await?;
    let host = desk.app.host.name.clone();
    frame::guest_letter(&desk, "Send a colleague instead", move || {
        let company = invitation.company.clone();
        let (back, label) = if accepted { ("/my/week", "Keep my seat") } else { ("/invitation", "Back to the letter") };
        let sessions = accepted.then_some("The seats you hold in sessions are freed, and your private calendar link stops. ");
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host.clone()}</p>
                <div class="stack tight"><p class="eyebrow">{occasion(&invitation)}</p><h1>"Send a colleague instead"</h1></div>
                <p>"Your seat passes on at once: your colleague gets a personal invitation from " {host} " that mentions you, and yours ends."</p>
                <p>{sessions} "Nothing personal is inherited: neither your answers nor your agreement to the rule."</p>
                {form::errors(&draft)}
                <form class="stack loose" method="post" action="/api/registration/invitation/colleague">
                    <div class="stack">
                        {form::input(&draft, Input { name: "name", label: "Their name", autocomplete: "off", ..Input::default() })}
                        {form::input(
                            &draft,
                            Input { name: "email", label: "Their e-mail address", hint: "At your own company.", kind: "email", autocomplete: "off", ..Input::default() },
                        )}
                        {form::input(&draft, Input { name: "title", label: "Their role", optional: true, autocomplete: "off", ..Input::default() })}
                        {reason(&draft, "Read by the program team only, not by your colleague.")}
                    </div>
                    <p class="soft small">"A seat stays within " {company} "."</p>
                    <div class="row">
                        <button class="button primary">"Pass my seat on"</button>
                        <a class="button quiet" href=back>{label}</a>
                    </div>
                </form>
            </main>
        }
    })
}

/// Giving a confirmed seat back.
///
/// # Errors
/// Faults.
pub async fn withdraw(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let (program, company) = (executive.program.clone(), executive.company.clone());
    let may_send = executive.cohort_state == CohortState::Inviting.as_str();
    let draft = desk.draft("withdraw").await?;
    frame::executive(&desk, Mine::Details, Islands::None, "Give my seat back", move || {
        let instead = may_send.then(
            || view! { <p>"If a colleague should come in your place, " <a href="/invitation/colleague">"send them instead"</a> "."</p> },
        );
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight"><p class="eyebrow">{program}</p><h1>"Give my seat back"</h1></div>
                <div class="stack">
                    <p>"Your seats in sessions are freed and offered to those who wait for them. Your private calendar link stops, and what you told us about travel, food and access is deleted."</p>
                    <p>"The seat is " {company} "’s again. We confirm it to you by mail; nobody else is written to."</p>
                    {instead}
                </div>
                {form::errors(&draft)}
                <form class="stack loose" method="post" action="/api/registration/invitation/withdraw">
                    {reason(&draft, "Read by the program team only.")}
                    <div class="row">
                        <button class="button stop primary">"Give my seat back"</button>
                        <a class="button quiet" href="/my/week">"Keep my seat"</a>
                    </div>
                </form>
            </main>
        }
    })
}

/// A link that opens nothing: unknown, replaced and taken back read alike.
///
/// # Errors
/// None; the type is the page's.
pub fn link_over(desk: &Desk) -> Reply {
    link_over_with(desk, ().into_any())
}

/// As [`link_over`], with what was typed before it was over.
///
/// # Errors
/// None; the type is the page's.
pub fn link_over_with(desk: &Desk, typed: AnyView) -> Reply {
    let (host, sender) = (desk.app.host.name.clone(), desk.app.host.sender.clone());
    frame::letter_with_status(desk, StatusCode::NOT_FOUND, "This link is not valid any more", move || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <h1>"This link is not valid any more"</h1>
                <p>"We replace a link whenever we send you a newer mail. Open the newest one you have from us, and use the link in it."</p>
                <p>"If that one does not open either, write to " <a href=format!("mailto:{sender}")>{sender.clone()}</a> ". You will get a new link."</p>
                {typed}
            </main>
        }
    })
}

/// What can be done about an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stands {
    /// It waits for an answer, and takes one.
    Open,
    Accepted,
    /// It takes no answer; why, in words for its reader.
    Over(String),
}

impl Stands {
    fn of(invitation: &Invitation, now: DateTime<Utc>) -> Self {
        if invitation.state == State::Accepted {
            return Self::Accepted;
        }
        if let Err(why) = rules::after(invitation.state, Act::Accept) {
            return Self::Over(why.sentence());
        }
        if invitation.cohort.state == CohortState::Cancelled {
            return Self::Over("We are sorry: these days will not take place, so there is nothing to answer.".to_owned());
        }
        rules::still_open(now, invitation.cohort.state, invitation.held_until)
            .map_or_else(|why| Self::Over(why.sentence()), |()| Self::Open)
    }
}

async fn mine(desk: &Desk) -> Result<(Invitation, Stands), Stop> {
    let id = desk.executive()?.invitation;
    let invitation = store::registration::invitation::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let stands = Stands::of(&invitation, desk.now);
    Ok((invitation, stands))
}

// ---- the letter ------------------------------------------------------------------------------------------------------

fn letter(invitation: &Invitation, stands: &Stands, host: &str, answer: AnyView) -> AnyView {
    let cohort = &invitation.cohort;
    let held = !matches!(stands, Stands::Over(_));
    let (over, answer) = if held { (None, Some(answer)) } else { (Some(answer), None) };
    let signed = signature(&cohort.sponsor_name, &cohort.sponsor_title);
    view! {
        <main id="main" class="narrow letter">
            <p class="brand">{host.to_owned()}</p>
            <div class="stack tight">
                <p class="eyebrow">"A personal invitation"</p>
                <h1>{cohort.program.clone()}</h1>
                <p class="soft">{in_short(invitation)}</p>
            </div>
            {over}
            {facts(invitation, stands)}
            <div class="stack">
                <p>{format!("Dear {},", invitation.name)}</p>
                {held.then(|| view! { <p>{whose_seat(invitation)}</p> })}
                <div class="prose" inner_html=words::markdown(&cohort.letter)></div>
                {signed}
            </div>
            {invitation.rule.as_ref().map(|rule| the_rule(rule, host))}
            {the_week(&invitation.days)}
            {who_comes(&invitation.companies)}
            {answer}
        </main>
    }
    .into_any()
}

/// `Five days of learning with eleven other companies. Nothing is for sale.`
fn in_short(invitation: &Invitation) -> String {
    let others = match invitation.companies.len().saturating_sub(1) {
        0 => String::new(),
        1 => " with one other company".to_owned(),
        others => format!(" with {} other companies", spelled(others)),
    };
    format!("{} of learning{others}. Nothing is for sale.", words::capital(&days(invitation)))
}

/// `One of the ten seats for Meridian Rail is held in your name.` The host's own letter follows, and says what to.
fn whose_seat(invitation: &Invitation) -> String {
    let company = &invitation.company;
    match invitation.seats as usize {
        0 | 1 => format!("A seat for {company} is held in your name."),
        seats => format!("One of the {} seats for {company} is held in your name.", spelled(seats)),
    }
}

fn days(invitation: &Invitation) -> String {
    match invitation.days.len() {
        1 => "one day".to_owned(),
        many => format!("{} days", spelled(many)),
    }
}

fn facts(invitation: &Invitation, stands: &Stands) -> AnyView {
    let cohort = &invitation.cohort;
    let seat = match stands {
        Stands::Open => Some(view! { "Held for you until " {moment(&known_zone(invitation), invitation.held_until)} }.into_any()),
        Stands::Accepted => Some("Confirmed".into_any()),
        Stands::Over(_) => None,
    };
    view! {
        <dl class="facts">
            <dt>"When"</dt>
            <dd>{dates::date_range(cohort.first_day, cohort.last_day)}</dd>
            <dt>"Where"</dt>
            <dd>{place(&cohort.venue, &cohort.place)} " " <span class="soft">{format!("({})", zone_words(&cohort.zone))}</span></dd>
            {seat.map(|seat| view! { <dt>"Your seat"</dt> <dd>{seat}</dd> })}
        </dl>
    }
    .into_any()
}

fn the_rule(rule: &Rule, host: &str) -> AnyView {
    let number = rule.number;
    view! {
        <section class="rule stack tight">
            <h2>"No sales conversations, unless you start one"</h2>
            <p>{format!("Everyone from {host} and every educator keeps to this. If somebody forgets, tell us.")}</p>
            <a class="small" href=format!("/rules/{number}")>{format!("Read the rule (version {number})")}</a>
        </section>
    }
    .into_any()
}

fn the_week(days: &[(NaiveDate, Vec<String>)]) -> AnyView {
    let days = days
        .iter()
        .map(|(date, titles)| {
            let planned = if titles.is_empty() {
                view! { <span class="soft">"The programme follows"</span> }.into_any()
            } else {
                let named = titles.iter().take(TITLES).cloned().collect::<Vec<_>>().join(" · ");
                let more = titles.len().saturating_sub(TITLES);
                let more = (more > 0).then(|| view! { " " <span class="soft">{format!("and {more} more")}</span> });
                view! { <span>{named} {more}</span> }.into_any()
            };
            view! { <li><time datetime=date.to_string()>{dates::day_short(*date)}</time> {planned}</li> }
        })
        .collect_view();
    view! { <section class="stack"><h2>"The week"</h2><ul class="week">{days}</ul></section> }.into_any()
}

fn who_comes(companies: &[String]) -> AnyView {
    if companies.is_empty() {
        return ().into_any();
    }
    let sentence = match companies.len() {
        1 => "Names are shared only with those who accept.".to_owned(),
        many => format!("People from {} companies. Names are shared only with those who accept.", spelled(many)),
    };
    let names = companies.iter().map(|company| view! { <li>{company.clone()}</li> }).collect_view();
    view! { <section class="stack"><h2>"Who comes"</h2><p class="soft">{sentence}</p><ul class="companies">{names}</ul></section> }
        .into_any()
}

fn no_answer(sentence: &str, sender: &str) -> AnyView {
    view! {
        <div class="notice stack tight">
            <p>{sentence.to_owned()}</p>
            <p class="small">"The program team reads " <a href=format!("mailto:{sender}")>{sender.to_owned()}</a> "."</p>
        </div>
    }
    .into_any()
}

// ---- what other pages say in the same words --------------------------------------------------------------------------

/// `Ingrid Solheim, executive sponsor`; nothing while nobody is named.
pub fn signature(name: &str, title: &str) -> Option<AnyView> {
    let title = if title.is_empty() { "executive sponsor" } else { title };
    (!name.is_empty()).then(|| view! { <p>{format!("{name}, {title}")}</p> }.into_any())
}

/// `Campus Fontainebleau, France`
pub fn place(venue: &str, place: &str) -> String {
    if place.is_empty() { venue.to_owned() } else { format!("{venue}, {place}") }
}

/// `Fri 26 Feb, 18:00 New York time`, with the zone in small voice.
pub fn moment(zone: &Zone, at: DateTime<Utc>) -> AnyView {
    let local = time::to_local(zone, at);
    let words = format!("{}, {}", dates::day_month(local.date()), dates::clock(local));
    view! { <time datetime=at.to_rfc3339()>{words}</time> " " <span class="soft">{zone_words(zone)}</span> }.into_any()
}

/// `Paris time`
pub fn zone_words(zone: &Zone) -> String {
    if zone.is_utc() { zone.city() } else { format!("{} time", zone.city()) }
}

/// `nine`; figures from thirteen on.
pub fn spelled(number: usize) -> String {
    const NUMBERS: [&str; 13] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    NUMBERS.get(number).map_or_else(|| words::thousands(number as u64), |word| (*word).to_owned())
}

/// The clock somebody lives by, once it is known; else the venue's.
pub fn zone_of(executive: &Executive) -> Zone {
    let known = executive.zone.as_deref().and_then(|zone| Zone::parse(zone).ok());
    known.or_else(|| Zone::parse(&executive.cohort_zone).ok()).unwrap_or_else(Zone::utc)
}

fn known_zone(invitation: &Invitation) -> Zone {
    invitation.zone.clone().unwrap_or_else(|| invitation.cohort.zone.clone())
}

fn occasion(invitation: &Invitation) -> String {
    let cohort = &invitation.cohort;
    format!("{} · {}", cohort.program, dates::date_range(cohort.first_day, cohort.last_day))
}

// ---- fields ----------------------------------------------------------------------------------------------------------

/// What the week needs to know of a person, as fields: on accepting, and to change later.
pub fn needs_fields(draft: &Draft, needs: &Needs, zone: &str) -> AnyView {
    let zones = time::zone_names().into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let optional =
        |name, label, hint, value: &str| Input { name, label, hint, value: value.to_owned(), optional: true, ..Input::default() };
    view! {
        {form::textarea(draft, optional("travel", "Travel", "When you arrive and leave, and how, as far as you know.", &needs.travel), 2)}
        {form::textarea(draft, optional("dietary", "Food", "Seen only by those who cook. Deleted 30 days after the week.", &needs.dietary), 2)}
        {form::textarea(
            draft,
            optional("accessibility", "Access", "Seen only by those who set up the rooms. Deleted 30 days after the week.", &needs.accessibility),
            2,
        )}
        {form::input(
            draft,
            optional("emergency_contact", "Whom to call in an emergency", "A name and a telephone number. Deleted 30 days after the week.", &needs.emergency_contact),
        )}
        {form::input(draft, optional("pronunciation", "How to say your name", "As it sounds: ah-MAH-rah oh-KAH-for.", &needs.pronunciation))}
        {form::textarea(draft, optional("wants_to_learn", "What you want to learn", "One or two sentences, for those who teach.", &needs.wants_to_learn), 3)}
        {form::input(
            draft,
            Input { list: "zones", autocomplete: "off", ..optional("zone", "Your time zone", "Type your city and choose it, such as America/New_York. Your clock then stands beside the venue’s.", zone) },
        )}
        <datalist id="zones">{zones}</datalist>
    }
    .into_any()
}

/// The rule in full, in the reader's language, and its box. A tick holds for the words it was set under, and is not
/// carried to others.
fn rule_to_keep(draft: &Draft, rule: Option<&Rule>, texts: &[Text], wanted: &str, kept: &str) -> AnyView {
    let (Some(rule), Some(text)) = (rule, rule_text::in_language(texts, wanted)) else {
        return view! { {form::hidden("rule", 0)} {form::hidden("rule_ack", "none")} }.into_any();
    };
    let number = rule.number.to_string();
    let ticked = draft.typed().is_some_and(|typed| {
        typed.ticked("rule_ack") && typed.get("rule") == number && [text.content_hash.as_str(), ""].contains(&typed.get("rule_hash"))
    });
    let at = |language: Language| {
        let kept = if kept.is_empty() { String::new() } else { format!("&draft={}", encode(kept)) };
        format!("/invitation/accept?lang={language}{kept}")
    };
    let error = draft.error("rule").map(str::to_owned);
    let invalid = error.is_some().then_some("true");
    let described = error.is_some().then_some("rule-e");
    view! {
        <section class="rule stack">
            <h2>"The conversation rule"</h2>
            {rule_text::languages(texts, text.language, at)}
            {rule_text::prose(text)}
            {form::hidden("rule", &number)}
            {form::hidden("rule_hash", &text.content_hash)}
            {form::hidden("language", text.language)}
            <div class="choices">
                <label class="choice">
                    <input
                        id="rule"
                        type="checkbox"
                        name="rule_ack"
                        value="yes"
                        checked=ticked
                        aria-required="true"
                        aria-invalid=invalid
                        aria-describedby=described
                    />
                    <span>"I have read this rule and will keep it." <small>{format!("Version {number}. We record that you agreed, and when.")}</small></span>
                </label>
                {error.map(|error| view! { <p class="error" id="rule-e">{error}</p> })}
            </div>
        </section>
    }
    .into_any()
}

fn reason(draft: &Draft, hint: &'static str) -> AnyView {
    form::textarea(draft, Input { name: "reason", label: "Why", hint, optional: true, ..Input::default() }, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_words() {
        assert_eq!([spelled(1), spelled(9), spelled(12), spelled(13)], ["one", "nine", "twelve", "13"]);
    }
}
