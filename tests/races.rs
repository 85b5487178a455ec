//! Two hundred people at twenty seats, released together, twenty times over, on both databases. And the controls: the
//! same without the lock sells too many, or is stopped by the constraint alone. Beside them: an ask as its quiet period
//! begins, two asks at once, a facilitator as the rule is renewed, one exception made twice, somebody forgotten as they allow
//! something.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::Role;
use domain::advocacy::ask::{Act, AskRefusal, Source, State};
use domain::advocacy::consent::{Group, Scope, Wish, usual_end};
use domain::advocacy::publication::{Named as Shows, PublicationRefusal, TypedPlan};
use domain::agenda::seat::{self, SeatRefusal, Taking};
use domain::conduct::conversation_rule::{Language, STARTING_TEXT};
use domain::conduct::quiet_period::SettingAside;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use store::advocacy::consent::{self, Giver};
use store::advocacy::forgetting::{Forgotten, forget};
use store::advocacy::publication::{close_take_down, plan, publish};
use store::agenda::seat::{give_up_seat, known, take_seat};
use store::conduct::conversation_rule::{TypedText, publish_draft, save_draft, writing};
use store::entity;
use store::registration::invitation::{self, Answer};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::database::Scratch;
use tests::world::{Plan, World, now, staff, typed};
use tokio::sync::Barrier;

mod amplification;

const PEOPLE: usize = 200;
const SEATS: usize = 20;
const ROUNDS: usize = 20;

async fn crowd_at_a_door(scratch: &Scratch) -> (Vec<i64>, i64) {
    let world = World::new(&scratch.db, PEOPLE / 10, 10).await;
    let session = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", SEATS as u32)).await;
    world.release().await;
    world.open().await;
    (world.crowd(PEOPLE).await, session)
}

async fn holders(db: &Db, session: i64) -> Vec<entity::seat::Model> {
    let seats = entity::seat::Entity::find().all(db.read()).await.expect("the seats");
    seats.into_iter().filter(|seat| seat.session_id == session).collect()
}

both_databases! {
    async fn never_twenty_one(scratch) {
        let (people, session) = crowd_at_a_door(&scratch).await;
        for round in 0..ROUNDS {
            let gate = Arc::new(Barrier::new(PEOPLE));
            let tasks: Vec<_> = people
                .iter()
                .map(|person| {
                    let (db, gate, person) = (scratch.db.clone(), Arc::clone(&gate), *person);
                    tokio::spawn(async move {
                        gate.wait().await;
                        (person, take_seat(&db, now(), person, session).await)
                    })
                })
                .collect();
            let (mut seated, mut full) = (BTreeSet::new(), 0);
            for task in tasks {
                match task.await.expect("the task") {
                    (person, Ok(taken)) => {
                        assert!(matches!(taken.taking, Taking::Taken(_)));
                        assert!(seated.insert(person));
                    }
                    (_, Err(Halt::Refused(SeatRefusal::Full { .. }))) => full += 1,
                    (_, Err(halt)) => panic!("round {round}: {halt:?}"),
                }
            }
            assert_eq!((seated.len(), full), (SEATS, PEOPLE - SEATS), "round {round}");
            let held = holders(&scratch.db, session).await;
            assert_eq!(held.iter().map(|seat| seat.registration_id).collect::<BTreeSet<_>>(), seated, "round {round}");
            assert_eq!(held.iter().map(|seat| seat.place).collect::<BTreeSet<_>>(), (1..=SEATS as i32).collect(), "round {round}");

            // Repeated, it is the same seat.
            for seat in &held {
                let again = take_seat(&scratch.db, now(), seat.registration_id, session).await.expect("the same seat");
                assert_eq!(again.taking, Taking::AlreadyYours(seat::Place(seat.place as u32)));
            }
            for seat in held {
                assert!(give_up_seat(&scratch.db, now(), seat.registration_id, session).await.expect("given up"));
            }
        }
    }
}

