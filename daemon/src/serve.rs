//! Serving from the lock to the clean stop.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::api::router;
use crate::app::App;
use crate::clock::Clock;
use crate::reveals::Peer;
use crate::socket::{self, Lock};

/// How long open requests may take once the daemon stops.
const STOP_PATIENCE: Duration = Duration::from_secs(3);

/// Binds the socket, opens the enrolled terminal and serves until `stop` turns true. `ready` is called when clients can
/// connect; each `reload` has the settings read again.
pub async fn serve(
    paths: guide_common::paths::Paths,
    clock: Clock,
    lock: Lock,
    stop: watch::Receiver<bool>,
    reload: Arc<Notify>,
    fault_lab: bool,
    ready: impl FnOnce(),
) -> anyhow::Result<()> {
    let mut app = App::new(paths, clock, stop.clone());
    app.checker = std::env::current_exe().ok();
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
    let listener = socket::bind(&app.paths, &lock)?;
    ready();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), pid = std::process::id(), "guided serves");
    let mut stopping = stop.clone();
    let served = axum::serve(listener, router(Arc::clone(&app)).into_make_service_with_connect_info::<Peer>())
        .with_graceful_shutdown(async move {
            // a sender that is gone stops the daemon too
            let _ = stopping.wait_for(|stop| *stop).await;
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
    socket::remove(&app.paths);
    tracing::info!("guided has stopped");
    Ok(())
}
