//! The waiting call: while nothing is wrong, one request lies at the hub and is answered when something changes there.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use guide_common::wire::hub::{ChangesQuery, FeedName, FeedPlace, MAX_WAIT_S};
use rand::RngExt;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::store::{Cursor, StoreError};
use crate::sync::client::{Heard, HubClient, HubError};
use crate::sync::{Sync, pull};

/// A hub that answers sooner, with nothing, does not wait.
const SOON: Duration = Duration::from_secs(1);
/// The longest pause after a waiting call that broke.
const MAX_PAUSE_MS: u64 = 3_000;

/// Where both feeds stand here.
#[derive(Clone, PartialEq)]
struct Places {
    guide: Cursor,
    shared: Cursor,
}

/// Waits for as long as the daemon runs. It rests while cycles fail, and begins again with the next one that succeeds.
pub async fn wait(sync: Arc<Sync>, mut shutdown: watch::Receiver<bool>) {
    tokio::select! {
        _ = shutdown.wait_for(|stop| *stop) => {}
        () = wait_on(&sync) => {}
    }
}

async fn wait_on(sync: &Sync) {
    let mut good = sync.n_good.subscribe();
    let mut access = sync.access.subscribe();
    loop {
        sync.waits.store(false, Ordering::Relaxed);
        // the loop of cycles lives as long as this one
        if good.changed().await.is_err() {
            return;
        }
        let Ok(hub) = sync.client(&access.borrow_and_update().clone()) else { continue };
        loop {
            let heard = tokio::select! {
                heard = hear(sync, &hub) => heard,
                _ = access.changed() => break,
            };
            match heard {
                News::Nothing => {}
                News::Something => {
                    good.mark_unchanged();
                    sync.hub_changed.notify_one();
                    // a cycle that fails ends the waiting, one that succeeds begins the next
                    if good.changed().await.is_err() {
                        return;
                    }
                }
                News::NoWaiting => break,
                News::Broken => {
                    let pause = rand::rng().random_range(0..MAX_PAUSE_MS);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    sync.hub_changed.notify_one();
                    break;
                }
            }
        }
    }
}

/// What a waiting call came to.
enum News {
    Nothing,
    Something,
    NoWaiting,
    Broken,
}

async fn hear(sync: &Sync, hub: &HubClient) -> News {
    let Ok(places) = places(sync) else { return News::Broken };
    let query = ChangesQuery {
        wait: Some(MAX_WAIT_S),
        // what changed is fetched by the cycle that follows
        limit: Some(1),
        other: places.shared.epoch.clone().map(|epoch| FeedPlace { epoch, seq: places.shared.seq }),
        ..pull::query(FeedName::Guide, &places.guide)
    };
    let began = Instant::now();
    let mut call = std::pin::pin!(hub.wait(&query));
    let heard: Result<Heard, HubError> = tokio::select! {
        heard = &mut call => heard,
        () = tokio::time::sleep(SOON) => {
            sync.waits.store(true, Ordering::Relaxed);
            call.await
        }
    };
    match heard {
        Ok(heard) => {
            let other_moved = heard.other.is_some() && heard.other != query.other;
            let is_old_news = self::places(sync).is_ok_and(|after| after != places);
            match heard.changed || other_moved {
                // what this terminal itself has sent and fetched meanwhile
                true if is_old_news => News::Nothing,
                true => News::Something,
                false if began.elapsed() < SOON => News::NoWaiting,
                false => News::Nothing,
            }
        }
        Err(error) => {
            tracing::debug!(%error, "the waiting call broke");
            News::Broken
        }
    }
}

fn places(sync: &Sync) -> Result<Places, StoreError> {
    let store = &sync.core.store;
    Ok(Places { guide: store.cursor(FeedName::Guide)?, shared: store.cursor(FeedName::Shared)? })
}
