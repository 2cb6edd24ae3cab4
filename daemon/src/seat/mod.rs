//! The guides of this terminal. Each has a seat: a folder, a key, an outbox that is always sent, and, once it was
//! unlocked, the terminal with all its tasks. `desk` says who is at the terminal, and for how long.

pub mod desk;
pub mod open;
mod unlock;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guide_common::id::GuideId;
use guide_common::wire::hub::{DigestKeys, GuideProfile, Role};
use guide_common::wire::local::SyncStatus;

pub use desk::{Desk, NoTerminal};
pub use unlock::UnlockError;

use crate::core::Core;
use crate::profile::{GuideFolder, Profile};
use crate::remind::Reminding;
use crate::reveals::Reveals;
use crate::store::StoreError;
use crate::sync::Sync;
use crate::sync::courier::Courier;
use crate::vault::{Key, Tries, Vault};

/// The data of a guide who has unlocked the terminal since the daemon started, and the tasks that care for them.
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
    /// The key of the cache, so that another PIN can wrap it.
    key: Key,
}

/// One guide at this terminal.
#[derive(Debug)]
pub struct Seat {
    /// Who.
    pub guide: GuideId,
    /// The guide's folder.
    pub folder: GuideFolder,
    profile: Mutex<Profile>,
    vault: Vault,
    has_pin: AtomicBool,
    tries: Mutex<Tries>,
    state: Mutex<State>,
    /// Held while the seat is unlocked, enrolled again, or its PIN changed.
    unlocking: tokio::sync::Mutex<()>,
}

/// What is open of a seat.
#[derive(Debug)]
enum State {
    /// The outbox, which is sent.
    Sealed(Courier),
    /// Everything.
    Open(Arc<Terminal>),
    /// Nothing, for the moment of an unlocking, or since one has failed.
    Busy,
}

impl Seat {
    fn new(folder: GuideFolder, profile: Profile, vault: Vault, has_pin: bool, state: State) -> Self {
        Self {
            guide: profile.guide.id.clone(),
            tries: Mutex::new(Tries::of(folder.path())),
            folder,
            profile: Mutex::new(profile),
            vault,
            has_pin: AtomicBool::new(has_pin),
            state: Mutex::new(state),
            unlocking: tokio::sync::Mutex::default(),
        }
    }

    /// Whether it takes a PIN.
    pub fn has_pin(&self) -> bool {
        self.has_pin.load(Ordering::Relaxed)
    }

    /// The terminal, where the seat was unlocked.
    pub fn terminal(&self) -> Option<Arc<Terminal>> {
        match &*lock(&self.state) {
            State::Open(terminal) => Some(Arc::clone(terminal)),
            State::Sealed(_) | State::Busy => None,
        }
    }

    /// Who it is of, as far as that is known.
    pub fn profile(&self) -> GuideProfile {
        match self.terminal() {
            Some(terminal) => terminal.core.profile(),
            None => lock(&self.profile).guide.clone(),
        }
    }

    /// What this terminal may do, as the hub said at enrolment.
    pub fn role(&self) -> Role {
        lock(&self.profile).role
    }

    /// How many customers it holds.
    pub fn n_customers(&self) -> usize {
        match &*lock(&self.state) {
            State::Open(terminal) => terminal.core.n_customers(),
            State::Sealed(courier) => courier.n_customers(),
            State::Busy => 0,
        }
    }

    /// The state of sync.
    pub fn sync_status(&self) -> Result<SyncStatus, StoreError> {
        match &*lock(&self.state) {
            State::Open(terminal) => terminal.sync.status(),
            State::Sealed(courier) => Ok(courier.status()),
            State::Busy => Ok(SyncStatus::default()),
        }
    }

    /// Whether an enrolment is of the guide and the hub whose data lie here.
    pub fn is_of(&self, profile: &Profile) -> bool {
        self.guide == profile.guide.id && lock(&self.profile).digest_keys.guide.0 == profile.digest_keys.guide.0
    }

    /// Whether the hub did not accept this terminal when it was last asked.
    pub fn is_refused(&self) -> bool {
        let code = self.sync_status().ok().and_then(|status| status.last_error).map(|error| error.code);
        code.is_some_and(|code| matches!(code.as_str(), "unauthorised" | "revoked"))
    }

    /// Writes what is not written, for a clean stop.
    pub fn flush(&self) {
        match &*lock(&self.state) {
            State::Open(terminal) => {
                let core = &terminal.core;
                if let Err(error) = core.write_sheet().and_then(|()| core.store.close()) {
                    tracing::warn!(%error, "writing the cache at the end");
                }
            }
            State::Sealed(courier) => courier.flush(),
            State::Busy => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // what is under it is replaced as a whole
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
