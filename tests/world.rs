//! A small world, made through the program's own verbs: a manager, companies, a cohort with an agenda, executives.

use std::sync::Arc;

use app::desk::{App, Host};
use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::advocacy::ledger::TypedGive;
use domain::agenda::session::TypedSession;
use domain::cohort::Step;
use domain::cohort::allotment::Named;
use domain::conduct::acknowledgement::Holder;
use domain::conduct::conversation_rule::STARTING_TEXT;
use domain::contact::Email;
use domain::registration::proof::{Proved, SentCode, YesNo, code_until, prove};
use store::agenda::session::Typed;
use store::cohort::allotment::NewAllotment;
use store::conduct::acknowledgement::Shown;
use store::registration::invitation::Answer;
use store::{Actor, Db};

/// The moment every check happens at, unless it says otherwise: a Friday morning, before replies are due.
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_003_600, 0).expect("a valid instant") // 2027-01-15T09:00:00Z
}

/// An application on a database, at [`now`].
#[must_use]
pub fn app_on(db: &Db, base_url: &str) -> Arc<App> {
    let host = Host {
        name: "Halden Industries".into(),
        accent: "#1d5c4f".into(),
        base_url: base_url.into(),
        sender: "cohorts@halden.example".into(),
    };
    server::assemble(db.clone(), host, now)
}

/// What a session of a world is.
#[derive(Debug, Clone)]
pub struct Plan {
    pub day: &'static str,
    pub starts: &'static str,
    pub ends: &'static str,
    pub title: String,
    pub mode: &'static str,
    pub capacity: String,
    pub room: String,
}

impl Plan {
    /// A workshop people sign up for, with so many seats.
    #[must_use]
    pub fn capped(title: &str, day: &'static str, starts: &'static str, ends: &'static str, seats: u32) -> Self {
        Self { day, starts, ends, title: title.into(), mode: "sign-up", capacity: seats.to_string(), room: format!("Room of {title}") }
    }

    /// A session everyone attends.
    #[must_use]
    pub fn everyone(title: &str, day: &'static str, starts: &'static str, ends: &'static str) -> Self {
        Self { day, starts, ends, title: title.into(), mode: "everyone", capacity: String::new(), room: "Aula".into() }
    }
}

/// A cohort with its people.
pub struct World {
    pub db: Db,
    pub manager: i64,
    pub program: i64,
    pub cohort: i64,
    /// One a company, in order.
    pub allotments: Vec<i64>,
}

impl World {
    /// A manager, a program and a cohort in Paris across the clock change, as a draft: `companies` with `seats` each.
    pub async fn new(db: &Db, companies: usize, seats: u32) -> Self {
        let manager = staff(db, "manager@halden.example", Role::ProgramManager).await;
        let actor = Actor::Staff(manager);
        store::conduct::conversation_rule::publish(db, now(), actor, STARTING_TEXT).await.expect("the rule");
        let program = store::cohort::program::Typed {
            title: "Leading through the energy shift",
            sponsor_name: "Ingrid Solheim",
            ..Default::default()
        };
        let program = store::cohort::program::save(db, now(), manager, 0, 0, &program).await.expect("the program");
        let mut world = Self { db: db.clone(), manager, program, cohort: 0, allotments: Vec::new() };
        let capacity = (companies as u32 * seats).max(1).to_string();
        world.cohort = store::cohort::create(db, now(), actor, program, &cohort_typed(&capacity)).await.expect("the cohort");
        let mut new = Vec::new();
        for number in 0..companies {
            let name = format!("Company {number}");
            let typed = store::cohort::company::Typed { name: &name, sector: "Industrials", ..Default::default() };
            let company = store::cohort::company::save(db, now(), actor, 0, 0, &typed).await.expect("a company");
            new.push(NewAllotment {
                company,
                lead_name: format!("Lead {number}"),
                lead_email: format!("lead{number}@company{number}.example"),
            });
        }
        store::cohort::allotment::allot(db, now(), actor, world.cohort, seats, &new).await.expect("the allotments");
        let dashboard = store::cohort::dashboard(db, world.cohort).await.expect("the cohort page").expect("the cohort");
        world.allotments = dashboard.companies.iter().map(|fill| fill.allotment).collect();
        world
    }

