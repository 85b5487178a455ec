//! The consent ledger and what is published with it: never more than was given, nor longer.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::Role;
use domain::advocacy::consent::{Channel, ConsentRefusal, Group, Scope, Subject, Wish, resolve, usual_end};
use domain::advocacy::publication::{Named, PublicationRefusal, State, TypedPlan, Why};
use domain::advocacy::signatory::{Signatory, SignatoryRefusal};
use domain::cohort::allotment::Named as Colleague;
use migrations::MigratorTrait as _;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use store::advocacy::consent::{self, Given, Giver, Stopped};
use store::advocacy::publication::{self, cancel, close_take_down, plan, publish};
use store::advocacy::signatory::{self, Asked};
use store::entity::{consent_event, consent_notice, publication as published, publication_use, publish_decision, take_down};
use store::outbox::{Mail, Message};
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::world::{Plan, World, now, staff};

const URL: &str = "https://halden.example/news/a-week";
const PROOF: &str = "Checked on Monday: the page answers 404.";

fn refusal<T: std::fmt::Debug, R>(result: Result<T, Halt<R>>) -> R {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

/// Two people of one company who come, and a member of marketing.
async fn stage(db: &Db) -> (World, Vec<i64>, Actor) {
    let world = World::new(db, 2, 4).await;
    world.session(&Plan::everyone("E", "2027-03-28", "10:00", "11:00")).await;
    world.release().await;
    world.open().await;
    let people = world.name(0, 2).await;
    for person in &people {
        world.accept(*person).await;
    }
    let priya = staff(db, "priya@halden.example", Role::Marketing).await;
    (world, people, Actor::Staff(priya))
}

/// One tap.
fn wish(scope: Scope, group: Group, on: NaiveDate) -> Wish {
    let channels = if scope.has_channels() { group.channels().to_vec() } else { vec![] };
    Wish { scope, channels, until: usual_end(on), exactly: false }
}

fn typed<'a>(channel: &'a str, day: &'a str, shows: Vec<(Named<'a>, Vec<&'a str>)>) -> TypedPlan<'a> {
    TypedPlan { title: "A week on energy", channel, day, shows }
}

/// What one person's publication of these scopes would be.
fn of_first<'a>(channel: &'a str, day: &'a str, scopes: &[&'a str]) -> TypedPlan<'a> {
    typed(channel, day, vec![(Named::Email("p0@company0.example"), scopes.to_vec())])
}

async fn person_of(db: &Db, invitation: i64) -> i64 {
    store::entity::invitation::Entity::find_by_id(invitation).one(db.read()).await.unwrap().unwrap().person_id
}

/// Every mail of a kind that is due and was not looked at yet.
async fn mails(db: &Db, kind: &str) -> Vec<Mail> {
    let due = store::outbox::lease(db, now() + TimeDelta::days(4_000), 500).await.unwrap();
    due.into_iter().filter(|mail| mail.kind == kind).collect()
}

