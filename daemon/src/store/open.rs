//! Opening the cache: the format is checked, an unfinished snapshot of sled's removed, and a cache that cannot be
//! opened set aside, so that the terminal starts with an empty one and fetches everything again.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use guide_common::wire::SCHEMA;
use guide_common::wire::hub::DigestKeys;
use serde::{Deserialize, Serialize};

use crate::outbox::medium::sync_folder;
use crate::outbox::recover::replace;
use crate::store::sheet::pulled_file;
use crate::store::{Store, StoreError, sled_fault};

/// What sled may keep in memory.
const CACHE_BYTES: u64 = 64 << 20;
/// How often sled writes by itself; `None` would hold memory.
const FLUSH_EVERY_MS: u64 = 5_000;
/// How long another holder of sled's lock is waited for.
const LOCK_PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
/// How many caches that were set aside are kept.
const MAX_QUARANTINED: usize = 2;

/// The file `FORMAT` beside sled's own.
#[derive(Debug, Serialize, Deserialize)]
struct Format {
    schema: u32,
    min_reader: u32,
}

/// A store that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// Where a damaged one was set aside.
    pub quarantined: Option<PathBuf>,
}

/// sled's data file.
pub fn data_file(folder: &Path) -> PathBuf {
    folder.join("db/db")
}

/// The mark of a cache in which damage was found.
pub fn condemned_file(folder: &Path) -> PathBuf {
    folder.join("DAMAGED")
}

impl Store {
    /// Opens the cache in `folder`, or makes it. One that is damaged goes to `quarantine`.
    pub fn open(folder: &Path, quarantine: &Path, keys: &DigestKeys) -> Result<Opened, StoreError> {
        let fault = match try_open(folder, keys) {
            Ok(store) => return Ok(Opened { store, quarantined: None }),
            Err(StoreError::Damaged(fault)) => fault,
            Err(error) => return Err(error),
        };
        let aside = set_aside(folder, quarantine).map_err(io_fault("setting aside", folder))?;
        tracing::error!(fault, aside = %aside.display(), "the cache is damaged: it was set aside and is fetched again");
        Ok(Opened { store: try_open(folder, keys)?, quarantined: Some(aside) })
    }
}

fn io_fault(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { doing, path, source }
}

fn try_open(folder: &Path, keys: &DigestKeys) -> Result<Store, StoreError> {
    if condemned_file(folder).exists() {
        return Err(StoreError::Damaged("damage was found while it was read"));
    }
    fs::create_dir_all(folder).map_err(io_fault("making", folder))?;
    let is_new = check_format(folder)?;
    let db_folder = folder.join("db");
    remove_unfinished_snapshots(&db_folder).map_err(io_fault("clearing", &db_folder))?;
    if is_new {
        // without a snapshot, which sled writes at a second opening, damage to the tail goes unnoticed
        drop(open_db(folder, keys)?);
        for path in [data_file(folder), db_folder.join("conf")] {
            fs::File::open(&path).and_then(|file| file.sync_all()).map_err(io_fault("syncing", &path))?;
        }
        sync_folder(&db_folder).and_then(|()| sync_folder(folder)).map_err(io_fault("syncing", folder))?;
    }
    let store = open_db(folder, keys)?;
    if pulled_file(folder).exists() && !store.was_pulled()? {
        return Err(StoreError::Damaged("it was filled and is empty"));
    }
    Ok(store)
}

fn open_db(folder: &Path, keys: &DigestKeys) -> Result<Store, StoreError> {
    let config = sled::Config::new()
        .path(folder.join("db"))
        .cache_capacity(CACHE_BYTES)
        .flush_every_ms(Some(FLUSH_EVERY_MS))
        .use_compression(false);
    let open = || {
        let db = open_unlocked(&config)?;
        let tree = |name: &str| db.open_tree(name).map_err(open_fault);
        let (meta, acks, sheets) = (tree("meta")?, tree("acks")?, tree("sheets")?);
        let feeds = Store::open_feeds(&db, &meta)?;
        Ok(Store { folder: folder.to_owned(), meta, acks, sheets, feeds: Mutex::new(feeds), keys: keys.clone(), db })
    };
    // on some damage sled panics instead of answering
    catch_unwind(AssertUnwindSafe(open)).unwrap_or(Err(StoreError::Damaged("sled panicked while opening")))
}

/// sled gives its lock up a little after its last handle is dropped, and a check may hold it for a moment.
fn open_unlocked(config: &sled::Config) -> Result<sled::Db, StoreError> {
    let give_up_at = std::time::Instant::now() + LOCK_PATIENCE;
    loop {
        match config.open() {
            Err(sled::Error::Io(error))
                if error.to_string().contains("could not acquire lock") && std::time::Instant::now() < give_up_at =>
            {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            opened => return opened.map_err(open_fault),
        }
    }
}

/// Tells damage from a full disk, missing rights and a lock: only damage may cost the cache.
fn open_fault(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Unsupported(_) => StoreError::Damaged("sled does not know its format"),
        sled::Error::Io(source) if source.kind() == io::ErrorKind::UnexpectedEof => {
            StoreError::Damaged("a file of the cache is too short")
        }
        error => sled_fault("opening")(error),
    }
}

/// Returns whether the cache is new.
fn check_format(folder: &Path) -> Result<bool, StoreError> {
    let path = folder.join("FORMAT");
    match fs::read(&path) {
        Ok(bytes) => {
            let format: Format =
                serde_json::from_slice(&bytes).map_err(|_| StoreError::Damaged("the file FORMAT is none"))?;
            if format.min_reader > SCHEMA {
                return Err(StoreError::Newer { path: folder.to_owned(), schema: format.schema });
            }
            Ok(!data_file(folder).exists())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes = serde_json::to_vec(&Format { schema: SCHEMA, min_reader: SCHEMA }).unwrap_or_default();
            replace(&path, &bytes).map_err(io_fault("writing", &path))?;
            Ok(true)
        }
        Err(error) => Err(io_fault("reading", &path)(error)),
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

fn set_aside(folder: &Path, quarantine: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(quarantine)?;
    let mut older: Vec<PathBuf> = fs::read_dir(quarantine)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    older.sort();
    let n_surplus = (older.len() + 1).saturating_sub(MAX_QUARANTINED);
    for path in older.into_iter().take(n_surplus) {
        fs::remove_dir_all(path)?;
    }
    let aside = quarantine.join(format!("{}-damaged", chrono::Utc::now().format("%Y%m%dT%H%M%S%.6fZ")));
    fs::rename(folder, &aside)?;
    Ok(aside)
}
