//! Advocates: records nobody loses, lists that say who needs a rest, two records made one with everything, and files.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::Refusal as _;
use domain::access::Role;
use domain::advocacy::advocate::{AdvocateRefusal, NewPerson, Rest, Stage, TypedAdvocate};
use domain::advocacy::advocate_import::{Counts, Outcome, read};
use domain::advocacy::consent::{Channel, Scope, Subject, Wish, usual_end};
use domain::advocacy::own_limit::TypedLimits;
use domain::cohort::allotment::Named;
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait, Set};
use store::advocacy::advocate::{self, Added, Filter, Found, Merged, Record, Saved, Shows, Sort};
use store::advocacy::consent::{self, Giver};
use store::advocacy::figures::Sight;
use store::advocacy::{advocate_import, own_limit, problem};
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

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

/// Two companies, invitations open, and a member of marketing.
async fn stage(db: &Db) -> (World, Actor) {
    let world = World::new(db, 2, 4).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    let priya = staff(db, "priya@halden.example", Role::Marketing).await;
    (world, Actor::Staff(priya))
}

async fn add(db: &Db, actor: Actor, name: &str, email: &str, company: &str) -> i64 {
    let new = NewPerson::parse(name, email, company, "").expect("somebody");
    advocate::add(db, now(), actor, &new).await.expect("they are added").person
}

async fn record(db: &Db, person: i64) -> Record {
    match advocate::get(db, now(), person).await.expect("the record").expect("somebody") {
        Found::Record(record) => *record,
        Found::MergedInto(other) => panic!("merged into {other}"),
    }
}

async fn names(db: &Db, filter: &Filter<'_>) -> Vec<String> {
    advocate::list(db, now(), Sight::All, filter, 1).await.expect("the list").rows.into_iter().map(|line| line.name).collect()
}

/// An ask as if it had come so far.
async fn asked(db: &Db, person: i64, state: &str, at: Option<DateTime<Utc>>) -> i64 {
    let row = entity::ask::ActiveModel {
        person_id: Set(person),
        kind: Set("review".into()),
        wording: Set("Would you?".into()),
        source: Set("page".into()),
        state: Set(state.into()),
        reasons: Set(String::new()),
        submitted_at: Set(now()),
        asked_at: Set(at),
        answer: Set(String::new()),
        comment: Set(String::new()),
        revision: Set(1),
        ..Default::default()
    };
    row.insert(db.read()).await.expect("an ask").id
}

both_databases! {
    async fn a_record_is_made_saved_and_kept_from_two_hands(scratch) {
        let db = &scratch.db;
        let (world, actor) = stage(db).await;
        let new = |email: &str, company: &str| NewPerson::parse("Ida Lund", email, company, "COO").unwrap();
        let ida = advocate::add(db, now(), actor, &new("ida@company0.example", "company  0")).await.unwrap();
        assert!(!ida.known);
        assert_eq!(advocate::add(db, now(), actor, &new("IDA@company0.example", "Nowhere")).await.unwrap(), Added { known: true, ..ida });
        for (email, company, field) in [("new@else.example", "Nowhere", "company"), ("priya@halden.example", "Company 0", "email")] {
            let AdvocateRefusal::Fields(fields) = refusal(advocate::add(db, now(), actor, &new(email, company)).await) else { panic!("a field") };
            assert_eq!(fields[0].field, field);
        }
        let stands = record(db, ida.person).await;
        assert_eq!((stands.name.as_str(), stands.title.as_str(), stands.company_name.as_str(), stands.revision), ("Ida Lund", "COO", "Company 0", 1));
        assert_eq!(stands.advocate.map(|advocate| advocate.stage), Some(Stage::Identified));

        let typed = TypedAdvocate { stage: "active", topics: "rail, energy", languages: "de", x: "@ida", note: "Likes letters.", ..Default::default() };
        let save = async |revision, typed: &TypedAdvocate<'_>| advocate::save(db, now(), actor, ida.person, revision, typed).await;
        assert_eq!(save(1, &typed).await.unwrap(), Saved::Changed);
        assert_eq!(save(1, &typed).await.unwrap(), Saved::AlreadySo, "a double click");
        let other = TypedAdvocate { stage: "resting", ..typed };
        assert_eq!(refusal(save(1, &other).await), AdvocateRefusal::Stale, "somebody saved meanwhile");
        assert_eq!(save(2, &other).await.unwrap(), Saved::Changed);
        assert_eq!(refusal(advocate::save(db, now(), actor, 0, 0, &typed).await), AdvocateRefusal::Unknown);

        // Somebody who is known by a seat gets a record when it is asked for.
        world.name(1, 1).await;
        let guest = world.person("p0@company1.example").await;
        assert_eq!(record(db, guest).await.revision, 0);
        assert_eq!(advocate::save(db, now(), actor, guest, 0, &typed).await.unwrap(), Saved::Made);

        let history = entity::history::Entity::find().all(db.read()).await.unwrap();
        let written: String = history.iter().map(|entry| format!("{}{}", entry.before, entry.after)).collect();
        assert!(!written.contains("letters"), "no note stands in the history");
    }
}

