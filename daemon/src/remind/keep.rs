//! The file of what was told: replaced as a whole with each turn that shows something. Without it reminders would come
//! again; nothing else depends on it.

use std::io;
use std::path::{Path, PathBuf};

use guide_common::remind::Ledger;
use serde::{Deserialize, Serialize};

use crate::outbox::recover::replace;

/// The version of the file's shape.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    schema: u32,
    #[serde(flatten)]
    ledger: Ledger,
}

/// Where it is kept.
#[derive(Debug)]
pub struct LedgerFile {
    path: PathBuf,
}

impl LedgerFile {
    /// The file of a guide's folder.
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join("reminders.json") }
    }

    /// Reads it. One that is damaged is set aside and nothing is known to have been told; of a newer version what is
    /// understood is used.
    pub fn read(&self) -> io::Result<Ledger> {
        let bytes = match std::fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ledger::default()),
            bytes => bytes?,
        };
        match serde_json::from_slice::<Kept>(&bytes) {
            Ok(kept) => Ok(kept.ledger),
            Err(error) => {
                tracing::error!(line = error.line(), "what was told of reminders is damaged: the file is set aside");
                std::fs::rename(&self.path, self.path.with_extension("json.damaged"))?;
                Ok(Ledger::default())
            }
        }
    }

    /// Writes it; it is on disk when this returns.
    pub fn write(&self, ledger: &Ledger) -> io::Result<()> {
        let kept = Kept { schema: SCHEMA, ledger: ledger.clone() };
        replace(&self.path, &serde_json::to_vec(&kept)?)
    }
}

#[cfg(test)]
mod tests {
    use guide_common::id::ReminderId;

    use super::*;

    #[test]
    fn what_was_told_survives_and_a_damaged_file_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::of(folder.path());
        assert_eq!(file.read().unwrap(), Ledger::default());
        let at = "2026-08-12T10:00:00".parse().unwrap();
        let mut ledger = Ledger { told: [(ReminderId(7), at)].into(), ..Ledger::default() };
        ledger.snooze(ReminderId(8), at);
        file.write(&ledger).unwrap();
        assert_eq!(LedgerFile::of(folder.path()).read().unwrap(), ledger);
        std::fs::write(folder.path().join("reminders.json"), "{").unwrap();
        assert_eq!(file.read().unwrap(), Ledger::default());
        assert!(folder.path().join("reminders.json.damaged").exists());
    }
}