both_databases! {
    async fn from_consent_to_take_down(scratch) {
        let db = &scratch.db;
        let (_, people, priya) = stage(db).await;
        let today = now().date_naive();
        let giver = Giver::Invitation(people[0]);

        // Nothing given: every reason, logged, and nothing kept.
        let why = refusal(plan(db, now(), priya, &of_first("blog", "2027-01-20", &["name", "attendance"])).await);
        let PublicationRefusal::NotAllowed(reasons) = why else { panic!("{why:?}") };
        assert_eq!(reasons.iter().map(|reason| reason.why).collect::<Vec<_>>(), [Why::NotGiven, Why::Confidential]);
        let unknown = typed("blog", "2027-01-20", vec![(Named::Email("nobody@company0.example"), vec!["name"])]);
        let PublicationRefusal::NotAllowed(nobody) = refusal(plan(db, now(), priya, &unknown).await) else { panic!("kept") };
        let like = reasons[0].sentence().replace("p0@", "nobody@");
        assert_eq!(nobody[0].sentence(), like, "who is known here is not told");
        let log = publish_decision::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(log.iter().map(|row| (row.allowed, row.publication_id, row.reasons.lines().count())).collect::<Vec<_>>(), [(false, None, 2), (false, None, 1)]);
        assert_eq!(published::Entity::find().all(db.read()).await.unwrap(), []);

        // Given, planned (a second press is the first), public.
        let until = usual_end(today);
        let given = consent::give(db, now(), giver, &wish(Scope::Name, Group::Ours, today)).await.unwrap();
        assert_eq!(given, Given::Given { until, stopped: Stopped::default() });
        assert_eq!(consent::give(db, now(), giver, &wish(Scope::Name, Group::Ours, today)).await.unwrap(), Given::AlreadySo);
        let event = &consent_event::Entity::find().all(db.read()).await.unwrap()[0];
        assert_eq!((event.text_version, event.text_hash.as_str(), event.text_shown.as_str()), (1, Scope::Name.text_hash().as_str(), Scope::Name.text()));
        assert_eq!((event.invitation_id, event.channels.as_str(), event.until_day), (Some(people[0]), "blog,newsletter,linkedin,x", until));
        let id = plan(db, now(), priya, &of_first("blog", "2027-01-15", &["name"])).await.unwrap();
        assert_eq!(plan(db, now(), priya, &of_first("blog", "2027-01-15", &["name"])).await.unwrap(), id);
        assert!(matches!(refusal(publish(db, now(), priya, id, 1, "halden.example").await), PublicationRefusal::Fields(_)));
        publish(db, now(), priya, id, 1, URL).await.unwrap();
        publish(db, now(), priya, id, 1, URL).await.unwrap();
        assert_eq!(refusal(cancel(db, now(), priya, id, 2).await), PublicationRefusal::Live);
        let page = publication::get(db, now(), id).await.unwrap().unwrap();
        assert_eq!((page.state, page.url.as_str(), page.revision, page.decisions.len()), (State::Live, URL, 2, 2));

        // Withdrawn: a take-down, told without a reason.
        mails(db, "").await;
        let stopped = consent::withdraw(db, now(), giver, Scope::Name, &[]).await.unwrap();
        let due = day("2027-01-20");
        assert_eq!(stopped, Some(Stopped { cancelled: 0, take_downs: 1, due: Some(due) }));
        assert_eq!(consent::withdraw(db, now(), giver, Scope::Name, &[]).await.unwrap(), None);
        let told = mails(db, "take-down-needed").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["priya@halden.example"]);
        let Message::TakeDownNeeded { publication, url, due: by, .. } = &told[0].message else { panic!("{:?}", told[0].message) };
        assert_eq!((*publication, url.as_str(), *by), (id, URL, due));
        let shown = consent::shown(db, Subject::Person(person_of(db, people[0]).await)).await.unwrap();
        assert_eq!((shown.len(), shown[0].state, shown[0].take_down.as_ref().map(|task| (task.due, task.done_at))), (1, State::Live, Some((due, None))));

        // Taken down, with proof.
        let task = take_down::Entity::find().all(db.read()).await.unwrap()[0].id;
        assert_eq!(publication::due(db).await.unwrap().iter().map(|one| one.publication).collect::<Vec<_>>(), [id]);
        assert!(matches!(refusal(close_take_down(db, now(), priya, task, "gone").await), PublicationRefusal::Fields(_)));
        assert_eq!(close_take_down(db, now(), priya, task, PROOF).await.unwrap(), id);
        assert_eq!(close_take_down(db, now(), priya, task, "").await.unwrap(), id);
        assert_eq!(publication::due(db).await.unwrap(), []);
        let shown = consent::shown(db, Subject::Person(person_of(db, people[0]).await)).await.unwrap();
        let closed = shown[0].take_down.clone().unwrap();
        assert_eq!((shown[0].state, closed.done_at, closed.proof.as_str()), (State::TakenDown, Some(now()), PROOF));
    }
}

