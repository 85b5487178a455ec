//! Fills an empty database with a made-up firm through the same verbs the pages use, and prints the links to open.
//! Companies are real input; the agenda is written for it and every person is generated. The cohort that is over is in
//! `pilot`, what was celebrated, given and asked since in `advocacy`.

use std::collections::BTreeMap;

use app::desk::App;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use clap::Args;
use domain::access::Role;
use domain::advocacy::ask::Source;
use domain::advocacy::consent::{Group, Scope, Typed as TypedConsent, Wish};
use domain::advocacy::ledger::TypedGive;
use domain::advocacy::publication::{self, TypedPlan};
use domain::advocacy::signatory::Signatory;
use domain::agenda::session::TypedSession;
use domain::cohort::Step;
use domain::cohort::allotment::Named;
use domain::cohort::company_import::{self, Mapping};
use domain::conduct::acknowledgement::Holder;
use domain::conduct::conversation_rule::{Language, STARTING_TEXT};
use domain::conduct::incident::TypedReport;
use domain::conduct::sales_opening::Typed as TypedTopic;
use domain::contact::Email;
use domain::registration::invitation::Needs;
use serde_json::{Value, json};
use store::advocacy::consent::Giver;
use store::agenda::session::Typed as TypedSlot;
use store::cohort::allotment::NewAllotment;
use store::conduct::agenda_check::TypedDismissal;
use store::conduct::conversation_rule::TypedText;
use store::conduct::incident::Reporter;
use store::outbox::{Mail, Message};
use store::registration::invitation::Answer;
use store::{Actor, Db};

use crate::cli::halted;

mod advocacy;
mod pilot;

/// How the demo is made and told.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Print one JSON object instead of words.
    #[arg(long)]
    json: bool,
    /// Add a cohort with so many accepted executives and one session of 0.6 times as many places.
    #[arg(long, value_name = "N")]
    race: Option<u32>,
}

const COMPANIES: &[u8] = include_bytes!("../../tests/data/sp500.csv");

/// The workshop whose seats are fewer than the people who want one.
const CAPPED: &str = "Negotiating with your own organisation";

/// The workshop whose facilitator has not acknowledged the rule yet.
const SCENARIOS: &str = "Scenario planning in one morning";

/// The educator who has not acknowledged the rule yet, and is not announced.
const SILENT: &str = "Dr. Tomas Reyes";

/// The address that educator is asked at.
const SILENT_EMAIL: &str = "tomas.reyes@school.example";

/// The case whose abstract says a word that sells, and may.
const FORECAST: &str = "Case: a grid that learned to forecast";

/// The visit whose abstract was reworded since the release, and should be again.
const STORAGE: &str = "Site visit: the storage plant";

/// The first version of the rule, in German.
const GERMAN: &str = "\
Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft.

- Niemand vom Gastgeber und niemand, der lehrt, beginnt ein Gespräch über Kauf, Preise, Verträge oder Verlängerungen: weder im Kurs noch bei Tisch noch unterwegs.
- Sie selbst dürfen das jederzeit tun. Sie sagen, worüber, mit wem und bis wann, und Sie beenden es, wann immer Sie möchten.
- Was Sie erzählen, bleibt unter uns, solange Sie nichts anderes sagen.
- Wenn jemand das vergisst, sagen Sie es uns. Gäste müssen ihren Namen dabei nicht nennen.";

/// The same in French.
const FRENCH: &str = "\
Nous nous réunissons pour apprendre les uns des autres. Ici, rien n’est à vendre.

- Ni l’équipe qui vous accueille ni les enseignants n’engagent de conversation sur un achat, un prix, un contrat ou son renouvellement, que ce soit en séance, à table ou en chemin.
- Vous pouvez en engager une à tout moment. Vous dites sur quel sujet, avec qui et jusqu’à quand, et vous y mettez fin quand vous le souhaitez.
- Ce que vous partagez reste entre nous, sauf si vous en décidez autrement.
- Si quelqu’un l’oublie, dites-le-nous. Les invités n’ont pas à donner leur nom.";

/// Day from the first, starts, ends, title, kind, room, seats (none: for everyone), educators.
type Row = (u64, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const AGENDA: &[Row] = &[
    (0, "16:30", "17:30", "Welcome, and how this week works", "keynote", "Aula", "", ""),
    (0, "18:30", "21:30", "Opening dinner", "social", "Orangery", "", ""),
    (1, "09:00", "10:15", "Seeing the system: why good plans stall", "keynote", "Aula", "", "Prof. Lene Aagaard"),
    (1, "10:45", "12:30", "Case: a railway that rebuilt itself while running", "case", "Room 2", "45", "Dr. Tomas Reyes"),
    (1, "10:45", "12:30", "Case: a hospital group that gave decisions back", "case", "Room 4", "45", "Dr. Mei Tanaka"),
    (1, "10:45", "12:30", "Case: a grid that learned to forecast", "case", "Library", "30", "Prof. Kofi Mensah"),
    (1, "14:00", "15:30", "Group work 1: the decision that is stuck", "group work", "Garden rooms", "", ""),
    (1, "16:00", "17:00", "A walk in pairs", "reflection", "Park", "", ""),
    (2, "09:00", "10:15", "What the energy shift asks of everybody else", "keynote", "Aula", "", "Prof. Kofi Mensah"),
    (2, "10:45", "12:30", SCENARIOS, "workshop", "Room 4", "40", "Dr. Mei Tanaka"),
    (2, "10:45", "12:30", "Keeping a promise along a supply line", "workshop", "Room 2", "40", "Dr. Tomas Reyes"),
    (2, "14:00", "15:30", "Site visit: the control room", "visit", "Meet at the gate", "25", ""),
    (2, "14:00", "15:30", "Reading your own organisation", "workshop", "Library", "40", "Prof. Lene Aagaard"),
    (2, "16:00", "17:30", CAPPED, "workshop", "Seminar room", "20", "Dr. Nadia Popescu"),
    (2, "16:00", "17:30", "Deciding with incomplete numbers", "workshop", "Room 4", "60", "Dr. Mei Tanaka"),
    (3, "09:00", "10:30", "A dreaming session with our researchers", "dreaming session", "Aula", "", ""),
    (3, "11:00", "12:30", "Group work 2: what you would try first", "group work", "Garden rooms", "", ""),
    (3, "14:00", "17:00", "Site visit: the storage plant", "visit", "Meet at the gate", "40", ""),
    (3, "14:00", "15:30", "Telling the story at home", "workshop", "Room 2", "45", "Dr. Nadia Popescu"),
    (3, "19:00", "22:00", "Dinner in the old town", "social", "Leave at 18:30", "", ""),
    (4, "09:00", "12:00", "Your plan, and what your peers think of it", "reflection", "Aula", "", "Prof. Lene Aagaard"),
    (4, "13:30", "15:00", "What we take home", "reflection", "Aula", "", ""),
];

fn objective_of(kind: &str) -> &'static str {
    match kind {
        "keynote" => "See the question from outside your own industry",
        "case" => "Learn what somebody else tried, and what it cost them",
        "workshop" => "Bring one decision that is stuck, and leave with a next step",
        "visit" => "See it work",
        "group work" => "Work on one another's question",
        "dreaming session" => "Say what would make your day easier, with nothing to choose from",
        "reflection" => "Leave with a plan your team can start on Monday",
        _ => "Meet the people you learn with",
    }
}

