//! The servers under load, on one core together with their database; the load comes from the other one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use guide_tests::program::{Running, command, path_of, wait_for};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::bench::process;

/// A server on the first core.
pub struct Server {
    /// `HOST:PORT`.
    pub address: String,
    running: Running,
    postmaster: Option<u32>,
}

/// A database for one run.
pub struct Database {
    /// Its URL.
    pub url: String,
    /// The engine's name.
    pub name: &'static str,
    cluster: Option<PathBuf>,
}

/// Puts a program on the first core, before others where that is allowed.
fn on_first_core(program: &Path) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "-10", "taskset", "-c", "0"]).arg(program);
    command
}

/// Puts this program on the second core.
pub fn to_second_core() -> anyhow::Result<()> {
    let pid = std::process::id().to_string();
    let output = Command::new("taskset").args(["-a", "-c", "-p", "1", &pid]).output()?;
    anyhow::ensure!(output.status.success(), "taskset failed: two cores are needed");
    Ok(())
}

/// Lets this program have `n` open files; the hub raises its own limit.
pub fn many_open_files(n: u64) -> anyhow::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    anyhow::ensure!(limit.maximum.is_none_or(|most| most >= n), "{n} open files must be allowed (ulimit -Hn)");
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(())
}

impl Database {
    /// An SQLite database in a folder.
    pub fn sqlite(folder: &Path) -> Self {
        Self { url: format!("sqlite://{}/hub.db?mode=rwc", folder.display()), name: "SQLite", cluster: None }
    }

    /// A private PostgreSQL cluster that syncs what it commits; none where there is no server to start.
    pub fn postgres(folder: &Path) -> anyhow::Result<Option<Self>> {
        let script = postgres_script();
        if !Command::new(&script).arg("bin").output()?.status.success() {
            return Ok(None);
        }
        let cluster = folder.join("pg");
        let mut command = on_first_core(&script);
        let output = command.arg("start").arg(&cluster).env("GUIDE_TEST_FSYNC", "on").output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        anyhow::ensure!(output.status.success(), "the cluster did not start: {said}");
        let url = String::from_utf8(output.stdout)?.trim().to_owned();
        Ok(Some(Self { url, name: "PostgreSQL", cluster: Some(cluster) }))
    }

    fn postmaster(&self) -> anyhow::Result<Option<u32>> {
        let Some(cluster) = &self.cluster else { return Ok(None) };
        let file = std::fs::read_to_string(cluster.join("data/postmaster.pid"))?;
        Ok(Some(file.lines().next().context("a process id")?.trim().parse()?))
    }

    /// Runs one of the hub's commands on it.
    pub fn cli(&self, home: &Path, args: &[&str]) -> anyhow::Result<()> {
        let output = command("guide-hub", home).args(args).args(["--database-url", &self.url]).output()?;
        anyhow::ensure!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(cluster) = &self.cluster {
            let _ = Command::new(postgres_script()).arg("stop").arg(cluster).status();
        }
    }
}

fn postgres_script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/postgres.sh")
}

impl Server {
    /// The hub, without a limit on how often a terminal asks.
    pub fn hub(database: &Database, home: &Path) -> anyhow::Result<Self> {
        let file = home.join("address");
        let mut command = on_first_core(&path_of("guide-hub"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--device-rate", "0", "--database-url", &database.url]);
        command.arg("--address-file").arg(&file);
        Self::start(command, database, home, &file)
    }

    /// The ceiling.
    pub fn ceiling(database: &Database, home: &Path) -> anyhow::Result<Self> {
        let file = home.join("ceiling-address");
        let mut command = on_first_core(&path_of("minimal_hub"));
        command.arg(&database.url).arg(&file);
        Self::start(command, database, home, &file)
    }

    fn start(mut command: Command, database: &Database, home: &Path, file: &Path) -> anyhow::Result<Self> {
        let _ = std::fs::remove_file(file);
        command.env("GUIDE_HOME", home).env("HOME", home).env_remove("XDG_RUNTIME_DIR").env("GUIDE_LOG", "warn");
        let running = Running::start(command);
        let address = wait_for("the server's address", || {
            let text = std::fs::read_to_string(file).ok()?;
            text.ends_with('\n').then(|| text.trim().strip_prefix("http://").map(str::to_owned))?
        });
        Ok(Self { address, running, postmaster: database.postmaster()? })
    }

    /// Seconds on a processor so far, the database's with them.
    pub fn cpu_s(&self) -> anyhow::Result<f64> {
        let own = process::cpu_s(self.running.pid())?;
        Ok(own + self.postmaster.map_or(Ok(0.0), process::cpu_of_family_s)?)
    }

    /// The server's own memory.
    pub fn rss_mib(&self) -> anyhow::Result<f64> {
        process::rss_mib(self.running.pid())
    }
}
