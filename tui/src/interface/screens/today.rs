//! The state of the screen Today: what is selected, and what was filled into scripts.

use std::collections::BTreeMap;

use guide_common::id::{CustomerId, TaskId};

use crate::interface::data::{Data, Entry};
use crate::interface::widgets::list::ListState;

/// The state.
#[derive(Clone, Debug, Default)]
pub struct TodayScreen {
    /// The selected row of the queue.
    pub list: ListState,
    /// What a screen of one pane shows.
    pub pane: Pane,
    /// How far the script is scrolled.
    pub scroll: usize,
    /// Which script of the task is shown.
    pub script_idx: usize,
    /// What was filled into scripts by hand.
    pub fills: BTreeMap<TaskId, BTreeMap<String, String>>,
    /// Whom to select once the queue holds a task for that customer.
    pub wanted: Option<CustomerId>,
}

/// One of two panes, where the screen has room for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The selected row, whole.
    #[default]
    Detail,
    /// The list.
    List,
}

/// What names a row of the queue over a reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKey {
    /// A task.
    Task(TaskId),
    /// A held customer.
    Held(CustomerId),
    /// A logged contact.
    Done(guide_common::id::OpId),
}

impl RowKey {
    /// The key of a row.
    pub fn of(entry: Entry<'_>) -> Self {
        match entry {
            Entry::Task(row) => Self::Task(row.id),
            Entry::Held(row) => Self::Held(row.customer.clone()),
            Entry::Done(row) => Self::Done(row.op_id),
        }
    }
}

impl TodayScreen {
    /// The key of the selected row.
    pub fn selected_key(&self, data: &Data) -> Option<RowKey> {
        data.entry(self.list.selected).map(RowKey::of)
    }

    /// Selects what was selected before a reload; where it has gone, the row that took its place. `was_task` keeps the
    /// selection among the tasks as long as there are any.
    pub fn reselect(&mut self, data: &Data, before: Option<RowKey>) {
        let n_tasks = data.today.as_ref().map_or(0, |today| today.tasks.len());
        let wanted = self.wanted.as_ref().and_then(|wanted| {
            data.entries().position(|entry| matches!(entry, Entry::Task(row) if row.customer == *wanted))
        });
        let same = before.as_ref().and_then(|key| data.entries().position(|entry| RowKey::of(entry) == *key));
        if wanted.is_some() {
            self.wanted = None;
        }
        match wanted.or(same) {
            Some(idx) if idx == self.list.selected && wanted.is_none() => {}
            Some(idx) => self.list.selected = idx,
            None => {
                let was_task = matches!(before, Some(RowKey::Task(_)));
                let n = if was_task && n_tasks > 0 { n_tasks } else { data.n_entries() };
                self.list.selected = self.list.selected.min(n.saturating_sub(1));
            }
        }
        if self.selected_key(data) != before {
            self.turn_page();
        }
    }

    /// Begins a row anew: its first script, from the top.
    pub fn turn_page(&mut self) {
        self.scroll = 0;
        self.script_idx = 0;
    }
}
