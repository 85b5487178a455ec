//! Peer introductions: both say yes before either learns anything of the other, and a no stays with whoever said it.

use chrono::{Days, NaiveDate, TimeDelta};
use domain::access::Role;
use domain::advocacy::consent::{Scope, Wish, usual_end};
use domain::advocacy::introduction::{Answered, Hindrance, IntroductionRefusal, State};
use domain::advocacy::ledger::Totals;
use domain::registration::invitation::Needs;
use sea_orm::{ConnectionTrait, EntityTrait};
use store::advocacy::consent::{self, Giver};
use store::advocacy::introduction::{self, Offering, OpenIntroduction, Suggested, answer, cancel, expire_due, offer};
use store::advocacy::{ledger, own_page};
use store::entity::invitation;
use store::outbox::Mail;
use store::registration::invitation::Answer;
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::world::{Plan, World, now, staff, yes_no};

const TOPIC: &str = "Grid forecasting";
/// Said on accepting an invitation: a suggestion must not give it away.
const WISH: &str = "How do others forecast the grid? CANARY-wish-5512";

fn refusal<T: std::fmt::Debug>(result: Result<T, Halt<IntroductionRefusal>>) -> IntroductionRefusal {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

/// Three people of three companies who take part: the first knows about [`TOPIC`], the second wants to learn about it.
struct Stage {
    world: World,
    invitations: Vec<i64>,
    people: Vec<i64>,
    by: Actor,
}

impl Stage {
    async fn new(db: &Db) -> Self {
        let world = World::new(db, 3, 4).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let (mut invitations, mut people) = (Vec::new(), Vec::new());
        for company in 0..3 {
            let invited = world.name(company, 1).await[0];
            let needs = Needs { wants_to_learn: if company == 1 { WISH.into() } else { String::new() }, ..Needs::default() };
            let accepting = Answer { needs, acknowledged: Some(1), ..Answer::default() };
            store::registration::invitation::accept(db, now(), invited, &accepting).await.unwrap();
            people.push(invitation::Entity::find_by_id(invited).one(db.read()).await.unwrap().unwrap().person_id);
            invitations.push(invited);
        }
        let record = format!(
            "INSERT INTO advocate (person_id, stage, interests, topics, handles, events, languages, note, created_at) \
             VALUES ({}, 'identified', '', '{TOPIC}', '', '', 'en', '', '2027-01-15T09:00:00+00:00')",
            people[0]
        );
        db.read().execute_unprepared(&record).await.unwrap();
        let priya = staff(db, "priya@halden.example", Role::Marketing).await;
        Self { world, invitations, people, by: Actor::Staff(priya) }
    }

    /// Everybody allows to be introduced.
    async fn allowed(db: &Db) -> Self {
        let stage = Self::new(db).await;
        for invitation in &stage.invitations {
            let until = usual_end(now().date_naive());
            let wish = Wish { scope: Scope::PeerIntroduction, channels: vec![], until, exactly: false };
            consent::give(db, now(), Giver::Invitation(*invitation), &wish).await.unwrap();
        }
        mails(db, "").await;
        stage
    }

    /// Offers the first two to each other, and reads their mails.
    async fn offered(db: &Db) -> (Self, i64, Vec<Mail>) {
        let stage = Self::allowed(db).await;
        let Offering::Offered(id) = offer(db, now(), stage.by, stage.people[0], stage.people[1], TOPIC).await.unwrap() else {
            panic!("offered before")
        };
        let told = mails(db, "introduction-offered").await;
        (stage, id, told)
    }

    async fn answers(&self, db: &Db, who: usize, id: i64, yes: bool) -> Result<Answered, Halt<IntroductionRefusal>> {
        answer(db, now(), Actor::Executive(self.invitations[who]), self.people[who], id, yes_no(yes)).await
    }

    async fn totals(&self, db: &Db) -> Vec<Totals> {
        let mut totals = Vec::new();
        for person in &self.people {
            totals.push(ledger::totals_of_person(db, *person).await.unwrap());
        }
        totals
    }
}

/// Every mail of a kind that is due and was not looked at yet.
async fn mails(db: &Db, kind: &str) -> Vec<Mail> {
    let due = store::outbox::lease(db, now() + TimeDelta::days(4_000), 500).await.unwrap();
    due.into_iter().filter(|mail| mail.kind == kind).collect()
}

/// Everything of the person of a company: what the other must not read.
fn details(company: usize) -> [String; 3] {
    [format!("Person 0 of {company}"), format!("company{company}.example"), format!("Company {company}")]
}

fn state_of(list: &store::Page<introduction::Line>) -> Vec<(State, u32)> {
    list.rows.iter().map(|line| (line.state, line.yes)).collect()
}

both_databases! {
    async fn both_say_yes_before_either_learns_anything(scratch) {
        let db = &scratch.db;

        // Nobody is proposed who does not allow it.
        let stage = Stage::new(db).await;
        let [amara, tomas, mei] = [stage.people[0], stage.people[1], stage.people[2]];
        assert_eq!(introduction::suggestions(db, now()).await.unwrap(), []);
        let shy = refusal(offer(db, now(), stage.by, amara, tomas, TOPIC).await);
        let names = ["Person 0 of 0", "Person 0 of 1"].map(|name| Hindrance::NotAllowed(name.into()));
        assert_eq!(shy, IntroductionRefusal::NotPossible(names.to_vec()));
        for invitation in &stage.invitations {
            let until = usual_end(now().date_naive());
            let wish = Wish { scope: Scope::PeerIntroduction, channels: vec![], until, exactly: false };
            consent::give(db, now(), Giver::Invitation(*invitation), &wish).await.unwrap();
        }
        mails(db, "").await;

        let suggested = introduction::suggestions(db, now()).await.unwrap();
        let found: Vec<(&str, i64, i64)> = suggested.iter().map(|one: &Suggested| (one.topic.as_str(), one.knows.id, one.learns.id)).collect();
        assert_eq!(found, [(TOPIC, amara, tomas)]);
        let said = format!("{suggested:?}");
        for canary in ["CANARY", "How do others", "Spring cohort"] {
            assert!(!said.contains(canary), "{said}");
        }

        // Offered to both, once, with a link of their own and nothing of the other.
        let Offering::Offered(id) = offer(db, now(), stage.by, amara, tomas, TOPIC).await.unwrap() else { panic!("twice") };
        assert_eq!(offer(db, now(), stage.by, amara, tomas, TOPIC).await.unwrap(), Offering::AlreadyOffered(id));
        let later = now() + TimeDelta::minutes(2);
        let twice = refusal(offer(db, later, stage.by, tomas, amara, "Something else").await);
        assert_eq!(twice, IntroductionRefusal::NotPossible(vec![Hindrance::Before(State::Offered)]));
        assert_eq!(introduction::suggestions(db, now()).await.unwrap(), [], "each pair once");
        let told = mails(db, "introduction-offered").await;
        assert_eq!(told.len(), 2);
        for (company, mail) in told.iter().enumerate() {
            let person = stage.people[company];
            assert_eq!(mail.to_email, format!("p0@company{company}.example"));
            let link = mail.secret.clone().unwrap().link.unwrap();
            assert_eq!(own_page::person_of(db, now(), &link).await.unwrap(), Some(person));
            let message = format!("{} {:?}", mail.subject, mail.message);
            for secret in details(1 - company) {
                assert!(!message.contains(&secret), "the mail tells of {secret}: {message}");
            }
        }
        let answer_by: NaiveDate = now().date_naive().checked_add_days(Days::new(14)).unwrap();
        let open = |said| OpenIntroduction { id, topic: TOPIC.into(), answer_by, said };
        assert_eq!(introduction::open_for(db, amara).await.unwrap(), [open(None)]);
        assert_eq!(introduction::open_for(db, mei).await.unwrap(), []);

        // The first yes passes nothing on.
        assert_eq!(refusal(stage.answers(db, 2, id, true).await), IntroductionRefusal::Unknown);
        assert_eq!(refusal(stage.answers(db, 0, 999, true).await), IntroductionRefusal::Unknown);
        assert_eq!(stage.answers(db, 0, id, true).await.unwrap(), Answered::Waiting);
        assert_eq!(stage.answers(db, 0, id, true).await.unwrap(), Answered::AlreadySo);
        assert_eq!(introduction::open_for(db, amara).await.unwrap(), [open(Some(true))]);
        assert_eq!(introduction::open_for(db, tomas).await.unwrap(), [open(None)], "what the other said is not told");
        for person in [amara, tomas] {
            assert_eq!(introduction::made_for(db, person).await.unwrap(), []);
        }
        assert!(mails(db, "introduced").await.is_empty());
        assert_eq!(stage.totals(db).await, [Totals::default(); 3]);

        // The second does, to both, and is a give to each; pressed again, nothing more.
        assert_eq!(stage.answers(db, 1, id, true).await.unwrap(), Answered::Introduced);
        for who in [0, 1] {
            assert_eq!(stage.answers(db, who, id, true).await.unwrap(), Answered::AlreadySo);
            assert_eq!(refusal(stage.answers(db, who, id, false).await), IntroductionRefusal::KnowEachOther);
        }
        let told = mails(db, "introduced").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["p0@company0.example", "p0@company1.example"]);
        for (company, mail) in told.iter().enumerate() {
            let message = format!("{:?}", mail.message);
            for detail in details(1 - company) {
                assert!(message.contains(&detail), "{message} lacks {detail}");
            }
        }
        let made = introduction::made_for(db, amara).await.unwrap().remove(0);
        assert_eq!((made.with_name.as_str(), made.with_email.as_str(), made.with_company.as_str()), ("Person 0 of 1", "p0@company1.example", "Company 1"));
        let give = Totals { gives: 1, acts: 0, give_weight: 3, act_weight: 0 };
        assert_eq!(stage.totals(db).await, [give, give, Totals::default()]);
        assert_eq!(ledger::of_person(db, tomas).await.unwrap()[0].source, format!("introduction:{id}:{tomas}"));
        assert_eq!(refusal(cancel(db, now(), stage.by, id).await), IntroductionRefusal::KnowEachOther);
        let again = refusal(offer(db, later, stage.by, amara, tomas, TOPIC).await);
        assert_eq!(again, IntroductionRefusal::NotPossible(vec![Hindrance::Before(State::Introduced)]));
        assert_eq!(state_of(&introduction::list(db, Some(State::Introduced), 1).await.unwrap()), [(State::Introduced, 2)]);
    }
}

