//! Which of a customer's open promises was kept, where there are several.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::OpId;
use guide_common::wire::card::PromiseRow;

use super::outcome_form::Step;
use crate::interface::keymap::fold;

/// The choice.
#[derive(Clone, Debug)]
pub struct PromiseChoice {
    /// The customer's name.
    pub name: String,
    /// The open promises, the soonest first.
    pub rows: Vec<PromiseRow>,
    /// The selected one.
    pub selected: usize,
}

impl PromiseChoice {
    /// A choice among a customer's promises.
    pub fn new(name: String, rows: Vec<PromiseRow>) -> Self {
        Self { name, rows, selected: 0 }
    }

    /// Applies a key: a digit or Enter names the promise that was kept.
    pub fn key(&mut self, key: &KeyEvent) -> Step<OpId> {
        let n = self.rows.len().max(1);
        match key.code {
            KeyCode::Esc => return Step::Cancel,
            KeyCode::Down | KeyCode::Tab | KeyCode::Char('j') => self.selected = (self.selected + 1) % n,
            KeyCode::Up | KeyCode::BackTab | KeyCode::Char('k') => self.selected = (self.selected + n - 1) % n,
            KeyCode::Enter => return self.kept(self.selected),
            KeyCode::Char(c) => {
                let idx = fold(c).to_digit(10).and_then(|digit| digit.checked_sub(1));
                return idx.map_or(Step::Stay, |idx| self.kept(idx as usize));
            }
            _ => {}
        }
        Step::Stay
    }

    fn kept(&self, idx: usize) -> Step<OpId> {
        self.rows.get(idx).map_or(Step::Stay, |row| Step::Save(row.op_id))
    }
}
