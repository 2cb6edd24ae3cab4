//! Where the feeds' heads are, as far as this process knows, and who waits for them to move. What a transaction of this
//! process moved is known with its commit; what other processes moved is asked for while somebody waits. No statement
//! and no connection belongs to one who waits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use guide_common::wire::hub::FeedDigest;
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::time::MissedTickBehavior;

use crate::db::Db;
use crate::db::feed::SHARED;
use crate::db::page::{self, FeedState};
use crate::error::HubError;

/// How often the heads of awaited feeds are asked for.
const POLL: Duration = Duration::from_millis(300);
/// For how long a state is believed: a poll's pause, and what its statement takes.
const FRESH: Duration = Duration::from_millis(500);
/// How many feeds are kept before those are dropped that nobody awaits and whose state is old.
const SWEEP_AT: usize = 1_024;

/// What one process knows of the heads of its database's feeds; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    known: Arc<Mutex<Known>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Known {
    feeds: HashMap<String, Watched>,
    /// Grows with every commit and every new entry.
    generation: u64,
    sweep_at: usize,
    is_polling: bool,
    /// The epoch at the last poll.
    epoch: Option<String>,
}

#[derive(Debug)]
struct Watched {
    /// A state that was read under an older generation may lack what was committed since.
    generation: u64,
    state: Option<(FeedState, Instant)>,
    waiters: Option<watch::Sender<()>>,
}

/// The beginning of a read, so that its result is dropped where a commit overtook it.
#[derive(Clone, Copy, Debug)]
pub struct Reading(u64);

impl Heads {
    /// The state of a feed where it is known and not older than half a second. It holds every commit of this process.
    pub fn fresh(&self, feed: &str) -> Option<FeedState> {
        let known = self.lock();
        let (state, read_at) = known.feeds.get(feed)?.state.as_ref()?;
        (read_at.elapsed() < FRESH).then(|| state.clone())
    }

    /// To be called before a feed's state is read.
    pub fn reading(&self, feed: &str) -> Reading {
        Reading(self.lock().entry(feed).generation)
    }

    /// Keeps what was read, unless a commit came between.
    pub fn note(&self, feed: &str, reading: Reading, state: FeedState) {
        self.lock().note(feed, reading, state, Instant::now());
    }

    /// One reader after the other of the feed that all share: all but the first find what that one noted. Nobody waits
    /// for another guide's feed.
    pub async fn turn(&self, feed: &str) -> Option<OwnedMutexGuard<()>> {
        if feed == SHARED { Some(self.turn.clone().lock_owned().await) } else { None }
    }

    /// Wakes those who wait for these feeds: a transaction that had locked them is committed.
    pub fn moved(&self, feeds: &[String]) {
        let mut known = self.lock();
        for feed in feeds {
            known.generation += 1;
            let generation = known.generation;
            if let Some(watched) = known.feeds.get_mut(feed) {
                watched.generation = generation;
                watched.state = None;
                watched.wake();
            }
        }
    }

    /// Begins to wait for a feed: the receiver hears when its head or the epoch may have moved. To be called before the
    /// state is looked at, so that nothing falls between the two.
    pub fn watch(&self, db: &Db, feed: &str) -> watch::Receiver<()> {
        let mut known = self.lock();
        let watched = known.entry(feed);
        let waiters = watched.waiters.get_or_insert_with(|| watch::Sender::new(()));
        let receiver = waiters.subscribe();
        if !std::mem::replace(&mut known.is_polling, true) {
            tokio::spawn(poll(self.clone(), db.clone()));
        }
        receiver
    }

    /// How many feeds are awaited.
    pub fn n_awaited(&self) -> usize {
        self.lock().feeds.values().filter(|watched| watched.is_awaited()).count()
    }