both_databases! {
    async fn a_withdrawal_touches_its_own_channel_and_person_only(scratch) {
        let db = &scratch.db;
        let (_, people, priya) = stage(db).await;
        let today = now().date_naive();
        for person in &people {
            for group in Group::ALL {
                consent::give(db, now(), Giver::Invitation(*person), &wish(Scope::Name, *group, today)).await.unwrap();
            }
        }
        let both = vec![(Named::Email("p0@company0.example"), vec!["name"]), (Named::Email("p1@company0.example"), vec!["name"])];
        let on_blog = plan(db, now(), priya, &of_first("blog", "2027-02-01", &["name"])).await.unwrap();
        let in_press = plan(db, now(), priya, &of_first("press", "2027-02-01", &["name"])).await.unwrap();
        let of_both = plan(db, now(), priya, &typed("blog", "2027-02-02", both)).await.unwrap();
        let of_other = plan(db, now(), priya, &typed("blog", "2027-02-03", vec![(Named::Email("p1@company0.example"), vec!["name"])])).await.unwrap();

        let stopped = consent::withdraw(db, now(), Giver::Invitation(people[0]), Scope::Name, Group::Ours.channels()).await.unwrap();
        assert_eq!(stopped, Some(Stopped { cancelled: 2, take_downs: 0, due: None }));
        let mut states = Vec::new();
        for id in [on_blog, in_press, of_both, of_other] {
            states.push(publication::get(db, now(), id).await.unwrap().unwrap().state);
        }
        assert_eq!(states, [State::Cancelled, State::Planned, State::Cancelled, State::Planned]);
        let told: Vec<_> = mails(db, "publication-cancelled")
            .await
            .into_iter()
            .map(|mail| match mail.message {
                Message::PublicationCancelled { publication, channel, planned_for, .. } => (mail.to_email, publication, channel, planned_for),
                other => panic!("{other:?}"),
            })
            .collect();
        let priyas = |id: i64, on: &str| ("priya@halden.example".to_owned(), id, "blog".to_owned(), day(on));
        assert_eq!(told, [priyas(on_blog, "2027-02-01"), priyas(of_both, "2027-02-02")], "who would publish it is told");
        let lately = async |days: i64| {
            let found = publication::cancelled_lately(db, now() + TimeDelta::days(days)).await.unwrap();
            found.into_iter().map(|one| one.publication).collect::<Vec<_>>()
        };
        assert_eq!((lately(0).await, lately(7).await), (vec![of_both, on_blog], vec![]));
        let page = publication::get(db, now(), on_blog).await.unwrap().unwrap();
        assert_eq!(page.withdrawn_at, Some(now()));
        // What marketing cancels itself is no news to them.
        cancel(db, now(), priya, of_other, 1).await.unwrap();
        assert_eq!(lately(0).await, [of_both, on_blog]);
        assert_eq!(publication::get(db, now(), of_other).await.unwrap().unwrap().withdrawn_at, None);
        assert_eq!(refusal(publish(db, now(), priya, on_blog, 2, URL).await), PublicationRefusal::Cancelled);
        assert_eq!(refusal(publish(db, now(), priya, in_press, 7, URL).await), PublicationRefusal::Stale);

        // Exactly one channel, until a day: the rest is taken back, and what rests on it falls.
        let exactly = Wish { scope: Scope::Name, channels: vec![Channel::Awards], until: day("2027-02-10"), exactly: true };
        let given = consent::give(db, now(), Giver::Invitation(people[0]), &exactly).await.unwrap();
        assert_eq!(given, Given::Given { until: day("2027-02-10"), stopped: Stopped { cancelled: 1, take_downs: 0, due: None } });
        let ledger = consent::ledger(db, Subject::Person(person_of(db, people[0]).await)).await.unwrap();
        let live: Vec<_> = resolve(&ledger, today).live().map(|(scope, channel, until, _)| (scope, channel, until)).collect();
        assert_eq!(live, [(Scope::Name, Some(Channel::Awards), day("2027-02-10"))]);
    }
}

