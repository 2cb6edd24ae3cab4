//! Two guides of the demo at one terminal, and a daemon in the test's own process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;
use guide::client::{Client, ClientError};
use guide_common::id::{CustomerId, GuideId};
use guide_common::paths::{Env, Paths};
use guide_common::wire::local::{EnrollLocalRequest, Status};
use guided::app::App;
use guided::clock::Clock;
use guided::clock::skew::Reading;
use guided::remind::notify::Notifier;
use guided::reveals::Peer;
use guided::vault::Effort;
use guided::{api, socket};
use serde_json::Value;
use tokio::sync::watch;

use crate::program::Hub;

/// Two guides of the demo.
pub const GUIDES: [&str; 2] = ["linzhixia", "zhouyuan"];
/// Their PINs.
pub const PINS: [&str; 2] = ["271828", "314159"];

/// A hub with the demo that serves, on a virtual clock that shows a time, or on the machine's.
pub fn hub_with_demo(home: &Path, clock: &str) -> Hub {
    let mut hub = match clock {
        "" => Hub::on_real_clock(&home.join("h")),
        now => Hub::new(&home.join("h"), now),
    };
    hub.cli(&["import", "demo"]);
    hub.serve();
    hub
}

/// A code that enrols a guide's terminal.
pub fn code(hub: &Hub, guide: &str) -> String {
    let json: Value = serde_json::from_str(&hub.cli(&["device", "code", guide, "--json"])).unwrap();
    json["code"].as_str().unwrap().to_owned()
}

/// Enrols a guide, whoever is there already, and waits for the first sync.
pub async fn enroll(client: &Client, hub: &Hub, guide: &str) -> Result<Status, ClientError> {
    let request = EnrollLocalRequest { another: true, ..EnrollLocalRequest::new(&hub.url, &code(hub, guide)) };
    let status = client.enroll(&request).await?;
    client.sync_now().await?;
    Ok(status)
}

/// A guide's id.
pub fn id(guide: &str) -> GuideId {
    GuideId::new(guide).unwrap()
}

/// The customers of whose turn it is.
pub async fn customers(client: &Client) -> Result<Vec<CustomerId>, ClientError> {
    let list = client.customers("", 500).await?;
    Ok(list.rows.into_iter().map(|row| row.id).collect())
}

/// A daemon in this process, whose PINs cost next to nothing and whose steady clock can be moved.
pub struct InProcess {
    home: PathBuf,
    /// By how much the steady clock was moved, in ms.
    pub idle_ms: Arc<AtomicU64>,
    stopping: watch::Sender<bool>,
    /// What it serves.
    pub app: Arc<App>,
}

impl InProcess {
    /// Starts it on the machine's clock.
    pub async fn start(home: &Path) -> Self {
        let idle_ms = Arc::new(AtomicU64::new(0));
        let (moved, began) = (Arc::clone(&idle_ms), std::time::Instant::now());
        let clock = Clock::of_machine(move || Reading {
            wall: Utc::now(),
            steady: began.elapsed() + Duration::from_millis(moved.load(Ordering::Relaxed)),
        });
        Self::start_on(home, clock, idle_ms, None).await
    }

    /// Starts it on another clock and, if need be, beside another desktop.
    pub async fn start_on(
        home: &Path,
        clock: Clock,
        idle_ms: Arc<AtomicU64>,
        notifier: Option<Arc<dyn Notifier>>,
    ) -> Self {
        std::fs::create_dir_all(home).unwrap();
        let paths = Paths::of(&Env { guide_home: Some(home.to_owned()), ..Env::default() });
        let (stopping, stop) = watch::channel(false);
        let mut app = App::new(paths, clock, stop);
        app.effort = Effort::LITTLE;
        app.notifier = notifier;
        let lock = socket::take_lock(&app.paths).unwrap();
        let app = Arc::new(app);
        app.open_enrolled().unwrap();
        let listener = socket::bind(&app.paths, &lock).await.unwrap();
        let router = api::router(Arc::clone(&app)).into_make_service_with_connect_info::<Peer>();
        let mut stopped = stopping.subscribe();
        tokio::spawn(async move {
            let _lock = lock;
            let served = axum::serve(listener, router);
            let _ = served.with_graceful_shutdown(async move { drop(stopped.wait_for(|stop| *stop).await) }).await;
        });
        Self { home: home.to_owned(), idle_ms, stopping, app }
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::at(&self.home.join("run/guided.sock"))
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
        self.app.flush();
    }
}

/// A daemon at which both guides are enrolled with their PINs; the second one is at it.
pub async fn shared(home: &Path) -> (Hub, InProcess) {
    let hub = hub_with_demo(home, "");
    let daemon = InProcess::start(&home.join("t")).await;
    let client = daemon.client();
    for (guide, pin) in GUIDES.into_iter().zip(PINS) {
        enroll(&client, &hub, guide).await.unwrap();
        client.change_pin(None, Some(pin)).await.unwrap();
    }
    (hub, daemon)
}
