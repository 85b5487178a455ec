//! Achievements: reported once, decided on once, and never lost between two people.

use chrono::{NaiveDate, TimeDelta};
use domain::access::Role;
use domain::advocacy::achievement::{AchievementRefusal, Act, Pace, State, Typed};
use domain::cohort::company_import::read;
use domain::refusal::{FieldRefusal, Refusal as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};
use store::advocacy::achievement::{self, Filter, Reporting, Verified, edit, get, list, pace, reject, report, verify};
use store::advocacy::achievement_import::{Counts, Outcome, apply, dry_run};
use store::entity;
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::world::{Plan, World, now, staff};

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn fields(why: AchievementRefusal) -> Vec<&'static str> {
    let AchievementRefusal::Fields(fields) = why else { panic!("{why:?}") };
    fields.iter().map(|why| why.field).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Two companies, two people of the first, and two colleagues of marketing.
async fn stage(db: &Db) -> (World, Actor, Actor) {
    let world = World::new(db, 2, 3).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world.name(0, 2).await;
    let priya = staff(db, "priya@halden.example", Role::Marketing).await;
    let jonas = staff(db, "jonas@halden.example", Role::Marketing).await;
    (world, Actor::Staff(priya), Actor::Staff(jonas))
}

const QUOTE: Typed<'static> = Typed {
    kind: "media quote",
    email: "p0@company0.example",
    company: "",
    title: "Slow steaming is a design choice",
    outlet: "Trade Winds",
    url: "https://trade.example/slow",
    day: "2027-01-12",
    language: "en",
    evidence: "",
};

async fn kept(db: &Db) -> u64 {
    entity::achievement::Entity::find().count(db.read()).await.unwrap()
}

both_databases! {
    async fn one_address_is_reported_once(scratch) {
        let db = &scratch.db;
        let (_, priya, jonas) = stage(db).await;
        let Reporting::Reported(id) = report(db, now(), priya, &QUOTE).await.unwrap() else { panic!("not reported") };
        let one = get(db, id).await.unwrap().unwrap();
        assert_eq!(
            (one.person.as_ref().map(|person| person.name.as_str()), one.company.name.as_str(), one.state, one.url.as_deref(), one.revision),
            (Some("Person 0 of 0"), "Company 0", State::Reported, Some("https://trade.example/slow"), 1)
        );

        // The same form again, however its address is written; and the same from a colleague.
        let tracked = Typed { url: "http://www.trade.example/slow/?utm_source=mail#top", ..QUOTE };
        assert_eq!(report(db, now() + TimeDelta::days(2), priya, &tracked).await.unwrap(), Reporting::Already(id));
        let why = refusal(report(db, now(), jonas, &QUOTE).await);
        assert_eq!((why.clone(), why.field()), (AchievementRefusal::Stands(id), Some("url")));
        let other = Typed { title: "Something else", ..QUOTE };
        assert_eq!(refusal(report(db, now(), priya, &other).await), AchievementRefusal::Stands(id));

        // Without an address, what the same colleague says twice is once; another's is beside it.
        let without = Typed { url: "", ..QUOTE };
        assert_eq!(report(db, now(), priya, &without).await.unwrap(), Reporting::Already(id));
        let second = report(db, now(), jonas, &without).await.unwrap().id();
        let near = get(db, second).await.unwrap().unwrap().near;
        assert_eq!(near.iter().map(|other| other.id).collect::<Vec<_>>(), [id]);
        assert_eq!(kept(db).await, 2);

        // Who is meant must be known, and at that company.
        assert_eq!(fields(refusal(report(db, now(), priya, &Typed { email: "nobody@company0.example", url: "", ..QUOTE }).await)), ["email"]);
        assert_eq!(fields(refusal(report(db, now(), priya, &Typed { email: "", company: "Nowhere", url: "", ..QUOTE }).await)), ["company"]);
        assert_eq!(fields(refusal(report(db, now(), priya, &Typed { company: "Company 1", url: "", ..QUOTE }).await)), ["company"]);
        let both = Typed { company: "company  0", title: "Both", url: "", ..QUOTE };
        assert!(matches!(report(db, now(), priya, &both).await.unwrap(), Reporting::Reported(_)));
        assert_eq!(kept(db).await, 3);
    }
}

