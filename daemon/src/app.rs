//! The daemon as its API sees it: the clock, the settings, the guides of this terminal, and the tasks of each.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use guide_common::paths::Paths;
use guide_common::wire::local::{ClockKind, Notice, Status, SyncStatus};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::core::Core;
use crate::outbox::journal::JournalError;
use crate::profile;
use crate::remind::notify::Notifier;
use crate::seat::Desk;
use crate::settings::SettingsHolder;
use crate::store::StoreError;
use crate::sync::fault::Lab;
use crate::vault::{DeviceError, Effort, VaultError};

/// How long changes of the day sheet are gathered before they are written.
const SHEET_PAUSE: Duration = Duration::from_millis(500);

/// When a day that could not be shown is tried again.
const DAY_RETRY: TimeDelta = TimeDelta::seconds(60);

/// Why a terminal cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The profile, the token or a folder.
    #[error("reading the terminal's folder")]
    Io(#[from] io::Error),
    /// The journal.
    #[error("opening the outbox journal")]
    Journal(#[from] JournalError),
    /// The cache.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The device's key.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The key of the cache.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The terminal was enrolled on the other kind of clock.
    #[error("this terminal was enrolled {}: start guided {}", if *.training { "for training" } else { "for real work" },
        if *.training { "with --clock virtual" } else { "without --clock virtual" })]
    OtherClock {
        /// Whether it was enrolled for training.
        training: bool,
    },
    /// The profile names a time zone that does not exist.
    #[error("the profile is not understood: {0}")]
    Profile(String),
}

impl OpenError {
    /// The stable code, for programs, where it has one.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::OtherClock { training: true } => Some("training_terminal"),
            Self::OtherClock { training: false } => Some("real_terminal"),
            Self::Profile(_) => Some("profile"),
            Self::Journal(JournalError::Newer { .. })
            | Self::Store(StoreError::Newer { .. })
            | Self::Vault(VaultError::Newer(_)) => Some("newer_store"),
            Self::Device(_) | Self::Vault(_) => Some("key"),
            Self::Io(_) | Self::Journal(_) | Self::Store(_) => Some("store"),
        }
    }
}

/// The daemon.
#[derive(Debug)]
pub struct App {
    /// Where things lie.
    pub paths: Paths,
    /// The clock.
    pub clock: Arc<Clock>,
    /// The guides, and who is at the terminal.
    pub desk: Arc<Desk>,
    /// Since when it serves.
    pub started: Instant,
    /// The program that checks a cache which was not closed well.
    pub checker: Option<PathBuf>,
    /// Held while a terminal is enrolled.
    pub enrolling: tokio::sync::Mutex<()>,
    /// Turns true when the daemon stops.
    pub shutdown: watch::Receiver<bool>,
    /// Through which a client may ask the daemon to stop; none where another start would not be the same.
    pub stopper: Option<watch::Sender<bool>>,
    /// Whether the daemon was started with the fault lab.
    pub fault_lab: bool,
    lab: Arc<Lab>,
    /// The settings of this user.
    pub settings: Arc<SettingsHolder>,
    /// Where reminders are shown, if not on this desktop.
    pub notifier: Option<Arc<dyn Notifier>>,
    /// What stretching a new PIN takes.
    pub effort: Effort,
}

impl App {
    /// A daemon without a terminal.
    pub fn new(paths: Paths, clock: Clock, shutdown: watch::Receiver<bool>) -> Self {
        let settings = Arc::new(SettingsHolder::open(paths.config_file(), crate::platform::locale().as_deref()));
        let clock = Arc::new(clock);
        let desk = Arc::new(Desk::new(paths.guides(), Arc::clone(&clock), Arc::clone(&settings)));
        Self {
            paths,
            settings,
            notifier: None,
            clock,
            desk,
            started: Instant::now(),
            checker: None,
            enrolling: tokio::sync::Mutex::new(()),
            shutdown,
            stopper: None,
            fault_lab: false,
            lab: Arc::default(),
            effort: Effort::REAL,
        }
    }

    /// The faults on the way to the hub that can be switched on: in training, or where the daemon was started so.
    pub fn lab(&self) -> Option<&Arc<Lab>> {
        (self.fault_lab || self.clock.kind() == ClockKind::Virtual).then_some(&self.lab)
    }