both_databases! {
    async fn the_list_finds_sorts_and_says_who_needs_a_rest(scratch) {
        let db = &scratch.db;
        let (_world, actor) = stage(db).await;
        let mut people = Vec::new();
        for (name, company, stage, topics, languages) in [
            ("Ann", "Company 1", "active", "ports", "en"),
            ("Bo", "Company 0", "resting", "rail", "de"),
            ("Cy", "Company 0", "active", "Rail freight", "da,de"),
            ("Di", "Company 1", "cultivated", "energy", "en"),
            ("Ed", "Company 0", "active", "law", "fr"),
        ] {
            let id = add(db, actor, name, &format!("{}@x.example", name.to_lowercase()), company).await;
            let typed = TypedAdvocate { stage, topics, languages, ..Default::default() };
            advocate::save(db, now(), actor, id, 1, &typed).await.unwrap();
            people.push(id);
        }
        let [ann, _, cy, di, ed] = people[..] else { panic!("five") };
        asked(db, ann, "asked", Some(now() - TimeDelta::days(1))).await;
        asked(db, ann, "completed", Some(now() - TimeDelta::days(13))).await;
        // As often, and as lately, in the quarter before: nothing of it stands in the way of an ask now.
        asked(db, di, "completed", Some(now() - TimeDelta::days(16))).await;
        asked(db, di, "completed", Some(now() - TimeDelta::days(15))).await;
        asked(db, cy, "declined", Some(now() - TimeDelta::days(200))).await;
        asked(db, cy, "expired", Some(now() - TimeDelta::days(150))).await;
        asked(db, ed, "declined", Some(now() - TimeDelta::days(300))).await;
        asked(db, ed, "accepted", Some(now() - TimeDelta::days(250))).await;
        asked(db, ed, "declined", Some(now() - TimeDelta::days(240))).await;
        asked(db, ed, "refused", None).await;
        let open = problem::open(db, now(), actor, Subject::Person(di), "Their badge was misspelt.").await.unwrap();

        let all = Filter::default();
        assert_eq!(names(db, &all).await, ["Ann", "Bo", "Cy", "Di", "Ed"]);
        assert_eq!(names(db, &Filter { sort: Sort::Company, ..all }).await, ["Bo", "Cy", "Ed", "Ann", "Di"]);
        assert_eq!(names(db, &Filter { sort: Sort::Asked, ..all }).await, ["Bo", "Ed", "Cy", "Di", "Ann"]);
        for (filter, expect) in [
            (Filter { term: "an", ..all }, vec!["Ann"]),
            (Filter { company: "company 0", ..all }, vec!["Bo", "Cy", "Ed"]),
            (Filter { stage: Some(Stage::Active), ..all }, vec!["Ann", "Cy", "Ed"]),
            (Filter { topic: "RAIL", ..all }, vec!["Bo", "Cy"]),
            (Filter { language: "de", ..all }, vec!["Bo", "Cy"]),
            (Filter { language: "'; DROP TABLE person; --", ..all }, vec!["Ann", "Bo", "Cy", "Di", "Ed"]),
            (Filter { term: "%", ..all }, vec![]),
            (Filter { rest: true, ..all }, vec!["Ann", "Bo", "Cy", "Di"]),
        ] {
            assert_eq!(names(db, &filter).await, expect, "{filter:?}");
        }
        let list = advocate::list(db, now(), Sight::All, &all, 1).await.unwrap();
        let because: Vec<_> = list.rows.iter().map(|line| line.health.because().to_vec()).collect();
        let expect = [
            vec![Rest::AskedOften { times: 2 }],
            vec![Rest::Resting],
            vec![Rest::SaidNo { times: 2 }],
            vec![Rest::Problem],
            vec![],
        ];
        assert_eq!(because, expect, "the query and the rule agree");
        let head = advocate::head(db, now()).await.unwrap();
        assert_eq!(head.need_rest, 4);
        assert_eq!(head.stages.into_iter().collect::<Vec<_>>(), [(Stage::Cultivated, 1), (Stage::Active, 3), (Stage::Resting, 1)]);

        problem::close(db, now(), actor, open, "A new badge was sent.").await.unwrap();
        let once = TypedLimits { most_per_quarter: "1", ..Default::default() };
        own_limit::set(db, now(), Actor::Person(ed), ed, &once).await.unwrap();
        asked(db, ed, "asked", Some(now())).await;
        assert_eq!(names(db, &Filter { rest: true, ..all }).await, ["Ann", "Bo", "Cy", "Ed"], "their own limit counts");
    }
}

