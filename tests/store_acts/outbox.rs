//! The outbox: leased once, retried later each time, secrets blanked.

use chrono::TimeDelta;
use domain::access::Role;
use domain::contact::Email;
use store::{Actor, outbox, staff};
use tests::both_databases;
use tests::world::now;

both_databases! {
    async fn a_mail_is_leased_once_and_its_secret_goes_when_it_leaves(scratch) {
        let db = &scratch.db;
        let ada = tests::world::staff(db, "ada@halden.example", Role::Admin).await;
        for number in 0..3 {
            let email = Email::parse(&format!("s{number}@halden.example")).unwrap();
            staff::add(db, now(), Actor::Staff(ada), &email, "Somebody", &[Role::Marketing]).await.unwrap();
        }
        let (one, other) = tokio::join!(outbox::lease(db, now(), 2), outbox::lease(db, now(), 2));
        let mut ids: Vec<i64> = one.unwrap().into_iter().chain(other.unwrap()).map(|mail| mail.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 3, "every mail once, none twice");
        assert!(outbox::lease(db, now(), 5).await.unwrap().is_empty());

        // A worker that died: the lease runs out and the mail is tried again, as the same mail.
        let again = outbox::lease(db, now() + TimeDelta::seconds(61), 5).await.unwrap();
        assert_eq!((again.len(), again[0].attempts), (3, 2));
        outbox::mark_sent(db, now(), again[0].id).await.unwrap();
        let sent = outbox::mail(db, again[0].id).await.unwrap().unwrap();
        assert_eq!((sent.state.as_str(), sent.secret.is_none(), &sent.message_id), ("sent", true, &again[0].message_id));

        outbox::mark_failed(db, now(), &again[1], "the server is away", false).await.unwrap();
        let retrying = outbox::mail(db, again[1].id).await.unwrap().unwrap();
        assert_eq!((retrying.state.as_str(), retrying.not_before), ("retrying", now() + TimeDelta::minutes(5)));
        outbox::mark_failed(db, now(), &again[2], "no such person", true).await.unwrap();
        assert_eq!(outbox::mail(db, again[2].id).await.unwrap().unwrap().state, "failed");
        assert!(outbox::retry(db, now(), Actor::Staff(ada), again[2].id).await.unwrap());
        assert!(outbox::discard(db, now(), Actor::Staff(ada), again[2].id).await.unwrap());
        assert!(!outbox::discard(db, now(), Actor::Staff(ada), again[0].id).await.unwrap(), "what has left stays left");
    }
}
