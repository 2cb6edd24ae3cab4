//! What the system does for the daemon, on Unix.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Customers' data: what is made here is its user's alone, and no other program of the user reads this one's memory, nor
/// does it lie in a core file.
pub fn keep_to_its_user() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        tracing::debug!(%error, "keeping memory from other programs");
    }
}

/// Makes a folder, and those above it, that only its user may enter.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A file that is made by these is its user's alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// What others may do with a file or folder, as its last six bits of permission; none where that is not known.
pub fn open_to_others(path: &Path) -> io::Result<Option<u32>> {
    Ok(Some(fs::metadata(path)?.mode() & 0o077))
}

/// Opens a file to have what others wrote into it on disk.
pub fn open_to_sync(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens a file that is written at its end only and can be cut to a length, and makes it where it is missing.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    File::options().append(true).create(true).open(path)
}

/// Goes to the end of a file that was opened to append: every write goes there by itself.
pub fn to_the_end(_file: &mut File) -> io::Result<()> {
    Ok(())
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// How much this user can still write to the disk of a folder.
pub fn n_free_bytes(folder: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// How many bytes of the disk a file holds.
pub fn n_held_bytes(found: &Metadata) -> u64 {
    const BLOCK_BYTES: u64 = 512;
    found.blocks() * BLOCK_BYTES
}

/// Reserves room for a file; `Unsupported` where the disk cannot.
#[cfg(target_os = "linux")]
pub fn reserve(file: &File, n_bytes: u64) -> io::Result<()> {
    rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, n_bytes).map_err(|error| match error {
        rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS => io::ErrorKind::Unsupported.into(),
        error => error.into(),
    })
}

/// Reserves no room.
#[cfg(not(target_os = "linux"))]
pub fn reserve(_file: &File, _n_bytes: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The time since the machine was started, with its sleep.
pub fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    const STEADY: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    // elsewhere it stands still while the machine sleeps; the next answer of the hub puts it right
    #[cfg(not(target_os = "linux"))]
    const STEADY: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let steady = rustix::time::clock_gettime(STEADY);
    let seconds = u64::try_from(steady.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(steady.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}

/// Whether a program was ended by a fault of its own.
pub fn crashed(status: ExitStatus) -> bool {
    const CRASHES: [i32; 5] = [4, 6, 7, 8, 11];
    status.signal().is_some_and(|signal| CRASHES.contains(&signal))
}

/// The machine's name, as it calls itself.
pub fn host_name() -> Option<String> {
    fs::read_to_string("/proc/sys/kernel/hostname").ok()
}

/// The locale that messages are wanted in, as POSIX orders the variables.
pub fn locale() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Whether there is a desktop that could show a reminder.
pub fn has_desktop() -> bool {
    cfg!(target_os = "macos") || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|value| !value.is_empty())
}

/// The shell that runs a command line of the user's.
pub fn shell(line: &str) -> std::process::Command {
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", line]);
    shell
}

/// Starts a program without a window, as everything here.
pub fn windowless(command: &mut std::process::Command) -> &mut std::process::Command {
    command
}

/// What the system can ask of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To stop: SIGTERM and SIGINT.
    Stop,
    /// To read its settings again: SIGHUP, also when the terminal that started it has closed.
    Reload,
}

/// Hears what the system asks.
#[derive(Debug)]
pub struct Wishes {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Wishes {
    /// Listens from here on.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("listening for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("listening for SIGINT")?,
            hangup: signal(SignalKind::hangup()).context("listening for SIGHUP")?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::Stop,
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.hangup.recv() => Wish::Reload,
        }
    }
}

/// A session of its own, and nothing that keeps the starter's pipes open.
pub fn detach(log_folder: &Path) -> io::Result<()> {
    // a group's leader cannot; it has a group of its own already
    let _ = rustix::process::setsid();
    let input = File::open("/dev/null")?;
    let output = File::options().create(true).append(true).open(log_folder.join("guided.out"))?;
    rustix::stdio::dup2_stdin(&input)?;
    rustix::stdio::dup2_stdout(&output)?;
    rustix::stdio::dup2_stderr(&output)?;
    Ok(())
}