both_databases! {
    async fn two_answers_at_once_introduce_them_once(scratch) {
        let db = &scratch.db;
        let (stage, id, _) = Stage::offered(db).await;
        let (one, two) = tokio::join!(stage.answers(db, 0, id, true), stage.answers(db, 1, id, true));
        let mut found = [one.unwrap(), two.unwrap()];
        found.sort_by_key(|answered| *answered == Answered::Introduced);
        assert_eq!(found, [Answered::Waiting, Answered::Introduced]);
        assert_eq!(mails(db, "introduced").await.len(), 2);
        let give = Totals { gives: 1, acts: 0, give_weight: 3, act_weight: 0 };
        assert_eq!(stage.totals(db).await, [give, give, Totals::default()]);
    }
}

both_databases! {
    async fn a_no_is_nobodys(scratch) {
        let db = &scratch.db;
        let (stage, id, _) = Stage::offered(db).await;
        assert_eq!(stage.answers(db, 0, id, true).await.unwrap(), Answered::Waiting);
        assert_eq!(stage.answers(db, 1, id, false).await.unwrap(), Answered::Declined);
        assert_eq!(stage.answers(db, 1, id, false).await.unwrap(), Answered::AlreadySo);
        let told = mails(db, "introduction-ended").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["p0@company0.example"]);
        let message = format!("{} {:?}", told[0].subject, told[0].message);
        for secret in details(1).into_iter().chain(["declined".into(), "said no".into()]) {
            assert!(!message.contains(&secret), "{message}");
        }
        // Nor does the outbox page say to whom it went, and so who said no.
        let shown = store::outbox::list(db, None, "", "", 1).await.unwrap().rows;
        assert_eq!(shown.iter().filter(|line| line.kind == "introduction-offered").count(), 2);
        assert!(shown.iter().all(|line| line.kind != "introduction-ended"), "{shown:?}");
        for (who, yes) in [(0, true), (0, false), (1, true)] {
            assert_eq!(refusal(stage.answers(db, who, id, yes).await), IntroductionRefusal::Over, "{who}, {yes}");
        }
        for person in &stage.people {
            assert_eq!(introduction::open_for(db, *person).await.unwrap(), []);
            assert_eq!(introduction::made_for(db, *person).await.unwrap(), []);
        }
        assert_eq!(stage.totals(db).await, [Totals::default(); 3]);
        let again = refusal(offer(db, now() + TimeDelta::days(1), stage.by, stage.people[0], stage.people[1], TOPIC).await);
        assert_eq!(again, IntroductionRefusal::NotPossible(vec![Hindrance::Before(State::Declined)]));
        assert_eq!(cancel(db, now(), stage.by, id).await.unwrap(), State::Declined);
    }
}

