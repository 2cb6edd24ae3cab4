//! Opening the cache: the format is checked, what a crash left is removed, a cache that was not closed well is scanned,
//! and one that is damaged set aside, so that the terminal starts with an empty one and fetches everything again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use guide_common::wire::hub::DigestKeys;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::outbox::medium::sync_folder;
use crate::outbox::recover::replace;
use crate::store::check::Checker;
use crate::store::format::{Format, LAYOUT, Layout, PROGRAM};
use crate::store::handle::Handle;
use crate::store::rewrite::copy;
use crate::store::trees::Trees;
use crate::store::{Health, Seals, Store, StoreError, files, io_fault, quarantine, scan};

/// A store that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// Where a damaged one was set aside.
    pub quarantined: Option<PathBuf>,
}

/// What is known of a cache before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// Scanned, unless it was closed well by this version.
    Scan,
    /// Opened as it is: this process had it open a moment ago.
    Trust,
}

impl Store {
    /// Opens the cache in `folder`, or makes it. One that is damaged goes to `quarantine`. A scan runs in a process of
    /// `checker`, or in this one where there is none.
    pub fn open(
        folder: &Path,
        quarantine: &Path,
        keys: &DigestKeys,
        seals: Seals,
        checker: Option<Checker>,
    ) -> Result<Opened, StoreError> {
        let seals = Arc::new(seals);
        let place = Place { folder, quarantine, keys, seals: &seals, checker: checker.as_ref(), layout: LAYOUT };
        let (trees, quarantined) = place.open(Care::Scan)?;
        let store = Self {
            folder: folder.to_owned(),
            quarantine: quarantine.to_owned(),
            keys: keys.clone(),
            seals,
            checker,
            handle: Handle::new(trees),
            writing: Mutex::default(),
            health: Mutex::default(),
            looked_at: AtomicU64::new(0),
            needs_care: Notify::new(),
        };
        Ok(Opened { store, quarantined })
    }

    /// Opens an unwell cache again while others use it; those wait for moments. Returns where a damaged one was set
    /// aside: then everything is to be fetched again.
    pub fn reopen(&self) -> Result<Option<PathBuf>, StoreError> {
        let _writing = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let health = *self.health();
        if !self.handle.close() {
            return Err(StoreError::Closed);
        }
        let place = Place {
            folder: &self.folder,
            quarantine: &self.quarantine,
            keys: &self.keys,
            seals: &self.seals,
            checker: self.checker.as_ref(),
            layout: LAYOUT,
        };
        let opened =
            if health.damaged { place.renew("damage was found while it was read") } else { place.open(Care::Trust) };
        let (trees, quarantined) = match opened {
            Err(error) => {
                self.health().full = matches!(error, StoreError::Full { .. });
                return Err(error);
            }
            Ok(opened) => opened,
        };
        let renewed_at = quarantined.is_some().then(std::time::Instant::now);
        *self.health() = Health { renewed_at, ..Health::default() };
        self.handle.replace(trees);
        Ok(quarantined)
    }

    /// Writes everything to disk and leaves the mark of a clean stop: the next start has nothing to scan.
    pub fn close(&self) -> Result<(), StoreError> {
        self.flush()?;
        if self.is_unwell() || !self.handle.close() {
            return Ok(());
        }
        match Format::read(&self.folder)? {
            Some(format) => CleanMark::leave(&self.folder, &format.db_folder(&self.folder)),
            None => Ok(()),
        }
    }
}

/// Where a cache lies, and what opening it takes.
pub(super) struct Place<'a> {
    pub folder: &'a Path,
    pub quarantine: &'a Path,
    pub keys: &'a DigestKeys,
    pub seals: &'a Arc<Seals>,
    pub checker: Option<&'a Checker>,
    pub layout: Layout,
}

