//! What answers of the daemon change.

use guide_common::id::TaskId;
use guide_common::wire::record::SavedResponse;

use super::app::{App, Link, Recording, Refresh, ToastKind, Trouble};
use super::effect::Request;
use super::event::{Answer, Failure, FailureKind, QueryId};
use super::layers::Layer;
use super::layers::steps_sheet::StepsSheet;
use super::queries::Slot;
use super::screens::{plans, sync, templates};
use super::words::{self, Msg};
use crate::client::support::goes_wrong;

impl App {
    pub(super) fn on_answer(&mut self, query: QueryId, answer: Result<Answer, Failure>) {
        let Some(slot) = self.queries.answered(query) else { return };
        match answer {
            Ok(answer) => {
                self.link = Link::Up;
                if slot == Slot::Recording {
                    self.note_saved(&answer);
                }
                self.take_answer(answer);
            }
            Err(failure) => self.on_failure(&slot, failure),
        }
        match slot {
            Slot::Recording => self.replay(),
            Slot::TagGroups | Slot::Steps | Slot::Amnesty => {
                if self.layer.is_none() {
                    // what was typed for a sheet that did not come means nothing else
                    self.typed_ahead.clear();
                }
                self.press_typed_ahead();
            }
            _ => {}
        }
        if self.lock.is_none() {
            self.catch_up();
        }
    }

    /// Presses the keys that were typed while something was being saved.
    pub(super) fn replay(&mut self) {
        // the sheet of tags stays open for the tag after
        let is_covered = self.layer.as_ref().is_some_and(|layer| !matches!(layer, Layer::Tags(_)));
        if self.trouble.is_some() || is_covered {
            self.typed_ahead.clear();
        }
        self.press_typed_ahead();
    }

    fn press_typed_ahead(&mut self) {
        while self.recording.is_none() && !self.awaits_sheet() {
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
            Answer::Steps(steps) => self.layer = Some(Layer::Steps(StepsSheet::new(*steps))),
            Answer::Session(left) => {
                self.left = left;
                self.come_back();
            }
            Answer::SessionKept => {}
            Answer::TagGroups(groups) => self.on_tag_groups(groups),
            Answer::Timeline(id, timeline) => {
                self.data.timelines.retain(|kept, _| *kept == id);
                self.data.timelines.insert(id, *timeline);
            }
            Answer::Lead(added) => self.on_lead(&added),
            Answer::Lists(lists) => self.on_lists(lists),
            Answer::Reminders(list) => self.on_reminders(list),
            Answer::Amnesty(amnesty) => self.on_amnesty(amnesty),
            Answer::AmnestyDone(done) => self.on_amnesty_done(&done),
            Answer::ListSaved(list) => self.on_list(&list, true),
            Answer::ListRemoved(list) => self.on_list(&list, false),
            Answer::Phone(revealed) => self.on_phone(&revealed),
            Answer::Faults(faults) => {
                self.data.has_faults = goes_wrong(&faults.plan);
                self.sync.faults = Some(*faults);
            }
            Answer::Sync { at, part } => sync::answers::take(self, at, *part),
            Answer::Seats(seats) => self.on_seats(seats),
            Answer::Report(report) => self.reports.report = Some(*report),
            Answer::Names(names) => self.reports.names = Some(*names),
            Answer::Written(path) => self.on_written(&path),
            Answer::Today(today) => {
                let before = self.today.selected_key(&self.data);
                self.data.keep_today(*today);
                self.today.reselect(&self.data, before);
                self.read_on();
                self.ask_details(Refresh::Missing);
                self.come_back();
            }
            Answer::Task(id, detail) => {
                self.data.keep_detail(id, *detail);
                self.come_back();
            }
            Answer::Card(id, card) => self.data.keep_card(id, *card),
            Answer::Customers(list) => {
                let before = self.customers.selected(&self.data).map(|row| row.id.clone());
                let before = self.customers.wanted.take().or(before);
                self.data.customers = Some(list);
                self.customers.reselect(&self.data, before.as_ref());
                self.ask_details(Refresh::Missing);
            }
            Answer::Template(answer) => templates::take(self, answer),
            Answer::Plan(answer) => plans::take(self, answer),
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
        let before = self.layer.take();
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
            Recording::Resent | Recording::Discarded => {
                self.say(ToastKind::Done, words::resent(&saved.name, self.lang))
            }
            Recording::Lead => self.say(ToastKind::Done, words::lead_added(&saved.name, self.lang)),
            // their answers are of their own
            Recording::Proposal | Recording::List | Recording::Amnesty => {}
            Recording::Undo => {
                self.today.wanted = Some(saved.customer.clone());
                self.say(ToastKind::Done, words::undone(saved, self.lang));
            }
            Recording::Redo => self.say(ToastKind::Done, words::redone(saved, self.lang)),
            Recording::Snoozed => self.say(ToastKind::Done, words::snoozed(&saved.name, self.lang)),
            Recording::Noted => self.say(ToastKind::Done, words::noted(&saved.name, self.lang)),
            Recording::Tagged => {
                // the sheet stays: several tags are set one after the other
                self.layer = before;
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
        if matches!(failure.code.as_str(), "locked" | "other_turn") && self.lock.is_none() {
            return self.turn_over();
        }
        match slot {
            Slot::Seats => self.fail_unlocking(failure),
            Slot::Recording => {
                self.recording = None;
                self.fail_recording(failure);
            }
            Slot::Machine => {
                self.is_syncing = false;
                self.trouble = Some(Trouble::Reading(failure));
                self.ask(Slot::Status, Request::Status);
            }
            // it is gone, or was closed while it was asked for
            Slot::Task(_) | Slot::Card(_) if is_no_more(&failure.code) => {
                self.absent.push(slot.clone());
                self.ask_today();
            }
            Slot::File => self.fail_writing(failure),
            Slot::Template(slot) => templates::fail(self, *slot, failure),
            Slot::Plan(slot) => plans::fail(self, *slot, failure),
            // only a mark in the header hangs on it
            Slot::Faults => self.data.has_faults = false,
            // nobody asked for it
            Slot::Session | Slot::KeepSession => {}
            _ if unreachable || failure.code == "not_enrolled" => {}
            _ => self.trouble = Some(Trouble::Reading(failure)),
        }
    }

    /// Nothing typed is lost: the form stays open and says what is wrong.
    pub(super) fn fail_recording(&mut self, failure: Failure) {
        let sentence = words::problem(&failure.code, self.lang).map_or_else(|| failure.detail.clone(), str::to_owned);
        if self.layer.is_none() && matches!(failure.code.as_str(), "nothing_to_undo" | "nothing_to_redo") {
            // there was nothing that could have been lost
            return self.say(ToastKind::Refused, sentence);
        }
        let sentence = format!("{sentence} · {}", Msg::NotSaved.text(self.lang));
        match &mut self.layer {
            Some(Layer::Outcome(form)) => form.error = Some(sentence),
            Some(Layer::Text(form)) => form.error = Some(sentence),
            Some(Layer::Ask(form)) => form.error = Some(sentence),
            _ => self.trouble = Some(Trouble::Recording(failure)),
        }
    }
}

fn is_no_more(code: &str) -> bool {
    code.starts_with("unknown_") || matches!(code, "task_closed" | "task_held" | "no_task")
}
