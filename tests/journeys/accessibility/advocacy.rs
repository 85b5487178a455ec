//! The pages of celebrating, giving and asking, each with something to show: tasks and asks in every state, a picture wider
//! than a phone, an address with nowhere to break, files that are half refused, and forms sent back with what is wrong.

use domain::access::{Principal, Role};
use domain::advocacy::achievement::Typed as TypedAchievement;
use domain::advocacy::advocate::{NewPerson, TypedAdvocate};
use domain::advocacy::amplification::Act;
use domain::advocacy::ask::{Act as Step, Source};
use domain::advocacy::consent::{Channel, Scope, Subject, Wish, usual_end};
use domain::advocacy::ledger::{TypedAct, TypedGive};
use domain::advocacy::own_limit::TypedLimits;
use domain::advocacy::result::TypedResult;
use domain::advocacy::setting::TypedSettings;
use domain::advocacy::webhook::TypedWebhook;
use domain::advocacy::wording::TypedWording;
use domain::registration::invitation::Needs;
use sea_orm::ConnectionTrait;
use server::web_client::Client;
use store::Actor;
use store::advocacy::advocate::Found;
use store::advocacy::ask::{TypedDraft, TypedStep};
use store::advocacy::consent::Giver;
use store::advocacy::introduction::Offering;
use store::advocacy::watched_feed::{Entry, Fetched, Outcome};
use store::advocacy::{
    achievement, advocate, amplification, ask, consent, due_feed, forgetting, introduction, ledger, own_limit, problem, result, setting,
    watched_feed, webhook,
};
use store::conduct::quiet_period;
use store::registration::invitation::{self, Answer};
use tests::celebration::{Celebration, DAY, URL, mails};
use tests::chromium::{Look, Site, Window};
use tests::database::{Kind, Scratch};
use tests::world::{Plan, World, now, staff, yes_no};

use super::{look_at, sign_in};

const TODAY: &str = "2027-01-15";
const GUEST: &str = "p0@company0.example";
const TITLE: &str = "Hospital Innovator of the Year for the quietest ward in the country";
const WORDING: &str = "Would you write two lines about the week?";
/// Nowhere to break.
const LINK: &str = "https://company0.example/news/2027/hospital-innovator-of-the-year-and-everything-it-took-to-get-there";
/// Wider than a phone.
const PICTURE: &[u8] = include_bytes!("../../../docs/manager.png");

