//! Whatever people do in whatever order: what is public was approved exactly so, with every consent at that moment; and the
//! ledger counts what can be seen.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::achievement::Typed;
use domain::advocacy::amplification::{Act, AmplificationRefusal, State, acts};
use domain::advocacy::consent::{Group, Scope, Wish, usual_end};
use sea_orm::{EntityTrait, QueryOrder};
use store::advocacy::amplification::{
    Task, TypedTask, TypedWording, answer, end_wording, for_approval, publish, save_plan, save_wording, step, task,
};
use store::advocacy::consent::{self, Giver};
use store::advocacy::publication::close_take_down;
use store::entity::{consent_event, ledger_entry, publication, publication_use, take_down};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::world::{Plan, World, now, proved, staff};

const URL: &str = "https://halden.example/news/the-prize";
const PROOF: &str = "Checked on Monday: the page answers 404.";

/// Numbers that look random and are the same every time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

/// One task, and everything that was ever said about it.
struct Stage {
    db: Db,
    guest: i64,
    staff: [i64; 2],
    id: i64,
    /// Every key that was mailed, the newest last.
    keys: Vec<String>,
    /// Every hash the customer had before them.
    seen: Vec<String>,
    /// Every hash they said yes to, and when they did last.
    approved: BTreeMap<String, DateTime<Utc>>,
    /// What each publication was published as.
    published: BTreeMap<i64, String>,
}

impl Stage {
    async fn new(db: &Db) -> Self {
        let world = World::new(db, 1, 4).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let guest = world.name(0, 1).await[0];
        world.accept(guest).await;
        let staff = [staff(db, "priya@halden.example", Role::Marketing).await, staff(db, "otto@halden.example", Role::Marketing).await];
        let by = Actor::Staff(staff[0]);
        let typed =
            Typed { kind: "award", email: "p0@company0.example", title: "Innovator of the Year", day: "2027-01-12", ..Typed::default() };
        let id = store::advocacy::achievement::report(db, now(), by, &typed).await.unwrap().id();
        let id = store::advocacy::achievement::verify(db, now(), by, id, 1).await.unwrap().task;
        let (keys, seen, approved, published) = (vec![], vec!["nothing".to_owned()], BTreeMap::new(), BTreeMap::new());
        Self { db: db.clone(), guest, staff, id, keys, seen, approved, published }
    }

    async fn task(&self, clock: DateTime<Utc>) -> Task {
        task(&self.db, clock, self.id).await.unwrap().unwrap()
    }

    /// Takes what was mailed to the customer.
    async fn read_mail(&mut self, clock: DateTime<Utc>) {
        for mail in store::outbox::lease(&self.db, clock, 500).await.unwrap() {
            if mail.kind == "approval-asked" {
                self.keys.push(mail.secret.clone().unwrap().link.unwrap());
            }
            store::outbox::mark_sent(&self.db, clock, mail.id).await.unwrap();
        }
        if let Some(key) = self.keys.last()
            && let Some(page) = for_approval(&self.db, clock, key).await.unwrap()
            && !page.wordings.is_empty()
            && self.seen.last() != Some(&page.hash)
        {
            self.seen.push(page.hash);
        }
    }

