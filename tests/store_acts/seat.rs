//! Seats, swaps, waitlists and offers.

use chrono::TimeDelta;
use domain::agenda::seat::{Place, SeatRefusal, Taking};
use domain::agenda::waitlist::{Joining, WaitlistRefusal};
use store::Halt;
use store::agenda::seat::{SeatTaken, give_up_seat, swap_seat, take_seat};
use store::agenda::waitlist;
use store::agenda::week::{self, Standing};
use tests::both_databases;
use tests::world::{Plan, World, now};

fn taken(place: u32) -> SeatTaken {
    SeatTaken { taking: Taking::Taken(Place(place)), gave_up: vec![] }
}

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

both_databases! {
    async fn a_seat_is_taken_once_and_a_full_session_refuses(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let session = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", 2)).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(3).await;

        assert_eq!(take_seat(&world.db, now(), people[0], session).await.unwrap(), taken(1));
        let again = take_seat(&world.db, now(), people[0], session).await.unwrap();
        assert_eq!(again, SeatTaken { taking: Taking::AlreadyYours(Place(1)), gave_up: vec![] });
        assert_eq!(take_seat(&world.db, now(), people[1], session).await.unwrap(), taken(2));
        assert_eq!(refusal(take_seat(&world.db, now(), people[2], session).await), SeatRefusal::Full { capacity: 2 });

        assert!(give_up_seat(&world.db, now(), people[0], session).await.unwrap());
        assert!(!give_up_seat(&world.db, now(), people[0], session).await.unwrap());
        assert_eq!(take_seat(&world.db, now(), people[2], session).await.unwrap(), taken(1));
    }
}

both_databases! {
    async fn a_clash_is_refused_and_a_swap_is_all_or_nothing(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let first = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", 2)).await;
        let second = world.session(&Plan::capped("B", "2027-03-29", "10:30", "11:30", 1)).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(2).await;
        take_seat(&world.db, now(), people[0], first).await.unwrap();

        let SeatRefusal::Clash(with) = refusal(take_seat(&world.db, now(), people[0], second).await) else { panic!("a clash") };
        assert_eq!((with.session, with.title.as_str()), (first, "A"));
        let swapped = swap_seat(&world.db, now(), people[0], second).await.unwrap();
        assert_eq!(swapped, SeatTaken { taking: Taking::Taken(Place(1)), gave_up: vec![first] });

        // B is full now: the other keeps A.
        take_seat(&world.db, now(), people[1], first).await.unwrap();
        assert_eq!(refusal(swap_seat(&world.db, now(), people[1], second).await), SeatRefusal::Full { capacity: 1 });
        let week = week::of(&world.db, now(), world.cohort, people[1]).await.unwrap();
        let standing: Vec<Standing> = week.into_iter().map(|item| item.standing).collect();
        assert_eq!(standing, [Standing::Yours, Standing::Full { waiting: 0 }]);
    }
}

both_databases! {
    async fn a_free_place_is_offered_in_order_held_and_offered_on(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let session = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", 1)).await;
        let beside = world.session(&Plan::capped("B", "2027-03-29", "10:00", "11:00", 9)).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(4).await;
        assert_eq!(refusal(waitlist::join(&world.db, now(), people[1], session).await), WaitlistRefusal::NotFull);
        take_seat(&world.db, now(), people[0], session).await.unwrap();
        take_seat(&world.db, now(), people[1], beside).await.unwrap();
        for (minute, person) in people[1..].iter().enumerate() {
            let at = now() + TimeDelta::minutes(minute as i64);
            assert_eq!(waitlist::join(&world.db, at, *person, session).await.unwrap(), Joining::Joined);
            assert_eq!(waitlist::join(&world.db, at, *person, session).await.unwrap(), Joining::AlreadyWaiting);
        }

        // The first who waits holds a seat at that time and is skipped; the second is offered the place.
        give_up_seat(&world.db, now(), people[0], session).await.unwrap();
        let week = week::session(&world.db, now(), world.cohort, people[2], session).await.unwrap().unwrap();
        // Friday 04:00 in New York: twelve working hours from 08:00 there.
        let until = "2027-01-16T01:00:00Z".parse().unwrap();
        assert_eq!(week.standing, Standing::Offered { until });
        assert_eq!(refusal(take_seat(&world.db, now(), people[0], session).await), SeatRefusal::Full { capacity: 1 });

        // It lapses: the next is offered it, takes it, and nobody is offered anything more.
        assert_eq!(waitlist::expire_offers(&world.db, until).await.unwrap(), 0);
        assert_eq!(waitlist::expire_offers(&world.db, until + TimeDelta::seconds(1)).await.unwrap(), 1);
        assert_eq!(take_seat(&world.db, until, people[3], session).await.unwrap(), taken(1));
        assert_eq!(waitlist::expire_offers(&world.db, until + TimeDelta::days(30)).await.unwrap(), 0);
        let offers = store::outbox::unsent(&world.db, world.cohort).await.unwrap();
        assert_eq!(offers.iter().filter(|mail| mail.kind == "seat-offered").count(), 2);
    }
}

both_databases! {
    async fn nobody_without_a_registration_takes_a_seat(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let session = world.session(&Plan::capped("A", "2027-03-29", "10:00", "11:00", 5)).await;
        let open = world.session(&Plan::everyone("E", "2027-03-29", "12:00", "13:00")).await;
        world.release().await;
        world.open().await;
        let invitation = world.name(0, 1).await[0];
        let registration = world.accept(invitation).await;
        assert_eq!(refusal(take_seat(&world.db, now(), registration, open).await), SeatRefusal::ForEveryone);
        store::registration::invitation::withdraw(&world.db, now(), invitation, "").await.unwrap();
        assert_eq!(refusal(take_seat(&world.db, now(), registration, session).await), SeatRefusal::NotRegistered);
        assert_eq!(refusal(take_seat(&world.db, now(), 999_999, session).await), SeatRefusal::NotRegistered);
    }
}