both_databases! {
    async fn going_public_asks_again_and_a_day_ends_a_consent(scratch) {
        let db = &scratch.db;
        let (_, people, priya) = stage(db).await;
        let short = Wish { until: day("2027-01-20"), ..wish(Scope::Title, Group::Internal, now().date_naive()) };
        consent::give(db, now(), Giver::Invitation(people[0]), &short).await.unwrap();
        let why = refusal(plan(db, now(), priya, &of_first("internal", "2027-01-21", &["title"])).await);
        let PublicationRefusal::NotAllowed(reasons) = why else { panic!("{why:?}") };
        assert_eq!(reasons[0].why, Why::Ended(day("2027-01-20")));
        let id = plan(db, now(), priya, &of_first("internal", "2027-01-20", &["title"])).await.unwrap();
        let late: DateTime<Utc> = "2027-01-21T00:00:00Z".parse().unwrap();
        assert!(matches!(refusal(publish(db, late, priya, id, 1, URL).await), PublicationRefusal::NotAllowed(_)));
        let page = publication::get(db, late, id).await.unwrap().unwrap();
        assert_eq!(page.decisions.iter().map(|one| one.allowed).collect::<Vec<_>>(), [false, true], "both answers are logged");
        assert_eq!(page.state, State::Planned);
        publish(db, late - TimeDelta::seconds(1), priya, id, 1, URL).await.unwrap();
        // What ended by itself is still theirs to take back.
        let stopped = consent::withdraw(db, late, Giver::Invitation(people[0]), Scope::Title, &[]).await.unwrap();
        assert_eq!(stopped.map(|stopped| stopped.take_downs), Some(1));
    }
}

both_databases! {
    async fn what_is_planned_goes_public_on_its_day_or_later(scratch) {
        let db = &scratch.db;
        let (_, people, priya) = stage(db).await;
        consent::give(db, now(), Giver::Invitation(people[0]), &wish(Scope::Name, Group::Ours, now().date_naive())).await.unwrap();
        let id = plan(db, now(), priya, &of_first("blog", "2027-02-12", &["name"])).await.unwrap();
        let early = refusal(publish(db, now(), priya, id, 1, URL).await);
        assert_eq!(early, PublicationRefusal::NotYet { planned: day("2027-02-12") });
        let stands = publication::get(db, now(), id).await.unwrap().unwrap();
        assert_eq!((stands.state, stands.revision, stands.decisions.len()), (State::Planned, 1, 1), "nothing was changed");
        let late: DateTime<Utc> = "2027-02-14T09:00:00Z".parse().unwrap();
        publish(db, late, priya, id, 1, URL).await.unwrap();
        assert_eq!(publication::get(db, late, id).await.unwrap().unwrap().published_at, Some(late));
    }
}

both_databases! {
    async fn words_and_pictures_go_through_a_task_whatever_is_allowed(scratch) {
        let db = &scratch.db;
        let (_, people, priya) = stage(db).await;
        let today = now().date_naive();
        let scopes = [Scope::Photo, Scope::Quote, Scope::Video, Scope::Recording];
        for scope in scopes {
            consent::give(db, now(), Giver::Invitation(people[0]), &wish(scope, Group::Ours, today)).await.unwrap();
            let why = refusal(plan(db, now(), priya, &of_first("blog", "2027-01-20", &[scope.as_str()])).await);
            let PublicationRefusal::NotAllowed(reasons) = why else { panic!("{why:?}") };
            assert_eq!(reasons.iter().map(|reason| (reason.scope, reason.why)).collect::<Vec<_>>(), [(scope, Why::NeedsApproval)]);
            assert!(reasons[0].sentence().contains("under Celebrate"), "{}", reasons[0].sentence());
        }
        assert_eq!(published::Entity::find().all(db.read()).await.unwrap(), []);
    }
}

both_databases! {
    async fn consent_is_the_persons_and_no_colleague_inherits_it(scratch) {
        let db = &scratch.db;
        let (world, people, priya) = stage(db).await;
        let today = now().date_naive();
        consent::give(db, now(), Giver::Invitation(people[0]), &wish(Scope::Title, Group::Ours, today)).await.unwrap();
        let id = plan(db, now(), priya, &of_first("blog", "2027-02-01", &["title"])).await.unwrap();
        let astrid = Colleague::parse("Astrid Dahl", "astrid@company0.example", "CFO").unwrap().unwrap();
        store::registration::invitation::send_colleague(db, now(), people[0], &astrid, "Travel").await.unwrap();
        let lines = store::cohort::allotment::get(db, world.allotments[0]).await.unwrap().unwrap().people;
        let hers = lines.iter().find(|line| line.name == "Astrid Dahl").unwrap().invitation;
        world.accept(hers).await;
        assert_eq!(consent::ledger(db, Subject::Person(person_of(db, hers).await)).await.unwrap(), []);
        let of_her = typed("blog", "2027-02-01", vec![(Named::Email("astrid@company0.example"), vec!["title"])]);
        assert!(matches!(refusal(plan(db, now(), priya, &of_her).await), PublicationRefusal::NotAllowed(_)));
        // Without the seat, the consent is still theirs to take back.
        assert_eq!(publication::get(db, now(), id).await.unwrap().unwrap().state, State::Planned);
        let stopped = consent::withdraw(db, now(), Giver::Invitation(people[0]), Scope::Title, &[]).await.unwrap();
        assert_eq!(stopped.map(|stopped| stopped.cancelled), Some(1));
    }
}

