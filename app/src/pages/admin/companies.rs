//! Companies: the list, and one of them.

use domain::access::Role;
use domain::cohort::company_import::{SEGMENTS, gics_sectors};
use leptos::prelude::*;
use store::cohort::company::{Company, Customer, Filter, InCohort, Line, Named};
use store::sign_in::Staff;

use super::company_consents::{self, CompanyConsents};
use super::own_views::attendance;
use super::programs::{figure, state_tag};
use crate::components::form::{self, Choice, Input};
use crate::components::table::{bar, empty, pager};
use crate::desk::{Desk, Draft, Reply, Stop};
use crate::frame::{self, Section};

/// How many names are offered while a competitor is typed.
const OFFERED: usize = 150;

fn manages(staff: &Staff) -> bool {
    staff.is(Role::Admin) || staff.is(Role::ProgramManager)
}

/// Whether somebody sees companies as an account manager does: names and attendance, and nothing else.
fn only_observes(staff: &Staff) -> bool {
    !manages(staff) && !staff.is(Role::Marketing)
}

/// The list. Account managers see the names of the companies they look after.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    if only_observes(&staff) {
        return customers(desk, staff.id).await;
    }
    let (term, sector) = (desk.query("q").to_owned(), desk.query("sector").to_owned());
    let filter = Filter { term: &term, sector: &sector };
    let found = store::cohort::company::list(desk.db(), &filter, desk.page()).await?;
    let sectors = store::cohort::company::sectors(desk.db()).await?;
    let filtered = !term.trim().is_empty() || !sector.is_empty();
    let may_edit = manages(&staff);
    let counts_cohorts = staff.is(Role::Admin);
    let pages = pager(&desk, &found);
    let eyebrow = match (found.total, filtered) {
        (1, _) => "1 company".to_owned(),
        (total, false) => format!("{} companies", crate::words::thousands(total)),
        (total, true) => format!("{} companies found", crate::words::thousands(total)),
    };
    let body = if found.rows.is_empty() {
        if filtered {
            empty(
                "No company fits",
                "Try fewer letters of the name or the city, or another sector.",
                Some(("/companies".to_owned(), "Show all companies")),
            )
        } else if may_edit {
            let act = Some(("/companies/import".to_owned(), "Import companies"));
            empty("No company yet", "Bring the list you have as a spreadsheet: every row is shown before anything is kept.", act)
        } else {
            empty("No company yet", "They appear here as soon as a program manager adds them.", None)
        }
    } else {
        let rows = found.rows.into_iter().map(|line| row(line, counts_cohorts)).collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"Companies by name"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Company"</th>
                    <th scope="col" role="columnheader">"Sector"</th>
                    <th scope="col" role="columnheader">"Headquarters"</th>
                    <th scope="col" role="columnheader">"Country"</th>
                    {counts_cohorts.then(|| view! { <th scope="col" role="columnheader" class="num">"Cohorts"</th> })}
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    let options = sectors
        .into_iter()
        .map(|name| {
            let selected = name == sector;
            let value = name.clone();
            view! { <option value=value selected=selected>{name}</option> }
        })
        .collect_view();
    let acts = may_edit.then(|| {
        view! { <div class="row"><a class="button" href="/companies/0">"Add a company"</a><a class="button" href="/companies/import">"Import companies"</a></div> }
    });
    frame::staff(&desk, Section::Companies, "Companies", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head"><div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"Companies"</h1></div>{acts}</div>
                <form class="filters" method="get" action="/companies" role="search">
                    <div class="field grow"><label for="q">"Name or city"</label><input id="q" name="q" type="search" value=term/></div>
                    <div class="field"><label for="sector">"Sector"</label><select id="sector" name="sector"><option value="">"Every sector"</option>{options}</select></div>
                    <button class="button">"Show"</button>
                </form>
                {body}
                {pages}
            </main>
        }
    })
}

