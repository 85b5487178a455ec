//! The compliance report: every number is the one that was planted, and the history tells the same ones.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::advocate::NewPerson;
use domain::advocacy::ask::{Act as AskAct, Source};
use domain::advocacy::consent::{Group, Scope, Subject, Wish, usual_end};
use domain::advocacy::publication::{Named, TypedPlan};
use domain::conduct::compliance::{
    Acknowledgements, Asked, Asks, Concerns, Consent, Difference, Head, LetStand, NamedRule, Openings, Publications, Report, Standing,
    Tally, differences,
};
use domain::conduct::conversation_rule::{Language, STARTING_TEXT, content_hash};
use domain::conduct::incident::{TypedReport, next_hour};
use domain::conduct::sales_opening::{Opened, Typed};
use domain::time::Zone;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use store::advocacy::advocate::{self, Merged};
use store::advocacy::ask::{TypedDraft, TypedStep};
use store::advocacy::consent::Giver;
use store::advocacy::{ask as ask_store, consent as consent_store, publication as publication_store};
use store::conduct::agenda_check::TypedDismissal;
use store::conduct::compliance::{from_history, of};
use store::conduct::incident::{Reporter, new_token};
use store::conduct::{agenda_check, incident, quiet_period, sales_opening};
use store::entity::{
    ask, consent_event, educator, finding_dismissal, follow_up, history, observer, publication, publication_use, publish_decision,
    quiet_override, registration, session_facilitator, signatory, take_down,
};
use tests::both_databases;
use tests::database::Scratch;
use tests::world::{Plan, World, cohort_typed, now, staff};

/// The first instant after the thirty quiet days of the world's cohort, at its venue.
const QUIET_ENDS: &str = "2027-04-30T22:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A cohort of two companies with three registered people of the first.
struct Scene {
    world: World,
    session: i64,
    people: Vec<registration::Model>,
    account_manager: i64,
}

