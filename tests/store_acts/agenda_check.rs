//! The agenda check on current rows: what is found, what may stand, and the lists it goes by.

use domain::agenda::release::Severity;
use domain::cohort::{Missing, State, Step, StepRefusal};
use domain::conduct::agenda_check::{Found, Language, Part, TermList};
use domain::refusal::Refusal;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use store::agenda::release::{self, ReleaseRefusal};
use store::conduct::agenda_check::{self, Checked, Dismissal, DismissalRefusal, Dismissed, Saved, TermsRefusal, TypedDismissal};
use store::entity::{finding_dismissal, history};
use store::{Actor, Halt};
use tests::both_databases;
use tests::world::{Plan, World, now};

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

async fn save(world: &World, revision: i32, terms: &str) -> Result<Saved, Halt<TermsRefusal>> {
    agenda_check::save_terms(&world.db, now(), world.actor(), Language::English, revision, terms).await
}

async fn letter(world: &World, letter: &str) {
    let sql = format!("UPDATE cohort SET letter = '{letter}' WHERE id = {}", world.cohort);
    world.db.read().execute_unprepared(&sql).await.expect("the letter");
}

/// What the history says of an object: actor, act, cohort, before, after.
async fn told(world: &World, object: &str) -> Vec<(String, String, Option<i64>, String, String)> {
    let rows = history::Entity::find()
        .filter(history::Column::Object.eq(object))
        .order_by_asc(history::Column::Id)
        .all(world.db.read())
        .await
        .expect("the history");
    rows.into_iter().map(|row| (row.actor, row.act, row.cohort_id, row.before, row.after)).collect()
}

