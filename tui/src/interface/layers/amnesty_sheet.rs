//! What becomes of the backlog after a leave (休假回来), shown before it is done: Enter does all of it, and one undo takes
//! all of it back.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::sop::backlog::Amnesty;

use super::outcome_form::Step;
use crate::interface::keymap::fold;
use crate::lang::amnesty::listed;

/// The sheet.
#[derive(Clone, Debug)]
pub struct AmnestySheet {
    /// What would be done.
    pub amnesty: Box<Amnesty>,
    /// The selected row of what changes.
    pub selected: usize,
}

impl AmnestySheet {
    /// A sheet on its first row.
    pub fn new(amnesty: Box<Amnesty>) -> Self {
        Self { amnesty, selected: 0 }
    }

    /// Whether there is anything to be done.
    pub fn changes(&self) -> bool {
        self.amnesty.count.n_expired + self.amnesty.count.n_handed > 0
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent) -> Step<()> {
        let last = listed(&self.amnesty, false).len().saturating_sub(1);
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        match code {
            KeyCode::Esc | KeyCode::Left | KeyCode::Char('q' | 'a' | '"') => return Step::Cancel,
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.selected = (self.selected + PAGE).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(PAGE),
            KeyCode::End | KeyCode::Char('G') => self.selected = last,
            KeyCode::Home => self.selected = 0,
            KeyCode::Enter if self.changes() => return Step::Save(()),
            KeyCode::Enter => return Step::Cancel,
            _ => {}
        }
        Step::Stay
    }
}

/// How many rows a page is.
const PAGE: usize = 10;
