//! Starting the real programs, each in folders of its own, and stopping exactly those.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use guide::client::Client;
use guide_common::paths::{Env, Paths};
use guide_common::wire::local::EnrollLocalRequest;

static N_PANICS: AtomicUsize = AtomicUsize::new(0);

/// How long a program may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder under `/tmp`, where the path of a socket stays short; on Windows the pipe's name is short anyhow.
pub fn folder() -> tempfile::TempDir {
    let parent = if cfg!(windows) { std::env::temp_dir() } else { PathBuf::from("/tmp") };
    tempfile::Builder::new().prefix("guide").tempdir_in(parent).unwrap()
}

/// What runs one test.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A hub with the demo's chain, serving, and a terminal enrolled for its first guide.
pub async fn demo(home: &Path) -> (Hub, Terminal) {
    let mut hub = Hub::new(&home.join("h"), "2026-08-12T10:00:00");
    hub.cli(&["import", "demo"]);
    hub.serve();
    let terminal = Terminal::start(&home.join("t"), &hub);
    terminal.enroll(&hub, "linzhixia").await;
    (hub, terminal)
}

/// The path of one of the project's programs, built beside this one or, for a test, one folder up.
pub fn path_of(program: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let folders = this.ancestors().skip(1).take(2);
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let found = folders.map(|folder| folder.join(&file)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{program} is not built: run `cargo build --workspace --bins` first"))
}

/// Runs a program to its end.
pub fn run(program: &str, home: &Path, args: &[&str]) -> Output {
    command(program, home).args(args).stdin(Stdio::null()).output().unwrap()
}

/// Runs a program that must succeed, and returns what it printed.
#[track_caller]
pub fn run_ok(program: &str, home: &Path, args: &[&str]) -> String {
    let mut command = command(program, home);
    command.args(args).stdin(Stdio::null());
    succeed(command)
}

#[track_caller]
fn succeed(mut command: Command) -> String {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out.into_owned()
}

/// A program that sees nothing of the machine's user but `GUIDE_HOME`.
pub fn command(program: &str, home: &Path) -> Command {
    let mut command = Command::new(path_of(program));
    command.env("GUIDE_HOME", home).env("HOME", home).env_remove("XDG_RUNTIME_DIR").env("LANG", "C.UTF-8");
    // no test shows anything on somebody's desktop
    command.env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}

/// Waits until something is there, or panics with `what`.
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} for {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How many panics the programs that this process started have told of.
pub fn n_panics() -> usize {
    N_PANICS.load(Ordering::SeqCst)
}

/// What lets a program be asked to stop where there are no signals.
const WATCHES_ITS_STARTER: &[&str] = if cfg!(windows) { &["--exit-with-parent"] } else { &[] };

/// Whether somebody listens on a socket or pipe.
pub fn connects(socket: &Path) -> bool {
    #[cfg(unix)]
    return std::os::unix::net::UnixStream::connect(socket).is_ok();
    #[cfg(windows)]
    return std::fs::File::options().read(true).write(true).open(socket).is_ok();
}

/// A running program; dropped, it is killed.
pub struct Running {
    child: Child,
}

impl Running {
    /// Starts a program; what it says on standard error is shown with the test's output.
    pub fn start(mut command: Command) -> Self {
        let input = if cfg!(windows) { Stdio::piped() } else { Stdio::null() };
        let mut child = command.stdin(input).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(stderr) = child.stderr.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    if line.contains("panicked at") {
                        N_PANICS.fetch_add(1, Ordering::SeqCst);
                    }
                    eprintln!("{line}");
                }
            });
        }
        Self { child }
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power switch would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, and waits for its end. Windows has no signal for it: there the end of its standard input says so.
    pub fn terminate(&mut self) -> std::process::ExitStatus {
        if cfg!(windows) {
            drop(self.child.stdin.take());
        } else {
            let status = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
            assert!(status.success());
        }
        wait_for("the program to stop", || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Which clock rules the shop's dates.
#[derive(Clone, Debug)]
pub enum ShopClock {
    /// The machine's.
    Real,
    /// The time in a file, shared by hub and terminals.
    Virtual(PathBuf),
}

impl ShopClock {
    fn args(&self) -> Vec<OsString> {
        match self {
            Self::Real => Vec::new(),
            Self::Virtual(file) => {
                vec!["--clock".into(), "virtual".into(), "--clock-file".into(), file.into()]
            }
        }
    }
}

/// A hub in a folder of its own.
pub struct Hub {
    /// Its home, which also holds its data.
    pub home: PathBuf,
    /// The clock that it shares with its terminals.
    pub clock: ShopClock,
    /// Where it listens.
    pub url: String,
    /// The program, of this version or a later one.
    pub program: &'static str,
    /// How many requests a second it takes of one terminal, where that is not the usual number; 0 for no limit.
    pub device_rate: Option<u32>,
    running: Option<Running>,
}

impl Hub {
    /// A hub with an empty database on the virtual clock, not serving yet.
    pub fn new(home: &Path, now: &str) -> Self {
        std::fs::create_dir_all(home).unwrap();
        let file = home.join("clock");
        std::fs::write(&file, now).unwrap();
        Self {
            home: home.to_owned(),
            clock: ShopClock::Virtual(file),
            url: String::new(),
            program: "guide-hub",
            device_rate: None,
            running: None,
        }
    }

    /// The same on the machine's clock.
    pub fn on_real_clock(home: &Path) -> Self {
        Self { clock: ShopClock::Real, ..Self::new(home, "") }
    }

    /// Runs one of the hub's commands.
    #[track_caller]
    pub fn cli(&self, args: &[&str]) -> String {
        let mut command = command(self.program, &self.home);
        command.args(args).arg("--data").arg(self.data()).stdin(Stdio::null());
        command.args(self.clock.args());
        succeed(command)
    }

    /// Runs one of the hub's commands that does not succeed: its exit code, and what it says.
    pub fn refused(&self, args: &[&str]) -> (Option<i32>, String) {
        let mut command = command(self.program, &self.home);
        command.args(args).arg("--data").arg(self.data()).args(self.clock.args()).stdin(Stdio::null());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// The facts in a guide's feed, as JSON.
    #[track_caller]
    pub fn facts(&self, guide: &str) -> String {
        let text = self.cli(&["inspect", guide, "--facts", "--json"]);
        let inspection: serde_json::Value = serde_json::from_str(&text).unwrap();
        inspection["facts"].to_string()
    }

    /// Where its database lies.
    pub fn data(&self) -> PathBuf {
        self.home.join("hub")
    }

    /// Starts it, on the port that it had before, if any.
    pub fn serve(&mut self) {
        let address_file = self.home.join("address");
        let _ = std::fs::remove_file(&address_file);
        let listen = self.url.strip_prefix("http://").unwrap_or("127.0.0.1:0").to_owned();
        let mut command = command(self.program, &self.home);
        command.args(["serve", "--listen", &listen]).args(self.clock.args()).arg("--data").arg(self.data());
        command.arg("--address-file").arg(&address_file).env("GUIDE_LOG", "warn");
        command.args(WATCHES_ITS_STARTER);
        if let Some(rate) = self.device_rate {
            command.args(["--device-rate", &rate.to_string()]);
        }
        self.running = Some(Running::start(command));
        self.url = wait_for("the hub's address", || {
            let text = std::fs::read_to_string(&address_file).ok()?;
            text.trim().starts_with("http").then(|| text.trim().to_owned())
        });
    }

    /// Stops it.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            assert!(running.terminate().success());
        }
    }

    /// Ends it at once, as a power switch would.
    pub fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill();
        }
    }
}

