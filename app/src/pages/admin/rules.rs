//! The conversation rule: its versions, one's own acknowledgement, and one version as everybody may read it. Managers
//! write the next one, look at it, and publish it.

use domain::access::Role;
use domain::conduct::conversation_rule::{Language, Line, STARTING_TEXT, compare, field_of, language_in_english};
use domain::time::words::day;
use leptos::prelude::*;
use store::conduct::acknowledgement::{Owed, Own};
use store::conduct::conversation_rule::{Movable, Text, Version, Writing};

use super::programs::figure;
use crate::components::form::{self, Choice, Input};
use crate::components::rule_text;
use crate::components::table::{Column, empty, listing, tag};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};
use crate::words;

/// What is to be acknowledged, then every version, the newest first; for managers the way to the next one.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let versions = store::conduct::conversation_rule::list(desk.db()).await?;
    let own = store::conduct::acknowledgement::own(desk.db(), staff.id, desk.query("version").parse().unwrap_or(0)).await?;
    let draft = desk.draft("publish-rule").await?;
    let may_publish = staff.is(Role::Admin) || staff.is(Role::ProgramManager);
    let newest = versions.first().map(|version| version.number);
    let (first, next) = match newest {
        _ if !may_publish => (None, None),
        None => (Some(first_version(&draft)), None),
        Some(number) => (None, Some(view! { <a class="button" href="/rules/write">{format!("Write version {}", number + 1)}</a> })),
    };
    let check = may_publish.then(|| view! { <a class="button" href="/agenda-check">"Agenda check"</a> });
    let owed = own.owed.iter().enumerate().map(|(index, owed)| to_acknowledge(&desk, owed, index == 0)).collect_view();
    let body = if versions.is_empty() {
        let sentence = if may_publish {
            "No cohort can invite without one. A text to start from is below; make it yours and publish it."
        } else {
            "A program manager writes the first version before anybody is invited."
        };
        empty("No rule yet", sentence, None)
    } else {
        let rows = versions.into_iter().map(|version| row(version, newest, &own)).collect_view();
        let columns = [
            Column::of("Version"),
            Column::of("Published"),
            Column::of("By"),
            Column::of("Fingerprint"),
            Column::num("Cohorts"),
            Column::num("Acknowledged by"),
            Column::of("You"),
        ];
        listing("Versions of the rule, the newest first", &columns, rows)
    };
    frame::staff(&desk, Section::Rules, "Conversation rule", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="head">
                    <div class="stack tight">
                        <h1>"Conversation rule"</h1>
                        <p class="soft">"No sales conversations, unless the customer starts one. Everybody acknowledges the version their cohort names before they come."</p>
                    </div>
                    <div class="row">{check}{next}</div>
                </div>
                {owed}
                {body}
                {first}
            </main>
        }
    })
}

