//! Asks: one decision, whichever way an ask comes in; the quiet period and every other reason; and the life of an ask.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Refusal;
use domain::access::Role;
use domain::advocacy::ask::{Act, AskKind, NextGive, Reason, Source, State, Waits};
use domain::advocacy::consent::{Group, Scope, Subject, Wish, usual_end};
use domain::advocacy::matching::Need;
use domain::advocacy::own_limit::{Limits, TypedLimits};
use domain::advocacy::setting::TypedSettings;
use domain::cohort::Step;
use domain::conduct::quiet_period::{QuietRefusal, SettingAside};
use domain::registration::invitation::Acceptance;
use domain::registration::proof::YesNo;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use store::advocacy::ask::{self, AskRefusal, Filter, Submitting, TypedDraft, TypedStep, WaitsFor};
use store::advocacy::consent::Giver;
use store::advocacy::{consent, matching, own_limit, own_page, problem, setting};
use store::cohort::allotment::NewAllotment;
use store::cohort::{CohortRefusal, person};
use store::conduct::quiet_period;
use store::entity::{self, history};
use store::registration::invitation::{self, Answer};
use store::{Actor, Halt};
use tests::both_databases;
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, cohort_typed, now, staff, yes_no};

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

/// What every refusal here ends with: nothing of theirs is open.
const GIVE: &str = "The next useful give: find something of theirs to celebrate, such as a talk, an award or a quote.";

/// Cancels whatever is submitted, so that nothing stands in the way of the next.
async fn cancel_open(world: &World, when: DateTime<Utc>) {
    let open = entity::ask::Entity::find().filter(entity::ask::Column::State.eq("submitted")).all(world.db.read()).await.expect("the rows");
    for row in open {
        let typed = TypedStep { comment: "Only to see what is decided.", day: "" };
        ask::step(&world.db, when, world.actor(), row.id, row.revision, Act::Cancel, &typed).await.expect("cancelled");
    }
}

