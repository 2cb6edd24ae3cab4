//! The terminal's state: the hub's documents with this terminal's ops on top, and the queue worked out from them. In
//! memory is only what lists need; files are read from the cache when they are asked for.

pub mod ask;
pub mod card;
pub mod check;
pub mod desk;
pub mod file;
mod files;
pub mod find;
pub mod forecast;
pub mod history;
pub mod lead;
pub mod member;
pub mod note;
pub mod open;
mod place;
pub mod queue;
pub mod record;
pub mod row;
pub mod secrecy;
pub mod settle;
pub mod show;
pub mod snooze;
mod stats;
pub mod step;
pub mod timeline;
mod undo;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chrono::{DateTime, NaiveDate, Utc};
use guide_common::id::{CustomerId, DeviceId};
use guide_common::search::index::Index;
use guide_common::wire::hub::{FeedName, GuideProfile};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::core::file::{Loaded, Shared};
use crate::core::queue::Answered;
use crate::core::row::Row;
use crate::events::Events;
use crate::lists::ListStore;
use crate::outbox::kept::Outbox;
use crate::outbox::writer::JournalWriter;
use crate::profile::Profile;
use crate::store::{SheetRow, Store, StoreError};

/// How many files are held ready; a day's queue walks fewer.
const MAX_FILES: usize = 256;
/// Into how many stripes recording is divided, so that two outcomes of one task come one after the other.
const N_STRIPES: usize = 256;

/// The state of one enrolled terminal.
#[derive(Debug)]
pub struct Core {
    /// The cache.
    pub store: Store,
    /// The way to the journal.
    pub journal: JournalWriter,
    /// The filters that the guide keeps.
    pub lists: ListStore,
    /// The clock.
    pub clock: Arc<Clock>,
    /// Who listens.
    pub events: Events,
    /// Told when an op was saved.
    pub op_saved: Notify,
    /// Told when rows of the day sheet have changed.
    pub sheet_changed: Notify,
    /// Held by a check that begins again until no other one overtakes it: there is one at a time.
    pub whole_check: tokio::sync::Mutex<()>,
    device: DeviceId,
    started: Instant,
    /// The virtual time at which ids of ops were made last in training, and how many.
    drafted: Mutex<(DateTime<Utc>, u64)>,
    state: Mutex<State>,
    stripes: Vec<tokio::sync::Mutex<()>>,
    /// Held while a step is looked for and taken back, or recorded again.
    stepping: tokio::sync::Mutex<()>,
}

/// What changes. The lock is held for moments only: nothing is read, parsed or worked out under it.
#[derive(Debug)]
pub(crate) struct State {
    /// The day that `days` shows.
    pub on: NaiveDate,
    /// The number of the newest check; an older one that still runs throws its results away.
    pub check: u32,
    /// Whether a check of this day has ended.
    pub checked: bool,
    /// Grows with every change of a customer.
    pub version: u64,
    /// The version at which a customer changed last.
    pub touched: HashMap<CustomerId, u64>,
    pub profile: GuideProfile,
    pub shared: Arc<Shared>,
    /// Whether a check has worked out the starts of throttled plans.
    pub starts_known: bool,
    pub outbox: Outbox,
    pub rows: BTreeMap<CustomerId, Row>,
    /// What customers are found by: everybody in `rows`.
    pub index: Index,
    pub days: BTreeMap<CustomerId, SheetRow>,
    pub files: HashMap<CustomerId, Arc<Loaded>>,
    /// The last answer of `/v1/today`, until something changes.
    pub today: Option<Answered>,
    /// The rows of the sheet that are not written.
    pub dirty: BTreeSet<CustomerId>,
    /// How many customers the last check found.
    pub n_customers: usize,
}

impl Core {
    /// Takes a store, a journal and what it held, and shows the day sheet of today; `check` makes it right.
    pub fn open(
        store: Store,
        journal: JournalWriter,
        outbox: Outbox,
        lists: ListStore,
        profile: &Profile,
        clock: Arc<Clock>,
        events: Events,
    ) -> Result<Self, StoreError> {
        let on = clock.today();
        let guide = file::profile(&store.without_customer(FeedName::Guide)?).unwrap_or_else(|| profile.guide.clone());
        let id = CustomerId::guide_itself();
        let mut own = file::of_guide_itself(&store.customer(&id)?);
        apply_pending(&mut own, &outbox.pending_of(&id), &guide.id);
        let shared = desk::read(&store, &guide, &own.file, on, clock.zone())?;
        let state = State {
            on,
            check: 0,
            checked: false,
            version: 0,
            touched: HashMap::new(),
            profile: guide,
            shared: Arc::new(shared),
            starts_known: false,
            outbox,
            rows: BTreeMap::new(),
            index: Index::default(),
            days: store.sheet(on)?.into_iter().collect(),
            files: HashMap::new(),
            today: None,
            dirty: BTreeSet::new(),
            n_customers: store.n_customers()?,
        };
        let core = Self {
            store,
            journal,
            lists,
            clock,
            events,
            op_saved: Notify::new(),
            sheet_changed: Notify::new(),
            whole_check: tokio::sync::Mutex::default(),
            device: profile.device.clone(),
            started: Instant::now(),
            drafted: Mutex::default(),
            state: Mutex::new(state),
            stripes: (0..N_STRIPES).map(|_| tokio::sync::Mutex::new(())).collect(),
            stepping: tokio::sync::Mutex::default(),
        };
        core.catch_up(on)?;
        Ok(core)
    }

