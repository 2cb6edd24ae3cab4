//! Several hub processes over one database serve the same guides: every replica is equal in the end, no op stands twice,
//! a revocation counts everywhere, and a change through one hub is heard at another. `GUIDE_TEST_LOAD_S` has the load go
//! on for longer than its four seconds.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use guide_common::id::{CustomerId, OpId};
use guide_common::wire::hub::{FeedName, PushRequest};
use guide_tests::chain::{Chain, Database, Serving};
use guide_tests::device::{Device, client, enroll, outcome_op};
use guide_tests::postgres::{self, Address, Cluster};
use guided::profile::Token;
use guided::store::Cursor;
use guided::sync::client::HubError;
use guided::sync::pull;

const GUIDES: [&str; 5] = ["g1", "g2", "g3", "g4", "g5"];
const N_HUBS: usize = 3;
const N_DEVICES: usize = 3;
const N_CUSTOMERS: usize = 12;
/// Until a revocation counts at every hub.
const REVOKED_WITHIN: Duration = Duration::from_secs(10);
/// Until a waiting terminal has heard of a change, for 99 of 100 changes.
const HEARD_WITHIN: Duration = Duration::from_secs(1);
/// How many changes each guide's terminal waits for.
const N_WAITS: usize = 20;
/// How many cycles a terminal may need at the end.
const MAX_CYCLES: usize = 20;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn load_lasts() -> Duration {
    let asked = std::env::var("GUIDE_TEST_LOAD_S").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(4))
}

/// A chain with its hubs.
struct Hubs {
    chain: Chain,
    hubs: Vec<Serving>,
}

impl Hubs {
    fn open(folder: &Path, database: Database) -> Self {
        let chain = Chain::new(&folder.join("hub"), database, &GUIDES, N_CUSTOMERS);
        let hubs = (0..N_HUBS).map(|n| chain.serve(&format!("hub{n}"))).collect();
        Self { chain, hubs }
    }

    fn urls(&self) -> Vec<&str> {
        self.hubs.iter().map(|hub| hub.url.as_str()).collect()
    }

    async fn devices(&self, folder: &Path) -> Vec<Device> {
        let mut devices = Vec::new();
        for guide in GUIDES {
            for n in 0..N_DEVICES {
                let folder = folder.join(format!("{guide}-{n}"));
                devices.push(Device::enroll(&folder, &self.urls(), &self.chain.code(guide)).await);
            }
        }
        devices
    }

    /// What headquarters does meanwhile: sales come in, and customers pass from one guide to another.
    fn headquarters(&self, until: Instant) -> usize {
        let mut n_jobs = 0;
        while Instant::now() < until {
            let customers = (0..6).map(|n| (n_jobs * 7 + n * 11) % (GUIDES.len() * N_CUSTOMERS));
            let ids: Vec<String> = customers.map(|n| format!("C{n:04}")).collect();
            if n_jobs % 2 == 0 {
                let rows: String = ids.iter().map(|id| format!("{id},2026-09-01,{}.00\n", 10 + n_jobs)).collect();
                self.chain.import(&rows);
            } else {
                self.chain.cli(&["guide", "assign", "--customers", &ids.join(","), "--to", GUIDES[n_jobs % 5]]);
            }
            n_jobs += 1;
        }
        n_jobs
    }
}

/// A terminal at work: it notes and syncs, over and over.
async fn work(mut device: Device, until: Instant) -> Device {
    while Instant::now() < until {
        let customers = device.customers();
        for n in 0..rand::random_range(1..4) {
            if let Some(customer) = customers.get(rand::random_range(0..customers.len().max(1) + n)) {
                device.log(customer).await;
            }
        }
        // what a busy hub refuses comes with the next cycle
        let _ = device.cycle().await;
    }
    device
}

/// Syncs until nothing is left to do.
async fn bring_home(device: &Device) {
    for _ in 0..MAX_CYCLES {
        let before = device.cursor();
        let is_unsent = |device: &Device| device.core.outbox_rows().ops.iter().any(|row| row.state == "unsent");
        if device.cycle().await.is_ok() && device.cursor() == before && !is_unsent(device) {
            return;
        }
    }
    panic!("a terminal of {} does not come to rest", device.profile.guide.id);
}

/// Digests are equal, and each op that was acknowledged stands at one customer of one guide, once.
async fn check_whole(hubs: &Hubs, devices: &[Device]) {
    for device in devices {
        bring_home(device).await;
    }
    let facts = hubs.chain.facts(&GUIDES);
    assert!(facts.values().all(|n| *n == 1), "no op stands twice");
    let (mut n_saved, mut n_rejected) = (0, 0);
    for device in devices {
        let guide = device.profile.guide.id.as_str();
        // another terminal of the guide came home later
        bring_home(device).await;
        let (place, Cursor { epoch, seq, n_live, digest, .. }) = (hubs.chain.place(guide), device.cursor());
        assert_eq!((epoch, seq, n_live, digest), (place.epoch, place.seq, place.n_live, place.digest), "{guide}");
        let kinds = device.core.store.count_kinds(FeedName::Guide).unwrap();
        assert_eq!(kinds.iter().map(|kind| kind.n).sum::<u64>(), n_live, "counted from what it holds");
        let rows = device.core.outbox_rows().ops;
        let rejected: BTreeSet<OpId> = rows.iter().filter(|row| row.state == "rejected").map(|row| row.op_id).collect();
        // the customer had passed to another guide
        assert!(rows.iter().filter_map(|row| row.code.as_deref()).all(|code| code == "unknown_customer"), "{rows:?}");
        let (there, not_there): (Vec<_>, Vec<_>) = device.saved.iter().partition(|op| facts.contains_key(op));
        assert!(not_there.iter().all(|op| rejected.contains(op)), "{guide}: lost of {}", there.len());
        n_saved += device.saved.len();
        n_rejected += not_there.len();
    }
    eprintln!("{n_saved} ops saved, {n_rejected} of them rejected and shown");
    assert!(n_saved > devices.len() * 3, "there was load");
}

