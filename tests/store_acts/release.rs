//! Releases: numbered, told to those concerned, raising the sequence exactly when a calendar must move.

use std::collections::BTreeSet;

use domain::Refusal;
use store::Halt;
use store::agenda::{feed, release, seat};
use store::outbox::Message;
use tests::both_databases;
use tests::world::{Plan, World, now};

both_databases! {
    async fn a_move_tells_the_people_concerned_with_the_same_uid_and_a_higher_sequence(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let workshop = Plan::capped("Workshop", "2027-03-29", "10:00", "11:00", 5);
        let session = world.session(&workshop).await;
        let other = world.session(&Plan::capped("Other", "2027-03-30", "10:00", "11:00", 5)).await;
        assert_eq!(world.release().await, 0);
        world.open().await;
        let people = world.crowd(3).await;
        seat::take_seat(&world.db, now(), people[0], session).await.unwrap();
        seat::take_seat(&world.db, now(), people[1], other).await.unwrap();
        let owner = feed::owner_of(&world.db, people[0]).await.unwrap().unwrap();
        let before = feed::events(&world.db, now(), &owner, true).await.unwrap();

        world.edit(session, &Plan { starts: "14:00", ends: "15:00", ..workshop.clone() }).await;
        assert_eq!(world.release().await, 1);

        let after = feed::events(&world.db, now(), &owner, true).await.unwrap();
        assert_eq!((after.len(), after[0].uid, after[0].sequence), (1, before[0].uid, before[0].sequence + 1));
        assert_eq!(after[0].starts_at.to_string(), "2027-03-29 12:00:00 UTC");
        let mails = store::outbox::unsent(&world.db, world.cohort).await.unwrap();
        let told: Vec<_> = mails
            .iter()
            .filter_map(|mail| match &mail.message {
                Message::SessionChanged { event, changes, .. } => Some((mail.to_email.as_str(), event.uid, event.sequence, changes.join(" "))),
                _ => None,
            })
            .collect();
        let moved = "It moves from 10:00 to 14:00 on Monday 29 March 2027.".to_owned();
        assert_eq!(told, [("p0@company0.example", before[0].uid, 1, moved)]);

        // New words are released without a mail and without a new sequence.
        world.edit(session, &Plan { starts: "14:00", ends: "15:00", title: "Workshop, renamed".into(), ..workshop.clone() }).await;
        assert_eq!(world.release().await, 0);
        assert_eq!(feed::events(&world.db, now(), &owner, true).await.unwrap()[0].sequence, 1);

        // Cancelled: once more told, once more raised, and kept in the feed.
        store::agenda::session::set_cancelled(&world.db, now(), world.actor(), session, true).await.unwrap();
        assert_eq!(world.release().await, 1);
        let last = feed::events(&world.db, now(), &owner, true).await.unwrap();
        assert_eq!((last[0].cancelled, last[0].sequence), (true, 2));
        assert_eq!(feed::events(&world.db, now(), &owner, false).await.unwrap(), []);
        let month_later = now() + chrono::TimeDelta::days(31);
        assert_eq!(feed::events(&world.db, month_later, &owner, true).await.unwrap(), []);
    }
}

both_databases! {
    async fn a_release_is_published_once_and_held_back_by_what_blocks(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        let sentence = |halt: Halt<release::ReleaseRefusal>| match halt {
            Halt::Refused(why) => (why.code(), why.sentence()),
            Halt::Fault(fault) => panic!("{fault}"),
        };
        let publish = async |number| release::publish(&world.db, now(), world.actor(), world.cohort, number, "").await;
        assert_eq!(sentence(publish(1).await.unwrap_err()).0, "empty");
        let outside = Plan::everyone("Too late", "2027-04-02", "10:00", "11:00");
        let session = world.session(&outside).await;
        let (code, why) = sentence(publish(1).await.unwrap_err());
        assert!(code == "held" && why.contains("outside the cohort's dates"), "{why}");
        world.edit(session, &Plan { day: "2027-03-31", ..outside }).await;
        assert_eq!(publish(1).await.unwrap().number, 1);
        assert_eq!(sentence(publish(1).await.unwrap_err()).0, "stale");
        assert_eq!(sentence(publish(2).await.unwrap_err()).0, "nothing");
        assert_eq!(release::past(&world.db, world.cohort).await.unwrap().len(), 1);
    }
}

both_databases! {
    async fn cancelling_a_cohort_tells_everybody_once_and_cancels_every_entry(scratch) {
        let world = World::new(&scratch.db, 1, 10).await;
        world.session(&Plan::everyone("E", "2027-03-29", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(2).await;
        let owner = feed::owner_of(&world.db, people[0]).await.unwrap().unwrap();
        store::cohort::step(&world.db, now(), world.actor(), world.cohort, domain::cohort::Step::Cancel).await.unwrap();
        store::cohort::step(&world.db, now(), world.actor(), world.cohort, domain::cohort::Step::Cancel).await.unwrap();
        let mails = store::outbox::unsent(&world.db, world.cohort).await.unwrap();
        let told: Vec<&str> = mails.iter().filter(|mail| mail.kind == "cohort-cancelled").map(|mail| mail.to_email.as_str()).collect();
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), 2);
        assert_eq!(told.len(), 2);
        let events = feed::events(&world.db, now(), &owner, true).await.unwrap();
        assert!(events.iter().all(|event| event.cancelled && event.sequence == 1));
    }
}
