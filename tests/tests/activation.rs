//! The daemon under systemd, or what passes a socket as systemd does: it serves that one and no other, leaves it where it
//! is, and says when it serves and when it stops.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use guide_tests::program::{command, folder, path_of, run, run_ok, wait_for};

/// How long the daemon may take to say something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon that is started with a socket; dropped, it is killed.
struct Activated(Child);

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Activated {
    /// Asks it to stop, and waits for its end.
    fn stop(mut self) {
        let asked = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status().unwrap();
        assert!(asked.success());
        let status = wait_for("the daemon to stop", || self.0.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }
}

fn socket(home: &Path) -> PathBuf {
    home.join("run/guided.sock")
}

/// The socket as systemd would listen on it.
fn listening(home: &Path) -> UnixListener {
    let folder = home.join("run");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    UnixListener::bind(socket(home)).unwrap()
}

/// A daemon that finds the socket as its third file, as systemd passes it: a shell moves it there and becomes the daemon, so
/// that the process's number is right.
fn passed(home: &Path, passed: OwnedFd) -> Command {
    let mut shell = command("guided", home);
    let program = shell.get_program().to_owned();
    let vars: Vec<_> = shell.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    shell = Command::new("sh");
    shell.args(["-c", "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" run"]).arg(program);
    for (name, value) in vars {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.stdin(Stdio::from(passed)).stdout(Stdio::null()).stderr(Stdio::piped());
    shell
}

fn refused(home: &Path, socket: OwnedFd) -> String {
    let output = passed(home, socket).output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What the service manager is told next.
fn told(manager: &UnixDatagram) -> String {
    let mut text = [0; 256];
    let n = manager.recv(&mut text).expect("the daemon says something in time");
    String::from_utf8_lossy(&text[..n]).trim().to_owned()
}

#[test]
fn a_passed_socket_is_served_and_left_and_the_manager_told_of_start_and_stop() {
    let home = folder();
    let listener = listening(home.path());
    let manager = UnixDatagram::bind(home.path().join("notify")).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let start = || {
        let mut command = passed(home.path(), listener.try_clone().unwrap().into());
        Activated(command.env("NOTIFY_SOCKET", home.path().join("notify")).stderr(Stdio::null()).spawn().unwrap())
    };
    for _ in 0..2 {
        // a client that comes first waits in the socket
        let waiting = UnixStream::connect(socket(home.path())).unwrap();
        let daemon = start();
        assert_eq!(told(&manager), "READY=1");
        run_ok("guide", home.path(), &["status", "--json"]);
        let mode = fs::metadata(socket(home.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(waiting);
        daemon.stop();
        assert_eq!(told(&manager), "STOPPING=1");
        let note = fs::read_to_string(home.path().join("state/socket")).unwrap();
        assert_eq!(note.trim(), socket(home.path()).to_str().unwrap(), "the note leads to where somebody listens");
        assert!(UnixStream::connect(socket(home.path())).is_ok(), "systemd listens on");
    }
}

#[test]
fn a_passed_socket_that_clients_would_not_find_or_others_could_replace_is_refused() {
    let home = folder();
    let elsewhere = UnixListener::bind(home.path().join("other.sock")).unwrap();
    let text = refused(home.path(), elsewhere.into());
    assert!(text.contains("other.sock") && text.contains("run/guided.sock") && text.contains("ListenStream"), "{text}");

    let datagram = UnixDatagram::bind(home.path().join("datagram")).unwrap();
    assert!(refused(home.path(), datagram.into()).contains("(socket_passed)"));

    let listener = listening(home.path());
    fs::set_permissions(home.path().join("run"), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(refused(home.path(), listener.into()).contains("can be written by others"));
    assert!(socket(home.path()).exists(), "it is not the daemon's to remove");
}

#[test]
fn a_socket_on_which_somebody_listens_is_not_taken_by_a_daemon_that_was_started_by_hand() {
    let home = folder();
    let listener = listening(home.path());
    let output = command("guided", home.path()).arg("run").stdin(Stdio::null()).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("another program listens") && text.contains("(socket_taken)"), "{text}");
    assert!(UnixStream::connect(socket(home.path())).is_ok());
    // nobody listens any more: what is left is taken over
    drop(listener);
    run_ok("guide", home.path(), &["status"]);
    let stopped = run_ok("guide", home.path(), &["stop", "--lang", "en"]);
    assert!(stopped.contains("has stopped"), "{stopped}");
    assert!(!socket(home.path()).exists(), "its own it removes");
    assert!(run_ok("guide", home.path(), &["stop", "--lang", "en"]).contains("no guided runs"));
}

#[test]
fn a_daemon_with_options_of_its_own_is_not_stopped_by_guide() {
    let home = folder();
    let mut daemon = command("guided", home.path());
    daemon.args(["run", "--clock", "virtual"]).stdin(Stdio::null()).stderr(Stdio::null());
    let _daemon = Activated(daemon.spawn().unwrap());
    wait_for("the socket", || UnixStream::connect(socket(home.path())).ok());
    let output = run("guide", home.path(), &["stop", "--lang", "en"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("options of its own"), "{}", said(&output));
    run_ok("guide", home.path(), &["status"]);
}

#[test]
fn systemds_own_activation_starts_the_daemon_with_the_first_client() {
    let activate = "systemd-socket-activate";
    if !Command::new(activate).arg("--version").output().is_ok_and(|found| found.status.success()) {
        eprintln!("LEFT OUT: there is no {activate} here");
        return;
    }
    let home = folder();
    drop(listening(home.path()));
    fs::remove_file(socket(home.path())).unwrap();
    let mut command = Command::new(activate);
    command.arg("-l").arg(socket(home.path())).stdin(Stdio::null()).stderr(Stdio::null());
    for (name, value) in [("GUIDE_HOME", home.path()), ("HOME", home.path())] {
        command.arg("-E").arg(format!("{name}={}", value.display()));
    }
    let _daemon = Activated(command.arg(path_of("guided")).arg("run").spawn().unwrap());
    wait_for("systemd to listen", || socket(home.path()).exists().then_some(()));
    assert!(!home.path().join("state/guided.lock").exists(), "no daemon runs before somebody asks");
    let status = run_ok("guide", home.path(), &["status", "--json"]);
    assert!(status.contains("\"clock\": \"real\""), "{status}");
}

/// A user's manager of its own, in namespaces that end with it: the units as they are installed, with the programs' place.
const UNDER_A_MANAGER: &str = "\
    mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system
    /lib/systemd/systemd --user >/dev/null 2>&1 &
    n=0; while [ ! -S \"$XDG_RUNTIME_DIR/systemd/private\" ] && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.1; done
    systemctl --user daemon-reload && systemctl --user start guided.socket || { echo no manager; exit; }
    echo before: $(systemctl --user is-active guided.service)
    \"$GUIDE\" status --json >/dev/null && echo started: $(systemctl --user is-active guided.service)
    \"$GUIDE\" stop >/dev/null && echo stopped: $(systemctl --user is-active guided.service guided.socket)
    \"$GUIDE\" status --json >/dev/null && echo again: $(systemctl --user is-active guided.service)
    kill -9 $(systemctl --user show -p MainPID --value guided.service)
    \"$GUIDE\" status --json >/dev/null && echo after a kill: $(systemctl --user is-active guided.service)
    \"$GUIDE\" doctor --json | grep -c '\"linger\"'";

#[test]
fn under_a_users_manager_the_installed_units_start_the_daemon_and_start_it_again() {
    let home = folder();
    let units = home.path().join(".config/systemd/user");
    fs::create_dir_all(&units).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemon/systemd");
    fs::copy(source.join("guided.socket"), units.join("guided.socket")).unwrap();
    let service = fs::read_to_string(source.join("guided.service")).unwrap();
    let placed = format!("ExecStart=\"{}\"", path_of("guided").display());
    let filled = service.replace("ExecStart=/usr/bin/guided", &placed);
    assert_ne!(filled, service);
    fs::write(units.join("guided.service"), filled).unwrap();
    let runtime = home.path().join("run");
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", UNDER_A_MANAGER]);
    command.env_clear().env("HOME", home.path()).env("XDG_RUNTIME_DIR", &runtime).env("USER", "root");
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("GUIDE", path_of("guide")).stdin(Stdio::null());
    let text = command.output().map(|output| said(&output)).unwrap_or_default();
    if !text.contains("before: ") {
        eprintln!("LEFT OUT: no user's manager can be started here: {text}");
        return;
    }
    for line in
        ["before: inactive", "started: active", "stopped: inactive active", "again: active", "after a kill: active"]
    {
        assert!(text.lines().any(|said| said == line), "{line:?} is not in {text}");
    }
    assert_eq!(text.lines().last(), Some("1"), "the doctor says how the daemon outlives the session: {text}");
}