both_databases! {
    async fn what_changed_meanwhile_is_asked_at_the_second_yes(scratch) {
        let db = &scratch.db;
        let (stage, id, _) = Stage::offered(db).await;
        let [amara, tomas, mei] = [stage.people[0], stage.people[1], stage.people[2]];
        let mut with_mei = Vec::new();
        for other in [amara, tomas] {
            let Offering::Offered(id) = offer(db, now(), stage.by, mei, other, "Hiring").await.unwrap() else { panic!("twice") };
            with_mei.push(id);
        }
        let change = async |sql: &str| db.read().execute_unprepared(sql).await.expect("a change");

        // Mei said yes, and then that she wants no introductions. To another offer she says yes all the same.
        assert_eq!(stage.answers(db, 2, with_mei[0], true).await.unwrap(), Answered::Waiting);
        let never = format!(
            "INSERT INTO own_limit (person_id, never, note, set_at) VALUES ({mei}, 'introduction', '', '2027-01-15T09:00:00+00:00')"
        );
        change(&never).await;
        assert_eq!(stage.answers(db, 0, with_mei[0], true).await.unwrap(), Answered::NotPossible);
        assert_eq!(stage.answers(db, 2, with_mei[1], true).await.unwrap(), Answered::Waiting);
        let told = mails(db, "introduction-ended").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["p0@company2.example"]);

        // After that yes she asked to be forgotten, and nothing is sent to her any more.
        change("DELETE FROM own_limit").await;
        let wish = format!("INSERT INTO forget_wish (person_id, asked_at, due_day) VALUES ({mei}, '2027-01-15T09:00:00+00:00', '2027-02-14')");
        change(&wish).await;
        assert_eq!(stage.answers(db, 1, with_mei[1], true).await.unwrap(), Answered::NotPossible);
        assert!(mails(db, "introduction-ended").await.is_empty());
        for person in [amara, tomas, mei] {
            assert_eq!(introduction::made_for(db, person).await.unwrap(), []);
        }

        // Amara said yes, and withdrew what she allowed.
        assert_eq!(stage.answers(db, 0, id, true).await.unwrap(), Answered::Waiting);
        consent::withdraw(db, now(), Giver::Invitation(stage.invitations[0]), Scope::PeerIntroduction, &[]).await.unwrap();
        assert_eq!(stage.answers(db, 1, id, true).await.unwrap(), Answered::NotPossible);
        assert!(mails(db, "introduced").await.is_empty());
        for company in 0..3 {
            let sent = store::outbox::unsent_to(db, &format!("p0@company{company}.example")).await.unwrap();
            assert!(sent.iter().all(|mail| mail.kind != "introduced"), "nothing of anybody is given out");
        }
        assert_eq!(stage.totals(db).await, [Totals::default(); 3]);
        assert_eq!(refusal(stage.answers(db, 1, id, true).await), IntroductionRefusal::Over);
        assert_eq!(state_of(&introduction::list(db, None, 1).await.unwrap()).iter().map(|one| one.0).collect::<Vec<_>>(), [State::Cancelled; 3]);
    }
}

