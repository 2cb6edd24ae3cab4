//! sled's log does not shrink. Where it has become much larger than what lives in it, what lives is written into a new
//! folder, which takes the place of the old one in one step while the cache is in use.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::store::format::{Change, Format};
use crate::store::handle::last_of;
use crate::store::open::next_db;
use crate::store::trees::Trees;
use crate::store::{MAX_BATCH_KEYS, Store, StoreError, files, io_fault, sled_fault};

/// From when on a log is too long.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// A shorter one is left alone.
    pub min_bytes: u64,
    /// How long it may be, in hundredths of the live data.
    pub max_percent: u64,
}

/// The bounds of a real terminal.
pub const BOUNDS: Bounds = Bounds { min_bytes: 16 << 20, max_percent: 175 };
/// How long calls under way may hold on to the old folder before it is left to the next start.
const PATIENCE: Duration = Duration::from_secs(5);

/// A rewrite that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// The bytes on disk before.
    pub before: u64,
    /// The bytes on disk after.
    pub after: u64,
}

impl Store {
    /// How many bytes of disk sled's folder takes.
    pub fn n_bytes_on_disk(&self) -> Result<u64, StoreError> {
        self.read(|trees| files::n_bytes(&trees.db_folder).map_err(io_fault("listing", &trees.db_folder)))
    }

    /// Rewrites the cache where its log has grown too long and nothing is being pulled anew. Reads go on meanwhile,
    /// writes wait.
    pub fn tidy(&self, bounds: Bounds) -> Result<Option<Rewritten>, StoreError> {
        let before = self.n_bytes_on_disk()?;
        // what lives is counted again only when the log has grown by an eighth
        let has_grown = before > self.looked_at.load(Ordering::Relaxed) / 8 * 9;
        if before <= bounds.min_bytes || !has_grown || self.is_unwell() {
            return Ok(None);
        }
        let old = self.write(|trees| {
            if trees.is_filling() {
                return Ok(None);
            }
            self.looked_at.store(before, Ordering::Relaxed);
            if before <= trees.n_live_bytes()?.saturating_mul(bounds.max_percent) / 100 {
                return Ok(None);
            }
            let format = Format::read(&self.folder)?.ok_or(StoreError::Damaged("the file FORMAT is missing"))?;
            let next = format.with_db(&next_db(&format.db));
            let new = self.rewrite(trees, &next)?;
            // the switch
            next.write(&self.folder)?;
            Ok(self.handle.replace(new))
        })?;
        let Some(old) = old else {
            return Ok(None);
        };
        match last_of(old, PATIENCE) {
            Ok(old) => {
                let folder = old.db_folder.clone();
                drop(old);
                fs::remove_dir_all(&folder).map_err(io_fault("removing", &folder))?;
            }
            Err(_) => tracing::info!("the folder before the rewrite is still read from: the next start removes it"),
        }
        let after = self.n_bytes_on_disk()?;
        self.looked_at.store(after, Ordering::Relaxed);
        Ok(Some(Rewritten { before, after }))
    }

    fn rewrite(&self, trees: &Trees, next: &Format) -> Result<Trees, StoreError> {
        let folder = next.db_folder(&self.folder);
        let clear = || match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        clear().map_err(io_fault("clearing", &folder))?;
        Trees::create(&folder, &self.seals, |new| copy(trees, new, &[])).inspect_err(|_| {
            // the room is needed more than the attempt
            if let Err(error) = clear() {
                tracing::warn!(%error, "removing a rewrite that failed");
            }
        })
    }
}

impl Trees {
    /// The bytes of the keys and values that are in use.
    fn n_live_bytes(&self) -> Result<u64, StoreError> {
        let mut n_bytes = 0;
        for name in self.names_in_use() {
            for entry in self.db.open_tree(name).map_err(sled_fault("opening"))?.iter() {
                let (key, value) = entry.map_err(sled_fault("reading"))?;
                n_bytes += (key.len() + value.len()) as u64;
            }
        }
        Ok(n_bytes)
    }
}

/// Copies what is in use, each entry through the steps to this version's layout.
pub(super) fn copy(old: &Trees, new: &Trees, steps: &[Change]) -> Result<(), StoreError> {
    for name in old.names_in_use() {
        let from = old.db.open_tree(&name).map_err(sled_fault("opening"))?;
        let to = new.db.open_tree(&name).map_err(sled_fault("opening"))?;
        let (mut batch, mut n_keys) = (sled::Batch::default(), 0);
        for entry in from.iter() {
            let (key, value) = entry.map_err(sled_fault("reading"))?;
            let mut kept = Some((key.to_vec(), value.to_vec()));
            for step in steps {
                kept = match kept {
                    Some((key, value)) => step(&new.seals, &name, &key, &value)?,
                    None => break,
                };
            }
            if let Some((key, value)) = kept {
                batch.insert(key, value);
                n_keys += 1;
            }
            if n_keys == MAX_BATCH_KEYS {
                to.apply_batch(std::mem::take(&mut batch)).map_err(sled_fault("writing"))?;
                n_keys = 0;
            }
        }
        to.apply_batch(batch).map_err(sled_fault("writing"))?;
    }
    Ok(())
}
