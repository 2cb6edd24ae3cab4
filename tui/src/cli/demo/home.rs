//! The demo's temporary `GUIDE_HOME`.

use std::io;
use std::path::{Path, PathBuf};

use guide_common::paths::{Env, Paths, socket_fault};

use crate::platform::{has_ended, is_own_folder, private_folder};

/// How the names of all homes begin.
const PREFIX: &str = "guide-demo-";

/// A folder that nobody else may enter and that is gone with this value.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    paths: Paths,
}

impl Home {
    /// Makes it in the system's folder for temporary files, or in `/tmp` where that would be too long for a socket.
    pub(super) fn new() -> io::Result<Self> {
        let paths_in = |folder: &Path| Paths::of(&Env { guide_home: Some(folder.to_owned()), ..Env::default() });
        let mut parent = std::env::temp_dir();
        if socket_fault(&paths_in(&parent.join(name(0))).socket).is_some() {
            parent = PathBuf::from("/tmp");
        }
        remove_leftovers(&parent);
        for n in 0..100 {
            let folder = parent.join(name(n));
            match private_folder().create(&folder) {
                Ok(()) => return Ok(Self { paths: paths_in(&folder), folder }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "every name is taken"))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // a program that is ending may write once more between reading the folder and removing it
        for _ in 0..20 {
            match std::fs::remove_dir_all(&self.folder) {
                Ok(()) => return,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return,
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(25)),
            }
        }
        crate::cli::context::note(&format!("guide: {} could not be removed", self.folder.display()));
    }
}

/// Removes what demos left that were killed and could clean up nothing.
fn remove_leftovers(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let ours = entry.metadata().is_ok_and(|found| is_own_folder(&found));
        let owner = entry.file_name().to_str().and_then(process_of);
        if ours && owner.is_some_and(has_ended) {
            // what cannot be removed harms nobody
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The process that a home's name names.
fn process_of(name: &str) -> Option<u32> {
    let (pid, n) = name.strip_prefix(PREFIX)?.split_once('-')?;
    n.parse::<u32>().ok()?;
    pid.parse().ok()
}

/// A name that no one else uses: the process, and a number for a leftover of an older process of that number.
fn name(n: u32) -> String {
    format!("{PREFIX}{}-{n}", std::process::id())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_home_is_private_and_gone_with_its_value_also_after_a_panic() {
        let home = Home::new().unwrap();
        let folder = home.folder().to_owned();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert!(home.paths().portable);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            std::fs::write(home.folder().join("file"), "x").unwrap();
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        assert!(!folder.exists());
    }

    #[test]
    fn only_the_homes_of_processes_that_are_gone_are_leftovers() {
        let parent = tempfile::tempdir().unwrap();
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        let (gone, own) = (format!("{PREFIX}{}-0", ended.id()), name(0));
        for name in [gone.as_str(), &own, "guide-demo-x-0", "other-1-0"] {
            std::fs::create_dir(parent.path().join(name)).unwrap();
        }
        remove_leftovers(parent.path());
        let mut left: Vec<_> = std::fs::read_dir(parent.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        let mut expected = [own.as_str(), "guide-demo-x-0", "other-1-0"];
        expected.sort_unstable();
        assert_eq!(left, expected);
    }
}
