//! From a name to a registration and back, and the arithmetic that goes with it.

use domain::Refusal;
use domain::cohort::allotment::{AllotmentRefusal, Ledgered, Named};
use domain::registration::invitation::{Acceptance, InvitationRefusal, Needs, State};
use store::cohort::allotment::{self, NamingRefusal};
use store::registration::invitation::{self, Answer, AnswerRefusal};
use store::{Actor, Halt, sign_in};
use tests::both_databases;
use tests::world::{Plan, World, now};

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

async fn opened(scratch: &tests::database::Scratch, companies: usize, seats: u32) -> World {
    let world = World::new(&scratch.db, companies, seats).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

both_databases! {
    async fn every_seat_is_accounted_for(scratch) {
        let world = opened(&scratch, 2, 3).await;
        let people = world.name(0, 3).await;
        let audit = |allotted, held, confirmed| Ledgered { allotted, held, confirmed };
        assert_eq!(allotment::audit(&world.db, world.cohort).await.unwrap(), (audit(6, 3, 0), audit(6, 3, 0)));

        world.accept(people[0]).await;
        invitation::decline(&world.db, now(), people[1], "Board meeting").await.unwrap();
        invitation::decline(&world.db, now(), people[1], "Board meeting").await.unwrap();
        allotment::give_back(&world.db, now(), Actor::DelegationLead(world.allotments[1]), world.allotments[1], 2).await.unwrap();
        assert_eq!(allotment::audit(&world.db, world.cohort).await.unwrap(), (audit(4, 1, 1), audit(4, 1, 1)));

        // A colleague comes instead of somebody who had accepted: the seat passes in one step.
        let colleague = Named::parse("Astrid Dahl", "astrid@company0.example", "CFO").unwrap().unwrap();
        invitation::send_colleague(&world.db, now(), people[0], &colleague, "Travel").await.unwrap();
        assert_eq!(allotment::audit(&world.db, world.cohort).await.unwrap(), (audit(4, 2, 0), audit(4, 2, 0)));
        assert_eq!(invitation::get(&world.db, people[0]).await.unwrap().unwrap().state, State::Superseded);

        invitation::revoke(&world.db, now(), world.actor(), people[2]).await.unwrap();
        let lines = allotment::get(&world.db, world.allotments[0]).await.unwrap().unwrap().people;
        let hers = lines.iter().find(|line| line.name == "Astrid Dahl").unwrap().invitation;
        world.accept(hers).await;
        invitation::withdraw(&world.db, now(), hers, "").await.unwrap();
        assert_eq!(allotment::audit(&world.db, world.cohort).await.unwrap(), (audit(4, 0, 0), audit(4, 0, 0)));
    }
}

both_databases! {
    async fn accepting_records_the_rule_and_is_the_same_when_repeated(scratch) {
        let world = opened(&scratch, 1, 2).await;
        let id = world.name(0, 1).await[0];
        let answer = |acknowledged| Answer { needs: Needs { dietary: "Vegetarian".into(), ..Needs::default() }, acknowledged, ..Answer::default() };

        let why = refusal(invitation::accept(&world.db, now(), id, &answer(None)).await);
        assert_eq!(why, AnswerRefusal::Whole(InvitationRefusal::RuleNotAcknowledged));
        assert_eq!(why.field(), Some("rule"));
        assert_eq!(invitation::accept(&world.db, now(), id, &answer(Some(1))).await.unwrap(), Acceptance::Accepted);
        assert_eq!(invitation::accept(&world.db, now(), id, &answer(Some(1))).await.unwrap(), Acceptance::AlreadyAccepted);

        let version = store::conduct::conversation_rule::get(&world.db, 1).await.unwrap().unwrap();
        assert_eq!(version.acknowledged, 1);
        let registration = invitation::registration_of(&world.db, id).await.unwrap().unwrap();
        assert_eq!(invitation::details(&world.db, registration).await.unwrap().unwrap().needs.dietary, "Vegetarian");
        let mails = store::outbox::unsent(&world.db, world.cohort).await.unwrap();
        assert_eq!(mails.iter().filter(|mail| mail.kind == "accepted").count(), 1);
    }
}

both_databases! {
    async fn naming_refuses_what_does_not_fit_row_by_row_and_keeps_nothing(scratch) {
        let world = opened(&scratch, 2, 2).await;
        let row = |at, email: &str| (at, Named::parse("Somebody", email, "").unwrap().unwrap());
        let name = async |allotment: usize, rows: &[(usize, Named)]| {
            let id = world.allotments[allotment];
            allotment::name(&world.db, now(), Actor::DelegationLead(id), id, rows).await
        };
        assert_eq!(name(0, &[row(0, "a@x.example")]).await.unwrap(), 1);

        let NamingRefusal::Rows(wrong) = refusal(name(0, &[row(4, "a@x.example")]).await) else { panic!("of a row") };
        assert_eq!((wrong[0].0, wrong[0].1.field), (4, "email"));
        let NamingRefusal::Rows(wrong) = refusal(name(1, &[row(0, "b@x.example"), row(1, "a@x.example")]).await) else { panic!("of a row") };
        assert!(wrong[0].0 == 1 && wrong[0].1.sentence.contains("another company"), "a lead does not learn whose address it is");
        let two = refusal(name(0, &[row(0, "c@x.example"), row(1, "d@x.example")]).await);
        assert_eq!(two, NamingRefusal::Whole(AllotmentRefusal::TooMany { free: 1 }));
        assert_eq!(allotment::get(&world.db, world.allotments[1]).await.unwrap().unwrap().people, []);
    }
}

both_databases! {
    async fn a_link_opens_until_it_is_replaced(scratch) {
        let world = opened(&scratch, 1, 2).await;
        let id = world.name(0, 1).await[0];
        let token = async || store::outbox::unsent(&world.db, world.cohort).await.unwrap().pop().unwrap().secret.unwrap().link.unwrap();
        let first = token().await;
        let opened = sign_in::open_invitation(&world.db, now(), &first).await.unwrap().unwrap();
        assert_eq!(opened.id, id);
        assert!(sign_in::executive(&world.db, now(), &opened.cookie).await.unwrap().is_some());

        invitation::remind(&world.db, now() + chrono::TimeDelta::minutes(2), world.actor(), id).await.unwrap();
        let second = token().await;
        assert_ne!(first, second);
        assert_eq!(sign_in::open_invitation(&world.db, now(), &first).await.unwrap(), None);
        assert!(sign_in::executive(&world.db, now(), &opened.cookie).await.unwrap().is_none(), "the old link's cookie is over as well");
        assert!(sign_in::open_invitation(&world.db, now(), &second).await.unwrap().is_some());
        assert_eq!(sign_in::open_invitation(&world.db, now(), "inv_nothing").await.unwrap(), None);
    }
}

both_databases! {
    async fn seats_whose_date_has_passed_go_back(scratch) {
        let world = opened(&scratch, 1, 2).await;
        let people = world.name(0, 2).await;
        world.accept(people[0]).await;
        let late = "2027-02-26T17:00:01Z".parse().unwrap();
        assert_eq!(invitation::expire_due(&world.db, late).await.unwrap(), 1);
        assert_eq!(invitation::expire_due(&world.db, late).await.unwrap(), 0);
        assert_eq!(invitation::get(&world.db, people[1]).await.unwrap().unwrap().state, State::Expired);
        let why = refusal(invitation::accept(&world.db, late, people[1], &Answer { acknowledged: Some(1), ..Answer::default() }).await);
        assert_eq!(why, AnswerRefusal::Whole(InvitationRefusal::NoLongerOpen));
    }
}

both_databases! {
    async fn needs_are_forgotten_a_month_after_the_week(scratch) {
        let world = opened(&scratch, 1, 2).await;
        let id = world.name(0, 1).await[0];
        let needs = Needs { dietary: "Vegetarian".into(), pronunciation: "ah-MAH-rah".into(), ..Needs::default() };
        invitation::accept(&world.db, now(), id, &Answer { needs, acknowledged: Some(1), ..Answer::default() }).await.unwrap();
        assert_eq!(invitation::purge_needs(&world.db, "2027-04-30T00:00:00Z".parse().unwrap()).await.unwrap(), 0);
        assert_eq!(invitation::purge_needs(&world.db, "2027-05-01T00:00:00Z".parse().unwrap()).await.unwrap(), 1);
        let registration = invitation::registration_of(&world.db, id).await.unwrap().unwrap();
        let left = invitation::details(&world.db, registration).await.unwrap().unwrap().needs;
        assert_eq!(left, Needs { pronunciation: "ah-MAH-rah".into(), ..Needs::default() });
    }
}
