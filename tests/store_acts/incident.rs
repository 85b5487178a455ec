//! Concerns: written down once, limited by the hour, told to free reviewers only, moved by one reviewer at a time.

use chrono::TimeDelta;
use domain::Refusal;
use domain::access::Role;
use domain::conduct::incident::{Act, IncidentRefusal, MOST_MESSAGES, MOST_REPORTS, State, TypedReport, coarse, next_hour};
use sea_orm::{EntityTrait, QueryOrder};
use store::conduct::incident::{self, Answered, Reporter, Stepped};
use store::entity::{incident as rows, outbox as mails};
use store::{Actor, Db, Halt, outbox};
use tests::both_databases;
use tests::world::{Plan, World, now, staff};

fn refusal<T: std::fmt::Debug>(result: Result<T, Halt<IncidentRefusal>>) -> IncidentRefusal {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

/// The fields a refusal speaks of.
fn fields<T: std::fmt::Debug>(result: Result<T, Halt<IncidentRefusal>>) -> Vec<&'static str> {
    match refusal(result) {
        IncidentRefusal::Fields(fields) => fields.iter().map(|why| why.field).collect(),
        why => panic!("{}", why.sentence()),
    }
}

async fn opened(db: &Db) -> World {
    let world = World::new(db, 1, 2).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

const SAID: &str = "She asked when our contract ends.";

fn typed() -> TypedReport<'static> {
    TypedReport { said: SAID, severity: "serious", ..TypedReport::default() }
}

/// The one case there is, as `reviewer` sees it.
async fn only(db: &Db, reviewer: i64) -> i64 {
    let list = incident::list(db, reviewer, None, 1).await.unwrap();
    assert_eq!(list.total, 1);
    list.rows[0].id
}

/// The clock strikes the next full hour.
async fn tell(db: &Db) {
    incident::tell_due(db, next_hour(now())).await.unwrap();
}

/// Kind and address of every mail about concerns, in the order they were written.
async fn told(db: &Db) -> Vec<(String, String)> {
    let rows = mails::Entity::find().order_by_asc(mails::Column::Id).all(db.read()).await.unwrap();
    rows.into_iter().filter(|row| row.kind.starts_with("concern")).map(|row| (row.kind, row.to_email)).collect()
}

fn mail(kind: &str, to: &str) -> (String, String) {
    (kind.to_owned(), format!("{to}@halden.example"))
}

both_databases! {
    async fn a_report_is_written_once_and_checked_against_its_cohort(scratch) {
        let world = opened(&scratch.db).await;
        let (db, cohort) = (&world.db, world.cohort);
        let noor = staff(db, "noor@halden.example", Role::IncidentReviewer).await;
        let stranger = staff(db, "stranger@halden.example", Role::Marketing).await.to_string();
        let report = async |reporter: Reporter, token: &str, typed: &TypedReport<'_>| incident::report(db, now(), cohort, reporter, token, typed).await;

        let elsewhere = TypedReport { session: "9999", ..typed() };
        assert_eq!(fields(report(Reporter::Nobody, "", &elsewhere).await), ["session"]);
        let unknown = TypedReport { started_by_staff: &stranger, ..typed() };
        assert_eq!(fields(report(Reporter::Nobody, "", &unknown).await), ["started_by_staff"], "a guest names only whom they may have met");
        assert_eq!(fields(incident::report(db, now(), 9_999, Reporter::Nobody, "", &typed()).await), ["cohort"]);
        assert_eq!(incident::list(db, noor, None, 1).await.unwrap().total, 0);

        let token = incident::new_token();
        assert_eq!(report(Reporter::Nobody, &token, &typed()).await.unwrap(), token);
        assert_eq!(report(Reporter::Nobody, &token, &typed()).await.unwrap(), token, "pressed twice");
        tell(db).await;
        only(db, noor).await;
        let other = TypedReport { said: "Something else happened at lunch.", ..typed() };
        assert_ne!(report(Reporter::Nobody, &token, &other).await.unwrap(), token, "other words are another concern");
        let made_up = report(Reporter::Staff(world.manager), "short", &TypedReport { started_by_staff: &stranger, ..typed() }).await.unwrap();
        assert!(made_up.starts_with("con_") && made_up.len() == token.len(), "an address is never a guess: {made_up}");

        tell(db).await;
        let counts = incident::counts(db, noor).await.unwrap();
        assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [3, 0, 0, 0, 0, 0]);
        let hosts: Vec<i64> = incident::hosts(db, cohort).await.unwrap().into_iter().map(|host| host.id).collect();
        assert_eq!(hosts, [world.manager]);
    }
}