/// A terminal: a daemon in a home of its own.
pub struct Terminal {
    /// Its home.
    pub home: PathBuf,
    /// The clock that it shares with the hub.
    pub clock: ShopClock,
    /// Its program, of this version or a later one.
    pub program: &'static str,
    /// What its daemon finds in the environment beside its home.
    pub vars: Vec<(&'static str, String)>,
    /// Its daemon.
    pub daemon: Option<Running>,
}

impl Terminal {
    /// Starts a daemon on the clock of a hub.
    pub fn start(home: &Path, hub: &Hub) -> Self {
        std::fs::create_dir_all(home).unwrap();
        let (home, clock) = (home.to_owned(), hub.clock.clone());
        let mut terminal = Self { home, clock, program: "guided", vars: Vec::new(), daemon: None };
        terminal.start_daemon();
        terminal
    }

    /// Starts its daemon again, and does not wait for it.
    pub fn spawn_daemon(&mut self) {
        let mut command = command(self.program, &self.home);
        command.arg("run").args(self.clock.args()).args(WATCHES_ITS_STARTER);
        command.envs(self.vars.iter().map(|(name, value)| (*name, value)));
        self.daemon = Some(Running::start(command));
    }

    /// Starts its daemon again.
    pub fn start_daemon(&mut self) {
        self.spawn_daemon();
        let socket = self.socket();
        wait_for("the daemon's socket", || connects(&socket).then_some(()));
    }

    /// Ends its daemon at once, as a power switch would.
    pub fn kill_daemon(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill();
        }
    }

    /// Stops its daemon, which closes its cache.
    pub fn stop_daemon(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            assert!(daemon.terminate().success());
        }
    }

    /// The daemon's process.
    pub fn pid(&self) -> u32 {
        self.daemon.as_ref().map_or(0, Running::pid)
    }

    /// Where the daemon serves.
    pub fn socket(&self) -> PathBuf {
        Paths::of(&Env { guide_home: Some(self.home.clone()), ..Env::default() }).socket
    }

    /// A client of the daemon.
    pub fn client(&self) -> Client {
        Client::at(&self.socket())
    }

    /// Enrols it for a guide, and waits for the first sync.
    pub async fn enroll(&self, hub: &Hub, guide: &str) {
        self.enroll_at(hub, &hub.url, guide).await;
    }

    /// The same as a trainer's.
    pub async fn enroll_trainer(&self, hub: &Hub, guide: &str) {
        self.enroll_with(hub, &hub.url, &["device", "code", guide, "--role", "trainer", "--json"]).await;
    }

    /// The same through another address of the hub, such as a proxy's.
    pub async fn enroll_at(&self, hub: &Hub, url: &str, guide: &str) {
        self.enroll_with(hub, url, &["device", "code", guide, "--json"]).await;
    }

    async fn enroll_with(&self, hub: &Hub, url: &str, code: &[&str]) {
        let json: serde_json::Value = serde_json::from_str(&hub.cli(code)).unwrap();
        let code = json["code"].as_str().unwrap().to_owned();
        let client = self.client();
        client.enroll(&EnrollLocalRequest::new(url, &code)).await.unwrap();
        client.sync_now().await.unwrap();
    }
}
