//! Where segments lie: the disk, or in tests a disk that fails on demand. Both keep the bytes in real files.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// An open segment, written at its end only.
pub trait Segment: Send {
    /// Writes at the end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything written is on disk: one `fdatasync`.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the segment to a length.
    fn truncate(&mut self, n_bytes: u64) -> io::Result<()>;
}

/// Opens segments.
pub trait Medium: Send {
    /// Opens a segment for appending, and makes it where it is missing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>>;
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Medium for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>> {
        Ok(Box::new(OpenOptions::new().append(true).create(true).open(path)?))
    }
}

impl Segment for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
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
    File::open(folder)?.sync_all()
}

#[cfg(test)]
pub mod faulty {
    //! A disk of limited room whose syncs can be made to fail.

    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use super::*;

    /// The switches of a faulty disk, shared with its segments.
    #[derive(Clone, Debug)]
    pub struct Faulty {
        /// How many bytes can still be written.
        pub room: Arc<AtomicU64>,
        /// Whether syncs fail.
        pub sync_fails: Arc<AtomicBool>,
    }

    impl Default for Faulty {
        fn default() -> Self {
            Self { room: Arc::new(AtomicU64::new(u64::MAX)), sync_fails: Arc::default() }
        }
    }

    impl Medium for Faulty {
        fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>> {
            Ok(Box::new(FaultySegment { inner: Disk.open(path)?, disk: self.clone() }))
        }
    }

    struct FaultySegment {
        inner: Box<dyn Segment>,
        disk: Faulty,
    }

    impl Segment for FaultySegment {
        fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
            let room = self.disk.room.load(Ordering::SeqCst);
            let n_bytes = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
            self.inner.append(&bytes[..n_bytes])?;
            if room != u64::MAX {
                self.disk.room.fetch_sub(n_bytes as u64, Ordering::SeqCst);
            }
            if n_bytes < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }

        fn sync(&mut self) -> io::Result<()> {
            if self.disk.sync_fails.load(Ordering::SeqCst) { Err(io::Error::other("EIO")) } else { self.inner.sync() }
        }

        fn truncate(&mut self, n_bytes: u64) -> io::Result<()> {
            self.inner.truncate(n_bytes)
        }
    }
}
