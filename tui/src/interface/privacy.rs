//! The privacy mask: for whoever stands beside the counter, names, phones, amounts and purchases are not on the screen.
//! It lies over what is drawn; what the guide does goes on with what was read.

use guide_common::outcome::Outcome;
use guide_common::sop::gate::{Hold, HoldReason};
use guide_common::template::Piece;
use guide_common::wire::card::{ContactRow, CustomerCard, PromiseRow, PurchaseRow};
use guide_common::wire::local::{CustomerRow, DoneRow, HeldRow, ScriptView, TaskDetail, TaskRow, Today};
use tui_input::Input;

use super::app::{App, Toast};
use super::data::Data;
use super::layers::Layer;
use super::layers::text_form::TextPurpose;
use super::words::MASK;

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
}

impl App {
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
        };
        match &mut self.layer {
            Some(Layer::Outcome(form)) => MASK.clone_into(&mut form.target.name),
            Some(Layer::Text(form)) => {
                if let TextPurpose::CloseComplaint { name, .. } = &mut form.purpose {
                    MASK.clone_into(name);
                }
            }
            Some(Layer::Promise(choice)) => {
                MASK.clone_into(&mut choice.name);
                choice.rows.iter_mut().for_each(promise);
            }
            Some(Layer::NoteFirst | Layer::Help(_)) | None => {}
        }
        if let Some(toast) = &mut self.toast {
            for name in unmasked.data.names() {
                toast.text = toast.text.replace(name, MASK);
            }
        }
        unmasked
    }

    /// Takes the mask off again.
    pub(super) fn unmask(&mut self, unmasked: Unmasked) {
        self.data = unmasked.data;
        self.layer = unmasked.layer;
        self.toast = unmasked.toast;
        self.customers.input = unmasked.filter;
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

fn data(data: &Data) -> Data {
    let mut masked = data.clone();
    masked.today.iter_mut().for_each(today);
    masked.details.values_mut().for_each(detail);
    masked.cards.values_mut().for_each(card);
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
    for ScriptView { script, .. } in &mut detail.scripts {
        script.pieces = vec![Piece::Text(MASK.to_owned())];
    }
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
