//! What every request handler is given.

use std::time::Instant;

use guide_common::time::Zone;

use crate::clock::Clock;
use crate::db::Db;

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
}

impl App {
    /// A hub's state.
    pub fn new(db: Db, clock: Clock, zone: Zone) -> Self {
        Self { db, clock, zone, started: Instant::now() }
    }
}
