//! The ledger: each thing once, nothing that is only planned, nothing changed, and no seat shown to whoever may not know.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Principal, Role};
use domain::advocacy::consent::{Channel, Scope, Wish, usual_end};
use domain::advocacy::ledger::{LedgerRefusal, Side, Totals, TypedAct, TypedGive};
use domain::cohort::Step;
use sea_orm::{EntityTrait, QueryOrder};
use store::advocacy::consent::{self, Giver};
use store::advocacy::ledger::{self, Corrected, Seats, record_act, record_give};
use store::entity::{invitation, ledger_entry};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::celebration::{Celebration, DAY, at};
use tests::world::{Plan, World, now, staff};

fn refusal<T: std::fmt::Debug>(result: Result<T, Halt<LedgerRefusal>>) -> LedgerRefusal {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

/// The fields that were refused, with their sentences.
fn fields<T: std::fmt::Debug>(result: Result<T, Halt<LedgerRefusal>>) -> Vec<(&'static str, String)> {
    match refusal(result) {
        LedgerRefusal::Fields(fields) => fields.into_iter().map(|why| (why.field, why.sentence)).collect(),
        other => panic!("{other:?}"),
    }
}

/// Two companies, one person of the first and one of the second, and a member of marketing.
struct Stage {
    world: World,
    companies: [i64; 2],
    invitations: [i64; 2],
    people: [i64; 2],
    priya: i64,
}

impl Stage {
    async fn new(db: &Db) -> Self {
        let world = World::new(db, 2, 4).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let invitations = [world.name(0, 1).await[0], world.name(1, 1).await[0]];
        let mut people = [0; 2];
        for (person, invitation) in people.iter_mut().zip(invitations) {
            *person = invitation::Entity::find_by_id(invitation).one(db.read()).await.unwrap().unwrap().person_id;
        }
        let companies = [world.company(0).await, world.company(1).await];
        let priya = staff(db, "priya@halden.example", Role::Marketing).await;
        Self { world, companies, invitations, people, priya }
    }

    fn marketing(&self) -> Principal {
        Principal::Staff { id: self.priya, roles: vec![Role::Marketing] }
    }

    fn admin(&self) -> Principal {
        Principal::Staff { id: self.world.manager, roles: vec![Role::Admin] }
    }
}

async fn rows(db: &Db) -> Vec<ledger_entry::Model> {
    ledger_entry::Entity::find().order_by_asc(ledger_entry::Column::Id).all(db.read()).await.unwrap()
}

both_databases! {
    async fn what_is_recorded_by_hand_stands_once_and_is_taken_back_by_another_entry(scratch) {
        let db = &scratch.db;
        let stage = Stage::new(db).await;
        let (by, [company, elsewhere], [amara, _]) = (Actor::Staff(stage.priya), stage.companies, stage.people);
        let slot = TypedGive { person: amara, company, kind: "speaking slot", on: "2027-01-14", note: "The opening talk", value: "" };
        let first = record_give(db, now(), by, &slot).await.unwrap();
        assert_eq!(record_give(db, now() + TimeDelta::seconds(59), by, &slot).await.unwrap(), first, "a second press");
        let other = record_give(db, now() + TimeDelta::seconds(60), by, &slot).await.unwrap();
        assert_ne!(other, first);
        let act = TypedAct { person: 0, company, kind: "referral", on: "2027-01-15", note: "Named us to a peer" };
        record_act(db, now(), by, &act).await.unwrap();
        record_act(db, now(), by, &act).await.unwrap();
        assert_eq!(rows(db).await.len(), 3);

        // Nothing planned, nothing that enters by itself, nobody of another company.
        assert_eq!(fields(record_give(db, now(), by, &TypedGive { on: "2027-01-16", ..slot }).await)[0].0, "on");
        for kind in ["seat", "amplification published", "introduction made", "a lunch"] {
            assert_eq!(fields(record_give(db, now(), by, &TypedGive { kind, ..slot }).await)[0].0, "kind", "{kind}");
        }
        assert_eq!(fields(record_give(db, now(), by, &TypedGive { company: elsewhere, ..slot }).await)[0].0, "person");
        assert_eq!(refusal(record_give(db, now(), by, &TypedGive { person: 999, ..slot }).await), LedgerRefusal::Nobody);
        assert_eq!(refusal(record_give(db, now(), by, &TypedGive { person: 0, company: 999, ..slot }).await), LedgerRefusal::Nobody);
        assert_eq!(rows(db).await.len(), 3);

        // Taken back with a reason, once; a correction stands.
        let who = stage.marketing();
        let empty = ledger::correct(db, now(), &who, first, " ").await;
        assert_eq!(fields(empty)[0].0, "reason");
        let expect = Corrected { company, person: Some(amara), already: false };
        assert_eq!(ledger::correct(db, now(), &who, first, "It was another day").await.unwrap(), expect);
        let again = ledger::correct(db, now(), &who, first, "Once more").await.unwrap();
        assert_eq!(again, Corrected { already: true, ..expect });
        let all = rows(db).await;
        assert_eq!(all.len(), 4);
        let against = all.iter().find(|row| row.against == Some(first)).unwrap();
        assert_eq!((against.weight, against.note.as_str(), against.source.clone()), (-4, "It was another day", format!("against:{first}")));
        assert_eq!(refusal(ledger::correct(db, now(), &who, against.id, "Not so").await), LedgerRefusal::OfACorrection);
        assert_eq!(refusal(ledger::correct(db, now(), &who, 999, "Not so").await), LedgerRefusal::Unknown);

        let of_person = ledger::totals_of_person(db, amara).await.unwrap();
        assert_eq!(of_person, Totals { gives: 1, acts: 0, give_weight: 4, act_weight: 0 });
        let of_company = ledger::totals_of_company(db, company, &Seats::All).await.unwrap();
        assert_eq!(of_company, Totals { gives: 1, acts: 1, give_weight: 4, act_weight: 4 });
        assert_eq!(ledger::totals_of_company(db, elsewhere, &Seats::All).await.unwrap(), Totals::default());
        let lines = ledger::of_person(db, amara).await.unwrap();
        assert_eq!(ledger::totals_of_lines(&lines), of_person);
        assert_eq!(lines.iter().filter(|line| line.is_live()).map(|line| line.id).collect::<Vec<_>>(), [other]);
        assert_eq!(ledger::of_company(db, company, &Seats::All, 1).await.unwrap().total, 4);
    }
}

both_databases! {
    async fn what_a_person_corrected_is_not_entered_again_by_itself(scratch) {
        let db = &scratch.db;
        let stage = Celebration::new(db).await;
        let who = Principal::Staff { id: stage.priya, roles: vec![Role::Marketing] };
        let (task, _) = stage.scheduled("Rail prize", &["blog", "newsletter"], DAY).await;
        stage.publish(at("2027-01-20T09:00:00Z"), task, Channel::Blog).await;
        let given = rows(db).await;
        assert_eq!(given.iter().map(|row| row.source.as_str()).collect::<Vec<_>>(), [format!("amplification:{task}")]);
        ledger::correct(db, at("2027-01-20T10:00:00Z"), &who, given[0].id, "It was no give").await.unwrap();
        stage.publish(at("2027-01-20T11:00:00Z"), task, Channel::Newsletter).await;
        let weights: Vec<i32> = rows(db).await.iter().map(|row| row.weight).collect();
        assert_eq!(weights, [given[0].weight, -given[0].weight]);
    }
}

both_databases! {
    async fn gifts_stay_within_the_year_whoever_records_them(scratch) {
        let db = &scratch.db;
        let stage = Stage::new(db).await;
        let (by, [amara, _]) = (Actor::Staff(stage.priya), stage.people);
        let gift = |value: &'static str, note: &'static str| TypedGive { person: amara, company: 0, kind: "gift", on: "2027-01-10", note, value };
        let (flowers, books) = (gift("60", "Flowers"), gift("60", "Books"));
        let (one, two) = tokio::join!(record_give(db, now(), by, &flowers), record_give(db, now(), stage.world.actor(), &books));
        let (kept, refused) = if one.is_ok() { (one, two) } else { (two, one) };
        let kept = kept.unwrap();
        let sentence = "The most one person may be given in a year is 100. For 2027, 40 is left: choose something smaller.";
        assert_eq!(fields(refused), [("value", sentence.to_owned())]);
        record_give(db, now(), by, &gift("40", "A pen")).await.unwrap();
        assert!(fields(record_give(db, now(), by, &gift("1", "A card")).await)[0].1.contains("nothing of it is left"));
        record_give(db, now(), by, &TypedGive { on: "2026-12-31", ..gift("100", "Last year’s") }).await.unwrap();
        assert_eq!(fields(record_give(db, now(), by, &TypedGive { person: 0, company: stage.companies[0], ..gift("1", "To all") }).await)[0].0, "person");
        ledger::correct(db, now(), &stage.marketing(), kept, "It was sent back").await.unwrap();
        record_give(db, now(), by, &gift("60", "A dinner")).await.unwrap();
        let live: i32 = ledger::of_person(db, amara).await.unwrap().iter().filter(|line| line.is_live()).map(|line| line.value).sum();
        assert_eq!(live, 200);
    }
}

both_databases! {
    async fn a_seat_enters_once_its_cohort_is_over_and_marketing_is_not_told(scratch) {
        let db = &scratch.db;
        let stage = Stage::new(db).await;
        let [coming, leaving] = stage.invitations;
        let registration = stage.world.accept(coming).await;
        stage.world.accept(leaving).await;
        store::registration::invitation::withdraw(db, now(), leaving, "").await.unwrap();
        let (company, person) = (stage.companies[0], stage.people[0]);

        // The last day ends by the venue's clock.
        let last: DateTime<Utc> = "2027-03-31T21:59:59Z".parse().unwrap();
        assert_eq!(ledger::credit_seats(db, last).await.unwrap(), 0);
        let over = last + TimeDelta::seconds(1);
        assert_eq!(ledger::credit_seats(db, over).await.unwrap(), 1);
        assert_eq!(ledger::credit_seats(db, over).await.unwrap(), 0);
        let seat = rows(db).await.remove(0);
        assert_eq!((seat.kind.as_str(), seat.source, seat.note.as_str()), ("seat", format!("registration:{registration}"), ""));
        assert_eq!((seat.person_id, seat.company_id, seat.happened_on), (Some(person), company, last.date_naive()));

        // It counts for whoever it is of, and for admins; marketing neither sees nor counts it.
        let whole = Totals { gives: 1, acts: 0, give_weight: 5, act_weight: 0 };
        assert_eq!(ledger::totals_of_person(db, person).await.unwrap(), whole);
        let (marketing, admin) = (stage.marketing(), stage.admin());
        assert_eq!(ledger::seats_shown(db, over, company, &admin).await.unwrap(), Seats::All);
        let hidden = ledger::seats_shown(db, over, company, &marketing).await.unwrap();
        assert_eq!(hidden, Seats::Of(BTreeSet::new()));
        assert_eq!(ledger::of_company(db, company, &hidden, 1).await.unwrap().rows, []);
        assert_eq!(ledger::totals_of_company(db, company, &hidden).await.unwrap(), Totals::default());
        assert_eq!(ledger::of_person_as_seen_by(db, over, &marketing, person).await.unwrap(), []);
        assert_eq!(ledger::of_person_as_seen_by(db, over, &admin, person).await.unwrap().len(), 1);
        assert_eq!(refusal(ledger::correct(db, over, &marketing, seat.id, "Not so").await), LedgerRefusal::Unknown);

        // Once they allow it to be said inside the firm, it is shown; on the blog alone, it is not.
        let wish = |channel| Wish { scope: Scope::Attendance, channels: vec![channel], until: usual_end(over.date_naive()), exactly: false };
        consent::give(db, over, Giver::Invitation(coming), &wish(Channel::Blog)).await.unwrap();
        assert_eq!(ledger::seats_shown(db, over, company, &marketing).await.unwrap(), hidden);
        consent::give(db, over, Giver::Invitation(coming), &wish(Channel::Internal)).await.unwrap();
        let shown = ledger::seats_shown(db, over, company, &marketing).await.unwrap();
        assert_eq!(shown, Seats::Of(BTreeSet::from([person])));
        assert_eq!(ledger::of_company(db, company, &shown, 1).await.unwrap().rows.iter().map(|line| line.side).collect::<Vec<_>>(), [Side::Give]);
        consent::withdraw(db, over, Giver::Invitation(coming), Scope::Attendance, &[]).await.unwrap();
        assert_eq!(ledger::seats_shown(db, over, company, &marketing).await.unwrap(), hidden);

        // Taken back by an admin, the clock does not enter it again.
        ledger::correct(db, over, &admin, seat.id, "They stayed at home").await.unwrap();
        assert_eq!(ledger::credit_seats(db, over).await.unwrap(), 0);
        assert_eq!(ledger::totals_of_person(db, person).await.unwrap(), Totals::default());
    }
}

both_databases! {
    async fn a_cohort_that_was_cancelled_gave_no_seats(scratch) {
        let db = &scratch.db;
        let stage = Stage::new(db).await;
        stage.world.accept(stage.invitations[0]).await;
        store::cohort::step(db, now(), stage.world.actor(), stage.world.cohort, Step::Cancel).await.unwrap();
        assert_eq!(ledger::credit_seats(db, now() + TimeDelta::days(200)).await.unwrap(), 0);
        assert_eq!(rows(db).await, []);
    }
}