/// Every table that names people, by how many rows it has; records and limits of both become one.
async fn counted(db: &Db) -> Vec<(&'static str, u64)> {
    macro_rules! count {
        ($($table:ident),+) => { vec![$((stringify!($table), entity::$table::Entity::find().count(db.read()).await.expect("a count"))),+] };
    }
    count!(
        person,
        invitation,
        registration,
        acknowledgement,
        sales_opening,
        quiet_override,
        seat_journal,
        link,
        sign_in,
        consent_event,
        publication_use,
        ask,
        problem,
        watched_name,
        achievement,
        amplification_use,
        ledger_entry,
        introduction,
        own_page_link,
        forget_wish
    )
}

both_databases! {
    async fn two_of_one_person_become_one_and_nothing_is_lost(scratch) {
        let db = &scratch.db;
        let (world, actor) = stage(db).await;
        let named = world.name(0, 1).await;
        world.accept(named[0]).await;
        let keep = world.person("p0@company0.example").await;
        let gone = add(db, actor, "Person 0", "private@company0.example", "Company 0").await;
        let peer = add(db, actor, "Peer", "peer@company1.example", "Company 1").await;
        let third = add(db, actor, "Third", "third@company1.example", "Company 1").await;
        let company = world.company(0).await;
        world.give(gone).await;
        asked(db, gone, "asked", Some(now())).await;
        problem::open(db, now(), actor, Subject::Person(gone), "Their badge was misspelt.").await.unwrap();
        let typed = TypedAdvocate { stage: "active", topics: "rail", note: "Likes letters.", ..Default::default() };
        advocate::save(db, now(), actor, keep, 0, &typed).await.unwrap();
        let typed = TypedAdvocate { stage: "cultivated", topics: "rail, ports", note: "Met in Oslo.", ..Default::default() };
        advocate::save(db, now(), actor, gone, 1, &typed).await.unwrap();
        own_limit::set(db, now(), actor, keep, &TypedLimits { most_per_quarter: "3", never: vec!["quote"], ..Default::default() }).await.unwrap();
        own_limit::set(db, now(), actor, gone, &TypedLimits { most_per_quarter: "1", pause_until: "2027-03-01", ..Default::default() }).await.unwrap();
        entity::achievement::ActiveModel {
            kind: Set("award".into()),
            person_id: Set(Some(gone)),
            company_id: Set(company),
            title: Set("Rail prize".into()),
            title_key: Set("rail prize".into()),
            outlet: Set(String::new()),
            happened_on: Set(day("2027-01-10")),
            language: Set("en".into()),
            evidence: Set(String::new()),
            source: Set("form".into()),
            state: Set("reported".into()),
            reason: Set(String::new()),
            reported_at: Set(now()),
            revision: Set(1),
            ..Default::default()
        }
        .insert(db.read())
        .await
        .unwrap();
        entity::watched_name::ActiveModel {
            name: Set("Person Zero".into()),
            name_key: Set("person zero".into()),
            person_id: Set(Some(gone)),
            created_at: Set(now()),
            ..Default::default()
        }
        .insert(db.read())
        .await
        .unwrap();
        for (one, two, state) in [(keep, gone, "offered"), (keep, peer, "introduced"), (gone, peer, "offered"), (gone, third, "offered")] {
            entity::introduction::ActiveModel {
                a_person_id: Set(one.min(two)),
                b_person_id: Set(one.max(two)),
                topic: Set("rail".into()),
                state: Set(state.into()),
                a_says: Set(Some(one < two)),
                answer_by: Set(day("2027-02-01")),
                offered_at: Set(now()),
                ..Default::default()
            }
            .insert(db.read())
            .await
            .unwrap();
        }
        store::advocacy::own_page::send_link(db, now(), actor, gone).await.unwrap();

        let before = counted(db).await;
        assert_eq!(advocate::may_merge(db, keep, gone).await.unwrap(), Ok(()));
        assert_eq!(advocate::merge(db, now(), actor, keep, gone).await.unwrap(), Merged::Merged);
        assert_eq!(advocate::merge(db, now(), actor, keep, gone).await.unwrap(), Merged::AlreadyMerged, "a double click");
        assert_eq!(counted(db).await, before, "nothing is lost");

        let one = record(db, keep).await;
        let advocate = one.advocate.unwrap();
        assert_eq!((advocate.stage, advocate.topics.join(","), advocate.note.as_str()), (Stage::Active, "rail,ports".into(), "Likes letters.\nBrought over from Person 0, who was cultivated: Met in Oslo."));
        let limits = own_limit::of(db, keep).await.unwrap();
        assert_eq!((limits.most_per_quarter, limits.pause_until, limits.never.len()), (Some(1), Some(day("2027-03-01")), 1));
        assert_eq!(own_limit::of(db, gone).await.unwrap(), Default::default());
        assert_eq!(advocate::get(db, now(), gone).await.unwrap(), Some(Found::MergedInto(keep)));
        assert_eq!(advocate::asks(db, keep).await.unwrap().len(), 1);
        assert_eq!(advocate::achievements(db, keep).await.unwrap().len(), 1);
        assert_eq!(problem::own(db, Subject::Person(keep)).await.unwrap().len(), 1);
        assert_eq!(store::advocacy::ledger::totals_of_person(db, keep).await.unwrap().gives, 1);
        let mut introductions: Vec<_> = advocate::introductions(db, keep).await.unwrap().into_iter().map(|line| (line.with_name, line.state)).collect();
        introductions.sort();
        let expect = [("Peer", "introduced"), ("Person 0", "cancelled"), ("Third", "offered")];
        assert_eq!(introductions, expect.map(|(name, state)| (name.to_owned(), state.to_owned())));
        let open = entity::own_page_link::Entity::find().all(db.read()).await.unwrap();
        assert!(open.iter().all(|link| link.person_id == keep && link.ended_at.is_some()), "old links open nothing");

        // The old address finds the one who is left, everywhere.
        let again = NewPerson::parse("Person 0", "private@company0.example", "Company 0", "").unwrap();
        assert_eq!(advocate::add(db, now(), actor, &again).await.unwrap(), Added { person: keep, known: true });
        assert!(names(db, &Filter { term: "private@", ..Default::default() }).await.contains(&"Person 0 of 0".to_owned()));
        let row = (0, Named::parse("Somebody", "private@company0.example", "").unwrap().unwrap());
        let allotment = world.allotments[0];
        assert!(store::cohort::allotment::name(db, now(), Actor::DelegationLead(allotment), allotment, &[row]).await.is_err(), "they have a seat");
        assert!(store::cohort::person::list(db, now(), None, "private@", 1).await.unwrap().rows.is_empty(), "the other is listed nowhere");

        // What happened is on one line of time, cohorts only where they are shown.
        let sorts = async |shows| {
            let mut sorts: Vec<String> = advocate::timeline(db, keep, shows, 1).await.unwrap().rows.into_iter().map(|moment| moment.sort).collect();
            sorts.sort();
            sorts.dedup();
            sorts
        };
        let nothing = ["achievement", "ask", "give", "introduction", "problem", "record"];
        assert_eq!(sorts(Shows::Nothing).await, nothing);
        assert_eq!(sorts(Shows::Attendance).await, ["achievement", "ask", "cohort", "give", "introduction", "problem", "record"]);
        assert_eq!(sorts(Shows::Everything).await, ["achievement", "ask", "cohort", "give", "introduction", "named", "problem", "record"]);
    }
}