/// A page, and what it would not say if it stood empty or were another.
type Page = (String, &'static str);

/// People of three companies, those who celebrate them and ask of them, and one who may do everything.
struct Stage {
    world: World,
    on: Celebration,
    /// One of each company, who comes.
    people: Vec<i64>,
    /// The key of the first one's seat.
    seat: String,
    admin: i64,
}

impl Stage {
    async fn new(scratch: &Scratch) -> Self {
        let db = &scratch.db;
        let world = World::new(db, 3, 4).await;
        world.session(&Plan::everyone("Workshop", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        world.open().await;
        let until = usual_end(now().date_naive());
        let (mut guests, mut people) = (Vec::new(), Vec::new());
        for company in 0..3 {
            let guest = world.name(company, 1).await[0];
            let needs = Needs { wants_to_learn: "How do others forecast the grid?".to_owned(), ..Needs::default() };
            let accepting = Answer { needs, acknowledged: Some(1), ..Answer::default() };
            invitation::accept(db, now(), guest, &accepting).await.unwrap();
            let wish = Wish { scope: Scope::PeerIntroduction, channels: vec![], until, exactly: false };
            consent::give(db, now(), Giver::Invitation(guest), &wish).await.unwrap();
            guests.push(guest);
            people.push(world.person(&format!("p0@company{company}.example")).await);
        }
        let wish = Wish { scope: Scope::Name, channels: Channel::ALL.to_vec(), until, exactly: true };
        consent::give(db, now(), Giver::Invitation(guests[0]), &wish).await.unwrap();
        let priya = staff(db, "priya@halden.example", Role::Marketing).await;
        let otto = staff(db, "otto@halden.example", Role::Marketing).await;
        let admin = staff(db, "admin@halden.example", Role::Admin).await;
        let also = format!("INSERT INTO staff_role (staff_id, role) VALUES ({admin}, 'marketing'), ({admin}, 'program manager')");
        db.read().execute_unprepared(&also).await.unwrap();
        let unsent = store::outbox::unsent(db, world.cohort).await.unwrap();
        let seat = unsent.into_iter().rfind(|mail| mail.kind == "accepted" && mail.to_email == GUEST).unwrap();
        let seat = seat.secret.unwrap().link.unwrap();
        mails(db, "").await;
        let on = Celebration { db: db.clone(), guest: guests[0], priya, otto };
        Self { world, on, people, seat, admin }
    }

    fn priya(&self) -> Actor {
        Actor::Staff(self.on.priya)
    }

    // ---- celebrating ---------------------------------------------------------------------------------------------------

    /// A task with words for three channels in two languages, a picture, and a plan.
    async fn written(&self, title: &str) -> i64 {
        let (on, by) = (&self.on, self.priya());
        let task = on.verified(title).await;
        let image = amplification::add_image(&on.db, now(), by, task, on.task(task).await.revision, PICTURE.to_vec()).await.unwrap();
        let image = image.to_string();
        for (channel, language, body) in [
            ("blog", "en", "A prize well earned\n\nPerson 0 of 0 and the team show how it is done."),
            ("linkedin", "de", "Ein verdienter Preis.\n\nPerson 0 of 0 und ihr Team zeigen, wie es geht."),
            ("x", "en", "A prize well earned."),
        ] {
            let typed = TypedWording { channel, language, body, link: LINK, image: &image, image_alt: "Three people in a control room" };
            let revision = on.task(task).await.revision;
            amplification::save_wording(&on.db, now(), by, task, revision, &typed).await.unwrap();
        }
        on.plan(task, DAY).await;
        task
    }

    /// As [`Stage::written`], through review and to the customer; answers the task and the key of the link.
    async fn sent(&self, title: &str) -> (i64, String) {
        let (on, task) = (&self.on, self.written(title).await);
        for (by, act) in [(on.priya, Act::Submit), (on.otto, Act::Approve), (on.priya, Act::Send)] {
            on.step(now(), task, by, act).await;
        }
        let mail = mails(&on.db, "approval-asked").await.pop().expect("a mail");
        (task, mail.secret.unwrap().link.unwrap())
    }

    /// Tasks in every state: the pages of staff, and the letters behind the customer's links.
    async fn tasks(&self) -> (Vec<Page>, Vec<Page>) {
        let (on, db) = (&self.on, &self.on.db);
        let unwritten = on.verified("A seat on the board of the port").await;
        let ready = self.written(TITLE).await;
        let review = self.written("A talk on heat in old houses").await;
        on.step(now(), review, on.priya, Act::Submit).await;
        let changes = self.written("A quote on the price of waiting").await;
        on.step(now(), changes, on.priya, Act::Submit).await;
        on.step(now(), changes, on.otto, Act::RequestChanges).await;
        let (asked, asked_key) = self.sent("Port of the Year").await;
        let (held, held_key) = self.sent("A paper on tides").await;
        on.answer(now(), &held_key, Act::CustomerHold).await;
        let (approved, approved_key) = self.sent("Ten years of clean nights").await;
        on.answer(now(), &approved_key, Act::CustomerApprove).await;
        let paused = on.verified("A new bridge").await;
        on.step(now(), paused, on.priya, Act::Hold).await;
        let withdrawn = on.verified("A new quay").await;
        on.step(now(), withdrawn, on.priya, Act::Withdraw).await;

        // One has its day today and a program that does not answer; two are public, one of them counted; one failed.
        let hook = TypedWebhook { channel: "newsletter", url: "http://127.0.0.1:1/hook", active: true };
        webhook::save(db, now(), Actor::Staff(self.admin), &hook, false).await.unwrap();
        let (today, _) = on.scheduled("A day of open doors", &["blog", "newsletter"], TODAY).await;
        assert_eq!(server::webhooks::deliver_due(db, &Client::new(vec![]), now()).await.unwrap(), 1);
        let (public, public_key) = on.scheduled("The quietest ward", &["press"], TODAY).await;
        on.publish(now(), public, Channel::Press).await;
        let (counted, _) = on.scheduled("A lecture at the academy", &["internal"], TODAY).await;
        on.publish(now(), counted, Channel::Internal).await;
        let figures = TypedResult { impressions: "4120", clicks: "96", value: "800", ..TypedResult::default() };
        result::save(db, now(), self.priya(), on.publication(counted, Channel::Internal).await, &figures).await.unwrap();
        let (failed, _) = on.scheduled("A night of music", &["awards"], TODAY).await;
        on.step(now(), failed, on.priya, Act::Fail).await;

        due_feed::renew(db, now(), self.admin).await.unwrap();
        let file = format!("url,impressions,reactions\n{URL}/press,250,12\nhttps://nowhere.example/,1,1\n");
        let file = self.kept(store::import::Into::Results, file).await;
        let at = |task: i64, rest: &str| format!("/celebrate/{task}{rest}");
        let staff = vec![
            ("/celebrate".to_owned(), "Needs you"),
            ("/celebrate/list".to_owned(), "worth, as attention that is paid for"),
            ("/celebrate/month".to_owned(), "A new one stops the old one at once."),
            (at(unwritten, ""), "The first words, by marketing"),
            (at(ready, ""), "A review by somebody who did not write it."),
            (at(ready, "?act=hold#hold"), "Nothing happens to it until somebody here lets it go on."),
            (at(review, ""), "Your review: is it true, kind, and theirs to be told?"),
            (at(changes, ""), "New words: changes were asked for."),
            (at(asked, ""), "who has had it since Friday 15 January 2027."),
            (at(held, ""), "Only they let it go on, on their own page."),
            (at(approved, ""), "To be scheduled:"),
            (at(paused, ""), "Somebody here to let it go on."),
            (at(withdrawn, ""), "Nothing: it was withdrawn."),
            (at(today, ""), "Today: publish it exactly as it was approved"),
            (at(public, ""), "Its results, once they can be counted."),
            (at(counted, ""), "Nothing: it is public, and counted."),
            (at(failed, ""), "Another try: it could not be published"),
            (at(ready, "/wording"), "Save the words once"),
            (at(ready, "/wording?channel=blog&language=en"), "A prize well earned"),
            (at(unwritten, "/share"), "Not approved yet"),
            (at(approved, "/share"), "Download the image"),
            ("/celebrate/results".to_owned(), "Import results"),
            (format!("/celebrate/results/{file}"), "There is no publication at this address"),
            ("/celebrate/settings".to_owned(), "Programs that publish"),
            ("/webhooks".to_owned(), "private network"),
            ("/reach".to_owned(), "1 of 2 publications have no results yet."),
            (format!("/achievements/{}", on.task(ready).await.achievement), "Go to its task"),
        ];
        let letters = vec![
            (format!("/approve/{asked_key}"), "May we publish this?"),
            (format!("/approve/{held_key}"), "You hold this"),
            (format!("/approve/{approved_key}"), "You approved this"),
            (format!("/approve/{public_key}"), "This is public"),
            ("/approve/over".to_owned(), "This link is not valid any more"),
        ];
        (staff, letters)
    }

    /// A file that was uploaded and is looked at.
    async fn kept(&self, into: store::import::Into, content: String) -> i64 {
        store::import::keep(&self.on.db, now(), self.admin, into, "file.csv", content, String::new()).await.unwrap()
    }

    /// What was reported, by people and by feeds.
    async fn reports(&self) -> Vec<Page> {
        let (db, by) = (&self.on.db, self.priya());
        let typed = TypedAchievement {
            kind: "award",
            email: GUEST,
            title: "Hospital Innovator of the Year",
            outlet: "The Daily",
            url: "https://daily.example/news/2027/hospital-innovator-of-the-year-and-everything-it-took-to-get-there",
            day: "2027-01-12",
            language: "en",
            evidence: "A clipping.",
            ..TypedAchievement::default()
        };
        let twin = achievement::report(db, now(), by, &typed).await.unwrap().id();
        let typed = TypedAchievement { kind: "speaking", company: "Company 2", title: "A song", day: TODAY, ..TypedAchievement::default() };
        let rejected = achievement::report(db, now(), by, &typed).await.unwrap().id();
        achievement::reject(db, now(), by, rejected, 1, "Nobody can find it.", "").await.unwrap();

        for url in ["https://trade.example/feed", "https://broken.example/feed"] {
            watched_feed::add(db, now(), by, url).await.unwrap();
        }
        watched_feed::watch(db, now(), by, "Delta Timber", "", "Company 1").await.unwrap();
        let feeds = watched_feed::claim_due(db, now(), 5).await.unwrap();
        let entry = Entry {
            guid: "1".to_owned(),
            url: "https://trade.example/1".to_owned(),
            title: "Delta Timber wins the Forest Prize".to_owned(),
            summary: "For a mill that gives back more than it takes.".to_owned(),
            published_on: "2027-01-12".parse().unwrap(),
        };
        let fetched = Fetched { title: "The Trade".to_owned(), entries: vec![entry], ..Fetched::default() };
        assert_eq!(watched_feed::keep(db, now(), feeds[0].id, Outcome::Fetched(fetched)).await.unwrap(), 1);
        let failed = Outcome::Failed("The site has a problem of its own (503).".to_owned());
        watched_feed::keep(db, now(), feeds[1].id, failed).await.unwrap();

        let file = "kind,company,title,date\naward,Company 1,Forest Prize,2027-01-10\naward,Nowhere,Other,2027-01-10\n";
        let file = self.kept(store::import::Into::Achievements, file.to_owned()).await;
        vec![
            ("/achievements".to_owned(), "waiting 3 days"),
            ("/achievements/new".to_owned(), "Add an achievement"),
            (format!("/achievements/{twin}"), "May be the same"),
            (format!("/achievements/{rejected}"), "Nobody can find it."),
            ("/achievements/import".to_owned(), "Import achievements"),
            (format!("/achievements/import/{file}"), "There is no company named “Nowhere” here."),
            ("/feeds".to_owned(), "The site has a problem of its own (503)."),
        ]
    }

    // ---- asking and giving -----------------------------------------------------------------------------------------------

    async fn added(&self, name: &str, email: &str) -> i64 {
        let new = NewPerson::parse(name, email, "Company 1", "Chief operating officer").unwrap();
        advocate::add(&self.on.db, now(), self.priya(), &new).await.unwrap().person
    }

    /// Something is given to them, and the manager asks something of them, which goes so far; answers the ask.
    async fn asked(&self, person: i64, steps: &[Step]) -> i64 {
        let db = &self.on.db;
        self.world.give(person).await;
        ask::submit(db, now(), self.world.actor(), Source::Page, person, "review", WORDING).await.unwrap();
        let newest = ask::list(db, &ask::Filter::default(), 1).await.unwrap().rows[0].id;
        for step in steps {
            self.step(newest, *step).await;
        }
        newest
    }

    async fn step(&self, number: i64, step: Step) {
        let db = &self.on.db;
        let revision = ask::get(db, number).await.unwrap().unwrap().revision;
        let typed = TypedStep { comment: "", day: TODAY };
        ask::step(db, now(), self.priya(), number, revision, step, &typed).await.unwrap();
    }

    async fn accepted(&self, person: i64) -> i64 {
        let number = self.asked(person, &[Step::TakeUp, Step::Approve]).await;
        ask::answer(&self.on.db, now(), Actor::Person(person), person, number, yes_no(true), "Gladly, in February.").await.unwrap();
        number
    }

    /// Asks in every state; answers the key of somebody's own page, too.
    async fn asks(&self) -> (Vec<Page>, String) {
        let (db, first) = (&self.on.db, self.people[0]);
        let settings = TypedSettings {
            internal_hours: "24",
            customer_hours: "48",
            most_reminders: "2",
            escalate_to: "",
            recognition_days: "5",
            person_cap: "2",
            company_cap: "20",
            interval_days: "90",
            intervals: "reference call=180",
            answer_days: "14",
            gift_limit: "100",
        };
        setting::save(db, now(), self.priya(), 0, &settings).await.unwrap();
        let submitted = self.asked(self.added("Ann Berg", "ann@company1.example").await, &[]).await;
        let approving = self.asked(self.added("Ben Cole", "ben@company1.example").await, &[Step::TakeUp]).await;
        let cem = self.added("Cem Demir", "cem@company1.example").await;
        let asked = self.asked(cem, &[Step::TakeUp, Step::Approve]).await;
        let accepted = self.accepted(self.added("Dana Ek", "dana@company1.example").await).await;
        let scheduled = self.accepted(self.added("Finn Gade", "finn@company1.example").await).await;
        self.step(scheduled, Step::Schedule).await;
        let completed = self.accepted(self.added("Gus Holm", "gus@company1.example").await).await;
        for step in [Step::Schedule, Step::Complete] {
            self.step(completed, step).await;
        }
        let hal = self.added("Hal Iversen", "hal@company1.example").await;
        let typed = TypedDraft { person: hal, kind: "quote", wording: WORDING };
        let draft = ask::save_draft(db, now(), self.world.actor(), 0, 0, &typed).await.unwrap();
        let early = ask::submit(db, now(), self.world.actor(), Source::Page, hal, "review", WORDING).await;
        assert!(early.is_err(), "nothing was given to them yet");
        let free = self.added("Ida Juhl", "ida@company1.example").await;
        self.world.give(free).await;
        let reason = "They asked us for it themselves.";
        quiet_period::set_aside(db, now(), self.world.manager, self.world.cohort, first, reason).await.unwrap();
        self.asked(first, &[Step::TakeUp, Step::Approve]).await;
        let mail = store::outbox::unsent_to(db, "cem@company1.example").await.unwrap().into_iter().rfind(|mail| mail.kind == "ask-made");
        let key = mail.expect("a mail").secret.unwrap().link.unwrap();
        let at = |number: i64| format!("/asks/{number}");
        let pages = vec![
            ("/asks".to_owned(), "1 ask waits for another pair of eyes."),
            ("/asks?state=refused".to_owned(), "Hal Iversen"),
            ("/asks/new".to_owned(), "Choose whom."),
            (format!("/asks/new?person={first}&kind=quote"), "An ask waits for their answer already: one at a time."),
            (format!("/asks/new?person={free}&kind=review"), "Nothing stands against an ask today."),
            (at(submitted), "Take it up"),
            (at(approving), "Let it be asked"),
            (at(asked), "an answer by Friday 29 January 2027"),
            (at(accepted), "Keep the day"),
            (at(scheduled), "Change the day"),
            (at(completed), "Took place"),
            (at(draft), "Nothing was given to them yet: give before you ask."),
            ("/asks/match".to_owned(), "What is needed?"),
            ("/asks/match?kind=review".to_owned(), "Not to be asked now"),
            ("/fairness".to_owned(), "Asked most, by name"),
        ];
        (pages, key)
    }

    /// Records, the ledger, introductions, and who wants to be forgotten.
    async fn records(&self) -> Vec<Page> {
        let (db, by, first, company) = (&self.on.db, self.priya(), self.people[0], self.world.company(0).await);
        let Some(Found::Record(stands)) = advocate::get(db, now(), first).await.unwrap() else { panic!("no record") };
        let typed = TypedAdvocate {
            stage: "active",
            interests: "Old houses",
            topics: "Grid forecasting\nHeat storage",
            linkedin: "person-zero",
            x: "@personzero",
            bluesky: "@zero.bsky.social",
            website: LINK,
            events: "The spring meeting",
            languages: "English, German",
            note: "Likes letters.",
        };
        advocate::save(db, now(), by, first, stands.revision, &typed).await.unwrap();
        let limits = TypedLimits { most_per_quarter: "1", never: vec!["case study"], pause_until: "2027-02-01", note: "Ask my office." };
        own_limit::set(db, now(), Actor::Person(first), first, &limits).await.unwrap();
        let solved = problem::open(db, now(), by, Subject::Person(first), "Their room was too small.").await.unwrap();
        problem::close(db, now(), by, solved, "They got another one.").await.unwrap();
        let open = problem::open(db, now(), by, Subject::Person(first), "Their badge was misspelt.").await.unwrap();
        problem::open(db, now(), by, Subject::Company(company), "An invoice was sent twice.").await.unwrap();

        let give = |kind, note, value| TypedGive { person: first, company: 0, kind, on: "2027-01-10", note, value };
        ledger::record_give(db, now(), by, &give("gift", "A book of maps", "40")).await.unwrap();
        let wrong = ledger::record_give(db, now(), by, &give("content", "An interview", "")).await.unwrap();
        let who = Principal::Staff { id: self.admin, roles: vec![Role::Admin] };
        ledger::correct(db, now(), &who, wrong, "It was another company.").await.unwrap();
        let done = TypedAct { person: first, company: 0, kind: "referral", on: "2027-01-11", note: "Named us to a neighbour" };
        ledger::record_act(db, now(), by, &done).await.unwrap();

        let [one, two, three] = self.people[..] else { panic!("three people") };
        introduction::offer(db, now(), by, one, three, "Port electrification").await.unwrap();
        let Offering::Offered(made) = introduction::offer(db, now(), by, two, three, "Tides").await.unwrap() else { panic!("no offer") };
        for person in [two, three] {
            introduction::answer(db, now(), Actor::Person(person), person, made, yes_no(true)).await.unwrap();
        }

        let twin = self.added("Ann Berg", "a.berg@company1.example").await;
        let ann = self.world.person("ann@company1.example").await;
        let (email, browser) = ("eva@company1.example", "their browser");
        let eva = self.added("Eva Falk", email).await;
        forgetting::send_code(db, now(), Actor::Person(eva), eva, browser).await.unwrap();
        let mail = store::outbox::unsent_to(db, email).await.unwrap().into_iter().rfind(|mail| mail.kind == "proof-code");
        let code = mail.expect("a code").secret.unwrap().link.unwrap();
        forgetting::ask(db, now(), Actor::Person(eva), eva, browser, &code).await.unwrap();
        let file = "email,name,company,stage\nnew@company1.example,Kai Lund,Company 1,active\nold@nowhere.example,Lea Moe,Nowhere,\n";
        let file = self.kept(store::import::Into::Advocates, file.to_owned()).await;
        let of = |person: i64, rest: &str| format!("/advocates/{person}{rest}");
        vec![
            ("/advocates".to_owned(), "need a rest"),
            ("/advocates?add=yes#add".to_owned(), "Add them"),
            (of(first, ""), "Their badge was misspelt."),
            (of(first, "?do=edit#edit"), "Save the record"),
            (of(first, "?do=give#record"), "Record the give"),
            (of(first, "?do=problem#problem"), "Write it down"),
            (of(first, &format!("?do=solve&problem={open}#solve")), "How it was put right"),
            (of(ann, "/merge"), "a.berg@company1.example"),
            (of(ann, &format!("/merge?with={twin}")), "Who stays"),
            ("/advocates/import".to_owned(), "Import advocates"),
            (format!("/advocates/import/{file}"), "There is no company “Nowhere” here."),
            ("/introductions".to_owned(), "both said yes"),
            ("/reciprocity".to_owned(), "given ahead"),
            (format!("/reciprocity/{company}"), "An invoice was sent twice."),
            (format!("/reciprocity/{company}?record=act#record"), "Record the act"),
            ("/forget-wishes".to_owned(), "Eva Falk"),
        ]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_everybody() {
    let scratch = Scratch::new(Kind::Sqlite).await;
    let stage = Stage::new(&scratch).await;
    let (mut pages, letters) = stage.tasks().await;
    pages.extend(stage.reports().await);
    let (asks, own) = stage.asks().await;
    pages.extend(asks);
    pages.extend(stage.records().await);
    // What is sent back: where, which button, and nothing is typed.
    let (task, free) = (on_list(&pages, "Save the words once"), on_list(&pages, "Nothing stands against an ask today."));
    let sent_back = [
        (task, "Save and look"),
        ("/achievements/new", "Report it"),
        (on_list(&pages, "Nothing happens to it until"), "#hold form button"),
        (free, "Submit the ask"),
        ("/advocates?add=yes", "Add them"),
        (on_list(&pages, "An invoice was sent twice."), "Record the give"),
        ("/webhooks", "Keep it"),
    ];
    let site = Site::serve(&scratch.db).await;

    let mut wrong = Vec::new();
    for (width, dark) in [(390, false), (1440, true)] {
        let window = Window::open(&site, Look { javascript: true, dark, width }).await;
        let look = format!("{width} px, {}", if dark { "dark" } else { "light" });
        let mut check = async |path: &str, says: &str| {
            window.sees(says).await;
            wrong.extend(look_at(&window, path, &look).await);
        };
        for (path, says) in &letters {
            window.go(path).await;
            check(path, says).await;
        }
        let page = format!("/me/{own}");
        window.go(&page).await;
        check(&page, WORDING).await;
        window.press("Forget me").await;
        check("one’s own page, sent back", "another look").await;
        window.go(&format!("/i/{}", stage.seat)).await;
        window.press("main form button").await;
        window.go("/my/statement").await;
        check("/my/statement", "An introduction: Port electrification").await;
        sign_in(&window, "admin@halden.example").await;
        for (path, says) in &pages {
            window.go(path).await;
            check(path, says).await;
        }
        for (path, button) in sent_back {
            window.go(path).await;
            window.press(button).await;
            check(&format!("{path}, sent back"), "another look").await;
        }
        window.go("/celebrate/month").await;
        window.press("form[action='/api/advocacy/due-feed/new'] button").await;
        check("a new private calendar", "Your private link is ready.").await;
        window.close().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The page that says this.
fn on_list<'a>(pages: &'a [Page], words: &str) -> &'a str {
    &pages.iter().find(|(_, says)| says.starts_with(words)).expect("such a page").0
}