both_databases! {
    async fn verifying_opens_one_task_and_rejecting_none(scratch) {
        let db = &scratch.db;
        let (_, priya, jonas) = stage(db).await;
        let id = report(db, now(), priya, &QUOTE).await.unwrap().id();

        // Two people at once: the later one is told, and what stands is not changed under them.
        let longer = Typed { title: "Slow steaming is a design choice, she says", ..QUOTE };
        edit(db, now(), priya, id, 1, &longer).await.unwrap();
        edit(db, now(), priya, id, 1, &longer).await.unwrap();
        assert_eq!(refusal(edit(db, now(), jonas, id, 1, &Typed { outlet: "Elsewhere", ..QUOTE }).await), AchievementRefusal::Stale);
        assert_eq!(refusal(verify(db, now(), jonas, id, 1).await), AchievementRefusal::Stale);
        let one = get(db, id).await.unwrap().unwrap();
        assert_eq!((one.title.as_str(), one.outlet.as_str(), one.revision), (longer.title, "Trade Winds", 2));

        let verified = verify(db, now(), jonas, id, 2).await.unwrap();
        assert_eq!(verify(db, now(), priya, id, 2).await.unwrap(), verified, "whoever presses second is led to the same task");
        let tasks = entity::amplification::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(tasks.iter().map(|task| Verified { task: task.id, due: task.due_day }).collect::<Vec<_>>(), [verified]);
        assert_eq!((tasks[0].achievement_id, verified.due), (id, day("2027-01-22")), "five working days from a Friday");
        let advocates = entity::advocate::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(advocates.iter().map(|row| (Some(row.person_id), row.stage.as_str())).collect::<Vec<_>>(), [(one.person.map(|person| person.id), "identified")]);
        assert_eq!(refusal(edit(db, now(), priya, id, 3, &QUOTE).await), AchievementRefusal::NotNow { state: State::Verified, act: Act::Edit });
        assert_eq!(refusal(reject(db, now(), priya, id, 3, "No", "").await), AchievementRefusal::NotNow { state: State::Verified, act: Act::Reject });

        // Another of the same, rejected as that; a third may not point at it.
        let twin = report(db, now(), jonas, &Typed { url: "https://other.example/slow", ..QUOTE }).await.unwrap().id();
        assert_eq!(fields(refusal(reject(db, now(), priya, twin, 1, " ", "").await)), ["reason"]);
        assert_eq!(fields(refusal(reject(db, now(), priya, twin, 1, "", &twin.to_string()).await)), ["same_as"]);
        reject(db, now(), priya, twin, 1, "", &id.to_string()).await.unwrap();
        reject(db, now(), priya, twin, 1, "", "").await.unwrap();
        let rejected = get(db, twin).await.unwrap().unwrap();
        assert_eq!((rejected.state, rejected.same_as.map(|same| same.id), rejected.task), (State::Rejected, Some(id), None));
        assert_eq!(refusal(verify(db, now(), priya, twin, 2).await), AchievementRefusal::NotNow { state: State::Rejected, act: Act::Verify });
        let third = report(db, now(), jonas, &Typed { url: "https://third.example/slow", ..QUOTE }).await.unwrap().id();
        assert_eq!(fields(refusal(reject(db, now(), priya, third, 1, "", &twin.to_string()).await)), ["same_as"]);
        assert_eq!(entity::amplification::Entity::find().count(db.read()).await.unwrap(), 1);

        // Reported again, it waits again: a mistake is no dead end.
        let again = report(db, now(), priya, &Typed { url: "https://other.example/slow", title: "Another one", ..QUOTE }).await.unwrap();
        assert_eq!(again, Reporting::Again { id: twin, reason: String::new() });
        let one = get(db, twin).await.unwrap().unwrap();
        assert_eq!((one.state, one.title.as_str(), one.same_as, one.revision), (State::Reported, "Another one", None, 3));
        assert_eq!(refusal(verify(db, now(), priya, 4_711, 1).await), AchievementRefusal::Unknown);
    }
}