/// A task in a state, as if it had come so far, with a publication that is planned: it shows one person, or else their company.
async fn tasked(db: &Db, number: i64, (state, held_from): (&str, &str), shows: Subject, company: i64, approver: &str) -> i64 {
    let (person, of_company) = match shows {
        Subject::Person(id) => (Some(id), None),
        Subject::Company(id) => (None, Some(id)),
    };
    let achievement = entity::achievement::ActiveModel {
        kind: Set("award".into()),
        person_id: Set(person),
        company_id: Set(company),
        title: Set(format!("Prize {number}")),
        title_key: Set(format!("prize {number}")),
        outlet: Set(String::new()),
        happened_on: Set(day("2027-01-10")),
        language: Set("en".into()),
        evidence: Set(String::new()),
        source: Set("form".into()),
        state: Set("verified".into()),
        reason: Set(String::new()),
        reported_at: Set(now()),
        ..Default::default()
    };
    let achievement = achievement.insert(db.read()).await.expect("an achievement").id;
    let task = entity::amplification::ActiveModel {
        achievement_id: Set(achievement),
        due_day: Set(day("2027-01-22")),
        state: Set(state.into()),
        held_from: Set(held_from.into()),
        held_by: Set(if held_from.is_empty() { "" } else { "host" }.into()),
        approver_name: Set("Somebody".into()),
        approver_email: Set(approver.into()),
        token_hash: Set(Some(format!("token {number}"))),
        token_until: Set(Some(now() + TimeDelta::days(30))),
        sent_hash: Set("h".into()),
        approved_hash: Set("h".into()),
        waits_since: Set(now()),
        uid: Set(format!("uid {number}")),
        created_at: Set(now()),
        modified_at: Set(now()),
        ..Default::default()
    };
    let task = task.insert(db.read()).await.expect("a task").id;
    let shown = entity::amplification_use::ActiveModel {
        amplification_id: Set(task),
        person_id: Set(person),
        company_id: Set(of_company),
        scope: Set("name".into()),
        ..Default::default()
    };
    shown.insert(db.read()).await.expect("what it shows");
    let planned = entity::publication::ActiveModel {
        title: Set(format!("Prize {number}")),
        channel: Set("blog".into()),
        state: Set("planned".into()),
        planned_for: Set(day("2027-01-20")),
        url: Set(String::new()),
        created_at: Set(now()),
        amplification_id: Set(Some(task)),
        approved_hash: Set("h".into()),
        ..Default::default()
    };
    planned.insert(db.read()).await.expect("a publication");
    task
}

