//! 200 seeded injuries to what a terminal keeps: bits flipped, stretches zeroed, files cut, removed and swapped. The
//! real daemon starts on each, beside the real hub: nothing panics, nothing hangs, the cache is whole again in time,
//! and of what was said to be saved nothing is missing without a word.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use guide::client::Client;
use guide_common::wire::local::{SavedState, SyncStatus};
use guide_common::wire::record::OutcomeRequest;
use guide_tests::program::{Hub, Terminal, command, runtime};

const N_INJURIES: u64 = 200;
const SEED: u64 = 20_261_122;
/// What the check of a small cache may take, and what a rebuild may take beyond it.
const LIMIT: Duration = Duration::from_secs(2 + 10);

/// SplitMix64: an injury is told by its number alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below.max(1)
    }
}

/// What every injured terminal should come back to.
struct Whole {
    saved: Vec<String>,
    n_customers: usize,
    n_live: u64,
}

/// A home as a kill leaves it, one as a clean stop does, and what both hold.
struct Stage {
    hub: Hub,
    killed: PathBuf,
    stopped: PathBuf,
    whole: Whole,
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

async fn logged(client: &Client, n: usize, skip: usize) -> Vec<String> {
    let request: OutcomeRequest = serde_json::from_value(serde_json::json!({ "code": "interested" })).unwrap();
    let customers = client.customers("", 1_000).await.unwrap().rows;
    let mut saved = Vec::new();
    for row in customers.iter().skip(skip).take(n) {
        saved.push(client.log_contact(&row.id, &request).await.unwrap().op_id.to_string());
    }
    assert_eq!(saved.len(), n);
    saved
}

async fn checked(client: &Client) -> usize {
    loop {
        if client.today().await.unwrap().checked {
            return client.customers("", 10_000).await.unwrap().rows.len();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn stage(root: &Path) -> Stage {
    let mut hub = Hub::new(&root.join("h"), "2026-08-12T10:00:00");
    // all copies of the terminal come with its one token
    hub.device_rate = Some(0);
    hub.cli(&["import", "demo"]);
    hub.serve();
    let home = root.join("t");
    let mut terminal = Terminal::start(&home, &hub);
    terminal.enroll(&hub, "linzhixia").await;
    let client = terminal.client();
    let n_customers = checked(&client).await;
    let mut saved = logged(&client, 6, 0).await;
    let sync = client.sync_now().await.unwrap();
    hub.stop();
    // these are on this terminal alone
    saved.extend(logged(&client, 6, 6).await);
    let whole = Whole { saved, n_customers, n_live: sync.guide_feed.n_live };
    // the day sheet is written half a second after what it shows
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (killed, stopped) = (root.join("killed"), root.join("stopped"));
    terminal.daemon.as_mut().unwrap().kill();
    copy(&home, &killed);
    terminal.start_daemon();
    terminal.stop_daemon();
    copy(&home, &stopped);
    hub.serve();
    Stage { hub, killed, stopped, whole }
}

/// The files that an injury can hit, those of the cache more often.
fn victims(home: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![home.join("data/guides")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    let often = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match name.as_str() {
            "db" => 6,
            _ if name.starts_with("journal") => 6,
            _ if name.starts_with("snap") || name == "conf" => 3,
            _ => 1,
        }
    };
    files.iter().flat_map(|path| std::iter::repeat_n(path.clone(), often(path))).collect()
}

/// Injures a home and says how.
fn injure(home: &Path, dice: &mut Dice) -> String {
    let victims = victims(home);
    let path = &victims[dice.roll(victims.len() as u64) as usize];
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    let n_bytes = bytes.len() as u64;
    let name = path.strip_prefix(home.join("data/guides")).unwrap().display().to_string();
    let did = match dice.roll(10) {
        0..=3 if n_bytes > 0 => {
            let (at, bit) = (dice.roll(n_bytes), dice.roll(8));
            bytes[at as usize] ^= 1 << bit;
            fs::write(path, &bytes).unwrap();
            format!("bit {bit} of byte {at} flipped in {name}")
        }
        4..=5 if n_bytes > 0 => {
            let at = dice.roll(n_bytes) / 4096 * 4096;
            let end = (at + 4096).min(n_bytes);
            bytes[at as usize..end as usize].fill(0);
            fs::write(path, &bytes).unwrap();
            format!("{at}..{end} zeroed in {name}")
        }
        6..=7 => {
            let length = dice.roll(n_bytes);
            fs::File::options().write(true).open(path).unwrap().set_len(length).unwrap();
            format!("{name} cut to {length} of {n_bytes} bytes")
        }
        8 => {
            fs::remove_file(path).unwrap();
            format!("{name} removed")
        }
        _ => {
            let other = &victims[dice.roll(victims.len() as u64) as usize];
            let aside = home.join("swap");
            fs::rename(path, &aside).unwrap();
            if other != path {
                fs::rename(other, path).unwrap();
            }
            fs::rename(&aside, other).unwrap();
            format!("{name} swapped with {}", other.file_name().unwrap().to_string_lossy())
        }
    };
    // as a disk that forgets: nobody wrote to the file
    if dice.roll(2) == 0
        && let Ok(file) = fs::File::options().write(true).open(path)
    {
        file.set_modified(modified).unwrap();
        return format!("{did}, its time kept");
    }
    did
}

/// A daemon whose words are kept.
struct Daemon {
    child: Child,
    said: PathBuf,
}

impl Daemon {
    fn start(home: &Path, hub: &Hub) -> Self {
        let said = home.join("said");
        let guide_tests::program::ShopClock::Virtual(clock) = &hub.clock else { panic!("a virtual clock") };
        let child = command("guided", home)
            .args(["run", "--clock", "virtual", "--clock-file"])
            .arg(clock)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&said).unwrap())
            .spawn()
            .unwrap();
        Self { child, said }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until the daemon serves.
fn serves(home: &Path, daemon: &mut Daemon, deadline: Instant) -> Result<Client, String> {
    let socket = home.join("run/guided.sock");
    loop {
        if UnixStream::connect(&socket).is_ok() {
            return Ok(Client::at(&socket));
        }
        if let Some(status) = daemon.child.try_wait().unwrap() {
            return Err(format!("it ended with {status}: {}", daemon.said()));
        }
        if Instant::now() > deadline {
            return Err("it does not serve".to_owned());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

async fn whole_again(client: &Client, whole: &Whole, deadline: Instant) -> Result<(), String> {
    let mut last = String::new();
    while Instant::now() < deadline {
        match client.sync_now().await {
            Ok(sync) if is_whole(&sync, whole) => {
                let today = client.today().await.map_err(|error| error.to_string())?;
                let n_customers = client.customers("", 10_000).await.map_err(|error| error.to_string())?.rows.len();
                if today.checked && n_customers == whole.n_customers {
                    return Ok(());
                }
                last = format!("{n_customers} customers, checked: {}", today.checked);
            }
            Ok(sync) => last = format!("{sync:?}"),
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("the cache is not whole again: {last}"))
}

/// A cycle that went well has compared count and digest with the hub's; what was logged meanwhile is in the feed too.
fn is_whole(sync: &SyncStatus, whole: &Whole) -> bool {
    let is_refused = sync.last_error.as_ref().is_some_and(|error| error.code != "store");
    !is_refused && sync.last_ok_at.is_some() && sync.n_unsent == 0 && sync.guide_feed.n_live >= whole.n_live
}

/// What was said to be saved is in the outbox, or the daemon says that its journal is damaged.
async fn nothing_silently_fewer(client: &Client, whole: &Whole) -> Result<(), String> {
    let outbox = client.outbox().await.map_err(|error| error.to_string())?;
    let held: Vec<String> = outbox.ops.iter().map(|op| op.op_id.to_string()).collect();
    let n_missing = whole.saved.iter().filter(|id| !held.contains(id)).count();
    let sync = client.sync_status().await.map_err(|error| error.to_string())?;
    let said = sync.last_error.as_ref().map(|error| error.detail.clone()).unwrap_or_default();
    match n_missing {
        0 => Ok(()),
        _ if sync.state == SavedState::Attention && said.contains("journal is damaged") => Ok(()),
        _ => Err(format!("{n_missing} outcomes are missing, and it says {:?} {said:?}", sync.state)),
    }
}

fn suffer(number: u64, root: &Path, stage: &Stage) -> Result<(), String> {
    let mut dice = Dice(SEED ^ (number << 32));
    let (template, end) =
        if number.is_multiple_of(2) { (&stage.killed, "kill") } else { (&stage.stopped, "clean stop") };
    let home = root.join(format!("i{number}"));
    copy(template, &home);
    let did = injure(&home, &mut dice);
    let started = Instant::now();
    let deadline = started + LIMIT;
    let mut daemon = Daemon::start(&home, &stage.hub);
    let result = serves(&home, &mut daemon, deadline).and_then(|client| {
        runtime().block_on(async {
            nothing_silently_fewer(&client, &stage.whole).await?;
            whole_again(&client, &stage.whole, deadline).await
        })
    });
    let said = daemon.said();
    let result = match said.contains("panicked") {
        true => Err(format!("it panicked: {said}")),
        false => result,
    };
    daemon.kill();
    let took = started.elapsed().as_millis();
    let quarantined = home.join("data/guides/linzhixia/quarantine").exists();
    eprintln!("injury {number}, after a {end}: {did}: {took} ms{}", if quarantined { ", rebuilt" } else { "" });
    if result.is_ok() {
        fs::remove_dir_all(&home).unwrap();
    }
    result.map_err(|fault| format!("injury {number}, after a {end}: {did}: {fault}"))
}

#[test]
fn of_200_injuries_each_is_harmless_or_told_and_healed_in_time() {
    let root = tempfile::Builder::new().prefix("gd").tempdir_in("/tmp").unwrap();
    let stage = runtime().block_on(stage(root.path()));
    // one injury by its number, or all of them
    let only: Option<u64> = std::env::var("GUIDE_INJURY").ok().and_then(|number| number.parse().ok());
    let next = AtomicU64::new(only.unwrap_or(0));
    let end = only.map_or(N_INJURIES, |number| number + 1);
    let faults = std::thread::scope(|scope| {
        let work = || {
            let mut faults = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= end {
                    return faults;
                }
                faults.extend(suffer(number, root.path(), &stage).err());
            }
        };
        let workers: Vec<_> = (0..3).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), N_INJURIES, faults.join("\n"));
    let facts = stage.hub.facts("linzhixia");
    for id in &stage.whole.saved {
        assert_eq!(facts.matches(id.as_str()).count(), 1, "{id} is at the hub once");
    }
}