    /// One thing somebody does, half of the time what most would do next; whether it was done.
    async fn turn(&mut self, dice: &mut Dice, clock: DateTime<Utc>) -> bool {
        let before = self.task(clock).await;
        if dice.roll(2) == 0 && self.go_on(dice, &before, clock).await {
            return true;
        }
        let writing = matches!(before.state, State::Draft | State::ChangesRequested);
        let by = Actor::Staff(dice.one_of(&self.staff));
        match dice.roll(20) {
            0 | 1 if writing || dice.roll(5) == 0 => self.write(dice, &before, clock).await,
            2 | 3 if writing || dice.roll(5) == 0 => self.plan(dice, &before, clock).await,
            4..=9 => {
                let acts = acts(before.state, before.hold);
                if acts.is_empty() {
                    return false;
                }
                let act = if dice.roll(4) == 0 { dice.one_of(&acts) } else { acts[0] };
                self.step(&before, by, act, clock).await
            }
            10..=12 => {
                let hash = if dice.roll(4) == 0 { dice.roll(self.seen.len()) } else { self.seen.len() - 1 };
                let rare = dice.one_of(&[Act::CustomerSuggest, Act::CustomerHold, Act::CustomerResume, Act::CustomerDecline]);
                let act = if dice.roll(4) == 0 { rare } else { Act::CustomerApprove };
                self.say(&before, hash, act, clock).await
            }
            13 | 14 => self.allow(dice, clock).await,
            15 if before.state == State::Published || dice.roll(3) == 0 => {
                let (scope, group) = (dice.one_of(&[Scope::Name, Scope::Title]), dice.one_of(Group::ALL));
                let channels = if dice.roll(2) == 0 { &[][..] } else { group.channels() };
                consent::withdraw(&self.db, clock, Giver::Invitation(self.guest), scope, channels).await.unwrap();
                true
            }
            16 | 17 => self.try_to_publish(dice, &before, by, clock).await,
            18 => {
                let channel = dice.one_of(&["blog", "press"]);
                dice.roll(4) == 0 && done(end_wording(&self.db, clock, by, self.id, before.revision, channel, "en").await)
            }
            _ => {
                let tasks = take_down::Entity::find().order_by_asc(take_down::Column::Id).all(self.db.read()).await.unwrap();
                let Some(open) = tasks.iter().find(|task| task.done_at.is_none()) else { return false };
                close_take_down(&self.db, clock, by, open.id, PROOF).await.unwrap();
                true
            }
        }
    }

    /// What most would do next.
    async fn go_on(&mut self, dice: &mut Dice, before: &Task, clock: DateTime<Utc>) -> bool {
        let (priya, otto, newest) = (Actor::Staff(self.staff[0]), Actor::Staff(self.staff[1]), self.seen.len() - 1);
        let passed = before.planned_for.is_none_or(|day| day < clock.date_naive());
        match before.state {
            State::Draft | State::ChangesRequested if before.wordings.is_empty() => self.write(dice, before, clock).await,
            State::Draft | State::ChangesRequested if passed || before.uses.is_empty() => self.plan(dice, before, clock).await,
            State::Draft | State::ChangesRequested => self.step(before, priya, Act::Submit, clock).await,
            State::InReview => self.step(before, otto, Act::Approve, clock).await,
            State::ApprovedInternally if passed => self.plan(dice, before, clock).await,
            State::ApprovedInternally => self.step(before, priya, Act::Send, clock).await,
            State::WithCustomer if passed => self.plan(dice, before, clock).await,
            State::WithCustomer => self.say(before, newest, Act::CustomerApprove, clock).await,
            State::Approved => self.step(before, priya, Act::Schedule, clock).await || self.allow(dice, clock).await,
            State::Scheduled | State::Failed => self.try_to_publish(dice, before, priya, clock).await,
            State::OnHold => {
                self.step(before, otto, Act::Resume, clock).await || self.say(before, newest, Act::CustomerResume, clock).await
            }
            State::Withdrawn => self.step(before, priya, Act::Reopen, clock).await,
            State::Published | State::Measured | State::Rejected => false,
        }
    }

    /// Mostly by one of them, so that the other may approve it.
    async fn write(&self, dice: &mut Dice, before: &Task, clock: DateTime<Utc>) -> bool {
        let body = dice.one_of(&["Well done.", "Very well done.", "Done."]);
        let typed = TypedWording { channel: dice.one_of(&["blog", "press"]), language: "en", body, ..TypedWording::default() };
        let by = Actor::Staff(self.staff[usize::from(dice.roll(8) == 0)]);
        done(save_wording(&self.db, clock, by, self.id, before.revision, &typed).await)
    }

    async fn plan(&self, dice: &mut Dice, before: &Task, clock: DateTime<Utc>) -> bool {
        let after = i64::from(dice.roll(4) == 0);
        let planned_for = (clock.date_naive() + TimeDelta::days(after)).to_string();
        let shows = if dice.roll(3) == 0 { vec!["person:name", "person:title"] } else { vec!["person:name"] };
        let typed = TypedTask {
            owner: "",
            due_day: "2027-01-22",
            planned_for: &planned_for,
            approver_name: "Person 0 of 0",
            approver_email: "p0@company0.example",
            shows,
            ..TypedTask::default()
        };
        done(save_plan(&self.db, clock, Actor::Staff(self.staff[0]), self.id, before.revision, &typed).await)
    }

