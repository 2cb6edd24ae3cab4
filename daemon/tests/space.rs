//! What a terminal takes of the disk over a year: outcomes, and daily changes to all its customers. `GUIDE_SPACE_DAYS`
//! says how many days; the whole year is 365.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Instant;

use chrono::{Days, NaiveDate, TimeDelta, Utc};
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, DeviceId, OpId};
use guide_common::op::OpBody;
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::wire::hub::{DigestKey, DigestKeys, FeedName, Item, ItemOp, OpAnswer, OpResult};
use guided::outbox::journal::{Draft, Journal};
use guided::outbox::kept::{Ack, KEEP_DAYS};
use guided::outbox::medium::Disk;
use guided::store::rewrite::BOUNDS;
use guided::store::scan::Scanned;
use guided::store::{PageHead, Seals, SheetRow, Store};
use guided::vault::{Key, Sealer};
use serde_json::value::RawValue;

const N_CUSTOMERS: u64 = 2_000;
const N_OUTCOMES_A_DAY: u64 = 55;
const LIMIT_BYTES: u64 = 40_000_000;
const KEYS: DigestKeys = DigestKeys { guide: DigestKey([1; 16]), shared: DigestKey([2; 16]) };
const HEAD: PageHead<'static> = PageHead { epoch: "e1" };

fn item(seq: u64, kind: &str, id: &str, customer: u64, n_bytes: usize) -> Item {
    let body = format!("\"{seq} {}\"", "x".repeat(n_bytes));
    Item {
        seq,
        kind: kind.to_owned(),
        id: id.to_owned(),
        customer: Some(CustomerId::new(&format!("C{customer:05}")).unwrap()),
        rev: seq,
        op: ItemOp::Put,
        body: Some(RawValue::from_string(body).unwrap()),
    }
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("cache"), &folder.join("quarantine"), &KEYS, Seals::known(), None).unwrap().store
}

/// A customer's document and five more items, as on real data.
fn fill(store: &Store, n_customers: u64) -> u64 {
    let mut seq = 0;
    let mut page = Vec::new();
    for customer in 0..n_customers {
        page.push(item(seq + 1, "customer", &format!("C{customer:05}"), customer, 900));
        page.extend((1..6).map(|n| item(seq + 1 + n, "purchase", &format!("p{customer}-{n}"), customer, 400)));
        seq += 6;
        if page.len() > 190 || customer + 1 == n_customers {
            store.apply(FeedName::Guide, HEAD, &page).unwrap();
            page.clear();
        }
    }
    seq
}

fn n_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| if entry.path().is_dir() { n_bytes(&entry.path()) } else { entry.metadata().unwrap().len() })
        .sum()
}

fn draft(on: NaiveDate, n: u64) -> Draft {
    let mut outcome = Outcome::new(on, OutcomeCode::Interested);
    outcome.note = Some("说了周末来看看新款，先留意".to_owned());
    Draft {
        op_id: OpId(uuid::Uuid::now_v7()),
        base_rev: Some(n),
        at_wall: Utc::now(),
        at_mono: n,
        group: None,
        customer: CustomerId::new(&format!("C{:05}", n % N_CUSTOMERS)).unwrap(),
        body: OpBody::Fact(FactBody::Outcome(outcome)),
    }
}

/// One terminal as its days go by.
struct Terminal<'a> {
    folder: &'a Path,
    store: Store,
    journal: Journal,
    seq: u64,
    /// Acknowledged ops by day.
    acked: BTreeMap<NaiveDate, Vec<(u64, OpId)>>,
    peak: u64,
    n_rewrites: u64,
}