async fn check_load(hubs: &Hubs, folder: &Path) {
    let devices = hubs.devices(folder).await;
    let until = Instant::now() + load_lasts();
    let at_work: Vec<_> = devices.into_iter().map(|device| tokio::spawn(work(device, until))).collect();
    let n_jobs = tokio::task::block_in_place(|| hubs.headquarters(until));
    let mut devices = Vec::new();
    for device in at_work {
        devices.push(device.await.unwrap());
    }
    eprintln!("{n_jobs} jobs of headquarters meanwhile");
    assert!(n_jobs >= 2);
    check_whole(hubs, &devices).await;
}

/// Each change comes through one hub and is awaited at another.
async fn check_waits(hubs: &Hubs, folder: &Path) {
    let mut guides = Vec::new();
    for guide in GUIDES {
        let (here, there) = (hubs.hubs[0].url.clone(), hubs.hubs[1].url.clone());
        let waiter = Device::enroll(&folder.join(format!("{guide}-w")), &[&here], &hubs.chain.code(guide)).await;
        let enrolled = enroll(&[&there], &hubs.chain.code(guide)).await;
        guides.push(tokio::spawn(async move {
            let pusher = client(&[&there], Some(Token(enrolled.token.clone())));
            let customer: CustomerId = waiter.customers()[0].clone();
            let mut took = Vec::new();
            for n in 0..N_WAITS {
                while waiter.cycle().await.is_err() {}
                let request = PushRequest { ops: vec![outcome_op(&enrolled, &customer, n as u64 + 1)] };
                let heard = async {
                    assert!(waiter.wait().await, "the change ended the wait");
                    Instant::now()
                };
                let pushed = async {
                    // at any moment of the other hub's pause between two looks
                    tokio::time::sleep(Duration::from_millis(50 + rand::random_range(0..300))).await;
                    let began = Instant::now();
                    pusher.push(&request).await.unwrap();
                    began
                };
                let (heard, began) = tokio::join!(heard, pushed);
                took.push(heard.checked_duration_since(began).expect("heard of before it was sent"));
            }
            took
        }));
    }
    let mut took = Vec::new();
    for guide in guides {
        took.extend(guide.await.unwrap());
    }
    took.sort();
    let (median, p99) = (took[took.len() / 2], took[took.len() * 99 / 100 - 1]);
    eprintln!("a change at one hub is heard at another after {median:?} (median), {p99:?} (p99 of {})", took.len());
    assert!(p99 <= HEARD_WITHIN, "{took:?}");
}

/// A terminal that every hub knows is revoked at the command line, and no hub takes it any more.
async fn check_revocation(hubs: &Hubs) {
    let urls = hubs.urls();
    let enrolled = enroll(&urls, &hubs.chain.code(GUIDES[0])).await;
    let at_each: Vec<_> = urls.iter().map(|url| client(&[url], Some(Token(enrolled.token.clone())))).collect();
    let query = pull::query(
        FeedName::Guide,
        &Cursor { epoch: None, seq: 0, n_live: 0, digest: guide_common::wire::hub::FeedDigest::default(), after: None },
    );
    for hub in &at_each {
        hub.changes(&query).await.unwrap();
    }
    let began = Instant::now();
    hubs.chain.cli(&["device", "revoke", enrolled.device.as_str()]);
    for hub in &at_each {
        loop {
            match hub.changes(&query).await {
                Err(HubError::Revoked) => break,
                Err(error) => panic!("{error}"),
                Ok(_) => assert!(began.elapsed() < REVOKED_WITHIN, "a hub still takes the token"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    eprintln!("revoked at every hub after {:?}", began.elapsed());
}

fn on_postgres(story: impl AsyncFnOnce(&Hubs, &Path)) {
    if !postgres::is_here() {
        return;
    }
    let folder = postgres::folder();
    let cluster = Cluster::start(&folder.path().join("a"));
    let address = Address::new(folder.path(), &cluster);
    let hubs = Hubs::open(folder.path(), Database::Url(address.url()));
    runtime().block_on(story(&hubs, folder.path()));
}

fn on_sqlite(story: impl AsyncFnOnce(&Hubs, &Path)) {
    let folder = tempfile::Builder::new().prefix("gm").tempdir_in("/tmp").unwrap();
    let hubs = Hubs::open(folder.path(), Database::Folder(folder.path().join("hub/data")));
    runtime().block_on(story(&hubs, folder.path()));
}

#[test]
fn three_hubs_over_one_postgresql_keep_fifteen_terminals_equal_and_no_op_twice() {
    on_postgres(async |hubs, folder| check_load(hubs, folder).await);
}

#[test]
fn three_hubs_over_one_sqlite_file_keep_fifteen_terminals_equal_and_no_op_twice() {
    on_sqlite(async |hubs, folder| check_load(hubs, folder).await);
}

#[test]
fn over_postgresql_a_change_at_one_hub_is_heard_at_another_within_a_second_and_a_revocation_counts_at_all() {
    on_postgres(async |hubs, folder| {
        check_waits(hubs, folder).await;
        check_revocation(hubs).await;
    });
}

#[test]
fn over_sqlite_a_change_at_one_hub_is_heard_at_another_within_a_second_and_a_revocation_counts_at_all() {
    on_sqlite(async |hubs, folder| {
        check_waits(hubs, folder).await;
        check_revocation(hubs).await;
    });
}
