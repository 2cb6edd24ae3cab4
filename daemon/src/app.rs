//! The daemon as its API sees it: the clock, who listens, and, once enrolled, the terminal with its tasks.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use guide_common::paths::Paths;
use guide_common::wire::hub::{DigestKeys, Role};
use guide_common::wire::local::{ClockKind, Notice, Status, SyncStatus};
use tokio::sync::{mpsc, watch};

use crate::ballast::Ballast;
use crate::clock::Clock;
use crate::core::Core;
use crate::events::Events;
use crate::lists::ListStore;
use crate::outbox::journal::{Journal, JournalError};
use crate::outbox::kept::Outbox;
use crate::outbox::medium::Disk;
use crate::outbox::recover::refuse_newer_segments;
use crate::outbox::writer::JournalWriter;
use crate::profile::{self, GuideFolder, Profile, Token};
use crate::remind::Reminding;
use crate::remind::notify::{Desktop, Notifier};
use crate::reveals::Reveals;
use crate::settings::SettingsHolder;
use crate::store::{Checker, Store, StoreError, refuse_newer};
use crate::sync::{Access, Setup, Sync};
use crate::upkeep::upkeep;

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
            Self::Journal(JournalError::Newer { .. }) | Self::Store(StoreError::Newer { .. }) => Some("newer_store"),
            Self::Io(_) | Self::Journal(_) | Self::Store(_) => Some("store"),
        }
    }
}

/// The enrolled terminal.
#[derive(Debug)]
pub struct Terminal {
    /// Its state.
    pub core: Arc<Core>,
    /// Its sync.
    pub sync: Arc<Sync>,
    /// Which whole phone numbers were looked at.
    pub reveals: Reveals,
    /// Its reminders.
    pub reminding: Arc<Reminding>,
    /// What it may do, as the hub said at enrolment.
    pub role: Role,
    /// The keys of the hub's feeds: they tell one hub from another.
    pub digest_keys: DigestKeys,
}

/// The daemon.
#[derive(Debug)]
pub struct App {
    /// Where things lie.
    pub paths: Paths,
    /// The clock.
    pub clock: Arc<Clock>,
    /// Who listens.
    pub events: Events,
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
    /// The settings of this user.
    pub settings: Arc<SettingsHolder>,
    /// Where reminders are shown, if not on this desktop.
    pub notifier: Option<Arc<dyn Notifier>>,
    terminal: OnceLock<Terminal>,
}

impl App {
    /// A daemon without a terminal.
    pub fn new(paths: Paths, clock: Clock, shutdown: watch::Receiver<bool>) -> Self {
        let settings = Arc::new(SettingsHolder::open(paths.config_file(), locale().as_deref()));
        Self {
            paths,
            settings,
            notifier: None,
            clock: Arc::new(clock),
            events: Events::default(),
            started: Instant::now(),
            checker: None,
            enrolling: tokio::sync::Mutex::new(()),
            shutdown,
            stopper: None,
            fault_lab: false,
            terminal: OnceLock::new(),
        }
    }

    /// Whether faults on the way to the hub can be switched on: in training, or where the daemon was started so.
    pub fn has_fault_lab(&self) -> bool {
        self.fault_lab || self.clock.kind() == ClockKind::Virtual
    }

    /// The terminal, once it is enrolled.
    pub fn terminal(&self) -> Option<&Terminal> {
        self.terminal.get()
    }

    /// Opens the terminal that was enrolled earlier, where there is one.
    pub fn open_enrolled(&self) -> Result<(), OpenError> {
        if let Some((folder, profile)) = profile::find(&self.paths.guides())? {
            let token = folder.token()?;
            self.open(&folder, profile, token)?;
        }
        Ok(())
    }

    /// Opens a terminal and starts its tasks.
    pub fn open(&self, folder: &GuideFolder, profile: Profile, token: Token) -> Result<(), OpenError> {
        let training = self.clock.kind() == ClockKind::Virtual;
        if profile.training != training {
            return Err(OpenError::OtherClock { training: profile.training });
        }
        self.clock.set_zone(profile.zone.parse().map_err(OpenError::Profile)?);
        if let Some(remembered) = folder.skew() {
            self.clock.remember(remembered);
        }
        let (core, damage) = self.open_core(folder, &profile)?;
        let core = Arc::new(core);
        tokio::spawn(first_check(Arc::clone(&core)));
        tokio::spawn(write_sheets(Arc::clone(&core), self.shutdown.clone()));
        tokio::spawn(watch_day(Arc::clone(&core), self.shutdown.clone()));
        let setup = Setup {
            access: Access { hub: profile.hub, token, trust: profile.trust },
            folder: folder.clone(),
            log_file: self.paths.log().join("sync.jsonl"),
            damage,
            lab: self.has_fault_lab().then(Arc::default),
        };
        let reveals = Reveals::of(folder.path());
        let reminding = self.open_reminders(&core, folder)?;
        let sync = Sync::start(Arc::clone(&core), setup, self.shutdown.clone());
        let ballast = Ballast::of(&self.paths.data);
        tokio::spawn(upkeep(Arc::clone(&core), Arc::clone(&sync), ballast, self.shutdown.clone()));
        // enrolment is guarded, so that there is only one
        let terminal =
            Terminal { core, sync, reveals, reminding, role: profile.role, digest_keys: profile.digest_keys };
        let _ = self.terminal.set(terminal);
        Ok(())
    }

