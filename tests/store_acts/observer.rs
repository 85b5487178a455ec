//! Account managers beside a cohort: who may be attached, and that nothing is seen without it.

use domain::access::Role;
use domain::conduct::firewall::{Attaching, FirewallRefusal};
use domain::contact::Email;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use store::cohort::company::{self, Attendance, Customer};
use store::conduct::observer;
use store::entity::history;
use store::staff::{self, StaffRefusal};
use store::{Actor, Halt};
use tests::both_databases;
use tests::world::{PASSWORD, Plan, World, now};

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

async fn opened(scratch: &tests::database::Scratch) -> World {
    let world = World::new(&scratch.db, 2, 3).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

async fn seen(world: &World, staff: i64) -> Vec<Attendance> {
    company::attendance(&world.db, staff, None, 1).await.unwrap().rows
}

both_databases! {
    async fn an_account_manager_holds_no_other_role(scratch) {
        let db = &scratch.db;
        let ada = tests::world::staff(db, "ada@halden.example", Role::Admin).await;
        let marco = Email::parse("marco@halden.example").unwrap();
        let mixed = [Role::AccountManager, Role::Marketing];
        let firewall = StaffRefusal::Firewall(FirewallRefusal::RolesMixed);
        assert_eq!(refusal(staff::create(db, now(), &marco, "Marco Bellini", &mixed, PASSWORD).await), firewall);
        assert_eq!(refusal(staff::add(db, now(), Actor::Staff(ada), &marco, "Marco Bellini", &mixed).await), firewall);
        let id = staff::create(db, now(), &marco, "Marco Bellini", &[Role::AccountManager], PASSWORD).await.unwrap();
        assert_eq!(refusal(staff::change(db, now(), Actor::Staff(ada), id, &mixed, true, None).await), firewall);
        assert_eq!((domain::Refusal::code(&firewall), domain::Refusal::field(&firewall)), ("roles-mixed", Some("roles")));
        let roles = |lines: Vec<staff::Line>| lines.into_iter().find(|line| line.id == id).unwrap().roles;
        assert_eq!(roles(staff::list(db).await.unwrap()), [Role::AccountManager]);
    }
}

both_databases! {
    async fn attaching_asks_for_everything_and_shows_names_and_attendance(scratch) {
        let world = opened(&scratch).await;
        let people = world.name(0, 2).await;
        world.accept(people[0]).await;
        let (own, other) = (world.company(0).await, world.company(1).await);
        let marco = tests::world::staff(&world.db, "marco@halden.example", Role::AccountManager).await;
        let attach = async |company: i64| observer::attach(&world.db, now(), world.actor(), world.cohort, marco, company).await;

        assert_eq!(
            refusal(attach(own).await),
            FirewallRefusal::NotTheirCustomer { name: "account manager".into(), company: "Company 0".into() }
        );
        world.look_after(own, &[marco]).await;
        assert_eq!(refusal(attach(own).await), FirewallRefusal::RuleNotAcknowledged { name: "account manager".into(), version: 1 });
        assert_eq!(seen(&world, marco).await, [], "looking after a company shows nobody");
        let waiting = observer::candidates(&world.db, world.cohort).await.unwrap();
        assert_eq!(waiting.iter().map(|one| (one.staff, one.company_id, one.acknowledged)).collect::<Vec<_>>(), [(marco, own, false)]);

        world.observe(marco, own).await;
        assert_eq!(attach(own).await.unwrap(), (Attaching::AlreadyAttached, "account manager".into()));
        let line = |person: &str, attends| Attendance { company: "Company 0".into(), cohort: "Spring cohort".into(), person: person.into(), attends };
        assert_eq!(seen(&world, marco).await, [line("Person 0 of 0", true), line("Person 1 of 0", false)]);
        assert_eq!(company::attending(&world.db, marco).await.unwrap(), 1);
        assert_eq!(company::attendance(&world.db, marco, Some(other), 1).await.unwrap().rows, []);
        assert_eq!(
            company::customers(&world.db, marco, "", 1).await.unwrap().rows,
            [Customer { id: own, name: "Company 0".into(), attending: 1 }]
        );
        assert_eq!(observer::candidates(&world.db, world.cohort).await.unwrap(), []);
        let listed = observer::list(&world.db, world.cohort).await.unwrap();
        assert_eq!(listed.iter().map(|one| (one.staff, one.company.as_str(), one.sees)).collect::<Vec<_>>(), [(marco, "Company 0", true)]);

        assert_eq!(refusal(attach(other).await), FirewallRefusal::NotTheirCustomer { name: "account manager".into(), company: "Company 1".into() });
        let ida = tests::world::staff(&world.db, "ida@halden.example", Role::Facilitator).await;
        let facilitator = observer::attach(&world.db, now(), world.actor(), world.cohort, ida, own).await;
        assert_eq!(refusal(facilitator), FirewallRefusal::NoAccountManager { name: "facilitator".into() });

        let detach = async || observer::detach(&world.db, now(), world.actor(), world.cohort, marco, own).await.unwrap();
        assert_eq!((detach().await, detach().await), (Some("account manager".into()), None));
        assert_eq!(seen(&world, marco).await, []);
        let entries = history::Entity::find().filter(history::Column::Object.eq("observer")).order_by_asc(history::Column::Id).all(world.db.read()).await.unwrap();
        let told: Vec<_> = entries.iter().map(|entry| (entry.act.as_str(), entry.object_id, entry.cohort_id)).collect();
        assert_eq!(told, [("attach", marco, Some(world.cohort)), ("detach", marco, Some(world.cohort))]);
    }
}

both_databases! {
    async fn who_no_longer_looks_after_a_company_is_detached_and_coming_back_attaches_nobody(scratch) {
        let world = opened(&scratch).await;
        let people = world.name(0, 1).await;
        world.accept(people[0]).await;
        let own = world.company(0).await;
        let marco = tests::world::staff(&world.db, "marco@halden.example", Role::AccountManager).await;
        let nora = tests::world::staff(&world.db, "nora@halden.example", Role::AccountManager).await;
        world.look_after(own, &[marco, nora]).await;
        for staff in [marco, nora] {
            world.observe(staff, own).await;
            assert_eq!(seen(&world, staff).await.len(), 1);
        }
        world.look_after(own, &[nora]).await;
        assert_eq!((seen(&world, marco).await.len(), seen(&world, nora).await.len()), (0, 1));
        world.look_after(own, &[marco, nora]).await;
        assert_eq!(seen(&world, marco).await, [], "the attachment is not revived");

        let ada = tests::world::staff(&world.db, "ada@halden.example", Role::Admin).await;
        staff::change(&world.db, now(), Actor::Staff(ada), nora, &[Role::Marketing], true, None).await.unwrap();
        assert_eq!(observer::list(&world.db, world.cohort).await.unwrap(), []);

        world.observe(marco, own).await;
        store::cohort::step(&world.db, now(), world.actor(), world.cohort, domain::cohort::Step::Cancel).await.unwrap();
        assert_eq!(seen(&world, marco).await, [], "nobody attends what is cancelled");
    }
}
