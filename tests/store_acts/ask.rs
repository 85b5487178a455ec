//! Asks and the quiet period: one decision, whichever way an ask comes in.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Refusal;
use domain::access::Role;
use domain::advocacy::ask::Source;
use domain::cohort::Step;
use domain::conduct::quiet_period::{QuietRefusal, SettingAside};
use domain::registration::invitation::Acceptance;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use store::advocacy::ask::{self, AskRefusal, Submitting};
use store::cohort::allotment::NewAllotment;
use store::cohort::{CohortRefusal, person};
use store::conduct::quiet_period;
use store::entity::{self, history};
use store::registration::invitation::{self, Answer};
use store::{Actor, Halt};
use tests::both_databases;
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, cohort_typed, now};

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

async fn opened(scratch: &Scratch) -> World {
    let world = World::new(&scratch.db, 2, 3).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

/// Somebody by their address.
async fn person_of(world: &World, email: &str) -> i64 {
    person::list(&world.db, now(), None, email, 1).await.expect("the list").rows[0].id
}

/// Every row of asks, oldest first: person, wording, source, state and what is kept of the answer.
async fn rows(world: &World) -> Vec<(i64, String, String, String, String)> {
    let rows = entity::ask::Entity::find().order_by_asc(entity::ask::Column::Id).all(world.db.read()).await.expect("the rows");
    rows.into_iter().map(|row| (row.person_id, row.wording, row.source, row.state, row.reasons)).collect()
}

both_databases! {
    async fn page_script_and_file_get_the_same_answer_and_refusals_are_kept(scratch) {
        let world = opened(&scratch).await;
        let people = world.name(0, 2).await;
        let (quiet, free) = (person_of(&world, "p0@company0.example").await, person_of(&world, "p1@company0.example").await);
        let actor = world.actor();
        let submit = async |source, person, wording: &str| ask::submit(&world.db, now(), actor, source, person, "review", wording).await;

        assert_eq!(submit(Source::Page, quiet, "Before").await.unwrap(), Submitting::Submitted);
        world.accept(people[0]).await;
        let sentence = "No asks until 30 April 2027: Person 0 of 0 takes part in “Spring cohort”, and the 30 days after it are quiet. You may ask from 1 May 2027 on.";
        for source in [Source::Page, Source::Api] {
            let why = refusal(submit(source, quiet, source.as_str()).await);
            assert_eq!((why.code(), why.sentence().as_str()), ("quiet", sentence));
        }
        let file = b"Email,Kind,Wording\np0@company0.example,review,file\np1@company0.example,Review,file\nnobody@x.example,review,file\np1@company0.example,money,file\n";
        let told = |lines: Vec<ask::Imported>| {
            let told = |line: ask::Imported| (line.line, line.outcome.map_err(|why| why.code().to_owned()));
            lines.into_iter().map(told).collect::<Vec<_>>()
        };
        let no = |code: &str| Err::<Submitting, _>(code.to_owned());
        let expect = [(2_u64, no("quiet")), (3, Ok(Submitting::Submitted)), (4, no("unknown")), (5, no("fields"))];
        assert_eq!(told(ask::dry_run(&world.db, now(), file).await.unwrap()), expect);
        let kept = format!("quiet:{}:2027-04-30", world.cohort);
        let row = |person, wording: &str, source: &str, state: &str, reasons: &str| {
            (person, wording.to_owned(), source.to_owned(), state.to_owned(), reasons.to_owned())
        };
        let before = [
            row(quiet, "Before", "page", "submitted", ""),
            row(quiet, "page", "page", "refused", &kept),
            row(quiet, "api", "api", "refused", &kept),
        ];
        assert_eq!(rows(&world).await, before, "a dry run keeps nothing");
        assert_eq!(told(ask::import(&world.db, now(), Actor::System, file).await.unwrap()), expect);
        let after = [row(quiet, "file", "import", "refused", &kept), row(free, "file", "import", "submitted", "")];
        assert_eq!(rows(&world).await, [&before[..], &after[..]].concat());

        // The same file and the same press again change nothing.
        let again = [(2_u64, no("quiet")), (3, Ok(Submitting::AlreadySubmitted)), (4, no("unknown")), (5, no("fields"))];
        assert_eq!(told(ask::dry_run(&world.db, now(), file).await.unwrap()), again);
        assert_eq!(told(ask::import(&world.db, now(), Actor::System, file).await.unwrap()), again);
        assert_eq!(refusal(submit(Source::Page, quiet, "page").await).code(), "quiet");
        assert_eq!(submit(Source::Page, quiet, "Before").await.unwrap(), Submitting::AlreadySubmitted);
        assert_eq!(rows(&world).await.len(), 5);

        let wrong = refusal(ask::submit(&world.db, now(), actor, Source::Page, free, "", "").await);
        let AskRefusal::Fields(fields) = wrong else { panic!("fields") };
        assert_eq!(fields.iter().map(|why| why.field).collect::<Vec<_>>(), ["kind", "wording"]);
        assert_eq!(refusal(submit(Source::Page, 0, "Nobody").await), AskRefusal::Unknown);
        assert_eq!(refusal(ask::import(&world.db, now(), Actor::System, b"email,kind\na@b.example,review\n").await).code(), "no-column");
        assert_eq!(rows(&world).await.len(), 5);
    }
}

both_databases! {
    async fn an_owner_sets_the_quiet_period_aside_once_with_a_reason(scratch) {
        let world = opened(&scratch).await;
        let people = world.name(0, 1).await;
        let person = person_of(&world, "p0@company0.example").await;
        let set_aside = async |reason: &str| quiet_period::set_aside(&world.db, now(), world.manager, world.cohort, person, reason).await;
        let why = "Their press team asked us for a quote.";
        assert_eq!(refusal(set_aside(why).await), QuietRefusal::NotQuiet, "nothing was accepted yet");
        world.accept(people[0]).await;
        assert_eq!(refusal(set_aside(" ").await).field(), Some("reason"));
        assert!(ask::decide(&world.db, now(), person).await.unwrap().unwrap().is_err());
        assert_eq!(set_aside(why).await.unwrap(), SettingAside::SetAside);
        assert_eq!(set_aside("Another reason, said later.").await.unwrap(), SettingAside::AlreadySetAside);

        let allowed = ask::decide(&world.db, now(), person).await.unwrap().unwrap().unwrap();
        assert_eq!(allowed.set_aside(), [world.cohort]);
        let submitted = ask::submit(&world.db, now(), world.actor(), Source::Page, person, "quote", "May we quote you?").await.unwrap();
        assert_eq!(submitted, Submitting::Submitted);
        assert_eq!(rows(&world).await[0].4, format!("set-aside:{}:", world.cohort), "the ask says what let it through");
        let lines = quiet_period::set_aside_for(&world.db, person).await.unwrap();
        let told: Vec<_> = lines.iter().map(|line| (line.title.as_str(), line.reason.as_str(), line.by.as_str())).collect();
        assert_eq!(told, [("Spring cohort", why, "program manager")]);
        let entries = history::Entity::find().filter(history::Column::Object.eq("quiet period")).all(world.db.read()).await.unwrap();
        let entries: Vec<_> = entries.into_iter().map(|entry| (entry.actor, entry.act, entry.object_id, entry.cohort_id, entry.after)).collect();
        assert_eq!(entries, [(format!("staff {}", world.manager), "override".to_owned(), person, Some(world.cohort), why.to_owned())]);
    }
}

both_databases! {
    async fn giving_the_seat_back_and_cancelling_end_it(scratch) {
        let world = opened(&scratch).await;
        let people = world.name(0, 2).await;
        let (one, other) = (person_of(&world, "p0@company0.example").await, person_of(&world, "p1@company0.example").await);
        for invitation in &people {
            world.accept(*invitation).await;
        }
        let quiet = async |person, when: &str| ask::decide(&world.db, at(when), person).await.unwrap().unwrap().is_err();
        assert!(quiet(one, "2027-01-15T09:00:00Z").await && quiet(one, "2027-04-30T21:59:59Z").await && !quiet(one, "2027-04-30T22:00:00Z").await);
        invitation::withdraw(&world.db, at("2027-02-01T00:00:00Z"), people[0], "").await.unwrap();
        assert!(!quiet(one, "2027-02-01T00:00:00Z").await && quiet(other, "2027-02-01T00:00:00Z").await);
        store::cohort::step(&world.db, at("2027-02-02T00:00:00Z"), world.actor(), world.cohort, Step::Cancel).await.unwrap();
        assert!(!quiet(other, "2027-02-02T00:00:00Z").await);
        assert!(ask::decide(&world.db, now(), 0).await.unwrap().is_none(), "nobody of this number");
    }
}

both_databases! {
    async fn quiet_days_are_the_cohorts_and_once_promised_only_grow(scratch) {
        let world = opened(&scratch).await;
        let people = world.name(0, 2).await;
        world.name(1, 1).await;
        let person = person_of(&world, "p0@company0.example").await;
        let edit = async |quiet_days: &str, quiet_company: bool| {
            let revision = store::cohort::get(&world.db, world.cohort).await.unwrap().unwrap().revision;
            let typed = store::cohort::Typed { quiet_days, quiet_company, ..cohort_typed("6") };
            store::cohort::edit(&world.db, now(), world.actor(), world.cohort, revision, &typed).await
        };
        let field = |why: CohortRefusal| match why {
            CohortRefusal::Fields(fields) => fields[0].field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(refusal(edit("a month", false).await)), "quiet_days");
        edit("3", false).await.unwrap();
        world.accept(people[0]).await;
        let until = async || ask::decide(&world.db, now(), person).await.unwrap().unwrap().unwrap_err().until().unwrap().to_string();
        assert_eq!(until().await, "2027-04-03");
        assert_eq!(field(refusal(edit("2", false).await)), "quiet_days");
        edit("10", true).await.unwrap();
        assert_eq!(until().await, "2027-04-10");
        assert_eq!(field(refusal(edit("10", false).await)), "quiet_company");

        // A colleague who has not answered is kept quiet too, and somebody elsewhere is not.
        let lines = person::list(&world.db, now(), None, "person", 1).await.unwrap().rows;
        let quiet: Vec<_> = lines.iter().map(|line| (line.name.as_str(), line.quiet_until.map(|day| day.to_string()))).collect();
        let day = Some("2027-04-10".to_owned());
        assert_eq!(quiet, [("Person 0 of 0", day.clone()), ("Person 0 of 1", None), ("Person 1 of 0", day)]);
        let colleague = person_of(&world, "p1@company0.example").await;
        let why = ask::decide(&world.db, now(), colleague).await.unwrap().unwrap().unwrap_err();
        assert_eq!(
            why.reasons()[0].sentence(),
            "No asks until 10 April 2027: Person 0 of 0 takes part in “Spring cohort”, and the 10 days after it are quiet, for everybody at the company."
        );
    }
}

both_databases! {
    async fn a_manager_finds_the_people_of_their_own_programs(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 1).await;
        world.name(1, 1).await;
        let other = tests::world::staff(&world.db, "other@halden.example", Role::ProgramManager).await;
        let found = async |owner: Option<i64>, term: &str| {
            let list = person::list(&world.db, now(), owner, term, 1).await.unwrap();
            (list.total, list.rows.into_iter().map(|line| (line.name, line.title, line.company)).collect::<Vec<_>>())
        };
        let line = |name: &str, company: &str| (name.to_owned(), "COO".to_owned(), company.to_owned());
        let both = vec![line("Person 0 of 0", "Company 0"), line("Person 0 of 1", "Company 1")];
        assert_eq!(found(None, "").await, (2, both.clone()));
        assert_eq!(found(Some(world.manager), "").await, (2, both));
        assert_eq!(found(Some(other), "").await, (0, vec![]));
        for term in ["P0@company1", "of 1", "company 1"] {
            assert_eq!(found(None, term).await, (1, vec![line("Person 0 of 1", "Company 1")]), "{term}");
        }
        assert_eq!(found(None, "%").await, (0, vec![]));
        let person = person_of(&world, "p0@company0.example").await;
        let owner = async |staff: i64| store::access::person(&world.db, person, staff).await.unwrap().unwrap().program_owner;
        assert_eq!((owner(world.manager).await, owner(other).await), (Some(world.manager), None));
        assert_eq!(store::access::person(&world.db, 0, world.manager).await.unwrap(), None);
    }
}