/// Most sessions explain themselves by their title.
fn summary_of(title: &str) -> &'static str {
    match title {
        FORECAST => {
            "The operator of a regional grid found out that its own pricing had taught a whole region the wrong habits. They tell what they saw too late, and what a year of better forecasts changed."
        }
        _ => "",
    }
}

type Done<T> = Result<T, String>;

/// Runs it.
///
/// # Errors
/// The database is not empty (and no race is asked for), or an act was refused: one sentence.
pub async fn run(app: &App, options: &Options) -> Done<()> {
    let is_new = store::staff::is_new(&app.db).await.map_err(text)?;
    if !is_new && options.race.is_none() {
        return Err("this database is not empty. The demo fills an empty one: choose another with COHORTIUM_DATABASE_URL.".to_owned());
    }
    let mut links = if is_new { fill(app).await? } else { json!({ "base_url": app.host.base_url }) };
    if let Some(people) = options.race {
        links["race"] = race(app, people.clamp(2, 2_000)).await?;
    }
    println!("{}", if options.json { links.to_string() } else { in_words(&links) });
    Ok(())
}

/// Fills an empty database; answers the links, the passwords among them.
///
/// # Errors
/// An act was refused: one sentence.
pub async fn fill(app: &App) -> Result<Value, String> {
    let (db, now) = (&app.db, (app.clock)());
    let first_week = pilot::first_day(now);
    let began = at(first_week - Days::new(75), 9);
    let mut sign_in = Vec::new();
    let mut staff = BTreeMap::new();
    let people = [
        (Role::Admin, "Ada Lindqvist"),
        (Role::ProgramManager, "Jonas Brandt"),
        (Role::Facilitator, "Ida Lund"),
        (Role::Marketing, "Priya Raman"),
        (Role::AccountManager, "Marco Bellini"),
        (Role::ExecutiveSponsor, "Ingrid Solheim"),
        (Role::IncidentReviewer, "Noor Haddad"),
    ];
    for (role, name) in people {
        let address = format!("{}@host.example", role.as_str().replace(' ', "."));
        staff.insert(role, account(db, began, role, name, &address, &mut sign_in).await?);
    }
    let nora = account(db, began, Role::Facilitator, "Nora Vik", "nora.vik@host.example", &mut sign_in).await?;
    // The second one of marketing: nobody approves what they wrote.
    let editor = account(db, began, Role::Marketing, "Elin Sandberg", "elin.sandberg@host.example", &mut sign_in).await?;
    let manager = Actor::Staff(staff[&Role::ProgramManager]);

    let table = company_import::read(COMPANIES).map_err(|why| domain::Refusal::sentence(&why))?;
    store::cohort::company_import::apply(db, began, manager, &table, &Mapping::guess(&table.columns)).await.map_err(halted)?;
    publish_rule(db, began, manager).await?;
    let program = store::cohort::program::Typed {
        title: "Leading through the energy shift",
        theme: "How large organisations change course while they keep running",
        audience: "Senior executives of our top customers",
        description: "Five days of learning with eleven other companies. Educators from three universities teach; our own people only moderate.",
        sponsor_name: "Ingrid Solheim",
        sponsor_title: "Executive sponsor",
        sponsor_id: Some(staff[&Role::ExecutiveSponsor]),
    };
    let program = store::cohort::program::save(db, began, staff[&Role::ProgramManager], 0, 0, &program).await.map_err(halted)?;
    let companies = of_different_sectors(db, 12).await?;
    let alumni = pilot::hold(db, manager, program, &companies, first_week).await?;
    let (first, last) = across_the_clock_change(now);
    // The agenda is begun before the cohort names a version of the rule: Nora Vik is on it, and has yet to acknowledge.
    let (title, seats) = ("Spring cohort", 120);
    let cohort = with_cohort(title, first, last, seats, async |typed| {
        let typed = store::cohort::Typed { rule: "", ..typed };
        store::cohort::create(db, now, manager, program, &typed).await.map_err(halted)
    })
    .await?;
    agree(db, now, staff[&Role::Facilitator]).await?;

    let (mut capped, mut forecast, mut storage) = (0, 0, 0);
    for row in AGENDA {
        let plan = planned(first, row);
        let facilitators = match plan.title {
            CAPPED => vec![staff[&Role::Facilitator]],
            SCENARIOS => vec![nora],
            _ => Vec::new(),
        };
        let session = new_session(db, now, manager, cohort, &plan, &facilitators).await?;
        match plan.title {
            CAPPED => capped = session,
            FORECAST => forecast = session,
            STORAGE => storage = session,
            _ => {}
        }
    }
    // Now the cohort names version 1: Nora Vik is written to.
    resize(db, now, manager, cohort, seats, first, last, title).await?;
    agree_on_paper(db, now, staff[&Role::ProgramManager], cohort).await?;
    let reason = "The case is about a mistake in somebody else's pricing. Nothing is offered in it.";
    let_stand(db, now, manager, cohort, forecast, reason).await?;
    store::agenda::release::publish(db, now, manager, cohort, 1, "First release").await.map_err(halted)?;

    let allotments: Vec<NewAllotment> = companies
        .iter()
        .enumerate()
        .map(|(index, (company, name))| {
            let (lead_name, lead_email) = person(900 + index, name);
            NewAllotment { company: *company, lead_name, lead_email }
        })
        .collect();
    store::cohort::allotment::allot(db, now, manager, cohort, 10, &allotments).await.map_err(halted)?;
    store::cohort::step(db, now, manager, cohort, Step::OpenInvitations).await.map_err(halted)?;
    look_after(db, now, manager, companies[0].0, staff[&Role::AccountManager]).await?;
    observe(db, now, manager, cohort, companies[0].0, staff[&Role::AccountManager]).await?;

    // How far each company is: named, accepted, declined.
    let progress = [
        (10, 8, 1),
        (10, 5, 0),
        (4, 2, 0),
        (10, 10, 0),
        (0, 0, 0),
        (6, 4, 1),
        (10, 7, 0),
        (3, 0, 0),
        (8, 6, 1),
        (0, 0, 0),
        (10, 9, 0),
        (5, 3, 0),
    ];
    let dashboard = store::cohort::dashboard(db, cohort).await.map_err(text)?.ok_or("the cohort is gone")?;
    let (mut registrations, mut guests) = (Vec::new(), Vec::new());
    for (index, (_, company)) in companies.iter().enumerate() {
        let (named, accepted, declined) = progress[index];
        let fill = dashboard.companies.iter().find(|fill| &fill.company == company).ok_or("a company is gone")?;
        let invitations = name_people(db, now, fill.allotment, company, index * 20, named).await?;
        for (invitation, email) in invitations.iter().take(accepted) {
            let registration = accept(db, now, *invitation, index).await?;
            registrations.push(registration);
            guests.push(Guest { invitation: *invitation, registration, email: email.clone(), company: companies[index].clone() });
        }
        for (invitation, _) in invitations.iter().skip(accepted).take(declined) {
            store::registration::invitation::decline(db, now, *invitation, "").await.map_err(halted)?;
        }
    }
    for registration in registrations.iter().skip(3).step_by(3).take(13) {
        store::agenda::seat::take_seat(db, now, *registration, capped).await.map_err(halted)?;
    }
    // Most people have chosen elsewhere, too: one session in three is somebody's, unless they sit in another then.
    let others: Vec<i64> = dashboard_sessions(db, cohort).await?.into_iter().filter(|session| *session != capped).collect();
    for (index, registration) in registrations.iter().enumerate().filter(|(index, _)| index % 5 != 0) {
        for session in others.iter().skip(index % 3).step_by(3) {
            let _ = store::agenda::seat::take_seat(db, now, *registration, *session).await;
        }
    }

    let acts = Acts { db, now, cohort, staff: &staff };
    let concern = acts.concerns().await?;
    acts.openings(&guests).await?;
    acts.set_aside(&guests).await?;
    let signatory = acts.consents(&guests).await?;
    acts.reword(storage, first).await?;
    acts.ask_educator().await?;
    let hands = advocacy::Hands { manager: staff[&Role::ProgramManager], writer: staff[&Role::Marketing], editor };
    let quiet = guests.first().map(|guest| guest.email.as_str()).ok_or("nobody has accepted")?;
    let tokens = advocacy::fill(db, now, hands, &companies, alumni, quiet).await?;

    let mails = store::outbox::unsent(db, cohort).await.map_err(text)?;
    let base = &app.host.base_url;
    let secret =
        |wanted: fn(&Mail) -> bool| mails.iter().rev().find(|mail| wanted(mail)).and_then(|mail| mail.secret.clone()).unwrap_or_default();
    let answered: Vec<String> =
        store::cohort::people(db, cohort, "", "pending", 1).await.map_err(text)?.rows.into_iter().map(|member| member.email).collect();
    let pending = mails
        .iter()
        .find(|mail| mail.kind == "invitation" && answered.contains(&mail.to_email))
        .and_then(|mail| mail.secret.clone())
        .unwrap_or_default();
    let unanswered = &companies[4].1;
    let delegation = mails
        .iter()
        .find(|mail| matches!(&mail.message, Message::Delegation { company, .. } if company == unanswered))
        .and_then(|mail| mail.secret.clone())
        .unwrap_or_default();
    let accepted = secret(|mail| mail.kind == "accepted");
    let (link, feed) = (accepted.link.unwrap_or_default(), accepted.feed.unwrap_or_default());
    let educator = secret(|mail| mail.kind == "rule-renewed" && mail.to_email == SILENT_EMAIL);
    // The last to accept takes a seat in the capped workshop, so that its file can be downloaded.
    if let Some(last) = registrations.last() {
        store::agenda::seat::take_seat(db, now, *last, capped).await.map_err(halted)?;
    }
    Ok(json!({
        "base_url": base,
        "sign_in": sign_in,
        "cohort_id": cohort,
        "capped_session_id": capped,
        "invitation_link": format!("{base}/i/{}", pending.link.unwrap_or_default()),
        "delegation_link": format!("{base}/d/{}", delegation.link.unwrap_or_default()),
        "accepted_executive_link": format!("{base}/i/{link}"),
        "educator_link": format!("{base}/e/{}", educator.link.unwrap_or_default()),
        "signatory_link": format!("{base}/s/{signatory}"),
        "concern_link": format!("{base}/c/{concern}"),
        "approval_link": format!("{base}/approve/{}", tokens.approval),
        "own_page_link": format!("{base}/me/{}", tokens.own_page),
        "board_url": format!("{base}/celebrate"),
        "due_feed_url": format!("{base}/due/{}.ics", tokens.due_feed),
        "feed_url": format!("{base}/cal/{feed}.ics"),
        "agenda_ics_url": format!("{base}/cal/{feed}/agenda.ics"),
        "session_ics_url": format!("{base}/cal/{feed}/{capped}.ics"),
    }))
}

