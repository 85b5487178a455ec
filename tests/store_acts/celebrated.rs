//! Whom a task celebrates decides what becomes of it: who approves for them, whether their name may stand in the words, and that
//! nothing goes on once they asked to be forgotten, or are.

use chrono::{DateTime, Utc};
use domain::advocacy::amplification::{Act, AmplificationRefusal, State};
use domain::advocacy::consent::{Channel, Scope};
use domain::advocacy::publication::{Named, PublicationRefusal, State as PublicationState, TypedPlan, Why};
use domain::advocacy::signatory::Signatory;
use sea_orm::ConnectionTrait;
use store::advocacy::amplification::{self, TypedTask, TypedWording, save_plan, save_wording};
use store::advocacy::forgetting::{Asked, ask, forget, send_code};
use store::advocacy::{publication, signatory};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::celebration::{Celebration, DAY, URL, at, day, mails};
use tests::world::now;

const PERSON: &str = "p0@company0.example";

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

/// The day after the cohort, and some.
fn later() -> DateTime<Utc> {
    at("2027-04-10T09:00:00Z")
}

async fn change(db: &Db, sql: &str) {
    db.read().execute_unprepared(sql).await.expect("the change");
}

/// Saves the plan of a task with another approver, or something else shown.
async fn plan(scene: &Celebration, task: i64, approver: &str, shows: &[&str]) -> Result<(), Halt<AmplificationRefusal>> {
    let (owner, revision) = (scene.priya.to_string(), scene.task(task).await.revision);
    let typed = TypedTask {
        owner: &owner,
        due_day: "2027-01-22",
        planned_for: DAY,
        approver_name: "Ines Duarte",
        approver_email: approver,
        sender: "cohorts@mail.halden.example",
        shows: shows.to_vec(),
    };
    save_plan(&scene.db, now(), Actor::Staff(scene.priya), task, revision, &typed).await
}

/// One step of the host's, as it is answered.
async fn step(scene: &Celebration, task: i64, act: Act) -> Result<State, Halt<AmplificationRefusal>> {
    let revision = scene.task(task).await.revision;
    amplification::step(&scene.db, now(), Actor::Staff(scene.priya), task, revision, act, "A word of why.").await
}

both_databases! {
    async fn only_somebody_known_at_the_customer_approves_for_them(scratch) {
        let scene = Celebration::new(&scratch.db).await;
        let task = scene.verified("A prize well earned").await;
        let company = scene.task(task).await.company;
        let brand = Signatory::parse("Mei Tanaka", "Head of brand", "mei@agency.example").unwrap();
        signatory::save(&scene.db, now(), Actor::Staff(scene.priya), company, &brand).await.unwrap();
        change(&scene.db, "UPDATE staff SET active = FALSE WHERE email = 'otto@halden.example'").await;
        for (approver, fits) in [
            ("ines@company0.example", true),
            ("mei@agency.example", true),
            (PERSON, true),
            // Colleagues and those who were, the mailbox beside one's own, and where only colleagues are.
            ("priya@halden.example", false),
            ("otto@halden.example", false),
            ("priya+me@halden.example", false),
            ("press@halden.example", false),
            ("press@mail.halden.example", false),
            // Nobody knows whose these are.
            ("priya@gmail.example", false),
            ("other@agency.example", false),
            ("ines@company1.example", false),
        ] {
            let done = plan(&scene, task, approver, &["person:name"]).await;
            if fits {
                done.unwrap_or_else(|why| panic!("{approver}: {why:?}"));
                continue;
            }
            let AmplificationRefusal::Fields(fields) = refusal(done) else { panic!("{approver}: of a field") };
            assert_eq!(fields.iter().map(|why| why.field).collect::<Vec<_>>(), ["approver_email"], "{approver}");
            let next = "Name the person themselves, a signatory, or an address at company0.example.";
            assert!(fields[0].sentence.ends_with(next), "{approver}: {}", fields[0].sentence);
            assert_eq!(scene.task(task).await.approver_email, PERSON, "{approver}");
        }

        // Asked again where it goes out: whoever signs no longer is no one's approver.
        scene.write(task, "blog", "Well done.").await;
        plan(&scene, task, "mei@agency.example", &["person:name"]).await.unwrap();
        let signing = signatory::list(&scene.db, company).await.unwrap()[0].id;
        signatory::end(&scene.db, now(), Actor::Staff(scene.priya), signing).await.unwrap();
        let AmplificationRefusal::Fields(fields) = refusal(step(&scene, task, Act::Submit).await) else { panic!("of a field") };
        assert_eq!(fields[0].field, "approver_email");
    }
}

