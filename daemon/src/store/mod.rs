//! The cache of what the hub said, in sled: the only place that names it. Everything in it can be had again from the
//! hub and the journal. Bodies are kept byte for byte. Calls block; none of them scans without a bound on its way out.

mod acks;
pub mod check;
mod erase;
mod feed;
mod files;
mod format;
mod handle;
mod inventory;
mod key;
mod open;
mod quarantine;
pub mod rewrite;
pub mod scan;
mod seals;
mod sheet;
mod trees;
mod value;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use guide_common::wire::hub::{DigestKeys, FeedName};
use tokio::sync::Notify;

pub use check::Checker;
pub use feed::{Cursor, Generation, Held, PageHead};
pub use format::refuse_newer;
pub use open::Opened;
pub use rewrite::Rewritten;
pub use seals::Seals;
pub use sheet::SheetRow;

use crate::store::handle::Handle;
use crate::store::trees::Trees;

/// The most keys in one batch: larger ones cost sled memory out of proportion.
const MAX_BATCH_KEYS: usize = 250;

/// For so long after a renewal others may still speak of the cache before.
const LATE: Duration = Duration::from_secs(10);

/// Why the cache cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk has no room.
    #[error("{doing} the cache: the disk is full; what was saved is safe, make room on the disk")]
    Full {
        /// What was being done.
        doing: &'static str,
    },
    /// sled failed; the system's fault, such as a failing disk.
    #[error("{doing} the cache")]
    Sled {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: sled::Error,
    },
    /// A file beside sled's own failed.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The cache was written by a newer version.
    #[error("{} was written by a newer version (schema {schema}): install that version again; nothing was changed",
        path.display())]
    Newer {
        /// What.
        path: PathBuf,
        /// Its schema.
        schema: u32,
    },
    /// The cache is being opened again, or waits for what keeps it from that.
    #[error("the cache is being opened again: try again in a moment")]
    Closed,
    /// A value is not what was written; the cache is set aside and fetched again.
    #[error("the cache is damaged: {0}")]
    Damaged(&'static str),
    /// Nobody has unlocked it since the daemon started.
    #[error("the cache is locked until its guide enters the PIN")]
    Locked,
    /// An item of the feed cannot be kept.
    #[error("the hub sent what cannot be kept: {0}")]
    Item(&'static str),
}

impl StoreError {
    /// Whether only another opening can help, since sled goes on refusing after a failed write.
    fn is_lasting(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Sled { .. } | Self::Damaged(_))
    }
}

/// The cache of one guide. What lies under it can be opened again while others use it.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    quarantine: PathBuf,
    keys: DigestKeys,
    seals: Arc<Seals>,
    checker: Option<Checker>,
    handle: Handle,
    /// Held by whoever writes: a rewrite must miss nothing.
    writing: Mutex<()>,
    health: Mutex<Health>,
    /// The bytes on disk when it was last asked whether they are too many.
    looked_at: AtomicU64,
    /// Told when the cache needs care: `is_unwell` says whether it still does.
    pub needs_care: Notify,
}

/// What was found wrong while it was used.
#[derive(Clone, Copy, Debug, Default)]
struct Health {
    /// A call failed in a way that lasts until the cache is opened again.
    failed: bool,
    /// The disk was full when it did.
    full: bool,
    /// A value was not what was written.
    damaged: bool,
    /// When an empty cache took the place of a damaged one.
    renewed_at: Option<Instant>,
}

impl Store {
    /// Where the cache lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What its values are sealed with.
    pub fn seals(&self) -> &Seals {
        &self.seals
    }

    fn digest_key(&self, feed: FeedName) -> &guide_common::wire::hub::DigestKey {
        trees::digest_key(&self.keys, feed)
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        // three flags, each good by itself
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it must be opened again before it works as it should.
    pub fn is_unwell(&self) -> bool {
        self.health().failed || !self.handle.is_open()
    }

    /// Whether it can be read.
    pub fn is_open(&self) -> bool {
        self.handle.is_open()
    }

    /// Whether a value was not what was written.
    pub fn is_damaged(&self) -> bool {
        self.health().damaged
    }

    /// Whether it was the disk that had no room.
    pub fn is_disk_full(&self) -> bool {
        self.health().full
    }

    fn read<T>(&self, work: impl FnOnce(&Arc<Trees>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let result = self.handle.trees().and_then(|trees| work(&trees));
        if let Err(error) = &result {
            self.note(error);
        }
        result
    }

    fn write<T>(&self, work: impl FnOnce(&Arc<Trees>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.read(work)
    }

    fn note(&self, error: &StoreError) {
        if let StoreError::Damaged(_) = error {
            self.mark_damaged();
        } else if error.is_lasting() {
            let mut health = self.health();
            health.failed = true;
            health.full = matches!(error, StoreError::Full { .. });
            drop(health);
            self.needs_care.notify_one();
        }
    }

    /// Writes everything to disk; sled's own flush is no fsync, so the file is synced after it.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.read(|trees| trees.flush())
    }

    /// Hands everything to the system, so that it survives the end of the process, though not a power cut.
    pub fn write_out(&self) -> Result<(), StoreError> {
        self.read(|trees| trees.write_out())
    }

    /// Marks the cache as damaged: it is set aside when it is opened again, and everything is fetched again. A word that
    /// comes late, of a cache that was just replaced, counts for nothing.
    pub fn condemn(&self) {
        let is_late = self.health().renewed_at.is_some_and(|at| at.elapsed() < LATE);
        if !is_late {
            self.mark_damaged();
        }
    }

    fn mark_damaged(&self) {
        let path = files::condemned(&self.folder);
        if let Err(error) = std::fs::write(&path, b"") {
            tracing::error!(%error, "marking the cache as damaged");
        }
        let mut health = self.health();
        (health.failed, health.damaged) = (true, true);
        drop(health);
        self.needs_care.notify_one();
    }
}

fn sled_fault(doing: &'static str) -> impl FnOnce(sled::Error) -> StoreError {
    move |source| match source {
        sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => {
            StoreError::Damaged("sled reports corruption")
        }
        sled::Error::Io(error) if is_full(&error) => StoreError::Full { doing },
        // a page behind the end of its file: met when it is opened, or with the first read after a power cut
        sled::Error::Io(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) => {
            StoreError::Damaged("a file of the cache is too short")
        }
        // sled never syncs what it keeps in files of their own, so that after a power cut its log may name one that is
        // not there
        sled::Error::Io(error) if error.kind() == ErrorKind::NotFound => {
            StoreError::Damaged("a file of the cache is missing")
        }
        source => StoreError::Sled { doing, source },
    }
}

fn io_fault(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| match is_full(&source) {
        true => StoreError::Full { doing },
        false => StoreError::Io { doing, path, source },
    }
}

/// Whether the disk, or what this user may take of it, is full.
pub fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

#[cfg(test)]
mod care_tests;
#[cfg(test)]
mod tests;
