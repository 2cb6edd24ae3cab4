//! PostgreSQL dies under load: a standby or a backup takes its place, the hub goes on by itself, and nothing that was
//! acknowledged is missing. Left out, loudly, where there is no PostgreSQL server.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use guide_common::id::{CustomerId, OpId};
use guide_common::wire::hub::PushRequest;
use guide_tests::chain::{Chain, Database, Serving, until};
use guide_tests::device::{client, enroll, outcome_op};
use guide_tests::postgres::{self, Address, Cluster};
use guide_tests::staff::{LIMIT, Staff};
use guided::profile::Token;

const GUIDES: [&str; 2] = ["g1", "g2"];
const N_CUSTOMERS: usize = 20;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs a test with a folder and a running cluster in it, where there is a PostgreSQL server.
fn with_cluster(test: impl AsyncFnOnce(&Path, Cluster)) {
    if postgres::is_here() {
        let folder = postgres::folder();
        let primary = Cluster::start(&folder.path().join("a"));
        runtime().block_on(test(folder.path(), primary));
    }
}

/// A chain over a cluster behind an address, served by one hub that nobody starts again.
struct Shop {
    address: Address,
    chain: Chain,
    hub: Serving,
    staff: Staff,
}

impl Shop {
    async fn open(folder: &Path, primary: &Cluster) -> Self {
        let address = Address::new(folder, primary);
        let chain = Chain::new(&folder.join("hub"), Database::Url(address.url()), &GUIDES, N_CUSTOMERS);
        let hub = chain.serve("hub");
        let staff = Staff::enroll(&chain, &hub, &GUIDES).await;
        Self { address, chain, hub, staff }
    }

    fn epoch(&self) -> Option<String> {
        self.chain.place(GUIDES[0]).epoch
    }
}

/// How many of these ops a cluster holds, as answers and as facts.
fn held(cluster: &Cluster, ops: &[OpId]) -> usize {
    let ids: Vec<String> = ops.iter().map(|op| format!("'{op}'")).collect();
    let sql = format!("SELECT count(*) FROM entity WHERE kind = 'fact' AND id IN ({})", ids.join(","));
    cluster.sql(&sql).parse().unwrap()
}

/// What those who push have in common.
#[derive(Debug, Default)]
struct Load {
    n_acknowledged: AtomicUsize,
    is_over: AtomicBool,
}

impl Load {
    fn n(&self) -> usize {
        self.n_acknowledged.load(Ordering::Relaxed)
    }
}

/// Somebody who pushes one op after the other and never again what was acknowledged.
async fn push(hub: String, code: String, customers: Vec<CustomerId>, load: Arc<Load>) -> Vec<OpId> {
    let enrolled = enroll(&[&hub], &code).await;
    let client = client(&[&hub], Some(Token(enrolled.token.clone())));
    let mut done = Vec::new();
    for n in 0.. {
        let op = outcome_op(&enrolled, &customers[n % customers.len()], n as u64 + 1);
        let (id, request) = (op.op_id, PushRequest { ops: vec![op] });
        // no answer, or a bad one: the same again, as the protocol says
        while client.push(&request).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        done.push(id);
        load.n_acknowledged.fetch_add(1, Ordering::Relaxed);
        if load.is_over.load(Ordering::Relaxed) {
            break;
        }
    }
    done
}

