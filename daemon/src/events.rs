//! What changes, told to whoever listens: ids, never rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use guide_common::id::CustomerId;
use guide_common::wire::local::Notice;
use tokio::sync::broadcast;

/// How many notices a slow listener may be behind; then it is told to look at everything.
const MAX_BEHIND: usize = 256;
/// The most ids in one notice; more changes at once are told as a changed queue.
const MAX_IDS: usize = 200;

/// Tells what changes.
#[derive(Clone, Debug)]
pub struct Events {
    sender: broadcast::Sender<Notice>,
    n_interfaces: Arc<AtomicUsize>,
}

/// An interface that listens.
#[derive(Debug)]
pub struct Attached(Arc<AtomicUsize>);

impl Drop for Attached {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Events {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(MAX_BEHIND), n_interfaces: Arc::default() }
    }
}

impl Events {
    /// Tells everyone who listens.
    pub fn tell(&self, notice: Notice) {
        // nobody listening is fine
        let _ = self.sender.send(notice);
    }

    /// Tells that customers, and so perhaps the queue, have changed.
    pub fn customers(&self, ids: &[CustomerId]) {
        for chunk in ids.chunks(MAX_IDS) {
            self.tell(Notice::Customers { ids: chunk.to_vec() });
        }
        self.tell(Notice::Today);
    }

    /// Whether an interface listens over the socket.
    pub fn is_heard(&self) -> bool {
        self.n_interfaces.load(Ordering::Relaxed) > 0
    }

    /// Counts an interface as one that listens, until what is returned is dropped.
    pub fn attach(&self) -> Attached {
        self.n_interfaces.fetch_add(1, Ordering::Relaxed);
        Attached(Arc::clone(&self.n_interfaces))
    }

    /// Listens from here on.
    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.sender.subscribe()
    }
}
