//! What is done about the customer on the screen beside logging a contact: put off, tag, note, look up.

use guide_common::id::CustomerId;
use guide_common::wire::card::{PhoneRevealed, TagGroups};
use guide_common::wire::record::{SnoozeRequest, TagRequest};

use super::app::{App, Recording, ToastKind};
use super::data::Entry;
use super::date;
use super::effect::Request;
use super::layers::Layer;
use super::layers::steps_sheet::Walk;
use super::layers::tag_sheet::TagSheet;
use super::layers::text_form::{TextForm, TextPurpose};
use super::privacy::Privacy;
use super::queries::Slot;
use super::screens::customers::CustomersFocus;
use super::words::{self, Msg};

impl App {
    /// Whom the keys are about, with the name.
    fn shown_person(&self) -> Option<(CustomerId, String)> {
        let customer = self.shown_customer()?;
        let name = self.data.card(&customer).map(|card| card.name.clone());
        let listed =
            || self.data.entries().find(|entry| *entry.customer() == customer).map(|entry| entry.name().to_owned());
        let name = name.or_else(listed).unwrap_or_default();
        Some((customer, name))
    }

    pub(super) fn snooze(&mut self) {
        let Some(Entry::Task(row)) = self.data.entry(self.today.list.selected) else {
            return self.refuse(Msg::OnlyTasks);
        };
        let due_ids = row.dues.iter().map(|due| due.due_id).collect();
        let purpose = TextPurpose::Snooze { task: row.id, due_ids, name: row.name.clone() };
        self.layer = Some(Layer::Text(TextForm::one(purpose, Msg::FieldUntil, self.lang)));
    }

    /// Has a task put off; false where the time is not understood.
    pub(super) fn save_snooze(&mut self, purpose: &TextPurpose, until: &str) -> bool {
        let now = self.data.status.as_ref().map(|status| status.now).unwrap_or_default();
        let (TextPurpose::Snooze { task, due_ids, .. }, Some(until)) = (purpose, date::until(until, now)) else {
            return false;
        };
        let request = SnoozeRequest { until, due_ids: due_ids.clone() };
        self.record(Recording::Snoozed, Request::Snooze(*task, request));
        true
    }

    pub(super) fn write_note(&mut self) {
        let Some((customer, name)) = self.shown_person() else {
            return self.refuse(Msg::SelectFirst);
        };
        let purpose = TextPurpose::Note { customer, name };
        self.layer = Some(Layer::Text(TextForm::one(purpose, Msg::FieldNote, self.lang)));
    }

    pub(super) fn tag(&mut self) {
        match self.shown_person() {
            Some(_) => self.ask(Slot::TagGroups, Request::TagGroups),
            None => self.refuse(Msg::SelectFirst),
        }
    }

    pub(super) fn on_tag_groups(&mut self, groups: TagGroups) {
        if let Some((customer, name)) = self.shown_person()
            && self.layer.is_none()
        {
            self.layer = Some(Layer::Tags(TagSheet::new(customer, name, groups.groups)));
        }
    }

    /// Adds a tag, or takes it away where the customer has it.
    pub(super) fn turn_tag(&mut self, customer: &CustomerId, request: TagRequest) {
        let tags = self.data.card(customer).map_or(&[][..], |card| &card.tags);
        let has = tags.iter().any(|row| row.tag.group == request.group && row.tag.value == request.value);
        let request = match has {
            true => Request::RemoveTag(customer.clone(), request),
            false => Request::AddTag(customer.clone(), request),
        };
        self.record(Recording::Tagged, request);
    }

    /// Shows the timeline in the place of the card, or the card again.
    pub(super) fn turn_timeline(&mut self) {
        let Some(customer) = self.shown_customer() else {
            return self.refuse(Msg::SelectFirst);
        };
        self.customers.timeline = !self.customers.timeline;
        self.customers.focus = CustomersFocus::Card;
        self.customers.scroll = 0;
        if self.customers.timeline {
            self.ask(Slot::Timeline(customer.clone()), Request::Timeline(customer));
        }
    }

    pub(super) fn reveal_phone(&mut self) {
        match self.shown_customer() {
            None => self.refuse(Msg::SelectFirst),
            Some(_) if self.privacy == Privacy::On => self.refuse(Msg::NotWhileHidden),
            Some(customer) => self.ask(Slot::Phone, Request::RevealPhone(customer)),
        }
    }

    pub(super) fn on_phone(&mut self, revealed: &PhoneRevealed) {
        let is_shown = self.shown_customer().as_ref() == Some(&revealed.customer);
        if is_shown && self.privacy == Privacy::Off {
            self.show_once(ToastKind::Done, words::phone(&revealed.name, revealed.phone.as_deref(), self.lang));
        }
    }

    /// Takes back or records again what the sheet says.
    pub(super) fn walk_steps(&mut self, walk: Walk) {
        match walk {
            Walk::Undo(op_id) => self.record(Recording::Undo, Request::Undo(Some(op_id))),
            Walk::Redo => self.record(Recording::Redo, Request::Redo),
        }
    }
}