/// What `take_seat` would be without its lock: the facts are read, the rule is asked, the row is written. Everybody reads
/// before anybody writes, as racing servers may.
async fn take_without_the_lock(db: &Db, gate: &Barrier, person: i64, session: i64) -> Result<(), ()> {
    let registration = entity::registration::Entity::find_by_id(person).one(db.read()).await.expect("a read").expect("a registration");
    let known = known(db.read(), registration, session).await.expect("the facts").expect("the session");
    let taking = seat::take(&known.as_of(now())).expect("free as far as it can see");
    gate.wait().await;
    let Taking::Taken(place) = taking else { return Ok(()) };
    let row = entity::seat::ActiveModel {
        session_id: Set(session),
        registration_id: Set(person),
        place: Set(place.0 as i32),
        taken_at: Set(now()),
        ..Default::default()
    };
    row.insert(db.read()).await.map(|_| ()).map_err(|_| ())
}

async fn stampede(scratch: &Scratch, people: &[i64], session: i64) -> usize {
    let gate = Arc::new(Barrier::new(people.len()));
    let tasks: Vec<_> = people
        .iter()
        .map(|person| {
            let (db, gate, person) = (scratch.db.clone(), Arc::clone(&gate), *person);
            tokio::spawn(async move { take_without_the_lock(&db, &gate, person, session).await })
        })
        .collect();
    for task in tasks {
        let _ = task.await.expect("the task");
    }
    holders(&scratch.db, session).await.len()
}

both_databases! {
    async fn control_without_lock_and_constraint_it_oversells(scratch) {
        let (people, session) = crowd_at_a_door(&scratch).await;
        scratch.db.read().execute_unprepared("DROP INDEX seat_once_a_place").await.expect("the constraint goes");
        let held = stampede(&scratch, &people[..SEATS * 2], session).await;
        assert!(held > SEATS, "the control must oversell, or the race above proves nothing: {held}");
    }
}

both_databases! {
    async fn control_the_constraint_alone_holds_when_the_lock_is_gone(scratch) {
        let (people, session) = crowd_at_a_door(&scratch).await;
        let held = stampede(&scratch, &people[..SEATS * 2], session).await;
        assert!(held <= SEATS, "the database itself never sells a place twice: {held}");
    }
}

both_databases! {
    async fn one_person_in_two_tabs_never_holds_two_seats_at_once(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let one = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", 5)).await;
        let other = world.session(&Plan::capped("B", "2027-03-29", "10:30", "11:30", 5)).await;
        world.release().await;
        world.open().await;
        let person = world.crowd(1).await[0];
        for _ in 0..20 {
            let (first, second) = tokio::join!(take_seat(&world.db, now(), person, one), take_seat(&world.db, now(), person, other));
            assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
            for session in [one, other] {
                give_up_seat(&world.db, now(), person, session).await.expect("given up");
            }
        }
    }
}

both_databases! {
    async fn swaps_in_opposite_directions_do_not_wait_for_each_other_for_ever(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let one = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", 5)).await;
        let other = world.session(&Plan::capped("B", "2027-03-29", "10:30", "11:30", 5)).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(8).await;
        for (index, person) in people.iter().enumerate() {
            take_seat(&world.db, now(), *person, if index % 2 == 0 { one } else { other }).await.expect("a seat");
        }
        for round in 0..10 {
            let tasks: Vec<_> = people
                .iter()
                .enumerate()
                .map(|(index, person)| {
                    let (db, person, to) = (world.db.clone(), *person, if (index + round) % 2 == 0 { other } else { one });
                    tokio::spawn(async move { store::agenda::seat::swap_seat(&db, now(), person, to).await })
                })
                .collect();
            for task in tasks {
                // Full is an answer; a deadlock would be a fault.
                assert!(!matches!(task.await.expect("the task"), Err(Halt::Fault(_))));
            }
        }
        let held = holders(&world.db, one).await.len() + holders(&world.db, other).await.len();
        assert_eq!(held, people.len(), "everybody still has exactly one seat");
    }
}

