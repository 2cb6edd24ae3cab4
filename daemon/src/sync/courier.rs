//! What can be done for a guide who has not unlocked the terminal since the daemon started: the outbox, which is sealed for
//! the device, is sent to its end. Nothing is fetched, since nothing that comes could be kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use guide_common::wire::hub::{FeedName, PushRequest};
use guide_common::wire::local::{SavedState, SyncError, SyncStatus};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::outbox::kept::{HeadAt, Outbox};
use crate::outbox::writer::JournalWriter;
use crate::store::Store;
use crate::sync::backoff::Schedule;
use crate::sync::client::HubClient;
use crate::sync::drive::{blocking, cleaned, is_about_content};
use crate::sync::error::CycleError;
use crate::sync::fault::Lab;
use crate::sync::{Access, client, feed_state};

/// How long what is being written may take when the courier stops, and how often that is looked at.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// What is open of a guide's data without the cache's key.
#[derive(Debug)]
pub struct Held {
    /// The cache, locked.
    pub store: Store,
    /// The way to the journal.
    pub journal: JournalWriter,
    /// What the journal holds, with the answers that came.
    pub outbox: Outbox,
    /// What was found damaged at the start.
    pub damage: Option<String>,
}

/// Sends an outbox until it is asked for what it holds.
#[derive(Debug)]
pub struct Courier {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    held: Mutex<Held>,
    access: Access,
    clock: Arc<Clock>,
    lab: Option<Arc<Lab>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last_ok_at: Option<DateTime<Utc>>,
    last_error: Option<SyncError>,
}

impl Courier {
    /// Begins to send.
    pub fn start(held: Held, access: Access, clock: Arc<Clock>, lab: Option<Arc<Lab>>) -> Self {
        let shared = Arc::new(Shared { held: Mutex::new(held), access, clock, lab, state: Mutex::default() });
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(run(Arc::clone(&shared), stopped));
        Self { shared, stop, task }
    }

    /// Stops and gives back what it held; none where its task has failed.
    pub async fn stop(self) -> Option<Held> {
        self.stop.send_replace(true);
        // an op whose answer is cut off is sent again with the same id
        let _ = self.task.await;
        let mut shared = self.shared;
        let give_up_at = Instant::now() + PATIENCE;
        loop {
            // answers may just be written down, which is not cut off
            shared = match Arc::try_unwrap(shared) {
                Ok(shared) => return Some(shared.held.into_inner().unwrap_or_else(PoisonError::into_inner)),
                Err(_) if Instant::now() > give_up_at => return None,
                Err(shared) => shared,
            };
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How many customers the last check found.
    pub fn n_customers(&self) -> usize {
        self.shared.held().store.n_customers().unwrap_or_default()
    }

    /// The state as far as it is known.
    pub fn status(&self) -> SyncStatus {
        let held = self.shared.held();
        let (n_unsent, n_rejected) = (held.outbox.n_unsent(), held.outbox.n_rejected());
        let feed = |feed| held.store.cursor(feed).map(feed_state).unwrap_or_default();
        let state = lock(&self.shared.state);
        let error = state.last_error.clone();
        let error = error.or_else(|| held.damage.clone().map(|detail| SyncError { code: "store".to_owned(), detail }));
        let is_refused = error.as_ref().is_some_and(|error| matches!(error.code.as_str(), "unauthorised" | "revoked"));
        SyncStatus {
            state: match () {
                () if n_rejected > 0 || is_refused || held.damage.is_some() => SavedState::Attention,
                () if n_unsent > 0 => SavedState::Saved,
                () => SavedState::Received,
            },
            hub: Some(self.shared.access.hub.clone()),
            last_ok_at: state.last_ok_at,
            last_error: error,
            n_unsent,
            n_rejected,
            guide_feed: feed(FeedName::Guide),
            shared_feed: feed(FeedName::Shared),
            ..SyncStatus::default()
        }
    }

    /// Writes what is not written, for a clean stop.
    pub fn flush(&self) {
        if let Err(error) = self.shared.held().store.close() {
            tracing::warn!(%error, "writing the cache at the end");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // nothing panics under it
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.held)
    }
}

async fn run(shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let mut schedule = Schedule::new(Instant::now());
    while shared.held().outbox.n_unsent() > 0 {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep_until(schedule.next()) => {}
        }
        let sent = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            sent = send_all(&shared) => sent,
        };
        let mut state = lock(&shared.state);
        match sent {
            Ok(()) => {
                (state.last_ok_at, state.last_error) = (Some(Utc::now()), None);
                schedule.succeeded(Instant::now(), false, &mut rand::rng());
            }
            Err(error) => {
                tracing::warn!(%error, "sending the outbox of a guide who has not unlocked the terminal");
                state.last_error = Some(error.shown());
                schedule.failed(Instant::now(), error.retry_after(), &mut rand::rng());
            }
        }
    }
}

/// Sends what is unsent, once each. An op whose content the hub does not even answer stays, and those behind it are sent.
async fn send_all(shared: &Arc<Shared>) -> Result<(), CycleError> {
    let hub = client(&shared.access, shared.lab.as_ref(), &shared.clock, Arc::default())?;
    let (mut after, mut one_by_one) = (0, false);
    loop {
        let mut batch = shared.held().outbox.batch_after(after);
        batch.truncate(if one_by_one { 1 } else { batch.len() });
        let Some(last) = batch.last() else { return Ok(()) };
        let last = last.local_seq;
        match push(shared, &hub, batch).await {
            Err(CycleError::Hub(error)) if is_about_content(&error) && !one_by_one => one_by_one = true,
            Err(CycleError::Hub(error)) if is_about_content(&error) => {
                tracing::error!(local_seq = last, %error, "the hub refuses an op without an answer; it stays");
                after = last;
            }
            Err(error) => return Err(error),
            Ok(()) => after = last,
        }
    }
}

async fn push(shared: &Arc<Shared>, hub: &HubClient, batch: Vec<Arc<guide_common::op::Op>>) -> Result<(), CycleError> {
    let ids: Vec<_> = batch.iter().map(|op| op.op_id).collect();
    let request = PushRequest { ops: batch.iter().map(|op| op.as_ref().clone()).collect() };
    let response = hub.push(&request).await?;
    let (answers, at) = (cleaned(&ids, response.answers), HeadAt { epoch: response.epoch, head: response.head });
    let shared = Arc::clone(shared);
    blocking(move || {
        let mut held = shared.held();
        let acks = held.outbox.answer(answers, Utc::now(), &at);
        Ok(held.store.put_acks(&acks)?)
    })
    .await
}
