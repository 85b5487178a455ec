//! Sales openings: made by the customer alone, followed up by one person, over at the exact instant.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::cohort::Step;
use domain::conduct::sales_opening::{Closing, MOST_OPEN, Opened, OpeningRefusal, Part, State, Typed};
use domain::refusal::Refusal;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use store::Halt;
use store::conduct::sales_opening::{self, FollowUp, FollowedUp, ForMe, Made, Mine, Offered};
use store::entity::history;
use tests::both_databases;
use tests::database::Scratch;
use tests::world::{Plan, World, now, staff};

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

/// Two registered people of one company, an account manager of theirs, and one of another company.
struct Scene {
    world: World,
    people: Vec<i64>,
    nora: i64,
    stranger: i64,
}

impl Scene {
    async fn new(scratch: &Scratch) -> Self {
        let world = World::new(&scratch.db, 2, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let people = world.crowd(2).await;
        let nora = staff(&world.db, "nora@halden.example", Role::AccountManager).await;
        let stranger = staff(&world.db, "stranger@halden.example", Role::AccountManager).await;
        let scene = Self { world, people, nora, stranger };
        scene.looks_after(nora, 0).await;
        scene.looks_after(stranger, 1).await;
        scene
    }

    async fn looks_after(&self, staff: i64, allotment: usize) {
        let allotment = self.world.allotments[allotment];
        self.run(format!(
            "INSERT INTO account_manager (staff_id, company_id) SELECT {staff}, a.company_id FROM allotment a WHERE a.id = {allotment}"
        ))
        .await;
    }

    async fn run(&self, sql: String) {
        self.world.db.read().execute_unprepared(&sql).await.expect("the change");
    }

    async fn open(&self, person: usize, topic: &str, staff: i64, until: &str) -> Result<Made, Halt<OpeningRefusal>> {
        let staff = staff.to_string();
        sales_opening::open(&self.world.db, now(), self.people[person], &Typed { topic, staff: &staff, until }).await
    }

    async fn mine(&self, at: DateTime<Utc>, person: usize) -> Vec<Mine> {
        sales_opening::of(&self.world.db, at, self.people[person], 1).await.expect("the list").rows
    }

    async fn for_staff(&self, at: DateTime<Utc>, staff: i64) -> Vec<ForMe> {
        sales_opening::for_staff(&self.world.db, at, staff, 1).await.expect("the list").rows
    }

    /// The mails about openings: kind, address and subject.
    async fn mails(&self) -> Vec<(String, String, String)> {
        let mails = store::outbox::unsent(&self.world.db, self.world.cohort).await.expect("mails");
        mails.into_iter().filter(|mail| mail.kind.starts_with("opening-")).map(|mail| (mail.kind, mail.to_email, mail.subject)).collect()
    }

    /// The history of one opening: who, what, before, after, when.
    async fn history(&self, opening: i64) -> Vec<(String, String, String, String, DateTime<Utc>)> {
        let rows = history::Entity::find()
            .filter(history::Column::Object.eq("sales opening"))
            .filter(history::Column::ObjectId.eq(opening))
            .order_by_asc(history::Column::Id)
            .all(self.world.db.read())
            .await
            .expect("the history");
        rows.into_iter()
            .map(|row| {
                assert_eq!(row.cohort_id, Some(self.world.cohort));
                (row.actor, row.act, row.before, row.after, row.at)
            })
            .collect()
    }
}

fn mail(kind: &str, to: &str, subject: &str) -> (String, String, String) {
    (kind.to_owned(), to.to_owned(), subject.to_owned())
}

both_databases! {
    async fn a_topic_is_offered_to_those_who_serve_this_customer(scratch) {
        let scene = Scene::new(&scratch).await;
        let (world, registration) = (&scene.world, scene.people[0]);
        let one = |staff, name: &str, part| Offered { staff, name: name.into(), part };
        let facilitator = staff(&world.db, "karl@halden.example", Role::Facilitator).await;
        let session = store::agenda::session::agenda_of(&world.db, world.cohort).await.unwrap()[0].id;
        let offered = async || sales_opening::offered(&world.db, registration).await.unwrap();
        let (nora, manager) = (one(scene.nora, "account manager", Part::AccountManager), one(world.manager, "program manager", Part::ProgramOwner));
        assert_eq!(offered().await, [nora.clone(), manager.clone()]);

        // Whoever facilitates, too; the owner who also facilitates stands once.
        scene.run(format!("INSERT INTO session_facilitator (session_id, staff_id) VALUES ({session}, {facilitator}), ({session}, {})", world.manager)).await;
        assert_eq!(offered().await, [nora, manager.clone(), one(facilitator, "facilitator", Part::Facilitator)]);

        // Not those who have left, and not of a session that is cancelled.
        scene.run(format!("UPDATE staff SET active = FALSE WHERE id = {}", scene.nora)).await;
        store::agenda::session::set_cancelled(&world.db, now(), world.actor(), session, true).await.unwrap();
        assert_eq!(offered().await, [manager]);
        assert_eq!(refusal(scene.open(0, "Storage", scene.nora, "2027-02-15").await), OpeningRefusal::NotOffered);
    }
}

both_databases! {
    async fn the_same_topic_is_the_same_opening_and_each_is_told_once(scratch) {
        let scene = Scene::new(&scratch).await;
        let until = "2027-02-15".parse().unwrap();
        let made = |opened| Made { opened, with: "account manager".into(), until };
        assert_eq!(scene.open(0, "Grid storage", scene.nora, "2027-02-15").await.unwrap(), made(Opened::Opened));
        let mine = scene.mine(now(), 0).await;
        let id = mine[0].id;
        assert_eq!(mine, [Mine { id, topic: "Grid storage".into(), with: "account manager".into(), until, state: State::Open, follow_ups: vec![] }]);
        assert_eq!(scene.open(0, " grid  STORAGE", scene.nora, "2027-03-01").await.unwrap(), made(Opened::AlreadyOpen(id)));
        assert_eq!(scene.mine(now(), 0).await.len(), 1);

        // Closed, it is closed; opened again, it is another.
        let close = async |person: usize| sales_opening::close(&scene.world.db, now(), scene.people[person], id).await;
        assert_eq!(refusal(close(1).await), OpeningRefusal::Unknown);
        assert_eq!(scene.mine(now(), 0).await[0].state, State::Open, "nobody else closes it");
        assert_eq!(close(0).await.unwrap(), Closing::Closed);
        assert_eq!(close(0).await.unwrap(), Closing::AlreadyClosed);
        assert_eq!(scene.open(0, "Grid storage", scene.nora, "2027-02-15").await.unwrap(), made(Opened::Opened));
        let states: Vec<State> = scene.mine(now(), 0).await.into_iter().map(|one| one.state).collect();
        assert_eq!(states, [State::Open, State::Closed], "the open one first");

        let (opened, closed) = ("A customer has opened a topic with you", "A customer has closed a topic with you");
        assert_eq!(
            scene.mails().await,
            [
                mail("opening-opened", "nora@halden.example", opened),
                mail("opening-closed", "nora@halden.example", closed),
                mail("opening-opened", "nora@halden.example", opened),
            ]
        );
        let invitation = store::entity::registration::Entity::find_by_id(scene.people[0]).one(scene.world.db.read()).await.unwrap().unwrap().invitation_id;
        let theirs = format!("invitation {invitation}");
        assert_eq!(
            scene.history(id).await,
            [
                (theirs.clone(), "open".to_owned(), String::new(), format!("with staff {} until 2027-02-15", scene.nora), now()),
                (theirs, "close".to_owned(), "open".to_owned(), "closed".to_owned(), now()),
            ]
        );
    }
}

both_databases! {
    async fn only_a_confirmed_place_opens_and_only_so_many(scratch) {
        let scene = Scene::new(&scratch).await;
        for number in 0..MOST_OPEN {
            scene.open(0, &format!("Topic {number}"), scene.nora, "2027-02-15").await.unwrap();
        }
        assert_eq!(refusal(scene.open(0, "One more", scene.nora, "2027-02-15").await), OpeningRefusal::TooMany);
        assert!(matches!(refusal(scene.open(0, "", scene.nora, "2026-12-31").await), OpeningRefusal::Fields(fields) if fields.len() == 2));
        assert_eq!(refusal(scene.open(1, "Storage", scene.stranger, "2027-02-15").await), OpeningRefusal::NotOffered);
        assert_eq!(scene.mine(now(), 0).await.len(), MOST_OPEN);
        assert!(scene.mine(now(), 1).await.is_empty());

        // Somebody who gave the seat back opens nothing, and still closes what is theirs.
        let db = &scene.world.db;
        let invitation = store::entity::registration::Entity::find_by_id(scene.people[0]).one(db.read()).await.unwrap().unwrap().invitation_id;
        store::registration::invitation::withdraw(db, now(), invitation, "").await.unwrap();
        assert_eq!(refusal(scene.open(0, "Storage", scene.nora, "2027-02-15").await), OpeningRefusal::NotRegistered);
        assert_eq!(refusal(sales_opening::open(db, now(), 999_999, &Typed::default()).await), OpeningRefusal::NotRegistered);
        let first = scene.mine(now(), 0).await[0].id;
        assert_eq!(sales_opening::close(db, now(), scene.people[0], first).await.unwrap(), Closing::Closed);
    }
}

both_databases! {
    async fn a_follow_up_is_its_readers_alone_and_ends_at_the_exact_instant(scratch) {
        let scene = Scene::new(&scratch).await;
        let db = &scene.world.db;
        // Until today: midnight in Paris is 23:00 UTC.
        scene.open(0, "Grid storage", scene.nora, "2027-01-15").await.unwrap();
        let id = scene.mine(now(), 0).await[0].id;
        let ends: DateTime<Utc> = "2027-01-15T23:00:00Z".parse().unwrap();
        let last = ends - TimeDelta::seconds(1);

        let follow = async |at, staff, note: &str| sales_opening::follow_up(db, at, staff, id, note).await;
        assert_eq!(follow(now(), scene.nora, "Sent the paper.").await.unwrap(), FollowedUp::Written);
        assert_eq!(follow(now(), scene.nora, " Sent the paper. ").await.unwrap(), FollowedUp::AlreadyWritten);
        assert_eq!(refusal(follow(now(), scene.stranger, "May I?").await), OpeningRefusal::Unknown);
        assert_eq!(refusal(follow(now(), scene.world.manager, "May I?").await), OpeningRefusal::Unknown);
        assert_eq!(refusal(sales_opening::follow_up(db, now(), scene.nora, 999_999, "x").await), OpeningRefusal::Unknown);
        assert_eq!(refusal(follow(now(), scene.nora, " ").await).code(), "fields");
        assert_eq!(follow(last, scene.nora, "Met for coffee.").await.unwrap(), FollowedUp::Written);
        let over = OpeningRefusal::Expired("2027-01-15".parse().unwrap());
        assert_eq!(refusal(follow(ends, scene.nora, "Once more.").await), over);

        let followed = |note: &str, made_at| FollowUp { by: "account manager".into(), note: note.into(), made_at };
        let follow_ups = vec![followed("Sent the paper.", now()), followed("Met for coffee.", last)];
        let read = scene.for_staff(last, scene.nora).await;
        let expect = ForMe {
            id,
            topic: "Grid storage".into(),
            person: "Person 0 of 0".into(),
            company: "Company 0".into(),
            until: "2027-01-15".parse().unwrap(),
            zone: domain::time::Zone::parse("Europe/Paris").unwrap(),
            state: State::Open,
            follow_ups: follow_ups.clone(),
        };
        assert_eq!(read, std::slice::from_ref(&expect));
        assert_eq!(scene.for_staff(ends, scene.nora).await, [ForMe { state: State::Expired, ..expect }]);
        assert_eq!(scene.mine(ends, 0).await[0].follow_ups, follow_ups);
        assert!(scene.for_staff(last, scene.stranger).await.is_empty());
        assert!(scene.for_staff(last, scene.world.manager).await.is_empty());

        // The history tells the end once, at its instant, whenever the clock gets to it.
        assert_eq!(sales_opening::note_expired(db, last).await.unwrap(), 0);
        assert_eq!(sales_opening::note_expired(db, ends + TimeDelta::hours(2)).await.unwrap(), 1);
        assert_eq!(sales_opening::note_expired(db, ends + TimeDelta::hours(3)).await.unwrap(), 0);
        let row = store::entity::sales_opening::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
        assert!(row.expiry_noted, "it is not looked at again");
        let acts: Vec<(String, String, DateTime<Utc>)> =
            scene.history(id).await.into_iter().skip(1).map(|(actor, act, _, _, at)| (actor, act, at)).collect();
        let nora = format!("staff {}", scene.nora);
        let act = |who: &str, act: &str, at| (who.to_owned(), act.to_owned(), at);
        assert_eq!(acts, [act(&nora, "follow-up", now()), act(&nora, "follow-up", last), act("system", "expire", ends)]);
        assert_eq!(sales_opening::close(db, ends, scene.people[0], id).await.unwrap(), Closing::AlreadyExpired);
        assert_eq!(scene.mails().await.len(), 1, "nobody is told of what is over by itself");
    }
}

both_databases! {
    async fn days_that_are_cancelled_take_no_more_and_what_is_open_can_be_closed(scratch) {
        let scene = Scene::new(&scratch).await;
        let db = &scene.world.db;
        scene.open(0, "Grid storage", scene.nora, "2027-02-15").await.unwrap();
        store::cohort::step(db, now(), scene.world.actor(), scene.world.cohort, Step::Cancel).await.unwrap();
        for topic in ["Another", "Grid storage"] {
            let why = refusal(scene.open(0, topic, scene.nora, "2027-02-15").await);
            assert_eq!(why, OpeningRefusal::Cancelled);
            assert!(why.sentence().starts_with("These days will not take place"), "{}", why.sentence());
        }
        let mine = scene.mine(now(), 0).await;
        assert_eq!(mine.iter().map(|one| (one.topic.as_str(), one.state)).collect::<Vec<_>>(), [("Grid storage", State::Open)]);
        assert_eq!(sales_opening::close(db, now(), scene.people[0], mine[0].id).await.unwrap(), Closing::Closed);
    }
}

both_databases! {
    async fn closing_refuses_follow_ups_at_once(scratch) {
        let scene = Scene::new(&scratch).await;
        let db = &scene.world.db;
        scene.open(0, "Grid storage", scene.nora, "2027-02-15").await.unwrap();
        let id = scene.mine(now(), 0).await[0].id;
        sales_opening::close(db, now(), scene.people[0], id).await.unwrap();
        assert_eq!(refusal(sales_opening::follow_up(db, now(), scene.nora, id, "Too late.").await), OpeningRefusal::Closed);
        assert!(scene.for_staff(now(), scene.nora).await[0].follow_ups.is_empty());
        assert_eq!(sales_opening::note_expired(db, now() + TimeDelta::days(60)).await.unwrap(), 0, "closed is not expired");
    }
}