/// A second cohort of the same companies: in April, three quiet days, for whole companies.
async fn second(world: &World) -> World {
    let typed = store::cohort::Typed {
        title: "April cohort",
        first_day: "2027-04-10",
        last_day: "2027-04-14",
        reply_by: "2027-03-20",
        quiet_days: "3",
        quiet_company: true,
        ..cohort_typed("6")
    };
    let cohort = store::cohort::create(&world.db, now(), world.actor(), world.program, &typed).await.expect("the cohort");
    let mut new = Vec::new();
    for index in 0..world.allotments.len() {
        let (lead_name, lead_email) = (format!("Lead {index}"), format!("lead{index}@company{index}.example"));
        new.push(NewAllotment { company: world.company(index).await, lead_name, lead_email });
    }
    store::cohort::allotment::allot(&world.db, now(), world.actor(), cohort, 3, &new).await.expect("the allotments");
    let dashboard = store::cohort::dashboard(&world.db, cohort).await.expect("the cohort page").expect("the cohort");
    let allotments = dashboard.companies.iter().map(|fill| fill.allotment).collect();
    let second = World { db: world.db.clone(), manager: world.manager, program: world.program, cohort, allotments };
    second.session(&Plan::everyone("E", "2027-04-11", "10:00", "11:00")).await;
    second.release().await;
    second.open().await;
    second
}

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides).expect("a small number")
    }
}

