//! The reminders (提醒): Enter leads to the customer, `z` puts one off.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::{CustomerId, ReminderId};
use guide_common::wire::remind::{ReminderRow, Reminders};

use super::outcome_form::Step;
use crate::interface::keymap::fold;

/// The sheet.
#[derive(Clone, Debug)]
pub struct RemindersSheet {
    /// Whether there are any at all.
    pub enabled: bool,
    /// The next one first.
    pub rows: Vec<ReminderRow>,
    /// The selected one.
    pub selected: usize,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReminderChoice {
    /// Show whom it concerns; the queue where it concerns the day.
    Show(Option<CustomerId>),
    /// Put it off.
    Snooze(ReminderId),
}

impl RemindersSheet {
    /// A sheet on the first that comes, or on the last that was told.
    pub fn new(list: Reminders) -> Self {
        Self { enabled: list.enabled, rows: list.reminders, selected: 0 }
    }

    /// Shows the list as it is now; the selected reminder stays selected.
    pub fn refresh(&mut self, list: Reminders) {
        let id = self.rows.get(self.selected).map(|row| row.id);
        let selected = list.reminders.iter().position(|row| Some(row.id) == id);
        let last = list.reminders.len().saturating_sub(1);
        *self = Self { selected: selected.unwrap_or(self.selected.min(last)), ..Self::new(list) };
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent) -> Step<ReminderChoice> {
        let last = self.rows.len().saturating_sub(1);
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        match code {
            KeyCode::Esc | KeyCode::Left | KeyCode::Char('q' | 'R' | '`') => return Step::Cancel,
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown | KeyCode::End => self.selected = last,
            KeyCode::PageUp | KeyCode::Home => self.selected = 0,
            KeyCode::Enter | KeyCode::Right => {
                if let Some(row) = self.rows.get(self.selected) {
                    return Step::Save(ReminderChoice::Show(row.customer.clone()));
                }
            }
            KeyCode::Char('z' | 'd' | '-') => {
                if let Some(row) = self.rows.get(self.selected) {
                    return Step::Save(ReminderChoice::Snooze(row.id));
                }
            }
            _ => {}
        }
        Step::Stay
    }
}