fn row(line: Line, counts_cohorts: bool) -> AnyView {
    let to = format!("/companies/{}", line.id);
    let cohorts = counts_cohorts.then(|| {
        let to = format!("{to}#cohorts");
        view! { <td role="cell" data-label="Cohorts" class="num"><a href=to>{figure(line.cohorts)}</a></td> }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=to>{line.name}</a></th>
            <td role="cell" data-label="Sector" class="soft">{line.sector}</td>
            <td role="cell" data-label="Headquarters">{line.headquarters}</td>
            <td role="cell" data-label="Country">{line.country}</td>
            {cohorts}
        </tr>
    }
    .into_any()
}

/// What an account manager sees of the list: the companies they look after, and how many of their people attend.
async fn customers(desk: Desk, staff: i64) -> Reply {
    let term = desk.query("q").trim().to_owned();
    let found = store::cohort::company::customers(desk.db(), staff, &term, desk.page()).await?;
    let pages = pager(&desk, &found);
    let eyebrow = match found.total {
        1 => "1 company you look after".to_owned(),
        total => format!("{} companies you look after", crate::words::thousands(total)),
    };
    let body = if found.rows.is_empty() && !term.is_empty() {
        empty("No company fits", "Try fewer letters of the name.", Some(("/companies".to_owned(), "Show all companies")))
    } else if found.rows.is_empty() {
        empty("No company is yours yet", "Ask a program manager to name you as the account manager of your customers.", None)
    } else {
        let rows = found.rows.into_iter().map(customer).collect_view();
        view! {
            <div class="table-wrap"><table class="cards-on-phone" role="table">
                <caption class="visually-hidden">"Companies you look after, by name"</caption>
                <thead><tr role="row">
                    <th scope="col" role="columnheader">"Company"</th>
                    <th scope="col" role="columnheader" class="num">"People who attend"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    frame::staff(&desk, Section::Companies, "Companies", || {
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="head"><div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>"Companies"</h1></div></div>
                <form class="filters" method="get" action="/companies" role="search">
                    <div class="field grow"><label for="q">"Name"</label><input id="q" name="q" type="search" value=term/></div>
                    <button class="button">"Show"</button>
                </form>
                {body}
                {pages}
            </main>
        }
    })
}

fn customer(company: Customer) -> AnyView {
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/companies/{}", company.id)>{company.name}</a></th>
            <td role="cell" data-label="People who attend" class="num">{figure(company.attending)}</td>
        </tr>
    }
    .into_any()
}

/// One of their companies, as an account manager sees it: its name, and who of it attends where they are attached.
async fn observed(desk: Desk, staff: i64, id: i64) -> Reply {
    let name = store::cohort::company::name_of(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let people = store::cohort::company::attendance(desk.db(), staff, Some(id), desk.page()).await?;
    let pages = pager(&desk, &people);
    let body = if people.rows.is_empty() {
        empty(
            "Nobody to see yet",
            "When a program manager attaches you to a cohort for this company, the names of its people are here, and whether they attend.",
            None,
        )
    } else {
        attendance(people.rows)
    };
    let title = name.clone();
    frame::staff(&desk, Section::Companies, &title, || {
        let here = name.clone();
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs(here)}
                <div class="stack tight"><h1>{name}</h1><p class="soft">"You see who attends, and nothing else."</p></div>
                {body}
                {pages}
            </main>
        }
    })
}

/// One company: its facts; for managers the form, its competitors and its cohorts. Number 0 is a new one.
///
/// # Errors
/// Not theirs, or faults.
pub async fn show(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let id = desk.id("company")?;
    if id == 0 {
        return new(desk, &staff).await;
    }
    desk.owns(store::access::company(desk.db(), id).await?)?;
    if only_observes(&staff) {
        return observed(desk, staff.id, id).await;
    }
    let company = store::cohort::company::get(desk.db(), id).await?.ok_or(Stop::Hidden)?;
    let consents = company_consents::read(&desk, id).await?;
    if !manages(&staff) {
        return facts(&desk, company, consents);
    }
    let (draft, pair) = (desk.draft("save-company").await?, desk.draft("competitor").await?);
    let managers = manager_boxes(&desk, &company.account_managers).await?;
    let offered = alike(&desk, &company).await?;
    let cohorts: Vec<InCohort> = company.cohorts.iter().filter(|run| staff.is(Role::Admin) || run.owner_id == staff.id).cloned().collect();
    let title = company.name.clone();
    let eyebrow = [company.sector.as_str(), company.headquarters.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let side = view! { <div class="side">{cohorts_part(cohorts)}{competitors_part(&pair, &company, offered)}</div> };
    let main_form = edit_form(&draft, &company, managers, "Save the company");
    let (heading, name) = (company.name.clone(), company.name);
    frame::staff(&desk, Section::Companies, &title, || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs(name)}
                {form::errors(&draft)}
                {form::errors(&pair)}
                <div class="stack tight"><p class="eyebrow">{eyebrow}</p><h1>{heading}</h1></div>
                <div class="two"><section class="stack"><h2>"About the company"</h2>{main_form}</section>{side}</div>
                {consents.part()}
            </main>
        }
    })
}

