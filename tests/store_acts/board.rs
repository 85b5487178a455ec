//! The board, the list, the month, what needs somebody, and the private calendar of what is due.

use domain::access::Role;
use domain::advocacy::amplification::{Act, AmplificationRefusal, State};
use domain::advocacy::board::{Column, column};
use domain::advocacy::consent::{Channel, Scope};
use domain::advocacy::publication::take_down_due;
use domain::advocacy::result::TypedResult;
use domain::advocacy::wording::TypedWording;
use sea_orm::ConnectionTrait;
use store::advocacy::amplification::{ToTakeDown, begin_wording, end_wording};
use store::advocacy::board::{Board, Card, Filter, Mark, Sort, board, list, month, needs, owners};
use store::advocacy::due_feed::{self, What};
use store::advocacy::setting;
use store::{Actor, Halt};
use tests::both_databases;
use tests::celebration::{Celebration, DAY, at, day};
use tests::world::{now, staff};

fn titles(cards: &[Card]) -> Vec<&str> {
    cards.iter().map(|card| card.title.as_str()).collect()
}

/// The titles of a column.
fn under(board: &Board, of: Column) -> Vec<&str> {
    board
        .open
        .iter()
        .chain(&board.published)
        .filter(|card| column(card.state, card.hold) == Some(of))
        .map(|card| card.title.as_str())
        .collect()
}

