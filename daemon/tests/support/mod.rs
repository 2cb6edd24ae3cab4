//! A small hub that speaks the wire types, and a daemon run as a process in a folder of its own.

pub mod hub;

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use guide_common::wire::Problem;
use guide_common::wire::local::*;
use guide_common::wire::record::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub const LIMIT: Duration = Duration::from_secs(20);

/// Waits until `ready` gives something.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ready: impl FnMut() -> F) -> T {
    let give_up_at = Instant::now() + LIMIT;
    loop {
        if let Some(found) = ready().await {
            return found;
        }
        assert!(Instant::now() < give_up_at, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A folder, a hub with so many customers that serves, and a daemon that is enrolled there.
pub async fn enrolled(n_customers: usize) -> (tempfile::TempDir, hub::Hub, hub::Serving, Daemon) {
    let home = tempfile::tempdir().unwrap();
    let mut hub = hub::Hub::new(n_customers);
    let serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    (home, hub, serving, daemon)
}

/// A daemon that runs.
pub struct Daemon {
    pub child: Child,
    client: reqwest::Client,
}

pub fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guided"));
    command.args(args).env_clear().env("GUIDE_HOME", home).env("GUIDE_LOG", "trace");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn client(socket: &Path) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().unix_socket(socket).tls_certs_only([]).timeout(LIMIT).build().unwrap()
}

pub const VIRTUAL: [&str; 3] = ["run", "--clock", "virtual"];

impl Daemon {
    pub async fn start(home: &Path) -> Self {
        Self::start_with(home, &VIRTUAL).await
    }

    pub async fn start_with(home: &Path, args: &[&str]) -> Self {
        let child = command(home, args).spawn().unwrap();
        let mut daemon = Self { child, client: client(&home.join("run/guided.sock")) };
        let give_up_at = Instant::now() + LIMIT;
        while daemon.get::<Health>("/v1/health").await.is_err() {
            if let Some(status) = daemon.child.try_wait().unwrap() {
                let stderr = std::io::read_to_string(daemon.child.stderr.take().unwrap()).unwrap();
                panic!("guided ended with {status}: {stderr}");
            }
            assert!(Instant::now() < give_up_at, "guided does not serve");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        daemon
    }

    /// Starts, enrols and waits for the first complete queue.
    pub async fn enrolled(home: &Path, hub: &hub::Hub) -> Self {
        let daemon = Self::start(home).await;
        daemon.enroll(hub).await;
        let sync: SyncStatus = daemon.post("/v1/sync/now", &()).await.unwrap();
        assert_eq!(sync.last_error, None);
        daemon
    }

    pub async fn enroll(&self, hub: &hub::Hub) {
        let request = EnrollLocalRequest::new(&hub.url(), hub::CODE);
        let _: Status = self.post("/v1/enroll", &request).await.unwrap();
    }

    async fn call<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Problem> {
        let lost = |error: reqwest::Error| Problem::new(0, "lost", error.to_string());
        let response = request.send().await.map_err(lost)?;
        let is_success = response.status().is_success();
        let kind = response.headers().get("content-type").cloned();
        let bytes = response.bytes().await.map_err(lost)?;
        if is_success {
            return Ok(serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{e}: {bytes:?}")));
        }
        assert_eq!(kind.unwrap(), Problem::MEDIA_TYPE);
        Err(serde_json::from_slice(&bytes).unwrap())
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.call(self.client.get(format!("http://guided{path}"))).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Problem> {
        self.call(self.client.post(format!("http://guided{path}")).body(serde_json::to_vec(body).unwrap())).await
    }

    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Problem> {
        self.call(self.client.put(format!("http://guided{path}")).body(serde_json::to_vec(body).unwrap())).await
    }

    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.call(self.client.delete(format!("http://guided{path}"))).await
    }

    pub async fn stream(&self) -> reqwest::Response {
        self.client.get("http://guided/v1/events").send().await.unwrap()
    }

    pub async fn today(&self) -> Today {
        self.get("/v1/today").await.unwrap()
    }

    /// Moves the virtual clock.
    pub async fn set_clock(&self, now: &str) {
        let clock = Clock { kind: ClockKind::Virtual, now: now.parse().unwrap() };
        self.put::<Clock>("/v1/clock", &clock).await.unwrap();
    }

    pub async fn sync_now(&self) -> SyncStatus {
        self.post("/v1/sync/now", &()).await.unwrap()
    }

    pub async fn outbox(&self) -> Vec<OutboxRow> {
        self.get::<Outbox>("/v1/outbox").await.unwrap().ops
    }

    /// Ends it without warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    pub async fn ended(&mut self) -> ExitStatus {
        let give_up_at = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < give_up_at, "guided does not stop");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn outcome(code: &str) -> OutcomeRequest {
    serde_json::from_value(serde_json::json!({ "code": code })).unwrap()
}
