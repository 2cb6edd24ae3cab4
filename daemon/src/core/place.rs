//! Putting what was worked out of a customer in its place: the row, what the customer is found by, the day.

use guide_common::id::CustomerId;
use guide_common::search::index::Person;

use crate::core::State;
use crate::core::row::Row;
use crate::store::SheetRow;

impl State {
    /// Puts a customer's row in its place, and what the customer is found by.
    pub fn put_row(&mut self, id: &CustomerId, row: Row, person: Person) {
        if let Some(slot) = self.rows.get(id).and_then(|row| row.slot) {
            self.index.remove(slot);
        }
        let person = Person { has_task: self.open_task(id).is_some(), ..person };
        let slot = Some(self.index.put(id, &person));
        self.rows.insert(id.clone(), Row { slot, ..row });
    }

    /// Takes a customer's row away.
    pub fn remove_row(&mut self, id: &CustomerId) {
        if let Some(slot) = self.rows.remove(id).and_then(|row| row.slot) {
            self.index.remove(slot);
        }
    }

    /// Tells the index who has a task on the day that is shown.
    pub(super) fn mark_tasks(&mut self) {
        for (id, row) in &self.rows {
            let has_task = self.days.get(id).is_some_and(|day| day.open && day.task.is_some());
            if let Some(slot) = row.slot {
                self.index.set_task(slot, has_task);
            }
        }
    }

    /// Puts a customer's day in its place; days without anything take no room.
    pub fn put_day(&mut self, id: &CustomerId, day: SheetRow) {
        let is_empty = day.task.is_none() && day.held.is_empty() && day.done.is_empty();
        let changed = match (is_empty, self.days.get(id)) {
            (true, None) => false,
            (true, Some(_)) => {
                self.days.remove(id);
                true
            }
            (false, Some(old)) if *old == day => false,
            (false, _) => {
                self.days.insert(id.clone(), day);
                true
            }
        };
        if changed {
            self.dirty.insert(id.clone());
            self.today = None;
            if let Some(slot) = self.rows.get(id).and_then(|row| row.slot) {
                self.index.set_task(slot, self.open_task(id).is_some());
            }
        }
    }
}
