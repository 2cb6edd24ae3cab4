//! Sync: a loop that runs a cycle at a start, after an op, when the hub says that something changed, on a timer and when
//! it is asked to. The journal is never its business: an op leaves it only long after the hub has acknowledged it.

pub mod address;
pub mod backoff;
pub mod client;
pub mod courier;
pub mod drive;
pub mod enroll;
pub mod error;
pub mod fault;
pub mod log;
pub mod machine;
pub mod meter;
pub mod pull;
pub mod transport;
mod waiter;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use guide_common::wire::hub::FeedName;
use guide_common::wire::local::{FeedState, Notice, SavedState, SyncError, SyncStatus};
use guide_common::wire::support::CycleRow;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::clock::skew::Remembered;
use crate::core::Core;
use crate::profile::{GuideFolder, Token};
use crate::store::{Cursor, StoreError};
use crate::sync::backoff::Schedule;
use crate::sync::client::{HubClient, HubError};
use crate::sync::drive::{Counted, cycle, heal};
use crate::sync::error::CycleError;
use crate::sync::fault::{FaultLab, Lab};
use crate::sync::log::{CycleLog, Trace};
use crate::sync::meter::Meter;
use crate::sync::transport::{Http, Transport, Trust};

/// How many requests for a cycle may wait; more wait for room.
const MAX_WAITING: usize = 16;
/// A smaller change of the clock's error is not written down.
const SKEW_STEP_MS: i64 = 1_000;
/// How old what was written down may become: an idle terminal hardly writes.
const SKEW_AGE: TimeDelta = TimeDelta::hours(6);

/// The terminal's sync.
#[derive(Debug)]
pub struct Sync {
    core: Arc<Core>,
    access: watch::Sender<Access>,
    state: Mutex<State>,
    requests: mpsc::Sender<Request>,
    /// How many cycles have succeeded.
    n_good: watch::Sender<u64>,
    /// Told when the waiting call has heard something.
    hub_changed: Notify,
    /// Whether a waiting call lies at the hub.
    waits: AtomicBool,
    /// The last cycles.
    pub log: CycleLog,
    /// The fault lab, where this daemon has one.
    pub lab: Option<Arc<Lab>>,
    folder: GuideFolder,
    meter: Arc<Meter>,
}

/// Somebody waits for the end of a cycle.
#[derive(Debug)]
struct Request {
    ended: oneshot::Sender<()>,
    /// Whether everything is to be fetched again.
    heals: bool,
}

/// Where the hub is, and as whom this terminal comes.
#[derive(Clone, Debug)]
pub struct Access {
    /// The hub's address.
    pub hub: String,
    /// The token.
    pub token: Token,
    /// How the way is secured.
    pub trust: Trust,
}

/// How a cycle ended.
struct Ended {
    result: Result<(), CycleError>,
    /// Whether something was sent or fetched, also where it failed later.
    has_progressed: bool,
}

/// What a terminal's sync begins with.
#[derive(Debug)]
pub struct Setup {
    /// Where the hub is.
    pub access: Access,
    /// The guide's folder.
    pub folder: GuideFolder,
    /// The file of the log of cycles.
    pub log_file: std::path::PathBuf,
    /// What was found damaged at the start.
    pub damage: Option<String>,
    /// The fault lab, where this daemon has one.
    pub lab: Option<Arc<Lab>>,
}

#[derive(Debug, Default)]
struct State {
    last_ok_at: Option<DateTime<Utc>>,
    last_error: Option<SyncError>,
    next_at: Option<DateTime<Utc>>,
    /// What was found damaged at the start; it stays shown.
    damage: Option<SyncError>,
    /// The clock's error as it was last written down.
    skew: Option<Remembered>,
}

impl Sync {
    /// Starts the loop.
    pub fn start(core: Arc<Core>, setup: Setup, shutdown: watch::Receiver<bool>) -> Arc<Self> {
        let (requests, waiting) = mpsc::channel(MAX_WAITING);
        let damage = setup.damage.map(|detail| SyncError { code: "store".to_owned(), detail });
        let skew = setup.folder.skew();
        let sync = Arc::new(Self {
            core,
            access: watch::Sender::new(setup.access),
            state: Mutex::new(State { damage, skew, ..State::default() }),
            requests,
            n_good: watch::Sender::new(0),
            hub_changed: Notify::new(),
            waits: AtomicBool::new(false),
            log: CycleLog::open(setup.log_file),
            lab: setup.lab,
            folder: setup.folder,
            meter: Arc::new(Meter::default()),
        });
        tokio::spawn(Arc::clone(&sync).run(waiting, shutdown.clone()));
        tokio::spawn(waiter::wait(Arc::clone(&sync), shutdown));
        sync
    }