both_databases! {
    async fn the_last_seat_of_an_allotment_is_named_once(scratch) {
        let world = World::new(&scratch.db, 1, 1).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let id = world.allotments[0];
        let gate = Arc::new(Barrier::new(20));
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let (db, gate) = (world.db.clone(), Arc::clone(&gate));
                tokio::spawn(async move {
                    let named = domain::cohort::allotment::Named::parse("Somebody", &format!("p{number}@x.example"), "").expect("a row").expect("a person");
                    gate.wait().await;
                    store::cohort::allotment::name(&db, now(), store::Actor::DelegationLead(id), id, &[(0, named)]).await.is_ok()
                })
            })
            .collect();
        let mut named = 0;
        for task in tasks {
            named += usize::from(task.await.expect("the task"));
        }
        assert_eq!(named, 1);
        let (told, live) = store::cohort::allotment::audit(&world.db, world.cohort).await.expect("the audit");
        assert_eq!(told, live);
    }
}

/// How many publications of one person are made public while their consent is withdrawn.
const PUBLICATIONS: usize = 4;

both_databases! {
    async fn what_goes_public_while_it_is_withdrawn_is_cancelled_or_taken_down(scratch) {
        let world = World::new(&scratch.db, 1, 2).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let guest = world.name(0, 1).await[0];
        world.accept(guest).await;
        let priya = Actor::Staff(staff(&world.db, "priya@halden.example", Role::Marketing).await);
        let today = now().date_naive();
        let wish = Wish { scope: Scope::Name, channels: Group::Ours.channels().to_vec(), until: usual_end(today), exactly: false };
        for round in 0..ROUNDS {
            consent::give(&world.db, now(), Giver::Invitation(guest), &wish).await.expect("given");
            let mut planned = BTreeSet::new();
            for number in 0..PUBLICATIONS {
                let title = format!("Number {number} of round {round}");
                let shows = vec![(Shows::Email("p0@company0.example"), vec!["name"])];
                let typed = TypedPlan { title: &title, channel: "blog", day: "2027-01-15", shows };
                planned.insert(plan(&world.db, now(), priya, &typed).await.expect("planned"));
            }
            let gate = Arc::new(Barrier::new(PUBLICATIONS + 1));
            let tasks: Vec<_> = planned
                .iter()
                .map(|id| {
                    let (db, gate, id) = (world.db.clone(), Arc::clone(&gate), *id);
                    tokio::spawn(async move {
                        gate.wait().await;
                        (id, publish(&db, now(), priya, id, 1, "https://halden.example/news").await)
                    })
                })
                .collect();
            let (db, at) = (world.db.clone(), Arc::clone(&gate));
            let withdrawal = tokio::spawn(async move {
                at.wait().await;
                consent::withdraw(&db, now(), Giver::Invitation(guest), Scope::Name, &[]).await
            });
            let stopped = withdrawal.await.expect("the task").expect("withdrawn").expect("something to withdraw");
            let mut went_public = BTreeSet::new();
            for task in tasks {
                match task.await.expect("the task") {
                    (id, Ok(())) => assert!(went_public.insert(id)),
                    (_, Err(Halt::Refused(PublicationRefusal::Cancelled))) => {}
                    (id, Err(halt)) => panic!("round {round}, publication {id}: {halt:?}"),
                }
            }
            let cancelled = PUBLICATIONS - went_public.len();
            assert_eq!((stopped.take_downs as usize, stopped.cancelled as usize), (went_public.len(), cancelled), "round {round}");

            // Whatever is live has an open take-down; everything else of this round is cancelled.
            let rows = entity::publication::Entity::find().all(world.db.read()).await.expect("the publications");
            let of_round = |state: &str| -> BTreeSet<i64> {
                rows.iter().filter(|row| planned.contains(&row.id) && row.state == state).map(|row| row.id).collect()
            };
            assert_eq!(of_round("live"), went_public, "round {round}");
            assert_eq!(of_round("cancelled").len(), cancelled, "round {round}");
            let tasks = entity::take_down::Entity::find().all(world.db.read()).await.expect("the take-downs");
            let open: BTreeSet<i64> = tasks.iter().filter(|task| task.done_at.is_none()).map(|task| task.publication_id).collect();
            assert_eq!(open, went_public, "round {round}: live, withdrawn, and nobody takes it down");
            for task in tasks.iter().filter(|task| task.done_at.is_none()) {
                close_take_down(&world.db, now(), priya, task.id, "Checked: the page answers 404.").await.expect("taken down");
            }
        }
    }
}

