//! One daemon a home, whatever was left there and whoever wants its place: several at once, a leftover socket, a socket
//! of somebody else, a lock that names a process which is another one today.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use guide_tests::program::{Running, command, run, wait_for};

/// Somebody else, where this test may be somebody.
const NOBODY: u32 = 65_534;

fn home() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("gi").tempdir_in("/tmp").unwrap()
}

fn socket(home: &Path) -> PathBuf {
    home.join("run/guided.sock")
}

fn daemon(home: &Path) -> Command {
    let mut command = command("guided", home);
    command.arg("run").stdin(Stdio::null());
    command
}

fn start(home: &Path) -> Running {
    let running = Running::start(daemon(home));
    wait_for("the socket", || UnixStream::connect(socket(home)).ok());
    running
}

/// What `guide status` says of the daemon that serves.
fn health(home: &Path) -> Output {
    run("guide", home, &["status", "--json"])
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The socket's folder, as a daemon would make it.
fn run_folder(home: &Path) -> PathBuf {
    let folder = home.join("run");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

/// Ends them all, whatever happens.
struct Rivals(Vec<Child>);

impl Drop for Rivals {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

#[test]
fn of_eight_daemons_started_at_once_one_serves_and_the_others_name_it() {
    let home = home();
    let children = (0..8).map(|_| daemon(home.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut rivals = Rivals(children.collect());
    wait_for("seven to give up", || {
        let ended = rivals.0.iter_mut().filter_map(|child| child.try_wait().unwrap()).count();
        (ended == 7).then_some(())
    });
    let (mut serving, mut refused) = (Vec::new(), Vec::new());
    for mut child in rivals.0.drain(..) {
        match child.try_wait().unwrap() {
            None => serving.push(child),
            Some(_) => refused.push(child.wait_with_output().unwrap()),
        }
    }
    let pid = serving[0].id();
    rivals.0 = serving;
    wait_for("the one to serve", || health(home.path()).status.success().then_some(()));
    for output in refused {
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("another guided") && !said.contains("panicked"), "{said}");
    }
    let late = daemon(home.path()).output().unwrap();
    assert!(said(&late).contains(&format!("pid {pid}")), "{}", said(&late));
    assert!(rivals.0[0].try_wait().unwrap().is_none(), "it goes on");
}

#[test]
fn a_lock_file_that_names_a_living_process_of_another_kind_keeps_nobody_from_starting() {
    let home = home();
    let mut first = start(home.path());
    let lock = home.path().join("state/guided.lock");
    assert_eq!(fs::read_to_string(&lock).unwrap().trim(), first.pid().to_string());
    first.kill();
    // the number was given to another process meanwhile: this one
    fs::write(&lock, format!("{}\n", std::process::id())).unwrap();
    let second = start(home.path());
    assert_eq!(fs::read_to_string(&lock).unwrap().trim(), second.pid().to_string());
    assert!(health(home.path()).status.success());
}

#[test]
fn a_leftover_socket_is_replaced_and_one_that_serves_is_not() {
    let home = home();
    let folder = run_folder(home.path());
    drop(UnixListener::bind(folder.join("guided.sock")).unwrap());
    assert!(folder.join("guided.sock").exists(), "nobody listens on it");
    let mut first = start(home.path());
    assert!(health(home.path()).status.success());
    let second = daemon(home.path()).output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{}", said(&second));
    assert!(health(home.path()).status.success(), "the first one's socket is still there");
    assert!(first.terminate().success());
}

#[test]
fn a_folder_in_the_sockets_place_is_named_and_left_alone() {
    let home = home();
    let squatted = run_folder(home.path()).join("guided.sock");
    fs::create_dir(&squatted).unwrap();
    let output = daemon(home.path()).output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(squatted.to_str().unwrap()) && !said.contains("panicked"), "{said}");
    assert!(squatted.is_dir());
}

#[test]
fn a_sockets_folder_that_others_can_write_or_that_leads_elsewhere_is_refused() {
    let open = home();
    fs::set_permissions(run_folder(open.path()), fs::Permissions::from_mode(0o777)).unwrap();
    let led = home();
    let elsewhere = home();
    symlink(elsewhere.path(), led.path().join("run")).unwrap();
    for (home, reason) in [(&open, "can be written by others"), (&led, "symbolic link")] {
        let output = daemon(home.path()).output().unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(reason) && said.contains(home.path().to_str().unwrap()), "{said}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing was put there");
}

#[test]
fn a_sockets_folder_of_another_user_is_refused() {
    if !is_root() {
        eprintln!("LEFT OUT: only root can give a folder away");
        return;
    }
    let home = home();
    chown(run_folder(home.path()), Some(NOBODY), Some(NOBODY)).unwrap();
    let output = daemon(home.path()).output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("another user"), "{said}");
}

#[test]
fn a_socket_that_another_user_serves_is_told_nothing() {
    let squatter = "use IO::Socket::UNIX; $| = 1; my $s = IO::Socket::UNIX->new(Local => shift, Listen => 1) or die; \
                    my $c = $s->accept; sysread $c, my $heard, 4096; print 'heard ', length $heard";
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|said| said.status.success());
    if !is_root() || !has("setpriv") || !has("perl") {
        eprintln!("LEFT OUT: nobody else can serve a socket here");
        return;
    }
    let home = home();
    let folder = run_folder(home.path());
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "perl", "-e", squatter]).arg(socket(home.path()));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut squatting = Rivals(vec![child]);
    wait_for("the squatter", || socket(home.path()).exists().then_some(()));
    let output = run("guide", home.path(), &["status"]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let mut child = squatting.0.remove(0);
    // one that was never connected to still waits
    let _ = child.kill();
    let heard = String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned();
    assert!(heard.is_empty() || heard.trim() == "heard 0", "it heard something: {heard}");
}
