//! What the system does for `guide`, on Unix.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use guide_common::text::{Lines, sanitise};
use rustix::io::Errno;
use rustix::process::{Pid, Signal as Kill, kill_process, test_kill_process};
use tokio::net::UnixStream;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Connects to the daemon. Anyone may have put a socket where the daemon's is expected: only this user's is trusted.
pub async fn connect(socket: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket).await?;
    if stream.peer_cred()?.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "another user serves this socket"));
    }
    Ok(stream)
}

/// A file that is made by these is its user's alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Folders that are made by it are their user's alone.
pub fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Whether a file can be run.
pub fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Whether a folder is this user's own.
pub fn is_own_folder(found: &fs::Metadata) -> bool {
    found.is_dir() && found.uid() == rustix::process::geteuid().as_raw()
}

/// Whether a process has ended.
pub fn has_ended(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid) == Err(Errno::SRCH))
}

/// Asks a program to stop. It is not reaped yet, so its number cannot be another's.
pub fn ask_to_stop(child: &mut Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, Kill::TERM);
    }
}

/// The locale that messages are wanted in, as POSIX orders the variables.
pub fn locale() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// The editor of a user who has named none.
pub const EDITOR: &str = "vi";

/// Runs an editor on a file. It is a command line: it may have arguments of its own, which the shell takes apart.
pub fn editor(line: &str, file: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{line} \"$1\"")).arg("sh").arg(file);
    shell
}

/// What a program that fills the clipboard reads.
pub fn clipboard_bytes(_program: &str, text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// The signals that end a program which has something to clean up first: SIGINT, SIGTERM and SIGHUP.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

/// A wish that the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// From the keyboard; another program in the foreground gets it too.
    Interrupt,
    /// From somebody else, with the number of the signal.
    Other(u8),
}

impl End {
    /// The number of the signal.
    pub fn number(self) -> u8 {
        match self {
            Self::Interrupt => number(SignalKind::interrupt()),
            Self::Other(number) => number,
        }
    }
}

fn number(kind: SignalKind) -> u8 {
    u8::try_from(kind.as_raw_value()).unwrap_or(u8::MAX)
}

impl Signals {
    /// Catches them from here on.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> End {
        tokio::select! {
            _ = self.interrupt.recv() => End::Interrupt,
            _ = self.terminate.recv() => End::Other(number(SignalKind::terminate())),
            _ = self.hang_up.recv() => End::Other(number(SignalKind::hangup())),
        }
    }
}

/// A daemon that was started for good.
#[derive(Debug)]
pub struct Started {
    child: Child,
}

impl Started {
    /// Starts it: it leaves the terminal by itself.
    pub fn new(program: &Path, args: &[&str], _log_folder: PathBuf) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        Ok(Self { child: command.spawn()? })
    }

    /// Its last words, where it has ended without success; `Ok` where it runs or ended well.
    pub fn failed(&mut self) -> Result<(), String> {
        let Ok(Some(status)) = self.child.try_wait() else { return Ok(()) };
        if status.success() {
            return Ok(());
        }
        let mut words = String::new();
        if let Some(stderr) = self.child.stderr.take() {
            // the program has ended, but what it started may hold the pipe: only what is there is read
            let _ = stderr.take(4_096).read_to_string(&mut words);
        }
        let last = words.lines().rev().find(|line| !line.trim().is_empty());
        let last = last.map(|line| line.strip_prefix("guided: ").unwrap_or(line));
        Err(last.map_or_else(|| status.to_string(), |line| sanitise(line, Lines::One, 300)))
    }
}
