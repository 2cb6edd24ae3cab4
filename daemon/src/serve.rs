//! Serving from the lock to the clean stop.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use guide_common::paths::Paths;
use tokio::sync::{Notify, watch};

use crate::api::router;
use crate::app::App;
use crate::clock::Clock;
use crate::reveals::Peer;
use crate::socket::{self, Lock, Passed};
use crate::systemd;

/// How long open requests may take once the daemon stops.
const STOP_PATIENCE: Duration = Duration::from_secs(3);

/// With what a daemon serves.
#[derive(Debug)]
pub struct Serving {
    /// Where things lie.
    pub paths: Paths,
    /// The clock.
    pub clock: Clock,
    /// The single-instance lock.
    pub lock: Lock,
    /// The socket that systemd listens on, where it does.
    pub passed: Option<Passed>,
    /// Turns true when it is to stop.
    pub stop: watch::Receiver<bool>,
    /// What a client may ask to stop through; none where another start would not be the same.
    pub stopper: Option<watch::Sender<bool>>,
    /// Told when the settings are to be read again.
    pub reload: Arc<Notify>,
    /// Whether faults can be switched on outside of training too.
    pub fault_lab: bool,
}

/// Opens the enrolled terminal, takes the socket and serves until `stop` turns true. `ready` is called when clients can
/// connect.
pub async fn serve(serving: Serving, ready: impl FnOnce()) -> anyhow::Result<()> {
    let Serving { paths, clock, lock, passed, stop, stopper, reload, fault_lab } = serving;
    let mut app = App::new(paths, clock, stop.clone());
    app.checker = std::env::current_exe().ok();
    app.stopper = stopper;
    app.fault_lab = fault_lab;
    let app = Arc::new(app);
    app.open_enrolled()?;
    let settings = Arc::clone(&app.settings);
    tokio::spawn(async move {
        loop {
            reload.notified().await;
            settings.reload();
        }
    });
    let is_own = passed.is_none();
    let listener = match passed {
        Some(passed) => socket::adopt(&app.paths, &lock, passed)?,
        None => socket::bind(&app.paths, &lock).await?,
    };
    ready();
    systemd::tell_ready();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), pid = std::process::id(), "guided serves");
    let mut stopping = stop.clone();
    let served = axum::serve(listener, router(Arc::clone(&app)).into_make_service_with_connect_info::<Peer>())
        .with_graceful_shutdown(async move {
            // a sender that is gone stops the daemon too
            let _ = stopping.wait_for(|stop| *stop).await;
            systemd::tell_stopping();
        });
    let mut stopping = stop;
    tokio::select! {
        served = served.into_future() => served?,
        () = async {
            let _ = stopping.wait_for(|stop| *stop).await;
            tokio::time::sleep(STOP_PATIENCE).await;
        } => tracing::warn!("requests were cut off at the stop"),
    }
    app.flush();
    if is_own {
        socket::remove(&app.paths);
    }
    tracing::info!("guided has stopped");
    Ok(())
}
