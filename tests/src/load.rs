//! A guide who logs contacts without a pause, and the account of it: what the daemon said is saved is at the hub once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use guide::client::{Client, ClientError};
use guide_common::id::CustomerId;
use guide_common::wire::record::OutcomeRequest;

use crate::program::{Hub, Terminal};

/// The guide of the small shop.
pub const GUIDE: &str = "g1";
/// How many customers the small shop has: what is logged spreads over them.
const N_CUSTOMERS: usize = 120;
/// How many requests are under way at once, so that several wait for one write to the disk.
const N_HANDS: usize = 3;
/// How long everything may take to arrive.
const DRAIN_PATIENCE: Duration = Duration::from_secs(60);

/// A hub with one guide and few customers, serving.
pub fn small_shop(home: &Path) -> Hub {
    let mut hub = Hub::on_real_clock(home);
    hub.cli(&["store", "add", "--id", "s1", "--name", "一号店"]);
    hub.cli(&["guide", "add", "--id", GUIDE, "--name", "导购", "--store", "s1"]);
    let mut csv = "customer_id,name\n".to_owned();
    for n in 0..N_CUSTOMERS {
        let _ = writeln!(csv, "{},客{n}", customer(n));
    }
    let file = home.join("customers.csv");
    std::fs::write(&file, csv).unwrap();
    hub.cli(&["import", "customers", file.to_str().unwrap(), "--store", "s1"]);
    hub.cli(&["guide", "assign", "--unassigned", "--store", "s1", "--to", GUIDE]);
    hub.serve();
    hub
}

fn customer(n: usize) -> String {
    format!("c{:03}", n % N_CUSTOMERS)
}

/// What became of the contacts that were logged.
#[derive(Debug, Default)]
pub struct Account {
    /// Said to be saved: their op ids.
    pub saved: Vec<String>,
    /// Sent, and never answered: saved or not.
    pub n_unanswered: u64,
    /// Answered with an error.
    pub refused: Vec<String>,
}

/// What the hands of a guide share.
#[derive(Debug, Default)]
struct Desk {
    account: Mutex<Account>,
    n_saved: AtomicUsize,
    n_begun: AtomicUsize,
    is_over: AtomicBool,
}

impl Desk {
    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logs contacts as fast as a daemon takes them, over its restarts, until it is told to end.
#[derive(Debug)]
pub struct Guide {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Guide {
    /// Begins at the daemon of a terminal.
    pub fn begin(terminal: &Terminal) -> Self {
        let desk = Arc::new(Desk::default());
        let (worker, socket) = (Arc::clone(&desk), terminal.socket());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let client = Arc::new(Client::at(&socket));
            let hands = (0..N_HANDS).map(|_| runtime.spawn(log(Arc::clone(&client), Arc::clone(&worker))));
            for hand in hands.collect::<Vec<_>>() {
                runtime.block_on(hand).unwrap();
            }
        });
        Self { desk, thread: Some(thread) }
    }

    /// How many were said to be saved so far.
    pub fn n_saved(&self) -> usize {
        self.desk.n_saved.load(Ordering::SeqCst)
    }

    /// Ends, and tells what became of the contacts.
    pub fn end(mut self) -> Account {
        self.stop();
        std::mem::take(&mut *self.desk.account())
    }

    fn stop(&mut self) {
        self.desk.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            self.desk.account().refused.push("the guide panicked".to_owned());
        }
    }
}

impl Drop for Guide {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn log(client: Arc<Client>, desk: Arc<Desk>) {
    let request: OutcomeRequest = serde_json::from_value(serde_json::json!({ "code": "interested" })).unwrap();
    while !desk.is_over.load(Ordering::SeqCst) {
        let id: CustomerId = customer(desk.n_begun.fetch_add(1, Ordering::SeqCst)).parse().unwrap();
        match client.log_contact(&id, &request).await {
            Ok(answer) => {
                desk.account().saved.push(answer.op_id.to_string());
                desk.n_saved.fetch_add(1, Ordering::SeqCst);
            }
            Err(ClientError::Unreachable { source, .. }) => {
                // without a connection nothing was sent
                if !matches!(source.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) {
                    desk.account().n_unanswered += 1;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Err(error) => {
                desk.account().refused.push(error.to_string());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }
}

/// Syncs until the hub has everything; panics where that takes too long or something was rejected.
pub async fn drain(terminal: &Terminal) {
    let client = terminal.client();
    let deadline = Instant::now() + DRAIN_PATIENCE;
    let mut errors = Vec::new();
    loop {
        let sync = client.sync_now().await.unwrap();
        assert_eq!(sync.n_rejected, 0, "rejected ops");
        // a terminal that tells of damage goes on doing so: what it cost is counted at the hub
        if sync.n_unsent == 0 && sync.last_error.as_ref().is_none_or(|error| error.code == "store") {
            return;
        }
        if errors.last() != sync.last_error.as_ref() {
            errors.extend(sync.last_error);
        }
        assert!(Instant::now() < deadline, "{} ops are unsent: {errors:?}", sync.n_unsent);
        // the hub takes so many requests a second
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The ids of all contacts that the hub holds, each with how often.
pub fn at_hub(hub: &Hub) -> BTreeMap<String, usize> {
    let inspection: serde_json::Value =
        serde_json::from_str(&hub.cli(&["inspect", GUIDE, "--facts", "--json"])).unwrap();
    assert_eq!(inspection["n_rejected"], 0, "{inspection}");
    let mut found = BTreeMap::new();
    for fact in inspection["facts"].as_array().unwrap() {
        *found.entry(fact["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    found
}

/// Every contact that was said to be saved is at the hub once, none twice, and beside them only such as were never
/// answered.
#[track_caller]
pub fn settle(hub: &Hub, account: &Account) {
    assert!(account.refused.is_empty(), "refused: {:?}", account.refused);
    let found = at_hub(hub);
    let missing: Vec<_> = account.saved.iter().filter(|id| !found.contains_key(*id)).collect();
    let n_saved = account.saved.len();
    assert!(missing.is_empty(), "{} of {n_saved} saved contacts are missing: {missing:?}", missing.len());
    assert_eq!(account.saved.iter().collect::<BTreeSet<_>>().len(), n_saved, "an id was given twice");
    let twice: Vec<_> = found.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "twice at the hub: {twice:?}");
    let n_others = (found.len() - n_saved) as u64;
    assert!(n_others <= account.n_unanswered, "{n_others} contacts that nobody logged");
}