both_databases! {
    async fn what_was_approved_of_one_record_is_not_approved_of_the_other(scratch) {
        let db = &scratch.db;
        let (world, actor) = stage(db).await;
        let company = world.company(0).await;
        let keep = add(db, actor, "Person", "keep@company0.example", "Company 0").await;
        let gone = add(db, actor, "Person", "gone@company0.example", "Company 0").await;
        let (keeps, goes, press) = ("keep@company0.example", "gone@company0.example", "press@company0.example");
        let (them, firm) = (Subject::Person(gone), Subject::Company(company));
        // As it was; and as it is: state, held from, approved, approver, link, its publication, whether a step says so.
        let cases = [
            (("with customer", ""), them, goes, ("draft", "", "", keeps, false, "cancelled", true)),
            (("scheduled", ""), them, press, ("draft", "", "", press, true, "cancelled", true)),
            (("on hold", "scheduled"), them, press, ("on hold", "draft", "", press, true, "cancelled", true)),
            (("approved", ""), firm, goes, ("approved", "", "h", keeps, false, "planned", false)),
            (("approved", ""), firm, press, ("approved", "", "h", press, true, "planned", false)),
            (("withdrawn", ""), them, press, ("withdrawn", "", "h", press, true, "planned", false)),
        ];
        let mut tasks = Vec::new();
        for (number, (state, shows, approver, _)) in (1..).zip(cases) {
            tasks.push(tasked(db, number, state, shows, company, approver).await);
        }
        assert_eq!(advocate::merge(db, now(), actor, keep, gone).await.unwrap(), Merged::Merged);
        let publications = entity::publication::Entity::find().all(db.read()).await.unwrap();
        let steps = entity::amplification_step::Entity::find().all(db.read()).await.unwrap();
        for (id, (before, _, _, expect)) in tasks.into_iter().zip(cases) {
            let task = entity::amplification::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
            let published = publications.iter().find(|one| one.amplification_id == Some(id)).unwrap();
            let told = steps.iter().any(|step| step.amplification_id == id && step.act == "edit" && step.hash == "h");
            let came_to = (
                task.state.as_str(),
                task.held_from.as_str(),
                task.approved_hash.as_str(),
                task.approver_email.as_str(),
                task.token_hash.is_some(),
                published.state.as_str(),
                told,
            );
            assert_eq!(came_to, expect, "{before:?}");
            assert_eq!(task.sent_hash, task.approved_hash, "{before:?}");
        }
        let shown = entity::amplification_use::Entity::find().all(db.read()).await.unwrap();
        assert!(shown.iter().all(|one| one.person_id.is_none_or(|person| person == keep)), "{shown:?}");
    }
}