both_databases! {
    async fn a_name_in_the_words_needs_its_tick(scratch) {
        let scene = Celebration::new(&scratch.db).await;
        let db = &scene.db;
        let task = scene.verified("A prize well earned").await;
        scene.write(task, "blog", "The prize goes to Person 0 of 0 and everybody at COMPANY 0.").await;
        scene.plan(task, DAY).await;
        let company = AmplificationRefusal::NamedNotShown { name: "Company 0".into(), scope: Scope::CompanyName };
        assert_eq!(refusal(step(&scene, task, Act::Submit).await), company);
        assert_eq!(scene.task(task).await.state, State::Draft);
        plan(&scene, task, PERSON, &["person:name", "company:company name"]).await.unwrap();
        assert_eq!(step(&scene, task, Act::Submit).await.unwrap(), State::InReview);

        // Asked again each time it goes on: the company has another name since.
        let rename = async |name: &str| change(db, &format!("UPDATE company SET name = '{name}', name_key = lower('{name}') WHERE id = {}", scene.task(task).await.company)).await;
        let named = AmplificationRefusal::NamedNotShown { name: "Well".into(), scope: Scope::CompanyName };
        let (other, key) = scene.sent("Another prize", &["blog"], DAY).await;
        scene.answer(now(), &key, Act::CustomerApprove).await;
        rename("Well Inc.").await;
        assert_eq!(refusal(step(&scene, other, Act::Schedule).await), named);
        rename("Company 0").await;
        assert_eq!(step(&scene, other, Act::Schedule).await.unwrap(), State::Scheduled);
        rename("Well Inc.").await;
        let (id, noon) = (scene.publication(other, Channel::Blog).await, at("2027-01-20T12:00:00Z"));
        assert_eq!(refusal(amplification::publish(db, noon, Actor::Staff(scene.priya), id, URL, noon).await), named);
        rename("Company 0").await;
        assert_eq!(amplification::publish(db, noon, Actor::Staff(scene.priya), id, URL, noon).await.unwrap(), State::Published);
    }
}

both_databases! {
    async fn nothing_goes_on_once_whoever_it_was_about_is_forgotten(scratch) {
        let scene = Celebration::new(&scratch.db).await;
        let db = &scene.db;
        let by = Actor::Staff(scene.priya);
        // One that nobody celebrated yet, and one that was public once.
        let (open, known) = (scene.verified("A prize well earned").await, scene.verified("A prize of the year before").await);
        let person = scene.task(open).await.person.expect("somebody");
        for task in [open, known] {
            scene.write(task, "blog", "Well done.").await;
            scene.plan(task, DAY).await;
        }
        let achievement = scene.task(known).await.achievement;
        change(db, &format!("UPDATE achievement SET recognised_at = '2027-01-20T10:00:00+00:00' WHERE id = {achievement}")).await;
        assert!(scene.task(open).await.is_news && scene.task(known).await.is_news);
        change(db, &format!("INSERT INTO forget_wish (person_id, asked_at, due_day) VALUES ({person}, '2027-04-09T09:00:00+00:00', '2027-05-09')")).await;
        forget(db, later(), by, person).await.unwrap();

        for task in [open, known] {
            let stands = scene.task(task).await;
            assert_eq!((stands.state, stands.is_news, stands.person), (State::Withdrawn, false, None));
            let nothing = AmplificationRefusal::NothingToCelebrate;
            assert_eq!(refusal(step(&scene, task, Act::Reopen).await), nothing);
            // However it came to be open.
            for state in ["draft", "approved internally", "approved"] {
                change(db, &format!("UPDATE amplification SET state = '{state}' WHERE id = {task}")).await;
                let revision = scene.task(task).await.revision;
                let typed = TypedWording { channel: "blog", language: "en", body: "Company news.", ..TypedWording::default() };
                assert_eq!(refusal(save_wording(db, now(), by, task, revision, &typed).await), nothing, "{state}");
                assert_eq!(refusal(amplification::end_wording(db, now(), by, task, revision, "blog", "en").await), nothing, "{state}");
                let png = b"\x89PNG\r\n\x1a\n".to_vec();
                assert_eq!(refusal(amplification::add_image(db, now(), by, task, revision, png).await), nothing, "{state}");
                for act in [Act::Submit, Act::Approve, Act::Send, Act::Schedule, Act::Reopen] {
                    assert_eq!(refusal(step(&scene, task, act).await), nothing, "{act} on {state}");
                }
            }
            assert_eq!(step(&scene, task, Act::Withdraw).await.unwrap(), State::Withdrawn, "it can still be ended");
        }
    }
}