both_databases! {
    async fn a_cohort_takes_so_many_reports_an_hour(scratch) {
        let world = opened(&scratch.db).await;
        let invitation = world.name(0, 1).await[0];
        let report = async |reporter: Reporter, after: i64, number: i64| {
            let said = format!("Concern number {number} of the day.");
            let typed = TypedReport { said: &said, severity: "slight", ..TypedReport::default() };
            incident::report(&world.db, now() + TimeDelta::minutes(after), world.cohort, reporter, "", &typed).await
        };
        // One person with a name is counted by themselves, all without one together: nobody keeps somebody else from it.
        for reporter in [Reporter::Staff(world.manager), Reporter::Nobody, Reporter::Executive { invitation }] {
            for number in 0..MOST_REPORTS {
                report(reporter, number % 59, number).await.unwrap();
            }
            assert_eq!(refusal(report(reporter, 59, 98).await), IncidentRefusal::TooManyReports);
        }
        for reporter in [Reporter::Staff(world.manager), Reporter::Nobody, Reporter::Executive { invitation }] {
            report(reporter, 60, 99).await.unwrap();
        }
    }
}

both_databases! {
    async fn a_case_is_moved_by_one_reviewer_at_a_time(scratch) {
        let world = opened(&scratch.db).await;
        let db = &world.db;
        let noor = staff(db, "noor@halden.example", Role::IncidentReviewer).await;
        let omar = staff(db, "omar@halden.example", Role::IncidentReviewer).await;
        let token = incident::report(db, now(), world.cohort, Reporter::Nobody, "", &typed()).await.unwrap();
        tell(db).await;
        let id = only(db, noor).await;
        let step = async |reviewer: i64, revision: i32, act: &str, text: &str| incident::step(db, now(), reviewer, id, revision, act, text).await;
        let done = |act| Stepped { act, again: false };

        assert_eq!(fields(step(noor, 1, "shred", "").await), ["act"]);
        assert_eq!(refusal(step(noor, 1, "uphold", "It was said.").await), IncidentRefusal::NotTaken);
        assert_eq!(step(noor, 1, "take", "").await.unwrap(), done(Act::Take));
        assert_eq!(step(noor, 1, "take", "").await.unwrap(), Stepped { act: Act::Take, again: true });
        assert_eq!(refusal(step(omar, 1, "take", "").await), IncidentRefusal::Stale);
        assert_eq!(step(omar, 2, "take", "").await.unwrap(), done(Act::Take), "taken over");
        assert_eq!(fields(step(noor, 3, "dismiss", " ").await), ["text"]);
        assert_eq!(step(noor, 3, "customer-initiated", "She asked first.").await.unwrap(), done(Act::CustomerInitiated));
        assert_eq!(refusal(step(omar, 3, "uphold", "It was said.").await), IncidentRefusal::Stale);
        assert_eq!(refusal(step(omar, 4, "uphold", "It was said.").await), IncidentRefusal::Decided);
        assert_eq!(step(omar, 4, "remedy", "Nothing had to be done.").await.unwrap(), done(Act::Remedy));
        assert_eq!(step(omar, 4, "remedy", "Nothing had to be done.").await.unwrap(), Stepped { act: Act::Remedy, again: true });
        assert_eq!(refusal(step(noor, 5, "take", "").await), IncidentRefusal::Settled);

        let case = incident::case(db, id).await.unwrap().unwrap();
        assert_eq!((case.state, case.outcome, case.revision), (State::Remedied, Some(State::CustomerInitiated), 5));
        assert_eq!((case.finding.as_str(), case.remedy.as_str()), ("She asked first.", "Nothing had to be done."));
        assert_eq!((case.reviewer.unwrap().id, case.reporter), (omar, None));
        assert_eq!((case.said.as_str(), case.reported_at), (SAID, coarse(now())));
        let acts: Vec<(&str, bool)> = case.steps.iter().map(|step| (step.act.as_str(), step.by.is_some())).collect();
        assert_eq!(acts, [("report", false), ("take", true), ("take", true), ("customer-initiated", true), ("remedy", true)]);
        assert_eq!(incident::by_token(db, &token).await.unwrap().unwrap().state, State::Remedied);
    }
}

