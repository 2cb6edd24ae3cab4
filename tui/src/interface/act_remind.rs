//! Reminders: those that come while the interface is open, and their list.

use guide_common::id::CustomerId;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::ClockKind;
use guide_common::wire::remind::Reminders;
use tui_input::Input;

use super::app::{App, ToastKind};
use super::effect::{Effect, Request};
use super::layers::Layer;
use super::layers::reminders_sheet::{ReminderChoice, RemindersSheet};
use super::queries::Slot;
use super::screens::Screen;
use super::words;

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 120;

impl App {
    /// One is due: it is among the messages, and the terminal tells of it where the desktop has not.
    pub(super) fn on_reminder(&mut self, title: &str, is_urgent: bool, is_shown: bool) {
        let title = sanitise(title, Lines::One, MAX_TITLE_CHARS);
        let text = words::reminder(&title, self.lang);
        let kind = if is_urgent { ToastKind::Refused } else { ToastKind::Done };
        self.note(kind, text.clone());
        // what was just said about the guide's own doing is read first
        self.waiting_reminder = Some((kind, text));
        // in training nobody is called from elsewhere
        let is_training = self.data.status.as_ref().is_some_and(|status| status.clock == ClockKind::Virtual);
        if !is_shown && !is_training {
            self.effects.push(Effect::Ring(title));
        }
        if matches!(self.layer, Some(Layer::Reminders(_))) {
            self.ask(Slot::Reminders, Request::Reminders(None));
        }
    }

    /// Shows the reminder that waits, once nothing else is shown.
    pub(super) fn show_waiting_reminder(&mut self) {
        if self.toast.is_none()
            && let Some((kind, text)) = self.waiting_reminder.take()
        {
            self.show_once(kind, text);
            self.reminder_toast = self.toast.as_ref().map(|toast| toast.id);
        }
    }

    /// The clock stands elsewhere: what was due is not what is due.
    pub(super) fn forget_reminder(&mut self) {
        self.waiting_reminder = None;
        let shown = self.reminder_toast.take();
        self.toast = self.toast.take().filter(|toast| Some(toast.id) != shown);
    }

    /// One was opened on the desktop: whom it concerns is shown, unless something is being typed.
    pub(super) fn on_opened(&mut self, customer: Option<&CustomerId>) {
        if self.layer.is_none() {
            self.show_subject(customer);
        }
    }

    fn show_subject(&mut self, customer: Option<&CustomerId>) {
        match customer {
            Some(customer) => {
                self.goto(Screen::Customers);
                self.filter_by(Input::new(customer.to_string()));
            }
            None => self.goto(Screen::Today),
        }
    }

    /// Asks for the list, to be shown.
    pub(super) fn show_reminders(&mut self) {
        self.wants_reminders = true;
        self.ask(Slot::Reminders, Request::Reminders(None));
    }

    /// The list has come: it is shown where it was asked for.
    pub(super) fn on_reminders(&mut self, list: Reminders) {
        match &mut self.layer {
            Some(Layer::Reminders(sheet)) => sheet.refresh(list),
            None if std::mem::take(&mut self.wants_reminders) => {
                self.layer = Some(Layer::Reminders(RemindersSheet::new(list)));
            }
            _ => {}
        }
    }

    /// Leads to whom a reminder concerns, or puts it off.
    pub(super) fn choose_reminder(&mut self, sheet: RemindersSheet, choice: ReminderChoice) {
        match choice {
            ReminderChoice::Show(customer) => self.show_subject(customer.as_ref()),
            ReminderChoice::Snooze(id) => {
                self.ask(Slot::Reminders, Request::Reminders(Some(id)));
                self.layer = Some(Layer::Reminders(sheet));
            }
        }
    }
}
