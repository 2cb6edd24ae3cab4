//! The accept loop: a time limit for headers and handshakes, a cap on connections, and a stop that lets requests end.
//! (`axum::serve` of 0.8 has neither limit.)

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::Request;
use axum::http::request::Parts;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::error::HubError;
use crate::platform;
use crate::tls::Tls;

/// How long a client may take to send its headers, and for its TLS handshake, so that slow ones cannot hold connections.
const HEADER_LIMIT: Duration = Duration::from_secs(10);
/// The most connections at once, where the system allows so many open files; further ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 12_000;
/// Open files that are no terminal's connection: the database's, the listener, the clock's.
const N_OTHER_FILES: usize = 200;
/// How long requests may go on after the stop was asked for.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How long to wait when the system has no descriptor left for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The address from which a request came; none where no connection stands behind it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub Option<IpAddr>);

/// Whether the server was asked to stop: whatever waits for something ends then.
#[derive(Clone, Debug)]
pub struct Stopping(Option<watch::Receiver<()>>);

impl Stopping {
    /// Whether it was.
    pub fn is_asked(&self) -> bool {
        self.0.as_ref().is_some_and(|running| running.has_changed().is_err())
    }

    /// Ends when it is.
    pub async fn asked(&mut self) {
        match &mut self.0 {
            Some(running) => while running.changed().await.is_ok() {},
            None => std::future::pending().await,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(None)))
    }
}

impl<S: Sync> FromRequestParts<S> for Stopping {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or(Self(None)))
    }
}

/// How many connections the system's limit of open files has room for, at most [`MAX_CONNECTIONS`].
fn max_connections() -> usize {
    let n_files = platform::n_open_files();
    let room = n_files.saturating_sub(N_OTHER_FILES).max(n_files / 2);
    if room < MAX_CONNECTIONS {
        tracing::warn!(n_files, "the limit of open files has room for {room} connections: raise it (LimitNOFILE=)");
    }
    room.min(MAX_CONNECTIONS)
}

/// Serves plain HTTP until `stop` ends, then lets running requests end within ten seconds.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    serve_over(listener, None, router, stop).await;
}

/// Serves, over TLS where there is a certificate, until `stop` ends; requests that wait for something then end at once,
/// others within ten seconds.
pub async fn serve_over(listener: TcpListener, tls: Option<Arc<Tls>>, router: Router, stop: impl Future<Output = ()>) {
    let connections = Arc::new(Semaphore::new(max_connections()));
    let graceful = GracefulShutdown::new();
    let (running, told) = watch::channel(());
    let stopping = Stopping(Some(told));
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
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // answers are small and awaited: they do not wait to be filled up
        let _ = stream.set_nodelay(true);
        let connection = Connection {
            router: TowerToHyperService::new(router.clone()),
            peer: Peer(Some(address.ip().to_canonical())),
            stopping: stopping.clone(),
            watcher: graceful.watcher(),
        };
        let tls = tls.clone();
        tokio::spawn(async move {
            connection.serve(stream, tls).await;
            drop(permit);
        });
    }
    drop((listener, running));
    if tokio::time::timeout(STOP_LIMIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off: they took more than ten seconds to end");
    }
}

struct Connection {
    router: TowerToHyperService<Router>,
    peer: Peer,
    stopping: Stopping,
    watcher: Watcher,
}

impl Connection {
    async fn serve(self, stream: TcpStream, tls: Option<Arc<Tls>>) {
        let Some(tls) = tls else {
            return self.serve_stream(stream).await;
        };
        match tokio::time::timeout(HEADER_LIMIT, tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => self.serve_stream(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn serve_stream(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { router, peer, stopping, watcher } = self;
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(stopping.clone());
            router.call(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEADER_LIMIT);
        if let Err(error) = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await {
            tracing::debug!(%error, "a connection ended early");
        }
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
pub fn note_address(listener: &TcpListener, scheme: &str, file: &Path) -> Result<(), HubError> {
    let doing = "writing the address file";
    let write = || {
        let address = listener.local_addr()?;
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        std::fs::write(&part, format!("{scheme}://{address}\n"))?;
        std::fs::rename(&part, file)
    };
    write().map_err(|source| HubError::File { doing, path: file.to_owned(), source })
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
