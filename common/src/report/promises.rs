//! What became of the promises of a period: each is counted in the period in which it is due, once.

use serde::{Deserialize, Serialize};

use crate::sop::history::History;
use crate::time::Period;

/// Promises by what became of them by the report's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseFigures {
    /// Kept by their day.
    pub kept: u64,
    /// Kept after their day.
    pub kept_late: u64,
    /// Their day has passed, and they were not kept.
    pub broken: u64,
    /// Their day has not passed.
    pub open: u64,
}

impl PromiseFigures {
    /// All of them.
    pub fn sum(self) -> u64 {
        self.kept + self.kept_late + self.broken + self.open
    }

    pub(super) fn count(&mut self, history: &History<'_>, period: Period) {
        for (id, promise) in history.promises.iter().filter(|(_, promise)| period.contains(promise.due_on)) {
            match history.kept_on(*id) {
                Some(on) if on <= promise.due_on => self.kept += 1,
                Some(_) => self.kept_late += 1,
                None if promise.due_on < history.today => self.broken += 1,
                None => self.open += 1,
            }
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.kept_late += other.kept_late;
        self.broken += other.broken;
        self.open += other.open;
    }
}