both_databases! {
    async fn what_the_one_who_goes_held_is_ours_to_let_go(scratch) {
        let db = &scratch.db;
        let (world, actor) = stage(db).await;
        let company = world.company(0).await;
        let keep = add(db, actor, "Person", "keep@company0.example", "Company 0").await;
        let gone = add(db, actor, "Person", "gone@company0.example", "Company 0").await;
        let mut tasks = Vec::new();
        for (number, by) in [(1, "customer"), (2, "both")] {
            let id = tasked(db, number, ("on hold", "scheduled"), Subject::Company(company), company, "gone@company0.example").await;
            let held = entity::amplification::ActiveModel { id: Set(id), held_by: Set(by.into()), ..Default::default() };
            held.update(db.read()).await.expect("held");
            tasks.push(id);
        }
        assert_eq!(advocate::merge(db, now(), actor, keep, gone).await.unwrap(), Merged::Merged);
        let steps = entity::amplification_step::Entity::find().all(db.read()).await.unwrap();
        for id in tasks {
            let task = entity::amplification::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap();
            assert_eq!(
                (task.state.as_str(), task.held_from.as_str(), task.held_by.as_str(), task.approver_email.as_str(), task.token_hash),
                ("on hold", "scheduled", "host", "keep@company0.example", None)
            );
            let told: Vec<&str> = steps.iter().filter(|step| step.amplification_id == id).map(|step| step.act.as_str()).collect();
            assert_eq!(told, ["hold"], "and the task says why");
        }
    }
}

both_databases! {
    async fn who_stays_apart_is_told_why_and_cohorts_only_to_those_who_may_know(scratch) {
        let db = &scratch.db;
        let (world, actor) = stage(db).await;
        let named = world.name(0, 2).await;
        world.accept(named[0]).await;
        let (one, two) = (world.person("p0@company0.example").await, world.person("p1@company0.example").await);
        let why = refusal(advocate::merge(db, now(), actor, one, two).await);
        assert_eq!(why.sentences(), ["Both were named for “Spring cohort”. Their seats there stay two, so they stay two people."]);
        assert!(!why.as_seen_by(false).sentence().contains("Spring"));

        let wish = Wish { scope: Scope::Name, channels: vec![Channel::Blog], until: usual_end(now().date_naive()), exactly: false };
        consent::give(db, now(), Giver::Invitation(named[0]), &wish).await.unwrap();
        let other = add(db, actor, "Person", "other@company0.example", "Company 0").await;
        let why = refusal(advocate::merge(db, now(), actor, other, one).await);
        assert_eq!(why.code(), "keep-the-other");
        assert_eq!(entity::consent_event::Entity::find().all(db.read()).await.unwrap()[0].person_id, Some(one), "consents stay whose they are");
        // That they let their attendance be said, tells of a cohort.
        let wish = Wish { scope: Scope::Attendance, channels: vec![Channel::Internal], ..wish };
        consent::give(db, now(), Giver::Invitation(named[0]), &wish).await.unwrap();
        for (shows_cohorts, expect) in [(false, 1), (true, 2)] {
            assert_eq!(advocate::has(db, one, shows_cohorts).await.unwrap().unwrap().consents, expect, "{shows_cohorts}");
        }
        assert_eq!(refusal(advocate::merge(db, now(), actor, one, one).await).code(), "same");
        assert_eq!(refusal(advocate::merge(db, now(), actor, one, 0).await).code(), "unknown");
        assert_eq!(advocate::merge(db, now(), actor, one, other).await.unwrap(), Merged::Merged, "the one with consents stays");
        let third = add(db, actor, "Third", "third@company0.example", "Company 0").await;
        assert_eq!(refusal(advocate::merge(db, now(), actor, third, other).await).code(), "merged");
    }
}

