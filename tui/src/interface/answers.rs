//! What answers of the daemon change.

use guide_common::id::TaskId;
use guide_common::wire::record::SavedResponse;

use super::app::{App, Link, Recording, Refresh, ToastKind, Trouble};
use super::effect::Request;
use super::event::{Answer, Failure, FailureKind, QueryId};
use super::layers::Layer;
use super::queries::Slot;
use super::words::{self, Msg};
use crate::client::support::goes_wrong;

impl App {
    pub(super) fn on_answer(&mut self, query: QueryId, answer: Result<Answer, Failure>) {
        let Some(slot) = self.queries.answered(query) else { return };
        match answer {
            Ok(answer) => {
                self.link = Link::Up;
                self.take_answer(answer);
            }
            Err(failure) => self.on_failure(&slot, failure),
        }
        if slot == Slot::Recording {
            self.replay();
        }
        self.catch_up();
    }

    /// Presses the keys that were typed while something was being saved.
    pub(super) fn replay(&mut self) {
        if self.trouble.is_some() || self.layer.is_some() {
            self.typed_ahead.clear();
        }
        while self.recording.is_none() {
            let Some(key) = self.typed_ahead.pop_front() else { return };
            self.on_key(key);
        }
    }

    pub(super) fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Status(status) => {
                self.data.count = status.queue;
                self.data.status = Some(*status);
                if self.data.is_training() {
                    self.ask(Slot::Faults, Request::Faults);
                }
            }
            Answer::Faults(faults) => self.data.has_faults = goes_wrong(&faults.plan),
            Answer::Today(today) => {
                let before = self.today.selected_key(&self.data);
                self.data.keep_today(*today);
                self.today.reselect(&self.data, before);
                self.read_on();
                self.ask_details(Refresh::Missing);
            }
            Answer::Task(id, detail) => self.data.keep_detail(id, *detail),
            Answer::Card(id, card) => self.data.keep_card(id, *card),
            Answer::Customers(list) => {
                let before = self.customers.selected(&self.data).map(|row| row.id.clone());
                self.data.customers = Some(list);
                self.customers.reselect(&self.data, before.as_ref());
                self.ask_details(Refresh::Missing);
            }
            Answer::Saved(saved) => self.on_saved(&saved),
            Answer::Clock(clock) => {
                if let Some(status) = &mut self.data.status {
                    status.now = clock.now;
                }
                self.refresh_now();
            }
            Answer::Synced(sync) => {
                self.is_syncing = false;
                if let Some(status) = &mut self.data.status {
                    status.sync = *sync;
                }
                self.refresh_now();
            }
        }
    }

    /// Something is on disk: the row leaves the queue at once, the next is selected, and the rest follows.
    pub(super) fn on_saved(&mut self, saved: &SavedResponse) {
        let Some(recording) = self.recording.take() else { return };
        self.layer = None;
        match recording {
            Recording::Outcome { task, code } => {
                if let Some(task) = task {
                    self.leave_queue(task);
                }
                self.say(ToastKind::Done, words::saved(&saved.name, code, saved.gone.len(), self.lang));
            }
            Recording::ComplaintClosed => {
                self.say(ToastKind::Done, words::complaint_closed(&saved.name, self.lang));
            }
            Recording::PromiseKept => {
                self.say(ToastKind::Done, words::promise_kept(&saved.name, self.lang));
            }
            Recording::Undo => {
                self.today.wanted = Some(saved.customer.clone());
                self.say(ToastKind::Done, words::undone(&saved.name, self.lang));
            }
        }
        self.data.count = saved.queue;
        self.refresh_now();
    }

    pub(super) fn leave_queue(&mut self, task: TaskId) {
        let before = self.today.selected_key(&self.data);
        if let Some(today) = &mut self.data.today {
            let n_before = today.tasks.len();
            today.tasks.retain(|row| row.id != task);
            today.n_open = today.n_open.saturating_sub(n_before - today.tasks.len());
        }
        self.today.fills.remove(&task);
        self.today.reselect(&self.data, before);
    }

    pub(super) fn on_failure(&mut self, slot: &Slot, failure: Failure) {
        let unreachable = failure.kind == FailureKind::Unreachable;
        if unreachable {
            self.link = Link::Down(failure.clone());
        }
        match slot {
            Slot::Recording => {
                self.recording = None;
                self.fail_recording(failure);
            }
            Slot::Machine => {
                self.is_syncing = false;
                self.trouble = Some(Trouble::Reading(failure));
                self.ask(Slot::Status, Request::Status);
            }
            Slot::Task(_) | Slot::Card(_) if failure.code.starts_with("unknown_") => {
                self.absent.push(slot.clone());
                self.ask_today();
            }
            // only a mark in the header hangs on it
            Slot::Faults => self.data.has_faults = false,
            _ if unreachable || failure.code == "not_enrolled" => {}
            _ => self.trouble = Some(Trouble::Reading(failure)),
        }
    }

    /// Nothing typed is lost: the form stays open and says what is wrong.
    pub(super) fn fail_recording(&mut self, failure: Failure) {
        let sentence = words::problem(&failure.code, self.lang).map_or_else(|| failure.detail.clone(), str::to_owned);
        let sentence = format!("{sentence} · {}", Msg::NotSaved.text(self.lang));
        match &mut self.layer {
            Some(Layer::Outcome(form)) => form.error = Some(sentence),
            Some(Layer::Text(form)) => form.error = Some(sentence),
            _ => self.trouble = Some(Trouble::Recording(failure)),
        }
    }
}
