//! The settings of advocacy: defaults until something is saved, one who saves first.

use domain::access::Role;
use domain::advocacy::ask::AskKind;
use domain::advocacy::setting::{Settings, TypedSettings};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::advocacy::setting::{self, SettingRefusal};
use store::entity::history;
use store::{Actor, Halt};
use tests::both_databases;
use tests::world::now;

fn typed() -> TypedSettings<'static> {
    TypedSettings {
        internal_hours: "12",
        customer_hours: "72",
        most_reminders: "1",
        escalate_to: "",
        recognition_days: "3",
        person_cap: "1",
        company_cap: "4",
        interval_days: "60",
        intervals: "reference call=180",
        answer_days: "7",
        gift_limit: "50",
    }
}

both_databases! {
    async fn what_is_saved_holds_and_the_second_of_two_is_told(scratch) {
        let db = &scratch.db;
        let priya = Actor::Staff(tests::world::staff(db, "priya@halden.example", Role::Marketing).await);
        assert_eq!(setting::get(db).await.unwrap(), Settings::default());

        setting::save(db, now(), priya, 0, &typed()).await.expect("saved");
        let saved = setting::get(db).await.unwrap();
        assert_eq!(saved, Settings { revision: 1, ..Settings::parse(&typed()).unwrap() });
        assert_eq!((saved.interval(AskKind::ReferenceCall), saved.interval(AskKind::Quote)), (180, 60));

        // The same again, by whoever had the page open, is no change; something else is.
        setting::save(db, now(), priya, 0, &typed()).await.expect("the same");
        let late = setting::save(db, now(), priya, 0, &TypedSettings { gift_limit: "70", ..typed() }).await;
        assert!(matches!(late, Err(Halt::Refused(SettingRefusal::Stale))), "{late:?}");
        setting::save(db, now(), priya, 1, &TypedSettings { gift_limit: "70", ..typed() }).await.expect("saved");
        let nobody = setting::save(db, now(), priya, 2, &TypedSettings { escalate_to: "4711", ..typed() }).await;
        assert!(matches!(&nobody, Err(Halt::Refused(SettingRefusal::Fields(fields))) if fields[0].field == "escalate_to"), "{nobody:?}");
        let saved = setting::get(db).await.unwrap();
        assert_eq!((saved.gift_limit, saved.escalate_to, saved.revision), (70, None, 2));
        let told = history::Entity::find().filter(history::Column::Object.eq("advocacy setting")).all(db.read()).await.unwrap();
        assert_eq!(told.len(), 2);
    }
}

both_databases! {
    async fn first_saves_that_arrive_together_are_one(scratch) {
        let presses = (0..8).map(|_| {
            let db = scratch.db.clone();
            tokio::spawn(async move { setting::save(&db, now(), Actor::System, 0, &typed()).await })
        });
        for press in presses.collect::<Vec<_>>() {
            press.await.unwrap().expect("saved, by this press or another");
        }
        assert_eq!(setting::get(&scratch.db).await.unwrap(), Settings { revision: 1, ..Settings::parse(&typed()).unwrap() });
        let told = history::Entity::find().filter(history::Column::Object.eq("advocacy setting")).all(scratch.db.read()).await.unwrap();
        assert_eq!(told.len(), 1);
    }
}
