//! What the interface holds of the daemon's answers. All of it can be asked for again.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use guide_common::id::{CustomerId, TaskId};
use guide_common::wire::card::CustomerCard;
use guide_common::wire::list::SavedList;
use guide_common::wire::local::{
    ClockKind, CustomerList, DoneRow, HeldRow, QueueCount, Status, TaskDetail, TaskRow, Today,
};
use guide_common::wire::timeline::Timeline;

/// The most tasks or customers kept beside the selected one.
const MAX_KEPT: usize = 32;

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The state of everything.
    pub status: Option<Status>,
    /// The queue, or its first tasks and all that is held and done.
    pub today: Option<Today>,
    /// The queue in numbers, from whichever answer was the last to tell.
    pub count: QueueCount,
    /// Tasks.
    pub details: BTreeMap<TaskId, TaskDetail>,
    /// Customers.
    pub cards: BTreeMap<CustomerId, CustomerCard>,
    /// What happened with the customer whose timeline was opened.
    pub timelines: BTreeMap<CustomerId, Timeline>,
    /// The customers that match the filter.
    pub customers: Option<CustomerList>,
    /// The saved lists, as far as they were read.
    pub lists: Vec<SavedList>,
    /// Whether the network fails on purpose, in training.
    pub has_faults: bool,
}

/// A row of the queue that can be selected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry<'a> {
    /// To be done.
    Task(&'a TaskRow),
    /// Held by the gate.
    Held(&'a HeldRow),
    /// Logged today.
    Done(&'a DoneRow),
}

impl<'a> Entry<'a> {
    /// Whom it concerns.
    pub fn customer(self) -> &'a CustomerId {
        match self {
            Self::Task(row) => &row.customer,
            Self::Held(row) => &row.customer,
            Self::Done(row) => &row.customer,
        }
    }

    /// The customer's name.
    pub fn name(self) -> &'a str {
        match self {
            Self::Task(row) => &row.name,
            Self::Held(row) => &row.name,
            Self::Done(row) => &row.name,
        }
    }
}

impl Data {
    /// The rows of the queue: tasks, then held, then done.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.today.iter().flat_map(|today| {
            let tasks = today.tasks.iter().map(Entry::Task);
            tasks.chain(today.held.iter().map(Entry::Held)).chain(today.done.iter().map(Entry::Done))
        })
    }

    /// One row of the queue.
    pub fn entry(&self, idx: usize) -> Option<Entry<'_>> {
        self.entries().nth(idx)
    }

    /// How many rows the queue has.
    pub fn n_entries(&self) -> usize {
        self.today.as_ref().map_or(0, |today| today.tasks.len() + today.held.len() + today.done.len())
    }

    /// How many tasks were read.
    pub fn n_tasks(&self) -> usize {
        self.today.as_ref().map_or(0, |today| today.tasks.len())
    }

    /// How many open tasks were not read.
    pub fn n_unread(&self) -> usize {
        self.today.as_ref().map_or(0, |today| today.n_open.saturating_sub(today.tasks.len()))
    }

    /// The place of a row in the whole queue, and how many rows that has.
    pub fn place(&self, idx: usize) -> (usize, usize) {
        let before = if idx < self.n_tasks() { 0 } else { self.n_unread() };
        (idx + 1 + before, self.n_entries() + self.n_unread())
    }

    /// The place of a row among those of its kind, and how many of them there are: the tasks' number is the one that the
    /// header shows.
    pub fn section_place(&self, idx: usize) -> (usize, usize) {
        let (n_tasks, n_held) = (self.n_tasks(), self.today.as_ref().map_or(0, |today| today.held.len()));
        match idx {
            idx if idx < n_tasks => (idx + 1, n_tasks + self.n_unread()),
            idx if idx < n_tasks + n_held => (idx + 1 - n_tasks, n_held),
            idx => (idx + 1 - n_tasks - n_held, self.n_entries() - n_tasks - n_held),
        }
    }

    /// Takes the queue in.
    pub fn keep_today(&mut self, today: Today) {
        self.count = QueueCount { n_open: today.n_open, n_held: today.held.len(), n_done: today.done.len() };
        self.today = Some(today);
    }

    /// The shop's day.
    pub fn on(&self) -> NaiveDate {
        let status = self.status.as_ref().map(|status| status.now.date());
        status.or_else(|| self.today.as_ref().map(|today| today.on)).unwrap_or_default()
    }

    /// Whether the virtual clock rules.
    pub fn is_training(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.clock == ClockKind::Virtual)
    }

    /// The card of a customer: read alone, or with a task.
    pub fn card(&self, customer: &CustomerId) -> Option<&CustomerCard> {
        let of_task = || self.details.values().map(|detail| &detail.customer).find(|card| card.id == *customer);
        self.cards.get(customer).or_else(of_task)
    }

    /// A customer's name, where something was read that tells it.
    pub fn name_of(&self, customer: &CustomerId) -> Option<&str> {
        let of_card = || self.card(customer).map(|card| card.name.as_str());
        let of_queue = || self.entries().find(|entry| entry.customer() == customer).map(Entry::name);
        let rows = || self.customers.iter().flat_map(|list| &list.rows);
        let of_list = || rows().find(|row| row.id == *customer).map(|row| row.name.as_str());
        of_card().or_else(of_queue).or_else(of_list)
    }

    /// Keeps a task.
    pub fn keep_detail(&mut self, id: TaskId, detail: TaskDetail) {
        if self.details.len() >= MAX_KEPT {
            self.details.clear();
        }
        self.cards.remove(&detail.customer.id);
        self.details.insert(id, detail);
    }

    /// Keeps a customer.
    pub fn keep_card(&mut self, id: CustomerId, card: CustomerCard) {
        if self.cards.len() >= MAX_KEPT {
            self.cards.clear();
        }
        self.cards.insert(id, card);
    }

    /// Drops the tasks and customers that may have changed, all but those that are on the screen.
    pub fn forget_details(&mut self, task: Option<TaskId>, customer: Option<&CustomerId>) {
        self.details.retain(|id, _| Some(*id) == task);
        self.cards.retain(|id, _| Some(id) == customer);
        self.timelines.retain(|id, _| Some(id) == customer);
    }
}
