//! What a serving hub does from time to time without being asked: it writes down how far terminals have read, looks
//! whether the database is still the one that it served from, and removes what no terminal needs any more. Several hubs
//! over one database may do so at once.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};

use crate::app::App;
use crate::db::{epoch, epoch_seconds};
use crate::purge::{Purged, purge};

/// How often each of it is done; the first time is at once.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// Writing down how far terminals have read.
    pub cursors: Duration,
    /// Comparing the database with the one that was served from before.
    pub epoch: Duration,
    /// Removing tombstones and recorded answers.
    pub purge: Duration,
}

/// What `guide-hub serve` keeps to.
pub const PAUSES: Pauses =
    Pauses { cursors: Duration::from_secs(60), epoch: Duration::from_secs(10), purge: Duration::from_secs(60 * 60) };

/// Does it all until it is dropped. A purge may take long, and keeps nothing else waiting.
pub async fn run(app: App, pauses: Pauses) {
    tokio::join!(write_cursors(&app, pauses.cursors), check_epoch(&app, pauses.epoch), purge_feeds(&app, pauses.purge));
}

async fn write_cursors(app: &App, pause: Duration) {
    let mut ticks = ticks(pause);
    loop {
        ticks.tick().await;
        if let Err(error) = app.cursors.write(&app.db).await {
            tracing::warn!(error = error.chain(), "terminals' cursors were not written");
        }
    }
}

async fn check_epoch(app: &App, pause: Duration) {
    let mut ticks = ticks(pause);
    loop {
        ticks.tick().await;
        // an epoch that begins is logged where it begins
        if let Err(error) = epoch::check_epoch(&app.db).await {
            tracing::warn!(error = error.chain(), "it was not checked whether the database is the same");
        }
    }
}

async fn purge_feeds(app: &App, pause: Duration) {
    let mut ticks = ticks(pause);
    loop {
        ticks.tick().await;
        match purge(&app.db, epoch_seconds()).await {
            Ok(purged) if purged == Purged::default() => {}
            Ok(Purged { n_feeds, n_tombstones, n_ops }) => {
                tracing::info!(n_feeds, n_tombstones, n_ops, "what no terminal needs any more was removed");
            }
            Err(error) => tracing::warn!(error = error.chain(), "old tombstones and answers were not all removed"),
        }
    }
}

fn ticks(pause: Duration) -> Interval {
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
