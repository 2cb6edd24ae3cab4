//! The cache of what the hub said, in sled: the only place that names it. Everything in it can be had again from the
//! hub and the journal. Bodies are kept byte for byte. Calls block; none of them scans without a bound on its way out.

mod acks;
mod feed;
mod key;
mod open;
mod sheet;
mod value;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

pub use feed::{Cursor, Held, PageHead};
pub use open::Opened;
pub use sheet::SheetRow;

use guide_common::wire::hub::{DigestKeys, FeedName};

/// The most keys in one batch: larger ones cost sled memory out of proportion.
const MAX_BATCH_KEYS: usize = 250;

/// Why the cache cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// sled failed; the system's fault, such as a full disk.
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
    #[error("the cache at {} was written by a newer version (schema {schema})", path.display())]
    Newer {
        /// Where.
        path: PathBuf,
        /// Its schema.
        schema: u32,
    },
    /// A value is not what was written; the cache is set aside at the next start.
    #[error("the cache is damaged: {0}")]
    Damaged(&'static str),
    /// An item of the feed cannot be kept.
    #[error("the hub sent what cannot be kept: {0}")]
    Item(&'static str),
}

/// The cache of one guide.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    db: sled::Db,
    meta: sled::Tree,
    acks: sled::Tree,
    sheets: sled::Tree,
    feeds: Mutex<Feeds>,
    keys: DigestKeys,
}

/// The generations that are read from.
#[derive(Clone, Debug)]
struct Feeds {
    guide: feed::Generation,
    shared: feed::Generation,
}

impl Store {
    fn generation(&self, feed: FeedName) -> feed::Generation {
        // the pair is replaced whole, so that a panic elsewhere leaves it good
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        match feed {
            FeedName::Guide => feeds.guide.clone(),
            FeedName::Shared => feeds.shared.clone(),
        }
    }

    fn digest_key(&self, feed: FeedName) -> &guide_common::wire::hub::DigestKey {
        match feed {
            FeedName::Guide => &self.keys.guide,
            FeedName::Shared => &self.keys.shared,
        }
    }

    /// Writes everything to disk; sled's own flush is no fsync, so the file is synced after it.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(sled_fault("flushing"))?;
        let path = open::data_file(&self.folder);
        std::fs::File::open(&path).and_then(|file| file.sync_data()).map_err(|source| StoreError::Io {
            doing: "syncing",
            path,
            source,
        })
    }

    /// Hands everything to the system, so that it survives the end of the process, though not a power cut.
    pub fn write_out(&self) -> Result<(), StoreError> {
        self.db.flush().map(drop).map_err(sled_fault("writing"))
    }

    /// Marks the cache as damaged: the next start sets it aside and fetches everything again.
    pub fn condemn(&self) {
        let path = open::condemned_file(&self.folder);
        if let Err(error) = std::fs::write(&path, b"") {
            tracing::error!(%error, "marking the cache as damaged");
        }
    }
}

fn sled_fault(doing: &'static str) -> impl FnOnce(sled::Error) -> StoreError {
    move |source| match source {
        sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => {
            StoreError::Damaged("sled reports corruption")
        }
        source => StoreError::Sled { doing, source },
    }
}

#[cfg(test)]
mod tests;