    /// The awaited feeds with what is known of them; `None` ends the polling, for nobody waits.
    fn to_poll(&self) -> Option<Poll> {
        let mut known = self.lock();
        let mut feeds: Vec<(String, Option<(u64, FeedDigest)>)> = Vec::new();
        let mut readings = HashMap::new();
        for (id, watched) in known.feeds.iter().filter(|(_, watched)| watched.is_awaited()) {
            feeds.push((id.clone(), watched.state.as_ref().map(|(state, _)| (state.head, state.digest))));
            readings.insert(id.clone(), Reading(watched.generation));
        }
        if feeds.is_empty() {
            known.is_polling = false;
            return None;
        }
        // always answered, so that the epoch is known whatever else moved
        feeds.retain(|(id, _)| id != SHARED);
        feeds.push((SHARED.to_owned(), None));
        let shared = known.entry(SHARED).generation;
        readings.insert(SHARED.to_owned(), Reading(shared));
        Some(Poll { feeds, readings, at: Instant::now() })
    }

    fn polled(&self, poll: &Poll, moved: Vec<(String, FeedState)>) {
        let mut known = self.lock();
        let epoch = moved.iter().find(|(id, _)| id == SHARED).map(|(_, state)| state.epoch.clone());
        if known.epoch.is_some() && known.epoch != epoch {
            for watched in known.feeds.values_mut() {
                watched.state = None;
                watched.wake();
            }
        }
        known.epoch = epoch;
        let mut unmoved = poll.readings.clone();
        for (id, state) in moved {
            if let Some(reading) = unmoved.remove(&id) {
                known.note(&id, reading, state, poll.at);
            }
        }
        for (id, reading) in unmoved {
            if let Some(watched) = known.feeds.get_mut(&id)
                && watched.generation == reading.0
                && let Some((_, read_at)) = &mut watched.state
            {
                *read_at = poll.at.max(*read_at);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn entry(&mut self, feed: &str) -> &mut Watched {
        if !self.feeds.contains_key(feed) {
            self.sweep();
            self.generation += 1;
        }
        let generation = self.generation;
        self.feeds.entry(feed.to_owned()).or_insert(Watched { generation, state: None, waiters: None })
    }

    fn note(&mut self, feed: &str, reading: Reading, state: FeedState, at: Instant) {
        let Some(watched) = self.feeds.get_mut(feed).filter(|watched| watched.generation == reading.0) else {
            return;
        };
        let before = watched.state.replace((state, at));
        let moved = before.is_none_or(|(before, _)| watched.state.as_ref().is_some_and(|(state, _)| *state != before));
        if moved {
            watched.wake();
        }
    }

    fn sweep(&mut self) {
        if self.feeds.len() < self.sweep_at.max(SWEEP_AT) {
            return;
        }
        self.feeds.retain(|_, watched| {
            watched.is_awaited() || watched.state.as_ref().is_some_and(|(_, read_at)| read_at.elapsed() < FRESH)
        });
        self.feeds.shrink_to(SWEEP_AT);
        self.sweep_at = self.feeds.len() * 2;
    }
}

impl Watched {
    fn is_awaited(&self) -> bool {
        self.waiters.as_ref().is_some_and(|waiters| waiters.receiver_count() > 0)
    }

    fn wake(&self) {
        if let Some(waiters) = &self.waiters {
            waiters.send_replace(());
        }
    }
}

struct Poll {
    feeds: Vec<(String, Option<(u64, FeedDigest)>)>,
    readings: HashMap<String, Reading>,
    at: Instant,
}

/// Asks for the heads of awaited feeds, in one statement for all of them, until nobody waits.
async fn poll(heads: Heads, db: Db) {
    let mut ticks = tokio::time::interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(poll) = heads.to_poll() else {
            return;
        };
        match ask(&db, &poll.feeds).await {
            Ok(moved) => heads.polled(&poll, moved),
            Err(error) => tracing::warn!(error = error.chain(), "the heads of feeds were not read"),
        }
    }
}

async fn ask(db: &Db, feeds: &[(String, Option<(u64, FeedDigest)>)]) -> Result<Vec<(String, FeedState)>, HubError> {
    page::moved(&mut *db.conn().await?, feeds).await
}