/// Somebody who has accepted.
struct Guest {
    invitation: i64,
    registration: i64,
    email: String,
    /// Its id and name.
    company: (i64, String),
}

/// What has happened around the rule and the consents, told by whoever does it.
struct Acts<'a> {
    db: &'a Db,
    now: DateTime<Utc>,
    cohort: i64,
    staff: &'a BTreeMap<Role, i64>,
}

impl Acts<'_> {
    fn of(&self, role: Role) -> i64 {
        self.staff.get(&role).copied().unwrap_or(0)
    }

    /// A facilitator's concern is upheld and settled; another, of somebody who left their name out, waits. Answers the
    /// token of that one's private address.
    async fn concerns(&self) -> Done<String> {
        use store::conduct::incident;

        let (facilitator, reviewer) = (self.of(Role::Facilitator), self.of(Role::IncidentReviewer));
        let named = TypedReport {
            said: "In the call before the week a speaker told two guests what her own course costs, and promised them a lower price if they decide in Fontainebleau.",
            severity: "serious",
            session: "",
            started_by: "A speaker on the preparation call",
            started_by_staff: "",
        };
        let by = Reporter::Staff(facilitator);
        incident::report(self.db, self.now, self.cohort, by, &incident::new_token(), &named).await.map_err(halted)?;
        self.tell().await?;
        let case = incident::list(self.db, reviewer, None, 1).await.map_err(text)?.rows.first().map(|line| line.id).ok_or("no concern")?;
        let finding = "Both guests remember it the same way. It was not meant badly, and it was selling.";
        let remedy = "She read the rule with us and wrote to both guests. She teaches; her course is not mentioned again.";
        for (revision, act, grounds) in [(1, "take", ""), (2, "uphold", finding), (3, "remedy", remedy)] {
            incident::step(self.db, self.now, reviewer, case, revision, act, grounds).await.map_err(halted)?;
        }
        let answer = "Thank you for telling us. We have spoken with her, and she has written to both guests.";
        incident::answer(self.db, self.now, reviewer, case, answer).await.map_err(halted)?;
        let nameless = TypedReport {
            said: "Somebody of the host called me about my travel, and asked when we would renew. It was friendly, and I would rather not have been asked.",
            severity: "slight",
            session: "",
            started_by: "I do not know his name",
            started_by_staff: "",
        };
        let token =
            incident::report(self.db, self.now, self.cohort, Reporter::Nobody, &incident::new_token(), &nameless).await.map_err(halted)?;
        self.tell().await?;
        Ok(token)
    }

    /// The demo does not wait for the next full hour.
    async fn tell(&self) -> Done<()> {
        store::conduct::incident::tell_due(self.db, domain::conduct::incident::next_hour(self.now)).await.map_err(text)
    }

    /// A customer has opened a topic with their account manager, who follows it up; another was closed by the last to accept.
    async fn openings(&self, guests: &[Guest]) -> Done<()> {
        use store::conduct::sales_opening;

        let (first, last) = guests.first().zip(guests.last()).ok_or("nobody has accepted")?;
        let (seller, owner) = (self.of(Role::AccountManager), self.of(Role::ProgramManager));
        let until = (self.now.date_naive() + Days::new(30)).to_string();
        for (guest, with, topic, note) in [
            (first, seller, "Storage for two of our plants", "Sent the paper on storage they asked for. We speak on Thursday."),
            (last, owner, "A second week for our own managers", "We spoke for half an hour. They think it over with their team."),
        ] {
            let staff = with.to_string();
            let typed = TypedTopic { topic, staff: &staff, until: &until };
            sales_opening::open(self.db, self.now, guest.registration, &typed).await.map_err(halted)?;
            let mine = sales_opening::of(self.db, self.now, guest.registration, 1).await.map_err(text)?.rows;
            let opening = mine.first().map(|one| one.id).ok_or("no topic is open")?;
            sales_opening::follow_up(self.db, self.now, with, opening, note).await.map_err(halted)?;
            if with == owner {
                sales_opening::close(self.db, self.now, guest.registration, opening).await.map_err(halted)?;
            }
        }
        Ok(())
    }

    /// The owner has set the quiet period aside for one person, who was given something before, and asked what could not
    /// wait.
    async fn set_aside(&self, guests: &[Guest]) -> Done<()> {
        let owner = self.of(Role::ProgramManager);
        let guest = guests.get(2).ok_or("too few have accepted")?;
        let person = person_of(self.db, self.now, &guest.email).await?;
        let reason = "They wrote to us themselves: their board meets before the week, and they want to be asked until then.";
        store::conduct::quiet_period::set_aside(self.db, self.now, owner, self.cohort, person, reason).await.map_err(halted)?;
        let (marketing, today) = (Actor::Staff(self.of(Role::Marketing)), self.now.date_naive().to_string());
        let note = "The reading for the week, before anybody else has it.";
        let give = TypedGive { person, company: 0, kind: "content", on: &today, note, value: "" };
        store::advocacy::ledger::record_give(self.db, self.now, marketing, &give).await.map_err(halted)?;
        let wording = "Your board meets before the week does. Would you tell us in ten minutes what it wants you to bring home?";
        store::advocacy::ask::submit(self.db, self.now, Actor::Staff(owner), Source::Page, person, "feedback", wording)
            .await
            .map_err(halted)?;
        Ok(())
    }

    /// The last to accept allows their name and a quote, and has taken their title back; a signatory allows what is the
    /// company's. One publication is live with that, one is planned. Answers the token of the signatory's link.
    async fn consents(&self, guests: &[Guest]) -> Done<String> {
        use store::advocacy::{consent, publication as publications, signatory};

        let guest = guests.last().ok_or("nobody has accepted")?;
        let mine = Giver::Invitation(guest.invitation);
        for scope in [Scope::Name, Scope::Title, Scope::Quote] {
            allow(self.db, self.now, mine, scope).await?;
        }
        consent::withdraw(self.db, self.now, mine, Scope::Title, &[]).await.map_err(halted)?;

        let marketing = Actor::Staff(self.of(Role::Marketing));
        let (company, company_name) = &guest.company;
        let (name, email) = person(980, company_name);
        let signs = Signatory::parse(&name, "Head of brand", &email).map_err(|why| domain::Refusal::sentence(&why))?;
        signatory::save(self.db, self.now, marketing, *company, &signs).await.map_err(halted)?;
        let mails = store::outbox::unsent_to(self.db, &email).await.map_err(text)?;
        let token = mails.into_iter().rev().find_map(|mail| mail.secret?.link).ok_or("the signatory got no link")?;
        for scope in [Scope::CompanyName, Scope::Logo] {
            allow(self.db, self.now, Giver::Link(&token), scope).await?;
        }

        let today = self.now.date_naive();
        let mut made = Vec::new();
        for (title, channel, day, of_person, of_company) in [
            ("What a week among peers can change", "blog", today, vec!["name"], vec!["company name"]),
            ("Five sentences from the spring cohort", "linkedin", today + Days::new(14), vec!["name"], vec!["company name", "logo"]),
        ] {
            let day = day.to_string();
            let shows = vec![(publication::Named::Email(&guest.email), of_person), (publication::Named::Company(company_name), of_company)];
            let typed = TypedPlan { title, channel, day: &day, shows };
            made.push(publications::plan(self.db, self.now, marketing, &typed).await.map_err(halted)?);
        }
        let live = made.first().copied().ok_or("nothing is planned")?;
        let url = "https://www.host.example/stories/what-a-week-among-peers-can-change";
        publications::publish(self.db, self.now, marketing, live, 1, url).await.map_err(halted)?;
        Ok(token)
    }

    /// Since the release somebody has written an abstract, in words the next release warns of.
    async fn reword(&self, session: i64, first: NaiveDate) -> Done<()> {
        let row = AGENDA.iter().find(|row| row.3 == STORAGE).ok_or("the visit is not in the agenda")?;
        let summary = "A walk through the plant with the people who run it. Bring boots. It ends with a demo of our product.";
        let plan = Plan { summary, ..planned(first, row) };
        let day = plan.day.to_string();
        let stands = store::agenda::session::get(self.db, session).await.map_err(text)?.ok_or("the visit is gone")?;
        let manager = Actor::Staff(self.of(Role::ProgramManager));
        store::agenda::session::edit(self.db, self.now, manager, session, stands.revision, &typed(&plan, &day, &[])).await.map_err(halted)
    }

    /// The educator who is not announced yet gets a private link.
    async fn ask_educator(&self) -> Done<()> {
        let duties =
            store::conduct::acknowledgement::duties(self.db, self.cohort, true, 1).await.map_err(text)?.ok_or("the cohort is gone")?;
        let manager = Actor::Staff(self.of(Role::ProgramManager));
        for line in duties.educators.iter().filter(|line| line.name == SILENT) {
            let Holder::Educator(id) = line.who else { continue };
            store::conduct::educator::save(self.db, self.now, manager, id, SILENT_EMAIL).await.map_err(halted)?;
        }
        Ok(())
    }
}

