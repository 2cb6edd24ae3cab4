//! Which whole phone numbers were looked at on this terminal: when, of which customer, by which process and user. The
//! number itself is not in it. It stays here; the doctor tells the count.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use guide_common::id::CustomerId;
use serde::{Deserialize, Serialize};

/// At this length a new file begins; the one before it is kept, the one before that is not.
const MAX_BYTES: u64 = 256 * 1024;

/// Who asked, as the system knows the other end of the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<i32>,
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// When, real time.
    pub at: DateTime<Utc>,
    /// Whose number.
    pub customer: CustomerId,
    /// Who asked.
    #[serde(flatten)]
    pub by: Peer,
}

/// The record of one guide's folder.
#[derive(Debug)]
pub struct Reveals {
    path: PathBuf,
    writing: Mutex<()>,
}

impl Reveals {
    /// The record in a folder; it is made with the first look.
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join("reveals.jsonl"), writing: Mutex::default() }
    }

    /// Notes a look; it is on disk when this returns.
    pub fn note(&self, reveal: &Reveal) -> io::Result<()> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if fs::metadata(&self.path).is_ok_and(|found| found.len() >= MAX_BYTES) {
            fs::rename(&self.path, self.older())?;
        }
        let mut line = serde_json::to_vec(reveal)?;
        line.push(b'\n');
        let mut file = private(&self.path)?;
        file.write_all(&line)?;
        file.sync_data()
    }

    /// How many looks the record holds.
    pub fn count(&self) -> usize {
        let lines = |path: &Path| fs::read(path).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count());
        lines(&self.path) + lines(&self.older())
    }

    fn older(&self) -> PathBuf {
        self.path.with_extension("1.jsonl")
    }
}

fn private(path: &Path) -> io::Result<File> {
    crate::platform::private(File::options().create(true).append(true)).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_it_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let reveals = Reveals::of(folder.path());
        let customer = CustomerId::new(&"C".repeat(60)).unwrap();
        let reveal = Reveal { at: DateTime::UNIX_EPOCH, customer, by: Peer { uid: Some(1), pid: Some(2) } };
        let n_a_file = MAX_BYTES as usize / serde_json::to_vec(&reveal).unwrap().len();
        let line = format!("{}\n", serde_json::to_string(&reveal).unwrap()).repeat(n_a_file + 1);
        fs::write(&reveals.path, &line).unwrap();
        fs::write(reveals.older(), &line).unwrap();
        reveals.note(&reveal).unwrap();
        assert_eq!(reveals.count(), n_a_file + 2);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
