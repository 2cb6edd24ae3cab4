//! The journal's thread: it owns the journal, and makes one group of what waits while it was busy.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use guide_common::op::Op;
use tokio::sync::{mpsc, oneshot};

use crate::outbox::journal::{Draft, Journal, JournalError};

/// How many requests may wait; who comes when it is full waits for room.
const MAX_WAITING: usize = 256;

type Saved = Result<Vec<Arc<Op>>, Arc<JournalError>>;

enum Request {
    Append { drafts: Vec<Draft>, answer: oneshot::Sender<Saved> },
    Prune { done: HashSet<u64> },
}

/// The way to the journal's thread. The thread ends when the last of these is dropped.
#[derive(Clone, Debug)]
pub struct JournalWriter {
    requests: mpsc::Sender<Request>,
    n_syncs: Arc<AtomicU64>,
    /// Whether a full disk is pretended.
    pretends: Arc<AtomicBool>,
    /// Whether there was no room for what came last.
    is_full: Arc<AtomicBool>,
}

impl JournalWriter {
    /// Starts the thread.
    pub fn start(journal: Journal) -> std::io::Result<Self> {
        let (requests, waiting) = mpsc::channel(MAX_WAITING);
        let n_syncs = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&n_syncs);
        std::thread::Builder::new()
            .name("journal".to_owned())
            .stack_size(256 * 1024)
            .spawn(move || run(journal, waiting, &counter))?;
        Ok(Self { requests, n_syncs, pretends: Arc::default(), is_full: Arc::default() })
    }

    /// From here on nothing is saved, as if the disk had no room, or everything again: for training.
    pub fn pretend_full(&self, is_full: bool) {
        self.pretends.store(is_full, Ordering::Relaxed);
        if !is_full {
            self.is_full.store(false, Ordering::Relaxed);
        }
    }

    /// Whether the disk had no room for what came last.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Saves the drafts as ops, all or none; they are on disk when this returns.
    pub async fn append(&self, drafts: Vec<Draft>) -> Saved {
        let saved = self.try_append(drafts).await;
        let is_full = matches!(&saved, Err(error) if matches!(**error, JournalError::Full));
        self.is_full.store(is_full, Ordering::Relaxed);
        saved
    }

    async fn try_append(&self, drafts: Vec<Draft>) -> Saved {
        if self.pretends.load(Ordering::Relaxed) {
            return Err(Arc::new(JournalError::Full));
        }
        let (answer, saved) = oneshot::channel();
        let closed = || Arc::new(JournalError::Closed);
        self.requests.send(Request::Append { drafts, answer }).await.map_err(|_| closed())?;
        saved.await.map_err(|_| closed())?
    }

    /// Deletes the segments all of whose ops are in `done`.
    pub async fn prune(&self, done: HashSet<u64>) {
        // a closed journal has nothing to delete
        let _ = self.requests.send(Request::Prune { done }).await;
    }

    /// How many groups were synced since the start.
    pub fn n_syncs(&self) -> u64 {
        self.n_syncs.load(Ordering::Relaxed)
    }
}

fn run(mut journal: Journal, mut waiting: mpsc::Receiver<Request>, n_syncs: &AtomicU64) {
    while let Some(first) = waiting.blocking_recv() {
        let mut groups = Vec::new();
        let mut answers = Vec::new();
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Append { drafts, answer } => {
                    groups.push(drafts);
                    answers.push(answer);
                }
                Request::Prune { done } => {
                    if let Err(error) = journal.prune(|seq| !done.contains(&seq)) {
                        tracing::warn!(%error, "deleting old segments of the journal");
                    }
                }
            }
            next = (groups.len() < MAX_WAITING).then(|| waiting.try_recv().ok()).flatten();
        }
        if groups.is_empty() {
            continue;
        }
        let saved = journal.append(groups);
        n_syncs.store(journal.n_syncs, Ordering::Relaxed);
        match saved {
            Ok(saved) => {
                for (answer, ops) in answers.into_iter().zip(saved) {
                    // who asked may have gone; the op is saved all the same
                    let _ = answer.send(Ok(ops));
                }
            }
            Err(error) => {
                tracing::error!(%error, source = ?std::error::Error::source(&error), "the outbox journal accepts nothing");
                let error = Arc::new(error);
                for answer in answers {
                    let _ = answer.send(Err(Arc::clone(&error)));
                }
            }
        }
    }
}
