//! What every request handler is given.

use std::sync::Arc;
use std::time::Instant;

use guide_common::time::Zone;
use guide_common::wire::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::cursors::Cursors;
use crate::db::Db;
use crate::limit::{DEVICE_RATE, Limits};
use crate::loan::Settled;
use crate::tokens::Tokens;

/// After how long a terminal is asked to change its token, in seconds.
pub const ROTATE_AFTER_S: i64 = 30 * 24 * 3_600;
/// How many requests may ask the database or wait for a connection to it; further ones are told to come later.
const MAX_AT_WORK: usize = 2_000;
/// How many inventories may be taken at once: each walks through all of a guide's rows.
const MAX_INVENTORIES: usize = 2;

/// The state of a serving hub: handlers keep nothing of their own.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// What rules shop dates.
    pub clock: Clock,
    /// The shops' time zone.
    pub zone: Zone,
    /// When the hub began to serve.
    pub started: Instant,
    /// The tokens that terminals used lately.
    pub tokens: Arc<Tokens>,
    /// How often terminals and addresses may ask.
    pub limits: Arc<Limits>,
    /// When loans were brought up to date last.
    pub settled: Arc<Settled>,
    /// How far terminals have read.
    pub cursors: Arc<Cursors>,
    /// After how many seconds terminals are asked to change their tokens.
    pub rotate_after_s: i64,
    /// Whether a proxy in front of the hub says in `X-Forwarded-For` who asks.
    pub trust_proxy: bool,
    at_work: Arc<Semaphore>,
    inventories: Arc<Semaphore>,
}

impl App {
    /// A hub's state with the usual limits.
    pub fn new(db: Db, clock: Clock, zone: Zone) -> Self {
        Self {
            db,
            clock,
            zone,
            started: Instant::now(),
            tokens: Arc::default(),
            limits: Arc::new(Limits::new(DEVICE_RATE)),
            settled: Arc::default(),
            cursors: Arc::default(),
            rotate_after_s: ROTATE_AFTER_S,
            trust_proxy: false,
            at_work: Arc::new(Semaphore::new(MAX_AT_WORK)),
            inventories: Arc::new(Semaphore::new(MAX_INVENTORIES)),
        }
    }

    /// Leave to ask the database, for as long as the permit lives; refused where too many do so already, so that the
    /// others are answered in time.
    pub fn admit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        admit(&self.at_work)
    }

    /// Leave to take an inventory.
    pub fn admit_inventory(&self) -> Result<OwnedSemaphorePermit, Problem> {
        admit(&self.inventories)
    }
}

fn admit(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let busy = |_| Problem::new(503, "busy", "the hub has too much to do at the moment").hint("try again in a moment");
    places.clone().try_acquire_owned().map_err(busy)
}
