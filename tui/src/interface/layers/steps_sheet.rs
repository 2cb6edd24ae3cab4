//! What can be taken back, the newest first, and what can be recorded again.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::OpId;
use guide_common::wire::record::Steps;

use super::outcome_form::Step;
use crate::interface::keymap::fold;

/// The sheet.
#[derive(Clone, Debug)]
pub struct StepsSheet {
    /// The steps.
    pub steps: Steps,
    /// The selected row: those that can be recorded again stand above those that can be taken back.
    pub selected: usize,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Take a step back.
    Undo(OpId),
    /// Record again what was taken back last.
    Redo,
}

impl StepsSheet {
    /// A sheet on the newest step that can be taken back.
    pub fn new(steps: Steps) -> Self {
        let selected = steps.redo.len().min(steps.redo.len() + steps.undo.len().saturating_sub(1));
        Self { steps, selected }
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.steps.redo.len() + self.steps.undo.len()
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent) -> Step<Walk> {
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        let last = self.n_rows().saturating_sub(1);
        match code {
            KeyCode::Esc | KeyCode::Char('q' | 'U') => return Step::Cancel,
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            KeyCode::Char('Z' | '&') => return Step::Save(Walk::Redo),
            KeyCode::Enter => {
                let n_redo = self.steps.redo.len();
                return match self.selected.checked_sub(n_redo) {
                    Some(idx) => self.steps.undo.get(idx).map_or(Step::Stay, |row| Step::Save(Walk::Undo(row.op_id))),
                    // they come back in the order in which they went
                    None => Step::Save(Walk::Redo),
                };
            }
            _ => {}
        }
        Step::Stay
    }
}