impl Terminal<'_> {
    fn day(&mut self, on: NaiveDate) {
        for customers in (0..N_CUSTOMERS).collect::<Vec<_>>().chunks(200) {
            let items = customers.iter().map(|customer| {
                self.seq += 1;
                item(self.seq, "customer", &format!("C{customer:05}"), *customer, 900)
            });
            self.store.apply(FeedName::Guide, HEAD, &items.collect::<Vec<_>>()).unwrap();
            self.tidy();
        }
        let saved = self.journal.append((0..N_OUTCOMES_A_DAY).map(|n| vec![draft(on, n)]).collect()).unwrap();
        let ops: Vec<_> = saved.into_iter().flatten().map(|op| (op.local_seq, op.op_id)).collect();
        let answer = |op_id| OpAnswer { op_id, result: OpResult::Applied, code: None, detail: None };
        let acks: Vec<_> = ops
            .iter()
            .map(|(_, id)| Ack { answer: answer(*id), at: Utc::now(), head: None, confirmed: true })
            .collect();
        self.store.put_acks(&acks).unwrap();
        self.acked.insert(on, ops);
        let row = SheetRow { open: true, secret_points: 1, ..SheetRow::default() };
        let rows: Vec<_> = (0..60).map(|n| (CustomerId::new(&format!("C{n:05}")).unwrap(), row.clone())).collect();
        self.store.put_sheet(on, &rows).unwrap();
        self.store.prune_sheets(on).unwrap();
        self.forget(on - TimeDelta::days(KEEP_DAYS));
        self.tidy();
    }

    /// As the daemon does each minute.
    fn tidy(&mut self) {
        self.store.write_out().unwrap();
        self.peak = self.peak.max(self.n_bytes());
        if let Some(done) = self.store.tidy(BOUNDS).unwrap() {
            self.n_rewrites += 1;
            // for a moment both folders were there
            self.peak = self.peak.max(done.before + done.after + n_bytes(&self.folder.join("outbox")));
        }
    }

    fn forget(&mut self, before: NaiveDate) {
        let kept = self.acked.split_off(&before);
        let gone: Vec<(u64, OpId)> = std::mem::replace(&mut self.acked, kept).into_values().flatten().collect();
        self.store.remove_acks(&gone.iter().map(|(_, id)| *id).collect::<Vec<_>>()).unwrap();
        let kept: HashSet<u64> = self.acked.values().flatten().map(|(seq, _)| *seq).collect();
        self.journal.prune(|seq| kept.contains(&seq)).unwrap();
    }

    fn n_bytes(&self) -> u64 {
        n_bytes(&self.folder.join("cache")) + n_bytes(&self.folder.join("outbox"))
    }
}

#[test]
fn cache_and_journal_stay_under_40_mb_over_a_year_of_daily_changes() {
    let n_days = std::env::var("GUIDE_SPACE_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(30);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("outbox")).unwrap();
    let device = DeviceId::new("D1").unwrap();
    let (journal, _) =
        Journal::open(&folder.path().join("outbox"), device, Sealer::new(&Key::random()), Box::new(Disk)).unwrap();
    let store = open(folder.path());
    let seq = fill(&store, N_CUSTOMERS);
    let mut terminal =
        Terminal { folder: folder.path(), store, journal, seq, acked: BTreeMap::new(), peak: 0, n_rewrites: 0 };
    let started = Instant::now();
    let first: NaiveDate = "2026-01-01".parse().unwrap();
    for day in 0..n_days {
        terminal.day(first + Days::new(day));
    }
    let Terminal { peak, n_rewrites, .. } = terminal;
    let (n_outcomes, n_left) = (n_days * N_OUTCOMES_A_DAY, terminal.n_bytes());
    eprintln!(
        "{n_days} days, {n_outcomes} outcomes, {} changes: at most {:.1} MB, at the end {:.1} MB, {n_rewrites} rewrites, {:.1} s",
        n_days * N_CUSTOMERS,
        peak as f64 / 1e6,
        n_left as f64 / 1e6,
        started.elapsed().as_secs_f64()
    );
    assert!(peak <= LIMIT_BYTES, "{peak} bytes");
    let cursor = terminal.store.cursor(FeedName::Guide).unwrap();
    assert_eq!((cursor.n_live, cursor.digest), terminal.store.recount(FeedName::Guide).unwrap());
}

#[test]
fn a_check_of_2000_customers_stays_within_its_limit() {
    let n_customers = std::env::var("GUIDE_CHECK_CUSTOMERS").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    fill(&store, n_customers);
    store.flush().unwrap();
    drop(store);
    let size = n_bytes(&folder.path().join("cache"));
    let started = Instant::now();
    let Scanned { n_entries, n_bytes, .. } =
        guided::store::check::run(&folder.path().join("cache"), &KEYS, Seals::known()).unwrap();
    let took = started.elapsed();
    eprintln!("{n_customers} customers: {n_entries} entries, {n_bytes} bytes in {size} on disk, checked in {took:?}");
    let limit_ms = 2_000 + u128::from(size) / 20_000;
    assert!(n_entries > n_customers * 6 && took.as_millis() < limit_ms, "{took:?} of {limit_ms} ms");
}
