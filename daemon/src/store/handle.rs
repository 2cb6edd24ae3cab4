//! The place where the opening in use stands, so that it can be replaced while others read: each call holds the one
//! that it began with.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::store::StoreError;
use crate::store::trees::Trees;

/// How long a call waits for a cache that is being opened again.
const OPEN_PATIENCE: Duration = Duration::from_secs(1);
/// How long the calls under way may take to end before a close is given up.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// The opening in use, or none for as long as it is opened again.
#[derive(Debug)]
pub struct Handle {
    current: Mutex<Option<Arc<Trees>>>,
    opened: Condvar,
}

impl Handle {
    /// With an opening.
    pub fn new(trees: Trees) -> Self {
        Self { current: Mutex::new(Some(Arc::new(trees))), opened: Condvar::new() }
    }

    fn current(&self) -> MutexGuard<'_, Option<Arc<Trees>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The opening in use.
    pub fn trees(&self) -> Result<Arc<Trees>, StoreError> {
        let current = self.current();
        let waited = self.opened.wait_timeout_while(current, OPEN_PATIENCE, |current| current.is_none());
        let (current, _) = waited.unwrap_or_else(PoisonError::into_inner);
        current.clone().ok_or(StoreError::Closed)
    }

    /// Whether there is one.
    pub fn is_open(&self) -> bool {
        self.current().is_some()
    }

    /// Puts another opening in its place; calls under way end with the one that they began with.
    pub fn replace(&self, trees: Trees) -> Option<Arc<Trees>> {
        let old = self.current().replace(Arc::new(trees));
        self.opened.notify_all();
        old
    }

    /// Closes the opening in use, once the calls under way have ended. Where they do not, it stays and this is false.
    pub fn close(&self) -> bool {
        let Some(trees) = self.current().take() else {
            return true;
        };
        match last_of(trees, CLOSE_PATIENCE) {
            Ok(trees) => {
                drop(trees);
                true
            }
            Err(trees) => {
                *self.current() = Some(trees);
                self.opened.notify_all();
                false
            }
        }
    }
}

/// Waits until nobody else holds an opening.
pub fn last_of(mut trees: Arc<Trees>, patience: Duration) -> Result<Trees, Arc<Trees>> {
    let give_up_at = Instant::now() + patience;
    loop {
        match Arc::try_unwrap(trees) {
            Ok(last) if !last.is_filling() => return Ok(last),
            Ok(last) => trees = Arc::new(last),
            Err(shared) => trees = shared,
        }
        if Instant::now() >= give_up_at {
            return Err(trees);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