both_databases! {
    async fn a_file_adds_and_changes_what_it_shows_and_nothing_twice(scratch) {
        let db = &scratch.db;
        let (world, actor) = stage(db).await;
        world.name(0, 1).await;
        let known = world.person("p0@company0.example").await;
        let other = add(db, actor, "Person 0", "old@company0.example", "Company 0").await;
        advocate::merge(db, now(), actor, known, other).await.unwrap();
        let csv = b"email,name,company,stage,topics,may we quote (consent)\n\
            new@company1.example,Ann Berg,Company 1,cultivated,ports;rail,yes\n\
            old@company0.example,,,active,energy,yes\n\
            who@else.example,Who,Nowhere,active,,yes\n";
        let reading = read(csv).unwrap();
        assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
        let outcomes = async || advocate_import::dry_run(db, &reading).await.unwrap().into_iter().map(|row| row.outcome).collect::<Vec<_>>();
        let planned = outcomes().await;
        assert!(matches!(planned[0], Outcome::New { .. }), "{planned:?}");
        assert!(matches!(planned[1], Outcome::Changed { person, .. } if person == known), "the old address finds the one who is left: {planned:?}");
        assert!(matches!(planned[2], Outcome::Refused(_)), "{planned:?}");
        let people = entity::person::Entity::find().count(db.read()).await.unwrap();

        let counts = advocate_import::apply(db, now(), actor, &reading).await.unwrap();
        assert_eq!(counts, Counts { new: 1, changed: 1, same: 0, refused: 1 });
        assert_eq!(entity::person::Entity::find().count(db.read()).await.unwrap(), people + 1);
        let again = advocate_import::apply(db, now(), actor, &reading).await.unwrap();
        assert_eq!(again, Counts { new: 0, changed: 0, same: 2, refused: 1 });
        assert_eq!(entity::person::Entity::find().count(db.read()).await.unwrap(), people + 1);
        let record = record(db, known).await;
        assert_eq!(record.advocate.map(|advocate| (advocate.stage, advocate.topics)), Some((Stage::Active, vec!["energy".to_owned()])));
        assert_eq!(entity::consent_event::Entity::find().count(db.read()).await.unwrap(), 0, "an import grants nothing");
    }
}

