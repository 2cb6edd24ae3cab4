//! Training over the real programs: lessons prove themselves, the same keys come to the same, and going back is exact.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use guide_common::wire::local::EnrollLocalRequest;
use guide_tests::postgres::{self, Address, Cluster};
use guide_tests::program::{Hub, Terminal, command, folder, runtime};
use serde_json::Value;

/// How long a line of the plain mode may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A demo that is walked line by line.
struct Demo {
    child: Child,
    stdin: ChildStdin,
    told: Receiver<String>,
    folder: PathBuf,
}

impl Demo {
    fn open(folder: &Path, args: &[&str]) -> Self {
        let mut command = command("guide", folder);
        command.args(["--lang", "en", "demo", "--plain"]).args(args).env("TMPDIR", folder).env_remove("GUIDE_HOME");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let mut demo = Self { child, stdin, told, folder: folder.to_owned() };
        demo.say(&[]);
        demo
    }

    /// Types lines, and waits until all of them are done: the answer to a word that means nothing ends what is told.
    fn say(&mut self, lines: &[&str]) -> Vec<String> {
        // a dot gives up a question that is open
        for line in lines.iter().chain(&[".", "no-such-word"]) {
            writeln!(self.stdin, "{line}").unwrap();
        }
        let mut all = Vec::new();
        loop {
            let line = self.told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing came after {all:#?}"));
            if line.contains("no-such-word") {
                return all;
            }
            all.push(line);
        }
    }

    /// What headquarters holds in its file.
    fn dump(&self) -> String {
        let home = std::fs::read_dir(&self.folder).unwrap().flatten().map(|entry| entry.path());
        let home = home.into_iter().find(|path| path.join("data/hub").is_dir()).unwrap();
        let data = home.join("data/hub");
        said(command("guide-hub", &home).args(["inspect", "--dump", "--data"]).arg(data))
    }

    fn leave(mut self) {
        writeln!(self.stdin, "q").unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What headquarters holds in a database.
fn dump_of(url: &str, folder: &Path) -> String {
    said(command("guide-hub", folder).args(["inspect", "--dump"]).env("GUIDE_HUB_DATABASE_URL", url))
}

/// What a command that must succeed prints.
#[track_caller]
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{words}{}", String::from_utf8_lossy(&output.stderr));
    words
}

/// A morning: scripts go out, answers come, outcomes are logged, one is taken back, a new person comes.
const MORNING: &[&str] = &["copy", "2", "copy", "hour-forward", "1", "=6", "=5", "undo", "=6", "sync"];
/// What comes after three days.
const LATER: &[&str] = &["three-days-forward", "=6", "copy", "week-forward", "=6", "sync"];

fn walked(seed: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::open(folder.path(), &["--seed", seed]);
    demo.say(MORNING);
    let morning = demo.dump();
    demo.say(LATER);
    let later = demo.dump();
    demo.leave();
    (morning, later)
}

#[test]
fn the_same_seed_and_the_same_keys_come_to_the_same_dump() {
    let (morning, later) = walked("7");
    assert!(morning.lines().count() > 2_000, "everything is in it");
    assert!(morning != later && morning.contains("\"outcome\""), "what was done is in it");
    assert!(!later.contains("gdt_"), "no token is");
    let (again, later_again) = walked("7");
    assert_same(&morning, &again);
    assert_same(&later, &later_again);
    let (other, _) = walked("8");
    assert!(other != morning, "another seed is another chain");
}

#[test]
fn headquarters_on_postgresql_comes_to_the_same_dump() {
    if !postgres::is_here() {
        return;
    }
    let clusters = postgres::folder();
    let cluster = Cluster::start(&clusters.path().join("a"));
    let url = Address::new(clusters.path(), &cluster).url();
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::open(folder.path(), &["--seed", "7", "--database-url", &url]);
    demo.say(MORNING);
    let morning = dump_of(&url, folder.path());
    demo.say(LATER);
    let later = dump_of(&url, folder.path());
    let told = demo.say(&["rewind"]);
    assert!(told.iter().any(|line| line.contains("nothing can be gone back to")), "{told:#?}");
    demo.leave();
    let (same_morning, same_later) = walked("7");
    assert_same(&morning, &same_morning);
    assert_same(&later, &same_later);
    // what holds a chain already, real or not, is no demo's
    let mut again = command("guide", folder.path());
    again.args(["--lang", "en", "demo", "--plain", "--database-url", &url]).env("TMPDIR", folder.path());
    let refused = again.env_remove("GUIDE_HOME").output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("holds data already"), "{refused:?}");
    assert_same(&dump_of(&url, folder.path()), &later);
}

#[test]
fn going_back_is_exact_and_what_is_done_again_comes_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::open(folder.path(), &[]);
    let begun = demo.dump();
    demo.say(MORNING);
    let morning = demo.dump();
    demo.say(&["day-forward"]);
    let next = demo.dump();
    demo.say(&["=6", "=5", "sync", "three-weeks-forward", "=6", "sync"]);
    let late = demo.dump();
    assert!(late != next);
    // the moments: 10:00, 11:00 with all of the morning, the day after, three weeks later
    demo.say(&["rewind", "rewind"]);
    assert_same(&demo.dump(), &next);
    demo.say(&["=6", "=5", "sync", "three-weeks-forward", "=6", "sync"]);
    assert_same(&demo.dump(), &late);
    demo.say(&["reset"]);
    assert_same(&demo.dump(), &begun);
    demo.say(MORNING);
    assert_same(&demo.dump(), &morning);
    demo.leave();
}