both_databases! {
    async fn competitors_and_days_that_pass_end_an_offer(scratch) {
        let db = &scratch.db;
        let (stage, id, _) = Stage::offered(db).await;
        let (tomas, mei) = (stage.people[1], stage.people[2]);
        let Offering::Offered(other) = offer(db, now(), stage.by, tomas, mei, "Hiring").await.unwrap() else { panic!("twice") };
        assert_eq!(answer(db, now(), Actor::Person(mei), mei, other, yes_no(true)).await.unwrap(), Answered::Waiting);
        mails(db, "").await;
        assert_eq!(expire_due(db, now()).await.unwrap(), 0);

        // The first two become competitors: both are told, and not why.
        store::cohort::company::set_competitors(db, now(), stage.world.actor(), stage.world.company(0).await, stage.world.company(1).await, true)
            .await
            .unwrap();
        assert_eq!(expire_due(db, now()).await.unwrap(), 1);
        assert_eq!(expire_due(db, now()).await.unwrap(), 0);
        let told = mails(db, "introduction-ended").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["p0@company0.example", "p0@company1.example"]);
        assert!(told.iter().all(|mail| !format!("{:?}", mail.message).contains("ompetit")));
        assert_eq!(refusal(stage.answers(db, 0, id, true).await), IntroductionRefusal::Over);

        // Of the others the last day passes: who said yes is told.
        let last: chrono::DateTime<chrono::Utc> = "2027-01-30T11:59:59Z".parse().unwrap();
        assert_eq!(expire_due(db, last).await.unwrap(), 0, "the last day is theirs, wherever they are");
        let late = last + TimeDelta::seconds(1);
        assert_eq!(refusal(answer(db, late, Actor::Person(tomas), tomas, other, yes_no(true)).await), IntroductionRefusal::Over);
        assert_eq!(expire_due(db, late).await.unwrap(), 1);
        let told = mails(db, "introduction-ended").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["p0@company2.example"]);
        assert_eq!(state_of(&introduction::list(db, None, 1).await.unwrap()), [(State::Expired, 1), (State::Cancelled, 0)]);
    }
}

