//! A disk that is full or cannot be written: nothing is said to be saved that is not, reads go on, and work goes on by
//! itself when there is room.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use guide::client::{Client, ClientError};
use guide_common::wire::local::SyncStatus;
use guide_common::wire::record::OutcomeRequest;
use guide_tests::program::{Hub, Terminal, demo, folder, run, runtime};

/// After so long everything goes on once there is room.
const GOES_ON: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(20);

/// A small file system of its own.
struct Disk {
    path: PathBuf,
}

impl Disk {
    /// None, with a word about it, where nothing can be mounted.
    fn mount(path: &Path, n_mib: u32) -> Option<Self> {
        std::fs::create_dir_all(path).unwrap();
        let options = format!("size={n_mib}m,mode=700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(path)
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { path: path.to_owned() });
        }
        eprintln!("LEFT OUT: a small file system cannot be mounted here, full disks were not tried");
        None
    }

    fn remount(&self, option: &str) {
        let option = format!("remount,{option}");
        assert!(Command::new("mount").args(["-o", &option]).arg(&self.path).status().unwrap().success());
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let taken = Command::new("dd")
            .args(["if=/dev/zero", "bs=4096", "oflag=append", "conv=notrunc"])
            .arg(format!("of={}", self.path.join("filler").display()))
            .stderr(Stdio::null())
            .status();
        assert!(!taken.unwrap().success(), "the disk is full");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.path.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

fn outcome() -> OutcomeRequest {
    serde_json::from_value(serde_json::json!({ "code": "interested" })).unwrap()
}

async fn eventually<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Logs contacts until one is refused; returns those that were saved.
async fn log_until_refused(client: &Client) -> (Vec<String>, ClientError) {
    let customers = client.customers("", 1_000).await.unwrap().rows;
    let mut saved = Vec::new();
    for row in customers.iter().cycle().take(60_000) {
        match client.log_contact(&row.id, &outcome()).await {
            Ok(answer) => saved.push(answer.op_id.to_string()),
            Err(error) => return (saved, error),
        }
    }
    panic!("a full disk takes everything");
}

#[track_caller]
fn is_clear(error: &ClientError) {
    let text = error.to_string();
    assert_eq!(error.code(), "store", "{text}");
    assert!(text.contains("the disk is full") && text.contains("nothing was saved"), "{text}");
}

fn is_well(sync: &SyncStatus) -> bool {
    sync.last_error.is_none() && sync.n_unsent == 0
}

/// A hub, and a terminal on a small disk whose ballast is held.
async fn shop(root: &Path, disk: &Disk) -> (Hub, Terminal) {
    let mut hub = Hub::new(&root.join("h"), "2026-08-12T10:00:00");
    hub.cli(&["import", "demo"]);
    hub.serve();
    let terminal = Terminal::start(&disk.path, &hub);
    terminal.enroll(&hub, "linzhixia").await;
    let ballast = disk.path.join("data/ballast");
    eventually("the ballast", PATIENCE, async || ballast.exists().then_some(())).await;
    eventually("the check", PATIENCE, async || terminal.client().today().await.unwrap().checked.then_some(())).await;
    (hub, terminal)
}

fn at_hub_once(hub: &Hub, saved: &[String]) {
    let facts = hub.facts("linzhixia");
    for id in saved {
        assert_eq!(facts.matches(id.as_str()).count(), 1, "{id} is at the hub once");
    }
}

#[test]
fn a_disk_that_fills_up_refuses_clearly_and_work_goes_on_within_5_s_of_room_without_a_restart() {
    let root = folder();
    let Some(disk) = Disk::mount(&root.path().join("d"), 48) else { return };
    runtime().block_on(async {
        let (hub, terminal) = shop(root.path(), &disk).await;
        let client = terminal.client();
        disk.fill();
        let (mut saved, refused) = log_until_refused(&client).await;
        is_clear(&refused);
        // another terminal's outcomes come down the feed, and the cache cannot take them
        let other = Terminal::start(&root.path().join("o"), &hub);
        other.enroll(&hub, "linzhixia").await;
        let customer = other.client().customers("", 1).await.unwrap().rows[0].id.clone();
        for _ in 0..40 {
            saved.push(other.client().log_contact(&customer, &outcome()).await.unwrap().op_id.to_string());
        }
        other.client().sync_now().await.unwrap();
        let seq = other.client().sync_now().await.unwrap().guide_feed.seq;
        let sync = client.sync_now().await.unwrap();
        let error = sync.last_error.expect("a full disk stops the pull");
        assert!(error.code == "store" && error.detail.contains("the disk is full"), "{error:?}");
        assert!(client.customers("", 1_000).await.unwrap().rows.len() > 10, "reads go on");
        assert!(client.customer(&customer).await.is_ok() && client.today().await.is_ok(), "reads go on");
        is_clear(&client.log_contact(&customer, &outcome()).await.unwrap_err());
        disk.make_room();
        let roomy_at = Instant::now();
        saved.push(client.log_contact(&customer, &outcome()).await.unwrap().op_id.to_string());
        let up_to_date = async || {
            let sync = client.sync_status().await.unwrap();
            (is_well(&sync) && sync.guide_feed.seq >= seq).then_some(())
        };
        eventually("sync to go on by itself", GOES_ON, up_to_date).await;
        eprintln!("everything goes on {} ms after there is room", roomy_at.elapsed().as_millis());
        at_hub_once(&hub, &saved);
    });
}

#[test]
fn a_terminal_starts_on_a_full_disk_with_the_room_that_it_held_back() {
    let root = folder();
    let Some(disk) = Disk::mount(&root.path().join("d"), 48) else { return };
    runtime().block_on(async {
        let (hub, mut terminal) = shop(root.path(), &disk).await;
        let n_customers = terminal.client().customers("", 1_000).await.unwrap().rows.len();
        let mut saved = Vec::new();
        for _ in 0..3 {
            disk.fill();
            // the power goes
            terminal.daemon.as_mut().unwrap().kill();
            terminal.start_daemon();
            let client = terminal.client();
            eventually("the check", PATIENCE, async || client.today().await.unwrap().checked.then_some(())).await;
            assert_eq!(client.customers("", 1_000).await.unwrap().rows.len(), n_customers, "reads work");
            disk.fill();
            let (taken, refused) = log_until_refused(&client).await;
            saved.extend(taken);
            is_clear(&refused);
        }
        assert!(!disk.path.join("data/guides/linzhixia/quarantine").exists(), "a full disk is no damage");
        disk.make_room();
        let client = terminal.client();
        let customer = client.customers("", 1).await.unwrap().rows[0].id.clone();
        saved.push(client.log_contact(&customer, &outcome()).await.unwrap().op_id.to_string());
        let well = async || is_well(&client.sync_status().await.unwrap()).then_some(());
        eventually("sync to go on by itself", GOES_ON, well).await;
        at_hub_once(&hub, &saved);
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let root = folder();
    let Some(disk) = Disk::mount(&root.path().join("d"), 48) else { return };
    runtime().block_on(async {
        let (_hub, mut terminal) = shop(root.path(), &disk).await;
        terminal.stop_daemon();
        disk.remount("ro");
        let output = run("guided", &disk.path, &["run", "--clock", "virtual"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(disk.path.to_str().unwrap()) && said.contains("cannot be written"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        disk.remount("rw");
        terminal.start_daemon();
        assert!(terminal.client().status().await.unwrap().guide.is_some(), "nothing was taken for damage");
        assert!(!disk.path.join("data/guides/linzhixia/quarantine").exists());
    });
}

/// Makes every sync of a file by a running program fail as a dying disk does, until it is dropped.
struct DyingDisk(Child);

impl DyingDisk {
    /// None, with a word about it, where no program may be traced.
    fn under(pid: u32) -> Option<Self> {
        let failing = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-o", "/dev/null"];
        let pid = pid.to_string();
        let strace = Command::new("strace").args(["-f", "-p", &pid]).args(failing).stderr(Stdio::piped()).spawn();
        let mut strace = strace.map_err(|error| eprintln!("LEFT OUT: strace: {error}")).ok()?;
        let mut said = String::new();
        BufReader::new(strace.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
        if said.contains("attached") {
            return Some(Self(strace));
        }
        eprintln!("LEFT OUT: a program cannot be traced here, so no disk died: {said}");
        let _ = strace.wait();
        None
    }
}

impl Drop for DyingDisk {
    fn drop(&mut self) {
        // told to end it lets go of the program, which goes on
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn while_every_sync_fails_nothing_is_acknowledged_and_afterwards_nothing_acknowledged_is_missing_and_nothing_else_came()
{
    runtime().block_on(async {
        let folder = folder();
        let (hub, mut terminal) = demo(folder.path()).await;
        let n_facts = || hub.facts("linzhixia").matches("\"id\"").count();
        let n_before = n_facts();
        let client = terminal.client();
        let customers = client.customers("", 20).await.unwrap().rows;
        let mut saved = Vec::new();
        for row in &customers[..5] {
            saved.push(client.log_contact(&row.id, &outcome()).await.unwrap().op_id.to_string());
        }
        let Some(dying) = DyingDisk::under(terminal.pid()) else { return };
        for row in &customers[5..10] {
            let refused = client.log_contact(&row.id, &outcome()).await.unwrap_err();
            assert_eq!(refused.code(), "store", "{refused}");
            assert!(refused.to_string().contains("nothing was saved"), "{refused}");
        }
        assert!(!client.today().await.unwrap().tasks.is_empty(), "reading goes on");
        drop(dying);
        // a file whose sync failed is never written again: this goes into another one
        saved.push(client.log_contact(&customers[10].id, &outcome()).await.unwrap().op_id.to_string());
        terminal.kill_daemon();
        terminal.start_daemon();
        let client = terminal.client();
        saved.push(client.log_contact(&customers[11].id, &outcome()).await.unwrap().op_id.to_string());
        let sync = client.sync_now().await.unwrap();
        assert!(is_well(&sync), "{sync:?}");
        at_hub_once(&hub, &saved);
        assert_eq!(n_facts() - n_before, saved.len(), "and nothing that was refused");
    });
}