both_databases! {
    async fn each_task_stands_in_its_column_with_what_is_known_of_it(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let written = stage.verified("Written").await;
        stage.write(written, "blog", "One.").await;
        stage.write(written, "linkedin", "Two.").await;
        stage.plan(written, DAY).await;
        let plain = stage.verified_of("Of a company", "Company 1").await;
        let (sent, _) = stage.sent("Sent", &["blog"], DAY).await;
        let (scheduled, _) = stage.scheduled("Scheduled", &["newsletter"], DAY).await;
        let (public, _) = stage.scheduled("Public", &["blog"], DAY).await;
        let noon = at("2027-01-20T12:00:00Z");
        stage.publish(noon, public, Channel::Blog).await;
        let counted = TypedResult { impressions: "4,120", ..TypedResult::default() };
        store::advocacy::result::save(db, noon, Actor::Staff(stage.priya), stage.publication(public, Channel::Blog).await, &counted).await.unwrap();
        let (over, _) = stage.sent("Over", &["blog"], DAY).await;
        stage.step(now(), over, stage.priya, Act::Withdraw).await;
        let held = stage.verified("Held").await;
        stage.step(now(), held, stage.priya, Act::Hold).await;

        let found = board(db, now(), &Filter::default()).await.unwrap();
        assert_eq!(under(&found, Column::ToWrite), ["Written", "Of a company", "Held"]);
        assert_eq!(under(&found, Column::InReview), [] as [&str; 0]);
        assert_eq!(under(&found, Column::WithCustomer), ["Sent"]);
        assert_eq!(under(&found, Column::Approved), ["Scheduled"]);
        assert_eq!(under(&found, Column::Published), ["Public"]);
        assert!(!found.more_open && !found.more_published);
        let card = &found.open[0];
        assert_eq!((card.id, card.company.as_str(), card.owner.as_deref(), card.due_day, card.planned_for), (written, "Company 0", Some("marketing"), day("2027-01-22"), Some(day(DAY))));
        assert_eq!(card.channels.keys().copied().collect::<Vec<_>>(), [Channel::Blog, Channel::LinkedIn]);
        assert_eq!(card.channels[&Channel::Blog], ["en"]);
        assert_eq!(card.writers.keys().copied().collect::<Vec<_>>(), [stage.priya]);
        assert_eq!((card.allowed.iter().copied().collect::<Vec<_>>(), card.missing.len()), (vec![Scope::Name], 0));
        assert_eq!(found.published[0].totals.impressions, 4_120);
        assert_eq!(found.published[0].recognised_at, Some(noon));

        // Without the consent the card says so; and without the wording's channel, it is on fewer.
        store::advocacy::consent::withdraw(db, now(), store::advocacy::consent::Giver::Invitation(stage.guest), Scope::Name, &[Channel::LinkedIn]).await.unwrap();
        let found = board(db, now(), &Filter::default()).await.unwrap();
        let card = found.open.iter().find(|card| card.id == written).unwrap();
        assert_eq!((card.allowed.len(), card.missing.iter().copied().collect::<Vec<_>>()), (0, vec![Scope::Name]));

        // Filters.
        let of = async |filter: Filter| {
            let found = board(db, now(), &filter).await.unwrap();
            let mut titles: Vec<String> = found.open.into_iter().chain(found.published).map(|card| card.title).collect();
            titles.sort();
            titles
        };
        assert_eq!(of(Filter { channel: Some(Channel::Newsletter), ..Filter::default() }).await, ["Scheduled"]);
        assert_eq!(of(Filter { company: "company 1".into(), ..Filter::default() }).await, ["Of a company"]);
        assert_eq!(of(Filter { owner: Some(stage.otto), ..Filter::default() }).await, [] as [&str; 0]);
        assert_eq!(of(Filter { owner: Some(stage.priya), company: "nowhere".into(), ..Filter::default() }).await, [] as [&str; 0]);
        assert_eq!(owners(db).await.unwrap(), [(stage.priya, "marketing".to_owned())]);

        // The list has those that are over, too.
        let page = list(db, now(), &Filter::default(), Sort::Newest, 1).await.unwrap();
        assert_eq!((page.total, titles(&page.rows)), (7, vec!["Held", "Over", "Public", "Scheduled", "Sent", "Of a company", "Written"]));
        let over_only = Filter { state: Some(State::Withdrawn), ..Filter::default() };
        assert_eq!(titles(&list(db, now(), &over_only, Sort::Due, 1).await.unwrap().rows), ["Over"]);
        let soon = Filter { due_before: Some(day("2027-01-21")), ..Filter::default() };
        assert_eq!(list(db, now(), &soon, Sort::Due, 1).await.unwrap().total, 0);
        let by_company = list(db, now(), &Filter { state: Some(State::Draft), ..Filter::default() }, Sort::Company, 1).await.unwrap();
        assert_eq!(titles(&by_company.rows).last(), Some(&"Of a company"));
        let _ = (plain, sent, scheduled);

        // The month.
        let marks = month(db, day("2027-01-01")).await.unwrap();
        let found: Vec<(u32, Mark, &str)> = marks.iter().map(|one| (chrono::Datelike::day(&one.day), one.mark, one.title.as_str())).collect();
        assert_eq!(found, [
            (20, Mark::Planned, "Sent"),
            (20, Mark::Planned, "Scheduled"),
            (20, Mark::Published, "Public"),
            (22, Mark::Due, "Written"),
            (22, Mark::Due, "Of a company"),
            (22, Mark::Due, "Sent"),
            (22, Mark::Due, "Scheduled"),
            (22, Mark::Due, "Held"),
        ]);
        assert_eq!(month(db, day("2027-02-14")).await.unwrap(), []);
    }
}

both_databases! {
    async fn what_waits_too_long_needs_somebody(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let settings = setting::get(db).await.unwrap();
        let draft = stage.verified("Draft").await;
        let (sent, key) = stage.sent("Sent", &["blog"], DAY).await;
        let typed = domain::advocacy::achievement::Typed { kind: "award", email: "p0@company0.example", title: "To be verified", day: "2027-01-12", ..Default::default() };
        store::advocacy::achievement::report(db, now(), Actor::Staff(stage.priya), &typed).await.unwrap();

        let at_first = needs(db, now(), &settings).await.unwrap();
        assert_eq!((at_first.reported, at_first.found, at_first.due_this_week, at_first.tasks.len()), (1, 0, 0, 0), "due in eight days");
        let monday = needs(db, at("2027-01-18T09:00:00Z"), &settings).await.unwrap();
        assert_eq!(monday.due_this_week, 2);
        assert_eq!(monday.tasks.iter().map(|one| one.task).collect::<Vec<_>>(), [sent], "three days with the customer");
        let overdue = needs(db, at("2027-01-23T09:00:00Z"), &settings).await.unwrap();
        assert_eq!(overdue.tasks.iter().map(|one| (one.task, one.state)).collect::<Vec<_>>(), [(draft, State::Draft), (sent, State::WithCustomer)]);

        // A customer's suggestion needs somebody at once.
        let hash = store::advocacy::amplification::for_approval(db, now(), &key).await.unwrap().unwrap().hash;
        store::advocacy::amplification::answer(db, now(), &key, &hash, Act::CustomerSuggest, "Shorter, please.", None).await.unwrap();
        let suggested = needs(db, now(), &settings).await.unwrap();
        assert_eq!(suggested.tasks.iter().map(|one| (one.task, one.last_act.as_str())).collect::<Vec<_>>(), [(sent, "customer-suggest")]);
    }
}

