//! Working the queue out: one customer after an op, all of them after a start, a day's end or a new plan. Every
//! result is stored only if nothing has changed meanwhile; whoever changes something works it out again.

use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::NaiveDate;
use guide_common::id::CustomerId;
use guide_common::search::index::Person;
use guide_common::sop::starts::Starts;
use guide_common::wire::hub::FeedName;
use guide_common::wire::local::Notice;

use crate::core::file::{self, Loaded, Shared};
use crate::core::row::{self, Row};
use crate::core::{Core, apply_pending, desk};
use crate::store::{Held, SheetRow, StoreError};

/// How many customers a check works out between two looks at the state.
const CHUNK: usize = 32;

/// What a result depends on beside the customer's file.
struct Basis {
    check: u32,
    on: NaiveDate,
    shared: Arc<Shared>,
}

/// What was worked out of one customer's file.
struct Worked {
    row: Row,
    person: Person,
    day: SheetRow,
}

/// One check under way.
struct Pass {
    basis: Basis,
    /// The version of the state at its beginning.
    since: u64,
    /// The starts of throttled plans, as they become; customers are worked out with those of the basis.
    starts: Starts,
}

impl Core {
    /// Works out customers whose file has changed, and those who start something in their place. What concerns the
    /// guide itself concerns every customer.
    pub fn recompute(&self, ids: &[CustomerId]) -> Result<(), StoreError> {
        if ids.iter().any(CustomerId::is_guide_itself) {
            self.state().touch(&CustomerId::guide_itself());
            return self.check().map(|_| ());
        }
        let mut others = Vec::new();
        for id in ids {
            others.extend(self.recompute_one(id)?);
        }
        others.sort_unstable();
        others.dedup();
        for id in others.iter().filter(|id| !ids.contains(id)) {
            self.recompute_one(id)?;
        }
        self.sheet_changed.notify_one();
        Ok(())
    }

    /// Works one customer out; returns the customers whose starts of throttled plans have become others.
    fn recompute_one(&self, id: &CustomerId) -> Result<Vec<CustomerId>, StoreError> {
        let mut changed = Vec::new();
        let mut version = self.state().touch(id);
        loop {
            let loaded = self.load(id)?;
            changed.extend(self.keep_starts(id, loaded.as_deref()));
            let basis = {
                let state = self.state();
                Basis { check: state.check, on: state.on, shared: Arc::clone(&state.shared) }
            };
            let shown = loaded.filter(|loaded| !loaded.file.is_withdrawn_on(basis.on));
            let result = shown.map(|loaded| self.work_out(&loaded, &basis));
            let mut state = self.state();
            // whoever touched it since works it out too, but may come to its end after the answer that waits for this
            let newest = state.touched.get(id).copied().unwrap_or(version);
            if newest != version || state.check != basis.check {
                version = newest;
                continue;
            }
            match result {
                Some(Worked { row, person, day }) => {
                    state.put_row(id, row, person);
                    state.put_day(id, day);
                }
                None => {
                    state.remove_row(id);
                    state.put_day(id, SheetRow::default());
                }
            }
            // before the first check only the number that was kept is true
            if state.checked {
                state.n_customers = state.rows.len();
            }
            return Ok(changed);
        }
    }

    /// Forgets everything that was fetched, and the saved lists, which may name customers; what was recorded here stays.
    pub fn forget(&self) -> Result<(), StoreError> {
        self.store.erase()?;
        if let Err(error) = self.lists.erase() {
            tracing::error!(%error, "erasing the saved lists");
        }
        {
            let mut state = self.state();
            state.check += 1;
            state.rows.clear();
            state.index.clear();
            state.days.clear();
            state.dirty.clear();
            state.files.clear();
            state.today = None;
            state.n_customers = 0;
        }
        self.check()?;
        self.events.tell(Notice::Today);
        Ok(())
    }