    /// The manager, for the history.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.manager)
    }

    /// The company of an allotment.
    pub async fn company(&self, allotment: usize) -> i64 {
        store::cohort::allotment::get(&self.db, self.allotments[allotment]).await.expect("the allotment").expect("an allotment").company_id
    }

    /// Makes these the account managers of a company.
    pub async fn look_after(&self, company: i64, staff: &[i64]) {
        let row = store::cohort::company::get(&self.db, company).await.expect("the company").expect("a company");
        let typed = store::cohort::company::Typed { name: &row.name, sector: &row.sector, account_managers: staff, ..Default::default() };
        store::cohort::company::save(&self.db, now(), self.actor(), company, row.revision, &typed).await.expect("the company is saved");
    }

    /// An account manager reads the rule and is attached as the observer of a company.
    pub async fn observe(&self, staff: i64, company: i64) {
        let rule = store::conduct::conversation_rule::get(&self.db, 1).await.expect("the rule").expect("a version");
        let shown = store::conduct::acknowledgement::Shown { version: 1, hash: &rule.content_hash, ticked: true };
        store::conduct::acknowledgement::by_staff(&self.db, now(), staff, &shown).await.expect("acknowledged");
        store::conduct::observer::attach(&self.db, now(), self.actor(), self.cohort, staff, company).await.expect("attached");
    }

    /// Adds a session to the working copy.
    pub async fn session(&self, plan: &Plan) -> i64 {
        store::agenda::session::create(&self.db, now(), self.actor(), self.cohort, &typed(plan, &[])).await.expect("a session")
    }

    /// Adds a session for everyone in which somebody from outside teaches; answers the educator's row.
    pub async fn taught(&self, title: &str, educator: &str) -> i64 {
        let plan = Plan::everyone(title, "2027-03-28", "16:00", "17:00");
        let mut typed = typed(&plan, &[]);
        typed.text.educators = educator;
        store::agenda::session::create(&self.db, now(), self.actor(), self.cohort, &typed).await.expect("a session");
        let duties =
            store::conduct::acknowledgement::duties(&self.db, self.cohort, false, 1).await.expect("the duties").expect("the cohort");
        match duties.educators.iter().find(|line| line.name == educator).expect("the educator").who {
            Holder::Educator(id) => id,
            who => panic!("{who} is no educator"),
        }
    }

    /// A member of staff acknowledges the newest version of the conversation rule.
    pub async fn acknowledge(&self, staff: i64) {
        acknowledge(&self.db, staff).await;
    }

    /// Saves a session as `plan` says.
    pub async fn edit(&self, session: i64, plan: &Plan) {
        let stands = store::agenda::session::get(&self.db, session).await.expect("the session").expect("a session");
        store::agenda::session::edit(&self.db, now(), self.actor(), session, stands.revision, &typed(plan, &[])).await.expect("the edit");
    }

    /// Releases what changed; answers how many people were told.
    pub async fn release(&self) -> u32 {
        let next = store::agenda::release::preview(&self.db, self.cohort).await.expect("the preview").expect("the cohort").number;
        store::agenda::release::publish(&self.db, now(), self.actor(), self.cohort, next, "").await.expect("the release").people
    }

    /// Opens invitations.
    pub async fn open(&self) {
        store::cohort::step(&self.db, now(), self.actor(), self.cohort, Step::OpenInvitations).await.expect("open invitations");
    }

    /// Names `count` people to an allotment; answers their invitations.
    pub async fn name(&self, allotment: usize, count: usize) -> Vec<i64> {
        let named: Vec<(usize, Named)> = (0..count)
            .map(|number| {
                let email = format!("p{number}@company{allotment}.example");
                (number, Named::parse(&format!("Person {number} of {allotment}"), &email, "COO").expect("a row").expect("a person"))
            })
            .collect();
        let id = self.allotments[allotment];
        store::cohort::allotment::name(&self.db, now(), Actor::DelegationLead(id), id, &named).await.expect("the naming");
        store::cohort::allotment::get(&self.db, id)
            .await
            .expect("the allotment")
            .expect("an allotment")
            .people
            .iter()
            .map(|line| line.invitation)
            .collect()
    }

    /// Accepts an invitation; answers its registration.
    pub async fn accept(&self, invitation: i64) -> i64 {
        let answer = Answer { acknowledged: Some(1), zone: Some("America/New_York".into()), ..Answer::default() };
        store::registration::invitation::accept(&self.db, now(), invitation, &answer).await.expect("the acceptance");
        store::registration::invitation::registration_of(&self.db, invitation).await.expect("the registration").expect("a registration")
    }

    /// Somebody by their address.
    pub async fn person(&self, email: &str) -> i64 {
        store::cohort::person::list(&self.db, now(), None, email, 1).await.expect("the list").rows.first().expect("somebody").id
    }

    /// Gives somebody something, so that they may be asked once.
    pub async fn give(&self, person: i64) {
        self.gives(person, 1).await;
    }

    /// Gives somebody so many things more.
    pub async fn gives(&self, person: i64, count: u32) {
        for _ in 0..count {
            // Each in words of its own: the same words a moment later are the same give.
            let note = format!("A slot at our spring meeting, for the {} time.", uuid::Uuid::new_v4());
            let typed = TypedGive { person, company: 0, kind: "speaking slot", on: "2027-01-10", note: &note, value: "" };
            store::advocacy::ledger::record_give(&self.db, now(), self.actor(), &typed).await.expect("a give");
        }
    }

    /// Names and accepts `count` people, ten a company; answers their registrations.
    pub async fn crowd(&self, count: usize) -> Vec<i64> {
        let mut registrations = Vec::new();
        for (index, _) in self.allotments.iter().enumerate() {
            let here = (count - registrations.len()).min(10);
            for invitation in self.name(index, here).await.into_iter().take(here) {
                registrations.push(self.accept(invitation).await);
            }
            if registrations.len() == count {
                break;
            }
        }
        assert_eq!(registrations.len(), count);
        registrations
    }
}