/// Cancels one ask, whatever it waits for.
async fn cancel(world: &World, id: i64) {
    let row = entity::ask::Entity::find_by_id(id).one(world.db.read()).await.expect("a read").expect("an ask");
    let typed = TypedStep { comment: "Not this year.", day: "" };
    ask::step(&world.db, now(), world.actor(), id, row.revision, Act::Cancel, &typed).await.expect("cancelled");
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
        for person in [quiet, free] {
            world.give(person).await;
        }

        assert_eq!(submit(Source::Page, quiet, "Before").await.unwrap(), Submitting::Submitted);
        cancel_open(&world, now()).await;
        world.accept(people[0]).await;
        let sentence = "No asks until 30 April 2027: Person 0 of 0 takes part in “Spring cohort”, and the 30 days after it are quiet. You may ask from 1 May 2027 on.";
        for source in [Source::Page, Source::Api] {
            let why = refusal(submit(source, quiet, source.as_str()).await);
            assert_eq!((why.code(), why.sentence()), ("quiet", format!("{sentence} {GIVE}")));
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
            row(quiet, "Before", "page", "cancelled", ""),
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
        world.give(person).await;
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
        let submitted = ask::submit(&world.db, now(), world.actor(), Source::Page, person, "review", "Would you write a review?").await.unwrap();
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
        for person in [one, other] {
            world.give(person).await;
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

/// A colleague of the manager's in marketing: the other pair of eyes.
async fn priya(world: &World) -> Actor {
    Actor::Staff(staff(&world.db, "priya@halden.example", Role::Marketing).await)
}

/// The manager submits an ask, and a colleague lets it go out; answers its number.
async fn asked(world: &World, priya: Actor, person: i64, kind: &str, when: DateTime<Utc>) -> i64 {
    ask::submit(&world.db, when, world.actor(), Source::Page, person, kind, "Would you?").await.expect("submitted");
    let row =
        entity::ask::Entity::find().order_by_desc(entity::ask::Column::Id).one(world.db.read()).await.expect("a read").expect("an ask");
    for (revision, act) in [(row.revision, Act::TakeUp), (row.revision + 1, Act::Approve)] {
        ask::step(&world.db, when, priya, row.id, revision, act, &TypedStep::default()).await.expect("a step");
    }
    row.id
}

/// The codes of every reason not to ask; none when it may be asked.
async fn codes(world: &World, when: DateTime<Utc>, person: i64, kind: Option<AskKind>) -> Vec<&'static str> {
    let answer = ask::decide_kind(&world.db, when, person, kind).await.expect("an answer").expect("somebody");
    answer.err().map(|why| why.reasons().iter().map(Reason::code).collect()).unwrap_or_default()
}

both_databases! {
    async fn an_ask_lives_from_its_first_words_to_the_ledger(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 2).await;
        let (person, other) = (person_of(&world, "p0@company0.example").await, person_of(&world, "p1@company0.example").await);
        world.give(person).await;
        let (db, manager, priya) = (&world.db, world.actor(), priya(&world).await);

        let typed = TypedDraft { person, kind: "review", wording: "" };
        let id = ask::save_draft(db, now(), manager, 0, 0, &typed).await.unwrap();
        assert_eq!(ask::save_draft(db, now(), manager, 0, 0, &typed).await.unwrap(), id, "a second press is the same draft");
        let words = "Would you write a review?";
        assert_eq!(ask::save_draft(db, now(), manager, id, 1, &TypedDraft { wording: words, ..typed }).await.unwrap(), id);
        let late = ask::save_draft(db, now(), priya, id, 1, &TypedDraft { wording: "Other words", ..typed }).await;
        assert_eq!(refusal(late), AskRefusal::Stale);
        assert_eq!(refusal(ask::submit_draft(db, now(), manager, id, 1, "review", words).await), AskRefusal::Stale);
        assert_eq!(ask::submit_draft(db, now(), manager, id, 2, "review", words).await.unwrap(), Submitting::Submitted);
        assert_eq!(ask::submit_draft(db, now(), manager, id, 2, "review", words).await.unwrap(), Submitting::AlreadySubmitted);
        assert_eq!(refusal(ask::save_draft(db, now(), manager, id, 3, &typed).await), AskRefusal::Stale, "it is no draft any more");

        let step = async |actor, revision, act, comment: &'static str, day: &'static str| {
            ask::step(db, now(), actor, id, revision, act, &TypedStep { comment, day }).await
        };
        let field = |why: AskRefusal| match why {
            AskRefusal::Fields(fields) => fields[0].field,
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal(step(priya, 3, Act::Approve, "", "").await), AskRefusal::NotAtThisPoint { state: State::Submitted, act: Act::Approve });
        assert_eq!(refusal(step(manager, 3, Act::TakeUp, "", "").await), AskRefusal::FourEyes);
        assert_eq!(step(priya, 3, Act::TakeUp, "", "").await.unwrap(), State::Approving);
        assert_eq!(refusal(step(manager, 4, Act::Approve, "", "").await), AskRefusal::FourEyes);
        assert_eq!(field(refusal(step(priya, 4, Act::SendBack, " ", "").await)), "comment");
        assert_eq!(refusal(step(priya, 3, Act::Approve, "", "").await), AskRefusal::Stale);
        assert_eq!(ask::open_for(db, person).await.unwrap(), [], "nothing has reached them yet");
        assert_eq!(step(priya, 4, Act::Approve, "", "").await.unwrap(), State::Asked);
        assert_eq!(step(priya, 4, Act::Approve, "", "").await.unwrap(), State::Asked, "a second press");

        // One mail, with the link to their own page and without the words.
        let mails = store::outbox::unsent_to(db, "p0@company0.example").await.unwrap();
        let mails: Vec<_> = mails.into_iter().filter(|mail| mail.kind == "ask-made").collect();
        assert_eq!(mails.len(), 1);
        assert!(!format!("{:?}{}", mails[0].message, mails[0].subject).contains(words));
        let token = mails[0].secret.clone().unwrap().link.unwrap();
        assert_eq!(own_page::person_of(db, now(), &token).await.unwrap(), Some(person));
        let open = ask::open_for(db, person).await.unwrap();
        assert_eq!((open.len(), open[0].state, open[0].wording.as_str(), open[0].answer_by.map(|day| day.to_string())), (1, State::Asked, words, Some("2027-01-29".into())));

        let answer = async |whom: i64, yes, note: &'static str| ask::answer(db, now(), Actor::Person(whom), whom, id, yes_no(yes), note).await;
        assert_eq!(refusal(answer(other, true, "").await), AskRefusal::Over, "somebody else's reads like none");
        assert_eq!(answer(person, true, "Gladly.").await.unwrap(), State::Accepted);
        assert_eq!(answer(person, true, "").await.unwrap(), State::Accepted);
        assert_eq!(field(refusal(step(manager, 6, Act::Schedule, "", "2027-01-14").await)), "day");
        assert_eq!(step(manager, 6, Act::Schedule, "", "2027-01-15").await.unwrap(), State::Scheduled);
        assert_eq!(step(manager, 6, Act::Schedule, "", "2027-01-15").await.unwrap(), State::Scheduled, "the same day is the same");
        assert_eq!(refusal(step(priya, 6, Act::Schedule, "", "2027-02-01").await), AskRefusal::Stale);
        assert_eq!(step(priya, 7, Act::Schedule, "", "2027-02-01").await.unwrap(), State::Scheduled);
        assert_eq!(refusal(answer(person, false, "").await), AskRefusal::Over, "a day is agreed");
        let day = "2027-02-01".parse().expect("a day");
        for (act, comment) in [(Act::Complete, ""), (Act::Miss, "They were away.")] {
            assert_eq!(refusal(step(manager, 8, act, comment, "").await), AskRefusal::NotYet { day });
        }
        let acts = entity::ledger_entry::Entity::find().filter(entity::ledger_entry::Column::Side.eq("act")).all(db.read()).await.unwrap();
        assert_eq!(acts, [], "what is only planned counts for nothing");
        let then = at("2027-02-02T09:00:00Z");
        for _ in 0..2 {
            let done = ask::step(db, then, manager, id, 8, Act::Complete, &TypedStep::default()).await;
            assert_eq!(done.unwrap(), State::Completed);
        }
        let entries = entity::ledger_entry::Entity::find().filter(entity::ledger_entry::Column::Side.eq("act")).all(db.read()).await.unwrap();
        let entries: Vec<_> = entries.into_iter().map(|row| (row.person_id, row.kind, row.source, row.happened_on.to_string())).collect();
        assert_eq!(entries, [(Some(person), "review".to_owned(), format!("ask:{id}"), "2027-02-01".to_owned())], "once, on the day that was agreed");

        let all = ask::all_for(db, person).await.unwrap();
        assert_eq!((all.len(), all[0].state, all[0].done_at), (1, State::Completed, Some(then)));
        let entries = history::Entity::find().filter(history::Column::Object.eq("ask")).order_by_asc(history::Column::Id).all(db.read()).await.unwrap();
        let acts: Vec<_> = entries.iter().map(|entry| entry.act.as_str()).collect();
        assert_eq!(acts, ["draft", "edit", "submit", "take-up", "approve", "accept", "schedule", "schedule", "complete"]);
        assert!(entries.iter().all(|entry| !format!("{}{}", entry.before, entry.after).contains("Gladly")), "what was said stays in its row");
    }
}

both_databases! {
    async fn the_decision_is_asked_again_when_it_goes_out(scratch) {
        let world = opened(&scratch).await;
        let people = world.name(0, 1).await;
        let person = person_of(&world, "p0@company0.example").await;
        world.give(person).await;
        let (db, priya) = (&world.db, priya(&world).await);
        ask::submit(db, now(), world.actor(), Source::Page, person, "review", "Would you?").await.unwrap();
        let id = entity::ask::Entity::find().one(db.read()).await.unwrap().unwrap().id;
        ask::step(db, now(), priya, id, 1, Act::TakeUp, &TypedStep::default()).await.unwrap();

        let broken = problem::open(db, now(), priya, Subject::Person(person), "Their badge was misspelt.").await.unwrap();
        world.accept(people[0]).await;
        let approve = async || ask::step(db, now(), priya, id, 2, Act::Approve, &TypedStep::default()).await;
        let AskRefusal::NotNow(why) = refusal(approve().await) else { panic!("not now") };
        assert_eq!(why.reasons().iter().map(Reason::code).collect::<Vec<_>>(), ["quiet", "problem"], "and it does not stand in its own way");
        let row = entity::ask::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.reasons, row.revision), ("approving", format!("quiet:{}:2027-04-30\nproblem:0:", world.cohort), 2));
        assert!(store::outbox::unsent_to(db, "p0@company0.example").await.unwrap().iter().all(|mail| mail.kind != "ask-made"));

        quiet_period::set_aside(db, now(), world.manager, world.cohort, person, "They wrote to us themselves.").await.unwrap();
        problem::close(db, now(), priya, broken, "A new badge is made.").await.unwrap();
        assert_eq!(approve().await.unwrap(), State::Asked);
        let row = entity::ask::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
        assert_eq!(row.reasons, format!("set-aside:{}:", world.cohort), "what let it through is kept, and nothing that is over");
    }
}