both_databases! {
    async fn the_private_calendar_holds_what_is_due_until_it_is_done(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let (public, _) = stage.scheduled("Public", &["blog"], DAY).await;
        let draft = stage.verified("Draft").await;
        let token = due_feed::renew(db, now(), stage.priya).await.unwrap().expect("a token");
        assert!(token.starts_with("due_"));
        let owner = due_feed::owner(db, now(), &token).await.unwrap().expect("an owner");
        assert_eq!(owner.staff, stage.priya);
        let due = due_feed::dues(db, owner, false).await.unwrap();
        assert_eq!(due.iter().map(|one| one.day).collect::<Vec<_>>(), [day("2027-01-22"); 2]);
        let task = |what: &What| if let What::Task { id, .. } = what { *id } else { 0 };
        let mut ids: Vec<i64> = due.iter().map(|one| task(&one.what)).collect();
        ids.sort_unstable();
        assert_eq!(ids, [public, draft]);
        let before = due.iter().find(|one| task(&one.what) == draft).unwrap().clone();

        // What is public is dropped; what moves keeps its identifier and has a higher sequence.
        stage.publish(at("2027-01-20T12:00:00Z"), public, Channel::Blog).await;
        stage.plan(draft, "2027-02-01").await;
        let due = due_feed::dues(db, owner, false).await.unwrap();
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].uid, before.uid);
        assert!(due[0].sequence > before.sequence, "{} after {}", due[0].sequence, before.sequence);

        // Asks: until they are answered, and then until they are done. Nobody's name.
        let person = "(SELECT id FROM person WHERE email = 'p0@company0.example')";
        for (state, day) in [("asked", "answer_by"), ("scheduled", "scheduled_for"), ("completed", "scheduled_for")] {
            let sql = format!(
                "INSERT INTO ask (person_id, kind, wording, source, state, reasons, submitted_by, submitted_at, {day}) \
                 VALUES ({person}, 'reference call', 'Would you?', 'page', '{state}', '', {}, '2027-01-15T09:00:00+00:00', '2027-01-25')",
                stage.otto
            );
            db.read().execute_unprepared(&sql).await.unwrap();
        }
        let due = due_feed::dues(db, owner, false).await.unwrap();
        let asks: Vec<&What> = due.iter().filter(|one| one.day == day("2027-01-25")).map(|one| &one.what).collect();
        assert_eq!(asks.len(), 2);
        assert!(asks.iter().any(|what| matches!(what, What::Answer { kind, .. } if kind == "reference call")));
        assert!(asks.iter().any(|what| matches!(what, What::Act { .. })));
        assert!(due.iter().all(|one| !one.company.contains("Person")));
        let mine = due_feed::dues(db, owner, true).await.unwrap();
        assert_eq!(mine.iter().map(|one| task(&one.what)).collect::<Vec<_>>(), [draft], "the asks are a colleague's");
        assert_eq!(due_feed::dues(db, owner, false).await.unwrap(), due, "the same each time");

        // A new link ends the old one; and so does leaving.
        let newer = due_feed::renew(db, now(), stage.priya).await.unwrap().unwrap();
        assert_eq!(due_feed::owner(db, now(), &token).await.unwrap(), None);
        assert!(due_feed::owner(db, now(), &newer).await.unwrap().is_some());
        assert_eq!(due_feed::status(db, stage.priya).await.unwrap(), Some((now(), Some(now()))));
        let ada = staff(db, "ada@halden.example", Role::Admin).await;
        store::staff::change(db, now(), Actor::Staff(ada), stage.priya, &[Role::Facilitator], true, None).await.unwrap();
        assert_eq!(due_feed::owner(db, now(), &newer).await.unwrap(), None, "no longer of marketing");
        assert_eq!(due_feed::owner(db, now(), "due_unknown").await.unwrap(), None);
        assert_eq!(due_feed::renew(db, now(), 999).await.unwrap(), None);
    }
}

