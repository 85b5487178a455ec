//! Writing the conversation rule: drafted, published once in every language, and the cohorts that are moved to it.

use std::collections::BTreeSet;

use domain::Refusal;
use domain::access::Role;
use domain::conduct::acknowledgement::Duty;
use domain::conduct::conversation_rule::{Language, STARTING_TEXT, content_hash};
use store::Halt;
use store::cohort::Typed;
use store::conduct::conversation_rule::{
    Movable, Published, RuleRefusal, TypedText, already_says, get, list, movable, publish_draft, save_draft, texts, writing,
};
use store::outbox::Message;
use tests::both_databases;
use tests::world::{Plan, World, cohort_typed, now, staff};

const ENGLISH: &str = "We meet to learn from each other. Nothing is for sale here, not even at dinner.";
const GERMAN: &str = "Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft, auch nicht beim Essen.";

fn refusal<T: std::fmt::Debug>(result: Result<T, Halt<RuleRefusal>>) -> RuleRefusal {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn typed<'a>(english: (&'a str, i32), german: (&'a str, i32)) -> [TypedText<'a>; 3] {
    let text = |language, (body, revision)| TypedText { language, body, revision };
    [text(Language::English, english), text(Language::German, german), text(Language::French, ("", 0))]
}

async fn opened(scratch: &tests::database::Scratch) -> World {
    let world = World::new(&scratch.db, 1, 5).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

/// Who was written to about a version, with why.
async fn asked(world: &World) -> BTreeSet<(String, u32, Duty, Option<u32>)> {
    let mails = store::outbox::unsent(&world.db, world.cohort).await.unwrap();
    let count = mails.iter().filter(|mail| mail.kind == "rule-renewed").count();
    let asked: BTreeSet<_> = mails
        .into_iter()
        .filter_map(|mail| match mail.message {
            Message::RuleRenewed { version, duty, other, .. } => Some((mail.to_email, version, duty, other)),
            _ => None,
        })
        .collect();
    assert_eq!(asked.len(), count, "nobody is asked twice");
    asked
}

both_databases! {
    async fn a_version_is_drafted_previewed_and_published_in_every_language(scratch) {
        let world = opened(&scratch).await;
        let (db, actor) = (&world.db, world.actor());
        let facilitator = staff(db, "ida@halden.example", Role::Facilitator).await;
        world.acknowledge(facilitator).await;
        let plan = Plan::everyone("F", "2027-03-29", "10:00", "11:00");
        let facilitators = [facilitator];
        store::agenda::session::create(db, now(), actor, world.cohort, &tests::world::typed(&plan, &facilitators)).await.unwrap();
        world.crowd(2).await;

        // One begins from the words that stand; every text that is no rule is named at its field, and nothing is kept.
        let blank = writing(db).await.unwrap();
        assert_eq!((blank.next, blank.field(Language::English), blank.field(Language::German)), (2, (STARTING_TEXT, 0), ("", 0)));
        assert_eq!(blank.texts(), None);
        let RuleRefusal::Fields(wrong) = refusal(save_draft(db, now(), actor, &typed((ENGLISH, 0), ("Nein.", 0))).await) else { panic!("of a field") };
        assert_eq!(wrong.iter().map(|why| why.field).collect::<Vec<_>>(), ["body_de"]);
        assert_eq!(writing(db).await.unwrap(), blank);

        // Saved, and saved again without a change; somebody who saw less is told.
        save_draft(db, now(), actor, &typed((ENGLISH, 0), ("", 0))).await.unwrap();
        save_draft(db, now(), actor, &typed((ENGLISH, 1), (GERMAN, 0))).await.unwrap();
        assert_eq!(refusal(save_draft(db, now(), actor, &typed((ENGLISH, 1), ("", 0))).await), RuleRefusal::Stale);
        let draft = writing(db).await.unwrap();
        assert_eq!((draft.field(Language::English), draft.field(Language::German), draft.field(Language::French)), ((ENGLISH, 1), (GERMAN, 1), ("", 0)));
        let whole = draft.texts().unwrap();
        assert_eq!(already_says(db, &whole).await.unwrap(), None);
        let expect = Movable {
            cohort: world.cohort,
            title: "Spring cohort".into(),
            program: "Leading through the energy shift".into(),
            rule: Some(1),
            people: 3,
        };
        assert_eq!(movable(db, Some(world.manager), world.manager).await.unwrap(), [expect]);
        assert_eq!(movable(db, Some(facilitator), facilitator).await.unwrap(), []);

        // Only what was previewed is published; everybody there is asked, whoever publishes knows.
        assert_eq!(refusal(publish_draft(db, now(), actor, "another", &[world.cohort]).await), RuleRefusal::Changed);
        assert_eq!(asked(&world).await, BTreeSet::new());
        let published = publish_draft(db, now(), actor, &whole.fingerprint(), &[world.cohort, world.cohort]).await.unwrap();
        assert_eq!(published, Published { number: 2, made: true, cohorts: 1, asked: 3 });
        let row = |email: &str, duty, other| (email.to_owned(), 2, duty, other);
        assert_eq!(
            asked(&world).await,
            BTreeSet::from([
                row("ida@halden.example", Duty::Facilitator, Some(1)),
                row("p0@company0.example", Duty::Executive, Some(1)),
                row("p1@company0.example", Duty::Executive, Some(1)),
            ])
        );
        let read: Vec<_> = texts(db, 2).await.unwrap().into_iter().map(|text| (text.language, text.body, text.content_hash)).collect();
        assert_eq!(read, [(Language::English, ENGLISH.to_owned(), content_hash(ENGLISH)), (Language::German, GERMAN.to_owned(), content_hash(GERMAN))]);
        assert_eq!(store::cohort::get(db, world.cohort).await.unwrap().unwrap().rule, Some(2));
        assert_eq!(get(db, 1).await.unwrap().unwrap().body, STARTING_TEXT, "what was published does not change");
        assert_eq!(writing(db).await.unwrap().drafts, []);
        let again = refusal(publish_draft(db, now(), actor, &whole.fingerprint(), &[world.cohort]).await);
        assert_eq!((again.code(), list(db).await.unwrap().len()), ("no-draft", 2));

        // The same words are the same version, with one language less too: nothing is published and nobody asked.
        save_draft(db, now(), actor, &typed((ENGLISH, 0), (GERMAN, 0))).await.unwrap();
        let same = writing(db).await.unwrap().texts().unwrap();
        assert_eq!(already_says(db, &same).await.unwrap(), Some(2));
        let nothing_new = refusal(publish_draft(db, now(), actor, &same.fingerprint(), &[world.cohort]).await);
        assert_eq!(nothing_new, RuleRefusal::NothingNew(2));
        save_draft(db, now(), actor, &typed((ENGLISH, 1), ("", 1))).await.unwrap();
        let less = writing(db).await.unwrap().texts().unwrap();
        assert_eq!(refusal(publish_draft(db, now(), actor, &less.fingerprint(), &[]).await), RuleRefusal::NothingNew(2));
        assert_eq!(list(db).await.unwrap().len(), 2);
        // The words of an older version are that version.
        save_draft(db, now(), actor, &typed((STARTING_TEXT, 1), ("", 2))).await.unwrap();
        let older = writing(db).await.unwrap().texts().unwrap();
        let published = publish_draft(db, now(), actor, &older.fingerprint(), &[]).await.unwrap();
        assert_eq!(published, Published { number: 1, made: false, cohorts: 0, asked: 0 });
        assert_eq!(store::conduct::conversation_rule::publish(db, now(), actor, ENGLISH).await.unwrap(), 3);
        assert_eq!(store::conduct::conversation_rule::publish(db, now(), actor, STARTING_TEXT).await.unwrap(), 1);
        assert_eq!(asked(&world).await.len(), 3);
    }
}

both_databases! {
    async fn another_version_in_the_settings_asks_everybody_once(scratch) {
        let world = opened(&scratch).await;
        let (db, actor) = (&world.db, world.actor());
        world.crowd(2).await;
        store::conduct::conversation_rule::publish(db, now(), actor, ENGLISH).await.unwrap();
        let name = async |rule: &str| {
            let revision = store::cohort::get(db, world.cohort).await.unwrap().unwrap().revision;
            store::cohort::edit(db, now(), actor, world.cohort, revision, &Typed { rule, ..cohort_typed("5") }).await.unwrap();
        };
        name("1").await;
        assert_eq!(asked(&world).await, BTreeSet::new(), "the same version asks nobody");
        for rule in ["2", "1", "2"] {
            name(rule).await;
        }
        let told: Vec<(String, u32)> = asked(&world).await.into_iter().map(|(email, version, ..)| (email, version)).collect();
        assert_eq!(told, [("p0@company0.example".to_owned(), 2), ("p1@company0.example".to_owned(), 2)]);

        // A cohort that is over asks nobody, and is not offered to be moved.
        store::cohort::step(db, now(), actor, world.cohort, domain::cohort::Step::Cancel).await.unwrap();
        assert_eq!(movable(db, None, world.manager).await.unwrap(), []);
        save_draft(db, now(), actor, &typed((STARTING_TEXT, 0), (GERMAN, 0))).await.unwrap();
        let whole = writing(db).await.unwrap().texts().unwrap();
        let published = publish_draft(db, now(), actor, &whole.fingerprint(), &[world.cohort]).await.unwrap();
        assert_eq!(published, Published { number: 3, made: true, cohorts: 0, asked: 0 });
        assert_eq!(asked(&world).await.len(), 2);
    }
}
