//! The statement and the links to it: one person's own, all of it, and nothing of anybody else.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::consent::{Group, Scope, Wish, usual_end};
use domain::advocacy::statement::OwnPageRefusal;
use sea_orm::{ConnectionTrait, EntityTrait};
use store::advocacy::consent::{self, Giver};
use store::advocacy::own_page::{self, LINK_DAYS, Sent};
use store::advocacy::statement;
use store::{Actor, Db, Halt, entity};
use tests::both_databases;
use tests::world::{Plan, World, now, staff};

/// Of somebody else, or of no business of theirs.
const CANARY: &str = "CANARY-7741";

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

/// Two people of one company who come: their invitations and persons.
async fn stage(db: &Db) -> (World, Vec<i64>, Vec<i64>) {
    let world = World::new(db, 1, 4).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    let invited = world.name(0, 2).await;
    let mut people = Vec::new();
    for invitation in &invited {
        world.accept(*invitation).await;
        people.push(entity::invitation::Entity::find_by_id(*invitation).one(db.read()).await.unwrap().unwrap().person_id);
    }
    (world, invited, people)
}

/// The newest link on its way to an address.
async fn newest_link(db: &Db, email: &str) -> String {
    let mails = store::outbox::unsent_to(db, email).await.unwrap();
    mails.into_iter().rfind(|mail| mail.kind == "own-page-link").expect("a mail").secret.expect("not sent yet").link.expect("a link")
}