/// A member of staff with the password "a long password of theirs".
pub async fn staff(db: &Db, email: &str, role: Role) -> i64 {
    let email = Email::parse(email).expect("an address");
    store::staff::create(db, now(), &email, role.as_str(), &[role], PASSWORD).await.expect("an account")
}

/// A member of staff acknowledges the newest version of the conversation rule, in English.
pub async fn acknowledge(db: &Db, staff: i64) {
    let newest = store::conduct::conversation_rule::list(db).await.expect("the versions").remove(0);
    let shown = Shown { version: newest.number.unsigned_abs(), hash: &newest.content_hash, ticked: true };
    store::conduct::acknowledgement::by_staff(db, now(), staff, &shown).await.expect("the acknowledgement");
}

/// Of every account here.
pub const PASSWORD: &str = "a long password of theirs";

/// A cohort as it is typed.
#[must_use]
pub fn cohort_typed(capacity: &str) -> store::cohort::Typed<'_> {
    store::cohort::Typed {
        title: "Spring cohort",
        venue: "Campus Fontainebleau",
        place: "France",
        zone: "Europe/Paris",
        first_day: "2027-03-27",
        last_day: "2027-03-31",
        capacity,
        overbooked: "",
        reply_by: "2027-02-26",
        letter: "You are invited to a week on one question.",
        rule: "1",
        quiet_days: "",
        quiet_company: false,
    }
}

/// A session as it is typed.
#[must_use]
pub fn typed<'a>(plan: &'a Plan, facilitators: &'a [i64]) -> Typed<'a> {
    Typed {
        text: TypedSession {
            title: &plan.title,
            summary: "",
            kind: "workshop",
            room: &plan.room,
            track: "",
            objective: "Learn",
            educators: "",
            capacity: &plan.capacity,
            mode: plan.mode,
        },
        day: plan.day,
        starts: plan.starts,
        ends: plan.ends,
        fold: "",
        facilitators,
    }
}

/// That somebody entered the code of their mail at that moment.
pub fn proved() -> Option<Proved> {
    prove(Some(SentCode { until: code_until(now()), tries: 0, used: false }), true, now()).ok()
}

/// A yes with that code, or a no.
pub fn yes_no(yes: bool) -> YesNo {
    if yes { YesNo::Yes(proved()) } else { YesNo::No }
}
