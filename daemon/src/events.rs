//! What changes, told to whoever listens: ids, never rows.

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
}

impl Default for Events {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(MAX_BEHIND) }
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

    /// Listens from here on.
    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.sender.subscribe()
    }
}