both_databases! {
    async fn the_host_takes_an_offer_back_and_colleagues_are_never_introduced(scratch) {
        let db = &scratch.db;
        let (stage, id, _) = Stage::offered(db).await;
        assert_eq!(cancel(db, now(), stage.by, id).await.unwrap(), State::Cancelled);
        assert_eq!(cancel(db, now(), stage.by, id).await.unwrap(), State::Cancelled);
        assert_eq!(mails(db, "introduction-ended").await.len(), 2);
        assert_eq!(refusal(stage.answers(db, 0, id, true).await), IntroductionRefusal::Over);
        assert_eq!(refusal(cancel(db, now(), stage.by, 999).await), IntroductionRefusal::Unknown);

        let mei = stage.people[2];
        assert_eq!(refusal(offer(db, now(), stage.by, mei, mei, TOPIC).await), IntroductionRefusal::NotPossible(vec![Hindrance::OnePerson]));
        assert_eq!(refusal(offer(db, now(), stage.by, mei, 999, TOPIC).await), IntroductionRefusal::Nobody);
        assert!(matches!(refusal(offer(db, now(), stage.by, mei, stage.people[1], " ").await), IntroductionRefusal::Fields(_)));
        let move_over = format!("UPDATE person SET company_id = {} WHERE id = {mei}", stage.world.company(0).await);
        db.read().execute_unprepared(&move_over).await.unwrap();
        let colleagues = refusal(offer(db, now(), stage.by, mei, stage.people[0], TOPIC).await);
        assert_eq!(colleagues, IntroductionRefusal::NotPossible(vec![Hindrance::OneCompany]));
        let never = format!(
            "INSERT INTO own_limit (person_id, never, note, set_at) VALUES ({mei}, 'introduction', '', '2027-01-15T09:00:00+00:00')"
        );
        db.read().execute_unprepared(&never).await.unwrap();
        let unwilling = refusal(offer(db, now(), stage.by, mei, stage.people[1], TOPIC).await);
        assert_eq!(unwilling, IntroductionRefusal::NotPossible(vec![Hindrance::Never("Person 0 of 2".into())]));
    }
}

both_databases! {
    async fn a_pair_that_was_taken_back_is_offered_again_and_one_that_was_declined_is_not(scratch) {
        let db = &scratch.db;
        let (stage, id, _) = Stage::offered(db).await;
        let [amara, tomas] = [stage.people[0], stage.people[1]];
        assert_eq!(stage.answers(db, 0, id, true).await.unwrap(), Answered::Waiting);
        assert_eq!(introduction::suggestions(db, now()).await.unwrap(), [], "it is before both");
        assert_eq!(cancel(db, now(), stage.by, id).await.unwrap(), State::Cancelled);
        assert_eq!(introduction::suggestions(db, now()).await.unwrap().len(), 1, "nobody said no");

        // The same pair is the same row, and nobody has answered it.
        mails(db, "").await;
        let later = now() + TimeDelta::hours(1);
        assert_eq!(offer(db, later, stage.by, amara, tomas, TOPIC).await.unwrap(), Offering::Offered(id));
        assert_eq!(state_of(&introduction::list(db, None, 1).await.unwrap()), [(State::Offered, 0)]);
        assert_eq!(mails(db, "introduction-offered").await.len(), 2, "both get a new mail");
        assert_eq!(introduction::suggestions(db, now()).await.unwrap(), []);

        // Taken back once more, both are told once more; a no ends it for good.
        assert_eq!(cancel(db, later, stage.by, id).await.unwrap(), State::Cancelled);
        assert_eq!(mails(db, "introduction-ended").await.len(), 2);
        let last = later + TimeDelta::hours(1);
        assert_eq!(offer(db, last, stage.by, tomas, amara, "Something else").await.unwrap(), Offering::Offered(id));
        assert_eq!(stage.answers(db, 1, id, false).await.unwrap(), Answered::Declined);
        let again = refusal(offer(db, last, stage.by, amara, tomas, TOPIC).await);
        assert_eq!(again, IntroductionRefusal::NotPossible(vec![Hindrance::Before(State::Declined)]));
        assert_eq!(introduction::suggestions(db, now()).await.unwrap(), []);
    }
}
