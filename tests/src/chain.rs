//! A chain over a database that tests can take away and put back: what headquarters says at the command line, hubs that
//! serve from it, and what they hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::Utc;
use guide_common::id::{CustomerId, OpId};
use guide_common::wire::local::{EnrollLocalRequest, FeedState};
use serde_json::Value;

use crate::program::{Running, ShopClock, Terminal, command, wait_for};

/// Where a chain's rows lie.
#[derive(Clone, Debug)]
pub enum Database {
    /// An SQLite database in a folder.
    Folder(PathBuf),
    /// A PostgreSQL database.
    Url(String),
}

/// A chain on the machine's clock.
#[derive(Debug)]
pub struct Chain {
    home: PathBuf,
    database: Database,
}

/// A process of the hub.
pub struct Serving {
    /// Where it listens.
    pub url: String,
    address_file: PathBuf,
    running: Option<Running>,
}

impl Chain {
    /// A chain of one shop and some guides, each with so many customers.
    pub fn new(home: &Path, database: Database, guides: &[&str], n_customers: usize) -> Self {
        std::fs::create_dir_all(home).unwrap();
        let chain = Self { home: home.to_owned(), database };
        chain.cli(&["store", "add", "--id", "s1", "--name", "云杉路店"]);
        for guide in guides {
            chain.cli(&["guide", "add", "--id", guide, "--name", guide, "--store", "s1"]);
        }
        let sold = |n: usize| format!("C{n:04},2026-08-{:02},{}.00\n", 1 + n % 28, 100 + n);
        let rows: String = (0..guides.len() * n_customers).map(sold).collect();
        chain.import(&rows);
        chain.cli(&["guide", "assign", "--unassigned", "--to", &guides.join(",")]);
        chain
    }

    /// Runs one of the hub's commands.
    #[track_caller]
    pub fn cli(&self, args: &[&str]) -> String {
        let mut command = self.command();
        let output = command.args(args).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {}\n{said}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    fn command(&self) -> std::process::Command {
        let mut command = command("guide-hub", &self.home);
        match &self.database {
            Database::Folder(folder) => command.arg("--data").arg(folder),
            Database::Url(url) => command.arg("--database-url").arg(url),
        };
        command.env_remove("GUIDE_HUB_DATA").env_remove("GUIDE_HUB_DATABASE_URL").env("GUIDE_LOG", "warn");
        command
    }

    /// Imports sales: lines of customer, day and amount.
    pub fn import(&self, rows: &str) {
        let file = self.home.join("sales.csv");
        std::fs::write(&file, format!("customer_id,purchased_on,amount\n{rows}")).unwrap();
        self.cli(&["import", "purchases", file.to_str().unwrap(), "--store", "s1"]);
    }

    /// Starts a hub.
    pub fn serve(&self, name: &str) -> Serving {
        let mut serving = Serving {
            url: "http://127.0.0.1:0".to_owned(),
            address_file: self.home.join(format!("{name}.address")),
            running: None,
        };
        self.serve_again(&mut serving);
        serving
    }

    /// Starts a hub again, where it listened before.
    pub fn serve_again(&self, serving: &mut Serving) {
        let _ = std::fs::remove_file(&serving.address_file);
        let mut command = self.command();
        let listen = serving.url.trim_start_matches("http://");
        command.args(["serve", "--device-rate", "0", "--listen", listen]);
        command.arg("--address-file").arg(&serving.address_file);
        serving.running = Some(Running::start(command));
        serving.url = wait_for("the hub's address", || {
            let text = std::fs::read_to_string(&serving.address_file).ok()?;
            text.trim().starts_with("http").then(|| text.trim().to_owned())
        });
    }

    /// A code that enrols a guide's terminal.
    pub fn code(&self, guide: &str) -> String {
        let said: Value = serde_json::from_str(&self.cli(&["device", "code", guide, "--json"])).unwrap();
        said["code"].as_str().unwrap().to_owned()
    }

    /// A real terminal of a guide, enrolled at a hub.
    pub async fn terminal(&self, name: &str, guide: &str, hub: &Serving) -> Terminal {
        let home = self.home.join(name);
        std::fs::create_dir_all(&home).unwrap();
        let mut terminal = Terminal { home, clock: ShopClock::Real, program: "guided", vars: Vec::new(), daemon: None };
        terminal.start_daemon();
        let client = terminal.client();
        client.enroll(&EnrollLocalRequest::new(&hub.url, &self.code(guide))).await.unwrap();
        client.sync_now().await.unwrap();
        terminal
    }

    fn inspect(&self, guide: &str) -> Value {
        serde_json::from_str(&self.cli(&["inspect", guide, "--facts", "--json"])).unwrap()
    }

    /// Where a guide's feed stands.
    pub fn place(&self, guide: &str) -> FeedState {
        let feed = &self.inspect(guide)["feed"];
        FeedState {
            epoch: feed["epoch"].as_str().map(str::to_owned),
            seq: feed["head"].as_u64().unwrap(),
            n_live: feed["n_live"].as_u64().unwrap(),
            digest: feed["digest"].as_str().unwrap().parse().unwrap(),
        }
    }

    /// How often each op stands in the files of these guides' customers.
    pub fn facts(&self, guides: &[&str]) -> BTreeMap<OpId, usize> {
        let mut facts = BTreeMap::new();
        for guide in guides {
            for fact in self.inspect(guide)["facts"].as_array().unwrap() {
                *facts.entry(fact["id"].as_str().unwrap().parse().unwrap()).or_default() += 1;
            }
        }
        facts
    }

    /// Every one of these ops stands there exactly once.
    #[track_caller]
    pub fn check_once(&self, guides: &[&str], ops: &[OpId]) {
        assert!(!ops.is_empty(), "there is something to look for");
        let facts = self.facts(guides);
        let wrong: Vec<_> = ops.iter().filter(|op| facts.get(op) != Some(&1)).collect();
        assert!(wrong.is_empty(), "{} of {} ops are not there exactly once: {wrong:?}", wrong.len(), ops.len());
    }
}

impl Serving {
    /// Asks it to stop, and waits for its end.
    pub fn stop(&mut self) {
        assert!(self.running.take().unwrap().terminate().success());
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.running.take().unwrap().kill();
    }

    /// Whether it still runs as the process as which it was started.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().map_or(0, Running::pid)
    }
}

/// What a guide notes at a terminal: it is on that terminal's disk when this returns.
pub async fn log(terminal: &Terminal, customer: &CustomerId) -> OpId {
    let request = serde_json::from_value(serde_json::json!({"code": "interested", "purpose": "answer"})).unwrap();
    terminal.client().log_contact(customer, &request).await.unwrap().op_id
}

/// The ops of a terminal that headquarters has acknowledged.
pub async fn acknowledged(terminal: &Terminal) -> Vec<OpId> {
    let outbox = terminal.client().outbox().await.unwrap();
    let is_acknowledged = |state: &str| matches!(state, "applied" | "duplicate" | "superseded");
    outbox.ops.into_iter().filter(|op| is_acknowledged(&op.state)).map(|op| op.op_id).collect()
}

/// Asks until something is so, or panics after so long; returns how long it took.
pub async fn until(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !look().await {
        assert!(began.elapsed() < limit, "waited {limit:?} for {what} (it is {})", Utc::now());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}