    async fn step(&self, before: &Task, by: Actor, act: Act, clock: DateTime<Utc>) -> bool {
        done(step(&self.db, clock, by, self.id, before.revision, act, "As we said.").await)
    }

    /// The customer answers with one of the hashes they ever had before them.
    async fn say(&mut self, before: &Task, hash: usize, act: Act, clock: DateTime<Utc>) -> bool {
        let (Some(key), hash) = (self.keys.last(), self.seen[hash].clone()) else { return false };
        let answered = done(answer(&self.db, clock, key, &hash, act, "Dear all.", proved()).await);
        if answered && act == Act::CustomerApprove {
            assert_eq!(before.current_hash.as_deref(), Some(hash.as_str()), "what they said yes to is what it is");
            // Said again, it was said before.
            if before.state == State::WithCustomer {
                self.approved.insert(hash, clock);
            }
        }
        answered
    }

    async fn allow(&self, dice: &mut Dice, clock: DateTime<Utc>) -> bool {
        let (scope, group) = (dice.one_of(&[Scope::Name, Scope::Title]), dice.one_of(Group::ALL));
        let wish = Wish { scope, channels: group.channels().to_vec(), until: usual_end(clock.date_naive()), exactly: false };
        consent::give(&self.db, clock, Giver::Invitation(self.guest), &wish).await.unwrap();
        true
    }

    /// Any publication there ever was: only what may be, is.
    async fn try_to_publish(&mut self, dice: &mut Dice, before: &Task, by: Actor, clock: DateTime<Utc>) -> bool {
        let rows = publication::Entity::find().order_by_asc(publication::Column::Id).all(self.db.read()).await.unwrap();
        let open: Vec<i64> = rows.iter().filter(|row| row.state == "planned").map(|row| row.id).collect();
        let all: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let from = if open.is_empty() || dice.roll(4) == 0 { &all } else { &open };
        if from.is_empty() {
            return false;
        }
        let id = dice.one_of(from);
        let row = rows.iter().find(|row| row.id == id).unwrap();
        // Now and then they say that it was public a while ago already: no dice are rolled for that.
        let (turns, mut since) = (clock.timestamp() / 120, clock);
        if turns % 3 == 0 {
            since = clock - TimeDelta::minutes(turns % 97);
        }
        let mut published = done(publish(&self.db, clock, by, id, URL, since).await);
        if !published && since != clock {
            since = clock;
            published = done(publish(&self.db, clock, by, id, URL, since).await);
        }
        let done = published;
        if done && row.state == "planned" {
            let hash = before.current_hash.clone().expect("something that was written");
            assert_eq!(row.approved_hash, hash, "it is what was planned");
            let approved_at = self.approved.get(&hash).expect("the customer said yes to exactly this");
            assert!(minute(*approved_at) <= minute(since), "they said so at {approved_at}, and it was public at {since}");
            assert_eq!(before.planned_for, Some(since.date_naive()), "on the day they said yes to");
            assert!(matches!(before.state, State::Scheduled | State::Failed), "{}", before.state);
            for moment in [since, clock] {
                assert!(all_given(&self.db, id, &row.channel, moment).await, "every consent is live at {moment}");
            }
            self.published.insert(id, hash);
        } else if done {
            assert_eq!(row.state, "live", "said again");
        }
        done
    }

    /// What must hold whatever happened.
    async fn stays_true(&self, at: &str, clock: DateTime<Utc>) {
        let rows = publication::Entity::find().all(self.db.read()).await.unwrap();
        let task = self.task(clock).await;
        let live = rows.iter().filter(|row| row.state == "live").count();
        for row in &rows {
            let public = matches!(row.state.as_str(), "live" | "taken down");
            assert_eq!(self.published.get(&row.id), public.then_some(&row.approved_hash), "{at}: publication {} is {}", row.id, row.state);
            assert!(
                row.state != "planned" || matches!(task.state, State::Scheduled | State::Failed | State::OnHold),
                "{at}: planned while {}",
                task.state
            );
        }
        let entries = ledger_entry::Entity::find().all(self.db.read()).await.unwrap();
        let standing: i32 = entries.iter().map(|entry| entry.weight.signum()).sum();
        assert_eq!(standing, i32::from(live > 0), "{at}: one give while anything can be seen");
        let sources: BTreeSet<&str> = entries.iter().map(|entry| entry.source.as_str()).collect();
        assert_eq!(sources.len(), entries.len(), "{at}");
        if matches!(task.state, State::Approved | State::Scheduled) {
            assert_eq!(task.current_hash.as_deref(), Some(task.approved_hash.as_str()), "{at}");
            assert!(self.approved.contains_key(&task.approved_hash), "{at}");
        }
        if matches!(task.state, State::Draft | State::InReview | State::ApprovedInternally | State::WithCustomer | State::ChangesRequested)
        {
            assert_eq!(task.approved_hash, "", "{at}: {}", task.state);
        }
        assert_eq!(task.recognised_at.is_some(), !self.published.is_empty(), "{at}");
    }
}

