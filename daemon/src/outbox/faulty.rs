//! A disk of limited room whose calls can be made to fail, and which knows what a power cut would leave of it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::*;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An I/O error.
    Io,
    /// No room.
    Full,
    /// A write that writes a half; any other call fails with an I/O error.
    Short,
}

impl Fault {
    fn error(self) -> io::Error {
        match self {
            Self::Io | Self::Short => io::Error::from_raw_os_error(5),
            Self::Full => io::ErrorKind::StorageFull.into(),
        }
    }
}

/// The switches of a faulty disk, shared with its segments.
#[derive(Clone, Debug)]
pub struct Faulty {
    /// How many bytes can still be written.
    pub room: Arc<AtomicU64>,
    /// Whether syncs fail.
    pub sync_fails: Arc<AtomicBool>,
    /// The call that fails, counted from 1, and how.
    pub fails_at: Option<(u64, Fault)>,
    /// How many calls came.
    pub n_calls: Arc<AtomicU64>,
    durable: Arc<Mutex<Durable>>,
}

/// What is on disk whatever happens.
#[derive(Debug, Default)]
struct Durable {
    /// The content of files, as of their last sync.
    contents: HashMap<PathBuf, Vec<u8>>,
    /// Bytes from here on were given up by a sync that failed: no later one brings them to the disk.
    given_up: HashMap<PathBuf, (usize, usize)>,
    /// The files whose names are there.
    names: Vec<PathBuf>,
}

impl Default for Faulty {
    fn default() -> Self {
        Self {
            room: Arc::new(AtomicU64::new(u64::MAX)),
            sync_fails: Arc::default(),
            fails_at: None,
            n_calls: Arc::default(),
            durable: Arc::default(),
        }
    }
}

impl Faulty {
    /// One that fails once.
    pub fn failing_at(call: u64, fault: Fault) -> Self {
        Self { fails_at: Some((call, fault)), ..Self::default() }
    }

    fn call(&self) -> Result<(), Fault> {
        let call = self.n_calls.fetch_add(1, Ordering::SeqCst) + 1;
        match self.fails_at {
            Some((at, fault)) if at == call => Err(fault),
            _ => Ok(()),
        }
    }

    fn durable(&self) -> MutexGuard<'_, Durable> {
        self.durable.lock().unwrap()
    }

    /// Makes the folder what a power cut would leave of it.
    pub fn cut_power(&self, folder: &Path) {
        let durable = self.durable();
        for entry in fs::read_dir(folder).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        for name in &durable.names {
            fs::write(name, durable.contents.get(name).map(Vec::as_slice).unwrap_or_default()).unwrap();
        }
    }
}

impl Medium for Faulty {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>> {
        self.call().map_err(Fault::error)?;
        Ok(Box::new(FaultySegment { inner: Disk.open(path)?, path: path.to_owned(), disk: self.clone() }))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.call().map_err(Fault::error)?;
        self.durable().names = fs::read_dir(folder)?.map(|entry| entry.unwrap().path()).collect();
        Ok(())
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.call().map_err(Fault::error)?;
        fs::write(path, bytes)?;
        let mut durable = self.durable();
        durable.contents.insert(path.to_owned(), bytes.to_vec());
        if !durable.names.iter().any(|name| name == path) {
            durable.names.push(path.to_owned());
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call().map_err(Fault::error)?;
        fs::remove_file(path)
    }
}

struct FaultySegment {
    inner: Box<dyn Segment>,
    path: PathBuf,
    disk: Faulty,
}

impl Segment for FaultySegment {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(fault) = self.disk.call() {
            let n_bytes = if fault == Fault::Short { bytes.len() / 2 } else { 0 };
            self.inner.append(&bytes[..n_bytes])?;
            return Err(fault.error());
        }
        let room = self.disk.room.load(Ordering::SeqCst);
        let n_bytes = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        self.inner.append(&bytes[..n_bytes])?;
        if room != u64::MAX {
            self.disk.room.fetch_sub(n_bytes as u64, Ordering::SeqCst);
        }
        if n_bytes < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let failed = self.disk.call().map_err(Fault::error);
        let mut bytes = fs::read(&self.path)?;
        let mut durable = self.disk.durable();
        let n_durable = durable.contents.get(&self.path).map_or(0, Vec::len).min(bytes.len());
        if failed.is_err() || self.disk.sync_fails.load(Ordering::SeqCst) {
            let begin = durable.given_up.get(&self.path).map_or(n_durable, |given_up| given_up.0.min(n_durable));
            durable.given_up.insert(self.path.clone(), (begin, bytes.len()));
            return failed.and(Err(io::Error::other("EIO")));
        }
        if let Some((begin, end)) = durable.given_up.get(&self.path).copied() {
            let end = end.min(bytes.len());
            bytes[begin.min(end)..end].fill(0);
        }
        durable.contents.insert(self.path.clone(), bytes);
        Ok(())
    }

    fn truncate(&mut self, n_bytes: u64) -> io::Result<()> {
        self.disk.call().map_err(Fault::error)?;
        self.inner.truncate(n_bytes)?;
        let mut durable = self.disk.durable();
        if let Some(given_up) = durable.given_up.get_mut(&self.path) {
            given_up.1 = given_up.1.min(n_bytes as usize);
        }
        Ok(())
    }
}