impl Scene {
    async fn new(scratch: &Scratch) -> Self {
        let world = World::new(&scratch.db, 2, 5).await;
        let session = world.session(&Plan::everyone("Energy markets", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        world.crowd(3).await;
        let people = registration::Entity::find().order_by_asc(registration::Column::Id).all(world.db.read()).await.unwrap();
        let account_manager = staff(&world.db, "nora@halden.example", Role::AccountManager).await;
        let scene = Self { world, session, people, account_manager };
        let company = scene.company().await;
        scene.run(format!("INSERT INTO account_manager (staff_id, company_id) VALUES ({account_manager}, {company})")).await;
        scene
    }

    async fn company(&self) -> i64 {
        let person = store::entity::person::Entity::find_by_id(self.people[0].person_id).one(self.world.db.read()).await.unwrap();
        person.expect("a person").company_id
    }

    async fn run(&self, sql: String) {
        self.world.db.read().execute_unprepared(&sql).await.expect("the change");
    }

    async fn report(&self) -> Report {
        of(&self.world.db, now(), self.world.cohort).await.unwrap().expect("the cohort")
    }

    /// The same on both sides; answers it.
    async fn tally(&self) -> Tally {
        let tables = self.report().await.tally();
        let history = from_history(&self.world.db, self.world.cohort).await.unwrap();
        assert_eq!(differences(&tables, &history), []);
        assert_eq!(tables, history);
        tables
    }

    async fn incident(&self, cohort: i64, state: &str, outcome: Option<&str>) {
        store::entity::incident::ActiveModel {
            id: Set(store::link::random_id()),
            cohort_id: Set(cohort),
            anonymous: Set(true),
            started_by: Set("CANARY-somebody".into()),
            said: Set("CANARY-what-was-said".into()),
            severity: Set("grave".into()),
            state: Set(state.into()),
            outcome: Set(outcome.map(str::to_owned)),
            finding: Set("CANARY-finding".into()),
            remedy: Set("CANARY-remedy".into()),
            token_hash: Set(new_token()),
            reported_at: Set(now()),
            seen_from: Set(now()),
            told: Set(true),
            revision: Set(1),
            ..Default::default()
        }
        .insert(self.world.db.read())
        .await
        .expect("an incident");
    }

    async fn opening(&self, topic: &str, until: &str, closed: bool) -> i64 {
        let whose = &self.people[0];
        let row = store::entity::sales_opening::ActiveModel {
            cohort_id: Set(self.world.cohort),
            registration_id: Set(whose.id),
            person_id: Set(whose.person_id),
            topic: Set(topic.into()),
            staff_id: Set(self.account_manager),
            until_day: Set(at(until).date_naive()),
            until_at: Set(at(until)),
            opened_at: Set(now()),
            closed_at: Set(closed.then(now)),
            ..Default::default()
        };
        row.insert(self.world.db.read()).await.expect("an opening").id
    }

    async fn ask(&self, person: i64, state: &str, when: DateTime<Utc>) {
        ask::ActiveModel {
            person_id: Set(person),
            kind: Set("referral".into()),
            wording: Set("Would you introduce us?".into()),
            source: Set("page".into()),
            state: Set(state.into()),
            reasons: Set("[]".into()),
            submitted_at: Set(when),
            was_submitted: Set(state == "submitted"),
            ..Default::default()
        }
        .insert(self.world.db.read())
        .await
        .expect("an ask");
    }

    async fn dismiss(&self, cohort: i64, session: Option<i64>, phrase: &str, when: DateTime<Utc>) {
        finding_dismissal::ActiveModel {
            cohort_id: Set(cohort),
            session_id: Set(session),
            finding_key: Set(phrase.into()),
            phrase: Set(phrase.into()),
            reason: Set(format!("About {phrase}.")),
            dismissed_at: Set(when),
            ..Default::default()
        }
        .insert(self.world.db.read())
        .await
        .expect("a dismissal");
    }

    async fn consent(&self, whose: Result<&registration::Model, (i64, i64)>, scope: &str, act: &str) {
        let (person, company, invitation, signatory) = match whose {
            Ok(person) => (Some(person.person_id), None, Some(person.invitation_id), None),
            Err((company, signatory)) => (None, Some(company), None, Some(signatory)),
        };
        consent_event::ActiveModel {
            person_id: Set(person),
            company_id: Set(company),
            scope: Set(scope.into()),
            channels: Set("blog".into()),
            act: Set(act.into()),
            from_day: Set(now().date_naive()),
            until_day: Set(now().date_naive()),
            text_version: Set(1),
            text_hash: Set("00".into()),
            text_shown: Set("What was shown.".into()),
            invitation_id: Set(invitation),
            signatory_id: Set(signatory),
            recorded_at: Set(now()),
            ..Default::default()
        }
        .insert(self.world.db.read())
        .await
        .expect("a consent");
    }

    /// A publication that shows somebody; `allowed` is what was decided of it.
    async fn publication(&self, state: &str, shows: Result<i64, i64>, allowed: Option<bool>) -> i64 {
        let row = publication::ActiveModel {
            title: Set("A year on".into()),
            channel: Set("blog".into()),
            state: Set(state.into()),
            planned_for: Set(now().date_naive()),
            url: Set(String::new()),
            created_at: Set(now()),
            revision: Set(1),
            ..Default::default()
        };
        let id = row.insert(self.world.db.read()).await.expect("a publication").id;
        for scope in ["name", "quote"] {
            publication_use::ActiveModel {
                publication_id: Set(id),
                person_id: Set(shows.ok()),
                company_id: Set(shows.err()),
                scope: Set(scope.into()),
                ..Default::default()
            }
            .insert(self.world.db.read())
            .await
            .expect("a use");
        }
        if let Some(allowed) = allowed {
            publish_decision::ActiveModel {
                publication_id: Set(Some(id)),
                title: Set("A year on".into()),
                channel: Set("blog".into()),
                allowed: Set(allowed),
                reasons: Set("[]".into()),
                decided_at: Set(now()),
                ..Default::default()
            }
            .insert(self.world.db.read())
            .await
            .expect("a decision");
        }
        id
    }

    async fn take_down(&self, publication: i64, done: bool) {
        take_down::ActiveModel {
            publication_id: Set(publication),
            due_day: Set(now().date_naive()),
            opened_at: Set(now()),
            done_at: Set(done.then(now)),
            proof: Set(String::new()),
            ..Default::default()
        }
        .insert(self.world.db.read())
        .await
        .expect("a take-down");
    }
}

fn asked(acknowledged: u32, required: u32) -> Asked {
    Asked { required, acknowledged }
}

both_databases! {
    async fn every_number_is_the_one_that_was_planted(scratch) {
        let scene = Scene::new(&scratch).await;
        let (world, db) = (&scene.world, scene.world.db.read());
        let typed = store::cohort::Typed { title: "Autumn cohort", ..cohort_typed("10") };
        let other = store::cohort::create(&world.db, now(), world.actor(), world.program, &typed).await.unwrap();
        let company = scene.company().await;

        // Duties: the owner acknowledges, a facilitator, an observer and an educator do not.
        world.acknowledge(world.manager).await;
        let facilitator = staff(&world.db, "vik@halden.example", Role::Facilitator).await;
        session_facilitator::ActiveModel { session_id: Set(scene.session), staff_id: Set(facilitator) }.insert(db).await.unwrap();
        let watches = observer::ActiveModel {
            cohort_id: Set(world.cohort),
            staff_id: Set(scene.account_manager),
            company_id: Set(company),
            attached_at: Set(now()),
        };
        watches.insert(db).await.unwrap();
        scene.run(format!("UPDATE session SET educators = 'Mei Tanaka' WHERE id = {}", scene.session)).await;
        for (name, key) in [("Mei Tanaka", "mei tanaka"), ("Somebody Gone", "somebody gone")] {
            let row = educator::ActiveModel {
                cohort_id: Set(world.cohort),
                name: Set(name.into()),
                name_key: Set(key.into()),
                created_at: Set(now()),
                ..Default::default()
            };
            row.insert(db).await.unwrap();
        }

        for (state, outcome) in [
            ("reported", None), ("reviewing", None), ("upheld", Some("upheld")), ("dismissed", Some("dismissed")),
            ("customer-initiated", Some("customer-initiated")), ("remedied", Some("upheld")), ("remedied", Some("upheld")),
        ] {
            scene.incident(world.cohort, state, outcome).await;
        }
        scene.incident(other, "upheld", Some("upheld")).await;

        let first = scene.opening("Storage", "2027-02-01T00:00:00Z", false).await;
        scene.opening("Contracts", "2027-02-01T00:00:00Z", false).await;
        scene.opening("Grids", "2027-02-01T00:00:00Z", true).await;
        // It is over at this very instant.
        scene.opening("Heat", "2027-01-15T09:00:00Z", false).await;
        for note in ["We spoke.", "We spoke again."] {
            let row = follow_up::ActiveModel { opening_id: Set(first), staff_id: Set(scene.account_manager), note: Set(note.into()), made_at: Set(now()), ..Default::default() };
            row.insert(db).await.unwrap();
        }

        let (one, two) = (scene.people[0].person_id, scene.people[1].person_id);
        let ends = at(QUIET_ENDS);
        scene.ask(one, "refused", now()).await;
        scene.ask(one, "refused", ends - TimeDelta::seconds(1)).await;
        scene.ask(one, "refused", ends).await;
        scene.ask(one, "submitted", now() - TimeDelta::seconds(1)).await;
        scene.ask(two, "submitted", now()).await;
        scene.ask(two, "submitted", now() + TimeDelta::days(1)).await;
        let made = quiet_override::ActiveModel {
            cohort_id: Set(world.cohort), person_id: Set(two), reason: Set("They asked for it.".into()),
            made_by: Set(world.manager), made_at: Set(now() + TimeDelta::hours(1)), ..Default::default()
        };
        made.insert(db).await.unwrap();

        scene.dismiss(world.cohort, None, "proposal", now() + TimeDelta::hours(1)).await;
        scene.dismiss(world.cohort, Some(scene.session), "pricing", now()).await;
        scene.dismiss(other, None, "discount", now()).await;

        let signs = signatory::ActiveModel {
            company_id: Set(company), name: Set("Ida Lund".into()), title: Set("Counsel".into()), email: Set("ida@lund.example".into()), created_at: Set(now()), ..Default::default()
        };
        let signs = signs.insert(db).await.unwrap().id;
        let (person, second) = (&scene.people[0], &scene.people[1]);
        for (whose, scope, act) in [
            (Ok(person), "quote", "grant"), (Ok(person), "quote", "grant"), (Ok(person), "quote", "withdraw"),
            (Ok(person), "name", "grant"), (Ok(second), "name", "grant"), (Err((company, signs)), "logo", "grant"),
        ] {
            scene.consent(whose, scope, act).await;
        }

        let live = scene.publication("live", Ok(one), Some(true)).await;
        scene.take_down(live, false).await;
        scene.publication("live", Ok(two), Some(false)).await;
        scene.publication("live", Ok(two), Some(true)).await;
        let down = scene.publication("taken down", Ok(two), Some(true)).await;
        scene.take_down(down, true).await;
        scene.publication("planned", Ok(one), Some(true)).await;
        scene.publication("live", Err(company), Some(true)).await;

        let report = scene.report().await;
        assert_eq!(
            report,
            Report {
                head: Head {
                    cohort: world.cohort,
                    program: "Leading through the energy shift".into(),
                    title: "Spring cohort".into(),
                    venue: "Campus Fontainebleau".into(),
                    place: "France".into(),
                    zone: Zone::parse("Europe/Paris").unwrap(),
                    first_day: "2027-03-27".parse().unwrap(),
                    last_day: "2027-03-31".parse().unwrap(),
                    rule: Some(NamedRule { version: 1, texts: vec![(Language::English, content_hash(STARTING_TEXT))] }),
                },
                acknowledgements: Acknowledgements {
                    participants: asked(3, 3),
                    facilitators: asked(0, 1),
                    owner: asked(1, 1),
                    observers: asked(0, 1),
                    educators: asked(0, 1),
                    people: asked(4, 7),
                },
                concerns: Concerns { reported: 7, waiting: 1, reviewing: 1, upheld: 3, dismissed: 1, customer_initiated: 1, remedied: 2, unremedied: 1 },
                openings: Openings { opened: 4, closed: 1, expired: 1, follow_ups: 2 },
                asks: Asks { refused: 2, allowed: 1, overrides: 1 },
                let_stand: vec![
                    LetStand { phrase: "pricing".into(), place: "Energy markets".into(), reason: "About pricing.".into(), at: now() },
                    LetStand { phrase: "proposal".into(), place: "The letter".into(), reason: "About proposal.".into(), at: now() + TimeDelta::hours(1) },
                ],
                consents: vec![
                    Consent { scope: "name".into(), of_company: false, given: 2, withdrawn: 0 },
                    Consent { scope: "quote".into(), of_company: false, given: 1, withdrawn: 1 },
                    Consent { scope: "logo".into(), of_company: true, given: 1, withdrawn: 0 },
                ],
                publications: Publications { live: 3, decided: 1, taken_down: 1, to_take_down: 1 },
            }
        );
        assert_eq!(report.verdict().standing, Standing::Broken);
        assert!(!format!("{report:?}").contains("CANARY"), "no word of a concern is read");
        assert_eq!(of(&world.db, now(), 999_999).await.unwrap(), None);

        // A colleague of a participant counts where the cohort keeps the whole company quiet.
        scene.run(format!("UPDATE cohort SET quiet_company = TRUE WHERE id = {}", world.cohort)).await;
        scene.run(format!("INSERT INTO person (company_id, email, name, title, created_at) SELECT {company}, 'colleague@company0.example', 'Colleague', '', created_at FROM person WHERE id = {one}")).await;
        let colleague = store::entity::person::Entity::find().filter(store::entity::person::Column::Email.eq("colleague@company0.example")).one(db).await.unwrap().unwrap();
        scene.ask(colleague.id, "refused", now()).await;
        assert_eq!(scene.report().await.asks, Asks { refused: 3, allowed: 1, overrides: 1 });
    }
}

both_databases! {
    async fn the_history_tells_the_same_numbers(scratch) {
        let scene = Scene::new(&scratch).await;
        let world = &scene.world;
        assert_eq!(scene.tally().await, Tally { acknowledged: 3, ..Tally::default() });

        // Somebody without a duty acknowledges too, and is not counted on either side.
        world.acknowledge(world.manager).await;
        world.acknowledge(scene.account_manager).await;
        assert_eq!(scene.tally().await, Tally { acknowledged: 4, ..Tally::default() });

        let whom = scene.account_manager.to_string();
        for topic in ["Storage for two sites", "Contracts after 2028"] {
            let typed = Typed { topic, staff: &whom, until: "2027-02-10" };
            let made = sales_opening::open(&world.db, now(), scene.people[0].id, &typed).await.expect("an opening");
            assert_eq!(made.opened, Opened::Opened);
        }
        let opened = store::entity::sales_opening::Entity::find().order_by_asc(store::entity::sales_opening::Column::Id);
        let opened: Vec<i64> = opened.all(world.db.read()).await.unwrap().iter().map(|row| row.id).collect();
        for (minutes, note) in [(0, "We spoke about it."), (5, "We met.")] {
            sales_opening::follow_up(&world.db, now() + TimeDelta::minutes(minutes), scene.account_manager, opened[0], note).await.expect("a follow-up");
        }
        sales_opening::close(&world.db, now(), scene.people[0].id, opened[1]).await.expect("closed");
        sales_opening::close(&world.db, now(), scene.people[0].id, opened[1]).await.expect("closed already");

        quiet_period::set_aside(&world.db, now(), world.manager, world.cohort, scene.people[2].person_id, "They asked us to write to them.").await.expect("set aside");

        // Two asks of somebody who is kept from them, and one of somebody who no longer is. Both were given something.
        for person in [0, 2] {
            world.give(scene.people[person].person_id).await;
        }
        for (person, words) in [(0, "One"), (0, "Two"), (2, "Three")] {
            let _ = ask_store::submit(&world.db, now(), world.actor(), Source::Page, scene.people[person].person_id, "review", words).await;
        }

        // What is allowed, shown, and taken back.
        let channels = Group::Ours.channels().to_vec();
        let wish = |scope: Scope| Wish { scope, channels: channels.clone(), until: usual_end(now().date_naive()), exactly: false };
        let (first, second) = (Giver::Invitation(scene.people[0].invitation_id), Giver::Invitation(scene.people[2].invitation_id));
        for (giver, scope) in [(first, Scope::Name), (first, Scope::Quote), (second, Scope::Name)] {
            consent_store::give(&world.db, now(), giver, &wish(scope)).await.expect("given");
        }
        let marketing = store::Actor::Staff(staff(&world.db, "priya@halden.example", Role::Marketing).await);
        let mut live = Vec::new();
        for title in ["A week on energy", "A year on"] {
            let shows = vec![(Named::Email("p0@company0.example"), vec!["name"])];
            let plan = TypedPlan { title, channel: "blog", day: "2027-01-15", shows };
            let id = publication_store::plan(&world.db, now(), marketing, &plan).await.expect("planned");
            publication_store::publish(&world.db, now(), marketing, id, 1, "https://halden.example/a").await.expect("public");
            live.push(id);
        }
        consent_store::withdraw(&world.db, now(), first, Scope::Name, &[]).await.expect("taken back").expect("something");
        let task = take_down::Entity::find().filter(take_down::Column::PublicationId.eq(live[0])).one(world.db.read()).await.unwrap().expect("a take-down");
        publication_store::close_take_down(&world.db, now(), marketing, task.id, "Checked on Monday: the page answers 404.").await.expect("taken down");

        let reviewer = staff(&world.db, "reviewer@halden.example", Role::IncidentReviewer).await;
        let typed = TypedReport { said: "Somebody offered us a discount at lunch.", severity: "serious", session: "", started_by: "", started_by_staff: "" };
        for reporter in [Reporter::Nobody, Reporter::Executive { invitation: scene.people[1].invitation_id }, Reporter::Staff(world.manager), Reporter::Nobody] {
            incident::report(&world.db, now(), world.cohort, reporter, &new_token(), &typed).await.expect("a report");
        }
        // Until the reviewers are told, neither side counts any.
        assert_eq!(scene.tally().await.reported, 0);
        incident::tell_due(&world.db, next_hour(now())).await.expect("told");
        let cases = store::entity::incident::Entity::find().order_by_asc(store::entity::incident::Column::Id).all(world.db.read()).await.unwrap();
        for (case, acts) in cases.iter().zip([&["take", "uphold", "remedy"][..], &["take", "dismiss"], &["take", "customer-initiated"]]) {
            for (revision, act) in (1..).zip(acts) {
                incident::step(&world.db, now(), reviewer, case.id, revision, act, "We spoke with everybody.").await.expect("a step");
            }
        }

        let offer = world.session(&Plan::everyone("A commercial proposal and a discount code", "2027-03-29", "10:00", "11:00")).await;
        let found = agenda_check::findings(&world.db, world.cohort).await.unwrap();
        let found = &found.iter().find(|one| one.found.session == Some(offer)).expect("a finding").found;
        let reason = "It is the title of a case, and nothing of ours.";
        let typed = TypedDismissal { session: Some(offer), key: &found.key, phrase: &found.phrase, reason };
        for _ in 0..2 {
            agenda_check::dismiss(&world.db, now(), world.actor(), world.cohort, typed).await.expect("dismissed");
        }

        let expect = Tally {
            acknowledged: 4, opened: 2, closed: 1, follow_ups: 2, overrides: 1, let_stand: 1,
            asks_refused: 2, asks_allowed: 1, consents_given: 3, consents_withdrawn: 1, live: 1, taken_down: 1,
            reported: 4, upheld: 1, dismissed: 1, customer_initiated: 1, remedied: 1,
        };
        assert_eq!(scene.tally().await, expect);

        // A seat given back: its acknowledgement is no longer asked for, on either side.
        store::registration::invitation::withdraw(&world.db, now(), scene.people[1].invitation_id, "").await.unwrap();
        assert_eq!(scene.tally().await, Tally { acknowledged: 3, ..expect });

        // Rows that came by no act, and acts without their rows, are both noticed.
        scene.incident(world.cohort, "upheld", Some("upheld")).await;
        history::Entity::delete_many().filter(history::Column::Object.eq("sales opening")).filter(history::Column::Act.eq("close")).exec(world.db.read()).await.unwrap();
        let found = differences(&scene.report().await.tally(), &from_history(&world.db, world.cohort).await.unwrap());
        assert_eq!(
            found,
            [
                Difference { what: "Topics closed", tables: 1, history: 0 },
                Difference { what: "Concerns reported", tables: 5, history: 4 },
                Difference { what: "Concerns upheld", tables: 2, history: 1 },
            ]
        );
    }
}

both_databases! {
    async fn what_becomes_of_an_ask_and_of_two_records_changes_no_number(scratch) {
        let scene = Scene::new(&scratch).await;
        let (world, db) = (&scene.world, &scene.world.db);
        let (actor, kept, let_through) = (world.actor(), scene.people[0].person_id, scene.people[2].person_id);
        quiet_period::set_aside(db, now(), world.manager, world.cohort, let_through, "They asked us to write to them.").await.expect("set aside");
        for person in [kept, let_through] {
            world.give(person).await;
        }
        let step = async |id: i64, revision: i32, act: AskAct| {
            let typed = TypedStep { comment: "Not in these words.", day: "" };
            ask_store::step(db, now(), actor, id, revision, act, &typed).await.expect("a step");
        };

        // A draft that nobody submitted is no ask, cancelled neither.
        let typed = TypedDraft { person: let_through, kind: "review", wording: "Would you?" };
        let draft = ask_store::save_draft(db, now(), actor, 0, 0, &typed).await.expect("a draft");
        step(draft, 1, AskAct::Cancel).await;
        let nothing = Tally { acknowledged: 3, overrides: 1, ..Tally::default() };
        assert_eq!(scene.tally().await, nothing);

        // What was submitted stays one: sent back, submitted again, cancelled.
        let words = "Would you write a review?";
        ask_store::submit(db, now(), actor, Source::Page, let_through, "review", words).await.expect("submitted");
        ask_store::submit(db, now(), actor, Source::Page, kept, "review", words).await.expect_err("they are kept from asks");
        let expect = Tally { asks_refused: 1, asks_allowed: 1, ..nothing };
        let row = ask::Entity::find().filter(ask::Column::State.eq("submitted")).one(db.read()).await.unwrap().expect("an ask");
        step(row.id, 1, AskAct::SendBack).await;
        assert_eq!(scene.tally().await, expect);
        ask_store::submit_draft(db, now(), actor, row.id, 2, "review", "Would you write two lines?").await.expect("submitted again");
        assert_eq!(scene.tally().await, expect);
        step(row.id, 3, AskAct::Cancel).await;
        assert_eq!(scene.tally().await, expect);

        // The rows name the one who stays from then on, and the history whoever it was.
        for (gone, email) in [(kept, "one@company0.example"), (let_through, "two@company0.example")] {
            let new = NewPerson::parse("Somebody", email, "Company 0", "").expect("somebody");
            let stays = advocate::add(db, now(), actor, &new).await.expect("they are added").person;
            assert_eq!(advocate::merge(db, now(), actor, stays, gone).await.expect("made one"), Merged::Merged);
        }
        assert_eq!(scene.tally().await, expect);
        scene.run(format!("UPDATE cohort SET quiet_company = TRUE WHERE id = {}", world.cohort)).await;
        assert_eq!(scene.tally().await, expect, "nobody is counted twice who is at the company twice");
    }
}

both_databases! {
    async fn whoever_is_shown_often_is_told_of_everything_that_is_public(scratch) {
        let scene = Scene::new(&scratch).await;
        let person = scene.people[0].person_id;
        scene.publication("taken down", Ok(person), None).await;
        // Two lines each: more than two hundred.
        for _ in 0..101 {
            scene.publication("live", Ok(person), None).await;
        }
        scene.publication("cancelled", Ok(person), None).await;
        let shown = consent_store::shown(&scene.world.db, Subject::Person(person)).await.expect("a read");
        assert_eq!(shown.len(), 102);
        assert!(shown.iter().all(|one| one.scopes == ["name", "quote"]));
    }
}