/// An account with a password of its own, which is printed.
async fn account(db: &Db, now: DateTime<Utc>, role: Role, name: &str, address: &str, sign_in: &mut Vec<Value>) -> Done<i64> {
    let password = store::link::random_token("")[..16].to_owned();
    let email = Email::parse(address).map_err(|why| why.sentence)?;
    let id = store::staff::create(db, now, &email, name, &[role], &password).await.map_err(halted)?;
    sign_in.push(json!({ "role": role.as_str(), "email": address, "password": password }));
    Ok(id)
}

/// An hour of a day, in UTC.
fn at(day: NaiveDate, hour: i64) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(hour)
}

/// Somebody by their address.
async fn person_of(db: &Db, now: DateTime<Utc>, email: &str) -> Done<i64> {
    let found = store::cohort::person::list(db, now, None, email, 1).await.map_err(text)?;
    found.rows.first().map(|line| line.id).ok_or_else(|| format!("nobody has the address {email}"))
}

/// One tap on the host's own channels.
async fn allow(db: &Db, now: DateTime<Utc>, giver: Giver<'_>, scope: Scope) -> Done<()> {
    let shown = scope.text_hash();
    let typed = TypedConsent { scope: scope.as_str(), group: Group::Ours.as_str(), shown: &shown, ..TypedConsent::default() };
    let wish = Wish::parse(&typed, now.date_naive()).map_err(|why| domain::Refusal::sentence(&why))?;
    store::advocacy::consent::give(db, now, giver, &wish).await.map_err(halted)?;
    Ok(())
}