both_databases! {
    async fn only_free_reviewers_are_told_and_admins_once_when_there_is_none(scratch) {
        let world = opened(&scratch.db).await;
        let db = &world.db;
        let ada = staff(db, "ada@halden.example", Role::Admin).await;
        let abel = staff(db, "abel@halden.example", Role::Admin).await;
        let noor = staff(db, "noor@halden.example", Role::IncidentReviewer).await;
        let omar = staff(db, "omar@halden.example", Role::IncidentReviewer).await;
        let about = noor.to_string();
        let report = TypedReport { started_by_staff: &about, ..typed() };
        incident::report(db, now(), world.cohort, Reporter::Staff(world.manager), "", &report).await.unwrap();

        // Until the full hour it is nowhere but behind its address; then reviewers are told, once.
        let first = rows::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((first.seen_from, first.told), (next_hour(now()), false));
        incident::tell_due(db, next_hour(now()) - TimeDelta::seconds(1)).await.unwrap();
        assert_eq!(told(db).await, [mail("concern-received", "manager")]);
        assert_eq!(incident::list(db, omar, None, 1).await.unwrap().total, 0);
        assert_eq!(incident::counts(db, omar).await.unwrap().iter().map(|(_, count)| count).sum::<i64>(), 0);
        assert_eq!(store::access::incident(db, first.id).await.unwrap(), None);
        assert_eq!(refusal(incident::step(db, now(), omar, first.id, 1, "take", "").await), IncidentRefusal::Unknown);
        tell(db).await;
        tell(db).await;
        assert_eq!(told(db).await, [mail("concern-received", "manager"), mail("concern-reported", "omar")]);
        assert_eq!((incident::list(db, noor, None, 1).await.unwrap().total, incident::without_reviewer(db, ada).await.unwrap()), (0, 0));

        // Omar turns out to lead Noor: he had taken it up, and is let go.
        let id = only(db, omar).await;
        incident::step(db, now(), omar, id, 1, "take", "").await.unwrap();
        store::staff::change(db, now(), Actor::Staff(ada), noor, &[Role::IncidentReviewer], true, Some(omar)).await.unwrap();
        assert_eq!(incident::case(db, id).await.unwrap().unwrap().reviewer, None);
        assert_eq!(refusal(incident::step(db, now(), omar, id, 2, "dismiss", "Nothing.").await), IncidentRefusal::Unknown);
        assert_eq!(refusal(incident::answer(db, now(), omar, id, "Hello").await), IncidentRefusal::Unknown);
        assert_eq!(refusal(incident::name_reported(db, now(), noor, id, "").await), IncidentRefusal::Unknown);
        assert_eq!(incident::without_reviewer(db, ada).await.unwrap(), 1);
        assert_eq!(incident::without_reviewer(db, noor).await.unwrap(), 0, "nobody learns of one about themselves");

        // The manager reports another: nobody is free, so the admins hear that somebody is missing, once.
        let other = TypedReport { said: "It happened again on the bus.", ..report.clone() };
        incident::report(db, now(), world.cohort, Reporter::Nobody, "", &TypedReport { started_by_staff: "", ..other.clone() }).await.unwrap();
        tell(db).await;
        let second = incident::list(db, noor, None, 1).await.unwrap().rows[0].id;
        assert!(!incident::name_reported(db, now(), omar, second, &world.manager.to_string()).await.unwrap(), "still open to Omar");
        assert!(incident::name_reported(db, now(), omar, second, &noor.to_string()).await.unwrap(), "he leads whom he named");
        assert_eq!(refusal(incident::name_reported(db, now(), noor, second, "").await), IncidentRefusal::Unknown);
        assert_eq!(incident::without_reviewer(db, ada).await.unwrap(), 2);
        let third = incident::report(db, now(), world.cohort, Reporter::Staff(ada), "", &other).await.unwrap();
        assert!(third.starts_with("con_"));
        tell(db).await;
        assert_eq!((incident::without_reviewer(db, ada).await.unwrap(), incident::without_reviewer(db, abel).await.unwrap()), (2, 3));
        assert_eq!(
            told(db).await[2..],
            [
                mail("concern-reported", "noor"),
                mail("concern-reported", "omar"),
                mail("concern-needs-reviewer", "ada"),
                mail("concern-needs-reviewer", "abel"),
                mail("concern-received", "ada"),
                mail("concern-needs-reviewer", "abel"),
            ]
        );

        // Whoever was named once stays apart, and so does who leads them, whatever is said since.
        let pia = staff(db, "pia@halden.example", Role::IncidentReviewer).await;
        for typed in [world.manager.to_string(), String::new()] {
            assert!(!incident::name_reported(db, now(), pia, second, &typed).await.unwrap());
            for apart in [noor, omar] {
                assert_eq!(refusal(incident::step(db, now(), apart, second, 4, "take", "").await), IncidentRefusal::Unknown);
                assert_eq!(incident::list(db, apart, None, 1).await.unwrap().total, 0);
                assert!(store::access::incident(db, second).await.unwrap().unwrap().reviewed_apart_from.unwrap().contains(&apart));
            }
        }
        assert_eq!(incident::case(db, second).await.unwrap().unwrap().started_by_staff, None);
        assert_eq!(incident::list(db, pia, None, 1).await.unwrap().total, 3);
    }
}

