//! Is it alive, is it ready.

use app::desk::{Desk, Reply};
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// The process answers.
///
/// # Errors
/// None.
pub async fn healthz(_desk: Desk) -> Reply {
    Ok("alive\n".into_response())
}

/// The database answers too.
///
/// # Errors
/// None: away is an answer.
pub async fn readyz(desk: Desk) -> Reply {
    let asked = tokio::time::timeout(std::time::Duration::from_secs(2), desk.db().ping()).await;
    Ok(match asked {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    })
}