async fn dashboard_sessions(db: &Db, cohort: i64) -> Done<Vec<i64>> {
    let dashboard = store::cohort::dashboard(db, cohort).await.map_err(text)?.ok_or("the cohort is gone")?;
    Ok(dashboard.sessions.iter().map(|session| session.session).collect())
}

/// A cohort of `people` accepted executives with one session for six in ten of them.
async fn race(app: &App, people: u32) -> Done<Value> {
    let (db, now) = (&app.db, (app.clock)());
    let program = store::cohort::program::list(db, None)
        .await
        .map_err(text)?
        .into_iter()
        .next()
        .ok_or("run the demo first: a race needs a program.")?;
    let manager = Actor::Staff(program.owner_id);
    let (first, last) = across_the_clock_change(now);
    let title = format!("Race of {people}");
    let cohort = new_cohort(db, now, manager, program.id, &title, first, last, people).await?;
    let places = (people * 6 / 10).max(1);
    let plan = Plan {
        day: first + Days::new(1),
        starts: "10:00",
        ends: "11:30",
        title: "The one everybody wants",
        summary: "",
        kind: "workshop",
        room: "Seminar room",
        capacity: &places.to_string(),
        mode: "sign-up",
        objective: "Be quick",
        educators: "",
    };
    let session = new_session(db, now, manager, cohort, &plan, &[]).await?;
    store::agenda::release::publish(db, now, manager, cohort, 1, "").await.map_err(halted)?;
    let companies = of_different_sectors(db, people.div_ceil(10) as usize).await?;
    let allotments: Vec<NewAllotment> = companies
        .iter()
        .map(|(company, _)| NewAllotment { company: *company, lead_name: String::new(), lead_email: String::new() })
        .collect();
    let each = (people as usize).div_ceil(companies.len().max(1)) as u32;
    let rounded = each * companies.len() as u32;
    if rounded > people {
        resize(db, now, manager, cohort, rounded, first, last, &title).await?;
    }
    store::cohort::allotment::allot(db, now, manager, cohort, each, &allotments).await.map_err(halted)?;
    store::cohort::step(db, now, manager, cohort, Step::OpenInvitations).await.map_err(halted)?;
    let dashboard = store::cohort::dashboard(db, cohort).await.map_err(text)?.ok_or("the cohort is gone")?;
    let mut left = people as usize;
    for (index, fill) in dashboard.companies.iter().enumerate() {
        let count = left.min(each as usize);
        let from = 1_000 + cohort as usize * 10_000 + index * 100;
        for (invitation, _) in name_people(db, now, fill.allotment, &fill.company, from, count).await? {
            accept(db, now, invitation, index).await?;
        }
        left -= count;
    }
    let mails = store::outbox::unsent(db, cohort).await.map_err(text)?;
    let links: Vec<String> = mails
        .iter()
        .filter(|mail| mail.kind == "accepted")
        .filter_map(|mail| mail.secret.as_ref()?.link.as_ref().map(|token| format!("{}/i/{token}", app.host.base_url)))
        .collect();
    Ok(json!({ "session_id": session, "cohort_id": cohort, "places": places, "executive_links": links }))
}

