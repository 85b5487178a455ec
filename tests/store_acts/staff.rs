//! Accounts and sign-ins.

use chrono::TimeDelta;
use domain::access::Role;
use domain::contact::Email;
use domain::refusal::Refusal;
use store::staff::{self, StaffRefusal};
use store::{Actor, Halt, sign_in};
use tests::both_databases;
use tests::world::{PASSWORD, Plan, World, now};

fn refusal<T: std::fmt::Debug>(result: Result<T, Halt<StaffRefusal>>) -> StaffRefusal {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

both_databases! {
    async fn the_setup_code_makes_one_admin(scratch) {
        let db = &scratch.db;
        let email = Email::parse("ada@halden.example").unwrap();
        let code = staff::setup_code(db).await.unwrap().unwrap();
        assert_eq!(refusal(staff::set_up(db, now(), "0000-0000-0000-0000", "Ada", &email, PASSWORD).await), StaffRefusal::WrongSetupCode);
        assert_eq!(refusal(staff::set_up(db, now(), &code, "Ada", &email, "short").await), StaffRefusal::ShortPassword);
        let cookie = staff::set_up(db, now(), &code, "Ada", &email, PASSWORD).await.unwrap();
        let ada = sign_in::staff(db, now(), &cookie).await.unwrap().unwrap();
        assert_eq!((ada.name.as_str(), ada.roles.as_slice()), ("Ada", &[Role::Admin][..]));
        assert_eq!(refusal(staff::set_up(db, now(), &code, "Eve", &Email::parse("eve@x.example").unwrap(), PASSWORD).await), StaffRefusal::WrongSetupCode);
        assert_eq!(staff::setup_code(db).await.unwrap(), None);
    }
}

both_databases! {
    async fn a_sign_in_ends_when_idle_over_or_ended_everywhere(scratch) {
        let db = &scratch.db;
        let id = tests::world::staff(db, "ada@halden.example", Role::Admin).await;
        let one = staff::sign_in(db, now(), " Ada@Halden.example ", PASSWORD).await.unwrap();
        let other = staff::sign_in(db, now(), "ada@halden.example", PASSWORD).await.unwrap();
        assert!(sign_in::staff(db, now() + TimeDelta::hours(7), &one).await.unwrap().is_some());
        assert!(sign_in::staff(db, now() + TimeDelta::hours(14), &one).await.unwrap().is_some(), "kept alive by use");
        assert!(sign_in::staff(db, now() + TimeDelta::hours(14), &other).await.unwrap().is_none(), "idle");
        let third = staff::sign_in(db, now(), "ada@halden.example", PASSWORD).await.unwrap();
        assert!(sign_in::end_all(db, id).await.unwrap() >= 2);
        assert!(sign_in::staff(db, now(), &third).await.unwrap().is_none());
    }
}

both_databases! {
    async fn guessing_is_slowed_and_a_change_of_roles_ends_sign_ins(scratch) {
        let db = &scratch.db;
        let ada = tests::world::staff(db, "ada@halden.example", Role::Admin).await;
        let jonas = tests::world::staff(db, "jonas@halden.example", Role::ProgramManager).await;
        for _ in 0..10 {
            assert_eq!(refusal(staff::sign_in(db, now(), "jonas@halden.example", "wrong").await), StaffRefusal::WrongPassword);
        }
        assert_eq!(refusal(staff::sign_in(db, now(), "jonas@halden.example", PASSWORD).await), StaffRefusal::TooManyAttempts);
        let later = now() + TimeDelta::minutes(16);
        let cookie = staff::sign_in(db, later, "jonas@halden.example", PASSWORD).await.unwrap();
        staff::change(db, later, Actor::Staff(ada), jonas, &[Role::Facilitator], true, None).await.unwrap();
        assert!(sign_in::staff(db, later, &cookie).await.unwrap().is_none());
        assert_eq!(refusal(staff::change(db, later, Actor::Staff(ada), ada, &[Role::Marketing], true, None).await), StaffRefusal::LastAdmin);
    }
}

both_databases! {
    async fn whoever_takes_up_selling_owns_and_facilitates_nothing(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        let db = &world.db;
        let ada = tests::world::staff(db, "ada@halden.example", Role::Admin).await;
        let ida = tests::world::staff(db, "ida@halden.example", Role::Facilitator).await;
        world.acknowledge(ida).await;
        let mut sessions = Vec::new();
        for (title, day) in [("A", "2027-03-28"), ("B", "2027-03-29")] {
            let plan = Plan::everyone(title, day, "10:00", "11:00");
            sessions.push(store::agenda::session::create(db, now(), world.actor(), world.cohort, &tests::world::typed(&plan, &[ida])).await.unwrap());
        }
        let change = async |later: TimeDelta, person: i64, role: Role| staff::change(db, now() + later, Actor::Staff(ada), person, &[role], true, None).await;
        let facilitating = async || {
            let mut found = Vec::new();
            for session in &sessions {
                found.push(store::agenda::session::facilitators(db, *session).await.unwrap().len());
            }
            found
        };

        let owns = refusal(change(TimeDelta::zero(), world.manager, Role::AccountManager).await);
        assert_eq!((owns.code(), owns.field()), ("owns-program", Some("roles")));
        assert_eq!(
            owns.sentence(),
            "program manager owns the program “Leading through the energy shift”, and an account manager owns none. Leave account manager out, and add another account for whoever sells."
        );
        // Another role takes nothing; selling takes what is not over, and leaves what was.
        change(TimeDelta::zero(), ida, Role::Marketing).await.unwrap();
        assert_eq!(facilitating().await, [1, 1]);
        change(TimeDelta::days(72), ida, Role::AccountManager).await.unwrap();
        assert_eq!(facilitating().await, [1, 0]);
    }
}

both_databases! {
    async fn a_welcome_link_is_used_up(scratch) {
        let db = &scratch.db;
        let ada = tests::world::staff(db, "ada@halden.example", Role::Admin).await;
        let email = Email::parse("ida@halden.example").unwrap();
        staff::add(db, now(), Actor::Staff(ada), &email, "Ida Lund", &[Role::Facilitator]).await.unwrap();
        let token = store::outbox::lease(db, now(), 5).await.unwrap().pop().unwrap().secret.unwrap().link.unwrap();
        assert_eq!(staff::welcomed(db, now(), &token).await.unwrap(), Some(("Ida Lund".into(), "ida@halden.example".into())));
        staff::set_password(db, now(), &token, PASSWORD).await.unwrap();
        assert_eq!(refusal(staff::set_password(db, now(), &token, PASSWORD).await), StaffRefusal::LinkOver);
        assert!(staff::sign_in(db, now(), "ida@halden.example", PASSWORD).await.is_ok());
        assert_eq!(staff::welcomed(db, now() + TimeDelta::days(8), &token).await.unwrap(), None);
    }
}

both_databases! {
    async fn nobody_is_entered_as_their_own_manager(scratch) {
        let db = &scratch.db;
        let ada = tests::world::staff(db, "ada@halden.example", Role::Admin).await;
        let jonas = tests::world::staff(db, "jonas@halden.example", Role::ProgramManager).await;
        let ida = tests::world::staff(db, "ida@halden.example", Role::Facilitator).await;
        let lead = async |person: i64, manager: Option<i64>| staff::change(db, now(), Actor::Staff(ada), person, &[Role::Facilitator], true, manager).await;
        assert_eq!(refusal(lead(ida, Some(ida)).await), StaffRefusal::OwnManager);
        lead(ida, Some(jonas)).await.unwrap();
        lead(jonas, Some(ada)).await.unwrap();
        assert_eq!(refusal(lead(jonas, Some(ida)).await), StaffRefusal::ManagerCircle);
        assert_eq!(refusal(staff::change(db, now(), Actor::Staff(ada), ada, &[Role::Admin], true, Some(ida)).await), StaffRefusal::ManagerCircle);
        assert_eq!(refusal(lead(ida, Some(9_999)).await), StaffRefusal::Unknown);
        let managers: Vec<(i64, Option<i64>)> = staff::list(db).await.unwrap().into_iter().map(|line| (line.id, line.manager)).collect();
        assert_eq!(managers.len(), 3);
        for expect in [(ada, None), (jonas, Some(ada)), (ida, Some(jonas))] {
            assert!(managers.contains(&expect), "{expect:?} in {managers:?}");
        }
        lead(ida, None).await.unwrap();
        assert_eq!(staff::list(db).await.unwrap().into_iter().find(|line| line.id == ida).unwrap().manager, None);
    }
}
