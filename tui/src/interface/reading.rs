//! What is asked of the daemon to be shown.

use guide_common::id::{CustomerId, TaskId};

use super::app::{App, Refresh, Stale};
use super::data::Entry;
use super::effect::Request;
use super::queries::Slot;
use super::screens::customers::MAX_ROWS;
use super::screens::{Screen, plans, reports, sync, templates};

impl App {
    /// Something has changed. It is read again now or, where something is being saved or read, once after that: notices
    /// come in bursts.
    pub(super) fn refresh(&mut self, stale: Stale) {
        self.stale = self.stale.max(stale);
        self.catch_up();
    }

    /// Reads again what has changed, unless something is being saved or read.
    pub(super) fn catch_up(&mut self) {
        let reads = [Slot::Status, Slot::Today].iter().any(|slot| self.queries.awaits(slot));
        if self.recording.is_some() || reads {
            return;
        }
        match self.stale {
            Stale::Nothing => {}
            Stale::Status => {
                self.stale = Stale::Nothing;
                self.ask(Slot::Status, Request::Status);
                self.ask_screen();
            }
            Stale::All => self.refresh_now(),
        }
    }

    /// Asks again for everything that is shown; what is on its way may be older than the change and is dropped.
    pub(super) fn refresh_now(&mut self) {
        self.stale = Stale::Nothing;
        self.absent.clear();
        self.ask(Slot::Status, Request::Status);
        self.ask_today();
        match self.screen {
            Screen::Customers => self.ask_customers(),
            Screen::Templates => templates::enter(self),
            Screen::Plans => plans::enter(self),
            Screen::Today | Screen::Reports | Screen::Sync => {}
        }
        self.ask_screen();
        self.ask_details(Refresh::Shown);
    }

    /// Asks again for what a screen shows that keeps its own.
    fn ask_screen(&mut self) {
        match self.screen {
            Screen::Sync => sync::refresh(self),
            Screen::Reports => reports::refresh(self),
            Screen::Today | Screen::Customers | Screen::Templates | Screen::Plans => {}
        }
    }

    /// Asks for the queue as far as it is needed.
    pub(super) fn ask_today(&mut self) {
        let limit = self.today.limit(&self.data);
        self.asked_tasks = limit.unwrap_or(usize::MAX);
        self.ask(Slot::Today, Request::Today { limit });
    }

    /// Asks for more of the queue where the selection comes near the end of what was read.
    pub(super) fn read_on(&mut self) {
        let needed = self.today.limit(&self.data).unwrap_or(usize::MAX);
        let is_asked = self.queries.awaits(&Slot::Today) && self.asked_tasks >= needed;
        if self.data.n_unread() > 0 && needed > self.data.n_tasks() && !is_asked {
            self.ask_today();
        }
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
        let unread_task = shown_customer.as_ref().and_then(|customer| self.unread_task(customer));
        if let Some(id) = unread_task {
            // it holds the card too
            self.ask_task(id, refresh);
        } else if let Some(id) = shown_customer.filter(|_| shown_task.is_none()) {
            let is_there = self.data.cards.contains_key(&id);
            self.ask_detail(is_there, refresh, Slot::Card(id.clone()), Request::Card(id));
        }
        match self.screen {
            Screen::Templates => templates::ask_shown(self, refresh),
            Screen::Plans => plans::ask_shown(self, refresh),
            Screen::Today | Screen::Customers | Screen::Reports | Screen::Sync => {}
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

    /// The task of the customer who is selected among the customers, where the queue was not read as far.
    pub(super) fn unread_task(&self, customer: &CustomerId) -> Option<TaskId> {
        let row = self.customers.selected(&self.data).filter(|_| self.screen == Screen::Customers)?;
        let task = row.task.filter(|_| row.id == *customer && self.data.n_unread() > 0)?;
        let today = self.data.today.as_ref()?;
        (!today.tasks.iter().any(|read| read.id == task)).then_some(task)
    }

    /// The customer who is on the screen.
    pub fn shown_customer(&self) -> Option<CustomerId> {
        match self.screen {
            Screen::Today => self.data.entry(self.today.list.selected).map(|entry| entry.customer().clone()),
            Screen::Customers => self.customers.selected(&self.data).map(|row| row.id.clone()),
            // a record names its customer by the id alone
            Screen::Sync => sync::selected_customer(self),
            _ => None,
        }
    }

    pub(super) fn ask_customers(&mut self) {
        let q = self.customers.input.value().trim().to_owned();
        self.ask(Slot::Customers, Request::Customers { q, limit: MAX_ROWS });
    }
}
