//! Opening a seat: without the cache's key what the outbox needs, and with it everything, and the tasks that care for it.

use std::path::Path;
use std::sync::Arc;

use guide_common::wire::local::ClockKind;
use tokio::sync::mpsc;

use super::{Seat, State, Terminal, lock};
use crate::app::{App, OpenError, first_check, watch_day, write_sheets};
use crate::ballast::Ballast;
use crate::clock::Clock;
use crate::core::Core;
use crate::events::Events;
use crate::lists::ListStore;
use crate::outbox::journal::Journal;
use crate::outbox::kept::Outbox;
use crate::outbox::medium::Disk;
use crate::outbox::recover::refuse_newer_segments;
use crate::outbox::writer::JournalWriter;
use crate::profile::{GuideFolder, Profile, Token};
use crate::remind::Reminding;
use crate::remind::notify::Desktop;
use crate::reveals::Reveals;
use crate::store::scan::Scanned;
use crate::store::{self, Checker, Seals, Store, StoreError, refuse_newer};
use crate::sync::courier::{Courier, Held};
use crate::sync::{Access, Setup, Sync};
use crate::upkeep::upkeep;
use crate::vault::{Key, Sealer};

/// What becomes of the cache when its seat is unsealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cache {
    /// It is read.
    Keep,
    /// Its key was lost: an empty one takes its place.
    Forget,
}

/// Opens journal and cache of a guide; the cache's values with its key, where that is known.
fn open_held(
    folder: &GuideFolder,
    profile: &Profile,
    key: Option<&Key>,
    checker: Option<&Path>,
) -> Result<Held, OpenError> {
    // a newer version's files are left as they are, all of them
    refuse_newer(&folder.cache())?;
    refuse_newer_segments(&folder.outbox())?;
    std::fs::create_dir_all(folder.outbox())?;
    let (sealer, seals) = seals(folder, profile, key);
    let (mut journal, mut recovered) = Journal::open(&folder.outbox(), profile.device.clone(), sealer, Box::new(Disk))?;
    let checker = checker.map(|program| Checker::new(program, folder.path()));
    let opened = Store::open(&folder.cache(), &folder.quarantine(), &profile.digest_keys, seals, checker)?;
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
    let journal = JournalWriter::start(journal)?;
    Ok(Held { store, journal, outbox, damage: (!damage.is_empty()).then(|| damage.join("; ")) })
}

fn seals(folder: &GuideFolder, profile: &Profile, key: Option<&Key>) -> (Sealer, Seals) {
    let sealer = folder.device.outbox(&profile.guide.id);
    let seals = match key {
        Some(key) => Seals::unlocked(sealer.clone(), key),
        None => Seals::locked(sealer.clone()),
    };
    (sealer, seals)
}

/// Reads a cache that no daemon serves: all of it where no PIN is set, else its entries.
pub fn check(folder: &GuideFolder, profile: &Profile) -> Result<Scanned, OpenError> {
    let vault = folder.vault(&profile.guide.id);
    let key = if vault.is_there()? && !vault.has_pin()? { Some(vault.open()?) } else { None };
    Ok(store::check::run(&folder.cache(), &profile.digest_keys, seals(folder, profile, key.as_ref()).1)?)
}

/// Makes of what is held, with the cache's key, the state of a terminal.
fn core_of(
    held: Held,
    folder: &GuideFolder,
    profile: &Profile,
    clock: Arc<Clock>,
    events: Events,
) -> Result<(Core, Option<String>), OpenError> {
    let Held { store, journal, outbox, damage } = held;
    let sealer = store.seals().cache()?.clone();
    folder.seal_what_is_open(&sealer)?;
    let lists = ListStore::open(folder.path(), sealer)?;
    Ok((Core::open(store, journal, outbox, lists, profile, clock, events)?, damage))
}

/// Opens journal, cache and state of a guide without a PIN; what was found damaged is returned as a sentence.
pub fn open_core(
    folder: &GuideFolder,
    profile: &Profile,
    checker: Option<&Path>,
    clock: Arc<Clock>,
    events: Events,
) -> Result<(Core, Option<String>), OpenError> {
    let key = folder.vault(&profile.guide.id).open()?;
    core_of(open_held(folder, profile, Some(&key), checker)?, folder, profile, clock, events)
}

impl App {
    /// Opens what a guide left on this terminal: without a PIN all of it, and with one what is unsent.
    pub(crate) fn open_seat(
        self: &Arc<Self>,
        folder: GuideFolder,
        profile: Profile,
        token: Token,
    ) -> Result<Arc<Seat>, OpenError> {
        let training = self.clock.kind() == ClockKind::Virtual;
        if profile.training != training {
            return Err(OpenError::OtherClock { training: profile.training });
        }
        self.clock.set_zone(profile.zone.parse().map_err(OpenError::Profile)?);
        if let Some(remembered) = folder.skew() {
            self.clock.remember(remembered);
        }
        let vault = folder.vault(&profile.guide.id);
        let has_pin = vault.has_pin()?;
        let state = if has_pin {
            let held = self.with_room(|| open_held(&folder, &profile, None, self.checker.as_deref()))?;
            State::Sealed(self.courier(held, &profile, token))
        } else {
            let key = vault.open()?;
            let (core, damage) = self.open_whole(&folder, &profile, &key)?;
            State::Open(Arc::new(self.start(core, damage, &folder, &profile, token, key)?))
        };
        Ok(Arc::new(Seat::new(folder, profile, vault, has_pin, state)))
    }