/// The line of the history that tells of an act on something: lines are numbered behind the locks of their acts.
async fn told(db: &Db, object: &str, act: &str, id: i64) -> i64 {
    let rows = entity::history::Entity::find()
        .filter(entity::history::Column::Object.eq(object))
        .filter(entity::history::Column::Act.eq(act))
        .filter(entity::history::Column::ObjectId.eq(id))
        .all(db.read())
        .await
        .expect("the history");
    assert_eq!(rows.len(), 1, "{act} {object} {id}");
    rows[0].id
}

both_databases! {
    async fn no_ask_passes_the_acceptance_that_begins_its_quiet_period(scratch) {
        let world = World::new(&scratch.db, ROUNDS, 2).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let sql = format!("UPDATE cohort SET quiet_company = TRUE WHERE id = {}", world.cohort);
        world.db.read().execute_unprepared(&sql).await.expect("the whole company is kept quiet");
        for round in 0..ROUNDS {
            // A company a round: one accepts, and is asked, as is their colleague.
            let invited = world.name(round, 2).await;
            let mut people = Vec::new();
            for id in &invited {
                people.push(entity::invitation::Entity::find_by_id(*id).one(world.db.read()).await.expect("a read").expect("an invitation").person_id);
            }
            for person in &people {
                world.give(*person).await;
            }
            let gate = Arc::new(Barrier::new(3));
            let asks: Vec<_> = people
                .iter()
                .map(|person| {
                    let (db, gate, actor, person) = (world.db.clone(), Arc::clone(&gate), world.actor(), *person);
                    tokio::spawn(async move {
                        gate.wait().await;
                        store::advocacy::ask::submit(&db, now(), actor, Source::Page, person, "review", "Would you write a review?").await
                    })
                })
                .collect();
            gate.wait().await;
            let answer = Answer { acknowledged: Some(1), ..Answer::default() };
            invitation::accept(&world.db, now(), invited[0], &answer).await.expect("accepted");
            let accepted = told(&world.db, "invitation", "accept", invited[0]).await;
            for (task, person) in asks.into_iter().zip(people) {
                let submitted = match task.await.expect("the task") {
                    Ok(_) => true,
                    Err(Halt::Refused(_)) => false,
                    Err(halt) => panic!("round {round}: {halt:?}"),
                };
                let asked = entity::ask::Entity::find().filter(entity::ask::Column::PersonId.eq(person)).all(world.db.read()).await.expect("the asks");
                assert_eq!(asked.len(), 1, "round {round}");
                assert_eq!(asked[0].state, if submitted { "submitted" } else { "refused" });
                let came_first = told(&world.db, "ask", "submit", asked[0].id).await < accepted;
                assert_eq!(submitted, came_first, "round {round}: an ask is let through exactly when nothing was accepted before it");
            }
        }
    }
}