both_databases! {
    async fn everything_that_stands_in_the_way_is_said_at_once(scratch) {
        let world = opened(&scratch).await;
        let invitation = world.name(0, 1).await[0];
        let person = person_of(&world, "p0@company0.example").await;
        let (db, priya) = (&world.db, priya(&world).await);
        assert_eq!(codes(&world, now(), person, None).await, ["nothing-given"]);
        world.give(person).await;
        assert_eq!(codes(&world, now(), person, Some(AskKind::Quote)).await, ["consent"]);
        assert_eq!(codes(&world, now(), person, Some(AskKind::Review)).await, Vec::<&str>::new());
        ask::submit(db, now(), world.actor(), Source::Page, person, "review", "Would you?").await.unwrap();

        let typed = TypedLimits { most_per_quarter: "0", never: vec!["quote"], pause_until: "2027-02-28", note: "Spring is busy." };
        own_limit::set(db, now(), Actor::Person(person), person, &typed).await.unwrap();
        problem::open(db, now(), priya, Subject::Person(person), "Their badge was misspelt.").await.unwrap();
        problem::open(db, now(), priya, Subject::Company(world.company(0).await), "Their invoice is disputed.").await.unwrap();
        world.accept(invitation).await;
        let every = ["quiet", "one-open", "problem", "company-problem", "paused", "never", "own-cap", "consent"];
        assert_eq!(codes(&world, now(), person, Some(AskKind::Quote)).await, every);

        // What is open for them is the next useful give; the words of the problem are nobody's to read here.
        let advocate = entity::advocate::Entity::find_by_id(person).one(db.read()).await.unwrap().expect("submitting noted them");
        let mut advocate: entity::advocate::ActiveModel = advocate.into();
        advocate.interests = Set("Heat storage\nGrids".into());
        advocate.update(db.read()).await.unwrap();
        let why = ask::decide(db, now(), person).await.unwrap().unwrap().unwrap_err();
        assert_eq!(why.next_give(), &NextGive::Tell { about: "Heat storage".into() });
        assert!(!why.sentence().contains("badge") && !why.sentence().contains("invoice"));
        for scope in [Scope::Quote, Scope::PeerIntroduction] {
            let channels = if scope.has_channels() { Group::Internal.channels().to_vec() } else { vec![] };
            let wish = Wish { scope, channels, until: usual_end(now().date_naive()), exactly: false };
            consent::give(db, now(), Giver::Invitation(invitation), &wish).await.unwrap();
        }
        assert_eq!(codes(&world, now(), person, Some(AskKind::Quote)).await, every[..7], "a quote is allowed on some channel");
        let why = ask::decide(db, now(), person).await.unwrap().unwrap().unwrap_err();
        assert_eq!(why.next_give(), &NextGive::Introduce { topic: "Heat storage".into() });
    }
}

