//! The code before a step that reaches further than the cohort.

use chrono::{DateTime, TimeDelta, Utc};
use domain::registration::proof::{ProofRefusal, Proved, Step};
use migrations::MigratorTrait as _;
use store::registration::proof::{Mailbox, show};
use store::{Db, Halt};
use tests::both_databases;
use tests::world::now;

const MEI: Mailbox<'_> = Mailbox { name: "Mei Lin", email: "Mei.Lin@acme.example" };

fn refusal(shown: Result<Proved, Halt<ProofRefusal>>) -> ProofRefusal {
    match shown.expect_err("a refusal") {
        Halt::Refused(why) => why,
        Halt::Fault(fault) => panic!("{fault}"),
    }
}

fn minutes(after: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(after)
}

fn sent() -> ProofRefusal {
    ProofRefusal::Sent { at: "acme.example".into() }
}

/// The codes that wait to be mailed, the newest last.
async fn codes(db: &Db) -> Vec<String> {
    let mails = store::outbox::unsent_to(db, MEI.email).await.unwrap();
    mails.into_iter().filter(|mail| mail.kind == "proof-code").map(|mail| mail.secret.unwrap().link.unwrap()).collect()
}

/// How many codes wait to be mailed there.
async fn to(db: &Db, email: &str) -> usize {
    store::outbox::unsent_to(db, email).await.unwrap().into_iter().filter(|mail| mail.kind == "proof-code").count()
}

/// Six digits that are not these.
fn another(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

both_databases! {
    async fn a_code_is_mailed_entered_once_and_believed_for_ten_minutes(scratch) {
        let db = &scratch.db;
        let at = async |after: i64, browser: &str, typed: &str| show(db, minutes(after), Step::Accept, MEI, browser, typed, true).await;

        assert_eq!(refusal(at(0, "one", "").await), sent());
        assert_eq!(refusal(at(0, "one", " ").await), sent(), "a second press");
        let [code] = &codes(db).await[..] else { panic!("one mail") };
        assert_eq!(refusal(at(1, "one", "12 34").await), ProofRefusal::NoCode);
        assert_eq!(refusal(at(1, "one", another(code)).await), ProofRefusal::WrongCode { left: 4 });

        // The code holds in the browser that asked for it, and nowhere else: there another one is sent.
        assert_eq!(refusal(at(2, "two", code).await), sent());
        assert_eq!(codes(db).await.len(), 2);
        assert!(at(3, "one", code).await.is_ok());

        // Two answers in a row need one code; ten minutes later, or for another mailbox, another.
        assert!(at(3, "one", code).await.is_ok(), "a double click");
        assert!(at(12, "one", "").await.is_ok());
        assert_eq!(refusal(show(db, minutes(3), Step::Forget, MEI, "one", code, true).await), sent(), "being forgotten has a code of its own");
        assert_eq!(codes(db).await.len(), 3);
        let other = Mailbox { name: "Tomas", email: "tomas@acme.example" };
        assert_eq!(refusal(show(db, minutes(12), Step::Accept, other, "one", "", true).await), sent());

        // A code that still holds is not sent twice, unless somebody asks for another one.
        let asking = async |after: i64, again: bool| refusal(show(db, minutes(after), Step::Introduce, other, "one", "", again).await);
        assert_eq!((asking(14, false).await, to(db, other.email).await), (sent(), 1));
        assert_eq!((asking(14, true).await, to(db, other.email).await), (sent(), 2));

        // The same address in other letters is the same mailbox; three an hour are enough.
        let shouted = Mailbox { email: "MEI.LIN@ACME.EXAMPLE", ..MEI };
        assert_eq!(refusal(show(db, minutes(15), Step::Approve, shouted, "one", "", true).await), ProofRefusal::TooManyCodes { minutes: 45 });
        assert_eq!(refusal(at(60, "one", "").await), sent());
    }
}

both_databases! {
    async fn five_wrong_codes_end_a_code(scratch) {
        let db = &scratch.db;
        let typed = async |typed: &str| show(db, minutes(1), Step::Introduce, MEI, "one", typed, true).await;
        assert_eq!(refusal(show(db, now(), Step::Introduce, MEI, "one", "", true).await), sent());
        let code = codes(db).await.remove(0);
        for left in [4, 3, 2, 1, 0] {
            assert_eq!(refusal(typed(another(&code)).await), ProofRefusal::WrongCode { left });
        }
        assert_eq!(refusal(typed(&code).await), sent(), "it does not hold any more, so another one is on its way");
        let newest = codes(db).await.pop().unwrap();
        assert!(typed(&newest).await.is_ok());
    }
}

both_databases! {
    async fn presses_that_arrive_together_mail_one_code(scratch) {
        let db = &scratch.db;
        let presses = (0..8).map(|number| {
            let db = db.clone();
            // Each from another browser: none knows of the others.
            tokio::spawn(async move { show(&db, now(), Step::Approve, MEI, &format!("browser {number}"), "", true).await })
        });
        for press in presses.collect::<Vec<_>>() {
            assert_eq!(refusal(press.await.unwrap()), sent());
        }
        assert_eq!(codes(db).await.len(), 1);
    }
}

both_databases! {
    async fn a_code_is_mailed_on_a_database_that_mailed_some_before_its_table_was_made_anew(scratch) {
        let db = &scratch.db;
        assert_eq!(refusal(show(db, now(), Step::Approve, MEI, "one", "", true).await), sent());
        // Down to where codes were a person's, whatever came after, and up again.
        let after = u32::try_from(migrations::Migrator::migrations().len() - 3).unwrap();
        migrations::Migrator::down(db.read(), Some(after)).await.expect("taken back");
        db.migrate().await.expect("made anew");
        assert_eq!(refusal(show(db, minutes(1), Step::Approve, MEI, "one", "", true).await), sent());
        assert_eq!(codes(db).await.len(), 2);
    }
}
