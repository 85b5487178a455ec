//! Results: of what is public only, by hand or from a file; a task is measured once everything of it is counted.

use domain::advocacy::amplification::{Act, State};
use domain::advocacy::consent::Channel;
use domain::advocacy::result::{Outcome, ResultRefusal, Totals, TypedResult, rows};
use domain::cohort::company_import;
use sea_orm::EntityTrait;
use store::advocacy::board::{Filter, came_to};
use store::advocacy::result::{Counts, Saved, apply, dry_run, of_task, save};
use store::entity::publication_result;
use store::{Actor, Db, Halt};
use tests::both_databases;
use tests::celebration::{Celebration, DAY, URL, at};

fn refusal<T: std::fmt::Debug>(result: Result<T, Halt<ResultRefusal>>) -> ResultRefusal {
    match result.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn seen(impressions: &'static str, comments: &'static str) -> TypedResult<'static> {
    TypedResult { impressions, comments, value: "50", ..TypedResult::default() }
}

async fn results(db: &Db) -> Vec<(i64, i64, i64)> {
    let rows = publication_result::Entity::find().all(db.read()).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.publication_id, row.impressions, row.comments)).collect();
    rows.sort_unstable();
    rows
}

both_databases! {
    async fn a_task_is_measured_once_all_of_it_is_counted(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (id, _) = stage.scheduled("A prize", &["blog", "linkedin"], DAY).await;
        let (blog, linkedin) = (stage.publication(id, Channel::Blog).await, stage.publication(id, Channel::LinkedIn).await);
        let (noon, later) = (at("2027-01-20T12:00:00Z"), at("2027-01-25T12:00:00Z"));
        assert_eq!(refusal(save(db, later, priya, blog, &seen("10", "")).await), ResultRefusal::NotLive);
        assert_eq!(refusal(save(db, later, priya, 999, &seen("10", "")).await), ResultRefusal::Unknown);
        stage.publish(noon, id, Channel::Blog).await;
        let early = TypedResult { counted_on: "2027-01-19", ..seen("10", "") };
        assert!(matches!(refusal(save(db, later, priya, blog, &early).await), ResultRefusal::TooEarly { .. }));
        let ResultRefusal::Fields(wrong) = refusal(save(db, later, priya, blog, &seen("ten", "-1")).await) else { panic!("kept") };
        assert_eq!(wrong.iter().map(|why| why.field).collect::<Vec<_>>(), ["impressions", "comments"]);
        assert_eq!(results(db).await, []);

        // Everything that is public is counted, but not everything is public.
        assert_eq!(save(db, later, priya, blog, &seen("4,120", "11")).await.unwrap(), Saved { task: Some(id), measured: false });
        assert_eq!(stage.task(id).await.state, State::Scheduled);
        stage.publish(noon, id, Channel::LinkedIn).await;
        assert_eq!(stage.task(id).await.state, State::Published);
        // Counted again, in place of what stood; the other is still to be counted.
        assert_eq!(save(db, later, priya, blog, &seen("5,000", "12")).await.unwrap(), Saved { task: Some(id), measured: false });
        assert_eq!(save(db, later, priya, linkedin, &seen("100", "")).await.unwrap(), Saved { task: Some(id), measured: true });
        assert_eq!(save(db, later, priya, linkedin, &seen("100", "")).await.unwrap(), Saved { task: Some(id), measured: false }, "again is the same");
        assert_eq!(stage.task(id).await.state, State::Measured);
        assert_eq!(stage.task(id).await.steps[0].act, Act::Measure);
        assert_eq!(results(db).await, [(blog, 5_000, 12), (linkedin, 100, 0)]);
        let expect = Totals { publications: 2, counted: 2, impressions: 5_100, clicks: 0, reactions: 0, comments: 12, value: 100 };
        assert_eq!((of_task(db, id).await.unwrap(), came_to(db, &Filter::default()).await.unwrap()), (expect, expect));
        // Only of what is listed.
        let of = async |filter: Filter| came_to(db, &filter).await.unwrap().publications;
        assert_eq!(of(Filter { company: "company 0".into(), ..Filter::default() }).await, 2);
        assert_eq!(of(Filter { company: "company 1".into(), ..Filter::default() }).await, 0);
        assert_eq!(of(Filter { state: Some(State::Measured), channel: Some(Channel::Blog), ..Filter::default() }).await, 2, "all of a listed task");
        assert_eq!(of(Filter { state: Some(State::Draft), ..Filter::default() }).await, 0);
        assert_eq!(of(Filter { due_before: Some("2027-01-01".parse().unwrap()), ..Filter::default() }).await, 0);
        assert_eq!(of_task(db, id + 1).await.unwrap(), Totals::default());
    }
}