both_databases! {
    async fn who_asked_to_be_forgotten_is_asked_nothing_more(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 1).await;
        let person = person_of(&world, "p0@company0.example").await;
        world.give(person).await;
        let (db, priya) = (&world.db, priya(&world).await);
        ask::submit(db, now(), world.actor(), Source::Page, person, "review", "Would you?").await.unwrap();
        let id = entity::ask::Entity::find().one(db.read()).await.unwrap().unwrap().id;
        ask::step(db, now(), priya, id, 1, Act::TakeUp, &TypedStep::default()).await.unwrap();
        let due = "2027-02-14".parse().expect("a day");
        let wish = entity::forget_wish::ActiveModel { person_id: Set(person), asked_at: Set(now()), due_day: Set(due), ..Default::default() };
        wish.insert(db.read()).await.unwrap();

        let AskRefusal::NotNow(why) = refusal(ask::step(db, now(), priya, id, 2, Act::Approve, &TypedStep::default()).await) else { panic!("not now") };
        assert_eq!((why.reasons(), why.earliest()), (&[Reason::ToBeForgotten][..], None));
        let row = entity::ask::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.reasons.as_str()), ("approving", "to-be-forgotten:0:"));
        cancel(&world, id).await;
        assert_eq!(codes(&world, now(), person, None).await, ["to-be-forgotten"]);
        let late = ask::submit(db, now(), world.actor(), Source::Page, person, "feedback", "Would you?").await;
        assert_eq!(refusal(late).code(), "to-be-forgotten");
    }
}

