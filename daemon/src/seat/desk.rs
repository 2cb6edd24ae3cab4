//! Who is at the terminal. A guide's turn begins with an unlocking and ends when the terminal is locked, by hand or
//! after a while without a key, or when another guide's turn begins. Each turn has a name of its own: a request that names
//! a turn which is over is refused, so that a switch never answers one guide with another's data.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use guide_common::id::GuideId;
use guide_common::wire::local::Notice;
use guide_common::wire::seat;
use tokio::sync::{Notify, watch};

use super::{Seat, State as SeatState, Terminal, lock};
use crate::clock::Clock;
use crate::clock::wait::alarm;
use crate::events::Events;
use crate::outbox::recover::replace;
use crate::settings::SettingsHolder;

/// Why a request has no terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTerminal {
    /// No guide is enrolled.
    NotEnrolled,
    /// Nobody is at it.
    Locked,
    /// The turn that the request names is over.
    OtherTurn,
}

/// The guides, and whose turn it is.
#[derive(Debug)]
pub struct Desk {
    state: Mutex<State>,
    /// Where it is noted who was in front.
    note: PathBuf,
    clock: Arc<Clock>,
    settings: Arc<SettingsHolder>,
    /// Told when a turn begins or ends.
    changed: Notify,
    /// Told of turns.
    pub events: Events,
}

#[derive(Debug, Default)]
struct State {
    seats: BTreeMap<GuideId, Arc<Seat>>,
    front: Option<GuideId>,
    turn: Option<Turn>,
}

#[derive(Debug)]
struct Turn {
    name: String,
    /// When the guide was last seen to be there, on the steady clock.
    used: Duration,
}