#[test]
fn training_and_the_real_world_refuse_one_another_and_nothing_passes() {
    let folder = folder();
    let (real, training) = (folder.path().join("real"), folder.path().join("training"));
    let hub_of = |name: &str, is_real: bool| {
        let home = folder.path().join(name);
        if is_real { Hub::on_real_clock(&home) } else { Hub::new(&home, "2026-08-12T10:00:00") }
    };
    for (is_real, home) in [(true, &training), (false, &real)] {
        let mut hub = hub_of(if is_real { "hub-real" } else { "hub-training" }, is_real);
        hub.cli(&["store", "add", "--id", "s1", "--name", "云杉路店"]);
        hub.cli(&["guide", "add", "--id", "g1", "--name", "林知夏", "--store", "s1"]);
        hub.serve();
        let before = hub.cli(&["inspect", "--dump"]);
        let code: Value = serde_json::from_str(&hub.cli(&["device", "code", "g1", "--json"])).unwrap();
        // a terminal of the other world asks this one's hub
        let mut terminal = Terminal::start(home, &hub_of("elsewhere", !is_real));
        let client = terminal.client();
        let request = EnrollLocalRequest::new(&hub.url, code["code"].as_str().unwrap());
        let refused = runtime().block_on(client.enroll(&request)).unwrap_err();
        assert!(format!("{refused:?}").contains("training_mismatch"), "{refused:?}");
        assert_eq!(hub.cli(&["inspect", "--dump"]), before);
        let devices = hub.cli(&["device", "list", "--json"]);
        assert_eq!(serde_json::from_str::<Value>(&devices).unwrap()["devices"].as_array().unwrap().len(), 0);
        // the code is still good for one of this world, whose terminal does not start on the other clock
        terminal.stop_daemon();
        let own = folder.path().join(if is_real { "own-real" } else { "own-training" });
        let mut terminal = Terminal::start(&own, &hub);
        runtime().block_on(async {
            terminal.client().enroll(&request).await.unwrap();
            terminal.client().sync_now().await.unwrap();
        });
        terminal.stop_daemon();
        let mut daemon = command("guided", &own);
        daemon.arg("run");
        if is_real {
            daemon.args(["--clock", "virtual"]);
        }
        let output = daemon.stdin(Stdio::null()).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && words.contains("--clock"), "{words}");
    }
}

/// Two dumps line by line, so that a difference is a line and not a megabyte.
#[track_caller]
fn assert_same(one: &str, other: &str) {
    for (line, (a, b)) in one.lines().zip(other.lines()).enumerate() {
        assert_eq!(a, b, "line {}", line + 1);
    }
    assert_eq!(one.lines().count(), other.lines().count());
}

#[test]
fn every_lesson_s_solution_plays_and_without_any_one_of_its_steps_it_does_not_come_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut check = command("guide", folder.path());
    let proof = check.args(["--lang", "en", "--json", "lesson", "check", "--each"]).env("TMPDIR", folder.path());
    let proof = said(proof.env_remove("GUIDE_HOME"));
    let verdict: Value = serde_json::from_str(&proof).unwrap();
    assert_eq!(verdict["passed"], true, "{proof}");
    let listed = said(command("guide", folder.path()).args(["--json", "lesson", "list"]));
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let lessons = listed["lessons"].as_array().unwrap();
    let n_steps: u64 = lessons.iter().map(|lesson| lesson["n_steps"].as_u64().unwrap()).sum();
    assert!(lessons.len() >= 12);
    assert_eq!(verdict["checks"].as_array().unwrap().len() as u64, lessons.len() as u64 + n_steps);
    let left = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name());
    assert_eq!(left.filter(|name| name.to_string_lossy().starts_with("guide-demo")).count(), 0);
}