    /// The sheet may be older than the journal: a kill loses what sled had not written.
    fn catch_up(&self, on: NaiveDate) -> Result<(), StoreError> {
        let ids: BTreeSet<CustomerId> = {
            let state = self.state();
            let is_of_today =
                |kept: &&crate::outbox::kept::Kept| kept.op.content().ok().and_then(|content| content.on()) == Some(on);
            // the check that follows looks at what concerns the guide itself
            let customers = state.outbox.all().filter(is_of_today).map(|kept| &kept.op.customer);
            customers.filter(|customer| !customer.is_guide_itself()).cloned().collect()
        };
        self.recompute(&ids.into_iter().collect::<Vec<_>>())
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // nothing panics under the lock; should something, the next check makes the state right
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This terminal, as the hub knows it.
    pub fn device(&self) -> &DeviceId {
        &self.device
    }

    /// The guide, as the hub last said.
    pub fn profile(&self) -> GuideProfile {
        self.state().profile.clone()
    }

    /// Plans and templates.
    pub fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.state().shared)
    }

    /// How many customers the terminal holds.
    pub fn n_customers(&self) -> usize {
        self.state().n_customers
    }

    /// The day that is shown.
    pub fn day(&self) -> NaiveDate {
        self.state().on
    }

    /// Whether the queue has been checked since it was shown.
    pub fn is_checked(&self) -> bool {
        self.state().checked
    }

    /// Whether it is known whom throttled plans have let in, where there are such.
    pub fn knows_starts(&self) -> bool {
        let state = self.state();
        state.starts_known || !state.shared.rules.is_throttled()
    }

    /// A customer's file: the hub's documents with the pending ops applied.
    pub fn load(&self, id: &CustomerId) -> Result<Option<Arc<Loaded>>, StoreError> {
        let version = {
            let state = self.state();
            if let Some(loaded) = state.files.get(id) {
                return Ok(Some(Arc::clone(loaded)));
            }
            (state.touched.get(id).copied(), state.check)
        };
        let Some(mut loaded) = self.base(id, &self.store.customer(id)?)? else {
            return Ok(None);
        };
        let (pending, guide) = {
            let state = self.state();
            (state.outbox.pending_of(id), state.profile.id.clone())
        };
        apply_pending(&mut loaded, &pending, &guide);
        let loaded = Arc::new(loaded);
        let mut state = self.state();
        if (state.touched.get(id).copied(), state.check) == version {
            if state.files.len() >= MAX_FILES {
                state.files.clear();
            }
            state.files.insert(id.clone(), Arc::clone(&loaded));
        }
        Ok(Some(loaded))
    }

    /// Shows another day: its sheet, until `check` has been over it.
    pub fn set_day(&self, on: NaiveDate) -> Result<(), StoreError> {
        self.write_sheet()?;
        let sheet = self.store.sheet(on)?;
        let mut state = self.state();
        if state.on == on {
            return Ok(());
        }
        state.on = on;
        state.check += 1;
        state.checked = false;
        state.days = sheet.into_iter().collect();
        state.mark_tasks();
        state.dirty.clear();
        state.today = None;
        drop(state);
        self.catch_up(on)?;
        self.store.prune_sheets(on)
    }

    /// Writes the changed rows of the day sheet.
    pub fn write_sheet(&self) -> Result<(), StoreError> {
        let (on, rows, last_seq) = {
            let mut state = self.state();
            let dirty = std::mem::take(&mut state.dirty);
            let rows: Vec<_> = dirty
                .into_iter()
                .map(|id| {
                    let row = state.days.get(&id).cloned().unwrap_or_default();
                    (id, row)
                })
                .collect();
            (state.on, rows, state.outbox.last_seq())
        };
        if let Some(last_seq) = last_seq {
            self.store.put_next_seq(last_seq + 1)?;
        }
        self.store.put_sheet(on, &rows)
    }
}

impl State {
    /// Marks a customer as changed; what was worked out of its file before is not to be used.
    pub fn touch(&mut self, id: &CustomerId) -> u64 {
        self.version += 1;
        self.touched.insert(id.clone(), self.version);
        self.files.remove(id);
        self.version
    }
}

/// Applies pending ops; one that cannot apply here will be answered by the hub.
pub(crate) fn apply_pending(
    loaded: &mut Loaded,
    pending: &[Arc<guide_common::op::Op>],
    guide: &guide_common::id::GuideId,
) {
    for op in pending {
        if let Err(refusal) = loaded.file.apply(op, guide) {
            tracing::debug!(op = %op.op_id, %refusal, "a pending op does not apply");
        }
    }
}
