//! Sync: a loop that runs a cycle at a start, after an op, on a timer and when it is asked to. The journal is never
//! its business: an op leaves it only long after the hub has acknowledged it.

pub mod backoff;
pub mod client;
pub mod cycle;
pub mod enroll;
pub mod pull;
pub mod push;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use guide_common::wire::hub::FeedName;
use guide_common::wire::local::{FeedState, Notice, SavedState, SyncError, SyncStatus};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::core::Core;
use crate::profile::Token;
use crate::store::{Cursor, StoreError};
use crate::sync::backoff::Schedule;
use crate::sync::client::HubClient;
use crate::sync::cycle::{CycleError, cycle};

/// How many requests for a cycle may wait; more wait for room.
const MAX_WAITING: usize = 16;

/// The terminal's sync.
#[derive(Debug)]
pub struct Sync {
    core: Arc<Core>,
    access: watch::Sender<Access>,
    state: Mutex<State>,
    requests: mpsc::Sender<oneshot::Sender<()>>,
}

/// Where the hub is, and as whom this terminal comes.
#[derive(Clone, Debug)]
pub struct Access {
    /// The hub's address.
    pub hub: String,
    /// The token.
    pub token: Token,
}

#[derive(Debug, Default)]
struct State {
    last_ok_at: Option<DateTime<Utc>>,
    last_error: Option<SyncError>,
    next_at: Option<DateTime<Utc>>,
    /// What was found damaged at the start; it stays shown.
    damage: Option<SyncError>,
}

impl Sync {
    /// Starts the loop. `damage` says what was found damaged at the start.
    pub fn start(
        core: Arc<Core>,
        access: Access,
        damage: Option<String>,
        shutdown: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let (requests, waiting) = mpsc::channel(MAX_WAITING);
        let damage = damage.map(|detail| SyncError { code: "store".to_owned(), detail });
        let state = Mutex::new(State { damage, ..State::default() });
        let sync = Arc::new(Self { core, access: watch::Sender::new(access), state, requests });
        tokio::spawn(Arc::clone(&sync).run(waiting, shutdown));
        sync
    }

    /// Runs a cycle and returns when it has ended.
    pub async fn now(&self) {
        let (answer, ended) = oneshot::channel();
        if self.requests.send(answer).await.is_ok() {
            // a loop that ended has ended its cycles
            let _ = ended.await;
        }
    }

    /// The state as it is.
    pub fn status(&self) -> Result<SyncStatus, StoreError> {
        let feed = |feed| self.core.store.cursor(feed).map(feed_state);
        let (guide_feed, shared_feed) = (feed(FeedName::Guide)?, feed(FeedName::Shared)?);
        let (n_unsent, n_rejected) = {
            let core = self.core.state();
            (core.outbox.n_unsent(), core.outbox.n_rejected())
        };
        let state = self.state();
        let saved = match () {
            () if n_rejected > 0 || state.is_refused() || state.damage.is_some() => SavedState::Attention,
            () if n_unsent > 0 => SavedState::Saved,
            () => SavedState::Received,
        };
        Ok(SyncStatus {
            state: saved,
            hub: Some(self.access.borrow().hub.clone()),
            last_ok_at: state.last_ok_at,
            last_error: state.last_error.clone().or_else(|| state.damage.clone()),
            next_at: state.next_at,
            n_unsent,
            n_rejected,
            skew_ms: None,
            is_waiting: false,
            guide_feed,
            shared_feed,
        })
    }

    /// Whether the hub did not accept this terminal when it was last asked.
    pub fn is_refused(&self) -> bool {
        self.state().is_refused()
    }

    /// Goes on with another token; what was saved meanwhile is sent with it.
    pub fn renew(&self, access: Access) {
        self.access.send_replace(access);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(
        self: Arc<Self>,
        mut requests: mpsc::Receiver<oneshot::Sender<()>>,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let mut schedule = Schedule::new(Instant::now());
        let mut access = self.access.subscribe();
        let mut hub = None;
        loop {
            let mut waiting = Vec::new();
            tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return,
                request = requests.recv() => waiting.extend(request),
                () = self.core.op_saved.notified() => {
                    schedule.op_saved(Instant::now());
                    if schedule.next() > Instant::now() {
                        self.plan(&schedule);
                        continue;
                    }
                }
                () = tokio::time::sleep_until(schedule.next()) => {}
            }
            while let Ok(request) = requests.try_recv() {
                waiting.push(request);
            }
            if access.has_changed().unwrap_or(false) {
                hub = None;
            }
            let current = access.borrow_and_update().clone();
            let ended = tokio::select! {
                // an op whose answer is cut off is sent again with the same id
                _ = shutdown.wait_for(|stop| *stop) => return,
                ended = self.cycle(&mut hub, current) => ended,
            };
            self.finish(ended, &mut schedule);
            for request in waiting {
                // who asked may have gone
                let _ = request.send(());
            }
        }
    }

    async fn cycle(&self, hub: &mut Option<HubClient>, access: Access) -> Result<(), CycleError> {
        let client = match hub {
            Some(client) => client,
            None => hub.insert(HubClient::new(&access.hub, Some(access.token))?),
        };
        cycle(&self.core, client).await?;
        let done = self.core.state().outbox.done(Utc::now());
        self.core.journal.prune(done).await;
        Ok(())
    }

    fn finish(&self, ended: Result<(), CycleError>, schedule: &mut Schedule) {
        let mut rng = rand::rng();
        match &ended {
            Ok(()) => schedule.succeeded(Instant::now(), &mut rng),
            Err(error) => {
                schedule.failed(Instant::now(), error.retry_after(), &mut rng);
                let cause = std::error::Error::source(error);
                tracing::warn!(%error, ?cause, "a sync cycle failed");
                if let CycleError::Store(StoreError::Damaged(_)) = error {
                    self.core.store.condemn();
                }
            }
        }
        {
            let mut state = self.state();
            match ended {
                Ok(()) => {
                    state.last_ok_at = Some(Utc::now());
                    state.last_error = None;
                }
                Err(error) => state.last_error = Some(error.shown()),
            }
        }
        self.plan(schedule);
        self.core.events.tell(Notice::Sync);
    }

    fn plan(&self, schedule: &Schedule) {
        let wait = schedule.next().saturating_duration_since(Instant::now());
        self.state().next_at =
            Some(Utc::now() + chrono::TimeDelta::from_std(wait.max(Duration::ZERO)).unwrap_or_default());
    }
}

impl State {
    fn is_refused(&self) -> bool {
        self.last_error.as_ref().is_some_and(|error| error.code == "unauthorised")
    }
}

fn feed_state(cursor: Cursor) -> FeedState {
    FeedState { epoch: cursor.epoch, seq: cursor.seq, n_live: cursor.n_live, digest: cursor.digest }
}