both_databases! {
    async fn caps_intervals_and_the_balance_hold_over_a_quarter(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 2).await;
        let (person, colleague) = (person_of(&world, "p0@company0.example").await, person_of(&world, "p1@company0.example").await);
        world.gives(person, 2).await;
        world.give(colleague).await;
        let (db, priya) = (&world.db, priya(&world).await);
        let no = async |ask: i64| ask::answer(db, now(), Actor::Person(person), person, ask, YesNo::No, "").await.unwrap();

        let first = asked(&world, priya, person, "review", now()).await;
        assert_eq!(codes(&world, now(), person, Some(AskKind::Feedback)).await, ["one-open"]);
        assert_eq!(no(first).await, State::Declined);
        assert_eq!(codes(&world, now(), person, Some(AskKind::Review)).await, ["interval"]);
        assert_eq!(codes(&world, now(), person, Some(AskKind::Feedback)).await, Vec::<&str>::new());
        let second = asked(&world, priya, person, "feedback", now()).await;
        assert_eq!(no(second).await, State::Declined);
        assert_eq!(codes(&world, now(), person, Some(AskKind::Beta)).await, ["person-cap", "company-cap"]);
        assert_eq!(codes(&world, now(), colleague, None).await, ["company-cap"]);

        let quarter = at("2027-04-01T00:00:00Z");
        assert_eq!(codes(&world, quarter, person, Some(AskKind::Review)).await, ["interval"]);
        assert_eq!(codes(&world, quarter, colleague, None).await, Vec::<&str>::new());
        assert_eq!(codes(&world, at("2027-04-15T00:00:00Z"), person, Some(AskKind::Review)).await, Vec::<&str>::new());
        let third = asked(&world, priya, person, "beta", quarter).await;
        ask::answer(db, quarter, Actor::Person(person), person, third, YesNo::No, "").await.unwrap();
        assert_eq!(codes(&world, quarter, person, Some(AskKind::Hosting)).await, ["give-first"], "asked three times, given twice");

        // The settings' own numbers hold.
        let typed = TypedSettings {
            internal_hours: "24", customer_hours: "48", most_reminders: "2", escalate_to: "", recognition_days: "5", person_cap: "1",
            company_cap: "9", interval_days: "0", intervals: "", answer_days: "14", gift_limit: "100",
        };
        setting::save(db, now(), world.actor(), 0, &typed).await.unwrap();
        world.give(person).await;
        assert_eq!(codes(&world, quarter, person, Some(AskKind::Beta)).await, ["person-cap"]);
    }
}

