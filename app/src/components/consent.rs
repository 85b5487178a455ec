//! One thing somebody may allow: its sentence, how it stands, one tap to change it; and what is seen of somebody.

use chrono::NaiveDate;
use domain::advocacy::consent::{Channel, Consents, Group, Scope, Standing, latest_end, usual_end};
use domain::advocacy::publication::State;
use domain::advocacy::wording::language_name;
use domain::time::words::day;
use leptos::prelude::*;
use store::advocacy::consent::{Shown, TakeDown};

use super::form;
use super::table::{Column, listing, tag};
use crate::desk::Draft;
use crate::words::{self, capital};

/// Who is asked, and how they answer.
pub struct Asked<'a> {
    pub consents: &'a Consents,
    pub today: NaiveDate,
    /// Where something of theirs can be seen now.
    pub seen: Vec<(Scope, Channel)>,
    /// The acts, as a form's address.
    pub give: &'static str,
    pub withdraw: &'static str,
    /// The key of a private link, where that is who they are.
    pub token: Option<String>,
    pub draft: &'a Draft,
}

impl Asked<'_> {
    /// The fields every form of theirs carries.
    fn hidden(&self, scope: Scope) -> AnyView {
        let token = self.token.clone().map(|token| form::hidden("token", token));
        view! { {token} {form::hidden("scope", scope.as_str())} {form::hidden("text", scope.text_hash())} }.into_any()
    }
}

/// Where something of theirs can be seen now.
#[must_use]
pub fn seen(shown: &[Shown]) -> Vec<(Scope, Channel)> {
    let live = shown.iter().filter(|one| one.state == State::Live);
    live.flat_map(|one| one.scopes.iter().filter_map(|scope| Some((Scope::parse(scope)?, Channel::parse(&one.channel)?)))).collect()
}

/// One scope: the sentence, a line for each group of channels, and the finer choice.
#[must_use]
pub fn offer(asked: &Asked<'_>, scope: Scope) -> AnyView {
    let key = scope.key();
    let lines: Vec<AnyView> = if scope.has_channels() {
        Group::ALL.iter().map(|group| line(asked, scope, Some(*group))).collect()
    } else {
        vec![line(asked, scope, None)]
    };
    view! {
        <section class="card stack close" id=key.clone() aria-labelledby=format!("{key}-heading")>
            <h3 id=format!("{key}-heading")>{scope.heading()}</h3>
            <p>{scope.text()}</p>
            <ul class="attention taps">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            {exactly(asked, scope)}
        </section>
    }
    .into_any()
}

/// How a scope stands in a group of channels, and the one tap that changes it.
fn line(asked: &Asked<'_>, scope: Scope, group: Option<Group>) -> AnyView {
    let places: Vec<Option<Channel>> = group.map_or_else(|| vec![None], |group| group.channels().iter().copied().map(Some).collect());
    let standings: Vec<Standing> = places.iter().map(|place| asked.consents.standing(scope, *place)).collect();
    let live = standings.iter().filter(|standing| standing.is_live()).count();
    let may_still_be_seen = |place: &Option<Channel>| {
        let ended = matches!(asked.consents.standing(scope, *place), Standing::Expired { .. } | Standing::NotYet { .. });
        ended && place.is_some_and(|channel| asked.seen.contains(&(scope, channel)))
    };
    let may_stop = live > 0 || places.iter().any(may_still_be_seen);
    let (label, hint) = group.map_or(("", ""), |group| (group.label(), group.hint()));
    let about =
        if label.is_empty() { format!(": {}", scope.heading()) } else { format!(": {}, {}", scope.heading(), label.to_lowercase()) };
    let button = |act: &'static str, address: &'static str, class: &'static str| {
        let about = about.clone();
        view! {
            <form method="post" action=address>
                {asked.hidden(scope)}
                {group.map(|group| form::hidden("group", group.as_str()))}
                <button class=class>{act} <span class="visually-hidden">{about}</span></button>
            </form>
        }
    };
    let allow = (live < places.len()).then(|| button("Allow", asked.give, "button"));
    let stop = may_stop.then(|| button("Stop", asked.withdraw, "button stop"));
    let in_part = (live > 0 && !alike(&standings)).then(|| view! { <span class="small soft">{each(&places, &standings)}</span> });
    let name = (!label.is_empty()).then(|| view! { <strong>{label}</strong> " " <span class="small soft">{hint}</span> " " });
    view! {
        <span>{name} {state(&standings)} " " {in_part}</span>
        <span class="row">{allow} {stop}</span>
    }
    .into_any()
}

