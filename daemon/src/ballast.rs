//! The ballast: a file that holds room on the disk, so that there is some when the disk is full and the cache has to be
//! opened. It is given up then, and made again as soon as there is room.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::platform;

/// How much it holds.
pub const BALLAST_BYTES: u64 = 16 << 20;
/// With less room than this a start gives it up beforehand.
const SCARCE_BYTES: u64 = 2 << 20;
/// It grows in steps of at least this.
const STEP_BYTES: u64 = 1 << 20;
/// With less room than this the cache is not worth opening again.
const ROOM_BYTES: u64 = 1 << 20;

/// The ballast of a data folder.
#[derive(Clone, Debug)]
pub struct Ballast {
    folder: PathBuf,
}

impl Ballast {
    /// That of a data folder.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// How much this user can still write to the disk.
    pub fn n_free_bytes(&self) -> io::Result<u64> {
        platform::n_free_bytes(&self.folder)
    }

    /// Whether there is enough room to open a cache that a full disk broke.
    pub fn has_room(&self) -> bool {
        // a disk that does not say is tried
        self.n_free_bytes().map_or(true, |n_free| n_free >= ROOM_BYTES)
    }

    /// How many bytes of the disk it holds.
    pub fn n_held_bytes(&self) -> u64 {
        fs::metadata(self.path()).map_or(0, |found| platform::n_held_bytes(&found))
    }

    /// Gives it up where room is scarce. Returns whether there was anything to give up.
    pub fn release_if_scarce(&self) -> io::Result<bool> {
        if self.n_held_bytes() == 0 || self.n_free_bytes()? >= SCARCE_BYTES {
            return Ok(false);
        }
        self.release()
    }

    /// Gives it up. Returns whether there was anything to give up.
    pub fn release(&self) -> io::Result<bool> {
        match fs::remove_file(self.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            removed => removed.map(|()| true),
        }
    }

    /// Makes it as large as it should be: a quarter of the room is always left to others.
    pub fn fill(&self) -> io::Result<()> {
        let held = self.n_held_bytes();
        let wanted = BALLAST_BYTES.min((self.n_free_bytes()? + held) / 4 * 3);
        if wanted < held + STEP_BYTES {
            return Ok(());
        }
        let grown = self.grow(wanted);
        if grown.is_err() && held == 0 {
            self.release()?;
        }
        grown
    }

    fn grow(&self, n_bytes: u64) -> io::Result<()> {
        let mut file = File::options().append(true).create(true).open(self.path())?;
        match platform::reserve(&file, n_bytes) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => write_noise(&mut file, n_bytes),
            reserved => reserved,
        }
    }
}

/// Fills a file with what no disk can make smaller.
fn write_noise(file: &mut File, n_bytes: u64) -> io::Result<()> {
    let mut block = [0u8; 64 * 1024];
    while file.metadata()?.len() < n_bytes {
        rand::fill(&mut block);
        file.write_all(&block)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_blocks_of_the_disk_and_gives_them_up() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::of(folder.path());
        ballast.fill().unwrap();
        assert!(ballast.n_held_bytes() >= BALLAST_BYTES);
        assert!(!ballast.release_if_scarce().unwrap(), "there is room");
        assert!(ballast.release().unwrap() && !ballast.release().unwrap());
        assert_eq!(ballast.n_held_bytes(), 0);
    }

    #[test]
    fn where_room_cannot_be_reserved_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = File::options().append(true).create(true).open(folder.path().join("ballast")).unwrap();
        write_noise(&mut file, 300_000).unwrap();
        file.sync_all().unwrap();
        assert!(Ballast::of(folder.path()).n_held_bytes() >= 300_000);
    }
}