async fn new(desk: Desk, staff: &Staff) -> Reply {
    if !manages(staff) {
        return Err(Stop::Forbidden);
    }
    let draft = desk.draft("save-company").await?;
    let blank = Company {
        id: 0,
        name: String::new(),
        domain: String::new(),
        sector: String::new(),
        sub_industry: String::new(),
        headquarters: String::new(),
        country: String::new(),
        segment: String::new(),
        revision: 0,
        account_managers: vec![],
        competitors: vec![],
        cohorts: vec![],
    };
    let managers = manager_boxes(&desk, &[]).await?;
    let form = edit_form(&draft, &blank, managers, "Add the company");
    frame::staff(&desk, Section::Companies, "Add a company", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs("Add a company".to_owned())}
                {form::errors(&draft)}
                <div class="stack tight"><h1>"Add a company"</h1><p class="soft">"Only the name is needed. For a whole list, "<a href="/companies/import">"import a spreadsheet"</a>"."</p></div>
                {form}
            </main>
        }
    })
}

fn facts(desk: &Desk, company: Company, consents: CompanyConsents) -> Reply {
    let managers: Vec<String> = company.account_managers.into_iter().map(|manager| manager.name).collect();
    let lines = [
        ("Domain", company.domain),
        ("Sector", company.sector),
        ("Sub-industry", company.sub_industry),
        ("Headquarters", company.headquarters),
        ("Country", company.country),
        ("Segment", company.segment),
        ("Looked after by", crate::words::list(&managers)),
    ];
    let lines = lines.into_iter().map(|(term, text)| if text.is_empty() { (term, "not known".to_owned()) } else { (term, text) });
    let lines = lines.map(|(term, text)| view! { <div><dt>{term}</dt><dd>{text}</dd></div> }).collect_view();
    let title = company.name.clone();
    frame::staff(desk, Section::Companies, &title, || {
        let here = company.name.clone();
        view! {
            <main id="main" class="wrap page stack loose">
                {crumbs(here)}
                <h1>{company.name}</h1>
                <dl class="meta">{lines}</dl>
                {consents.part()}
                <p class="small soft">"Something is wrong? Tell a program manager; they keep these facts."</p>
            </main>
        }
    })
}

fn crumbs(here: String) -> AnyView {
    view! {
        <nav class="crumbs" aria-label="Where you are"><ol><li><a href="/companies">"Companies"</a></li><li aria-current="page">{here}</li></ol></nav>
    }
    .into_any()
}

/// Everybody who may look after a company, ticked where they do.
async fn manager_boxes(desk: &Desk, stands: &[Named]) -> Result<Vec<Choice>, Stop> {
    let people = store::staff::list(desk.db()).await?;
    Ok(people
        .into_iter()
        .filter_map(|person| {
            let ticked = stands.iter().any(|manager| manager.id == person.id);
            let offered = person.roles.contains(&Role::AccountManager) && (person.active || ticked);
            offered.then(|| Choice {
                name: format!("manager:{}", person.id),
                value: "yes".to_owned(),
                label: person.name,
                hint: person.email,
                ticked,
            })
        })
        .collect())
}

