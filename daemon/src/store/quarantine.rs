//! Where damaged caches go: the two newest are kept, and no more than 100 MB of them, so that support can look at them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::store::{StoreError, files, io_fault};

/// How many are kept.
const MAX_KEPT: usize = 2;
/// How many bytes they may have together.
const MAX_BYTES: u64 = 100 << 20;
/// The longest reason in a name.
const MAX_REASON_CHARS: usize = 40;

/// Moves a damaged cache into `quarantine`, where its name says when and why, and removes what is too much there.
pub fn set_aside(folder: &Path, quarantine: &Path, reason: &str) -> Result<PathBuf, StoreError> {
    fs::create_dir_all(quarantine).map_err(io_fault("making", quarantine))?;
    let name = format!("{}-{}", chrono::Utc::now().format("%Y%m%dT%H%M%S%.6fZ"), slug(reason));
    let aside = quarantine.join(name);
    fs::rename(folder, &aside).map_err(io_fault("setting aside", folder))?;
    // what cannot be removed is tried again next time
    if let Err(error) = remove_surplus(quarantine, MAX_KEPT, MAX_BYTES) {
        tracing::warn!(%error, "clearing the quarantine");
    }
    Ok(aside)
}

fn slug(reason: &str) -> String {
    let dashed: String = reason.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    dashed.chars().take(MAX_REASON_CHARS).collect::<String>().trim_matches('-').to_owned()
}

/// Keeps the newest that fit; what is removed is told in the log.
fn remove_surplus(quarantine: &Path, max_kept: usize, max_bytes: u64) -> io::Result<()> {
    let mut kept: Vec<PathBuf> = fs::read_dir(quarantine)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    kept.sort();
    let (mut n_kept, mut n_bytes) = (0, 0);
    for path in kept.into_iter().rev() {
        let found = files::walk(&path)?;
        let size: u64 = found.iter().map(|(_, found)| found.len()).sum();
        if n_kept < max_kept && n_bytes + size <= max_bytes {
            n_kept += 1;
            n_bytes += size;
            continue;
        }
        let lengths: Vec<_> = found
            .iter()
            .map(|(file, found)| format!("{} {}", file.strip_prefix(&path).unwrap_or(file).display(), found.len()))
            .collect();
        tracing::warn!(path = %path.display(), n_bytes = size, files = lengths.join(", "), "a cache that was set aside is removed");
        fs::remove_dir_all(&path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(root: &Path, n_bytes: usize) -> PathBuf {
        let folder = root.join("cache");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("FORMAT"), vec![0; n_bytes]).unwrap();
        folder
    }

    fn names(quarantine: &Path) -> Vec<String> {
        let entries = fs::read_dir(quarantine).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_two_newest_are_kept_and_their_names_say_when_and_why() {
        let root = tempfile::tempdir().unwrap();
        let quarantine = root.path().join("quarantine");
        for reason in ["one", "two", "the third: why?"] {
            set_aside(&cache(root.path(), 10), &quarantine, reason).unwrap();
        }
        let names = names(&quarantine);
        assert_eq!(names.len(), 2);
        assert!(names[0].ends_with("Z-two") && names[1].ends_with("Z-the-third--why"), "{names:?}");
        assert!(names[1].starts_with("20"), "{names:?}");
    }

    #[test]
    fn one_that_is_too_large_is_removed_and_the_smaller_before_it_stays() {
        let root = tempfile::tempdir().unwrap();
        let quarantine = root.path().join("quarantine");
        for (reason, n_bytes) in [("small", 10), ("large", 200)] {
            set_aside(&cache(root.path(), n_bytes), &quarantine, reason).unwrap();
        }
        remove_surplus(&quarantine, 2, 100).unwrap();
        assert!(names(&quarantine)[0].ends_with("small"));
        assert_eq!(names(&quarantine).len(), 1);
    }
}