both_databases! {
    async fn whoever_has_waited_longest_stands_first(scratch) {
        let db = &scratch.db;
        let (_, priya, _) = stage(db).await;
        let mut ids = Vec::new();
        for (title, on) in [("New", "2027-01-15"), ("Oldest", "2027-01-02"), ("Rejected", "2027-01-01"), ("Recognised", "2027-01-05"), ("Older", "2027-01-08")] {
            ids.push(report(db, now(), priya, &Typed { title, day: on, url: "", outlet: "", ..QUOTE }).await.unwrap().id());
        }
        reject(db, now(), priya, ids[2], 1, "Not theirs", "").await.unwrap();
        verify(db, now(), priya, ids[3], 1).await.unwrap();
        // Reported and verified on a Friday: five working days are over once the next Friday is. When it happened does not count.
        for (days, waiting_longer) in [(0, 0), (7, 0), (8, 4)] {
            let found = pace(db, now() + TimeDelta::days(days)).await.unwrap();
            assert_eq!(found, Pace { tenths: None, waiting_longer, goal: 5 }, "{days} days later");
        }
        let task = entity::amplification::Entity::find().one(db.read()).await.unwrap().unwrap();
        let moved = entity::amplification::ActiveModel { id: Set(task.id), due_day: Set(day("2027-01-25")), ..Default::default() };
        moved.update(db.read()).await.unwrap();
        let late = now() + TimeDelta::days(8);
        assert_eq!(pace(db, late).await.unwrap().waiting_longer, 3, "the task's own day counts");
        let recognised = entity::achievement::ActiveModel { id: Set(ids[3]), recognised_at: Set(Some(now() - TimeDelta::days(2))), ..Default::default() };
        recognised.update(db.read()).await.unwrap();
        let titles = |filter: Filter<'static>| async move {
            let found = list(db, &filter, 1).await.unwrap();
            assert_eq!(found.total, found.rows.len() as u64);
            found.rows.into_iter().map(|line| line.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(Filter::default()).await, ["Oldest", "Older", "New", "Recognised", "Rejected"]);
        assert_eq!(titles(Filter { recognised: Some(false), ..Filter::default() }).await, ["Oldest", "Older", "New"]);
        assert_eq!(titles(Filter { recognised: Some(true), ..Filter::default() }).await, ["Recognised"]);
        assert_eq!(titles(Filter { state: Some(State::Rejected), ..Filter::default() }).await, ["Rejected"]);
        assert_eq!(titles(Filter { term: "OLD", ..Filter::default() }).await, ["Oldest", "Older"]);
        assert_eq!(titles(Filter { term: "company 0", kind: Some(domain::advocacy::achievement::Kind::Award), ..Filter::default() }).await, [""; 0]);
        assert_eq!(
            pace(db, late).await.unwrap().sentence(),
            "8 days from news to recognition this quarter; the goal is 5 working days from verifying it. Three have waited longer."
        );
    }
}

