//! Being forgotten: proved by a code in one's own mail, and then in no table any more.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::achievement::Typed;
use domain::advocacy::amplification::{Act, AmplificationRefusal, TypedTask};
use domain::advocacy::consent::{Group, Scope, Wish, usual_end};
use domain::advocacy::forgetting::ForgettingRefusal;
use domain::advocacy::publication::{Named, TypedPlan};
use domain::cohort::allotment::Named as Colleague;
use domain::registration::invitation::Needs;
use domain::registration::proof::ProofRefusal;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set, Statement};
use store::advocacy::consent::{self, Giver};
use store::advocacy::forgetting::{Asked, Forgotten, Sending, Standing, ask, forget, send_code, standing, wishes};
use store::advocacy::reminder::remind_due;
use store::advocacy::{achievement, amplification, own_page, publication};
use store::entity;
use store::outbox::Message;
use store::registration::invitation::{self, Answer};
use store::registration::proof::Sending as Code;
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::celebration::Celebration;
use tests::world::{Plan, World, now, staff};

const NAME: &str = "Ida Canary-Ålund";
const EMAIL: &str = "ida.canary@company0.example";
/// In whatever she wrote or was written about her.
const CANARY: &str = "canary";
const URL: &str = "https://halden.example/news/a-week";
/// What was said of her, without her whole name.
const NEWS: &str = "Canary honoured for plant safety";

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

/// After the cohort.
fn later() -> DateTime<Utc> {
    "2027-04-10T09:00:00Z".parse().expect("an instant")
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a date")
}

/// Ida comes, with a colleague: her person, her invitation, her colleague's person.
async fn stage(db: &Db) -> (World, i64, i64, i64) {
    let world = World::new(db, 2, 4).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    let id = world.allotments[0];
    let named = [(NAME, EMAIL, "Chief canary officer"), ("Bea Lindqvist", "bea@company0.example", "COO")];
    let named: Vec<(usize, Colleague)> =
        named.iter().enumerate().map(|(row, (name, email, title))| (row, Colleague::parse(name, email, title).unwrap().unwrap())).collect();
    store::cohort::allotment::name(db, now(), Actor::DelegationLead(id), id, &named).await.expect("the naming");
    let ida = person_of(db, EMAIL).await;
    let invited = entity::invitation::Entity::find().filter(entity::invitation::Column::PersonId.eq(ida)).one(db.read()).await;
    let invited = invited.unwrap().expect("an invitation").id;
    let needs = Needs { dietary: "no canary, please".into(), wants_to_learn: "canary keeping".into(), ..Needs::default() };
    invitation::accept(db, now(), invited, &Answer { needs, acknowledged: Some(1), ..Answer::default() }).await.expect("the acceptance");
    (world, ida, invited, person_of(db, "bea@company0.example").await)
}

async fn person_of(db: &Db, email: &str) -> i64 {
    let row = entity::person::Entity::find().filter(entity::person::Column::Email.eq(email)).one(db.read()).await.unwrap();
    row.expect("a person").id
}

/// The newest code on its way to her.
async fn newest_code(db: &Db) -> String {
    let mails = store::outbox::unsent_to(db, EMAIL).await.unwrap();
    let mail = mails.into_iter().rfind(|mail| mail.kind == "proof-code").expect("a code");
    mail.secret.expect("not sent yet").link.expect("the code")
}

