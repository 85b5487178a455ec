//! Two hundred people at twenty seats, released together, twenty times over, on both databases. And the controls: the
//! same without the lock sells too many, or is stopped by the constraint alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::agenda::seat::{self, SeatRefusal, Taking};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};
use store::agenda::seat::{give_up_seat, known, take_seat};
use store::entity;
use store::{Db, Halt};
use tests::both_databases;
use tests::database::Scratch;
use tests::world::{Plan, World, now};
use tokio::sync::Barrier;

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
