//! A few connections that reads hand on to each other, in the order in which they came, without asking the database
//! whether it is still there. Whatever is not known to be whole goes back to the pool, which asks: after a read that
//! failed or was cut off, and after a second without one.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Any;
use sqlx::pool::PoolConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{CONNECT_LIMIT, Conn};

/// How many there are.
pub(super) const MAX_WARM: u32 = 6;
/// For how long one is taken to be alive.
const WARM: Duration = Duration::from_secs(1);

/// Connections, each with when it was used last.
type Kept = Vec<(PoolConnection<Any>, Instant)>;

/// The connections that were used a moment ago; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Warm {
    kept: Arc<Mutex<Kept>>,
    /// One for each connection: so there is room for every one that is handed on, and nobody overtakes.
    turns: Arc<Semaphore>,
}

impl Default for Warm {
    fn default() -> Self {
        Self { kept: Arc::default(), turns: Arc::new(Semaphore::new(MAX_WARM as usize)) }
    }
}

impl Warm {
    /// Waits for one's turn, no longer than for a connection of the pool.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, sqlx::Error> {
        let turn = tokio::time::timeout(CONNECT_LIMIT, self.turns.clone().acquire_owned()).await;
        turn.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)
    }

    /// The one that was used last; those that have cooled go back to the pool.
    pub(super) fn take(&self) -> Option<PoolConnection<Any>> {
        let mut kept = self.lock();
        let (conn, at) = kept.pop()?;
        if at.elapsed() < WARM {
            return Some(conn);
        }
        // those below were used before it
        let cooled = std::mem::take(&mut *kept);
        drop(kept);
        drop(cooled);
        None
    }

    /// Gives all back to the pool.
    pub(super) fn clear(&self) {
        let kept = std::mem::take(&mut *self.lock());
        drop(kept);
    }

    fn keep(&self, conn: PoolConnection<Any>) {
        self.lock().push((conn, Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection for a read; dropped, it goes back to the pool.
#[derive(Debug)]
pub struct WarmConn {
    pub(super) conn: PoolConnection<Any>,
    pub(super) warm: Warm,
    pub(super) _turn: OwnedSemaphorePermit,
}

impl WarmConn {
    /// To be called when every statement has been answered whole: others may go on with the connection at once.
    pub fn hand_on(self) {
        self.warm.keep(self.conn);
    }
}

impl Deref for WarmConn {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for WarmConn {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