/// Whether every place stands the same way, until the same day.
fn alike(standings: &[Standing]) -> bool {
    let until = |standing: &Standing| if let Standing::Live { until, .. } = standing { Some(*until) } else { None };
    standings.windows(2).all(|pair| until(&pair[0]) == until(&pair[1]))
}

/// `Blog until …, X account until …`
fn each(places: &[Option<Channel>], standings: &[Standing]) -> String {
    let live: Vec<String> = places
        .iter()
        .zip(standings)
        .filter_map(|(place, standing)| match (place, standing) {
            (Some(channel), Standing::Live { until, .. }) => Some(format!("{} until {}", channel.label(), day(*until))),
            _ => None,
        })
        .collect();
    format!("{}.", words::list(&live))
}

/// How several places stand, in one tag: given, given in part, or what came last.
fn state(standings: &[Standing]) -> AnyView {
    let live = standings.iter().filter(|standing| standing.is_live()).count();
    if live > 0 && !alike(standings) {
        let label = if live == standings.len() { "allowed, with different last days" } else { "allowed in part" };
        return tag("good", label);
    }
    let newest = |standing: &&Standing| match standing {
        Standing::Never => 0,
        Standing::NotYet { event, .. }
        | Standing::Live { event, .. }
        | Standing::Expired { event, .. }
        | Standing::Withdrawn { event, .. } => *event,
    };
    standing(standings.iter().max_by_key(newest).copied().unwrap_or_default())
}

/// How one consent stands, for whoever gave it.
fn standing(standing: Standing) -> AnyView {
    match standing {
        Standing::Live { until, .. } => tag("good", format!("allowed until {}", day(until))),
        Standing::NotYet { from, .. } => tag("", format!("allowed from {}", day(from))),
        Standing::Expired { on, .. } => tag("", format!("ended on {}", day(on))),
        Standing::Withdrawn { on, .. } => tag("", format!("stopped on {}", day(on))),
        Standing::Never => tag("", "not allowed"),
    }
}