both_databases! {
    async fn a_company_gives_by_its_signatory(scratch) {
        let db = &scratch.db;
        let (world, people, priya) = stage(db).await;
        let today = now().date_naive();
        let company = store::cohort::company::list(db, &Default::default(), 1).await.unwrap().rows[0].id;
        let logo = |day: &'static str| typed("blog", day, vec![(Named::Company("company 0"), vec!["logo"])]);
        let PublicationRefusal::NotAllowed(reasons) = refusal(plan(db, now(), priya, &logo("2027-02-01")).await) else { panic!("kept") };
        assert_eq!(reasons[0].why, Why::NoSignatory);
        let of_person = refusal(consent::give(db, now(), Giver::Invitation(people[0]), &wish(Scope::Logo, Group::Ours, today)).await);
        assert_eq!(of_person, ConsentRefusal::NotTheirs(Scope::Logo));

        let mei = Signatory::parse("Mei Tanaka", "Head of brand", "mei@company0.example").unwrap();
        assert_eq!(signatory::save(db, now(), priya, company, &mei).await.unwrap(), Asked::LinkSent);
        assert_eq!(signatory::save(db, now(), priya, company, &mei).await.unwrap(), Asked::JustSent);
        let later = now() + TimeDelta::minutes(2);
        assert_eq!(signatory::save(db, later, priya, company, &mei).await.unwrap(), Asked::LinkSent);
        let links: Vec<String> = mails(db, "signatory-asked").await.into_iter().map(|mail| mail.secret.unwrap().link.unwrap()).collect();
        assert_eq!(links.len(), 2);
        assert_eq!(refusal(consent::give(db, later, Giver::Link(&links[0]), &wish(Scope::Logo, Group::Ours, today)).await), ConsentRefusal::LinkOver);
        let of_company = refusal(consent::give(db, later, Giver::Link(&links[1]), &wish(Scope::Name, Group::Ours, today)).await);
        assert_eq!(of_company, ConsentRefusal::NotTheirs(Scope::Name));
        consent::give(db, later, Giver::Link(&links[1]), &wish(Scope::Logo, Group::Ours, today)).await.unwrap();
        let given = consent::given_by(db, company).await.unwrap();
        assert_eq!(given.into_values().collect::<Vec<_>>(), ["Mei Tanaka"]);
        let id = plan(db, later, priya, &logo("2027-02-01")).await.unwrap();

        // Her part ends: the link is dead, what she gave stands, and whoever comes next may take it back.
        let line = signatory::list(db, company).await.unwrap().remove(0);
        assert_eq!(signatory::end(db, later, world.actor(), line.id).await.unwrap(), "Mei Tanaka");
        assert_eq!(signatory::end(db, later, world.actor(), line.id).await.unwrap(), "Mei Tanaka");
        assert_eq!(signatory::by_token(db, &links[1]).await.unwrap(), None);
        assert_eq!(refusal(consent::withdraw(db, later, Giver::Link(&links[1]), Scope::Logo, &[]).await), ConsentRefusal::LinkOver);
        assert_eq!(plan(db, later + TimeDelta::minutes(2), priya, &logo("2027-02-02")).await.unwrap(), id + 1);
        let ida = Signatory::parse("Ida Lund", "Counsel", "ida@company0.example").unwrap();
        signatory::save(db, later, priya, company, &ida).await.unwrap();
        let link = mails(db, "signatory-asked").await.remove(0).secret.unwrap().link.unwrap();
        let stopped = consent::withdraw(db, later, Giver::Link(&link), Scope::Logo, &[]).await.unwrap();
        assert_eq!(stopped.map(|stopped| stopped.cancelled), Some(2));
    }
}