both_databases! {
    async fn answers_reach_whoever_reported(scratch) {
        let world = opened(&scratch.db).await;
        let db = &world.db;
        let noor = staff(db, "noor@halden.example", Role::IncidentReviewer).await;
        let invitation = world.name(0, 1).await[0];
        let token = incident::report(db, now(), world.cohort, Reporter::Executive { invitation }, "", &typed()).await.unwrap();
        tell(db).await;
        let id = only(db, noor).await;
        assert_eq!(incident::case(db, id).await.unwrap().unwrap().reporter.as_deref(), Some("Person 0 of 0, Company 0"));

        // A named reporter gets a mail with a new address; the older one is dead once that has arrived.
        assert_eq!(fields(incident::answer(db, now(), noor, id, " ").await), ["body"]);
        assert_eq!(incident::answer(db, now(), noor, id, "Which day was it?").await.unwrap(), Answered::Mailed);
        assert_eq!(incident::answer(db, now(), noor, id, "Which day was it?").await.unwrap(), Answered::Mailed, "pressed twice");
        assert_eq!(incident::by_token(db, &token).await.unwrap().unwrap().messages.len(), 1, "the mail may never arrive");
        let answered: Vec<outbox::Mail> =
            outbox::lease(db, now(), 500).await.unwrap().into_iter().filter(|mail| mail.kind == "concern-answered").collect();
        assert_eq!(answered.len(), 1);
        assert_eq!(answered[0].to_email, "p0@company0.example");

        // It does not leave: the case says so, and the same words send the same mail again.
        outbox::mark_failed(db, now(), &answered[0], "550 no such mailbox", true).await.unwrap();
        assert_eq!(incident::case(db, id).await.unwrap().unwrap().unsent.as_deref(), Some("Which day was it?"));
        let later = now() + TimeDelta::hours(3);
        assert_eq!(incident::answer(db, later, noor, id, "Which day was it?").await.unwrap(), Answered::Mailed);
        let case = incident::case(db, id).await.unwrap().unwrap();
        assert_eq!((case.unsent, case.messages.len()), (None, 1));
        let again: Vec<outbox::Mail> =
            outbox::lease(db, later, 500).await.unwrap().into_iter().filter(|mail| mail.kind == "concern-answered").collect();
        assert_eq!((again.len(), again[0].id, &again[0].secret), (1, answered[0].id, &answered[0].secret));
        incident::reply(db, now(), &token, "I am at another address now.").await.unwrap();
        let fresh = answered[0].secret.clone().unwrap().link.unwrap();
        let read = incident::by_token(db, &fresh).await.unwrap().unwrap();
        assert_eq!(read.messages.iter().map(|said| said.body.as_str()).collect::<Vec<_>>(), ["Which day was it?", "I am at another address now."]);
        assert_eq!(incident::by_token(db, &token).await.unwrap(), None, "the newer one was opened");

        // The reporter writes back, within reason.
        assert_eq!(refusal(incident::reply(db, now(), &token, "Monday").await), IncidentRefusal::Unknown);
        incident::reply(db, now(), &fresh, "Monday").await.unwrap();
        incident::reply(db, now(), &fresh, "Monday").await.unwrap();
        for number in 2..MOST_MESSAGES {
            incident::reply(db, now(), &fresh, &format!("And one more thing: {number}")).await.unwrap();
        }
        assert_eq!(refusal(incident::reply(db, now(), &fresh, "And another").await), IncidentRefusal::TooManyMessages);
        incident::reply(db, now() + TimeDelta::days(1), &fresh, "And another").await.unwrap();
        let count = i64::try_from(incident::by_token(db, &fresh).await.unwrap().unwrap().messages.len()).unwrap();
        assert_eq!(count, 1 + MOST_MESSAGES + 1);
        // Reviewers read what was told by the full hour, and get one mail for it; none beside that of the report.
        assert_eq!(incident::case(db, id).await.unwrap().unwrap().messages.len(), 1);
        tell(db).await;
        assert_eq!(incident::case(db, id).await.unwrap().unwrap().messages.len(), usize::try_from(1 + MOST_MESSAGES).unwrap());
        incident::tell_due(db, now() + TimeDelta::days(2)).await.unwrap();
        incident::tell_due(db, now() + TimeDelta::days(2)).await.unwrap();
        assert_eq!(incident::case(db, id).await.unwrap().unwrap().messages.len(), usize::try_from(count).unwrap());
        let told = told(db).await.into_iter().filter(|one| *one == mail("concern-reported", "noor")).count();
        assert_eq!(told, 2, "once for the report, then once an hour");
    }
}