/// A seat as the model of the check knows it.
struct Seat {
    cohort: usize,
    person: usize,
    accepted: DateTime<Utc>,
    withdrawn: Option<DateTime<Utc>>,
}

/// What the check believes, in the plainest words: instants written out, no dates, no zones.
#[derive(Default)]
struct Model {
    seats: Vec<Seat>,
    cancelled: BTreeSet<usize>,
    set_aside: BTreeSet<(usize, usize)>,
}

/// Of each person of the check, the company.
const COMPANY: [usize; 3] = [0, 0, 1];

impl Model {
    /// Whether this cohort keeps asks from this person now, set aside or not.
    fn keeps(&self, cohort: usize, person: usize, now: DateTime<Utc>) -> bool {
        let (week_over, quiet_over, whole_company) =
            [("2027-03-31T22:00:00Z", "2027-04-30T22:00:00Z", false), ("2027-04-14T22:00:00Z", "2027-04-17T22:00:00Z", true)][cohort];
        !self.cancelled.contains(&cohort)
            && now < at(quiet_over)
            && self.seats.iter().any(|seat| {
                let theirs = seat.person == person || (whole_company && COMPANY[seat.person] == COMPANY[person]);
                seat.cohort == cohort && theirs && seat.accepted <= now && seat.withdrawn.is_none_or(|left| left >= at(week_over))
            })
    }

