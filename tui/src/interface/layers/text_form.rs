//! A form of free texts: the gaps of a script, and the words that close a complaint.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::{CustomerId, TaskId};
use guide_common::sop::plan::Lang;
use tui_input::Input;

use super::outcome_form::Step;
use crate::interface::widgets::field;
use crate::interface::words::Msg;

/// What the texts are for.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPurpose {
    /// The gaps of a task's script.
    Fill(TaskId),
    /// The words that close a customer's complaint.
    CloseComplaint {
        /// The customer.
        customer: CustomerId,
        /// The customer's name.
        name: String,
    },
}

/// The form.
#[derive(Clone, Debug)]
pub struct TextForm {
    /// What the texts are for.
    pub purpose: TextPurpose,
    /// A label and a text each.
    pub fields: Vec<(String, Input)>,
    /// The field that has the keys.
    pub focus: usize,
    /// What is wrong.
    pub error: Option<String>,
}

impl TextForm {
    /// A form for the gaps of a script, with what was filled before.
    pub fn fill(task: TaskId, gaps: &[&str], fills: &BTreeMap<String, String>) -> Self {
        let field = |gap: &&str| ((*gap).to_owned(), Input::new(fills.get(*gap).cloned().unwrap_or_default()));
        let fields: Vec<_> = gaps.iter().map(field).collect();
        let focus = fields.iter().position(|(_, input)| input.value().is_empty()).unwrap_or(0);
        Self { purpose: TextPurpose::Fill(task), fields, focus, error: None }
    }

    /// A form for the customer's words.
    pub fn close_complaint(customer: CustomerId, name: String, lang: Lang) -> Self {
        let fields = vec![(Msg::FieldWords.text(lang).to_owned(), Input::default())];
        Self { purpose: TextPurpose::CloseComplaint { customer, name }, fields, focus: 0, error: None }
    }

    /// Applies a key. Every field must be filled before it is complete.
    pub fn key(&mut self, key: &KeyEvent, lang: Lang) -> Step<BTreeMap<String, String>> {
        let n = self.fields.len().max(1);
        match key.code {
            KeyCode::Esc => return Step::Cancel,
            KeyCode::Enter => return self.submit(lang),
            KeyCode::Tab | KeyCode::Down => self.focus = (self.focus + 1) % n,
            KeyCode::BackTab | KeyCode::Up => self.focus = (self.focus + n - 1) % n,
            _ => {
                if let Some((_, input)) = self.fields.get_mut(self.focus)
                    && field::edit(input, key)
                {
                    self.error = None;
                }
            }
        }
        Step::Stay
    }

    /// Inserts pasted text into the field that has the keys.
    pub fn paste(&mut self, text: &str) {
        if let Some((_, input)) = self.fields.get_mut(self.focus) {
            field::insert(input, text);
            self.error = None;
        }
    }

    fn submit(&mut self, lang: Lang) -> Step<BTreeMap<String, String>> {
        let empty = self.fields.iter().position(|(_, input)| input.value().trim().is_empty());
        match empty {
            Some(idx) if idx != self.focus && !self.focused_is_empty() => self.focus = idx,
            Some(idx) => {
                self.focus = idx;
                self.error = Some(Msg::ErrNeedsText.text(lang).to_owned());
            }
            None => {
                let text = |(label, input): &(String, Input)| (label.clone(), input.value().trim().to_owned());
                return Step::Save(self.fields.iter().map(text).collect());
            }
        }
        Step::Stay
    }

    fn focused_is_empty(&self) -> bool {
        self.fields.get(self.focus).is_none_or(|(_, input)| input.value().trim().is_empty())
    }
}
