//! The state of the screen Today: what is selected, and what was filled into scripts.

use std::collections::BTreeMap;

use guide_common::id::{CustomerId, TaskId};

use crate::interface::data::{Data, Entry};
use crate::interface::widgets::list::ListState;

/// How many tasks are read at first.
pub const FIRST_TASKS: usize = 100;
/// How many tasks below the selected one are read at least.
const AHEAD: usize = 50;

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
    /// Whether the tasks are walked through one by one.
    pub walking: bool,
    /// Whether the end of the queue is wanted, which is not read yet.
    pub to_end: bool,
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
    /// How many tasks to read for what is selected: the first hundred, twice as many each time the selection comes near
    /// their end, and all of them where it stands beyond.
    pub fn limit(&self, data: &Data) -> Option<usize> {
        if data.n_entries() == 0 {
            return Some(FIRST_TASKS);
        }
        if self.to_end || self.list.selected >= data.n_tasks() {
            return None;
        }
        let needed = self.list.selected + AHEAD.max(self.list.n_visible);
        let mut limit = FIRST_TASKS;
        while limit <= needed {
            limit *= 2;
        }
        Some(limit)
    }

    /// Moves the selection. It passes the last task that was read only to the end of the whole queue.
    pub fn move_by(&mut self, by: isize, data: &Data) {
        let before = self.list.selected;
        let is_unread = data.n_unread() > 0;
        self.to_end = by == isize::MAX && is_unread;
        self.wanted = None;
        let stays = is_unread && !self.to_end && before < data.n_tasks();
        self.list.move_by(by, if stays { data.n_tasks() } else { data.n_entries() });
        if self.list.selected != before {
            self.turn_page();
        }
    }

    /// The key of the selected row.
    pub fn selected_key(&self, data: &Data) -> Option<RowKey> {
        data.entry(self.list.selected).map(RowKey::of)
    }

    /// Selects what was selected before a reload; where it has gone, the row that took its place. `was_task` keeps the
    /// selection among the tasks as long as there are any.
    pub fn reselect(&mut self, data: &Data, before: Option<RowKey>) {
        let n_tasks = data.n_tasks();
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
        if self.to_end && data.n_unread() == 0 {
            self.to_end = false;
            self.list.selected = data.n_entries().saturating_sub(1);
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
