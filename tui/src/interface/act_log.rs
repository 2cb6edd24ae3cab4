//! Logging what came of a contact: for whom, with which script, and the form where something is asked.

use std::collections::BTreeMap;

use guide_common::id::TaskId;
use guide_common::outcome::OutcomeCode;
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::{Asks, Lang};
use guide_common::wire::local::{ScriptView, TaskRow};
use guide_common::wire::record::OutcomeRequest;

use super::app::{App, Recording};
use super::data::Entry;
use super::effect::Request;
use super::layers::Layer;
use super::layers::outcome_form::{OutcomeForm, Target, WithNote};
use super::screens::{Screen, templates};
use super::words::Msg;

impl App {
    /// Opens the form of an outcome, or records it at once where nothing is asked.
    pub(super) fn begin_log(&mut self, code: OutcomeCode, with_note: WithNote) {
        if matches!(self.data.entry(self.today.list.selected), Some(Entry::Done(_))) && self.screen == Screen::Today {
            return self.refuse(Msg::AlreadyDone);
        }
        let Some(target) = self.target() else {
            let on_templates = self.screen == Screen::Templates;
            return self.refuse(if on_templates { Msg::ChooseForLog } else { Msg::SelectFirst });
        };
        let form = OutcomeForm::new(target, code, with_note, self.data.on());
        match form.request() {
            Ok(request) if form.fields.is_empty() => self.log(&form.target, code, Box::new(request)),
            _ => self.layer = Some(Layer::Outcome(form)),
        }
    }

    pub(super) fn log(&mut self, target: &Target, code: OutcomeCode, request: Box<OutcomeRequest>) {
        let recording = Recording::Outcome { task: target.task, code };
        let request = match target.task {
            Some(task) => Request::LogTask(task, request),
            None => Request::LogContact(target.customer.clone(), request),
        };
        self.record(recording, request);
    }

    /// Whom an outcome is for: the selected task; on the customers' screen the customer's task, where there is one; among
    /// the templates the customer who was chosen, and what was said is the selected template.
    pub(super) fn target(&self) -> Option<Target> {
        match self.screen {
            Screen::Today => match self.data.entry(self.today.list.selected)? {
                Entry::Task(row) => Some(self.task_target(row)),
                // what waits for its time alone is closed like any task, by what was said before
                Entry::Held(row) if is_of_time(row.hold.reason) => Some(Target {
                    task: Some(TaskId::of(&row.customer, self.data.on())),
                    due_ids: row.dues.iter().map(|due| due.due_id).collect(),
                    asks_score: row.dues.iter().any(|due| due.asks == Some(Asks::Satisfaction)),
                    ..contact(row.customer.clone(), &row.name)
                }),
                entry => Some(contact(entry.customer().clone(), entry.name())),
            },
            Screen::Customers => {
                let row = self.customers.selected(&self.data)?;
                let tasks = self.data.today.as_ref().map_or(&[][..], |today| &today.tasks);
                let read = tasks.iter().find(|task| task.customer == row.id);
                let task = read.or_else(|| Some(&self.data.details.get(&self.unread_task(&row.id)?)?.task));
                // without its steps the daemon takes all that are open
                let unread = || Target { task: self.unread_task(&row.id), ..contact(row.id.clone(), &row.name) };
                Some(task.map_or_else(unread, |task| self.task_target(task)))
            }
            Screen::Templates => {
                let chosen = self.chosen.as_ref()?;
                let template = templates::rows::selected(self)?;
                Some(Target {
                    channel: Some(template.channel),
                    template: Some(template.id.clone()),
                    fills: self.templates.fills.clone(),
                    quoted: templates::script(self).and_then(|view| view.script.quoted),
                    sent: self.said(templates::script(self), Some(&self.templates.fills)),
                    ..contact(chosen.id.clone(), &chosen.name)
                })
            }
            _ => None,
        }
    }

    fn task_target(&self, row: &TaskRow) -> Target {
        let shown = self.shown_task() == Some(row.id);
        Target {
            task: Some(row.id),
            customer: row.customer.clone(),
            name: row.name.clone(),
            channel: Some(row.channel),
            due_ids: row.dues.iter().map(|due| due.due_id).collect(),
            asks_score: row.dues.iter().any(|due| due.asks == Some(Asks::Satisfaction)),
            template: self.script().filter(|_| shown).map(|view| view.script.template.clone()),
            fills: self.today.fills.get(&row.id).filter(|_| shown).cloned().unwrap_or_default(),
            quoted: self.script().filter(|_| shown).and_then(|view| view.script.quoted),
            sent: self.said(self.script().filter(|_| shown), self.today.fills.get(&row.id)),
        }
    }

    /// What a script says, where it is not the Chinese text.
    fn said(&self, view: Option<&ScriptView>, fills: Option<&BTreeMap<String, String>>) -> Option<String> {
        let nothing = BTreeMap::new();
        let view = view.filter(|_| self.lang != Lang::Zh)?;
        view.script.filled(fills.unwrap_or(&nothing)).ok()
    }
}

/// Whether only the time of the day holds a task.
fn is_of_time(reason: HoldReason) -> bool {
    matches!(reason, HoldReason::ContactHours | HoldReason::NotYet)
}

fn contact(customer: guide_common::id::CustomerId, name: &str) -> Target {
    Target {
        task: None,
        customer,
        name: name.to_owned(),
        channel: None,
        due_ids: Vec::new(),
        asks_score: false,
        template: None,
        fills: Default::default(),
        quoted: None,
        sent: None,
    }
}