both_databases! {
    async fn the_end_of_a_consent_is_announced_once(scratch) {
        let db = &scratch.db;
        let (_, people, _) = stage(db).await;
        let today = now().date_naive();
        let until = |scope, until: &str| Wish { until: day(until), ..wish(scope, Group::Ours, today) };
        let giver = Giver::Invitation(people[0]);
        for scope in [Scope::Name, Scope::Photo, Scope::Video] {
            consent::give(db, now(), giver, &until(scope, "2027-06-30")).await.unwrap();
        }
        consent::withdraw(db, now(), giver, Scope::Video, &[]).await.unwrap();
        // Of another person everything that ends then is taken back; of a third kind, it was given with its end in sight.
        consent::give(db, now(), Giver::Invitation(people[1]), &until(Scope::Name, "2027-06-30")).await.unwrap();
        consent::withdraw(db, now(), Giver::Invitation(people[1]), Scope::Name, &[]).await.unwrap();
        consent::give(db, now(), giver, &until(Scope::Quote, "2027-01-20")).await.unwrap();
        mails(db, "").await;

        assert_eq!(consent::announce_ends(db, now()).await.unwrap(), 0);
        assert_eq!(consent::announce_ends(db, "2027-06-15T09:00:00Z".parse().unwrap()).await.unwrap(), 0);
        let fortnight: DateTime<Utc> = "2027-06-16T09:00:00Z".parse().unwrap();
        assert_eq!(consent::announce_ends(db, fortnight).await.unwrap(), 1);
        assert_eq!(consent::announce_ends(db, fortnight).await.unwrap(), 0);
        let told = mails(db, "consent-ending").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["p0@company0.example"]);
        let Message::ConsentEnding { company, until, linked, .. } = &told[0].message else { panic!("{:?}", told[0].message) };
        assert_eq!((company, *until, *linked), (&None, day("2027-06-30"), true));
        let link = told[0].secret.clone().unwrap().link.unwrap();
        let opened = store::registration::invitation::by_token(db, fortnight, &link).await.unwrap();
        assert_eq!(opened.map(|invitation| invitation.id), Some(people[0]));
    }
}

both_databases! {
    async fn who_gave_the_seat_back_is_told_with_a_link_and_a_company_once_somebody_signs(scratch) {
        let db = &scratch.db;
        let (_, people, priya) = stage(db).await;
        let today = now().date_naive();
        let until = |scope| Wish { until: day("2027-06-30"), ..wish(scope, Group::Ours, today) };
        let fortnight: DateTime<Utc> = "2027-06-16T09:00:00Z".parse().unwrap();
        consent::give(db, now(), Giver::Invitation(people[0]), &until(Scope::Name)).await.unwrap();
        store::registration::invitation::withdraw(db, now(), people[0], "").await.unwrap();
        consent::give(db, now(), Giver::Invitation(people[1]), &until(Scope::Name)).await.unwrap();
        let astrid = Colleague::parse("Astrid Dahl", "astrid@company0.example", "CFO").unwrap().unwrap();
        store::registration::invitation::send_colleague(db, now(), people[1], &astrid, "").await.unwrap();
        let company = store::cohort::company::list(db, &Default::default(), 1).await.unwrap().rows[0].id;
        let mei = Signatory::parse("Mei Tanaka", "Head of brand", "mei@company0.example").unwrap();
        signatory::save(db, now(), priya, company, &mei).await.unwrap();
        let key = mails(db, "signatory-asked").await.remove(0).secret.unwrap().link.unwrap();
        consent::give(db, now(), Giver::Link(&key), &until(Scope::Logo)).await.unwrap();
        signatory::end(db, now(), priya, signatory::list(db, company).await.unwrap()[0].id).await.unwrap();

        // Two people without a seat; the company has nobody who could be told.
        assert_eq!(consent::announce_ends(db, fortnight).await.unwrap(), 2);
        let told = mails(db, "consent-ending").await;
        for (mail, (email, invitation)) in told.iter().zip([("p0@company0.example", people[0]), ("p1@company0.example", people[1])]) {
            assert_eq!(mail.to_email, email);
            assert!(matches!(mail.message, Message::ConsentEnding { linked: true, .. }), "{:?}", mail.message);
            let link = mail.secret.clone().unwrap().link.unwrap();
            let opened = store::registration::invitation::by_token(db, fortnight, &link).await.unwrap();
            assert_eq!(opened.map(|opened| opened.id), Some(invitation), "{email}");
        }
        assert_eq!(told.len(), 2);
        assert_eq!(consent_notice::Entity::find().all(db.read()).await.unwrap().len(), 2, "what nobody was told is not marked");

        // Somebody signs again, and is told, once.
        let ida = Signatory::parse("Ida Lund", "Counsel", "ida@company0.example").unwrap();
        signatory::save(db, fortnight, priya, company, &ida).await.unwrap();
        assert_eq!(consent::announce_ends(db, fortnight).await.unwrap(), 1);
        assert_eq!(consent::announce_ends(db, fortnight).await.unwrap(), 0);
        let told = mails(db, "consent-ending").await;
        assert_eq!(told.iter().map(|mail| mail.to_email.as_str()).collect::<Vec<_>>(), ["ida@company0.example"]);
    }
}