/// Whether it was done; a refusal is an answer, a fault is none.
fn done<T: std::fmt::Debug>(result: Result<T, Halt<AmplificationRefusal>>) -> bool {
    match result {
        Ok(_) => true,
        Err(Halt::Refused(_)) => false,
        Err(Halt::Fault(fault)) => panic!("{fault}"),
    }
}

/// What the form takes: no seconds.
fn minute(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

/// Whether everything a publication shows was given at a moment, by the stored ledger alone.
async fn all_given(db: &Db, id: i64, channel: &str, moment: DateTime<Utc>) -> bool {
    let on = moment.date_naive();
    let ledger = consent_event::Entity::find().order_by_asc(consent_event::Column::Id).all(db.read()).await.unwrap();
    let uses = publication_use::Entity::find().all(db.read()).await.unwrap();
    let mut uses = uses.iter().filter(|one| one.publication_id == id).peekable();
    assert!(uses.peek().is_some(), "publication {id} shows somebody");
    uses.all(|one| {
        let newest = ledger.iter().rev().find(|row| {
            let named = row.channels.split(',').any(|word| word == channel);
            minute(row.recorded_at) <= minute(moment)
                && row.person_id == one.person_id
                && row.scope == one.scope
                && (named || (row.act == "withdraw" && row.channels.is_empty()))
        });
        newest.is_some_and(|row| row.act == "grant" && row.from_day <= on && on <= row.until_day)
    })
}

both_databases! {
    async fn whatever_happens_only_what_was_approved_is_public(scratch) {
        let db = &scratch.db;
        let mut stage = Stage::new(db).await;
        let mut reached = BTreeSet::new();
        let mut clock = now();
        for seed in [7, 4_711, 90_001, 1_234_567] {
            let mut dice = Dice(seed);
            for turn in 0..200 {
                clock += TimeDelta::minutes(2);
                if dice.roll(40) == 0 {
                    clock += TimeDelta::days(1);
                }
                stage.turn(&mut dice, clock).await;
                stage.read_mail(clock).await;
                let at = format!("seed {seed}, turn {turn}");
                stage.stays_true(&at, clock).await;
                let task = stage.task(clock).await;
                reached.insert(task.state);
                // What is over begins anew, as somebody would begin it.
                if task.state == State::Rejected {
                    stage = again(&stage, clock).await;
                }
            }
        }
        for state in [State::WithCustomer, State::Approved, State::Scheduled, State::Published, State::Withdrawn, State::OnHold] {
            assert!(reached.contains(&state), "{state} was never reached: {reached:?}");
        }
    }
}

/// The task of another achievement would share this one's publications and ledger in the checks: the same one is opened
/// again by hand.
async fn again(stage: &Stage, clock: DateTime<Utc>) -> Stage {
    use sea_orm::ConnectionTrait as _;

    let sql = format!(
        "UPDATE amplification SET state = 'draft', sent_hash = '', approved_hash = '', approved_at = NULL, revision = revision + 1 WHERE id = {}",
        stage.id
    );
    stage.db.read().execute_unprepared(&sql).await.expect("opened again");
    assert_eq!(stage.task(clock).await.state, State::Draft);
    Stage {
        db: stage.db.clone(),
        guest: stage.guest,
        staff: stage.staff,
        id: stage.id,
        keys: stage.keys.clone(),
        seen: stage.seen.clone(),
        approved: stage.approved.clone(),
        published: stage.published.clone(),
    }
}
