//! The privacy mask: for whoever stands beside the counter, names, phones, amounts and purchases are not on the screen.
//! It lies over what is drawn; what the guide does goes on with what was read.

use std::sync::Arc;

use guide_common::demo::answer::What;
use guide_common::outcome::Outcome;
use guide_common::sop::explain::plan::PlanExplained;
use guide_common::sop::explain::step::{AttemptState, NotDue};
use guide_common::sop::gate::{Hold, HoldReason};
use guide_common::template::Piece;
use guide_common::wire::ask::CustomerExplained;
use guide_common::wire::card::{ContactRow, CustomerCard, PromiseRow, PurchaseRow};
use guide_common::wire::local::{CustomerRow, DoneRow, HeldRow, ScriptView, TaskDetail, TaskRow, Today};
use guide_common::wire::member::Member;
use serde_json::Value;
use serde_json::value::RawValue;
use tui_input::Input;

use super::app::{App, Chosen, Toast};
use super::data::Data;
use super::event::Failure;
use super::layers::Layer;
use super::layers::ask_form::AskKind;
use super::library::Preview;
use super::screens::plans::Diff;
use super::screens::sync::SyncScreen;
use super::words::{MASK, Msg};
use crate::training::State;

/// Whether the mask lies over the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Privacy {
    /// Everything is shown.
    #[default]
    Off,
    /// Names, phones, amounts and purchases are masked.
    On,
}

/// What an app has to give back after a masked frame.
#[derive(Debug)]
pub struct Unmasked {
    data: Data,
    layer: Option<Layer>,
    toast: Option<Toast>,
    filter: Input,
    sync: SyncScreen,
    chosen: Option<Chosen>,
    preview: Option<Result<Preview, Failure>>,
    course: Option<Result<CustomerExplained, Failure>>,
    diff: Option<Diff>,
    training: Option<Arc<State>>,
}

impl App {
    /// What is told of the app: under the mask, where that lies over it.
    pub fn told<T>(&mut self, tell: impl FnOnce(&Self) -> T) -> T {
        match self.privacy {
            Privacy::Off => tell(self),
            Privacy::On => {
                let unmasked = self.mask();
                let told = tell(self);
                self.unmask(unmasked);
                told
            }
        }
    }

