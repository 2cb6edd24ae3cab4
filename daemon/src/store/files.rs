//! The files of a cache beside sled's own, by name.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What the folder holds: schema, program, and the folder of sled's that is in use.
pub fn format(folder: &Path) -> PathBuf {
    folder.join("FORMAT")
}

/// The mark of a clean stop.
pub fn clean(folder: &Path) -> PathBuf {
    folder.join("CLEAN")
}

/// The mark of a cache that was filled and is on disk.
pub fn filled(folder: &Path) -> PathBuf {
    folder.join("FILLED")
}

/// The mark of a cache in which damage was found.
pub fn condemned(folder: &Path) -> PathBuf {
    folder.join("DAMAGED")
}

/// sled's data file in a folder of sled's.
pub fn data(db_folder: &Path) -> PathBuf {
    db_folder.join("db")
}

/// Whether a name is that of a folder of sled's.
pub fn is_db_folder(name: &str) -> bool {
    name.strip_prefix("db").is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix('-').is_some_and(|number| number.parse::<u32>().is_ok())
    })
}

/// The files in a folder and below, with their lengths, in the order of their paths.
pub fn walk(folder: &Path) -> io::Result<Vec<(PathBuf, fs::Metadata)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        match found.is_dir() {
            true => files.extend(walk(&entry.path())?),
            false => files.push((entry.path(), found)),
        }
    }
    files.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(files)
}

/// How many bytes the files in a folder have.
pub fn n_bytes(folder: &Path) -> io::Result<u64> {
    Ok(walk(folder)?.iter().map(|(_, found)| found.len()).sum())
}
