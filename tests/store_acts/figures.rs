//! What advocacy comes to: sums of live entries, asks as they are spread, reach as it was counted.

use domain::access::Role;
use domain::advocacy::consent::Channel;
use domain::advocacy::figures::{Fairness, Period};
use domain::advocacy::ledger::{Side, TypedAct, TypedGive, weight};
use sea_orm::ConnectionTrait;
use store::advocacy::figures::{self, Reach, Reciprocity, Sight};
use store::advocacy::ledger;
use tests::both_databases;
use tests::world::{World, now};

both_databases! {
    async fn a_correction_and_hidden_seats_are_not_summed(scratch) {
        let db = &scratch.db;
        let world = World::new(db, 2, 3).await;
        let (first, second) = (world.company(0).await, world.company(1).await);
        let give = async |company: i64, kind: &str| {
            let typed = TypedGive { person: 0, company, kind, on: "2027-01-10", note: "Said so", value: "" };
            ledger::record_give(db, now(), world.actor(), &typed).await.expect("given")
        };
        give(first, "speaking slot").await;
        let wrong = give(first, "content").await;
        give(second, "award nomination").await;
        let act = TypedAct { person: 0, company: second, kind: "case study", on: "2027-01-12", note: "It is on our page" };
        ledger::record_act(db, now(), world.actor(), &act).await.expect("done");
        let admin = domain::access::Principal::Staff { id: world.manager, roles: vec![Role::Admin] };
        ledger::correct(db, now(), &admin, wrong, "It was another company.").await.expect("corrected");
        let seat = format!(
            "INSERT INTO ledger_entry (company_id, side, kind, source, weight, happened_on, note, recorded_at) \
             VALUES ({first}, 'give', 'seat', 'registration:1', 5, '2027-01-11', '', '2027-01-12T09:00:00+00:00')"
        );
        db.read().execute_unprepared(&seat).await.expect("a seat");

        let names = [first, second];
        let all = figures::reciprocity(db, Sight::All, "", 1).await.unwrap();
        let found: Vec<(usize, i64, i64)> =
            all.rows.iter().map(|row| (names.iter().position(|id| *id == row.id).unwrap(), row.gives, row.acts)).collect();
        let owed = weight(Side::Give, "award nomination") < weight(Side::Act, "case study");
        assert!(owed, "the second company did more than it was given, so it comes first");
        assert_eq!((found, all.total), (vec![(1, 1, 1), (0, 2, 0)], 2));

        let seen = figures::reciprocity(db, Sight::WithoutSeats, "company 0", 1).await.unwrap();
        let slot = i64::from(weight(Side::Give, "speaking slot"));
        let day = Some("2027-01-10".parse().unwrap());
        let expect =
            Reciprocity { id: first, company: "Company 0".into(), gives: 1, acts: 0, give_weight: slot, act_weight: 0, last_give: day };
        assert_eq!((seen.rows, seen.total), (vec![expect], 1));
    }
}

both_databases! {
    async fn asks_are_counted_by_person_and_the_few_are_named_by_name(scratch) {
        let db = &scratch.db;
        let world = World::new(db, 1, 9).await;
        world.session(&tests::world::Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        world.name(0, 7).await;
        let people = store::cohort::person::list(db, now(), None, "company0.example", 1).await.unwrap().rows;
        assert_eq!(people.len(), 7);
        for (at, person) in people.iter().enumerate() {
            for time in 0..=at {
                let asked = if time == 5 { "2025-01-01T09:00:00+00:00" } else { "2027-01-02T09:00:00+00:00" };
                let ask = format!(
                    "INSERT INTO ask (person_id, kind, wording, source, state, reasons, submitted_at, asked_at) \
                     VALUES ({}, 'review', 'W', 'page', 'declined', '', '{asked}', {})",
                    person.id,
                    if time == 6 { "NULL".to_owned() } else { format!("'{asked}'") }
                );
                db.read().execute_unprepared(&ask).await.expect("an ask");
            }
        }
        let spread = figures::fairness(db, Period::Year.from(now().date_naive())).await.unwrap();
        assert_eq!(spread.fairness, Fairness::of([(1, 1), (2, 1), (3, 1), (4, 1), (5, 3)]));
        let mut few: Vec<(String, i64)> = people[2..].iter().zip([3, 4, 5, 5, 5]).map(|(one, asks)| (one.name.clone(), asks)).collect();
        few.sort();
        assert_eq!(spread.few.iter().map(|one| (one.name.clone(), one.asks)).collect::<Vec<_>>(), few);
        let all = figures::fairness(db, Period::All.from(now().date_naive())).await.unwrap();
        assert_eq!(all.fairness.asks, 1 + 2 + 3 + 4 + 5 + 6 + 6);
    }
}

both_databases! {
    async fn reach_is_of_what_is_public_and_says_what_is_not_counted(scratch) {
        let db = &scratch.db;
        tests::world::staff(db, "priya@halden.example", Role::Marketing).await;
        for (id, channel, state, at) in [
            (1, "blog", "live", "2027-01-05"),
            (2, "blog", "live", "2027-01-06"),
            (3, "x", "taken down", "2027-01-06"),
            (4, "linkedin", "live", "2025-01-06"),
        ] {
            let row = format!(
                "INSERT INTO publication (id, title, channel, state, planned_for, url, published_at, created_at) \
                 VALUES ({id}, 'P', '{channel}', '{state}', '{at}', 'https://h.example/{id}', '{at}T09:00:00+00:00', '{at}T09:00:00+00:00')"
            );
            db.read().execute_unprepared(&row).await.expect("a publication");
        }
        let result = "INSERT INTO publication_result (publication_id, impressions, clicks, reactions, comments, note, value, counted_on, recorded_at) \
             VALUES (1, 4120, 80, 96, 11, '', 300, '2027-01-10', '2027-01-10T09:00:00+00:00'), (3, 9, 9, 9, 9, '', 9, '2027-01-10', '2027-01-10T09:00:00+00:00')";
        db.read().execute_unprepared(result).await.expect("results");
        let found = figures::reach(db, Period::Quarter.from(now().date_naive())).await.unwrap();
        assert_eq!(found.len(), Channel::ALL.len());
        let blog = Reach { publications: 2, counted: 1, impressions: 4120, clicks: 80, reactions: 96, comments: 11, value: 300 };
        for (channel, reach) in found {
            assert_eq!(reach, if channel == Channel::Blog { blog.clone() } else { Reach::default() }, "{channel}");
        }
        let all = figures::reach(db, Period::All.from(now().date_naive())).await.unwrap();
        assert_eq!(all.iter().map(|(_, reach)| reach.publications).sum::<i64>(), 3);
    }
}
