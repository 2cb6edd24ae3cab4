//! Child processes of the demo: never left behind, whichever way the demo ends.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use guide_common::text::{Lines, sanitise};

use crate::cli::failure::{Answer, Failure};
use crate::platform::ask_to_stop;

/// How long a program may take to stop before it is killed.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// How often is looked whether it has ended.
const PAUSE: Duration = Duration::from_millis(4);

/// A command that a demo runs: what the user's environment says of real hubs and networks is not for it.
pub(super) fn demo_command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let plain = name.to_string_lossy().to_ascii_uppercase();
        if plain.starts_with("GUIDE_") || plain.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    command
}

/// A running program. Its standard input is a pipe that ends with this process, and it watches that: so it stops also
/// when this process is killed and can clean up nothing.
#[derive(Debug)]
pub(super) struct Process {
    name: &'static str,
    child: Child,
    words: PathBuf,
}

impl Process {
    /// Starts a program whose messages go to a file in `folder`.
    pub(super) fn start(name: &'static str, command: &mut Command, folder: &Path) -> Answer<Self> {
        let words = folder.join(format!("{name}.err"));
        let failed = |error: io::Error| Failure::Failed(format!("{name}: {error}"));
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(&words).map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        Ok(Self { name, child, words })
    }

    /// Fails where it has ended already, with its last words.
    pub(super) fn still_runs(&mut self) -> Answer<()> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(ended(self.name, status, &self.words)),
            Err(error) => Err(Failure::Failed(format!("{}: {error}", self.name))),
        }
    }

    /// Asks it to stop and waits until it has.
    pub(super) async fn stop(mut self) {
        ask_to_stop(&mut self.child);
        let deadline = Instant::now() + STOP_PATIENCE;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Kills it where it stands, as a power cut would.
    pub(super) fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        ask_to_stop(&mut self.child);
        let deadline = Instant::now() + Duration::from_secs(1);
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end and returns what it printed.
pub(super) async fn output(name: &'static str, command: &mut Command, folder: &Path) -> Answer<String> {
    let printed = folder.join(format!("{name}.out"));
    let words = folder.join(format!("{name}.err"));
    let failed = |error: io::Error| Failure::Failed(format!("{name}: {error}"));
    let child = command
        .stdin(Stdio::null())
        .stdout(File::create(&printed).map_err(failed)?)
        .stderr(File::create(&words).map_err(failed)?)
        .spawn()
        .map_err(failed)?;
    let mut process = Process { name, child, words };
    loop {
        match process.child.try_wait().map_err(failed)? {
            Some(status) if status.success() => return std::fs::read_to_string(&printed).map_err(failed),
            Some(status) => return Err(ended(name, status, &process.words)),
            None => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn ended(name: &str, status: ExitStatus, words: &Path) -> Failure {
    let words = std::fs::read_to_string(words).unwrap_or_default();
    let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Failure::Failed(format!("{name} ended ({status}): {}", sanitise(last, Lines::One, 300)))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn alive(pid: u32) -> bool {
        Path::new(&format!("/proc/{pid}")).exists()
    }

    #[tokio::test]
    async fn a_process_is_gone_with_its_value_and_by_both_ways_of_stopping() {
        let folder = tempfile::tempdir().unwrap();
        let start = || Process::start("sleep", Command::new("sleep").arg("60"), folder.path()).unwrap();
        let (dropped, stopped, killed) = (start(), start(), start());
        let pids = [&dropped, &stopped, &killed].map(|process| process.child.id());
        assert!(pids.into_iter().all(alive));
        drop(dropped);
        stopped.stop().await;
        killed.kill();
        assert!(!pids.into_iter().any(alive));
    }

    #[tokio::test]
    async fn a_program_that_fails_is_named_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        let error = output("sh", command.args(["-c", "echo first >&2; echo last >&2; exit 3"]), folder.path()).await;
        let Err(Failure::Failed(message)) = error else { panic!("it must fail") };
        assert!(message.contains("last") && !message.contains("first"), "{message}");
    }
}