impl Place<'_> {
    /// Opens it; returns where a damaged one was set aside.
    fn open(&self, care: Care) -> Result<(Trees, Option<PathBuf>), StoreError> {
        match self.attempt(care) {
            Ok(trees) => Ok((trees, None)),
            Err(StoreError::Damaged(fault)) => self.renew(fault),
            Err(error) => Err(error),
        }
    }

    /// Opens it with the scan that its state asks for.
    #[cfg(test)]
    pub fn open_scanned(&self) -> Result<(Trees, Option<PathBuf>), StoreError> {
        self.open(Care::Scan)
    }

    /// Sets a damaged cache aside and begins an empty one.
    fn renew(&self, fault: &str) -> Result<(Trees, Option<PathBuf>), StoreError> {
        let aside = quarantine::set_aside(self.folder, self.quarantine, fault)?;
        tracing::error!(fault, aside = %aside.display(), "the cache is damaged: it was set aside and is fetched again");
        Ok((self.attempt(Care::Trust)?, Some(aside)))
    }

    fn attempt(&self, care: Care) -> Result<Trees, StoreError> {
        let folder = self.folder;
        if files::condemned(folder).exists() {
            return Err(StoreError::Damaged("damage was found while it was read"));
        }
        let format = self.format()?;
        format.check_reader(folder, self.layout)?;
        remove_other_folders(folder, &format).map_err(io_fault("clearing", folder))?;
        let db_folder = format.db_folder(folder);
        if !files::data(&db_folder).exists() {
            self.refuse_if_filled(false)?;
            Format::of(self.layout, &format.db).write(folder)?;
            return Trees::create(&db_folder, self.seals, |_| Ok(()));
        }
        let closed_well = CleanMark::take(folder, &db_folder)? && format.program == PROGRAM;
        if care == Care::Scan && !closed_well {
            self.scan(&format)?;
        }
        let trees = match Trees::open(&db_folder, self.seals) {
            // what cannot be opened here is looked at by a process of its own before it is given up
            Err(StoreError::Damaged(fault)) if closed_well => {
                tracing::warn!(fault, "the cache could not be opened");
                self.scan(&format)?;
                Trees::open(&db_folder, self.seals)?
            }
            opened => opened?,
        };
        self.refuse_if_filled(trees.was_pulled()?)?;
        let trees = self.bring_forward(trees, &format)?;
        if format.schema >= self.layout.schema
            && format.program != PROGRAM
            && let Err(error) = format.with_this_program().write(folder)
        {
            tracing::warn!(%error, "noting the program's version: the next start scans the cache again");
        }
        Ok(trees)
    }

    fn format(&self) -> Result<Format, StoreError> {
        fs::create_dir_all(self.folder).map_err(io_fault("making", self.folder))?;
        if let Some(format) = Format::read(self.folder)? {
            return Ok(format);
        }
        let names = fs::read_dir(self.folder).map_err(io_fault("listing", self.folder))?;
        let has_db = names.flatten().any(|entry| entry.file_name().to_str().is_some_and(files::is_db_folder));
        if has_db || files::filled(self.folder).exists() {
            // it is written before anything else is
            return Err(StoreError::Damaged("the file FORMAT is missing"));
        }
        let format = Format::of(self.layout, "db");
        format.write(self.folder)?;
        Ok(format)
    }

    fn scan(&self, format: &Format) -> Result<(), StoreError> {
        // of another schema, or locked, only the entries can be read, not what they say
        let is_known = format.schema == self.layout.schema && self.seals.is_unlocked();
        let depth = if is_known { scan::Depth::Content } else { scan::Depth::Entries };
        match self.checker {
            Some(checker) => checker.check(self.folder, &format.db_folder(self.folder)),
            None => scan::scan(&format.db_folder(self.folder), self.keys, self.seals, depth).map(drop),
        }
    }

    /// sled takes a file that was cut short for one that was never longer.
    fn refuse_if_filled(&self, was_pulled: bool) -> Result<(), StoreError> {
        if files::filled(self.folder).exists() && !was_pulled {
            return Err(StoreError::Damaged("it was filled and is empty"));
        }
        Ok(())
    }

    /// Rewrites an older schema into a folder of its own and switches to it.
    fn bring_forward(&self, trees: Trees, format: &Format) -> Result<Trees, StoreError> {
        if format.schema >= self.layout.schema {
            return Ok(trees);
        }
        let Some(steps) = self.layout.way_from(format.schema) else {
            return Err(StoreError::Damaged("its schema is too old to be brought forward"));
        };
        let next = Format::of(self.layout, &next_db(&format.db));
        let new = Trees::create(&next.db_folder(self.folder), self.seals, |new| copy(&trees, new, &steps))?;
        next.write(self.folder)?;
        drop(trees);
        tracing::info!(from = format.schema, to = self.layout.schema, "the cache was brought forward");
        remove_other_folders(self.folder, &next).map_err(io_fault("clearing", self.folder))?;
        Ok(new)
    }
}

/// The name of the next folder of sled's.
pub(super) fn next_db(db: &str) -> String {
    let number: u32 = db.strip_prefix("db-").and_then(|number| number.parse().ok()).unwrap_or(0);
    format!("db-{}", number.wrapping_add(1))
}

/// Removes the folders of rewrites that did not come to their end, or that were replaced.
fn remove_other_folders(folder: &Path, format: &Format) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| files::is_db_folder(name) && name != format.db) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// The mark of a clean stop: sled's files as they were then. Whoever changes one of them leaves a mark that is wrong.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CleanMark {
    program: String,
    files: Vec<(String, u64, i64, i64)>,
}

impl CleanMark {
    fn of(db_folder: &Path) -> std::io::Result<Self> {
        let files = files::walk(db_folder)?.into_iter().map(|(path, found)| {
            let name = path.strip_prefix(db_folder).unwrap_or(&path).to_string_lossy().into_owned();
            let changed = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            (name, found.len(), changed.as_secs().cast_signed(), i64::from(changed.subsec_nanos()))
        });
        Ok(Self { program: PROGRAM.to_owned(), files: files.collect() })
    }

    fn leave(folder: &Path, db_folder: &Path) -> Result<(), StoreError> {
        let path = files::clean(folder);
        let write = || replace(&path, &serde_json::to_vec(&Self::of(db_folder)?)?);
        write().map_err(io_fault("writing", &path))
    }

    /// Takes the mark away, durably: what follows may be cut short. Returns whether it was there and right.
    fn take(folder: &Path, db_folder: &Path) -> Result<bool, StoreError> {
        let path = files::clean(folder);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            read => read.map_err(io_fault("reading", &path))?,
        };
        let found = Self::of(db_folder).map_err(io_fault("listing", db_folder))?;
        fs::remove_file(&path).and_then(|()| sync_folder(folder)).map_err(io_fault("removing", &path))?;
        Ok(serde_json::from_slice::<Self>(&bytes).is_ok_and(|mark| mark == found))
    }
}