    /// Puts the mask over what is drawn; what was there is given back to [`Self::unmask`].
    pub(super) fn mask(&mut self) -> Unmasked {
        let filter = self.customers.input.clone();
        if !self.is_filtering() && !filter.value().is_empty() {
            self.customers.input = Input::new(MASK.to_owned());
        }
        let masked = data(&self.data);
        let unmasked = Unmasked {
            data: std::mem::replace(&mut self.data, masked),
            layer: self.layer.clone(),
            toast: self.toast.clone(),
            filter,
            sync: self.sync.clone(),
            chosen: self.chosen.clone(),
            preview: self.templates.preview.clone(),
            course: self.plans.course.clone(),
            diff: self.plans.diff.clone(),
            training: self.training.clone(),
        };
        self.mask_sync();
        let of_training = self.training.iter().flat_map(|training| &training.happened).map(|one| one.name.as_str());
        let names: Vec<String> = unmasked.data.names().chain(of_training).map(str::to_owned).collect();
        if let Some(training) = &mut self.training {
            for one in &mut Arc::make_mut(training).happened {
                MASK.clone_into(&mut one.name);
                if let What::Says { words, .. } = &mut one.what {
                    MASK.clone_into(words);
                } else if let What::Buys { item, amount_fen } = &mut one.what {
                    (item.name, *amount_fen) = (Some(MASK.to_owned()), 0);
                }
            }
        }
        if let Some(chosen) = &mut self.chosen {
            MASK.clone_into(&mut chosen.name);
        }
        if let Some(Ok(preview)) = &mut self.templates.preview {
            script(&mut preview.view);
        }
        if let Some(Ok(course)) = &mut self.plans.course {
            course.plans.iter_mut().for_each(explained);
        }
        if let Some(Ok(found)) = self.plans.diff.as_mut().and_then(|diff| diff.found.as_mut()) {
            found.customers.values_mut().for_each(|name| MASK.clone_into(name));
        }
        match &mut self.layer {
            Some(Layer::Outcome(form)) => MASK.clone_into(&mut form.target.name),
            Some(Layer::Text(form)) => {
                if let Some(name) = form.purpose.name_mut() {
                    MASK.clone_into(name);
                }
            }
            Some(Layer::Promise(choice)) => {
                MASK.clone_into(&mut choice.name);
                choice.rows.iter_mut().for_each(promise);
            }
            Some(Layer::Ask(form)) => {
                unname(&mut form.title, &names);
                form.fields.iter_mut().filter(|field| is_personal(field.kind)).for_each(|field| {
                    field.input = Input::new(MASK.to_owned());
                });
            }
            Some(Layer::Confirm(confirm)) => unname(&mut confirm.title, &names),
            // how a lesson went is for the audience too
            Some(Layer::Page(page)) if page.title == Msg::LessonDone => {
                page.lines.iter_mut().for_each(|(line, _)| unname(line, &names));
            }
            Some(Layer::Page(page)) => page.lines.clear(),
            Some(Layer::Steps(sheet)) => {
                let steps = &mut sheet.steps;
                steps.undo.iter_mut().chain(&mut steps.redo).for_each(|row| MASK.clone_into(&mut row.name));
            }
            Some(Layer::Tags(sheet)) => MASK.clone_into(&mut sheet.name),
            Some(Layer::Lists(sheet)) => {
                // a filter may hold a name
                sheet.lists.iter_mut().for_each(|list| MASK.clone_into(&mut list.filter));
            }
            Some(Layer::Reminders(sheet)) => {
                sheet.rows.iter_mut().for_each(|row| MASK.clone_into(&mut row.name));
            }
            Some(Layer::Amnesty(sheet)) => {
                for due in &mut sheet.amnesty.dues {
                    MASK.clone_into(&mut due.name);
                    due.piece = None;
                }
            }
            Some(Layer::Picker(picker)) => {
                picker.list.iter_mut().flat_map(|list| &mut list.rows).for_each(customer);
            }
            Some(Layer::NoteFirst | Layer::Palette(_) | Layer::Settings(_) | Layer::Editor(_)) => {}
            Some(Layer::Training(_)) | None => {}
        }
        if let Some(toast) = &mut self.toast {
            unname(&mut toast.text, &names);
        }
        unmasked
    }

    /// What ops say, and what headquarters quotes of it.
    fn mask_sync(&mut self) {
        for detail in self.sync.ops.values_mut() {
            detail.body = masked_body(detail.body.get());
        }
        self.sync.outbox.iter_mut().flat_map(|outbox| &mut outbox.ops).for_each(|row| row.detail = None);
    }

    /// Takes the mask off again.
    pub(super) fn unmask(&mut self, unmasked: Unmasked) {
        self.data = unmasked.data;
        self.layer = unmasked.layer;
        self.toast = unmasked.toast;
        self.customers.input = unmasked.filter;
        // what drawing moved stays moved
        let panes = std::mem::take(&mut self.sync.panes);
        self.sync = SyncScreen { panes, ..unmasked.sync };
        self.chosen = unmasked.chosen;
        self.templates.preview = unmasked.preview;
        self.plans.course = unmasked.course;
        self.plans.diff = unmasked.diff;
        self.training = unmasked.training;
    }
}

impl Data {
    /// The names of everybody who was read.
    fn names(&self) -> impl Iterator<Item = &str> {
        let entries = self.entries().map(|entry| entry.name());
        let listed = self.customers.iter().flat_map(|list| &list.rows).map(|row| row.name.as_str());
        let cards = self.cards.values().map(|card| card.name.as_str());
        let tasks = self.details.values().map(|detail| detail.customer.name.as_str());
        entries.chain(listed).chain(cards).chain(tasks).filter(|name| !name.is_empty())
    }
}

fn unname(text: &mut String, names: &[String]) {
    for name in names {
        *text = text.replace(name, MASK);
    }
}