both_databases! {
    async fn a_file_reports_what_is_new_and_only_once(scratch) {
        let db = &scratch.db;
        let (_, priya, jonas) = stage(db).await;
        let stands = report(db, now(), priya, &QUOTE).await.unwrap().id();
        let rejected = report(db, now(), priya, &Typed { url: "https://trade.example/no", title: "Gossip", ..QUOTE }).await.unwrap().id();
        reject(db, now(), priya, rejected, 1, "Not about them", "").await.unwrap();
        let csv = "kind,email,company,title,outlet,url,date,language,evidence\n\
            award,,Company 1,Forest Prize,Prize house,,2027-01-10,en,\n\
            award,,Company 1,FOREST  prize!,,,2027-01-10,,\n\
            media quote,P0@company0.example,,Whatever,,http://trade.example/slow?utm_source=x,2027-01-12,,\n\
            media quote,p0@company0.example,,Gossip,Trade Winds,https://trade.example/no,2027-01-12,,\n\
            speaking,p1@company0.example,Company 1,Keynote,,,2027-01-10,,\n\
            speaking,nobody@company0.example,,Keynote,,,2027-01-10,,\n\
            media quote,p0@company0.example,,Slow steaming: a design choice,,,2027-01-13,,\n\
            gossip,,,,,,soon,,\n";
        let table = read(csv.as_bytes()).unwrap();
        let planned = dry_run(db, now(), &table).await.unwrap();
        let outcomes: Vec<(u64, &str)> = planned
            .iter()
            .map(|row| (row.line, match &row.outcome {
                Outcome::New(near) if near.is_empty() => "new",
                Outcome::New(_) => "new, near",
                Outcome::Same(_) => "same",
                Outcome::Refused(_) => "refused",
            }))
            .collect();
        assert_eq!(outcomes, [(2, "new"), (3, "same"), (4, "same"), (5, "same"), (6, "refused"), (7, "refused"), (8, "new, near"), (9, "refused")]);
        let Outcome::New(near) = &planned[6].outcome else { panic!("{planned:?}") };
        assert!(near.contains(&"May be the same as “Slow steaming is a design choice” of 12 January 2027.".to_owned()), "{near:?}");
        assert_eq!(kept(db).await, 2, "nothing is kept by looking");

        assert_eq!(apply(db, now(), jonas, &table).await.unwrap(), Counts { new: 2, same: 3, refused: 3 });
        assert_eq!(apply(db, now(), jonas, &table).await.unwrap(), Counts { new: 0, same: 5, refused: 3 });
        let rows = entity::achievement::Entity::find().order_by_asc(entity::achievement::Column::Id).all(db.read()).await.unwrap();
        let new: Vec<_> = rows.iter().filter(|row| row.id != stands && row.id != rejected).collect();
        assert_eq!(
            new.iter().map(|row| (row.title.as_str(), row.source.as_str(), row.state.as_str())).collect::<Vec<_>>(),
            [("Forest Prize", "import", "reported"), ("Slow steaming: a design choice", "import", "reported")]
        );
        assert_eq!(get(db, rejected).await.unwrap().unwrap().state, State::Rejected, "no file undoes a decision");
    }
}