both_databases! {
    async fn what_nobody_answers_in_time_ends_by_itself(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 1).await;
        let person = person_of(&world, "p0@company0.example").await;
        world.give(person).await;
        let (db, priya) = (&world.db, priya(&world).await);
        let id = asked(&world, priya, person, "review", now()).await;
        // 29 January, by the last clock on earth.
        assert_eq!(ask::expire_due(db, at("2027-01-30T11:59:59Z")).await.unwrap(), 0, "the last day is theirs, wherever they are");
        let proof = ask::answer(db, at("2027-01-30T11:59:59Z"), Actor::Person(person), person, id, YesNo::Yes(None), "").await;
        assert_eq!(refusal(proof), AskRefusal::ProofNeeded, "nothing but the code is missing");
        let late = ask::answer(db, at("2027-01-30T12:00:00Z"), Actor::Person(person), person, id, yes_no(true), "").await;
        assert_eq!(refusal(late), AskRefusal::Over);
        assert_eq!(ask::expire_due(db, at("2027-01-30T12:00:00Z")).await.unwrap(), 1);
        assert_eq!(ask::expire_due(db, at("2027-01-30T12:00:00Z")).await.unwrap(), 0);
        assert_eq!(ask::get(db, id).await.unwrap().unwrap().state, State::Expired);
        assert_eq!(ask::open_for(db, person).await.unwrap(), []);
        assert_eq!(codes(&world, at("2027-02-01T00:00:00Z"), person, Some(AskKind::Beta)).await, Vec::<&str>::new(), "it stands in nobody's way");
    }
}

both_databases! {
    async fn limits_and_problems_are_kept_once(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 1).await;
        let person = person_of(&world, "p0@company0.example").await;
        let (db, priya) = (&world.db, priya(&world).await);
        let typed = TypedLimits { most_per_quarter: "1", never: vec!["hosting"], pause_until: "", note: "canary-5121" };
        for _ in 0..2 {
            own_limit::set(db, now(), Actor::Person(person), person, &typed).await.unwrap();
        }
        let limits = own_limit::of(db, person).await.unwrap();
        assert_eq!((limits.most_per_quarter, limits.never.len(), limits.note.as_str()), (Some(1), 1, "canary-5121"));
        own_limit::set(db, now(), Actor::Person(person), person, &TypedLimits::default()).await.unwrap();
        assert_eq!(own_limit::of_all(db, &[person, 0]).await.unwrap()[&person], Limits::default());
        let entries = history::Entity::find().filter(history::Column::Object.eq("own limit")).all(db.read()).await.unwrap();
        assert_eq!(entries.len(), 2, "the same again is no change");
        assert!(entries.iter().all(|entry| !format!("{}{}", entry.before, entry.after).contains("canary")));
        assert!(own_limit::set(db, now(), Actor::System, 0, &typed).await.is_err());

        let company = world.company(0).await;
        let mine = problem::open(db, now(), priya, Subject::Person(person), "Their badge was misspelt.").await.unwrap();
        assert_eq!(problem::open(db, now(), priya, Subject::Person(person), "Their badge was misspelt.").await.unwrap(), mine);
        let theirs = problem::open(db, now(), priya, Subject::Company(company), "Their invoice is disputed.").await.unwrap();
        assert!(problem::open(db, now(), priya, Subject::Company(0), "Nobody is here.").await.is_err());
        assert!(problem::close(db, now(), priya, mine, "").await.is_err(), "how is to be said");
        for words in ["A new one is made.", "Something else."] {
            assert_eq!(problem::close(db, now(), priya, mine, words).await.unwrap(), Subject::Person(person));
        }
        let lines: Vec<_> = problem::of(db, person).await.unwrap().into_iter().map(|line| (line.id, line.of_company, line.is_open(), line.solution)).collect();
        assert_eq!(lines, [(theirs, true, true, String::new()), (mine, false, false, "A new one is made.".to_owned())]);
        assert_eq!(problem::own(db, Subject::Person(person)).await.unwrap().len(), 1);
    }
}