/// Every word of every column of every table, one a line.
async fn dump(db: &Db) -> String {
    let backend = db.read().get_database_backend();
    let columns = if db.is_postgres() {
        "SELECT CAST(table_name AS TEXT) AS t, CAST(column_name AS TEXT) AS c FROM information_schema.columns \
         WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')"
    } else {
        "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    };
    let columns = db.read().query_all_raw(Statement::from_string(backend, columns)).await.expect("the catalogue");
    assert!(columns.len() > 150, "{} columns are not all of them", columns.len());
    let mut words = String::new();
    for column in columns {
        let (table, column): (String, String) = (column.try_get("", "t").unwrap(), column.try_get("", "c").unwrap());
        let all = format!("SELECT CAST(\"{column}\" AS TEXT) AS said FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
        for row in db.read().query_all_raw(Statement::from_string(backend, all)).await.expect("the words") {
            let said: String = row.try_get("", "said").unwrap();
            words.push_str(&format!("{table}.{column}: {said}\n"));
        }
    }
    words
}

fn lines_with(dump: &str, words: &str) -> Vec<String> {
    dump.lines().filter(|line| line.to_lowercase().contains(words)).map(str::to_owned).collect()
}

/// Her in every table that can hold her, in her own rows and in the words of others.
async fn plant(world: &World, ida: i64, bea: i64, priya: i64) {
    const AT: &str = "'2027-01-15T09:00:00+00:00'";
    let (db, cohort, company) = (&world.db, world.cohort, world.company(0).await);
    let (a, b) = (ida.min(bea), ida.max(bea));
    for sql in [
        format!(
            "INSERT INTO person (company_id, email, name, title, created_at, merged_into) VALUES ({company}, 'i.canary@company0.example', 'Ida B. Canary', '', {AT}, {ida})"
        ),
        format!(
            "INSERT INTO advocate (person_id, stage, interests, topics, handles, events, languages, note, created_at) VALUES ({ida}, 'active', 'canary', 'canary', 'in/canary', '', 'en', 'canary', {AT}) \
                 ON CONFLICT (person_id) DO UPDATE SET stage = 'active', interests = 'canary', topics = 'canary', handles = 'in/canary', note = 'canary'"
        ),
        format!("INSERT INTO own_limit (person_id, never, note, set_at) VALUES ({ida}, 'quote', 'canary', {AT})"),
        format!("INSERT INTO problem (person_id, what, opened_at, solution) VALUES ({ida}, 'canary', {AT}, 'canary')"),
        format!(
            "INSERT INTO watched_feed (id, url, title, state, etag, last_modified, next_at, last_error, created_at) VALUES (201, 'https://news.example/feed', 'News', 'watching', '', '', {AT}, '', {AT})"
        ),
        format!(
            "INSERT INTO watched_name (id, name, name_key, person_id, created_at) VALUES (202, '{NAME}', 'ida canary-ålund', {ida}, {AT})"
        ),
        format!(
            "INSERT INTO feed_item (watched_feed_id, watched_name_id, guid, url, title, summary, published_on, state, found_at) VALUES (201, 202, 'g', 'https://news.example/canary', '{NAME} speaks', 'canary', '2027-01-14', 'found', {AT})"
        ),
        format!(
            "INSERT INTO achievement (id, kind, person_id, company_id, title, title_key, outlet, url, happened_on, language, evidence, source, state, reason, reported_at) VALUES \
                 (101, 'award', {ida}, {company}, 'Canary of the year', 'canary of the year', 'Canary Weekly', 'https://news.example/canary', '2027-01-10', 'en', 'canary', 'form', 'verified', '', {AT}), \
                 (102, 'milestone', NULL, {company}, 'A prize for {NAME}', 'a prize for ida canary-ålund', '', NULL, '2027-01-10', 'en', '', 'form', 'verified', '', {AT})"
        ),
        // Rejected as the same as hers, and found by her company's name.
        format!(
            "INSERT INTO achievement (id, kind, person_id, company_id, title, title_key, outlet, url, happened_on, language, evidence, source, state, reason, same_as, reported_at) VALUES \
                 (103, 'award', NULL, {company}, 'Canary honoured', 'canary honoured', 'Canary Daily', NULL, '2027-01-10', 'en', '', 'form', 'rejected', '', 101, {AT})"
        ),
        format!(
            "INSERT INTO watched_name (id, name, name_key, company_id, created_at) VALUES (203, 'Company 0', 'company 0', {company}, {AT})"
        ),
        format!(
            "INSERT INTO feed_item (watched_feed_id, watched_name_id, guid, url, title, summary, published_on, state, achievement_id, found_at) VALUES \
                 (201, 203, 'h', 'https://news.example/canary-honoured', '{NEWS}', 'canary', '2027-01-10', 'taken', 101, {AT})"
        ),
        format!(
            "INSERT INTO amplification (id, achievement_id, due_day, state, held_from, held_by, approver_name, approver_email, token_hash, sent_hash, approved_hash, waits_since, uid, created_at, modified_at) VALUES \
                 (101, 101, '2027-01-20', 'approved', '', '', '{NAME}', '{EMAIL}', 'one', 'h', 'h', {AT}, 'u1', {AT}, {AT}), \
                 (102, 102, '2027-01-20', 'with customer', '', '', '{NAME}', '{EMAIL}', 'two', 'h', '', {AT}, 'u2', {AT}, {AT})"
        ),
        format!("INSERT INTO amplification_use (amplification_id, person_id, scope) VALUES (101, {ida}, 'name')"),
        format!(
            "INSERT INTO amplification_step (amplification_id, act, from_state, to_state, by_name, comment, hash, at) VALUES (101, 'customer-approve', 'with customer', 'approved', '{NAME}', 'canary', 'h', {AT})"
        ),
        format!(
            "INSERT INTO ask (person_id, kind, wording, source, state, reasons, submitted_at, asked_at, answer) VALUES ({ida}, 'quote', 'Would you, {NAME}?', 'page', 'asked', '', {AT}, {AT}, 'canary')"
        ),
        format!(
            "INSERT INTO ledger_entry (person_id, company_id, side, kind, source, weight, happened_on, note, recorded_at) VALUES ({ida}, {company}, 'give', 'gift', 'hand:1', 1, '2027-01-10', 'A canary', {AT})"
        ),
        format!(
            "INSERT INTO introduction (a_person_id, b_person_id, topic, state, answer_by, offered_at) VALUES ({a}, {b}, 'Canary keeping', 'offered', '2027-05-01', {AT})"
        ),
        format!(
            "INSERT INTO quiet_override (cohort_id, person_id, reason, made_by, made_at) VALUES ({cohort}, {ida}, 'canary', {priya}, {AT})"
        ),
        // In the words of others.
        format!(
            "INSERT INTO history (at, actor, act, object, object_id, before, after) VALUES ({AT}, 'system', 'rename', 'room', 1, 'Room of IDA CANARY-Ålund', '<{EMAIL}>')"
        ),
        format!(
            "INSERT INTO history (at, actor, act, object, object_id, before, after) VALUES ({AT}, 'system', 'edit', 'advocate', {ida}, 'topics: canary', 'topics: canary, birds')"
        ),
        format!(
            "INSERT INTO educator (cohort_id, name, name_key, email, created_at) VALUES ({cohort}, '{NAME}', 'ida canary-ålund', '{EMAIL}', {AT})"
        ),
        format!(
            "INSERT INTO signatory (company_id, name, title, email, token_hash, created_at) VALUES ({company}, '{NAME}', 'Canary keeper', '{EMAIL}', 'three', {AT})"
        ),
        format!(
            "INSERT INTO import (kind, staff_id, file_name, content, mapping, created_at) VALUES ('advocates', {priya}, 'canary.csv', 'name,email canary', '', {AT})"
        ),
        format!("INSERT INTO draft (id, owner_hash, body, expires_at) VALUES ('d', 'o', '{{\"name\":\"{NAME}\"}}', {AT})"),
        format!(
            "INSERT INTO outbox (event, kind, to_name, to_email, subject, message, message_id, state, not_before, last_error, created_at) VALUES \
                 ('planted', 'staff-welcome', 'Priya', 'priya@halden.example', 'About {NAME}', '{{\"kind\":\"staff-welcome\",\"name\":\"{NAME}\"}}', 'm', 'queued', {AT}, '', {AT})"
        ),
        format!("UPDATE allotment SET lead_name = '{NAME}', lead_email = '{EMAIL}' WHERE id = {}", world.allotments[1]),
    ] {
        db.read().execute_unprepared(&sql).await.unwrap_or_else(|why| panic!("{why}: {sql}"));
    }
    let image = entity::amplification_image::ActiveModel {
        amplification_id: Set(101),
        media_type: Set("image/png".into()),
        content: Set(b"canary".to_vec()),
        sha256: Set("0".into()),
        added_at: Set(now()),
        ..Default::default()
    };
    let image = image.insert(db.read()).await.expect("an image").id;
    for (task, image) in [(101, Some(image)), (102, None)] {
        let wording = entity::wording::ActiveModel {
            amplification_id: Set(task),
            channel: Set("blog".into()),
            language: Set("en".into()),
            version: Set(1),
            body: Set(format!("A word on {NAME}.")),
            link: Set("https://halden.example/a".into()),
            image_id: Set(image),
            image_alt: Set(String::new()),
            written_at: Set(now()),
            ..Default::default()
        };
        wording.insert(db.read()).await.expect("a wording");
    }
}

/// What the news said of her goes its way: put right, verified, approved by her, not allowed where it was to be seen, and left to
/// wait until colleagues are told twice, and somebody else of it. Something else is rejected.
async fn celebrate(scene: &Celebration) {
    let (db, by) = (&scene.db, Actor::Staff(scene.priya));
    let typed = |title, day| Typed { kind: "award", email: EMAIL, title, day, ..Typed::default() };
    let id = achievement::report(db, now(), by, &typed("The canary", "2027-01-12")).await.expect("a report").id();
    achievement::edit(db, now(), by, id, 1, &typed(NEWS, "2027-01-12")).await.expect("put right");
    let rumour = achievement::report(db, now(), by, &typed("A canary wins", "2027-01-11")).await.expect("a report").id();
    achievement::reject(db, now(), by, rumour, 1, "The canary did not win this.", "").await.expect("rejected");
    let task = achievement::verify(db, now(), by, id, 2).await.expect("verified").task;
    scene.write(task, "press", "Well done.").await;
    let owner = scene.priya.to_string();
    let plan = TypedTask {
        owner: &owner,
        due_day: "2027-01-22",
        planned_for: "2027-01-20",
        approver_name: NAME,
        approver_email: EMAIL,
        shows: vec!["person:name"],
        ..TypedTask::default()
    };
    let revision = scene.task(task).await.revision;
    amplification::save_plan(db, now(), by, task, revision, &plan).await.expect("a plan");
    scene.step(now(), task, scene.priya, Act::Submit).await;
    scene.step(now(), task, scene.otto, Act::Approve).await;
    scene.step(now(), task, scene.priya, Act::Send).await;
    let sent = store::outbox::unsent_to(db, EMAIL).await.expect("mails");
    let key = sent.into_iter().rfind(|mail| mail.kind == "approval-asked").and_then(|mail| mail.secret).and_then(|secret| secret.link);
    scene.answer(now(), &key.expect("a link"), Act::CustomerApprove).await;
    let revision = scene.task(task).await.revision;
    let refused = refusal(amplification::step(db, now(), by, task, revision, Act::Schedule, "").await);
    assert!(matches!(refused, AmplificationRefusal::ConsentMissing(_)), "{refused:?}");
    for hours in [24, 48, 72] {
        assert_eq!(remind_due(db, now() + TimeDelta::hours(hours)).await.expect("a look"), 1, "after {hours} hours");
    }
}

both_databases! {
    async fn a_code_in_the_same_browser_says_who_asks(scratch) {
        let db = &scratch.db;
        let (_, ida, invited, _) = stage(db).await;
        staff(db, "root@halden.example", Role::Admin).await;
        let actor = Actor::Executive(invited);
        let send = async |at, browser: &str| send_code(db, at, actor, ida, browser).await;
        let typed = async |at, browser: &str, code: &str| ask(db, at, actor, ida, browser, code).await;

        // A seat comes first.
        let held = ForgettingRefusal::SeatHeld { cohort: "Spring cohort".into() };
        assert_eq!(refusal(send(now(), "one").await), held);
        assert_eq!(refusal(typed(now(), "one", "123456").await), held);
        assert_eq!(standing(db, now(), ida).await.unwrap(), Standing { due: None, seat: Some("Spring cohort".into()) });
        assert_eq!(standing(db, later(), ida).await.unwrap(), Standing::default());

        // Nothing was sent yet; then one mail, whose code is in no row.
        assert_eq!(refusal(typed(later(), "one", "123456").await), ForgettingRefusal::Proof(ProofRefusal::CodeOver));
        assert_eq!(send(later(), "one").await.unwrap(), Sending::Code(Code::Sent));
        assert_eq!(send(later() + TimeDelta::seconds(5), "one").await.unwrap(), Sending::Code(Code::JustSent));
        let code = newest_code(db).await;
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        let row = entity::proof_code::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert!(!row.code_hash.contains(&code) && row.code_hash != store::link::hash(&code) && row.browser_hash == store::link::hash("one"));

        // Only there, only in time, and not for ever.
        let wrong = if code == "000000" { "111111" } else { "000000" };
        assert_eq!(refusal(typed(later(), "two", &code).await), ForgettingRefusal::Proof(ProofRefusal::CodeOver));
        assert_eq!(refusal(typed(later(), "one", "12345").await), ForgettingRefusal::Proof(ProofRefusal::NoCode));
        assert_eq!(refusal(typed(later() + TimeDelta::minutes(10), "one", &code).await), ForgettingRefusal::Proof(ProofRefusal::CodeOver));
        for left in (0..5).rev() {
            assert_eq!(refusal(typed(later(), "one", wrong).await), ForgettingRefusal::Proof(ProofRefusal::WrongCode { left }));
        }
        assert_eq!(refusal(typed(later(), "one", &code).await), ForgettingRefusal::Proof(ProofRefusal::CodeOver), "five tries");

        // Three an hour, from whichever browser.
        let at = |minutes| later() + TimeDelta::minutes(minutes);
        assert_eq!(send(at(2), "one").await.unwrap(), Sending::Code(Code::Sent));
        assert_eq!(send(at(4), "two").await.unwrap(), Sending::Code(Code::Sent));
        assert_eq!(refusal(send(at(6), "one").await), ForgettingRefusal::Proof(ProofRefusal::TooManyCodes { minutes: 54 }));
        assert_eq!(send(at(60), "one").await.unwrap(), Sending::Code(Code::Sent));
        let code = newest_code(db).await;
        let due = day("2027-05-10");
        assert_eq!(typed(at(61), "one", &format!(" {} {}", &code[..3], &code[3..])).await.unwrap(), Asked { due, again: false });
        assert_eq!(typed(at(62), "two", "").await.unwrap(), Asked { due, again: true }, "asking again is the same");
        assert_eq!(send(at(63), "two").await.unwrap(), Sending::Asked(due));
        assert_eq!(standing(db, later(), ida).await.unwrap(), Standing { due: Some(due), seat: None });

        // Admins are told that somebody asked, and not who.
        let told: Vec<_> = store::outbox::unsent_to(db, "root@halden.example").await.unwrap();
        assert_eq!(told.iter().map(|mail| mail.message.clone()).collect::<Vec<_>>(), [Message::ForgetAsked { name: "admin".into(), due }]);
        let waiting = wishes(db, 1).await.unwrap();
        assert_eq!(waiting.rows.iter().map(|wish| (wish.person, wish.email.as_str(), wish.due_day)).collect::<Vec<_>>(), [(ida, EMAIL, due)]);
        assert_eq!(waiting.total, 1);
        assert_eq!(entity::forget_wish::Entity::find().all(db.read()).await.unwrap().len(), 1);
        assert_eq!(store::registration::proof::purge(db, at(60) + TimeDelta::days(1)).await.unwrap(), 3);
    }

    async fn who_is_forgotten_is_in_no_table(scratch) {
        let db = &scratch.db;
        let (world, ida, invited, bea) = stage(db).await;
        let root = Actor::Staff(staff(db, "root@halden.example", Role::Admin).await);
        let priya = staff(db, "priya@halden.example", Role::Marketing).await;
        let company = world.company(0).await;

        // What she allows, where she is shown, and how she comes in.
        let wish = Wish { scope: Scope::Name, channels: Group::Ours.channels().to_vec(), until: usual_end(now().date_naive()), exactly: false };
        consent::give(db, now(), Giver::Invitation(invited), &wish).await.unwrap();
        let title = format!("A week with {NAME}");
        let mut published = Vec::new();
        for channel in ["blog", "newsletter"] {
            let plan = TypedPlan { title: &title, channel, day: "2027-01-15", shows: vec![(Named::Email(EMAIL), vec!["name"])] };
            published.push(publication::plan(db, now(), Actor::Staff(priya), &plan).await.unwrap());
        }
        publication::publish(db, now(), Actor::Staff(priya), published[0], 1, URL).await.unwrap();
        let refused = TypedPlan { title: &title, channel: "press", day: "2027-01-20", shows: vec![(Named::Email(EMAIL), vec!["name"])] };
        publication::plan(db, now(), Actor::Staff(priya), &refused).await.expect_err("not allowed there");
        own_page::send_link(db, now(), Actor::Staff(priya), ida).await.unwrap();
        let sent = store::outbox::unsent_to(db, EMAIL).await.unwrap();
        let token = |kind: &str| sent.iter().rfind(|mail| mail.kind == kind).unwrap().secret.clone().unwrap().link.unwrap();
        let (own, seat) = (token("own-page-link"), token("accepted"));
        let cookie = store::sign_in::open_invitation(db, now(), &seat).await.unwrap().expect("the link opens").cookie;
        let otto = staff(db, "otto@halden.example", Role::Marketing).await;
        celebrate(&Celebration { db: db.clone(), guest: invited, priya, otto }).await;
        plant(&world, ida, bea, priya).await;
        let before = dump(db).await;
        for place in ["achievement.title", "history.after", "publish_decision.title", "outbox.subject", "outbox.message", "feed_item.title"] {
            let tells = |line: &str| line.starts_with(&format!("{place}: ")) && line.contains(NEWS);
            assert!(before.lines().any(tells), "{place} tells what was said of her");
        }
        for kind in ["approval-answered", "task-waits", "task-escalated"] {
            let tells = |line: &str| line.contains(NEWS) && line.contains(&format!("\"kind\":\"{kind}\""));
            assert!(before.lines().any(tells), "{kind} tells what was said of her");
        }
        assert!(lines_with(&before, CANARY).len() > 40, "she is everywhere: {}", lines_with(&before, CANARY).join("\n"));
        assert!(store::sign_in::executive(db, now(), &cookie).await.unwrap().is_some());

        // Not without her own wish, and not while she has a seat.
        assert_eq!(refusal(forget(db, later(), root, ida).await), ForgettingRefusal::NotAsked);
        let wish = entity::forget_wish::ActiveModel { person_id: Set(ida), asked_at: Set(now()), due_day: Set(day("2027-04-12")), ..Default::default() };
        wish.insert(db.read()).await.unwrap();
        assert_eq!(refusal(forget(db, now(), root, ida).await), ForgettingRefusal::SeatHeld { cohort: "Spring cohort".into() });
        let but_the_wish = |dump: &str| {
            let counted = |line: &&str| !line.starts_with("forget_wish.") && !line.starts_with("sqlite_sequence.");
            dump.lines().filter(counted).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(but_the_wish(&dump(db).await), but_the_wish(&before), "a refusal changes nothing");

        // Forgotten: in no column of any table, on the first press; the second says so.
        assert_eq!(forget(db, later(), root, ida).await.unwrap(), Forgotten::Forgotten);
        let after = dump(db).await;
        assert_eq!(lines_with(&after, CANARY), Vec::<String>::new());
        assert_eq!(forget(db, later(), root, ida).await.unwrap(), Forgotten::Already);
        assert_eq!(own_page::person_of(db, later(), &own).await.unwrap(), None);
        assert_eq!(store::sign_in::executive(db, now(), &cookie).await.unwrap(), None);
        assert!(store::sign_in::open_invitation(db, later(), &seat).await.unwrap().is_none());
        assert_eq!(wishes(db, 1).await.unwrap().rows, []);

        // A row without anybody in it stays, for what is counted.
        let row = entity::person::Entity::find_by_id(ida).one(db.read()).await.unwrap().unwrap();
        assert_eq!(
            (row.name.as_str(), row.email, row.title.as_str(), row.zone, row.company_id, row.forgotten_at),
            ("Forgotten person", format!("forgotten-{ida}@invalid"), "", None, company, Some(later()))
        );
        let seats = entity::registration::Entity::find().filter(entity::registration::Column::PersonId.eq(ida)).all(db.read()).await.unwrap();
        assert_eq!(seats.iter().map(|seat| (seat.state.as_str(), seat.dietary.as_str())).collect::<Vec<_>>(), [("confirmed", "")]);
        let gives = entity::ledger_entry::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(gives.iter().map(|give| (give.person_id, give.kind.as_str(), give.note.as_str())).collect::<Vec<_>>(), [(Some(ida), "gift", "")]);
        let asks = entity::ask::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(asks.iter().map(|ask| (ask.state.as_str(), ask.wording.as_str(), ask.answer.as_str())).collect::<Vec<_>>(), [("cancelled", "…", "")]);
        let introductions = entity::introduction::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(introductions.iter().map(|one| (one.state.as_str(), one.topic.as_str())).collect::<Vec<_>>(), [("cancelled", "…")]);

        // What was planned is cancelled, what is live is to be taken down, and what she allowed is taken back.
        let shown = entity::publication::Entity::find().order_by_asc(entity::publication::Column::Id).all(db.read()).await.unwrap();
        let left = format!("A week with Forgotten person {ida}");
        assert_eq!(
            shown.iter().map(|one| (one.state.as_str(), one.title.as_str(), one.url.as_str())).collect::<Vec<_>>(),
            [("live", left.as_str(), URL), ("cancelled", left.as_str(), "")]
        );
        let tasks = entity::take_down::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(tasks.iter().map(|task| (task.publication_id, task.consent_event_id, task.done_at)).collect::<Vec<_>>(), [(published[0], None, None)]);
        let events = entity::consent_event::Entity::find().order_by_asc(entity::consent_event::Column::Id).all(db.read()).await.unwrap();
        assert_eq!(events.iter().map(|event| (event.act.as_str(), event.scope.as_str())).collect::<Vec<_>>(), [("grant", "name"), ("withdraw", "name")]);
        let tasks = entity::amplification::Entity::find().order_by_asc(entity::amplification::Column::Id).all(db.read()).await.unwrap();
        assert_eq!(
            tasks.iter().map(|task| (task.state.as_str(), task.approver_email.as_str(), task.token_hash.is_some(), task.sent_hash.as_str())).collect::<Vec<_>>(),
            [("withdrawn", "", false, ""), ("withdrawn", "", false, ""), ("draft", "", false, "")]
        );
        let bodies = entity::wording::Entity::find().order_by_asc(entity::wording::Column::Id).all(db.read()).await.unwrap();
        let kept = format!("A word on Forgotten person {ida}.");
        assert_eq!(bodies.iter().map(|one| (one.body.as_str(), one.image_id)).collect::<Vec<_>>(), [("…", None), ("…", None), (kept.as_str(), None)]);
        let achieved = entity::achievement::Entity::find().order_by_asc(entity::achievement::Column::Id).all(db.read()).await.unwrap();
        assert_eq!(
            achieved.iter().map(|one| (one.person_id, one.title.as_str(), one.title_key.as_str(), one.state.as_str())).collect::<Vec<_>>(),
            [
                // Nobody is asked to celebrate what is left of hers as news of the company.
                (None, "Forgotten", "forgotten", "rejected"),
                (None, "Forgotten", "forgotten", "rejected"),
                (None, "Forgotten", "forgotten", "rejected"),
                (None, format!("A prize for Forgotten person {ida}").as_str(), format!("a prize for forgotten person {ida}").as_str(), "verified"),
                (None, "Forgotten", "forgotten", "rejected"),
            ]
        );
        let items = entity::feed_item::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(
            items.iter().map(|item| (item.guid.as_str(), item.title.as_str(), item.url.as_str(), item.state.as_str())).collect::<Vec<_>>(),
            [("h", "Forgotten", "", "taken")],
            "by its number it is not found anew"
        );
        // Colleagues read what they did and are to do, and no more of whom.
        let told = store::outbox::unsent_to(db, "priya@halden.example").await.unwrap();
        let subjects: Vec<&str> = told.iter().filter(|mail| mail.kind == "task-waits").map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["It waits for you: Forgotten"; 2]);

        // Her other parts are over as well; her colleague and the host's own people are untouched.
        let signs = entity::signatory::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((signs.name.as_str(), signs.token_hash, signs.ended_at), ("Forgotten person", None, Some(later())));
        let taught = entity::educator::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((taught.name, taught.name_key, taught.email), (format!("Forgotten person {ida}"), format!("forgotten person {ida}"), None));
        assert_eq!(entity::person::Entity::find_by_id(bea).one(db.read()).await.unwrap().unwrap().name, "Bea Lindqvist");
        let last = entity::history::Entity::find().order_by_desc(entity::history::Column::Id).one(db.read()).await.unwrap().unwrap();
        assert_eq!((last.act.as_str(), last.object.as_str(), last.object_id, last.actor), ("forget", "person", ida, root.to_string()));
        let mail = store::outbox::unsent_to(db, "priya@halden.example").await.unwrap();
        let kinds: Vec<&str> = mail.iter().map(|mail| mail.kind.as_str()).collect();
        assert!(kinds.contains(&"take-down-needed") && kinds.contains(&"publication-cancelled"), "marketing is told what to do: {kinds:?}");
    }
}
