//! The day sheets: what the queue showed of each customer on a day, as it was issued, so that the daemon answers at
//! once after a start and support can see what a guide saw. The engine is right where it differs.

use chrono::{Days, NaiveDate};
use guide_common::id::CustomerId;
use guide_common::wire::local::{DoneRow, HeldRow, TaskRow};
use serde::{Deserialize, Serialize};

use crate::outbox::recover::replace;
use crate::store::seals::Place;
use crate::store::trees::Trees;
use crate::store::{MAX_BATCH_KEYS, Store, StoreError, files, io_fault, sled_fault};

/// For how many days sheets are kept.
const KEEP_DAYS: u64 = 30;
/// The longest row that is kept; a longer one is worked out again.
const MAX_ROW_BYTES: usize = 31 * 1024;

/// One customer on a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SheetRow {
    /// The task, as it was last issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskRow>,
    /// Whether it is still open.
    pub open: bool,
    /// What the gate held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldRow>,
    /// What was logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<DoneRow>,
    /// How many of the task's points come from what is kept secret: they order the queue and are not shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub secret_points: i64,
}

fn is_zero(points: &i64) -> bool {
    *points == 0
}

fn row_key(day: NaiveDate, customer: &str) -> Vec<u8> {
    format!("{day}\0{customer}").into_bytes()
}

fn place(key: &[u8]) -> Place<'_> {
    Place { tree: "sheets", key, head: &[] }
}

impl Store {
    /// The rows of a day.
    pub fn sheet(&self, day: NaiveDate) -> Result<Vec<(CustomerId, SheetRow)>, StoreError> {
        self.read(|trees| trees.sheet(day))
    }

    /// Writes rows of a day. A task that has gone stays in its row as it was issued.
    pub fn put_sheet(&self, day: NaiveDate, rows: &[(CustomerId, SheetRow)]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.write(|trees| rows.chunks(MAX_BATCH_KEYS).try_for_each(|chunk| trees.put_sheet(day, chunk)))
    }

    /// Deletes the sheets of days long past.
    pub fn prune_sheets(&self, today: NaiveDate) -> Result<(), StoreError> {
        let Some(first) = today.checked_sub_days(Days::new(KEEP_DAYS)) else {
            return Ok(());
        };
        self.write(|trees| trees.prune_sheets(first))
    }

    /// Whether both feeds were ever pulled to their ends: before, the queue is not the whole one.
    pub fn was_pulled(&self) -> Result<bool, StoreError> {
        self.read(|trees| trees.was_pulled())
    }

    /// Remembers that both feeds were pulled to their ends; returns whether it is the first time. A file beside sled's
    /// remembers it too: sled takes a file that was cut short for one that was never longer.
    pub fn note_pulled(&self) -> Result<bool, StoreError> {
        self.write(|trees| {
            if trees.was_pulled()? {
                return Ok(false);
            }
            trees.meta.insert("pulled", &[]).map_err(sled_fault("writing"))?;
            trees.flush()?;
            let path = files::filled(&self.folder);
            replace(&path, b"").map_err(io_fault("writing", &path))?;
            Ok(true)
        })
    }

    /// The number behind the last op that the journal is known to have held. It tells of a journal that was lost.
    pub fn next_seq(&self) -> Result<u64, StoreError> {
        let bytes = self.read(|trees| trees.meta.get("next_seq").map_err(sled_fault("reading")))?;
        Ok(bytes.and_then(|bytes| bytes.as_ref().try_into().ok()).map_or(0, u64::from_be_bytes))
    }

    /// Remembers that the journal has held the ops before a number.
    pub fn put_next_seq(&self, next_seq: u64) -> Result<(), StoreError> {
        if self.next_seq()? >= next_seq {
            return Ok(());
        }
        self.write(|trees| {
            trees.meta.insert("next_seq", &next_seq.to_be_bytes()).map(drop).map_err(sled_fault("writing"))
        })
    }

    /// How many customers the last complete check found.
    pub fn n_customers(&self) -> Result<usize, StoreError> {
        let bytes = self.read(|trees| trees.meta.get("n_customers").map_err(sled_fault("reading")))?;
        Ok(bytes.and_then(|bytes| bytes.as_ref().try_into().ok()).map_or(0, u64::from_be_bytes) as usize)
    }

    /// Remembers how many customers there are.
    pub fn put_n_customers(&self, n_customers: usize) -> Result<(), StoreError> {
        if self.n_customers()? == n_customers {
            return Ok(());
        }
        let bytes = (n_customers as u64).to_be_bytes();
        self.write(|trees| trees.meta.insert("n_customers", &bytes).map(drop).map_err(sled_fault("writing")))
    }
}

impl Trees {
    pub(super) fn was_pulled(&self) -> Result<bool, StoreError> {
        self.meta.contains_key("pulled").map_err(sled_fault("reading"))
    }

    fn sheet(&self, day: NaiveDate) -> Result<Vec<(CustomerId, SheetRow)>, StoreError> {
        let prefix = row_key(day, "");
        let mut rows = Vec::new();
        for entry in self.sheets.scan_prefix(&prefix) {
            let (key, bytes) = entry.map_err(sled_fault("reading"))?;
            let customer = std::str::from_utf8(&key[prefix.len()..]).ok().and_then(|id| CustomerId::new(id).ok());
            let bytes = self.seals.open(place(&key), &bytes)?;
            // a row of another version is worked out again
            rows.extend(customer.zip(serde_json::from_slice(&bytes).ok()));
        }
        Ok(rows)
    }

    fn put_sheet(&self, day: NaiveDate, rows: &[(CustomerId, SheetRow)]) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (customer, row) in rows {
            let key = row_key(day, customer.as_str());
            let old = self.sheets.get(&key).map_err(sled_fault("reading"))?;
            let old = old.map(|bytes| self.seals.open(place(&key), &bytes)).transpose()?;
            let mut row = row.clone();
            if row.task.is_none() {
                let issued = old.as_ref().and_then(|bytes| serde_json::from_slice::<SheetRow>(bytes).ok());
                row.task = issued.and_then(|issued| issued.task);
            }
            let bytes = serde_json::to_vec(&row).unwrap_or_default();
            let is_new = old.as_deref() != Some(&bytes) && (row != SheetRow::default() || old.is_some());
            if is_new && bytes.len() <= MAX_ROW_BYTES {
                let sealed = self.seals.seal(place(&key), &bytes)?;
                batch.insert(key, sealed);
            }
        }
        self.sheets.apply_batch(batch).map_err(sled_fault("writing"))
    }

    fn prune_sheets(&self, first: NaiveDate) -> Result<(), StoreError> {
        loop {
            let mut batch = sled::Batch::default();
            let mut n_keys = 0;
            for key in self.sheets.range(..row_key(first, "")).keys().take(MAX_BATCH_KEYS) {
                batch.remove(key.map_err(sled_fault("reading"))?);
                n_keys += 1;
            }
            self.sheets.apply_batch(batch).map_err(sled_fault("writing"))?;
            if n_keys < MAX_BATCH_KEYS {
                return Ok(());
            }
        }
    }
}