both_databases! {
    async fn the_wish_to_be_forgotten_stops_what_is_planned_and_lets_nothing_new_begin(scratch) {
        let scene = Celebration::new(&scratch.db).await;
        let (db, by) = (&scene.db, Actor::Staff(scene.priya));
        let names = |day: &'static str| TypedPlan { title: "A week on energy", channel: "blog", day, shows: vec![(Named::Email(PERSON), vec!["name"])] };
        let (scheduled, _) = scene.scheduled("A prize well earned", &["blog", "press"], "2027-04-20").await;
        let reviewed = scene.verified("A talk").await;
        scene.write(reviewed, "blog", "Well done.").await;
        scene.plan(reviewed, "2027-04-20").await;
        scene.step(now(), reviewed, scene.priya, Act::Submit).await;
        let alone = publication::plan(db, now(), by, &names("2027-04-20")).await.unwrap();
        let person = scene.task(scheduled).await.person.expect("somebody");
        let of_task = scene.publication(scheduled, Channel::Press).await;
        mails(db, "").await;

        let theirs = Actor::Executive(scene.guest);
        send_code(db, later(), theirs, person, "one").await.unwrap();
        let mail = store::outbox::unsent_to(db, PERSON).await.unwrap().into_iter().rfind(|mail| mail.kind == "proof-code").expect("a code");
        let code = mail.secret.expect("not sent yet").link.expect("the code");
        assert_eq!(ask(db, later(), theirs, person, "one", &code).await.unwrap(), Asked { due: day("2027-05-10"), again: false });

        assert_eq!((scene.task(scheduled).await.state, scene.task(reviewed).await.state), (State::Withdrawn, State::Draft));
        for id in [alone, of_task] {
            assert_eq!(publication::get(db, later(), id).await.unwrap().unwrap().state, PublicationState::Cancelled);
        }
        let due = store::outbox::unsent_to(db, "priya@halden.example").await.unwrap();
        let told = |kind: &str| due.iter().filter(|mail| mail.kind == kind).count();
        assert_eq!((told("task-stopped"), told("publication-cancelled")), (2, 1), "whoever would publish it is told");
        let PublicationRefusal::NotAllowed(reasons) = refusal(publication::plan(db, later(), by, &names("2027-04-20")).await) else { panic!("planned") };
        assert_eq!(reasons.iter().map(|reason| reason.why).collect::<Vec<_>>(), [Why::ToBeForgotten]);
        assert_eq!(reasons[0].sentence(), "p0@company0.example asked to be forgotten. Nothing new shows them: leave them out.");
    }
}

