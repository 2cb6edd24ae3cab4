//! Private PostgreSQL clusters: a primary, standbys of it, copies and dumps; and an address that points at whichever of
//! them serves. Each has a socket in a folder of its own, and is stopped by the process id that it noted itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::program::wait_for;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/postgres.sh");
/// What a standby calls itself at its primary.
const STANDBY: &str = "standby";

/// A cluster; dropped, it is stopped.
#[derive(Debug)]
pub struct Cluster {
    dir: PathBuf,
    bin: PathBuf,
}

/// Whether there is a PostgreSQL server to start; says so where there is none.
pub fn is_here() -> bool {
    let found = script(&["bin"]).is_some_and(|output| output.status.success());
    if !found {
        eprintln!("left out: there is no PostgreSQL server here; install the package postgresql");
    }
    found
}

fn script(args: &[&str]) -> Option<Output> {
    Command::new(SCRIPT).args(args).stdin(Stdio::null()).output().ok()
}

impl Cluster {
    /// Makes an empty cluster in a folder, and starts it.
    pub fn start(dir: &Path) -> Self {
        let output = script(&["start", dir.to_str().unwrap()]).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self::of(dir)
    }

    fn of(dir: &Path) -> Self {
        let bin = String::from_utf8(script(&["bin"]).unwrap().stdout).unwrap();
        Self { dir: dir.to_owned(), bin: PathBuf::from(bin.trim()) }
    }

    /// A copy of this cluster as it is at this moment, taken while it serves; not started.
    pub fn base_backup(&self, dir: &Path) -> Self {
        self.copy(dir, &[])
    }

    /// A standby that follows this cluster, started.
    pub fn standby(&self, dir: &Path) -> Self {
        let standby = self.copy(dir, &["--write-recovery-conf"]);
        standby.start_again();
        wait_for("the standby to follow", || {
            let streams = self.sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'");
            (streams != "0").then_some(())
        });
        standby
    }

    fn copy(&self, dir: &Path, options: &[&str]) -> Self {
        let copy = Self { dir: dir.to_owned(), bin: self.bin.clone() };
        std::fs::create_dir(dir).unwrap();
        if is_root() {
            assert!(Command::new("chown").arg("postgres").arg(dir).status().unwrap().success());
        }
        let from = format!("host={} user=postgres application_name={STANDBY}", self.dir.display());
        let mut command = self.as_server("pg_basebackup");
        command.args(["--dbname", &from, "--wal-method=stream", "--checkpoint=fast", "--no-sync", "--pgdata"]);
        run(command.arg(dir.join("data")).args(options));
        // what comes last in the file counts
        let settings = format!("unix_socket_directories = '{}'\n", dir.display());
        let conf = dir.join("data/postgresql.conf");
        let text = std::fs::read_to_string(&conf).unwrap();
        std::fs::write(&conf, text + &settings).unwrap();
        copy
    }

    /// Starts a cluster that does not run.
    pub fn start_again(&self) {
        run(self.control().arg("--log").arg(self.dir.join("server.log")).args(["--wait", "start"]));
    }

    /// Ends it at once, as `kill -9` of all its processes would: nothing is written to the end.
    pub fn kill(&self) {
        run(self.control().args(["--mode=immediate", "stop"]));
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        run(self.control().args(["--wait", "promote"]));
    }

    /// Has commits wait until the standby holds them.
    pub fn wait_for_standby(&self) {
        self.sql(&format!("ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'"));
        self.sql("SELECT pg_reload_conf()");
        wait_for("the standby to be synchronous", || {
            let state = self.sql("SELECT string_agg(sync_state, ',') FROM pg_stat_replication");
            (state == "sync").then_some(())
        });
    }

    /// Ends the stream from the primary to this standby: what is written from here on never arrives.
    pub fn cut_off(&self, primary: &Self) {
        self.sql("ALTER SYSTEM SET primary_conninfo = ''");
        self.sql("SELECT pg_reload_conf()");
        wait_for("the stream to end", || {
            (primary.sql("SELECT count(*) FROM pg_stat_replication") == "0").then_some(())
        });
    }

    /// Everything in it, as SQL.
    pub fn dump(&self) -> Vec<u8> {
        run(self.as_client("pg_dump").arg("postgres")).stdout
    }

    /// Fills an empty cluster from a dump.
    pub fn restore(&self, dump: &[u8]) {
        let file = self.dir.join("dump.sql");
        std::fs::write(&file, dump).unwrap();
        let mut command = self.as_client("psql");
        run(command
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
            .stdin(std::fs::File::open(file).unwrap()));
    }

    /// What a statement answers, as text.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        let output = run(self.as_client("psql").args(["--no-psqlrc", "--tuples-only", "--no-align", "-c", statement]));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn as_client(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.arg("--host").arg(&self.dir).args(["--username", "postgres"]);
        command
    }

    fn control(&self) -> Command {
        let mut command = self.as_server("pg_ctl");
        command.arg("--pgdata").arg(self.dir.join("data")).arg("--silent");
        command
    }

    /// The server refuses root.
    fn as_server(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = script(&["stop", self.dir.to_str().unwrap()]);
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}

#[track_caller]
fn run(command: &mut Command) -> Output {
    // a server that is started keeps what it inherits open, so its output goes into no pipe
    let is_control = command.get_args().any(|arg| arg.to_string_lossy().ends_with("pg_ctl"))
        || command.get_program().to_string_lossy().ends_with("pg_ctl");
    if is_control {
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{command:?}: {status}");
        return Output { status, stdout: Vec::new(), stderr: Vec::new() };
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// An address that always leads to the cluster that serves, as a virtual one does in a network.
#[derive(Debug)]
pub struct Address {
    link: PathBuf,
}

impl Address {
    /// An address in a folder, which leads to a cluster.
    pub fn new(folder: &Path, to: &Cluster) -> Self {
        let address = Self { link: folder.join("pg") };
        address.lead_to(to);
        address
    }

    /// Leads to another cluster, in one step.
    pub fn lead_to(&self, cluster: &Cluster) {
        let next = self.link.with_extension("next");
        std::os::unix::fs::symlink(&cluster.dir, &next).unwrap();
        std::fs::rename(next, &self.link).unwrap();
    }

    /// The database's URL.
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.link.display())
    }
}

/// A folder in which clusters can be made: short enough for a socket's path, and open to the server's user.
pub fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("gp").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}
