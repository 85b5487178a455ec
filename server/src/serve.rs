//! Serving: listen, work, stop without leaving anything half done.

use std::sync::Arc;
use std::time::Duration;

use app::desk::App;
use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::mail::transport::Transport;
use crate::web_client::Client;
use crate::{jobs, mail, router};

/// How long a caller may take to send its headers.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);
/// How long what runs may run on when the process is asked to stop.
const LAST_CALL: Duration = Duration::from_secs(30);

/// Serves until `stop` changes, with the mail worker, the clock's jobs and those that reach out beside it.
///
/// # Errors
/// The listener broke.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    transport: Transport,
    reach: Arc<Client>,
    mut stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let beside = [
        tokio::spawn(mail::worker::run(Arc::clone(&app), transport, stop.clone())),
        tokio::spawn(jobs::run(Arc::clone(&app), stop.clone())),
        tokio::spawn(jobs::run_outward(Arc::clone(&app), reach, stop.clone())),
    ];
    accept(router::router(app), listener, &mut stop).await?;
    for task in beside {
        let _ = tokio::time::timeout(LAST_CALL, task).await;
    }
    Ok(())
}

async fn accept(router: Router, listener: TcpListener, stop: &mut watch::Receiver<bool>) -> std::io::Result<()> {
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_PATIENCE);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(30)));
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(why) => {
                    // Out of file handles, or the caller was gone already: neither ends the service.
                    tracing::warn!(%why, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = stop.changed() => break,
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned());
        tokio::spawn(async move {
            if let Err(why) = connection.await {
                tracing::debug!(%why, "a connection ended");
            }
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST_CALL, graceful.shutdown()).await;
    Ok(())
}