both_databases! {
    async fn who_could_do_it_is_ranked_and_nobody_is_shown_as_free_who_is_not(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 2).await;
        world.name(1, 1).await;
        let db = &world.db;
        let mut people = Vec::new();
        for email in ["p0@company0.example", "p1@company0.example", "p0@company1.example"] {
            people.push(person_of(&world, email).await);
        }
        for (person, topics, languages) in [(people[0], "Grids", "en,de"), (people[1], "Seasonal heat storage", "en"), (people[2], "", "da")] {
            let row = entity::advocate::ActiveModel {
                person_id: Set(person), stage: Set("active".into()), interests: Set("Heat storage".into()), topics: Set(topics.into()),
                handles: Set(String::new()), events: Set(String::new()), languages: Set(languages.into()), note: Set(String::new()),
                created_by: Set(None), created_at: Set(now()), revision: Set(1),
            };
            row.insert(db.read()).await.unwrap();
        }
        world.give(people[0]).await;
        let find = async |topic: &str, language: &str, owner: Option<i64>| {
            let need = Need::parse("review", "", topic, language).unwrap();
            let found = matching::find(db, now(), &need, owner).await.unwrap();
            let rows: Vec<_> = found.rows.iter().map(|one| (one.person, one.fit.score, one.decision.is_ok())).collect();
            (rows, found.left_out, found.beyond)
        };
        // Knowing about it fits better than being interested in it; who may be asked stands first all the same.
        assert_eq!(find("heat storage", "", None).await, (vec![(people[0], 2, true), (people[1], 4, false), (people[2], 2, false)], 0, 0));
        assert_eq!(find("", "DE", None).await, (vec![(people[0], 2, true)], 2, 0), "the others fit none of it");
        assert_eq!(find("", "", None).await.0.len(), 3, "nothing is looked for: everybody is shown");
        assert_eq!(find("cheese", "", None).await, (vec![], 3, 0));
        let other = staff(db, "other@halden.example", Role::ProgramManager).await;
        assert_eq!(find("", "", Some(other)).await, (vec![], 0, 0), "not theirs");
        assert_eq!(find("", "", Some(world.manager)).await.0.len(), 3);
        let need = Need::parse("review", "", "heat", "").unwrap();
        let found = matching::find(db, now(), &need, None).await.unwrap();
        let why = found.rows[1].decision.as_ref().unwrap_err();
        assert_eq!(why.reasons(), [Reason::NothingGiven]);
        assert_eq!(why.next_give(), &NextGive::Tell { about: "Heat storage".into() });
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
    for person in &persons {
        world.give(*person).await;
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
                // Nothing is left on its way: the quiet period is what is checked here.
                cancel_open(world, clock).await;
                let_through += u32::from(may && (0..2).any(|cohort| model.keeps(cohort, person, clock)));
                expected.push((persons[person], wording, if may { "cancelled" } else { "refused" }));
            }
        }
    }
    let kept: Vec<_> = rows(world).await.into_iter().map(|(person, wording, _, state, _)| (person, wording, state)).collect();
    let expected: Vec<_> = expected.into_iter().map(|(person, wording, state)| (person, wording, state.to_owned())).collect();
    assert_eq!(kept, expected, "every ask is kept with its answer");
    assert!(refused > 0 && let_through > 0, "seed {seed} met quiet periods, and some that were set aside: {refused}, {let_through}");
}

both_databases! {
    async fn what_waits_for_somebody_is_counted_and_listed_alike(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 2).await;
        world.name(1, 2).await;
        let mut people = Vec::new();
        for email in ["p0@company0.example", "p1@company0.example", "p0@company1.example", "p1@company1.example"] {
            let person = person_of(&world, email).await;
            world.give(person).await;
            people.push(person);
        }
        let (db, manager, priya) = (&world.db, world.actor(), priya(&world).await);
        let Actor::Staff(priya_id) = priya else { panic!("no staff") };
        let submitted = async |by: Actor, person: i64| {
            ask::submit(db, now(), by, Source::Page, person, "review", "Would you?").await.unwrap();
            let newest = entity::ask::Entity::find().order_by_desc(entity::ask::Column::Id).one(db.read()).await.unwrap().unwrap();
            (newest.id, newest.revision)
        };
        let step = async |by, (id, revision): (i64, i32), act, comment: &'static str, day: &'static str| {
            ask::step(db, now(), by, id, revision, act, &TypedStep { comment, day }).await.unwrap()
        };

        // One waits for other eyes, one is in a hand, one came back, one has a yes; a draft that was never submitted waits for nobody.
        submitted(manager, people[0]).await;
        let taken = submitted(priya, people[1]).await;
        step(manager, taken, Act::TakeUp, "", "").await;
        let back = submitted(manager, people[2]).await;
        step(priya, back, Act::SendBack, "Say why it is them.", "").await;
        let yes = asked(&world, priya, people[3], "review", now()).await;
        ask::answer(db, now(), Actor::Person(people[3]), people[3], yes, yes_no(true), "").await.unwrap();
        ask::save_draft(db, now(), manager, 0, 0, &TypedDraft { person: people[0], kind: "beta", wording: "" }).await.unwrap();

        let counted = async |staff: i64, owner: Option<i64>| {
            let waiting = ask::waiting(db, now(), staff, owner).await.unwrap();
            for (what, count) in &waiting {
                let waits = Some(WaitsFor { what: *what, staff, today: now().date_naive() });
                let listed = ask::list(db, &Filter { waits, owner, ..Filter::default() }, 1).await.unwrap();
                assert_eq!((listed.total, listed.rows.len()), (u64::from(*count), *count as usize), "{what} for {staff}");
            }
            waiting.into_iter().map(|(_, count)| count).collect::<Vec<_>>()
        };
        assert_eq!(Waits::ALL, [Waits::Eyes, Waits::Hands, Waits::SentBack, Waits::Day, Waits::Due]);
        assert_eq!(counted(world.manager, Some(world.manager)).await, [0, 1, 1, 1, 0]);
        assert_eq!(counted(priya_id, None).await, [1, 0, 0, 1, 0]);
        assert_eq!(counted(priya_id, Some(priya_id)).await, [0; 5], "nobody was invited to a cohort of hers");

        // A day is agreed, and has come; what came back is submitted once more.
        step(manager, (yes, 4), Act::Schedule, "", "2027-01-15").await;
        let (id, revision) = (back.0, back.1 + 1);
        ask::submit_draft(db, now(), manager, id, revision, "review", "Would you, since you asked for it?").await.unwrap();
        assert_eq!(counted(world.manager, None).await, [0, 1, 0, 0, 1]);
        assert_eq!(counted(priya_id, None).await, [2, 0, 0, 0, 1]);
    }
}