both_databases! {
    async fn a_name_is_looked_for_once(scratch) {
        use domain::advocacy::watched_feed::FeedRefusal;
        use store::advocacy::watched_feed::{Watching, names, unwatch, watch};

        let db = &scratch.db;
        let (_, priya, _) = stage(db).await;
        assert_eq!(watch(db, now(), priya, "Tomas Reyes", "p0@company0.example", "").await.unwrap(), Watching::Watched);
        assert_eq!(watch(db, now(), priya, "TOMÁS  REYES", "p0@company0.example", "").await.unwrap(), Watching::Already);
        let of = |result: Result<Watching, Halt<FeedRefusal>>| match refusal(result) {
            FeedRefusal::Fields(fields) => fields.into_iter().map(|FieldRefusal { field, .. }| field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(of(watch(db, now(), priya, "Tomas Reyes", "p1@company0.example", "").await), ["name"]);
        assert_eq!(of(watch(db, now(), priya, "IBM", "", "Company 0").await), ["name"]);
        assert_eq!(of(watch(db, now(), priya, "Delta Timber", "", "Nowhere").await), ["company"]);
        let found = names(db).await.unwrap();
        assert_eq!(found.iter().map(|line| (line.name.as_str(), line.whose.as_str())).collect::<Vec<_>>(), [("Tomas Reyes", "Person 0 of 0")]);
        unwatch(db, now(), priya, found[0].id).await.unwrap();
        unwatch(db, now(), priya, found[0].id).await.unwrap();
        assert_eq!(names(db).await.unwrap(), []);
    }
}

/// Long enough for somebody to have come to where they wait.
async fn a_moment() {
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
}

/// Another one at `url`, written and not yet committed.
async fn written_beside(db: &Db, id: i64, url: &str) -> store::Write {
    let txn = db.write().await.unwrap();
    let sql = format!(
        "INSERT INTO achievement (kind, company_id, title, title_key, outlet, url, happened_on, language, evidence, source, state, reason, reported_at) \
         SELECT kind, company_id, title, title_key, outlet, '{url}', happened_on, language, evidence, source, state, reason, reported_at \
         FROM achievement WHERE id = {id}"
    );
    txn.execute_unprepared(&sql).await.unwrap();
    txn
}

both_databases! {
    async fn one_address_at_once_is_reported_once(scratch) {
        let db = &scratch.db;
        let (_, priya, jonas) = stage(db).await;
        let id = report(db, now(), priya, &QUOTE).await.unwrap().id();

        let first = written_beside(db, id, "https://trade.example/first").await;
        let waits = tokio::spawn({
            let db = db.clone();
            async move { report(&db, now(), jonas, &Typed { url: "https://trade.example/first", ..QUOTE }).await }
        });
        a_moment().await;
        first.commit().await.unwrap();
        assert!(matches!(refusal(waits.await.unwrap()), AchievementRefusal::Stands(stands) if stands != id));

        let second = written_beside(db, id, "https://trade.example/second").await;
        let waits = tokio::spawn({
            let db = db.clone();
            async move { edit(&db, now(), jonas, id, 1, &Typed { url: "https://trade.example/second", ..QUOTE }).await }
        });
        a_moment().await;
        second.commit().await.unwrap();
        assert!(matches!(refusal(waits.await.unwrap()), AchievementRefusal::Stands(stands) if stands != id));
        assert_eq!(kept(db).await, 3);

        // Two that are each rejected for the other one: one stands.
        let other = report(db, now(), jonas, &Typed { url: "https://trade.example/third", ..QUOTE }).await.unwrap().id();
        let both = [(id, other), (other, id)].map(|(one, same)| {
            let db = db.clone();
            tokio::spawn(async move { reject(&db, now(), priya, one, 1, "", &same.to_string()).await })
        });
        let mut rejected = 0;
        for one in both {
            match one.await.unwrap() {
                Ok(()) => rejected += 1,
                Err(Halt::Refused(why)) => assert_eq!(fields(why), ["same_as"]),
                Err(Halt::Fault(fault)) => panic!("{fault}"),
            }
        }
        assert_eq!(rejected, 1);
    }
}

both_databases! {
    async fn a_file_waits_for_people_before_it_holds_companies(scratch) {
        let db = &scratch.db;
        let (_, _, jonas) = stage(db).await;
        let by_email = entity::person::Column::Email.eq("p0@company0.example");
        let person = entity::person::Entity::find().filter(by_email).one(db.read()).await.unwrap().unwrap();
        // Somebody holds the person, and wants the company next.
        let txn = db.write().await.unwrap();
        entity::person::Entity::find_by_id(person.id).lock_exclusive().one(&*txn).await.unwrap();
        let waits = tokio::spawn({
            let db = db.clone();
            async move {
                let csv = "kind,email,company,title,outlet,url,date,language,evidence\naward,p0@company0.example,,Forest Prize,,,2027-01-10,en,\n";
                let table = read(csv.as_bytes()).unwrap();
                apply(&db, now(), jonas, &table).await
            }
        });
        a_moment().await;
        entity::company::Entity::find_by_id(person.company_id).lock_exclusive().one(&*txn).await.expect("nobody holds it");
        txn.commit().await.unwrap();
        assert_eq!(waits.await.unwrap().unwrap(), Counts { new: 1, same: 0, refused: 0 });
    }
}

/// Two press the button at once: one task.
async fn verified_at_once(kind: tests::database::Kind) {
    let scratch = tests::database::Scratch::new(kind).await;
    let db = scratch.db.clone();
    let (_, priya, jonas) = stage(&db).await;
    let id = achievement::report(&db, now(), priya, &QUOTE).await.unwrap().id();
    let both = [priya, jonas].map(|actor| {
        let db = db.clone();
        tokio::spawn(async move { verify(&db, now(), actor, id, 1).await.map_err(|_| "halted") })
    });
    let mut tasks = Vec::new();
    for one in both {
        tasks.push(one.await.unwrap().unwrap().task);
    }
    assert_eq!((tasks[0], entity::amplification::Entity::find().count(db.read()).await.unwrap()), (tasks[1], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_verify_at_once_on_sqlite() {
    verified_at_once(tests::database::Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_verify_at_once_on_postgres() {
    verified_at_once(tests::database::Kind::Postgres).await;
}
