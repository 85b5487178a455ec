//! Acknowledging the conversation rule: what waits for it, what is written down, who is missing, and asking them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::Refusal;
use domain::access::Role;
use domain::agenda::release::Severity;
use domain::cohort::Step;
use domain::conduct::acknowledgement::{AcknowledgeRefusal, Duty, Holder, RemindRefusal, Standing};
use domain::conduct::conversation_rule::{Language, STARTING_TEXT, content_hash};
use domain::registration::invitation::InvitationRefusal;
use sea_orm::{EntityTrait, QueryOrder};
use store::conduct::acknowledgement::{
    Acknowledging, Duties, Shown, by_educator, by_executive, by_staff, duties, record_for_educator, remind, staff_has,
};
use store::conduct::conversation_rule::{TypedText, publish_draft, save_draft, writing};
use store::conduct::educator::{Saved, by_token, save};
use store::entity::{acknowledgement, released_session};
use store::registration::invitation::{self, Answer, AnswerRefusal};
use store::{Halt, sign_in};
use tests::both_databases;
use tests::world::{Plan, World, now, staff};

const ENGLISH: &str = "We meet to learn from each other. Nothing is for sale here, not even at dinner.";
const GERMAN: &str = "Wir kommen zusammen, um voneinander zu lernen. Hier wird nichts verkauft, auch nicht beim Essen.";

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

async fn opened(scratch: &tests::database::Scratch) -> World {
    let world = World::new(&scratch.db, 1, 5).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    world
}

/// Version 2, in English and German, for the world's cohort.
async fn renew(world: &World) {
    let texts = [
        TypedText { language: Language::English, body: ENGLISH, revision: 0 },
        TypedText { language: Language::German, body: GERMAN, revision: 0 },
    ];
    save_draft(&world.db, now(), world.actor(), &texts).await.expect("the draft");
    let fingerprint = writing(&world.db).await.expect("the draft").texts().expect("texts").fingerprint();
    publish_draft(&world.db, now(), world.actor(), &fingerprint, &[world.cohort]).await.expect("version 2");
}

async fn seen(world: &World) -> Duties {
    duties(&world.db, world.cohort, false, 1).await.expect("the duties").expect("the cohort")
}

/// The newest private link mailed to somebody.
async fn link(world: &World, kind: &str, email: &str) -> String {
    let mails = store::outbox::unsent(&world.db, world.cohort).await.expect("mails");
    let mail = mails.into_iter().rfind(|mail| mail.kind == kind && mail.to_email == email).expect("a mail");
    mail.secret.expect("a secret").link.expect("a link")
}