/// The first version is written here: there is nothing to compare it with, and no cohort to move.
fn first_version(draft: &Draft) -> AnyView {
    let hint = "Markdown is kept: paragraphs, lists, bold. Short enough to be read on a phone.";
    view! {
        <section id="write" class="stack">
            <h2>"Write the first version"</h2>
            <p>"A published version is never changed or removed: what somebody acknowledged stays exactly what they read. Nobody is told yet. A cohort keeps its version until you choose another in its settings."</p>
            <form method="post" action="/api/conduct/conversation-rule/publish" class="stack">
                {form::textarea(draft, Input { name: "body", label: "The rule", hint, value: STARTING_TEXT.to_owned(), ..Input::default() }, 12)}
                <p class="row"><button class="button primary">"Publish version 1"</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// A version this member of staff has not acknowledged, to read and to agree to; the first is what the page is for.
fn to_acknowledge(desk: &Desk, owed: &Owed, first: bool) -> AnyView {
    let number = owed.number;
    let Some(text) = rule_text::in_language(&owed.texts, desk.query("lang")) else { return ().into_any() };
    let at = |language: Language| format!("/rules?version={number}&lang={language}#acknowledge-{number}");
    let class = if first { "button primary" } else { "button" };
    let why = if owed.cohorts.is_empty() {
        "Nobody can be assigned to a cohort that keeps to this version before they have acknowledged it.".to_owned()
    } else {
        let titles: Vec<String> = owed.cohorts.iter().map(|title| format!("“{title}”")).collect();
        format!("{} {} you to keep to it.", words::list(&titles), if titles.len() == 1 { "asks" } else { "ask" })
    };
    view! {
        <section class="rule stack" id=format!("acknowledge-{number}") aria-labelledby=format!("acknowledge-{number}-h")>
            <h2 id=format!("acknowledge-{number}-h")>{format!("Yours to acknowledge: version {number}")}</h2>
            <p class="soft">{why}</p>
            {rule_text::languages(&owed.texts, text.language, at)}
            {rule_text::prose(text)}
            <form method="post" action="/api/conduct/acknowledgement/acknowledge" class="stack close">
                {rule_text::shown(number, text)}
                <p class="row">
                    <button class=class>{format!("I have read version {number} and will keep it")}</button>
                    <span class="soft small">"We write down that you agreed, to which words, and when."</span>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn row(version: Version, newest: Option<i32>, own: &Own) -> AnyView {
    let number = version.number;
    let current = (newest == Some(number)).then(|| tag("good", "newest"));
    let asked = own.owed.iter().any(|owed| owed.number == number.unsigned_abs() && !owed.cohorts.is_empty());
    let mine = if own.acknowledged.contains(&number.unsigned_abs()) {
        tag("good", "acknowledged")
    } else {
        // Whoever is to be added to a cohort reads the version it names, and may acknowledge it there.
        let act = if asked { "Acknowledge" } else { "Read" };
        view! { <a href=format!("/rules?version={number}#acknowledge-{number}")>{act}<span class="visually-hidden">{format!(" version {number}")}</span></a> }.into_any()
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/rules/{number}")>{format!("Version {number}")}</a>" "{current}</th>
            <td role="cell" data-label="Published">{day(version.published_at.date_naive())}</td>
            <td role="cell" data-label="By">{version.by.unwrap_or_else(|| "the installation".to_owned())}</td>
            <td role="cell" data-label="Fingerprint"><code>{rule_text::short(&version.content_hash)}</code></td>
            <td role="cell" data-label="Cohorts" class="num">{figure(version.cohorts)}</td>
            <td role="cell" data-label="Acknowledged by" class="num">{figure(version.acknowledged)}</td>
            <td role="cell" data-label="You">{mine}</td>
        </tr>
    }
    .into_any()
}

/// One version, for anybody who wants to read what was promised.
///
/// # Errors
/// There is no such version, or faults.
pub async fn show(desk: Desk) -> Reply {
    let number = i32::try_from(desk.id("number")?).map_err(|_| Stop::Hidden)?;
    let version = store::conduct::conversation_rule::get(desk.db(), number).await?.ok_or(Stop::Hidden)?;
    let texts = store::conduct::conversation_rule::texts(desk.db(), number).await?;
    let text = rule_text::in_language(&texts, desk.query("lang")).ok_or(Stop::Hidden)?.clone();
    let host = desk.app.host.name.clone();
    let published = format!("Version {number}, published on {}", day(version.published_at.date_naive()));
    frame::letter(&desk, "The conversation rule", || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                <div class="stack tight"><p class="eyebrow">{published}</p><h1>"The conversation rule"</h1></div>
                {rule_text::languages(&texts, text.language, |language| format!("/rules/{number}?lang={language}"))}
                <div class="rule">{rule_text::prose(&text)}</div>
                <section class="stack close">
                    <h2>"This text does not change"</h2>
                    <p>"A version is published once and kept as it is. Its fingerprint (SHA-256) is written down with every acknowledgement, so that anybody can check what was agreed."</p>
                    <p class="small"><code>{text.content_hash}</code></p>
                </section>
            </main>
        }
    })
}

/// Writing the next version: its English, and the same in other languages.
///
/// # Errors
/// Faults.
pub async fn write(desk: Desk) -> Reply {
    let writing = store::conduct::conversation_rule::writing(desk.db()).await?;
    let draft = desk.draft("rule-draft").await?;
    let title = format!("Write version {}", writing.next);
    let heading = title.clone();
    frame::staff(&desk, Section::Rules, &title, move || {
        let fields = Language::ALL.iter().map(|language| written_in(*language, &writing, &draft)).collect_view();
        let saved = writing.drafts.iter().max_by_key(|saved| saved.saved_at).map(|saved| {
            let by = saved.by.clone().unwrap_or_else(|| "somebody".to_owned());
            view! { <p class="soft">{format!("This draft was last saved by {by} on {}. Nobody else sees it.", day(saved.saved_at.date_naive()))}</p> }
        });
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs(&heading)}
                {form::errors(&draft)}
                <div class="stack tight">
                    <h1>{heading}</h1>
                    <p class="soft">"A published version is never changed or removed: what somebody acknowledged stays exactly what they read. You look at it once more before it is published."</p>
                </div>
                {saved}
                {saved_meanwhile(&draft, &writing)}
                <form method="post" action="/api/conduct/conversation-rule/draft" class="stack loose">
                    {fields}
                    <p class="row"><button class="button primary">"Save and preview"</button><a class="button quiet" href="/rules">"Back to the versions"</a></p>
                </form>
            </main>
        }
    })
}