    /// Opens what the guides who are enrolled here left, and begins the turn of whoever was in front and has no PIN.
    pub fn open_enrolled(self: &Arc<Self>) -> Result<(), OpenError> {
        for (folder, profile) in profile::all(&self.paths.guides())? {
            let token = folder.token()?;
            self.desk.add(self.open_seat(folder, profile, token)?);
        }
        self.desk.begin();
        tokio::spawn(Arc::clone(&self.desk).watch(self.shutdown.clone()));
        Ok(())
    }

    /// The state in short.
    pub fn status(&self) -> Result<Status, StoreError> {
        let locked = self.desk.is_locked();
        let front = self.desk.front();
        let terminal = front.as_ref().and_then(|seat| seat.terminal());
        Ok(Status {
            guide: front.as_ref().map(|seat| seat.profile()),
            role: front.as_ref().map(|seat| seat.role()),
            now: self.clock.now(),
            clock: self.clock.kind(),
            locked,
            turn: self.desk.turn(),
            disk_full: terminal.as_ref().is_some_and(|terminal| terminal.core.journal.is_full()),
            queue: terminal.map(|terminal| terminal.core.queue_count()).unwrap_or_default(),
            n_customers: front.as_ref().map_or(0, |seat| seat.n_customers()),
            sync: front.map_or(Ok(SyncStatus::default()), |seat| seat.sync_status())?,
        })
    }

    /// Tells every guide's interfaces, and whoever listens at a locked terminal.
    pub fn tell(&self, notice: &Notice) {
        self.desk.events.tell(notice.clone());
        for terminal in self.desk.terminals() {
            terminal.core.events.tell(notice.clone());
        }
    }

    /// Writes what is not written, for a clean stop.
    pub fn flush(&self) {
        for seat in self.desk.seats() {
            seat.flush();
        }
    }
}

/// Makes the day sheet right. Sync may have done it already.
pub(crate) async fn first_check(core: Arc<Core>) {
    run_check(&core).await;
}

/// Works every customer out, off the daemon's thread; returns whether that came to its end, or no check can.
async fn run_check(core: &Arc<Core>) -> bool {
    let worker = Arc::clone(core);
    let checked = tokio::task::spawn_blocking(move || {
        let started = Instant::now();
        worker.check().map(|is_done| (is_done, started.elapsed()))
    });
    match checked.await {
        Ok(Ok((is_done, took))) => {
            tracing::info!(
                took_ms = took.as_millis(),
                n_customers = core.n_customers(),
                is_done,
                "the queue was checked"
            );
            return is_done;
        }
        Ok(Err(error)) => tracing::error!(%error, "checking the queue"),
        Err(error) => tracing::error!(%error, "checking the queue"),
    }
    true
}

/// Works every customer out, and returns when that has come to its end, whatever other checks begin meanwhile.
pub async fn run_whole_check(core: &Arc<Core>) {
    let _turn = core.whole_check.lock().await;
    while !run_check(core).await {}
}

/// Shows the clock's day, where it is another one, and returns when its queue is worked out.
pub async fn follow_clock(core: &Arc<Core>) {
    let on = core.clock.today();
    if core.day() == on {
        if !core.is_checked() {
            run_check(core).await;
        }
        return;
    }
    let worker = Arc::clone(core);
    match tokio::task::spawn_blocking(move || worker.set_day(on)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "changing the day"),
        Err(error) => tracing::error!(%error, "changing the day"),
    }
    core.events.tell(Notice::Today);
    run_whole_check(core).await;
}

pub(crate) async fn write_sheets(core: Arc<Core>, mut shutdown: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = core.sheet_changed.notified() => {}
        }
        tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(SHEET_PAUSE) => {}
        }
        let worker = Arc::clone(&core);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || worker.write_sheet()).await {
            tracing::warn!(%error, "writing the day sheet");
        }
    }
}

pub(crate) async fn watch_day(core: Arc<Core>, mut shutdown: watch::Receiver<bool>) {
    loop {
        let span = core.span();
        let now = core.clock.now();
        // a day that could not be shown is tried again
        let until = if core.day() == now.date() { span.until() } else { now + DAY_RETRY };
        tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = core.clock.wait_until(until) => {}
        }
        follow_clock(&core).await;
        if core.span() != span {
            core.events.tell(Notice::Today);
        }
    }
}