#[expect(clippy::too_many_arguments, reason = "a cohort has that many facts, and both callers name them")]
async fn new_cohort(
    db: &Db,
    now: DateTime<Utc>,
    manager: Actor,
    program: i64,
    title: &str,
    first: NaiveDate,
    last: NaiveDate,
    capacity: u32,
) -> Done<i64> {
    with_cohort(title, first, last, capacity, async |typed| store::cohort::create(db, now, manager, program, &typed).await.map_err(halted))
        .await
}

#[expect(clippy::too_many_arguments, reason = "as above")]
async fn resize(
    db: &Db,
    now: DateTime<Utc>,
    manager: Actor,
    cohort: i64,
    capacity: u32,
    first: NaiveDate,
    last: NaiveDate,
    title: &str,
) -> Done<u32> {
    with_cohort(title, first, last, capacity, async |typed| store::cohort::edit(db, now, manager, cohort, 1, &typed).await.map_err(halted))
        .await
}

async fn with_cohort<T>(
    title: &str,
    first: NaiveDate,
    last: NaiveDate,
    capacity: u32,
    act: impl AsyncFnOnce(store::cohort::Typed<'_>) -> Done<T>,
) -> Done<T> {
    let (first_day, last_day, capacity) = (first.to_string(), last.to_string(), capacity.to_string());
    let reply_by = (first - Days::new(29)).to_string();
    act(store::cohort::Typed {
        title,
        venue: "Campus Fontainebleau",
        place: "France",
        zone: "Europe/Paris",
        first_day: &first_day,
        last_day: &last_day,
        capacity: &capacity,
        overbooked: "",
        reply_by: &reply_by,
        letter: "You and your colleagues are invited to a week on one question: how large organisations change course while they keep running.\n\n\
                 Educators from three universities teach; our own people only moderate. You will work in small groups with peers from other industries, and leave with a plan your team can start on Monday.",
        rule: "1",
        quiet_days: "",
        quiet_company: false,
    })
    .await
}

struct Plan<'a> {
    day: NaiveDate,
    starts: &'a str,
    ends: &'a str,
    title: &'a str,
    summary: &'a str,
    kind: &'a str,
    room: &'a str,
    capacity: &'a str,
    mode: &'a str,
    objective: &'a str,
    educators: &'a str,
}

async fn new_session(db: &Db, now: DateTime<Utc>, manager: Actor, cohort: i64, plan: &Plan<'_>, facilitators: &[i64]) -> Done<i64> {
    let day = plan.day.to_string();
    store::agenda::session::create(db, now, manager, cohort, &typed(plan, &day, facilitators)).await.map_err(halted)
}

