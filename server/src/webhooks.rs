//! Delivering webhooks: what is due is signed and sent, and the answer is kept. What may be sent, and what an answer
//! means, is decided in `domain`; what is due, in `store`.

use chrono::{DateTime, Utc};
use domain::advocacy::webhook::{Answered, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, answer_without_body, read_answer, sign};
use store::advocacy::webhook::{Leased, end_stale, lease, queue_due, settle};
use store::{Db, Fault};

use crate::web_client::{Client, Limits, Posted};

/// The most deliveries one look at the clock sends: together they take less than a lease.
const AT_ONCE: u32 = 5;

/// Queues what is due and sends what is queued. Answers how many deliveries were sent.
///
/// # Errors
/// The database.
pub async fn deliver_due(db: &Db, client: &Client, now: DateTime<Utc>) -> Result<u32, Fault> {
    end_stale(db, now).await?;
    queue_due(db, now).await?;
    let mut sent = 0;
    while sent < AT_ONCE {
        let Some(delivery) = lease(db, now).await? else { break };
        let answered = send(client, &delivery, now).await;
        settle(db, now, &delivery, answered).await?;
        sent += 1;
    }
    Ok(sent)
}

/// Sends one delivery. The signature covers its number, the time and every octet of the body.
async fn send(client: &Client, delivery: &Leased, now: DateTime<Utc>) -> Answered {
    let timestamp = now.timestamp();
    let Some(signature) = sign(&delivery.secret, &delivery.message_id, timestamp, &delivery.body) else {
        return Answered::Failed("Its secret cannot be read. Make a new one.".to_owned());
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        (ID_HEADER, delivery.message_id.clone()),
        (TIMESTAMP_HEADER, timestamp.to_string()),
        (SIGNATURE_HEADER, signature),
    ];
    match client.post(&delivery.url, &headers, delivery.body.clone(), Limits::WEBHOOK).await {
        Ok(Posted { status, body: Ok(body) }) => read_answer(status, &String::from_utf8_lossy(&body), now),
        Ok(Posted { status, body: Err(why) }) => answer_without_body(status, why.to_string()),
        Err(why) => Answered::Failed(why.to_string()),
    }
}