both_databases! {
    async fn it_holds_what_is_theirs_and_nothing_else(scratch) {
        const AT: &str = "'2027-01-14T09:00:00+00:00'";
        let db = &scratch.db;
        let (world, invited, people) = stage(db).await;
        let (mine, other, company) = (people[0], people[1], world.company(0).await);
        let wish = Wish { scope: Scope::Name, channels: Group::Ours.channels().to_vec(), until: usual_end(now().date_naive()), exactly: false };
        consent::give(db, now(), Giver::Invitation(invited[0]), &wish).await.unwrap();
        for sql in [
            format!("INSERT INTO ledger_entry (id, person_id, company_id, side, kind, source, weight, happened_on, note, against, recorded_at) VALUES \
                     (901, {mine}, {company}, 'give', 'gift', 'hand:1', 1, '2027-01-10', 'A book', NULL, {AT}), \
                     (902, {mine}, {company}, 'give', 'speaking slot', 'hand:2', 1, '2027-01-12', 'On stage', NULL, {AT}), \
                     (903, {mine}, {company}, 'give', 'content', 'hand:3', 1, '2027-01-11', '{CANARY}', NULL, {AT}), \
                     (904, {mine}, {company}, 'give', 'content', 'against:903', -1, '2027-01-11', '{CANARY}', 903, {AT}), \
                     (905, {mine}, {company}, 'act', 'review', 'hand:4', 1, '2027-01-13', 'Three lines', NULL, {AT}), \
                     (906, {other}, {company}, 'give', 'gift', 'hand:5', 1, '2027-01-10', '{CANARY}', NULL, {AT}), \
                     (907, NULL, {company}, 'give', 'content', 'hand:6', 1, '2027-01-10', '{CANARY}', NULL, {AT})"),
            format!("INSERT INTO ask (person_id, kind, wording, source, state, reasons, submitted_at, asked_at, answered_at) VALUES \
                     ({mine}, 'quote', 'One sentence, please.', 'page', 'declined', '', {AT}, {AT}, {AT}), \
                     ({mine}, 'review', 'A review, perhaps?', 'page', 'asked', '', {AT}, {AT}, NULL), \
                     ({mine}, 'referral', '{CANARY}', 'page', 'draft', '', {AT}, NULL, NULL), \
                     ({mine}, 'referral', '{CANARY}', 'page', 'refused', '{CANARY}', {AT}, NULL, NULL), \
                     ({other}, 'quote', '{CANARY}', 'page', 'asked', '', {AT}, {AT}, NULL)"),
            format!("INSERT INTO advocate (person_id, stage, interests, topics, handles, events, languages, note, created_at) VALUES ({mine}, 'active', '', '', '', '', '', '{CANARY}', {AT})"),
            format!("INSERT INTO own_limit (person_id, most_per_quarter, never, note, set_at) VALUES ({mine}, 1, 'case study', '', {AT}), ({other}, 1, '', '{CANARY}', {AT})"),
            format!("INSERT INTO introduction (a_person_id, b_person_id, topic, state, answer_by, offered_at) VALUES ({mine}, {other}, 'Pricing', 'offered', '2027-02-01', {AT})"),
        ] {
            db.read().execute_unprepared(&sql).await.unwrap_or_else(|why| panic!("{why}: {sql}"));
        }

        let found = statement::of(db, now(), mine).await.unwrap().expect("a statement");
        let document = found.document("Halden Industries", now().date_naive());
        assert_eq!(document.given.iter().map(|one| (one.what.as_str(), one.note.as_str())).collect::<Vec<_>>(), [("A stage to speak on", "On stage"), ("A gift", "A book")]);
        assert_eq!(document.done.iter().map(|one| (one.what.as_str(), one.note.as_str())).collect::<Vec<_>>(), [("Review", "Three lines")]);
        let mut asked: Vec<(&str, &str)> = document.asked.iter().map(|one| (one.kind.as_str(), one.state.as_str())).collect();
        asked.sort_unstable();
        assert_eq!(asked, [("quote", "declined"), ("review", "asked")]);
        assert_eq!(found.open_asks.iter().map(|ask| ask.wording.as_str()).collect::<Vec<_>>(), ["A review, perhaps?"]);
        assert_eq!(found.open_introductions.iter().map(|one| (one.topic.as_str(), one.said)).collect::<Vec<_>>(), [("Pricing", None)]);
        assert_eq!(document.allowed.iter().map(|one| (one.scope, one.channels.len())).collect::<Vec<_>>(), [("name", 4)]);
        assert_eq!(document.consents.iter().map(|one| (one.act, one.scope)).collect::<Vec<_>>(), [("grant", "name")]);
        assert_eq!((document.limits.most_per_quarter, document.limits.never.as_slice()), (Some(1), &["case study"][..]));
        assert_eq!((document.person.name.as_str(), document.person.company.as_str()), ("Person 0 of 0", "Company 0"));
        let json = serde_json::to_string(&document).unwrap();
        for canary in [CANARY, "Person 1 of 0", "p1@company0.example"] {
            assert!(!json.contains(canary), "{canary} is not theirs: {json}");
        }

        // Whoever was merged into them is them; whoever is forgotten, or never was, has none.
        db.read().execute_unprepared(&format!("UPDATE person SET merged_into = {mine} WHERE id = {other}")).await.unwrap();
        assert_eq!(statement::of(db, now(), other).await.unwrap().expect("the same").person.email, "p0@company0.example");
        db.read().execute_unprepared(&format!("UPDATE person SET forgotten_at = {AT} WHERE id = {mine}")).await.unwrap();
        assert!(statement::of(db, now(), mine).await.unwrap().is_none());
        assert!(statement::of(db, now(), 999_999).await.unwrap().is_none());
    }

    async fn a_new_link_ends_the_others(scratch) {
        let db = &scratch.db;
        let (_, _, people) = stage(db).await;
        let priya = Actor::Staff(staff(db, "priya@halden.example", Role::Marketing).await);
        let send = async |at: DateTime<Utc>, person| own_page::send_link(db, at, priya, person).await;
        let opens = async |at: DateTime<Utc>, token: &str| own_page::person_of(db, at, token).await.unwrap();

        assert_eq!(send(now(), people[0]).await.unwrap(), Sent::LinkSent("Person 0 of 0".into()));
        assert_eq!(send(now() + TimeDelta::seconds(5), people[0]).await.unwrap(), Sent::JustSent("Person 0 of 0".into()));
        let first = newest_link(db, "p0@company0.example").await;
        assert!(first.starts_with("own_") && first.len() > 40, "{first}");
        let rows = entity::own_page_link::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.token_hash.clone()).collect::<Vec<_>>(), [store::link::hash(&first)], "only its hash is kept");
        let day = TimeDelta::days(1);
        assert_eq!(opens(now() + day * (LINK_DAYS as i32 - 1), &first).await, Some(people[0]));
        assert_eq!(opens(now() + day * LINK_DAYS as i32, &first).await, None);
        for unknown in ["", "own_", "own_unknown", &first[4..]] {
            assert_eq!(opens(now(), unknown).await, None, "{unknown:?}");
        }

        assert_eq!(send(now() + day, people[0]).await.unwrap(), Sent::LinkSent("Person 0 of 0".into()));
        let second = newest_link(db, "p0@company0.example").await;
        assert_eq!((opens(now() + day, &first).await, opens(now() + day, &second).await), (None, Some(people[0])));
        assert_eq!(own_page::purge(db, now() + day).await.unwrap(), 1);
        assert_eq!(opens(now() + day, &second).await, Some(people[0]));

        // A link of somebody who was merged leads to whoever is left; to those who are gone none is sent.
        db.read().execute_unprepared(&format!("UPDATE person SET merged_into = {} WHERE id = {}", people[1], people[0])).await.unwrap();
        assert_eq!(opens(now() + day, &second).await, Some(people[1]));
        assert_eq!(refusal(send(now() + day * 2, people[0]).await), OwnPageRefusal::Unknown);
        assert_eq!(refusal(send(now(), 999_999).await), OwnPageRefusal::Unknown);
    }
}
