//! Folders of programs, as an installation has them, and the daemons that `guide` starts from there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fs, io};

use crate::program::{command, path_of};

/// A folder with programs of ours under other names: `(name there, program)`.
pub fn folder_of<const N: usize>(folder: &Path, programs: [(&str, &str); N]) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    for (name, program) in programs {
        place(&path_of(program), &folder.join(name)).unwrap();
    }
    folder.to_owned()
}

/// A link where the file system has them, else a copy.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(_) => fs::copy(from, to).map(drop),
    }
}

/// Runs the `guide` of a folder, which finds the `guided` beside it.
pub fn guide_in(folder: &Path, home: &Path, args: &[&str]) -> Output {
    let mut like = command("guide", home);
    like.args(args).stdin(Stdio::null());
    let mut own = Command::new(folder.join("guide"));
    own.args(like.get_args()).stdin(Stdio::null());
    for (name, value) in like.get_envs() {
        match value {
            Some(value) => own.env(name, value),
            None => own.env_remove(name),
        };
    }
    own.output().unwrap()
}

/// Ends the daemon of a home, whoever started it, when a test ends.
pub struct Detached {
    state: PathBuf,
}

impl Detached {
    /// The daemon under a `GUIDE_HOME`.
    pub fn new(home: &Path) -> Self {
        Self { state: home.join("state") }
    }

    /// The daemon whose state lies there.
    pub fn with_state(state: &Path) -> Self {
        Self { state: state.to_owned() }
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        let Ok(lock) = fs::File::open(self.state.join("guided.lock")) else { return };
        // a lock that nobody holds names a process which is another one today
        if let Err(fs::TryLockError::WouldBlock) = lock.try_lock()
            && let Ok(pid) = io::read_to_string(&lock)
        {
            let _ = Command::new("kill").arg("-KILL").arg(pid.trim()).status();
        }
    }
}