/// A session as it would be typed.
fn typed<'a>(plan: &Plan<'a>, day: &'a str, facilitators: &'a [i64]) -> TypedSlot<'a> {
    TypedSlot {
        text: TypedSession {
            title: plan.title,
            summary: plan.summary,
            kind: plan.kind,
            room: plan.room,
            track: "",
            objective: plan.objective,
            educators: plan.educators,
            capacity: plan.capacity,
            mode: plan.mode,
        },
        day,
        starts: plan.starts,
        ends: plan.ends,
        fold: "",
        facilitators,
    }
}

/// A row of the agenda on its day.
fn planned(first: NaiveDate, row: &Row) -> Plan<'static> {
    let (day, starts, ends, title, kind, room, capacity, educators) = *row;
    Plan {
        day: first + Days::new(day),
        starts,
        ends,
        title,
        summary: summary_of(title),
        kind,
        room,
        capacity,
        mode: if capacity.is_empty() { "everyone" } else { "sign-up" },
        objective: objective_of(kind),
        educators,
    }
}

/// The next March with room to prepare: the Saturday before the last Sunday, to Wednesday. In Paris the clock changes
/// in the night between.
fn across_the_clock_change(now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let mut year = now.year();
    loop {
        let april = NaiveDate::from_ymd_opt(year, 4, 1).unwrap_or_default();
        let sunday = (1..=7).map(|back| april - Days::new(back)).find(|day| day.weekday() == Weekday::Sun).unwrap_or(april);
        let first = sunday - Days::new(1);
        if (first - now.date_naive()).num_days() > 60 {
            return (first, first + Days::new(4));
        }
        year += 1;
    }
}

/// Companies by id and name: one of each sector in turn, the first by name, until there are enough.
async fn of_different_sectors(db: &Db, count: usize) -> Done<Vec<(i64, String)>> {
    let mut lists = Vec::new();
    for sector in store::cohort::company::sectors(db).await.map_err(text)? {
        let filter = store::cohort::company::Filter { sector: &sector, ..Default::default() };
        let mut rows = store::cohort::company::list(db, &filter, 1).await.map_err(text)?.rows;
        // Two share classes are one company to everybody but a stock exchange.
        rows.retain(|line| !line.name.contains("(Class "));
        lists.push(rows);
    }
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|turn| lists.iter().filter_map(move |list| list.get(turn)));
    Ok(turns.take(count).map(|line| (line.id, line.name.clone())).collect())
}

async fn look_after(db: &Db, now: DateTime<Utc>, manager: Actor, company: i64, account_manager: i64) -> Done<()> {
    let row = store::cohort::company::get(db, company).await.map_err(text)?.ok_or("a company is gone")?;
    let typed = store::cohort::company::Typed {
        name: &row.name,
        domain: &row.domain,
        sector: &row.sector,
        sub_industry: &row.sub_industry,
        headquarters: &row.headquarters,
        country: &row.country,
        segment: &row.segment,
        account_managers: &[account_manager],
    };
    store::cohort::company::save(db, now, manager, company, row.revision, &typed).await.map_err(halted)?;
    Ok(())
}

/// The account manager acknowledges the rule, and is attached to the cohort for their customer.
async fn observe(db: &Db, now: DateTime<Utc>, manager: Actor, cohort: i64, company: i64, account_manager: i64) -> Done<()> {
    agree(db, now, account_manager).await?;
    store::conduct::observer::attach(db, now, manager, cohort, account_manager, company).await.map_err(halted)?;
    Ok(())
}

/// The first version of the rule, in three languages.
async fn publish_rule(db: &Db, now: DateTime<Utc>, manager: Actor) -> Done<()> {
    let typed = [(Language::English, STARTING_TEXT), (Language::German, GERMAN), (Language::French, FRENCH)]
        .map(|(language, body)| TypedText { language, body, revision: 0 });
    store::conduct::conversation_rule::save_draft(db, now, manager, &typed).await.map_err(halted)?;
    let texts = store::conduct::conversation_rule::writing(db).await.map_err(text)?.texts().ok_or("the draft of the rule is gone")?;
    store::conduct::conversation_rule::publish_draft(db, now, manager, &texts.fingerprint(), &[]).await.map_err(halted)?;
    Ok(())
}

/// Lets everything stand that the agenda check finds in a session.
async fn let_stand(db: &Db, now: DateTime<Utc>, manager: Actor, cohort: i64, session: i64, reason: &str) -> Done<()> {
    let findings = store::conduct::agenda_check::findings(db, cohort).await.map_err(text)?;
    for found in findings.into_iter().map(|checked| checked.found).filter(|found| found.session == Some(session)) {
        let dismissal = TypedDismissal { session: found.session, key: &found.key, phrase: &found.phrase, reason };
        store::conduct::agenda_check::dismiss(db, now, manager, cohort, dismissal).await.map_err(halted)?;
    }
    Ok(())
}

/// A member of staff acknowledges the rule.
async fn agree(db: &Db, now: DateTime<Utc>, staff: i64) -> Done<()> {
    let rule = store::conduct::conversation_rule::get(db, 1).await.map_err(text)?.ok_or("the rule is gone")?;
    let shown = store::conduct::acknowledgement::Shown { version: 1, hash: &rule.content_hash, ticked: true };
    store::conduct::acknowledgement::by_staff(db, now, staff, &shown).await.map_err(halted)?;
    Ok(())
}

/// All educators but one have acknowledged the rule, on paper, so that the first release names them.
async fn agree_on_paper(db: &Db, now: DateTime<Utc>, manager: i64, cohort: i64) -> Done<()> {
    let duties = store::conduct::acknowledgement::duties(db, cohort, true, 1).await.map_err(text)?.ok_or("the cohort is gone")?;
    for line in duties.educators.iter().filter(|line| line.name != SILENT) {
        let Holder::Educator(id) = line.who else { continue };
        let evidence = "Signed copy in the program folder";
        store::conduct::acknowledgement::record_for_educator(db, now, manager, id, evidence).await.map_err(halted)?;
    }
    Ok(())
}