both_databases! {
    async fn a_name_and_a_topic_are_found_in_small_letters_and_in_capitals(scratch) {
        let db = &scratch.db;
        let (_world, actor) = stage(db).await;
        let ozge = add(db, actor, "Özge Ørsted", "ozge@x.example", "Company 0").await;
        let twin = add(db, actor, "ÖZGE ØRSTED", "o.orsted@x.example", "Company 1").await;
        let other = add(db, actor, "Ida Lund", "ida@x.example", "Company 0").await;
        let typed = TypedAdvocate { stage: "active", topics: "Ökologie", ..Default::default() };
        advocate::save(db, now(), actor, ozge, 1, &typed).await.unwrap();
        let all = Filter::default();
        for (filter, expect) in [
            (Filter { term: "özge", company: "company 0", ..all }, vec!["Özge Ørsted"]),
            (Filter { term: "ØRSTED", company: "company 0", ..all }, vec!["Özge Ørsted"]),
            (Filter { term: "OZGE@", ..all }, vec!["Özge Ørsted"]),
            (Filter { topic: "ökologie", ..all }, vec!["Özge Ørsted"]),
            (Filter { topic: "ÖKOLOGIE", ..all }, vec!["Özge Ørsted"]),
            (Filter { term: "ida", topic: "ökologie", ..all }, vec![]),
        ] {
            assert_eq!(names(db, &filter).await, expect, "{filter:?}");
        }
        let need = domain::advocacy::matching::Need::parse("review", "", "ÖKOLOGIE", "").unwrap();
        let found = store::advocacy::matching::find(db, now(), &need, None).await.unwrap();
        assert_eq!((found.rows.iter().map(|one| one.person).collect::<Vec<_>>(), found.left_out, found.beyond), (vec![ozge], 2, 0));

        let alike = async |person: i64, term: &str| {
            let mut ids: Vec<i64> = advocate::alike(db, person, term).await.unwrap().iter().map(|one| one.id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(alike(ozge, "").await, [twin], "a namesake");
        assert_eq!(alike(other, "").await, [0_i64; 0]);
        assert_eq!(alike(other, "özge").await, [ozge, twin]);
        assert_eq!(alike(other, "company 1").await, [twin]);
        assert_eq!(alike(other, "O.Orsted@").await, [twin]);
    }
}

both_databases! {
    async fn what_is_recorded_while_two_become_one_is_of_the_one_who_is_left(scratch) {
        let db = &scratch.db;
        let (_world, actor) = stage(db).await;
        let keep = add(db, actor, "Ida Lund", "ida@x.example", "Company 0").await;
        let gone = add(db, actor, "Ida L.", "ida.lund@x.example", "Company 0").await;
        let [stays, goes] = [add(db, actor, "Bo Vik", "bo@x.example", "Company 1").await, add(db, actor, "Bo V.", "bo.vik@x.example", "Company 1").await];
        // Half way through making them one: whoever comes now has to wait for it.
        let txn = db.write().await.unwrap();
        for (gone, keep) in [(gone, keep), (goes, stays)] {
            let merged = entity::person::ActiveModel { id: Set(gone), merged_into: Set(Some(keep)), ..Default::default() };
            merged.update(&*txn).await.unwrap();
        }
        let give = tokio::spawn({
            let db = db.clone();
            async move {
                let typed = domain::advocacy::ledger::TypedGive { person: gone, company: 0, kind: "speaking slot", on: "2027-01-14", note: "A talk", value: "" };
                store::advocacy::ledger::record_give(&db, now(), actor, &typed).await.expect("recorded")
            }
        });
        let save = tokio::spawn({
            let db = db.clone();
            async move {
                let typed = TypedAdvocate { stage: "active", topics: "rail", ..Default::default() };
                advocate::save(&db, now(), actor, goes, 1, &typed).await.expect("saved")
            }
        });
        let watch = tokio::spawn({
            let db = db.clone();
            async move { store::advocacy::watched_feed::watch(&db, now(), actor, "Ida Lund", "ida.lund@x.example", "").await.expect("watched") }
        });
        let file = tokio::spawn({
            let db = db.clone();
            async move {
                let reading = read(b"email,topics\nida.lund@x.example,ports\n").expect("a file");
                advocate_import::apply(&db, now(), actor, &reading).await.expect("applied")
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        txn.commit().await.unwrap();
        let give = give.await.unwrap();
        watch.await.unwrap();
        assert_eq!(save.await.unwrap(), Saved::Changed);
        assert_eq!(file.await.unwrap(), Counts { changed: 1, ..Counts::default() });

        let entry = entity::ledger_entry::Entity::find_by_id(give).one(db.read()).await.unwrap().unwrap();
        assert_eq!(entry.person_id, Some(keep));
        let names = entity::watched_name::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(names.iter().map(|name| name.person_id).collect::<Vec<_>>(), [Some(keep)]);
        let records = entity::advocate::Entity::find().all(db.read()).await.unwrap();
        let written = |person: i64| records.iter().find(|row| row.person_id == person).map(|row| (row.topics.as_str(), row.revision));
        assert_eq!([gone, keep, goes, stays].map(written), [Some(("", 1)), Some(("ports", 2)), Some(("", 1)), Some(("rail", 2))]);
    }
}