/// A cohort that invites, of so many companies with so many seats each.
async fn inviting(scratch: &Scratch, companies: usize, seats: u32) -> World {
    let world = World::new(&scratch.db, companies, seats).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

/// People of one company a round, who were given enough to be asked twice.
async fn given(world: &World, round: usize, count: usize) -> Vec<i64> {
    world.name(round, count).await;
    let mut people = Vec::new();
    for number in 0..count {
        let person = world.person(&format!("p{number}@company{round}.example")).await;
        world.gives(person, 2).await;
        people.push(person);
    }
    people
}

both_databases! {
    async fn two_colleagues_who_ask_somebody_at_once_make_one_ask(scratch) {
        let world = inviting(&scratch, ROUNDS, 1).await;
        let priya = Actor::Staff(staff(&world.db, "priya@halden.example", Role::Marketing).await);
        for round in 0..ROUNDS {
            let person = given(&world, round, 1).await[0];
            let gate = Arc::new(Barrier::new(2));
            let tasks: Vec<_> = [(world.actor(), "Would you write a review?"), (priya, "Would you tell others about it?")]
                .into_iter()
                .map(|(actor, wording)| {
                    let (db, gate) = (world.db.clone(), Arc::clone(&gate));
                    tokio::spawn(async move {
                        gate.wait().await;
                        store::advocacy::ask::submit(&db, now(), actor, Source::Page, person, "review", wording).await
                    })
                })
                .collect();
            let mut refused = Vec::new();
            for task in tasks {
                match task.await.expect("the task") {
                    Ok(_) => {}
                    Err(Halt::Refused(AskRefusal::NotNow(why))) => refused.extend(why.reasons().iter().map(|reason| reason.code())),
                    Err(halt) => panic!("round {round}: {halt:?}"),
                }
            }
            assert_eq!(refused, ["one-open"], "round {round}");
            let rows = entity::ask::Entity::find().filter(entity::ask::Column::PersonId.eq(person)).all(world.db.read()).await.expect("the asks");
            let mut states: Vec<_> = rows.iter().map(|row| row.state.as_str()).collect();
            states.sort_unstable();
            assert_eq!(states, ["refused", "submitted"], "round {round}");
        }
    }
}

both_databases! {
    async fn a_company_is_never_asked_more_often_than_a_quarter_allows(scratch) {
        use store::advocacy::ask::{TypedStep, step, submit};

        let world = inviting(&scratch, ROUNDS, 3).await;
        let priya = Actor::Staff(staff(&world.db, "priya@halden.example", Role::Marketing).await);
        for round in 0..ROUNDS {
            // Three colleagues, each with an ask in hand; two may go out.
            let mut asks = Vec::new();
            for person in given(&world, round, 3).await {
                submit(&world.db, now(), world.actor(), Source::Page, person, "review", "Would you write a review?").await.expect("submitted");
                let row = entity::ask::Entity::find().filter(entity::ask::Column::PersonId.eq(person)).one(world.db.read()).await;
                let ask = row.expect("a read").expect("an ask").id;
                step(&world.db, now(), priya, ask, 1, Act::TakeUp, &TypedStep::default()).await.expect("taken up");
                asks.push(ask);
            }
            let gate = Arc::new(Barrier::new(asks.len()));
            let tasks: Vec<_> = asks
                .iter()
                .map(|ask| {
                    let (db, gate, ask) = (world.db.clone(), Arc::clone(&gate), *ask);
                    tokio::spawn(async move {
                        gate.wait().await;
                        step(&db, now(), priya, ask, 2, Act::Approve, &TypedStep::default()).await
                    })
                })
                .collect();
            let (mut asked, mut refused) = (0, Vec::new());
            for task in tasks {
                match task.await.expect("the task") {
                    Ok(state) => asked += usize::from(state == State::Asked),
                    Err(Halt::Refused(AskRefusal::NotNow(why))) => refused.extend(why.reasons().iter().map(|reason| reason.code())),
                    Err(halt) => panic!("round {round}: {halt:?}"),
                }
            }
            assert_eq!((asked, refused), (2, vec!["company-cap"]), "round {round}");
        }
    }
}

both_databases! {
    async fn a_facilitator_has_acknowledged_the_version_that_stands_or_is_asked(scratch) {
        let world = World::new(&scratch.db, 1, 2).await;
        let plan = Plan::everyone("E", "2027-03-28", "10:00", "11:00");
        let session = world.session(&plan).await;
        world.release().await;
        world.open().await;
        for round in 0..ROUNDS {
            let email = format!("host{round}@halden.example");
            let host = staff(&world.db, &email, Role::Facilitator).await;
            // Of the version that stands, which the next one follows.
            world.acknowledge(host).await;
            let drafts: Vec<i32> = writing(&world.db).await.expect("the draft").drafts.iter().map(|draft| draft.revision).collect();
            assert!(drafts.is_empty(), "nothing is left of the round before");
            let body = format!("{STARTING_TEXT}\n\nRound {round}.");
            save_draft(&world.db, now(), world.actor(), &[TypedText { language: Language::English, body: &body, revision: 0 }]).await.expect("saved");
            let fingerprint = writing(&world.db).await.expect("the draft").texts().expect("texts").fingerprint();
            let revision = store::agenda::session::get(&world.db, session).await.expect("a read").expect("the session").revision;
            let (hosts, moved) = ([host], [world.cohort]);
            let slot = typed(&plan, &hosts);
            let (edited, published) = tokio::join!(
                store::agenda::session::edit(&world.db, now(), world.actor(), session, revision, &slot),
                publish_draft(&world.db, now(), world.actor(), &fingerprint, &moved),
            );
            assert_eq!(published.expect("published").cohorts, 1, "round {round}");
            let added = match edited {
                Ok(()) => true,
                Err(Halt::Refused(_)) => false,
                Err(halt) => panic!("round {round}: {halt:?}"),
            };
            let asked = entity::outbox::Entity::find().filter(entity::outbox::Column::ToEmail.eq(&email)).all(world.db.read()).await.expect("mails");
            assert_eq!(added, !asked.is_empty(), "round {round}: whoever facilitates is asked about the version that stands now");
        }
    }
}

both_databases! {
    async fn an_exception_made_twice_at_once_is_one(scratch) {
        let world = World::new(&scratch.db, 2, 10).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        for (round, registration) in world.crowd(ROUNDS).await.into_iter().enumerate() {
            let row = entity::registration::Entity::find_by_id(registration).one(world.db.read()).await.expect("a read").expect("a registration");
            let made = async |reason: &'static str| {
                store::conduct::quiet_period::set_aside(&world.db, now(), world.manager, world.cohort, row.person_id, reason).await.expect("an answer")
            };
            let (one, other) = tokio::join!(made("Their press team asked us for a quote."), made("They wrote to us themselves."));
            let first = [one, other].iter().filter(|made| **made == SettingAside::SetAside).count();
            assert_eq!(first, 1, "round {round}: {one:?}, {other:?}");
            let rows = store::conduct::quiet_period::set_aside_for(&world.db, row.person_id).await.expect("the exceptions");
            assert_eq!(rows.len(), 1, "round {round}");
            told(&world.db, "quiet period", "override", row.person_id).await;
        }
    }
}

