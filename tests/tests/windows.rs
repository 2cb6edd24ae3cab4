//! What differs on Windows, over the real programs: the pipe and who may have its name, a daemon that outlives the
//! command that started it, its last words, and the start without a window.
#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use guide::client::Client;
use guide_common::paths::{Env, Paths};
use guide_tests::program::{Hub, Terminal, command, connects, folder, run, run_ok, runtime, wait_for};
use tokio::net::windows::named_pipe::ServerOptions;

fn paths(home: &Path) -> Paths {
    Paths::of(&Env { guide_home: Some(home.to_owned()), ..Env::default() })
}

/// Stops the daemon of a home when a test ends.
struct Stopped(PathBuf);

impl Drop for Stopped {
    fn drop(&mut self) {
        run("guide", &self.0, &["stop"]);
    }
}

#[test]
fn a_command_starts_the_daemon_and_whoever_reads_its_output_does_not_wait_for_its_end() {
    let folder = folder();
    let (home, begun) = (folder.path(), Instant::now());
    let _stopped = Stopped(home.to_owned());
    // this reads to the end of a pipe, which the daemon would hold open if it had it
    let said = run_ok("guide", home, &["--lang", "en", "status"]);
    assert!(said.contains("not enrolled"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(20));
    let paths = paths(home);
    assert!(connects(&paths.socket), "it goes on");
    let noted = fs::read_to_string(paths.socket_note()).unwrap();
    assert_eq!(Path::new(noted.trim()), paths.socket, "the note names the pipe");
    let stopped = run_ok("guide", home, &["stop", "--json"]);
    assert!(stopped.contains("\"served\": true"), "{stopped}");
    assert!(!connects(&paths.socket) && !paths.socket_note().exists());
}

#[test]
fn one_daemon_serves_a_folder_and_answers_many_at_once() {
    let folder = folder();
    let hub = Hub::on_real_clock(&folder.path().join("h"));
    let mut terminal = Terminal::start(&folder.path().join("t"), &hub);
    let second = run("guided", &terminal.home, &["run"]);
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && words.contains("(already_serves)"), "{words}");
    runtime().block_on(async {
        let clients: Vec<Client> = (0..40).map(|_| terminal.client()).collect();
        let pids = join_all(clients.iter().map(async |client| client.health().await.unwrap().pid)).await;
        assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
    });
    terminal.stop_daemon();
    assert!(!connects(&terminal.socket()));
    terminal.start_daemon();
}

#[test]
fn a_name_that_another_program_has_taken_is_left_alone() {
    let folder = folder();
    let paths = paths(folder.path());
    runtime().block_on(async {
        let _taken = ServerOptions::new().first_pipe_instance(true).create(&paths.socket).unwrap();
        let refused = run("guided", folder.path(), &["run"]);
        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && words.contains("(socket_taken)"), "{words}");
    });
}

#[test]
fn why_a_daemon_cannot_serve_is_said_by_the_command_that_started_it() {
    let folder = folder();
    let paths = paths(folder.path());
    fs::create_dir_all(&paths.state).unwrap();
    let lock = File::create(paths.lock()).unwrap();
    lock.try_lock().unwrap();
    let failed = run("guide", folder.path(), &["--lang", "en", "status"]);
    let words = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(!failed.status.success() && words.contains("another guided serves this folder"), "{words}");
}

#[test]
fn the_daemon_is_started_without_a_window_and_killed_it_leaves_nothing_in_the_way() {
    let folder = folder();
    let (home, paths) = (folder.path(), paths(folder.path()));
    let _stopped = Stopped(home.to_owned());
    // a daemon that it starts has what this program gives it: at logon that is nothing
    let mut starter = command("guidedw", home);
    starter.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(starter.status().unwrap().success());
    wait_for("the daemon's pipe", || connects(&paths.socket).then_some(()));
    let pid = runtime().block_on(async { Client::at(&paths.socket).health().await.unwrap().pid });
    let killed = Command::new("taskkill").args(["/F", "/PID", &pid.to_string()]).output().unwrap();
    assert!(killed.status.success(), "{killed:?}");
    wait_for("its end", || (!connects(&paths.socket)).then_some(()));
    let said = run_ok("guide", home, &["--lang", "en", "status"]);
    assert!(said.contains("not enrolled"), "{said}");
}