/// The field of one language; all but English wait behind a line of their own.
fn written_in(language: Language, writing: &Writing, draft: &Draft) -> AnyView {
    let (body, revision) = writing.field(language);
    let value = if language == Language::English && writing.next == 1 && revision == 0 { STARTING_TEXT } else { body };
    let name = field_of(language);
    let label = match language {
        Language::English => "The rule, in English",
        Language::German => "The rule, in German",
        Language::French => "The rule, in French",
    };
    let hint = match language {
        Language::English => "Markdown is kept: paragraphs, lists, bold. Short enough to be read on a phone.",
        _ => "The same rule in the words of this language. Empty: this version is not offered in it.",
    };
    let optional = language != Language::English;
    let open = optional && (draft.error(name).is_some() || !draft.value(name, value).trim().is_empty());
    let field = view! {
        {form::hidden(revision_field(language), revision)}
        {form::textarea(draft, Input { name, label, hint, value: value.to_owned(), optional, ..Input::default() }, 12)}
    };
    if optional {
        view! { <details open=open><summary>{format!("In {}", language_in_english(language))}</summary><div class="stack close">{field}</div></details> }.into_any()
    } else {
        field.into_any()
    }
}

const fn revision_field(language: Language) -> &'static str {
    match language {
        Language::English => "revision_en",
        Language::German => "revision_de",
        Language::French => "revision_fr",
    }
}

/// What somebody else saved while this was typed, where it differs.
fn saved_meanwhile(draft: &Draft, writing: &Writing) -> AnyView {
    let Some(typed) = draft.typed() else { return ().into_any() };
    let theirs: Vec<AnyView> = writing
        .drafts
        .iter()
        .filter(|saved| typed.get(revision_field(saved.language)) != saved.revision.to_string())
        .filter(|saved| typed.get(field_of(saved.language)).replace("\r\n", "\n").trim() != saved.body)
        .map(|saved| {
            let body = if saved.body.is_empty() { "empty".to_owned() } else { saved.body.clone() };
            view! { <dt>{language_in_english(saved.language)}</dt><dd class="prose" inner_html=words::markdown(&body)></dd> }.into_any()
        })
        .collect();
    if theirs.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card stack" aria-labelledby="stands">
            <h2 id="stands">"What was saved meanwhile"</h2>
            <p class="soft small">"Where it differs from what you typed. Saving again keeps yours."</p>
            <dl class="facts">{theirs}</dl>
        </section>
    }
    .into_any()
}