both_databases! {
    async fn a_colleague_signs_for_no_company(scratch) {
        let db = &scratch.db;
        let (_, _, priya) = stage(db).await;
        let company = store::cohort::company::list(db, &Default::default(), 1).await.unwrap().rows[0].id;
        // Under whichever variant, and where nobody but colleagues is.
        for address in ["Priya@Halden.example", "priya+me@halden.example", "press@halden.example"] {
            let own = Signatory::parse("Priya", "Marketing", address).unwrap();
            let SignatoryRefusal::Fields(fields) = refusal(signatory::save(db, now(), priya, company, &own).await) else { panic!("of a field") };
            let found: Vec<(&str, &str)> = fields.iter().map(|why| (why.field, why.sentence.as_str())).collect();
            let sentence = "This is a colleague's address. A company's consents are given by somebody at the company.";
            assert_eq!(found, [("email", sentence)], "{address}");
        }
        assert_eq!(signatory::list(db, company).await.unwrap(), []);
        assert!(mails(db, "signatory-asked").await.is_empty());
    }
}

both_databases! {
    async fn every_change_can_be_taken_back_and_what_is_looked_for_is_indexed(scratch) {
        let all_but_the_first = u32::try_from(migrations::Migrator::migrations().len() - 1).unwrap();
        migrations::Migrator::down(scratch.db.read(), Some(all_but_the_first)).await.expect("taken back");
        scratch.db.migrate().await.expect("made again");
        for index in ["consent_event_by_end", "sales_opening_by_end", "person_by_name"] {
            scratch.db.read().execute_unprepared(&format!("DROP INDEX {index}")).await.unwrap_or_else(|why| panic!("{index}: {why}"));
        }
    }
}

/// Numbers that look random and are the same every time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// The stored ledger read backwards, without any of our own code: the newest line that speaks of it.
fn newest<'a>(ledger: &'a [consent_event::Model], person: i64, scope: &str, channel: &str) -> Option<&'a consent_event::Model> {
    ledger.iter().rev().find(|row| {
        let named = row.channels.split(',').any(|word| word == channel);
        row.person_id == Some(person) && row.scope == scope && (named || (row.act == "withdraw" && row.channels.is_empty()))
    })
}

/// What must hold whatever happened.
async fn stays_true(db: &Db, seed: u64, turn: usize) {
    let ledger = consent_event::Entity::find().order_by_asc(consent_event::Column::Id).all(db.read()).await.unwrap();
    let uses = publication_use::Entity::find().all(db.read()).await.unwrap();
    let open: BTreeSet<i64> = take_down::Entity::find()
        .all(db.read())
        .await
        .unwrap()
        .iter()
        .filter(|task| task.done_at.is_none())
        .map(|task| task.publication_id)
        .collect();
    for row in published::Entity::find().all(db.read()).await.unwrap() {
        for one in uses.iter().filter(|one| one.publication_id == row.id) {
            let newest = newest(&ledger, one.person_id.unwrap(), &one.scope, &row.channel).expect("a consent was given once");
            let withdrawn = newest.act == "withdraw";
            let at = format!("seed {seed}, turn {turn}, publication {}: {} as {}", row.id, row.state, newest.act);
            assert!(!(withdrawn && row.state == "planned"), "{at}: planned without consent");
            assert!(!(withdrawn && row.state == "live") || open.contains(&row.id), "{at}: live, withdrawn, and nobody takes it down");
        }
    }
}

