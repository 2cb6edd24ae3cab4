//! One opening of sled: its trees, and the generations of the feeds that are read from.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io};

use guide_common::wire::hub::{DigestKey, DigestKeys, FeedName};

use crate::outbox::medium::sync_folder;
use crate::platform::open_to_sync;
use crate::store::feed::Generation;
use crate::store::{Seals, StoreError, files, io_fault, sled_fault};

/// What sled may keep in memory.
const CACHE_BYTES: u64 = 64 << 20;
/// How often sled writes by itself; `None` would hold memory.
const FLUSH_EVERY_MS: u64 = 5_000;
/// How long another holder of sled's lock is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Tells one opening from another within this process.
static N_OPENED: AtomicU64 = AtomicU64::new(1);

/// One opening of sled.
#[derive(Debug)]
pub struct Trees {
    pub(super) db_folder: PathBuf,
    pub(super) seals: Arc<Seals>,
    pub(super) db: sled::Db,
    pub(super) meta: sled::Tree,
    pub(super) acks: sled::Tree,
    pub(super) sheets: sled::Tree,
    pub(super) feeds: Mutex<Feeds>,
    /// Held by every generation that is being filled.
    pub(super) fills: Arc<()>,
    /// The number of this opening.
    pub(super) life: u64,
}

/// The generations that are read from.
#[derive(Clone, Debug)]
pub struct Feeds {
    pub(super) guide: Generation,
    pub(super) shared: Generation,
}

pub(super) fn digest_key(keys: &DigestKeys, feed: FeedName) -> &DigestKey {
    match feed {
        FeedName::Guide => &keys.guide,
        FeedName::Shared => &keys.shared,
    }
}

impl Trees {
    /// Opens a folder of sled's, or makes it.
    pub fn open(db_folder: &Path, seals: &Arc<Seals>) -> Result<Self, StoreError> {
        remove_unfinished_snapshots(db_folder).map_err(io_fault("clearing", db_folder))?;
        let config = sled::Config::new()
            .path(db_folder)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(FLUSH_EVERY_MS))
            .use_compression(false);
        let open = || {
            let db = open_unlocked(&config)?;
            let tree = |name: &str| db.open_tree(name).map_err(open_fault);
            let (meta, acks, sheets) = (tree("meta")?, tree("acks")?, tree("sheets")?);
            let life = N_OPENED.fetch_add(1, Ordering::Relaxed);
            let feeds = Mutex::new(Self::open_feeds(&db, &meta, seals, life)?);
            let (db_folder, seals, fills) = (db_folder.to_owned(), Arc::clone(seals), Arc::new(()));
            Ok(Self { db_folder, seals, meta, acks, sheets, feeds, fills, life, db })
        };
        // on some damage sled panics instead of answering
        catch_unwind(AssertUnwindSafe(open)).unwrap_or(Err(StoreError::Damaged("sled panicked while opening")))
    }

    /// Opens a folder that nothing was in, closes it and opens it again: without a snapshot, which sled writes at a
    /// second opening, damage to the tail goes unnoticed. What was put in by `fill` is on disk when this returns.
    pub fn create(
        db_folder: &Path,
        seals: &Arc<Seals>,
        fill: impl FnOnce(&Self) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let first = Self::open(db_folder, seals)?;
        fill(&first)?;
        first.write_out()?;
        drop(first);
        let trees = Self::open(db_folder, seals)?;
        for (path, _) in files::walk(db_folder).map_err(io_fault("listing", db_folder))? {
            open_to_sync(&path).and_then(|file| file.sync_all()).map_err(io_fault("syncing", &path))?;
        }
        sync_folder(db_folder).map_err(io_fault("syncing", db_folder))?;
        Ok(trees)
    }

    /// The generation of a feed that is read.
    pub fn generation(&self, feed: FeedName) -> Generation {
        // the pair is replaced whole, so that a panic elsewhere leaves it good
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        match feed {
            FeedName::Guide => feeds.guide.clone(),
            FeedName::Shared => feeds.shared.clone(),
        }
    }

    /// Writes everything to disk.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.write_out()?;
        let path = files::data(&self.db_folder);
        open_to_sync(&path).and_then(|file| file.sync_data()).map_err(io_fault("syncing", &path))
    }

    /// Hands everything to the system.
    pub fn write_out(&self) -> Result<(), StoreError> {
        self.db.flush().map(drop).map_err(sled_fault("writing"))
    }

    /// Whether a generation is being filled.
    pub fn is_filling(&self) -> bool {
        Arc::strong_count(&self.fills) > 1
    }
}

/// sled gives its lock up a little after its last handle is dropped, and a check may hold it for a moment.
fn open_unlocked(config: &sled::Config) -> Result<sled::Db, StoreError> {
    let give_up_at = Instant::now() + LOCK_PATIENCE;
    loop {
        match config.open() {
            Err(sled::Error::Io(error)) if is_locked(&error) && Instant::now() < give_up_at => {
                std::thread::sleep(Duration::from_millis(5));
            }
            opened => return opened.map_err(open_fault),
        }
    }
}

fn is_locked(error: &io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

/// Tells damage from a full disk, missing rights and a lock: only damage may cost the cache.
fn open_fault(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Unsupported(_) => StoreError::Damaged("sled does not know its format"),
        error => sled_fault("opening")(error),
    }
}

/// A snapshot that a kill cut short would be taken for the newest one, and the cache could never be opened again.
fn remove_unfinished_snapshots(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