/// The finer choice: each channel by itself, and the last day.
fn exactly(asked: &Asked<'_>, scope: Scope) -> AnyView {
    let key = scope.key();
    // What was typed belongs to the form it was typed into.
    let typed = asked.draft.typed().filter(|typed| typed.get("scope") == scope.as_str());
    let refused = typed.is_some();
    let error = |field: &str| asked.draft.error(field).filter(|_| refused).map(str::to_owned);
    let (until_error, channels_error) = (error("until"), error("channels"));
    let id = |field: &str| if refused { field.to_owned() } else { format!("{key}-{field}") };
    let stands = scope.places().into_iter().filter_map(|place| match asked.consents.standing(scope, place) {
        Standing::Live { until, .. } => Some(until),
        _ => None,
    });
    let stands = stands.max().unwrap_or_else(|| usual_end(asked.today)).to_string();
    let until = typed.map_or(stands, |typed| typed.get("until").to_owned());
    let boxes = scope.has_channels().then(|| {
        let boxes = Channel::ALL
            .iter()
            .enumerate()
            .map(|(index, channel)| {
                let name = format!("channel:{channel}");
                let ticked =
                    typed.map_or_else(|| asked.consents.standing(scope, Some(*channel)).is_live(), |typed| typed.ticked(&name));
                let box_id = if index == 0 { id("channels") } else { format!("{key}-{channel}") };
                view! { <label class="choice"><input id=box_id type="checkbox" name=name value="yes" checked=ticked/><span>{channel.label()}</span></label> }
            })
            .collect_view();
        let error = channels_error.map(|error| view! { <p class="error">{error}</p> });
        view! { <fieldset class="choices"><legend>"Where it may be shown"</legend>{boxes}{error}</fieldset> }
    });
    let (until_id, hint_id, error_id) = (id("until"), format!("{key}-until-h"), format!("{key}-until-e"));
    let described = if until_error.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
    let invalid = until_error.is_some().then_some("true");
    let until_error = until_error.map(|error| view! { <p class="error" id=error_id>{error}</p> });
    let about = format!(": {}", scope.heading());
    let summary = if scope.has_channels() { "Choose channels and dates…" } else { "Choose the last day…" };
    view! {
        <details class="ask" open=refused>
            <summary class="button quiet">{summary} <span class="visually-hidden">{about.clone()}</span></summary>
            <form class="stack" method="post" action=asked.give>
                {asked.hidden(scope)}
                {form::hidden("exactly", "yes")}
                {boxes}
                <div class="field">
                    <label for=until_id.clone()>"Until"</label>
                    <p class="hint" id=hint_id>{format!("The last day something new may be published with it; {} at the latest.", day(latest_end(asked.today)))}</p>
                    <input id=until_id name="until" type="date" value=until min=asked.today.to_string() max=latest_end(asked.today).to_string()
                        aria-describedby=described aria-invalid=invalid/>
                    {until_error}
                </div>
                <p><button class="button">"Allow exactly this" <span class="visually-hidden">{about}</span></button></p>
            </form>
        </details>
    }
    .into_any()
}

/// What is planned, public or taken down with somebody in it, for their own eyes.
#[must_use]
pub fn shown_list(shown: Vec<Shown>) -> AnyView {
    if shown.is_empty() {
        return view! { <p class="soft">"Nothing. When something is planned or published, it is listed here, with where and since when."</p> }.into_any();
    }
    let rows = shown
        .into_iter()
        .map(|one| {
            let what: Vec<String> = one.scopes.iter().map(|scope| capital(scope)).collect();
            let place = Channel::parse(&one.channel).map_or_else(|| one.channel.clone(), |channel| channel.label().to_owned());
            let place = if one.language.is_empty() { place } else { format!("{place}, in {}", language_name(&one.language)) };
            let when = one.published_at.map_or(one.planned_for, |at| at.date_naive());
            let title = if one.url.is_empty() || one.state != State::Live {
                one.title.clone().into_any()
            } else {
                view! { <a href=one.url.clone() rel="noopener noreferrer">{one.title.clone()}</a> }.into_any()
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{title}</th>
                    <td role="cell" data-label="Where">{place}</td>
                    <td role="cell" data-label="When">{day(when)}</td>
                    <td role="cell" data-label="What it shows">{what.join(", ")}</td>
                    <td role="cell" data-label="State">{how_it_is(&one)}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Column::of("What"), Column::of("Where"), Column::of("When"), Column::of("What it shows"), Column::of("State")];
    listing("Publications, the newest first", &columns, rows)
}

fn how_it_is(one: &Shown) -> AnyView {
    match (one.state, &one.take_down) {
        (State::Planned, _) => tag("", "planned"),
        (State::Live, Some(TakeDown { due, done_at: None, .. })) => tag("warn", format!("is taken down by {}", day(*due))),
        (State::Live, _) => tag("good", "public"),
        (State::TakenDown, Some(TakeDown { done_at: Some(done), proof, .. })) => {
            let label = format!("taken down on {}", day(done.date_naive()));
            view! { <div class="stack tight">{tag("", label)}<p class="small soft">{proof.clone()}</p></div> }.into_any()
        }
        (State::TakenDown, _) => tag("", "taken down"),
        (State::Cancelled, _) => tag("", "cancelled"),
    }
}
