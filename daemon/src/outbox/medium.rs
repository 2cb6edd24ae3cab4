//! Where segments lie: the disk, or in tests a disk that fails on demand. Both keep the bytes in real files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::outbox::recover::replace;
use crate::platform;

/// An open segment, written at its end only.
pub trait Segment: Send {
    /// Writes at the end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything written is on disk: one `fdatasync`.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the segment to a length.
    fn truncate(&mut self, n_bytes: u64) -> io::Result<()>;
}

/// Everything that the journal does to a disk beside reading.
pub trait Medium: Send {
    /// Opens a segment for appending, and makes it where it is missing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>>;
    /// Makes the names in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Writes a whole file so that it is on disk, or the old one is.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Deletes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Medium for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>> {
        Ok(Box::new(platform::open_to_append(path)?))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        sync_folder(folder)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        replace(path, bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

impl Segment for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        platform::to_the_end(self)?;
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, n_bytes: u64) -> io::Result<()> {
        self.set_len(n_bytes)
    }
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    platform::sync_folder(folder)
}

#[cfg(test)]
#[path = "faulty.rs"]
pub mod faulty;