/// How often somebody allows something while they are forgotten.
const TIMES: usize = 20;

both_databases! {
    async fn who_is_forgotten_as_they_allow_something_is_forgotten(scratch) {
        let world = inviting(&scratch, 8, 1).await;
        let root = Actor::Staff(staff(&world.db, "root@halden.example", Role::Admin).await);
        for round in 0..8 {
            let invited = world.name(round, 1).await[0];
            world.accept(invited).await;
            invitation::withdraw(&world.db, now(), invited, "").await.expect("the seat is given back");
            let person = world.person(&format!("p0@company{round}.example")).await;
            let due = "2027-02-14".parse().expect("a day");
            let wish = entity::forget_wish::ActiveModel { person_id: Set(person), asked_at: Set(now()), due_day: Set(due), ..Default::default() };
            wish.insert(world.db.read()).await.expect("a wish");
            let allowing = async {
                for scope in [Scope::Name, Scope::Photo].into_iter().cycle().take(TIMES) {
                    let until = usual_end(now().date_naive());
                    let wish = Wish { scope, channels: Group::Ours.channels().to_vec(), until, exactly: false };
                    consent::give(&world.db, now(), Giver::Invitation(invited), &wish).await.expect("given");
                }
            };
            let (done, ()) = tokio::join!(forget(&world.db, now(), root, person), allowing);
            assert_eq!(done.expect("neither waits for the other for ever"), Forgotten::Forgotten, "round {round}");
        }
    }
}
