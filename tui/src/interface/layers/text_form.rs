//! A form of free texts: the gaps of a script, and the words that close a complaint.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::{CustomerId, DueId, PlanId, TaskId, TemplateId};
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
    /// The gaps of a previewed template.
    FillPreview,
    /// Why a changed template is proposed to headquarters.
    Propose(TemplateId),
    /// What a what-if of a plan is run with.
    Parameters(PlanId),
    /// With what a plan is compared.
    Compare(PlanId),
    /// The name under which a filter is kept.
    SaveList {
        /// The filter.
        filter: String,
    },
    /// The words that close a customer's complaint.
    CloseComplaint {
        /// The customer.
        customer: CustomerId,
        /// The customer's name.
        name: String,
    },
    /// Until when a task is put off.
    Snooze {
        /// The task.
        task: TaskId,
        /// The dues that the guide saw.
        due_ids: Vec<DueId>,
        /// The customer's name.
        name: String,
    },
    /// A note about a customer.
    Note {
        /// The customer.
        customer: CustomerId,
        /// The customer's name.
        name: String,
    },
}

impl TextPurpose {
    /// Whom the form names.
    pub fn name_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::CloseComplaint { name, .. } | Self::Snooze { name, .. } | Self::Note { name, .. } => Some(name),
            _ => None,
        }
    }
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
        Self::of_gaps(TextPurpose::Fill(task), gaps, fills)
    }

    /// A form for the gaps of a previewed template, with what was filled before.
    pub fn fill_preview(gaps: &[&str], fills: &BTreeMap<String, String>) -> Self {
        Self::of_gaps(TextPurpose::FillPreview, gaps, fills)
    }

    /// A form for why a template should be changed.
    pub fn propose(template: TemplateId, lang: Lang) -> Self {
        Self::of_texts(TextPurpose::Propose(template), [(Msg::FieldWhy.text(lang), String::new())])
    }

    /// A form of labels with what stands in their fields; the first one has the keys.
    pub fn of_texts<'t>(purpose: TextPurpose, texts: impl IntoIterator<Item = (&'t str, String)>) -> Self {
        let field = |(label, text): (&str, String)| (label.to_owned(), Input::new(text));
        Self { purpose, fields: texts.into_iter().map(field).collect(), focus: 0, error: None }
    }

    fn of_gaps(purpose: TextPurpose, gaps: &[&str], fills: &BTreeMap<String, String>) -> Self {
        let field = |gap: &&str| ((*gap).to_owned(), Input::new(fills.get(*gap).cloned().unwrap_or_default()));
        let fields: Vec<_> = gaps.iter().map(field).collect();
        let focus = fields.iter().position(|(_, input)| input.value().is_empty()).unwrap_or(0);
        Self { purpose, fields, focus, error: None }
    }

    /// A form of one text.
    pub fn one(purpose: TextPurpose, label: Msg, lang: Lang) -> Self {
        Self { purpose, fields: vec![(label.text(lang).to_owned(), Input::default())], focus: 0, error: None }
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