    /// Runs a cycle and returns when it has ended.
    pub async fn now(&self) {
        self.ask(false).await;
    }

    /// Runs a cycle that fetches everything again and sends what was acknowledged again, and returns when it has ended.
    pub async fn heal(&self) {
        self.ask(true).await;
    }

    async fn ask(&self, heals: bool) {
        let (answer, ended) = oneshot::channel();
        if self.requests.send(Request { ended: answer, heals }).await.is_ok() {
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
            skew_ms: self.core.clock.ahead().map(|ahead| ahead.num_milliseconds()),
            is_waiting: self.waits.load(Ordering::Relaxed),
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

    /// The guide's folder.
    pub fn folder(&self) -> &GuideFolder {
        &self.folder
    }

    /// What was found damaged at the start.
    pub fn damage(&self) -> Option<String> {
        self.state().damage.as_ref().map(|damage| damage.detail.clone())
    }

    /// Where the hub is, and as whom this terminal comes.
    pub fn access(&self) -> Access {
        self.access.borrow().clone()
    }

    /// A way to the hub, with a count of its own.
    pub fn client(&self, access: &Access) -> Result<HubClient, HubError> {
        self.client_counted(access, Arc::default())
    }

    fn client_counted(&self, access: &Access, meter: Arc<Meter>) -> Result<HubClient, HubError> {
        client(access, self.lab.as_ref(), &self.core.clock, meter)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(self: Arc<Self>, mut requests: mpsc::Receiver<Request>, mut shutdown: watch::Receiver<bool>) {
        let mut schedule = Schedule::new(Instant::now());
        let mut access = self.access.subscribe();
        let mut hub = None;
        let mut trigger = "start";
        loop {
            let mut waiting = Vec::new();
            tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return,
                request = requests.recv() => {
                    waiting.extend(request);
                    trigger = "asked";
                }
                () = self.core.op_saved.notified() => {
                    schedule.op_saved(Instant::now());
                    if schedule.next() > Instant::now() {
                        self.plan(&schedule);
                        continue;
                    }
                    trigger = "op";
                }
                () = self.hub_changed.notified(), if !schedule.is_failing() => trigger = "hub",
                () = tokio::time::sleep_until(schedule.next()) => {}
            }
            while let Ok(request) = requests.try_recv() {
                waiting.push(request);
            }
            if access.has_changed().unwrap_or(false) {
                hub = None;
                trigger = "enrolled";
            }
            let current = access.borrow_and_update().clone();
            let ended = tokio::select! {
                // an op whose answer is cut off is sent again with the same id
                _ = shutdown.wait_for(|stop| *stop) => return,
                ended = self.cycle(&mut hub, current, trigger, waiting.iter().any(|request| request.heals)) => ended,
            };
            trigger = "timer";
            self.finish(ended, &mut schedule);
            for request in waiting {
                // who asked may have gone
                let _ = request.ended.send(());
            }
        }
    }

    async fn cycle(&self, hub: &mut Option<HubClient>, access: Access, trigger: &str, heals: bool) -> Ended {
        let (id, at, began) = (self.meter.begin(), Utc::now(), Instant::now());
        let mut counted = Counted { heals, ..Counted::default() };
        let result = self.cycle_counted(hub, &access, &mut counted).await;
        let shown = result.as_ref().err().map(CycleError::shown);
        let bytes = self.meter.bytes();
        let row = CycleRow {
            id: id.clone(),
            at,
            trigger: trigger.to_owned(),
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            n_pushed: counted.n_pushed,
            n_rejected: counted.n_rejected,
            n_pulled: counted.n_pulled,
            n_bytes_up: bytes.up,
            n_bytes_down: bytes.down,
            end: shown.as_ref().map_or_else(|| "ok".to_owned(), |error| error.code.clone()),
            cause: shown.map(|error| error.detail),
        };
        tracing::debug!(cycle = id, trigger, end = row.end, took_ms = row.took_ms, "a sync cycle ended");
        let has_progressed = counted.n_pushed + counted.n_pulled > 0;
        self.log.add(row, Trace { id, heals: counted.heals, steps: counted.trace, n_left_out: counted.n_untraced });
        Ended { result, has_progressed }
    }

    async fn cycle_counted(
        &self,
        hub: &mut Option<HubClient>,
        access: &Access,
        counted: &mut Counted,
    ) -> Result<(), CycleError> {
        let client = match hub {
            Some(client) => client,
            None => hub.insert(self.client_counted(access, Arc::clone(&self.meter))?),
        };
        match counted.heals {
            true => heal(&self.core, client, counted).await?,
            false => cycle(&self.core, client, counted).await?,
        }
        let done = self.core.state().outbox.done(Utc::now());
        self.core.journal.prune(done).await;
        if self.meter.take_rotation() {
            self.rotate(client, access).await;
        }
        Ok(())
    }

    /// Takes another token. A lost answer changes nothing: the one before is good until the next is used.
    async fn rotate(&self, hub: &HubClient, access: &Access) {
        let token = match hub.rotate().await {
            Ok(response) => Token(response.token),
            Err(error) => {
                tracing::warn!(%error, "the token was not changed");
                return;
            }
        };
        match self.folder.write_token(&token) {
            Ok(()) => {
                tracing::info!("the token was changed");
                self.renew(Access { token, ..access.clone() });
            }
            Err(error) => tracing::warn!(%error, "writing the changed token"),
        }
    }

    fn finish(&self, Ended { result, has_progressed }: Ended, schedule: &mut Schedule) {
        let mut rng = rand::rng();
        if has_progressed {
            schedule.progressed();
        }
        match &result {
            Ok(()) => schedule.succeeded(Instant::now(), self.waits.load(Ordering::Relaxed), &mut rng),
            Err(error) => {
                schedule.failed(Instant::now(), error.retry_after(), &mut rng);
                let cause = std::error::Error::source(error);
                tracing::warn!(%error, ?cause, "a sync cycle failed");
                if let CycleError::Store(StoreError::Damaged(_)) = error {
                    self.core.store.condemn();
                }
            }
        }
        let is_good = result.is_ok();
        if let Err(CycleError::Hub(HubError::Revoked)) = &result {
            self.forget();
        }
        {
            let mut state = self.state();
            match result {
                Ok(()) => {
                    state.last_ok_at = Some(Utc::now());
                    state.last_error = None;
                }
                Err(error) => state.last_error = Some(error.shown()),
            }
        }
        self.remember_skew();
        self.plan(schedule);
        self.core.events.tell(Notice::Sync);
        if is_good {
            self.n_good.send_modify(|n| *n += 1);
        }
    }

    /// A terminal whose access was taken away keeps nobody's data: what it fetched goes, what it recorded stays.
    fn forget(&self) {
        if self.core.n_customers() == 0 && self.core.store.cursor(FeedName::Guide).is_ok_and(|at| at.epoch.is_none()) {
            return;
        }
        let core = Arc::clone(&self.core);
        tokio::task::spawn_blocking(move || match core.forget() {
            Ok(()) => tracing::warn!("headquarters has revoked this terminal: what was fetched is erased"),
            Err(error) => tracing::error!(%error, "erasing what was fetched"),
        });
    }

    /// Writes down how far the clock is off, for a start without the hub.
    fn remember_skew(&self) {
        let (Some(skew), Some(_)) = (self.core.clock.to_remember(), self.core.clock.ahead()) else {
            return;
        };
        let before = self.state().skew.unwrap_or_default();
        let age = skew.hub_at.zip(before.hub_at).map(|(now, then)| now - then);
        if (skew.ahead_ms - before.ahead_ms).abs() < SKEW_STEP_MS && age.is_some_and(|age| age < SKEW_AGE) {
            return;
        }
        match self.folder.write_skew(&skew) {
            Ok(()) => self.state().skew = Some(skew),
            Err(error) => tracing::debug!(%error, "writing down how far the clock is off"),
        }
    }

    fn plan(&self, schedule: &Schedule) {
        let wait = schedule.next().saturating_duration_since(Instant::now());
        self.state().next_at =
            Some(Utc::now() + chrono::TimeDelta::from_std(wait.max(Duration::ZERO)).unwrap_or_default());
    }
}

/// A way to the hub, spoilt where the fault lab says so.
fn client(
    access: &Access,
    lab: Option<&Arc<Lab>>,
    clock: &Arc<Clock>,
    meter: Arc<Meter>,
) -> Result<HubClient, HubError> {
    let base = address::address(&access.hub, access.trust.plain_http).map_err(HubError::Setup)?;
    let mut way: Arc<dyn Transport> = Arc::new(Http::new(&base, &access.trust).map_err(HubError::Setup)?);
    if let Some(lab) = lab {
        way = Arc::new(FaultLab::new(way, Arc::clone(lab)));
    }
    Ok(HubClient::new(base, Some(access.token.clone()), way, Arc::clone(clock), meter))
}

impl State {
    fn is_refused(&self) -> bool {
        self.last_error.as_ref().is_some_and(|error| matches!(error.code.as_str(), "unauthorised" | "revoked"))
    }
}

fn feed_state(cursor: Cursor) -> FeedState {
    FeedState { epoch: cursor.epoch, seq: cursor.seq, n_live: cursor.n_live, digest: cursor.digest }
}
