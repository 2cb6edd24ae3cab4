//! Care for the disk while the daemon serves: an unwell cache is opened again as soon as that can help, the ballast is
//! held, and a log that has grown too long is rewritten.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::ballast::Ballast;
use crate::core::Core;
use crate::store::StoreError;
use crate::store::rewrite::BOUNDS;
use crate::sync::Sync;

/// How often the disk is looked at while all is well.
const PAUSE: Duration = Duration::from_secs(60);
/// How often an unwell cache is tried.
const UNWELL_PAUSE: Duration = Duration::from_secs(1);
/// Between two rebuilds of a damaged cache: software that damages it itself must not do so for ever.
const REBUILD_PAUSE: Duration = Duration::from_secs(60);

/// Cares for a terminal's disk until the daemon stops.
pub async fn upkeep(core: Arc<Core>, sync: Arc<Sync>, ballast: Ballast, mut shutdown: watch::Receiver<bool>) {
    let mut rebuilt_at: Option<Instant> = None;
    let mut wait = Duration::ZERO;
    // a start has better things to do than to count
    let mut may_tidy = false;
    loop {
        tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = core.store.needs_care.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        let may_rebuild = rebuilt_at.is_none_or(|at| at.elapsed() >= REBUILD_PAUSE);
        let (worker, held) = (Arc::clone(&core), ballast.clone());
        let cared = tokio::task::spawn_blocking(move || care(&worker, &held, may_rebuild, may_tidy)).await;
        let cared = cared.unwrap_or(Cared::Well);
        may_tidy = true;
        wait = if cared == Cared::Unwell { UNWELL_PAUSE } else { PAUSE };
        if let Cared::Rebuilt = cared {
            rebuilt_at = Some(Instant::now());
        }
        if let Cared::Rebuilt | Cared::Mended = cared {
            // what was not fetched or written meanwhile is fetched at once
            sync.now().await;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cared {
    Well,
    Unwell,
    /// It works again, with what was written of it.
    Mended,
    /// It was damaged and is empty.
    Rebuilt,
}

fn care(core: &Core, ballast: &Ballast, may_rebuild: bool, may_tidy: bool) -> Cared {
    if core.store.is_unwell() {
        return mend(core, ballast, may_rebuild);
    }
    if let Err(error) = ballast.fill() {
        tracing::debug!(%error, "holding room on the disk");
    }
    // for a moment the cache is there twice
    let has_room = || ballast.n_free_bytes().ok() > core.store.n_bytes_on_disk().ok();
    match if may_tidy && has_room() { core.store.tidy(BOUNDS) } else { Ok(None) } {
        Ok(Some(done)) => tracing::info!(before = done.before, after = done.after, "the cache was rewritten"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "rewriting the cache"),
    }
    if core.store.is_unwell() { Cared::Unwell } else { Cared::Well }
}

fn mend(core: &Core, ballast: &Ballast, may_rebuild: bool) -> Cared {
    let store = &core.store;
    let must_wait = store.is_disk_full() && !ballast.has_room() || store.is_damaged() && !may_rebuild;
    // a cache that cannot be written can be read: it is not closed before it can be opened
    if must_wait && store.is_open() {
        return Cared::Unwell;
    }
    let reopened = match store.reopen() {
        Err(StoreError::Full { .. }) if ballast.release().unwrap_or(false) => store.reopen(),
        reopened => reopened,
    };
    match reopened {
        Ok(None) => {
            tracing::info!("the cache works again");
            Cared::Mended
        }
        Ok(Some(_)) => Cared::Rebuilt,
        Err(error) => {
            tracing::warn!(%error, source = ?std::error::Error::source(&error), "opening the cache again");
            Cared::Unwell
        }
    }
}

/// Gives the ballast up where a start could not write its own files.
pub fn make_room(data_folder: &Path) {
    match Ballast::of(data_folder).release_if_scarce() {
        Ok(true) => tracing::warn!("the disk is full: the room that was held back is used to start"),
        Ok(false) => {}
        // there may be no such folder yet
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, "looking for room on the disk"),
    }
}