both_databases! {
    async fn what_is_to_be_taken_down_and_what_was_sent_back_stand_on_the_card(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let noon = at("2027-01-20T12:00:00Z");
        let (public, _) = stage.scheduled("Public", &["blog"], DAY).await;
        stage.publish(noon, public, Channel::Blog).await;
        let (sent, key) = stage.sent("Sent", &["press"], DAY).await;
        let hash = store::advocacy::amplification::for_approval(db, now(), &key).await.unwrap().unwrap().hash;
        store::advocacy::amplification::answer(db, now(), &key, &hash, Act::CustomerSuggest, "Shorter, please.", None).await.unwrap();
        let card = async |id: i64| {
            let found = list(db, noon, &Filter::default(), Sort::Due, 1).await.unwrap();
            found.rows.into_iter().find(|card| card.id == id).expect("a card")
        };
        assert_eq!((card(public).await.down_by, card(public).await.suggested), (None, false));
        assert_eq!((card(sent).await.down_by, card(sent).await.suggested), (None, true));
        assert_eq!(stage.task(public).await.take_downs, []);

        // A consent is taken back where it is public.
        let publication = stage.publication(public, Channel::Blog).await;
        store::advocacy::consent::withdraw(db, noon, store::advocacy::consent::Giver::Invitation(stage.guest), Scope::Name, &[Channel::Blog]).await.unwrap();
        let by = take_down_due(day(DAY));
        assert_eq!((card(public).await.down_by, card(sent).await.down_by), (Some(by), None));
        let found = board(db, noon, &Filter::default()).await.unwrap();
        assert_eq!(found.published.iter().map(|card| (card.id, card.down_by)).collect::<Vec<_>>(), [(public, Some(by))]);
        let task = stage.task(public).await;
        assert_eq!(task.take_downs, [ToTakeDown { publication, channel: Channel::Blog, by }]);
        assert_eq!(task.wordings[0].publication.as_ref().map(|line| line.down_by), Some(Some(by)));

        // Gone, there is nothing to take down any more.
        let open = store::advocacy::publication::get(db, noon, publication).await.unwrap().unwrap().take_downs[0].id;
        let proof = "Checked on Monday: the page answers 404.";
        store::advocacy::publication::close_take_down(db, noon, Actor::Staff(stage.priya), open, proof).await.unwrap();
        assert_eq!((card(public).await.state, card(public).await.down_by), (State::Withdrawn, None));
        assert_eq!(stage.task(public).await.take_downs, []);
    }
}

both_databases! {
    async fn words_that_stand_are_not_begun_anew(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let db = &scratch.db;
        let id = stage.verified("Written").await;
        let begin = async |body: &str| {
            let typed = TypedWording { channel: "blog", language: "en", body, ..TypedWording::default() };
            let revision = stage.task(id).await.revision;
            begin_wording(db, now(), Actor::Staff(stage.priya), id, revision, &typed).await
        };
        begin("One.").await.unwrap();
        begin("One.").await.expect("a second press of the button");
        match begin("Another.").await.expect_err("a refusal") {
            Halt::Refused(AmplificationRefusal::Fields(wrong)) => assert_eq!(wrong.iter().map(|why| why.field).collect::<Vec<_>>(), ["channel"]),
            other => panic!("{other:?}"),
        }
        assert_eq!(stage.task(id).await.wordings[0].body, "One.");

        // Taken off, the channel is free again.
        let revision = stage.task(id).await.revision;
        end_wording(db, now(), Actor::Staff(stage.priya), id, revision, "blog", "en").await.unwrap();
        begin("Another.").await.unwrap();
        assert_eq!(stage.task(id).await.wordings[0].body, "Another.");
    }
}