    /// Works every customer out. Returns whether it came to its end: where a newer check has begun it leaves the rest to
    /// that one.
    pub fn check(&self) -> Result<bool, StoreError> {
        let number = {
            let mut state = self.state();
            state.check += 1;
            state.check
        };
        let Some(mut pass) = self.begin_pass(number)? else {
            return Ok(false);
        };
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut is_current = true;
        let mut leads = self.leads();
        let mut fault = None;
        self.store.each_customer(|id, items| {
            leads.remove(&id);
            chunk.push((id, items));
            if chunk.len() == CHUNK {
                match self.check_chunk(&mut chunk, &mut pass) {
                    Ok(still) => is_current = still,
                    Err(error) => fault = Some(error),
                }
            }
            if is_current && fault.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if let Some(error) = fault {
            return Err(error);
        }
        chunk.extend(leads.into_iter().map(|id| (id, Vec::new())));
        let is_done =
            is_current && self.check_chunk(&mut chunk, &mut pass)? && self.end_check(pass, self.store.was_pulled()?)?;
        if is_done {
            self.store.put_n_customers(self.n_customers())?;
        }
        self.sheet_changed.notify_one();
        Ok(is_done)
    }

    /// Reads what all customers are worked out with. Nothing where a newer check has begun.
    fn begin_pass(&self, number: u32) -> Result<Option<Pass>, StoreError> {
        // read behind the mark: a check that began later has read what is newer
        let profile = file::profile(&self.store.without_customer(FeedName::Guide)?).unwrap_or_else(|| self.profile());
        let own = self.own_file()?;
        let on = self.day();
        let mut shared = desk::read(&self.store, &profile, &own, on, self.clock.zone())?;
        let mut state = self.state();
        if state.check != number {
            return Ok(None);
        }
        // the starts of other plans say nothing of these
        if state.shared.rules.plans() == shared.rules.plans() {
            shared.rules.starts = Arc::clone(&state.shared.rules.starts);
        } else {
            state.starts_known = false;
        }
        // whoever works with the plans from before begins again
        state.check += 1;
        state.files.clear();
        state.shared = Arc::new(shared);
        state.profile = profile;
        let basis = Basis { check: state.check, on, shared: Arc::clone(&state.shared) };
        let since = state.version;
        drop(state);
        let starts = (*basis.shared.rules.starts).clone();
        Ok(Some(Pass { basis, since, starts }))
    }

    /// Returns whether the check is still the newest.
    fn check_chunk(&self, chunk: &mut Vec<(CustomerId, Vec<Held>)>, pass: &mut Pass) -> Result<bool, StoreError> {
        let (pending, guide) = {
            let state = self.state();
            let pending: Vec<_> = chunk.iter().map(|(id, _)| state.outbox.pending_of(id)).collect();
            (pending, state.profile.id.clone())
        };
        let basis = &pass.basis;
        let rules = &basis.shared.rules;
        let mut results = Vec::with_capacity(chunk.len());
        for ((id, items), pending) in chunk.drain(..).zip(pending) {
            if let Some(mut loaded) = self.base(&id, &items)? {
                apply_pending(&mut loaded, &pending, &guide);
                if rules.is_throttled() {
                    pass.starts.put(&loaded.file, rules, basis.on);
                }
                if !loaded.file.is_withdrawn_on(basis.on) {
                    results.push((id, self.work_out(&loaded, basis)));
                }
            }
        }
        let mut state = self.state();
        if state.check != basis.check {
            return Ok(false);
        }
        for (id, Worked { row, person, day }) in results {
            // one that changed since the check began was worked out by whoever changed it
            if state.touched.get(&id).is_none_or(|version| *version <= pass.since) {
                state.put_row(&id, row, person);
                state.put_day(&id, day);
            }
        }
        Ok(true)
    }

    /// Removes customers who are gone and lets throttled plans start; returns whether the check is still the newest.
    /// The queue of a terminal that has not heard everything yet is not a checked one.
    fn end_check(&self, pass: Pass, was_pulled: bool) -> Result<bool, StoreError> {
        let Pass { basis, since, mut starts } = pass;
        let gone = {
            let mut state = self.state();
            if state.check != basis.check {
                return Ok(false);
            }
            state.remove_gone(basis.check)
        };
        for id in &gone {
            starts.remove(id);
        }
        let mut others = starts.admit(&basis.shared.rules, basis.on);
        {
            let mut state = self.state();
            if state.check != basis.check {
                return Ok(false);
            }
            let rules = basis.shared.rules.with_starts(starts);
            state.shared = Arc::new(Shared { rules, ..Shared::clone(&state.shared) });
            state.starts_known = true;
            // who changed meanwhile was read as before, or was put into the starts of before
            others.extend(state.touched.iter().filter(|(_, version)| **version > since).map(|(id, _)| id.clone()));
        }
        let check = basis.check;
        drop(basis);
        others.retain(|id| !id.is_guide_itself());
        self.recompute(&others)?;
        let mut state = self.state();
        if state.check != check {
            return Ok(false);
        }
        state.n_customers = state.rows.len();
        state.checked = was_pulled;
        state.today = None;
        drop(state);
        self.events.tell(Notice::Today);
        Ok(true)
    }

    fn work_out(&self, loaded: &Loaded, basis: &Basis) -> Worked {
        let rules = &basis.shared.rules;
        let (row, person) = row::row(&loaded.file, rules, basis.on, basis.check);
        Worked { row, person, day: row::day(&loaded.file, rules, basis.on) }
    }
}

impl crate::core::State {
    /// Removes whom a check did not find, and returns them.
    fn remove_gone(&mut self, check: u32) -> Vec<CustomerId> {
        let mut gone: Vec<CustomerId> =
            self.rows.iter().filter(|(_, row)| row.seen != check).map(|(id, _)| id.clone()).collect();
        for id in &gone {
            self.remove_row(id);
        }
        gone.extend(self.days.keys().filter(|id| !self.rows.contains_key(*id)).cloned());
        for id in &gone {
            self.put_day(id, SheetRow::default());
        }
        gone
    }
}
