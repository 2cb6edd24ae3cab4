//! Choosing a customer: a name is typed, those who match are listed, Enter takes one.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::wire::local::{CustomerList, CustomerRow};
use tui_input::Input;

use super::Layer;
use super::outcome_form::Step;
use crate::interface::app::{App, Chosen};
use crate::interface::effect::Request;
use crate::interface::library::{TemplateRequest, TemplateSlot};
use crate::interface::queries::Slot;
use crate::interface::widgets::field;

/// The most rows asked for: who is not among them is found by another letter.
const MAX_ROWS: usize = 50;

/// The choice.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    /// What was typed.
    pub input: Input,
    /// Those who match.
    pub list: Option<CustomerList>,
    /// The selected one.
    pub selected: usize,
    /// Why they could not be read.
    pub failed: Option<&'static str>,
}

impl Picker {
    /// Opens the choice and asks for the first rows.
    pub fn open(app: &mut App) {
        app.layer = Some(Layer::Picker(Self::default()));
        Self::ask(app, "");
    }

    /// Asks for those who match.
    pub fn ask(app: &mut App, q: &str) {
        let request = TemplateRequest::Find { q: q.trim().to_owned(), limit: MAX_ROWS };
        app.ask(Slot::Template(TemplateSlot::Find), Request::Template(request));
    }

    /// Takes those who match.
    pub fn take(&mut self, list: CustomerList) {
        self.selected = 0;
        self.failed = None;
        self.list = Some(list);
    }

    /// The rows.
    pub fn rows(&self) -> &[CustomerRow] {
        self.list.as_ref().map(|list| list.rows.as_slice()).unwrap_or_default()
    }

    /// Applies a key. What is typed is asked for by whoever holds the choice, where [`Self::input`] has changed.
    pub fn key(&mut self, key: &KeyEvent) -> Step<Chosen> {
        let last = self.rows().len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Step::Cancel,
            KeyCode::Enter => {
                let row = self.rows().get(self.selected);
                return row.map_or(Step::Stay, |row| Step::Save(Chosen { id: row.id.clone(), name: row.name.clone() }));
            }
            KeyCode::Down | KeyCode::Tab => self.selected = (self.selected + 1).min(last),
            KeyCode::Up | KeyCode::BackTab => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            _ => {
                field::edit(&mut self.input, key);
            }
        }
        Step::Stay
    }
}
