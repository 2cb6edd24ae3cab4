//! Working the queue out: one customer after an op, all of them after a start, a day's end or a new plan. Every
//! result is stored only if nothing has changed meanwhile; whoever changes something works it out again.

use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::NaiveDate;
use guide_common::id::CustomerId;
use guide_common::wire::hub::FeedName;
use guide_common::wire::local::Notice;

use crate::core::file::{self, Loaded, Shared};
use crate::core::row::{self, Row};
use crate::core::{Core, apply_pending};
use crate::store::{Held, SheetRow, StoreError};

/// How many customers a check works out between two looks at the state.
const CHUNK: usize = 32;

/// What a result depends on beside the customer's file.
struct Basis {
    check: u32,
    on: NaiveDate,
    shared: Arc<Shared>,
}

impl Core {
    /// Works out customers whose file has changed.
    pub fn recompute(&self, ids: &[CustomerId]) -> Result<(), StoreError> {
        for id in ids {
            loop {
                let (version, basis) = {
                    let mut state = self.state();
                    let version = state.touch(id);
                    (version, Basis { check: state.check, on: state.on, shared: Arc::clone(&state.shared) })
                };
                let result = self.load(id)?.map(|loaded| self.work_out(&loaded, &basis));
                let mut state = self.state();
                if state.touched.get(id) != Some(&version) {
                    // who touched it works it out
                    break;
                }
                if state.check != basis.check {
                    continue;
                }
                match result {
                    Some((row, day)) => {
                        state.rows.insert(id.clone(), row);
                        state.put_day(id, day);
                    }
                    None => {
                        state.rows.remove(id);
                        state.put_day(id, SheetRow::default());
                    }
                }
                // before the first check only the number that was kept is true
                if state.checked {
                    state.n_customers = state.rows.len();
                }
                break;
            }
        }
        self.sheet_changed.notify_one();
        Ok(())
    }

    /// Works every customer out. Returns without a result where a newer check has begun.
    pub fn check(&self) -> Result<(), StoreError> {
        let number = {
            let mut state = self.state();
            state.check += 1;
            state.check
        };
        // read behind the mark: a check that began later has read what is newer
        let shared = file::shared(&self.store.without_customer(FeedName::Shared)?);
        let profile = file::profile(&self.store.without_customer(FeedName::Guide)?);
        let (basis, since) = {
            let mut state = self.state();
            if state.check != number {
                return Ok(());
            }
            // whoever works with the plans from before begins again
            state.check += 1;
            state.files.clear();
            state.shared = Arc::new(shared);
            if let Some(profile) = profile {
                state.profile = profile;
            }
            (Basis { check: state.check, on: state.on, shared: Arc::clone(&state.shared) }, state.version)
        };
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut is_current = true;
        self.store.each_customer(|id, items| {
            chunk.push((id, items));
            if chunk.len() == CHUNK {
                is_current = self.check_chunk(&mut chunk, &basis, since);
            }
            if is_current { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if is_current && self.check_chunk(&mut chunk, &basis, since) && self.end_check(&basis, self.store.was_pulled()?)
        {
            self.store.put_n_customers(self.n_customers())?;
        }
        self.sheet_changed.notify_one();
        Ok(())
    }

    /// Returns whether the check is still the newest.
    fn check_chunk(&self, chunk: &mut Vec<(CustomerId, Vec<Held>)>, basis: &Basis, since: u64) -> bool {
        let (pending, guide) = {
            let state = self.state();
            let pending: Vec<_> = chunk.iter().map(|(id, _)| state.outbox.pending_of(id)).collect();
            (pending, state.profile.id.clone())
        };
        let mut results = Vec::with_capacity(chunk.len());
        for ((id, items), pending) in chunk.drain(..).zip(pending) {
            if let Some(mut loaded) = file::assemble(&items) {
                apply_pending(&mut loaded, &pending, &guide);
                results.push((id, self.work_out(&loaded, basis)));
            }
        }
        let mut state = self.state();
        if state.check != basis.check {
            return false;
        }
        for (id, (row, day)) in results {
            // one that changed since the check began was worked out by whoever changed it
            if state.touched.get(&id).is_none_or(|version| *version <= since) {
                state.rows.insert(id.clone(), row);
                state.put_day(&id, day);
            }
        }
        true
    }

    /// Removes customers who are gone; returns whether the check is still the newest. The queue of a terminal that has
    /// not heard everything yet is not a checked one.
    fn end_check(&self, basis: &Basis, was_pulled: bool) -> bool {
        let mut state = self.state();
        if state.check != basis.check {
            return false;
        }
        state.rows.retain(|_, row| row.seen == basis.check);
        let gone: Vec<CustomerId> = state.days.keys().filter(|id| !state.rows.contains_key(*id)).cloned().collect();
        for id in gone {
            state.put_day(&id, SheetRow::default());
        }
        state.n_customers = state.rows.len();
        state.checked = was_pulled;
        state.today = None;
        drop(state);
        self.events.tell(Notice::Today);
        true
    }

    fn work_out(&self, loaded: &Loaded, basis: &Basis) -> (Row, SheetRow) {
        let row = row::row(&loaded.file, basis.on, basis.check);
        (row, row::day(&loaded.file, &basis.shared.rules, basis.on, self.clock.zone()))
    }
}