both_databases! {
    async fn what_took_place_earlier_stands_on_its_own_day(scratch) {
        let world = opened(&scratch).await;
        world.name(0, 2).await;
        let (db, manager, priya) = (&world.db, world.actor(), priya(&world).await);
        for (email, scheduled, took_place) in [("p0@company0.example", "", "2027-01-12"), ("p1@company0.example", "2027-02-01", "2027-01-13")] {
            let person = person_of(&world, email).await;
            world.give(person).await;
            let id = asked(&world, priya, person, "review", at("2027-01-10T09:00:00Z")).await;
            ask::answer(db, at("2027-01-11T09:00:00Z"), Actor::Person(person), person, id, yes_no(true), "").await.unwrap();
            let mut revision = 4;
            if !scheduled.is_empty() {
                let typed = TypedStep { comment: "", day: scheduled };
                assert_eq!(ask::step(db, now(), manager, id, revision, Act::Schedule, &typed).await.unwrap(), State::Scheduled);
                revision += 1;
            }
            let complete = async |day: &'static str| ask::step(db, now(), manager, id, revision, Act::Complete, &TypedStep { comment: "", day }).await;
            // Neither before they were asked, nor on a day to come, nor on a day nobody said.
            for day in ["2027-01-09", "2027-01-16", "soon"] {
                let AskRefusal::Fields(wrong) = refusal(complete(day).await) else { panic!("{day}") };
                assert_eq!(wrong.iter().map(|why| why.field).collect::<Vec<_>>(), ["took_place"], "{day}");
            }
            let nothing = refusal(complete("").await);
            assert_eq!(nothing.code(), if scheduled.is_empty() { "fields" } else { "not-yet" });
            assert_eq!(ask::get(db, id).await.unwrap().unwrap().revision, revision, "nothing changed");
            for _ in 0..2 {
                assert_eq!(complete(took_place).await.unwrap(), State::Completed);
            }
            let on: chrono::NaiveDate = took_place.parse().unwrap();
            let entry = entity::ledger_entry::Entity::find().filter(entity::ledger_entry::Column::Source.eq(format!("ask:{id}"))).all(db.read()).await.unwrap();
            assert_eq!(entry.iter().map(|entry| entry.happened_on).collect::<Vec<_>>(), [on]);
            assert_eq!(ask::get(db, id).await.unwrap().unwrap().scheduled_for, Some(on));
            assert_eq!(ask::all_for(db, person).await.unwrap()[0].took_place, Some(on));
        }
    }
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