/// Whether a field of a form tells something of a customer.
fn is_personal(kind: AskKind) -> bool {
    matches!(kind, AskKind::Text | AskKind::Amount | AskKind::Number)
}

/// What an op says, without what anybody beside the counter may not read.
fn masked_body(body: &str) -> Box<RawValue> {
    let told = ["code", "channel", "on", "reason"];
    let mut value: Value = serde_json::from_str(body).unwrap_or_default();
    if let Value::Object(object) = &mut value {
        let others = object.iter_mut().filter(|(key, value)| !told.contains(&key.as_str()) && !value.is_null());
        others.for_each(|(_, value)| *value = MASK.into());
    }
    serde_json::value::to_raw_value(&value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn data(data: &Data) -> Data {
    let mut masked = data.clone();
    masked.today.iter_mut().for_each(today);
    masked.details.values_mut().for_each(detail);
    masked.cards.values_mut().for_each(card);
    masked.timelines.clear();
    masked.customers.iter_mut().flat_map(|list| &mut list.rows).for_each(customer);
    masked
}

fn today(today: &mut Today) {
    today.tasks.iter_mut().for_each(task);
    for HeldRow { name, hold, .. } in &mut today.held {
        MASK.clone_into(name);
        if gives_away(hold) {
            *hold = Hold::new(HoldReason::Unknown, None);
        }
    }
    for DoneRow { name, outcome, .. } in &mut today.done {
        MASK.clone_into(name);
        said(outcome);
    }
}

/// Whether a hold tells that there is something to hide.
fn gives_away(hold: &Hold) -> bool {
    hold.reason == HoldReason::Secrecy
}

fn task(task: &mut TaskRow) {
    MASK.clone_into(&mut task.name);
    if let Some(rush) = &mut task.rush {
        MASK.clone_into(&mut rush.why);
    }
}

fn detail(detail: &mut TaskDetail) {
    task(&mut detail.task);
    card(&mut detail.customer);
    detail.scripts.iter_mut().for_each(script);
}

/// What is said stays to be read, by the names of its variables.
fn script(view: &mut ScriptView) {
    let unfilled = if view.unfilled.is_empty() { MASK } else { &view.unfilled };
    view.script.pieces = vec![Piece::Text(unfilled.to_owned())];
}

fn card(card: &mut CustomerCard) {
    MASK.clone_into(&mut card.name);
    card.phone_masked = Some(MASK.to_owned());
    card.birthday = None;
    card.fields.clear();
    card.tags.clear();
    card.total_fen = 0;
    card.purchases = vec![PurchaseRow { purchase: None, secret_until: None }; card.purchases.len()];
    card.contacts.iter_mut().for_each(|ContactRow { outcome, .. }| said(outcome));
    card.promises.iter_mut().for_each(promise);
    card.appointments.iter_mut().for_each(|row| row.text = None);
    card.secrets.clear();
    card.holds.retain(|hold| !gives_away(hold));
    card.notes.clear();
    card.member = Member::default();
}

/// What a plan asks about a customer and what it found stays out, and what a surprise holds.
fn explained(plan: &mut PlanExplained) {
    plan.triggers.iter_mut().for_each(|trigger| trigger.missing = None);
    plan.not_started.clear();
    for step in plan.runs.iter_mut().flat_map(|run| &mut run.steps) {
        if matches!(step.not_due, Some(NotDue::ConditionNotMet { .. })) {
            step.not_due = Some(NotDue::Unknown);
        }
        for attempt in &mut step.attempts {
            if let AttemptState::Held { hold, .. } = &mut attempt.state
                && gives_away(hold)
            {
                *hold = Hold::new(HoldReason::Unknown, None);
            }
        }
    }
}

fn promise(PromiseRow { promise, .. }: &mut PromiseRow) {
    MASK.clone_into(&mut promise.text);
    promise.item = None;
}

fn said(outcome: &mut Outcome) {
    outcome.amount_fen = None;
    outcome.note = None;
}

fn customer(row: &mut CustomerRow) {
    MASK.clone_into(&mut row.name);
    row.phone_masked = Some(MASK.to_owned());
    row.last_bought_on = None;
    row.total_fen = 0;
}
