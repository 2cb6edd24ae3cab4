//! Where the daemon is reached: taken under the single-instance lock, open to this user alone. What is taken is a Unix
//! socket, on Windows a named pipe.

#[cfg_attr(unix, path = "socket/unix.rs")]
#[cfg_attr(windows, path = "socket/pipe.rs")]
mod local;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use guide_common::paths::{Paths, socket_fault};

pub use local::{LocalListener, Passed, adopt, bind, remove};

use crate::outbox::recover::replace;
use crate::platform;

/// Why the daemon cannot begin to serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The socket's path is too long.
    #[error("{0}")]
    Path(String),
    /// A folder or file cannot be made.
    #[error("{} cannot be written; set GUIDE_HOME to a folder of your own", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The socket's folder is open to others.
    #[error("{} {reason}; others could take the socket's place", path.display())]
    Unsafe {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something else listens where this one would.
    #[error("another program listens on {}: this one leaves it alone", path.display())]
    Taken {
        /// The socket.
        path: PathBuf,
    },
    /// The socket that systemd passed cannot be served.
    #[error("the socket that systemd passed is not served: {reason}")]
    Passed {
        /// What is wrong with it.
        reason: String,
    },
    /// Another daemon holds the lock.
    #[error("another guided (pid {pid}) serves this folder")]
    AlreadyServes {
        /// Its process, as the lock names it.
        pid: String,
    },
}

impl ServeError {
    /// The stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Path(_) => "socket_path",
            Self::Unwritable { .. } => "folder_unwritable",
            Self::Unsafe { .. } => "folder_unsafe",
            Self::Taken { .. } => "socket_taken",
            Self::Passed { .. } => "socket_passed",
            Self::AlreadyServes { .. } => "already_serves",
        }
    }
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> ServeError {
    let path = path.to_owned();
    move |source| ServeError::Unwritable { path, source }
}

/// So long a lock may be held by nobody who serves.
const LEFT_BEHIND: Duration = Duration::from_secs(1);
/// How often it is tried meanwhile.
const PAUSE: Duration = Duration::from_millis(10);

/// The single-instance lock; it is given up when the process ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its lock")] fs::File);

/// Makes the folders and takes the lock.
pub fn take_lock(paths: &Paths) -> Result<Lock, ServeError> {
    if let Some(fault) = socket_fault(&paths.socket) {
        return Err(ServeError::Path(fault));
    }
    let folders = [&paths.data, &paths.state, &paths.log(), &paths.guides()];
    for folder in folders {
        private_folder(folder)?;
    }
    let path = paths.lock();
    let file = fs::File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = file.map_err(unwritable(&path))?;
    match locked(&file) {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let pid = io::read_to_string(&file).unwrap_or_default().trim().to_owned();
            return Err(ServeError::AlreadyServes { pid: if pid.is_empty() { "unknown".to_owned() } else { pid } });
        }
        Err(fs::TryLockError::Error(source)) => return Err(ServeError::Unwritable { path, source }),
    }
    // a full disk must not keep this from starting
    crate::upkeep::make_room(&paths.data);
    use io::Write;
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(unwritable(&path))?;
    Ok(Lock(file))
}

/// Takes the lock. A daemon that was killed while it started another program has left it to that one for the moment until
/// it runs; one that serves holds it for longer.
fn locked(file: &fs::File) -> Result<(), fs::TryLockError> {
    let until = Instant::now() + LEFT_BEHIND;
    loop {
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
            taken => return taken,
        }
    }
}

fn private_folder(folder: &Path) -> Result<(), ServeError> {
    platform::private_folder(folder).map_err(unwritable(folder))
}

/// Notes where it is, for clients whose environment says another place.
fn announce(paths: &Paths) -> Result<(), ServeError> {
    let note = paths.socket_note();
    replace(&note, format!("{}\n", paths.socket.display()).as_bytes()).map_err(unwritable(&note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_a_killed_daemon_left_for_a_moment_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let open =
            || fs::File::options().read(true).write(true).create(true).truncate(false).open(folder.path().join("lock"));
        let (left, own) = (open().unwrap(), open().unwrap());
        left.try_lock().unwrap();
        let ended = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            drop(left);
        });
        locked(&own).unwrap();
        ended.join().unwrap();
        assert!(locked(&open().unwrap()).is_err(), "one that serves keeps it");
    }
}