/// Names generated people to an allotment; answers their invitations in order, with their addresses.
async fn name_people(db: &Db, now: DateTime<Utc>, allotment: i64, company: &str, from: usize, count: usize) -> Done<Vec<(i64, String)>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let titles = [
        "Chief Operating Officer",
        "VP Strategy",
        "Head of Operations",
        "Chief Financial Officer",
        "VP Supply Chain",
        "Chief Digital Officer",
    ];
    let named: Vec<(usize, Named)> = (0..count)
        .map(|index| {
            let (name, email) = person(from + index, company);
            let named = Named::parse(&name, &email, titles[(from + index) % titles.len()]);
            named.ok().flatten().map(|named| (index, named)).ok_or_else(|| format!("{email} is no address"))
        })
        .collect::<Done<_>>()?;
    store::cohort::allotment::name(db, now, Actor::DelegationLead(allotment), allotment, &named).await.map_err(halted)?;
    let people = store::cohort::allotment::get(db, allotment).await.map_err(text)?.map(|allotment| allotment.people).unwrap_or_default();
    Ok(people.into_iter().map(|line| (line.invitation, line.email)).collect())
}

async fn accept(db: &Db, now: DateTime<Utc>, invitation: i64, variety: usize) -> Done<i64> {
    let zones = ["America/New_York", "America/Chicago", "Europe/London", "America/Los_Angeles", "Asia/Tokyo"];
    let diets = ["", "Vegetarian", "", "No shellfish", ""];
    let answer = Answer {
        needs: Needs { dietary: diets[variety % diets.len()].to_owned(), ..Needs::default() },
        acknowledged: Some(1),
        zone: Some(zones[variety % zones.len()].to_owned()),
        ..Answer::default()
    };
    store::registration::invitation::accept(db, now, invitation, &answer).await.map_err(halted)?;
    store::registration::invitation::registration_of(db, invitation)
        .await
        .map_err(text)?
        .ok_or_else(|| "an acceptance left no registration".to_owned())
}

/// A generated person: name and address. The same number is the same person.
fn person(number: usize, company: &str) -> (String, String) {
    let given = [
        "Amara", "Tomas", "Mei", "Lene", "Ravi", "Chiara", "Omar", "Sofia", "Jun", "Elif", "Pavel", "Grace", "Hugo", "Nadia", "Kofi",
        "Astrid", "Diego", "Yuki", "Farah", "Owen",
    ];
    let family = [
        "Okafor",
        "Reyes",
        "Tanaka",
        "Aagaard",
        "Menon",
        "Moretti",
        "Nasser",
        "Lindgren",
        "Park",
        "Demir",
        "Novak",
        "Whitfield",
        "Keller",
        "Popescu",
        "Mensah",
        "Dahl",
        "Fuentes",
        "Mori",
        "Rahimi",
        "Byrne",
        "Castell",
        "Varga",
        "Osei",
    ];
    let name = format!("{} {}", given[number % given.len()], family[(number / given.len() + number * 7) % family.len()]);
    let slug: String = company.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let email = format!("{}.{number}@{}.example", name.to_lowercase().replace(' ', "."), if slug.is_empty() { "company" } else { &slug });
    (name, email)
}

fn in_words(links: &Value) -> String {
    let text = |key: &str| links[key].as_str().unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    if links.get("sign_in").is_some() {
        lines.push(format!("The demo is ready at {}.", text("base_url")));
        lines.push(String::new());
        lines.push(format!("Sign in at {}/sign-in as:", text("base_url")));
        for account in links["sign_in"].as_array().into_iter().flatten() {
            let of = |key: &str| account[key].as_str().unwrap_or_default().to_owned();
            lines.push(format!("  {:<18} {:<32} {}", of("role"), of("email"), of("password")));
        }
        lines.push(String::new());
        for (who, key) in [
            ("an invited executive", "invitation_link"),
            ("an executive who has accepted", "accepted_executive_link"),
            ("a delegation lead", "delegation_link"),
            ("a private calendar", "feed_url"),
            ("an educator who has yet to acknowledge the rule", "educator_link"),
            ("somebody who signs for a company", "signatory_link"),
            ("somebody who reported a concern without a name", "concern_link"),
            ("a customer who is asked to approve what is said about them", "approval_link"),
            ("somebody who was asked for something, on their own page", "own_page_link"),
            ("marketing's calendar of what is due", "due_feed_url"),
        ] {
            lines.push(format!("Open as {who}:\n  {}", text(key)));
        }
        lines.push(format!("Open the board of what to celebrate, signed in as marketing:\n  {}", text("board_url")));
    }
    if let Some(race) = links.get("race") {
        lines.push(format!(
            "The race has session {} with {} places; the executives' links are in the --json form.",
            race["session_id"], race["places"]
        ));
    }
    lines.join("\n")
}

fn text(why: impl std::fmt::Display) -> String {
    why.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_spans_the_next_clock_change_there_is_time_for() {
        for (now, first) in
            [("2026-11-21T10:00:00Z", "2027-03-27"), ("2027-02-20T10:00:00Z", "2028-03-25"), ("2027-01-10T10:00:00Z", "2027-03-27")]
        {
            let days = across_the_clock_change(now.parse().unwrap());
            assert_eq!(days.0.to_string(), first);
            assert_eq!((days.1 - days.0).num_days(), 4);
        }
    }

    #[test]
    fn generated_people_are_told_apart() {
        let addresses: std::collections::BTreeSet<String> = (0..2_000).map(|number| person(number, "A. B. & Co").1).collect();
        assert_eq!(addresses.len(), 2_000);
        assert!(addresses.iter().all(|address| Email::parse(address).is_ok()));
    }
}