impl Desk {
    /// A desk without guides; `guides` is the folder of theirs.
    pub fn new(guides: PathBuf, clock: Arc<Clock>, settings: Arc<SettingsHolder>) -> Self {
        let note = guides.join("front");
        Self { state: Mutex::default(), note, clock, settings, changed: Notify::new(), events: Events::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Adds a guide who is enrolled here.
    pub fn add(&self, seat: Arc<Seat>) {
        self.state().seats.insert(seat.guide.clone(), seat);
    }

    /// Puts whoever was in front before the daemon stopped in front again; without a PIN the turn begins.
    pub fn begin(&self) {
        let noted = std::fs::read_to_string(&self.note).unwrap_or_default();
        let front = {
            let mut state = self.state();
            let noted = GuideId::new(noted.trim()).ok().and_then(|guide| state.seats.get(&guide).cloned());
            let front = noted.or_else(|| state.seats.values().next().cloned());
            state.front = front.as_ref().map(|seat| seat.guide.clone());
            front
        };
        if let Some(seat) = front.filter(|seat| !seat.has_pin()) {
            self.take(&seat);
        }
    }

    /// Begins a guide's turn; returns its name. Without a PIN anybody could begin it again, so that it has the same name
    /// each time: an interface goes on in it after a restart of the daemon.
    pub fn take(&self, seat: &Arc<Seat>) -> String {
        let name = match seat.has_pin() {
            true => format!("{:016x}", rand::random::<u64>()),
            false => seat.folder.device.of("turn", &seat.guide).name(),
        };
        let used = self.clock.reading().steady;
        let is_other = {
            let mut state = self.state();
            let is_other = state.front.as_ref() != Some(&seat.guide);
            state.front = Some(seat.guide.clone());
            state.turn = Some(Turn { name: name.clone(), used });
            is_other
        };
        if is_other && let Err(error) = self.note_front(&seat.guide) {
            tracing::warn!(%error, "noting who is at the terminal");
        }
        self.tell();
        name
    }

    fn note_front(&self, guide: &GuideId) -> io::Result<()> {
        replace(&self.note, format!("{guide}\n").as_bytes())
    }

    /// Ends the turn. One of a guide without a PIN goes on: whoever comes could begin it again.
    pub fn lock(&self) -> bool {
        let has_pin = self.front().is_some_and(|seat| seat.has_pin());
        if has_pin && self.state().turn.take().is_some() {
            self.tell();
        }
        has_pin
    }

    fn tell(&self) {
        self.changed.notify_waiters();
        self.events.tell(Notice::Seat);
        for seat in self.seats() {
            if let Some(terminal) = seat.terminal() {
                terminal.reminding.wake();
            }
        }
    }

    /// Notes that the guide is there.
    pub fn used(&self) {
        let now = self.clock.reading().steady;
        if let Some(turn) = &mut self.state().turn {
            turn.used = now;
        }
    }

    /// Looks again at how long the turn goes on: a PIN was set, or taken away.
    pub fn watch_again(&self) {
        self.used();
        self.tell();
    }

    /// How long the turn still goes on without a key; none where it does for ever, or there is none.
    fn left(&self) -> Option<Duration> {
        let after = self.settings.get().lock_after()?;
        let now = self.clock.reading().steady;
        let state = self.state();
        let turn = state.turn.as_ref()?;
        let front = state.seats.get(state.front.as_ref()?)?;
        front.has_pin().then(|| (turn.used + after).saturating_sub(now))
    }

    /// Locks a terminal at which nobody was for so long, and says whether somebody is at it.
    pub fn is_locked(&self) -> bool {
        if self.left().is_some_and(|left| left.is_zero()) {
            self.lock();
        }
        let state = self.state();
        state.turn.is_none() && !state.seats.is_empty()
    }

    /// The name of the turn, where there is one.
    pub fn turn(&self) -> Option<String> {
        let is_locked = self.is_locked();
        self.state().turn.as_ref().filter(|_| !is_locked).map(|turn| turn.name.clone())
    }

    /// The terminal of the turn that a request names, or of whoever is at it, and the turn's name.
    pub fn terminal(&self, asked: Option<&str>) -> Result<(Arc<Terminal>, String), NoTerminal> {
        let is_locked = self.is_locked();
        let state = self.state();
        let front = state.front.as_ref().and_then(|guide| state.seats.get(guide)).ok_or(NoTerminal::NotEnrolled)?;
        match &state.turn {
            Some(turn) if asked.is_some_and(|asked| asked != turn.name) => Err(NoTerminal::OtherTurn),
            Some(turn) if !is_locked => {
                front.terminal().map(|terminal| (terminal, turn.name.clone())).ok_or(NoTerminal::Locked)
            }
            _ => Err(NoTerminal::Locked),
        }
    }

    /// Whether it is the turn of this terminal, or nobody's where it is none.
    pub fn is_at_it(&self, terminal: Option<&Arc<Terminal>>) -> bool {
        match (self.terminal(None), terminal) {
            (Ok((current, _)), Some(terminal)) => Arc::ptr_eq(&current, terminal),
            (Err(_), None) => true,
            _ => false,
        }
    }

    /// The guide in front.
    pub fn front(&self) -> Option<Arc<Seat>> {
        let state = self.state();
        state.front.as_ref().and_then(|guide| state.seats.get(guide)).cloned()
    }

    /// One guide's seat.
    pub fn find(&self, guide: &GuideId) -> Option<Arc<Seat>> {
        self.state().seats.get(guide).cloned()
    }

    /// All seats, in the order of the guides' ids.
    pub fn seats(&self) -> Vec<Arc<Seat>> {
        self.state().seats.values().cloned().collect()
    }

    /// The terminals that are open, whoever is at the desk.
    pub fn terminals(&self) -> Vec<Arc<Terminal>> {
        self.seats().iter().filter_map(|seat| seat.terminal()).collect()
    }

    /// Whether a guide is in front, and whether the guide is there: what reminders go by.
    pub fn attends(&self, guide: &GuideId) -> (bool, bool) {
        let is_locked = self.is_locked();
        let in_front = self.state().front.as_ref() == Some(guide);
        (in_front, in_front && !is_locked)
    }

    /// The guides as they are told of.
    pub fn list(&self) -> seat::Seats {
        let locked = self.is_locked();
        let turn = self.turn();
        let front = self.state().front.clone();
        let row = |seat: Arc<Seat>| {
            let profile = seat.profile();
            let n_unsent = seat.sync_status().map(|status| status.n_unsent).unwrap_or_default();
            seat::Seat {
                in_front: front.as_ref() == Some(&seat.guide),
                guide: seat.guide.clone(),
                name: profile.name,
                store: profile.store.name,
                has_pin: seat.has_pin(),
                sealed: !matches!(&*lock(&seat.state), SeatState::Open(_)),
                n_unsent,
            }
        };
        seat::Seats { seats: self.seats().into_iter().map(row).collect(), locked, turn }
    }

    /// Locks the terminal whenever nobody was at it for long enough, until the daemon stops.
    pub async fn watch(self: Arc<Self>, mut shutdown: watch::Receiver<bool>) {
        loop {
            let changed = self.changed.notified();
            let left = self.left();
            if left.is_some_and(|left| left.is_zero()) {
                self.lock();
                continue;
            }
            let idle = async {
                match left {
                    Some(left) => alarm(left).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return,
                () = changed => {}
                () = self.settings.changed() => {}
                () = idle => {}
            }
        }
    }
}