    fn may_ask(&self, person: usize, now: DateTime<Utc>) -> bool {
        (0..2).all(|cohort| !self.keeps(cohort, person, now) || self.set_aside.contains(&(cohort, person)))
    }
}

/// No sequence of accepting, withdrawing, cancelling, setting aside and asking reaches an ask inside a quiet period that
/// was not set aside; and none is refused outside.
async fn no_sequence_asks_in_a_quiet_period(kind: Kind, seed: u64) {
    let scratch = Scratch::new(kind).await;
    let spring = opened(&scratch).await;
    let april = second(&spring).await;
    let worlds = [spring, april];
    let mut invitations = Vec::new();
    for world in &worlds {
        invitations.push([world.name(0, 2).await, world.name(1, 1).await].concat());
    }
    let world = &worlds[0];
    let mut persons = Vec::new();
    for email in ["p0@company0.example", "p1@company0.example", "p0@company1.example"] {
        persons.push(person_of(world, email).await);
    }

    let (mut dice, mut model, mut clock) = (Dice(seed), Model::default(), now());
    let (mut expected, mut refused, mut let_through) = (Vec::new(), 0, 0);
    for turn in 0..90 {
        clock += TimeDelta::minutes(dice.throw(4_000) as i64);
        let (cohort, person) = (dice.throw(2), dice.throw(3));
        let invitation = invitations[cohort][person];
        match dice.throw(12) {
            0..=2 => {
                let answer = Answer { acknowledged: Some(1), ..Answer::default() };
                if let Ok(Acceptance::Accepted) = invitation::accept(&world.db, clock, invitation, &answer).await {
                    model.seats.push(Seat { cohort, person, accepted: clock, withdrawn: None });
                }
            }
            3 => {
                if invitation::withdraw(&world.db, clock, invitation, "").await.is_ok()
                    && let Some(seat) = model.seats.iter_mut().find(|seat| seat.cohort == cohort && seat.person == person)
                    && seat.withdrawn.is_none()
                {
                    seat.withdrawn = Some(clock);
                }
            }
            4 | 5 => {
                let reason = "It is their own wish, in writing.";
                let done = quiet_period::set_aside(&world.db, clock, world.manager, worlds[cohort].cohort, persons[person], reason).await;
                let expect = match (model.keeps(cohort, person, clock), model.set_aside.contains(&(cohort, person))) {
                    (false, _) => Err(QuietRefusal::NotQuiet),
                    (true, false) => Ok(SettingAside::SetAside),
                    (true, true) => Ok(SettingAside::AlreadySetAside),
                };
                let done = match done {
                    Ok(done) => Ok(done),
                    Err(Halt::Refused(why)) => Err(why),
                    Err(Halt::Fault(fault)) => panic!("{fault}"),
                };
                assert_eq!(done, expect, "turn {turn}, seed {seed}, {clock}");
                if expect == Ok(SettingAside::SetAside) {
                    model.set_aside.insert((cohort, person));
                }
            }
            6 if turn > 60 => {
                if store::cohort::step(&world.db, clock, world.actor(), worlds[cohort].cohort, Step::Cancel).await.is_ok() {
                    model.cancelled.insert(cohort);
                }
            }
            _ => {
                let source = [Source::Page, Source::Api, Source::Import][dice.throw(3)];
                let wording = format!("Turn {turn}");
                let done = ask::submit(&world.db, clock, world.actor(), source, persons[person], "review", &wording).await;
                let may = model.may_ask(person, clock);
                assert_eq!(done.is_ok(), may, "turn {turn}, seed {seed}, {clock}");
                if let Err(halt) = done {
                    assert_eq!(refusal(Err::<(), _>(halt)).code(), "quiet");
                    refused += 1;
                }
                let_through += u32::from(may && (0..2).any(|cohort| model.keeps(cohort, person, clock)));
                expected.push((persons[person], wording, if may { "submitted" } else { "refused" }));
            }
        }
    }
    let kept: Vec<_> = rows(world).await.into_iter().map(|(person, wording, _, state, _)| (person, wording, state)).collect();
    let expected: Vec<_> = expected.into_iter().map(|(person, wording, state)| (person, wording, state.to_owned())).collect();
    assert_eq!(kept, expected, "every ask is kept with its answer");
    assert!(refused > 0 && let_through > 0, "seed {seed} met quiet periods, and some that were set aside: {refused}, {let_through}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sequence_asks_in_a_quiet_period_on_sqlite() {
    for seed in [5, 6, 7, 9] {
        no_sequence_asks_in_a_quiet_period(Kind::Sqlite, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sequence_asks_in_a_quiet_period_on_postgres() {
    for seed in [9, 10] {
        no_sequence_asks_in_a_quiet_period(Kind::Postgres, seed).await;
    }
}
