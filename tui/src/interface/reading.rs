//! What is asked of the daemon to be shown.

use guide_common::id::{CustomerId, TaskId};

use super::app::{App, Refresh};
use super::data::Entry;
use super::effect::Request;
use super::queries::Slot;
use super::screens::Screen;
use super::screens::customers::MAX_ROWS;

impl App {
    /// Asks again for everything that is shown.
    pub(super) fn refresh(&mut self) {
        self.absent.clear();
        self.ask(Slot::Status, Request::Status);
        self.ask(Slot::Today, Request::Today);
        if self.data.customers.is_some() {
            self.ask_customers();
        }
        self.ask_details(Refresh::Shown);
    }

    /// Asks for the selected row's task or customer, and ahead for the task that comes after.
    pub(super) fn ask_details(&mut self, refresh: Refresh) {
        let shown_task = self.shown_task();
        let shown_customer = self.shown_customer();
        if refresh == Refresh::Shown {
            self.queries.forget_details();
            self.data.forget_details(shown_task, shown_customer.as_ref());
        }
        let next = self.data.entry(self.today.list.selected + 1);
        let next_task = match next {
            Some(Entry::Task(row)) => Some(row.id),
            _ => None,
        };
        if let Some(id) = shown_task {
            self.ask_task(id, refresh);
        }
        if let Some(id) = next_task {
            self.ask_task(id, Refresh::Missing);
        }
        if let Some(id) = shown_customer.filter(|_| shown_task.is_none()) {
            let is_there = self.data.cards.contains_key(&id);
            self.ask_detail(is_there, refresh, Slot::Card(id.clone()), Request::Card(id));
        }
    }

    pub(super) fn ask_task(&mut self, id: TaskId, refresh: Refresh) {
        let is_there = self.data.details.contains_key(&id);
        self.ask_detail(is_there, refresh, Slot::Task(id), Request::Task(id, self.lang));
    }

    pub(super) fn ask_detail(&mut self, is_there: bool, refresh: Refresh, slot: Slot, request: Request) {
        let is_missing = !is_there && !self.queries.awaits(&slot) && !self.absent.contains(&slot);
        if is_missing || refresh == Refresh::Shown {
            self.ask(slot, request);
        }
    }

    /// The task whose script is on the screen.
    pub(super) fn shown_task(&self) -> Option<TaskId> {
        match self.data.entry(self.today.list.selected) {
            Some(Entry::Task(row)) if self.screen == Screen::Today => Some(row.id),
            _ => None,
        }
    }

    /// The customer who is on the screen.
    pub(super) fn shown_customer(&self) -> Option<CustomerId> {
        match self.screen {
            Screen::Today => self.data.entry(self.today.list.selected).map(|entry| entry.customer().clone()),
            Screen::Customers => self.customers.selected(&self.data).map(|row| row.id.clone()),
        }
    }

    pub(super) fn ask_customers(&mut self) {
        let q = self.customers.input.value().trim().to_owned();
        self.ask(Slot::Customers, Request::Customers { q, limit: MAX_ROWS });
    }
}