/// The next version as it will be read, what it changes, and the cohorts that may keep to it.
///
/// # Errors
/// Faults; or there is no draft to look at.
pub async fn preview(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let writing = store::conduct::conversation_rule::writing(desk.db()).await?;
    let Some(texts) = writing.texts() else { return Err(Stop::To("/rules/write".to_owned())) };
    let same = store::conduct::conversation_rule::already_says(desk.db(), &texts).await?;
    let owner = (!staff.is(Role::Admin)).then_some(staff.id);
    let cohorts = store::conduct::conversation_rule::movable(desk.db(), owner, staff.id).await?;
    let nothing_new = writing.says_nothing_new(&texts);
    let number = if nothing_new { writing.next - 1 } else { same.unwrap_or(writing.next) };
    let heading = match same {
        _ if nothing_new => format!("Version {number} says this already"),
        Some(number) => format!("This is version {number}"),
        None => format!("Version {number}, as it will be read"),
    };
    frame::staff(&desk, Section::Rules, "Preview of the rule", move || {
        let parts = texts
            .iter()
            .map(|(language, text)| {
                let stands = writing.standing.iter().find(|stands| stands.language == language);
                let changes = (!writing.standing.is_empty()).then(|| changes(stands, &text.body));
                view! {
                    <section class="stack" aria-labelledby=format!("in-{language}")>
                        <h2 id=format!("in-{language}")>{language_in_english(language)}</h2>
                        <div class="rule prose" lang=language.as_str() inner_html=words::markdown(&text.body)></div>
                        <p class="small soft">"Fingerprint " <code>{text.hash.clone()}</code></p>
                        {changes}
                    </section>
                }
            })
            .collect_view();
        let left_out: Vec<String> = writing
            .standing
            .iter()
            .filter(|stands| texts.get(stands.language).is_none())
            .map(|stands| language_in_english(stands.language).to_owned())
            .collect();
        let left_out = (!left_out.is_empty()).then(|| {
            let newest = writing.next - 1;
            view! { <p class="notice warn">{format!("Version {newest} can also be read in {}; this one cannot.", words::list(&left_out))}</p> }
        });
        let said = match same {
            _ if nothing_new => format!(
                "Every language here reads as in version {number}, so there is nothing to publish. Change the draft; or, to let a cohort keep to version {number}, choose it in the cohort’s settings."
            ),
            Some(number) => format!("Version {number} says exactly this, so no new version is needed. You may move cohorts to it below."),
            None => "Once it is published it is never changed. Cohorts you do not tick keep their version.".to_owned(),
        };
        let act = if same.is_some() { format!("Use version {number}") } else { format!("Publish version {number}") };
        let publishing = (!nothing_new).then(|| {
            view! {
                <form method="post" action="/api/conduct/conversation-rule/publish" class="card stack">
                    {form::hidden("fingerprint", texts.fingerprint())}
                    {to_move(cohorts, same)}
                    <p class="row"><button class="button primary">{act}</button></p>
                </form>
            }
        });
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs("Preview")}
                <div class="head">
                    <div class="stack tight"><h1>{heading}</h1><p class="soft">{said}</p></div>
                    <div class="row"><a class="button" href="/rules/write">"Change the draft"</a></div>
                </div>
                {left_out}
                {parts}
                {publishing}
            </main>
        }
    })
}

/// What changes against the version that stands, in one language.
fn changes(stands: Option<&Text>, body: &str) -> AnyView {
    let Some(stands) = stands else {
        return view! { <p class="soft">"The version that stands is not offered in this language."</p> }.into_any();
    };
    let lines: Vec<AnyView> = compare(&stands.body, body)
        .into_iter()
        .filter_map(|line| match line {
            Line::Kept(_) => None,
            Line::Gone(text) => Some(view! { <li><span class="visually-hidden">"Gone: "</span><del>{text}</del></li> }.into_any()),
            Line::New(text) => Some(view! { <li><span class="visually-hidden">"New: "</span><ins>{text}</ins></li> }.into_any()),
        })
        .collect();
    if lines.is_empty() {
        return view! { <p class="soft">"The same words as the version that stands."</p> }.into_any();
    }
    view! { <div class="stack close"><h3>"What changes"</h3><ul class="plain stack tight">{lines}</ul></div> }.into_any()
}

/// The cohorts one may move, each with how many people that asks again.
fn to_move(cohorts: Vec<Movable>, same: Option<i32>) -> AnyView {
    let choices: Vec<Choice> = cohorts
        .into_iter()
        .filter(|cohort| same.is_none() || cohort.rule != same)
        .map(|cohort| {
            let keeps =
                cohort.rule.map_or_else(|| "It has no version yet.".to_owned(), |number| format!("It keeps to version {number} now."));
            Choice {
                name: format!("cohort:{}", cohort.cohort),
                value: "yes".to_owned(),
                label: match cohort.people {
                    0 => format!("Use it in “{}”; nobody has to be asked", cohort.title),
                    people => format!("Use it in “{}” and ask {} again", cohort.title, words::count(people, "person", "people")),
                },
                hint: format!("{}. {keeps}", cohort.program),
                ticked: false,
            }
        })
        .collect();
    if choices.is_empty() {
        return view! { <p class="soft">"No cohort of yours is under way that could be moved to it. New cohorts choose it in their settings."</p> }.into_any();
    }
    form::choices(&Draft::default(), "cohorts", "Cohorts that keep to it from now on", "checkbox", choices)
}

fn crumbs(last: &str) -> AnyView {
    let last = last.to_owned();
    view! { <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/rules">"Conversation rule"</a></li><li aria-current="page">{last}</li></ol></nav> }.into_any()
}