    /// Opens a sealed seat with the cache's key; the outbox goes on from where it is.
    pub(super) async fn unseal(
        self: &Arc<Self>,
        seat: &Seat,
        key: Key,
        cache: Cache,
    ) -> Result<Arc<Terminal>, OpenError> {
        let before = std::mem::replace(&mut *lock(&seat.state), State::Busy);
        let held = match before {
            State::Open(terminal) => {
                *lock(&seat.state) = State::Open(Arc::clone(&terminal));
                return Ok(terminal);
            }
            State::Sealed(courier) => courier.stop().await,
            State::Busy => None,
        };
        let profile = lock(&seat.profile).clone();
        let (app, folder, opened) = (Arc::clone(self), seat.folder.clone(), profile.clone());
        let cache_key = key.clone();
        let opening = tokio::task::spawn_blocking(move || {
            if cache == Cache::Forget {
                folder.forget_what_the_cache_key_sealed()?;
                let held = match &held {
                    Some(held) => held,
                    None => &open_held(&folder, &opened, None, app.checker.as_deref())?,
                };
                held.store.erase()?;
            }
            let first = held.map(|held| {
                held.store.seals().unlock(&cache_key);
                core_of(held, &folder, &opened, Arc::clone(&app.clock), Events::default())
            });
            match first {
                Some(Ok(found)) => Ok(found),
                // it is opened from its beginning, with all that mends a cache
                _ => app.open_whole(&folder, &opened, &cache_key),
            }
        });
        let opened = opening.await.unwrap_or(Err(StoreError::Damaged("opening it failed unexpectedly").into()));
        let started = opened.and_then(|(core, damage)| {
            let token = seat.folder.token()?;
            self.start(core, damage, &seat.folder, &profile, token, key)
        });
        let terminal = match started {
            Ok(terminal) => Arc::new(terminal),
            Err(error) => {
                self.reseal(seat, &profile);
                return Err(error);
            }
        };
        *lock(&seat.state) = State::Open(Arc::clone(&terminal));
        Ok(terminal)
    }

    /// After an unlocking that has failed the outbox is sent as before, where that can be done.
    fn reseal(self: &Arc<Self>, seat: &Seat, profile: &Profile) {
        let held = open_held(&seat.folder, profile, None, self.checker.as_deref());
        match held.and_then(|held| Ok(self.courier(held, profile, seat.folder.token()?))) {
            Ok(courier) => *lock(&seat.state) = State::Sealed(courier),
            Err(error) => tracing::error!(%error, "opening the outbox again"),
        }
    }

    fn courier(&self, held: Held, profile: &Profile, token: Token) -> Courier {
        let access = Access { hub: profile.hub.clone(), token, trust: profile.trust.clone() };
        Courier::start(held, access, Arc::clone(&self.clock), self.lab().cloned())
    }

    /// Opens all of a guide's data from its beginning.
    fn open_whole(
        &self,
        folder: &GuideFolder,
        profile: &Profile,
        key: &Key,
    ) -> Result<(Core, Option<String>), OpenError> {
        self.with_room(|| {
            let held = open_held(folder, profile, Some(key), self.checker.as_deref())?;
            core_of(held, folder, profile, Arc::clone(&self.clock), Events::default())
        })
    }

    /// Opens something; on a full disk with the room that was held back.
    fn with_room<T>(&self, open: impl Fn() -> Result<T, OpenError>) -> Result<T, OpenError> {
        match open() {
            Err(OpenError::Store(StoreError::Full { .. })) if Ballast::of(&self.paths.data).release()? => open(),
            // found while its first values were read: it is marked, and set aside at the second opening
            Err(OpenError::Store(StoreError::Damaged(_))) => open(),
            opened => opened,
        }
    }

    /// Starts the tasks of a terminal.
    fn start(
        self: &Arc<Self>,
        core: Core,
        damage: Option<String>,
        folder: &GuideFolder,
        profile: &Profile,
        token: Token,
        key: Key,
    ) -> Result<Terminal, OpenError> {
        let core = Arc::new(core);
        tokio::spawn(first_check(Arc::clone(&core)));
        tokio::spawn(write_sheets(Arc::clone(&core), self.shutdown.clone()));
        tokio::spawn(watch_day(Arc::clone(&core), self.shutdown.clone()));
        let setup = Setup {
            access: Access { hub: profile.hub.clone(), token, trust: profile.trust.clone() },
            folder: folder.clone(),
            log_file: self.paths.log().join(format!("sync-{}.jsonl", profile.guide.id)),
            damage,
            lab: self.lab().cloned(),
        };
        let reveals = Reveals::of(folder.path());
        let reminding = self.open_reminders(&core, folder, profile)?;
        let sync = Sync::start(Arc::clone(&core), setup, self.shutdown.clone());
        let ballast = Ballast::of(&self.paths.data);
        tokio::spawn(upkeep(Arc::clone(&core), Arc::clone(&sync), ballast, self.shutdown.clone()));
        let (role, digest_keys) = (profile.role, profile.digest_keys.clone());
        Ok(Terminal { core, sync, reveals, reminding, role, digest_keys, key })
    }

    /// Opens the reminders and starts their tasks.
    fn open_reminders(
        &self,
        core: &Arc<Core>,
        folder: &GuideFolder,
        profile: &Profile,
    ) -> std::io::Result<Arc<Reminding>> {
        let (pressed, mut presses) = mpsc::unbounded_channel();
        let notifier = self.notifier.clone().unwrap_or_else(|| Arc::new(Desktop::new(pressed)));
        let settings = Arc::clone(&self.settings);
        let desk = (Arc::clone(&self.desk), profile.guide.id.clone());
        let reminding = Arc::new(Reminding::open(Arc::clone(core), folder.path(), settings, notifier, desk)?);
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
}
