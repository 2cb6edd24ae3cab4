//! The cursors with which terminals ask, gathered in memory and written once a minute: a poll never writes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use guide_common::wire::hub::ChangesQuery;

use crate::db::cursor::{self, Cursor, CursorKey};
use crate::db::device::Device;
use crate::db::{Db, epoch_seconds};
use crate::error::HubError;

/// What is not written yet.
#[derive(Debug, Default)]
pub struct Cursors(Mutex<HashMap<CursorKey, Cursor>>);

impl Cursors {
    /// Notes with which cursor a terminal asks.
    pub fn note(&self, device: &Device, query: &ChangesQuery) {
        // what a terminal sends is written only as far as it looks like an epoch
        let epoch = query.epoch.clone().filter(|epoch| epoch.len() <= 64).unwrap_or_default();
        let cursor = Cursor { epoch, seq: query.since, at: epoch_seconds() };
        let key = CursorKey { guide: device.guide.to_string(), device: device.id.to_string(), feed: query.feed.name() };
        self.lock().insert(key, cursor);
    }

    /// Writes what was noted since the last time; what cannot be written is noted again by the next polls.
    pub async fn write(&self, db: &Db) -> Result<(), HubError> {
        let mut noted: Vec<_> = std::mem::take(&mut *self.lock()).into_iter().collect();
        if noted.is_empty() {
            return Ok(());
        }
        // in one order, so that two processes never wait for each other
        noted.sort_by(|(one, _), (other, _)| one.cmp(other));
        cursor::put(&mut *db.conn().await?, &noted).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CursorKey, Cursor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
