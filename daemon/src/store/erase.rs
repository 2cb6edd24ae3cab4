//! Erasing what was fetched, when headquarters has taken the terminal's access away: customers' data go from the disk
//! at once, and what was recorded here stays in the journal, with the answers to it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::store::format::Format;
use crate::store::handle::last_of;
use crate::store::open::next_db;
use crate::store::trees::Trees;
use crate::store::{Store, StoreError, files, io_fault, sled_fault};

/// How long calls under way may hold on to what is erased.
const PATIENCE: Duration = Duration::from_secs(5);

impl Store {
    /// Puts an empty cache in the place of this one, and removes this one and those that were set aside.
    pub fn erase(&self) -> Result<(), StoreError> {
        let old = self.write(|trees| {
            let format = Format::read(&self.folder)?.ok_or(StoreError::Damaged("the file FORMAT is missing"))?;
            let next = format.with_db(&next_db(&format.db));
            let folder = next.db_folder(&self.folder);
            remove(&folder)?;
            let new = Trees::create(&folder, &self.seals, |new| keep_answers(trees, new))?;
            // an empty cache beside the mark of a filled one would pass for a damaged one
            let filled = files::filled(&self.folder);
            match fs::remove_file(&filled) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(io_fault("removing", &filled)(error)),
                _ => {}
            }
            next.write(&self.folder)?;
            Ok(self.handle.replace(new))
        })?;
        remove(&self.quarantine)?;
        let Some(old) = old else { return Ok(()) };
        let folder = old.db_folder.clone();
        // a reader that will not end reads from files that have no name any more
        drop(last_of(old, PATIENCE));
        remove(&folder)
    }
}

fn keep_answers(old: &Trees, new: &Trees) -> Result<(), StoreError> {
    for entry in old.acks.iter() {
        let (key, value) = entry.map_err(sled_fault("reading"))?;
        new.acks.insert(key, value).map_err(sled_fault("writing"))?;
    }
    if let Some(seq) = old.meta.get("next_seq").map_err(sled_fault("reading"))? {
        new.meta.insert("next_seq", seq).map_err(sled_fault("writing"))?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_fault("removing", folder)(error)),
        _ => Ok(()),
    }
}
