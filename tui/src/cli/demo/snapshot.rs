//! What a demo's programs hold, kept beside them and put back: headquarters' database, and what a terminal cannot fetch
//! again.

use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use guide_common::wire::support::FaultPlan;

use crate::cli::demo::stage::Stage;
use crate::cli::failure::{Answer, Failure};
use crate::platform::private_folder;

/// What of a guide's folder is not kept: it follows from the rest.
const FOLLOWS: [&str; 3] = ["cache", "quarantine", "check"];
/// The hub's database, and the file beside it that says which one it is.
const HUB_FILES: [&str; 2] = ["hub.db", "hub.epoch"];

/// A folder that is gone with this value.
#[derive(Debug)]
pub(super) struct Snapshot(PathBuf);

impl Drop for Snapshot {
    fn drop(&mut self) {
        // what stays goes with the demo's folder
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Stage {
    /// Keeps what all programs hold, while they run. The hub comes first: an op that it lacks is pushed again, one that the
    /// terminal lacked would be another's. Nothing where headquarters' data is elsewhere.
    pub(super) async fn snapshot(&self, n: usize) -> Answer<Option<Snapshot>> {
        if !self.hub().is_in_files() {
            return Ok(None);
        }
        let folder = self.folder().join("moments").join(n.to_string());
        let failed = |error: io::Error| Failure::Failed(format!("keeping a moment: {error}"));
        remove(&folder).map_err(failed)?;
        private_folder().recursive(true).create(&folder).map_err(failed)?;
        let snapshot = Snapshot(folder);
        self.hub().backup(&snapshot.0.join(HUB_FILES[0])).await?;
        copy_if_there(&self.paths().hub().join(HUB_FILES[1]), &snapshot.0.join(HUB_FILES[1])).map_err(failed)?;
        copy_tree(&self.paths().guides(), &snapshot.0.join("guides")).map_err(failed)?;
        Ok(Some(snapshot))
    }

    /// Puts back what was kept: the programs stop, and start again as of that time.
    pub(super) async fn put_back(&mut self, snapshot: &Snapshot, now: NaiveDateTime, faults: &FaultPlan) -> Answer<()> {
        self.kill_daemon();
        self.stop_hub().await;
        self.put_files_back(&snapshot.0).map_err(|error| Failure::Failed(format!("going back: {error}")))?;
        self.set_clock_file(now)?;
        self.start_daemon_with(faults).await?;
        if faults.offline { Ok(()) } else { self.wait_for_sync().await }
    }

    fn put_files_back(&self, kept: &Path) -> io::Result<()> {
        let (guides, hub) = (self.paths().guides(), self.paths().hub());
        remove(&guides)?;
        copy_tree(&kept.join("guides"), &guides)?;
        remove(&hub)?;
        private_folder().recursive(true).create(&hub)?;
        for file in HUB_FILES {
            copy_if_there(&kept.join(file), &hub.join(file))?;
        }
        Ok(())
    }

    /// How much the terminal has recorded, in bytes of its journal.
    pub(super) fn n_recorded_bytes(&self) -> u64 {
        let Ok(guides) = std::fs::read_dir(self.paths().guides()) else { return 0 };
        let journals = guides.flatten().filter_map(|guide| std::fs::read_dir(guide.path().join("outbox")).ok());
        journals
            .flat_map(|journal| journal.flatten())
            .filter_map(|file| file.metadata().ok())
            .map(|file| file.len())
            .sum()
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copy_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::copy(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    private_folder().recursive(true).create(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if FOLLOWS.iter().any(|follows| name == *follows) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if entry.file_type()?.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            // a file that was replaced in this moment is there under the same name
            copy_if_there(&from, &to)?;
        }
    }
    Ok(())
}