/// Whether everything a publication shows is given on a day, by the stored ledger alone.
async fn all_given(db: &Db, id: i64, channel: &str, on: NaiveDate) -> bool {
    let ledger = consent_event::Entity::find().order_by_asc(consent_event::Column::Id).all(db.read()).await.unwrap();
    let uses = publication_use::Entity::find().all(db.read()).await.unwrap();
    let mut uses = uses.iter().filter(|one| one.publication_id == id).peekable();
    assert!(uses.peek().is_some(), "publication {id} shows somebody");
    uses.all(|one| {
        newest(&ledger, one.person_id.unwrap(), &one.scope, channel)
            .is_some_and(|row| row.act == "grant" && row.from_day <= on && on <= row.until_day)
    })
}

both_databases! {
    async fn whatever_happens_nothing_is_public_without_consent(scratch) {
        let db = &scratch.db;
        let (_, people, priya) = stage(db).await;
        let scopes = [Scope::Name, Scope::Title];
        let (mut went_public, mut refused, mut taken_down) = (0, 0, 0);
        for seed in [3, 1_009] {
            let mut dice = Dice(seed);
            let mut clock = now() + TimeDelta::days(if seed == 3 { 0 } else { 400 });
            for turn in 0..120 {
                let today = clock.date_naive();
                let giver = Giver::Invitation(people[dice.roll(2)]);
                let scope = scopes[dice.roll(2)];
                let group = Group::ALL[dice.roll(3)];
                match dice.roll(8) {
                    0 | 1 => {
                        let until = today + TimeDelta::days(dice.roll(12) as i64);
                        consent::give(db, clock, giver, &Wish { until, ..wish(scope, group, today) }).await.unwrap();
                    }
                    2 => {
                        let channels = if dice.roll(3) == 0 { &[][..] } else { group.channels() };
                        consent::withdraw(db, clock, giver, scope, channels).await.unwrap();
                    }
                    3 | 4 => {
                        let channel = group.channels()[0].as_str();
                        let on = (today + TimeDelta::days(dice.roll(4) as i64)).to_string();
                        let shows = (0..=dice.roll(2)).map(|one| (Named::Email(["p0@company0.example", "p1@company0.example"][one]), vec![scope.as_str()]));
                        let title = format!("Turn {turn} of {seed}");
                        let plan_typed = TypedPlan { title: &title, channel, day: &on, shows: shows.collect() };
                        match plan(db, clock, priya, &plan_typed).await {
                            Ok(id) => assert!(all_given(db, id, channel, on.parse().unwrap()).await, "seed {seed}, turn {turn}"),
                            Err(Halt::Refused(PublicationRefusal::NotAllowed(_))) => refused += 1,
                            Err(other) => panic!("{other:?}"),
                        }
                    }
                    5 | 6 => {
                        let rows = published::Entity::find().order_by_asc(published::Column::Id).all(db.read()).await.unwrap();
                        let planned: Vec<_> = rows.iter().filter(|row| row.state == "planned").collect();
                        if !planned.is_empty() {
                            // Mostly something whose day has come.
                            let due: Vec<_> = planned.iter().copied().filter(|row| row.planned_for <= today).collect();
                            let from = if due.is_empty() { &planned } else { &due };
                            let row = from[dice.roll(from.len())];
                            let given = row.planned_for <= today && all_given(db, row.id, &row.channel, today).await;
                            let done = publish(db, clock, priya, row.id, row.revision, URL).await;
                            assert_eq!(done.is_ok(), given, "seed {seed}, turn {turn}: {done:?}");
                            went_public += u32::from(given);
                        }
                    }
                    _ => {
                        clock += TimeDelta::days(dice.roll(4) as i64);
                        if let Some(task) = take_down::Entity::find().order_by_asc(take_down::Column::Id).all(db.read()).await.unwrap().iter().find(|task| task.done_at.is_none()) {
                            close_take_down(db, clock, priya, task.id, PROOF).await.unwrap();
                            taken_down += 1;
                        }
                    }
                }
                stays_true(db, seed, turn).await;
            }
        }
        assert!(went_public > 3 && refused > 3 && taken_down > 0, "{went_public} {refused} {taken_down}: the sequences do happen");
    }
}