    /// Opens the reminders and starts their tasks.
    fn open_reminders(&self, core: &Arc<Core>, folder: &GuideFolder) -> io::Result<Arc<Reminding>> {
        let (pressed, mut presses) = mpsc::unbounded_channel();
        let notifier = self.notifier.clone().unwrap_or_else(|| Arc::new(Desktop::new(pressed)));
        let settings = Arc::clone(&self.settings);
        let reminding = Arc::new(Reminding::open(Arc::clone(core), folder.path(), settings, notifier)?);
        tokio::spawn(Arc::clone(&reminding).run(self.shutdown.clone()));
        let (asked, mut shutdown) = (Arc::clone(&reminding), self.shutdown.clone());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = shutdown.wait_for(|stop| *stop) => return,
                    pressed = presses.recv() => match pressed {
                        Some(pressed) => asked.pressed(&pressed),
                        None => return,
                    },
                }
            }
        });
        Ok(reminding)
    }

    /// The state in short.
    pub fn status(&self) -> Result<Status, StoreError> {
        let terminal = self.terminal();
        Ok(Status {
            guide: terminal.map(|terminal| terminal.core.profile()),
            role: terminal.map(|terminal| terminal.role),
            now: self.clock.now(),
            clock: self.clock.kind(),
            queue: terminal.map(|terminal| terminal.core.queue_count()).unwrap_or_default(),
            n_customers: terminal.map_or(0, |terminal| terminal.core.n_customers()),
            sync: terminal.map_or(Ok(SyncStatus::default()), |terminal| terminal.sync.status())?,
        })
    }

    /// Opens a terminal's state; on a full disk with the room that was held back.
    fn open_core(&self, folder: &GuideFolder, profile: &Profile) -> Result<(Core, Option<String>), OpenError> {
        let open = || open_core(folder, profile, self.checker.as_deref(), Arc::clone(&self.clock), self.events.clone());
        match open() {
            Err(OpenError::Store(StoreError::Full { .. })) if Ballast::of(&self.paths.data).release()? => open(),
            // found while its first values were read: it is marked, and set aside at the second opening
            Err(OpenError::Store(StoreError::Damaged(_))) => open(),
            opened => opened,
        }
    }

    /// Writes what is not written, for a clean stop.
    pub fn flush(&self) {
        let Some(terminal) = self.terminal() else {
            return;
        };
        let core = &terminal.core;
        if let Err(error) = core.write_sheet().and_then(|()| core.store.close()) {
            tracing::warn!(%error, "writing the cache at the end");
        }
    }
}

/// The locale that messages are wanted in, as POSIX orders the variables.
fn locale() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Opens journal, cache and state of a terminal; what was found damaged is returned as a sentence.
pub fn open_core(
    folder: &GuideFolder,
    profile: &Profile,
    checker: Option<&Path>,
    clock: Arc<Clock>,
    events: Events,
) -> Result<(Core, Option<String>), OpenError> {
    // a newer version's files are left as they are, all of them
    refuse_newer(&folder.cache())?;
    refuse_newer_segments(&folder.outbox())?;
    std::fs::create_dir_all(folder.outbox())?;
    let (mut journal, mut recovered) = Journal::open(&folder.outbox(), profile.device.clone(), Box::new(Disk))?;
    let checker = checker.map(|program| Checker::new(program, folder.path()));
    let opened = Store::open(&folder.cache(), &folder.quarantine(), &profile.digest_keys, checker)?;
    let store = opened.store;
    recovered.n_missing += journal.go_on_from(store.next_seq()?);
    let mut damage = Vec::new();
    if !recovered.damaged.is_empty() || recovered.n_missing > 0 {
        let (n_damaged, n_missing) = (recovered.damaged.len(), recovered.n_missing);
        tracing::error!(n_damaged, n_missing, "the outbox journal is damaged");
        damage.push(format!(
            "the outbox journal is damaged: {n_missing} entries cannot be read; {n_damaged} segments were copied aside"
        ));
    }
    if opened.quarantined.is_some() {
        damage.push("the cache was damaged and is fetched again; nothing that was saved is lost".to_owned());
    }
    let acks = store.acks()?;
    let stale: Vec<_> = acks.keys().filter(|id| !recovered.ops.iter().any(|op| op.op_id == **id)).copied().collect();
    store.remove_acks(&stale)?;
    let outbox = Outbox::new(recovered.ops, acks);
    let writer = JournalWriter::start(journal)?;
    let core = Core::open(store, writer, outbox, ListStore::open(folder.path())?, profile, clock, events)?;
    Ok((core, (!damage.is_empty()).then(|| damage.join("; "))))
}

/// Makes the day sheet right. Sync may have done it already.
async fn first_check(core: Arc<Core>) {
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

async fn write_sheets(core: Arc<Core>, mut shutdown: watch::Receiver<bool>) {
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

async fn watch_day(core: Arc<Core>, mut shutdown: watch::Receiver<bool>) {
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