both_databases! {
    async fn nothing_that_shows_whoever_asked_to_be_forgotten_goes_public(scratch) {
        let scene = Celebration::new(&scratch.db).await;
        let (db, by) = (&scene.db, Actor::Staff(scene.priya));
        let shows = vec![(Named::Email(PERSON), vec!["name"])];
        let alone = publication::plan(db, now(), by, &TypedPlan { title: "A week", channel: "blog", day: DAY, shows }).await.unwrap();
        let (scheduled, _) = scene.scheduled("A prize well earned", &["blog"], DAY).await;
        let (approved, key) = scene.sent("A talk", &["press"], DAY).await;
        scene.answer(now(), &key, Act::CustomerApprove).await;
        let of_task = scene.publication(scheduled, Channel::Blog).await;
        let person = scene.task(scheduled).await.person.expect("somebody");
        // As if both happened at once: nothing was stopped.
        change(db, &format!("INSERT INTO forget_wish (person_id, asked_at, due_day) VALUES ({person}, '2027-01-15T09:00:00+00:00', '2027-02-14')")).await;

        let noon = at("2027-01-20T12:00:00Z");
        let whys = |reasons: Vec<domain::advocacy::publication::Reason>| reasons.into_iter().map(|reason| reason.why).collect::<Vec<_>>();
        let PublicationRefusal::NotAllowed(reasons) = refusal(publication::publish(db, noon, by, alone, 1, URL).await) else { panic!("public") };
        assert_eq!(whys(reasons), [Why::ToBeForgotten]);
        let AmplificationRefusal::ConsentMissing(reasons) = refusal(amplification::publish(db, noon, by, of_task, URL, noon).await) else { panic!("public") };
        assert_eq!(whys(reasons), [Why::ToBeForgotten]);
        let AmplificationRefusal::ConsentMissing(reasons) = refusal(step(&scene, approved, Act::Schedule).await) else { panic!("scheduled") };
        assert_eq!(whys(reasons), [Why::ToBeForgotten]);
    }
}

both_databases! {
    async fn what_was_given_up_waits_for_nobody_and_every_colleagues_word_is_kept(scratch) {
        use store::advocacy::achievement::{self, Filter};

        let db = &scratch.db;
        let scene = Celebration::new(db).await;
        let (given_up, waits) = (scene.verified("Given up").await, scene.verified("Still waits").await);
        scene.step(now(), given_up, scene.priya, Act::Withdraw).await;
        let by_default = achievement::list(db, &Filter::default(), 1).await.unwrap().rows;
        let order: Vec<(&str, bool)> = by_default.iter().map(|line| (line.title.as_str(), line.given_up)).collect();
        assert_eq!(order, [("Still waits", false), ("Given up", true)]);
        let waiting = achievement::list(db, &Filter { recognised: Some(false), ..Filter::default() }, 1).await.unwrap();
        assert_eq!((waiting.total, waiting.rows[0].title.as_str()), (1, "Still waits"));
        // Long after the day of both, one of them is late.
        assert_eq!(achievement::pace(db, at("2027-03-01T09:00:00Z")).await.unwrap().waiting_longer, 1);

        // Two colleagues have the same page open: the second's words are kept, or refused aloud, and never dropped.
        scene.write(waits, "blog", "Well done.").await;
        scene.plan(waits, DAY).await;
        scene.step(now(), waits, scene.priya, Act::Submit).await;
        let revision = scene.task(waits).await.revision;
        let ask = async |by: i64, comment: &str| {
            amplification::step(db, now(), Actor::Staff(by), waits, revision, Act::RequestChanges, comment).await
        };
        assert_eq!(ask(scene.otto, "Shorter, please.").await.unwrap(), State::ChangesRequested);
        assert_eq!(ask(scene.otto, "Shorter, please.").await.unwrap(), State::ChangesRequested, "a double click");
        assert_eq!(refusal(ask(scene.priya, "And name the venue.").await), AmplificationRefusal::Stale);
        let comments: Vec<String> = scene.task(waits).await.steps.into_iter().map(|step| step.comment).filter(|said| !said.is_empty()).collect();
        assert_eq!(comments, ["Shorter, please.", "A word of why."]);
    }
}