#[test]
fn with_a_synchronous_standby_the_hub_goes_on_by_itself_and_nothing_acknowledged_is_lost() {
    with_cluster(async |folder, primary| {
        let standby = primary.standby(&folder.join("b"));
        primary.wait_for_standby();
        let mut shop = Shop::open(folder, &primary).await;
        let (epoch, pid) = (shop.epoch(), shop.hub.pid());
        let load = Arc::<Load>::default();
        let pushers: Vec<_> = [0, 1, 0, 1]
            .map(|n| {
                let (code, customers) = (shop.chain.code(GUIDES[n]), shop.staff.0[n].customers.clone());
                tokio::spawn(push(shop.hub.url.clone(), code, customers, Arc::clone(&load)))
            })
            .into();
        until("pushes", LIMIT, async || load.n() >= 100).await;
        shop.staff.work(5).await;
        primary.kill();
        let began = Instant::now();
        let n_before = load.n();
        // what is saved while nothing answers waits at the terminals
        shop.staff.work(5).await;
        standby.promote();
        shop.address.lead_to(&standby);
        until("the hub to go on", LIMIT, async || load.n() >= n_before + 5).await;
        eprintln!("{n_before} acknowledged before; the hub goes on {:?} after the primary's end", began.elapsed());
        until("pushes after it", LIMIT, async || load.n() >= n_before + 100).await;
        load.is_over.store(true, Ordering::Relaxed);
        for pusher in pushers {
            let done = pusher.await.unwrap();
            shop.chain.check_once(&GUIDES, &done);
        }
        shop.staff.check_whole(&shop.chain, began).await;
        assert_ne!(shop.epoch(), epoch, "another timeline is another epoch");
        assert_eq!(shop.hub.pid(), pid, "nobody started it again");
    });
}

#[test]
fn what_an_asynchronous_standby_never_got_is_pushed_again() {
    with_cluster(async |folder, primary| {
        let standby = primary.standby(&folder.join("b"));
        let mut shop = Shop::open(folder, &primary).await;
        let epoch = shop.epoch();
        shop.staff.work_acknowledged(5).await;
        standby.cut_off(&primary);
        let before: Vec<OpId> = shop.staff.saved();
        let all = shop.staff.work_acknowledged(20).await;
        let tail: Vec<OpId> = all.into_iter().filter(|op| !before.contains(op)).collect();
        assert_eq!((held(&primary, &tail), held(&standby, &tail)), (40, 0), "acknowledged, and nowhere else");
        // one of the terminals hears of it only when it is switched on again
        shop.staff.switch_off(1);
        primary.kill();
        let began = Instant::now();
        shop.staff.work(3).await;
        standby.promote();
        shop.address.lead_to(&standby);
        until("the first terminal to push again", LIMIT, async || held(&standby, &tail) >= 20).await;
        shop.staff.switch_on(1);
        shop.staff.check_whole(&shop.chain, began).await;
        assert_ne!(shop.epoch(), epoch);
    });
}

#[test]
fn what_was_acknowledged_after_a_dump_is_pushed_again_when_it_was_restored() {
    with_cluster(async |folder, first| {
        let mut shop = Shop::open(folder, &first).await;
        let epoch = shop.epoch();
        shop.staff.work_acknowledged(5).await;
        let dump = first.dump();
        let all = shop.staff.work_acknowledged(20).await;
        first.kill();
        let began = Instant::now();
        let second = Cluster::start(&folder.join("b"));
        second.restore(&dump);
        assert_eq!(held(&second, &all), 10, "the dump is older");
        shop.address.lead_to(&second);
        shop.staff.check_whole(&shop.chain, began).await;
        assert_ne!(shop.epoch(), epoch);
    });
}

#[test]
fn a_base_backup_that_nothing_in_the_database_tells_of_is_noticed_by_terminals() {
    with_cluster(async |folder, first| {
        let mut shop = Shop::open(folder, &first).await;
        shop.staff.work_acknowledged(5).await;
        let backup = first.base_backup(&folder.join("b"));
        let all = shop.staff.work_acknowledged(20).await;
        // the second terminal is away while the first brings the heads on
        shop.staff.switch_off(1);
        first.kill();
        let began = Instant::now();
        backup.start_again();
        assert_eq!(held(&backup, &all), 10, "the backup is older");
        shop.address.lead_to(&backup);
        until("the first terminal to push again", LIMIT, async || held(&backup, &all) >= 30).await;
        shop.staff.switch_on(1);
        shop.staff.work(2).await;
        shop.staff.check_whole(&shop.chain, began).await;
    });
}