both_databases! {
    async fn what_is_found_holds_a_release_until_it_is_dismissed_with_a_reason(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        save(&world, 0, "kumquat ! block\nmarzipan").await.unwrap();
        letter(&world, "Come for the marzipan.").await;
        let plan = Plan::everyone("A morning of Kumquats", "2027-03-29", "10:00", "11:00");
        let session = world.session(&plan).await;
        let gone = world.session(&Plan::everyone("Kumquats at night", "2027-03-29", "20:00", "21:00")).await;
        store::agenda::session::set_cancelled(&world.db, now(), world.actor(), gone, true).await.unwrap();

        let in_letter = Found {
            session: None,
            part: Part::Letter,
            place: "the letter".into(),
            severity: Severity::Warn,
            before: "Come for the ".into(),
            phrase: "marzipan".into(),
            after: ".".into(),
            key: "letter: marzipan".into(),
        };
        let in_title = Found {
            session: Some(session),
            part: Part::Title,
            place: "the title of “A morning of Kumquats”".into(),
            severity: Severity::Block,
            before: "A morning of ".into(),
            phrase: "Kumquats".into(),
            after: String::new(),
            key: "title: kumquats".into(),
        };
        let open = |found: &Found| Checked { found: found.clone(), dismissed: None };
        let found = async || agenda_check::findings(&world.db, world.cohort).await.unwrap();
        assert_eq!(found().await, [open(&in_letter), open(&in_title)]);

        // The loudest first; and publishing is refused by the rule, whatever a page shows.
        let preview = release::preview(&world.db, world.cohort).await.unwrap().unwrap();
        let warned: Vec<_> = preview.warnings.iter().map(|warning| (warning.severity, warning.session, warning.found.clone())).collect();
        assert_eq!(warned, [(Severity::Block, Some(session), Some(in_title.clone())), (Severity::Warn, None, Some(in_letter.clone()))]);
        let publish = async || release::publish(&world.db, now(), world.actor(), world.cohort, 1, "").await;
        let sentence = "In the title of “A morning of Kumquats”: “Kumquats” sounds like selling. Reword it, or dismiss this with a reason.";
        assert_eq!(refusal(publish().await), ReleaseRefusal::Held(vec![sentence.into()]));

        // No reason, other words, another place: nothing is dismissed.
        let dismiss = async |typed: TypedDismissal<'static>| agenda_check::dismiss(&world.db, now(), world.actor(), world.cohort, typed).await;
        let right = TypedDismissal { session: Some(session), key: "title: kumquats", phrase: "Kumquats", reason: "It is the fruit, for breakfast." };
        let why = refusal(dismiss(TypedDismissal { reason: " no", ..right }).await);
        assert_eq!((why.field(), why.sentence().as_str()), (Some("reason"), "Say in a sentence why this may stand."));
        for wrong in [
            TypedDismissal { session: None, ..right },
            TypedDismissal { session: Some(gone), ..right },
            TypedDismissal { session: Some(session + 1_000), ..right },
            TypedDismissal { key: "summary: kumquats", ..right },
            TypedDismissal { phrase: "Oranges", ..right },
        ] {
            assert_eq!(refusal(dismiss(wrong).await), DismissalRefusal::Gone, "{wrong:?}");
        }
        assert_eq!((found().await, told(&world, "finding").await), (vec![open(&in_letter), open(&in_title)], vec![]));

        // Dismissed once, however often it is sent; the first reason stands.
        assert_eq!(dismiss(right).await.unwrap(), Dismissal::Made);
        assert_eq!(dismiss(TypedDismissal { reason: "Another reason.", ..right }).await.unwrap(), Dismissal::Stood);
        let dismissed = Dismissed { reason: "It is the fruit, for breakfast.".into(), by: Some("program manager".into()), at: now() };
        assert_eq!(found().await, [open(&in_letter), Checked { found: in_title.clone(), dismissed: Some(dismissed) }]);
        let before = "“Kumquats” in the title of “A morning of Kumquats”".to_owned();
        let entry = (world.actor().to_string(), "dismiss".to_owned(), Some(world.cohort), before, "It is the fruit, for breakfast.".to_owned());
        assert_eq!(told(&world, "finding").await, [entry]);
        let rows = finding_dismissal::Entity::find().all(world.db.read()).await.unwrap();
        assert_eq!((rows.len(), rows[0].session_id, rows[0].phrase.as_str()), (1, Some(session), "Kumquats"));

        // What only warns lets it through; and the same words stay dismissed at their place, while others are found anew.
        assert_eq!(publish().await.unwrap().number, 1);
        world.edit(session, &Plan { title: "An evening of KUMQUATS".into(), ..plan.clone() }).await;
        let of_session = async || {
            let working = store::agenda::session::get(&world.db, session).await.unwrap().unwrap();
            let found = agenda_check::of_session(&world.db, &working).await.unwrap();
            found.into_iter().map(|checked| (checked.found.phrase, checked.dismissed.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(of_session().await, [("KUMQUATS".to_owned(), true)]);
        world.edit(session, &Plan { title: "One kumquat, and marzipan".into(), ..plan }).await;
        assert_eq!(of_session().await, [("kumquat".to_owned(), false), ("marzipan".to_owned(), false)]);

        // A letter is its cohort's: a dismissal of it names no session.
        let of_letter = TypedDismissal { session: None, key: "letter: marzipan", phrase: "marzipan", reason: "The town is known for it." };
        assert_eq!(dismiss(of_letter).await.unwrap(), Dismissal::Made);
        assert_eq!(dismiss(of_letter).await.unwrap(), Dismissal::Stood);
        let inviting = async || agenda_check::of_inviting(&world.db, world.cohort).await.unwrap();
        assert!(inviting().await[0].dismissed.is_some());
        letter(&world, "Come for a kumquat.").await;
        assert!(inviting().await[0].dismissed.is_none());
    }
}

both_databases! {
    async fn what_sells_in_what_invites_holds_invitations_back(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
        world.release().await;
        save(&world, 0, "kumquat ! block\nmarzipan").await.unwrap();
        letter(&world, "Come for the marzipan.").await;
        for (table, column, id) in [("cohort", "title", world.cohort), ("program", "title", world.program), ("program", "theme", world.program), ("program", "audience", world.program), ("program", "description", world.program)] {
            let sql = format!("UPDATE {table} SET {column} = 'A kumquat' WHERE id = {id}");
            world.db.read().execute_unprepared(&sql).await.expect("the text");
        }
        let keys = async || {
            let found = agenda_check::of_inviting(&world.db, world.cohort).await.unwrap();
            found.into_iter().filter(|one| one.dismissed.is_none()).map(|one| (one.found.session, one.found.key)).collect::<Vec<_>>()
        };
        let place = |key: &str| (None::<i64>, key.to_owned());
        let blocking = ["cohort's title: kumquat", "program's title: kumquat", "program's theme: kumquat", "program's audience: kumquat", "program's description: kumquat"];
        let expect: Vec<_> = std::iter::once("letter: marzipan").chain(blocking).map(place).collect();
        assert_eq!(keys().await, expect);

        // Each is dismissed where it stands; the last one lets invitations open. What only warns holds nothing.
        let open = async || store::cohort::step(&world.db, now(), world.actor(), world.cohort, Step::OpenInvitations).await;
        let missing = async || store::cohort::dashboard(&world.db, world.cohort).await.unwrap().unwrap().missing;
        for (index, key) in blocking.into_iter().enumerate() {
            assert_eq!(missing().await, [Missing::Words], "{key}");
            let held = store::cohort::CohortRefusal::Step(StepRefusal::NotReady(vec![Missing::Words]));
            assert_eq!(refusal(open().await), held, "{key}");
            let typed = TypedDismissal { session: None, key, phrase: "kumquat", reason: "It is the fruit, for breakfast." };
            assert_eq!(agenda_check::dismiss(&world.db, now(), world.actor(), world.cohort, typed).await.unwrap(), Dismissal::Made);
            assert_eq!(keys().await.len(), expect.len() - 1 - index);
        }
        assert_eq!(missing().await, []);
        assert_eq!(open().await.unwrap(), State::Inviting);
        assert_eq!(keys().await, [place("letter: marzipan")]);
    }
}

both_databases! {
    async fn a_list_is_edited_kept_from_overwriting_and_taken_back(scratch) {
        let world = World::new(&scratch.db, 1, 3).await;
        let terms = async || agenda_check::terms(&world.db, Language::English).await.unwrap();
        let counts = async || {
            let lists = agenda_check::term_lists(&world.db).await.unwrap();
            lists.iter().map(|list| (list.language(), list.count())).collect::<Vec<_>>()
        };
        let house = |language| (language, TermList::house(language).count());
        let house_text = TermList::house_text(Language::English);
        let first = terms().await;
        assert_eq!((first.body.as_str(), first.revision, first.saved), (house_text, 0, None));
        assert_eq!(counts().await, [house(Language::English), house(Language::German), house(Language::French)]);

        // A line that cannot be read is named, and nothing changes.
        let why = refusal(save(&world, 0, "kumquat\nkumquat ! loud").await);
        assert_eq!(why.field(), Some("terms"));
        assert!(why.sentence().starts_with("Line 2 (kumquat ! loud): "), "{}", why.sentence());
        assert_eq!(terms().await.revision, 0);

        // Saved; the same again changes nothing; an old page does not overwrite it.
        assert_eq!(save(&world, 0, "# fruit\r\nkumquat ! block\r\nquince\r\n").await.unwrap(), Saved::Edited(2));
        assert_eq!(save(&world, 0, "# fruit\nkumquat ! block\nquince").await.unwrap(), Saved::Unchanged);
        assert_eq!(refusal(save(&world, 0, "quince").await), TermsRefusal::Stale);
        let second = terms().await;
        assert_eq!((second.body.as_str(), second.revision, second.count), ("# fruit\nkumquat ! block\nquince", 1, 2));
        assert_eq!(second.saved, Some((now(), Some("program manager".into()))));
        assert_eq!(counts().await, [(Language::English, 2), house(Language::German), house(Language::French)]);
        assert_eq!(save(&world, 1, "quince").await.unwrap(), Saved::Edited(1));
        assert_eq!(counts().await[0], (Language::English, 1));

        // The shipped list, or nothing, is the list in the program again; its revision goes on.
        assert_eq!(save(&world, 2, house_text).await.unwrap(), Saved::House);
        let third = terms().await;
        assert_eq!((third.body.as_str(), third.revision, third.saved), (house_text, 3, None));
        assert_eq!(save(&world, 2, " \n").await.unwrap(), Saved::Unchanged);
        assert_eq!(counts().await[0], house(Language::English));

        let who = Actor::Staff(world.manager).to_string();
        let entry = |revision: i32, after: &str| {
            (who.clone(), "save".to_owned(), None, format!("en, revision {revision}"), after.to_owned())
        };
        assert_eq!(
            told(&world, "term list").await,
            [entry(0, "terms: 2"), entry(1, "terms: 1"), entry(2, "the list in the program")]
        );
    }
}
