//! The accept loop: a time limit for headers, a cap on connections, and a stop that lets requests end. (`axum::serve`
//! of 0.8 has neither limit.)

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::error::HubError;

/// How long a client may take to send its headers, so that slow ones cannot hold connections.
const HEADER_LIMIT: Duration = Duration::from_secs(10);
/// The most connections at once; further ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 2_000;
/// How long requests may go on after the stop was asked for.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How long to wait when the system has no descriptor left for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends, then lets running requests end within ten seconds.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_LIMIT);
    let mut stop = std::pin::pin!(stop);
    loop {
        let permit = tokio::select! {
            permit = connections.clone().acquire_owned() => permit,
            () = &mut stop => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // answers are small and awaited: they do not wait to be filled up
        let _ = stream.set_nodelay(true);
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_LIMIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off: they took more than ten seconds to end");
    }
}

/// Binds an address; port 0 lets the system choose.
pub async fn bind(address: &str) -> Result<TcpListener, HubError> {
    TcpListener::bind(address).await.map_err(|source| HubError::System {
        doing: format!("listening on {address}; choose another address with --listen"),
        source,
    })
}

/// Writes the URL of a listener into a file, in one step, for programs that start a hub on a port of its choice.
pub fn note_address(listener: &TcpListener, file: &Path) -> Result<(), HubError> {
    let doing = "writing the address file";
    let write = || {
        let address = listener.local_addr()?;
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        std::fs::write(&part, format!("http://{address}\n"))?;
        std::fs::rename(&part, file)
    };
    write().map_err(|source| HubError::File { doing, path: file.to_owned(), source })
}

/// Begins to listen for the system's or a person's wish to stop the program; the future ends with it. A signal that
/// comes before the future is awaited is not missed.
pub fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut wishes = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    std::future::poll_fn(move |context| {
        let mut poll = |wish: &mut std::io::Result<tokio::signal::unix::Signal>| {
            wish.as_mut().is_ok_and(|signal| signal.poll_recv(context).is_ready())
        };
        if wishes.iter_mut().any(&mut poll) { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Ends when standard input does. The reading thread is left behind: it blocks until the process ends.
pub async fn end_of_stdin() {
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        // an error ends it like the end itself: there is no parent to wait for
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        drop(tell);
    });
    let _ = told.await;
}