both_databases! {
    async fn nobody_facilitates_before_they_have_acknowledged(scratch) {
        let world = opened(&scratch).await;
        let db = &world.db;
        let (ida, nora) = (staff(db, "ida@halden.example", Role::Facilitator).await, staff(db, "nora@halden.example", Role::Facilitator).await);
        let plan = Plan::everyone("F", "2027-03-29", "10:00", "11:00");
        let create = async |facilitators: &[i64]| store::agenda::session::create(db, now(), world.actor(), world.cohort, &tests::world::typed(&plan, facilitators)).await;
        let edit = async |session: i64, facilitators: &[i64]| {
            let revision = store::agenda::session::get(db, session).await.unwrap().unwrap().revision;
            store::agenda::session::edit(db, now(), world.actor(), session, revision, &tests::world::typed(&plan, facilitators)).await
        };
        let said = |why: store::agenda::session::SessionRefusal| match why {
            store::agenda::session::SessionRefusal::Fields(fields) => fields.into_iter().map(|why| (why.field, why.sentence)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        // An account's name is its role here.
        let asks = |version: u32| vec![("facilitators", format!("facilitator has not acknowledged version {version} of the conversation rule. Remind them, then add them here."))];
        assert_eq!(said(refusal(create(&[ida]).await)), asks(1));
        // Nor who sells, who only administers, who is not here any more, and nobody at all; each is named.
        let nora_sells = staff(db, "sells@halden.example", Role::AccountManager).await;
        let admin = staff(db, "ada@halden.example", Role::Admin).await;
        let left = staff(db, "left@halden.example", Role::Facilitator).await;
        store::staff::change(db, now(), store::Actor::Staff(admin), left, &[Role::Facilitator], false, None).await.unwrap();
        for (person, name) in [(nora_sells, "account manager"), (admin, "admin"), (left, "facilitator")] {
            world.acknowledge(person).await;
            let sentence = format!("{name} may not facilitate. Ask an admin to make them a facilitator, or untick them.");
            assert_eq!(said(refusal(create(&[person]).await)), [("facilitators", sentence)]);
        }
        let nobody = "Somebody you ticked is no longer here. Look through the list, then save again.".to_owned();
        assert_eq!(said(refusal(create(&[9_999]).await)), [("facilitators", nobody)]);
        assert!(!staff_has(db.read(), world.cohort, ida).await.unwrap());

        let hash = content_hash(STARTING_TEXT);
        let shown = Shown { version: 1, hash: &hash, ticked: true };
        assert_eq!(refusal(by_staff(db, now(), ida, &Shown { hash: "x", ..shown }).await), AcknowledgeRefusal::OtherWords { version: 1 });
        assert_eq!(refusal(by_staff(db, now(), ida, &Shown { version: 7, ..shown }).await), AcknowledgeRefusal::NothingNamed);
        assert_eq!(by_staff(db, now(), ida, &shown).await.unwrap(), Acknowledging::Acknowledged);
        assert_eq!(by_staff(db, now(), ida, &shown).await.unwrap(), Acknowledging::AlreadyAcknowledged);
        assert!(staff_has(db.read(), world.cohort, ida).await.unwrap());
        let session = create(&[ida]).await.unwrap();
        assert_eq!(said(refusal(edit(session, &[ida, nora]).await)), asks(1));

        // After a newer version, who is there stays and is asked; nobody new is added before they acknowledge it.
        renew(&world).await;
        edit(session, &[ida]).await.unwrap();
        world.acknowledge(nora).await;
        edit(session, &[ida, nora]).await.unwrap();
        edit(session, &[nora]).await.unwrap();
        assert_eq!(said(refusal(edit(session, &[ida, nora]).await)), asks(2));
        let lines: Vec<_> = seen(&world).await.host.into_iter().map(|line| (line.who, line.duties.clone(), line.standing(Some(2)))).collect();
        assert_eq!(
            lines,
            [
                (Holder::Staff(nora), vec![Duty::Facilitator], Standing::Acknowledged),
                (Holder::Staff(world.manager), vec![Duty::Owner], Standing::Missing { other: None }),
            ]
        );
    }
}

both_databases! {
    async fn an_executive_acknowledges_what_they_read_and_again_when_it_is_renewed(scratch) {
        let world = opened(&scratch).await;
        let db = &world.db;
        let people = world.name(0, 2).await;
        let accept = async |hash: &str| {
            let answer = Answer { acknowledged: Some(1), shown: Some(hash.to_owned()), ..Answer::default() };
            invitation::accept(db, now(), people[0], &answer).await
        };
        let why = refusal(accept(&content_hash(GERMAN)).await);
        assert_eq!(why, AnswerRefusal::Whole(InvitationRefusal::RuleChanged { current: 1 }), "words this version never had");
        accept(&content_hash(STARTING_TEXT)).await.unwrap();
        let registration = invitation::registration_of(db, people[0]).await.unwrap().unwrap();
        let token = link(&world, "accepted", "p0@company0.example").await;
        let cookie = sign_in::open_invitation(db, now(), &token).await.unwrap().unwrap().cookie;
        let missing = async || sign_in::executive(db, now(), &cookie).await.unwrap().unwrap().rule_missing;
        assert!(!missing().await);

        renew(&world).await;
        assert!(missing().await);
        let (english, german) = (content_hash(ENGLISH), content_hash(GERMAN));
        let old = content_hash(STARTING_TEXT);
        let shown = Shown { version: 2, hash: &german, ticked: true };
        for (shown, expect) in [
            (Shown { version: 1, hash: &old, ticked: true }, AcknowledgeRefusal::Renewed { current: 2 }),
            (Shown { hash: &old, ..shown }, AcknowledgeRefusal::OtherWords { version: 2 }),
            (Shown { ticked: false, ..shown }, AcknowledgeRefusal::NotTicked),
        ] {
            assert_eq!(refusal(by_executive(db, now(), registration, &shown).await), expect);
        }
        assert!(missing().await);
        assert_eq!(by_executive(db, now(), registration, &shown).await.unwrap(), Acknowledging::Acknowledged);
        assert_eq!(by_executive(db, now(), registration, &Shown { hash: &english, ..shown }).await.unwrap(), Acknowledging::AlreadyAcknowledged);
        assert!(!missing().await);
        let rows = acknowledgement::Entity::find().order_by_asc(acknowledgement::Column::Id).all(db.read()).await.unwrap();
        let written: Vec<_> = rows.iter().map(|row| (row.content_hash.as_str(), row.language.as_str(), row.cohort_id)).collect();
        assert_eq!(written, [(old.as_str(), "en", Some(world.cohort)), (german.as_str(), "de", Some(world.cohort))]);

        // The second person has not answered: no duty yet. Whoever withdraws has none any more.
        assert_eq!((seen(&world).await.people, seen(&world).await.acknowledged), (2, 1));
        invitation::withdraw(db, now(), people[0], "").await.unwrap();
        assert_eq!(refusal(by_executive(db, now(), registration, &shown).await), AcknowledgeRefusal::Unknown);
        assert_eq!(seen(&world).await.executives.total, 0);
    }
}

both_databases! {
    async fn an_educator_is_announced_after_their_acknowledgement(scratch) {
        let world = World::new(&scratch.db, 1, 5).await;
        let db = &world.db;
        let educator = world.taught("Reading", "Dr. Mei Tanaka").await;
        let announced = async || released_session::Entity::find().one(db.read()).await.unwrap().unwrap().educators;
        let preview = store::agenda::release::preview(db, world.cohort).await.unwrap().unwrap();
        let notes: Vec<_> = preview.warnings.into_iter().map(|warning| (warning.severity, warning.sentence)).collect();
        let says = "Dr. Mei Tanaka is not announced yet in “Reading”: no acknowledgement of version 1. Ask them under “The rule”.";
        assert_eq!((notes, preview.unannounced), (vec![(Severity::Note, says.to_owned())], 1));
        world.release().await;
        assert_eq!(announced().await, "");

        // Asked by mail: each new link replaces the last; the same press is the same mail.
        let asked = |at| save(db, at, world.actor(), educator, " Mei@School.example ");
        assert_eq!(refusal(save(db, now(), world.actor(), educator, "mei").await).field(), Some("email"));
        assert_eq!(asked(now()).await.unwrap(), Saved::Asked("Dr. Mei Tanaka".into()));
        let first = link(&world, "rule-renewed", "mei@school.example").await;
        assert_eq!(asked(now() + TimeDelta::seconds(30)).await.unwrap(), Saved::Asked("Dr. Mei Tanaka".into()));
        assert_eq!(link(&world, "rule-renewed", "mei@school.example").await, first);
        asked(now() + TimeDelta::minutes(5)).await.unwrap();
        let second = link(&world, "rule-renewed", "mei@school.example").await;
        assert!(by_token(db, &first).await.unwrap().is_none(), "replaced");
        let page = by_token(db, &second).await.unwrap().unwrap();
        assert_eq!((page.name.as_str(), page.version, page.sessions[0].title.as_str(), page.given), ("Dr. Mei Tanaka", Some(1), "Reading", None));

        let hash = content_hash(STARTING_TEXT);
        let shown = Shown { version: 1, hash: &hash, ticked: true };
        assert_eq!(refusal(by_educator(db, now(), &first, &shown).await), AcknowledgeRefusal::LinkOver);
        assert_eq!(by_educator(db, now(), &second, &shown).await.unwrap(), Acknowledging::Acknowledged);
        assert_eq!(by_educator(db, now(), &second, &shown).await.unwrap(), Acknowledging::AlreadyAcknowledged);
        assert_eq!(announced().await, "", "announced by a release, not before");
        let preview = store::agenda::release::preview(db, world.cohort).await.unwrap().unwrap();
        assert_eq!((preview.changes.len(), preview.unannounced, preview.people), (1, 0, 0));
        world.release().await;
        assert_eq!(announced().await, "Dr. Mei Tanaka");

        // A newer version asks them again, and takes nobody out of the agenda people have; paper counts, with what is held.
        renew(&world).await;
        let preview = store::agenda::release::preview(db, world.cohort).await.unwrap().unwrap();
        assert_eq!((preview.changes.len(), preview.unannounced), (0, 0));
        assert_eq!(seen(&world).await.educators[0].standing(Some(2)), Standing::Missing { other: Some(1) });
        assert_eq!(refusal(record_for_educator(db, now(), world.manager, educator, "yes").await).field(), Some("evidence"));
        assert_eq!(record_for_educator(db, now(), world.manager, educator, "Signed copy in the folder").await.unwrap(), "Dr. Mei Tanaka");
        let line = seen(&world).await.educators.remove(0);
        let given = line.given.clone().unwrap();
        assert_eq!((line.standing(Some(2)), line.other), (Standing::Acknowledged, Some(1)));
        assert_eq!((given.evidence.as_str(), given.recorded_by.as_deref(), given.language), ("Signed copy in the folder", Some("program manager"), Language::English));
        assert_eq!(store::agenda::release::preview(db, world.cohort).await.unwrap().unwrap().unannounced, 0);
        assert_eq!(save(db, now(), world.actor(), educator, "other@school.example").await.unwrap(), Saved::Kept("Dr. Mei Tanaka".into()));
    }
}

both_databases! {
    async fn whoever_is_missing_is_reminded_and_a_second_press_is_the_first(scratch) {
        let world = opened(&scratch).await;
        let db = &world.db;
        let educator = world.taught("Reading", "Dr. Mei Tanaka").await;
        let registrations = world.crowd(2).await;
        world.acknowledge(world.manager).await;
        let press = async |minutes: i64, whom: Option<Holder>| remind(db, now() + TimeDelta::minutes(minutes), world.actor(), world.cohort, whom).await;
        let mails = async || store::outbox::unsent(db, world.cohort).await.unwrap().iter().filter(|mail| mail.kind == "rule-renewed").count();

        // Only the educator is missing, and nobody knows where to write.
        assert_eq!(refusal(press(0, None).await), RemindRefusal::NoAddresses);
        assert_eq!(refusal(press(0, Some(Holder::Educator(educator))).await), RemindRefusal::NoAddress { name: "Dr. Mei Tanaka".into() });
        assert_eq!(refusal(press(0, Some(Holder::Staff(world.manager))).await), RemindRefusal::Nobody { version: 1 });
        let figures = seen(&world).await;
        assert_eq!((figures.people, figures.acknowledged, figures.unreachable), (4, 3, 1));

        // Version 2 asks two executives; a reminder within a minute is that mail, a later one is another.
        renew(&world).await;
        assert_eq!(mails().await, 2);
        let all = press(0, None).await.unwrap();
        let names: BTreeSet<&str> = all.names.iter().map(String::as_str).collect();
        assert_eq!((names, all.unreachable, mails().await), (BTreeSet::from(["Person 0 of 0", "Person 1 of 0", "program manager"]), 1, 3));
        for (minutes, sum) in [(0, 3), (2, 6), (2, 6), (4, 9)] {
            assert_eq!(press(minutes, None).await.unwrap().names.len(), 3);
            assert_eq!(mails().await, sum, "after {minutes} minutes");
        }
        let hash = content_hash(ENGLISH);
        by_executive(db, now(), registrations[0], &Shown { version: 2, hash: &hash, ticked: true }).await.unwrap();
        assert_eq!(press(9, None).await.unwrap().names.len(), 2);
        let missing = duties(db, world.cohort, true, 1).await.unwrap().unwrap();
        assert_eq!((missing.executives.rows.len(), missing.executives.total, missing.host.len(), missing.educators.len()), (1, 1, 1, 1));
        assert_eq!(missing.executives.rows[0].asked_at, Some(now() + TimeDelta::minutes(9)));

        store::cohort::step(db, now(), world.actor(), world.cohort, Step::Cancel).await.unwrap();
        assert_eq!(refusal(press(20, None).await), RemindRefusal::Over);
    }
}