both_databases! {
    async fn a_file_counts_what_it_names_and_the_same_file_again_changes_nothing(scratch) {
        let stage = Celebration::new(&scratch.db).await;
        let (db, priya) = (&scratch.db, Actor::Staff(stage.priya));
        let (id, _) = stage.scheduled("A prize", &["blog", "linkedin"], DAY).await;
        let (blog, linkedin) = (stage.publication(id, Channel::Blog).await, stage.publication(id, Channel::LinkedIn).await);
        let (noon, later) = (at("2027-01-20T12:00:00Z"), at("2027-01-25T12:00:00Z"));
        stage.publish(noon, id, Channel::Blog).await;
        stage.publish(noon, id, Channel::LinkedIn).await;
        let (planned, _) = stage.scheduled("Planned", &["blog"], DAY).await;
        let planned = stage.publication(planned, Channel::Blog).await;
        let csv = format!(
            "url,publication,impressions,comments\n{URL}/blog/,,4120,11\n,{linkedin},100,\n,{planned},5,\n{URL}/blog,,7,\nhttps://nowhere.example/a,,7,\n,{linkedin},many,\n"
        );
        let read = rows(&company_import::read(csv.as_bytes()).unwrap(), later.date_naive()).unwrap();
        let words = |outcome: &Outcome| match outcome {
            Outcome::New => "new".to_owned(),
            Outcome::Changed => "changed".to_owned(),
            Outcome::Same => "the same".to_owned(),
            Outcome::Refused(why) => why.join(" ").split('.').next().unwrap().to_owned(),
        };
        let plan = dry_run(db, &read).await.unwrap();
        let found: Vec<(u64, String)> = plan.iter().map(|row| (row.line, words(&row.outcome))).collect();
        let expect = [
            (2, "new"),
            (3, "new"),
            (4, "This is not public, so there is nothing to count"),
            (5, "Line 2 is about the same publication"),
            (6, "There is no publication at this address or with this number"),
            (7, "Enter a whole number, like 4120"),
        ];
        assert_eq!(found, expect.map(|(line, word)| (line, word.to_owned())));
        assert_eq!(results(db).await, [], "nothing is kept yet");

        let counts = apply(db, later, priya, &read).await.unwrap();
        assert_eq!(counts, Counts { new: 2, changed: 0, same: 0, refused: 4, measured: 1 });
        assert_eq!(results(db).await, [(blog, 4_120, 11), (linkedin, 100, 0)]);
        assert_eq!(stage.task(id).await.state, State::Measured);
        let again = apply(db, later, priya, &read).await.unwrap();
        assert_eq!(again, Counts { new: 0, changed: 0, same: 2, refused: 4, measured: 0 });
        let more = rows(&company_import::read(format!("publication,impressions\n{blog},9000\n").as_bytes()).unwrap(), later.date_naive()).unwrap();
        assert_eq!(words(&dry_run(db, &more).await.unwrap()[0].outcome), "changed");
        assert_eq!(apply(db, later, priya, &more).await.unwrap(), Counts { changed: 1, ..Counts::default() });
        assert_eq!(results(db).await[0], (blog, 9_000, 0));
    }
}