fn edit_form(draft: &Draft, company: &Company, managers: Vec<Choice>, act: &'static str) -> AnyView {
    let sectors = gics_sectors().into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let segments = [("", "Not known")].into_iter().chain(SEGMENTS.into_iter().map(|segment| (segment, segment)));
    let mut segments: Vec<(String, String)> = segments.map(|(value, label)| (value.to_owned(), label.to_owned())).collect();
    if !segments.iter().any(|(value, _)| *value == company.segment) {
        segments.push((company.segment.clone(), company.segment.clone()));
    }
    let managers = if managers.is_empty() {
        view! { <p class="soft small">"Nobody has the role of account manager yet. An admin gives it on the staff page."</p> }.into_any()
    } else {
        form::choices(draft, "managers", "Account managers", "checkbox", managers)
    };
    let text = |name, label, value: &String| Input { name, label, value: value.clone(), optional: true, ..Input::default() };
    view! {
        <form method="post" action="/api/cohort/company/save" class="stack">
            {form::hidden("company", company.id)}
            {form::hidden("revision", company.revision)}
            {form::input(draft, Input { optional: false, autocomplete: "off", ..text("name", "Name", &company.name) })}
            {form::input(draft, Input { hint: "The part of its web address that is its own, like example.com. Imports recognise the company by it.", ..text("domain", "Domain", &company.domain) })}
            {form::input(draft, Input { list: "gics-sectors", hint: "One of the eleven GICS sectors, where it fits.", ..text("sector", "Sector", &company.sector) })}
            <datalist id="gics-sectors">{sectors}</datalist>
            {form::input(draft, text("sub_industry", "Sub-industry", &company.sub_industry))}
            {form::input(draft, Input { hint: "City and region.", ..text("headquarters", "Headquarters", &company.headquarters) })}
            {form::input(draft, text("country", "Country", &company.country))}
            {form::select(draft, text("segment", "Segment", &company.segment), segments)}
            {managers}
            <p class="row"><button class="button primary">{act}</button></p>
        </form>
    }
    .into_any()
}

/// Names offered while a competitor is typed: companies of the same sector, without itself and those already named.
async fn alike(desk: &Desk, company: &Company) -> Result<Vec<String>, Stop> {
    let filter = Filter { term: "", sector: &company.sector };
    let (mut names, mut page) = (Vec::new(), 1);
    loop {
        let found = store::cohort::company::list(desk.db(), &filter, page).await?;
        let last = found.pages() <= page;
        let others =
            found.rows.into_iter().filter(|line| line.id != company.id && company.competitors.iter().all(|known| known.id != line.id));
        names.extend(others.map(|line| line.name));
        if last || names.len() >= OFFERED {
            return Ok(names);
        }
        page += 1;
    }
}

fn cohorts_part(cohorts: Vec<InCohort>) -> AnyView {
    if cohorts.is_empty() {
        return view! { <section id="cohorts" class="stack close"><h2>"Cohorts"</h2><p class="soft">"Invited to none of your cohorts yet."</p></section> }.into_any();
    }
    let rows = cohorts
        .into_iter()
        .map(|run| {
            let (confirmed, seats) = (u32::try_from(run.confirmed).unwrap_or(0), u32::try_from(run.seats).unwrap_or(0));
            view! {
                <li class="stack tight">
                    <p class="row"><a href=format!("/cohorts/{}", run.cohort)>{run.title}</a>{state_tag(&run.state)}</p>
                    {bar(confirmed, 0, seats)}
                    <p class="small soft num">{format!("{confirmed} of {seats} seats confirmed")}</p>
                </li>
            }
        })
        .collect_view();
    view! { <section id="cohorts" class="stack close"><h2>"Cohorts"</h2><ul class="plain stack">{rows}</ul></section> }.into_any()
}

fn competitors_part(draft: &Draft, company: &Company, offered: Vec<String>) -> AnyView {
    let id = company.id;
    let known = company.competitors.iter().map(|other| competitor(id, other)).collect_view();
    let known = if company.competitors.is_empty() {
        view! { <p class="soft">"None named. Competitors are kept apart when people are invited."</p> }.into_any()
    } else {
        view! { <ul class="plain stack tight">{known}</ul> }.into_any()
    };
    let offered = offered.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    view! {
        <section id="competitors" class="stack close">
            <h2>"Competitors"</h2>
            {known}
            <form method="post" action="/api/cohort/company/competitor" class="stack close">
                {form::hidden("company", id)}
                {form::hidden("compete", "yes")}
                {form::input(draft, Input { name: "competitor", label: "Competes with", hint: "The company's name, as it is in the list.", list: "offered", autocomplete: "off", ..Input::default() })}
                <datalist id="offered">{offered}</datalist>
                <p class="row"><button class="button">"Name as a competitor"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn competitor(company: i64, other: &Named) -> impl IntoView + use<> {
    let about = format!(" {}", other.name);
    view! {
        <li class="row between">
            <a href=format!("/companies/{}", other.id)>{other.name.clone()}</a>
            <form method="post" action="/api/cohort/company/competitor">
                {form::hidden("company", company)}
                {form::hidden("other", other.id)}
                {form::hidden("compete", "")}
                <button class="button small quiet">"Remove" <span class="visually-hidden">{about}</span></button>
            </form>
        </li>
    }
}
